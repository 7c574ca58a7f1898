/* Tests reading and writing workbooks: what is written is read, what another program writes too, and what
 * no workbook should hold is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "base/text.h"
#include "edge/xlsx.h"
#include "tests/lib/harness.h"

/* --- short forms --------------------------------------------------------------------------------
 */

static enum dc_code
collect(void *context, const struct dc_xlsx_row *row, struct dc_error *error)
{
    struct dc_text *text = context;
    (void)error;
    dc_text_printf(text, "%lld:", (long long)row->line);
    for (size_t i = 0; i < row->count; i++) {
        dc_text_printf(text, "%s%s", i ? "|" : "", row->fields[i]);
    }
    dc_text_add(text, "\n");
    return DC_OK;
}

/* An archive of parts: path, content, path, content, ..., NULL. */
static void *
archive(const char *const *parts, size_t *ret_size)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    for (; parts[0]; parts += 2) {
        zip_file_add(zip, parts[0], zip_source_buffer(zip, parts[1], strlen(parts[1]), 0), 0);
    }
    zip_source_keep(source);
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t stat;
    assert_int_equal(zip_source_stat(source, &stat), 0);
    void *data = malloc(stat.size);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_read(source, data, stat.size), stat.size);
    zip_source_close(source);
    zip_source_free(source);
    *ret_size = stat.size;
    return data;
}

#define WORKBOOK                                                                                   \
    "xl/workbook.xml",                                                                             \
        "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"rId7\"/>"                        \
        "<sheet name=\"b\" r:id=\"rId1\"/></sheets></workbook>",                                   \
        "xl/_rels/workbook.xml.rels",                                                              \
        "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/other.xml\"/>"               \
        "<Relationship Id=\"rId7\" Target=\"worksheets/first.xml\"/></Relationships>"
#define SHEET(rows) "xl/worksheets/first.xml", "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static enum dc_code
read_parts(const char *const *parts, struct dc_text *text, struct dc_error *error)
{
    size_t size;
    void *data = archive(parts, &size);
    assert_true(dc_xlsx_is_one(data, size));
    enum dc_code code = dc_xlsx_read(data, size, collect, text, error);
    free(data);
    return code;
}
#define READ(text, error, ...)                                                                     \
    read_parts((const char *const[]){__VA_ARGS__, NULL}, (text), (error))

/* --- reading ------------------------------------------------------------------------------------
 */

static void
test_cells_of_every_kind(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    enum dc_code code =
        READ(&text, &error, WORKBOOK, "xl/sharedStrings.xml",
             "<sst><si><t>华东</t></si><si><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></si></sst>",
             SHEET("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
                   "<row r=\"4\"><c r=\"A4\"><v>12.300000000000001</v></c><c r=\"B4\" t=\"inlineStr\">"
                   "<is><t>in &amp; out</t></is></c><c r=\"C4\" t=\"b\"><v>1</v></c>"
                   "<c r=\"D4\" t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>1+1</f><v>2</v></c></row>"
                   "<row><c t=\"s\"><v>99</v></c></row>"));
    assert_int_equal(code, DC_OK);
    assert_string_equal(dc_text_cstr(&text), "1:华东||ab\n4:12.3|in & out|TRUE|#N/A|2\n5:\n");
}

static void
test_numbers(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1", "1"},          {"1.10", "1.1"},          {"0.1", "0.1"},
        {"-0", "0"},         {"1E7", "10000000"},      {"1.2345E-3", "0.0012345"},
        {"5e3", "5000"},     {"12.300000000000001", "12.3"},
        {"99999999999.99", "99999999999.99"},          {"123456789012345", "123456789012345"},
        {"-20000000.5", "-20000000.5"},                {"0.30000000000000004", "0.3"},
    };
    char text[DC_XLSX_NUMBER_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(dc_xlsx_number(cases[i][0], text));
        assert_string_equal(text, cases[i][1]);
    }
    static const char *const none[] = {"", "x", "1x", "1 2", "0x10", "inf", "nan", "1e999", "--1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(dc_xlsx_number(none[i], text));
    }
}

/* --- refusing -----------------------------------------------------------------------------------
 */

static void
test_what_is_no_workbook(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    assert_int_equal(dc_xlsx_read("PK\003\004 nonsense", 13, collect, &text, &error),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(dc_xlsx_read("", 0, collect, &text, &error), DC_INVALID_ARGUMENT);
    assert_int_equal(READ(&text, &error, "readme.txt", "hello"), DC_INVALID_ARGUMENT);
    assert_int_equal(READ(&text, &error, WORKBOOK), DC_INVALID_ARGUMENT);
    assert_int_equal(READ(&text, &error, WORKBOOK, SHEET("<row><c>")), DC_INVALID_ARGUMENT);
    assert_int_equal(READ(&text, &error, WORKBOOK,
                          SHEET("<row r=\"2\"><c><v>1</v></c></row><row r=\"2\"/>")),
                     DC_INVALID_ARGUMENT);
    assert_int_equal(READ(&text, &error, WORKBOOK,
                          SHEET("<row r=\"9\"><c r=\"B9\"/><c r=\"A9\"/></row>")),
                     DC_INVALID_ARGUMENT);
    assert_false(dc_xlsx_is_one("a,b\n1,2\n", 8));
}

static void
test_declarations_and_entities(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    enum dc_code code =
        READ(&text, &error, WORKBOOK, "xl/worksheets/first.xml",
             "<!DOCTYPE w [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><worksheet><sheetData><row>"
             "<c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>");
    assert_int_equal(code, DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "document type"));
    assert_string_equal(dc_text_cstr(&text), "");
}

static char *
repeat(const char *before, const char *piece, size_t count, const char *after)
{
    size_t length = strlen(piece);
    char *text = malloc(strlen(before) + length * count + strlen(after) + 1), *at = text;
    at = stpcpy(at, before);
    for (size_t i = 0; i < count; i++) {
        memcpy(at, piece, length);
        at += length;
    }
    memcpy(at, after, strlen(after) + 1);
    return text;
}

static void
test_bounds(void **state)
{
    (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    /* 65 MiB of blanks pack to some 64 KiB. */
    char *bomb = repeat("<worksheet><sheetData>", "                ", 65 << 16,
                        "</sheetData></worksheet>");
    assert_int_equal(READ(&text, &error, WORKBOOK, "xl/worksheets/first.xml", bomb),
                     DC_OUT_OF_RANGE);
    assert_non_null(strstr(error.message, "64 MiB"));
    free(bomb);
    char *deep = repeat("<worksheet>", "<x>", 1000, "");
    assert_int_equal(READ(&text, &error, WORKBOOK, "xl/worksheets/first.xml", deep),
                     DC_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "deep"));
    free(deep);
    char *wide = repeat("<worksheet><sheetData><row>", "<c><v>1</v></c>", 257,
                        "</row></sheetData></worksheet>");
    assert_int_equal(READ(&text, &error, WORKBOOK, "xl/worksheets/first.xml", wide),
                     DC_OUT_OF_RANGE);
    free(wide);
    char *cell = repeat("<worksheet><sheetData><row><c t=\"str\"><v>", "x", 40000,
                        "</v></c></row></sheetData></worksheet>");
    assert_int_equal(READ(&text, &error, WORKBOOK, "xl/worksheets/first.xml", cell),
                     DC_OUT_OF_RANGE);
    free(cell);
    assert_int_equal(
        READ(&text, &error, WORKBOOK, SHEET("<row r=\"200001\"><c><v>1</v></c></row>")),
        DC_OUT_OF_RANGE);
}

/* --- writing ------------------------------------------------------------------------------------
 */

static void
test_what_is_written_is_read(void **state)
{
    (void)state;
    struct dc_arena *arena = dc_arena_new(0);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    struct dc_error error = {0};
    static const char *const rows[][4] = {
        {"kind", "code", "2026", "值"},
        {"unit", "007", "20000000.00", "华东 <A&B> \"x\""},
        {"person", "12", "999999999999999.99", "=1+1"},
        {"unit", "A", "", "-0.5"},
    };
    const char *const *lines[] = {rows[0], rows[1], rows[2], rows[3]};
    const void *data;
    size_t size;
    assert_int_equal(dc_xlsx_write("目标", lines, 4, 4, 2, arena, &data, &size, &error), DC_OK);
    assert_true(dc_xlsx_is_one(data, size));
    assert_int_equal(dc_xlsx_read(data, size, collect, &text, &error), DC_OK);
    assert_string_equal(dc_text_cstr(&text),
                        "1:kind|code|2026|值\n2:unit|007|20000000|华东 <A&B> \"x\"\n"
                        "3:person|12|999999999999999.99|=1+1\n4:unit|A||-0.5\n");
    dc_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_of_every_kind),   cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_what_is_no_workbook),   cmocka_unit_test(test_declarations_and_entities),
        cmocka_unit_test(test_bounds),                cmocka_unit_test(test_what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
