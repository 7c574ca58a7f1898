/*
 * table.h - a sheet of targets as a file: rows of text out of XLSX or CSV bytes, and back.
 */
#ifndef DC_GOALS_TABLE_H
#define DC_GOALS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bilingual.h"
#include "base/error.h"

enum { TABLE_BYTES_MAX = 8 << 20, TABLE_ROWS_MAX = 20000 };

struct table_row {
    int64_t line;        /* in the file, from 1 */
    size_t count;        /* 0 when it could not be read */
    const char **fields; /* blanks around them are gone */
    size_t fault_column; /* from 1; 0: the row as a whole */
    struct dc_bilingual fault; /* en NULL: none */
};
struct table {
    struct table_row *rows; /* the head comes first; empty rows are left out */
    size_t count;
};

/* Tells the format by the bytes. INVALID_ARGUMENT or OUT_OF_RANGE at content: there is no table to read. */
enum dc_code table_read(const void *data, size_t size, struct dc_arena *arena,
                        struct table *ret_table, struct dc_error *error) DC_MUST_CHECK;

enum table_format { TABLE_XLSX, TABLE_CSV, TABLE_CSV_GB18030 };
/* The first three columns are texts. */
enum dc_code table_write(enum table_format format, const char *const *const *rows, size_t count,
                         size_t columns, struct dc_arena *arena, const void **ret_data,
                         size_t *ret_size, struct dc_error *error) DC_MUST_CHECK;

/* The head of a column of figures: "销售额 [sales_amount] 2026Q4". false: it is none. */
bool table_parse_head(const char *head, struct dc_arena *arena, const char **ret_code,
                      const char **ret_period);

#endif
