/*
 * breaker.h - the circuit breaker of a channel: after some faults in a row nothing is sent for a
 * while, then one message is tried. Pure.
 *
 * A fault is the channel's (no connection, time-out, 5xx, log-in, balance), not the message's: an
 * answer that refuses one recipient shows that the channel lives.
 *
 * The state stands in the database, one row for all replicas: a provider that is down is down for
 * each of them, a replica that starts anew need not find out by itself, and the trial is one
 * message, not one a replica. What that costs is a look at one row before each batch; it is
 * written only when there was a fault, or something to recover from.
 */
#ifndef DC_NOTIFY_BREAKER_H
#define DC_NOTIFY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/time.h"
#include "delivery.h"

enum notify_breaker_state { NOTIFY_CLOSED, NOTIFY_OPEN, NOTIFY_HALF_OPEN, NOTIFY_BREAKER_STATES };

struct notify_breaker {
    enum notify_breaker_state state;
    int64_t faults;   /* in a row */
    int64_t openings; /* in a row: each pause is twice as long as the one before */
    dc_time since;
    dc_time until; /* open: no message before; half open: the lease of whoever tries */
};

struct notify_breaker_rule {
    int64_t faults; /* in a row, before it opens */
    int64_t first_pause_s;
    int64_t longest_pause_s;
    int64_t throttle_pause_s; /* when the provider says "too fast" */
};

enum notify_breaker_event {
    NOTIFY_ALIVE,    /* an answer that is about the message */
    NOTIFY_FAULTY,   /* the channel failed */
    NOTIFY_TOO_FAST, /* the provider limits us */
    NOTIFY_TRIAL,    /* the pause is over: somebody takes one message to try */
};

/* The next state. A trial is taken only when the pause, or an earlier trial's lease, is over;
 * otherwise the state stays as it is. */
struct notify_breaker notify_breaker_next(const struct notify_breaker_rule *rule,
                                          const struct notify_breaker *breaker,
                                          enum notify_breaker_event event, dc_time now,
                                          int64_t lease_s);
enum notify_breaker_event notify_breaker_event_of(enum notify_outcome outcome);
bool notify_breaker_may_try(const struct notify_breaker *breaker, dc_time now);

const char *notify_breaker_name(enum notify_breaker_state state); /* "half_open" */
enum notify_breaker_state notify_breaker_named(const char *name);
/* The table of transitions as a diagram (Mermaid). */
void notify_breaker_diagram(struct dc_text *text);

#endif
