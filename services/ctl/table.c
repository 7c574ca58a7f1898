/* table.c - columns of text, as wide as their widest cell. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

enum { COLUMNS_MAX = 16 };

void
table_cell(struct table *table, const char *format, ...)
{
    char cell[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cell, sizeof(cell), format, arguments);
    va_end(arguments);
    dc_text_append(&table->cells, cell, strlen(cell) + 1);
    table->count++;
}

static size_t
columns_of(const struct table *table)
{
    size_t count = 0;
    while (table->heads[count] && count < COLUMNS_MAX) {
        count++;
    }
    return count;
}

/* Characters, not bytes: names may be Chinese. (Those are two columns wide on a terminal; the
 * tables here are of names in ASCII but for keys, which stand last.) */
static int
width_of(const char *cell)
{
    return (int)dc_utf8_length(cell, strlen(cell));
}

static void
add_cell(struct dc_text *text, const char *cell, int width, bool right, bool last)
{
    int blanks = width - width_of(cell);
    dc_text_printf(text, "%*s%s", right ? blanks : 0, "", cell);
    if (!last) {
        dc_text_printf(text, "%*s  ", right ? 0 : blanks, "");
    }
}

void
table_print(const struct table *table, struct dc_text *text)
{
    size_t columns = columns_of(table);
    int widths[COLUMNS_MAX] = {0};
    for (size_t c = 0; c < columns; c++) {
        widths[c] = width_of(table->heads[c]) - (table->heads[c][0] == '>');
    }
    const char *cell = dc_text_cstr(&table->cells);
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
        int width = width_of(cell);
        widths[i % columns] = width > widths[i % columns] ? width : widths[i % columns];
    }
    for (size_t c = 0; c < columns; c++) {
        bool right = table->heads[c][0] == '>';
        add_cell(text, table->heads[c] + right, widths[c], right, c + 1 == columns);
    }
    dc_text_add(text, "\n");
    cell = dc_text_cstr(&table->cells);
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
        size_t c = i % columns;
        add_cell(text, cell, widths[c], table->heads[c][0] == '>', c + 1 == columns);
        dc_text_add(text, c + 1 == columns ? "\n" : "");
    }
}

void
table_release(struct table *table)
{
    dc_text_release(&table->cells);
}
