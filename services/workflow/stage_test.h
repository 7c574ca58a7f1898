/*
 * stage_test.h - workflow on a stage of its own: a real PostgreSQL with the service's role and
 * row-level security, a small group of people, a clock that the test turns, and requests made by
 * them.
 *
 *     group (1)            1 supervisor, 9 boss; 10 vice president over it
 *     ├─ A (10)            2 director
 *     │  ├─ A1 (101)       3 lead, 4 张三, 5 李四
 *     │  └─ A2 (102)       6 王五
 *     ├─ B (11)            7 director
 *     │  └─ B1 (111)       8 赵六
 *     └─ C (12)            nobody
 *
 * Managers: 4, 5 → 3 → 2 → 10 → 9; 6 → 2; 8 → 7 → 10; 1 → 9. Tenant 2 has a group (201) and a
 * supervisor (20) of its own. It is Monday 2026-11-02, 09:00 in China, at the start of each test.
 */
#ifndef DC_WORKFLOW_STAGE_TEST_H
#define DC_WORKFLOW_STAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "handlers.h"
#include "service/access.h"
#include "service/service_internal.h"
#include "tests/lib/harness.h"
#include "workflow_sql.h"

struct stage {
    struct dc_test_pg *pg;
    struct dc_service service;
    struct dc_thread thread;
    struct dc_service_spec spec;
    dc_time now;
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
WHO(li_si, 1, 5, EMPLOYEE, SELF, 0);
WHO(wang_wu, 1, 6, EMPLOYEE, SELF, 0);
WHO(director_b, 1, 7, DIRECTOR, UNIT_TREE, B);
WHO(zhao_liu, 1, 8, EMPLOYEE, SELF, 0);
WHO(boss, 1, 9, BOSS, GROUP, 0);
WHO(vice_president, 1, 10, VICE_PRESIDENT, UNIT_TREE, GROUP);
WHO(auditor, 1, 11, AUDITOR, GROUP, 0);
WHO(system_admin, 1, 12, SYSTEM_ADMIN, GROUP, 0);
WHO(stranger, 2, 20, SUPERVISOR, GROUP, 0);

static const struct dc_statement stage_statements[] = {
    {"heard", "SELECT id, type, key, body FROM outbox WHERE id > $1 ORDER BY id"}, {0}};

/* --- the group -----------------------------------------------------------------------------------
 */
static void
stage_people(void)
{
    dc_test_pg_exec(
        stage.pg,
        "SET search_path = workflow;"
        "TRUNCATE org_unit, org_unit_tree, org_person, org_post, org_grant;"
        "INSERT INTO org_unit SELECT t, u, nullif(p, 0), k, 'u' || u, n, '2020-01-01', 'infinity',"
        " 1 FROM (VALUES (1, 1, 0, 1, '集团'), (1, 10, 1, 3, 'A'), (1, 11, 1, 3, 'B'),"
        "  (1, 12, 1, 3, 'C'), (1, 101, 10, 4, 'A1'), (1, 102, 10, 4, 'A2'), (1, 111, 11, 4, 'B1'),"
        "  (2, 201, 0, 1, '别人')) AS x (t, u, p, k, n);"
        "WITH RECURSIVE w AS (SELECT tenant_id, unit_id AS a, unit_id, 0 AS d FROM org_unit"
        "  UNION ALL SELECT w.tenant_id, w.a, u.unit_id, w.d + 1 FROM w JOIN org_unit u"
        "  ON u.tenant_id = w.tenant_id AND u.parent_id = w.unit_id)"
        " INSERT INTO org_unit_tree SELECT * FROM w;"
        "INSERT INTO org_person SELECT t, p, 'p' || p, n, '', '', 'zh-CN', nullif(m, 0),"
        "  '2020-01-01', 'infinity', 1 FROM (VALUES (1, 1, '绩效主管', 9), (1, 2, '总监甲', 10),"
        "  (1, 3, '队长', 2), (1, 4, '张三', 3), (1, 5, '李四', 3), (1, 6, '王五', 2),"
        "  (1, 7, '总监乙', 10), (1, 8, '赵六', 7), (1, 9, '老板', 0), (1, 10, '副总', 9),"
        "  (2, 20, '外人', 0)) AS x (t, p, n, m);"
        "INSERT INTO org_post SELECT t, p, 1, u, r, 1, true, '2020-01-01', 'infinity'"
        " FROM (VALUES (1, 1, 1, 'hr'), (1, 2, 10, 'director'), (1, 3, 101, 'lead'),"
        "  (1, 4, 101, 'sales_rep'), (1, 5, 101, 'sales_rep'), (1, 6, 102, 'sales_rep'),"
        "  (1, 7, 11, 'director'), (1, 8, 111, 'sales_rep'), (1, 9, 1, 'boss'), (1, 10, 1, 'vp'),"
        "  (2, 20, 201, 'hr')) AS x (t, p, u, r);"
        "INSERT INTO org_grant VALUES (1, 1, 6, 5, 0), (1, 2, 3, 3, 10), (1, 7, 3, 3, 11),"
        "  (1, 3, 2, 3, 101), (1, 10, 4, 3, 1), (1, 9, 5, 5, 0), (2, 20, 6, 5, 0)");
}

/* --- the stage -----------------------------------------------------------------------------------
 */
static void
stage_must(enum dc_code code)
{
    if (code != DC_OK) {
        dc_test_die("%s at \"%s\": %s", dc_code_wire_name(code), stage.error.field,
                    stage.error.message);
    }
}

/* A thread with a connection of its own, as the service's role. */
static void
stage_connect(struct dc_thread *thread)
{
    static const struct dc_statement *const lists[] = {kernel_statements, workflow_statements,
                                                       stage_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    stage_must(dc_db_dsn_with(dc_test_pg_dsn(stage.pg, "workflow", "postgres"), NULL,
                              "workflow,pg_temp", &dsn, &stage.error));
    *thread = (struct dc_thread){.service = &stage.service,
                                 .arena = dc_arena_new(0),
                                 .state = flow_cache_new(),
                                 .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    stage_must(dc_db_open(&thread->db, dc_text_cstr(&dsn), "workflow test", lists, &stage.error));
}

static void
stage_disconnect(struct dc_thread *thread)
{
    flow_cache_free(thread->state);
    dc_db_free(thread->db);
    dc_arena_free(thread->arena);
    close(thread->wake_fd);
}

static int
stage_open(void **state)
{
    (void)state;
    dc_test_pg_start(&stage.pg);
    dc_test_pg_schema(stage.pg, "workflow");
    const char *owner = dc_test_pg_dsn(stage.pg, "workflow_owner", "postgres");
    stage_must(
        dc_migrate(owner, "workflow", "workflow", "kernel", kernel_migrations, NULL, &stage.error));
    stage_must(dc_migrate(owner, "workflow", "workflow", "workflow", workflow_migrations, NULL,
                          &stage.error));
    stage_people();
    stage_connect(&stage.thread);
    stage.spec = (struct dc_service_spec){.name = "workflow", .publishes = true};
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

/* The clock is turned to a time in China. */
static __attribute__((unused)) void
stage_clock(const char *text)
{
    stage_must(dc_time_parse(text, 8 * 3600, &stage.now, &stage.error));
}

static void
stage_deaf(void)
{
    char *last = dc_test_pg_value(stage.pg, "SELECT coalesce(max(id), 0) FROM workflow.outbox");
    stage.heard = atoll(last);
    free(last);
}

/* Before each test: nothing is defined, and everybody is in his place. */
static __attribute__((unused)) int
stage_clear(void **state)
{
    (void)state;
    dc_test_pg_exec(
        stage.pg, "SET search_path = workflow; TRUNCATE definition, calendar, calendar_day, cycle,"
                  " turn, process_case, task, seat, timer, history, tally, delegation, moved, "
                  "hand_over, replan,"
                  " submission RESTART IDENTITY");
    stage_people();
    dc_arena_reset(stage.thread.arena, 0);
    flow_cache_free(stage.thread.state);
    stage.thread.state = flow_cache_new();
    stage_clock("2026-11-02 09:00:00");
    stage_deaf();
    return 0;
}

/* --- requests and tasks --------------------------------------------------------------------------
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
    *error = (struct dc_error){0};
    dc_step_init(&step, thread, "test", stage.now);
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

/* What the service does by itself, until there is nothing more to be done now. */
static __attribute__((unused)) void stage_run(enum dc_code (*task)(struct dc_step *, bool *,
                                                                   struct dc_error *))
{
    for (bool more = true; more;) {
        struct dc_step step;
        more = false;
        dc_arena_reset(stage.thread.arena, 0);
        dc_step_init(&step, &stage.thread, "test", stage.now);
        stage_must(task(&step, &more, &stage.error));
    }
}

/* An event of another service, as the consumer delivers it. */
static __attribute__((unused)) void
stage_tell(int64_t tenant, dc_reaction_fn *reaction, const ProtobufCMessage *body)
{
    struct dc_step step;
    Kernel__Event event = KERNEL__EVENT__INIT;
    struct dc_delivery delivery = {&event, body};
    event.tenant_id = tenant;
    dc_step_init(&step, &stage.thread, "test", stage.now);
    stage_must(dc_step_begin(&step, tenant, &stage.error));
    stage_must(reaction(&step, &delivery, &stage.error));
    stage_must(dc_step_commit(&step, &stage.error));
}

/* CALL(who, workflow_start_cycle, &request, &response) */
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

/* --- what was told -------------------------------------------------------------------------------
 */
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

/* One value of a query as superuser, as a number. */
static __attribute__((unused)) int64_t
stage_number(const char *sql)
{
    char *text = dc_test_pg_value(stage.pg, sql);
    int64_t number = atoll(text);
    free(text);
    return number;
}

/* --- short forms ---------------------------------------------------------------------------------
 */
static __attribute__((unused)) void
define(const char *yaml)
{
    Workflow__SaveDefinitionRequest request = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    Workflow__SaveDefinitionResponse response = WORKFLOW__SAVE_DEFINITION_RESPONSE__INIT;
    request.yaml = (char *)yaml;
    request.reason = (char *)"test";
    stage_must(CALL(supervisor, workflow_save_definition, &request, &response));
    for (size_t i = 0; i < response.n_problems; i++) {
        dc_test_die("%d:%d: %s", response.problems[i]->line, response.problems[i]->column,
                    response.problems[i]->message);
    }
}

/* Started and launched; the id of the cycle. */
static __attribute__((unused)) int64_t
start_cycle(const char *definition, int64_t unit)
{
    Workflow__StartCycleRequest request = WORKFLOW__START_CYCLE_REQUEST__INIT;
    Workflow__StartCycleResponse response = WORKFLOW__START_CYCLE_RESPONSE__INIT;
    request.definition = (char *)definition;
    request.unit_id = unit;
    request.period = (char *)"2026-11";
    request.name = (char *)"2026年11月";
    stage_must(CALL(supervisor, workflow_start_cycle, &request, &response));
    int64_t id = response.cycle->id;
    stage_run(workflow_task_cycles);
    return id;
}

/* The open task of a subject; 0 when there is none. */
static __attribute__((unused)) int64_t
task_of(int64_t subject)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(task_id), 0) FROM workflow.task WHERE tenant_id = 1 AND "
             "subject_id = %lld AND state = 1",
             (long long)subject);
    return stage_number(sql);
}

static __attribute__((unused)) enum dc_code
decide(const struct who *who, int64_t task, const char *outcome, const char *reason,
       Workflow__Task **ret_task)
{
    Workflow__DecideTaskRequest request = WORKFLOW__DECIDE_TASK_REQUEST__INIT;
    Workflow__DecideTaskResponse response = WORKFLOW__DECIDE_TASK_RESPONSE__INIT;
    request.task_id = task;
    request.outcome = (char *)outcome;
    request.reason = (char *)reason;
    enum dc_code code = stage_call(who, workflow_decide_task, &request.base, &response.base);
    if (ret_task) {
        *ret_task = response.task;
    }
    return code;
}

static __attribute__((unused)) Workflow__GetTaskResponse *
get_task(const struct who *who, int64_t task)
{
    Workflow__GetTaskRequest request = WORKFLOW__GET_TASK_REQUEST__INIT;
    Workflow__GetTaskResponse *response = DC_NEW_MESSAGE(
        stage.thread.arena, Workflow__GetTaskResponse, workflow__get_task_response__init);
    request.task_id = task;
    stage_must(stage_call(who, workflow_get_task, &request.base, &response->base));
    return response;
}

/* Counts kept for boards equal a fresh count of the tasks; timers belong to open tasks; every open
 * task has an open seat; what is held is held by somebody who is there. */
static __attribute__((unused)) void
check_all(void)
{
    assert_int_equal(
        stage_number(
            "SELECT count(*) FROM (SELECT cycle_id, stage, unit_id, sum(done) d, sum(open) o,"
            " sum(overdue) v FROM workflow.tally GROUP BY 1, 2, 3) k FULL JOIN (SELECT"
            " cycle_id, stage, unit_id, count(*) FILTER (WHERE state = 2) d, count(*)"
            " FILTER (WHERE state = 1) o, count(*) FILTER (WHERE state = 1 AND overdue) v"
            " FROM workflow.task GROUP BY 1, 2, 3) t USING (cycle_id, stage, unit_id)"
            " WHERE (k.d, k.o, k.v) IS DISTINCT FROM (t.d, t.o, t.v)"),
        0);
    assert_int_equal(stage_number("SELECT count(*) FROM workflow.timer x LEFT JOIN workflow.task t"
                                  " USING (tenant_id, task_id) WHERE t.state IS DISTINCT FROM 1"),
                     0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM workflow.task t WHERE state = 1 AND NOT EXISTS (SELECT"
                     " FROM workflow.seat s JOIN workflow.org_person p ON p.tenant_id ="
                     " s.tenant_id AND p.person_id = s.holder_id WHERE s.tenant_id = t.tenant_id"
                     " AND s.task_id = t.task_id AND s.state = 2)"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM (SELECT case_id FROM workflow.task WHERE state = 1"
                     " GROUP BY case_id HAVING count(*) > 1) x"),
        0);
}

#endif
