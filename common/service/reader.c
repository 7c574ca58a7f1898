/* reader.c - how a consumer comes by its events: pushed by the bus when they continue its position,
 * read from the publisher's log when they do not. */
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "service/consumer_internal.h"

enum {
    EVENT_CREDITS = 2000,
    ROUND_MESSAGES = 2000,
    ROUND_BYTES = 16 * 1024 * 1024, /* of a round's arena */
    READS_MOST = 4,                 /* under way at a time: each may answer 4 MiB */
    READ_TIMEOUT_MS = 10000,
    RETRY_MS = 200,
    STOPPED_RETRY_MS = 10000, /* an operator may have helped */
};

void
dc_reader_subscribe(struct dc_consumer *consumer)
{
    struct dc_arena *arena = consumer->thread->arena;
    const char **patterns = DC_NEW_ARRAY(arena, const char *, consumer->stream_count * 2 + 2);
    patterns[consumer->stream_count * 2] = consumer->group_subject;
    for (size_t i = 0; i < consumer->stream_count; i++) {
        /* All of a stream, not only the types that we react to: a gap must mean a loss. */
        patterns[2 * i] = dc_arena_printf(arena, "%s.>", consumer->streams[i].name);
        patterns[2 * i + 1] = dc_arena_printf(arena, "_log.%s", consumer->streams[i].name);
        consumer->streams[i].wants_position = true;
    }
    dc_bus_subscribe(consumer->thread->bus, patterns, EVENT_CREDITS);
}

/* It is ours, and there is something to be read. */
static bool
is_behind(const struct dc_part *part)
{
    return part->mine && (part->last > part->number || part->doubtful || part->stopped);
}

static void
learn_last(struct dc_part *part, int64_t last)
{
    if (last > part->last) {
        part->last = last;
    }
    if (part->mine && part->last > part->number && part->behind_since == 0) {
        part->behind_since = dc_now();
    }
}

/* Appends an event that continues what is applied and what is at hand; another one only tells that
 * there is more to be read. */
static void
offer(struct dc_part *part, const Kernel__Event *event)
{
    struct dc_consumer *consumer = part->consumer;
    learn_last(part, event->number);
    int64_t wanted = part->number + (int64_t)part->heard + 1;
    bool ready = part->mine && !part->stopped && dc_monotonic() >= part->not_before;
    if (!ready || event->number != wanted) {
        return;
    }
    struct dc_heard *heard = DC_NEW(consumer->thread->arena, struct dc_heard);
    heard->event = event;
    if (part->heard == 0) {
        part->end = &part->first;
    }
    *part->end = heard;
    part->end = &heard->next;
    part->heard++;
}

/* --- what the bus brings
 * --------------------------------------------------------------------------- */
static void
take_event(struct dc_consumer *consumer, const Kernel__Event *event)
{
    struct dc_heard_stream *stream = dc_consumer_stream(consumer, event->stream);
    if (!stream || event->partition < 0 || event->partition >= DC_PARTITIONS) {
        return;
    }
    struct dc_part *part = &stream->parts[event->partition];
    if (part->doubtful || event->epoch != part->epoch) {
        /* Another life of the publisher's database: only its log can say whether we fit. */
        learn_last(part, event->number);
        return;
    }
    offer(part, event);
}

static void
take_heartbeat(struct dc_consumer *consumer, const struct dc_bus_message *message)
{
    ProtobufCMessage *unpacked;
    if (dc_wire_unpack(&kernel__log_heartbeat__descriptor, message->body, message->body_size,
                       consumer->thread->arena, &unpacked, NULL) != DC_OK) {
        return;
    }
    const Kernel__LogHeartbeat *beat = (const Kernel__LogHeartbeat *)unpacked;
    struct dc_heard_stream *stream = dc_consumer_stream(consumer, beat->stream);
    if (!stream || beat->n_numbers != DC_PARTITIONS) {
        return;
    }
    for (int p = 0; p < DC_PARTITIONS; p++) {
        struct dc_part *part = &stream->parts[p];
        learn_last(part, beat->numbers[p]);
        /* Another epoch, or a log that ends before our position: ask it whether we still fit. */
        if (part->mine && part->epoch > 0 &&
            (beat->epoch != part->epoch || beat->numbers[p] < part->number)) {
            part->doubtful = true;
        }
    }
}

static void
take_position(struct dc_consumer *consumer, struct dc_heard_stream *stream,
              const struct dc_bus_message *message)
{
    stream->position_request = 0;
    ProtobufCMessage *unpacked;
    if (message->code != DC_OK ||
        dc_wire_unpack(&kernel__position_response__descriptor, message->body, message->body_size,
                       consumer->thread->arena, &unpacked, NULL) != DC_OK) {
        return; /* the heartbeat will tell */
    }
    const Kernel__PositionResponse *position = (const Kernel__PositionResponse *)unpacked;
    for (size_t p = 0; p < position->n_numbers && p < DC_PARTITIONS; p++) {
        learn_last(&stream->parts[p], position->numbers[p]);
    }
}

bool
dc_reader_waits(const struct dc_consumer *consumer)
{
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            if (is_behind(&consumer->streams[i].parts[p])) {
                return true;
            }
        }
    }
    return false;
}

static void
take_reading_failure(struct dc_part *part, const struct dc_bus_message *message)
{
    if (message->code == DC_FAILED_PRECONDITION || message->code == DC_OUT_OF_RANGE) {
        dc_part_stop(part, message->error_message);
        part->not_before = dc_monotonic() + (int64_t)STOPPED_RETRY_MS * DC_MILLISECOND;
        return;
    }
    int pause = dc_thread_jitter(part->consumer->thread, RETRY_MS);
    part->not_before = dc_monotonic() + pause * DC_MILLISECOND;
}

static void
take_reading(struct dc_part *part, const struct dc_bus_message *message)
{
    struct dc_consumer *consumer = part->consumer;
    part->request = 0;
    consumer->reads_under_way--;
    /* The partition may have been somebody else's meanwhile, or events may have been pushed. */
    if (!part->mine || part->epoch != part->asked_epoch || part->number != part->asked_number) {
        return;
    }
    if (message->code != DC_OK) {
        take_reading_failure(part, message);
        return;
    }
    ProtobufCMessage *unpacked;
    struct dc_error error;
    if (dc_wire_unpack(&kernel__read_response__descriptor, message->body, message->body_size,
                       consumer->thread->arena, &unpacked, &error) != DC_OK) {
        dc_thread_say(consumer->thread, DC_LOG_ERROR, "an answer of a log is damaged", &error);
        part->not_before = dc_monotonic() + (int64_t)RETRY_MS * DC_MILLISECOND;
        return;
    }
    const Kernel__ReadResponse *reading = (const Kernel__ReadResponse *)unpacked;
    if (part->stopped) {
        dc_part_go_on(part);
        part->not_before = 0;
    }
    part->doubtful = false;
    part->next_epoch = reading->epoch; /* the log let us in with our position, so it fits */
    for (size_t i = 0; i < reading->n_events; i++) {
        offer(part, reading->events[i]);
    }
    /* What was heard before may have been restored away: the log's own word on its end counts. */
    part->last = reading->last > part->number ? reading->last : part->number;
    if (part->last == part->number) {
        part->behind_since = 0;
    }
}

static void
take_reply(struct dc_consumer *consumer, const struct dc_bus_message *message)
{
    for (size_t i = 0; i < consumer->stream_count; i++) {
        struct dc_heard_stream *stream = &consumer->streams[i];
        if (stream->position_request == message->id) {
            take_position(consumer, stream, message);
            return;
        }
        for (int p = 0; p < DC_PARTITIONS; p++) {
            if (stream->parts[p].request == message->id) {
                take_reading(&stream->parts[p], message);
                return;
            }
        }
    }
}

void
dc_reader_take(struct dc_consumer *consumer)
{
    struct dc_thread *thread = consumer->thread;
    struct dc_bus_message message;
    for (int n = 0; n < ROUND_MESSAGES && dc_arena_used(thread->arena) < ROUND_BYTES; n++) {
        if (!dc_bus_next(thread->bus, thread->arena, &message)) {
            return;
        }
        switch (message.kind) {
        case DC_BUS_EVENT:
            take_event(consumer, message.event);
            break;
        case DC_BUS_NOTICE:
            if (strcmp(message.subject, consumer->group_subject) == 0) {
                consumer->shared_at = 0;
            } else {
                take_heartbeat(consumer, &message);
            }
            break;
        case DC_BUS_REPLY:
            take_reply(consumer, &message);
            break;
        case DC_BUS_BEHIND:
            for (size_t i = 0; i < consumer->stream_count; i++) {
                consumer->streams[i].wants_position = true;
            }
            break;
        case DC_BUS_REQUEST:
            break; /* nothing is offered here */
        }
    }
}

/* --- what the logs are asked for
 * --------------------------------------------------------------------- */
static uint64_t
ask_log(struct dc_consumer *consumer, const char *stream, const char *method,
        const ProtobufCMessage *request)
{
    uint8_t *body;
    size_t size;
    dc_wire_pack(request, consumer->thread->arena, &body, &size);
    char service[100];
    snprintf(service, sizeof(service), "%s.log", stream);
    return dc_bus_send(consumer->thread->bus, &(struct dc_bus_request){
                                                  .service = service,
                                                  .method = method,
                                                  .body = body,
                                                  .body_size = size,
                                                  .timeout_ms = READ_TIMEOUT_MS,
                                              });
}

static void
ask_position(struct dc_consumer *consumer, struct dc_heard_stream *stream)
{
    Kernel__PositionRequest request = KERNEL__POSITION_REQUEST__INIT;
    stream->position_request =
        ask_log(consumer, stream->name, "dacheng.kernel.v1.LogService/Position", &request.base);
    stream->wants_position = false;
}

static void
ask_reading(struct dc_consumer *consumer, struct dc_part *part)
{
    Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
    request.partition = part->partition;
    request.from = part->number + 1;
    part->asked_epoch = part->epoch;
    part->asked_number = part->number;
    request.epoch = part->epoch;
    request.limit =
        (int32_t)dc_config_int(consumer->thread->service->config, "consumer.read_events");
    part->request =
        ask_log(consumer, part->stream, "dacheng.kernel.v1.LogService/Read", &request.base);
    consumer->reads_under_way++;
}

void
dc_reader_ask(struct dc_consumer *consumer)
{
    if (!dc_bus_is_connected(consumer->thread->bus)) {
        return;
    }
    int64_t now = dc_monotonic();
    for (size_t i = 0; i < consumer->stream_count; i++) {
        struct dc_heard_stream *stream = &consumer->streams[i];
        if (stream->wants_position && stream->position_request == 0) {
            ask_position(consumer, stream);
        }
        for (int p = 0; p < DC_PARTITIONS; p++) {
            struct dc_part *part = &stream->parts[p];
            if (is_behind(part) && part->request == 0 && now >= part->not_before &&
                consumer->reads_under_way < READS_MOST) {
                ask_reading(consumer, part);
            }
        }
    }
}
