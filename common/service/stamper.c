/*
 * stamper.c - numbers this service's events and publishes them, in one replica at a time.
 *
 * Which one: whoever holds a session advisory lock. Two at once would do no harm (a batch is
 * numbered by inserting the head's successor, and only one can), the lock just keeps them from
 * competing. Numbering is one statement that commits by itself; what it numbered is published after
 * that commit, without guarantee: who misses something reads the log.
 */
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "service/service_internal.h"

enum {
    BATCH_EVENTS = 5000,
    BATCH_BYTES = 4 * 1024 * 1024, /* of bodies published at once; the rest is read from the log */
    POLL_BUSY_MS = 20,             /* behind the wake-ups, which may be lost */
    POLL_IDLE_MS = 100,            /* for a while after the last event */
    POLL_CALM_MS = 1000,
    CALM_AFTER_MS = 3000,
    HEARTBEAT_CALM_MS = 3000,
    TAKE_OVER_MS = 250, /* how often a replica without the lock asks for it */
    HEARTBEAT_MS = 1000,
    ROOM_MS = 5000,          /* partitions ahead */
    HOUSEKEEPING_MS = 60000, /* old partitions, old answers */
    ANSWERS_AT_ONCE = 10000,
};

const char dc_log_session_sql[] = "SET enable_seqscan = off; SET enable_hashjoin = off;"
                                  "SET enable_mergejoin = off; SET jit = off";

struct stamper {
    struct dc_thread *thread;
    const char *stream;
    char lock_name[80];
    char heartbeat_subject[80], wake_subject[80];
    bool holds;
    int64_t session;               /* of the thread's, in which it holds */
    int64_t batch, epoch, overall; /* of the head */
    bool rest;
    int64_t numbers[DC_PARTITIONS];
    int64_t asked_at, heartbeat_at, room_at, housekeeping_at; /* dc_monotonic() */
    int64_t stamped_at;                                       /* the last event was */
    struct dc_counter *published;
    struct dc_histogram *seconds; /* from an event's transaction to its number */
    struct dc_gauge *leads;
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

/* Nothing has happened for a while: then wake-ups alone do, and a slow look behind them. */
static bool
is_calm(const struct stamper *stamper)
{
    return dc_monotonic() - stamper->stamped_at > CALM_AFTER_MS * DC_MILLISECOND;
}

/* --- the head ------------------------------------------------------------------------------------
 */
static enum dc_code
load_head(struct stamper *stamper, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(stamper->thread->db, statement(KERNEL_LOG_HEAD), &rows, error));
    if (dc_rows_count(rows) != 1) {
        return dc_fail(error, DC_DATA_LOSS, "the log has no head");
    }
    stamper->batch = dc_rows_int64(rows, 0, 0);
    stamper->epoch = dc_rows_int64(rows, 0, 1);
    stamper->overall = dc_rows_int64(rows, 0, 2);
    const int64_t *numbers;
    size_t n = dc_rows_int64s(rows, 0, 3, stamper->thread->arena, &numbers);
    DC_ASSERT(n == DC_PARTITIONS); /* a CHECK of the table */
    memcpy(stamper->numbers, numbers, sizeof(stamper->numbers));
    stamper->rest = dc_rows_bool(rows, 0, 4);
    return DC_OK;
}

/* A database that was restored or taken over elsewhere begins a new epoch: its numbers may be given
 * again to other events than those that consumers have seen. */
static enum dc_code
check_epoch(struct stamper *stamper, struct dc_error *error)
{
    struct dc_db *db = stamper->thread->db;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(db, statement(KERNEL_EPOCH_CHECK), &rows, error));
    if (dc_rows_count(rows) != 1) {
        return dc_fail(error, DC_DATA_LOSS, "the log's epoch is not known");
    }
    bool same_system = dc_rows_bool(rows, 0, 0), same_timeline = dc_rows_bool(rows, 0, 1);
    bool forwards = dc_rows_bool(rows, 0, 2);
    if (same_system && same_timeline && forwards) {
        return DC_OK;
    }
    int which = same_system && forwards ? KERNEL_EPOCH_NEXT : KERNEL_EPOCH_RESTART;
    DC_TRY(dc_db_run(db, statement(which), NULL, error, dc_p_int64(stamper->batch)));
    DC_TRY(load_head(stamper, error));
    char epoch[24];
    snprintf(epoch, sizeof(epoch), "%lld", (long long)stamper->epoch);
    dc_log(DC_LOG_WARN,
           "the database is not the one that the log was written in: a new epoch begins",
           DC_LOG_FIELDS({"epoch", epoch},
                         {"xids", which == KERNEL_EPOCH_NEXT ? "went on" : "begin anew"}));
    return DC_OK;
}

static enum dc_code
take_lead(struct stamper *stamper, struct dc_error *error)
{
    if (!is_due(&stamper->asked_at, TAKE_OVER_MS)) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(stamper->thread->db, statement(KERNEL_LOCK_TRY), &rows, error,
                     dc_p_text(stamper->lock_name), dc_p_int64(0)));
    if (!dc_rows_bool(rows, 0, 0)) {
        return DC_OK;
    }
    stamper->holds = true; /* until the connection ends */
    stamper->room_at = 0;
    DC_TRY(load_head(stamper, error));
    return check_epoch(stamper, error);
}

/* --- stamping ------------------------------------------------------------------------------------
 */
static void
publish(struct stamper *stamper, const struct dc_rows *rows, size_t row)
{
    Kernel__Event event = KERNEL__EVENT__INIT;
    struct dc_bytes body = dc_rows_bytes(rows, row, 8);
    event.stream = (char *)stamper->stream;
    event.epoch = dc_rows_int64(rows, row, 0);
    event.partition = (int32_t)dc_rows_int64(rows, row, 1);
    event.number = dc_rows_int64(rows, row, 2);
    event.overall = dc_rows_int64(rows, row, 3);
    event.type = (char *)dc_rows_text(rows, row, 4);
    event.tenant_id = dc_rows_int64(rows, row, 5);
    event.key = (char *)dc_rows_text(rows, row, 6);
    event.at_us = dc_rows_time(rows, row, 7);
    event.body = (ProtobufCBinaryData){body.size, (uint8_t *)body.data};
    event.traceparent = (char *)dc_rows_text(rows, row, 9);
    event.actor_person_id = dc_rows_int64(rows, row, 10);
    event.actor_account = (char *)dc_rows_text(rows, row, 11);
    event.cause = (char *)dc_rows_text(rows, row, 12);
    char subject[200];
    snprintf(subject, sizeof(subject), "%s.%s", stamper->stream, event.type);
    dc_bus_publish(stamper->thread->bus, subject, &event, NULL, 0);
}

/* One batch; ret_count 0: there was nothing. */
static enum dc_code
stamp_batch(struct stamper *stamper, size_t *ret_count, struct dc_error *error)
{
    struct dc_db *db = stamper->thread->db;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    int which = stamper->rest ? KERNEL_STAMP_REST : KERNEL_STAMP;
    DC_TRY(dc_db_run(db, statement(which), &rows, error, dc_p_int64(stamper->batch),
                     dc_p_int64(BATCH_EVENTS), dc_p_int64(BATCH_BYTES)));
    size_t n = dc_rows_count(rows);
    *ret_count = n;
    if (n == 0) {
        /* The end of a large batch moves the head without an event. Otherwise nothing was fresh, or
         * the head is not where we think: it costs little to look. */
        return stamper->rest ? load_head(stamper, error) : DC_OK;
    }
    stamper->stamped_at = dc_monotonic();
    dc_time now = dc_now();
    stamper->batch++;
    stamper->rest = dc_rows_bool(rows, n - 1, 13);
    for (size_t i = 0; i < n; i++) {
        stamper->overall = dc_rows_int64(rows, i, 3);
        dc_histogram_observe(stamper->seconds, now - dc_rows_time(rows, i, 7));
        stamper->numbers[dc_rows_int64(rows, i, 1)] = dc_rows_int64(rows, i, 2);
        /* Pieces of a large batch are not pushed: who hears would fall behind anyway, and reads. */
        if (!stamper->rest && !dc_rows_is_null(rows, i, 8)) {
            publish(stamper, rows, i);
        }
    }
    dc_counter_add(stamper->published, n);
    return DC_OK;
}

static void
heartbeat(struct stamper *stamper)
{
    Kernel__LogHeartbeat beat = KERNEL__LOG_HEARTBEAT__INIT;
    beat.stream = (char *)stamper->stream;
    beat.epoch = stamper->epoch;
    beat.n_numbers = DC_PARTITIONS;
    beat.numbers = stamper->numbers;
    beat.overall = stamper->overall;
    uint8_t bytes[512];
    DC_ASSERT(kernel__log_heartbeat__get_packed_size(&beat) <= sizeof(bytes));
    size_t size = kernel__log_heartbeat__pack(&beat, bytes);
    dc_bus_publish(stamper->thread->bus, stamper->heartbeat_subject, NULL, bytes, size);
}

static enum dc_code
keep_house(struct stamper *stamper, struct dc_error *error)
{
    struct dc_db *db = stamper->thread->db;
    const struct dc_config *config = stamper->thread->service->config;
    if (is_due(&stamper->room_at, ROOM_MS)) {
        DC_TRY(dc_db_run(db, statement(KERNEL_LOG_MAKE_ROOM), NULL, error));
        DC_TRY(load_head(stamper, error)); /* should another one have moved it */
        DC_TRY(check_epoch(stamper, error));
    }
    if (is_due(&stamper->housekeeping_at, HOUSEKEEPING_MS)) {
        struct dc_error busy;
        enum dc_code code = dc_db_run(db, statement(KERNEL_LOG_DROP_OLD), NULL, &busy,
                                      dc_p_int64(dc_config_int(config, "log.keep_days")));
        if (code != DC_OK && code != DC_ABORTED) { /* a lock that was not free: next time */
            *error = busy;
            return code;
        }
        DC_TRY(dc_db_run(db, statement(KERNEL_COMMAND_DROP_OLD), NULL, error,
                         dc_p_int64(dc_config_int(config, "commands.keep_days")),
                         dc_p_int64(ANSWERS_AT_ONCE)));
    }
    return DC_OK;
}

/* Stamps until nothing is left, but keeps the bus and its own beat going. */
static enum dc_code
lead(struct stamper *stamper, bool *ret_busy, struct dc_error *error)
{
    *ret_busy = false;
    size_t n;
    do {
        DC_TRY(keep_house(stamper, error));
        dc_arena_reset(stamper->thread->arena, 0);
        DC_TRY(stamp_batch(stamper, &n, error));
        *ret_busy |= n > 0;
        if (stamper->rest) { /* not pushed: let readers know at once how far the log goes */
            stamper->heartbeat_at = 0;
        }
        if (is_due(&stamper->heartbeat_at, is_calm(stamper) ? HEARTBEAT_CALM_MS : HEARTBEAT_MS)) {
            heartbeat(stamper);
        }
        dc_bus_poll(stamper->thread->bus, 0);
    } while ((n > 0 || stamper->rest) && !dc_thread_is_stopping(stamper->thread));
    return DC_OK;
}

/* Takes what came; true when somebody says that there is something to stamp. */
static bool
take_messages(struct stamper *stamper)
{
    struct dc_thread *thread = stamper->thread;
    bool woken = dc_thread_take_wakes(thread);
    if (woken && !stamper->holds) { /* of our own workers: pass it on to whoever leads */
        dc_bus_publish(thread->bus, stamper->wake_subject, NULL, (const uint8_t *)"", 0);
    }
    struct dc_bus_message message;
    dc_arena_reset(thread->arena, 0);
    while (dc_bus_next(thread->bus, thread->arena, &message)) {
        woken |= message.kind == DC_BUS_NOTICE;
    }
    return woken;
}

static void
round_of(struct stamper *stamper, bool *busy)
{
    struct dc_thread *thread = stamper->thread;
    struct dc_error error;
    enum dc_code code = DC_OK;
    if (!stamper->holds) {
        code = take_lead(stamper, &error);
    }
    if (code == DC_OK && stamper->holds) {
        code = lead(stamper, busy, &error);
    }
    dc_gauge_set(stamper->leads, stamper->holds);
    if (code == DC_OK) {
        return;
    }
    *busy = false;
    if (code == DC_ALREADY_EXISTS || code == DC_ABORTED) { /* another one numbered this batch */
        code = load_head(stamper, &error);
    } else if (!dc_db_is_broken(thread->db)) {
        error.code = code;
        dc_thread_say(thread, DC_LOG_ERROR, "events could not be numbered; trying on", &error);
        dc_bus_poll(thread->bus, dc_thread_jitter(thread, TAKE_OVER_MS));
        (void)load_head(stamper, &error);
    }
}

static int
wait_ms(const struct stamper *stamper, bool busy)
{
    if (busy) {
        return POLL_BUSY_MS;
    }
    if (!stamper->holds) {
        return TAKE_OVER_MS;
    }
    return is_calm(stamper) ? POLL_CALM_MS : POLL_IDLE_MS;
}

void
dc_stamper_run(struct dc_thread *thread)
{
    const char *stream = thread->service->spec->name;
    struct stamper stamper = {.thread = thread, .stream = stream};
    snprintf(stamper.lock_name, sizeof(stamper.lock_name), "dacheng.stamp.%s", stream);
    snprintf(stamper.heartbeat_subject, sizeof(stamper.heartbeat_subject), "_log.%s", stream);
    snprintf(stamper.wake_subject, sizeof(stamper.wake_subject), "_wake.%s", stream);
    stamper.published = dc_counter("dacheng_events_published_total", "", "Events numbered here.");
    stamper.seconds = dc_histogram("dacheng_event_stamp_seconds", "",
                                   "From an event's transaction to its number.");
    stamper.leads = dc_gauge("dacheng_stamper_leads", "", "1 where this stream is numbered.");
    dc_bus_subscribe(thread->bus, (const char *const[]){stamper.wake_subject, NULL}, 1000);
    bool busy = false;
    while (!dc_thread_is_stopping(thread)) {
        bool able = dc_thread_database(thread);
        if (!able || stamper.session != thread->sessions) {
            stamper.session = thread->sessions;
            stamper.holds = false;
            stamper.asked_at = 0;
        }
        if (able) {
            round_of(&stamper, &busy);
        }
        dc_thread_report_bus(thread);
        dc_bus_poll(thread->bus, dc_thread_wait_ms(thread, wait_ms(&stamper, busy)));
        busy |= take_messages(&stamper);
    }
}
