/* withdrawing.c - a decision is taken back, as long as nobody has acted on what followed. */
#include "handlers.h"

#include <string.h>

/* Has somebody acted on what followed? A decided task, or a decided seat, after this one. */
static bool
is_acted_on(const struct flow_task *followers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (followers[i].rule.state != WORKFLOW__TASK_STATE__TASK_STATE_OPEN) {
            return true;
        }
        for (size_t j = 0; j < followers[i].rule.seat_count; j++) {
            if (followers[i].rule.seats[j].state == WORKFLOW__SEAT_STATE__SEAT_STATE_DONE) {
                return true;
            }
        }
    }
    return false;
}

/* A case that has ended goes on only while its track is open, and when nothing was carried out
 * elsewhere by its reference. */
static bool
is_over(const struct flow_task *task, const Workflow__Cycle *cycle)
{
    bool runs = cycle->state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING ||
                cycle->state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_LAUNCHING;
    return !runs || task->track != cycle->track ||
           (task->case_state == WF_CASE_ENDED && *task->reference);
}

/* The tasks that followed are not to be decided any more. */
static enum dc_code
cancel(struct flow_work *work, struct flow_task *followers, size_t count, const char *reason,
       struct dc_error *error)
{
    struct flow_task **each = DC_NEW_ARRAY(work->step->arena, struct flow_task *, count + 1);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(wf_task_cancel(&followers[i].rule, error));
        flow_line(work, &followers[i],
                  &(struct flow_line){.what = "cancelled",
                                      .person_id = work->step->context->person_id,
                                      .reason = reason});
        each[i] = &followers[i];
    }
    DC_TRY(flow_store_save(work, followers, count, true, error));
    struct flow_tell tell = {.told = FLOW_CANCELLED, .reason = reason};
    return flow_tell_tasks(work, each, count, &tell, error);
}

/* A seat of a task that is still open decides again. In a sequence it is its turn again, with the
 * time that it had, or when that has passed with the stage's time from now on. */
static enum dc_code
go_back(struct flow_work *work, struct flow_task *task, struct dc_error *error)
{
    bool turns = task->rule.mode == WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE;
    struct flow_tell tell = {.told = FLOW_OPENED, .channels = WF_CHANNEL(IN_APP)};
    DC_TRY(flow_delegations(work, error));
    wf_task_delegate(&task->rule, &work->delegations, work->today, NULL);
    if (turns) {
        flow_plan_turn(work, task);
    }
    DC_TRY(flow_store_save(work, task, 1, true, error));
    DC_TRY(flow_replan(work, &task, turns, error));
    return flow_tell_tasks(work, &task, 1, &tell, error);
}

/* The task that takes the place of the withdrawn one: its deadline stays when it is to come. */
static enum dc_code
open_again(struct flow_work *work, struct flow_task *old, struct flow_task *task,
           struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    dc_time now = work->step->now;
    *task = *old;
    task->rule = (struct wf_task){.barred_id = old->rule.barred_id,
                                  .barred_too_id = old->rule.barred_too_id};
    task->before_id = old->before_id;
    task->overdue = task->was_overdue = false;
    task->urged_at = 0;
    task->round = 0;
    wf_task_reopen(&old->rule, work->step->context->person_id,
                   DC_NEW_ARRAY(arena, struct wf_seat, old->rule.seat_count), &task->rule, now);
    DC_TRY(flow_delegations(work, error));
    wf_task_delegate(&task->rule, &work->delegations, work->today, NULL);
    if (task->due_at <= now) {
        flow_plan(work, task, now);
    }
    DC_TRY(flow_store_open(work, task, 1, error));
    DC_TRY(flow_set_timers(work, &task, 1, error));
    struct flow_tell tell = {.told = FLOW_OPENED, .channels = WF_CHANNEL(IN_APP)};
    return flow_tell_tasks(work, &task, 1, &tell, error);
}

/* The case stands in the task's stage again. */
static enum dc_code
resume(struct flow_work *work, struct flow_task *task, struct dc_error *error)
{
    if (task->case_state == WF_CASE_ENDED) {
        DC_TRY(wf_case_step(&task->case_state, WF_CASE_RESUME, error));
    }
    struct flow_move move = {task->case_id, task->stage, task->case_state, "", 0, ""};
    return flow_store_move_cases(work, &move, 1, error);
}

static enum dc_code
replace(struct flow_work *work, struct flow_task *task, struct flow_task *followers, size_t count,
        const char *reason, struct flow_task **ret_task, struct dc_error *error)
{
    struct flow_task *again = DC_NEW(work->step->arena, struct flow_task);
    struct flow_tell tell = {.told = FLOW_CANCELLED, .reason = reason};
    DC_TRY(cancel(work, followers, count, reason, error));
    DC_TRY(flow_store_save(work, task, 1, true, error));
    DC_TRY(flow_tell_tasks(work, &task, 1, &tell, error));
    DC_TRY(resume(work, task, error));
    DC_TRY(open_again(work, task, again, error));
    *ret_task = again;
    return DC_OK;
}

DC_HANDLER(workflow_withdraw_decision, Workflow__WithdrawDecisionRequest,
           Workflow__WithdrawDecisionResponse)
{
    struct flow_work work;
    struct flow_task *task, *followers = NULL;
    struct flow_cycle cycle;
    int64_t *ids;
    size_t count;
    bool reopened;
    dc_step_subject(step, "task/%lld", (long long)request->task_id);
    DC_TRY(flow_check_reason(request->reason, true, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_load_task(&work, request->task_id, true, &task, error));
    DC_TRY(flow_store_followers(&work, task->id, &ids, &count, error));
    DC_TRY(flow_store_lock(&work, ids, count, error));
    DC_TRY(flow_store_tasks(&work, ids, count, &followers, &count, error));
    DC_TRY(flow_store_cycle(&work, task->cycle_id, FLOW_HOLD, &cycle, error));
    bool acted_on = is_acted_on(followers, count) || is_over(task, cycle.message);
    DC_TRY(wf_task_withdraw(&task->rule, step->context->person_id, acted_on, request->reason,
                            &reopened, error));
    flow_line(&work, task,
              &(struct flow_line){.what = "withdrawn",
                                  .person_id = step->context->person_id,
                                  .reason = request->reason});
    if (reopened) {
        DC_TRY(go_back(&work, task, error));
    } else {
        DC_TRY(replace(&work, task, followers, count, request->reason, &task, error));
    }
    DC_TRY(flow_store_flush(&work, error));
    return flow_message(&work, task, &response->task, error);
}
