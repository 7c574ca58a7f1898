/* stamper_test.c - the event log under concurrent writers, two stampers, kill -9, a pinned
 * snapshot, a large backlog, and databases that are not what they were. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "edge/wire_check.h"
#include "tests/lib/kernel_services.h"
#include "values_test.h"

#include <dacheng/kernel/v1/log.pb-c.h>
#include <kernel_sql.h>

enum { WRITERS = 8, KEYS = 12, PARTITIONS = 16 };

static struct dc_test_bus *bus;
static struct dc_test_service *one, *two;
static struct dc_bus *reader;

enum { BUMP, PAUSE };
static const struct dc_statement statements[] = {
    {"bump", "INSERT INTO maker.thing (tenant_id, key, n) VALUES (1, $1, 1)"
             " ON CONFLICT (tenant_id, key) DO UPDATE SET n = thing.n + 1 RETURNING n::text"},
    {"pause", "SELECT pg_sleep($1::double precision / 1000)::text"},
    {NULL, NULL},
};

static void
check(enum dc_code code, const struct dc_error *error)
{
    if (code != DC_OK) {
        dc_test_die("%s: %s", dc_code_wire_name(code), error->message);
    }
}

static struct dc_db *
connect_as_maker(void)
{
    static const struct dc_statement *const lists[] = {statements, kernel_statements, NULL};
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT;
    struct dc_error error;
    struct dc_db *db;
    check(dc_db_dsn_with(dc_test_pg_dsn(pg, "maker", "postgres"), NULL, "maker", &dsn, &error),
          &error);
    check(dc_db_open(&db, dc_text_cstr(&dsn), "writer", lists, &error), &error);
    return db;
}

static int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "maker",
                     "call: [\">\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "reader", "call: [\"*.log\"]\nhear: [\">\"]");
    dc_test_bus_start(bus);
    one = dc_test_service_new("maker", pg, bus);
    two = dc_test_service_new("maker", pg, bus);
    dc_test_service_set(one, "workers=1");
    dc_test_service_set(two, "workers=1");
    dc_test_service_start(one);
    dc_test_service_start(two);
    reader = dc_test_bus_open(bus, "reader");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_bus_free(reader);
    assert_int_equal(dc_test_service_stop(one), 0);
    assert_int_equal(dc_test_service_stop(two), 0);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* What must hold at any moment: dense numbers, no event twice, each key in its order (`cause` holds
 * the thing's number at the time). */
static void
assert_log_is_true(void)
{
    assert_value("SELECT count(*) = coalesce(max(overall), 0) AND count(DISTINCT outbox_id) = "
                 "count(*) FROM maker.stamp",
                 "t");
    assert_value("SELECT coalesce(bool_and(n = last AND first = 1), true) FROM (SELECT count(*) n, "
                 "max(number) AS last, min(number) AS first FROM maker.stamp GROUP BY partition) x",
                 "t");
    assert_value("SELECT count(*) FROM (SELECT o.cause::bigint AS n, lag(o.cause::bigint) OVER "
                 "(PARTITION BY o.key ORDER BY s.number) AS before FROM maker.stamp s JOIN "
                 "maker.outbox o ON o.id = s.outbox_id WHERE o.cause <> '') x WHERE n <= before",
                 "0");
    assert_value(
        "SELECT h.overall = (SELECT count(*) FROM maker.stamp) FROM maker.log_head h ORDER "
        "BY batch DESC LIMIT 1",
        "t");
}

static void
write_event(struct dc_db *db, const char *key, const char *n, int64_t tenant_id)
{
    struct dc_error error;
    const char *type = "Parked", *keys[] = {key};
    struct dc_bytes body = {(const uint8_t *)"", 0};
    int64_t partition = 0;
    for (const char *c = key; *c; c++) { /* any function of the key will do */
        partition = (partition * 31 + *c) % PARTITIONS;
    }
    check(dc_db_run(db, &kernel_statements[KERNEL_TELL], NULL, &error, dc_p_int64s(&partition, 1),
                    dc_p_int64s(&tenant_id, 1), dc_p_texts(keys, 1), dc_p_texts(&type, 1),
                    dc_p_bytes_array(&body, 1), dc_p_time(dc_now()), dc_p_text(""), dc_p_int64(0),
                    dc_p_text("writer"), dc_p_text(n)),
          &error);
}

struct writer {
    pthread_t thread;
    int transactions;
    uint64_t seed;
    int64_t committed;
};

/* Transactions of one to three things each: some slow, some rolled back. */
static void *
write_things(void *argument)
{
    struct writer *writer = argument;
    struct dc_test_random random = {writer->seed};
    DC_AUTO(dc_db) struct dc_db *db = connect_as_maker();
    struct dc_error error;
    for (int i = 0; i < writer->transactions; i++) {
        check(dc_db_begin(db, 1, 0, &error), &error);
        size_t things = 1 + dc_test_random_below(&random, 3);
        size_t first = dc_test_random_below(&random, KEYS - 2);
        for (size_t t = 0; t < things; t++) { /* in one order, so that nobody deadlocks */
            char key[16];
            snprintf(key, sizeof(key), "key %zu", first + t);
            DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
            check(dc_db_run(db, &statements[BUMP], &rows, &error, dc_p_text(key)), &error);
            write_event(db, key, dc_rows_text(rows, 0, 0), 1);
        }
        if (dc_test_random_below(&random, 4) == 0) {
            check(dc_db_run(db, &statements[PAUSE], NULL, &error,
                            dc_p_int64((int64_t)dc_test_random_below(&random, 6))),
                  &error);
        }
        if (dc_test_random_below(&random, 10) == 0) {
            dc_db_rollback(db);
            continue;
        }
        check(dc_db_commit(db, &error), &error);
        writer->committed += (int64_t)things;
    }
    return NULL;
}

static void
start_writers(struct writer writers[WRITERS], int transactions, uint64_t seed)
{
    for (int i = 0; i < WRITERS; i++) {
        writers[i] =
            (struct writer){.transactions = transactions, .seed = seed * 100 + (uint64_t)i};
        pthread_create(&writers[i].thread, NULL, write_things, &writers[i]);
    }
}

static int64_t
join_writers(struct writer writers[WRITERS])
{
    int64_t committed = 0;
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        committed += writers[i].committed;
    }
    return committed;
}

static const char all_stamped[] =
    "SELECT (SELECT count(*) FROM maker.stamp) = (SELECT count(*) FROM maker.outbox)";

static void
numbers_are_dense_and_keys_in_order(void **state)
{
    (void)state;
    struct writer writers[WRITERS];
    start_writers(writers, 250, dc_test_seed());
    int64_t committed = join_writers(writers);
    wait_for_value(all_stamped, 10000);
    assert_log_is_true();
    char expected[32];
    snprintf(expected, sizeof(expected), "%lld", (long long)committed);
    assert_value("SELECT count(*) FROM maker.stamp", expected);
}

/* A transaction that stays open with an xid of its own, and a snapshot, holds nobody up. */
static void
a_pinned_snapshot_holds_nobody_up(void **state)
{
    (void)state;
    DC_AUTO(dc_db) struct dc_db *pin = connect_as_maker();
    struct dc_error error;
    check(dc_db_exec(pin, "BEGIN ISOLATION LEVEL REPEATABLE READ", &error), &error);
    write_event(pin, "pinned", "1", 1);
    struct writer writers[WRITERS];
    start_writers(writers, 150, dc_test_seed() + 1);
    join_writers(writers);
    wait_for_value(all_stamped, 5000); /* all but the pinned one, which nobody sees */
    assert_log_is_true();
    check(dc_db_exec(pin, "COMMIT", &error), &error);
    wait_for_value("SELECT count(*) = 1 FROM maker.stamp s JOIN maker.outbox o ON o.id = "
                   "s.outbox_id WHERE o.key = 'pinned'",
                   5000);
    assert_log_is_true();
}

/* Stampers are killed in the middle, in turns; the other goes on. */
static void
kill_9_loses_and_doubles_nothing(void **state)
{
    (void)state;
    struct writer writers[WRITERS];
    start_writers(writers, 600, dc_test_seed() + 2);
    for (int i = 0; i < 6; i++) {
        struct dc_test_service *victim = i % 2 ? one : two;
        dc_test_service_kill(victim);
        dc_test_service_start(victim);
    }
    join_writers(writers);
    wait_for_value(all_stamped, 10000);
    assert_log_is_true();
}

/* Two that both believe that they lead: the head's key lets one of them number. */
static void *
stamp_by_hand(void *argument)
{
    atomic_bool *stop = argument;
    DC_AUTO(dc_db) struct dc_db *db = connect_as_maker();
    struct dc_error error;
    while (!atomic_load(stop)) {
        DC_AUTO(dc_rows) struct dc_rows *head = NULL;
        check(dc_db_run(db, &kernel_statements[KERNEL_LOG_HEAD], &head, &error), &error);
        bool rest = dc_rows_bool(head, 0, 4);
        enum dc_code code =
            dc_db_run(db, &kernel_statements[rest ? KERNEL_STAMP_REST : KERNEL_STAMP], NULL, &error,
                      dc_p_int64(dc_rows_int64(head, 0, 0)), dc_p_int64(7), dc_p_int64(1000));
        if (code != DC_OK && code != DC_ALREADY_EXISTS) {
            check(code, &error);
        }
    }
    return NULL;
}

static void
competing_stampers_agree(void **state)
{
    (void)state;
    atomic_bool stop = false;
    pthread_t rivals[2];
    struct writer writers[WRITERS];
    start_writers(writers, 150, dc_test_seed() + 3);
    for (int i = 0; i < 2; i++) { /* batches of seven: nearly every one is cut into pieces */
        pthread_create(&rivals[i], NULL, stamp_by_hand, &stop);
    }
    join_writers(writers);
    bool stamped = dc_test_wait_until(is_true, (void *)all_stamped, 20000);
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(rivals[i], NULL);
    }
    assert_true(stamped);
    assert_log_is_true();
}

static void
a_large_backlog_is_numbered_in_pieces(void **state)
{
    (void)state;
    dc_test_pg_exec(pg, "INSERT INTO maker.outbox (partition, tenant_id, key, type, at, body, "
                        "traceparent, actor_person_id, actor_account, cause) SELECT g % 16, 1, "
                        "'bulk ' || g % 16, 'Parked', now(), 'x', '', 0, '', g::text FROM "
                        "generate_series(1, 40000) g");
    struct writer writers[WRITERS];
    start_writers(writers, 50, dc_test_seed() + 4); /* while it is being worked on */
    join_writers(writers);
    wait_for_value(all_stamped, 30000);
    assert_log_is_true();
}

/* --- the log as its readers see it
 * ----------------------------------------------------------------- */
static enum dc_code
read_log_once(const Kernel__ReadRequest *request, struct dc_arena *arena,
              const Kernel__ReadResponse **ret_response, struct dc_error *error)
{
    uint8_t *body;
    size_t size, reply_size;
    const uint8_t *reply;
    dc_wire_pack(&request->base, arena, &body, &size);
    DC_TRY(dc_bus_call(reader,
                       &(struct dc_bus_request){.service = "maker.log",
                                                .method = "dacheng.kernel.v1.LogService/Read",
                                                .body = body,
                                                .body_size = size,
                                                .timeout_ms = 10000},
                       arena, &reply, &reply_size, error));
    ProtobufCMessage *response;
    DC_TRY(dc_wire_unpack(&kernel__read_response__descriptor, reply, reply_size, arena, &response,
                          error));
    *ret_response = (const Kernel__ReadResponse *)response;
    return DC_OK;
}

/* Between tests nobody turns this client's loop, so the bus may have taken it for dead. */
static enum dc_code
read_log(const Kernel__ReadRequest *request, struct dc_arena *arena,
         const Kernel__ReadResponse **ret_response, struct dc_error *error)
{
    enum dc_code code;
    int64_t deadline = dc_monotonic() + 10 * (int64_t)DC_SECOND;
    do {
        dc_bus_poll(reader, 10);
        code = read_log_once(request, arena, ret_response, error);
    } while (code == DC_UNAVAILABLE && dc_monotonic() < deadline);
    return code;
}

static void
the_log_reads_whole_and_in_pieces(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO(dc_db) struct dc_db *db = connect_as_maker();
    struct dc_error error;
    write_event(db, "other tenant", "1", 77);
    wait_for_value(all_stamped, 5000);
    for (int partition = -1; partition < PARTITIONS; partition += 5) {
        Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
        request.partition = partition;
        request.from = 1;
        int64_t seen = 0;
        const Kernel__ReadResponse *response;
        do {
            check(read_log(&request, arena, &response, &error), &error);
            for (size_t i = 0; i < response->n_events; i++) {
                const Kernel__Event *event = response->events[i];
                assert_int_equal(partition < 0 ? event->overall : event->number, ++seen);
                assert_int_equal(event->epoch, 1);
                assert_string_equal(event->stream, "maker");
            }
            assert_int_equal(response->next, seen + 1);
            request.from = response->next;
        } while (response->n_events > 0);
        assert_int_equal(seen, response->last);
        assert_int_equal(response->first, 1);
        assert_true(seen > 100);
    }
    Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
    request.partition = -1;
    request.from = 1;
    request.tenant_id = 77;
    request.limit = 5000;
    size_t found = 0;
    for (const Kernel__ReadResponse *response;;) {
        check(read_log(&request, arena, &response, &error), &error);
        found += response->n_events;
        if (response->next == request.from) {
            break;
        }
        request.from = response->next;
    }
    assert_int_equal(found, 1);
    request.from = 1;
    request.tenant_id = 0;
    request.pattern = "maker.Other";
    const Kernel__ReadResponse *none;
    check(read_log(&request, arena, &none, &error), &error);
    assert_int_equal(none->n_events, 0);
    assert_int_equal(none->next, 5001);
    request.pattern = "maker..";
    assert_int_equal(read_log(&request, arena, &none, &error), DC_INVALID_ARGUMENT);
    request.pattern = "";
    request.partition = 16;
    assert_int_equal(read_log(&request, arena, &none, &error), DC_INVALID_ARGUMENT);
}

/* Taken over elsewhere (another timeline): transaction numbers go on, the epoch does not. */
static void
a_takeover_begins_an_epoch(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO(dc_db) struct dc_db *db = connect_as_maker();
    struct dc_error error;
    dc_test_pg_exec(pg, "UPDATE maker.log_epoch SET timeline = timeline - 1");
    wait_for_value("SELECT max(epoch) = 2 FROM maker.log_head", 10000);
    write_event(db, "after", "1", 1);
    wait_for_value(all_stamped, 5000);
    assert_log_is_true();
    DC_AUTO_FREE char *number = dc_test_pg_value(
        pg, "SELECT s.number FROM maker.stamp s JOIN maker.outbox o ON o.id = s.outbox_id "
            "WHERE o.key = 'after'");
    DC_AUTO_FREE char *partition =
        dc_test_pg_value(pg, "SELECT partition FROM maker.outbox WHERE key = 'after'");
    Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
    request.partition = atoi(partition);
    request.from = atoll(number) - 1;
    request.epoch = 1;
    const Kernel__ReadResponse *response;
    /* Whoever has read up to the end of epoch 1 goes on; ... */
    check(read_log(&request, arena, &response, &error), &error);
    assert_int_equal(response->epoch, 2);
    assert_int_equal(response->n_events, 2);
    assert_int_equal(response->events[0]->epoch, 1);
    assert_int_equal(response->events[1]->epoch, 2);
    /* ... who has seen one more in epoch 1 has seen what is no more. */
    request.from = atoll(number) + 1;
    assert_int_equal(read_log(&request, arena, &response, &error), DC_FAILED_PRECONDITION);
    request.epoch = 2;
    check(read_log(&request, arena, &response, &error), &error);
    request.epoch = 3;
    assert_int_equal(read_log(&request, arena, &response, &error), DC_FAILED_PRECONDITION);
    request.epoch = 2;
    request.from = atoll(number) + 2;
    assert_int_equal(read_log(&request, arena, &response, &error), DC_FAILED_PRECONDITION);
}

/* Restored from a dump into another cluster: old rows carry xids that mean nothing here, some of
 * them from the future, and one of them has no stamp yet. */
static void
a_dump_begins_an_epoch_and_numbers_the_rest(void **state)
{
    (void)state;
    dc_test_service_kill(one);
    dc_test_service_kill(two);
    dc_test_pg_exec(pg, "INSERT INTO maker.outbox (partition, tenant_id, key, type, at, body, "
                        "traceparent, actor_person_id, actor_account, cause) VALUES (3, 1, 'left', "
                        "'Parked', now(), '', '', 0, '', '');"
                        "UPDATE maker.outbox SET xid = (xid::text::bigint + 5000000)::text::xid8;"
                        "UPDATE maker.log_epoch SET system_identifier = 1 WHERE epoch = 2");
    dc_test_service_start(one);
    dc_test_service_start(two);
    wait_for_value("SELECT max(epoch) = 3 FROM maker.log_head", 10000);
    struct writer writers[WRITERS];
    start_writers(writers, 40, dc_test_seed() + 5);
    join_writers(writers);
    wait_for_value(all_stamped, 10000);
    assert_log_is_true();
    assert_value("SELECT count(*) FROM maker.stamp s JOIN maker.outbox o ON o.id = s.outbox_id "
                 "WHERE o.key = 'left'",
                 "1");
}

/* Retention drops partitions, never rows; what is gone is said to be gone. */
static void
old_partitions_go(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct dc_error error;
    dc_test_service_kill(one);
    dc_test_service_kill(two);
    dc_test_pg_exec(pg, "UPDATE maker.stamp SET at = at - interval '100 days';"
                        "UPDATE maker.outbox SET at = at - interval '100 days';"
                        "SELECT setval('maker.outbox_id_seq', 1000500);"
                        "INSERT INTO maker.log_head SELECT batch + 1, epoch, cursor, target, "
                        "after_id, floor_id, 1000500, numbers FROM maker.log_head ORDER BY batch "
                        "DESC LIMIT 1");
    dc_test_service_start(one);
    dc_test_service_start(two);
    DC_AUTO(dc_db) struct dc_db *db = connect_as_maker();
    write_event(db, "new", "", 1);
    wait_for_value("SELECT count(*) = 1 FROM maker.stamp s JOIN maker.outbox o ON o.id = "
                   "s.outbox_id WHERE o.key = 'new' AND s.overall = 1000501",
                   5000);
    check(dc_db_run(db, &kernel_statements[KERNEL_LOG_DROP_OLD], NULL, &error, dc_p_int64(90)),
          &error);
    assert_value("SELECT count(*) FROM maker.stamp", "1");
    assert_value("SELECT count(*) FROM maker.outbox", "1");
    Kernel__ReadRequest request = KERNEL__READ_REQUEST__INIT;
    request.partition = -1;
    request.from = 5;
    const Kernel__ReadResponse *response;
    assert_int_equal(read_log(&request, arena, &response, &error), DC_OUT_OF_RANGE);
    assert_non_null(strstr(error.message, "number 1000501"));
    request.from = 1000501;
    check(read_log(&request, arena, &response, &error), &error);
    assert_int_equal(response->n_events, 1);
    wait_for_value("SELECT to_regclass('maker.outbox_00000003') IS NOT NULL", 10000);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&dc_test_maker, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_dense_and_keys_in_order),
        cmocka_unit_test(a_pinned_snapshot_holds_nobody_up),
        cmocka_unit_test(kill_9_loses_and_doubles_nothing),
        cmocka_unit_test(competing_stampers_agree),
        cmocka_unit_test(a_large_backlog_is_numbered_in_pieces),
        cmocka_unit_test(the_log_reads_whole_and_in_pieces),
        cmocka_unit_test(a_takeover_begins_an_epoch),
        cmocka_unit_test(a_dump_begins_an_epoch_and_numbers_the_rest),
        cmocka_unit_test(old_partitions_go),
    };
    return cmocka_run_group_tests_name("stamper", tests, set_up, tear_down);
}
