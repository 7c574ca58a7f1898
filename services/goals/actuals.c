/*
 * actuals.c - what owners did, as ingest tells it. Goals keeps a copy of its own, because services do
 * not ask each other: targets are split by it, seasons are derived from it, and key results are fed
 * by it. Totals are gathered while a batch of events is read, and stored at its end by one statement
 * per tenant; then what objectives that they feed come to is told once a batch.
 */
#include <dacheng/ingest/v1/events.pb-c.h>

#include "goals.h"
#include "store_okr.h"
#include "told.h"

struct heard {
    struct heard *next;
    const Ingest__MeasuresChanged *event;
    int64_t tenant_id;
    bool stored;
};

/* What a batch has heard; in step->batch. */
struct batch {
    struct heard *first, **end;
};

enum dc_code
goals_on_measures_changed(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error __attribute__((unused)))
{
    struct batch *batch = step->batch;
    if (!batch) {
        batch = step->batch = DC_NEW(step->arena, struct batch);
        batch->end = &batch->first;
    }
    struct heard *heard = DC_NEW(step->arena, struct heard);
    heard->event = (const Ingest__MeasuresChanged *)delivery->body;
    heard->tenant_id = delivery->event->tenant_id;
    *batch->end = heard;
    batch->end = &heard->next;
    return DC_OK;
}

/* All that one tenant was told, as one list. */
static void
take_totals(struct dc_step *step, struct heard *first, Ingest__Total ***ret_totals,
            size_t *ret_count)
{
    size_t count = 0;
    for (const struct heard *each = first; each; each = each->next) {
        count += each->tenant_id == first->tenant_id ? each->event->n_totals : 0;
    }
    Ingest__Total **totals = DC_NEW_ARRAY(step->arena, Ingest__Total *, count + 1);
    *ret_totals = totals;
    *ret_count = count;
    for (struct heard *each = first; each; each = each->next) {
        if (each->tenant_id == first->tenant_id) {
            for (size_t i = 0; i < each->event->n_totals; i++) {
                *totals++ = each->event->totals[i];
            }
            each->stored = true;
        }
    }
}

static enum dc_code
store_tenant(struct dc_step *step, Ingest__Total *const *totals, size_t count,
             struct dc_error *error)
{
    struct store_okr_owner *fed;
    size_t fed_count;
    DC_TRY(dc_db_set_tenant(step->db, step->context->tenant_id, error));
    DC_TRY(store_okr_lock_feeds(step, true, error));
    DC_TRY(store_actuals(step, totals, count, &fed, &fed_count, error));
    return told_okr_fed(step, fed, fed_count, error);
}

enum dc_code
goals_store_heard(struct dc_step *step, struct dc_error *error)
{
    const struct batch *batch = step->batch;
    for (struct heard *each = batch ? batch->first : NULL; each; each = each->next) {
        if (!each->stored) {
            Ingest__Total **totals;
            size_t count;
            take_totals(step, each, &totals, &count);
            Kernel__Context context = *step->context;
            const Kernel__Context *before = step->context;
            context.tenant_id = each->tenant_id;
            step->context = &context;
            enum dc_code code = count > 0 ? store_tenant(step, totals, count, error) : DC_OK;
            step->context = before;
            DC_TRY(code);
        }
    }
    return DC_OK;
}
