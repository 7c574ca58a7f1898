/*
 * delivery.h - what becomes of a mail after an attempt: the state machine of a delivery. Pure.
 *
 *     queued --claim--> sending --accepted--> sent
 *                       sending --for now refused, attempts left--> queued (later)
 *                       sending --refused for good, or no attempts left--> failed
 *                       sending --lease over without outcome--> sending (by another holder)
 *     failed --retry by an operator--> queued
 */
#ifndef DC_NOTIFY_DELIVERY_H
#define DC_NOTIFY_DELIVERY_H

#include <stdint.h>

#include "base/time.h"

enum notify_outcome {
    NOTIFY_ACCEPTED,
    NOTIFY_REFUSED_FOR_NOW, /* 4xx, no connection, time-out, a fault in our configuration */
    NOTIFY_REFUSED,         /* 5xx: this message will never be taken */
};

struct notify_retry_rule {
    int64_t attempts;      /* at most */
    int64_t first_delay_s; /* doubles with every attempt */
    int64_t longest_delay_s;
};

struct notify_next {
    const char *state; /* "sent", "queued", "failed" */
    dc_time due_at;
};

/* attempt: of this one, from 1. random: any number, for jitter of a quarter up or down. */
struct notify_next notify_delivery_next(const struct notify_retry_rule *rule,
                                        enum notify_outcome outcome, int64_t attempt, dc_time now,
                                        uint64_t random);
/* By the server's reply code. 530..539 are about our log-in, not about the message. */
enum notify_outcome notify_outcome_of_reply(long reply);

#endif
