/*
 * opening.c - tasks of cases that enter a stage: until when, who sits where, what is to happen on
 * the way. The same for one case after a decision and for two thousand of a launch.
 */
#include "handlers.h"

#include <string.h>

#include "base/assert.h"

struct flow_ask
flow_ask_of(const struct flow_task *task, const struct wf_who *who)
{
    bool person = task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    return (struct flow_ask){who, person ? task->subject_id : 0, task->unit_id, task->starter_id};
}

int64_t
flow_fallback(const struct flow_fallbacks *fallbacks, int64_t starter_id, bool approval,
              int64_t barred_id)
{
    for (size_t i = 0; !approval && i < fallbacks->count; i++) {
        if (fallbacks->people[i] == starter_id) {
            return starter_id;
        }
    }
    for (size_t i = 0; i < fallbacks->count; i++) {
        int64_t person = fallbacks->people[i];
        if (fallbacks->trusted[i] && person != barred_id && !(approval && person == starter_id)) {
            return person;
        }
    }
    return starter_id; /* nobody else is known: better he than nobody */
}

/* The task as it will be, but for its seats and its id. Deadlines of one stage are the same for all
 * that open now. */
static void
fill_task(struct flow_work *work, const struct flow_opening *opening, const struct flow_task *last,
          struct flow_task *task)
{
    const struct wf_stage *stage = &opening->process->stages[opening->stage_index];
    *task = (struct flow_task){
        .case_id = opening->case_id,
        .cycle_id = opening->cycle_id,
        .unit_id = opening->unit_id,
        .subject_id = opening->subject_id,
        .subject_kind = opening->subject_kind,
        .cycle_name = opening->cycle_name,
        .definition = opening->definition,
        .definition_version = opening->definition_version,
        .stage = stage->code,
        .period = opening->period,
        .rule = {.mode = stage->mode, .outcome = ""},
        .before_id = opening->before_id,
        .round = opening->before_id == 0, /* the case's first, or to be counted */
        .starter_id = opening->starter_id,
        .approval = opening->process->approval,
        .process = opening->process,
        .stage_index = opening->stage_index,
        .stage_rule = stage,
    };
    flow_task_bar(task);
    if (last && last->stage_rule == stage) {
        task->due_at = last->due_at;
        task->due_reason_zh = last->due_reason_zh;
        task->due_reason_en = last->due_reason_en;
        return;
    }
    flow_plan(work, task, work->step->now);
}

static enum dc_code
fallbacks_of(struct flow_work *work, const struct flow_task *tasks, size_t count,
             struct flow_fallbacks *ret_fallbacks, struct dc_error *error)
{
    int64_t *starters = DC_NEW_ARRAY(work->step->arena, int64_t, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n == 0 || starters[n - 1] != tasks[i].starter_id) {
            starters[n++] = tasks[i].starter_id;
        }
    }
    return flow_store_fallbacks(work, starters, n, ret_fallbacks, error);
}

enum dc_code
flow_choose(struct flow_work *work, const struct flow_opening *openings, size_t count,
            struct flow_task *ret_tasks, struct wf_chosen *ret_chosen, struct dc_error *error)
{
    size_t asks = 0, k = 0;
    for (size_t i = 0; i < count; i++) {
        fill_task(work, &openings[i], i > 0 ? &ret_tasks[i - 1] : NULL, &ret_tasks[i]);
        asks += ret_tasks[i].stage_rule->who_count;
    }
    struct flow_ask *ask = DC_NEW_ARRAY(work->step->arena, struct flow_ask, asks + 1);
    struct wf_candidates *found = DC_NEW_ARRAY(work->step->arena, struct wf_candidates, asks + 1);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < ret_tasks[i].stage_rule->who_count; j++) {
            ask[k++] = flow_ask_of(&ret_tasks[i], &ret_tasks[i].stage_rule->who[j]);
        }
    }
    struct flow_fallbacks fallbacks;
    DC_TRY(flow_store_candidates(work, ask, asks, found, error));
    DC_TRY(fallbacks_of(work, ret_tasks, count, &fallbacks, error));
    DC_TRY(flow_delegations(work, error));
    for (size_t i = k = 0; i < count; i++) {
        const struct flow_task *task = &ret_tasks[i];
        struct wf_choice choice = {
            .fallback_id =
                flow_fallback(&fallbacks, task->starter_id, task->approval, task->rule.barred_id),
            .barred_id = task->rule.barred_id,
            .barred_too_id = task->rule.barred_too_id,
            .delegations = work->delegations,
            .today = work->today,
        };
        if (choice.fallback_id == 0) {
            return dc_fail(error, DC_FAILED_PRECONDITION,
                           "nobody can be found for stage \"%s\", nor a supervisor of the group",
                           task->stage);
        }
        wf_choose_seats(task->stage_rule, found + k, &choice, &ret_chosen[i]);
        k += task->stage_rule->who_count;
    }
    return DC_OK;
}

enum dc_code
flow_open(struct flow_work *work, const struct flow_opening *openings, size_t count,
          struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    struct dc_arena *arena = work->step->arena;
    struct flow_task *tasks = DC_NEW_ARRAY(arena, struct flow_task, count);
    struct flow_task **told = DC_NEW_ARRAY(arena, struct flow_task *, count);
    struct wf_chosen *chosen = DC_NEW_ARRAY(arena, struct wf_chosen, count);
    DC_TRY(flow_choose(work, openings, count, tasks, chosen, error));
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(chosen[i].count > 0);
        tasks[i].rule.seats = chosen[i].seats;
        tasks[i].rule.seat_count = chosen[i].count;
        wf_task_open(&tasks[i].rule, work->step->now);
        told[i] = &tasks[i];
    }
    DC_TRY(flow_store_open(work, tasks, count, error));
    DC_TRY(flow_set_timers(work, told, count, error));
    struct flow_tell tell = {.told = FLOW_OPENED, .channels = WF_CHANNEL(IN_APP)};
    return flow_tell_tasks(work, told, count, &tell, error);
}
