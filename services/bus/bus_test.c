/*
 * bus_test.c - the bus as its peers see it: a real process, real keys, our client, and a client
 * that speaks the wire format by hand where ours would not misbehave.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/text.h"
#include "edge/bus_wire.h"
#include "tests/lib/bus.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { HELD_MAX = 4096, PATIENCE_MS = 20000 };

static int open_count; /* clients; those of a test that failed stay open */

/* --- a peer that is played by our client --------------------------------------------------------
 */
struct actor {
    struct dc_bus *bus;
    bool holds; /* does not answer: keeps the handles */
    uint64_t held[HELD_MAX];
    int held_count;
    int requests, events, notices, behinds, replies, good;
    int by_code[DC_CODE_COUNT];
    struct dc_error last_failure;
    char sender[64], field[64], method[128];
    int64_t person_id, tenant_id;
    bool speaks, admin;
    size_t body_size;
    uint64_t last_reply;
    int64_t numbers_sum; /* of events */
    struct dc_error trouble;
};

static void
answer(struct actor *actor, uint64_t id, const char *method, const uint8_t *body, size_t size)
{
    if (strcmp(method, "fail") == 0) {
        struct dc_error error;
        dc_fail_field(&error, DC_FAILED_PRECONDITION, "items[3].weight", "not now");
        dc_bus_reply_error(actor->bus, id, &error);
    } else {
        dc_bus_reply(actor->bus, id, body, size);
    }
}

static void
take(struct actor *actor, const struct dc_bus_message *message)
{
    switch (message->kind) {
    case DC_BUS_REQUEST:
        actor->requests++;
        snprintf(actor->sender, sizeof(actor->sender), "%s", message->sender);
        snprintf(actor->method, sizeof(actor->method), "%s", message->method);
        actor->speaks = message->sender_speaks_for_people;
        actor->admin = message->sender_is_admin;
        actor->person_id = message->context->person_id;
        actor->tenant_id = message->context->tenant_id;
        if (actor->holds) {
            assert_true(actor->held_count < HELD_MAX);
            actor->held[actor->held_count++] = message->id;
        } else {
            answer(actor, message->id, message->method, message->body, message->body_size);
        }
        break;
    case DC_BUS_REPLY:
        actor->replies++;
        actor->by_code[message->code]++;
        actor->body_size = message->body_size;
        actor->last_reply = message->id;
        if (message->code != DC_OK) {
            dc_fail_field(&actor->last_failure, message->code, message->field, "%s",
                          message->error_message);
        }
        break;
    case DC_BUS_EVENT:
        actor->events++;
        actor->numbers_sum += message->event->number;
        break;
    case DC_BUS_NOTICE:
        actor->notices++;
        break;
    case DC_BUS_BEHIND:
        actor->behinds++;
        break;
    }
}

static void
pump(struct actor **actors, size_t count)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    for (size_t i = 0; i < count; i++) {
        struct dc_bus_message message;
        dc_bus_poll(actors[i]->bus, 1);
        while (dc_bus_next(actors[i]->bus, arena, &message)) {
            take(actors[i], &message);
            dc_arena_reset(arena, 0);
        }
        const struct dc_error *trouble = dc_bus_trouble(actors[i]->bus);
        if (trouble) {
            actors[i]->trouble = *trouble;
        }
    }
}

/* Lets the actors play until the condition holds. */
#define PUMP_UNTIL(condition, ...)                                                                 \
    do {                                                                                           \
        struct actor *actors_[] = {__VA_ARGS__};                                                   \
        int64_t end_ = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;                              \
        while (!(condition)) {                                                                     \
            pump(actors_, sizeof(actors_) / sizeof(actors_[0]));                                   \
            if (dc_monotonic() > end_) {                                                           \
                fail_msg("%s:%d: never: %s", __FILE__, __LINE__, #condition);                      \
            }                                                                                      \
        }                                                                                          \
    } while (0)

/* For what must not happen: plays long enough for it to happen. */
static void
pump_for(int ms, struct actor **actors, size_t count)
{
    int64_t end = dc_monotonic() + ms * DC_MILLISECOND;
    while (dc_monotonic() < end) {
        pump(actors, count);
    }
}

static uint64_t
ask(struct actor *actor, const char *service, const char *method, size_t body_size, int timeout_ms)
{
    static uint8_t body[2 << 20];
    return dc_bus_send(actor->bus, &(struct dc_bus_request){.service = service,
                                                            .method = method,
                                                            .body = body,
                                                            .body_size = body_size,
                                                            .timeout_ms = timeout_ms});
}

static struct actor
play(struct dc_test_bus *at, const char *peer)
{
    open_count++;
    return (struct actor){.bus = dc_test_bus_open(at, peer)};
}

static void
leave(struct actor *actor)
{
    open_count--;
    dc_bus_free(actor->bus);
    actor->bus = NULL;
}

static void
publish(struct actor *actor, const char *stream, const char *type, int64_t number)
{
    char subject[128];
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = (char *)stream;
    event.type = (char *)type;
    event.epoch = 1;
    event.number = event.overall = number;
    snprintf(subject, sizeof(subject), "%s.%s", stream, type);
    dc_bus_publish(actor->bus, subject, &event, NULL, 0);
}

/* --- a peer that speaks by hand ------------------------------------------------------------------
 */
struct raw {
    void *socket;
    struct dc_arena *arena;
    zmq_msg_t body; /* of the message heard last */
};

static void *raw_context;

static struct raw
raw_open(struct dc_test_bus *at, const char *peer)
{
    struct raw raw = {.arena = dc_arena_new(0)};
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    int none = 0;
    dc_test_bus_keys(at, peer, public_key, secret_key, server_key);
    raw_context = raw_context ? raw_context : zmq_ctx_new();
    raw.socket = zmq_socket(raw_context, ZMQ_DEALER);
    zmq_setsockopt(raw.socket, ZMQ_LINGER, &none, sizeof(none));
    zmq_setsockopt(raw.socket, ZMQ_CURVE_SERVERKEY, server_key, DC_BUS_KEY_TEXT);
    zmq_setsockopt(raw.socket, ZMQ_CURVE_PUBLICKEY, public_key, DC_BUS_KEY_TEXT);
    zmq_setsockopt(raw.socket, ZMQ_CURVE_SECRETKEY, secret_key, DC_BUS_KEY_TEXT);
    assert_int_equal(zmq_connect(raw.socket, dc_test_bus_endpoint(at)), 0);
    zmq_msg_init(&raw.body);
    open_count++;
    return raw;
}

static void
raw_close(struct raw *raw)
{
    open_count--;
    zmq_close(raw->socket);
    zmq_msg_close(&raw->body);
    dc_arena_free(raw->arena);
}

static void
raw_say(struct raw *raw, const Bus__Envelope *envelope, const char *body)
{
    zmq_msg_t header;
    dc_bus_envelope_encode(envelope, &header);
    assert_int_not_equal(zmq_msg_send(&header, raw->socket, body ? ZMQ_SNDMORE : 0), -1);
    if (body) {
        assert_int_not_equal(zmq_send(raw->socket, body, strlen(body), 0), -1);
    }
}

/* The next message of this kind; others are passed over. NULL: none within the time. */
static Bus__Envelope *
raw_hear(struct raw *raw, Bus__Envelope__KindCase kind, int timeout_ms)
{
    int64_t end = dc_monotonic() + timeout_ms * DC_MILLISECOND;
    while (dc_monotonic() < end) {
        zmq_pollitem_t item = {raw->socket, 0, ZMQ_POLLIN, 0};
        if (zmq_poll(&item, 1, 20) < 1) {
            continue;
        }
        zmq_msg_t header;
        zmq_msg_init(&header);
        assert_int_not_equal(zmq_msg_recv(&header, raw->socket, 0), -1);
        bool more = zmq_msg_more(&header);
        while (more) {
            assert_int_not_equal(zmq_msg_recv(&raw->body, raw->socket, 0), -1);
            more = zmq_msg_more(&raw->body);
        }
        Bus__Envelope *envelope;
        struct dc_error error;
        enum dc_code code = dc_bus_envelope_decode(zmq_msg_data(&header), zmq_msg_size(&header),
                                                   raw->arena, &envelope, &error);
        zmq_msg_close(&header);
        assert_int_equal(code, DC_OK);
        if (envelope->kind_case == kind) {
            return envelope;
        }
    }
    return NULL;
}

/* The code of the REPLY with this id; those to others are passed over. */
static int
raw_answer(struct raw *raw, uint64_t id)
{
    for (;;) {
        Bus__Envelope *heard = raw_hear(raw, BUS__ENVELOPE__KIND_REPLY, PATIENCE_MS);
        assert_non_null(heard);
        if (heard->reply->id == id) {
            return heard->reply->code;
        }
    }
}

static void
raw_hello(struct raw *raw)
{
    Bus__Hello hello = BUS__HELLO__INIT;
    hello.protocol = 1;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_HELLO;
    envelope.hello = &hello;
    raw_say(raw, &envelope, NULL);
    assert_non_null(raw_hear(raw, BUS__ENVELOPE__KIND_WELCOME, PATIENCE_MS));
}

static void
raw_ready(struct raw *raw, const char *service, int credits)
{
    Bus__Ready ready = BUS__READY__INIT;
    ready.service = (char *)service;
    ready.credits = credits;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_READY;
    envelope.ready = &ready;
    raw_say(raw, &envelope, NULL);
    /* PONG follows READY: the bus has heard it. */
    Bus__Ping ping = BUS__PING__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(raw, &envelope, NULL);
    assert_non_null(raw_hear(raw, BUS__ENVELOPE__KIND_PONG, PATIENCE_MS));
}

/* --- the cast
 * -------------------------------------------------------------------------------------- */
static struct dc_test_bus *bus, *twin;

static int
set_up(void **state)
{
    (void)state;
    bus = dc_test_bus_new();
    twin = dc_test_bus_twin(bus);
    dc_test_bus_peer(
        bus, "goals",
        "offer: [goals, goals.log]\npublish: [\"goals.>\", _log.goals]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "worker", "offer: [goals]");
    dc_test_bus_peer(bus, "caller", "call: [goals, nobody]\nhear: [\"goals.>\", _log.goals]");
    dc_test_bus_peer(bus, "gateway",
                     "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true\nadmin: true");
    dc_test_bus_peer(bus, "slow", "hear: [\"goals.>\"]");
    dc_test_bus_start(bus);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    if (dc_test_bus_is_running(twin)) {
        assert_int_equal(dc_test_bus_stop(twin), 0);
    }
    assert_int_equal(dc_test_bus_stop(bus), 0);
    if (open_count == 0) { /* otherwise it would wait for them for ever */
        dc_bus_terminate();
        zmq_ctx_term(raw_context);
    }
    return 0;
}

/* --- requests
 * ---------------------------------------------------------------------------------------- */
static void
test_request_and_reply(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    dc_bus_ready(goals.bus, "goals", 2);
    static const size_t sizes[] = {0, 1, 1 << 20};
    for (size_t i = 0; i < 3; i++) {
        int before = caller.replies;
        uint64_t id = 0;
        do { /* the first ones may come before READY */
            id = ask(&caller, "goals", "echo", sizes[i], 5000);
            PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
        } while (caller.by_code[DC_OK] != (int)i + 1 && caller.replies < before + 100);
        assert_int_equal(caller.body_size, sizes[i]);
    }
    assert_string_equal(goals.sender, "caller");
    assert_false(goals.speaks);
    assert_false(goals.admin);
    uint64_t id = ask(&caller, "goals", "fail", 0, 5000);
    PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
    assert_int_equal(caller.last_failure.code, DC_FAILED_PRECONDITION);
    assert_string_equal(caller.last_failure.field, "items[3].weight");
    assert_string_equal(caller.last_failure.message, "not now");
    leave(&caller);
    leave(&goals);
}

static void
test_no_replica_is_told_at_once(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller");
    int64_t before = dc_monotonic();
    ask(&caller, "nobody", "x", 0, 60000);
    PUMP_UNTIL(caller.replies == 1, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 1);
    assert_true(dc_monotonic() - before < DC_SECOND);
    leave(&caller);
}

/* Makes `worker` ready and waits until the bus knows. */
static void
make_ready(struct actor *worker, struct actor *caller, const char *service, int credits)
{
    dc_bus_ready(worker->bus, service, credits);
    bool held = worker->holds;
    worker->holds = false;
    for (int tries = 0; tries < 1000; tries++) {
        int good = caller->by_code[DC_OK];
        uint64_t id = ask(caller, service, "echo", 0, 5000);
        PUMP_UNTIL(caller->last_reply == id, worker, caller);
        if (caller->by_code[DC_OK] > good) {
            break;
        }
    }
    worker->holds = held;
    worker->requests = 0;
    memset(caller->by_code, 0, sizeof(caller->by_code));
    caller->replies = 0;
}

static void
test_deadline_passes(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    goals.holds = true;
    make_ready(&goals, &caller, "goals", 1);
    int64_t before = dc_monotonic();
    ask(&caller, "goals", "x", 0, 300);
    ask(&caller, "goals", "waits in the queue", 0, 300);
    PUMP_UNTIL(caller.replies == 2, &goals, &caller);
    assert_int_equal(caller.by_code[DC_DEADLINE_EXCEEDED], 2);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    assert_int_equal(goals.requests, 1);
    leave(&caller);
    leave(&goals);
}

static void
test_vanished_replica_is_answered_for(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller");
    struct raw worker = raw_open(bus, "worker");
    raw_hello(&worker);
    raw_ready(&worker, "goals", 2);
    ask(&caller, "goals", "x", 0, 60000);
    ask(&caller, "goals", "x", 0, 60000);
    assert_non_null(raw_hear(&worker, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS));
    assert_non_null(raw_hear(&worker, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS));
    int64_t before = dc_monotonic();
    raw_close(&worker);
    PUMP_UNTIL(caller.replies == 2, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 2);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    leave(&caller);
}

static void
test_bye_loses_nothing(void **state)
{
    (void)state;
    struct actor one = play(bus, "goals"), two = play(bus, "worker"), caller = play(bus, "caller");
    make_ready(&one, &caller, "goals", 4);
    make_ready(&two, &caller, "goals", 4);
    enum { REQUESTS = 400 };
    for (int i = 0; i < REQUESTS; i++) {
        ask(&caller, "goals", "x", 10, 20000);
        if (i == REQUESTS / 4) {
            dc_bus_bye(one.bus);
        }
        if (i % 10 == 0) {
            pump((struct actor *[]){&one, &two, &caller}, 3);
        }
    }
    PUMP_UNTIL(dc_bus_is_drained(one.bus), &one, &two, &caller);
    int served = one.requests;
    leave(&one);
    PUMP_UNTIL(caller.replies == REQUESTS, &two, &caller);
    assert_int_equal(caller.by_code[DC_OK], REQUESTS);
    assert_int_equal(served + two.requests, REQUESTS);
    assert_true(served > 0);
    leave(&two);
    leave(&caller);
}

/* --- who may what
 * -------------------------------------------------------------------------------------- */
static void
test_unknown_key_is_refused(void **state)
{
    (void)state;
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    dc_test_bus_keys(bus, "caller", public_key, secret_key, server_key);
    dc_bus_key_pair(public_key, secret_key);
    const char *endpoints[] = {dc_test_bus_endpoint(bus), NULL};
    struct actor stranger = {0};
    open_count++;
    assert_int_equal(dc_bus_open(&stranger.bus,
                                 &(struct dc_bus_options){.endpoints = endpoints,
                                                          .public_key = public_key,
                                                          .secret_key = secret_key,
                                                          .server_key = server_key},
                                 NULL),
                     DC_OK);
    uint64_t id = ask(&stranger, "goals", "x", 0, 60000);
    PUMP_UNTIL(stranger.trouble.code == DC_UNAUTHENTICATED, &stranger);
    PUMP_UNTIL(stranger.last_reply == id, &stranger);
    assert_int_equal(stranger.by_code[DC_UNAVAILABLE], 1);
    assert_false(dc_bus_is_connected(stranger.bus));
    leave(&stranger);
}

static void
test_sender_cannot_be_forged(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    struct raw liar = raw_open(bus, "caller");
    raw_hello(&liar);
    Bus__Request request = BUS__REQUEST__INIT;
    request.id = 7;
    request.service = "goals";
    request.method = "lie";
    request.timeout_ms = 5000;
    request.sender = "gateway";
    request.sender_speaks_for_people = request.sender_is_admin = true;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REQUEST;
    envelope.request = &request;
    raw_say(&liar, &envelope, "x");
    PUMP_UNTIL(strcmp(goals.method, "lie") == 0, &goals);
    assert_string_equal(goals.sender, "caller");
    assert_false(goals.speaks);
    assert_false(goals.admin);
    /* Nor can it speak for a person, or under another's name. */
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.person_id = 17;
    request.context = &context;
    request.id = 8;
    raw_say(&liar, &envelope, "x");
    assert_int_equal(raw_answer(&liar, 8), DC_PERMISSION_DENIED);
    context.person_id = 0;
    context.account = "boss";
    request.id = 9;
    raw_say(&liar, &envelope, "x");
    assert_int_equal(raw_answer(&liar, 9), DC_PERMISSION_DENIED);
    assert_int_equal(goals.requests, 1);
    raw_close(&liar);
    leave(&caller);
    leave(&goals);
}

static void
test_reply_to_what_one_does_not_hold(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    goals.holds = true;
    ask(&caller, "goals", "x", 0, 10000);
    PUMP_UNTIL(goals.held_count == 1, &goals, &caller);
    struct raw liar = raw_open(bus, "worker");
    raw_hello(&liar);
    Bus__Reply reply = BUS__REPLY__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REPLY;
    envelope.reply = &reply;
    for (reply.id = 0; reply.id < 5000; reply.id++) {
        raw_say(&liar, &envelope, "lie");
    }
    struct actor *cast[] = {&goals, &caller};
    pump_for(300, cast, 2);
    assert_int_equal(caller.replies, 0);
    dc_bus_reply(goals.bus, goals.held[0], (const uint8_t *)"truth", 5);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller);
    assert_int_equal(caller.body_size, 5);
    raw_close(&liar);
    leave(&caller);
    leave(&goals);
}

static void
test_what_is_not_permitted_is_refused(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller"), goals = play(bus, "goals");
    ask(&caller, "goals.log", "x", 0, 5000);
    PUMP_UNTIL(caller.by_code[DC_PERMISSION_DENIED] == 1, &caller);
    ask(&caller, "bus", "dacheng.bus.v1.BusService/GetStatus", 0, 5000);
    PUMP_UNTIL(caller.by_code[DC_PERMISSION_DENIED] == 2, &caller);
    dc_bus_ready(caller.bus, "goals", 1);
    PUMP_UNTIL(strstr(caller.trouble.message, "ready goals"), &caller);
    const char *patterns[] = {">", "goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 10);
    PUMP_UNTIL(strstr(caller.trouble.message, "subscribe >"), &caller);
    dc_bus_publish(caller.bus, "goals.Lie", NULL, (const uint8_t *)"x", 1);
    PUMP_UNTIL(strstr(caller.trouble.message, "publish goals.Lie"), &caller);
    assert_int_equal(caller.notices, 0);
    dc_bus_publish(goals.bus, "goals.Truth", NULL, (const uint8_t *)"x", 1);
    PUMP_UNTIL(caller.notices == 1, &caller, &goals); /* the permitted pattern stands */
    /* A logged event must be what its subject says. */
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = "scoring";
    event.type = "Lie";
    event.number = 1;
    dc_bus_publish(goals.bus, "goals.Lie", &event, NULL, 0);
    publish(&goals, "goals", "Truth", 1);
    PUMP_UNTIL(caller.events == 1, &caller, &goals);
    leave(&caller);
    leave(&goals);
}

static void
test_status_for_admins(void **state)
{
    (void)state;
    struct actor gateway = play(bus, "gateway"), goals = play(bus, "goals");
    make_ready(&goals, &gateway, "goals", 3);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const uint8_t *body;
    size_t size;
    struct dc_error error;
    struct dc_bus_request request = {
        .service = "bus", .method = "dacheng.bus.v1.BusService/GetStatus", .timeout_ms = 5000};
    assert_int_equal(dc_bus_call(gateway.bus, &request, arena, &body, &size, &error), DC_OK);
    Bus__StatusResponse *status = bus__status_response__unpack(NULL, size, body);
    assert_non_null(status);
    bool found = false;
    for (size_t i = 0; i < status->n_services; i++) {
        found |= strcmp(status->services[i]->service, "goals") == 0 &&
                 status->services[i]->replicas == 1 && status->services[i]->credits_free == 3;
    }
    assert_true(found);
    assert_true(status->n_sessions >= 2);
    bus__status_response__free_unpacked(status, NULL);
    request.method = "dacheng.bus.v1.BusService/Nonsense";
    assert_int_equal(dc_bus_call(gateway.bus, &request, arena, &body, &size, &error),
                     DC_UNIMPLEMENTED);
    leave(&goals);
    leave(&gateway);
}

static void
test_peers_file_is_followed(void **state)
{
    (void)state;
    dc_test_bus_peer(bus, "guest", "call: [nobody]");
    struct actor guest = play(bus, "guest"); /* waits until it is welcomed */
    dc_test_bus_peer(bus, "guest", "call: [goals]");
    PUMP_UNTIL((ask(&guest, "nobody", "x", 0, 2000), guest.by_code[DC_PERMISSION_DENIED] > 0),
               &guest);
    dc_test_bus_forget_peer(bus, "guest");
    dc_test_bus_signal(bus, SIGHUP);
    PUMP_UNTIL(guest.trouble.code == DC_UNAUTHENTICATED, &guest);
    int denied = guest.by_code[DC_PERMISSION_DENIED];
    uint64_t id = ask(&guest, "nobody", "x", 0, 300);
    PUMP_UNTIL(guest.last_reply == id, &guest);
    assert_int_equal(guest.by_code[DC_PERMISSION_DENIED], denied); /* not even that is told */
    leave(&guest);
}

/* --- events
 * ---------------------------------------------------------------------------------------------- */
static void
test_slow_subscriber_alone_falls_behind(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), quick = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(quick.bus, patterns, 5000);
    struct raw slow = raw_open(bus, "slow");
    raw_hello(&slow);
    char *pattern = "goals.*";
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    subscribe.n_patterns = 1;
    subscribe.patterns = &pattern;
    subscribe.credits = 3;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_SUBSCRIBE;
    envelope.subscribe = &subscribe;
    raw_say(&slow, &envelope, NULL);
    Bus__Ping ping = BUS__PING__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&slow, &envelope, NULL);
    assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_PONG, PATIENCE_MS));
    /* Until the quick one's SUBSCRIBE is in force too. */
    int64_t number = 0;
    PUMP_UNTIL((publish(&goals, "goals", "First", ++number), quick.events > 0), &goals, &quick);
    enum { EVENTS = 2000 };
    int had = quick.events;
    for (int i = 0; i < EVENTS; i++) {
        publish(&goals, "goals", "Changed", ++number);
    }
    PUMP_UNTIL(quick.events >= had + EVENTS, &goals, &quick);
    assert_int_equal(quick.behinds, 0);
    for (int i = 0; i < 3; i++) {
        assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_EVENT, PATIENCE_MS));
    }
    assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_BEHIND, PATIENCE_MS));
    Bus__Credit credit = BUS__CREDIT__INIT;
    credit.events = 1;
    envelope.kind_case = BUS__ENVELOPE__KIND_CREDIT;
    envelope.credit = &credit;
    raw_say(&slow, &envelope, NULL);
    Bus__Envelope *behind = raw_hear(&slow, BUS__ENVELOPE__KIND_BEHIND, PATIENCE_MS);
    assert_non_null(behind);
    assert_true(behind->behind->dropped >= EVENTS - 3); /* that were sent against its credit */
    raw_close(&slow);
    leave(&quick);
    leave(&goals);
}

static void
test_our_client_gives_its_credit_back(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), hearer = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(hearer.bus, patterns, 2);
    int64_t number = 0;
    for (int i = 0; i < 200; i++) {
        int had = hearer.events + hearer.behinds;
        PUMP_UNTIL(
            (publish(&goals, "goals", "Changed", ++number), hearer.events + hearer.behinds > had),
            &goals, &hearer);
    }
    assert_true(hearer.events > 50);
    leave(&hearer);
    leave(&goals);
}

/* --- nonsense
 * ---------------------------------------------------------------------------------------------- */
static void
expect_error_then_service(struct raw *raw, enum dc_code code)
{
    Bus__Envelope *heard = raw_hear(raw, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_int_equal(heard->error->code, code);
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(raw, &envelope, NULL);
    assert_non_null(raw_hear(raw, BUS__ENVELOPE__KIND_PONG, PATIENCE_MS));
}

static void
test_malformed_messages_are_answered(void **state)
{
    (void)state;
    struct raw raw = raw_open(bus, "caller");
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&raw, &envelope, NULL); /* before HELLO */
    Bus__Envelope *heard = raw_hear(&raw, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_true(heard->error->say_hello);
    raw_hello(&raw);

    zmq_send(raw.socket, "", 0, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    zmq_send(raw.socket, "\x2a\xff\xff\xff\xff\x7f", 6, 0); /* a request longer than the frame */
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    zmq_send(raw.socket, "\x62\x00", 2, ZMQ_SNDMORE); /* PING with a body */
    zmq_send(raw.socket, "body", 4, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    char *large = calloc(1, DC_BUS_HEADER_MAX + 1);
    zmq_send(raw.socket, large, DC_BUS_HEADER_MAX + 1, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    free(large);
    uint8_t nested[2000]; /* groups in groups */
    memset(nested, 0x0b, sizeof(nested));
    zmq_send(raw.socket, nested, sizeof(nested), 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    raw_close(&raw);
}

static void
test_endless_frames_and_large_ones(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    struct raw raw = raw_open(bus, "worker");
    raw_hello(&raw);
    for (int i = 0; i < 20000; i++) {
        assert_int_not_equal(zmq_send(raw.socket, "frame", 5, ZMQ_SNDMORE), -1);
    }
    zmq_send(raw.socket, "last", 4, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    /* Larger than any frame may be: that connection ends, the bus does not. */
    size_t size = DC_BUS_BODY_MAX + 1000;
    char *large = calloc(1, size);
    zmq_send(raw.socket, "\x62\x00", 2, ZMQ_SNDMORE);
    zmq_send(raw.socket, large, size, 0);
    free(large);
    uint64_t id = ask(&caller, "goals", "x", 1, 5000);
    PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
    assert_int_equal(caller.by_code[DC_OK], 1);
    assert_true(dc_test_bus_is_running(bus));
    raw_close(&raw);
    leave(&caller);
    leave(&goals);
}

/* --- several instances, restarts
 * -------------------------------------------------------------------------- */
static void
test_two_instances_carry_each_event_once(void **state)
{
    (void)state;
    dc_test_bus_start(twin);
    struct actor goals = {.bus = dc_test_bus_open_both(bus, twin, "goals")};
    struct actor caller = {.bus = dc_test_bus_open_both(bus, twin, "caller")};
    open_count += 2;
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 1000);
    make_ready(&goals, &caller, "goals", 2);
    int64_t sum = 0;
    for (int64_t number = 1; number <= 500; number++) {
        publish(&goals, "goals", "Changed", number);
        sum += number;
        if (number % 50 == 0) {
            pump((struct actor *[]){&goals, &caller}, 2);
        }
    }
    PUMP_UNTIL(caller.numbers_sum >= sum, &goals, &caller);
    pump_for(200, (struct actor *[]){&goals, &caller}, 2);
    assert_int_equal(caller.events, 500);
    assert_int_equal(caller.numbers_sum, sum);

    /* One is killed: requests and events go on by the other. */
    dc_test_bus_kill(twin);
    for (int64_t number = 501; number <= 600; number++) {
        publish(&goals, "goals", "Changed", number);
        sum += number;
    }
    PUMP_UNTIL(caller.numbers_sum >= sum, &goals, &caller);
    assert_int_equal(caller.events, 600);
    PUMP_UNTIL(dc_bus_connections(caller.bus) == 1, &goals, &caller);
    ask(&caller, "goals", "x", 0, 5000);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller);
    assert_int_equal(caller.by_code[DC_OK], 1);

    /* It comes back, and both are used again. */
    dc_test_bus_start(twin);
    PUMP_UNTIL(dc_bus_connections(caller.bus) == 2 && dc_bus_connections(goals.bus) == 2, &goals,
               &caller);
    PUMP_UNTIL(caller.behinds > 0, &goals, &caller); /* something may have been missed */
    for (int i = 0; i < 20; i++) {
        int had = caller.replies;
        ask(&caller, "goals", "x", 0, 5000);
        PUMP_UNTIL(caller.replies == had + 1, &goals, &caller);
    }
    assert_int_equal(caller.by_code[DC_OK], 21);

    /* It is stopped under load: what it has is answered, the rest goes to the other. */
    goals.holds = true;
    for (int i = 0; i < 8; i++) {
        ask(&caller, "goals", "x", 0, 20000);
    }
    PUMP_UNTIL(goals.held_count >= 2, &goals, &caller);
    dc_test_bus_signal(twin, SIGTERM);
    pump_for(300, (struct actor *[]){&goals, &caller}, 2);
    goals.holds = false;
    for (int i = 0; i < goals.held_count; i++) {
        dc_bus_reply(goals.bus, goals.held[i], NULL, 0);
    }
    PUMP_UNTIL(caller.replies == 29, &goals, &caller);
    if (caller.by_code[DC_OK] != 29) {
        fail_msg("%s", caller.last_failure.message);
    }
    PUMP_UNTIL(!dc_test_bus_is_running(twin), &goals, &caller);
    leave(&caller);
    leave(&goals);
}

static void
test_killed_bus_comes_back(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 100);
    make_ready(&goals, &caller, "goals", 1);
    goals.holds = true;
    ask(&caller, "goals", "x", 0, 60000);
    PUMP_UNTIL(goals.held_count == 1, &goals, &caller);
    int64_t before = dc_monotonic();
    dc_test_bus_kill(bus);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller); /* not left to its deadline */
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 1);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    ask(&caller, "goals", "x", 0, 60000);
    PUMP_UNTIL(caller.replies == 2, &goals, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 2);
    dc_test_bus_start(bus);
    before = dc_monotonic();
    goals.holds = false;
    dc_bus_reply(goals.bus, goals.held[0], NULL, 0); /* goes nowhere, harms nothing */
    PUMP_UNTIL((ask(&caller, "goals", "x", 0, 2000), caller.by_code[DC_OK] > 0), &goals, &caller);
    assert_true(dc_monotonic() - before < 3 * DC_SECOND);
    PUMP_UNTIL(caller.behinds > 0, &goals, &caller);
    PUMP_UNTIL((publish(&goals, "goals", "Back", 1), caller.events == 1), &goals, &caller);
    leave(&caller);
    leave(&goals);
}

/* Settings for the next tests are those of a bus of their own. */
static void
test_queue_refuses_fast_and_silent_peers_are_dead(void **state)
{
    (void)state;
    struct dc_test_bus *small = dc_test_bus_new();
    dc_test_bus_peer(small, "goals", "offer: [goals]");
    dc_test_bus_peer(small, "caller", "call: [goals]");
    dc_test_bus_set(small, "bus.queue_per_service=5");
    dc_test_bus_set(small, "bus.heartbeat_ms=100");
    dc_test_bus_set(small, "bus.dead_ms=600");
    dc_test_bus_start(small);
    struct actor caller = play(small, "caller");
    struct raw goals = raw_open(small, "goals");
    raw_hello(&goals);
    raw_ready(&goals, "goals", 1);
    int64_t before = dc_monotonic();
    for (int i = 0; i < 20; i++) {
        ask(&caller, "goals", "x", 0, 1500);
    }
    PUMP_UNTIL(caller.replies == 14, &caller);
    assert_int_equal(caller.by_code[DC_RESOURCE_EXHAUSTED], 14);
    assert_true(dc_monotonic() - before < DC_SECOND);
    /* It has one request, so it may be silent until that one's deadline; then it is dead. */
    Bus__Envelope *request = raw_hear(&goals, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS);
    assert_non_null(request);
    PUMP_UNTIL(caller.replies == 20, &caller);
    PUMP_UNTIL((ask(&caller, "goals", "x", 0, 400), caller.by_code[DC_UNAVAILABLE] > 0), &caller);
    assert_true(dc_monotonic() - before > 1500 * DC_MILLISECOND);
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&goals, &envelope, NULL);
    Bus__Envelope *heard = raw_hear(&goals, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_true(heard->error->say_hello);
    raw_close(&goals);
    leave(&caller);
    assert_int_equal(dc_test_bus_stop(small), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_and_reply),
        cmocka_unit_test(test_no_replica_is_told_at_once),
        cmocka_unit_test(test_deadline_passes),
        cmocka_unit_test(test_vanished_replica_is_answered_for),
        cmocka_unit_test(test_bye_loses_nothing),
        cmocka_unit_test(test_unknown_key_is_refused),
        cmocka_unit_test(test_sender_cannot_be_forged),
        cmocka_unit_test(test_reply_to_what_one_does_not_hold),
        cmocka_unit_test(test_what_is_not_permitted_is_refused),
        cmocka_unit_test(test_status_for_admins),
        cmocka_unit_test(test_peers_file_is_followed),
        cmocka_unit_test(test_slow_subscriber_alone_falls_behind),
        cmocka_unit_test(test_our_client_gives_its_credit_back),
        cmocka_unit_test(test_malformed_messages_are_answered),
        cmocka_unit_test(test_endless_frames_and_large_ones),
        cmocka_unit_test(test_two_instances_carry_each_event_once),
        cmocka_unit_test(test_killed_bus_comes_back),
        cmocka_unit_test(test_queue_refuses_fast_and_silent_peers_are_dead),
    };
    return cmocka_run_group_tests_name("bus", tests, set_up, tear_down);
}
