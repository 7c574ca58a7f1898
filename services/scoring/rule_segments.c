/*
 * rule_segments.c - a period in segments: the mean of their scores by working days, with GMP, for it is
 * rounded once and no part of it before.
 */
#include "base/assert.h"
#include "rule_family.h"

#include <gmp.h>

static void
set_decimal(mpq_t value, struct dc_decimal decimal)
{
    mpz_set_int128(mpq_numref(value), decimal.units);
    mpz_set_ui(mpq_denref(value), DC_DECIMAL_ONE_UNITS);
    mpq_canonicalize(value);
}

static void
set_ratio(mpq_t value, struct dc_ratio ratio)
{
    mpz_set_int128(mpq_numref(value), ratio.numerator.units);
    mpz_set_int128(mpq_denref(value), ratio.denominator.units);
    mpq_canonicalize(value);
}

/* start + rise * (x - from) / run */
static void
set_line(mpq_t value, const struct rule_points *points)
{
    mpq_t term;
    mpq_init(term);
    set_ratio(value, points->x.actual);
    if (points->x.of_target) {
        set_decimal(term, points->x.target);
        mpq_div(value, value, term);
    }
    set_decimal(term, points->line.from);
    mpq_sub(value, value, term);
    set_decimal(term, points->line.rise);
    mpq_mul(value, value, term);
    set_decimal(term, points->line.run);
    mpq_div(value, value, term);
    mpz_set_int128(mpq_numref(term), points->line.start);
    mpz_set_int128(mpq_denref(term), EXACT_ONE);
    mpq_canonicalize(term);
    mpq_add(value, value, term);
    mpq_clear(term);
}

static void
set_quotient(mpq_t value, const struct rule_points *points)
{
    mpq_t term;
    mpq_init(term);
    set_ratio(value, points->quotient.actual);
    set_decimal(term, points->quotient.target);
    mpq_div(value, value, term);
    if (points->quotient.form == QUOTIENT_INVERSE) {
        mpq_inv(value, value);
    } else if (points->quotient.form == QUOTIENT_DIFFERENCE) {
        mpq_set_ui(term, 2, 1);
        mpq_sub(value, term, value);
    }
    set_decimal(term, points->factor);
    mpq_mul(value, value, term);
    mpq_clear(term);
}

static void
set_points(mpq_t value, const struct rule_points *points)
{
    switch (points->form) {
    case POINTS_FIXED:
        mpz_set_int128(mpq_numref(value), points->fixed);
        mpz_set_int128(mpq_denref(value), EXACT_ONE);
        mpq_canonicalize(value);
        break;
    case POINTS_LINE:
        set_line(value, points);
        break;
    case POINTS_QUOTIENT:
        set_quotient(value, points);
        break;
    }
}

/* Half away from zero. Scores stay far below 10^24, so the last step fits. */
static struct dc_decimal
round_half_up(const mpq_t value, int places)
{
    mpz_t top, bottom;
    unsigned long step = 1;
    mpz_inits(top, bottom, NULL);
    for (int i = 0; i < DC_DECIMAL_PLACES - places; i++) {
        step *= 10;
    }
    mpz_abs(top, mpq_numref(value));
    mpz_mul_ui(top, top, 2 * DC_DECIMAL_ONE_UNITS);
    mpz_mul_ui(bottom, mpq_denref(value), step);
    mpz_add(top, top, bottom);
    mpz_mul_ui(bottom, bottom, 2);
    mpz_fdiv_q(top, top, bottom);
    mpz_mul_ui(top, top, step);
    mpz_fdiv_q_2exp(bottom, top, 64);
    int128 units = ((int128)mpz_get_ui(bottom) << 64) | mpz_get_ui(top);
    struct dc_decimal rounded = {mpq_sgn(value) < 0 ? -units : units};
    mpz_clears(top, bottom, NULL);
    return rounded;
}

struct rule_score
rule_score_segments(const struct rule *rule, enum rule_missing missing,
                    const struct rule_segment *segments, size_t count, struct rule_score *ret_parts)
{
    DC_ASSERT(count > 0 && rule_wants_target(rule));
    struct rule_score last = {0};
    int64_t days = 0;
    mpq_t sum, part, weight;
    mpq_inits(sum, part, weight, NULL);
    for (size_t i = 0; i < count; i++) {
        struct rule_points points = {0};
        struct rule_input input = segments[i].input;
        DC_ASSERT(segments[i].days > 0);
        input.points = &points;
        last = rule_score_item(rule, missing, &input);
        if (ret_parts) {
            ret_parts[i] = last;
        }
        if (last.scored) {
            set_points(part, &points);
            mpq_set_si(weight, segments[i].days, 1);
            mpq_mul(part, part, weight);
            mpq_add(sum, sum, part);
            days += segments[i].days;
        }
    }
    if (count > 1 && days > 0) {
        mpq_set_si(weight, days, 1);
        mpq_div(sum, sum, weight);
        last = (struct rule_score){true, round_half_up(sum, rule->decimals), RULE_SEGMENTS};
    }
    mpq_clears(sum, part, weight, NULL);
    return last;
}
