/* Tests measures that are made of decided tasks: what they may be, and that sales and tasks do not
 * meet in one number. */
#include "stage_test.h"

#define KIND(name) GOALS__MEASURE_KIND__MEASURE_KIND_##name
#define TASKS GOALS__MEASURE_OF__MEASURE_OF_TASKS

static enum dc_code
save(Goals__Measure *measure, Goals__Measure **ret_saved)
{
    Goals__SaveMeasureRequest request = GOALS__SAVE_MEASURE_REQUEST__INIT;
    Goals__SaveMeasureResponse response = GOALS__SAVE_MEASURE_RESPONSE__INIT;
    request.measure = measure;
    DC_TRY(CALL(supervisor, goals_save_measure, &request, &response));
    *ret_saved = response.measure;
    return DC_OK;
}

static Goals__Measure
of_tasks(const char *code, Goals__MeasureKind kind, const char *field)
{
    Goals__Measure m = GOALS__MEASURE__INIT;
    m.code = (char *)code;
    m.name = "过程";
    m.kind = kind;
    m.field = (char *)field;
    m.of = TASKS;
    return m;
}

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    stage_deaf();
    return 0;
}

static void
test_every_field_of_a_task(void **state)
{
    (void)state;
    static const char *const fields[] = {"tasks", "on_time", "before_reminder", "hours"};
    Goals__Measure *saved, m;
    char *stages[] = {"confirm", "approve"};
    Goals__Filter filter = GOALS__FILTER__INIT, *filters[] = {&filter};
    filter.dimension = "stage";
    filter.values = stages;
    filter.n_values = 2;
    for (size_t i = 0; i < 4; i++) {
        char code[20];
        snprintf(code, sizeof code, "sum_%zu", i);
        m = of_tasks(code, KIND(SUM), fields[i]);
        m.filters = filters;
        m.n_filters = 1;
        MUST(save(&m, &saved));
        snprintf(code, sizeof code, "mean_%zu", i);
        m = of_tasks(code, KIND(AVERAGE), fields[i]);
        MUST(save(&m, &saved));
    }
    const char *key;
    Goals__MeasuresDefined *told =
        (void *)stage_hear_keyed(&goals__measures_defined__descriptor, &key);
    assert_int_equal(told->measures[0]->of, TASKS);
    assert_string_equal(told->measures[0]->filters[0]->dimension, "stage");
    assert_int_equal(measure("sum_3")->of, TASKS);
    assert_int_equal(measure("sales_amount")->of, GOALS__MEASURE_OF__MEASURE_OF_SALES);
}

static void
test_what_a_task_has_not(void **state)
{
    (void)state;
    Goals__Measure *saved, m;
    Goals__Filter filter = GOALS__FILTER__INIT, *filters[] = {&filter};
    char *values[] = {"P1"};
#define BAD(kind, field_, change, at)                                                              \
    do {                                                                                           \
        m = of_tasks("some", KIND(kind), field_);                                                  \
        change;                                                                                    \
        REFUSED(save(&m, &saved), DC_INVALID_ARGUMENT, at);                                        \
    } while (0)
    BAD(SUM, "amount", (void)0, "measure.field");
    BAD(AVERAGE, "quantity", (void)0, "measure.field");
    BAD(COUNT, "tasks", (void)0, "measure.field");
    BAD(DISTINCT, "customer", (void)0, "measure.kind");
    BAD(SUM, "hours", m.of = 99, "measure.of");
    BAD(SUM, "hours", m.of = GOALS__MEASURE_OF__MEASURE_OF_SALES, "measure.field");
    filter.values = values;
    filter.n_values = 1;
    filter.dimension = "product";
    BAD(SUM, "hours", (m.filters = filters, m.n_filters = 1), "measure.filters[0].dimension");
    filter.dimension = "stage";
    BAD(SUM, "amount",
        (m.of = GOALS__MEASURE_OF__MEASURE_OF_SALES, m.filters = filters, m.n_filters = 1),
        "measure.filters[0].dimension");
}

static void
test_sales_and_tasks_do_not_meet(void **state)
{
    (void)state;
    Goals__Measure *saved, m = of_tasks("odd", KIND(RATIO), "");
    m.numerator_id = measure("tasks_on_time")->id;
    m.denominator_id = measure("sales_amount")->id;
    REFUSED(save(&m, &saved), DC_INVALID_ARGUMENT, "measure.denominator_id");
    m.denominator_id = measure("tasks_decided")->id;
    m.of = GOALS__MEASURE_OF__MEASURE_OF_SALES;
    REFUSED(save(&m, &saved), DC_INVALID_ARGUMENT, "measure.numerator_id");
    m = *measure("tasks_on_time");
    m.of = GOALS__MEASURE_OF__MEASURE_OF_SALES;
    m.field = "amount";
    REFUSED(save(&m, &saved), DC_FAILED_PRECONDITION, "measure.of");
}

static void
test_the_library_has_punctuality(void **state)
{
    (void)state;
    Goals__Measure *rate = measure("approval_on_time");
    assert_int_equal(rate->of, TASKS);
    assert_int_equal(rate->numerator_id, measure("tasks_on_time")->id);
    assert_int_equal(rate->denominator_id, measure("tasks_decided")->id);
    Goals__ListDefinitionsRequest request = GOALS__LIST_DEFINITIONS_REQUEST__INIT;
    Goals__ListDefinitionsResponse all = GOALS__LIST_DEFINITIONS_RESPONSE__INIT;
    MUST(CALL(director_a, goals_list_definitions, &request, &all));
    size_t found = 0;
    for (size_t i = 0; i < all.n_indicators; i++) {
        if (strcmp(all.indicators[i]->code, "approval_on_time") == 0) {
            assert_string_equal(all.indicators[i]->name, "审批及时率");
            assert_int_equal(all.indicators[i]->indicator_class,
                             GOALS__INDICATOR_CLASS__INDICATOR_CLASS_PROCESS);
            assert_int_equal(all.indicators[i]->measure_id, rate->id);
            assert_false(all.indicators[i]->additive);
            found++;
        }
    }
    assert_int_equal(found, 1);
}

/* --- ratings ------------------------------------------------------------------------------------
 */

static Goals__Measure
of_ratings(const char *code, const char *low, const char *high)
{
    Goals__Measure m = GOALS__MEASURE__INIT;
    m.code = (char *)code;
    m.name = "评价";
    m.kind = KIND(AVERAGE);
    m.of = GOALS__MEASURE_OF__MEASURE_OF_RATING;
    m.scale_min = (char *)low;
    m.scale_max = (char *)high;
    return m;
}

static void
test_a_measure_of_ratings_has_a_scale(void **state)
{
    (void)state;
    Goals__Measure *saved, m = of_ratings("self_rating", "1", "10");
    MUST(save(&m, &saved));
    assert_string_equal(measure("self_rating")->scale_max, "10");
    m = *saved;
    m.name = "自评";
    m.scale_max = "10.0"; /* the same number */
    MUST(save(&m, &saved));
    m = *saved;
    m.scale_max = "5";
    REFUSED(save(&m, &saved), DC_FAILED_PRECONDITION, "measure.scale_min");
#define BAD_RATING(change, at)                                                                     \
    do {                                                                                           \
        m = of_ratings("some", "1", "5");                                                          \
        change;                                                                                    \
        REFUSED(save(&m, &saved), DC_INVALID_ARGUMENT, at);                                        \
    } while (0)
    BAD_RATING(m.scale_max = "1", "measure.scale_max");
    BAD_RATING(m.scale_min = "", "measure.scale_max");
    BAD_RATING(m.kind = KIND(SUM), "measure.kind");
    BAD_RATING(m.field = "amount", "measure.field");
    BAD_RATING((m.of = TASKS, m.field = "hours"), "measure.scale_min");
    m = of_tasks("half", KIND(RATIO), ""); /* no part of a ratio */
    m.numerator_id = measure("self_rating")->id;
    m.denominator_id = measure("tasks_decided")->id;
    REFUSED(save(&m, &saved), DC_INVALID_ARGUMENT, "measure.numerator_id");
}

/* A plan scores ratings by their own scale, and nothing else by it. */
static void
test_a_plan_has_the_scale_of_the_measure(void **state)
{
    (void)state;
    Goals__ListDefinitionsRequest list = GOALS__LIST_DEFINITIONS_REQUEST__INIT;
    Goals__ListDefinitionsResponse all = GOALS__LIST_DEFINITIONS_RESPONSE__INIT;
    Goals__SavePlanRequest request = GOALS__SAVE_PLAN_REQUEST__INIT;
    Goals__SavePlanResponse response = GOALS__SAVE_PLAN_RESPONSE__INIT;
    Goals__Plan plan = GOALS__PLAN__INIT;
    Goals__PlanScope scope = GOALS__PLAN_SCOPE__INIT;
    Goals__RatingRule rule = GOALS__RATING_RULE__INIT;
    Goals__PlanItem item = GOALS__PLAN_ITEM__INIT, *items[] = {&item};
    int64_t rated = 0, sales = 0;
    MUST(CALL(supervisor, goals_list_definitions, &list, &all));
    for (size_t i = 0; i < all.n_indicators; i++) {
        bool is_review = strcmp(all.indicators[i]->code, "review_360") == 0;
        rated = is_review ? all.indicators[i]->id : rated;
        sales = all.indicators[i]->primary ? all.indicators[i]->id : sales;
    }
    rule.full_marks = "100";
    rule.scale_min = "1";
    rule.scale_max = "5.00";
    rule.decimals = 2;
    item.weight = "100.00";
    item.rating = &rule;
    plan.code = plan.name = "p";
    plan.scope = &scope;
    plan.items = items;
    plan.n_items = 1;
    plan.missing_policy = GOALS__MISSING_POLICY__MISSING_POLICY_DROP;
    plan.total_decimals = 2;
    plan.effective_from = "2026-10-01";
    request.reason = "360 计入考核";
    request.plan = &plan;
    item.indicator_id = sales;
    REFUSED(CALL(supervisor, goals_save_plan, &request, &response), DC_INVALID_ARGUMENT,
            "plan.items[0].rating");
    item.indicator_id = rated;
    rule.scale_max = "10";
    REFUSED(CALL(supervisor, goals_save_plan, &request, &response), DC_INVALID_ARGUMENT,
            "plan.items[0].rating");
    rule.scale_max = "5.00";
    MUST(CALL(supervisor, goals_save_plan, &request, &response));
    const char *key;
    Goals__PlanChanged *told = (void *)stage_hear_keyed(&goals__plan_changed__descriptor, &key);
    assert_string_equal(told->plan->items[0]->rating->scale_max, "5.00");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_every_field_of_a_task),
        TEST(test_what_a_task_has_not),
        TEST(test_sales_and_tasks_do_not_meet),
        TEST(test_the_library_has_punctuality),
        TEST(test_a_measure_of_ratings_has_a_scale),
        TEST(test_a_plan_has_the_scale_of_the_measure),
    };
    return cmocka_run_group_tests_name("goals measures", tests, stage_open, stage_down);
}
