/*
 * replanning.c - a cycle went over to another version of its definition: its open tasks get the
 * deadlines and timers of the new rules, where these differ, FLOW_BATCH tasks in a transaction.
 *
 * How far it is stands in the cycle's row of `replan`, which moves, and at the end goes away, in
 * the transaction of the tasks: a crash repeats nothing and leaves nothing out. Until then the
 * cycle's timers rest, so that nothing fires by a deadline that is no longer.
 */
#include "handlers.h"

/* --- what differs --------------------------------------------------------------------------------
 */
static bool
is_same_duration(struct wf_duration a, struct wf_duration b)
{
    return a.amount == b.amount && a.working_days == b.working_days;
}

static bool
is_same_due(const struct wf_due_rule *a, const struct wf_due_rule *b)
{
    return a->day_of_month == b->day_of_month && is_same_duration(a->after, b->after) &&
           a->at == b->at && a->when_off == b->when_off;
}

/* When something happens to a task of it; by which channels and to whom is asked when it does. */
static bool
is_same_timing(const struct wf_stage *a, const struct wf_stage *b)
{
    bool same = is_same_due(&a->due, &b->due) && a->reminder_count == b->reminder_count &&
                a->rung_count == b->rung_count;
    for (size_t i = 0; same && i < a->reminder_count; i++) {
        same = is_same_duration(a->reminders[i].before, b->reminders[i].before);
    }
    for (size_t i = 0; same && i < a->rung_count; i++) {
        same = is_same_duration(a->rungs[i].after, b->rungs[i].after);
    }
    return same;
}

/* Codes of the stages whose tasks are planned anew. */
static const char **
stages_to_replan(struct dc_arena *arena, const struct wf_definition *from,
                 const struct wf_definition *to, size_t *ret_count)
{
    const char **stages = DC_NEW_ARRAY(arena, const char *, to->stage_count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < to->stage_count; i++) {
        int32_t old = wf_stage_find(from, to->stages[i].code);
        if (old >= 0 && !is_same_timing(&from->stages[old], &to->stages[i])) {
            stages[(*ret_count)++] = to->stages[i].code;
        }
    }
    return stages;
}

/* The deadline, where the rule for it is another one; timers are set anew in any case. */
static void
plan(struct flow_work *work, const struct wf_definition *from, struct flow_task *task)
{
    int32_t old = wf_stage_find(from, task->stage_rule->code);
    if (old < 0 || !is_same_due(&from->stages[old].due, &task->stage_rule->due)) {
        flow_plan_moved(work, task);
    }
}

/* --- before: what would move ---------------------------------------------------------------------
 */
enum dc_code
flow_replan_preview(struct flow_work *work, int64_t cycle_id, const struct wf_definition *from,
                    const struct wf_definition *to, struct flow_shift **ret_shifts,
                    size_t *ret_count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t stage_count, count;
    const char **stages = stages_to_replan(arena, from, to, &stage_count);
    struct flow_deadline *deadlines;
    struct flow_shift *shifts = DC_NEW_ARRAY(arena, struct flow_shift, stage_count + 1);
    DC_TRY(flow_store_deadlines(work, cycle_id, stages, stage_count, &deadlines, &count, error));
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct wf_stage *stage = &to->stages[wf_stage_find(to, deadlines[i].stage)];
        if (*ret_count == 0 || shifts[*ret_count - 1].stage != stage) {
            shifts[(*ret_count)++] = (struct flow_shift){.stage = stage};
        }
        struct flow_shift *shift = &shifts[*ret_count - 1];
        struct flow_task task = {.stage_rule = stage,
                                 .opened_at = deadlines[i].began,
                                 .due_at = deadlines[i].due_at,
                                 .due_reason_zh = "",
                                 .due_reason_en = ""};
        plan(work, from, &task);
        shift->earlier += task.due_at < deadlines[i].due_at ? deadlines[i].tasks : 0;
        shift->later += task.due_at > deadlines[i].due_at ? deadlines[i].tasks : 0;
        shift->same += task.due_at == deadlines[i].due_at ? deadlines[i].tasks : 0;
        if (task.due_at != deadlines[i].due_at &&
            (shift->first_at == 0 || task.due_at < shift->first_at)) {
            shift->first_at = task.due_at;
        }
    }
    *ret_shifts = shifts;
    return DC_OK;
}

/* --- after: piece by piece -----------------------------------------------------------------------
 */
static enum dc_code
replan(struct flow_work *work, const struct wf_definition *from, struct flow_task *tasks,
       size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct flow_task **planned = DC_NEW_ARRAY(arena, struct flow_task *, count + 1);
    struct flow_task **told = DC_NEW_ARRAY(arena, struct flow_task *, count + 1);
    size_t n = 0, told_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct flow_task *task = &tasks[n];
        *task = tasks[i]; /* in front: saved as one piece */
        if (task->rule.state != WORKFLOW__TASK_STATE__TASK_STATE_OPEN || !task->stage_rule ||
            task->cycle_state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_CANCELLED) {
            continue;
        }
        dc_time before = task->due_at;
        plan(work, from, task);
        if (task->due_at != before) {
            flow_line(work, task,
                      &(struct flow_line){.what = "rescheduled",
                                          .reason = "流程换用新版 the cycle went over to another "
                                                    "version of its definition"});
            told[told_count++] = task;
        }
        planned[n++] = task;
    }
    DC_TRY(flow_store_save(work, tasks, n, false, error));
    DC_TRY(flow_replan(work, planned, n, error));
    struct flow_tell tell = {.told = FLOW_RESCHEDULED};
    return flow_tell_tasks(work, told, told_count, &tell, error);
}

enum dc_code
flow_replan_piece(struct flow_work *work, bool *ret_did, struct dc_error *error)
{
    struct flow_moved moved;
    const struct wf_definition *from, *to;
    struct flow_task *tasks;
    int64_t *ids;
    size_t stage_count, count;
    int32_t version;
    DC_TRY(flow_store_take_replan(work, &moved, error));
    *ret_did = moved.cycle_id != 0;
    if (!*ret_did) {
        return DC_OK;
    }
    DC_TRY(flow_process(work, moved.definition, moved.from_version, &from, &version, error));
    DC_TRY(flow_process(work, moved.definition, moved.version, &to, &version, error));
    const char **stages = stages_to_replan(work->step->arena, from, to, &stage_count);
    DC_TRY(flow_store_to_replan(work, &moved, stages, stage_count, &ids, &count, error));
    bool more = count == FLOW_BATCH;
    moved.after = count > 0 ? ids[count - 1] : moved.after;
    DC_TRY(flow_store_lock(work, ids, count, error));
    DC_TRY(flow_store_tasks(work, ids, count, &tasks, &count, error));
    DC_TRY(replan(work, from, tasks, count, error));
    return more ? flow_store_move_replan(work, &moved, error)
                : flow_store_drop_replan(work, &moved, error);
}
