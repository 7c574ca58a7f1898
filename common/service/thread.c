/* thread.c - what a thread of a service works with: its connections, its wake-up, its arena. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "edge/log.h"
#include "service/service_internal.h"

enum { BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 400 };

static void
set_ready(const struct dc_thread *thread, const char *what, const char *reason)
{
    char part[DC_THREAD_NAME + 16];
    snprintf(part, sizeof(part), "%s %s", thread->name, what);
    dc_ready_set(part, reason);
}

struct dc_thread *
dc_thread_add(struct dc_service *service, const char *name, void (*run)(struct dc_thread *thread),
              bool uses_bus)
{
    struct dc_thread *thread = &service->threads[service->thread_count++];
    *thread = (struct dc_thread){
        .service = service,
        .run = run,
        .uses_bus = uses_bus,
        .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
        .random = (uint64_t)dc_monotonic() + service->thread_count,
    };
    DC_ASSERT(thread->wake_fd >= 0);
    snprintf(thread->name, sizeof(thread->name), "%s", name);
    char labels[DC_THREAD_NAME + 16];
    snprintf(labels, sizeof(labels), "thread=\"%s\"", name);
    thread->database_connected = dc_gauge("dacheng_database_connected", labels,
                                          "1 while the thread has its connection.");
    set_ready(thread, "database", "not connected yet");
    if (uses_bus) {
        thread->bus_connections = dc_gauge("dacheng_bus_connections", labels,
                                           "Bus instances that have welcomed the thread.");
        set_ready(thread, "bus", "not connected yet");
    }
    return thread;
}

bool
dc_thread_is_stopping(const struct dc_thread *thread)
{
    return atomic_load_explicit(&thread->service->stopping, memory_order_relaxed);
}

void
dc_thread_say(const struct dc_thread *thread, int level, const char *what,
              const struct dc_error *error)
{
    dc_log((enum dc_log_level)level, what,
           DC_LOG_FIELDS({"thread", thread->name},
                         {"code", error ? dc_code_wire_name(error->code) : NULL},
                         {"reason", error ? error->message : NULL}));
}

bool
dc_thread_open(struct dc_thread *thread)
{
    struct dc_error error;
    thread->arena = dc_arena_new(0);
    if (thread->uses_bus) {
        if (dc_bus_open(&thread->bus, &thread->service->bus, &error) != DC_OK) {
            dc_thread_say(thread, DC_LOG_ERROR, "the connection to the bus cannot be set up",
                          &error);
            return false;
        }
        dc_bus_watch_fd(thread->bus, thread->wake_fd);
    }
    if (thread->service->spec->thread_state_new) {
        thread->state = thread->service->spec->thread_state_new(thread->service);
    }
    return true;
}

void
dc_thread_close(struct dc_thread *thread)
{
    if (thread->state && thread->service->spec->thread_state_free) {
        thread->service->spec->thread_state_free(thread->state);
    }
    dc_bus_free(DC_TAKE(thread->bus));
    dc_db_free(DC_TAKE(thread->db));
    dc_db_free(DC_TAKE(thread->read_db));
    dc_arena_free(DC_TAKE(thread->arena));
}

int
dc_thread_jitter(struct dc_thread *thread, int ms)
{
    thread->random = thread->random * 6364136223846793005u + 1442695040888963407u;
    int quarter = ms / 4;
    return quarter > 0 ? ms - quarter + (int)((thread->random >> 33) % (uint64_t)(2 * quarter))
                       : ms;
}

static enum dc_code
connect_database(struct dc_thread *thread, struct dc_error *error)
{
    struct dc_service *service = thread->service;
    if (thread->db) {
        DC_TRY(dc_db_reconnect(thread->db, error));
    } else {
        char name[160];
        snprintf(name, sizeof(name), "%s %s", service->instance, thread->name);
        DC_TRY(dc_db_open(&thread->db, service->dsn, name, service->statements, error));
    }
    return thread->session_sql ? dc_db_exec(thread->db, thread->session_sql, error) : DC_OK;
}

bool
dc_thread_database(struct dc_thread *thread)
{
    if (thread->db && dc_db_is_alive(thread->db)) {
        return true;
    }
    if (thread->database_ready) {
        thread->database_ready = false;
        thread->retry_at = 0;
        dc_gauge_set(thread->database_connected, 0);
        set_ready(thread, "database", "the connection is lost");
        dc_thread_say(thread, DC_LOG_WARN, "the connection to the database is lost", NULL);
    }
    int64_t now = dc_monotonic();
    if (now < thread->retry_at) {
        return false;
    }
    struct dc_error error;
    if (connect_database(thread, &error) != DC_OK) {
        if (thread->backoff_ms == 0) {
            set_ready(thread, "database", "there is no connection");
            dc_thread_say(thread, DC_LOG_WARN, "the database is not to be had; trying on", &error);
        }
        thread->backoff_ms = thread->backoff_ms == 0 ? BACKOFF_FIRST_MS : thread->backoff_ms * 2;
        if (thread->backoff_ms > BACKOFF_MOST_MS) {
            thread->backoff_ms = BACKOFF_MOST_MS;
        }
        thread->retry_at =
            dc_monotonic() + dc_thread_jitter(thread, thread->backoff_ms) * DC_MILLISECOND;
        return false;
    }
    if (thread->backoff_ms > 0) {
        dc_thread_say(thread, DC_LOG_INFO, "the database is back", NULL);
    }
    thread->sessions++;
    thread->backoff_ms = 0;
    thread->database_ready = true;
    dc_gauge_set(thread->database_connected, 1);
    dc_counter_add(dc_counter("dacheng_database_connects_total", "", "Connections made."), 1);
    set_ready(thread, "database", NULL);
    return true;
}

struct dc_db *
dc_thread_read_database(struct dc_thread *thread)
{
    struct dc_service *service = thread->service;
    if (!service->read_dsn) {
        return thread->db;
    }
    if (thread->read_db && dc_db_is_alive(thread->read_db)) {
        return thread->read_db;
    }
    if (dc_monotonic() < thread->read_retry_at) {
        return thread->db;
    }
    struct dc_error error;
    enum dc_code code = thread->read_db
                            ? dc_db_reconnect(thread->read_db, &error)
                            : dc_db_open(&thread->read_db, service->read_dsn, service->instance,
                                         service->statements, &error);
    if (code == DC_OK) {
        return thread->read_db;
    }
    /* The primary can answer too, so this is not a reason to be unready. */
    dc_thread_say(thread, DC_LOG_WARN, "the read-only database is not to be had", &error);
    thread->read_retry_at = dc_monotonic() + 5 * (int64_t)DC_SECOND;
    return thread->db;
}

int
dc_thread_wait_ms(const struct dc_thread *thread, int most)
{
    if (thread->database_ready) {
        return most;
    }
    int64_t left = (thread->retry_at - dc_monotonic()) / DC_MILLISECOND + 1;
    return left < 1 ? 1 : left < most ? (int)left : most;
}

void
dc_thread_wake(struct dc_thread *thread)
{
    uint64_t one = 1;
    while (write(thread->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
}

bool
dc_thread_take_wakes(struct dc_thread *thread)
{
    uint64_t count;
    return read(thread->wake_fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

void
dc_thread_report_bus(struct dc_thread *thread)
{
    dc_gauge_set(thread->bus_connections, (int64_t)dc_bus_connections(thread->bus));
    set_ready(thread, "bus", dc_bus_is_connected(thread->bus) ? NULL : "no bus has welcomed us");
}
