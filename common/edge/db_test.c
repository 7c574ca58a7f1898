/* db_test.c - the database wrapper against a real PostgreSQL. */
#include "edge/db.h"

#include <string.h>

#include "edge/migrate.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/harness.h"

enum {
    ECHO,
    ARRAYS,
    BY_TEXT,
    INSERT,
    SUM,
    MANY,
    TENANT,
    COPIED,
    FAIL_UNIQUE,
    SLEEP,
    DEFERRED,
    TYPES
};
static const struct dc_statement statements[] = {
    {"echo", "SELECT $1::bigint, $2::text, $3::numeric, $4::timestamptz, $5::date, $6::boolean, "
             "$7::bytea"},
    {"arrays", "SELECT $1::bigint[], $2::text[], $3::numeric[], array_length($4::bytea[], 1), "
               "$5::date[] = ARRAY['2026-11-23'::date], $6::boolean[] = ARRAY[true, false], "
               "$7::timestamptz[] = ARRAY['2026-11-23 00:00:00Z'::timestamptz]"},
    {"by_text", "SELECT $1::smallint, $2::integer, $3::numeric, $4::date, $5::integer[]"},
    {"insert", "INSERT INTO thing (id, amount) VALUES ($1, $2)"},
    {"sum", "SELECT count(*), sum(amount) FROM thing"},
    {"many", "SELECT n, repeat('x', 100) FROM generate_series(1, $1::bigint) n"},
    {"tenant", "SELECT current_setting('dacheng.tenant'), current_setting('statement_timeout'), "
               "current_setting('transaction_read_only')"},
    {"copied", "SELECT a, b, c, d, e FROM copied ORDER BY a"},
    {"fail_unique", "INSERT INTO thing (id, amount) VALUES ($1, 0)"},
    {"sleep", "SELECT pg_sleep(10)"},
    {"deferred", "INSERT INTO child (parent) VALUES ($1)"},
    {"types", "SELECT '0.10'::numeric, '-0.001'::numeric, '12345678.9'::numeric, '1e20'::numeric, "
              "'2026-11-23 08:30:00.5Z'::timestamptz, 'infinity'::date, "
              "'00000000-0000-0000-0000-0000000000ab'::uuid, '{\"a\": 1}'::jsonb, "
              "NULL::bigint, '{}'::bigint[], '123456789.0000005'::numeric"},
    {NULL, NULL},
};
static const struct dc_statement *const lists[] = {statements, NULL};

static struct dc_test_pg *pg;
static struct dc_db *db;
static struct dc_error error;

#define OK(expression)                                                                             \
    do {                                                                                           \
        enum dc_code ok_code_ = (expression);                                                      \
        if (ok_code_ != DC_OK) {                                                                   \
            fail_msg("%s: %s: %s", #expression, dc_code_wire_name(ok_code_), error.message);       \
        }                                                                                          \
    } while (0)

static struct dc_decimal
decimal(const char *text)
{
    struct dc_decimal value;
    OK(dc_decimal_parse(text, &value, &error));
    return value;
}

static int
set_up(void **state)
{
    (void)state;
    dc_test_pg_start(&pg);
    dc_test_pg_exec(pg, "CREATE TABLE thing (id bigint PRIMARY KEY, amount numeric);"
                        "CREATE TABLE copied (a bigint, b text, c numeric, d timestamptz, e bytea);"
                        "CREATE TABLE child (parent bigint REFERENCES thing DEFERRABLE "
                        "INITIALLY DEFERRED)");
    OK(dc_db_open(&db, dc_test_pg_superuser_dsn(pg), "db_test", lists, &error));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    dc_db_free(db);
    dc_test_pg_stop(pg);
    return 0;
}

static void
values_come_back_as_they_went(void **state)
{
    (void)state;
    static const char *const amounts[] = {"0",
                                          "1",
                                          "-1",
                                          "0.000001",
                                          "-0.000001",
                                          "9999.9999",
                                          "10000",
                                          "100000000",
                                          "0.5",
                                          "123456789012345678901234.123456",
                                          "-999999999999999999999999.999999",
                                          "400000.01",
                                          "10000.0001",
                                          "0.01",
                                          "1000000.1"};
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        OK(dc_db_run(db, &statements[ECHO], &rows, &error, dc_p_int64(INT64_MIN + (int64_t)i),
                     dc_p_text("达成 '\"\\"), dc_p_decimal(decimal(amounts[i])),
                     dc_p_time(1795000000123456), dc_p_date(20780), dc_p_bool(i % 2),
                     dc_p_bytes("a\0b", 3)));
        assert_int_equal(dc_rows_count(rows), 1);
        assert_true(dc_rows_int64(rows, 0, 0) == INT64_MIN + (int64_t)i);
        assert_string_equal(dc_rows_text(rows, 0, 1), "达成 '\"\\");
        char text[DC_DECIMAL_TEXT];
        assert_string_equal(dc_decimal_format(dc_rows_decimal(rows, 0, 2), text), amounts[i]);
        assert_string_equal(dc_rows_text(rows, 0, 2), amounts[i]);
        assert_true(dc_rows_time(rows, 0, 3) == 1795000000123456);
        assert_int_equal(dc_rows_date(rows, 0, 4), 20780);
        assert_int_equal(dc_rows_bool(rows, 0, 5), i % 2);
        assert_int_equal(dc_rows_bytes(rows, 0, 6).size, 3);
        assert_memory_equal(dc_rows_bytes(rows, 0, 6).data, "a\0b", 3);
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[ECHO], &rows, &error, dc_p_null(), dc_p_text(NULL), dc_p_null(),
                 dc_p_null(), dc_p_null(), dc_p_null(), dc_p_null()));
    for (int i = 0; i < 7; i++) {
        assert_true(dc_rows_is_null(rows, 0, i));
    }
    assert_int_equal(dc_rows_int64(rows, 0, 0), 0);
    assert_string_equal(dc_rows_text(rows, 0, 1), "");
}

static void
arrays_come_back_as_they_went(void **state)
{
    (void)state;
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const int64_t ints[] = {1, -2, INT64_MAX};
    const char *const texts[] = {"a", NULL, "b,\"c\"", ""};
    const struct dc_decimal decimals[] = {decimal("1.5"), decimal("-0.000001")};
    const struct dc_bytes bytes[] = {{(const uint8_t *)"x", 1}, {NULL, 0}};
    const dc_date dates[] = {20780};
    const dc_time times[] = {(dc_time)20780 * 86400 * DC_SECOND};
    const bool bools[] = {true, false};
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[ARRAYS], &rows, &error, dc_p_int64s(ints, 3), dc_p_texts(texts, 4),
                 dc_p_decimals(decimals, 2), dc_p_bytes_array(bytes, 2), dc_p_dates(dates, 1),
                 dc_p_bools(bools, 2), dc_p_times(times, 1)));
    const int64_t *got_ints;
    assert_int_equal(dc_rows_int64s(rows, 0, 0, arena, &got_ints), 3);
    assert_memory_equal(got_ints, ints, sizeof(ints));
    const char **got_texts;
    assert_int_equal(dc_rows_texts(rows, 0, 1, arena, &got_texts), 4);
    assert_null(got_texts[1]);
    assert_string_equal(got_texts[2], texts[2]);
    assert_string_equal(got_texts[3], "");
    const struct dc_decimal *got_decimals;
    assert_int_equal(dc_rows_decimals(rows, 0, 2, arena, &got_decimals), 2);
    assert_int_equal(dc_decimal_cmp(got_decimals[1], decimals[1]), 0);
    assert_int_equal(dc_rows_int64(rows, 0, 3), 2);
    assert_true(dc_rows_bool(rows, 0, 4));
    assert_true(dc_rows_bool(rows, 0, 5));
    assert_true(dc_rows_bool(rows, 0, 6));
    DC_AUTO(dc_rows) struct dc_rows *other = NULL;
    OK(dc_db_run(db, &statements[BY_TEXT], &other, &error, dc_p_int64(-7), dc_p_int64(70000),
                 dc_p_int64(12), dc_p_text("2026-11-23"), dc_p_int64s(ints, 2)));
    assert_int_equal(dc_rows_int64(other, 0, 0), -7);
    assert_int_equal(dc_rows_int64(other, 0, 1), 70000);
    assert_int_equal(dc_decimal_cmp(dc_rows_decimal(other, 0, 2), DC_DECIMAL_INT(12)), 0);
    assert_int_equal(dc_rows_date(other, 0, 3), 20780);
    assert_int_equal(dc_rows_int64s(other, 0, 4, arena, &got_ints), 2);
    assert_int_equal(got_ints[1], -2);
}

static void
texts_are_what_the_server_would_write(void **state)
{
    (void)state;
    static const char *const expected[] = {"0.10",
                                           "-0.001",
                                           "12345678.9",
                                           "100000000000000000000",
                                           "2026-11-23 08:30:00.5+00",
                                           "infinity",
                                           "00000000-0000-0000-0000-0000000000ab",
                                           "{\"a\": 1}",
                                           ""};
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[TYPES], &rows, &error));
    for (int i = 0; i < 9; i++) {
        assert_string_equal(dc_rows_text(rows, 0, i), expected[i]);
    }
    assert_true(dc_rows_date(rows, 0, 5) == INT32_MAX);
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const int64_t *none;
    assert_int_equal(dc_rows_int64s(rows, 0, 9, arena, &none), 0);
    char text[DC_DECIMAL_TEXT];
    assert_string_equal(dc_decimal_format(dc_rows_decimal(rows, 0, 10), text), "123456789.000001");
}

static void
a_transaction_carries_tenant_and_timeout(void **state)
{
    (void)state;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_begin(db, 42, 1500, &error));
    assert_true(dc_db_in_transaction(db));
    OK(dc_db_run(db, &statements[TENANT], &rows, &error));
    assert_string_equal(dc_rows_text(rows, 0, 0), "42");
    assert_string_equal(dc_rows_text(rows, 0, 1), "2s"); /* whole seconds */
    OK(dc_db_set_tenant(db, 43, &error));
    DC_AUTO(dc_rows) struct dc_rows *other = NULL;
    OK(dc_db_run(db, &statements[TENANT], &other, &error));
    assert_string_equal(dc_rows_text(other, 0, 0), "43");
    OK(dc_db_commit(db, &error));
    assert_false(dc_db_in_transaction(db));
    DC_AUTO(dc_rows) struct dc_rows *outside = NULL;
    OK(dc_db_run(db, &statements[TENANT], &outside, &error));
    assert_string_equal(dc_rows_text(outside, 0, 0), "0");
    assert_string_equal(dc_rows_text(outside, 0, 1), "0");
    OK(dc_db_begin_read(db, 7, 0, &error));
    DC_AUTO(dc_rows) struct dc_rows *reading = NULL;
    OK(dc_db_run(db, &statements[TENANT], &reading, &error));
    assert_string_equal(dc_rows_text(reading, 0, 2), "on");
    dc_db_rollback(db);
}

static void
expect_tenant(const char *tenant)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[TENANT], &rows, &error));
    assert_string_equal(dc_rows_text(rows, 0, 0), tenant);
}

/* The session keeps what it was told, and nobody sees another one's tenant by that. */
static void
a_tenant_ends_with_its_transaction(void **state)
{
    (void)state;
    OK(dc_db_begin_read(db, 7, 5000, &error));
    expect_tenant("7");
    OK(dc_db_commit(db, &error));
    expect_tenant("0");
    OK(dc_db_begin(db, 8, 5000, &error));
    expect_tenant("8");
    dc_db_rollback(db); /* takes back what the session was told */
    OK(dc_db_begin(db, 8, 5000, &error));
    expect_tenant("8");
    OK(dc_db_commit(db, &error));
    OK(dc_db_begin_read(db, 8, 5000, &error)); /* not told again */
    expect_tenant("8");
    OK(dc_db_set_tenant(db, 9, &error));
    expect_tenant("9");
    OK(dc_db_commit(db, &error));
    OK(dc_db_begin(db, 8, 5000, &error));
    expect_tenant("8");
    OK(dc_db_run(db, &statements[FAIL_UNIQUE], NULL, &error, dc_p_int64(77)));
    assert_int_equal(dc_db_run(db, &statements[FAIL_UNIQUE], NULL, &error, dc_p_int64(77)),
                     DC_ALREADY_EXISTS);
    dc_db_rollback(db);
    OK(dc_db_begin(db, 0, 0, &error));
    expect_tenant("0");
    OK(dc_db_commit(db, &error));
}

static int64_t
count_things(void)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[SUM], &rows, &error));
    return dc_rows_int64(rows, 0, 0);
}

static void
commit_keeps_and_rollback_forgets(void **state)
{
    (void)state;
    int64_t before = count_things();
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_db_run(db, &statements[INSERT], NULL, &error, dc_p_int64(1), dc_p_decimal(decimal("2"))));
    OK(dc_db_run_commit(db, &statements[INSERT], &error, dc_p_int64(2), dc_p_null()));
    assert_false(dc_db_in_transaction(db));
    assert_int_equal(count_things(), before + 2);
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_db_run(db, &statements[INSERT], NULL, &error, dc_p_int64(3), dc_p_null()));
    dc_db_rollback(db);
    assert_int_equal(count_things(), before + 2);
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_db_run_commit(db, &statements[INSERT], &error, dc_p_int64(4), dc_p_null()));
    assert_int_equal(count_things(), before + 3);
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_db_commit(db, &error)); /* nothing in it */
}

static void
failures_have_their_codes(void **state)
{
    (void)state;
    OK(dc_db_begin(db, 0, 0, &error));
    assert_int_equal(dc_db_run(db, &statements[FAIL_UNIQUE], NULL, &error, dc_p_int64(1)),
                     DC_ALREADY_EXISTS);
    assert_string_equal(dc_db_sqlstate(db), "23505");
    assert_string_equal(dc_db_constraint(db), "thing_pkey");
    assert_int_equal(dc_db_run(db, &statements[SUM], NULL, &error), DC_INTERNAL);
    dc_db_rollback(db);
    OK(dc_db_begin(db, 0, 50, &error));
    assert_int_equal(dc_db_run(db, &statements[SLEEP], NULL, &error), DC_DEADLINE_EXCEEDED);
    dc_db_rollback(db);
    /* A failure of the commit itself, alone and together with its statement. */
    assert_int_equal(dc_db_run(db, &statements[DEFERRED], NULL, &error, dc_p_int64(99)),
                     DC_FAILED_PRECONDITION);
    OK(dc_db_begin(db, 0, 0, &error));
    assert_int_equal(dc_db_run_commit(db, &statements[DEFERRED], &error, dc_p_int64(99)),
                     DC_FAILED_PRECONDITION);
    dc_db_rollback(db);
    /* The last statement fails: nothing is committed. */
    int64_t before = count_things();
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_db_run(db, &statements[INSERT], NULL, &error, dc_p_int64(50), dc_p_null()));
    assert_int_equal(dc_db_run_commit(db, &statements[FAIL_UNIQUE], &error, dc_p_int64(1)),
                     DC_ALREADY_EXISTS);
    dc_db_rollback(db);
    assert_int_equal(count_things(), before);
    /* Outside a transaction a failure leaves nothing behind. */
    assert_int_equal(dc_db_run(db, &statements[FAIL_UNIQUE], NULL, &error, dc_p_int64(1)),
                     DC_ALREADY_EXISTS);
    assert_int_equal(count_things(), before);
}

struct seen {
    int64_t rows, stop_at;
};

static enum dc_code
see(void *context, const struct dc_rows *row, struct dc_error *why)
{
    struct seen *seen = context;
    assert_int_equal(dc_rows_count(row), 1);
    assert_true(dc_rows_int64(row, 0, 0) == ++seen->rows);
    return seen->rows == seen->stop_at ? dc_fail(why, DC_CANCELLED, "enough") : DC_OK;
}

static void
rows_come_one_by_one(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct dc_param count = dc_p_int64(20000);
    OK(dc_db_each(db, &statements[MANY], &count, 1, see, &seen, &error));
    assert_int_equal(seen.rows, 20000);
    seen = (struct seen){.stop_at = 10};
    assert_int_equal(dc_db_each(db, &statements[MANY], &count, 1, see, &seen, &error),
                     DC_CANCELLED);
    assert_int_equal(seen.rows, 10);
    assert_true(count_things() >= 0); /* the connection is usable */
}

static void
copies_are_exact(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    OK(dc_db_begin(db, 0, 0, &error));
    struct dc_copy *copy;
    OK(dc_copy_begin(&copy, db, "COPY copied (a, b, c, d, e) FROM STDIN (FORMAT binary)", 5,
                     &error));
    for (int64_t i = 0; i < ROWS; i++) {
        struct dc_decimal amount = {(__int128)i * 1234567};
        struct dc_param row[] = {dc_p_int64(i), i % 3 ? dc_p_text("行") : dc_p_null(),
                                 dc_p_decimal(amount), dc_p_time(i * DC_SECOND),
                                 dc_p_bytes(&i, sizeof(i))};
        OK(dc_copy_row(copy, row, &error));
    }
    int64_t copied;
    OK(dc_copy_end(copy, &copied, &error));
    OK(dc_db_commit(db, &error));
    assert_int_equal(copied, ROWS);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    OK(dc_db_run(db, &statements[COPIED], &rows, &error));
    assert_int_equal(dc_rows_count(rows), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(dc_rows_int64(rows, i, 0), i);
        assert_string_equal(dc_rows_text(rows, i, 1), i % 3 ? "行" : "");
        assert_true(dc_rows_decimal(rows, i, 2).units == (__int128)i * 1234567);
        assert_true(dc_rows_time(rows, i, 3) == (int64_t)i * DC_SECOND);
        assert_memory_equal(dc_rows_bytes(rows, i, 4).data, &i, 8);
    }
    OK(dc_db_begin(db, 0, 0, &error));
    OK(dc_copy_begin(&copy, db, "COPY copied (a) FROM STDIN (FORMAT binary)", 1, &error));
    dc_copy_abort(copy);
    dc_db_rollback(db);
    assert_true(count_things() >= 0);
}

static void
wrong_statements_show_at_opening(void **state)
{
    (void)state;
    static const struct dc_statement wrong[] = {{"wrong", "SELECT no_such_column FROM thing"},
                                                {NULL, NULL}};
    static const struct dc_statement odd[] = {{"odd", "SELECT '1 day'::interval AS span"},
                                              {NULL, NULL}};
    struct dc_db *other = NULL;
    assert_int_equal(dc_db_open(&other, dc_test_pg_superuser_dsn(pg), "t",
                                (const struct dc_statement *const[]){wrong, NULL}, &error),
                     DC_INTERNAL);
    assert_non_null(strstr(error.message, "statement wrong: "));
    assert_int_equal(dc_db_open(&other, dc_test_pg_superuser_dsn(pg), "t",
                                (const struct dc_statement *const[]){odd, NULL}, &error),
                     DC_INTERNAL);
    assert_non_null(strstr(error.message, "column span"));
    assert_int_equal(dc_db_open(&other, "host=/nowhere dbname=x", "t", lists, &error),
                     DC_UNAVAILABLE);
    assert_null(other);
}

static bool
reconnects(void *context)
{
    (void)context;
    return dc_db_reconnect(db, &error) == DC_OK;
}

static void
a_lost_connection_comes_back(void **state)
{
    (void)state;
    assert_true(dc_db_is_alive(db));
    dc_test_pg_halt(pg, true);
    assert_false(dc_db_is_alive(db));
    assert_true(dc_db_is_broken(db));
    assert_int_equal(dc_db_begin(db, 0, 0, &error), DC_UNAVAILABLE);
    assert_int_equal(dc_db_run(db, &statements[SUM], NULL, &error), DC_UNAVAILABLE);
    assert_int_equal(dc_db_reconnect(db, &error), DC_UNAVAILABLE);
    dc_test_pg_restart(pg, false);
    assert_true(dc_test_wait_until(reconnects, NULL, 10000));
    assert_true(count_things() >= 0);
}

static void
connection_texts_are_completed(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text dsn = DC_TEXT_INIT, user = DC_TEXT_INIT;
    OK(dc_db_dsn_with("host=/tmp user=goals password=old options='-c a=b'", "it's\\",
                      "goals,pg_temp", &dsn, &error));
    assert_string_equal(dc_text_cstr(&dsn), "user='goals' host='/tmp' password='it\\'s\\\\' "
                                            "options='-c a=b -c search_path=goals,pg_temp'");
    OK(dc_db_dsn_user("postgresql://someone@/db", &user, &error));
    assert_string_equal(dc_text_cstr(&user), "someone");
    assert_int_equal(dc_db_dsn_with("nonsense", NULL, NULL, &dsn, &error), DC_INVALID_ARGUMENT);
}

static void
migrations_run_once_and_stay_as_they_were(void **state)
{
    (void)state;
    dc_test_pg_schema(pg, "house");
    const char *owner = dc_test_pg_dsn(pg, "house_owner", "postgres");
    struct dc_migration files[] = {
        {"001_a",
         "CREATE TABLE a (id bigint); CREATE TABLE kept (id bigint); DO $$ BEGIN EXECUTE "
         "format('REVOKE UPDATE, DELETE ON kept FROM %I', current_setting('dacheng.role'));"
         " END $$"},
        {"002_b", "CREATE TABLE b (id bigint)"},
        {NULL, NULL},
    };
    size_t applied;
    OK(dc_migrate(owner, "house", "house", "goals", files, &applied, &error));
    assert_int_equal(applied, 2);
    OK(dc_migrate(owner, "house", "house", "goals", files, &applied, &error));
    assert_int_equal(applied, 0);
    OK(dc_migrate(owner, "house", "house", "kernel", files + 2, &applied, &error));
    struct dc_migration changed[] = {
        files[0], {"002_b", "CREATE TABLE c (id bigint)"}, {NULL, NULL}};
    assert_int_equal(dc_migrate(owner, "house", "house", "goals", changed, NULL, &error),
                     DC_FAILED_PRECONDITION);
    assert_non_null(strstr(error.message, "goals/002_b has changed"));
    struct dc_migration broken[] = {{"003_c", "CREATE TABLE c (id bigint); SELECT nonsense"},
                                    {NULL, NULL}};
    assert_int_equal(dc_migrate(owner, "house", "house", "goals", broken, NULL, &error),
                     DC_INTERNAL);
    assert_non_null(strstr(error.message, "migration goals/003_c: "));
    char *value =
        dc_test_pg_value(pg, "SELECT to_regclass('house.c') IS NULL AND "
                             "has_table_privilege('house', 'house.a', 'DELETE') AND "
                             "has_table_privilege('house', 'house.kept', 'INSERT') AND NOT "
                             "has_table_privilege('house', 'house.kept', 'DELETE')");
    assert_string_equal(value, "t");
    free(value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(arrays_come_back_as_they_went),
        cmocka_unit_test(texts_are_what_the_server_would_write),
        cmocka_unit_test(a_transaction_carries_tenant_and_timeout),
        cmocka_unit_test(a_tenant_ends_with_its_transaction),
        cmocka_unit_test(commit_keeps_and_rollback_forgets),
        cmocka_unit_test(failures_have_their_codes),
        cmocka_unit_test(rows_come_one_by_one),
        cmocka_unit_test(copies_are_exact),
        cmocka_unit_test(wrong_statements_show_at_opening),
        cmocka_unit_test(connection_texts_are_completed),
        cmocka_unit_test(migrations_run_once_and_stay_as_they_were),
        cmocka_unit_test(a_lost_connection_comes_back),
    };
    return cmocka_run_group_tests_name("db", tests, set_up, tear_down);
}
