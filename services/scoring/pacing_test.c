/*
 * pacing_test.c - working days as workflow tells them, pace on the pages of people and units, who
 * is behind, and for whom. It is 2026-11-23.
 */
#include "words_test.h"

#include "tests/lib/cmocka.h"

enum { TENANT = 7 };

WHO(boss, TENANT, 1, BOSS, GROUP, 0);
WHO(director_a, TENANT, 1, DIRECTOR, UNIT_TREE, 2);
WHO(auditor, TENANT, 1, AUDITOR, GROUP, 0);
WHO(zhang, TENANT, 100, EMPLOYEE, SELF, 0);

static Scoring__Pace *
pace_of_zhang(void)
{
    Scoring__GetPersonRequest request = SCORING__GET_PERSON_REQUEST__INIT;
    Scoring__GetPersonResponse *answer;
    request.person_id = 100;
    request.period = (char *)"2026Q4";
    FIXTURE_OK(&f, ask_as(fixture_call, &boss, scoring_get_person, &request.base,
                          &scoring__get_person_response__descriptor, (ProtobufCMessage **)&answer));
    return answer->items[0]->pace;
}

static enum dc_code
behind(const struct who *who, int64_t unit_id, Scoring__ListBehindResponse **ret_answer)
{
    Scoring__ListBehindRequest request = SCORING__LIST_BEHIND_REQUEST__INIT;
    request.unit_id = unit_id;
    request.period = (char *)"2026Q4";
    return ask_as(fixture_call, who, scoring_list_behind, &request.base,
                  &scoring__list_behind_response__descriptor, (ProtobufCMessage **)ret_answer);
}

/* The week of the national day is free; the Saturday after it is worked. */
static void
tell_calendar(int64_t version, bool holiday)
{
    static const char *const dates[] = {"2026-10-01", "2026-10-02", "2026-10-05",
                                        "2026-10-06", "2026-10-07", "2026-10-10"};
    Workflow__CalendarChanged event = WORKFLOW__CALENDAR_CHANGED__INIT;
    Workflow__CalendarDay days[6], *list[6];
    for (int i = 0; i < 6; i++) {
        workflow__calendar_day__init(&days[i]);
        days[i].date = (char *)dates[i];
        days[i].working = i == 5;
        list[i] = &days[i];
    }
    event.year = 2026;
    event.version = version;
    event.days = list;
    event.n_days = holiday ? 6 : 0;
    fixture_deliver(&f, TENANT, scoring_on_calendar_changed, &event.base);
}

static int
company(void **state)
{
    (void)state;
    words_up();
    tell_company(TENANT);
    fixture_work(&f);
    return 0;
}

static void
pace_goes_by_working_days(void **state)
{
    (void)state;
    Scoring__Pace *pace = pace_of_zhang();
    assert_int_equal(pace->days_elapsed, 38); /* nothing was told: Monday to Friday */
    assert_int_equal(pace->days, 66);
    tell_calendar(2, true);
    pace = pace_of_zhang();
    assert_int_equal(pace->days_elapsed, 34);
    assert_int_equal(pace->days, 62);
    assert_string_equal(pace->day, "2026-11-23");
    assert_string_equal(pace->expected_share, "54.84");
    assert_string_equal(pace->expected, "274193.55");
    assert_string_equal(pace->ahead, "125806.45");
    assert_string_equal(pace->rate, "11764.71");
    assert_string_equal(pace->rate_needed, "3571.43");
    assert_string_equal(pace->forecast_state, "too_little_data");
    assert_string_equal(pace->forecast, "");
    tell_calendar(1, false); /* an older one never wins */
    assert_int_equal(pace_of_zhang()->days, 62);
}

static void
months_make_a_forecast(void **state)
{
    (void)state;
    static const char *const months[] = {"2026-07", "2026-08", "2026-09", "2026-10", "2026-11"};
    for (int i = 0; i < 5; i++) {
        tell_total(TENANT, PERSON, 100, 11, months[i], text("%d", 200000 + i * 1000), "1", 1);
    }
    fixture_work(&f);
    Scoring__Pace *pace = pace_of_zhang();
    assert_int_equal(pace->months, 5);
    assert_string_equal(pace->forecast_state, "");
    struct dc_decimal low, end, high;
    FIXTURE_OK(&f, dc_decimal_parse(pace->forecast_low, &low, &f.error));
    FIXTURE_OK(&f, dc_decimal_parse(pace->forecast, &end, &f.error));
    FIXTURE_OK(&f, dc_decimal_parse(pace->forecast_high, &high, &f.error));
    assert_true(dc_decimal_cmp(DC_DECIMAL_INT(600000), end) < 0);
    assert_true(dc_decimal_cmp(low, end) < 0 && dc_decimal_cmp(end, high) < 0);
}

static void
who_is_behind(void **state)
{
    (void)state;
    Scoring__ListBehindResponse *answer;
    FIXTURE_OK(&f, behind(&boss, 1, &answer));
    assert_int_equal(answer->with_target, 3);
    assert_int_equal(answer->total, 1); /* who sold nothing */
    assert_int_equal(answer->people[0]->person_id, 102);
    assert_string_equal(answer->people[0]->unit_name, "U3");
    assert_string_equal(answer->people[0]->behind, "274193.55");
    assert_string_equal(answer->people[0]->rate_needed, "17857.14");
    assert_string_equal(answer->expected_share, "54.84");
    FIXTURE_OK(&f, behind(&director_a, 0, &answer));
    assert_int_equal(answer->with_target, 2); /* his own department alone */
    assert_int_equal(answer->total, 0);
    assert_int_equal(behind(&director_a, 3, &answer), DC_PERMISSION_DENIED);
    assert_int_equal(behind(&auditor, 1, &answer), DC_PERMISSION_DENIED);
    assert_int_equal(behind(&zhang, 4, &answer), DC_PERMISSION_DENIED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pace_goes_by_working_days),
        cmocka_unit_test(months_make_a_forecast),
        cmocka_unit_test(who_is_behind),
    };
    return cmocka_run_group_tests_name("pacing", tests, company, words_down);
}
