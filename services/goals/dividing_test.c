/* Tests the division of targets into shorter periods, and how these follow. It is 2026-11-23: the
 * months up to October are over. */
#include "stage_test.h"

static int64_t sales, rate;

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    rate = in_library("collection_rate")->id;
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

static int64_t
set_pinned(Goals__OwnerKind kind, int64_t owner, int64_t indicator, const char *period,
           const char *value, bool pinned)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = indicator;
    request.period = (char *)period;
    request.value = (char *)value;
    request.reason = "目标";
    request.pinned = pinned;
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    return response.node->target->id;
}
#define SET(kind, owner, period, value) set_pinned(kind, owner, sales, period, value, false)

static Goals__DivideTargetRequest
divide_request(int64_t target, int64_t profile, bool whole_tree)
{
    Goals__DivideTargetRequest request = GOALS__DIVIDE_TARGET_REQUEST__INIT;
    request.target_id = target;
    request.profile_id = profile;
    request.by = GOALS__DIVIDE_BY__DIVIDE_BY_MONTHS;
    request.whole_tree = whole_tree;
    request.reason = "按季节分月";
    return request;
}

static Goals__DivideTargetResponse
divide(int64_t target, int64_t profile, bool whole_tree)
{
    Goals__DivideTargetRequest request = divide_request(target, profile, whole_tree);
    Goals__DivideTargetResponse response = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_divide_target, &request, &response));
    return response;
}

static enum dc_code
adjust(int64_t target, const char *value, Goals__AdjustTargetResponse *response)
{
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    *response = (Goals__AdjustTargetResponse)GOALS__ADJUST_TARGET_RESPONSE__INIT;
    request.target_id = target;
    request.value = (char *)value;
    request.reason = "调整";
    request.effective_on = "2026-11-23";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    return CALL(supervisor, goals_adjust_target, &request, response);
}

/* "2026-10=10 2026-11=20": the targets of an owner. */
static void
assert_periods(Goals__OwnerKind kind, int64_t owner, const char *wanted)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(string_agg(period || '=' || trim_scale(value), ' ' ORDER BY period), "
             "'') FROM goals.target WHERE owner_kind = %d AND owner_id = %lld",
             kind, (long long)owner);
    char *text = dc_test_pg_value(stage.pg, sql);
    assert_string_equal(text, wanted);
    free(text);
}

static Goals__SeasonProfile *
save_profile(const char *name, const char *const *weights, size_t count)
{
    Goals__SeasonProfile profile = GOALS__SEASON_PROFILE__INIT;
    Goals__SaveProfileRequest request = GOALS__SAVE_PROFILE_REQUEST__INIT;
    Goals__SaveProfileResponse response = GOALS__SAVE_PROFILE_RESPONSE__INIT;
    profile.name = (char *)name;
    profile.weights = (char **)weights;
    profile.n_weights = count;
    request.profile = &profile;
    MUST(CALL(supervisor, goals_save_profile, &request, &response));
    return response.profile;
}

/* Every target stands in its newest version, and children hang where their owners do. */
static void
check_whole(void)
{
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target t LEFT JOIN goals.target_version v USING "
                     "(tenant_id, target_id, version) WHERE v.value IS DISTINCT FROM t.value OR "
                     "v.parent_id IS DISTINCT FROM t.parent_id"),
        0);
    assert_int_equal(stage_number("SELECT count(*) FROM goals.target c JOIN goals.target p ON "
                                  "p.target_id = c.parent_id WHERE p.period <> c.period"),
                     0);
}

/* --- dividing -----------------------------------------------------------------------------------
 */

static void
test_months_of_a_quarter(void **state)
{
    (void)state;
    static const char *const weights[12] = {"1", "1", "1", "1",  "1",  "1",
                                            "1", "1", "1", "20", "30", "50"};
    Goals__SeasonProfile *profile = save_profile("旺季", weights, 12);
    int64_t quarter = SET(UNIT, GROUP, "2026Q4", "100");
    Goals__DivideTargetRequest request = divide_request(quarter, profile->id, false);
    Goals__DivideTargetResponse preview = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_preview_division, &request, &preview));
    assert_int_equal(preview.n_parts, 3);
    assert_string_equal(preview.parts[2]->new_value, "50.00");
    assert_string_equal(preview.parts[2]->old_value, "");
    assert_periods(UNIT, GROUP, "2026Q4=100");
    Goals__DivideTargetResponse response = divide(quarter, profile->id, false);
    assert_int_equal(response.changed, 3);
    assert_string_equal(response.left_over, "0.00");
    assert_periods(UNIT, GROUP, "2026-10=20 2026-11=30 2026-12=50 2026Q4=100");
    /* October is over and stays; the others share the rest by their weights. */
    Goals__AdjustTargetResponse adjusted;
    MUST(adjust(quarter, "180", &adjusted));
    assert_periods(UNIT, GROUP, "2026-10=20 2026-11=60 2026-12=100 2026Q4=180");
    assert_int_equal(adjusted.n_periods, 3);
    assert_string_equal(adjusted.periods[0]->old_value, "20.00");
    assert_string_equal(adjusted.periods[0]->new_value, "20.00");
    assert_string_equal(adjusted.periods[1]->old_value, "30.00");
    assert_string_equal(adjusted.periods[1]->new_value, "60.00");
    check_whole();
}

static void
test_pinned_month_stays(void **state)
{
    (void)state;
    int64_t quarter = SET(UNIT, GROUP, "2026Q4", "90");
    set_pinned(UNIT, GROUP, sales, "2026-12", "50", true);
    divide(quarter, 0, false);
    assert_periods(UNIT, GROUP, "2026-10=20 2026-11=20 2026-12=50 2026Q4=90");
    Goals__AdjustTargetResponse adjusted;
    MUST(adjust(quarter, "100", &adjusted));
    assert_periods(UNIT, GROUP, "2026-10=20 2026-11=30 2026-12=50 2026Q4=100");
    /* More is kept than there is: nothing is left for November, and it shows. */
    MUST(adjust(quarter, "60", &adjusted));
    assert_periods(UNIT, GROUP, "2026-10=20 2026-11=0 2026-12=50 2026Q4=60");
    Goals__DivideTargetRequest request = divide_request(quarter, 0, false);
    Goals__DivideTargetResponse response = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_divide_target, &request, &response), DC_FAILED_PRECONDITION,
            "allow_over_assignment");
    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_divide_target, &request, &response));
    assert_string_equal(response.left_over, "-10.00");
}

static void
test_whole_tree_adds_up_in_each_month(void **state)
{
    (void)state;
    int64_t quarter = SET(UNIT, GROUP, "2026Q4", "100");
    SET(UNIT, A, "2026Q4", "33.33");
    SET(UNIT, B, "2026Q4", "66.67");
    SET(UNIT, A1, "2026Q4", "33.33");
    SET(PERSON, 4, "2026Q4", "11.11");
    SET(PERSON, 5, "2026Q4", "22.22");
    Goals__DivideTargetResponse response = divide(quarter, 0, true);
    assert_int_equal(response.changed, 18);
    assert_int_equal(
        stage_number("SELECT count(*) FROM goals.target p WHERE p.period LIKE '%-%' AND "
                     "EXISTS (SELECT FROM goals.target c WHERE c.parent_id = "
                     "p.target_id) AND p.value <> (SELECT sum(value) FROM goals.target "
                     "c WHERE c.parent_id = p.target_id)"),
        0);
    assert_int_equal(stage_number("SELECT count(*) FROM goals.target WHERE period LIKE '%-%' AND "
                                  "parent_id IS NULL"),
                     3);
    assert_periods(UNIT, GROUP, "2026-10=33.34 2026-11=33.33 2026-12=33.33 2026Q4=100");
    assert_periods(UNIT, A1, "2026-10=11.11 2026-11=11.11 2026-12=11.11 2026Q4=33.33");
    /* The quarter of the group moves: its months follow by season, those below by their trees. */
    Goals__AdjustTargetResponse adjusted;
    MUST(adjust(quarter, "166.66", &adjusted));
    assert_periods(UNIT, GROUP, "2026-10=33.34 2026-11=66.66 2026-12=66.66 2026Q4=166.66");
    assert_periods(UNIT, A1, "2026-10=11.11 2026-11=22.22 2026-12=22.22 2026Q4=55.55");
    check_whole();
}

static void
test_divided_one_below_follows_alone(void **state)
{
    (void)state;
    int64_t quarter = SET(UNIT, GROUP, "2026Q4", "100");
    int64_t a = SET(UNIT, A, "2026Q4", "60");
    divide(a, 0, false);
    assert_periods(UNIT, A, "2026-10=20 2026-11=20 2026-12=20 2026Q4=60");
    Goals__AdjustTargetResponse adjusted;
    MUST(adjust(quarter, "200", &adjusted));
    assert_periods(UNIT, A, "2026-10=20 2026-11=50 2026-12=50 2026Q4=120");
    assert_int_equal(adjusted.n_periods, 0); /* the group itself is not divided */
    check_whole();
}

static void
test_year_quarters_months(void **state)
{
    (void)state;
    int64_t year = SET(UNIT, GROUP, "2027", "1200");
    Goals__DivideTargetRequest request = divide_request(year, 0, false);
    Goals__DivideTargetResponse response = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    request.by = GOALS__DIVIDE_BY__DIVIDE_BY_QUARTERS;
    MUST(CALL(supervisor, goals_divide_target, &request, &response));
    int64_t quarter = stage_number("SELECT target_id FROM goals.target WHERE period = '2027Q2'");
    divide(quarter, 0, false);
    Goals__AdjustTargetResponse adjusted;
    MUST(adjust(year, "2400", &adjusted));
    assert_periods(UNIT, GROUP,
                   "2027=2400 2027-04=200 2027-05=200 2027-06=200 2027Q1=600 2027Q2=600 "
                   "2027Q3=600 2027Q4=600");
    check_whole();
}

static void
test_rates_have_the_same_each_month(void **state)
{
    (void)state;
    int64_t quarter = set_pinned(UNIT, GROUP, rate, "2026Q4", "0.95", false);
    set_pinned(UNIT, A, rate, "2026Q4", "0.99", false);
    divide(quarter, 0, true);
    assert_periods(UNIT, GROUP, "2026-10=0.95 2026-11=0.95 2026-12=0.95 2026Q4=0.95");
    assert_periods(UNIT, A, "2026-10=0.99 2026-11=0.99 2026-12=0.99 2026Q4=0.99");
}

static void
test_a_sheet_that_says_months_keeps_them(void **state)
{
    (void)state;
    int64_t quarter = SET(UNIT, GROUP, "2026Q4", "90");
    divide(quarter, 0, false);
    Goals__CellChange whole = GOALS__CELL_CHANGE__INIT, december = GOALS__CELL_CHANGE__INIT;
    Goals__CellChange *cells[] = {&december, &whole};
    Goals__SaveCellsRequest request = GOALS__SAVE_CELLS_REQUEST__INIT;
    Goals__SaveCellsResponse response = GOALS__SAVE_CELLS_RESPONSE__INIT;
    whole.owner_kind = december.owner_kind = UNIT;
    whole.owner_id = december.owner_id = GROUP;
    whole.indicator_id = december.indicator_id = sales;
    whole.period = "2026Q4";
    whole.value = "120";
    december.period = "2026-12";
    december.value = "80";
    request.cells = cells;
    request.n_cells = 2;
    request.reason = "年底冲刺";
    request.effective_on = "2026-11-23";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    MUST(CALL(supervisor, goals_save_cells, &request, &response));
    assert_true(response.saved);
    assert_int_equal(response.following, 1);
    assert_periods(UNIT, GROUP, "2026-10=30 2026-11=10 2026-12=80 2026Q4=120");
}

static void
test_who_may_and_what_cannot(void **state)
{
    (void)state;
    int64_t month = SET(UNIT, GROUP, "2026-12", "100"), quarter = SET(UNIT, A, "2026Q4", "90");
    Goals__DivideTargetRequest request = divide_request(month, 0, false);
    Goals__DivideTargetResponse response = GOALS__DIVIDE_TARGET_RESPONSE__INIT;
    REFUSED(CALL(supervisor, goals_divide_target, &request, &response), DC_INVALID_ARGUMENT, "by");
    request.target_id = quarter;
    request.by = GOALS__DIVIDE_BY__DIVIDE_BY_QUARTERS;
    REFUSED(CALL(supervisor, goals_divide_target, &request, &response), DC_INVALID_ARGUMENT, "by");
    request.by = GOALS__DIVIDE_BY__DIVIDE_BY_MONTHS;
    request.profile_id = 77;
    REFUSED(CALL(supervisor, goals_divide_target, &request, &response), DC_FAILED_PRECONDITION,
            "profile_id");
    request.profile_id = 0;
    request.expected_version = 9;
    REFUSED(CALL(supervisor, goals_divide_target, &request, &response), DC_ABORTED,
            "expected_version");
    request.expected_version = 0;
    REFUSED(CALL(director_a, goals_divide_target, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(boss, goals_preview_division, &request, &response), DC_PERMISSION_DENIED, "");
    MUST(CALL(supervisor_of_a, goals_divide_target, &request, &response));
}

/* --- profiles -----------------------------------------------------------------------------------
 */

static void
test_profiles(void **state)
{
    (void)state;
    static const char *const weights[4] = {"10", "20", "30", "40"};
    Goals__SeasonProfile *profile = save_profile("淡旺季", weights, 4);
    Goals__SaveProfileRequest request = GOALS__SAVE_PROFILE_REQUEST__INIT;
    Goals__SaveProfileResponse response = GOALS__SAVE_PROFILE_RESPONSE__INIT;
    Goals__SeasonProfile again = *profile;
    request.profile = &again;
    again.id = 0;
    REFUSED(CALL(supervisor, goals_save_profile, &request, &response), DC_ALREADY_EXISTS,
            "profile.name");
    again.id = profile->id;
    again.version = 9;
    REFUSED(CALL(supervisor, goals_save_profile, &request, &response), DC_ABORTED,
            "profile.version");
    again.version = profile->version;
    again.n_weights = 3;
    REFUSED(CALL(supervisor, goals_save_profile, &request, &response), DC_INVALID_ARGUMENT,
            "profile.weights");
    again.n_weights = 4;
    REFUSED(CALL(director_a, goals_save_profile, &request, &response), DC_PERMISSION_DENIED, "");
    MUST(CALL(supervisor, goals_save_profile, &request, &response));
    assert_int_equal(response.profile->version, 2);
    Goals__ListProfilesRequest list = GOALS__LIST_PROFILES_REQUEST__INIT;
    Goals__ListProfilesResponse listed = GOALS__LIST_PROFILES_RESPONSE__INIT;
    MUST(CALL(director_a, goals_list_profiles, &list, &listed));
    assert_int_equal(listed.n_profiles, 1);
    assert_string_equal(listed.profiles[0]->weights[3], "40");
    Goals__ListProfilesResponse theirs = GOALS__LIST_PROFILES_RESPONSE__INIT;
    MUST(CALL(stranger, goals_list_profiles, &list, &theirs));
    assert_int_equal(theirs.n_profiles, 0);
    divide(SET(UNIT, GROUP, "2027", "1000"), profile->id, false);
    assert_int_equal(stage_number("SELECT count(*) FROM goals.target WHERE period = '2027-12' AND "
                                  "value = 133.33"),
                     1);
}

static void
test_profile_of_a_year(void **state)
{
    (void)state;
    dc_test_pg_exec(stage.pg,
                    "SET search_path = goals; INSERT INTO actual SELECT 1, 10, 1, '2025-' || "
                    "lpad(m::text, 2, '0'), ARRAY[i.measure_id], ARRAY[(m * 10 - 20)::numeric], "
                    "'{1}', '{1}' FROM generate_series(1, 11) m, indicator i WHERE i.code = "
                    "'sales_amount'");
    Goals__DeriveProfileRequest request = GOALS__DERIVE_PROFILE_REQUEST__INIT;
    Goals__DeriveProfileResponse response = GOALS__DERIVE_PROFILE_RESPONSE__INIT;
    request.owner_kind = UNIT;
    request.owner_id = A;
    request.indicator_id = sales;
    request.year = "2025";
    MUST(CALL(director_a, goals_derive_profile, &request, &response));
    assert_int_equal(response.n_weights, 12);
    assert_string_equal(response.weights[0], "0"); /* it was below 0, and is named */
    assert_string_equal(response.weights[10], "90");
    assert_int_equal(response.n_without, 3);
    assert_string_equal(response.without[2], "2025-12");
    Goals__DeriveProfileResponse none = GOALS__DERIVE_PROFILE_RESPONSE__INIT;
    REFUSED(CALL(director_b, goals_derive_profile, &request, &none), DC_PERMISSION_DENIED, "");
    request.year = "2024Q1";
    REFUSED(CALL(supervisor, goals_derive_profile, &request, &none), DC_INVALID_ARGUMENT, "year");
    request.year = "2024";
    REFUSED(CALL(supervisor, goals_derive_profile, &request, &none), DC_FAILED_PRECONDITION,
            "year");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_months_of_a_quarter, prepare),
        cmocka_unit_test_setup(test_pinned_month_stays, prepare),
        cmocka_unit_test_setup(test_whole_tree_adds_up_in_each_month, prepare),
        cmocka_unit_test_setup(test_divided_one_below_follows_alone, prepare),
        cmocka_unit_test_setup(test_year_quarters_months, prepare),
        cmocka_unit_test_setup(test_rates_have_the_same_each_month, prepare),
        cmocka_unit_test_setup(test_a_sheet_that_says_months_keeps_them, prepare),
        cmocka_unit_test_setup(test_who_may_and_what_cannot, prepare),
        cmocka_unit_test_setup(test_profiles, prepare),
        cmocka_unit_test_setup(test_profile_of_a_year, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
