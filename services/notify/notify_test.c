/* notify_test.c - notify with a real mail server: one notice a cause, whatever happens between. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <string.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"
#include "tests/lib/tell.h"

#define NOTIFY &notify__notify_service__descriptor
enum { TENANT = 7 };

/* Others' logs, told into by the test itself. */
static const struct dc_statement *const none[] = {NULL};
static const struct dc_service_spec org_stand_in = {
    .name = "org", .sentence = "its log", .statements = none, .publishes = true};
static const struct dc_service_spec goals_stand_in = {
    .name = "goals", .sentence = "its log", .statements = none, .publishes = true};
static const struct dc_service_spec ingest_stand_in = {
    .name = "ingest", .sentence = "its log", .statements = none, .publishes = true};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *notify, *second, *org, *goals, *ingest;
static struct dc_bus *edge;
static struct dc_test_receiver *mail_server;
static char smtp_url[64];

/* --- the mail server ----------------------------------------------------------------------- */
static void
start_mail_server(void)
{
    mail_server = dc_test_receiver_start("smtp_server.py", "HOLD=0.02");
    snprintf(smtp_url, sizeof(smtp_url), "smtp.url=smtp://127.0.0.1:%d",
             dc_test_receiver_port(mail_server));
}

/* All accepted mails so far. */
static json_t *
mails(void)
{
    return dc_test_receiver_records(mail_server, "mails");
}

static json_t *
mail_to(const char *address) /* the last; NULL: none */
{
    json_t *list = mails(), *found = NULL, *mail;
    size_t i;
    json_array_foreach(list, i, mail)
    {
        if (strcmp(dc_test_text(mail, "to"), address) == 0) {
            found = mail;
        }
    }
    json_incref(found);
    json_decref(list);
    return found;
}

static bool
has_mail(void *address)
{
    json_t *mail = mail_to(address);
    json_decref(mail);
    return mail != NULL;
}

/* --- telling ------------------------------------------------------------------------------- */
static void
tell(const char *stream, const char *key, const ProtobufCMessage *event)
{
    dc_test_tell(pg, stream, TENANT, key, event);
}

static void
tell_person(int64_t id, const char *name, const char *email, const char *language, int64_t unit)
{
    Org__Post post = ORG__POST__INIT;
    Org__Post *posts[] = {&post};
    Org__Person person = ORG__PERSON__INIT;
    Org__Person *people[] = {&person};
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    char code[32], key[32];
    snprintf(code, sizeof(code), "P%lld", (long long)id);
    snprintf(key, sizeof(key), "people/%lld", (long long)(id % 16));
    post.unit_id = unit;
    post.position = "sales_rep";
    post.share = "1";
    post.main = true;
    post.valid_from = person.employed_from = "2020-01-01";
    person.id = id;
    person.code = code;
    person.name = (char *)name;
    person.email = (char *)email;
    person.language = (char *)language;
    person.version = 1;
    person.posts = posts;
    person.n_posts = 1;
    event.people = people;
    event.n_people = 1;
    tell("org", key, &event.base);
}

static void
tell_organisation(void)
{
    Org__Unit root = ORG__UNIT__INIT, team = ORG__UNIT__INIT;
    Org__Unit *units[] = {&root, &team};
    Org__UnitsChanged event = ORG__UNITS_CHANGED__INIT;
    root.id = 1;
    root.code = "G";
    root.name = "集团";
    root.kind = ORG__UNIT_KIND__UNIT_KIND_GROUP;
    team.id = 2;
    team.code = "A1";
    team.name = "华东一组";
    team.kind = ORG__UNIT_KIND__UNIT_KIND_TEAM;
    team.parent_id = 1;
    root.valid_from = team.valid_from = "2020-01-01";
    root.version = team.version = 1;
    event.units = units;
    event.n_units = 2;
    tell("org", "units", &event.base);
    tell_person(11, "张三", "zhangsan@demo.example", "zh-CN", 2);
    tell_person(12, "Ann Lee", "ann@demo.example", "en", 2);
    tell_person(13, "李雷", "lead@demo.example", "zh-CN", 2);
    tell_person(14, "外人", "outside@demo.example", "zh-CN", 1);
    tell_person(21, "拒", "refused@demo.example", "zh-CN", 1);
    tell_person(22, "晚", "later@demo.example", "zh-CN", 1);
    tell_person(23, "慢", "slow@demo.example", "zh-CN", 1);
    tell_person(24, "断", "drop@demo.example", "zh-CN", 1);
    tell_person(25, "垃圾", "spam@demo.example", "zh-CN", 1);
    tell_person(26, "静", "quiet@demo.example", "zh-CN", 1);
    tell_person(27, "无", "", "zh-CN", 1);
    Kernel__Grant grant = KERNEL__GRANT__INIT;
    Kernel__Grant *grants[] = {&grant};
    Org__GrantsChanged granted = ORG__GRANTS_CHANGED__INIT;
    grant.role = KERNEL__ROLE__ROLE_TEAM_LEAD;
    grant.scope = KERNEL__SCOPE__SCOPE_UNIT_TREE;
    grant.unit_id = 2;
    granted.person_id = 13;
    granted.grants = grants;
    granted.n_grants = 1;
    tell("org", "grants/13", &granted.base);
    Goals__Indicator indicator = GOALS__INDICATOR__INIT;
    Goals__Indicator *indicators[] = {&indicator};
    Goals__IndicatorsDefined defined = GOALS__INDICATORS_DEFINED__INIT;
    indicator.id = 5;
    indicator.code = "sales";
    indicator.name = "销售额";
    indicator.name_en = "Sales";
    indicator.version = 1;
    defined.indicators = indicators;
    defined.n_indicators = 1;
    tell("goals", "indicators", &defined.base);
}

static void
tell_targets(int64_t adjustment, Goals__Target **targets, size_t count, int bucket)
{
    Goals__TargetsAdjusted event = GOALS__TARGETS_ADJUSTED__INIT;
    char key[32];
    snprintf(key, sizeof(key), "targets/%d", bucket);
    event.adjustment_id = adjustment;
    event.author_person_id = 99;
    event.author = "supervisor";
    event.reason = "市场\"变化\"";
    event.period = "2027Q1";
    event.indicator_id = 5;
    event.targets = targets;
    event.n_targets = count;
    tell("goals", key, &event.base);
}

static Goals__Target
target(Goals__OwnerKind kind, int64_t owner, const char *old, const char *new)
{
    Goals__Target made = GOALS__TARGET__INIT;
    made.id = owner + 1000;
    made.owner_kind = kind;
    made.owner_id = owner;
    made.indicator_id = 5;
    made.period = "2027Q1";
    made.previous_value = (char *)old;
    made.value = (char *)new;
    return made;
}

static void
tell_one(int64_t adjustment, int64_t person)
{
    Goals__Target one = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, person, "500000", "625000.00");
    Goals__Target *targets[] = {&one};
    tell_targets(adjustment, targets, 1, (int)(person % 16));
}

/* --- looking ------------------------------------------------------------------------------- */
static bool
is_true(void *sql)
{
    if (edge) {
        dc_bus_poll(edge, 0); /* who says nothing for long is taken for dead */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strcmp(value, "t") == 0;
}

static void
wait_for(const char *sql)
{
    if (!dc_test_wait_until(is_true, (void *)sql, 60000)) {
        DC_AUTO_FREE char *deliveries = dc_test_pg_value(
            pg, "SELECT string_agg(format('%s %s %s %s %s', person_id, state, attempts, due_at, "
                "last_answer), E'\\n') FROM (SELECT * FROM notify.delivery WHERE state <> 'sent' "
                "ORDER BY id LIMIT 20) d");
        fail_msg("did not come true: %s\n%s", sql, deliveries);
    }
}

static Kernel__Context
person(int64_t id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = TENANT;
    context.person_id = id;
    context.account = "somebody";
    return context;
}

static json_t *
inbox(int64_t id, const char *language)
{
    Kernel__Context context = person(id);
    context.language = (char *)language;
    return dc_test_ask(edge, NOTIFY, "ListInbox", &context, "{}");
}

/* Where it is noon now, in seconds east of Greenwich: quiet hours begin when a test says so. */
static int
noon_offset(void)
{
    return (12 * 60 - (int)(dc_now() / DC_SECOND / 60 % (24 * 60))) * 60;
}

static struct dc_test_service *
replica(void)
{
    static char noon[40]; /* the service keeps the pointer */
    struct dc_test_service *made = dc_test_service_new("notify", pg, bus);
    dc_test_service_set(made, smtp_url);
    dc_test_service_set(made, "smtp.from=dacheng@mail.demo.example");
    dc_test_service_set(made, "smtp.timeout_s=5");
    dc_test_service_set(made, "smtp.lease_s=8");
    dc_test_service_set(made, "smtp.first_delay_s=1");
    dc_test_service_set(made, "smtp.longest_delay_s=1");
    dc_test_service_set(made, "smtp.attempts=5");
    snprintf(noon, sizeof(noon), "utc_offset_s=%d", noon_offset());
    dc_test_service_set(made, noon);
    dc_test_service_set(made, "gather_s=0");
    dc_test_service_set(made, "breaker.first_pause_s=1");
    dc_test_service_set(made, "breaker.longest_pause_s=1");
    dc_test_service_set(made, "mail.base_url=https://perf.demo.example");
    return made;
}

static struct dc_test_service *
publisher(const char *name)
{
    struct dc_test_service *made = dc_test_service_new(name, pg, bus);
    dc_test_service_start(made);
    return made;
}

static int
set_up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    start_mail_server();
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "notify", peer);
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "goals", peer);
    dc_test_bus_peer(bus, "ingest", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = publisher("org");
    goals = publisher("goals");
    ingest = publisher("ingest");
    notify = replica();
    dc_test_service_start(notify);
    edge = dc_test_bus_open(bus, "edge");
    tell_organisation();
    wait_for("SELECT (SELECT count(*) = 11 FROM notify.org_person) AND "
             "(SELECT count(*) = 1 FROM notify.lead) AND "
             "(SELECT count(*) = 1 FROM notify.indicator)");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(notify), 0);
    dc_test_service_stop(org);
    dc_test_service_stop(goals);
    dc_test_service_stop(ingest);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* --- tests --------------------------------------------------------------------------------- */
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
servers_say_no_in_many_ways(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context quiet = person(26);
    dc_test_ask(edge, NOTIFY, "SetPreferences", &quiet,
                "{\"preferences\":{\"mail\":false,\"language\":\"en\"}}");
    json_t *wishes = dc_test_ask(edge, NOTIFY, "GetPreferences", &quiet, "{}");
    assert_string_equal(dc_test_text(wishes, "preferences.language"), "en");
    for (int64_t id = 21; id <= 27; id++) {
        tell_one(200, id);
    }
    wait_for("SELECT count(*) = 7 FROM notify.notice WHERE cause = 'adjustment/200'");
    /* Refused for good: not tried to the end; a slow machine may have timed out once before. */
    wait_for("SELECT count(*) = 4 FROM notify.delivery WHERE state = 'failed'");
    wait_for("SELECT state = 'failed' AND attempts < 5 AND last_answer LIKE '550%' FROM "
             "notify.delivery WHERE person_id = 21");
    wait_for("SELECT state = 'sent' AND attempts >= 3 FROM notify.delivery WHERE person_id = 22");
    wait_for("SELECT state = 'failed' AND attempts = 5 FROM notify.delivery WHERE person_id = 23");
    wait_for("SELECT state = 'failed' AND attempts = 5 FROM notify.delivery WHERE person_id = 24");
    wait_for("SELECT state = 'failed' AND attempts < 5 AND last_answer LIKE '554%' FROM "
             "notify.delivery WHERE person_id = 25");
    wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE person_id IN (26, 27)");
    /* Operations sees that, and may try again; nobody else. */
    Kernel__Grant grant = KERNEL__GRANT__INIT;
    Kernel__Context operations = person(90);
    grant.role = KERNEL__ROLE__ROLE_OPERATIONS;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    operations.grants = (Kernel__Grant *[]){&grant};
    operations.n_grants = 1;
    json_t *failed =
        dc_test_ask(edge, NOTIFY, "ListDeliveries", &operations, "{\"state\":\"failed\"}");
    assert_int_equal(dc_test_number(failed, "total"), 4);
    assert_int_equal(dc_test_refused(edge, NOTIFY, "ListDeliveries", &quiet, &error, "{}"),
                     DC_PERMISSION_DENIED);
    DC_AUTO_FREE char *id =
        dc_test_pg_value(pg, "SELECT id FROM notify.delivery WHERE person_id = 21");
    json_t *queued =
        dc_test_ask(edge, NOTIFY, "RetryDeliveries", &operations, "{\"ids\":[\"%s\"]}", id);
    assert_int_equal(dc_test_number(queued, "queued"), 1);
    wait_for("SELECT count(*) = 2 FROM notify.outbox WHERE type = 'MessageFailed' AND key = "
             "(SELECT 'delivery/' || id FROM notify.delivery WHERE person_id = 21)");
}

/* Mails of the adjustment that were accepted: how many, to how many, under how many ids. */
static void
count_mails(const char *host, size_t *ret_mails, size_t *ret_ids)
{
    json_t *list = mails(), *mail, *ids = json_object();
    size_t i;
    *ret_mails = 0;
    json_array_foreach(list, i, mail)
    {
        if (strstr(dc_test_text(mail, "to"), host)) {
            (*ret_mails)++;
            json_object_set_new(ids, dc_test_text(mail, "id"), json_true());
        }
    }
    *ret_ids = json_object_size(ids);
    json_decref(ids);
    json_decref(list);
}

static void
tell_crowd(int64_t adjustment, int64_t first, int count, const char *host)
{
    for (int i = 0; i < count; i++) {
        char address[64];
        snprintf(address, sizeof(address), "p%d@%s", i, host);
        tell_person(first + i, "众", address, "zh-CN", 1);
    }
    for (int i = 0; i < count; i++) {
        tell_one(adjustment, first + i);
    }
}

static bool
some_mails(void *host)
{
    size_t sent, ids;
    dc_bus_poll(edge, 0);
    count_mails(host, &sent, &ids);
    return sent >= 5;
}

static bool
more_mails(void *limit)
{
    size_t sent, ids;
    dc_bus_poll(edge, 0);
    count_mails("kill.example", &sent, &ids);
    return sent >= *(size_t *)limit;
}

static void
killed_in_the_middle_nothing_is_lost_and_little_repeated(void **state)
{
    (void)state;
    enum { CROWD = 60, KILLS = 3 };
    size_t sent, ids;
    tell_crowd(300, 1000, CROWD, "kill.example");
    assert_true(dc_test_wait_until(some_mails, "kill.example", 30000));
    for (size_t i = 0; i < KILLS; i++) {
        size_t limit = 5 + 15 * i;
        assert_true(dc_test_wait_until(more_mails, &limit, 60000));
        dc_test_service_kill(notify);
        dc_test_service_start(notify);
    }
    wait_for("SELECT count(*) = 60 FROM notify.delivery WHERE state = 'sent' AND person_id "
             "BETWEEN 1000 AND 1999");
    count_mails("kill.example", &sent, &ids);
    assert_int_equal(ids, CROWD);
    assert_true(sent >= CROWD &&
                sent <= CROWD + KILLS * 2 * (64 + 4)); /* what was not written yet */
    printf("%zu mails, %zu of them again after %d kills\n", sent, sent - ids, (int)KILLS);
    wait_for("SELECT count(*) = 60 AND count(DISTINCT person_id) = 60 FROM notify.notice WHERE "
             "cause = 'adjustment/300'");
}

static void
two_replicas_send_each_mail_once(void **state)
{
    (void)state;
    size_t sent, ids;
    second = replica();
    dc_test_service_start(second);
    tell_crowd(400, 2000, 60, "twice.example");
    wait_for("SELECT count(*) = 60 FROM notify.delivery WHERE state = 'sent' AND person_id "
             "BETWEEN 2000 AND 2999");
    count_mails("twice.example", &sent, &ids);
    assert_int_equal(sent, 60);
    assert_int_equal(ids, 60);
    assert_int_equal(dc_test_service_stop(second), 0);
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
    static const struct dc_service_spec *const specs[] = {&notify_spec, &org_stand_in,
                                                          &goals_stand_in, &ingest_stand_in, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adjustment_is_one_notice_to_each_person),
        cmocka_unit_test(what_is_read_is_read_by_oneself_alone),
        cmocka_unit_test(a_plan_tells_everybody_whom_it_reaches),
        cmocka_unit_test(who_proposed_hears_how_it_ended),
        cmocka_unit_test(a_finished_run_tells_who_started_it),
        cmocka_unit_test(servers_say_no_in_many_ways),
        cmocka_unit_test(killed_in_the_middle_nothing_is_lost_and_little_repeated),
        cmocka_unit_test(two_replicas_send_each_mail_once),
        cmocka_unit_test(a_restart_repeats_nothing),
        cmocka_unit_test(an_adjustment_of_a_hundred_thousand),
    };
    return cmocka_run_group_tests_name("notify", tests, set_up, tear_down);
}
