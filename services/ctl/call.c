/* call.c - `dacheng call`: any request, with JSON in and out. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"
#include "session.h"

enum { INPUT_MAX = 64 << 20 };

/* "goals/AdjustTarget", "goals.GoalService/AdjustTarget" or "dacheng.goals.v1.GoalService/
 * AdjustTarget": finds the method; ret_bus_service is "goals". */
static const ProtobufCMethodDescriptor *
find_method(const char *name, struct dc_arena *arena,
            const ProtobufCServiceDescriptor **ret_service, const char **ret_bus_service)
{
    const char *slash = strchr(name, '/');
    if (!slash) {
        return NULL;
    }
    const char *wanted = dc_arena_strndup(arena, name, (size_t)(slash - name));
    for (size_t i = 0; dc_registry_services[i]; i++) {
        const ProtobufCServiceDescriptor *service = dc_registry_services[i];
        const char *bus_service = service->name + strlen("dacheng.");
        bus_service = dc_arena_strndup(arena, bus_service, strcspn(bus_service, "."));
        const char *medium = dc_arena_printf(arena, "%s.%s", bus_service, service->short_name);
        if (strcmp(wanted, bus_service) != 0 && strcmp(wanted, medium) != 0 &&
            strcmp(wanted, service->name) != 0) {
            continue;
        }
        const ProtobufCMethodDescriptor *method =
            protobuf_c_service_descriptor_get_method_by_name(service, slash + 1);
        if (method) {
            *ret_service = service;
            *ret_bus_service = bus_service;
            return method;
        }
    }
    return NULL;
}

static bool
read_input(struct dc_text *text)
{
    char piece[65536];
    for (size_t got; (got = fread(piece, 1, sizeof(piece), stdin)) > 0;) {
        dc_text_append(text, piece, got);
        if (text->length > INPUT_MAX) {
            return false;
        }
    }
    return true;
}

int
ctl_call(struct ctl *ctl)
{
    if (ctl->argc < 1 || ctl->argc > 2) {
        fprintf(stderr, "usage: dacheng call SERVICE/METHOD [JSON|-]\n");
        return CTL_USAGE;
    }
    /* kernel/Read@goals.log asks a service for what the kernel answers in its name. */
    char *name = dc_arena_strdup(ctl->arena, ctl->argv[0]);
    const ProtobufCServiceDescriptor *service;
    const char *bus_service;
    char *to = strchr(name, '@');
    if (to) {
        *to++ = '\0';
    }
    const ProtobufCMethodDescriptor *method = find_method(name, ctl->arena, &service, &bus_service);
    if (!method) {
        fprintf(stderr, "dacheng: there is no method \"%s\"; methods are in proto/\n",
                ctl->argv[0]);
        return CTL_USAGE;
    }
    DC_AUTO_TEXT struct dc_text input = DC_TEXT_INIT;
    if (ctl->argc == 2 && strcmp(ctl->argv[1], "-") == 0) {
        if (!read_input(&input)) {
            fprintf(stderr, "dacheng: the request is larger than %d MiB\n", INPUT_MAX >> 20);
            return CTL_USAGE;
        }
    } else if (ctl->argc == 2) {
        dc_text_add(&input, ctl->argv[1]);
    }
    struct dc_error error = {0};
    ProtobufCMessage *request, *answer;
    if (dc_json_decode(method->input, dc_text_cstr(&input), input.length, ctl->arena, &request,
                       &error) != DC_OK) {
        ctl_failed(&error);
        return CTL_USAGE;
    }
    if (!ctl->key) {
        uint8_t random[16];
        char *hex = dc_arena_alloc(ctl->arena, 2 * sizeof(random) + 1);
        randombytes_buf(random, sizeof(random));
        dc_hex_encode(random, sizeof(random), hex);
        ctl->key = hex;
    }
    const char *full = dc_arena_printf(ctl->arena, "%s/%s", service->name, method->name);
    if (ctl_request(ctl, to ? to : bus_service, full, request, method->output, &answer, &error) !=
        DC_OK) {
        return ctl_failed(&error);
    }
    DC_AUTO_TEXT struct dc_text output = DC_TEXT_INIT;
    dc_json_encode(answer, &output);
    puts(dc_text_cstr(&output));
    return CTL_DONE;
}
