/*
 * rule_read.h - a plan item's rule out of its message, checked against the bounds of rule.h.
 *
 * goals has refused what is wrong with a sentence for people; here it is enough that nothing can be
 * computed by a rule that is out of bounds.
 */
#ifndef SCORING_RULE_READ_H
#define SCORING_RULE_READ_H

#include "base/arena.h"
#include "rule.h"

#include <dacheng/goals/v1/events.pb-c.h>

/* `lists` keeps rows and terms. Errors: INVALID_ARGUMENT. */
enum dc_code rule_read(const Goals__PlanItem *item, struct dc_arena *lists, struct rule *ret_rule,
                       struct dc_error *error) DC_MUST_CHECK;

#endif
