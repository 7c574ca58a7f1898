/*
 * bus.h - a program's connection to the bus: one DEALER to every bus instance.
 *
 * A `struct dc_bus` belongs to one thread. It resolves names itself (every address of every
 * endpoint, looked at again every few seconds), authenticates by CURVE, sends heartbeats from the
 * thread's own loop (so a stuck thread looks dead), announces itself again after a reconnect, and
 * drops events that arrive twice because two instances carried them (per stream and partition, by
 * epoch and number). Nothing here is durable: requests may fail with UNAVAILABLE, events may be
 * lost; see service/consumer.h for what makes it whole. The wire format is proto/WIRE.md.
 *
 * The loop:  while (running) { dc_bus_poll(bus, timeout); while (dc_bus_next(bus, arena, &m)) ... }
 */
#ifndef DC_EDGE_BUS_H
#define DC_EDGE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/time.h"

#include <dacheng/kernel/v1/context.pb-c.h>
#include <dacheng/kernel/v1/log.pb-c.h>

struct dc_bus;

struct dc_bus_options {
    const char *const *endpoints; /* "tcp://bus:7100", ...; NULL-ended; copied */
    const char *public_key;       /* Z85, 40 characters; ours */
    const char *secret_key;
    const char *server_key;       /* the bus's public key, the same for every instance */
    const char *instance;         /* names this replica in `dacheng top`, e.g. "scoring-3f2a" */
};

/* One libzmq context per process, made on first use, ended by dc_bus_terminate() at exit. */
enum dc_code dc_bus_open(struct dc_bus **ret_bus, const struct dc_bus_options *options,
                         struct dc_error *error) DC_MUST_CHECK;
void dc_bus_free(struct dc_bus *bus);
DC_DEFINE_AUTO(dc_bus)
void dc_bus_terminate(void);

/* True when at least one instance has welcomed us. */
bool dc_bus_is_connected(const struct dc_bus *bus);
size_t dc_bus_connections(const struct dc_bus *bus); /* how many have */
/* The last thing that went wrong with a connection (key refused, permission missing, silence), for
 * a log line; NULL when there was none since the last call. Lives until the next call. */
const struct dc_error *dc_bus_trouble(struct dc_bus *bus);

/* --- worker: answers requests ------------------------------------------------------------------
 * Offers `service` with `credits` requests at a time. Each reply gives its credit back. bye(): no
 * further requests; those already handed over are still to be answered. */
void dc_bus_ready(struct dc_bus *bus, const char *service, int credits);
void dc_bus_bye(struct dc_bus *bus);
/* After bye: true once every connected instance confirmed that nothing more will be handed over,
 * and everything that was is answered. */
bool dc_bus_is_drained(const struct dc_bus *bus);

/* --- caller -------------------------------------------------------------------------------------
 * Sends a request; the answer comes as a DC_BUS_REPLY with the same id (from 1), also when the
 * deadline passes (DEADLINE_EXCEEDED) or there is no bus or replica (UNAVAILABLE). */
struct dc_bus_request {
    const char *service;         /* "goals", "goals.log" */
    const char *method;          /* "dacheng.goals.v1.GoalService/AdjustTargets" */
    const uint8_t *body;
    size_t body_size;
    const Kernel__Context *context; /* NULL: as ourselves */
    const char *idempotency_key;    /* NULL or "": none */
    int64_t timeout_ms;             /* 1..600000; travels as remaining milliseconds */
};
uint64_t dc_bus_send(struct dc_bus *bus, const struct dc_bus_request *request);

/* Sends and waits, keeping heartbeats going; messages of other kinds wait in the queue (bounded)
 * for dc_bus_next. The reply body lives in `arena`. */
enum dc_code dc_bus_call(struct dc_bus *bus, const struct dc_bus_request *request,
                         struct dc_arena *arena, const uint8_t **ret_body, size_t *ret_size,
                         struct dc_error *error) DC_MUST_CHECK;

/* --- events -------------------------------------------------------------------------------------
 * Subscribes to patterns with credit; every event taken by dc_bus_next gives its credit back. */
void dc_bus_subscribe(struct dc_bus *bus, const char *const *patterns /* NULL-ended */,
                      int credits);
/* To every connected instance, at once and without guarantee. `subject` "goals.TargetsAdjusted";
 * event NULL with a body: an unlogged message ("_log.goals", "_wake.goals"). */
void dc_bus_publish(struct dc_bus *bus, const char *subject, const Kernel__Event *event,
                    const uint8_t *body, size_t body_size);

/* --- receiving ---------------------------------------------------------------------------------- */
enum dc_bus_kind {
    DC_BUS_REQUEST, /* to be answered with dc_bus_reply, always */
    DC_BUS_REPLY,   /* to a dc_bus_send */
    DC_BUS_EVENT,
    DC_BUS_NOTICE,  /* an unlogged message: subject and body */
    DC_BUS_BEHIND,  /* events were dropped because our credit was used up: read the log */
};

struct dc_bus_message {
    enum dc_bus_kind kind;
    uint64_t id;             /* REPLY: of the request; REQUEST: handle for dc_bus_reply */
    const char *service;     /* REQUEST */
    const char *method;      /* REQUEST */
    const char *sender;      /* REQUEST: the peer as the bus authenticated it */
    bool sender_speaks_for_people; /* REQUEST: the context may be believed */
    bool sender_is_admin;          /* REQUEST: may call AdminService */
    const Kernel__Context *context; /* REQUEST: never NULL */
    const char *idempotency_key;   /* REQUEST: "" if none */
    int64_t deadline;              /* REQUEST: dc_monotonic() time */
    enum dc_code code;             /* REPLY */
    const char *field;             /* REPLY with a failure: its field, or "" */
    const char *error_message;     /* REPLY with a failure */
    const char *error_message_zh;  /* the same in Chinese, or "" */
    const char *subject;           /* EVENT, NOTICE */
    const Kernel__Event *event;    /* EVENT */
    const uint8_t *body;           /* REQUEST, REPLY, NOTICE */
    size_t body_size;
};

/* Waits up to timeout_ms (-1: until something happens; heartbeats are kept meanwhile) for
 * messages, or for the watched descriptor to become readable. Must be called at least every second
 * or so by a thread that has no request in hand: that is what keeps it alive in the bus's eyes. */
void dc_bus_poll(struct dc_bus *bus, int timeout_ms);
/* Also wakes dc_bus_poll when `fd` is readable (a wake-up pipe, an epoll descriptor); -1 removes. */
void dc_bus_watch_fd(struct dc_bus *bus, int fd);
/* Takes the next message; everything in it lives in `arena`. False: none waiting. */
bool dc_bus_next(struct dc_bus *bus, struct dc_arena *arena, struct dc_bus_message *ret_message);

/* Answers a request: code DC_OK with a body, or a failure with its error. */
void dc_bus_reply(struct dc_bus *bus, uint64_t id, const uint8_t *body, size_t body_size);
void dc_bus_reply_error(struct dc_bus *bus, uint64_t id, const struct dc_error *error);

/* Keys: CURVE pairs as Z85 text. Key files hold one line. */
enum { DC_BUS_KEY_TEXT = 41 };
void dc_bus_key_pair(char ret_public[DC_BUS_KEY_TEXT], char ret_secret[DC_BUS_KEY_TEXT]);
enum dc_code dc_bus_public_of(const char *secret_key, char ret_public[DC_BUS_KEY_TEXT],
                              struct dc_error *error) DC_MUST_CHECK;

#endif
