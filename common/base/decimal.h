/*
 * decimal.h - exact numbers. Money, targets, weights and scores never touch binary floating point.
 *
 * `struct dc_decimal` is a scaled integer: `units` counts millionths. It holds every amount of
 * magnitude below 10^24 with up to six decimal places exactly. Addition and comparison are plain
 * integer operations. What needs more room (a product of three amounts, a quotient) is computed
 * in 128 bits where it fits and with GMP where it does not, and rounded once, half away from zero
 * ("half-up" of DOMAIN.md section 7), at the places that the caller names.
 *
 * A quotient that must stay exact until it is rounded (a ratio measure such as collected / sold)
 * is kept as two decimals, numerator and denominator: `struct dc_ratio`.
 */
#ifndef DC_BASE_DECIMAL_H
#define DC_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { DC_DECIMAL_PLACES = 6, DC_DECIMAL_TEXT = 48 };
#define DC_DECIMAL_ONE_UNITS 1000000

struct dc_decimal {
    __int128 units; /* millionths; magnitude below 10^30 */
};

struct dc_ratio {
    struct dc_decimal numerator;
    struct dc_decimal denominator; /* 1 for plain amounts; 0 means "no data" */
};

#define DC_DECIMAL_ZERO ((struct dc_decimal){0})
#define DC_DECIMAL_INT(n) ((struct dc_decimal){(__int128)(n) * DC_DECIMAL_ONE_UNITS})

/* "-1234.5", at most 6 decimal places (trailing zeros beyond are allowed) and 24 digits before
 * the point; no exponent, no spaces, no '+'. Errors: INVALID_ARGUMENT, OUT_OF_RANGE. */
enum dc_code dc_decimal_parse(const char *text, struct dc_decimal *ret_value,
                              struct dc_error *error) DC_MUST_CHECK;
/* Canonical: no trailing zeros, "0", never "-0". Returns ret_text. */
char *dc_decimal_format(struct dc_decimal value, char ret_text[DC_DECIMAL_TEXT]);
/* Exactly `places` (0..6) decimals; `value` must already be rounded to them. */
char *dc_decimal_format_fixed(struct dc_decimal value, int places, char ret_text[DC_DECIMAL_TEXT]);

struct dc_decimal dc_decimal_add(struct dc_decimal a, struct dc_decimal b);
struct dc_decimal dc_decimal_sub(struct dc_decimal a, struct dc_decimal b);
struct dc_decimal dc_decimal_neg(struct dc_decimal a);
int dc_decimal_cmp(struct dc_decimal a, struct dc_decimal b); /* -1, 0, 1 */
int dc_decimal_sign(struct dc_decimal a);
struct dc_decimal dc_decimal_min(struct dc_decimal a, struct dc_decimal b);
struct dc_decimal dc_decimal_max(struct dc_decimal a, struct dc_decimal b);
/* Half away from zero, to 0..6 places. */
struct dc_decimal dc_decimal_round(struct dc_decimal a, int places);

/* a * b, and a * b / c, exact inside, rounded once to `places`; OUT_OF_RANGE past 10^24; c = 0 is
 * the caller's bug. */
enum dc_code dc_decimal_mul(struct dc_decimal a, struct dc_decimal b, int places,
                            struct dc_decimal *ret_value, struct dc_error *error) DC_MUST_CHECK;
enum dc_code dc_decimal_mul_div(struct dc_decimal a, struct dc_decimal b, struct dc_decimal c,
                                int places, struct dc_decimal *ret_value, struct dc_error *error)
    DC_MUST_CHECK;

/* Exact comparisons of quotients, without dividing: sign of a/b - c/d; b, d not 0. */
int dc_ratio_cmp(struct dc_ratio a, struct dc_ratio b);
/* factor * (a.n/a.d) / (b.n/b.d), exact inside, rounded once; a.d, b.n, b.d not 0. */
enum dc_code dc_ratio_scale(struct dc_decimal factor, struct dc_ratio a, struct dc_ratio b,
                            int places, struct dc_decimal *ret_value, struct dc_error *error)
    DC_MUST_CHECK;

/* sum(values[i] * weights[i]) / divisor, exact inside, rounded once to `places`. */
enum dc_code dc_decimal_weighted_sum(const struct dc_decimal *values,
                                     const struct dc_decimal *weights, size_t count,
                                     struct dc_decimal divisor, int places,
                                     struct dc_decimal *ret_value, struct dc_error *error)
    DC_MUST_CHECK;

/*
 * Largest remainder (Hamilton's method): splits `total` in proportion to `shares` so that every
 * part has `places` decimals and the parts add up to `total` exactly. Each part is its exact
 * share rounded down towards zero; the units left over go to the largest remainders, equal
 * remainders to the earlier index. Shares are not negative and not all zero; `total` must have
 * at most `places` decimals. Errors: INVALID_ARGUMENT.
 */
enum dc_code dc_decimal_split(struct dc_decimal total, const struct dc_decimal *shares,
                              size_t count, int places, struct dc_decimal *ret_parts,
                              struct dc_error *error) DC_MUST_CHECK;

#endif
