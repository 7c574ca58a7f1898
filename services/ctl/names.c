/* names.c - what people type for a method, and which one they mean. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "edge/registry.h"

static const char kernel_package[] = "dacheng.kernel.v1.";

/* "dacheng.goals.v1.GoalService" -> owner "goals", short name "GoalService". */
static bool
take_apart(const char *full, char owner[64], const char **ret_short)
{
    int length = 0;
    if (sscanf(full, "dacheng.%63[a-z].v%*[0-9].%n", owner, &length) != 1 || !length) {
        return false;
    }
    *ret_short = full + length;
    return true;
}

/* Does `service` go by what was typed before the slash? */
static bool
is_meant(const ProtobufCServiceDescriptor *service, const char *typed, const char *bus_owner)
{
    char owner[64];
    const char *short_name;
    if (strcmp(service->name, typed) == 0) {
        return true;
    }
    if (!take_apart(service->name, owner, &short_name)) {
        return false;
    }
    size_t length = strlen(owner);
    if (strncmp(typed, owner, length) == 0 &&
        (typed[length] == '\0' ||
         (typed[length] == '.' && strcmp(typed + length + 1, short_name) == 0))) {
        return true;
    }
    /* What every service answers: "goals/GetLag", "goals.log/Read". */
    bool log = strcmp(short_name, "LogService") == 0;
    const char *dot = strrchr(typed, '.');
    bool typed_log = dot && strcmp(dot, ".log") == 0;
    return strncmp(service->name, kernel_package, strlen(kernel_package)) == 0 &&
           strcmp(bus_owner, "kernel") != 0 && log == typed_log && (log || !strchr(typed, '.'));
}

/* The bus's name of the service: "goals" of a full or a short name; "goals.log" stays. */
static void
bus_name(const char *typed, char name[64])
{
    const char *short_name;
    if (take_apart(typed, name, &short_name)) {
        return;
    }
    size_t length = strlen(typed);
    bool log = length > 4 && strcmp(typed + length - 4, ".log") == 0;
    snprintf(name, 64, "%.*s", log ? (int)length : (int)strcspn(typed, "."), typed);
}

static void
list_methods(const char *typed, const char *owner, struct dc_text *text)
{
    for (size_t s = 0; dc_registry_services[s]; s++) {
        const ProtobufCServiceDescriptor *service = dc_registry_services[s];
        for (unsigned m = 0; is_meant(service, typed, owner) && m < service->n_methods; m++) {
            dc_text_printf(text, "%s%s", text->length ? ", " : "", service->methods[m].name);
        }
    }
}

enum dc_code
names_resolve(const char *text, struct names_method *ret_method, struct dc_error *error)
{
    const char *slash = strchr(text, '/');
    char typed[128], owner[64];
    if (!slash || slash == text || (size_t)(slash - text) >= sizeof(typed)) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.100s\" is not SERVICE/METHOD, such as goals/AdjustTargets", text);
    }
    snprintf(typed, sizeof(typed), "%.*s", (int)(slash - text), text);
    bus_name(typed, owner);
    for (size_t s = 0; dc_registry_services[s]; s++) {
        const ProtobufCServiceDescriptor *service = dc_registry_services[s];
        const ProtobufCMethodDescriptor *method =
            is_meant(service, typed, owner)
                ? protobuf_c_service_descriptor_get_method_by_name(service, slash + 1)
                : NULL;
        if (method) {
            snprintf(ret_method->bus_service, sizeof(ret_method->bus_service), "%s", owner);
            snprintf(ret_method->full, sizeof(ret_method->full), "%s/%s", service->name,
                     method->name);
            ret_method->method = method;
            return DC_OK;
        }
    }
    DC_AUTO_TEXT struct dc_text known = DC_TEXT_INIT;
    list_methods(typed, owner, &known);
    if (!known.length) {
        return dc_fail(error, DC_NOT_FOUND, "no service is called \"%s\"", typed);
    }
    return dc_fail(error, DC_NOT_FOUND, "%s has no method \"%.60s\"; it has %.500s", typed,
                   slash + 1, dc_text_cstr(&known));
}
