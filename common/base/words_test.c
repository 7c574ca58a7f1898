/* words_test.c - a small catalogue, made as msgfmt makes one, and what is told by it. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/words.h"
#include "tests/lib/cmocka.h"

/* Four sentences in the order of their English text, as a .mo file has them. */
#define EN_QUOTE "\"%s\" is not %s"
#define EN_EMPTY "%s is empty"
#define EN_RANGE "%lld is not in %d..%d"
#define EN_REASON "the reason"
#define ZH_QUOTE "“%s”不是%s"
#define ZH_EMPTY "%s为空（100%%）"
#define ZH_RANGE "应在 %2$s 到 %3$s 之间，而不是 %1$s"
#define ZH_REASON "理由"

struct catalogue {
    uint32_t header[7];
    struct {
        uint32_t length, offset;
    } originals[4], translations[4];
    char en_quote[sizeof EN_QUOTE], zh_quote[sizeof ZH_QUOTE];
    char en_empty[sizeof EN_EMPTY], en_range[sizeof EN_RANGE], en_reason[sizeof EN_REASON];
    char zh_empty[sizeof ZH_EMPTY], zh_range[sizeof ZH_RANGE], zh_reason[sizeof ZH_REASON];
};
#define AT(member)                                                                                 \
    (uint32_t)(sizeof(((struct catalogue *)0)->member) - 1), offsetof(struct catalogue, member)
const struct catalogue catalogue __asm__("dc_words_zh") = {
    .header = {0x950412de, 0, 4, offsetof(struct catalogue, originals),
               offsetof(struct catalogue, translations), 0, 0},
    .originals = {{AT(en_quote)}, {AT(en_range)}, {AT(en_empty)}, {AT(en_reason)}},
    .translations = {{AT(zh_quote)}, {AT(zh_range)}, {AT(zh_empty)}, {AT(zh_reason)}},
    .en_quote = EN_QUOTE,
    .zh_quote = ZH_QUOTE,
    .en_empty = EN_EMPTY,
    .en_range = EN_RANGE,
    .en_reason = EN_REASON,
    .zh_empty = ZH_EMPTY,
    .zh_range = ZH_RANGE,
    .zh_reason = ZH_REASON,
};

static void
finds(void **state)
{
    (void)state;
    assert_string_equal(dc_words_find(EN_EMPTY), ZH_EMPTY);
    assert_string_equal(dc_words_find(EN_RANGE), ZH_RANGE);
    assert_string_equal(dc_words_find(EN_REASON), ZH_REASON);
    assert_null(dc_words_find(""));
    assert_null(dc_words_find("a"));
    assert_null(dc_words_find("%s is emptier"));
    assert_null(dc_words_find("zzz"));
}

static void
speaks(void **state)
{
    (void)state;
    struct dc_error error;
    assert_int_equal(dc_fail_field(&error, DC_INVALID_ARGUMENT, "reason", EN_EMPTY, EN_REASON),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.message, "the reason is empty");
    assert_string_equal(error.message_zh, "理由为空（100%）"); /* the argument has words too */
    assert_string_equal(dc_error_message(&error, "zh-CN"), error.message_zh);
    assert_string_equal(dc_error_message(&error, "en"), error.message);
    assert_string_equal(dc_error_message(&error, NULL), error.message);

    (void)dc_fail(&error, DC_OUT_OF_RANGE, EN_RANGE, 5000000000LL, -3, 70);
    assert_string_equal(error.message, "5000000000 is not in -3..70");
    assert_string_equal(error.message_zh, "应在 -3 到 70 之间，而不是 5000000000");

    (void)dc_fail_context(&error, EN_EMPTY, "it");
    assert_string_equal(error.message, "it is empty: 5000000000 is not in -3..70");
    assert_string_equal(error.message_zh, "it为空（100%）：应在 -3 到 70 之间，而不是 5000000000");

    (void)dc_fail(&error, DC_NOT_FOUND, "%s", EN_REASON);
    assert_string_equal(error.message_zh, "理由");
}

/* What stands between quotation marks is told as it is, whatever it says. */
static void
quotes(void **state)
{
    (void)state;
    struct dc_error error;
    (void)dc_fail(&error, DC_INVALID_ARGUMENT, EN_QUOTE, EN_REASON, EN_REASON);
    assert_string_equal(error.message, "\"the reason\" is not the reason");
    assert_string_equal(error.message_zh, "“the reason”不是理由");
}

/* What has no words is told in English alone, and the Chinese of an earlier failure is gone. */
static void
says_nothing(void **state)
{
    (void)state;
    struct dc_error error = {.message_zh = "旧"};
    (void)dc_fail(&error, DC_NOT_FOUND, "there is no %s %d", EN_REASON, 3);
    assert_string_equal(error.message_zh, "");
    assert_string_equal(dc_error_message(&error, "zh-CN"), "there is no the reason 3");
    (void)dc_fail_context(&error, EN_EMPTY, "it");
    assert_string_equal(error.message_zh, "");
    (void)dc_fail(&error, DC_NOT_FOUND, "%s", "unknown");
    assert_string_equal(error.message_zh, "");
}

/* Cut at a character, however long what is told. */
static void
is_bounded(void **state)
{
    (void)state;
    struct dc_error error;
    char value[3 * DC_ERROR_MESSAGE_MAX];
    for (size_t i = 0; i + 3 < sizeof value; i += 3) {
        memcpy(value + i, "长", 4);
    }
    (void)dc_fail(&error, DC_INVALID_ARGUMENT, EN_EMPTY, value);
    assert_true(strlen(error.message_zh) > DC_ERROR_MESSAGE_MAX - 8);
    assert_true(dc_utf8_is_valid(error.message_zh, strlen(error.message_zh)));
    (void)dc_fail(&error, DC_INVALID_ARGUMENT, EN_EMPTY, "");
    assert_string_equal(error.message_zh, "为空（100%）");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),        cmocka_unit_test(speaks),     cmocka_unit_test(quotes),
        cmocka_unit_test(says_nothing), cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
