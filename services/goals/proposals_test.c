/* Tests proposals on the stage: proposed by whom, approved, rejected, withdrawn, and what comes in
 * between. */
#include "stage_test.h"

#include "proposal.h"

#include <dacheng/workflow/v1/events.pb-c.h>

#define STATE(name) GOALS__PROPOSAL_STATE__PROPOSAL_STATE_##name

static int64_t sales;
static int64_t company, a, a1; /* targets: 100,000,000 -> A 20,000,000 -> A1 5,000,000, 张三 all */

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    company = set_target(UNIT, GROUP, sales, "100000000");
    a = set_target(UNIT, A, sales, "20000000");
    a1 = set_target(UNIT, A1, sales, "5000000");
    set_target(PERSON, 4, sales, "5000000");
    stage_deaf();
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

static Goals__ProposeAdjustmentRequest
propose_request(int64_t target, const char *value)
{
    Goals__ProposeAdjustmentRequest request = GOALS__PROPOSE_ADJUSTMENT_REQUEST__INIT;
    request.target_id = target;
    request.value = (char *)value;
    request.reason = "新客户签约";
    request.effective_on = "2026-11-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    return request;
}

static enum dc_code
propose(const struct who *who, const Goals__ProposeAdjustmentRequest *request, int64_t *ret_id)
{
    Goals__ProposeAdjustmentResponse response = GOALS__PROPOSE_ADJUSTMENT_RESPONSE__INIT;
    enum dc_code code = CALL(*who, goals_propose_adjustment, request, &response);
    if (code == DC_OK) {
        *ret_id = response.proposal->id;
    }
    return code;
}

static int64_t
proposed(const struct who *who, int64_t target, const char *value)
{
    Goals__ProposeAdjustmentRequest request = propose_request(target, value);
    int64_t id = 0;
    MUST(propose(who, &request, &id));
    return id;
}

static Goals__Proposal *
get(const struct who *who, int64_t id)
{
    Goals__GetProposalRequest request = GOALS__GET_PROPOSAL_REQUEST__INIT;
    Goals__GetProposalResponse response = GOALS__GET_PROPOSAL_RESPONSE__INIT;
    request.id = id;
    MUST(CALL(*who, goals_get_proposal, &request, &response));
    return response.proposal;
}

/* The approval ends on the next day. */
static void
hear_end_of(int64_t tenant, const char *reference, const char *outcome_kind)
{
    Workflow__CasesEnded ended = WORKFLOW__CASES_ENDED__INIT;
    Workflow__Case one = WORKFLOW__CASE__INIT, *cases[] = {&one};
    one.purpose = "target_change";
    one.reference = (char *)reference;
    one.outcome = "agree";
    one.outcome_kind = (char *)outcome_kind;
    one.decided_by_id = 9;
    one.reason = "同意";
    ended.cases = cases;
    ended.n_cases = 1;
    stage_clock("2026-11-24 18:00:00");
    stage_tell(tenant, goals_on_cases_ended, &ended.base);
    stage_clock("2026-11-23 18:00:00");
}

static void
end_of(int64_t id, const char *outcome_kind)
{
    char reference[PROPOSAL_REFERENCE];
    proposal_reference(id, reference);
    hear_end_of(1, reference, outcome_kind);
}

/* --- proposing ----------------------------------------------------------------------------------
 */

static void
test_a_proposal_is_told_and_changes_nothing(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a, "25000000"); /* his own department's */
    const char *key;
    Goals__AdjustmentProposed *event = (Goals__AdjustmentProposed *)stage_hear_keyed(
        &goals__adjustment_proposed__descriptor, &key);
    assert_non_null(event);
    char wanted[40];
    snprintf(wanted, sizeof wanted, "proposal/%lld", (long long)id);
    assert_string_equal(key, wanted);
    const Goals__Proposal *p = event->proposal;
    assert_int_equal(p->id, id);
    assert_int_equal(p->target_id, a);
    assert_int_equal(p->owner_kind, UNIT);
    assert_int_equal(p->owner_id, A);
    assert_string_equal(p->owner_name, "A");
    assert_int_equal(p->unit_id, A);
    assert_string_equal(p->indicator_name, "销售额");
    assert_string_equal(p->period, "2026Q4");
    assert_string_equal(p->old_value, "20000000.00");
    assert_string_equal(p->new_value, "25000000.00");
    assert_string_equal(p->raise_percent, "25.00");
    assert_int_equal(p->author_person_id, 2);
    assert_string_equal(p->author_name, "总监甲");
    assert_int_equal(p->state, STATE(OPEN));
    assert_non_null(strstr(p->link, "proposal="));
    assert_int_equal(value_of_target(a), 20000000);
    assert_int_equal(stage_number("SELECT count(*) FROM goals.adjustment WHERE act = 'adjust'"), 0);
}

static void
test_who_may_propose(void **state)
{
    (void)state;
    int64_t id = 0;
    Goals__ProposeAdjustmentRequest request = propose_request(a, "21000000");
    REFUSED(propose(&zhang_san, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&director_b, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&lead_a1, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&boss, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&auditor, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&stranger, &request, &id), DC_NOT_FOUND, "target_id"); /* in his own tenant */
    request.target_id = 999999;
    REFUSED(propose(&director_a, &request, &id), DC_PERMISSION_DENIED, "");
    REFUSED(propose(&supervisor, &request, &id), DC_NOT_FOUND, "target_id");
    /* lifting parents needs the right to them */
    request = propose_request(a1, "6000000");
    request.lift_parent = true;
    REFUSED(propose(&director_a, &request, &id), DC_PERMISSION_DENIED, "");
    MUST(propose(&supervisor, &request, &id));
}

static void
test_bad_proposals_are_refused_at_once(void **state)
{
    (void)state;
    int64_t id = 0;
    Goals__ProposeAdjustmentRequest request = propose_request(a, "20000000.00");
    REFUSED(propose(&director_a, &request, &id), DC_INVALID_ARGUMENT, "value");
    request.value = "-1";
    REFUSED(propose(&director_a, &request, &id), DC_INVALID_ARGUMENT, "value");
    request = propose_request(a, "25000000");
    request.reason = "";
    REFUSED(propose(&director_a, &request, &id), DC_INVALID_ARGUMENT, "reason");
    request = propose_request(a, "25000000");
    request.effective_on = "2027-01-01";
    REFUSED(propose(&director_a, &request, &id), DC_INVALID_ARGUMENT, "effective_on");
    request = propose_request(a, "25000000");
    request.policy = 0;
    REFUSED(propose(&director_a, &request, &id), DC_INVALID_ARGUMENT, "policy");
    request = propose_request(a, "25000000");
    request.expected_version = 7;
    REFUSED(propose(&director_a, &request, &id), DC_ABORTED, "expected_version");
    request = propose_request(a1, "30000000"); /* more than A has */
    REFUSED(propose(&director_a, &request, &id), DC_FAILED_PRECONDITION, "allow_over_assignment");
    const char *key;
    assert_null(stage_hear_keyed(&goals__adjustment_proposed__descriptor, &key));
    request = propose_request(a, "25000000");
    MUST(propose(&director_a, &request, &id));
    REFUSED(propose(&supervisor, &request, &id), DC_ALREADY_EXISTS, "target_id");
}

/* --- the end of the approval --------------------------------------------------------------------
 */

static void
test_approved_it_is_carried_out_as_an_adjustment(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a1, "6000000");
    stage_deaf();
    end_of(id, "approve");
    assert_int_equal(value_of_target(a1), 6000000);
    const char *key;
    int64_t heard = stage.heard;
    Goals__TargetsAdjusted *adjusted =
        (Goals__TargetsAdjusted *)stage_hear_keyed(&goals__targets_adjusted__descriptor, &key);
    assert_non_null(adjusted);
    assert_int_equal(adjusted->author_person_id, 2);
    assert_string_equal(adjusted->author, "person-2");
    assert_non_null(strstr(adjusted->reason, "新客户签约（老板批准"));
    assert_string_equal(adjusted->effective_on, "2026-11-01");
    stage.heard = heard;
    Goals__ProposalSettled *settled =
        (Goals__ProposalSettled *)stage_hear_keyed(&goals__proposal_settled__descriptor, &key);
    assert_non_null(settled);
    assert_int_equal(settled->proposal->state, STATE(CARRIED_OUT));
    assert_int_equal(settled->proposal->decided_by_id, 9);
    assert_string_equal(settled->proposal->decided_by_name, "老板");
    assert_int_equal(settled->proposal->adjustment_id, adjusted->adjustment_id);
    assert_int_equal(stage_number("SELECT value::bigint FROM goals.target WHERE owner_kind = 2"),
                     6000000); /* 张三 went along */
    /* told again: nothing */
    end_of(id, "approve");
    end_of(id, "return");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.adjustment WHERE act = 'adjust'"), 1);
    assert_int_equal(get(&supervisor, id)->state, STATE(CARRIED_OUT));
    assert_null(stage_hear_keyed(&goals__proposal_settled__descriptor, &key));
    /* a new one can be made */
    proposed(&director_a, a1, "7000000");
}

static void
test_a_lift_that_was_approved_lifts(void **state)
{
    (void)state;
    Goals__ProposeAdjustmentRequest request = propose_request(a1, "6000000");
    int64_t id = 0;
    request.lift_parent = true;
    MUST(propose(&supervisor, &request, &id));
    end_of(id, "approve");
    assert_int_equal(value_of_target(a1), 6000000);
    assert_int_equal(value_of_target(a), 21000000);
    assert_int_equal(value_of_target(company), 101000000);
}

static void
test_any_other_end_rejects(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a, "25000000");
    end_of(id, "return");
    assert_int_equal(get(&director_a, id)->state, STATE(REJECTED));
    assert_string_equal(get(&director_a, id)->decision_reason, "同意");
    assert_int_equal(value_of_target(a), 20000000);
    id = proposed(&director_a, a, "25000000");
    end_of(id, "skip");
    assert_int_equal(get(&director_a, id)->state, STATE(REJECTED));
}

static void
test_ends_of_other_things_are_nothing(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a, "25000000");
    char reference[PROPOSAL_REFERENCE];
    hear_end_of(1, "", "approve");
    hear_end_of(1, "goals/proposal/", "approve");
    hear_end_of(1, "goals/proposal/999999", "approve");
    hear_end_of(1, "goals/adjustment/1", "approve");
    proposal_reference(id, reference);
    hear_end_of(2, reference, "approve"); /* another tenant's proposal of that number */
    assert_int_equal(get(&director_a, id)->state, STATE(OPEN));
    assert_int_equal(value_of_target(a), 20000000);
}

/* --- what comes in between ----------------------------------------------------------------------
 */

static void
assert_failed(int64_t id, const char *chinese, const char *english)
{
    const char *key;
    Goals__ProposalSettled *settled =
        (Goals__ProposalSettled *)stage_hear_keyed(&goals__proposal_settled__descriptor, &key);
    assert_non_null(settled);
    assert_int_equal(settled->proposal->id, id);
    assert_int_equal(settled->proposal->state, STATE(FAILED));
    assert_int_equal(settled->proposal->adjustment_id, 0);
    if (!strstr(settled->proposal->problem_zh, chinese) ||
        !strstr(settled->proposal->problem_en, english)) {
        fail_msg("%s / %s", settled->proposal->problem_zh, settled->proposal->problem_en);
    }
}

static void
test_a_target_that_changed_meanwhile_fails_it(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a, "25000000");
    set_target(UNIT, A, sales, "22000000");
    end_of(id, "approve");
    assert_failed(id, "变为 22000000", "from 20000000.00 to 22000000");
    assert_int_equal(value_of_target(a), 22000000);
    /* another version of the same value is no obstacle */
    id = proposed(&director_a, a, "25000000");
    set_target(UNIT, A, sales, "23000000");
    set_target(UNIT, A, sales, "22000000");
    end_of(id, "approve");
    assert_int_equal(value_of_target(a), 25000000);
}

static void
test_a_target_that_is_gone_fails_it(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a1, "6000000");
    dc_test_pg_exec(stage.pg, "DELETE FROM goals.target WHERE owner_id = 101");
    end_of(id, "approve");
    assert_failed(id, "目标已不存在", "not there any more");
}

static void
test_what_the_rules_refuse_by_then_fails_it(void **state)
{
    (void)state;
    int64_t id = proposed(&director_a, a1, "6000000");
    set_target(UNIT, A2, sales, "15000000"); /* now A is handed out whole */
    end_of(id, "approve");
    assert_failed(id, "已批准，但未能执行", "would come to 21000000.00");
    assert_int_equal(value_of_target(a1), 5000000);
    assert_int_equal(stage_number("SELECT count(*) FROM goals.adjustment WHERE act = 'adjust'"), 0);
}

static void
test_withdrawing(void **state)
{
    (void)state;
    Goals__WithdrawProposalRequest request = GOALS__WITHDRAW_PROPOSAL_REQUEST__INIT;
    Goals__WithdrawProposalResponse response = GOALS__WITHDRAW_PROPOSAL_RESPONSE__INIT;
    request.id = proposed(&director_a, a, "25000000");
    request.reason = "客户未签约";
    REFUSED(CALL(director_b, goals_withdraw_proposal, &request, &response), DC_PERMISSION_DENIED,
            "");
    REFUSED(CALL(boss, goals_withdraw_proposal, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, goals_withdraw_proposal, &request, &response), DC_NOT_FOUND, "id");
    stage_deaf();
    MUST(CALL(director_a, goals_withdraw_proposal, &request, &response));
    assert_int_equal(response.proposal->state, STATE(WITHDRAWN));
    const char *key;
    Goals__ProposalSettled *settled =
        (Goals__ProposalSettled *)stage_hear_keyed(&goals__proposal_settled__descriptor, &key);
    assert_non_null(settled);
    assert_string_equal(settled->proposal->decision_reason, "客户未签约");
    REFUSED(CALL(director_a, goals_withdraw_proposal, &request, &response), DC_FAILED_PRECONDITION,
            "");
    end_of(request.id, "approve"); /* was decided at the same time */
    assert_int_equal(value_of_target(a), 20000000);
    request.id = proposed(&director_a, a, "25000000");
    MUST(CALL(supervisor, goals_withdraw_proposal, &request, &response));
}

/* --- reading ------------------------------------------------------------------------------------
 */

static size_t
listed(const struct who *who, Goals__ProposalState state, int32_t limit, const char *page,
       const char **ret_next)
{
    Goals__ListProposalsRequest request = GOALS__LIST_PROPOSALS_REQUEST__INIT;
    Goals__ListProposalsResponse response = GOALS__LIST_PROPOSALS_RESPONSE__INIT;
    request.state = state;
    request.limit = limit;
    request.page = (char *)page;
    MUST(CALL(*who, goals_list_proposals, &request, &response));
    *ret_next = response.next_page;
    return response.n_proposals;
}

static void
test_reading_is_within_reach(void **state)
{
    (void)state;
    const char *next;
    int64_t of_a = proposed(&director_a, a, "25000000");
    int64_t of_a1 = proposed(&lead_a1, a1, "4000000");
    assert_string_equal(get(&lead_a1, of_a1)->raise_percent, "-20.00");
    end_of(of_a1, "return");
    assert_int_equal(listed(&supervisor, 0, 0, "", &next), 2);
    assert_int_equal(listed(&boss, STATE(REJECTED), 0, "", &next), 1);
    assert_int_equal(listed(&director_a, 0, 0, "", &next), 2);
    assert_int_equal(listed(&lead_a1, 0, 0, "", &next), 1);
    assert_int_equal(listed(&director_b, 0, 0, "", &next), 0);
    assert_int_equal(listed(&zhang_san, 0, 0, "", &next), 0);
    assert_int_equal(listed(&stranger, 0, 0, "", &next), 0);
    assert_int_equal(listed(&supervisor, 0, 1, "", &next), 1);
    assert_int_equal(listed(&supervisor, 0, 1, next, &next), 1);
    assert_int_equal(listed(&supervisor, 0, 1, next, &next), 0);
    Goals__GetProposalRequest request = GOALS__GET_PROPOSAL_REQUEST__INIT;
    Goals__GetProposalResponse response = GOALS__GET_PROPOSAL_RESPONSE__INIT;
    request.id = of_a;
    REFUSED(CALL(lead_a1, goals_get_proposal, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, goals_get_proposal, &request, &response), DC_NOT_FOUND, "id");
    Goals__ListProposalsRequest list = GOALS__LIST_PROPOSALS_REQUEST__INIT;
    Goals__ListProposalsResponse items = GOALS__LIST_PROPOSALS_RESPONSE__INIT;
    REFUSED(CALL(auditor, goals_list_proposals, &list, &items), DC_PERMISSION_DENIED, "");
    list.limit = 201;
    REFUSED(CALL(supervisor, goals_list_proposals, &list, &items), DC_INVALID_ARGUMENT, "limit");
    list.limit = 0;
    list.page = "x";
    REFUSED(CALL(supervisor, goals_list_proposals, &list, &items), DC_INVALID_ARGUMENT, "page");
}

static void
test_rows_belong_to_their_tenant(void **state)
{
    (void)state;
    proposed(&director_a, a, "25000000");
    assert_int_equal(stage_number("SET ROLE goals; SELECT set_config('dacheng.tenant', '2', "
                                  "false); SELECT count(*) FROM goals.proposal"),
                     0);
}

/* --- pure ---------------------------------------------------------------------------------------
 */

static void
test_raises(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"20000000", "25000000", "25.00"},
        {"3", "4", "33.33"},
        {"3", "5", "66.67"},
        {"100", "90", "-10.00"},
        {"0", "5", "100.00"},
        {"0", "0", "0.00"},
        {"8", "9.0004", "12.51"},
        {"100", "120.01", "20.01"},
        {"7", "0", "-100.00"},
        {"0.000001", "1000000000000000", "99999999999999999999900.00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dc_decimal from, to, percent;
        char text[DC_DECIMAL_TEXT];
        stage_must(dc_decimal_parse(cases[i][0], &from, &stage.error));
        stage_must(dc_decimal_parse(cases[i][1], &to, &stage.error));
        stage_must(proposal_raise(from, to, &percent, &stage.error));
        assert_string_equal(dc_decimal_format_fixed(percent, 2, text), cases[i][2]);
    }
}

static void
test_it_is_settled_once(void **state)
{
    (void)state;
    for (int from = STATE(UNSPECIFIED); from <= STATE(FAILED); from++) {
        for (int event = PROPOSAL_DONE; event <= PROPOSAL_TAKEN_BACK; event++) {
            Goals__ProposalState to = 0;
            bool moved = proposal_next((Goals__ProposalState)from, (enum proposal_event)event, &to,
                                       NULL) == DC_OK;
            assert_int_equal(moved, from == STATE(OPEN));
            assert_true(!moved || to > STATE(OPEN));
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_a_proposal_is_told_and_changes_nothing),
        TEST(test_who_may_propose),
        TEST(test_bad_proposals_are_refused_at_once),
        TEST(test_approved_it_is_carried_out_as_an_adjustment),
        TEST(test_a_lift_that_was_approved_lifts),
        TEST(test_any_other_end_rejects),
        TEST(test_ends_of_other_things_are_nothing),
        TEST(test_a_target_that_changed_meanwhile_fails_it),
        TEST(test_a_target_that_is_gone_fails_it),
        TEST(test_what_the_rules_refuse_by_then_fails_it),
        TEST(test_withdrawing),
        TEST(test_reading_is_within_reach),
        TEST(test_rows_belong_to_their_tenant),
        cmocka_unit_test(test_raises),
        cmocka_unit_test(test_it_is_settled_once),
    };
    return cmocka_run_group_tests_name("goals proposals", tests, stage_open, stage_down);
}
