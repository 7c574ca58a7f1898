/*
 * grade.h - grades 等级 and their coefficients by the table of a plan. Pure.
 *
 * A table is rows from the best grade to the last; a total has the first row that it reaches, and
 * the last row takes what is below. So there are neither holes nor overlaps.
 */
#ifndef SCORING_GRADE_H
#define SCORING_GRADE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"

#include <dacheng/goals/v1/events.pb-c.h>

enum { GRADE_ROWS_MAX = 20 };

struct grade_row {
    const char *code;
    struct dc_decimal from; /* the last row: not used */
    struct dc_decimal coefficient;
};
struct grade_table {
    const struct grade_row *rows; /* best first */
    size_t count;                 /* 0 = there are no grades */
};

/* The number of a row, from 1; 0 of an empty table. */
int grade_of(const struct grade_table *table, struct dc_decimal total);
/* The row of a code; 0: there is none. */
int grade_find(const struct grade_table *table, const char *code);
/* The grade while a veto allows none better than `highest`; a code that the table does not have
 * allows only the last. */
int grade_held(const struct grade_table *table, int grade, const char *highest);

/* The table of a plan; INVALID_ARGUMENT: it is none. */
enum dc_code grade_table_read(const Goals__Plan *plan, struct dc_arena *arena,
                              struct grade_table *ret_table, struct dc_error *error) DC_MUST_CHECK;

#endif
