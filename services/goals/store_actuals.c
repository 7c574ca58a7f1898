/* What owners did: stored as ingest told it, read for splits and seasons. */
#include "goals_sql.h"
#include "store_okr.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static enum dc_code
read_amount(const char *text, const char *field, struct dc_decimal *ret_amount,
            struct dc_error *error)
{
    if (dc_decimal_parse(text, ret_amount, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "a total is a decimal number");
    }
    return DC_OK;
}

enum dc_code
store_actuals(struct dc_step *step, Ingest__Total *const *totals, size_t count,
              struct store_okr_owner **ret_fed, size_t *ret_count, struct dc_error *error)
{
    enum { KIND, OWNER, MEASURE, VERSION, INTEGERS };
    int64_t *integers[INTEGERS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count);
    }
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, count);
    struct dc_decimal *numerators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    struct dc_decimal *denominators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    for (size_t i = 0; i < count; i++) {
        const Ingest__Total *total = totals[i];
        DC_TRY(read_amount(total->numerator, "numerator", &numerators[i], error));
        DC_TRY(read_amount(total->denominator, "denominator", &denominators[i], error));
        periods[i] = total->period;
        integers[KIND][i] = total->owner_kind;
        integers[OWNER][i] = total->owner_id;
        integers[MEASURE][i] = total->measure_id;
        integers[VERSION][i] = total->version;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(STORE_ACTUALS), &rows, error, tenant_of(step),
                     dc_p_texts(periods, count), dc_p_int64s(integers[KIND], count),
                     dc_p_int64s(integers[OWNER], count), dc_p_int64s(integers[MEASURE], count),
                     dc_p_decimals(numerators, count), dc_p_decimals(denominators, count),
                     dc_p_int64s(integers[VERSION], count)));
    *ret_fed = store_read_okr_owners(step->arena, rows, ret_count);
    return DC_OK;
}

enum dc_code
store_actuals_of(struct dc_step *step, int64_t indicator_id, struct store_actual *actuals,
                 size_t count, struct dc_error *error)
{
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *numbers = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = actuals[i].owner_kind;
        ids[i] = actuals[i].owner_id;
        periods[i] = actuals[i].period;
        numbers[i] = (int64_t)i;
        actuals[i].known = false;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ACTUALS_OF), &rows, error, tenant_of(step),
                     dc_p_int64(indicator_id), dc_p_int64s(kinds, count), dc_p_int64s(ids, count),
                     dc_p_texts(periods, count), dc_p_int64s(numbers, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct store_actual *actual = &actuals[dc_rows_int64(rows, i, 0)];
        struct dc_decimal denominator = dc_rows_decimal(rows, i, 2);
        if (dc_decimal_sign(denominator) != 0) {
            actual->known = true;
            DC_TRY(dc_decimal_mul_div(dc_rows_decimal(rows, i, 1), DC_DECIMAL_INT(1), denominator,
                                      DC_DECIMAL_PLACES, &actual->value, error));
        }
    }
    return DC_OK;
}
