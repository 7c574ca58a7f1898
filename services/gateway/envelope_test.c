/* envelope_test.c - frames and errors of Connect. */
#include "envelope.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "tests/lib/cmocka.h"

static void
frames(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    envelope_add(&text, 0, "abc", 3);
    assert_int_equal(text.length, 8);
    assert_memory_equal(text.data, "\0\0\0\0\3abc", 8);
    const uint8_t *message;
    size_t size;
    struct dc_error error;
    const uint8_t *bytes = (const uint8_t *)text.data;
    assert_int_equal(envelope_read_one(bytes, 8, &message, &size, &error), DC_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(message, "abc", 3);
    for (size_t cut = 0; cut < 8; cut++) {
        assert_int_equal(envelope_read_one(bytes, cut, &message, &size, &error),
                         DC_INVALID_ARGUMENT);
    }
    envelope_add(&text, 0, "d", 1); /* a second message */
    assert_int_equal(
        envelope_read_one((const uint8_t *)text.data, text.length, &message, &size, &error),
        DC_INVALID_ARGUMENT);
    assert_int_equal(envelope_read_one((const uint8_t *)"\1\0\0\0\1x", 6, &message, &size, &error),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "compressed"));
    assert_int_equal(envelope_read_one((const uint8_t *)"\2\0\0\0\0", 5, &message, &size, &error),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(
        envelope_read_one((const uint8_t *)"\0\xff\xff\xff\xff", 5, &message, &size, &error),
        DC_INVALID_ARGUMENT);
    assert_int_equal(envelope_read_one((const uint8_t *)"\0\0\0\0\0", 5, &message, &size, &error),
                     DC_OK);
}

static void
errors(void **state)
{
    (void)state;
    struct dc_error error;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    char quoted[1000];
    memset(quoted, 'x', sizeof quoted - 1);
    quoted[sizeof quoted - 1] = '\0';
    dc_fail_field(&error, DC_INVALID_ARGUMENT, "items[3].weight", "\"%s\" is no weight", quoted);
    envelope_add_error(&text, &error, NULL);
    json_t *json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "code")), "invalid_argument");
    assert_string_equal(json_string_value(json_object_get(json, "message")), error.message);
    json_t *detail = json_array_get(json_object_get(json, "details"), 0);
    assert_string_equal(json_string_value(json_object_get(detail, "type")),
                        "google.rpc.BadRequest");
    uint8_t bytes[2000];
    size_t size;
    const char *base64 = json_string_value(json_object_get(detail, "value"));
    assert_int_equal(sodium_base642bin(bytes, sizeof bytes, base64, strlen(base64), NULL, &size,
                                       NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING),
                     0);
    assert_non_null(memmem(bytes, size, "\x0a\x0fitems[3].weight", 17));
    json_decref(json);

    dc_text_clear(&text);
    dc_fail(&error, DC_NOT_FOUND, "no such \"thing\"");
    envelope_add_end(&text, &error, "en");
    assert_int_equal(text.data[0], ENVELOPE_END);
    assert_string_equal(text.data + ENVELOPE_HEAD,
                        "{\"error\":{\"code\":\"not_found\",\"message\":\"no such "
                        "\\\"thing\\\"\"}}");
    dc_text_clear(&text);
    (void)dc_fail_with(&error, DC_NOT_FOUND, "", "no such thing", "没有这个");
    envelope_add_error(&text, &error, "zh-CN");
    assert_string_equal(text.data, "{\"code\":\"not_found\",\"message\":\"没有这个\"}");
    dc_text_clear(&text);
    envelope_add_end(&text, NULL, NULL);
    assert_memory_equal(text.data, "\2\0\0\0\2{}", 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
