/* delivery.c - the next state of a delivery. */
#include "delivery.h"

#include "base/assert.h"
#include "base/breaker.h"

const char *
notify_outcome_name(enum notify_outcome outcome)
{
    static const char *const names[] = {
        [NOTIFY_ACCEPTED] = "accepted",   [NOTIFY_LATER] = "later",
        [NOTIFY_REFUSED] = "refused",     [NOTIFY_FAULT] = "fault",
        [NOTIFY_THROTTLED] = "throttled",
    };
    DC_ASSERT(outcome < sizeof(names) / sizeof(names[0]));
    return names[outcome];
}

struct notify_next
notify_delivery_next(const struct notify_retry_rule *rule, enum notify_outcome outcome,
                     int64_t attempt, dc_time now, uint64_t random)
{
    DC_ASSERT(attempt >= 1);
    if (outcome == NOTIFY_ACCEPTED) {
        return (struct notify_next){"sent", now};
    }
    if (outcome == NOTIFY_REFUSED || (outcome != NOTIFY_THROTTLED && attempt >= rule->attempts)) {
        return (struct notify_next){"failed", now};
    }
    return (struct notify_next){
        "queued", now + dc_backoff(rule->first_delay_s, rule->longest_delay_s, attempt, random)};
}
