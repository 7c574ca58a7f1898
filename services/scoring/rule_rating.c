/*
 * rule_rating.c - rating 评分: a mean on a scale, (A - min) / (max - min) * F.
 */
#include "rule_family.h"

struct rule_score
rule_score_rating(const struct rule *whole, enum rule_missing missing,
                  const struct rule_input *input)
{
    const struct rule_rating *rule = &whole->rating;
    struct rule_score result;
    if (!rule_is_ready(input, false, missing, &result)) {
        return result;
    }
    struct exact_x x = rule_x(input, false);
    struct exact_line line = {.rise = rule->full_marks,
                              .from = rule->scale_min,
                              .run = dc_decimal_sub(rule->scale_max, rule->scale_min)};
    return rule_settle_line(input, &line, &x, 0, exact_of(rule->full_marks), whole->decimals);
}
