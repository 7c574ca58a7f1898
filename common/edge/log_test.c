/* log_test.c - each line whole, whatever its values are, whoever writes at the same time. */
#include "edge/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

static int kept_stderr;
static char path[512];

static void
capture(void)
{
    snprintf(path, sizeof path, "%s/log", dc_test_tmpdir());
    kept_stderr = dup(STDERR_FILENO);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(file >= 0);
    dup2(file, STDERR_FILENO);
    close(file);
}

static char *
captured(void)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    return dc_test_read_file(path, NULL);
}

static void
json_lines_are_json(void **state)
{
    (void)state;
    assert_int_equal(dc_log_configure("goals", "info", "json", NULL), DC_OK);
    char large[5000];
    for (size_t i = 0; i + 3 < sizeof large; i += 3) {
        memcpy(large + i, "达", 4);
    }
    capture();
    dc_log(DC_LOG_DEBUG, "not shown", DC_LOG_NO_FIELDS);
    dc_log(DC_LOG_INFO, "record \"accepted\"\n", DC_LOG_FIELDS({"run", "7"}, {"none", NULL}));
    dc_log(DC_LOG_WARN, "large", DC_LOG_FIELDS({"text", large}));
    dc_log(DC_LOG_ERROR, "bad \xff", DC_LOG_FIELDS({"bytes", "a\xff\x1b[31m"}));
    struct dc_error error;
    dc_fail_field(&error, DC_NOT_FOUND, "id", "no target 7");
    dc_log_error(DC_LOG_ERROR, "request failed", &error);
    DC_AUTO_FREE char *text = captured();
    char *rest = text, *line;
    int lines = 0;
    while ((line = strsep(&rest, "\n")) && *line) {
        json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json) {
            fail_msg("not JSON: %s", line);
        }
        assert_string_equal(json_string_value(json_object_get(json, "program")), "goals");
        if (lines == 0) {
            assert_string_equal(json_string_value(json_object_get(json, "message")),
                                "record \"accepted\"\n");
            assert_string_equal(json_string_value(json_object_get(json, "run")), "7");
            assert_null(json_object_get(json, "none"));
        } else if (lines == 1) {
            size_t length = strlen(json_string_value(json_object_get(json, "text")));
            assert_true(length > 1990 && length <= 2000 && length % 3 == 0);
        } else if (lines == 3) {
            assert_string_equal(json_string_value(json_object_get(json, "code")), "not_found");
            assert_string_equal(json_string_value(json_object_get(json, "field")), "id");
            assert_string_equal(json_string_value(json_object_get(json, "error")), "no target 7");
        }
        json_decref(json);
        lines++;
    }
    assert_int_equal(lines, 4);
}

enum { THREADS = 4, LINES = 300 };

static void *
write_lines(void *context)
{
    for (int i = 0; i < LINES; i++) {
        dc_log(DC_LOG_INFO, "from a thread",
               DC_LOG_FIELDS({"name", context}, {"two words", "a b"}));
    }
    return NULL;
}

static void
plain_lines_stay_whole(void **state)
{
    (void)state;
    assert_int_equal(dc_log_configure("goals", "debug", "plain", NULL), DC_OK);
    capture();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, "x=1\ny"), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    DC_AUTO_FREE char *text = captured();
    char *rest = text, *line;
    int lines = 0;
    while ((line = strsep(&rest, "\n")) && *line) {
        assert_non_null(
            strstr(line, " info  goals from a thread name=\"x=1\\ny\" two words=\"a b\""));
        lines++;
    }
    assert_int_equal(lines, THREADS * LINES);
}

static void
wrong_settings_are_refused(void **state)
{
    (void)state;
    struct dc_error error;
    assert_int_equal(dc_log_configure("x", "loud", "json", &error), DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "debug, info, warn, error"));
    assert_int_equal(dc_log_configure("x", "info", "xml", &error), DC_INVALID_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines_are_json),
        cmocka_unit_test(plain_lines_stay_whole),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
