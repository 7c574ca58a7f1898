/*
 * definition_rule.h - what the scoring rule of a plan item must be. Pure.
 *
 * Formulas and boundaries stand beside the messages in events.proto; here are the bounds, and the
 * sentences that say where one is left. The path of the field at fault names item, rule and row.
 */
#ifndef DC_GOALS_DEFINITION_RULE_H
#define DC_GOALS_DEFINITION_RULE_H

#include "definition.h"

/* Exactly one rule, within its bounds. A ratio's numbers are put into `items` at `at`. */
enum dc_code definition_check_rule(const Goals__PlanItem *item, size_t at,
                                   const Goals__Indicator *indicator,
                                   const struct definition_indicators *indicators,
                                   struct definition_items *items,
                                   struct dc_error *error) DC_MUST_CHECK;

#endif
