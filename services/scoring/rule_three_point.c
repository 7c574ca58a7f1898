/*
 * rule_three_point.c - three-point 底线/目标/挑战: straight lines through (B, floor score), (T, F)
 * and (S, cap score).
 */
#include "rule_family.h"

static struct rule_score
fixed(struct dc_decimal points, enum rule_remark remark, int decimals)
{
    return (struct rule_score){true, dc_decimal_round(points, decimals), remark};
}

/* Between the end of a piece and the target; never outside of their scores. */
static struct rule_score
between(const struct rule *rule, const struct rule_end *end, struct dc_decimal end_score)
{
    struct dc_decimal full = rule->three_point.full_marks;
    struct exact_line line = {.start = exact_of(end_score),
                              .rise = dc_decimal_sub(full, end_score),
                              .from = end->end,
                              .run = dc_decimal_sub(end->target, end->end)};
    struct exact value = exact_on_line(&line, &end->x);
    return (struct rule_score){true, exact_round(&value, rule->decimals), RULE_NONE};
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
        return fixed(rule->zero_below_floor ? DC_DECIMAL_ZERO : rule->floor_score, RULE_BELOW_FLOOR,
                     whole->decimals);
    }
    if (rule_compare_actual(input, &floor.x, floor.target) <= 0) {
        return between(whole, &floor, rule->floor_score);
    }
    struct rule_end stretch = rule_end_of(input, input->has_stretch, input->stretch,
                                          rule->has_stretch_ratio, rule->stretch_ratio);
    if (!stretch.known || rule_compare(input, stretch.end, stretch.target) <= 0) {
        return fixed(rule->full_marks, RULE_NO_STRETCH, whole->decimals);
    }
    if (rule_compare_actual(input, &stretch.x, stretch.end) > 0) {
        return fixed(rule->cap_score, RULE_CAPPED, whole->decimals);
    }
    return between(whole, &stretch, rule->cap_score);
}
