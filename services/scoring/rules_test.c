/* rules_test.c - the rules beside the ratio: by rows of text, each through its message as goals
 * tells it, and by properties. */
#include "rule_read.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"
#include "tests/lib/rule_words.h"

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
    char *slash = strchr(text, '/');
    if (strcmp(text, "-") == 0) {
        return (struct dc_ratio){0};
    }
    if (!slash) {
        return (struct dc_ratio){number(text), DC_DECIMAL_INT(1)};
    }
    *slash = '\0';
    return (struct dc_ratio){number(text), number(slash + 1)};
}

/* --- rows of text: actual | target | floor | stretch | direction | rule | missing | score | remark
 * and, of a veto, the total before and after */

static bool
optional(const char *text, struct dc_decimal *ret_value)
{
    bool given = strcmp(text, "-") != 0;
    *ret_value = given ? number(text) : DC_DECIMAL_ZERO;
    return given;
}

static void
row(const char *where, char **column, size_t count, void *context)
{
    if (count < 8 || count > 11) {
        dc_test_die("%s: %zu columns", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct rule rule;
    struct dc_error error;
    if (rule_read(rule_words(arena, context, column[5]), arena, &rule, &error) != DC_OK) {
        dc_test_die("%s: %s", where, error.message);
    }
    struct dc_ratio counts[RULE_TERMS_MAX] = {0};
    size_t n = 0;
    for (char *one = strtok(column[0], " "); one; one = strtok(NULL, " ")) {
        counts[n++] = actual_of(one);
    }
    struct rule_input input = {
        .lower_is_better = strcmp(column[4], "lower") == 0, .actual = counts[0], .counts = counts};
    input.has_target = optional(column[1], &input.target);
    input.has_floor = optional(column[2], &input.floor);
    input.has_stretch = optional(column[3], &input.stretch);
    enum rule_missing missing = strcmp(column[6], "zero") == 0 ? RULE_ZERO : RULE_DROP;
    struct rule_score got = rule_score_item(&rule, missing, &input);
    char text[DC_DECIMAL_TEXT];
    const char *score = got.scored ? dc_decimal_format(got.score, text) : "-";
    char letter = rule_remark_letter(got.remark);
    const char *remark = rule_remark_code(letter), *wanted = count > 8 ? column[8] : "";
    if (strcmp(score, column[7]) != 0 || strcmp(remark, wanted) != 0) {
        dc_test_die("%s: got %s %s, wanted %s %s", where, score, remark, column[7], wanted);
    }
    assert_int_equal(rule_remark_is_scored(letter), got.scored);
    if (count > 10) {
        struct dc_decimal total = number(column[9]);
        if (got.remark == RULE_VETOED && rule.veto.holds_total) {
            total = rule_veto_total(total, rule.veto.highest, 2);
        }
        if (strcmp(dc_decimal_format(total, text), column[10]) != 0) {
            dc_test_die("%s: total %s, wanted %s", where, text, column[10]);
        }
    }
}

static void
cases(void **state)
{
    (void)state;
    static const char *const families[] = {
        "linear", "three_point", "steps", "add_deduct", "accrual", "veto", "band", "okr", "rating"};
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "tests/cases/rule_%s.txt", families[i]);
        assert_true(dc_test_cases(path, row, (void *)families[i]) >= 10);
    }
}

/* --- properties ----------------------------------------------------------------------------------
 */

static struct dc_decimal
some(struct dc_test_random *random, uint32_t below)
{
    return (struct dc_decimal){(__int128)dc_test_random_below(random, below)};
}

/* A target with floor and stretch on their sides, and an actual somewhere around. */
static struct rule_input
some_input(struct dc_test_random *random)
{
    bool lower = dc_test_random_below(random, 2);
    struct dc_decimal middle = {400000000 + some(random, 500000000).units};
    struct dc_decimal less = {some(random, 400000000).units};
    struct dc_decimal more = {1000000000 + some(random, 1000000000).units};
    return (struct rule_input){.lower_is_better = lower,
                               .has_target = true,
                               .target = middle,
                               .has_floor = true,
                               .floor = lower ? more : less,
                               .has_stretch = true,
                               .stretch = lower ? less : more,
                               .actual = {some(random, 2200000000u), DC_DECIMAL_INT(1)}};
}

/* More is never worse where higher is better, and less never where lower is; and no score leaves
 * what the rule allows. */
static void
monotone_and_within(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 20000; round++) {
        struct rule_input input = some_input(&random);
        struct dc_decimal full = {1 + some(&random, 150000000).units};
        struct dc_decimal low = {some(&random, 1000000).units * full.units / 1000000};
        struct dc_decimal high = {full.units + some(&random, 50000000).units};
        struct rule rule = {.kind = round % 2 ? LINEAR_RULE : THREE_POINT_RULE,
                            .decimals = (int)dc_test_random_below(&random, 7)};
        if (rule.kind == LINEAR_RULE) {
            rule.linear = (struct rule_linear){
                .full_marks = full, .lowest = exact_of(low), .highest = exact_of(high)};
        } else {
            rule.three_point = (struct rule_three_point){.full_marks = full,
                                                         .floor_score = low,
                                                         .cap_score = high,
                                                         .zero_below_floor = round % 4 == 0};
        }
        struct rule_score less = rule_score_item(&rule, RULE_DROP, &input);
        input.actual.numerator.units += dc_test_random_below(&random, 300000000);
        struct rule_score more = rule_score_item(&rule, RULE_DROP, &input);
        assert_true(less.scored && more.scored);
        int order = dc_decimal_cmp(more.score, less.score);
        assert_true(input.lower_is_better ? order <= 0 : order >= 0);
        struct dc_decimal bottom = dc_decimal_round(low, rule.decimals);
        bool zero = rule.kind == THREE_POINT_RULE && rule.three_point.zero_below_floor;
        assert_true(dc_decimal_cmp(more.score, zero ? DC_DECIMAL_ZERO : bottom) >= 0);
        assert_true(dc_decimal_cmp(more.score, dc_decimal_round(high, rule.decimals)) <= 0);
    }
}

/* At the three points a three-point rule gives exactly their scores, whichever piece is asked. */
static void
three_points_are_met(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 1};
    for (int round = 0; round < 5000; round++) {
        struct rule_input input = some_input(&random);
        struct rule rule = {.kind = THREE_POINT_RULE,
                            .decimals = 6,
                            .three_point = {.full_marks = DC_DECIMAL_INT(100),
                                            .floor_score = some(&random, 100000000),
                                            .cap_score = DC_DECIMAL_INT(130),
                                            .zero_below_floor = true}};
        const struct dc_decimal at[] = {input.floor, input.target, input.stretch};
        const struct dc_decimal wanted[] = {rule.three_point.floor_score, DC_DECIMAL_INT(100),
                                            DC_DECIMAL_INT(130)};
        for (int i = 0; i < 3; i++) {
            input.actual.numerator = at[i];
            struct rule_score got = rule_score_item(&rule, RULE_DROP, &input);
            assert_int_equal(got.remark, RULE_NONE);
            assert_int_equal(dc_decimal_cmp(got.score, wanted[i]), 0);
        }
    }
}

/* Marginal steps have no jumps: a millionth before a row's end and at it the scores are a slope of
 * a millionth apart. With positive slopes they never fall. */
static void
marginal_steps_are_continuous(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 2};
    for (int round = 0; round < 5000; round++) {
        struct rule_step rows[8];
        struct rule rule = {.kind = STEPS_RULE,
                            .decimals = 6,
                            .steps = {.marginal = true,
                                      .rows = rows,
                                      .count = 2 + dc_test_random_below(&random, 7),
                                      .lowest = -EXACT_MOST,
                                      .highest = EXACT_MOST}};
        struct dc_decimal from = some(&random, 1000000000);
        int128 start = 0;
        for (size_t i = 0; i < rule.steps.count; i++) {
            rows[i] = (struct rule_step){
                .from = from, .slope = true, .points = some(&random, 100000000), .start = start};
            struct dc_decimal width = {1 + some(&random, 1000000000).units};
            start += rows[i].points.units * width.units;
            from = dc_decimal_add(from, width);
        }
        size_t at = 1 + dc_test_random_below(&random, (uint32_t)rule.steps.count - 1);
        struct rule_input input = {.actual = {rows[at].from, DC_DECIMAL_INT(1)}};
        struct rule_score here = rule_score_item(&rule, RULE_DROP, &input);
        input.actual.numerator.units -= 1;
        struct rule_score before = rule_score_item(&rule, RULE_DROP, &input);
        struct dc_decimal jump = dc_decimal_sub(here.score, before.score);
        /* 100 points a unit over a millionth, and half a millionth of rounding at either side */
        assert_true(jump.units >= 0 && jump.units <= 101);
    }
}

/* A band is level inside, and falls on both sides; counting rules stay between their bounds. */
static void
bands_and_counts_stay_within(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 3};
    for (int round = 0; round < 10000; round++) {
        struct dc_decimal lo = some(&random, 1000000000);
        struct rule rule = {.kind = BAND_RULE,
                            .decimals = (int)dc_test_random_below(&random, 7),
                            .band = {.full_marks = DC_DECIMAL_INT(100),
                                     .lo = lo,
                                     .hi = {lo.units + some(&random, 1000000000).units},
                                     .slope_below = {1 + some(&random, 10000000).units},
                                     .slope_above = {1 + some(&random, 10000000).units},
                                     .lowest = some(&random, 99000000)}};
        struct dc_decimal x = some(&random, 3000000000u), y = some(&random, 3000000000u);
        if (dc_decimal_cmp(x, y) > 0) {
            struct dc_decimal swap = x;
            x = y;
            y = swap;
        }
        struct rule_input input = {.actual = {x, DC_DECIMAL_INT(1)}};
        struct rule_score a = rule_score_item(&rule, RULE_DROP, &input);
        input.actual.numerator = y;
        struct rule_score b = rule_score_item(&rule, RULE_DROP, &input);
        if (dc_decimal_cmp(y, rule.band.hi) <= 0) {
            assert_true(dc_decimal_cmp(a.score, b.score) <= 0);
        } else if (dc_decimal_cmp(x, rule.band.lo) >= 0) {
            assert_true(dc_decimal_cmp(a.score, b.score) >= 0);
        }
        assert_true(dc_decimal_cmp(a.score, rule.band.full_marks) <= 0);
        assert_true(dc_decimal_cmp(a.score, dc_decimal_round(rule.band.lowest, rule.decimals)) >=
                    0);

        struct rule accrual = {.kind = ACCRUAL_RULE,
                               .decimals = rule.decimals,
                               .accrual = {.step = {1 + some(&random, 10000000).units},
                                           .points = {1 + some(&random, 10000000).units},
                                           .cap = {1 + some(&random, 100000000).units}}};
        struct rule_score more = rule_score_item(&accrual, RULE_DROP, &input);
        input.actual.numerator = x;
        struct rule_score less = rule_score_item(&accrual, RULE_DROP, &input);
        assert_true(dc_decimal_cmp(less.score, more.score) <= 0);
        assert_true(dc_decimal_cmp(more.score,
                                   dc_decimal_round(accrual.accrual.cap, accrual.decimals)) <= 0);
    }
}

/* The same in other units is the same score: what needs GMP agrees with what fits 128 bits. */
static void
lines_know_no_scale(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed() + 4};
    for (int round = 0; round < 10000; round++) {
        struct exact_x small = {.actual = {{(__int128)some(&random, 1u << 30).units - 100000000},
                                           {1 + some(&random, 1u << 30).units}},
                                .of_target = round % 2,
                                .target = {1 + some(&random, 1u << 30).units}};
        struct exact_x large = small;
        __int128 by = (__int128)1000000000000000 * 1000000;
        large.actual.numerator.units *= by;
        large.actual.denominator.units *= by;
        struct exact_line line = {.start = exact_of(some(&random, 100000000)),
                                  .rise = {(__int128)some(&random, 1u << 30).units - 500000000},
                                  .from = some(&random, 1u << 30),
                                  .run = {1 + some(&random, 1u << 30).units}};
        struct exact a = exact_on_line(&line, &small), b = exact_on_line(&line, &large);
        assert_int_equal(a.negative, b.negative);
        assert_true(a.whole == b.whole && a.more == b.more);
        assert_int_equal(exact_x_cmp(&small, line.from), exact_x_cmp(&large, line.from));
        struct dc_decimal points[2] = {{(__int128)some(&random, 20000000).units - 10000000},
                                       {(__int128)some(&random, 20000000).units - 10000000}};
        struct dc_ratio counts[2] = {{some(&random, 1u << 30), DC_DECIMAL_INT(1)},
                                     {some(&random, 1u << 30), DC_DECIMAL_INT(1)}};
        struct exact sum = exact_sum(line.start, counts, points, 2);
        counts[0].numerator.units *= 7;
        counts[0].denominator.units *= 7;
        struct exact again = exact_sum(line.start, counts, points, 2);
        assert_true(sum.whole == again.whole && sum.negative == again.negative && !again.more);
    }
}

/* What goals would have refused is not computed by. */
static void
wrong_rules_are_refused(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const struct {
        const char *family, *text;
    } wrong[] = {
        {"linear", "F=0"},
        {"linear", "F=100 lower=2 cap=1"},
        {"linear", "F=100 places=7"},
        {"linear", "F=1000001"},
        {"three_point", "B=101 F=100 S=120"},
        {"three_point", "B=60 F=100 S=99"},
        {"steps", "0..1:60 1.1..:100"},
        {"steps", "0..1:60 0.9..:100"},
        {"steps", "0..1:60 1..2:100"},
        {"steps", "1..0:60 0..:100"},
        {"steps", "marginal=1 ..1:x60 1..:x10"},
        {"steps", "marginal=1 0..1:60 1..:x10"},
        {"steps", "0..:x10 lowest=5 highest=4"},
        {"steps", "of=ratio"},
        {"add_deduct", "start=100 lowest=0 highest=100"},
        {"add_deduct", "start=100 -5 lowest=1 highest=0"},
        {"accrual", "step=0 points=1 cap=1"},
        {"accrual", "step=1 points=0 cap=1"},
        {"accrual", "step=1 points=1 cap=-1"},
        {"veto", "? 0 highest=0"},
        {"veto", "> 0 highest=-1"},
        {"band", "F=100 lo=2 hi=1 below=1 above=1 lowest=0"},
        {"band", "F=100 lo=1 hi=2 below=0 above=1 lowest=0"},
        {"band", "F=100 lo=1 hi=2 below=1 above=1 lowest=100"},
        {"okr", "F=100 at=0 cap=1"},
        {"okr", "F=100 at=1.1 cap=1"},
        {"okr", "F=100 at=1 cap=0.9"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Goals__PlanItem *item =
            rule_words(arena, wrong[i].family, dc_arena_strdup(arena, wrong[i].text));
        struct rule rule;
        if (rule_read(item, arena, &rule, NULL) != DC_INVALID_ARGUMENT) {
            dc_test_die("taken: %s", wrong[i].text);
        }
    }
    Goals__PlanItem none = GOALS__PLAN_ITEM__INIT;
    struct rule rule;
    assert_int_equal(rule_read(&none, arena, &rule, NULL), DC_INVALID_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(monotone_and_within),
        cmocka_unit_test(three_points_are_met),
        cmocka_unit_test(marginal_steps_are_continuous),
        cmocka_unit_test(bands_and_counts_stay_within),
        cmocka_unit_test(lines_know_no_scale),
        cmocka_unit_test(wrong_rules_are_refused),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
