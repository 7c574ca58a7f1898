/* Tests the sheet as a file: what export writes is what import takes, and what import cannot take
 * is said with line and column. */
#include "stage_test.h"

#define FORMAT(name) GOALS__FILE_FORMAT__FILE_FORMAT_##name

static int64_t sales, rate;

static int
prepare(void **state)
{
    stage_clear(state);
    install_library();
    sales = in_library("sales_amount")->id;
    rate = in_library("collection_rate")->id;
    set_target(UNIT, GROUP, sales, "999999999999.99");
    set_target(UNIT, A, sales, "60.50");
    set_target(PERSON, 4, rate, "0.9512");
    return 0;
}

/* --- short forms --------------------------------------------------------------------------------
 */

static Goals__ExportSheetResponse
export_as(const struct who *who, Goals__FileFormat format)
{
    Goals__ExportSheetRequest request = GOALS__EXPORT_SHEET_REQUEST__INIT;
    Goals__ExportSheetResponse response = GOALS__EXPORT_SHEET_RESPONSE__INIT;
    request.columns = two_columns(sales, rate);
    request.n_columns = 2;
    request.format = format;
    MUST(stage_call(who, goals_export_sheet, &request.base, &response.base));
    return response;
}

static Goals__ImportSheetRequest
import_request(const void *data, size_t size)
{
    Goals__ImportSheetRequest request = GOALS__IMPORT_SHEET_REQUEST__INIT;
    request.content.data = (uint8_t *)data;
    request.content.len = size;
    request.reason = "导入";
    request.effective_on = "2026-11-23";
    request.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    return request;
}

static Goals__ImportSheetResponse
import_as(const struct who *who, dc_handler *handler, const void *data, size_t size)
{
    Goals__ImportSheetRequest request = import_request(data, size);
    Goals__ImportSheetResponse response = GOALS__IMPORT_SHEET_RESPONSE__INIT;
    MUST(stage_call(who, handler, &request.base, &response.base));
    return response;
}
#define IMPORT(text) import_as(&supervisor, goals_import_sheet, (text), strlen(text))

#define HEAD "类型,编码,名称,销售额 [sales_amount] 2026Q4,[collection_rate] 2026Q4\r\n"

static int64_t
value_is(Goals__OwnerKind kind, int64_t owner, int64_t indicator, const char *value)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM goals.target WHERE owner_kind = %d AND owner_id = %lld AND "
             "indicator_id = %lld AND value = %s",
             kind, (long long)owner, (long long)indicator, value);
    return stage_number(sql);
}

/* --- there and back -----------------------------------------------------------------------------
 */

static void
test_export_is_what_import_takes(void **state)
{
    (void)state;
    static const Goals__FileFormat formats[] = {FORMAT(XLSX), FORMAT(CSV), FORMAT(CSV_GB18030)};
    for (size_t i = 0; i < 3; i++) {
        Goals__ExportSheetResponse file = export_as(&supervisor, formats[i]);
        assert_int_equal(file.rows, 16);
        Goals__ImportSheetResponse back =
            import_as(&supervisor, goals_import_sheet, file.content.data, file.content.len);
        assert_int_equal(back.result->n_refused, 0);
        assert_int_equal(back.result->changed, 0);
        assert_int_equal(back.unchanged, 3);
        assert_int_equal(back.rows, 16);
    }
    /* Also for whoever may only read some of it. */
    Goals__ExportSheetResponse file = export_as(&director_a, FORMAT(XLSX));
    assert_int_equal(file.rows, 8);
    Goals__ImportSheetResponse back =
        import_as(&director_a, goals_import_sheet, file.content.data, file.content.len);
    assert_true(back.result->saved);
    assert_int_equal(back.unchanged, 2);
}

static void
test_csv_as_it_stands(void **state)
{
    (void)state;
    Goals__ExportSheetResponse file = export_as(&lead_a1, FORMAT(CSV));
    const char wanted[] = "\xEF\xBB\xBF类型,编码,名称,销售额 [sales_amount] 2026Q4,回款率 "
                          "[collection_rate] 2026Q4\r\n组织,u101,A1,,\r\n员工,p3,队长,,\r\n"
                          "员工,p4,张三,,0.9512\r\n员工,p5,李四,,\r\n";
    assert_int_equal(file.content.len, sizeof wanted - 1);
    assert_memory_equal(file.content.data, wanted, sizeof wanted - 1);
    assert_string_equal(file.file_name, "targets-2026Q4.csv");
}

static void
test_preview_then_in_one_act(void **state)
{
    (void)state;
    const char *file =
        HEAD "组织,u10,A,\"1,070.50\",\r\n组织,u101,A1,20,\r\n员工,p4,,10.00,0.96\r\n\r\n"
             "组织,u11,B,,\r\n";
    Goals__ImportSheetRequest request = import_request(file, strlen(file));
    Goals__ImportSheetResponse preview = GOALS__IMPORT_SHEET_RESPONSE__INIT;
    request.reason = "";
    MUST(CALL(supervisor, goals_preview_import, &request, &preview));
    assert_int_equal(preview.result->changed, 4);
    assert_int_equal(preview.result->differences[0]->row, 2);
    assert_int_equal(preview.result->differences[0]->column, 4);
    assert_string_equal(preview.result->differences[0]->old_value, "60.50");
    assert_int_equal(value_is(UNIT, A, sales, "60.5"), 1);
    REFUSED(CALL(supervisor, goals_import_sheet, &request, &preview), DC_INVALID_ARGUMENT,
            "reason");
    Goals__ImportSheetResponse done = IMPORT(file);
    assert_true(done.result->saved);
    assert_int_equal(done.rows, 4);
    assert_int_equal(value_is(UNIT, A, sales, "1070.5"), 1);
    assert_int_equal(value_is(PERSON, 4, sales, "10"), 1);
    assert_int_equal(value_is(PERSON, 4, rate, "0.96"), 1);
    assert_int_equal(stage_number("SELECT count(DISTINCT reason) FROM goals.adjustment WHERE act = "
                                  "'sheet'"),
                     1);
}

static void
test_gb18030_without_a_mark(void **state)
{
    (void)state;
    /* 类型,编码,x [sales_amount] 2026Q4 / 组织,u11,7 */
    const char *file = "\xC0\xE0\xD0\xCD,\xB1\xE0\xC2\xEB,x [sales_amount] 2026Q4\n"
                       "\xD7\xE9\xD6\xAF,u11,7\n";
    assert_true(IMPORT(file).result->saved);
    assert_int_equal(value_is(UNIT, B, sales, "7"), 1);
}

static void
test_what_the_file_says_does_not_follow(void **state)
{
    (void)state;
    set_target(UNIT, A1, sales, "20");
    set_target(UNIT, A2, sales, "20");
    const char *file = HEAD "组织,u10,A,121,\n组织,u101,A1,20.00,\n";
    Goals__ImportSheetResponse done = IMPORT(file);
    assert_true(done.result->saved);
    assert_int_equal(done.result->changed, 2);
    assert_int_equal(value_is(UNIT, A1, sales, "20"), 1); /* the file says so */
    assert_int_equal(value_is(UNIT, A2, sales, "40"), 1); /* it does not speak of it */
}

/* --- refusing -----------------------------------------------------------------------------------
 */

static void
test_line_column_reason(void **state)
{
    (void)state;
    Goals__ImportSheetResponse response = IMPORT(
        HEAD "组织,u10,A,70,\n队伍,u101,A1,1,\n组织,nobody,,1,\n员工,p4,,many,0.5\n组织,u11,B,1\n"
             "组织,u12,C,1.234,\n");
    static const struct {
        int64_t row, column;
        const char *code;
    } wanted[] = {{3, 1, "invalid_argument"},
                  {4, 2, "not_found"},
                  {6, 0, "invalid_argument"},
                  {5, 4, "invalid_argument"},
                  {7, 4, "invalid_argument"}};
    assert_false(response.result->saved);
    assert_int_equal(response.result->n_refused, 5);
    for (size_t i = 0; i < 5; i++) {
        bool found = false;
        for (size_t j = 0; j < 5; j++) {
            const Goals__RefusedCell *refused = response.result->refused[j];
            found =
                found || (refused->row == wanted[i].row && refused->column == wanted[i].column &&
                          strcmp(refused->code, wanted[i].code) == 0 && refused->text_zh[0]);
        }
        if (!found) {
            fail_msg("nothing is said about line %d", (int)wanted[i].row);
        }
    }
    assert_int_equal(value_is(UNIT, A, sales, "60.5"), 1); /* nothing is half saved */
}

static void
test_over_assignment_in_a_file(void **state)
{
    (void)state;
    const char *file = HEAD "组织,u101,A1,50,\n组织,u102,A2,50,\n";
    Goals__ImportSheetRequest request = import_request(file, strlen(file));
    Goals__ImportSheetResponse response = GOALS__IMPORT_SHEET_RESPONSE__INIT;
    MUST(CALL(supervisor, goals_import_sheet, &request, &response));
    assert_false(response.result->saved);
    assert_int_equal(response.result->n_refused, 2);
    assert_string_equal(response.result->refused[0]->allowed_to, "10.50");
    request.allow_over_assignment = true;
    MUST(CALL(supervisor, goals_import_sheet, &request, &response));
    assert_true(response.result->saved);
}

static void
test_heads(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "编码,[sales_amount] 2026Q4\nu10,1\n",
        "类型,编码\n组织,u10\n",
        "类型,编码,[nothing] 2026Q4\n组织,u10,1\n",
        "类型,编码,[sales_amount] soon\n组织,u10,1\n",
        "类型,编码,[sales_amount] 2026Q4,备注\n组织,u10,1,x\n",
        "类型,编码,[sales_amount] 2026Q4,a [sales_amount] 2026Q4\n组织,u10,1,2\n",
        "PK\003\004 no workbook",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Goals__ImportSheetRequest request = import_request(wrong[i], strlen(wrong[i]));
        Goals__ImportSheetResponse response = GOALS__IMPORT_SHEET_RESPONSE__INIT;
        REFUSED(CALL(supervisor, goals_import_sheet, &request, &response), DC_INVALID_ARGUMENT,
                "content");
    }
}

static void
test_within_reach(void **state)
{
    (void)state;
    const char *file = HEAD "组织,u101,A1,5,\n组织,u11,B,5,\n组织,u10,A,61,\n";
    Goals__ImportSheetResponse response =
        import_as(&director_a, goals_import_sheet, file, strlen(file));
    assert_false(response.result->saved);
    assert_int_equal(response.result->n_refused, 2);
    assert_string_equal(response.result->refused[0]->code,
                        "not_found"); /* B is not for him to see */
    assert_int_equal(response.result->refused[0]->row, 3);
    assert_string_equal(response.result->refused[1]->code, "permission_denied");
    Goals__ImportSheetRequest request = import_request(file, strlen(file));
    Goals__ImportSheetResponse none = GOALS__IMPORT_SHEET_RESPONSE__INIT;
    REFUSED(CALL(auditor, goals_import_sheet, &request, &none), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(integrator, goals_preview_import, &request, &none), DC_PERMISSION_DENIED, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_export_is_what_import_takes, prepare),
        cmocka_unit_test_setup(test_csv_as_it_stands, prepare),
        cmocka_unit_test_setup(test_preview_then_in_one_act, prepare),
        cmocka_unit_test_setup(test_gb18030_without_a_mark, prepare),
        cmocka_unit_test_setup(test_what_the_file_says_does_not_follow, prepare),
        cmocka_unit_test_setup(test_line_column_reason, prepare),
        cmocka_unit_test_setup(test_over_assignment_in_a_file, prepare),
        cmocka_unit_test_setup(test_heads, prepare),
        cmocka_unit_test_setup(test_within_reach, prepare),
    };
    return cmocka_run_group_tests(tests, stage_open, stage_down);
}
