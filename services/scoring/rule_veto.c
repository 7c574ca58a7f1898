/*
 * rule_veto.c - veto 一票否决: a condition; while it holds the total is held down
 * (rule_veto_total).
 */
#include "rule_family.h"

static bool
holds(enum rule_comparison comparison, int sign)
{
    switch (comparison) {
    case RULE_BELOW:
        return sign < 0;
    case RULE_AT_MOST:
        return sign <= 0;
    case RULE_ABOVE:
        return sign > 0;
    case RULE_AT_LEAST:
        return sign >= 0;
    }
    return false;
}

struct rule_score
rule_score_veto(const struct rule *whole, const struct rule_input *input)
{
    const struct rule_veto *rule = &whole->veto;
    struct rule_score result;
    if (rule->condition) {
        enum rule_remark remark = input->condition == FORMULA_TRUE    ? RULE_VETOED
                                  : input->condition == FORMULA_FALSE ? RULE_NOT_VETOED
                                                                      : RULE_NO_DATA;
        return (struct rule_score){.remark = remark};
    }
    /* A condition on what is not known does not hold; there is nothing to set to zero by policy. */
    if (!rule_is_ready(input, rule->of_target, RULE_DROP, &result)) {
        return result;
    }
    struct exact_x x = rule_x(input, rule->of_target);
    bool vetoed = holds(rule->comparison, exact_x_cmp(&x, rule->value));
    return (struct rule_score){.remark = vetoed ? RULE_VETOED : RULE_NOT_VETOED};
}
