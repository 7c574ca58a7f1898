/* ls.c - `dacheng ls`: what runs, and what there is to call and to hear. */
#include <stdio.h>
#include <string.h>

#include <dacheng/bus/v1/bus.pb-c.h>

#include "edge/registry.h"
#include "session.h"

/* "dacheng.goals.v1.GoalService" -> "goals" */
static void
owner_of(const char *full_name, char ret_owner[64])
{
    const char *start = full_name + strlen("dacheng.");
    snprintf(ret_owner, 64, "%.*s", (int)strcspn(start, "."), start);
}

/* The bus and the kernel are asked by commands of their own. */
static bool
is_own(const char *owner)
{
    return strcmp(owner, "bus") == 0 || strcmp(owner, "kernel") == 0;
}

/* --- events ----------------------------------------------------------------------------------- */
static bool
is_field_of(const ProtobufCMessageDescriptor *message, const ProtobufCMessageDescriptor *owner)
{
    for (unsigned i = 0; i < owner->n_fields; i++) {
        if (owner->fields[i].descriptor == message) {
            return true;
        }
    }
    return false;
}

static bool
is_of_method(const ProtobufCMessageDescriptor *message)
{
    for (size_t s = 0; dc_registry_services[s]; s++) {
        for (unsigned m = 0; m < dc_registry_services[s]->n_methods; m++) {
            const ProtobufCMethodDescriptor *method = &dc_registry_services[s]->methods[m];
            if (method->input == message || method->output == message) {
                return true;
            }
        }
    }
    return false;
}

/* A message that is part of no other and of no method is an event of its stream. */
static bool
is_event(const ProtobufCMessageDescriptor *message)
{
    char owner[64];
    owner_of(message->name, owner);
    if (is_own(owner) || is_of_method(message)) {
        return false;
    }
    for (size_t i = 0; dc_registry_messages[i]; i++) {
        if (is_field_of(message, dc_registry_messages[i])) {
            return false;
        }
    }
    return true;
}

static int
list_events(const struct ctl *ctl)
{
    const char *stream = ctl->argc > 1 ? ctl->argv[1] : NULL;
    size_t count = 0;
    for (size_t i = 0; dc_registry_messages[i]; i++) {
        const ProtobufCMessageDescriptor *message = dc_registry_messages[i];
        char owner[64];
        owner_of(message->name, owner);
        if ((!stream || strcmp(stream, owner) == 0) && is_event(message)) {
            printf(ctl->json ? "{\"subject\":\"%s.%s\"}\n" : "%s.%s\n", owner, message->short_name);
            count++;
        }
    }
    if (count == 0) {
        fprintf(stderr, "dacheng: there is no stream \"%s\"\n", stream);
        return CTL_USAGE;
    }
    return CTL_DONE;
}

/* --- methods ---------------------------------------------------------------------------------- */
/* Those of one service, or (NULL) all. */
static size_t
list_methods(const struct ctl *ctl, const char *wanted)
{
    size_t count = 0;
    for (size_t s = 0; dc_registry_services[s]; s++) {
        const ProtobufCServiceDescriptor *service = dc_registry_services[s];
        char owner[64], name[160];
        owner_of(service->name, owner);
        if (wanted ? strcmp(wanted, owner) != 0 : is_own(owner)) {
            continue;
        }
        for (unsigned m = 0; m < service->n_methods; m++) {
            const ProtobufCMethodDescriptor *method = &service->methods[m];
            snprintf(name, sizeof(name), "%s/%s", owner, method->name);
            printf(ctl->json ? "{\"method\":\"%s\",\"full\":\"%s/%s\",\"request\":\"%s\"}\n"
                             : "%-36s %s/%s\n",
                   name, service->name, method->name, method->input->name);
            count++;
        }
    }
    return count;
}

static int
list_services(const struct ctl *ctl)
{
    char last[64] = "";
    for (size_t s = 0; dc_registry_services[s]; s++) {
        char owner[64];
        owner_of(dc_registry_services[s]->name, owner);
        if (strcmp(owner, last) != 0 && !is_own(owner)) {
            printf(ctl->json ? "{\"service\":\"%s\"}\n" : "%s\n", owner);
        }
        memcpy(last, owner, sizeof(last));
    }
    return CTL_DONE;
}

static const char *
type_name(const ProtobufCFieldDescriptor *field)
{
    static const char *const names[] = {[PROTOBUF_C_TYPE_INT32] = "int32",
                                        [PROTOBUF_C_TYPE_SINT32] = "int32",
                                        [PROTOBUF_C_TYPE_SFIXED32] = "int32",
                                        [PROTOBUF_C_TYPE_INT64] = "int64 (a text)",
                                        [PROTOBUF_C_TYPE_SINT64] = "int64 (a text)",
                                        [PROTOBUF_C_TYPE_SFIXED64] = "int64 (a text)",
                                        [PROTOBUF_C_TYPE_UINT32] = "uint32",
                                        [PROTOBUF_C_TYPE_FIXED32] = "uint32",
                                        [PROTOBUF_C_TYPE_UINT64] = "uint64 (a text)",
                                        [PROTOBUF_C_TYPE_FIXED64] = "uint64 (a text)",
                                        [PROTOBUF_C_TYPE_FLOAT] = "float",
                                        [PROTOBUF_C_TYPE_DOUBLE] = "double",
                                        [PROTOBUF_C_TYPE_BOOL] = "bool",
                                        [PROTOBUF_C_TYPE_STRING] = "text",
                                        [PROTOBUF_C_TYPE_BYTES] = "bytes (base64)"};
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name;
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return ((const ProtobufCEnumDescriptor *)field->descriptor)->short_name;
    }
    return names[field->type];
}

enum { DEPTH_MAX = 3 };

static void
print_fields(const ProtobufCMessageDescriptor *message, int depth)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        printf("%*s%-*s %s%s\n", 2 * depth, "", 30 - 2 * depth, field->name,
               field->label == PROTOBUF_C_LABEL_REPEATED ? "list of " : "", type_name(field));
        if (field->type == PROTOBUF_C_TYPE_ENUM) {
            const ProtobufCEnumDescriptor *values = field->descriptor;
            for (unsigned v = 0; v < values->n_values; v++) {
                printf("%*s%s\n", 2 * depth + 4, "", values->values[v].name);
            }
        }
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && depth < DEPTH_MAX) {
            print_fields(field->descriptor, depth + 1);
        }
    }
}

static int
describe(const struct ctl *ctl)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_error error = {0};
    const ProtobufCMethodDescriptor *method;
    const char *service, *full;
    if (dc_registry_method(ctl->argv[0], arena, &method, &service, &full, &error) != DC_OK) {
        fprintf(stderr, "dacheng: %s\n", error.message);
        return CTL_USAGE;
    }
    printf("%s\n\n%s\n", full, method->input->short_name);
    print_fields(method->input, 1);
    printf("\n%s\n", method->output->short_name);
    print_fields(method->output, 1);
    return CTL_DONE;
}

/* --- what runs -------------------------------------------------------------------------------- */
static int
list_running(struct ctl *ctl)
{
    Bus__StatusRequest request = BUS__STATUS_REQUEST__INIT;
    ProtobufCMessage *answer;
    struct dc_error error = {0};
    if (ctl_request(ctl, "bus", "dacheng.bus.v1.BusService/GetStatus", &request.base,
                    &bus__status_response__descriptor, &answer, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    const Bus__StatusResponse *status = (const Bus__StatusResponse *)answer;
    for (size_t i = 0; i < status->n_services; i++) {
        const Bus__ServiceStatus *service = status->services[i];
        printf(ctl->json ? "{\"service\":\"%s\",\"workers\":%d}\n" : "%-16s %3d workers\n",
               service->service, service->replicas);
    }
    return CTL_DONE;
}

int
ctl_ls(struct ctl *ctl)
{
    const char *what = ctl->argc ? ctl->argv[0] : "";
    if (strcmp(what, "events") == 0) {
        return list_events(ctl);
    }
    if (ctl->argc > 1) {
        fprintf(stderr, "dacheng: only events takes a second word; see dacheng help ls\n");
        return CTL_USAGE;
    }
    if (ctl->argc == 0) {
        return list_running(ctl);
    }
    if (strcmp(what, "services") == 0) {
        return list_services(ctl);
    }
    if (strchr(what, '/')) {
        return describe(ctl);
    }
    if (list_methods(ctl, strcmp(what, "methods") == 0 ? NULL : what) == 0) {
        fprintf(stderr, "dacheng: there is no service \"%s\"; dacheng ls services\n", what);
        return CTL_USAGE;
    }
    return CTL_DONE;
}
