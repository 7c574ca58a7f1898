/* org_test.c - org as its callers see it: set-up, import, log-in, reach, grants, changes by date.
 */
#include <dacheng/org/v1/org.pb-c.h>
#include <iconv.h>
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

/* --- asking
 * ----------------------------------------------------------------------------------------- */
static Kernel__Context
program(int64_t of_tenant)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = of_tenant;
    return context;
}

/* The context that the edge would make of this account's session. */
static const Kernel__Context *
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

static json_t *
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

static json_t *
import_text(Org__ImportKind kind, const char *text)
{
    Kernel__Context context = program(tenant);
    return import(&context, kind, text, strlen(text), false);
}

static json_t *
import_file(Org__ImportKind kind, const char *path, bool try_only)
{
    Kernel__Context context = program(tenant);
    size_t size;
    DC_AUTO_FREE char *text = dc_test_read_file(path, &size);
    return import(&context, kind, text, size, try_only);
}

static void
assert_value(const char *sql, const char *expected)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is \"%s\", not \"%s\"", sql, value, expected);
    }
}

static int64_t
unit_id(const char *code)
{
    DC_AUTO_FREE char *sql = NULL;
    assert_true(asprintf(&sql, "SELECT id FROM org.unit WHERE tenant_id = %lld AND code = '%s'",
                         (long long)tenant, code) > 0);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strtoll(value, NULL, 10);
}

static int64_t
person_id(const char *code)
{
    DC_AUTO_FREE char *sql = NULL;
    assert_true(asprintf(&sql, "SELECT id FROM org.person WHERE tenant_id = %lld AND code = '%s'",
                         (long long)tenant, code) > 0);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strtoll(value, NULL, 10);
}

static const char *
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

static void
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

static int
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

static int
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

/* --- set-up
 * ------------------------------------------------------------------------------------------ */
static void
a_tenant_is_made_once_and_only_by_operators(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context none = program(0);
    json_t *again = dc_test_ask(edge, INTERNAL, "CreateTenant", &none,
                                "{\"code\":\"demo\",\"name\":\"x\",\"timeZone\":\"Asia/Shanghai\","
                                "\"rootUnitCode\":\"OTHER\"}");
    assert_int_equal(dc_test_number(again, "tenantId"), tenant);
    assert_int_equal(dc_test_number(again, "rootUnitId"), root);
    assert_int_equal(
        dc_test_refused(edge, INTERNAL, "CreateTenant", &none, &error,
                        "{\"code\":\"second\",\"name\":\"x\",\"timeZone\":\"Moon/Sea\","
                        "\"rootUnitCode\":\"R\"}"),
        DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "time_zone");
    assert_int_equal(dc_test_refused(edge, INTERNAL, "CreateTenant", as("boss"), &error,
                                     "{\"code\":\"mine\",\"name\":\"x\",\"timeZone\":"
                                     "\"Asia/Shanghai\",\"rootUnitCode\":\"R\"}"),
                     DC_UNIMPLEMENTED);
    struct dc_bus *plain = dc_test_bus_open(bus, "plain");
    assert_int_equal(dc_test_refused(plain, INTERNAL, "FindContext", &none, &error,
                                     "{\"tenant\":\"demo\",\"account\":\"boss\"}"),
                     DC_PERMISSION_DENIED);
    dc_bus_free(plain);
}

static void
seeding_again_changes_nothing(void **state)
{
    (void)state;
    json_t *first = seeded;
    assert_int_equal(strlen(one_time_password("boss")), 19);
    seed();
    assert_string_equal(one_time_password("boss"), "");
    json_decref(seeded);
    seeded = first;
}

/* --- logging in
 * -------------------------------------------------------------------------------------- */
static enum dc_code
login(const char *account, const char *password, json_t **ret_answer, struct dc_error *error)
{
    Kernel__Context none = program(0);
    Org__LoginRequest request = ORG__LOGIN_REQUEST__INIT;
    request.account = (char *)account;
    request.password = (char *)password;
    none.address = "192.0.2.1";
    return dc_test_send(edge, SESSION, "Login", &none, &request.base, ret_answer, error);
}

static enum dc_code
resolve(const char *token, json_t **ret_answer, struct dc_error *error)
{
    Kernel__Context none = program(0);
    Org__ResolveRequest request = ORG__RESOLVE_REQUEST__INIT;
    request.token = (char *)token;
    request.address = "192.0.2.1";
    return dc_test_send(edge, INTERNAL, "Resolve", &none, &request.base, ret_answer, error);
}

static void
a_one_time_password_must_be_changed(void **state)
{
    (void)state;
    struct dc_error error;
    json_t *in, *who;
    const char *first = one_time_password("zhangsan");
    assert_int_equal(login("ZhangSan", first, &in, &error), DC_OK);
    assert_true(json_is_true(dc_test_value(in, "mustChangePassword")));
    assert_string_equal(dc_test_text(in, "me.name"), "张三");
    assert_string_equal(dc_test_text(in, "me.home"), "me");
    assert_string_equal(dc_test_text(in, "me.mainUnitName"), "华东一组 (A1)");
    assert_int_equal(resolve(dc_test_text(in, "token"), &who, &error), DC_OK);
    assert_true(json_is_true(dc_test_value(who, "mustChangePassword")));
    Kernel__Context me = *as("zhangsan");
    me.session_id = (char *)dc_test_text(who, "context.sessionId");
    static const char *const weak[] = {"short",      "zhangsan12", "Password123", "aaaaaaaaaaaa",
                                       "1234567890", "qwertyuiop", "abababababab"};
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        assert_int_equal(dc_test_refused(edge, SESSION, "ChangePassword", &me, &error,
                                         "{\"oldPassword\":\"%s\",\"newPassword\":\"%s\"}", first,
                                         weak[i]),
                         DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, "new_password");
    }
    json_t *elsewhere;
    assert_int_equal(login("zhangsan", first, &elsewhere, &error), DC_OK);
    dc_test_ask(edge, SESSION, "ChangePassword", &me,
                "{\"oldPassword\":\"%s\",\"newPassword\":\"八千里路云和月 2026\"}", first);
    assert_int_equal(resolve(dc_test_text(elsewhere, "token"), &who, &error), DC_UNAUTHENTICATED);
    assert_int_equal(resolve(dc_test_text(in, "token"), &who, &error), DC_OK);
    assert_null(dc_test_value(who, "mustChangePassword"));
    assert_int_equal(login("zhangsan", first, &in, &error), DC_UNAUTHENTICATED);
    assert_int_equal(login("zhangsan", "八千里路云和月 2026", &in, &error), DC_OK);
    dc_test_ask(edge, SESSION, "Logout", &me, "{}");
    assert_int_equal(resolve(dc_test_text(who, "context.sessionId"), &who, &error),
                     DC_UNAUTHENTICATED);
    assert_value("SELECT count(*) FROM org.session WHERE reason = 'logged out'", "1");
    /* The secrets themselves are nowhere. */
    assert_value("SELECT count(*) FROM org.account WHERE password_hash NOT LIKE '$argon2id$%'",
                 "0");
}

static void
guessing_locks_known_and_unknown_accounts_alike(void **state)
{
    (void)state;
    static const char *const accounts[] = {"boss", "nobody.here"};
    char sentences[2][2][DC_ERROR_MESSAGE_MAX];
    json_t *in;
    struct dc_error error;
    for (int a = 0; a < 2; a++) {
        for (int i = 1; i <= 2; i++) {
            assert_int_equal(login(accounts[a], "wrong password", &in, &error), DC_UNAUTHENTICATED);
            strcpy(sentences[a][0], error.message);
        }
        assert_int_equal(login(accounts[a], "wrong password", &in, &error), DC_RESOURCE_EXHAUSTED);
        snprintf(sentences[a][1], DC_ERROR_MESSAGE_MAX, "%.40s", error.message);
    }
    assert_string_equal(sentences[0][0], sentences[1][0]);
    assert_string_equal(sentences[0][1], sentences[1][1]);
    /* Locked is locked, also for who knows the password. */
    assert_int_equal(login("boss", one_time_password("boss"), &in, &error), DC_RESOURCE_EXHAUSTED);
    dc_test_pg_exec(pg, "UPDATE org.login_attempt SET locked_until = now() - interval '1 s'");
    /* The delay grows. */
    assert_int_equal(login("boss", "wrong password", &in, &error), DC_RESOURCE_EXHAUSTED);
    assert_value("SELECT extract(epoch FROM locked_until - last_at)::int FROM org.login_attempt "
                 "WHERE account = 'boss'",
                 "60");
    dc_test_pg_exec(pg, "UPDATE org.login_attempt SET locked_until = now() - interval '1 s'");
    assert_int_equal(login("boss", one_time_password("boss"), &in, &error), DC_OK);
    assert_value("SELECT count(*) FROM org.login_attempt WHERE account = 'boss'", "0");
    assert_string_equal(dc_test_text(in, "me.home"), "boss");
}

static void
sessions_end_by_time_and_by_leaving(void **state)
{
    (void)state;
    struct dc_error error;
    json_t *in, *who;
    assert_int_equal(login("auditor", one_time_password("auditor"), &in, &error), DC_OK);
    const char *token = dc_test_text(in, "token");
    assert_int_equal(resolve(token, &who, &error), DC_OK);
    assert_int_equal(dc_test_number(who, "context.tenantId"), tenant);
    assert_string_equal(dc_test_text(who, "context.grants.0.role"), "ROLE_AUDITOR");
    assert_int_equal(dc_test_count(who, "context.grants"), 1); /* no EMPLOYEE for administrators */
    dc_test_pg_exec(pg, "UPDATE org.person SET employed_to = '2026-01-01' WHERE code = 'E0007'");
    assert_int_equal(resolve(token, &who, &error), DC_UNAUTHENTICATED);
    assert_int_equal(login("auditor", one_time_password("auditor"), &in, &error),
                     DC_UNAUTHENTICATED);
    dc_test_pg_exec(pg, "UPDATE org.person SET employed_to = 'infinity' WHERE code = 'E0007'");
    assert_int_equal(resolve(token, &who, &error), DC_OK);
    dc_test_pg_exec(pg, "UPDATE org.session SET expires_at = now() WHERE account = 'auditor'");
    assert_int_equal(resolve(token, &who, &error), DC_UNAUTHENTICATED);
    assert_int_equal(resolve("dc_x", &who, &error), DC_UNAUTHENTICATED);
    assert_int_equal(resolve("", &who, &error), DC_UNAUTHENTICATED);
}

static void
a_program_gets_a_token(void **state)
{
    (void)state;
    struct dc_error error;
    json_t *who;
    json_t *made = dc_test_ask(edge, ORG, "CreateToken", as("sysadmin"),
                               "{\"personId\":\"%lld\",\"name\":\"CRM\",\"days\":30}",
                               (long long)person_id("E0008"));
    assert_int_equal(resolve(dc_test_text(made, "token"), &who, &error), DC_OK);
    assert_string_equal(dc_test_text(who, "context.account"), "crm");
    assert_int_equal(dc_test_refused(edge, ORG, "CreateToken", as("sysadmin"), &error,
                                     "{\"personId\":\"%lld\",\"name\":\"x\",\"days\":30}",
                                     (long long)person_id("E0001")),
                     DC_FAILED_PRECONDITION);
    assert_int_equal(dc_test_refused(edge, ORG, "CreateToken", as("boss"), &error,
                                     "{\"personId\":\"%lld\",\"name\":\"x\",\"days\":30}",
                                     (long long)person_id("E0008")),
                     DC_PERMISSION_DENIED);
}

/* --- reach
 * ------------------------------------------------------------------------------------------- */
static void
people_are_seen_within_reach(void **state)
{
    (void)state;
    static const struct {
        const char *account;
        int64_t people;
    } cases[] = {{"boss", 120},      {"supervisor", 120}, {"director.a", 32},
                 {"director.b", 29}, {"lead.a1", 10},     {"zhangsan", 1},
                 {"operations", 1},  {"crm", 1},          {"sysadmin", 120}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *list =
            dc_test_ask(edge, ORG, "ListPeople", as(cases[i].account), "{\"limit\":500}");
        if (dc_test_number(list, "total") != cases[i].people) {
            fail_msg("%s sees %lld people", cases[i].account,
                     (long long)dc_test_number(list, "total"));
        }
    }
    /* Of another unit: nothing, whatever is asked. */
    json_t *none = dc_test_ask(edge, ORG, "ListPeople", as("director.b"),
                               "{\"unitId\":\"%lld\",\"tree\":true,\"search\":\"张三\"}",
                               (long long)unit_id("A"));
    assert_int_equal(dc_test_number(none, "total"), 0);
    json_t *found = dc_test_ask(edge, ORG, "ListPeople", as("director.a"), "{\"search\":\"张三\"}");
    assert_string_equal(dc_test_text(found, "people.0.code"), "E1101");
    assert_string_equal(dc_test_text(found, "people.0.posts.0.position"), "sales_rep");
}

static void
lists_come_in_pages(void **state)
{
    (void)state;
    size_t seen = 0;
    char page[64] = "";
    do {
        json_t *list = dc_test_ask(edge, ORG, "ListPeople", as("boss"),
                                   "{\"limit\":50,\"page\":\"%s\"}", page);
        seen += dc_test_count(list, "people");
        snprintf(page, sizeof(page), "%s", dc_test_text(list, "nextPage"));
    } while (*page);
    assert_int_equal(seen, 120);
}

static void
a_person_beyond_reach_is_not_told_apart_from_nobody(void **state)
{
    (void)state;
    struct dc_error there, nowhere;
    assert_int_equal(dc_test_refused(edge, ORG, "GetPerson", as("director.b"), &there,
                                     "{\"personId\":\"%lld\"}", (long long)person_id("E1101")),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, ORG, "GetPerson", as("director.b"), &nowhere,
                                     "{\"personId\":\"999999\"}"),
                     DC_PERMISSION_DENIED);
    assert_string_equal(there.message, nowhere.message);
    json_t *own = dc_test_ask(edge, ORG, "GetPerson", as("zhangsan"), "{\"personId\":\"%lld\"}",
                              (long long)person_id("E1101"));
    assert_string_equal(dc_test_text(own, "account"), "zhangsan");
    json_t *his = dc_test_ask(edge, ORG, "GetPerson", as("lead.a1"), "{\"personId\":\"%lld\"}",
                              (long long)person_id("E1101"));
    assert_string_equal(dc_test_text(his, "person.name"), "张三");
    assert_string_equal(dc_test_text(his, "account"), "");
}

static void
the_tree_shows_what_one_reaches(void **state)
{
    (void)state;
    json_t *all = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{}");
    assert_int_equal(dc_test_count(all, "nodes"), 22);
    assert_string_equal(dc_test_text(all, "nodes.0.unit.code"), "GROUP");
    assert_int_equal(dc_test_number(all, "nodes.0.peopleBelow"), 120);
    json_t *his = dc_test_ask(edge, ORG, "GetTree", as("zhangsan"), "{}");
    assert_int_equal(dc_test_count(his, "nodes"), 4); /* GROUP, CO, A, A1 */
    assert_string_equal(dc_test_text(his, "nodes.3.unit.code"), "A1");
    assert_string_equal(dc_test_text(his, "nodes.3.headName"), "李雷");
    assert_string_equal(dc_test_text(his, "nodes.2.headName"), "");
    assert_int_equal(dc_test_number(his, "nodes.0.peopleBelow"), 0);
    json_t *hers = dc_test_ask(edge, ORG, "GetTree", as("director.b"), "{}");
    assert_int_equal(dc_test_count(hers, "nodes"), 7); /* GROUP, CO, B, B1..B4 */
    assert_string_equal(dc_test_text(hers, "nodes.2.headName"), "陈丽华");
    assert_int_equal(dc_test_number(hers, "nodes.2.peopleBelow"), 29);
}

static void
another_tenant_is_out_of_sight(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context none = program(0);
    json_t *made =
        dc_test_ask(edge, INTERNAL, "CreateTenant", &none,
                    "{\"code\":\"other\",\"name\":\"别家\",\"timeZone\":\"Asia/Shanghai\","
                    "\"rootUnitCode\":\"GROUP\"}");
    Kernel__Context other = *as("boss");
    other.tenant_id = dc_test_number(made, "tenantId");
    assert_int_not_equal(other.tenant_id, tenant);
    assert_int_equal(dc_test_refused(edge, ORG, "GetPerson", &other, &error,
                                     "{\"personId\":\"%lld\"}", (long long)person_id("E1101")),
                     DC_PERMISSION_DENIED);
    json_t *list = dc_test_ask(edge, ORG, "ListPeople", &other, "{}");
    assert_int_equal(dc_test_number(list, "total"), 0);
    Kernel__Context in_other = program(other.tenant_id);
    assert_int_equal(dc_test_refused(edge, ORG, "SaveUnits", &in_other, &error,
                                     "{\"units\":[{\"code\":\"X\",\"name\":\"x\",\"kind\":"
                                     "\"UNIT_KIND_TEAM\",\"parentId\":\"%lld\",\"validFrom\":"
                                     "\"2026-01-01\"}]}",
                                     (long long)unit_id("A")),
                     DC_FAILED_PRECONDITION);
    /* Row-level security stands behind that. */
    assert_value("SET ROLE org; SET dacheng.tenant = '0'; SELECT count(*) FROM org.person", "0");
    DC_AUTO_FREE char *own = NULL;
    assert_true(asprintf(&own,
                         "SET ROLE org; SET dacheng.tenant = '%lld'; SELECT count(*) FROM "
                         "org.person",
                         (long long)tenant) > 0);
    assert_value(own, "120");
    /* With two tenants a log-in has to say which. */
    json_t *in;
    assert_int_equal(login("boss", one_time_password("boss"), &in, &error), DC_UNAUTHENTICATED);
    dc_test_pg_exec(pg,
                    "DELETE FROM org.unit_state USING org.tenant t WHERE t.code = 'other' AND "
                    "tenant_id = t.id; DELETE FROM org.unit USING org.tenant t WHERE t.code = "
                    "'other' AND tenant_id = t.id; DELETE FROM org.tenant WHERE code = 'other'");
}

/* --- grants
 * ------------------------------------------------------------------------------------------ */
static enum dc_code
grant(const char *account, const char *person, const char *grants, struct dc_error *error)
{
    return dc_test_refused(edge, ORG, "SetGrants", as(account), error,
                           "{\"personId\":\"%lld\",\"grants\":[%s],\"reason\":\"test\"}",
                           (long long)person_id(person), grants);
}

static void
administrators_exclude_each_other(void **state)
{
    (void)state;
    struct dc_error error;
#define GRANT(role, scope) "{\"role\":\"ROLE_" role "\",\"scope\":\"SCOPE_" scope "\"}"
    assert_int_equal(grant("sysadmin", "E1102", GRANT("BOSS", "GROUP"), &error),
                     DC_PERMISSION_DENIED);
    assert_int_equal(grant("supervisor", "E1102", GRANT("BOSS", "GROUP"), &error),
                     DC_PERMISSION_DENIED);
    assert_int_equal(grant("secadmin", "E0006", GRANT("BOSS", "GROUP"), &error),
                     DC_PERMISSION_DENIED);
    assert_int_equal(grant("secadmin", "E1102",
                           GRANT("SYSTEM_ADMIN", "GROUP") "," GRANT("AUDITOR", "GROUP"), &error),
                     DC_FAILED_PRECONDITION);
    assert_int_equal(grant("secadmin", "E1102",
                           GRANT("SECURITY_ADMIN", "GROUP") "," GRANT("BOSS", "GROUP"), &error),
                     DC_FAILED_PRECONDITION);
    assert_int_equal(grant("secadmin", "E1102", GRANT("DIRECTOR", "SELF"), &error),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "grants[0].scope");
    assert_int_equal(grant("secadmin", "E1102", GRANT("DIRECTOR", "UNIT_TREE"), &error),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(grant("secadmin", "E1102",
                           "{\"role\":\"ROLE_DIRECTOR\",\"scope\":\"SCOPE_UNIT_TREE\",\"unitId\":"
                           "\"999999\"}",
                           &error),
                     DC_NOT_FOUND);
    assert_int_equal(grant("secadmin", "E1102", GRANT("BOSS", "GROUP"), &error), DC_OK);
    json_t *list = dc_test_ask(edge, ORG, "ListGrants", as("auditor"), "{\"personId\":\"%lld\"}",
                               (long long)person_id("E1102"));
    assert_string_equal(dc_test_text(list, "people.0.grants.0.role"), "ROLE_BOSS");
    assert_int_equal(grant("secadmin", "E1102", "", &error), DC_OK);
}

static void
nobody_takes_over_an_administrator(void **state)
{
    (void)state;
    struct dc_error error;
    json_t *in;
    assert_int_equal(dc_test_refused(edge, ORG, "ResetPassword", as("sysadmin"), &error,
                                     "{\"personId\":\"%lld\"}", (long long)person_id("E0006")),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, ORG, "ResetPassword", as("secadmin"), &error,
                                     "{\"personId\":\"%lld\"}", (long long)person_id("E1101")),
                     DC_PERMISSION_DENIED);
    json_t *made = dc_test_ask(edge, ORG, "ResetPassword", as("sysadmin"),
                               "{\"personId\":\"%lld\"}", (long long)person_id("E1103"));
    assert_string_equal(dc_test_text(made, "account"), "e1103");
    assert_int_equal(login("e1103", dc_test_text(made, "oneTimePassword"), &in, &error), DC_OK);
    assert_int_equal(dc_test_refused(edge, ORG, "ResetPassword", as("sysadmin"), &error,
                                     "{\"personId\":\"%lld\",\"account\":\"boss\"}",
                                     (long long)person_id("E1104")),
                     DC_ALREADY_EXISTS);
}

/* --- changes
 * ----------------------------------------------------------------------------------------- */
static enum dc_code
save_unit(const char *account, struct dc_error *error, const char *unit)
{
    return dc_test_refused(edge, ORG, "SaveUnits", as(account), error,
                           "{\"units\":[%s],\"reason\":\"test\"}", unit);
}

static void
the_tree_stays_valid(void **state)
{
    (void)state;
    struct dc_error error;
    char unit[512];
    assert_int_equal(save_unit("supervisor", &error, "{}"), DC_PERMISSION_DENIED);
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A\",\"name\":\"华东\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\"}",
             (long long)unit_id("A"), (long long)unit_id("A1"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "units[0].parent_id");
    snprintf(unit, sizeof(unit),
             "{\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\",\"parentId\":\"%lld\","
             "\"validFrom\":\"2026-01-01\"}",
             (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_ALREADY_EXISTS);
    snprintf(unit, sizeof(unit),
             "{\"code\":\"R2\",\"name\":\"x\",\"kind\":\"UNIT_KIND_GROUP\",\"validFrom\":"
             "\"2026-01-01\"}");
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION);
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\",\"validTo\":\"2026-06-01\"}",
             (long long)unit_id("A1"), (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_FAILED_PRECONDITION); /* posts */
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"A1\",\"name\":\"x\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"version\":\"77\"}",
             (long long)unit_id("A1"), (long long)unit_id("A"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_ABORTED);
}

static bool
moved_unit_was_told(void *context)
{
    (void)context;
    DC_AUTO_FREE char *told = dc_test_pg_value(
        pg, "SELECT told_day = (now() AT TIME ZONE time_zone)::date FROM org.tenant WHERE code = "
            "'demo'");
    return strcmp(told, "t") == 0;
}

static void
a_planned_move_is_told_on_its_day(void **state)
{
    (void)state;
    struct dc_error error;
    char unit[512];
    DC_AUTO_FREE char *tomorrow =
        dc_test_pg_value(pg, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date + 1");
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"D3\",\"name\":\"西部三组\",\"kind\":\"UNIT_KIND_TEAM\","
             "\"parentId\":\"%lld\",\"validFrom\":\"%s\"}",
             (long long)unit_id("D3"), (long long)unit_id("C"), tomorrow);
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_OK);
    json_t *today = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{}");
    json_t *then = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{\"asOf\":\"%s\"}", tomorrow);
    int64_t now_parent = 0, then_parent = 0;
    for (size_t i = 0; i < 22; i++) {
        json_t *a = json_array_get(dc_test_value(today, "nodes"), i);
        json_t *b = json_array_get(dc_test_value(then, "nodes"), i);
        now_parent = strcmp(dc_test_text(a, "unit.code"), "D3") == 0
                         ? dc_test_number(a, "unit.parentId")
                         : now_parent;
        then_parent = strcmp(dc_test_text(b, "unit.code"), "D3") == 0
                          ? dc_test_number(b, "unit.parentId")
                          : then_parent;
    }
    assert_int_equal(now_parent, unit_id("D"));
    assert_int_equal(then_parent, unit_id("C"));
    /* The day comes: as if the plan had been made a day earlier. */
    dc_test_pg_exec(pg, "UPDATE org.unit_state s SET valid_from = valid_from - 1 FROM org.unit u "
                        "WHERE u.id = s.unit_id AND u.code = 'D3' AND s.valid_from > '2015-01-01'; "
                        "UPDATE org.tenant SET told_day = told_day - 1 WHERE code = 'demo'");
    assert_int_equal(dc_test_service_stop(org), 0);
    dc_test_service_start(org); /* tasks look at once */
    assert_true(dc_test_wait_until(moved_unit_was_told, NULL, 30000));
    snprintf(unit, sizeof(unit),
             "{\"id\":\"%lld\",\"code\":\"D3\",\"name\":\"西部三组 (D3)\",\"kind\":"
             "\"UNIT_KIND_TEAM\",\"parentId\":\"%lld\",\"validFrom\":\"2015-01-01\"}",
             (long long)unit_id("D3"), (long long)unit_id("D"));
    assert_int_equal(save_unit("sysadmin", &error, unit), DC_OK); /* back, from the beginning */
}

static void
people_are_judged(void **state)
{
    (void)state;
    struct dc_error error;
    static const char person[] =
        "{\"people\":[{\"code\":\"%s\",\"name\":\"试\",\"email\":\"%s\",\"employedFrom\":"
        "\"2026-01-01\",\"managerId\":\"%lld\",\"posts\":[{\"unitId\":\"%lld\",\"position\":"
        "\"sales_rep\",\"share\":\"%s\"}%s]}]}";
    long long a1 = unit_id("A1"), lead = person_id("E1100");
    static const struct {
        const char *code, *email, *share, *more, *field;
        enum dc_code outcome;
    } cases[] = {
        {"E1101", "", "1", "", "people[0].code", DC_ALREADY_EXISTS},
        {"N1", "no address", "1", "", "people[0].email", DC_INVALID_ARGUMENT},
        {"N1", "a@b\\r\\nBcc: x@y", "1", "", "people[0].email", DC_INVALID_ARGUMENT},
        {"N1", "", "1.5", "", "people[0].posts[0].share", DC_INVALID_ARGUMENT},
        {"N1", "", "0.6", ",{\"unitId\":\"1\",\"position\":\"x\",\"share\":\"0.5\"}",
         "people[0].posts", DC_INVALID_ARGUMENT},
        {"N1", "", "0.6", ",{\"unitId\":\"999999\",\"position\":\"x\",\"share\":\"0.4\"}",
         "unit_id", DC_INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum dc_code code =
            dc_test_refused(edge, ORG, "SavePeople", as("sysadmin"), &error, person, cases[i].code,
                            cases[i].email, lead, a1, cases[i].share, cases[i].more);
        if (code != cases[i].outcome || strcmp(error.field, cases[i].field) != 0) {
            fail_msg("case %zu: %s in %s: %s", i, dc_code_wire_name(code), error.field,
                     error.message);
        }
    }
    /* 李雷 below 张三, who reports to him: a circle. */
    json_t *lei =
        dc_test_ask(edge, ORG, "GetPerson", as("sysadmin"), "{\"personId\":\"%lld\"}", lead);
    json_t *changed = json_deep_copy(dc_test_value(lei, "person"));
    json_object_set_new(changed, "managerId", json_integer(person_id("E1101")));
    DC_AUTO_FREE char *text = json_dumps(changed, 0);
    json_decref(changed);
    assert_int_equal(
        dc_test_refused(edge, ORG, "SavePeople", as("sysadmin"), &error, "{\"people\":[%s]}", text),
        DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "manager_id");
}

/* --- import
 * ------------------------------------------------------------------------------------------ */
static void
the_same_file_again_changes_nothing(void **state)
{
    (void)state;
    json_t *units =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_UNITS, "deploy/demo/units.csv", false);
    assert_int_equal(dc_test_number(units, "unchanged"), 22);
    assert_int_equal(dc_test_number(units, "changed") + dc_test_number(units, "created"), 0);
    json_t *people =
        import_file(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, "deploy/demo/people.csv", false);
    assert_int_equal(dc_test_number(people, "unchanged"), 120);
    assert_true(json_is_true(dc_test_value(people, "written")));
}

static void
every_bad_row_is_listed_and_nothing_is_written(void **state)
{
    (void)state;
    json_t *answer = import_text(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE,
                                 "code,name,unit_code,position,employed_from,manager_code\n"
                                 "X1,甲,A1,sales_rep,2026-01-01,E1100\n"
                                 "X2,乙,NOWHERE,sales_rep,2026-01-01,E1100\n"
                                 "X3,丙,A1,sales_rep,2026-13-01,E1100\n"
                                 "X4,丁,A1,sales_rep,2026-01-01,NOBODY\n"
                                 "X5,\"戊\n"
                                 "X6,,A1,sales_rep,2026-01-01,\n"
                                 "X7,己,A1,sales_rep,2026-01-01,X8\n"
                                 "X8,庚,A1,sales_rep,2026-01-01,X7\n");
    static const struct {
        int64_t line;
        const char *column;
    } expected[] = {{6, ""},     {3, "unit_code"},   {4, "employed_from"}, {5, "manager_code"},
                    {7, "name"}, {9, "manager_code"}};
    assert_int_equal(dc_test_number(answer, "rejected"), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *row = json_array_get(dc_test_value(answer, "rejections"), i);
        if (dc_test_number(row, "line") != expected[i].line ||
            strcmp(dc_test_text(row, "column"), expected[i].column) != 0) {
            fail_msg("rejection %zu: line %lld, column %s: %s", i,
                     (long long)dc_test_number(row, "line"), dc_test_text(row, "column"),
                     dc_test_text(row, "reason"));
        }
    }
    assert_null(dc_test_value(answer, "written"));
    assert_value("SELECT count(*) FROM org.person WHERE code LIKE 'X%'", "0");
    json_t *units = import_text(ORG__IMPORT_KIND__IMPORT_KIND_UNITS,
                                "code,name,kind,parent_code\nP,p,team,Q\nQ,q,team,P\n"
                                "A,又一个 A,planet,CO\n");
    assert_true(dc_test_number(units, "rejected") >= 1);
    assert_null(dc_test_value(units, "written"));
}

static void
chinese_headers_in_gb18030_are_read(void **state)
{
    (void)state;
    static const char text[] = "工号;姓名;邮箱;部门编码;岗位;直接上级;入职日期;占比\r\n"
                               "G1;林㐂;lin@demo.example;B1;sales_rep;E2001;2026/3/1;0.6\r\n"
                               "G1;;;B2;sales_rep;;;0.4\r\n";
    char coded[1024];
    char *in = (char *)text, *out = coded;
    size_t in_left = strlen(text), out_left = sizeof(coded);
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert_int_not_equal(iconv(converter, &in, &in_left, &out, &out_left), (size_t)-1);
    iconv_close(converter);
    Kernel__Context context = program(tenant);
    size_t size = sizeof(coded) - out_left;
    json_t *tried = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, coded, size, true);
    assert_int_equal(dc_test_number(tried, "created"), 1);
    assert_value("SELECT count(*) FROM org.person WHERE code = 'G1'", "0");
    json_t *done = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, coded, size, false);
    if (dc_test_number(done, "created") != 1) {
        fail_msg("%s", dc_test_text(done, "rejections.0.reason"));
    }
    assert_value("SELECT p.name || ' ' || string_agg(u.code || ' ' || o.share::text || ' ' || "
                 "o.main::text, ', ' ORDER BY o.seq) FROM org.person p JOIN org.post o ON "
                 "o.person_id = p.id JOIN org.unit u ON u.id = o.unit_id WHERE p.code = 'G1' GROUP "
                 "BY p.name",
                 "林㐂 B1 0.600000 true, B2 0.400000 false");
    /* Moved by a later file: the old posts end when the new one begins. */
    json_t *moved = import_text(ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE,
                                "工号,姓名,部门编码,岗位,入职日期,任岗日期\n"
                                "G1,林㐂,C1,sales_rep,2026-03-01,2026-09-01\n");
    assert_int_equal(dc_test_number(moved, "changed"), 1);
    assert_value("SELECT string_agg(u.code || ' ' || o.valid_from || ' ' || o.valid_to || ' ' || "
                 "o.main::text, ', ' ORDER BY o.seq) FROM org.person p JOIN org.post o ON "
                 "o.person_id = p.id JOIN org.unit u ON u.id = o.unit_id WHERE p.code = 'G1'",
                 "B1 2026-03-01 2026-09-01 true, B2 2026-03-01 2026-09-01 false, C1 2026-09-01 "
                 "infinity true");
}

static void
not_a_table_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "code,name\n", "code,code,name,kind,parent_code\n",
                                        "\xff\xfe\x63\x00"};
    static const size_t sizes[] = {0, 10, 33, 4};
    Kernel__Context context = program(tenant);
    for (size_t i = 0; i < 4; i++) {
        Org__ImportRequest request = ORG__IMPORT_REQUEST__INIT;
        struct dc_error error = {0};
        json_t *answer;
        request.kind = ORG__IMPORT_KIND__IMPORT_KIND_UNITS;
        request.csv.data = (uint8_t *)texts[i];
        request.csv.len = sizes[i];
        assert_int_equal(
            dc_test_send(edge, ORG, "Import", &context, &request.base, &answer, &error),
            DC_INVALID_ARGUMENT);
    }
    struct dc_error error;
    assert_int_equal(dc_test_refused(edge, ORG, "Import", as("boss"), &error,
                                     "{\"kind\":\"IMPORT_KIND_UNITS\"}"),
                     DC_PERMISSION_DENIED);
}

/* Last, because it is large. */
static void
a_hundred_thousand_people_come_in_one_file(void **state)
{
    (void)state;
    enum { PEOPLE = 100000 };
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "code,name,email,mobile,unit_code,position,manager_code,employed_from\n");
    static const char *const teams[] = {"A1", "A2", "B1", "B2", "C1", "D1", "D2"};
    for (int i = 0; i < PEOPLE; i++) {
        char manager[16] = "";
        if (i > 0) {
            snprintf(manager, sizeof(manager), "M%d", i / 10);
        }
        dc_text_printf(&text, "M%d,员工%d,m%d@demo.example,139%08d,%s,sales_rep,%s,2025-01-01\n", i,
                       i, i, i, teams[i % 7], manager);
    }
    Kernel__Context context = program(tenant);
    int64_t began = dc_monotonic();
    json_t *done =
        import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, text.data, text.length, false);
    double first = (double)(dc_monotonic() - began) / DC_SECOND;
    assert_int_equal(dc_test_number(done, "created"), PEOPLE);
    began = dc_monotonic();
    done = import(&context, ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE, text.data, text.length, false);
    double again = (double)(dc_monotonic() - began) / DC_SECOND;
    assert_int_equal(dc_test_number(done, "unchanged"), PEOPLE);
    printf("%d people, %.1f MB: %.1f s; again without a change: %.1f s\n", PEOPLE,
           (double)text.length / 1e6, first, again);
    assert_true(first < 60 && again < 60);
    began = dc_monotonic();
    json_t *list = dc_test_ask(edge, ORG, "ListPeople", as("director.a"), "{\"limit\":100}");
    json_t *tree = dc_test_ask(edge, ORG, "GetTree", as("boss"), "{}");
    printf("list and tree of %lld: %.2f s\n", (long long)dc_test_number(list, "total"),
           (double)(dc_monotonic() - began) / DC_SECOND);
    assert_true(dc_test_number(tree, "nodes.0.peopleBelow") >= PEOPLE);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&org_spec, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenant_is_made_once_and_only_by_operators),
        cmocka_unit_test(seeding_again_changes_nothing),
        cmocka_unit_test(a_one_time_password_must_be_changed),
        cmocka_unit_test(guessing_locks_known_and_unknown_accounts_alike),
        cmocka_unit_test(sessions_end_by_time_and_by_leaving),
        cmocka_unit_test(a_program_gets_a_token),
        cmocka_unit_test(people_are_seen_within_reach),
        cmocka_unit_test(lists_come_in_pages),
        cmocka_unit_test(a_person_beyond_reach_is_not_told_apart_from_nobody),
        cmocka_unit_test(the_tree_shows_what_one_reaches),
        cmocka_unit_test(another_tenant_is_out_of_sight),
        cmocka_unit_test(administrators_exclude_each_other),
        cmocka_unit_test(nobody_takes_over_an_administrator),
        cmocka_unit_test(the_tree_stays_valid),
        cmocka_unit_test(a_planned_move_is_told_on_its_day),
        cmocka_unit_test(people_are_judged),
        cmocka_unit_test(the_same_file_again_changes_nothing),
        cmocka_unit_test(every_bad_row_is_listed_and_nothing_is_written),
        cmocka_unit_test(not_a_table_is_refused),
        cmocka_unit_test(chinese_headers_in_gb18030_are_read),
        cmocka_unit_test(a_hundred_thousand_people_come_in_one_file),
    };
    return cmocka_run_group_tests_name("org", tests, set_up, tear_down);
}
