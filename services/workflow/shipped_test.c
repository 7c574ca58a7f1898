/* Tests what is shipped: every process definition reads, and so do the calendars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "calendar.h"
#include "definition.h"
#include "tests/lib/harness.h"

static struct wf_definition *
read_shipped(struct dc_arena *arena, const char *code)
{
    char path[200];
    snprintf(path, sizeof path, "deploy/processes/%s.yaml", code);
    size_t size;
    DC_AUTO_FREE char *yaml = dc_test_read_file(path, &size);
    struct wf_problems problems = {.arena = arena};
    struct wf_definition *definition;
    struct dc_error error = {0};
    if (wf_definition_read(arena, yaml, size, &definition, &problems, &error) != DC_OK) {
        fail_msg("%s:%s", path, error.message);
    }
    assert_string_equal(definition->code, code);
    assert_true(strcmp(definition->name_en, definition->name) != 0);
    DC_AUTO_TEXT struct dc_text again = DC_TEXT_INIT;
    wf_definition_write(wf_definition_message(arena, definition), &again);
    struct wf_definition *same;
    assert_int_equal(wf_definition_read(arena, again.data, again.length, &same, &problems, &error),
                     DC_OK);
    assert_true(wf_definition_equal(definition, same));
    return definition;
}

static void
test_all_definitions_read(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum dc_period_kind period;
        size_t stages;
        int32_t tracks;
    } shipped[] = {
        {"goal_confirmation", DC_PERIOD_QUARTER, 2, 1},
        {"data_submission", DC_PERIOD_MONTH, 1, 1},
        {"monthly_sales", DC_PERIOD_MONTH, 8, 5},
        {"quarterly_kpi_okr", DC_PERIOD_QUARTER, 7, 5},
        {"annual_360", DC_PERIOD_YEAR, 8, 5},
        {"target_change", DC_PERIOD_QUARTER, 3, 1},
        {"objection", DC_PERIOD_QUARTER, 2, 1},
    };
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        const struct wf_definition *definition = read_shipped(arena, shipped[i].code);
        assert_int_equal(definition->period, shipped[i].period);
        assert_int_equal(definition->stage_count, shipped[i].stages);
        assert_int_equal(definition->track_count, shipped[i].tracks);
    }
}

/* DOMAIN's example: SMS three days before, mail one day before, in-app always; then the vice
 * president with the right to decide, the director told; then the boss. */
static void
test_goal_confirmation_chases_as_promised(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_stage *stage = &read_shipped(arena, "goal_confirmation")->stages[0];
    assert_int_equal(stage->who[0].role, KERNEL__ROLE__ROLE_DIRECTOR);
    assert_int_equal(stage->reminder_count, 2);
    assert_int_equal(stage->reminders[0].before.amount, 3);
    assert_int_equal(stage->reminders[0].channels, WF_CHANNEL(SMS) | WF_CHANNEL(IN_APP));
    assert_int_equal(stage->reminders[1].before.amount, 1);
    assert_int_equal(stage->reminders[1].channels, WF_CHANNEL(MAIL) | WF_CHANNEL(IN_APP));
    assert_int_equal(stage->rung_count, 2);
    assert_int_equal(stage->rungs[0].after.amount, 0);
    assert_int_equal(stage->rungs[0].to.role, KERNEL__ROLE__ROLE_VICE_PRESIDENT);
    assert_true(stage->rungs[0].tell_owner);
    assert_int_equal(stage->rungs[1].to.role, KERNEL__ROLE__ROLE_BOSS);
}

static void
test_data_submission_has_its_day_and_gate(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_stage *stage = &read_shipped(arena, "data_submission")->stages[0];
    assert_int_equal(stage->due.day_of_month, 25);
    assert_true(wf_gate_holds(stage, wf_outcome_find(stage, "submit")));
}

static void
test_a_large_raise_goes_to_the_boss(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct wf_definition *definition = read_shipped(arena, "target_change");
    int32_t vice_president = wf_stage_find(definition, "vice_president");
    int32_t boss = wf_stage_find(definition, "boss");
    const struct wf_outcome *approve =
        wf_outcome_find(&definition->stages[vice_president], "approve");
    struct wf_fact facts[] = {{"raise_percent", "20"}};
    assert_int_equal(wf_stage_after(definition, vice_president, approve, facts, 1, NULL),
                     WF_TO_END);
    facts[0].value = "20.01";
    assert_int_equal(wf_stage_after(definition, vice_president, approve, facts, 1, NULL), boss);
    assert_int_equal(wf_stage_after(definition, vice_president, approve, NULL, 0, NULL), boss);
}

static void
test_china_2026(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    size_t size;
    DC_AUTO_FREE char *csv = dc_test_read_file("deploy/calendars/china-2026.csv", &size);
    struct wf_calendar calendar = WF_CALENDAR_DEFAULT;
    struct wf_problems problems = {.arena = arena};
    struct dc_error error = {0};
    if (wf_calendar_read_csv(arena, csv, size, &calendar.days, &calendar.day_count, &problems,
                             &error) != DC_OK) {
        fail_msg("%s", error.message);
    }
    /* The notice: 3 + 9 + 3 + 5 + 3 + 3 + 7 days off, 6 make-up days. */
    assert_int_equal(calendar.day_count, 33 + 6);
    int off = 0, makeup = 0;
    for (size_t i = 0; i < calendar.day_count; i++) {
        off += !calendar.days[i].working;
        bool plain = wf_is_working_day(&WF_CALENDAR_DEFAULT, calendar.days[i].date);
        makeup += calendar.days[i].working && !plain;
    }
    assert_int_equal(off, 33);
    assert_int_equal(makeup, 6);
    /* 365 days, 104 of them Saturdays and Sundays, 13 statutory holidays: 248 working days. */
    dc_date last_of_2025 = dc_date_from_civil(2025, 12, 31);
    dc_date last_of_2026 = dc_date_from_civil(2026, 12, 31);
    assert_int_equal(wf_working_days_between(&calendar, last_of_2025, last_of_2026), 248);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_definitions_read),
        cmocka_unit_test(test_goal_confirmation_chases_as_promised),
        cmocka_unit_test(test_data_submission_has_its_day_and_gate),
        cmocka_unit_test(test_a_large_raise_goes_to_the_boss),
        cmocka_unit_test(test_china_2026),
    };
    return cmocka_run_group_tests_name("workflow shipped", tests, NULL, NULL);
}
