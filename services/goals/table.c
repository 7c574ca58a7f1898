/* A sheet of targets as a file. */
#include "table.h"

#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "edge/csv.h"
#include "edge/xlsx.h"

enum { TEXTS = 3 };

/* --- reading ------------------------------------------------------------------------------------
 */

struct filling {
    struct dc_arena *arena;
    struct table *table;
    size_t capacity;
};

static const char *
keep_trimmed(struct dc_arena *arena, const char *text)
{
    static const char *const blanks = " \t\r\n";
    text += strspn(text, blanks);
    char *kept = dc_arena_strdup(arena, text);
    for (size_t length = strlen(kept); length > 0 && strchr(blanks, kept[length - 1]);) {
        kept[--length] = '\0';
    }
    return kept;
}

static enum dc_code
add_row(struct filling *filling, const struct table_row *row, const char *const *fields,
        struct dc_error *error)
{
    struct table *table = filling->table;
    struct table_row kept = *row;
    bool empty = row->fault.en == NULL;
    kept.fields = DC_NEW_ARRAY(filling->arena, const char *, row->count + 1);
    for (size_t i = 0; i < row->count; i++) {
        kept.fields[i] = keep_trimmed(filling->arena, fields[i]);
        empty = empty && kept.fields[i][0] == '\0';
    }
    if (empty) {
        return DC_OK;
    }
    if (table->count > TABLE_ROWS_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "content", "more than %d rows", TABLE_ROWS_MAX);
    }
    if (table->count == filling->capacity) {
        filling->capacity = filling->capacity ? 2 * filling->capacity : 256;
        struct table_row *rows = DC_NEW_ARRAY(filling->arena, struct table_row, filling->capacity);
        if (table->count > 0) {
            memcpy(rows, table->rows, table->count * sizeof *rows);
        }
        table->rows = rows;
    }
    table->rows[table->count++] = kept;
    return DC_OK;
}

static enum dc_code
take_xlsx_row(void *context, const struct dc_xlsx_row *row, struct dc_error *error)
{
    const struct table_row kept = {.line = row->line, .count = row->count};
    return add_row(context, &kept, row->fields, error);
}

static enum dc_code
read_csv(const void *data, size_t size, struct filling *filling, struct dc_error *error)
{
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(0, NULL);
    struct dc_csv_row row;
    dc_csv_push(csv, data, size);
    dc_csv_end(csv);
    for (bool head = true; dc_csv_next(csv, &row); head = false) {
        struct table_row kept = {.line = row.line, .count = row.count};
        if (row.fault != DC_CSV_GOOD) {
            if (head) {
                return dc_fail_with(error, DC_INVALID_ARGUMENT, "content", row.reason, row.reason_zh);
            }
            kept.fault = dc_bilingual_copy(filling->arena, row.reason, row.reason_zh);
            kept.fault_column = row.fault_field == SIZE_MAX ? 0 : row.fault_field + 1;
            kept.count = 0;
        }
        DC_TRY(add_row(filling, &kept, row.fields, error));
    }
    return DC_OK;
}

enum dc_code
table_read(const void *data, size_t size, struct dc_arena *arena, struct table *ret_table,
           struct dc_error *error)
{
    *ret_table = (struct table){0};
    struct filling filling = {.arena = arena, .table = ret_table};
    if (size > TABLE_BYTES_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "content", "more than 8 MiB");
    }
    DC_TRY(dc_xlsx_is_one(data, size) ? dc_xlsx_read(data, size, take_xlsx_row, &filling, error)
                                      : read_csv(data, size, &filling, error));
    return ret_table->count > 0
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "content", "the file has no rows");
}

/* --- writing ------------------------------------------------------------------------------------
 */

static enum dc_code
to_gb18030(const struct dc_text *text, struct dc_arena *arena, const void **ret_data,
           size_t *ret_size, struct dc_error *error)
{
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    size_t left = text->length, room = 2 * text->length + 4;
    char *in = (char *)dc_text_cstr(text), *out = dc_arena_alloc(arena, room);
    *ret_data = out;
    *ret_size = room;
    bool done = converter != (iconv_t)-1 && iconv(converter, &in, &left, &out, &room) != (size_t)-1;
    if (converter != (iconv_t)-1) {
        iconv_close(converter);
    }
    *ret_size -= room;
    return done ? DC_OK : dc_fail(error, DC_INTERNAL, "the table cannot be written as GB18030");
}

enum dc_code
table_write(enum table_format format, const char *const *const *rows, size_t count, size_t columns,
            struct dc_arena *arena, const void **ret_data, size_t *ret_size,
            struct dc_error *error)
{
    if (format == TABLE_XLSX) {
        return dc_xlsx_write("目标", rows, count, columns, TEXTS, arena, ret_data, ret_size, error);
    }
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    if (format == TABLE_CSV) {
        dc_csv_write_start(&text);
    }
    for (size_t i = 0; i < count; i++) {
        dc_csv_write_row(&text, rows[i], columns);
    }
    if (format == TABLE_CSV_GB18030) {
        return to_gb18030(&text, arena, ret_data, ret_size, error);
    }
    *ret_data = dc_arena_memdup(arena, dc_text_cstr(&text), text.length + 1);
    *ret_size = text.length;
    return DC_OK;
}

bool
table_parse_head(const char *head, struct dc_arena *arena, const char **ret_code,
                 const char **ret_period)
{
    const char *open = strrchr(head, '['), *close = strrchr(head, ']');
    if (!open || !close || close < open + 2) {
        return false;
    }
    *ret_code = keep_trimmed(arena, dc_arena_printf(arena, "%.*s", (int)(close - open - 1), open + 1));
    *ret_period = keep_trimmed(arena, close + 1);
    return true;
}
