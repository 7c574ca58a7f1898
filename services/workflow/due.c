/* due.c - deadlines with their reasons, and the timers of a task. */
#include "due.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/text.h"

/* Days and holidays named in one reason; what comes after them is "and others". */
enum { REMARKS_MAX = 4 };

/* Both languages grow side by side. */
struct reason {
    struct dc_text zh;
    struct dc_text en;
    int remarks;
};

struct planning {
    const struct wf_due_rule *rule;
    const struct wf_calendar *calendar;
    dc_date opened; /* date of the opening */
    dc_time opened_at;
    int32_t minute;
    struct reason reason;
};

static bool
remark_fits(struct reason *reason)
{
    if (reason->remarks == REMARKS_MAX) {
        dc_text_add(&reason->zh, "；等");
        dc_text_add(&reason->en, "; and others");
    }
    return reason->remarks++ < REMARKS_MAX;
}

/* --- naming days ----------------------------------------------------------------------- */

static bool
is_makeup(const struct wf_day *day)
{
    /* Without exceptions it would be a day off. */
    return day->working && !wf_is_working_day(&WF_CALENDAR_DEFAULT, day->date);
}

static void
name_makeup(struct reason *reason, const struct wf_day *day)
{
    if (!remark_fits(reason)) {
        return;
    }
    char date[DC_DATE_TEXT];
    dc_date_format(day->date, date);
    bool named = *day->name && !dc_text_equal(day->name, "调休上班");
    dc_text_printf(&reason->zh, "；%s 为调休上班", date);
    dc_text_printf(&reason->en, "; %s is a make-up working day", date);
    if (named) {
        dc_text_printf(&reason->zh, "（%s）", day->name);
        dc_text_printf(&reason->en, " (%s)", day->name);
    }
}

/* The run of days off with the same name around days[at], as indices [*ret_first, *ret_last]. */
static void
holiday_around(const struct wf_calendar *calendar, size_t at, size_t *ret_first, size_t *ret_last)
{
    const struct wf_day *days = calendar->days;
    size_t first = at, last = at;
    while (first > 0 && !days[first - 1].working && days[first - 1].date == days[first].date - 1 &&
           dc_text_equal(days[first - 1].name, days[at].name)) {
        first--;
    }
    while (last + 1 < calendar->day_count && !days[last + 1].working &&
           days[last + 1].date == days[last].date + 1 &&
           dc_text_equal(days[last + 1].name, days[at].name)) {
        last++;
    }
    *ret_first = first;
    *ret_last = last;
}

/* "2026-10-01 至 2026-10-07 国庆节放假" / "2026-10-01 to 2026-10-07 are off (国庆节)" */
static void
name_holiday(struct reason *reason, const struct wf_day *first, const struct wf_day *last)
{
    char from[DC_DATE_TEXT], until[DC_DATE_TEXT];
    dc_date_format(first->date, from);
    dc_date_format(last->date, until);
    bool one = first->date == last->date;
    dc_text_printf(&reason->zh, "；%s%s%s %s放假", from, one ? "" : " 至 ", one ? "" : until,
                   first->name);
    dc_text_printf(&reason->en, "; %s%s%s %s off", from, one ? "" : " to ", one ? "" : until,
                   one ? "is" : "are");
    if (*first->name) {
        dc_text_printf(&reason->en, " (%s)", first->name);
    }
}

/* Make-up days that counted, and holidays that took away a Monday to Friday, in (after, until]. */
static void
name_exceptions(struct planning *plan, dc_date after, dc_date until)
{
    const struct wf_calendar *calendar = plan->calendar;
    dc_date told_until = after;
    for (size_t i = 0; i < calendar->day_count && calendar->days[i].date <= until; i++) {
        const struct wf_day *day = &calendar->days[i];
        if (day->date <= told_until) {
            continue;
        }
        if (is_makeup(day)) {
            name_makeup(&plan->reason, day);
        } else if (!day->working && wf_is_working_day(&WF_CALENDAR_DEFAULT, day->date)) {
            size_t first, last;
            holiday_around(calendar, i, &first, &last);
            if (remark_fits(&plan->reason)) {
                name_holiday(&plan->reason, &calendar->days[first], &calendar->days[last]);
            }
            told_until = calendar->days[last].date;
        }
    }
}

/* --- rules ----------------------------------------------------------------------------- */

static void
name_moved(struct planning *plan, dc_date from, dc_date to)
{
    char text[DC_DATE_TEXT];
    dc_date_format(from, text);
    const struct wf_day *day = wf_calendar_day(plan->calendar, from);
    if (day) {
        name_holiday(&plan->reason, day, day);
    } else {
        dc_text_printf(&plan->reason.zh, "；%s 为休息日", text);
        dc_text_printf(&plan->reason.en, "; %s is a day off", text);
    }
    dc_date_format(to, text);
    dc_text_printf(&plan->reason.zh, "，%s至 %s", to > from ? "顺延" : "提前", text);
    dc_text_printf(&plan->reason.en, ", moved %s to %s", to > from ? "on" : "back", text);
}

static dc_date
off_moved(const struct planning *plan, dc_date date)
{
    switch (plan->rule->when_off) {
    case WF_OFF_AFTER:
        return wf_working_day_on_or_after(plan->calendar, date);
    case WF_OFF_BEFORE:
        return wf_working_day_on_or_before(plan->calendar, date);
    case WF_OFF_KEEP:
        break;
    }
    return date;
}

/* Says why the day is another one than the rule's own, or why it is not. */
static void
name_off(struct planning *plan, dc_date own, dc_date date)
{
    const struct wf_day *day = wf_calendar_day(plan->calendar, own);
    if (own != date) {
        name_moved(plan, own, date);
    } else if (day && is_makeup(day) && plan->rule->when_off != WF_OFF_KEEP) {
        name_makeup(&plan->reason, day);
    }
}

static bool
is_late(const struct planning *plan, dc_date date)
{
    return wf_calendar_instant(plan->calendar, date, plan->minute) <= plan->opened_at;
}

/* The time of that day was over when the stage opened. */
static dc_date
next_time(struct planning *plan)
{
    bool keep = plan->rule->when_off == WF_OFF_KEEP && !plan->rule->after.working_days;
    dc_date date = plan->opened + 1;
    date = keep ? date : wf_working_day_on_or_after(plan->calendar, date);
    char text[DC_DATE_TEXT];
    dc_date_format(date, text);
    dc_text_printf(&plan->reason.zh, "；发起时当日时限已过，顺延至 %s", text);
    dc_text_printf(&plan->reason.en,
                   "; the time of that day had passed at the opening, moved on to %s", text);
    return date;
}

static dc_date
after_days(struct planning *plan)
{
    struct wf_duration after = plan->rule->after;
    if (after.amount == 0) {
        dc_text_add(&plan->reason.zh, "发起当日");
        dc_text_add(&plan->reason.en, "on the day of opening");
    } else {
        dc_text_printf(&plan->reason.zh, "发起后 %d %s", after.amount,
                       after.working_days ? "个工作日" : "天");
        dc_text_printf(&plan->reason.en, "%d %sday%s after opening", after.amount,
                       after.working_days ? "working " : "", after.amount == 1 ? "" : "s");
    }
    dc_date own = plan->opened + after.amount, date;
    if (after.working_days && after.amount > 0) {
        date = wf_working_days_add(plan->calendar, plan->opened, after.amount);
        name_exceptions(plan, plan->opened, date);
    } else {
        date = after.working_days ? wf_working_day_on_or_after(plan->calendar, own)
                                  : off_moved(plan, own);
        if (!is_late(plan, date)) {
            name_off(plan, own, date);
        }
    }
    return is_late(plan, date) ? next_time(plan) : date;
}

/* That day of a month, `months` after the opening's; its last day when it is shorter. */
static dc_date
day_of_month(const struct planning *plan, int months)
{
    struct dc_period month = dc_period_containing(DC_PERIOD_MONTH, plan->opened);
    for (int i = 0; i < months; i++) {
        month = dc_period_next(&month);
    }
    dc_date date = month.first + plan->rule->day_of_month - 1;
    return date < month.last ? date : month.last;
}

static dc_date
on_day_of_month(struct planning *plan)
{
    int months = 0;
    dc_date own, date;
    do { /* at most a few turns: a month's day is moved by holidays, not by months of them */
        own = day_of_month(plan, months++);
        date = off_moved(plan, own);
    } while (is_late(plan, date));

    dc_text_printf(&plan->reason.zh, "每月 %d 日", plan->rule->day_of_month);
    dc_text_printf(&plan->reason.en, "day %d of the month", plan->rule->day_of_month);
    if (months > 1) {
        dc_text_add(&plan->reason.zh, "；发起当月的已过");
        dc_text_add(&plan->reason.en, "; that of the opening's month had passed");
    }
    int year, month, day;
    dc_date_to_civil(own, &year, &month, &day);
    if (day < plan->rule->day_of_month) {
        dc_text_printf(&plan->reason.zh, "；%d 月只到 %d 日", month, day);
        dc_text_printf(&plan->reason.en, "; that month ends on day %d", day);
    }
    name_off(plan, own, date);
    return date;
}

/* Holidays are announced year by year: a deadline beyond those that are known may still move. */
static void
name_unknown_year(struct planning *plan, dc_date date)
{
    const struct wf_calendar *calendar = plan->calendar;
    bool keep = plan->rule->when_off == WF_OFF_KEEP && !plan->rule->after.working_days;
    if (calendar->day_count == 0 || keep) {
        return;
    }
    int year, last, month, day;
    dc_date_to_civil(date, &year, &month, &day);
    dc_date_to_civil(calendar->days[calendar->day_count - 1].date, &last, &month, &day);
    if (year > last) {
        dc_text_printf(&plan->reason.zh, "；日历中还没有 %d 年的节假日", year);
        dc_text_printf(&plan->reason.en, "; the calendar has no holidays of %d yet", year);
    }
}

struct wf_due
wf_due_of(struct dc_arena *arena, const struct wf_due_rule *rule,
          const struct wf_calendar *calendar, dc_time opened_at)
{
    DC_ASSERT(arena && rule && calendar);
    struct planning plan = {
        .rule = rule,
        .calendar = calendar,
        .opened = wf_calendar_date(calendar, opened_at),
        .opened_at = opened_at,
        .minute = rule->at < 0 ? calendar->end_of_day : rule->at,
    };
    dc_date date = rule->day_of_month > 0 ? on_day_of_month(&plan) : after_days(&plan);
    name_unknown_year(&plan, date);
    struct wf_due due = {
        .date = date,
        .minute = plan.minute,
        .at = wf_calendar_instant(calendar, date, plan.minute),
        .reason_zh = dc_arena_strdup(arena, dc_text_cstr(&plan.reason.zh)),
        .reason_en = dc_arena_strdup(arena, dc_text_cstr(&plan.reason.en)),
    };
    dc_text_release(&plan.reason.zh);
    dc_text_release(&plan.reason.en);
    return due;
}

struct wf_due
wf_due_at(const struct wf_calendar *calendar, dc_time at)
{
    DC_ASSERT(calendar);
    /* A microsecond before: midnight belongs to the day that it ends. */
    dc_date date = wf_calendar_date(calendar, at - 1);
    dc_time into = at - wf_calendar_instant(calendar, date, 0);
    dc_time minute = (dc_time)60 * DC_SECOND;
    return (struct wf_due){.date = date,
                           .minute = (int32_t)(into / minute),
                           .at = at,
                           .reason_zh = "",
                           .reason_en = ""};
}

/* --- timers ---------------------------------------------------------------------------- */

/* As many days before (sign -1) or after the deadline, at its minute. */
static dc_time
away(const struct wf_calendar *calendar, const struct wf_due *due, struct wf_duration duration,
     int sign)
{
    int32_t days = sign * duration.amount;
    dc_date date =
        duration.working_days ? wf_working_days_add(calendar, due->date, days) : due->date + days;
    return due->at + (dc_time)(date - due->date) * 86400 * DC_SECOND;
}

static int
by_time(const void *a, const void *b)
{
    const struct wf_timer *left = a, *right = b;
    if (left->at != right->at) {
        return left->at < right->at ? -1 : 1;
    }
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return (left->step > right->step) - (left->step < right->step);
}

size_t
wf_timers(const struct wf_stage *stage, const struct wf_calendar *calendar,
          const struct wf_due *due, dc_time from, int32_t rungs_done,
          struct wf_timer ret_timers[WF_TIMERS_MAX])
{
    DC_ASSERT(stage && calendar && due && ret_timers);
    DC_ASSERT(stage->reminder_count <= WF_REMINDERS_MAX && stage->rung_count <= WF_RUNGS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < stage->reminder_count; i++) {
        dc_time at = away(calendar, due, stage->reminders[i].before, -1);
        if (at > from) {
            ret_timers[count++] = (struct wf_timer){at, WF_TIMER_REMIND, (int32_t)i + 1};
        }
    }
    dc_time below = due->at;
    bool at_deadline = rungs_done > 0 && due->at <= from;
    for (size_t i = 0; i < stage->rung_count; i++) {
        dc_time at = away(calendar, due, stage->rungs[i].after, 1);
        below = at > below ? at : below;
        bool left = (int32_t)i + 1 > rungs_done;
        at_deadline = at_deadline || (left && below == due->at);
        if (left) {
            ret_timers[count++] = (struct wf_timer){below, WF_TIMER_ESCALATE, (int32_t)i + 1};
        }
    }
    if (!at_deadline) {
        ret_timers[count++] = (struct wf_timer){due->at, WF_TIMER_DUE, 0};
    }
    if (count > 1) {
        qsort(ret_timers, count, sizeof *ret_timers, by_time);
    }
    return count;
}
