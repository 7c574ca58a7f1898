/* Dividing a target into shorter periods. */
#include "season.h"

#include "base/assert.h"

enum { QUARTER = 3, QUARTERS = 4, MONTHS = 12 };

enum dc_code
season_divide(struct dc_decimal value, struct season_part *parts, size_t count, bool additive,
              int decimals, struct dc_decimal *ret_left, struct dc_error *error)
{
    struct dc_decimal weights[SEASON_PERIODS_MAX], values[SEASON_PERIODS_MAX];
    struct dc_decimal rest = value, sum = DC_DECIMAL_ZERO;
    size_t open = 0, next = 0;
    bool any = false;
    DC_ASSERT(count <= SEASON_PERIODS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].kept) {
            rest = dc_decimal_sub(rest, parts[i].value);
        } else {
            any = any || dc_decimal_sign(parts[i].weight) > 0;
            weights[open++] = parts[i].weight;
        }
    }
    if (additive && any) {
        DC_TRY(dc_decimal_split(dc_decimal_max(rest, DC_DECIMAL_ZERO), weights, open, decimals, values,
                                error));
    }
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].kept && !additive) {
            parts[i].value = value;
        } else if (!parts[i].kept && any) {
            parts[i].value = values[next++];
        }
        sum = dc_decimal_add(sum, parts[i].value);
    }
    *ret_left = additive ? dc_decimal_sub(value, sum) : DC_DECIMAL_ZERO;
    return DC_OK;
}

enum dc_code
season_weights(const struct dc_decimal *year, size_t year_count, int first, int months, int step,
               struct dc_decimal ret_weights[SEASON_PERIODS_MAX], struct dc_error *error)
{
    DC_ASSERT(year_count == QUARTERS || year_count == MONTHS);
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    int per_weight = MONTHS / (int)year_count;
    for (int part = 0; part < months / step; part++) {
        struct dc_decimal weight = DC_DECIMAL_ZERO;
        for (int month = first + part * step; month < first + (part + 1) * step; month++) {
            /* A month of a quarter counts as the quarter's whole weight: only proportions matter. */
            weight = dc_decimal_add(weight, year[month / per_weight]);
        }
        ret_weights[part] = weight;
        sum = dc_decimal_add(sum, weight);
    }
    if (dc_decimal_sign(sum) == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "profile_id",
                             "all its weights in this period are 0; another profile");
    }
    return DC_OK;
}
