/* store_absences.c - delegations, and whose tasks are to be handed over, in the database. */
#include "store_internal.h"

/* --- delegations ---------------------------------------------------------------------------------
 */
static void
read_delegation(struct flow_work *work, const struct dc_rows *rows, size_t i,
                struct flow_delegation *ret_delegation)
{
    struct dc_arena *arena = work->step->arena;
    Workflow__Delegation *message =
        DC_NEW_MESSAGE(arena, Workflow__Delegation, workflow__delegation__init);
    message->id = dc_rows_int64(rows, i, 0);
    message->person_id = dc_rows_int64(rows, i, 1);
    message->person_name = keep(work, rows, i, 2);
    message->to_person_id = dc_rows_int64(rows, i, 3);
    message->to_person_name = keep(work, rows, i, 4);
    message->from = dc_arena_alloc(arena, DC_DATE_TEXT);
    message->until = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date first = dc_rows_date(rows, i, 5), last = dc_rows_date(rows, i, 6);
    dc_date_format(first, message->from);
    dc_date_format(last, message->until);
    message->reason = keep(work, rows, i, 7);
    message->ended = dc_rows_bool(rows, i, 9);
    *ret_delegation = (struct flow_delegation){message, dc_rows_bool(rows, i, 8), first, last};
}

static void
read_delegations(struct flow_work *work, const struct dc_rows *rows,
                 struct flow_delegation **ret_items, size_t *ret_count)
{
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, struct flow_delegation, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        read_delegation(work, rows, i, &(*ret_items)[i]);
    }
}

enum dc_code
flow_store_save_delegation(struct flow_work *work, struct flow_delegation *delegation,
                           struct dc_error *error)
{
    const Workflow__Delegation *message = delegation->message;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        work->step->db, SQL(SAVE_DELEGATION), &rows, error, TENANT, dc_p_int64(message->person_id),
        dc_p_int64(message->to_person_id), dc_p_date(delegation->first_day),
        dc_p_date(delegation->last_day), dc_p_text(message->reason),
        dc_p_time(wf_calendar_instant(work->calendar, delegation->first_day - 1, 1440))));
    delegation->message->id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_turn_delegation(struct flow_work *work, const struct flow_delegation *delegation,
                           dc_time turn_at, struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(TURN_DELEGATION), NULL, error, TENANT,
                     dc_p_int64(delegation->message->id), dc_p_bool(delegation->began),
                     dc_p_bool(delegation->message->ended),
                     turn_at ? dc_p_time(turn_at) : dc_p_null());
}

enum dc_code
flow_store_delegation(struct flow_work *work, int64_t id, struct flow_delegation *ret_delegation,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    *ret_delegation = (struct flow_delegation){0};
    DC_TRY(dc_db_run(work->step->db, SQL(LOAD_DELEGATION), &rows, error, TENANT, dc_p_int64(id)));
    if (dc_rows_count(rows) > 0) {
        read_delegation(work, rows, 0, ret_delegation);
    }
    return DC_OK;
}

enum dc_code
flow_store_delegations_of(struct flow_work *work, int64_t person_id,
                          struct flow_delegation **ret_items, size_t *ret_count,
                          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LIST_DELEGATIONS), &rows, error, TENANT,
                     dc_p_int64(person_id)));
    read_delegations(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_due_delegations(struct flow_work *work, struct flow_delegation **ret_items,
                           size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(DUE_DELEGATIONS), &rows, error, TENANT,
                     dc_p_time(work->step->now)));
    read_delegations(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_delegation_clash(struct flow_work *work, const struct flow_delegation *delegation,
                            bool *ret_twice, bool *ret_circle, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LOCK_PEOPLE), NULL, error, TENANT));
    DC_TRY(dc_db_run(work->step->db, SQL(DELEGATION_CLASH), &rows, error, TENANT,
                     dc_p_int64(delegation->message->person_id),
                     dc_p_int64(delegation->message->to_person_id),
                     dc_p_date(delegation->first_day), dc_p_date(delegation->last_day)));
    *ret_twice = dc_rows_bool(rows, 0, 0);
    *ret_circle = dc_rows_bool(rows, 0, 1);
    return DC_OK;
}

/* --- who has left, or has lost his role ----------------------------------------------------------
 */
enum dc_code
flow_store_save_moved(struct flow_work *work, const int64_t *people, const dc_time *when,
                      size_t count, struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(SAVE_MOVED), NULL, error, TENANT,
                     dc_p_time(work->step->now), dc_p_int64s(people, count),
                     dc_p_times(when, count));
}

enum dc_code
flow_store_take_moved(struct flow_work *work, int64_t **ret_people, size_t *ret_count,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TAKE_MOVED), &rows, error, TENANT,
                     dc_p_time(work->step->now)));
    *ret_people = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_tasks_of_people(struct flow_work *work, const int64_t *people, size_t count,
                           int64_t after, int64_t most, int64_t **ret_ids, size_t *ret_count,
                           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TASKS_OF_PEOPLE), &rows, error, TENANT,
                     dc_p_int64s(people, count), dc_p_int64(after), dc_p_int64(most)));
    *ret_ids = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

/* --- handing over --------------------------------------------------------------------------------
 */
enum dc_code
flow_store_count_tasks_of_people(struct flow_work *work, const int64_t *people, size_t count,
                                 int64_t after, int64_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(COUNT_TASKS_OF_PEOPLE), &rows, error, TENANT,
                     dc_p_int64s(people, count), dc_p_int64(after)));
    *ret_count = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_hold_hand_over(struct flow_work *work, const int64_t *people, size_t count,
                          struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(HOLD_HAND_OVER), NULL, error, TENANT,
                     dc_p_int64s(people, count));
}

enum dc_code
flow_store_save_hand_over(struct flow_work *work, const struct flow_piece *piece,
                          struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(SAVE_HAND_OVER), NULL, error, TENANT,
                     dc_p_int64s(piece->people, piece->count), dc_p_int64(piece->after),
                     dc_p_bool(piece->anew), dc_p_int64(piece->by_person_id),
                     dc_p_text(piece->reason), dc_p_bool(piece->second_look),
                     dc_p_time(piece->not_before));
}

enum dc_code
flow_store_take_hand_over(struct flow_work *work, struct flow_piece *ret_piece,
                          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(TAKE_HAND_OVER), &rows, error, TENANT,
                     dc_p_time(work->step->now)));
    *ret_piece = (struct flow_piece){0};
    ret_piece->people = keep_ids(work, rows, 0, &ret_piece->count);
    if (ret_piece->count > 0) {
        ret_piece->after = dc_rows_int64(rows, 0, 1);
        ret_piece->anew = dc_rows_bool(rows, 0, 2);
        ret_piece->by_person_id = dc_rows_int64(rows, 0, 3);
        ret_piece->reason = keep(work, rows, 0, 4);
        ret_piece->second_look = dc_rows_bool(rows, 0, 5);
    }
    return DC_OK;
}

enum dc_code
flow_store_move_hand_over(struct flow_work *work, const struct flow_piece *piece,
                          struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(MOVE_HAND_OVER), NULL, error, TENANT,
                     dc_p_int64s(piece->people, piece->count), dc_p_int64(piece->after));
}

enum dc_code
flow_store_look_again(struct flow_work *work, const struct flow_piece *piece,
                      struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(LOOK_AGAIN), NULL, error, TENANT,
                     dc_p_int64s(piece->people, piece->count), dc_p_time(piece->not_before));
}

enum dc_code
flow_store_drop_hand_over(struct flow_work *work, const struct flow_piece *piece,
                          struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(DROP_HAND_OVER), NULL, error, TENANT,
                     dc_p_int64s(piece->people, piece->count));
}
