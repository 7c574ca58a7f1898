/* Tests definitions on the stage: the library, measures, indicators, plans and their weights. */
#include "specificity.h"
#include "stage_test.h"
#include "tests/lib/rule_words.h"

static int64_t sales, hot, collected, new_customers, cost;

static int
prepare(void **state)
{
    stage_clear(state);
    stage_deaf();
    return 0;
}

static void
install(void)
{
    install_library();
    sales = in_library("sales_amount")->id;
    hot = in_library("hot_product_sales")->id;
    collected = in_library("collected_amount")->id;
    new_customers = in_library("new_customers")->id;
    cost = in_library("cost_rate")->id;
}

static Goals__ListDefinitionsResponse
list(const struct who *who)
{
    Goals__ListDefinitionsRequest request = GOALS__LIST_DEFINITIONS_REQUEST__INIT;
    Goals__ListDefinitionsResponse response = GOALS__LIST_DEFINITIONS_RESPONSE__INIT;
    MUST(CALL(*who, goals_list_definitions, &request, &response));
    return response;
}

static Goals__Measure *
measure(const char *code)
{
    Goals__ListDefinitionsResponse all = list(&supervisor);
    for (size_t i = 0; i < all.n_measures; i++) {
        if (strcmp(all.measures[i]->code, code) == 0) {
            return all.measures[i];
        }
    }
    fail_msg("no measure %s", code);
    return NULL;
}

/* --- the library --------------------------------------------------------------------------------
 */

static void
test_the_library_installs_once(void **state)
{
    (void)state;
    install();
    assert_int_equal(library.n_measures, 20);
    assert_int_equal(library.n_indicators, 12);
    const char *key;
    Goals__MeasuresDefined *measures =
        (void *)stage_hear_keyed(&goals__measures_defined__descriptor, &key);
    assert_string_equal(key, "measures");
    assert_int_equal(measures->n_measures, 20);
    Goals__IndicatorsDefined *indicators =
        (void *)stage_hear_keyed(&goals__indicators_defined__descriptor, &key);
    assert_string_equal(key, "indicators");
    assert_int_equal(indicators->n_indicators, 12);
    assert_true(indicators->indicators[0]->primary);

    install_library();
    assert_int_equal(library.n_measures + library.n_indicators, 0);
    assert_null(stage_hear_keyed(&goals__measures_defined__descriptor, &key));

    Goals__Measure *m = measure("collection_rate");
    assert_int_equal(m->kind, GOALS__MEASURE_KIND__MEASURE_KIND_RATIO);
    assert_int_equal(m->numerator_id, measure("collected_amount")->id);
    assert_int_equal(m->denominator_id, measure("sales_amount")->id);
    m = measure("new_customers");
    assert_int_equal(m->n_filters, 1);
    assert_string_equal(m->filters[0]->dimension, "customer_type");
    assert_int_equal(m->filters[0]->n_values, 2);
    assert_string_equal(m->filters[0]->values[0], "new");
    assert_string_equal(m->filters[0]->values[1], "新客户");
    m = measure("campaign_sales"); /* any campaign but none */
    assert_true(m->filters[0]->exclude);
    assert_int_equal(m->filters[0]->n_values, 1);
    assert_string_equal(m->filters[0]->values[0], "");
    assert_true(measure("repeat_customers")->repeat_only);
}

/* --- measures -----------------------------------------------------------------------------------
 */

static Goals__Measure
sum_of(const char *code, const char *field)
{
    Goals__Measure m = GOALS__MEASURE__INIT;
    m.code = (char *)code;
    m.name = "某指标";
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_SUM;
    m.field = (char *)field;
    return m;
}

static enum dc_code
save_measure(Goals__Measure *m, Goals__Measure **ret_saved)
{
    Goals__SaveMeasureRequest request = GOALS__SAVE_MEASURE_REQUEST__INIT;
    Goals__SaveMeasureResponse response = GOALS__SAVE_MEASURE_RESPONSE__INIT;
    *ret_saved = NULL;
    request.measure = m;
    DC_TRY(CALL(supervisor, goals_save_measure, &request, &response));
    *ret_saved = response.measure;
    return DC_OK;
}

static void
test_measures_change_by_version(void **state)
{
    (void)state;
    char *products[] = {"P-1", "it's", "a|b"}, *regions[] = {"华东"};
    Goals__Filter by_product = GOALS__FILTER__INIT, by_region = GOALS__FILTER__INIT;
    Goals__Filter *filters[] = {&by_product, &by_region};
    by_product.dimension = "product";
    by_product.values = products;
    by_product.n_values = 3;
    by_region.dimension = "region";
    by_region.exclude = true;
    by_region.values = regions;
    by_region.n_values = 1;
    Goals__Measure m = sum_of("p1_sales", "amount"), *saved;
    m.filters = filters;
    m.n_filters = 2;
    MUST(save_measure(&m, &saved));
    assert_int_equal(saved->version, 1);
    Goals__Measure *read = measure("p1_sales");
    assert_int_equal(read->n_filters, 2);
    assert_string_equal(read->filters[0]->values[1], "it's");
    assert_true(read->filters[1]->exclude);

    m.id = saved->id;
    m.version = 1;
    m.n_filters = 1;
    m.name = "新名称";
    MUST(save_measure(&m, &saved));
    assert_int_equal(saved->version, 2);
    read = measure("p1_sales");
    assert_int_equal(read->n_filters, 1);
    assert_string_equal(read->name, "新名称");
    const char *key;
    stage_hear_keyed(&goals__measures_defined__descriptor, &key);
    Goals__MeasuresDefined *told =
        (void *)stage_hear_keyed(&goals__measures_defined__descriptor, &key);
    assert_int_equal(told->measures[0]->version, 2);
    assert_int_equal(told->measures[0]->n_filters, 1);
    REFUSED(save_measure(&m, &saved), DC_ABORTED, "measure.version"); /* seen: 1 */
    m.version = 0;
    m.id = 999999;
    REFUSED(save_measure(&m, &saved), DC_NOT_FOUND, "measure.id");
    m.id = 0;
    REFUSED(save_measure(&m, &saved), DC_ALREADY_EXISTS, "measure.code");
}

static void
test_measures_are_checked(void **state)
{
    (void)state;
    install();
    Goals__Measure *saved, m;
#define BAD_MEASURE(change, field_)                                                                \
    do {                                                                                           \
        m = sum_of("some", "amount");                                                              \
        change;                                                                                    \
        REFUSED(save_measure(&m, &saved), DC_INVALID_ARGUMENT, field_);                            \
    } while (0)
    BAD_MEASURE(m.code = "Bad-Code", "measure.code");
    BAD_MEASURE(m.code = "", "measure.code");
    BAD_MEASURE(m.code = "a1234567890123456789012345678901234567890", "measure.code");
    BAD_MEASURE(m.name = "", "measure.name");
    BAD_MEASURE(m.name = "a\nb", "measure.name");
    BAD_MEASURE(m.kind = 0, "measure.kind");
    BAD_MEASURE(m.kind = 77, "measure.kind");
    BAD_MEASURE(m.field = "customer", "measure.field");
    BAD_MEASURE(m.field = "amount; DROP TABLE", "measure.field");
    BAD_MEASURE(m.repeat_only = true, "measure.repeat_only");
    BAD_MEASURE(m.numerator_id = 1, "measure.numerator_id");
    BAD_MEASURE((m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT), "measure.field");
    BAD_MEASURE((m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_COUNT), "measure.field");
    BAD_MEASURE((m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_RATIO, m.field = ""),
                "measure.numerator_id");
    BAD_MEASURE((m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_RATIO, m.field = "",
                 m.numerator_id = measure("sales_amount")->id,
                 m.denominator_id = measure("collection_rate")->id),
                "measure.denominator_id");
    char *twice[] = {"x", "x"};
    Goals__Filter filter = GOALS__FILTER__INIT, *filters[] = {&filter};
    filter.dimension = "product";
    filter.values = twice;
    BAD_MEASURE((m.filters = filters, m.n_filters = 1), "measure.filters[0].values");
    filter.n_values = 2;
    BAD_MEASURE((m.filters = filters, m.n_filters = 1), "measure.filters[0].values[1]");
    filter.dimension = "salary";
    BAD_MEASURE((m.filters = filters, m.n_filters = 1), "measure.filters[0].dimension");

    /* What stands on a measure keeps it as it must be. */
    m = *measure("sales_amount");
    m.retired = true;
    REFUSED(save_measure(&m, &saved), DC_FAILED_PRECONDITION, "measure.retired");
    m.retired = false;
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    REFUSED(save_measure(&m, &saved), DC_FAILED_PRECONDITION, "measure.kind");
    m = *measure("sales_records");
    m.retired = true;
    MUST(save_measure(&m, &saved));
}

/* --- indicators ---------------------------------------------------------------------------------
 */

static enum dc_code
save_indicator(Goals__Indicator *x, Goals__Indicator **ret_saved)
{
    Goals__SaveIndicatorRequest request = GOALS__SAVE_INDICATOR_REQUEST__INIT;
    Goals__SaveIndicatorResponse response = GOALS__SAVE_INDICATOR_RESPONSE__INIT;
    *ret_saved = NULL;
    request.indicator = x;
    DC_TRY(CALL(supervisor, goals_save_indicator, &request, &response));
    *ret_saved = response.indicator;
    return DC_OK;
}

static void
test_exactly_one_indicator_is_primary(void **state)
{
    (void)state;
    Goals__Measure m = sum_of("quantity", "quantity"), *saved_measure;
    MUST(save_measure(&m, &saved_measure));
    Goals__Indicator x = GOALS__INDICATOR__INIT, *first, *second, *saved;
    x.code = "quantity";
    x.name = "数量";
    x.indicator_class = GOALS__INDICATOR_CLASS__INDICATOR_CLASS_SALES;
    x.direction = GOALS__DIRECTION__DIRECTION_HIGHER;
    x.measure_id = saved_measure->id;
    x.additive = true;
    MUST(save_indicator(&x, &first));
    assert_true(first->primary); /* the first one is it, unasked */
    x.code = "quantity_2";
    MUST(save_indicator(&x, &second));
    assert_false(second->primary);
    stage_deaf();
    x = *second;
    x.primary = true;
    MUST(save_indicator(&x, &saved));
    const char *key;
    Goals__IndicatorsDefined *told =
        (void *)stage_hear_keyed(&goals__indicators_defined__descriptor, &key);
    assert_int_equal(told->n_indicators, 2); /* both have changed */
    assert_false(told->indicators[1]->primary);
    assert_int_equal(told->indicators[1]->version, 2);
    Goals__ListDefinitionsResponse all = list(&supervisor);
    assert_int_equal(all.indicators[0]->version, 2);
    assert_false(all.indicators[0]->primary);
    assert_true(all.indicators[1]->primary);
    x = *saved;
    x.primary = false;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.primary");
    x.primary = true;
    x.retired = true;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.retired");
}

static void
test_targets_fix_what_they_stand_on(void **state)
{
    (void)state;
    install();
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    request.owner_id = A;
    request.indicator_id = sales;
    request.period = "2026";
    request.value = "1";
    request.reason = "why";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    Goals__Indicator x = *list(&supervisor).indicators[0], *saved;
    assert_int_equal(x.id, sales);
    x.decimals = 0;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.decimals");
    x.decimals = 2;
    x.additive = false;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.additive");
    x.additive = true;
    x.measure_id = 999999;
    REFUSED(save_indicator(&x, &saved), DC_INVALID_ARGUMENT, "indicator.measure_id");
    x = *list(&supervisor).indicators[1];
    x.decimals = 7;
    REFUSED(save_indicator(&x, &saved), DC_INVALID_ARGUMENT, "indicator.decimals");
    x.decimals = 0; /* no targets of this one yet */
    MUST(save_indicator(&x, &saved));
}

/* --- plans --------------------------------------------------------------------------------------
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

static void
test_the_hot_product_goes_from_30_to_40(void **state)
{
    (void)state;
    install();
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
    Goals__ListDefinitionsResponse all = list(&zhang_san);
    assert_int_equal(all.n_plans, 2); /* in force today: 3; coming: 2 */
    assert_int_equal(all.plans[0]->version, 3);
    assert_int_equal(all.plans[1]->version, 2);
}

static void
test_plans_are_checked(void **state)
{
    (void)state;
    install();
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
    install();
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
        install();
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
    install();
    Goals__Plan *saved, *plan = PLAN("in_a1", {&sales, "100"});
    plan->scope->unit_id = A1;
    MUST(save_plan(plan, &saved));
    plan = PLAN("li_si", {&sales, "100"});
    plan->scope->person_id = 5;
    MUST(save_plan(plan, &saved));
    plan = PLAN("in_b", {&sales, "100"});
    plan->scope->unit_id = B;
    MUST(save_plan(plan, &saved));
    assert_int_equal(list(&supervisor).n_plans, 3);
    assert_int_equal(list(&zhang_san).n_plans, 1);  /* his team's */
    assert_int_equal(list(&director_a).n_plans, 2); /* his people's */
    assert_int_equal(list(&director_b).n_plans, 1);
    Goals__ListPlanVersionsRequest ask = GOALS__LIST_PLAN_VERSIONS_REQUEST__INIT;
    Goals__ListPlanVersionsResponse answer = GOALS__LIST_PLAN_VERSIONS_RESPONSE__INIT;
    ask.plan_id = saved->id;
    REFUSED(CALL(zhang_san, goals_list_plan_versions, &ask, &answer), DC_PERMISSION_DENIED, "");
    ask.plan_id = 0;
    REFUSED(CALL(boss, goals_list_plan_versions, &ask, &answer), DC_NOT_FOUND, "plan_id");
}

/* Grades and distribution belong to a version of a plan: told, kept, and read as they were saved.
 */
static void
a_plan_keeps_its_grades(void **state)
{
    (void)state;
    install();
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
        TEST(test_the_library_installs_once),
        TEST(test_measures_change_by_version),
        TEST(test_measures_are_checked),
        TEST(test_exactly_one_indicator_is_primary),
        TEST(test_targets_fix_what_they_stand_on),
        TEST(test_the_hot_product_goes_from_30_to_40),
        TEST(test_plans_are_checked),
        TEST(test_the_most_specific_plan_wins),
        TEST(test_the_database_reaches_whom_the_rule_reaches),
        TEST(test_plans_of_others_are_not_seen),
        TEST(a_plan_keeps_its_grades),
    };
    return cmocka_run_group_tests_name("goals definitions", tests, stage_open, stage_down);
}
