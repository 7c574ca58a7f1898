/* envelope_fuzz.c - whatever bytes come as a stream's request: refused, or exactly one message. */
#include <string.h>

#include "base/assert.h"
#include "envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *message;
    size_t length;
    struct dc_error error = {.message = ""};
    if (envelope_read_one(data, size, &message, &length, &error) != DC_OK) {
        DC_ASSERT(error.message[0]);
        return 0;
    }
    DC_AUTO_TEXT struct dc_text again = DC_TEXT_INIT;
    envelope_add(&again, 0, message, length);
    DC_ASSERT(again.length == size && memcmp(again.data, data, size) == 0);
    return 0;
}
