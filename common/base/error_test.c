/* error_test.c - the table of codes and the filling of errors. */
#include "base/error.h"

#include <string.h>

#include "base/text.h"
#include "tests/lib/cmocka.h"

static void
every_code_has_its_facts(void **state)
{
    (void)state;
    for (int code = 0; code < DC_CODE_COUNT; code++) {
        assert_int_equal(dc_code_from_wire(dc_code_wire_name((enum dc_code)code)), code);
        assert_true(strlen(dc_code_sentence((enum dc_code)code)) > 0);
        int status = dc_code_http_status((enum dc_code)code);
        assert_true(status == 200 ? code == DC_OK : status >= 400 && status < 600);
    }
    assert_int_equal(dc_code_from_wire("no such code"), DC_UNKNOWN);
    assert_true(dc_code_is_retryable(DC_UNAVAILABLE));
    assert_false(dc_code_is_retryable(DC_INVALID_ARGUMENT));
}

static void
fail_fills_and_returns(void **state)
{
    (void)state;
    struct dc_error error = {0};
    assert_int_equal(dc_fail_field(&error, DC_NOT_FOUND, "items[3].id", "no item %d", 7),
                     DC_NOT_FOUND);
    assert_int_equal(error.code, DC_NOT_FOUND);
    assert_string_equal(error.field, "items[3].id");
    assert_string_equal(error.message, "no item 7");
    assert_int_equal(dc_fail_context(&error, "order %s", "A1"), DC_NOT_FOUND);
    assert_string_equal(error.message, "order A1: no item 7");
    assert_int_equal(dc_fail(NULL, DC_ABORTED, "nobody listens"), DC_ABORTED);
    /* A message made of the error's own text. */
    dc_fail_field(&error, DC_INTERNAL, error.field, "again: %s", error.message);
    assert_string_equal(error.message, "again: order A1: no item 7");
    assert_string_equal(error.field, "items[3].id");
}

static void
messages_stay_valid_utf8(void **state)
{
    (void)state;
    struct dc_error error = {0};
    char text[2000];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof text; i += 3) {
            memcpy(text + i, "达", 4);
        }
        dc_fail(&error, DC_INTERNAL, "%s", text);
        size_t length = strlen(error.message);
        assert_true(length >= DC_ERROR_MESSAGE_MAX - 4 && length < DC_ERROR_MESSAGE_MAX);
        assert_true(dc_utf8_is_valid(error.message, length));
        assert_memory_equal(error.message, text, length);
        dc_fail_field(&error, DC_INTERNAL, text, "x");
        assert_true(dc_utf8_is_valid(error.field, strlen(error.field)));
    }
    dc_fail(&error, DC_INTERNAL,
            "a\xff"
            "b\xe8\xbe"
            "c");
    assert_string_equal(error.message, "a?b??c");
    for (int i = 0; i < 50; i++) {
        dc_fail_context(&error, "一层又一层的上下文");
    }
    assert_true(dc_utf8_is_valid(error.message, strlen(error.message)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_facts),
        cmocka_unit_test(fail_fills_and_returns),
        cmocka_unit_test(messages_stay_valid_utf8),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
