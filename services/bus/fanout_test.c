/* fanout_test.c - the fan-out against subscribers that are played by the test. */
#include "fanout.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { SESSIONS = 256 };

struct ears {
    struct fanout *fanout;
    int heard[SESSIONS], notices[SESSIONS];
    uint64_t told[SESSIONS];
    bool full[SESSIONS];
};

static enum fanout_sent
hear(void *context, uint64_t session, void *message)
{
    struct ears *ears = context;
    (void)message;
    if (ears->full[session]) {
        return FANOUT_FULL;
    }
    ears->heard[session]++;
    return FANOUT_SENT;
}

static enum fanout_sent
notice(void *context, uint64_t session, uint64_t dropped)
{
    struct ears *ears = context;
    if (ears->full[session]) {
        return FANOUT_FULL;
    }
    ears->notices[session]++;
    ears->told[session] = dropped;
    return FANOUT_SENT;
}

static struct ears *
ears_new(void)
{
    static const struct fanout_effects effects = {hear, notice};
    struct ears *ears = calloc(1, sizeof(*ears));
    ears->fanout = fanout_new(&effects, ears);
    return ears;
}

static void
ears_free(struct ears *ears)
{
    fanout_free(ears->fanout);
    free(ears);
}

static void
subscribe(struct ears *ears, uint64_t session, const char *pattern, int credits)
{
    fanout_subscribe(ears->fanout, session, &pattern, 1, credits);
}

static void
test_patterns(void **state)
{
    (void)state;
    struct ears *e = ears_new();
    subscribe(e, 1, "goals.>", 100);
    subscribe(e, 2, "*.TargetsAdjusted", 100);
    subscribe(e, 3, ">", 100);
    const char *both[] = {"goals.TargetsAdjusted", "goals.*"};
    fanout_subscribe(e->fanout, 4, both, 2, 100);
    assert_int_equal(fanout_publish(e->fanout, "goals.TargetsAdjusted", NULL), 4);
    assert_int_equal(fanout_publish(e->fanout, "scoring.ScoresChanged", NULL), 1);
    assert_int_equal(e->heard[4], 1); /* once, although two patterns match */
    ears_free(e);
}

static void
test_the_table_follows_subscriptions(void **state)
{
    (void)state;
    struct ears *e = ears_new();
    assert_int_equal(fanout_publish(e->fanout, "a.b", NULL), 0);
    subscribe(e, 1, "a.b", 10);
    assert_int_equal(fanout_publish(e->fanout, "a.b", NULL), 1);
    subscribe(e, 1, "a.c", 10);
    assert_int_equal(fanout_publish(e->fanout, "a.b", NULL), 0);
    subscribe(e, 2, "a.b", 10);
    assert_int_equal(fanout_publish(e->fanout, "a.b", NULL), 1);
    fanout_gone(e->fanout, 2);
    assert_int_equal(fanout_publish(e->fanout, "a.b", NULL), 0);
    fanout_subscribe(e->fanout, 1, NULL, 0, 0);
    assert_int_equal(fanout_publish(e->fanout, "a.c", NULL), 0);
    assert_int_equal(fanout_count(e->fanout), 0);
    ears_free(e);
}

static void
test_behind_is_told_once_and_again_with_credit(void **state)
{
    (void)state;
    struct ears *e = ears_new();
    subscribe(e, 1, ">", 2);
    subscribe(e, 2, ">", 100);
    for (int i = 0; i < 10; i++) {
        fanout_publish(e->fanout, "a.b", NULL);
    }
    assert_int_equal(e->heard[1], 2);
    assert_int_equal(e->heard[2], 10); /* the other one does not notice */
    assert_int_equal(e->notices[1], 1);
    assert_int_equal(e->told[1], 1);
    fanout_tick(e->fanout);
    assert_int_equal(e->notices[1], 1);
    fanout_credit(e->fanout, 1, 3);
    assert_int_equal(e->notices[1], 2);
    assert_int_equal(e->told[1], 8);
    for (int i = 0; i < 4; i++) {
        fanout_publish(e->fanout, "a.b", NULL);
    }
    assert_int_equal(e->heard[1], 5);
    assert_int_equal(e->notices[1], 3);
    ears_free(e);
}

static void
test_full_pipe_is_told_when_there_is_room(void **state)
{
    (void)state;
    struct ears *e = ears_new();
    subscribe(e, 1, ">", 100);
    e->full[1] = true;
    for (int i = 0; i < 5; i++) {
        fanout_publish(e->fanout, "a.b", NULL);
    }
    assert_int_equal(e->notices[1], 0);
    e->full[1] = false;
    fanout_tick(e->fanout);
    assert_true(e->notices[1] > 0);
    assert_int_equal(e->told[1], 5);
    fanout_publish(e->fanout, "a.b", NULL);
    assert_int_equal(e->heard[1], 1);
    struct fanout_facts facts;
    fanout_at(e->fanout, 0, &facts);
    assert_false(facts.behind);
    assert_int_equal(facts.dropped, 5);
    assert_int_equal(facts.credits, 99); /* what was not sent costs nothing */
    ears_free(e);
}

static bool
only_goals(const void *context, const char *pattern)
{
    (void)context;
    return dc_text_starts_with(pattern, "goals.");
}

static void
test_permissions_that_go(void **state)
{
    (void)state;
    struct ears *e = ears_new();
    const char *patterns[] = {"goals.>", "scoring.>"};
    fanout_subscribe(e->fanout, 1, patterns, 2, 100);
    fanout_restrict(e->fanout, 1, only_goals, NULL);
    assert_int_equal(fanout_publish(e->fanout, "goals.A", NULL), 1);
    assert_int_equal(fanout_publish(e->fanout, "scoring.A", NULL), 0);
    ears_free(e);
}

/* The table says the same as matching each pattern anew. */
static void
test_random_subjects_against_plain_matching(void **state)
{
    (void)state;
    static const char *const tokens[] = {"a", "b", "c", "*", ">"};
    struct dc_test_random random = {dc_test_seed()};
    struct ears *e = ears_new();
    char patterns[100][64];
    for (uint64_t s = 0; s < 100; s++) {
        snprintf(patterns[s], sizeof(patterns[s]), "%s.%s",
                 tokens[dc_test_random_below(&random, 4)],
                 tokens[dc_test_random_below(&random, 5)]);
        subscribe(e, s, patterns[s], 1000000);
    }
    for (int i = 0; i < 20000; i++) {
        char subject[64];
        snprintf(subject, sizeof(subject), "%s.%s%s%d", tokens[dc_test_random_below(&random, 3)],
                 tokens[dc_test_random_below(&random, 3)], i % 3 ? "" : ".x",
                 i % 3 ? 0 : (int)dc_test_random_below(&random, 9000));
        size_t expected = 0;
        for (int s = 0; s < 100; s++) {
            expected += dc_subject_matches(patterns[s], subject);
        }
        assert_int_equal(fanout_publish(e->fanout, subject, NULL), expected);
    }
    ears_free(e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_the_table_follows_subscriptions),
        cmocka_unit_test(test_behind_is_told_once_and_again_with_credit),
        cmocka_unit_test(test_full_pipe_is_told_when_there_is_room),
        cmocka_unit_test(test_permissions_that_go),
        cmocka_unit_test(test_random_subjects_against_plain_matching),
    };
    return cmocka_run_group_tests_name("fanout", tests, NULL, NULL);
}
