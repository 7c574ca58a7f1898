/* session.c - configuration, the connection, one call. */
#include "session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dacheng/bus/v1/bus.pb-c.h>
#include <dacheng/org/v1/org.pb-c.h>

#include "edge/json.h"
#include "edge/wire_check.h"

const struct dc_option ctl_options[] = {
    {"bus.endpoints", DC_OPTION_LIST, "tcp://127.0.0.1:7100", 0, 0,
     "the bus instances: tcp://host:port or ipc://path"},
    {"bus.key_file", DC_OPTION_SECRET_FILE, NULL, 0, 0, "file with the secret key to connect with"},
    {"bus.server_key_file", DC_OPTION_SECRET_FILE, NULL, 0, 0, "file with the bus's public key"},
    {0},
};

enum { CONNECT_MS = 5000, BODY_BUDGET = 256 << 20 };

int
ctl_failed(const struct dc_error *error)
{
    fprintf(stderr, "dacheng: %s: %s%s%s\n", dc_code_wire_name(error->code),
            error->field[0] ? error->field : "", error->field[0] ? ": " : "", error->message);
    return error->code == DC_UNAVAILABLE ? CTL_UNREACHABLE : CTL_REFUSED;
}

void
ctl_print_json(const ProtobufCMessage *message)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    puts(dc_text_cstr(&text));
}

static enum dc_code
connect_bus(struct ctl *ctl, struct dc_error *error)
{
    size_t count = dc_config_list_length(ctl->config, "bus.endpoints");
    const char **endpoints = DC_NEW_ARRAY(ctl->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        endpoints[i] = dc_config_list_at(ctl->config, "bus.endpoints", i);
    }
    char public_key[DC_BUS_KEY_TEXT];
    const char *secret = dc_config_text(ctl->config, "bus.key_file");
    DC_TRY(dc_bus_public_of(secret, public_key, error));
    const struct dc_bus_options options = {
        .endpoints = endpoints,
        .public_key = public_key,
        .secret_key = secret,
        .server_key = dc_config_text(ctl->config, "bus.server_key_file"),
        .instance = "dacheng",
    };
    DC_TRY(dc_bus_open(&ctl->bus, &options, error));
    int64_t limit = ctl->timeout_ms < CONNECT_MS ? ctl->timeout_ms : CONNECT_MS;
    int64_t deadline = dc_monotonic() + limit * DC_MILLISECOND;
    while (!dc_bus_is_connected(ctl->bus)) {
        if (dc_monotonic() > deadline) {
            const struct dc_error *trouble = dc_bus_trouble(ctl->bus);
            return dc_fail(error, DC_UNAVAILABLE, "no bus at %s within %" PRId64 " ms%s%s",
                           endpoints[0], limit, trouble ? ": " : "",
                           trouble ? trouble->message : "");
        }
        dc_bus_poll(ctl->bus, 50);
    }
    return DC_OK;
}

/* Whom we act for: a person by his account, or a program inside a tenant. */
static enum dc_code
find_context(struct ctl *ctl, struct dc_error *error)
{
    if (ctl->as) {
        Org__FindContextRequest request = ORG__FIND_CONTEXT_REQUEST__INIT;
        request.account = (char *)ctl->as;
        request.tenant = (char *)(ctl->tenant ? ctl->tenant : "");
        ProtobufCMessage *answer;
        DC_TRY(ctl_request(ctl, "org", "dacheng.org.v1.OrgInternalService/FindContext",
                           &request.base, &org__find_context_response__descriptor, &answer, error));
        ctl->context = ((Org__FindContextResponse *)answer)->context;
        return DC_OK;
    }
    if (ctl->tenant) {
        Kernel__Context *context =
            DC_NEW_MESSAGE(ctl->arena, Kernel__Context, kernel__context__init);
        if (dc_parse_int64(ctl->tenant, &context->tenant_id, NULL) != DC_OK) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "--tenant",
                                 "is a tenant's id, unless --as names an account");
        }
        ctl->context = context;
    }
    return DC_OK;
}

int
ctl_open(struct ctl *ctl)
{
    struct dc_error error = {0};
    ctl->arena = dc_arena_new(0);
    if (connect_bus(ctl, &error) != DC_OK || find_context(ctl, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    return CTL_DONE;
}

enum dc_code
ctl_request(struct ctl *ctl, const char *service, const char *method,
            const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer,
            ProtobufCMessage **ret_answer, struct dc_error *error)
{
    uint8_t *body;
    size_t size;
    dc_wire_pack(request, ctl->arena, &body, &size);
    const struct dc_bus_request call = {
        .service = service,
        .method = method,
        .body = body,
        .body_size = size,
        .context = ctl->context,
        .idempotency_key = ctl->key,
        .timeout_ms = ctl->timeout_ms,
    };
    const uint8_t *reply;
    size_t reply_size;
    DC_TRY(dc_bus_call(ctl->bus, &call, ctl->arena, &reply, &reply_size, error));
    return dc_wire_unpack(answer, reply, reply_size, ctl->arena, ret_answer, error);
}

enum dc_code
ctl_streams(struct ctl *ctl, const char ***ret_names, struct dc_error *error)
{
    Bus__StatusRequest request = BUS__STATUS_REQUEST__INIT;
    ProtobufCMessage *answer;
    DC_TRY(ctl_request(ctl, "bus", "dacheng.bus.v1.BusService/GetStatus", &request.base,
                       &bus__status_response__descriptor, &answer, error));
    const Bus__StatusResponse *status = (const Bus__StatusResponse *)answer;
    const char **names = DC_NEW_ARRAY(ctl->arena, const char *, status->n_services + 1);
    size_t count = 0;
    for (size_t i = 0; i < status->n_services; i++) {
        const char *name = status->services[i]->service;
        size_t length = strlen(name);
        if (length > 4 && strcmp(name + length - 4, ".log") == 0) {
            names[count++] = dc_arena_strndup(ctl->arena, name, length - 4);
        }
    }
    *ret_names = names;
    return DC_OK;
}
