/* Tests on the stage who may read and change what, with attempts that must fail. */
#include "stage_test.h"

static int64_t sales;
static int64_t targets[32]; /* by owner: see `slot` */

static size_t
slot(Goals__OwnerKind kind, int64_t owner)
{
    static const int64_t units[] = {GROUP, A, B, C, A1, A2, B1};
    if (kind == PERSON) {
        return 16 + (size_t)owner;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i] == owner) {
            return i;
        }
    }
    return 15;
}

static enum dc_code
set(const struct who *who, Goals__OwnerKind kind, int64_t owner, const char *value)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = "why";
    request.allow_over_assignment = true;
    DC_TRY(CALL(*who, goals_set_target, &request, &response));
    targets[slot(kind, owner)] = response.node->target->id;
    return DC_OK;
}

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    const struct {
        Goals__OwnerKind kind;
        int64_t owner;
        const char *value;
    } rows[] = {{UNIT, GROUP, "1000"}, {UNIT, A, "300"},  {UNIT, B, "300"},  {UNIT, A1, "100"},
                {UNIT, A2, "100"},     {UNIT, B1, "100"}, {PERSON, 2, "10"}, {PERSON, 3, "10"},
                {PERSON, 4, "10"},     {PERSON, 5, "10"}, {PERSON, 8, "10"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MUST(set(&supervisor, rows[i].kind, rows[i].owner, rows[i].value));
    }
    return 0;
}

static enum dc_code
adjust(const struct who *who, Goals__OwnerKind kind, int64_t owner, bool lift)
{
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    Goals__AdjustTargetResponse response = GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.target_id = targets[slot(kind, owner)];
    request.value = "11";
    request.reason = "why";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    request.lift_parent = lift;
    request.allow_over_assignment = true;
    return CALL(*who, goals_adjust_target, &request, &response);
}

static enum dc_code
list(const struct who *who, Goals__OwnerKind kind, int64_t owner)
{
    Goals__ListTargetsRequest request = GOALS__LIST_TARGETS_REQUEST__INIT;
    Goals__ListTargetsResponse response = GOALS__LIST_TARGETS_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    return CALL(*who, goals_list_targets, &request, &response);
}

static enum dc_code
split_evenly(const struct who *who, Goals__OwnerKind kind, int64_t owner)
{
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    request.target_id = targets[slot(kind, owner)];
    request.method = GOALS__SPLIT_METHOD__SPLIT_METHOD_EVEN;
    request.reason = "why";
    request.allow_over_assignment = true;
    return CALL(*who, goals_split_target, &request, &response);
}

/* --- changing -----------------------------------------------------------------------------------
 */

struct attempt {
    const struct who *who;
    Goals__OwnerKind kind;
    int64_t owner;
    bool allowed;
};

static void
check_attempts(const struct attempt *attempts, size_t count,
               enum dc_code (*act)(const struct who *who, Goals__OwnerKind kind, int64_t owner))
{
    for (size_t i = 0; i < count; i++) {
        enum dc_code code = act(attempts[i].who, attempts[i].kind, attempts[i].owner);
        if ((code == DC_OK) != attempts[i].allowed ||
            (!attempts[i].allowed && code != DC_PERMISSION_DENIED)) {
            fail_msg("attempt %zu: %s %s", i, dc_code_wire_name(code), stage.error.message);
        }
    }
}
#define CHECK(attempts, act)                                                                       \
    check_attempts((attempts), sizeof(attempts) / sizeof(attempts)[0], (act))

static enum dc_code
adjust_plainly(const struct who *who, Goals__OwnerKind kind, int64_t owner)
{
    return adjust(who, kind, owner, false);
}

static const struct attempt changes[] = {
    /* a director: below his unit, not his own, not other departments */
    {&director_a, UNIT, A1, true},
    {&director_a, UNIT, A2, true},
    {&director_a, PERSON, 4, true},
    {&director_a, PERSON, 3, true},
    {&director_a, UNIT, A, false},
    {&director_a, PERSON, 2, false},
    {&director_a, UNIT, GROUP, false},
    {&director_a, UNIT, B, false},
    {&director_a, UNIT, B1, false},
    {&director_a, PERSON, 8, false},
    /* a team lead likewise */
    {&lead_a1, PERSON, 4, true},
    {&lead_a1, PERSON, 3, false},
    {&lead_a1, UNIT, A1, false},
    {&lead_a1, PERSON, 2, false},
    {&lead_a1, UNIT, A2, false},
    /* a supervisor: the units of his scope */
    {&supervisor, UNIT, GROUP, true},
    {&supervisor_of_a, UNIT, A, true},
    {&supervisor_of_a, PERSON, 4, true},
    {&supervisor_of_a, UNIT, B, false},
    {&supervisor_of_a, UNIT, GROUP, false},
    /* the others read only, or not even that */
    {&zhang_san, PERSON, 4, false},
    {&zhang_san, PERSON, 5, false},
    {&boss, UNIT, A, false},
    {&vice_president, UNIT, A1, false},
    {&auditor, UNIT, A, false},
    {&integrator, UNIT, A, false},
    {&system_admin, PERSON, 4, false},
};

static void
test_who_may_adjust(void **state)
{
    (void)state;
    /* Another tenant's supervisor sees everything of his own group, so he is told that it is not
     * there: the id means nothing to him. */
    REFUSED(adjust(&stranger, UNIT, A, false), DC_NOT_FOUND, "target_id");
    CHECK(changes, adjust_plainly);
}

static enum dc_code
set_plainly(const struct who *who, Goals__OwnerKind kind, int64_t owner)
{
    return set(who, kind, owner, "10");
}

static void
test_who_may_set(void **state)
{
    (void)state;
    REFUSED(set(&stranger, UNIT, A, "10"), DC_NOT_FOUND, "owner_id");
    CHECK(changes, set_plainly);
}

static void
test_who_may_hand_out(void **state)
{
    (void)state;
    const struct attempt attempts[] = {
        {&director_a, UNIT, A, true}, /* his unit's target, to those below */
        {&director_a, UNIT, A1, true},
        {&lead_a1, UNIT, A1, true},
        {&director_a, UNIT, GROUP, false},
        {&director_a, UNIT, B, false},
        {&lead_a1, UNIT, A, false},
        {&zhang_san, UNIT, A1, false},
        {&boss, UNIT, A, false},
        {&vice_president, UNIT, A, false},
        {&supervisor_of_a, UNIT, B, false},
    };
    CHECK(attempts, split_evenly);
}

static void
test_nobody_hands_out_to_himself(void **state)
{
    (void)state;
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    Goals__SplitPart part = GOALS__SPLIT_PART__INIT, *parts[] = {&part};
    part.owner_kind = PERSON;
    part.owner_id = 3;
    part.value = "1";
    request.target_id = targets[slot(UNIT, A1)];
    request.method = GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE;
    request.reason = "why";
    request.parts = parts;
    request.n_parts = 1;
    REFUSED(CALL(lead_a1, goals_split_target, &request, &response), DC_PERMISSION_DENIED,
            "parts[0].owner_id");
    /* Evenly among all: he stays as he is. 100 less his 10 among two. */
    MUST(split_evenly(&lead_a1, UNIT, A1));
    assert_int_equal(stage_number("SELECT value FROM goals.target WHERE owner_kind = 2 AND "
                                  "owner_id = 3"),
                     10);
    assert_int_equal(stage_number("SELECT value FROM goals.target WHERE owner_kind = 2 AND "
                                  "owner_id = 4"),
                     45);
    /* So does a cascade. */
    dc_test_pg_exec(stage.pg, "UPDATE goals.target SET value = 200 WHERE owner_id = 101");
    Goals__CascadeTargetRequest cascade = GOALS__CASCADE_TARGET_REQUEST__INIT;
    Goals__CascadeTargetResponse cascaded = GOALS__CASCADE_TARGET_RESPONSE__INIT;
    cascade.target_id = targets[slot(UNIT, A1)];
    cascade.reason = "why";
    MUST(CALL(lead_a1, goals_cascade_target, &cascade, &cascaded));
    assert_int_equal(cascaded.changed, 2);
    assert_int_equal(stage_number("SELECT value FROM goals.target WHERE owner_kind = 2 AND "
                                  "owner_id = 4"),
                     95);
}

static void
test_lifting_needs_the_right_to_every_parent(void **state)
{
    (void)state;
    REFUSED(adjust(&director_a, UNIT, A1, true), DC_PERMISSION_DENIED, "");
    MUST(adjust(&supervisor, UNIT, A1, true));
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void
test_who_may_read(void **state)
{
    (void)state;
    const struct attempt attempts[] = {
        {&zhang_san, PERSON, 4, true},     {&zhang_san, PERSON, 5, false},
        {&zhang_san, UNIT, A1, false},     {&lead_a1, PERSON, 5, true},
        {&lead_a1, UNIT, A1, true},        {&lead_a1, UNIT, A, false},
        {&lead_a1, PERSON, 6, false},      {&director_a, UNIT, A, true},
        {&director_a, PERSON, 6, true},    {&director_a, UNIT, GROUP, false},
        {&director_a, UNIT, B, false},     {&director_a, PERSON, 8, false},
        {&vice_president, UNIT, A, true},  {&vice_president, UNIT, B, false},
        {&boss, UNIT, GROUP, true},        {&boss, PERSON, 8, true},
        {&auditor, UNIT, A, false},        {&auditor, PERSON, 9, false},
        {&integrator, PERSON, 4, false},   {&system_admin, UNIT, GROUP, false},
        {&director_a, PERSON, 999, false}, {&director_a, UNIT, 999, false},
    };
    CHECK(attempts, list);
}

static Goals__GetTargetTreeResponse
tree(const struct who *who, int64_t unit, int levels)
{
    Goals__GetTargetTreeRequest request = GOALS__GET_TARGET_TREE_REQUEST__INIT;
    Goals__GetTargetTreeResponse response = GOALS__GET_TARGET_TREE_RESPONSE__INIT;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.unit_id = unit;
    request.levels = levels;
    MUST(CALL(*who, goals_get_target_tree, &request, &response));
    return response;
}

static void
test_the_tree_begins_at_the_highest_within_reach(void **state)
{
    (void)state;
    Goals__GetTargetTreeResponse response = tree(&boss, 0, 10);
    assert_int_equal(response.n_nodes, 7 + 9); /* everybody */
    assert_int_equal(response.nodes[0]->target->owner_id, GROUP);
    assert_int_equal(response.nodes[0]->depth, 0);
    assert_int_equal(response.nodes[0]->possible_children, 5);
    for (size_t i = 1; i < response.n_nodes; i++) {
        assert_true(response.nodes[i]->depth >= response.nodes[i - 1]->depth);
    }
    response = tree(&director_a, 0, 1);
    assert_int_equal(response.n_nodes, 4); /* A, its teams, himself */
    assert_int_equal(response.nodes[0]->target->owner_id, A);
    assert_string_equal(response.nodes[0]->children_sum, "210.00");
    assert_string_equal(response.nodes[0]->left_over, "90.00");
    response = tree(&zhang_san, 0, 0);
    assert_int_equal(response.n_nodes, 1); /* himself alone */
    assert_int_equal(response.nodes[0]->target->owner_id, 4);
    assert_string_equal(response.nodes[0]->target->value, "10.00");

    Goals__GetTargetTreeRequest request = GOALS__GET_TARGET_TREE_REQUEST__INIT;
    request.indicator_id = sales;
    request.period = "2026Q4";
    REFUSED(CALL(auditor, goals_get_target_tree, &request, &response), DC_PERMISSION_DENIED, "");
    request.unit_id = GROUP;
    REFUSED(CALL(director_a, goals_get_target_tree, &request, &response), DC_PERMISSION_DENIED, "");
    request.unit_id = 201; /* another tenant's */
    REFUSED(CALL(boss, goals_get_target_tree, &request, &response), DC_NOT_FOUND, "unit_id");
    REFUSED(list(&boss, PERSON, 20), DC_NOT_FOUND, "owner_id");
    REFUSED(list(&boss, UNIT, 201), DC_NOT_FOUND, "owner_id");
    request.unit_id = GROUP;
    request.levels = 11;
    REFUSED(CALL(boss, goals_get_target_tree, &request, &response), DC_INVALID_ARGUMENT, "levels");
    request.levels = 0;
    request.indicator_id = 999;
    REFUSED(CALL(boss, goals_get_target_tree, &request, &response), DC_NOT_FOUND, "indicator_id");
}

static void
test_versions_are_within_reach_too(void **state)
{
    (void)state;
    Goals__ListVersionsRequest request = GOALS__LIST_VERSIONS_REQUEST__INIT;
    Goals__ListVersionsResponse response = GOALS__LIST_VERSIONS_RESPONSE__INIT;
    request.target_id = targets[slot(PERSON, 5)];
    REFUSED(CALL(zhang_san, goals_list_versions, &request, &response), DC_PERMISSION_DENIED, "");
    char said[DC_ERROR_MESSAGE_MAX];
    snprintf(said, sizeof said, "%s", stage.error.message);
    request.target_id = 999999;
    REFUSED(CALL(zhang_san, goals_list_versions, &request, &response), DC_PERMISSION_DENIED, "");
    assert_string_equal(stage.error.message, said); /* no telling whether it exists */
    REFUSED(CALL(boss, goals_list_versions, &request, &response), DC_NOT_FOUND, "target_id");
    request.target_id = targets[slot(PERSON, 4)];
    MUST(CALL(zhang_san, goals_list_versions, &request, &response));
    REFUSED(CALL(stranger, goals_list_versions, &request, &response), DC_NOT_FOUND, "target_id");
}

/* --- the second net -----------------------------------------------------------------------------
 */

static void
test_the_database_keeps_tenants_apart(void **state)
{
    (void)state;
    static const char *const tables[] = {"measure", "indicator",  "sheet",
                                         "target",  "adjustment", "target_version"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM goals.%s", tables[i]);
        assert_true(stage_number(sql) > 0); /* the superuser sees them */
        /* SET LOCAL of a role: as the service itself, with another tenant. */
        snprintf(sql, sizeof sql,
                 "BEGIN; SET LOCAL ROLE goals; SET LOCAL dacheng.tenant = '2'; "
                 "DO $$ BEGIN IF EXISTS (SELECT FROM goals.%s) THEN RAISE 'seen'; END IF; END $$; "
                 "COMMIT",
                 tables[i]);
        dc_test_pg_exec(stage.pg, sql);
    }
    dc_test_pg_exec(
        stage.pg,
        "BEGIN; SET LOCAL ROLE goals; SET LOCAL dacheng.tenant = '2'; "
        "DO $$ BEGIN BEGIN INSERT INTO goals.sheet VALUES (1, 1, '2026', 1); RAISE 'written'; "
        "EXCEPTION WHEN insufficient_privilege THEN NULL; END; "
        "BEGIN CREATE TABLE goals.mine (a int); RAISE 'created'; "
        "EXCEPTION WHEN insufficient_privilege THEN NULL; END; "
        "BEGIN ALTER TABLE goals.target DISABLE ROW LEVEL SECURITY; RAISE 'altered'; "
        "EXCEPTION WHEN insufficient_privilege THEN NULL; END; END $$; COMMIT");
}

static void
test_only_a_supervisor_of_the_group_defines(void **state)
{
    (void)state;
    Goals__SaveMeasureRequest measure = GOALS__SAVE_MEASURE_REQUEST__INIT;
    Goals__SaveMeasureResponse measure_saved = GOALS__SAVE_MEASURE_RESPONSE__INIT;
    Goals__SaveIndicatorRequest indicator = GOALS__SAVE_INDICATOR_REQUEST__INIT;
    Goals__SaveIndicatorResponse indicator_saved = GOALS__SAVE_INDICATOR_RESPONSE__INIT;
    Goals__SavePlanRequest plan = GOALS__SAVE_PLAN_REQUEST__INIT;
    Goals__SavePlanResponse plan_saved = GOALS__SAVE_PLAN_RESPONSE__INIT;
    Goals__ChangeWeightsRequest weights = GOALS__CHANGE_WEIGHTS_REQUEST__INIT;
    Goals__ChangeWeightsResponse weights_changed = GOALS__CHANGE_WEIGHTS_RESPONSE__INIT;
    Goals__InstallLibraryRequest install = GOALS__INSTALL_LIBRARY_REQUEST__INIT;
    Goals__InstallLibraryResponse installed = GOALS__INSTALL_LIBRARY_RESPONSE__INIT;
    const struct who *const others[] = {&supervisor_of_a, &director_a,   &boss,      &zhang_san,
                                        &auditor,         &system_admin, &integrator};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const struct who who = *others[i];
        REFUSED(CALL(who, goals_save_measure, &measure, &measure_saved), DC_PERMISSION_DENIED, "");
        REFUSED(CALL(who, goals_save_indicator, &indicator, &indicator_saved), DC_PERMISSION_DENIED,
                "");
        REFUSED(CALL(who, goals_save_plan, &plan, &plan_saved), DC_PERMISSION_DENIED, "");
        REFUSED(CALL(who, goals_change_weights, &weights, &weights_changed), DC_PERMISSION_DENIED,
                "");
        REFUSED(CALL(who, goals_install_library, &install, &installed), DC_PERMISSION_DENIED, "");
    }
    Goals__ListDefinitionsRequest ask = GOALS__LIST_DEFINITIONS_REQUEST__INIT;
    Goals__ListDefinitionsResponse answer = GOALS__LIST_DEFINITIONS_RESPONSE__INIT;
    MUST(CALL(zhang_san, goals_list_definitions, &ask, &answer));
    REFUSED(CALL(auditor, goals_list_definitions, &ask, &answer), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(system_admin, goals_list_definitions, &ask, &answer), DC_PERMISSION_DENIED, "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_who_may_adjust),
        TEST(test_who_may_set),
        TEST(test_who_may_hand_out),
        TEST(test_nobody_hands_out_to_himself),
        TEST(test_lifting_needs_the_right_to_every_parent),
        TEST(test_who_may_read),
        TEST(test_the_tree_begins_at_the_highest_within_reach),
        TEST(test_versions_are_within_reach_too),
        TEST(test_the_database_keeps_tenants_apart),
        TEST(test_only_a_supervisor_of_the_group_defines),
    };
    return cmocka_run_group_tests_name("goals rights", tests, stage_open, stage_down);
}
