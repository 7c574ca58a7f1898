/*
 * explain_plan.h - why a weight and a rule are those of this plan, in Chinese and in English. Pure.
 */
#ifndef SCORING_EXPLAIN_PLAN_H
#define SCORING_EXPLAIN_PLAN_H

#include "base/arena.h"
#include "base/time.h"

#include <dacheng/goals/v1/events.pb-c.h>

struct plan_why {
    const Goals__Plan *plan;
    const Goals__PlanItem *item;
    const char *unit_name;      /* of the plan's scope */
    const char *author_name;    /* "" = the account is shown */
    int32_t utc_offset_seconds; /* for the day on which it was set */
};
struct plan_sentences {
    char *zh, *en;
};
struct plan_sentences explain_plan(struct dc_arena *arena, const struct plan_why *words);

#endif
