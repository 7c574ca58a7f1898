/*
 * broker.h - requests: which replica gets which, and who is answered what. Pure: no socket, no
 * clock; what it wants done it asks of `struct broker_effects`, so a test plays the network.
 *
 * Promises: every request is answered exactly once, unless its caller is gone; a request is handed
 * over at most once; a queue is never longer than its bounds; a replica never holds more than its
 * credits. Sessions are the router's, named by numbers that are never used again.
 */
#ifndef DC_BUS_BROKER_H
#define DC_BUS_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct broker;

enum { BROKER_SERVICES_MAX = 1000 };

struct broker_request {
    uint64_t id;        /* the bus's */
    uint64_t caller;    /* session */
    uint64_t caller_id; /* what the caller calls it */
    const char *service;
    int64_t deadline; /* dc_monotonic() */
    size_t size;      /* bytes held while it is queued */
    void *payload;    /* the broker's until freed by effects->payload_free */
};

struct broker_answer {
    enum dc_code code;
    const char *field;
    const char *message;
    const char *message_zh; /* of the replica's reply; NULL: the broker's own sentence */
    bool handed_over;       /* a replica has it, or had it */
    void *body;             /* of the replica's reply; as given to broker_reply; NULL otherwise */
};

enum broker_sent { BROKER_SENT, BROKER_FULL, BROKER_GONE };

struct broker_effects {
    /* The replica's session gets the request. Anything but SENT: it has not got it. */
    enum broker_sent (*hand_over)(void *context, uint64_t session,
                                  const struct broker_request *request, int64_t now);
    void (*answer)(void *context, const struct broker_request *request,
                   const struct broker_answer *answer);
    void (*payload_free)(void *payload);
};

struct broker_limits {
    size_t queue_per_service; /* requests that wait */
    size_t queue_per_caller;
    size_t bytes_per_service; /* of what waits */
    int64_t grace_us;         /* how long a request waits for a first replica; 0: not at all */
};

struct broker *broker_new(const struct broker_limits *limits, const struct broker_effects *effects,
                          void *context);
void broker_free(struct broker *broker);
DC_DEFINE_AUTO(broker)

/* The session answers for the service from now on. RESOURCE_EXHAUSTED: too many services. */
enum dc_code broker_ready(struct broker *broker, uint64_t session, const char *service, int credits,
                          int64_t now, struct dc_error *error) DC_MUST_CHECK;
/* Nothing more is handed over to the session; what it has it may still answer. */
void broker_bye(struct broker *broker, uint64_t session, int64_t now);
/* The session is no more: what it had is answered UNAVAILABLE, what it asked is forgotten. */
void broker_gone(struct broker *broker, uint64_t session, int64_t now);

/* Takes the payload over. `request->id` is set by the broker. */
void broker_ask(struct broker *broker, struct broker_request request, int64_t now);
/* False: the session does not hold such a request (the body is untouched, and remains the
 * caller's in either case). */
bool broker_reply(struct broker *broker, uint64_t session, uint64_t id,
                  const struct broker_answer *reply, int64_t now);

/* Overdue heads, ended graces, pipes that have room again. Call it every 50 ms or so while
 * something waits. */
void broker_tick(struct broker *broker, int64_t now);
bool broker_has_waiting(const struct broker *broker);
/* Refuses every new request, and everything that waits, with UNAVAILABLE: the bus is leaving. */
void broker_close(struct broker *broker, int64_t now);

/* Until when the session may be silent because it works: the latest deadline of what it holds; 0
 * when it holds nothing. */
int64_t broker_busy_until(const struct broker *broker, uint64_t session);
size_t broker_in_hand(const struct broker *broker); /* handed over and not answered, of all */
int broker_waiting_of(const struct broker *broker, uint64_t caller); /* without answer */

struct broker_service_facts {
    const char *service;
    int replicas, credits_free;
    size_t queued, queued_bytes;
    uint64_t requests, refused;
};
struct broker_replica_facts {
    uint64_t session;
    const char *service;
    int credits, credits_free;
    uint64_t answered;
};
size_t broker_service_count(const struct broker *broker);
void broker_service_at(const struct broker *broker, size_t index,
                       struct broker_service_facts *ret_facts);
size_t broker_replica_count(const struct broker *broker, size_t service);
void broker_replica_at(const struct broker *broker, size_t service, size_t index,
                       struct broker_replica_facts *ret_facts);

#endif
