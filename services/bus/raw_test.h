/*
 * raw_test.h - a peer of the bus that speaks the wire format by hand, where our client would not
 * misbehave.
 */
#ifndef DC_BUS_RAW_TEST_H
#define DC_BUS_RAW_TEST_H

#include <zmq.h>

#include "actor_test.h"
#include "edge/bus_wire.h"

struct raw {
    void *socket;
    struct dc_arena *arena;
    zmq_msg_t body; /* of the message heard last */
};

static void *raw_context;

static inline struct raw
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

static inline void
raw_close(struct raw *raw)
{
    open_count--;
    zmq_close(raw->socket);
    zmq_msg_close(&raw->body);
    dc_arena_free(raw->arena);
}

static inline void
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
static inline Bus__Envelope *
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
static inline int
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

static inline void
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

static inline void
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

#endif
