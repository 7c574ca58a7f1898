/*
 * plan_read.h - a plan version as it is held in memory, out of its message. Pure.
 */
#ifndef SCORING_PLAN_READ_H
#define SCORING_PLAN_READ_H

#include "plan.h"

#include <dacheng/goals/v1/events.pb-c.h>

/* Items stand by indicator. Errors: INVALID_ARGUMENT for what nothing can be computed by. */
enum dc_code plan_read(const Goals__Plan *message, struct dc_arena *arena, struct plan *ret_plan,
                       struct dc_error *error) DC_MUST_CHECK;

#endif
