/* log.c - how much the event log costs: single-event transactions of 8 writers without and with the
 * stamper behind them, and from acknowledgement to a subscriber. The same run, the same machine:
 * ratios count. See tests/bench/run for the lines it prints. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "tests/lib/kernel_services.h"
#include "tests/lib/service.h"

#include <dacheng/kernel/v1/admin.pb-c.h>
#include <kernel_sql.h>

enum { WRITERS = 8, SECONDS = 5, SAMPLES = 400000 };

static struct dc_test_pg *pg;
static atomic_bool stop;
static int64_t pause_us; /* of a writer after each transaction; 0: none */
static _Atomic int64_t done;

enum { BUMP };
static const struct dc_statement statements[] = {
    {"bump", "INSERT INTO maker.thing (tenant_id, key, n) VALUES (1, $1, 1)"
             " ON CONFLICT (tenant_id, key) DO UPDATE SET n = thing.n + 1"},
    {NULL, NULL},
};

static void
check(enum dc_code code, const struct dc_error *error)
{
    if (code != DC_OK) {
        dc_test_die("%s: %s", dc_code_wire_name(code), error->message);
    }
}

static void *
write_events(void *argument)
{
    struct dc_test_random random = {(uint64_t)(uintptr_t)argument};
    static const struct dc_statement *const lists[] = {statements, kernel_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    struct dc_error error;
    DC_AUTO(dc_db) struct dc_db *db = NULL;
    check(dc_db_dsn_with(dc_test_pg_dsn(pg, "maker", "postgres"), NULL, "maker", &dsn, &error),
          &error);
    check(dc_db_open(&db, dc_text_cstr(&dsn), "writer", lists, &error), &error);
    static const uint8_t bytes[200];
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
        char name[24];
        const char *key = name, *type = "Parked";
        int64_t partition = (int64_t)dc_test_random_below(&random, 16), tenant = 1;
        struct dc_bytes body = {bytes, sizeof(bytes)};
        snprintf(name, sizeof(name), "key %llu",
                 (unsigned long long)dc_test_random_below(&random, 10000));
        check(dc_db_begin(db, 1, 5000, &error), &error);
        check(dc_db_run(db, &statements[BUMP], NULL, &error, dc_p_text(key)), &error);
        check(dc_db_run_commit(db, &kernel_statements[KERNEL_TELL], &error,
                               dc_p_int64s(&partition, 1), dc_p_int64s(&tenant, 1),
                               dc_p_texts(&key, 1), dc_p_texts(&type, 1),
                               dc_p_bytes_array(&body, 1), dc_p_time(dc_now()), dc_p_text(""),
                               dc_p_int64(0), dc_p_text("writer"), dc_p_text("")),
              &error);
        atomic_fetch_add_explicit(&done, 1, memory_order_relaxed);
        if (pause_us > 0) {
            nanosleep(&(struct timespec){0, pause_us * 1000}, NULL);
        }
    }
    return NULL;
}

static int64_t samples[SAMPLES];
static size_t sample_count;

static void
take_events(struct dc_bus *bus, struct dc_arena *arena)
{
    struct dc_bus_message message;
    while (dc_bus_next(bus, arena, &message)) {
        if (message.kind == DC_BUS_EVENT && sample_count < SAMPLES) {
            samples[sample_count++] = dc_now() - message.event->at_us;
        }
    }
    dc_arena_reset(arena, 0);
}

/* Transactions a second; takes events from `subscriber` meanwhile, when there is one. */
static double
write_for_a_while(struct dc_bus *subscriber)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    pthread_t writers[WRITERS];
    atomic_store(&stop, false);
    atomic_store(&done, 0);
    (void)dc_test_pg_dsn(pg, "maker", "postgres"); /* made once, before threads ask for it */
    for (uintptr_t i = 0; i < WRITERS; i++) {
        pthread_create(&writers[i], NULL, write_events, (void *)(i + 1));
    }
    int64_t began = dc_monotonic(), end = began + SECONDS * (int64_t)DC_SECOND;
    struct timespec tick = {0, 10000000};
    while (dc_monotonic() < end) {
        if (subscriber) {
            dc_bus_poll(subscriber, 10);
            take_events(subscriber, arena);
        } else {
            nanosleep(&tick, NULL);
        }
    }
    double rate = (double)atomic_load(&done) * DC_SECOND / (double)(dc_monotonic() - began);
    atomic_store(&stop, true);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i], NULL);
    }
    return rate;
}

/* Commands through the bus, many at a time: commands a second. */
static double
command_for_a_while(struct dc_bus *caller)
{
    enum { AT_ONCE = 300 };
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_test_random random = {1};
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    int64_t began = dc_monotonic(), end = began + SECONDS * (int64_t)DC_SECOND;
    int64_t sent = 0, answered = 0;
    while (dc_monotonic() < end || answered < sent) {
        for (; dc_monotonic() < end && sent - answered < AT_ONCE; sent++) {
            char key[24], id[24];
            snprintf(key, sizeof(key), "key %llu",
                     (unsigned long long)dc_test_random_below(&random, 10000));
            snprintf(id, sizeof(id), "id %lld", (long long)sent);
            Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
            request.key = key;
            uint8_t body[64];
            size_t size = kernel__redrive_request__pack(&request, body);
            dc_bus_send(caller, &(struct dc_bus_request){.service = "maker",
                                                         .method = DC_TEST_MAKER "Make",
                                                         .body = body,
                                                         .body_size = size,
                                                         .context = &context,
                                                         .idempotency_key = id,
                                                         .timeout_ms = 20000});
        }
        struct dc_bus_message message;
        dc_bus_poll(caller, 100);
        while (dc_bus_next(caller, arena, &message)) {
            if (message.kind == DC_BUS_REPLY) {
                answered++;
                if (message.code != DC_OK) {
                    dc_test_die("%s", message.error_message);
                }
            }
        }
        dc_arena_reset(arena, 0);
    }
    return (double)answered * DC_SECOND / (double)(dc_monotonic() - began);
}

static bool
is_stamped(void *context)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, context);
    return strcmp(value, "t") == 0;
}

static void
wait_until_stamped(void)
{
    static const char sql[] =
        "SELECT (SELECT overall FROM maker.log_head ORDER BY batch DESC LIMIT 1) = (SELECT "
        "count(*) FROM maker.outbox)";
    if (!dc_test_wait_until(is_stamped, (void *)sql, 120000)) {
        dc_test_die("the backlog is not being numbered");
    }
}

static void
print_freshness(const char *when)
{
    qsort(samples, sample_count, sizeof(samples[0]), bench_ascending_int64);
    if (sample_count > 0) {
        printf("bench log_fresh_%s ours_p50=%.1fms ours_p99=%.1fms events=%zu\n", when,
               (double)samples[sample_count / 2] / 1000,
               (double)samples[sample_count * 99 / 100] / 1000, sample_count);
    }
    sample_count = 0;
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&dc_test_maker, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    dc_test_pg_start(&pg);
    struct dc_test_bus *bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "maker",
                     "call: [\">\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "hearer", "hear: [\">\"]");
    dc_test_bus_peer(bus, "caller", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    struct dc_test_service *maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_set(maker, "workers=8");
    dc_test_service_migrate(maker);
    dc_test_pg_exec(pg, "ALTER ROLE maker SET synchronous_commit = on");

    double alone = write_for_a_while(NULL);
    dc_test_service_start(maker);
    wait_until_stamped();
    struct dc_bus *subscriber = dc_test_bus_open(bus, "hearer");
    dc_bus_subscribe(subscriber, (const char *const[]){"maker.>", NULL}, 100000);
    dc_bus_poll(subscriber, 100);
    double behind = write_for_a_while(subscriber);
    printf("bench log ours=%.0f/s peer=%.0f/s ratio=%.2f (with the stamper behind / unnumbered)\n",
           behind, alone, behind / alone);
    print_freshness("busy");
    wait_until_stamped();
    do { /* what is still on its way */
        sample_count = 0;
        dc_bus_poll(subscriber, 300);
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        take_events(subscriber, arena);
    } while (sample_count > 0);
    pause_us = WRITERS * 1000; /* a thousand a second, behind the poll: nobody wakes */
    (void)write_for_a_while(subscriber);
    print_freshness("calm");
    fflush(stdout);
    wait_until_stamped();
    struct dc_bus *caller = dc_test_bus_open(bus, "caller");
    double commands = command_for_a_while(caller);
    printf("bench log_commands ours=%.0f/s peer=%.0f/s ratio=%.2f (idempotent commands through the "
           "bus / the bare transactions)\n",
           commands, alone, commands / alone);
    fflush(stdout);
    dc_bus_free(caller);
    wait_until_stamped();
    dc_bus_free(subscriber);
    dc_test_service_stop(maker);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return EXIT_SUCCESS;
}
