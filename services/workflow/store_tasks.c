/* store_tasks.c - tasks, seats and timers, in the database: many in one statement. */
#include "base/assert.h"
#include "process.h"
#include "store_internal.h"

enum dc_code
flow_store_lock(struct flow_work *work, const int64_t *ids, size_t count, struct dc_error *error)
{
    DC_TRY(
        dc_db_run(work->step->db, SQL(SHARE_CYCLES), NULL, error, TENANT, dc_p_int64s(ids, count)));
    return dc_db_run(work->step->db, SQL(LOCK_TASKS), NULL, error, TENANT, dc_p_int64s(ids, count));
}

/* --- loading -------------------------------------------------------------------------------------
 */
static void
read_facts(struct flow_work *work, const struct dc_rows *rows, size_t i, int column,
           struct flow_task *task)
{
    const char **names, **values;
    size_t count = dc_rows_texts(rows, i, column, work->step->arena, &names);
    dc_rows_texts(rows, i, column + 1, work->step->arena, &values);
    struct wf_fact *facts = DC_NEW_ARRAY(work->step->arena, struct wf_fact, count + 1);
    for (size_t k = 0; k < count; k++) {
        facts[k] = (struct wf_fact){names[k], values[k]};
    }
    task->facts = facts;
    task->fact_count = count;
}

static void
read_task(struct flow_work *work, const struct dc_rows *rows, size_t i, struct flow_task *task)
{
    *task = (struct flow_task){
        .id = dc_rows_int64(rows, i, 0),
        .case_id = dc_rows_int64(rows, i, 1),
        .cycle_id = dc_rows_int64(rows, i, 2),
        .cycle_name = keep(work, rows, i, 3),
        .definition = keep(work, rows, i, 4),
        .definition_version = (int32_t)dc_rows_int64(rows, i, 5),
        .stage = keep(work, rows, i, 6),
        .subject_kind = (Workflow__SubjectKind)dc_rows_int64(rows, i, 7),
        .subject_id = dc_rows_int64(rows, i, 8),
        .subject_name = "",
        .period = keep(work, rows, i, 9),
        .rule = {.state = (Workflow__TaskState)dc_rows_int64(rows, i, 10),
                 .mode = (Workflow__SeatMode)dc_rows_int64(rows, i, 11),
                 .decided_at = time_or_0(rows, i, 16),
                 .outcome = keep(work, rows, i, 17)},
        .opened_at = dc_rows_time(rows, i, 12),
        .due_at = dc_rows_time(rows, i, 13),
        .due_reason_zh = keep(work, rows, i, 14),
        .due_reason_en = keep(work, rows, i, 15),
        .version = dc_rows_int64(rows, i, 18),
        .overdue = dc_rows_bool(rows, i, 19),
        .round = (int32_t)dc_rows_int64(rows, i, 20),
        .unit_id = dc_rows_int64(rows, i, 21),
        .guard_version = dc_rows_int64(rows, i, 22),
        .before_id = dc_rows_int64(rows, i, 23),
        .urged_at = time_or_0(rows, i, 24),
        .cycle_state = (Workflow__CycleState)dc_rows_int64(rows, i, 25),
        .starter_id = dc_rows_int64(rows, i, 26),
        .track = (int32_t)dc_rows_int64(rows, i, 27),
        .case_state = (enum wf_case_state)dc_rows_int64(rows, i, 28),
        .reference = keep(work, rows, i, 29),
        .link = keep(work, rows, i, 30),
        .approval = dc_rows_bool(rows, i, 33),
    };
    read_facts(work, rows, i, 31, task);
    flow_task_bar(task);
    task->was = task->rule.state;
    task->was_overdue = task->overdue;
}

static void
read_seat(struct flow_work *work, const struct dc_rows *rows, size_t i, struct wf_seat *seat,
          int32_t *reminders)
{
    *reminders = (int32_t)dc_rows_int64(rows, i, 13);
    *seat = (struct wf_seat){
        .number = (int32_t)dc_rows_int64(rows, i, 1),
        .deputy_for_id = dc_rows_int64(rows, i, 2),
        .owner_id = dc_rows_int64(rows, i, 3),
        .holder_id = dc_rows_int64(rows, i, 4),
        .held_by = (Workflow__HeldBy)dc_rows_int64(rows, i, 5),
        .state = (Workflow__SeatState)dc_rows_int64(rows, i, 6),
        .outcome = keep(work, rows, i, 7),
        .reason = keep(work, rows, i, 8),
        .decided_by_id = dc_rows_int64(rows, i, 9),
        .opened_at = time_or_0(rows, i, 10),
        .decided_at = time_or_0(rows, i, 11),
        .due_at = time_or_0(rows, i, 14),
        .raised_to_id = dc_rows_int64(rows, i, 15),
        .rung = (int32_t)dc_rows_int64(rows, i, 12),
        .reminded = *reminders > 0,
    };
    if (seat->held_by == WORKFLOW__HELD_BY__HELD_BY_ESCALATION) {
        /* 0 when a program wrote it that does not know the column yet */
        seat->raised_to_id = seat->holder_id;
    }
}

/* Seats come in the order of tasks and numbers, as the tasks do. */
static void
read_seats(struct flow_work *work, const struct dc_rows *rows, struct flow_task *tasks,
           size_t count)
{
    size_t rows_count = dc_rows_count(rows), k = 0;
    struct wf_seat *seats = DC_NEW_ARRAY(work->step->arena, struct wf_seat, rows_count + 1);
    int32_t *reminders = DC_NEW_ARRAY(work->step->arena, int32_t, rows_count + 1);
    for (size_t i = 0; i < count; i++) {
        tasks[i].rule.seats = seats + k;
        tasks[i].reminders = reminders + k;
        for (; k < rows_count && dc_rows_int64(rows, k, 0) == tasks[i].id; k++) {
            read_seat(work, rows, k, &seats[k], &reminders[k]);
            tasks[i].rule.seat_count++;
        }
    }
}

enum dc_code
flow_store_tasks(struct flow_work *work, const int64_t *ids, size_t count,
                 struct flow_task **ret_tasks, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL, *seats = NULL;
    DC_TRY(
        dc_db_run(work->step->db, SQL(LOAD_TASKS), &rows, error, TENANT, dc_p_int64s(ids, count)));
    DC_TRY(
        dc_db_run(work->step->db, SQL(LOAD_SEATS), &seats, error, TENANT, dc_p_int64s(ids, count)));
    size_t found = dc_rows_count(rows);
    struct flow_task *tasks = DC_NEW_ARRAY(work->step->arena, struct flow_task, found + 1);
    for (size_t i = 0; i < found; i++) {
        read_task(work, rows, i, &tasks[i]);
    }
    read_seats(work, seats, tasks, found);
    *ret_tasks = tasks;
    *ret_count = found;
    return flow_processes(work, tasks, found, error);
}

/* --- opening -------------------------------------------------------------------------------------
 */
static enum dc_code
open_rows(struct flow_work *work, struct flow_task *tasks, size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *cases = DC_NEW_ARRAY(arena, int64_t, count),
            *modes = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *before = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *cycles = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *subjects = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, count);
    bool *first = DC_NEW_ARRAY(arena, bool, count);
    dc_time *due = DC_NEW_ARRAY(arena, dc_time, count);
    const char **stages = DC_NEW_ARRAY(arena, const char *, count);
    const char **zh = DC_NEW_ARRAY(arena, const char *, count);
    const char **en = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        cases[i] = tasks[i].case_id;
        stages[i] = tasks[i].stage;
        modes[i] = tasks[i].rule.mode;
        due[i] = tasks[i].due_at;
        zh[i] = tasks[i].due_reason_zh;
        en[i] = tasks[i].due_reason_en;
        before[i] = tasks[i].before_id;
        cycles[i] = tasks[i].cycle_id;
        kinds[i] = tasks[i].subject_kind;
        subjects[i] = tasks[i].subject_id;
        units[i] = tasks[i].unit_id;
        first[i] = tasks[i].round == 1;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        work->step->db, SQL(OPEN_TASKS), &rows, error, TENANT, dc_p_time(work->step->now),
        dc_p_int64s(cases, count), dc_p_texts(stages, count), dc_p_int64s(modes, count),
        dc_p_times(due, count), dc_p_texts(zh, count), dc_p_texts(en, count),
        dc_p_int64s(before, count), dc_p_int64s(cycles, count), dc_p_int64s(kinds, count),
        dc_p_int64s(subjects, count), dc_p_int64s(units, count), dc_p_bools(first, count)));
    DC_ASSERT(dc_rows_count(rows) == count);
    for (size_t i = 0; i < count; i++) { /* answered in the order in which they were made */
        DC_ASSERT(dc_rows_int64(rows, i, 1) == cases[i]);
        tasks[i].id = dc_rows_int64(rows, i, 0);
        tasks[i].round = (int32_t)dc_rows_int64(rows, i, 2);
        tasks[i].version = tasks[i].guard_version = 1;
        tasks[i].opened_at = work->step->now;
        tasks[i].was = tasks[i].rule.state;
        flow_count_add(work, &(struct flow_count){tasks[i].cycle_id, tasks[i].unit_id,
                                                  tasks[i].stage, 0, 1, 0});
    }
    return DC_OK;
}

/* Columns of seats; in the order of open_seats.sql and save_seats.sql. */
struct seat_columns {
    int64_t *tasks, *numbers, *owners, *holders, *deputy_for, *held_by, *states, *decided_by;
    int64_t *rungs, *reminders, *raised_to;
    const char **outcomes, **reasons;
    dc_time *opened, *decided, *due;
    size_t count;
};

/* What is not yet is the end of time: the statements make null of it. */
static dc_time
or_never(dc_time time)
{
    return time ? time : INT64_MAX;
}

static struct seat_columns
seat_columns(struct dc_arena *arena, const struct flow_task *tasks, size_t count)
{
    size_t n = 1, k = 0;
    for (size_t i = 0; i < count; i++) {
        n += tasks[i].rule.seat_count;
    }
    struct seat_columns c = {0};
    int64_t **numbers[] = {&c.tasks,      &c.numbers,   &c.owners,   &c.holders,
                           &c.deputy_for, &c.held_by,   &c.states,   &c.decided_by,
                           &c.rungs,      &c.reminders, &c.raised_to};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        *numbers[i] = DC_NEW_ARRAY(arena, int64_t, n);
    }
    c.outcomes = DC_NEW_ARRAY(arena, const char *, n);
    c.reasons = DC_NEW_ARRAY(arena, const char *, n);
    c.opened = DC_NEW_ARRAY(arena, dc_time, n);
    c.decided = DC_NEW_ARRAY(arena, dc_time, n);
    c.due = DC_NEW_ARRAY(arena, dc_time, n);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < tasks[i].rule.seat_count; j++, k++) {
            const struct wf_seat *seat = &tasks[i].rule.seats[j];
            c.tasks[k] = tasks[i].id;
            c.numbers[k] = seat->number;
            c.owners[k] = seat->owner_id;
            c.holders[k] = seat->holder_id;
            c.deputy_for[k] = seat->deputy_for_id;
            c.held_by[k] = seat->held_by;
            c.states[k] = seat->state;
            c.outcomes[k] = seat->outcome ? seat->outcome : "";
            c.reasons[k] = seat->reason ? seat->reason : "";
            c.decided_by[k] = seat->decided_by_id;
            c.opened[k] = or_never(seat->opened_at);
            c.decided[k] = or_never(seat->decided_at);
            c.due[k] = or_never(seat->due_at);
            c.rungs[k] = seat->rung;
            c.raised_to[k] = seat->raised_to_id;
            c.reminders[k] = tasks[i].reminders ? tasks[i].reminders[j] : 0;
        }
    }
    c.count = k;
    return c;
}

static enum dc_code
open_seats(struct flow_work *work, const struct flow_task *tasks, size_t count,
           struct dc_error *error)
{
    struct seat_columns c = seat_columns(work->step->arena, tasks, count);
    size_t n = c.count;
    return dc_db_run(work->step->db, SQL(OPEN_SEATS), NULL, error, TENANT, dc_p_int64s(c.tasks, n),
                     dc_p_int64s(c.numbers, n), dc_p_int64s(c.owners, n), dc_p_int64s(c.holders, n),
                     dc_p_int64s(c.deputy_for, n), dc_p_int64s(c.held_by, n),
                     dc_p_int64s(c.states, n), dc_p_texts(c.outcomes, n), dc_p_texts(c.reasons, n),
                     dc_p_int64s(c.decided_by, n), dc_p_times(c.opened, n),
                     dc_p_times(c.decided, n), dc_p_int64s(c.rungs, n), dc_p_int64s(c.reminders, n),
                     dc_p_times(c.due, n), dc_p_int64s(c.raised_to, n));
}

enum dc_code
flow_store_set_timers(struct flow_work *work, const struct flow_timer *timers, size_t count,
                      struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *tasks = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *steps = DC_NEW_ARRAY(arena, int64_t, count + 1);
    dc_time *at = DC_NEW_ARRAY(arena, dc_time, count + 1);
    for (size_t i = 0; i < count; i++) {
        tasks[i] = timers[i].task_id;
        kinds[i] = timers[i].timer.kind;
        steps[i] = timers[i].timer.step;
        at[i] = timers[i].timer.at;
    }
    return dc_db_run(work->step->db, SQL(SET_TIMERS), NULL, error, TENANT,
                     dc_p_int64s(tasks, count), dc_p_int64s(kinds, count),
                     dc_p_int64s(steps, count), dc_p_times(at, count));
}

enum dc_code
flow_store_replan(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                  struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count);
    dc_time *due = DC_NEW_ARRAY(arena, dc_time, count);
    const char **zh = DC_NEW_ARRAY(arena, const char *, count);
    const char **en = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = tasks[i]->id;
        due[i] = tasks[i]->due_at;
        zh[i] = tasks[i]->due_reason_zh;
        en[i] = tasks[i]->due_reason_en;
    }
    DC_TRY(dc_db_run(work->step->db, SQL(REPLAN_TASKS), NULL, error, TENANT,
                     dc_p_int64s(ids, count), dc_p_times(due, count), dc_p_texts(zh, count),
                     dc_p_texts(en, count)));
    return dc_db_run(work->step->db, SQL(DROP_TIMERS), NULL, error, TENANT,
                     dc_p_int64s(ids, count));
}

enum dc_code
flow_store_open(struct flow_work *work, struct flow_task *tasks, size_t count,
                struct dc_error *error)
{
    DC_TRY(open_rows(work, tasks, count, error));
    return open_seats(work, tasks, count, error);
}

/* --- saving --------------------------------------------------------------------------------------
 */
static void
count_change(struct flow_work *work, const struct flow_task *task)
{
    const Workflow__TaskState decided = WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
    const Workflow__TaskState open = WORKFLOW__TASK_STATE__TASK_STATE_OPEN;
    Workflow__TaskState is = task->rule.state;
    struct flow_count count = {
        task->cycle_id,
        task->unit_id,
        task->stage,
        (is == decided) - (task->was == decided),
        (is == open) - (task->was == open),
        (is == open && task->overdue) - (task->was == open && task->was_overdue),
    };
    if (count.done || count.open || count.overdue) {
        flow_count_add(work, &count);
    }
}

static enum dc_code
save_rows(struct flow_work *work, struct flow_task *tasks, size_t count, bool guarded,
          struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count),
            *states = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *versions = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *guards = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *ended = DC_NEW_ARRAY(arena, int64_t, count);
    size_t ended_count = 0;
    bool *overdue = DC_NEW_ARRAY(arena, bool, count);
    dc_time *decided = DC_NEW_ARRAY(arena, dc_time, count);
    const char **outcomes = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        struct flow_task *task = &tasks[i];
        task->version++;
        task->guard_version = guarded || task->guard_next ? task->version : task->guard_version;
        ids[i] = task->id;
        states[i] = task->rule.state;
        versions[i] = task->version;
        guards[i] = task->guard_version;
        overdue[i] = task->overdue;
        decided[i] = or_never(task->rule.decided_at);
        outcomes[i] = task->rule.outcome ? task->rule.outcome : "";
        if (task->was == WORKFLOW__TASK_STATE__TASK_STATE_OPEN && task->rule.state != task->was) {
            ended[ended_count++] = task->id;
        }
        count_change(work, task);
        task->was = task->rule.state;
        task->was_overdue = task->overdue;
    }
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_TASKS), NULL, error, TENANT, dc_p_int64s(ids, count),
                     dc_p_int64s(states, count), dc_p_times(decided, count),
                     dc_p_texts(outcomes, count), dc_p_int64s(versions, count),
                     dc_p_int64s(guards, count), dc_p_bools(overdue, count)));
    return ended_count == 0 ? DC_OK
                            : dc_db_run(work->step->db, SQL(DROP_TIMERS), NULL, error, TENANT,
                                        dc_p_int64s(ended, ended_count));
}

enum dc_code
flow_store_save(struct flow_work *work, struct flow_task *tasks, size_t count, bool guarded,
                struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(save_rows(work, tasks, count, guarded, error));
    struct seat_columns c = seat_columns(work->step->arena, tasks, count);
    size_t n = c.count;
    return dc_db_run(work->step->db, SQL(SAVE_SEATS), NULL, error, TENANT, dc_p_int64s(c.tasks, n),
                     dc_p_int64s(c.numbers, n), dc_p_int64s(c.owners, n), dc_p_int64s(c.holders, n),
                     dc_p_int64s(c.deputy_for, n), dc_p_int64s(c.held_by, n),
                     dc_p_int64s(c.states, n), dc_p_texts(c.outcomes, n), dc_p_texts(c.reasons, n),
                     dc_p_int64s(c.decided_by, n), dc_p_times(c.opened, n),
                     dc_p_times(c.decided, n), dc_p_int64s(c.rungs, n), dc_p_int64s(c.reminders, n),
                     dc_p_times(c.due, n), dc_p_int64s(c.raised_to, n));
}

enum dc_code
flow_store_take_timers(struct flow_work *work, struct flow_timer **ret_timers, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TAKE_TIMERS), &rows, error, TENANT,
                     dc_p_time(work->step->now)));
    *ret_count = dc_rows_count(rows);
    *ret_timers = DC_NEW_ARRAY(work->step->arena, struct flow_timer, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_timers)[i] =
            (struct flow_timer){dc_rows_int64(rows, i, 0),
                                {.kind = (enum wf_timer_kind)dc_rows_int64(rows, i, 1),
                                 .step = (int32_t)dc_rows_int64(rows, i, 2),
                                 .at = dc_rows_time(rows, i, 3)}};
    }
    return DC_OK;
}

/* --- lists of tasks ------------------------------------------------------------------------------
 */
enum dc_code
flow_store_followers(struct flow_work *work, int64_t task_id, int64_t **ret_ids, size_t *ret_count,
                     struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(FOLLOWERS), &rows, error, TENANT, dc_p_int64(task_id)));
    *ret_ids = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_open_of_cycle(struct flow_work *work, int64_t cycle_id, int64_t **ret_ids,
                         size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(OPEN_TASKS_OF_CYCLE), &rows, error, TENANT,
                     dc_p_int64(cycle_id), dc_p_int64(FLOW_BATCH)));
    *ret_ids = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_mark_urged(struct flow_work *work, const int64_t *ids, size_t count,
                      struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(MARK_URGED), NULL, error, TENANT, dc_p_int64s(ids, count),
                     dc_p_time(work->step->now));
}

enum dc_code
flow_store_to_urge(struct flow_work *work, const Workflow__UrgeRequest *request,
                   const struct dc_access_reach *reach, dc_time since, int64_t **ret_ids,
                   size_t *ret_count, int64_t *ret_too_soon, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TASKS_TO_URGE), &rows, error, TENANT,
                     dc_p_int64s(request->task_ids, request->n_task_ids),
                     dc_p_int64(request->cycle_id), dc_p_int64(request->unit_id),
                     dc_p_text(request->stage), dc_p_time(since), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count)));
    size_t found = dc_rows_count(rows), count = 0;
    int64_t *ids = DC_NEW_ARRAY(work->step->arena, int64_t, found + 1);
    for (size_t i = 0; i < found; i++) {
        if (!dc_rows_bool(rows, i, 1)) {
            ids[count++] = dc_rows_int64(rows, i, 0);
        }
    }
    *ret_ids = ids;
    *ret_count = count;
    *ret_too_soon = (int64_t)(found - count);
    return DC_OK;
}

/* --- history and counts --------------------------------------------------------------------------
 */
static void *
grown(struct flow_work *work, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return items;
    }
    *room = *room ? 2 * *room : 64;
    void *wider = dc_arena_calloc(work->step->arena, *room, size);
    if (count > 0) {
        memcpy(wider, items, count * size);
    }
    return wider;
}

void
flow_line(struct flow_work *work, const struct flow_task *task, const struct flow_line *line)
{
    work->lines =
        grown(work, work->lines, work->line_count, &work->line_room, sizeof(*work->lines));
    work->lines[work->line_count] = *line;
    work->lines[work->line_count].case_id = task->case_id;
    work->lines[work->line_count++].task_id = task->id;
}

void
flow_count_add(struct flow_work *work, const struct flow_count *count)
{
    work->counts =
        grown(work, work->counts, work->count_count, &work->count_room, sizeof(*work->counts));
    work->counts[work->count_count++] = *count;
}

static enum dc_code
flush_lines(struct flow_work *work, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t n = work->line_count;
    int64_t *cases = DC_NEW_ARRAY(arena, int64_t, n), *tasks = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, n),
            *for_people = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *owners = DC_NEW_ARRAY(arena, int64_t, n);
    const char **what = DC_NEW_ARRAY(arena, const char *, n);
    const char **outcomes = DC_NEW_ARRAY(arena, const char *, n);
    const char **reasons = DC_NEW_ARRAY(arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct flow_line *line = &work->lines[i];
        cases[i] = line->case_id;
        tasks[i] = line->task_id;
        what[i] = line->what;
        people[i] = line->person_id;
        for_people[i] = line->for_person_id;
        owners[i] = line->owner_id;
        outcomes[i] = line->outcome ? line->outcome : "";
        reasons[i] = line->reason ? line->reason : "";
    }
    return dc_db_run(work->step->db, SQL(SAVE_HISTORY), NULL, error, TENANT,
                     dc_p_time(work->step->now), dc_p_int64s(cases, n), dc_p_int64s(tasks, n),
                     dc_p_texts(what, n), dc_p_int64s(people, n), dc_p_int64s(for_people, n),
                     dc_p_texts(outcomes, n), dc_p_texts(reasons, n), dc_p_int64s(owners, n));
}

static enum dc_code
flush_counts(struct flow_work *work, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t n = work->count_count;
    int64_t *cycles = DC_NEW_ARRAY(arena, int64_t, n), *units = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *done = DC_NEW_ARRAY(arena, int64_t, n), *open = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *overdue = DC_NEW_ARRAY(arena, int64_t, n);
    const char **stages = DC_NEW_ARRAY(arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        const struct flow_count *count = &work->counts[i];
        cycles[i] = count->cycle_id;
        units[i] = count->unit_id;
        stages[i] = count->stage;
        done[i] = count->done;
        open[i] = count->open;
        overdue[i] = count->overdue;
    }
    return dc_db_run(work->step->db, SQL(ADD_TALLY), NULL, error, TENANT, dc_p_int64s(cycles, n),
                     dc_p_texts(stages, n), dc_p_int64s(units, n), dc_p_int64s(done, n),
                     dc_p_int64s(open, n), dc_p_int64s(overdue, n));
}

enum dc_code
flow_store_flush(struct flow_work *work, struct dc_error *error)
{
    if (work->line_count > 0) {
        DC_TRY(flush_lines(work, error));
    }
    if (work->count_count > 0) {
        DC_TRY(flush_counts(work, error));
    }
    work->line_count = work->count_count = 0;
    return DC_OK;
}
