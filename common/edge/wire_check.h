/*
 * wire_check.h - looks at protobuf wire bytes before protobuf-c unpacks them.
 *
 * protobuf-c 1.4 has no recursion limit, does not check UTF-8, and turns a few wire bytes into
 * thirty times as much memory. So bytes from outside are walked first, against the descriptor:
 * nesting depth, well-formed tags and lengths, valid UTF-8 without NUL in string fields, the
 * number of elements. Then they are unpacked into an arena with a budget.
 */
#ifndef DC_EDGE_WIRE_CHECK_H
#define DC_EDGE_WIRE_CHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { DC_WIRE_DEPTH_MAX = 32, DC_WIRE_ELEMENTS_MAX = 4000000 };

enum dc_code dc_wire_check(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data,
                           size_t size, struct dc_error *error) DC_MUST_CHECK;
/* Check, then unpack into `arena` (whose budget bounds the memory). */
enum dc_code dc_wire_unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data,
                            size_t size, struct dc_arena *arena, ProtobufCMessage **ret_message,
                            struct dc_error *error) DC_MUST_CHECK;
/* Packs into the arena. */
void dc_wire_pack(const ProtobufCMessage *message, struct dc_arena *arena, uint8_t **ret_data,
                  size_t *ret_size);

#endif
