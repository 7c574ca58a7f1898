/*
 * rule_linear.c - linear 基线线性: F * (A - B) / (T - B), in either direction, clamped or not.
 */
#include "rule_family.h"

struct rule_score
rule_score_linear(const struct rule *whole, enum rule_missing missing,
                  const struct rule_input *input)
{
    const struct rule_linear *rule = &whole->linear;
    struct rule_score result;
    if (!rule_is_ready(input, true, missing, &result)) {
        return result;
    }
    struct rule_end floor = rule_end_of(input, input->has_floor, input->floor,
                                        rule->has_floor_ratio, rule->floor_ratio);
    if (!floor.known) {
        return rule_missing_item(missing, RULE_NO_FLOOR);
    }
    if (rule_compare(input, floor.target, floor.end) <= 0) {
        return (struct rule_score){.scored = true, .remark = RULE_FLOOR_AT_TARGET};
    }
    struct exact_line line = {.rise = rule->full_marks,
                              .from = floor.end,
                              .run = dc_decimal_sub(floor.target, floor.end)};
    struct exact value = exact_on_line(&line, &floor.x);
    return rule_settle(&value, rule->lowest, rule->highest, whole->decimals);
}
