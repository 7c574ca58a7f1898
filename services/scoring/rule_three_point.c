/*
 * rule_three_point.c - three-point 底线/目标/挑战: straight lines through (B, floor score), (T, F)
 * and (S, cap score).
 */
#include "rule_family.h"

/* Between the end of a piece and the target; never outside of their scores. */
static struct rule_score
between(const struct rule *rule, const struct rule_input *input, const struct rule_end *end,
        struct dc_decimal end_score)
{
    struct dc_decimal full = rule->three_point.full_marks;
    struct exact_line line = {.start = exact_of(end_score),
                              .rise = dc_decimal_sub(full, end_score),
                              .from = end->end,
                              .run = dc_decimal_sub(end->target, end->end)};
    return rule_settle_line(input, &line, &end->x, -EXACT_MOST, EXACT_MOST, rule->decimals);
}

struct rule_score
rule_score_three_point(const struct rule *whole, enum rule_missing missing,
                       const struct rule_input *input)
{
    const struct rule_three_point *rule = &whole->three_point;
    struct rule_end floor;
    struct rule_score result;
    if (!rule_has_floor(input, rule->has_floor_ratio, rule->floor_ratio, missing, &floor,
                        &result)) {
        return result;
    }
    if (rule_compare_actual(input, &floor.x, floor.end) < 0) {
        return rule_fixed(input,
                          exact_of(rule->zero_below_floor ? DC_DECIMAL_ZERO : rule->floor_score),
                          RULE_BELOW_FLOOR, whole->decimals);
    }
    if (rule_compare_actual(input, &floor.x, floor.target) <= 0) {
        return between(whole, input, &floor, rule->floor_score);
    }
    struct rule_end stretch = rule_end_of(input, input->has_stretch, input->stretch,
                                          rule->has_stretch_ratio, rule->stretch_ratio);
    if (!stretch.known || rule_compare(input, stretch.end, stretch.target) <= 0) {
        return rule_fixed(input, exact_of(rule->full_marks), RULE_NO_STRETCH, whole->decimals);
    }
    if (rule_compare_actual(input, &stretch.x, stretch.end) > 0) {
        return rule_fixed(input, exact_of(rule->cap_score), RULE_CAPPED, whole->decimals);
    }
    return between(whole, input, &stretch, rule->cap_score);
}
