/* org_test.c - org as its callers see it: set-up, log-in, reach, grants. */
#include "house.h"

/* --- set-up -------------------------------------------------------------------------------- */
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

/* --- logging in ---------------------------------------------------------------------------- */
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

/* --- reach --------------------------------------------------------------------------------- */
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
colleagues_are_found_beyond_reach(void **state)
{
    (void)state;
    struct dc_error error;
    json_t *one =
        dc_test_ask(edge, ORG, "FindColleagues", as("director.b"), "{\"search\":\"张三\"}");
    assert_string_equal(dc_test_text(one, "people.0.code"), "E1101");
    assert_string_equal(dc_test_text(one, "people.0.name"), "张三");
    assert_string_equal(dc_test_text(one, "people.0.position"), "sales_rep");
    assert_true(*dc_test_text(one, "people.0.unitName") != '\0');
    assert_int_equal(json_object_size(json_array_get(json_object_get(one, "people"), 0)), 5);
    /* By what the name contains; by how the number begins, in either case; at most 20. */
    assert_string_equal(dc_test_text(dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"),
                                                 "{\"search\":\"丽华\"}"),
                                     "people.0.name"),
                        "陈丽华");
    json_t *numbered =
        dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"), "{\"search\":\"e110\"}");
    assert_string_equal(dc_test_text(numbered, "people.0.code"), "E1100");
    assert_int_equal(dc_test_count(dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"),
                                               "{\"search\":\"E\"}"),
                                   "people"),
                     20);
    /* The same within a unit; and by what a name was changed to, no longer by what it was. */
    assert_string_equal(dc_test_text(dc_test_ask(edge, ORG, "FindColleagues", as("director.b"),
                                                 "{\"unitId\":\"%lld\",\"search\":\"三\"}",
                                                 (long long)unit_id("A1")),
                                     "people.0.name"),
                        "张三");
    dc_test_pg_exec(pg, "UPDATE org.person SET name = '张新名' WHERE code = 'E1101'");
    assert_string_equal(dc_test_text(dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"),
                                                 "{\"search\":\"新名\"}"),
                                     "people.0.code"),
                        "E1101");
    dc_test_pg_exec(pg, "UPDATE org.person SET name = '张三' WHERE code = 'E1101'");
    assert_int_equal(dc_test_count(dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"),
                                               "{\"search\":\"新名\"}"),
                                   "people"),
                     0);
    json_t *unit = dc_test_ask(edge, ORG, "FindColleagues", as("director.b"),
                               "{\"unitId\":\"%lld\"}", (long long)unit_id("A1"));
    assert_true(dc_test_count(unit, "people") > 0);
    for (size_t i = 0; i < dc_test_count(unit, "people"); i++) {
        char path[40];
        snprintf(path, sizeof(path), "people.%zu.code", i);
        assert_memory_equal(dc_test_text(unit, path), "E11", 3);
    }
    assert_int_equal(dc_test_count(dc_test_ask(edge, ORG, "FindColleagues", as("zhangsan"),
                                               "{\"search\":\"%%\"}"),
                                   "people"),
                     0); /* taken literally */
    dc_test_pg_exec(pg, "UPDATE org.person SET employed_to = '2026-01-01' WHERE code = 'E1101'");
    assert_int_equal(dc_test_count(dc_test_ask(edge, ORG, "FindColleagues", as("director.b"),
                                               "{\"search\":\"张三\"}"),
                                   "people"),
                     0);
    dc_test_pg_exec(pg, "UPDATE org.person SET employed_to = 'infinity' WHERE code = 'E1101'");
    static const char *const without[] = {"sysadmin", "secadmin", "auditor", "operations", "crm"};
    for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++) {
        assert_int_equal(dc_test_refused(edge, ORG, "FindColleagues", as(without[i]), &error,
                                         "{\"search\":\"张\"}"),
                         DC_PERMISSION_DENIED);
    }
    assert_int_equal(dc_test_refused(edge, ORG, "FindColleagues", as("zhangsan"), &error, "{}"),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "search");
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
    json_t *theirs = dc_test_ask(edge, ORG, "FindColleagues", &other, "{\"search\":\"张三\"}");
    assert_int_equal(dc_test_count(theirs, "people"), 0);
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

/* --- grants -------------------------------------------------------------------------------- */
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

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenant_is_made_once_and_only_by_operators),
        cmocka_unit_test(seeding_again_changes_nothing),
        cmocka_unit_test(a_one_time_password_must_be_changed),
        cmocka_unit_test(guessing_locks_known_and_unknown_accounts_alike),
        cmocka_unit_test(sessions_end_by_time_and_by_leaving),
        cmocka_unit_test(a_program_gets_a_token),
        cmocka_unit_test(people_are_seen_within_reach),
        cmocka_unit_test(colleagues_are_found_beyond_reach),
        cmocka_unit_test(lists_come_in_pages),
        cmocka_unit_test(a_person_beyond_reach_is_not_told_apart_from_nobody),
        cmocka_unit_test(the_tree_shows_what_one_reaches),
        cmocka_unit_test(another_tenant_is_out_of_sight),
        cmocka_unit_test(administrators_exclude_each_other),
        cmocka_unit_test(nobody_takes_over_an_administrator),
    };
    return house_main(argc, argv, "org", tests, sizeof(tests) / sizeof(tests[0]));
}
