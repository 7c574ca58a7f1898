/*
 * due.h - until when a task is to be decided, and why; and what happens on the way there. Pure.
 */
#ifndef DC_WORKFLOW_DUE_H
#define DC_WORKFLOW_DUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"
#include "calendar.h"
#include "definition.h"

struct wf_due {
    dc_date date;   /* the day that ends with it: "24:00" of the 25th is the 25th */
    int32_t minute; /* of that day, 1..1440 */
    dc_time at;
    const char *reason_zh; /* "发起后 3 个工作日；2026-10-10 为调休上班" */
    const char *reason_en; /* "3 working days after opening; 2026-10-10 is a make-up working day" */
};

/*
 * The deadline of a stage that opens at `opened_at`; always after it.
 *
 * after, working days  the n-th working day after the opening's date; 0: the opening's own date,
 *                      or the next working day.
 * after, days          the n-th day after it; on a day off, as when_off says.
 * day_of_month         that day of the opening's month (its last day when the month is shorter); on
 *                      a day off, as when_off says.
 * A deadline that would not be after the opening moves on: to the next month for day_of_month, else
 * to the next working day (the next day with when_off keep).
 *
 * The reason tells the rule, holidays and make-up days in between as far as they made a difference,
 * by what the day was moved, and when the calendar has no exceptions of that year yet (a calendar
 * without any is taken as it is). It lives in the arena.
 */
struct wf_due wf_due_of(struct dc_arena *arena, const struct wf_due_rule *rule,
                        const struct wf_calendar *calendar, dc_time opened_at);

/* The deadline as an instant that is stored already, taken apart again for wf_timers; no reasons.
 */
struct wf_due wf_due_at(const struct wf_calendar *calendar, dc_time at);

enum wf_timer_kind {
    WF_TIMER_REMIND = 1,   /* step: index of the reminder in the definition, from 1 */
    WF_TIMER_DUE = 2,      /* the deadline itself: overdue from here on. step 0. Only when no rung to
                              come stands at the deadline, so there is one timer for it in any case */
    WF_TIMER_ESCALATE = 3, /* step: rung, from 1 */
};
struct wf_timer {
    dc_time at;
    enum wf_timer_kind kind;
    int32_t step;
};
enum { WF_TIMERS_MAX = WF_REMINDERS_MAX + 1 + WF_RUNGS_MAX };

/*
 * The timers of an open task, by time (equal times: reminders, deadline, rungs). `from`: the
 * opening, or for a task that is replanned, now. Reminders at or before `from` are dropped: they
 * would come together with the task itself, or come late. Deadline and rungs are never dropped,
 * they are late; only rungs up to `rungs_done` are left out (0 for a new task), and with any rung
 * done a deadline that has passed. Each stands at the deadline's minute of its day, as many days or working
 * days away as the rule says; a rung is never before the one below it.
 */
size_t wf_timers(const struct wf_stage *stage, const struct wf_calendar *calendar,
                 const struct wf_due *due, dc_time from, int32_t rungs_done,
                 struct wf_timer ret_timers[WF_TIMERS_MAX]);

#endif
