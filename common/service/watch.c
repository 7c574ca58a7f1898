/* watch.c - figures that only the database knows, for /metrics: each replica looks every few
 * seconds, so that a service whose own work is stuck is still seen. */
#include "base/assert.h"
#include "edge/log.h"
#include "service/service_internal.h"

enum {
    LOG_MS = 5000,
    OWN_MS = 10000,
    DATABASE_MS = 60000,
};

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

static enum dc_code
watch_log(struct dc_thread *thread, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(thread->db, &kernel_statements[KERNEL_WATCH_LOG], &rows, error,
                     dc_p_time(dc_now())));
    dc_gauge_set(dc_gauge("dacheng_outbox_waiting_events", "",
                          "Events committed and not numbered, counted to 10,001."),
                 dc_rows_int64(rows, 0, 0));
    dc_gauge_set(dc_gauge_seconds("dacheng_outbox_waiting_seconds", "",
                                  "How long the oldest of them has waited."),
                 dc_rows_int64(rows, 0, 1));
    return DC_OK;
}

static enum dc_code
watch_database(struct dc_thread *thread, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(thread->db, &kernel_statements[KERNEL_WATCH_DATABASE], &rows, error));
    dc_gauge_set(dc_gauge("dacheng_database_size_bytes", "", "Size of the database on its disk."),
                 dc_rows_int64(rows, 0, 0));
    dc_gauge_set(dc_gauge_seconds("dacheng_database_archive_failing_seconds", "",
                                  "Since when the write-ahead log cannot be archived; 0: it can."),
                 dc_rows_int64(rows, 0, 1));
    dc_gauge_set(dc_gauge("dacheng_database_archiving", "",
                          "1 when the database archives its write-ahead log."),
                 dc_rows_int64(rows, 0, 2));
    dc_gauge_set(dc_gauge("dacheng_database_sessions", "", "Sessions of all its clients."),
                 dc_rows_int64(rows, 0, 3));
    dc_gauge_set(dc_gauge("dacheng_database_sessions_most", "", "How many there may be."),
                 dc_rows_int64(rows, 0, 4));
    return DC_OK;
}

static enum dc_code
watch_own(struct dc_thread *thread, const struct dc_watch *watch, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(thread->db, watch->statement, &rows, error, dc_p_time(dc_now())));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        const char *labels = dc_rows_text(rows, i, 0);
        struct dc_gauge *gauge = watch->seconds
                                     ? dc_gauge_seconds(watch->metric, labels, watch->help)
                                     : dc_gauge(watch->metric, labels, watch->help);
        dc_gauge_set(gauge, dc_rows_int64(rows, i, 1));
    }
    return DC_OK;
}

static enum dc_code
look(struct dc_thread *thread, struct dc_watching *watching, struct dc_error *error)
{
    if (is_due(&watching->log_at, LOG_MS)) {
        DC_TRY(watch_log(thread, error));
    }
    if (is_due(&watching->database_at, DATABASE_MS)) {
        DC_TRY(watch_database(thread, error));
    }
    if (is_due(&watching->own_at, OWN_MS)) {
        const struct dc_watch *watch = thread->service->spec->watches;
        for (; watch && watch->metric; watch++) {
            DC_TRY(watch_own(thread, watch, error));
        }
    }
    return DC_OK;
}

void
dc_watch(struct dc_thread *thread, struct dc_watching *watching)
{
    struct dc_error error;
    if (!thread->database_ready) {
        return;
    }
    enum dc_code code = look(thread, watching, &error);
    if (code != DC_OK && !dc_db_is_broken(thread->db)) {
        error.code = code;
        dc_thread_say(thread, DC_LOG_WARN, "figures for the metrics could not be read", &error);
    }
}
