/* Changing some weights of a plan so that all of them still add up to 100.00. */
#include "weights.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/cleanup.h"

const struct dc_decimal WEIGHTS_TOTAL = {(__int128)100 * DC_DECIMAL_ONE_UNITS};

enum dc_code
weight_parse(const char *text, const char *field, struct dc_decimal *ret_weight,
             struct dc_error *error)
{
    struct dc_decimal weight;
    if (dc_decimal_parse(text, &weight, NULL) != DC_OK || dc_decimal_sign(weight) <= 0 ||
        dc_decimal_cmp(weight, WEIGHTS_TOTAL) > 0 ||
        dc_decimal_cmp(weight, dc_decimal_round(weight, WEIGHT_DECIMALS)) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a weight is a percentage above 0 and up to 100 with two decimals, "
                             "such as 30.00");
    }
    *ret_weight = weight;
    return DC_OK;
}

enum dc_code
weights_change(const struct dc_decimal *weights, const bool *changed,
               const struct dc_decimal *wanted, size_t count, struct dc_decimal *ret_weights,
               struct dc_error *error)
{
    DC_ASSERT(weights && changed && wanted && ret_weights && count > 0);
    DC_AUTO_FREE struct dc_decimal *shares = calloc(count, sizeof *shares);
    DC_AUTO_FREE struct dc_decimal *parts = calloc(count, sizeof *parts);
    DC_ASSERT(shares != NULL && parts != NULL);

    struct dc_decimal rest = WEIGHTS_TOTAL;
    size_t others = 0;
    for (size_t i = 0; i < count; i++) {
        if (changed[i]) {
            rest = dc_decimal_sub(rest, wanted[i]);
        } else {
            shares[others++] = weights[i];
        }
    }
    char text[DC_DECIMAL_TEXT];
    dc_decimal_format_fixed(dc_decimal_sub(WEIGHTS_TOTAL, rest), WEIGHT_DECIMALS, text);
    if (dc_decimal_sign(rest) < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "changes",
                             "the changed weights come to %s, and all weights to 100.00", text);
    }
    if (others == 0 && dc_decimal_sign(rest) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "changes",
                             "every weight is changed, and they come to %s instead of 100.00",
                             text);
    }
    if (others > 0) {
        DC_TRY(dc_decimal_split(rest, shares, others, WEIGHT_DECIMALS, parts, error));
    }
    for (size_t i = 0; i < others; i++) {
        if (dc_decimal_sign(parts[i]) <= 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "changes",
                                 "the changed weights come to %s and leave nothing for others; "
                                 "change the plan if those are to go",
                                 text);
        }
    }
    for (size_t i = 0, other = 0; i < count; i++) {
        ret_weights[i] = changed[i] ? wanted[i] : parts[other++];
    }
    return DC_OK;
}
