/*
 * ratings.c - raters of a review round (service reviews): each who is asked gets a task, by the
 * definition whose purpose is "rating". The cases of a round stand in one cycle; who is asked again
 * while his first case is there gets another. A task ends when reviews says that its rater is
 * through, and all of them when the round is over. Nothing here knows who is rated.
 */
#include "handlers.h"

#include <string.h>

#include <dacheng/reviews/v1/events.pb-c.h>

#define PURPOSE "rating"
#define FACT "ratings"

/* --- asked ---------------------------------------------------------------------------------------
 */

/* References of a round begin like this; '0' is the character behind '/'. */
static const char *
first_reference(struct dc_arena *arena, int64_t round_id, char end)
{
    return dc_arena_printf(arena, "reviews/round/%lld%c", (long long)round_id, end);
}

/* Raters who have no case yet: an event may be heard again. */
static enum dc_code
find_new(struct flow_work *work, const Reviews__RatersAsked *event, struct flow_asked **ret_asked,
         size_t *ret_count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    const char **references = DC_NEW_ARRAY(arena, const char *, event->n_raters + 1);
    int64_t *places;
    for (size_t i = 0; i < event->n_raters; i++) {
        references[i] = event->raters[i]->reference;
    }
    DC_TRY(flow_store_unknown(work, references, event->n_raters, &places, ret_count, error));
    *ret_asked = DC_NEW_ARRAY(arena, struct flow_asked, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        const Reviews__Rater *rater = event->raters[places[i] - 1];
        (*ret_asked)[i] = (struct flow_asked){rater->person_id, rater->reference,
                                              dc_arena_printf(arena, "%d", rater->ratings)};
    }
    return DC_OK;
}

static enum dc_code
find_process(struct flow_work *work, const struct wf_definition **ret_process, int32_t *ret_version,
             struct dc_error *error)
{
    const char *code;
    DC_TRY(flow_code_of_purpose(work, PURPOSE, &code, error));
    DC_TRY(flow_process(work, code, 0, ret_process, ret_version, error));
    bool fits = (*ret_process)->track_count == 1 &&
                (*ret_process)->stages[0].subject == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    return fits ? DC_OK
                : dc_fail(error, DC_FAILED_PRECONDITION, "\"%s\" is not about people", code);
}

/* The round's running cycle, held; or a new one. */
static enum dc_code
find_cycle(struct flow_work *work, const Reviews__Round *round, const struct flow_asked *asked,
           size_t count, struct flow_cycle *ret_cycle, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, count + 1), *cycles;
    const struct wf_definition *process;
    size_t cycle_count;
    int32_t version;
    for (size_t i = 0; i < count; i++) {
        people[i] = asked[i].person_id;
    }
    DC_TRY(flow_store_cycles_of(work, first_reference(arena, round->id, '/'),
                                first_reference(arena, round->id, '0'), people, count, &cycles,
                                &cycle_count, error));
    if (cycle_count > 0) {
        DC_TRY(flow_store_cycle(work, cycles[0], FLOW_LOCK, ret_cycle, error));
        if (ret_cycle->message->state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING) {
            return DC_OK;
        }
    }
    DC_TRY(find_process(work, &process, &version, error));
    Workflow__Cycle *cycle = DC_NEW_MESSAGE(arena, Workflow__Cycle, workflow__cycle__init);
    cycle->name = round->name;
    cycle->definition = (char *)process->code;
    cycle->definition_version = version;
    cycle->unit_id = round->unit_id;
    cycle->period = round->period;
    cycle->started_at_us = work->step->now;
    cycle->author = round->author;
    cycle->author_person_id = round->author_person_id;
    cycle->tracks = 1;
    cycle->reason = round->reason;
    cycle->approval = true;
    DC_TRY(flow_store_save_cycle(work, cycle, error));
    *ret_cycle = (struct flow_cycle){cycle, 0};
    return wf_cycle_step(&cycle->state, WF_CYCLE_OPENED, error);
}

static enum dc_code
open_cases(struct flow_work *work, const Workflow__Cycle *cycle,
           const struct flow_subject *subjects, size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    const struct wf_definition *process;
    int32_t version;
    DC_TRY(flow_process(work, cycle->definition, cycle->definition_version, &process, &version,
                        error));
    struct flow_opening *openings = DC_NEW_ARRAY(arena, struct flow_opening, count + 1);
    struct flow_move *moves = DC_NEW_ARRAY(arena, struct flow_move, count + 1);
    for (size_t i = 0; i < count; i++) {
        moves[i] = (struct flow_move){
            subjects[i].case_id, process->stages[0].code, WF_CASE_OPEN, "", 0, ""};
        openings[i] = (struct flow_opening){
            .case_id = subjects[i].case_id,
            .cycle_id = cycle->id,
            .subject_id = subjects[i].subject_id,
            .unit_id = subjects[i].unit_id,
            .starter_id = cycle->author_person_id,
            .subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON,
            .cycle_name = cycle->name,
            .definition = cycle->definition,
            .period = cycle->period,
            .definition_version = cycle->definition_version,
            .process = process,
            .stage_index = 0,
        };
    }
    DC_TRY(flow_store_move_cases(work, moves, count, error));
    return flow_open(work, openings, count, error);
}

enum dc_code
workflow_on_raters_asked(struct dc_step *step, const struct dc_delivery *delivery,
                         struct dc_error *error)
{
    const Reviews__RatersAsked *event = (const Reviews__RatersAsked *)delivery->body;
    struct flow_work work;
    struct flow_cycle cycle;
    struct flow_asked *asked;
    struct flow_subject *subjects;
    size_t count, opened;
    if (!event->round) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "round", "it is told whole");
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    DC_TRY(find_new(&work, event, &asked, &count, error));
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(find_cycle(&work, event->round, asked, count, &cycle, error));
    const char *link =
        dc_arena_printf(step->arena, "/reviews/give?round=%lld", (long long)event->round->id);
    DC_TRY(flow_store_save_cases(&work, cycle.message, asked, count, link, FACT, &subjects, &opened,
                                 error));
    cycle.message->cases_planned += (int64_t)opened;
    cycle.message->cases_opened += (int64_t)opened;
    DC_TRY(flow_store_cycle_state(&work, &cycle, error));
    flow_tell_cycle(&work, cycle.message);
    DC_TRY(open_cases(&work, cycle.message, subjects, opened, error));
    return flow_store_flush(&work, error);
}

/* --- through -------------------------------------------------------------------------------------
 */

enum dc_code
workflow_on_raters_finished(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Reviews__RatersFinished *event = (const Reviews__RatersFinished *)delivery->body;
    const char **references = DC_NEW_ARRAY(step->arena, const char *, event->n_raters + 1);
    struct flow_work work;
    int64_t *tasks;
    size_t count;
    for (size_t i = 0; i < event->n_raters; i++) {
        references[i] = event->raters[i]->reference;
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    DC_TRY(
        flow_store_open_of_references(&work, references, event->n_raters, &tasks, &count, error));
    return count > 0 ? flow_finish_tasks(&work, tasks, count, error) : DC_OK;
}

/* Over, or cancelled: nobody need rate any more. */
enum dc_code
workflow_on_round_changed(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    const Reviews__Round *round = ((const Reviews__RoundChanged *)delivery->body)->round;
    struct dc_arena *arena = step->arena;
    struct flow_work work;
    int64_t *cycles;
    size_t count;
    if (!round || (round->state != REVIEWS__ROUND_STATE__ROUND_STATE_CLOSING &&
                   round->state != REVIEWS__ROUND_STATE__ROUND_STATE_CANCELLED)) {
        return DC_OK;
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    DC_TRY(flow_store_cycles_of(&work, first_reference(arena, round->id, '/'),
                                first_reference(arena, round->id, '0'), NULL, 0, &cycles, &count,
                                error));
    for (size_t i = 0; i < count; i++) { /* one, or few more when raters were asked again */
        struct flow_cycle cycle;
        DC_TRY(flow_store_cycle(&work, cycles[i], FLOW_LOCK, &cycle, error));
        if (wf_cycle_step(&cycle.message->state, WF_CYCLE_CANCEL, NULL) == DC_OK) {
            DC_TRY(flow_store_cancel_cycle(&work, &cycle, "评价已结束 the round is over", error));
            DC_TRY(flow_store_save_turns(&work, &cycles[i], 1, error));
            flow_tell_cycle(&work, cycle.message);
            dc_wake_on_commit(step, "cycles");
        }
    }
    return DC_OK;
}
