/*
 * explain_rule.c - the arithmetic of the rules, one function a rule, in the order of rule.h.
 */
#include "explain_rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explain_told.h"
#include "rule_family.h"
#include "tell.h"

/* --- lines and numbers
 * ----------------------------------------------------------------------------- */

void
explanation_line(struct explanation *explanation, const char *zh, const char *en)
{
    enum { STEPS_MOST = 600 }; /* some per item, and the total */
    if (explanation->count == STEPS_MOST) {
        return;
    }
    if (!explanation->zh) {
        explanation->zh = dc_arena_alloc(explanation->arena, STEPS_MOST * sizeof(char *));
        explanation->en = dc_arena_alloc(explanation->arena, STEPS_MOST * sizeof(char *));
    }
    explanation->zh[explanation->count] = dc_arena_strdup(explanation->arena, zh);
    explanation->en[explanation->count++] = dc_arena_strdup(explanation->arena, en);
}

void
explanation_step(struct explanation *explanation, const char *zh, const char *en, ...)
{
    char chinese[1000], english[1000];
    va_list arguments, again;
    va_start(arguments, en);
    va_copy(again, arguments);
    vsnprintf(chinese, sizeof(chinese), zh, arguments);
    vsnprintf(english, sizeof(english), en, again);
    va_end(again);
    va_end(arguments);
    explanation_line(explanation, chinese, english);
}

const char *
explanation_grouped(struct dc_arena *arena, const char *amount)
{
    const char *digits = amount[0] == '-' ? amount + 1 : amount;
    size_t whole = strcspn(digits, ".");
    char *text = dc_arena_alloc(arena, strlen(amount) + whole / 3 + 2);
    char *at = text;
    if (digits != amount) {
        *at++ = '-';
    }
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    strcpy(at, digits + whole);
    return text;
}

/* What an item is explained with. */
struct subject {
    struct explanation *out;
    const Scoring__Item *item;
    const struct rule *rule;
    const struct rule_input *input;
    const struct definitions *definitions;
};

#define STEP(subject, zh, en, ...) explanation_step((subject)->out, zh, en, ##__VA_ARGS__)
#define FIGURES(subject, format, ...)                                                              \
    explanation_step((subject)->out, format, format, ##__VA_ARGS__)

static const char *
number(const struct subject *subject, struct dc_decimal value)
{
    return tell_amount(subject->out->arena, (struct maybe){true, value});
}

/* In brackets when it is negative, as a term of a sum or a product. */
static const char *
term(const struct subject *subject, struct dc_decimal value)
{
    const char *text = number(subject, value);
    return dc_decimal_sign(value) < 0 ? dc_arena_printf(subject->out->arena, "(%s)", text) : text;
}

/* "= 0.5", or "≈ 0.333333". */
static const char *
equals(const struct subject *subject, const struct exact *value)
{
    bool ends = !value->more && value->whole % DC_DECIMAL_ONE_UNITS == 0;
    return dc_arena_printf(subject->out->arena, "%s %s", ends ? "=" : "≈",
                           number(subject, exact_round(value, DC_DECIMAL_PLACES)));
}

static const char *
points_text(const struct subject *subject, int128 points)
{
    return number(subject, exact_round_points(points, DC_DECIMAL_PLACES));
}

/* x itself. */
static struct exact
exact_of_x(const struct exact_x *x)
{
    struct exact_line itself = {.rise = DC_DECIMAL_INT(1), .run = DC_DECIMAL_INT(1)};
    return exact_on_line(&itself, x);
}

static const char *
x_text(const struct subject *subject, const struct exact_x *x)
{
    struct exact value = exact_of_x(x);
    return number(subject, exact_round(&value, DC_DECIMAL_PLACES));
}

/* Which bound held the score. */
static void
explain_bounds(const struct subject *subject, int128 lowest, int128 highest)
{
    if (strcmp(subject->item->remark, "capped") == 0) {
        STEP(subject, "最高 %s：%s", "at most %s: %s", points_text(subject, highest),
             subject->item->score);
    } else if (strcmp(subject->item->remark, "at_lowest") == 0) {
        STEP(subject, "最低 %s：%s", "at least %s: %s", points_text(subject, lowest),
             subject->item->score);
    }
}

/* --- ratio
 * ----------------------------------------------------------------------------------------- */

void
explain_quotient(struct explanation *explanation, const Scoring__Item *item,
                 const struct rule_input *input, enum quotient_form form)
{
    struct subject subject = {.out = explanation, .item = item, .input = input};
    if (input->actual.denominator.units != DC_DECIMAL_ONE_UNITS &&
        input->actual.denominator.units != 0) {
        FIGURES(&subject, "%s / %s = %s", number(&subject, input->actual.numerator),
                number(&subject, input->actual.denominator), item->actual);
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
    const char *shown = number(&subject, quotient);
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

static void
explain_ratio(const struct subject *subject)
{
    const struct rule_ratio *rule = &subject->rule->ratio;
    const Scoring__Item *item = subject->item;
    const char *full = number(subject, rule->full_marks);
    explain_quotient(subject->out, item, subject->input, rule->lower_better);
    if (strcmp(item->remark, "below_threshold") == 0) {
        STEP(subject, "低于门槛 %s：0", "below %s: 0", number(subject, rule->threshold));
        return;
    }
    if (strcmp(item->remark, "capped") == 0) {
        STEP(subject, "最高 %s：%s × %s = %s", "at most %s: %s × %s = %s",
             number(subject, rule->cap), full, number(subject, rule->cap), item->score);
        return;
    }
    struct quotient x = {.form = subject->input->lower_is_better ? rule->lower_better
                                                                 : QUOTIENT_STRAIGHT,
                         .actual = subject->input->actual,
                         .target = subject->input->target};
    struct dc_decimal shown = rule->lower;
    if (quotient_cmp(&x, rule->lower) < 0) {
        STEP(subject, "最低 %s", "at least %s", number(subject, rule->lower));
    } else if (!quotient_scale(&x, DC_DECIMAL_INT(1), DC_DECIMAL_PLACES, &shown)) {
        return;
    }
    FIGURES(subject, "%s × %s = %s", full, number(subject, shown), item->score);
}

/* --- linear and three-point
 * ------------------------------------------------------------------------ */

/* Where a floor or stretch comes from. With a share of the target, A/T is compared with it. */
static void
explain_end(const struct subject *subject, const struct rule_end *end, bool stretch)
{
    const char *value = number(subject, end->end);
    if (!end->x.of_target) {
        STEP(subject, stretch ? "挑战值 %s" : "底线 %s", stretch ? "stretch %s" : "floor %s",
             value);
        return;
    }
    STEP(subject, stretch ? "挑战值取目标的 %s" : "底线取目标的 %s",
         stretch ? "stretch: %s of the target" : "floor: %s of the target", value);
    struct exact share = exact_of_x(&end->x);
    FIGURES(subject, "%s / %s %s", subject->item->actual, subject->item->target,
            equals(subject, &share));
}

/* "(80 - 60) / (100 - 60) = 0.5" of one end. */
static struct exact
explain_way(const struct subject *subject, const struct rule_end *end)
{
    struct exact_line line = {
        .rise = DC_DECIMAL_INT(1), .from = end->end, .run = dc_decimal_sub(end->target, end->end)};
    struct exact way = exact_on_line(&line, &end->x);
    const char *from = number(subject, end->end);
    FIGURES(subject, "(%s - %s) / (%s - %s) %s", x_text(subject, &end->x), from,
            number(subject, end->target), from, equals(subject, &way));
    return way;
}

static const char *
way_text(const struct subject *subject, const struct exact *way)
{
    return term(subject, exact_round(way, DC_DECIMAL_PLACES));
}

static void
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
        FIGURES(subject, "%s × %s = %s", number(subject, rule->full_marks), way_text(subject, &way),
                subject->item->score);
    }
}

/* "60 + (100 - 60) × 0.5 = 80.00" */
static void
explain_piece(const struct subject *subject, const struct rule_end *end, struct dc_decimal score)
{
    struct exact way = explain_way(subject, end);
    const char *from = number(subject, score);
    FIGURES(subject, "%s + (%s - %s) × %s = %s", from,
            number(subject, subject->rule->three_point.full_marks), from, way_text(subject, &way),
            subject->item->score);
}

static void
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

/* --- steps and band
 * -------------------------------------------------------------------------------- */

/* The x of a rule with a basis; of a share the quotient is written out. */
static struct exact_x
explain_x(const struct subject *subject, bool of_target)
{
    struct exact_x x = rule_x(subject->input, of_target);
    if (of_target) {
        struct exact share = exact_of_x(&x);
        FIGURES(subject, "%s / %s %s", subject->item->actual, subject->item->target,
                equals(subject, &share));
    }
    return x;
}

static const char *
row_text(const struct subject *subject, const struct rule_steps *rule, size_t at)
{
    const char *from = at == 0 && rule->open_below ? "-∞" : number(subject, rule->rows[at].from);
    const char *to = at + 1 == rule->count ? "+∞" : number(subject, rule->rows[at + 1].from);
    return dc_arena_printf(subject->out->arena, "[%s, %s)", from, to);
}

static void
explain_marginal(const struct subject *subject, const struct exact_x *x, size_t at)
{
    const struct rule_steps *rule = &subject->rule->steps;
    for (size_t i = 0; i <= at; i++) {
        const struct rule_step *row = &rule->rows[i];
        const char *end = i < at ? number(subject, rule->rows[i + 1].from) : x_text(subject, x);
        struct exact_line line = {.rise = row->points, .from = row->from, .run = DC_DECIMAL_INT(1)};
        struct exact_x upto =
            i < at ? (struct exact_x){.actual = {rule->rows[i + 1].from, DC_DECIMAL_INT(1)}} : *x;
        struct exact part = exact_on_line(&line, &upto);
        FIGURES(subject, "%s: (%s - %s) × %s %s", row_text(subject, rule, i), end,
                number(subject, row->from), term(subject, row->points), equals(subject, &part));
    }
    if (subject->item->remark[0] == '\0') {
        STEP(subject, "合计 %s", "together %s", subject->item->score);
    }
}

static void
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
        STEP(subject, "低于 %s，按 %s 计", "below %s: counts as %s", number(subject, row->from),
             number(subject, row->from));
        x = (struct exact_x){.actual = {row->from, DC_DECIMAL_INT(1)}};
    }
    if (rule->marginal) {
        explain_marginal(subject, &x, at);
    } else if (row->slope) {
        struct exact_line line = {.rise = row->points, .run = DC_DECIMAL_INT(1)};
        struct exact value = exact_on_line(&line, &x);
        FIGURES(subject, "%s: %s × %s %s", row_text(subject, rule, at), x_text(subject, &x),
                term(subject, row->points), equals(subject, &value));
    } else {
        FIGURES(subject, "%s: %s", row_text(subject, rule, at), number(subject, row->points));
    }
    explain_bounds(subject, rule->lowest, rule->highest);
}

static void
explain_band(const struct subject *subject)
{
    const struct rule_band *rule = &subject->rule->band;
    struct exact_x x = explain_x(subject, rule->of_target);
    const char *shown = x_text(subject, &x), *full = number(subject, rule->full_marks);
    const char *lo = number(subject, rule->lo), *hi = number(subject, rule->hi);
    if (exact_x_cmp(&x, rule->lo) < 0) {
        STEP(subject, "低于区间 [%s, %s]", "below [%s, %s]", lo, hi);
        FIGURES(subject, "%s - (%s - %s) × %s = %s", full, lo, shown,
                number(subject, rule->slope_below),
                subject->item->remark[0] ? "…" : subject->item->score);
    } else if (exact_x_cmp(&x, rule->hi) > 0) {
        STEP(subject, "高于区间 [%s, %s]", "above [%s, %s]", lo, hi);
        FIGURES(subject, "%s - (%s - %s) × %s = %s", full, shown, hi,
                number(subject, rule->slope_above),
                subject->item->remark[0] ? "…" : subject->item->score);
    } else {
        STEP(subject, "在区间 [%s, %s] 内：%s", "inside [%s, %s]: %s", lo, hi, full);
    }
    explain_bounds(subject, exact_of(rule->lowest), exact_of(rule->full_marks));
}

/* --- add/deduct and accrual
 * ------------------------------------------------------------------------ */

static void
explain_add_deduct(const struct subject *subject)
{
    const struct rule_add_deduct *rule = &subject->rule->add_deduct;
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    dc_text_add(&sum, points_text(subject, rule->start));
    for (size_t i = 0; i < rule->count; i++) {
        const struct indicator *indicator =
            rule->indicator_ids[i]
                ? definitions_indicator(subject->definitions, rule->indicator_ids[i])
                : NULL;
        const char *zh = indicator ? indicator->name : subject->item->indicator_name;
        const char *en = indicator ? indicator->name_en : subject->item->indicator_name_en;
        struct exact_x n = {.actual = subject->input->counts[i]};
        const char *shown = x_text(subject, &n), *points = number(subject, rule->points[i]);
        struct dc_arena *arena = subject->out->arena;
        explanation_line(
            subject->out, dc_arena_printf(arena, "%s：%s 次，每次 %s 分", zh, shown, points),
            dc_arena_printf(arena, "%s: %s, %s points each", en[0] ? en : zh, shown, points));
        dc_text_printf(&sum, " + %s × %s", shown, term(subject, rule->points[i]));
    }
    struct exact value = exact_sum(rule->start, subject->input->counts, rule->points, rule->count);
    FIGURES(subject, "%s %s", dc_text_cstr(&sum), equals(subject, &value));
    explain_bounds(subject, rule->lowest, rule->highest);
}

static void
explain_accrual(const struct subject *subject)
{
    const struct rule_accrual *rule = &subject->rule->accrual;
    struct exact_x n = rule_x(subject->input, false);
    struct exact_line line = {.rise = DC_DECIMAL_INT(1), .run = rule->step};
    struct exact times = exact_on_line(&line, &n);
    FIGURES(subject, "%s / %s %s", x_text(subject, &n), number(subject, rule->step),
            equals(subject, &times));
    if (!times.negative && subject->item->remark[0] == '\0') {
        FIGURES(subject, "⌊%s / %s⌋ × %s = %lld × %s = %s", x_text(subject, &n),
                number(subject, rule->step), number(subject, rule->points),
                (long long)(times.whole / EXACT_ONE), number(subject, rule->points),
                subject->item->score);
    }
    explain_bounds(subject, 0, exact_of(rule->cap));
}

/* --- rating
 * ---------------------------------------------------------------------------------------- */

/* The mean and nothing below it: of relations and raters a review's own page tells what may be told.
 */
static void
explain_rating(const struct subject *subject)
{
    const struct rule_rating *rule = &subject->rule->rating;
    struct exact_x x = rule_x(subject->input, false);
    struct exact mean = exact_of_x(&x);
    struct exact_line line = {.rise = rule->full_marks,
                              .from = rule->scale_min,
                              .run = dc_decimal_sub(rule->scale_max, rule->scale_min)};
    struct exact value = exact_on_line(&line, &x);
    const char *low = number(subject, rule->scale_min), *high = number(subject, rule->scale_max);
    STEP(subject, "评价均分 %s，量表 %s 至 %s", "mean rating %s, on a scale from %s to %s",
         equals(subject, &mean), low, high);
    FIGURES(subject, "(%s − %s) / (%s − %s) × %s %s", x_text(subject, &x), low, high, low,
            number(subject, rule->full_marks), equals(subject, &value));
    explain_bounds(subject, 0, exact_of(rule->full_marks));
}

/* --- veto
 * ------------------------------------------------------------------------------------------ */

static void
explain_veto(const struct subject *subject)
{
    static const char *const signs[] = {"<", "≤", ">", "≥"};
    const struct rule_veto *rule = &subject->rule->veto;
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
         x_text(subject, &x), signs[rule->comparison], number(subject, rule->value),
         graded ? rule->highest_grade : number(subject, rule->highest));
    if (vetoed && rule->holds_total && rule->highest_grade[0]) {
        STEP(subject, "等级不高于 %s", "the grade is no better than %s", rule->highest_grade);
    }
}

/* --- the sentence
 * ---------------------------------------------------------------------------------- */

static const struct {
    const char *code, *zh, *en;
} reasons[] = {
    {"no_target", "没有目标", "no target"},
    {"no_data", "没有数据", "no data"},
    {"no_floor", "没有底线", "no floor"},
};

static void
explain_okr(const struct subject *subject)
{
    explain_okr_rule(subject->out, subject->item, subject->rule, subject->input);
}

static void
unscored_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    size_t at = 0;
    while (at + 1 < sizeof(reasons) / sizeof(reasons[0]) &&
           strcmp(reasons[at].code, subject->item->remark) != 0) {
        at++;
    }
    if (subject->rule->kind == VETO_RULE) {
        out->sentence_zh = dc_arena_printf(out->arena, "一票否决不生效：%s", reasons[at].zh);
        out->sentence_en =
            dc_arena_printf(out->arena, "The veto does not hold: %s", reasons[at].en);
    } else {
        out->sentence_zh =
            dc_arena_printf(out->arena, "不计分：%s，权重由其他指标分摊", reasons[at].zh);
        out->sentence_en = dc_arena_printf(
            out->arena, "Not scored: %s; the others share its weight", reasons[at].en);
    }
    explanation_line(out, dc_arena_printf(out->arena, "无可计分：%s", reasons[at].zh),
                     dc_arena_printf(out->arena, "nothing to score: %s", reasons[at].en));
}

/* What the rule promises: full marks at the target, or where else. */
static void
promise(const struct subject *subject, const char **ret_zh, const char **ret_en)
{
    struct dc_arena *arena = subject->out->arena;
    const struct rule *rule = subject->rule;
    const char *target =
        subject->item->target[0] ? explanation_grouped(arena, subject->item->target) : NULL;
    bool lower = subject->input->lower_is_better;
    struct dc_decimal full = {0};
    *ret_zh = *ret_en = "";
    switch (rule->kind) {
    case RATIO_RULE:
        full = rule->ratio.full_marks;
        break;
    case LINEAR_RULE:
        full = rule->linear.full_marks;
        break;
    case THREE_POINT_RULE:
        full = rule->three_point.full_marks;
        break;
    case BAND_RULE:
        *ret_zh =
            dc_arena_printf(arena, "；%s在 %s 至 %s 之间为 %s",
                            rule->band.of_target ? "完成/目标" : "", number(subject, rule->band.lo),
                            number(subject, rule->band.hi), number(subject, rule->band.full_marks));
        *ret_en = dc_arena_printf(arena, "; %sfrom %s to %s is %s",
                                  rule->band.of_target ? "actual/target " : "",
                                  number(subject, rule->band.lo), number(subject, rule->band.hi),
                                  number(subject, rule->band.full_marks));
        return;
    case RATING_RULE:
        *ret_zh = dc_arena_printf(arena, "；评价量表 %s 至 %s 折算为 0 至 %s",
                                  number(subject, rule->rating.scale_min),
                                  number(subject, rule->rating.scale_max),
                                  number(subject, rule->rating.full_marks));
        *ret_en = dc_arena_printf(arena, "; a rating from %s to %s counts as 0 to %s",
                                  number(subject, rule->rating.scale_min),
                                  number(subject, rule->rating.scale_max),
                                  number(subject, rule->rating.full_marks));
        return;
    case ACCRUAL_RULE:
        *ret_zh = dc_arena_printf(
            arena, "；每满 %s 得 %s，最高 %s", number(subject, rule->accrual.step),
            number(subject, rule->accrual.points), number(subject, rule->accrual.cap));
        *ret_en = dc_arena_printf(
            arena, "; %s for each full %s, at most %s", number(subject, rule->accrual.points),
            number(subject, rule->accrual.step), number(subject, rule->accrual.cap));
        return;
    case OKR_RULE:
        *ret_zh = dc_arena_printf(arena, "；%s 即为 %s", number(subject, rule->okr.full_at),
                                  number(subject, rule->okr.full_marks));
        *ret_en = dc_arena_printf(arena, "; %s is %s", number(subject, rule->okr.full_at),
                                  number(subject, rule->okr.full_marks));
        return;
    default:
        return;
    }
    const char *marks = tell_fixed(arena, (struct maybe){true, full}, rule->decimals);
    if (full.units != dc_decimal_round(full, rule->decimals).units) {
        marks = number(subject, full);
    }
    *ret_zh = dc_arena_printf(arena, "；%s %s 即为 %s", lower ? "不超过" : "达到",
                              target ? target : "目标", marks);
    *ret_en = dc_arena_printf(arena, "; %s %s is %s", lower ? "no more than" : "reaching",
                              target ? target : "the target", marks);
}

static void
scored_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    const Scoring__Item *item = subject->item;
    const char *actual = explanation_grouped(out->arena, item->actual);
    const char *target = explanation_grouped(out->arena, item->target);
    const char *zh, *en;
    promise(subject, &zh, &en);
    bool wants_target = subject->rule->kind == RATIO_RULE || rule_wants_ends(subject->rule);
    if (subject->rule->kind == ADD_DEDUCT_RULE) {
        const char *base = points_text(subject, subject->rule->add_deduct.start);
        out->sentence_zh =
            dc_arena_printf(out->arena, "得分 %s：基础分 %s，逐项加减", item->score, base);
        out->sentence_en = dc_arena_printf(
            out->arena, "Score %s: %s at first, points added and deducted", item->score, base);
        return;
    }
    out->sentence_zh =
        dc_arena_printf(out->arena, "得分 %s：完成 %s", item->score, actual[0] ? actual : "无数据");
    out->sentence_en =
        dc_arena_printf(out->arena, "Score %s: %s", item->score, actual[0] ? actual : "no data");
    if (target[0] || wants_target) {
        out->sentence_zh = dc_arena_printf(out->arena, "%s，目标 %s", out->sentence_zh,
                                           target[0] ? target : "未设定");
        out->sentence_en = dc_arena_printf(out->arena, "%s of %s", out->sentence_en,
                                           target[0] ? target : "no target");
    }
    out->sentence_zh = dc_arena_printf(out->arena, "%s%s", out->sentence_zh, zh);
    out->sentence_en = dc_arena_printf(out->arena, "%s%s", out->sentence_en, en);
}

static void
veto_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    const char *actual = explanation_grouped(out->arena, subject->item->actual);
    const char *highest = number(subject, subject->rule->veto.highest);
    const char *grade = subject->rule->veto.highest_grade;
    if (strcmp(subject->item->remark, "vetoed") == 0) {
        bool graded = !subject->rule->veto.holds_total;
        out->sentence_zh = dc_arena_printf(out->arena,
                                           graded ? "一票否决生效：完成 %s，等级不高于 %s"
                                                  : "一票否决生效：完成 %s，总分不超过 %s",
                                           actual, graded ? grade : highest);
        out->sentence_en = dc_arena_printf(out->arena,
                                           graded ? "Vetoed: %s; the grade is no better than %s"
                                                  : "Vetoed: %s; the total is at most %s",
                                           actual, graded ? grade : highest);
    } else {
        out->sentence_zh = dc_arena_printf(out->arena, "未触发一票否决：完成 %s", actual);
        out->sentence_en = dc_arena_printf(out->arena, "Not vetoed: %s", actual);
    }
}

void
explain_item(struct explanation *explanation, const Scoring__Item *item, const struct rule *rule,
             const struct rule_input *input, const struct definitions *definitions)
{
    static void (*const families[])(const struct subject *) = {
        [RATIO_RULE] = explain_ratio,
        [LINEAR_RULE] = explain_linear,
        [THREE_POINT_RULE] = explain_three_point,
        [STEPS_RULE] = explain_steps,
        [ADD_DEDUCT_RULE] = explain_add_deduct,
        [ACCRUAL_RULE] = explain_accrual,
        [VETO_RULE] = explain_veto,
        [BAND_RULE] = explain_band,
        [OKR_RULE] = explain_okr,
        [RATING_RULE] = explain_rating,
    };
    struct subject subject = {explanation, item, rule, input, definitions};
    bool veto = strcmp(item->remark, "vetoed") == 0 || strcmp(item->remark, "not_vetoed") == 0;
    if (strcmp(item->remark, "zero_by_policy") == 0) {
        STEP(&subject, "无可计分，按方案计零：0", "nothing to score, zero by policy: 0");
        scored_sentence(&subject);
    } else if (veto) {
        families[rule->kind](&subject);
        veto_sentence(&subject);
    } else if (item->score[0] == '\0') {
        unscored_sentence(&subject);
    } else {
        families[rule->kind](&subject);
        scored_sentence(&subject);
    }
}
