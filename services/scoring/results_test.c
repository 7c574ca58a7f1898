/*
 * results_test.c - sessions and publications with a real PostgreSQL: who may do what, that a
 * snapshot stays what it was, and that what comes late is stated later.
 */
#include "calibration.h"
#include "results.h"
#include "words_test.h"

#include <string.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 9, FIRST = 300, PEOPLE = 10 };

WHO(supervisor, TENANT, 400, SUPERVISOR, GROUP, 0);
WHO(vice, TENANT, 401, VICE_PRESIDENT, UNIT_TREE, 2);
WHO(director, TENANT, 402, DIRECTOR, UNIT_TREE, 4);
WHO(elsewhere, TENANT, 403, DIRECTOR, UNIT_TREE, 3);
WHO(employee, TENANT, FIRST, EMPLOYEE, SELF, 0);
WHO(boss, TENANT, 404, BOSS, GROUP, 0);
WHO(administrator, TENANT, 405, SYSTEM_ADMIN, GROUP, 0);

#define TELL(asker, method, ret)                                                                   \
    ask_as(fixture_command, (asker), scoring_##method, &request.base,                              \
           &scoring__##method##_response__descriptor, (ProtobufCMessage **)(ret))
#define ASK(asker, method, ret)                                                                    \
    ask_as(fixture_call, (asker), scoring_##method, &request.base,                                 \
           &scoring__##method##_response__descriptor, (ProtobufCMessage **)(ret))

static enum dc_code
open_session(const struct who *asker, const char *period, Scoring__OpenCalibrationResponse **ret)
{
    Scoring__OpenCalibrationRequest request = SCORING__OPEN_CALIBRATION_REQUEST__INIT;
    request.unit_id = 2;
    request.period = (char *)period;
    request.reason = (char *)"季度校准";
    return TELL(asker, open_calibration, ret);
}

static enum dc_code
get_session(const struct who *asker, int64_t id, Scoring__GetCalibrationResponse **ret)
{
    Scoring__GetCalibrationRequest request = SCORING__GET_CALIBRATION_REQUEST__INIT;
    request.id = id;
    return ASK(asker, get_calibration, ret);
}

static enum dc_code
move_to(const struct who *asker, int64_t id, int64_t person_id, const char *grade,
        const char *expected, Scoring__MoveGradeResponse **ret)
{
    Scoring__MoveGradeRequest request = SCORING__MOVE_GRADE_REQUEST__INIT;
    request.calibration_id = id;
    request.person_id = person_id;
    request.grade = (char *)grade;
    request.expected_grade = (char *)expected;
    request.reason = (char *)"客户口碑";
    return TELL(asker, move_grade, ret);
}

static enum dc_code
close_session(const struct who *asker, int64_t id, bool accept, bool cancel)
{
    Scoring__CloseCalibrationRequest request = SCORING__CLOSE_CALIBRATION_REQUEST__INIT;
    Scoring__CloseCalibrationResponse *response;
    request.id = id;
    request.reason = (char *)"完成";
    request.accept_departures = accept;
    request.cancel = cancel;
    return TELL(asker, close_calibration, &response);
}

static enum dc_code
publish(const struct who *asker, int64_t unit_id, const char *period, bool accept,
        Scoring__PublishResponse **ret)
{
    Scoring__PublishRequest request = SCORING__PUBLISH_REQUEST__INIT;
    request.unit_id = unit_id;
    request.period = (char *)period;
    request.reason = (char *)"季度结果";
    request.objection_days = 7;
    request.accept_changed = accept;
    return TELL(asker, publish, ret);
}

static enum dc_code
get_result(const struct who *asker, int64_t person_id, const char *period,
           Scoring__GetResultResponse **ret)
{
    Scoring__GetResultRequest request = SCORING__GET_RESULT_REQUEST__INIT;
    request.person_id = person_id;
    request.period = (char *)period;
    return ASK(asker, get_result, ret);
}

static const Scoring__CalibrationPerson *
person_in(const Scoring__GetCalibrationResponse *session, int64_t person_id)
{
    for (size_t i = 0; i < session->n_people; i++) {
        if (session->people[i]->person_id == person_id) {
            return session->people[i];
        }
    }
    fail_msg("person %lld is not in the session", (long long)person_id);
    return NULL;
}

/* --- limits, without a database -----------------------------------------------------------------
 */

static void
limits_of_a_move(void **state)
{
    (void)state;
    const struct calibration_move free = {.open = true,
                                          .steps = 1,
                                          .grade = 2,
                                          .suggested = 2,
                                          .wanted = 3,
                                          .expected = "",
                                          .code = "B",
                                          .held_code = "C"};
    struct dc_error error;
    assert_int_equal(calibration_check_move(&free, &error), DC_OK);
    static const struct {
        struct calibration_move change;
        enum dc_code code;
    } rows[] = {
        {{.open = false, .steps = 1, .grade = 2, .suggested = 2, .wanted = 3},
         DC_FAILED_PRECONDITION},
        {{.open = true, .himself = true, .steps = 1000, .grade = 2, .suggested = 2, .wanted = 3},
         DC_PERMISSION_DENIED},
        {{.open = true, .steps = 0, .grade = 2, .suggested = 2, .wanted = 3}, DC_PERMISSION_DENIED},
        {{.open = true, .steps = 1, .grade = 2, .suggested = 2, .wanted = 0}, DC_INVALID_ARGUMENT},
        {{.open = true, .steps = 1, .grade = 2, .suggested = 2, .wanted = 2}, DC_INVALID_ARGUMENT},
        /* one grade from what is suggested, not from what it is by now */
        {{.open = true, .steps = 1, .grade = 3, .suggested = 2, .wanted = 4}, DC_PERMISSION_DENIED},
        {{.open = true, .steps = 2, .grade = 3, .suggested = 2, .wanted = 4}, DC_OK},
        {{.open = true, .steps = 1000, .grade = 4, .suggested = 4, .wanted = 2, .held = 3},
         DC_FAILED_PRECONDITION},
        {{.open = true, .steps = 1000, .grade = 4, .suggested = 4, .wanted = 3, .held = 3}, DC_OK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct calibration_move move = rows[i].change;
        move.expected = "";
        move.code = "B";
        move.held_code = "C";
        assert_int_equal(calibration_check_move(&move, &error), rows[i].code);
    }
    struct calibration_move late = free;
    late.expected = "C";
    assert_int_equal(calibration_check_move(&late, &error), DC_ABORTED);
}

/* --- a session ----------------------------------------------------------------------------------
 */

static int64_t session_id;

static void
a_session_opens_on_what_stands(void **state)
{
    (void)state;
    Scoring__OpenCalibrationResponse *opened;
    Scoring__GetCalibrationResponse *session;
    assert_int_equal(open_session(&director, "2026Q4", &opened), DC_PERMISSION_DENIED);
    assert_int_equal(open_session(&boss, "2026Q4", &opened), DC_PERMISSION_DENIED);
    assert_int_equal(open_session(&supervisor, "2030Q1", &opened), DC_FAILED_PRECONDITION);
    FIXTURE_OK(&f, open_session(&supervisor, "2026Q4", &opened));
    session_id = opened->calibration->id;
    assert_int_equal(opened->calibration->people, PEOPLE);
    assert_int_equal(opened->tied, 0);
    assert_int_equal(open_session(&supervisor, "2026Q4", &opened), DC_FAILED_PRECONDITION);

    FIXTURE_OK(&f, get_session(&supervisor, session_id, &session));
    assert_int_equal(session->n_pools, 1);
    assert_true(session->may_close);
    const Scoring__CalibrationPool *pool = session->pools[0];
    assert_int_equal(pool->n_grades, 4);
    const int32_t seats[] = {1, 3, 4, 2};
    for (int g = 0; g < 4; g++) {
        assert_int_equal(pool->grades[g]->seats, seats[g]);
        assert_int_equal(pool->grades[g]->people, seats[g]);
    }
    /* Totals 60, 65, ... 105: by the table nobody is an S. */
    assert_string_equal(session->people[0]->total, "105.00");
    assert_string_equal(session->people[0]->table_grade, "A");
    assert_string_equal(session->people[0]->grade, "S");
    assert_string_equal(session->people[9]->grade, "C");
    assert_true(session->people[0]->movable);
    /* The director sees his team, all of the pool; another director nothing of it. */
    FIXTURE_OK(&f, get_session(&director, session_id, &session));
    assert_int_equal(session->n_people, PEOPLE);
    assert_false(session->may_close);
    assert_int_equal(get_session(&elsewhere, session_id, &session), DC_NOT_FOUND);
    assert_int_equal(get_session(&employee, session_id, &session), DC_PERMISSION_DENIED);
    assert_int_equal(get_session(&administrator, session_id, &session), DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, get_session(&boss, session_id, &session));
    assert_false(session->people[0]->movable);
}

static void
moves_have_limits_and_stay_on_record(void **state)
{
    (void)state;
    Scoring__MoveGradeResponse *moved;
    Scoring__GetCalibrationResponse *session;
    struct who member = director;
    member.person = FIRST + 5;
    assert_int_equal(move_to(&member, session_id, FIRST + 5, "A", "", &moved),
                     DC_PERMISSION_DENIED);
    assert_int_equal(move_to(&elsewhere, session_id, FIRST + 5, "A", "", &moved),
                     DC_PERMISSION_DENIED);
    assert_int_equal(move_to(&boss, session_id, FIRST + 5, "A", "", &moved), DC_PERMISSION_DENIED);
    assert_int_equal(move_to(&employee, session_id, FIRST + 5, "A", "", &moved),
                     DC_PERMISSION_DENIED);
    /* 305 is suggested B: a director goes to A, not to S; a vice president to S. */
    assert_int_equal(move_to(&director, session_id, FIRST + 5, "S", "", &moved),
                     DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, move_to(&director, session_id, FIRST + 5, "A", "B", &moved));
    assert_string_equal(moved->move->before, "B");
    assert_string_equal(moved->move->after, "A");
    assert_string_equal(moved->move->reason, "客户口碑");
    assert_int_equal(moved->move->author_person_id, director.person);
    assert_int_equal(move_to(&vice, session_id, FIRST + 5, "S", "B", &moved), DC_ABORTED);
    FIXTURE_OK(&f, move_to(&vice, session_id, FIRST + 5, "S", "A", &moved));
    int64_t second = moved->move->id;

    /* An undo is a further move. */
    Scoring__UndoMoveRequest request = SCORING__UNDO_MOVE_REQUEST__INIT;
    Scoring__UndoMoveResponse *undone;
    request.calibration_id = session_id;
    request.move_id = second - 1;
    request.reason = (char *)"看错了";
    assert_int_equal(TELL(&supervisor, undo_move, &undone), DC_FAILED_PRECONDITION);
    request.move_id = second;
    FIXTURE_OK(&f, TELL(&supervisor, undo_move, &undone));
    assert_string_equal(undone->move->after, "A");
    assert_int_equal(undone->move->undoes, second);
    FIXTURE_OK(&f, get_session(&supervisor, session_id, &session));
    assert_string_equal(person_in(session, FIRST + 5)->grade, "A");
    assert_string_equal(person_in(session, FIRST + 5)->suggested, "B");
    assert_int_equal(session->n_moves, 3);
    assert_int_equal(session->pools[0]->grades[1]->people, 4);
    assert_int_equal(session->calibration->moves, 3);
    /* A move stays, whoever asks. */
    char *refusal = dc_test_pg_value(
        pg, "DO $$ BEGIN UPDATE scoring.calibration_move SET after = 'S'; RAISE 'changed'; "
            "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$; SELECT count(*) FROM "
            "scoring.calibration_move WHERE after = 'S'");
    assert_string_equal(refusal, "1"); /* the one that was a move to S */
    free(refusal);
}

static void
a_changed_total_is_named_and_the_snapshot_stays(void **state)
{
    (void)state;
    Scoring__GetCalibrationResponse *session;
    tell_total(TENANT, PERSON, FIRST + 2, 11, "2026Q4", "580000", "1", 2);
    fixture_work(&f);
    FIXTURE_OK(&f, get_session(&supervisor, session_id, &session));
    assert_int_equal(session->changed, 1);
    assert_string_equal(person_in(session, FIRST + 2)->total, "70.00");
    assert_string_equal(person_in(session, FIRST + 2)->total_now, "116.00");
    assert_string_equal(person_in(session, FIRST + 1)->total_now, "");
}

static void
closing_says_what_departs(void **state)
{
    (void)state;
    Scoring__MoveGradeResponse *moved;
    Scoring__PublishResponse *published;
    assert_int_equal(publish(&supervisor, 2, "2026Q4", false, &published), DC_FAILED_PRECONDITION);
    assert_int_equal(close_session(&director, session_id, false, false), DC_PERMISSION_DENIED);
    assert_int_equal(close_session(&supervisor, session_id, false, false), DC_FAILED_PRECONDITION);
    assert_string_equal(f.error.field, "accept_departures");
    FIXTURE_OK(&f, close_session(&supervisor, session_id, true, false));
    assert_int_equal(move_to(&supervisor, session_id, FIRST, "B", "", &moved),
                     DC_FAILED_PRECONDITION);
    assert_int_equal(close_session(&supervisor, session_id, true, false), DC_FAILED_PRECONDITION);
}

/* --- publication --------------------------------------------------------------------------------
 */

static void
published_is_what_stood_then(void **state)
{
    (void)state;
    Scoring__PublishResponse *published;
    Scoring__GetResultResponse *result;
    FIXTURE_OK(&f, get_result(&employee, 0, "2026Q4", &result));
    assert_null(result->result);
    assert_int_equal(publish(&director, 2, "2026Q4", true, &published), DC_PERMISSION_DENIED);
    assert_int_equal(publish(&supervisor, 2, "2026Q4", false, &published), DC_FAILED_PRECONDITION);
    assert_string_equal(f.error.field, "accept_changed");
    FIXTURE_OK(&f, publish(&supervisor, 2, "2026Q4", true, &published));
    assert_int_equal(published->publication->people, PEOPLE);
    assert_int_equal(published->publication->version, 1);
    assert_string_equal(published->publication->objections_until, "2026-11-30");
    assert_int_equal(publish(&supervisor, 2, "2026Q4", true, &published), DC_FAILED_PRECONDITION);

    FIXTURE_OK(&f, get_result(&employee, 0, "2026Q4", &result));
    assert_string_equal(result->result->person->total, "60.00");
    assert_string_equal(result->result->person->grade, "C");
    assert_string_equal(result->result->person->coefficient, "0.8");
    assert_int_equal(result->result->n_items, 2);
    assert_string_equal(result->result->items[0]->indicator_name, "销售额");
    assert_string_equal(result->result->items[0]->actual, "300000");
    assert_string_equal(result->result->items[0]->score, "60.00");
    assert_int_equal(result->latest_version, 1);
    assert_string_equal(result->periods[0], "2026Q4");
    /* Calibrated: A instead of what the table says. */
    FIXTURE_OK(&f, get_result(&director, FIRST + 5, "2026Q4", &result));
    assert_string_equal(result->result->person->total, "85.00");
    assert_string_equal(result->result->person->grade, "A");
    assert_string_equal(result->result->person->coefficient, "1.2");
    assert_string_equal(result->result->table_grade, "B");
    assert_int_equal(get_result(&elsewhere, FIRST, "2026Q4", &result), DC_PERMISSION_DENIED);
    struct who colleague = employee;
    colleague.person = FIRST + 1;
    assert_int_equal(get_result(&colleague, FIRST, "2026Q4", &result), DC_PERMISSION_DENIED);
    assert_int_equal(get_result(&administrator, FIRST, "2026Q4", &result), DC_PERMISSION_DENIED);
}

/* Statements that the service's own role may not carry out, on what was published. */
static void
the_database_refuses_to_change_it(void **state)
{
    (void)state;
    static const char *const tables[] = {"publication", "published_person", "published_result",
                                         "published_carried"};
    static const char *const statements[] = {"UPDATE scoring.%s SET tenant_id = tenant_id",
                                             "DELETE FROM scoring.%s"};
    for (size_t t = 0; t < 3; t++) { /* nothing is carried yet: row triggers have nothing to see */
        for (size_t s = 0; s < 2; s++) {
            char statement[200], query[600];
            snprintf(statement, sizeof(statement), statements[s], tables[t]);
            snprintf(query, sizeof(query),
                     "DO $$ BEGIN %s; RAISE 'it did change'; EXCEPTION WHEN "
                     "insufficient_privilege THEN NULL; END $$; SELECT count(*) > 0 FROM "
                     "scoring.%s",
                     statement, tables[t]);
            char *there = dc_test_pg_value(pg, query);
            assert_string_equal(there, "t");
            free(there);
        }
    }
}

static void
payroll_reads_the_same_again(void **state)
{
    (void)state;
    Scoring__ReadPayrollRequest request = SCORING__READ_PAYROLL_REQUEST__INIT;
    Scoring__ReadPayrollResponse *rows;
    request.limit = 4;
    assert_int_equal(ASK(&director, read_payroll, &rows), DC_PERMISSION_DENIED);
    int64_t seen = 0;
    do {
        FIXTURE_OK(&f, ASK(&supervisor, read_payroll, &rows));
        for (size_t i = 0; i < rows->n_rows; i++) {
            assert_int_equal(rows->rows[i]->position, ++seen);
        }
        request.after = rows->next;
    } while (rows->more);
    assert_int_equal(seen, PEOPLE);
    request.after = 5;
    FIXTURE_OK(&f, ASK(&supervisor, read_payroll, &rows));
    assert_int_equal(rows->rows[0]->position, 6);
    assert_string_equal(rows->rows[0]->person_code, text("P%d", FIRST + 5));
    assert_string_equal(rows->rows[0]->grade, "A");
    assert_string_equal(rows->rows[0]->carried_total, "");
}

/* --- a closed period ----------------------------------------------------------------------------
 */

static void
what_comes_late_is_carried_forward(void **state)
{
    (void)state;
    Scoring__GetResultResponse *result;
    Scoring__PublishResponse *published;
    Scoring__ListLateChangesRequest request = SCORING__LIST_LATE_CHANGES_REQUEST__INIT;
    Scoring__ListLateChangesResponse *late;
    /* A refund of 50,000 after the publication. */
    tell_total(TENANT, PERSON, FIRST, 11, "2026Q4", "250000", "1", 2);
    fixture_work(&f);
    FIXTURE_OK(&f, get_result(&employee, 0, "2026Q4", &result));
    assert_string_equal(result->result->person->total, "60.00");
    assert_string_equal(result->result->items[0]->actual, "300000");
    assert_int_equal(ASK(&director, list_late_changes, &late), DC_PERMISSION_DENIED);
    FIXTURE_OK(&f, ASK(&supervisor, list_late_changes, &late));
    assert_int_equal(late->total, 1);
    assert_int_equal(late->changes[0]->person_id, FIRST);
    assert_string_equal(late->changes[0]->item->total_delta, "-10.00");
    assert_string_equal(late->changes[0]->item->actual_delta, "-50000");

    /* The next quarter's results state it, once. */
    tell_target(TENANT, PERSON, FIRST, SALES, "2027Q1", "500000", 1);
    tell_total(TENANT, PERSON, FIRST, 11, "2027Q1", "500000", "1", 1);
    fixture_work(&f);
    FIXTURE_OK(&f, publish(&supervisor, 2, "2027Q1", false, &published));
    assert_int_equal(published->carried, 1);
    FIXTURE_OK(&f, get_result(&employee, 0, "2027Q1", &result));
    assert_string_equal(result->result->person->total, "100.00");
    assert_int_equal(result->result->n_carried, 1);
    assert_string_equal(result->result->carried[0]->from_period, "2026Q4");
    assert_string_equal(result->result->carried[0]->total_published, "60.00");
    assert_string_equal(result->result->carried[0]->total_now, "50.00");
    FIXTURE_OK(&f, ASK(&supervisor, list_late_changes, &late));
    assert_int_equal(late->total, 0);
    Scoring__ReadPayrollRequest payroll = SCORING__READ_PAYROLL_REQUEST__INIT;
    Scoring__ReadPayrollResponse *rows;
    payroll.period = (char *)"2027Q1";
    FIXTURE_OK(&f, ask_as(fixture_call, &supervisor, scoring_read_payroll, &payroll.base,
                          &scoring__read_payroll_response__descriptor, (ProtobufCMessage **)&rows));
    assert_string_equal(rows->rows[0]->carried_total, "-10.00");
    assert_string_equal(rows->rows[0]->carried_actual, "-50000");
    /* And what comes after that is the difference to what was stated. */
    tell_total(TENANT, PERSON, FIRST, 11, "2026Q4", "275000", "1", 3);
    fixture_work(&f);
    FIXTURE_OK(&f, ASK(&supervisor, list_late_changes, &late));
    assert_int_equal(late->total, 1);
    assert_string_equal(late->changes[0]->item->actual_delta, "25000");
}

static void
events_tell_it(void **state)
{
    (void)state;
    char *told = dc_test_pg_value(
        pg, "SELECT string_agg(type || '=' || n, ' ' ORDER BY type) FROM (SELECT type, count(*) n "
            "FROM scoring.outbox WHERE type IN ('CalibrationChanged', 'ResultPublished') "
            "GROUP BY type) t");
    /* Opened, three moves, closed; ten people in ten buckets, then one. */
    assert_string_equal(told, "CalibrationChanged=5 ResultPublished=11");
    free(told);
}

/* --- the whole ----------------------------------------------------------------------------------
 */

static int
set_up(void **state)
{
    (void)state;
    words_up();
    struct plan_words graded = everybody;
    tell_company(TENANT);
    graded.version = 2;
    graded.from = "2026-10-01";
    graded.grades = "S>=110:1.5 A>=90:1.2 B>=80:1 C:0.8";
    graded.distribution = "S=10 A=30 B=40 C=20 level=1 min=3";
    tell_plan(TENANT, &graded);
    for (int i = 0; i < PEOPLE; i++) {
        tell_person_at(TENANT, FIRST + i, 4, "sales_rep", "2020-01-01", 1);
        tell_target(TENANT, PERSON, FIRST + i, SALES, "2026Q4", "500000", 1);
        tell_total(TENANT, PERSON, FIRST + i, 11, "2026Q4", text("%d", 300000 + 25000 * i), "1", 1);
    }
    /* The two of the example are somewhere else, so that the numbers here are plain. */
    tell_person_at(TENANT, 100, 3, "sales_rep", "2020-01-01", 2);
    tell_person_at(TENANT, 101, 3, "sales_rep", "2020-01-01", 2);
    fixture_work(&f);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_a_move),
        cmocka_unit_test(a_session_opens_on_what_stands),
        cmocka_unit_test(moves_have_limits_and_stay_on_record),
        cmocka_unit_test(a_changed_total_is_named_and_the_snapshot_stays),
        cmocka_unit_test(closing_says_what_departs),
        cmocka_unit_test(published_is_what_stood_then),
        cmocka_unit_test(the_database_refuses_to_change_it),
        cmocka_unit_test(payroll_reads_the_same_again),
        cmocka_unit_test(what_comes_late_is_carried_forward),
        cmocka_unit_test(events_tell_it),
    };
    return cmocka_run_group_tests_name("results", tests, set_up, words_down);
}
