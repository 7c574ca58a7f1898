/*
 * bus_inbox.c - what the links brought: kept as frames in the order of their coming, opened into
 * the taker's arena when they are taken, answered.
 */
#include <string.h>

#include "base/assert.h"
#include "edge/bus_internal.h"
#include "edge/wire_check.h"

/* --- what comes in ---------------------------------------------------------------------------- */
static void
note_behind(struct dc_bus *bus)
{
    if (!bus->behind) { /* one notice in the inbox says it all */
        bus->behind = dc_bus_parcel_new(DC_BUS_BEHIND);
        dc_bus_parcels_append(&bus->inbox, bus->behind);
    }
}

static void
welcomed(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Welcome *welcome)
{
    if (link->state == DC_BUS_LINK_WELCOMED) {
        return; /* to a HELLO that was said twice; what followed the first one stands */
    }
    link->state = DC_BUS_LINK_WELCOMED;
    link->leaving = false;
    link->heartbeat_us = (int64_t)welcome->heartbeat_ms * DC_MILLISECOND;
    link->dead_us = (int64_t)welcome->dead_ms * DC_MILLISECOND;
    link->bye_answered = bus->draining; /* nothing was offered in this conversation */
    for (size_t i = 0; i < bus->offer_count && !bus->draining; i++) {
        dc_bus_say_ready(bus, link, i);
    }
    if (bus->patterns) {
        dc_bus_say_subscribe(bus, link);
        if (link->was_welcomed) {
            note_behind(bus); /* something may have passed while we were away */
        }
    }
    link->was_welcomed = true;
    bus->was_connected = true;
    bus->expired_at = 0; /* requests that wait for a bus go now */
}

static void
keep_frames(struct dc_bus *bus, struct dc_bus_link *link, enum dc_bus_kind kind, uint64_t id,
            struct dc_bus_frames *frames)
{
    struct dc_bus_parcel *parcel = dc_bus_parcel_new(kind);
    dc_bus_frames_release(&parcel->frames);
    dc_bus_frames_move(&parcel->frames, frames);
    parcel->id = id;
    parcel->link = link;
    parcel->generation = link->generation;
    parcel->has_body = true;
    dc_bus_parcels_append(&bus->inbox, parcel);
}

static void
heard_error(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Error *wire)
{
    dc_bus_trouble_is(bus, (enum dc_code)wire->code, "%s: %s%s%s", link->address, wire->about,
                      *wire->about ? ": " : "", wire->message);
    /* A peer whose key was taken away is cut off; it asks to be let in again now and then. */
    bool out = wire->say_hello || wire->code == DC_UNAUTHENTICATED;
    if (out && link->state == DC_BUS_LINK_WELCOMED) {
        link->state = DC_BUS_LINK_DOWN; /* the tick says HELLO */
        link->generation++;
        link->owed_credit = 0;
        link->said_bye = link->bye_answered = false;
        dc_bus_link_lost(bus, link);
    }
}

void
dc_bus_received(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Envelope *envelope,
                struct dc_bus_frames *frames, bool has_body)
{
    switch (envelope->kind_case) {
    case BUS__ENVELOPE__KIND_WELCOME:
        welcomed(bus, link, envelope->welcome);
        break;
    case BUS__ENVELOPE__KIND_REQUEST:
        keep_frames(bus, link, DC_BUS_REQUEST, dc_bus_inbound_add(bus, link, envelope->request->id),
                    frames);
        break;
    case BUS__ENVELOPE__KIND_REPLY:
        dc_bus_pending_replied(bus, link, envelope->reply, frames, has_body);
        break;
    case BUS__ENVELOPE__KIND_EVENT:
        keep_frames(bus, link, DC_BUS_EVENT, 0, frames);
        break;
    case BUS__ENVELOPE__KIND_BEHIND:
        note_behind(bus);
        break;
    case BUS__ENVELOPE__KIND_BYE:
        link->bye_answered = true;
        link->leaving = envelope->bye->leaving;
        break;
    case BUS__ENVELOPE__KIND_PING: {
        Bus__Pong pong = BUS__PONG__INIT;
        Bus__Envelope answer = BUS__ENVELOPE__INIT;
        answer.kind_case = BUS__ENVELOPE__KIND_PONG;
        answer.pong = &pong;
        (void)dc_bus_link_send(link, &answer, NULL, false);
        break;
    }
    case BUS__ENVELOPE__KIND_ERROR:
        heard_error(bus, link, envelope->error);
        break;
    default: /* PONG, and what only clients say */
        break;
    }
}

void
dc_bus_link_lost(struct dc_bus *bus, struct dc_bus_link *link)
{
    dc_bus_inbound_link_lost(bus, link);
    dc_bus_pending_link_lost(bus, link);
}

/* --- taking messages -------------------------------------------------------------------------- */
static void
read_body(const struct dc_bus_parcel *parcel, struct dc_arena *arena, const uint8_t **ret_body,
          size_t *ret_size)
{
    zmq_msg_t *body = (zmq_msg_t *)&parcel->frames.body;
    *ret_size = parcel->has_body ? zmq_msg_size(body) : 0;
    *ret_body = *ret_size ? dc_arena_memdup(arena, zmq_msg_data(body), *ret_size) : (uint8_t *)"";
}

static enum dc_code
read_header(const struct dc_bus_parcel *parcel, struct dc_arena *arena,
            Bus__Envelope **ret_envelope, struct dc_error *error)
{
    zmq_msg_t *header = (zmq_msg_t *)&parcel->frames.header;
    return dc_bus_envelope_decode(zmq_msg_data(header), zmq_msg_size(header), arena, ret_envelope,
                                  error);
}

static bool
open_request(struct dc_bus *bus, const struct dc_bus_parcel *parcel, struct dc_arena *arena,
             struct dc_bus_message *message)
{
    if (!parcel->link || parcel->generation != parcel->link->generation) {
        return false; /* the caller was told that it is not to be had */
    }
    Bus__Envelope *envelope;
    struct dc_error error;
    if (read_header(parcel, arena, &envelope, &error) != DC_OK) { /* beyond the arena's budget */
        dc_bus_reply_error(bus, parcel->id, &error);
        return false;
    }
    const Bus__Request *request = envelope->request;
    message->id = parcel->id;
    message->service = request->service;
    message->method = request->method;
    message->sender = request->sender;
    message->sender_speaks_for_people = request->sender_speaks_for_people;
    message->sender_is_admin = request->sender_is_admin;
    message->context = request->context
                           ? request->context
                           : DC_NEW_MESSAGE(arena, Kernel__Context, kernel__context__init);
    message->idempotency_key = request->idempotency_key;
    message->deadline = dc_monotonic() + request->timeout_ms * DC_MILLISECOND;
    read_body(parcel, arena, &message->body, &message->body_size);
    return true;
}

void
dc_bus_open_reply(const struct dc_bus_parcel *parcel, struct dc_arena *arena,
                  struct dc_bus_message *message)
{
    message->id = parcel->id;
    message->field = message->error_message = message->error_message_zh = "";
    message->code = parcel->failure.code;
    if (message->code != DC_OK) {
        message->error_message = dc_arena_strdup(arena, parcel->failure.message);
        message->error_message_zh = dc_arena_strdup(arena, parcel->failure.message_zh);
        return;
    }
    Bus__Envelope *envelope;
    struct dc_error error;
    message->code = read_header(parcel, arena, &envelope, &error);
    if (message->code != DC_OK) {
        message->error_message = dc_arena_strdup(arena, error.message);
        message->error_message_zh = dc_arena_strdup(arena, error.message_zh);
        return;
    }
    message->code = (enum dc_code)envelope->reply->code;
    message->field = envelope->reply->field;
    message->error_message = envelope->reply->message;
    message->error_message_zh = envelope->reply->message_zh;
    read_body(parcel, arena, &message->body, &message->body_size);
}

/* A logged event must be what its subject says, or whoever may publish one stream could speak in
 * the name of another. */
static bool
subject_fits(const char *subject, const Kernel__Event *event)
{
    size_t length = strlen(event->stream);
    return strncmp(subject, event->stream, length) == 0 && subject[length] == '.' &&
           strcmp(subject + length + 1, event->type) == 0;
}

static bool
open_event(struct dc_bus *bus, const struct dc_bus_parcel *parcel, struct dc_arena *arena,
           struct dc_bus_message *message)
{
    struct dc_bus_link *link = parcel->link;
    if (link && link->generation == parcel->generation &&
        ++link->owed_credit > bus->event_credits / 2) {
        dc_bus_give_credit(link);
    }
    Bus__Envelope *envelope;
    if (read_header(parcel, arena, &envelope, NULL) != DC_OK) {
        message->kind = DC_BUS_BEHIND; /* an event that cannot be read is one that was missed */
        return true;
    }
    message->subject = envelope->event->subject;
    if (!envelope->event->logged) {
        message->kind = DC_BUS_NOTICE;
        read_body(parcel, arena, &message->body, &message->body_size);
        return true;
    }
    zmq_msg_t *body = (zmq_msg_t *)&parcel->frames.body;
    ProtobufCMessage *event;
    if (dc_wire_unpack(&kernel__event__descriptor, zmq_msg_data(body), zmq_msg_size(body), arena,
                       &event, NULL) != DC_OK) {
        message->kind = DC_BUS_BEHIND;
        return true;
    }
    message->event = (const Kernel__Event *)event;
    return subject_fits(message->subject, message->event) &&
           dc_bus_seen_is_new(bus->seen, message->event);
}

static bool
open_parcel(struct dc_bus *bus, const struct dc_bus_parcel *parcel, struct dc_arena *arena,
            struct dc_bus_message *message)
{
    message->kind = parcel->kind;
    switch (parcel->kind) {
    case DC_BUS_REQUEST:
        return open_request(bus, parcel, arena, message);
    case DC_BUS_REPLY:
        dc_bus_open_reply(parcel, arena, message);
        return true;
    case DC_BUS_EVENT:
        return open_event(bus, parcel, arena, message);
    default:
        bus->behind = NULL;
        return true;
    }
}

bool
dc_bus_next(struct dc_bus *bus, struct dc_arena *arena, struct dc_bus_message *ret_message)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG);
    struct dc_bus_parcel *parcel;
    while ((parcel = dc_bus_parcels_take(&bus->inbox))) {
        struct dc_bus_message message = {.kind = parcel->kind};
        bool good = open_parcel(bus, parcel, arena, &message);
        dc_bus_parcel_free(parcel);
        if (good) {
            *ret_message = message;
            return true;
        }
    }
    return false;
}

/* --- answering -----------------------------------------------------------------------------------
 */
static void
send_reply(struct dc_bus *bus, uint64_t handle, Bus__Reply *reply, const uint8_t *data, size_t size)
{
    struct dc_bus_inbound inbound;
    if (!dc_bus_inbound_take(bus, handle, &inbound) ||
        inbound.link->generation != inbound.generation) {
        return; /* nobody waits for it any more */
    }
    reply->id = inbound.bus_id;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REPLY;
    envelope.reply = reply;
    zmq_msg_t body;
    int failed = zmq_msg_init_size(&body, size);
    DC_ASSERT(!failed);
    if (size) {
        memcpy(zmq_msg_data(&body), data, size);
    }
    (void)dc_bus_link_send(inbound.link, &envelope, &body, true);
    zmq_msg_close(&body);
}

void
dc_bus_reply(struct dc_bus *bus, uint64_t id, const uint8_t *body, size_t body_size)
{
    if (body_size > DC_BUS_BODY_MAX) {
        struct dc_error error;
        dc_fail(&error, DC_RESOURCE_EXHAUSTED, "the answer has %zu bytes; %d are allowed",
                body_size, DC_BUS_BODY_MAX);
        dc_bus_reply_error(bus, id, &error);
        return;
    }
    Bus__Reply reply = BUS__REPLY__INIT;
    send_reply(bus, id, &reply, body, body_size);
}

void
dc_bus_reply_error(struct dc_bus *bus, uint64_t id, const struct dc_error *error)
{
    DC_ASSERT(error->code != DC_OK);
    Bus__Reply reply = BUS__REPLY__INIT;
    reply.code = (int32_t)error->code;
    reply.field = (char *)error->field;
    reply.message = (char *)error->message;
    reply.message_zh = (char *)error->message_zh;
    send_reply(bus, id, &reply, NULL, 0);
}
