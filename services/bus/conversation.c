/*
 * conversation.c - what a peer says, one function per message, and what the broker and the fan-out
 * want said. Who speaks is taken from the key of the very connection that brought the message;
 * nothing that a peer writes about itself counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "router_internal.h"

/* A request on its way through the broker, as it came. */
struct payload {
    struct dc_bus_frames frames;
};

/* A published message: the same bytes for every subscriber. */
struct publication {
    zmq_msg_t header;
    zmq_msg_t *body;
};

/* --- saying ----------------------------------------------------------------------------------- */
static void
make_error(Bus__Error *wire, enum dc_code code, const char *about, const char *message,
           bool say_hello)
{
    wire->code = (int32_t)code;
    wire->about = (char *)about;
    wire->message = (char *)message;
    wire->say_hello = say_hello;
}

void
conversation_error(struct router *router, struct session *session, enum dc_code code,
                   const char *about, const char *what, const char *message)
{
    char text[DC_ERROR_FIELD_MAX + 200];
    snprintf(text, sizeof(text), "%s %.200s", about, what);
    Bus__Error wire = BUS__ERROR__INIT;
    make_error(&wire, code, text, message, false);
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_ERROR;
    envelope.error = &wire;
    router_say(router, session, &envelope, NULL);
}

static void
error_to_stranger(struct router *router, const struct heard *heard, enum dc_code code,
                  const char *message, bool say_hello)
{
    Bus__Error wire = BUS__ERROR__INIT;
    make_error(&wire, code, "", message, say_hello);
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_ERROR;
    envelope.error = &wire;
    router_say_stranger(router, heard->routing, heard->routing_size, &envelope);
}

static void
say_reply(struct router *router, struct session *session, uint64_t id,
          const struct broker_answer *what, zmq_msg_t *body)
{
    Bus__Reply reply = BUS__REPLY__INIT;
    reply.id = id;
    reply.code = (int32_t)what->code;
    reply.field = (char *)what->field;
    reply.message = (char *)what->message;
    const char *zh = what->message_zh ? what->message_zh : dc_words_find(what->message);
    reply.message_zh = (char *)(zh ? zh : "");
    reply.handed_over = what->handed_over;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REPLY;
    envelope.reply = &reply;
    zmq_msg_t empty;
    zmq_msg_init(&empty);
    if (router_say(router, session, &envelope, body ? body : &empty) == FULL) {
        gauges_count(GAUGES_ANSWER_LOST); /* the caller does not read; its deadline will tell it */
    }
    zmq_msg_close(&empty);
}

/* --- what the broker wants -------------------------------------------------------------------- */
/* The header of a request: at hand while it is being asked, decoded again when it has waited. */
static const Bus__Request *
decoded(struct router *router, struct payload *payload)
{
    if (router->asked_payload == payload) {
        return router->asked_request;
    }
    Bus__Envelope *envelope;
    dc_arena_reset(router->again, DC_BUS_HEADER_BUDGET);
    enum dc_code code = dc_bus_envelope_decode(zmq_msg_data(&payload->frames.header),
                                               zmq_msg_size(&payload->frames.header), router->again,
                                               &envelope, NULL);
    DC_ASSERT(code == DC_OK); /* as it was the first time */
    return envelope->request;
}

static enum broker_sent
hand_over(void *context, uint64_t to, const struct broker_request *facts, int64_t now)
{
    struct router *router = context;
    struct session *replica = sessions_by_id(router->sessions, to);
    const struct session *caller = sessions_by_id(router->sessions, facts->caller);
    DC_ASSERT(replica && caller);
    struct payload *payload = facts->payload;
    Bus__Request request = *decoded(router, payload);
    int64_t left_ms = (facts->deadline - now) / DC_MILLISECOND;
    request.id = facts->id;
    request.timeout_ms = left_ms < 1 ? 1 : (int32_t)left_ms;
    request.sender = caller->peer->name;
    request.sender_speaks_for_people = caller->peer->speaks_for_people;
    request.sender_is_admin = caller->peer->admin;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REQUEST;
    envelope.request = &request;
    switch (router_say(router, replica, &envelope, &payload->frames.body)) {
    case SENT:
        return BROKER_SENT;
    case FULL:
        return BROKER_FULL;
    default:
        return BROKER_GONE;
    }
}

static void
answer(void *context, const struct broker_request *facts, const struct broker_answer *what)
{
    struct router *router = context;
    struct session *caller = sessions_by_id(router->sessions, facts->caller);
    if (caller) {
        say_reply(router, caller, facts->caller_id, what, what->body);
    }
}

static void
payload_free(void *memory)
{
    struct payload *payload = memory;
    dc_bus_frames_release(&payload->frames);
    free(payload);
}

const struct broker_effects conversation_broker_effects = {
    .hand_over = hand_over,
    .answer = answer,
    .payload_free = payload_free,
};

/* --- what the fan-out wants ------------------------------------------------------------------- */
static enum fanout_sent
send_event(void *context, uint64_t to, void *message)
{
    struct router *router = context;
    struct publication *publication = message;
    struct session *session = sessions_by_id(router->sessions, to);
    return session && router_send(router, session, &publication->header, publication->body) == SENT
               ? FANOUT_SENT
               : FANOUT_FULL;
}

static enum fanout_sent
send_behind(void *context, uint64_t to, uint64_t dropped)
{
    struct router *router = context;
    struct session *session = sessions_by_id(router->sessions, to);
    Bus__Behind behind = BUS__BEHIND__INIT;
    behind.dropped = dropped;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_BEHIND;
    envelope.behind = &behind;
    return session && router_say(router, session, &envelope, NULL) == SENT ? FANOUT_SENT
                                                                           : FANOUT_FULL;
}

const struct fanout_effects conversation_fanout_effects = {
    .event = send_event,
    .behind = send_behind,
};

/* --- HELLO, READY, BYE ------------------------------------------------------------------------ */
static void
hear_hello(struct router *router, const struct heard *heard, struct session *before,
           const struct peer *peer, const Bus__Hello *hello, int64_t now)
{
    if (before) {
        router_end(router, before);
    }
    if (hello->protocol != DC_BUS_PROTOCOL) {
        error_to_stranger(router, heard, DC_FAILED_PRECONDITION, "only protocol 1 is spoken here",
                          false);
        return;
    }
    struct session *session =
        sessions_begin(router->sessions, heard->routing, heard->routing_size, heard->key, now);
    session->peer = peer;
    snprintf(session->instance, sizeof(session->instance), "%s",
             *hello->instance ? hello->instance : peer->name);
    Bus__Welcome welcome = BUS__WELCOME__INIT;
    welcome.protocol = DC_BUS_PROTOCOL;
    welcome.bus = (char *)router->options.name;
    welcome.peer = peer->name;
    welcome.heartbeat_ms = router->options.heartbeat_ms;
    welcome.dead_ms = router->options.dead_ms;
    welcome.body_max = DC_BUS_BODY_MAX;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_WELCOME;
    envelope.welcome = &welcome;
    router_say(router, session, &envelope, NULL);
}

static void
hear_ready(struct router *router, struct session *session, const Bus__Ready *ready, int64_t now)
{
    if (strcmp(ready->service, "bus") == 0 || !rules_cover(&session->peer->offer, ready->service)) {
        gauges_count(GAUGES_DENIED);
        conversation_error(router, session, DC_PERMISSION_DENIED, "ready", ready->service,
                           "the peers file does not let you offer this service");
        return;
    }
    struct dc_error error;
    if (broker_ready(router->broker, session->id, ready->service, ready->credits, now, &error) !=
        DC_OK) {
        conversation_error(router, session, error.code, "ready", ready->service, error.message);
        return;
    }
    session->offers = true;
}

static void
hear_bye(struct router *router, struct session *session, const Bus__Bye *bye, int64_t now)
{
    if (bye->leaving) {
        session->vanished = router->any_vanished = true;
        return;
    }
    broker_bye(router->broker, session->id, now);
    Bus__Bye done = BUS__BYE__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_BYE;
    envelope.bye = &done;
    router_say(router, session, &envelope, NULL);
}

/* --- REQUEST, REPLY --------------------------------------------------------------------------- */
static void
reply_failure(struct router *router, struct session *session, uint64_t id, enum dc_code code,
              const char *field, const char *message)
{
    say_reply(router, session, id,
              &(struct broker_answer){.code = code, .field = field, .message = message}, NULL);
}

/* Who may not speak for people says nothing about persons; and a program's name is its own. */
static bool
speaks_for_itself(const struct peer *peer, const Kernel__Context *context)
{
    return !context ||
           (context->person_id == 0 && context->n_grants == 0 && !*context->session_id &&
            (!*context->account || strcmp(context->account, peer->name) == 0));
}

static void
ask_the_bus(struct router *router, struct session *session, const Bus__Request *request,
            zmq_msg_t *body)
{
    uint8_t *answer_bytes;
    size_t size;
    struct dc_error error;
    struct dc_arena *arena = dc_arena_new(0);
    enum dc_code code = session->peer->admin
                            ? status_answer(router, request->method, zmq_msg_data(body),
                                            zmq_msg_size(body), arena, &answer_bytes, &size, &error)
                            : dc_fail(&error, DC_PERMISSION_DENIED, "only for peers with admin");
    if (code != DC_OK) {
        reply_failure(router, session, request->id, code, error.field, error.message);
    } else {
        zmq_msg_t answer_body;
        zmq_msg_init_size(&answer_body, size);
        memcpy(zmq_msg_data(&answer_body), answer_bytes, size);
        say_reply(router, session, request->id,
                  &(struct broker_answer){.field = "", .message = "", .handed_over = true},
                  &answer_body);
        zmq_msg_close(&answer_body);
    }
    dc_arena_free(arena);
}

static void
hear_request(struct router *router, struct session *session, const Bus__Request *request,
             struct dc_bus_frames *frames, int64_t now)
{
    const struct peer *peer = session->peer;
    if (!rules_cover(&peer->call, request->service)) {
        gauges_count(GAUGES_DENIED);
        reply_failure(router, session, request->id, DC_PERMISSION_DENIED, "",
                      "the peers file does not let you call this service");
        return;
    }
    if (!peer->speaks_for_people && !speaks_for_itself(peer, request->context)) {
        gauges_count(GAUGES_DENIED);
        reply_failure(router, session, request->id, DC_PERMISSION_DENIED, "context",
                      "the peers file does not let you speak for people");
        return;
    }
    if (strcmp(request->service, "bus") == 0) {
        ask_the_bus(router, session, request, &frames->body);
        return;
    }
    struct payload *payload = calloc(1, sizeof(*payload));
    DC_ASSERT(payload);
    dc_bus_frames_move(&payload->frames, frames);
    router->asked_payload = payload;
    router->asked_request = request;
    broker_ask(
        router->broker,
        (struct broker_request){
            .caller = session->id,
            .caller_id = request->id,
            .service = request->service,
            .deadline = now + (int64_t)request->timeout_ms * DC_MILLISECOND,
            .size = zmq_msg_size(&payload->frames.header) + zmq_msg_size(&payload->frames.body),
            .payload = payload,
        },
        now);
    router->asked_payload = NULL;
}

static void
hear_reply(struct router *router, struct session *session, const Bus__Reply *reply,
           struct dc_bus_frames *frames, int64_t now)
{
    /* False is no failure: the caller is gone, or the bus took the replica for dead meanwhile. */
    (void)broker_reply(router->broker, session->id, reply->id,
                       &(struct broker_answer){.code = (enum dc_code)reply->code,
                                               .field = reply->field,
                                               .message = reply->message,
                                               .message_zh = reply->message_zh,
                                               .body = &frames->body},
                       now);
}

/* --- SUBSCRIBE, CREDIT, PUBLISH --------------------------------------------------------------- */
static void
hear_subscribe(struct router *router, struct session *session, const Bus__Subscribe *subscribe)
{
    const char *allowed[DC_BUS_PATTERNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < subscribe->n_patterns; i++) {
        if (rules_cover(&session->peer->hear, subscribe->patterns[i])) {
            allowed[count++] = subscribe->patterns[i];
        } else {
            gauges_count(GAUGES_DENIED);
            conversation_error(router, session, DC_PERMISSION_DENIED, "subscribe",
                               subscribe->patterns[i],
                               "the peers file does not let you hear all of this");
        }
    }
    fanout_subscribe(router->fanout, session->id, allowed, count, subscribe->credits);
}

/* The same bytes to everyone who hears the subject. */
static void
publish_to_all(struct router *router, const char *subject, bool logged, zmq_msg_t *body)
{
    Bus__Event event = BUS__EVENT__INIT;
    event.subject = (char *)subject;
    event.logged = logged;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_EVENT;
    envelope.event = &event;
    struct publication publication = {.body = body};
    dc_bus_envelope_encode(&envelope, &publication.header);
    fanout_publish(router->fanout, subject, &publication);
    zmq_msg_close(&publication.header);
}

void
conversation_tell_health(struct router *router)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    uint8_t *bytes;
    size_t size;
    struct dc_error error;
    if (status_answer(router, "dacheng.bus.v1.BusService/GetStatus", (const uint8_t *)"", 0, arena,
                      &bytes, &size, &error) != DC_OK) {
        return;
    }
    zmq_msg_t body;
    DC_ASSERT(zmq_msg_init_size(&body, size) == 0);
    memcpy(zmq_msg_data(&body), bytes, size);
    publish_to_all(router, "_health.bus", false, &body);
    zmq_msg_close(&body);
}

static void
hear_publish(struct router *router, struct session *session, const Bus__Publish *publish,
             struct dc_bus_frames *frames)
{
    if (!rules_cover(&session->peer->publish, publish->subject)) {
        gauges_count(GAUGES_DENIED);
        conversation_error(router, session, DC_PERMISSION_DENIED, "publish", publish->subject,
                           "the peers file does not let you publish this");
        return;
    }
    publish_to_all(router, publish->subject, publish->logged, &frames->body);
}

/* --- hearing ---------------------------------------------------------------------------------- */
static void
hear_from(struct router *router, struct session *session, const Bus__Envelope *envelope,
          struct heard *heard, int64_t now)
{
    session->heard_at = now;
    switch (envelope->kind_case) {
    case BUS__ENVELOPE__KIND_READY:
        hear_ready(router, session, envelope->ready, now);
        break;
    case BUS__ENVELOPE__KIND_BYE:
        hear_bye(router, session, envelope->bye, now);
        break;
    case BUS__ENVELOPE__KIND_REQUEST:
        hear_request(router, session, envelope->request, &heard->frames, now);
        break;
    case BUS__ENVELOPE__KIND_REPLY:
        hear_reply(router, session, envelope->reply, &heard->frames, now);
        break;
    case BUS__ENVELOPE__KIND_SUBSCRIBE:
        hear_subscribe(router, session, envelope->subscribe);
        break;
    case BUS__ENVELOPE__KIND_CREDIT:
        fanout_credit(router->fanout, session->id, envelope->credit->events);
        break;
    case BUS__ENVELOPE__KIND_PUBLISH:
        hear_publish(router, session, envelope->publish, &heard->frames);
        break;
    case BUS__ENVELOPE__KIND_PING: {
        Bus__Pong pong = BUS__PONG__INIT;
        Bus__Envelope answer_to = BUS__ENVELOPE__INIT;
        answer_to.kind_case = BUS__ENVELOPE__KIND_PONG;
        answer_to.pong = &pong;
        router_say(router, session, &answer_to, NULL);
        break;
    }
    case BUS__ENVELOPE__KIND_PONG:
        break;
    default:
        gauges_count(GAUGES_MALFORMED);
        conversation_error(router, session, DC_INVALID_ARGUMENT, "envelope", "",
                           "this is said by the bus, not to it");
        break;
    }
}

void
conversation_hear(struct router *router, struct heard *heard, int64_t now)
{
    struct session *session =
        sessions_by_routing(router->sessions, heard->routing, heard->routing_size);
    const struct peer *peer = heard->key ? peers_find(router->peers, heard->key) : NULL;
    if (session && (!peer || strcmp(session->key, heard->key) != 0)) {
        router_end(router, session); /* cut off, or another connection under the same id */
        session = NULL;
    }
    if (!peer) {
        error_to_stranger(router, heard, DC_UNAUTHENTICATED, "the bus does not know your key",
                          false);
        return;
    }
    Bus__Envelope *envelope;
    struct dc_error error;
    enum dc_code code = dc_bus_envelope_decode(zmq_msg_data(&heard->frames.header),
                                               zmq_msg_size(&heard->frames.header), router->scratch,
                                               &envelope, &error);
    if (code == DC_OK &&
        heard->frame_count != (dc_bus_kind_has_body(envelope->kind_case) ? 2 : 1)) {
        code = dc_fail(&error, DC_INVALID_ARGUMENT, "%d frames; this kind of message has %d",
                       heard->frame_count, dc_bus_kind_has_body(envelope->kind_case) ? 2 : 1);
    }
    if (code != DC_OK) {
        gauges_count(GAUGES_MALFORMED);
        error_to_stranger(router, heard, DC_INVALID_ARGUMENT, error.message, false);
    } else if (envelope->kind_case == BUS__ENVELOPE__KIND_HELLO) {
        hear_hello(router, heard, session, peer, envelope->hello, now);
    } else if (!session) {
        error_to_stranger(router, heard, DC_FAILED_PRECONDITION, "say HELLO first", true);
    } else {
        hear_from(router, session, envelope, heard, now);
    }
}

/* --- permissions that changed ----------------------------------------------------------------- */
static bool
may_hear(const void *context, const char *pattern)
{
    const struct peer *peer = context;
    return rules_cover(&peer->hear, pattern);
}

static void
review_offers(struct router *router, struct session *session, int64_t now)
{
    for (size_t s = 0; s < broker_service_count(router->broker); s++) {
        struct broker_service_facts service;
        broker_service_at(router->broker, s, &service);
        for (size_t i = 0; i < broker_replica_count(router->broker, s); i++) {
            struct broker_replica_facts replica;
            broker_replica_at(router->broker, s, i, &replica);
            if (replica.session == session->id &&
                !rules_cover(&session->peer->offer, service.service)) {
                broker_bye(router->broker, session->id, now);
                conversation_error(router, session, DC_PERMISSION_DENIED, "ready", service.service,
                                   "the peers file no longer lets you offer this service");
                return;
            }
        }
    }
}

void
conversation_review(struct router *router, int64_t now)
{
    for (size_t i = 0; i < sessions_count(router->sessions); i++) {
        struct session *session = sessions_at(router->sessions, i);
        const struct peer *peer = peers_find(router->peers, session->key);
        if (!peer) {
            conversation_error(router, session, DC_UNAUTHENTICATED, "key", "",
                               "your key was taken out of the peers file");
            session->vanished = router->any_vanished = true;
            continue;
        }
        session->peer = peer;
        fanout_restrict(router->fanout, session->id, may_hear, peer);
        review_offers(router, session, now);
    }
}
