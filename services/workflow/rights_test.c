/* Tests who sees a task, and who may say what makes tasks: definitions, cycles, the calendar. */
#include "sign_test.h"

static void
tasks_are_seen_by_few(void **state)
{
    (void)state;
    start_cycle("sign", GROUP);
    Workflow__GetTaskRequest request = WORKFLOW__GET_TASK_REQUEST__INIT;
    Workflow__GetTaskResponse response = WORKFLOW__GET_TASK_RESPONSE__INIT;
    request.task_id = task_of(B);
    MUST(CALL(director_b, workflow_get_task, &request, &response));
    assert_int_equal(response.my_seat, 1);
    assert_int_equal(response.n_outcomes, 1);
    assert_false(response.may_urge); /* his own */
    response = (Workflow__GetTaskResponse)WORKFLOW__GET_TASK_RESPONSE__INIT;
    MUST(CALL(boss, workflow_get_task, &request, &response));
    assert_int_equal(response.my_seat, 0);
    assert_int_equal(response.n_outcomes, 0);
    assert_true(response.may_urge);
    REFUSED(CALL(director_a, workflow_get_task, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(zhang_san, workflow_get_task, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(auditor, workflow_get_task, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(system_admin, workflow_get_task, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, workflow_get_task, &request, &response), DC_NOT_FOUND, "task_id");
    request.task_id = 987654;
    REFUSED(CALL(director_a, workflow_get_task, &request, &response), DC_PERMISSION_DENIED, "");
}

static void
defining_is_for_the_supervisor_of_the_group(void **state)
{
    (void)state;
    Workflow__SaveDefinitionRequest save = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    Workflow__SaveDefinitionResponse saved = WORKFLOW__SAVE_DEFINITION_RESPONSE__INIT;
    save.yaml = (char *)SIGN;
    save.reason = (char *)"x";
    REFUSED(CALL(supervisor_of_a, workflow_save_definition, &save, &saved), DC_PERMISSION_DENIED,
            "");
    REFUSED(CALL(director_a, workflow_save_definition, &save, &saved), DC_PERMISSION_DENIED, "");
    save.yaml = (char *)"code: x\nname: y\nperiod: week\nstages: []\n";
    MUST(CALL(supervisor, workflow_save_definition, &save, &saved));
    assert_true(saved.n_problems > 0);
    assert_int_equal(saved.problems[0]->line, 3);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.definition"), 1);

    Workflow__GetDefinitionRequest get = WORKFLOW__GET_DEFINITION_REQUEST__INIT;
    Workflow__GetDefinitionResponse got = WORKFLOW__GET_DEFINITION_RESPONSE__INIT;
    get.code = (char *)"sign";
    MUST(CALL(supervisor_of_a, workflow_get_definition, &get, &got));
    assert_int_equal(got.definition->n_stages, 3);
    assert_string_equal(got.definition->yaml, SIGN);
    REFUSED(CALL(stranger, workflow_get_definition, &get, &got), DC_NOT_FOUND, "definition");
    Workflow__CheckDefinitionRequest check = WORKFLOW__CHECK_DEFINITION_REQUEST__INIT;
    Workflow__CheckDefinitionResponse checked = WORKFLOW__CHECK_DEFINITION_RESPONSE__INIT;
    check.form = got.definition;
    MUST(CALL(supervisor, workflow_check_definition, &check, &checked));
    assert_int_equal(checked.n_problems, 0);
    assert_true(strlen(checked.diagram) > 0);

    Workflow__StartCycleRequest start = WORKFLOW__START_CYCLE_REQUEST__INIT;
    Workflow__StartCycleResponse started = WORKFLOW__START_CYCLE_RESPONSE__INIT;
    start.definition = (char *)"sign";
    start.unit_id = GROUP;
    start.period = (char *)"2026Q4";
    start.name = (char *)"x";
    REFUSED(CALL(supervisor_of_a, workflow_start_cycle, &start, &started), DC_PERMISSION_DENIED,
            "");
    REFUSED(CALL(supervisor, workflow_start_cycle, &start, &started), DC_INVALID_ARGUMENT,
            "period");
    start.period = (char *)"2026-11";
    start.unit_id = A1; /* no department below */
    REFUSED(CALL(supervisor, workflow_start_cycle, &start, &started), DC_FAILED_PRECONDITION,
            "unit_id");
    start.unit_id = A;
    MUST(CALL(supervisor_of_a, workflow_start_cycle, &start, &started));
}

static void
the_calendar_moves_deadlines(void **state)
{
    (void)state;
    Workflow__ImportCalendarRequest import = WORKFLOW__IMPORT_CALENDAR_REQUEST__INIT;
    Workflow__ImportCalendarResponse imported = WORKFLOW__IMPORT_CALENDAR_RESPONSE__INIT;
    static char csv[] = "日期,上班,名称\n2026-11-03,放假,试验假\n2026-11-07,上班,调休上班\n";
    import.csv.data = (uint8_t *)csv;
    import.csv.len = sizeof(csv) - 1;
    import.reason = (char *)"x";
    MUST(CALL(supervisor, workflow_import_calendar, &import, &imported));
    assert_int_equal(imported.n_problems, 0);
    assert_int_equal(imported.days, 2);
    Workflow__CalendarChanged *told =
        (Workflow__CalendarChanged *)stage_hear(&workflow__calendar_changed__descriptor);
    assert_int_equal(told->year, 2026);
    assert_int_equal(told->n_days, 2);
    REFUSED(CALL(director_a, workflow_import_calendar, &import, &imported), DC_PERMISSION_DENIED,
            "");
    define("code: short\nname: 短\nperiod: month\nstages:\n  - code: a\n    name: 甲\n"
           "    subject: unit\n    unit_kinds: [department]\n    who: [{role: director}]\n"
           "    due: {after: 5 working days}\n"
           "    outcomes:\n      - {code: ok, name: 好, kind: submit}\n");
    start_cycle("short", A);
    Workflow__Task *task = get_task(&director_a, task_of(A))->task;
    dc_time due;
    /* 4, 5, 6, the make-up 7, 9 */
    stage_must(dc_time_parse("2026-11-09 18:00:00", 8 * 3600, &due, &stage.error));
    assert_int_equal(task->due_at_us, due);
    assert_non_null(strstr(task->due_reason_zh, "调休上班"));
    Workflow__GetCalendarRequest get = WORKFLOW__GET_CALENDAR_REQUEST__INIT;
    Workflow__GetCalendarResponse got = WORKFLOW__GET_CALENDAR_RESPONSE__INIT;
    get.year = 2026;
    MUST(CALL(zhang_san, workflow_get_calendar, &get, &got));
    assert_int_equal(got.calendar->n_days, 2);
    assert_int_equal(got.calendar->utc_offset_minutes, 480);
    Workflow__SaveCalendarRequest save = WORKFLOW__SAVE_CALENDAR_REQUEST__INIT;
    Workflow__SaveCalendarResponse saved = WORKFLOW__SAVE_CALENDAR_RESPONSE__INIT;
    save.calendar = got.calendar;
    save.year = 2026;
    save.reason = (char *)"x";
    got.calendar->n_days = 1;
    got.calendar->end_of_day = (char *)"25:00";
    REFUSED(CALL(supervisor, workflow_save_calendar, &save, &saved), DC_INVALID_ARGUMENT,
            "calendar.end_of_day");
    got.calendar->end_of_day = (char *)"24:00";
    MUST(CALL(supervisor, workflow_save_calendar, &save, &saved));
    assert_int_equal(saved.calendar->n_days, 1);
    assert_string_equal(saved.calendar->end_of_day, "24:00");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(tasks_are_seen_by_few),
        TEST(defining_is_for_the_supervisor_of_the_group),
        TEST(the_calendar_moves_deadlines),
    };
    return cmocka_run_group_tests_name("rights", tests, stage_open, stage_down);
}
