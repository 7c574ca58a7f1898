/* stage.c - see stage.h. */
#include "tests/lib/stage.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LISTS_MAX = 8 }; /* of statements */

struct stage stage;

static const struct dc_statement stage_statements[] = {
    {"heard", "SELECT id, type, key, body FROM outbox WHERE id > $1 ORDER BY id"}, {0}};
static char *stage_dsn;

/* --- up and down --------------------------------------------------------------------------------
 */

void
stage_must(enum dc_code code)
{
    if (code != DC_OK) {
        dc_test_die("%s at \"%s\": %s", dc_code_wire_name(code), stage.error.field,
                    stage.error.message);
    }
}

enum dc_code
stage_schema(struct dc_test_pg *pg, const struct dc_service_spec *spec, struct dc_text *ret_dsn,
             struct dc_error *error)
{
    char owner[64], path[64];
    snprintf(owner, sizeof owner, "%s_owner", spec->name);
    snprintf(path, sizeof path, "%s,pg_temp", spec->name);
    dc_test_pg_schema(pg, spec->name);
    const char *dsn = dc_test_pg_dsn(pg, owner, "postgres");
    DC_TRY(dc_migrate(dsn, spec->name, spec->name, "kernel", kernel_migrations, NULL, error));
    DC_TRY(dc_migrate(dsn, spec->name, spec->name, spec->name, spec->migrations, NULL, error));
    return dc_db_dsn_with(dc_test_pg_dsn(pg, spec->name, "postgres"), NULL, path, ret_dsn, error);
}

void
stage_connect(struct dc_thread *thread)
{
    const struct dc_service_spec *spec = stage.service.spec;
    const struct dc_statement *lists[LISTS_MAX + 3] = {kernel_statements, stage_statements};
    for (size_t i = 0; spec->statements[i]; i++) {
        assert_true(i < LISTS_MAX);
        lists[2 + i] = spec->statements[i];
    }
    *thread = (struct dc_thread){.service = &stage.service,
                                 .arena = dc_arena_new(0),
                                 .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    stage_forget(thread);
    stage_must(dc_db_open(&thread->db, stage_dsn, "test", lists, &stage.error));
}

void
stage_disconnect(struct dc_thread *thread)
{
    if (thread->state) {
        stage.service.spec->thread_state_free(thread->state);
    }
    dc_db_free(thread->db);
    dc_arena_free(thread->arena);
    close(thread->wake_fd);
}

void
stage_forget(struct dc_thread *thread)
{
    const struct dc_service_spec *spec = stage.service.spec;
    if (thread->state) {
        spec->thread_state_free(thread->state);
    }
    thread->state = spec->thread_state_new ? spec->thread_state_new(&stage.service) : NULL;
}

void
stage_up(const struct dc_service_spec *spec, void (*people)(void))
{
    struct dc_text dsn = DC_TEXT_INIT;
    dc_test_pg_start(&stage.pg);
    stage_must(stage_schema(stage.pg, spec, &dsn, &stage.error));
    stage_dsn = dsn.data;
    stage.service =
        (struct dc_service){.tag = DC_SERVICE_TAG, .spec = spec, .stamper = &stage.thread};
    people();
    stage_connect(&stage.thread);
}

int
stage_down(void **state)
{
    (void)state;
    stage_disconnect(&stage.thread);
    dc_test_pg_stop(stage.pg);
    free(stage_dsn);
    return 0;
}

void
stage_tree(void)
{
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    dc_text_printf(
        &sql,
        "SET search_path = %s;"
        "WITH RECURSIVE w AS (SELECT tenant_id, unit_id AS a, unit_id, 0 AS d FROM org_unit"
        "  UNION ALL SELECT w.tenant_id, w.a, u.unit_id, w.d + 1 FROM w JOIN org_unit u"
        "  ON u.tenant_id = w.tenant_id AND u.parent_id = w.unit_id)"
        " INSERT INTO org_unit_tree SELECT * FROM w",
        stage.service.spec->name);
    dc_test_pg_exec(stage.pg, dc_text_cstr(&sql));
}

void
stage_clock(const char *text)
{
    stage_must(dc_time_parse(text, 8 * 3600, &stage.now, &stage.error));
}

/* --- requests -----------------------------------------------------------------------------------
 */

Kernel__Context *
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

enum dc_code
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

enum dc_code
stage_call(const struct who *who, dc_handler *handler, const ProtobufCMessage *request,
           ProtobufCMessage *response)
{
    return stage_call_on(&stage.thread, who, handler, request, response, &stage.error);
}

enum dc_code
stage_call_free(const struct who *who, dc_handler *handler, const ProtobufCMessage *request,
                ProtobufCMessage *response)
{
    struct dc_step step;
    stage.error = (struct dc_error){0};
    dc_step_init(&step, &stage.thread, "test", stage.now);
    step.context = stage_context(stage.thread.arena, who);
    return handler(&step, request, response, &stage.error);
}

_Noreturn void
stage_fail(enum dc_code code, const char *file, int line)
{
    fail_msg("%s:%d: %s at \"%s\": %s", file, line, dc_code_wire_name(code), stage.error.field,
             stage.error.message);
    abort(); /* it has jumped */
}

void
stage_refused(enum dc_code got, enum dc_code wanted, const char *field, const char *file, int line)
{
    if (got != wanted || strcmp(stage.error.field, field) != 0) {
        fail_msg("%s:%d: %s at \"%s\" (%s), not %s at \"%s\"", file, line, dc_code_wire_name(got),
                 stage.error.field, stage.error.message, dc_code_wire_name(wanted), field);
    }
}

/* --- what the service does by itself, and what is told ------------------------------------------
 */

void stage_run(enum dc_code (*task)(struct dc_step *, bool *, struct dc_error *))
{
    struct dc_arena *of_test = stage.thread.arena;
    stage.thread.arena = dc_arena_new(0);
    for (bool more = true; more;) {
        struct dc_step step;
        more = false;
        dc_arena_reset(stage.thread.arena, 0);
        dc_step_init(&step, &stage.thread, "test", stage.now);
        stage_must(task(&step, &more, &stage.error));
    }
    dc_arena_free(stage.thread.arena);
    stage.thread.arena = of_test;
}

void
stage_tell(int64_t tenant, dc_reaction_fn *reaction, const ProtobufCMessage *body)
{
    struct dc_step step;
    Kernel__Event event = KERNEL__EVENT__INIT;
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    struct dc_delivery delivery = {&event, body};
    event.tenant_id = context.tenant_id = tenant;
    dc_step_init(&step, &stage.thread, "test", stage.now);
    step.context = &context;
    stage_must(dc_step_begin(&step, tenant, &stage.error));
    stage_must(reaction(&step, &delivery, &stage.error));
    stage_must(dc_step_commit(&step, &stage.error));
}

ProtobufCMessage *
stage_hear_keyed(const ProtobufCMessageDescriptor *type, const char **ret_key)
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

ProtobufCMessage *
stage_hear(const ProtobufCMessageDescriptor *type)
{
    const char *key;
    return stage_hear_keyed(type, &key);
}

void
stage_deaf(void)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT coalesce(max(id), 0) FROM %s.outbox",
             stage.service.spec->name);
    stage.heard = stage_number(sql);
}

int64_t
stage_number(const char *sql)
{
    DC_AUTO_FREE char *text = dc_test_pg_value(stage.pg, sql);
    return atoll(text);
}
