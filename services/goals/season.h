/*
 * season.h - how the target of a year or a quarter is divided into shorter periods of the same owner.
 * Pure.
 *
 * Periods that are over and have a target, and pinned ones, keep what they have. The rest of the value
 * goes to the other periods by their weights, by largest remainder, so that the sum is exact. When the
 * kept ones come to more than the value the open periods get 0; when all open weights are 0 they keep
 * what they have. What is left over or overdrawn then is said.
 * Of an indicator that does not add up every open period takes the value itself.
 */
#ifndef DC_GOALS_SEASON_H
#define DC_GOALS_SEASON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "base/error.h"

enum { SEASON_PERIODS_MAX = 12 };

struct season_part {
    struct dc_decimal weight;
    struct dc_decimal value; /* in: what it has; out: what it gets */
    bool kept;               /* it does not take part */
};

/* ret_left: value less the sum of all parts; below 0 when the kept ones come to more. */
enum dc_code season_divide(struct dc_decimal value, struct season_part *parts, size_t count,
                           bool additive, int decimals, struct dc_decimal *ret_left,
                           struct dc_error *error) DC_MUST_CHECK;

/*
 * The weights of a target's parts out of those of a year's months (12) or quarters (4). `first` is the
 * month (0..11) in which the target's period begins, `months` how many it has, `step` how many a part
 * has (1 or 3). Months of a quarter that has one weight share it alike.
 */
enum dc_code season_weights(const struct dc_decimal *year, size_t year_count, int first, int months,
                            int step, struct dc_decimal ret_weights[SEASON_PERIODS_MAX],
                            struct dc_error *error) DC_MUST_CHECK;

#endif
