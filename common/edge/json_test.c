/*
 * json_test.c - the JSON mapping: rows of texts, errors by path, bounds. That the mapping is the
 * canonical one is shown by tests/interop/json, against Python.
 */
#include "edge/json.h"

#include <stdlib.h>
#include <string.h>

#include <dacheng/testing/v1/kinds.pb-c.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static const ProtobufCMessageDescriptor *const kinds = &testing__kinds__descriptor;

static void
one_right_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 2);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    ProtobufCMessage *message;
    struct dc_error error;
    if (dc_json_decode(kinds, columns[0], strlen(columns[0]), arena, &message, &error) != DC_OK) {
        fail_msg("%s: %s", where, error.message);
    }
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    if (strcmp(text.data, columns[1]) != 0) {
        fail_msg("%s: %s", where, text.data);
    }
}

static void
one_wrong_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 3);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    ProtobufCMessage *message = NULL;
    struct dc_error error = {0};
    enum dc_code code =
        dc_json_decode(kinds, columns[0], strlen(columns[0]), arena, &message, &error);
    if (code != DC_INVALID_ARGUMENT || strcmp(error.field, columns[1]) != 0 ||
        !strstr(error.message, columns[2])) {
        fail_msg("%s: %s at \"%s\": %s", where, dc_code_wire_name(code), error.field,
                 error.message);
    }
    assert_null(message);
}

static void
cases(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/json_right.txt", one_right_case, NULL);
    dc_test_cases("tests/cases/json_wrong.txt", one_wrong_case, NULL);
}

static enum dc_code
decode_repeated(const char *head, const char *middle, const char *tail, size_t times, size_t budget,
                struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    for (size_t i = 0; i < times; i++) {
        dc_text_add(&text, head);
    }
    dc_text_add(&text, middle);
    for (size_t i = 0; i < times; i++) {
        dc_text_add(&text, tail);
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(budget);
    ProtobufCMessage *message;
    enum dc_code code = dc_json_decode(kinds, text.data, text.length, arena, &message, error);
    assert_true(budget == 0 || dc_arena_used(arena) <= budget);
    return code;
}

static void
size_and_depth_are_bounded(void **state)
{
    (void)state;
    struct dc_error error;
    assert_int_equal(decode_repeated("{\"self\":", "{}", "}", 31, 0, &error), DC_OK);
    assert_int_equal(decode_repeated("{\"self\":", "{}", "}", 32, 0, &error), DC_INVALID_ARGUMENT);
    assert_int_equal(decode_repeated("{\"self\":", "{}", "}", 10000, 0, &error),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(decode_repeated("[", "", "]", 100000, 0, &error), DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "nested too deep"));
    assert_int_equal(decode_repeated("{\"kinds\":[", "{}", "]}", 31, 0, &error), DC_OK);
    /* A list of empty messages: three bytes each here, some 700 in memory. */
    DC_AUTO_TEXT struct dc_text list = DC_TEXT_INIT;
    for (int i = 0; i < 100000; i++) {
        dc_text_add(&list, i ? ",{}" : "{\"kinds\":[{}");
    }
    dc_text_add(&list, "]}");
    assert_int_equal(decode_repeated("", list.data, "", 1, 4 << 20, &error), DC_RESOURCE_EXHAUSTED);
    dc_text_clear(&list);
    for (int i = 0; i < 1000001; i++) {
        dc_text_add(&list, i ? ",1" : "{\"int32s\":[1");
    }
    dc_text_add(&list, "]}");
    assert_int_equal(decode_repeated("", list.data, "", 1, 0, &error), DC_RESOURCE_EXHAUSTED);
    assert_non_null(strstr(error.message, "elements"));
}

static void
nothing_is_an_empty_message(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    ProtobufCMessage *message;
    assert_int_equal(dc_json_decode(kinds, NULL, 0, arena, &message, NULL), DC_OK);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_json_encode(message, &text);
    assert_string_equal(text.data, "{}");
    /* NUL inside the text, and UTF-8 that is none. */
    assert_int_equal(dc_json_decode(kinds, "{}\0", 3, arena, &message, NULL), DC_INVALID_ARGUMENT);
    assert_int_equal(dc_json_decode(kinds, "{\"aString\":\"\xff\"}", 15, arena, &message, NULL),
                     DC_INVALID_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(nothing_is_an_empty_message),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
