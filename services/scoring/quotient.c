/*
 * quotient.c - an actual against its target, exact: in 128 bits, or with GMP.
 */
#include "quotient.h"

#include "base/assert.h"
#include "int128.h"

static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1}; /* 10^(6 - places) */

/* The quotient as p / q with q > 0: A/T = n * 10^6 / (d * t) in units of millionths. False when a
 * product leaves 128 bits. */
static bool
fraction_fast(const struct quotient *x, int128 *ret_p, int128 *ret_q)
{
    int128 n = x->actual.numerator.units;
    int128 d = x->actual.denominator.units;
    int128 p, q;
    if (__builtin_mul_overflow(n, (int128)DC_DECIMAL_ONE_UNITS, &p) ||
        __builtin_mul_overflow(d, x->target.units, &q)) {
        return false;
    }
    if (x->form == QUOTIENT_DIFFERENCE) {
        int128 twice;
        if (__builtin_mul_overflow(q, (int128)2, &twice) || __builtin_sub_overflow(twice, p, &p)) {
            return false;
        }
    } else if (x->form == QUOTIENT_INVERSE) {
        int128 swap = p;
        p = q;
        q = swap;
    }
    *ret_p = q < 0 ? -p : p;
    *ret_q = q < 0 ? -q : q;
    return true;
}

/* The same with GMP; p and q are initialised by the caller. */
static void
fraction_big(const struct quotient *x, mpz_t p, mpz_t q)
{
    mpz_t t;
    mpz_init(t);
    mpz_set_int128(p, x->actual.numerator.units);
    mpz_mul_ui(p, p, DC_DECIMAL_ONE_UNITS);
    mpz_set_int128(q, x->actual.denominator.units);
    mpz_set_int128(t, x->target.units);
    mpz_mul(q, q, t);
    if (x->form == QUOTIENT_DIFFERENCE) {
        mpz_mul_ui(t, q, 2);
        mpz_sub(p, t, p);
    } else if (x->form == QUOTIENT_INVERSE) {
        mpz_swap(p, q);
    }
    if (mpz_sgn(q) < 0) {
        mpz_neg(p, p);
        mpz_neg(q, q);
    }
    mpz_clear(t);
}

static int
cmp_big(const struct quotient *x, struct dc_decimal limit)
{
    mpz_t p, q, l;
    mpz_inits(p, q, l, NULL);
    fraction_big(x, p, q);
    mpz_mul_ui(p, p, DC_DECIMAL_ONE_UNITS);
    mpz_set_int128(l, limit.units);
    mpz_mul(q, q, l);
    int sign = mpz_cmp(p, q);
    mpz_clears(p, q, l, NULL);
    return (sign > 0) - (sign < 0);
}

static void
check(const struct quotient *x)
{
    DC_ASSERT(x->actual.denominator.units != 0 && x->target.units > 0);
    DC_ASSERT(x->form != QUOTIENT_INVERSE || x->actual.numerator.units != 0);
}

int
quotient_sign(struct dc_ratio ratio)
{
    int sign = dc_decimal_sign(ratio.numerator);
    return dc_decimal_sign(ratio.denominator) < 0 ? -sign : sign;
}

int
quotient_cmp(const struct quotient *x, struct dc_decimal limit)
{
    check(x);
    int128 p, q, left, right;
    if (!fraction_fast(x, &p, &q) ||
        __builtin_mul_overflow(p, (int128)DC_DECIMAL_ONE_UNITS, &left) ||
        __builtin_mul_overflow(q, limit.units, &right)) {
        return cmp_big(x, limit);
    }
    return (left > right) - (left < right);
}

static int128
bound(void)
{
    return (int128)1000000000000000 * 1000000000000000; /* 10^30 millionths */
}

/* numerator / denominator rounded half away from zero, times step; both positive or zero. */
static bool
scale_big(const struct quotient *x, struct dc_decimal factor, int64_t step,
          struct dc_decimal *ret_value)
{
    mpz_t p, q, f;
    mpz_inits(p, q, f, NULL);
    fraction_big(x, p, q);
    mpz_set_int128(f, factor.units);
    mpz_mul(p, p, f);
    mpz_mul_si(q, q, step);
    bool negative = mpz_sgn(p) < 0;
    mpz_abs(p, p);
    mpz_mul_ui(p, p, 2);
    mpz_add(p, p, q);
    mpz_mul_ui(q, q, 2);
    mpz_fdiv_q(p, p, q);
    mpz_mul_si(p, p, step);
    mpz_set_int128(f, bound());
    bool fits = mpz_cmp(p, f) < 0;
    if (fits) {
        mpz_fdiv_q_2exp(q, p, 64);
        int128 units = ((int128)mpz_get_ui(q) << 64) | mpz_get_ui(p);
        ret_value->units = negative ? -units : units;
    }
    mpz_clears(p, q, f, NULL);
    return fits;
}

bool
quotient_scale(const struct quotient *x, struct dc_decimal factor, int places,
               struct dc_decimal *ret_value)
{
    check(x);
    DC_ASSERT(places >= 0 && places <= DC_DECIMAL_PLACES);
    int64_t step = steps[places];
    int128 p, q, top, bottom;
    if (!fraction_fast(x, &p, &q) || __builtin_mul_overflow(p, factor.units, &top) ||
        __builtin_mul_overflow(q, (int128)step, &bottom)) {
        return scale_big(x, factor, step, ret_value);
    }
    int128 magnitude = top < 0 ? -top : top;
    int128 whole = magnitude / bottom;
    int128 rest = magnitude % bottom;
    whole += rest >= bottom - rest;
    if (__builtin_mul_overflow(whole, (int128)step, &whole) || whole >= bound()) {
        return false;
    }
    ret_value->units = top < 0 ? -whole : whole;
    return true;
}
