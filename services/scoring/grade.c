/*
 * grade.c - grades and their coefficients by the table of a plan.
 */
#include "grade.h"

#include <string.h>

#include "base/assert.h"

int
grade_of(const struct grade_table *table, struct dc_decimal total)
{
    for (size_t i = 0; i + 1 < table->count; i++) {
        if (dc_decimal_cmp(total, table->rows[i].from) >= 0) {
            return (int)i + 1;
        }
    }
    return (int)table->count;
}

int
grade_find(const struct grade_table *table, const char *code)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].code, code) == 0) {
            return (int)i + 1;
        }
    }
    return 0;
}

int
grade_held(const struct grade_table *table, int grade, const char *highest)
{
    int limit = grade_find(table, highest);
    if (limit == 0) {
        limit = (int)table->count;
    }
    return grade > 0 && grade < limit ? limit : grade;
}

static enum dc_code
read_row(const Goals__GradeRow *message, bool last, struct grade_row *row, struct dc_error *error)
{
    row->code = message->grade;
    if (dc_decimal_parse(last ? "0" : message->from, &row->from, NULL) != DC_OK ||
        dc_decimal_parse(message->coefficient, &row->coefficient, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.grades",
                             "the grade %s has no number to begin at, or no coefficient",
                             message->grade);
    }
    return DC_OK;
}

enum dc_code
grade_table_read(const Goals__Plan *plan, struct dc_arena *arena, struct grade_table *ret_table,
                 struct dc_error *error)
{
    if (plan->n_grades > GRADE_ROWS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.grades", "at most %d rows",
                             GRADE_ROWS_MAX);
    }
    struct grade_row *rows = DC_NEW_ARRAY(arena, struct grade_row, plan->n_grades + 1);
    for (size_t i = 0; i < plan->n_grades; i++) {
        DC_TRY(read_row(plan->grades[i], i + 1 == plan->n_grades, &rows[i], error));
        rows[i].code = dc_arena_strdup(arena, rows[i].code);
        if (i > 0 && i + 1 < plan->n_grades &&
            dc_decimal_cmp(rows[i].from, rows[i - 1].from) >= 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.grades",
                                 "the grade %s does not begin below the one before", rows[i].code);
        }
    }
    *ret_table = (struct grade_table){rows, plan->n_grades};
    return DC_OK;
}
