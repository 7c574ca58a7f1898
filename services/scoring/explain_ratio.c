/*
 * explain_ratio.c - the arithmetic of the ratio rule.
 */
#include "explain_family.h"

#include <string.h>

void
explain_quotient(struct explanation *explanation, const Scoring__Item *item,
                 const struct rule_input *input, enum quotient_form form)
{
    struct subject subject = {.out = explanation, .item = item, .input = input};
    if (input->actual.denominator.units != DC_DECIMAL_ONE_UNITS &&
        input->actual.denominator.units != 0) {
        FIGURES(&subject, "%s / %s = %s", explain_number(&subject, input->actual.numerator),
                explain_number(&subject, input->actual.denominator), item->actual);
    }
    struct quotient x = {.form = input->lower_is_better ? form : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    bool countable = input->has_target && input->actual.denominator.units != 0 &&
                     (x.form != QUOTIENT_INVERSE || quotient_sign(input->actual) > 0);
    struct dc_decimal quotient;
    if (!countable || !quotient_scale(&x, DC_DECIMAL_INT(1), DC_DECIMAL_PLACES, &quotient)) {
        return;
    }
    const char *shown = explain_number(&subject, quotient);
    switch (x.form) {
    case QUOTIENT_STRAIGHT:
        FIGURES(&subject, "%s / %s = %s", item->actual, item->target, shown);
        break;
    case QUOTIENT_DIFFERENCE:
        FIGURES(&subject, "2 - %s / %s = %s", item->actual, item->target, shown);
        break;
    case QUOTIENT_INVERSE:
        FIGURES(&subject, "%s / %s = %s", item->target, item->actual, shown);
        break;
    }
}

void
explain_ratio(const struct subject *subject)
{
    const struct rule_ratio *rule = &subject->rule->ratio;
    const Scoring__Item *item = subject->item;
    const char *full = explain_number(subject, rule->full_marks);
    explain_quotient(subject->out, item, subject->input, rule->lower_better);
    if (strcmp(item->remark, "below_threshold") == 0) {
        STEP(subject, "低于门槛 %s：0", "below %s: 0", explain_number(subject, rule->threshold));
        return;
    }
    if (strcmp(item->remark, "capped") == 0) {
        STEP(subject, "最高 %s：%s × %s = %s", "at most %s: %s × %s = %s",
             explain_number(subject, rule->cap), full, explain_number(subject, rule->cap),
             item->score);
        return;
    }
    struct quotient x = {.form = subject->input->lower_is_better ? rule->lower_better
                                                                 : QUOTIENT_STRAIGHT,
                         .actual = subject->input->actual,
                         .target = subject->input->target};
    struct dc_decimal shown = rule->lower;
    if (quotient_cmp(&x, rule->lower) < 0) {
        STEP(subject, "最低 %s", "at least %s", explain_number(subject, rule->lower));
    } else if (!quotient_scale(&x, DC_DECIMAL_INT(1), DC_DECIMAL_PLACES, &shown)) {
        return;
    }
    FIGURES(subject, "%s × %s = %s", full, explain_number(subject, shown), item->score);
}
