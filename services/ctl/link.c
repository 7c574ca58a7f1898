/* link.c - the way to the bus: connecting with a reason when it fails, and typed requests. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/assert.h"
#include "ctl.h"
#include "edge/wire_check.h"

enum { ENDPOINTS_MAX = 8 };

static enum dc_code
wait_for_welcome(struct dc_bus *bus, int64_t timeout_ms, struct dc_error *error)
{
    int64_t end = dc_monotonic() + timeout_ms * DC_MILLISECOND;
    struct dc_error why;
    dc_fail(&why, DC_UNAVAILABLE, "the bus does not answer");
    while (!dc_bus_is_connected(bus)) {
        dc_bus_poll(bus, 20);
        const struct dc_error *trouble = dc_bus_trouble(bus);
        if (trouble) {
            why = *trouble;
        }
        if (why.code == DC_UNAUTHENTICATED || dc_monotonic() > end) {
            *error = why;
            return why.code;
        }
    }
    return DC_OK;
}

enum dc_code
link_open(struct dc_bus **ret_bus, const struct ctl *ctl, const char *only, struct dc_error *error)
{
    const char *secret = dc_config_text(ctl->config, "bus.key_file");
    const char *server = dc_config_text(ctl->config, "bus.server_key_file");
    if (!*secret || !*server) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "bus.key_file and bus.server_key_file must be set (--config, --set, or "
                       "DACHENG_BUS_KEY_FILE and DACHENG_BUS_SERVER_KEY_FILE)");
    }
    char public_key[DC_BUS_KEY_TEXT];
    DC_TRY(dc_bus_public_of(secret, public_key, error));
    const char *endpoints[ENDPOINTS_MAX + 1] = {only};
    size_t count = only ? 0 : dc_config_list_length(ctl->config, "bus.endpoints");
    for (size_t i = 0; i < count && i < ENDPOINTS_MAX; i++) {
        endpoints[i] = dc_config_list_at(ctl->config, "bus.endpoints", i);
    }
    char instance[32];
    snprintf(instance, sizeof(instance), "ctl-%d", (int)getpid());
    DC_AUTO(dc_bus) struct dc_bus *bus = NULL;
    DC_TRY(dc_bus_open(&bus,
                       &(struct dc_bus_options){.endpoints = endpoints,
                                                .public_key = public_key,
                                                .secret_key = secret,
                                                .server_key = server,
                                                .instance = instance},
                       error));
    DC_TRY(wait_for_welcome(bus, ctl->timeout_ms, error));
    *ret_bus = DC_TAKE(bus);
    return DC_OK;
}

enum dc_code
link_call(const struct ctl *ctl, struct dc_bus *bus, const char *service, const char *method,
          const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer,
          ProtobufCMessage **ret_answer, struct dc_error *error)
{
    uint8_t *body;
    const uint8_t *answer_body;
    size_t size, answer_size;
    dc_wire_pack(request, ctl->arena, &body, &size);
    struct dc_bus_request message = {.service = service,
                                     .method = method,
                                     .body = body,
                                     .body_size = size,
                                     .timeout_ms = ctl->timeout_ms};
    DC_TRY(dc_bus_call(bus, &message, ctl->arena, &answer_body, &answer_size, error));
    return dc_wire_unpack(answer, answer_body, answer_size, ctl->arena, ret_answer, error);
}

void
link_random_key(char ret_key[33])
{
    uint8_t bytes[16];
    ssize_t got = getrandom(bytes, sizeof(bytes), 0);
    DC_ASSERT(got == (ssize_t)sizeof(bytes));
    dc_hex_encode(bytes, sizeof(bytes), ret_key);
}
