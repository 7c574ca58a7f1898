/* Tests events over the bus, and what becomes of them and of requests when an instance goes and
 * comes back. */
#include <signal.h>

#include "stage_test.h"

static void
test_slow_subscriber_alone_falls_behind(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), quick = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(quick.bus, patterns, 5000);
    struct raw slow = raw_open(bus, "slow");
    raw_hello(&slow);
    char *pattern = "goals.*";
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    subscribe.n_patterns = 1;
    subscribe.patterns = &pattern;
    subscribe.credits = 3;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_SUBSCRIBE;
    envelope.subscribe = &subscribe;
    raw_say(&slow, &envelope, NULL);
    Bus__Ping ping = BUS__PING__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    raw_say(&slow, &envelope, NULL);
    assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_PONG, PATIENCE_MS));
    /* Until the quick one's SUBSCRIBE is in force too. */
    int64_t number = 0;
    PUMP_UNTIL((publish(&goals, "goals", "First", ++number), quick.events > 0), &goals, &quick);
    enum { EVENTS = 2000 };
    int had = quick.events;
    for (int i = 0; i < EVENTS; i++) {
        publish(&goals, "goals", "Changed", ++number);
    }
    PUMP_UNTIL(quick.events >= had + EVENTS, &goals, &quick);
    assert_int_equal(quick.behinds, 0);
    for (int i = 0; i < 3; i++) {
        assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_EVENT, PATIENCE_MS));
    }
    assert_non_null(raw_hear(&slow, BUS__ENVELOPE__KIND_BEHIND, PATIENCE_MS));
    Bus__Credit credit = BUS__CREDIT__INIT;
    credit.events = 1;
    envelope.kind_case = BUS__ENVELOPE__KIND_CREDIT;
    envelope.credit = &credit;
    raw_say(&slow, &envelope, NULL);
    Bus__Envelope *behind = raw_hear(&slow, BUS__ENVELOPE__KIND_BEHIND, PATIENCE_MS);
    assert_non_null(behind);
    assert_true(behind->behind->dropped >= EVENTS - 3); /* that were sent against its credit */
    raw_close(&slow);
    leave(&quick);
    leave(&goals);
}

static void
test_our_client_gives_its_credit_back(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), hearer = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(hearer.bus, patterns, 2);
    int64_t number = 0;
    for (int i = 0; i < 200; i++) {
        int had = hearer.events + hearer.behinds;
        PUMP_UNTIL(
            (publish(&goals, "goals", "Changed", ++number), hearer.events + hearer.behinds > had),
            &goals, &hearer);
    }
    assert_true(hearer.events > 50);
    leave(&hearer);
    leave(&goals);
}

/* --- several instances, restarts ---------------------------------------------------------------
 */

static void
test_two_instances_carry_each_event_once(void **state)
{
    (void)state;
    dc_test_bus_start(twin);
    struct actor goals = {.bus = dc_test_bus_open_both(bus, twin, "goals")};
    struct actor caller = {.bus = dc_test_bus_open_both(bus, twin, "caller")};
    open_count += 2;
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 1000);
    make_ready(&goals, &caller, "goals", 2);
    int64_t sum = 0;
    for (int64_t number = 1; number <= 500; number++) {
        publish(&goals, "goals", "Changed", number);
        sum += number;
        if (number % 50 == 0) {
            pump((struct actor *[]){&goals, &caller}, 2);
        }
    }
    PUMP_UNTIL(caller.numbers_sum >= sum, &goals, &caller);
    pump_for(200, (struct actor *[]){&goals, &caller}, 2);
    assert_int_equal(caller.events, 500);
    assert_int_equal(caller.numbers_sum, sum);

    /* One is killed: requests and events go on by the other. */
    dc_test_bus_kill(twin);
    for (int64_t number = 501; number <= 600; number++) {
        publish(&goals, "goals", "Changed", number);
        sum += number;
    }
    PUMP_UNTIL(caller.numbers_sum >= sum, &goals, &caller);
    assert_int_equal(caller.events, 600);
    PUMP_UNTIL(dc_bus_connections(caller.bus) == 1, &goals, &caller);
    ask(&caller, "goals", "x", 0, 5000);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller);
    assert_int_equal(caller.by_code[DC_OK], 1);

    /* It comes back, and both are used again. */
    dc_test_bus_start(twin);
    PUMP_UNTIL(dc_bus_connections(caller.bus) == 2 && dc_bus_connections(goals.bus) == 2, &goals,
               &caller);
    PUMP_UNTIL(caller.behinds > 0, &goals, &caller); /* something may have been missed */
    for (int i = 0; i < 20; i++) {
        int had = caller.replies;
        ask(&caller, "goals", "x", 0, 5000);
        PUMP_UNTIL(caller.replies == had + 1, &goals, &caller);
    }
    assert_int_equal(caller.by_code[DC_OK], 21);

    /* It is stopped under load: what it has is answered, the rest goes to the other. */
    goals.holds = true;
    for (int i = 0; i < 8; i++) {
        ask(&caller, "goals", "x", 0, 20000);
    }
    PUMP_UNTIL(goals.held_count >= 2, &goals, &caller);
    dc_test_bus_signal(twin, SIGTERM);
    pump_for(300, (struct actor *[]){&goals, &caller}, 2);
    goals.holds = false;
    for (int i = 0; i < goals.held_count; i++) {
        dc_bus_reply(goals.bus, goals.held[i], NULL, 0);
    }
    PUMP_UNTIL(caller.replies == 29, &goals, &caller);
    if (caller.by_code[DC_OK] != 29) {
        fail_msg("%s", caller.last_failure.message);
    }
    PUMP_UNTIL(!dc_test_bus_is_running(twin), &goals, &caller);
    leave(&caller);
    leave(&goals);
}

static void
test_killed_bus_comes_back(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    const char *patterns[] = {"goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 100);
    make_ready(&goals, &caller, "goals", 1);
    goals.holds = true;
    ask(&caller, "goals", "x", 0, 60000);
    PUMP_UNTIL(goals.held_count == 1, &goals, &caller);
    int64_t before = dc_monotonic();
    dc_test_bus_kill(bus);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller); /* not left to its deadline */
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 1);
    assert_true(dc_monotonic() - before < 2 * DC_SECOND);
    ask(&caller, "goals", "x", 0, 60000);
    PUMP_UNTIL(caller.replies == 2, &goals, &caller);
    assert_int_equal(caller.by_code[DC_UNAVAILABLE], 2);
    dc_test_bus_start(bus);
    before = dc_monotonic();
    goals.holds = false;
    dc_bus_reply(goals.bus, goals.held[0], NULL, 0); /* goes nowhere, harms nothing */
    PUMP_UNTIL((ask(&caller, "goals", "x", 0, 2000), caller.by_code[DC_OK] > 0), &goals, &caller);
    assert_true(dc_monotonic() - before < 3 * DC_SECOND);
    PUMP_UNTIL(caller.behinds > 0, &goals, &caller);
    PUMP_UNTIL((publish(&goals, "goals", "Back", 1), caller.events == 1), &goals, &caller);
    leave(&caller);
    leave(&goals);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_subscriber_alone_falls_behind),
        cmocka_unit_test(test_our_client_gives_its_credit_back),
        cmocka_unit_test(test_two_instances_carry_each_event_once),
        cmocka_unit_test(test_killed_bus_comes_back),
    };
    return cmocka_run_group_tests_name("bus events", tests, set_up, tear_down);
}
