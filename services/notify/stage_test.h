/*
 * stage_test.h - notify as a real process with a real PostgreSQL, bus and mail server; org, goals
 * and ingest are played by their logs alone, into which the test tells.
 *
 *     group (1)   外人 14; 21 to 27, to whom the mail server says no each in its own way
 *     └─ A1 (2)   张三 11, Ann Lee 12 (English), 李雷 13, its lead
 */
#ifndef DC_NOTIFY_STAGE_TEST_H
#define DC_NOTIFY_STAGE_TEST_H

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
static const struct dc_service_spec scoring_stand_in = {
    .name = "scoring", .sentence = "its log", .statements = none, .publishes = true};

static const struct dc_service_spec *const stage_specs[] = {
    &notify_spec,     &org_stand_in,     &goals_stand_in,
    &ingest_stand_in, &scoring_stand_in, NULL};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *notify, *org, *goals, *ingest, *scoring;
static struct dc_bus *edge;
static struct dc_test_receiver *mail_server;
static char smtp_url[64];

/* --- the mail server ---------------------------------------------------------------------------
 */

static inline void
start_mail_server(void)
{
    mail_server = dc_test_receiver_start("smtp_server.py", "HOLD=0.02");
    snprintf(smtp_url, sizeof(smtp_url), "smtp.url=smtp://127.0.0.1:%d",
             dc_test_receiver_port(mail_server));
}

/* All accepted mails so far. */
static inline json_t *
mails(void)
{
    return dc_test_receiver_records(mail_server, "mails");
}

static inline json_t *
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

static inline bool
has_mail(void *address)
{
    json_t *mail = mail_to(address);
    json_decref(mail);
    return mail != NULL;
}

/* --- telling -----------------------------------------------------------------------------------
 */

static inline void
tell(const char *stream, const char *key, const ProtobufCMessage *event)
{
    dc_test_tell(pg, stream, TENANT, key, event);
}

static inline void
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

static inline void
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

static inline void
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

static inline Goals__Target
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

static inline void
tell_one(int64_t adjustment, int64_t person)
{
    Goals__Target one = target(GOALS__OWNER_KIND__OWNER_KIND_PERSON, person, "500000", "625000.00");
    Goals__Target *targets[] = {&one};
    tell_targets(adjustment, targets, 1, (int)(person % 16));
}

/* --- looking -----------------------------------------------------------------------------------
 */

static inline bool
is_true(void *sql)
{
    if (edge) {
        dc_bus_poll(edge, 0); /* who says nothing for long is taken for dead */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strcmp(value, "t") == 0;
}

static inline void
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

static inline Kernel__Context
person(int64_t id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = TENANT;
    context.person_id = id;
    context.account = "somebody";
    return context;
}

static inline json_t *
inbox(int64_t id, const char *language)
{
    Kernel__Context context = person(id);
    context.language = (char *)language;
    return dc_test_ask(edge, NOTIFY, "ListInbox", &context, "{}");
}

/* --- up and down -------------------------------------------------------------------------------
 */

/* Where it is noon now, in seconds east of Greenwich: quiet hours begin when a test says so. */
static inline int
noon_offset(void)
{
    return (12 * 60 - (int)(dc_now() / DC_SECOND / 60 % (24 * 60))) * 60;
}

static inline struct dc_test_service *
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

static inline struct dc_test_service *
publisher(const char *name)
{
    struct dc_test_service *made = dc_test_service_new(name, pg, bus);
    dc_test_service_start(made);
    return made;
}

static inline int
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
    dc_test_bus_peer(bus, "scoring", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = publisher("org");
    goals = publisher("goals");
    ingest = publisher("ingest");
    scoring = publisher("scoring");
    notify = replica();
    dc_test_service_start(notify);
    edge = dc_test_bus_open(bus, "edge");
    tell_organisation();
    wait_for("SELECT (SELECT count(*) = 11 FROM notify.org_person) AND "
             "(SELECT count(*) = 1 FROM notify.lead) AND "
             "(SELECT count(*) = 1 FROM notify.indicator)");
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(notify), 0);
    dc_test_service_stop(org);
    dc_test_service_stop(goals);
    dc_test_service_stop(ingest);
    dc_test_service_stop(scoring);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

#endif
