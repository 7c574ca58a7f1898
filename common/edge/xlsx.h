/*
 * xlsx.h - tables as spreadsheet files: the first sheet of a workbook as rows of text, and a workbook of
 * one sheet from rows of text.
 *
 * Reading takes a whole file in memory and trusts nothing in it. Bounded are: what the parts unpack to
 * (however small the file is), rows, columns, and the text of one cell. A document type declaration is
 * refused, so there are no entities and nothing is fetched. Rows come in the file's order, each with the
 * number that it has in the sheet; cells that are not there are "".
 *
 * Numbers in a workbook are binary floating point. They are read as spreadsheets show them, at 15
 * significant digits, and written as numbers only when 15 digits say them exactly, else as text.
 */
#ifndef DC_EDGE_XLSX_H
#define DC_EDGE_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum {
    DC_XLSX_UNPACKED_MAX = 64 << 20, /* bytes of all parts that are read */
    DC_XLSX_ROWS_MAX = 200000,
    DC_XLSX_COLUMNS_MAX = 256,
    DC_XLSX_CELL_MAX = 32767, /* bytes of one cell's text; Excel's own bound, in characters */
};

/* A ZIP archive by its first bytes; what is inside is another question. */
bool dc_xlsx_is_one(const void *data, size_t size);

struct dc_xlsx_row {
    int64_t line; /* in the sheet, from 1 */
    size_t count;
    const char *const *fields; /* UTF-8; until the next row */
};
/* Another code than DC_OK ends the reading with it. */
typedef enum dc_code dc_xlsx_row_fn(void *context, const struct dc_xlsx_row *row,
                                    struct dc_error *error);

/* Errors: INVALID_ARGUMENT: it is no workbook that can be read; OUT_OF_RANGE: past a bound. */
enum dc_code dc_xlsx_read(const void *data, size_t size, dc_xlsx_row_fn *row, void *context,
                          struct dc_error *error) DC_MUST_CHECK;

/* The text of a number as it stands in a workbook, as a plain decimal; false: it is none. */
enum { DC_XLSX_NUMBER_TEXT = 340 };
bool dc_xlsx_number(const char *text, char ret_text[DC_XLSX_NUMBER_TEXT]);

/* A workbook of one sheet, the first row in bold and kept in sight. `rows` are `count` rows of `columns`
 * fields; plain decimals of at most 15 digits become numbers, except in the first row and in the first
 * `texts` columns. The bytes are the arena's. */
enum dc_code dc_xlsx_write(const char *sheet, const char *const *const *rows, size_t count,
                           size_t columns, size_t texts, struct dc_arena *arena,
                           const void **ret_data, size_t *ret_size,
                           struct dc_error *error) DC_MUST_CHECK;

#endif
