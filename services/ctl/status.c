/* status.c - `dacheng top`, `lag`, `peers`: what the bus and the services say of themselves. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <dacheng/bus/v1/bus.pb-c.h>
#include <dacheng/kernel/v1/admin.pb-c.h>

#include "edge/json.h"
#include "session.h"

enum { REFRESH_MS = 1000, LAG_TIMEOUT_MS = 2000 };

static bool
ends_with_log(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".log") == 0;
}

static enum dc_code
ask_status(struct ctl *ctl, const Bus__StatusResponse **ret_status, struct dc_error *error)
{
    Bus__StatusRequest request = BUS__STATUS_REQUEST__INIT;
    ProtobufCMessage *answer;
    DC_TRY(ctl_request(ctl, "bus", "dacheng.bus.v1.BusService/GetStatus", &request.base,
                       &bus__status_response__descriptor, &answer, error));
    *ret_status = (const Bus__StatusResponse *)answer;
    return DC_OK;
}

static enum dc_code
ask_lag(struct ctl *ctl, const char *service, const Kernel__LagResponse **ret_lag,
        struct dc_error *error)
{
    Kernel__LagRequest request = KERNEL__LAG_REQUEST__INIT;
    ProtobufCMessage *answer;
    int64_t timeout = ctl->timeout_ms;
    ctl->timeout_ms = LAG_TIMEOUT_MS;
    enum dc_code code =
        ctl_request(ctl, service, "dacheng.kernel.v1.AdminService/GetLag", &request.base,
                    &kernel__lag_response__descriptor, &answer, error);
    ctl->timeout_ms = timeout;
    DC_TRY(code);
    *ret_lag = (const Kernel__LagResponse *)answer;
    return DC_OK;
}

struct lag_sum {
    bool known;
    int64_t events, ms;
    bool stopped;
};

static struct lag_sum
sum_lag(struct ctl *ctl, const char *service)
{
    struct lag_sum sum = {0};
    const Kernel__LagResponse *lags;
    if (strcmp(service, "bus") == 0 || ask_lag(ctl, service, &lags, NULL) != DC_OK) {
        return sum;
    }
    sum.known = true;
    for (size_t i = 0; i < lags->n_lags; i++) {
        sum.events += lags->lags[i]->last - lags->lags[i]->position;
        sum.ms = lags->lags[i]->lag_ms > sum.ms ? lags->lags[i]->lag_ms : sum.ms;
        sum.stopped = sum.stopped || lags->lags[i]->stopped;
    }
    return sum;
}

static void
print_json(struct ctl *ctl, const Bus__StatusResponse *status)
{
    printf("{\"bus\":\"%s\",\"services\":[", status->bus);
    bool first = true;
    for (size_t i = 0; i < status->n_services; i++) {
        const Bus__ServiceStatus *service = status->services[i];
        if (ends_with_log(service->service)) {
            continue;
        }
        struct lag_sum lag = sum_lag(ctl, service->service);
        printf("%s{\"name\":\"%s\",\"replicas\":%d,\"creditsFree\":%d,\"queued\":%d,"
               "\"requests\":%lld,\"refused\":%lld,\"lagEvents\":%lld,\"lagMs\":%lld,"
               "\"stopped\":%s}",
               first ? "" : ",", service->service, service->replicas, service->credits_free,
               service->queued, (long long)service->requests, (long long)service->refused,
               (long long)lag.events, (long long)lag.ms, lag.stopped ? "true" : "false");
        first = false;
    }
    printf("]}\n");
}

static void
print_table(struct ctl *ctl, const Bus__StatusResponse *status)
{
    printf("bus %s %s   up %lld s   published %lld   delivered %lld   dropped %lld\n\n",
           status->bus, status->version, (long long)status->uptime_ms / 1000,
           (long long)status->published, (long long)status->delivered, (long long)status->dropped);
    printf("%-12s %8s %8s %8s %12s %9s %12s %9s\n", "service", "workers", "credits", "queued",
           "requests", "refused", "lag events", "lag ms");
    for (size_t i = 0; i < status->n_services; i++) {
        const Bus__ServiceStatus *service = status->services[i];
        if (ends_with_log(service->service)) {
            continue;
        }
        struct lag_sum lag = sum_lag(ctl, service->service);
        printf("%-12s %8d %8d %8d %12lld %9lld ", service->service, service->replicas,
               service->credits_free, service->queued, (long long)service->requests,
               (long long)service->refused);
        if (lag.known) {
            printf("%12lld %9lld%s\n", (long long)lag.events, (long long)lag.ms,
                   lag.stopped ? "  STOPPED" : "");
        } else {
            printf("%12s %9s\n", "-", "-");
        }
    }
    if (status->n_subscribers) {
        printf("\n%-12s %-28s %8s %12s %9s\n", "hears", "instance", "credits", "sent", "dropped");
        for (size_t i = 0; i < status->n_subscribers; i++) {
            const Bus__SubscriberStatus *subscriber = status->subscribers[i];
            printf("%-12s %-28.28s %8d %12lld %9lld%s\n", subscriber->peer, subscriber->instance,
                   subscriber->credits_free, (long long)subscriber->sent,
                   (long long)subscriber->dropped, subscriber->behind ? "  behind" : "");
        }
    }
    fflush(stdout);
}

int
ctl_top(struct ctl *ctl)
{
    struct dc_arena *kept = ctl->arena;
    bool screen = !ctl->once && !ctl->json && isatty(STDOUT_FILENO);
    for (;;) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        struct dc_error error = {0};
        const Bus__StatusResponse *status;
        ctl->arena = arena;
        enum dc_code code = ask_status(ctl, &status, &error);
        if (screen) {
            printf("\033[H\033[2J");
        }
        if (code == DC_OK) {
            (ctl->json ? print_json : print_table)(ctl, status);
        }
        ctl->arena = kept;
        if (code != DC_OK && (ctl->once || !dc_code_is_retryable(code))) {
            return ctl_failed(&error);
        }
        if (ctl->once || fflush(stdout) != 0) {
            return CTL_DONE;
        }
        dc_bus_poll(ctl->bus, REFRESH_MS);
    }
}

int
ctl_lag(struct ctl *ctl)
{
    const char **services;
    struct dc_error error = {0};
    if (ctl_streams(ctl, &services, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    for (size_t s = 0; services[s]; s++) {
        const Kernel__LagResponse *lags;
        if (ask_lag(ctl, services[s], &lags, &error) != DC_OK) {
            fprintf(stderr, "%s: %s\n", services[s], error.message);
            continue;
        }
        for (size_t i = 0; i < lags->n_lags; i++) {
            const Kernel__Lag *lag = lags->lags[i];
            if (ctl->json) {
                DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
                dc_json_encode(&lag->base, &text);
                printf("{\"service\":\"%s\",\"lag\":%s}\n", services[s], dc_text_cstr(&text));
            } else {
                printf("%-10s %-10s %3d  position %10lld of %10lld  %8lld ms%s\n", services[s],
                       lag->stream, lag->partition, (long long)lag->position, (long long)lag->last,
                       (long long)lag->lag_ms, lag->stopped ? "  STOPPED" : "");
            }
        }
    }
    return CTL_DONE;
}

int
ctl_peers(struct ctl *ctl)
{
    Bus__PeersRequest request = BUS__PEERS_REQUEST__INIT;
    ProtobufCMessage *answer;
    struct dc_error error = {0};
    if (ctl_request(ctl, "bus", "dacheng.bus.v1.BusService/ListPeers", &request.base,
                    &bus__peers_response__descriptor, &answer, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    const Bus__PeersResponse *peers = (const Bus__PeersResponse *)answer;
    if (ctl->json) {
        ctl_print_json(answer);
        return CTL_DONE;
    }
    for (size_t i = 0; i < peers->n_peers; i++) {
        const Bus__Peer *peer = peers->peers[i];
        printf("%-16s %s  sessions %d%s%s\n", peer->name, peer->public_key, peer->sessions,
               peer->speaks_for_people ? "  speaks for people" : "", peer->admin ? "  admin" : "");
    }
    return CTL_DONE;
}
