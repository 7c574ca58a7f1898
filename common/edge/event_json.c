/* event_json.c - see event_json.h. */
#include "edge/event_json.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"

static void
add_text(struct dc_text *text, const char *name, const char *value)
{
    dc_text_printf(text, ",\"%s\":", name);
    dc_text_add_json_string(text, value, strlen(value));
}

static void
add_number(struct dc_text *text, const char *name, int64_t value)
{
    dc_text_printf(text, ",\"%s\":\"%" PRId64 "\"", name, value);
}

bool
dc_event_body_json(const Kernel__Event *event, struct dc_text *text)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const ProtobufCMessageDescriptor *descriptor = dc_registry_event(event->stream, event->type);
    ProtobufCMessage *body;
    if (!descriptor || dc_wire_unpack(descriptor, event->body.data, event->body.len, arena, &body,
                                      NULL) != DC_OK) {
        dc_text_add(text, "null");
        return false;
    }
    dc_json_encode(body, text);
    return true;
}

void
dc_event_json(const Kernel__Event *event, struct dc_text *text)
{
    char at[DC_TIME_TEXT];
    dc_time_format(event->at_us, at);
    dc_text_add(text, "{\"stream\":");
    dc_text_add_json_string(text, event->stream, strlen(event->stream));
    add_text(text, "type", event->type);
    add_number(text, "epoch", event->epoch);
    add_number(text, "overall", event->overall);
    dc_text_printf(text, ",\"partition\":%d", event->partition);
    add_number(text, "number", event->number);
    add_number(text, "tenantId", event->tenant_id);
    add_text(text, "key", event->key);
    add_text(text, "at", at);
    add_text(text, "actor", event->actor_account);
    add_text(text, "cause", event->cause);
    dc_text_add(text, ",\"body\":");
    (void)dc_event_body_json(event, text);
    dc_text_add(text, "}");
}
