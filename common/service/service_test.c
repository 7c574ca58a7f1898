/* service_test.c - a service as its callers see it: commands, queries, refusals, rights. */
#include <pthread.h>

#include "stage_test.h"

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
                   "s.outbox_id WHERE o.key = 'pen'",
                   10000);
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
                   "'active' AND query LIKE '%pg_sleep%'",
                   10000);
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

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
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
    };
    if (getenv("DC_TEST_ONLY")) {
        cmocka_set_test_filter(getenv("DC_TEST_ONLY"));
    }
    return cmocka_run_group_tests_name("service", tests, set_up, tear_down);
}
