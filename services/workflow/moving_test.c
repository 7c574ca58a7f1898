/* Tests what becomes of open tasks when their cycle goes over to another version: told before, and
 * done then. */
#include "stage_test.h"

/* due, reminder, ladder of a version */
static const char SIGN[] =
    "code: sign\nname: 确认\nperiod: month\nstages:\n"
    "  - code: confirm\n    name: 确认\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: director}]\n    due: {after: %s}\n"
    "    reminders:\n      - {before: %s, by: [sms]}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}}\n%s"
    "    outcomes:\n      - {code: ok, name: 好, kind: approve}\n";
static const char BOSS[] = "      - {after: 1 days, to: {role: boss}}\n";

static int32_t version;
static int64_t began; /* the last event before the test */

static void
define_version(const char *due, const char *reminder, const char *ladder)
{
    Workflow__SaveDefinitionRequest request = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    Workflow__SaveDefinitionResponse response = WORKFLOW__SAVE_DEFINITION_RESPONSE__INIT;
    char yaml[2 * sizeof SIGN];
    snprintf(yaml, sizeof yaml, SIGN, due, reminder, ladder);
    request.yaml = yaml;
    request.reason = (char *)"test";
    request.expected_version = version++;
    MUST(CALL(supervisor, workflow_save_definition, &request, &response));
    assert_int_equal(response.n_problems, 0);
}

/* Version 1: ten days, that is the 12th; a reminder on the 9th; then the vice president. */
static int
prepare(void **state)
{
    stage_clear(state);
    version = 0;
    define_version("10 days", "3 days", "");
    stage_deaf();
    began = stage.heard;
    return 0;
}

static enum dc_code
move(int64_t cycle, bool preview, Workflow__MoveCycleResponse *response)
{
    Workflow__MoveCycleRequest request = WORKFLOW__MOVE_CYCLE_REQUEST__INIT;
    *response = (Workflow__MoveCycleResponse)WORKFLOW__MOVE_CYCLE_RESPONSE__INIT;
    request.cycle_id = cycle;
    request.preview = preview;
    request.reason = (char *)"按新版";
    return CALL(supervisor, workflow_move_cycle, &request, response);
}

/* As the preview told: so many sooner, so many later. */
static void
go_over(int64_t cycle, int64_t earlier, int64_t later)
{
    Workflow__MoveCycleResponse told, moved;
    MUST(move(cycle, true, &told));
    assert_int_equal(told.deadlines_earlier, earlier);
    assert_int_equal(told.deadlines_later, later);
    MUST(move(cycle, false, &moved));
    assert_int_equal(moved.deadlines_earlier, earlier);
    assert_int_equal(moved.deadlines_later, later);
    stage_run(workflow_task_cycles);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.replan"), 0);
    check_all();
}

static dc_time
at(const char *text)
{
    dc_time time;
    stage_must(dc_time_parse(text, 8 * 3600, &time, &stage.error));
    return time;
}

static void
fire_at(const char *text)
{
    stage_clock(text);
    stage_run(workflow_task_timers);
}

/* Tasks that were told of since the test began. */
static size_t
heard(const ProtobufCMessageDescriptor *type)
{
    size_t count = 0;
    stage.heard = began;
    for (ProtobufCMessage *event; (event = stage_hear(type));) {
        count += ((Workflow__TasksOpened *)event)->n_tasks; /* the first field of all of them */
    }
    return count;
}

static void
deadlines_follow_the_new_rules(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", GROUP), done = task_of(A), open = task_of(B);
    MUST(decide(&director_a, done, "ok", "", NULL));
    define_version("7 days", "2 days", "");
    stage_clock("2026-11-03 10:00:00");
    Workflow__MoveCycleResponse told;
    MUST(move(cycle, true, &told));
    assert_string_equal(told.changes_zh[1],
                        "环节“确认”：2 项未办任务的时限提前，0 项延后，最早 2026-11-09 18:00");
    assert_string_equal(told.changes_en[1],
                        "stage \"确认\": open tasks are due sooner (2) or later "
                        "(0), the first at 2026-11-09 18:00");
    go_over(cycle, 2, 0);
    Workflow__Task *task = get_task(&supervisor, open)->task;
    assert_int_equal(task->due_at_us, at("2026-11-09 18:00:00"));
    assert_string_equal(task->due_reason_zh, "发起后 7 天");
    assert_int_equal(get_task(&supervisor, done)->task->due_at_us, at("2026-11-12 18:00:00"));
    assert_int_equal(heard(&workflow__tasks_rescheduled__descriptor), 2);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.history WHERE what = "
                                  "'rescheduled'"),
                     2);
    fire_at("2026-11-07 17:59:59");
    assert_int_equal(heard(&workflow__tasks_reminded__descriptor), 0);
    fire_at("2026-11-07 18:00:00");
    assert_int_equal(heard(&workflow__tasks_reminded__descriptor), 2);
    fire_at("2026-11-09 18:00:00");
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 2);
    fire_at("2026-11-20 18:00:00"); /* nothing is left of the old times */
    assert_int_equal(heard(&workflow__tasks_reminded__descriptor), 2);
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 2);
}

/* A deadline that would have passed by the new rules is counted from the move; never is it later
 * than it was by a shorter time. */
static void
nobody_is_late_by_a_rule_that_he_did_not_know(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", A), task = task_of(A);
    stage_clock("2026-11-06 10:00:00");
    define_version("3 days", "1 days", "");
    go_over(cycle, 1, 0);
    Workflow__Task *seen = get_task(&director_a, task)->task;
    assert_int_equal(seen->due_at_us, at("2026-11-09 18:00:00"));
    assert_string_equal(seen->due_reason_zh, "换用新版流程时起算：发起后 3 天");
    stage_clock("2026-11-09 10:00:00");
    define_version("2 days", "1 days", "");
    go_over(cycle, 0, 0);
    seen = get_task(&director_a, task)->task;
    assert_int_equal(seen->due_at_us, at("2026-11-09 18:00:00"));
    assert_string_equal(seen->due_reason_zh, "换用新版流程时起算：发起后 3 天");
    fire_at("2026-11-09 18:00:00");
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 1);
}

/* Who was late has time again; what moved up stays there, and the ladder goes on from its rung. */
static void
more_time_is_more_time(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", A), task = task_of(A);
    fire_at("2026-11-12 18:00:00");
    assert_true(get_task(&director_a, task)->task->overdue);
    stage_clock("2026-11-13 10:00:00");
    define_version("18 days", "3 days", BOSS);
    go_over(cycle, 0, 1);
    Workflow__Task *seen = get_task(&director_a, task)->task;
    assert_false(seen->overdue);
    assert_int_equal(seen->due_at_us, at("2026-11-20 18:00:00"));
    assert_int_equal(seen->seats[0]->holder_id, 10);
    fire_at("2026-11-17 18:00:00");
    assert_int_equal(heard(&workflow__tasks_reminded__descriptor), 2); /* the 9th, and now */
    fire_at("2026-11-20 18:00:00");
    assert_true(get_task(&director_a, task)->task->overdue);
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 1);
    fire_at("2026-11-21 18:00:00");
    assert_int_equal(get_task(&boss, task)->task->seats[0]->holder_id, 9);
    check_all();
}

/* Where the deadline's rule is the same the deadline is, too; a rung that is new comes for those
 * who are late already. */
static void
a_ladder_alone_changes(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", A), task = task_of(A);
    fire_at("2026-11-12 18:00:00");
    stage_clock("2026-11-16 10:00:00");
    define_version("10 days", "3 days", BOSS);
    Workflow__MoveCycleResponse told;
    MUST(move(cycle, true, &told));
    assert_string_equal(told.changes_zh[1], "环节“确认”：1 项未办任务时限不变，提醒和升级按新规则");
    go_over(cycle, 0, 0);
    assert_int_equal(heard(&workflow__tasks_rescheduled__descriptor), 0);
    stage_run(workflow_task_timers);
    Workflow__Task *seen = get_task(&boss, task)->task;
    assert_int_equal(seen->seats[0]->holder_id, 9);
    assert_int_equal(seen->due_at_us, at("2026-11-12 18:00:00"));
    assert_true(seen->overdue);
}

/* Between the request and the last task nothing fires by old times, and no other move begins. */
static void
timers_rest_until_it_is_through(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", A);
    Workflow__MoveCycleResponse moved;
    define_version("18 days", "3 days", "");
    stage_clock("2026-11-12 17:59:59");
    MUST(move(cycle, false, &moved));
    REFUSED(move(cycle, false, &moved), DC_FAILED_PRECONDITION, "");
    assert_non_null(strstr(stage.error.message, "version 2"));
    int64_t other = start_cycle("sign", B); /* rests not, once it runs */
    assert_int_not_equal(other, cycle);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.replan"), 0);
    fire_at("2026-11-12 18:00:00");
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 0);
    define_version("10 days", "3 days", "");
    stage_clock("2026-11-13 09:00:00");
    MUST(move(cycle, false, &moved));
    fire_at("2026-11-20 18:00:00");
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 0);
    stage_run(workflow_task_cycles);
    stage_run(workflow_task_timers);
    assert_int_equal(heard(&workflow__tasks_escalated__descriptor), 1);
    check_all();
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(deadlines_follow_the_new_rules),  TEST(nobody_is_late_by_a_rule_that_he_did_not_know),
        TEST(more_time_is_more_time),          TEST(a_ladder_alone_changes),
        TEST(timers_rest_until_it_is_through),
    };
    return cmocka_run_group_tests_name("moving", tests, stage_open, stage_down);
}
