/*
 * rule.c - the scoring rules: ratio and total.
 */
#include "rule.h"

#include "base/assert.h"

static const struct {
    char letter;
    const char *code;
} remarks[] = {
#define X(name, letter, code) {letter, code},
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

static bool
has_data(const struct rule_input *input)
{
    return input->actual.denominator.units != 0;
}

static bool
has_target(const struct rule_input *input)
{
    return input->has_target && input->target.units > 0;
}

static struct rule_score
missing_item(enum rule_missing missing, enum rule_remark reason)
{
    if (missing == RULE_ZERO) {
        return (struct rule_score){.scored = true, .remark = RULE_ZERO_BY_POLICY};
    }
    return (struct rule_score){.scored = false, .remark = reason};
}

/* Full marks times a limit: the score at the cap or at the lower end. */
static struct dc_decimal
marks_at(const struct rule_ratio *rule, struct dc_decimal limit)
{
    struct dc_decimal score;
    enum dc_code code = dc_decimal_mul(rule->full_marks, limit, rule->decimals, &score, NULL);
    DC_ASSERT(code == DC_OK);
    return score;
}

static int
sign_of_actual(const struct rule_input *input)
{
    int sign = dc_decimal_sign(input->actual.numerator);
    return dc_decimal_sign(input->actual.denominator) < 0 ? -sign : sign;
}

struct rule_score
rule_score_item(const struct rule_ratio *rule, enum rule_missing missing,
                const struct rule_input *input)
{
    DC_ASSERT(missing == RULE_DROP || missing == RULE_ZERO);
    if (!has_target(input)) {
        return missing_item(missing, RULE_NO_TARGET);
    }
    if (!has_data(input)) {
        return missing_item(missing, RULE_NO_DATA);
    }
    struct quotient x = {.form = input->lower_is_better ? rule->lower_better : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    struct rule_score result = {.scored = true};
    /* T/A with nothing at all (or less) is better than any cap. */
    bool boundless = x.form == QUOTIENT_INVERSE && sign_of_actual(input) <= 0;
    if (rule->has_threshold && !boundless && quotient_cmp(&x, rule->threshold) < 0) {
        result.remark = RULE_BELOW_THRESHOLD;
        return result;
    }
    if (boundless || quotient_cmp(&x, rule->cap) > 0) {
        result.remark = RULE_CAPPED;
        result.score = marks_at(rule, rule->cap);
        return result;
    }
    if (quotient_cmp(&x, rule->lower) <= 0) {
        result.score = marks_at(rule, rule->lower);
        return result;
    }
    bool fits = quotient_scale(&x, rule->full_marks, rule->decimals, &result.score);
    DC_ASSERT(fits); /* not above full_marks * cap */
    return result;
}

bool
rule_attainment(enum quotient_form lower_better, const struct rule_input *input,
                struct dc_decimal *ret_percent)
{
    if (!has_target(input) || !has_data(input)) {
        return false;
    }
    struct quotient x = {.form = input->lower_is_better ? lower_better : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    if (x.form == QUOTIENT_INVERSE && sign_of_actual(input) <= 0) {
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
    if (!has_target(input) || !has_data(input)) {
        return false;
    }
    int sign = actual_against_target(input);
    return input->lower_is_better ? sign > 0 : sign < 0;
}

bool
rule_gap(const struct rule_input *input, struct dc_decimal *ret_gap)
{
    if (!has_target(input) || !has_data(input)) {
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
