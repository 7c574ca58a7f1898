/* Tests live pages: numbers that move on them, and how they end. */
#include "stage_test.h"

struct page {
    CURL *curl;
    CURLM *multi;
    struct curl_slist *headers;
    struct dc_text got;
    struct dc_text sent;
    int answers; /* frames with an id */
    char last[400];
    bool ended;
};

/* Takes whole frames out of what came. */
static void
take_frames(struct page *page)
{
    while (page->got.length >= 5) {
        const uint8_t *head = (const uint8_t *)page->got.data;
        size_t length =
            (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
        if (page->got.length < 5 + length) {
            return;
        }
        snprintf(page->last, sizeof page->last, "%.*s", (int)length, page->got.data + 5);
        page->ended = head[0] & 2;
        page->answers += !page->ended && strstr(page->last, "\"id\"") != NULL;
        memmove(page->got.data, page->got.data + 5 + length, page->got.length - 5 - length);
        page->got.length -= 5 + length;
    }
}

static void
page_open(struct page *page, const char *token, const char *json)
{
    *page = (struct page){.curl = curl_easy_init(), .multi = curl_multi_init()};
    char url[200], cookie[100], head[5] = {0};
    size_t length = strlen(json);
    snprintf(url, sizeof url, "http://%s/dacheng.gateway.v1.LiveService/Watch", stage.address);
    snprintf(cookie, sizeof cookie, "Cookie: dacheng_session=%s", token);
    head[3] = (char)(length >> 8);
    head[4] = (char)length;
    dc_text_append(&page->sent, head, 5);
    dc_text_add(&page->sent, json);
    page->headers = curl_slist_append(NULL, "Content-Type: application/connect+json");
    page->headers = curl_slist_append(page->headers, cookie);
    curl_easy_setopt(page->curl, CURLOPT_URL, url);
    curl_easy_setopt(page->curl, CURLOPT_HTTPHEADER, page->headers);
    curl_easy_setopt(page->curl, CURLOPT_POSTFIELDS, page->sent.data);
    curl_easy_setopt(page->curl, CURLOPT_POSTFIELDSIZE, (long)page->sent.length);
    curl_easy_setopt(page->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(page->curl, CURLOPT_WRITEDATA, &page->got);
    curl_multi_add_handle(page->multi, page->curl);
}

static bool
page_is(struct page *page, const char *says, int deadline_ms)
{
    dc_time end = dc_monotonic() + deadline_ms * (dc_time)DC_MILLISECOND;
    for (;;) {
        int running;
        curl_multi_perform(page->multi, &running);
        take_frames(page);
        if (strstr(page->last, says)) {
            return true;
        }
        if (dc_monotonic() >= end) {
            return false;
        }
        curl_multi_wait(page->multi, NULL, 0, 20, NULL);
    }
}

static void
page_close(struct page *page)
{
    curl_multi_remove_handle(page->multi, page->curl);
    curl_easy_cleanup(page->curl);
    curl_multi_cleanup(page->multi);
    curl_slist_free_all(page->headers);
    dc_text_release(&page->got);
    dc_text_release(&page->sent);
}

#define UNIT_7                                                                                     \
    "{\"watches\":[{\"id\":\"u\",\"method\":\"dacheng.scoring.v1.ScoringService/GetUnit\","        \
    "\"requestJson\":\"{\\\"unitId\\\":7}\",\"events\":[\"scoring.ScoresChanged\"],"               \
    "\"ownerIds\":[\"7\"]}]}"

static void
numbers_move_on_open_pages(void **state)
{
    (void)state;
    struct page page;
    atomic_store(&stage.actual, 400);
    page_open(&page, "bob", UNIT_7);
    assert_true(page_is(&page, "\\\"400\\\"", DEADLINE_MS));
    assert_null(strstr(page.last, "causedAtUs"));
    /* Something that concerns it: asked again, sent because it is another answer. */
    atomic_store(&stage.actual, 500);
    atomic_store(&stage.change_scores, 7);
    assert_true(page_is(&page, "\\\"500\\\"", DEADLINE_MS));
    assert_non_null(strstr(page.last, "causedAtUs"));
    /* Another unit: not asked. The same answer: not sent. */
    int queries = atomic_load(&stage.queries);
    atomic_store(&stage.actual, 600);
    atomic_store(&stage.change_scores, 8);
    assert_false(page_is(&page, "\\\"600\\\"", 700));
    assert_int_equal(atomic_load(&stage.queries), queries);
    atomic_store(&stage.actual, 500);
    int answers = page.answers;
    atomic_store(&stage.change_scores, 7);
    assert_false(page_is(&page, "\\\"600\\\"", 700));
    assert_int_equal(atomic_load(&stage.queries), queries + 1);
    assert_int_equal(page.answers, answers);
    /* Many events in a short time are few questions. */
    queries = atomic_load(&stage.queries);
    for (int i = 0; i < 40; i++) {
        atomic_store(&stage.change_scores, 7);
        assert_false(page_is(&page, "\\\"600\\\"", 20));
    }
    int asked = atomic_load(&stage.queries) - queries;
    assert_true(asked >= 2 && asked <= 8);
    page_close(&page);
}

static void
pages_end_with_their_session(void **state)
{
    (void)state;
    struct page page;
    page_open(&page, "alice", UNIT_7);
    assert_true(page_is(&page, "\"id\":\"u\"", DEADLINE_MS));
    atomic_store(&stage.alice_is_out, true);
    atomic_store(&stage.end_session, 1);
    assert_true(page_is(&page, "\"unauthenticated\"", DEADLINE_MS));
    assert_true(page.ended);
    page_close(&page);
    page_open(&page, "alice", UNIT_7);
    assert_true(page_is(&page, "\"unauthenticated\"", DEADLINE_MS));
    page_close(&page);
    atomic_store(&stage.alice_is_out, false);
}

static void
wrong_pages_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"{}", "1 to 20"},
        {"{\"watches\":[{\"id\":\"\",\"method\":\"x\"}]}", "1 to 40 characters"},
        {"{\"watches\":[{\"id\":\"a\",\"method\":\"x\"}]}", "there is no query"},
        {"{\"watches\":[{\"id\":\"a\",\"method\":\"dacheng.org.v1.OrgService/SetGrants\"}]}",
         "there is no query"},
        {"{\"watches\":[{\"id\":\"a\",\"method\":\"dacheng.kernel.v1.AdminService/GetLag\"}]}",
         "there is no query"},
        {"{\"watches\":[{\"id\":\"a\",\"method\":\"dacheng.org.v1.OrgService/GetTree\","
         "\"requestJson\":\"{\\\"x\\\":1}\"}]}",
         "watches[0].request_json"},
        {"{\"watches\":[{\"id\":\"a\",\"method\":\"dacheng.org.v1.OrgService/GetTree\","
         "\"events\":[\"a b\"]}]}",
         "no subject"},
        {"{\"nonsense\":1}", "nonsense"},
        {"{", "not valid JSON"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct page page;
        page_open(&page, "bob", wrong[i][0]);
        if (!page_is(&page, "invalid_argument", DEADLINE_MS) || !strstr(page.last, wrong[i][1])) {
            fail_msg("%s: %s", wrong[i][0], page.last);
        }
        assert_true(page.ended);
        page_close(&page);
    }
    /* Not framed at all. */
    const char *headers[] = {"Content-Type: application/connect+json",
                             "Cookie: dacheng_session=bob", NULL};
    const struct reply *reply =
        request("POST", "/dacheng.gateway.v1.LiveService/Watch", headers, "{}", 2);
    assert_int_equal(reply->status, 200);
    assert_non_null(strstr(reply->body.data + 5, "not framed"));
    const char *unary[] = {"Content-Type: application/json", "Cookie: dacheng_session=bob", NULL};
    expect_error(request("POST", "/dacheng.gateway.v1.LiveService/Watch", unary, "{}", 2), 415,
                 "invalid_argument", "connect+json");
}

static void
pages_that_close_leave_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        struct page page;
        page_open(&page, "bob", UNIT_7);
        page_is(&page, i % 2 ? "\"id\":\"u\"" : "nothing", i % 3 ? DEADLINE_MS * (i % 2) : 5);
        atomic_store(&stage.change_scores, 7);
        page_close(&page);
    }
    assert_int_equal(call("org.v1.OrgService/ListPeople", "{}")->status, 200);
}

static void
pages_are_told_of_the_end(void **state)
{
    (void)state;
    struct page page;
    page_open(&page, "bob", UNIT_7);
    assert_true(page_is(&page, "\"id\":\"u\"", DEADLINE_MS));
    kill(stage.gateway, SIGTERM);
    assert_true(page_is(&page, "\"unavailable\"", DEADLINE_MS));
    page_close(&page);
    int status = stop_gateway();
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_move_on_open_pages),
        cmocka_unit_test(pages_end_with_their_session),
        cmocka_unit_test(wrong_pages_are_refused),
        cmocka_unit_test(pages_that_close_leave_nothing),
        cmocka_unit_test(pages_are_told_of_the_end),
    };
    return cmocka_run_group_tests_name("live pages", tests, set_up, tear_down);
}
