/*
 * gateway_test.c - the edge as it stands: its program, a real bus, services of the test's own.
 * (Built together with the edge's other files by the rule for tests; what runs is the program.)
 */
#include "stage_test.h"

/* --- calls -------------------------------------------------------------------------------------
 */

static void
unary_json(void **state)
{
    (void)state;
    const struct reply *reply = call("org.v1.OrgService/ListPeople", "{\"search\":\"张\"}");
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->body.data,
                        "{\"people\":[{\"id\":\"9007199254740993\",\"name\":\"张\"}]}");
    assert_non_null(strcasestr(reply->headers.data, "Content-Type: application/json\r\n"));
    assert_non_null(strcasestr(reply->headers.data, "Cache-Control: no-store\r\n"));
    assert_non_null(strcasestr(reply->headers.data, "X-Content-Type-Options: nosniff\r\n"));
    assert_string_equal(last_context(), "gateway 1/17 alice 127.0.0.1 zh-CN 55");
    /* The language of the page goes before the one that org keeps; the key travels. */
    const char *in_english[] = {"Content-Type: application/json", "Authorization: Bearer alice",
                                "Accept-Language: en", NULL};
    reply = request("POST", "/dacheng.org.v1.OrgService/ListPeople", in_english, "", 0);
    assert_string_equal(last_context(), "gateway 1/17 alice 127.0.0.1 en 55");
    const char *headers[] = {"Content-Type: application/json; charset=utf-8",
                             "Authorization: Bearer bob",
                             "Accept-Language: en-US",
                             "Idempotency-Key: key-1",
                             "Connect-Protocol-Version: 1",
                             NULL};
    reply = request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, "", 0);
    assert_int_equal(reply->status, 200);
    assert_string_equal(last_context(), "gateway 1/18 bob 127.0.0.1 en 55");
    assert_string_equal(last_key(), "key-1");
}

static void
unary_proto(void **state)
{
    (void)state;
    const char *headers[] = {"Content-Type: application/proto", "Cookie: dacheng_session=alice",
                             NULL};
    const struct reply *reply =
        request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, "\x1a\x01x", 3);
    assert_int_equal(reply->status, 200);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    ProtobufCMessage *message = NULL;
    assert_int_equal(dc_wire_unpack(&org__list_people_response__descriptor,
                                    (const uint8_t *)reply->body.data, reply->body.length, arena,
                                    &message, NULL),
                     DC_OK);
    assert_string_equal(((Org__ListPeopleResponse *)message)->people[0]->name, "x");
    reply =
        request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, "\x1a\x02\xc3\x28", 4);
    expect_error(reply, 400, "invalid_argument", "search");
}

static void
every_failure_has_its_status(void **state)
{
    (void)state;
    for (int code = 1; code < DC_CODE_COUNT; code++) {
        const char *name = dc_code_wire_name((enum dc_code)code);
        char json[80];
        snprintf(json, sizeof json, "{\"search\":\"fail:%s\"}", name);
        expect_error(call("org.v1.OrgService/ListPeople", json),
                     dc_code_http_status((enum dc_code)code), name, "as was asked");
    }
    const struct reply *reply =
        call("org.v1.OrgService/ListPeople", "{\"search\":\"fail:not_found\"}");
    assert_non_null(strstr(reply->body.data, "google.rpc.BadRequest"));
}

static void
wrong_requests_are_answered(void **state)
{
    (void)state;
    const char *list = "org.v1.OrgService/ListPeople";
    expect_error(call(list, "{\"serach\":\"x\"}"), 400, "invalid_argument", "serach");
    expect_error(call(list, "{"), 400, "invalid_argument", "line 1");
    expect_error(call(list, "{\"limit\":\"x\"}"), 400, "invalid_argument", "limit");
    expect_error(call("org.v1.OrgService/Nothing", "{}"), 501, "unimplemented", "no method");
    expect_error(call("nothing.v1.X/Y", "{}"), 501, "unimplemented", "no method");
    /* What is for peers alone is as if it were not there. */
    expect_error(call("org.v1.OrgInternalService/Resolve", "{}"), 501, "unimplemented",
                 "no method");
    expect_error(call("kernel.v1.LogService/Read", "{}"), 501, "unimplemented", "no method");
    expect_error(call("bus.v1.BusService/GetStatus", "{}"), 501, "unimplemented", "no method");
    static const struct {
        const char *header;
        long status;
        const char *code;
    } heads[] = {
        {"Content-Type: text/plain", 415, "invalid_argument"},
        {"Content-Type: application/x-www-form-urlencoded", 415, "invalid_argument"},
        {"Content-Type: application/connect+json", 415, "invalid_argument"},
        {"Connect-Timeout-Ms: x", 400, "invalid_argument"},
        {"Connect-Protocol-Version: 2", 400, "invalid_argument"},
        {"Content-Encoding: gzip", 501, "unimplemented"},
        {"Idempotency-Key: a b", 400, "invalid_argument"},
        {"Origin: https://evil.example", 403, "permission_denied"},
        {"Origin: null", 403, "permission_denied"},
        {"Sec-Fetch-Site: cross-site", 403, "permission_denied"},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        bool type = dc_text_starts_with(heads[i].header, "Content-Type");
        const char *headers[] = {heads[i].header, "Cookie: dacheng_session=alice",
                                 type ? NULL : "Content-Type: application/json", NULL};
        expect_error(request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, "{}", 2),
                     heads[i].status, heads[i].code, "");
    }
    expect_error(request("DELETE", "/dacheng.org.v1.OrgService/ListPeople", NULL, NULL, 0), 405,
                 "unimplemented", "DELETE");
    expect_error(request("GET", "/dacheng.org.v1.OrgService/ListPeople", NULL, NULL, 0), 405,
                 "unimplemented", "POST");
    expect_error(request("OPTIONS", "/dacheng.org.v1.OrgService/ListPeople", NULL, NULL, 0), 405,
                 "unimplemented", "OPTIONS");
    char origin[120];
    snprintf(origin, sizeof origin, "Origin: http://%s", stage.address);
    const char *own[] = {origin, "Cookie: dacheng_session=alice", "Content-Type: application/json",
                         "Sec-Fetch-Site: same-origin", NULL};
    assert_int_equal(request("POST", "/dacheng.org.v1.OrgService/ListPeople", own, "{}", 2)->status,
                     200);
}

/* The sentences of the edge, the kernel, a service and the bus, in the language of the page. */
static void
refusals_speak_the_readers_language(void **state)
{
    (void)state;
    static const struct {
        const char *method, *json, *language;
        long status;
        const char *code, *says;
    } cases[] = {
        {"org.v1.OrgService/Nothing", "{}", "zh-CN", 501, "unimplemented",
         "没有方法 dacheng.org.v1.OrgService/Nothing"},
        {"org.v1.OrgService/Nothing", "{}", "en", 501, "unimplemented",
         "there is no method dacheng.org.v1.OrgService/Nothing"},
        {"org.v1.OrgService/ListPeople", "{\"limit\":\"x\"}", "zh-CN,zh;q=0.9,en;q=0.8", 400,
         "invalid_argument", "limit：此处为 \\\"x\\\"；应为 32 位整数"},
        {"org.v1.OrgService/ListPeople", "{\"limit\":\"x\"}", "en-US,zh;q=0.9", 400,
         "invalid_argument", "limit: there is \\\"x\\\"; a whole number of 32 bits is wanted"},
        {"org.v1.OrgService/ListPeople", "{\"search\":\"fail:not_found\"}", "zh-CN", 404,
         "not_found", "\"被拒绝\""},
        {"org.v1.OrgService/ListPeople", "{\"search\":\"fail:not_found\"}", "en", 404, "not_found",
         "\"as was asked\""},
        {"goals.v1.GoalService/ListDefinitions", "{}", "zh-CN", 503, "unavailable",
         "该服务没有可用的副本"},
        {"goals.v1.GoalService/ListDefinitions", "{}", "en", 503, "unavailable",
         "no replica of the service is there"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[120], language[80];
        snprintf(path, sizeof path, "/dacheng.%s", cases[i].method);
        snprintf(language, sizeof language, "Accept-Language: %s", cases[i].language);
        const char *headers[] = {"Content-Type: application/json", "Cookie: dacheng_session=alice",
                                 language, NULL};
        const struct reply *reply =
            request("POST", path, headers, cases[i].json, strlen(cases[i].json));
        expect_error(reply, cases[i].status, cases[i].code, "");
        if (!strstr(dc_text_cstr(&reply->body), cases[i].says)) {
            fail_msg("%s: %s", dc_text_cstr(&reply->body), cases[i].says);
        }
    }
}

static void
time_is_limited(void **state)
{
    (void)state;
    const char *headers[] = {"Content-Type: application/json", "Cookie: dacheng_session=alice",
                             "Connect-Timeout-Ms: 300", NULL};
    const char *slow = "{\"search\":\"slow\"}";
    dc_time start = dc_monotonic();
    expect_error(
        request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, slow, strlen(slow)), 504,
        "deadline_exceeded", "");
    assert_true(dc_monotonic() - start < 5 * DC_SECOND);
    /* A service without a replica. */
    expect_error(call("goals.v1.GoalService/ListDefinitions", "{}"), 503, "unavailable", "");
}

static void
size_is_limited(void **state)
{
    (void)state;
    size_t size = (4 << 20) + 1; /* http.body_max_kib is 4096 here */
    DC_AUTO_FREE char *large = malloc(size);
    memset(large, ' ', size);
    const char *headers[] = {"Content-Type: application/json", "Cookie: dacheng_session=alice",
                             NULL};
    expect_error(request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, large, size),
                 413, "resource_exhausted", "larger");
    large[0] = '{';
    large[size - 2] = '}';
    assert_int_equal(
        request("POST", "/dacheng.org.v1.OrgService/ListPeople", headers, large, size - 1)->status,
        200);
    /* Not announced: counted as it comes. */
    const char *chunked[] = {"Content-Type: application/json", "Cookie: dacheng_session=alice",
                             "Transfer-Encoding: chunked", NULL};
    expect_error(request("POST", "/dacheng.org.v1.OrgService/ListPeople", chunked, large, size),
                 413, "resource_exhausted", "larger");
}

/* --- sessions ----------------------------------------------------------------------------------
 */

static void
login_makes_a_cookie(void **state)
{
    (void)state;
    const char *login = "org.v1.SessionService/Login";
    const struct reply *reply =
        call_as("", login, "{\"account\":\"alice\",\"password\":\"right\"}");
    assert_int_equal(reply->status, 200);
    assert_non_null(strcasestr(reply->headers.data,
                               "Set-Cookie: dacheng_session=alice; Path=/; HttpOnly; "
                               "SameSite=Strict; Max-Age="));
    assert_null(strstr(reply->body.data, "alice"));
    assert_non_null(strstr(reply->body.data, "艾丽丝"));
    assert_string_equal(last_context(), "gateway 0/0  127.0.0.1  55");
    reply = call_as("", login, "{\"account\":\"alice\",\"password\":\"wrong\"}");
    expect_error(reply, 401, "unauthenticated", "wrong");
    assert_null(strcasestr(reply->headers.data, "Set-Cookie"));
    reply = call("org.v1.SessionService/Logout", "{}");
    assert_int_equal(reply->status, 200);
    assert_non_null(strcasestr(reply->headers.data, "Set-Cookie: dacheng_session=; "));
    assert_non_null(strcasestr(reply->headers.data, "Max-Age=0"));
}

static void
nobody_gets_in(void **state)
{
    (void)state;
    expect_error(call_as("", "org.v1.OrgService/ListPeople", "{}"), 401, "unauthenticated",
                 "log in");
    const struct reply *reply = call_as("nobody", "org.v1.OrgService/ListPeople", "{}");
    expect_error(reply, 401, "unauthenticated", "ended");
    assert_non_null(strcasestr(reply->headers.data, "Max-Age=0")); /* the cookie is taken back */
    /* A one-time password lets one do nothing but change it. */
    expect_error(call_as("onetime", "org.v1.OrgService/ListPeople", "{}"), 400,
                 "failed_precondition", "password");
    assert_int_equal(call_as("onetime", "org.v1.SessionService/GetMe", "{}")->status, 200);
}

static bool
alice_is_asked_again(void *context)
{
    int before = atomic_load(&stage.resolves);
    call("org.v1.OrgService/ListPeople", "{}");
    *(struct reply **)context = request("GET", "/nothing.txt", NULL, NULL, 0);
    return atomic_load(&stage.resolves) > before;
}

static bool
alice_is_refused(void *context)
{
    (void)context;
    return call("org.v1.OrgService/ListPeople", "{}")->status == 401;
}

static void
sessions_are_remembered_and_dropped(void **state)
{
    (void)state;
    struct reply *ignored;
    call("org.v1.OrgService/ListPeople", "{}");
    int before = atomic_load(&stage.resolves);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(call("org.v1.OrgService/ListPeople", "{}")->status, 200);
    }
    assert_int_equal(atomic_load(&stage.resolves), before);
    /* Other grants: org is asked again. */
    atomic_store(&stage.change_grants, 1);
    assert_true(dc_test_wait_until(alice_is_asked_again, &ignored, DEADLINE_MS));
    /* The end of the session: refused at once, long before the memory's time is over. */
    atomic_store(&stage.alice_is_out, true);
    assert_int_equal(call("org.v1.OrgService/ListPeople", "{}")->status, 200);
    atomic_store(&stage.end_session, 1);
    assert_true(dc_test_wait_until(alice_is_refused, NULL, DEADLINE_MS));
    atomic_store(&stage.alice_is_out, false);
}

/* --- uploads -----------------------------------------------------------------------------------
 */

static void
uploads_go_in_pieces_and_resume(void **state)
{
    (void)state;
    enum { SIZE = 5 * (1 << 20) + 12345, FIRST = 3 * (1 << 20) + 1 };
    DC_AUTO_FREE char *file = malloc(SIZE);
    struct dc_test_random random = {dc_test_seed()};
    for (size_t i = 0; i < SIZE; i++) {
        file[i] = (char)dc_test_random(&random);
    }
    const char *headers[] = {"Content-Type: application/octet-stream",
                             "Cookie: dacheng_session=alice", NULL};
    const struct reply *reply = request("PUT", "/upload/7?offset=0", headers, file, FIRST);
    assert_int_equal(reply->status, 200);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "{\"offset\":\"%d\"}", FIRST);
    assert_string_equal(reply->body.data, wanted);
    /* From the wrong place: told where it stands. */
    expect_error(request("PUT", "/upload/7?offset=5", headers, file, 3000000), 400,
                 "failed_precondition", "the run has 3145729 bytes");
    const char *chunked[] = {"Content-Type: text/csv", "Cookie: dacheng_session=alice",
                             "Transfer-Encoding: chunked", NULL};
    char path[64];
    snprintf(path, sizeof path, "/upload/7?offset=%d", FIRST);
    reply = request("PUT", path, chunked, file + FIRST, SIZE - FIRST);
    assert_int_equal(reply->status, 200);
    pthread_mutex_lock(&stage.mutex);
    assert_int_equal(stage.uploaded, SIZE);
    assert_memory_equal(stage.upload, file, SIZE);
    pthread_mutex_unlock(&stage.mutex);

    expect_error(request("PUT", "/upload/7?offset=0", headers, "", 0), 400, "invalid_argument",
                 "no bytes");
    expect_error(request("PUT", "/upload/7", headers, "x", 1), 404, "not_found", "offset");
    expect_error(request("PUT", "/upload/x?offset=0", headers, "x", 1), 404, "not_found", "");
    const char *nobody[] = {"Content-Type: application/octet-stream", NULL};
    expect_error(request("PUT", "/upload/7?offset=0", nobody, file, 3000000), 401,
                 "unauthenticated", "log in");
    const char *form[] = {"Content-Type: multipart/form-data", "Cookie: dacheng_session=alice",
                          NULL};
    expect_error(request("PUT", "/upload/7?offset=0", form, "x", 1), 415, "invalid_argument", "");
}

/* --- the console's files -----------------------------------------------------------------------
 */

static void
files_are_served(void **state)
{
    (void)state;
    const struct reply *reply = request("GET", "/", NULL, NULL, 0);
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->body.data, "<html>达成</html>");
    assert_non_null(strcasestr(reply->headers.data, "Content-Type: text/html; charset=utf-8"));
    assert_non_null(strcasestr(reply->headers.data, "Cache-Control: no-cache"));
    assert_non_null(strcasestr(reply->headers.data, "frame-ancestors 'none'"));
    assert_non_null(strcasestr(reply->headers.data, "nosniff"));
    char tag[128];
    const char *etag = strcasestr(reply->headers.data, "ETag: ");
    assert_non_null(etag);
    snprintf(tag, sizeof tag, "If-None-Match: %.*s", (int)strcspn(etag + 6, "\r"), etag + 6);
    const char *headers[] = {tag, NULL};
    reply = request("GET", "/", headers, NULL, 0);
    assert_int_equal(reply->status, 304);
    assert_int_equal(reply->body.length, 0);
    /* A page of the console, by its address. */
    assert_string_equal(request("GET", "/unit/7", NULL, NULL, 0)->body.data, "<html>达成</html>");
    reply = request("GET", "/assets/app-1a2b.js", NULL, NULL, 0);
    assert_string_equal(reply->body.data, "let x");
    assert_non_null(strcasestr(reply->headers.data, "Content-Type: text/javascript"));
    assert_non_null(strcasestr(reply->headers.data, "immutable"));
    reply = request("HEAD", "/assets/app-1a2b.js", NULL, NULL, 0);
    assert_int_equal(reply->status, 200);
    assert_int_equal(reply->body.length, 0);
    static const char *const nothing[] = {"/assets/other.js",   "/../secret.txt",
                                          "/.hidden.txt",       "/assets/../../secret.txt",
                                          "/%2e%2e/secret.txt", "/..%2fsecret.txt"};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        reply = request("GET", nothing[i], NULL, NULL, 0);
        assert_int_equal(reply->status, 404);
        assert_null(strstr(reply->body.data, "secret words"));
    }
}

/* --- the stage for others -----------------------------------------------------------------------
 */

/* For tests/interop/connect: the stage stands until standard input ends. */
static int
hold_the_stage(void)
{
    char byte;
    if (set_up(NULL) != 0) {
        return 1;
    }
    printf("%s\n", stage.address);
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
        atomic_store(&stage.actual, byte);
        atomic_store(&stage.change_scores, 7);
    }
    return tear_down(NULL);
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--stage") == 0) {
        return hold_the_stage();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unary_json),
        cmocka_unit_test(unary_proto),
        cmocka_unit_test(every_failure_has_its_status),
        cmocka_unit_test(wrong_requests_are_answered),
        cmocka_unit_test(refusals_speak_the_readers_language),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(login_makes_a_cookie),
        cmocka_unit_test(nobody_gets_in),
        cmocka_unit_test(sessions_are_remembered_and_dropped),
        cmocka_unit_test(uploads_go_in_pieces_and_resume),
        cmocka_unit_test(files_are_served),
    };
    return cmocka_run_group_tests_name("gateway", tests, set_up, tear_down);
}
