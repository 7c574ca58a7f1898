/* What the grade table and the distribution of a plan must be; the first fault is told. Rows are
 * counted from 1 in sentences, as people do. */
#include "definition_grade.h"

#include <stdio.h>
#include <string.h>

enum { POOLS_MAX = 100, POOL_UNITS_MAX = 1000, POOL_LEVEL_MAX = 10, POOL_SIZE_MAX = 1000 };

static size_t
row_of(const Goals__Plan *plan, const char *grade)
{
    size_t at = 0;
    while (at < plan->n_grades && strcmp(plan->grades[at]->grade, grade) != 0) {
        at++;
    }
    return at;
}

/* --- the table ----------------------------------------------------------------------------------
 */

static enum dc_code
check_code(const Goals__Plan *plan, size_t at, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "plan.grades[%zu].grade", at);
    DC_TRY(definition_check_text(plan->grades[at]->grade, field, 1, GRADE_TEXT_MAX, error));
    size_t first = row_of(plan, plan->grades[at]->grade);
    if (first < at) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "row %zu: the grade %s stands in row %zu already", at + 1,
                             plan->grades[at]->grade, first + 1);
    }
    return DC_OK;
}

/* Each row begins below the one before; the last takes what is left: neither hole nor overlap. */
static enum dc_code
check_from(const Goals__Plan *plan, size_t at, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    const char *text = plan->grades[at]->from;
    struct dc_decimal from, before;
    snprintf(field, sizeof field, "plan.grades[%zu].from", at);
    if (at + 1 == plan->n_grades) {
        return text[0] == '\0' ? DC_OK
                               : dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                               "the last row (%zu) has no lower end, else totals "
                                               "below %.40s have no grade",
                                               at + 1, text);
    }
    if (dc_decimal_parse(text, &from, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "row %zu: a total such as 90 or 89.50, not \"%.40s\"; only the last "
                             "row has none",
                             at + 1, text);
    }
    if (at > 0 && dc_decimal_parse(plan->grades[at - 1]->from, &before, NULL) == DC_OK &&
        dc_decimal_cmp(from, before) >= 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "row %zu begins at %.40s and must begin below row %zu, at less than "
                             "%.40s, else totals stand in both",
                             at + 1, text, at, plan->grades[at - 1]->from);
    }
    return DC_OK;
}

static enum dc_code
check_coefficient(const Goals__Plan *plan, size_t at, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    struct dc_decimal value;
    const char *text = plan->grades[at]->coefficient;
    snprintf(field, sizeof field, "plan.grades[%zu].coefficient", at);
    if (dc_decimal_parse(text, &value, NULL) != DC_OK || dc_decimal_sign(value) < 0 ||
        dc_decimal_cmp(value, DC_DECIMAL_INT(100)) > 0 ||
        dc_decimal_cmp(value, dc_decimal_round(value, 4)) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "row %zu: a number from 0 to 100 with at most 4 decimals, not "
                             "\"%.40s\"",
                             at + 1, text);
    }
    return DC_OK;
}

/* --- the distribution ---------------------------------------------------------------------------
 */

static enum dc_code
check_shares(const Goals__Plan *plan, struct dc_error *error)
{
    const Goals__DistributionRule *rule = plan->distribution;
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    char field[DC_ERROR_FIELD_MAX], text[DC_DECIMAL_TEXT];
    if (rule->n_shares != plan->n_grades) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution.shares",
                             "a share for each of the %zu grades, in the order of the table; 0.00 "
                             "is allowed",
                             plan->n_grades);
    }
    for (size_t i = 0; i < rule->n_shares; i++) {
        struct dc_decimal share;
        if (strcmp(rule->shares[i]->grade, plan->grades[i]->grade) != 0) {
            snprintf(field, sizeof field, "plan.distribution.shares[%zu].grade", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "row %zu of the table is %s, not %.40s", i + 1,
                                 plan->grades[i]->grade, rule->shares[i]->grade);
        }
        if (dc_decimal_parse(rule->shares[i]->share, &share, NULL) != DC_OK ||
            dc_decimal_sign(share) < 0 || dc_decimal_cmp(share, DC_DECIMAL_INT(100)) > 0 ||
            dc_decimal_cmp(share, dc_decimal_round(share, 2)) != 0) {
            snprintf(field, sizeof field, "plan.distribution.shares[%zu].share", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "%s: percent from 0 to 100 with at most 2 decimals, not \"%.40s\"",
                                 plan->grades[i]->grade, rule->shares[i]->share);
        }
        sum = dc_decimal_add(sum, share);
    }
    if (dc_decimal_cmp(sum, DC_DECIMAL_INT(100)) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution.shares",
                             "the shares add up to %s; they must add up to 100.00",
                             dc_decimal_format_fixed(sum, 2, text));
    }
    return DC_OK;
}

static enum dc_code
check_pool(const Goals__DistributionRule *rule, size_t at, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    const Goals__DistributionPool *pool = rule->pools[at];
    snprintf(field, sizeof field, "plan.distribution.pools[%zu].name", at);
    DC_TRY(definition_check_text(pool->name, field, 1, 40, error));
    snprintf(field, sizeof field, "plan.distribution.pools[%zu].unit_ids", at);
    if (pool->n_unit_ids < 1 || pool->n_unit_ids > POOL_UNITS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "1 to %d units", POOL_UNITS_MAX);
    }
    for (size_t i = 0; i <= at; i++) {
        for (size_t j = 0; j < rule->pools[i]->n_unit_ids; j++) {
            for (size_t k = 0; k < pool->n_unit_ids; k++) {
                if ((i < at || j < k) && rule->pools[i]->unit_ids[j] == pool->unit_ids[k]) {
                    return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                         "a unit of %s stands in %s already", pool->name,
                                         rule->pools[i]->name);
                }
            }
        }
    }
    return DC_OK;
}

static enum dc_code
check_distribution(const Goals__Plan *plan, struct dc_error *error)
{
    const Goals__DistributionRule *rule = plan->distribution;
    DC_TRY(check_shares(plan, error));
    if (rule->pool_level < 0 || rule->pool_level > POOL_LEVEL_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution.pool_level",
                             "0 (all as one pool) to %d levels below", POOL_LEVEL_MAX);
    }
    if (rule->min_pool < 1 || rule->min_pool > POOL_SIZE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution.min_pool",
                             "1 to %d people; a smaller pool goes together with what is above it",
                             POOL_SIZE_MAX);
    }
    if (rule->n_pools > POOLS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution.pools", "at most %d",
                             POOLS_MAX);
    }
    for (size_t i = 0; i < rule->n_pools; i++) {
        DC_TRY(check_pool(rule, i, error));
    }
    return DC_OK;
}

/* --- vetoes -------------------------------------------------------------------------------------
 */

static enum dc_code
check_vetoes(const Goals__Plan *plan, struct dc_error *error)
{
    for (size_t i = 0; i < plan->n_items; i++) {
        const Goals__VetoRule *veto = plan->items[i]->veto;
        if (veto && veto->highest_grade[0] && row_of(plan, veto->highest_grade) == plan->n_grades) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof field, "plan.items[%zu].veto.highest_grade", i);
            return dc_fail_field(
                error, DC_INVALID_ARGUMENT, field,
                "\"%.40s\" is no grade of this plan's table; one of its grades, or "
                "nothing",
                veto->highest_grade);
        }
    }
    return DC_OK;
}

enum dc_code
definition_check_grades(const Goals__Plan *plan, struct dc_error *error)
{
    if (plan->n_grades == 1 || plan->n_grades > GRADE_ROWS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.grades",
                             "%d to %d rows, or none (no grades)", GRADE_ROWS_MIN, GRADE_ROWS_MAX);
    }
    for (size_t i = 0; i < plan->n_grades; i++) {
        DC_TRY(check_code(plan, i, error));
        DC_TRY(check_from(plan, i, error));
        DC_TRY(check_coefficient(plan, i, error));
    }
    if (plan->distribution && plan->n_grades == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.distribution",
                             "a distribution is over the grades of a table, and the plan has none");
    }
    if (plan->distribution) {
        DC_TRY(check_distribution(plan, error));
    }
    return check_vetoes(plan, error);
}
