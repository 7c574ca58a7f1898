/*
 * time.h - instants, dates and periods. Time is a parameter: only the programs' outermost loops
 * ask the clock; everything else is told.
 */
#ifndef DC_BASE_TIME_H
#define DC_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Microseconds since 1970-01-01T00:00:00Z. */
typedef int64_t dc_time;
/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
typedef int32_t dc_date;

enum { DC_SECOND = 1000000, DC_MILLISECOND = 1000 };
enum { DC_DATE_TEXT = 11, DC_TIME_TEXT = 33, DC_PERIOD_TEXT = 16 };

dc_time dc_now(void);       /* wall clock, turned ahead by dc_now_ahead() */
dc_time dc_monotonic(void); /* for deadlines and durations; microseconds, arbitrary origin */
/* From now on dc_now() is ahead of the wall clock by so much, in every thread; 0 or more. For
 * tests and rehearsals, in which deadlines of weeks pass in seconds. */
void dc_now_ahead(dc_time ahead);

dc_date dc_date_of(dc_time time, int32_t utc_offset_seconds);
dc_time dc_time_of_date(dc_date date, int32_t utc_offset_seconds); /* 00:00:00 of that day */
dc_date dc_date_from_civil(int year, int month, int day);          /* must be a real date */
void dc_date_to_civil(dc_date date, int *ret_year, int *ret_month, int *ret_day);

/* "2026-11-23", strict. Years 1900..9999. */
enum dc_code dc_date_parse(const char *text, dc_date *ret_date,
                           struct dc_error *error) DC_MUST_CHECK;
void dc_date_format(dc_date date, char ret_text[DC_DATE_TEXT]);
/* RFC 3339; also "2026-11-23 08:30:00" and a bare date, both taken in the offset given. */
enum dc_code dc_time_parse(const char *text, int32_t utc_offset_seconds, dc_time *ret_time,
                           struct dc_error *error) DC_MUST_CHECK;
void dc_time_format(dc_time time, char ret_text[DC_TIME_TEXT]); /* RFC 3339, UTC, microseconds */

/*
 * A period of evaluation: a year "2026", a quarter "2026Q4", or a month "2026-11". The text form
 * is its identity everywhere (database, protobuf, pages).
 */
enum dc_period_kind { DC_PERIOD_YEAR, DC_PERIOD_QUARTER, DC_PERIOD_MONTH };

struct dc_period {
    enum dc_period_kind kind;
    dc_date first; /* first day */
    dc_date last;  /* last day, inclusive */
};

enum dc_code dc_period_parse(const char *text, struct dc_period *ret_period,
                             struct dc_error *error) DC_MUST_CHECK;
void dc_period_format(const struct dc_period *period, char ret_text[DC_PERIOD_TEXT]);
struct dc_period dc_period_containing(enum dc_period_kind kind, dc_date date);
struct dc_period dc_period_next(const struct dc_period *period);

#endif
