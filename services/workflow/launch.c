/*
 * launch.c - the task "cycles": opens the cases of a track, two thousand in a transaction; when the
 * last case of a track has ended it opens the next one, or closes the cycle; takes back the open
 * tasks of cancelled cycles; and plans those of cycles that were moved anew (replanning.c).
 *
 * How far a launch has come stands in the cycle's row (launch_after: subjects are taken in the
 * order of their ids), which moves in the transaction of the cases: a crash repeats nothing. One
 * replica looks at a cycle at a time; deciding goes on meanwhile.
 */
#include "handlers.h"

#include <string.h>

/* --- opening a track -----------------------------------------------------------------------------
 */
static struct flow_opening
opening_of(const struct flow_cycle *cycle, const struct wf_definition *process, int32_t stage,
           const struct flow_subject *subject)
{
    const Workflow__Cycle *message = cycle->message;
    return (struct flow_opening){
        .case_id = subject->case_id,
        .cycle_id = message->id,
        .subject_id = subject->subject_id,
        .unit_id = subject->unit_id,
        .starter_id = message->author_person_id,
        .subject_kind = process->stages[stage].subject,
        .cycle_name = message->name,
        .definition = message->definition,
        .period = message->period,
        .definition_version = message->definition_version,
        .process = process,
        .stage_index = stage,
    };
}

static enum dc_code
open_batch(struct flow_work *work, struct flow_cycle *cycle, const struct wf_definition *process,
           struct dc_error *error)
{
    int32_t first = wf_track_first(process, cycle->message->track);
    int32_t stage = wf_stage_enter(process, first, NULL, 0, NULL);
    struct flow_range range = {cycle->message->unit_id, &process->stages[first],
                               wf_calendar_date(work->calendar, cycle->message->started_at_us)};
    struct flow_subject *subjects;
    size_t count;
    DC_TRY(flow_store_open_cases(work, &range, cycle,
                                 stage == WF_TO_END ? "" : process->stages[stage].code, &subjects,
                                 &count, error));
    struct flow_opening *openings = DC_NEW_ARRAY(work->step->arena, struct flow_opening, count + 1);
    for (size_t i = 0; i < count && stage != WF_TO_END; i++) {
        openings[i] = opening_of(cycle, process, stage, &subjects[i]);
    }
    DC_TRY(flow_open(work, openings, stage == WF_TO_END ? 0 : count, error));
    if (count > 0) {
        cycle->launch_after = subjects[count - 1].subject_id;
    }
    cycle->message->cases_opened += (int64_t)count;
    if (count < FLOW_BATCH) {
        cycle->message->cases_planned = cycle->message->cases_opened;
        DC_TRY(wf_cycle_step(&cycle->message->state, WF_CYCLE_OPENED, error));
        DC_TRY(flow_store_save_turns(work, &cycle->message->id, 1, error));
    }
    return DC_OK;
}

/* --- from track to track -------------------------------------------------------------------------
 */
static void
tell_stages_closed(struct flow_work *work, const Workflow__Cycle *cycle,
                   const struct wf_definition *process)
{
    for (size_t i = 0; i < process->stage_count; i++) {
        if (process->stages[i].track == cycle->track) {
            flow_tell_stage_closed(work, cycle, process->stages[i].code);
        }
    }
}

/* ret_changed: its track was over. */
static enum dc_code
go_on(struct flow_work *work, struct flow_cycle *cycle, const struct wf_definition *process,
      bool *ret_changed, struct dc_error *error)
{
    Workflow__Cycle *message = cycle->message;
    bool going;
    DC_TRY(flow_store_take_turns(work, message->id, error));
    DC_TRY(flow_store_is_going(work, message->id, message->track, &going, error));
    *ret_changed = !going;
    if (going) {
        return DC_OK;
    }
    tell_stages_closed(work, message, process);
    if (message->track + 1 >= process->track_count) {
        message->closed_at_us = work->step->now;
        return wf_cycle_step(&message->state, WF_CYCLE_CLOSE, error);
    }
    DC_TRY(wf_cycle_step(&message->state, WF_CYCLE_GO_ON, error));
    message->track++;
    message->cases_opened = 0;
    cycle->launch_after = 0;
    struct flow_range range = {message->unit_id,
                               &process->stages[wf_track_first(process, message->track)],
                               wf_calendar_date(work->calendar, message->started_at_us)};
    return flow_store_count_subjects(work, &range, &message->cases_planned, error);
}

/* --- cancelled -----------------------------------------------------------------------------------
 */
/* Whoever proposed something hears that it was not approved, and why. */
static enum dc_code
end_cases(struct flow_work *work, const Workflow__Cycle *cycle, struct dc_error *error)
{
    const struct wf_definition *process;
    Workflow__Case **proposed;
    size_t count;
    int32_t version;
    DC_TRY(flow_store_end_cases(work, cycle, &proposed, &count, error));
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(flow_process(work, cycle->definition, cycle->definition_version, &process, &version,
                        error));
    for (size_t i = 0; i < count; i++) {
        proposed[i]->purpose = (char *)process->purpose;
        proposed[i]->outcome = (char *)"cancelled";
        proposed[i]->outcome_kind = (char *)wf_outcome_kind_name(WF_RETURN);
        proposed[i]->reason = cycle->reason;
    }
    flow_tell_cases(work, proposed, count);
    return DC_OK;
}

static enum dc_code
sweep(struct flow_work *work, const struct flow_cycle *cycle, struct dc_error *error)
{
    int64_t *ids;
    struct flow_task *tasks;
    size_t count;
    DC_TRY(flow_store_open_of_cycle(work, cycle->message->id, &ids, &count, error));
    if (count == 0) {
        DC_TRY(flow_store_take_turns(work, cycle->message->id, error));
        return end_cases(work, cycle->message, error);
    }
    DC_TRY(flow_store_tasks(work, ids, count, &tasks, &count, error));
    struct flow_task **each = DC_NEW_ARRAY(work->step->arena, struct flow_task *, count + 1);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(wf_task_cancel(&tasks[i].rule, error));
        flow_line(work, &tasks[i],
                  &(struct flow_line){.what = "cancelled",
                                      .person_id = cycle->message->author_person_id,
                                      .reason = cycle->message->reason});
        each[i] = &tasks[i];
    }
    DC_TRY(flow_store_save(work, tasks, count, true, error));
    struct flow_tell tell = {.told = FLOW_CANCELLED, .reason = cycle->message->reason};
    return flow_tell_tasks(work, each, count, &tell, error);
}

/* --- the task ------------------------------------------------------------------------------------
 */
static enum dc_code
look_at(struct flow_work *work, struct flow_cycle *cycle, struct dc_error *error)
{
    const struct wf_definition *process;
    bool changed = true;
    int32_t version;
    switch (cycle->message->state) {
    case WORKFLOW__CYCLE_STATE__CYCLE_STATE_LAUNCHING:
    case WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING:
        DC_TRY(flow_process(work, cycle->message->definition, cycle->message->definition_version,
                            &process, &version, error));
        if (cycle->message->state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_LAUNCHING) {
            DC_TRY(open_batch(work, cycle, process, error));
        } else {
            DC_TRY(go_on(work, cycle, process, &changed, error));
        }
        break;
    case WORKFLOW__CYCLE_STATE__CYCLE_STATE_CANCELLED:
        return sweep(work, cycle, error);
    default: /* closed: nothing is left to be done */
        return flow_store_take_turns(work, cycle->message->id, error);
    }
    if (changed) {
        DC_TRY(flow_store_cycle_state(work, cycle, error));
        flow_tell_cycle(work, cycle->message);
    }
    return DC_OK;
}

/* One piece of one cycle: deadlines first, which everybody waits for. */
static enum dc_code
one_piece(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct flow_work work;
    struct flow_cycle cycle;
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_replan_piece(&work, ret_more, error));
    if (*ret_more) {
        return flow_store_flush(&work, error);
    }
    DC_TRY(flow_store_pick_cycle(&work, &cycle, error));
    *ret_more = cycle.message != NULL;
    if (!cycle.message) {
        return DC_OK;
    }
    DC_TRY(look_at(&work, &cycle, error));
    return flow_store_flush(&work, error);
}

enum dc_code
workflow_task_cycles(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    return flow_each_tenant(step, flow_store_tenants_turning, one_piece, ret_more, error);
}
