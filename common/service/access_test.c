/* access_test.c - the projection of the organisation, and who may see what by it. */
#include "service/access.h"

#include <string.h>

#include "edge/migrate.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

#include <kernel_sql.h>

static struct dc_test_pg *pg;
static struct dc_db *db;
static struct dc_arena *arena;
static struct dc_error error;

enum { TENANT = 5, TODAY = 20780 /* 2026-11-23 */ };

static void
check(enum dc_code code)
{
    if (code != DC_OK) {
        fail_msg("%s: %s", dc_code_wire_name(code), error.message);
    }
}

static int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    dc_test_pg_schema(pg, "house");
    static const struct dc_statement *const lists[] = {kernel_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    check(dc_migrate(dc_test_pg_dsn(pg, "house_owner", "postgres"), "house", "house", "kernel",
                     kernel_migrations, NULL, &error));
    check(dc_db_dsn_with(dc_test_pg_dsn(pg, "house", "postgres"), NULL, "house", &dsn, &error));
    check(dc_db_open(&db, dc_text_cstr(&dsn), "test", lists, &error));
    arena = dc_arena_new(0);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_db_free(db);
    dc_arena_free(arena);
    dc_test_pg_stop(pg);
    return 0;
}

/* --- org's events
 * ----------------------------------------------------------------------------------- */
struct unit_row {
    int64_t id, parent, version;
};

static enum dc_code
tell_units(const struct unit_row *rows, size_t count, int64_t tenant_id)
{
    Org__UnitsChanged changed = ORG__UNITS_CHANGED__INIT;
    changed.units = DC_NEW_ARRAY(arena, Org__Unit *, count);
    changed.n_units = count;
    for (size_t i = 0; i < count; i++) {
        Org__Unit *unit = DC_NEW_MESSAGE(arena, Org__Unit, org__unit__init);
        unit->id = rows[i].id;
        unit->parent_id = rows[i].parent;
        unit->version = rows[i].version;
        unit->code = dc_arena_printf(arena, "U%lld", (long long)rows[i].id);
        unit->name = "部门";
        unit->kind = ORG__UNIT_KIND__UNIT_KIND_DEPARTMENT;
        unit->valid_from = "2020-01-01";
        changed.units[i] = unit;
    }
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.tenant_id = tenant_id;
    struct dc_delivery delivery = {.event = &event, .body = &changed.base};
    struct dc_step step = {.db = db, .arena = arena};
    DC_TRY(dc_db_begin(db, tenant_id, 0, &error));
    DC_TRY(dc_access_on_units_changed(&step, &delivery, &error));
    return dc_db_commit(db, &error);
}

static enum dc_code
tell_person(int64_t id, int64_t version, int64_t unit_id, const char *from, const char *to,
            int64_t second_unit)
{
    Org__Post post = ORG__POST__INIT, second = ORG__POST__INIT;
    post.unit_id = unit_id;
    post.valid_from = (char *)from;
    post.valid_to = (char *)to;
    post.position = "sales_rep";
    post.share = "0.75";
    post.main = true;
    second = post;
    second.unit_id = second_unit;
    second.share = "0.25";
    second.main = false;
    Org__Post *posts[] = {&post, &second};
    Org__Person person = ORG__PERSON__INIT;
    person.id = id;
    person.version = version;
    person.code = "E1";
    person.name = "张三";
    person.posts = posts;
    person.n_posts = second_unit ? 2 : 1;
    Org__Person *people[] = {&person};
    Org__PeopleChanged changed = ORG__PEOPLE_CHANGED__INIT;
    changed.people = people;
    changed.n_people = 1;
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.tenant_id = TENANT;
    struct dc_delivery delivery = {.event = &event, .body = &changed.base};
    struct dc_step step = {.db = db, .arena = arena};
    DC_TRY(dc_db_begin(db, TENANT, 0, &error));
    DC_TRY(dc_access_on_people_changed(&step, &delivery, &error));
    return dc_db_commit(db, &error);
}

static void
assert_value(const char *sql, const char *expected)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is %s, not %s", sql, value, expected);
    }
}

/* The closure as an independent recursion over the units sees it. */
static void
assert_tree_is_true(void)
{
    assert_value("WITH RECURSIVE up AS (SELECT tenant_id, unit_id, unit_id AS a, parent_id, 0 AS d "
                 "FROM house.org_unit UNION ALL SELECT u.tenant_id, up.unit_id, u.unit_id, "
                 "u.parent_id, d + 1 FROM up JOIN house.org_unit u ON u.tenant_id = up.tenant_id "
                 "AND u.unit_id = up.parent_id), t AS (SELECT tenant_id, ancestor_id, unit_id, "
                 "depth FROM house.org_unit_tree), e AS (SELECT tenant_id, a, unit_id, d FROM up) "
                 "SELECT (SELECT count(*) FROM (TABLE t EXCEPT TABLE e) x) + (SELECT count(*) FROM "
                 "(TABLE e EXCEPT TABLE t) y)",
                 "0");
}

static void
the_tree_follows_org(void **state)
{
    (void)state;
    /* 1 company; 10, 20 departments; 11, 12 teams of 10; 21 of 20. Children may come first. */
    static const struct unit_row first[] = {{11, 10, 1}, {12, 10, 1}, {21, 20, 1},
                                            {10, 1, 1},  {20, 1, 1},  {1, 0, 1}};
    check(tell_units(first, 6, TENANT));
    check(tell_units((struct unit_row[]){{1, 0, 1}, {10, 1, 1}}, 2, TENANT + 1));
    assert_tree_is_true();
    assert_value("SELECT count(*) FROM house.org_unit_tree WHERE tenant_id = 5", "14");
    check(tell_units((struct unit_row[]){{12, 20, 2}}, 1, TENANT)); /* moves */
    assert_tree_is_true();
    check(tell_units((struct unit_row[]){{12, 10, 1}}, 1, TENANT)); /* older news: no effect */
    assert_value("SELECT parent_id FROM house.org_unit WHERE tenant_id = 5 AND unit_id = 12", "20");
    check(tell_units((struct unit_row[]){{20, 10, 2}}, 1, TENANT)); /* a whole branch */
    assert_tree_is_true();
    assert_value(
        "SELECT depth FROM house.org_unit_tree WHERE tenant_id = 5 AND ancestor_id = 1 AND "
        "unit_id = 12",
        "3");
    check(tell_units((struct unit_row[]){{20, 1, 3}, {12, 10, 3}}, 2, TENANT)); /* and back */
    assert_tree_is_true();
}

static void
people_and_posts_are_replaced_whole(void **state)
{
    (void)state;
    check(tell_person(100, 1, 11, "2024-01-01", "", 21));
    assert_value("SELECT string_agg(unit_id || ':' || share::text || ':' || main, ' ' ORDER BY "
                 "ordinal) FROM house.org_post WHERE person_id = 100",
                 "11:0.750000:true 21:0.250000:false");
    check(tell_person(100, 3, 12, "2024-01-01", "2026-12-01", 0));
    check(tell_person(100, 2, 21, "2024-01-01", "", 11)); /* older news */
    assert_value("SELECT string_agg(unit_id || '-' || valid_to, ' ') FROM house.org_post WHERE "
                 "person_id = 100",
                 "12-2026-12-01");
    assert_int_equal(tell_person(101, 1, 11, "yesterday", "", 0), DC_INVALID_ARGUMENT);
    dc_db_rollback(db);
}

/* --- who may see what
 * -------------------------------------------------------------------------------- */
struct case_row {
    Kernel__Role role;
    Kernel__Scope scope;
    int64_t unit_id;       /* of the grant */
    bool unit_12, unit_20; /* may see these units */
    bool person_100;       /* in unit 12 */
    bool himself;
    bool group;
};

static Kernel__Context
context_with(Kernel__Grant *grant, Kernel__Grant **list)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = TENANT;
    context.person_id = 200;
    context.account = "somebody";
    list[0] = grant;
    context.grants = list;
    context.n_grants = 1;
    return context;
}

static void
assert_access(enum dc_code code, bool allowed, const char *what, size_t row)
{
    if (code != (allowed ? DC_OK : DC_PERMISSION_DENIED)) {
        fail_msg("case %zu, %s: %s", row, what, dc_code_wire_name(code));
    }
}

static void
grants_cover_what_they_say(void **state)
{
    (void)state;
    static const struct case_row cases[] = {
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT_TREE, 10, true, false, true, false,
         false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT, 10, false, false, false, false,
         false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT, 12, true, false, true, false,
         false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_COMPANY, 1, true, true, true, false,
         false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_GROUP, 0, true, true, true, true, true},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_SELF, 0, false, false, false, true,
         false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNIT_TREE, 999, false, false, false,
         false, false},
        {KERNEL__ROLE__ROLE_DIRECTOR, KERNEL__SCOPE__SCOPE_UNSPECIFIED, 10, false, false, false,
         false, false},
        /* A role that is not asked for covers nothing, however far it reaches. */
        {KERNEL__ROLE__ROLE_SYSTEM_ADMIN, KERNEL__SCOPE__SCOPE_GROUP, 0, false, false, false, false,
         false},
        {(Kernel__Role)40, KERNEL__SCOPE__SCOPE_GROUP, 0, false, false, false, false, false},
    };
    unsigned roles = DC_ROLE(DIRECTOR) | DC_ROLE(BOSS);
    check(dc_db_begin(db, TENANT, 0, &error));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct case_row *c = &cases[i];
        Kernel__Grant grant = KERNEL__GRANT__INIT, *list[1];
        grant.role = c->role;
        grant.scope = c->scope;
        grant.unit_id = c->unit_id;
        Kernel__Context context = context_with(&grant, list);
        struct dc_step step = {.db = db,
                               .arena = arena,
                               .context = &context,
                               .now = (dc_time)TODAY * 86400 * DC_SECOND};
        assert_access(dc_access_unit(&step, roles, 12, &error), c->unit_12, "unit 12", i);
        assert_access(dc_access_unit(&step, roles, 20, &error), c->unit_20, "unit 20", i);
        assert_access(dc_access_unit(&step, roles, 777, &error), c->group, "no such unit", i);
        assert_access(dc_access_person(&step, roles, 100, &error), c->person_100, "person", i);
        assert_access(dc_access_person(&step, roles, 200, &error), c->himself, "himself", i);
        assert_access(dc_access_group(&step, roles, &error), c->group, "group", i);
        bool any = c->role == KERNEL__ROLE__ROLE_DIRECTOR;
        assert_access(dc_access_role(&step, roles, &error), any, "role", i);
    }
    dc_db_rollback(db);
}

/* Who is no longer in a unit is not seen by its director any more. */
static void
posts_count_on_their_days(void **state)
{
    (void)state;
    Kernel__Grant grant = KERNEL__GRANT__INIT, *list[1];
    grant.role = KERNEL__ROLE__ROLE_DIRECTOR;
    grant.scope = KERNEL__SCOPE__SCOPE_UNIT_TREE;
    grant.unit_id = 10;
    Kernel__Context context = context_with(&grant, list);
    struct dc_step step = {.db = db, .arena = arena, .context = &context};
    check(dc_db_begin(db, TENANT, 0, &error));
    /* The post ends with 2026-12-01 (exclusive), by the calendar of China: 16:00 UTC the day
     * before. */
    dc_time end = (dc_time)(TODAY + 8) * 86400 * DC_SECOND - 8 * 3600 * (dc_time)DC_SECOND;
    step.now = end - 1;
    assert_int_equal(dc_access_person(&step, DC_ROLE(DIRECTOR), 100, &error), DC_OK);
    step.now = end;
    assert_int_equal(dc_access_person(&step, DC_ROLE(DIRECTOR), 100, &error), DC_PERMISSION_DENIED);
    dc_db_rollback(db);
}

static void
a_named_program_passes_nowhere(void **state)
{
    (void)state;
    Kernel__Context program = KERNEL__CONTEXT__INIT;
    program.tenant_id = TENANT;
    struct dc_step step = {.db = db, .arena = arena, .context = &program};
    check(dc_db_begin(db, TENANT, 0, &error));
    assert_int_equal(dc_access_person(&step, DC_ROLE(BOSS), 100, &error), DC_OK);
    program.account = "some-peer"; /* as a peer that may not speak for people gets it */
    assert_int_equal(dc_access_person(&step, DC_ROLE(BOSS), 100, &error), DC_PERMISSION_DENIED);
    assert_int_equal(dc_access_person(&step, DC_ROLE(BOSS), 0, &error), DC_PERMISSION_DENIED);
    assert_int_equal(dc_access_role(&step, DC_ROLE(BOSS), &error), DC_PERMISSION_DENIED);
    dc_db_rollback(db);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_follows_org),
        cmocka_unit_test(people_and_posts_are_replaced_whole),
        cmocka_unit_test(grants_cover_what_they_say),
        cmocka_unit_test(posts_count_on_their_days),
        cmocka_unit_test(a_named_program_passes_nowhere),
    };
    return cmocka_run_group_tests_name("access", tests, set_up, tear_down);
}
