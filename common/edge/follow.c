/* follow.c - see follow.h. */
#include "edge/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "edge/bus_wire.h"
#include "edge/wire_check.h"

enum {
    FOLLOW_TAG = 0x6463466f,
    FOLLOW_CREDITS = 1000,
    FOLLOW_STREAMS_MAX = DC_BUS_PATTERNS_MAX / 2,
    FOLLOW_NAME_MAX = 64,
    FOLLOW_READ_MS = 10000,
    FOLLOW_RETRY_MS = 300,
    FOLLOW_REST_MS = 5000, /* after a failure that was told: an operator may have helped */
    FOLLOW_LIVE_BYTES = 16 << 20,
    FOLLOW_SLICE_MS = 1000,
    FOLLOW_POLL_US = 200000, /* signs of life where events never cease */
};

struct live { /* a pushed event that waits for its turn */
    struct live *next;
    const Kernel__Event *event;
};

struct followed {
    char name[FOLLOW_NAME_MAX], log[FOLLOW_NAME_MAX + 4];
    const char *pattern; /* the only one of the stream, for the log to filter by; NULL: several */
    bool placed;         /* `next` is known; otherwise the log is asked for `at_us` */
    int64_t at_us;
    int64_t epoch;    /* 0 = not known */
    int64_t next;     /* overall number wanted next */
    int64_t last;     /* last one known to exist */
    bool doubt;       /* something may have been lost: only the log can say */
    uint64_t request; /* on its way to the log; 0 = none */
    int64_t not_before;
    /* what the log answered, and the next one of it */
    struct dc_arena *batch_arena;
    const Kernel__ReadResponse *batch;
    size_t batch_at;
    /* what was pushed meanwhile: dense */
    struct live *live_first, *live_last;
};

struct dc_follow {
    unsigned tag;
    struct dc_bus *bus;
    char **patterns; /* NULL-ended */
    int64_t tenant_id;
    struct followed *streams;
    size_t count, turn, connections;
    struct dc_arena *arena; /* messages, and the live events of all streams */
    int64_t polled_at;
    struct dc_error failure; /* to be told next; code is DC_OK when there is none */
};

/* --- opening ---------------------------------------------------------------------------------- */
static struct followed *
find_stream(const struct dc_follow *follow, const char *name)
{
    for (size_t i = 0; i < follow->count; i++) {
        if (strcmp(follow->streams[i].name, name) == 0) {
            return &follow->streams[i];
        }
    }
    return NULL;
}

static enum dc_code
add_pattern(struct dc_follow *follow, const char *pattern, struct dc_error *error)
{
    size_t length = strcspn(pattern, ".");
    if (!dc_subject_is_valid(pattern, true) || pattern[length] == '\0' || *pattern == '*' ||
        length >= FOLLOW_NAME_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "patterns",
                             "\"%.80s\" is not a stream with its types, such as scoring.> or "
                             "goals.PlanChanged",
                             pattern);
    }
    char name[FOLLOW_NAME_MAX];
    snprintf(name, sizeof(name), "%.*s", (int)length, pattern);
    struct followed *stream = find_stream(follow, name);
    if (stream) {
        stream->pattern = NULL;
        return DC_OK;
    }
    if (follow->count == FOLLOW_STREAMS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "patterns", "are of more than %d streams",
                             FOLLOW_STREAMS_MAX);
    }
    stream = &follow->streams[follow->count++];
    memcpy(stream->name, name, sizeof(name));
    snprintf(stream->log, sizeof(stream->log), "%s.log", name);
    stream->pattern = pattern;
    stream->batch_arena = dc_arena_new(0);
    return DC_OK;
}

static void
subscribe(struct dc_follow *follow)
{
    const char *subjects[2 * FOLLOW_STREAMS_MAX + 1] = {0};
    char texts[2 * FOLLOW_STREAMS_MAX][FOLLOW_NAME_MAX + 8];
    for (size_t i = 0; i < follow->count; i++) {
        snprintf(texts[2 * i], sizeof(texts[0]), "%s.>", follow->streams[i].name);
        snprintf(texts[2 * i + 1], sizeof(texts[0]), "_log.%s", follow->streams[i].name);
        subjects[2 * i] = texts[2 * i];
        subjects[2 * i + 1] = texts[2 * i + 1];
    }
    dc_bus_subscribe(follow->bus, subjects, FOLLOW_CREDITS);
}

enum dc_code
dc_follow_open(struct dc_follow **ret_follow, struct dc_bus *bus, const char *const *patterns,
               int64_t tenant_id, struct dc_error *error)
{
    size_t count = 0;
    while (patterns[count]) {
        count++;
    }
    if (count < 1 || count > DC_BUS_PATTERNS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "patterns", "are %zu; allowed are 1..%d",
                             count, DC_BUS_PATTERNS_MAX);
    }
    DC_AUTO(dc_follow) struct dc_follow *follow = calloc(1, sizeof(*follow));
    DC_ASSERT(follow);
    follow->tag = FOLLOW_TAG;
    follow->tenant_id = tenant_id;
    follow->arena = dc_arena_new(0);
    follow->patterns = calloc(count + 1, sizeof(follow->patterns[0]));
    follow->streams = calloc(FOLLOW_STREAMS_MAX, sizeof(follow->streams[0]));
    DC_ASSERT(follow->patterns && follow->streams);
    for (size_t i = 0; i < count; i++) {
        follow->patterns[i] = strdup(patterns[i]);
        DC_ASSERT(follow->patterns[i]);
        DC_TRY(add_pattern(follow, follow->patterns[i], error));
    }
    follow->bus = bus;
    follow->connections = dc_bus_connections(bus);
    subscribe(follow);
    *ret_follow = DC_TAKE(follow);
    return DC_OK;
}

void
dc_follow_free(struct dc_follow *follow)
{
    if (!follow) {
        return;
    }
    DC_ASSERT(follow->tag == FOLLOW_TAG);
    if (follow->bus) {
        dc_bus_subscribe(follow->bus, (const char *const[]){NULL}, 1);
    }
    for (size_t i = 0; i < follow->count; i++) {
        dc_arena_free(follow->streams[i].batch_arena);
    }
    for (size_t i = 0; follow->patterns && follow->patterns[i]; i++) {
        free(follow->patterns[i]);
    }
    free(follow->patterns);
    free(follow->streams);
    dc_arena_free(follow->arena);
    follow->tag = 0;
    free(follow);
}

size_t
dc_follow_count(const struct dc_follow *follow)
{
    return follow->count;
}

const char *
dc_follow_stream(const struct dc_follow *follow, size_t index)
{
    return follow->streams[index].name;
}

/* --- places ----------------------------------------------------------------------------------- */
static void
drop_live(struct followed *stream)
{
    stream->live_first = stream->live_last = NULL;
}

static void
begin_anew(struct followed *stream)
{
    drop_live(stream);
    stream->batch = NULL;
    stream->request = 0; /* an answer that is still on its way is nobody's */
    stream->not_before = 0;
    stream->doubt = true;
}

void
dc_follow_seek(struct dc_follow *follow, size_t index, struct dc_place place)
{
    DC_ASSERT(follow->tag == FOLLOW_TAG && index < follow->count && place.number >= 0);
    struct followed *stream = &follow->streams[index];
    begin_anew(stream);
    stream->placed = true;
    stream->epoch = place.epoch;
    stream->next = place.number + 1;
    stream->last = place.number;
}

void
dc_follow_seek_time(struct dc_follow *follow, size_t index, int64_t at_us)
{
    DC_ASSERT(follow->tag == FOLLOW_TAG && index < follow->count);
    struct followed *stream = &follow->streams[index];
    begin_anew(stream);
    stream->placed = false;
    stream->at_us = at_us;
}

bool
dc_follow_place(const struct dc_follow *follow, size_t index, struct dc_place *ret_place)
{
    const struct followed *stream = &follow->streams[index];
    if (stream->placed) {
        *ret_place = (struct dc_place){stream->epoch, stream->next - 1};
    }
    return stream->placed;
}

/* --- what is at hand -------------------------------------------------------------------------- */
static bool
is_wanted(const struct dc_follow *follow, const Kernel__Event *event)
{
    if (follow->tenant_id != 0 && event->tenant_id != follow->tenant_id) {
        return false;
    }
    char subject[256];
    snprintf(subject, sizeof(subject), "%s.%s", event->stream, event->type);
    for (size_t i = 0; follow->patterns[i]; i++) {
        if (dc_subject_matches(follow->patterns[i], subject)) {
            return true;
        }
    }
    return false;
}

/* The next one of the log's answer; when that is used up the stream goes on behind it. */
static const Kernel__Event *
take_read(struct followed *stream)
{
    const Kernel__ReadResponse *batch = stream->batch;
    if (!batch) {
        return NULL;
    }
    if (stream->batch_at < batch->n_events) {
        const Kernel__Event *event = batch->events[stream->batch_at++];
        stream->next = event->overall + 1;
        return event;
    }
    if (batch->next > stream->next) {
        stream->next = batch->next; /* what the log left out for us */
    }
    stream->batch = NULL;
    return NULL;
}

static bool
live_fits(struct followed *stream)
{
    while (stream->live_first && stream->live_first->event->overall < stream->next) {
        stream->live_first = stream->live_first->next;
    }
    if (!stream->live_first) {
        stream->live_last = NULL;
        return false;
    }
    return stream->placed && stream->live_first->event->overall == stream->next &&
           stream->live_first->event->epoch == stream->epoch;
}

static const Kernel__Event *
take_live(struct followed *stream)
{
    if (stream->batch || !live_fits(stream)) {
        return NULL;
    }
    const Kernel__Event *event = stream->live_first->event;
    stream->live_first = stream->live_first->next;
    stream->next++;
    return event;
}

/* The streams in turn, an event each, so that a long log holds nobody up. */
static const Kernel__Event *
take_ready(struct dc_follow *follow)
{
    for (size_t tried = 0; tried < follow->count; tried++) {
        struct followed *stream = &follow->streams[follow->turn++ % follow->count];
        const Kernel__Event *event;
        while ((event = take_read(stream)) || (event = take_live(stream))) {
            if (is_wanted(follow, event)) {
                return event;
            }
        }
    }
    return NULL;
}

static bool
must_read(struct followed *stream)
{
    return stream->placed && !stream->batch && (stream->doubt || stream->last >= stream->next) &&
           (stream->doubt || !live_fits(stream));
}

bool
dc_follow_is_level(const struct dc_follow *follow)
{
    for (size_t i = 0; i < follow->count; i++) {
        struct followed *stream = &follow->streams[i];
        if (!stream->placed || stream->batch || live_fits(stream) || must_read(stream)) {
            return false;
        }
    }
    return true;
}

/* --- asking the logs -------------------------------------------------------------------------- */
static void
ask(struct dc_follow *follow, struct followed *stream, const char *method,
    const ProtobufCMessage *request)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    uint8_t *body;
    size_t size;
    dc_wire_pack(request, arena, &body, &size);
    stream->request = dc_bus_send(follow->bus, &(struct dc_bus_request){
                                                   .service = stream->log,
                                                   .method = method,
                                                   .body = body,
                                                   .body_size = size,
                                                   .timeout_ms = FOLLOW_READ_MS,
                                               });
}

static void
ask_logs(struct dc_follow *follow)
{
    int64_t now = dc_monotonic();
    for (size_t i = 0; i < follow->count; i++) {
        struct followed *stream = &follow->streams[i];
        if (stream->request || now < stream->not_before) {
            continue;
        }
        if (!stream->placed) {
            Kernel__PositionRequest request = KERNEL__POSITION_REQUEST__INIT;
            request.at_us = stream->at_us;
            ask(follow, stream, "dacheng.kernel.v1.LogService/Position", &request.base);
        } else if (must_read(stream)) {
            Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
            request.partition = -1;
            request.from = stream->next;
            request.epoch = stream->epoch;
            request.pattern = (char *)(stream->pattern ? stream->pattern : "");
            request.tenant_id = follow->tenant_id;
            ask(follow, stream, "dacheng.kernel.v1.LogService/Read", &request.base);
        }
    }
}

static void
take_failure(struct dc_follow *follow, struct followed *stream, enum dc_code code,
             const char *message)
{
    bool passes = dc_code_is_retryable(code);
    stream->not_before =
        dc_monotonic() + (passes ? FOLLOW_RETRY_MS : FOLLOW_REST_MS) * DC_MILLISECOND;
    if (!passes) {
        dc_fail(&follow->failure, code, "%s: %s", stream->name, message);
    }
}

static void
take_position(struct followed *stream, const Kernel__PositionResponse *position)
{
    stream->placed = true;
    stream->epoch = position->epoch;
    stream->next = position->overall + 1;
    stream->last = position->overall;
}

static void
take_reading(struct followed *stream, const Kernel__ReadResponse *reading)
{
    stream->epoch = reading->epoch; /* the log let us in with our place, so it fits */
    stream->last = reading->last;   /* its word counts: what was heard may be restored away */
    stream->batch = reading;
    stream->batch_at = 0;
    stream->doubt = false;
}

static void
take_reply(struct dc_follow *follow, const struct dc_bus_message *message)
{
    struct followed *stream = NULL;
    for (size_t i = 0; i < follow->count; i++) {
        if (follow->streams[i].request == message->id) {
            stream = &follow->streams[i];
        }
    }
    if (!stream) {
        return;
    }
    stream->request = 0;
    ProtobufCMessage *answer;
    struct dc_error error = {0};
    enum dc_code code = message->code;
    const char *words = message->error_message;
    dc_arena_reset(stream->batch_arena, 0);
    if (code == DC_OK) {
        code =
            dc_wire_unpack(stream->placed ? &kernel__read_response__descriptor
                                          : &kernel__position_response__descriptor,
                           message->body, message->body_size, stream->batch_arena, &answer, &error);
        words = error.message;
    }
    if (code != DC_OK) {
        take_failure(follow, stream, code, words);
    } else if (stream->placed) {
        take_reading(stream, (const Kernel__ReadResponse *)answer);
    } else {
        take_position(stream, (const Kernel__PositionResponse *)answer);
    }
}

/* --- what the bus brings ---------------------------------------------------------------------- */
static void
take_event(struct dc_follow *follow, const Kernel__Event *event)
{
    struct followed *stream = find_stream(follow, event->stream);
    if (!stream) {
        return;
    }
    if (stream->epoch && event->epoch != stream->epoch) {
        drop_live(stream); /* another life of the publisher's database */
        stream->doubt = true;
        return;
    }
    if (event->overall > stream->last) {
        stream->last = event->overall;
    }
    int64_t wanted = stream->live_last ? stream->live_last->event->overall + 1 : event->overall;
    if (event->overall < stream->next || event->overall != wanted) {
        return; /* had already; or behind a gap, and read from the log when it is its turn */
    }
    struct live *live = DC_NEW(follow->arena, struct live);
    live->event = event;
    if (stream->live_last) {
        stream->live_last->next = live;
    } else {
        stream->live_first = live;
    }
    stream->live_last = live;
}

static void
take_heartbeat(struct dc_follow *follow, const struct dc_bus_message *message)
{
    ProtobufCMessage *unpacked;
    if (dc_wire_unpack(&kernel__log_heartbeat__descriptor, message->body, message->body_size,
                       follow->arena, &unpacked, NULL) != DC_OK) {
        return;
    }
    const Kernel__LogHeartbeat *beat = (const Kernel__LogHeartbeat *)unpacked;
    struct followed *stream = find_stream(follow, beat->stream);
    if (!stream || !stream->placed) {
        return;
    }
    if (stream->epoch && (beat->epoch != stream->epoch || beat->overall < stream->next - 1)) {
        stream->doubt = true;
    } else if (beat->overall > stream->last) {
        stream->last = beat->overall;
    }
}

static void
doubt_all(struct dc_follow *follow)
{
    for (size_t i = 0; i < follow->count; i++) {
        follow->streams[i].doubt = true;
    }
}

static void
take_message(struct dc_follow *follow, const struct dc_bus_message *message)
{
    switch (message->kind) {
    case DC_BUS_EVENT:
        take_event(follow, message->event);
        break;
    case DC_BUS_NOTICE:
        take_heartbeat(follow, message);
        break;
    case DC_BUS_REPLY:
        take_reply(follow, message);
        break;
    case DC_BUS_BEHIND:
        doubt_all(follow);
        break;
    case DC_BUS_REQUEST:
        break; /* nothing is offered here */
    }
}

/* A connection that came (again) may have missed something; one that broke or was refused says so.
 */
static void
look_at_connections(struct dc_follow *follow)
{
    size_t connections = dc_bus_connections(follow->bus);
    if (connections > follow->connections) {
        doubt_all(follow);
    }
    follow->connections = connections;
    const struct dc_error *trouble = dc_bus_trouble(follow->bus);
    if (trouble && (trouble->code == DC_PERMISSION_DENIED ||
                    (trouble->code == DC_UNAUTHENTICATED && connections == 0))) {
        follow->failure = *trouble;
    }
}

/* Drops what messages left behind, unless pushed events wait in it; too many of those are read. */
static void
tidy(struct dc_follow *follow)
{
    bool waits = false;
    for (size_t i = 0; i < follow->count; i++) {
        waits |= follow->streams[i].live_first != NULL;
    }
    if (waits && dc_arena_used(follow->arena) < FOLLOW_LIVE_BYTES) {
        return;
    }
    for (size_t i = 0; i < follow->count; i++) {
        drop_live(&follow->streams[i]);
    }
    dc_arena_reset(follow->arena, 0);
}

/* How long to wait: until the caller's time is over, or a stream that rests may be asked again. */
static int
wait_ms(struct dc_follow *follow, int64_t now, int64_t left_ms)
{
    int64_t wait = left_ms < FOLLOW_SLICE_MS ? left_ms : FOLLOW_SLICE_MS;
    for (size_t i = 0; i < follow->count; i++) {
        struct followed *stream = &follow->streams[i];
        int64_t rest = (stream->not_before - now) / DC_MILLISECOND + 1;
        if (rest > 0 && rest < wait && !stream->request && (!stream->placed || must_read(stream))) {
            wait = rest;
        }
    }
    return (int)wait;
}

static void
turn(struct dc_follow *follow, int timeout_ms)
{
    dc_bus_poll(follow->bus, timeout_ms);
    follow->polled_at = dc_monotonic();
    look_at_connections(follow);
    struct dc_bus_message message;
    while (dc_bus_next(follow->bus, follow->arena, &message)) {
        take_message(follow, &message);
    }
    tidy(follow);
}

enum dc_code
dc_follow_next(struct dc_follow *follow, int timeout_ms, const Kernel__Event **ret_event,
               struct dc_error *error)
{
    DC_ASSERT(follow->tag == FOLLOW_TAG && timeout_ms >= 0);
    int64_t now = dc_monotonic(), deadline = now + timeout_ms * DC_MILLISECOND;
    if (now - follow->polled_at > FOLLOW_POLL_US) {
        turn(follow, 0);
    }
    for (bool last = false;; last = now >= deadline) {
        if (follow->failure.code != DC_OK) {
            struct dc_error failure = follow->failure;
            follow->failure.code = DC_OK;
            return dc_fail_with(error, failure.code, failure.field, failure.message,
                                failure.message_zh);
        }
        const Kernel__Event *event = take_ready(follow);
        if (event || last) {
            *ret_event = event;
            return DC_OK;
        }
        ask_logs(follow);
        turn(follow, wait_ms(follow, now, (deadline - now) / DC_MILLISECOND));
        now = dc_monotonic();
    }
}
