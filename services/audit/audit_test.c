/* audit_test.c - the record with real streams: every event once, in its tenant's chain, whatever
 * happens to the consumer's position; and what was changed afterwards is found. */
#include <dacheng/audit/v1/audit.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <string.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"
#include "tests/lib/tell.h"

#define AUDIT &audit__audit_service__descriptor
enum { FIRST = 7, SECOND = 8, EVENTS = 300 };

static const struct dc_statement *const none[] = {NULL};
static const struct dc_service_spec org_stand_in = {
    .name = "org", .sentence = "its log", .statements = none, .publishes = true};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *audit, *org;
static struct dc_bus *edge;

static void
tell(int64_t tenant_id, int number)
{
    Org__LoggedIn event = ORG__LOGGED_IN__INIT;
    char account[32], key[32];
    snprintf(account, sizeof(account), "account%d", number);
    snprintf(key, sizeof(key), "account/%d", number % 5);
    event.account = account;
    dc_test_tell(pg, "org", tenant_id, key, &event.base);
}

static bool
holds(void *sql)
{
    char *value = dc_test_pg_value(pg, sql);
    bool good = strcmp(value, "t") == 0;
    free(value);
    return good;
}

static void
wait_for(const char *sql)
{
    if (!dc_test_wait_until(holds, (void *)(uintptr_t)sql, 20000)) {
        fail_msg("never true: %s", sql);
    }
}

static json_t *
verify(int64_t tenant_id)
{
    Kernel__Grant grant = KERNEL__GRANT__INIT;
    Kernel__Grant *grants[] = {&grant};
    Kernel__Context auditor = KERNEL__CONTEXT__INIT;
    grant.role = KERNEL__ROLE__ROLE_AUDITOR;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    auditor.tenant_id = tenant_id;
    auditor.person_id = 1;
    auditor.account = "auditor";
    auditor.grants = grants;
    auditor.n_grants = 1;
    return dc_test_ask(edge, AUDIT, "Verify", &auditor, "{}");
}

static int
set_up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "audit", peer);
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = dc_test_service_new("org", pg, bus);
    dc_test_service_start(org);
    audit = dc_test_service_new("audit", pg, bus);
    dc_test_service_start(audit);
    edge = dc_test_bus_open(bus, "edge");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(audit), 0);
    dc_test_service_stop(org);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* Told while nobody hears, so that batches hold events of both tenants. */
static void
each_event_is_one_entry_of_its_tenant(void **state)
{
    (void)state;
    dc_test_service_kill(audit);
    for (int i = 0; i < EVENTS; i++) {
        tell(i % 3 == 0 ? SECOND : FIRST, i);
    }
    dc_test_service_start(audit);
    wait_for("SELECT (SELECT count(*) = 200 FROM audit.entry WHERE tenant_id = 7) AND "
             "(SELECT count(*) = 100 FROM audit.entry WHERE tenant_id = 8)");
    for (int64_t tenant = FIRST; tenant <= SECOND; tenant++) {
        json_t *answer = verify(tenant);
        assert_true(json_is_true(dc_test_value(answer, "intact")));
        assert_int_equal(dc_test_number(answer, "entries"), tenant == FIRST ? 200 : 100);
    }
    /* Within a partition the entries stand in the order of the events. */
    wait_for(
        "SELECT NOT bool_or(event_number < before) FROM (SELECT event_number, lag(event_number) "
        "OVER (PARTITION BY tenant_id, stream, partition ORDER BY number) AS before "
        "FROM audit.entry) AS e");
}

static void
a_log_read_again_adds_nothing(void **state)
{
    (void)state;
    dc_test_service_kill(audit);
    dc_test_pg_exec(pg, "UPDATE audit.consumer_position SET number = 0, epoch = 0 "
                        "WHERE stream = 'org'");
    tell(FIRST, EVENTS); /* and one that is new among those that are known */
    dc_test_service_start(audit);
    wait_for("SELECT count(*) = 201 FROM audit.entry WHERE tenant_id = 7 AND stream = 'org'");
    wait_for("SELECT (SELECT sum(number) FROM audit.consumer_position WHERE stream = 'org') = 301");
    wait_for("SELECT count(*) = 301 FROM audit.entry WHERE stream = 'org'");
    assert_true(json_is_true(dc_test_value(verify(FIRST), "intact")));
}

static void
a_changed_entry_is_found(void **state)
{
    (void)state;
    dc_test_pg_exec(pg, "ALTER TABLE audit.entry DISABLE TRIGGER entry_is_kept; "
                        "UPDATE audit.entry SET account = 'nobody' WHERE tenant_id = 8 AND "
                        "number = 50; ALTER TABLE audit.entry ENABLE TRIGGER entry_is_kept");
    json_t *answer = verify(SECOND);
    assert_false(json_is_true(dc_test_value(answer, "intact")));
    assert_int_equal(dc_test_number(answer, "brokenAt"), 50);
    assert_true(json_is_true(dc_test_value(verify(FIRST), "intact")));
}

int
main(int argc, char **argv)
{
    const struct dc_service_spec *const specs[] = {&audit_spec, &org_stand_in, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_is_one_entry_of_its_tenant),
        cmocka_unit_test(a_log_read_again_adds_nothing),
        cmocka_unit_test(a_changed_entry_is_found),
    };
    return cmocka_run_group_tests_name("audit", tests, set_up, tear_down);
}
