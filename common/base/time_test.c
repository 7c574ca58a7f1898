/* time_test.c - instants, dates and periods. */
#include "base/time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

/* Every day from 1900 to 2200, against the C library. */
static void
dates_agree_with_the_c_library(void **state)
{
    (void)state;
    dc_date first = dc_date_from_civil(1900, 1, 1);
    dc_date last = dc_date_from_civil(2200, 12, 31);
    assert_int_equal(dc_date_from_civil(1970, 1, 1), 0);
    for (dc_date date = first; date <= last; date++) {
        time_t seconds = (time_t)date * 86400;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        int year, month, day;
        dc_date_to_civil(date, &year, &month, &day);
        assert_int_equal(year, tm.tm_year + 1900);
        assert_int_equal(month, tm.tm_mon + 1);
        assert_int_equal(day, tm.tm_mday);
        assert_int_equal(dc_date_from_civil(year, month, day), date);
        char text[DC_DATE_TEXT];
        dc_date back;
        dc_date_format(date, text);
        assert_int_equal(dc_date_parse(text, &back, NULL), DC_OK);
        assert_int_equal(back, date);
    }
}

static void
one_time_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    if (count != 3) {
        fail_msg("%s: three columns are wanted", where);
    }
    int32_t offset = (int32_t)strtol(columns[1], NULL, 10);
    dc_time time;
    char text[DC_TIME_TEXT] = "no";
    if (dc_time_parse(columns[0], offset, &time, NULL) == DC_OK) {
        dc_time_format(time, text);
    }
    if (strcmp(text, columns[2]) != 0) {
        fail_msg("%s: %s", where, text);
    }
}

static void
instants(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/times.txt", one_time_case, NULL);
    enum { CHINA = 8 * 3600 };
    dc_time eve = dc_time_of_date(dc_date_from_civil(2026, 11, 23), CHINA);
    assert_int_equal(dc_date_of(eve, CHINA), dc_date_from_civil(2026, 11, 23));
    assert_int_equal(dc_date_of(eve - 1, CHINA), dc_date_from_civil(2026, 11, 22));
    assert_int_equal(dc_date_of(eve, 0), dc_date_from_civil(2026, 11, 22));
    assert_int_equal(dc_date_of(-1, 0), -1);
}

static void
one_period_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    if (count != 4) {
        fail_msg("%s: four columns are wanted", where);
    }
    struct dc_period period;
    struct dc_error error;
    if (dc_period_parse(columns[0], &period, &error) != DC_OK) {
        if (strcmp(columns[1], "no") != 0) {
            fail_msg("%s: %s", where, error.message);
        }
        return;
    }
    char first[DC_DATE_TEXT], last[DC_DATE_TEXT], text[DC_PERIOD_TEXT], next_text[DC_PERIOD_TEXT];
    dc_date_format(period.first, first);
    dc_date_format(period.last, last);
    dc_period_format(&period, text);
    struct dc_period next = dc_period_next(&period);
    dc_period_format(&next, next_text);
    if (strcmp(first, columns[1]) != 0 || strcmp(last, columns[2]) != 0 ||
        strcmp(text, columns[0]) != 0 || strcmp(next_text, columns[3]) != 0) {
        fail_msg("%s: %s %s %s, then %s", where, text, first, last, next_text);
    }
    for (dc_date date = period.first; date <= period.last; date++) {
        struct dc_period again = dc_period_containing(period.kind, date);
        assert_int_equal(again.first, period.first);
        assert_int_equal(again.last, period.last);
    }
}

static void
periods(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/periods.txt", one_period_case, NULL);
}

static void
clocks_run(void **state)
{
    (void)state;
    dc_time before = dc_monotonic();
    assert_true(dc_monotonic() >= before);
    dc_time now = dc_now();
    assert_true(now > dc_time_of_date(dc_date_from_civil(2024, 1, 1), 0));
    dc_now_ahead(INT64_C(86400) * DC_SECOND);
    assert_true(dc_now() >= now + INT64_C(86400) * DC_SECOND);
    dc_now_ahead(0);
    assert_true(dc_now() < now + INT64_C(86400) * DC_SECOND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_agree_with_the_c_library),
        cmocka_unit_test(instants),
        cmocka_unit_test(periods),
        cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
