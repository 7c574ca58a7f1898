/*
 * Tests workflow as real processes, two replicas with a real bus and PostgreSQL: killed in the
 * middle of a launch, of firing timers and of handing over all that one person has, and of moving
 * a cycle to another version, nothing is lost and nothing comes twice.
 *
 *     group (1) ─ department (10) ─ 40 teams (1000 + n); 12,000 people, their managers the first 40
 */
#include <dacheng/org/v1/events.pb-c.h>
#include <libpq-fe.h>
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

#define WORKFLOW &workflow__workflow_service__descriptor
enum { TENANT = 7, PEOPLE = 12000, TEAMS = 40 };

static const struct dc_statement *const stage_none[] = {NULL};
static const struct dc_service_spec org_stand_in = {
    .name = "org", .sentence = "its log", .statements = stage_none, .publishes = true};

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *org, *first, *second;
static struct dc_bus *edge;

static int64_t
number(const char *sql)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return atoll(value);
}

static bool
holds(void *sql)
{
    if (edge) {
        dc_bus_poll(edge, 0); /* keeps its heartbeats going */
    }
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    return strcmp(value, "t") == 0;
}

static void
wait_for(const char *sql)
{
    if (!dc_test_wait_until(holds, (void *)sql, 180000)) {
        DC_AUTO_FREE char *log = dc_test_service_log(first);
        size_t length = strlen(log);
        fail_msg("never: %s\n%s", sql, log + (length > 3000 ? length - 3000 : 0));
    }
}

static void
kill_both(void)
{
    dc_test_service_kill(first);
    dc_test_service_kill(second);
}

static void
start_both(void)
{
    dc_test_service_start(first);
    dc_test_service_start(second);
}

/* --- what was told -------------------------------------------------------------------------------
 */
/* Every task of the events of a type, as "task/step" pairs in public.told. */
static void
gather(const ProtobufCMessageDescriptor *type)
{
    DC_AUTO_TEXT struct dc_text sql = DC_TEXT_INIT;
    char query[300];
    dc_test_pg_exec(pg, "DROP TABLE IF EXISTS public.told; CREATE TABLE public.told (task bigint, "
                        "step int)");
    snprintf(query, sizeof(query),
             "SELECT coalesce(string_agg(encode(body, 'hex'), ' ' ORDER BY id), '') FROM "
             "workflow.outbox WHERE type = '%s'",
             type->short_name);
    DC_AUTO_FREE char *bodies = dc_test_pg_value(pg, query);
    char *rest = bodies;
    for (char *hex; (hex = strsep(&rest, " ")) && *hex;) {
        size_t size = strlen(hex) / 2;
        DC_AUTO_FREE uint8_t *body = malloc(size + 1);
        for (size_t i = 0; i < size; i++) {
            unsigned byte;
            sscanf(hex + 2 * i, "%2x", &byte);
            body[i] = (uint8_t)byte;
        }
        ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, body);
        assert_non_null(message);
        /* In all of these events the tasks stand first. */
        const Workflow__TasksReminded *event = (const Workflow__TasksReminded *)message;
        int step = type == &workflow__tasks_reminded__descriptor ? event->step : 0;
        assert_true(event->n_tasks <= FLOW_EVENT_TASKS);
        dc_text_add(&sql, "INSERT INTO public.told VALUES ");
        for (size_t i = 0; i < event->n_tasks; i++) {
            assert_int_equal(event->tasks[i]->id % 16, event->tasks[0]->id % 16);
            dc_text_printf(&sql, "%s(%lld, %d)", i ? "," : "", (long long)event->tasks[i]->id,
                           step);
        }
        dc_text_add(&sql, ";");
        protobuf_c_message_free_unpacked(message, NULL);
    }
    if (sql.length > 0) {
        dc_test_pg_exec(pg, sql.data);
    }
}

/* --- people --------------------------------------------------------------------------------------
 */
static int
partition_of(const char *key)
{
    char sql[256];
    snprintf(sql, sizeof(sql), "SELECT get_byte(sha256('%s'::bytea), 7) %% 16", key);
    return (int)number(sql);
}

static void
tell(const char *key, const ProtobufCMessageDescriptor *type, const char *json)
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
    dc_text_printf(
        &sql,
        "INSERT INTO org.outbox (partition, tenant_id, key, type, at, body, traceparent, "
        "actor_person_id, actor_account, cause) VALUES (%d, %d, '%s', '%s', now(), "
        "'\\x%s', '', 0, '', '')",
        partition_of(key), TENANT, key, type->short_name, hex);
    dc_test_pg_exec(pg, sql.data);
}

static void
many_people(void)
{
    char sql[3000];
    snprintf(
        sql, sizeof(sql),
        "SET search_path = workflow;"
        "INSERT INTO org_unit SELECT %1$d, 1000 + i, 10, 4, 't' || i, 't' || i, '2020-01-01', "
        "'infinity', 1 FROM generate_series(1, %2$d) i;"
        "INSERT INTO org_unit_tree SELECT %1$d, a, 1000 + i, d FROM generate_series(1, %2$d) i,"
        " (VALUES (1, 2), (10, 1)) x (a, d);"
        "INSERT INTO org_unit_tree SELECT %1$d, 1000 + i, 1000 + i, 0 FROM generate_series(1, "
        "%2$d) i;"
        "INSERT INTO org_person SELECT %1$d, i, 'p' || i, 'p' || i, '', '', 'zh-CN', CASE WHEN "
        "i > %2$d THEN 1 + i %% %2$d END, '2020-01-01', 'infinity', 1 FROM generate_series(1, "
        "%3$d) i;"
        "INSERT INTO org_post SELECT %1$d, i, 1, 1001 + i %% %2$d, 'rep', 1, true, "
        "'2020-01-01', 'infinity' FROM generate_series(1, %3$d) i;"
        "INSERT INTO org_grant VALUES (%1$d, 1, 6, 5, 0); ANALYZE",
        TENANT, TEAMS, PEOPLE);
    dc_test_pg_exec(pg, sql);
}

static const Kernel__Context *
supervisor(int64_t tenant)
{
    static Kernel__Context context;
    static Kernel__Grant grant, *grants[] = {&grant};
    kernel__context__init(&context);
    kernel__grant__init(&grant);
    grant.role = KERNEL__ROLE__ROLE_SUPERVISOR;
    grant.scope = KERNEL__SCOPE__SCOPE_GROUP;
    context.tenant_id = tenant;
    context.person_id = 1;
    context.account = (char *)"supervisor";
    context.grants = grants;
    context.n_grants = 1;
    return &context;
}

static void
define(const char *code, const char *who, int days, int expected_version)
{
    char yaml[800];
    Workflow__SaveDefinitionRequest request = WORKFLOW__SAVE_DEFINITION_REQUEST__INIT;
    struct dc_error error;
    json_t *answer;
    request.reason = (char *)"test";
    request.yaml = yaml;
    snprintf(yaml, sizeof(yaml),
             "code: %s\nname: 评价\nperiod: month\nstages:\n"
             "  - code: review\n    name: 评价\n    subject: person\n"
             "    who: [%s]\n    due: {after: %d days}\n    reminders:\n"
             "      - {before: 3 days, by: [sms]}\n      - {before: 1 days}\n"
             "    outcomes:\n      - {code: ok, name: 好, kind: submit}\n",
             code, who, days);
    request.expected_version = expected_version;
    if (dc_test_send(edge, WORKFLOW, "SaveDefinition", supervisor(TENANT), &request.base, &answer,
                     &error) != DC_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(dc_test_count(answer, "problems"), 0);
}

/* --- the tests -----------------------------------------------------------------------------------
 */
/* A tenant that is heard of for the first time has definitions and a calendar; once. */
static void
a_new_tenant_gets_what_is_shipped(void **state)
{
    (void)state;
    static const char root[] =
        "{\"units\":[{\"id\":1,\"code\":\"G\",\"name\":\"集团\",\"kind\":1,\"version\":1,"
        "\"validFrom\":\"2020-01-01\"},{\"id\":10,\"code\":\"D\",\"name\":\"部门\",\"kind\":3,"
        "\"parentId\":1,\"version\":1,\"validFrom\":\"2020-01-01\"}]}";
    tell("units", &org__units_changed__descriptor, root);
    wait_for("SELECT count(*) >= 5 FROM workflow.definition");
    int64_t definitions = number("SELECT count(*) FROM workflow.definition");
    tell("units", &org__units_changed__descriptor, root);
    wait_for("SELECT count(*) FILTER (WHERE epoch > 0) >= 1 AND (SELECT sum(number) >= 2 FROM "
             "workflow.consumer_position WHERE stream = 'org') FROM workflow.consumer_position");
    assert_int_equal(number("SELECT count(*) FROM workflow.definition"), definitions);
    assert_int_equal(number("SELECT count(*) FROM workflow.outbox WHERE type = 'CalendarChanged'"),
                     1);
    json_t *calendar =
        dc_test_ask(edge, WORKFLOW, "GetCalendar", supervisor(TENANT), "{\"year\":2026}");
    assert_true(dc_test_count(calendar, "calendar.days") > 20);
    json_t *list = dc_test_ask(edge, WORKFLOW, "ListDefinitions", supervisor(TENANT), "{}");
    assert_int_equal(dc_test_count(list, "definitions"), definitions);
    list = dc_test_ask(edge, WORKFLOW, "ListDefinitions", supervisor(TENANT + 1), "{}");
    assert_int_equal(dc_test_count(list, "definitions"), 0);
}

static void
killed_in_the_middle_of_a_launch(void **state)
{
    (void)state;
    many_people();
    define("review", "manager", 30, 0);
    json_t *started = dc_test_ask(edge, WORKFLOW, "StartCycle", supervisor(TENANT),
                                  "{\"definition\":\"review\",\"unitId\":1,\"period\":\"2026-11\","
                                  "\"name\":\"试\"}");
    assert_int_equal(dc_test_number(started, "cycle.casesPlanned"), PEOPLE);
    wait_for("SELECT cases_opened >= 2000 FROM workflow.cycle");
    kill_both();
    int64_t opened = number("SELECT cases_opened FROM workflow.cycle");
    assert_int_equal(number("SELECT count(*) FROM workflow.task"), opened);
    start_both();
    wait_for("SELECT state = 2 AND cases_opened = cases_planned FROM workflow.cycle");
    assert_int_equal(number("SELECT count(DISTINCT subject_id) FROM workflow.task"), PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM workflow.task"), PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM workflow.seat WHERE state = 2"), PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM workflow.timer"), 3 * PEOPLE);
    assert_int_equal(number("SELECT sum(open) FROM workflow.tally"), PEOPLE);
    gather(&workflow__tasks_opened__descriptor);
    assert_int_equal(number("SELECT count(*) FROM public.told"), PEOPLE);
    assert_int_equal(number("SELECT count(DISTINCT task) FROM public.told"), PEOPLE);
}

/* Everything falls due at once, while both replicas are killed again and again. */
static void
killed_in_the_middle_of_firing(void **state)
{
    (void)state;
    kill_both();
    dc_test_pg_exec(pg,
                    "UPDATE workflow.timer SET due_at = now() - interval '1 minute' * (3 - step)"
                    " WHERE kind = 1");
    start_both();
    for (int64_t left = 2 * PEOPLE; left > 6000; left -= 6000) {
        char sql[200];
        snprintf(sql, sizeof(sql), "SELECT count(*) <= %lld FROM workflow.timer WHERE kind = 1",
                 (long long)left - 4000);
        wait_for(sql);
        kill_both();
        start_both();
    }
    wait_for("SELECT count(*) = 0 FROM workflow.timer WHERE kind = 1");
    assert_int_equal(number("SELECT count(*) FROM workflow.history WHERE what = 'reminded'"),
                     2 * PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM workflow.seat WHERE reminders = 2"), PEOPLE);
    gather(&workflow__tasks_reminded__descriptor);
    assert_int_equal(number("SELECT count(*) FROM public.told"), 2 * PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM (SELECT DISTINCT task, step FROM public.told) x"),
                     2 * PEOPLE);
}

/* A command that is repeated under its key is done once; so is its event. */
static void
a_cancelled_cycle_is_swept(void **state)
{
    (void)state;
    dc_bus_free(edge); /* it was silent for long */
    edge = dc_test_bus_open(bus, "edge");
    dc_test_ask(edge, WORKFLOW, "CancelCycle", supervisor(TENANT),
                "{\"cycleId\":\"%lld\",\"reason\":\"够了\"}",
                (long long)number("SELECT cycle_id FROM workflow.cycle"));
    wait_for("SELECT count(*) < 9000 FROM workflow.task WHERE state = 1");
    kill_both();
    start_both();
    wait_for("SELECT count(*) = 0 FROM workflow.task WHERE state = 1");
    wait_for("SELECT count(*) = 0 FROM workflow.turn");
    assert_int_equal(number("SELECT count(*) FROM workflow.timer"), 0);
    assert_int_equal(number("SELECT count(*) FROM workflow.process_case WHERE state = 1"), 0);
    gather(&workflow__tasks_cancelled__descriptor);
    assert_int_equal(number("SELECT count(DISTINCT task) FROM public.told"), PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM public.told"), PEOPLE);
}

/* --- one person has everything -------------------------------------------------------------------
 */
/* What is done by pieces, killed while it waits for a task in the middle. */
static void
kill_in_the_middle(void (*begin)(void), const char *reached, const char *done)
{
    PGconn *other = PQconnectdb(dc_test_pg_dsn(pg, "postgres", "postgres"));
    PGresult *locked = PQexec(
        other, "BEGIN; SELECT task_id FROM workflow.task WHERE task_id = (SELECT task_id FROM "
               "workflow.task WHERE state = 1 ORDER BY task_id OFFSET 7000 LIMIT 1) FOR "
               "UPDATE");
    assert_int_equal(PQntuples(locked), 1);
    PQclear(locked);
    begin();
    wait_for(reached);
    wait_for("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
    kill_both();
    PQfinish(other);
    start_both();
    wait_for(done);
}

static void
delegate_all(void)
{
    DC_AUTO_FREE char *today =
        dc_test_pg_value(pg, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date");
    DC_AUTO_FREE char *later =
        dc_test_pg_value(pg, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date + 9");
    dc_bus_free(edge); /* it was silent for long */
    edge = dc_test_bus_open(bus, "edge");
    json_t *answer = dc_test_ask(edge, WORKFLOW, "SaveDelegation", supervisor(TENANT),
                                 "{\"delegation\":{\"toPersonId\":2,\"from\":\"%s\","
                                 "\"until\":\"%s\",\"reason\":\"休假\"}}",
                                 today, later);
    assert_int_equal(dc_test_number(answer, "tasksMoved"), FLOW_BATCH - 2);
    assert_int_equal(dc_test_number(answer, "tasksFollowing"), PEOPLE - FLOW_BATCH);
}

static void
let_him_lose_his_role(void)
{
    tell("grants/3", &org__grants_changed__descriptor,
         "{\"personId\":3,\"grants\":[{\"role\":6,\"scope\":5}]}");
    wait_for("SELECT count(*) = 1 FROM workflow.org_grant WHERE person_id = 3");
    tell("grants/1", &org__grants_changed__descriptor, "{\"personId\":1,\"grants\":[]}");
}

/* What is about himself, or about his deputy, does not move; later what is about his successor. */
static void
killed_in_the_middle_of_handing_over(void **state)
{
    (void)state;
    define("mine", "{role: supervisor}", 30, 0);
    dc_test_ask(edge, WORKFLOW, "StartCycle", supervisor(TENANT),
                "{\"definition\":\"mine\",\"unitId\":1,\"period\":\"2026-11\",\"name\":\"试\"}");
    wait_for("SELECT count(*) = 12000 FROM workflow.seat WHERE state = 2 AND holder_id = 1");
    kill_in_the_middle(
        delegate_all, "SELECT count(*) = 5998 FROM workflow.seat WHERE holder_id = 2 AND state = 2",
        "SELECT count(*) = 0 FROM workflow.hand_over WHERE NOT second_look");
    assert_int_equal(number("SELECT count(*) FROM workflow.seat WHERE state = 2 AND holder_id = 2 "
                            "AND owner_id = 1 AND deputy_for_id = 1"),
                     PEOPLE - 2);
    assert_int_equal(number("SELECT count(*) FROM workflow.history WHERE what = 'delegated'"),
                     PEOPLE - 2);
    gather(&workflow__tasks_handed_over__descriptor);
    assert_int_equal(number("SELECT count(*) FROM public.told"), PEOPLE - 2);
    assert_int_equal(number("SELECT count(DISTINCT task) FROM public.told"), PEOPLE - 2);

    kill_in_the_middle(let_him_lose_his_role,
                       "SELECT count(*) = 5999 FROM workflow.seat WHERE owner_id = 3 AND state = 2",
                       "SELECT count(*) = 0 FROM workflow.hand_over WHERE NOT second_look");
    assert_int_equal(number("SELECT count(*) FROM workflow.seat WHERE state = 2 AND holder_id = 3 "
                            "AND owner_id = 3"),
                     PEOPLE - 1);
    assert_int_equal(number("SELECT count(*) FROM workflow.history WHERE what = 'transferred'"),
                     PEOPLE - 1);
    gather(&workflow__tasks_handed_over__descriptor);
    assert_int_equal(number("SELECT count(*) FROM public.told"), 2 * PEOPLE - 3);
}

static void
move_to_the_newest(void)
{
    json_t *moved = dc_test_ask(edge, WORKFLOW, "MoveCycle", supervisor(TENANT),
                                "{\"cycleId\":\"%lld\",\"reason\":\"宽限\"}",
                                (long long)number("SELECT max(cycle_id) FROM workflow.cycle"));
    assert_int_equal(dc_test_number(moved, "deadlinesLater"), PEOPLE);
}

/* The same tasks get more time, each of them once. */
static void
killed_in_the_middle_of_moving(void **state)
{
    (void)state;
    dc_bus_free(edge); /* it was silent for long */
    edge = dc_test_bus_open(bus, "edge");
    define("mine", "{role: supervisor}", 60, 1);
    dc_test_pg_exec(pg,
                    "CREATE TABLE public.due AS SELECT task_id, due_at FROM workflow.task WHERE "
                    "state = 1");
    kill_in_the_middle(move_to_the_newest,
                       "SELECT count(*) = 6000 FROM workflow.task t JOIN public.due d USING "
                       "(task_id) WHERE t.due_at > d.due_at",
                       "SELECT count(*) = 0 FROM workflow.replan");
    assert_int_equal(
        number("SELECT count(*) FROM workflow.task t JOIN public.due d USING (task_id) "
               "WHERE t.due_at > d.due_at + interval '25 days'"),
        PEOPLE);
    assert_int_equal(
        number("SELECT count(*) FROM workflow.timer x JOIN public.due d USING (task_id) "
               "WHERE x.due_at > d.due_at + interval '20 days'"),
        3 * PEOPLE);
    assert_int_equal(number("SELECT count(*) FROM workflow.timer"), 3 * PEOPLE);
    gather(&workflow__tasks_rescheduled__descriptor);
    assert_int_equal(number("SELECT count(*) FROM public.told"), PEOPLE);
    assert_int_equal(number("SELECT count(DISTINCT task) FROM public.told"), PEOPLE);
}

/* The role sees its tenant alone, and changes no history. */
static void
the_database_keeps_tenants_apart(void **state)
{
    (void)state;
    assert_int_equal(number("SET ROLE workflow; SET dacheng.tenant = '8'; SELECT (SELECT count(*) "
                            "FROM workflow.task) + (SELECT count(*) FROM workflow.seat) + (SELECT "
                            "count(*) FROM workflow.history) + (SELECT count(*) FROM "
                            "workflow.definition) + (SELECT count(*) FROM workflow.cycle)"),
                     0);
    assert_true(number("SET ROLE workflow; SET dacheng.tenant = '7'; SELECT count(*) FROM "
                       "workflow.task") > 0);
    assert_int_equal(
        number("SELECT count(*) FROM (VALUES ('history'), ('definition')) t (name), (VALUES "
               "('UPDATE'), ('DELETE')) p (right_) WHERE has_table_privilege('workflow', "
               "'workflow.' || name, right_)"),
        0);
}

/* --- up and down ---------------------------------------------------------------------------------
 */
static int
up(void **state)
{
    (void)state;
    static const char peer[] = "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    static char folder[600];
    snprintf(folder, sizeof(folder), "shipped.dir=%s/deploy", dc_test_root());
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    dc_test_bus_peer(bus, "org", peer);
    dc_test_bus_peer(bus, "workflow", peer);
    dc_test_bus_peer(bus, "edge", "call: [\">\"]\nspeaks_for_people: true");
    dc_test_bus_start(bus);
    org = dc_test_service_new("org", pg, bus);
    dc_test_service_start(org);
    first = dc_test_service_new("workflow", pg, bus);
    second = dc_test_service_new("workflow", pg, bus);
    dc_test_service_set(first, folder);
    dc_test_service_set(second, folder);
    start_both();
    edge = dc_test_bus_open(bus, "edge");
    return 0;
}

static int
down(void **state)
{
    (void)state;
    dc_test_ask_forget();
    dc_bus_free(edge);
    assert_int_equal(dc_test_service_stop(first), 0);
    assert_int_equal(dc_test_service_stop(second), 0);
    dc_test_service_stop(org);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&workflow_spec, &org_stand_in, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_tenant_gets_what_is_shipped),
        cmocka_unit_test(killed_in_the_middle_of_a_launch),
        cmocka_unit_test(killed_in_the_middle_of_firing),
        cmocka_unit_test(a_cancelled_cycle_is_swept),
        cmocka_unit_test(killed_in_the_middle_of_handing_over),
        cmocka_unit_test(killed_in_the_middle_of_moving),
        cmocka_unit_test(the_database_keeps_tenants_apart),
    };
    return cmocka_run_group_tests_name("run", tests, up, down);
}
