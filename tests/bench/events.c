/* events.c - single-event transactions of a service, numbered, published and heard. See
 * events_load.h for the load; BENCH_WRITES says what a transaction holds: "event" (the default),
 * "state" (a changed row, no log at all), "both". */
#include "events_load.h"

#include <pthread.h>

#include "edge/metrics.h"
#include "tests/lib/service.h"

#include <dacheng/kernel/v1/admin.pb-c.h>

enum { BUMP };
static const struct dc_statement statements[] = {
    {"bump", "INSERT INTO thing (tenant_id, key, n) VALUES (1, $1, 1)"
             " ON CONFLICT (tenant_id, key) DO UPDATE SET n = thing.n + 1"},
    {NULL, NULL},
};
static const struct dc_migration migrations[] = {
    {"001_thing", "CREATE TABLE thing (tenant_id bigint NOT NULL, key text NOT NULL, n bigint NOT "
                  "NULL, PRIMARY KEY (tenant_id, key)) WITH (fillfactor = 50);"
                  "ALTER TABLE thing ENABLE ROW LEVEL SECURITY;"
                  "CREATE POLICY tenant ON thing USING"
                  " (tenant_id = current_setting('dacheng.tenant')::bigint);"},
    {NULL, NULL},
};

static const char *
writes(void)
{
    const char *text = getenv("BENCH_WRITES");
    return text ? text : "event";
}

static enum dc_code
write_one(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    static _Thread_local int64_t next;
    static _Thread_local struct dc_test_random random;
    static char padding[EVENTS_BODY - 20];
    char key[24];
    if (random.state == 0) {
        random.state = (uint64_t)(uintptr_t)&random;
    }
    memset(padding, 'x', sizeof(padding) - 1);
    snprintf(key, sizeof(key), "key %llu",
             (unsigned long long)dc_test_random_below(&random, 10000));
    DC_TRY(dc_step_begin(step, 1, error));
    if (strcmp(writes(), "event") != 0) {
        DC_TRY(dc_db_run(step->db, &statements[BUMP], NULL, error, dc_p_text(key)));
    }
    if (strcmp(writes(), "state") != 0) {
        Kernel__Parked told = KERNEL__PARKED__INIT;
        told.key = key;
        told.reason = padding;
        dc_emit(step, 1, key, &told.base);
    }
    DC_TRY(dc_step_commit(step, error));
    dc_counter_add(dc_counter("bench_acknowledged_total", "", "Transactions."), 1);
    events_pace(&next);
    *ret_more = true;
    return DC_OK;
}

static const struct dc_service_spec teller = {
    .name = "teller",
    .sentence = "tells events, for benchmarks",
    .statements = (const struct dc_statement *const[]){statements, NULL},
    .migrations = migrations,
    .tasks = (const struct dc_task[]){{"writer 1", 100, write_one},
                                      {"writer 2", 100, write_one},
                                      {"writer 3", 100, write_one},
                                      {"writer 4", 100, write_one},
                                      {"writer 5", 100, write_one},
                                      {"writer 6", 100, write_one},
                                      {"writer 7", 100, write_one},
                                      {"writer 8", 100, write_one},
                                      {0}},
    .publishes = true,
};

static void
listen_for(struct dc_bus *subscriber, double seconds, struct events_heard *heard)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    int64_t end = dc_monotonic() + (int64_t)(seconds * DC_SECOND);
    heard->count = 0;
    while (dc_monotonic() < end) {
        struct dc_bus_message message;
        dc_bus_poll(subscriber, 10);
        while (dc_bus_next(subscriber, arena, &message)) {
            if (message.kind == DC_BUS_EVENT) {
                events_hear(heard, message.event->at_us);
            }
        }
        dc_arena_reset(arena, 0);
    }
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&teller, NULL};
    static const char acknowledged[] = "\nbench_acknowledged_total ";
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    struct dc_test_pg *pg;
    dc_test_pg_start(&pg);
    struct dc_test_bus *bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "teller", "offer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "hearer", "hear: [\">\"]");
    dc_test_bus_start(bus);
    struct dc_bus *subscriber = dc_test_bus_open(bus, "hearer");
    dc_bus_subscribe(subscriber, (const char *const[]){"teller.>", NULL}, 100000);
    struct dc_test_service *service = dc_test_service_new("teller", pg, bus);
    struct events_heard heard = {malloc(EVENTS_SAMPLES * sizeof(int64_t)), 0};
    dc_test_service_start(service);

    listen_for(subscriber, EVENTS_WARM_S, &heard);
    double before = dc_test_service_metric(service, acknowledged), seconds;
    int64_t began = dc_monotonic();
    listen_for(subscriber, events_setting("BENCH_SECONDS", 5), &heard);
    double after = dc_test_service_metric(service, acknowledged);
    seconds = (double)(dc_monotonic() - began) / DC_SECOND;
    events_print((after - before) / seconds, &heard);

    dc_test_service_kill(service);
    dc_bus_free(subscriber);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    free(heard.samples);
    return EXIT_SUCCESS;
}
