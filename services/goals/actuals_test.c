/* Tests what goals keeps of actuals, and splits by them. */
#include "stage_test.h"

static int64_t sales, sales_measure, rate;

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    sales_measure = in_library("sales_amount")->measure_id;
    rate = in_library("collection_rate")->id;
    return 0;
}

/* --- hearing ------------------------------------------------------------------------------------
 */

struct told {
    int64_t tenant;
    Goals__OwnerKind kind;
    int64_t owner;
    const char *period, *numerator, *denominator;
    int64_t version;
};

/* Each total in an event of its own, all in one batch, as a consumer does it. */
static enum dc_code
hear(const struct told *told, size_t count)
{
    struct dc_arena *arena = stage.thread.arena;
    struct dc_step step;
    dc_step_init(&step, &stage.thread, "test", 0);
    step.context = stage_context(arena, &supervisor);
    stage_must(dc_step_begin(&step, 1, &stage.error));
    for (size_t i = 0; i < count; i++) {
        Ingest__MeasuresChanged *event =
            DC_NEW_MESSAGE(arena, Ingest__MeasuresChanged, ingest__measures_changed__init);
        Ingest__Total *total = DC_NEW_MESSAGE(arena, Ingest__Total, ingest__total__init);
        Kernel__Event *outer = DC_NEW_MESSAGE(arena, Kernel__Event, kernel__event__init);
        total->measure_id = sales_measure;
        total->owner_kind = told[i].kind;
        total->owner_id = told[i].owner;
        total->period = (char *)told[i].period;
        total->numerator = (char *)told[i].numerator;
        total->denominator = (char *)told[i].denominator;
        total->version = told[i].version;
        event->totals = dc_arena_memdup(arena, &total, sizeof total);
        event->n_totals = 1;
        outer->tenant_id = told[i].tenant;
        const struct dc_delivery delivery = {.event = outer, .body = &event->base};
        stage_must(dc_db_set_tenant(step.db, outer->tenant_id, &stage.error));
        stage_must(goals_on_measures_changed(&step, &delivery, &stage.error));
    }
    enum dc_code code = goals_store_heard(&step, &stage.error);
    if (code == DC_OK) {
        return dc_step_commit(&step, &stage.error);
    }
    dc_step_rollback(&step);
    return code;
}
#define HEAR(...)                                                                                  \
    hear((const struct told[]){__VA_ARGS__},                                                       \
         sizeof((const struct told[]){__VA_ARGS__}) / sizeof(struct told))

static void
assert_kept(const char *wanted)
{
    char *kept = dc_test_pg_value(
        stage.pg, "SELECT coalesce(string_agg(tenant_id || ':' || owner_id || '@' || period || '=' "
                  "|| numerator::numeric(20, 2) || 'v' || version, ' ' "
                  "ORDER BY tenant_id, owner_id, period), '') FROM goals.total");
    assert_string_equal(kept, wanted);
    free(kept);
}

static void
test_newest_total_wins(void **state)
{
    (void)state;
    stage_must(HEAR({1, UNIT, A, "2026Q3", "100", "1", 5}, {2, UNIT, 201, "2026Q3", "9", "1", 1},
                    {1, UNIT, A, "2026Q3", "90", "1", 4}, {1, PERSON, 4, "2026Q3", "7", "1", 1}));
    assert_kept("1:4@2026Q3=7.00v1 1:10@2026Q3=100.00v5 2:201@2026Q3=9.00v1");
    /* The same again, and older ones, change nothing; a newer one does. */
    stage_must(HEAR({1, UNIT, A, "2026Q3", "100", "1", 5}, {1, UNIT, A, "2026Q3", "80", "1", 3}));
    assert_kept("1:4@2026Q3=7.00v1 1:10@2026Q3=100.00v5 2:201@2026Q3=9.00v1");
    stage_must(HEAR({1, UNIT, A, "2026Q3", "120.50", "1", 6}));
    assert_kept("1:4@2026Q3=7.00v1 1:10@2026Q3=120.50v6 2:201@2026Q3=9.00v1");
    assert_int_equal(HEAR({1, UNIT, A, "2026Q3", "many", "1", 7}), DC_INVALID_ARGUMENT);
    assert_kept("1:4@2026Q3=7.00v1 1:10@2026Q3=120.50v6 2:201@2026Q3=9.00v1");
}

/* While an upgrade rolls, a program of the release before still writes arrays. */
static void
test_hears_by_the_release_before_count(void **state)
{
    (void)state;
    stage_must(HEAR({1, PERSON, 4, "2026Q3", "7", "1", 3}));
    char arrays[400];
    snprintf(arrays, sizeof(arrays),
             "INSERT INTO goals.actual "
             "SELECT 1, person, 2, '2026Q3', '{%lld}', '{5}', '{1}', '{2}' FROM generate_series(4, 5) "
             "person; UPDATE goals.actual SET numerators = '{6}', versions = '{4}' WHERE owner_id = 5",
             (long long)sales_measure);
    dc_test_pg_exec(stage.pg, arrays);
    assert_kept("1:4@2026Q3=7.00v3 1:5@2026Q3=6.00v4");
}

/* --- splitting ----------------------------------------------------------------------------------
 */

static int64_t
set_group(int64_t indicator, const char *value)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.owner_kind = UNIT;
    request.owner_id = GROUP;
    request.indicator_id = indicator;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = "年度目标";
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    return response.node->target->id;
}

static enum dc_code
split(int64_t target, Goals__WithoutActuals without, const char *period)
{
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    request.target_id = target;
    request.method = GOALS__SPLIT_METHOD__SPLIT_METHOD_ACTUALS;
    request.reason = "按上期实际";
    request.without_actuals = without;
    request.actuals_period = (char *)period;
    return CALL(supervisor, goals_split_target, &request, &response);
}
#define WITHOUT(what) GOALS__WITHOUT_ACTUALS__WITHOUT_ACTUALS_##what

/* "10=100.00 11=200.00": the children of the group. */
static void
assert_children(const char *wanted)
{
    char *text = dc_test_pg_value(
        stage.pg,
        "SELECT coalesce(string_agg(owner_kind || '/' || owner_id || '=' || value::numeric(20, 2), "
        "' ' ORDER BY owner_kind, owner_id), '') FROM goals.target WHERE parent_id IS NOT NULL");
    assert_string_equal(text, wanted);
    free(text);
}

/* Below the group: A, B, C, and the persons 1 and 9. */
static void
test_split_by_actuals(void **state)
{
    (void)state;
    int64_t group = set_group(sales, "1000.00");
    stage_must(HEAR({1, UNIT, A, "2026Q3", "200", "1", 1}, {1, UNIT, B, "2026Q3", "100", "1", 1},
                    {1, UNIT, C, "2026Q3", "-5", "1", 1}, {1, PERSON, 1, "2026Q3", "0", "1", 1},
                    {1, PERSON, 9, "2026Q3", "3", "0", 1}, {1, UNIT, C, "2026Q2", "77", "1", 1}));
    /* Never even in silence: who has nothing is named. */
    REFUSED(split(group, WITHOUT(UNSPECIFIED), ""), DC_FAILED_PRECONDITION, "without_actuals");
    assert_non_null(strstr(stage.error.message, "C (-5)"));
    assert_non_null(strstr(stage.error.message, "绩效主管 (0)"));
    assert_non_null(strstr(stage.error.message, "老板 (–)"));
    assert_children("");
    MUST(split(group, WITHOUT(LEAVE), ""));
    assert_children("1/10=666.67 1/11=333.33");
    MUST(split(group, WITHOUT(ZERO), ""));
    assert_children("1/10=666.67 1/11=333.33 1/12=0.00 2/1=0.00 2/9=0.00");
    MUST(split(group, WITHOUT(MEAN), ""));
    assert_children("1/10=266.67 1/11=133.33 1/12=200.00 2/1=200.00 2/9=200.00");
    /* Left out, they keep what they have, and the others share the rest. */
    MUST(split(group, WITHOUT(LEAVE), "2026Q3"));
    assert_children("1/10=266.67 1/11=133.33 1/12=200.00 2/1=200.00 2/9=200.00");
    MUST(split(group, WITHOUT(ZERO), "2026Q2"));
    assert_children("1/10=0.00 1/11=0.00 1/12=1000.00 2/1=0.00 2/9=0.00");
}

static void
test_what_is_no_basis(void **state)
{
    (void)state;
    int64_t group = set_group(sales, "1000.00");
    REFUSED(split(group, WITHOUT(ZERO), ""), DC_FAILED_PRECONDITION, "actuals_period");
    REFUSED(split(group, WITHOUT(MEAN), "2026Q4"), DC_INVALID_ARGUMENT, "actuals_period");
    REFUSED(split(group, WITHOUT(MEAN), "last year"), DC_INVALID_ARGUMENT, "actuals_period");
    REFUSED(split(set_group(rate, "0.95"), WITHOUT(ZERO), ""), DC_INVALID_ARGUMENT, "method");
    Goals__SplitTargetRequest request = GOALS__SPLIT_TARGET_REQUEST__INIT;
    Goals__SplitTargetResponse response = GOALS__SPLIT_TARGET_RESPONSE__INIT;
    request.target_id = group;
    request.method = GOALS__SPLIT_METHOD__SPLIT_METHOD_EVEN;
    request.reason = "平均";
    request.actuals_period = "2026Q3";
    REFUSED(CALL(supervisor, goals_split_target, &request, &response), DC_INVALID_ARGUMENT,
            "actuals_period");
}

static void
test_basis_is_shown_beforehand(void **state)
{
    (void)state;
    Goals__GetSplitBasisRequest request = GOALS__GET_SPLIT_BASIS_REQUEST__INIT;
    Goals__GetSplitBasisResponse response = GOALS__GET_SPLIT_BASIS_RESPONSE__INIT;
    request.target_id = set_group(sales, "1000.00");
    stage_must(HEAR({1, UNIT, A, "2026Q3", "200", "1", 1}, {1, UNIT, B, "2026Q3", "100", "1", 1},
                    {1, UNIT, C, "2026Q3", "-5", "1", 1}));
    MUST(CALL(supervisor, goals_get_split_basis, &request, &response));
    assert_string_equal(response.actuals_period, "2026Q3");
    assert_int_equal(response.n_basis, 5);
    assert_string_equal(response.basis[0]->actual, "200.00");
    assert_string_equal(response.basis[0]->share, "66.67");
    assert_string_equal(response.basis[1]->share, "33.33");
    assert_string_equal(response.basis[2]->actual, "-5.00");
    assert_string_equal(response.basis[2]->share, "");
    assert_int_equal(response.basis[2]->remark, GOALS__BASIS_REMARK__BASIS_REMARK_NEGATIVE);
    assert_string_equal(response.basis[3]->actual, "");
    assert_int_equal(response.basis[3]->remark, GOALS__BASIS_REMARK__BASIS_REMARK_NO_DATA);
    /* It is shown to those alone who may hand the target out. */
    REFUSED(CALL(boss, goals_get_split_basis, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(director_a, goals_get_split_basis, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, goals_get_split_basis, &request, &response), DC_NOT_FOUND, "target_id");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_newest_total_wins, prepare),
        cmocka_unit_test_setup(test_hears_by_the_release_before_count, prepare),
        cmocka_unit_test_setup(test_split_by_actuals, prepare),
        cmocka_unit_test_setup(test_what_is_no_basis, prepare),
        cmocka_unit_test_setup(test_basis_is_shown_beforehand, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
