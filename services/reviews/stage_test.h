/*
 * stage_test.h - reviews on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, and requests made by them.
 *
 *     group (1)          supervisor 1, boss 9
 *     ├─ A (10)          director 2 (reports to 9); 3, 4, 5, 6, 7 report to 2
 *     └─ B (11)          8 and 12 report to 9; nobody else
 *
 * Tenant 2 has a group (201) and a person (20) of its own. It is 2026-11-23 in China.
 */
#ifndef DC_REVIEWS_STAGE_TEST_H
#define DC_REVIEWS_STAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "handlers.h"
#include "reviews_sql.h"
#include "service/service_internal.h"
#include "tests/lib/harness.h"

static struct stage {
    struct dc_test_pg *pg;
    struct dc_service service;
    struct dc_thread thread;
    struct dc_service_spec spec;
    int64_t heard;
    dc_time now;
    struct dc_error error;
} stage;

enum { GROUP = 1, A = 10, B = 11, MEASURE = 70 };

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
WHO(supervisor_of_b, 1, 1, SUPERVISOR, UNIT_TREE, B);
WHO(director, 1, 2, DIRECTOR, UNIT_TREE, A);
WHO(three, 1, 3, EMPLOYEE, SELF, 0);
WHO(eight, 1, 8, EMPLOYEE, SELF, 0);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(auditor, 1, 9, AUDITOR, GROUP, 0);
WHO(system_admin, 1, 12, SYSTEM_ADMIN, GROUP, 0);
WHO(security_admin, 1, 12, SECURITY_ADMIN, GROUP, 0);
WHO(integrator, 1, 12, INTEGRATOR, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

static inline struct who
employee(int64_t person)
{
    return (struct who){1, person, KERNEL__ROLE__ROLE_EMPLOYEE, KERNEL__SCOPE__SCOPE_SELF, 0};
}

static const struct dc_statement stage_statements[] = {
    {"heard", "SELECT id, type, key, body FROM outbox WHERE id > $1 ORDER BY id"}, {0}};

static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = reviews;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity', 1"
        " FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "INSERT INTO org_unit_tree SELECT tenant_id, unit_id, unit_id, 0 FROM org_unit"
        " UNION ALL SELECT tenant_id, parent_id, unit_id, 1 FROM org_unit WHERE parent_id > 0;"
        "INSERT INTO org_person SELECT t, p, 'p' || p, 'person' || p, '', '', 'zh-CN', nullif(m, 0),"
        "  '2020-01-01', 'infinity', 1 FROM (VALUES (1, 1, 9), (1, 2, 9), (1, 3, 2), (1, 4, 2),"
        "  (1, 5, 2), (1, 6, 2), (1, 7, 2), (1, 8, 9), (1, 9, 0), (1, 12, 9), (2, 20, 0)) AS x (t, p, m);"
        "INSERT INTO org_post SELECT t, p, 1, u, 'rep', 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1), (1, 2, 10), (1, 3, 10), (1, 4, 10), (1, 5, 10), (1, 6, 10),"
        "  (1, 7, 10), (1, 8, 11), (1, 9, 1), (1, 12, 11), (2, 20, 201)) AS x (t, p, u)");
}

static void
stage_must(enum dc_code code)
{
    if (code != DC_OK) {
        dc_test_die("%s: %s", dc_code_wire_name(code), stage.error.message);
    }
}

static int
stage_open(void **state)
{
    (void)state;
    static const struct dc_statement *const lists[] = {kernel_statements, reviews_statements,
                                                       stage_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    dc_test_pg_start(&stage.pg);
    dc_test_pg_schema(stage.pg, "reviews");
    const char *owner = dc_test_pg_dsn(stage.pg, "reviews_owner", "postgres");
    stage_must(
        dc_migrate(owner, "reviews", "reviews", "kernel", kernel_migrations, NULL, &stage.error));
    stage_must(
        dc_migrate(owner, "reviews", "reviews", "reviews", reviews_migrations, NULL, &stage.error));
    stage_people();
    stage.spec = (struct dc_service_spec){.name = "reviews", .publishes = true};
    stage.service =
        (struct dc_service){.tag = DC_SERVICE_TAG, .spec = &stage.spec, .stamper = &stage.thread};
    stage_must(dc_db_dsn_with(dc_test_pg_dsn(stage.pg, "reviews", "postgres"), NULL,
                              "reviews,pg_temp", &dsn, &stage.error));
    stage.thread = (struct dc_thread){.service = &stage.service,
                                      .arena = dc_arena_new(0),
                                      .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    stage_must(dc_db_open(&stage.thread.db, dc_text_cstr(&dsn), "reviews test", lists,
                          &stage.error));
    stage_must(dc_time_parse("2026-11-23T10:00:00Z", 0, &stage.now, &stage.error));
    return 0;
}

static int
stage_close(void **state)
{
    (void)state;
    dc_db_free(stage.thread.db);
    dc_arena_free(stage.thread.arena);
    close(stage.thread.wake_fd);
    dc_test_pg_stop(stage.pg);
    return 0;
}

/* --- requests, tasks, events ---------------------------------------------------------------------
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

/* `free`: the handler makes its own transaction. */
static enum dc_code
stage_call(const struct who *who, bool free, dc_handler *handler, const ProtobufCMessage *request,
           ProtobufCMessage *response)
{
    struct dc_step step;
    stage.error = (struct dc_error){0};
    dc_step_init(&step, &stage.thread, "test", stage.now);
    step.context = stage_context(stage.thread.arena, who);
    if (free) {
        return handler(&step, request, response, &stage.error);
    }
    stage_must(dc_step_begin(&step, who->tenant, &stage.error));
    enum dc_code code = handler(&step, request, response, &stage.error);
    if (code == DC_OK) {
        return dc_step_commit(&step, &stage.error);
    }
    dc_step_rollback(&step);
    return code;
}

static void
stage_run(enum dc_code (*task)(struct dc_step *, bool *, struct dc_error *))
{
    for (bool more = true; more;) {
        struct dc_step step;
        more = false;
        dc_step_init(&step, &stage.thread, "test", stage.now);
        stage_must(task(&step, &more, &stage.error));
    }
}

static void
stage_tell(int64_t tenant, dc_reaction_fn *reaction, const ProtobufCMessage *body)
{
    struct dc_step step;
    Kernel__Event event = KERNEL__EVENT__INIT;
    struct dc_delivery delivery = {&event, body};
    event.tenant_id = tenant;
    dc_step_init(&step, &stage.thread, "test", stage.now);
    step.context = stage_context(stage.thread.arena, &(struct who){.tenant = tenant});
    stage_must(dc_step_begin(&step, tenant, &stage.error));
    stage_must(reaction(&step, &delivery, &stage.error));
    stage_must(dc_step_commit(&step, &stage.error));
}

#define CALL(who, handler, request, response)                                                      \
    stage_call(&(who), false, (handler), &(request)->base, &(response)->base)
#define MUST(call)                                                                                 \
    do {                                                                                           \
        enum dc_code must_code_ = (call);                                                          \
        if (must_code_ != DC_OK) {                                                                 \
            fail_msg("%s:%d: %s at \"%s\": %s", __FILE__, __LINE__, dc_code_wire_name(must_code_), \
                     stage.error.field, stage.error.message);                                      \
        }                                                                                          \
    } while (0)
#define REFUSED(call, code, field_)                                                                \
    do {                                                                                           \
        enum dc_code refused_code_ = (call);                                                       \
        if (refused_code_ != (code) || strcmp(stage.error.field, (field_)) != 0) {                 \
            fail_msg("%s:%d: %s at \"%s\" (%s), not %s at \"%s\"", __FILE__, __LINE__,             \
                     dc_code_wire_name(refused_code_), stage.error.field, stage.error.message,     \
                     dc_code_wire_name(code), (field_));                                           \
        }                                                                                          \
    } while (0)

/* The next event of this type; NULL when there is none. Others are passed over. */
static __attribute__((unused)) ProtobufCMessage *
stage_hear(const ProtobufCMessageDescriptor *type)
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
            ProtobufCMessage *message = protobuf_c_message_unpack(
                type, dc_arena_allocator(stage.thread.arena), body.size, body.data);
            assert_non_null(message);
            return message;
        }
    }
    return NULL;
}

static __attribute__((unused)) int64_t
stage_number(const char *sql)
{
    char *text = dc_test_pg_value(stage.pg, sql);
    int64_t number = atoll(text);
    free(text);
    return number;
}

#endif
