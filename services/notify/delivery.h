/*
 * delivery.h - what becomes of a delivery after an attempt: its state machine. Pure.
 *
 *     gathering --due, claim--> sending       (more notices join while it gathers)
 *     queued --due, claim--> sending --accepted--> sent
 *                            sending --for now refused, attempts left--> queued (later)
 *                            sending --too fast--> queued (later; never fails by this)
 *                            sending --refused for good, or no attempts left--> failed
 *                            sending --all it tells of is moot, or not wanted any more--> dropped
 *                            sending --lease over without outcome--> sending (by another holder)
 *     failed --redrive by an operator--> queued
 */
#ifndef DC_NOTIFY_DELIVERY_H
#define DC_NOTIFY_DELIVERY_H

#include <stdint.h>

#include "base/time.h"

enum notify_outcome {
    NOTIFY_ACCEPTED,
    NOTIFY_LATER,     /* this message is refused for now: greylisted, recipient's limit */
    NOTIFY_REFUSED,   /* this message will never be taken */
    NOTIFY_FAULT,     /* the channel does not work: connection, time-out, log-in, balance */
    NOTIFY_THROTTLED, /* the provider says that we are too fast */
};
const char *notify_outcome_name(enum notify_outcome outcome); /* "later" */

struct notify_retry_rule {
    int64_t attempts;      /* at most */
    int64_t first_delay_s; /* doubles with every attempt */
    int64_t longest_delay_s;
};

struct notify_next {
    const char *state; /* "sent", "queued", "failed" */
    dc_time due_at;    /* sent, failed: now */
};

/* attempt: of this one, from 1. random: any number, for jitter of a quarter up or down. */
struct notify_next notify_delivery_next(const struct notify_retry_rule *rule,
                                        enum notify_outcome outcome, int64_t attempt, dc_time now,
                                        uint64_t random);

#endif
