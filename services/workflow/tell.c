/* tell.c - the events of workflow: whole tasks, at most 200 in one, in the order of their keys. */
#include "handlers.h"

#include <stdlib.h>
#include <string.h>

/* Of the keys of tasks and cases. What is locked is each task and case by itself, so that the order
 * which is kept is the order of each, not of all in a bucket. */
enum { BUCKETS = 16 };

/* --- tasks as messages ---------------------------------------------------------------------------
 */
static enum dc_code
names_of(struct flow_work *work, struct flow_task *const *tasks, size_t count,
         struct flow_names *ret_names, struct dc_error *error)
{
    size_t seats = 0, people = 0, units = 0;
    for (size_t i = 0; i < count; i++) {
        seats += tasks[i]->rule.seat_count;
    }
    int64_t *ids = DC_NEW_ARRAY(work->step->arena, int64_t, 3 * seats + count + 1);
    int64_t *unit_ids = DC_NEW_ARRAY(work->step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON) {
            ids[people++] = tasks[i]->subject_id;
        } else {
            unit_ids[units++] = tasks[i]->subject_id;
        }
        for (size_t j = 0; j < tasks[i]->rule.seat_count; j++) {
            const struct wf_seat *seat = &tasks[i]->rule.seats[j];
            ids[people++] = seat->owner_id;
            ids[people++] = seat->holder_id;
            if (seat->decided_by_id) {
                ids[people++] = seat->decided_by_id;
            }
        }
    }
    return flow_store_names(work, ids, people, unit_ids, units, ret_names, error);
}

/* Of a decided task; "" otherwise. */
const char *
flow_outcome_kind(const struct flow_task *task)
{
    const struct wf_outcome *outcome = task->stage_rule && task->rule.outcome && *task->rule.outcome
                                           ? wf_outcome_find(task->stage_rule, task->rule.outcome)
                                           : NULL;
    return outcome ? wf_outcome_kind_name(outcome->kind) : "";
}

static char *
text(const char *words)
{
    return words ? (char *)words : (char *)"";
}

static Workflow__Seat *
seat_message(struct dc_arena *arena, const struct flow_task *task, const struct wf_seat *seat,
             const struct flow_names *names)
{
    Workflow__Seat *message = DC_NEW_MESSAGE(arena, Workflow__Seat, workflow__seat__init);
    bool open = seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
    message->number = seat->number;
    message->owner_id = seat->owner_id;
    message->owner_name = text(flow_name(names, FLOW_PEOPLE, seat->owner_id));
    message->holder_id = seat->holder_id;
    message->holder_name = text(flow_name(names, FLOW_PEOPLE, seat->holder_id));
    message->held_by = seat->held_by;
    message->state = seat->state;
    message->outcome = text(seat->outcome);
    message->reason = text(seat->reason);
    message->decided_by_id = seat->decided_by_id;
    message->decided_by_name = text(flow_name(names, FLOW_PEOPLE, seat->decided_by_id));
    message->opened_at_us = seat->opened_at;
    message->decided_at_us = seat->decided_at;
    message->due_at_us = open ? task->due_at : seat->due_at;
    message->rung = seat->rung;
    message->reminded = seat->reminded;
    return message;
}

static Workflow__Task *
task_message(struct dc_arena *arena, const struct flow_task *task, const struct flow_names *names)
{
    Workflow__Task *message = DC_NEW_MESSAGE(arena, Workflow__Task, workflow__task__init);
    bool person = task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    message->id = task->id;
    message->case_id = task->case_id;
    message->cycle_id = task->cycle_id;
    message->cycle_name = text(task->cycle_name);
    message->definition = text(task->definition);
    message->stage = text(task->stage);
    message->stage_name = text(task->stage_rule ? task->stage_rule->name : task->stage);
    message->stage_name_en = text(task->stage_rule ? task->stage_rule->name_en : task->stage);
    message->subject_kind = task->subject_kind;
    message->subject_id = task->subject_id;
    message->subject_name =
        text(flow_name(names, person ? FLOW_PEOPLE : FLOW_UNITS, task->subject_id));
    message->unit_id = task->unit_id;
    message->period = text(task->period);
    message->state = task->rule.state;
    message->mode = task->rule.mode;
    message->opened_at_us = task->opened_at;
    message->due_at_us = task->due_at;
    message->due_reason_zh = text(task->due_reason_zh);
    message->due_reason_en = text(task->due_reason_en);
    message->decided_at_us = task->rule.decided_at;
    message->outcome = text(task->rule.outcome);
    message->outcome_kind = text(flow_outcome_kind(task));
    message->gate = text(task->stage_rule ? wf_gate_name(task->stage_rule->gate) : "");
    message->version = task->version;
    message->overdue = task->overdue;
    message->round = task->round;
    message->n_seats = task->rule.seat_count;
    message->seats = DC_NEW_ARRAY(arena, Workflow__Seat *, task->rule.seat_count + 1);
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        message->seats[i] = seat_message(arena, task, &task->rule.seats[i], names);
    }
    return message;
}

enum dc_code
flow_messages(struct flow_work *work, struct flow_task *const *tasks, size_t count,
              Workflow__Task ***ret_messages, struct dc_error *error)
{
    struct flow_names names;
    Workflow__Task **messages = DC_NEW_ARRAY(work->step->arena, Workflow__Task *, count + 1);
    DC_TRY(names_of(work, tasks, count, &names, error));
    for (size_t i = 0; i < count; i++) {
        messages[i] = task_message(work->step->arena, tasks[i], &names);
    }
    *ret_messages = messages;
    return DC_OK;
}

enum dc_code
flow_message(struct flow_work *work, struct flow_task *task, Workflow__Task **ret_message,
             struct dc_error *error)
{
    Workflow__Task **messages;
    DC_TRY(flow_messages(work, &task, 1, &messages, error));
    *ret_message = messages[0];
    return DC_OK;
}

/* --- telling -------------------------------------------------------------------------------------
 */
/* Unique: each of them makes a new version of the task. The same step may come again, in another
 * one's turn of a sequence, or by other rules. */
static char *
cause_of(struct flow_work *work, const struct flow_tell *tell, const Workflow__Task *first)
{
    return tell->step > 0
               ? dc_arena_printf(work->step->arena, "remind/%lld/%d/%lld", (long long)first->id,
                                 tell->step, (long long)first->version)
               : dc_arena_printf(work->step->arena, "urge/%lld/%lld", (long long)first->id,
                                 (long long)first->version);
}

#define EVENT(Type, init, ...)                                                                     \
    do {                                                                                           \
        Type event = init;                                                                         \
        event.tasks = tasks;                                                                       \
        event.n_tasks = count;                                                                     \
        __VA_ARGS__;                                                                               \
        dc_emit(work->step, work->tenant_id, key, &event.base);                                    \
    } while (0)

/* One event. */
static void
tell_some(struct flow_work *work, const char *key, Workflow__Task **tasks, size_t count,
          const struct flow_tell *tell)
{
    Workflow__Channel channels[WF_CHANNELS_MAX];
    size_t channel_count = wf_channels_list(tell->channels, channels);
    char *reason = text(tell->reason);
    switch (tell->told) {
    case FLOW_OPENED:
        EVENT(Workflow__TasksOpened, WORKFLOW__TASKS_OPENED__INIT, event.channels = channels,
              event.n_channels = channel_count);
        break;
    case FLOW_REMINDED:
        EVENT(Workflow__TasksReminded, WORKFLOW__TASKS_REMINDED__INIT, event.channels = channels,
              event.n_channels = channel_count, event.step = tell->step,
              event.by_person_id = tell->by_person_id,
              event.cause = cause_of(work, tell, tasks[0]));
        break;
    case FLOW_ESCALATED:
        EVENT(Workflow__TasksEscalated, WORKFLOW__TASKS_ESCALATED__INIT, event.channels = channels,
              event.n_channels = channel_count, event.rung = tell->step,
              event.owner_untold = tell->owner_untold);
        break;
    case FLOW_HANDED_OVER:
        EVENT(Workflow__TasksHandedOver, WORKFLOW__TASKS_HANDED_OVER__INIT, event.reason = reason,
              event.by_person_id = tell->by_person_id);
        break;
    case FLOW_DECIDED:
        EVENT(Workflow__TasksDecided, WORKFLOW__TASKS_DECIDED__INIT, event.seat = tell->step);
        break;
    case FLOW_RESCHEDULED:
        EVENT(Workflow__TasksRescheduled, WORKFLOW__TASKS_RESCHEDULED__INIT);
        break;
    case FLOW_CANCELLED:
        EVENT(Workflow__TasksCancelled, WORKFLOW__TASKS_CANCELLED__INIT, event.reason = reason);
        break;
    }
}

enum dc_code
flow_tell_tasks(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                const struct flow_tell *tell, struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    Workflow__Task **messages;
    DC_TRY(flow_messages(work, tasks, count, &messages, error));
    Workflow__Task **some = DC_NEW_ARRAY(work->step->arena, Workflow__Task *, FLOW_EVENT_TASKS);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        const char *key = dc_arena_printf(work->step->arena, "tasks/%d", bucket);
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
            if (messages[i]->id % BUCKETS != bucket) {
                continue;
            }
            some[n++] = messages[i];
            if (n == FLOW_EVENT_TASKS) {
                tell_some(work, key, some, n, tell);
                n = 0;
            }
        }
        if (n > 0) {
            tell_some(work, key, some, n, tell);
        }
    }
    return DC_OK;
}

void
flow_tell_cycle(struct flow_work *work, const Workflow__Cycle *cycle)
{
    Workflow__CycleChanged event = WORKFLOW__CYCLE_CHANGED__INIT;
    event.cycle = (Workflow__Cycle *)cycle;
    dc_emit(work->step, work->tenant_id,
            dc_arena_printf(work->step->arena, "cycle/%lld", (long long)cycle->id), &event.base);
}

void
flow_tell_cases(struct flow_work *work, Workflow__Case *const *cases, size_t count)
{
    Workflow__Case **some = DC_NEW_ARRAY(work->step->arena, Workflow__Case *, FLOW_EVENT_CASES);
    for (int bucket = 0; bucket < BUCKETS && count > 0; bucket++) {
        const char *key = dc_arena_printf(work->step->arena, "case/%d", bucket);
        Workflow__CasesEnded event = WORKFLOW__CASES_ENDED__INIT;
        event.cases = some;
        for (size_t i = 0; i < count; i++) {
            if (cases[i]->id % BUCKETS != bucket) {
                continue;
            }
            some[event.n_cases++] = cases[i];
            if (event.n_cases == FLOW_EVENT_CASES) {
                dc_emit(work->step, work->tenant_id, key, &event.base);
                event.n_cases = 0;
            }
        }
        if (event.n_cases > 0) {
            dc_emit(work->step, work->tenant_id, key, &event.base);
        }
    }
}

void
flow_tell_stage_closed(struct flow_work *work, const Workflow__Cycle *cycle, const char *stage)
{
    Workflow__StageClosed event = WORKFLOW__STAGE_CLOSED__INIT;
    event.cycle_id = cycle->id;
    event.definition = cycle->definition;
    event.stage = text(stage);
    event.period = cycle->period;
    event.unit_id = cycle->unit_id;
    dc_emit(work->step, work->tenant_id,
            dc_arena_printf(work->step->arena, "cycle/%lld", (long long)cycle->id), &event.base);
}
