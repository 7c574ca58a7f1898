/* calendar_csv.c - the exceptions of a calendar from a CSV file, whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "calendar.h"
#include "edge/csv.h"

enum { COLUMN_DATE, COLUMN_WORKING, COLUMN_NAME, COLUMNS };

static const struct dc_csv_column columns[COLUMNS] = {
    [COLUMN_DATE] = {{"date", "日期"}, true},
    [COLUMN_WORKING] = {{"working", "上班", "是否上班"}, true},
    [COLUMN_NAME] = {{"name", "名称", "备注"}, false},
};

static const struct {
    const char *text;
    bool working;
} words[] = {
    {"true", true},   {"yes", true}, {"1", true},  {"是", true},  {"上班", true},  {"班", true},
    {"false", false}, {"no", false}, {"0", false}, {"否", false}, {"放假", false}, {"休", false},
};

struct row { /* a day, and the line that it stands in */
    struct wf_day day;
    int64_t line;
};

struct reading {
    struct dc_arena *arena;
    struct wf_problems *problems;
    int at[COLUMNS];
    struct row *rows;
    size_t count;
    size_t room;
};

static char *
trimmed(struct dc_arena *arena, const char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1])) {
        length--;
    }
    return dc_arena_strndup(arena, text, length);
}

/* Also as spreadsheet programs write dates: 2026/1/4. */
static bool
read_date(const char *text, dc_date *ret_date)
{
    unsigned year, month, day;
    char mark, same, plain[DC_DATE_TEXT + 32];
    int end = 0;
    if (sscanf(text, "%4u%c%2u%c%2u%n", &year, &mark, &month, &same, &day, &end) != 5 ||
        text[end] != '\0' || mark != same || (mark != '-' && mark != '/') ||
        strspn(text, "0123456789-/") != strlen(text)) {
        return false;
    }
    snprintf(plain, sizeof plain, "%04u-%02u-%02u", year, month, day);
    return dc_date_parse(plain, ret_date, NULL) == DC_OK;
}

static bool
read_working(const char *text, bool *ret_working)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i].text, text) == 0) {
            *ret_working = words[i].working;
            return true;
        }
    }
    return false;
}

static bool
name_is_good(const char *name)
{
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            return false;
        }
    }
    return dc_utf8_length(name, strlen(name)) <= WF_DAY_NAME_MAX;
}

static void
keep(struct reading *reading, struct wf_day day, int64_t line)
{
    if (reading->count == reading->room) {
        size_t room = reading->room ? reading->room * 2 : 64;
        struct row *rows = DC_NEW_ARRAY(reading->arena, struct row, room);
        if (reading->count > 0) {
            memcpy(rows, reading->rows, reading->count * sizeof *rows);
        }
        reading->rows = rows;
        reading->room = room;
    }
    reading->rows[reading->count++] = (struct row){day, line};
}

static void
read_row(struct reading *reading, const struct dc_csv_row *csv)
{
    if (csv->fault != DC_CSV_GOOD) {
        int64_t column = csv->fault_field == SIZE_MAX ? 0 : (int64_t)csv->fault_field + 1;
        wf_problem_add(reading->problems, csv->line, column,
                       DC_BILINGUAL(csv->reason, csv->reason_zh));
        return;
    }
    const char *text[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        text[i] = reading->at[i] < 0 ? "" : trimmed(reading->arena, csv->fields[reading->at[i]]);
    }
    struct wf_day day = {.name = text[COLUMN_NAME]};
    bool good = true;
    if (!read_date(text[COLUMN_DATE], &day.date)) {
        good = false;
        wf_problem_add(
            reading->problems, csv->line, reading->at[COLUMN_DATE] + 1,
            dc_bilingual_printf(reading->arena,
                                "\"%.*s\" is no date; wanted is year-month-day, such as 2026-10-01",
                                "“%.*s”不是日期；应为年-月-日，如 2026-10-01",
                                wf_cut(text[COLUMN_DATE]), text[COLUMN_DATE]));
    }
    if (!read_working(text[COLUMN_WORKING], &day.working)) {
        good = false;
        wf_problem_add(reading->problems, csv->line, reading->at[COLUMN_WORKING] + 1,
                       dc_bilingual_printf(
                           reading->arena,
                           "\"%.*s\" does not say whether it is a working day; allowed are true, "
                           "yes, 1, 是, 上班 and false, no, 0, 否, 放假",
                           "“%.*s”没有说明是否上班；可填 true、yes、1、是、上班 或 "
                           "false、no、0、否、放假",
                           wf_cut(text[COLUMN_WORKING]), text[COLUMN_WORKING]));
    }
    if (!name_is_good(day.name)) {
        good = false;
        wf_problem_add(
            reading->problems, csv->line, reading->at[COLUMN_NAME] + 1,
            dc_bilingual_printf(reading->arena,
                                "a name has at most %d characters and no control characters",
                                "名称最多 %d 个字符，不含控制字符", WF_DAY_NAME_MAX));
    }
    if (good) {
        keep(reading, day, csv->line);
    }
}

static bool
read_header(struct reading *reading, struct dc_csv *csv)
{
    struct dc_csv_row row;
    struct dc_error error = {0};
    DC_AUTO_TEXT struct dc_text unknown = DC_TEXT_INIT, zh = DC_TEXT_INIT;
    if (!dc_csv_next(csv, &row)) {
        wf_problem_add(reading->problems, 1, 0,
                       DC_BILINGUAL("the file is empty; wanted are the columns date, working, name "
                                    "(日期, 上班, 名称) and a row for each day",
                                    "文件为空；应有 date, working, name（日期, 上班, "
                                    "名称）列，每天一行"));
        return false;
    }
    if (dc_csv_map_header(&row, columns, COLUMNS, reading->at, &unknown, &zh, &error) != DC_OK) {
        wf_problem_add(reading->problems, row.line, 0,
                       DC_BILINGUAL(error.message, dc_text_cstr(&zh)));
        return false;
    }
    if (unknown.length > 0) {
        wf_problem_add(reading->problems, row.line, 0,
                       dc_bilingual_printf(reading->arena,
                                           "there is no column %s; allowed are date, working, name "
                                           "(日期, 上班, 名称)",
                                           "没有列 %s；可用的列：date, working, name（日期, 上班, "
                                           "名称）",
                                           dc_text_cstr(&unknown)));
    }
    return true;
}

static int
by_date(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->day.date != right->day.date) {
        return left->day.date < right->day.date ? -1 : 1;
    }
    return (left->line > right->line) - (left->line < right->line);
}

static void
read_rows(struct reading *reading, struct dc_csv *csv)
{
    struct dc_csv_row row;
    while (dc_csv_next(csv, &row)) {
        if (reading->count == WF_CALENDAR_DAYS_MAX) {
            wf_problem_add(reading->problems, row.line, 0,
                           dc_bilingual_printf(reading->arena,
                                               "more than %d days; allowed are as many",
                                               "超过 %d 天；最多这么多", WF_CALENDAR_DAYS_MAX));
            return;
        }
        read_row(reading, &row);
    }
    if (reading->count == 0 && reading->problems->count == 0) {
        wf_problem_add(reading->problems, 1, 0,
                       DC_BILINGUAL("the file has a header and no days", "文件只有表头，没有日期"));
    }
    if (reading->count > 1) {
        qsort(reading->rows, reading->count, sizeof *reading->rows, by_date);
    }
    for (size_t i = 1; i < reading->count; i++) {
        if (reading->rows[i].day.date == reading->rows[i - 1].day.date) {
            char date[DC_DATE_TEXT];
            dc_date_format(reading->rows[i].day.date, date);
            wf_problem_add(
                reading->problems, reading->rows[i].line, reading->at[COLUMN_DATE] + 1,
                dc_bilingual_printf(reading->arena,
                                    "%1$s stands in line %2$lld already; each date stands once",
                                    "第 %2$lld 行已有 %1$s；每个日期只能出现一次", date,
                                    (long long)reading->rows[i - 1].line));
        }
    }
}

enum dc_code
wf_calendar_read_csv(struct dc_arena *arena, const void *csv, size_t size,
                     const struct wf_day **ret_days, size_t *ret_count,
                     struct wf_problems *problems, struct dc_error *error)
{
    DC_ASSERT(arena && (csv || size == 0) && ret_days && ret_count && problems);
    struct reading reading = {.arena = arena, .problems = problems};
    if (size > WF_CALENDAR_CSV_MAX) {
        wf_problem_add(problems, 0, 0,
                       dc_bilingual_printf(arena, "the file has %zu bytes; at most %d are allowed",
                                           "文件有 %zu 字节；最多 %d 字节", size,
                                           WF_CALENDAR_CSV_MAX));
        return wf_problems_refuse(problems, error);
    }
    DC_AUTO(dc_csv) struct dc_csv *reader = dc_csv_new(0, NULL);
    dc_csv_push(reader, csv, size);
    dc_csv_end(reader);
    if (read_header(&reading, reader)) {
        read_rows(&reading, reader);
    }
    wf_problems_finish(problems);
    if (problems->count > 0) {
        return wf_problems_refuse(problems, error);
    }
    struct wf_day *days = DC_NEW_ARRAY(arena, struct wf_day, reading.count);
    for (size_t i = 0; i < reading.count; i++) {
        days[i] = reading.rows[i].day;
    }
    *ret_days = days;
    *ret_count = reading.count;
    return DC_OK;
}
