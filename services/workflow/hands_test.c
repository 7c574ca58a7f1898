/* Tests who holds a task: delegation, transfer, withdrawal, urging, succession. */
#include "stage_test.h"

#include <dacheng/org/v1/events.pb-c.h>

static const char SIGN[] =
    "code: sign\nname: 会办\nperiod: month\nstages:\n"
    "  - code: first\n    name: 总监\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: director}]\n    due: {after: 5 days}\n"
    "    escalation:\n      - {after: 0 days, to: {role: vice_president}}\n"
    "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
    "  - code: second\n    name: 副总\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: vice_president}]\n    due: {after: 5 days}\n"
    "    outcomes:\n      - {code: agree, name: 同意, kind: approve}\n"
    "  - code: self\n    name: 自评\n    subject: person\n    who: [manager]\n"
    "    due: {after: 5 days}\n    outcomes:\n      - {code: ok, name: 好, kind: submit}\n";

static int
prepare(void **state)
{
    stage_clear(state);
    define(SIGN);
    stage_deaf();
    return 0;
}

static int64_t
holder_of(int64_t task)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT holder_id FROM workflow.seat WHERE task_id = %lld AND number = 1",
             (long long)task);
    return stage_number(sql);
}

/* --- delegation ----------------------------------------------------------------------------------
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

/* --- transfer, withdrawal, urging ----------------------------------------------------------------
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

/* --- succession ----------------------------------------------------------------------------------
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

/* --- who sees a task -----------------------------------------------------------------------------
 */
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

/* --- calendar ------------------------------------------------------------------------------------
 */
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
        TEST(tasks_are_seen_by_few),
        TEST(defining_is_for_the_supervisor_of_the_group),
        TEST(the_calendar_moves_deadlines),
    };
    return cmocka_run_group_tests_name("hands", tests, stage_open, stage_down);
}
