/* bus_wire.c - envelopes to bytes and back; every bound of proto/WIRE.md is checked here. */
#include "edge/bus_wire.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"
#include "edge/wire_check.h"

static enum dc_code
check_range(const char *field, int64_t value, int64_t lowest, int64_t highest,
            struct dc_error *error)
{
    if (value < lowest || value > highest) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "%lld is not in %lld..%lld",
                             (long long)value, (long long)lowest, (long long)highest);
    }
    return DC_OK;
}

static enum dc_code
check_length(const char *field, const char *text, size_t lowest, size_t highest,
             struct dc_error *error)
{
    size_t length = strlen(text);
    if (length < lowest || length > highest) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "has %zu bytes; %zu to %zu are allowed", length, lowest, highest);
    }
    return DC_OK;
}

static enum dc_code
check_subject(const char *field, const char *subject, bool pattern, struct dc_error *error)
{
    if (!dc_subject_is_valid(subject, pattern)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "\"%.60s\" is not a valid %s",
                             subject, pattern ? DC_WORDS("pattern") : DC_WORDS("name"));
    }
    return DC_OK;
}

static enum dc_code
check_request(const Bus__Request *request, struct dc_error *error)
{
    DC_TRY(check_subject("request.service", request->service, false, error));
    DC_TRY(check_length("request.method", request->method, 1, DC_BUS_METHOD_MAX, error));
    DC_TRY(check_length("request.idempotency_key", request->idempotency_key, 0, DC_BUS_KEY_MAX,
                        error));
    return check_range("request.timeout_ms", request->timeout_ms, 1, DC_BUS_TIMEOUT_MAX_MS, error);
}

static enum dc_code
check_subscribe(const Bus__Subscribe *subscribe, struct dc_error *error)
{
    if (subscribe->n_patterns == 0) {
        return DC_OK; /* ends the subscription; the credit means nothing */
    }
    DC_TRY(check_range("subscribe.patterns", (int64_t)subscribe->n_patterns, 0, DC_BUS_PATTERNS_MAX,
                       error));
    for (size_t i = 0; i < subscribe->n_patterns; i++) {
        DC_TRY(check_subject("subscribe.patterns", subscribe->patterns[i], true, error));
    }
    return check_range("subscribe.credits", subscribe->credits, 1, DC_BUS_EVENT_CREDITS_MAX, error);
}

static enum dc_code
check_envelope(const Bus__Envelope *envelope, struct dc_error *error)
{
    switch (envelope->kind_case) {
    case BUS__ENVELOPE__KIND_HELLO:
        return check_length("hello.instance", envelope->hello->instance, 0, DC_BUS_INSTANCE_MAX,
                            error);
    case BUS__ENVELOPE__KIND_READY:
        DC_TRY(check_subject("ready.service", envelope->ready->service, false, error));
        return check_range("ready.credits", envelope->ready->credits, 1, DC_BUS_CREDITS_MAX, error);
    case BUS__ENVELOPE__KIND_REQUEST:
        return check_request(envelope->request, error);
    case BUS__ENVELOPE__KIND_REPLY:
        return check_range("reply.code", envelope->reply->code, 0, DC_CODE_COUNT - 1, error);
    case BUS__ENVELOPE__KIND_SUBSCRIBE:
        return check_subscribe(envelope->subscribe, error);
    case BUS__ENVELOPE__KIND_CREDIT:
        return check_range("credit.events", envelope->credit->events, 1, DC_BUS_EVENT_CREDITS_MAX,
                           error);
    case BUS__ENVELOPE__KIND_EVENT:
        return check_subject("event.subject", envelope->event->subject, false, error);
    case BUS__ENVELOPE__KIND_PUBLISH:
        return check_subject("publish.subject", envelope->publish->subject, false, error);
    case BUS__ENVELOPE__KIND_ERROR:
        return check_range("error.code", envelope->error->code, 1, DC_CODE_COUNT - 1, error);
    case BUS__ENVELOPE__KIND_WELCOME:
        DC_TRY(
            check_range("welcome.heartbeat_ms", envelope->welcome->heartbeat_ms, 1, 600000, error));
        return check_range("welcome.dead_ms", envelope->welcome->dead_ms, 1, 3600000, error);
    case BUS__ENVELOPE__KIND_BYE:
    case BUS__ENVELOPE__KIND_BEHIND:
    case BUS__ENVELOPE__KIND_PING:
    case BUS__ENVELOPE__KIND_PONG:
        return DC_OK;
    default:
        return dc_fail(error, DC_INVALID_ARGUMENT, "the envelope is empty or of an unknown kind");
    }
}

enum dc_code
dc_bus_envelope_decode(const void *data, size_t size, struct dc_arena *arena,
                       Bus__Envelope **ret_envelope, struct dc_error *error)
{
    if (size > DC_BUS_HEADER_MAX) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the header has %zu bytes; %d are allowed", size,
                       DC_BUS_HEADER_MAX);
    }
    ProtobufCMessage *message;
    DC_TRY(dc_wire_unpack(&bus__envelope__descriptor, data, size, arena, &message, error));
    Bus__Envelope *envelope = (Bus__Envelope *)message;
    DC_TRY(check_envelope(envelope, error));
    *ret_envelope = envelope;
    return DC_OK;
}

void
dc_bus_envelope_encode(const Bus__Envelope *envelope, zmq_msg_t *ret_frame)
{
    size_t size = protobuf_c_message_get_packed_size(&envelope->base);
    int failed = zmq_msg_init_size(ret_frame, size);
    DC_ASSERT(!failed); /* no memory left: see arena.h */
    protobuf_c_message_pack(&envelope->base, zmq_msg_data(ret_frame));
}

bool
dc_bus_kind_has_body(Bus__Envelope__KindCase kind)
{
    return kind == BUS__ENVELOPE__KIND_REQUEST || kind == BUS__ENVELOPE__KIND_REPLY ||
           kind == BUS__ENVELOPE__KIND_EVENT || kind == BUS__ENVELOPE__KIND_PUBLISH;
}

void
dc_bus_frames_init(struct dc_bus_frames *frames)
{
    zmq_msg_init(&frames->header);
    zmq_msg_init(&frames->body);
}

void
dc_bus_frames_release(struct dc_bus_frames *frames)
{
    zmq_msg_close(&frames->header);
    zmq_msg_close(&frames->body);
}

void
dc_bus_frames_move(struct dc_bus_frames *to, struct dc_bus_frames *from)
{
    dc_bus_frames_init(to);
    zmq_msg_move(&to->header, &from->header);
    zmq_msg_move(&to->body, &from->body);
}
