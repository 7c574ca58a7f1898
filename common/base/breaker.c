/* breaker.c - the table of the breaker's transitions, and the stepper. */
#include "base/breaker.h"

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
    enum dc_breaker_state from;
    enum dc_breaker_event event;
    enum dc_breaker_state to;
    enum act act;
    const char *sentence;
} transitions[] = {
    {DC_BREAKER_CLOSED, DC_BREAKER_ALIVE, DC_BREAKER_CLOSED, RESET, "answered"},
    {DC_BREAKER_CLOSED, DC_BREAKER_FAULTY, DC_BREAKER_CLOSED, COUNT, "fault, not enough of them"},
    {DC_BREAKER_CLOSED, DC_BREAKER_TOO_FAST, DC_BREAKER_OPEN, THROTTLE, "too fast"},
    {DC_BREAKER_CLOSED, DC_BREAKER_TRIAL, DC_BREAKER_CLOSED, NOTHING, "no need to try"},
    {DC_BREAKER_OPEN, DC_BREAKER_ALIVE, DC_BREAKER_OPEN, NOTHING, "sent before it opened"},
    {DC_BREAKER_OPEN, DC_BREAKER_FAULTY, DC_BREAKER_OPEN, NOTHING, "sent before it opened"},
    {DC_BREAKER_OPEN, DC_BREAKER_TOO_FAST, DC_BREAKER_OPEN, NOTHING, "sent before it opened"},
    {DC_BREAKER_OPEN, DC_BREAKER_TRIAL, DC_BREAKER_HALF_OPEN, LEASE,
     "pause over, one message is tried"},
    {DC_BREAKER_HALF_OPEN, DC_BREAKER_ALIVE, DC_BREAKER_CLOSED, RESET, "answered"},
    {DC_BREAKER_HALF_OPEN, DC_BREAKER_FAULTY, DC_BREAKER_OPEN, REOPEN, "fault, a longer pause"},
    {DC_BREAKER_HALF_OPEN, DC_BREAKER_TOO_FAST, DC_BREAKER_OPEN, THROTTLE, "too fast"},
    {DC_BREAKER_HALF_OPEN, DC_BREAKER_TRIAL, DC_BREAKER_HALF_OPEN, LEASE,
     "who tried has died, another tries"},
};
enum { TRANSITIONS = sizeof(transitions) / sizeof(transitions[0]) };

static const char *const names[DC_BREAKER_STATES] = {"closed", "open", "half_open"};

/* The n-th of pauses that double. */
static int64_t
doubled_s(int64_t first_s, int64_t longest_s, int64_t n)
{
    int64_t pause = first_s;
    for (int64_t i = 1; i < n && pause < longest_s; i++) {
        pause *= 2;
    }
    return pause < longest_s ? pause : longest_s;
}

static int64_t
pause_s(const struct dc_breaker_rule *rule, int64_t openings)
{
    return doubled_s(rule->first_pause_s, rule->longest_pause_s, openings);
}

int64_t
dc_backoff(int64_t first_s, int64_t longest_s, int64_t attempt, uint64_t random)
{
    int64_t micro = doubled_s(first_s, longest_s, attempt) * DC_SECOND;
    return micro + (int64_t)(random % (uint64_t)(micro / 2 + 1)) - micro / 4;
}

static void
open_for(struct dc_breaker *breaker, int64_t seconds, dc_time now)
{
    breaker->state = DC_BREAKER_OPEN;
    breaker->until = now + seconds * DC_SECOND;
}

bool
dc_breaker_may_try(const struct dc_breaker *breaker, dc_time now)
{
    return breaker->state == DC_BREAKER_CLOSED || now >= breaker->until;
}

struct dc_breaker
dc_breaker_next(const struct dc_breaker_rule *rule, const struct dc_breaker *breaker,
                enum dc_breaker_event event, dc_time now, int64_t lease_s)
{
    struct dc_breaker next = *breaker;
    const struct transition *taken = NULL;
    for (size_t i = 0; i < TRANSITIONS; i++) {
        if (transitions[i].from == breaker->state && transitions[i].event == event) {
            taken = &transitions[i];
        }
    }
    DC_ASSERT(taken); /* the table is whole: tested */
    if (event == DC_BREAKER_TRIAL && !dc_breaker_may_try(breaker, now)) {
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

const char *
dc_breaker_name(enum dc_breaker_state state)
{
    DC_ASSERT(state < DC_BREAKER_STATES);
    return names[state];
}

enum dc_breaker_state
dc_breaker_named(const char *name)
{
    for (int i = 0; i < DC_BREAKER_STATES; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum dc_breaker_state)i;
        }
    }
    return DC_BREAKER_CLOSED;
}

void
dc_breaker_diagram(struct dc_text *text)
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
