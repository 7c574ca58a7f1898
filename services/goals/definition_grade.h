/*
 * definition_grade.h - what the grade table and the distribution of a plan must be. Pure. The path
 * of the field at fault names the row; docs/grades.md says what they do.
 */
#ifndef DC_GOALS_DEFINITION_GRADE_H
#define DC_GOALS_DEFINITION_GRADE_H

#include "definition.h"

enum { GRADE_ROWS_MIN = 2, GRADE_ROWS_MAX = 20, GRADE_TEXT_MAX = 12 };

/* The table, the distribution, and the grades that vetoes name. */
enum dc_code definition_check_grades(const Goals__Plan *plan, struct dc_error *error) DC_MUST_CHECK;

#endif
