/*
 * consumer.c - a consumer thread: shares the partitions of the streams that the service hears with
 * the other consumers of the service, keeps positions, and goes round.
 *
 * A consumer's members find each other by advisory locks: each holds one under the group's name,
 * so that a dead one is gone with its connection. A partition is worked on by whoever holds its
 * lock, on the connection that also commits; what makes effects exactly-once is not the lock but
 * the position, moved by compare-and-set in the transaction of the effects.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/assert.h"
#include "edge/log.h"
#include "service/consumer_internal.h"

enum {
    SHARE_MS = 1000,   /* who comes or goes says so; this finds those that died */
    UNSHARED_MS = 200, /* while somebody has what is ours */
    REDRIVE_MS = 2000,
    REPORT_MS = 1000,
    WAITING_MS = 200, /* while a partition waits for its time */
    IDLE_MS = 1000,
};

static const struct dc_statement *
statement(int which)
{
    return &kernel_statements[which];
}

static bool
is_due(int64_t *at, int64_t interval_ms)
{
    int64_t now = dc_monotonic();
    if (*at != 0 && now - *at < interval_ms * DC_MILLISECOND) {
        return false;
    }
    *at = now;
    return true;
}

struct dc_heard_stream *
dc_consumer_stream(struct dc_consumer *consumer, const char *name)
{
    for (size_t i = 0; i < consumer->stream_count; i++) {
        if (strcmp(consumer->streams[i].name, name) == 0) {
            return &consumer->streams[i];
        }
    }
    return NULL;
}

static void
part_name(const struct dc_part *part, char ret_name[120])
{
    snprintf(ret_name, 120, "%s %s/%d", part->consumer->thread->name, part->stream,
             part->partition);
}

void
dc_part_stop(struct dc_part *part, const char *reason)
{
    if (part->stopped) {
        return;
    }
    part->stopped = true;
    char name[120];
    part_name(part, name);
    dc_ready_set(name, reason);
    dc_gauge_set(part->stopped_gauge, 1);
    dc_log(DC_LOG_ERROR, "a partition is stopped until an operator helps",
           DC_LOG_FIELDS({"partition", name}, {"reason", reason}));
}

void
dc_part_go_on(struct dc_part *part)
{
    if (!part->stopped) {
        return;
    }
    part->stopped = false;
    char name[120];
    part_name(part, name);
    dc_ready_set(name, NULL);
    dc_gauge_set(part->stopped_gauge, 0);
    dc_log(DC_LOG_INFO, "a partition goes on", DC_LOG_FIELDS({"partition", name}));
}

/* --- the position --------------------------------------------------------------------------------
 */
enum dc_code
dc_part_move(struct dc_part *part, int64_t number, dc_time event_at, struct dc_step *step,
             struct dc_error *error)
{
    DC_TRY(dc_step_tell(step, error));
    return dc_db_run_commit(part->consumer->thread->db, statement(KERNEL_POSITION_MOVE), error,
                            dc_p_text(part->stream), dc_p_int64(part->partition),
                            dc_p_int64(part->epoch), dc_p_int64(part->number),
                            dc_p_int64(part->next_epoch), dc_p_int64(number),
                            event_at ? dc_p_time(event_at) : dc_p_null());
}

void
dc_part_moved(struct dc_part *part, int64_t number, dc_time event_at)
{
    part->epoch = part->next_epoch;
    part->number = number;
    part->failing = 0;
    part->attempts = 0;
    part->not_before = 0;
    if (part->last < number) {
        part->last = number;
    }
    if (part->number >= part->last) {
        part->behind_since = 0;
    } else if (event_at > part->behind_since) {
        part->behind_since = event_at; /* what follows is not older than what was applied */
    }
}

void
dc_part_disown(struct dc_part *part)
{
    part->mine = false;
    pthread_mutex_lock(&part->consumer->thread->service->lag_mutex);
    part->lag->mine = false;
    pthread_mutex_unlock(&part->consumer->thread->service->lag_mutex);
    part->first = NULL;
    part->heard = 0;
    dc_part_go_on(part);
    dc_gauge_set(part->lag_events, 0);
    dc_gauge_set(part->lag_seconds, 0);
}

static enum dc_code
load_positions(struct dc_consumer *consumer, const bool *fresh, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_POSITION_LOAD), &rows, error));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct dc_heard_stream *stream = dc_consumer_stream(consumer, dc_rows_text(rows, i, 0));
        int64_t partition = dc_rows_int64(rows, i, 1);
        if (!stream || !fresh[(stream - consumer->streams) * DC_PARTITIONS + partition]) {
            continue;
        }
        struct dc_part *part = &stream->parts[partition];
        part->mine = true;
        part->epoch = part->next_epoch = dc_rows_int64(rows, i, 2);
        part->number = dc_rows_int64(rows, i, 3);
        part->last = part->last > part->number ? part->last : part->number;
        part->not_before = part->failing = part->attempts = 0;
        part->behind_since = 0;
        part->doubtful = false;
        part->has_parked = true; /* until we looked */
        stream->wants_position = true;
    }
    return DC_OK;
}

/* --- sharing
 * -------------------------------------------------------------------------------------- */
static void
tell_group(struct dc_consumer *consumer)
{
    dc_bus_publish(consumer->thread->bus, consumer->group_subject, NULL, (const uint8_t *)"", 0);
}

static enum dc_code
join_group(struct dc_consumer *consumer, struct dc_error *error)
{
    while (consumer->member == 0) {
        uint32_t unique = 0;
        DC_ASSERT(getrandom(&unique, sizeof(unique), 0) == (ssize_t)sizeof(unique));
        int64_t number = unique & 0x7fffffff;
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_LOCK_TRY), &rows, error,
                         dc_p_text(consumer->group_name), dc_p_int64(number)));
        consumer->member = dc_rows_bool(rows, 0, 0) ? number : 0;
    }
    tell_group(consumer);
    return DC_OK;
}

/* The others are to look at once; should the notice be lost, they will soon. */
static void
leave_group(struct dc_consumer *consumer)
{
    struct dc_error error;
    if (consumer->member != 0 && !dc_db_is_broken(consumer->thread->db) &&
        dc_db_exec(consumer->thread->db, "SELECT pg_advisory_unlock_all()", &error) == DC_OK) {
        tell_group(consumer);
    }
}

/* How many members live, and which of them we are. */
static enum dc_code
find_share(struct dc_consumer *consumer, size_t *ret_members, size_t *ret_us,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_LOCK_HOLDERS), &rows, error,
                     dc_p_text(consumer->group_name)));
    *ret_members = dc_rows_count(rows);
    for (size_t i = 0; i < *ret_members; i++) {
        if (dc_rows_int64(rows, i, 0) == consumer->member) {
            *ret_us = i;
            return DC_OK;
        }
    }
    return dc_fail(error, DC_ABORTED, "our place in the group of consumers is gone");
}

static void
lock_name_of(const struct dc_consumer *consumer, const char *stream, char ret_name[160])
{
    snprintf(ret_name, 160, "dacheng.consume.%s.%s", consumer->thread->service->spec->name, stream);
}

/* An operator may have put the position of a stopped partition right. */
static enum dc_code
reload_stopped(struct dc_consumer *consumer, struct dc_error *error)
{
    bool *stopped =
        DC_NEW_ARRAY(consumer->thread->arena, bool, consumer->stream_count *DC_PARTITIONS);
    bool any = false;
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            const struct dc_part *part = &consumer->streams[i].parts[p];
            stopped[i * DC_PARTITIONS + (size_t)p] = part->mine && part->stopped;
            any |= part->mine && part->stopped;
        }
    }
    return any ? load_positions(consumer, stopped, error) : DC_OK;
}

/* Gives back what is no longer ours, and takes what is; all of a stream in one statement. */
static enum dc_code
share_stream(struct dc_consumer *consumer, struct dc_heard_stream *stream, size_t members,
             size_t us, bool *fresh, struct dc_error *error)
{
    char name[160];
    lock_name_of(consumer, stream->name, name);
    int64_t wanted[DC_PARTITIONS];
    size_t n = 0;
    size_t offset = (size_t)dc_partition_of(stream->name); /* so that rests are spread */
    for (int p = 0; p < DC_PARTITIONS; p++) {
        struct dc_part *part = &stream->parts[p];
        bool ours = ((size_t)p + offset) % members == us;
        if (ours && !part->mine) {
            wanted[n++] = p;
        } else if (!ours && part->mine) {
            dc_part_disown(part);
            DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_LOCK_RELEASE), NULL, error,
                             dc_p_text(name), dc_p_int64(p)));
        }
    }
    if (n == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_LOCK_TRY_MANY), &rows, error,
                     dc_p_text(name), dc_p_int64s(wanted, n)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        fresh[dc_rows_int64(rows, i, 0)] = dc_rows_bool(rows, i, 1);
        consumer->unshared |= !dc_rows_bool(rows, i, 1);
    }
    return DC_OK;
}

static enum dc_code
share(struct dc_consumer *consumer, struct dc_error *error)
{
    if (!is_due(&consumer->shared_at, consumer->unshared ? UNSHARED_MS : SHARE_MS)) {
        return DC_OK;
    }
    consumer->unshared = false;
    struct dc_arena *arena = consumer->thread->arena;
    dc_arena_reset(arena, 0);
    if (consumer->member == 0) {
        const char **names = DC_NEW_ARRAY(arena, const char *, consumer->stream_count);
        for (size_t i = 0; i < consumer->stream_count; i++) {
            names[i] = consumer->streams[i].name;
        }
        DC_TRY(dc_db_run(consumer->thread->db, statement(KERNEL_POSITION_SEED), NULL, error,
                         dc_p_texts(names, consumer->stream_count)));
        DC_TRY(join_group(consumer, error));
    }
    size_t members = 0, us = 0;
    DC_TRY(find_share(consumer, &members, &us, error));
    bool *fresh = DC_NEW_ARRAY(arena, bool, consumer->stream_count *DC_PARTITIONS);
    bool any = false;
    for (size_t i = 0; i < consumer->stream_count; i++) {
        bool *of_stream = fresh + i * DC_PARTITIONS;
        DC_TRY(share_stream(consumer, &consumer->streams[i], members, us, of_stream, error));
        for (int p = 0; p < DC_PARTITIONS; p++) {
            any |= of_stream[p];
        }
    }
    return any ? load_positions(consumer, fresh, error) : DC_OK;
}

/* The connection is gone, and with it every lock. */
static void
forget_all(struct dc_consumer *consumer)
{
    consumer->member = 0;
    consumer->shared_at = 0;
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            if (consumer->streams[i].parts[p].mine) {
                dc_part_disown(&consumer->streams[i].parts[p]);
            }
        }
    }
}

/* --- telling how far behind we are
 * ----------------------------------------------------------------- */
static void
report(struct dc_consumer *consumer)
{
    struct dc_service *service = consumer->thread->service;
    dc_time now = dc_now();
    pthread_mutex_lock(&service->lag_mutex);
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            struct dc_part *part = &consumer->streams[i].parts[p];
            part->lag->last = part->last > part->lag->last ? part->last : part->lag->last;
            if (!part->mine) {
                continue;
            }
            part->lag->mine = true;
            part->lag->position = part->number;
            part->lag->behind_since = part->behind_since;
            part->lag->stopped = part->stopped;
            int64_t age = part->behind_since ? now - part->behind_since : 0;
            dc_gauge_set(part->lag_events, part->last - part->number);
            dc_gauge_set(part->lag_seconds, age > 0 ? age : 0);
        }
    }
    pthread_mutex_unlock(&service->lag_mutex);
}

/* The shared table of lags is made by the first consumer thread. */
static void
make_lags(struct dc_consumer *consumer)
{
    struct dc_service *service = consumer->thread->service;
    pthread_mutex_lock(&service->lag_mutex);
    if (!service->lags) {
        size_t n = consumer->stream_count * DC_PARTITIONS;
        struct dc_lag *lags = calloc(n, sizeof(*lags));
        DC_ASSERT(lags);
        for (size_t i = 0; i < n; i++) {
            lags[i].stream = consumer->streams[i / DC_PARTITIONS].name;
            lags[i].partition = (int)(i % DC_PARTITIONS);
        }
        service->lags = lags;
        service->lag_count = n;
    }
    pthread_mutex_unlock(&service->lag_mutex);
}

static void
init_part(struct dc_consumer *consumer, size_t stream, int partition)
{
    struct dc_part *part = &consumer->streams[stream].parts[partition];
    part->consumer = consumer;
    part->stream = consumer->streams[stream].name;
    part->partition = partition;
    part->lag = &consumer->thread->service->lags[stream * DC_PARTITIONS + (size_t)partition];
    char labels[160];
    snprintf(labels, sizeof(labels), "stream=\"%s\",partition=\"%d\"", part->stream, partition);
    part->lag_events = dc_gauge("dacheng_consumer_lag_events", labels, "Events not applied yet.");
    part->lag_seconds = dc_gauge_seconds("dacheng_consumer_lag_seconds", labels,
                                         "Age of the oldest event not applied yet.");
    part->stopped_gauge =
        dc_gauge("dacheng_consumer_stopped", labels, "1 when the partition waits for an operator.");
    snprintf(labels, sizeof(labels), "stream=\"%s\"", part->stream);
    part->applied = dc_counter("dacheng_events_applied_total", labels, "Events applied.");
    part->failed =
        dc_counter("dacheng_events_failed_total", labels, "Attempts at events that failed.");
    part->age = dc_histogram("dacheng_event_apply_seconds", labels,
                             "From an event's transaction to its being applied.");
}

static void
init_consumer(struct dc_consumer *consumer, struct dc_thread *thread)
{
    const struct dc_service_spec *spec = thread->service->spec;
    *consumer = (struct dc_consumer){.thread = thread};
    snprintf(consumer->group_name, sizeof(consumer->group_name), "dacheng.consumers.%s",
             spec->name);
    snprintf(consumer->group_subject, sizeof(consumer->group_subject), "_group.%s", spec->name);
    size_t n = 0;
    while (spec->reactions[n].stream) {
        n++;
    }
    consumer->streams = calloc(n, sizeof(*consumer->streams));
    DC_ASSERT(consumer->streams);
    for (size_t i = 0; i < n; i++) {
        if (!dc_consumer_stream(consumer, spec->reactions[i].stream)) {
            consumer->streams[consumer->stream_count++].name = spec->reactions[i].stream;
        }
    }
    make_lags(consumer);
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            init_part(consumer, i, p);
        }
    }
    consumer->batch_seconds = dc_histogram("dacheng_consumer_batch_seconds", "",
                                           "Transactions that apply events, of whatever number.");
    consumer->parked = dc_gauge("dacheng_events_parked", "", "Events that wait for an operator.");
}

/* --- the loop
 * ------------------------------------------------------------------------------------- */
static void
apply_all(struct dc_consumer *consumer)
{
    for (size_t i = 0; i < consumer->stream_count; i++) {
        for (int p = 0; p < DC_PARTITIONS; p++) {
            struct dc_part *part = &consumer->streams[i].parts[p];
            if (part->heard > 0 && !dc_db_is_broken(consumer->thread->db)) {
                dc_part_apply(part);
            }
            part->first = NULL;
            part->heard = 0;
        }
    }
}

static void
settle(struct dc_consumer *consumer, enum dc_code code, struct dc_error *error, const char *what)
{
    if (code == DC_OK) {
        return;
    }
    dc_db_rollback(consumer->thread->db);
    if (!dc_db_is_broken(consumer->thread->db)) {
        error->code = code;
        dc_thread_say(consumer->thread, DC_LOG_ERROR, what, error);
    }
}

static void
go_round(struct dc_consumer *consumer)
{
    struct dc_error error;
    settle(consumer, share(consumer, &error), &error, "the partitions could not be shared");
    dc_arena_reset(consumer->thread->arena, 0);
    dc_reader_take(consumer);
    apply_all(consumer);
    dc_reader_ask(consumer);
    bool woken = dc_thread_take_wakes(consumer->thread);
    if (woken || is_due(&consumer->redriven_at, REDRIVE_MS)) {
        settle(consumer, dc_parking_redrive(consumer, &error), &error,
               "parked events could not be tried again");
        settle(consumer, reload_stopped(consumer, &error), &error,
               "the positions of stopped partitions could not be read");
    }
    if (is_due(&consumer->reported_at, REPORT_MS)) {
        report(consumer);
    }
}

void
dc_consumer_run(struct dc_thread *thread)
{
    struct dc_consumer consumer;
    init_consumer(&consumer, thread);
    dc_reader_subscribe(&consumer);
    while (!dc_thread_is_stopping(thread)) {
        bool able = dc_thread_database(thread);
        if (!able || consumer.session != thread->sessions) {
            forget_all(&consumer);
            consumer.session = thread->sessions;
        }
        dc_thread_report_bus(thread);
        bool waits = consumer.unshared || dc_reader_waits(&consumer);
        dc_bus_poll(thread->bus, dc_thread_wait_ms(thread, waits ? WAITING_MS : IDLE_MS));
        if (able) {
            go_round(&consumer);
        } else {
            dc_arena_reset(thread->arena, 0);
            dc_reader_take(&consumer); /* nothing is ours: this only keeps the credit flowing */
        }
    }
    leave_group(&consumer);
    free(consumer.streams);
}
