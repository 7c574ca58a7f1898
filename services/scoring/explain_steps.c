/*
 * explain_steps.c - the arithmetic of rules with places for x: steps, band and veto.
 */
#include "explain_family.h"

#include <string.h>

static const char *
row_text(const struct subject *subject, const struct rule_steps *rule, size_t at)
{
    const char *from =
        at == 0 && rule->open_below ? "-∞" : explain_number(subject, rule->rows[at].from);
    const char *to =
        at + 1 == rule->count ? "+∞" : explain_number(subject, rule->rows[at + 1].from);
    return dc_arena_printf(subject->out->arena, "[%s, %s)", from, to);
}

static void
explain_marginal(const struct subject *subject, const struct exact_x *x, size_t at)
{
    const struct rule_steps *rule = &subject->rule->steps;
    for (size_t i = 0; i <= at; i++) {
        const struct rule_step *row = &rule->rows[i];
        const char *end =
            i < at ? explain_number(subject, rule->rows[i + 1].from) : explain_x_number(subject, x);
        struct exact_line line = {.rise = row->points, .from = row->from, .run = DC_DECIMAL_INT(1)};
        struct exact_x upto =
            i < at ? (struct exact_x){.actual = {rule->rows[i + 1].from, DC_DECIMAL_INT(1)}} : *x;
        struct exact part = exact_on_line(&line, &upto);
        FIGURES(subject, "%s: (%s - %s) × %s %s", row_text(subject, rule, i), end,
                explain_number(subject, row->from), explain_term(subject, row->points),
                explain_equals(subject, &part));
    }
    if (subject->item->remark[0] == '\0') {
        STEP(subject, "合计 %s", "together %s", subject->item->score);
    }
}

void
explain_steps(const struct subject *subject)
{
    const struct rule_steps *rule = &subject->rule->steps;
    struct exact_x x = explain_x(subject, rule->of_target);
    size_t at = rule->count - 1;
    while (at > 0 && exact_x_cmp(&x, rule->rows[at].from) < 0) {
        at--;
    }
    const struct rule_step *row = &rule->rows[at];
    if (at == 0 && !rule->open_below && exact_x_cmp(&x, row->from) < 0) {
        STEP(subject, "低于 %s，按 %s 计", "below %s: counts as %s",
             explain_number(subject, row->from), explain_number(subject, row->from));
        x = (struct exact_x){.actual = {row->from, DC_DECIMAL_INT(1)}};
    }
    if (rule->marginal) {
        explain_marginal(subject, &x, at);
    } else if (row->slope) {
        struct exact_line line = {.rise = row->points, .run = DC_DECIMAL_INT(1)};
        struct exact value = exact_on_line(&line, &x);
        FIGURES(subject, "%s: %s × %s %s", row_text(subject, rule, at),
                explain_x_number(subject, &x), explain_term(subject, row->points),
                explain_equals(subject, &value));
    } else {
        FIGURES(subject, "%s: %s", row_text(subject, rule, at),
                explain_number(subject, row->points));
    }
    explain_bounds(subject, rule->lowest, rule->highest);
}

void
explain_band(const struct subject *subject)
{
    const struct rule_band *rule = &subject->rule->band;
    struct exact_x x = explain_x(subject, rule->of_target);
    const char *shown = explain_x_number(subject, &x),
               *full = explain_number(subject, rule->full_marks);
    const char *lo = explain_number(subject, rule->lo), *hi = explain_number(subject, rule->hi);
    if (exact_x_cmp(&x, rule->lo) < 0) {
        STEP(subject, "低于区间 [%s, %s]", "below [%s, %s]", lo, hi);
        FIGURES(subject, "%s - (%s - %s) × %s = %s", full, lo, shown,
                explain_number(subject, rule->slope_below),
                subject->item->remark[0] ? "…" : subject->item->score);
    } else if (exact_x_cmp(&x, rule->hi) > 0) {
        STEP(subject, "高于区间 [%s, %s]", "above [%s, %s]", lo, hi);
        FIGURES(subject, "%s - (%s - %s) × %s = %s", full, shown, hi,
                explain_number(subject, rule->slope_above),
                subject->item->remark[0] ? "…" : subject->item->score);
    } else {
        STEP(subject, "在区间 [%s, %s] 内：%s", "inside [%s, %s]: %s", lo, hi, full);
    }
    explain_bounds(subject, exact_of(rule->lowest), exact_of(rule->full_marks));
}

void
explain_veto(const struct subject *subject)
{
    static const char *const signs[] = {"<", "≤", ">", "≥"};
    const struct rule_veto *rule = &subject->rule->veto;
    if (rule->condition) {
        return; /* written out as a formula (explain_formula.c) */
    }
    struct exact_x x = explain_x(subject, rule->of_target);
    bool vetoed = strcmp(subject->item->remark, "vetoed") == 0;
    bool graded = !rule->holds_total;
    STEP(subject,
         !vetoed  ? "%s %s %s：不成立"
         : graded ? "%s %s %s：成立，等级不高于 %s"
                  : "%s %s %s：成立，总分不超过 %s",
         !vetoed  ? "%s %s %s does not hold"
         : graded ? "%s %s %s holds: the grade is no better than %s"
                  : "%s %s %s holds: the total is at most %s",
         explain_x_number(subject, &x), signs[rule->comparison],
         explain_number(subject, rule->value),
         graded ? rule->highest_grade : explain_number(subject, rule->highest));
    if (vetoed && rule->holds_total && rule->highest_grade[0]) {
        STEP(subject, "等级不高于 %s", "the grade is no better than %s", rule->highest_grade);
    }
}
