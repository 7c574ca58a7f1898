/* reactions.c - what reviews hears. Reading a log again comes to the same state. */
#include <stdio.h>
#include <string.h>

#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#include "handlers.h"

/* In the name of the tenant of the event. */
static void
as_tenant(struct dc_step *step, const struct dc_delivery *delivery, Kernel__Context *context)
{
    *context = *step->context;
    context->tenant_id = delivery->event->tenant_id;
    step->context = context;
}

/* A tenant that is heard of for the first time gets the forms that are shipped. */
static enum dc_code
install_forms(struct dc_step *step, int64_t tenant_id, struct dc_error *error)
{
    Reviews__Form **shipped, **known;
    size_t count, known_count;
    DC_TRY(store_forms(step, &known, &known_count, error));
    count = form_shipped(step->arena, &shipped);
    for (size_t i = 0; known_count == 0 && i < count; i++) {
        DC_TRY(store_save_form(step, tenant_id, shipped[i], error));
    }
    return DC_OK;
}

enum dc_code
reviews_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                         struct dc_error *error)
{
    const Org__UnitsChanged *event = (const Org__UnitsChanged *)delivery->body;
    const Kernel__Context *before = step->context;
    Kernel__Context context;
    bool root = false;
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    for (size_t i = 0; i < event->n_units; i++) {
        root |= event->units[i]->parent_id == 0;
    }
    if (!root) {
        return DC_OK;
    }
    as_tenant(step, delivery, &context);
    enum dc_code code = install_forms(step, context.tenant_id, error);
    step->context = before;
    return code;
}

enum dc_code
reviews_on_measures_defined(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    return store_measures(step, delivery->event->tenant_id,
                          (const Goals__MeasuresDefined *)delivery->body, error);
}

/* A rater was excused, by himself or by whom the task moved up to: what he has not given lapses. */
static enum dc_code
excuse(struct dc_step *step, const Workflow__Case *ended, struct dc_error *error)
{
    long long round_id, rater_id;
    Reviews__Round *round;
    if (strcmp(ended->outcome_kind, "skip") != 0 ||
        sscanf(ended->reference, "reviews/round/%lld/%lld/", &round_id, &rater_id) != 2) {
        return DC_OK;
    }
    DC_TRY(store_round(step, round_id, STORE_SHARE, &round, error));
    if (!round || round->state != REVIEWS__ROUND_STATE__ROUND_STATE_OPEN) {
        return DC_OK;
    }
    int64_t rater = rater_id;
    DC_TRY(store_lapse(step, round_id, rater, ended->reason, error));
    return finish(step, round_id, &rater, 1, error);
}

enum dc_code
reviews_on_cases_ended(struct dc_step *step, const struct dc_delivery *delivery,
                       struct dc_error *error)
{
    const Workflow__CasesEnded *event = (const Workflow__CasesEnded *)delivery->body;
    const Kernel__Context *before = step->context;
    Kernel__Context context;
    enum dc_code code = DC_OK;
    as_tenant(step, delivery, &context);
    for (size_t i = 0; code == DC_OK && i < event->n_cases; i++) {
        code = excuse(step, event->cases[i], error);
    }
    step->context = before;
    return code;
}
