/* What ingest learns from org and goals. */
#include "handlers.h"
#include "store.h"

enum dc_code
ingest_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                        struct dc_error *error)
{
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    Kernel__Context context = *step->context;
    context.tenant_id = delivery->event->tenant_id;
    const Kernel__Context *before = step->context;
    step->context = &context;
    dc_date today = dc_date_of(delivery->event->at_us, ingest_utc_offset(step));
    enum dc_code code = store_refresh_paths(step, today, error);
    step->context = before;
    return code;
}

enum dc_code
ingest_on_measures_defined(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Goals__MeasuresDefined *defined = (const Goals__MeasuresDefined *)delivery->body;
    Kernel__Context context = *step->context;
    context.tenant_id = delivery->event->tenant_id;
    const Kernel__Context *before = step->context;
    step->context = &context;
    enum dc_code code = DC_OK;
    for (size_t i = 0; code == DC_OK && i < defined->n_measures; i++) {
        code = store_measure(step, defined->measures[i], error);
    }
    step->context = before;
    dc_wake_on_commit(step, "count");
    return code;
}
