/*
 * rule_linear.c - linear 基线线性: F * (A - B) / (T - B), in either direction, clamped or not.
 */
#include "rule_family.h"

struct rule_score
rule_score_linear(const struct rule *whole, enum rule_missing missing,
                  const struct rule_input *input)
{
    const struct rule_linear *rule = &whole->linear;
    struct rule_end floor;
    struct rule_score result;
    if (!rule_has_floor(input, rule->has_floor_ratio, rule->floor_ratio, missing, &floor,
                        &result)) {
        return result;
    }
    struct exact_line line = {.rise = rule->full_marks,
                              .from = floor.end,
                              .run = dc_decimal_sub(floor.target, floor.end)};
    return rule_settle_line(input, &line, &floor.x, rule->lowest, rule->highest, whole->decimals);
}
