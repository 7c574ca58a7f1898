/*
 * weights.h - changing some weights of a plan so that all of them still add up to 100.00. Pure.
 */
#ifndef DC_GOALS_WEIGHTS_H
#define DC_GOALS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "base/error.h"

/* 100.00, the sum that the weights of a plan have; and two decimals for each. */
extern const struct dc_decimal WEIGHTS_TOTAL;
enum { WEIGHT_DECIMALS = 2 };

/* "30.00": above 0, at most 100, two decimals at most. Errors: INVALID_ARGUMENT at `field`. */
enum dc_code weight_parse(const char *text, const char *field, struct dc_decimal *ret_weight,
                          struct dc_error *error) DC_MUST_CHECK;

/*
 * The weights with changed[i] become wanted[i]; the others share what is left of 100.00 in
 * proportion to what they had, by largest remainder at two decimals. Errors: INVALID_ARGUMENT when
 * the changed ones come to more than 100.00, when they are all of them and do not come to 100.00,
 * or when another one would be left with nothing.
 */
enum dc_code weights_change(const struct dc_decimal *weights, const bool *changed,
                            const struct dc_decimal *wanted, size_t count,
                            struct dc_decimal *ret_weights, struct dc_error *error) DC_MUST_CHECK;

#endif
