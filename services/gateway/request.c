/*
 * request.c - one request, from its head to its answer: guards, body, caller, bus, answer.
 *
 * libmicrohttpd calls the handler once for the head, then for each piece of the body, then once
 * more; and again when a suspended connection is resumed. `phase` says where we are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/assert.h"
#include "base/words.h"
#include "edge/json.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "envelope.h"
#include "gateway.h"

enum {
    HEADERS_MAX = 100,
    COOKIE_SECONDS = 7 * 24 * 3600, /* org ends the session earlier when it is idle */
};

/* --- shared steps ------------------------------------------------------------------------------
 */

void
request_suspend(struct request *request)
{
    MHD_suspend_connection(request->connection);
    request->phase = REQUEST_WORKING;
    request->front->requests++;
}

void
request_resume(struct request *request)
{
    request->front->requests--;
    MHD_resume_connection(request->connection);
}

/* False: this request, or all that are being read, would be too large; the rest is not kept. */
bool
request_keep_body(struct request *request, const char *data, size_t size, size_t most)
{
    struct gateway *gateway = request->front->gateway;
    if (size > most || request->body.length > most - size) {
        return false;
    }
    if (atomic_fetch_add(&gateway->bodies, size) + size > gateway->bodies_max) {
        atomic_fetch_sub(&gateway->bodies, size);
        return false;
    }
    request->charged += size;
    dc_text_append(&request->body, data, size);
    return true;
}

void
request_drop_body(struct request *request)
{
    atomic_fetch_sub(&request->front->gateway->bodies, request->charged);
    request->charged = 0;
    dc_text_release(&request->body);
}

static void
count_answer(struct request *request, enum dc_code code)
{
    dc_span_end(&request->span, code);
    if (request->route) {
        dc_counter_add(request->route->answers[code], 1);
        if (request->started) {
            dc_histogram_observe(request->route->seconds, dc_monotonic() - request->started);
        }
    }
}

static bool
is_stream(const struct request *request)
{
    return request->kind == GUARD_BODY_STREAM_JSON || request->kind == GUARD_BODY_STREAM_PROTO;
}

static const char *
stream_type(const struct request *request)
{
    return request->kind == GUARD_BODY_STREAM_JSON ? "application/connect+json"
                                                   : "application/connect+proto";
}

/* A cookie that org does not know any more is taken back. */
void
request_add_cookie(const struct request *request, const char *token)
{
    const struct gateway *gateway = request->front->gateway;
    char text[GUARD_TOKEN_MAX + 160];
    snprintf(text, sizeof text, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             gateway->cookie_name, token, *token ? COOKIE_SECONDS : 0,
             gateway->behind_tls ? "; Secure" : "");
    MHD_add_response_header(request->response, MHD_HTTP_HEADER_SET_COOKIE, text);
}

static void
set_answer(struct request *request, unsigned status, struct MHD_Response *response)
{
    DC_ASSERT(!request->response);
    request->status = status;
    request->response = response;
    request->phase = REQUEST_ANSWERED;
}

void
request_answer(struct request *request, struct dc_text *text, const char *content_type)
{
    count_answer(request, DC_OK);
    set_answer(request, MHD_HTTP_OK, answer_new(text, content_type));
}

void
request_answer_error(struct request *request, const struct dc_error *error)
{
    count_answer(request, error->code);
    if (error->code == DC_INTERNAL || error->code == DC_UNAVAILABLE || error->code == DC_UNKNOWN) {
        dc_log(DC_LOG_WARN, "request failed",
               DC_LOG_FIELDS({"method", request->route ? request->route->method : "upload"},
                             {"code", dc_code_wire_name(error->code)}, {"error", error->message},
                             {"trace", request->caller.trace}));
    }
    if (is_stream(request)) {
        struct dc_text text = DC_TEXT_INIT;
        envelope_add_end(&text, error, request->caller.language);
        set_answer(request, MHD_HTTP_OK, answer_new(&text, stream_type(request)));
        return;
    }
    unsigned status = request->too_large ? MHD_HTTP_CONTENT_TOO_LARGE
                                         : (unsigned)dc_code_http_status(error->code);
    set_answer(request, status, answer_new_error(error, request->caller.language));
    if (error->code == DC_UNAUTHENTICATED && request->caller.by_cookie) {
        request_add_cookie(request, "");
    }
}

/* --- the caller --------------------------------------------------------------------------------
 */

static void
on_resolved(struct front *front, void *context, Kernel__Context *who, bool must_change,
            const struct dc_error *error)
{
    struct request *request = context;
    request->call = 0;
    if (who) {
        /* The answer's memory ends with this call. */
        size_t size = kernel__context__get_packed_size(who);
        uint8_t *packed = dc_arena_alloc(front->arena, size);
        kernel__context__pack(who, packed);
        request->context =
            kernel__context__unpack(dc_arena_allocator(request->arena), size, packed);
        DC_ASSERT(request->context);
        caller_complete(&request->caller, request->context);
    }
    request->resolved(front, request, request->context, must_change, error);
    if (request->phase == REQUEST_ANSWERED || request->phase == REQUEST_READING) {
        request_resume(request);
    }
}

void
request_resolve(struct request *request, caller_fn *next)
{
    struct front *front = request->front;
    struct dc_error error;
    if (!request->caller.has_token) {
        dc_fail(&error, DC_UNAUTHENTICATED, "please log in");
        next(front, request, NULL, false, &error);
        return;
    }
    request->context = sessions_find(front->gateway->sessions, request->caller.token,
                                     dc_monotonic(), request->arena);
    if (request->context) {
        caller_complete(&request->caller, request->context);
        next(front, request, request->context, false, NULL);
        return;
    }
    request->resolved = next;
    request_suspend(request);
    request->call =
        caller_resolve(front, &request->caller, request->timeout_ms, on_resolved, request);
}

/* --- the head ----------------------------------------------------------------------------------
 */

struct heads {
    struct guard_header items[HEADERS_MAX];
    size_t count;
    bool too_many;
};

static enum MHD_Result
add_head(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct heads *heads = context;
    (void)kind;
    if (heads->count == HEADERS_MAX) {
        heads->too_many = true;
        return MHD_NO;
    }
    heads->items[heads->count++] = (struct guard_header){name, value};
    return MHD_YES;
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum dc_code
check_framing(struct MHD_Connection *connection, const char *method, struct dc_error *error)
{
    struct heads heads = {.count = 0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, add_head, &heads);
    if (heads.too_many) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "more than %d headers", HEADERS_MAX);
    }
    return guard_framing(method, heads.items, heads.count, error);
}

static enum dc_code
check_origin(const struct gateway *gateway, struct MHD_Connection *connection,
             struct dc_error *error)
{
    const char *site = header(connection, "Sec-Fetch-Site");
    if (!guard_same_origin(header(connection, "Origin"), header(connection, "Host"),
                           gateway->behind_tls) ||
        (site && strcmp(site, "cross-site") == 0)) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "requests from pages of another origin are refused");
    }
    return DC_OK;
}

/* What Connect says in headers. */
static enum dc_code
check_connect(struct request *request, struct MHD_Connection *connection, struct dc_error *error)
{
    const char *version = header(connection, "Connect-Protocol-Version");
    if (version && strcmp(version, "1") != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "Connect-Protocol-Version is \"%.20s\"; 1 is wanted", version);
    }
    const char *encoding =
        header(connection, is_stream(request) ? "Connect-Content-Encoding" : "Content-Encoding");
    if (encoding && strcmp(encoding, "identity") != 0) {
        return dc_fail(error, DC_UNIMPLEMENTED, "\"%.20s\" is no encoding that is understood here",
                       encoding);
    }
    DC_TRY(guard_timeout(header(connection, "Connect-Timeout-Ms"),
                         request->front->gateway->timeout_ms, &request->timeout_ms, error));
    const char *key = header(connection, "Idempotency-Key");
    if (key && !guard_key_is_valid(key)) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "Idempotency-Key must be 1 to %d printable characters", GUARD_KEY_MAX);
    }
    snprintf(request->key, sizeof request->key, "%s", key ? key : "");
    return DC_OK;
}

/* Stands for a GET whose head was found good. It is answered at the second call: libmicrohttpd
 * closes the connection after an answer to the first. */
static char page_mark;

static struct request *
request_new(struct front *front, struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof *request);
    DC_ASSERT(request);
    request->front = front;
    request->connection = connection;
    request->timeout_ms = front->gateway->timeout_ms;
    return request;
}

void
request_completed(void *front, struct MHD_Connection *connection, void **state,
                  enum MHD_RequestTerminationCode code)
{
    (void)front, (void)connection, (void)code;
    struct request *request = *state;
    if (!request || *state == &page_mark) {
        return;
    }
    DC_ASSERT(request->call == 0); /* a suspended connection does not end */
    request_drop_body(request);
    if (request->response) {
        MHD_destroy_response(request->response);
    }
    dc_arena_free(request->arena);
    explicit_bzero(&request->caller, sizeof request->caller);
    free(request);
    *state = NULL;
}

/* Whether more is announced than may come; what is not announced is counted as it comes. */
static bool
is_announced_too_large(struct MHD_Connection *connection, size_t most)
{
    const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    int64_t bytes;
    return length && (!guard_offset(length, &bytes) || (uint64_t)bytes > most);
}

static enum MHD_Result
too_large(struct MHD_Connection *connection, size_t most)
{
    struct dc_error error;
    dc_fail(&error, DC_RESOURCE_EXHAUSTED, "the request is larger than %zu bytes", most);
    return answer_error(connection, MHD_HTTP_CONTENT_TOO_LARGE, &error, true);
}

/* Reads who asks, and begins the request's span: what is called for it continues that one. */
static void
read_caller(struct request *request)
{
    struct caller *caller = &request->caller;
    caller_read(caller, request->front->gateway, request->connection);
    if (request->route && request->route->part == ROUTE_LIVE) {
        caller->trace[DC_TRACE_TEXT - 2] = '0'; /* queries of hours are no trace */
        return;
    }
    (caller->begins_trace ? dc_span_root : dc_span_begin)(&request->span, DC_SPAN_SERVER,
                                                          caller->trace);
    if (request->span.recorded) {
        memcpy(caller->trace, request->span.own, sizeof caller->trace);
        dc_span_name(&request->span, request->route ? request->route->method : "upload");
    }
}

static enum MHD_Result
begin_post(struct front *front, struct MHD_Connection *connection, const char *url, void **state)
{
    const struct gateway *gateway = front->gateway;
    struct dc_error error;
    const struct route *route = routes_find(gateway->routes, url);
    if (!route) {
        dc_fail(&error, DC_UNIMPLEMENTED, "there is no method %.200s", *url ? url + 1 : "");
        return answer_error(connection, MHD_HTTP_NOT_IMPLEMENTED, &error, true);
    }
    enum guard_body kind = guard_body_of(header(connection, MHD_HTTP_HEADER_CONTENT_TYPE));
    bool stream = kind == GUARD_BODY_STREAM_JSON || kind == GUARD_BODY_STREAM_PROTO;
    bool unary = kind == GUARD_BODY_JSON || kind == GUARD_BODY_PROTO;
    if (route->part == ROUTE_LIVE ? !stream : !unary) {
        dc_fail(&error, DC_INVALID_ARGUMENT, "the content type must be %s",
                route->part == ROUTE_LIVE
                    ? DC_WORDS("application/connect+json or application/connect+proto")
                    : DC_WORDS("application/json or application/proto"));
        return answer_error(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, &error, true);
    }
    if (is_announced_too_large(connection, gateway->body_max)) {
        return too_large(connection, gateway->body_max);
    }
    struct request *request = request_new(front, connection);
    request->route = route;
    request->kind = kind;
    request->arena = dc_arena_new(0);
    read_caller(request);
    *state = request;
    if (check_connect(request, connection, &error) != DC_OK) {
        request_answer_error(request, &error);
        return MHD_queue_response(connection, request->status, request->response);
    }
    return MHD_YES;
}

static enum MHD_Result
begin_put(struct front *front, struct MHD_Connection *connection, const char *url, void **state)
{
    const struct gateway *gateway = front->gateway;
    struct dc_error error;
    int64_t run_id, offset;
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "offset");
    if (!guard_upload_path(url, &run_id) || !guard_offset(text, &offset)) {
        dc_fail(&error, DC_NOT_FOUND, "uploads go to /upload/<run id>?offset=<bytes sent so far>");
        return answer_error(connection, MHD_HTTP_NOT_FOUND, &error, true);
    }
    if (guard_body_of(header(connection, MHD_HTTP_HEADER_CONTENT_TYPE)) != GUARD_BODY_BYTES) {
        dc_fail(&error, DC_INVALID_ARGUMENT,
                "the content type of an upload is application/octet-stream or text/csv");
        return answer_error(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, &error, true);
    }
    if (is_announced_too_large(connection, gateway->upload_max)) {
        return too_large(connection, gateway->upload_max);
    }
    struct request *request = request_new(front, connection);
    request->kind = GUARD_BODY_BYTES;
    request->arena = dc_arena_new(0);
    request->run_id = run_id;
    request->offset = offset;
    read_caller(request);
    *state = request;
    return MHD_YES;
}

static enum MHD_Result
begin(struct front *front, struct MHD_Connection *connection, const char *url, const char *method,
      void **state)
{
    struct dc_error error;
    if (check_framing(connection, method, &error) != DC_OK) {
        return answer_error(connection, MHD_HTTP_BAD_REQUEST, &error, true);
    }
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        if (routes_find(front->gateway->routes, url)) {
            dc_fail(&error, DC_UNIMPLEMENTED, "methods are called by POST");
            return answer_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, &error, true);
        }
        *state = &page_mark;
        return MHD_YES;
    }
    bool post = strcmp(method, "POST") == 0;
    if (!post && strcmp(method, "PUT") != 0) {
        dc_fail(&error, DC_UNIMPLEMENTED, "%.16s is not done here", method);
        return answer_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, &error, true);
    }
    if (check_origin(front->gateway, connection, &error) != DC_OK) {
        return answer_error(connection, MHD_HTTP_FORBIDDEN, &error, true);
    }
    return post ? begin_post(front, connection, url, state)
                : begin_put(front, connection, url, state);
}

/* --- the handler -------------------------------------------------------------------------------
 */

static void
take_data(struct request *request, const char *data, size_t *size)
{
    if (!request->route) {
        upload_data(request, data, size);
        return;
    }
    if (!request->too_large &&
        !request_keep_body(request, data, *size, request->front->gateway->body_max)) {
        request->too_large = true;
        request_drop_body(request);
    }
    *size = 0;
}

static void
take_end(struct request *request)
{
    if (!request->route) {
        upload_end(request);
        return;
    }
    if (request->too_large) {
        struct dc_error error;
        dc_fail(&error, DC_RESOURCE_EXHAUSTED,
                "the request is larger than %zu bytes, or too many large ones come at once",
                request->front->gateway->body_max);
        request_answer_error(request, &error);
        return;
    }
    request_call(request);
}

enum MHD_Result
request_handle(void *context, struct MHD_Connection *connection, const char *url,
               const char *method, const char *version, const char *data, size_t *size,
               void **state)
{
    (void)version;
    struct front *front = context;
    if (*state == &page_mark) {
        return files_answer(front->gateway->files, connection, url);
    }
    struct request *request = *state;
    if (!request) {
        return begin(front, connection, url, method, state);
    }
    bool has_data = *size > 0; /* without: the end of the body, or resumed behind it */
    if (request->phase == REQUEST_READING && has_data) {
        take_data(request, data, size);
    } else if (request->phase == REQUEST_READING) {
        request->started = dc_monotonic();
        if (request->route && request->route->part == ROUTE_LIVE && !request->too_large) {
            return live_open(request);
        }
        take_end(request);
    } else if (request->phase == REQUEST_ANSWERED) {
        *size = 0; /* an upload that failed: the rest is read and dropped */
    }
    if (request->phase == REQUEST_ANSWERED && !has_data) {
        return MHD_queue_response(connection, request->status, request->response);
    }
    return MHD_YES;
}
