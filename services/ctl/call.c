/* call.c - `dacheng call`: any request, with JSON in and out. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"
#include "session.h"

enum { INPUT_MAX = 64 << 20 };

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
    struct dc_error error = {0};
    const ProtobufCMethodDescriptor *method;
    const char *service, *full;
    if (dc_registry_method(ctl->argv[0], ctl->arena, &method, &service, &full, &error) != DC_OK) {
        fprintf(stderr, "dacheng: %s\n", error.message);
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
    if (ctl_request(ctl, service, full, request, method->output, &answer, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    ctl_print_json(answer);
    return CTL_DONE;
}
