/*
 * rule_okr.c - OKR: F * min(V / full_at, cap), where the actual V is what objectives came to.
 */
#include "base/assert.h"
#include "rule_family.h"

struct rule_score
rule_score_okr(const struct rule *whole, enum rule_missing missing, const struct rule_input *input)
{
    const struct rule_okr *rule = &whole->okr;
    struct rule_score result;
    if (!rule_is_ready(input, false, missing, &result)) {
        return result;
    }
    struct quotient x = {
        .form = QUOTIENT_STRAIGHT, .actual = input->actual, .target = rule->full_at};
    result = (struct rule_score){.scored = true};
    if (quotient_cmp(&x, DC_DECIMAL_ZERO) < 0) {
        result.remark = RULE_AT_LOWEST;
        return result;
    }
    bool fits;
    if (quotient_cmp(&x, rule->cap) > 0) {
        result.remark = RULE_CAPPED;
        fits = dc_decimal_mul(rule->full_marks, rule->cap, whole->decimals, &result.score, NULL) ==
               DC_OK;
    } else {
        fits = quotient_scale(&x, rule->full_marks, whole->decimals, &result.score);
    }
    DC_ASSERT(fits); /* not above full_marks * cap */
    return result;
}
