/* time.c - instants, dates and periods. Only dc_now() and dc_monotonic() ask a clock. */
#include "base/time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"

enum { DAY_SECONDS = 86400, YEAR_FIRST = 1900, YEAR_LAST = 9999 };

static _Atomic dc_time turned_ahead;

dc_time
dc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (dc_time)now.tv_sec * DC_SECOND + now.tv_nsec / 1000 +
           atomic_load_explicit(&turned_ahead, memory_order_relaxed);
}

void
dc_now_ahead(dc_time ahead)
{
    DC_ASSERT(ahead >= 0);
    atomic_store_explicit(&turned_ahead, ahead, memory_order_relaxed);
}

dc_time
dc_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (dc_time)now.tv_sec * DC_SECOND + now.tv_nsec / 1000;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

dc_date
dc_date_of(dc_time time, int32_t utc_offset_seconds)
{
    return (dc_date)floor_div(floor_div(time, DC_SECOND) + utc_offset_seconds, DAY_SECONDS);
}

dc_time
dc_time_of_date(dc_date date, int32_t utc_offset_seconds)
{
    return ((dc_time)date * DAY_SECONDS - utc_offset_seconds) * DC_SECOND;
}

static bool
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years run from March here, so that the leap day is the last of its year; 400 years have 146097
 * days. 719468 days lie between 0000-03-01 and 1970-01-01. */
dc_date
dc_date_from_civil(int year, int month, int day)
{
    DC_ASSERT(month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month));
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (dc_date)(era * 146097 + day_of_era - 719468);
}

void
dc_date_to_civil(dc_date date, int *ret_year, int *ret_month, int *ret_day)
{
    DC_ASSERT(ret_year && ret_month && ret_day);
    int64_t z = (int64_t)date + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t shifted = (5 * doy + 2) / 153;
    *ret_day = (int)(doy - (153 * shifted + 2) / 5 + 1);
    *ret_month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

/* Reads exactly `width` digits. */
static bool
digits(const char **text, int width, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < width; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *text += width;
    *ret_value = value;
    return true;
}

static bool
literal(const char **text, char c)
{
    if (**text != c) {
        return false;
    }
    (*text)++;
    return true;
}

static bool
date_part(const char **text, dc_date *ret_date)
{
    int year, month, day;
    if (!digits(text, 4, &year) || !literal(text, '-') || !digits(text, 2, &month) ||
        !literal(text, '-') || !digits(text, 2, &day) || year < YEAR_FIRST || month < 1 ||
        month > 12 || day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    *ret_date = dc_date_from_civil(year, month, day);
    return true;
}

enum dc_code
dc_date_parse(const char *text, dc_date *ret_date, struct dc_error *error)
{
    DC_ASSERT(text && ret_date);
    const char *c = text;
    dc_date date;
    if (!date_part(&c, &date) || *c) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.40s\" is not a date; a date is YYYY-MM-DD in the years %d to %d", text,
                       YEAR_FIRST, YEAR_LAST);
    }
    *ret_date = date;
    return DC_OK;
}

void
dc_date_format(dc_date date, char ret_text[DC_DATE_TEXT])
{
    int year, month, day;
    dc_date_to_civil(date, &year, &month, &day);
    DC_ASSERT(year >= 0 && year <= YEAR_LAST);
    snprintf(ret_text, DC_DATE_TEXT, "%04u-%02u-%02u", (unsigned)year % 10000u,
             (unsigned)month % 100u, (unsigned)day % 100u);
}

/* "08:30:00", "08:30", with a fraction of up to nine digits (past microseconds cut off). */
static bool
clock_part(const char **text, int64_t *ret_microseconds)
{
    int hour, minute, second = 0, fraction = 0;
    if (!digits(text, 2, &hour) || !literal(text, ':') || !digits(text, 2, &minute)) {
        return false;
    }
    if (literal(text, ':')) {
        if (!digits(text, 2, &second)) {
            return false;
        }
        if (literal(text, '.')) {
            int width = 0, digit;
            while (digits(text, 1, &digit)) {
                if (++width > 9) {
                    return false;
                }
                fraction = width <= 6 ? fraction * 10 + digit : fraction;
            }
            if (width == 0) {
                return false;
            }
            for (; width < 6; width++) {
                fraction *= 10;
            }
        }
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *ret_microseconds = (int64_t)(hour * 3600 + minute * 60 + second) * DC_SECOND + fraction;
    return true;
}

/* "Z", "+08:00", or nothing: then the offset stays what it was. */
static bool
offset_part(const char **text, int32_t *offset)
{
    if (literal(text, 'Z') || literal(text, 'z')) {
        *offset = 0;
        return true;
    }
    if (**text != '+' && **text != '-') {
        return true;
    }
    int sign = **text == '-' ? -1 : 1;
    (*text)++;
    int hour, minute;
    if (!digits(text, 2, &hour) || !literal(text, ':') || !digits(text, 2, &minute) || hour > 23 ||
        minute > 59) {
        return false;
    }
    *offset = sign * (hour * 3600 + minute * 60);
    return true;
}

enum dc_code
dc_time_parse(const char *text, int32_t utc_offset_seconds, dc_time *ret_time,
              struct dc_error *error)
{
    DC_ASSERT(text && ret_time);
    const char *c = text;
    int32_t offset = utc_offset_seconds;
    int64_t clock = 0;
    dc_date date;
    bool good = date_part(&c, &date);
    if (good && (*c == 'T' || *c == 't' || *c == ' ')) {
        c++;
        good = clock_part(&c, &clock) && offset_part(&c, &offset);
    }
    if (!good || *c) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.40s\" is not an instant; allowed are 2026-11-23T08:30:00+08:00, "
                       "2026-11-23 08:30:00 and 2026-11-23",
                       text);
    }
    *ret_time = dc_time_of_date(date, offset) + clock;
    return DC_OK;
}

void
dc_time_format(dc_time time, char ret_text[DC_TIME_TEXT])
{
    char date[DC_DATE_TEXT];
    dc_date day = dc_date_of(time, 0);
    dc_date_format(day, date);
    int64_t rest = time - dc_time_of_date(day, 0);
    unsigned seconds = (unsigned)(rest / DC_SECOND);
    snprintf(ret_text, DC_TIME_TEXT, "%sT%02u:%02u:%02u.%06uZ", date, seconds / 3600 % 24,
             seconds / 60 % 60, seconds % 60, (unsigned)(rest % DC_SECOND));
}

static struct dc_period
period_of_months(enum dc_period_kind kind, int year, int month, int months)
{
    int last = month + months - 1;
    return (struct dc_period){
        .kind = kind,
        .first = dc_date_from_civil(year, month, 1),
        .last = dc_date_from_civil(year, last, days_in_month(year, last)),
    };
}

enum dc_code
dc_period_parse(const char *text, struct dc_period *ret_period, struct dc_error *error)
{
    DC_ASSERT(text && ret_period);
    const char *c = text;
    int year, part;
    if (digits(&c, 4, &year) && year >= YEAR_FIRST) {
        if (!*c) {
            *ret_period = period_of_months(DC_PERIOD_YEAR, year, 1, 12);
            return DC_OK;
        }
        if (c[0] == 'Q' && c[1] >= '1' && c[1] <= '4' && !c[2]) {
            *ret_period = period_of_months(DC_PERIOD_QUARTER, year, (c[1] - '1') * 3 + 1, 3);
            return DC_OK;
        }
        if (literal(&c, '-') && digits(&c, 2, &part) && !*c && part >= 1 && part <= 12) {
            *ret_period = period_of_months(DC_PERIOD_MONTH, year, part, 1);
            return DC_OK;
        }
    }
    return dc_fail(error, DC_INVALID_ARGUMENT,
                   "\"%.40s\" is not a period; a period is a year 2026, a quarter 2026Q4 or a "
                   "month 2026-11",
                   text);
}

void
dc_period_format(const struct dc_period *period, char ret_text[DC_PERIOD_TEXT])
{
    DC_ASSERT(period);
    int year, month, day;
    dc_date_to_civil(period->first, &year, &month, &day);
    switch (period->kind) {
    case DC_PERIOD_YEAR:
        snprintf(ret_text, DC_PERIOD_TEXT, "%04d", year);
        return;
    case DC_PERIOD_QUARTER:
        snprintf(ret_text, DC_PERIOD_TEXT, "%04dQ%d", year, (month - 1) / 3 + 1);
        return;
    case DC_PERIOD_MONTH:
        snprintf(ret_text, DC_PERIOD_TEXT, "%04d-%02d", year, month);
        return;
    }
    DC_ASSERT(!"a kind of period");
}

struct dc_period
dc_period_containing(enum dc_period_kind kind, dc_date date)
{
    int year, month, day;
    dc_date_to_civil(date, &year, &month, &day);
    switch (kind) {
    case DC_PERIOD_YEAR:
        return period_of_months(kind, year, 1, 12);
    case DC_PERIOD_QUARTER:
        return period_of_months(kind, year, (month - 1) / 3 * 3 + 1, 3);
    case DC_PERIOD_MONTH:
        break;
    }
    return period_of_months(DC_PERIOD_MONTH, year, month, 1);
}

struct dc_period
dc_period_next(const struct dc_period *period)
{
    DC_ASSERT(period);
    return dc_period_containing(period->kind, period->last + 1);
}
