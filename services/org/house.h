/*
 * house.h - what the tests of org share: a running org with the demo group in it, and how to ask.
 * For test programs alone; each includes it once.
 */
#ifndef DC_ORG_HOUSE_H
#define DC_ORG_HOUSE_H

#include <dacheng/org/v1/org.pb-c.h>
#include <string.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"

#define SESSION &org__session_service__descriptor
#define INTERNAL &org__org_internal_service__descriptor
#define ORG &org__org_service__descriptor

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *org;
static struct dc_bus *edge; /* speaks for people */
static int64_t tenant, root;
static json_t *seeded; /* of SeedAccounts */
static struct dc_arena *memory;

/* --- asking -------------------------------------------------------------------------------- */
static inline Kernel__Context
program(int64_t of_tenant)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = of_tenant;
    return context;
}

/* The context that the edge would make of this account's session. */
static inline const Kernel__Context *
as(const char *account)
{
    Kernel__Context *context = DC_NEW_MESSAGE(memory, Kernel__Context, kernel__context__init);
    Kernel__Context none = program(0);
    json_t *found = dc_test_ask(edge, INTERNAL, "FindContext", &none,
                                "{\"tenant\":\"demo\",\"account\":\"%s\"}", account);
    size_t count = dc_test_count(found, "context.grants");
    context->tenant_id = dc_test_number(found, "context.tenantId");
    context->person_id = dc_test_number(found, "context.personId");
    context->account = dc_arena_strdup(memory, account);
    context->session_id = "none";
    context->address = "192.0.2.7";
    context->n_grants = count;
    context->grants = DC_NEW_ARRAY(memory, Kernel__Grant *, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *grant = json_array_get(dc_test_value(found, "context.grants"), i);
        context->grants[i] = DC_NEW_MESSAGE(memory, Kernel__Grant, kernel__grant__init);
        context->grants[i]->unit_id = dc_test_number(grant, "unitId");
        context->grants[i]->role = (Kernel__Role)protobuf_c_enum_descriptor_get_value_by_name(
                                       &kernel__role__descriptor, dc_test_text(grant, "role"))
                                       ->value;
        context->grants[i]->scope = (Kernel__Scope)protobuf_c_enum_descriptor_get_value_by_name(
                                        &kernel__scope__descriptor, dc_test_text(grant, "scope"))
                                        ->value;
    }
    return context;
}

static inline json_t *
import(const Kernel__Context *context, Org__ImportKind kind, const char *text, size_t size,
       bool try_only)
{
    Org__ImportRequest request = ORG__IMPORT_REQUEST__INIT;
    struct dc_error error = {0};
    json_t *answer = NULL;
    request.kind = kind;
    request.csv.data = (uint8_t *)text;
    request.csv.len = size;
    request.try_only = try_only;
    if (dc_test_send(edge, ORG, "Import", context, &request.base, &answer, &error) != DC_OK) {
        fail_msg("Import: %s %s", error.field, error.message);
    }
    return answer;
}

static inline json_t *
import_text(Org__ImportKind kind, const char *text)
{
    Kernel__Context context = program(tenant);
    return import(&context, kind, text, strlen(text), false);
}

static inline json_t *
import_file(Org__ImportKind kind, const char *path, bool try_only)
{
    Kernel__Context context = program(tenant);
    size_t size;
    DC_AUTO_FREE char *text = dc_test_read_file(path, &size);
    return import(&context, kind, text, size, try_only);
}

static inline void
assert_value(const char *sql, const char *expected)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is \"%s\", not \"%s\"", sql, value, expected);
    }
}

static inline int64_t
unit_id(const char *code)
{
    DC_AUTO_FREE char *sql = NULL;
    assert_true(asprintf(&sql, "SELECT id FROM org.unit WHERE tenant_id = %lld AND code = '%s'",
                         (long long)tenant, code) > 0);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strtoll(value, NULL, 10);
}

static inline int64_t
person_id(const char *code)
{
    DC_AUTO_FREE char *sql = NULL;
    assert_true(asprintf(&sql, "SELECT id FROM org.person WHERE tenant_id = %lld AND code = '%s'",
                         (long long)tenant, code) > 0);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strtoll(value, NULL, 10);
}

static inline const char *
one_time_password(const char *account)
{
    size_t i;
    json_t *row;
    json_array_foreach(dc_test_value(seeded, "accounts"), i, row)
    {
        if (strcmp(dc_test_text(row, "account"), account) == 0) {
            return dc_test_text(row, "oneTimePassword");
        }
    }
    fail_msg("%s was not seeded", account);
    return "";
}

#define SEED(code, name, role, scope, unit)                                                        \
    "{\"personCode\":\"" code "\",\"account\":\"" name "\",\"grants\":[{\"role\":\"ROLE_" role     \
    "\",\"scope\":\"SCOPE_" scope "\",\"unitCode\":\"" unit "\"}]}"

static inline void
seed(void)
{
    Kernel__Context none = program(0);
    seeded = dc_test_ask(
        edge, INTERNAL, "SeedAccounts", &none,
        "{\"tenantId\":\"%lld\",\"accounts\":[" SEED("E0003", "supervisor", "SUPERVISOR", "GROUP", "") "," SEED("E0001", "boss", "BOSS", "GROUP", "") "," SEED(
            "E1001", "director.a", "DIRECTOR", "UNIT_TREE",
            "A") "," SEED("E2001", "director.b", "DIRECTOR", "UNIT_TREE",
                          "B") "," SEED("E1100", "lead.a1", "TEAM_LEAD", "UNIT_TREE",
                                        "A1") "," SEED("E1101", "zhangsan", "EMPLOYEE", "SELF",
                                                       "") "," SEED("E0004", "operations",
                                                                    "OPERATIONS", "GROUP",
                                                                    "") "," SEED("E0007", "auditor",
                                                                                 "AUDITOR", "GROUP",
                                                                                 "") "," SEED("E000"
                                                                                              "5",
                                                                                              "sysa"
                                                                                              "dmi"
                                                                                              "n",
                                                                                              "SYST"
                                                                                              "EM_"
                                                                                              "ADMI"
                                                                                              "N",
                                                                                              "GROU"
                                                                                              "P",
                                                                                              "") "," SEED("E0006",
                                                                                                           "secadmin",
                                                                                                           "SECURITY_ADMIN",
                                                                                                           "GROUP",
                                                                                                           "") "," SEED("E0008",
                                                                                                                        "crm",
                                                                                                                        "INTEGRATOR",
                                                                                                                        "GROUP",
                                                                                                                        "") "]}",
        (long long)tenant);
    json_incref(seeded);
}

static inline int
set_up(void **state)
{
    (void)state;
    memory = dc_arena_new(0);
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "org",
                     "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_peer(bus, "plain", "call: [\">\"]");
    dc_test_bus_start(bus);
    org = dc_test_service_new("org", pg, bus);
    dc_test_service_set(org, "password.passes=1");
    dc_test_service_set(org, "password.memory_kib=1024");
    dc_test_service_set(org, "login.failures=3");
    dc_test_service_set(org, "session.touch_s=0");
    dc_test_service_start(org);
    edge = dc_test_bus_open(bus, "edge");
    Kernel__Context none = program(0);
    json_t *made = dc_test_ask(edge, INTERNAL, "CreateTenant", &none,
                               "{\"code\":\"demo\",\"name\":\"达成示范集团\",\"timeZone\":"
                               "\"Asia/Shanghai\",\"rootUnitCode\":\"GROUP\"}");
    tenant = dc_test_number(made, "tenantId");
    root = dc_test_number(made, "rootUnitId");
    json_t *units =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_UNITS, "deploy/demo/units.csv", false);
    if (!json_is_true(dc_test_value(units, "written"))) {
        dc_test_die("units.csv: line %lld: %s",
                    (long long)dc_test_number(units, "rejections.0.line"),
                    dc_test_text(units, "rejections.0.reason"));
    }
    json_t *people =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, "deploy/demo/people.csv", false);
    if (dc_test_number(people, "created") != 120) {
        dc_test_die("people.csv: line %lld: %s",
                    (long long)dc_test_number(people, "rejections.0.line"),
                    dc_test_text(people, "rejections.0.reason"));
    }
    seed();
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    json_decref(seeded);
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(org), 0);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    dc_arena_free(memory);
    return 0;
}

static inline int
house_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count)
{
    static const struct dc_service_spec *const specs[] = {&org_spec, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    return _cmocka_run_group_tests(name, tests, count, set_up, tear_down);
}

#endif
