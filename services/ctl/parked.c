/* parked.c - `dacheng parked`: events that a service could not apply. */
#include <stdio.h>
#include <string.h>

#include <dacheng/kernel/v1/admin.pb-c.h>

#include "edge/json.h"
#include "session.h"

static int
list(struct ctl *ctl, const char *service)
{
    Kernel__ListParkedRequest request = KERNEL__LIST_PARKED_REQUEST__INIT;
    ProtobufCMessage *answer;
    struct dc_error error = {0};
    if (ctl_request(ctl, service, "dacheng.kernel.v1.AdminService/ListParked", &request.base,
                    &kernel__list_parked_response__descriptor, &answer, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    const Kernel__ListParkedResponse *response = (const Kernel__ListParkedResponse *)answer;
    if (ctl->json) {
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        dc_json_encode(answer, &text);
        printf("{\"service\":\"%s\",\"parked\":%s}\n", service, dc_text_cstr(&text));
        return CTL_DONE;
    }
    for (size_t i = 0; i < response->n_parked; i++) {
        const Kernel__Parked *parked = response->parked[i];
        printf("%s\t%s\t%d\t%lld\t%s\t%s\t%d attempts\t%s\n", service, parked->stream,
               parked->partition, (long long)parked->number, parked->key, parked->type,
               parked->attempts, parked->reason);
    }
    printf("%s: %lld parked\n", service, (long long)response->total);
    return CTL_DONE;
}

/* Every service that there is; the last failure is the answer. */
static int
list_all(struct ctl *ctl)
{
    const char **services;
    struct dc_error error = {0};
    int code = CTL_DONE;
    if (ctl_streams(ctl, &services, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    for (size_t i = 0; services[i]; i++) {
        int listed = list(ctl, services[i]);
        code = listed == CTL_DONE ? code : listed;
    }
    return code;
}

static int
redrive(struct ctl *ctl, const char *service, bool drop)
{
    Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
    int64_t partition;
    if (dc_parse_int64(ctl->argv[3], &partition, NULL) != DC_OK || partition < 0 ||
        partition > 15) {
        fprintf(stderr, "dacheng: a partition is 0 to 15\n");
        return CTL_USAGE;
    }
    request.stream = ctl->argv[2];
    request.partition = (int32_t)partition;
    request.key = ctl->argv[4];
    request.drop = drop;
    ProtobufCMessage *answer;
    struct dc_error error = {0};
    if (ctl_request(ctl, service, "dacheng.kernel.v1.AdminService/Redrive", &request.base,
                    &kernel__redrive_response__descriptor, &answer, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    printf("%d events %s\n", ((const Kernel__RedriveResponse *)answer)->events,
           drop ? "dropped" : "tried again");
    return CTL_DONE;
}

int
ctl_parked(struct ctl *ctl)
{
    if (ctl->argc == 1 && strcmp(ctl->argv[0], "list") == 0) {
        return list_all(ctl);
    }
    if (ctl->argc == 2 && strcmp(ctl->argv[0], "list") == 0) {
        return list(ctl, ctl->argv[1]);
    }
    if (ctl->argc == 5 && strcmp(ctl->argv[0], "retry") == 0) {
        return redrive(ctl, ctl->argv[1], false);
    }
    if (ctl->argc == 5 && strcmp(ctl->argv[0], "drop") == 0) {
        return redrive(ctl, ctl->argv[1], true);
    }
    fprintf(stderr, "usage: dacheng parked list [SERVICE]\n"
                    "       dacheng parked retry|drop SERVICE STREAM PARTITION KEY\n");
    return CTL_USAGE;
}
