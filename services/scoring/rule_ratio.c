/*
 * rule_ratio.c - ratio 比率法: F * clamp(A/T, lower, cap), below a threshold 0.
 */
#include "base/assert.h"
#include "rule_family.h"

struct rule_score
rule_score_ratio(const struct rule *whole, enum rule_missing missing,
                 const struct rule_input *input)
{
    const struct rule_ratio *rule = &whole->ratio;
    struct rule_score result;
    if (!rule_is_ready(input, true, missing, &result)) {
        return result;
    }
    struct quotient x = {.form = input->lower_is_better ? rule->lower_better : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    result = (struct rule_score){.scored = true};
    /* T/A with nothing at all (or less) is better than any cap. */
    bool boundless = x.form == QUOTIENT_INVERSE && quotient_sign(input->actual) <= 0;
    if (rule->has_threshold && !boundless && quotient_cmp(&x, rule->threshold) < 0) {
        result.remark = RULE_BELOW_THRESHOLD;
        return result;
    }
    if (boundless || quotient_cmp(&x, rule->cap) > 0) {
        return rule_fixed(input, rule->full_marks.units * rule->cap.units, RULE_CAPPED,
                          whole->decimals);
    }
    if (quotient_cmp(&x, rule->lower) <= 0) {
        return rule_fixed(input, rule->full_marks.units * rule->lower.units, RULE_NONE,
                          whole->decimals);
    }
    if (input->points) {
        *input->points = (struct rule_points){
            .form = POINTS_QUOTIENT, .quotient = x, .factor = rule->full_marks};
    }
    bool fits = quotient_scale(&x, rule->full_marks, whole->decimals, &result.score);
    DC_ASSERT(fits); /* not above full_marks * cap */
    return result;
}
