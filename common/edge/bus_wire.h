/*
 * bus_wire.h - the frames of proto/WIRE.md: reading and writing of envelopes. Shared by the client
 * (bus.c) and by the bus itself (services/bus); nobody else needs it.
 *
 * A message is a header frame (an Envelope) and, where the kind has one, a body frame. Both are
 * bounded; a message with more frames is not of this protocol.
 */
#ifndef DC_EDGE_BUS_WIRE_H
#define DC_EDGE_BUS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "base/arena.h"
#include "base/error.h"

#include <dacheng/bus/v1/bus.pb-c.h>

enum {
    DC_BUS_PROTOCOL = 1,
    DC_BUS_HEADER_MAX = 64 * 1024,                  /* bytes */
    DC_BUS_HEADER_BUDGET = 32 * 1024 + 1024 * 1024, /* memory that one header may unpack into */
    DC_BUS_BODY_MAX = 36 * 1024 * 1024, /* bytes: an organisation of 32 MiB in one request;
                                              * an answer of log.Read ends at 4 MiB */
    DC_BUS_PATTERNS_MAX = 64,
    DC_BUS_INSTANCE_MAX = 100,
    DC_BUS_KEY_MAX = 200, /* idempotency key */
    DC_BUS_METHOD_MAX = 200,
    DC_BUS_TIMEOUT_MAX_MS = 600000,
    DC_BUS_CREDITS_MAX = 10000,
    DC_BUS_EVENT_CREDITS_MAX = 100000,
};

/* Bytes from outside to an envelope: checked on the wire, unpacked into `arena`, and every field
 * within its bounds (names valid, numbers in range). The kind is never NOT_SET. INVALID_ARGUMENT,
 * RESOURCE_EXHAUSTED when larger than the arena's budget. */
enum dc_code dc_bus_envelope_decode(const void *data, size_t size, struct dc_arena *arena,
                                    Bus__Envelope **ret_envelope,
                                    struct dc_error *error) DC_MUST_CHECK;

/* Initialises `ret_frame`, which the caller sends or closes. */
void dc_bus_envelope_encode(const Bus__Envelope *envelope, zmq_msg_t *ret_frame);

/* Does this kind travel with a body frame? */
bool dc_bus_kind_has_body(Bus__Envelope__KindCase kind);

/* A message as it was received: header, and body (empty when there was none). */
struct dc_bus_frames {
    zmq_msg_t header;
    zmq_msg_t body;
};
void dc_bus_frames_init(struct dc_bus_frames *frames);
void dc_bus_frames_release(struct dc_bus_frames *frames);
void dc_bus_frames_move(struct dc_bus_frames *to, struct dc_bus_frames *from); /* `from` empties */

#endif
