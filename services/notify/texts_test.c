/* texts_test.c - templates, mails as bytes, and the states of a delivery, without a database. */
#include <sodium.h>
#include <string.h>

#include "delivery.h"
#include "message.h"
#include "template.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static void
every_template_is_whole(void **state)
{
    (void)state;
    struct dc_error error;
    if (notify_templates_check(&error) != DC_OK) {
        fail_msg("%s", error.message);
    }
}

static void
wrong_placeholders_are_found(void **state)
{
    (void)state;
#define PARTS(title, text, mail)                                                                   \
    "title: " title "\nlink: /me\nsubject: s\ntext:\n" text "\nmail:\n" mail "\n"
    static const struct {
        const char *source;
        enum dc_code outcome;
    } cases[] = {
        {PARTS("{period}", "{old} {new}", "{name} {url}"), DC_OK},
        {PARTS("{perod}", "{old}", "x"), DC_INTERNAL},
        {PARTS("t", "{}", "x"), DC_INTERNAL},
        {PARTS("t", "{old", "x"), DC_INTERNAL},
        {PARTS("t", "x", "{new}"), DC_INTERNAL}, /* a figure would leave the house */
        {"title: t\nlink: /me\ntext:\nx\nmail:\ny\n", DC_INTERNAL}, /* no subject */
        {"", DC_INTERNAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (notify_template_check(NOTIFY_TARGETS_ADJUSTED, cases[i].source, NULL) !=
            cases[i].outcome) {
            fail_msg("case %zu", i);
        }
    }
}

static void
templates_are_filled_once_and_in_the_language(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *names[] = {"period", "indicator", "indicator.en", "old", "new", "reason"};
    const char *values[] = {"2027Q1", "销售额", "Sales", "1", "2", "{new} and\nmore"};
    struct notify_params params = {names, values, 6};
    struct notify_text text;
    assert_int_equal(notify_render(arena, NOTIFY_TARGETS_ADJUSTED, "en", &params, &text, NULL),
                     DC_OK);
    assert_string_equal(text.title, "2027Q1 target adjusted: Sales");
    assert_non_null(strstr(text.text, "Reason: {new} and\nmore"));
    assert_int_equal(notify_render(arena, NOTIFY_TARGETS_ADJUSTED, "fr", &params, &text, NULL),
                     DC_OK);
    assert_string_equal(text.title, "2027Q1 目标已调整：销售额");
    assert_int_equal(notify_render(arena, "none", "en", &params, &text, NULL), DC_NOT_FOUND);
}

static void
amounts_are_grouped(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    static const char *const cases[][2] = {{"25000000.00", "25,000,000.00"},
                                           {"-1234.5", "-1,234.5"},
                                           {"999", "999"},
                                           {"1000", "1,000"},
                                           {"", ""},
                                           {"—", "—"},
                                           {"1.2.3", "1.2.3"},
                                           {"0.123456", "0.123456"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(notify_amount(arena, cases[i][0]), cases[i][1]);
    }
}

/* Every encoded word is at most 75 characters, every line at most 78, and no character is cut. */
static void
headers_are_folded(void **state)
{
    (void)state;
    static const char *const subjects[] = {
        "short",
        "目标",
        "您 2027Q1 的目标已调整，请在十一月二十五日之前登录系统确认，逾期将转交分管副总处理",
        "=?UTF-8?B?pretended?=",
        "a plain one that is longer than a line may be, so it is folded into words of its own kind",
        "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷"};
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        DC_AUTO_TEXT struct dc_text decoded = DC_TEXT_INIT;
        notify_encode_words(subjects[i], strlen("Subject: "), &text);
        bool words = strstr(text.data, "=?UTF-8?B?") == text.data;
        char *rest = text.data;
        for (char *line; words && (line = strsep(&rest, "\n"));) {
            char *start = strstr(line, "=?UTF-8?B?"), *end = start ? strstr(start, "?=") : NULL;
            unsigned char bytes[80];
            size_t size;
            assert_non_null(end);
            assert_true(end + 2 - start <= 75 && strlen(line) <= 78);
            assert_int_equal(sodium_base642bin(bytes, sizeof(bytes), start + 10,
                                               (size_t)(end - start - 10), NULL, &size, NULL,
                                               sodium_base64_VARIANT_ORIGINAL),
                             0);
            assert_true(dc_utf8_is_valid((char *)bytes, size));
            dc_text_append(&decoded, (char *)bytes, size);
        }
        assert_string_equal(words ? decoded.data : text.data, subjects[i]);
        assert_int_equal(words, i > 0);
    }
}

static void
a_mail_is_whole(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct notify_mail mail = {.from_name = "达成",
                               .from_address = "from@demo.example",
                               .to_name = "Ann \"A\" Lee\r\nBcc: x@evil.example",
                               .to_address = "ann@demo.example",
                               .subject = "目标\r\nBcc: y@evil.example",
                               .text = "您好\n.\nend",
                               .message_id = "dacheng.1.2@demo.example",
                               .at = (dc_time)1795564800 * DC_SECOND};
    notify_mail_write(&mail, &text);
    assert_non_null(strstr(text.data, "Date: Wed, 25 Nov 2026 00:00:00 +0000\r\n"));
    assert_non_null(strstr(text.data, "Message-ID: <dacheng.1.2@demo.example>\r\n"));
    assert_null(strstr(text.data, "\r\nBcc:"));
    assert_null(strstr(text.data, "\r\n.\r\n"));
    for (const char *c = text.data; *c; c++) {
        assert_true((unsigned char)*c < 0x80);
        assert_true(*c != '\n' || c[-1] == '\r');
    }
    static const char *const bad[] = {"", "a", "a@", "@b", "a@b\r\n", "<a@b>", "a b@c", "张@b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(notify_address_is_valid(bad[i]));
    }
}

static void
attempts_end_in_sent_or_failed(void **state)
{
    (void)state;
    static const struct {
        long reply;
        enum notify_outcome outcome;
    } replies[] = {{250, NOTIFY_ACCEPTED},        {421, NOTIFY_REFUSED_FOR_NOW},
                   {451, NOTIFY_REFUSED_FOR_NOW}, {550, NOTIFY_REFUSED},
                   {554, NOTIFY_REFUSED},         {535, NOTIFY_REFUSED_FOR_NOW},
                   {0, NOTIFY_REFUSED_FOR_NOW}};
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        assert_int_equal(notify_outcome_of_reply(replies[i].reply), replies[i].outcome);
    }
    struct notify_retry_rule rule = {.attempts = 12, .first_delay_s = 30, .longest_delay_s = 600};
    struct dc_test_random random = {dc_test_seed()};
    for (int64_t attempt = 1; attempt < 12; attempt++) {
        struct notify_next next = notify_delivery_next(&rule, NOTIFY_REFUSED_FOR_NOW, attempt, 0,
                                                       dc_test_random(&random));
        int64_t delay = attempt < 6 ? 30 << (attempt - 1) : 600;
        delay = delay > 600 ? 600 : delay;
        assert_string_equal(next.state, "queued");
        assert_true(next.due_at >= delay * DC_SECOND * 3 / 4 &&
                    next.due_at <= delay * DC_SECOND * 5 / 4);
    }
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_REFUSED_FOR_NOW, 12, 0, 1).state,
                        "failed");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_REFUSED, 1, 0, 1).state, "failed");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_ACCEPTED, 12, 0, 1).state, "sent");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_is_whole),
        cmocka_unit_test(wrong_placeholders_are_found),
        cmocka_unit_test(templates_are_filled_once_and_in_the_language),
        cmocka_unit_test(amounts_are_grouped),
        cmocka_unit_test(headers_are_folded),
        cmocka_unit_test(a_mail_is_whole),
        cmocka_unit_test(attempts_end_in_sent_or_failed),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("notify texts", tests, NULL, NULL);
}
