/*
 * alternative.h - one way the world could be: other plans in force, other targets. Pure, beside what
 * it was made from. The world as it is, is the alternative without changes.
 */
#ifndef SCORING_ALTERNATIVE_H
#define SCORING_ALTERNATIVE_H

#include "schemes.h"
#include "score.h"
#include "pace.h"
#include "sheet.h"

#include <dacheng/goals/v1/draft.pb-c.h>

struct alternative {
    const struct definitions *definitions;
    struct plans_in_force plans;
    struct schemes schemes;
    struct sheet **sheets; /* of the indicators whose targets it changes */
    size_t sheet_count;
    int64_t changed_targets;
    const int64_t *idle_plans; /* changed, but another version is in force on the last day */
    size_t idle_plan_count;
    const int64_t *moved_plans; /* the live version is not the one that the change starts from */
    size_t moved_plan_count;
    Goals__TargetChange *const *moved_targets; /* likewise */
    size_t moved_target_count;
    /* By which days what was done is spread where a cut is tried: */
    const struct pace_calendar *calendar;
    dc_date day; /* today, or the period's last day */
    int32_t estimated; /* owners of whom alternative_facts had to estimate */
};

/* A copy of the definitions with the changed plans as newer versions; what is in force on the day. */
enum dc_code alternative_plans(struct alternative *alternative, struct dc_arena *arena,
                               const struct definitions *live, const struct tree *tree,
                               dc_date last_day, Goals__PlanChange *const *changes, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;

/* Changes targets one after the other. `live`: a sheet for each indicator of the changes; they are
 * not touched. Errors are at "targets[i].<field>". */
enum dc_code alternative_targets(struct alternative *alternative, struct dc_arena *arena,
                                 struct sheet *const *live, size_t live_count,
                                 Goals__TargetChange *const *changes, size_t count,
                                 struct dc_error *error) DC_MUST_CHECK;

/* The owner's facts with the alternative's targets. What was done in a segment that was never counted is
 * what the counted ones leave, spread over the working days up to `day`; of a measure that does not add
 * up by days, the period's figure. */
struct facts alternative_facts(struct alternative *alternative, const struct facts *live,
                               int32_t owner_kind, int64_t owner_id, struct dc_arena *arena);

#endif
