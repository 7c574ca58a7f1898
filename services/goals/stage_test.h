/*
 * stage_test.h - goals on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, and requests made by them.
 *
 *     group (1)
 *     ├─ A (10)    director 2              persons: 1 supervisor and 9 boss in the group,
 *     │  ├─ A1 (101)   lead 3, 张三 4, 李四 5        2 director of A, 7 director of B
 *     │  └─ A2 (102)   王五 6
 *     ├─ B (11)    director 7
 *     │  └─ B1 (111)   赵六 8
 *     └─ C (12)    nobody
 *
 * Tenant 2 has a group (201) and a person (20) of its own. It is 2026-11-23 in China.
 */
#ifndef DC_GOALS_STAGE_TEST_H
#define DC_GOALS_STAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "goals.h"
#include "goals_sql.h"
#include "service/access.h"
#include "service/service_internal.h"
#include "store.h"
#include "tests/lib/harness.h"

struct stage {
    struct dc_test_pg *pg;
    struct dc_service service;
    struct dc_thread thread;
    struct dc_service_spec spec;
    int64_t heard; /* id of the last event that was read */
    struct dc_error error;
};

static struct stage stage;

enum { GROUP = 1, A = 10, B = 11, C = 12, A1 = 101, A2 = 102, B1 = 111 };

/* Who asks. */
struct who {
    int64_t tenant, person;
    Kernel__Role role;
    Kernel__Scope scope;
    int64_t unit;
};
#define WHO(name, tenant, person, role, scope, unit)                                               \
    static const struct who name __attribute__((unused)) = {                                       \
        tenant, person, KERNEL__ROLE__ROLE_##role, KERNEL__SCOPE__SCOPE_##scope, unit}
WHO(supervisor, 1, 1, SUPERVISOR, GROUP, 0);
WHO(supervisor_of_a, 1, 1, SUPERVISOR, UNIT_TREE, A);
WHO(director_a, 1, 2, DIRECTOR, UNIT_TREE, A);
WHO(lead_a1, 1, 3, TEAM_LEAD, UNIT_TREE, A1);
WHO(zhang_san, 1, 4, EMPLOYEE, SELF, 0);
WHO(director_b, 1, 7, DIRECTOR, UNIT_TREE, B);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(vice_president, 1, 9, VICE_PRESIDENT, UNIT_TREE, A);
WHO(auditor, 1, 9, AUDITOR, GROUP, 0);
WHO(integrator, 1, 9, INTEGRATOR, GROUP, 0);
WHO(system_admin, 1, 9, SYSTEM_ADMIN, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

static const struct dc_statement stage_statements[] = {
    {"heard", "SELECT id, type, key, body, tenant_id FROM outbox WHERE id > $1 ORDER BY id"}, {0}};

/* --- the group ----------------------------------------------------------------------------------
 */

static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = goals;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity', "
        "1"
        " FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (1, 12, 1, 3, 'C'), (1, 101, 10, 4, 'A1'), (1, 102, 10, 4, 'A2'), (1, 111, 11, 4, 'B1'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "WITH RECURSIVE w AS (SELECT tenant_id, unit_id AS a, unit_id, 0 AS d FROM org_unit"
        "  UNION ALL SELECT w.tenant_id, w.a, u.unit_id, w.d + 1 FROM w JOIN org_unit u"
        "  ON u.tenant_id = w.tenant_id AND u.parent_id = w.unit_id)"
        " INSERT INTO org_unit_tree SELECT * FROM w;"
        "INSERT INTO org_person SELECT t, p, 'p' || p, n, '', '', 'zh-CN', NULL, '2020-01-01',"
        "  'infinity', 1 FROM (VALUES (1, 1, '绩效主管'), (1, 2, '总监甲'), (1, 3, '队长'),"
        "  (1, 4, '张三'), (1, 5, '李四'), (1, 6, '王五'), (1, 7, '总监乙'), (1, 8, '赵六'),"
        "  (1, 9, '老板'), (2, 20, '外人')) AS x (t, p, n);"
        "INSERT INTO org_post SELECT t, p, 1, u, r, 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1, 'hr'), (1, 2, 10, 'director'), (1, 3, 101, 'lead'),"
        "  (1, 4, 101, 'sales_rep'), (1, 5, 101, 'sales_rep'), (1, 6, 102, 'sales_rep'),"
        "  (1, 7, 11, 'director'), (1, 8, 111, 'sales_rep'), (1, 9, 1, 'boss'),"
        "  (2, 20, 201, 'hr')) AS x (t, p, u, r)");
}

/* --- the stage ----------------------------------------------------------------------------------
 */

static void
stage_must(enum dc_code code)
{
    if (code != DC_OK) {
        dc_test_die("%s: %s", dc_code_wire_name(code), stage.error.message);
    }
}

/* A thread with a connection of its own, as the service's role. */
static void
stage_connect(struct dc_thread *thread)
{
    static const struct dc_statement *const lists[] = {kernel_statements, goals_statements,
                                                       stage_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    stage_must(dc_db_dsn_with(dc_test_pg_dsn(stage.pg, "goals", "postgres"), NULL, "goals,pg_temp",
                              &dsn, &stage.error));
    *thread = (struct dc_thread){.service = &stage.service,
                                 .arena = dc_arena_new(0),
                                 .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    stage_must(dc_db_open(&thread->db, dc_text_cstr(&dsn), "goals test", lists, &stage.error));
}

static void
stage_disconnect(struct dc_thread *thread)
{
    dc_db_free(thread->db);
    dc_arena_free(thread->arena);
    close(thread->wake_fd);
}

static int
stage_open(void **state)
{
    (void)state;
    dc_test_pg_start(&stage.pg);
    dc_test_pg_schema(stage.pg, "goals");
    const char *owner = dc_test_pg_dsn(stage.pg, "goals_owner", "postgres");
    stage_must(
        dc_migrate(owner, "goals", "goals", "kernel", kernel_migrations, NULL, &stage.error));
    stage_must(dc_migrate(owner, "goals", "goals", "goals", goals_migrations, NULL, &stage.error));
    stage_people();

    stage_connect(&stage.thread);
    stage.spec = (struct dc_service_spec){.name = "goals", .publishes = true};
    stage.service =
        (struct dc_service){.tag = DC_SERVICE_TAG, .spec = &stage.spec, .stamper = &stage.thread};
    return 0;
}

static int
stage_close(void **state)
{
    (void)state;
    stage_disconnect(&stage.thread);
    dc_test_pg_stop(stage.pg);
    return 0;
}

/* Before each test: nothing is defined, and everybody is in his place. */
static __attribute__((unused)) int
stage_clear(void **state)
{
    (void)state;
    dc_test_pg_exec(stage.pg,
                    "SET search_path = goals; TRUNCATE measure, measure_filter, indicator, plan, "
                    "plan_version, plan_item, sheet, target, adjustment, target_version, proposal, "
                    "actual, total, season_profile, target_division, "
                    "objective, objective_version, objective_link, check_in, okr_result, "
                    "okr_settings, hand_value, draft; "
                    "UPDATE org_post SET unit_id = 101 WHERE person_id = 5");
    dc_arena_reset(stage.thread.arena, 0);
    return 0;
}

/* --- requests -----------------------------------------------------------------------------------
 */

static Kernel__Context *
stage_context(struct dc_arena *arena, const struct who *who)
{
    Kernel__Context *context = DC_NEW_MESSAGE(arena, Kernel__Context, kernel__context__init);
    Kernel__Grant *grant = DC_NEW_MESSAGE(arena, Kernel__Grant, kernel__grant__init);
    *grant = (Kernel__Grant){
        .base = grant->base, .role = who->role, .scope = who->scope, .unit_id = who->unit};
    context->tenant_id = who->tenant;
    context->person_id = who->person;
    context->account = dc_arena_printf(arena, "person-%lld", (long long)who->person);
    context->grants = dc_arena_memdup(arena, &grant, sizeof grant);
    context->n_grants = 1;
    return context;
}

/* One request in a transaction of its own, as a worker does it, on a thread's connection. */
static enum dc_code
stage_call_on(struct dc_thread *thread, const struct who *who, dc_handler *handler,
              const ProtobufCMessage *request, ProtobufCMessage *response, struct dc_error *error)
{
    struct dc_step step;
    dc_time now;
    *error = (struct dc_error){0};
    stage_must(dc_time_parse("2026-11-23T10:00:00Z", 0, &now, error));
    dc_step_init(&step, thread, "test", now);
    step.context = stage_context(thread->arena, who);
    stage_must(dc_step_begin(&step, who->tenant, error));
    enum dc_code code = handler(&step, request, response, error);
    if (code == DC_OK) {
        return dc_step_commit(&step, error);
    }
    dc_step_rollback(&step);
    return code;
}

static __attribute__((unused)) enum dc_code
stage_call(const struct who *who, dc_handler *handler, const ProtobufCMessage *request,
           ProtobufCMessage *response)
{
    return stage_call_on(&stage.thread, who, handler, request, response, &stage.error);
}

/* CALL(who, goals_set_target, &request, &response) */
#define CALL(who, handler, request, response)                                                      \
    stage_call(&(who), (handler), &(request)->base, &(response)->base)
#define MUST(call)                                                                                 \
    do {                                                                                           \
        enum dc_code must_code_ = (call);                                                          \
        if (must_code_ != DC_OK) {                                                                 \
            fail_msg("%s:%d: %s at \"%s\": %s", __FILE__, __LINE__, dc_code_wire_name(must_code_), \
                     stage.error.field, stage.error.message);                                      \
        }                                                                                          \
    } while (0)
/* The call is refused, at this field. */
#define REFUSED(call, code, field_)                                                                \
    do {                                                                                           \
        enum dc_code refused_code_ = (call);                                                       \
        if (refused_code_ != (code) || strcmp(stage.error.field, (field_)) != 0) {                 \
            fail_msg("%s:%d: %s at \"%s\" (%s), not %s at \"%s\"", __FILE__, __LINE__,             \
                     dc_code_wire_name(refused_code_), stage.error.field, stage.error.message,     \
                     dc_code_wire_name(code), (field_));                                           \
        }                                                                                          \
    } while (0)

/* --- what was told ------------------------------------------------------------------------------
 */

/* The next event of this type, its key in *ret_key; NULL when there is none. Others are passed
 * over. */
static __attribute__((unused)) ProtobufCMessage *
stage_hear(const ProtobufCMessageDescriptor *type, const char **ret_key)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    stage_must(dc_db_begin_read(stage.thread.db, 0, 0, &stage.error));
    stage_must(dc_db_run(stage.thread.db, &stage_statements[0], &rows, &stage.error,
                         dc_p_int64(stage.heard)));
    stage_must(dc_db_commit(stage.thread.db, &stage.error));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        stage.heard = dc_rows_int64(rows, i, 0);
        if (strcmp(dc_rows_text(rows, i, 1), type->short_name) == 0) {
            struct dc_bytes body = dc_rows_bytes(rows, i, 3);
            *ret_key = dc_arena_strdup(stage.thread.arena, dc_rows_text(rows, i, 2));
            ProtobufCMessage *message = protobuf_c_message_unpack(
                type, dc_arena_allocator(stage.thread.arena), body.size, body.data);
            assert_non_null(message);
            return message;
        }
    }
    return NULL;
}

/* Forgets what was told until now. */
static __attribute__((unused)) void
stage_deaf(void)
{
    char *last = dc_test_pg_value(stage.pg, "SELECT coalesce(max(id), 0) FROM goals.outbox");
    stage.heard = atoll(last);
    free(last);
}

/* One value of a query as superuser, as a number. */
static __attribute__((unused)) int64_t
stage_number(const char *sql)
{
    char *text = dc_test_pg_value(stage.pg, sql);
    int64_t number = atoll(text);
    free(text);
    return number;
}

#endif
