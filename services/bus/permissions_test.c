/* Tests who may what on the bus: by his key, by the file of peers, and under no other name. */
#include <signal.h>

#include "stage_test.h"

static void
test_unknown_key_is_refused(void **state)
{
    (void)state;
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    dc_test_bus_keys(bus, "caller", public_key, secret_key, server_key);
    dc_bus_key_pair(public_key, secret_key);
    const char *endpoints[] = {dc_test_bus_endpoint(bus), NULL};
    struct actor stranger = {0};
    open_count++;
    assert_int_equal(dc_bus_open(&stranger.bus,
                                 &(struct dc_bus_options){.endpoints = endpoints,
                                                          .public_key = public_key,
                                                          .secret_key = secret_key,
                                                          .server_key = server_key},
                                 NULL),
                     DC_OK);
    uint64_t id = ask(&stranger, "goals", "x", 0, 60000);
    PUMP_UNTIL(stranger.trouble.code == DC_UNAUTHENTICATED, &stranger);
    PUMP_UNTIL(stranger.last_reply == id, &stranger);
    assert_int_equal(stranger.by_code[DC_UNAVAILABLE], 1);
    assert_false(dc_bus_is_connected(stranger.bus));
    leave(&stranger);
}

static void
test_sender_cannot_be_forged(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    struct raw liar = raw_open(bus, "caller");
    raw_hello(&liar);
    Bus__Request request = BUS__REQUEST__INIT;
    request.id = 7;
    request.service = "goals";
    request.method = "lie";
    request.timeout_ms = 5000;
    request.sender = "gateway";
    request.sender_speaks_for_people = request.sender_is_admin = true;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REQUEST;
    envelope.request = &request;
    raw_say(&liar, &envelope, "x");
    PUMP_UNTIL(strcmp(goals.method, "lie") == 0, &goals);
    assert_string_equal(goals.sender, "caller");
    assert_false(goals.speaks);
    assert_false(goals.admin);
    /* Nor can it speak for a person, or under another's name. */
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.person_id = 17;
    request.context = &context;
    request.id = 8;
    raw_say(&liar, &envelope, "x");
    assert_int_equal(raw_answer(&liar, 8), DC_PERMISSION_DENIED);
    context.person_id = 0;
    context.account = "boss";
    request.id = 9;
    raw_say(&liar, &envelope, "x");
    assert_int_equal(raw_answer(&liar, 9), DC_PERMISSION_DENIED);
    assert_int_equal(goals.requests, 1);
    raw_close(&liar);
    leave(&caller);
    leave(&goals);
}

static void
test_reply_to_what_one_does_not_hold(void **state)
{
    (void)state;
    struct actor goals = play(bus, "goals"), caller = play(bus, "caller");
    make_ready(&goals, &caller, "goals", 1);
    goals.holds = true;
    ask(&caller, "goals", "x", 0, 10000);
    PUMP_UNTIL(goals.held_count == 1, &goals, &caller);
    struct raw liar = raw_open(bus, "worker");
    raw_hello(&liar);
    Bus__Reply reply = BUS__REPLY__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_REPLY;
    envelope.reply = &reply;
    for (reply.id = 0; reply.id < 5000; reply.id++) {
        raw_say(&liar, &envelope, "lie");
    }
    struct actor *cast[] = {&goals, &caller};
    pump_for(300, cast, 2);
    assert_int_equal(caller.replies, 0);
    dc_bus_reply(goals.bus, goals.held[0], (const uint8_t *)"truth", 5);
    PUMP_UNTIL(caller.replies == 1, &goals, &caller);
    assert_int_equal(caller.body_size, 5);
    raw_close(&liar);
    leave(&caller);
    leave(&goals);
}

static void
test_what_is_not_permitted_is_refused(void **state)
{
    (void)state;
    struct actor caller = play(bus, "caller"), goals = play(bus, "goals");
    ask(&caller, "goals.log", "x", 0, 5000);
    PUMP_UNTIL(caller.by_code[DC_PERMISSION_DENIED] == 1, &caller);
    ask(&caller, "bus", "dacheng.bus.v1.BusService/GetStatus", 0, 5000);
    PUMP_UNTIL(caller.by_code[DC_PERMISSION_DENIED] == 2, &caller);
    dc_bus_ready(caller.bus, "goals", 1);
    PUMP_UNTIL(strstr(caller.trouble.message, "ready goals"), &caller);
    const char *patterns[] = {">", "goals.>", NULL};
    dc_bus_subscribe(caller.bus, patterns, 10);
    PUMP_UNTIL(strstr(caller.trouble.message, "subscribe >"), &caller);
    dc_bus_publish(caller.bus, "goals.Lie", NULL, (const uint8_t *)"x", 1);
    PUMP_UNTIL(strstr(caller.trouble.message, "publish goals.Lie"), &caller);
    assert_int_equal(caller.notices, 0);
    dc_bus_publish(goals.bus, "goals.Truth", NULL, (const uint8_t *)"x", 1);
    PUMP_UNTIL(caller.notices == 1, &caller, &goals); /* the permitted pattern stands */
    /* A logged event must be what its subject says. */
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = "scoring";
    event.type = "Lie";
    event.number = 1;
    dc_bus_publish(goals.bus, "goals.Lie", &event, NULL, 0);
    publish(&goals, "goals", "Truth", 1);
    PUMP_UNTIL(caller.events == 1, &caller, &goals);
    leave(&caller);
    leave(&goals);
}

static void
test_status_for_admins(void **state)
{
    (void)state;
    struct actor gateway = play(bus, "gateway"), goals = play(bus, "goals");
    make_ready(&goals, &gateway, "goals", 3);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const uint8_t *body;
    size_t size;
    struct dc_error error;
    struct dc_bus_request request = {
        .service = "bus", .method = "dacheng.bus.v1.BusService/GetStatus", .timeout_ms = 5000};
    assert_int_equal(dc_bus_call(gateway.bus, &request, arena, &body, &size, &error), DC_OK);
    Bus__StatusResponse *status = bus__status_response__unpack(NULL, size, body);
    assert_non_null(status);
    bool found = false;
    for (size_t i = 0; i < status->n_services; i++) {
        found |= strcmp(status->services[i]->service, "goals") == 0 &&
                 status->services[i]->replicas == 1 && status->services[i]->credits_free == 3;
    }
    assert_true(found);
    assert_true(status->n_sessions >= 2);
    bus__status_response__free_unpacked(status, NULL);
    request.method = "dacheng.bus.v1.BusService/Nonsense";
    assert_int_equal(dc_bus_call(gateway.bus, &request, arena, &body, &size, &error),
                     DC_UNIMPLEMENTED);
    leave(&goals);
    leave(&gateway);
}

static void
test_peers_file_is_followed(void **state)
{
    (void)state;
    dc_test_bus_peer(bus, "guest", "call: [nobody]");
    struct actor guest = play(bus, "guest"); /* waits until it is welcomed */
    dc_test_bus_peer(bus, "guest", "call: [goals]");
    PUMP_UNTIL((ask(&guest, "nobody", "x", 0, 2000), guest.by_code[DC_PERMISSION_DENIED] > 0),
               &guest);
    dc_test_bus_forget_peer(bus, "guest");
    dc_test_bus_signal(bus, SIGHUP);
    PUMP_UNTIL(guest.trouble.code == DC_UNAUTHENTICATED, &guest);
    int denied = guest.by_code[DC_PERMISSION_DENIED];
    uint64_t id = ask(&guest, "nobody", "x", 0, 300);
    PUMP_UNTIL(guest.last_reply == id, &guest);
    assert_int_equal(guest.by_code[DC_PERMISSION_DENIED], denied); /* not even that is told */
    leave(&guest);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_key_is_refused),
        cmocka_unit_test(test_sender_cannot_be_forged),
        cmocka_unit_test(test_reply_to_what_one_does_not_hold),
        cmocka_unit_test(test_what_is_not_permitted_is_refused),
        cmocka_unit_test(test_status_for_admins),
        cmocka_unit_test(test_peers_file_is_followed),
    };
    return cmocka_run_group_tests_name("bus permissions", tests, set_up, tear_down);
}
