/* bus_wire_fuzz.c - any bytes as the header of a bus message: decoded, they encode and decode to
 * the same again; memory stays within the budget. */
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "edge/bus_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(DC_BUS_HEADER_BUDGET);
    Bus__Envelope *envelope, *again;
    struct dc_error error;
    if (dc_bus_envelope_decode(data, size, arena, &envelope, &error) != DC_OK) {
        DC_ASSERT(error.code != DC_OK && *error.message);
        return 0;
    }
    DC_ASSERT(size <= DC_BUS_HEADER_MAX);
    DC_ASSERT(dc_arena_used(arena) <= DC_BUS_HEADER_BUDGET);
    zmq_msg_t frame;
    dc_bus_envelope_encode(envelope, &frame);
    DC_AUTO(dc_arena) struct dc_arena *other = dc_arena_new(2 * DC_BUS_HEADER_BUDGET);
    enum dc_code code =
        dc_bus_envelope_decode(zmq_msg_data(&frame), zmq_msg_size(&frame), other, &again, &error);
    DC_ASSERT(zmq_msg_size(&frame) > DC_BUS_HEADER_MAX ||
              (code == DC_OK && again->kind_case == envelope->kind_case));
    zmq_msg_close(&frame);
    return 0;
}
