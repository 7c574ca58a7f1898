/*
 * decimal.c - exact numbers: 128-bit integers where they do, GMP where they do not.
 *
 * Every operation that multiplies or divides is one quotient N / D of integers, formed exactly and
 * rounded once (half away from zero). N and D are built in 128 bits; the first step that overflows
 * sends the whole quotient to GMP.
 */
#include "base/decimal.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

typedef __int128 wide;
typedef unsigned __int128 uwide;

static const int64_t powers_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000};

/* 10^30 millionths = 10^24: the first magnitude that is too large. */
static wide
bound(void)
{
    return (wide)1000000000000000 * 1000000000000000;
}

static bool
in_bounds(wide units)
{
    return units > -bound() && units < bound();
}

static enum dc_code
too_large(struct dc_error *error)
{
    return dc_fail(error, DC_OUT_OF_RANGE, "the amount is past 10^24, the largest there is");
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum dc_code
not_an_amount(const char *text, struct dc_error *error)
{
    return dc_fail(error, DC_INVALID_ARGUMENT,
                   "\"%.60s\" is not an amount; an amount is written -1234.56", text);
}

enum dc_code
dc_decimal_parse(const char *text, struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT(text && ret_value);
    const char *c = text;
    bool negative = *c == '-';
    c += negative;
    wide units = 0;
    if (!is_digit(*c)) {
        return not_an_amount(text, error);
    }
    for (; is_digit(*c); c++) {
        units = units * 10 + (*c - '0');
        if (units >= bound() / DC_DECIMAL_ONE_UNITS) {
            return dc_fail(error, DC_OUT_OF_RANGE,
                           "%.60s is too large; amounts have at most 24 digits before the point",
                           text);
        }
    }
    int places = 0;
    if (*c == '.') {
        c++;
        if (!is_digit(*c)) {
            return not_an_amount(text, error);
        }
        for (; is_digit(*c); c++) {
            if (places < DC_DECIMAL_PLACES) {
                units = units * 10 + (*c - '0');
                places++;
            } else if (*c != '0') {
                return dc_fail(error, DC_INVALID_ARGUMENT, "%.60s has more than %d decimal places",
                               text, DC_DECIMAL_PLACES);
            }
        }
    }
    if (*c) {
        return not_an_amount(text, error);
    }
    units *= powers_of_ten[DC_DECIMAL_PLACES - places];
    ret_value->units = negative ? -units : units;
    return DC_OK;
}

/* Writes the digits of `value` right-aligned before `end`; returns where they begin. */
static char *
digits_before(char *end, uwide value, int at_least)
{
    for (; value > UINT64_MAX; at_least--) {
        *--end = (char)('0' + (int)(value % 10));
        value /= 10;
    }
    for (uint64_t rest = (uint64_t)value; rest || at_least > 0; at_least--) {
        *--end = (char)('0' + rest % 10);
        rest /= 10;
    }
    return end;
}

static char *
format_places(wide units, int places, char ret_text[DC_DECIMAL_TEXT])
{
    char buffer[DC_DECIMAL_TEXT];
    char *end = buffer + sizeof buffer;
    bool negative = units < 0;
    uwide magnitude = negative ? -(uwide)units : (uwide)units;
    magnitude /= (uwide)powers_of_ten[DC_DECIMAL_PLACES - places];
    char *start = digits_before(end, magnitude, places + 1);
    size_t whole = (size_t)(end - start) - (size_t)places;
    char *out = ret_text;
    if (negative) {
        *out++ = '-';
    }
    memcpy(out, start, whole);
    out += whole;
    if (places) {
        *out++ = '.';
        memcpy(out, start + whole, (size_t)places);
        out += places;
    }
    *out = '\0';
    return ret_text;
}

char *
dc_decimal_format(struct dc_decimal value, char ret_text[DC_DECIMAL_TEXT])
{
    DC_ASSERT(ret_text && in_bounds(value.units));
    int places = DC_DECIMAL_PLACES;
    int64_t fraction = (int64_t)(value.units % DC_DECIMAL_ONE_UNITS);
    while (places > 0 && fraction % 10 == 0) {
        fraction /= 10;
        places--;
    }
    return format_places(value.units, places, ret_text);
}

char *
dc_decimal_format_fixed(struct dc_decimal value, int places, char ret_text[DC_DECIMAL_TEXT])
{
    DC_ASSERT(ret_text && in_bounds(value.units) && places >= 0 && places <= DC_DECIMAL_PLACES);
    DC_ASSERT(value.units % powers_of_ten[DC_DECIMAL_PLACES - places] == 0);
    return format_places(value.units, places, ret_text);
}

/* Sums stay far from 2^127 (1.7 * 10^38): it takes 10^8 largest amounts to get there. */
struct dc_decimal
dc_decimal_add(struct dc_decimal a, struct dc_decimal b)
{
    struct dc_decimal sum;
    DC_ASSERT(!__builtin_add_overflow(a.units, b.units, &sum.units));
    return sum;
}

struct dc_decimal
dc_decimal_sub(struct dc_decimal a, struct dc_decimal b)
{
    struct dc_decimal difference;
    DC_ASSERT(!__builtin_sub_overflow(a.units, b.units, &difference.units));
    return difference;
}

struct dc_decimal
dc_decimal_neg(struct dc_decimal a)
{
    return (struct dc_decimal){-a.units};
}

int
dc_decimal_cmp(struct dc_decimal a, struct dc_decimal b)
{
    return (a.units > b.units) - (a.units < b.units);
}

int
dc_decimal_sign(struct dc_decimal a)
{
    return (a.units > 0) - (a.units < 0);
}

struct dc_decimal
dc_decimal_min(struct dc_decimal a, struct dc_decimal b)
{
    return a.units <= b.units ? a : b;
}

struct dc_decimal
dc_decimal_max(struct dc_decimal a, struct dc_decimal b)
{
    return a.units >= b.units ? a : b;
}

/* n / d half away from zero; d > 0. Divides in 64 bits where both fit: a 128-bit division costs
 * several times as much. */
static wide
divide_round(wide n, wide d)
{
    bool negative = n < 0;
    uwide magnitude = negative ? -(uwide)n : (uwide)n;
    uwide divisor = (uwide)d;
    uwide quotient, rest;
    if (magnitude <= UINT64_MAX && divisor <= UINT64_MAX) {
        quotient = (uint64_t)magnitude / (uint64_t)divisor;
        rest = (uint64_t)magnitude % (uint64_t)divisor;
    } else {
        quotient = magnitude / divisor;
        rest = magnitude % divisor;
    }
    if (rest >= divisor - rest) {
        quotient++;
    }
    return negative ? -(wide)quotient : (wide)quotient;
}

struct dc_decimal
dc_decimal_round(struct dc_decimal a, int places)
{
    DC_ASSERT(places >= 0 && places <= DC_DECIMAL_PLACES);
    wide step = powers_of_ten[DC_DECIMAL_PLACES - places];
    return (struct dc_decimal){divide_round(a.units, step) * step};
}

/* --- exact quotients ---------------------------------------------------------------------------
 */

static void
set_wide(mpz_t out, wide value)
{
    uwide magnitude = value < 0 ? -(uwide)value : (uwide)value;
    uint64_t halves[2] = {(uint64_t)magnitude, (uint64_t)(magnitude >> 64)};
    mpz_import(out, 2, -1, sizeof halves[0], 0, 0, halves);
    if (value < 0) {
        mpz_neg(out, out);
    }
}

/* |value| must fit 127 bits. */
static wide
get_wide(const mpz_t value)
{
    uint64_t halves[2] = {0, 0};
    DC_ASSERT(mpz_sizeinbase(value, 2) <= 127);
    mpz_export(halves, NULL, -1, sizeof halves[0], 0, 0, value);
    uwide magnitude = (uwide)halves[1] << 64 | halves[0];
    return mpz_sgn(value) < 0 ? -(wide)magnitude : (wide)magnitude;
}

/* Rounds n / d (in place) half away from zero into units of `step`. d must not be 0. */
static enum dc_code
finish_big(mpz_t n, mpz_t d, wide step, struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT(mpz_sgn(d) != 0);
    bool negative = (mpz_sgn(n) < 0) != (mpz_sgn(d) < 0);
    mpz_abs(n, n);
    mpz_abs(d, d);
    mpz_mul_2exp(n, n, 1);
    mpz_add(n, n, d);
    mpz_mul_2exp(d, d, 1);
    mpz_fdiv_q(n, n, d); /* floor((2n + d) / 2d) */
    if (mpz_sizeinbase(n, 2) > 101) {
        return too_large(error);
    }
    wide units;
    if (__builtin_mul_overflow(get_wide(n), step, &units) || !in_bounds(units)) {
        return too_large(error);
    }
    ret_value->units = negative ? -units : units;
    return DC_OK;
}

/* Adds |value| to the product, or says that 128 bits are not enough. */
static bool
product(const wide *factors, size_t count, wide *ret_product)
{
    wide value = 1;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_mul_overflow(value, factors[i], &value)) {
            return false;
        }
    }
    *ret_product = value;
    return true;
}

static void
big_product(const wide *factors, size_t count, mpz_t out)
{
    mpz_t factor;
    mpz_init(factor);
    mpz_set_ui(out, 1);
    for (size_t i = 0; i < count; i++) {
        set_wide(factor, factors[i]);
        mpz_mul(out, out, factor);
    }
    mpz_clear(factor);
}

/* product(over) / product(under), in units of millionths, rounded to `places`. The factors of
 * `under` get the rounding step as one more; there must be room for it. */
static enum dc_code
quotient(const wide *over, size_t over_count, wide *under, size_t under_count, int places,
         struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT(places >= 0 && places <= DC_DECIMAL_PLACES);
    wide step = powers_of_ten[DC_DECIMAL_PLACES - places];
    under[under_count++] = step;
    wide n, d;
    if (product(over, over_count, &n) && product(under, under_count, &d)) {
        DC_ASSERT(d != 0);
        /* -2^127 has no positive twin. */
        if (d > 0 || (n != (wide)((uwide)1 << 127) && d != (wide)((uwide)1 << 127))) {
            wide rounded = d > 0 ? divide_round(n, d) : divide_round(-n, -d);
            wide units;
            if (__builtin_mul_overflow(rounded, step, &units) || !in_bounds(units)) {
                return too_large(error);
            }
            ret_value->units = units;
            return DC_OK;
        }
    }
    mpz_t big_n, big_d;
    mpz_inits(big_n, big_d, NULL);
    big_product(over, over_count, big_n);
    big_product(under, under_count, big_d);
    enum dc_code code = finish_big(big_n, big_d, step, ret_value, error);
    mpz_clears(big_n, big_d, NULL);
    return code;
}

enum dc_code
dc_decimal_mul(struct dc_decimal a, struct dc_decimal b, int places, struct dc_decimal *ret_value,
               struct dc_error *error)
{
    DC_ASSERT(ret_value);
    wide over[] = {a.units, b.units};
    wide under[2] = {DC_DECIMAL_ONE_UNITS};
    return quotient(over, 2, under, 1, places, ret_value, error);
}

enum dc_code
dc_decimal_mul_div(struct dc_decimal a, struct dc_decimal b, struct dc_decimal c, int places,
                   struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT(ret_value && c.units != 0);
    wide over[] = {a.units, b.units};
    wide under[2] = {c.units};
    return quotient(over, 2, under, 1, places, ret_value, error);
}

static int
sign_of(wide value)
{
    return (value > 0) - (value < 0);
}

int
dc_ratio_cmp(struct dc_ratio a, struct dc_ratio b)
{
    DC_ASSERT(a.denominator.units != 0 && b.denominator.units != 0);
    int flip = sign_of(a.denominator.units) * sign_of(b.denominator.units);
    wide left, right;
    if (!__builtin_mul_overflow(a.numerator.units, b.denominator.units, &left) &&
        !__builtin_mul_overflow(b.numerator.units, a.denominator.units, &right)) {
        return flip * ((left > right) - (left < right));
    }
    mpz_t big_left, big_right;
    mpz_inits(big_left, big_right, NULL);
    big_product((wide[]){a.numerator.units, b.denominator.units}, 2, big_left);
    big_product((wide[]){b.numerator.units, a.denominator.units}, 2, big_right);
    int order = mpz_cmp(big_left, big_right);
    mpz_clears(big_left, big_right, NULL);
    return flip * ((order > 0) - (order < 0));
}

/* Equal factors over and under fall away: plain amounts have the denominator 1, and with it most
 * scores stay within 128 bits. */
static void
cancel(wide *over, wide *under)
{
    if (*over == *under) {
        *over = 1;
        *under = 1;
    }
}

enum dc_code
dc_ratio_scale(struct dc_decimal factor, struct dc_ratio a, struct dc_ratio b, int places,
               struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT(ret_value);
    DC_ASSERT(a.denominator.units != 0 && b.numerator.units != 0 && b.denominator.units != 0);
    wide over[] = {factor.units, a.numerator.units, b.denominator.units};
    wide under[3] = {a.denominator.units, b.numerator.units};
    cancel(&over[2], &under[0]);
    cancel(&over[2], &under[1]);
    cancel(&over[1], &under[0]);
    return quotient(over, 3, under, 2, places, ret_value, error);
}

enum dc_code
dc_decimal_weighted_sum(const struct dc_decimal *values, const struct dc_decimal *weights,
                        size_t count, struct dc_decimal divisor, int places,
                        struct dc_decimal *ret_value, struct dc_error *error)
{
    DC_ASSERT((values && weights) || count == 0);
    DC_ASSERT(ret_value && divisor.units != 0 && places >= 0 && places <= DC_DECIMAL_PLACES);
    wide step = powers_of_ten[DC_DECIMAL_PLACES - places];
    wide sum = 0, one;
    size_t i = 0;
    for (; i < count; i++) {
        if (__builtin_mul_overflow(values[i].units, weights[i].units, &one) ||
            __builtin_add_overflow(sum, one, &sum)) {
            break;
        }
    }
    if (i == count) {
        wide under[2] = {divisor.units};
        return quotient(&sum, 1, under, 1, places, ret_value, error);
    }
    mpz_t n, d, factor;
    mpz_inits(n, d, factor, NULL);
    for (i = 0; i < count; i++) {
        big_product((wide[]){values[i].units, weights[i].units}, 2, factor);
        mpz_add(n, n, factor);
    }
    big_product((wide[]){divisor.units, step}, 2, d);
    enum dc_code code = finish_big(n, d, step, ret_value, error);
    mpz_clears(n, d, factor, NULL);
    return code;
}

/* --- largest remainder -------------------------------------------------------------------------
 */

struct remainder {
    uwide value;
    size_t index;
};

static int
larger_remainder_first(const void *a, const void *b)
{
    const struct remainder *left = a, *right = b;
    if (left->value != right->value) {
        return left->value > right->value ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

/* floor(total * share / sum) and its remainder; false: 128 bits are not enough. */
static bool
share_of(uwide total, uwide share, uwide sum, uwide *ret_part, uwide *ret_remainder)
{
    uwide scaled;
    if (__builtin_mul_overflow(total, share, &scaled)) {
        return false;
    }
    *ret_part = scaled / sum;
    *ret_remainder = scaled % sum;
    return true;
}

static void
big_share_of(mpz_t total, wide share, mpz_t sum, mpz_t scratch, mpz_t rest, uwide *ret_part,
             uwide *ret_remainder)
{
    set_wide(scratch, share);
    mpz_mul(scratch, scratch, total);
    mpz_fdiv_qr(scratch, rest, scratch, sum);
    *ret_part = (uwide)get_wide(scratch);
    *ret_remainder = (uwide)get_wide(rest);
}

enum dc_code
dc_decimal_split(struct dc_decimal total, const struct dc_decimal *shares, size_t count, int places,
                 struct dc_decimal *ret_parts, struct dc_error *error)
{
    DC_ASSERT(shares && ret_parts && places >= 0 && places <= DC_DECIMAL_PLACES);
    wide step = powers_of_ten[DC_DECIMAL_PLACES - places];
    if (total.units % step != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the total has more than %d decimal places",
                       places);
    }
    wide sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (shares[i].units < 0) {
            return dc_fail(error, DC_INVALID_ARGUMENT, "share %zu is negative", i + 1);
        }
        if (__builtin_add_overflow(sum, shares[i].units, &sum)) {
            return dc_fail(error, DC_INVALID_ARGUMENT, "the shares add up to too much");
        }
    }
    if (sum == 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "all shares are 0; one at least must not be");
    }
    bool negative = total.units < 0;
    uwide steps = (uwide)((negative ? -total.units : total.units) / step);
    struct remainder *remainders = malloc(count * sizeof *remainders);
    DC_ASSERT(remainders != NULL);

    mpz_t big_total, big_sum, scratch, rest;
    mpz_inits(big_total, big_sum, scratch, rest, NULL);
    set_wide(big_total, (wide)steps);
    set_wide(big_sum, sum);
    uwide left = steps;
    for (size_t i = 0; i < count; i++) {
        uwide part;
        if (!share_of(steps, (uwide)shares[i].units, (uwide)sum, &part, &remainders[i].value)) {
            big_share_of(big_total, shares[i].units, big_sum, scratch, rest, &part,
                         &remainders[i].value);
        }
        remainders[i].index = i;
        left -= part;
        ret_parts[i].units = (wide)part;
    }
    mpz_clears(big_total, big_sum, scratch, rest, NULL);

    /* Fewer than `count` steps are left, and each goes to a share with a remainder. */
    DC_ASSERT(left < count);
    qsort(remainders, count, sizeof *remainders, larger_remainder_first);
    for (size_t i = 0; i < (size_t)left; i++) {
        DC_ASSERT(remainders[i].value > 0);
        ret_parts[remainders[i].index].units++;
    }
    for (size_t i = 0; i < count; i++) {
        wide units = ret_parts[i].units * step;
        ret_parts[i].units = negative ? -units : units;
    }
    free(remainders);
    return DC_OK;
}
