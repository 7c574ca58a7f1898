/* Seasonal profiles, and which targets are divided into shorter periods. */
#include "store.h"

#include "base/assert.h"
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

static void
read_parts(struct dc_step *step, const struct dc_rows *rows, struct store_division_part **ret_parts)
{
    size_t count = dc_rows_count(rows);
    struct store_division_part *parts =
        DC_NEW_ARRAY(step->arena, struct store_division_part, count + 1);
    for (size_t i = 0; i < count; i++) {
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
}

enum dc_code
store_divisions(struct dc_step *step, const int64_t *target_ids, size_t count,
                struct store_division_part **ret_parts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(DIVISIONS_OF), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(target_ids, count)));
    read_parts(step, rows, ret_parts);
    *ret_count = dc_rows_count(rows);
    return DC_OK;
}

enum dc_code
store_period_parts(struct dc_step *step, int64_t target_id, const char *const *periods,
                   const struct dc_decimal *weights, size_t count,
                   struct store_division_part **ret_parts, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PERIOD_PARTS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(target_id),
                     dc_p_texts(periods, count), dc_p_decimals(weights, count)));
    DC_ASSERT(dc_rows_count(rows) == count);
    read_parts(step, rows, ret_parts);
    return DC_OK;
}

/* --- profiles -----------------------------------------------------------------------------------
 */

enum dc_code
store_profiles(struct dc_step *step, int64_t profile_id, Goals__SeasonProfile ***ret_profiles,
               size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_PROFILES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(profile_id)));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__SeasonProfile **profiles = DC_NEW_ARRAY(arena, Goals__SeasonProfile *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__SeasonProfile *p =
            DC_NEW_MESSAGE(arena, Goals__SeasonProfile, goals__season_profile__init);
        const struct dc_decimal *weights;
        char text[DC_DECIMAL_TEXT];
        p->id = dc_rows_int64(rows, i, 0);
        p->version = dc_rows_int64(rows, i, 1);
        p->name = dc_arena_strdup(arena, dc_rows_text(rows, i, 2));
        p->n_weights = dc_rows_decimals(rows, i, 3, arena, &weights);
        p->weights = DC_NEW_ARRAY(arena, char *, p->n_weights + 1);
        for (size_t w = 0; w < p->n_weights; w++) {
            p->weights[w] = dc_arena_strdup(arena, dc_decimal_format(weights[w], text));
        }
        p->origin = dc_arena_strdup(arena, dc_rows_text(rows, i, 4));
        p->author = dc_arena_strdup(arena, dc_rows_text(rows, i, 5));
        p->changed_at_us = dc_rows_time(rows, i, 6);
        p->retired = dc_rows_bool(rows, i, 7);
        profiles[i] = p;
    }
    *ret_profiles = profiles;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_save_profile(struct dc_step *step, Goals__SeasonProfile *profile,
                   const struct dc_decimal *weights, bool *ret_saved, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SAVE_PROFILE), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(profile->id),
                     dc_p_int64(profile->version), dc_p_text(profile->name),
                     dc_p_decimals(weights, profile->n_weights), dc_p_text(profile->origin),
                     dc_p_text(store_author(step)), dc_p_time(step->now),
                     dc_p_bool(profile->retired)));
    *ret_saved = dc_rows_count(rows) == 1;
    if (*ret_saved) {
        profile->id = dc_rows_int64(rows, 0, 0);
        profile->version = dc_rows_int64(rows, 0, 1);
        profile->author = dc_arena_strdup(step->arena, store_author(step));
        profile->changed_at_us = step->now;
    }
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
