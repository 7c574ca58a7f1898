/* Tests targets on the stage: the example that everyone knows, and what must not happen. */
#include "stage_test.h"

static int64_t sales, rate; /* indicators: additive with cents, and a ratio with four decimals */

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    rate = in_library("collection_rate")->id;
    stage_deaf();
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

static Goals__SetTargetRequest
set_request(Goals__OwnerKind kind, int64_t owner, const char *value)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = "年度目标";
    return request;
}

static Goals__TargetNode *
set(Goals__OwnerKind kind, int64_t owner, const char *value)
{
    Goals__SetTargetRequest request = set_request(kind, owner, value);
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    return response.node;
}

static Goals__AdjustTargetRequest
adjust_request(int64_t target_id, const char *value)
{
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    request.target_id = target_id;
    request.value = (char *)value;
    request.reason = "下季度上调";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    return request;
}

struct part {
    Goals__OwnerKind kind;
    int64_t owner;
    const char *value, *share;
    bool pinned;
};

static Goals__SplitTargetRequest
split_request(int64_t target_id, Goals__SplitMethod method, const struct part *parts, size_t count)
{
    struct dc_arena *arena = stage.thread.arena;
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    request.target_id = target_id;
    request.method = method;
    request.reason = "分解";
    request.parts = DC_NEW_ARRAY(arena, Goals__SplitPart *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__SplitPart *part = DC_NEW_MESSAGE(arena, Goals__SplitPart, goals__split_part__init);
        part->owner_kind = parts[i].kind;
        part->owner_id = parts[i].owner;
        part->value = (char *)(parts[i].value ? parts[i].value : "");
        part->share = (char *)(parts[i].share ? parts[i].share : "");
        part->pinned = parts[i].pinned;
        request.parts[request.n_parts++] = part;
    }
    return request;
}

#define BY_VALUE GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE
#define BY_SHARE GOALS__SPLIT_METHOD__SPLIT_METHOD_SHARE
#define EVENLY GOALS__SPLIT_METHOD__SPLIT_METHOD_EVEN
#define SPLIT(target, method, ...)                                                                 \
    split_request((target), (method), (const struct part[]){__VA_ARGS__},                          \
                  sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))

static Goals__SplitTargetResponse
split(Goals__SplitTargetRequest request)
{
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_split_target, &request, &response));
    return response;
}

/* The target of an owner, as it is shown to the supervisor; NULL when there is none. */
static Goals__TargetNode *
look(Goals__OwnerKind kind, int64_t owner)
{
    Goals__ListTargetsRequest request = GOALS__LIST_TARGETS_REQUEST__INIT;
    Goals__ListTargetsResponse response = GOALS__LIST_TARGETS_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.period = "2026Q4";
    MUST(CALL(supervisor, goals_list_targets, &request, &response));
    assert_true(response.n_targets <= 1);
    return response.n_targets ? response.targets[0] : NULL;
}

static int64_t
id_of(Goals__OwnerKind kind, int64_t owner)
{
    Goals__TargetNode *node = look(kind, owner);
    assert_non_null(node);
    return node->target->id;
}

#define assert_target(kind, owner, wanted)                                                         \
    assert_string_equal(look(kind, owner)->target->value, wanted)

/* 100,000,000 -> A 20,000,000, B 30,000,000, C 50,000,000; A1 5,000,000, A2 15,000,000; and so on
 * to every person. */
static void
set_example(void)
{
    int64_t company = set(UNIT, GROUP, "100000000")->target->id;
    split(SPLIT(company, BY_VALUE, {UNIT, A, "20000000", NULL, false},
                {UNIT, B, "30000000", NULL, false}, {UNIT, C, "50000000", NULL, false}));
    split(SPLIT(id_of(UNIT, A), BY_SHARE, {UNIT, A1, NULL, "1", false},
                {UNIT, A2, NULL, "3", false}));
    split(SPLIT(id_of(UNIT, A1), BY_VALUE, {PERSON, 4, "500000", NULL, false},
                {PERSON, 5, "1500000.01", NULL, false}, {PERSON, 3, "2999999.99", NULL, false}));
    split(SPLIT(id_of(UNIT, A2), EVENLY, {PERSON, 6, NULL, NULL, false}));
    split(SPLIT(id_of(UNIT, B), EVENLY, {UNIT, B1, NULL, NULL, false}));
    split(SPLIT(id_of(UNIT, B1), EVENLY, {PERSON, 8, NULL, NULL, false}));
}

/* Every projection of the store that must hold whatever was done. */
static void
check_whole(void)
{
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target t LEFT JOIN goals.target_version v USING "
                     "(tenant_id, target_id, version) LEFT JOIN goals.adjustment a USING "
                     "(tenant_id, adjustment_id) WHERE v.value IS DISTINCT FROM t.value OR "
                     "v.parent_id IS DISTINCT FROM t.parent_id OR v.pinned <> t.pinned OR "
                     "a.adjustment_id IS NULL"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM (SELECT count(*) AS n, max(version) AS newest FROM "
                     "goals.target_version GROUP BY tenant_id, target_id) v WHERE n <> newest"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.adjustment a WHERE changed <> (SELECT count(*) "
                     "FROM goals.target_version v WHERE v.tenant_id = a.tenant_id AND "
                     "v.adjustment_id = a.adjustment_id)"),
        0);
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target t WHERE parent_id IS NOT NULL AND NOT "
                     "EXISTS (SELECT FROM goals.target p WHERE p.tenant_id = t.tenant_id AND "
                     "p.target_id = t.parent_id AND p.indicator_id = t.indicator_id AND p.period = "
                     "t.period)"),
        0);
}

/* --- the example that everyone knows ------------------------------------------------------------
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

/* --- pinned, floor and stretch ------------------------------------------------------------------
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

/* --- over-assignment ----------------------------------------------------------------------------
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

/* --- splits -------------------------------------------------------------------------------------
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

/* --- several at once ----------------------------------------------------------------------------
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

/* --- indicators that do not add up --------------------------------------------------------------
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

/* --- bad input ----------------------------------------------------------------------------------
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
        TEST(test_adjusters_of_one_tree_come_one_after_the_other),
        TEST(test_rates_go_down_as_they_are),
        TEST(test_adjustments_are_checked),
    };
    return cmocka_run_group_tests_name("goals targets", tests, stage_open, stage_down);
}
