/*
 * definition_formula.h - what a measure that is a formula must be, and the conditions of a plan's
 * rules. Pure.
 *
 * A formula names measures by their codes, so a measure that one stands on keeps its code and
 * stays.
 */
#ifndef DC_GOALS_DEFINITION_FORMULA_H
#define DC_GOALS_DEFINITION_FORMULA_H

#include "definition.h"

/* Formulas stand on formulas at most so deep. */
enum { DEFINITION_FORMULA_DEPTH = 6 };

bool definition_is_formula(const Goals__Measure *measure);
/* Of any measure: a formula where it is made of one, and none elsewhere; no circle. */
enum dc_code definition_check_formula(const Goals__Measure *measure,
                                      const struct definition_measures *known,
                                      struct dc_error *error) DC_MUST_CHECK;
/* Conditions of vetoes and of what adds or deducts. */
enum dc_code definition_check_conditions(const Goals__Plan *plan,
                                         const struct definition_measures *measures,
                                         struct dc_error *error) DC_MUST_CHECK;
/* What stands on a measure that is to be retired or to have another code: formulas, and conditions
 * of the plans. */
enum dc_code definition_check_named(const Goals__Measure *measure,
                                    const struct definition_measures *known,
                                    Goals__Plan *const *plans, size_t plan_count,
                                    struct dc_error *error) DC_MUST_CHECK;

#endif
