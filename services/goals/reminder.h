/*
 * reminder.h - when an objective is due for a check-in, and who is to be reminded: pure.
 *
 * Due days are every `days` days after `since`, up to the period's last day. A day begins at nine in
 * the morning. What is decided follows from the state and from what was told before, so looking once
 * too often tells nothing twice, and looking late tells what came due meanwhile: once, of the newest
 * due day.
 */
#ifndef DC_GOALS_REMINDER_H
#define DC_GOALS_REMINDER_H

#include "base/time.h"

#include <dacheng/goals/v1/okr.pb-c.h>

/* The day since which the key result that waits longest had no check-in: since it was confirmed, at
 * the soonest since the period began. `ret_waiting`: how many are not at 1. False: none is, or the
 * objective is not confirmed. Scores are shown (objective_score.h). */
bool reminder_since(const Goals__Objective *objective, int32_t utc_offset, dc_date *ret_since,
                    int32_t *ret_waiting);

/* A day before every due day. */
dc_date reminder_never(void);

/* Due days that the owner was reminded of and his manager was told of last. */
struct reminder_told {
    dc_date owner, manager;
};
struct reminder {
    bool owner, manager; /* whom to remind now */
    dc_date due_on;      /* of which due day */
    dc_date since;
    int32_t waiting;
    struct reminder_told told; /* from now on */
    bool over;                 /* there is nothing to look for any more */
    dc_time look_at;           /* else when to look again */
};
struct reminder reminder_decide(const Goals__Objective *objective,
                                const Goals__OkrSettings *settings,
                                const struct reminder_told *told, dc_time now, int32_t utc_offset);

#endif
