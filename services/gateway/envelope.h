/*
 * envelope.h - the shapes of the Connect protocol: framed messages of streams, and errors.
 * https://connectrpc.com/docs/protocol
 */
#ifndef GATEWAY_ENVELOPE_H
#define GATEWAY_ENVELOPE_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum { ENVELOPE_HEAD = 5, ENVELOPE_COMPRESSED = 1, ENVELOPE_END = 2 };

/* The one message of a server stream's request: checks that `data` is exactly one frame, not
 * compressed. The message lies within `data`. */
enum dc_code envelope_read_one(const uint8_t *data, size_t size, const uint8_t **ret_message,
                               size_t *ret_size, struct dc_error *error) DC_MUST_CHECK;

void envelope_add(struct dc_text *text, uint8_t flags, const void *data, size_t size);
/* The frame that ends a stream; error NULL: it ended well. `language` is the reader's, as
 * dc_error_message takes it. */
void envelope_add_end(struct dc_text *text, const struct dc_error *error, const char *language);

/* {"code":"not_found","message":"...","details":[...]}. A field at fault becomes a detail of type
 * google.rpc.BadRequest. */
void envelope_add_error(struct dc_text *text, const struct dc_error *error, const char *language);

#endif
