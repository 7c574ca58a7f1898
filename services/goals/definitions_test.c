/* Tests measures and indicators on the stage. */
#include "stage_test.h"

static int64_t sales;

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
}

/* --- the library -------------------------------------------------------------------------------
 */

static void
test_the_library_installs_once(void **state)
{
    (void)state;
    install();
    assert_int_equal(library.n_measures, 22);
    assert_int_equal(library.n_indicators, 14);
    const char *key;
    Goals__MeasuresDefined *measures =
        (void *)stage_hear_keyed(&goals__measures_defined__descriptor, &key);
    assert_string_equal(key, "measures");
    assert_int_equal(measures->n_measures, 22);
    Goals__IndicatorsDefined *indicators =
        (void *)stage_hear_keyed(&goals__indicators_defined__descriptor, &key);
    assert_string_equal(key, "indicators");
    assert_int_equal(indicators->n_indicators, 14);
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
    assert_false(m->first_only);
    m = measure("gross_margin");
    assert_int_equal(m->of, GOALS__MEASURE_OF__MEASURE_OF_FORMULA);
    assert_string_equal(m->formula, "(sales_amount - sales_cost) / sales_amount");
    m = measure("campaign_sales"); /* any campaign but none */
    assert_true(m->filters[0]->exclude);
    assert_int_equal(m->filters[0]->n_values, 1);
    assert_string_equal(m->filters[0]->values[0], "");
    assert_true(measure("repeat_customers")->repeat_only);
}

/* --- measures ----------------------------------------------------------------------------------
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

/* --- indicators --------------------------------------------------------------------------------
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

static Goals__Measure
formula_of(const char *code, const char *formula)
{
    Goals__Measure m = sum_of(code, "");
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    m.of = GOALS__MEASURE_OF__MEASURE_OF_FORMULA;
    m.formula = (char *)formula;
    return m;
}

static void
test_formulas_are_checked(void **state)
{
    (void)state;
    install();
    Goals__Measure *saved, m;
#define BAD_FORMULA(text, words)                                                                   \
    do {                                                                                           \
        m = formula_of("f_bad", text);                                                             \
        REFUSED(save_measure(&m, &saved), DC_INVALID_ARGUMENT, "measure.formula");                 \
        assert_non_null(strstr(stage.error.message, words));                                       \
    } while (0)
    BAD_FORMULA("", "column 1: the formula ends where a number");
    BAD_FORMULA("sales_amount / unheard_of", "column 16: there is no measure \"unheard_of\"");
    BAD_FORMULA("sales_amount > 1", "column 1: a condition stands");
    BAD_FORMULA("actual() / 2", "only in the rules of a plan");
    BAD_FORMULA("f_bad + 1", "it would stand on itself: f_bad → f_bad");
    BAD_FORMULA("previous(sales_per_head)", "of an earlier period only totals are kept");
    m = sum_of("f_bad", "amount");
    m.formula = "1";
    REFUSED(save_measure(&m, &saved), DC_INVALID_ARGUMENT, "measure.formula");
    m = formula_of("f_bad", "1");
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_SUM;
    REFUSED(save_measure(&m, &saved), DC_INVALID_ARGUMENT, "measure.kind");
    /* A circle over three: a -> b -> c -> a. */
    m = formula_of("f_a", "sales_amount");
    MUST(save_measure(&m, &saved));
    int64_t a = saved->id;
    m = formula_of("f_c", "f_a + 1");
    MUST(save_measure(&m, &saved));
    m = formula_of("f_b", "f_c * 2");
    MUST(save_measure(&m, &saved));
    m = formula_of("f_a", "f_b");
    m.id = a;
    REFUSED(save_measure(&m, &saved), DC_INVALID_ARGUMENT, "measure.formula");
    assert_string_equal(stage.error.message, "it would stand on itself: f_a → f_b → f_c → f_a");
    /* What a formula names keeps its code and stays. */
    m = formula_of("f_renamed", "sales_amount");
    m.id = a;
    REFUSED(save_measure(&m, &saved), DC_FAILED_PRECONDITION, "measure.code");
    m = formula_of("f_a", "sales_amount");
    m.id = a;
    m.retired = true;
    REFUSED(save_measure(&m, &saved), DC_FAILED_PRECONDITION, "measure.retired");
    m.retired = false;
    m.formula = "sales_amount * 2";
    MUST(save_measure(&m, &saved));
    assert_int_equal(saved->version, 2);
    assert_string_equal(measure("f_a")->formula, "sales_amount * 2");
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
    Goals__ListDefinitionsResponse all = definitions_of(&supervisor);
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
    Goals__Indicator x = *definitions_of(&supervisor).indicators[0], *saved;
    assert_int_equal(x.id, sales);
    x.decimals = 0;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.decimals");
    x.decimals = 2;
    x.additive = false;
    REFUSED(save_indicator(&x, &saved), DC_FAILED_PRECONDITION, "indicator.additive");
    x.additive = true;
    x.measure_id = 999999;
    REFUSED(save_indicator(&x, &saved), DC_INVALID_ARGUMENT, "indicator.measure_id");
    x = *definitions_of(&supervisor).indicators[1];
    x.decimals = 7;
    REFUSED(save_indicator(&x, &saved), DC_INVALID_ARGUMENT, "indicator.decimals");
    x.decimals = 0; /* no targets of this one yet */
    MUST(save_indicator(&x, &saved));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_the_library_installs_once),
        TEST(test_measures_change_by_version),
        TEST(test_measures_are_checked),
        TEST(test_formulas_are_checked),
        TEST(test_exactly_one_indicator_is_primary),
        TEST(test_targets_fix_what_they_stand_on),
    };
    return cmocka_run_group_tests_name("goals definitions", tests, stage_open, stage_down);
}
