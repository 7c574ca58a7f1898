/* store_ratings.c - cases of raters, found by their references. */
#include "store_internal.h"

static void
read_ids(struct flow_work *work, const struct dc_rows *rows, int64_t **ret_ids, size_t *ret_count)
{
    *ret_count = dc_rows_count(rows);
    *ret_ids = DC_NEW_ARRAY(work->step->arena, int64_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_ids)[i] = dc_rows_int64(rows, i, 0);
    }
}

enum dc_code
flow_store_unknown(struct flow_work *work, const char *const *references, size_t count,
                   int64_t **ret_places, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(REFERENCES_UNKNOWN), &rows, error, TENANT,
                     dc_p_texts(references, count)));
    read_ids(work, rows, ret_places, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_cycles_of(struct flow_work *work, const char *from, const char *up_to,
                     const int64_t *without, size_t without_count, int64_t **ret_ids,
                     size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CYCLES_OF_REFERENCES), &rows, error, TENANT,
                     dc_p_text(from), dc_p_text(up_to), dc_p_int64s(without, without_count)));
    read_ids(work, rows, ret_ids, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_save_cases(struct flow_work *work, const Workflow__Cycle *cycle,
                      const struct flow_asked *asked, size_t count, const char *link,
                      const char *fact, struct flow_subject **ret_items, size_t *ret_count,
                      struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, count + 1);
    const char **references = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **values = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        people[i] = asked[i].person_id;
        references[i] = asked[i].reference;
        values[i] = asked[i].value;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_CASES), &rows, error, TENANT, dc_p_int64(cycle->id),
                     dc_p_int64(cycle->unit_id), dc_p_date(work->today),
                     dc_p_int64s(people, count), dc_p_texts(references, count), dc_p_text(link),
                     dc_p_text(fact), dc_p_texts(values, count)));
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(arena, struct flow_subject, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] = (struct flow_subject){
            dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1), dc_rows_int64(rows, i, 2)};
    }
    return DC_OK;
}

enum dc_code
flow_store_open_of_references(struct flow_work *work, const char *const *references, size_t count,
                              int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(OPEN_TASKS_OF_REFERENCES), &rows, error, TENANT,
                     dc_p_texts(references, count)));
    read_ids(work, rows, ret_ids, ret_count);
    return DC_OK;
}
