/* store_cycles.c - cycles and their cases, in the database. */
#include "store_internal.h"

Workflow__Cycle *
flow_read_cycle(struct flow_work *work, const struct dc_rows *rows, size_t i)
{
    Workflow__Cycle *cycle =
        DC_NEW_MESSAGE(work->step->arena, Workflow__Cycle, workflow__cycle__init);
    cycle->id = dc_rows_int64(rows, i, 0);
    cycle->name = keep(work, rows, i, 1);
    cycle->definition = keep(work, rows, i, 2);
    cycle->definition_version = (int32_t)dc_rows_int64(rows, i, 3);
    cycle->unit_id = dc_rows_int64(rows, i, 4);
    cycle->period = keep(work, rows, i, 5);
    cycle->state = (Workflow__CycleState)dc_rows_int64(rows, i, 6);
    cycle->started_at_us = dc_rows_time(rows, i, 7);
    cycle->closed_at_us = time_or_0(rows, i, 8);
    cycle->author = keep(work, rows, i, 9);
    cycle->author_person_id = dc_rows_int64(rows, i, 10);
    cycle->track = (int32_t)dc_rows_int64(rows, i, 11);
    cycle->tracks = (int32_t)dc_rows_int64(rows, i, 12);
    cycle->cases_planned = dc_rows_int64(rows, i, 13);
    cycle->cases_opened = dc_rows_int64(rows, i, 14);
    cycle->version = dc_rows_int64(rows, i, 15);
    cycle->reason = keep(work, rows, i, 16);
    cycle->approval = dc_rows_bool(rows, i, 17);
    return cycle;
}

static void
read_cycle(struct flow_work *work, const struct dc_rows *rows, size_t i,
           struct flow_cycle *ret_cycle)
{
    *ret_cycle = (struct flow_cycle){flow_read_cycle(work, rows, i), dc_rows_int64(rows, i, 18)};
}

enum dc_code
flow_store_save_cycle(struct flow_work *work, Workflow__Cycle *cycle, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        work->step->db, SQL(SAVE_CYCLE), &rows, error, TENANT, dc_p_text(cycle->name),
        dc_p_text(cycle->definition), dc_p_int64(cycle->definition_version),
        dc_p_int64(cycle->unit_id), dc_p_text(cycle->period), dc_p_time(cycle->started_at_us),
        dc_p_text(cycle->author), dc_p_int64(cycle->author_person_id), dc_p_int64(cycle->tracks),
        dc_p_int64(cycle->cases_planned), dc_p_text(cycle->reason), dc_p_bool(cycle->approval)));
    struct flow_cycle saved;
    read_cycle(work, rows, 0, &saved);
    *cycle = *saved.message;
    return DC_OK;
}

static enum dc_code
load_one(struct flow_work *work, const struct dc_statement *statement, int64_t id,
         struct flow_cycle *ret_cycle, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    *ret_cycle = (struct flow_cycle){0};
    DC_TRY(dc_db_run(work->step->db, statement, &rows, error, TENANT, dc_p_int64(id)));
    if (dc_rows_count(rows) > 0) {
        read_cycle(work, rows, 0, ret_cycle);
    }
    return DC_OK;
}

enum dc_code
flow_store_cycle(struct flow_work *work, int64_t id, enum flow_lock lock,
                 struct flow_cycle *ret_cycle, struct dc_error *error)
{
    const struct dc_statement *statement = lock == FLOW_LOCK   ? SQL(LOCK_CYCLE)
                                           : lock == FLOW_HOLD ? SQL(HOLD_CYCLE)
                                                               : SQL(LOAD_CYCLE);
    return load_one(work, statement, id, ret_cycle, error);
}

enum dc_code
flow_store_pick_cycle(struct flow_work *work, struct flow_cycle *ret_cycle, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    *ret_cycle = (struct flow_cycle){0};
    DC_TRY(dc_db_run(work->step->db, SQL(PICK_CYCLE), &rows, error, TENANT));
    if (dc_rows_count(rows) > 0) {
        read_cycle(work, rows, 0, ret_cycle);
    }
    return DC_OK;
}

enum dc_code
flow_store_cycle_state(struct flow_work *work, struct flow_cycle *cycle, struct dc_error *error)
{
    Workflow__Cycle *message = cycle->message;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_CYCLE_STATE), &rows, error, TENANT,
                     dc_p_int64(message->id), dc_p_int64(message->state),
                     message->closed_at_us ? dc_p_time(message->closed_at_us) : dc_p_null(),
                     dc_p_int64(message->track), dc_p_int64(message->tracks),
                     dc_p_int64(message->cases_planned), dc_p_int64(message->cases_opened),
                     dc_p_int64(cycle->launch_after), dc_p_int64(message->definition_version)));
    message->version = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_cancel_cycle(struct flow_work *work, struct flow_cycle *cycle, const char *reason,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CANCEL_CYCLE), &rows, error, TENANT,
                     dc_p_int64(cycle->message->id), dc_p_time(work->step->now),
                     dc_p_text(reason)));
    cycle->message->version = dc_rows_int64(rows, 0, 0);
    cycle->message->closed_at_us = work->step->now;
    cycle->message->reason = (char *)reason;
    return DC_OK;
}

enum dc_code
flow_store_save_turns(struct flow_work *work, const int64_t *cycles, size_t count,
                      struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(SAVE_TURNS), NULL, error, TENANT,
                     dc_p_int64s(cycles, count));
}

enum dc_code
flow_store_take_turns(struct flow_work *work, int64_t cycle_id, struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(TAKE_TURNS), NULL, error, TENANT, dc_p_int64(cycle_id));
}

enum dc_code
flow_store_is_going(struct flow_work *work, int64_t cycle_id, int32_t track, bool *ret_going,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TRACK_IS_GOING), &rows, error, TENANT,
                     dc_p_int64(cycle_id), dc_p_int64(track)));
    *ret_going = dc_rows_bool(rows, 0, 0);
    return DC_OK;
}

/* --- subjects and cases --------------------------------------------------------------------------
 */
static struct dc_param
kinds_of(const struct wf_stage *stage, int64_t kinds[WF_UNIT_KINDS_MAX])
{
    Org__UnitKind list[WF_UNIT_KINDS_MAX];
    size_t count = wf_unit_kinds_list(stage->unit_kinds, list);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = list[i];
    }
    return dc_p_int64s(kinds, count);
}

enum dc_code
flow_store_count_subjects(struct flow_work *work, const struct flow_range *range,
                          int64_t *ret_count, struct dc_error *error)
{
    int64_t kinds[WF_UNIT_KINDS_MAX];
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(COUNT_SUBJECTS), &rows, error, TENANT,
                     dc_p_int64(range->unit_id), dc_p_int64(range->stage->subject),
                     kinds_of(range->stage, kinds), dc_p_date(range->day), dc_p_date(work->today)));
    *ret_count = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_list_subjects(struct flow_work *work, const struct flow_range *range, int64_t after,
                         int64_t most, struct flow_subject **ret_items, size_t *ret_count,
                         struct dc_error *error)
{
    int64_t kinds[WF_UNIT_KINDS_MAX];
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LIST_SUBJECTS), &rows, error, TENANT,
                     dc_p_int64(range->unit_id), dc_p_int64(range->stage->subject),
                     kinds_of(range->stage, kinds), dc_p_date(range->day), dc_p_date(work->today),
                     dc_p_int64(after), dc_p_int64(most)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, struct flow_subject, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] =
            (struct flow_subject){0, dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1)};
    }
    return DC_OK;
}

enum dc_code
flow_store_open_cases(struct flow_work *work, const struct flow_range *range,
                      const struct flow_cycle *cycle, const char *stage,
                      struct flow_subject **ret_items, size_t *ret_count, struct dc_error *error)
{
    int64_t kinds[WF_UNIT_KINDS_MAX];
    enum wf_case_state state = *stage ? WF_CASE_OPEN : WF_CASE_ENDED;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(OPEN_CASES), &rows, error, TENANT,
                     dc_p_int64(range->unit_id), dc_p_int64(range->stage->subject),
                     kinds_of(range->stage, kinds), dc_p_date(range->day), dc_p_date(work->today),
                     dc_p_int64(cycle->launch_after), dc_p_int64(FLOW_BATCH),
                     dc_p_int64(cycle->message->id), dc_p_int64(cycle->message->track),
                     dc_p_text(stage), dc_p_int64(state), dc_p_time(work->step->now)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, struct flow_subject, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] = (struct flow_subject){
            dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1), dc_rows_int64(rows, i, 2)};
    }
    return DC_OK;
}

static void
fact_columns(struct dc_arena *arena, const struct wf_fact *facts, size_t count,
             const char ***ret_names, const char ***ret_values)
{
    const char **names = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **values = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = facts[i].name;
        values[i] = facts[i].value;
    }
    *ret_names = names;
    *ret_values = values;
}

enum dc_code
flow_store_save_case(struct flow_work *work, int64_t cycle_id, const struct flow_subject *subject,
                     Workflow__SubjectKind kind, const char *reference, const char *link,
                     const struct wf_fact *facts, size_t fact_count, int64_t *ret_case_id,
                     struct dc_error *error)
{
    const char **names, **values;
    fact_columns(work->step->arena, facts, fact_count, &names, &values);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_CASE), &rows, error, TENANT, dc_p_int64(cycle_id),
                     dc_p_int64(kind), dc_p_int64(subject->subject_id),
                     dc_p_int64(subject->unit_id), dc_p_text(reference), dc_p_text(link),
                     dc_p_texts(names, fact_count), dc_p_texts(values, fact_count)));
    *ret_case_id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_save_facts(struct flow_work *work, int64_t case_id, const struct wf_fact *facts,
                      size_t count, struct dc_error *error)
{
    const char **names, **values;
    fact_columns(work->step->arena, facts, count, &names, &values);
    return dc_db_run(work->step->db, SQL(SAVE_FACTS), NULL, error, TENANT, dc_p_int64(case_id),
                     dc_p_texts(names, count), dc_p_texts(values, count));
}

enum dc_code
flow_store_case_of(struct flow_work *work, const char *reference, int64_t *ret_case_id,
                   int64_t *ret_cycle_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CASE_OF_REFERENCE), &rows, error, TENANT,
                     dc_p_text(reference)));
    bool found = dc_rows_count(rows) > 0;
    *ret_case_id = found ? dc_rows_int64(rows, 0, 0) : 0;
    *ret_cycle_id = found ? dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
flow_store_move_cases(struct flow_work *work, const struct flow_move *moves, size_t count,
                      struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    struct dc_arena *arena = work->step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *states = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *deciders = DC_NEW_ARRAY(arena, int64_t, count);
    const char **stages = DC_NEW_ARRAY(arena, const char *, count);
    const char **outcomes = DC_NEW_ARRAY(arena, const char *, count);
    const char **reasons = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = moves[i].case_id;
        states[i] = moves[i].state;
        deciders[i] = moves[i].decided_by_id;
        stages[i] = moves[i].stage;
        outcomes[i] = moves[i].outcome;
        reasons[i] = moves[i].reason;
    }
    return dc_db_run(work->step->db, SQL(MOVE_CASES), NULL, error, TENANT, dc_p_int64s(ids, count),
                     dc_p_texts(stages, count), dc_p_int64s(states, count),
                     dc_p_texts(outcomes, count), dc_p_int64s(deciders, count),
                     dc_p_texts(reasons, count), dc_p_time(work->step->now));
}

enum dc_code
flow_store_end_cases(struct flow_work *work, const Workflow__Cycle *cycle,
                     Workflow__Case ***ret_proposed, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(END_CASES_OF_CYCLE), &rows, error, TENANT,
                     dc_p_int64(cycle->id), dc_p_time(work->step->now)));
    *ret_proposed = DC_NEW_ARRAY(work->step->arena, Workflow__Case *, dc_rows_count(rows) + 1);
    *ret_count = 0;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        if (*dc_rows_text(rows, i, 4) == '\0') {
            continue;
        }
        Workflow__Case *ended =
            DC_NEW_MESSAGE(work->step->arena, Workflow__Case, workflow__case__init);
        ended->id = dc_rows_int64(rows, i, 0);
        ended->cycle_id = cycle->id;
        ended->definition = cycle->definition;
        ended->subject_kind = (Workflow__SubjectKind)dc_rows_int64(rows, i, 1);
        ended->subject_id = dc_rows_int64(rows, i, 2);
        ended->period = cycle->period;
        ended->track = (int32_t)dc_rows_int64(rows, i, 3);
        ended->reference = keep(work, rows, i, 4);
        (*ret_proposed)[(*ret_count)++] = ended;
    }
    return DC_OK;
}

enum dc_code
flow_store_stages_going(struct flow_work *work, int64_t cycle_id, const char ***ret_stages,
                        int64_t **ret_counts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(work->step->db, SQL(STAGES_GOING), &rows, error, TENANT, dc_p_int64(cycle_id)));
    *ret_counts = keep_ids(work, rows, 1, ret_count);
    *ret_stages = DC_NEW_ARRAY(work->step->arena, const char *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_stages)[i] = keep(work, rows, i, 0);
    }
    return DC_OK;
}

/* --- moved to another version --------------------------------------------------------------------
 */
enum dc_code
flow_store_save_replan(struct flow_work *work, int64_t cycle_id, int32_t from_version,
                       bool *ret_saved, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_REPLAN), &rows, error, TENANT, dc_p_int64(cycle_id),
                     dc_p_int64(from_version)));
    *ret_saved = dc_rows_count(rows) > 0;
    return DC_OK;
}

enum dc_code
flow_store_take_replan(struct flow_work *work, struct flow_moved *ret_moved, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TAKE_REPLAN), &rows, error, TENANT));
    *ret_moved = (struct flow_moved){0};
    if (dc_rows_count(rows) > 0) {
        *ret_moved = (struct flow_moved){
            .cycle_id = dc_rows_int64(rows, 0, 0),
            .definition = keep(work, rows, 0, 1),
            .from_version = (int32_t)dc_rows_int64(rows, 0, 2),
            .version = (int32_t)dc_rows_int64(rows, 0, 3),
            .after = dc_rows_int64(rows, 0, 4),
        };
    }
    return DC_OK;
}

enum dc_code
flow_store_move_replan(struct flow_work *work, const struct flow_moved *moved,
                       struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(MOVE_REPLAN), NULL, error, TENANT,
                     dc_p_int64(moved->cycle_id), dc_p_int64(moved->after));
}

enum dc_code
flow_store_drop_replan(struct flow_work *work, const struct flow_moved *moved,
                       struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(DROP_REPLAN), NULL, error, TENANT,
                     dc_p_int64(moved->cycle_id));
}

enum dc_code
flow_store_to_replan(struct flow_work *work, const struct flow_moved *moved,
                     const char *const *stages, size_t stage_count, int64_t **ret_ids,
                     size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TASKS_TO_REPLAN), &rows, error, TENANT,
                     dc_p_int64(moved->cycle_id), dc_p_texts(stages, stage_count),
                     dc_p_int64(moved->after), dc_p_int64(FLOW_BATCH)));
    *ret_ids = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_deadlines(struct flow_work *work, int64_t cycle_id, const char *const *stages,
                     size_t stage_count, struct flow_deadline **ret_items, size_t *ret_count,
                     struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(DEADLINES_GOING), &rows, error, TENANT,
                     dc_p_int64(cycle_id), dc_p_texts(stages, stage_count)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, struct flow_deadline, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] =
            (struct flow_deadline){keep(work, rows, i, 0), dc_rows_time(rows, i, 1),
                                   dc_rows_time(rows, i, 2), dc_rows_int64(rows, i, 3)};
    }
    return DC_OK;
}
