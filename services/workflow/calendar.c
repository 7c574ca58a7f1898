/* calendar.c - working days (calendar_csv.c reads them from a file). */
#include "calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

const struct wf_calendar WF_CALENDAR_DEFAULT = {.utc_offset_minutes = 480, .end_of_day = 18 * 60};

/* 0 = Monday. 1970-01-01 was a Thursday. */
static int
weekday(dc_date date)
{
    int day = (int)(((int64_t)date + 3) % 7);
    return day < 0 ? day + 7 : day;
}

static bool
is_weekday(dc_date date)
{
    return weekday(date) < 5;
}

/* Index of the first exception on `date` or after it. */
static size_t
first_from(const struct wf_calendar *calendar, dc_date date)
{
    size_t low = 0, high = calendar->day_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (calendar->days[middle].date < date) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct wf_day *
wf_calendar_day(const struct wf_calendar *calendar, dc_date date)
{
    DC_ASSERT(calendar);
    size_t at = first_from(calendar, date);
    bool found = at < calendar->day_count && calendar->days[at].date == date;
    return found ? &calendar->days[at] : NULL;
}

bool
wf_is_working_day(const struct wf_calendar *calendar, dc_date date)
{
    const struct wf_day *day = wf_calendar_day(calendar, date);
    return day ? day->working : is_weekday(date);
}

/* Ends, because there are finitely many exceptions. */
dc_date
wf_working_day_on_or_after(const struct wf_calendar *calendar, dc_date date)
{
    while (!wf_is_working_day(calendar, date)) {
        date++;
    }
    return date;
}

dc_date
wf_working_day_on_or_before(const struct wf_calendar *calendar, dc_date date)
{
    while (!wf_is_working_day(calendar, date)) {
        date--;
    }
    return date;
}

dc_date
wf_working_days_add(const struct wf_calendar *calendar, dc_date date, int32_t n)
{
    DC_ASSERT(n >= -WF_WORKING_DAYS_MAX && n <= WF_WORKING_DAYS_MAX);
    for (; n > 0; n--) {
        date = wf_working_day_on_or_after(calendar, date + 1);
    }
    for (; n < 0; n++) {
        date = wf_working_day_on_or_before(calendar, date - 1);
    }
    return date;
}

/* Mondays to Fridays from the Monday before 1970-01-01 up to `date`. */
static int64_t
weekdays_until(dc_date date)
{
    int64_t days = (int64_t)date + 4; /* days up to and with `date`, from Monday 1969-12-29 on */
    int64_t weeks = days >= 0 ? days / 7 : -((6 - days) / 7);
    int64_t rest = days - weeks * 7;
    return weeks * 5 + (rest < 5 ? rest : 5);
}

int64_t
wf_working_days_between(const struct wf_calendar *calendar, dc_date after, dc_date until)
{
    DC_ASSERT(calendar);
    if (until < after) {
        return -wf_working_days_between(calendar, until, after);
    }
    int64_t count = weekdays_until(until) - weekdays_until(after);
    for (size_t i = first_from(calendar, after + 1); i < calendar->day_count; i++) {
        const struct wf_day *day = &calendar->days[i];
        if (day->date > until) {
            break;
        }
        count += (int)day->working - (int)is_weekday(day->date);
    }
    return count;
}

/* --- instants -------------------------------------------------------------------------- */

dc_time
wf_calendar_instant(const struct wf_calendar *calendar, dc_date date, int32_t minute)
{
    DC_ASSERT(calendar && minute >= 0 && minute <= 1440);
    return dc_time_of_date(date, calendar->utc_offset_minutes * 60) +
           (dc_time)minute * 60 * DC_SECOND;
}

dc_date
wf_calendar_date(const struct wf_calendar *calendar, dc_time instant)
{
    DC_ASSERT(calendar);
    return dc_date_of(instant, calendar->utc_offset_minutes * 60);
}

enum dc_code
wf_minutes_parse(const char *text, int32_t *ret_minutes, struct dc_error *error)
{
    DC_ASSERT(text && ret_minutes);
    size_t hours = strspn(text, "0123456789");
    size_t minutes = text[hours] == ':' ? strspn(text + hours + 1, "0123456789") : 0;
    bool shaped = hours >= 1 && hours <= 2 && minutes == 2 && text[hours + 1 + minutes] == '\0';
    int value = shaped ? atoi(text) * 60 + atoi(text + hours + 1) : 0;
    if (!shaped || atoi(text + hours + 1) > 59 || value < 1 || value > 1440) {
        return dc_fail(
            error, DC_INVALID_ARGUMENT,
            "\"%.*s\" is no time of day; allowed are \"00:01\" to \"24:00\" (midnight at "
            "the end of the day)",
            wf_cut(text), text);
    }
    *ret_minutes = value;
    return DC_OK;
}

void
wf_minutes_format(int32_t minutes, char ret_text[WF_MINUTES_TEXT])
{
    DC_ASSERT(minutes >= 0 && minutes <= 1440);
    unsigned whole = (unsigned)minutes;
    snprintf(ret_text, WF_MINUTES_TEXT, "%02u:%02u", whole / 60 % 100, whole % 60);
}
