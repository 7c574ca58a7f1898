/*
 * json_decode.c - JSON to protobuf, along the descriptor.
 *
 * The text is looked over once for its nesting depth and number of elements, so that jansson's
 * tree stays bounded; then jansson parses it (duplicate keys, UTF-8, NUL, garbage behind the end
 * are its errors, with line and column); then the tree is read into the message. Where a value
 * does not fit, the chain of `struct place` says where it stands.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "edge/json.h"
#include "edge/json_mapping.h"
#include "edge/wire_check.h"

enum { ELEMENTS_MAX = 1000000, SHOWN_MAX = 60 };

/* Where we are: a field of a message, and within it an index or a map's key. */
struct place {
    const struct place *parent;
    const char *name; /* field, as it stands in JSON */
    size_t index;
    bool indexed;
    const char *key; /* of a map */
};

struct decoding {
    struct dc_arena *arena;
    struct dc_error *error;
    size_t depth; /* of messages */
};

static enum dc_code decode_message(struct decoding *decoding, const struct place *place,
                                   const ProtobufCMessageDescriptor *descriptor, json_t *json,
                                   ProtobufCMessage **ret_message);

/* --- errors ------------------------------------------------------------------------------------
 */

static size_t
put_path(const struct place *place, char *path, size_t room)
{
    size_t length = place->parent ? put_path(place->parent, path, room) : 0;
    if (length >= room || !place->name) {
        return length;
    }
    int added;
    const char *dot = length ? "." : "";
    if (place->key) {
        added =
            snprintf(path + length, room - length, "%s%s[\"%s\"]", dot, place->name, place->key);
    } else if (place->indexed) {
        added = snprintf(path + length, room - length, "%s%s[%zu]", dot, place->name, place->index);
    } else {
        added = snprintf(path + length, room - length, "%s%s", dot, place->name);
    }
    return length + (added > 0 ? (size_t)added : 0);
}

/* What stands there, short enough for a sentence. */
static void
show(json_t *json, char text[SHOWN_MAX + 8])
{
    size_t length = json_dumpb(json, text, SHOWN_MAX, JSON_ENCODE_ANY | JSON_COMPACT);
    if (length <= SHOWN_MAX) {
        text[length] = '\0';
        return;
    }
    /* json_dumpb writes what fits in pieces; show the kind instead of a torn text. */
    static const char *const kinds[] = {DC_WORDS("an object"),
                                        DC_WORDS("a list"),
                                        DC_WORDS("a long text"),
                                        DC_WORDS("a number"),
                                        "a number",
                                        "true",
                                        "false",
                                        "null"};
    snprintf(text, SHOWN_MAX, "%s", kinds[json_typeof(json)]);
}

static enum dc_code
refuse(struct decoding *decoding, const struct place *place, const char *what)
{
    char path[512] = "";
    put_path(place, path, sizeof path);
    return dc_fail_field(decoding->error, DC_INVALID_ARGUMENT, path, "%s: %s",
                         *path ? path : DC_WORDS("the request"), what);
}

static enum dc_code
refuse_value(struct decoding *decoding, const struct place *place, json_t *json, const char *wanted)
{
    char path[512] = "", shown[SHOWN_MAX + 8];
    put_path(place, path, sizeof path);
    show(json, shown);
    return dc_fail_field(decoding->error, DC_INVALID_ARGUMENT, path,
                         "%s: there is %s; %s is wanted", *path ? path : DC_WORDS("the request"),
                         shown, wanted);
}

static enum dc_code
too_large(struct decoding *decoding)
{
    return dc_fail(decoding->error, DC_RESOURCE_EXHAUSTED,
                   "the request needs more memory than a request may use");
}

/* --- bytes and enums ---------------------------------------------------------------------------
 */

static enum dc_code
read_bytes(struct decoding *decoding, const struct place *place, json_t *json,
           ProtobufCBinaryData *ret_bytes)
{
    static const char wanted[] = DC_WORDS("text in base64");
    if (!json_is_string(json)) {
        return refuse_value(decoding, place, json, wanted);
    }
    size_t length = json_string_length(json);
    uint8_t *data = dc_arena_try_alloc(decoding->arena, length / 4 * 3 + 3);
    if (!data) {
        return too_large(decoding);
    }
    size_t size;
    if (!json_read_base64(json_string_value(json), length, data, &size)) {
        return refuse_value(decoding, place, json, wanted);
    }
    *ret_bytes = (ProtobufCBinaryData){.len = size, .data = data};
    return DC_OK;
}

static enum dc_code
read_enum(struct decoding *decoding, const struct place *place,
          const ProtobufCEnumDescriptor *descriptor, json_t *json, int *ret_value)
{
    int64_t number;
    if (json_is_string(json)) {
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value_by_name(descriptor, json_string_value(json));
        if (value) {
            *ret_value = value->value;
            return DC_OK;
        }
    } else if (json_read_signed(json, INT32_MIN, INT32_MAX, &number)) {
        *ret_value = (int)number;
        return DC_OK;
    }
    char path[512] = "", shown[SHOWN_MAX + 8], allowed[300] = "";
    size_t length = 0;
    for (unsigned i = 0; i < descriptor->n_values && length + 64 < sizeof allowed; i++) {
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%.60s",
                                   i ? ", " : "", descriptor->values[i].name);
    }
    put_path(place, path, sizeof path);
    show(json, shown);
    return dc_fail_field(decoding->error, DC_INVALID_ARGUMENT, path,
                         "%s: there is %s; one of %s is wanted",
                         *path ? path : DC_WORDS("the request"), shown, allowed);
}

/* --- one value ---------------------------------------------------------------------------------
 */

static enum dc_code
decode_number(struct decoding *decoding, const struct place *place, ProtobufCType type,
              json_t *json, void *at)
{
    int64_t number;
    uint64_t natural;
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        if (json_read_signed(json, INT32_MIN, INT32_MAX, &number)) {
            *(int32_t *)at = (int32_t)number;
            return DC_OK;
        }
        return refuse_value(decoding, place, json, "a whole number of 32 bits");
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        if (json_read_unsigned(json, UINT32_MAX, &natural)) {
            *(uint32_t *)at = (uint32_t)natural;
            return DC_OK;
        }
        return refuse_value(decoding, place, json, "a whole number from 0 to 4294967295");
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        if (json_read_signed(json, INT64_MIN, INT64_MAX, at)) {
            return DC_OK;
        }
        return refuse_value(decoding, place, json, "a whole number of 64 bits");
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        if (json_read_unsigned(json, UINT64_MAX, at)) {
            return DC_OK;
        }
        return refuse_value(decoding, place, json, "a whole number of 64 bits, not negative");
    case PROTOBUF_C_TYPE_FLOAT:
        if (json_read_float(json, at)) {
            return DC_OK;
        }
        break;
    default:
        if (json_read_double(json, at)) {
            return DC_OK;
        }
        break;
    }
    return refuse_value(decoding, place, json,
                        "a number, or one of \"NaN\", \"Infinity\", \"-Infinity\"");
}

static enum dc_code
decode_value(struct decoding *decoding, const struct place *place,
             const ProtobufCFieldDescriptor *field, json_t *json, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(json)) {
            return refuse_value(decoding, place, json, "true or false");
        }
        *(protobuf_c_boolean *)at = json_is_true(json);
        return DC_OK;
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(decoding, place, field->descriptor, json, at);
    case PROTOBUF_C_TYPE_STRING: {
        if (!json_is_string(json)) {
            return refuse_value(decoding, place, json, "text in quotes");
        }
        size_t length = json_string_length(json);
        char *copy = dc_arena_try_alloc(decoding->arena, length + 1);
        if (!copy) {
            return too_large(decoding);
        }
        memcpy(copy, json_string_value(json), length + 1);
        *(char **)at = copy;
        return DC_OK;
    }
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(decoding, place, json, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return decode_message(decoding, place, field->descriptor, json, at);
    default:
        return decode_number(decoding, place, field->type, json, at);
    }
}

/* --- lists and maps ----------------------------------------------------------------------------
 */

static enum dc_code
decode_list(struct decoding *decoding, struct place *place, const ProtobufCFieldDescriptor *field,
            json_t *json, ProtobufCMessage *message)
{
    if (!json_is_array(json)) {
        return refuse_value(decoding, place, json, "a list");
    }
    size_t count = json_array_size(json);
    size_t size = json_value_size(field->type);
    char *items = dc_arena_try_alloc(decoding->arena, count * size);
    if (!items) {
        return too_large(decoding);
    }
    memset(items, 0, count * size);
    place->indexed = true;
    for (size_t i = 0; i < count; i++) {
        place->index = i;
        json_t *element = json_array_get(json, i);
        if (json_is_null(element)) {
            return refuse(decoding, place, "null cannot stand in a list");
        }
        DC_TRY(decode_value(decoding, place, field, element, items + i * size));
    }
    JSON_MEMBER(size_t, message, field->quantifier_offset) = count;
    JSON_MEMBER(char *, message, field->offset) = count ? items : NULL;
    return DC_OK;
}

/* Keys are text in JSON whatever the map's key is. */
static enum dc_code
decode_key(struct decoding *decoding, const struct place *place,
           const ProtobufCFieldDescriptor *field, const char *key, void *at)
{
    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        if (strcmp(key, "true") != 0 && strcmp(key, "false") != 0) {
            return refuse(decoding, place, "the key must be \"true\" or \"false\"");
        }
        *(protobuf_c_boolean *)at = key[0] == 't';
        return DC_OK;
    }
    json_t *text = json_string(key);
    DC_ASSERT(text);
    enum dc_code code = decode_value(decoding, place, field, text, at);
    json_decref(text);
    return code;
}

static void *
new_message(struct decoding *decoding, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = dc_arena_try_alloc(decoding->arena, descriptor->sizeof_message);
    if (message) {
        protobuf_c_message_init(descriptor, message);
    }
    return message;
}

static enum dc_code
decode_map(struct decoding *decoding, struct place *place, const ProtobufCFieldDescriptor *field,
           json_t *json, ProtobufCMessage *message)
{
    if (!json_is_object(json)) {
        return refuse_value(decoding, place, json, "an object");
    }
    size_t count = json_object_size(json);
    ProtobufCMessage **entries = dc_arena_try_alloc(decoding->arena, count * sizeof *entries);
    if (!entries) {
        return too_large(decoding);
    }
    const ProtobufCFieldDescriptor *key_field = json_field_number(field->descriptor, 1);
    const ProtobufCFieldDescriptor *value_field = json_field_number(field->descriptor, 2);
    const char *key;
    json_t *value;
    size_t i = 0;
    json_object_foreach(json, key, value)
    {
        place->key = key;
        if (json_is_null(value)) {
            return refuse(decoding, place, "null cannot stand in a map");
        }
        ProtobufCMessage *entry = new_message(decoding, field->descriptor);
        if (!entry) {
            return too_large(decoding);
        }
        DC_TRY(decode_key(decoding, place, key_field, key, (char *)entry + key_field->offset));
        DC_TRY(
            decode_value(decoding, place, value_field, value, (char *)entry + value_field->offset));
        entries[i++] = entry;
    }
    JSON_MEMBER(size_t, message, field->quantifier_offset) = count;
    JSON_MEMBER(void *, message, field->offset) = count ? entries : NULL;
    return DC_OK;
}

/* --- messages ----------------------------------------------------------------------------------
 */

static enum dc_code
decode_special(struct decoding *decoding, const struct place *place, enum json_special special,
               const ProtobufCMessageDescriptor *descriptor, json_t *json,
               ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *first = json_field_number(descriptor, 1);
    if (special == JSON_WRAPPER) {
        return decode_value(decoding, place, first, json, (char *)message + first->offset);
    }
    int64_t seconds;
    int32_t nanos;
    const char *text = json_string_value(json);
    bool timestamp = special == JSON_TIMESTAMP;
    if (!text || !(timestamp ? json_read_timestamp : json_read_duration)(text, &seconds, &nanos)) {
        return refuse_value(decoding, place, json,
                            timestamp ? DC_WORDS("an instant like \"2026-11-23T08:30:00Z\"")
                                      : DC_WORDS("a duration like \"1.5s\""));
    }
    JSON_MEMBER(int64_t, message, first->offset) = seconds;
    JSON_MEMBER(int32_t, message, json_field_number(descriptor, 2)->offset) = nanos;
    return DC_OK;
}

/* By lowerCamelCase name or by the name in the .proto; the field behind the one found last is
 * tried first, as most writers keep the order. */
static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *descriptor, const char *key, unsigned hint)
{
    size_t length = strlen(key);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field =
            &descriptor->fields[(hint + i) % descriptor->n_fields];
        if (json_camel_equal(field->name, key, length) || strcmp(field->name, key) == 0) {
            return field;
        }
    }
    return NULL;
}

static enum dc_code
unknown_field(struct decoding *decoding, const struct place *place,
              const ProtobufCMessageDescriptor *descriptor)
{
    char path[512] = "", allowed[400] = "";
    size_t length = 0;
    if (descriptor->n_fields == 0) {
        return refuse(decoding, place, "there is no such field; none is allowed here");
    }
    for (unsigned i = 0; i < descriptor->n_fields && length + 80 < sizeof allowed; i++) {
        char name[64];
        json_camel_name(descriptor->fields[i].name, name, sizeof name);
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%s", i ? ", " : "",
                                   name);
    }
    put_path(place, path, sizeof path);
    return dc_fail_field(decoding->error, DC_INVALID_ARGUMENT, path,
                         "%s: there is no such field; allowed are %s",
                         *path ? path : DC_WORDS("the request"), allowed);
}

static enum dc_code
decode_field(struct decoding *decoding, struct place *place, const ProtobufCFieldDescriptor *field,
             json_t *json, ProtobufCMessage *message)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        if (json_is_map(message->descriptor, field)) {
            return decode_map(decoding, place, field, json, message);
        }
        return decode_list(decoding, place, field, json, message);
    }
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t *chosen = &JSON_MEMBER(uint32_t, message, field->quantifier_offset);
        if (*chosen != 0) {
            return refuse(decoding, place, "only one of the alternatives may be given");
        }
        *chosen = field->id;
    }
    return decode_value(decoding, place, field, json, (char *)message + field->offset);
}

enum { SEEN_MAX = 256 };

static enum dc_code
decode_object(struct decoding *decoding, const struct place *place,
              const ProtobufCMessageDescriptor *descriptor, json_t *json, ProtobufCMessage *message)
{
    if (!json_is_object(json)) {
        return refuse_value(decoding, place, json, "an object");
    }
    DC_ASSERT(descriptor->n_fields <= SEEN_MAX);
    bool seen[SEEN_MAX] = {false}; /* a field can be named in two ways */
    unsigned hint = 0;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        struct place inner = {.parent = place, .name = key};
        const ProtobufCFieldDescriptor *field = find_field(descriptor, key, hint);
        if (!field) {
            return unknown_field(decoding, &inner, descriptor);
        }
        unsigned number = (unsigned)(field - descriptor->fields);
        if (seen[number]) {
            return refuse(decoding, &inner, "the field is given twice");
        }
        seen[number] = true;
        hint = number + 1;
        if (!json_is_null(value)) { /* null: the field's default */
            DC_TRY(decode_field(decoding, &inner, field, value, message));
        }
    }
    return DC_OK;
}

static enum dc_code
decode_message(struct decoding *decoding, const struct place *place,
               const ProtobufCMessageDescriptor *descriptor, json_t *json,
               ProtobufCMessage **ret_message)
{
    if (decoding->depth == DC_WIRE_DEPTH_MAX) {
        return refuse(decoding, place, "messages are nested too deep");
    }
    ProtobufCMessage *message = new_message(decoding, descriptor);
    if (!message) {
        return too_large(decoding);
    }
    decoding->depth++; /* a failure ends the decoding, so it need not be taken back */
    enum json_special special = json_special_of(descriptor);
    if (special != JSON_PLAIN) {
        DC_TRY(decode_special(decoding, place, special, descriptor, json, message));
    } else {
        DC_TRY(decode_object(decoding, place, descriptor, json, message));
    }
    decoding->depth--;
    *ret_message = message;
    return DC_OK;
}

/* --- the text ----------------------------------------------------------------------------------
 */

/* Bounds what jansson will build. Whether the text is JSON at all is left to jansson. */
static enum dc_code
check_bounds(const char *json, size_t length, struct dc_error *error)
{
    size_t depth = 0, elements = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = json[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
            continue;
        }
        if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
            elements++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',') {
            elements++;
        }
        if (depth > 2 * DC_WIRE_DEPTH_MAX) {
            return dc_fail(error, DC_INVALID_ARGUMENT,
                           "the JSON is nested too deep at byte %zu; at most %d messages stand "
                           "within each other",
                           i + 1, DC_WIRE_DEPTH_MAX);
        }
        if (elements > ELEMENTS_MAX) {
            return dc_fail(error, DC_RESOURCE_EXHAUSTED, "the JSON has more than %d elements",
                           ELEMENTS_MAX);
        }
    }
    return DC_OK;
}

/* The key whose value is being read at `position`: what jansson does not say. */
static void
key_before(const char *json, size_t position, char key[SHOWN_MAX])
{
    key[0] = '\0';
    for (size_t i = 0; i < position; i++) {
        if (json[i] != '"') {
            continue;
        }
        size_t start = ++i;
        while (i < position && json[i] != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        size_t next = i + 1;
        while (next < position && strchr(" \t\r\n", json[next])) {
            next++;
        }
        if (next < position && json[next] == ':' && i - start < SHOWN_MAX &&
            dc_utf8_is_valid(json + start, i - start)) {
            snprintf(key, SHOWN_MAX, "%.*s", (int)(i - start), json + start);
        }
    }
}

static enum dc_code
not_json(const char *json, size_t length, const json_error_t *problem, struct dc_error *error)
{
    char key[SHOWN_MAX];
    size_t position = problem->position > 0 ? (size_t)problem->position : 0;
    key_before(json, position < length ? position : length, key);
    return dc_fail(error, DC_INVALID_ARGUMENT, "not valid JSON, line %d column %d%s%s: %s",
                   problem->line, problem->column, *key ? DC_WORDS(", at ") : "", key,
                   problem->text);
}

static void
release_json(json_t **json)
{
    json_decref(*json);
}

enum dc_code
dc_json_decode(const ProtobufCMessageDescriptor *descriptor, const char *json, size_t length,
               struct dc_arena *arena, ProtobufCMessage **ret_message, struct dc_error *error)
{
    DC_ASSERT(descriptor && (json || length == 0) && arena && ret_message);
    if (length == 0) {
        json = "{}";
        length = 2;
    }
    DC_TRY(check_bounds(json, length, error));
    json_error_t problem;
    __attribute__((cleanup(release_json))) json_t *root =
        json_loadb(json, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!root) {
        return not_json(json, length, &problem, error);
    }
    struct decoding decoding = {arena, error, 0};
    struct place place = {0};
    return decode_message(&decoding, &place, descriptor, root, ret_message);
}
