/* Tests what goals says about grade tables and distributions, by rows of text. */
#include "definition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"
#include "tests/lib/rule_words.h"

static void
read_pool(struct dc_arena *arena, const char *name, char *units, Goals__DistributionRule *rule)
{
    Goals__DistributionPool *pool =
        DC_NEW_MESSAGE(arena, Goals__DistributionPool, goals__distribution_pool__init);
    pool->name = dc_arena_strdup(arena, name);
    pool->unit_ids = DC_NEW_ARRAY(arena, int64_t, 10);
    for (char *unit; (unit = strtok_r(units, ",", &units));) {
        pool->unit_ids[pool->n_unit_ids++] = strtoll(unit, NULL, 10);
    }
    rule->pools[rule->n_pools++] = pool;
}

static void
read_distribution(struct dc_arena *arena, char *words, Goals__Plan *plan)
{
    Goals__DistributionRule *rule =
        DC_NEW_MESSAGE(arena, Goals__DistributionRule, goals__distribution_rule__init);
    char *rest = words;
    rule->shares = dc_arena_alloc(arena, 30 * sizeof(Goals__GradeShare *));
    rule->pools = dc_arena_alloc(arena, 30 * sizeof(Goals__DistributionPool *));
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        if (strcmp(word, "level") == 0) {
            rule->pool_level = atoi(value);
        } else if (strcmp(word, "min") == 0) {
            rule->min_pool = atoi(value);
        } else if (strcmp(word, "u") == 0 || strcmp(word, "v") == 0) {
            read_pool(arena, word, value, rule);
        } else {
            Goals__GradeShare *share =
                DC_NEW_MESSAGE(arena, Goals__GradeShare, goals__grade_share__init);
            share->grade = word;
            share->share = value;
            rule->shares[rule->n_shares++] = share;
        }
    }
    plan->distribution = rule;
}

static void
row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    if (count != 5 && count != 4) {
        dc_test_die("%s: %zu columns", where, count);
    }
    static Goals__Indicator sales = GOALS__INDICATOR__INIT, accidents = GOALS__INDICATOR__INIT;
    static Goals__Indicator *list[] = {&sales, &accidents};
    static const bool no_targets[2];
    const struct definition_indicators known = {list, no_targets, 2};
    sales.id = 1;
    accidents.id = 2;
    struct dc_arena *arena = dc_arena_new(0);
    Goals__Plan plan = GOALS__PLAN__INIT;
    Goals__PlanItem veto = GOALS__PLAN_ITEM__INIT, ratio = GOALS__PLAN_ITEM__INIT,
                    *items[] = {&veto, &ratio};
    Goals__RatioRule rule = GOALS__RATIO_RULE__INIT;
    Goals__VetoRule condition = GOALS__VETO_RULE__INIT;
    rule.full_marks = "100";
    rule.lower = "0";
    rule.cap = "1.2";
    ratio.indicator_id = 1;
    ratio.weight = "100.00";
    ratio.ratio = &rule;
    veto.indicator_id = 2;
    veto.weight = "0.00";
    veto.veto = &condition;
    condition.basis = GOALS__RULE_BASIS__RULE_BASIS_ACTUAL;
    condition.comparison = GOALS__VETO_COMPARISON__VETO_COMPARISON_ABOVE;
    condition.value = "2";
    condition.highest = strcmp(column[2], "-") == 0 ? "0" : "";
    condition.highest_grade = strcmp(column[2], "-") == 0 ? "" : column[2];
    plan.code = plan.name = "p";
    plan.missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan.effective_from = "2026-01-01";
    plan.items = items;
    plan.n_items = 2;
    if (strcmp(column[0], "-") != 0) {
        grade_words(arena, column[0], &plan);
    }
    if (strcmp(column[1], "-") != 0) {
        read_distribution(arena, column[1], &plan);
    }
    struct definition_items numbers;
    struct dc_error error = {0};
    dc_date from;
    enum dc_code code = definition_check_plan(&plan, &known, &numbers, &from, &error);
    char field[200];
    snprintf(field, sizeof field, "plan.%s", column[3]);
    if (strcmp(column[3], "-") == 0) {
        if (code != DC_OK) {
            fail_msg("%s: refused: %s %s", where, error.field, error.message);
        }
    } else if (code != DC_INVALID_ARGUMENT || strcmp(error.field, field) != 0 ||
               (count > 4 && !strstr(error.message, column[4]))) {
        fail_msg("%s: %s %s %s", where, dc_code_wire_name(code), error.field, error.message);
    }
    dc_arena_free(arena);
}

static void
grades(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/plan_grades.txt", row, NULL) >= 25);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grades)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
