/* log_lane.c - answers log.Read and log.Position for this service's stream, in a thread of its own,
 * so that replaying never delays commands. Bounded per answer (events, bytes) and in answers a
 * second. */
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "service/service_internal.h"

enum {
    READ_DEFAULT = 1000,
    READ_MOST = 5000,
    READ_BYTES = 4 * 1024 * 1024,
    EPOCHS_MOST = 64,
    LANE_CREDITS = 16,
    IDLE_MS = 1000,
    LANE_TIMEOUT_MS = 30000,
};

struct lane {
    struct dc_thread *thread;
    int64_t rate;     /* answers a second, 0: unbounded */
    int64_t tokens;   /* in millionths of an answer */
    int64_t refilled; /* dc_monotonic() */
};

static const struct dc_statement *
statement(int which)
{
    return &kernel_statements[which];
}

static bool
take_token(struct lane *lane)
{
    if (lane->rate == 0) {
        return true;
    }
    int64_t now = dc_monotonic();
    lane->tokens += (now - lane->refilled) * lane->rate;
    lane->refilled = now;
    if (lane->tokens > lane->rate * DC_SECOND) {
        lane->tokens = lane->rate * DC_SECOND; /* one second's worth may be saved up */
    }
    if (lane->tokens < DC_SECOND) {
        return false;
    }
    lane->tokens -= DC_SECOND;
    return true;
}

/* --- Read
 * ----------------------------------------------------------------------------------------- */
struct epochs {
    size_t count;
    int64_t epoch[EPOCHS_MOST];
    int64_t began[EPOCHS_MOST]; /* last overall number of the epoch before */
};

static enum dc_code
load_epochs(struct dc_db *db, struct epochs *ret_epochs, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(db, statement(KERNEL_LOG_EPOCHS), &rows, error, dc_p_int64(EPOCHS_MOST)));
    ret_epochs->count = dc_rows_count(rows);
    for (size_t i = 0; i < ret_epochs->count; i++) {
        ret_epochs->epoch[i] = dc_rows_int64(rows, i, 0);
        ret_epochs->began[i] = dc_rows_int64(rows, i, 1);
    }
    return DC_OK;
}

/* The epoch that an event was numbered in; newest epochs first. */
static int64_t
epoch_of(const struct epochs *epochs, int64_t overall)
{
    for (size_t i = 0; i < epochs->count; i++) {
        if (overall > epochs->began[i]) {
            return epochs->epoch[i];
        }
    }
    return 1;
}

static enum dc_code
check_read(const Kernel__ReadRequest *request, struct dc_error *error)
{
    if (request->partition < -1 || request->partition >= DC_PARTITIONS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "partition",
                             "%d is not a partition; allowed are 0..%d, and -1 for all",
                             request->partition, DC_PARTITIONS - 1);
    }
    if (request->from < 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "from", "numbers begin at 1");
    }
    if (request->limit < 0 || request->limit > READ_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "%d is not in 1..%d (0: %d)",
                             request->limit, READ_MOST, READ_DEFAULT);
    }
    if (*request->pattern && !dc_subject_is_valid(request->pattern, true)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "pattern",
                             "\"%.80s\" is not a pattern; allowed are subjects like "
                             "\"goals.TargetsAdjusted\", with * for one part and > for the rest",
                             request->pattern);
    }
    return DC_OK;
}

/* Refuses a reader who has seen what is not here, or asks for what is gone. */
static enum dc_code
check_reader(const Kernel__ReadRequest *request, const Kernel__ReadResponse *facts,
             bool shared_known, int64_t shared, struct dc_error *error)
{
    if (request->epoch > facts->epoch ||
        (request->epoch > 0 && shared_known && request->from - 1 > shared) ||
        (request->epoch == facts->epoch && request->from - 1 > facts->last)) {
        return dc_fail(error, DC_FAILED_PRECONDITION,
                       "a reader of epoch %lld at number %lld is ahead of this log: epoch %lld "
                       "goes on from number %lld, its last is %lld. The stream was restored to an "
                       "older copy; restore or resync the reader too",
                       (long long)request->epoch, (long long)request->from - 1,
                       (long long)facts->epoch, (long long)(shared_known ? shared : facts->last),
                       (long long)facts->last);
    }
    if (request->from < facts->first) {
        return dc_fail(error, DC_OUT_OF_RANGE,
                       "events before number %lld are older than what is kept; resync, then read "
                       "from there",
                       (long long)facts->first);
    }
    return DC_OK;
}

static enum dc_code
load_facts(struct dc_db *db, const Kernel__ReadRequest *request, Kernel__ReadResponse *response,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(db, statement(KERNEL_LOG_FACTS), &rows, error, dc_p_int64(request->partition),
                     dc_p_int64(request->epoch)));
    if (dc_rows_count(rows) != 1) {
        return dc_fail(error, DC_DATA_LOSS, "the log has no head");
    }
    response->epoch = dc_rows_int64(rows, 0, 0);
    response->last = dc_rows_int64(rows, 0, 1);
    response->first = dc_rows_int64(rows, 0, 2);
    return check_reader(request, response, !dc_rows_is_null(rows, 0, 3), dc_rows_int64(rows, 0, 3),
                        error);
}

static Kernel__Event *
event_of_row(struct lane *lane, const struct dc_rows *rows, size_t row)
{
    struct dc_arena *arena = lane->thread->arena;
    Kernel__Event *event = DC_NEW_MESSAGE(arena, Kernel__Event, kernel__event__init);
    event->stream = (char *)lane->thread->service->spec->name;
    event->number = dc_rows_int64(rows, row, 0);
    event->overall = dc_rows_int64(rows, row, 1);
    event->partition = (int32_t)dc_rows_int64(rows, row, 2);
    event->type = (char *)dc_rows_text(rows, row, 3);
    event->tenant_id = dc_rows_int64(rows, row, 4);
    event->key = (char *)dc_rows_text(rows, row, 5);
    event->at_us = dc_rows_time(rows, row, 6);
    struct dc_bytes body = dc_rows_bytes(rows, row, 7);
    event->body = (ProtobufCBinaryData){body.size, (uint8_t *)body.data};
    event->traceparent = (char *)dc_rows_text(rows, row, 8);
    event->actor_person_id = dc_rows_int64(rows, row, 9);
    event->actor_account = (char *)dc_rows_text(rows, row, 10);
    event->cause = (char *)dc_rows_text(rows, row, 11);
    return event;
}

static bool
is_wanted(const Kernel__ReadRequest *request, const Kernel__Event *event)
{
    if (request->tenant_id != 0 && event->tenant_id != request->tenant_id) {
        return false;
    }
    if (!*request->pattern) {
        return true;
    }
    char subject[300];
    snprintf(subject, sizeof(subject), "%s.%s", event->stream, event->type);
    return dc_subject_matches(request->pattern, subject);
}

/* `rows` hold the texts and bodies of the answer; the caller keeps them until it is packed. */
static enum dc_code
read_log(struct lane *lane, const Kernel__ReadRequest *request, Kernel__ReadResponse *response,
         struct dc_rows **ret_rows, struct dc_error *error)
{
    struct dc_db *db = lane->thread->db;
    DC_TRY(check_read(request, error));
    DC_TRY(load_facts(db, request, response, error));
    struct epochs epochs;
    DC_TRY(load_epochs(db, &epochs, error));
    struct dc_param from = dc_p_int64(request->from), bytes = dc_p_int64(READ_BYTES);
    struct dc_param limit = dc_p_int64(request->limit ? request->limit : READ_DEFAULT);
    bool overall = request->partition < 0;
    if (overall) {
        DC_TRY(
            dc_db_run(db, statement(KERNEL_LOG_READ_OVERALL), ret_rows, error, from, limit, bytes));
    } else {
        DC_TRY(dc_db_run(db, statement(KERNEL_LOG_READ), ret_rows, error,
                         dc_p_int64(request->partition), from, limit, bytes));
    }
    size_t n = dc_rows_count(*ret_rows);
    response->next = request->from;
    response->events = DC_NEW_ARRAY(lane->thread->arena, Kernel__Event *, n);
    for (size_t i = 0; i < n; i++) {
        Kernel__Event *event = event_of_row(lane, *ret_rows, i);
        event->epoch = epoch_of(&epochs, event->overall);
        response->next = (overall ? event->overall : event->number) + 1;
        if (is_wanted(request, event)) {
            response->events[response->n_events++] = event;
        }
    }
    return DC_OK;
}

/* --- Position
 * ------------------------------------------------------------------------------------- */
static enum dc_code
find_shared(struct lane *lane, const Kernel__PositionRequest *request,
            Kernel__PositionResponse *response, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(lane->thread->db, statement(KERNEL_LOG_SHARED), &rows, error,
                     dc_p_int64(request->epoch)));
    const int64_t *shared;
    size_t n = dc_rows_count(rows) == 1 ? dc_rows_int64s(rows, 0, 0, lane->thread->arena, &shared)
                                        : 0;
    if (n != DC_PARTITIONS) {
        return dc_fail(error, DC_DATA_LOSS, "the log has no head");
    }
    response->shared = dc_arena_memdup(lane->thread->arena, shared, n * sizeof(*shared));
    response->n_shared = n;
    return DC_OK;
}

static enum dc_code
find_position(struct lane *lane, const Kernel__PositionRequest *request,
              Kernel__PositionResponse *response, struct dc_rows **ret_rows, struct dc_error *error)
{
    DC_TRY(dc_db_run(lane->thread->db, statement(KERNEL_LOG_POSITION), ret_rows, error,
                     request->at_us ? dc_p_time(request->at_us) : dc_p_null()));
    if (dc_rows_count(*ret_rows) != 1) {
        return dc_fail(error, DC_DATA_LOSS, "the log has no head");
    }
    response->epoch = dc_rows_int64(*ret_rows, 0, 0);
    response->overall = dc_rows_int64(*ret_rows, 0, 1);
    const int64_t *numbers;
    response->n_numbers = dc_rows_int64s(*ret_rows, 0, 2, lane->thread->arena, &numbers);
    response->numbers = (int64_t *)numbers;
    return request->epoch > 0 ? find_shared(lane, request, response, error) : DC_OK;
}

/* --- the lane
 * ------------------------------------------------------------------------------------- */
static enum dc_code
answer(struct lane *lane, const struct dc_bus_message *message, struct dc_rows **ret_rows,
       const uint8_t **ret_body, size_t *ret_size, struct dc_error *error)
{
    struct dc_thread *thread = lane->thread;
    bool read = strcmp(message->method, "dacheng.kernel.v1.LogService/Read") == 0;
    if (!read && strcmp(message->method, "dacheng.kernel.v1.LogService/Position") != 0) {
        return dc_fail(error, DC_UNIMPLEMENTED, "there is no method %s", message->method);
    }
    int64_t left_ms = (message->deadline - dc_monotonic()) / DC_MILLISECOND;
    if (left_ms <= 0) {
        return dc_fail(error, DC_DEADLINE_EXCEEDED, "the deadline passed before the work began");
    }
    if (!take_token(lane)) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "more than %lld readings a second",
                       (long long)lane->rate);
    }
    if (!dc_thread_database(thread)) {
        return dc_fail(error, DC_UNAVAILABLE, "there is no connection to the database");
    }
    ProtobufCMessage *request;
    DC_TRY(dc_wire_unpack(read ? &kernel__read_request__descriptor
                               : &kernel__position_request__descriptor,
                          message->body, message->body_size, thread->arena, &request, error));
    DC_TRY(dc_db_begin_read(thread->db, 0, left_ms < LANE_TIMEOUT_MS ? left_ms : LANE_TIMEOUT_MS,
                            error));
    Kernel__ReadResponse events = KERNEL__READ_RESPONSE__INIT;
    Kernel__PositionResponse position = KERNEL__POSITION_RESPONSE__INIT;
    enum dc_code code =
        read ? read_log(lane, (const Kernel__ReadRequest *)request, &events, ret_rows, error)
             : find_position(lane, (const Kernel__PositionRequest *)request, &position, ret_rows,
                             error);
    dc_db_rollback(thread->db);
    DC_TRY(code);
    uint8_t *body;
    dc_wire_pack(read ? &events.base : &position.base, thread->arena, &body, ret_size);
    *ret_body = body;
    return DC_OK;
}

static void
take_request(struct lane *lane, const struct dc_bus_message *message)
{
    struct dc_thread *thread = lane->thread;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    const uint8_t *body = NULL;
    size_t size = 0;
    struct dc_error error;
    int64_t began = dc_monotonic();
    enum dc_code code = answer(lane, message, &rows, &body, &size, &error);
    dc_histogram_observe(
        dc_histogram("dacheng_log_read_seconds", "", "Readings of this service's log."),
        dc_monotonic() - began);
    dc_counter_add(dc_counter("dacheng_log_reads_total",
                              code == DC_OK ? "code=\"ok\"" : "code=\"failed\"",
                              "Readings of this service's log."),
                   1);
    if (code == DC_OK) {
        dc_bus_reply(thread->bus, message->id, body, size);
        return;
    }
    error.code = code;
    if (code == DC_INTERNAL || code == DC_UNAVAILABLE || code == DC_DATA_LOSS) {
        dc_thread_say(thread, DC_LOG_ERROR, "the log could not be read", &error);
    }
    struct dc_error outside;
    dc_error_for_caller(&error, thread->service->instance, &outside);
    dc_bus_reply_error(thread->bus, message->id, &outside);
}

static void
answer_all(struct lane *lane)
{
    struct dc_thread *thread = lane->thread;
    struct dc_bus_message message;
    dc_arena_reset(thread->arena, 0);
    while (dc_bus_next(thread->bus, thread->arena, &message)) {
        if (message.kind == DC_BUS_REQUEST) {
            take_request(lane, &message);
        }
        dc_arena_reset(thread->arena, 0);
    }
}

void
dc_log_lane_run(struct dc_thread *thread)
{
    struct lane lane = {
        .thread = thread,
        .rate = dc_config_int(thread->service->config, "log.reads_per_second"),
        .refilled = dc_monotonic(),
    };
    char name[100];
    snprintf(name, sizeof(name), "%s.log", thread->service->spec->name);
    dc_bus_ready(thread->bus, name, LANE_CREDITS);
    struct dc_watching watching = {0};
    int64_t told_at = 0;
    while (!dc_thread_is_stopping(thread)) {
        if (dc_thread_database(thread)) {
            dc_watch(thread, &watching);
        }
        dc_thread_report_bus(thread);
        dc_bus_poll(thread->bus, dc_thread_wait_ms(thread, IDLE_MS));
        (void)dc_thread_take_wakes(thread);
        answer_all(&lane);
        dc_health_tell(thread, &told_at);
    }
    dc_health_leave(thread);
    dc_bus_bye(thread->bus);
    int64_t deadline = dc_monotonic() + 2 * (int64_t)DC_SECOND;
    while (!dc_bus_is_drained(thread->bus) && dc_monotonic() < deadline) {
        dc_bus_poll(thread->bus, 50);
        answer_all(&lane);
    }
}
