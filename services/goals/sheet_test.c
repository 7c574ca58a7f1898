/* Tests the sheet: many cells of several indicators and periods, all or nothing. */
#include "stage_test.h"

static int64_t sales, collected, rate;

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    collected = in_library("collected_amount")->id;
    rate = in_library("collection_rate")->id;
    stage_deaf();
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

struct told {
    Goals__OwnerKind kind;
    int64_t owner, indicator;
    const char *period, *value;
    int64_t version;
};

static Goals__SaveCellsRequest
save_request(const struct told *told, size_t count)
{
    struct dc_arena *arena = stage.thread.arena;
    Goals__SaveCellsRequest request = GOALS__SAVE_CELLS_REQUEST__INIT;
    request.reason = "目标表";
    request.effective_on = "2026-10-01";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    request.cells = DC_NEW_ARRAY(arena, Goals__CellChange *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__CellChange *cell =
            DC_NEW_MESSAGE(arena, Goals__CellChange, goals__cell_change__init);
        cell->row = (int32_t)i;
        cell->column = 3;
        cell->owner_kind = told[i].kind;
        cell->owner_id = told[i].owner;
        cell->indicator_id = told[i].indicator;
        cell->period = (char *)told[i].period;
        cell->value = (char *)told[i].value;
        cell->expected_version = told[i].version;
        request.cells[request.n_cells++] = cell;
    }
    return request;
}
#define CELLS(...)                                                                                 \
    save_request((const struct told[]){__VA_ARGS__},                                               \
                 sizeof((const struct told[]){__VA_ARGS__}) / sizeof(struct told))

static Goals__SaveCellsResponse
save_as(const struct who *who, const Goals__SaveCellsRequest *request)
{
    Goals__SaveCellsResponse response = GOALS__SAVE_CELLS_RESPONSE__INIT;
    MUST(stage_call(who, goals_save_cells, &request->base, &response.base));
    return response;
}

static Goals__SaveCellsResponse
save(Goals__SaveCellsRequest request)
{
    Goals__SaveCellsResponse response = save_as(&supervisor, &request);
    if (!response.saved) {
        fail_msg("row %d: %s", response.refused[0]->row, response.refused[0]->text_en);
    }
    return response;
}

/* "1/10 S 2026Q4=100.00 ..." of all targets with a word of the indicator. */
static void
assert_targets(const char *wanted)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(string_agg(owner_kind || '/' || owner_id || ' ' || CASE indicator_id "
             "WHEN %lld THEN 'S' WHEN %lld THEN 'C' ELSE 'R' END || period || '=' || "
             "trim_scale(value), ' ' ORDER BY indicator_id, period, owner_kind, owner_id), '') "
             "FROM goals.target",
             (long long)sales, (long long)collected);
    char *text = dc_test_pg_value(stage.pg, sql);
    assert_string_equal(text, wanted);
    free(text);
}

static int64_t
children_of(Goals__OwnerKind kind, int64_t owner)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM goals.target c JOIN goals.target t ON t.target_id = c.parent_id "
             "WHERE t.owner_kind = %d AND t.owner_id = %lld AND t.indicator_id = %lld",
             kind, (long long)owner, (long long)sales);
    return stage_number(sql);
}

/* --- saving -------------------------------------------------------------------------------------
 */

static void
test_whole_tree_of_two_indicators(void **state)
{
    (void)state;
    /* Children before parents, indicators mixed: the order of the cells does not matter. */
    Goals__SaveCellsResponse response =
        save(CELLS({PERSON, 4, sales, "2026Q4", "30"}, {UNIT, A, collected, "2026Q4", "50"},
                   {UNIT, A1, sales, "2026Q4", "40"}, {UNIT, GROUP, sales, "2026Q4", "100"},
                   {UNIT, A, sales, "2026Q4", "60"}, {UNIT, B, sales, "2026Q4", "40"},
                   {UNIT, A, rate, "2026Q4", "0.95"}, {UNIT, A1, rate, "2026Q4", "0.99"}));
    assert_int_equal(response.changed, 8);
    assert_int_equal(response.n_acts, 3);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=60 1/11 S2026Q4=40 1/101 S2026Q4=40 "
                   "2/4 S2026Q4=30 1/10 C2026Q4=50 1/10 R2026Q4=0.95 1/101 R2026Q4=0.99");
    assert_int_equal(children_of(UNIT, GROUP), 2);
    assert_int_equal(children_of(UNIT, A), 1);
    assert_int_equal(children_of(UNIT, A1), 1);
    /* Told once each. */
    const char *key;
    size_t told = 0;
    for (ProtobufCMessage *m; (m = stage_hear_keyed(&goals__targets_adjusted__descriptor, &key));) {
        told += ((Goals__TargetsAdjusted *)m)->n_targets;
    }
    assert_int_equal(told, 8);
    /* The same again is nothing at all. */
    assert_int_equal(save(CELLS({UNIT, A, sales, "2026Q4", "60.00"})).changed, 0);
    assert_null(stage_hear_keyed(&goals__targets_adjusted__descriptor, &key));
}

static void
test_others_follow_or_keep(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}, {UNIT, A, sales, "2026Q4", "60"},
               {UNIT, A1, sales, "2026Q4", "20"}, {UNIT, A2, sales, "2026Q4", "40"},
               {PERSON, 4, sales, "2026Q4", "10"}));
    Goals__SaveCellsResponse response =
        save(CELLS({UNIT, A, sales, "2026Q4", "90"}, {UNIT, A2, sales, "2026Q4", "50"}));
    assert_int_equal(response.following, 2); /* A1 and 张三; A2 was said */
    assert_int_equal(response.n_differences, 4);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=90 1/101 S2026Q4=30 1/102 S2026Q4=50 "
                   "2/4 S2026Q4=15");
    Goals__SaveCellsRequest keep =
        CELLS({UNIT, A, sales, "2026Q4", "100"}, {PERSON, 4, sales, "2026Q4", "29"});
    keep.keep_others = true;
    assert_int_equal(save(keep).following, 0);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=100 1/101 S2026Q4=30 1/102 S2026Q4=50 "
                   "2/4 S2026Q4=29");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.target t JOIN goals.target_version v "
                                  "USING (tenant_id, target_id, version) WHERE v.value <> t.value"),
                     0);
}

static void
test_new_target_adopts_those_below(void **state)
{
    (void)state;
    save(CELLS({UNIT, A1, sales, "2026Q4", "20"}, {UNIT, A2, sales, "2026Q4", "40"}));
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}));
    assert_int_equal(children_of(UNIT, GROUP), 0);
    save(CELLS({UNIT, A, sales, "2026Q4", "65"}, {UNIT, A2, sales, "2026Q4", "45"}));
    assert_int_equal(children_of(UNIT, GROUP), 1);
    assert_int_equal(children_of(UNIT, A), 2);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=65 1/101 S2026Q4=20 1/102 S2026Q4=45");
}

/* --- refusing -----------------------------------------------------------------------------------
 */

static void
test_nothing_is_half_saved(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}, {UNIT, A, sales, "2026Q4", "60"}));
    Goals__SaveCellsRequest request =
        CELLS({UNIT, B, sales, "2026Q4", "30"}, {UNIT, A, sales, "2026Q4", "61", 7},
              {UNIT, GROUP, collected, "2026Q4", "many"}, {UNIT, GROUP, collected, "2026Q3", "5"},
              {UNIT, 999, sales, "2026Q4", "1"}, {UNIT, C, sales, "soon", "1"},
              {UNIT, GROUP, 99999, "2026Q4", "1"}, {UNIT, GROUP, rate, "2026Q4", "1"});
    Goals__SaveCellsResponse response = save_as(&supervisor, &request);
    assert_false(response.saved);
    char *codes[8] = {0};
    for (size_t i = 0; i < response.n_refused; i++) {
        assert_int_equal(response.refused[i]->column, 3);
        codes[response.refused[i]->row] = response.refused[i]->code;
    }
    assert_int_equal(response.n_refused, 6);
    assert_null(codes[0]);
    assert_string_equal(codes[1], "aborted");
    assert_string_equal(codes[2], "invalid_argument");
    assert_string_equal(codes[3], "invalid_argument"); /* over before 2026-10-01 */
    assert_string_equal(codes[4], "not_found");
    assert_string_equal(codes[5], "invalid_argument");
    assert_string_equal(codes[6], "not_found");
    assert_null(codes[7]);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=60");
}

static void
test_over_assignment_says_what_is_allowed(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}, {UNIT, A, sales, "2026Q4", "60"}));
    Goals__SaveCellsRequest request =
        CELLS({UNIT, B, sales, "2026Q4", "30"}, {UNIT, C, sales, "2026Q4", "20"});
    Goals__SaveCellsResponse response = save_as(&supervisor, &request);
    assert_false(response.saved);
    assert_int_equal(response.n_refused, 2);
    assert_string_equal(response.refused[0]->allowed_to, "20.00");
    assert_string_equal(response.refused[1]->allowed_to, "10.00");
    assert_non_null(strstr(response.refused[0]->text_zh, "「集团」的下级合计将为 110.00"));
    /* A parent below its children: at least what they come to, of which the pinned ones keep
     * theirs. */
    Goals__SaveCellsRequest lower = CELLS({UNIT, GROUP, sales, "2026Q4", "50"});
    lower.keep_others = true;
    response = save_as(&supervisor, &lower);
    assert_int_equal(response.n_refused, 1);
    assert_string_equal(response.refused[0]->allowed_from, "60.00");
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=60");
    request.allow_over_assignment = true;
    assert_true(save_as(&supervisor, &request).saved);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=60 1/11 S2026Q4=30 1/12 S2026Q4=20");
}

static void
test_rights_by_cell(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}, {UNIT, A, sales, "2026Q4", "60"},
               {UNIT, B, sales, "2026Q4", "40"}));
    Goals__SaveCellsRequest mixed =
        CELLS({UNIT, A1, sales, "2026Q4", "20"}, {UNIT, A, sales, "2026Q4", "70"},
              {UNIT, B1, sales, "2026Q4", "1"}, {UNIT, 999, sales, "2026Q4", "1"},
              {PERSON, 2, sales, "2026Q4", "1"}, {PERSON, 4, sales, "2026Q4", "2"});
    Goals__SaveCellsResponse response = save_as(&director_a, &mixed);
    assert_false(response.saved);
    assert_int_equal(response.n_refused, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(response.refused[i]->row, i + 1);
        assert_string_equal(response.refused[i]->code, "permission_denied");
        assert_string_equal(response.refused[i]->owner_name, "");
    }
    Goals__SaveCellsRequest own =
        CELLS({UNIT, A1, sales, "2026Q4", "20"}, {PERSON, 4, sales, "2026Q4", "2"});
    assert_true(save_as(&director_a, &own).saved);
    Goals__SaveCellsResponse none = GOALS__SAVE_CELLS_RESPONSE__INIT;
    REFUSED(CALL(director_b, goals_save_cells, &own, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(zhang_san, goals_save_cells, &own, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(boss, goals_save_cells, &own, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(auditor, goals_save_cells, &own, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, goals_save_cells, &own, &none), DC_OK, "");
}

static void
test_request_is_checked(void **state)
{
    (void)state;
    Goals__SaveCellsResponse none = GOALS__SAVE_CELLS_RESPONSE__INIT;
    Goals__SaveCellsRequest twice =
        CELLS({UNIT, A, sales, "2026Q4", "1"}, {UNIT, A, sales, "2026Q4", "2"});
    REFUSED(CALL(supervisor, goals_save_cells, &twice, &none), DC_INVALID_ARGUMENT, "cells");
    Goals__SaveCellsRequest request = CELLS({UNIT, A, sales, "2026Q4", "1"});
    request.reason = "";
    REFUSED(CALL(supervisor, goals_save_cells, &request, &none), DC_INVALID_ARGUMENT, "reason");
    request.reason = "x";
    request.policy = 0;
    REFUSED(CALL(supervisor, goals_save_cells, &request, &none), DC_INVALID_ARGUMENT, "policy");
    request = CELLS({0, A, sales, "2026Q4", "1"});
    REFUSED(CALL(supervisor, goals_save_cells, &request, &none), DC_INVALID_ARGUMENT, "cells[0]");
    request.n_cells = 0;
    REFUSED(CALL(supervisor, goals_save_cells, &request, &none), DC_INVALID_ARGUMENT, "cells");
}

static void
test_preview_writes_nothing(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}));
    Goals__SaveCellsRequest request = CELLS({UNIT, A, sales, "2026Q4", "60.5"});
    request.cells[0]->owner_id = request.cells[0]->indicator_id = 0;
    request.cells[0]->owner_code = "u10";
    request.cells[0]->indicator_code = "sales_amount";
    Goals__SaveCellsResponse response = GOALS__SAVE_CELLS_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_preview_cells, &request, &response));
    assert_false(response.saved);
    assert_int_equal(response.changed, 1);
    assert_string_equal(response.differences[0]->owner_name, "A");
    assert_string_equal(response.differences[0]->old_value, "");
    assert_string_equal(response.differences[0]->new_value, "60.50");
    assert_targets("1/1 S2026Q4=100");
    assert_true(save_as(&supervisor, &request).saved);
    assert_targets("1/1 S2026Q4=100 1/10 S2026Q4=60.5");
}

/* --- reading ------------------------------------------------------------------------------------
 */

static Goals__GetSheetResponse
sheet_of(const struct who *who, int64_t unit)
{
    Goals__GetSheetRequest request = GOALS__GET_SHEET_REQUEST__INIT;
    Goals__GetSheetResponse response = GOALS__GET_SHEET_RESPONSE__INIT;
    request.columns = two_columns(sales, rate);
    request.n_columns = 2;
    request.unit_id = unit;
    MUST(stage_call(who, goals_get_sheet, &request.base, &response.base));
    return response;
}

static char *
codes_of(const Goals__GetSheetResponse *response)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    for (size_t i = 0; i < response->n_rows; i++) {
        dc_text_printf(&text, "%s%s%s", i ? " " : "", response->rows[i]->code,
                       response->rows[i]->changeable ? "*" : "");
    }
    return dc_arena_strdup(stage.thread.arena, dc_text_cstr(&text));
}

static void
test_sheet_is_a_tree(void **state)
{
    (void)state;
    save(CELLS({UNIT, GROUP, sales, "2026Q4", "100"}, {UNIT, A, sales, "2026Q4", "60"},
               {UNIT, A, rate, "2026Q4", "0.9"}, {UNIT, A1, rate, "2026Q4", "0.9"}));
    Goals__GetSheetResponse response = sheet_of(&supervisor, 0);
    assert_string_equal(codes_of(&response),
                        "u1* u10* u101* p3* p4* p5* u102* p6* p2* u11* u111* p8* "
                        "p7* u12* p1* p9*");
    assert_int_equal(response.rows[0]->n_cells, 2);
    assert_string_equal(response.rows[0]->cells[0]->left_over, "40.00");
    assert_string_equal(response.rows[0]->cells[1]->value, "");
    assert_string_equal(response.rows[1]->cells[0]->value, "60.00");
    assert_string_equal(response.rows[1]->cells[1]->left_over, ""); /* it does not add up */
    assert_int_equal(response.rows[2]->depth, 2);
    /* What one sees, and what one may change of it. */
    response = sheet_of(&director_a, 0);
    assert_string_equal(codes_of(&response), "u10 u101* p3* p4* p5* u102* p6* p2");
    response = sheet_of(&lead_a1, 0);
    assert_string_equal(codes_of(&response), "u101 p3 p4* p5*");
    response = sheet_of(&zhang_san, 0);
    assert_string_equal(codes_of(&response), "p4");
    response = sheet_of(&boss, B);
    assert_string_equal(codes_of(&response), "u11 u111 p8 p7");
    Goals__GetSheetRequest request = GOALS__GET_SHEET_REQUEST__INIT;
    Goals__GetSheetResponse none = GOALS__GET_SHEET_RESPONSE__INIT;
    request.unit_id = B;
    REFUSED(CALL(director_a, goals_get_sheet, &request, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(auditor, goals_get_sheet, &request, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(supervisor, goals_get_sheet, &request, &none), DC_INVALID_ARGUMENT, "columns");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole_tree_of_two_indicators, prepare),
        cmocka_unit_test_setup(test_others_follow_or_keep, prepare),
        cmocka_unit_test_setup(test_new_target_adopts_those_below, prepare),
        cmocka_unit_test_setup(test_nothing_is_half_saved, prepare),
        cmocka_unit_test_setup(test_over_assignment_says_what_is_allowed, prepare),
        cmocka_unit_test_setup(test_rights_by_cell, prepare),
        cmocka_unit_test_setup(test_request_is_checked, prepare),
        cmocka_unit_test_setup(test_preview_writes_nothing, prepare),
        cmocka_unit_test_setup(test_sheet_is_a_tree, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
