/*
 * json.h - JSON <-> protobuf, generic over protobuf-c descriptors.
 *
 * The mapping is the canonical one (https://protobuf.dev/programming-guides/json/): lowerCamelCase
 * names (the original names are read too), 64-bit integers as strings, bytes as base64, enums by
 * name, fields at their default left out on writing. google.protobuf.Timestamp is written as
 * RFC 3339. Unknown fields, duplicate keys, wrong types, numbers out of range, invalid UTF-8 and
 * nesting deeper than DC_WIRE_DEPTH_MAX are errors that name the path ("items[3].weight"), what
 * stands there, and what is allowed.
 */
#ifndef DC_EDGE_JSON_H
#define DC_EDGE_JSON_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* An empty text is read as {}. The message lives in `arena`. */
enum dc_code dc_json_decode(const ProtobufCMessageDescriptor *descriptor, const char *json,
                            size_t length, struct dc_arena *arena, ProtobufCMessage **ret_message,
                            struct dc_error *error) DC_MUST_CHECK;
/* Appends compact JSON. */
void dc_json_encode(const ProtobufCMessage *message, struct dc_text *text);

#endif
