/* broker_test.c - the broker against a network that is played by the test. */
#include "broker.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { SESSIONS = 64, ASKED_MAX = 20000 };
static const struct broker_answer DONE = {.field = "", .message = ""};

struct asked { /* by caller's id */
    int handed_over, answered;
    uint64_t bus_id, holder;
    enum dc_code code;
    bool was_handed_over;
};

struct network {
    struct broker *broker;
    struct asked asked[ASKED_MAX];
    int holds[SESSIONS];
    enum broker_sent pipe[SESSIONS];
    int payloads; /* alive */
    uint64_t last_handed;
};

static enum broker_sent
hand_over(void *context, uint64_t session, const struct broker_request *request, int64_t now)
{
    struct network *network = context;
    (void)now;
    if (network->pipe[session] != BROKER_SENT) {
        return network->pipe[session];
    }
    struct asked *asked = &network->asked[request->caller_id];
    asked->handed_over++;
    asked->bus_id = request->id;
    asked->holder = session;
    network->holds[session]++;
    network->last_handed = session;
    return BROKER_SENT;
}

static void
answer(void *context, const struct broker_request *request, const struct broker_answer *what)
{
    struct asked *asked = &((struct network *)context)->asked[request->caller_id];
    asked->answered++;
    asked->code = what->code;
    asked->was_handed_over = what->handed_over;
}

static int *payload_count;
static void
payload_free(void *payload)
{
    (*payload_count)--;
    free(payload);
}

static const struct broker_effects effects = {hand_over, answer, payload_free};
static const struct broker_limits roomy = {
    .queue_per_service = 1000, .queue_per_caller = 1000, .bytes_per_service = 1 << 30};

static struct network *
network_new(const struct broker_limits *limits)
{
    struct network *network = calloc(1, sizeof(*network));
    network->broker = broker_new(limits, &effects, network);
    payload_count = &network->payloads;
    return network;
}

static void
network_free(struct network *network)
{
    broker_free(network->broker);
    assert_int_equal(network->payloads, 0);
    free(network);
}

static void
ask(struct network *network, uint64_t caller, uint64_t id, int64_t deadline, int64_t now)
{
    network->payloads++;
    broker_ask(network->broker,
               (struct broker_request){.caller = caller,
                                       .caller_id = id,
                                       .service = "goals",
                                       .deadline = deadline,
                                       .size = 100,
                                       .payload = malloc(1)},
               now);
}

static void
ready(struct network *network, uint64_t session, int credits)
{
    assert_int_equal(broker_ready(network->broker, session, "goals", credits, 0, NULL), DC_OK);
}

static bool
reply(struct network *network, uint64_t session, uint64_t id)
{
    /* The credit is free before the broker hands over the next one. */
    bool held = network->asked[id].holder == session && !network->asked[id].answered;
    network->holds[session] -= held;
    bool taken = broker_reply(network->broker, session, network->asked[id].bus_id, &DONE, 1);
    assert_int_equal(taken, held);
    return taken;
}

/* --- single rules ----------------------------------------------------------------------------- */
static void
test_most_credit_first_then_turns(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 2);
    ready(n, 2, 3);
    static const uint64_t expected[] = {2, 1, 2, 1, 2};
    uint64_t first_of_equals = 0;
    for (uint64_t id = 0; id < 5; id++) {
        ask(n, 10, id, 1000, 1);
        if (id == 0) {
            assert_int_equal(n->last_handed, expected[0]);
        } else if (id % 2) {
            first_of_equals = n->last_handed; /* equals take turns */
        } else {
            assert_int_not_equal(n->last_handed, first_of_equals);
        }
    }
    assert_int_equal(n->holds[1], 2);
    assert_int_equal(n->holds[2], 3);
    ask(n, 10, 5, 1000, 1);
    assert_int_equal(n->asked[5].handed_over, 0); /* waits */
    assert_int_equal(n->asked[5].answered, 0);
    assert_true(reply(n, 1, n->asked[1].holder == 1 ? 1 : 2));
    assert_int_equal(n->asked[5].holder, 1);
    network_free(n);
}

static void
test_without_replica_unavailable_at_once(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ask(n, 10, 0, 1000, 1); /* never heard of */
    assert_int_equal(n->asked[0].answered, 1);
    assert_int_equal(n->asked[0].code, DC_UNAVAILABLE);
    assert_false(n->asked[0].was_handed_over);
    ready(n, 1, 1);
    broker_bye(n->broker, 1, 1);
    ask(n, 10, 1, 1000, 1); /* gone */
    assert_int_equal(n->asked[1].code, DC_UNAVAILABLE);
    network_free(n);
}

static void
test_grace_waits_for_a_first_replica(void **state)
{
    (void)state;
    struct broker_limits limits = roomy;
    limits.grace_us = 100;
    struct network *n = network_new(&limits);
    ready(n, 1, 1);
    broker_gone(n->broker, 1, 0);
    ask(n, 10, 0, 1000, 10);
    ask(n, 10, 1, 1000, 50);
    broker_tick(n->broker, 109);
    assert_int_equal(n->asked[0].answered, 0);
    broker_tick(n->broker, 110);
    assert_int_equal(n->asked[0].code, DC_UNAVAILABLE);
    assert_int_equal(n->asked[1].answered, 0);
    assert_int_equal(broker_ready(n->broker, 2, "goals", 1, 120, NULL), DC_OK);
    assert_int_equal(n->asked[1].handed_over, 1);
    network_free(n);
}

static void
test_queues_are_bounded(void **state)
{
    (void)state;
    struct network *n = network_new(&(struct broker_limits){
        .queue_per_service = 5, .queue_per_caller = 3, .bytes_per_service = 1000});
    ready(n, 1, 1);
    ask(n, 10, 0, 1000, 1); /* handed over */
    for (uint64_t id = 1; id <= 4; id++) {
        ask(n, 10, id, 1000, 1);
    }
    assert_int_equal(n->asked[3].answered, 0);
    assert_int_equal(n->asked[4].code, DC_RESOURCE_EXHAUSTED); /* of this caller */
    assert_false(n->asked[4].was_handed_over);
    for (uint64_t id = 5; id <= 7; id++) {
        ask(n, 11, id, 1000, 1);
    }
    assert_int_equal(n->asked[6].answered, 0);
    assert_int_equal(n->asked[7].code, DC_RESOURCE_EXHAUSTED); /* of the service */
    network_free(n);
}

static void
test_queue_is_bounded_in_bytes(void **state)
{
    (void)state;
    struct broker_limits limits = roomy;
    limits.bytes_per_service = 250;
    struct network *n = network_new(&limits);
    ready(n, 1, 1);
    for (uint64_t id = 0; id < 4; id++) {
        ask(n, 10, id, 1000, 1); /* 100 bytes each */
    }
    assert_int_equal(n->asked[2].answered, 0);
    assert_int_equal(n->asked[3].code, DC_RESOURCE_EXHAUSTED);
    network_free(n);
}

static void
test_overdue_is_dropped_at_the_head(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 1);
    ask(n, 10, 0, 1000, 1);
    ask(n, 10, 1, 50, 1);
    ask(n, 10, 2, 500, 1);
    broker_tick(n->broker, 60);
    assert_int_equal(n->asked[1].code, DC_DEADLINE_EXCEEDED);
    assert_int_equal(n->asked[1].handed_over, 0);
    assert_int_equal(n->asked[2].answered, 0);
    assert_true(reply(n, 1, 0));
    assert_int_equal(n->asked[2].handed_over, 1);
    network_free(n);
}

static void
test_vanished_replica_is_answered_for_and_never_again(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 2);
    ask(n, 10, 0, 1000, 1);
    ask(n, 10, 1, 1000, 1);
    ask(n, 10, 2, 1000, 1);
    ready(n, 2, 0);
    broker_gone(n->broker, 1, 2);
    for (int id = 0; id < 2; id++) {
        assert_int_equal(n->asked[id].code, DC_UNAVAILABLE);
        assert_true(n->asked[id].was_handed_over);
        assert_int_equal(n->asked[id].handed_over, 1);
    }
    assert_int_equal(n->asked[2].answered, 0); /* was never handed over: waits for session 2 */
    ready(n, 2, 1);
    assert_int_equal(n->asked[2].holder, 2);
    network_free(n);
}

static void
test_bye_lets_finish_what_was_handed_over(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 2);
    ready(n, 2, 1);
    ask(n, 10, 0, 1000, 1);
    assert_int_equal(n->asked[0].holder, 1);
    broker_bye(n->broker, 1, 1);
    ask(n, 10, 1, 1000, 1);
    assert_int_equal(n->asked[1].holder, 2);
    ask(n, 10, 2, 1000, 1);
    assert_int_equal(n->asked[2].handed_over, 0);
    assert_true(reply(n, 1, 0));
    assert_int_equal(n->asked[0].code, DC_OK);
    assert_int_equal(n->asked[2].handed_over, 0); /* a leaving replica's credit is not used */
    assert_true(reply(n, 2, 1));
    assert_int_equal(n->asked[2].holder, 2);
    network_free(n);
}

static void
test_full_pipe_goes_to_another(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 5);
    ready(n, 2, 1);
    n->pipe[1] = BROKER_FULL;
    ask(n, 10, 0, DC_SECOND, 1);
    assert_int_equal(n->asked[0].holder, 2);
    ask(n, 10, 1, DC_SECOND, 1);
    assert_int_equal(n->asked[1].answered, 0);
    n->pipe[1] = BROKER_SENT;
    broker_tick(n->broker, DC_SECOND / 2);
    assert_int_equal(n->asked[1].holder, 1);
    network_free(n);
}

static void
test_only_the_holder_may_reply(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 1);
    ready(n, 2, 1);
    ask(n, 10, 0, 1000, 1);
    uint64_t holder = n->asked[0].holder;
    uint64_t other = holder == 1 ? 2 : 1;
    assert_false(broker_reply(n->broker, other, n->asked[0].bus_id, &DONE, 1));
    assert_false(broker_reply(n->broker, holder, 999, &DONE, 1));
    assert_int_equal(n->asked[0].answered, 0);
    assert_true(reply(n, holder, 0));
    assert_false(broker_reply(n->broker, holder, n->asked[0].bus_id, &DONE, 1));
    network_free(n);
}

static void
test_gone_caller_leaves_nothing_behind(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 1);
    ask(n, 10, 0, 1000, 1);
    ask(n, 10, 1, 1000, 1);
    ask(n, 11, 2, 1000, 1);
    assert_int_equal(broker_waiting_of(n->broker, 10), 2);
    broker_gone(n->broker, 10, 1);
    assert_int_equal(broker_waiting_of(n->broker, 10), 0);
    n->holds[1]--;
    assert_true(broker_reply(n->broker, 1, n->asked[0].bus_id, &DONE, 1));
    assert_int_equal(n->asked[0].answered, 0);
    assert_int_equal(n->asked[1].handed_over, 0);
    assert_int_equal(n->asked[2].handed_over, 1);
    network_free(n);
}

static void
test_closed_broker_refuses_and_finishes(void **state)
{
    (void)state;
    struct network *n = network_new(&roomy);
    ready(n, 1, 1);
    ask(n, 10, 0, 1000, 1);
    ask(n, 10, 1, 1000, 1);
    broker_close(n->broker, 2);
    ask(n, 10, 2, 1000, 3);
    assert_int_equal(n->asked[1].code, DC_UNAVAILABLE);
    assert_false(n->asked[1].was_handed_over); /* so the client tries another instance */
    assert_int_equal(n->asked[2].code, DC_UNAVAILABLE);
    assert_int_equal(broker_in_hand(n->broker), 1);
    assert_true(reply(n, 1, 0));
    assert_int_equal(broker_in_hand(n->broker), 0);
    network_free(n);
}

/* --- everything at random ------------------------------------------------------------------------
 */
/* Whatever happens, every request of a caller that stays is answered once, handed over at most
 * once, and nobody holds more than its credits. */
static void
play(struct network *n, struct dc_test_random *random, int credits[SESSIONS], uint64_t *asked,
     int64_t now)
{
    uint64_t session = 1 + dc_test_random_below(random, 8);
    switch (dc_test_random_below(random, 10)) {
    case 0:
        credits[session] = 1 + (int)dc_test_random_below(random, 4);
        if (n->holds[session] <= credits[session]) {
            ready(n, session, credits[session]);
        }
        break;
    case 1:
        broker_bye(n->broker, session, now);
        break;
    case 2:
        n->holds[session] = 0; /* a new session would have another number; forget the old one's */
        broker_gone(n->broker, session, now);
        credits[session] = 0;
        break;
    case 3:
        broker_tick(n->broker, now);
        break;
    case 4:
        n->pipe[session] = dc_test_random_below(random, 4) ? BROKER_SENT : BROKER_FULL;
        break;
    case 5:
    case 6:
        for (uint64_t id = 0; id < *asked; id++) {
            if (n->asked[id].holder == session && !n->asked[id].answered) {
                reply(n, session, id);
                break;
            }
        }
        break;
    default:
        ask(n, 20 + dc_test_random_below(random, 3), *asked, now + 2000, now);
        (*asked)++;
    }
}

static void
test_random_play_keeps_the_promises(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    struct network *n = network_new(&(struct broker_limits){
        .queue_per_service = 20, .queue_per_caller = 10, .bytes_per_service = 1 << 20});
    int credits[SESSIONS] = {0};
    uint64_t asked = 0;
    for (int64_t now = 1; now < 20000; now++) {
        play(n, &random, credits, &asked, now);
        for (int s = 1; s <= 8; s++) {
            assert_true(n->holds[s] <= 4);
        }
    }
    broker_close(n->broker, 30000);
    for (uint64_t s = 1; s <= 8; s++) {
        broker_gone(n->broker, s, 30000);
    }
    assert_true(asked > 1000);
    for (uint64_t id = 0; id < asked; id++) {
        assert_int_equal(n->asked[id].answered, 1);
        assert_true(n->asked[id].handed_over <= 1);
    }
    network_free(n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_most_credit_first_then_turns),
        cmocka_unit_test(test_without_replica_unavailable_at_once),
        cmocka_unit_test(test_grace_waits_for_a_first_replica),
        cmocka_unit_test(test_queues_are_bounded),
        cmocka_unit_test(test_queue_is_bounded_in_bytes),
        cmocka_unit_test(test_overdue_is_dropped_at_the_head),
        cmocka_unit_test(test_vanished_replica_is_answered_for_and_never_again),
        cmocka_unit_test(test_bye_lets_finish_what_was_handed_over),
        cmocka_unit_test(test_full_pipe_goes_to_another),
        cmocka_unit_test(test_only_the_holder_may_reply),
        cmocka_unit_test(test_gone_caller_leaves_nothing_behind),
        cmocka_unit_test(test_closed_broker_refuses_and_finishes),
        cmocka_unit_test(test_random_play_keeps_the_promises),
    };
    return cmocka_run_group_tests_name("broker", tests, NULL, NULL);
}
