/* shown.c - an event's body as an auditor sees it. */
#include "shown.h"

#include <string.h>

#include "base/arena.h"
#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"

/* Fields that hold amounts, scores and ranks, in any message. */
static const char *const hidden[] = {
    "value",       "floor",  "stretch",   "previous_value",  "numerator",
    "denominator", "actual", "target",    "attainment",      "total",
    "rank",        "amount", "amount_in", "amount_accepted", "collected_amount",
    "cost",        "gap",    "score",
};

static bool
is_hidden(const char *name)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (strcmp(hidden[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void hide(ProtobufCMessage *message);

static void
hide_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    void *member = (char *)message + field->offset;
    const size_t *quantifier = (const size_t *)((const char *)message + field->quantifier_offset);
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        size_t count = repeated ? *quantifier : 1;
        ProtobufCMessage **messages =
            repeated ? *(ProtobufCMessage ***)member : (ProtobufCMessage **)member;
        for (size_t i = 0; i < count; i++) {
            if (messages[i]) {
                hide(messages[i]);
            }
        }
    } else if (is_hidden(field->name) && !repeated) {
        if (field->type == PROTOBUF_C_TYPE_STRING && **(char **)member) {
            *(char **)member = (char *)"***";
        } else if (field->type == PROTOBUF_C_TYPE_INT32) {
            *(int32_t *)member = 0;
        }
    }
}

static void
hide(ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        hide_field(message, &message->descriptor->fields[i]);
    }
}

void
audit_shown(const char *stream, const char *type, struct dc_bytes body, struct dc_text *text)
{
    const ProtobufCMessageDescriptor *descriptor = dc_registry_event(stream, type);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(64u << 20);
    ProtobufCMessage *message;
    if (!descriptor ||
        dc_wire_unpack(descriptor, body.data, body.size, arena, &message, NULL) != DC_OK) {
        dc_text_add(text, "{}");
        return;
    }
    hide(message);
    dc_json_encode(message, text);
}
