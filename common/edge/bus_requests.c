/*
 * bus_requests.c - what waits for an answer: requests that we sent (pending), each answered once
 * whatever happens, and requests handed to us (inbound), which remember where the answer goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "edge/bus_internal.h"

enum {
    FIRST_BUS_US = 3 * DC_SECOND, /* after opening, requests wait so long for a first bus */
    LOOK_INTERVAL_US = 5 * DC_MILLISECOND,
};

/* --- our requests ----------------------------------------------------------------------------- */
static struct dc_bus_pending **
find_pending(struct dc_bus *bus, uint64_t id)
{
    struct dc_bus_pending **at = &bus->pending[id % DC_BUS_PENDING_BUCKETS];
    while (*at && (*at)->id != id) {
        at = &(*at)->next;
    }
    return at;
}

static void
drop_pending(struct dc_bus *bus, struct dc_bus_pending **at)
{
    struct dc_bus_pending *pending = *at;
    *at = pending->next;
    dc_bus_frames_release(&pending->frames);
    free(pending);
    bus->pending_count--;
}

static void
deliver(struct dc_bus *bus, struct dc_bus_parcel *parcel)
{
    if (bus->call_id && parcel->id == bus->call_id && !bus->call_reply) {
        bus->call_reply = parcel;
    } else {
        dc_bus_parcels_append(&bus->inbox, parcel);
    }
}

static void
answer_ourselves(struct dc_bus *bus, uint64_t id, enum dc_code code, const char *sentence)
{
    struct dc_bus_parcel *parcel = dc_bus_parcel_new(DC_BUS_REPLY);
    parcel->id = id;
    dc_fail(&parcel->failure, code, "%s", sentence);
    deliver(bus, parcel);
}

uint64_t
dc_bus_pending_add(struct dc_bus *bus, const struct dc_bus_request *request)
{
    struct dc_bus_pending *pending = calloc(1, sizeof(*pending));
    DC_ASSERT(pending);
    pending->id = ++bus->last_id;
    pending->deadline = dc_monotonic() + request->timeout_ms * DC_MILLISECOND;
    Bus__Request wire = BUS__REQUEST__INIT;
    wire.id = pending->id;
    wire.service = (char *)request->service;
    wire.method = (char *)request->method;
    wire.timeout_ms = (int32_t)request->timeout_ms;
    wire.context = (Kernel__Context *)request->context;
    wire.idempotency_key = (char *)(request->idempotency_key ? request->idempotency_key : "");
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REQUEST;
    envelope.request = &wire;
    dc_bus_envelope_encode(&envelope, &pending->frames.header);
    int failed = zmq_msg_init_size(&pending->frames.body, request->body_size);
    DC_ASSERT(!failed);
    if (request->body_size) {
        memcpy(zmq_msg_data(&pending->frames.body), request->body, request->body_size);
    }
    struct dc_bus_pending **bucket = &bus->pending[pending->id % DC_BUS_PENDING_BUCKETS];
    pending->next = *bucket;
    *bucket = pending;
    bus->pending_count++;
    uint64_t id = pending->id;
    dc_bus_pending_route(bus, pending);
    return id;
}

/* The header again, with the time that is left by now. */
static void
renew_header(struct dc_bus *bus, struct dc_bus_pending *pending, int64_t now)
{
    Bus__Envelope *envelope;
    int64_t left_ms = (pending->deadline - now + DC_MILLISECOND - 1) / DC_MILLISECOND;
    dc_arena_reset(bus->scratch, DC_BUS_HEADER_BUDGET);
    if (dc_bus_envelope_decode(zmq_msg_data(&pending->frames.header),
                               zmq_msg_size(&pending->frames.header), bus->scratch, &envelope,
                               NULL) == DC_OK) {
        envelope->request->timeout_ms = left_ms < 1 ? 1 : (int32_t)left_ms;
        zmq_msg_close(&pending->frames.header);
        dc_bus_envelope_encode(envelope, &pending->frames.header);
    }
}

static bool
send_pending(struct dc_bus_link *link, struct dc_bus_pending *pending)
{
    struct dc_bus_frames copy;
    dc_bus_frames_init(&copy);
    zmq_msg_copy(&copy.header, &pending->frames.header); /* shares the bytes */
    zmq_msg_copy(&copy.body, &pending->frames.body);
    bool sent = dc_bus_link_send_frames(link, &copy, true, true);
    dc_bus_frames_release(&copy);
    return sent;
}

/* May a request go over this link? One that is leaving only refuses. */
static bool
is_open_to(const struct dc_bus_link *link, const struct dc_bus_pending *pending, size_t slot)
{
    return link && link->state == DC_BUS_LINK_WELCOMED && !link->leaving &&
           !(pending->tried & (1u << slot));
}

void
dc_bus_pending_route(struct dc_bus *bus, struct dc_bus_pending *pending)
{
    int64_t now = dc_monotonic();
    bool again = pending->tried != 0;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        size_t slot = (bus->turn + i) % DC_BUS_LINKS_MAX;
        struct dc_bus_link *link = bus->links[slot];
        if (!is_open_to(link, pending, slot)) {
            continue;
        }
        if (again || now - bus->opened_at < FIRST_BUS_US) {
            renew_header(bus, pending, now);
        }
        pending->tried |= 1u << slot;
        if (send_pending(link, pending)) {
            pending->link = link;
            bus->turn = slot + 1;
            return;
        }
    }
    pending->link = NULL;
    if (!again && !bus->was_connected && now - bus->opened_at < FIRST_BUS_US) {
        return; /* the tick looks again */
    }
    answer_ourselves(bus, pending->id, DC_UNAVAILABLE,
                     again ? DC_WORDS("no replica of the service is there")
                           : DC_WORDS("no bus is there"));
    drop_pending(bus, find_pending(bus, pending->id));
}

void
dc_bus_pending_replied(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Reply *reply,
                       struct dc_bus_frames *frames, bool has_body)
{
    struct dc_bus_pending **at = find_pending(bus, reply->id);
    if (!*at || (*at)->link != link) {
        return; /* it was answered already: its deadline passed */
    }
    if (reply->code == DC_UNAVAILABLE && !reply->handed_over) {
        bool another = false;
        for (size_t slot = 0; slot < DC_BUS_LINKS_MAX; slot++) {
            another |= is_open_to(bus->links[slot], *at, slot);
        }
        if (another) {
            dc_bus_pending_route(bus, *at);
            return;
        }
    }
    struct dc_bus_parcel *parcel = dc_bus_parcel_new(DC_BUS_REPLY);
    dc_bus_frames_release(&parcel->frames);
    dc_bus_frames_move(&parcel->frames, frames);
    parcel->has_body = has_body;
    parcel->id = reply->id;
    deliver(bus, parcel);
    drop_pending(bus, at);
}

void
dc_bus_pending_link_lost(struct dc_bus *bus, struct dc_bus_link *link)
{
    for (size_t i = 0; bus->pending_count && i < DC_BUS_PENDING_BUCKETS; i++) {
        for (struct dc_bus_pending **at = &bus->pending[i]; *at;) {
            if ((*at)->link == link) {
                answer_ourselves(bus, (*at)->id, DC_UNAVAILABLE,
                                 "the connection to the bus broke; whether the request was carried "
                                 "out is not known");
                drop_pending(bus, at);
            } else {
                at = &(*at)->next;
            }
        }
    }
}

/* One pending request at `at`; true when it was dropped. */
static bool
look_at(struct dc_bus *bus, struct dc_bus_pending **at, int64_t now)
{
    struct dc_bus_pending *pending = *at;
    if (now >= pending->deadline) {
        answer_ourselves(bus, pending->id, DC_DEADLINE_EXCEEDED, "no answer came in time");
        drop_pending(bus, at);
        return true;
    }
    if (!pending->link) {
        uint64_t id = pending->id;
        dc_bus_pending_route(bus, pending);
        return *at == NULL || (*at)->id != id;
    }
    return false;
}

int64_t
dc_bus_pending_tick(struct dc_bus *bus, int64_t now)
{
    if (!bus->pending_count) {
        return INT64_MAX;
    }
    if (now - bus->expired_at < LOOK_INTERVAL_US) {
        return bus->expired_at + LOOK_INTERVAL_US;
    }
    bus->expired_at = now;
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < DC_BUS_PENDING_BUCKETS; i++) {
        for (struct dc_bus_pending **at = &bus->pending[i]; *at;) {
            if (!look_at(bus, at, now)) {
                int64_t due = (*at)->link ? (*at)->deadline : now + 10 * LOOK_INTERVAL_US;
                next = due < next ? due : next;
                at = &(*at)->next;
            }
        }
    }
    return next;
}

void
dc_bus_pending_clear(struct dc_bus *bus)
{
    for (size_t i = 0; i < DC_BUS_PENDING_BUCKETS; i++) {
        while (bus->pending[i]) {
            drop_pending(bus, &bus->pending[i]);
        }
    }
}

/* --- their requests --------------------------------------------------------------------------- */
uint64_t
dc_bus_inbound_add(struct dc_bus *bus, struct dc_bus_link *link, uint64_t bus_id)
{
    if (bus->inbound_count == bus->inbound_capacity) {
        bus->inbound_capacity = bus->inbound_capacity ? 2 * bus->inbound_capacity : 16;
        bus->inbound = realloc(bus->inbound, bus->inbound_capacity * sizeof(bus->inbound[0]));
        DC_ASSERT(bus->inbound);
    }
    struct dc_bus_inbound *inbound = &bus->inbound[bus->inbound_count++];
    *inbound = (struct dc_bus_inbound){++bus->last_id, link, link->generation, bus_id};
    return inbound->handle;
}

bool
dc_bus_inbound_take(struct dc_bus *bus, uint64_t handle, struct dc_bus_inbound *ret_inbound)
{
    for (size_t i = 0; i < bus->inbound_count; i++) {
        if (bus->inbound[i].handle == handle) {
            *ret_inbound = bus->inbound[i];
            bus->inbound[i] = bus->inbound[--bus->inbound_count];
            return true;
        }
    }
    return false;
}

void
dc_bus_inbound_link_lost(struct dc_bus *bus, struct dc_bus_link *link)
{
    for (size_t i = 0; i < bus->inbound_count;) {
        if (bus->inbound[i].link == link) {
            bus->inbound[i] = bus->inbound[--bus->inbound_count];
        } else {
            i++;
        }
    }
}
