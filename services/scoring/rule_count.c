/*
 * rule_count.c - counting rules: add/deduct 加减分, start + sum(n * points), and accrual 累计,
 * floor(n / step) * points.
 */
#include "rule_family.h"

struct rule_score
rule_score_add_deduct(const struct rule *whole, enum rule_missing missing,
                      const struct rule_input *input)
{
    const struct rule_add_deduct *rule = &whole->add_deduct;
    for (size_t i = 0; i < rule->count; i++) {
        if (input->counts[i].denominator.units == 0) {
            return rule_missing_item(missing, RULE_NO_DATA);
        }
    }
    struct exact value = exact_sum(rule->start, input->counts, rule->points, rule->count);
    return rule_settle(&value, rule->lowest, rule->highest, whole->decimals);
}

struct rule_score
rule_score_accrual(const struct rule *whole, enum rule_missing missing,
                   const struct rule_input *input)
{
    const struct rule_accrual *rule = &whole->accrual;
    struct rule_score result;
    if (!rule_is_ready(input, false, missing, &result)) {
        return result;
    }
    struct exact_x x = rule_x(input, false);
    struct exact_line line = {.rise = DC_DECIMAL_INT(1), .run = rule->step};
    struct exact times = exact_on_line(&line, &x); /* n / step */
    if (times.negative) {
        return (struct rule_score){.scored = true, .remark = RULE_AT_LOWEST};
    }
    int128 full = times.whole / EXACT_ONE;
    /* Full steps past the cap are not multiplied: full * points > cap, without the product. */
    if (full > rule->cap.units / rule->points.units) {
        return (struct rule_score){true, dc_decimal_round(rule->cap, whole->decimals), RULE_CAPPED};
    }
    struct dc_decimal score = {full * rule->points.units};
    return (struct rule_score){true, dc_decimal_round(score, whole->decimals), RULE_NONE};
}
