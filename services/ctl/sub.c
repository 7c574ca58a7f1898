/*
 * sub.c - `dacheng sub`: events as they happen, from any earlier position, without hole or double.
 *
 * It hears whole streams and filters by itself, so that the overall numbers of what it hears are
 * dense: a number that is the next one is shown, an older one was shown already, and a later one
 * means that something was lost on the way, and is read from the log.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "edge/json.h"
#include "edge/registry.h"
#include "edge/wire_check.h"
#include "session.h"

enum { CREDITS = 1000, READ_LIMIT = 1000, POLL_MS = 1000 };

struct stream {
    const char *name;
    const char *log; /* "goals.log" */
    int64_t next;    /* overall number to be shown next */
    bool behind;     /* the log is to be read */
};

struct subscription {
    struct ctl *ctl;
    struct stream *streams;
    size_t stream_count;
    int64_t shown;
    bool done;
};

static bool
wanted(const struct subscription *subscription, const Kernel__Event *event, struct dc_arena *arena)
{
    const char *subject = dc_arena_printf(arena, "%s.%s", event->stream, event->type);
    for (int i = 0; i < subscription->ctl->argc; i++) {
        if (dc_subject_matches(subscription->ctl->argv[i], subject)) {
            return true;
        }
    }
    return false;
}

static void
add_field(struct dc_text *line, const char *name, const char *value)
{
    dc_text_printf(line, ",\"%s\":", name);
    dc_text_add_json_string(line, value, strlen(value));
}

static void
add_body(struct dc_text *line, const Kernel__Event *event, struct dc_arena *arena)
{
    const ProtobufCMessageDescriptor *descriptor = dc_registry_event(event->stream, event->type);
    ProtobufCMessage *body;
    dc_text_add(line, ",\"body\":");
    if (descriptor && dc_wire_unpack(descriptor, event->body.data, event->body.len, arena, &body,
                                     NULL) == DC_OK) {
        dc_json_encode(body, line);
    } else {
        dc_text_add(line, "null"); /* newer than this program */
    }
}

static void
show(struct subscription *subscription, const Kernel__Event *event)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    if (subscription->done || !wanted(subscription, event, arena)) {
        return;
    }
    char at[DC_TIME_TEXT];
    dc_time_format(event->at_us, at);
    DC_AUTO_TEXT struct dc_text line = DC_TEXT_INIT;
    dc_text_printf(&line, "{\"stream\":\"%s\",\"type\":\"%s\",\"epoch\":\"%" PRId64 "\"",
                   event->stream, event->type, event->epoch);
    dc_text_printf(&line,
                   ",\"overall\":\"%" PRId64 "\",\"partition\":%d,\"number\":\"%" PRId64
                   "\",\"tenantId\":\"%" PRId64 "\"",
                   event->overall, event->partition, event->number, event->tenant_id);
    add_field(&line, "key", event->key);
    add_field(&line, "at", at);
    add_field(&line, "actor", event->actor_account);
    add_field(&line, "cause", event->cause);
    add_body(&line, event, arena);
    dc_text_add(&line, "}\n");
    if (fwrite(line.data, 1, line.length, stdout) != line.length || fflush(stdout) != 0) {
        subscription->done = true; /* whoever read us has gone */
    }
    subscription->shown++;
    if (subscription->ctl->count && subscription->shown >= subscription->ctl->count) {
        subscription->done = true;
    }
}

/* Reads on until nothing is left. UNAVAILABLE: tried again with the next round. */
static enum dc_code
catch_up(struct subscription *subscription, struct stream *stream, struct dc_error *error)
{
    struct ctl *ctl = subscription->ctl;
    while (stream->behind && !subscription->done) {
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
        request.partition = -1;
        request.from = stream->next;
        request.limit = READ_LIMIT;
        struct dc_arena *kept = ctl->arena;
        ProtobufCMessage *answer;
        ctl->arena = arena; /* what is read is dropped after each round */
        enum dc_code code =
            ctl_request(ctl, stream->log, "dacheng.kernel.v1.LogService/Read", &request.base,
                        &kernel__read_response__descriptor, &answer, error);
        ctl->arena = kept;
        DC_TRY(code);
        const Kernel__ReadResponse *response = (const Kernel__ReadResponse *)answer;
        for (size_t i = 0; i < response->n_events; i++) {
            show(subscription, response->events[i]);
        }
        if (response->next > stream->next) {
            stream->next = response->next;
        }
        stream->behind = stream->next <= response->last;
    }
    return DC_OK;
}

static struct stream *
find_stream(struct subscription *subscription, const char *name)
{
    for (size_t i = 0; i < subscription->stream_count; i++) {
        if (strcmp(subscription->streams[i].name, name) == 0) {
            return &subscription->streams[i];
        }
    }
    return NULL;
}

static void
hear(struct subscription *subscription, const struct dc_bus_message *message,
     struct dc_arena *arena)
{
    if (message->kind == DC_BUS_BEHIND) {
        for (size_t i = 0; i < subscription->stream_count; i++) {
            subscription->streams[i].behind = true;
        }
    } else if (message->kind == DC_BUS_EVENT) {
        struct stream *stream = find_stream(subscription, message->event->stream);
        if (stream && message->event->overall == stream->next && !stream->behind) {
            show(subscription, message->event);
            stream->next++;
        } else if (stream && message->event->overall > stream->next) {
            stream->behind = true;
        }
    } else if (message->kind == DC_BUS_NOTICE) { /* the publisher's heartbeat */
        ProtobufCMessage *heartbeat;
        if (dc_wire_unpack(&kernel__log_heartbeat__descriptor, message->body, message->body_size,
                           arena, &heartbeat, NULL) == DC_OK) {
            const Kernel__LogHeartbeat *log = (const Kernel__LogHeartbeat *)heartbeat;
            struct stream *stream = find_stream(subscription, log->stream);
            if (stream && log->overall >= stream->next) {
                stream->behind = true;
            }
        }
    }
}

/* Where a stream begins for us: --from, or its end. */
static enum dc_code
find_start(struct ctl *ctl, struct stream *stream, struct dc_error *error)
{
    Kernel__PositionRequest request = KERNEL__POSITION_REQUEST__INIT;
    if (ctl->from && strcmp(ctl->from, "beginning") == 0) {
        stream->next = 1;
        return DC_OK;
    }
    if (ctl->from && dc_parse_int64(ctl->from, &stream->next, NULL) == DC_OK) {
        return stream->next >= 1
                   ? DC_OK
                   : dc_fail_field(error, DC_INVALID_ARGUMENT, "--from", "numbers begin at 1");
    }
    if (ctl->from && dc_time_parse(ctl->from, 0, &request.at_us, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "--from",
                             "is \"beginning\", a number, or a time such as 2026-11-23T08:00:00Z");
    }
    ProtobufCMessage *answer;
    DC_TRY(ctl_request(ctl, stream->log, "dacheng.kernel.v1.LogService/Position", &request.base,
                       &kernel__position_response__descriptor, &answer, error));
    stream->next = ((const Kernel__PositionResponse *)answer)->overall + 1;
    return DC_OK;
}

/* The streams that the patterns may concern. */
static enum dc_code
find_streams(struct subscription *subscription, struct dc_error *error)
{
    struct ctl *ctl = subscription->ctl;
    const char **names;
    DC_TRY(ctl_streams(ctl, &names, error));
    size_t count = 0;
    while (names[count]) {
        count++;
    }
    subscription->streams = DC_NEW_ARRAY(ctl->arena, struct stream, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool concerned = false;
        for (int p = 0; p < ctl->argc; p++) {
            size_t token = strcspn(ctl->argv[p], ".");
            const char *first = dc_arena_strndup(ctl->arena, ctl->argv[p], token);
            concerned = concerned || strcmp(first, "*") == 0 || strcmp(first, ">") == 0 ||
                        strcmp(first, names[i]) == 0;
        }
        if (concerned) {
            struct stream *stream = &subscription->streams[subscription->stream_count++];
            stream->name = names[i];
            stream->log = dc_arena_printf(ctl->arena, "%s.log", names[i]);
            stream->behind = true;
        }
    }
    if (subscription->stream_count == 0) {
        return dc_fail(error, DC_NOT_FOUND, "no running service publishes what matches %s",
                       ctl->argv[0]);
    }
    return DC_OK;
}

static enum dc_code
subscribe(struct subscription *subscription, struct dc_error *error)
{
    struct ctl *ctl = subscription->ctl;
    DC_TRY(find_streams(subscription, error));
    const char **patterns =
        DC_NEW_ARRAY(ctl->arena, const char *, 2 * subscription->stream_count + 1);
    for (size_t i = 0; i < subscription->stream_count; i++) {
        struct stream *stream = &subscription->streams[i];
        DC_TRY(find_start(ctl, stream, error));
        patterns[2 * i] = dc_arena_printf(ctl->arena, "%s.>", stream->name);
        patterns[2 * i + 1] = dc_arena_printf(ctl->arena, "_log.%s", stream->name);
    }
    dc_bus_subscribe(ctl->bus, patterns, CREDITS);
    return DC_OK;
}

int
ctl_sub(struct ctl *ctl)
{
    struct dc_error error = {0};
    struct subscription subscription = {.ctl = ctl};
    if (ctl->argc < 1) {
        fprintf(stderr, "usage: dacheng sub [--from beginning|NUMBER|TIME] PATTERN...\n");
        return CTL_USAGE;
    }
    for (int i = 0; i < ctl->argc; i++) {
        if (!dc_subject_is_valid(ctl->argv[i], true)) {
            fprintf(stderr, "dacheng: \"%s\" is not a pattern such as scoring.> or *.PlanChanged\n",
                    ctl->argv[i]);
            return CTL_USAGE;
        }
    }
    if (subscribe(&subscription, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    while (!subscription.done) {
        for (size_t i = 0; i < subscription.stream_count; i++) {
            struct stream *stream = &subscription.streams[i];
            enum dc_code code = catch_up(&subscription, stream, &error);
            if (code != DC_OK && !dc_code_is_retryable(code)) {
                return ctl_failed(&error);
            }
        }
        struct dc_bus_message message;
        dc_arena_reset(arena, 0);
        dc_bus_poll(ctl->bus, subscription.done ? 0 : POLL_MS);
        while (!subscription.done && dc_bus_next(ctl->bus, arena, &message)) {
            hear(&subscription, &message, arena);
            dc_arena_reset(arena, 0);
        }
    }
    return CTL_DONE;
}
