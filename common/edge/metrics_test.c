/* metrics_test.c - counting from many threads, the text format, and the listener. */
#include "edge/metrics.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"

enum { THREADS = 4, ROUNDS = 20000 };

static void *
count(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        dc_counter_add(dc_counter("dacheng_test_things_total", "kind=\"a\"", "Things."), 1);
        dc_gauge_add(dc_gauge("dacheng_test_level", "", "Level."), i % 2 ? -1 : 1);
        dc_histogram_observe(dc_histogram("dacheng_test_seconds", "m=\"x\"", "Time."), i % 3000);
    }
    return NULL;
}

static void
threads_lose_nothing(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    }
    for (int i = 0; i < 50; i++) { /* printing meanwhile */
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        dc_metrics_print(&text);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(dc_counter_value(dc_counter("dacheng_test_things_total", "kind=\"a\"", "")),
                     THREADS * ROUNDS);
    assert_int_equal(dc_gauge_value(dc_gauge("dacheng_test_level", "", "")), 0);
}

static void
text_is_prometheus(void **state)
{
    (void)state;
    dc_counter_add(dc_counter("dacheng_print_total", "k=\"b\"", "A \\ and\nB."), 3);
    dc_counter_add(dc_counter("dacheng_print_total", "k=\"a\"", "A \\ and\nB."), 2);
    dc_gauge_set(dc_gauge("dacheng_print_level", "", "Level."), -4);
    struct dc_histogram *histogram = dc_histogram("dacheng_print_seconds", "", "Time.");
    dc_histogram_observe(histogram, 500); /* on the bound: inside */
    dc_histogram_observe(histogram, 501);
    dc_histogram_observe(histogram, 70000000); /* past every bound */
    dc_histogram_observe(histogram, -5);       /* a clock that ran backwards */
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_metrics_print(&text);
    static const char *const wanted[] = {
        "# HELP dacheng_print_total A \\\\ and\\nB.\n# TYPE dacheng_print_total counter\n"
        "dacheng_print_total{k=\"a\"} 2\ndacheng_print_total{k=\"b\"} 3\n",
        "# TYPE dacheng_print_level gauge\ndacheng_print_level -4\n",
        "# TYPE dacheng_print_seconds histogram\ndacheng_print_seconds_bucket{le=\"0.0005\"} 2\n"
        "dacheng_print_seconds_bucket{le=\"0.001\"} 3\n",
        "dacheng_print_seconds_bucket{le=\"60\"} 3\ndacheng_print_seconds_bucket{le=\"+Inf\"} 4\n"
        "dacheng_print_seconds_sum 70.001001\ndacheng_print_seconds_count 4\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (!strstr(text.data, wanted[i])) {
            fail_msg("missing:\n%s\nin:\n%s", wanted[i], text.data);
        }
    }
}

static size_t
keep(char *data, size_t size, size_t count, void *context)
{
    dc_text_append(context, data, size * count);
    return size * count;
}

static long
get(uint16_t port, const char *path, const char *method, struct dc_text *body)
{
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, path);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    dc_text_clear(body);
    long status = 0;
    if (curl_easy_perform(curl) == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_easy_cleanup(curl);
    return status;
}

static void
listener_answers(void **state)
{
    (void)state;
    struct dc_metrics_listener *listener;
    struct dc_error error;
    uint16_t port = 0;
    assert_int_equal(dc_metrics_listen(&listener, "127.0.0.1:0", &port, &error), DC_OK);
    assert_true(port > 0);
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    dc_counter_add(dc_counter("dacheng_listen_total", "", "x"), 1);
    assert_int_equal(get(port, "/metrics", "GET", &body), 200);
    assert_non_null(strstr(body.data, "dacheng_listen_total 1\n"));
    assert_int_equal(get(port, "/healthz", "GET", &body), 200);
    dc_ready_set("database", "not connected");
    dc_ready_set("bus", NULL);
    assert_int_equal(get(port, "/readyz", "GET", &body), 503);
    assert_string_equal(body.data, "database: not connected\n");
    dc_ready_set("database", NULL);
    assert_int_equal(get(port, "/readyz", "GET", &body), 200);
    assert_string_equal(body.data, "ready\n");
    assert_int_equal(get(port, "/etc/passwd", "GET", &body), 404);
    assert_int_equal(get(port, "/metrics", "DELETE", &body), 405);
    /* The port is taken now. */
    struct dc_metrics_listener *second;
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    assert_int_equal(dc_metrics_listen(&second, address, NULL, &error), DC_UNAVAILABLE);
    dc_metrics_listener_free(listener);
    static const char *const bad[] = {
        "",          "9100",    ":9100", "localhost:9100", "127.0.0.1:", "127.0.0.1:65536",
        "[::1:9100", "1.2.3:80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dc_metrics_listen(&second, bad[i], NULL, &error), DC_INVALID_ARGUMENT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_lose_nothing),
        cmocka_unit_test(text_is_prometheus),
        cmocka_unit_test(listener_answers),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
