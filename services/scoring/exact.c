/*
 * exact.c - lines and sums in 128 bits, or with GMP.
 */
#include "exact.h"

#include "base/assert.h"

static const int128 steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1}; /* 10^(6 - places) */

static int128
beyond(void)
{
    return EXACT_MOST * 1000000;
}

/* x in millionths as p / q with q > 0. False when a product leaves 128 bits. */
static bool
x_fast(const struct exact_x *x, int128 *ret_p, int128 *ret_q)
{
    int128 p = x->actual.numerator.units, q = x->actual.denominator.units;
    if (q == DC_DECIMAL_ONE_UNITS) {
        q = 1;
    } else if (!int128_mul(p, DC_DECIMAL_ONE_UNITS, &p)) {
        return false;
    }
    if (x->of_target &&
        (!int128_mul(p, DC_DECIMAL_ONE_UNITS, &p) || !int128_mul(q, x->target.units, &q))) {
        return false;
    }
    *ret_p = q < 0 ? -p : p;
    *ret_q = q < 0 ? -q : q;
    return true;
}

/* The same with GMP; p and q are initialised by the caller. */
static void
x_big(const struct exact_x *x, mpz_t p, mpz_t q)
{
    mpz_t t;
    mpz_init(t);
    mpz_set_int128(p, x->actual.numerator.units);
    mpz_mul_ui(p, p, DC_DECIMAL_ONE_UNITS);
    mpz_set_int128(q, x->actual.denominator.units);
    if (x->of_target) {
        mpz_mul_ui(p, p, DC_DECIMAL_ONE_UNITS);
        mpz_set_int128(t, x->target.units);
        mpz_mul(q, q, t);
    }
    if (mpz_sgn(q) < 0) {
        mpz_neg(p, p);
        mpz_neg(q, q);
    }
    mpz_clear(t);
}

static void
check(const struct exact_x *x)
{
    DC_ASSERT(x->actual.denominator.units != 0 && (!x->of_target || x->target.units > 0));
}

int
exact_x_cmp(const struct exact_x *x, struct dc_decimal limit)
{
    check(x);
    int128 p, q, right;
    if (x_fast(x, &p, &q) && int128_mul(q, limit.units, &right)) {
        return (p > right) - (p < right);
    }
    mpz_t big_p, big_q, big_limit;
    mpz_inits(big_p, big_q, big_limit, NULL);
    x_big(x, big_p, big_q);
    mpz_set_int128(big_limit, limit.units);
    mpz_mul(big_q, big_q, big_limit);
    int sign = mpz_cmp(big_p, big_q);
    mpz_clears(big_p, big_q, big_limit, NULL);
    return (sign > 0) - (sign < 0);
}

/* top / bottom in 10^-12; bottom not 0. */
static struct exact
quotient_of(int128 top, int128 bottom)
{
    struct exact value = {.negative = (top < 0) != (bottom < 0) && top != 0};
    unsigned __int128 t = top < 0 ? -(unsigned __int128)top : (unsigned __int128)top;
    unsigned __int128 b = bottom < 0 ? -(unsigned __int128)bottom : (unsigned __int128)bottom;
    unsigned __int128 whole = t / b;
    bool past = whole > (unsigned __int128)beyond();
    value.whole = past ? beyond() : (int128)whole;
    value.more = past || t % b != 0;
    return value;
}

static struct exact
quotient_of_big(mpz_t top, mpz_t bottom)
{
    struct exact value = {.negative = mpz_sgn(top) * mpz_sgn(bottom) < 0};
    mpz_t rest, limit;
    mpz_inits(rest, limit, NULL);
    mpz_abs(top, top);
    mpz_abs(bottom, bottom);
    mpz_tdiv_qr(top, rest, top, bottom);
    mpz_set_int128(limit, beyond());
    bool past = mpz_cmp(top, limit) > 0;
    if (past) {
        mpz_set(top, limit);
    }
    value.more = past || mpz_sgn(rest) != 0;
    mpz_fdiv_q_2exp(rest, top, 64);
    value.whole = ((int128)mpz_get_ui(rest) << 64) | mpz_get_ui(top);
    mpz_clears(rest, limit, NULL);
    return value;
}

/* start + rise * (p - from * q) * scale / (q * run), in 10^-12; run 1 needs no scale. */
static bool
line_fast(const struct exact_line *line, const struct exact_x *x, struct exact *ret_value)
{
    int128 p, q, away, top, bottom, scale = DC_DECIMAL_ONE_UNITS, run = line->run.units;
    if (run == DC_DECIMAL_ONE_UNITS) {
        scale = run = 1;
    }
    if (!x_fast(x, &p, &q) || !int128_mul(q, line->from.units, &away) ||
        __builtin_sub_overflow(p, away, &away) || !int128_mul(away, line->rise.units, &away) ||
        !int128_mul(away, scale, &away) || !int128_mul(q, run, &bottom) ||
        !int128_mul(bottom, line->start, &top) || __builtin_add_overflow(top, away, &top)) {
        return false;
    }
    *ret_value = quotient_of(top, bottom);
    return true;
}

struct exact
exact_on_line(const struct exact_line *line, const struct exact_x *x)
{
    check(x);
    DC_ASSERT(line->run.units != 0);
    struct exact value;
    if (line_fast(line, x, &value)) {
        return value;
    }
    mpz_t p, q, away, factor;
    mpz_inits(p, q, away, factor, NULL);
    x_big(x, p, q);
    mpz_set_int128(factor, line->from.units);
    mpz_mul(away, q, factor);
    mpz_sub(away, p, away);
    mpz_set_int128(factor, line->rise.units);
    mpz_mul(away, away, factor);
    mpz_mul_ui(away, away, DC_DECIMAL_ONE_UNITS);
    mpz_set_int128(factor, line->run.units);
    mpz_mul(q, q, factor);
    mpz_set_int128(factor, line->start);
    mpz_mul(factor, factor, q);
    mpz_add(away, away, factor);
    value = quotient_of_big(away, q);
    mpz_clears(p, q, away, factor, NULL);
    return value;
}

struct exact
exact_of_x(const struct exact_x *x)
{
    struct exact_line itself = {.rise = DC_DECIMAL_INT(1), .run = DC_DECIMAL_INT(1)};
    return exact_on_line(&itself, x);
}

static bool
sum_fast(int128 start, const struct dc_ratio *counts, const struct dc_decimal *points, size_t count,
         struct exact *ret_value)
{
    int128 sum = start, part;
    for (size_t i = 0; i < count; i++) {
        if (counts[i].denominator.units != DC_DECIMAL_ONE_UNITS ||
            !int128_mul(counts[i].numerator.units, points[i].units, &part) ||
            __builtin_add_overflow(sum, part, &sum)) {
            return false;
        }
    }
    *ret_value = quotient_of(sum, 1);
    return true;
}

struct exact
exact_sum(int128 start, const struct dc_ratio *counts, const struct dc_decimal *points,
          size_t count)
{
    struct exact value;
    if (sum_fast(start, counts, points, count, &value)) {
        return value;
    }
    /* top / bottom + n * p * 10^6 / d, in 10^-12 */
    mpz_t top, bottom, part, d;
    mpz_inits(top, bottom, part, d, NULL);
    mpz_set_int128(top, start);
    mpz_set_ui(bottom, 1);
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(counts[i].denominator.units != 0);
        mpz_set_int128(part, counts[i].numerator.units);
        mpz_set_int128(d, points[i].units);
        mpz_mul(part, part, d);
        mpz_mul_ui(part, part, DC_DECIMAL_ONE_UNITS);
        mpz_mul(part, part, bottom);
        mpz_set_int128(d, counts[i].denominator.units);
        mpz_mul(top, top, d);
        mpz_add(top, top, part);
        mpz_mul(bottom, bottom, d);
    }
    value = quotient_of_big(top, bottom);
    mpz_clears(top, bottom, part, d, NULL);
    return value;
}

int
exact_cmp(const struct exact *value, int128 limit)
{
    int128 whole = value->negative ? -value->whole : value->whole;
    if (whole != limit) {
        return whole > limit ? 1 : -1;
    }
    return !value->more ? 0 : value->negative ? -1 : 1;
}

struct dc_decimal
exact_round(const struct exact *value, int places)
{
    DC_ASSERT(places >= 0 && places <= DC_DECIMAL_PLACES);
    /* What is behind the 10^-12 never reaches a half of the last place by itself. */
    int128 step = steps[places], unit = step * DC_DECIMAL_ONE_UNITS;
    int128 rounded = (value->whole + unit / 2) / unit * step;
    return (struct dc_decimal){value->negative ? -rounded : rounded};
}

struct dc_decimal
exact_round_points(int128 points, int places)
{
    struct exact value = {points < 0, points < 0 ? -points : points, false};
    return exact_round(&value, places);
}
