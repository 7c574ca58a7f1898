/*
 * record.c - every event of every stream becomes an entry of its tenant's chain. A batch's events
 * are gathered and appended together, tenant by tenant, in their order.
 */
#include <dacheng/kernel/v1/admin.pb-c.h>
#include <string.h>

#include "edge/wire_check.h"
#include "handlers.h"

struct gathered {
    struct audit_facts facts;
    int64_t tenant_id;
    bool appended;
    struct gathered *next;
};

struct batch {
    struct gathered *first, **end;
    size_t count;
};

static struct audit_facts *
gather(struct dc_step *step, int64_t tenant_id)
{
    struct batch *batch = step->batch;
    if (!batch) {
        batch = step->batch = DC_NEW(step->arena, struct batch);
        batch->end = &batch->first;
    }
    struct gathered *gathered = DC_NEW(step->arena, struct gathered);
    gathered->tenant_id = tenant_id;
    *batch->end = gathered;
    batch->end = &gathered->next;
    batch->count++;
    return &gathered->facts;
}

/* Events of no tenant (set-up) are kept in a chain of their own. */
enum dc_code
audit_on_event(struct dc_step *step, const struct dc_delivery *delivery, struct dc_error *error)
{
    const Kernel__Event *event = delivery->event;
    struct audit_facts facts = {
        .at = event->at_us,
        .stream = event->stream,
        .type = event->type,
        .key = event->key,
        .account = event->actor_account,
        .person_id = event->actor_person_id,
        .address = "",
        .cause = event->cause,
        .epoch = event->epoch,
        .partition = event->partition,
        .event_number = event->number,
        .body = {event->body.data, event->body.len},
    };
    if (strcmp(event->type, "AccessRecorded") == 0) {
        ProtobufCMessage *message;
        DC_TRY(dc_wire_unpack(&kernel__access_recorded__descriptor, event->body.data,
                              event->body.len, step->arena, &message, error));
        const Kernel__AccessRecorded *access = (const Kernel__AccessRecorded *)message;
        facts.account = access->account;
        facts.person_id = access->person_id;
        facts.address = access->address;
        facts.denied = access->denied;
    }
    *gather(step, event->tenant_id) = facts;
    return DC_OK;
}

enum dc_code
audit_append_batch(struct dc_step *step, struct dc_error *error)
{
    const struct batch *batch = step->batch;
    if (!batch) {
        return DC_OK;
    }
    struct audit_facts *facts =
        dc_arena_alloc(step->arena, batch->count * sizeof(struct audit_facts));
    for (struct gathered *first = batch->first; first; first = first->next) {
        size_t count = 0;
        for (struct gathered *each = first; each && !first->appended; each = each->next) {
            if (each->tenant_id == first->tenant_id) {
                facts[count++] = each->facts;
                each->appended = each != first;
            }
        }
        if (count > 0) {
            DC_TRY(audit_append(step, first->tenant_id, facts, count, error));
        }
    }
    return DC_OK;
}
