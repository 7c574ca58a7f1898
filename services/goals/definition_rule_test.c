/* Tests what goals says about rules: each rule's bounds, by rows of text. */
#include "definition.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"
#include "tests/lib/rule_words.h"

static Goals__Indicator more = GOALS__INDICATOR__INIT, less = GOALS__INDICATOR__INIT,
                        third = GOALS__INDICATOR__INIT;
static Goals__Indicator *list[] = {&more, &less, &third};
static const bool no_targets[3];
static const struct definition_indicators known = {list, no_targets, 3};

static void
indicators_are_known(void)
{
    more.id = 1;
    less.id = 2;
    third.id = 3;
    more.direction = third.direction = GOALS__DIRECTION__DIRECTION_HIGHER;
    less.direction = GOALS__DIRECTION__DIRECTION_LOWER;
    third.retired = true;
}

/* The item first, and a ratio that takes the rest of the weight. */
static enum dc_code
check_plan(struct dc_arena *arena, Goals__PlanItem *item, bool lower, struct dc_error *error)
{
    Goals__Plan plan = GOALS__PLAN__INIT;
    Goals__PlanItem *ratio = DC_NEW_MESSAGE(arena, Goals__PlanItem, goals__plan_item__init);
    Goals__PlanItem *items[] = {item, ratio};
    struct definition_items numbers;
    dc_date from;
    ratio->ratio = DC_NEW_MESSAGE(arena, Goals__RatioRule, goals__ratio_rule__init);
    ratio->ratio->full_marks = "100";
    ratio->ratio->lower = "0";
    ratio->ratio->cap = "1.2";
    ratio->ratio->lower_is_better = GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_DIFFERENCE;
    item->indicator_id = lower ? 2 : 1;
    ratio->indicator_id = lower ? 1 : 2;
    if (!item->weight[0]) {
        item->weight = item->veto ? "0.00" : "40.00";
    }
    ratio->weight = item->veto ? "100.00" : "60.00";
    plan.code = plan.name = "p";
    plan.missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan.effective_from = "2026-01-01";
    plan.items = items;
    plan.n_items = 2;
    return definition_check_plan(&plan, &known, &numbers, &from, error);
}

static void
row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 5 && count != 4) {
        dc_test_die("%s: %zu columns", where, count);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_error error = {0};
    Goals__PlanItem *item = rule_words(arena, column[0], column[2]);
    enum dc_code code = check_plan(arena, item, strcmp(column[1], "lower") == 0, &error);
    if (strcmp(column[3], "-") == 0) {
        if (code != DC_OK) {
            dc_test_die("%s: %s: %s", where, error.field, error.message);
        }
        return;
    }
    const char *start = "plan.items[0].", *words = count > 4 ? column[4] : "";
    if (code != DC_INVALID_ARGUMENT || strncmp(error.field, start, strlen(start)) != 0 ||
        strcmp(error.field + strlen(start), column[3]) != 0 || !strstr(error.message, words)) {
        dc_test_die("%s: got %s: %s", where, error.field, error.message);
    }
}

static void
rules_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/plan_rules.txt", row, NULL) >= 50);
}

static void
one_rule_and_the_weight_of_a_veto(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_error error;
    char accrual[] = "step=3 points=2 cap=10", veto[] = "> 0 highest=0";
    Goals__PlanItem *item = rule_words(arena, "accrual", accrual);
    Goals__PlanItem *other = rule_words(arena, "veto", veto);
    item->veto = other->veto;
    item->weight = "0.00";
    assert_int_equal(check_plan(arena, item, false, &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "plan.items[0].veto");
    item->veto = NULL;
    assert_int_equal(check_plan(arena, item, false, &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "plan.items[0].weight");
    item->accrual = NULL;
    item->weight = "40.00";
    assert_int_equal(check_plan(arena, item, false, &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "plan.items[0].ratio");
    other->weight = "40.00";
    assert_int_equal(check_plan(arena, other, false, &error), DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "plan.items[0].weight");
    other->weight = "0.00";
    assert_int_equal(check_plan(arena, other, false, &error), DC_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_by_rows),
        cmocka_unit_test(one_rule_and_the_weight_of_a_veto),
    };
    indicators_are_known();
    return cmocka_run_group_tests_name("definition_rule", tests, NULL, NULL);
}
