/*
 * objections_test.c - objections to published lines: their life as a table, what a correction comes
 * to, and with a real PostgreSQL who may do what, that one line alone is frozen, and that a
 * correction is a further version.
 */
#include "objections.h"
#include "results.h"
#include "words_test.h"

#include <string.h>

#include "tests/lib/cmocka.h"

#include <dacheng/workflow/v1/events.pb-c.h>

enum { TENANT = 9, FIRST = 300, PEOPLE = 6 };

WHO(supervisor, TENANT, 400, SUPERVISOR, GROUP, 0);
WHO(director, TENANT, 402, DIRECTOR, UNIT_TREE, 4);
WHO(elsewhere, TENANT, 403, DIRECTOR, UNIT_TREE, 3);
WHO(employee, TENANT, FIRST, EMPLOYEE, SELF, 0);
WHO(colleague, TENANT, FIRST + 1, EMPLOYEE, SELF, 0);
WHO(administrator, TENANT, 405, SYSTEM_ADMIN, GROUP, 0);

#define TELL(asker, method, ret)                                                                   \
    ask_as(fixture_command, (asker), scoring_##method, &request.base,                              \
           &scoring__##method##_response__descriptor, (ProtobufCMessage **)(ret))
#define ASK(asker, method, ret)                                                                    \
    ask_as(fixture_call, (asker), scoring_##method, &request.base,                                 \
           &scoring__##method##_response__descriptor, (ProtobufCMessage **)(ret))

#define OPEN SCORING__OBJECTION_STATE__OBJECTION_STATE_OPEN
#define UPHELD SCORING__OBJECTION_STATE__OBJECTION_STATE_UPHELD
#define CORRECTED SCORING__OBJECTION_STATE__OBJECTION_STATE_CORRECTED
#define WITHDRAWN SCORING__OBJECTION_STATE__OBJECTION_STATE_WITHDRAWN

/* --- the table ----------------------------------------------------------------------------------
 */

/* Whatever is tried in whatever order: once settled it stays as it is, and it is settled once. */
static void
settled_is_settled(void **state)
{
    (void)state;
    uint32_t random = 12345;
    for (int life = 0; life < 2000; life++) {
        Scoring__ObjectionState now = OPEN;
        int settled = 0;
        for (int i = 0; i < 12; i++) {
            random = random * 1664525u + 1013904223u;
            enum objection_act act = (enum objection_act)((random >> 16) % OBJECTION_ACTS);
            Scoring__ObjectionState before = now;
            struct dc_error error = {0};
            enum dc_code code = objection_step(&now, act, &error);
            assert_int_equal(code, before == OPEN ? DC_OK : DC_FAILED_PRECONDITION);
            assert_true(before == OPEN || now == before);
            assert_int_equal(objection_is_open(now), now == OPEN);
            settled += before == OPEN && now != OPEN;
        }
        assert_in_range(settled, 0, 1);
    }
    assert_int_equal(objection_act_of("approve", true), OBJECTION_CORRECT);
    assert_int_equal(objection_act_of("approve", false), OBJECTION_UPHOLD);
    assert_int_equal(objection_act_of("return", true), OBJECTION_UPHOLD);
}

static void
the_diagram_is_the_one_of_the_page(void **state)
{
    (void)state;
    size_t size;
    DC_AUTO_TEXT struct dc_text diagram = DC_TEXT_INIT;
    char *page = dc_test_read_file("docs/results.md", &size);
    objection_write_diagram(&diagram);
    assert_non_null(strstr(page, dc_text_cstr(&diagram)));
    free(page);
}

/* --- what people ask ----------------------------------------------------------------------------
 */

static enum dc_code
raise_it(const struct who *asker, int64_t person_id, int64_t indicator_id, const char *wished,
         Scoring__RaiseObjectionResponse **ret)
{
    Scoring__RaiseObjectionRequest request = SCORING__RAISE_OBJECTION_REQUEST__INIT;
    request.person_id = person_id;
    request.period = (char *)"2026Q4";
    request.indicator_id = indicator_id;
    request.reason = (char *)"漏记一单";
    request.wished_value = (char *)wished;
    return TELL(asker, raise_objection, ret);
}

static enum dc_code
state_it(const struct who *asker, int64_t id, const char *value, const char *score, int32_t number,
         Scoring__StateCorrectionResponse **ret)
{
    Scoring__StateCorrectionRequest request = SCORING__STATE_CORRECTION_REQUEST__INIT;
    request.id = id;
    request.value = (char *)value;
    request.score = (char *)score;
    request.reason = (char *)"合同补录";
    request.expected_number = number;
    return TELL(asker, state_correction, ret);
}

static enum dc_code
withdraw(const struct who *asker, int64_t id)
{
    Scoring__WithdrawObjectionRequest request = SCORING__WITHDRAW_OBJECTION_REQUEST__INIT;
    Scoring__WithdrawObjectionResponse *response;
    request.id = id;
    request.reason = (char *)"弄清楚了";
    return TELL(asker, withdraw_objection, &response);
}

static Scoring__PublishedResult *
result_of(int64_t person_id, int64_t version)
{
    Scoring__GetResultRequest request = SCORING__GET_RESULT_REQUEST__INIT;
    Scoring__GetResultResponse *response;
    request.person_id = person_id;
    request.period = (char *)"2026Q4";
    request.version = version;
    FIXTURE_OK(&f, ASK(&supervisor, get_result, &response));
    assert_non_null(response->result);
    return response->result;
}

static Scoring__Objection *
objection_of(const struct who *asker, int64_t id, Scoring__GetObjectionResponse **ret)
{
    Scoring__GetObjectionRequest request = SCORING__GET_OBJECTION_REQUEST__INIT;
    request.id = id;
    FIXTURE_OK(&f, ASK(asker, get_objection, ret));
    return (*ret)->objection;
}

/* As workflow tells that the approval has ended. */
static void
end_case(int64_t objection_id, const char *kind, const char *number)
{
    Workflow__Fact fact = WORKFLOW__FACT__INIT, *facts[] = {&fact};
    Workflow__Case ended = WORKFLOW__CASE__INIT, *cases[] = {&ended};
    Workflow__CasesEnded event = WORKFLOW__CASES_ENDED__INIT;
    fact.name = (char *)"correction";
    fact.value = (char *)number;
    ended.facts = facts;
    ended.n_facts = 1;
    ended.purpose = (char *)"objection";
    ended.outcome_kind = (char *)kind;
    ended.reason = (char *)"已核实";
    ended.decided_by_id = supervisor.person;
    ended.reference = (char *)text("scoring/objection/%lld", (long long)objection_id);
    event.cases = cases;
    event.n_cases = 1;
    fixture_deliver(&f, TENANT, scoring_on_cases_ended, &event.base);
}

static int64_t first_id; /* 300's objection to his sales */

static void
one_line_is_objected_to(void **state)
{
    (void)state;
    Scoring__RaiseObjectionResponse *raised;
    assert_int_equal(raise_it(&colleague, FIRST, SALES, "", &raised), DC_PERMISSION_DENIED);
    assert_int_equal(raise_it(&elsewhere, FIRST, SALES, "", &raised), DC_PERMISSION_DENIED);
    assert_int_equal(raise_it(&administrator, FIRST, SALES, "", &raised), DC_PERMISSION_DENIED);
    assert_int_equal(raise_it(&employee, 0, 999, "", &raised), DC_NOT_FOUND);
    assert_int_equal(raise_it(&employee, 0, SALES, "viel", &raised), DC_INVALID_ARGUMENT);
    assert_string_equal(f.error.field, "wished_value");
    FIXTURE_OK(&f, raise_it(&employee, 0, SALES, "450000", &raised));
    first_id = raised->objection->id;
    assert_string_equal(raised->objection->wished_value, "450000");
    assert_string_equal(raised->objection->score, "60.00");
    assert_int_equal(raised->objection->author_person_id, FIRST);
    assert_int_equal(raise_it(&employee, 0, SALES, "", &raised), DC_ALREADY_EXISTS);
    /* Somebody who leads him objects for another. */
    FIXTURE_OK(&f, raise_it(&director, FIRST + 1, SALES, "", &raised));
    assert_int_equal(raised->objection->author_person_id, director.person);

    Scoring__PublishedResult *result = result_of(FIRST, 0);
    for (size_t i = 0; i < result->n_items; i++) {
        bool line = result->items[i]->indicator_id == SALES;
        assert_int_equal(result->items[i]->frozen_by, line ? first_id : 0);
    }
    assert_string_equal(result->person->total, "60.00");
}

static void
the_last_day_is_named(void **state)
{
    (void)state;
    Scoring__RaiseObjectionResponse *raised;
    dc_time then = f.now;
    f.now += (int64_t)8 * 86400 * DC_SECOND;
    assert_int_equal(raise_it(&director, FIRST + 2, SALES, "", &raised), DC_FAILED_PRECONDITION);
    assert_non_null(strstr(f.error.message, "2026-11-30"));
    f.now = then;
}

static void
a_correction_is_tried_and_stated(void **state)
{
    (void)state;
    Scoring__StateCorrectionResponse *stated;
    Scoring__TryCorrectionRequest request = SCORING__TRY_CORRECTION_REQUEST__INIT;
    Scoring__TryCorrectionResponse *tried;
    request.id = first_id;
    request.value = (char *)"450000";
    assert_int_equal(ASK(&employee, try_correction, &tried), DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, ASK(&supervisor, try_correction, &tried));
    assert_string_equal(tried->correction->score, "90.00");
    assert_string_equal(tried->correction->total, "90.00");
    assert_string_equal(tried->correction->total_change, "30.00");
    assert_string_equal(tried->correction->grade_before, "C");
    assert_string_equal(tried->correction->grade, "A");
    assert_string_equal(tried->correction->coefficient_change, "0.4");

    assert_int_equal(state_it(&employee, first_id, "450000", "", 0, &stated),
                     DC_PERMISSION_DENIED);
    assert_int_equal(state_it(&elsewhere, first_id, "450000", "", 0, &stated),
                     DC_PERMISSION_DENIED);
    assert_int_equal(state_it(&supervisor, first_id, "", "", 0, &stated), DC_INVALID_ARGUMENT);
    assert_int_equal(state_it(&supervisor, first_id, "1", "1", 0, &stated), DC_INVALID_ARGUMENT);
    assert_int_equal(state_it(&supervisor, first_id, "", "900", 0, &stated), DC_INVALID_ARGUMENT);
    assert_int_equal(state_it(&supervisor, first_id, "300000", "", 0, &stated),
                     DC_FAILED_PRECONDITION); /* changes nothing */
    FIXTURE_OK(&f, state_it(&supervisor, first_id, "450000", "", 0, &stated));
    assert_int_equal(stated->objection->correction->number, 1);
    /* The second of two who looked at the same moment. */
    assert_int_equal(state_it(&director, first_id, "", "70", 0, &stated), DC_ABORTED);
    FIXTURE_OK(&f, state_it(&director, first_id, "", "70", 1, &stated));
    assert_int_equal(stated->objection->correction->number, 2);
    Scoring__GetObjectionResponse *page;
    objection_of(&supervisor, first_id, &page);
    assert_int_equal(page->n_corrections, 2);
    assert_true(page->may_state);
    assert_string_equal(page->lowest_score, "0");
    objection_of(&employee, first_id, &page);
    assert_false(page->may_state);
    assert_true(page->may_withdraw);
    assert_string_equal(result_of(FIRST, 0)->person->total, "60.00"); /* nothing holds yet */
}

/* What was decided is what the deciders had before them: the first statement, not the newest. */
static void
a_correction_is_a_further_version(void **state)
{
    (void)state;
    Scoring__GetObjectionResponse *page;
    end_case(first_id, "approve", "1");
    assert_int_equal(objection_of(&employee, first_id, &page)->state, CORRECTED);
    assert_int_equal(page->objection->new_version, 2);
    assert_int_equal(page->objection->correction->number, 1);
    Scoring__PublishedResult *result = result_of(FIRST, 0);
    assert_int_equal(result->version, 2);
    assert_int_equal(result->corrected_by, first_id);
    assert_string_equal(result->correction_reason, "合同补录");
    assert_string_equal(result->person->total, "90.00");
    assert_string_equal(result->person->grade, "A");
    assert_string_equal(result->person->coefficient, "1.2");
    assert_string_equal(result->items[0]->score, "90.00");
    assert_string_equal(result->items[0]->score_before, "60.00");
    assert_string_equal(result->items[0]->actual, "450000");
    assert_string_equal(result->items[0]->actual_before, "300000");
    assert_int_equal(result->items[0]->frozen_by, 0);
    result = result_of(FIRST, 1);
    assert_string_equal(result->person->total, "60.00");
    assert_string_equal(result->items[0]->actual, "300000");
    /* Told again, it is the same. */
    end_case(first_id, "approve", "1");
    end_case(first_id, "return", "");
    assert_int_equal(result_of(FIRST, 0)->version, 2);
    assert_string_equal(result_of(FIRST + 3, 0)->person->grade, "C"); /* nobody else moves */
    char *events = dc_test_pg_value(
        pg, "SELECT string_agg(type || '=' || n, ' ' ORDER BY type) FROM (SELECT type, count(*) n "
            "FROM scoring.outbox WHERE type IN ('ObjectionRaised', 'CorrectionStated', "
            "'ObjectionSettled') GROUP BY type) t");
    assert_string_equal(events, "CorrectionStated=2 ObjectionRaised=2 ObjectionSettled=1");
    free(events);
}

static void
payroll_gets_the_difference(void **state)
{
    (void)state;
    Scoring__ReadPayrollRequest request = SCORING__READ_PAYROLL_REQUEST__INIT;
    Scoring__ReadPayrollResponse *rows;
    FIXTURE_OK(&f, ASK(&supervisor, read_payroll, &rows));
    assert_int_equal(rows->n_rows, PEOPLE + 1);
    assert_int_equal(rows->rows[0]->frozen_items, 0);
    assert_int_equal(rows->rows[1]->frozen_items, 1);
    const Scoring__PayrollRow *last = rows->rows[PEOPLE];
    assert_int_equal(last->person_id, FIRST);
    assert_int_equal(last->version, 2);
    assert_int_equal(last->objection_id, first_id);
    assert_string_equal(last->total_delta, "30.00");
    assert_string_equal(last->coefficient_delta, "0.4");
    assert_string_equal(rows->rows[0]->total_delta, "");
}

static Scoring__ListLateChangesResponse *
late_changes(void)
{
    Scoring__ListLateChangesRequest request = SCORING__LIST_LATE_CHANGES_REQUEST__INIT;
    Scoring__ListLateChangesResponse *late;
    FIXTURE_OK(&f, ASK(&supervisor, list_late_changes, &late));
    return late;
}

/* A corrected line is settled, whatever its records do; a frozen one is carried when it is. */
static void
late_changes_know_of_it(void **state)
{
    (void)state;
    assert_int_equal(late_changes()->total, 0); /* the live figure is not what was corrected */
    tell_total(TENANT, PERSON, FIRST, 11, "2026Q4", "450000", "1", 2);
    fixture_work(&f);
    assert_int_equal(late_changes()->total, 0);
    tell_total(TENANT, PERSON, FIRST + 1, 11, "2026Q4", "275000", "1", 2);
    fixture_work(&f);
    Scoring__ListLateChangesResponse *late = late_changes();
    assert_int_equal(late->total, 1);
    assert_int_equal(late->changes[0]->person_id, FIRST + 1);
    assert_true(late->changes[0]->frozen);

    tell_target(TENANT, PERSON, FIRST + 1, SALES, "2027Q1", "500000", 1);
    tell_total(TENANT, PERSON, FIRST + 1, 11, "2027Q1", "500000", "1", 1);
    fixture_work(&f);
    Scoring__PublishRequest request = SCORING__PUBLISH_REQUEST__INIT;
    Scoring__PublishResponse *published;
    request.unit_id = 2;
    request.period = (char *)"2027Q1";
    request.reason = (char *)"季度结果";
    FIXTURE_OK(&f, TELL(&supervisor, publish, &published));
    assert_int_equal(published->carried, 0);
}

static void
it_is_upheld_or_withdrawn(void **state)
{
    (void)state;
    Scoring__RaiseObjectionResponse *raised;
    Scoring__GetObjectionResponse *page;
    Scoring__ListObjectionsRequest request = SCORING__LIST_OBJECTIONS_REQUEST__INIT;
    Scoring__ListObjectionsResponse *list;
    FIXTURE_OK(&f, ASK(&supervisor, list_objections, &list));
    assert_int_equal(list->total, 2);
    assert_int_equal(list->open, 1);
    int64_t second = list->objections[0]->id;
    FIXTURE_OK(&f, ASK(&employee, list_objections, &list));
    assert_int_equal(list->total, 1);
    FIXTURE_OK(&f, ASK(&elsewhere, list_objections, &list));
    assert_int_equal(list->total, 0);

    end_case(second, "return", "");
    assert_int_equal(objection_of(&supervisor, second, &page)->state, UPHELD);
    assert_string_equal(page->objection->outcome_reason, "已核实");
    assert_int_equal(result_of(FIRST + 1, 0)->version, 1);
    assert_false(late_changes()->changes[0]->frozen);

    FIXTURE_OK(&f, raise_it(&colleague, 0, SALES, "", &raised));
    int64_t third = raised->objection->id;
    assert_int_equal(withdraw(&director, third), DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, withdraw(&colleague, third));
    assert_int_equal(withdraw(&colleague, third), DC_FAILED_PRECONDITION);
    end_case(third, "approve", "1"); /* too late: it was withdrawn */
    assert_int_equal(objection_of(&colleague, third, &page)->state, WITHDRAWN);
}

static int
set_up(void **state)
{
    (void)state;
    words_up();
    struct plan_words graded = everybody;
    Scoring__PublishRequest request = SCORING__PUBLISH_REQUEST__INIT;
    Scoring__PublishResponse *published;
    tell_company(TENANT);
    graded.version = 2;
    graded.from = "2026-10-01";
    graded.grades = "S>=110:1.5 A>=90:1.2 B>=80:1 C:0.8";
    tell_plan(TENANT, &graded);
    for (int i = 0; i < PEOPLE; i++) {
        tell_person_at(TENANT, FIRST + i, 4, "sales_rep", "2020-01-01", 1);
        tell_target(TENANT, PERSON, FIRST + i, SALES, "2026Q4", "500000", 1);
        tell_total(TENANT, PERSON, FIRST + i, 11, "2026Q4", text("%d", 300000 + 25000 * i), "1", 1);
    }
    tell_person_at(TENANT, 100, 3, "sales_rep", "2020-01-01", 2);
    tell_person_at(TENANT, 101, 3, "sales_rep", "2020-01-01", 2);
    fixture_work(&f);
    request.unit_id = 2;
    request.period = (char *)"2026Q4";
    request.reason = (char *)"季度结果";
    request.objection_days = 7;
    FIXTURE_OK(&f, TELL(&supervisor, publish, &published));
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settled_is_settled),
        cmocka_unit_test(the_diagram_is_the_one_of_the_page),
        cmocka_unit_test(one_line_is_objected_to),
        cmocka_unit_test(the_last_day_is_named),
        cmocka_unit_test(a_correction_is_tried_and_stated),
        cmocka_unit_test(a_correction_is_a_further_version),
        cmocka_unit_test(payroll_gets_the_difference),
        cmocka_unit_test(late_changes_know_of_it),
        cmocka_unit_test(it_is_upheld_or_withdrawn),
    };
    return cmocka_run_group_tests_name("objections", tests, set_up, words_down);
}
