/*
 * rule_read.c - rules out of messages. The first thing that is wrong is kept, and checked once.
 */
#include "rule_read.h"

#include "base/text.h"

struct reader {
    const char *wrong; /* NULL: nothing yet */
    struct dc_arena *lists;
};

static bool
expect(struct reader *reader, bool holds, const char *what)
{
    if (!holds && !reader->wrong) {
        reader->wrong = what;
    }
    return holds;
}

static struct dc_decimal
number(struct reader *reader, const char *text, const char *name)
{
    struct dc_decimal value = DC_DECIMAL_ZERO;
    expect(reader, dc_decimal_parse(text, &value, NULL) == DC_OK, name);
    return value;
}

static bool
within(struct dc_decimal value, int64_t bound)
{
    return dc_decimal_cmp(value, DC_DECIMAL_INT(bound)) <= 0 &&
           dc_decimal_cmp(value, DC_DECIMAL_INT(-bound)) >= 0;
}

/* Points: magnitude up to 10^6. */
static struct dc_decimal
points(struct reader *reader, const char *text, const char *name)
{
    struct dc_decimal value = number(reader, text, name);
    expect(reader, within(value, 1000000), name);
    return value;
}

static struct dc_decimal
positive(struct reader *reader, const char *text, const char *name)
{
    struct dc_decimal value = points(reader, text, name);
    expect(reader, dc_decimal_sign(value) > 0, name);
    return value;
}

/* A value of x: magnitude up to 10^12. */
static struct dc_decimal
place(struct reader *reader, const char *text, const char *name)
{
    struct dc_decimal value = number(reader, text, name);
    expect(reader, within(value, 1000000000000), name);
    return value;
}

static bool
share(struct reader *reader, const char *text, const char *name, struct dc_decimal *ret_share)
{
    *ret_share = text[0] ? points(reader, text, name) : DC_DECIMAL_ZERO;
    return text[0] != '\0';
}

static bool
of_target(struct reader *reader, Goals__RuleBasis basis)
{
    expect(reader,
           basis == GOALS__RULE_BASIS__RULE_BASIS_ACTUAL ||
               basis == GOALS__RULE_BASIS__RULE_BASIS_RATIO,
           "basis");
    return basis == GOALS__RULE_BASIS__RULE_BASIS_RATIO;
}

static int128
product(struct dc_decimal a, struct dc_decimal b)
{
    return a.units * b.units;
}

static void
read_ratio(struct reader *reader, const Goals__RatioRule *message, struct rule *rule)
{
    struct rule_ratio *ratio = &rule->ratio;
    rule->kind = RATIO_RULE;
    rule->decimals = message->decimals;
    ratio->full_marks = number(reader, message->full_marks, "full_marks");
    ratio->lower = number(reader, message->lower, "lower");
    ratio->cap = number(reader, message->cap, "cap");
    ratio->has_threshold = message->threshold[0] != '\0';
    if (ratio->has_threshold) {
        ratio->threshold = number(reader, message->threshold, "threshold");
    }
    ratio->lower_better =
        message->lower_is_better == GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_QUOTIENT
            ? QUOTIENT_INVERSE
            : QUOTIENT_DIFFERENCE;
    expect(reader,
           dc_decimal_sign(ratio->full_marks) > 0 &&
               dc_decimal_cmp(ratio->full_marks, DC_DECIMAL_INT(1000000000)) < 0,
           "0 < full marks < 10^9");
    expect(reader,
           dc_decimal_sign(ratio->lower) >= 0 && dc_decimal_cmp(ratio->cap, ratio->lower) >= 0 &&
               dc_decimal_cmp(ratio->cap, DC_DECIMAL_INT(1000000)) <= 0,
           "0 <= lower <= cap <= 10^6");
}

static void
read_linear(struct reader *reader, const Goals__LinearRule *message, struct rule *rule)
{
    struct rule_linear *linear = &rule->linear;
    rule->kind = LINEAR_RULE;
    rule->decimals = message->decimals;
    linear->full_marks = positive(reader, message->full_marks, "full_marks");
    linear->has_floor_ratio =
        share(reader, message->floor_ratio, "floor_ratio", &linear->floor_ratio);
    linear->lowest = -EXACT_MOST;
    linear->highest = EXACT_MOST;
    if (message->clamped) {
        struct dc_decimal lower = points(reader, message->lower, "lower");
        struct dc_decimal cap = positive(reader, message->cap, "cap");
        expect(reader, dc_decimal_sign(lower) >= 0 && dc_decimal_cmp(cap, lower) >= 0,
               "0 <= lower <= cap");
        linear->lowest = product(linear->full_marks, lower);
        linear->highest = product(linear->full_marks, cap);
    }
}

static void
read_three_point(struct reader *reader, const Goals__ThreePointRule *message, struct rule *rule)
{
    struct rule_three_point *three = &rule->three_point;
    rule->kind = THREE_POINT_RULE;
    rule->decimals = message->decimals;
    three->full_marks = positive(reader, message->full_marks, "full_marks");
    three->floor_score = points(reader, message->floor_score, "floor_score");
    three->cap_score = points(reader, message->cap_score, "cap_score");
    three->has_floor_ratio =
        share(reader, message->floor_ratio, "floor_ratio", &three->floor_ratio);
    three->has_stretch_ratio =
        share(reader, message->stretch_ratio, "stretch_ratio", &three->stretch_ratio);
    three->zero_below_floor = message->below_floor == GOALS__BELOW_FLOOR__BELOW_FLOOR_ZERO;
    expect(reader,
           three->zero_below_floor ||
               message->below_floor == GOALS__BELOW_FLOOR__BELOW_FLOOR_FLOOR_SCORE,
           "below_floor");
    expect(reader,
           dc_decimal_sign(three->floor_score) >= 0 &&
               dc_decimal_cmp(three->floor_score, three->full_marks) <= 0 &&
               dc_decimal_cmp(three->full_marks, three->cap_score) <= 0,
           "0 <= floor_score <= full_marks <= cap_score");
}

static void
read_row(struct reader *reader, const Goals__StepRow *message, struct rule_steps *steps, size_t at)
{
    struct rule_step *row = &steps->rows[at];
    bool open = at == 0 && message->from[0] == '\0';
    row->from = open ? DC_DECIMAL_ZERO : place(reader, message->from, "rows.from");
    row->slope = message->slope[0] != '\0';
    expect(reader, row->slope != (message->score[0] != '\0'), "rows: a score or a slope");
    row->points = points(reader, row->slope ? message->slope : message->score, "rows: points");
    steps->open_below |= open;
    expect(reader, !steps->marginal || (row->slope && !open), "rows: marginal slopes");
    if (at == 0) {
        return;
    }
    const struct rule_step *before = &steps->rows[at - 1];
    bool first_open = at == 1 && steps->open_below;
    expect(reader, first_open || dc_decimal_cmp(before->from, row->from) < 0, "rows: ascending");
    if (steps->marginal) {
        row->start =
            before->start + product(before->points, dc_decimal_sub(row->from, before->from));
    }
}

static void
read_steps(struct reader *reader, const Goals__StepsRule *message, struct rule *rule)
{
    struct rule_steps *steps = &rule->steps;
    rule->kind = STEPS_RULE;
    rule->decimals = message->decimals;
    *steps = (struct rule_steps){.of_target = of_target(reader, message->basis),
                                 .marginal = message->marginal,
                                 .lowest = -EXACT_MOST,
                                 .highest = EXACT_MOST};
    if (!expect(reader, message->n_rows >= 1 && message->n_rows <= RULE_STEPS_MAX, "rows")) {
        return;
    }
    steps->rows = DC_NEW_ARRAY(reader->lists, struct rule_step, message->n_rows);
    steps->count = message->n_rows;
    for (size_t i = 0; i < steps->count; i++) {
        const Goals__StepRow *row = message->rows[i];
        read_row(reader, row, steps, i);
        bool last = i + 1 == steps->count;
        expect(reader,
               last ? row->to[0] == '\0'
                    : place(reader, row->to, "rows.to").units ==
                          place(reader, message->rows[i + 1]->from, "rows.from").units,
               "rows: no holes");
    }
    if (message->lowest[0]) {
        steps->lowest = exact_of(points(reader, message->lowest, "lowest"));
    }
    if (message->highest[0]) {
        steps->highest = exact_of(points(reader, message->highest, "highest"));
    }
    expect(reader, steps->lowest <= steps->highest, "lowest <= highest");
}

/* Names are looked up when it is computed: what is not known by then is no data. */
static const struct formula *
condition(struct reader *reader, const char *text)
{
    const struct formula_grammar grammar = {
        .result = FORMULA_CONDITION, .in_rule = true, .field = "condition"};
    const struct formula *formula = NULL;
    expect(reader, formula_parse(reader->lists, text, &grammar, &formula, NULL, NULL) == DC_OK,
           "condition");
    return formula;
}

static void
read_add_deduct(struct reader *reader, const Goals__AddDeductRule *message, struct rule *rule)
{
    struct rule_add_deduct *add = &rule->add_deduct;
    rule->kind = ADD_DEDUCT_RULE;
    rule->decimals = message->decimals;
    *add =
        (struct rule_add_deduct){.start = exact_of(points(reader, message->start, "start")),
                                 .lowest = exact_of(points(reader, message->lowest, "lowest")),
                                 .highest = exact_of(points(reader, message->highest, "highest"))};
    expect(reader, add->lowest <= add->highest, "lowest <= highest");
    if (!expect(reader, message->n_terms >= 1 && message->n_terms <= RULE_TERMS_MAX, "terms")) {
        return;
    }
    add->count = message->n_terms;
    add->indicator_ids = DC_NEW_ARRAY(reader->lists, int64_t, add->count);
    add->points = DC_NEW_ARRAY(reader->lists, struct dc_decimal, add->count);
    add->conditions = dc_arena_calloc(reader->lists, add->count, sizeof(const struct formula *));
    for (size_t i = 0; i < add->count; i++) {
        add->indicator_ids[i] = message->terms[i]->indicator_id;
        add->points[i] = points(reader, message->terms[i]->points, "terms.points");
        if (message->terms[i]->condition[0]) {
            add->conditions[i] = condition(reader, message->terms[i]->condition);
        }
    }
}

static void
read_accrual(struct reader *reader, const Goals__AccrualRule *message, struct rule *rule)
{
    rule->kind = ACCRUAL_RULE;
    rule->decimals = message->decimals;
    rule->accrual.step = place(reader, message->step, "step");
    expect(reader, dc_decimal_sign(rule->accrual.step) > 0, "step");
    rule->accrual.points = positive(reader, message->points, "points");
    rule->accrual.cap = positive(reader, message->cap, "cap");
    if (rule->accrual.points.units == 0) {
        rule->accrual.points = DC_DECIMAL_INT(1); /* said to be wrong above */
    }
}

static void
read_comparison(struct reader *reader, const Goals__VetoRule *message, struct rule_veto *veto)
{
    veto->of_target = of_target(reader, message->basis);
    expect(reader,
           message->comparison >= GOALS__VETO_COMPARISON__VETO_COMPARISON_BELOW &&
               message->comparison <= GOALS__VETO_COMPARISON__VETO_COMPARISON_AT_LEAST,
           "comparison");
    static const enum rule_comparison comparisons[] = {RULE_BELOW, RULE_BELOW, RULE_AT_MOST,
                                                       RULE_ABOVE, RULE_AT_LEAST};
    veto->comparison = reader->wrong ? RULE_BELOW : comparisons[message->comparison];
    veto->value = place(reader, message->value, "value");
}

static void
read_veto(struct reader *reader, const Goals__VetoRule *message, struct rule *rule)
{
    struct rule_veto *veto = &rule->veto;
    rule->kind = VETO_RULE;
    if (message->condition[0]) {
        veto->condition = condition(reader, message->condition);
    } else {
        read_comparison(reader, message, veto);
    }
    veto->highest_grade = dc_arena_strdup(reader->lists, message->highest_grade);
    veto->holds_total = message->highest[0] || !message->highest_grade[0];
    if (veto->holds_total) {
        veto->highest = points(reader, message->highest, "highest");
        expect(reader, dc_decimal_sign(veto->highest) >= 0, "highest");
    }
}

static void
read_band(struct reader *reader, const Goals__BandRule *message, struct rule *rule)
{
    rule->kind = BAND_RULE;
    rule->decimals = message->decimals;
    rule->band =
        (struct rule_band){.of_target = of_target(reader, message->basis),
                           .full_marks = positive(reader, message->full_marks, "full_marks"),
                           .lo = place(reader, message->lo, "lo"),
                           .hi = place(reader, message->hi, "hi"),
                           .slope_below = positive(reader, message->slope_below, "slope_below"),
                           .slope_above = positive(reader, message->slope_above, "slope_above"),
                           .lowest = points(reader, message->lowest, "lowest")};
    expect(reader, dc_decimal_cmp(rule->band.lo, rule->band.hi) <= 0, "lo <= hi");
    expect(reader,
           dc_decimal_sign(rule->band.lowest) >= 0 &&
               dc_decimal_cmp(rule->band.lowest, rule->band.full_marks) < 0,
           "0 <= lowest < full_marks");
}

static void
read_okr(struct reader *reader, const Goals__OkrRule *message, struct rule *rule)
{
    rule->kind = OKR_RULE;
    rule->decimals = message->decimals;
    rule->okr = (struct rule_okr){.full_marks = positive(reader, message->full_marks, "full_marks"),
                                  .full_at = positive(reader, message->full_at, "full_at"),
                                  .cap = points(reader, message->cap, "cap")};
    expect(reader, dc_decimal_cmp(rule->okr.full_at, DC_DECIMAL_INT(1)) <= 0, "full_at <= 1");
    expect(reader, dc_decimal_cmp(rule->okr.cap, DC_DECIMAL_INT(1)) >= 0, "cap >= 1");
}

static void
read_rating(struct reader *reader, const Goals__RatingRule *message, struct rule *rule)
{
    rule->kind = RATING_RULE;
    rule->decimals = message->decimals;
    rule->rating =
        (struct rule_rating){.full_marks = positive(reader, message->full_marks, "full_marks"),
                             .scale_min = points(reader, message->scale_min, "scale_min"),
                             .scale_max = points(reader, message->scale_max, "scale_max")};
    if (!expect(reader, dc_decimal_cmp(rule->rating.scale_min, rule->rating.scale_max) < 0,
                "scale_min < scale_max")) {
        rule->rating.scale_max = dc_decimal_add(rule->rating.scale_min, DC_DECIMAL_INT(1));
    }
}

enum dc_code
rule_read(const Goals__PlanItem *item, struct dc_arena *lists, struct rule *ret_rule,
          struct dc_error *error)
{
    struct reader reader = {.lists = lists};
    struct rule rule = {0};
    int rules = 0;
#define READ(family)                                                                               \
    if (item->family) {                                                                            \
        rules++;                                                                                   \
        read_##family(&reader, item->family, &rule);                                               \
    }
    READ(ratio)
    READ(linear)
    READ(three_point)
    READ(steps)
    READ(add_deduct)
    READ(accrual)
    READ(veto)
    READ(band)
    READ(okr)
    READ(rating)
#undef READ
    expect(&reader, rules == 1, "exactly one rule");
    expect(&reader, rule.decimals >= 0 && rule.decimals <= DC_DECIMAL_PLACES, "0 to 6 decimals");
    if (reader.wrong) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.items",
                             "a rule is not what scoring can compute by: %s", reader.wrong);
    }
    *ret_rule = rule;
    return DC_OK;
}
