/* text_test.c - building text, and checks of text from outside. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static void
text_grows(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    assert_string_equal(dc_text_cstr(&text), "");
    for (int i = 0; i < 1000; i++) {
        dc_text_printf(&text, "%d,", i);
    }
    dc_text_add(&text, "end");
    assert_int_equal(text.length, strlen(text.data));
    assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4 + 3);
    dc_text_clear(&text);
    assert_string_equal(dc_text_cstr(&text), "");
}

static void
json_strings_are_escaped(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    static const char nasty[] = "a\"b\\c\nd\te\x01"
                                "f\x7f达成";
    dc_text_add_json_string(&text, nasty, strlen(nasty));
    assert_string_equal(text.data, "\"a\\\"b\\\\c\\nd\\te\\u0001f\\u007f达成\"");
}

static void
one_utf8_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    if (count != 2) {
        fail_msg("%s: two columns are wanted", where);
    }
    char bytes[64];
    size_t size = 0;
    for (char *hex = columns[0]; *hex; hex += 2) {
        hex += *hex == ' ';
        bytes[size++] = (char)strtoul((char[]){hex[0], hex[1], 0}, NULL, 16);
    }
    /* At every offset: the eight-byte steps must not skip anything. */
    for (size_t lead = 0; lead < 17; lead++) {
        char padded[96];
        memset(padded, 'x', sizeof padded);
        memcpy(padded + lead, bytes, size);
        bool valid = dc_utf8_is_valid(padded, lead + size + 11);
        if (valid != (strcmp(columns[1], "valid") == 0)) {
            fail_msg("%s: at offset %zu", where, lead);
        }
    }
}

static void
utf8_cases(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/utf8.txt", one_utf8_case, NULL);
    assert_false(dc_utf8_is_valid("达", 2)); /* ends in the middle */
    assert_true(dc_utf8_is_valid("", 0));
    assert_int_equal(dc_utf8_length("达成 ok", strlen("达成 ok")), 5);
}

static void
whole_numbers(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(dc_parse_int64("-9223372036854775808", &value, NULL), DC_OK);
    assert_true(value == INT64_MIN);
    assert_int_equal(dc_parse_int64("9223372036854775807", &value, NULL), DC_OK);
    assert_true(value == INT64_MAX);
    assert_int_equal(dc_parse_int64("9223372036854775808", &value, NULL), DC_OUT_OF_RANGE);
    assert_int_equal(dc_parse_int64("-9223372036854775809", &value, NULL), DC_OUT_OF_RANGE);
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "--1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dc_parse_int64(bad[i], &value, NULL), DC_INVALID_ARGUMENT);
    }
    assert_true(value == INT64_MAX); /* written only on success */
}

static void
one_subject_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    if (count != 3) {
        fail_msg("%s: three columns are wanted", where);
    }
    bool matches = dc_subject_matches(columns[0], columns[1]);
    if (matches != (strcmp(columns[2], "yes") == 0)) {
        fail_msg("%s: %s %s %s", where, columns[0], matches ? "matches" : "does not match",
                 columns[1]);
    }
}

static void
subjects(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/subjects.txt", one_subject_case, NULL);
    static const char *const patterns[] = {"goals.>", ">", "*", "*.TargetsAdjusted", "a.*.b"};
    static const char *const subjects[] = {"goals.TargetsAdjusted", "_log.goals", "a-b.c_d.9"};
    static const char *const neither[] = {"", ".", "a.", ".a", "a..b", "a b", "a.>.b", "a*", "达"};
    for (size_t i = 0; i < 5; i++) {
        assert_true(dc_subject_is_valid(patterns[i], true));
        assert_false(dc_subject_is_valid(patterns[i], false));
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(dc_subject_is_valid(subjects[i], false));
        assert_true(dc_subject_is_valid(subjects[i], true));
    }
    for (size_t i = 0; i < 9; i++) {
        assert_false(dc_subject_is_valid(neither[i], true));
        assert_false(dc_subject_is_valid(neither[i], false));
    }
    char longest[202];
    memset(longest, 'a', 201);
    longest[201] = '\0';
    assert_false(dc_subject_is_valid(longest, false));
    longest[200] = '\0';
    assert_true(dc_subject_is_valid(longest, false));
}

static void
small_things(void **state)
{
    (void)state;
    assert_true(dc_text_equal(NULL, NULL));
    assert_false(dc_text_equal("a", NULL));
    assert_true(dc_text_equal("a", "a"));
    assert_true(dc_text_starts_with("goals.x", "goals."));
    assert_false(dc_text_starts_with("goal", "goals."));
    char hex[9];
    dc_hex_encode((const uint8_t[]){0x00, 0xff, 0x1a, 0xB2}, 4, hex);
    assert_string_equal(hex, "00ff1ab2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows), cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(utf8_cases), cmocka_unit_test(whole_numbers),
        cmocka_unit_test(subjects),   cmocka_unit_test(small_things),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
