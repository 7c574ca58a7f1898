/* guard_test.c - request heads: framing, origins, tokens, times. */
#include "edge/trace.h"
#include "guard.h"

#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

/* method | header: value / header: value ... | ok or what the refusal says */
static void
one_framing_case(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 3);
    struct guard_header headers[8];
    size_t header_count = 0;
    char *rest = columns[1], *piece;
    while ((piece = strsep(&rest, "/"))) {
        piece += strspn(piece, " ");
        char *colon = strchr(piece, ':');
        if (colon) {
            *colon = '\0';
            char *value = colon + 1 + strspn(colon + 1, " ");
            value[strcspn(value, " ")] = '\0';
            headers[header_count++] = (struct guard_header){piece, value};
        }
    }
    struct dc_error error = {.message = "ok"};
    enum dc_code code = guard_framing(columns[0], headers, header_count, &error);
    if (!strstr(error.message, columns[2]) || (code == DC_OK) != (strcmp(columns[2], "ok") == 0)) {
        fail_msg("%s: %s", where, error.message);
    }
}

static void
framing(void **state)
{
    (void)state;
    dc_test_cases("tests/cases/http_framing.txt", one_framing_case, NULL);
    struct guard_header empty[] = {{"Host", "a"}, {"Content-Length", NULL}};
    assert_int_equal(guard_framing("POST", empty, 2, NULL), DC_INVALID_ARGUMENT);
}

static void
origins(void **state)
{
    (void)state;
    assert_true(guard_same_origin(NULL, "a:8080", false));
    assert_true(guard_same_origin("http://a:8080", "a:8080", false));
    assert_true(guard_same_origin("http://A.example", "a.example", false));
    assert_true(guard_same_origin("http://a", "a:80", false));
    assert_true(guard_same_origin("https://a", "a:443", true));
    assert_true(guard_same_origin("https://a:443", "a", true));
    static const struct {
        const char *origin, *host;
        bool tls;
    } foreign[] = {
        {"null", "a", false},          {"", "a", false},
        {"http://b", "a", false},      {"http://a:81", "a", false},
        {"http://a.evil", "a", false}, {"http://evil.a", "a", false},
        {"https://a", "a", false},     {"http://a", "a", true},
        {"http://a@b", "a", false},    {"http://a", NULL, false},
        {"http://a/", "a", false},     {"https://a:80", "a", true},
    };
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (guard_same_origin(foreign[i].origin, foreign[i].host, foreign[i].tls)) {
            fail_msg("%s passes for %s", foreign[i].origin, foreign[i].host);
        }
    }
}

static void
bodies(void **state)
{
    (void)state;
    assert_int_equal(guard_body_of("application/json"), GUARD_BODY_JSON);
    assert_int_equal(guard_body_of("Application/JSON; charset=utf-8"), GUARD_BODY_JSON);
    assert_int_equal(guard_body_of("application/proto"), GUARD_BODY_PROTO);
    assert_int_equal(guard_body_of("application/connect+json"), GUARD_BODY_STREAM_JSON);
    assert_int_equal(guard_body_of("application/connect+proto"), GUARD_BODY_STREAM_PROTO);
    assert_int_equal(guard_body_of("application/octet-stream"), GUARD_BODY_BYTES);
    static const char *const other[] = {"",
                                        "text/plain",
                                        "application/jsonx",
                                        "application",
                                        "multipart/form-data",
                                        "application/x-www-form-urlencoded"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        assert_int_equal(guard_body_of(other[i]), GUARD_BODY_OTHER);
    }
    assert_int_equal(guard_body_of(NULL), GUARD_BODY_OTHER);
}

static void
timeouts(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_int_equal(guard_timeout(NULL, 30000, &ms, NULL), DC_OK);
    assert_int_equal(ms, 30000);
    assert_int_equal(guard_timeout("5", 30000, &ms, NULL), DC_OK);
    assert_int_equal(ms, 5);
    assert_int_equal(guard_timeout("9999999999", 30000, &ms, NULL), DC_OK);
    assert_int_equal(ms, GUARD_TIMEOUT_MAX_MS);
    static const char *const bad[] = {"", "0", "-1", "1.5", "10000000000", "5ms", " 5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(guard_timeout(bad[i], 30000, &ms, NULL), DC_INVALID_ARGUMENT);
    }
}

static void
tokens(void **state)
{
    (void)state;
    char token[GUARD_TOKEN_MAX + 1];
    assert_true(guard_cookie("a=b; s=tok-1_x; c=d", "s", token));
    assert_string_equal(token, "tok-1_x");
    assert_true(guard_cookie("s=x", "s", token));
    assert_true(guard_cookie(";; s=y ;", "s", token));
    assert_string_equal(token, "y");
    static const char *const none[] = {"",    "s",     "s=",     "ss=x",    "as=x",
                                       "S=x", "s=a b", "s=a\"b", "x=1; s=;"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(guard_cookie(none[i], "s", token));
    }
    assert_false(guard_cookie(NULL, "s", token));
    char longest[GUARD_TOKEN_MAX + 8] = "s=";
    memset(longest + 2, 'x', GUARD_TOKEN_MAX);
    assert_true(guard_cookie(longest, "s", token));
    longest[2 + GUARD_TOKEN_MAX] = 'x';
    assert_false(guard_cookie(longest, "s", token));
    assert_true(guard_bearer("Bearer abc", token));
    assert_true(guard_bearer("bearer  abc", token));
    assert_string_equal(token, "abc");
    assert_false(guard_bearer("Basic abc", token));
    assert_false(guard_bearer("Bearer ", token));
    assert_false(guard_bearer("Bearer a b", token));
    assert_false(guard_bearer(NULL, token));
}

static void
small_things(void **state)
{
    (void)state;
    char address[GUARD_ADDRESS_TEXT];
    guard_address("10.0.0.1", NULL, address);
    assert_string_equal(address, "10.0.0.1");
    guard_address("10.0.0.1", "1.1.1.1, 192.168.3.4", address);
    assert_string_equal(address, "192.168.3.4");
    guard_address("10.0.0.1", "fe80::1", address);
    assert_string_equal(address, "fe80::1");
    guard_address("10.0.0.1", "1.1.1.1, <script>", address);
    assert_string_equal(address, "10.0.0.1");
    assert_string_equal(guard_language("zh-CN,zh;q=0.9,en;q=0.8"), "zh-CN");
    assert_string_equal(guard_language("fr, en-US"), "en");
    assert_null(guard_language("fr"));
    assert_null(guard_language(NULL));
    assert_true(dc_trace_is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    assert_false(dc_trace_is_valid("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
    assert_false(dc_trace_is_valid("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    assert_false(dc_trace_is_valid("00-0af7"));
    assert_false(dc_trace_is_valid(""));
    assert_true(guard_key_is_valid("a-b_c"));
    assert_false(guard_key_is_valid(""));
    assert_false(guard_key_is_valid("a b"));
    assert_false(guard_key_is_valid("达"));
    int64_t number;
    assert_true(guard_upload_path("/upload/17", &number));
    assert_int_equal(number, 17);
    assert_false(guard_upload_path("/upload/", &number));
    assert_false(guard_upload_path("/upload/17/x", &number));
    assert_false(guard_upload_path("/uploads/17", &number));
    assert_false(guard_offset("-1", &number));
    assert_false(guard_offset(NULL, &number));
    assert_false(guard_offset("9999999999999999999", &number));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing),  cmocka_unit_test(origins), cmocka_unit_test(bodies),
        cmocka_unit_test(timeouts), cmocka_unit_test(tokens),  cmocka_unit_test(small_things),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
