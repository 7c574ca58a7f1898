/* Tests working days, deadlines and timers by rows of cases, and the calendar's promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "due.h"
#include "tests/lib/harness.h"

static struct dc_arena *year_arena;
static struct wf_calendar china;

static int
load_china(void **state)
{
    (void)state;
    size_t size;
    DC_AUTO_FREE char *csv = dc_test_read_file("deploy/calendars/china-2026.csv", &size);
    year_arena = dc_arena_new(0);
    china = WF_CALENDAR_DEFAULT;
    struct wf_problems problems = {.arena = year_arena};
    return wf_calendar_read_csv(year_arena, csv, size, &china.days, &china.day_count, &problems,
                                NULL) == DC_OK
               ? 0
               : -1;
}

static int
drop_china(void **state)
{
    (void)state;
    dc_arena_free(year_arena);
    return 0;
}

/* --- rows of days ---------------------------------------------------------------------- */

static dc_date
date(const char *where, const char *text)
{
    dc_date value;
    struct dc_error error = {0};
    if (dc_date_parse(text, &value, &error) != DC_OK) {
        dc_test_die("%s: %s", where, error.message);
    }
    return value;
}

static void
run_day(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 4);
    dc_date first = date(where, columns[1]);
    char got[40];
    if (strcmp(columns[0], "working") == 0) {
        strcpy(got, wf_is_working_day(&china, first) ? "yes" : "no");
    } else if (strcmp(columns[0], "between") == 0) {
        snprintf(got, sizeof got, "%lld",
                 (long long)wf_working_days_between(&china, first, date(where, columns[2])));
    } else if (strcmp(columns[0], "add") == 0) {
        dc_date_format(wf_working_days_add(&china, first, atoi(columns[2])), got);
    } else if (strcmp(columns[0], "next") == 0) {
        dc_date_format(wf_working_day_on_or_after(&china, first), got);
    } else {
        assert_string_equal(columns[0], "previous");
        dc_date_format(wf_working_day_on_or_before(&china, first), got);
    }
    if (strcmp(got, columns[3]) != 0) {
        fail_msg("%s: %s, not %s", where, got, columns[3]);
    }
}

static void
test_days(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/calendar.txt", run_day, NULL) > 40);
}

/* --- rows of deadlines and timers ------------------------------------------------------ */

static dc_time
instant(const char *where, const char *text)
{
    char whole[40];
    dc_time value;
    struct dc_error error = {0};
    snprintf(whole, sizeof whole, "%s:00", text);
    if (dc_time_parse(whole, 8 * 3600, &value, &error) != DC_OK) {
        dc_test_die("%s: %s", where, error.message);
    }
    return value;
}

/* "2026-10-10 18:00", in UTC+8. */
static const char *
shown(dc_time time, char text[DC_TIME_TEXT])
{
    dc_time_format(time + (dc_time)8 * 3600 * DC_SECOND, text);
    text[10] = ' ';
    text[16] = '\0';
    return text;
}

static const struct wf_stage *
stage_with(const char *where, struct dc_arena *arena, const char *due, const char *reminders,
           const char *escalation)
{
    const char *yaml = dc_arena_printf(
        arena,
        "code: d\nname: d\nperiod: month\nstages:\n  - code: s\n    name: s\n    subject: cycle\n"
        "    who: starter\n    due: %s\n    reminders: %s\n    escalation: %s\n    outcomes:\n"
        "      - {code: ok, name: ok, kind: submit}\n",
        due, reminders, escalation);
    struct wf_definition *definition;
    struct wf_problems problems = {.arena = arena};
    struct dc_error error = {0};
    if (wf_definition_read(arena, yaml, strlen(yaml), &definition, &problems, &error) != DC_OK) {
        dc_test_die("%s: %s", where, error.message);
    }
    return definition->stages;
}

static void
run_due(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 5);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_stage *stage = stage_with(where, arena, columns[0], "[]", "[]");
    struct wf_due due = wf_due_of(arena, &stage->due, &china, instant(where, columns[1]));
    char text[DC_TIME_TEXT];
    if (strcmp(shown(due.at, text), columns[2]) != 0 || strcmp(due.reason_zh, columns[3]) != 0 ||
        strcmp(due.reason_en, columns[4]) != 0) {
        fail_msg("%s: %s | %s | %s", where, text, due.reason_zh, due.reason_en);
    }
    struct wf_due again = wf_due_at(&china, due.at);
    assert_int_equal(again.date, due.date);
    assert_int_equal(again.minute, due.minute);
}

static void
test_deadlines(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/due.txt", run_due, NULL) > 20);
}

static void
run_timers(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 6);
    static const char *const kinds[] = {
        [WF_TIMER_REMIND] = "remind", [WF_TIMER_DUE] = "due", [WF_TIMER_ESCALATE] = "escalate"};
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_stage *stage = stage_with(where, arena, columns[0], columns[1], columns[2]);
    /* Rows that plan anew, or late, are about the task of the first row. */
    int32_t rungs_done = atoi(columns[4]);
    const char *opened = rungs_done != 0 ? "2026-11-20 09:00" : columns[3];
    struct wf_due due = wf_due_of(arena, &stage->due, &china, instant(where, opened));
    struct wf_timer timers[WF_TIMERS_MAX];
    size_t n = wf_timers(stage, &china, &due, instant(where, columns[3]),
                         rungs_done > 0 ? rungs_done : 0, timers);
    DC_AUTO_TEXT struct dc_text got = DC_TEXT_INIT;
    for (size_t i = 0; i < n; i++) {
        char text[DC_TIME_TEXT];
        dc_text_printf(&got, "%s%s %s %d", i > 0 ? ", " : "", shown(timers[i].at, text),
                       kinds[timers[i].kind], timers[i].step);
    }
    if (strcmp(dc_text_cstr(&got), columns[5]) != 0) {
        fail_msg("%s: %s", where, dc_text_cstr(&got));
    }
}

static void
test_timers(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/timers.txt", run_timers, NULL) > 10);
}

/* --- promises over random calendars ---------------------------------------------------- */

static struct wf_calendar
random_calendar(struct dc_arena *arena, struct dc_test_random *random)
{
    size_t count = dc_test_random_below(random, 200);
    struct wf_day *days = DC_NEW_ARRAY(arena, struct wf_day, count + 1);
    dc_date at = 20000 + (dc_date)dc_test_random_below(random, 50);
    for (size_t i = 0; i < count; i++) {
        at += 1 + (dc_date)(dc_test_random_below(random, 3) ? 0 : dc_test_random_below(random, 20));
        days[i] = (struct wf_day){at, dc_test_random_below(random, 3) == 0, "节"};
    }
    return (struct wf_calendar){.utc_offset_minutes =
                                    (int32_t)dc_test_random_below(random, 27) * 60 - 720,
                                .end_of_day = 1 + (int32_t)dc_test_random_below(random, 1440),
                                .days = days,
                                .day_count = count};
}

static void
test_counting_agrees_with_adding(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed()};
    for (int round = 0; round < 500; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct wf_calendar calendar = random_calendar(arena, &random);
        dc_date from = 20000 + (dc_date)dc_test_random_below(&random, 400);
        dc_date until = from + (dc_date)dc_test_random_below(&random, 300);
        int64_t naive = 0;
        for (dc_date day = from + 1; day <= until; day++) {
            naive += wf_is_working_day(&calendar, day);
        }
        assert_int_equal(wf_working_days_between(&calendar, from, until), naive);
        assert_int_equal(wf_working_days_between(&calendar, until, from), -naive);

        int32_t n = 1 + (int32_t)dc_test_random_below(&random, 60);
        dc_date later = wf_working_days_add(&calendar, from, n);
        assert_true(wf_is_working_day(&calendar, later));
        assert_int_equal(wf_working_days_between(&calendar, from, later), n);
        dc_date back = wf_working_days_add(&calendar, later, -n);
        /* Back to the start, or to the last working day before it. */
        assert_int_equal(back, wf_working_day_on_or_before(&calendar, from));
    }
}

static struct wf_due_rule
random_rule(struct dc_test_random *random)
{
    bool by_day = dc_test_random_below(random, 2);
    return (struct wf_due_rule){
        .day_of_month = by_day ? 1 + (int32_t)dc_test_random_below(random, 31) : 0,
        .after = {(int32_t)dc_test_random_below(random, 30), dc_test_random_below(random, 2)},
        .at = (int32_t)dc_test_random_below(random, 1442) - 1,
        .when_off = (enum wf_when_off)dc_test_random_below(random, 3)};
}

/* Whenever it opens, and whatever the calendar: the deadline lies ahead, at its minute, on a
 * working day unless it is kept; timers are in order, reminders ahead, nothing of the ladder lost.
 */
static void
test_deadlines_lie_ahead(void **state)
{
    (void)state;
    struct dc_test_random random = {.state = dc_test_seed() + 1};
    for (int round = 0; round < 3000; round++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct wf_calendar calendar = random_calendar(arena, &random);
        struct wf_due_rule rule = random_rule(&random);
        rule.at = rule.at == 0 ? 1 : rule.at;
        dc_time opened =
            ((dc_time)20000 * 86400 + (dc_time)dc_test_random_below(&random, 86400 * 400)) *
            DC_SECOND;
        struct wf_due due = wf_due_of(arena, &rule, &calendar, opened);
        assert_true(due.at > opened);
        assert_int_equal(due.minute, rule.at < 0 ? calendar.end_of_day : rule.at);
        assert_int_equal(due.at, wf_calendar_instant(&calendar, due.date, due.minute));
        bool kept =
            rule.when_off == WF_OFF_KEEP && (rule.day_of_month > 0 || !rule.after.working_days);
        assert_true(kept || wf_is_working_day(&calendar, due.date));
        assert_true(strlen(due.reason_zh) > 0 && strlen(due.reason_zh) < 600);

        struct wf_reminder reminders[3] = {
            {.before = {1, true}}, {.before = {4, false}}, {.before = {20, true}}};
        struct wf_rung rungs[2] = {{.after = {(int32_t)dc_test_random_below(&random, 2), false}},
                                   {.after = {2, true}}};
        struct wf_stage stage = {
            .reminders = reminders, .reminder_count = 3, .rungs = rungs, .rung_count = 2};
        struct wf_timer timers[WF_TIMERS_MAX];
        size_t count = wf_timers(&stage, &calendar, &due, opened, 0, timers);
        int escalations = 0, at_deadline = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(timers[i].at > opened);
            assert_true(i == 0 || timers[i - 1].at <= timers[i].at);
            assert_true((timers[i].kind == WF_TIMER_REMIND) == (timers[i].at < due.at));
            escalations += timers[i].kind == WF_TIMER_ESCALATE;
            at_deadline += timers[i].at == due.at;
        }
        assert_int_equal(escalations, 2);
        assert_true(at_deadline >= 1);
    }
}

/* --- times of day, and the CSV --------------------------------------------------------- */

static void
test_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t minutes; /* 0 = refused */
    } rows[] = {{"18:00", 1080}, {"9:30", 570},   {"24:00", 1440}, {"00:01", 1}, {"00:00", 0},
                {"24:01", 0},    {"18", 0},       {"18:0", 0},     {"18:60", 0}, {"", 0},
                {"-1:30", 0},    {"18:00:00", 0}, {"018:00", 0},   {" 18:00", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t minutes = 0;
        enum dc_code code = wf_minutes_parse(rows[i].text, &minutes, NULL);
        assert_int_equal(code, rows[i].minutes ? DC_OK : DC_INVALID_ARGUMENT);
        assert_int_equal(minutes, rows[i].minutes);
    }
    char text[WF_MINUTES_TEXT];
    wf_minutes_format(570, text);
    assert_string_equal(text, "09:30");
    wf_minutes_format(1440, text);
    assert_string_equal(text, "24:00");
}

static enum dc_code
read_csv(struct dc_arena *arena, const char *csv, const struct wf_day **ret_days, size_t *ret_count,
         struct wf_problems *ret_problems)
{
    *ret_problems = (struct wf_problems){.arena = arena};
    return wf_calendar_read_csv(arena, csv, strlen(csv), ret_days, ret_count, ret_problems, NULL);
}

static void
test_csv_is_read_whole(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_day *days;
    size_t count;
    struct wf_problems problems;
    /* Columns in Chinese, another order, dates as spreadsheets write them, rows in any order. */
    const char *csv = "\xef\xbb\xbf名称,日期,上班\r\n调休上班,2027/1/"
                      "10,是\r\n元旦,2027-01-01,放假\r\n,2027-01-02,0\r\n";
    assert_int_equal(read_csv(arena, csv, &days, &count, &problems), DC_OK);
    assert_int_equal(count, 3);
    assert_int_equal(days[0].date, dc_date_from_civil(2027, 1, 1));
    assert_false(days[0].working);
    assert_string_equal(days[0].name, "元旦");
    assert_string_equal(days[1].name, "");
    assert_true(days[2].working);
    assert_int_equal(days[2].date, dc_date_from_civil(2027, 1, 10));
    /* Without names. */
    assert_int_equal(read_csv(arena, "date,working\n2027-01-01,false\n", &days, &count, &problems),
                     DC_OK);
    assert_int_equal(count, 1);
}

static void
test_csv_tells_everything_that_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        size_t problems;
        int line, column; /* of the first */
        const char *part;
    } rows[] = {
        {"", 1, 1, 0, "the file is empty"},
        {"date,working\n", 1, 1, 0, "a header and no days"},
        {"date,name\n2027-01-01,x\n", 1, 1, 0, "working"},
        {"date,working,holiday\n2027-01-01,no,x\n", 1, 1, 0, "there is no column holiday"},
        {"date,working\n2027-02-29,no\n2027-13-01,perhaps\n\n2027-01-01,no,more\n", 4, 2, 1,
         "\"2027-02-29\" is no date"},
        {"working,date\nmaybe,2027-01-01\n", 1, 2, 1, "\"maybe\" does not say whether"},
        {"date,working\n2027-01-02,no\n2027-01-01,no\n2027-01-02,yes\n", 1, 4, 1,
         "2027-01-02 stands in line 2 already"},
        {"date,working,name\n2027-01-01,no,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 1, 2, 3,
         "at most 40 characters"},
        {"date,working\n\"2027-01-01,no\n", 1, 2, 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        const struct wf_day *days = NULL;
        size_t count = 77;
        struct wf_problems problems;
        assert_int_equal(read_csv(arena, rows[i].csv, &days, &count, &problems),
                         DC_INVALID_ARGUMENT);
        const struct wf_problem *first = &problems.items[0];
        if (problems.count != rows[i].problems || first->line != rows[i].line ||
            first->column != rows[i].column || !strstr(first->message.en, rows[i].part) ||
            !dc_test_is_chinese(first->message.zh)) {
            fail_msg("row %zu: %zu problems, %d:%d %s %s", i, problems.count, first->line,
                     first->column, first->message.en, first->message.zh);
        }
        assert_null(days); /* whole or not at all */
        assert_int_equal(count, 77);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_timers),
        cmocka_unit_test(test_counting_agrees_with_adding),
        cmocka_unit_test(test_deadlines_lie_ahead),
        cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_csv_is_read_whole),
        cmocka_unit_test(test_csv_tells_everything_that_is_wrong),
    };
    return cmocka_run_group_tests_name("workflow calendar", tests, load_china, drop_china);
}
