/*
 * firing.c - timers: reminders, deadlines and rungs, each fired once by whichever replica takes it.
 *
 * What is due is taken by its row, which goes away in the transaction that tells of it: a crash
 * leaves both or neither. A timer belongs to an open task; one that is decided has none.
 */
#include "handlers.h"

#include <stdlib.h>
#include <string.h>

/* A task with the timer that has come due. */
struct fired {
    struct flow_task *task;
    struct wf_timer timer;
};

/* Together goes what is told in the same words. */
static int
by_words(const void *a, const void *b)
{
    const struct fired *x = a, *y = b;
    int order = (x->timer.kind > y->timer.kind) - (x->timer.kind < y->timer.kind);
    order = order ? order : (x->timer.step > y->timer.step) - (x->timer.step < y->timer.step);
    uintptr_t left = (uintptr_t)x->task->stage_rule, right = (uintptr_t)y->task->stage_rule;
    order = order ? order : (left > right) - (left < right);
    return order ? order : (x->task->id > y->task->id) - (x->task->id < y->task->id);
}

static void
remind(struct flow_work *work, struct flow_task *task)
{
    wf_task_remind(&task->rule);
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        task->reminders[i] += task->rule.seats[i].state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
    }
    flow_line(work, task, &(struct flow_line){.what = "reminded"});
}

/* --- escalation ----------------------------------------------------------------------------------
 */
static void
climb(struct flow_work *work, struct flow_task *task, int32_t rung,
      const struct wf_candidates *candidates, int64_t fallback_id)
{
    struct wf_choice choice = {.fallback_id = fallback_id,
                               .barred_id = task->rule.barred_id,
                               .barred_too_id = task->rule.barred_too_id,
                               .today = work->today};
    int64_t to = wf_choose_rung(candidates, &task->rule, &choice);
    uint32_t moved = 0;
    wf_task_escalate(&task->rule, rung, to, &moved);
    wf_task_delegate(&task->rule, &work->delegations, work->today, NULL);
    if (moved == 0) { /* nobody is above, or he has it already */
        flow_line(work, task, &(struct flow_line){.what = "escalated"});
    }
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        int64_t owner = task->rule.seats[i].owner_id;
        if (moved & 1u << i) {
            flow_line(work, task,
                      &(struct flow_line){.what = "escalated",
                                          .person_id = to,
                                          .for_person_id = owner,
                                          .owner_id = owner});
        }
    }
}

/* All rungs of a batch: whom they mean is asked once. */
static enum dc_code
escalate(struct flow_work *work, struct fired *fired, size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct flow_ask *ask = DC_NEW_ARRAY(arena, struct flow_ask, count + 1);
    struct wf_candidates *found = DC_NEW_ARRAY(arena, struct wf_candidates, count + 1);
    struct fired **which = DC_NEW_ARRAY(arena, struct fired *, count + 1);
    int64_t *starters = DC_NEW_ARRAY(arena, int64_t, count + 1);
    struct flow_fallbacks fallbacks;
    size_t n = 0, starter_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct flow_task *task = fired[i].task;
        if (fired[i].timer.kind == WF_TIMER_ESCALATE) {
            which[n] = &fired[i];
            ask[n++] = flow_ask_of(task, &task->stage_rule->rungs[fired[i].timer.step - 1].to);
            if (starter_count == 0 || starters[starter_count - 1] != task->starter_id) {
                starters[starter_count++] = task->starter_id;
            }
        }
    }
    if (n == 0) {
        return DC_OK;
    }
    DC_TRY(flow_store_candidates(work, ask, n, found, error));
    DC_TRY(flow_store_fallbacks(work, starters, starter_count, &fallbacks, error));
    DC_TRY(flow_delegations(work, error));
    for (size_t i = 0; i < n; i++) {
        struct flow_task *task = which[i]->task;
        int64_t fallback =
            flow_fallback(&fallbacks, task->starter_id, task->approval, task->rule.barred_id);
        climb(work, task, which[i]->timer.step, &found[i], fallback);
    }
    return DC_OK;
}

/* --- telling -------------------------------------------------------------------------------------
 */
static enum dc_code
tell_group(struct flow_work *work, const struct fired *fired, struct flow_task **tasks,
           size_t count, struct dc_error *error)
{
    const struct wf_stage *stage = fired->task->stage_rule;
    int32_t step = fired->timer.step;
    struct flow_tell tell = {.step = step};
    if (fired->timer.kind == WF_TIMER_REMIND) {
        tell.told = FLOW_REMINDED;
        tell.channels = stage->reminders[step - 1].channels;
    } else if (fired->timer.kind == WF_TIMER_ESCALATE) {
        tell.told = FLOW_ESCALATED;
        tell.channels = stage->rungs[step - 1].channels;
        tell.owner_untold = !stage->rungs[step - 1].tell_owner;
    } else {
        return DC_OK; /* the deadline alone: the board shows it */
    }
    return flow_tell_tasks(work, tasks, count, &tell, error);
}

static enum dc_code
tell_all(struct flow_work *work, const struct fired *fired, size_t count, struct dc_error *error)
{
    struct flow_task **tasks = DC_NEW_ARRAY(work->step->arena, struct flow_task *, count + 1);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 0; i + n < count; n++) {
            const struct fired *x = &fired[i], *y = &fired[i + n];
            if (x->timer.kind != y->timer.kind || x->timer.step != y->timer.step ||
                x->task->stage_rule != y->task->stage_rule) {
                break;
            }
            tasks[n] = y->task;
        }
        DC_TRY(tell_group(work, &fired[i], tasks, n, error));
    }
    return DC_OK;
}

/* --- firing --------------------------------------------------------------------------------------
 */
/* A cycle that was moved may follow rules that have no such step any more. */
static bool
is_known(const struct flow_task *task, const struct wf_timer *timer)
{
    if (!task->stage_rule || task->rule.state != WORKFLOW__TASK_STATE__TASK_STATE_OPEN) {
        return false;
    }
    size_t step = (size_t)timer->step;
    return timer->kind == WF_TIMER_REMIND ? step >= 1 && step <= task->stage_rule->reminder_count
           : timer->kind == WF_TIMER_ESCALATE ? step >= 1 && step <= task->stage_rule->rung_count
                                              : true;
}

/* Timers and tasks come in the order of the tasks' ids. */
static size_t
match(const struct flow_timer *timers, size_t timer_count, struct flow_task *tasks,
      size_t task_count, struct fired *ret_fired)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < timer_count && k < task_count;) {
        if (timers[i].task_id < tasks[k].id) {
            i++;
        } else if (timers[i].task_id > tasks[k].id) {
            k++;
        } else {
            if (is_known(&tasks[k], &timers[i].timer)) {
                tasks[n] = tasks[k]; /* in front: saved as one piece */
                ret_fired[n] = (struct fired){&tasks[n], timers[i].timer};
                n++;
            }
            i++;
            k++;
        }
    }
    return n;
}

static enum dc_code
fire(struct flow_work *work, const struct flow_timer *timers, size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count);
    struct fired *fired = DC_NEW_ARRAY(arena, struct fired, count);
    struct flow_task *tasks;
    size_t task_count;
    for (size_t i = 0; i < count; i++) {
        ids[i] = timers[i].task_id;
    }
    DC_TRY(flow_store_tasks(work, ids, count, &tasks, &task_count, error));
    size_t n = match(timers, count, tasks, task_count, fired);
    for (size_t i = 0; i < n; i++) {
        struct flow_task *task = fired[i].task;
        task->overdue |= task->due_at <= work->step->now;
        if (fired[i].timer.kind == WF_TIMER_REMIND) {
            remind(work, task);
        }
        task->guard_next = fired[i].timer.kind == WF_TIMER_ESCALATE;
    }
    DC_TRY(escalate(work, fired, n, error));
    DC_TRY(flow_store_save(work, tasks, n, false, error));
    qsort(fired, n, sizeof(*fired), by_words);
    DC_TRY(tell_all(work, fired, n, error));
    return flow_store_flush(work, error);
}

static enum dc_code
one_batch(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct flow_work work;
    struct flow_timer *timers;
    size_t count;
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_take_timers(&work, &timers, &count, error));
    *ret_more = count > 0;
    return count > 0 ? fire(&work, timers, count, error) : DC_OK;
}

/* A batch of each tenant that has something due: one with very much holds the others up for no
 * longer than a batch. */
enum dc_code
workflow_task_timers(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    return flow_each_tenant(step, flow_store_tenants_due, one_batch, ret_more, error);
}
