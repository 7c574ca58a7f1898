/*
 * fixture.h - for tests and benchmarks of this service alone: a PostgreSQL cluster with its schema,
 * and one thread's worth of the skeleton around it, so that reactions, tasks and requests can be
 * called as the skeleton calls them, at any time of day.
 */
#ifndef SCORING_FIXTURE_H
#define SCORING_FIXTURE_H

#include <string.h>
#include <sys/eventfd.h>

#include "scoring.h"
#include "store.h"

#include "edge/db.h"
#include "tests/lib/harness.h"
#include "tests/lib/stage.h"

#include <kernel_sql.h>
#include <scoring_sql.h>

struct fixture {
    struct dc_test_pg *pg;
    const char *dsn;
    struct dc_config *config;
    struct dc_service service;
    struct dc_thread thread;
    struct dc_thread stamper;
    dc_time now;
    size_t events; /* written to the outbox since the last look */
    struct dc_error error;
};

#define FIXTURE_OK(fixture, expression)                                                            \
    do {                                                                                           \
        enum dc_code fixture_code_ = (expression);                                                 \
        if (fixture_code_ != DC_OK) {                                                              \
            dc_test_die("%s:%d: %s: %s: %s %s", __FILE__, __LINE__, #expression,                   \
                        dc_code_wire_name(fixture_code_), (fixture)->error.field,                  \
                        (fixture)->error.message);                                                 \
        }                                                                                          \
    } while (0)

static inline void
fixture_connect(struct fixture *fixture)
{
    static const struct dc_statement *const lists[] = {kernel_statements, scoring_statements, NULL};
    FIXTURE_OK(fixture, dc_db_open(&fixture->thread.db, fixture->dsn, "scoring-test", lists,
                                   &fixture->error));
}

/* Opens the schema "scoring" on the cluster; makes it when it is not there yet. */
static inline void
fixture_open(struct fixture *fixture, struct dc_test_pg *pg)
{
    static const struct dc_option options[] = {
        {"time.utc_offset_minutes", DC_OPTION_INT, "480", -720, 840, "minutes ahead of UTC"},
        {0},
    };
    static const struct dc_option *const tables[] = {options, NULL};
    static const struct dc_service_spec spec = {
        .name = "scoring", .migrations = scoring_migrations, .publishes = true};
    *fixture = (struct fixture){.pg = pg};
    struct dc_text dsn = DC_TEXT_INIT;
    FIXTURE_OK(fixture, stage_schema(pg, &spec, &dsn, &fixture->error));
    fixture->dsn = strdup(dc_text_cstr(&dsn));
    dc_text_release(&dsn);
    FIXTURE_OK(fixture, dc_config_load(&fixture->config, tables, NULL, NULL, 0, &fixture->error));
    fixture->stamper = (struct dc_thread){.wake_fd = eventfd(0, EFD_NONBLOCK)};
    fixture->service = (struct dc_service){.tag = DC_SERVICE_TAG,
                                           .spec = &spec,
                                           .config = fixture->config,
                                           .stamper = &fixture->stamper};
    fixture->thread = (struct dc_thread){
        .service = &fixture->service, .arena = dc_arena_new(0), .state = store_cache_new()};
    /* 2026-11-23 12:00 in Shanghai. */
    fixture->now =
        dc_time_of_date(dc_date_from_civil(2026, 11, 23), 0) + (int64_t)4 * 3600 * DC_SECOND;
    fixture_connect(fixture);
}

static inline void
fixture_close(struct fixture *fixture)
{
    dc_db_free(fixture->thread.db);
    store_cache_free(fixture->thread.state);
    dc_arena_free(fixture->thread.arena);
    dc_config_free(fixture->config);
    close(fixture->stamper.wake_fd);
    free((char *)fixture->dsn);
}

static inline struct dc_step
fixture_step(struct fixture *fixture, const char *method)
{
    struct dc_step step;
    dc_arena_reset(fixture->thread.arena, 0);
    dc_step_init(&step, &fixture->thread, method, fixture->now);
    return step;
}

/* One event, as the consumer applies it. */
static inline enum dc_code
fixture_try_deliver(struct fixture *fixture, int64_t tenant_id, dc_reaction_fn *fn,
                    const ProtobufCMessage *body)
{
    struct dc_step step = fixture_step(fixture, "event");
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    Kernel__Event event = KERNEL__EVENT__INIT;
    context.tenant_id = event.tenant_id = tenant_id;
    event.at_us = fixture->now;
    step.context = &context;
    struct dc_delivery delivery = {.event = &event, .body = body};
    FIXTURE_OK(fixture, dc_step_begin(&step, tenant_id, &fixture->error));
    enum dc_code code = fn(&step, &delivery, &fixture->error);
    if (code == DC_OK) {
        step.outbox->wake_count = 0; /* tasks are called by hand */
        code = dc_step_commit(&step, &fixture->error);
    }
    if (code != DC_OK) {
        dc_step_rollback(&step);
    }
    return code;
}

static inline void
fixture_deliver(struct fixture *fixture, int64_t tenant_id, dc_reaction_fn *fn,
                const ProtobufCMessage *body)
{
    FIXTURE_OK(fixture, fixture_try_deliver(fixture, tenant_id, fn, body));
}

/* Runs both computing tasks until nothing is left; how many pieces that took. */
static inline size_t
fixture_work(struct fixture *fixture)
{
    size_t pieces = 0;
    for (bool any = true; any; pieces += any) {
        any = false;
        struct dc_step step = fixture_step(fixture, "score");
        FIXTURE_OK(fixture, scoring_score(&step, &any, &fixture->error));
        if (!any) {
            step = fixture_step(fixture, "rescore");
            FIXTURE_OK(fixture, scoring_rescore(&step, &any, &fixture->error));
        }
    }
    return pieces;
}

static inline void
fixture_caller(struct fixture *fixture, Kernel__Context *context, int64_t tenant_id,
               int64_t person_id, Kernel__Grant *const *grants, size_t grant_count)
{
    (void)fixture;
    kernel__context__init(context);
    context->tenant_id = tenant_id;
    context->person_id = person_id;
    context->account = (char *)"somebody";
    context->grants = (Kernel__Grant **)grants;
    context->n_grants = grant_count;
}

/* A query by a person with grants; the response lives until the next step. */
static inline enum dc_code
fixture_call(struct fixture *fixture, int64_t tenant_id, int64_t person_id,
             Kernel__Grant *const *grants, size_t grant_count, dc_handler *handler,
             const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer,
             ProtobufCMessage **ret_response)
{
    struct dc_step step = fixture_step(fixture, "request");
    Kernel__Context context;
    fixture_caller(fixture, &context, tenant_id, person_id, grants, grant_count);
    step.context = &context;
    *ret_response = dc_arena_alloc(step.arena, answer->sizeof_message);
    protobuf_c_message_init(answer, *ret_response);
    FIXTURE_OK(fixture, dc_db_begin_read(step.db, tenant_id, 0, &fixture->error));
    enum dc_code code = handler(&step, request, *ret_response, &fixture->error);
    dc_db_rollback(step.db);
    return code;
}

/* The same for a command: state and events are kept if it is carried out. */
static inline enum dc_code
fixture_command(struct fixture *fixture, int64_t tenant_id, int64_t person_id,
                Kernel__Grant *const *grants, size_t grant_count, dc_handler *handler,
                const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer,
                ProtobufCMessage **ret_response)
{
    struct dc_step step = fixture_step(fixture, "request");
    Kernel__Context context;
    fixture_caller(fixture, &context, tenant_id, person_id, grants, grant_count);
    step.context = &context;
    *ret_response = dc_arena_alloc(step.arena, answer->sizeof_message);
    protobuf_c_message_init(answer, *ret_response);
    FIXTURE_OK(fixture, dc_step_begin(&step, tenant_id, &fixture->error));
    enum dc_code code = handler(&step, request, *ret_response, &fixture->error);
    if (code == DC_OK) {
        code = dc_step_commit(&step, &fixture->error);
    } else {
        dc_step_rollback(&step);
    }
    return code;
}

#endif
