/* Tests the comparison of targets at two moments. */
#include "stage_test.h"

static int64_t sales;

/* Acts of the stage are all at one moment; they are told apart by moving them by hand. */
enum { FIRST = 1, SECOND, THIRD };
#define HOUR 3600000000LL
#define MOMENT(n) (1700000000000000LL + (n)*HOUR)

static void
set_at(int n, Goals__OwnerKind kind, int64_t owner, const char *value, const char *reason)
{
    Goals__SetTargetRequest request = GOALS__SET_TARGET_REQUEST__INIT;
    Goals__SetTargetResponse response = GOALS__SET_TARGET_RESPONSE__INIT;
    char sql[256];
    request.owner_kind = kind;
    request.owner_id = owner;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.value = (char *)value;
    request.reason = (char *)reason;
    MUST(CALL(supervisor, goals_set_target, &request, &response));
    snprintf(sql, sizeof sql,
             "UPDATE goals.adjustment SET at = to_timestamp(%lld / 1e6) WHERE adjustment_id = %lld",
             MOMENT(n), (long long)response.adjustment_id);
    dc_test_pg_exec(stage.pg, sql);
}

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    set_at(FIRST, UNIT, GROUP, "100", "年初");
    set_at(FIRST, UNIT, A, "40", "年初");
    set_at(FIRST, UNIT, B, "30", "年初");
    set_at(SECOND, PERSON, 4, "10", "新增");
    set_at(SECOND, UNIT, A, "50", "上调");
    set_at(THIRD, UNIT, A, "45", "下调");
    return 0;
}

static Goals__CompareTargetsRequest
compare_request(int64_t from, int64_t to)
{
    Goals__CompareTargetsRequest request = GOALS__COMPARE_TARGETS_REQUEST__INIT;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.from_us = from;
    request.to_us = to;
    return request;
}

/* "u10 40.00>50.00 10.00 25.00% 上调 | ..." */
static char *
compare(const struct who *who, Goals__CompareTargetsRequest request,
        Goals__CompareTargetsResponse *response)
{
    *response = (Goals__CompareTargetsResponse)GOALS__COMPARE_TARGETS_RESPONSE__INIT;
    MUST(stage_call(who, goals_compare_targets, &request.base, &response->base));
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    for (size_t i = 0; i < response->n_differences; i++) {
        const Goals__TargetDifference *d = response->differences[i];
        dc_text_printf(&text, "%s%s %s>%s %s %s%% %s", i ? " | " : "", d->owner_code, d->old_value,
                       d->new_value, d->difference, d->percent, d->reason);
    }
    return dc_arena_strdup(stage.thread.arena, dc_text_cstr(&text));
}

static void
test_two_moments(void **state)
{
    (void)state;
    Goals__CompareTargetsResponse response;
    assert_string_equal(
        compare(&supervisor, compare_request(MOMENT(FIRST), MOMENT(SECOND)), &response),
        "u10 40.00>50.00 10.00 25.00% 上调 | p4 >10.00 10.00 % 新增");
    assert_int_equal(response.total, 2);
    assert_int_equal(response.unchanged, 2);
    assert_int_equal(response.differences[0]->old_version, 1);
    assert_int_equal(response.differences[0]->new_version, 2);
    assert_string_equal(response.differences[0]->author, "person-1");
    assert_string_equal(
        compare(&supervisor, compare_request(MOMENT(SECOND), MOMENT(THIRD)), &response),
        "u10 50.00>45.00 -5.00 -10.00% 下调");
    assert_string_equal(compare(&supervisor, compare_request(MOMENT(FIRST), 0), &response),
                        "u10 40.00>45.00 5.00 12.50% 下调 | p4 >10.00 10.00 % 新增");
    assert_string_equal(
        compare(&supervisor, compare_request(0, MOMENT(FIRST)), &response),
        "u1 >100.00 100.00 % 年初 | u10 >40.00 40.00 % 年初 | u11 >30.00 30.00 % 年初");
    assert_string_equal(compare(&supervisor, compare_request(MOMENT(THIRD), 0), &response), "");
    assert_int_equal(response.total, 0);
    assert_int_equal(response.unchanged, 4);
}

static void
test_pages(void **state)
{
    (void)state;
    Goals__CompareTargetsResponse response;
    Goals__CompareTargetsRequest request = compare_request(0, MOMENT(FIRST));
    request.limit = 2;
    compare(&supervisor, request, &response);
    assert_int_equal(response.n_differences, 2);
    assert_int_equal(response.total, 3);
    request.page = response.next_page;
    assert_string_equal(compare(&supervisor, request, &response), "u11 >30.00 30.00 % 年初");
    assert_string_equal(response.next_page, "");
}

static void
test_within_reach(void **state)
{
    (void)state;
    Goals__CompareTargetsResponse response = GOALS__COMPARE_TARGETS_RESPONSE__INIT;
    assert_string_equal(compare(&director_b, compare_request(0, 0), &response),
                        "u11 >30.00 30.00 % 年初");
    assert_string_equal(compare(&zhang_san, compare_request(0, 0), &response),
                        "p4 >10.00 10.00 % 新增");
    Goals__CompareTargetsRequest request = compare_request(0, 0);
    request.unit_id = A;
    REFUSED(CALL(director_b, goals_compare_targets, &request, &response), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(auditor, goals_compare_targets, &request, &response), DC_PERMISSION_DENIED, "");
    request.unit_id = 0;
    request.from_us = 5;
    request.to_us = 4;
    REFUSED(CALL(supervisor, goals_compare_targets, &request, &response), DC_INVALID_ARGUMENT,
            "to_us");
    request = compare_request(0, 0);
    request.page = "next";
    REFUSED(CALL(supervisor, goals_compare_targets, &request, &response), DC_INVALID_ARGUMENT,
            "page");
    request = compare_request(0, 0);
    request.indicator_id = 99999;
    REFUSED(CALL(supervisor, goals_compare_targets, &request, &response), DC_NOT_FOUND,
            "indicator_id");
}

static void
test_acts(void **state)
{
    (void)state;
    Goals__ListActsRequest request = GOALS__LIST_ACTS_REQUEST__INIT;
    Goals__ListActsResponse response = GOALS__LIST_ACTS_RESPONSE__INIT;
    request.indicator_id = sales;
    request.period = "2026Q4";
    request.limit = 2;
    MUST(CALL(boss, goals_list_acts, &request, &response));
    assert_int_equal(response.n_acts, 2);
    assert_string_equal(response.acts[0]->reason, "下调");
    assert_true(response.acts[0]->at_us == MOMENT(THIRD));
    request.before = response.acts[1]->adjustment_id;
    Goals__ListActsResponse more = GOALS__LIST_ACTS_RESPONSE__INIT;
    MUST(CALL(boss, goals_list_acts, &request, &more));
    assert_string_equal(more.acts[0]->reason, "新增");
    REFUSED(CALL(director_a, goals_list_acts, &request, &more), DC_PERMISSION_DENIED, "");
    request.limit = 201;
    REFUSED(CALL(boss, goals_list_acts, &request, &more), DC_INVALID_ARGUMENT, "limit");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_two_moments, prepare),
        cmocka_unit_test_setup(test_pages, prepare),
        cmocka_unit_test_setup(test_within_reach, prepare),
        cmocka_unit_test_setup(test_acts, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
