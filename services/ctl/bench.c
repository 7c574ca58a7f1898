/* bench.c - `dacheng bench`: how fast requests are answered, and logs are read, from here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge/follow.h"
#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"
#include "session.h"

enum { REQUESTS = 10000, DEPTH = 16, DEPTH_MAX = 1000, REPLAY_WAIT_MS = 20, TURN_MS = 1000 };

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double
milliseconds(const int64_t *sorted, int64_t count, double part)
{
    return (double)sorted[(int64_t)((double)(count - 1) * part)] / DC_MILLISECOND;
}

/* --- call ------------------------------------------------------------------------------------- */
struct run {
    struct dc_bus_request request;
    int64_t wanted, sent, answered;
    int64_t *took; /* by answer, microseconds */
    uint64_t first_id;
    int64_t *sent_at; /* by id */
};

static enum dc_code
prepare(struct ctl *ctl, struct run *run, struct dc_error *error)
{
    const ProtobufCMethodDescriptor *method;
    ProtobufCMessage *message;
    const char *json = ctl->argc > 2 ? ctl->argv[2] : "";
    DC_TRY(dc_registry_method(ctl->argv[1], ctl->arena, &method, &run->request.service,
                              &run->request.method, error));
    DC_TRY(dc_json_decode(method->input, json, strlen(json), ctl->arena, &message, error));
    uint8_t *body;
    dc_wire_pack(message, ctl->arena, &body, &run->request.body_size);
    run->request.body = body;
    run->request.context = ctl->context;
    run->request.timeout_ms = ctl->timeout_ms;
    run->wanted = ctl->count ? ctl->count : REQUESTS;
    run->took = DC_NEW_ARRAY(ctl->arena, int64_t, (size_t)run->wanted);
    run->sent_at = DC_NEW_ARRAY(ctl->arena, int64_t, (size_t)run->wanted);
    return DC_OK;
}

static enum dc_code
make_requests(struct ctl *ctl, struct run *run, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    int64_t depth = ctl->depth ? ctl->depth : DEPTH;
    while (run->answered < run->wanted) {
        while (run->sent < run->wanted && run->sent - run->answered < depth) {
            uint64_t id = dc_bus_send(ctl->bus, &run->request);
            run->first_id = run->first_id ? run->first_id : id;
            run->sent_at[run->sent++] = dc_monotonic();
        }
        dc_bus_poll(ctl->bus, TURN_MS);
        struct dc_bus_message message;
        for (; dc_bus_next(ctl->bus, arena, &message); dc_arena_reset(arena, 0)) {
            if (message.kind != DC_BUS_REPLY) {
                continue;
            }
            if (message.code != DC_OK) {
                return dc_fail_with(error, message.code, message.field, message.error_message,
                                    message.error_message_zh);
            }
            int64_t sent_at = run->sent_at[message.id - run->first_id];
            run->took[run->answered++] = dc_monotonic() - sent_at;
        }
    }
    return DC_OK;
}

static int
bench_call(struct ctl *ctl)
{
    struct run run = {0};
    struct dc_error error = {0};
    if (prepare(ctl, &run, &error) != DC_OK) {
        ctl_failed(&error);
        return CTL_USAGE;
    }
    int64_t start = dc_monotonic();
    if (make_requests(ctl, &run, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    double seconds = (double)(dc_monotonic() - start) / DC_SECOND;
    qsort(run.took, (size_t)run.wanted, sizeof(run.took[0]), by_size);
    printf(ctl->json ? "{\"requests\":%" PRId64 ",\"perSecond\":%.0f,\"p50Ms\":%.3f,"
                       "\"p99Ms\":%.3f,\"maxMs\":%.3f}\n"
                     : "%" PRId64 " requests, %.0f/s, p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n",
           run.wanted, (double)run.wanted / seconds, milliseconds(run.took, run.wanted, 0.5),
           milliseconds(run.took, run.wanted, 0.99), milliseconds(run.took, run.wanted, 1));
    return CTL_DONE;
}

/* --- replay ----------------------------------------------------------------------------------- */
static int
bench_replay(struct ctl *ctl)
{
    struct dc_error error = {0};
    DC_AUTO(dc_follow) struct dc_follow *follow = NULL;
    ctl->argc--;
    ctl->argv++;
    ctl->from = ctl->from ? ctl->from : "beginning";
    if (!ctl_patterns_are_good(ctl)) {
        return CTL_USAGE;
    }
    if (ctl_follow(ctl, &follow, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    int64_t start = dc_monotonic(), moved_at = start, events = 0, bytes = 0;
    while (ctl->count == 0 || events < ctl->count) {
        const Kernel__Event *event;
        if (dc_follow_next(follow, REPLAY_WAIT_MS, &event, &error) != DC_OK) {
            return ctl_failed(&error);
        }
        int64_t now = dc_monotonic();
        if (event) {
            events++;
            bytes += (int64_t)event->body.len;
            moved_at = now;
        } else if (dc_follow_is_level(follow) ||
                   now - moved_at > ctl->timeout_ms * DC_MILLISECOND) {
            break;
        }
    }
    double seconds = (double)(moved_at - start) / DC_SECOND;
    seconds = seconds > 0 ? seconds : 1e-6;
    printf(ctl->json ? "{\"events\":%" PRId64 ",\"bytes\":%" PRId64
                       ",\"perSecond\":%.0f,\"seconds\":%.3f}\n"
                     : "%" PRId64 " events, %" PRId64 " bytes, %.0f/s, %.3f s\n",
           events, bytes, (double)events / seconds, seconds);
    return CTL_DONE;
}

int
ctl_bench(struct ctl *ctl)
{
    if (ctl->depth > DEPTH_MAX) {
        fprintf(stderr, "dacheng: --depth is at most %d\n", DEPTH_MAX);
        return CTL_USAGE;
    }
    if (strcmp(ctl->argv[0], "call") == 0 && ctl->argc <= 3) {
        return bench_call(ctl);
    }
    if (strcmp(ctl->argv[0], "replay") == 0) {
        return bench_replay(ctl);
    }
    fprintf(stderr, "usage: dacheng bench call SERVICE/METHOD [JSON]\n"
                    "       dacheng bench replay PATTERN...\n");
    return CTL_USAGE;
}
