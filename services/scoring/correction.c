/*
 * correction.c - what correcting one line of a published result comes to.
 */
#include "correction.h"

#include <string.h>

#include "base/assert.h"

/* No score or value that is stated goes further, either way. */
#define SCORE_MOST DC_DECIMAL_INT(1000000)
#define VALUE_MOST DC_DECIMAL_INT(1000000000000)

/* --- the lines ----------------------------------------------------------------------------------
 */

static enum dc_code
find_line(const struct published *published, int64_t indicator_id,
          const struct definitions *definitions, size_t *ret_line, struct scheme_item *ret_item,
          struct dc_error *error)
{
    const struct person_view *view = &published->view;
    for (size_t i = 0; i < view->item_count; i++) {
        if (view->indicator_ids[i] == indicator_id) {
            const struct plan *plan =
                definitions_plan(definitions, view->plan_ids[i], view->plan_versions[i]);
            *ret_line = i;
            *ret_item =
                (struct scheme_item){definitions_indicator(definitions, indicator_id), plan,
                                     plan ? plan_item_of(plan, indicator_id) : NULL};
            if (ret_item->indicator && ret_item->item) {
                return DC_OK;
            }
        }
    }
    return dc_fail_field(error, DC_NOT_FOUND, "indicator_id",
                         "the published result has no line of this indicator");
}

/* All lines by their plan versions, and what they scored. */
static enum dc_code
read_lines(const struct published *published, const struct definitions *definitions,
           struct dc_arena *arena, struct scheme *ret_scheme, struct rule_score **ret_scores,
           struct dc_error *error)
{
    const struct person_view *view = &published->view;
    struct scheme scheme = {.items = DC_NEW_ARRAY(arena, struct scheme_item, view->item_count + 1),
                            .count = view->item_count,
                            .total_decimals = view->total_decimals};
    struct rule_score *scores = DC_NEW_ARRAY(arena, struct rule_score, view->item_count + 1);
    for (size_t i = 0; i < view->item_count; i++) {
        size_t line;
        DC_TRY(find_line(published, view->indicator_ids[i], definitions, &line, &scheme.items[i],
                         error));
        scores[i] =
            (struct rule_score){rule_remark_is_scored(view->remarks[i]), view->scores[i],
                                rule_remark_of(view->remarks[i])};
    }
    const struct plan *graded =
        view->grade_plan_id
            ? definitions_plan(definitions, view->grade_plan_id, view->grade_plan_version)
            : NULL;
    scheme.graded_by = graded && graded->grades.count ? graded : NULL;
    *ret_scheme = scheme;
    *ret_scores = scores;
    return DC_OK;
}

/* --- what may be stated -------------------------------------------------------------------------
 */

static struct dc_decimal
within(struct dc_decimal score)
{
    return dc_decimal_max(dc_decimal_min(score, SCORE_MOST), dc_decimal_neg(SCORE_MOST));
}

static struct dc_decimal
product(struct dc_decimal a, struct dc_decimal b, int places)
{
    struct dc_decimal value = SCORE_MOST;
    return dc_decimal_mul(a, b, places, &value, NULL) == DC_OK ? value : SCORE_MOST;
}

static void
score_range(const struct rule *rule, struct dc_decimal *ret_lowest, struct dc_decimal *ret_highest)
{
    struct dc_decimal low = DC_DECIMAL_ZERO, high = DC_DECIMAL_ZERO;
    int places = rule->decimals;
    switch (rule->kind) {
    case RATIO_RULE:
        high = product(rule->ratio.full_marks, rule->ratio.cap, places);
        break;
    case LINEAR_RULE:
        low = exact_round_points(rule->linear.lowest, places);
        high = exact_round_points(rule->linear.highest, places);
        break;
    case THREE_POINT_RULE:
        high = rule->three_point.cap_score;
        break;
    case STEPS_RULE:
        low = exact_round_points(rule->steps.lowest, places);
        high = exact_round_points(rule->steps.highest, places);
        break;
    case ADD_DEDUCT_RULE:
        low = exact_round_points(rule->add_deduct.lowest, places);
        high = exact_round_points(rule->add_deduct.highest, places);
        break;
    case ACCRUAL_RULE:
        high = rule->accrual.cap;
        break;
    case VETO_RULE:
        break;
    case BAND_RULE:
        low = rule->band.lowest;
        high = rule->band.full_marks;
        break;
    case OKR_RULE:
        high = product(rule->okr.full_marks, rule->okr.cap, places);
        break;
    case RATING_RULE:
        high = rule->rating.full_marks;
        break;
    }
    *ret_lowest = within(dc_decimal_min(low, DC_DECIMAL_ZERO));
    *ret_highest = within(high);
}

enum dc_code
correction_bounds_of(const struct published *published, int64_t indicator_id,
                     const struct definitions *definitions, struct correction_bounds *ret_bounds,
                     struct dc_error *error)
{
    size_t line;
    struct scheme_item item;
    DC_TRY(find_line(published, indicator_id, definitions, &line, &item, error));
    *ret_bounds = (struct correction_bounds){
        /* Points are added over several counts: there is no one value of the line. */
        .by_value = item.item->rule.kind != ADD_DEDUCT_RULE,
        .by_score = item.item->rule.kind != VETO_RULE,
    };
    score_range(&item.item->rule, &ret_bounds->lowest, &ret_bounds->highest);
    return DC_OK;
}

static const char *
as_text(struct dc_decimal value, char ret_text[DC_DECIMAL_TEXT])
{
    return dc_decimal_format(value, ret_text);
}

static enum dc_code
check_score(const struct rule *rule, const struct correction_bounds *bounds,
            struct dc_decimal score, struct dc_error *error)
{
    char low[DC_DECIMAL_TEXT], high[DC_DECIMAL_TEXT];
    if (!bounds->by_score) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "score",
                             "a veto has no score; state the corrected value");
    }
    if (dc_decimal_cmp(score, bounds->lowest) < 0 || dc_decimal_cmp(score, bounds->highest) > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "score",
                             "the rule of this line gives scores from %s to %s",
                             as_text(bounds->lowest, low), as_text(bounds->highest, high));
    }
    if (dc_decimal_cmp(dc_decimal_round(score, rule->decimals), score) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "score",
                             "the plan rounds this line to %d decimals", rule->decimals);
    }
    return DC_OK;
}

static enum dc_code
check_value(const struct correction_bounds *bounds, struct dc_decimal value,
            struct dc_error *error)
{
    if (!bounds->by_value) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "value",
                             "this line adds points of several counts; state the corrected score");
    }
    bool large = dc_decimal_cmp(value, VALUE_MOST) >= 0 ||
                 dc_decimal_cmp(value, dc_decimal_neg(VALUE_MOST)) <= 0;
    return large ? dc_fail_field(error, DC_INVALID_ARGUMENT, "value", "a value below 10^12")
                 : DC_OK;
}

/* --- correcting ---------------------------------------------------------------------------------
 */

static struct rule_score
score_line(const struct published *published, const struct scheme_item *item,
           const struct correction *correction, const struct definitions *definitions,
           struct dc_arena *arena, struct rule_input *ret_input)
{
    const struct rule *rule = &item->item->rule;
    *ret_input =
        facts_rule_input(&published->view.facts, definitions, item->indicator, rule, arena);
    if (!correction->by_value) {
        return (struct rule_score){true, correction->figure, RULE_NONE};
    }
    ret_input->actual = (struct dc_ratio){correction->figure, DC_DECIMAL_INT(1)};
    return rule_score_item(rule, item->plan->missing, ret_input);
}

/* The calibrated grade moves by as many rows as the one by the table. */
static void
grade(const struct published *published, const struct scheme *scheme,
      const struct rule_score *scores, int by_table, struct corrected *corrected)
{
    const struct grade_table *table = scheme->graded_by ? &scheme->graded_by->grades : NULL;
    int before = table ? grade_find(table, published->table_grade) : 0;
    int calibrated = table ? grade_find(table, published->view.grade) : 0;
    corrected->table = table;
    corrected->table_grade = published->table_grade;
    corrected->grade = published->view.grade;
    corrected->coefficient = published->view.coefficient;
    if (!by_table) {
        return; /* no grades */
    }
    corrected->table_grade = table->rows[by_table - 1].code;
    int now = before && calibrated ? calibrated + by_table - before : by_table;
    now = now < 1 ? 1 : now > (int)table->count ? (int)table->count : now;
    now = score_held(scheme, scores, now);
    if (now != calibrated) {
        corrected->grade = table->rows[now - 1].code;
        corrected->coefficient = (struct maybe){true, table->rows[now - 1].coefficient};
    }
}

static bool
is_same(const struct rule_score *a, const struct rule_score *b)
{
    return a->scored == b->scored && a->remark == b->remark &&
           (!a->scored || dc_decimal_cmp(a->score, b->score) == 0);
}

static void
put_lines(const struct published *published, struct dc_arena *arena,
          const struct rule_score *scores, struct corrected *corrected)
{
    size_t count = published->view.item_count;
    corrected->scores = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1);
    corrected->remarks = dc_arena_alloc(arena, count + 1);
    for (size_t i = 0; i < count; i++) {
        corrected->scores[i] = scores[i].scored ? scores[i].score : DC_DECIMAL_ZERO;
        corrected->remarks[i] = rule_remark_letter(scores[i].remark);
    }
    corrected->remarks[count] = '\0';
}

enum dc_code
correct(const struct published *published, const struct correction *correction,
        const struct definitions *definitions, struct dc_arena *arena,
        struct corrected *ret_corrected, struct dc_error *error)
{
    struct scheme scheme;
    struct scheme_item item;
    struct rule_score *scores;
    struct correction_bounds bounds;
    struct rule_input input;
    struct corrected corrected = {.actual = published->view.actual,
                                  .attainment = published->view.attainment};
    int by_table;
    DC_TRY(find_line(published, correction->indicator_id, definitions, &corrected.line, &item,
                     error));
    DC_TRY(correction_bounds_of(published, correction->indicator_id, definitions, &bounds, error));
    DC_TRY(correction->by_value
               ? check_value(&bounds, correction->figure, error)
               : check_score(&item.item->rule, &bounds, correction->figure, error));
    DC_TRY(read_lines(published, definitions, arena, &scheme, &scores, error));
    corrected.before = scores[corrected.line];
    corrected.after = score_line(published, &item, correction, definitions, arena, &input);
    if (is_same(&corrected.before, &corrected.after)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, correction->by_value ? "value" : "score",
                             "the line scores the same by it; an objection that changes nothing is "
                             "decided by letting the result stay");
    }
    scores[corrected.line] = corrected.after;
    score_finish(&scheme, scores, &corrected.total, &by_table);
    if (!corrected.total.known) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "value",
                             "nothing of the result would be scored by it");
    }
    grade(published, &scheme, scores, by_table, &corrected);
    put_lines(published, arena, scores, &corrected);
    corrected.primary =
        correction->by_value && item.indicator == definitions_primary(definitions);
    if (corrected.primary) {
        corrected.actual = (struct maybe){true, correction->figure};
        corrected.attainment.known = rule_attainment(rule_lower_better(&item.item->rule), &input,
                                                     &corrected.attainment.value);
    }
    *ret_corrected = corrected;
    return DC_OK;
}
