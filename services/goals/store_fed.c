/* Key results whose value flows in from totals of records. */
#include "base/assert.h"
#include "goals.h"
#include "goals_sql.h"
#include "store_okr.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum { HISTORY_MOST = 1000 };

enum dc_code
store_okr_lock_feeds(struct dc_step *step, bool totals, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(OKR_LOCK_FEEDS), NULL, error, tenant_of(step),
                     dc_p_bool(totals));
}

enum dc_code
store_okr_save_feeds(struct dc_step *step, const Goals__Objective *objective,
                     struct dc_error *error)
{
    size_t count = 0;
    int64_t *key_results = DC_NEW_ARRAY(step->arena, int64_t, objective->n_key_results);
    int64_t *measures = DC_NEW_ARRAY(step->arena, int64_t, objective->n_key_results);
    for (size_t i = 0; i < objective->n_key_results; i++) {
        if (objective->key_results[i]->measure_id != 0) {
            key_results[count] = objective->key_results[i]->id;
            measures[count++] = objective->key_results[i]->measure_id;
        }
    }
    return dc_db_run(step->db, SQL(OKR_SAVE_FEEDS), NULL, error, tenant_of(step),
                     dc_p_int64(objective->id), dc_p_int64s(key_results, count),
                     dc_p_int64s(measures, count), dc_p_int64(objective->owner_kind),
                     dc_p_int64(objective->owner_id), dc_p_text(objective->period));
}

static bool
is_any_fed(const struct store_objectives *objectives)
{
    for (size_t i = 0; i < objectives->count; i++) {
        const Goals__Objective *o = objectives->items[i].objective;
        for (size_t k = 0; k < o->n_key_results; k++) {
            if (o->key_results[k]->measure_id != 0) {
                return true;
            }
        }
    }
    return false;
}

/* numerator / denominator, to six places; "" of no data. */
static enum dc_code
read_value(struct dc_arena *arena, const struct dc_rows *rows, size_t row, char **ret_value,
           struct dc_error *error)
{
    struct dc_decimal value, denominator = dc_rows_decimal(rows, row, 4);
    char digits[DC_DECIMAL_TEXT];
    *ret_value = (char *)"";
    if (dc_decimal_sign(denominator) != 0) {
        DC_TRY(dc_decimal_mul_div(dc_rows_decimal(rows, row, 3), DC_DECIMAL_INT(1), denominator,
                                  DC_DECIMAL_PLACES, &value, error));
        *ret_value = dc_arena_strdup(arena, dc_decimal_format(value, digits));
    }
    return DC_OK;
}

enum dc_code
store_okr_read_fed(struct dc_step *step, const int64_t *ids, size_t count,
                   struct store_objectives *objectives, struct dc_error *error)
{
    size_t at = 0;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    if (!is_any_fed(objectives)) {
        return DC_OK;
    }
    DC_TRY(dc_db_run(step->db, SQL(OKR_FED), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        Goals__KeyResult *kr = store_find_key_result(objectives, &at, dc_rows_int64(rows, i, 0),
                                                     dc_rows_int64(rows, i, 1));
        DC_ASSERT(kr != NULL); /* feeds are those of the newest version */
        kr->measure_name = text(step->arena, rows, i, 2);
        kr->numerator = number(step->arena, rows, i, 3);
        kr->denominator = number(step->arena, rows, i, 4);
        DC_TRY(read_value(step->arena, rows, i, &kr->value, error));
    }
    return DC_OK;
}

enum dc_code
store_okr_keep_fed(struct dc_step *step, const struct store_objectives *objectives,
                   struct dc_error *error)
{
    size_t most = 1, count = 0;
    if (!is_any_fed(objectives)) {
        return DC_OK;
    }
    for (size_t i = 0; i < objectives->count; i++) {
        most += objectives->items[i].objective->n_key_results;
    }
    int64_t *of = DC_NEW_ARRAY(step->arena, int64_t, most);
    int64_t *key_results = DC_NEW_ARRAY(step->arena, int64_t, most);
    const char **values = DC_NEW_ARRAY(step->arena, const char *, most);
    struct dc_decimal *scores = DC_NEW_ARRAY(step->arena, struct dc_decimal, most);
    for (size_t i = 0; i < objectives->count; i++) {
        const Goals__Objective *o = objectives->items[i].objective;
        for (size_t k = 0; k < o->n_key_results; k++) {
            const Goals__KeyResult *kr = o->key_results[k];
            if (kr->measure_id != 0) {
                of[count] = o->id;
                key_results[count] = kr->id;
                values[count] = kr->value;
                DC_TRY(dc_decimal_parse(kr->score, &scores[count++], error));
            }
        }
    }
    return dc_db_run(step->db, SQL(OKR_KEEP_FED), NULL, error, tenant_of(step),
                     dc_p_date(goals_today(step)), dc_p_time(step->now), dc_p_int64s(of, count),
                     dc_p_int64s(key_results, count), dc_p_texts(values, count),
                     dc_p_decimals(scores, count));
}

enum dc_code
store_okr_fed_history(struct dc_step *step, int64_t objective_id, Goals__FedValue ***ret_values,
                      size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_FED_HISTORY), &rows, error, tenant_of(step),
                     dc_p_int64(objective_id), dc_p_int64(HISTORY_MOST)));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__FedValue **items = DC_NEW_ARRAY(arena, Goals__FedValue *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__FedValue *fed = DC_NEW_MESSAGE(arena, Goals__FedValue, goals__fed_value__init);
        char day[DC_DATE_TEXT];
        dc_date_format(dc_rows_date(rows, i, 1), day);
        fed->key_result_id = dc_rows_int64(rows, i, 0);
        fed->day = dc_arena_strdup(arena, day);
        fed->value = number(arena, rows, i, 2);
        fed->score = number(arena, rows, i, 3);
        fed->at_us = dc_rows_time(rows, i, 4);
        items[i] = fed;
    }
    *ret_values = items;
    *ret_count = count;
    return DC_OK;
}
