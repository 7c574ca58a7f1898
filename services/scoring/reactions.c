/*
 * reactions.c - what scoring hears. A reaction stores what it was told and leaves word of what is
 * to be computed; the computing is a task's, so that the consumer is never held up by it.
 */
#include "scoring.h"
#include "store.h"

static enum dc_code
wake(struct dc_step *step, enum dc_code code)
{
    if (code == DC_OK) {
        dc_wake_on_commit(step, "score");
    }
    return code;
}

enum dc_code
scoring_on_measures_defined(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return wake(step, store_measures(step, (const Goals__MeasuresDefined *)delivery->body, error));
}

enum dc_code
scoring_on_indicators_defined(struct dc_step *step, const struct dc_delivery *delivery,
                              struct dc_error *error)
{
    return wake(step,
                store_indicators(step, (const Goals__IndicatorsDefined *)delivery->body, error));
}

enum dc_code
scoring_on_plan_changed(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    const Goals__PlanChanged *event = (const Goals__PlanChanged *)delivery->body;
    if (!event->plan) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan", "a plan is told whole");
    }
    return wake(step, store_plan(step, event->plan, error));
}

enum dc_code
scoring_on_targets_adjusted(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return wake(step, store_targets(step, (const Goals__TargetsAdjusted *)delivery->body, error));
}

enum dc_code
scoring_on_measures_changed(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return wake(step, store_totals(step, (const Ingest__MeasuresChanged *)delivery->body, error));
}

enum dc_code
scoring_on_calendar_changed(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return store_working_days(step, (const Workflow__CalendarChanged *)delivery->body, error);
}

enum dc_code
scoring_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                         struct dc_error *error)
{
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    return wake(step, store_units(step, (const Org__UnitsChanged *)delivery->body, error));
}

enum dc_code
scoring_on_people_changed(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    DC_TRY(dc_access_on_people_changed(step, delivery, error));
    return wake(step, store_people_moved(step, (const Org__PeopleChanged *)delivery->body, error));
}
