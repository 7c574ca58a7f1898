/* Tests cycles on the stage: from the start to the close, with the clock turned. */
#include "stage_test.h"

#include <dacheng/ingest/v1/submission.pb-c.h>

static const char GOALS[] =
    "code: goals\nname: 目标确认\nname_en: Goals\nperiod: month\nstages:\n"
    "  - code: confirm\n    name: 确认\n    name_en: Confirm\n    subject: unit\n"
    "    unit_kinds: [department]\n    who: [{role: director}]\n"
    "    due: {after: 10 days, at: \"18:00\"}\n"
    "    reminders:\n      - {before: 3 days, by: [sms]}\n      - {before: 1 days, by: [mail]}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}, by: [sms]}\n"
    "      - {after: 1 working days, to: {role: boss}, by: [mail], tell_owner: false}\n"
    "    outcomes:\n      - {code: confirm, name: 确认, kind: approve}\n"
    "      - {code: refuse, name: 退回, kind: return, to: end}\n"
    "  - code: approve\n    name: 批准\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: vice_president}]\n    due: {after: 2 working days}\n"
    "    outcomes:\n      - {code: approve, name: 批准, kind: approve}\n"
    "      - {code: back, name: 退回总监, kind: return, to: confirm}\n"
    "  - code: review\n    name: 自评\n    subject: person\n    who: [self]\n"
    "    due: {after: 3 working days}\n"
    "    outcomes:\n      - {code: submit, name: 提交, kind: submit}\n";

static int
prepare(void **state)
{
    stage_clear(state);
    define(GOALS);
    stage_deaf();
    return 0;
}

static const Workflow__Seat *
seat_of(const struct who *who, int64_t task)
{
    return get_task(who, task)->task->seats[0];
}

static size_t
hear_tasks(const ProtobufCMessageDescriptor *type)
{
    size_t count = 0;
    ProtobufCMessage *event;
    while ((event = stage_hear(type))) {
        count += ((Workflow__TasksOpened *)event)->n_tasks; /* the first field of all of them */
    }
    return count;
}

/* --- the example that everyone knows ------------------------------------------------------------
 */
static void
a_cycle_runs_from_start_to_close(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("goals", GROUP);
    assert_int_equal(hear_tasks(&workflow__tasks_opened__descriptor), 3);
    assert_int_equal(seat_of(&director_a, task_of(A))->holder_id, 2);
    assert_int_equal(seat_of(&director_b, task_of(B))->holder_id, 7);
    assert_int_equal(seat_of(&supervisor, task_of(C))->holder_id, 1); /* nobody is there */
    Workflow__Task *task;
    MUST(decide(&director_a, task_of(A), "confirm", "", &task));
    assert_int_equal(task->state, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
    assert_string_equal(get_task(&vice_president, task_of(A))->task->stage, "approve");
    MUST(decide(&vice_president, task_of(A), "back", "数字不对", NULL));
    assert_int_equal(get_task(&director_a, task_of(A))->task->round, 2);
    MUST(decide(&director_a, task_of(A), "confirm", "", NULL));
    MUST(decide(&vice_president, task_of(A), "approve", "", NULL));
    assert_int_equal(task_of(A), 0);
    MUST(decide(&director_b, task_of(B), "refuse", "先不做", NULL));
    MUST(decide(&supervisor, task_of(C), "confirm", "", NULL));
    stage_run(workflow_task_cycles);
    assert_int_equal(task_of(4), 0); /* the track is still going */
    MUST(decide(&vice_president, task_of(C), "approve", "", NULL));
    stage_run(workflow_task_cycles);
    check_all();
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.task WHERE stage = 'review' AND "
                                  "state = 1"),
                     10); /* everybody in the group */
    for (int64_t person = 1; person <= 10; person++) {
        struct who he = {1, person, KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0};
        MUST(decide(&he, task_of(person), "submit", "", NULL));
    }
    stage_run(workflow_task_cycles);
    assert_int_equal(stage_number("SELECT state FROM workflow.cycle"),
                     WORKFLOW__CYCLE_STATE__CYCLE_STATE_CLOSED);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.turn"), 0);
    check_all();
    (void)cycle;
}

/* What is told of a case: its end, once, with what others react to; and each stage's closing. */
static void
ends_are_told(void **state)
{
    (void)state;
    start_cycle("goals", A);
    MUST(decide(&director_a, task_of(A), "confirm", "", NULL));
    assert_null(stage_hear(&workflow__cases_ended__descriptor));
    stage_deaf();
    MUST(decide(&vice_president, task_of(A), "approve", "好", NULL));
    Workflow__CasesEnded *ended =
        (Workflow__CasesEnded *)stage_hear(&workflow__cases_ended__descriptor);
    assert_non_null(ended);
    assert_string_equal(ended->cases[0]->purpose, "goals");
    assert_string_equal(ended->cases[0]->outcome, "approve");
    assert_int_equal(ended->cases[0]->decided_by_id, 10);
    assert_int_equal(ended->cases[0]->subject_id, A);
    stage_run(workflow_task_cycles);
    Workflow__StageClosed *closed =
        (Workflow__StageClosed *)stage_hear(&workflow__stage_closed__descriptor);
    assert_string_equal(closed->stage, "confirm");
    closed = (Workflow__StageClosed *)stage_hear(&workflow__stage_closed__descriptor);
    assert_string_equal(closed->stage, "approve");
    assert_null(stage_hear(&workflow__stage_closed__descriptor));
}

static void
reminders_and_escalation_follow_the_clock(void **state)
{
    (void)state;
    start_cycle("goals", GROUP);
    int64_t task = task_of(B); /* due on the 12th, 18:00 */
    MUST(decide(&director_a, task_of(A), "confirm", "", NULL));
    MUST(decide(&supervisor, task_of(C), "confirm", "", NULL));
    stage_deaf();
    stage_clock("2026-11-09 17:59:59");
    stage_run(workflow_task_timers);
    assert_null(stage_hear(&workflow__tasks_reminded__descriptor));
    stage_clock("2026-11-09 18:00:00");
    stage_run(workflow_task_timers);
    Workflow__TasksReminded *reminded =
        (Workflow__TasksReminded *)stage_hear(&workflow__tasks_reminded__descriptor);
    assert_int_equal(reminded->n_tasks, 1); /* the others are decided */
    assert_int_equal(reminded->tasks[0]->id, task);
    assert_int_equal(reminded->step, 1);
    assert_int_equal(reminded->n_channels, 2);
    assert_int_equal(reminded->channels[1], WORKFLOW__CHANNEL__CHANNEL_SMS);
    stage_run(workflow_task_timers);
    assert_null(stage_hear(&workflow__tasks_reminded__descriptor));

    /* An outage over the deadline: everything comes once, in its order. */
    stage_clock("2026-11-12 18:30:00");
    stage_run(workflow_task_timers);
    reminded = (Workflow__TasksReminded *)stage_hear(&workflow__tasks_reminded__descriptor);
    assert_int_equal(reminded->step, 2);
    Workflow__TasksEscalated *escalated =
        (Workflow__TasksEscalated *)stage_hear(&workflow__tasks_escalated__descriptor);
    assert_int_equal(escalated->rung, 1);
    assert_false(escalated->owner_untold);
    assert_true(escalated->tasks[0]->overdue);
    const Workflow__Seat *seat = escalated->tasks[0]->seats[0];
    assert_int_equal(seat->owner_id, 7);
    assert_int_equal(seat->holder_id, 10);
    assert_int_equal(seat->held_by, WORKFLOW__HELD_BY__HELD_BY_ESCALATION);
    assert_null(stage_hear(&workflow__tasks_escalated__descriptor));
    REFUSED(decide(&director_b, task, "confirm", "", NULL), DC_PERMISSION_DENIED, "");
    check_all();

    /* The next rung. */
    stage_clock("2026-11-13 18:00:00");
    stage_run(workflow_task_timers);
    assert_int_equal(seat_of(&boss, task)->holder_id, 9);
    REFUSED(decide(&vice_president, task, "confirm", "", NULL), DC_PERMISSION_DENIED, "");
    Workflow__Task *decided;
    MUST(decide(&boss, task, "confirm", "代为确认", &decided));
    assert_int_equal(decided->seats[0]->owner_id, 7);
    assert_int_equal(decided->seats[0]->decided_by_id, 9);
    Workflow__GetTaskResponse *page = get_task(&director_b, task); /* he had a part in it */
    bool escalations = false, authority = false;
    for (size_t i = 0; i < page->n_history; i++) {
        const Workflow__HistoryLine *line = page->history[i];
        escalations |= strcmp(line->what, "escalated") == 0 && line->person_id == 10;
        authority |=
            strcmp(line->what, "decided") == 0 && line->person_id == 9 && line->for_person_id == 7;
    }
    assert_true(escalations && authority);
    check_all();
}

/* A reminder whose task is decided meanwhile sends nothing. */
static void
a_decided_task_has_no_timers(void **state)
{
    (void)state;
    start_cycle("goals", A);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.timer"), 4);
    stage_clock("2026-11-20 00:00:00");
    MUST(decide(&director_a, task_of(A), "refuse", "不", NULL));
    stage_deaf();
    stage_run(workflow_task_timers);
    assert_null(stage_hear(&workflow__tasks_reminded__descriptor));
    stage_deaf();
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.timer"), 0);
}

/* --- modes ---------------------------------------------------------------------------------------
 */
static void
define_mode(const char *mode)
{
    char yaml[1000];
    snprintf(yaml, sizeof yaml,
             "code: mode_%s\nname: 会签\nperiod: month\nstages:\n  - code: sign\n    name: 签\n"
             "    subject: unit\n    unit_kinds: [department]\n    mode: %s\n"
             "    who: [{role: director}, {role: vice_president}]\n    due: {after: 3 days}\n"
             "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
             "      - {code: refuse, name: 不同意, kind: return, to: end}\n",
             mode, mode);
    define(yaml);
}

static void
any_is_decided_by_the_first(void **state)
{
    (void)state;
    define_mode("any");
    start_cycle("mode_any", A);
    int64_t task = task_of(A);
    MUST(decide(&vice_president, task, "agree", "", NULL));
    Workflow__GetTaskResponse *page = get_task(&director_a, task);
    assert_int_equal(page->task->state, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
    assert_int_equal(page->task->seats[0]->state, WORKFLOW__SEAT_STATE__SEAT_STATE_LAPSED);
    REFUSED(decide(&director_a, task, "agree", "", NULL), DC_FAILED_PRECONDITION, "");
    check_all();
}

static void
all_must_agree(void **state)
{
    (void)state;
    define_mode("all");
    start_cycle("mode_all", GROUP);
    int64_t task = task_of(A), other = task_of(B);
    Workflow__Task *seen;
    MUST(decide(&director_a, task, "agree", "", &seen));
    assert_int_equal(seen->state, WORKFLOW__TASK_STATE__TASK_STATE_OPEN);
    MUST(decide(&vice_president, task, "agree", "", &seen));
    assert_int_equal(seen->state, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
    MUST(decide(&vice_president, other, "refuse", "不行", &seen));
    assert_int_equal(seen->state, WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
    assert_string_equal(seen->outcome, "refuse");
    check_all();
}

static void
a_sequence_goes_one_by_one(void **state)
{
    (void)state;
    define_mode("sequence");
    start_cycle("mode_sequence", A);
    int64_t task = task_of(A);
    REFUSED(decide(&vice_president, task, "agree", "", NULL), DC_PERMISSION_DENIED, "");
    stage_deaf();
    MUST(decide(&director_a, task, "agree", "", NULL));
    Workflow__TasksOpened *told =
        (Workflow__TasksOpened *)stage_hear(&workflow__tasks_opened__descriptor);
    assert_int_equal(told->tasks[0]->seats[1]->state, WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN);
    MUST(decide(&vice_president, task, "agree", "", NULL));
    assert_int_equal(task_of(A), 0);
    check_all();
}

/* --- refusals ------------------------------------------------------------------------------------
 */
static void
what_is_wrong_is_refused(void **state)
{
    (void)state;
    start_cycle("goals", GROUP);
    int64_t task = task_of(A);
    REFUSED(decide(&director_a, task, "nonsense", "", NULL), DC_INVALID_ARGUMENT, "outcome");
    assert_non_null(strstr(stage.error.message, "confirm, refuse"));
    REFUSED(decide(&director_a, task, "refuse", "", NULL), DC_INVALID_ARGUMENT, "reason");
    REFUSED(decide(&director_b, task, "confirm", "", NULL), DC_PERMISSION_DENIED, "");
    REFUSED(decide(&stranger, task, "confirm", "", NULL), DC_PERMISSION_DENIED, "");
    Workflow__DecideTaskRequest request = WORKFLOW__DECIDE_TASK_REQUEST__INIT;
    Workflow__DecideTaskResponse response = WORKFLOW__DECIDE_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.outcome = (char *)"confirm";
    request.version = 7;
    REFUSED(CALL(director_a, workflow_decide_task, &request, &response), DC_ABORTED, "version");
    request.version = 1;
    stage_clock("2026-11-09 18:00:00"); /* reminded since he looked: what he saw still holds */
    stage_run(workflow_task_timers);
    MUST(CALL(director_a, workflow_decide_task, &request, &response));
    REFUSED(CALL(director_a, workflow_decide_task, &request, &response), DC_ABORTED, "version");
    check_all();
}

static void
many_are_decided_at_once(void **state)
{
    (void)state;
    start_cycle("goals", GROUP);
    int64_t a = task_of(A), b = task_of(B);
    MUST(decide(&director_a, a, "confirm", "", NULL));
    MUST(decide(&director_b, b, "confirm", "", NULL));
    int64_t ids[] = {task_of(B), task_of(A), task_of(C), 999999};
    Workflow__DecideTasksRequest request = WORKFLOW__DECIDE_TASKS_REQUEST__INIT;
    Workflow__DecideTasksResponse response = WORKFLOW__DECIDE_TASKS_RESPONSE__INIT;
    request.task_ids = ids;
    request.n_task_ids = 4;
    request.outcome = (char *)"approve";
    MUST(CALL(vice_president, workflow_decide_tasks, &request, &response));
    assert_int_equal(response.n_tasks, 2);
    assert_int_equal(response.n_problems, 2);
    assert_int_equal(response.problems[0]->task_id, ids[2]);
    assert_string_equal(response.problems[1]->code, "permission_denied");
    assert_int_equal(task_of(A) + task_of(B), 0);
    check_all();
}

/* --- cancelled, moved ----------------------------------------------------------------------------
 */
static void
a_cancelled_cycle_leaves_nothing_open(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("goals", GROUP), task = task_of(A);
    Workflow__CancelCycleRequest request = WORKFLOW__CANCEL_CYCLE_REQUEST__INIT;
    Workflow__CancelCycleResponse response = WORKFLOW__CANCEL_CYCLE_RESPONSE__INIT;
    request.cycle_id = cycle;
    REFUSED(CALL(supervisor, workflow_cancel_cycle, &request, &response), DC_INVALID_ARGUMENT,
            "reason");
    request.reason = (char *)"重来";
    REFUSED(CALL(supervisor_of_a, workflow_cancel_cycle, &request, &response), DC_PERMISSION_DENIED,
            "");
    stage_deaf();
    MUST(CALL(supervisor, workflow_cancel_cycle, &request, &response));
    REFUSED(decide(&director_a, task, "confirm", "", NULL), DC_FAILED_PRECONDITION, "");
    stage_run(workflow_task_cycles);
    assert_int_equal(hear_tasks(&workflow__tasks_cancelled__descriptor), 3);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.task WHERE state = 1"), 0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.timer"), 0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.process_case WHERE state = 1"), 0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.turn"), 0);
    check_all();
    REFUSED(CALL(supervisor, workflow_cancel_cycle, &request, &response), DC_FAILED_PRECONDITION,
            "");
}

static void
a_cycle_keeps_its_version_until_it_is_moved(void **state)
{
    (void)state;
    static char changed[sizeof(GOALS) + 200];
    int64_t cycle = start_cycle("goals", A);
    Workflow__SaveDefinitionRequest save = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    Workflow__SaveDefinitionResponse saved = WORKFLOW__SAVE_DEFINITION_RESPONSE__INIT;
    snprintf(changed, sizeof(changed), "%s", GOALS);
    memcpy(strstr(changed, "{code: confirm, name: 确认"), "{code: affirm , name: 确认",
           strlen("{code: affirm , name: 确认"));
    save.yaml = changed;
    save.reason = (char *)"改名";
    REFUSED(CALL(supervisor, workflow_save_definition, &save, &saved), DC_ABORTED,
            "expected_version");
    save.expected_version = 1;
    MUST(CALL(supervisor, workflow_save_definition, &save, &saved));
    assert_int_equal(saved.definition->version, 2);
    assert_string_equal(get_task(&director_a, task_of(A))->outcomes[0]->code, "confirm");

    Workflow__MoveCycleRequest move = WORKFLOW__MOVE_CYCLE_REQUEST__INIT;
    Workflow__MoveCycleResponse moved = WORKFLOW__MOVE_CYCLE_RESPONSE__INIT;
    move.cycle_id = cycle;
    move.version = 2;
    move.preview = true;
    MUST(CALL(supervisor, workflow_move_cycle, &move, &moved));
    assert_int_equal(moved.n_changes_zh, 1);
    assert_int_equal(moved.n_obstacles, 0);
    REFUSED(decide(&director_a, task_of(A), "affirm", "", NULL), DC_INVALID_ARGUMENT, "outcome");
    move.preview = false;
    move.reason = (char *)"按新版";
    MUST(CALL(supervisor, workflow_move_cycle, &move, &moved));

    memcpy(strstr(changed, "- code: confirm"), "- code: consent", strlen("- code: consent"));
    memcpy(strstr(changed, "to: confirm}"), "to: consent}", strlen("to: consent}"));
    save.expected_version = 2;
    MUST(CALL(supervisor, workflow_save_definition, &save, &saved));
    move.version = 3;
    move.preview = true;
    MUST(CALL(supervisor, workflow_move_cycle, &move, &moved));
    assert_int_equal(moved.n_obstacles, 1);
    assert_int_equal(moved.n_obstacles_zh, 1);
    move.preview = false;
    REFUSED(CALL(supervisor, workflow_move_cycle, &move, &moved), DC_FAILED_PRECONDITION, "");
    assert_non_null(strstr(stage.error.message, "stand in stage confirm, which the new version"));
    assert_non_null(strstr(stage.error.message_zh, "个办理单停在环节 confirm，新版本"));
    MUST(decide(&director_a, task_of(A), "affirm", "", NULL));
}

/* --- the gate ------------------------------------------------------------------------------------
 */
static void
tell_submission(Ingest__SubmissionState submission_state, int64_t at, const char *missing)
{
    Ingest__SubmissionChecked event = INGEST__SUBMISSION_CHECKED__INIT;
    Ingest__Submission submission = INGEST__SUBMISSION__INIT;
    Ingest__Finding finding = INGEST__FINDING__INIT, *findings[] = {&finding};
    submission.unit_id = A;
    submission.period = (char *)"2026-11";
    submission.state = submission_state;
    submission.checked_at_us = at;
    finding.sentence_zh = (char *)missing;
    finding.sentence_en = (char *)"A2 is missing";
    event.submission = &submission;
    event.findings = findings;
    event.n_findings = missing ? 1 : 0;
    stage_tell(1, workflow_on_submission_checked, &event.base);
}

static void
the_gate_holds(void **state)
{
    (void)state;
    define("code: data\nname: 数据\nperiod: month\nstages:\n  - code: submit\n    name: 提交\n"
           "    subject: unit\n    unit_kinds: [department]\n    who: [{role: director}]\n"
           "    due: {day_of_month: 25}\n    gate: submission_complete\n"
           "    outcomes:\n      - {code: submit, name: 提交, kind: submit}\n"
           "      - {code: skip, name: 跳过, kind: skip}\n");
    start_cycle("data", A);
    int64_t task = task_of(A);
    REFUSED(decide(&director_a, task, "submit", "", NULL), DC_FAILED_PRECONDITION, "");
    tell_submission(INGEST__SUBMISSION_STATE__SUBMISSION_STATE_FAILED, 1000, "缺 A2 组");
    REFUSED(decide(&director_a, task, "submit", "", NULL), DC_FAILED_PRECONDITION, "");
    assert_string_equal(stage.error.message,
                        "the data submission is not complete: 2026-11: A2 is missing");
    assert_string_equal(stage.error.message_zh, "数据提交未完成，不能继续：2026-11：缺 A2 组");
    assert_false(get_task(&director_a, task)->gate->open);
    tell_submission(INGEST__SUBMISSION_STATE__SUBMISSION_STATE_PASSED, 2000, NULL);
    tell_submission(INGEST__SUBMISSION_STATE__SUBMISSION_STATE_FAILED, 1000, "旧"); /* again */
    assert_true(get_task(&director_a, task)->gate->open);
    MUST(decide(&director_a, task, "submit", "", NULL));
}

/* --- boards and ledgers --------------------------------------------------------------------------
 */
static void
the_board_counts(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("goals", GROUP);
    MUST(decide(&director_a, task_of(A), "refuse", "不", NULL));
    stage_clock("2026-11-12 18:00:00");
    stage_run(workflow_task_timers);
    stage_run(workflow_task_timers);
    Workflow__GetBoardRequest request = WORKFLOW__GET_BOARD_REQUEST__INIT;
    Workflow__GetBoardResponse all = WORKFLOW__GET_BOARD_RESPONSE__INIT;
    Workflow__GetBoardResponse mine = WORKFLOW__GET_BOARD_RESPONSE__INIT;
    request.cycle_id = cycle;
    MUST(CALL(supervisor, workflow_get_board, &request, &all));
    assert_int_equal(all.summary->done, 1);
    assert_int_equal(all.summary->open, 2);
    assert_int_equal(all.summary->overdue, 2);
    assert_string_equal(all.summary->completion, "33.3");
    assert_int_equal(all.n_stages, 3);
    assert_string_equal(all.stages[0]->stage_name, "确认");
    assert_int_equal(all.n_units, 3);
    MUST(CALL(director_b, workflow_get_board, &request, &mine));
    assert_int_equal(mine.summary->open, 1); /* his own department alone */
    assert_int_equal(mine.n_units, 1);
    request.unit_id = A;
    REFUSED(CALL(director_b, workflow_get_board, &request, &mine), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(zhang_san, workflow_get_board, &request, &mine), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(auditor, workflow_get_board, &request, &mine), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, workflow_get_board, &request, &mine), DC_NOT_FOUND, "cycle_id");

    Workflow__ListTasksRequest list = WORKFLOW__LIST_TASKS_REQUEST__INIT;
    Workflow__ListTasksResponse page = WORKFLOW__LIST_TASKS_RESPONSE__INIT;
    list.cycle_id = cycle;
    list.state = (char *)"overdue";
    list.limit = 1;
    MUST(CALL(supervisor, workflow_list_tasks, &list, &page));
    assert_int_equal(page.n_tasks, 1);
    assert_int_equal(page.total, 2);
    list.page = page.next_page;
    MUST(CALL(supervisor, workflow_list_tasks, &list, &page));
    assert_int_equal(page.n_tasks, 1);
    assert_int_equal(page.tasks[0]->subject_id, C);
}

static Workflow__GetLedgerResponse *
ledger(const struct who *who, int64_t cycle, const char *by)
{
    Workflow__GetLedgerRequest request = WORKFLOW__GET_LEDGER_REQUEST__INIT;
    Workflow__GetLedgerResponse *response = DC_NEW_MESSAGE(
        stage.thread.arena, Workflow__GetLedgerResponse, workflow__get_ledger_response__init);
    request.cycle_ids = &cycle;
    request.n_cycle_ids = 1;
    request.by = (char *)by;
    stage_must(stage_call(who, workflow_get_ledger, &request.base, &response->base));
    return response;
}

static void
the_ledger_adds_up(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("goals", GROUP);
    stage_clock("2026-11-02 10:00:00");
    MUST(decide(&director_a, task_of(A), "confirm", "", NULL));
    stage_clock("2026-11-12 19:00:00");
    stage_run(workflow_task_timers);
    MUST(decide(&vice_president, task_of(B), "confirm", "", NULL));
    const char *const by[] = {"person", "stage", "unit"};
    for (size_t i = 0; i < 3; i++) {
        Workflow__GetLedgerResponse *all = ledger(&supervisor, cycle, by[i]);
        int64_t tasks = 0, decided = 0, escalated = 0, reminders = 0;
        for (size_t k = 0; k < all->n_rows; k++) {
            tasks += all->rows[k]->tasks;
            decided += all->rows[k]->decided;
            escalated += all->rows[k]->escalated;
            reminders += all->rows[k]->reminders;
        }
        /* A, B, C of the first stage, and A's approval, which is past its deadline too */
        assert_int_equal(tasks, 4);
        assert_int_equal(decided, 2);
        assert_int_equal(escalated, 2);
        assert_int_equal(reminders, 4);
    }
    Workflow__GetLedgerResponse *people = ledger(&boss, cycle, "");
    assert_int_equal(people->rows[0]->id, 2);
    assert_int_equal(people->rows[0]->rank, 1);
    assert_int_equal(people->rows[0]->median_s, 3600);
    assert_int_equal(people->rows[0]->before_first_reminder, 1);
    assert_int_equal(people->rows[1]->id, 7);
    assert_int_equal(people->rows[1]->on_time, 0);
    Workflow__GetLedgerResponse *mine = ledger(&director_b, cycle, "person");
    assert_int_equal(mine->n_rows, 1);
    assert_int_equal(mine->rows[0]->id, 7);
    assert_int_equal(ledger(&stranger, cycle, "person")->n_rows, 0);
}

/* --- previews ------------------------------------------------------------------------------------
 */
static void
a_preview_tells_who_is_missing(void **state)
{
    (void)state;
    Workflow__PreviewCycleRequest request = WORKFLOW__PREVIEW_CYCLE_REQUEST__INIT;
    Workflow__PreviewCycleResponse response = WORKFLOW__PREVIEW_CYCLE_RESPONSE__INIT;
    request.definition = (char *)"goals";
    request.unit_id = GROUP;
    request.period = (char *)"2026-11";
    MUST(CALL(supervisor, workflow_preview_cycle, &request, &response));
    assert_int_equal(response.n_stages, 3);
    assert_int_equal(response.stages[0]->tasks, 3);
    assert_int_equal(response.stages[2]->tasks, 10);
    assert_int_equal(response.cases, 13);
    assert_int_equal(response.nobody_above_total, 1); /* C */
    assert_int_equal(response.absent_total, 0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.cycle"), 0);
    REFUSED(CALL(director_a, workflow_preview_cycle, &request, &response), DC_PERMISSION_DENIED,
            "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(a_cycle_runs_from_start_to_close),
        TEST(ends_are_told),
        TEST(reminders_and_escalation_follow_the_clock),
        TEST(a_decided_task_has_no_timers),
        TEST(any_is_decided_by_the_first),
        TEST(all_must_agree),
        TEST(a_sequence_goes_one_by_one),
        TEST(what_is_wrong_is_refused),
        TEST(many_are_decided_at_once),
        TEST(a_cancelled_cycle_leaves_nothing_open),
        TEST(a_cycle_keeps_its_version_until_it_is_moved),
        TEST(the_gate_holds),
        TEST(the_board_counts),
        TEST(the_ledger_adds_up),
        TEST(a_preview_tells_who_is_missing),
    };
    return cmocka_run_group_tests_name("cycle", tests, stage_open, stage_down);
}
