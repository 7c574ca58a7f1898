/* consumer_test.c - events from one service's commit to another one's effects: exactly once and in
 * order, whoever dies on the way; parked and tried again; stopped where it must. */
#include <string.h>

#include "edge/wire_check.h"
#include "tests/lib/kernel_services.h"
#include "values_test.h"

#include <dacheng/kernel/v1/admin.pb-c.h>

static struct dc_test_bus *bus;
static struct dc_test_service *maker, *taker, *taker2;
static struct dc_bus *edge;

static int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    static const char service[] = "call: [\">\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    dc_test_bus_peer(bus, "maker", service);
    dc_test_bus_peer(bus, "taker", service);
    dc_test_bus_peer(bus, "edge",
                     "call: [\">\"]\nhear: [\">\"]\npublish: [\">\"]\n"
                     "speaks_for_people: true\nadmin: true");
    dc_test_bus_start(bus);
    edge = dc_test_bus_open(bus, "edge");
    maker = dc_test_service_new("maker", pg, bus);
    taker = dc_test_service_new("taker", pg, bus);
    taker2 = dc_test_service_new("taker", pg, bus);
    witness = taker;
    dc_test_service_set(taker, "consumer.attempts=2");
    dc_test_service_set(taker2, "consumer.attempts=2");
    dc_test_service_set(taker2, "consumers=2");
    dc_test_pg_exec(pg, "ALTER ROLE maker SET synchronous_commit = on;"
                        "ALTER ROLE taker SET synchronous_commit = on");
    dc_test_service_migrate(maker);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(maker), 0);
    assert_int_equal(dc_test_service_stop(taker), 0);
    assert_int_equal(dc_test_service_stop(taker2), 0);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* --- making things
 * ---------------------------------------------------------------------------------- */
static void
check(enum dc_code code, const struct dc_error *error)
{
    if (code != DC_OK) {
        dc_test_die("%s: %s", dc_code_wire_name(code), error->message);
    }
}

static enum dc_code
call(const char *service, const char *method, const ProtobufCMessage *request,
     const ProtobufCMessageDescriptor *answer, struct dc_arena *arena,
     const ProtobufCMessage **ret_answer, struct dc_error *error)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    uint8_t *body;
    const uint8_t *reply;
    size_t size, reply_size;
    dc_wire_pack(request, arena, &body, &size);
    DC_TRY(dc_bus_call(edge,
                       &(struct dc_bus_request){.service = service,
                                                .method = method,
                                                .body = body,
                                                .body_size = size,
                                                .context = &context,
                                                .timeout_ms = 5000},
                       arena, &reply, &reply_size, error));
    ProtobufCMessage *unpacked;
    DC_TRY(dc_wire_unpack(answer, reply, reply_size, arena, &unpacked, error));
    *ret_answer = unpacked;
    return DC_OK;
}

static enum dc_code
make(const char *key, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
    request.key = (char *)key;
    const ProtobufCMessage *answer;
    return call("maker", DC_TEST_MAKER "Make", &request.base, &kernel__redrive_response__descriptor,
                arena, &answer, error);
}

static bool
is_made(void *context)
{
    struct dc_error error;
    dc_bus_poll(edge, 10);
    return make(context, &error) == DC_OK;
}

/* Sends `count` commands over ten keys, many at a time, and collects the answers: how many were
 * carried out for certain. Some may fail while something is down. */
static int
make_many(int count, const char *prefix)
{
    enum { AT_ONCE = 300 }; /* the bus queues 500 of one caller */
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = 1;
    int good = 0;
    for (int sent = 0, answered = 0; answered < count;) {
        for (; sent < count && sent - answered < AT_ONCE; sent++) {
            char key[64];
            snprintf(key, sizeof(key), "%s %d", prefix, sent % 10);
            Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
            request.key = key;
            uint8_t body[128];
            size_t size = kernel__redrive_request__pack(&request, body);
            dc_bus_send(edge, &(struct dc_bus_request){.service = "maker",
                                                       .method = DC_TEST_MAKER "Make",
                                                       .body = body,
                                                       .body_size = size,
                                                       .context = &context,
                                                       .timeout_ms = 10000});
        }
        struct dc_bus_message message;
        dc_bus_poll(edge, 100);
        while (dc_bus_next(edge, arena, &message)) {
            if (message.kind == DC_BUS_REPLY) {
                answered++;
                good += message.code == DC_OK;
            }
        }
    }
    return good;
}

static const char all_taken[] =
    "SELECT (SELECT count(*) FROM maker.outbox WHERE type = 'Parked') = (SELECT count(*) FROM "
    "taker.taken) AND (SELECT count(*) FROM maker.outbox) = (SELECT coalesce(sum(number), 0) FROM "
    "taker.consumer_position WHERE stream = 'maker')";

/* Each thing's numbers from 1 without a gap, applied in that order; one event told for each. */
static void
assert_taken_once_in_order(void)
{
    assert_value(
        "SELECT count(*) FROM maker.thing t WHERE n <> (SELECT count(*) FROM taker.taken x "
        "WHERE x.tenant_id = t.tenant_id AND x.key = t.key)",
        "0");
    assert_value("SELECT count(*) FROM (SELECT n, row_number() OVER (PARTITION BY tenant_id, key "
                 "ORDER BY nth) AS expected FROM taker.taken) x WHERE n <> expected",
                 "0");
    assert_value("SELECT (SELECT count(*) FROM taker.outbox WHERE type = 'Parked') = (SELECT "
                 "count(*) FROM taker.taken)",
                 "t");
}

/* --- tests
 * ------------------------------------------------------------------------------------------ */

/* A consumer starts before its publisher was ever there, and takes everything from number 1. */
static void
a_consumer_waits_for_its_publisher(void **state)
{
    (void)state;
    struct dc_error error;
    dc_test_service_start(taker);
    dc_test_service_start(maker);
    check(make("first", &error), &error);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
    assert_value("SELECT epoch FROM taker.consumer_position WHERE stream = 'maker' AND number = 1",
                 "1");
    assert_value("SELECT cause LIKE 'maker/1/%/1' AND actor_account = 'taker' FROM taker.outbox",
                 "t");
}

static void
events_are_pushed_at_once_and_in_batches(void **state)
{
    (void)state;
    assert_int_equal(make_many(3000, "push"), 3000);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
    DC_AUTO_FREE char *batches =
        dc_test_pg_value(pg, "SELECT max(nth)::float / (SELECT count(*) FROM taker.taken) FROM "
                             "taker.batch");
    assert_true(atof(batches) <= 1.0);
}

static void
what_was_missed_is_read(void **state)
{
    (void)state;
    dc_test_service_kill(taker);
    assert_int_equal(make_many(5000, "missed"), 5000);
    dc_test_service_start(taker);
    wait_for_value(all_taken, 20000);
    assert_taken_once_in_order();
}

static void
kill_9_of_anything_loses_and_doubles_nothing(void **state)
{
    (void)state;
    dc_test_service_start(taker2);
    int good = 0;
    for (int round = 0; round < 4; round++) {
        good += make_many(300, "kill");
        dc_test_service_kill(round % 2 ? taker : taker2);
        good += make_many(300, "kill");
        dc_test_service_start(round % 2 ? taker : taker2);
        if (round == 1) {
            dc_test_bus_kill(bus);
            dc_test_bus_start(bus);
            dc_bus_free(edge);
            edge = dc_test_bus_open(bus, "edge");
        }
        if (round == 2) {
            dc_test_service_kill(maker);
            dc_test_service_start(maker);
        }
        assert_true(dc_test_wait_until(is_made, "kill 0", 10000));
    }
    wait_for_value(all_taken, 20000);
    assert_taken_once_in_order();
    assert_true(good > 1800);
}

static void
a_crash_of_the_database_loses_nothing(void **state)
{
    (void)state;
    struct dc_error error;
    assert_int_equal(make_many(500, "crash"), 500);
    dc_test_pg_restart(pg, true);
    assert_true(dc_test_service_wait_ready(maker, 10000));
    assert_true(dc_test_service_wait_ready(taker, 10000));
    check(make("crash after", &error), &error);
    wait_for_value(all_taken, 20000);
    assert_taken_once_in_order();
    assert_value("SELECT sum(n) >= 501 FROM maker.thing WHERE key LIKE 'crash%'", "t");
}

/* Three consumers over two processes: each takes its part; one goes, the others take over. */
static void
replicas_share_partitions(void **state)
{
    (void)state;
    wait_for_value("SELECT count(DISTINCT pid) = 3 AND count(*) = 16 AND max(c) <= 6 FROM (SELECT "
                   "pid, count(*) OVER (PARTITION BY pid) AS c FROM pg_locks WHERE locktype = "
                   "'advisory' AND classid = (hashtext('dacheng.consume.taker.maker')::bigint & "
                   "4294967295)::oid) x",
                   10000);
    dc_test_service_kill(taker2);
    int64_t killed = dc_monotonic();
    wait_for_value(
        "SELECT count(DISTINCT pid) = 1 AND count(*) = 16 FROM pg_locks WHERE locktype = "
        "'advisory' AND classid = (hashtext('dacheng.consume.taker.maker')::bigint & "
        "4294967295)::oid",
        10000);
    assert_true(dc_monotonic() - killed < 2 * (int64_t)DC_SECOND);
    dc_test_service_start(taker2);
    assert_int_equal(make_many(500, "shared"), 500);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
}

/* Two instances of a position: an event that came twice is dropped, a forged one never applied. */
static void
duplicates_are_dropped(void **state)
{
    (void)state;
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = "maker";
    event.epoch = 1;
    event.number = 1;
    event.type = "Parked";
    event.tenant_id = 1;
    event.key = "first";
    for (int p = 0; p < 16; p++) {
        event.partition = p;
        dc_bus_publish(edge, "maker.Parked", &event, NULL, 0);
    }
    struct dc_error error;
    check(make("first", &error), &error);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
}

static int64_t
redrive(const char *key, bool drop, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    dc_text_printf(&sql, "SELECT coalesce(max(partition), 0) FROM taker.parked WHERE key = '%s'",
                   key);
    DC_AUTO_FREE char *partition = dc_test_pg_value(pg, dc_text_cstr(&sql));
    Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
    request.stream = "maker";
    request.key = (char *)key;
    request.partition = atoi(partition);
    request.drop = drop;
    const ProtobufCMessage *answer;
    enum dc_code code = call("taker", "dacheng.kernel.v1.AdminService/Redrive", &request.base,
                             &kernel__redrive_response__descriptor, arena, &answer, error);
    return code == DC_OK ? ((const Kernel__RedriveResponse *)answer)->events : -(int64_t)code;
}

static void
a_failing_event_is_parked_with_its_key(void **state)
{
    (void)state;
    struct dc_error error;
    dc_test_pg_exec(pg, "INSERT INTO taker.poison VALUES ('bad')");
    check(make("bad", &error), &error);
    assert_int_equal(make_many(200, "good"), 200);
    wait_for_value("SELECT count(*) = 1 FROM taker.parked", 15000);
    check(make("bad", &error), &error); /* parks behind the first */
    wait_for_value("SELECT count(*) = 2 FROM taker.parked", 10000);
    assert_int_equal(make_many(200, "good"), 200); /* the rest of the partition goes on */
    wait_for_value("SELECT count(*) = 400 FROM taker.taken WHERE key LIKE 'good%'", 10000);
    assert_value("SELECT string_agg(reason || '/' || attempts, ' then ' ORDER BY number) FROM "
                 "taker.parked",
                 "bad is poison/2 then behind an earlier event of its key/0");

    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__ListParkedRequest list = KERNEL__LIST_PARKED_REQUEST__INIT;
    const ProtobufCMessage *answer;
    check(call("taker", "dacheng.kernel.v1.AdminService/ListParked", &list.base,
               &kernel__list_parked_response__descriptor, arena, &answer, &error),
          &error);
    const Kernel__ListParkedResponse *listed = (const Kernel__ListParkedResponse *)answer;
    assert_int_equal(listed->total, 2);
    assert_string_equal(listed->parked[0]->key, "bad");
    assert_string_equal(listed->parked[0]->stream, "maker");

    /* Still poison: it stays, and says so. */
    assert_int_equal(redrive("bad", false, &error), 2);
    wait_for_value("SELECT count(*) = 2 FROM taker.parked WHERE NOT redrive AND (attempts = 3 OR "
                   "reason LIKE 'behind%')",
                   10000);
    dc_test_pg_exec(pg, "DELETE FROM taker.poison");
    assert_int_equal(redrive("bad", false, &error), 2);
    wait_for_value("SELECT count(*) = 0 FROM taker.parked", 10000);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
    check(make("bad", &error), &error);
    wait_for_value(all_taken, 10000);
    assert_taken_once_in_order();
    assert_int_equal(redrive("nobody", false, &error), -(int64_t)DC_NOT_FOUND);
}

static void
a_parked_key_can_be_dropped(void **state)
{
    (void)state;
    struct dc_error error;
    dc_test_pg_exec(pg, "INSERT INTO taker.poison VALUES ('worse')");
    check(make("worse", &error), &error);
    wait_for_value("SELECT count(*) = 1 FROM taker.parked", 15000);
    dc_test_pg_exec(pg, "DELETE FROM taker.poison");
    assert_int_equal(redrive("worse", true, &error), 1);
    assert_value("SELECT count(*) FROM taker.parked", "0");
    check(make("worse", &error), &error); /* its next event goes through again */
    wait_for_value("SELECT count(*) = 1 FROM taker.taken WHERE key = 'worse' AND n = 2", 10000);
    dc_test_pg_exec(pg, "DELETE FROM taker.taken WHERE key = 'worse';"
                        "DELETE FROM taker.outbox WHERE key = 'worse';"
                        "DELETE FROM maker.thing WHERE key = 'worse'");
}

/* The publisher was restored to an older copy, and goes on from there: a consumer that has seen
 * more stops and says so, instead of skipping what gets the same numbers. */
static void
a_consumer_ahead_of_the_log_stops(void **state)
{
    (void)state;
    struct dc_error error;
    dc_test_service_stop(taker2);
    DC_AUTO_FREE char *partition = dc_test_pg_value(
        pg, "SELECT partition FROM taker.consumer_position WHERE stream = 'maker' ORDER BY number "
            "DESC LIMIT 1");
    char sql[400];
    snprintf(sql, sizeof(sql),
             "UPDATE taker.consumer_position SET number = number + 5 WHERE stream = 'maker' AND "
             "partition = %s",
             partition);
    dc_test_service_kill(taker);
    dc_test_pg_exec(pg, sql);
    dc_test_service_launch(taker);
    struct dc_arena *arena = dc_arena_new(0);
    const Kernel__Lag *stopped = NULL;
    int64_t deadline = dc_monotonic() + 15 * (int64_t)DC_SECOND;
    while (!stopped && dc_monotonic() < deadline) {
        Kernel__LagRequest request = KERNEL__LAG_REQUEST__INIT;
        const ProtobufCMessage *answer;
        dc_bus_poll(edge, 50);
        if (call("taker", "dacheng.kernel.v1.AdminService/GetLag", &request.base,
                 &kernel__lag_response__descriptor, arena, &answer, &error) != DC_OK) {
            continue;
        }
        const Kernel__LagResponse *lags = (const Kernel__LagResponse *)answer;
        for (size_t i = 0; i < lags->n_lags; i++) {
            stopped = lags->lags[i]->stopped ? lags->lags[i] : stopped;
        }
    }
    assert_non_null(stopped);
    assert_int_equal(stopped->partition, atoi(partition));
    assert_false(dc_test_service_wait_ready(taker, 50));
    DC_AUTO_FREE char *log = dc_test_service_log(taker);
    assert_non_null(strstr(log, "is ahead of this log"));
    char metric[100];
    snprintf(metric, sizeof(metric), "dacheng_consumer_stopped{stream=\"maker\",partition=\"%s\"} ",
             partition);
    assert_true(dc_test_service_metric(taker, metric) == 1);
    dc_arena_free(arena);
    /* The operator puts it right. */
    dc_test_service_kill(taker);
    strcpy(strstr(sql, "+ 5"), "- 5");
    snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql),
             " WHERE stream = 'maker' AND partition = %s", partition);
    dc_test_pg_exec(pg, sql);
    dc_test_service_start(taker);
    dc_test_service_start(taker2);
    check(make("first", &error), &error);
    wait_for_value("SELECT (SELECT n FROM maker.thing WHERE key = 'first') = (SELECT count(*) FROM "
                   "taker.taken WHERE key = 'first')",
                   10000);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&dc_test_maker, &dc_test_taker, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_consumer_waits_for_its_publisher),
        cmocka_unit_test(events_are_pushed_at_once_and_in_batches),
        cmocka_unit_test(what_was_missed_is_read),
        cmocka_unit_test(kill_9_of_anything_loses_and_doubles_nothing),
        cmocka_unit_test(a_crash_of_the_database_loses_nothing),
        cmocka_unit_test(replicas_share_partitions),
        cmocka_unit_test(duplicates_are_dropped),
        cmocka_unit_test(a_failing_event_is_parked_with_its_key),
        cmocka_unit_test(a_parked_key_can_be_dropped),
        cmocka_unit_test(a_consumer_ahead_of_the_log_stops),
    };
    return cmocka_run_group_tests_name("consumer", tests, set_up, tear_down);
}
