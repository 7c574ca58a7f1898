/*
 * explain_count.c - the arithmetic of points per count, and of a rating.
 */
#include "explain_family.h"

void
explain_add_deduct(const struct subject *subject)
{
    const struct rule_add_deduct *rule = &subject->rule->add_deduct;
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    dc_text_add(&sum, explain_points(subject, rule->start));
    for (size_t i = 0; i < rule->count; i++) {
        const struct indicator *indicator =
            rule->indicator_ids[i]
                ? definitions_indicator(subject->definitions, rule->indicator_ids[i])
                : NULL;
        const char *zh = indicator ? indicator->name : subject->item->indicator_name;
        const char *en = indicator ? indicator->name_en : subject->item->indicator_name_en;
        if (rule->conditions[i]) {
            zh = en = formula_text(rule->conditions[i]);
        }
        struct exact_x n = {.actual = subject->input->counts[i]};
        const char *shown = explain_x_number(subject, &n),
                   *points = explain_number(subject, rule->points[i]);
        struct dc_arena *arena = subject->out->arena;
        explanation_line(
            subject->out, dc_arena_printf(arena, "%s：%s 次，每次 %s 分", zh, shown, points),
            dc_arena_printf(arena, "%s: %s, %s points each", en[0] ? en : zh, shown, points));
        dc_text_printf(&sum, " + %s × %s", shown, explain_term(subject, rule->points[i]));
    }
    struct exact value = exact_sum(rule->start, subject->input->counts, rule->points, rule->count);
    FIGURES(subject, "%s %s", dc_text_cstr(&sum), explain_equals(subject, &value));
    explain_bounds(subject, rule->lowest, rule->highest);
}

void
explain_accrual(const struct subject *subject)
{
    const struct rule_accrual *rule = &subject->rule->accrual;
    struct exact_x n = rule_x(subject->input, false);
    struct exact_line line = {.rise = DC_DECIMAL_INT(1), .run = rule->step};
    struct exact times = exact_on_line(&line, &n);
    FIGURES(subject, "%s / %s %s", explain_x_number(subject, &n),
            explain_number(subject, rule->step), explain_equals(subject, &times));
    if (!times.negative && subject->item->remark[0] == '\0') {
        FIGURES(subject, "⌊%s / %s⌋ × %s = %lld × %s = %s", explain_x_number(subject, &n),
                explain_number(subject, rule->step), explain_number(subject, rule->points),
                (long long)(times.whole / EXACT_ONE), explain_number(subject, rule->points),
                subject->item->score);
    }
    explain_bounds(subject, 0, exact_of(rule->cap));
}

/* The mean and nothing below it: of relations and raters a review's own page tells what may be
 * told.
 */
void
explain_rating(const struct subject *subject)
{
    const struct rule_rating *rule = &subject->rule->rating;
    struct exact_x x = rule_x(subject->input, false);
    struct exact mean = exact_of_x(&x);
    struct exact_line line = {.rise = rule->full_marks,
                              .from = rule->scale_min,
                              .run = dc_decimal_sub(rule->scale_max, rule->scale_min)};
    struct exact value = exact_on_line(&line, &x);
    const char *low = explain_number(subject, rule->scale_min),
               *high = explain_number(subject, rule->scale_max);
    STEP(subject, "评价均分 %s，量表 %s 至 %s", "mean rating %s, on a scale from %s to %s",
         explain_equals(subject, &mean), low, high);
    FIGURES(subject, "(%s − %s) / (%s − %s) × %s %s", explain_x_number(subject, &x), low, high, low,
            explain_number(subject, rule->full_marks), explain_equals(subject, &value));
    explain_bounds(subject, 0, exact_of(rule->full_marks));
}
