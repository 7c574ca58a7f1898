/* planning.c - until when tasks are to be decided, and what is to happen on the way there. */
#include "handlers.h"

void
flow_plan(struct flow_work *work, struct flow_task *task, dc_time from)
{
    struct wf_due due = wf_due_of(work->step->arena, &task->stage_rule->due, work->calendar, from);
    task->due_at = due.at;
    task->due_reason_zh = due.reason_zh;
    task->due_reason_en = due.reason_en;
}

/* The seat whose turn it is; NULL when they do not take turns. */
static const struct wf_seat *
turn_of(const struct flow_task *task)
{
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        if (task->rule.mode == WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE &&
            task->rule.seats[i].state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN) {
            return &task->rule.seats[i];
        }
    }
    return NULL;
}

void
flow_plan_turn(struct flow_work *work, struct flow_task *task)
{
    const struct wf_seat *seat = turn_of(task);
    dc_time from = seat ? seat->opened_at : task->opened_at;
    flow_plan(work, task, from);
    if (task->due_at <= work->step->now) {
        from = work->step->now;
        flow_plan(work, task, from);
    }
    if (seat && from != task->opened_at) {
        task->due_reason_zh = dc_arena_printf(work->step->arena, "第 %d 位自轮到时起算：%s",
                                              seat->number, task->due_reason_zh);
        task->due_reason_en =
            dc_arena_printf(work->step->arena, "counted from the turn of seat %d: %s", seat->number,
                            task->due_reason_en);
    }
    task->overdue = false;
}

enum dc_code
flow_set_timers(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                struct dc_error *error)
{
    struct flow_timer *timers =
        DC_NEW_ARRAY(work->step->arena, struct flow_timer, count * WF_TIMERS_MAX + 1);
    struct wf_timer own[WF_TIMERS_MAX];
    const struct flow_task *last = NULL;
    size_t n = 0, own_count = 0;
    int32_t last_rung = 0;
    for (size_t i = 0; i < count; i++) {
        const struct flow_task *task = tasks[i];
        int32_t rung = wf_task_rung(&task->rule);
        if (!last || last->stage_rule != task->stage_rule || last->due_at != task->due_at ||
            last_rung != rung) {
            struct wf_due due = wf_due_at(work->calendar, task->due_at);
            own_count =
                wf_timers(task->stage_rule, work->calendar, &due, work->step->now, rung, own);
        }
        for (size_t j = 0; j < own_count; j++) {
            timers[n++] = (struct flow_timer){task->id, own[j]};
        }
        last = task;
        last_rung = rung;
    }
    return flow_store_set_timers(work, timers, n, error);
}

enum dc_code
flow_replan(struct flow_work *work, struct flow_task *const *tasks, size_t count,
            struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(flow_store_replan(work, tasks, count, error));
    return flow_set_timers(work, tasks, count, error);
}
