/* ask.c - see ask.h. */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "edge/json.h"
#include "edge/wire_check.h"
#include "harness.h"

enum { TIMEOUT_MS = 120000 };

static json_t *kept; /* array of all answers */

void
dc_test_ask_forget(void)
{
    json_decref(kept);
    kept = NULL;
}

static json_t *
keep(json_t *value)
{
    if (!kept) {
        kept = json_array();
    }
    json_array_append_new(kept, value);
    return value;
}

static const ProtobufCMethodDescriptor *
method_of(const ProtobufCServiceDescriptor *service, const char *name)
{
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(service, name);
    if (!method) {
        dc_test_die("%s has no method %s", service->name, name);
    }
    return method;
}

enum dc_code
dc_test_send(struct dc_bus *from, const ProtobufCServiceDescriptor *service, const char *name,
             const Kernel__Context *context, const ProtobufCMessage *request, json_t **ret_answer,
             struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const ProtobufCMethodDescriptor *method = method_of(service, name);
    char bus_name[64], full[256];
    sscanf(service->package, "dacheng.%63[a-z]", bus_name);
    snprintf(full, sizeof(full), "%s/%s", service->name, name);
    uint8_t *body;
    const uint8_t *reply = NULL;
    size_t size, reply_size = 0;
    dc_wire_pack(request, arena, &body, &size);
    DC_TRY(dc_bus_call(from,
                       &(struct dc_bus_request){.service = bus_name,
                                                .method = full,
                                                .body = body,
                                                .body_size = size,
                                                .context = context,
                                                .timeout_ms = TIMEOUT_MS},
                       arena, &reply, &reply_size, error));
    ProtobufCMessage *response;
    DC_TRY(dc_wire_unpack(method->output, reply, reply_size, arena, &response, error));
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(response, &text);
    json_error_t where;
    json_t *answer = json_loadb(text.data, text.length, 0, &where);
    if (!answer) {
        dc_test_die("%s: the answer is not JSON: %s", full, where.text);
    }
    *ret_answer = keep(answer);
    return DC_OK;
}

static enum dc_code
ask(struct dc_bus *from, const ProtobufCServiceDescriptor *service, const char *name,
    const Kernel__Context *context, json_t **ret_answer, struct dc_error *error, const char *format,
    va_list arguments)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO_FREE char *json = NULL;
    if (vasprintf(&json, format, arguments) < 0) {
        dc_test_die("no memory");
    }
    ProtobufCMessage *request;
    struct dc_error fault;
    if (dc_json_decode(method_of(service, name)->input, json, strlen(json), arena, &request,
                       &fault) != DC_OK) {
        dc_test_die("%s: the test's own request is wrong: %s: %s", name, fault.field,
                    fault.message);
    }
    return dc_test_send(from, service, name, context, request, ret_answer, error);
}

json_t *
dc_test_ask(struct dc_bus *from, const ProtobufCServiceDescriptor *service, const char *method,
            const Kernel__Context *context, const char *format, ...)
{
    json_t *answer = NULL;
    struct dc_error error;
    va_list arguments;
    va_start(arguments, format);
    enum dc_code code = ask(from, service, method, context, &answer, &error, format, arguments);
    va_end(arguments);
    if (code != DC_OK) {
        dc_test_die("%s/%s: %s (%s): %s", service->name, method, dc_code_wire_name(code),
                    error.field, error.message);
    }
    return answer;
}

enum dc_code
dc_test_refused(struct dc_bus *from, const ProtobufCServiceDescriptor *service, const char *method,
                const Kernel__Context *context, struct dc_error *ret_error, const char *format, ...)
{
    json_t *answer = NULL;
    va_list arguments;
    va_start(arguments, format);
    enum dc_code code = ask(from, service, method, context, &answer, ret_error, format, arguments);
    va_end(arguments);
    return code;
}

json_t *
dc_test_value(const json_t *value, const char *path)
{
    char step[128];
    while (value && *path) {
        size_t length = strcspn(path, ".");
        snprintf(step, sizeof(step), "%.*s", (int)length, path);
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(step))
                                     : json_object_get(value, step);
        path += length + (path[length] == '.');
    }
    return (json_t *)value;
}

const char *
dc_test_text(const json_t *value, const char *path)
{
    const char *text = json_string_value(dc_test_value(value, path));
    return text ? text : "";
}

int64_t
dc_test_number(const json_t *value, const char *path)
{
    const json_t *found = dc_test_value(value, path);
    return json_is_string(found) ? strtoll(json_string_value(found), NULL, 10)
                                 : json_integer_value(found);
}

size_t
dc_test_count(const json_t *value, const char *path)
{
    return json_array_size(dc_test_value(value, path));
}
