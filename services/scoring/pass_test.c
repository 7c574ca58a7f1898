/*
 * pass_test.c - this service with a real PostgreSQL: events in, scores out. What is computed step
 * by step is compared with a computation from nothing and with one in SQL of its own
 * (tests/lib/scoring_check.sql), after random sequences of events in random order.
 */
#include "words_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/lib/cmocka.h"

enum { TENANT = 7 };

/* --- looking
 * ------------------------------------------------------------------------------------------ */

/* Compares one value out of the database with a text. */
#define assert_sql(wanted, ...)                                                                    \
    do {                                                                                           \
        char query_[4000];                                                                         \
        snprintf(query_, sizeof(query_), __VA_ARGS__);                                             \
        char *got_ = dc_test_pg_value(pg, query_);                                                 \
        assert_string_equal(got_, wanted);                                                         \
        free(got_);                                                                                \
    } while (0)

static int64_t
events_of(const char *type)
{
    char query[200];
    snprintf(query, sizeof(query), "SELECT count(*) FROM scoring.outbox WHERE type = '%s'", type);
    char *value = dc_test_pg_value(pg, query);
    int64_t count = strtoll(value, NULL, 10);
    free(value);
    return count;
}

/* Everything in the tables of results that is not a counter, as one fingerprint. */
static char *
results(int64_t tenant)
{
    char query[3000];
    snprintf(
        query, sizeof(query),
        "SELECT md5(coalesce((SELECT string_agg(concat_ws('|', period, person_id, unit_id, "
        "content, "
        "scores::text, remarks, coalesce(total::text, '-'), coalesce(attainment::text, '-'), "
        "coalesce(actual::text, '-'), coalesce(s.target::text, '-'), rank, open_items, inputs, "
        "s.grade), chr(10) ORDER BY period, person_id) FROM scoring.score s LEFT JOIN "
        "scoring.scheme c "
        "USING (tenant_id, scheme_id) WHERE tenant_id = %lld), '')) || "
        "md5(coalesce((SELECT string_agg(concat_ws('|', period, unit_id, parent_id, "
        "coalesce(actual::text, '-'), coalesce(target::text, '-'), coalesce(attainment::text, "
        "'-'), rank, people, total_sum, open_items, top_people::text, top_totals::text, inputs, "
        "grade_codes::text, grade_people::text), "
        "chr(10) ORDER BY period, unit_id) FROM scoring.unit_score WHERE tenant_id = %lld), ''))",
        (long long)tenant, (long long)tenant);
    return dc_test_pg_value(pg, query);
}

/* Rows that differ from what the SQL of tests/lib/scoring_check.sql computes from the same
 * projections, by another way; "" = none. */
static void
assert_agrees_with_sql(int64_t tenant)
{
    char *sql = dc_test_read_file("tests/lib/scoring_check.sql", NULL);
    struct dc_text whole = DC_TEXT_INIT;
    for (const char *at = sql; *at;) { /* :tenant and :today */
        if (strncmp(at, ":tenant", 7) == 0) {
            dc_text_printf(&whole, "%lld", (long long)tenant);
            at += 7;
        } else if (strncmp(at, ":today", 6) == 0) {
            dc_text_add(&whole, "date '2026-11-23'");
            at += 6;
        } else {
            dc_text_append(&whole, at++, 1);
        }
    }
    char *difference = dc_test_pg_value(pg, dc_text_cstr(&whole));
    if (difference[0]) {
        fail_msg("scores differ from SQL: %s", difference);
    }
    free(difference);
    free(sql);
    dc_text_release(&whole);
}

/* Forgets every result of a tenant, and has it all computed anew. */
static void
recompute(int64_t tenant)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "DELETE FROM scoring.score WHERE tenant_id = %lld; "
             "DELETE FROM scoring.unit_score WHERE tenant_id = %lld; "
             "UPDATE scoring.period SET begun = false WHERE tenant_id = %lld; "
             "INSERT INTO scoring.dirty (tenant_id, period, wide, everybody) "
             "VALUES (%lld, '', true, true)",
             (long long)tenant, (long long)tenant, (long long)tenant, (long long)tenant);
    dc_test_pg_exec(pg, sql);
    fixture_work(&f);
}

/* --- the example of DOMAIN.md section 2
 * ---------------------------------------------------------------- */

static void
example_of_the_domain(void **state)
{
    (void)state;
    tell_company(TENANT);
    fixture_work(&f);
    assert_sql("80.00",
               "SELECT round(total, 2) FROM scoring.score WHERE tenant_id = %d AND "
               "person_id = 100 AND period = '2026Q4'",
               TENANT);
    assert_sql("2", "SELECT rank FROM scoring.score WHERE tenant_id = %d AND person_id = 100",
               TENANT);
    /* Who sold nothing has 0 %, and does not gain from it. */
    assert_sql("0", "SELECT total FROM scoring.score WHERE tenant_id = %d AND person_id = 102",
               TENANT);
    assert_sql("120.00 1",
               "SELECT round(attainment, 2) || ' ' || rank FROM scoring.unit_score "
               "WHERE tenant_id = %d AND unit_id = 2",
               TENANT);
    assert_sql("80.00 2",
               "SELECT round(attainment, 2) || ' ' || rank FROM scoring.unit_score "
               "WHERE tenant_id = %d AND unit_id = 3",
               TENANT);
    assert_sql("3 170.00 3 {101,100,102}",
               "SELECT people || ' ' || round(total_sum, 2) || ' ' || open_items || ' ' || "
               "top_people::text FROM scoring.unit_score WHERE tenant_id = %d AND unit_id = 1",
               TENANT);
    assert_agrees_with_sql(TENANT);
}

/* A weight of everybody's plan changes: every score follows, in one piece of work. */
static void
weight_of_everybody(void **state)
{
    (void)state;
    tell_target(TENANT, PERSON, 100, COLLECTED, "2026Q4", "200000", 2);
    tell_total(TENANT, PERSON, 100, 12, "2026Q4", "200000", "1", 1);
    fixture_work(&f);
    assert_sql("86.00",
               "SELECT round(total, 2) FROM scoring.score WHERE tenant_id = %d AND "
               "person_id = 100",
               TENANT);
    int64_t before = events_of("ScoresChanged");
    struct plan_words changed = everybody;
    changed.version = 2;
    changed.from = "2026-10-01";
    changed.weights[0] = "60.00";
    changed.weights[1] = "40.00";
    tell_plan(TENANT, &changed);
    fixture_work(&f);
    assert_sql("88.00",
               "SELECT round(total, 2) FROM scoring.score WHERE tenant_id = %d AND "
               "person_id = 100",
               TENANT);
    assert_true(events_of("ScoresChanged") > before);
    assert_agrees_with_sql(TENANT);
}

/* A grade table makes grades of the totals that are there; each unit counts its people's. */
static void
grades_follow_totals(void **state)
{
    (void)state;
    struct plan_words changed = everybody;
    changed.version = 3;
    changed.from = "2026-10-01";
    changed.grades = "S>=110:1.5 A>=88:1.25 \"B\":0.8";
    tell_plan(TENANT, &changed);
    fixture_work(&f);
    assert_sql("101=A/1.25,100=\"B\"/0.8,102=\"B\"/0.8",
               "SELECT string_agg(s.person_id || '=' || c.grade_codes[s.grade] || '/' || "
               "c.coefficients[s.grade], ',' ORDER BY s.total DESC) FROM scoring.score s "
               "JOIN scoring.scheme c USING (tenant_id, scheme_id) "
               "WHERE tenant_id = %d AND period = '2026Q4' AND grade > 0",
               TENANT);
    assert_sql("{\"\\\"B\\\"\",A} {2,1}",
               "SELECT grade_codes::text || ' ' || grade_people::text FROM scoring.unit_score "
               "WHERE tenant_id = %d AND period = '2026Q4' AND unit_id = 1",
               TENANT);
    assert_agrees_with_sql(TENANT);
    /* A person's own plan for one item gives no grades: the next most specific table counts. */
    struct plan_words own = everybody;
    own.id = 77;
    own.version = 1;
    own.person_id = 100;
    own.grades = NULL;
    own.from = "2026-10-01";
    tell_plan(TENANT, &own);
    fixture_work(&f);
    assert_sql("0",
               "SELECT grade FROM scoring.score WHERE tenant_id = %d AND person_id = 100 AND "
               "period = '2026Q4'",
               TENANT);
    own.version = 2;
    own.grades = "优>=80:2 良:1";
    tell_plan(TENANT, &own);
    fixture_work(&f);
    assert_sql("优 77",
               "SELECT c.grade_codes[s.grade] || ' ' || grade_plan_id FROM scoring.score s "
               "JOIN scoring.scheme c USING (tenant_id, scheme_id) "
               "WHERE tenant_id = %d AND person_id = 100 AND period = '2026Q4'",
               TENANT);
    assert_agrees_with_sql(TENANT);
    own.version = 3;
    own.retired = true;
    tell_plan(TENANT, &own);
    changed.version = 4;
    changed.grades = NULL;
    tell_plan(TENANT, &changed);
    fixture_work(&f);
    assert_sql("0", "SELECT count(*) FROM scoring.score WHERE tenant_id = %d AND grade > 0",
               TENANT);
    assert_sql("0",
               "SELECT sum(cardinality(grade_codes)) FROM scoring.unit_score "
               "WHERE tenant_id = %d",
               TENANT);
}

/* What was told before, and what is older, changes nothing and is not told on. */
static void
nothing_new_is_silent(void **state)
{
    (void)state;
    char *before = results(TENANT);
    int64_t scores = events_of("ScoresChanged"), units = events_of("UnitsChanged");
    tell_company(TENANT); /* all of it again; targets and totals as they were */
    tell_total(TENANT, PERSON, 100, 11, "2026Q4", "1", "1", 0);
    fixture_work(&f);
    char *after = results(TENANT);
    assert_string_equal(before, after);
    assert_int_equal(scores, events_of("ScoresChanged"));
    assert_int_equal(units, events_of("UnitsChanged"));
    free(before);
    free(after);
}

/* A person moves to another department in the middle of the quarter, and a team moves too: the
 * quarter before keeps its tree. */
static void
the_past_keeps_its_tree(void **state)
{
    (void)state;
    tell_target(TENANT, PERSON, 101, SALES, "2026Q3", "100", 3);
    tell_total(TENANT, PERSON, 101, 11, "2026Q3", "90", "1", 3);
    fixture_work(&f);
    tell_unit_at(TENANT, 4, 3, "2026-11-01", 2);
    fixture_work(&f);
    assert_sql("2026Q3 2,2026Q4 3",
               "SELECT string_agg(period || ' ' || parent_id, ',' ORDER BY period) FROM "
               "scoring.unit_score WHERE tenant_id = %d AND unit_id = 4",
               TENANT);
    assert_sql("1 0",
               "SELECT string_agg(people::text, ' ' ORDER BY unit_id) FROM "
               "scoring.unit_score WHERE tenant_id = %d AND unit_id IN (2, 3) AND "
               "period = '2026Q3'",
               TENANT);
    assert_agrees_with_sql(TENANT);
    tell_unit_at(TENANT, 4, 2, "2026-11-01", 3); /* a correction of that */
    fixture_work(&f);
    assert_agrees_with_sql(TENANT);
}

/* Two tenants with the same ids know nothing of each other. */
static void
tenants_are_apart(void **state)
{
    (void)state;
    char *before = results(TENANT);
    tell_company(TENANT + 1);
    tell_total(TENANT + 1, PERSON, 100, 11, "2026Q4", "500000", "1", 2);
    fixture_work(&f);
    assert_sql("100.00",
               "SELECT round(total, 2) FROM scoring.score WHERE tenant_id = %d AND "
               "person_id = 100",
               TENANT + 1);
    char *after = results(TENANT);
    assert_string_equal(before, after);
    free(before);
    free(after);
    /* The service's role sees only the tenant that it says. */
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    FIXTURE_OK(&f, dc_db_begin(f.thread.db, TENANT + 2, 0, &f.error));
    FIXTURE_OK(&f, dc_db_run(f.thread.db, &scoring_statements[SCORING_READ_PERIODS], &rows,
                             &f.error, dc_p_int64(TENANT)));
    assert_int_equal(dc_rows_count(rows), 0);
    dc_db_rollback(f.thread.db);
}

/* Bad content of an event is an error with a field, and leaves nothing behind. */
static void
bad_events_are_refused(void **state)
{
    (void)state;
    char *before = results(TENANT);
    static const char *const amounts[] = {"",    "x",        "1e5", "1000000000000000000",
                                          "NaN", "0.0000001"};
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        Ingest__Total total = INGEST__TOTAL__INIT, *list[] = {&total};
        Ingest__MeasuresChanged event = INGEST__MEASURES_CHANGED__INIT;
        total.measure_id = 11;
        total.owner_kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        total.owner_id = 100;
        total.period = (char *)"2026Q4";
        total.numerator = (char *)amounts[i];
        total.denominator = (char *)"1";
        total.version = 1000;
        event.totals = list;
        event.n_totals = 1;
        enum dc_code code =
            fixture_try_deliver(&f, TENANT, scoring_on_measures_changed, &event.base);
        assert_true(code == DC_INVALID_ARGUMENT || code == DC_OUT_OF_RANGE);
        total.numerator = (char *)"1";
        total.period = (char *)"2026Q5";
        assert_int_equal(fixture_try_deliver(&f, TENANT, scoring_on_measures_changed, &event.base),
                         DC_INVALID_ARGUMENT);
    }
    Goals__PlanChanged empty = GOALS__PLAN_CHANGED__INIT;
    assert_int_equal(fixture_try_deliver(&f, TENANT, scoring_on_plan_changed, &empty.base),
                     DC_INVALID_ARGUMENT);
    fixture_work(&f);
    char *after = results(TENANT);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* --- random sequences
 * ---------------------------------------------------------------------------------- */

static struct dc_test_random randomness;

static int64_t
below(uint64_t bound)
{
    return (int64_t)dc_test_random_below(&randomness, bound);
}

static const char *
any_period(void)
{
    static const char *const periods[] = {"2026Q3", "2026Q4", "2026-10", "2026-11", "2026"};
    return periods[below(5)];
}

static const char *
any_amount(uint64_t bound)
{
    return text("%lld.%02lld", (long long)below(bound), (long long)below(100));
}

enum { UNITS = 12, PEOPLE = 40 };

static void
any_event(int64_t tenant, int64_t version)
{
    static const char *const positions[] = {"sales_rep", "manager", ""};
    static const char *const days[] = {"2025-01-01", "2026-08-15", "2026-10-10", "2026-11-20",
                                       "2026-12-24"};
    int64_t person = 100 + below(PEOPLE), unit = 1 + below(UNITS);
    switch (below(12)) {
    case 0:
        if (unit > 1) { /* below a smaller one, so that there are no circles */
            tell_unit_at(tenant, unit, 1 + below((uint64_t)unit - 1), days[below(5)], version);
        }
        break;
    case 1:
        tell_person_at(tenant, person, below(10) ? unit : 0, positions[below(2)], days[below(5)],
                       version);
        break;
    case 2: {
        int64_t scope = below(4);
        bool more = below(2);
        struct plan_words plan = {
            .id = 1 + below(5),
            .version = version,
            .from = days[below(5)],
            .position = positions[below(3)],
            .unit_id = scope == 1 ? unit : 0,
            .person_id = scope == 2 ? person : 0,
            .weights = {"40.00", more ? "25.00" : NULL, "20.00", more ? "15.00" : "40.00"},
            .zero = below(2),
            .retired = below(8) == 0,
            .quotient = below(2),
            .threshold = below(2) ? "0.6" : "",
            .places = (int)below(4)};
        tell_plan(tenant, &plan);
        break;
    }
    case 3:
    case 4:
    case 5:
        if (below(3)) {
            tell_target(tenant, PERSON, person, 1 + below(4), any_period(),
                        below(8) ? any_amount(100) : NULL, version);
        } else {
            tell_target(tenant, UNIT, unit, 1 + below(4), any_period(),
                        below(8) ? any_amount(1000) : NULL, version);
        }
        break;
    default: {
        int64_t measure = 11 + below(4);
        bool ratio = measure == 13;
        const char *lower = ratio ? (below(5) ? any_amount(90) : "0") : "1";
        if (below(3)) {
            tell_total(tenant, PERSON, person, measure, any_period(), any_amount(120), lower,
                       version);
        } else {
            tell_total(tenant, UNIT, unit, measure, any_period(), any_amount(1200), lower, version);
        }
    }
    }
}

/* However the events fall into pieces of work, the result is that of a computation from nothing,
 * and that of another way of computing. */
static void
any_sequence(void **state)
{
    (void)state;
    enum { FIRST = 1000, ROUNDS = 6, EVENTS = 150 };
    for (int round = 0; round < ROUNDS; round++) {
        int64_t tenant = FIRST + round;
        randomness.state = dc_test_seed() + (uint64_t)round * 1000;
        tell_definitions(tenant, 1);
        for (int64_t unit = 1; unit <= UNITS; unit++) {
            tell_unit_at(tenant, unit, unit / 3, "2020-01-01", 1);
        }
        for (int64_t person = 0; person < PEOPLE; person++) {
            tell_person_at(tenant, 100 + person, 1 + below(UNITS), "sales_rep", "2020-01-01", 1);
        }
        for (int event = 0; event < EVENTS; event++) {
            any_event(tenant, 2 + event);
            if (below(4) == 0) {
                fixture_work(&f);
            }
            if (event % 50 == 49) {
                fixture_work(&f);
                assert_agrees_with_sql(tenant);
            }
        }
        fixture_work(&f);
        char *stepwise = results(tenant);
        recompute(tenant);
        char *whole = results(tenant);
        assert_string_equal(stepwise, whole);
        free(stepwise);
        free(whole);
    }
}

/* Events of different keys come in any order: the outcome is the same. */
static void
order_does_not_matter(void **state)
{
    (void)state;
    enum { FIRST = 2000 };
    char *first = NULL;
    for (int order = 0; order < 6; order++) {
        int64_t tenant = FIRST + order;
        for (int part = 0; part < 3; part++) {
            static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                             {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
            switch (orders[order][part]) {
            case 0: /* org */
                tell_unit_at(tenant, 1, 0, "2020-01-01", 1);
                tell_unit_at(tenant, 2, 1, "2020-01-01", 1);
                for (int64_t person = 100; person < 110; person++) {
                    tell_person_at(tenant, person, 1 + person % 2, "sales_rep", "2020-01-01", 1);
                }
                break;
            case 1: /* goals */
                tell_definitions(tenant, 1);
                tell_plan(tenant, &everybody);
                for (int64_t person = 100; person < 110; person++) {
                    tell_target(tenant, PERSON, person, SALES, "2026Q4", "500", 1);
                }
                tell_target(tenant, UNIT, 2, SALES, "2026Q4", "2500", 1);
                break;
            default: /* ingest */
                for (int64_t person = 100; person < 110; person++) {
                    tell_total(tenant, PERSON, person, 11, "2026Q4", text("%d", (int)person * 4),
                               "1", 2);
                    tell_total(tenant, PERSON, person, 11, "2026Q4", "77", "1", 1); /* too late */
                }
                tell_total(tenant, UNIT, 2, 11, "2026Q4", "2000", "1", 1);
            }
            fixture_work(&f);
        }
        char *now = results(tenant);
        if (first) {
            assert_string_equal(first, now);
        }
        free(first);
        first = now;
    }
    free(first);
}

/* --- kill -9
 * --------------------------------------------------------------------------------------------- */

static bool
all_is_worked_off(void *context)
{
    (void)context;
    fixture_work(&f);
    char *left = dc_test_pg_value(pg, "SELECT count(*) FROM scoring.dirty");
    bool none = strcmp(left, "0") == 0;
    free(left);
    return none;
}

/* A worker is killed at any moment while a change of everybody is computed: nothing is lost,
 * nothing is told twice, and the next worker finishes it. */
static void
killed_workers_lose_nothing(void **state)
{
    (void)state;
    enum { KILLED = 3000, MANY = 3000 };
    char sql[2000];
    tell_definitions(KILLED, 1);
    tell_unit_at(KILLED, 1, 0, "2020-01-01", 1);
    snprintf(sql, sizeof(sql),
             "INSERT INTO scoring.org_post SELECT %d, p, 0, 1, 'sales_rep', 1, true, '2020-01-01', "
             "'infinity' FROM generate_series(1, %d) p; "
             "INSERT INTO scoring.actual SELECT %d, '2026Q4', 2, p, '{11,12}', ARRAY[p, 2 * p], "
             "'{1,1}', '{1,1}', '{1,1}' FROM generate_series(1, %d) p; "
             "INSERT INTO scoring.target SELECT %d, '2026Q4', 2, p, '{1,2}', '{3000,7000}', "
             "ARRAY[p, p], '{1,1}', '{NULL,NULL}', '{NULL,NULL}', '{0,0}', '{f,f}', '{1,1}' "
             "FROM generate_series(1, %d) p; "
             "INSERT INTO scoring.period VALUES (%d, '2026Q4', '2026-10-01', '2026-12-31')",
             KILLED, MANY, KILLED, MANY, KILLED, MANY, KILLED);
    dc_test_pg_exec(pg, sql);
    randomness.state = dc_test_seed();
    for (int64_t version = 1; version <= 12; version++) {
        struct plan_words plan = everybody;
        plan.version = version;
        plan.weights[0] = text("%lld.00", (long long)(30 + version));
        plan.weights[1] = text("%lld.00", (long long)(70 - version));
        tell_plan(KILLED, &plan);
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            f.thread.db = NULL; /* the parent's connection stays the parent's */
            fixture_connect(&f);
            fixture_work(&f);
            _exit(0);
        }
        struct timespec pause = {0, 1000000 * below(version > 6 ? 120 : 60)};
        nanosleep(&pause, NULL); /* not to wait for something: to hit any moment */
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    /* A killed worker's backend may hold its period for a moment more. */
    assert_true(dc_test_wait_until(all_is_worked_off, NULL, 20000));
    /* Every event's version follows on the one before: none was lost with its scores. */
    assert_sql("t", "SELECT bool_and(version >= 1) FROM scoring.score WHERE tenant_id = %d",
               KILLED);
    char *before = results(KILLED);
    recompute(KILLED);
    char *after = results(KILLED);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static int
set_up(void **state)
{
    (void)state;
    words_up();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_domain),   cmocka_unit_test(weight_of_everybody),
        cmocka_unit_test(grades_follow_totals),    cmocka_unit_test(nothing_new_is_silent),
        cmocka_unit_test(the_past_keeps_its_tree), cmocka_unit_test(tenants_are_apart),
        cmocka_unit_test(bad_events_are_refused),  cmocka_unit_test(any_sequence),
        cmocka_unit_test(order_does_not_matter),   cmocka_unit_test(killed_workers_lose_nothing),
    };
    return cmocka_run_group_tests_name("pass", tests, set_up, words_down);
}
