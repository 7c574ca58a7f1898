/*
 * explain_family.h - what the files that explain rules share; nobody else includes it.
 */
#ifndef SCORING_EXPLAIN_FAMILY_H
#define SCORING_EXPLAIN_FAMILY_H

#include "explain_rule.h"
#include "rule_family.h"

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

/* An amount; in brackets when it is negative, as a term of a sum or a product. */
const char *explain_number(const struct subject *subject, struct dc_decimal value);
const char *explain_term(const struct subject *subject, struct dc_decimal value);
/* "= 0.5", or "≈ 0.333333". */
const char *explain_equals(const struct subject *subject, const struct exact *value);
const char *explain_points(const struct subject *subject, int128 points);
const char *explain_x_number(const struct subject *subject, const struct exact_x *x);
/* Which bound held the score. */
void explain_bounds(const struct subject *subject, int128 lowest, int128 highest);
/* The x of a rule with a basis; of a share the quotient is written out. */
struct exact_x explain_x(const struct subject *subject, bool of_target);

void explain_ratio(const struct subject *subject);
void explain_linear(const struct subject *subject);
void explain_three_point(const struct subject *subject);
void explain_steps(const struct subject *subject);
void explain_band(const struct subject *subject);
void explain_add_deduct(const struct subject *subject);
void explain_accrual(const struct subject *subject);
void explain_rating(const struct subject *subject);
void explain_veto(const struct subject *subject);

#endif
