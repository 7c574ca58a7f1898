/*
 * service_internal.h - what the files of the skeleton share. Not for services.
 *
 *   service.c    command line, start, stop          thread.c      a thread's database, bus, wake-up
 *   step.c       a transaction and its events       dispatch.c    one request from bytes to bytes
 *   worker.c     the loop of a worker               admin.c       AdminService
 *   stamper.c    numbers and publishes events       log_lane.c    answers log.Read
 *   consumer.c   positions, sharing, the loop       reaction.c    applies a batch of events
 *   parking.c    what could not be applied          reader.c      hears and reads other streams
 *   task.c       the loop of a task                 access.c      scopes; org_projection.c the tree
 *   watch.c      figures of the schema, for /metrics   health.c  what a replica tells of itself
 */
#ifndef DC_SERVICE_SERVICE_INTERNAL_H
#define DC_SERVICE_SERVICE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/text.h"
#include "edge/bus.h"
#include "edge/metrics.h"
#include "edge/program.h"
#include "edge/trace.h"
#include "service/service.h"

#include <dacheng/kernel/v1/admin.pb-c.h>
#include <kernel_sql.h>

enum {
    DC_SERVICE_TAG = 0x64635376,
    DC_PARTITIONS = 16,
    DC_EVENT_BODY_MAX = 1024 * 1024, /* bytes */
    DC_WAKES_MAX = 8,
    DC_THREAD_NAME = 48,
    DC_REACTION_TIMEOUT_MS = 60000,
};

/* --- threads (thread.c) ------------------------------------------------------------------------
 */
struct dc_thread {
    struct dc_service *service;
    char name[DC_THREAD_NAME]; /* "worker 1" */
    void (*run)(struct dc_thread *thread);
    const void *argument;    /* of a task: its row */
    const char *session_sql; /* run on each new connection, or NULL */
    bool uses_bus;
    pthread_t id;
    bool started;
    int wake_fd;           /* eventfd: readable when the thread was woken */
    struct dc_db *db;      /* NULL until the first connection */
    struct dc_db *read_db; /* of a worker, for queries, when a replica is configured; or NULL */
    int64_t read_retry_at;
    struct dc_bus *bus;
    struct dc_arena *arena; /* dropped after each step */
    void *state;            /* the service's, per thread */
    bool database_ready;
    int64_t retry_at; /* dc_monotonic() time of the next attempt to connect */
    int64_t sessions; /* connections so far: what an earlier one had locked is free */
    int backoff_ms;
    struct dc_gauge *bus_connections, *database_connected; /* for /metrics */
    uint64_t random;
};

struct dc_thread *dc_thread_add(struct dc_service *service, const char *name,
                                void (*run)(struct dc_thread *thread), bool uses_bus);
/* Makes what the thread works with; in the thread itself. False: the service cannot run so. */
bool dc_thread_open(struct dc_thread *thread);
void dc_thread_close(struct dc_thread *thread);
/* True when the connection to the database can be used; connects (again) when it is time to, and
 * keeps readiness and log up to date. */
bool dc_thread_database(struct dc_thread *thread);
/* The connection for queries: to the read-only replica when there is one and it can be used, else
 * to the primary. */
struct dc_db *dc_thread_read_database(struct dc_thread *thread);
/* Milliseconds to wait for an event, at most `most`: less when an attempt to connect is due. */
int dc_thread_wait_ms(const struct dc_thread *thread, int most);
void dc_thread_wake(struct dc_thread *thread);
/* Takes the wake-ups that came; true when there were any. */
bool dc_thread_take_wakes(struct dc_thread *thread);
/* `ms` with a quarter of it more or less, so that replicas do not march in step. */
int dc_thread_jitter(struct dc_thread *thread, int ms);
/* Says whether the bus is there, for readiness. */
void dc_thread_report_bus(struct dc_thread *thread);
void dc_thread_say(const struct dc_thread *thread, int level, const char *what,
                   const struct dc_error *error);
bool dc_thread_is_stopping(const struct dc_thread *thread);

/* --- the service (service.c) -------------------------------------------------------------------
 */
struct dc_method_entry {
    const struct dc_method *method;
    const ProtobufCMethodDescriptor *descriptor;
    char *full_name;                           /* "dacheng.goals.v1.GoalService/AdjustTargets" */
    bool admin;                                /* for peers with the permission admin alone */
    struct dc_counter *answers[DC_CODE_COUNT]; /* made when first needed, by any thread */
    struct dc_histogram *seconds;
};

/* What is known of a partition of a stream that this service hears; see consumer.c. */
struct dc_lag {
    const char *stream;
    int partition;
    int64_t position, last;
    int64_t behind_since; /* wall clock microseconds; 0: not behind */
    bool stopped;
    bool mine; /* worked on by this process */
};

struct dc_service {
    unsigned tag;
    const struct dc_service_spec *spec;
    const struct dc_program *program;
    const struct dc_invocation *invocation;
    struct dc_config *config;
    char *dsn;      /* with password and search_path */
    char *read_dsn; /* likewise; NULL: none */
    struct dc_bus_options bus;
    char instance[80];
    const struct dc_statement **statements; /* NULL-ended: the kernel's, then the service's */
    struct dc_method_entry *methods;
    size_t method_count;
    struct dc_thread *threads;
    size_t thread_count;
    struct dc_thread *stamper; /* NULL: publishes nothing */
    atomic_bool stopping;
    atomic_bool failed; /* a thread found that the service cannot run: exit status 1 */
    void *shared;
    pthread_mutex_t lag_mutex;
    struct dc_lag *lags;
    size_t lag_count;
};

void dc_service_fail(struct dc_service *service); /* stops the process with status 1 */
const struct dc_method_entry *dc_service_find_method(const struct dc_service *service,
                                                     const char *full_name);

/* --- steps and their events (step.c) -----------------------------------------------------------
 */
struct dc_event_draft {
    int64_t partition;
    int64_t tenant_id;
    const char *key;
    const char *type;
    struct dc_bytes body;
};

struct dc_outbox {
    struct dc_event_draft *drafts; /* in the step's arena */
    size_t count, capacity;
    const char *wakes[DC_WAKES_MAX];
    size_t wake_count;
    const char *subject; /* of the audit; NULL: not named */
    bool not_sensitive;  /* whatever the method's row says */
};

/* A command's answer, kept under the caller's key. */
struct dc_answer {
    const char *caller;
    const char *key;
    const uint8_t *request_hash; /* 32 bytes */
    const uint8_t *response;
    size_t response_size;
};

void dc_step_init(struct dc_step *step, struct dc_thread *thread, const char *method, dc_time now);
/* The context of a program: tenant 0, nobody. */
const Kernel__Context *dc_step_program(void);
/* Which partition a key falls into (log.proto). */
int dc_partition_of(const char *key);
/* Writes the events; nothing when there are none. */
enum dc_code dc_step_tell(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* Writes events and answer (NULL: none) and commits, in one round trip; then wakes. */
enum dc_code dc_step_finish(struct dc_step *step, const struct dc_answer *answer,
                            struct dc_error *error) DC_MUST_CHECK;
/* After a commit: forgets the events and wakes stamper and tasks. */
void dc_step_committed(struct dc_step *step);

/* --- requests (dispatch.c, admin.c) -------------------------------------------------------------
 */
void dc_dispatch(struct dc_thread *thread, const struct dc_bus_message *message);
extern const struct dc_method dc_admin_methods[];
/* Looks at the error as an outside caller may see it: without what is for the log alone. */
void dc_error_for_caller(const struct dc_error *error, const char *request_id,
                         struct dc_error *ret_error);

/* --- watching (watch.c) --------------------------------------------------------------------------
 * Brings the gauges of the schema up to date, each when it is due: what waits to be numbered, how
 * large the database is, and the service's own (spec->watches). Called by the log lane. */
struct dc_watching {
    int64_t log_at, database_at, own_at; /* dc_monotonic() of the last look */
};
void dc_watch(struct dc_thread *thread, struct dc_watching *watching);

/* --- health (health.c): told when it is time to; and when the service stops. By the log lane. */
void dc_health_tell(struct dc_thread *thread, int64_t *told_at);
void dc_health_leave(struct dc_thread *thread);

/* --- threads' loops ------------------------------------------------------------------------------
 */
void dc_worker_run(struct dc_thread *thread);
void dc_log_lane_run(struct dc_thread *thread);
void dc_stamper_run(struct dc_thread *thread);
void dc_consumer_run(struct dc_thread *thread);
void dc_task_run(struct dc_thread *thread);

/* Plans of the log's statements must use its indexes, whatever the statistics say: the tables grow
 * from nothing to millions between two looks of autovacuum. */
extern const char dc_log_session_sql[];

#endif
