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
    /* Of targets whose period is cut, in the order of indicators and days. */
    const struct facts_segment *segments;
    size_t segment_count;
};
struct facts_segment {
    int64_t indicator_id;
    dc_date from, to;
    int64_t days;                             /* working days; 0: nothing is to be done in it */
    struct dc_decimal target, floor, stretch; /* as said for the whole period; -1 = none */
    bool told;                                /* what was done in it is known */
    struct dc_ratio actual;
};
/* Those of an indicator; none: it is not cut. */
const struct facts_segment *facts_segments(const struct facts *facts, int64_t indicator_id,
                                           size_t *ret_count);

/* A number that may be missing. */
struct maybe {
    bool known;
    struct dc_decimal value;
};

/*
 * Of an item that is scored in segments: what the rule is given for each. Of a target that adds up a
 * segment's share is T * days / all days; that A is against it as A * all days / days is against T keeps
 * it exact. False: the target is not cut, the rule does not look at it, or what was done in a segment is
 * not told yet (a moment after the cut): then the item is scored over the whole period against the
 * target that the segments come to. There is room for SEGMENTS_MAX.
 */
bool facts_rule_segments(const struct facts *facts, const struct indicator *indicator,
                         const struct rule *rule, struct rule_segment *ret_segments,
                         size_t *ret_count);

/* What the rule is given for an indicator; of a target that is cut the mean of its figures by working
 * days, which for one that adds up is what its shares come to. A sum or a count without any record is 0 of 1 (who sold
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
