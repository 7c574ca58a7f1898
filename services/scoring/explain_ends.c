/*
 * explain_ends.c - the arithmetic of rules with a floor and a stretch: linear and three-point.
 */
#include "explain_family.h"

#include <string.h>

/* Where a floor or stretch comes from. With a share of the target, A/T is compared with it. */
static void
explain_end(const struct subject *subject, const struct rule_end *end, bool stretch)
{
    const char *value = explain_number(subject, end->end);
    if (!end->x.of_target) {
        STEP(subject, stretch ? "挑战值 %s" : "底线 %s", stretch ? "stretch %s" : "floor %s",
             value);
        return;
    }
    STEP(subject, stretch ? "挑战值取目标的 %s" : "底线取目标的 %s",
         stretch ? "stretch: %s of the target" : "floor: %s of the target", value);
    struct exact share = exact_of_x(&end->x);
    FIGURES(subject, "%s / %s %s", subject->item->actual, subject->item->target,
            explain_equals(subject, &share));
}

/* "(80 - 60) / (100 - 60) = 0.5" of one end. */
static struct exact
explain_way(const struct subject *subject, const struct rule_end *end)
{
    struct exact_line line = {
        .rise = DC_DECIMAL_INT(1), .from = end->end, .run = dc_decimal_sub(end->target, end->end)};
    struct exact way = exact_on_line(&line, &end->x);
    const char *from = explain_number(subject, end->end);
    FIGURES(subject, "(%s - %s) / (%s - %s) %s", explain_x_number(subject, &end->x), from,
            explain_number(subject, end->target), from, explain_equals(subject, &way));
    return way;
}

static const char *
way_text(const struct subject *subject, const struct exact *way)
{
    return explain_term(subject, exact_round(way, DC_DECIMAL_PLACES));
}

void
explain_linear(const struct subject *subject)
{
    const struct rule_linear *rule = &subject->rule->linear;
    const struct rule_input *input = subject->input;
    struct rule_end floor = rule_end_of(input, input->has_floor, input->floor,
                                        rule->has_floor_ratio, rule->floor_ratio);
    explain_end(subject, &floor, false);
    if (strcmp(subject->item->remark, "floor_at_target") == 0) {
        STEP(subject, "底线没有劣于目标，无法计算：0",
             "the floor is not on the worse side of the target: 0");
        return;
    }
    struct exact way = explain_way(subject, &floor);
    explain_bounds(subject, rule->lowest, rule->highest);
    if (subject->item->remark[0] == '\0') {
        FIGURES(subject, "%s × %s = %s", explain_number(subject, rule->full_marks),
                way_text(subject, &way), subject->item->score);
    }
}

/* "60 + (100 - 60) × 0.5 = 80.00" */
static void
explain_piece(const struct subject *subject, const struct rule_end *end, struct dc_decimal score)
{
    struct exact way = explain_way(subject, end);
    const char *from = explain_number(subject, score);
    FIGURES(subject, "%s + (%s - %s) × %s = %s", from,
            explain_number(subject, subject->rule->three_point.full_marks), from,
            way_text(subject, &way), subject->item->score);
}

void
explain_three_point(const struct subject *subject)
{
    const struct rule_three_point *rule = &subject->rule->three_point;
    const struct rule_input *input = subject->input;
    const char *remark = subject->item->remark;
    struct rule_end floor = rule_end_of(input, input->has_floor, input->floor,
                                        rule->has_floor_ratio, rule->floor_ratio);
    struct rule_end stretch = rule_end_of(input, input->has_stretch, input->stretch,
                                          rule->has_stretch_ratio, rule->stretch_ratio);
    if (strcmp(remark, "floor_at_target") == 0) {
        explain_end(subject, &floor, false);
        STEP(subject, "底线没有劣于目标，无法计算：0",
             "the floor is not on the worse side of the target: 0");
    } else if (strcmp(remark, "below_floor") == 0) {
        explain_end(subject, &floor, false);
        STEP(subject, "未达底线：%s", "worse than the floor: %s", subject->item->score);
    } else if (strcmp(remark, "no_stretch") == 0) {
        STEP(subject, "优于目标，没有挑战值：%s",
             "better than the target, and there is no stretch: %s", subject->item->score);
    } else if (strcmp(remark, "capped") == 0) {
        explain_end(subject, &stretch, true);
        STEP(subject, "优于挑战值：%s", "better than the stretch: %s", subject->item->score);
    } else if (rule_compare_actual(input, &floor.x, floor.target) <= 0) {
        explain_end(subject, &floor, false);
        explain_piece(subject, &floor, rule->floor_score);
    } else {
        explain_end(subject, &stretch, true);
        explain_piece(subject, &stretch, rule->cap_score);
    }
}
