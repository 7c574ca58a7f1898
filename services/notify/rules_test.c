/* rules_test.c - when messages go out, what becomes of attempts, and the breaker, without a
 * database. */
#include <dacheng/notify/v1/notify.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/breaker.h"
#include "delivery.h"
#include "routing.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum { OFFSET = 8 * 3600, SMS = NOTIFY__CHANNEL__CHANNEL_SMS };

static dc_time
local(const char *where, const char *text)
{
    dc_time time = 0;
    char full[40];
    if (strcmp(text, "-") == 0) {
        return 0;
    }
    snprintf(full, sizeof(full), "%s:00", text);
    if (dc_time_parse(full, OFFSET, &time, NULL) != DC_OK) {
        fail_msg("%s: \"%s\" is no time", where, text);
    }
    return time;
}

static struct notify_quiet
quiet_of(const char *from, const char *until)
{
    struct notify_quiet quiet = {.off = strcmp(from, "off") == 0};
    if (!quiet.off) {
        assert_int_equal(notify_minute_parse(from, "from", &quiet.from, NULL), DC_OK);
        assert_int_equal(notify_minute_parse(until, "until", &quiet.until, NULL), DC_OK);
    }
    return quiet;
}

static void
check_quiet(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    assert_int_equal(count, 5);
    struct notify_quiet quiet = quiet_of(columns[0], columns[1]);
    dc_time at = local(where, columns[2]);
    dc_time is = notify_quiet_wait(&quiet, OFFSET, local(where, columns[3]), at);
    if (is != local(where, columns[4])) {
        fail_msg("%s: waits %lld s", where, (long long)(is - at) / DC_SECOND);
    }
}

static void
quiet_hours_end_in_the_morning(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/notify_quiet.txt", check_quiet, NULL) > 10);
}

/* --- routing ------------------------------------------------------------------------------------
 */
static void
check_route(const char *where, char **columns, size_t count, void *context)
{
    (void)context;
    static const char *const digests[] = {"", "at_once", "hourly", "daily"};
    struct notify_house house = {
        .quiet = {false, 22 * 60, 8 * 60}, .digest_at = 8 * 60 + 30, .utc_offset_s = OFFSET};
    assert_int_equal(count, 5);
    house.channels[SMS].on = strcmp(columns[0], "off") != 0;
    house.channels[SMS].per_day = 3;
    struct notify_wish wish = {.channel = SMS,
                               .on = true,
                               .reachable = strcmp(columns[0], "mute") != 0,
                               .digest = NOTIFY_AT_ONCE,
                               .quiet = {false, -1, -1},
                               .digest_at = -1,
                               .sent_today = atoi(columns[1])};
    for (int i = 1; i <= 3; i++) {
        wish.digest = strcmp(columns[0], digests[i]) == 0 ? (enum notify_digest)i : wish.digest;
    }
    dc_time now = local(where, columns[2]), due = 0;
    bool goes = notify_route(&house, &wish, 60, local(where, columns[3]), now, &due);
    if (goes != (strcmp(columns[4], "never") != 0)) {
        fail_msg("%s: goes out: %d", where, goes);
    }
    if (goes && due != local(where, columns[4])) {
        fail_msg("%s: due after %lld s", where, (long long)(due - now) / DC_SECOND);
    }
}

static void
notices_find_their_time(void **state)
{
    (void)state;
    assert_true(dc_test_cases("tests/cases/notify_route.txt", check_route, NULL) > 10);
}

/* Whatever is wished: never before now, never for ever, never in quiet hours without a reason. */
static void
nothing_is_lost_in_waiting(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    for (int i = 0; i < 200000; i++) {
        struct notify_house house = {
            .quiet = {dc_test_random_below(&random, 4) == 0,
                      (int32_t)dc_test_random_below(&random, NOTIFY_DAY_MINUTES),
                      (int32_t)dc_test_random_below(&random, NOTIFY_DAY_MINUTES)},
            .digest_at = (int32_t)dc_test_random_below(&random, NOTIFY_DAY_MINUTES),
            .utc_offset_s = ((int32_t)dc_test_random_below(&random, 57) - 28) * 1800,
        };
        house.channels[SMS].on = true;
        house.channels[SMS].per_day = (int64_t)dc_test_random_below(&random, 3);
        struct notify_wish wish = {
            .channel = SMS,
            .on = true,
            .reachable = true,
            .digest = (enum notify_digest)(1 + dc_test_random_below(&random, 3)),
            .quiet = {false, -1, -1},
            .digest_at = -1,
            .sent_today = (int64_t)dc_test_random_below(&random, 4),
        };
        dc_time now = (dc_time)(dc_test_random_below(&random, 4000000000u)) * DC_SECOND, due = 0;
        dc_time deadline = dc_test_random_below(&random, 2)
                               ? 0
                               : now + (dc_time)dc_test_random_below(&random, 200000) * DC_SECOND;
        assert_true(notify_route(&house, &wish, 60, deadline, now, &due));
        assert_true(due >= now);
        assert_true(due <= now + (dc_time)3 * 86400 * DC_SECOND);
        bool limited =
            house.channels[SMS].per_day > 0 && wish.sent_today >= house.channels[SMS].per_day;
        bool quiet = notify_quiet_end(&house.quiet, house.utc_offset_s, due) != due;
        assert_true(!quiet || limited ||
                    (deadline > now && deadline - now <= (dc_time)2 * 86400 * DC_SECOND));
        if (deadline > now + 60 * (dc_time)DC_SECOND && !limited) {
            assert_true(due < deadline);
        }
    }
}

static void
times_of_day_are_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t minute; /* -1: refused */
    } cases[] = {{"00:00", 0},  {"08:30", 510}, {"23:59", 1439}, {"24:00", -1},
                 {"8:30", -1},  {"08:60", -1},  {"", -1},        {"08.30", -1},
                 {"08:3x", -1}, {"008:30", -1}, {" 8:30", -1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int32_t minute = -1;
        enum dc_code code = notify_minute_parse(cases[i].text, "at", &minute, NULL);
        assert_int_equal(code, cases[i].minute < 0 ? DC_INVALID_ARGUMENT : DC_OK);
        assert_int_equal(minute, cases[i].minute);
    }
}

/* --- attempts ------------------------------------------------------------------------------------
 */
static void
attempts_end_in_sent_or_failed(void **state)
{
    (void)state;
    struct notify_retry_rule rule = {.attempts = 12, .first_delay_s = 30, .longest_delay_s = 600};
    struct dc_test_random random = {dc_test_seed()};
    static const enum notify_outcome again[] = {NOTIFY_LATER, NOTIFY_FAULT, NOTIFY_THROTTLED};
    for (size_t o = 0; o < sizeof(again) / sizeof(again[0]); o++) {
        for (int64_t attempt = 1; attempt < 12; attempt++) {
            struct notify_next next =
                notify_delivery_next(&rule, again[o], attempt, 0, dc_test_random(&random));
            int64_t delay = attempt < 6 ? 30 << (attempt - 1) : 600;
            delay = delay > 600 ? 600 : delay;
            assert_string_equal(next.state, "queued");
            assert_true(next.due_at >= delay * DC_SECOND * 3 / 4 &&
                        next.due_at <= delay * DC_SECOND * 5 / 4);
        }
    }
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_LATER, 12, 0, 1).state, "failed");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_FAULT, 12, 0, 1).state, "failed");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_THROTTLED, 99, 0, 1).state, "queued");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_REFUSED, 1, 0, 1).state, "failed");
    assert_string_equal(notify_delivery_next(&rule, NOTIFY_ACCEPTED, 12, 0, 1).state, "sent");
}

/* --- the breaker
 * ----------------------------------------------------------------------------------- */
static const struct dc_breaker_rule rule = {
    .faults = 3, .first_pause_s = 10, .longest_pause_s = 60, .throttle_pause_s = 20};
enum { LEASE_S = 30 };

static void
step(struct dc_breaker *breaker, enum dc_breaker_event event, int64_t now_s)
{
    *breaker = dc_breaker_next(&rule, breaker, event, now_s * DC_SECOND, LEASE_S);
}

static void
a_breaker_opens_tries_and_closes(void **state)
{
    (void)state;
    struct dc_breaker breaker = {0};
    step(&breaker, DC_BREAKER_FAULTY, 100);
    step(&breaker, DC_BREAKER_FAULTY, 100);
    step(&breaker, DC_BREAKER_ALIVE, 100); /* in a row, they must be */
    step(&breaker, DC_BREAKER_FAULTY, 100);
    step(&breaker, DC_BREAKER_FAULTY, 100);
    assert_int_equal(breaker.state, DC_BREAKER_CLOSED);
    step(&breaker, DC_BREAKER_FAULTY, 101);
    assert_int_equal(breaker.state, DC_BREAKER_OPEN);
    assert_int_equal(breaker.since, 101 * (dc_time)DC_SECOND);
    assert_false(dc_breaker_may_try(&breaker, 110 * (dc_time)DC_SECOND));
    step(&breaker, DC_BREAKER_TRIAL, 110); /* too early */
    assert_int_equal(breaker.state, DC_BREAKER_OPEN);
    step(&breaker, DC_BREAKER_TRIAL, 111);
    assert_int_equal(breaker.state, DC_BREAKER_HALF_OPEN);
    step(&breaker, DC_BREAKER_TRIAL, 112); /* another replica: the first one's lease holds */
    assert_int_equal(breaker.until, 141 * (dc_time)DC_SECOND);
    step(&breaker, DC_BREAKER_FAULTY, 113);
    assert_int_equal(breaker.state, DC_BREAKER_OPEN);
    assert_int_equal(breaker.until, 133 * (dc_time)DC_SECOND); /* twice as long */
    step(&breaker, DC_BREAKER_TRIAL, 133);
    step(&breaker, DC_BREAKER_TRIAL, 163); /* who tried has died */
    assert_int_equal(breaker.until, 193 * (dc_time)DC_SECOND);
    step(&breaker, DC_BREAKER_ALIVE, 164);
    assert_int_equal(breaker.state, DC_BREAKER_CLOSED);
    assert_int_equal(breaker.faults, 0);
    assert_int_equal(breaker.openings, 0);
    step(&breaker, DC_BREAKER_TOO_FAST, 200);
    assert_int_equal(breaker.state, DC_BREAKER_OPEN);
    assert_int_equal(breaker.until, 220 * (dc_time)DC_SECOND);
}

/* Any order of events: never stuck, and no pause longer than the longest. */
static void
a_breaker_always_comes_back(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    struct dc_breaker breaker = {0};
    int64_t now = 0;
    for (int i = 0; i < 100000; i++) {
        now += (int64_t)dc_test_random_below(&random, 20);
        step(&breaker, (enum dc_breaker_event)dc_test_random_below(&random, 4), now);
        assert_true(breaker.state < DC_BREAKER_STATES);
        if (breaker.state != DC_BREAKER_CLOSED) {
            assert_true(breaker.until <= (now + 60) * DC_SECOND);
            struct dc_breaker later = breaker;
            step(&later, DC_BREAKER_TRIAL, now + 61);
            assert_int_equal(later.state, DC_BREAKER_HALF_OPEN);
            step(&later, DC_BREAKER_ALIVE, now + 62);
            assert_int_equal(later.state, DC_BREAKER_CLOSED);
        }
    }
}

/* The README shows the table's own diagram. */
static void
the_readme_has_the_breakers_diagram(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text diagram = DC_TEXT_INIT;
    DC_AUTO_FREE char *readme = dc_test_read_file("services/notify/README.md", NULL);
    dc_breaker_diagram(&diagram);
    if (!strstr(readme, diagram.data)) {
        fail_msg("services/notify/README.md should have\n%s", diagram.data);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_hours_end_in_the_morning),
        cmocka_unit_test(notices_find_their_time),
        cmocka_unit_test(nothing_is_lost_in_waiting),
        cmocka_unit_test(times_of_day_are_strict),
        cmocka_unit_test(attempts_end_in_sent_or_failed),
        cmocka_unit_test(a_breaker_opens_tries_and_closes),
        cmocka_unit_test(a_breaker_always_comes_back),
        cmocka_unit_test(the_readme_has_the_breakers_diagram),
    };
    return cmocka_run_group_tests_name("notify rules", tests, NULL, NULL);
}
