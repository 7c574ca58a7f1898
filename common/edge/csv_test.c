/* Tests of csv.c and csv_text.c. */
#include "edge/csv.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/harness.h"

/* All rows as one text: "line:field|field\n" or "line:!fault\n". */
static void
append_row(struct dc_text *text, const struct dc_csv_row *row)
{
    dc_text_printf(text, "%lld:", (long long)row->line);
    if (row->fault != DC_CSV_GOOD) {
        dc_text_printf(text, "!%d", (int)row->fault);
    } else {
        for (size_t i = 0; i < row->count; i++) {
            dc_text_printf(text, "%s%s", i ? "|" : "", row->fields[i]);
        }
    }
    dc_text_add(text, "\n");
}

static void
read_all(struct dc_text *text, const char *data, size_t size, size_t piece, size_t record_max)
{
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(record_max, NULL);
    struct dc_csv_row row;
    for (size_t at = 0; at < size; at += piece) {
        dc_csv_push(csv, data + at, size - at < piece ? size - at : piece);
        while (dc_csv_next(csv, &row)) {
            append_row(text, &row);
        }
    }
    dc_csv_end(csv);
    while (dc_csv_next(csv, &row)) {
        append_row(text, &row);
    }
}

/* Put down after every row and taken up by a new reader. */
static void
read_resumed(struct dc_text *text, const char *data, size_t size, size_t record_max)
{
    struct dc_csv_position position = {.line = 1};
    for (bool more = true; more;) {
        DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(record_max, &position);
        dc_csv_push(csv, data + position.offset, size - (size_t)position.offset);
        dc_csv_end(csv);
        struct dc_csv_row row;
        more = dc_csv_next(csv, &row);
        if (more) {
            append_row(text, &row);
            dc_csv_position(csv, &position);
            more = position.fields > 0; /* 0: not readable at all */
        }
    }
}

static void
expect_sized(const char *data, size_t size, size_t record_max, const char *expected)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1 << 20};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        read_all(&text, data, size, pieces[i], record_max);
        assert_string_equal(dc_text_cstr(&text), expected);
    }
    DC_AUTO_TEXT struct dc_text resumed = DC_TEXT_INIT;
    read_resumed(&resumed, data, size, record_max);
    assert_string_equal(dc_text_cstr(&resumed), expected);
}

static void
expect(const char *data, const char *expected)
{
    expect_sized(data, strlen(data), 0, expected);
}

static void
reads_plain_and_quoted(void **state)
{
    (void)state;
    expect("a,b,c\n1,2,3\n", "1:a|b|c\n2:1|2|3\n");
    expect("a,b\r\n1,\"x, \"\"y\"\"\"\r\n", "1:a|b\n2:1|x, \"y\"\n");
    expect("a,b\n1,\"two\nlines\"\n3,4", "1:a|b\n2:1|two\nlines\n4:3|4\n");
    expect("a,b\n,\n\"\",\"\"\n", "1:a|b\n2:|\n3:|\n");
    expect("\n\r\na,b\n\n\n1,2\r\n\r\n", "3:a|b\n6:1|2\n");
    expect("a\n1\r", "1:a\n2:1\n");
    expect("a\n\"1\"\r", "1:a\n2:1\n");
    expect("", "");
}

static void
finds_the_delimiter(void **state)
{
    (void)state;
    expect("a;b;c\n1;2,5;3\n", "1:a|b|c\n2:1|2,5|3\n");
    expect("a\tb\n1\t2\n", "1:a|b\n2:1|2\n");
    expect("\"a;;;;\",b\n1,2\n", "1:a;;;;|b\n2:1|2\n");
}

static void
a_broken_quote_costs_one_line(void **state)
{
    (void)state;
    expect("a,b\n1,x\"y\n3,4\n", "1:a|b\n2:!1\n3:3|4\n");
    expect("a,b\n1,\"x\"y\n3,4\n", "1:a|b\n2:!1\n3:3|4\n");
    expect("a,b\n1,\"never\n3,4\n5,6\n", "1:a|b\n2:!1\n3:3|4\n4:5|6\n");
    expect("a,b\n1,\"never\n3,\"4\"\n5,6\n", "1:a|b\n2:!1\n3:3|4\n4:5|6\n");
}

static void
a_quoted_field_has_few_lines(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text data = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text expected = DC_TEXT_INIT;
    dc_text_add(&data, "a\n\"x\n");
    dc_text_add(&expected, "1:a\n2:!1\n");
    for (int i = 0; i < DC_CSV_LINES_MAX; i++) {
        dc_text_add(&data, "y\n");
        dc_text_printf(&expected, "%d:y\n", i + 3);
    }
    dc_text_add(&data, "z\"\n");
    dc_text_printf(&expected, "%d:!1\n", DC_CSV_LINES_MAX + 3);
    expect(data.data, dc_text_cstr(&expected));
}

static void
tells_field_counts_and_nul(void **state)
{
    (void)state;
    expect("a,b\n1\n1,2,3\n4,5\n", "1:a|b\n2:!6\n3:!6\n4:4|5\n");
    static const char nul[] = "a,b\n1,x\0y\n4,5\n";
    expect_sized(nul, sizeof(nul) - 1, 0, "1:a|b\n2:!3\n3:4|5\n");
}

static void
bounds_a_record(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text data = DC_TEXT_INIT;
    dc_text_add(&data, "a,b\n1,2\n");
    for (int i = 0; i < 5000; i++) {
        dc_text_add(&data, "x");
    }
    dc_text_add(&data, "\n3,4\n5,\"");
    for (int i = 0; i < 300; i++) {
        dc_text_add(&data, "y");
    }
    dc_text_add(&data, "\n6,7\n");
    expect_sized(data.data, data.length, 100, "1:a|b\n2:1|2\n3:!4\n4:3|4\n5:!4\n6:6|7\n");
}

static void
a_ten_megabyte_line_stays_in_bounds(void **state)
{
    (void)state;
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(0, NULL);
    struct dc_csv_row row;
    dc_csv_push(csv, "a,b\n1,", 6);
    assert_true(dc_csv_next(csv, &row));
    DC_AUTO_FREE char *piece = malloc(65536);
    memset(piece, 'x', 65536);
    size_t told = 0;
    for (int i = 0; i < 160; i++) {
        dc_csv_push(csv, piece, 65536);
        while (dc_csv_next(csv, &row)) {
            assert_int_equal(row.fault, DC_CSV_TOO_LONG);
            assert_int_equal(row.line, 2);
            assert_string_equal(row.reason, "the line is longer than 1048576 bytes");
            assert_string_equal(row.reason_zh, "这一行超过 1048576 字节");
            told++;
        }
    }
    assert_int_equal(told, 1);
    dc_csv_push(csv, "\n3,4\n", 5);
    assert_true(dc_csv_next(csv, &row));
    assert_int_equal(row.line, 3);
    assert_string_equal(row.fields[1], "4");
}

static void
too_many_fields(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text data = DC_TEXT_INIT;
    dc_text_add(&data, "a,b\n");
    for (int i = 0; i < 2000; i++) {
        dc_text_add(&data, ",");
    }
    dc_text_add(&data, "\n3,4\n");
    expect(data.data, "1:a|b\n2:!5\n3:3|4\n");
}

static void
to_gb18030(struct dc_text *text, const char *utf8)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    char out[4096];
    char *from = (char *)utf8;
    char *to = out;
    size_t from_left = strlen(utf8);
    size_t to_left = sizeof(out);
    assert_int_not_equal(iconv(cd, &from, &from_left, &to, &to_left), (size_t)-1);
    iconv_close(cd);
    dc_text_append(text, out, (size_t)(to - out));
}

static void
knows_encodings(void **state)
{
    (void)state;
    const char *utf8 = "来源键,客户\n甲1,\"北京, 有限\"\n㐀2,€𠀀\n";
    const char *expected = "1:来源键|客户\n2:甲1|北京, 有限\n3:㐀2|€𠀀\n";
    expect(utf8, expected);
    DC_AUTO_TEXT struct dc_text marked = DC_TEXT_INIT;
    dc_text_add(&marked, "\xEF\xBB\xBF");
    dc_text_add(&marked, utf8);
    expect(marked.data, expected);
    DC_AUTO_TEXT struct dc_text gb = DC_TEXT_INIT;
    to_gb18030(&gb, utf8);
    expect(gb.data, expected);
    DC_AUTO_TEXT struct dc_text gb_marked = DC_TEXT_INIT;
    dc_text_add(&gb_marked, "\x84\x31\x95\x33");
    to_gb18030(&gb_marked, utf8);
    expect(gb_marked.data, expected);
    /* words whose GB18030 bytes are mostly valid UTF-8 */
    DC_AUTO_TEXT struct dc_text words = DC_TEXT_INIT;
    to_gb18030(&words, "客户,活动\n客户1,双十一\n客户2,双十一\n");
    expect(words.data, "1:客户|活动\n2:客户1|双十一\n3:客户2|双十一\n");
    /* ASCII first, the evidence later */
    DC_AUTO_TEXT struct dc_text late = DC_TEXT_INIT;
    dc_text_add(&late, "a,b\n1,2\n");
    to_gb18030(&late, "3,张三\n");
    expect(late.data, "1:a|b\n2:1|2\n3:3|张三\n");
}

static void
bad_bytes_cost_one_row(void **state)
{
    (void)state;
    expect("名,b\n张三,1\n\xFF\xFE,2\n李四,3\n", "1:名|b\n2:张三|1\n3:!2\n4:李四|3\n");
    DC_AUTO_TEXT struct dc_text gb = DC_TEXT_INIT;
    to_gb18030(&gb, "员工编号,客户类型\n张三丰,客户\n");
    dc_text_add(&gb, "\x81\x20,2\n");
    to_gb18030(&gb, "李四,三\n");
    expect(gb.data, "1:员工编号|客户类型\n2:张三丰|客户\n3:!2\n4:李四|三\n");
}

static void
refuses_utf16(void **state)
{
    (void)state;
    static const char utf16[] = "\xFF\xFE"
                                "a\0,\0b\0\n\0";
    expect_sized(utf16, sizeof(utf16) - 1, 0, "1:!2\n");
}

static void
a_bad_header_ends_it(void **state)
{
    (void)state;
    expect("a,\"b\"c\n1,2\n3,4\n", "1:!1\n");
}

static void
maps_headers_by_name(void **state)
{
    (void)state;
    static const struct dc_csv_column columns[] = {{{"source_key", "来源键"}, true},
                                                   {{"amount", "金额"}, true},
                                                   {{"unit_code", "组织编码"}, false}};
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(0, NULL);
    struct dc_csv_row row;
    struct dc_error error;
    int at[3];
    DC_AUTO_TEXT struct dc_text unknown = DC_TEXT_INIT;
    dc_csv_push(csv, "备注, 金额 ,SOURCE_KEY\n", strlen("备注, 金额 ,SOURCE_KEY\n"));
    assert_true(dc_csv_next(csv, &row));
    assert_int_equal(dc_csv_map_header(&row, columns, 3, at, &unknown, NULL, &error), DC_OK);
    assert_int_equal(at[0], 2);
    assert_int_equal(at[1], 1);
    assert_int_equal(at[2], -1);
    assert_string_equal(dc_text_cstr(&unknown), "备注");

    DC_AUTO(dc_csv) struct dc_csv *bad = dc_csv_new(0, NULL);
    dc_csv_push(bad, "source_key,x,y\n", 15);
    assert_true(dc_csv_next(bad, &row));
    DC_AUTO_TEXT struct dc_text zh = DC_TEXT_INIT;
    assert_int_equal(dc_csv_map_header(&row, columns, 3, at, NULL, &zh, &error),
                     DC_INVALID_ARGUMENT);
    assert_string_equal(error.field, "amount");
    assert_non_null(strstr(error.message, "金额"));
    assert_string_equal(
        dc_text_cstr(&zh),
        "表头缺少列“amount”（或“金额”）；可以有的列：source_key, amount, unit_code");

    DC_AUTO(dc_csv) struct dc_csv *twice = dc_csv_new(0, NULL);
    dc_csv_push(twice, "source_key,amount,amount\n", 25);
    assert_true(dc_csv_next(twice, &row));
    assert_int_equal(dc_csv_map_header(&row, columns, 3, at, NULL, NULL, &error),
                     DC_INVALID_ARGUMENT);
}

static void
writes_safe_fields(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    const char *fields[] = {"a",      "x,y",     "say \"hi\"", "=1+1",       "-12.50", "-1+1",
                            "+86138", "@SUM(A)", "\tx",        "two\nlines", "",       "=\"a\""};
    dc_csv_write_row(&text, fields, sizeof(fields) / sizeof(fields[0]));
    assert_string_equal(dc_text_cstr(&text),
                        "a,\"x,y\",\"say \"\"hi\"\"\",'=1+1,-12.50,'-1+1,+86138,'@SUM(A),\"'\tx\","
                        "\"two\nlines\",,\"'=\"\"a\"\"\"\r\n");
}

/* What was written is read back, whatever stands in it. */
static void
reads_what_it_wrote(void **state)
{
    (void)state;
    struct dc_test_random random = {dc_test_seed()};
    static const char *const bits[] = {"a", "\"", ",", "\n", "张", " ", ";", "\r\n", "1", "\t"};
    for (int round = 0; round < 500; round++) {
        DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
        DC_AUTO_TEXT struct dc_text expected = DC_TEXT_INIT;
        dc_csv_write_start(&text);
        dc_text_add(&text, "h1,h2,h3\r\n");
        for (int f = 0; f < 3; f++) {
            DC_AUTO_TEXT struct dc_text field = DC_TEXT_INIT;
            dc_text_add(&field, "k");
            for (uint64_t n = dc_test_random_below(&random, 8); n > 0; n--) {
                dc_text_add(&field, bits[dc_test_random_below(&random, 10)]);
            }
            dc_csv_write_field(&text, field.data, f == 0);
            dc_text_printf(&expected, "%s%s", f ? "|" : "2:", field.data);
        }
        dc_csv_write_row_end(&text);
        dc_text_add(&expected, "\n");
        DC_AUTO_TEXT struct dc_text rows = DC_TEXT_INIT;
        read_all(&rows, text.data, text.length, 5, 0);
        assert_string_equal(dc_text_cstr(&rows) + strlen("1:h1|h2|h3\n"), dc_text_cstr(&expected));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_and_quoted),
        cmocka_unit_test(finds_the_delimiter),
        cmocka_unit_test(a_broken_quote_costs_one_line),
        cmocka_unit_test(a_quoted_field_has_few_lines),
        cmocka_unit_test(tells_field_counts_and_nul),
        cmocka_unit_test(bounds_a_record),
        cmocka_unit_test(a_ten_megabyte_line_stays_in_bounds),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(knows_encodings),
        cmocka_unit_test(bad_bytes_cost_one_row),
        cmocka_unit_test(refuses_utf16),
        cmocka_unit_test(a_bad_header_ends_it),
        cmocka_unit_test(maps_headers_by_name),
        cmocka_unit_test(writes_safe_fields),
        cmocka_unit_test(reads_what_it_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
