/*
 * score.h - the score of one person in one period, from actuals and targets. Pure.
 */
#ifndef SCORING_SCORE_H
#define SCORING_SCORE_H

#include "plan.h"

/* What is known of an owner in a period: rows of the tables actual and target. */
struct facts {
    const int64_t *measure_ids;
    const struct dc_decimal *numerators;
    const struct dc_decimal *denominators;
    size_t measure_count;
    const int64_t *indicator_ids;
    const struct dc_decimal *targets; /* 0 = none, or removed */
    size_t target_count;
    const struct dc_decimal *floors; /* -1 = none; NULL: not read, for no rule wants them */
    const struct dc_decimal *stretches;
};

/* A number that may be missing. */
struct maybe {
    bool known;
    struct dc_decimal value;
};

/* What the rule is given for an indicator. A sum or a count without any record is 0 of 1 (who sold
 * nothing has sold nothing); an average or a ratio without any is no data. */
struct rule_input facts_input(const struct facts *facts, const struct definitions *definitions,
                              const struct indicator *indicator);
/* The same with what the rule asks for beyond it: the counts of its terms. */
struct rule_input facts_rule_input(const struct facts *facts, const struct definitions *definitions,
                                   const struct indicator *indicator, const struct rule *rule,
                                   struct dc_arena *arena);
/* An actual as one number, for showing: a ratio rounded to six places. */
struct maybe facts_actual(const struct rule_input *input);

struct score {
    const struct scheme *scheme;
    struct rule_score *items; /* by the scheme */
    struct maybe total;
    int grade;               /* row of the table of scheme->graded_by; 0 = none */
    struct maybe attainment; /* of the primary indicator, percent */
    struct maybe actual;
    struct maybe target;
    int open_items;
    int64_t inputs; /* fingerprint of every actual and target that went in */
};

/* `primary`: the tenant's primary indicator or NULL. */
void score_person(struct score *ret_score, struct dc_arena *arena, const struct scheme *scheme,
                  const struct facts *facts, const struct definitions *definitions,
                  const struct indicator *primary);

/* What the scored items of a scheme come to: the total, and its row of the grade table (0 = none),
 * while the vetoes among them hold. */
void score_finish(const struct scheme *scheme, const struct rule_score *items,
                  struct maybe *ret_total, int *ret_grade);
/* The grade as far as these vetoes allow it. */
int score_held(const struct scheme *scheme, const struct rule_score *items, int grade);

/* The figures of a unit by one indicator: units have no plan, so lower-is-better is 2 - A/T. */
struct figures {
    struct maybe actual;
    struct maybe target;
    struct maybe attainment;
    int64_t inputs; /* over all indicators */
};
void figures_of_unit(struct figures *ret_figures, const struct facts *facts,
                     const struct definitions *definitions, const struct indicator *primary);

#endif
