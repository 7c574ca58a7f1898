/* rule_test.c - the ratio rule and the total, by rows of text and by properties. */
#include "rule.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static struct dc_decimal
number(const char *text)
{
    struct dc_decimal value;
    struct dc_error error;
    if (dc_decimal_parse(text, &value, &error) != DC_OK) {
        dc_test_die("%s: %s", text, error.message);
    }
    return value;
}

static struct dc_ratio
actual_of(char *text)
{
    if (strcmp(text, "-") == 0) {
        return (struct dc_ratio){0};
    }
    char *slash = strchr(text, '/');
    if (!slash) {
        return (struct dc_ratio){number(text), DC_DECIMAL_INT(1)};
    }
    *slash = '\0';
    return (struct dc_ratio){number(text), number(slash + 1)};
}

static void
ratio_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 10 && count != 11) {
        dc_test_die("%s: %zu columns", where, count);
    }
    struct rule rule = {.kind = RATIO_RULE,
                        .decimals = column[7][0] - '0',
                        .ratio = {.full_marks = number(column[3]),
                                  .lower = number(column[4]),
                                  .cap = number(column[5]),
                                  .has_threshold = strcmp(column[6], "-") != 0,
                                  .lower_better = strcmp(column[2], "quotient") == 0
                                                      ? QUOTIENT_INVERSE
                                                      : QUOTIENT_DIFFERENCE}};
    if (rule.ratio.has_threshold) {
        rule.ratio.threshold = number(column[6]);
    }
    struct rule_input input = {.lower_is_better = strcmp(column[2], "higher") != 0,
                               .has_target = strcmp(column[1], "-") != 0,
                               .actual = actual_of(column[0])};
    if (input.has_target) {
        input.target = number(column[1]);
    }
    enum rule_missing missing = strcmp(column[8], "zero") == 0 ? RULE_ZERO : RULE_DROP;
    struct rule_score got = rule_score_item(&rule, missing, &input);
    char text[DC_DECIMAL_TEXT];
    const char *score = got.scored ? dc_decimal_format(got.score, text) : "-";
    const char *remark = rule_remark_code(rule_remark_letter(got.remark));
    const char *wanted = count > 10 ? column[10] : "";
    if (strcmp(score, column[9]) != 0 || strcmp(remark, wanted) != 0) {
        dc_test_die("%s: got %s %s, wanted %s %s", where, score, remark, column[9], wanted);
    }
}

static void
ratio_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/rule_ratio.txt", ratio_row, NULL) >= 50);
}

static void
total_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 3) {
        dc_test_die("%s: %zu columns", where, count);
    }
    struct rule_score scores[16] = {0};
    struct dc_decimal weights[16];
    size_t items = 0;
    for (char *item = strtok(column[0], " "); item; item = strtok(NULL, " ")) {
        char *colon = strchr(item, ':');
        *colon = '\0';
        scores[items].scored = strcmp(item, "-") != 0;
        scores[items].score = scores[items].scored ? number(item) : DC_DECIMAL_ZERO;
        weights[items++] = number(colon + 1);
    }
    struct dc_decimal total;
    char text[DC_DECIMAL_TEXT];
    const char *got = rule_total(scores, weights, items, column[1][0] - '0', &total)
                          ? dc_decimal_format(total, text)
                          : "-";
    if (strcmp(got, column[2]) != 0) {
        dc_test_die("%s: got %s, wanted %s", where, got, column[2]);
    }
}

static void
total_cases(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/total.txt", total_row, NULL) >= 15);
}

/* More sold is never a lower score, whatever the rule; less is never a higher one where lower is
 * better. */
static void
score_is_monotone(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 20000; round++) {
        struct rule rule = {
            .kind = RATIO_RULE,
            .decimals = (int)dc_test_random_below(&random, 7),
            .ratio = {.full_marks = DC_DECIMAL_INT(1 + dc_test_random_below(&random, 150)),
                      .lower = {(__int128)dc_test_random_below(&random, 500000)},
                      .has_threshold = dc_test_random_below(&random, 2),
                      .threshold = {(__int128)dc_test_random_below(&random, 1200000)},
                      .lower_better = dc_test_random_below(&random, 2) ? QUOTIENT_INVERSE
                                                                       : QUOTIENT_DIFFERENCE}};
        rule.ratio.cap.units = rule.ratio.lower.units + dc_test_random_below(&random, 1500000);
        struct rule_input input = {.lower_is_better = dc_test_random_below(&random, 2),
                                   .has_target = true,
                                   .target = {1 + (__int128)dc_test_random_below(&random, 1000000)},
                                   .actual = {.denominator = DC_DECIMAL_INT(1)}};
        input.target.units *= 1 + dc_test_random_below(&random, 1000000);
        /* A ratio measure every other time; its denominator may be a negative sum. */
        if (dc_test_random_below(&random, 2)) {
            input.actual.denominator.units = 1 + (__int128)dc_test_random_below(&random, 1u << 30);
        }
        struct dc_decimal step = {(__int128)dc_test_random_below(&random, 1000000000)};
        input.actual.numerator.units =
            (__int128)dc_test_random_below(&random, 1000000000) * 1000 - 100000000;
        struct rule_score less = rule_score_item(&rule, RULE_DROP, &input);
        input.actual.numerator = dc_decimal_add(input.actual.numerator, step);
        struct rule_score more = rule_score_item(&rule, RULE_DROP, &input);
        assert_true(less.scored && more.scored);
        int order = dc_decimal_cmp(more.score, less.score);
        assert_true(input.lower_is_better ? order <= 0 : order >= 0);
        /* Never outside of what the plan allows. */
        struct dc_decimal top;
        assert_int_equal(
            dc_decimal_mul(rule.ratio.full_marks, rule.ratio.cap, rule.decimals, &top, NULL),
            DC_OK);
        assert_true(dc_decimal_sign(more.score) >= 0 && dc_decimal_cmp(more.score, top) <= 0);
    }
}

/* Multiplying both by the same number changes nothing: the slow path agrees with the fast one. */
static void
score_knows_no_scale(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 1};
    for (int round = 0; round < 5000; round++) {
        struct quotient small = {
            .form = (enum quotient_form)dc_test_random_below(&random, 3),
            .actual = {{1 + (__int128)dc_test_random_below(&random, 1u << 30)},
                       {1 + (__int128)dc_test_random_below(&random, 1u << 30)}},
            .target = {1 + (__int128)dc_test_random_below(&random, 1u << 30)}};
        struct quotient large = small;
        __int128 by = (__int128)1000000000000000 * 1000000;
        large.actual.numerator.units *= by;
        large.actual.denominator.units *= by;
        struct dc_decimal limit = {(__int128)dc_test_random_below(&random, 3000000)};
        assert_int_equal(quotient_cmp(&small, limit), quotient_cmp(&large, limit));
        struct dc_decimal a = {0}, b = {0};
        int places = (int)dc_test_random_below(&random, 7);
        bool fits = quotient_scale(&small, DC_DECIMAL_INT(100), places, &a);
        assert_int_equal(fits, quotient_scale(&large, DC_DECIMAL_INT(100), places, &b));
        assert_int_equal(dc_decimal_cmp(a, b), 0);
    }
}

/* The order of the items is nothing to the total, and it lies between the smallest and largest. */
static void
total_knows_no_order(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 2};
    for (int round = 0; round < 5000; round++) {
        struct rule_score scores[8];
        struct dc_decimal weights[8];
        size_t count = 1 + dc_test_random_below(&random, 8);
        struct dc_decimal least = DC_DECIMAL_INT(1000), most = DC_DECIMAL_ZERO;
        int places = (int)dc_test_random_below(&random, 7);
        for (size_t i = 0; i < count; i++) {
            scores[i] =
                (struct rule_score){.scored = dc_test_random_below(&random, 5) > 0,
                                    .score = {(__int128)dc_test_random_below(&random, 120000000)}};
            weights[i].units = (1 + (__int128)dc_test_random_below(&random, 10000)) * 10000;
            if (scores[i].scored) {
                least = dc_decimal_min(least, scores[i].score);
                most = dc_decimal_max(most, scores[i].score);
            }
        }
        struct dc_decimal total, again;
        bool any = rule_total(scores, weights, count, places, &total);
        for (size_t i = count; i > 1; i--) {
            size_t j = dc_test_random_below(&random, i);
            struct rule_score score = scores[i - 1];
            scores[i - 1] = scores[j];
            scores[j] = score;
            struct dc_decimal weight = weights[i - 1];
            weights[i - 1] = weights[j];
            weights[j] = weight;
        }
        assert_int_equal(rule_total(scores, weights, count, places, &again), any);
        if (any) {
            assert_int_equal(dc_decimal_cmp(total, again), 0);
            assert_true(dc_decimal_cmp(total, dc_decimal_round(least, places)) >= 0);
            assert_true(dc_decimal_cmp(total, dc_decimal_round(most, places)) <= 0);
        }
    }
}

static void
attainment_and_gap(void **state)
{
    (void)state;
    struct dc_decimal value;
    char text[DC_DECIMAL_TEXT];
    struct rule_input zhang = {.has_target = true,
                               .target = number("500000"),
                               .actual = {number("400000"), DC_DECIMAL_INT(1)}};
    assert_true(rule_attainment(QUOTIENT_DIFFERENCE, &zhang, &value));
    assert_string_equal(dc_decimal_format_fixed(value, 2, text), "80.00");
    assert_true(rule_gap(&zhang, &value));
    assert_string_equal(dc_decimal_format(value, text), "100000");
    assert_true(rule_is_open(&zhang));

    zhang.actual.numerator = number("500000");
    assert_true(rule_gap(&zhang, &value) && value.units == 0);
    assert_false(rule_is_open(&zhang));

    zhang.has_target = false;
    assert_false(rule_attainment(QUOTIENT_DIFFERENCE, &zhang, &value));
    assert_false(rule_gap(&zhang, &value));
    assert_false(rule_is_open(&zhang));

    struct rule_input returns = {.lower_is_better = true,
                                 .has_target = true,
                                 .target = number("4"),
                                 .actual = {number("5"), DC_DECIMAL_INT(1)}};
    assert_true(rule_is_open(&returns));
    assert_true(rule_gap(&returns, &value));
    assert_string_equal(dc_decimal_format(value, text), "1");
    assert_true(rule_attainment(QUOTIENT_INVERSE, &returns, &value));
    assert_string_equal(dc_decimal_format(value, text), "80");
    assert_true(rule_attainment(QUOTIENT_DIFFERENCE, &returns, &value));
    assert_string_equal(dc_decimal_format(value, text), "75");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratio_cases),          cmocka_unit_test(total_cases),
        cmocka_unit_test(score_is_monotone),    cmocka_unit_test(score_knows_no_scale),
        cmocka_unit_test(total_knows_no_order), cmocka_unit_test(attainment_and_gap),
    };
    return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
