/* prune.c - see prune.h. */
#include "prune.h"

#include <stdlib.h>
#include <string.h>

enum about { NOBODY, COVERED, OUTSIDE };
enum whose { NOTHING, UNIT, PERSON };

static bool
is_called(const ProtobufCFieldDescriptor *field, const char *name)
{
    return strcmp(field->name, name) == 0;
}

/* Does the message say of `field` ("owner_kind" beside "owner_id") that it is a unit's, a person's?
 */
static enum whose
kind_beside(const ProtobufCMessage *message, const char *name, enum whose otherwise)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (!field || field->type != PROTOBUF_C_TYPE_ENUM) {
        return otherwise;
    }
    int value = *(const int *)(const void *)((const char *)message + field->offset);
    const ProtobufCEnumValue *named =
        protobuf_c_enum_descriptor_get_value(field->descriptor, value);
    if (named && strstr(named->name, "_UNIT")) {
        return UNIT;
    }
    return named && strstr(named->name, "_PERSON") ? PERSON : NOTHING;
}

static enum whose
whose_id(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->type != PROTOBUF_C_TYPE_INT64) {
        return NOTHING;
    }
    if (is_called(field, "unit_id") || is_called(field, "unit_ids")) {
        return UNIT;
    }
    if (is_called(field, "person_id") || is_called(field, "person_ids")) {
        return PERSON;
    }
    if (is_called(field, "owner_id") || is_called(field, "owner_ids")) {
        return kind_beside(message, "owner_kind", PERSON);
    }
    if (is_called(field, "subject_id")) {
        return kind_beside(message, "subject_kind", NOTHING);
    }
    if (is_called(field, "id") && strcmp(message->descriptor->name, "dacheng.org.v1.Unit") == 0) {
        return UNIT;
    }
    return NOTHING;
}

static int
by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool
covers(const struct prune_reach *reach, enum whose whose, int64_t id)
{
    const struct prune_ids *ids = whose == UNIT ? &reach->units : &reach->people;
    return ids->count && bsearch(&id, ids->items, ids->count, sizeof(id), by_number);
}

/* --- access to a field's values ----------------------------------------------------------------
 */
static size_t *
quantity(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (size_t *)(void *)((char *)(uintptr_t)message + field->quantifier_offset);
}

static bool
is_list(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* The values of a field, and how many: of a list its own, of a single one that is there 1. */
static void *
values(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, size_t *ret_count)
{
    char *at = (char *)(uintptr_t)message + field->offset;
    if (is_list(field)) {
        *ret_count = *quantity(message, field);
        return *(void **)(void *)at;
    }
    bool other = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
                 *(const uint32_t *)(const void *)((const char *)message +
                                                   field->quantifier_offset) != field->id;
    bool there = !other && (field->type != PROTOBUF_C_TYPE_MESSAGE || *(void **)(void *)at);
    *ret_count = there;
    return at;
}

static enum about examine(ProtobufCMessage *message, const struct prune_reach *reach);

/* Takes out what is outside; *ret_lost: something was. */
static enum about
examine_ids(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, enum whose whose,
            const struct prune_reach *reach, bool *ret_lost)
{
    size_t count, kept = 0;
    int64_t *ids = values(message, field, &count);
    if (!is_list(field)) {
        return count == 0 || *ids == 0 ? NOBODY : covers(reach, whose, *ids) ? COVERED : OUTSIDE;
    }
    for (size_t i = 0; i < count; i++) {
        if (covers(reach, whose, ids[i])) {
            ids[kept++] = ids[i];
        }
    }
    *quantity(message, field) = kept;
    *ret_lost |= kept < count;
    return kept ? COVERED : NOBODY;
}

static enum about
examine_messages(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                 const struct prune_reach *reach, bool *ret_lost)
{
    size_t count, kept = 0;
    ProtobufCMessage **inner = values(message, field, &count);
    enum about about = NOBODY;
    if (!is_list(field)) {
        return count ? examine(*inner, reach) : NOBODY;
    }
    for (size_t i = 0; i < count; i++) {
        enum about one = examine(inner[i], reach);
        about = one == COVERED ? COVERED : about;
        if (one != OUTSIDE) {
            inner[kept++] = inner[i];
        }
    }
    *quantity(message, field) = kept;
    *ret_lost |= kept < count;
    return about;
}

static enum about
examine(ProtobufCMessage *message, const struct prune_reach *reach)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    enum about about = NOBODY;
    bool lost = false;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        enum whose whose = whose_id(message, field);
        enum about one = NOBODY;
        if (whose != NOTHING) {
            one = examine_ids(message, field, whose, reach, &lost);
        } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            one = examine_messages(message, field, reach, &lost);
        }
        if (one == OUTSIDE) {
            return OUTSIDE;
        }
        about = one == COVERED ? COVERED : about;
    }
    return about == NOBODY && lost ? OUTSIDE : about;
}

bool
prune(ProtobufCMessage *message, const struct prune_reach *reach)
{
    return examine(message, reach) == COVERED;
}

/* --- what is named -----------------------------------------------------------------------------
 */
static void
add(struct dc_arena *arena, int64_t **items, size_t *count, size_t *room, int64_t id)
{
    if (*count == *room) {
        *room = *room ? 2 * *room : 64;
        int64_t *grown = DC_NEW_ARRAY(arena, int64_t, *room);
        if (*count) {
            memcpy(grown, *items, *count * sizeof(id));
        }
        *items = grown;
    }
    (*items)[(*count)++] = id;
}

void
prune_collect(const ProtobufCMessage *message, struct prune_named *named)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        enum whose whose = whose_id(message, field);
        size_t count;
        if (whose == NOTHING && field->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        void *all = values(message, field, &count);
        for (size_t k = 0; k < count; k++) {
            if (whose == UNIT) {
                add(named->arena, &named->units, &named->unit_count, &named->unit_room,
                    ((const int64_t *)all)[k]);
            } else if (whose == PERSON) {
                add(named->arena, &named->people, &named->person_count, &named->person_room,
                    ((const int64_t *)all)[k]);
            } else {
                prune_collect(((ProtobufCMessage **)all)[k], named);
            }
        }
    }
}
