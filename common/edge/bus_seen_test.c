/* bus_seen_test.c - which events are new: across two instances, gaps, late ones, epochs. */
#include "edge/bus_internal.h"

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static bool
is_new(struct dc_bus_seen *seen, const char *stream, int64_t epoch, int partition, int64_t number)
{
    Kernel__Event event = KERNEL__EVENT__INIT;
    event.stream = (char *)stream;
    event.epoch = epoch;
    event.partition = partition;
    event.number = number;
    return dc_bus_seen_is_new(seen, &event);
}

static void
test_rules(void **state)
{
    (void)state;
    struct dc_bus_seen *seen = dc_bus_seen_new();
    assert_true(is_new(seen, "goals", 1, 0, 5));
    assert_false(is_new(seen, "goals", 1, 0, 5));
    assert_true(is_new(seen, "goals", 1, 1, 5)); /* each partition by itself */
    assert_true(is_new(seen, "org", 1, 0, 5));   /* each stream by itself */
    assert_true(is_new(seen, "goals", 1, 0, 8));
    assert_true(
        is_new(seen, "goals", 1, 0, 6)); /* one instance lost it, the other brings it late */
    assert_false(is_new(seen, "goals", 1, 0, 6));
    assert_true(is_new(seen, "goals", 1, 0, 5000));
    assert_false(is_new(seen, "goals", 1, 0, 7)); /* too old to tell */
    assert_true(is_new(seen, "goals", 2, 0, 1));  /* restored: numbers begin again */
    assert_false(is_new(seen, "goals", 1, 0, 5001));
    assert_false(is_new(seen, "goals", 2, 16, 1));
    assert_false(is_new(seen, "goals", 2, -1, 1));
    assert_false(is_new(seen, "goals", 2, 0, 0));
    dc_bus_seen_free(seen);
}

/* Two instances that carry the same numbers, one a little behind the other, each losing some. */
static void
test_two_instances_at_random(void **state)
{
    (void)state;
    enum { NUMBERS = 20000, BEHIND = 500 };
    struct dc_test_random random = {dc_test_seed()};
    struct dc_bus_seen *seen = dc_bus_seen_new();
    static char times[NUMBERS + 1], sent[NUMBERS + 1];
    for (int64_t i = 1; i <= NUMBERS + BEHIND; i++) {
        if (i <= NUMBERS && dc_test_random_below(&random, 10)) {
            sent[i] = 1;
            times[i] += is_new(seen, "goals", 1, 3, i);
        }
        if (i > BEHIND && dc_test_random_below(&random, 10)) {
            sent[i - BEHIND] = 1;
            times[i - BEHIND] += is_new(seen, "goals", 1, 3, i - BEHIND);
        }
    }
    for (int i = 1; i <= NUMBERS; i++) {
        assert_int_equal(times[i], sent[i]);
    }
    dc_bus_seen_free(seen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_two_instances_at_random),
    };
    return cmocka_run_group_tests_name("bus_seen", tests, NULL, NULL);
}
