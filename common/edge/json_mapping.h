/*
 * json_mapping.h - what both directions of json.h must agree on. For json_decode.c and
 * json_encode.c alone.
 */
#ifndef DC_EDGE_JSON_MAPPING_H
#define DC_EDGE_JSON_MAPPING_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages that JSON writes in a form of their own. */
enum json_special {
    JSON_PLAIN,     /* an object of its fields */
    JSON_TIMESTAMP, /* google.protobuf.Timestamp: "2026-11-23T08:30:00Z" */
    JSON_DURATION,  /* google.protobuf.Duration: "1.5s" */
    JSON_WRAPPER,   /* google.protobuf.Int64Value and its like: the bare value */
};
enum json_special json_special_of(const ProtobufCMessageDescriptor *descriptor);

/* Years 0001 to 9999, the range of a Timestamp; some 10,000 years for a Duration. */
#define JSON_TIMESTAMP_MIN_SECONDS (-62135596800LL)
#define JSON_TIMESTAMP_MAX_SECONDS 253402300799LL
#define JSON_DURATION_MAX_SECONDS 315576000000LL

/* Fields of Timestamp, Duration and the wrappers, by number. */
const ProtobufCFieldDescriptor *json_field_number(const ProtobufCMessageDescriptor *descriptor,
                                                  unsigned number);

/* A map is, for protobuf-c, a repeated message <Parent>.<Field>Entry of key = 1 and value = 2. */
bool json_is_map(const ProtobufCMessageDescriptor *parent, const ProtobufCFieldDescriptor *field);

/* protoc's lowerCamelCase: "at_us" -> "atUs". Cut at `room`. Returns the length. */
size_t json_camel_name(const char *name, char *ret_name, size_t room);
bool json_camel_equal(const char *name, const char *key, size_t key_length);

/* Width in memory of one value; 0 for none known. */
size_t json_value_size(ProtobufCType type);

/* Reading of single values; false: the value is not of that kind or out of range. Whole numbers are
 * taken as numbers and as text, reals also as "NaN", "Infinity", "-Infinity" and text. */
bool json_read_signed(json_t *json, int64_t minimum, int64_t maximum, int64_t *ret_value);
bool json_read_unsigned(json_t *json, uint64_t maximum, uint64_t *ret_value);
bool json_read_double(json_t *json, double *ret_value);
bool json_read_float(json_t *json, float *ret_value);
/* Both alphabets, with or without padding. ret_data: room for length / 4 * 3 + 3 bytes. */
bool json_read_base64(const char *text, size_t length, uint8_t *ret_data, size_t *ret_size);
/* "1.5s". */
bool json_read_duration(const char *text, int64_t *ret_seconds, int32_t *ret_nanos);
/* RFC 3339 with an offset, years 1900 to 9999. */
bool json_read_timestamp(const char *text, int64_t *ret_seconds, int32_t *ret_nanos);

#define JSON_MEMBER(Type, message, offset) (*(Type *)(void *)((char *)(message) + (offset)))
#define JSON_CONST_MEMBER(Type, message, offset)                                                   \
    (*(const Type *)(const void *)((const char *)(message) + (offset)))

enum { JSON_NAME_MAX = 128 };

#endif
