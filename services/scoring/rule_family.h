/*
 * rule_family.h - what the rules' files share with rule.c; nobody else includes it.
 */
#ifndef SCORING_RULE_FAMILY_H
#define SCORING_RULE_FAMILY_H

#include "rule.h"

static inline bool
rule_has_data(const struct rule_input *input)
{
    return input->actual.denominator.units != 0;
}

static inline bool
rule_has_target(const struct rule_input *input)
{
    return input->has_target && input->target.units > 0;
}

/* Nothing to score by. */
struct rule_score rule_missing_item(enum rule_missing missing, enum rule_remark reason);
/* True when target (if wanted) and data are there; else what to answer. */
bool rule_is_ready(const struct rule_input *input, bool target, enum rule_missing missing,
                   struct rule_score *ret_score);
/* A value between bounds, rounded; the remark says which bound held it. */
struct rule_score rule_settle(const struct exact *value, int128 lowest, int128 highest,
                              int decimals);

/* A score before it is rounded. Zeroed it is 0 points. */
struct rule_points {
    enum { POINTS_FIXED, POINTS_LINE, POINTS_QUOTIENT } form;
    int128 fixed; /* 10^-12 */
    struct exact_line line;
    struct exact_x x; /* of the line */
    struct quotient quotient;
    struct dc_decimal factor; /* of the quotient */
};
/* The same of a point on a line, kept in input->points. */
struct rule_score rule_settle_line(const struct rule_input *input, const struct exact_line *line,
                                   const struct exact_x *x, int128 lowest, int128 highest,
                                   int decimals);
struct rule_score rule_fixed(const struct rule_input *input, int128 points, enum rule_remark remark,
                             int decimals);

/* A point of a target: the target itself, its floor or stretch, each as an amount or as a share. */
struct rule_end {
    bool known;
    struct exact_x x;         /* the actual in the same measure */
    struct dc_decimal end;    /* B or S */
    struct dc_decimal target; /* T, or 1 */
};
struct rule_end rule_end_of(const struct rule_input *input, bool has_amount,
                            struct dc_decimal amount, bool has_ratio, struct dc_decimal ratio);
/* The floor of a rule that wants one, when target and data are there and it is worse than the target;
 * else false, and what to answer. */
bool rule_has_floor(const struct rule_input *input, bool has_ratio, struct dc_decimal ratio,
                    enum rule_missing missing, struct rule_end *ret_floor,
                    struct rule_score *ret_score);
/* 1: a is better than b, -1: worse. */
int rule_compare(const struct rule_input *input, struct dc_decimal a, struct dc_decimal b);
int rule_compare_actual(const struct rule_input *input, const struct exact_x *x,
                        struct dc_decimal limit);
/* The x of a rule with a basis. */
struct exact_x rule_x(const struct rule_input *input, bool of_target);

struct rule_score rule_score_ratio(const struct rule *rule, enum rule_missing missing,
                                   const struct rule_input *input);
struct rule_score rule_score_linear(const struct rule *rule, enum rule_missing missing,
                                    const struct rule_input *input);
struct rule_score rule_score_three_point(const struct rule *rule, enum rule_missing missing,
                                         const struct rule_input *input);
struct rule_score rule_score_steps(const struct rule *rule, enum rule_missing missing,
                                   const struct rule_input *input);
struct rule_score rule_score_add_deduct(const struct rule *rule, enum rule_missing missing,
                                        const struct rule_input *input);
struct rule_score rule_score_accrual(const struct rule *rule, enum rule_missing missing,
                                     const struct rule_input *input);
struct rule_score rule_score_veto(const struct rule *rule, const struct rule_input *input);
struct rule_score rule_score_band(const struct rule *rule, enum rule_missing missing,
                                  const struct rule_input *input);
struct rule_score rule_score_okr(const struct rule *rule, enum rule_missing missing,
                                 const struct rule_input *input);
struct rule_score rule_score_rating(const struct rule *rule, enum rule_missing missing,
                                    const struct rule_input *input);

#endif
