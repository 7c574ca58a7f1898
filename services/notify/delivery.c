/* delivery.c - the next state of a delivery. */
#include "delivery.h"

#include "base/assert.h"

enum notify_outcome
notify_outcome_of_reply(long reply)
{
    if (reply >= 200 && reply < 400) {
        return NOTIFY_ACCEPTED;
    }
    return reply >= 500 && reply < 600 && !(reply >= 530 && reply < 540) ? NOTIFY_REFUSED
                                                                         : NOTIFY_REFUSED_FOR_NOW;
}

struct notify_next
notify_delivery_next(const struct notify_retry_rule *rule, enum notify_outcome outcome,
                     int64_t attempt, dc_time now, uint64_t random)
{
    DC_ASSERT(attempt >= 1);
    if (outcome == NOTIFY_ACCEPTED) {
        return (struct notify_next){"sent", now};
    }
    if (outcome == NOTIFY_REFUSED || attempt >= rule->attempts) {
        return (struct notify_next){"failed", now};
    }
    int64_t delay = rule->first_delay_s;
    for (int64_t i = 1; i < attempt && delay < rule->longest_delay_s; i++) {
        delay *= 2;
    }
    delay = delay < rule->longest_delay_s ? delay : rule->longest_delay_s;
    int64_t micro = delay * DC_SECOND;
    int64_t jitter = (int64_t)(random % (uint64_t)(micro / 2 + 1)) - micro / 4;
    return (struct notify_next){"queued", now + micro + jitter};
}
