/*
 * breaker.h - the circuit breaker of whoever is sent to: after some faults in a row nothing is sent
 * for a while, then one message is tried. Pure.
 *
 * A fault is the receiver's (no connection, time-out, 5xx, log-in, balance), not the message's: an
 * answer that refuses one message shows that the receiver lives.
 *
 * The state stands in the database, one row for all replicas: a receiver that is down is down
 * for each of them, a replica that starts anew need not find out by itself, and the trial is one
 * message, not one a replica. What that costs is a look at one row before each batch; it is
 * written only when there was a fault, or something to recover from.
 */
#ifndef DC_BASE_BREAKER_H
#define DC_BASE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/time.h"

enum dc_breaker_state {
    DC_BREAKER_CLOSED,
    DC_BREAKER_OPEN,
    DC_BREAKER_HALF_OPEN,
    DC_BREAKER_STATES
};

struct dc_breaker {
    enum dc_breaker_state state;
    int64_t faults;   /* in a row */
    int64_t openings; /* in a row: each pause is twice as long as the one before */
    dc_time since;
    dc_time until; /* open: no message before; half open: the lease of whoever tries */
};

struct dc_breaker_rule {
    int64_t faults; /* in a row, before it opens */
    int64_t first_pause_s;
    int64_t longest_pause_s;
    int64_t throttle_pause_s; /* when the provider says "too fast" */
};

enum dc_breaker_event {
    DC_BREAKER_ALIVE,    /* an answer that is about the message */
    DC_BREAKER_FAULTY,   /* the channel failed */
    DC_BREAKER_TOO_FAST, /* the provider limits us */
    DC_BREAKER_TRIAL,    /* the pause is over: somebody takes one message to try */
};

/* The next state. A trial is taken only when the pause, or an earlier trial's lease, is over;
 * otherwise the state stays as it is. */
struct dc_breaker dc_breaker_next(const struct dc_breaker_rule *rule,
                                  const struct dc_breaker *breaker, enum dc_breaker_event event,
                                  dc_time now, int64_t lease_s);
bool dc_breaker_may_try(const struct dc_breaker *breaker, dc_time now);

const char *dc_breaker_name(enum dc_breaker_state state); /* "half_open" */
enum dc_breaker_state dc_breaker_named(const char *name);
/* How long to wait before the next attempt at one message, microseconds: doubles with each attempt
 * (from 1), with a quarter of jitter either way. */
int64_t dc_backoff(int64_t first_s, int64_t longest_s, int64_t attempt, uint64_t random);

/* The table of transitions as a diagram (Mermaid). */
void dc_breaker_diagram(struct dc_text *text);

#endif
