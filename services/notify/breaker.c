/* breaker.c - the table of the breaker's transitions, and the stepper. */
#include "breaker.h"

#include <string.h>

#include "base/assert.h"

/* What a transition does beside changing the state. */
enum act {
    RESET,    /* forget faults and openings */
    COUNT,    /* one more fault; opens when there are enough */
    REOPEN,   /* the next pause, twice as long */
    THROTTLE, /* a pause of its own length */
    LEASE,    /* whoever tries has until the lease ends */
    NOTHING,
};

static const struct transition {
    enum notify_breaker_state from;
    enum notify_breaker_event event;
    enum notify_breaker_state to;
    enum act act;
    const char *sentence;
} transitions[] = {
    {NOTIFY_CLOSED, NOTIFY_ALIVE, NOTIFY_CLOSED, RESET, "answered"},
    {NOTIFY_CLOSED, NOTIFY_FAULTY, NOTIFY_CLOSED, COUNT, "fault, not enough of them"},
    {NOTIFY_CLOSED, NOTIFY_TOO_FAST, NOTIFY_OPEN, THROTTLE, "too fast"},
    {NOTIFY_CLOSED, NOTIFY_TRIAL, NOTIFY_CLOSED, NOTHING, "no need to try"},
    {NOTIFY_OPEN, NOTIFY_ALIVE, NOTIFY_OPEN, NOTHING, "sent before it opened"},
    {NOTIFY_OPEN, NOTIFY_FAULTY, NOTIFY_OPEN, NOTHING, "sent before it opened"},
    {NOTIFY_OPEN, NOTIFY_TOO_FAST, NOTIFY_OPEN, NOTHING, "sent before it opened"},
    {NOTIFY_OPEN, NOTIFY_TRIAL, NOTIFY_HALF_OPEN, LEASE, "pause over, one message is tried"},
    {NOTIFY_HALF_OPEN, NOTIFY_ALIVE, NOTIFY_CLOSED, RESET, "answered"},
    {NOTIFY_HALF_OPEN, NOTIFY_FAULTY, NOTIFY_OPEN, REOPEN, "fault, a longer pause"},
    {NOTIFY_HALF_OPEN, NOTIFY_TOO_FAST, NOTIFY_OPEN, THROTTLE, "too fast"},
    {NOTIFY_HALF_OPEN, NOTIFY_TRIAL, NOTIFY_HALF_OPEN, LEASE, "who tried has died, another tries"},
};
enum { TRANSITIONS = sizeof(transitions) / sizeof(transitions[0]) };

static const char *const names[NOTIFY_BREAKER_STATES] = {"closed", "open", "half_open"};

static int64_t
pause_s(const struct notify_breaker_rule *rule, int64_t openings)
{
    int64_t pause = rule->first_pause_s;
    for (int64_t i = 1; i < openings && pause < rule->longest_pause_s; i++) {
        pause *= 2;
    }
    return pause < rule->longest_pause_s ? pause : rule->longest_pause_s;
}

static void
open_for(struct notify_breaker *breaker, int64_t seconds, dc_time now)
{
    breaker->state = NOTIFY_OPEN;
    breaker->until = now + seconds * DC_SECOND;
}

bool
notify_breaker_may_try(const struct notify_breaker *breaker, dc_time now)
{
    return breaker->state == NOTIFY_CLOSED || now >= breaker->until;
}

struct notify_breaker
notify_breaker_next(const struct notify_breaker_rule *rule, const struct notify_breaker *breaker,
                    enum notify_breaker_event event, dc_time now, int64_t lease_s)
{
    struct notify_breaker next = *breaker;
    const struct transition *taken = NULL;
    for (size_t i = 0; i < TRANSITIONS; i++) {
        if (transitions[i].from == breaker->state && transitions[i].event == event) {
            taken = &transitions[i];
        }
    }
    DC_ASSERT(taken); /* the table is whole: tested */
    if (event == NOTIFY_TRIAL && !notify_breaker_may_try(breaker, now)) {
        return next;
    }
    next.state = taken->to;
    switch (taken->act) {
    case RESET:
        next.faults = next.openings = 0;
        break;
    case COUNT:
        if (++next.faults >= rule->faults) {
            open_for(&next, pause_s(rule, ++next.openings), now);
        }
        break;
    case REOPEN:
        next.faults++;
        open_for(&next, pause_s(rule, ++next.openings), now);
        break;
    case THROTTLE:
        open_for(&next, rule->throttle_pause_s, now);
        break;
    case LEASE:
        next.until = now + lease_s * DC_SECOND;
        break;
    case NOTHING:
        break;
    }
    if (next.state != breaker->state) {
        next.since = now;
    }
    return next;
}

enum notify_breaker_event
notify_breaker_event_of(enum notify_outcome outcome)
{
    switch (outcome) {
    case NOTIFY_FAULT:
        return NOTIFY_FAULTY;
    case NOTIFY_THROTTLED:
        return NOTIFY_TOO_FAST;
    default:
        return NOTIFY_ALIVE;
    }
}

const char *
notify_breaker_name(enum notify_breaker_state state)
{
    DC_ASSERT(state < NOTIFY_BREAKER_STATES);
    return names[state];
}

enum notify_breaker_state
notify_breaker_named(const char *name)
{
    for (int i = 0; i < NOTIFY_BREAKER_STATES; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum notify_breaker_state)i;
        }
    }
    return NOTIFY_CLOSED;
}

void
notify_breaker_diagram(struct dc_text *text)
{
    dc_text_add(text, "stateDiagram-v2\n    [*] --> closed\n");
    for (size_t i = 0; i < TRANSITIONS; i++) {
        const struct transition *one = &transitions[i];
        if (one->act != NOTHING) {
            dc_text_printf(text, "    %s --> %s: %s\n", names[one->from], names[one->to],
                           one->sentence);
        }
        if (one->act == COUNT) {
            dc_text_printf(text, "    %s --> open: enough faults in a row\n", names[one->from]);
        }
    }
}
