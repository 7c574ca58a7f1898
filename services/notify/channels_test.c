/* channels_test.c - requests to providers and their answers, without a network. */
#include <curl/curl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "robot.h"
#include "sign.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static const char *const sms_templates[] = {
    "tasks_reminded SMS_1 name stage due",
    "tasks_reminded.en SMS_1E stage",
    "digest SMS_2 number=count",
    "* SMS_3",
};
static const struct notify_settings settings = {
    .smtp = {.url = "smtp://127.0.0.1:25",
             .user = "",
             .tls = "none",
             .ca_file = "",
             .from_address = "from@demo.example",
             .from_name = "达成",
             .domain = "demo.example"},
    .sms_provider = "aliyun",
    .sms_country = "86",
    .sms_templates = sms_templates,
    .sms_template_count = 4,
    .aliyun = {"https://dysmsapi.example", "id", "secret", "达成", "", ""},
    .tencent = {"https://sms.example", "id", "key", "达成", "ap-guangzhou", "1400006666"},
    .dingtalk = {"https://oapi.example", "token", "SECabc"},
    .wecom = {"https://qyapi.example", "a key", ""},
    .feishu = {"https://open.example", "hook", "secret"},
    .base_url = "https://x.example",
};

static struct notify_message
message_of(const char *template_name, const char *language)
{
    static const char *names[] = {"name", "stage", "due", "count"};
    static const char *values[] = {"张三", "目标\"确认\"", "11-25 18:00", "12"};
    return (struct notify_message){.id = "dacheng.7.15",
                                   .name = "张三",
                                   .email = "zhangsan@demo.example",
                                   .mobile = "138 0013 8000",
                                   .language = language,
                                   .template_name = template_name,
                                   .subject = "目标",
                                   .text = "您好",
                                   .html = "<p>您好</p>",
                                   .brief = "您有待办",
                                   .open = {names, values, 4},
                                   .at = (dc_time)1795564800 * DC_SECOND,
                                   .now = (dc_time)1795564800 * DC_SECOND,
                                   .nonce = "00112233445566778899aabbccddeeff"};
}

/* --- answers -------------------------------------------------------------------------------------
 */
static void
check_answer(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    const struct notify_channel *channel = NULL;
    assert_int_equal(count, 6);
    for (size_t i = 0; notify_channels[i]; i++) {
        channel =
            strcmp(notify_channels[i]->provider, columns[0]) == 0 ? notify_channels[i] : channel;
    }
    assert_non_null(channel);
    const char *body = strcmp(columns[3], "-") == 0 ? "" : columns[3];
    struct dc_sender_reply reply = {.error = atoi(columns[1]),
                                 .status = atol(columns[2]),
                                 .body = body,
                                 .body_size = strlen(body),
                                 .problem = ""};
    struct notify_verdict verdict = {0};
    channel->judge(&reply, &verdict);
    size_t length = strlen(verdict.answer);
    while (length > 0 && verdict.answer[length - 1] == ' ') {
        verdict.answer[--length] = '\0';
    }
    if (strcmp(notify_outcome_name(verdict.outcome), columns[4]) != 0 ||
        strcmp(verdict.answer, columns[5]) != 0) {
        fail_msg("%s: %s, \"%s\"", where, notify_outcome_name(verdict.outcome), verdict.answer);
    }
}

static void
answers_are_understood(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/notify_answers.txt", check_answer, NULL) > 50);
}

static void
an_answer_is_one_line_of_text(void **state)
{
    (void)state;
    struct notify_verdict verdict = {0};
    char long_text[1000];
    for (size_t i = 0; i + 3 < sizeof(long_text); i += 3) {
        memcpy(long_text + i, "达", 4);
    }
    for (size_t cut = 0; cut < 3; cut++) {
        notify_answer_printf(&verdict, "%s%s", "ab" + cut, long_text);
        assert_true(dc_utf8_is_valid(verdict.answer, strlen(verdict.answer)));
        assert_true(strlen(verdict.answer) > NOTIFY_ANSWER_MAX - 5);
    }
    notify_answer_printf(&verdict, "a\r\nb\x01");
    assert_string_equal(verdict.answer, "a  b ");
    notify_one_line("\xff\xfe ok", verdict.answer, sizeof(verdict.answer));
    assert_string_equal(verdict.answer, "?? ok");
}

/* --- numbers and templates
 * ------------------------------------------------------------------------- */
static void
check_number(const char *where, char **columns, size_t count, void *context)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    (void)context;
    assert_int_equal(count, 2);
    const char *number = NULL;
    enum dc_code code =
        notify_number(arena, "86", strcmp(columns[0], "-") == 0 ? "" : columns[0], &number, NULL);
    const char *is = code == DC_OK ? number : code == DC_NOT_FOUND ? "unknown" : "wrong";
    if (strcmp(is, columns[1]) != 0) {
        fail_msg("%s: %s", where, is);
    }
}

static void
numbers_are_international(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/notify_numbers.txt", check_number, NULL) > 5);
}

static void
templates_of_the_provider_are_chosen(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const struct {
        const char *template_name, *language, *id;
        size_t count;
    } cases[] = {{"tasks_reminded", "zh-CN", "SMS_1", 3},
                 {"tasks_reminded", "en", "SMS_1E", 1},
                 {"digest", "en", "SMS_2", 1},
                 {"tasks_opened", "zh-CN", "SMS_3", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct notify_message message = message_of(cases[i].template_name, cases[i].language);
        struct notify_sms sms = {0};
        assert_int_equal(notify_sms_of(arena, &settings, &message, &sms, NULL), DC_OK);
        assert_string_equal(sms.template_id, cases[i].id);
        assert_int_equal(sms.count, cases[i].count);
    }
    struct notify_message digest = message_of("digest", "zh-CN");
    struct notify_sms sms = {0};
    assert_int_equal(notify_sms_of(arena, &settings, &digest, &sms, NULL), DC_OK);
    assert_string_equal(sms.names[0], "number"); /* their name */
    assert_string_equal(sms.values[0], "12");    /* our value */
}

static void
what_may_not_go_by_sms_is_refused_at_start(void **state)
{
    (void)state;
    static const struct {
        const char *rows[2];
        enum dc_code code;
    } cases[] = {
        {{"* SMS_1 name url count text", NULL}, DC_OK},
        {{"tasks_opened SMS_1 name stage due period", "* SMS_2"}, DC_OK},
        {{"targets_adjusted SMS_1 new", "* SMS_2"}, DC_INVALID_ARGUMENT},   /* a figure */
        {{"targets_adjusted SMS_1 x=old", "* SMS_2"}, DC_INVALID_ARGUMENT}, /* renamed */
        {{"tasks_opened SMS_1 subject", "* SMS_2"}, DC_INVALID_ARGUMENT},   /* whom it is about */
        {{"no_such_template SMS_1 name", "* SMS_2"}, DC_INVALID_ARGUMENT},
        {{"tasks_opened", "* SMS_2"}, DC_INVALID_ARGUMENT},
        {{"tasks_opened SMS_1 name", NULL}, DC_INVALID_ARGUMENT}, /* nothing for digests */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct notify_settings wrong = settings;
        struct dc_error error = {0};
        wrong.sms_templates = cases[i].rows;
        wrong.sms_template_count = cases[i].rows[1] ? 2 : 1;
        if (notify_sms_check(&wrong, &error) != cases[i].code) {
            fail_msg("case %zu: %s", i, error.message);
        }
    }
}

/* --- requests
 * -------------------------------------------------------------------------------------- */
static const char *
header_of(const struct dc_sender_request *request, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strncasecmp(request->headers[i], name, length) == 0 &&
            request->headers[i][length] == ':') {
            return request->headers[i] + length + 2;
        }
    }
    return "";
}

static void
an_sms_is_one_request(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct notify_message message = message_of("tasks_reminded", "zh-CN");
    struct dc_sender_request request = {0};
    assert_int_equal(notify_channel_aliyun.prepare(arena, &settings, &message, &request, NULL),
                     DC_OK);
    assert_string_equal(
        request.url,
        "https://dysmsapi.example/?OutId=dacheng.7.15&PhoneNumbers=13800138000&SignName="
        "%E8%BE%BE%E6%88%90&TemplateCode=SMS_1&TemplateParam=%7B%22name%22%3A%22%E5%BC%A0%E4%B8"
        "%89%22%2C%22stage%22%3A%22%E7%9B%AE%E6%A0%87%5C%22%E7%A1%AE%E8%AE%A4%5C%22%22%2C%22due"
        "%22%3A%2211-25%2018%3A00%22%7D");
    assert_string_equal(header_of(&request, "x-acs-date"), "2026-11-25T00:00:00Z");
    assert_int_equal(notify_channel_tencent.prepare(arena, &settings, &message, &request, NULL),
                     DC_OK);
    assert_string_equal(
        request.body,
        "{\"PhoneNumberSet\":[\"+8613800138000\"],\"SmsSdkAppId\":\"1400006666\","
        "\"TemplateId\":\"SMS_1\",\"SignName\":\"达成\",\"TemplateParamSet\":[\"张三\","
        "\"目标\\\"确认\\\"\",\"11-25 18:00\"],\"SessionContext\":\"dacheng.7.15\"}");
    assert_string_equal(header_of(&request, "X-TC-Timestamp"), "1795564800");
    message.mobile = "";
    assert_int_equal(notify_channel_tencent.prepare(arena, &settings, &message, &request, NULL),
                     DC_NOT_FOUND);
}

static void
a_robot_mentions_whom_it_is_for(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct notify_message message = message_of("tasks_reminded", "zh-CN");
    struct dc_sender_request request = {0};
    assert_int_equal(notify_channel_wecom.prepare(arena, &settings, &message, &request, NULL),
                     DC_OK);
    assert_string_equal(request.url, "https://qyapi.example/cgi-bin/webhook/send?key=a%20key");
    assert_string_equal(request.body,
                        "{\"msgtype\":\"text\",\"text\":{\"content\":\"张三：您有待办\","
                        "\"mentioned_mobile_list\":[\"13800138000\"]}}");
    assert_int_equal(notify_channel_dingtalk.prepare(arena, &settings, &message, &request, NULL),
                     DC_OK);
    assert_non_null(strstr(request.url, "robot/send?access_token=token&timestamp=1795564800000&"
                                        "sign="));
    assert_non_null(strstr(request.body, "@13800138000 张三：您有待办"));
    message.mobile = ""; /* nobody to mention: told by name */
    assert_int_equal(notify_channel_dingtalk.prepare(arena, &settings, &message, &request, NULL),
                     DC_OK);
    assert_non_null(strstr(request.body, "\"content\":\"张三：您有待办\""));
}

/* RFC 4231, test case 2. */
static void
hashes_are_right(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    uint8_t mac[DC_MAC_BYTES];
    dc_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
    assert_string_equal(notify_hex(arena, mac, sizeof(mac)),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_string_equal(notify_host_of(arena, "https://h.example:8443/a", true), "h.example:8443");
    assert_string_equal(notify_host_of(arena, "https://h.example:8443/a", false), "h.example");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_understood),
        cmocka_unit_test(an_answer_is_one_line_of_text),
        cmocka_unit_test(numbers_are_international),
        cmocka_unit_test(templates_of_the_provider_are_chosen),
        cmocka_unit_test(what_may_not_go_by_sms_is_refused_at_start),
        cmocka_unit_test(an_sms_is_one_request),
        cmocka_unit_test(a_robot_mentions_whom_it_is_for),
        cmocka_unit_test(hashes_are_right),
    };
    return sodium_init() < 0 ? 1
                             : cmocka_run_group_tests_name("notify channels", tests, NULL, NULL);
}
