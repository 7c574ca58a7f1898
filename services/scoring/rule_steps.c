/*
 * rule_steps.c - steps 区间/阶梯: rows [from, to) with a score or a slope, whole-base or marginal.
 */
#include "base/assert.h"
#include "rule_family.h"

struct rule_score
rule_score_steps(const struct rule *whole, enum rule_missing missing,
                 const struct rule_input *input)
{
    const struct rule_steps *rule = &whole->steps;
    struct rule_score result;
    DC_ASSERT(rule->count > 0);
    if (!rule_is_ready(input, rule->of_target, missing, &result)) {
        return result;
    }
    struct exact_x x = rule_x(input, rule->of_target);
    size_t at = rule->count - 1;
    while (at > 0 && exact_x_cmp(&x, rule->rows[at].from) < 0) {
        at--;
    }
    const struct rule_step *row = &rule->rows[at];
    /* Below a first row that has a lower end, x counts as that end. */
    if (at == 0 && !rule->open_below && exact_x_cmp(&x, row->from) < 0) {
        x = (struct exact_x){.actual = {row->from, DC_DECIMAL_INT(1)}};
    }
    struct exact_line line = {.run = DC_DECIMAL_INT(1)};
    if (!row->slope) {
        line.start = exact_of(row->points);
    } else if (rule->marginal) {
        line.start = row->start;
        line.rise = row->points;
        line.from = row->from;
    } else {
        line.rise = row->points;
    }
    return rule_settle_line(input, &line, &x, rule->lowest, rule->highest, whole->decimals);
}
