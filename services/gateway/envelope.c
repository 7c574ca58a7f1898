/* envelope.c - the shapes of the Connect protocol. */
#include "envelope.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"

enum dc_code
envelope_read_one(const uint8_t *data, size_t size, const uint8_t **ret_message, size_t *ret_size,
                  struct dc_error *error)
{
    DC_ASSERT((data || size == 0) && ret_message && ret_size);
    if (size < ENVELOPE_HEAD) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "the request is not framed: flags, length in four bytes, message");
    }
    if (data[0] & ENVELOPE_COMPRESSED) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "the message is compressed, and no compression was agreed on");
    }
    if (data[0] != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the frame's flags are %u; 0 is wanted",
                       data[0]);
    }
    size_t length = (size_t)data[1] << 24 | (size_t)data[2] << 16 | (size_t)data[3] << 8 | data[4];
    if (length != size - ENVELOPE_HEAD) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "the frame says %zu bytes and there are %zu; one message is wanted", length,
                       size - ENVELOPE_HEAD);
    }
    *ret_message = data + ENVELOPE_HEAD;
    *ret_size = length;
    return DC_OK;
}

void
envelope_add(struct dc_text *text, uint8_t flags, const void *data, size_t size)
{
    DC_ASSERT(text && (data || size == 0) && size <= UINT32_MAX);
    char head[ENVELOPE_HEAD] = {(char)flags, (char)(size >> 24), (char)(size >> 16),
                                (char)(size >> 8), (char)size};
    dc_text_append(text, head, sizeof head);
    dc_text_append(text, data, size);
}

void
envelope_add_end(struct dc_text *text, const struct dc_error *error, const char *language)
{
    DC_AUTO_TEXT struct dc_text end = DC_TEXT_INIT;
    dc_text_add(&end, "{");
    if (error) {
        dc_text_add(&end, "\"error\":");
        envelope_add_error(&end, error, language);
    }
    dc_text_add(&end, "}");
    envelope_add(text, ENVELOPE_END, end.data, end.length);
}

static size_t
put_text(uint8_t *out, unsigned field, const char *text, size_t length)
{
    size_t at = 0;
    out[at++] = (uint8_t)(field << 3 | 2);
    if (length > 127) {
        out[at++] = (uint8_t)(length | 128);
        out[at++] = (uint8_t)(length >> 7);
    } else {
        out[at++] = (uint8_t)length;
    }
    memcpy(out + at, text, length);
    return at + length;
}

/* google.rpc.BadRequest {field_violations = 1 {field = 1, description = 2}}, by hand: it is the one
 * message of that package that is wanted. */
static void
add_field_detail(struct dc_text *text, const struct dc_error *error, const char *message)
{
    uint8_t violation[DC_ERROR_FIELD_MAX + DC_ERROR_MESSAGE_MAX + 8];
    uint8_t request[sizeof violation + 8];
    char base64[sizeof request * 4 / 3 + 8];
    size_t size = put_text(violation, 1, error->field, strlen(error->field));
    size += put_text(violation + size, 2, message, strlen(message));
    size = put_text(request, 1, (const char *)violation, size);
    sodium_bin2base64(base64, sizeof base64, request, size,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    dc_text_printf(text, ",\"details\":[{\"type\":\"google.rpc.BadRequest\",\"value\":\"%s\"}]",
                   base64);
}

void
envelope_add_error(struct dc_text *text, const struct dc_error *error, const char *language)
{
    DC_ASSERT(text && error && error->code != DC_OK);
    dc_text_printf(text, "{\"code\":\"%s\",\"message\":", dc_code_wire_name(error->code));
    const char *message = dc_error_message(error, language);
    dc_text_add_json_string(text, message, strlen(message));
    if (*error->field) {
        add_field_detail(text, error, message);
    }
    dc_text_add(text, "}");
}
