/* Tests who holds a task: delegation, transfer, withdrawal, urging, succession. */
#include "sign_test.h"

#include <dacheng/org/v1/events.pb-c.h>

/* --- delegation ---------------------------------------------------------------------------------
 */
static enum dc_code
delegate(const struct who *who, int64_t person, int64_t to, const char *from, const char *until,
         Workflow__SaveDelegationResponse *response)
{
    Workflow__SaveDelegationRequest request = WORKFLOW__SAVE_DELEGATION_REQUEST__INIT;
    Workflow__Delegation delegation = WORKFLOW__DELEGATION__INIT;
    delegation.person_id = person;
    delegation.to_person_id = to;
    delegation.from = (char *)from;
    delegation.until = (char *)until;
    delegation.reason = (char *)"出差";
    request.delegation = &delegation;
    *response = (Workflow__SaveDelegationResponse)WORKFLOW__SAVE_DELEGATION_RESPONSE__INIT;
    return stage_call(who, workflow_save_delegation, &request.base, &response->base);
}

static void
a_deputy_decides_while_one_is_away(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    start_cycle("sign", GROUP);
    int64_t task = task_of(A);
    stage_deaf();
    MUST(delegate(&director_a, 0, 3, "2026-11-01", "2026-11-10", &saved));
    assert_int_equal(saved.tasks_moved, 1);
    assert_string_equal(saved.delegation->to_person_name, "队长");
    int64_t id = saved.delegation->id;
    assert_int_equal(holder_of(task), 3);
    Workflow__TasksHandedOver *told =
        (Workflow__TasksHandedOver *)stage_hear(&workflow__tasks_handed_over__descriptor);
    assert_int_equal(told->tasks[0]->seats[0]->held_by, WORKFLOW__HELD_BY__HELD_BY_DELEGATION);
    assert_int_equal(told->by_person_id, 2);

    /* What is opened meanwhile goes there at once; and it comes back. */
    int64_t later;
    start_cycle("sign", A);
    later = task_of(A);
    assert_int_equal(holder_of(later), 3);
    Workflow__EndDelegationRequest end = WORKFLOW__END_DELEGATION_REQUEST__INIT;
    Workflow__EndDelegationResponse ended = WORKFLOW__END_DELEGATION_RESPONSE__INIT;
    end.id = id;
    REFUSED(CALL(director_b, workflow_end_delegation, &end, &ended), DC_PERMISSION_DENIED, "");
    MUST(CALL(director_a, workflow_end_delegation, &end, &ended));
    assert_int_equal(ended.tasks_back, 2);
    assert_int_equal(holder_of(task), 2);
    check_all();
}

static void
a_delegation_begins_and_ends_by_itself(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    start_cycle("sign", A);
    int64_t task = task_of(A);
    MUST(delegate(&supervisor, 2, 3, "2026-11-04", "2026-11-05", &saved));
    assert_int_equal(saved.tasks_moved, 0);
    stage_clock("2026-11-03 23:59:59");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 2);
    stage_clock("2026-11-04 00:00:00");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 3);
    stage_clock("2026-11-06 00:00:01");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 2);
    stage_run(workflow_task_people);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.delegation WHERE ended"), 1);
    check_all();
}

/* A task that another transaction was opening when the delegation was saved. */
static void
what_was_being_opened_goes_to_the_deputy_too(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    stage_clock("2026-11-02 09:00:00");
    MUST(delegate(&director_a, 0, 3, "2026-11-01", "2026-11-10", &saved));
    start_cycle("sign", A);
    int64_t task = task_of(A);
    dc_test_pg_exec(stage.pg,
                    "UPDATE workflow.seat SET holder_id = 2, deputy_for_id = 0, held_by = 1");
    stage_clock("2026-11-02 09:00:59");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 2);
    stage_clock("2026-11-02 09:01:00");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 3);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.hand_over"), 0);
    check_all();
}

static void
wrong_delegations_are_refused(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    REFUSED(delegate(&director_a, 0, 2, "2026-11-03", "2026-11-05", &saved), DC_INVALID_ARGUMENT,
            "delegation.to_person_id");
    REFUSED(delegate(&director_a, 0, 3, "2026-11-05", "2026-11-03", &saved), DC_INVALID_ARGUMENT,
            "delegation.until");
    REFUSED(delegate(&director_a, 0, 3, "morgen", "2026-11-03", &saved), DC_INVALID_ARGUMENT,
            "delegation.from");
    REFUSED(delegate(&director_a, 0, 20, "2026-11-03", "2026-11-05", &saved), DC_INVALID_ARGUMENT,
            "delegation.to_person_id"); /* of another tenant */
    REFUSED(delegate(&director_b, 2, 3, "2026-11-03", "2026-11-05", &saved), DC_PERMISSION_DENIED,
            "");
    MUST(delegate(&system_admin, 2, 3, "2026-11-03", "2026-11-05", &saved));
    REFUSED(delegate(&director_a, 0, 4, "2026-11-05", "2026-11-08", &saved), DC_FAILED_PRECONDITION,
            "delegation.from");
    REFUSED(delegate(&lead_a1, 0, 2, "2026-11-05", "2026-11-08", &saved), DC_FAILED_PRECONDITION,
            "delegation.to_person_id"); /* a circle */
    MUST(delegate(&lead_a1, 0, 2, "2026-11-06", "2026-11-08", &saved));
}

/* --- transfer, withdrawal -----------------------------------------------------------------------
 */
static enum dc_code
transfer(const struct who *who, int64_t task, int64_t to, const char *reason)
{
    Workflow__TransferTaskRequest request = WORKFLOW__TRANSFER_TASK_REQUEST__INIT;
    Workflow__TransferTaskResponse response = WORKFLOW__TRANSFER_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.to_person_id = to;
    request.reason = (char *)reason;
    return stage_call(who, workflow_transfer_task, &request.base, &response.base);
}

static void
a_task_is_transferred(void **state)
{
    (void)state;
    start_cycle("sign", A);
    int64_t task = task_of(A);
    REFUSED(transfer(&director_a, task, 3, ""), DC_INVALID_ARGUMENT, "reason");
    REFUSED(transfer(&director_b, task, 3, "我来"), DC_PERMISSION_DENIED, "");
    REFUSED(transfer(&director_a, task, 20, "给外人"), DC_INVALID_ARGUMENT, "to_person_id");
    MUST(transfer(&director_a, task, 3, "他清楚"));
    assert_int_equal(holder_of(task), 3);
    REFUSED(decide(&director_a, task, "agree", "", NULL), DC_PERMISSION_DENIED, "");
    Workflow__Task *decided;
    MUST(decide(&lead_a1, task, "agree", "", &decided));
    assert_int_equal(decided->seats[0]->owner_id, 2);
    assert_int_equal(decided->seats[0]->held_by, WORKFLOW__HELD_BY__HELD_BY_TRANSFER);
    check_all();
}

static enum dc_code
withdraw(const struct who *who, int64_t task, Workflow__Task **ret_task)
{
    Workflow__WithdrawDecisionRequest request = WORKFLOW__WITHDRAW_DECISION_REQUEST__INIT;
    Workflow__WithdrawDecisionResponse response = WORKFLOW__WITHDRAW_DECISION_RESPONSE__INIT;
    request.task_id = task;
    request.reason = (char *)"看错了";
    enum dc_code code = stage_call(who, workflow_withdraw_decision, &request.base, &response.base);
    if (ret_task) {
        *ret_task = response.task;
    }
    return code;
}

static void
a_decision_is_withdrawn_until_somebody_acts_on_it(void **state)
{
    (void)state;
    start_cycle("sign", GROUP);
    int64_t first = task_of(A);
    Workflow__Task *again;
    MUST(decide(&director_a, first, "agree", "", NULL));
    int64_t second = task_of(A);
    assert_true(get_task(&director_a, first)->may_withdraw);
    REFUSED(withdraw(&director_b, first, NULL), DC_PERMISSION_DENIED, "");
    REFUSED(withdraw(&vice_president, first, NULL), DC_PERMISSION_DENIED, "");
    stage_deaf();
    MUST(withdraw(&director_a, first, &again));
    assert_string_equal(again->stage, "first");
    assert_int_equal(again->state, WORKFLOW__TASK_STATE__TASK_STATE_OPEN);
    assert_int_equal(again->round, 2);
    REFUSED(decide(&vice_president, second, "agree", "", NULL), DC_FAILED_PRECONDITION, "");
    check_all();
    MUST(decide(&director_a, again->id, "agree", "", NULL));
    MUST(decide(&vice_president, task_of(A), "agree", "", NULL));
    REFUSED(withdraw(&director_a, again->id, NULL), DC_FAILED_PRECONDITION, "");
    assert_false(get_task(&director_a, again->id)->may_withdraw);
    check_all();
}

/* While the track is open also the decision that ended a case is taken back, and counts anew. */
static void
an_ended_case_is_resumed(void **state)
{
    (void)state;
    start_cycle("sign", GROUP);
    MUST(decide(&director_a, task_of(A), "agree", "", NULL));
    int64_t second = task_of(A);
    MUST(decide(&vice_president, second, "agree", "", NULL));
    stage_run(workflow_task_cycles);
    MUST(withdraw(&vice_president, second, NULL));
    MUST(decide(&director_b, task_of(B), "agree", "", NULL));
    MUST(decide(&vice_president, task_of(B), "agree", "", NULL));
    MUST(decide(&supervisor, task_of(C), "agree", "", NULL));
    MUST(decide(&vice_president, task_of(C), "agree", "", NULL));
    stage_run(workflow_task_cycles);
    assert_int_equal(stage_number("SELECT track FROM workflow.cycle"), 0);
    int64_t again = task_of(A);
    MUST(decide(&vice_president, again, "agree", "", NULL));
    stage_run(workflow_task_cycles);
    assert_int_equal(stage_number("SELECT track FROM workflow.cycle"), 1);
    REFUSED(withdraw(&vice_president, again, NULL), DC_FAILED_PRECONDITION, "");
    check_all();
}

/* A seat that opens again while its holder is away goes to his deputy: in a task that is still
 * open, and in the one that takes the place of a decided one. */
static void
what_is_taken_back_goes_to_the_deputy(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    Workflow__Task *again;
    define("code: both\nname: 会签\nperiod: month\nstages:\n  - code: sign\n    name: 签\n"
           "    subject: unit\n    unit_kinds: [department]\n    mode: all\n"
           "    who: [{role: director}, {role: vice_president}]\n    due: {after: 3 days}\n"
           "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
           "      - {code: refuse, name: 不同意, kind: return, to: end}\n");
    start_cycle("sign", A);
    int64_t decided = task_of(A);
    MUST(decide(&director_a, decided, "agree", "", NULL));
    start_cycle("both", A);
    int64_t open = task_of(A);
    MUST(decide(&director_a, open, "agree", "", NULL));
    MUST(delegate(&director_a, 0, 3, "2026-11-01", "2026-11-10", &saved));
    assert_int_equal(saved.tasks_moved, 0);
    stage_deaf();
    MUST(withdraw(&director_a, open, &again));
    assert_int_equal(again->id, open);
    assert_int_equal(again->seats[0]->held_by, WORKFLOW__HELD_BY__HELD_BY_DELEGATION);
    assert_int_equal(holder_of(open), 3);
    Workflow__TasksOpened *told =
        (Workflow__TasksOpened *)stage_hear(&workflow__tasks_opened__descriptor);
    assert_int_equal(told->tasks[0]->seats[0]->holder_id, 3);
    MUST(withdraw(&director_a, decided, &again));
    assert_int_not_equal(again->id, decided);
    assert_int_equal(again->seats[0]->owner_id, 2);
    assert_int_equal(holder_of(again->id), 3);
    REFUSED(decide(&director_a, again->id, "agree", "", NULL), DC_PERMISSION_DENIED, "");
    MUST(decide(&lead_a1, again->id, "agree", "", NULL));
    check_all();
}

/* --- urging -------------------------------------------------------------------------------------
 */
static void
urging_once_in_four_hours(void **state)
{
    (void)state;
    int64_t cycle = start_cycle("sign", GROUP), task = task_of(B);
    Workflow__UrgeRequest request = WORKFLOW__URGE_REQUEST__INIT;
    Workflow__UrgeResponse response = WORKFLOW__URGE_RESPONSE__INIT;
    Workflow__Channel sms = WORKFLOW__CHANNEL__CHANNEL_SMS;
    request.task_ids = &task;
    request.n_task_ids = 1;
    request.channels = &sms;
    request.n_channels = 1;
    stage_deaf();
    MUST(CALL(supervisor, workflow_urge, &request, &response));
    assert_int_equal(response.urged, 1);
    Workflow__TasksReminded *told =
        (Workflow__TasksReminded *)stage_hear(&workflow__tasks_reminded__descriptor);
    assert_int_equal(told->by_person_id, 1);
    assert_int_equal(told->step, 0);
    assert_true(strncmp(told->cause, "urge/", 5) == 0);
    assert_true(told->tasks[0]->seats[0]->reminded);
    request.n_task_ids = 0;
    request.cycle_id = cycle;
    stage_clock("2026-11-02 12:59:00");
    MUST(CALL(supervisor, workflow_urge, &request, &response));
    assert_int_equal(response.urged, 2);
    assert_int_equal(response.too_soon, 1);
    stage_clock("2026-11-02 13:00:01");
    MUST(CALL(vice_president, workflow_urge, &request, &response));
    assert_int_equal(response.urged, 1);
    assert_int_equal(response.too_soon, 2);
    REFUSED(CALL(zhang_san, workflow_urge, &request, &response), DC_PERMISSION_DENIED, "");
    MUST(CALL(stranger, workflow_urge, &request, &response));
    assert_int_equal(response.urged + response.too_soon, 0);
    MUST(CALL(director_a, workflow_urge, &request, &response)); /* within his reach alone */
    assert_int_equal(response.urged + response.too_soon, 1);
}

/* --- succession ---------------------------------------------------------------------------------
 */
static void
leave(int64_t person, int64_t manager, const char *last, const char *name)
{
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    Org__Person he = ORG__PERSON__INIT, *people[] = {&he};
    he.id = person;
    he.manager_id = manager;
    he.code = (char *)"px";
    he.name = (char *)name;
    he.employed_from = (char *)"2020-01-01";
    he.employed_to = (char *)last;
    he.version = 2;
    event.people = people;
    event.n_people = 1;
    stage_tell(1, workflow_on_people_changed, &event.base);
    stage_tell(1, workflow_on_people_changed, &event.base); /* heard twice: no difference */
}

static void
grant(int64_t person, Kernel__Role role, int64_t unit)
{
    Org__GrantsChanged event = ORG__GRANTS_CHANGED__INIT;
    Kernel__Grant one = KERNEL__GRANT__INIT, *grants[] = {&one};
    one.role = role;
    one.scope = KERNEL__SCOPE__SCOPE_UNIT_TREE;
    one.unit_id = unit;
    event.person_id = person;
    event.grants = grants;
    event.n_grants = unit ? 1 : 0;
    stage_tell(1, workflow_on_grants_changed, &event.base);
    stage_tell(1, workflow_on_grants_changed, &event.base);
}

static void
who_leaves_is_succeeded(void **state)
{
    (void)state;
    start_cycle("sign", A);
    int64_t task = task_of(A);
    grant(6, KERNEL__ROLE__ROLE_DIRECTOR, A); /* the new director is there */
    leave(2, 10, "2026-11-04", "总监甲");
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 2); /* he is here until then */
    stage_clock("2026-11-04 00:00:00");
    stage_deaf();
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 6);
    assert_non_null(stage_hear(&workflow__tasks_handed_over__descriptor));
    check_all();
}

static void
who_loses_his_role_is_succeeded(void **state)
{
    (void)state;
    start_cycle("sign", GROUP);
    int64_t task = task_of(A), other = task_of(B);
    grant(2, KERNEL__ROLE__ROLE_DIRECTOR, 0);
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task), 1); /* nobody is found: the starter */
    assert_int_equal(holder_of(other), 7);

    /* An escalated task whose vice president goes finds the next one; whose it was stays. */
    stage_clock("2026-11-09 18:00:00");
    stage_run(workflow_task_timers);
    assert_int_equal(holder_of(other), 10);
    grant(3, KERNEL__ROLE__ROLE_VICE_PRESIDENT, GROUP);
    grant(10, KERNEL__ROLE__ROLE_VICE_PRESIDENT, 0);
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(other), 3);
    assert_int_equal(stage_number("SELECT owner_id FROM workflow.seat WHERE holder_id = 3 LIMIT 1"),
                     7);
    check_all();
}

/* Line `what` of a task's history, the last of them. */
static const Workflow__HistoryLine *
line_of(const struct who *who, int64_t task, const char *what)
{
    Workflow__GetTaskResponse *page = get_task(who, task);
    const Workflow__HistoryLine *line = NULL;
    for (size_t i = 0; i < page->n_history; i++) {
        line = strcmp(page->history[i]->what, what) == 0 ? page->history[i] : line;
    }
    assert_non_null(line);
    return line;
}

/* B's director lets it lapse; the vice president gives it on. Whoever comes and goes after that, it
 * was the director's right, and it is nobody's but by way of who was above him. */
static void
what_moved_up_stays_on_record(void **state)
{
    (void)state;
    Workflow__SaveDelegationResponse saved;
    start_cycle("sign", GROUP);
    int64_t task = task_of(B);
    stage_clock("2026-11-09 18:00:00");
    stage_run(workflow_task_timers);
    MUST(transfer(&vice_president, task, 3, "他清楚"));
    const Workflow__HistoryLine *line = line_of(&vice_president, task, "transferred");
    assert_int_equal(line->person_id, 10);
    assert_int_equal(line->for_person_id, 3);
    assert_int_equal(line->owner_id, 7);
    assert_string_equal(line->owner_name, "总监乙");
    grant(6, KERNEL__ROLE__ROLE_DIRECTOR, B);
    grant(7, KERNEL__ROLE__ROLE_DIRECTOR, 0);
    stage_run(workflow_task_people);
    const Workflow__Seat *seat = get_task(&vice_president, task)->task->seats[0];
    assert_int_equal(seat->owner_id, 7);
    assert_int_equal(seat->holder_id, 3);
    assert_int_equal(seat->held_by, WORKFLOW__HELD_BY__HELD_BY_TRANSFER);

    /* A deputy comes and goes. */
    MUST(delegate(&lead_a1, 0, 5, "2026-11-09", "2026-11-09", &saved));
    assert_int_equal(holder_of(task), 5);
    stage_clock("2026-11-10 00:00:00");
    stage_run(workflow_task_people);
    seat = get_task(&vice_president, task)->task->seats[0];
    assert_int_equal(seat->holder_id, 3);
    assert_int_equal(seat->held_by, WORKFLOW__HELD_BY__HELD_BY_TRANSFER);

    /* Who got it leaves: back to above. There a deputy decides; the owner leaves, too. */
    leave(3, 2, "2026-11-10", "队长");
    stage_run(workflow_task_people);
    seat = get_task(&vice_president, task)->task->seats[0];
    assert_int_equal(seat->holder_id, 10);
    assert_int_equal(seat->held_by, WORKFLOW__HELD_BY__HELD_BY_ESCALATION);
    MUST(delegate(&vice_president, 0, 6, "2026-11-09", "2026-11-20", &saved));
    leave(7, 10, "2026-11-10", "总监乙");
    stage_run(workflow_task_people);
    Workflow__Task *decided;
    MUST(decide(&wang_wu, task, "agree", "", &decided));
    assert_int_equal(decided->seats[0]->owner_id, 7);
    assert_int_equal(line_of(&wang_wu, task, "decided")->for_person_id, 7);
    assert_int_equal(line_of(&wang_wu, task, "escalated")->for_person_id, 7);
    check_all();
}

static void
managers_decide_on_their_people(void **state)
{
    (void)state;
    start_cycle("sign", A);
    MUST(decide(&director_a, task_of(A), "agree", "", NULL));
    MUST(decide(&vice_president, task_of(A), "agree", "", NULL));
    stage_run(workflow_task_cycles);
    assert_int_equal(holder_of(task_of(4)), 3);
    assert_int_equal(holder_of(task_of(2)), 10);
    leave(3, 2, "2026-11-02", "队长"); /* his people go to the next one above him */
    stage_run(workflow_task_people);
    assert_int_equal(holder_of(task_of(4)), 2);
    check_all();
    Workflow__ListMyTasksRequest request = WORKFLOW__LIST_MY_TASKS_REQUEST__INIT;
    Workflow__ListMyTasksResponse response = WORKFLOW__LIST_MY_TASKS_RESPONSE__INIT;
    request.limit = 2;
    MUST(CALL(director_a, workflow_list_my_tasks, &request, &response));
    int64_t open = response.open;
    size_t seen = response.n_tasks;
    for (int i = 0; i < 10 && *response.next_page; i++) {
        request.page = response.next_page;
        response = (Workflow__ListMyTasksResponse)WORKFLOW__LIST_MY_TASKS_RESPONSE__INIT;
        MUST(CALL(director_a, workflow_list_my_tasks, &request, &response));
        seen += response.n_tasks;
    }
    assert_int_equal(seen, open);
    request = (Workflow__ListMyTasksRequest)WORKFLOW__LIST_MY_TASKS_REQUEST__INIT;
    request.decided = true;
    response = (Workflow__ListMyTasksResponse)WORKFLOW__LIST_MY_TASKS_RESPONSE__INIT;
    MUST(CALL(director_a, workflow_list_my_tasks, &request, &response));
    assert_int_equal(response.n_tasks, 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(a_deputy_decides_while_one_is_away),
        TEST(a_delegation_begins_and_ends_by_itself),
        TEST(what_was_being_opened_goes_to_the_deputy_too),
        TEST(wrong_delegations_are_refused),
        TEST(a_task_is_transferred),
        TEST(a_decision_is_withdrawn_until_somebody_acts_on_it),
        TEST(an_ended_case_is_resumed),
        TEST(what_is_taken_back_goes_to_the_deputy),
        TEST(urging_once_in_four_hours),
        TEST(who_leaves_is_succeeded),
        TEST(who_loses_his_role_is_succeeded),
        TEST(what_moved_up_stays_on_record),
        TEST(managers_decide_on_their_people),
    };
    return cmocka_run_group_tests_name("hands", tests, stage_open, stage_down);
}
