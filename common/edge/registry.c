/* registry.c - finds descriptors by name. The lists themselves are generated. */
#include "edge/registry.h"

#include <stdio.h>
#include <string.h>

const ProtobufCMessageDescriptor *
dc_registry_message(const char *full_name)
{
    for (size_t i = 0; dc_registry_messages[i]; i++) {
        if (strcmp(dc_registry_messages[i]->name, full_name) == 0) {
            return dc_registry_messages[i];
        }
    }
    return NULL;
}

const ProtobufCServiceDescriptor *
dc_registry_service(const char *full_name)
{
    for (size_t i = 0; dc_registry_services[i]; i++) {
        if (strcmp(dc_registry_services[i]->name, full_name) == 0) {
            return dc_registry_services[i];
        }
    }
    return NULL;
}

const ProtobufCMessageDescriptor *
dc_registry_event(const char *stream, const char *type)
{
    char name[256];
    if (strcmp(type, "AccessRecorded") == 0) {
        stream = "kernel";
    }
    if (snprintf(name, sizeof name, "dacheng.%s.v1.%s", stream, type) >= (int)sizeof name) {
        return NULL;
    }
    return dc_registry_message(name);
}
