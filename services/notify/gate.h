/*
 * gate.h - a channel's breaker around a piece of work: asks before, tells after. The row in the
 * database is shared by all replicas (breaker.h says why).
 */
#ifndef DC_NOTIFY_GATE_H
#define DC_NOTIFY_GATE_H

#include "handlers.h"

enum { NOTIFY_GATE_EVENTS = 1024 };

struct notify_gate {
    const struct notify_channel *channel;
    struct notify_breaker_row row; /* as we know it, with what we saw since */
    enum dc_breaker_event seen[NOTIFY_GATE_EVENTS];
    size_t seen_count;
    bool trial; /* one message is to be tried */
    bool dirty; /* the database is to be told */
};

enum dc_breaker_event notify_breaker_event_of(enum notify_outcome outcome);

/* In a transaction of tenant 0. *ret_open: something may be sent. */
enum dc_code notify_gate_enter(struct dc_step *step, const struct notify_channel *channel,
                               struct notify_gate *gate, bool *ret_open,
                               struct dc_error *error) DC_MUST_CHECK;
/* What an attempt said of the channel. False: stop sending. */
bool notify_gate_see(struct notify_gate *gate, const struct notify_settings *settings,
                     const struct notify_verdict *verdict, dc_time now, struct dc_arena *arena);
/* In transactions of its own: writes what was seen, and says so when the state changed. */
enum dc_code notify_gate_leave(struct dc_step *step, struct notify_gate *gate, dc_time now,
                               struct dc_error *error) DC_MUST_CHECK;

#endif
