/* ingest_test.c - records in by push and by file, totals told, and back from a number to records.
 */
#include <iconv.h>

#include "stage_test.h"

#define HEADER                                                                                     \
    "source_key,amount,collected_amount,customer,product,campaign,person_code,occurred_at\n"

static json_t *
push(const char *records)
{
    return dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                       "{\"source\":\"crm\",\"records\":[%s]}", records);
}

static json_t *
total_of(int measure, int kind, int owner, const char *period)
{
    return dc_test_ask(edge, INGEST, "ListRecords", SUPERVISOR,
                       "{\"measureId\":%d,\"ownerKind\":%d,\"ownerId\":%d,\"period\":\"%s\"}",
                       measure, kind, owner, period);
}

/* --- pushes -------------------------------------------------------------------------------------
 */
static void
a_push_is_counted_everywhere_above(void **state)
{
    (void)state;
    json_t *answer =
        push("{\"sourceKey\":\"K1\",\"amount\":\"400000.00\",\"collectedAmount\":\"100000\","
             "\"customer\":\"C1\",\"personCode\":\"E3\",\"occurredAt\":\"2026-11-05\"},"
             "{\"sourceKey\":\"K2\",\"amount\":\"0.10\",\"customer\":\"C1\",\"personCode\":\"E3\","
             "\"occurredAt\":\"2026-11-30T23:30:00+08:00\",\"campaign\":\"双十一\"}");
    assert_int_equal(dc_test_number(answer, "run.created"), 2);
    assert_string_equal(dc_test_text(answer, "run.amountIn"), "400000.10");
    assert_totals_agree();
    json_t *list = total_of(1, 2, 3, "2026Q4");
    assert_string_equal(dc_test_text(list, "total.numerator"), "400000.1");
    assert_int_equal(dc_test_count(list, "records"), 2);
    assert_string_equal(dc_test_text(list, "records.0.record.sourceKey"), "K2");
    assert_string_equal(dc_test_text(list, "records.0.occurredOn"), "2026-11-30");
    assert_string_equal(dc_test_text(list, "records.1.occurredOn"), "2026-11-05");
    assert_string_equal(dc_test_text(list, "records.0.personName"), "张三");
    assert_string_equal(dc_test_text(list, "records.0.unitName"), "A1");
    assert_string_equal(dc_test_text(total_of(4, 1, 1, "2026"), "total.numerator"), "1");
    assert_string_equal(dc_test_text(total_of(2, 1, 10, "2026-11"), "records.0.record.sourceKey"),
                        "K2");
    dc_test_ask_forget();
}

static void
corrected_deleted_and_back(void **state)
{
    (void)state;
    push("{\"sourceKey\":\"K1\",\"amount\":\"300000.00\",\"customer\":\"C1\","
         "\"personCode\":\"E3\",\"occurredAt\":\"2026-11-05\"}");
    assert_totals_agree();
    assert_string_equal(dc_test_text(total_of(1, 1, 1, "2026"), "total.numerator"), "300000.1");
    json_t *gone = push("{\"sourceKey\":\"K1\",\"deleted\":true}");
    assert_int_equal(dc_test_number(gone, "run.deleted"), 1);
    assert_totals_agree();
    assert_string_equal(dc_test_text(total_of(1, 1, 1, "2026"), "total.numerator"), "0.1");
    json_t *again = push("{\"sourceKey\":\"K1\",\"deleted\":true},"
                         "{\"sourceKey\":\"NEVER\",\"deleted\":true}");
    assert_int_equal(dc_test_number(again, "run.unchanged"), 2);
    push("{\"sourceKey\":\"K1\",\"amount\":\"5\",\"customer\":\"C2\",\"personCode\":\"E4\","
         "\"occurredAt\":\"2026-10-05\"}");
    assert_totals_agree();
    json_t *list = total_of(0, 2, 4, "2026-10");
    json_t *record = dc_test_ask(edge, INGEST, "GetRecord", SUPERVISOR, "{\"id\":%lld}",
                                 (long long)dc_test_number(list, "records.0.id"));
    assert_int_equal(dc_test_count(record, "versions"), 4);
    assert_string_equal(dc_test_text(record, "versions.0.record.amount"), "5.00");
    assert_true(json_is_true(dc_test_value(record, "versions.1.record.deleted")));
    assert_string_equal(dc_test_text(record, "versions.3.record.amount"), "400000.00");
    assert_string_equal(dc_test_text(record, "versions.3.account"), "somebody");
    dc_test_ask_forget();
}

static void
a_moved_person_counts_by_the_day(void **state)
{
    (void)state;
    push("{\"sourceKey\":\"M1\",\"amount\":\"10\",\"personCode\":\"E5\","
         "\"occurredAt\":\"2026-10-14\"},"
         "{\"sourceKey\":\"M2\",\"amount\":\"20\",\"personCode\":\"E5\","
         "\"occurredAt\":\"2026-10-15\"},"
         "{\"sourceKey\":\"M3\",\"amount\":\"40\",\"personCode\":\"E5\",\"unitCode\":\"A1\","
         "\"occurredAt\":\"2026-10-16\"}");
    assert_totals_agree();
    assert_string_equal(dc_test_text(total_of(1, 1, 102, "2026-10"), "total.numerator"), "10");
    assert_string_equal(dc_test_text(total_of(1, 1, 111, "2026-10"), "total.numerator"), "20");
    assert_string_equal(dc_test_text(total_of(1, 2, 5, "2026-10"), "total.numerator"), "70");
    dc_test_ask_forget();
}

static void
a_moved_unit_keeps_what_was_counted(void **state)
{
    (void)state;
    tell_units("11"); /* A2 goes to B, as of now */
    wait_for("SELECT count(*) = 7 FROM ingest.unit_path");
    assert_string_equal(dc_test_text(total_of(1, 1, 10, "2026-10"), "total.numerator"), "55");
    push("{\"sourceKey\":\"M1\",\"deleted\":true}"); /* is taken back from where it was counted */
    assert_totals_agree();
    assert_string_equal(dc_test_text(total_of(1, 1, 102, "2026-10"), "total.numerator"), "0");
    assert_string_equal(dc_test_text(total_of(1, 1, 10, "2026-10"), "total.numerator"), "45");
    dc_test_ask_forget();
}

static void
what_is_wrong_is_said(const char *record, const char *column, const char *part)
{
    json_t *answer = push(record);
    assert_int_equal(dc_test_number(answer, "run.state"), 0); /* a name in JSON */
    assert_string_equal(dc_test_text(answer, "run.state"), "RUN_STATE_REFUSED");
    assert_string_equal(dc_test_text(answer, "rejected.0.column"), column);
    if (!strstr(dc_test_text(answer, "rejected.0.reason"), part)) {
        fail_msg("%s: %s", record, dc_test_text(answer, "rejected.0.reason"));
    }
    assert_true(dc_test_is_chinese(dc_test_text(answer, "rejected.0.reasonZh")));
}

static void
wrong_records_are_refused(void **state)
{
    (void)state;
#define RECORD(more)                                                                               \
    "{\"sourceKey\":\"W\",\"amount\":\"1\",\"personCode\":\"E3\",\"occurredAt\":\"2026-11-"        \
    "05\"" more "}"
    DC_AUTO_FREE char *before = dc_test_pg_value(pg, "SELECT count(*) FROM ingest.record");
    what_is_wrong_is_said("{\"amount\":\"1\"}", "source_key", "required");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1,5\"}", "amount", "-1234.50");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1.005\"}", "amount", "2 decimals");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1e5\"}", "amount", "number");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1234567890123456\"}", "amount",
                          "15 digits");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1\",\"personCode\":\"E3\","
                          "\"occurredAt\":\"2026-02-30\"}",
                          "occurred_at", "2026-11-23");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1\",\"personCode\":\"E99\","
                          "\"occurredAt\":\"2026-02-03\"}",
                          "person_code", "nobody");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1\",\"personCode\":\"E3\","
                          "\"occurredAt\":\"2019-02-03\"}",
                          "person_code", "not employed on 2019-02-03");
    what_is_wrong_is_said("{\"sourceKey\":\"W\",\"amount\":\"1\",\"personCode\":\"E3\","
                          "\"unitCode\":\"ZZ\",\"occurredAt\":\"2026-02-03\"}",
                          "unit_code", "no unit");
    DC_AUTO_FREE char *after = dc_test_pg_value(pg, "SELECT count(*) FROM ingest.record");
    assert_string_equal(before, after);
    json_t *some = dc_test_ask(edge, INGEST, "PushRecords", SUPERVISOR,
                               "{\"source\":\"crm\",\"goodRows\":true,\"records\":["
                               "{\"sourceKey\":\"G1\",\"amount\":\"7\",\"personCode\":\"E3\","
                               "\"occurredAt\":\"2026-11-05\"},{\"sourceKey\":\"G2\","
                               "\"amount\":\"9\",\"personCode\":\"E99\","
                               "\"occurredAt\":\"2026-11-05\"}]}");
    assert_int_equal(dc_test_number(some, "run.created"), 1);
    assert_int_equal(dc_test_number(some, "run.rejected"), 1);
    assert_string_equal(dc_test_text(some, "run.amountIn"), "16.00");
    assert_string_equal(dc_test_text(some, "run.amountAccepted"), "7.00");
    assert_int_equal(dc_test_number(some, "rejected.0.line"), 1);
    struct dc_error error;
    assert_int_equal(dc_test_refused(edge, INGEST, "PushRecords", SUPERVISOR, &error,
                                     "{\"source\":\"Not A Source\",\"records\":[{}]}"),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "source");
    assert_int_equal(
        dc_test_refused(edge, INGEST, "PushRecords", SUPERVISOR, &error, "{\"source\":\"crm\"}"),
        DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "records");
    dc_test_ask_forget();
}

/* --- files --------------------------------------------------------------------------------------
 */
static void
a_file_with_every_kind_of_fault(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text file = DC_TEXT_INIT;
    dc_text_add(&file, "\xEF\xBB\xBF来源键,金额,客户,员工编号,日期,备注\r\n");
    dc_text_add(&file, "F1,100.50,北京,E3,2026-11-01,\r\n");  /* 2 */
    dc_text_add(&file, "F2,\"1\"00,北京,E3,2026-11-01,\r\n"); /* 3 broken quote */
    dc_text_add(&file, "F3,1,北京,E3\r\n");                   /* 4 columns */
    dc_text_append(&file, "F4,1,\0,E3,2026-11-01,\r\n", 24);  /* 5 NUL */
    dc_text_add(&file, "F5,1,\xFF\xFE,E3,2026-11-01,\r\n");   /* 6 bytes */
    dc_text_add(&file, "F6,1,");                              /* 7 ten megabytes */
    for (int i = 0; i < 160; i++) {
        char block[65536];
        memset(block, 'x', sizeof(block));
        dc_text_append(&file, block, sizeof(block));
    }
    dc_text_add(&file, ",E3,2026-11-01,\r\n");
    dc_text_add(&file, "F7,5.00,北京,E404,2026-11-01,\r\n");         /* 8 person */
    dc_text_add(&file, "F8,2.25,上海,E4,2026/11/02,\"两\n行\"\r\n"); /* 9, 10 */
    dc_text_add(&file, "F9,\"3");                                    /* 11 never closed */
    json_t *run = upload("faults.csv", file.data, file.length, false);
    assert_string_equal(dc_test_text(run, "state"), "RUN_STATE_DONE");
    assert_int_equal(dc_test_number(run, "rows"), 9);
    assert_int_equal(dc_test_number(run, "created"), 2);
    assert_int_equal(dc_test_number(run, "rejected"), 7);
    assert_string_equal(dc_test_text(run, "amountIn"), "107.75");
    assert_string_equal(dc_test_text(run, "amountAccepted"), "102.75");
    assert_string_equal(dc_test_text(run, "encoding"), "UTF-8");
    assert_non_null(strstr(dc_test_text(run, "problem"), "备注"));
    json_t *list = dc_test_ask(edge, INGEST, "ListRejected", SUPERVISOR, "{\"runId\":%lld}",
                               (long long)dc_test_number(run, "id"));
    static const int lines[] = {3, 4, 5, 6, 7, 8, 11};
    assert_int_equal(dc_test_number(list, "total"), 7);
    for (int i = 0; i < 7; i++) {
        char path[40];
        snprintf(path, sizeof(path), "rows.%d.line", i);
        assert_int_equal(dc_test_number(list, path), lines[i]);
        snprintf(path, sizeof(path), "rows.%d.reason", i);
        assert_true(strlen(dc_test_text(list, path)) > 3);
        snprintf(path, sizeof(path), "rows.%d.reasonZh", i);
        assert_true(dc_test_is_chinese(dc_test_text(list, path)));
    }
    assert_string_equal(dc_test_text(list, "rows.5.reasonZh"), "没有这个员工编号");
    assert_string_equal(dc_test_text(list, "rows.5.column"), "person_code");
    assert_string_equal(dc_test_text(list, "rows.5.value"), "E404");
    assert_totals_agree();
    /* Where it came from. */
    json_t *records = dc_test_ask(edge, INGEST, "ListRecords", SUPERVISOR,
                                  "{\"ownerKind\":2,\"ownerId\":4,\"period\":\"2026-11\"}");
    assert_string_equal(dc_test_text(records, "records.0.runName"), "faults.csv");
    assert_int_equal(dc_test_number(records, "records.0.line"), 9);
    dc_test_ask_forget();
}

/* `rows` records of many customers and people, the amounts starting from `first`. */
static void
many_rows(struct dc_text *file, int rows, int first)
{
    dc_text_add(file, HEADER);
    for (int i = 0; i < rows; i++) {
        dc_text_printf(file, "B%d,%d.%02d,%d,客户%d,P%d,%s,E%d,2026-%02d-%02d\n", i, first + i % 97,
                       i % 100, i % 7, i % 500, i % 5, i % 3 ? "双十一" : "", 3 + i % 4, 7 + i % 6,
                       1 + i % 28);
    }
}

static void
to_gb18030(const struct dc_text *utf8, struct dc_text *ret_text)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    size_t left = utf8->length, room = utf8->length * 2;
    DC_AUTO_FREE char *out = malloc(room);
    char *from = utf8->data, *to = out;
    assert_int_not_equal(iconv(cd, &from, &left, &to, &room), (size_t)-1);
    iconv_close(cd);
    dc_text_append(ret_text, out, (size_t)(to - out));
}

static void
the_same_file_twice_changes_nothing(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text file = DC_TEXT_INIT;
    many_rows(&file, 120000, 1);
    json_t *run = upload("many.csv", file.data, file.length, false);
    assert_int_equal(dc_test_number(run, "created"), 120000);
    assert_int_equal(dc_test_number(run, "rowsMeasured"), 120000);
    assert_totals_agree();
    DC_AUTO_FREE char *before = dc_test_pg_value(
        pg, "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ingest.total t");
    run = upload("many.csv", file.data, file.length, false);
    assert_int_equal(dc_test_number(run, "unchanged"), 120000);
    DC_AUTO_TEXT struct dc_text gb = DC_TEXT_INIT;
    to_gb18030(&file, &gb);
    run = upload("many-gb.csv", gb.data, gb.length, true);
    assert_string_equal(dc_test_text(run, "encoding"), "GB18030");
    assert_int_equal(dc_test_number(run, "unchanged"), 120000);
    wait_until_counted();
    DC_AUTO_FREE char *after = dc_test_pg_value(
        pg, "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ingest.total t");
    assert_string_equal(before, after);
    assert_sql("0", "SELECT count(*) FROM ingest.piece");
    dc_test_ask_forget();
}

static void
all_or_nothing_takes_nothing_when_one_is_wrong(void **state)
{
    (void)state;
    static const char bad[] = HEADER "N1,1,0,C,P,,E3,2026-11-01\nN2,x,0,C,P,,E3,2026-11-01\n";
    json_t *run = upload("bad.csv", bad, sizeof(bad) - 1, true);
    assert_string_equal(dc_test_text(run, "state"), "RUN_STATE_REFUSED");
    assert_non_null(strstr(dc_test_text(run, "problem"), "1 of 2 rows"));
    assert_non_null(strstr(dc_test_text(run, "problemZh"), "2 行中有 1 行不正确"));
    assert_sql("0", "SELECT count(*) FROM ingest.record WHERE source_key LIKE 'N_'");
    static const char good[] = HEADER "N1,1,0,C,P,,E3,2026-11-01\nN2,2,0,C,P,,E3,2026-11-01\n";
    run = upload("good.csv", good, sizeof(good) - 1, true);
    assert_string_equal(dc_test_text(run, "state"), "RUN_STATE_DONE");
    assert_int_equal(dc_test_number(run, "created"), 2);
    static const char header[] = "source_key,amount\nN1,1\n";
    run = upload("columns.csv", header, sizeof(header) - 1, false);
    assert_string_equal(dc_test_text(run, "state"), "RUN_STATE_REFUSED");
    assert_non_null(strstr(dc_test_text(run, "problem"), "员工编号"));
    static const char utf16[] = "\xFF\xFEs\0o\0u\0";
    run = upload("utf16.csv", utf16, sizeof(utf16) - 1, false);
    assert_string_equal(dc_test_text(run, "state"), "RUN_STATE_REFUSED");
    assert_non_null(strstr(dc_test_text(run, "problem"), "UTF-16"));
    assert_non_null(strstr(dc_test_text(run, "problemZh"), "表头无法读取：文件是 UTF-16 编码"));
    assert_totals_agree();
    dc_test_ask_forget();
}

static void
pieces_go_on_where_they_ended(void **state)
{
    (void)state;
    static const char file[] = HEADER "R1,1,0,C,P,,E3,2026-11-01\n";
    size_t size = sizeof(file) - 1;
    struct dc_error error;
    int64_t run = start_file("resumed.csv", size, false);
    assert_int_equal(put_piece(run, 0, file, 10, &error), DC_OK);
    assert_int_equal(put_piece(run, 0, file, 10, &error), DC_FAILED_PRECONDITION);
    assert_string_equal(error.field, "offset");
    assert_non_null(strstr(error.message, "from 10"));
    static const char too_much[sizeof(file)] = {0}; /* 10 bytes more than what is left */
    assert_int_equal(put_piece(run, 10, too_much, size, &error), DC_FAILED_PRECONDITION);
    assert_int_equal(dc_test_refused(edge, INGEST, "FinishUpload", SUPERVISOR, &error,
                                     "{\"runId\":%lld}", (long long)run),
                     DC_FAILED_PRECONDITION);
    assert_int_equal(put_piece(run, 10, file + 10, size - 10, &error), DC_OK);
    dc_test_ask(edge, INGEST, "FinishUpload", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
    assert_int_equal(dc_test_number(wait_for_run(run), "created"), 1);
    assert_int_equal(put_piece(run, size, "x", 1, &error), DC_FAILED_PRECONDITION);
    run = start_file("stopped.csv", size, false);
    assert_int_equal(put_piece(run, 0, file, 10, &error), DC_OK);
    json_t *stopped =
        dc_test_ask(edge, INGEST, "CancelUpload", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
    assert_string_equal(dc_test_text(stopped, "run.state"), "RUN_STATE_CANCELLED");
    assert_int_equal(put_piece(run, 10, file + 10, 5, &error), DC_FAILED_PRECONDITION);
    dc_test_ask_forget();
}

static bool
some_rows_are_in(void *run)
{
    char sql[200];
    snprintf(sql, sizeof(sql), "SELECT rows > 0 AND state < 3 FROM ingest.run WHERE run_id = %lld",
             (long long)*(int64_t *)run);
    return holds(sql);
}

static void
killed_in_the_middle_it_goes_on(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text file = DC_TEXT_INIT;
    many_rows(&file, 200000, 50); /* the 120,000 of before, changed, and 80,000 more */
    struct dc_error error;
    int64_t run = start_file("killed.csv", file.length, false);
    size_t at = 0;
    for (int kills = 0; at < file.length;) {
        size_t length = file.length - at < 1 << 20 ? file.length - at : 1 << 20;
        if (put_piece(run, at, file.data + at, length, &error) == DC_OK) {
            at += length;
        } else {
            json_t *got =
                dc_test_ask(edge, INGEST, "GetRun", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
            at = (size_t)dc_test_number(got, "run.bytesReceived");
        }
        if (at > (size_t)(kills + 1) * (5 << 20) && kills < 2) {
            assert_true(dc_test_wait_until(some_rows_are_in, &run, 30000));
            dc_test_service_kill(ingest);
            dc_test_service_start(ingest);
            kills++;
        }
    }
    dc_test_ask(edge, INGEST, "FinishUpload", SUPERVISOR, "{\"runId\":%lld}", (long long)run);
    dc_test_service_kill(ingest);
    dc_test_service_start(ingest);
    json_t *done = wait_for_run(run);
    assert_string_equal(dc_test_text(done, "state"), "RUN_STATE_DONE");
    assert_int_equal(dc_test_number(done, "rows"), 200000);
    assert_int_equal(dc_test_number(done, "created") + dc_test_number(done, "changed"), 200000);
    assert_totals_agree();
    dc_test_ask_forget();
}

/* --- any sequence of changes --------------------------------------------------------------------
 */
static void
step_by_step_equals_from_nothing(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    for (int round = 0; round < 40; round++) {
        for (uint64_t pushes = 1 + dc_test_random_below(&random, 4); pushes > 0; pushes--) {
            DC_AUTO_TEXT struct dc_text records = DC_TEXT_INIT;
            for (uint64_t n = 1 + dc_test_random_below(&random, 12); n > 0; n--) {
                random_record(&random, &records);
                dc_text_add(&records, n > 1 ? "," : "");
            }
            push(records.data);
        }
        if (round % 4 == 3) {
            assert_totals_agree();
        }
        dc_test_ask_forget();
    }
    assert_totals_agree();
    assert_sql(
        "", "SELECT coalesce(string_agg(t, chr(10)), '') FROM (SELECT format('%s n=%s: %s', "
            "series_id, n, count(*)) AS t FROM ingest.seen WHERE n <= 0 GROUP BY series_id, n) x");
}

static void
a_changed_measure_is_counted_back(void **state)
{
    (void)state;
    /* Another filter, then the first again with a version of its own; pushes go on meanwhile. */
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":[{\"id\":2,\"code\":\"campaign\",\"kind\":2,\"version\":2,\"filters\":"
         "[{\"dimension\":\"campaign\",\"values\":[\"618\"]}]}]}");
    for (int i = 0; i < 20; i++) {
        char record[300];
        snprintf(record, sizeof(record),
                 "{\"sourceKey\":\"B%d\",\"amount\":\"%d\",\"campaign\":\"618\","
                 "\"personCode\":\"E3\",\"occurredAt\":\"2026-11-05\"}",
                 i * 3, i);
        push(record);
    }
    wait_for("SELECT count(*) = 1 FROM ingest.measure WHERE version = 2 AND told");
    wait_until_counted();
    hear_totals();
    assert_sql("t", "SELECT (SELECT n FROM public.heard WHERE measure = 2 AND kind = 1 AND owner = "
                    "1 AND period = '2026') = (SELECT count(*) FROM ingest.record r JOIN "
                    "ingest.dims d USING (tenant_id, dims_id) WHERE NOT deleted AND campaign = "
                    "'618' AND extract(year FROM occurred_on) = 2026)");
    assert_sql("t", "SELECT bool_and(measure_version = 2) FROM public.heard WHERE measure = 2");
    tell("goals", "measures", &goals__measures_defined__descriptor,
         "{\"measures\":[{\"id\":2,\"code\":\"campaign\",\"kind\":2,\"version\":3,\"filters\":"
         "[{\"dimension\":\"campaign\",\"values\":[\"双十一\"]}]}]}");
    wait_for("SELECT count(*) = 1 FROM ingest.measure WHERE version = 3 AND told");
    assert_totals_agree();
    dc_test_ask_forget();
}

/* --- rights
 * --------------------------------------------------------------------------------------- */
static void
people_reach_what_is_theirs(void **state)
{
    (void)state;
    struct dc_error error;
    static const char zhang_san[] = "{\"ownerKind\":2,\"ownerId\":3,\"period\":\"2026\"}";
    static const char unit_b[] = "{\"ownerKind\":1,\"ownerId\":11,\"period\":\"2026\"}";
    dc_test_ask(edge, INGEST, "ListRecords", WHO(TENANT, 3, EMPLOYEE, SELF, 0), "%s", zhang_san);
    dc_test_ask(edge, INGEST, "ListRecords", WHO(TENANT, 9, TEAM_LEAD, UNIT_TREE, 10), "%s",
                zhang_san);
    assert_int_equal(dc_test_refused(edge, INGEST, "ListRecords", WHO(TENANT, 4, EMPLOYEE, SELF, 0),
                                     &error, "%s", zhang_san),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, INGEST, "ListRecords",
                                     WHO(TENANT, 9, DIRECTOR, UNIT_TREE, 10), &error, "%s", unit_b),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, INGEST, "ListRecords",
                                     WHO(TENANT, 9, INTEGRATOR, GROUP, 0), &error, "%s", zhang_san),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, INGEST, "PushRecords", WHO(TENANT, 3, EMPLOYEE, SELF, 0),
                                     &error, "{\"source\":\"crm\",\"records\":[{}]}"),
                     DC_PERMISSION_DENIED);
    assert_int_equal(dc_test_refused(edge, INGEST, "PushRecords",
                                     WHO(TENANT, 3, SUPERVISOR, UNIT_TREE, 10), &error,
                                     "{\"source\":\"crm\",\"records\":[{}]}"),
                     DC_PERMISSION_DENIED);
    /* Runs: one's own, and supervisors'. */
    json_t *runs = dc_test_ask(edge, INGEST, "ListRuns", SUPERVISOR, "{\"limit\":2}");
    int64_t run = dc_test_number(runs, "runs.0.id");
    assert_int_equal(dc_test_refused(edge, INGEST, "GetRun", WHO(TENANT, 77, INTEGRATOR, GROUP, 0),
                                     &error, "{\"runId\":%lld}", (long long)run),
                     DC_NOT_FOUND);
    /* Another tenant sees none of it, with the same ids. */
    assert_int_equal(dc_test_refused(edge, INGEST, "GetRun", WHO(8, 1, SUPERVISOR, GROUP, 0),
                                     &error, "{\"runId\":%lld}", (long long)run),
                     DC_NOT_FOUND);
    json_t *none =
        dc_test_ask(edge, INGEST, "ListRecords", WHO(8, 1, SUPERVISOR, GROUP, 0), "%s", unit_b);
    assert_int_equal(dc_test_count(none, "records"), 0);
    json_t *some = total_of(0, 2, 3, "2026");
    long long id = (long long)dc_test_number(some, "records.0.id");
    assert_true(id > 0);
    assert_int_equal(dc_test_refused(edge, INGEST, "GetRecord", WHO(8, 1, SUPERVISOR, GROUP, 0),
                                     &error, "{\"id\":%lld}", id),
                     DC_NOT_FOUND);
    assert_int_equal(dc_test_refused(edge, INGEST, "GetRecord", WHO(TENANT, 4, EMPLOYEE, SELF, 0),
                                     &error, "{\"id\":%lld}", id),
                     DC_PERMISSION_DENIED);
    dc_test_ask(edge, INGEST, "GetRecord", WHO(TENANT, 3, EMPLOYEE, SELF, 0), "{\"id\":%lld}", id);
    dc_test_ask_forget();
}

static void
pages_show_every_record_once(void **state)
{
    (void)state;
    char page[60] = "";
    int64_t seen = 0;
    do {
        json_t *list = dc_test_ask(edge, INGEST, "ListRecords", SUPERVISOR,
                                   "{\"ownerKind\":1,\"ownerId\":11,\"period\":\"2026-11\","
                                   "\"limit\":500,\"page\":\"%s\"}",
                                   page);
        seen += (int64_t)dc_test_count(list, "records");
        snprintf(page, sizeof(page), "%s", dc_test_text(list, "nextPage"));
        dc_test_ask_forget();
    } while (*page);
    char number[32];
    snprintf(number, sizeof(number), "%lld", (long long)seen);
    assert_sql(number, "SELECT count(*) FROM ingest.record JOIN ingest.unit_path USING "
                       "(tenant_id, path_id) WHERE 11 = ANY (units) AND NOT deleted AND "
                       "to_char(occurred_on, 'YYYY-MM') = '2026-11'");
}

static void
the_database_keeps_tenants_apart(void **state)
{
    (void)state;
    assert_sql("0", "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                    "WHERE nspname = 'ingest' AND relkind IN ('r', 'p') AND NOT relrowsecurity AND "
                    "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND attname = "
                    "'tenant_id') AND relname IN ('record', 'record_version', 'run', 'pending', "
                    "'piece', 'rejected', 'total', 'seen', 'measure', 'series', 'untold')");
    assert_sql("0", "SET ROLE ingest; SELECT set_config('dacheng.tenant', '8', false); "
                    "SELECT count(*) FROM ingest.record");
}

int
main(int argc, char **argv)
{
    int status;
    if (dc_test_service_plays(argc, argv, stage_specs, &status)) {
        return status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_is_counted_everywhere_above),
        cmocka_unit_test(corrected_deleted_and_back),
        cmocka_unit_test(a_moved_person_counts_by_the_day),
        cmocka_unit_test(a_moved_unit_keeps_what_was_counted),
        cmocka_unit_test(wrong_records_are_refused),
        cmocka_unit_test(a_file_with_every_kind_of_fault),
        cmocka_unit_test(step_by_step_equals_from_nothing),
        cmocka_unit_test(a_changed_measure_is_counted_back),
        cmocka_unit_test(people_reach_what_is_theirs),
        cmocka_unit_test(pages_show_every_record_once),
        cmocka_unit_test(the_database_keeps_tenants_apart),
        /* What makes very many records comes last: each comparison counts all of them anew. */
        cmocka_unit_test(all_or_nothing_takes_nothing_when_one_is_wrong),
        cmocka_unit_test(pieces_go_on_where_they_ended),
        cmocka_unit_test(the_same_file_twice_changes_nothing),
        cmocka_unit_test(killed_in_the_middle_it_goes_on),
    };
    cmocka_set_test_filter(getenv("DC_TEST_FILTER")); /* NULL: all */
    return cmocka_run_group_tests_name("ingest", tests, stage_up, stage_down);
}
