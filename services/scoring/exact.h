/*
 * exact.h - values of straight lines and sums, exact until they are compared or rounded.
 *
 * A score is a point on a line through two points of a rule, or a sum of counts times points. It is
 * kept as the whole 10^-12 in it and whether there is more behind: that is all that comparing with
 * a bound of twelve places and rounding half-up to six need to know. Products are formed in 128
 * bits where they fit and with GMP where they do not.
 */
#ifndef SCORING_EXACT_H
#define SCORING_EXACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/decimal.h"
#include "int128.h"

/* Points as rules keep them: 10^-12, so that a product of two decimals stays exact. */
#define EXACT_ONE ((int128)1000000000000)
static inline int128
exact_of(struct dc_decimal value)
{
    return value.units * DC_DECIMAL_ONE_UNITS;
}
/* No score goes further than 10^12 either way. */
#define EXACT_MOST (EXACT_ONE * EXACT_ONE)

/* The x of a rule: an actual, or its share of the target as it is. */
struct exact_x {
    struct dc_ratio actual; /* denominator not 0 */
    bool of_target;
    struct dc_decimal target; /* of_target: > 0 */
};
int exact_x_cmp(const struct exact_x *x, struct dc_decimal limit); /* sign of x - limit */

/* start + rise * (x - from) / run */
struct exact_line {
    int128 start; /* magnitude up to 10^32 */
    struct dc_decimal rise;
    struct dc_decimal from;
    struct dc_decimal run; /* not 0 */
};

struct exact {
    bool negative;
    int128 whole; /* of the magnitude; saturates past EXACT_MOST * 10^6 */
    bool more;
};
struct exact exact_on_line(const struct exact_line *line, const struct exact_x *x);
struct exact exact_of_x(const struct exact_x *x); /* x itself */
/* start + sum(counts[i] * points[i]); no denominator is 0. */
struct exact exact_sum(int128 start, const struct dc_ratio *counts, const struct dc_decimal *points,
                       size_t count);

int exact_cmp(const struct exact *value, int128 limit); /* sign of value - limit */
/* Half away from zero, to 0..6 places. */
struct dc_decimal exact_round(const struct exact *value, int places);
/* A bound as a score: rounded like one. */
struct dc_decimal exact_round_points(int128 points, int places);

#endif
