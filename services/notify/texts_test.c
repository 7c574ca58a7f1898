/* texts_test.c - templates, letters and digests, mails as bytes, without a database. */
#include <sodium.h>
#include <string.h>

#include "compose.h"
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
#define PARTS(title, text, mail) PARTS_SMS(title, text, mail, "x")
#define PARTS_SMS(title, text, mail, sms)                                                          \
    "title: " title "\nlink: /me\nsubject: s\ntext:\n" text "\nmail:\n" mail "\nsms:\n" sms "\n"
    static const struct {
        const char *source;
        enum dc_code outcome;
    } cases[] = {
        {PARTS("{period}", "{old} {new}", "{name} {url}"), DC_OK},
        {PARTS("{perod}", "{old}", "x"), DC_INTERNAL},
        {PARTS("t", "{}", "x"), DC_INTERNAL},
        {PARTS("t", "{old", "x"), DC_INTERNAL},
        {PARTS("t", "x", "{new}"), DC_INTERNAL}, /* a figure would leave the house */
        {PARTS("{new}", "x", "x"), DC_INTERNAL}, /* in a digest's line */
        {PARTS("t", "x", "{name url}"), DC_INTERNAL},
        {PARTS("t", "x", "x\nfigures:\n{old} {new}"), DC_OK}, /* where the tenant allows it */
        {PARTS_SMS("t", "x", "x", "{name} {period} {url}"), DC_OK},
        {PARTS_SMS("t", "x", "x", "{indicator}"), DC_INTERNAL}, /* others may read it */
        {PARTS_SMS("t", "x", "x", "{new}"), DC_INTERNAL},
        {"title: t\nlink: /me\ntext:\nx\nmail:\ny\nsms:\nz\n", DC_INTERNAL},    /* no subject */
        {"title: t\nlink: /me\nsubject: s\ntext:\nx\nmail:\ny\n", DC_INTERNAL}, /* no sms */
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
                               .html = "<p>您好</p>",
                               .message_id = "dacheng.1.2@demo.example",
                               .at = (dc_time)1795564800 * DC_SECOND};
    notify_mail_write(&mail, &text);
    assert_non_null(strstr(text.data, "Date: Wed, 25 Nov 2026 00:00:00 +0000\r\n"));
    assert_non_null(strstr(text.data, "Message-ID: <dacheng.1.2@demo.example>\r\n"));
    assert_null(strstr(text.data, "\r\nBcc:"));
    assert_null(strstr(text.data, "\r\n.\r\n"));
    assert_non_null(strstr(text.data, "Content-Type: multipart/alternative; boundary="));
    assert_non_null(strstr(text.data, "Content-Type: text/plain; charset=UTF-8\r\n"));
    assert_non_null(strstr(text.data, "Content-Type: text/html; charset=UTF-8\r\n"));
    for (const char *c = text.data; *c; c++) {
        assert_true((unsigned char)*c < 0x80);
        assert_true(*c != '\n' || c[-1] == '\r');
    }
    static const char *const bad[] = {"", "a", "a@", "@b", "a@b\r\n", "<a@b>", "a b@c", "张@b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(notify_address_is_valid(bad[i]));
    }
}

/* --- letters and digests -----------------------------------------------------------------------
 */
static const char *task_names[] = {"task", "stage", "stage.en", "subject", "cycle", "due"};

static struct notify_told
told_of(const char **values, const char *template_name)
{
    return (struct notify_told){template_name, {task_names, values, 6}, 1};
}

static void
one_thing_is_a_letter(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *values[] = {"17",       "目标确认", "Goal confirmation",
                            "华东一组", "十一月",   "11-25 18:00"};
    struct notify_told told = told_of(values, NOTIFY_TASKS_REMINDED);
    struct notify_occasion occasion = {"张三", "zh-CN", "https://x.example", false, 1};
    struct notify_message message = {0};
    assert_int_equal(notify_compose(arena, &occasion, &told, 1, &message, NULL), DC_OK);
    assert_string_equal(message.subject, "提醒：目标确认（华东一组）请在 11-25 18:00 前处理");
    assert_non_null(strstr(message.text, "\nhttps://x.example/tasks/17"));
    assert_string_equal(message.template_name, NOTIFY_TASKS_REMINDED);
    /* What others read names the stage and the time, not whom it is about. */
    assert_null(strstr(message.brief, "华东一组"));
    assert_non_null(strstr(message.brief, "11-25 18:00"));
    assert_string_equal(notify_param(&message.open, "stage", "zh-CN"), "目标确认");
    assert_string_equal(notify_param(&message.open, "subject", "zh-CN"), "");
    assert_string_equal(notify_param(&message.open, "text", "zh-CN"), message.brief);
    const char *html = notify_html(arena, message.text, "https://x.example", "zh-CN");
    assert_non_null(strstr(html, "<a href=\"https://x.example/tasks/17\" style=\"display:inline-"));
    occasion.language = "en";
    assert_int_equal(notify_compose(arena, &occasion, &told, 1, &message, NULL), DC_OK);
    assert_non_null(strstr(message.subject, "Goal confirmation"));
    assert_string_equal(notify_param(&message.open, "stage", "en"), "Goal confirmation");
}

static void
many_things_are_one_digest(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    enum { TASKS = 40 };
    struct notify_told told[TASKS];
    const char *values[TASKS][6];
    for (int i = 0; i < TASKS; i++) {
        const char *one[6] = {dc_arena_printf(arena, "%d", 100 + i), "目标确认", "Confirmation",
                              dc_arena_printf(arena, "团队<%d>", i), "十一月",   "11-25 18:00"};
        memcpy(values[i], one, sizeof(one));
        told[i] = told_of(values[i], NOTIFY_TASKS_OPENED);
    }
    struct notify_occasion occasion = {"张三", "zh-CN", "https://x.example", false, TASKS};
    struct notify_message message = {0};
    assert_int_equal(notify_compose(arena, &occasion, told, TASKS, &message, NULL), DC_OK);
    assert_string_equal(message.subject, "40 项新待办：目标确认");
    assert_string_equal(message.template_name, NOTIFY_DIGEST);
    assert_non_null(
        strstr(message.text, "· 待办：目标确认 · 团队<19>  https://x.example/tasks/119"));
    assert_null(strstr(message.text, "团队<20>"));
    assert_non_null(strstr(message.text, "另有 20 项"));
    assert_non_null(strstr(message.text, "全部查看：\nhttps://x.example/tasks"));
    const char *html = notify_html(arena, message.text, "https://x.example", "zh-CN");
    assert_non_null(strstr(html, "团队&lt;19&gt;"));
    assert_null(strstr(html, "团队<"));
    told[1].template_name = NOTIFY_TEST; /* of two kinds */
    assert_int_equal(notify_compose(arena, &occasion, told, TASKS, &message, NULL), DC_OK);
    assert_string_equal(message.subject, "40 条消息等您查看");
}

static void
figures_go_by_mail_where_the_tenant_allows_it(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *names[] = {"period", "indicator", "old", "new", "problem", "outcome"};
    const char *values[] = {"2027Q1",  "销售额",         "500,000",
                            "625,000", "已变为 580,000", "已获批准，但未能执行"};
    static const char *const templates[] = {NOTIFY_TARGETS_ADJUSTED, NOTIFY_PROPOSAL_SETTLED};
    for (size_t i = 0; i < 4; i++) {
        bool allowed = i % 2, has_problem = i >= 2;
        struct notify_told told = {templates[i / 2], {names, values, 6}, 1};
        struct notify_occasion occasion = {"张三", "zh-CN", "", allowed, 1};
        struct notify_message message = {0};
        assert_int_equal(notify_compose(arena, &occasion, &told, 1, &message, NULL), DC_OK);
        assert_int_equal(strstr(message.text, "625,000") != NULL, allowed);
        assert_int_equal(strstr(message.text, "580,000") != NULL, allowed && has_problem);
        assert_null(strstr(message.brief, "625,000"));
        assert_string_equal(notify_param(&message.open, "new", "zh-CN"), "");
    }
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
        cmocka_unit_test(one_thing_is_a_letter),
        cmocka_unit_test(many_things_are_one_digest),
        cmocka_unit_test(figures_go_by_mail_where_the_tenant_allows_it),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("notify texts", tests, NULL, NULL);
}
