/*
 * service.h - the skeleton that every service stands in.
 *
 * A service is a table of what it answers, what it reacts to and what it does by itself:
 *
 *     int main(int argc, char **argv)
 *     {
 *         static const struct dc_service_spec spec = {.name = "goals", ...};
 *         return dc_service_main(argc, argv, &spec);
 *     }
 *
 * The skeleton does the rest: command line (--config, --check-config, --print-config, --set,
 * --migrate, --help, --version), configuration, log, metrics and health, database connections, bus
 * connections, threads, stopping. Threads of a running service, each with a connection to the
 * database and to the bus of its own:
 *     workers   (option workers, default 4)  answer requests, one at a time each
 *     log lane  (1)                          answers log.Read for this service's stream
 *     stamper   (1)                          numbers and publishes this service's events
 *     consumer  (option consumers, default 1) applies other services' events
 *     tasks     (one per row of `tasks`)     work that the service does by itself
 * SIGTERM drains: BYE to the bus, finish what was handed over, stop tasks, leave. Stop everything,
 * then free everything.
 */
#ifndef DC_SERVICE_SERVICE_H
#define DC_SERVICE_SERVICE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "edge/config.h"
#include "edge/db.h"
#include "edge/migrate.h"

#include <dacheng/kernel/v1/context.pb-c.h>
#include <dacheng/kernel/v1/log.pb-c.h>

struct dc_service;

/*
 * One request being answered; also the environment of a task's and of a reaction's step. In a
 * transaction of `db` that the skeleton began and will commit (or roll back when the handler
 * fails), with the tenant of the context set for row-level security.
 */
struct dc_step {
    struct dc_service *service;
    struct dc_db *db;
    struct dc_arena *arena;         /* dropped after the step */
    const Kernel__Context *context; /* never NULL; of a task: a program's, tenant 0 */
    const char *sender;             /* bus peer that sent the request; "" in tasks and reactions */
    const char *method;             /* full method name; event type in reactions; task name */
    dc_time now;                    /* the time of this step */
    int64_t deadline;               /* dc_monotonic() time; 0 = none */
    void *state;                    /* of this thread, from spec->thread_state_new; or NULL */
    const char *cause;              /* idempotency key or event identity, for the outbox */
    struct dc_outbox *outbox;       /* see dc_emit */
    void *batch; /* what a batch's reactions gather in the arena for batch_end; NULL at first */
};

/*
 * Events. dc_emit packs the message and keeps it; all of a step's events are written as the last
 * statement of its transaction. The event's type is the message's short name, its stream the
 * service. `key` names what the order is kept for ("plan/7"); the row locks of that thing must be
 * held by then.
 */
void dc_emit(struct dc_step *step, int64_t tenant_id, const char *key,
             const ProtobufCMessage *event);

/* --- requests -----------------------------------------------------------------------------------
 */
enum dc_method_kind {
    DC_QUERY,   /* read-only transaction */
    DC_COMMAND, /* idempotent by the caller's key; one transaction with state and events */
    DC_FREE,    /* the handler makes its own transactions (dc_db_begin/commit); for uploads */
};

typedef enum dc_code dc_handler(struct dc_step *step, const ProtobufCMessage *request,
                                ProtobufCMessage *response, struct dc_error *error);

struct dc_method {
    const ProtobufCServiceDescriptor *service;
    const char *name; /* "AdjustTargets" */
    enum dc_method_kind kind;
    dc_handler *handler;
    bool sensitive; /* a successful read is told to the audit record too */
    bool internal;  /* only for peers, never through the edge */
};

/* Makes a dc_handler `name` of a typed function `name_typed(step, request, response, error)`.
 *     DC_HANDLER(adjust_targets, Goals__AdjustTargetsRequest, Goals__AdjustTargetsResponse)
 *     {
 *         ... request->..., response->..., return DC_OK;
 *     }
 */
#define DC_HANDLER(name, Request, Response)                                                        \
    static enum dc_code name##_typed(struct dc_step *step, const Request *request,                 \
                                     Response *response, struct dc_error *error);                  \
    enum dc_code name(struct dc_step *step, const ProtobufCMessage *request,                       \
                      ProtobufCMessage *response, struct dc_error *error);                         \
    enum dc_code name(struct dc_step *step, const ProtobufCMessage *request,                       \
                      ProtobufCMessage *response, struct dc_error *error)                          \
    {                                                                                              \
        return name##_typed(step, (const Request *)request, (Response *)response, error);          \
    }                                                                                              \
    static enum dc_code name##_typed(struct dc_step *step __attribute__((unused)),                 \
                                     const Request *request __attribute__((unused)),               \
                                     Response *response __attribute__((unused)),                   \
                                     struct dc_error *error __attribute__((unused)))

/* Names what a sensitive read looked at or a denial was about ("person/17"), for the audit. */
void dc_step_subject(struct dc_step *step, const char *format, ...) DC_PRINTF(2, 3);
/* A read that the method's row calls sensitive was none this time: the caller read what is his. */
void dc_step_not_sensitive(struct dc_step *step);

/* --- reactions to other services' events ---------------------------------------------------------
 */
struct dc_delivery {
    const Kernel__Event *event;
    const ProtobufCMessage *body; /* unpacked by the reaction's descriptor; NULL for type "*" */
};

/* Inside the consumer's transaction (one for a batch of events of one partition), tenant set to
 * the event's. Effects and position commit together, so a reaction runs exactly once in effect. A
 * failure that is retryable repeats the batch; another one is isolated to its event, retried with
 * backoff, and parked with its key. */
typedef enum dc_code dc_reaction_fn(struct dc_step *step, const struct dc_delivery *delivery,
                                    struct dc_error *error);

struct dc_reaction {
    const char *stream; /* "goals" */
    const char *type;   /* "TargetsAdjusted", or "*": all of the stream, with `body` NULL */
    const ProtobufCMessageDescriptor *descriptor;
    dc_reaction_fn *fn;
};

/* --- tasks ---------------------------------------------------------------------------------------
 */
struct dc_task {
    const char *name;
    int64_t interval_ms; /* how long to wait when there was nothing to do; woken by dc_task_wake */
    /* One bounded piece of work, in transactions of its own making (dc_step_begin / commit).
     * ret_more: call again at once. A failure is logged once, and retried after the interval. */
    enum dc_code (*fn)(struct dc_step *step, bool *ret_more, struct dc_error *error);
};

/* Wakes a task by name, on whichever thread of this process; call it after commit (dc_on_commit),
 * or let the interval find the work. */
void dc_task_wake(struct dc_service *service, const char *name);
/* As soon as this step's transaction has committed. */
void dc_wake_on_commit(struct dc_step *step, const char *task);

/* For DC_FREE handlers and tasks: begin, then write what dc_emit kept, commit, wake the stamper. */
enum dc_code dc_step_begin(struct dc_step *step, int64_t tenant_id,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code dc_step_commit(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
void dc_step_rollback(struct dc_step *step); /* also forgets the events */

/* For tasks that go tenant by tenant: `fn` does one bounded piece of work in a transaction of its
 * own for each of `tenants`, as a program of that tenant; it neither begins nor commits. *ret_more
 * is set when one of them has more. A failure rolls its tenant's transaction back and ends the
 * round; being told to stop ends it, too. */
typedef enum dc_code dc_tenant_fn(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code dc_step_each_tenant(struct dc_step *step, const int64_t *tenants, size_t count,
                                 dc_tenant_fn *fn, bool *ret_more,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- figures for /metrics --------------------------------------------------------------------------
 * Every few seconds each replica runs the statement, outside transactions and tenants, with the
 * service's time as its only parameter; each row is one gauge: its labels (the inside of the braces,
 * or ""), and its value: a count, or with `seconds` microseconds. */
struct dc_watch {
    const char *metric; /* "dacheng_workflow_timers_due" */
    bool seconds;
    const char *help;
    const struct dc_statement *statement;
};

/* --- the service
 * ---------------------------------------------------------------------------------- */
struct dc_service_spec {
    const char *name;                             /* schema, stream and bus service name */
    const char *sentence;                         /* for --help */
    const struct dc_option *options;              /* the service's own rows; or NULL */
    const struct dc_statement *const *statements; /* NULL-ended list of tables */
    const struct dc_migration *migrations;
    const struct dc_method *methods;     /* ended by a NULL name */
    const struct dc_reaction *reactions; /* ended by a NULL stream; or NULL */
    /* Called in the transaction after each batch of reactions, before its commit; for work that
     * is cheaper once per batch, on what they left in step->batch. Or NULL. */
    enum dc_code (*batch_end)(struct dc_step *step, struct dc_error *error);
    const struct dc_task *tasks; /* ended by a NULL name; or NULL */
    const struct dc_watch *watches; /* ended by a NULL metric; or NULL */
    bool publishes;              /* has an outbox and a stamper */
    /* Once at start, before threads; state shared by all threads. Or NULL. */
    enum dc_code (*start)(struct dc_service *service, struct dc_error *error);
    void (*stop)(struct dc_service *service);
    void *(*thread_state_new)(struct dc_service *service);
    void (*thread_state_free)(void *state);
};

int dc_service_main(int argc, char **argv, const struct dc_service_spec *spec);

const struct dc_config *dc_service_config(const struct dc_service *service);
void dc_service_set_shared(struct dc_service *service, void *shared);
void *dc_service_shared(const struct dc_service *service);
/* True once the process was told to stop: long pieces of work end early. */
bool dc_service_is_stopping(const struct dc_service *service);

#endif
