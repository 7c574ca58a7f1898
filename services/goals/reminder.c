/* When an objective is due for a check-in, and who is to be reminded. */
#include "reminder.h"

#include <string.h>

enum { HOUR = 9 }; /* at which a due day begins */
#define MORNING ((dc_time)HOUR * 3600 * DC_SECOND)

dc_date
reminder_never(void)
{
    return dc_date_from_civil(1900, 1, 1);
}

bool
reminder_since(const Goals__Objective *objective, int32_t utc_offset, dc_date *ret_since,
               int32_t *ret_waiting)
{
    struct dc_period period;
    dc_date since = 0;
    int32_t waiting = 0;
    if (objective->state != GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED ||
        dc_period_parse(objective->period, &period, NULL) != DC_OK) {
        return false;
    }
    for (size_t i = 0; i < objective->n_key_results; i++) {
        const Goals__KeyResult *kr = objective->key_results[i];
        dc_time at = kr->checked_in_at_us ? kr->checked_in_at_us : objective->changed_at_us;
        dc_date day = dc_date_of(at, utc_offset);
        day = day < period.first ? period.first : day;
        if (strcmp(kr->score, "1") != 0) {
            since = waiting == 0 || day < since ? day : since;
            waiting++;
        }
    }
    *ret_since = since;
    *ret_waiting = waiting;
    return waiting > 0;
}

/* The sooner of two days to look on; 0: none yet. */
static dc_date
sooner(dc_date a, dc_date b)
{
    return a == 0 || b < a ? b : a;
}

/* The newest due day up to a day; false: none came yet. */
static bool
newest_due(dc_date since, int32_t days, dc_date until, dc_date *ret_due)
{
    int32_t passed = until > since ? (until - since) / days : 0;
    *ret_due = since + passed * days;
    return passed > 0;
}

struct reminder
reminder_decide(const Goals__Objective *objective, const Goals__OkrSettings *settings,
                const struct reminder_told *told, dc_time now, int32_t utc_offset)
{
    struct reminder decided = {.told = *told, .over = true};
    struct dc_period period;
    int32_t days = settings->check_in_days, after = settings->manager_after_days;
    dc_date today = dc_date_of(now - MORNING, utc_offset), look = 0;
    if (objective->state != GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED ||
        dc_period_parse(objective->period, &period, NULL) != DC_OK) {
        return decided;
    }
    if (!reminder_since(objective, utc_offset, &decided.since, &decided.waiting)) {
        look = today + days; /* what is fed may fall below 1 again */
    } else if (newest_due(decided.since, days, today < period.last ? today : period.last,
                          &decided.due_on)) {
        dc_date to_manager = decided.due_on + after;
        decided.owner = decided.due_on > told->owner;
        decided.manager = after > 0 && to_manager <= today && decided.due_on > told->manager;
        decided.told.owner = decided.owner ? decided.due_on : told->owner;
        decided.told.manager = decided.manager ? decided.due_on : told->manager;
        look = decided.due_on + days <= period.last ? decided.due_on + days : 0;
        if (after > 0 && to_manager > today) {
            look = sooner(look, to_manager);
        }
    } else {
        look = decided.since + days <= period.last ? decided.since + days : 0;
    }
    decided.over = look == 0 || (decided.waiting == 0 && look > period.last);
    decided.look_at = dc_time_of_date(look, utc_offset) + MORNING;
    return decided;
}
