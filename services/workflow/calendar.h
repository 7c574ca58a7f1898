/*
 * calendar.h - the working-day calendar of a tenant: Monday to Friday, less the public holidays,
 * plus the make-up working days. Pure.
 *
 * A calendar is plain data that the caller fills (from the store, from a file); `days` are the
 * exceptions, in the order of their dates, each date once. A day that is an exception without being
 * one (a Saturday that is no working day) is allowed: it carries the name of its holiday.
 */
#ifndef DC_WORKFLOW_CALENDAR_H
#define DC_WORKFLOW_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "problem.h"

enum {
    WF_CALENDAR_DAYS_MAX = 8000,   /* exceptions: some twenty years */
    WF_CALENDAR_CSV_MAX = 1 << 20, /* bytes of an import */
    WF_DAY_NAME_MAX = 40,          /* characters */
    WF_UTC_OFFSET_MIN = -12 * 60,  /* minutes */
    WF_UTC_OFFSET_MAX = 14 * 60,
    WF_MINUTES_TEXT = 6,        /* "18:00" and its NUL */
    WF_WORKING_DAYS_MAX = 1000, /* that can be added at once, either way */
};

struct wf_day {
    dc_date date;
    bool working;
    const char *name; /* "国庆节", "调休上班"; never NULL, may be "" */
};

struct wf_calendar {
    int32_t utc_offset_minutes; /* 480 */
    int32_t end_of_day;         /* minutes since midnight, 1..1440 (18:00 = 1080, 24:00 = 1440) */
    const struct wf_day *days;
    size_t day_count;
};

/* A tenant that has said nothing: UTC+8, 18:00, no exceptions. */
extern const struct wf_calendar WF_CALENDAR_DEFAULT;

/* The exception of that date, or NULL. */
const struct wf_day *wf_calendar_day(const struct wf_calendar *calendar, dc_date date);
bool wf_is_working_day(const struct wf_calendar *calendar, dc_date date);
/* `date` itself when it is a working day, otherwise the next one, or the one before. */
dc_date wf_working_day_on_or_after(const struct wf_calendar *calendar, dc_date date);
dc_date wf_working_day_on_or_before(const struct wf_calendar *calendar, dc_date date);
/* The n-th working day after `date` (n > 0) or before it (n < 0); `date` itself for 0. `date` need
 * not be a working day and is never counted. |n| <= WF_WORKING_DAYS_MAX. */
dc_date wf_working_days_add(const struct wf_calendar *calendar, dc_date date, int32_t n);
/* Working days in (after, until]; negative when until < after: those in (until, after]. */
int64_t wf_working_days_between(const struct wf_calendar *calendar, dc_date after, dc_date until);

/* The instant of a minute of a day; minute 1440 is the midnight that ends it. */
dc_time wf_calendar_instant(const struct wf_calendar *calendar, dc_date date, int32_t minute);
/* The date of an instant, in the calendar's offset. */
dc_date wf_calendar_date(const struct wf_calendar *calendar, dc_time instant);

/* "18:00", "9:30", "24:00" (1..1440 minutes; "00:00" would end a day before it began and is
 * refused). INVALID_ARGUMENT. */
enum dc_code wf_minutes_parse(const char *text, int32_t *ret_minutes,
                              struct dc_error *error) DC_MUST_CHECK;
void wf_minutes_format(int32_t minutes, char ret_text[WF_MINUTES_TEXT]);

/*
 * A CSV of exceptions, whole or not at all: columns date,working,name (or 日期,上班,名称) in any
 * order; working is true/false, yes/no, 1/0, 是/否, or 上班/放假; the name may be missing. Every
 * problem is told with line and column (the column of a field counts fields, from 1). Days come out
 * in the order of their dates. Nothing is written when there is a problem.
 * Errors: INVALID_ARGUMENT when there are problems.
 */
enum dc_code wf_calendar_read_csv(struct dc_arena *arena, const void *csv, size_t size,
                                  const struct wf_day **ret_days, size_t *ret_count,
                                  struct wf_problems *problems,
                                  struct dc_error *error) DC_MUST_CHECK;

#endif
