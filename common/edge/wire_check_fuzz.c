/*
 * wire_check_fuzz.c - whatever bytes come: an error, or a message that protobuf-c unpacks within
 * its budget and that can be written as JSON.
 */
#include <stdint.h>
#include <string.h>

#include <dacheng/testing/v1/kinds.pb-c.h>

#include "base/assert.h"
#include "edge/json.h"
#include "edge/wire_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ProtobufCMessageDescriptor *kinds = &testing__kinds__descriptor;
    enum { BUDGET = 1 << 20 };
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(BUDGET);
    ProtobufCMessage *message, *again;
    struct dc_error error;
    enum dc_code code = dc_wire_unpack(kinds, data, size, arena, &message, &error);
    if (code != DC_OK) {
        DC_ASSERT(error.code == code && error.message[0]);
        /* What passed the check fails for want of memory alone. */
        DC_ASSERT(code == DC_RESOURCE_EXHAUSTED || dc_wire_check(kinds, data, size, NULL) == code);
        return 0;
    }
    DC_ASSERT(dc_arena_used(arena) <= BUDGET);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    DC_ASSERT(dc_utf8_is_valid(text.data, text.length));
    uint8_t *wire;
    size_t wire_size;
    dc_wire_pack(message, arena, &wire, &wire_size);
    DC_AUTO(dc_arena) struct dc_arena *other = dc_arena_new(0);
    DC_ASSERT(dc_wire_unpack(kinds, wire, wire_size, other, &again, NULL) == DC_OK);
    return 0;
}
