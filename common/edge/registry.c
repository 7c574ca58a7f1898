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

static bool
is_called(const ProtobufCServiceDescriptor *service, const char *wanted, const char *owner)
{
    char medium[256];
    size_t length = strlen(wanted);
    if (length > 4 && strcmp(wanted + length - 4, ".log") == 0) {
        return strcmp(service->name, "dacheng.kernel.v1.LogService") == 0;
    }
    snprintf(medium, sizeof(medium), "%s.%s", owner, service->short_name);
    return strcmp(wanted, owner) == 0 || strcmp(wanted, medium) == 0 ||
           strcmp(wanted, service->name) == 0;
}

enum dc_code
dc_registry_method(const char *name, struct dc_arena *arena,
                   const ProtobufCMethodDescriptor **ret_method, const char **ret_service,
                   const char **ret_full, struct dc_error *error)
{
    char *wanted = dc_arena_strdup(arena, name);
    char *to = strchr(wanted, '@');
    if (to) {
        *to++ = '\0';
    }
    char *slash = strchr(wanted, '/');
    if (slash) {
        *slash++ = '\0';
    }
    for (size_t i = 0; slash && dc_registry_services[i]; i++) {
        const ProtobufCServiceDescriptor *service = dc_registry_services[i];
        const char *owner = service->name + strlen("dacheng.");
        owner = dc_arena_strndup(arena, owner, strcspn(owner, "."));
        const ProtobufCMethodDescriptor *method =
            is_called(service, wanted, owner)
                ? protobuf_c_service_descriptor_get_method_by_name(service, slash)
                : NULL;
        if (method) {
            size_t length = strlen(wanted);
            bool log = length > 4 && strcmp(wanted + length - 4, ".log") == 0;
            *ret_method = method;
            *ret_service = to ? to : log ? wanted : owner;
            *ret_full = dc_arena_printf(arena, "%s/%s", service->name, method->name);
            return DC_OK;
        }
    }
    return dc_fail_field(error, DC_INVALID_ARGUMENT, "method",
                         "there is no method \"%.120s\"; methods are in proto/", name);
}
