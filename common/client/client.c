/* client.c - the library's connection and its requests; see dacheng.h. */
#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "edge/bus_wire.h"
#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"

enum { OPEN_MS = 5000, CALL_MS = 10000, ENDPOINTS_MAX = 8 };

/* The last connection that goes takes the process's ZeroMQ with it. */
static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t connections;

static void
count_connection(int change)
{
    pthread_mutex_lock(&count_lock);
    connections += (size_t)change;
    if (connections == 0) {
        dc_bus_terminate();
    }
    pthread_mutex_unlock(&count_lock);
}

int
client_fail(struct dacheng_error *ret_error, const struct dc_error *error)
{
    if (ret_error) {
        ret_error->code = (int)error->code;
        snprintf(ret_error->field, sizeof(ret_error->field), "%s", error->field);
        snprintf(ret_error->message, sizeof(ret_error->message), "%s", error->message);
    }
    return (int)error->code;
}

const char *
dacheng_code_name(int code)
{
    return code >= 0 && code < DC_CODE_COUNT ? dc_code_wire_name((enum dc_code)code) : "unknown";
}

void
dacheng_free(void *memory)
{
    free(memory);
}

/* --- connection ------------------------------------------------------------------------------- */
static enum dc_code
read_key(const char *path, const char *field, char ret_key[DC_BUS_KEY_TEXT], struct dc_error *error)
{
    if (!path) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "is missing");
    }
    DC_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char line[128] = "";
    if (!file || !fgets(line, sizeof(line), file)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "%s: %s", path,
                             file ? "is empty" : strerror(errno));
    }
    line[strcspn(line, " \t\r\n")] = '\0';
    if (strlen(line) != DC_BUS_KEY_TEXT - 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "%s is not a CURVE key: one line of 40 characters is expected", path);
    }
    memcpy(ret_key, line, DC_BUS_KEY_TEXT);
    explicit_bzero(line, sizeof(line));
    return DC_OK;
}

/* "a, b" into a NULL-ended list, in `text`. */
static enum dc_code
split_endpoints(char *text, const char *ret_endpoints[ENDPOINTS_MAX + 1], struct dc_error *error)
{
    size_t count = 0;
    char *rest;
    for (char *one = strtok_r(text, ", ", &rest); one; one = strtok_r(NULL, ", ", &rest)) {
        if (count == ENDPOINTS_MAX) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "endpoints", "are more than %d",
                                 ENDPOINTS_MAX);
        }
        ret_endpoints[count++] = one;
    }
    ret_endpoints[count] = NULL;
    return DC_OK;
}

/* A key that is refused is said at once; anything else may come right within the time. */
static enum dc_code
wait_for_welcome(struct dc_bus *bus, int timeout_ms, struct dc_error *error)
{
    struct dc_error last = {0};
    int64_t deadline = dc_monotonic() + timeout_ms * DC_MILLISECOND;
    while (!dc_bus_is_connected(bus)) {
        const struct dc_error *trouble = dc_bus_trouble(bus);
        if (trouble) {
            last = *trouble;
        }
        if (last.code == DC_UNAUTHENTICATED) {
            return dc_fail_with(error, last.code, "key_file", last.message, last.message_zh);
        }
        if (dc_monotonic() > deadline) {
            return dc_fail(error, DC_UNAVAILABLE, "no bus was reached within %d ms%s%s", timeout_ms,
                           last.code ? ": " : "", last.message);
        }
        dc_bus_poll(bus, 20);
    }
    return DC_OK;
}

static enum dc_code
open_bus(struct dc_bus **ret_bus, const struct dacheng_options *options, struct dc_error *error)
{
    char secret[DC_BUS_KEY_TEXT], public_key[DC_BUS_KEY_TEXT], server[DC_BUS_KEY_TEXT];
    char texts[CLIENT_TEXT];
    const char *endpoints[ENDPOINTS_MAX + 1];
    if (!options->endpoints || strlen(options->endpoints) >= sizeof(texts)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "endpoints", "must name at least one bus");
    }
    if (options->timeout_ms < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "timeout_ms", "is below 0");
    }
    snprintf(texts, sizeof(texts), "%s", options->endpoints);
    DC_TRY(split_endpoints(texts, endpoints, error));
    DC_TRY(read_key(options->key_file, "key_file", secret, error));
    DC_TRY(read_key(options->server_key_file, "server_key_file", server, error));
    DC_TRY(dc_bus_public_of(secret, public_key, error));
    DC_AUTO(dc_bus) struct dc_bus *bus = NULL;
    enum dc_code code = dc_bus_open(
        &bus,
        &(struct dc_bus_options){.endpoints = endpoints,
                                 .public_key = public_key,
                                 .secret_key = secret,
                                 .server_key = server,
                                 .instance = options->name ? options->name : "libdacheng"},
        error);
    explicit_bzero(secret, sizeof(secret));
    DC_TRY(code);
    DC_TRY(wait_for_welcome(bus, options->timeout_ms ? options->timeout_ms : OPEN_MS, error));
    *ret_bus = DC_TAKE(bus);
    return DC_OK;
}

int
dacheng_open(struct dacheng **ret_dacheng, const struct dacheng_options *given,
             struct dacheng_error *ret_error)
{
    const struct dacheng_options options = CLIENT_OPTIONS(struct dacheng_options, given);
    struct dc_error error = {0};
    struct dc_bus *bus = NULL;
    count_connection(1);
    if (open_bus(&bus, &options, &error) != DC_OK) {
        count_connection(-1);
        return client_fail(ret_error, &error);
    }
    struct dacheng *dacheng = calloc(1, sizeof(*dacheng));
    DC_ASSERT(dacheng);
    dacheng->tag = CLIENT_TAG;
    dacheng->bus = bus;
    *ret_dacheng = dacheng;
    return DACHENG_OK;
}

void
dacheng_close(struct dacheng *dacheng)
{
    if (!dacheng) {
        return;
    }
    DC_ASSERT(dacheng->tag == CLIENT_TAG);
    dacheng_unsubscribe(dacheng->subscription);
    dc_bus_free(dacheng->bus);
    dacheng->tag = 0;
    free(dacheng);
    count_connection(-1);
}

/* --- requests --------------------------------------------------------------------------------- */
static enum dc_code
call(struct dacheng *dacheng, const struct dc_bus_request *what,
     const struct dacheng_call_options *given, struct dc_arena *arena, const uint8_t **ret_body,
     size_t *ret_size, struct dc_error *error)
{
    const struct dacheng_call_options options = CLIENT_OPTIONS(struct dacheng_call_options, given);
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = options.tenant_id;
    struct dc_bus_request request = *what;
    request.context = options.tenant_id ? &context : NULL;
    request.idempotency_key = options.idempotency_key;
    request.timeout_ms = options.timeout_ms ? options.timeout_ms : CALL_MS;
    if (request.timeout_ms < 1 || request.timeout_ms > DC_BUS_TIMEOUT_MAX_MS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "timeout_ms",
                             "is %" PRId64 "; allowed are 1..%d", request.timeout_ms,
                             DC_BUS_TIMEOUT_MAX_MS);
    }
    if (request.idempotency_key && strlen(request.idempotency_key) > DC_BUS_KEY_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "idempotency_key",
                             "is longer than %d bytes", DC_BUS_KEY_MAX);
    }
    if (!dc_subject_is_valid(request.service, false) ||
        strlen(request.method) > DC_BUS_METHOD_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "service", "\"%.80s\" is not a service",
                             request.service);
    }
    if (request.body_size > DC_BUS_BODY_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "body", "has %zu bytes; %d are allowed",
                             request.body_size, DC_BUS_BODY_MAX);
    }
    return dc_bus_call(dacheng->bus, &request, arena, ret_body, ret_size, error);
}

int
dacheng_call(struct dacheng *dacheng, const char *service, const char *method, const void *body,
             size_t body_size, const struct dacheng_call_options *options, void **ret_body,
             size_t *ret_size, struct dacheng_error *ret_error)
{
    DC_ASSERT(dacheng->tag == CLIENT_TAG);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_error error = {0};
    const struct dc_bus_request request = {
        .service = service, .method = method, .body = body, .body_size = body_size};
    const uint8_t *answer;
    size_t size;
    if (call(dacheng, &request, options, arena, &answer, &size, &error) != DC_OK) {
        return client_fail(ret_error, &error);
    }
    *ret_body = malloc(size + 1);
    DC_ASSERT(*ret_body);
    memcpy(*ret_body, size ? answer : (const uint8_t *)"", size);
    *ret_size = size;
    return DACHENG_OK;
}

int
dacheng_call_json(struct dacheng *dacheng, const char *method, const char *json,
                  const struct dacheng_call_options *options, char **ret_json,
                  struct dacheng_error *ret_error)
{
    DC_ASSERT(dacheng->tag == CLIENT_TAG);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    struct dc_bus_request request = {0};
    const ProtobufCMethodDescriptor *found;
    ProtobufCMessage *message;
    const uint8_t *answer;
    size_t size;
    json = json ? json : "";
    if (dc_registry_method(method, arena, &found, &request.service, &request.method, &error) ||
        dc_json_decode(found->input, json, strlen(json), arena, &message, &error) != DC_OK) {
        return client_fail(ret_error, &error);
    }
    uint8_t *body;
    dc_wire_pack(message, arena, &body, &request.body_size);
    request.body = body;
    if (call(dacheng, &request, options, arena, &answer, &size, &error) != DC_OK ||
        dc_wire_unpack(found->output, answer, size, arena, &message, &error) != DC_OK) {
        return client_fail(ret_error, &error);
    }
    dc_json_encode(message, &text);
    *ret_json = strdup(dc_text_cstr(&text));
    DC_ASSERT(*ret_json);
    return DACHENG_OK;
}
