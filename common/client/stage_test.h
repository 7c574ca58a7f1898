/*
 * stage_test.h - what a subscriber meets: two buses, a real service with its log (the maker of
 * tests/lib/kernel_services.h), and events that are told into it at will. Every event is of the key
 * "thing" and says its number among them: the log must bring 1, 2, 3, …
 *
 * `dacheng_test --stage` plays it for subscribers in other languages (tests/interop): it prints a
 * line of JSON with the addresses and keys, then carries out a line of its input at a time and
 * answers each with "ok":  tell N | kill BUS | start BUS | forget PEER | admit PEER
 */
#ifndef DC_CLIENT_STAGE_TEST_H
#define DC_CLIENT_STAGE_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/cmocka.h"
#include "tests/lib/kernel_services.h"
#include "tests/lib/service.h"

static const struct dc_service_spec *const stage_specs[] = {&dc_test_maker, NULL};
static const char stage_subscriber[] =
    "call: [maker, maker.log]\nhear: [\"maker.>\", _log.maker, \"other.>\", _log.other]";

static struct dc_test_pg *pg;
static struct dc_test_bus *bus, *twin;
static struct dc_test_service *maker;
static int64_t told; /* events so far */

static inline int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    twin = dc_test_bus_twin(bus);
    dc_test_bus_peer(
        bus, "maker",
        "offer: [maker, maker.log]\npublish: [\">\"]\nhear: [\">\"]\ncall: [\"*.log\"]");
    dc_test_bus_peer(bus, "subscriber", stage_subscriber);
    dc_test_bus_peer(bus, "stranger", NULL);
    dc_test_bus_peer(bus, "deaf", "call: [maker.log]");
    dc_test_bus_start(bus);
    maker = dc_test_service_new("maker", pg, bus);
    static char both[1200];
    snprintf(both, sizeof(both), "bus.endpoints=%s,%s", dc_test_bus_endpoint(bus),
             dc_test_bus_endpoint(twin));
    dc_test_service_set(maker, both);
    dc_test_service_start(maker);
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(dc_test_service_stop(maker), 0);
    if (dc_test_bus_is_running(twin)) {
        dc_test_bus_stop(twin);
    }
    dc_test_bus_stop(bus);
    dc_test_pg_stop(pg);
    return 0;
}

/* Tells `count` events, as the service would; it numbers and publishes them by itself. The body of
 * each is a kernel.v1.AccessRecorded with `person_id` (field 6) its own. */
static inline void
tell(int count)
{
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    dc_text_printf(
        &sql,
        "INSERT INTO maker.outbox (partition, tenant_id, key, type, at, body, traceparent, "
        "actor_person_id, actor_account, cause) SELECT get_byte(sha256('thing'::bytea), 7) %% 16, "
        "1 + n %% 2, 'thing', 'AccessRecorded', now(), "
        "set_byte(set_byte(set_byte('\\x30000000'::bytea, 1, "
        "(n & 127 | 128)::int), 2, (n >> 7 & 127 | 128)::int), 3, (n >> 14)::int), '', 0, '', '' "
        "FROM generate_series(%" PRId64 ", %" PRId64 ") n",
        told + 1, told + count);
    dc_test_pg_exec(pg, sql.data);
    told += count;
}

static inline bool
is_numbered(void *context)
{
    (void)context;
    DC_AUTO_FREE char *value =
        dc_test_pg_value(pg, "SELECT overall FROM maker.log_head ORDER BY batch DESC LIMIT 1");
    return strtoll(value, NULL, 10) == told;
}

/* Tells, and waits until the log has them. */
static inline void
tell_and_wait(int count)
{
    tell(count);
    assert_true(dc_test_wait_until(is_numbered, NULL, 20000));
}

/* --- for other languages ------------------------------------------------------------------------
 */
static inline struct dc_test_bus *
bus_called(const char *name)
{
    return strcmp(name, "twin") == 0 ? twin : bus;
}

static inline void
carry_out(const char *verb, const char *what)
{
    if (strcmp(verb, "tell") == 0) {
        tell_and_wait(atoi(what));
    } else if (strcmp(verb, "kill") == 0) {
        dc_test_bus_kill(bus_called(what));
    } else if (strcmp(verb, "start") == 0) {
        dc_test_bus_start(bus_called(what));
    } else if (strcmp(verb, "forget") == 0) {
        dc_test_bus_forget_peer(bus, what);
    } else if (strcmp(verb, "admit") == 0) {
        dc_test_bus_peer(bus, what, stage_subscriber);
    } else {
        dc_test_die("the stage knows no \"%s\"", verb);
    }
}

static inline int
hold_the_stage(void)
{
    char line[256], verb[64], what[64];
    if (set_up(NULL) != 0) {
        return 1;
    }
    printf("{\"bus\":\"%s\",\"twin\":\"%s\",\"key\":\"%s\",", dc_test_bus_endpoint(bus),
           dc_test_bus_endpoint(twin), dc_test_bus_key_file(bus, "subscriber"));
    printf("\"stranger\":\"%s\",\"server\":\"%s\"}\n", dc_test_bus_key_file(bus, "stranger"),
           dc_test_bus_server_key_file(bus));
    dc_test_bus_forget_peer(bus, "stranger");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "%63s %63s", verb, what) == 2) {
            carry_out(verb, what);
            puts("ok");
            fflush(stdout);
        }
    }
    return tear_down(NULL);
}

#endif
