/*
 * reactions.c - what scoring hears. A reaction stores what it was told and leaves word of what is
 * to be computed; the computing is a task's, so that the consumer is never held up by it.
 */
#include "scoring.h"
#include "segments.h"
#include "store.h"

#include <dacheng/reviews/v1/events.pb-c.h>

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
    const Goals__TargetsAdjusted *event = (const Goals__TargetsAdjusted *)delivery->body;
    DC_TRY(segments_store(step, event, error));
    return wake(step, store_targets(step, event, error));
}

enum dc_code
scoring_on_measures_changed(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Ingest__MeasuresChanged *event = (const Ingest__MeasuresChanged *)delivery->body;
    DC_TRY(segments_store_actuals(step, event, error));
    return wake(step, store_totals(step, event, error));
}

/* A rating is stored as any other total: by measure, period and person, the newest version wins. */
enum dc_code
scoring_on_ratings_closed(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    const Reviews__RatingsClosed *event = (const Reviews__RatingsClosed *)delivery->body;
    Ingest__MeasuresChanged totals = INGEST__MEASURES_CHANGED__INIT;
    totals.totals = DC_NEW_ARRAY(step->arena, Ingest__Total *, event->n_results + 1);
    for (size_t i = 0; event->measure_id != 0 && i < event->n_results; i++) {
        const Reviews__RatingResult *result = event->results[i];
        Ingest__Total *total = DC_NEW_MESSAGE(step->arena, Ingest__Total, ingest__total__init);
        total->measure_id = event->measure_id;
        total->owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        total->owner_id = result->person_id;
        total->period = event->period;
        total->numerator = result->numerator;
        total->denominator = result->denominator;
        total->version = result->version;
        totals.totals[totals.n_totals++] = total;
    }
    return wake(step, store_totals(step, &totals, error));
}

enum dc_code
scoring_on_actuals_told(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    return wake(step, store_told(step, (const Goals__ActualsTold *)delivery->body, error));
}

enum dc_code
scoring_on_calendar_changed(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return wake(step, store_working_days(step, (const Workflow__CalendarChanged *)delivery->body,
                                         error));
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
