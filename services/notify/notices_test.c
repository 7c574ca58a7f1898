/* Tests notices: one of each cause to each person whom it concerns, in his words. */
#include "stage_test.h"

#include <dacheng/goals/v1/check_in_events.pb-c.h>

static void
an_adjustment_is_one_notice_to_each_person(void **state)
{
    (void)state;
    Goals__Target zhang = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, 11, "500000", "625000.00");
    Goals__Target again = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, 11, "1", "2");
    Goals__Target ann = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, 12, "", "300000");
    Goals__Target same = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, 14, "7", "7");
    Goals__Target team = target(GOALS__OWNER_KIND__OWNER_KIND_UNIT, 2, "5000000", "6250000.00");
    tell_targets(100, (Goals__Target *[]){&zhang, &ann, &same}, 3, 3);
    tell_targets(100, (Goals__Target *[]){&again}, 1, 11);
    tell_targets(100, (Goals__Target *[]){&team}, 1, 2);
    wait_for("SELECT count(*) = 3 FROM notify.notice WHERE cause = 'adjustment/100'");
    json_t *his = inbox(11, "zh-CN");
    assert_int_equal(dc_test_number(his, "unread"), 1);
    assert_string_equal(dc_test_text(his, "notices.0.template"), "targets_adjusted");
    assert_non_null(
        strstr(dc_test_text(his, "notices.0.text"), "「销售额」目标由 500,000 调整为 625,000.00"));
    assert_non_null(strstr(dc_test_text(his, "notices.0.text"), "市场\"变化\""));
    assert_string_equal(dc_test_text(his, "notices.0.link"), "/me?period=2027Q1");
    json_t *hers = inbox(12, "");
    assert_string_equal(dc_test_text(hers, "notices.0.title"), "2027Q1 target set: Sales");
    json_t *leads = inbox(13, "zh-CN");
    assert_string_equal(dc_test_text(leads, "notices.0.template"), "unit_targets_adjusted");
    assert_non_null(strstr(dc_test_text(leads, "notices.0.text"), "华东一组"));
    assert_int_equal(dc_test_count(inbox(14, "zh-CN"), "notices"), 0);
    /* Mail: readable, from us, to him, without a figure. */
    assert_true(dc_test_wait_until(has_mail, "zhangsan@demo.example", 30000));
    json_t *mail = mail_to("zhangsan@demo.example");
    assert_string_equal(dc_test_text(mail, "subject"), "您 2027Q1 的目标已调整");
    assert_non_null(strstr(dc_test_text(mail, "raw"), "Subject: =?UTF-8?B?"));
    assert_non_null(strstr(dc_test_text(mail, "to_header"), "张三"));
    assert_non_null(
        strstr(dc_test_text(mail, "text"), "https://perf.demo.example/me?period=2027Q1"));
    assert_non_null(strstr(dc_test_text(mail, "html"),
                           "<a href=\"https://perf.demo.example/me?period=2027Q1\""));
    assert_null(strstr(dc_test_text(mail, "text"), "625"));
    assert_non_null(strstr(dc_test_text(mail, "id"), "@mail.demo.example>"));
    json_decref(mail);
    assert_true(dc_test_wait_until(has_mail, "ann@demo.example", 30000));
    mail = mail_to("ann@demo.example");
    assert_string_equal(dc_test_text(mail, "subject"), "Your target for 2027Q1 was set");
    json_decref(mail);
}

static void
what_is_read_is_read_by_oneself_alone(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context ann = person(12), nobody = person(0), other = person(11);
    json_t *his = inbox(11, "zh-CN");
    int64_t id = dc_test_number(his, "notices.0.id");
    dc_test_ask(edge, NOTIFY, "MarkRead", &ann, "{\"ids\":[\"%lld\"]}", (long long)id);
    assert_int_equal(dc_test_number(inbox(11, "zh-CN"), "unread"), 1);
    dc_test_ask(edge, NOTIFY, "MarkRead", &other, "{\"ids\":[\"%lld\"]}", (long long)id);
    assert_int_equal(dc_test_number(inbox(11, "zh-CN"), "unread"), 0);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "ListInbox", &nobody, &error, "{}"),
                     DC_UNAUTHENTICATED);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "ListInbox", &ann, &error, "{\"limit\":9999}"),
                     DC_INVALID_ARGUMENT);
    other.tenant_id = TENANT + 1;
    assert_int_equal(dc_test_count(dc_test_ask(edge, NOTIFY, "ListInbox", &other, "{}"), "notices"),
                     0);
}

static void
a_plan_tells_everybody_whom_it_reaches(void **state)
{
    (void)state;
    Goals__PlanItem before = GOALS__PLAN_ITEM__INIT, now = GOALS__PLAN_ITEM__INIT;
    Goals__PlanScope scope = GOALS__PLAN_SCOPE__INIT;
    Goals__Plan old = GOALS__PLAN__INIT, plan = GOALS__PLAN__INIT;
    Goals__PlanChanged event = GOALS__PLAN_CHANGED__INIT;
    before.indicator_id = now.indicator_id = 5;
    before.weight = "30.00";
    now.weight = "40.00";
    scope.position = "sales_rep";
    scope.unit_id = 2;
    old.items = (Goals__PlanItem *[]){&before};
    plan.items = (Goals__PlanItem *[]){&now};
    old.n_items = plan.n_items = 1;
    plan.id = 3;
    plan.version = 2;
    plan.name = "销售代表方案";
    plan.scope = &scope;
    plan.effective_from = "2026-10-01";
    plan.author = "supervisor";
    plan.author_person_id = 99;
    event.plan = &plan;
    event.previous = &old;
    tell("goals", "plan/3", &event.base);
    wait_for("SELECT count(*) = 3 FROM notify.notice WHERE cause = 'plan/3/2'");
    json_t *his = inbox(11, "zh-CN");
    assert_string_equal(dc_test_text(his, "notices.0.template"), "weights_changed");
    assert_non_null(strstr(dc_test_text(his, "notices.0.text"), "销售额 30.00% → 40.00%"));
    assert_non_null(
        strstr(dc_test_text(inbox(12, "en"), "notices.0.text"), "Sales 30.00% → 40.00%"));
    plan.version = 3; /* nothing that people are scored by */
    event.previous = &plan;
    tell("goals", "plan/3", &event.base);
    tell_one(101, 14); /* behind it */
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'adjustment/101'");
    wait_for("SELECT count(*) = 0 FROM notify.notice WHERE cause = 'plan/3/3'");
}

static void
reminders_of_check_ins_reach_owners_and_managers(void **state)
{
    (void)state;
    Goals__CheckInDue own = GOALS__CHECK_IN_DUE__INIT;
    own.objective_id = 7;
    own.title = "开拓园区客户";
    own.period = "2026Q4";
    own.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    own.owner_id = own.person_id = 11;
    own.owner_name = "张三";
    own.due_on = "2026-11-09";
    own.since = "2026-11-02";
    Goals__CheckInDue manager = own, team = own, led = own;
    manager.to_manager = true;
    manager.person_id = 12;
    team.objective_id = 8; /* of a unit: whoever leads it */
    team.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    team.owner_id = team.lead_of_unit_id = 2;
    team.person_id = 0;
    team.owner_name = "华东一组";
    led = manager; /* he leads the unit himself, and nobody is above */
    led.objective_id = 9;
    led.owner_id = 13;
    led.person_id = 0;
    led.lead_of_unit_id = 2;
    Goals__CheckInsDue event = GOALS__CHECK_INS_DUE__INIT;
    event.reminders = (Goals__CheckInDue *[]){&own, &manager, &team, &led};
    event.n_reminders = 4;
    tell("goals", "check_ins/7", &event.base);
    tell("goals", "check_ins/7", &event.base);
    own.due_on = "2026-11-16"; /* behind both */
    event.n_reminders = 1;
    tell("goals", "check_ins/7", &event.base);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'check_in/7/2026-11-16/owner'");
    wait_for("SELECT count(*) = 4 FROM notify.notice WHERE cause LIKE 'check_in/%'");
    json_t *his = inbox(11, "zh-CN");
    assert_string_equal(dc_test_text(his, "notices.0.template"), "check_in_due");
    assert_string_equal(dc_test_text(his, "notices.0.link"), "/okr?objective=7");
    assert_non_null(strstr(dc_test_text(inbox(12, "en"), "notices.0.text"),
                           "was due on 2026-11-09; its owner was reminded"));
    assert_non_null(strstr(dc_test_text(inbox(13, "zh-CN"), "notices.0.text"), "华东一组"));
    wait_for("SELECT count(*) > 0 FROM notify.delivery WHERE person_id = 11 AND channel = 2");
}

/* Proposal `id` of person 12 has ended; who ended it is `decided_by`. */
static void
tell_settled(int64_t id, Goals__ProposalState proposal_state, int64_t decided_by)
{
    Goals__Proposal proposal = GOALS__PROPOSAL__INIT;
    Goals__ProposalSettled event = GOALS__PROPOSAL_SETTLED__INIT;
    char key[32];
    snprintf(key, sizeof(key), "proposal/%lld", (long long)id);
    proposal.id = id;
    proposal.owner_name = "华东大区";
    proposal.indicator_id = 5;
    proposal.period = "2027Q1";
    proposal.old_value = "20000000.00";
    proposal.new_value = "25000000.00";
    proposal.state = proposal_state;
    proposal.author_person_id = 12;
    proposal.decided_by_id = decided_by;
    proposal.decided_by_name = "陈总";
    if (proposal_state == GOALS__PROPOSAL_STATE__PROPOSAL_STATE_REJECTED) {
        proposal.decision_reason = "幅度过大";
    } else if (proposal_state == GOALS__PROPOSAL_STATE__PROPOSAL_STATE_FAILED) {
        proposal.problem_zh = "审批期间目标已变为 21000000.00";
        proposal.problem_en = "the target went to 21000000.00 meanwhile";
    }
    event.proposal = &proposal;
    tell("goals", key, &event.base);
}

static const char *
settled_text(const char *language)
{
    json_t *his = inbox(12, language);
    assert_string_equal(dc_test_text(his, "notices.0.template"), "proposal_settled");
    return dc_test_text(his, "notices.0.text");
}

static void
who_proposed_hears_how_it_ended(void **state)
{
    (void)state;
    tell_settled(31, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_CARRIED_OUT, 99);
    tell_settled(31, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_CARRIED_OUT, 99);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'proposal/31'");
    json_t *hers = inbox(12, "zh-CN");
    assert_string_equal(dc_test_text(hers, "notices.0.title"),
                        "目标调整已获批准并执行：华东大区 · 销售额");
    assert_string_equal(dc_test_text(hers, "notices.0.link"), "/goals?proposal=31");
    assert_non_null(strstr(dc_test_text(hers, "notices.0.text"), "20,000,000.00 → 25,000,000.00"));
    tell_settled(32, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_REJECTED, 99);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'proposal/32'");
    assert_non_null(strstr(settled_text("zh-CN"), "陈总：幅度过大"));
    assert_non_null(strstr(settled_text("en"), "was not approved"));
    tell_settled(33, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_FAILED, 99);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'proposal/33'");
    assert_non_null(strstr(settled_text("en"), "the target went to 21000000.00"));
    /* Her own withdrawal is no news to her; another one's is. */
    tell_settled(34, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN, 12);
    tell_settled(35, GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN, 99);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'proposal/35'");
    wait_for("SELECT count(*) = 0 FROM notify.notice WHERE cause = 'proposal/34'");
}

static void
a_finished_run_tells_who_started_it(void **state)
{
    (void)state;
    Ingest__Run run = INGEST__RUN__INIT;
    Ingest__RunFinished event = INGEST__RUN_FINISHED__INIT;
    run.id = 8;
    run.source = "crm";
    run.name = "十一月.csv";
    run.state = INGEST__RUN_STATE__RUN_STATE_DONE;
    run.rows = 1234567;
    run.created = 1234560;
    run.rejected = 7;
    run.person_id = 14;
    event.run = &run;
    tell("ingest", "run/8", &event.base);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'run/8' AND person_id = 14");
    run.id = 9;
    run.pushed = true; /* the answer of the request has said it */
    tell("ingest", "run/9", &event.base);
    run.id = 10;
    run.pushed = false;
    tell("ingest", "run/9", &event.base); /* the same key: told after the other one */
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'run/10'");
    wait_for("SELECT count(*) = 0 FROM notify.notice WHERE cause = 'run/9'");
    json_t *his = inbox(14, "zh-CN");
    assert_non_null(strstr(dc_test_text(his, "notices.1.text"), "共 1,234,567 行"));
    assert_string_equal(dc_test_text(his, "notices.0.link"), "/import?run=10");
}

static void
a_restart_repeats_nothing(void **state)
{
    (void)state;
    DC_AUTO_FREE char *before = dc_test_pg_value(pg, "SELECT count(*) FROM notify.notice");
    assert_int_equal(dc_test_service_stop(notify), 0);
    /* Even when the whole past is heard again. */
    dc_test_pg_exec(pg, "DELETE FROM notify.consumer_position");
    dc_test_service_start(notify);
    tell_one(500, 14);
    wait_for("SELECT count(*) = 1 FROM notify.notice WHERE cause = 'adjustment/500'");
    DC_AUTO_FREE char *after = dc_test_pg_value(pg, "SELECT count(*) - 1 FROM notify.notice");
    assert_string_equal(before, after);
}

static void
an_adjustment_of_a_hundred_thousand(void **state)
{
    (void)state;
    enum { PEOPLE = 100000, PIECE = 1000 };
    static Goals__Target targets[PIECE];
    static Goals__Target *pointers[PIECE];
    int64_t began = dc_monotonic();
    for (int at = 0; at < PEOPLE; at += PIECE) {
        for (int i = 0; i < PIECE; i++) {
            targets[i] = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, 1000000 + at + i, "1", "2");
            pointers[i] = &targets[i];
        }
        tell_targets(600, pointers, PIECE, at / PIECE % 16);
    }
    wait_for("SELECT count(*) = 100000 FROM notify.notice WHERE cause = 'adjustment/600'");
    printf("notices for %d people: %.1f s\n", PEOPLE, (double)(dc_monotonic() - began) / DC_SECOND);
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adjustment_is_one_notice_to_each_person),
        cmocka_unit_test(what_is_read_is_read_by_oneself_alone),
        cmocka_unit_test(a_plan_tells_everybody_whom_it_reaches),
        cmocka_unit_test(who_proposed_hears_how_it_ended),
        cmocka_unit_test(reminders_of_check_ins_reach_owners_and_managers),
        cmocka_unit_test(a_finished_run_tells_who_started_it),
        cmocka_unit_test(a_restart_repeats_nothing),
        cmocka_unit_test(an_adjustment_of_a_hundred_thousand),
    };
    return cmocka_run_group_tests_name("notices", tests, set_up, tear_down);
}
