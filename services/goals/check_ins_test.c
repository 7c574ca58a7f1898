/* Tests reminders of check-ins on a real database: told once a due day to the owner, then to who he
 * reports to; by whichever replica, and late after an outage. */
#include "stage_test.h"

#include <dacheng/goals/v1/check_in_events.pb-c.h>
#include <dacheng/goals/v1/okr.pb-c.h>

static int64_t
confirmed(Goals__OwnerKind kind, int64_t owner_id)
{
    Goals__SaveObjectiveRequest save = GOALS__SAVE_OBJECTIVE_REQUEST__INIT;
    Goals__SaveObjectiveResponse saved = GOALS__SAVE_OBJECTIVE_RESPONSE__INIT;
    Goals__ConfirmObjectivesRequest confirm = GOALS__CONFIRM_OBJECTIVES_REQUEST__INIT;
    Goals__ConfirmObjectivesResponse done = GOALS__CONFIRM_OBJECTIVES_RESPONSE__INIT;
    Goals__Objective o = GOALS__OBJECTIVE__INIT;
    Goals__KeyResult kr = GOALS__KEY_RESULT__INIT, *key_results[] = {&kr};
    kr.title = "客户手册上线";
    kr.kind = GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_DONE;
    kr.weight = "1";
    o.owner_kind = kind;
    o.owner_id = owner_id;
    o.period = "2026Q4";
    o.title = "把新客户做起来";
    o.weight = "1";
    o.key_results = key_results;
    o.n_key_results = 1;
    save.objective = &o;
    MUST(CALL(supervisor, goals_save_objective, &save, &saved));
    confirm.ids = &saved.objective->id;
    confirm.n_ids = 1;
    MUST(CALL(supervisor, goals_confirm_objectives, &confirm, &done));
    return saved.objective->id;
}

static void
check_in(int64_t id, const char *value)
{
    Goals__CheckInRequest request = GOALS__CHECK_IN_REQUEST__INIT;
    Goals__CheckInResponse response = GOALS__CHECK_IN_RESPONSE__INIT;
    Goals__KeyResultCheckIn entry = GOALS__KEY_RESULT_CHECK_IN__INIT, *entries[] = {&entry};
    Goals__GetObjectiveRequest get = GOALS__GET_OBJECTIVE_REQUEST__INIT;
    Goals__GetObjectiveResponse got = GOALS__GET_OBJECTIVE_RESPONSE__INIT;
    get.id = request.objective_id = id;
    MUST(CALL(supervisor, goals_get_objective, &get, &got));
    entry.key_result_id = got.objective->key_results[0]->id;
    entry.value = (char *)value;
    entry.health = GOALS__HEALTH__HEALTH_ON_TRACK;
    request.check_ins = entries;
    request.n_check_ins = 1;
    MUST(CALL(supervisor, goals_check_in, &request, &response));
}

static void
settle(int32_t days, int32_t manager_after)
{
    Goals__SaveOkrSettingsRequest request = GOALS__SAVE_OKR_SETTINGS_REQUEST__INIT;
    Goals__SaveOkrSettingsResponse response = GOALS__SAVE_OKR_SETTINGS_RESPONSE__INIT;
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    settings.commit_score = "0.3";
    settings.target_score = "0.7";
    settings.check_in_days = days;
    settings.manager_after_days = manager_after;
    request.settings = &settings;
    MUST(CALL(supervisor, goals_save_okr_settings, &request, &response));
}

/* Lets the task look at a moment, twice; what it told, NULL = nothing. */
static Goals__CheckInsDue *
look(const char *moment)
{
    const char *key;
    stage_clock(moment);
    stage_run(goals_check_ins);
    stage_run(goals_check_ins);
    Goals__CheckInsDue *due = (void *)stage_hear_keyed(&goals__check_ins_due__descriptor, &key);
    assert_null(stage_hear_keyed(&goals__check_ins_due__descriptor, &key));
    return due;
}

static int
prepare(void **state)
{
    stage_clear(state);
    stage_clock("2026-11-02 12:00:00");
    dc_test_pg_exec(stage.pg, "UPDATE goals.org_person SET manager_id = 3 WHERE person_id = 4;"
                              "UPDATE goals.org_person SET employed_to = 'infinity'");
    stage_deaf();
    return 0;
}

static void
test_owner_then_manager_once(void **state)
{
    (void)state;
    settle(7, 3);
    int64_t id = confirmed(PERSON, 4);
    assert_null(look("2026-11-02 12:00:01"));
    assert_null(look("2026-11-09 08:59:59"));
    Goals__CheckInsDue *due = look("2026-11-09 09:00:00");
    assert_int_equal(due->n_reminders, 1);
    const Goals__CheckInDue *one = due->reminders[0];
    assert_int_equal(one->objective_id, id);
    assert_int_equal(one->person_id, 4);
    assert_string_equal(one->due_on, "2026-11-09");
    assert_string_equal(one->since, "2026-11-02");
    assert_string_equal(one->owner_name, "张三");
    assert_int_equal(one->key_results, 1);
    assert_false(one->to_manager);
    assert_null(look("2026-11-11 12:00:00"));
    one = look("2026-11-12 09:00:00")->reminders[0];
    assert_true(one->to_manager);
    assert_int_equal(one->person_id, 3);
    assert_string_equal(one->due_on, "2026-11-09");
    assert_null(look("2026-11-15 12:00:00"));
    check_in(id, "0");
    assert_null(look("2026-11-16 12:00:00"));
    one = look("2026-11-22 09:00:00")->reminders[0];
    assert_string_equal(one->due_on, "2026-11-22");
    check_in(id, "1"); /* at its end */
    assert_null(look("2026-12-20 12:00:00"));
}

static void
test_whom_units_and_people_without_a_manager_report_to(void **state)
{
    (void)state;
    settle(7, 1);
    dc_test_pg_exec(stage.pg, "UPDATE goals.org_person SET employed_to = '2026-11-05' "
                              "WHERE person_id = 3"); /* the manager has left */
    confirmed(PERSON, 4);
    confirmed(UNIT, A1);
    confirmed(UNIT, GROUP);
    Goals__CheckInsDue *due = look("2026-11-09 09:00:00");
    assert_int_equal(due->n_reminders, 3);
    assert_int_equal(due->reminders[0]->person_id, 4);
    assert_int_equal(due->reminders[1]->lead_of_unit_id, A1);
    assert_int_equal(due->reminders[2]->lead_of_unit_id, GROUP);
    due = look("2026-11-10 09:00:00");
    assert_int_equal(due->n_reminders, 2); /* above the group is nobody */
    assert_int_equal(due->reminders[0]->lead_of_unit_id, A1);
    assert_int_equal(due->reminders[0]->owner_id, 4);
    assert_int_equal(due->reminders[1]->lead_of_unit_id, A);
}

/* The service stood still over two due days; a newer rhythm; a cancelled objective. */
static void
test_late_but_never_lost(void **state)
{
    (void)state;
    int64_t id = confirmed(PERSON, 4), cancelled = confirmed(PERSON, 5);
    Goals__CancelObjectiveRequest cancel = GOALS__CANCEL_OBJECTIVE_REQUEST__INIT;
    Goals__CancelObjectiveResponse done = GOALS__CANCEL_OBJECTIVE_RESPONSE__INIT;
    cancel.id = cancelled;
    cancel.reason = "改期";
    MUST(CALL(supervisor, goals_cancel_objective, &cancel, &done));
    Goals__CheckInsDue *due = look("2026-11-20 12:00:00");
    assert_int_equal(due->n_reminders, 1);
    assert_int_equal(due->reminders[0]->objective_id, id);
    assert_string_equal(due->reminders[0]->due_on, "2026-11-16");
    assert_int_equal(stage_number("SELECT count(*) FROM goals.check_in_timer"), 1);
    settle(9, 0);
    due = look("2026-11-20 13:00:00"); /* every nine days: 11-11, 11-20 */
    assert_string_equal(due->reminders[0]->due_on, "2026-11-20");
    settle(9, 0);
    assert_null(look("2026-11-20 14:00:00"));
}

/* A transaction that fails tells nothing and changes no row; the next look tells it. */
static void
test_a_failed_look_is_made_again(void **state)
{
    (void)state;
    confirmed(PERSON, 4);
    assert_null(look("2026-11-02 13:00:00"));
    stage_clock("2026-11-09 12:00:00");
    struct dc_step step;
    bool more = false;
    dc_test_pg_exec(stage.pg, "ALTER TABLE goals.outbox RENAME TO outbox_away");
    dc_step_init(&step, &stage.thread, "test", stage.now);
    assert_int_not_equal(goals_check_ins(&step, &more, &stage.error), DC_OK);
    dc_test_pg_exec(stage.pg, "ALTER TABLE goals.outbox_away RENAME TO outbox");
    assert_int_equal(look("2026-11-09 12:00:05")->n_reminders, 1);
}

static void
test_settings(void **state)
{
    (void)state;
    Goals__SaveOkrSettingsRequest request = GOALS__SAVE_OKR_SETTINGS_REQUEST__INIT;
    Goals__SaveOkrSettingsResponse response = GOALS__SAVE_OKR_SETTINGS_RESPONSE__INIT;
    Goals__OkrSettings settings = GOALS__OKR_SETTINGS__INIT;
    settings.commit_score = "0.3";
    settings.target_score = "0.7";
    settings.check_in_days = 7;
    request.settings = &settings;
    static const int32_t wrong[] = {-1, 7, 90};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        settings.manager_after_days = wrong[i];
        REFUSED(CALL(supervisor, goals_save_okr_settings, &request, &response),
                DC_INVALID_ARGUMENT, "settings.manager_after_days");
    }
    settings.manager_after_days = 6;
    MUST(CALL(supervisor, goals_save_okr_settings, &request, &response));
    Goals__GetOkrSettingsRequest get = GOALS__GET_OKR_SETTINGS_REQUEST__INIT;
    Goals__GetOkrSettingsResponse got = GOALS__GET_OKR_SETTINGS_RESPONSE__INIT;
    MUST(CALL(zhang_san, goals_get_okr_settings, &get, &got));
    assert_int_equal(got.settings->manager_after_days, 6);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_owner_then_manager_once),
        TEST(test_whom_units_and_people_without_a_manager_report_to),
        TEST(test_late_but_never_lost),
        TEST(test_a_failed_look_is_made_again),
        TEST(test_settings),
    };
    return cmocka_run_group_tests_name("check_ins", tests, stage_open, stage_down);
}
