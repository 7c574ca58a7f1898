/* Seasonal profiles, and which targets are divided into shorter periods. */
#include "store.h"

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum dc_code
store_divided(struct dc_step *step, int64_t indicator_id, const char *period,
              const int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(DIVIDED_OF_SHEET), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(indicator_id),
                     dc_p_text(period)));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_divisions(struct dc_step *step, const int64_t *target_ids, size_t count,
                struct store_division_part **ret_parts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(DIVISIONS_OF), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(target_ids, count)));
    size_t found = dc_rows_count(rows);
    struct store_division_part *parts =
        DC_NEW_ARRAY(step->arena, struct store_division_part, found + 1);
    for (size_t i = 0; i < found; i++) {
        parts[i] = (struct store_division_part){
            .target_id = dc_rows_int64(rows, i, 0),
            .period = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 1)),
            .weight = dc_rows_decimal(rows, i, 2),
            .value = dc_rows_decimal(rows, i, 3),
            .pinned = dc_rows_bool(rows, i, 4),
            .exists = dc_rows_bool(rows, i, 5),
        };
    }
    *ret_parts = parts;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
store_save_division(struct dc_step *step, int64_t target_id, int64_t profile_id,
                    const char *const *periods, const struct dc_decimal *weights, size_t count,
                    struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_DIVISION), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(target_id),
                     dc_p_int64(profile_id), dc_p_texts(periods, count),
                     dc_p_decimals(weights, count));
}
