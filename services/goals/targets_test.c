/* Tests targets on the stage: the example that everyone knows, and what must not happen. */
#include "targets_test.h"

/* --- the example that everyone knows -----------------------------------------------------------
 */

static void
test_the_example_adds_up_at_each_node(void **state)
{
    (void)state;
    set_example();
    assert_target(UNIT, A1, "5000000.00");
    assert_target(UNIT, A2, "15000000.00");
    assert_target(PERSON, 4, "500000.00");
    assert_target(PERSON, 6, "15000000.00");
    const int64_t units[] = {GROUP, A, B, A1, A2, B1};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        Goals__TargetNode *node = look(UNIT, units[i]);
        assert_string_equal(node->left_over, "0.00");
        assert_string_equal(node->children_sum, node->target->value);
    }
    assert_string_equal(look(UNIT, C)->left_over, ""); /* nobody below has one */
    assert_string_equal(look(PERSON, 4)->owner_name, "张三");
    check_whole();
}

static void
test_adjusting_takes_everyone_along_to_the_cent(void **state)
{
    (void)state;
    set_example();
    stage_deaf();
    Goals__AdjustTargetRequest request = adjust_request(id_of(UNIT, A), "25000000");
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.lift_parent = true;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    assert_int_equal(response.changed, 8); /* the group, A, two teams, four people */
    assert_target(UNIT, GROUP, "105000000.00");
    assert_target(UNIT, B, "30000000.00");
    assert_target(UNIT, A1, "6250000.00");
    assert_target(UNIT, A2, "18750000.00");
    assert_target(PERSON, 4, "625000.00");
    assert_target(PERSON, 5, "1875000.01"); /* 1500000.01 * 1.25 = 1875000.0125 */
    assert_target(PERSON, 3, "3749999.99"); /* 2999999.99 * 1.25 = 3749999.9875 */
    assert_target(PERSON, 6, "18750000.00");
    assert_string_equal(look(UNIT, GROUP)->left_over, "0.00");
    assert_string_equal(look(UNIT, A1)->left_over, "0.00");
    assert_string_equal(response.node->target->previous_value, "20000000.00");
    check_whole();

    /* Everybody is told, once, with the whole new state, under the key of the bucket. */
    const char *key;
    size_t told = 0;
    for (Goals__TargetsAdjusted *event;
         (event = (void *)stage_hear_keyed(&goals__targets_adjusted__descriptor, &key));) {
        assert_int_equal(event->adjustment_id, response.adjustment_id);
        assert_string_equal(event->author, "person-1");
        assert_string_equal(event->effective_on, "2026-10-01");
        assert_string_equal(event->period, "2026Q4");
        assert_int_equal(event->indicator_id, sales);
        for (size_t i = 0; i < event->n_targets; i++) {
            const Goals__Target *target = event->targets[i];
            char bucket[32];
            snprintf(bucket, sizeof bucket, "targets/%d", (int)(target->owner_id % 16));
            assert_string_equal(key, bucket);
            assert_string_equal(target->value,
                                look(target->owner_kind, target->owner_id)->target->value);
            told++;
        }
    }
    assert_int_equal(told, 8);
}

static void
test_the_same_value_again_is_nothing(void **state)
{
    (void)state;
    set_example();
    stage_deaf();
    Goals__AdjustTargetRequest request = adjust_request(id_of(UNIT, A), "20000000.00");
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    assert_int_equal(response.changed, 0);
    assert_int_equal(response.adjustment_id, 0);
    const char *key;
    assert_null(stage_hear_keyed(&goals__targets_adjusted__descriptor, &key));
}

static void
test_versions_stay_readable(void **state)
{
    (void)state;
    set_example();
    int64_t zhang = id_of(PERSON, 4);
    Goals__AdjustTargetRequest request = adjust_request(id_of(UNIT, A), "10000000");
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    Goals__ListVersionsRequest ask = GOALS__LIST_VERSIONS_REQUEST__INIT;
    Goals__ListVersionsResponse answer = GOALS__LIST_VERSIONS_RESPONSE__INIT;
    ask.target_id = zhang;
    MUST(CALL(zhang_san, goals_list_versions, &ask, &answer));
    assert_int_equal(answer.n_versions, 2);
    assert_string_equal(answer.versions[0]->value, "250000.00");
    assert_string_equal(answer.versions[0]->reason, "下季度上调");
    assert_string_equal(answer.versions[0]->effective_on, "2026-10-01");
    assert_int_equal(answer.versions[0]->adjustment_id, response.adjustment_id);
    assert_string_equal(answer.versions[1]->value, "500000.00");
    assert_string_equal(answer.versions[1]->reason, "分解");
    assert_string_equal(answer.versions[1]->author, "person-1");
}

/* --- pinned ones, floors -----------------------------------------------------------------------
 */

static void
test_pinned_children_keep_and_the_difference_shows(void **state)
{
    (void)state;
    set_example();
    split(SPLIT(id_of(UNIT, A1), BY_VALUE, {PERSON, 4, "500000", NULL, true}));
    Goals__AdjustTargetRequest request = adjust_request(id_of(UNIT, A1), "10000000");
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.lift_parent = true;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    assert_target(PERSON, 4, "500000.00");
    assert_target(PERSON, 5, "3000000.02");
    assert_target(PERSON, 3, "5999999.98");
    assert_string_equal(response.node->left_over, "500000.00");
    assert_int_equal(response.n_kept, 1);
    assert_int_equal(response.kept[0]->target->owner_id, 4);
    assert_string_equal(response.kept[0]->owner_name, "张三");

    /* Downwards what is pinned is too much: that must be said. */
    request = adjust_request(id_of(UNIT, A1), "600000");
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    assert_non_null(strstr(stage.error.message, "A1"));
    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));
    assert_true(response.node->over_assignment_allowed);
    assert_string_equal(response.node->left_over, "-440000.00");
    check_whole();
}

static void
test_floor_and_stretch_go_along(void **state)
{
    (void)state;
    Goals__SetTargetRequest request = set_request(UNIT, A, "100");
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.floor = "80";
    request.stretch = "120";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    Goals__AdjustTargetRequest adjust = adjust_request(response.node->target->id, "200");
    Goals__AdjustTargetResponse adjusted = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &adjust, &adjusted));
    assert_string_equal(adjusted.node->target->floor, "160.00");
    assert_string_equal(adjusted.node->target->stretch, "240.00");
    request.floor = "200.01";
    request.value = "200";
    REFUSED(CALL(supervisor, goals_set_target, &request, &response), DC_INVALID_ARGUMENT, "floor");
    request.floor = "";
    request.stretch = "199.99";
    REFUSED(CALL(supervisor, goals_set_target, &request, &response), DC_INVALID_ARGUMENT,
            "stretch");
}

/* --- several at once ---------------------------------------------------------------------------
 */

enum { ROUNDS = 25 };

struct adjuster {
    pthread_t id;
    struct dc_thread thread;
    int64_t target_id;
    bool lift;
    int base;
    int failures;
};

static void *
adjust_again_and_again(void *argument)
{
    struct adjuster *self = argument;
    for (int i = 0; i < ROUNDS; i++) {
        char value[32];
        snprintf(value, sizeof value, "%d.%02d", self->base + 1000 * i, i);
        Goals__AdjustTargetRequest request = adjust_request(self->target_id, value);
        Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
        struct dc_error error;
        request.lift_parent = self->lift;
        self->failures += stage_call_on(&self->thread, &supervisor, goals_adjust_target,
                                        &request.base, &response.base, &error) != DC_OK;
        dc_arena_reset(self->thread.arena, 0);
    }
    return NULL;
}

/* From the top down, from the middle up and down, from a person up: were one of them to compute
 * from what another one has changed since, sums would break or versions collide. */
static void
test_adjusters_of_one_tree_come_one_after_the_other(void **state)
{
    (void)state;
    set_example();
    struct adjuster adjusters[] = {
        {.target_id = id_of(UNIT, GROUP), .base = 100000000},
        {.target_id = id_of(UNIT, A), .lift = true, .base = 20000000},
        {.target_id = id_of(PERSON, 4), .lift = true, .base = 400000},
    };
    enum { COUNT = sizeof adjusters / sizeof adjusters[0] };
    for (int i = 0; i < COUNT; i++) {
        stage_connect(&adjusters[i].thread);
        assert_int_equal(
            pthread_create(&adjusters[i].id, NULL, adjust_again_and_again, &adjusters[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        pthread_join(adjusters[i].id, NULL);
        stage_disconnect(&adjusters[i].thread);
        assert_int_equal(adjusters[i].failures, 0);
    }
    const int64_t units[] = {GROUP, A, B, A1, A2, B1};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        assert_string_equal(look(UNIT, units[i])->left_over, "0.00");
    }
    assert_int_equal(stage_number("SELECT adjustments FROM goals.sheet"), 7 + COUNT * ROUNDS);
    check_whole();
}

/* --- indicators that do not add up -------------------------------------------------------------
 */

static void
test_rates_go_down_as_they_are(void **state)
{
    (void)state;
    int64_t additive = sales;
    sales = rate;
    int64_t a = set(UNIT, A, "0.95")->target->id;
    Goals__CascadeTargetRequest cascade = GOALS__CASCADE_TARGET_REQUEST__INIT;
    Goals__CascadeTargetResponse cascaded = GOALS__CASCADE_TARGET_RESPONSE__INIT;
    cascade.target_id = a;
    cascade.reason = "到人";
    MUST(CALL(supervisor, goals_cascade_target, &cascade, &cascaded));
    assert_target(PERSON, 4, "0.9500");
    assert_string_equal(look(UNIT, A)->children_sum, "");
    Goals__AdjustTargetRequest adjust = adjust_request(a, "0.97");
    Goals__AdjustTargetResponse adjusted = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &adjust, &adjusted));
    assert_int_equal(adjusted.changed, 8);
    assert_target(PERSON, 4, "0.9700");
    adjust.lift_parent = true;
    REFUSED(CALL(supervisor, goals_adjust_target, &adjust, &adjusted), DC_INVALID_ARGUMENT,
            "lift_parent");
    Goals__SplitTargetRequest request = SPLIT(a, BY_SHARE, {UNIT, A1, NULL, "1", false});
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_split_target, &request, &response), DC_INVALID_ARGUMENT,
            "method");
    sales = additive;
}

/* --- bad input ---------------------------------------------------------------------------------
 */

static void
test_adjustments_are_checked(void **state)
{
    (void)state;
    set_example();
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    Goals__AdjustTargetRequest request = adjust_request(id_of(UNIT, A), "1");
    const char *const values[] = {"", "-1", "1.001", "1e3", "abc", "1000000000000000.01", "１"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        request.value = (char *)values[i];
        REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_INVALID_ARGUMENT,
                "value");
    }
    request.value = "1";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_UNSPECIFIED;
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_INVALID_ARGUMENT,
            "policy");
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    request.effective_on = "2026-13-01";
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_INVALID_ARGUMENT,
            "effective_on");
    request.effective_on = "2027-01-01";
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_INVALID_ARGUMENT,
            "effective_on");
    request.effective_on = "2026-12-31";
    request.expected_version = 2;
    REFUSED(CALL(supervisor, goals_adjust_target, &request, &response), DC_ABORTED,
            "expected_version");
    request.expected_version = 1;
    MUST(CALL(supervisor, goals_adjust_target, &request, &response));

    Goals__SetTargetRequest set_one = set_request(UNIT, A, "1");
    Goals__SetTargetResponse was_set = GOALS__SET_TARGET_RESPONSE__INIT;
    set_one.period = "2026Q5";
    REFUSED(CALL(supervisor, goals_set_target, &set_one, &was_set), DC_INVALID_ARGUMENT, "period");
    set_one = set_request(UNIT, 777, "1");
    REFUSED(CALL(supervisor, goals_set_target, &set_one, &was_set), DC_NOT_FOUND, "owner_id");
    set_one = set_request(UNIT, A, "1");
    set_one.indicator_id = 999999;
    REFUSED(CALL(supervisor, goals_set_target, &set_one, &was_set), DC_FAILED_PRECONDITION,
            "indicator_id");
    set_one = set_request(0, A, "1");
    REFUSED(CALL(supervisor, goals_set_target, &set_one, &was_set), DC_INVALID_ARGUMENT,
            "owner_kind");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_the_example_adds_up_at_each_node),
        TEST(test_adjusting_takes_everyone_along_to_the_cent),
        TEST(test_the_same_value_again_is_nothing),
        TEST(test_versions_stay_readable),
        TEST(test_pinned_children_keep_and_the_difference_shows),
        TEST(test_floor_and_stretch_go_along),
        TEST(test_adjusters_of_one_tree_come_one_after_the_other),
        TEST(test_rates_go_down_as_they_are),
        TEST(test_adjustments_are_checked),
    };
    return cmocka_run_group_tests_name("goals targets", tests, stage_open, stage_down);
}
