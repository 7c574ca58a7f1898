/*
 * decimal_test.c - exact numbers: cases as rows of text, and properties against GMP's rationals.
 */
#include "base/decimal.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static struct dc_decimal
number(const char *where, const char *text)
{
    struct dc_decimal value = DC_DECIMAL_ZERO;
    struct dc_error error;
    if (dc_decimal_parse(text, &value, &error) != DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    return value;
}

static void
expect(const char *where, enum dc_code code, struct dc_decimal value, const char *wanted)
{
    char text[DC_DECIMAL_TEXT];
    const char *got = code == DC_OK ? dc_decimal_format(value, text) : dc_code_wire_name(code);
    if (strcmp(got, wanted) != 0) {
        fail_msg("%s: %s, wanted %s", where, got, wanted);
    }
}

static void
columns_wanted(const char *where, size_t count, size_t wanted)
{
    if (count != wanted) {
        fail_msg("%s: %zu columns, wanted %zu", where, count, wanted);
    }
}

/* --- rows of text ------------------------------------------------------------------------------
 */

static void
one_text_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    columns_wanted(where, count, 2);
    struct dc_decimal value = DC_DECIMAL_ZERO;
    enum dc_code code = dc_decimal_parse(columns[0], &value, NULL);
    expect(where, code, value, columns[1]);
    if (code == DC_OK) {
        char text[DC_DECIMAL_TEXT];
        assert_int_equal(dc_decimal_cmp(value, number(where, dc_decimal_format(value, text))), 0);
    }
}

static void
one_round_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    columns_wanted(where, count, 3);
    int places = atoi(columns[1]);
    char text[DC_DECIMAL_TEXT];
    dc_decimal_format_fixed(dc_decimal_round(number(where, columns[0]), places), places, text);
    if (strcmp(text, columns[2]) != 0) {
        fail_msg("%s: %s, wanted %s", where, text, columns[2]);
    }
}

static void
one_mul_div_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    columns_wanted(where, count, 5);
    struct dc_decimal a = number(where, columns[0]), b = number(where, columns[1]);
    struct dc_decimal c = number(where, columns[2]), value = DC_DECIMAL_ZERO;
    int places = atoi(columns[3]);
    expect(where, dc_decimal_mul_div(a, b, c, places, &value, NULL), value, columns[4]);
    expect(where, dc_decimal_mul_div(b, a, c, places, &value, NULL), value, columns[4]);
    /* The same as a score: a * (b / 1) / (c / 1), and as a weighted sum of one. */
    struct dc_ratio over = {b, DC_DECIMAL_INT(1)}, under = {c, DC_DECIMAL_INT(1)};
    expect(where, dc_ratio_scale(a, over, under, places, &value, NULL), value, columns[4]);
    expect(where, dc_decimal_weighted_sum(&a, &b, 1, c, places, &value, NULL), value, columns[4]);
    if (dc_decimal_cmp(c, DC_DECIMAL_INT(1)) == 0) {
        expect(where, dc_decimal_mul(a, b, places, &value, NULL), value, columns[4]);
    }
}

/* "1*3,2" is 1, 1, 1, 2. */
static size_t
number_list(const char *where, char *text, struct dc_decimal *values, size_t room)
{
    size_t count = 0;
    char *cell;
    while ((cell = strsep(&text, ","))) {
        char *star = strchr(cell, '*');
        long times = star ? atol(star + 1) : 1;
        if (star) {
            *star = '\0';
        }
        for (; times > 0; times--) {
            assert_true(count < room);
            values[count++] = number(where, cell);
        }
    }
    return count;
}

static void
one_split_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    columns_wanted(where, count, 4);
    enum { ROOM = 2000 };
    static struct dc_decimal shares[ROOM], parts[ROOM], wanted[ROOM];
    struct dc_decimal total = number(where, columns[0]);
    size_t share_count = number_list(where, columns[1], shares, ROOM);
    enum dc_code code = dc_decimal_split(total, shares, share_count, atoi(columns[2]), parts, NULL);
    if (code != DC_OK) {
        assert_string_equal(dc_code_wire_name(code), columns[3]);
        return;
    }
    assert_int_equal(number_list(where, columns[3], wanted, ROOM), share_count);
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    for (size_t i = 0; i < share_count; i++) {
        char text[DC_DECIMAL_TEXT], other[DC_DECIMAL_TEXT];
        sum = dc_decimal_add(sum, parts[i]);
        if (dc_decimal_cmp(parts[i], wanted[i]) != 0) {
            fail_msg("%s: part %zu is %s, wanted %s", where, i + 1,
                     dc_decimal_format(parts[i], text), dc_decimal_format(wanted[i], other));
        }
    }
    assert_int_equal(dc_decimal_cmp(sum, total), 0);
}

static void
cases(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/decimal_text.txt", one_text_case, NULL);
    dc_test_cases("tests/cases/decimal_round.txt", one_round_case, NULL);
    dc_test_cases("tests/cases/decimal_mul_div.txt", one_mul_div_case, NULL);
    dc_test_cases("tests/cases/decimal_split.txt", one_split_case, NULL);
}

/* --- properties, against rationals -------------------------------------------------------------
 */

/* Of all magnitudes, often with few digits, often at the edges. */
static struct dc_decimal
any_number(struct dc_test_random *random)
{
    static const char *const edges[] = {"0",
                                        "1",
                                        "-1",
                                        "0.000001",
                                        "-0.000001",
                                        "0.5",
                                        "999999999999999999999999.999999",
                                        "-999999999999999999999999.999999",
                                        "100",
                                        "1000000"};
    if (dc_test_random_below(random, 8) == 0) {
        return number("edge", edges[dc_test_random_below(random, 10)]);
    }
    __int128 units = 0;
    for (uint64_t digits = 1 + dc_test_random_below(random, 30); digits > 0; digits--) {
        units = units * 10 + (int)dc_test_random_below(random, 10);
    }
    return (struct dc_decimal){dc_test_random_below(random, 2) ? units : -units};
}

static struct dc_decimal
any_but_zero(struct dc_test_random *random)
{
    struct dc_decimal value;
    do {
        value = any_number(random);
    } while (value.units == 0);
    return value;
}

static void
set_rational(mpq_t out, struct dc_decimal value)
{
    char text[DC_DECIMAL_TEXT];
    /* Through the text: a way that shares nothing with the code under test but format. */
    dc_decimal_format_fixed(value, 6, text);
    char *point = strchr(text, '.');
    memmove(point, point + 1, strlen(point));
    mpz_set_str(mpq_numref(out), text, 10);
    mpz_set_ui(mpq_denref(out), 1000000);
    mpq_canonicalize(out);
}

/* What `exact` is when rounded half away from zero to `places`; checks code and value. */
static void
check_rounded(const mpq_t exact, int places, enum dc_code code, struct dc_decimal got)
{
    mpz_t scaled, rest, twice;
    mpz_inits(scaled, rest, twice, NULL);
    unsigned long scale = 1;
    for (int i = 0; i < places; i++) {
        scale *= 10;
    }
    mpz_mul_ui(scaled, mpq_numref(exact), scale);
    mpz_tdiv_qr(scaled, rest, scaled, mpq_denref(exact));
    mpz_mul_ui(twice, rest, 2);
    if (mpz_cmpabs(twice, mpq_denref(exact)) >= 0) {
        if (mpq_sgn(exact) < 0) {
            mpz_sub_ui(scaled, scaled, 1);
        } else {
            mpz_add_ui(scaled, scaled, 1);
        }
    }
    mpz_t limit;
    mpz_init(limit);
    mpz_ui_pow_ui(limit, 10, 24 + (unsigned long)places);
    bool fits = mpz_cmpabs(scaled, limit) < 0;
    assert_int_equal(code, fits ? DC_OK : DC_OUT_OF_RANGE);
    if (fits) {
        char text[DC_DECIMAL_TEXT];
        dc_decimal_format_fixed(got, places, text);
        char *point = strchr(text, '.');
        if (point) {
            memmove(point, point + 1, strlen(point));
        }
        mpz_set_str(rest, text, 10);
        if (mpz_cmp(rest, scaled) != 0) {
            gmp_printf("exact %Qd to %d places: got %Zd, wanted %Zd\n", exact, places, rest,
                       scaled);
            fail();
        }
    }
    mpz_clears(scaled, rest, twice, limit, NULL);
}

static void
quotients_are_exact(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    mpq_t exact, factor;
    mpq_inits(exact, factor, NULL);
    for (int i = 0; i < 60000; i++) {
        struct dc_decimal a = any_number(&random), b = any_number(&random), value;
        struct dc_decimal c = any_but_zero(&random), d = any_but_zero(&random);
        struct dc_decimal e = any_but_zero(&random);
        int places = (int)dc_test_random_below(&random, 7);

        set_rational(exact, a);
        set_rational(factor, b);
        mpq_mul(exact, exact, factor);
        check_rounded(exact, places, dc_decimal_mul(a, b, places, &value, NULL), value);
        set_rational(factor, c);
        mpq_div(exact, exact, factor);
        check_rounded(exact, places, dc_decimal_mul_div(a, b, c, places, &value, NULL), value);
        /* a * (b / c) / (d / e) */
        set_rational(factor, d);
        mpq_div(exact, exact, factor);
        set_rational(factor, e);
        mpq_mul(exact, exact, factor);
        struct dc_ratio over = {b, c}, under = {d, e};
        check_rounded(exact, places, dc_ratio_scale(a, over, under, places, &value, NULL), value);
    }
    mpq_clears(exact, factor, NULL);
}

static void
comparisons_and_sums_are_exact(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 1};
    mpq_t left, right, part;
    mpq_inits(left, right, part, NULL);
    for (int i = 0; i < 20000; i++) {
        struct dc_ratio a = {any_number(&random), any_but_zero(&random)};
        struct dc_ratio b = {any_number(&random), any_but_zero(&random)};
        if (i % 4 == 0) { /* equal quotients, written differently */
            b = (struct dc_ratio){dc_decimal_neg(a.numerator), dc_decimal_neg(a.denominator)};
        }
        set_rational(left, a.numerator);
        set_rational(part, a.denominator);
        mpq_div(left, left, part);
        set_rational(right, b.numerator);
        set_rational(part, b.denominator);
        mpq_div(right, right, part);
        int order = mpq_cmp(left, right);
        assert_int_equal(dc_ratio_cmp(a, b), (order > 0) - (order < 0));

        enum { ROOM = 8 };
        struct dc_decimal values[ROOM], weights[ROOM], value;
        size_t count = dc_test_random_below(&random, ROOM);
        struct dc_decimal divisor = any_but_zero(&random);
        mpq_set_ui(left, 0, 1);
        for (size_t k = 0; k < count; k++) {
            values[k] = any_number(&random);
            weights[k] = any_number(&random);
            set_rational(right, values[k]);
            set_rational(part, weights[k]);
            mpq_mul(right, right, part);
            mpq_add(left, left, right);
        }
        set_rational(part, divisor);
        mpq_div(left, left, part);
        int places = (int)dc_test_random_below(&random, 7);
        check_rounded(
            left, places,
            dc_decimal_weighted_sum(values, weights, count, divisor, places, &value, NULL), value);
    }
    mpq_clears(left, right, part, NULL);
}

/* Parts add up, none is a whole step away from its exact share, and order follows the remainders.
 */
static void
splits_are_fair(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 2};
    enum { ROOM = 1000 };
    static struct dc_decimal shares[ROOM], parts[ROOM];
    for (int i = 0; i < 600; i++) {
        size_t count = 1 + dc_test_random_below(&random, i % 10 == 0 ? ROOM : 12);
        int places = (int)dc_test_random_below(&random, 7);
        struct dc_decimal total =
            dc_decimal_round((struct dc_decimal){any_number(&random).units / 1000000}, places);
        __int128 sum = 0;
        for (size_t k = 0; k < count; k++) {
            shares[k].units = any_number(&random).units;
            shares[k].units = shares[k].units < 0 ? -shares[k].units / 1000 : shares[k].units;
            sum += shares[k].units;
        }
        if (sum == 0) {
            continue;
        }
        assert_int_equal(dc_decimal_split(total, shares, count, places, parts, NULL), DC_OK);
        struct dc_decimal added = DC_DECIMAL_ZERO;
        mpq_t exact, part, whole, step;
        mpq_inits(exact, part, whole, step, NULL);
        mpz_ui_pow_ui(mpq_denref(step), 10, (unsigned long)places);
        mpz_set_ui(mpq_numref(step), 1);
        mpq_set_ui(whole, 0, 1);
        for (size_t k = 0; k < count; k++) {
            set_rational(part, shares[k]);
            mpq_add(whole, whole, part);
        }
        for (size_t k = 0; k < count; k++) {
            added = dc_decimal_add(added, parts[k]);
            set_rational(exact, total);
            set_rational(part, shares[k]);
            mpq_mul(exact, exact, part);
            mpq_div(exact, exact, whole);
            set_rational(part, parts[k]);
            mpq_sub(part, part, exact);
            mpq_abs(part, part);
            assert_true(mpq_cmp(part, step) < 0);
            assert_true(dc_decimal_sign(parts[k]) * dc_decimal_sign(total) >= 0);
        }
        mpq_clears(exact, part, whole, step, NULL);
        assert_int_equal(dc_decimal_cmp(added, total), 0);
    }
}

static void
plain_operations(void **state)
{
    (void)state;
    struct dc_decimal a = number("a", "12.5"), b = number("b", "-2.25");
    char text[DC_DECIMAL_TEXT];
    assert_string_equal(dc_decimal_format(dc_decimal_add(a, b), text), "10.25");
    assert_string_equal(dc_decimal_format(dc_decimal_sub(a, b), text), "14.75");
    assert_string_equal(dc_decimal_format(dc_decimal_min(a, b), text), "-2.25");
    assert_string_equal(dc_decimal_format(dc_decimal_max(a, b), text), "12.5");
    assert_string_equal(dc_decimal_format_fixed(a, 4, text), "12.5000");
    assert_int_equal(dc_decimal_sign(b), -1);
    assert_int_equal(dc_decimal_sign(DC_DECIMAL_ZERO), 0);
    assert_int_equal(dc_decimal_cmp(b, a), -1);
}

/* 500,000 items of the usual size: not a benchmark, but far from it something is wrong. */
static void
scores_are_quick(void **state)
{
    (void)state;
    enum { ITEMS = 500000 };
    struct dc_test_random random = {dc_test_seed() + 3};
    struct dc_decimal *actual = malloc(ITEMS * sizeof *actual);
    assert_non_null(actual);
    for (size_t i = 0; i < ITEMS; i++) {
        actual[i] = (struct dc_decimal){(__int128)dc_test_random_below(&random, 100000000) * 10000};
    }
    struct dc_decimal total = DC_DECIMAL_ZERO;
    dc_time start = dc_monotonic();
    for (size_t i = 0; i < ITEMS; i++) {
        struct dc_decimal score;
        struct dc_ratio a = {actual[i], DC_DECIMAL_INT(1)};
        struct dc_ratio t = {DC_DECIMAL_INT(500000), DC_DECIMAL_INT(1)};
        assert_int_equal(dc_ratio_scale(DC_DECIMAL_INT(100), a, t, 2, &score, NULL), DC_OK);
        total = dc_decimal_add(total, score);
    }
    dc_time took = dc_monotonic() - start;
    free(actual);
    printf("500,000 scores in %lld us\n", (long long)took);
    assert_true(total.units > 0);
    assert_true(took < 2 * DC_SECOND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(quotients_are_exact),
        cmocka_unit_test(comparisons_and_sums_are_exact),
        cmocka_unit_test(splits_are_fair),
        cmocka_unit_test(plain_operations),
        cmocka_unit_test(scores_are_quick),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
