/* What targets were and what they are, and the acts between. */
#include "store.h"

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static char *
keep_value(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

static char *
keep_date(struct dc_step *step, dc_date date)
{
    char *text = dc_arena_alloc(step->arena, DC_DATE_TEXT);
    dc_date_format(date, text);
    return text;
}

static enum dc_code
read_difference(struct dc_step *step, const struct dc_rows *rows, size_t row, int decimals,
                Goals__TargetDifference **ret_difference, struct dc_error *error)
{
    Goals__TargetDifference *d =
        DC_NEW_MESSAGE(step->arena, Goals__TargetDifference, goals__target_difference__init);
    struct dc_decimal before = DC_DECIMAL_ZERO, after = dc_rows_decimal(rows, row, 11);
    d->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, row, 2);
    d->owner_id = dc_rows_int64(rows, row, 3);
    d->owner_name = dc_arena_strdup(step->arena, dc_rows_text(rows, row, 4));
    d->owner_code = dc_arena_strdup(step->arena, dc_rows_text(rows, row, 5));
    d->depth = (int32_t)dc_rows_int64(rows, row, 6);
    d->target_id = dc_rows_int64(rows, row, 7);
    if (!dc_rows_is_null(rows, row, 9)) {
        d->old_version = dc_rows_int64(rows, row, 8);
        before = dc_rows_decimal(rows, row, 9);
        d->old_value = keep_value(step, before, decimals);
    }
    struct dc_decimal difference = dc_decimal_sub(after, before);
    d->new_version = dc_rows_int64(rows, row, 10);
    d->new_value = keep_value(step, after, decimals);
    d->difference = keep_value(step, difference, decimals);
    if (dc_decimal_sign(before) > 0) {
        struct dc_decimal percent;
        DC_TRY(dc_decimal_mul_div(difference, DC_DECIMAL_INT(100), before, 2, &percent, error));
        d->percent = keep_value(step, percent, 2);
    }
    d->author = dc_arena_strdup(step->arena, dc_rows_text(rows, row, 12));
    d->reason = dc_arena_strdup(step->arena, dc_rows_text(rows, row, 13));
    d->effective_on = keep_date(step, dc_rows_date(rows, row, 14));
    d->at_us = dc_rows_time(rows, row, 15);
    *ret_difference = d;
    return DC_OK;
}

enum dc_code
store_compare(struct dc_step *step, const struct store_comparison *wanted,
              const struct dc_access_reach *reach, Goals__CompareTargetsResponse *response,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(COMPARE_TARGETS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_date(wanted->day),
                     dc_p_int64(wanted->indicator_id), dc_p_text(wanted->period),
                     dc_p_int64(wanted->unit_id),
                     wanted->from ? dc_p_time(wanted->from) : dc_p_null(), dc_p_time(wanted->to),
                     dc_p_bool(reach->all), dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64(wanted->limit),
                     dc_p_int64(wanted->offset)));
    size_t count = dc_rows_count(rows);
    response->total = dc_rows_int64(rows, 0, 0);
    response->unchanged = dc_rows_int64(rows, 0, 1);
    response->differences = DC_NEW_ARRAY(step->arena, Goals__TargetDifference *, count + 1);
    for (size_t i = 0; i < count && !dc_rows_is_null(rows, i, 2); i++) {
        DC_TRY(read_difference(step, rows, i, wanted->decimals,
                               &response->differences[response->n_differences], error));
        response->n_differences++;
    }
    return DC_OK;
}

enum dc_code
store_acts(struct dc_step *step, int64_t indicator_id, const char *period, int64_t before,
           int64_t limit, Goals__TargetAct ***ret_acts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_ACTS), &rows, error, dc_p_int64(step->context->tenant_id),
                     dc_p_int64(indicator_id), dc_p_text(period),
                     dc_p_int64(before > 0 ? before : INT64_MAX), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Goals__TargetAct **acts = DC_NEW_ARRAY(step->arena, Goals__TargetAct *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__TargetAct *act =
            DC_NEW_MESSAGE(step->arena, Goals__TargetAct, goals__target_act__init);
        act->adjustment_id = dc_rows_int64(rows, i, 0);
        act->act = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 1));
        act->author = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 2));
        act->reason = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 3));
        act->effective_on = keep_date(step, dc_rows_date(rows, i, 4));
        act->at_us = dc_rows_time(rows, i, 5);
        act->changed = dc_rows_int64(rows, i, 6);
        acts[i] = act;
    }
    *ret_acts = acts;
    *ret_count = count;
    return DC_OK;
}
