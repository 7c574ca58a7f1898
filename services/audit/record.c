/* record.c - every event of every stream becomes an entry of its tenant's chain. */
#include <dacheng/kernel/v1/admin.pb-c.h>
#include <string.h>

#include "edge/wire_check.h"
#include "handlers.h"

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
    return audit_append(step, event->tenant_id, &facts, error);
}
