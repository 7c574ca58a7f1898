/* messages_test.c - what workflow tells becomes one message, at the right time and as its reader
 * wants it. */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/notify_stage.h"

#define NOTIFY &notify__notify_service__descriptor

/* --- one message ------------------------------------------------------------------------------ */
static void
forty_tasks_are_one_message(void **state)
{
    (void)state;
    size_t count = 0;
    for (int64_t bucket = 0; bucket < 8; bucket++) { /* as workflow tells them: in several events */
        stage_tell_opened(100 + 5 * bucket, 5, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL);
    }
    stage_wait_for("SELECT count(*) = 40 FROM notify.notice WHERE template = 'tasks_opened'");
    json_t *inbox = stage_ask(ZHANG, "ListInbox", "{}");
    assert_int_equal(dc_test_number(inbox, "unread"), 1);
    assert_int_equal(dc_test_number(inbox, "notices.0.count"), 40);
    assert_string_equal(dc_test_text(inbox, "notices.0.title"), "40 项新待办：目标确认");
    assert_string_equal(dc_test_text(inbox, "notices.0.link"), "/tasks");
    stage_wait_for("SELECT count(*) = 1 AND min(count) = 40 FROM notify.delivery WHERE state = "
                   "'gathering'");
    /* A crash in between changes nothing. */
    dc_test_service_kill(stage_notify);
    dc_test_service_start(stage_notify);
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND person_id = %d", ZHANG);
    json_t *mail = stage_mail_to("zhangsan@demo.example", &count);
    assert_int_equal(count, 1);
    assert_string_equal(dc_test_text(mail, "subject"), "40 项新待办：目标确认");
    assert_non_null(strstr(dc_test_text(mail, "text"), "https://perf.demo.example/tasks/100"));
    assert_non_null(strstr(dc_test_text(mail, "text"), "另有 20 项"));
    assert_non_null(strstr(dc_test_text(mail, "html"), "href=\"https://perf.demo.example/tasks\""));
    json_decref(mail);
    /* Read together; what comes later is an entry of its own. */
    stage_ask(ZHANG, "MarkRead", "{\"all\":true}");
    assert_int_equal(dc_test_number(stage_ask(ZHANG, "ListInbox", "{}"), "unread"), 0);
}

static void
the_past_heard_again_makes_nothing(void **state)
{
    (void)state;
    DC_AUTO_FREE char *notices = dc_test_pg_value(stage_pg, "SELECT count(*) FROM notify.notice");
    DC_AUTO_FREE char *deliveries =
        dc_test_pg_value(stage_pg, "SELECT count(*) FROM notify.delivery");
    assert_int_equal(dc_test_service_stop(stage_notify), 0);
    dc_test_pg_exec(stage_pg, "DELETE FROM notify.consumer_position WHERE stream = 'workflow'");
    dc_test_service_start(stage_notify);
    stage_tell_opened(100 + 39, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL); /* said twice */
    stage_tell_opened(1, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_IN_APP);    /* behind it */
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d", STARTER);
    stage_wait_for("SELECT count(*) = %s + 1 FROM notify.notice", notices);
    stage_wait_for("SELECT count(*) = %s FROM notify.delivery", deliveries);
}

static void
what_is_done_needs_nobody(void **state)
{
    (void)state;
    Workflow__TasksDecided event = WORKFLOW__TASKS_DECIDED__INIT;
    size_t before = 0, after = 0;
    json_decref(stage_mail_to("zhangsan@demo.example", &before));
    stage_remind(300, 2, ZHANG, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/300/1");
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_reminded'");
    for (int i = 0; i < 2; i++) {
        stage_tasks[i].state = WORKFLOW__TASK_STATE__TASK_STATE_DECIDED;
        stage_seats[i].state = WORKFLOW__SEAT_STATE__SEAT_STATE_DONE;
    }
    event.tasks = stage_task_list;
    event.n_tasks = 2;
    dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(300), &event.base);
    stage_wait_for(
        "SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_reminded' AND moot "
        "AND read_at IS NOT NULL");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE state = 'dropped' AND last_answer "
        "LIKE 'moot%%'");
    json_decref(stage_mail_to("zhangsan@demo.example", &after));
    assert_int_equal(before, after);
}

static void
the_right_moves_and_the_director_is_told(void **state)
{
    (void)state;
    Workflow__TasksEscalated event = WORKFLOW__TASKS_ESCALATED__INIT;
    Workflow__Channel channel = WORKFLOW__CHANNEL__CHANNEL_MAIL;
    size_t count = 0;
    stage_remind(400, 1, DIRECTOR, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/400/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d", DIRECTOR);
    stage_make_tasks(400, 1, DIRECTOR, VICE);
    stage_seats[0].rung = 1;
    event.tasks = stage_task_list;
    event.n_tasks = 1;
    event.rung = 1;
    event.channels = &channel;
    event.n_channels = 1;
    dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(400), &event.base);
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d AND template = "
                   "'tasks_escalated'",
                   VICE);
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE person_id = %d AND template = "
                   "'tasks_escalated_owner'",
                   DIRECTOR);
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.notice WHERE moot AND person_id = %d AND template = "
        "'tasks_reminded'",
        DIRECTOR);
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 2 FROM notify.delivery WHERE state = 'sent' AND person_id IN (%d, "
        "%d)",
        VICE, DIRECTOR);
    json_t *mail = stage_mail_to("vice@demo.example", &count);
    assert_string_equal(dc_test_text(mail, "subject"), "逾期升级：目标确认（华东一组）转由您决定");
    assert_non_null(strstr(dc_test_text(mail, "text"), "https://perf.demo.example/tasks/400"));
    json_decref(mail);
    mail = stage_mail_to("director@demo.example", &count);
    assert_non_null(strstr(dc_test_text(mail, "subject"), "转由副总决定"));
    json_decref(mail);
    assert_int_equal(stage_requests("aliyun", NULL), 0); /* the reminder was moot by then */
    event.owner_untold = true;
    stage_make_tasks(401, 1, DIRECTOR, VICE);
    stage_seats[0].rung = 1;
    dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(401), &event.base);
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE template = 'tasks_escalated'");
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.notice WHERE template = 'tasks_escalated_owner'");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE state IN ('gathering', 'queued')");
}

/* In a sequence the same person may be called in several turns; the same event again is not one. */
static void
each_turn_of_a_sequence_is_told(void **state)
{
    (void)state;
    Workflow__TasksOpened opened = WORKFLOW__TASKS_OPENED__INIT;
    Workflow__TasksEscalated escalated = WORKFLOW__TASKS_ESCALATED__INIT;
    opened.tasks = escalated.tasks = stage_task_list;
    opened.n_tasks = escalated.n_tasks = 1;
    escalated.rung = 1;
    for (int turn = 0; turn < 2; turn++) {
        stage_make_tasks(410, 1, DIRECTOR, DIRECTOR);
        stage_tasks[0].mode = WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE;
        stage_tasks[0].version = 1 + 4 * turn;
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(410), &opened.base);
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(410), &opened.base);
        stage_seats[0].holder_id = VICE;
        stage_seats[0].rung = 1;
        stage_tasks[0].version++;
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(410), &escalated.base);
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(410), &escalated.base);
    }
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id = 410 AND template = "
                   "'tasks_escalated' AND person_id = %d",
                   VICE);
    stage_tell_opened(411, 1, VICE, WORKFLOW__CHANNEL__CHANNEL_IN_APP); /* behind them */
    stage_tell_opened(426, 1, VICE, WORKFLOW__CHANNEL__CHANNEL_IN_APP);
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id IN (411, 426)");
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id = 410 AND template = "
                   "'tasks_escalated'");
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id = 410 AND template = "
                   "'tasks_opened'");
}

/* The cycle was moved to other rules; twice is twice, the same again is not. */
static void
a_new_deadline_is_told(void **state)
{
    (void)state;
    Workflow__TasksRescheduled event = WORKFLOW__TASKS_RESCHEDULED__INIT;
    event.tasks = stage_task_list;
    event.n_tasks = 1;
    stage_make_tasks(420, 1, VICE, VICE);
    for (int version = 5; version <= 6; version++) {
        stage_tasks[0].version = version;
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(420), &event.base);
        dc_test_tell(stage_pg, "workflow", TENANT, stage_task_key(420), &event.base);
    }
    stage_tell_opened(436, 1, VICE, WORKFLOW__CHANNEL__CHANNEL_IN_APP); /* behind them */
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 436");
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id = 420 AND template = "
                   "'tasks_rescheduled' AND person_id = %d",
                   VICE);
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE state IN ('gathering', 'queued')");
}

static void
the_starter_hears_of_the_end(void **state)
{
    (void)state;
    Workflow__Cycle cycle = WORKFLOW__CYCLE__INIT;
    Workflow__CycleChanged event = WORKFLOW__CYCLE_CHANGED__INIT;
    cycle.id = 3;
    cycle.name = "2026年11月销售考核";
    cycle.period = "2026-11";
    cycle.author_person_id = STARTER;
    event.cycle = &cycle;
    cycle.state = WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING;
    dc_test_tell(stage_pg, "workflow", TENANT, "cycle/3", &event.base);
    cycle.state = WORKFLOW__CYCLE_STATE__CYCLE_STATE_CLOSED;
    dc_test_tell(stage_pg, "workflow", TENANT, "cycle/3", &event.base);
    dc_test_tell(stage_pg, "workflow", TENANT, "cycle/3", &event.base);
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.notice WHERE template = 'cycle_closed' AND person_id "
        "= %d",
        STARTER);
}

/* --- when
 * ------------------------------------------------------------------------------------------ */
static void
the_night_is_quiet(void **state)
{
    (void)state;
    stage_allow(23, ""); /* half past eleven in the evening */
    stage_remind(600, 1, VICE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/600/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 600");
    /* 08:00 tomorrow is eight and a half hours away. */
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE due_at BETWEEN now() + interval '8 "
        "hours 25 minutes' AND now() + interval '8 hours 35 minutes' AND person_id = %d AND "
        "state = 'gathering'",
        VICE);
    /* Even what is due by an older clock waits for the morning. */
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE state = 'queued' AND due_at > now() + "
        "interval '8 hours' AND attempts = 0 AND person_id = %d AND last_answer = 'quiet hours'",
        VICE);
    /* Its deadline is at two in the morning: it does not wait. */
    stage_make_tasks(601, 1, VICE, VICE);
    stage_tasks[0].due_at_us = dc_now() + 7200 * (dc_time)DC_SECOND;
    stage_tell_reminded(601, 1, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/601/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE due_at < now() + interval '61 "
                   "minutes' AND person_id = %d AND channel = 3 AND state = 'gathering'",
                   VICE);
    stage_allow(12, "");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE state IN ('gathering', 'queued', "
        "'sending')");
}

static void
people_choose_how_they_are_told(void **state)
{
    (void)state;
    json_t *set =
        stage_ask(MUTE, "SetPreferences",
                  "{\"preferences\":{\"channels\":[{\"channel\":\"CHANNEL_SMS\"},{\"channel\":"
                  "\"CHANNEL_MAIL\",\"on\":true,\"digest\":\"DIGEST_DAILY\"}],\"quiet\":{"
                  "\"from\":\"13:00\",\"until\":\"14:00\"},\"digestAt\":\"17:30\"}}");
    assert_string_equal(dc_test_text(set, "preferences.quiet.from"), "13:00");
    assert_string_equal(dc_test_text(set, "preferences.digestAt"), "17:30");
    assert_string_equal(dc_test_text(set, "preferences.channels.1.address"), "136****6000");
    assert_string_equal(dc_test_text(set, "preferences.channels.0.address"), "m***@demo.example");
    stage_remind(610, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/610/1");
    stage_remind(611, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/611/1");
    stage_wait_for("SELECT count(*) = 2 FROM notify.notice WHERE task_id IN (610, 611)");
    /* At 12:30 half past five is five hours away. */
    stage_wait_for(
        "SELECT count(*) = 1 AND bool_and(channel = 2 AND due_at BETWEEN now() + interval "
        "'4 hours 55 minutes' AND now() + interval '5 hours 5 minutes') FROM notify.delivery "
        "WHERE person_id = %d AND state = 'gathering'",
        MUTE);
    static const char *const wrong[][2] = {
        {"{\"preferences\":{\"quiet\":{\"from\":\"25:00\",\"until\":\"08:00\"}}}",
         "preferences.quiet.from"},
        {"{\"preferences\":{\"quiet\":{\"from\":\"08:00\",\"until\":\"08:00\"}}}",
         "preferences.quiet.until"},
        {"{\"preferences\":{\"digestAt\":\"noon\"}}", "preferences.digest_at"},
        {"{\"preferences\":{\"channels\":[{\"channel\":\"CHANNEL_IN_APP\"}]}}",
         "preferences.channels[0]"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Kernel__Context mute = stage_person(MUTE);
        struct dc_error error;
        assert_int_equal(
            dc_test_refused(stage_edge, NOTIFY, "SetPreferences", &mute, &error, "%s", wrong[i][0]),
            DC_INVALID_ARGUMENT);
        assert_string_equal(error.field, wrong[i][1]);
    }
}

static void
a_day_has_its_limit(void **state)
{
    (void)state;
    stage_allow(12,
                ",\"channels\":[{\"channel\":\"CHANNEL_MAIL\",\"on\":true,\"perPersonPerDay\":1}]");
    DC_AUTO_FREE char *sent = dc_test_pg_value(
        stage_pg, "SELECT count(*) FROM notify.delivery WHERE person_id = 14 AND state = 'sent'");
    assert_string_equal(sent, "1"); /* of the cycle that ended */
    stage_remind(620, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/620/1");
    stage_remind(621, 1, STARTER, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/621/1");
    /* Tomorrow's digest at 08:30 is twenty hours away; one message of both. */
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE count = 2 AND due_at BETWEEN now() + "
        "interval '19 hours 55 minutes' AND now() + interval '20 hours 5 minutes' AND "
        "person_id = %d AND state = 'gathering'",
        STARTER);
    stage_allow(
        12, ",\"channels\":[{\"channel\":\"CHANNEL_MAIL\",\"on\":true,\"perPersonPerDay\":30}]");
}

static void
settings_are_for_administrators(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context zhang = stage_person(ZHANG), admin = stage_person(ADMIN);
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "GetTenantSettings", &zhang, &error, "{}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "ListChannels", &zhang, &error, "{}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "SetTenantSettings", &admin, &error,
                                     "{\"settings\":{\"version\":\"0\",\"digestAt\":\"08:30\"}}"),
                     DC_ABORTED); /* somebody else was quicker */
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "SetTenantSettings", &admin, &error,
                                     "{\"settings\":{\"digestAt\":\"8\"}}"),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "settings.digest_at");
    stage_wait_for("SELECT count(*) > 0 FROM notify.outbox WHERE type = 'TenantSettingsChanged'");
}

static void
one_can_try_a_channel(void **state)
{
    (void)state;
    struct dc_error error;
    Kernel__Context zhang = stage_person(ZHANG);
    json_t *made = stage_ask(ZHANG, "SendTest", "{\"channel\":\"CHANNEL_MAIL\"}");
    char request[64];
    snprintf(request, sizeof(request), "{\"id\":\"%s\"}", dc_test_text(made, "deliveryId"));
    stage_wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND id = %s",
                   dc_test_text(made, "deliveryId"));
    json_t *told = stage_ask(ZHANG, "GetDelivery", request);
    assert_string_equal(dc_test_text(told, "delivery.state"), "sent");
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "SendTest", &zhang, &error,
                                     "{\"channel\":\"CHANNEL_WECOM\"}"),
                     DC_FAILED_PRECONDITION); /* the tenant has it off */
    for (int i = 0; i < 4; i++) {
        stage_ask(ZHANG, "SendTest", "{\"channel\":\"CHANNEL_MAIL\"}");
    }
    assert_int_equal(dc_test_refused(stage_edge, NOTIFY, "SendTest", &zhang, &error,
                                     "{\"channel\":\"CHANNEL_MAIL\"}"),
                     DC_RESOURCE_EXHAUSTED);
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&notify_spec, &stage_org, &stage_workflow,
                                                          NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forty_tasks_are_one_message),
        cmocka_unit_test(the_past_heard_again_makes_nothing),
        cmocka_unit_test(what_is_done_needs_nobody),
        cmocka_unit_test(the_right_moves_and_the_director_is_told),
        cmocka_unit_test(each_turn_of_a_sequence_is_told),
        cmocka_unit_test(a_new_deadline_is_told),
        cmocka_unit_test(the_starter_hears_of_the_end),
        cmocka_unit_test(the_night_is_quiet),
        cmocka_unit_test(people_choose_how_they_are_told),
        cmocka_unit_test(a_day_has_its_limit),
        cmocka_unit_test(settings_are_for_administrators),
        cmocka_unit_test(one_can_try_a_channel),
    };
    if (getenv("DC_TEST_ONLY")) {
        cmocka_set_test_filter(getenv("DC_TEST_ONLY"));
    }
    return cmocka_run_group_tests_name("notify messages", tests, stage_set_up, stage_tear_down);
}
