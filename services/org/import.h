/*
 * import.h - an organisation's CSV as rows of known columns, and the list of what is wrong.
 */
#ifndef DC_ORG_IMPORT_H
#define DC_ORG_IMPORT_H

#include "edge/csv.h"
#include "handlers.h"

enum { IMPORT_COLUMNS_MAX = 16, IMPORT_BYTES_MAX = 32 << 20, IMPORT_LISTED_MAX = 1000 };

struct import_row {
    int64_t line;
    const char *cells[IMPORT_COLUMNS_MAX]; /* by column of the kind; "" where empty or absent */
};

struct import_table {
    struct dc_step *step;
    const struct dc_csv_column *columns;
    size_t column_count;
    int at[IMPORT_COLUMNS_MAX]; /* place in the file; -1: the file has no such column */
    struct import_row *rows;
    size_t count;
    size_t capacity;
    Org__Rejection **rejections; /* room for IMPORT_LISTED_MAX */
    size_t listed;
    int64_t rejected;
    int64_t total; /* rows in the file, bad ones too */
};

/* Reads the whole file; rows that cannot be read are rejected. INVALID_ARGUMENT when the file is
 * no table of this kind at all. */
enum dc_code import_read(struct import_table *table, const ProtobufCBinaryData *csv,
                         struct dc_error *error) DC_MUST_CHECK;
void import_reject(struct import_table *table, int64_t line, int column /* -1: the row */,
                   const char *value, const struct dc_error *fault);
/* The column that a message's field stands for; -1 when none. */
int import_column_of(const struct import_table *table, const char *field);
/* "2026-11-23", "2026/11/23", "2026/1/5" and "20261123" as the first form; else as it is. */
const char *import_date(struct dc_arena *arena, const char *text);

/* Judges the rows and stores them when all are good and `write`. The tenant is locked. */
enum dc_code import_units(struct import_table *table, const struct org_tenant *tenant, bool write,
                          Org__ImportResponse *response, struct dc_error *error) DC_MUST_CHECK;
enum dc_code import_people(struct import_table *table, const struct org_tenant *tenant, bool write,
                           Org__ImportResponse *response, struct dc_error *error) DC_MUST_CHECK;
extern const struct dc_csv_column import_unit_columns[];
extern const struct dc_csv_column import_person_columns[];
extern const size_t import_unit_column_count, import_person_column_count;

#endif
