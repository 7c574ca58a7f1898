/* What the scoring rule of a plan item must be: one function a rule; the first fault is kept. */
#include "definition_rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"

enum { ROWS_MAX = 50, TERMS_MAX = 20 };

struct check {
    size_t at;          /* the item */
    const char *family; /* the rule's field */
    bool lower;         /* of the indicator less is better */
    enum dc_code code;
    struct dc_error *error;
};

static void refuse(struct check *check, const char *name, const char *format, ...) DC_PRINTF(3, 4);

static void
refuse(struct check *check, const char *name, const char *format, ...)
{
    if (check->code != DC_OK) {
        return;
    }
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "plan.items[%zu]%s%s%s%s", check->at, check->family ? "." : "",
             check->family ? check->family : "", name[0] ? "." : "", name);
    va_list arguments;
    va_start(arguments, format);
    check->code = dc_failv(check->error, DC_INVALID_ARGUMENT, field, format, arguments);
    va_end(arguments);
}

/* --- numbers ------------------------------------------------------------------------------------
 */

static struct dc_decimal
number(struct check *check, const char *name, const char *text, int64_t low, int64_t high)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK ||
        dc_decimal_cmp(value, DC_DECIMAL_INT(low)) < 0 ||
        dc_decimal_cmp(value, DC_DECIMAL_INT(high)) > 0) {
        refuse(check, name, "a number from %lld to %lld with at most 6 decimals, not \"%.40s\"",
               (long long)low, (long long)high, text);
        return DC_DECIMAL_ZERO;
    }
    return value;
}

static struct dc_decimal
positive(struct check *check, const char *name, const char *text, int64_t high)
{
    struct dc_decimal value = number(check, name, text, 0, high);
    if (dc_decimal_sign(value) == 0) {
        refuse(check, name, "above 0");
    }
    return value;
}

enum { POINTS = 1000000 };
#define PLACES_OF_X ((int64_t)1000000000000)

static struct dc_decimal
points(struct check *check, const char *name, const char *text)
{
    return number(check, name, text, -POINTS, POINTS);
}

static struct dc_decimal
place(struct check *check, const char *name, const char *text)
{
    return number(check, name, text, -PLACES_OF_X, PLACES_OF_X);
}

static void
decimals(struct check *check, int32_t count)
{
    if (count < 0 || count > DC_DECIMAL_PLACES) {
        refuse(check, "decimals", "0 to %d", DC_DECIMAL_PLACES);
    }
}

static void
basis(struct check *check, Goals__RuleBasis value)
{
    if (value != GOALS__RULE_BASIS__RULE_BASIS_ACTUAL &&
        value != GOALS__RULE_BASIS__RULE_BASIS_RATIO) {
        refuse(check, "basis", "ACTUAL (the actual itself) or RATIO (actual / target)");
    }
}

static void
ordered(struct check *check, const char *name, struct dc_decimal low, struct dc_decimal high,
        const char *than)
{
    if (dc_decimal_cmp(low, high) > 0) {
        char text[DC_DECIMAL_TEXT];
        refuse(check, name, "not below %s, which is %s", than, dc_decimal_format(low, text));
    }
}

/* A floor is on the worse side of the target, a stretch on the better one; "" = none. */
static void
share(struct check *check, const char *name, const char *text, bool better)
{
    if (text[0] == '\0') {
        return;
    }
    struct dc_decimal value = number(check, name, text, 0, POINTS);
    bool above = better != check->lower;
    int side = dc_decimal_cmp(value, DC_DECIMAL_INT(1));
    if (above ? side <= 0 : side >= 0) {
        refuse(check, name,
               !better && check->lower
                   ? DC_WORDS("above 1: a floor is worse than the target, and of this indicator "
                              "less is better")
               : !better ? DC_WORDS("below 1: a floor is worse than the target, and of this "
                                    "indicator more is better")
               : check->lower
                   ? DC_WORDS("below 1: a stretch is better than the target, and of this "
                              "indicator less is better")
                   : DC_WORDS("above 1: a stretch is better than the target, and of "
                              "this indicator more is better"));
    }
}

/* --- the rules ----------------------------------------------------------------------------------
 */

static void
check_ratio(struct check *check, const Goals__RatioRule *rule, struct definition_items *items)
{
    size_t at = check->at;
    items->full_marks[at] = positive(check, "full_marks", rule->full_marks, POINTS);
    items->lower[at] = number(check, "lower", rule->lower, 0, POINTS);
    items->cap[at] = positive(check, "cap", rule->cap, POINTS);
    ordered(check, "cap", items->lower[at], items->cap[at], "lower");
    items->threshold[at] = DC_DECIMAL_INT(-1);
    if (rule->threshold[0] != '\0') {
        items->threshold[at] = number(check, "threshold", rule->threshold, 0, POINTS);
    }
    bool said = rule->lower_is_better == GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_DIFFERENCE ||
                rule->lower_is_better == GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_QUOTIENT;
    if (!said && (check->lower ||
                  rule->lower_is_better != GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_UNSPECIFIED)) {
        refuse(check, "lower_is_better",
               "DIFFERENCE (2 - A/T) or QUOTIENT (T/A): of this indicator less is better");
    }
    decimals(check, rule->decimals);
}

static void
check_linear(struct check *check, const Goals__LinearRule *rule)
{
    positive(check, "full_marks", rule->full_marks, POINTS);
    share(check, "floor_ratio", rule->floor_ratio, false);
    if (rule->clamped) {
        struct dc_decimal lower = number(check, "lower", rule->lower, 0, POINTS);
        ordered(check, "cap", lower, positive(check, "cap", rule->cap, POINTS), "lower");
    } else if (rule->lower[0] != '\0' || rule->cap[0] != '\0') {
        refuse(check, rule->lower[0] ? "lower" : "cap", "only a clamped rule has one");
    }
    decimals(check, rule->decimals);
}

static void
check_three_point(struct check *check, const Goals__ThreePointRule *rule)
{
    struct dc_decimal full = positive(check, "full_marks", rule->full_marks, POINTS);
    struct dc_decimal floor = number(check, "floor_score", rule->floor_score, 0, POINTS);
    struct dc_decimal cap = number(check, "cap_score", rule->cap_score, 0, POINTS);
    ordered(check, "full_marks", floor, full, "floor_score");
    ordered(check, "cap_score", full, cap, "full_marks");
    share(check, "floor_ratio", rule->floor_ratio, false);
    share(check, "stretch_ratio", rule->stretch_ratio, true);
    if (rule->below_floor != GOALS__BELOW_FLOOR__BELOW_FLOOR_ZERO &&
        rule->below_floor != GOALS__BELOW_FLOOR__BELOW_FLOOR_FLOOR_SCORE) {
        refuse(check, "below_floor", "ZERO or FLOOR_SCORE: what is worse than the floor scores");
    }
    decimals(check, rule->decimals);
}

/* One row, and how it joins the one before. Rows are counted from 1 in sentences, as people do. */
static void
check_row(struct check *check, const Goals__StepsRule *rule, size_t at)
{
    const Goals__StepRow *row = rule->rows[at], *before = at > 0 ? rule->rows[at - 1] : NULL;
    bool last = at + 1 == rule->n_rows;
    char from[40], to[40], value[40];
    struct dc_decimal begin = DC_DECIMAL_ZERO, end = DC_DECIMAL_ZERO, left;
    snprintf(from, sizeof from, "rows[%zu].from", at);
    snprintf(to, sizeof to, "rows[%zu].to", at);
    bool open = row->from[0] == '\0' && at == 0;
    if (!open) {
        begin = place(check, from, row->from);
    } else if (rule->marginal) {
        refuse(check, from, "row 1 of marginal steps begins at a number, from which on they count");
    }
    if (before && check->code == DC_OK && dc_decimal_parse(before->to, &left, NULL) == DC_OK) {
        int gap = dc_decimal_cmp(begin, left);
        if (gap != 0) {
            refuse(check, from,
                   gap > 0 ? DC_WORDS("row %zu ends at %s and row %zu begins at %s: what is "
                                      "between stands in no row")
                           : DC_WORDS("row %zu ends at %s and row %zu begins at %s: what is "
                                      "between stands in both"),
                   at, before->to, at + 1, row->from);
        }
    }
    if (last ? row->to[0] != '\0' : row->to[0] == '\0') {
        refuse(check, to,
               last ? DC_WORDS("the last row has no upper end, else row %zu leaves out what is "
                               "from %.40s on")
                    : DC_WORDS("row %zu is not the last, so it ends somewhere%.0s"),
               at + 1, row->to);
    } else if (!last) {
        end = place(check, to, row->to);
        if (!open && check->code == DC_OK && dc_decimal_cmp(begin, end) >= 0) {
            refuse(check, to, "row %zu begins at %s and must end above it, not at %s", at + 1,
                   row->from, row->to);
        }
    }
    bool slope = row->slope[0] != '\0';
    snprintf(value, sizeof value, "rows[%zu].%s", at, slope ? "slope" : "score");
    if (slope == (row->score[0] != '\0')) {
        refuse(check, value, "row %zu has a score or a slope, one of them", at + 1);
    } else if (rule->marginal && !slope) {
        refuse(check, value, "row %zu of marginal steps has a slope", at + 1);
    } else {
        points(check, value, slope ? row->slope : row->score);
    }
}

static void
check_steps(struct check *check, const Goals__StepsRule *rule)
{
    basis(check, rule->basis);
    if (rule->n_rows < 1 || rule->n_rows > ROWS_MAX) {
        refuse(check, "rows", "1 to %d rows", ROWS_MAX);
    }
    for (size_t i = 0; i < rule->n_rows && check->code == DC_OK; i++) {
        check_row(check, rule, i);
    }
    struct dc_decimal lowest =
        rule->lowest[0] ? points(check, "lowest", rule->lowest) : DC_DECIMAL_INT(-POINTS);
    if (rule->highest[0]) {
        ordered(check, "highest", lowest, points(check, "highest", rule->highest), "lowest");
    }
    decimals(check, rule->decimals);
}

static void
check_add_deduct(struct check *check, const Goals__AddDeductRule *rule, int64_t own,
                 const struct definition_indicators *indicators)
{
    points(check, "start", rule->start);
    if (rule->n_terms < 1 || rule->n_terms > TERMS_MAX) {
        refuse(check, "terms", "1 to %d terms: what adds or deducts", TERMS_MAX);
    }
    for (size_t i = 0; i < rule->n_terms && check->code == DC_OK; i++) {
        const Goals__AddDeductTerm *term = rule->terms[i];
        int64_t id = term->indicator_id ? term->indicator_id : own;
        const Goals__Indicator *indicator = definition_indicator(indicators, id);
        char which[48], what[40];
        snprintf(which, sizeof which, "terms[%zu].indicator_id", i);
        snprintf(what, sizeof what, "terms[%zu].points", i);
        bool condition = term->condition[0] != '\0';
        if (condition && term->indicator_id != 0) {
            refuse(check, which, "an indicator, or a condition; not both");
        }
        if (!condition && (!indicator || indicator->retired)) {
            refuse(check, which,
                   indicator ? "this indicator is retired" : "there is no such indicator");
        }
        for (size_t j = 0; j < i; j++) {
            int64_t other = rule->terms[j]->indicator_id ? rule->terms[j]->indicator_id : own;
            const char *its = rule->terms[j]->condition;
            if (condition ? strcmp(its, term->condition) == 0 : its[0] == '\0' && other == id) {
                refuse(check, which, "counted by term %zu already", j + 1);
            }
        }
        if (dc_decimal_sign(points(check, what, term->points)) == 0) {
            refuse(check, what, "above 0 to add, below 0 to deduct");
        }
    }
    struct dc_decimal lowest = points(check, "lowest", rule->lowest);
    ordered(check, "highest", lowest, points(check, "highest", rule->highest), "lowest");
    decimals(check, rule->decimals);
}

static void
check_accrual(struct check *check, const Goals__AccrualRule *rule)
{
    positive(check, "step", rule->step, PLACES_OF_X);
    positive(check, "points", rule->points, POINTS);
    positive(check, "cap", rule->cap, POINTS);
    decimals(check, rule->decimals);
}

static void
check_highest(struct check *check, const Goals__VetoRule *rule)
{
    if (rule->highest[0] != '\0' || rule->highest_grade[0] == '\0') {
        number(check, "highest", rule->highest, 0, POINTS);
    }
}

/* Instead of the comparison; what it says is checked beside the measures (definition_formula.c). */
static void
check_condition(struct check *check, const Goals__VetoRule *rule)
{
    if (rule->basis != 0 || rule->comparison != 0 || rule->value[0] != '\0') {
        refuse(check, "condition", "a condition, or a value to compare with; not both");
    }
    check_highest(check, rule);
}

static void
check_veto(struct check *check, const Goals__VetoRule *rule)
{
    if (rule->condition[0] != '\0') {
        check_condition(check, rule);
        return;
    }
    basis(check, rule->basis);
    if (rule->comparison < GOALS__VETO_COMPARISON__VETO_COMPARISON_BELOW ||
        rule->comparison > GOALS__VETO_COMPARISON__VETO_COMPARISON_AT_LEAST) {
        refuse(check, "comparison", "BELOW, AT_MOST, ABOVE or AT_LEAST: a veto needs a condition");
    }
    place(check, "value", rule->value);
    check_highest(check, rule);
}

static void
check_band(struct check *check, const Goals__BandRule *rule)
{
    basis(check, rule->basis);
    struct dc_decimal full = positive(check, "full_marks", rule->full_marks, POINTS);
    struct dc_decimal lo = place(check, "lo", rule->lo);
    ordered(check, "hi", lo, place(check, "hi", rule->hi), "lo");
    positive(check, "slope_below", rule->slope_below, POINTS);
    positive(check, "slope_above", rule->slope_above, POINTS);
    struct dc_decimal lowest = number(check, "lowest", rule->lowest, 0, POINTS);
    if (dc_decimal_cmp(lowest, full) >= 0) {
        refuse(check, "lowest", "below full_marks");
    }
    decimals(check, rule->decimals);
}

static void
check_okr(struct check *check, const Goals__OkrRule *rule)
{
    positive(check, "full_marks", rule->full_marks, POINTS);
    positive(check, "full_at", rule->full_at, 1);
    struct dc_decimal cap = number(check, "cap", rule->cap, 0, POINTS);
    if (dc_decimal_cmp(cap, DC_DECIMAL_INT(1)) < 0) {
        refuse(check, "cap", "1 or more: full_at earns the full marks");
    }
    decimals(check, rule->decimals);
}

static void
check_rating(struct check *check, const Goals__RatingRule *rule)
{
    positive(check, "full_marks", rule->full_marks, POINTS);
    struct dc_decimal low = points(check, "scale_min", rule->scale_min);
    if (dc_decimal_cmp(low, points(check, "scale_max", rule->scale_max)) >= 0) {
        refuse(check, "scale_max", "above scale_min, which is %s", rule->scale_min);
    }
    if (check->lower) {
        refuse(check, "", "of ratings more is better, of this indicator less");
    }
    decimals(check, rule->decimals);
}

enum dc_code
definition_check_rule(const Goals__PlanItem *item, size_t at, const Goals__Indicator *indicator,
                      const struct definition_indicators *indicators,
                      struct definition_items *items, struct dc_error *error)
{
    struct check check = {.at = at,
                          .lower = indicator->direction == GOALS__DIRECTION__DIRECTION_LOWER,
                          .code = DC_OK,
                          .error = error};
    const struct {
        const char *name;
        bool set;
    } rules[] = {{"ratio", item->ratio},
                 {"linear", item->linear},
                 {"three_point", item->three_point},
                 {"steps", item->steps},
                 {"add_deduct", item->add_deduct},
                 {"accrual", item->accrual},
                 {"veto", item->veto},
                 {"band", item->band},
                 {"okr", item->okr},
                 {"rating", item->rating}};
    const char *second = NULL;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        second = rules[i].set && check.family ? rules[i].name : second;
        check.family = rules[i].set && !check.family ? rules[i].name : check.family;
    }
    if (!check.family || second) {
        check.family = second;
        refuse(&check, second ? "" : "ratio",
               second ? DC_WORDS("an item is scored by one rule, and has two")
                      : DC_WORDS("say how it is scored"));
        return check.code;
    }
    if (item->ratio) {
        check_ratio(&check, item->ratio, items);
    } else if (item->linear) {
        check_linear(&check, item->linear);
    } else if (item->three_point) {
        check_three_point(&check, item->three_point);
    } else if (item->steps) {
        check_steps(&check, item->steps);
    } else if (item->add_deduct) {
        check_add_deduct(&check, item->add_deduct, item->indicator_id, indicators);
    } else if (item->accrual) {
        check_accrual(&check, item->accrual);
    } else if (item->veto) {
        check_veto(&check, item->veto);
    } else if (item->band) {
        check_band(&check, item->band);
    } else if (item->okr) {
        check_okr(&check, item->okr);
    } else {
        check_rating(&check, item->rating);
    }
    return check.code;
}
