/* spans_test.c - segments of targets: totals over days of their own, however records and cuts come. */
#include "stage_test.h"

static json_t *
push(const char *records)
{
    return dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                       "{\"source\":\"crm\",\"records\":[%s]}", records);
}

/* A target of the year 2026 whose period is cut. `kind` 1 unit, 2 person; days "03-15 07-02". */
static void
cut(int kind, int owner, const char *days)
{
    DC_AUTO_TEXT struct dc_text json = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text wanted = DC_TEXT_INIT;
    char from[20] = "2026-01-01", key[20];
    dc_text_add(&wanted, "SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS public.cut "
                         "(kind int, owner int, period text);");
    static int version;
    dc_text_printf(&json,
                   "{\"period\":\"2026\",\"targets\":[{\"id\":%d,\"ownerKind\":%d,\"ownerId\":%d,"
                   "\"period\":\"2026\",\"value\":\"1\",\"version\":%d,\"segments\":[",
                   100 * kind + owner, kind, owner, ++version);
    for (const char *day = days; *day; day += strcspn(day, " "), day += *day == ' ') {
        struct dc_error error;
        char text[DC_DATE_TEXT];
        dc_date on;
        snprintf(text, sizeof(text), "2026-%.5s", day);
        assert_int_equal(dc_date_parse(text, &on, &error), DC_OK);
        dc_date_format(on - 1, text);
        dc_text_printf(&json, "{\"from\":\"%s\",\"to\":\"%s\",\"value\":\"1\"},", from, text);
        dc_text_printf(&wanted, "INSERT INTO public.cut VALUES (%d, %d, '%s..%s');", kind, owner,
                       from, text);
        dc_date_format(on, from);
    }
    dc_text_printf(&wanted, "INSERT INTO public.cut VALUES (%d, %d, '%s..2026-12-31');", kind,
                   owner, from);
    dc_text_printf(&json, "{\"from\":\"%s\",\"to\":\"2026-12-31\",\"value\":\"2\"}]}]}", from);
    snprintf(key, sizeof(key), "targets/%d", owner % 16);
    tell("goals", key, &goals__targets_adjusted__descriptor, json.data);
    dc_test_pg_exec(pg, wanted.data);
}

static void
assert_cuts_agree(void)
{
    wait_for("SELECT NOT EXISTS (SELECT FROM public.cut c WHERE NOT EXISTS (SELECT FROM "
             "ingest.span_owner o WHERE o.owner_kind = c.kind AND o.owner_id = c.owner AND "
             "o.period = c.period))");
    assert_totals_agree();
}

static void
assert_heard(const char *wanted, int measure, int kind, int owner, const char *period)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "SELECT coalesce((SELECT n || '/' || d FROM public.heard WHERE measure = %d AND kind = "
             "%d AND owner = %d AND period = '%s'), 'nothing')",
             measure, kind, owner, period);
    assert_sql(wanted, sql);
}

static void
a_cut_is_counted_back_and_goes_on(void **state)
{
    (void)state;
    push("{\"sourceKey\":\"K1\",\"amount\":\"100\",\"customer\":\"C1\",\"personCode\":\"E3\","
         "\"occurredAt\":\"2026-10-05\"},"
         "{\"sourceKey\":\"K2\",\"amount\":\"40.5\",\"customer\":\"C1\",\"personCode\":\"E3\","
         "\"occurredAt\":\"2026-10-20\"},"
         "{\"sourceKey\":\"K3\",\"amount\":\"7\",\"customer\":\"C1\",\"personCode\":\"E4\","
         "\"occurredAt\":\"2026-10-20\"}");
    cut(2, 3, "10-20");
    cut(1, 101, "10-20");
    assert_cuts_agree();
    assert_heard("100/1", 1, 2, 3, "2026-01-01..2026-10-19");
    assert_heard("40.5/1", 1, 2, 3, "2026-10-20..2026-12-31");
    assert_heard("47.5/1", 1, 1, 101, "2026-10-20..2026-12-31");
    assert_heard("1/1", 3, 1, 101, "2026-10-20..2026-12-31");  /* C1, twice */
    assert_heard("1/1", 3, 1, 101, "2026-01-01..2026-10-19"); /* and in the other segment too */
    assert_heard("nothing", 1, 2, 4, "2026-10-20..2026-12-31");
    /* A correction moves the record over the cut; another one goes. */
    push("{\"sourceKey\":\"K1\",\"amount\":\"90\",\"customer\":\"C1\",\"personCode\":\"E3\","
         "\"occurredAt\":\"2026-10-20\"},{\"sourceKey\":\"K2\",\"deleted\":true}");
    assert_totals_agree();
    assert_heard("0/1", 1, 2, 3, "2026-01-01..2026-10-19");
    assert_heard("90/1", 1, 2, 3, "2026-10-20..2026-12-31");
    dc_test_ask_forget();
}

static void
nobody_there_is_told_as_zero(void **state)
{
    (void)state;
    cut(2, 6, "02-01");
    assert_cuts_agree();
    assert_heard("0/1", 1, 2, 6, "2026-01-01..2026-01-31");
    assert_heard("0/0", 6, 2, 6, "2026-01-01..2026-01-31");
    dc_test_ask_forget();
}

/* Records, corrections, reversals and cuts in any order, with restarts in between, come to what is
 * computed from nothing. */
static void
any_order_comes_to_the_same(void **state)
{
    (void)state;
    static const char *const days[] = {"03-15", "07-02", "03-15 09-30", "10-15 10-16"};
    static const int units[] = {1, 10, 11, 101, 102, 111};
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 10; round++) {
        DC_AUTO_TEXT struct dc_text records = DC_TEXT_INIT;
        for (uint64_t n = 1 + dc_test_random_below(&random, 30); n > 0; n--) {
            random_record(&random, &records);
            dc_text_add(&records, n > 1 ? "," : "");
        }
        push(records.data);
        for (uint64_t n = dc_test_random_below(&random, 3); n > 0; n--) {
            const char *cuts = days[dc_test_random_below(&random, 4)];
            if (dc_test_random_below(&random, 2)) {
                cut(2, 3 + (int)dc_test_random_below(&random, 4), cuts);
            } else {
                cut(1, units[dc_test_random_below(&random, 6)], cuts);
            }
        }
        if (round == 5) {
            dc_test_service_kill(ingest);
            dc_test_service_start(ingest);
        }
        if (round % 4 == 3) {
            assert_cuts_agree();
        }
        dc_test_ask_forget();
    }
    assert_cuts_agree();
    assert_sql("0", "SELECT count(*) FROM ingest.seen WHERE n <= 0");
    /* Everybody's segments were told, by every measure. */
    assert_sql("0", "SELECT count(*) FROM ingest.span_owner o CROSS JOIN generate_series(1, 10) m "
                    "WHERE NOT EXISTS (SELECT FROM public.heard h WHERE h.measure = m AND h.kind = "
                    "o.owner_kind AND h.owner = o.owner_id AND h.period = o.period)");
}

static void
a_new_measure_counts_segments_too(void **state)
{
    (void)state;
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":[{\"id\":20,\"code\":\"q\",\"kind\":3,\"field\":\"product\",\"version\":1}]}");
    wait_for("SELECT EXISTS (SELECT FROM ingest.measure WHERE measure_id = 20 AND told)");
    wait_until_counted();
    hear_totals();
    assert_sql("0",
               "WITH owned AS (SELECT s.owner_kind, s.owner_id, s.period, d.product FROM "
               "ingest.span_owner s JOIN ingest.record r ON NOT r.deleted AND r.occurred_on BETWEEN "
               "left(s.period, 10)::date AND right(s.period, 10)::date JOIN ingest.dims d USING "
               "(dims_id) JOIN ingest.unit_path p USING (path_id) WHERE d.product <> '' AND CASE "
               "s.owner_kind WHEN 2 THEN s.owner_id = r.person_id ELSE s.owner_id = ANY (p.units) "
               "END), wanted AS (SELECT owner_kind, owner_id, period, count(DISTINCT product) AS n "
               "FROM owned GROUP BY 1, 2, 3) SELECT count(*) FROM ingest.span_owner o LEFT JOIN "
               "wanted w USING (owner_kind, owner_id, period) LEFT JOIN public.heard h ON h.measure "
               "= 20 AND h.kind = o.owner_kind AND h.owner = o.owner_id AND h.period = o.period "
               "WHERE h.n IS DISTINCT FROM coalesce(w.n, 0)");
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_is_counted_back_and_goes_on),
        cmocka_unit_test(nobody_there_is_told_as_zero),
        cmocka_unit_test(any_order_comes_to_the_same),
        cmocka_unit_test(a_new_measure_counts_segments_too),
    };
    cmocka_set_test_filter(getenv("DC_TEST_FILTER")); /* NULL: all */
    return cmocka_run_group_tests_name("spans", tests, stage_up, stage_down);
}
