/*
 * rule.c - the scoring rules: what they share, which one scores an item, and the total.
 */
#include "rule.h"

#include "base/assert.h"
#include "rule_family.h"

static const struct {
    char letter;
    const char *code;
    bool scored;
} remarks[] = {
#define X(name, letter, code, scored) {letter, code, scored},
    RULE_REMARKS(X)
#undef X
};

char
rule_remark_letter(enum rule_remark remark)
{
    DC_ASSERT((size_t)remark < sizeof(remarks) / sizeof(remarks[0]));
    return remarks[remark].letter;
}

const char *
rule_remark_code(char letter)
{
    for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
        if (remarks[i].letter == letter) {
            return remarks[i].code;
        }
    }
    return "";
}

bool
rule_remark_is_scored(char letter)
{
    for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
        if (remarks[i].letter == letter) {
            return remarks[i].scored;
        }
    }
    return false;
}

bool
rule_wants_ends(const struct rule *rule)
{
    return rule->kind == LINEAR_RULE || rule->kind == THREE_POINT_RULE;
}

bool
rule_wants_target(const struct rule *rule)
{
    switch (rule->kind) {
    case RATIO_RULE:
    case LINEAR_RULE:
    case THREE_POINT_RULE:
        return true;
    case STEPS_RULE:
        return rule->steps.of_target;
    case BAND_RULE:
        return rule->band.of_target;
    default: /* a veto is about the period as a whole */
        return false;
    }
}

enum quotient_form
rule_lower_better(const struct rule *rule)
{
    return rule->kind == RATIO_RULE ? rule->ratio.lower_better : QUOTIENT_DIFFERENCE;
}

/* --- what the rules share
 * ------------------------------------------------------------------------- */

struct rule_score
rule_missing_item(enum rule_missing missing, enum rule_remark reason)
{
    if (missing == RULE_ZERO) {
        return (struct rule_score){.scored = true, .remark = RULE_ZERO_BY_POLICY};
    }
    return (struct rule_score){.scored = false, .remark = reason};
}

bool
rule_is_ready(const struct rule_input *input, bool target, enum rule_missing missing,
              struct rule_score *ret_score)
{
    if (target && !rule_has_target(input)) {
        *ret_score = rule_missing_item(missing, RULE_NO_TARGET);
        return false;
    }
    if (!rule_has_data(input)) {
        *ret_score = rule_missing_item(missing, RULE_NO_DATA);
        return false;
    }
    return true;
}

struct rule_score
rule_settle(const struct exact *value, int128 lowest, int128 highest, int decimals)
{
    if (exact_cmp(value, highest) > 0) {
        return (struct rule_score){true, exact_round_points(highest, decimals), RULE_CAPPED};
    }
    if (exact_cmp(value, lowest) < 0) {
        return (struct rule_score){true, exact_round_points(lowest, decimals), RULE_AT_LOWEST};
    }
    return (struct rule_score){true, exact_round(value, decimals), RULE_NONE};
}

struct rule_score
rule_fixed(const struct rule_input *input, int128 points, enum rule_remark remark, int decimals)
{
    if (input->points) {
        *input->points = (struct rule_points){.form = POINTS_FIXED, .fixed = points};
    }
    return (struct rule_score){true, exact_round_points(points, decimals), remark};
}

struct rule_score
rule_settle_line(const struct rule_input *input, const struct exact_line *line,
                 const struct exact_x *x, int128 lowest, int128 highest, int decimals)
{
    struct exact value = exact_on_line(line, x);
    struct rule_score score = rule_settle(&value, lowest, highest, decimals);
    if (input->points && score.remark == RULE_NONE) {
        *input->points = (struct rule_points){.form = POINTS_LINE, .line = *line, .x = *x};
    } else if (input->points) {
        *input->points = (struct rule_points){.form = POINTS_FIXED,
                                              .fixed = score.remark == RULE_CAPPED ? highest
                                                                                   : lowest};
    }
    return score;
}

struct exact_x
rule_x(const struct rule_input *input, bool of_target)
{
    return (struct exact_x){input->actual, of_target, input->target};
}

struct rule_end
rule_end_of(const struct rule_input *input, bool has_amount, struct dc_decimal amount,
            bool has_ratio, struct dc_decimal ratio)
{
    if (has_amount) {
        return (struct rule_end){true, rule_x(input, false), amount, input->target};
    }
    return (struct rule_end){has_ratio, rule_x(input, true), ratio, DC_DECIMAL_INT(1)};
}

bool
rule_has_floor(const struct rule_input *input, bool has_ratio, struct dc_decimal ratio,
               enum rule_missing missing, struct rule_end *ret_floor, struct rule_score *ret_score)
{
    if (!rule_is_ready(input, true, missing, ret_score)) {
        return false;
    }
    struct rule_end floor = rule_end_of(input, input->has_floor, input->floor, has_ratio, ratio);
    if (!floor.known) {
        *ret_score = rule_missing_item(missing, RULE_NO_FLOOR);
        return false;
    }
    if (rule_compare(input, floor.target, floor.end) <= 0) {
        *ret_score = (struct rule_score){.scored = true, .remark = RULE_FLOOR_AT_TARGET};
        return false;
    }
    *ret_floor = floor;
    return true;
}

int
rule_compare(const struct rule_input *input, struct dc_decimal a, struct dc_decimal b)
{
    return input->lower_is_better ? dc_decimal_cmp(b, a) : dc_decimal_cmp(a, b);
}

int
rule_compare_actual(const struct rule_input *input, const struct exact_x *x,
                    struct dc_decimal limit)
{
    return input->lower_is_better ? -exact_x_cmp(x, limit) : exact_x_cmp(x, limit);
}

struct rule_score
rule_score_item(const struct rule *rule, enum rule_missing missing, const struct rule_input *input)
{
    DC_ASSERT(missing == RULE_DROP || missing == RULE_ZERO);
    switch (rule->kind) {
    case RATIO_RULE:
        return rule_score_ratio(rule, missing, input);
    case LINEAR_RULE:
        return rule_score_linear(rule, missing, input);
    case THREE_POINT_RULE:
        return rule_score_three_point(rule, missing, input);
    case STEPS_RULE:
        return rule_score_steps(rule, missing, input);
    case ADD_DEDUCT_RULE:
        return rule_score_add_deduct(rule, missing, input);
    case ACCRUAL_RULE:
        return rule_score_accrual(rule, missing, input);
    case VETO_RULE:
        return rule_score_veto(rule, input);
    case BAND_RULE:
        return rule_score_band(rule, missing, input);
    case OKR_RULE:
        return rule_score_okr(rule, missing, input);
    case RATING_RULE:
        return rule_score_rating(rule, missing, input);
    }
    DC_ASSERT(false);
    return (struct rule_score){0};
}

/* --- attainment, gap, total
 * ----------------------------------------------------------------------- */

bool
rule_attainment(enum quotient_form lower_better, const struct rule_input *input,
                struct dc_decimal *ret_percent)
{
    if (!rule_has_target(input) || !rule_has_data(input)) {
        return false;
    }
    struct quotient x = {.form = input->lower_is_better ? lower_better : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    if (x.form == QUOTIENT_INVERSE && quotient_sign(input->actual) <= 0) {
        return false;
    }
    return quotient_scale(&x, DC_DECIMAL_INT(100), 2, ret_percent);
}

/* Sign of A - T. */
static int
actual_against_target(const struct rule_input *input)
{
    struct quotient x = {
        .form = QUOTIENT_STRAIGHT, .actual = input->actual, .target = input->target};
    return quotient_cmp(&x, DC_DECIMAL_INT(1));
}

bool
rule_is_open(const struct rule_input *input)
{
    if (!rule_has_target(input) || !rule_has_data(input)) {
        return false;
    }
    int sign = actual_against_target(input);
    return input->lower_is_better ? sign > 0 : sign < 0;
}

bool
rule_gap(const struct rule_input *input, struct dc_decimal *ret_gap)
{
    if (!rule_has_target(input) || !rule_has_data(input)) {
        return false;
    }
    struct dc_decimal actual;
    if (!rule_is_open(input)) {
        *ret_gap = DC_DECIMAL_ZERO;
        return true;
    }
    if (dc_decimal_mul_div(input->actual.numerator, DC_DECIMAL_INT(1), input->actual.denominator,
                           DC_DECIMAL_PLACES, &actual, NULL) != DC_OK) {
        return false;
    }
    *ret_gap = input->lower_is_better ? dc_decimal_sub(actual, input->target)
                                      : dc_decimal_sub(input->target, actual);
    return true;
}

bool
rule_total(const struct rule_score *scores, const struct dc_decimal *weights, size_t count,
           int decimals, struct dc_decimal *ret_total)
{
    struct dc_decimal values[RULE_ITEMS_MAX];
    struct dc_decimal shares[RULE_ITEMS_MAX];
    DC_ASSERT(count <= RULE_ITEMS_MAX);
    struct dc_decimal present = DC_DECIMAL_ZERO;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (scores[i].scored) {
            values[used] = scores[i].score;
            shares[used] = weights[i];
            present = dc_decimal_add(present, weights[i]);
            used++;
        }
    }
    if (used == 0 || present.units == 0) {
        return false;
    }
    enum dc_code code =
        dc_decimal_weighted_sum(values, shares, used, present, decimals, ret_total, NULL);
    DC_ASSERT(code == DC_OK); /* a mean is not above its largest value */
    return true;
}

struct dc_decimal
rule_veto_total(struct dc_decimal total, struct dc_decimal highest, int decimals)
{
    return dc_decimal_min(total, dc_decimal_round(highest, decimals));
}
