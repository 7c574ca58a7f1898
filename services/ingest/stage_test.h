/*
 * stage_test.h - ingest as a real process with a real PostgreSQL and bus; org, goals and workflow
 * are played by their logs alone, into which the test tells.
 *
 *     group (1)
 *     ├─ A (10)    A1 (101): 张三 E3 = 3, 李四 E4 = 4;   A2 (102): 王五 E5 = 5
 *     └─ B (11)    B1 (111): 赵六 E6 = 6
 */
#ifndef DC_INGEST_STAGE_TEST_H
#define DC_INGEST_STAGE_TEST_H

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge/json.h"
#include "handlers.h"
#include "tests/lib/ask.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/service.h"

#define INGEST &ingest__ingest_service__descriptor
enum { TENANT = 7 };

/* Others' logs, told into by the test itself. */
static const struct dc_statement *const stage_none[] = {NULL};
static const struct dc_service_spec org_stand_in = {
    .name = "org", .sentence = "its log", .statements = stage_none, .publishes = true};
static const struct dc_service_spec goals_stand_in = {
    .name = "goals", .sentence = "its log", .statements = stage_none, .publishes = true};
static const struct dc_service_spec workflow_stand_in = {
    .name = "workflow", .sentence = "its log", .statements = stage_none, .publishes = true};
static const struct dc_service_spec *const stage_specs[] = {
    &ingest_spec, &org_stand_in, &goals_stand_in, &workflow_stand_in, NULL};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *org, *goals, *workflow, *ingest, *second;
static struct dc_bus *edge;

/* --- telling ------------------------------------------------------------------------------------
 */
static __attribute__((unused)) int
partition_of(const char *key)
{
    char sql[256];
    snprintf(sql, sizeof(sql), "SELECT get_byte(sha256('%s'::bytea), 7) %% 16", key);
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return atoi(value);
}

static __attribute__((unused)) void
tell(const char *stream, const char *key, const ProtobufCMessageDescriptor *type, const char *json)
{
    struct dc_error error;
    ProtobufCMessage *event;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    if (dc_json_decode(type, json, strlen(json), arena, &event, &error) != DC_OK) {
        dc_test_die("%s: %s", json, error.message);
    }
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    size_t size = protobuf_c_message_get_packed_size(event);
    uint8_t *body = dc_arena_alloc(arena, size + 1);
    char *hex = dc_arena_alloc(arena, 2 * size + 1);
    protobuf_c_message_pack(event, body);
    dc_hex_encode(body, size, hex);
    dc_text_printf(&sql,
                   "INSERT INTO %s.outbox (partition, tenant_id, key, type, at, body, traceparent, "
                   "actor_person_id, actor_account, cause) VALUES (%d, %d, '%s', '%s', now(), "
                   "'\\x%s', '', 0, '', '')",
                   stream, partition_of(key), TENANT, key, type->short_name, hex);
    dc_test_pg_exec(pg, sql.data);
}

static __attribute__((unused)) bool
holds(void *sql)
{
    if (edge) {
        dc_bus_poll(edge, 0); /* keeps its heartbeats going */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strcmp(value, "t") == 0;
}

static __attribute__((unused)) void
wait_for(const char *sql)
{
    if (!dc_test_wait_until(holds, (void *)sql, 60000)) {
        DC_AUTO_FREE char *log = dc_test_service_log(ingest);
        size_t length = strlen(log);
        fail_msg("never: %s\n%s", sql, log + (length > 3000 ? length - 3000 : 0));
    }
}

#define assert_sql(wanted, sql)                                                                    \
    do {                                                                                           \
        char *got_ = dc_test_pg_value(pg, sql);                                                    \
        assert_string_equal(got_, wanted);                                                         \
        free(got_);                                                                                \
    } while (0)

static __attribute__((unused)) void
tell_units(const char *parent_of_a2)
{
    static int version;
    char json[1500];
    version++;
    snprintf(json, sizeof(json),
             "{\"units\":[{\"id\":1,\"code\":\"G\",\"name\":\"集团\",\"kind\":1,\"version\":%d,"
             "\"validFrom\":\"2020-01-01\"},"
             "{\"id\":10,\"code\":\"A\",\"name\":\"A\",\"kind\":3,\"parentId\":1,\"version\":%d,"
             "\"validFrom\":\"2020-01-01\"},"
             "{\"id\":11,\"code\":\"B\",\"name\":\"B\",\"kind\":3,\"parentId\":1,\"version\":%d,"
             "\"validFrom\":\"2020-01-01\"},"
             "{\"id\":101,\"code\":\"A1\",\"name\":\"A1\",\"kind\":4,\"parentId\":10,"
             "\"version\":%d,\"validFrom\":\"2020-01-01\"},"
             "{\"id\":102,\"code\":\"A2\",\"name\":\"A2\",\"kind\":4,\"parentId\":%s,"
             "\"version\":%d,\"validFrom\":\"2020-01-01\"},"
             "{\"id\":111,\"code\":\"B1\",\"name\":\"B1\",\"kind\":4,\"parentId\":11,"
             "\"version\":%d,\"validFrom\":\"2020-01-01\"}]}",
             version, version, version, version, parent_of_a2, version, version);
    tell("org", "units", &org__units_changed__descriptor, json);
}

/* A person since 2020, in `unit` until a day, in `then` after it. */
static __attribute__((unused)) void
tell_person(int id, const char *name, int unit, const char *until, int then, int version)
{
    char json[900], key[20], second_post[200] = "";
    if (*until) {
        snprintf(second_post, sizeof(second_post),
                 ",{\"unitId\":%d,\"position\":\"rep\",\"share\":\"1\",\"main\":true,"
                 "\"validFrom\":\"%s\"}",
                 then, until);
    }
    snprintf(json, sizeof(json),
             "{\"people\":[{\"id\":%d,\"code\":\"E%d\",\"name\":\"%s\",\"version\":%d,"
             "\"employedFrom\":\"2020-01-01\",\"posts\":[{\"unitId\":%d,\"position\":\"rep\","
             "\"share\":\"1\",\"main\":true,\"validFrom\":\"2020-01-01\",\"validTo\":\"%s\"}%s]}]}",
             id, id, name, version, unit, until, second_post);
    snprintf(key, sizeof(key), "people/%d", id % 16);
    tell("org", key, &org__people_changed__descriptor, json);
}

/* The measures that tests/lib/ingest_check.sql computes by its own way. */
static __attribute__((unused)) void
tell_measures(void)
{
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":["
         "{\"id\":1,\"code\":\"sold\",\"kind\":1,\"field\":\"amount\",\"version\":1},"
         "{\"id\":2,\"code\":\"campaign\",\"kind\":2,\"version\":1,\"filters\":"
         "[{\"dimension\":\"campaign\",\"values\":[\"双十一\"]}]},"
         "{\"id\":3,\"code\":\"customers\",\"kind\":3,\"field\":\"customer\",\"version\":1},"
         "{\"id\":4,\"code\":\"repeat\",\"kind\":3,\"field\":\"customer\",\"repeatOnly\":true,"
         "\"version\":1},"
         "{\"id\":5,\"code\":\"orders\",\"kind\":3,\"field\":\"order_no\",\"version\":1},"
         "{\"id\":6,\"code\":\"per_order\",\"kind\":5,\"numeratorId\":1,\"denominatorId\":5,"
         "\"version\":1},"
         "{\"id\":7,\"code\":\"mean\",\"kind\":4,\"field\":\"amount\",\"version\":1,\"filters\":"
         "[{\"dimension\":\"product\",\"exclude\":true,\"values\":[\"P1\"]}]},"
         "{\"id\":8,\"code\":\"collected\",\"kind\":1,\"field\":\"collected_amount\","
         "\"version\":1},"
         "{\"id\":9,\"code\":\"collection\",\"kind\":5,\"numeratorId\":8,\"denominatorId\":1,"
         "\"version\":1},"
         "{\"id\":10,\"code\":\"products\",\"kind\":3,\"field\":\"product\",\"version\":1,"
         "\"filters\":[{\"dimension\":\"channel\",\"values\":[\"线上\",\"直营\"]}]}]}");
}

/* --- people who ask
 * -------------------------------------------------------------------------------- */
struct who {
    Kernel__Context context;
    Kernel__Grant grant, *grants[1];
};

static __attribute__((unused)) const Kernel__Context *
who(int64_t tenant, int64_t person, Kernel__Role role, Kernel__Scope scope, int64_t unit)
{
    static struct who people[32];
    static size_t count;
    struct who *w = &people[count++ % 32];
    kernel__context__init(&w->context);
    kernel__grant__init(&w->grant);
    w->grant.role = role;
    w->grant.scope = scope;
    w->grant.unit_id = unit;
    w->grants[0] = &w->grant;
    w->context.tenant_id = tenant;
    w->context.person_id = person;
    w->context.account = "somebody";
    w->context.grants = w->grants;
    w->context.n_grants = 1;
    return &w->context;
}
#define WHO(tenant, person, role, scope, unit)                                                     \
    who(tenant, person, KERNEL__ROLE__ROLE_##role, KERNEL__SCOPE__SCOPE_##scope, unit)
#define SUPERVISOR WHO(TENANT, 1, SUPERVISOR, GROUP, 0)

/* Of 60 source keys, in 2026: new, changed, moved to another day or person, or deleted. */
static __attribute__((unused)) void
random_record(struct dc_test_random *random, struct dc_text *text)
{
    static const char *const campaigns[] = {"", "双十一", "618"};
    static const char *const channels[] = {"线上", "直营", "分销"};
    uint64_t key = dc_test_random_below(random, 60);
    if (dc_test_random_below(random, 5) == 0) {
        dc_text_printf(text, "{\"sourceKey\":\"R%d\",\"deleted\":true}", (int)key);
        return;
    }
    dc_text_printf(
        text,
        "{\"sourceKey\":\"R%d\",\"orderNo\":\"O%d\",\"amount\":\"%d.%02d\","
        "\"collectedAmount\":\"%d\",\"customer\":\"%s%d\",\"product\":\"P%d\","
        "\"campaign\":\"%s\",\"channel\":\"%s\",\"personCode\":\"E%d\","
        "\"unitCode\":\"%s\",\"occurredAt\":\"2026-%02d-%02d\"}",
        (int)key, (int)dc_test_random_below(random, 20),
        (int)dc_test_random_below(random, 2000) - 500, (int)dc_test_random_below(random, 100),
        (int)dc_test_random_below(random, 100), "C", (int)dc_test_random_below(random, 8),
        (int)dc_test_random_below(random, 4), campaigns[dc_test_random_below(random, 3)],
        channels[dc_test_random_below(random, 3)], 3 + (int)dc_test_random_below(random, 4),
        dc_test_random_below(random, 4) ? "" : "B1", 1 + (int)dc_test_random_below(random, 12),
        1 + (int)dc_test_random_below(random, 28));
}

/* --- files
 * ------------------------------------------------------------------------------------------- */
static __attribute__((unused)) int64_t
start_file(const char *name, size_t size, bool all_or_nothing)
{
    json_t *started = dc_test_ask(edge, INGEST, "StartUpload", SUPERVISOR,
                                  "{\"source\":\"erp\",\"name\":\"%s\",\"size\":%zu,"
                                  "\"allOrNothing\":%s}",
                                  name, size, all_or_nothing ? "true" : "false");
    return dc_test_number(started, "run.id");
}

static __attribute__((unused)) enum dc_code
put_piece(int64_t run, size_t offset, const char *data, size_t size, struct dc_error *error)
{
    Ingest__PutPieceRequest request = INGEST__PUT_PIECE_REQUEST__INIT;
    json_t *answer;
    request.run_id = run;
    request.offset = (int64_t)offset;
    request.data.data = (uint8_t *)data;
    request.data.len = size;
    return dc_test_send(edge, INGEST, "PutPiece", SUPERVISOR, &request.base, &answer, error);
}

/* The run when the file is done, refused or cancelled. */
static __attribute__((unused)) json_t *
wait_for_run(int64_t run)
{
    char sql[200];
    snprintf(sql, sizeof(sql),
             "SELECT state > 2 FROM ingest.run WHERE tenant_id = %d AND run_id = %lld", TENANT,
             (long long)run);
    wait_for(sql);
    json_t *got =
        dc_test_ask(edge, INGEST, "GetRun", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
    return dc_test_value(got, "run");
}

static __attribute__((unused)) json_t *
upload(const char *name, const char *data, size_t size, bool all_or_nothing)
{
    struct dc_error error;
    int64_t run = start_file(name, size, all_or_nothing);
    for (size_t at = 0; at < size; at += 1 << 20) {
        size_t length = size - at < 1 << 20 ? size - at : 1 << 20;
        if (put_piece(run, at, data + at, length, &error) != DC_OK) {
            fail_msg("a piece was refused: %s", error.message);
        }
    }
    dc_test_ask(edge, INGEST, "FinishUpload", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
    return wait_for_run(run);
}

static __attribute__((unused)) void
wait_until_counted(void)
{
    wait_for("SELECT NOT EXISTS (SELECT FROM ingest.pending) AND NOT EXISTS (SELECT FROM "
             "ingest.untold) AND NOT EXISTS (SELECT FROM ingest.series WHERE built_to < "
             "9223372036854775807) AND NOT EXISTS (SELECT FROM ingest.span WHERE NOT whole) AND NOT EXISTS (SELECT FROM ingest.measure WHERE NOT told)");
}

/* --- totals as they were told
 * -------------------------------------------------------------------------- */
/* Brings public.heard up to what the log says; an older version never wins. */
static __attribute__((unused)) void
hear_totals(void)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    dc_test_pg_exec(pg, "SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS "
                        "public.heard (measure bigint, kind int, "
                        "owner bigint, period text, n numeric, d numeric, version bigint, "
                        "measure_version bigint, PRIMARY KEY (measure, kind, owner, period)); "
                        "CREATE TABLE IF NOT EXISTS public.heard_to (id bigint)");
    DC_AUTO_FREE char *bodies = dc_test_pg_value(
        pg, "WITH n AS (SELECT id, encode(body, 'hex') AS body FROM ingest.outbox WHERE type = "
            "'MeasuresChanged' AND id > (SELECT coalesce(max(id), 0) FROM public.heard_to)), "
            "m AS (INSERT INTO public.heard_to SELECT max(id) FROM n HAVING count(*) > 0) "
            "SELECT coalesce(string_agg(body, ' ' ORDER BY id), '') FROM n");
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    char *rest = bodies;
    for (char *hex; (hex = strsep(&rest, " ")) && *hex;) {
        size_t size = strlen(hex) / 2;
        uint8_t *body = dc_arena_alloc(arena, size + 1);
        for (size_t i = 0; i < size; i++) {
            unsigned byte;
            sscanf(hex + 2 * i, "%2x", &byte);
            body[i] = (uint8_t)byte;
        }
        Ingest__MeasuresChanged *event = ingest__measures_changed__unpack(NULL, size, body);
        assert_non_null(event);
        assert_true(event->n_totals <= 1000 && event->n_segment_totals <= 1000);
        for (size_t i = 0; i < event->n_totals + event->n_segment_totals; i++) {
            const Ingest__SegmentTotal *segment =
                i < event->n_totals ? NULL : event->segment_totals[i - event->n_totals];
            const Ingest__Total *t = segment ? segment->total : event->totals[i];
            char period[40];
            snprintf(period, sizeof(period), "%s%s%s", segment ? segment->from : t->period,
                     segment ? ".." : "", segment ? segment->to : "");
            dc_text_printf(&sql,
                           "INSERT INTO public.heard AS h VALUES (%lld, %d, %lld, '%s', %s, %s, "
                           "%lld, %lld) ON CONFLICT (measure, kind, owner, period) DO UPDATE SET "
                           "n = excluded.n, d = excluded.d, version = excluded.version, "
                           "measure_version = excluded.measure_version WHERE "
                           "(h.measure_version, h.version) <= (excluded.measure_version, "
                           "excluded.version);\n",
                           (long long)t->measure_id, (int)t->owner_kind, (long long)t->owner_id,
                           period, t->numerator, t->denominator, (long long)t->version,
                           (long long)t->measure_version);
        }
        ingest__measures_changed__free_unpacked(event, NULL);
    }
    if (sql.length > 0) {
        dc_test_pg_exec(pg, sql.data);
    }
}

static __attribute__((unused)) void
assert_totals_agree(void)
{
    wait_until_counted();
    hear_totals();
    DC_AUTO_FREE char *sql = dc_test_read_file("tests/lib/ingest_check.sql", NULL);
    DC_AUTO_FREE char *difference = dc_test_pg_value(pg, sql);
    dc_bus_free(edge); /* it was silent for long */
    edge = dc_test_bus_open(bus, "edge");
    if (difference[0]) {
        fail_msg("totals differ from the records:\n%s", difference);
    }
}

/* --- up and down
 * ------------------------------------------------------------------------------------------ */
static struct dc_test_service *
publisher(const char *name)
{
    struct dc_test_service *service = dc_test_service_new(name, pg, bus);
    dc_test_service_start(service);
    return service;
}

static __attribute__((unused)) int
stage_up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "goals", peer);
    dc_test_bus_peer(bus, "workflow", peer);
    dc_test_bus_peer(bus, "ingest", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = publisher("org");
    goals = publisher("goals");
    workflow = publisher("workflow");
    ingest = publisher("ingest");
    edge = dc_test_bus_open(bus, "edge");
    tell_units("10");
    tell_person(3, "张三", 101, "", 0, 1);
    tell_person(4, "李四", 101, "", 0, 1);
    tell_person(5, "王五", 102, "2026-10-15", 111, 1); /* moved to B1 in the middle of October */
    tell_person(6, "赵六", 111, "", 0, 1);
    tell_measures();
    wait_for("SELECT (SELECT count(*) = 4 FROM ingest.org_person) AND (SELECT count(*) = 6 FROM "
             "ingest.unit_path) AND (SELECT count(*) = 10 FROM ingest.measure WHERE told)");
    return 0;
}

static __attribute__((unused)) int
stage_down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(ingest), 0);
    if (second) {
        dc_test_service_stop(second);
    }
    dc_test_service_stop(org);
    dc_test_service_stop(goals);
    dc_test_service_stop(workflow);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

#endif
