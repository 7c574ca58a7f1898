/* json_mapping.c - names, maps and special messages of the JSON mapping. */
#include "edge/json_mapping.h"

#include <string.h>

enum json_special
json_special_of(const ProtobufCMessageDescriptor *descriptor)
{
    static const char prefix[] = "google.protobuf.";
    const char *name = descriptor->name;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return JSON_PLAIN;
    }
    name += sizeof prefix - 1;
    if (strcmp(name, "Timestamp") == 0) {
        return JSON_TIMESTAMP;
    }
    if (strcmp(name, "Duration") == 0) {
        return JSON_DURATION;
    }
    size_t length = strlen(name);
    bool wrapper = length > 5 && strcmp(name + length - 5, "Value") == 0 &&
                   descriptor->n_fields == 1 && strcmp(descriptor->fields[0].name, "value") == 0;
    return wrapper ? JSON_WRAPPER : JSON_PLAIN;
}

const ProtobufCFieldDescriptor *
json_field_number(const ProtobufCMessageDescriptor *descriptor, unsigned number)
{
    return protobuf_c_message_descriptor_get_field(descriptor, number);
}

bool
json_is_map(const ProtobufCMessageDescriptor *parent, const ProtobufCFieldDescriptor *field)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return false;
    }
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    size_t length = strlen(parent->name);
    if (entry->n_fields != 2 || strncmp(entry->name, parent->name, length) != 0 ||
        entry->name[length] != '.' || entry->fields[0].id != 1 || entry->fields[1].id != 2 ||
        strcmp(entry->fields[0].name, "key") != 0 || strcmp(entry->fields[1].name, "value") != 0) {
        return false;
    }
    /* The rest is "<Field>Entry" in CamelCase: as the lower form, but for the first letter. */
    char camel[JSON_NAME_MAX];
    size_t width = json_camel_name(field->name, camel, sizeof camel);
    if (camel[0] >= 'a' && camel[0] <= 'z') {
        camel[0] = (char)(camel[0] - 'a' + 'A');
    }
    const char *rest = entry->name + length + 1;
    return strncmp(rest, camel, width) == 0 && strcmp(rest + width, "Entry") == 0;
}

size_t
json_camel_name(const char *name, char *ret_name, size_t room)
{
    size_t length = 0;
    bool raise = false;
    for (const char *c = name; *c && length + 1 < room; c++) {
        if (*c == '_') {
            raise = true;
            continue;
        }
        ret_name[length++] = raise && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        raise = false;
    }
    ret_name[length] = '\0';
    return length;
}

bool
json_camel_equal(const char *name, const char *key, size_t key_length)
{
    size_t at = 0;
    bool raise = false;
    for (const char *c = name; *c; c++) {
        if (*c == '_') {
            raise = true;
            continue;
        }
        char wanted = raise && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        if (at == key_length || key[at++] != wanted) {
            return false;
        }
        raise = false;
    }
    return at == key_length;
}

size_t
json_value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
        return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    }
    return 0;
}
