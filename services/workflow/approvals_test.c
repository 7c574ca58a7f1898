/* Tests approvals: who approves, what goals proposes, and how they end. */
#include "stage_test.h"

#include <dacheng/goals/v1/events.pb-c.h>

static const char RAISE[] =
    "code: target_change\nname: 目标调整审批\nperiod: quarter\napproval: true\nstages:\n"
    "  - code: director\n    name: 总监\n    subject: unit\n    unit_kinds: [department]\n"
    "    who: [{role: director}, {role: vice_president}]\n    due: {after: 2 working days}\n"
    "    outcomes:\n      - {code: approve, name: 同意, kind: approve}\n"
    "      - {code: refuse, name: 不同意, kind: return, to: end}\n"
    "  - code: boss\n    name: 老板\n    subject: unit\n    unit_kinds: [department]\n"
    "    condition: raise_percent > 20\n    who: [{role: boss}]\n"
    "    due: {after: 2 working days}\n"
    "    outcomes:\n      - {code: approve, name: 同意, kind: approve}\n"
    "      - {code: refuse, name: 不同意, kind: return, to: end}\n";

static int
prepare(void **state)
{
    stage_clear(state);
    define(RAISE);
    stage_deaf();
    return 0;
}

static enum dc_code
propose(const struct who *who, const char *percent, const char *reference, int64_t *ret_case)
{
    Workflow__StartApprovalRequest request = WORKFLOW__START_APPROVAL_REQUEST__INIT;
    Workflow__StartApprovalResponse response = WORKFLOW__START_APPROVAL_RESPONSE__INIT;
    Workflow__Fact fact = WORKFLOW__FACT__INIT, *facts[] = {&fact};
    fact.name = (char *)"raise_percent";
    fact.value = (char *)percent;
    request.definition = (char *)"target_change";
    request.subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    request.subject_id = A;
    request.period = (char *)"2026Q4";
    request.title = (char *)"A 目标上调";
    request.facts = facts;
    request.n_facts = 1;
    request.reference = (char *)reference;
    request.link = (char *)"/goals/1";
    request.reason = (char *)"市场好";
    enum dc_code code = stage_call(who, workflow_start_approval, &request.base, &response.base);
    *ret_case = response.case_id;
    return code;
}

static void
conditions_decide_who_approves(void **state)
{
    (void)state;
    int64_t small, large;
    MUST(propose(&supervisor, "25.00", "test/1", &large));
    REFUSED(propose(&supervisor, "25.00", "test/1", &large), DC_ALREADY_EXISTS, "reference");
    int64_t task = task_of(A);
    Workflow__GetTaskResponse *page = get_task(&director_a, task);
    assert_string_equal(page->facts[0]->value, "25.00");
    assert_string_equal(page->link, "/goals/1");
    MUST(decide(&director_a, task, "approve", "", NULL));
    assert_string_equal(get_task(&boss, task_of(A))->task->stage, "boss");
    stage_deaf();
    MUST(decide(&boss, task_of(A), "approve", "", NULL));
    Workflow__CasesEnded *ended =
        (Workflow__CasesEnded *)stage_hear(&workflow__cases_ended__descriptor);
    assert_string_equal(ended->cases[0]->reference, "test/1");
    assert_string_equal(ended->cases[0]->outcome, "approve");
    stage_run(workflow_task_cycles);
    assert_int_equal(
        stage_number("SELECT count(*) FROM workflow.cycle WHERE approval AND state = 3"), 1);

    MUST(propose(&supervisor, "20.00", "test/2", &small));
    MUST(decide(&director_a, task_of(A), "approve", "", NULL));
    assert_int_equal(task_of(A), 0);                  /* the boss is not asked */
    MUST(propose(&supervisor, "", "test/3", &small)); /* not known: the careful way */
    MUST(decide(&director_a, task_of(A), "approve", "", NULL));
    assert_string_equal(get_task(&boss, task_of(A))->task->stage, "boss");
    MUST(decide(&boss, task_of(A), "refuse", "说不清", NULL));

    /* Who proposes does not approve his own. */
    MUST(propose(&director_a, "5", "test/4", &small));
    assert_int_equal(holder_of(task_of(A)), 10);
    REFUSED(propose(&director_b, "5", "test/5", &small), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&zhang_san, "5", "test/5", &small), DC_PERMISSION_DENIED, "");
    check_all();
}

/* A tenant that is older than a shipped definition gets it when it is asked for. */
static void
what_came_later_is_installed_when_it_is_asked_for(void **state)
{
    (void)state;
    char folder[600];
    struct flow_shipped *shipped;
    snprintf(folder, sizeof(folder), "%s/deploy", dc_test_root());
    MUST(flow_shipped_read(folder, &shipped, &stage.error));
    dc_test_pg_exec(stage.pg, "DELETE FROM workflow.definition WHERE purpose = 'target_change'");
    int64_t before = stage_number("SELECT count(*) FROM workflow.definition");
    dc_service_set_shared(&stage.service, shipped);
    Goals__AdjustmentProposed event = GOALS__ADJUSTMENT_PROPOSED__INIT;
    Goals__Proposal proposal = GOALS__PROPOSAL__INIT;
    proposal.id = 18;
    proposal.unit_id = A;
    proposal.owner_name = proposal.indicator_name = proposal.author = (char *)"A";
    proposal.old_value = proposal.new_value = proposal.raise_percent = (char *)"1.00";
    proposal.period = (char *)"2026Q4";
    proposal.author_person_id = 1;
    event.proposal = &proposal;
    stage_tell(1, workflow_on_adjustment_proposed, &event.base);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.cycle WHERE approval"), 1);
    assert_true(stage_number("SELECT count(*) FROM workflow.definition") > before);
    dc_service_set_shared(&stage.service, NULL);
    flow_shipped_free(shipped);
}

/* What goals proposes is approved here, once; withdrawn there, it is cancelled here. */
static void
proposals_of_goals_are_taken_up(void **state)
{
    (void)state;
    Goals__AdjustmentProposed event = GOALS__ADJUSTMENT_PROPOSED__INIT;
    Goals__Proposal proposal = GOALS__PROPOSAL__INIT;
    proposal.id = 17;
    proposal.unit_id = A;
    proposal.owner_name = (char *)"A";
    proposal.indicator_name = (char *)"销售额";
    proposal.period = (char *)"2026Q4";
    proposal.old_value = (char *)"20000000";
    proposal.new_value = (char *)"25000000";
    proposal.raise_percent = (char *)"25.00";
    proposal.reason = (char *)"热销";
    proposal.author = (char *)"supervisor";
    proposal.author_person_id = 1;
    proposal.link = (char *)"/targets/5";
    event.proposal = &proposal;
    stage_tell(1, workflow_on_adjustment_proposed, &event.base);
    stage_tell(1, workflow_on_adjustment_proposed, &event.base);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.cycle"), 1);
    Workflow__GetTaskResponse *page = get_task(&director_a, task_of(A));
    assert_string_equal(page->task->cycle_name, "A 2026Q4 销售额 目标调整");
    assert_int_equal(page->n_facts, 5);
    MUST(decide(&director_a, task_of(A), "approve", "", NULL));
    stage_deaf();
    MUST(decide(&boss, task_of(A), "approve", "", NULL));
    Workflow__CasesEnded *ended =
        (Workflow__CasesEnded *)stage_hear(&workflow__cases_ended__descriptor);
    assert_string_equal(ended->cases[0]->reference, "goals/proposal/17");
    assert_string_equal(ended->cases[0]->purpose, "target_change");
    assert_string_equal(ended->cases[0]->outcome_kind, "approve");

    proposal.id = 18;
    stage_tell(1, workflow_on_adjustment_proposed, &event.base);
    Goals__ProposalSettled settled = GOALS__PROPOSAL_SETTLED__INIT;
    settled.proposal = &proposal;
    proposal.state = GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN;
    stage_tell(1, workflow_on_proposal_settled, &settled.base);
    stage_tell(1, workflow_on_proposal_settled, &settled.base);
    stage_run(workflow_task_cycles);
    assert_int_equal(task_of(A), 0);
    check_all();
}

/* A cancelled approval ends what was proposed: it is told as refused, once, with the reason. */
static void
a_cancelled_approval_is_told_as_refused(void **state)
{
    (void)state;
    Workflow__CancelCycleRequest request = WORKFLOW__CANCEL_CYCLE_REQUEST__INIT;
    Workflow__CancelCycleResponse response = WORKFLOW__CANCEL_CYCLE_RESPONSE__INIT;
    int64_t case_id;
    MUST(propose(&supervisor, "25.00", "goals/proposal/19", &case_id));
    request.cycle_id = stage_number("SELECT cycle_id FROM workflow.cycle");
    request.reason = (char *)"方案重做";
    MUST(CALL(supervisor, workflow_cancel_cycle, &request, &response));
    stage_deaf();
    stage_run(workflow_task_cycles);
    Workflow__CasesEnded *ended =
        (Workflow__CasesEnded *)stage_hear(&workflow__cases_ended__descriptor);
    assert_non_null(ended);
    assert_int_equal(ended->n_cases, 1);
    assert_int_equal(ended->cases[0]->id, case_id);
    assert_string_equal(ended->cases[0]->reference, "goals/proposal/19");
    assert_string_equal(ended->cases[0]->purpose, "target_change");
    assert_string_equal(ended->cases[0]->outcome_kind, "return");
    assert_string_equal(ended->cases[0]->reason, "方案重做");
    assert_int_equal(ended->cases[0]->decided_by_id, 0);
    stage_run(workflow_task_cycles);
    assert_null(stage_hear(&workflow__cases_ended__descriptor));
    check_all();
}

/* Conditions on what a proposal does not tell are found at the start, not at their stage. */
static void
facts_that_conditions_name_are_told(void **state)
{
    int64_t case_id;
    stage_clear(state);
    define("code: target_change\nname: 目标调整审批\nperiod: quarter\napproval: true\nstages:\n"
           "  - code: boss\n    name: 老板\n    subject: unit\n    unit_kinds: [department]\n"
           "    condition: raise_percent > 20 or region = \"east\" or margin < 3\n"
           "    who: [{role: boss}]\n    due: {after: 2 working days}\n"
           "    outcomes:\n      - {code: approve, name: 同意, kind: approve}\n");
    REFUSED(propose(&supervisor, "25.00", "test/1", &case_id), DC_INVALID_ARGUMENT, "facts");
    assert_non_null(strstr(stage.error.message, "not told: region, margin"));
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.cycle"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(conditions_decide_who_approves),
        TEST(what_came_later_is_installed_when_it_is_asked_for),
        TEST(proposals_of_goals_are_taken_up),
        TEST(a_cancelled_approval_is_told_as_refused),
        TEST(facts_that_conditions_name_are_told),
    };
    return cmocka_run_group_tests_name("approvals", tests, stage_open, stage_down);
}
