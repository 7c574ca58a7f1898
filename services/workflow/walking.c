/* walking.c - what follows from decided tasks: their cases enter another stage, or end. */
#include "handlers.h"

#include <string.h>

#include "base/assert.h"

/* Who decided the task: the seat whose outcome it has, the latest of them. */
static const struct wf_seat *
deciding_seat(const struct flow_task *task)
{
    const struct wf_seat *last = NULL;
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        const struct wf_seat *seat = &task->rule.seats[i];
        if (seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_DONE &&
            strcmp(seat->outcome, task->rule.outcome) == 0 &&
            (!last || seat->decided_at >= last->decided_at)) {
            last = seat;
        }
    }
    DC_ASSERT(last);
    return last;
}

static struct flow_opening
opening_of(const struct flow_task *task, int32_t stage)
{
    return (struct flow_opening){
        .case_id = task->case_id,
        .cycle_id = task->cycle_id,
        .subject_id = task->subject_id,
        .unit_id = task->unit_id,
        .starter_id = task->starter_id,
        .before_id = task->id,
        .subject_kind = task->subject_kind,
        .cycle_name = task->cycle_name,
        .definition = task->definition,
        .period = task->period,
        .definition_version = task->definition_version,
        .process = task->process,
        .stage_index = stage,
    };
}

static Workflow__Case *
case_message(struct flow_work *work, const struct flow_task *task, const struct wf_seat *seat)
{
    Workflow__Case *message =
        DC_NEW_MESSAGE(work->step->arena, Workflow__Case, workflow__case__init);
    message->id = task->case_id;
    message->cycle_id = task->cycle_id;
    message->definition = (char *)task->definition;
    message->purpose = (char *)task->process->purpose;
    message->subject_kind = task->subject_kind;
    message->subject_id = task->subject_id;
    message->period = (char *)task->period;
    message->outcome = (char *)task->rule.outcome;
    message->outcome_kind = (char *)flow_outcome_kind(task);
    message->track = task->track;
    message->reference = (char *)task->reference;
    message->decided_by_id = seat->decided_by_id;
    message->reason = (char *)seat->reason;
    if (task->approval) {
        message->facts =
            flow_fact_messages(work->step->arena, task->facts, task->fact_count);
        message->n_facts = task->fact_count;
    }
    return message;
}

enum dc_code
flow_walk(struct flow_work *work, struct flow_task *const *tasks, size_t count,
          struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct flow_opening *openings = DC_NEW_ARRAY(arena, struct flow_opening, count + 1);
    struct flow_move *moves = DC_NEW_ARRAY(arena, struct flow_move, count + 1);
    Workflow__Case **ended = DC_NEW_ARRAY(arena, Workflow__Case *, count + 1);
    int64_t *cycles = DC_NEW_ARRAY(arena, int64_t, count + 1);
    size_t opening_count = 0, ended_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct flow_task *task = tasks[i];
        const struct wf_seat *seat = deciding_seat(task);
        const struct wf_outcome *outcome = wf_outcome_find(task->stage_rule, task->rule.outcome);
        int32_t to = wf_stage_after(task->process, task->stage_index, outcome, task->facts,
                                    task->fact_count, NULL);
        bool ends = to == WF_TO_END;
        DC_TRY(wf_case_step(&task->case_state, ends ? WF_CASE_END : WF_CASE_ADVANCE, error));
        moves[i] = (struct flow_move){
            task->case_id,       ends ? task->stage : task->process->stages[to].code,
            task->case_state,    task->rule.outcome,
            seat->decided_by_id, seat->reason};
        if (ends) {
            cycles[ended_count] = task->cycle_id;
            ended[ended_count++] = case_message(work, task, seat);
        } else {
            openings[opening_count++] = opening_of(task, to);
        }
    }
    DC_TRY(flow_store_move_cases(work, moves, count, error));
    DC_TRY(flow_open(work, openings, opening_count, error));
    flow_tell_cases(work, ended, ended_count);
    if (ended_count > 0) {
        DC_TRY(flow_store_save_turns(work, cycles, ended_count, error));
        dc_wake_on_commit(work->step, "cycles");
    }
    return DC_OK;
}
