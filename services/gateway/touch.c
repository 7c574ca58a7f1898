/*
 * touch.c - which units and people an event concerns, found by the names of its fields: so a new
 * event needs nothing here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/registry.h"
#include "edge/wire_check.h"
#include "gateway.h"

struct ids {
    struct dc_arena *arena;
    int64_t *items;
    size_t count, room;
};

static void
add(struct ids *ids, int64_t id)
{
    if (id == 0) {
        return;
    }
    if (ids->count == ids->room) {
        size_t room = ids->room ? ids->room * 2 : 64;
        int64_t *items = DC_NEW_ARRAY(ids->arena, int64_t, room);
        if (ids->count) {
            memcpy(items, ids->items, ids->count * sizeof *items);
        }
        ids->items = items;
        ids->room = room;
    }
    ids->items[ids->count++] = id;
}

/* `id` itself is one of a unit or person only in org's own events. */
static bool
names_an_owner(const ProtobufCFieldDescriptor *field, bool of_org)
{
    static const char *const names[] = {"owner_id",  "owner_ids",   "person_id", "person_ids",
                                        "unit_id",   "unit_ids",    "parent_id", "manager_id",
                                        "holder_id", "by_person_id"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(field->name, names[i]) == 0) {
            return true;
        }
    }
    return of_org && strcmp(field->name, "id") == 0;
}

static void
collect(const ProtobufCMessage *message, bool of_org, struct ids *ids)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        bool owner = field->type == PROTOBUF_C_TYPE_INT64 && names_an_owner(field, of_org);
        if (!owner && field->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        const char *at = (const char *)message + field->offset;
        size_t count = 1, width = owner ? sizeof(int64_t) : sizeof(void *);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            count =
                *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
            at = *(const char *const *)(const void *)at;
        } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
                   *(const uint32_t *)(const void *)((const char *)message +
                                                     field->quantifier_offset) != field->id) {
            continue;
        }
        for (size_t k = 0; k < count; k++, at += width) {
            const ProtobufCMessage *inner = NULL;
            if (owner) {
                add(ids, *(const int64_t *)(const void *)at);
            } else if ((inner = *(const ProtobufCMessage *const *)(const void *)at)) {
                collect(inner, of_org, ids);
            }
        }
    }
}

static int
by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

size_t
touch_ids(const Kernel__Event *event, struct dc_arena *arena, const int64_t **ret_ids)
{
    const ProtobufCMessageDescriptor *descriptor = dc_registry_event(event->stream, event->type);
    ProtobufCMessage *body;
    struct ids ids = {.arena = arena};
    if (descriptor && dc_wire_unpack(descriptor, event->body.data, event->body.len, arena, &body,
                                     NULL) == DC_OK) {
        collect(body, strcmp(event->stream, "org") == 0, &ids);
        if (ids.count) {
            qsort(ids.items, ids.count, sizeof *ids.items, by_number);
        }
    }
    *ret_ids = ids.items;
    return ids.count;
}

bool
touch_any(const int64_t *sorted, size_t count, const int64_t *wanted, size_t wanted_count)
{
    for (size_t i = 0; i < wanted_count && count > 0; i++) {
        if (bsearch(&wanted[i], sorted, count, sizeof *sorted, by_number)) {
            return true;
        }
    }
    return false;
}
