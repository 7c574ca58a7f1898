/* Tests how targets are handed out on the stage: by value, by share, evenly, and to everybody. */
#include "targets_test.h"

/* --- over-assignment ---------------------------------------------------------------------------
 */

static void
test_over_assignment_must_be_said(void **state)
{
    (void)state;
    int64_t company = set(UNIT, GROUP, "100")->target->id;
    Goals__SplitTargetRequest request =
        SPLIT(company, BY_VALUE, {UNIT, A, "60", NULL, false}, {UNIT, B, "50.01", NULL, false});
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_split_target, &request, &response), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    assert_non_null(strstr(stage.error.message, "110.01"));
    assert_non_null(strstr(stage.error.message, "10.01"));
    assert_null(look(UNIT, A)); /* nothing of it was written */

    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_split_target, &request, &response));
    assert_string_equal(response.nodes[0]->left_over, "-10.01");
    assert_true(response.nodes[0]->over_assignment_allowed);

    /* The buffer goes along with its parent without a further word, and more of it does not. */
    Goals__AdjustTargetRequest adjust = adjust_request(company, "200");
    Goals__AdjustTargetResponse adjusted = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_adjust_target, &adjust, &adjusted));
    assert_string_equal(adjusted.node->left_over, "-20.02");
    adjust = adjust_request(id_of(UNIT, A), "120.01");
    REFUSED(CALL(supervisor, goals_adjust_target, &adjust, &adjusted), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    /* Back inside, the mark goes. */
    adjust = adjust_request(id_of(UNIT, A), "99.98");
    MUST(CALL(supervisor, goals_adjust_target, &adjust, &adjusted));
    assert_false(look(UNIT, GROUP)->over_assignment_allowed);
    assert_string_equal(look(UNIT, GROUP)->left_over, "0.00");
}

static void
test_setting_below_a_parent_is_checked_too(void **state)
{
    (void)state;
    set(UNIT, GROUP, "100");
    set(UNIT, A, "60");
    Goals__SetTargetRequest request = set_request(UNIT, B, "40.01");
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_set_target, &request, &response), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    request.value = "40";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    assert_int_equal(response.node->target->parent_id, id_of(UNIT, GROUP));
    assert_string_equal(look(UNIT, GROUP)->left_over, "0.00");
}

static void
test_a_new_parent_adopts_and_keeps_what_was_there(void **state)
{
    (void)state;
    set(UNIT, A1, "60");
    set(UNIT, A2, "30");
    Goals__SetTargetRequest request = set_request(UNIT, A, "80");
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_set_target, &request, &response), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    request.value = "100";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    assert_int_equal(response.changed, 3);
    assert_string_equal(response.node->left_over, "10.00");
    assert_int_equal(look(UNIT, A1)->target->parent_id, response.node->target->id);
    assert_int_equal(look(UNIT, A1)->target->version, 2);
    assert_target(UNIT, A1, "60.00");
    check_whole();
}

/* --- splits ------------------------------------------------------------------------------------
 */

static void
test_even_leaves_pinned_ones_alone(void **state)
{
    (void)state;
    int64_t company = set(UNIT, GROUP, "100")->target->id;
    split(SPLIT(company, BY_VALUE, {UNIT, C, "40", NULL, true}));
    Goals__SplitTargetRequest request = split_request(company, EVENLY, NULL, 0);
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_split_target, &request, &response));
    /* A, B, and the two people of the group itself share 60. */
    assert_target(UNIT, A, "15.00");
    assert_target(UNIT, B, "15.00");
    assert_target(UNIT, C, "40.00");
    assert_target(PERSON, 1, "15.00");
    assert_target(PERSON, 9, "15.00");
    assert_int_equal(response.n_nodes, 6);
    assert_int_equal(response.nodes[0]->target->id, company);
    assert_int_equal(response.nodes[0]->possible_children, 5);
}

static void
test_a_third_adds_up(void **state)
{
    (void)state;
    int64_t a1 = set(UNIT, A1, "100")->target->id;
    Goals__SplitTargetResponse response =
        split(SPLIT(a1, BY_SHARE, {PERSON, 3, NULL, "1", false}, {PERSON, 4, NULL, "1", false},
                    {PERSON, 5, NULL, "1", false}));
    assert_string_equal(response.nodes[0]->left_over, "0.00");
    assert_target(PERSON, 3, "33.34");
    assert_target(PERSON, 4, "33.33");
}

static void
test_splits_are_checked(void **state)
{
    (void)state;
    set_example();
    int64_t a = id_of(UNIT, A), zhang = id_of(PERSON, 4);
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    const struct {
        Goals__SplitTargetRequest request;
        enum dc_code code;
        const char *field;
    } bad[] = {
        {SPLIT(a, BY_VALUE, {UNIT, B1, "1", NULL, false}), DC_INVALID_ARGUMENT,
         "parts[0].owner_id"},
        {SPLIT(a, BY_VALUE, {UNIT, A1, "1", NULL, false}, {UNIT, A1, "1", NULL, false}),
         DC_INVALID_ARGUMENT, "parts[1].owner_id"},
        {SPLIT(a, BY_VALUE, {UNIT, A1, "1.001", NULL, false}), DC_INVALID_ARGUMENT,
         "parts[0].value"},
        {SPLIT(a, BY_VALUE, {UNIT, A1, "-1", NULL, false}), DC_INVALID_ARGUMENT, "parts[0].value"},
        {SPLIT(a, BY_VALUE, {UNIT, A1, "", NULL, false}), DC_INVALID_ARGUMENT, "parts[0].value"},
        {SPLIT(a, BY_SHARE, {UNIT, A1, NULL, "x", false}), DC_INVALID_ARGUMENT, "parts[0].share"},
        {SPLIT(a, BY_SHARE, {UNIT, A1, NULL, "0", false}), DC_INVALID_ARGUMENT, "parts"},
        {split_request(a, BY_VALUE, NULL, 0), DC_INVALID_ARGUMENT, "parts"},
        {SPLIT(a, 9, {UNIT, A1, "1", NULL, false}), DC_INVALID_ARGUMENT, "method"},
        {SPLIT(zhang, EVENLY, {UNIT, A1, NULL, NULL, false}), DC_FAILED_PRECONDITION, "target_id"},
        {SPLIT(999999, EVENLY, {UNIT, A1, NULL, NULL, false}), DC_NOT_FOUND, "target_id"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        REFUSED(CALL(supervisor, goals_split_target, &bad[i].request, &response), bad[i].code,
                bad[i].field);
    }
    Goals__SplitTargetRequest stale = SPLIT(a, BY_VALUE, {UNIT, A1, "1", NULL, false});
    stale.expected_version = 7;
    REFUSED(CALL(supervisor, goals_split_target, &stale, &response), DC_ABORTED,
            "expected_version");
    stale.expected_version = 1;
    stale.reason = "";
    REFUSED(CALL(supervisor, goals_split_target, &stale, &response), DC_INVALID_ARGUMENT, "reason");
}

static void
test_cascade_reaches_everybody(void **state)
{
    (void)state;
    int64_t a = set(UNIT, A, "100")->target->id;
    set(PERSON, 6, "10"); /* an orphan: A2 has none yet */
    Goals__CascadeTargetRequest request = GOALS__CASCADE_TARGET_REQUEST__INIT;
    Goals__CascadeTargetResponse response = GOALS__CASCADE_TARGET_RESPONSE__INIT;
    request.target_id = a;
    request.reason = "到人";
    MUST(CALL(supervisor, goals_cascade_target, &request, &response));
    /* A has five people: the director, three in A1, one in A2. */
    assert_target(PERSON, 2, "20.00");
    assert_target(UNIT, A1, "60.00");
    assert_target(UNIT, A2, "20.00");
    assert_target(PERSON, 3, "20.00");
    assert_target(PERSON, 6, "20.00"); /* took what was left of A2's in */
    assert_int_equal(look(PERSON, 6)->target->parent_id, id_of(UNIT, A2));
    assert_int_equal(response.changed, 7);
    MUST(CALL(supervisor, goals_cascade_target, &request, &response));
    assert_int_equal(response.changed, 0);
    check_whole();
}

static void
test_moved_people_are_not_counted_twice(void **state)
{
    (void)state;
    set_example();
    /* 李四 moves to A2; his target still hangs below A1's. */
    dc_test_pg_exec(stage.pg, "UPDATE goals.org_post SET unit_id = 102 WHERE person_id = 5");
    Goals__CascadeTargetRequest cascade = GOALS__CASCADE_TARGET_REQUEST__INIT;
    Goals__CascadeTargetResponse cascaded = GOALS__CASCADE_TARGET_RESPONSE__INIT;
    cascade.target_id = id_of(UNIT, A);
    cascade.reason = "到人";
    MUST(CALL(supervisor, goals_cascade_target, &cascade, &cascaded));
    /* His 1,500,000.01 are handed out at A1: nothing is left there for the others. */
    assert_int_equal(cascaded.changed, 0);
    assert_target(PERSON, 4, "500000.00");
}

static void
test_a_moved_target_goes_with_a_split(void **state)
{
    (void)state;
    set_example();
    dc_test_pg_exec(stage.pg, "UPDATE goals.org_post SET unit_id = 10 WHERE person_id = 5");
    /* Now directly below A, and named together with A1, whose target it still hangs below. */
    split(SPLIT(id_of(UNIT, A), BY_VALUE, {UNIT, A1, "4000000", NULL, false},
                {PERSON, 5, "1000000", NULL, false}));
    assert_int_equal(look(PERSON, 5)->target->parent_id, id_of(UNIT, A));
    assert_target(PERSON, 5, "1000000.00");
    assert_target(PERSON, 4, "400000.00");
    assert_target(PERSON, 3, "2399999.99");
    assert_string_equal(look(UNIT, A)->left_over, "0.00");
    check_whole();
}

/* A unit that was below another one and now stands beside it: its target still hangs below. */
static void
test_a_target_below_one_of_a_later_owner_goes_with_a_split(void **state)
{
    (void)state;
    set_example();
    dc_test_pg_exec(stage.pg,
                    "UPDATE goals.target t SET parent_id = p.target_id FROM goals.target p "
                    "WHERE t.owner_kind = 1 AND t.owner_id = 101 AND p.owner_kind = 1 AND "
                    "p.owner_id = 102 AND t.period = p.period");
    split(SPLIT(id_of(UNIT, A), BY_VALUE, {UNIT, A1, "4000000", NULL, false},
                {UNIT, A2, "3000000", NULL, false}));
    assert_int_equal(look(UNIT, A1)->target->parent_id, id_of(UNIT, A));
    assert_target(UNIT, A1, "4000000.00");
    assert_target(UNIT, A2, "3000000.00");
    check_whole();
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_over_assignment_must_be_said),
        TEST(test_setting_below_a_parent_is_checked_too),
        TEST(test_a_new_parent_adopts_and_keeps_what_was_there),
        TEST(test_even_leaves_pinned_ones_alone),
        TEST(test_a_third_adds_up),
        TEST(test_splits_are_checked),
        TEST(test_cascade_reaches_everybody),
        TEST(test_moved_people_are_not_counted_twice),
        TEST(test_a_moved_target_goes_with_a_split),
        TEST(test_a_target_below_one_of_a_later_owner_goes_with_a_split),
    };
    return cmocka_run_group_tests_name("goals splits", tests, stage_open, stage_down);
}
