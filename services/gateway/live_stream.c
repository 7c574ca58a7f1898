/* live_stream.c - one live page: what the browser asked for, and the bytes on their way to it. */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/assert.h"
#include "edge/json.h"
#include "edge/wire_check.h"
#include "envelope.h"

enum { REQUEST_BUDGET = 8 << 20, BLOCK = 16 * 1024 };

/* --- what is asked for -------------------------------------------------------------------------
 */

/* Only what reads may be run again and again. */
static bool
is_query(const struct route *route)
{
    static const char *const verbs[] = {"/Get", "/List", "/Explain", "/Search"};
    for (size_t i = 0; route->part == ROUTE_PLAIN && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (dc_text_starts_with(strrchr(route->path, '/'), verbs[i])) {
            return true;
        }
    }
    return false;
}

static enum dc_code
read_events(struct watch *watch, const Gateway__Watch *asked, const char *where,
            struct dc_error *error)
{
    if (asked->n_events > LIVE_EVENTS_MAX || asked->n_owner_ids > LIVE_OWNERS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, where,
                             "%s: at most %d events and %d owners are watched", where,
                             LIVE_EVENTS_MAX, LIVE_OWNERS_MAX);
    }
    for (size_t i = 0; i < asked->n_events; i++) {
        if (!dc_subject_is_valid(asked->events[i], true)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, where,
                                 "%s: \"%.60s\" is no subject or pattern", where, asked->events[i]);
        }
    }
    watch->events = asked->events; /* in the stream's arena, as all of the request */
    watch->event_count = asked->n_events;
    watch->owners = asked->owner_ids;
    watch->owner_count = asked->n_owner_ids;
    return DC_OK;
}

static enum dc_code
read_watch(struct stream *stream, size_t index, const Gateway__Watch *asked, struct dc_error *error)
{
    struct watch *watch = &stream->watches[index];
    struct dc_arena *arena = stream->arena;
    const char *where = dc_arena_printf(arena, "watches[%zu]", index);
    size_t id_length = dc_utf8_length(asked->id, strlen(asked->id));
    if (id_length < 1 || id_length > LIVE_ID_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, where,
                             "%s: the id must have 1 to %d characters", where, LIVE_ID_MAX);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(stream->watches[i].id, asked->id) == 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, where,
                                 "%s: the id \"%s\" is given twice", where, asked->id);
        }
    }
    *watch = (struct watch){.stream = stream, .id = asked->id, .dirty = true};
    watch->route = routes_find(stream->front->gateway->routes,
                               dc_arena_printf(arena, "/%.200s", asked->method));
    if (!watch->route || !is_query(watch->route)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, where, "%s: there is no query \"%.120s\"",
                             where, asked->method);
    }
    ProtobufCMessage *message;
    enum dc_code code = dc_json_decode(watch->route->input, asked->request_json,
                                       strlen(asked->request_json), arena, &message, error);
    if (code != DC_OK) {
        return error ? dc_fail_context(error, "%s.request_json", where) : code;
    }
    uint8_t *packed;
    dc_wire_pack(message, arena, &packed, &watch->request_size);
    watch->request = packed;
    return read_events(watch, asked, where, error);
}

static enum dc_code
read_request(struct stream *stream, const struct request *request, struct dc_error *error)
{
    const uint8_t *data;
    size_t size;
    ProtobufCMessage *message;
    DC_TRY(envelope_read_one((const uint8_t *)dc_text_cstr(&request->body), request->body.length,
                             &data, &size, error));
    const ProtobufCMessageDescriptor *input = request->route->input;
    if (stream->json) {
        DC_TRY(dc_json_decode(input, (const char *)data, size, stream->arena, &message, error));
    } else {
        DC_TRY(dc_wire_unpack(input, data, size, stream->arena, &message, error));
    }
    const Gateway__WatchRequest *asked = (const Gateway__WatchRequest *)message;
    if (asked->n_watches < 1 || asked->n_watches > LIVE_WATCHES_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "watches",
                             "there are %zu watches; 1 to %d are allowed", asked->n_watches,
                             LIVE_WATCHES_MAX);
    }
    stream->watches = DC_NEW_ARRAY(stream->arena, struct watch, asked->n_watches);
    for (size_t i = 0; i < asked->n_watches; i++) {
        DC_TRY(read_watch(stream, i, asked->watches[i], error));
        stream->watch_count++;
    }
    return DC_OK;
}

enum dc_code
live_stream_new(struct stream **ret_stream, struct request *request, struct dc_error *error)
{
    if (!request->caller.has_token) {
        return dc_fail(error, DC_UNAUTHENTICATED, "please log in");
    }
    struct stream *stream = calloc(1, sizeof *stream);
    DC_ASSERT(stream);
    stream->front = request->front;
    stream->connection = request->connection;
    stream->caller = request->caller;
    stream->json = request->kind == GUARD_BODY_STREAM_JSON;
    stream->arena = dc_arena_new(REQUEST_BUDGET);
    stream->sent_at = dc_monotonic();
    enum dc_code code = read_request(stream, request, error);
    if (code != DC_OK) {
        live_stream_free(stream);
        return code;
    }
    *ret_stream = stream;
    return DC_OK;
}

void
live_stream_free(struct stream *stream)
{
    if (stream->resolving) {
        stream->resolving->stream = NULL;
    }
    dc_text_release(&stream->out);
    dc_arena_free(stream->arena);
    explicit_bzero(&stream->caller, sizeof stream->caller);
    free(stream);
}

/* --- what is sent ------------------------------------------------------------------------------
 */

static void
wake(struct stream *stream)
{
    if (stream->suspended) {
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
}

void
live_stream_send(struct stream *stream, const Gateway__WatchResponse *response, dc_time now)
{
    if (stream->ended) {
        return;
    }
    if (stream->json) {
        DC_AUTO_TEXT struct dc_text json = DC_TEXT_INIT;
        dc_json_encode(&response->base, &json);
        envelope_add(&stream->out, 0, json.data, json.length);
    } else {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        uint8_t *data;
        size_t size;
        dc_wire_pack(&response->base, arena, &data, &size);
        envelope_add(&stream->out, 0, data, size);
    }
    stream->sent_at = now;
    wake(stream);
}

void
live_stream_end(struct stream *stream, const struct dc_error *error)
{
    if (!stream->ended) {
        envelope_add_end(&stream->out, error, stream->caller.language);
        stream->ended = true;
        wake(stream);
    }
}

static ssize_t
read_out(void *context, uint64_t position, char *buffer, size_t room)
{
    (void)position;
    struct stream *stream = context;
    size_t left = stream->out.length - stream->out_sent;
    if (left == 0) {
        if (stream->ended) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    size_t size = left < room ? left : room;
    memcpy(buffer, stream->out.data + stream->out_sent, size);
    stream->out_sent += size;
    if (stream->out_sent == stream->out.length) {
        /* A large answer's memory is not kept for as long as the page is open. */
        dc_text_release(&stream->out);
        stream->out_sent = 0;
        stream->front->live_due = 0; /* queries may have waited for this */
    }
    return (ssize_t)size;
}

static struct dc_gauge *
open_pages(void)
{
    return dc_gauge("dacheng_gateway_live_pages", "", "Live pages that are open.");
}

static void
link_last(struct stream *stream)
{
    struct front *front = stream->front;
    stream->previous = front->last_stream;
    stream->next = NULL;
    *(front->last_stream ? &front->last_stream->next : &front->streams) = stream;
    front->last_stream = stream;
}

static void
unlink_stream(struct stream *stream)
{
    struct front *front = stream->front;
    *(stream->previous ? &stream->previous->next : &front->streams) = stream->next;
    *(stream->next ? &stream->next->previous : &front->last_stream) = stream->previous;
}

void
live_stream_to_back(struct stream *stream)
{
    unlink_stream(stream);
    link_last(stream);
}

static void
closed(void *context)
{
    struct stream *stream = context;
    struct front *front = stream->front;
    for (size_t i = 0; i < stream->watch_count; i++) {
        if (stream->watches[i].call) {
            front_forget(front, stream->watches[i].call);
            front->queries--;
        }
    }
    unlink_stream(stream);
    front->stream_count--;
    dc_gauge_add(open_pages(), -1);
    live_stream_free(stream);
}

enum MHD_Result
live_stream_start(struct stream *stream)
{
    struct front *front = stream->front;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_out, stream, closed);
    DC_ASSERT(response);
    link_last(stream);
    front->stream_count++;
    dc_gauge_add(open_pages(), 1);
    front->live_due = 0;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            stream->json ? "application/connect+json"
                                         : "application/connect+proto");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Accel-Buffering", "no");
    answer_add_security(response);
    enum MHD_Result result = MHD_queue_response(stream->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}
