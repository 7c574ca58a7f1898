/*
 * hearing.c - events are kept for the webhooks that want them and may see them. A batch's events
 * are gathered, and at its end what their owners may see is asked once for all of them, tenant by
 * tenant.
 */
#include <stdlib.h>
#include <string.h>

#include "edge/registry.h"
#include "edge/wire_check.h"
#include "handlers.h"

struct gathered {
    const Kernel__Event *event;
    const ProtobufCMessageDescriptor *descriptor;
    bool taken;
    struct gathered *next;
};

struct batch {
    struct gathered *first, **end;
    size_t count;
};

static bool
may_be_heard(const Kernel__Event *event)
{
    char subject[256];
    snprintf(subject, sizeof(subject), "%s.%s", event->stream, event->type);
    return event->tenant_id != 0 && strcmp(event->type, "AccessRecorded") != 0 &&
           webhooks_may_hear(subject);
}

enum dc_code
webhooks_on_event(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    (void)error;
    const Kernel__Event *event = delivery->event;
    const ProtobufCMessageDescriptor *descriptor = dc_registry_event(event->stream, event->type);
    if (!descriptor || !may_be_heard(event)) {
        return DC_OK; /* newer than this program, or not for outside */
    }
    struct batch *batch = step->batch;
    if (!batch) {
        batch = step->batch = DC_NEW(step->arena, struct batch);
        batch->end = &batch->first;
    }
    struct gathered *gathered = DC_NEW(step->arena, struct gathered);
    gathered->event = event;
    gathered->descriptor = descriptor;
    *batch->end = gathered;
    batch->end = &gathered->next;
    batch->count++;
    return DC_OK;
}

static bool
wants(const struct store_hearer *hearer, const Kernel__Event *event)
{
    char subject[256];
    snprintf(subject, sizeof(subject), "%s.%s", event->stream, event->type);
    for (size_t i = 0; i < hearer->pattern_count; i++) {
        if (dc_subject_matches(hearer->patterns[i], subject)) {
            return true;
        }
    }
    return false;
}

/* The event's body for this webhook; false: it may see nothing of it. */
static enum dc_code
body_for(struct dc_step *step, const struct store_hearer *hearer, const struct gathered *gathered,
         struct dc_bytes *ret_body, bool *ret_sees, struct dc_error *error)
{
    const ProtobufCBinaryData *body = &gathered->event->body;
    *ret_sees = hearer->all;
    *ret_body = (struct dc_bytes){body->data ? body->data : (const uint8_t *)"", body->len};
    if (hearer->all) {
        return DC_OK;
    }
    ProtobufCMessage *message;
    uint8_t *packed;
    DC_TRY(
        dc_wire_unpack(gathered->descriptor, body->data, body->len, step->arena, &message, error));
    *ret_sees = prune(message, &hearer->reach);
    if (*ret_sees) {
        dc_wire_pack(message, step->arena, &packed, &ret_body->size);
        ret_body->data = packed;
    }
    return DC_OK;
}

/* The events of one tenant, from `first` on. */
static enum dc_code
keep_for_tenant(struct dc_step *step, struct gathered *first, size_t most, struct dc_error *error)
{
    int64_t tenant_id = first->event->tenant_id;
    struct prune_named named = {.arena = step->arena};
    for (struct gathered *each = first; each; each = each->next) {
        ProtobufCMessage *message;
        if (each->event->tenant_id == tenant_id) {
            DC_TRY(dc_wire_unpack(each->descriptor, each->event->body.data, each->event->body.len,
                                  step->arena, &message, error));
            prune_collect(message, &named);
        }
    }
    struct store_hearer *hearers;
    size_t hearer_count, count = 0;
    DC_TRY(dc_db_set_tenant(step->db, tenant_id, error));
    DC_TRY(store_hearers(step, tenant_id, &named, &hearers, &hearer_count, error));
    struct store_kept *kept = DC_NEW_ARRAY(step->arena, struct store_kept, most * hearer_count + 1);
    for (struct gathered *each = first; each; each = each->next) {
        if (each->event->tenant_id != tenant_id) {
            continue;
        }
        each->taken = true;
        for (size_t i = 0; i < hearer_count; i++) {
            bool sees = false;
            if (wants(&hearers[i], each->event)) {
                DC_TRY(body_for(step, &hearers[i], each, &kept[count].body, &sees, error));
            }
            if (sees) {
                kept[count].webhook_id = hearers[i].id;
                kept[count++].event = each->event;
            }
        }
    }
    if (count > 0) {
        dc_wake_on_commit(step, "deliver");
        DC_TRY(store_keep(step, tenant_id, kept, count, error));
    }
    return DC_OK;
}

enum dc_code
webhooks_batch_end(struct dc_step *step, struct dc_error *error)
{
    const struct batch *batch = step->batch;
    for (struct gathered *each = batch ? batch->first : NULL; each; each = each->next) {
        if (!each->taken) {
            DC_TRY(keep_for_tenant(step, each, batch->count, error));
        }
    }
    return DC_OK;
}

/* Whoever saved a webhook must still be allowed to see what it is sent. */
enum dc_code
webhooks_on_grants_changed(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Org__GrantsChanged *changed = (const Org__GrantsChanged *)delivery->body;
    int64_t tenant_id = delivery->event->tenant_id;
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, changed->n_grants + 1);
    size_t count = 0;
    bool whole = false;
    for (size_t i = 0; i < changed->n_grants; i++) {
        const Kernel__Grant *grant = changed->grants[i];
        if (grant->role != KERNEL__ROLE__ROLE_SUPERVISOR) {
            continue;
        }
        whole |= grant->scope == KERNEL__SCOPE__SCOPE_GROUP;
        if (grant->scope == KERNEL__SCOPE__SCOPE_UNIT_TREE ||
            grant->scope == KERNEL__SCOPE__SCOPE_COMPANY) {
            units[count++] = grant->unit_id;
        }
    }
    const int64_t *lost;
    size_t lost_count;
    DC_TRY(store_without_right(step, tenant_id, changed->person_id, whole, units, count, &lost,
                               &lost_count, error));
    return lost_count ? webhooks_suspend(step, tenant_id, lost, lost_count,
                                         "its owner is no supervisor of the unit any more", error)
                      : DC_OK;
}
