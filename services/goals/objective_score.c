/* What key results, objectives and owners come to. */
#include "objective_score.h"

#include <gmp.h>
#include <string.h>

#include "base/assert.h"

/* --- points of a key result ---------------------------------------------------------------------
 */

/* Of checked messages and of totals as they are kept. */
static void
set(mpq_t ret_value, const char *text)
{
    struct dc_decimal value;
    enum dc_code code = dc_decimal_parse(text, &value, NULL);
    DC_ASSERT(code == DC_OK);
    bool negative = value.units < 0;
    unsigned __int128 units = negative ? -(unsigned __int128)value.units : (unsigned __int128)value.units;
    mpz_set_ui(mpq_numref(ret_value), (unsigned long)(units >> 64));
    mpz_mul_2exp(mpq_numref(ret_value), mpq_numref(ret_value), 64);
    mpz_add_ui(mpq_numref(ret_value), mpq_numref(ret_value), (unsigned long)units);
    if (negative) {
        mpz_neg(mpq_numref(ret_value), mpq_numref(ret_value));
    }
    mpz_set_ui(mpq_denref(ret_value), DC_DECIMAL_ONE_UNITS);
    mpq_canonicalize(ret_value);
}

struct point {
    const char *at;    /* a value */
    const char *score; /* what it comes to */
};

static size_t
points_of(const Goals__KeyResult *kr, struct point points[4])
{
    size_t count = 0;
    points[count++] = (struct point){kr->start, "0"};
    if (kr->commit[0]) {
        points[count++] = (struct point){kr->commit, kr->commit_score};
    }
    points[count++] = (struct point){kr->target, kr->stretch[0] ? kr->target_score : "1"};
    if (kr->stretch[0]) {
        points[count++] = (struct point){kr->stretch, "1"};
    }
    return count;
}

/* On the straight line from a to b. */
static void
on_line(const struct point *a, const struct point *b, mpq_t value, mpq_t ret_score)
{
    mpq_t from, to, low, high;
    mpq_inits(from, to, low, high, NULL);
    set(from, a->at);
    set(to, b->at);
    set(low, a->score);
    set(high, b->score);
    mpq_sub(high, high, low);
    mpq_sub(to, to, from);
    mpq_sub(ret_score, value, from);
    mpq_div(ret_score, ret_score, to);
    mpq_mul(ret_score, ret_score, high);
    mpq_add(ret_score, ret_score, low);
    mpq_clears(from, to, low, high, NULL);
}

static void
metric(const Goals__KeyResult *kr, mpq_t value, mpq_t ret_score)
{
    struct point points[4];
    size_t count = points_of(kr, points);
    mpq_t end, start;
    mpq_inits(end, start, NULL);
    set(start, kr->start);
    set(end, kr->target);
    int way = mpq_cmp(end, start); /* above 0: more is better */
    int from_start = mpq_cmp(value, start);
    mpq_set_si(ret_score, 0, 1);
    if (way > 0 ? from_start > 0 : from_start < 0) {
        mpq_set_si(ret_score, 1, 1);
        for (size_t i = 1; i < count; i++) {
            set(end, points[i].at);
            int past = mpq_cmp(value, end);
            if (way > 0 ? past <= 0 : past >= 0) {
                on_line(&points[i - 1], &points[i], value, ret_score);
                break;
            }
        }
    }
    mpq_clears(end, start, NULL);
}

static void
score_at(const Goals__KeyResult *kr, const char *text, mpq_t ret_score)
{
    mpq_set_si(ret_score, 0, 1);
    if (text[0] == '\0') {
        return;
    }
    mpq_t value;
    mpq_init(value);
    set(value, text);
    if (kr->kind == GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC) {
        metric(kr, value, ret_score);
    } else if (kr->kind == GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_DONE) {
        mpq_set_si(ret_score, mpq_sgn(value) > 0, 1);
    } else {
        long reached = mpz_get_si(mpq_numref(value)); /* a whole number */
        if (reached > 0 && (size_t)reached <= kr->n_milestones) {
            set(ret_score, kr->milestones[reached - 1]->score);
        }
    }
    mpq_clear(value);
}

/* As it stands: by the exact fraction that it is fed, else as it was last checked in. */
static void
score_now(const Goals__KeyResult *kr, mpq_t ret_score)
{
    if (kr->measure_id == 0) {
        score_at(kr, kr->value, ret_score);
        return;
    }
    mpq_t value, below;
    mpq_inits(value, below, NULL);
    mpq_set_si(ret_score, 0, 1);
    if (kr->denominator[0]) {
        set(value, kr->numerator);
        set(below, kr->denominator);
    }
    if (mpq_sgn(below) != 0) {
        mpq_div(value, value, below);
        metric(kr, value, ret_score);
    }
    mpq_clears(value, below, NULL);
}

/* --- means --------------------------------------------------------------------------------------
 */

/* A mean by weights, while it is gathered. */
struct mean {
    mpq_t sum, weights, weight;
};

static void
mean_init(struct mean *mean)
{
    mpq_inits(mean->sum, mean->weights, mean->weight, NULL);
}

static void
mean_add(struct mean *mean, mpq_t value, const char *weight)
{
    set(mean->weight, weight);
    mpq_add(mean->weights, mean->weights, mean->weight);
    mpq_mul(mean->weight, mean->weight, value);
    mpq_add(mean->sum, mean->sum, mean->weight);
}

/* False: nothing was added. */
static bool
mean_release(struct mean *mean, mpq_t ret_value)
{
    bool any = mpq_sgn(mean->weights) > 0;
    if (any) {
        mpq_div(ret_value, mean->sum, mean->weights);
    }
    mpq_clears(mean->sum, mean->weights, mean->weight, NULL);
    return any;
}

static void
score_objective(const Goals__Objective *objective, mpq_t ret_score)
{
    struct mean mean;
    mpq_t score;
    mean_init(&mean);
    mpq_init(score);
    for (size_t i = 0; i < objective->n_key_results; i++) {
        const Goals__KeyResult *kr = objective->key_results[i];
        score_now(kr, score);
        mean_add(&mean, score, kr->weight);
    }
    bool any = mean_release(&mean, ret_score);
    DC_ASSERT(any);
    mpq_clear(score);
}

static bool
score_owner(Goals__Objective *const *objectives, size_t count, mpq_t ret_score)
{
    struct mean mean;
    mpq_t score;
    mean_init(&mean);
    mpq_init(score);
    for (size_t i = 0; i < count; i++) {
        if (objectives[i]->state == GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED) {
            score_objective(objectives[i], score);
            mean_add(&mean, score, objectives[i]->weight);
        }
    }
    mpq_clear(score);
    return mean_release(&mean, ret_score);
}

/* --- as text, and as it is told -----------------------------------------------------------------
 */

/* Half-up to six places; 0 <= value <= 1. */
static char *
shown(struct dc_arena *arena, mpq_t value)
{
    char text[DC_DECIMAL_TEXT];
    mpz_t top, bottom;
    mpz_inits(top, bottom, NULL);
    mpz_mul_ui(top, mpq_numref(value), 2 * DC_DECIMAL_ONE_UNITS);
    mpz_add(top, top, mpq_denref(value));
    mpz_mul_ui(bottom, mpq_denref(value), 2);
    mpz_fdiv_q(top, top, bottom);
    struct dc_decimal rounded = {mpz_get_si(top)};
    mpz_clears(top, bottom, NULL);
    return dc_arena_strdup(arena, dc_decimal_format(rounded, text));
}

char *
objective_score_at(struct dc_arena *arena, const Goals__KeyResult *key_result, const char *value)
{
    mpq_t score;
    mpq_init(score);
    score_at(key_result, value, score);
    char *text = shown(arena, score);
    mpq_clear(score);
    return text;
}

void
objective_score_show(struct dc_arena *arena, Goals__Objective *objective)
{
    mpq_t score;
    mpq_init(score);
    for (size_t i = 0; i < objective->n_key_results; i++) {
        Goals__KeyResult *kr = objective->key_results[i];
        score_now(kr, score);
        kr->score = shown(arena, score);
    }
    score_objective(objective, score);
    objective->score = shown(arena, score);
    mpq_clear(score);
}

char *
objective_score_owner_shown(struct dc_arena *arena, Goals__Objective *const *objectives,
                            size_t count)
{
    mpq_t score;
    mpq_init(score);
    char *text =
        score_owner(objectives, count, score) ? shown(arena, score) : dc_arena_strdup(arena, "");
    mpq_clear(score);
    return text;
}

/* Half of what both parts of a told fraction stay below, in millionths. */
#define HALF "499999999999999999999999"

/* Replaces n/d, in lowest terms with d above 2 * HALF, by the fraction in the middle of its two
 * neighbours among the fractions with up to HALF below the line: a fraction between them is on the
 * same side of each of those as n/d. By continued fractions (Hardy and Wright, chapter 10): the
 * neighbours are a convergent h1/k1 and the last of the fractions (h2 + t h1)/(k2 + t k1) within
 * HALF. */
static void
replace(mpz_t n, mpz_t d)
{
    mpz_t h1, k1, h2, k2, part, next, half;
    mpz_inits(h1, k1, h2, k2, part, next, half, NULL);
    mpz_set_ui(h1, 1);
    mpz_set_ui(k2, 1);
    mpz_set_str(half, HALF, 10);
    while (mpz_cmp(k1, half) <= 0) {
        mpz_fdiv_qr(part, n, n, d); /* n is the rest */
        mpz_swap(n, d);
        mpz_set(next, h2);
        mpz_addmul(next, part, h1);
        mpz_swap(h2, h1);
        mpz_swap(h1, next);
        mpz_set(next, k2);
        mpz_addmul(next, part, k1);
        mpz_swap(k2, k1);
        mpz_swap(k1, next);
    }
    /* (h1, k1) is past HALF; (h2, k2) the convergent before, `part` steps of it led here. */
    mpz_submul(h1, part, h2);
    mpz_submul(k1, part, k2);
    mpz_sub(part, half, k1);
    mpz_fdiv_q(part, part, k2);
    mpz_add_ui(part, part, 1);
    mpz_set(n, h1);
    mpz_addmul(n, part, h2);
    mpz_set(d, k1);
    mpz_addmul(d, part, k2);
    mpz_clears(h1, k1, h2, k2, part, next, half, NULL);
}

static struct dc_decimal
units(const mpz_t value, __int128 each)
{
    mpz_t high;
    mpz_init(high);
    mpz_fdiv_q_2exp(high, value, 64);
    __int128 whole = ((__int128)mpz_get_ui(high) << 64) | mpz_get_ui(value);
    mpz_clear(high);
    return (struct dc_decimal){whole * each};
}

/* As one number where it has six places, else over a whole number where both fit. */
static struct dc_ratio
fit(mpq_t value)
{
    mpz_t n, d, most;
    struct dc_ratio ratio;
    mpz_init_set(n, mpq_numref(value));
    mpz_init_set(d, mpq_denref(value));
    mpz_init(most);
    mpz_ui_pow_ui(most, 10, 24);
    if (mpz_cmp(d, most) >= 0) {
        replace(n, d);
    }
    mpz_set_ui(most, DC_DECIMAL_ONE_UNITS);
    if (mpz_divisible_p(most, d)) {
        mpz_divexact(most, most, d);
        mpz_mul(n, n, most);
        ratio = (struct dc_ratio){units(n, 1), DC_DECIMAL_INT(1)};
    } else {
        mpz_ui_pow_ui(most, 10, 18);
        __int128 each = mpz_cmp(d, most) < 0 ? DC_DECIMAL_ONE_UNITS : 1;
        ratio = (struct dc_ratio){units(n, each), units(d, each)};
    }
    mpz_clears(n, d, most, NULL);
    return ratio;
}

struct dc_ratio
objective_score_fit(const char *numerator, const char *denominator)
{
    mpq_t value;
    mpq_init(value);
    mpz_set_str(mpq_numref(value), numerator, 10);
    mpz_set_str(mpq_denref(value), denominator, 10);
    mpq_canonicalize(value);
    struct dc_ratio ratio = fit(value);
    mpq_clear(value);
    return ratio;
}

struct dc_ratio
objective_score_owner(Goals__Objective *const *objectives, size_t count)
{
    struct dc_ratio ratio = {DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    mpq_t score;
    mpq_init(score);
    if (score_owner(objectives, count, score)) {
        ratio = fit(score);
    }
    mpq_clear(score);
    return ratio;
}
