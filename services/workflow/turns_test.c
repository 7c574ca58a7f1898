/* Tests a sequence: each seat has its turn, with a time of its own. */
#include "stage_test.h"

static const char SIGN[] =
    "code: sign\nname: 会签\nperiod: month\nstages:\n  - code: sign\n    name: 签\n"
    "    subject: unit\n    unit_kinds: [department]\n    mode: sequence\n"
    "    who: [{role: director}, {role: vice_president}]\n"
    "    due: {after: 10 days, at: \"18:00\"}\n    reminders:\n      - {before: 3 days, by: "
    "[sms]}\n"
    "    escalation:\n      - {after: 0 days, to: {role: boss}, by: [sms]}\n"
    "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
    "      - {code: refuse, name: 不同意, kind: return, to: end}\n";

static int
prepare(void **state)
{
    stage_clear(state);
    define(SIGN);
    stage_deaf();
    return 0;
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

static Workflow__TasksReminded *
hear_reminder(void)
{
    return (Workflow__TasksReminded *)stage_hear(&workflow__tasks_reminded__descriptor);
}

static Workflow__TasksEscalated *
hear_escalation(void)
{
    return (Workflow__TasksEscalated *)stage_hear(&workflow__tasks_escalated__descriptor);
}

/* The first is reminded on the 9th and decides on the 10th, two days before his deadline. */
static void
each_turn_has_its_own_time(void **state)
{
    (void)state;
    start_cycle("sign", A);
    int64_t task = task_of(A);
    assert_int_equal(get_task(&director_a, task)->task->due_at_us, at("2026-11-12 18:00:00"));
    fire_at("2026-11-09 18:00:00");
    char first_cause[100];
    snprintf(first_cause, sizeof first_cause, "%s", hear_reminder()->cause);
    stage_clock("2026-11-10 10:00:00");
    Workflow__Task *seen;
    MUST(decide(&director_a, task, "agree", "", &seen));
    assert_int_equal(seen->due_at_us, at("2026-11-20 18:00:00"));
    assert_string_equal(seen->due_reason_zh, "第 2 位自轮到时起算：发起后 10 天");
    assert_string_equal(seen->due_reason_en,
                        "counted from the turn of seat 2: 10 days after opening");
    assert_int_equal(seen->seats[0]->due_at_us, at("2026-11-12 18:00:00"));
    assert_int_equal(seen->seats[1]->due_at_us, at("2026-11-20 18:00:00"));

    /* Nothing of the first one's time comes any more. */
    fire_at("2026-11-17 17:59:59");
    assert_null(hear_reminder());
    stage_deaf();
    fire_at("2026-11-17 18:00:00");
    Workflow__TasksReminded *reminded = hear_reminder();
    assert_string_not_equal(reminded->cause, first_cause);
    assert_int_equal(reminded->tasks[0]->seats[1]->holder_id, 10);
    fire_at("2026-11-20 17:59:59");
    assert_null(hear_escalation());
    stage_deaf();
    fire_at("2026-11-20 18:00:00");
    Workflow__TasksEscalated *escalated = hear_escalation();
    assert_int_equal(escalated->rung, 1);
    assert_int_equal(escalated->tasks[0]->seats[1]->owner_id, 10);
    assert_int_equal(escalated->tasks[0]->seats[1]->holder_id, 9);
    assert_null(hear_escalation());
    MUST(decide(&boss, task, "agree", "代批", NULL));
    assert_int_equal(task_of(A), 0);
    Workflow__GetTaskResponse *after = get_task(&boss, task);
    const Workflow__HistoryLine *last = after->history[after->n_history - 1];
    assert_string_equal(last->what, "decided");
    assert_int_equal(last->lay_s,
                     (at("2026-11-20 18:00:00") - at("2026-11-10 10:00:00")) / DC_SECOND);
    check_all();
}

/* The ladder is climbed in each turn, and the ledger judges each by his own deadline. */
static void
who_is_late_does_not_take_the_others_time(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", A), task = task_of(A);
    fire_at("2026-11-12 18:00:00");
    stage_clock("2026-11-13 09:00:00");
    MUST(decide(&boss, task, "agree", "代批", NULL));
    Workflow__Task *seen = get_task(&vice_president, task)->task;
    assert_false(seen->overdue);
    assert_int_equal(seen->due_at_us, at("2026-11-23 18:00:00"));
    check_all();
    stage_deaf();
    fire_at("2026-11-23 18:00:00");
    Workflow__TasksEscalated *escalated = hear_escalation();
    assert_int_equal(escalated->tasks[0]->seats[1]->holder_id, 9); /* the same one again */
    check_all();
    stage_clock("2026-11-23 19:00:00");
    MUST(decide(&boss, task, "agree", "代批", NULL));
    Workflow__GetLedgerRequest request = WORKFLOW__GET_LEDGER_REQUEST__INIT;
    Workflow__GetLedgerResponse ledger = WORKFLOW__GET_LEDGER_RESPONSE__INIT;
    request.cycle_ids = &cycle;
    request.n_cycle_ids = 1;
    request.by = (char *)"person";
    MUST(CALL(supervisor, workflow_get_ledger, &request, &ledger));
    assert_int_equal(ledger.n_rows, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ledger.rows[i]->on_time, 0);
        assert_int_equal(ledger.rows[i]->escalated, 1);
    }
}

static void
withdraw(const struct who *who, int64_t task)
{
    Workflow__WithdrawDecisionRequest request = WORKFLOW__WITHDRAW_DECISION_REQUEST__INIT;
    Workflow__WithdrawDecisionResponse response = WORKFLOW__WITHDRAW_DECISION_RESPONSE__INIT;
    request.task_id = task;
    request.reason = (char *)"看错了";
    MUST(stage_call(who, workflow_withdraw_decision, &request.base, &response.base));
}

/* Who takes his decision back has the rest of his own time; should that have passed, a new one. */
static void
a_turn_goes_back_with_its_time(void **state)
{
    (void)state;
    start_cycle("sign", GROUP);
    int64_t task = task_of(A), other = task_of(B);
    stage_clock("2026-11-05 09:00:00");
    MUST(decide(&director_a, task, "agree", "", NULL));
    MUST(decide(&director_b, other, "agree", "", NULL));
    withdraw(&director_a, task);
    Workflow__Task *seen = get_task(&director_a, task)->task;
    assert_int_equal(seen->due_at_us, at("2026-11-12 18:00:00"));
    assert_string_equal(seen->due_reason_zh, "发起后 10 天");
    fire_at("2026-11-13 09:00:00");
    withdraw(&director_b, other);
    seen = get_task(&director_b, other)->task;
    assert_int_equal(seen->due_at_us, at("2026-11-23 18:00:00"));
    assert_false(seen->overdue);
    check_all();
    stage_deaf();
    fire_at("2026-11-20 18:00:00");
    Workflow__TasksReminded *reminded = hear_reminder();
    assert_int_equal(reminded->tasks[0]->id, other);
    assert_int_equal(reminded->tasks[0]->seats[0]->holder_id, 7);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(each_turn_has_its_own_time),
        TEST(who_is_late_does_not_take_the_others_time),
        TEST(a_turn_goes_back_with_its_time),
    };
    return cmocka_run_group_tests_name("turns", tests, stage_open, stage_down);
}
