/* Tests values that are entered by hand: who may for whom, all or nothing, history, what is told.
 */
#include "stage_test.h"

#include <dacheng/goals/v1/okr.pb-c.h>

WHO(li_si, 1, 5, EMPLOYEE, SELF, 0);

static int64_t measure_id;

static enum dc_code
save_measure(Goals__Measure *measure)
{
    Goals__SaveMeasureRequest request = GOALS__SAVE_MEASURE_REQUEST__INIT;
    Goals__SaveMeasureResponse response = GOALS__SAVE_MEASURE_RESPONSE__INIT;
    request.measure = measure;
    DC_TRY(CALL(supervisor, goals_save_measure, &request, &response));
    measure_id = response.measure->id;
    return DC_OK;
}

/* 李四 (5) enters for everybody; heads do when they are let. */
static Goals__Measure
hand_measure(bool heads)
{
    static int64_t enterers[] = {5};
    Goals__Measure m = GOALS__MEASURE__INIT;
    m.code = "accidents";
    m.name = "安全事故数";
    m.kind = GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE;
    m.of = GOALS__MEASURE_OF__MEASURE_OF_HAND;
    m.enterer_ids = enterers;
    m.n_enterer_ids = 1;
    m.heads_enter = heads;
    return m;
}

static Goals__HandValue
value_of(Goals__OwnerKind kind, int64_t owner_id, const char *value, const char *note)
{
    Goals__HandValue v = GOALS__HAND_VALUE__INIT;
    v.owner_kind = kind;
    v.owner_id = owner_id;
    v.value = (char *)value;
    v.note = (char *)note;
    return v;
}

static enum dc_code
enter(const struct who *who, Goals__HandValue *values, size_t count,
      Goals__EnterValuesResponse *ret)
{
    Goals__EnterValuesRequest request = GOALS__ENTER_VALUES_REQUEST__INIT;
    Goals__HandValue *list[8];
    for (size_t i = 0; i < count; i++) {
        list[i] = &values[i];
    }
    goals__enter_values_response__init(ret);
    request.measure_id = measure_id;
    request.period = "2026Q4";
    request.values = list;
    request.n_values = count;
    return CALL(*who, goals_enter_values, &request, ret);
}

static bool
may_enter(const struct who *who, Goals__OwnerKind kind, int64_t owner_id)
{
    Goals__HandValue value = value_of(kind, owner_id, "3", "");
    Goals__EnterValuesResponse response;
    enum dc_code code = enter(who, &value, 1, &response);
    if (code == DC_PERMISSION_DENIED) {
        return false;
    }
    MUST(code);
    if (!response.written) {
        assert_string_equal(response.rejected[0]->field, "owner");
    }
    return response.written;
}

static int
prepare(void **state)
{
    stage_clear(state);
    Goals__Measure m = hand_measure(false);
    MUST(save_measure(&m));
    stage_deaf();
    return 0;
}

static void
test_enter_correct_take_back(void **state)
{
    (void)state;
    Goals__EnterValuesResponse done;
    Goals__HandValue values[] = {value_of(PERSON, 4, "2", "11 月 3 日、9 日两起"),
                                 value_of(UNIT, A1, "0", "")};
    MUST(enter(&li_si, values, 2, &done));
    assert_true(done.written && done.changed == 2);
    /* They are of two keys, 4 and 5, in the order of the keys. */
    const char *key;
    Goals__ActualsTold *told = (void *)stage_hear_keyed(&goals__actuals_told__descriptor, &key);
    assert_string_equal(key, "told/4");
    assert_string_equal(told->actuals[0]->numerator, "2");
    assert_string_equal(told->actuals[0]->denominator, "1");
    assert_string_equal(told->actuals[0]->hand->note, "11 月 3 日、9 日两起");
    assert_string_equal(told->actuals[0]->hand->author_name, "李四");
    told = (void *)stage_hear_keyed(&goals__actuals_told__descriptor, &key);
    assert_string_equal(key, "told/5");
    assert_int_equal(told->actuals[0]->owner_kind, UNIT);
    MUST(enter(&li_si, values, 2, &done));
    assert_true(done.written && done.changed == 0 && done.unchanged == 2);
    assert_null(stage_hear_keyed(&goals__actuals_told__descriptor, &key));
    values[0].value = "1";
    values[0].expected_version = 7;
    REFUSED(enter(&li_si, values, 1, &done), DC_ABORTED, "values[0].expected_version");
    values[0].expected_version = 1;
    MUST(enter(&li_si, values, 1, &done));
    values[0] = value_of(PERSON, 4, "", "误录");
    MUST(enter(&supervisor, values, 1, &done));
    (void)stage_hear_keyed(&goals__actuals_told__descriptor, &key);
    told = (void *)stage_hear_keyed(&goals__actuals_told__descriptor, &key);
    assert_string_equal(told->actuals[0]->denominator, "0");
    assert_int_equal(told->actuals[0]->version, 3);
    Goals__ListHandHistoryRequest request = GOALS__LIST_HAND_HISTORY_REQUEST__INIT;
    Goals__ListHandHistoryResponse history = GOALS__LIST_HAND_HISTORY_RESPONSE__INIT;
    request.measure_id = measure_id;
    request.period = "2026Q4";
    request.owner_kind = PERSON;
    request.owner_id = 4;
    MUST(CALL(zhang_san, goals_list_hand_history, &request, &history));
    assert_int_equal(history.n_versions, 3);
    assert_string_equal(history.versions[0]->value, "");
    assert_string_equal(history.versions[0]->note, "误录");
    assert_string_equal(history.versions[2]->value, "2");
    assert_string_equal(history.versions[2]->author_name, "李四");
    REFUSED(CALL(director_b, goals_list_hand_history, &request, &history), DC_PERMISSION_DENIED,
            "");
}

static void
test_who_enters_for_whom(void **state)
{
    (void)state;
    assert_true(may_enter(&li_si, PERSON, 4) && may_enter(&li_si, UNIT, B));
    assert_false(may_enter(&li_si, PERSON, 5)); /* not his own */
    assert_true(may_enter(&supervisor, PERSON, 5) && may_enter(&supervisor, PERSON, 1));
    assert_true(may_enter(&supervisor_of_a, PERSON, 6));
    assert_false(may_enter(&supervisor_of_a, PERSON, 8));
    assert_false(may_enter(&lead_a1, PERSON, 4) || may_enter(&zhang_san, PERSON, 4));
    assert_false(may_enter(&boss, PERSON, 4) || may_enter(&auditor, PERSON, 4));
    assert_false(may_enter(&li_si, PERSON, 999) || may_enter(&li_si, PERSON, 20));
    Goals__Measure m = hand_measure(true);
    m.id = measure_id;
    MUST(save_measure(&m));
    assert_true(may_enter(&lead_a1, PERSON, 4) && may_enter(&director_a, UNIT, A1));
    assert_false(may_enter(&lead_a1, PERSON, 3) || may_enter(&lead_a1, UNIT, A1));
    assert_false(may_enter(&lead_a1, PERSON, 6));
}

static void
test_all_or_nothing(void **state)
{
    (void)state;
    Goals__EnterValuesResponse done;
    Goals__HandValue values[] = {value_of(PERSON, 4, "2", ""), value_of(PERSON, 0, "x", ""),
                                 value_of(PERSON, 0, "1", ""), value_of(PERSON, 0, "1", ""),
                                 value_of(PERSON, 4, "3", "")};
    values[1].owner_code = "p6";
    values[2].owner_code = "nobody";
    values[3].owner_code = "p8";
    MUST(enter(&supervisor, values, 5, &done));
    assert_false(done.written);
    assert_int_equal(done.n_rejected, 3);
    assert_int_equal(done.rejected[0]->row, 2);
    assert_string_equal(done.rejected[0]->field, "value");
    assert_non_null(strstr(done.rejected[0]->reason_zh, "“x”不是数字"));
    assert_string_equal(done.rejected[1]->owner, "nobody");
    assert_int_equal(done.rejected[2]->row, 5);
    assert_string_equal(done.rejected[2]->reason_en, "stands there twice");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.hand_value"), 0);
    values[1].value = "1.5";
    values[2] = values[3];
    MUST(enter(&supervisor, values, 3, &done));
    assert_true(done.written && done.changed == 3);
    Goals__Measure sales = GOALS__MEASURE__INIT;
    sales.code = sales.name = "sales";
    sales.kind = GOALS__MEASURE_KIND__MEASURE_KIND_SUM;
    sales.field = "amount";
    MUST(save_measure(&sales));
    REFUSED(enter(&supervisor, values, 1, &done), DC_INVALID_ARGUMENT, "measure_id");
}

static enum dc_code
list(const struct who *who, int64_t unit_id, Goals__OwnerKind kind,
     Goals__ListHandValuesResponse *ret)
{
    Goals__ListHandValuesRequest request = GOALS__LIST_HAND_VALUES_REQUEST__INIT;
    goals__list_hand_values_response__init(ret);
    request.measure_id = measure_id;
    request.period = "2026Q4";
    request.unit_id = unit_id;
    request.owner_kind = kind;
    return CALL(*who, goals_list_hand_values, &request, ret);
}

static void
test_the_sheet(void **state)
{
    (void)state;
    Goals__EnterValuesResponse done;
    Goals__ListHandValuesResponse sheet;
    Goals__HandValue value = value_of(PERSON, 4, "2", "两起");
    MUST(enter(&li_si, &value, 1, &done));
    MUST(list(&li_si, 0, 0, &sheet));
    assert_int_equal(sheet.total, 9);
    assert_int_equal(sheet.entered, 1);
    assert_true(sheet.may_enter);
    MUST(list(&lead_a1, 0, 0, &sheet));
    assert_int_equal(sheet.n_rows, 3);
    assert_false(sheet.may_enter);
    assert_string_equal(sheet.rows[1]->name, "张三");
    assert_string_equal(sheet.rows[1]->value, "2");
    MUST(list(&director_a, A, UNIT, &sheet));
    assert_int_equal(sheet.n_rows, 3);
    REFUSED(list(&director_a, B, 0, &sheet), DC_PERMISSION_DENIED, "");
    REFUSED(list(&zhang_san, A1, 0, &sheet), DC_PERMISSION_DENIED, "");
    REFUSED(list(&auditor, 0, 0, &sheet), DC_PERMISSION_DENIED, "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_enter_correct_take_back),
        TEST(test_who_enters_for_whom),
        TEST(test_all_or_nothing),
        TEST(test_the_sheet),
    };
    return cmocka_run_group_tests_name("hand", tests, stage_open, stage_down);
}
