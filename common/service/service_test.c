/* service_test.c - a service as its callers see it: commands, queries, refusals, recovery. */
#include "service/service.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "edge/wire_check.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/kernel_services.h"
#include "tests/lib/service.h"

#include <dacheng/kernel/v1/admin.pb-c.h>

static struct dc_test_pg *pg;
static struct dc_test_bus *bus;
static struct dc_test_service *maker;
static struct dc_bus *edge;  /* speaks for people */
static struct dc_bus *plain; /* does not */

static int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    bus = dc_test_bus_new();
    static const char service[] =
        "call: [\"*.log\"]\noffer: [\">\"]\npublish: [\">\"]\nhear: [\">\"]";
    dc_test_bus_peer(bus, "maker", service);
    dc_test_bus_peer(bus, "wrong", service);
    dc_test_bus_peer(bus, "edge",
                     "call: [\">\"]\nhear: [\">\"]\nspeaks_for_people: true\nadmin: true");
    dc_test_bus_peer(bus, "plain", "call: [\">\"]");
    dc_test_bus_start(bus);
    maker = dc_test_service_new("maker", pg, bus);
    /* So that an immediate stop of the server loses nothing that was answered. */
    dc_test_pg_exec(pg, "ALTER ROLE maker SET synchronous_commit = on");
    dc_test_service_start(maker);
    edge = dc_test_bus_open(bus, "edge");
    plain = dc_test_bus_open(bus, "plain");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_bus_free(edge);
    dc_bus_free(plain);
    assert_int_equal(dc_test_service_stop(maker), 0);
    dc_test_bus_stop(bus);
    dc_bus_terminate();
    dc_test_pg_stop(pg);
    return 0;
}

/* --- asking
 * --------------------------------------------------------------------------------------- */
static Kernel__Grant supervisor = {PROTOBUF_C_MESSAGE_INIT(&kernel__grant__descriptor),
                                   KERNEL__ROLE__ROLE_SUPERVISOR, KERNEL__SCOPE__SCOPE_UNIT_TREE,
                                   10};
static Kernel__Grant *grants[] = {&supervisor};

static Kernel__Context
person(int64_t tenant_id)
{
    Kernel__Context context = KERNEL__CONTEXT__INIT;
    context.tenant_id = tenant_id;
    context.person_id = 7;
    context.account = "zhang.san";
    context.grants = grants;
    context.n_grants = 1;
    context.address = "192.0.2.1";
    return context;
}

struct ask {
    struct dc_bus *from;
    const char *method;
    const char *key; /* the thing */
    int32_t unit;
    bool only_new;
    const char *idempotency_key;
    const Kernel__Context *context;
    int64_t timeout_ms;
};

static enum dc_code
ask(const struct ask *what, int32_t *ret_number, struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    Kernel__RedriveRequest request = KERNEL__REDRIVE_REQUEST__INIT;
    request.key = (char *)what->key;
    request.partition = what->unit;
    request.drop = what->only_new;
    uint8_t *body;
    size_t size, reply_size;
    dc_wire_pack(&request.base, arena, &body, &size);
    char method[200];
    snprintf(method, sizeof(method), DC_TEST_MAKER "%s", what->method);
    const uint8_t *reply;
    DC_TRY(dc_bus_call(what->from ? what->from : edge,
                       &(struct dc_bus_request){
                           .service = "maker",
                           .method = method,
                           .body = body,
                           .body_size = size,
                           .context = what->context,
                           .idempotency_key = what->idempotency_key,
                           .timeout_ms = what->timeout_ms ? what->timeout_ms : 10000,
                       },
                       arena, &reply, &reply_size, error));
    ProtobufCMessage *response;
    DC_TRY(dc_wire_unpack(&kernel__redrive_response__descriptor, reply, reply_size, arena,
                          &response, error));
    if (ret_number) {
        *ret_number = ((Kernel__RedriveResponse *)response)->events;
    }
    return DC_OK;
}

static void
assert_value(const char *sql, const char *expected)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, sql);
    if (strcmp(value, expected) != 0) {
        fail_msg("%s is %s, not %s", sql, value, expected);
    }
}

static bool
is_true(void *context)
{
    DC_AUTO_FREE char *value = dc_test_pg_value(pg, context);
    return strcmp(value, "t") == 0;
}

static void
wait_for_value(const char *sql)
{
    if (!dc_test_wait_until(is_true, (void *)sql, 10000)) {
        fail_msg("never true: %s", sql);
    }
}

static bool
answers(void *argument)
{
    Kernel__Context context = person(3);
    struct dc_error error;
    dc_bus_poll(edge, 10); /* a client that does not turn its loop does not reconnect either */
    return ask(&(struct ask){.method = "Make", .key = argument, .context = &context}, NULL,
               &error) == DC_OK;
}

/* --- tests
 * ---------------------------------------------------------------------------------------- */
static void
a_command_writes_state_and_event_together(void **state)
{
    (void)state;
    Kernel__Context context = person(3);
    struct dc_error error;
    int32_t number;
    assert_int_equal(
        ask(&(struct ask){.method = "Make", .key = "pen", .context = &context}, &number, &error),
        DC_OK);
    assert_int_equal(number, 1);
    assert_value("SELECT n FROM maker.thing WHERE tenant_id = 3 AND key = 'pen'", "1");
    assert_value("SELECT count(*) FROM maker.outbox WHERE tenant_id = 3 AND key = 'pen' AND type = "
                 "'Parked' AND actor_person_id = 7 AND actor_account = 'zhang.san'",
                 "1");
    assert_int_equal(
        ask(&(struct ask){.method = "Outside", .key = "pen", .context = &context}, &number, &error),
        DC_OK);
    assert_int_equal(number, 3);
    assert_value("SELECT count(*) FROM maker.outbox WHERE key = 'pen'", "3");
    wait_for_value("SELECT count(*) = 3 FROM maker.stamp s JOIN maker.outbox o ON o.id = "
                   "s.outbox_id WHERE o.key = 'pen'");
}

static void
a_repeated_command_gets_the_first_answer(void **state)
{
    (void)state;
    Kernel__Context context = person(3);
    struct dc_error error;
    struct ask what = {
        .method = "Make", .key = "cup", .context = &context, .idempotency_key = "once"};
    for (int i = 0; i < 3; i++) {
        int32_t number = 0;
        assert_int_equal(ask(&what, &number, &error), DC_OK);
        assert_int_equal(number, 1);
    }
    assert_value("SELECT n FROM maker.thing WHERE key = 'cup'", "1");
    assert_value("SELECT count(*) FROM maker.outbox WHERE key = 'cup'", "1");
    struct ask other = what;
    other.key = "saucer";
    assert_int_equal(ask(&other, NULL, &error), DC_INVALID_ARGUMENT);
    assert_value("SELECT count(*) FROM maker.thing WHERE key = 'saucer'", "0");
    /* A repetition that finds the state changed by its own first run. */
    struct ask strict = {.method = "Make",
                         .key = "jug",
                         .context = &context,
                         .only_new = true,
                         .idempotency_key = "strict"};
    assert_int_equal(ask(&strict, NULL, &error), DC_OK);
    assert_int_equal(ask(&strict, NULL, &error), DC_OK);
    strict.idempotency_key = "another";
    assert_int_equal(ask(&strict, NULL, &error), DC_FAILED_PRECONDITION);
    assert_value("SELECT n FROM maker.thing WHERE key = 'jug'", "1");
    /* Somebody else's key is another key. */
    Kernel__Context neighbour = person(4);
    what.context = &neighbour;
    assert_int_equal(ask(&what, NULL, &error), DC_OK);
    assert_value("SELECT count(*) FROM maker.thing WHERE key = 'cup'", "2");
}

struct racer {
    pthread_t thread;
    struct dc_bus *client;
    int32_t number;
    enum dc_code code;
    const char *idempotency_key;
};

static void *
race(void *argument)
{
    struct racer *racer = argument;
    Kernel__Context context = person(3);
    struct dc_error error;
    racer->code = ask(&(struct ask){.from = racer->client,
                                    .method = "Make",
                                    .key = "race",
                                    .context = &context,
                                    .idempotency_key = racer->idempotency_key},
                      &racer->number, &error);
    return NULL;
}

/* Racers for one key, across two replicas: one of them does it, all get its answer. */
static void
racers_get_one_answer(void **state)
{
    (void)state;
    enum { RACERS = 8, ROUNDS = 20 };
    struct dc_test_service *twin = dc_test_service_new("maker", pg, bus);
    dc_test_service_start(twin);
    struct racer racers[RACERS] = {0};
    for (int i = 0; i < RACERS; i++) {
        racers[i].client = dc_test_bus_open(bus, "edge");
    }
    for (int round = 1; round <= ROUNDS; round++) {
        char key[32];
        snprintf(key, sizeof(key), "round %d", round);
        for (int i = 0; i < RACERS; i++) {
            racers[i].idempotency_key = key;
            pthread_create(&racers[i].thread, NULL, race, &racers[i]);
        }
        for (int i = 0; i < RACERS; i++) {
            pthread_join(racers[i].thread, NULL);
            assert_int_equal(racers[i].code, DC_OK);
            assert_int_equal(racers[i].number, round);
        }
    }
    for (int i = 0; i < RACERS; i++) {
        dc_bus_free(racers[i].client);
    }
    assert_int_equal(dc_test_service_stop(twin), 0);
    assert_value("SELECT count(*) FROM maker.outbox WHERE key = 'race'", "20");
}

static void
refusals_say_why_and_faults_do_not(void **state)
{
    (void)state;
    Kernel__Context context = person(3), program = KERNEL__CONTEXT__INIT;
    struct dc_error error;
    assert_int_equal(
        ask(&(struct ask){.method = "Look", .key = "none", .context = &context}, NULL, &error),
        DC_NOT_FOUND);
    assert_string_equal(error.field, "key");
    assert_string_equal(error.message, "there is no thing none");
    assert_int_equal(
        ask(&(struct ask){.method = "None", .key = "x", .context = &context}, NULL, &error),
        DC_UNIMPLEMENTED);
    /* An internal method: for a program, not for a person behind the edge. */
    assert_int_equal(
        ask(&(struct ask){.method = "Break", .key = "x", .context = &context}, NULL, &error),
        DC_UNIMPLEMENTED);
    assert_int_equal(
        ask(&(struct ask){.method = "Break", .key = "42", .context = &program}, NULL, &error),
        DC_INTERNAL);
    assert_null(strstr(error.message, "42"));
    assert_non_null(strstr(error.message, "a failure inside (request maker-"));
    DC_AUTO_FREE char *log = dc_test_service_log(maker);
    assert_non_null(strstr(log, "the secret is 42"));
    /* The table's own words stay inside, too: a CHECK fails. */
    dc_test_pg_exec(pg, "INSERT INTO maker.thing VALUES (3, 'full', 999999)");
    assert_int_equal(
        ask(&(struct ask){.method = "Make", .key = "full", .context = &context}, NULL, &error),
        DC_FAILED_PRECONDITION);
    assert_null(strstr(error.message, "thing"));
    /* Bytes that are no message. */
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const uint8_t *reply;
    size_t size;
    assert_int_equal(dc_bus_call(edge,
                                 &(struct dc_bus_request){.service = "maker",
                                                          .method = DC_TEST_MAKER "Make",
                                                          .body = (const uint8_t *)"\xff\xff\xff",
                                                          .body_size = 3,
                                                          .context = &context,
                                                          .timeout_ms = 5000},
                                 arena, &reply, &size, &error),
                     DC_INVALID_ARGUMENT);
}

static void
a_deadline_stops_the_statement(void **state)
{
    (void)state;
    Kernel__Context context = person(3);
    struct dc_error error;
    int64_t began = dc_monotonic();
    assert_int_equal(ask(&(struct ask){.method = "Slow",
                                       .key = "x",
                                       .unit = 20000,
                                       .context = &context,
                                       .timeout_ms = 300},
                         NULL, &error),
                     DC_DEADLINE_EXCEEDED);
    assert_true(dc_monotonic() - began < 5 * DC_SECOND);
    wait_for_value("SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'maker' AND state = "
                   "'active' AND query LIKE '%pg_sleep%'");
}

static void
denials_and_sensitive_reads_are_told(void **state)
{
    (void)state;
    Kernel__Context context = person(5), stranger = person(5);
    stranger.n_grants = 0;
    stranger.account = "li.si";
    struct dc_error error;
    assert_int_equal(
        ask(&(struct ask){.method = "Make", .key = "safe", .context = &context}, NULL, &error),
        DC_OK);
    assert_int_equal(
        ask(&(struct ask){.method = "Look", .key = "safe", .context = &stranger}, NULL, &error),
        DC_PERMISSION_DENIED);
    assert_value("SELECT count(*) FROM maker.outbox WHERE tenant_id = 5 AND type = "
                 "'AccessRecorded' AND key = 'access/li.si' AND actor_account = 'li.si'",
                 "1");
    assert_int_equal(
        ask(&(struct ask){.method = "Look", .key = "safe", .context = &context}, NULL, &error),
        DC_OK);
    assert_value("SELECT count(*) FROM maker.outbox WHERE tenant_id = 5 AND type = "
                 "'AccessRecorded' AND key = 'access/zhang.san'",
                 "1");
    assert_value(
        "SELECT position('thing/safe'::bytea IN body) > 0 FROM maker.outbox WHERE tenant_id"
        " = 5 AND key = 'access/zhang.san'",
        "t");
}

/* A peer that may not speak for people cannot put on a person, or a tenant. */
static void
a_peer_speaks_for_itself_alone(void **state)
{
    (void)state;
    Kernel__Context context = person(5), program = KERNEL__CONTEXT__INIT;
    program.tenant_id = 5;
    struct dc_error error;
    assert_int_equal(
        ask(&(struct ask){.from = plain, .method = "Look", .key = "safe", .context = &context},
            NULL, &error),
        DC_PERMISSION_DENIED);
    assert_int_equal(
        ask(&(struct ask){.from = plain, .method = "Look", .key = "safe", .context = &program},
            NULL, &error),
        DC_PERMISSION_DENIED);
    assert_value("SELECT count(*) FROM maker.outbox WHERE type = 'AccessRecorded' AND key = "
                 "'access/plain' AND tenant_id = 0",
                 "1");
}

static void
administration_is_for_administrators(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const uint8_t *reply;
    size_t size;
    struct dc_error error;
    struct dc_bus_request request = {.service = "maker",
                                     .method = "dacheng.kernel.v1.AdminService/ListParked",
                                     .timeout_ms = 5000};
    assert_int_equal(dc_bus_call(edge, &request, arena, &reply, &size, &error), DC_OK);
    assert_int_equal(dc_bus_call(plain, &request, arena, &reply, &size, &error),
                     DC_PERMISSION_DENIED);
}

/* Row-level security: a tenant's rows are there for that tenant alone. */
static void
tenants_do_not_see_each_other(void **state)
{
    (void)state;
    Kernel__Context mine = person(6), other = person(8);
    struct dc_error error;
    struct ask what = {.method = "Make", .key = "vase", .context = &mine};
    assert_int_equal(ask(&what, NULL, &error), DC_OK);
    struct ask look = {.method = "Look", .key = "vase", .context = &other};
    assert_int_equal(ask(&look, NULL, &error), DC_NOT_FOUND);
    look.context = &mine;
    assert_int_equal(ask(&look, NULL, &error), DC_OK);
}

static void
assert_refused(struct dc_db *db, const char *sql)
{
    struct dc_error error;
    enum dc_code code = dc_db_exec(db, sql, &error);
    dc_db_rollback(db);
    if (code != DC_PERMISSION_DENIED || strcmp(dc_db_sqlstate(db), "42501") != 0) {
        fail_msg("%s: %s (%s)", sql, dc_code_wire_name(code), dc_db_sqlstate(db));
    }
}

static void
the_role_can_do_no_more_than_it_must(void **state)
{
    (void)state;
    dc_test_pg_schema(pg, "neighbour");
    dc_test_pg_exec(pg, "CREATE TABLE neighbour.secret (id bigint)");
    DC_AUTO(dc_db) struct dc_db *db = NULL;
    struct dc_error error;
    assert_int_equal(dc_db_open(&db, dc_test_pg_dsn(pg, "maker", "postgres"), "test", NULL, &error),
                     DC_OK);
    assert_refused(db, "SELECT * FROM neighbour.secret");
    assert_refused(db, "CREATE TABLE maker.mine (id bigint)");
    assert_refused(db, "DROP TABLE maker.thing");
    assert_refused(db, "ALTER TABLE maker.thing DISABLE ROW LEVEL SECURITY");
    assert_refused(db, "UPDATE maker.outbox SET body = ''");
    assert_refused(db, "DELETE FROM maker.outbox");
    assert_refused(db, "DELETE FROM maker.stamp");
    assert_refused(db, "UPDATE maker.command SET response = ''");
    assert_refused(db, "DELETE FROM maker.outbox_00000000");
    assert_refused(db, "UPDATE maker.schema_migration SET checksum = ''");
    /* A row of another tenant cannot be written either: 42501 by the policy. */
    assert_refused(db, "BEGIN; SET LOCAL dacheng.tenant = '1';"
                       "INSERT INTO maker.thing VALUES (2, 'x', 1)");
    assert_value("SELECT count(*) FROM pg_class WHERE relowner = 'maker'::regrole", "0");
    assert_value("SELECT bool_and(relrowsecurity) FROM pg_class c JOIN pg_attribute a ON "
                 "a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relnamespace = "
                 "'maker'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition AND c.relname "
                 "<> 'parked'",
                 "t");
}

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

static bool
is_unready(void *argument)
{
    (void)argument;
    return !dc_test_service_wait_ready(maker, 1);
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
    wait_for_value(not_connected); /* the one that tried the statements at start has gone */
    assert_int_equal(ask(&look, NULL, &error), DC_OK);
    assert_false(is_true((void *)not_connected));
    assert_value(recorded, "1");
    dc_test_pg_exec(pg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
                        "'maker' AND application_name NOT LIKE '% %'");
    wait_for_value(not_connected);
    assert_int_equal(ask(&look, NULL, &error), DC_OK);
    assert_value(recorded, "2");
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
        " USING (key) JOIN maker.stamp s ON s.outbox_id = o.id WHERE key = 'crash') x");
}

static void
a_lost_bus_comes_back(void **state)
{
    (void)state;
    dc_test_bus_kill(bus);
    dc_test_bus_start(bus);
    assert_true(dc_test_wait_until(answers, "bus", 10000));
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

int
main(int argc, char **argv)
{
    static const struct dc_service_spec *const specs[] = {&dc_test_maker, &dc_test_wrong, NULL};
    int status;
    if (dc_test_service_plays(argc, argv, specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_writes_state_and_event_together),
        cmocka_unit_test(a_repeated_command_gets_the_first_answer),
        cmocka_unit_test(racers_get_one_answer),
        cmocka_unit_test(refusals_say_why_and_faults_do_not),
        cmocka_unit_test(a_deadline_stops_the_statement),
        cmocka_unit_test(denials_and_sensitive_reads_are_told),
        cmocka_unit_test(a_peer_speaks_for_itself_alone),
        cmocka_unit_test(administration_is_for_administrators),
        cmocka_unit_test(tenants_do_not_see_each_other),
        cmocka_unit_test(the_role_can_do_no_more_than_it_must),
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
    return cmocka_run_group_tests_name("service", tests, set_up, tear_down);
}
