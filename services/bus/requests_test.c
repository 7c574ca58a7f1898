/* Tests requests over the bus: answered, or refused at once and for a reason, whatever becomes of
 * who has them and whatever is sent. */
#include "stage_test.h"

static void
test_request_and_reply(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    dc_bus_ready(goals.bus, "goals", 2);
    static const size_t sizes[] = {0, 1, 1 << 20};
    for (size_t i = 0; i < 3; i++) {
        int before = caller.replies;
        uint64_t id = 0;
        do { /* the first ones may come before READY */
            id = ask(&caller, "goals", "echo", sizes[i], 5000);
            PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
        } while (caller.by_code[DC_OK] != (int)i + 1 && caller.replies < before + 100);
        assert_int_equal(caller.body_size, sizes[i]);
    }
    assert_string_equal(goals.sender, "caller");
    assert_false(goals.speaks);
    assert_false(goals.admin);
    uint64_t id = ask(&caller, "goals", "fail", 0, 5000);
    PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
    assert_int_equal(caller.last_failure.code, DC_FAILED_PRECONDITION);
    assert_string_equal(caller.last_failure.field, "items[3].weight");
    assert_string_equal(caller.last_failure.message, "not now");
    leave(&caller);
    leave(&goals);
}

static void
test_no_replica_is_told_at_once(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller");
    int64_t before = dc_monotonic();
    ask(&caller, "nobody", "x", 0, 60000);
    PUMP_UNTIL(caller.replies == 1, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 1);
    assert_true(dc_monotonic() - before < DC_SECOND);
    leave(&caller);
}

static void
test_deadline_passes(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    goals.holds = true;
    make_ready(&goals, &caller, "goals", 1);
    int64_t before = dc_monotonic();
    ask(&caller, "goals", "x", 0, 300);
    ask(&caller, "goals", "waits in the queue", 0, 300);
    PUMP_UNTIL(caller.replies == 2, &goals, &caller);
    assert_int_equal(caller.by_code[DC_DEADLINE_EXCEEDED], 2);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    assert_int_equal(goals.requests, 1);
    leave(&caller);
    leave(&goals);
}

static void
test_vanished_replica_is_answered_for(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller");
    struct raw worker = raw_open(bus, "worker");
    raw_hello(&worker);
    raw_ready(&worker, "goals", 2);
    ask(&caller, "goals", "x", 0, 60000);
    ask(&caller, "goals", "x", 0, 60000);
    assert_non_null(raw_hear(&worker, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS));
    assert_non_null(raw_hear(&worker, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS));
    int64_t before = dc_monotonic();
    raw_close(&worker);
    PUMP_UNTIL(caller.replies == 2, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 2);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    leave(&caller);
}

static void
test_bye_loses_nothing(void **state)
{
    (void)state;
    struct actor one = play(bus, "goals"), two = play(bus, "worker"), caller = play(bus, "caller");
    make_ready(&one, &caller, "goals", 4);
    make_ready(&two, &caller, "goals", 4);
    enum { REQUESTS = 400 };
    for (int i = 0; i < REQUESTS; i++) {
        ask(&caller, "goals", "x", 10, 20000);
        if (i == REQUESTS / 4) {
            dc_bus_bye(one.bus);
        }
        if (i % 10 == 0) {
            pump((struct actor *[]){&one, &two, &caller}, 3);
        }
    }
    PUMP_UNTIL(dc_bus_is_drained(one.bus), &one, &two, &caller);
    int served = one.requests;
    leave(&one);
    PUMP_UNTIL(caller.replies == REQUESTS, &two, &caller);
    assert_int_equal(caller.by_code[DC_OK], REQUESTS);
    assert_int_equal(served + two.requests, REQUESTS);
    assert_true(served > 0);
    leave(&two);
    leave(&caller);
}

/* Settings for the next tests are those of a bus of their own. */
static void
test_queue_refuses_fast_and_silent_peers_are_dead(void **state)
{
    (void)state;
    struct dc_test_bus *small = dc_test_bus_new();
    dc_test_bus_peer(small, "goals", "offer: [goals]");
    dc_test_bus_peer(small, "caller", "call: [goals]");
    dc_test_bus_set(small, "bus.queue_per_service=5");
    dc_test_bus_set(small, "bus.heartbeat_ms=100");
    dc_test_bus_set(small, "bus.dead_ms=600");
    dc_test_bus_start(small);
    struct actor caller = play(small, "caller");
    struct raw goals = raw_open(small, "goals");
    raw_hello(&goals);
    raw_ready(&goals, "goals", 1);
    int64_t before = dc_monotonic();
    for (int i = 0; i < 20; i++) {
        ask(&caller, "goals", "x", 0, 1500);
    }
    PUMP_UNTIL(caller.replies == 14, &caller);
    assert_int_equal(caller.by_code[DC_RESOURCE_EXHAUSTED], 14);
    assert_true(dc_monotonic() - before < DC_SECOND);
    /* It has one request, so it may be silent until that one's deadline; then it is dead. */
    Bus__Envelope *request = raw_hear(&goals, BUS__ENVELOPE__KIND_REQUEST, PATIENCE_MS);
    assert_non_null(request);
    PUMP_UNTIL(caller.replies == 20, &caller);
    PUMP_UNTIL((ask(&caller, "goals", "x", 0, 400), caller.by_code[DC_UNAVAILABLE] > 0), &caller);
    assert_true(dc_monotonic() - before > 1500 * DC_MILLISECOND);
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&goals, &envelope, NULL);
    Bus__Envelope *heard = raw_hear(&goals, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_true(heard->error->say_hello);
    raw_close(&goals);
    leave(&caller);
    assert_int_equal(dc_test_bus_stop(small), 0);
}

/* --- nonsense ----------------------------------------------------------------------------------
 */

static void
expect_error_then_service(struct raw *raw, enum dc_code code)
{
    Bus__Envelope *heard = raw_hear(raw, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_int_equal(heard->error->code, code);
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(raw, &envelope, NULL);
    assert_non_null(raw_hear(raw, BUS__ENVELOPE__KIND_PONG, PATIENCE_MS));
}

static void
test_malformed_messages_are_answered(void **state)
{
    (void)state;
    struct raw raw = raw_open(bus, "caller");
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&raw, &envelope, NULL); /* before HELLO */
    Bus__Envelope *heard = raw_hear(&raw, BUS__ENVELOPE__KIND_ERROR, PATIENCE_MS);
    assert_non_null(heard);
    assert_true(heard->error->say_hello);
    raw_hello(&raw);

    zmq_send(raw.socket, "", 0, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    zmq_send(raw.socket, "\x2a\xff\xff\xff\xff\x7f", 6, 0); /* a request longer than the frame */
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    zmq_send(raw.socket, "\x62\x00", 2, ZMQ_SNDMORE); /* PING with a body */
    zmq_send(raw.socket, "body", 4, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    char *large = calloc(1, DC_BUS_HEADER_MAX + 1);
    zmq_send(raw.socket, large, DC_BUS_HEADER_MAX + 1, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    free(large);
    uint8_t nested[2000]; /* groups in groups */
    memset(nested, 0x0b, sizeof(nested));
    zmq_send(raw.socket, nested, sizeof(nested), 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    raw_close(&raw);
}

static void
test_endless_frames_and_large_ones(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    struct raw raw = raw_open(bus, "worker");
    raw_hello(&raw);
    for (int i = 0; i < 20000; i++) {
        assert_int_not_equal(zmq_send(raw.socket, "frame", 5, ZMQ_SNDMORE), -1);
    }
    zmq_send(raw.socket, "last", 4, 0);
    expect_error_then_service(&raw, DC_INVALID_ARGUMENT);
    /* Larger than any frame may be: that connection ends, the bus does not. */
    size_t size = DC_BUS_BODY_MAX + 1000;
    char *large = calloc(1, size);
    zmq_send(raw.socket, "\x62\x00", 2, ZMQ_SNDMORE);
    zmq_send(raw.socket, large, size, 0);
    free(large);
    uint64_t id = ask(&caller, "goals", "x", 1, 5000);
    PUMP_UNTIL(caller.last_reply == id, &goals, &caller);
    assert_int_equal(caller.by_code[DC_OK], 1);
    assert_true(dc_test_bus_is_running(bus));
    raw_close(&raw);
    leave(&caller);
    leave(&goals);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_and_reply),
        cmocka_unit_test(test_no_replica_is_told_at_once),
        cmocka_unit_test(test_deadline_passes),
        cmocka_unit_test(test_vanished_replica_is_answered_for),
        cmocka_unit_test(test_bye_loses_nothing),
        cmocka_unit_test(test_queue_refuses_fast_and_silent_peers_are_dead),
        cmocka_unit_test(test_malformed_messages_are_answered),
        cmocka_unit_test(test_endless_frames_and_large_ones),
    };
    return cmocka_run_group_tests_name("bus requests", tests, set_up, tear_down);
}
