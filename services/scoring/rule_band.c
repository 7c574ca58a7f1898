/*
 * rule_band.c - band: full marks inside [lo, hi], falling by a slope outside.
 */
#include "rule_family.h"

struct rule_score
rule_score_band(const struct rule *whole, enum rule_missing missing, const struct rule_input *input)
{
    const struct rule_band *rule = &whole->band;
    struct rule_score result;
    if (!rule_is_ready(input, rule->of_target, missing, &result)) {
        return result;
    }
    struct exact_x x = rule_x(input, rule->of_target);
    struct exact_line line = {.start = exact_of(rule->full_marks), .run = DC_DECIMAL_INT(1)};
    if (exact_x_cmp(&x, rule->lo) < 0) {
        line.from = rule->lo;
        line.rise = rule->slope_below;
    } else if (exact_x_cmp(&x, rule->hi) > 0) {
        line.from = rule->hi;
        line.rise = dc_decimal_neg(rule->slope_above);
    }
    return rule_settle_line(input, &line, &x, exact_of(rule->lowest), exact_of(rule->full_marks),
                            whole->decimals);
}
