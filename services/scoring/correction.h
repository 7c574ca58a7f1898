/*
 * correction.h - what correcting one line of a published result comes to. Pure.
 *
 * The line is scored by the plan version that the result was published by, with the corrected value
 * instead of its actual, or has the corrected score. Total, grade by the table and coefficient
 * follow by the same plan versions. A calibrated grade goes along by as many rows as the grade by the
 * table moves. The rank, and everybody else's result, stay.
 */
#ifndef SCORING_CORRECTION_H
#define SCORING_CORRECTION_H

#include "views.h"

/* A result as it was published, or as an earlier correction made it. */
struct published {
    struct person_view view; /* items, remarks, total, grade, facts */
    const char *table_grade; /* "" = no grades */
    int64_t version, position, publication_id;
    /* Lines that are corrected already. */
    const int64_t *corrected_ids;
    const struct dc_decimal *corrected_values; /* 0 where not by value */
    const bool *corrected_by_value;
    size_t corrected_count;
};

struct correction {
    int64_t indicator_id;
    bool by_value;
    struct dc_decimal figure; /* the corrected value, or the score itself */
};

/* What may be stated of a line. */
struct correction_bounds {
    bool by_value;
    bool by_score;
    struct dc_decimal lowest, highest; /* of a score */
};

struct corrected {
    size_t line; /* of the view's items */
    struct rule_score before, after;
    struct dc_decimal *scores; /* of all lines, as the view has them */
    char *remarks;
    struct maybe total;
    const struct grade_table *table; /* NULL: no grades */
    const char *table_grade, *grade;
    struct maybe coefficient;
    bool primary; /* the line is the primary indicator's, corrected by value: these are others too */
    struct maybe actual, attainment;
};

/* NOT_FOUND: the result has no such line. */
enum dc_code correction_bounds_of(const struct published *published, int64_t indicator_id,
                                  const struct definitions *definitions,
                                  struct correction_bounds *ret_bounds,
                                  struct dc_error *error) DC_MUST_CHECK;
/* INVALID_ARGUMENT, with what is allowed: outside the bounds; FAILED_PRECONDITION: it would change
 * nothing. */
enum dc_code correct(const struct published *published, const struct correction *correction,
                     const struct definitions *definitions, struct dc_arena *arena,
                     struct corrected *ret_corrected, struct dc_error *error) DC_MUST_CHECK;

#endif
