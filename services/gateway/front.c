/*
 * front.c - one thread of the edge: libmicrohttpd with an external epoll and a DEALER to every bus,
 * in one loop. A request waits suspended while the bus has its question; nothing ever blocks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dacheng/org/v1/events.pb-c.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/metrics.h"
#include "edge/wire_check.h"
#include "gateway.h"
#include "health.h"

enum {
    LOOP_MS = 200, /* how late stopping may be noticed */
    EVENT_CREDITS = 2000,
    IDLE_SECONDS = 75,                 /* of a connection that says nothing */
    CONNECTION_MEMORY = 32 * 1024,     /* head, and the buffer for reading */
    MESSAGE_BUDGET = 64 * 1024 * 1024, /* for what a message from the bus is unpacked into */
    DRAIN_MS = 10000,
    SWEEP_US = 5 * DC_SECOND,
};

/* --- calls -------------------------------------------------------------------------------------
 */

static struct call **
bucket_of(struct front *front, uint64_t id)
{
    return &front->calls[id % FRONT_CALL_BUCKETS];
}

uint64_t
front_call(struct front *front, const struct dc_bus_request *request, call_fn *fn, void *context)
{
    struct call *call = calloc(1, sizeof *call);
    DC_ASSERT(call && fn);
    *call = (struct call){.id = dc_bus_send(front->bus, request), .fn = fn, .context = context};
    struct call **bucket = bucket_of(front, call->id);
    call->next = *bucket;
    *bucket = call;
    front->call_count++;
    return call->id;
}

static struct call **
find_call(struct front *front, uint64_t id)
{
    struct call **at = bucket_of(front, id);
    while (*at && (*at)->id != id) {
        at = &(*at)->next;
    }
    return at;
}

void
front_forget(struct front *front, uint64_t id)
{
    struct call **at = find_call(front, id);
    if (*at) {
        (*at)->fn = NULL;
    }
}

static void
take_reply(struct front *front, const struct dc_bus_message *reply)
{
    struct call **at = find_call(front, reply->id);
    struct call *call = *at;
    if (!call) {
        return;
    }
    *at = call->next;
    front->call_count--;
    if (call->fn) {
        call->fn(front, call->context, reply);
    }
    free(call);
}

/* --- events ------------------------------------------------------------------------------------
 */

/* What ends sessions or changes what they may do. */
static void
take_org_event(struct front *front, const Kernel__Event *event)
{
    struct sessions *sessions = front->gateway->sessions;
    struct dc_arena *arena = front->arena;
    ProtobufCMessage *message;
    if (strcmp(event->type, "SessionEnded") == 0) {
        if (dc_wire_unpack(&org__session_ended__descriptor, event->body.data, event->body.len,
                           arena, &message, NULL) == DC_OK) {
            const char *id = ((Org__SessionEnded *)message)->session_id;
            sessions_end(sessions, id);
            live_session_ended(front, id);
        }
    } else if (strcmp(event->type, "GrantsChanged") == 0) {
        if (dc_wire_unpack(&org__grants_changed__descriptor, event->body.data, event->body.len,
                           arena, &message, NULL) == DC_OK) {
            int64_t person_id = ((Org__GrantsChanged *)message)->person_id;
            sessions_forget_person(sessions, event->tenant_id, person_id);
            live_person_changed(front, event->tenant_id, person_id);
        }
    } else if (strcmp(event->type, "PasswordReset") == 0) {
        if (dc_wire_unpack(&org__password_reset__descriptor, event->body.data, event->body.len,
                           arena, &message, NULL) == DC_OK) {
            sessions_forget_person(sessions, event->tenant_id,
                                   ((Org__PasswordReset *)message)->person_id);
        }
    }
}

static void
take_message(struct front *front, const struct dc_bus_message *message)
{
    switch (message->kind) {
    case DC_BUS_REPLY:
        take_reply(front, message);
        break;
    case DC_BUS_EVENT:
        if (strcmp(message->event->stream, "org") == 0) {
            take_org_event(front, message->event);
        }
        live_event(front, message->event, message->subject);
        break;
    case DC_BUS_BEHIND:
        sessions_clear(front->gateway->sessions);
        live_missed(front);
        break;
    case DC_BUS_NOTICE:
        if (front->number == 0) { /* each thread hears the same */
            health_hear(front->gateway->health, message->subject, message->body,
                        message->body_size, dc_monotonic());
        }
        break;
    case DC_BUS_REQUEST: {
        /* We offer nothing; nonsense is answered too. */
        struct dc_error error;
        dc_fail(&error, DC_UNIMPLEMENTED, "the edge answers no requests");
        dc_bus_reply_error(front->bus, message->id, &error);
        break;
    }
    }
}

static void
report_bus(const struct front *front, bool connected)
{
    char part[32];
    snprintf(part, sizeof part, "bus of thread %d", front->number);
    dc_ready_set(part, connected ? NULL : "no instance is connected");
}

/* Events of the time without a connection are gone. */
static void
watch_connection(struct front *front)
{
    dc_gauge_set(front->bus_connections, (int64_t)dc_bus_connections(front->bus));
    bool connected = dc_bus_is_connected(front->bus);
    if (connected == front->was_connected) {
        return;
    }
    front->was_connected = connected;
    report_bus(front, connected);
    if (connected) {
        sessions_clear(front->gateway->sessions);
        live_missed(front);
    }
}

/* --- the loop ----------------------------------------------------------------------------------
 */

static int
shorter(int a, int b)
{
    return a < b ? a : b;
}

static int
http_timeout(struct front *front, int most)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(front->daemon, &ms) == MHD_YES && ms < (MHD_UNSIGNED_LONG_LONG)most) {
        return (int)ms;
    }
    return most;
}

static void
turn(struct front *front)
{
    int wait = live_run(front, dc_monotonic(), LOOP_MS);
    dc_bus_poll(front->bus, http_timeout(front, shorter(wait, LOOP_MS)));
    watch_connection(front);
    struct dc_bus_message message;
    while (dc_bus_next(front->bus, front->arena, &message)) {
        take_message(front, &message);
        dc_arena_reset(front->arena, MESSAGE_BUDGET);
    }
    dc_arena_reset(front->arena, MESSAGE_BUDGET);
    MHD_run(front->daemon);
}

/* No new connections; what is being answered is answered; live pages are told to come again. */
static void
drain(struct front *front)
{
    MHD_socket listening = MHD_quiesce_daemon(front->daemon);
    dc_time end = dc_monotonic() + DRAIN_MS * DC_MILLISECOND;
    live_end_all(front);
    while ((front->call_count > 0 || front->requests > 0 || front->stream_count > 0) &&
           dc_monotonic() < end) {
        turn(front);
        live_end_all(front);
    }
    /* Once more, so that the last answers leave. */
    for (int i = 0; i < 3; i++) {
        turn(front);
    }
    if (listening != MHD_INVALID_SOCKET) {
        close(listening);
    }
}

static void
free_calls(struct front *front)
{
    for (size_t i = 0; i < FRONT_CALL_BUCKETS; i++) {
        while (front->calls[i]) {
            struct call *call = front->calls[i];
            front->calls[i] = call->next;
            if (call->fn) {
                struct dc_bus_message gone = {.kind = DC_BUS_REPLY,
                                              .id = call->id,
                                              .code = DC_UNAVAILABLE,
                                              .field = "",
                                              .error_message = "the edge is stopping",
                                              .error_message_zh = "入口正在停止"};
                call->fn(front, call->context, &gone);
            }
            free(call);
        }
    }
}

static void *
run(void *context)
{
    struct front *front = context;
    dc_time sweep = dc_monotonic() + SWEEP_US;
    while (!atomic_load(&front->gateway->stopping)) {
        turn(front);
        if (front->number == 0 && dc_monotonic() >= sweep) {
            sessions_sweep(front->gateway->sessions, dc_monotonic());
            sweep = dc_monotonic() + SWEEP_US;
        }
    }
    drain(front);
    /* What did not finish in time is answered, so that no connection stays suspended. */
    free_calls(front);
    live_end_all(front);
    MHD_run(front->daemon);
    MHD_stop_daemon(front->daemon);
    dc_bus_free(front->bus);
    dc_arena_free(front->arena);
    return NULL;
}

static void
log_http(void *context, const char *format, va_list arguments)
{
    (void)context;
    char text[500];
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    dc_log(DC_LOG_DEBUG, "http", DC_LOG_FIELDS({"what", text}));
}

static enum dc_code
open_front(struct front *front, struct dc_error *error)
{
    struct gateway *gateway = front->gateway;
    DC_TRY(dc_bus_open(&front->bus, &gateway->bus, error));
    dc_bus_subscribe(front->bus, gateway->events, EVENT_CREDITS);
    front->arena = dc_arena_new(MESSAGE_BUDGET);
    front->live_due = INT64_MAX;
    int listening = dup(gateway->listen_fd); /* the daemon closes what it is given */
    if (listening < 0) {
        return dc_fail(error, DC_UNAVAILABLE, "dup: %s", strerror(errno));
    }
    front->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, request_handle,
        front, MHD_OPTION_EXTERNAL_LOGGER, log_http, NULL, MHD_OPTION_LISTEN_SOCKET, listening,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)gateway->connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)8192,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, request_completed, front,
        MHD_OPTION_END);
    if (!front->daemon) {
        close(listening);
        return dc_fail(error, DC_UNAVAILABLE, "the HTTP daemon does not start: %s",
                       strerror(errno));
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(front->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    DC_ASSERT(info && info->epoll_fd >= 0);
    dc_bus_watch_fd(front->bus, info->epoll_fd);
    return DC_OK;
}

enum dc_code
fronts_start(struct gateway *gateway, struct front **ret_fronts, size_t count,
             struct dc_error *error)
{
    struct front *fronts = calloc(count, sizeof *fronts);
    DC_ASSERT(fronts);
    for (size_t i = 0; i < count; i++) {
        fronts[i].gateway = gateway;
        fronts[i].number = (int)i;
        /* Nothing is running yet; a failure ends the process, which frees what was opened. */
        DC_TRY(open_front(&fronts[i], error));
        char labels[40];
        snprintf(labels, sizeof labels, "thread=\"http %zu\"", i);
        fronts[i].bus_connections = dc_gauge("dacheng_bus_connections", labels,
                                             "Bus instances that have welcomed the thread.");
        report_bus(&fronts[i], false);
    }
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(pthread_create(&fronts[i].thread, NULL, run, &fronts[i]) == 0);
    }
    *ret_fronts = fronts;
    return DC_OK;
}

void
fronts_join(struct front *fronts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pthread_join(fronts[i].thread, NULL);
    }
    free(fronts);
}
