/* Tests when objectives are due for a check-in, by rows of text; and that looking again and again, at
 * any moments, tells each due day once. */
#include "reminder.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { OFFSET = 8 * 3600 };

static dc_time
moment(const char *text)
{
    char full[DC_TIME_TEXT];
    dc_time time;
    snprintf(full, sizeof full, "%s:00", text);
    enum dc_code code = dc_time_parse(full, OFFSET, &time, NULL);
    assert_int_equal(code, DC_OK);
    return time;
}

static dc_date
day(const char *text)
{
    dc_date date = reminder_never();
    if (strcmp(text, "-") != 0) {
        enum dc_code code = dc_date_parse(text, &date, NULL);
        assert_int_equal(code, DC_OK);
    }
    return date;
}

/* "2026-11-07/0.4 -/0" */
static Goals__Objective *
objective_of(struct dc_arena *arena, char *key_results)
{
    Goals__Objective *o = DC_NEW_MESSAGE(arena, Goals__Objective, goals__objective__init);
    o->state = GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_CONFIRMED;
    o->period = "2026Q4";
    o->changed_at_us = moment("2026-11-02 12:00");
    o->key_results = DC_NEW_ARRAY(arena, Goals__KeyResult *, 10);
    for (char *word = strtok(key_results, " "); word; word = strtok(NULL, " ")) {
        Goals__KeyResult *kr = DC_NEW_MESSAGE(arena, Goals__KeyResult, goals__key_result__init);
        char *slash = strchr(word, '/');
        assert_non_null(slash);
        *slash = '\0';
        kr->score = slash + 1;
        kr->checked_in_at_us =
            strcmp(word, "-") == 0 ? 0 : dc_time_of_date(day(word), OFFSET) + DC_SECOND;
        o->key_results[o->n_key_results++] = kr;
    }
    return o;
}

static const char *
shown(dc_date date, bool any, char ret_text[DC_DATE_TEXT])
{
    if (!any) {
        return "-";
    }
    dc_date_format(date, ret_text);
    return ret_text;
}

static void
due_row(const char *where, char **column, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 9);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    Goals__Objective *o = objective_of(arena, column[0]);
    char *manager = strchr(column[3], ' '), got[120], wanted[120], due[DC_DATE_TEXT],
         look[DC_DATE_TEXT];
    assert_non_null(manager);
    *manager = '\0';
    struct reminder_told told = {.owner = day(column[3]), .manager = day(manager + 1)};
    settings.check_in_days = atoi(column[1]);
    settings.manager_after_days = atoi(column[2]);
    struct reminder decided = reminder_decide(o, &settings, &told, moment(column[4]), OFFSET);
    bool came = decided.waiting > 0 && decided.due_on > decided.since;
    if (!decided.over) {
        assert_int_equal(decided.look_at - dc_time_of_date(dc_date_of(decided.look_at, OFFSET), OFFSET),
                         (dc_time)9 * 3600 * DC_SECOND);
    }
    snprintf(got, sizeof got, "%s %s %s %s", decided.owner ? "yes" : "no",
             decided.manager ? "yes" : "no", shown(decided.due_on, came, due),
             shown(dc_date_of(decided.look_at, OFFSET), !decided.over, look));
    snprintf(wanted, sizeof wanted, "%s %s %s %s", column[5], column[6], column[7], column[8]);
    if (strcmp(got, wanted) != 0) {
        dc_test_die("%s: got %s, wanted %s", where, got, wanted);
    }
}

static void
due_days_by_rows(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/reminders.txt", due_row, NULL) >= 25);
}

static void
drafts_are_not_due(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char words[] = "-/0";
    Goals__Objective *o = objective_of(arena, words);
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    struct reminder_told told = {reminder_never(), reminder_never()};
    settings.check_in_days = 7;
    o->state = GOALS__OBJECTIVE_STATE__OBJECTIVE_STATE_DRAFT;
    struct reminder decided =
        reminder_decide(o, &settings, &told, moment("2026-12-01 12:00"), OFFSET);
    assert_true(decided.over && !decided.owner && !decided.manager);
}

/* Hour by hour, and only when it said to look again: the same is told. */
static void
looking_often_tells_the_same(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char words[] = "2026-11-03/0.2 2026-11-05/0";
    Goals__Objective *o = objective_of(arena, words);
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    for (int32_t days = 1; days <= 20; days++) {
        dc_time start = moment("2026-11-05 12:00"), look = start;
        struct reminder_told often = {reminder_never(), reminder_never()}, seldom = often;
        settings.check_in_days = days;
        settings.manager_after_days = days / 2;
        for (dc_time now = start; now < moment("2027-01-10 00:00");
             now += (dc_time)3600 * DC_SECOND) {
            struct reminder a = reminder_decide(o, &settings, &often, now, OFFSET);
            bool looked = look != 0 && now >= look;
            struct reminder b = {0};
            if (looked) {
                b = reminder_decide(o, &settings, &seldom, now, OFFSET);
                seldom = b.told;
                look = b.over ? 0 : b.look_at;
                assert_true(b.over || b.look_at > now);
            }
            assert_int_equal(a.owner, b.owner);
            assert_int_equal(a.manager, b.manager);
            assert_true(!a.owner || a.due_on > often.owner);
            often = a.told;
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_days_by_rows),
        cmocka_unit_test(drafts_are_not_due),
        cmocka_unit_test(looking_often_tells_the_same),
    };
    return cmocka_run_group_tests_name("reminder", tests, NULL, NULL);
}
