/* json_encode.c - protobuf to JSON, along the descriptor. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/time.h"
#include "edge/json.h"
#include "edge/json_mapping.h"

static void encode_message(const ProtobufCMessage *message, struct dc_text *text);

static void
add_base64(struct dc_text *text, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    dc_text_append(text, "\"", 1);
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t)data[i] << 16;
        group |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
        group |= left > 2 ? data[i + 2] : 0;
        char out[4] = {digits[group >> 18], digits[group >> 12 & 63],
                       left > 1 ? digits[group >> 6 & 63] : '=',
                       left > 2 ? digits[group & 63] : '='};
        dc_text_append(text, out, 4);
    }
    dc_text_append(text, "\"", 1);
}

/* The shortest text that reads back as the same number. */
static void
add_double(struct dc_text *text, double value, bool is_float)
{
    if (isnan(value)) {
        dc_text_add(text, "\"NaN\"");
        return;
    }
    if (isinf(value)) {
        dc_text_add(text, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        return;
    }
    char digits[40];
    for (int precision = is_float ? 6 : 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        double back = strtod(digits, NULL);
        if (is_float ? (float)back == (float)value : back == value) {
            break;
        }
    }
    dc_text_add(text, digits);
}

static void
add_enum(struct dc_text *text, const ProtobufCEnumDescriptor *descriptor, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
    if (value) {
        dc_text_printf(text, "\"%s\"", value->name);
    } else {
        dc_text_printf(text, "%d", number); /* of a newer version: proto3 enums are open */
    }
}

static void
add_value(struct dc_text *text, const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        dc_text_printf(text, "%d", *(const int32_t *)at);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        dc_text_printf(text, "%u", *(const uint32_t *)at);
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        dc_text_printf(text, "\"%lld\"", (long long)*(const int64_t *)at);
        return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        dc_text_printf(text, "\"%llu\"", (unsigned long long)*(const uint64_t *)at);
        return;
    case PROTOBUF_C_TYPE_FLOAT:
        add_double(text, *(const float *)at, true);
        return;
    case PROTOBUF_C_TYPE_DOUBLE:
        add_double(text, *(const double *)at, false);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        dc_text_add(text, *(const protobuf_c_boolean *)at ? "true" : "false");
        return;
    case PROTOBUF_C_TYPE_ENUM:
        add_enum(text, field->descriptor, *(const int *)at);
        return;
    case PROTOBUF_C_TYPE_STRING: {
        const char *string = *(const char *const *)at;
        dc_text_add_json_string(text, string ? string : "", string ? strlen(string) : 0);
        return;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *bytes = at;
        add_base64(text, bytes->data, bytes->len);
        return;
    }
    case PROTOBUF_C_TYPE_MESSAGE:
        if (*(const ProtobufCMessage *const *)at) {
            encode_message(*(const ProtobufCMessage *const *)at, text);
        } else {
            dc_text_add(text, "{}"); /* a map's value that was left at its default */
        }
        return;
    }
    DC_ASSERT(!"a type of protobuf");
}

/* Fields at their default are left out; a member of a oneof is there when it is the chosen one. */
static bool
is_present(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *at = (const char *)message + field->offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return JSON_CONST_MEMBER(size_t, message, field->quantifier_offset) > 0;
    }
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        return JSON_CONST_MEMBER(uint32_t, message, field->quantifier_offset) == field->id;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return *(const char *const *)at && **(const char *const *)at;
    case PROTOBUF_C_TYPE_BYTES:
        return ((const ProtobufCBinaryData *)at)->len > 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(const void *const *)at != NULL;
    case PROTOBUF_C_TYPE_FLOAT:
        return *(const float *)at != 0;
    case PROTOBUF_C_TYPE_DOUBLE:
        return *(const double *)at != 0;
    default:
        break;
    }
    static const uint64_t zero;
    return memcmp(at, &zero, json_value_size(field->type)) != 0;
}

static void
add_map(struct dc_text *text, const ProtobufCMessage *const *entries, size_t count)
{
    dc_text_add(text, "{");
    for (size_t i = 0; i < count; i++) {
        const ProtobufCFieldDescriptor *key = json_field_number(entries[i]->descriptor, 1);
        const ProtobufCFieldDescriptor *value = json_field_number(entries[i]->descriptor, 2);
        dc_text_add(text, i ? "," : "");
        /* Keys are text in JSON: 64-bit numbers and strings have their quotes already. */
        size_t start = text->length;
        add_value(text, key, (const char *)entries[i] + key->offset);
        if (text->data[start] != '"') {
            DC_AUTO_FREE char *bare = strdup(text->data + start);
            DC_ASSERT(bare);
            text->length = start;
            dc_text_printf(text, "\"%s\"", bare);
        }
        dc_text_add(text, ":");
        add_value(text, value, (const char *)entries[i] + value->offset);
    }
    dc_text_add(text, "}");
}

static void
add_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
          struct dc_text *text)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        add_value(text, field, (const char *)message + field->offset);
        return;
    }
    size_t count = JSON_CONST_MEMBER(size_t, message, field->quantifier_offset);
    const char *items = JSON_CONST_MEMBER(char *, message, field->offset);
    if (json_is_map(message->descriptor, field)) {
        add_map(text, (const ProtobufCMessage *const *)(const void *)items, count);
        return;
    }
    size_t size = json_value_size(field->type);
    dc_text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        dc_text_add(text, i ? "," : "");
        add_value(text, field, items + i * size);
    }
    dc_text_add(text, "]");
}

/* Three, six or nine digits, as many as it takes; none for a whole second. */
static void
add_fraction(struct dc_text *text, int32_t nanos)
{
    if (nanos == 0) {
        return;
    }
    if (nanos % 1000000 == 0) {
        dc_text_printf(text, ".%03d", nanos / 1000000);
    } else if (nanos % 1000 == 0) {
        dc_text_printf(text, ".%06d", nanos / 1000);
    } else {
        dc_text_printf(text, ".%09d", nanos);
    }
}

static void
encode_special(const ProtobufCMessage *message, enum json_special special, struct dc_text *text)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    const ProtobufCFieldDescriptor *first = json_field_number(descriptor, 1);
    if (special == JSON_WRAPPER) {
        add_value(text, first, (const char *)message + first->offset);
        return;
    }
    int64_t seconds = JSON_CONST_MEMBER(int64_t, message, first->offset);
    int32_t nanos = JSON_CONST_MEMBER(int32_t, message, json_field_number(descriptor, 2)->offset);
    if (special == JSON_DURATION) {
        bool negative = seconds < 0 || nanos < 0;
        dc_text_printf(text, "\"%s%llu", negative ? "-" : "",
                       (unsigned long long)(seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds));
        add_fraction(text, nanos < 0 ? -nanos : nanos);
        dc_text_add(text, "s\"");
        return;
    }
    /* What is out of range cannot be written as a date; the nearest that can is. */
    if (seconds < JSON_TIMESTAMP_MIN_SECONDS) {
        seconds = JSON_TIMESTAMP_MIN_SECONDS;
    } else if (seconds > JSON_TIMESTAMP_MAX_SECONDS) {
        seconds = JSON_TIMESTAMP_MAX_SECONDS;
    }
    char time[DC_TIME_TEXT];
    dc_time_format(seconds * DC_SECOND, time);
    dc_text_printf(text, "\"%.19s", time);
    add_fraction(text, nanos >= 0 && nanos <= 999999999 ? nanos : 0);
    dc_text_add(text, "Z\"");
}

static void
encode_message(const ProtobufCMessage *message, struct dc_text *text)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    enum json_special special = json_special_of(descriptor);
    if (special != JSON_PLAIN) {
        encode_special(message, special, text);
        return;
    }
    bool first = true;
    dc_text_add(text, "{");
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (is_present(message, field)) {
            char name[JSON_NAME_MAX];
            json_camel_name(field->name, name, sizeof name);
            dc_text_printf(text, "%s\"%s\":", first ? "" : ",", name);
            add_field(message, field, text);
            first = false;
        }
    }
    dc_text_add(text, "}");
}

void
dc_json_encode(const ProtobufCMessage *message, struct dc_text *text)
{
    DC_ASSERT(message && text);
    encode_message(message, text);
}
