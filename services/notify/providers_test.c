/* providers_test.c - messages by SMS and chats, whatever the providers do. */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/notify_stage.h"

#define NOTIFY &notify__notify_service__descriptor

/* --- providers ----------------------------------------------------------------------------------
 */
static void
a_reminder_goes_by_sms(void **state)
{
    (void)state;
    json_t *last = NULL;
    stage_remind(500, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/500/1");
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND person_id = %d AND "
        "state = 'gathering'",
        ZHANG);
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND person_id = %d AND "
        "state = 'sent' AND receipt = 'biz-1' AND last_answer = 'OK: said so'",
        ZHANG);
    assert_int_equal(stage_requests("aliyun", &last), 1);
    assert_string_equal(dc_test_text(last, "query.PhoneNumbers"), "13800138000");
    assert_string_equal(dc_test_text(last, "query.TemplateCode"), "SMS_1");
    assert_string_equal(dc_test_text(last, "query.SignName"), "达成");
    assert_non_null(strstr(dc_test_text(last, "query.TemplateParam"), "\"stage\":\"目标确认\""));
    assert_null(strstr(dc_test_text(last, "query.TemplateParam"), "华东一组"));
    json_decref(last);
    /* Operations sees what was tried, and nothing of what it says. */
    DC_AUTO_FREE char *id = dc_test_pg_value(
        stage_pg, "SELECT max(id) FROM notify.delivery WHERE channel = 3 AND state = 'sent'");
    char request[64];
    snprintf(request, sizeof(request), "{\"id\":\"%s\"}", id);
    json_t *told = stage_ask(ADMIN, "GetDelivery", request);
    assert_string_equal(dc_test_text(told, "delivery.receipt"), "biz-1");
    assert_string_equal(dc_test_text(told, "attempts.0.outcome"), "accepted");
    assert_string_equal(dc_test_text(told, "attempts.0.provider"), "aliyun");
    assert_true(dc_test_number(told, "attempts.0.durationUs") > 0);
    DC_AUTO_FREE char *text = json_dumps(told, 0);
    assert_null(strstr(text, "13800138000"));
    assert_null(strstr(text, "目标确认"));
    Kernel__Context other = stage_person(MUTE);
    struct dc_error error;
    assert_int_equal(
        dc_test_refused(stage_edge, NOTIFY, "GetDelivery", &other, &error, "%s", request),
        DC_PERMISSION_DENIED);
}

/* Each failure, and what becomes of a message under it. */
static void
providers_fail_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        const char *then; /* of the delivery, while it lasts */
    } cases[] = {
        {"code isv.BUSINESS_LIMIT_CONTROL", "state = 'queued' AND last_answer LIKE 'isv.BUS%'"},
        {"code isv.AMOUNT_NOT_ENOUGH", "last_answer LIKE 'isv.AMOUNT%' AND attempts > 0"},
        {"status 500", "last_answer = 'HTTP 500' AND attempts > 0"},
        {"status 429", "last_answer = 'HTTP 429' AND attempts > 0"},
        {"cut", "last_answer <> '' AND attempts > 0"},
        {"garbage", "last_answer LIKE 'HTTP 200 without%' AND attempts > 0"},
        {"slow 4", "last_answer LIKE '%timed out%' AND attempts > 0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char cause[40], sql[400];
        int64_t task = 510 + (int64_t)i;
        snprintf(cause, sizeof(cause), "remind/%lld/1", (long long)task);
        stage_set_mode("aliyun", cases[i].mode);
        stage_remind(task, 1, DIRECTOR, WORKFLOW__CHANNEL__CHANNEL_SMS, cause);
        stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = %lld",
                       (long long)task);
        stage_turn_clock();
        snprintf(
            sql, sizeof(sql),
            "SELECT count(*) = 1 FROM notify.delivery WHERE person_id = %d AND channel = 3 AND "
            "state IN ('queued', 'sending') AND (%s)",
            DIRECTOR, cases[i].then);
        stage_wait_for("%s", sql);
        stage_set_mode("aliyun", "ok");
        stage_wait_for(
            "SELECT count(*) = 0 FROM notify.delivery WHERE person_id = %d AND channel = 3 "
            "AND state <> 'sent' AND state <> 'dropped'",
            DIRECTOR);
    }
    /* Under one id, however often it was tried. */
    stage_wait_for(
        "SELECT count(*) = %zu FROM notify.delivery WHERE person_id = %d AND channel = 3 AND "
        "state = 'sent'",
        sizeof(cases) / sizeof(cases[0]), DIRECTOR);
}

static void
a_wrong_template_fails_and_is_redriven(void **state)
{
    (void)state;
    stage_set_mode("aliyun", "code isv.SMS_TEMPLATE_ILLEGAL");
    stage_remind(530, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/530/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 530");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND state = 'failed' AND "
        "attempts = 1");
    json_t *failed =
        stage_ask(ADMIN, "ListDeliveries", "{\"state\":\"failed\",\"channel\":\"CHANNEL_SMS\"}");
    assert_int_equal(dc_test_number(failed, "total"), 1);
    stage_set_mode("aliyun", "ok");
    json_t *queued =
        stage_ask(ADMIN, "RetryDeliveries", "{\"all\":true,\"channel\":\"CHANNEL_SMS\"}");
    assert_int_equal(dc_test_number(queued, "queued"), 1);
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state <> 'sent' AND "
        "state <> 'dropped'");
    stage_wait_for(
        "SELECT count(*) = 2 FROM notify.attempt WHERE delivery_id = (SELECT max(id) FROM "
        "notify.delivery WHERE channel = 3)");
}

static json_t *
sms_channel(void)
{
    json_t *channels = stage_ask(ADMIN, "ListChannels", "{}");
    for (size_t i = 0; i < dc_test_count(channels, "channels"); i++) {
        char path[32];
        snprintf(path, sizeof(path), "channels.%zu", i);
        json_t *one = dc_test_value(channels, path);
        if (strcmp(dc_test_text(one, "channel"), "CHANNEL_SMS") == 0) {
            return one;
        }
    }
    fail_msg("SMS is not among the channels");
    return NULL;
}

static bool
breaker_is(void *state)
{
    return strcmp(dc_test_text(sms_channel(), "breaker"), state) == 0;
}

/* SMS is down: its breaker opens, mail goes on; then it comes back by itself. */
static void
a_channel_that_is_down_delays_only_itself(void **state)
{
    (void)state;
    dc_test_receiver_kill(stage_http); /* connections are refused */
    for (int64_t i = 0; i < 4; i++) {
        char cause[40];
        snprintf(cause, sizeof(cause), "remind/%lld/1", (long long)(540 + i));
        stage_remind(540 + i, 1,
                     i < 2    ? ZHANG
                     : i == 2 ? DIRECTOR
                              : VICE,
                     WORKFLOW__CHANNEL__CHANNEL_SMS, cause);
    }
    stage_wait_for("SELECT count(*) = 4 FROM notify.notice WHERE task_id BETWEEN 540 AND 543");
    stage_turn_clock();
    assert_true(dc_test_wait_until(breaker_is, "BREAKER_STATE_OPEN", 30000));
    json_t *channel = sms_channel();
    assert_non_null(strstr(dc_test_text(channel, "lastFault"), "connect"));
    assert_true(dc_test_number(channel, "faults") >= 3);
    assert_true(dc_test_number(channel, "untilUs") > 0);
    /* Mail meanwhile. */
    size_t count = 0;
    stage_remind(545, 1, MUTE, WORKFLOW__CHANNEL__CHANNEL_MAIL, "remind/545/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.delivery WHERE person_id = %d", MUTE);
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE state = 'sent' AND person_id = %d", MUTE);
    json_decref(stage_mail_to("mute@demo.example", &count));
    assert_int_equal(count, 1);
    stage_wait_for(
        "SELECT count(*) = 3 FROM notify.delivery WHERE channel = 3 AND state IN ('queued', "
        "'sending')");
    dc_test_receiver_restart(stage_http);
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state IN ('queued', "
        "'sending')");
    assert_true(dc_test_wait_until(breaker_is, "BREAKER_STATE_CLOSED", 30000));
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.breaker WHERE state = 'closed' AND faults = 0 AND "
        "channel = 3");
}

static void
robots_speak_where_the_tenant_wants_it(void **state)
{
    (void)state;
    json_t *last = NULL;
    stage_remind(560, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_ROBOT, "remind/560/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 560");
    stage_wait_for("SELECT count(*) = 0 FROM notify.delivery WHERE channel > 3"); /* they are off */
    stage_allow(12, ",\"channels\":[{\"channel\":\"CHANNEL_DINGTALK\",\"on\":true},{\"channel\":"
                    "\"CHANNEL_WECOM\",\"on\":true},{\"channel\":\"CHANNEL_FEISHU\",\"on\":true}]");
    stage_remind(561, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_ROBOT, "remind/561/1");
    stage_wait_for("SELECT count(*) = 3 FROM notify.delivery WHERE channel > 3");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 3 FROM notify.delivery WHERE channel > 3 AND state = 'sent' AND "
        "last_answer = '0: said so'"); /* the receiver has checked the signatures */
    assert_int_equal(stage_requests("dingtalk", &last), 1);
    assert_non_null(strstr(dc_test_text(last, "body.text.content"), "张三"));
    assert_null(strstr(dc_test_text(last, "body.text.content"), "华东一组"));
    assert_string_equal(dc_test_text(last, "body.at.atMobiles.0"), "13800138000");
    assert_int_equal(stage_requests("wecom", &last), 1);
    assert_string_equal(dc_test_text(last, "query.key"), "a-secret");
    assert_int_equal(stage_requests("feishu", &last), 1);
    assert_non_null(strstr(dc_test_text(last, "path"), "/open-apis/bot/v2/hook/a-secret"));
    json_decref(last);
    stage_allow(12,
                ",\"channels\":[{\"channel\":\"CHANNEL_DINGTALK\"},{\"channel\":\"CHANNEL_WECOM\"},"
                "{\"channel\":\"CHANNEL_FEISHU\"}]");
}

/* The receiver has it, we have not heard so, and die: again, under the same id. */
static void
killed_before_the_answer_it_goes_again_under_the_same_id(void **state)
{
    (void)state;
    json_t *first = NULL, *again = NULL;
    stage_set_mode("aliyun", "slow 1.5");
    size_t before = stage_requests("aliyun", NULL);
    stage_remind(570, 1, ZHANG, WORKFLOW__CHANNEL__CHANNEL_SMS, "remind/570/1");
    stage_wait_for("SELECT count(*) = 1 FROM notify.notice WHERE task_id = 570");
    stage_turn_clock();
    stage_wait_for(
        "SELECT count(*) = 1 FROM notify.delivery WHERE channel = 3 AND state = 'sending'");
    for (int i = 0; i < 2000 && stage_requests("aliyun", &first) == before; i++) {
        dc_bus_poll(stage_edge, 5);
    }
    dc_test_service_kill(stage_notify);
    stage_set_mode("aliyun", "ok");
    dc_test_service_start(stage_notify);
    stage_wait_for(
        "SELECT count(*) = 0 FROM notify.delivery WHERE channel = 3 AND state = 'sending'");
    assert_int_equal(stage_requests("aliyun", &again), before + 2);
    assert_string_equal(dc_test_text(first, "query.OutId"), dc_test_text(again, "query.OutId"));
    json_decref(first);
    json_decref(again);
}

/* Two replicas, a crowd with a reminder each: every SMS once. */
static void
two_replicas_send_each_message_once(void **state)
{
    (void)state;
    enum { CROWD = 60 };
    Workflow__Channel channel = WORKFLOW__CHANNEL__CHANNEL_SMS;
    Workflow__TasksReminded event = WORKFLOW__TASKS_REMINDED__INIT;
    struct dc_test_service *second = stage_replica();
    dc_test_service_start(second);
    for (int64_t i = 0; i < CROWD; i++) {
        char mobile[32];
        snprintf(mobile, sizeof(mobile), "1350000%04lld", (long long)i);
        stage_tell_person(2000 + i, "众", "", mobile);
    }
    stage_wait_for("SELECT count(*) = %d FROM notify.org_person WHERE person_id >= 2000", CROWD);
    stage_make_tasks(2000, CROWD, 0, 0);
    for (int i = 0; i < CROWD; i++) {
        stage_seats[i].owner_id = stage_seats[i].holder_id = 2000 + i;
    }
    event.tasks = stage_task_list;
    event.n_tasks = CROWD;
    event.channels = &channel;
    event.n_channels = 1;
    event.step = 1;
    event.cause = "remind/crowd/1";
    size_t before = stage_requests("aliyun", NULL);
    dc_test_tell(stage_pg, "workflow", TENANT, "tasks/0", &event.base);
    stage_wait_for("SELECT count(*) = %d FROM notify.delivery WHERE person_id >= 2000", CROWD);
    stage_turn_clock();
    stage_wait_for("SELECT count(*) = %d FROM notify.delivery WHERE person_id >= 2000 AND state = "
                   "'sent' AND attempts = 1",
                   CROWD);
    assert_int_equal(stage_requests("aliyun", NULL), before + CROWD);
    assert_int_equal(dc_test_service_stop(second), 0);
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
        cmocka_unit_test(a_reminder_goes_by_sms),
        cmocka_unit_test(providers_fail_in_many_ways),
        cmocka_unit_test(a_wrong_template_fails_and_is_redriven),
        cmocka_unit_test(a_channel_that_is_down_delays_only_itself),
        cmocka_unit_test(robots_speak_where_the_tenant_wants_it),
        cmocka_unit_test(killed_before_the_answer_it_goes_again_under_the_same_id),
        cmocka_unit_test(two_replicas_send_each_message_once),
    };
    if (getenv("DC_TEST_ONLY")) {
        cmocka_set_test_filter(getenv("DC_TEST_ONLY"));
    }
    return cmocka_run_group_tests_name("notify providers", tests, stage_set_up, stage_tear_down);
}
