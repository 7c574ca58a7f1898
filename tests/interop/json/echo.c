/*
 * echo.c - our side of the comparison with Python's google.protobuf.json_format.
 *
 * Reads lines "j <json>" and "w <hex of wire bytes>" and answers each with one line: "j <hex of
 * wire bytes>", "w <json>", or "! <error>". See compare.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dacheng/testing/v1/kinds.pb-c.h>

#include "base/cleanup.h"
#include "edge/json.h"
#include "edge/wire_check.h"

static uint8_t *
from_hex(const char *hex, size_t *ret_size)
{
    size_t size = strlen(hex) / 2;
    uint8_t *data = malloc(size + 1);
    for (size_t i = 0; i < size; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        data[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    *ret_size = size;
    return data;
}

static enum dc_code
answer(const char *line, struct dc_arena *arena, struct dc_error *error)
{
    const ProtobufCMessageDescriptor *kinds = &testing__kinds__descriptor;
    ProtobufCMessage *message;
    size_t size;
    if (line[0] == 'j') {
        DC_TRY(dc_json_decode(kinds, line + 2, strlen(line + 2), arena, &message, error));
        uint8_t *wire;
        dc_wire_pack(message, arena, &wire, &size);
        char *hex = dc_arena_alloc(arena, 2 * size + 1);
        dc_hex_encode(wire, size, hex);
        printf("j %s\n", hex);
        return DC_OK;
    }
    DC_AUTO_FREE uint8_t *data = from_hex(line + 2, &size);
    DC_TRY(dc_wire_unpack(kinds, data, size, arena, &message, error));
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    printf("w %s\n", text.data);
    return DC_OK;
}

int
main(void)
{
    DC_AUTO_FREE char *line = NULL;
    size_t room = 0;
    ssize_t length;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    while ((length = getline(&line, &room, stdin)) > 0) {
        line[length - 1] = '\0';
        struct dc_error error;
        dc_arena_reset(arena, 64 << 20);
        if (answer(line, arena, &error) != DC_OK) {
            printf("! %s: %s\n", error.field, error.message);
        }
        fflush(stdout);
    }
    return 0;
}
