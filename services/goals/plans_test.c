/* Tests plans on the stage: versions, weights, grades, and whom a plan reaches. */
#include "stage_test.h"

#include "specificity.h"
#include "tests/lib/rule_words.h"

static int64_t sales, hot, collected, new_customers, cost;

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    hot = in_library("hot_product_sales")->id;
    collected = in_library("collected_amount")->id;
    new_customers = in_library("new_customers")->id;
    cost = in_library("cost_rate")->id;
    stage_deaf();
    return 0;
}

/* --- short forms -------------------------------------------------------------------------------
 */

struct item {
    int64_t *indicator;
    const char *weight;
};

static Goals__Plan *
make_plan(const char *code, const struct item *rows, size_t count)
{
    struct dc_arena *arena = stage.thread.arena;
    Goals__Plan *plan = DC_NEW_MESSAGE(arena, Goals__Plan, goals__plan__init);
    plan->code = (char *)code;
    plan->name = "销售代表方案";
    plan->scope = DC_NEW_MESSAGE(arena, Goals__PlanScope, goals__plan_scope__init);
    plan->missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan->total_decimals = 2;
    plan->effective_from = "2026-01-01";
    plan->items = DC_NEW_ARRAY(arena, Goals__PlanItem *, count);
    for (size_t i = 0; i < count; i++) {
        Goals__PlanItem *item = DC_NEW_MESSAGE(arena, Goals__PlanItem, goals__plan_item__init);
        item->ratio = DC_NEW_MESSAGE(arena, Goals__RatioRule, goals__ratio_rule__init);
        item->ratio->full_marks = "100";
        item->ratio->lower = "0";
        item->ratio->cap = "1.2";
        item->ratio->decimals = 2;
        item->indicator_id = *rows[i].indicator;
        item->weight = (char *)rows[i].weight;
        plan->items[plan->n_items++] = item;
    }
    return plan;
}
#define PLAN(code, ...)                                                                            \
    make_plan((code), (const struct item[]){__VA_ARGS__},                                          \
              sizeof((const struct item[]){__VA_ARGS__}) / sizeof(struct item))

static enum dc_code
save_plan(Goals__Plan *plan, Goals__Plan **ret_saved)
{
    Goals__SavePlanRequest request = GOALS__SAVE_PLAN_REQUEST__INIT;
    Goals__SavePlanResponse response = GOALS__SAVE_PLAN_RESPONSE__INIT;
    *ret_saved = NULL;
    request.plan = plan;
    request.reason = "年度方案";
    DC_TRY(CALL(supervisor, goals_save_plan, &request, &response));
    *ret_saved = response.plan;
    return DC_OK;
}

static enum dc_code
change_weight(int64_t plan_id, int64_t indicator, const char *weight, const char *from,
              int64_t expected, Goals__ChangeWeightsResponse *ret_response)
{
    Goals__WeightChange change = GOALS__WEIGHT_CHANGE__INIT, *changes[] = {&change};
    Goals__ChangeWeightsRequest request = GOALS__CHANGE_WEIGHTS_REQUEST__INIT;
    change.indicator_id = indicator;
    change.weight = (char *)weight;
    request.plan_id = plan_id;
    request.changes = changes;
    request.n_changes = 1;
    request.effective_from = (char *)from;
    request.reason = "热销品加重";
    request.expected_version = expected;
    return CALL(supervisor, goals_change_weights, &request, ret_response);
}

/* --- changing ----------------------------------------------------------------------------------
 */

static void
test_the_hot_product_goes_from_30_to_40(void **state)
{
    (void)state;
    Goals__Plan *plan, *rep = PLAN("rep", {&sales, "50"}, {&hot, "30.00"}, {&collected, "20.0"});
    rep->scope->position = "sales_rep";
    MUST(save_plan(rep, &plan));
    assert_string_equal(plan->items[0]->weight, "50.00");
    Goals__ChangeWeightsResponse response = GOALS__CHANGE_WEIGHTS_RESPONSE__INIT;
    stage_deaf();
    MUST(change_weight(plan->id, hot, "40", "2027-01-01", 1, &response));
    assert_int_equal(response.people, 4); /* sales representatives */
    assert_int_equal(response.plan->version, 2);
    assert_string_equal(response.plan->items[0]->weight, "42.86");
    assert_string_equal(response.plan->items[1]->weight, "40.00");
    assert_string_equal(response.plan->items[2]->weight, "17.14");

    const char *key;
    Goals__PlanChanged *told = (void *)stage_hear_keyed(&goals__plan_changed__descriptor, &key);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "plan/%lld", (long long)plan->id);
    assert_string_equal(key, wanted);
    assert_string_equal(told->plan->items[1]->weight, "40.00");
    assert_string_equal(told->previous->items[1]->weight, "30.00");
    assert_string_equal(told->plan->effective_from, "2027-01-01");
    assert_string_equal(told->plan->author, "person-1");

    REFUSED(change_weight(plan->id, hot, "45", "2027-01-01", 1, &response), DC_ABORTED,
            "expected_version");
    REFUSED(change_weight(plan->id, new_customers, "5", "2027-01-01", 0, &response),
            DC_INVALID_ARGUMENT, "changes[0].indicator_id");
    REFUSED(change_weight(plan->id, hot, "100", "2027-01-01", 0, &response), DC_INVALID_ARGUMENT,
            "changes");
    REFUSED(change_weight(plan->id, hot, "40.001", "2027-01-01", 0, &response), DC_INVALID_ARGUMENT,
            "changes[0].weight");
    REFUSED(change_weight(plan->id, hot, "40", "2025-12-31", 0, &response), DC_FAILED_PRECONDITION,
            "effective_from");
    REFUSED(change_weight(999999, hot, "40", "2027-01-01", 0, &response), DC_NOT_FOUND, "plan_id");

    /* Versions: in force on a day by the day that they begin, whatever was saved last. */
    MUST(change_weight(plan->id, hot, "35", "2026-07-01", 0, &response));
    assert_string_equal(response.plan->items[0]->weight, "46.43"); /* from 50 30 20 */
    Goals__ListPlanVersionsRequest ask = GOALS__LIST_PLAN_VERSIONS_REQUEST__INIT;
    Goals__ListPlanVersionsResponse answer = GOALS__LIST_PLAN_VERSIONS_RESPONSE__INIT;
    ask.plan_id = plan->id;
    MUST(CALL(zhang_san, goals_list_plan_versions, &ask, &answer));
    assert_int_equal(answer.n_versions, 3);
    assert_int_equal(answer.versions[0]->version, 3);
    assert_string_equal(answer.versions[2]->reason, "年度方案");
    Goals__ListDefinitionsResponse all = definitions_of(&zhang_san);
    assert_int_equal(all.n_plans, 2); /* in force today: 3; coming: 2 */
    assert_int_equal(all.plans[0]->version, 3);
    assert_int_equal(all.plans[1]->version, 2);
}

/* --- checking ----------------------------------------------------------------------------------
 */

static void
test_plans_are_checked(void **state)
{
    (void)state;
    Goals__Plan *plan, *saved;
#define BAD_PLAN(change, code, field_)                                                             \
    do {                                                                                           \
        plan = PLAN("p", {&sales, "70"}, {&hot, "30"});                                            \
        change;                                                                                    \
        REFUSED(save_plan(plan, &saved), code, field_);                                            \
    } while (0)
    BAD_PLAN(plan->items[0]->weight = "69.99", DC_INVALID_ARGUMENT, "plan.items");
    BAD_PLAN(plan->items[0]->weight = "0", DC_INVALID_ARGUMENT, "plan.items[0].weight");
    BAD_PLAN(plan->items[1]->weight = "30.005", DC_INVALID_ARGUMENT, "plan.items[1].weight");
    BAD_PLAN(plan->items[1]->indicator_id = sales, DC_INVALID_ARGUMENT,
             "plan.items[1].indicator_id");
    BAD_PLAN(plan->items[1]->indicator_id = 999999, DC_INVALID_ARGUMENT,
             "plan.items[1].indicator_id");
    BAD_PLAN(plan->items[1]->indicator_id = cost, DC_INVALID_ARGUMENT,
             "plan.items[1].ratio.lower_is_better");
    BAD_PLAN(plan->items[0]->ratio = NULL, DC_INVALID_ARGUMENT, "plan.items[0].ratio");
    BAD_PLAN(plan->items[0]->ratio->full_marks = "0", DC_INVALID_ARGUMENT,
             "plan.items[0].ratio.full_marks");
    BAD_PLAN(plan->items[0]->ratio->cap = "-1", DC_INVALID_ARGUMENT, "plan.items[0].ratio.cap");
    BAD_PLAN((plan->items[0]->ratio->lower = "0.5", plan->items[0]->ratio->cap = "0.4"),
             DC_INVALID_ARGUMENT, "plan.items[0].ratio.cap");
    BAD_PLAN(plan->items[0]->ratio->threshold = "x", DC_INVALID_ARGUMENT,
             "plan.items[0].ratio.threshold");
    BAD_PLAN(plan->items[0]->ratio->decimals = 7, DC_INVALID_ARGUMENT,
             "plan.items[0].ratio.decimals");
    BAD_PLAN(plan->missing_policy = 0, DC_INVALID_ARGUMENT, "plan.missing_policy");
    BAD_PLAN(plan->total_decimals = -1, DC_INVALID_ARGUMENT, "plan.total_decimals");
    BAD_PLAN(plan->effective_from = "soon", DC_INVALID_ARGUMENT, "plan.effective_from");
    BAD_PLAN(plan->n_items = 0, DC_INVALID_ARGUMENT, "plan.items");
    BAD_PLAN((plan->scope->person_id = 4, plan->scope->unit_id = A), DC_INVALID_ARGUMENT,
             "plan.scope");
    BAD_PLAN(plan->scope->unit_id = 999, DC_INVALID_ARGUMENT, "plan.scope.unit_id");
    BAD_PLAN(plan->scope->person_id = 20, DC_INVALID_ARGUMENT, "plan.scope.person_id");
    BAD_PLAN(plan->id = 999999, DC_NOT_FOUND, "plan.id");

    /* Two of one scope cannot both say how an indicator counts. */
    MUST(save_plan(PLAN("p", {&sales, "70"}, {&hot, "30"}), &saved));
    REFUSED(save_plan(PLAN("p", {&collected, "100"}), &saved), DC_ALREADY_EXISTS, "plan.code");
    REFUSED(save_plan(PLAN("q", {&collected, "50"}, {&hot, "50"}), &saved), DC_FAILED_PRECONDITION,
            "plan.items[1].indicator_id");
    MUST(save_plan(PLAN("q", {&collected, "100"}), &saved));
    /* Once the first one has ended, another one may. */
    plan = PLAN("p", {&sales, "70"}, {&hot, "30"});
    plan->id = saved->id - 1;
    plan->effective_from = "2027-01-01";
    plan->retired = true;
    Goals__Plan *retired;
    MUST(save_plan(plan, &retired));
    plan = PLAN("r", {&sales, "100"});
    plan->effective_from = "2027-01-01";
    MUST(save_plan(plan, &saved));
    plan = PLAN("s", {&hot, "100"});
    plan->effective_from = "2026-12-31";
    REFUSED(save_plan(plan, &saved), DC_FAILED_PRECONDITION, "plan.items[0].indicator_id");
}

/* --- reaching ----------------------------------------------------------------------------------
 */

/* How many people a plan reaches, asked by a change of its weights to what they are. */
static int64_t
people_of(const Goals__Plan *plan)
{
    Goals__ChangeWeightsResponse response = GOALS__CHANGE_WEIGHTS_RESPONSE__INIT;
    MUST(change_weight(plan->id, plan->items[0]->indicator_id, plan->items[0]->weight, "2026-11-01",
                       0, &response));
    return response.people;
}

static void
test_the_most_specific_plan_wins(void **state)
{
    (void)state;
    Goals__Plan *everybody, *reps, *in_a, *reps_in_a, *in_a1, *zhang, *plan;
    plan = PLAN("everybody", {&sales, "100"});
    MUST(save_plan(plan, &everybody));
    assert_int_equal(people_of(everybody), 9);
    plan = PLAN("reps", {&sales, "100"});
    plan->scope->position = "sales_rep";
    MUST(save_plan(plan, &reps));
    assert_int_equal(people_of(reps), 4); /* 4 5 6 8 */
    assert_int_equal(people_of(everybody), 5);
    plan = PLAN("in_a", {&sales, "100"});
    plan->scope->unit_id = A;
    MUST(save_plan(plan, &in_a));
    assert_int_equal(people_of(in_a), 5); /* 2 3 4 5 6 */
    assert_int_equal(people_of(reps), 1); /* 8 */
    plan = PLAN("reps_in_a", {&sales, "100"});
    plan->scope->unit_id = A;
    plan->scope->position = "sales_rep";
    MUST(save_plan(plan, &reps_in_a));
    assert_int_equal(people_of(reps_in_a), 3); /* 4 5 6 */
    plan = PLAN("in_a1", {&sales, "60"}, {&hot, "40"});
    plan->scope->unit_id = A1;
    MUST(save_plan(plan, &in_a1));
    assert_int_equal(people_of(in_a1), 3); /* 3 4 5: deeper, though without a position */
    assert_int_equal(people_of(reps_in_a), 1);
    plan = PLAN("zhang", {&sales, "100"});
    plan->scope->person_id = 4;
    MUST(save_plan(plan, &zhang));
    assert_int_equal(people_of(zhang), 1);
    /* He has the hot product from his team's plan still. */
    assert_int_equal(people_of(in_a1), 3);
    assert_int_equal(people_of(everybody), 3); /* 1 7 9 */
}

/* The group as the pure rule sees it. */
static const struct specificity_place group_places[] = {
    {1, "hr", (const int64_t[]){GROUP}, 1},
    {2, "director", (const int64_t[]){A, GROUP}, 2},
    {3, "lead", (const int64_t[]){A1, A, GROUP}, 3},
    {4, "sales_rep", (const int64_t[]){A1, A, GROUP}, 3},
    {5, "sales_rep", (const int64_t[]){A1, A, GROUP}, 3},
    {6, "sales_rep", (const int64_t[]){A2, A, GROUP}, 3},
    {7, "director", (const int64_t[]){B, GROUP}, 2},
    {8, "sales_rep", (const int64_t[]){B1, B, GROUP}, 3},
    {9, "boss", (const int64_t[]){GROUP}, 1},
};
enum { PEOPLE = sizeof group_places / sizeof group_places[0], PLANS = 8 };

/* Does plan `mine` give the person one indicator at least? */
static bool
wins_one(Goals__Plan **plans, size_t count, size_t mine, const struct specificity_place *place)
{
    for (size_t i = 0; i < plans[mine]->n_items; i++) {
        int64_t indicator = plans[mine]->items[i]->indicator_id, best = SPECIFICITY_NONE;
        size_t winner = PLANS;
        for (size_t p = 0; p < count; p++) {
            const Goals__PlanScope *s = plans[p]->scope;
            const struct specificity_scope scope = {s->position, s->unit_id, s->person_id};
            int64_t rank = specificity_rank(&scope, place);
            for (size_t j = 0; j < plans[p]->n_items; j++) {
                if (plans[p]->items[j]->indicator_id == indicator && rank > best) {
                    best = rank;
                    winner = p;
                }
            }
        }
        if (winner == mine) {
            return true;
        }
    }
    return false;
}

static void
draw_scope(struct dc_test_random *random, Goals__PlanScope *scope)
{
    static const int64_t units[] = {0, GROUP, A, B, C, A1, A2, B1};
    static const char *const positions[] = {"", "", "sales_rep", "director", "lead"};
    if (dc_test_random_below(random, 5) == 0) {
        scope->person_id = 1 + (int64_t)dc_test_random_below(random, PEOPLE);
        return;
    }
    scope->unit_id = units[dc_test_random_below(random, 8)];
    scope->position = (char *)positions[dc_test_random_below(random, 5)];
}

static void
test_the_database_reaches_whom_the_rule_reaches(void **state)
{
    struct dc_test_random random = {.state = dc_test_seed()};
    int64_t reached = 0;
    for (int round = 0; round < 20; round++) {
        prepare(state);
        Goals__Plan *plans[PLANS];
        size_t count = 0;
        for (int i = 0; i < PLANS; i++) {
            char *code = dc_arena_printf(stage.thread.arena, "plan_%d", i);
            int64_t *const choices[] = {&sales, &hot, &collected};
            size_t first = dc_test_random_below(&random, 3);
            Goals__Plan *saved,
                *plan = dc_test_random_below(&random, 2)
                            ? PLAN(code, {choices[first], "100"})
                            : PLAN(code, {choices[first], "60"}, {choices[(first + 1) % 3], "40"});
            draw_scope(&random, plan->scope);
            if (save_plan(plan, &saved) == DC_OK) {
                plans[count++] = saved;
            } else {
                assert_int_equal(stage.error.code, DC_FAILED_PRECONDITION); /* a rival */
            }
        }
        for (size_t i = 0; i < count; i++) {
            int64_t wanted = 0;
            for (size_t p = 0; p < PEOPLE; p++) {
                wanted += wins_one(plans, count, i, &group_places[p]);
            }
            assert_int_equal(people_of(plans[i]), wanted);
            reached += wanted;
        }
    }
    assert_true(reached > 100);
}

static void
test_plans_of_others_are_not_seen(void **state)
{
    (void)state;
    Goals__Plan *saved, *plan = PLAN("in_a1", {&sales, "100"});
    plan->scope->unit_id = A1;
    MUST(save_plan(plan, &saved));
    plan = PLAN("li_si", {&sales, "100"});
    plan->scope->person_id = 5;
    MUST(save_plan(plan, &saved));
    plan = PLAN("in_b", {&sales, "100"});
    plan->scope->unit_id = B;
    MUST(save_plan(plan, &saved));
    assert_int_equal(definitions_of(&supervisor).n_plans, 3);
    assert_int_equal(definitions_of(&zhang_san).n_plans, 1);  /* his team's */
    assert_int_equal(definitions_of(&director_a).n_plans, 2); /* his people's */
    assert_int_equal(definitions_of(&director_b).n_plans, 1);
    Goals__ListPlanVersionsRequest ask = GOALS__LIST_PLAN_VERSIONS_REQUEST__INIT;
    Goals__ListPlanVersionsResponse answer = GOALS__LIST_PLAN_VERSIONS_RESPONSE__INIT;
    ask.plan_id = saved->id;
    REFUSED(CALL(zhang_san, goals_list_plan_versions, &ask, &answer), DC_PERMISSION_DENIED, "");
    ask.plan_id = 0;
    REFUSED(CALL(boss, goals_list_plan_versions, &ask, &answer), DC_NOT_FOUND, "plan_id");
}

/* --- grades ------------------------------------------------------------------------------------
 */

/* Grades and distribution belong to a version of a plan: told, kept, and read as they were saved.
 */
static void
a_plan_keeps_its_grades(void **state)
{
    (void)state;
    Goals__Plan *plan = PLAN("graded", {&sales, "70"}, {&hot, "30"}), *saved;
    Goals__DistributionRule distribution = GOALS__DISTRIBUTION_RULE__INIT;
    Goals__GradeShare shares[2] = {GOALS__GRADE_SHARE__INIT, GOALS__GRADE_SHARE__INIT};
    Goals__GradeShare *list[] = {&shares[0], &shares[1]};
    grade_words(stage.thread.arena, "A>=90:1.2 B:0.8", plan);
    shares[0].grade = "A";
    shares[0].share = "20.00";
    shares[1].grade = "B";
    shares[1].share = "80.00";
    distribution.shares = list;
    distribution.n_shares = 2;
    distribution.pool_level = 1;
    distribution.min_pool = 5;
    plan->distribution = &distribution;
    plan->scope->position = "graded";
    MUST(save_plan(plan, &saved));
    Goals__ListPlanVersionsRequest request = GOALS__LIST_PLAN_VERSIONS_REQUEST__INIT;
    Goals__ListPlanVersionsResponse response = GOALS__LIST_PLAN_VERSIONS_RESPONSE__INIT;
    request.plan_id = saved->id;
    MUST(CALL(supervisor, goals_list_plan_versions, &request, &response));
    const Goals__Plan *read = response.versions[0];
    assert_int_equal(read->n_grades, 2);
    assert_string_equal(read->grades[0]->from, "90");
    assert_string_equal(read->grades[1]->coefficient, "0.8");
    assert_int_equal(read->distribution->min_pool, 5);
    assert_string_equal(read->distribution->shares[1]->share, "80.00");
    shares[1].share = "70.00";
    plan->id = saved->id;
    REFUSED(save_plan(plan, &saved), DC_INVALID_ARGUMENT, "plan.distribution.shares");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_the_hot_product_goes_from_30_to_40),
        TEST(test_plans_are_checked),
        TEST(test_the_most_specific_plan_wins),
        TEST(test_the_database_reaches_whom_the_rule_reaches),
        TEST(test_plans_of_others_are_not_seen),
        TEST(a_plan_keeps_its_grades),
    };
    return cmocka_run_group_tests_name("goals plans", tests, stage_open, stage_down);
}
