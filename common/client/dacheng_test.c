/* dacheng_test.c - a program of another team, by the library alone, against a real bus and a real
 * service: live, from a number, from a time, from a kept position, over losses of every kind. */
#include "dacheng.h"

#include "stage_test.h"

enum { PATIENCE_MS = 20000, BEHIND = 3000 };

static const char *const makers[] = {"maker.>", NULL};

static char *
endpoints(bool both)
{
    static char text[1200];
    snprintf(text, sizeof(text), "%s%s%s", dc_test_bus_endpoint(bus), both ? ", " : "",
             both ? dc_test_bus_endpoint(twin) : "");
    return text;
}

static int
open_as(const char *peer, bool both, struct dacheng **ret_dacheng, struct dacheng_error *error)
{
    const struct dacheng_options options = {sizeof(options),
                                            endpoints(both),
                                            dc_test_bus_key_file(bus, peer),
                                            dc_test_bus_server_key_file(bus),
                                            "test",
                                            PATIENCE_MS};
    return dacheng_open(ret_dacheng, &options, error);
}

static struct dacheng *
open_one(bool both)
{
    struct dacheng *dacheng = NULL;
    struct dacheng_error error = {0};
    if (open_as("subscriber", both, &dacheng, &error) != DACHENG_OK) {
        fail_msg("%s", error.message);
    }
    return dacheng;
}

static struct dacheng_subscription *
subscribe(struct dacheng *dacheng, struct dacheng_subscribe_options options)
{
    struct dacheng_subscription *subscription = NULL;
    struct dacheng_error error = {0};
    options.size = sizeof(options);
    options.patterns = options.patterns ? options.patterns : makers;
    if (dacheng_subscribe(dacheng, &options, &subscription, &error) != DACHENG_OK) {
        fail_msg("%s: %s", error.field, error.message);
    }
    return subscription;
}

/* What an event says its number is (see tell()): a varint of two or three bytes. */
static int64_t
number_said(const struct dacheng_event *event)
{
    const uint8_t *body = event->body;
    assert_int_equal(event->body_size, 4);
    return (body[1] & 127) | (int64_t)(body[2] & 127) << 7 | (int64_t)body[3] << 14;
}

/* The next event is number `wanted`, whole. */
static void
expect_one(struct dacheng_subscription *subscription, int64_t wanted)
{
    const struct dacheng_event *event;
    struct dacheng_error error = {0};
    if (dacheng_next(subscription, PATIENCE_MS, &event, &error) != DACHENG_OK) {
        fail_msg("for event %" PRId64 ": %s: %s", wanted, dacheng_code_name(error.code),
                 error.message);
    }
    assert_int_equal(event->overall, wanted);
    assert_string_equal(event->stream, "maker");
    assert_string_equal(event->type, "AccessRecorded");
    assert_string_equal(event->key, "thing");
    assert_int_equal(event->tenant_id, 1 + wanted % 2);
}

static void
expect(struct dacheng_subscription *subscription, int64_t first, int64_t last)
{
    for (int64_t number = first; number <= last; number++) {
        expect_one(subscription, number);
    }
}

static void
expect_none(struct dacheng_subscription *subscription, int timeout_ms)
{
    const struct dacheng_event *event;
    struct dacheng_error error;
    assert_int_equal(dacheng_next(subscription, timeout_ms, &event, &error),
                     DACHENG_DEADLINE_EXCEEDED);
}

/* Until the call fails with this code; events that come before are let pass. */
static void
expect_failure(struct dacheng_subscription *subscription, int code, struct dacheng_error *error)
{
    const struct dacheng_event *event;
    int64_t deadline = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;
    while (dacheng_next(subscription, 100, &event, error) != code) {
        assert_true(dc_monotonic() < deadline);
    }
}

/* Waits until it is known where the stream is: what is told from here on comes. */
static void
settle(struct dacheng_subscription *subscription)
{
    struct dacheng_position position;
    int64_t deadline = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;
    while (dacheng_position(subscription, "maker", &position, NULL) != DACHENG_OK) {
        const struct dacheng_event *event;
        assert_true(dc_monotonic() < deadline);
        assert_int_equal(dacheng_next(subscription, 10, &event, NULL), DACHENG_DEADLINE_EXCEEDED);
    }
    assert_int_equal(position.number, told);
}

/* A connection, and a subscription to what is told from here on. */
static struct dacheng_subscription *
follow_on(bool both, struct dacheng **ret_dacheng)
{
    *ret_dacheng = open_one(both);
    struct dacheng_subscription *subscription =
        subscribe(*ret_dacheng, (struct dacheng_subscribe_options){0});
    settle(subscription);
    return subscription;
}

static void
live(void **state)
{
    (void)state;
    tell_and_wait(5);
    struct dacheng *dacheng;
    struct dacheng_subscription *subscription = follow_on(false, &dacheng);
    int64_t before = told;
    tell(20);
    expect(subscription, before + 1, told);
    expect_none(subscription, 0);
    dacheng_close(dacheng);
}

static void
from_a_number(void **state)
{
    (void)state;
    struct dacheng *dacheng = open_one(false);
    tell_and_wait(5);
    struct dacheng_subscription *subscription = subscribe(
        dacheng, (struct dacheng_subscribe_options){.from = DACHENG_FROM_NUMBER, .number = 3});
    expect(subscription, 3, told);
    const struct dacheng_position first = {0, 0};
    assert_int_equal(dacheng_seek(subscription, "maker", &first, NULL), DACHENG_OK);
    expect(subscription, 1, told);
    dacheng_close(dacheng);
}

static void
from_a_time(void **state)
{
    (void)state;
    struct dacheng *dacheng = open_one(false);
    tell_and_wait(3);
    DC_AUTO_FREE char *now =
        dc_test_pg_value(pg, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    int64_t before = told;
    tell_and_wait(4);
    struct dacheng_subscription *subscription =
        subscribe(dacheng, (struct dacheng_subscribe_options){.from = DACHENG_FROM_TIME,
                                                              .at_us = strtoll(now, NULL, 10)});
    expect(subscription, before + 1, told);
    tell(2);
    expect(subscription, told - 1, told);
    dacheng_close(dacheng);
}

/* Whoever calls nothing while events pour in is told that he fell behind, and reads the log. */
static void
falling_behind(void **state)
{
    (void)state;
    struct dacheng *dacheng;
    struct dacheng_subscription *subscription = follow_on(false, &dacheng);
    int64_t before = told;
    tell_and_wait(BEHIND);
    expect(subscription, before + 1, told);
    tell(10);
    expect(subscription, told - 9, told);
    dacheng_close(dacheng);
}

/* Events that were told while the bus was dead are a gap before the next one. */
static void
gap_and_bus_restart(void **state)
{
    (void)state;
    struct dacheng *dacheng;
    struct dacheng_subscription *subscription = follow_on(false, &dacheng);
    int64_t before = told;
    dc_test_bus_kill(bus);
    tell_and_wait(20);
    expect_none(subscription, 0);
    dc_test_bus_start(bus);
    tell_and_wait(20);
    expect(subscription, before + 1, told);
    dacheng_close(dacheng);
}

static void
several_buses(void **state)
{
    (void)state;
    dc_test_bus_start(twin);
    struct dacheng *dacheng;
    struct dacheng_subscription *subscription = follow_on(true, &dacheng);
    int64_t before = told;
    tell(100); /* each over both */
    expect(subscription, before + 1, told);
    dc_test_bus_kill(bus);
    tell(100);
    expect(subscription, told - 99, told);
    dc_test_bus_start(bus);
    dc_test_bus_kill(twin);
    tell(100);
    expect(subscription, told - 99, told);
    expect_none(subscription, 0);
    dacheng_close(dacheng);
}

static void
filtered(void **state)
{
    (void)state;
    struct dacheng *dacheng = open_one(false);
    tell_and_wait(6);
    static const char *const some[] = {"maker.AccessRecorded", NULL}, *const none[] = {
                                                                          "maker.Other", NULL};
    struct dacheng_subscription *subscription = subscribe(
        dacheng, (struct dacheng_subscribe_options){
                     .patterns = some, .tenant_id = 2, .from = DACHENG_FROM_NUMBER, .number = 1});
    for (int64_t number = 1; number <= told; number += 2) { /* tenant 2 has the odd ones */
        expect_one(subscription, number);
    }
    tell(2);
    expect_one(subscription, told % 2 ? told : told - 1);
    dacheng_unsubscribe(subscription);
    subscription = subscribe(dacheng, (struct dacheng_subscribe_options){.patterns = none});
    settle(subscription);
    tell_and_wait(3);
    struct dacheng_position position = {0};
    int64_t deadline = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;
    while (position.number < told) { /* what is passed over moves the position too */
        expect_none(subscription, 20);
        assert_int_equal(dacheng_position(subscription, "maker", &position, NULL), DACHENG_OK);
        assert_true(dc_monotonic() < deadline);
    }
    dacheng_close(dacheng);
}

/* --- positions that are kept --------------------------------------------------------------------
 */
struct handling {
    int64_t wanted, stop_at;
};

static int
handle(const struct dacheng_event *event, void *context)
{
    struct handling *handling = context;
    if (event->overall == handling->stop_at) {
        return 7;
    }
    assert_int_equal(event->overall, handling->wanted);
    assert_int_equal(number_said(event), handling->wanted);
    handling->wanted++;
    return 0;
}

static void
a_position_file_goes_on(void **state)
{
    (void)state;
    static char path[512];
    snprintf(path, sizeof(path), "%s/position", dc_test_tmpdir());
    const struct dacheng_subscribe_options options = {
        .position_file = path, .from = DACHENG_FROM_NUMBER, .number = 1};
    tell_and_wait(300);
    struct handling handling = {1, 200};
    int answer = 0;
    for (int run = 0; run < 2; run++) {
        struct dacheng *dacheng = open_one(false);
        struct dacheng_subscription *subscription = subscribe(dacheng, options);
        assert_int_equal(dacheng_run(subscription, handle, &handling, &answer, NULL), DACHENG_OK);
        assert_int_equal(answer, 7);
        assert_int_equal(handling.wanted, handling.stop_at);
        /* Somebody else cannot use the file meanwhile; he may have a connection of his own. */
        struct dacheng *other = open_one(false);
        struct dacheng_subscribe_options same = options;
        struct dacheng_subscription *second;
        struct dacheng_error error;
        same.size = sizeof(same);
        same.patterns = makers;
        assert_int_equal(dacheng_subscribe(other, &same, &second, &error),
                         DACHENG_FAILED_PRECONDITION);
        assert_string_equal(error.field, "position_file");
        dacheng_close(other);
        dacheng_close(dacheng);
        handling.stop_at = told;
    }
    size_t size;
    DC_AUTO_FREE char *text = dc_test_read_file(path, &size);
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "maker 1 %" PRId64 "\n", told - 1);
    assert_string_equal(text, wanted);
    dc_test_write_file(path, "maker one\n", 10);
    struct dacheng *dacheng = open_one(false);
    struct dacheng_subscribe_options damaged = options;
    struct dacheng_subscription *subscription;
    struct dacheng_error error;
    damaged.size = sizeof(damaged);
    damaged.patterns = makers;
    assert_int_equal(dacheng_subscribe(dacheng, &damaged, &subscription, &error),
                     DACHENG_DATA_LOSS);
    assert_non_null(strstr(error.message, ":1: "));
    dacheng_close(dacheng);
}

/* A position that the log does not know: restored to an older copy. One that is too old. */
static void
positions_that_do_not_fit(void **state)
{
    (void)state;
    struct dacheng *dacheng = open_one(false);
    struct dacheng_error error;
    struct dacheng_subscription *subscription =
        subscribe(dacheng, (struct dacheng_subscribe_options){0});
    const struct dacheng_position ahead = {1, told + 1000};
    assert_int_equal(dacheng_seek(subscription, "maker", &ahead, NULL), DACHENG_OK);
    expect_failure(subscription, DACHENG_FAILED_PRECONDITION, &error);
    assert_non_null(strstr(error.message, "maker: "));
    assert_non_null(strstr(error.message, "restored"));
    /* Told again while it lasts, and mended by a position that fits. */
    expect_failure(subscription, DACHENG_FAILED_PRECONDITION, &error);
    const struct dacheng_position end = {1, told};
    assert_int_equal(dacheng_seek(subscription, "maker", &end, NULL), DACHENG_OK);
    tell(3);
    expect(subscription, told - 2, told);
    assert_int_equal(dacheng_seek(subscription, "nobody", &end, &error), DACHENG_NOT_FOUND);
    dacheng_close(dacheng);
}

/* --- keys and permissions -----------------------------------------------------------------------
 */
static void
wrong_keys(void **state)
{
    (void)state;
    struct dacheng *dacheng;
    struct dacheng_error error;
    dc_test_bus_forget_peer(bus, "stranger");
    int64_t deadline = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;
    int code;
    while ((code = open_as("stranger", false, &dacheng, &error)) == DACHENG_OK) {
        dacheng_close(dacheng); /* the bus has not read its file again yet */
        assert_true(dc_monotonic() < deadline);
    }
    assert_int_equal(code, DACHENG_UNAUTHENTICATED);
    assert_string_equal(error.field, "key_file");
    assert_int_equal(open_as("nobody", false, &dacheng, &error), DACHENG_INVALID_ARGUMENT);
    const struct dacheng_options elsewhere = {sizeof(elsewhere),
                                              "ipc:///nowhere/bus",
                                              dc_test_bus_key_file(bus, "subscriber"),
                                              dc_test_bus_server_key_file(bus),
                                              NULL,
                                              100};
    assert_int_equal(dacheng_open(&dacheng, &elsewhere, &error), DACHENG_UNAVAILABLE);
}

static void
a_key_is_revoked_and_comes_back(void **state)
{
    (void)state;
    struct dacheng_error error;
    struct dacheng *dacheng;
    struct dacheng_subscription *subscription = follow_on(false, &dacheng);
    int64_t before = told;
    dc_test_bus_forget_peer(bus, "subscriber");
    expect_failure(subscription, DACHENG_UNAUTHENTICATED, &error);
    tell_and_wait(10);
    dc_test_bus_peer(bus, "subscriber", stage_subscriber);
    const struct dacheng_event *event;
    int64_t deadline = dc_monotonic() + PATIENCE_MS * DC_MILLISECOND;
    while (dacheng_next(subscription, 100, &event, &error) != DACHENG_OK) {
        assert_true(error.code == DACHENG_UNAUTHENTICATED ||
                    error.code == DACHENG_DEADLINE_EXCEEDED);
        assert_true(dc_monotonic() < deadline);
    }
    assert_int_equal(event->overall, before + 1);
    expect(subscription, before + 2, told);
    dacheng_close(dacheng);
}

static void
what_is_not_allowed(void **state)
{
    (void)state;
    struct dacheng *dacheng;
    struct dacheng_error error;
    struct dacheng_subscription *subscription;
    assert_int_equal(open_as("deaf", false, &dacheng, &error), DACHENG_OK);
    subscription = subscribe(dacheng, (struct dacheng_subscribe_options){0});
    expect_failure(subscription, DACHENG_PERMISSION_DENIED, &error);
    assert_non_null(strstr(error.message, "subscribe"));
    static const char *const wrong[] = {"*.AccessRecorded", NULL};
    struct dacheng_subscribe_options options = {sizeof(options), wrong};
    assert_int_equal(dacheng_subscribe(dacheng, &options, &subscription, &error),
                     DACHENG_FAILED_PRECONDITION); /* it has one */
    dacheng_unsubscribe(subscription);
    assert_int_equal(dacheng_subscribe(dacheng, &options, &subscription, &error),
                     DACHENG_INVALID_ARGUMENT);
    assert_string_equal(error.field, "patterns");
    char *json;
    assert_int_equal(dacheng_call_json(dacheng, "org/NoSuch", "{}", NULL, &json, &error),
                     DACHENG_INVALID_ARGUMENT);
    assert_int_equal(dacheng_call_json(dacheng, "scoring/GetUnit", "{}", NULL, &json, &error),
                     DACHENG_PERMISSION_DENIED);
    dacheng_close(dacheng);
}

/* --- requests ------------------------------------------------------------------------------------
 */
static void
requests(void **state)
{
    (void)state;
    struct dacheng *dacheng = open_one(false);
    struct dacheng_error error = {0};
    tell_and_wait(2);
    char *json;
    assert_int_equal(dacheng_call_json(dacheng, "maker.log/Read",
                                       "{\"partition\":-1,\"from\":\"1\","
                                       "\"limit\":1}",
                                       NULL, &json, &error),
                     DACHENG_OK);
    assert_non_null(strstr(json, "\"overall\":\"1\""));
    dacheng_free(json);
    assert_int_equal(
        dacheng_call_json(dacheng, "maker.log/Read", "{\"from\":\"0\"}", NULL, &json, &error),
        DACHENG_INVALID_ARGUMENT);
    assert_string_equal(error.field, "from");
    assert_int_equal(
        dacheng_call_json(dacheng, "maker.log/Read", "{\"form\":\"0\"}", NULL, &json, &error),
        DACHENG_INVALID_ARGUMENT);
    /* Bytes: LogService/Position of now; 0x18 is its field `overall`. */
    void *body;
    size_t size;
    assert_int_equal(dacheng_call(dacheng, "maker.log", "dacheng.kernel.v1.LogService/Position", "",
                                  0, NULL, &body, &size, &error),
                     DACHENG_OK);
    assert_true(size > 2 && ((uint8_t *)body)[0] == 0x08);
    dacheng_free(body);
    const struct dacheng_call_options late = {sizeof(late), .timeout_ms = -5};
    assert_int_equal(dacheng_call(dacheng, "maker", "x", "", 0, &late, &body, &size, &error),
                     DACHENG_INVALID_ARGUMENT);
    /* While events wait: a request takes nothing away from the subscription. */
    struct dacheng_subscription *subscription =
        subscribe(dacheng, (struct dacheng_subscribe_options){0});
    settle(subscription);
    tell_and_wait(5);
    assert_int_equal(dacheng_call_json(dacheng, "maker.log/Position", "", NULL, &json, &error),
                     DACHENG_OK);
    dacheng_free(json);
    expect(subscription, told - 4, told);
    dacheng_close(dacheng);
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    if (argc == 2 && strcmp(argv[1], "--stage") == 0) {
        return hold_the_stage();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live),
        cmocka_unit_test(from_a_number),
        cmocka_unit_test(from_a_time),
        cmocka_unit_test(falling_behind),
        cmocka_unit_test(gap_and_bus_restart),
        cmocka_unit_test(several_buses),
        cmocka_unit_test(filtered),
        cmocka_unit_test(a_position_file_goes_on),
        cmocka_unit_test(positions_that_do_not_fit),
        cmocka_unit_test(wrong_keys),
        cmocka_unit_test(a_key_is_revoked_and_comes_back),
        cmocka_unit_test(what_is_not_allowed),
        cmocka_unit_test(requests),
    };
    return cmocka_run_group_tests_name("libdacheng", tests, set_up, tear_down);
}
