/* Tests formulas: rows of cases, limits, and their promises over random formulas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/formula.h"
#include "base/fraction.h"
#include "base/text.h"
#include "tests/lib/harness.h"

/* --- values as text -----------------------------------------------------------------------------
 */

static struct dc_ratio
ratio_of(const char *text)
{
    char copy[80];
    struct dc_ratio ratio = {.denominator = DC_DECIMAL_INT(1)};
    snprintf(copy, sizeof(copy), "%s", text);
    char *slash = strchr(copy, '/');
    if (strcmp(text, "?") == 0) {
        return (struct dc_ratio){DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    }
    if (slash) {
        *slash = '\0';
    }
    if (dc_decimal_parse(copy, &ratio.numerator, NULL) != DC_OK ||
        (slash && dc_decimal_parse(slash + 1, &ratio.denominator, NULL) != DC_OK)) {
        dc_test_die("%s is no value", text);
    }
    return ratio;
}

/* "a=1;previous:a=2" */
static struct dc_ratio
value_in(void *context, enum formula_source source, const char *name)
{
    char key[80], copy[400];
    const char *before = formula_source_name(source);
    snprintf(key, sizeof(key), "%s%s%s=", before, before[0] && name[0] ? ":" : "", name);
    snprintf(copy, sizeof(copy), "%s", (const char *)context);
    for (char *save, *word = strtok_r(copy, ";", &save); word; word = strtok_r(NULL, ";", &save)) {
        if (strncmp(word, key, strlen(key)) == 0) {
            return ratio_of(word + strlen(key));
        }
    }
    dc_test_die("%s has no value in %s", key, (const char *)context);
}

static bool
is_known(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "sales_amount") == 0 || strcmp(name, "sales_cost") == 0 ||
           (strlen(name) == 1 && name[0] >= 'a' && name[0] <= 'd');
}

/* --- rows of cases ------------------------------------------------------------------------------
 */

static void
check_wrong(const char *where, const char *wanted, const struct formula_place *place,
            const struct dc_error *error)
{
    size_t column, length;
    int at = 0;
    if (sscanf(wanted, "wrong %zu %zu %n", &column, &length, &at) != 2) {
        dc_test_die("%s: not refused, but: %s", where, error->message);
    }
    char start[40];
    snprintf(start, sizeof(start), "column %zu: ", column);
    if (place->column != column || place->length != length ||
        !strstr(error->message, wanted + at) ||
        strncmp(error->message, start, strlen(start)) != 0 ||
        strcmp(error->field, "measure.formula") != 0) {
        dc_test_die("%s: %zu %zu %s", where, place->column, place->length, error->message);
    }
}

static void
check_value(const char *where, const struct formula *formula, enum formula_result result,
            const struct formula_world *world, const char *wanted)
{
    static const char *const truths[] = {"false", "true", "unknown"};
    if (result == FORMULA_CONDITION) {
        const char *truth = truths[formula_holds(formula, world)];
        if (strcmp(truth, wanted) != 0) {
            dc_test_die("%s: %s, not %s", where, truth, wanted);
        }
        return;
    }
    struct dc_ratio got = formula_number(formula, world);
    bool nothing = strcmp(wanted, "no data") == 0;
    if (nothing ? got.denominator.units != 0
                : got.denominator.units == 0 || dc_ratio_cmp(got, ratio_of(wanted)) != 0) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        const char *text = formula_value_text(arena, got);
        dc_test_die("%s: %s, not %s", where, text ? text : "no data", wanted);
    }
}

static void
one_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 4);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct formula_grammar grammar = {
        .in_rule = strcmp(columns[0], "rule") == 0, .knows = is_known, .field = "measure.formula"};
    grammar.result = strcmp(columns[0], "number") == 0 ? FORMULA_NUMBER : FORMULA_CONDITION;
    struct formula_world world = {value_in, columns[2]};
    struct formula_place place = {0};
    struct dc_error error = {0};
    const struct formula *formula;
    if (formula_parse(arena, columns[1], &grammar, &formula, &place, &error) != DC_OK) {
        check_wrong(where, columns[3], &place, &error);
    } else if (strncmp(columns[3], "wrong", 5) == 0) {
        dc_test_die("%s: taken", where);
    } else {
        check_value(where, formula, grammar.result, &world, columns[3]);
    }
}

static void
cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/formulas.txt", one_case, NULL) > 100);
}

/* --- limits -------------------------------------------------------------------------------------
 */

static enum dc_code
reading(struct dc_arena *arena, const char *text, const struct formula **ret_formula,
        struct formula_place *ret_place)
{
    struct formula_grammar grammar = {.result = FORMULA_NUMBER, .field = "formula"};
    return formula_parse(arena, text, &grammar, ret_formula, ret_place, NULL);
}

/* `count` times `piece`, between `before` and `after`. */
static const char *
repeated(struct dc_arena *arena, const char *before, const char *piece, size_t count,
         const char *after)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text, "%s", before);
    for (size_t i = 0; i < count; i++) {
        dc_text_printf(&text, "%s", piece);
    }
    dc_text_printf(&text, "%s", after);
    return dc_arena_strdup(arena, dc_text_cstr(&text));
}

static void
limits(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct formula *formula;
    struct formula_place place;
    enum dc_code refused = DC_INVALID_ARGUMENT;
    /* 150 names and 149 signs; then one more of both. */
    assert_int_equal(reading(arena, repeated(arena, "a", "+a", 149, ""), &formula, NULL), DC_OK);
    assert_int_equal(reading(arena, repeated(arena, "a", "+a", 150, ""), &formula, &place),
                     refused);
    assert_int_equal(reading(arena, repeated(arena, "", "-", 24, "1"), &formula, NULL), DC_OK);
    assert_int_equal(reading(arena, repeated(arena, "", "-", 25, "1"), &formula, &place), refused);
    assert_int_equal(place.column, 25);
    assert_int_equal(reading(arena, repeated(arena, "", "(", 25, "1"), &formula, &place), refused);
    assert_int_equal(place.column, 25);
    assert_int_equal(reading(arena, repeated(arena, "1", " ", 999, ""), &formula, NULL), DC_OK);
    assert_int_equal(reading(arena, repeated(arena, "1", " ", 1000, ""), &formula, &place),
                     refused);
    assert_int_equal(place.column, 0);
    DC_AUTO_TEXT struct dc_text names = DC_TEXT_INIT;
    for (int i = 0; i < FORMULA_NAMES_MAX; i++) {
        dc_text_printf(&names, "m%d+previous(m%d)+", i, i);
    }
    const char *most = dc_text_cstr(&names);
    assert_int_equal(reading(arena, dc_arena_printf(arena, "%sm0", most), &formula, NULL), DC_OK);
    assert_int_equal(reading(arena, dc_arena_printf(arena, "%smore", most), &formula, &place),
                     refused);
    assert_int_equal(place.column, strlen(most) + 1);
}

static void
inputs_and_arithmetic(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct formula *formula;
    const struct formula_input *inputs;
    const char *text = "(b - previous( a )) / b + a / headcount ()";
    assert_int_equal(reading(arena, text, &formula, NULL), DC_OK);
    assert_int_equal(formula_inputs(formula, &inputs), 4);
    assert_string_equal(inputs[0].name, "b");
    assert_int_equal(inputs[1].source, FORMULA_PREVIOUS);
    assert_int_equal(inputs[2].source, FORMULA_MEASURE);
    assert_int_equal(inputs[3].source, FORMULA_HEADCOUNT);
    assert_int_equal(formula_uses(formula), FORMULA_USES(FORMULA_MEASURE) |
                                                FORMULA_USES(FORMULA_PREVIOUS) |
                                                FORMULA_USES(FORMULA_HEADCOUNT));
    struct formula_world world = {value_in, "a=?;b=2/3;previous:a=-4;headcount=7"};
    assert_string_equal(formula_show(arena, formula, &world, "no data"),
                        "(0.666667 - (-4)) / 0.666667 + no data / 7");
}

/* --- promises -----------------------------------------------------------------------------------
 */

enum { FORMULAS = 4000 };

/* A random formula of numbers, beside its value in doubles; false: it divides by about nothing. */
static bool
grow(struct dc_test_random *random, struct dc_text *text, int depth, double *ret_value)
{
    static const char signs[] = "+-*/";
    uint64_t pick = dc_test_random_below(random, depth > 0 ? 6 : 1);
    double left, right;
    if (pick == 0) {
        unsigned whole = (unsigned)dc_test_random_below(random, 1000);
        dc_text_printf(text, "%u.%02u", whole / 10, whole % 7);
        *ret_value = whole / 10 + (whole % 7) / 100.0;
        return true;
    }
    if (pick == 5) {
        bool most = dc_test_random_below(random, 2);
        dc_text_printf(text, most ? "max(" : "min(");
        bool fine = grow(random, text, depth - 1, &left);
        dc_text_printf(text, ", ");
        fine &= grow(random, text, depth - 1, &right);
        dc_text_printf(text, ")");
        *ret_value = (left > right) == most ? left : right;
        return fine;
    }
    dc_text_printf(text, "(");
    bool fine = grow(random, text, depth - 1, &left);
    dc_text_printf(text, " %c ", signs[pick - 1]);
    fine &= grow(random, text, depth - 1, &right);
    dc_text_printf(text, ")");
    fine &= pick != 4 || right > 1e-3 || right < -1e-3;
    *ret_value = pick == 1   ? left + right
                 : pick == 2 ? left - right
                 : pick == 3 ? left * right
                             : left / (fine ? right : 1);
    return fine;
}

/* Beside doubles: the same to nine digits. And exactly: x - x is 0, x / x is 1. */
static void
numbers_are_right(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    struct formula_world world = {value_in, ""};
    size_t compared = 0;
    for (int i = 0; i < FORMULAS; i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        const struct formula *formula;
        double wanted;
        bool fine = grow(&random, &text, 4, &wanted);
        const char *grown = dc_text_cstr(&text);
        if (strlen(grown) > 450 || !fine || wanted > 1e9 || wanted < -1e9) {
            continue;
        }
        assert_int_equal(reading(arena, grown, &formula, NULL), DC_OK);
        struct dc_ratio value = formula_number(formula, &world);
        assert_true(value.denominator.units != 0);
        double got = (double)value.numerator.units / (double)value.denominator.units;
        double size = wanted < 0 ? -wanted : wanted, away = got - wanted;
        if ((away < 0 ? -away : away) > 1e-9 * (size + 1e6)) {
            dc_test_die("%s: %.12g, not %.12g", grown, got, wanted);
        }
        compared++;
        const char *self = dc_arena_printf(arena, "%s - %s", grown, grown);
        assert_int_equal(reading(arena, self, &formula, NULL), DC_OK);
        assert_int_equal(dc_decimal_sign(formula_number(formula, &world).numerator), 0);
        self = dc_arena_printf(arena, "%s / %s", grown, grown);
        assert_int_equal(reading(arena, self, &formula, NULL), DC_OK);
        value = formula_number(formula, &world);
        assert_true(value.denominator.units == 0 ||
                    dc_ratio_cmp(value, (struct dc_ratio){DC_DECIMAL_INT(1), DC_DECIMAL_INT(1)}) ==
                        0);
    }
    assert_true(compared > FORMULAS / 2);
}

/* A long fraction that is replaced lies on the same side of every bound of six places. */
static void
long_fractions_stay_on_their_side(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    mpq_t value, fitted, bound;
    mpq_inits(value, fitted, bound, NULL);
    for (int i = 0; i < FORMULAS; i++) {
        mpz_set_ui(mpq_numref(value), dc_test_random(&random));
        mpz_set_ui(mpq_denref(value), dc_test_random(&random) >> dc_test_random_below(&random, 40));
        mpz_mul_ui(mpq_numref(value), mpq_numref(value), dc_test_random(&random) >> 20);
        mpz_mul_ui(mpq_denref(value), mpq_denref(value), dc_test_random(&random) >> 20);
        mpz_add_ui(mpq_denref(value), mpq_denref(value), 1);
        if (i % 2) {
            mpq_neg(value, value);
        }
        mpq_canonicalize(value);
        struct dc_ratio ratio = dc_fraction_fit(value);
        mpq_set_ui(bound, 1000000000000000, 1);
        mpq_abs(fitted, value);
        assert_true((ratio.denominator.units == 0) == (mpq_cmp(fitted, bound) >= 0));
        if (ratio.denominator.units == 0) {
            continue;
        }
        dc_fraction_set(fitted, ratio);
        /* The decimals of six places below and above the value. */
        mpz_mul_ui(mpq_numref(bound), mpq_numref(value), DC_DECIMAL_ONE_UNITS);
        mpz_fdiv_q(mpq_numref(bound), mpq_numref(bound), mpq_denref(value));
        mpz_set_ui(mpq_denref(bound), DC_DECIMAL_ONE_UNITS);
        for (int side = 0; side < 2; side++) {
            mpq_t decimal;
            mpq_init(decimal);
            mpq_set(decimal, bound);
            mpz_add_ui(mpq_numref(decimal), mpq_numref(decimal), (unsigned long)side);
            mpq_canonicalize(decimal);
            int wanted = mpq_cmp(value, decimal), got = mpq_cmp(fitted, decimal);
            assert_int_equal((wanted > 0) - (wanted < 0), (got > 0) - (got < 0));
            mpq_clear(decimal);
        }
    }
    mpq_clears(value, fitted, bound, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(limits),
        cmocka_unit_test(inputs_and_arithmetic),
        cmocka_unit_test(numbers_are_right),
        cmocka_unit_test(long_fractions_stay_on_their_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
