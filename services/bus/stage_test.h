/*
 * stage_test.h - the bus as its peers see it: a real process with real keys, and what its peers
 * may do.
 */
#ifndef DC_BUS_STAGE_TEST_H
#define DC_BUS_STAGE_TEST_H

#include "actor_test.h"
#include "raw_test.h"

static struct dc_test_bus *bus, *twin;

static inline int
set_up(void **state)
{
    (void)state;
    bus = dc_test_bus_new();
    twin = dc_test_bus_twin(bus);
    dc_test_bus_peer(
        bus, "goals",
        "offer: [goals, goals.log]\npublish: [\"goals.>\", _log.goals]\nhear: [\">\"]");
    dc_test_bus_peer(bus, "worker", "offer: [goals]");
    dc_test_bus_peer(bus, "caller", "call: [goals, nobody]\nhear: [\"goals.>\", _log.goals]");
    dc_test_bus_peer(bus, "gateway",
                     "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true\nadmin: true");
    dc_test_bus_peer(bus, "slow", "hear: [\"goals.>\"]");
    dc_test_bus_start(bus);
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    if (dc_test_bus_is_running(twin)) {
        assert_int_equal(dc_test_bus_stop(twin), 0);
    }
    assert_int_equal(dc_test_bus_stop(bus), 0);
    if (open_count == 0) { /* otherwise it would wait for them for ever */
        dc_bus_terminate();
        zmq_ctx_term(raw_context);
    }
    return 0;
}

#endif
