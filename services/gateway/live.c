/*
 * live.c - live pages: when an event concerns a query of an open page, the query is run again with
 * the page's own rights, and its answer is sent if it is another one.
 *
 * Runs of one query are LIVE_GAP_US apart at least; events in between are coalesced. At most
 * LIVE_QUERIES_MAX queries of all pages of a thread are on their way, so that the evening when
 * everybody looks does not fill the bus's queues. Nothing is looked at before `front->live_due`.
 */
#include "live.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/json.h"
#include "edge/wire_check.h"

enum { QUERY_TIMEOUT_MS = 15000, ANSWER_BUDGET = 64 << 20 };

enum MHD_Result
live_open(struct request *request)
{
    struct front *front = request->front;
    struct dc_error error;
    struct stream *stream = NULL;
    enum dc_code code = DC_OK;
    if (front->stream_count >= front->gateway->streams_max) {
        code = dc_fail(&error, DC_RESOURCE_EXHAUSTED, "too many live pages are open");
    } else {
        code = live_stream_new(&stream, request, &error);
    }
    request_drop_body(request);
    if (code != DC_OK) {
        request_answer_error(request, &error);
        return MHD_queue_response(request->connection, request->status, request->response);
    }
    request->phase = REQUEST_STREAMING;
    dc_counter_add(request->route->answers[DC_OK], 1);
    return live_stream_start(stream);
}

/* --- what is to be run -------------------------------------------------------------------------
 */

static void
due_at(struct front *front, dc_time time)
{
    if (time < front->live_due) {
        front->live_due = time;
    }
}

static void
mark(struct watch *watch, int64_t caused_at, dc_time now)
{
    if (!watch->dirty) {
        watch->dirty = true;
        watch->due = watch->started + LIVE_GAP_US;
    }
    if (caused_at > watch->caused_at) {
        watch->caused_at = caused_at;
    }
    due_at(watch->stream->front, watch->due > now ? watch->due : now);
}

static bool
hears(const struct watch *watch, const char *subject)
{
    for (size_t i = 0; i < watch->event_count; i++) {
        if (dc_subject_matches(watch->events[i], subject)) {
            return true;
        }
    }
    return false;
}

void
live_event(struct front *front, const Kernel__Event *event, const char *subject)
{
    const int64_t *ids = NULL;
    size_t count = 0;
    bool looked = false;
    dc_time now = dc_monotonic();
    for (struct stream *stream = front->streams; stream; stream = stream->next) {
        if (stream->tenant_id != event->tenant_id) {
            continue; /* one whose tenant is not known yet has not run its queries either */
        }
        for (size_t i = 0; i < stream->watch_count; i++) {
            struct watch *watch = &stream->watches[i];
            if (!hears(watch, subject)) {
                continue;
            }
            if (watch->owner_count && !looked) {
                count = touch_ids(event, front->arena, &ids);
                looked = true;
            }
            if (!watch->owner_count || count == 0 ||
                touch_any(ids, count, watch->owners, watch->owner_count)) {
                mark(watch, event->at_us, now);
            }
        }
    }
}

static void
mark_all(struct stream *stream, dc_time now)
{
    for (size_t i = 0; i < stream->watch_count; i++) {
        mark(&stream->watches[i], 0, now);
    }
}

void
live_missed(struct front *front)
{
    dc_time now = dc_monotonic();
    for (struct stream *stream = front->streams; stream; stream = stream->next) {
        mark_all(stream, now);
    }
}

void
live_person_changed(struct front *front, int64_t tenant_id, int64_t person_id)
{
    dc_time now = dc_monotonic();
    for (struct stream *stream = front->streams; stream; stream = stream->next) {
        if (stream->tenant_id == tenant_id && stream->person_id == person_id) {
            mark_all(stream, now);
        }
    }
}

void
live_session_ended(struct front *front, const char *session_id)
{
    struct dc_error error;
    dc_fail(&error, DC_UNAUTHENTICATED, "the session has ended; please log in");
    for (struct stream *stream = front->streams; stream; stream = stream->next) {
        if (*session_id && strcmp(stream->session_id, session_id) == 0) {
            live_stream_end(stream, &error);
        }
    }
}

void
live_end_all(struct front *front)
{
    struct dc_error error;
    dc_fail(&error, DC_UNAVAILABLE, "the edge is restarting; please open the page again");
    for (struct stream *stream = front->streams; stream; stream = stream->next) {
        live_stream_end(stream, &error);
    }
}

/* --- answers -----------------------------------------------------------------------------------
 */

/* A failure that may pass is tried again, and shown only when it lasts. */
static bool
try_again(struct watch *watch, enum dc_code code, dc_time now)
{
    if (!dc_code_is_retryable(code)) {
        return false;
    }
    watch->failures++;
    watch->dirty = true;
    watch->due = now + LIVE_RETRY_US * (watch->failures < 8 ? watch->failures : 8);
    if (watch->running_caused_at > watch->caused_at) {
        watch->caused_at = watch->running_caused_at;
    }
    return watch->failures != LIVE_RETRIES;
}

static bool
is_another(struct watch *watch, const struct dc_bus_message *reply)
{
    uint8_t hash[sizeof watch->hash];
    crypto_generichash_state state;
    int32_t code = reply->code;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const uint8_t *)&code, sizeof code);
    if (code == DC_OK) {
        crypto_generichash_update(&state, reply->body, reply->body_size);
    } else {
        crypto_generichash_update(&state, (const uint8_t *)reply->error_message,
                                  strlen(reply->error_message));
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    if (watch->answered && memcmp(hash, watch->hash, sizeof hash) == 0) {
        return false;
    }
    memcpy(watch->hash, hash, sizeof hash);
    watch->answered = true;
    return true;
}

static void
send_answer(struct watch *watch, const struct dc_bus_message *reply, dc_time now)
{
    DC_AUTO_TEXT struct dc_text json = DC_TEXT_INIT;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(ANSWER_BUDGET);
    Gateway__WatchResponse response = GATEWAY__WATCH_RESPONSE__INIT;
    enum dc_code code = reply->code;
    struct dc_error error = {.message = ""};
    ProtobufCMessage *answer;
    if (code == DC_OK) {
        code = dc_wire_unpack(watch->route->output, reply->body, reply->body_size, arena, &answer,
                              NULL);
        if (code == DC_OK) {
            dc_json_encode(answer, &json);
        } else {
            code = dc_fail(&error, DC_INTERNAL, "the answer is not what it should be");
        }
    } else {
        (void)dc_fail_with(&error, code, "", reply->error_message, reply->error_message_zh);
    }
    response.id = (char *)(uintptr_t)watch->id;
    response.answer_json = (char *)(uintptr_t)dc_text_cstr(&json);
    response.code = code == DC_OK ? (char *)"" : (char *)(uintptr_t)dc_code_wire_name(code);
    response.message = (char *)(uintptr_t)dc_error_message(&error, watch->stream->caller.language);
    response.caused_at_us = watch->running_caused_at;
    live_stream_send(watch->stream, &response, now);
}

static void
on_answer(struct front *front, void *context, const struct dc_bus_message *reply)
{
    struct watch *watch = context;
    struct stream *stream = watch->stream;
    dc_time now = dc_monotonic();
    watch->call = 0;
    front->queries--;
    front->live_due = 0; /* others may have waited for their turn */
    if (stream->ended) {
        return;
    }
    if (reply->code == DC_UNAUTHENTICATED) {
        struct dc_error error;
        sessions_forget_token(front->gateway->sessions, stream->caller.token);
        dc_fail_with(&error, DC_UNAUTHENTICATED, "", reply->error_message, reply->error_message_zh);
        live_stream_end(stream, &error);
        return;
    }
    if (try_again(watch, reply->code, now)) {
        return;
    }
    watch->failures = dc_code_is_retryable(reply->code) ? watch->failures : 0;
    if (is_another(watch, reply)) {
        send_answer(watch, reply, now);
    }
}

/* --- running -----------------------------------------------------------------------------------
 */

static void
on_resolved(struct front *front, void *context, Kernel__Context *who, bool must_change,
            const struct dc_error *resolve_error)
{
    struct live_ticket *ticket = context;
    struct stream *stream = ticket->stream;
    free(ticket);
    if (!stream) {
        return;
    }
    stream->resolving = NULL;
    front->live_due = 0;
    if (who && !must_change) {
        return; /* it is in the memory of sessions now */
    }
    struct dc_error error;
    if (who) {
        dc_fail(&error, DC_FAILED_PRECONDITION, "the one-time password must be changed first");
        live_stream_end(stream, &error);
    } else if (!dc_code_is_retryable(resolve_error->code)) {
        live_stream_end(stream, resolve_error);
    } else {
        stream->resolve_after = dc_monotonic() + LIVE_RETRY_US;
    }
}

/* NULL: not known just now; org is asked, and the stream looked at again when it has answered. */
static Kernel__Context *
context_of(struct stream *stream, dc_time now, struct dc_arena *arena)
{
    struct front *front = stream->front;
    if (stream->resolving) {
        return NULL;
    }
    Kernel__Context *context =
        sessions_find(front->gateway->sessions, stream->caller.token, now, arena);
    if (context) {
        stream->tenant_id = context->tenant_id;
        stream->person_id = context->person_id;
        snprintf(stream->session_id, sizeof stream->session_id, "%s", context->session_id);
        caller_complete(&stream->caller, context);
        return context;
    }
    if (now < stream->resolve_after) {
        due_at(front, stream->resolve_after);
        return NULL;
    }
    stream->resolving = calloc(1, sizeof *stream->resolving);
    DC_ASSERT(stream->resolving);
    stream->resolving->stream = stream;
    stream->resolve_after = now + LIVE_RETRY_US; /* should the answer not be kept */
    caller_resolve(front, &stream->caller, QUERY_TIMEOUT_MS, on_resolved, stream->resolving);
    return NULL;
}

static void
run_watch(struct watch *watch, const Kernel__Context *context, dc_time now)
{
    struct front *front = watch->stream->front;
    watch->dirty = false;
    watch->started = now;
    watch->running_caused_at = watch->caused_at;
    watch->caused_at = 0;
    front->queries++;
    watch->call = front_call(front,
                             &(struct dc_bus_request){
                                 .service = watch->route->service,
                                 .method = watch->route->method,
                                 .body = watch->request,
                                 .body_size = watch->request_size,
                                 .context = context,
                                 .timeout_ms = QUERY_TIMEOUT_MS,
                             },
                             on_answer, watch);
}

/* Whether the watch is to be run now; says when to look again otherwise. */
static bool
is_due(struct watch *watch, dc_time now)
{
    struct front *front = watch->stream->front;
    if (watch->call) {
        return false; /* the answer will set live_due */
    }
    if (!watch->dirty && now >= watch->started + LIVE_REFRESH_US) {
        watch->dirty = true;
        watch->due = now;
    }
    if (!watch->dirty) {
        due_at(front, watch->started + LIVE_REFRESH_US);
        return false;
    }
    if (watch->due > now) {
        due_at(front, watch->due);
        return false;
    }
    return front->queries < LIVE_QUERIES_MAX;
}

/* True when a query of it was started. */
static bool
run_stream(struct stream *stream, dc_time now, struct dc_arena *arena)
{
    if (stream->ended) {
        return false;
    }
    if (now >= stream->sent_at + LIVE_ALIVE_US) {
        Gateway__WatchResponse alive = GATEWAY__WATCH_RESPONSE__INIT;
        live_stream_send(stream, &alive, now);
    }
    due_at(stream->front, stream->sent_at + LIVE_ALIVE_US);
    if (stream->out.length - stream->out_sent > LIVE_UNSENT_MAX) {
        return false; /* looked at again when it has been sent */
    }
    Kernel__Context *context = NULL;
    bool ran = false;
    for (size_t i = 0; i < stream->watch_count; i++) {
        struct watch *watch = &stream->watches[i];
        if (is_due(watch, now)) {
            context = context ? context : context_of(stream, now, arena);
            if (!context) {
                return ran;
            }
            run_watch(watch, context, now);
            ran = true;
        }
    }
    return ran;
}

int
live_run(struct front *front, dc_time now, int most_ms)
{
    if (now >= front->live_due) {
        front->live_due = INT64_MAX;
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct stream *stream = front->streams;
        for (size_t left = front->stream_count; left > 0 && stream; left--) {
            struct stream *next = stream->next;
            if (run_stream(stream, now, arena)) {
                live_stream_to_back(stream); /* its turn is over: everybody gets one */
            }
            stream = next;
        }
    }
    dc_time wait = front->live_due > now ? (front->live_due - now) / DC_MILLISECOND + 1 : 0;
    return wait < most_ms ? (int)wait : most_ms;
}
