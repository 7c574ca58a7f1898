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

/* The deadline of an opening at `from`; says so where that is not the task's own. */
static void
plan_from(struct flow_work *work, struct flow_task *task, dc_time from, const char *zh,
          const char *en)
{
    flow_plan(work, task, from);
    if (*zh) {
        struct dc_arena *arena = work->step->arena;
        task->due_reason_zh = dc_arena_printf(arena, "%s：%s", zh, task->due_reason_zh);
        task->due_reason_en = dc_arena_printf(arena, "%s: %s", en, task->due_reason_en);
    }
}

/* By when whose turn it is began: *ret_from, and from then on. */
static void
plan_turn(struct flow_work *work, struct flow_task *task, bool anew)
{
    const struct wf_seat *seat = turn_of(task);
    dc_time from = anew ? work->step->now : seat ? seat->opened_at : task->opened_at;
    const char *zh = "", *en = "";
    if (seat && from != task->opened_at) {
        zh = dc_arena_printf(work->step->arena, "第 %d 位自轮到时起算", seat->number);
        en = dc_arena_printf(work->step->arena, "counted from the turn of seat %d", seat->number);
    }
    plan_from(work, task, from, zh, en);
}

void
flow_plan_turn(struct flow_work *work, struct flow_task *task)
{
    plan_turn(work, task, false);
    if (task->due_at <= work->step->now) {
        plan_turn(work, task, true);
    }
    task->overdue = false;
}

void
flow_plan_moved(struct flow_work *work, struct flow_task *task)
{
    dc_time now = work->step->now, due_at = task->due_at;
    const char *zh = task->due_reason_zh, *en = task->due_reason_en;
    plan_turn(work, task, false);
    if (task->due_at <= now && due_at > now) { /* nobody is late by a rule that he did not know */
        plan_from(work, task, now, "换用新版流程时起算",
                  "counted from the move to the new version");
        task->due_at = task->due_at > due_at ? 0 : task->due_at; /* nor has more time by less */
    }
    if (task->due_at <= now) {
        task->due_at = due_at;
        task->due_reason_zh = zh;
        task->due_reason_en = en;
    }
    task->overdue = task->overdue && task->due_at <= now;
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
