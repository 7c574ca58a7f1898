/*
 * fraction.c - exact fractions in the room of a ratio.
 */
#include "base/fraction.h"

#include "base/assert.h"

/* Replaces n/d, in lowest terms with d above 2 * half, by the fraction in the middle of its two
 * neighbours among the fractions with up to `half` below the line: a fraction between them is on
 * the same side of each of those as n/d. By continued fractions (Hardy and Wright, chapter 10): the
 * neighbours are a convergent h1/k1 and the last of the fractions (h2 + t h1)/(k2 + t k1) within
 * half. */
static void
replace(mpz_t n, mpz_t d, const mpz_t half)
{
    mpz_t h1, k1, h2, k2, part, next;
    mpz_inits(h1, k1, h2, k2, part, next, NULL);
    mpz_set_ui(h1, 1);
    mpz_set_ui(k2, 1);
    while (mpz_cmp(k1, half) <= 0) {
        mpz_fdiv_qr(part, n, n, d); /* n is the rest */
        mpz_swap(n, d);
        mpz_set(next, h2);
        mpz_addmul(next, part, h1);
        mpz_swap(h2, h1);
        mpz_swap(h1, next);
        mpz_set(next, k2);
        mpz_addmul(next, part, k1);
        mpz_swap(k2, k1);
        mpz_swap(k1, next);
    }
    /* (h1, k1) is past half; (h2, k2) the convergent before, `part` steps of it led here. */
    mpz_submul(h1, part, h2);
    mpz_submul(k1, part, k2);
    mpz_sub(part, half, k1);
    mpz_fdiv_q(part, part, k2);
    mpz_add_ui(part, part, 1);
    mpz_set(n, h1);
    mpz_addmul(n, part, h2);
    mpz_set(d, k1);
    mpz_addmul(d, part, k2);
    mpz_clears(h1, k1, h2, k2, part, next, NULL);
}

/* Half of 10^24 / (whole part + 1), less one in the last place: no part of the middle fraction
 * reaches 10^24. */
static void
half_for(const mpz_t n, const mpz_t d, mpz_t ret_half)
{
    mpz_t whole;
    mpz_init(whole);
    mpz_abs(whole, n);
    mpz_fdiv_q(whole, whole, d);
    mpz_add_ui(whole, whole, 1);
    mpz_ui_pow_ui(ret_half, 10, 24);
    mpz_fdiv_q(ret_half, ret_half, whole);
    mpz_fdiv_q_ui(ret_half, ret_half, 2);
    mpz_sub_ui(ret_half, ret_half, 1);
    mpz_clear(whole);
}

static struct dc_decimal
units(const mpz_t value, __int128 each)
{
    mpz_t high, size;
    mpz_inits(high, size, NULL);
    mpz_abs(size, value);
    mpz_fdiv_q_2exp(high, size, 64);
    __int128 whole = ((__int128)mpz_get_ui(high) << 64) | mpz_get_ui(size);
    mpz_clears(high, size, NULL);
    return (struct dc_decimal){(mpz_sgn(value) < 0 ? -whole : whole) * each};
}

struct dc_ratio
dc_fraction_fit(mpq_srcptr value)
{
    mpz_t n, d, most;
    struct dc_ratio ratio = {DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    mpz_init_set(n, mpq_numref(value));
    mpz_init_set(d, mpq_denref(value));
    mpz_init(most);
    mpz_ui_pow_ui(most, 10, 15);
    mpz_mul(most, most, d);
    if (mpz_cmpabs(n, most) < 0) {
        mpz_ui_pow_ui(most, 10, 24);
        if (mpz_cmpabs(n, most) >= 0 || mpz_cmp(d, most) >= 0) {
            half_for(n, d, most);
            if (mpz_cmp(d, most) > 0) {
                replace(n, d, most);
            }
        }
        mpz_set_ui(most, DC_DECIMAL_ONE_UNITS);
        if (mpz_divisible_p(most, d)) {
            mpz_divexact(most, most, d);
            mpz_mul(n, n, most);
            ratio = (struct dc_ratio){units(n, 1), DC_DECIMAL_INT(1)};
        } else {
            mpz_ui_pow_ui(most, 10, 18);
            bool small = mpz_cmp(d, most) < 0 && mpz_cmpabs(n, most) < 0;
            __int128 each = small ? DC_DECIMAL_ONE_UNITS : 1;
            ratio = (struct dc_ratio){units(n, each), units(d, each)};
        }
    }
    mpz_clears(n, d, most, NULL);
    return ratio;
}

static void
set_units(mpz_t ret_value, __int128 number)
{
    unsigned __int128 size = number < 0 ? -(unsigned __int128)number : (unsigned __int128)number;
    mpz_set_ui(ret_value, (unsigned long)(size >> 64));
    mpz_mul_2exp(ret_value, ret_value, 64);
    mpz_add_ui(ret_value, ret_value, (unsigned long)size);
    if (number < 0) {
        mpz_neg(ret_value, ret_value);
    }
}

void
dc_fraction_set(mpq_ptr ret_value, struct dc_ratio ratio)
{
    DC_ASSERT(ratio.denominator.units != 0);
    set_units(mpq_numref(ret_value), ratio.numerator.units);
    set_units(mpq_denref(ret_value), ratio.denominator.units);
    mpq_canonicalize(ret_value);
}

void
dc_fraction_round(mpq_ptr value, int places)
{
    DC_ASSERT(places >= 0 && places <= DC_DECIMAL_PLACES);
    mpz_t scale, top;
    mpz_inits(scale, top, NULL);
    mpz_ui_pow_ui(scale, 10, (unsigned long)places);
    bool negative = mpq_sgn(value) < 0;
    mpz_abs(top, mpq_numref(value));
    mpz_mul(top, top, scale);
    mpz_mul_ui(top, top, 2);
    mpz_add(top, top, mpq_denref(value));
    mpz_mul_ui(mpq_denref(value), mpq_denref(value), 2);
    mpz_fdiv_q(mpq_numref(value), top, mpq_denref(value));
    if (negative) {
        mpz_neg(mpq_numref(value), mpq_numref(value));
    }
    mpz_set(mpq_denref(value), scale);
    mpq_canonicalize(value);
    mpz_clears(scale, top, NULL);
}
