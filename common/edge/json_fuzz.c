/* json_fuzz.c - whatever text comes: an error, or a message that survives the way there and back.
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
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(1 << 20);
    ProtobufCMessage *message, *again;
    struct dc_error error;
    if (dc_json_decode(kinds, (const char *)data, size, arena, &message, &error) != DC_OK) {
        DC_ASSERT(error.code != DC_OK && error.message[0]);
        DC_ASSERT(dc_utf8_is_valid(error.message, strlen(error.message)));
        return 0;
    }
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT, text_again = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    dc_arena_reset(arena, 0);
    DC_ASSERT(dc_json_decode(kinds, text.data, text.length, arena, &again, NULL) == DC_OK);
    dc_json_encode(again, &text_again);
    DC_ASSERT(strcmp(text.data, text_again.data) == 0);
    uint8_t *wire;
    size_t wire_size;
    dc_wire_pack(again, arena, &wire, &wire_size);
    DC_ASSERT(dc_wire_check(kinds, wire, wire_size, NULL) == DC_OK);
    return 0;
}
