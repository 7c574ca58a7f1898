/*
 * wire_check.c - walks protobuf wire bytes along the descriptor before protobuf-c sees them.
 *
 * The walk is recursive, at most DC_WIRE_DEPTH_MAX deep; it allocates nothing. Groups, which
 * proto3 does not have, are refused. Unknown fields are skipped, but must be well-formed.
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */
#include "edge/wire_check.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"

enum { TAG_BYTES_MAX = 5, LENGTH_BYTES_MAX = 5 }; /* longer ones protobuf-c does not read */

enum wire_type { VARINT = 0, FIXED64 = 1, LENGTH = 2, GROUP_START = 3, GROUP_END = 4, FIXED32 = 5 };

struct frame; /* one message being walked; frames form the path to the offending field */

struct walk {
    size_t elements;
    struct dc_error *error;
};

struct frame {
    const struct frame *parent;
    const ProtobufCMessageDescriptor *descriptor;
    const ProtobufCFieldDescriptor *field; /* the field that is looked at; NULL: unknown */
    uint32_t number;                       /* its number */
    const uint8_t *data;
    const uint8_t *at; /* the tag of the field */
    size_t size;
    size_t depth;
};

static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value);

/* How often the frame's field came before: walked again, for the message's path alone. */
static size_t
count_before(const struct frame *frame)
{
    const uint8_t *until = frame->at;
    size_t count = 0;
    const uint8_t *at = frame->data;
    uint64_t tag, value;
    while (at < until && read_varint(&at, until, &tag)) {
        if (tag >> 3 == frame->number) {
            count++;
        }
        switch (tag & 7) {
        case VARINT:
            if (!read_varint(&at, until, &value)) {
                return count;
            }
            break;
        case LENGTH:
            if (!read_varint(&at, until, &value) || value > (size_t)(until - at)) {
                return count;
            }
            at += value;
            break;
        default:
            at += (tag & 7) == FIXED64 ? 8 : 4;
            break;
        }
    }
    return count;
}

static size_t
put_path(const struct frame *frame, char *path, size_t room)
{
    size_t length = frame->parent ? put_path(frame->parent, path, room) : 0;
    if (length >= room || !frame->number) {
        return length;
    }
    const char *dot = length ? "." : "";
    int added;
    if (!frame->field) {
        added = snprintf(path + length, room - length, "%s#%u", dot, frame->number);
    } else if (frame->field->label == PROTOBUF_C_LABEL_REPEATED) {
        added = snprintf(path + length, room - length, "%s%s[%zu]", dot, frame->field->name,
                         count_before(frame));
    } else {
        added = snprintf(path + length, room - length, "%s%s", dot, frame->field->name);
    }
    return length + (added > 0 ? (size_t)added : 0);
}

static enum dc_code
refuse(struct walk *walk, struct frame *frame, enum dc_code code, const char *what)
{
    char path[512] = "";
    put_path(frame, path, sizeof path);
    return dc_fail_field(walk->error, code, path, "%s of %s is not valid: %s",
                         *path ? path : DC_WORDS("the encoding"), frame->descriptor->name, what);
}

/* At most ten bytes, of which the last holds one bit. */
static bool
read_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    const uint8_t *c = *at;
    for (int shift = 0; shift < 70 && c < end; shift += 7) {
        uint8_t byte = *c++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *at = c;
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* The wire type of single values; -1 for a type that this module does not know. */
static int
wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        return VARINT;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return FIXED32;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return FIXED64;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return LENGTH;
    }
    return -1;
}

static enum dc_code
count_elements(struct walk *walk, struct frame *frame, size_t more)
{
    walk->elements += more;
    if (walk->elements > DC_WIRE_ELEMENTS_MAX) {
        return refuse(walk, frame, DC_RESOURCE_EXHAUSTED, "the message has too many elements");
    }
    return DC_OK;
}

static enum dc_code
check_packed(struct walk *walk, struct frame *frame, const uint8_t *data, size_t size)
{
    int type = wire_type_of(frame->field->type);
    if (type == FIXED32 || type == FIXED64) {
        size_t width = type == FIXED32 ? 4 : 8;
        if (size % width != 0) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "packed numbers end in the middle");
        }
        return count_elements(walk, frame, size / width);
    }
    const uint8_t *end = data + size;
    size_t count = 0;
    while (data < end) {
        uint64_t value;
        if (!read_varint(&data, end, &value)) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "packed numbers end in the middle");
        }
        count++;
    }
    return count_elements(walk, frame, count);
}

static enum dc_code check_message(struct walk *walk, struct frame *frame);

static enum dc_code
check_bytes(struct walk *walk, struct frame *frame, const uint8_t *data, size_t size)
{
    const ProtobufCFieldDescriptor *field = frame->field;
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return DC_OK;
    case PROTOBUF_C_TYPE_STRING:
        if (!dc_utf8_is_valid((const char *)data, size)) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT,
                          "the text is not UTF-8 without NUL characters");
        }
        return DC_OK;
    case PROTOBUF_C_TYPE_MESSAGE: {
        if (frame->depth >= DC_WIRE_DEPTH_MAX) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "messages are nested too deep");
        }
        struct frame inner = {.parent = frame,
                              .descriptor = field->descriptor,
                              .data = data,
                              .size = size,
                              .depth = frame->depth + 1};
        return check_message(walk, &inner);
    }
    default:
        DC_ASSERT(field->label == PROTOBUF_C_LABEL_REPEATED);
        return check_packed(walk, frame, data, size);
    }
}

/* One field: `*at` stands behind its tag and is moved behind its value. */
static enum dc_code
check_field(struct walk *walk, struct frame *frame, int wire_type, const uint8_t **at,
            const uint8_t *end)
{
    const ProtobufCFieldDescriptor *field = frame->field;
    const uint8_t *start = *at;
    uint64_t value;
    if (field) {
        int wanted = wire_type_of(field->type);
        bool packed = field->label == PROTOBUF_C_LABEL_REPEATED && wanted != LENGTH;
        if (wire_type != wanted && !(packed && wire_type == LENGTH)) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "the wire type is not the field's");
        }
    }
    switch (wire_type) {
    case VARINT:
        if (!read_varint(at, end, &value)) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "a number ends in the middle");
        }
        return DC_OK;
    case FIXED64:
    case FIXED32: {
        ptrdiff_t width = wire_type == FIXED64 ? 8 : 4;
        if (end - *at < width) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "a number ends in the middle");
        }
        *at += width;
        return DC_OK;
    }
    case LENGTH:
        if (!read_varint(at, end, &value) || *at - start > LENGTH_BYTES_MAX ||
            value > (uint64_t)(end - *at) || value > INT32_MAX) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "the length is past the end");
        }
        *at += value;
        return field ? check_bytes(walk, frame, *at - value, (size_t)value) : DC_OK;
    default:
        return refuse(walk, frame, DC_INVALID_ARGUMENT,
                      "the wire type is none of proto3 (groups are not)");
    }
}

static enum dc_code
check_message(struct walk *walk, struct frame *frame)
{
    const uint8_t *at = frame->data;
    const uint8_t *end = frame->data + frame->size;
    while (at < end) {
        uint64_t tag;
        frame->number = 0;
        frame->at = at;
        if (!read_varint(&at, end, &tag) || tag > UINT32_MAX || at - frame->at > TAG_BYTES_MAX ||
            tag >> 3 == 0) {
            return refuse(walk, frame, DC_INVALID_ARGUMENT, "a tag is not one of a field");
        }
        frame->number = (uint32_t)(tag >> 3);
        frame->field = protobuf_c_message_descriptor_get_field(frame->descriptor, frame->number);
        enum dc_code code = count_elements(walk, frame, 1);
        if (code == DC_OK) {
            code = check_field(walk, frame, (int)(tag & 7), &at, end);
        }
        if (code != DC_OK) {
            return code;
        }
    }
    return DC_OK;
}

enum dc_code
dc_wire_check(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size,
              struct dc_error *error)
{
    DC_ASSERT(descriptor && (data || size == 0));
    static const uint8_t nothing[1];
    struct walk walk = {.error = error};
    struct frame frame = {
        .descriptor = descriptor, .data = data ? data : nothing, .size = size, .depth = 1};
    return check_message(&walk, &frame);
}

enum dc_code
dc_wire_unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size,
               struct dc_arena *arena, ProtobufCMessage **ret_message, struct dc_error *error)
{
    DC_ASSERT(arena && ret_message);
    DC_TRY(dc_wire_check(descriptor, data, size, error));
    static const uint8_t nothing[1];
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, dc_arena_allocator(arena),
                                                          size, data ? data : nothing);
    if (!message) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED,
                       "the %s of %zu bytes needs more memory than a request may use",
                       descriptor->name, size);
    }
    *ret_message = message;
    return DC_OK;
}

void
dc_wire_pack(const ProtobufCMessage *message, struct dc_arena *arena, uint8_t **ret_data,
             size_t *ret_size)
{
    DC_ASSERT(message && arena && ret_data && ret_size);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *data = dc_arena_alloc(arena, size);
    size_t packed = protobuf_c_message_pack(message, data);
    DC_ASSERT(packed == size);
    *ret_data = data;
    *ret_size = size;
}
