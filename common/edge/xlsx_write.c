/* Writing workbooks, by libxlsxwriter, which writes files only: one in the temporary directory that is
 * gone when it has been read. */
#include "edge/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/cleanup.h"

enum { DIGITS = 15, WIDTH = 16 };

/* A plain decimal that a workbook's number says exactly as it stands. */
static bool
is_number(const char *text)
{
    const char *at = text + (text[0] == '-');
    size_t digits = strspn(at, "0123456789"), fraction = 0;
    if (digits == 0 || (at[0] == '0' && digits > 1)) {
        return false; /* 007 is a code */
    }
    at += digits;
    if (*at == '.') {
        fraction = strspn(at + 1, "0123456789");
        at += fraction + 1;
    }
    return *at == '\0' && digits + fraction <= DIGITS;
}

static void
write_rows(lxw_worksheet *sheet, lxw_format *bold, const char *const *const *rows, size_t count,
           size_t columns, size_t texts)
{
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < columns; c++) {
            const char *field = rows[r][c];
            if (field[0] == '\0') {
                continue;
            }
            if (r > 0 && c >= texts && is_number(field)) {
                worksheet_write_number(sheet, (lxw_row_t)r, (lxw_col_t)c, strtod(field, NULL), NULL);
            } else {
                worksheet_write_string(sheet, (lxw_row_t)r, (lxw_col_t)c, field, r ? NULL : bold);
            }
        }
    }
}

static enum dc_code
read_back(const char *path, struct dc_arena *arena, const void **ret_data, size_t *ret_size,
          struct dc_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        if (file) {
            fclose(file);
        }
        return dc_fail(error, DC_INTERNAL, "a workbook cannot be read back from %s", path);
    }
    long size = ftell(file);
    char *data = dc_arena_alloc(arena, (size_t)(size > 0 ? size : 1));
    rewind(file);
    bool whole = size > 0 && fread(data, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    if (!whole) {
        return dc_fail(error, DC_INTERNAL, "a workbook cannot be read back from %s", path);
    }
    *ret_data = data;
    *ret_size = (size_t)size;
    return DC_OK;
}

enum dc_code
dc_xlsx_write(const char *sheet_name, const char *const *const *rows, size_t count, size_t columns,
              size_t texts, struct dc_arena *arena, const void **ret_data, size_t *ret_size,
              struct dc_error *error)
{
    const char *directory = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char *path = dc_arena_printf(arena, "%s/dacheng-xlsx-XXXXXX", directory);
    int fd = mkstemp(path);
    if (fd < 0) {
        return dc_fail(error, DC_INTERNAL, "no file can be made in %s", directory);
    }
    close(fd);
    lxw_workbook_options options = {.tmpdir = (char *)directory};
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = book ? workbook_add_worksheet(book, sheet_name) : NULL;
    enum dc_code code = DC_OK;
    if (sheet) {
        lxw_format *bold = workbook_add_format(book);
        format_set_bold(bold);
        worksheet_freeze_panes(sheet, 1, (lxw_col_t)texts);
        worksheet_set_column(sheet, 0, (lxw_col_t)(columns - 1), WIDTH, NULL);
        write_rows(sheet, bold, rows, count, columns, texts);
    }
    lxw_error failed = book ? workbook_close(book) : LXW_ERROR_MEMORY_MALLOC_FAILED;
    code = sheet && failed == LXW_NO_ERROR
               ? read_back(path, arena, ret_data, ret_size, error)
               : dc_fail(error, DC_INTERNAL, "a workbook cannot be written: %s",
                         lxw_strerror(failed));
    unlink(path);
    return code;
}
