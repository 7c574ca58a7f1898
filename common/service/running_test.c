/* running_test.c - a service that goes on: started, reloaded, stopped, and what it stands on lost.
 */
#include <signal.h>

#include "stage_test.h"

static void
a_wrong_statement_shows_at_start(void **state)
{
    (void)state;
    struct dc_test_service *wrong = dc_test_service_new("wrong", pg, bus);
    dc_test_service_launch(wrong);
    assert_int_equal(dc_test_service_wait(wrong), 1);
    DC_AUTO_FREE char *log = dc_test_service_log(wrong);
    assert_non_null(strstr(log, "statement wrong_one: "));
    assert_non_null(strstr(log, "--migrate"));
}

/* Requests keep coming while a replica stops: each is answered, none with a failure. */
static void
stopping_drains(void **state)
{
    (void)state;
    struct dc_test_service *twin = dc_test_service_new("maker", pg, bus);
    Kernel__Context context = person(3);
    for (int round = 0; round < 3; round++) {
        dc_test_service_start(twin);
        assert_true(dc_test_wait_until(answers, "before", 10000));
        enum { REQUESTS = 400 };
        uint8_t body[64];
        Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
        request.key = "drain";
        size_t size = kernel__redrive_request__pack(&request, body);
        for (int i = 0; i < REQUESTS; i++) {
            dc_bus_send(edge, &(struct dc_bus_request){.service = "maker",
                                                       .method = DC_TEST_MAKER "Make",
                                                       .body = body,
                                                       .body_size = size,
                                                       .context = &context,
                                                       .timeout_ms = 20000});
        }
        dc_bus_poll(edge, 0);
        dc_test_service_tell_to_stop(twin);
        int answered = 0;
        DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
        int64_t deadline = dc_monotonic() + 20 * (int64_t)DC_SECOND;
        while (answered < REQUESTS && dc_monotonic() < deadline) {
            struct dc_bus_message message;
            dc_bus_poll(edge, 100);
            while (dc_bus_next(edge, arena, &message)) {
                assert_int_equal(message.kind, DC_BUS_REPLY);
                if (message.code != DC_OK) {
                    fail_msg("%s: %s", dc_code_wire_name(message.code), message.error_message);
                }
                answered++;
            }
        }
        assert_int_equal(answered, REQUESTS);
        assert_int_equal(dc_test_service_wait(twin), 0);
    }
    assert_value("SELECT n FROM maker.thing WHERE key = 'drain'", "1200");
}

static bool
logs(void *argument)
{
    DC_AUTO_FREE char *log = dc_test_service_log(maker);
    return strstr(log, argument);
}

/* Asks for a thing that is not there, a new one each time, and looks for it in the log. */
static bool
says_refusal(void *argument)
{
    static int count;
    char key[64];
    snprintf(key, sizeof(key), "hushed %s %d", (const char *)argument, count++);
    Kernel__Context context = person(3);
    struct dc_error error;
    dc_bus_poll(edge, 10);
    (void)ask(&(struct ask){.method = "Look", .key = key, .context = &context}, NULL, &error);
    return logs(key);
}

static bool
says_no_refusal(void *argument)
{
    return !says_refusal(argument);
}

/* SIGHUP: the file's new level counts; a wrong file changes nothing. */
static void
a_reload_changes_the_log_level(void **state)
{
    (void)state;
    static char path[512];
    static const char info[] = "log:\n  level: info\n", quiet[] = "log:\n  level: error\n";
    snprintf(path, sizeof(path), "%s/maker.yaml", dc_test_tmpdir());
    dc_test_write_file(path, info, strlen(info));
    assert_int_equal(dc_test_service_stop(maker), 0);
    maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_config(maker, path);
    dc_test_service_start(maker);
    assert_true(dc_test_wait_until(answers, "reload", 10000));
    dc_test_write_file(path, "log: loud", 9);
    dc_test_service_signal(maker, SIGHUP);
    assert_true(dc_test_wait_until(logs, "nothing is changed", 5000));
    dc_test_write_file(path, quiet, strlen(quiet));
    dc_test_service_signal(maker, SIGHUP);
    assert_true(dc_test_wait_until(says_no_refusal, "first", 5000));
    dc_test_write_file(path, info, strlen(info));
    dc_test_service_signal(maker, SIGHUP);
    assert_true(dc_test_wait_until(says_refusal, "second", 5000));
}

static bool
tells_of_tomorrow(void *key)
{
    struct dc_error error;
    if (ask(&(struct ask){.method = "Make", .key = key}, NULL, &error) != DC_OK) {
        return false;
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(
        pg, "SELECT max(at) > clock_timestamp() + interval '23 hours' FROM maker.outbox");
    return strcmp(value, "t") == 0;
}

/* SIGHUP: time goes on from where the clock's file says; nonsense in it changes nothing. */
static void
a_clock_is_turned_ahead(void **state)
{
    (void)state;
    static char clock[512], path[512], config[600];
    snprintf(clock, sizeof(clock), "%s/ahead", dc_test_tmpdir());
    snprintf(path, sizeof(path), "%s/clock.yaml", dc_test_tmpdir());
    snprintf(config, sizeof(config), "clock:\n  ahead_file: %s\n", clock);
    dc_test_write_file(path, config, strlen(config));
    assert_int_equal(dc_test_service_stop(maker), 0);
    maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_config(maker, path);
    dc_test_service_start(maker);
    assert_true(dc_test_wait_until(answers, "clock", 10000));
    assert_false(tells_of_tomorrow("clock"));
    dc_test_write_file(clock, "a day\n", 6);
    dc_test_service_signal(maker, SIGHUP);
    assert_true(dc_test_wait_until(logs, "must hold whole seconds", 5000));
    dc_test_write_file(clock, "86400\n", 6);
    dc_test_service_signal(maker, SIGHUP);
    assert_true(dc_test_wait_until(tells_of_tomorrow, "clock", 5000));
    assert_int_equal(dc_test_service_stop(maker), 0);
    maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_start(maker);
    assert_true(dc_test_wait_until(answers, "clock", 10000));
}

/* Queries go to the read-only connection, their records to the other one; a replica that goes away
 * is no reason to fail. */
static void
queries_may_go_to_a_replica(void **state)
{
    (void)state;
    static char setting[600];
    snprintf(setting, sizeof(setting),
             "db.read_dsn=%s options='-c default_transaction_read_only=on -c work_mem=777kB'",
             dc_test_pg_dsn(pg, "maker", "postgres"));
    assert_int_equal(dc_test_service_stop(maker), 0);
    maker = dc_test_service_new("maker", pg, bus);
    dc_test_service_set(maker, setting);
    dc_test_service_set(maker, "workers=1");
    dc_test_service_start(maker);
    assert_true(dc_test_wait_until(answers, "replica", 10000));
    Kernel__Context context = person(3);
    struct dc_error error;
    struct ask look = {.method = "Look", .key = "replica", .context = &context};
    static const char recorded[] =
        "SELECT count(*) FROM maker.outbox WHERE type = 'AccessRecorded' AND position("
        "'thing/replica'::bytea IN body) > 0";
    static const char not_connected[] =
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'maker' AND application_name "
        "NOT LIKE '% %'";
    wait_for_value(not_connected, 10000); /* the one that tried the statements at start has gone */
    assert_int_equal(ask(&look, NULL, &error), DC_OK);
    assert_false(is_true((void *)not_connected));
    assert_value(recorded, "1");
    dc_test_pg_exec(pg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
                        "'maker' AND application_name NOT LIKE '% %'");
    wait_for_value(not_connected, 10000);
    assert_int_equal(ask(&look, NULL, &error), DC_OK);
    assert_value(recorded, "2");
}

static bool
is_unready(void *argument)
{
    (void)argument;
    return !dc_test_service_wait_ready(maker, 1);
}

static void
a_lost_database_comes_back(void **state)
{
    (void)state;
    Kernel__Context context = person(3);
    struct dc_error error;
    int32_t before = 0, after = 0;
    struct ask what = {.method = "Make", .key = "crash", .context = &context};
    assert_int_equal(ask(&what, &before, &error), DC_OK);
    dc_test_pg_halt(pg, true);
    assert_int_equal(ask(&what, NULL, &error), DC_UNAVAILABLE);
    assert_null(strstr(error.message, "socket"));
    assert_true(dc_test_wait_until(is_unready, NULL, 3000));
    dc_test_pg_restart(pg, false);
    int64_t back = dc_monotonic();
    assert_true(dc_test_wait_until(answers, "crash", 10000));
    assert_true(dc_monotonic() - back < 1500 * DC_MILLISECOND);
    assert_true(dc_test_service_wait_ready(maker, 3000));
    assert_int_equal(ask(&what, &after, &error), DC_OK);
    assert_true(after >= before + 2);
    wait_for_value(
        "SELECT count(*) = max(n) FROM (SELECT t.n FROM maker.thing t JOIN maker.outbox o"
        " USING (key) JOIN maker.stamp s ON s.outbox_id = o.id WHERE key = 'crash') x",
        10000);
}

static void
a_lost_bus_comes_back(void **state)
{
    (void)state;
    dc_test_bus_kill(bus);
    dc_test_bus_start(bus);
    assert_true(dc_test_wait_until(answers, "bus", 10000));
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_statement_shows_at_start),
        cmocka_unit_test(stopping_drains),
        cmocka_unit_test(a_reload_changes_the_log_level),
        cmocka_unit_test(a_clock_is_turned_ahead),
        cmocka_unit_test(queries_may_go_to_a_replica),
        cmocka_unit_test(a_lost_database_comes_back),
        cmocka_unit_test(a_lost_bus_comes_back),
    };
    if (getenv("DC_TEST_ONLY")) {
        cmocka_set_test_filter(getenv("DC_TEST_ONLY"));
    }
    return cmocka_run_group_tests_name("running", tests, set_up, tear_down);
}
