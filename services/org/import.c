/* import.c - the CSV import of units and people: reading the table, and the whole-or-nothing act.
 */
#include "import.h"

#include <ctype.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

void
import_reject(struct import_table *table, int64_t line, int column, const char *value,
              const struct dc_error *fault)
{
    table->rejected++;
    if (table->listed == IMPORT_LISTED_MAX) {
        return;
    }
    struct dc_error shown; /* cuts a long value at a character */
    (void)dc_fail(&shown, DC_INVALID_ARGUMENT, "%.120s", value);
    if (!dc_utf8_is_valid(shown.message, strlen(shown.message))) {
        shown.message[0] = '\0';
    }
    struct dc_arena *arena = table->step->arena;
    Org__Rejection *rejection = DC_NEW_MESSAGE(arena, Org__Rejection, org__rejection__init);
    rejection->line = line;
    rejection->column = (char *)(column >= 0 ? table->columns[column].names[0] : "");
    rejection->value = dc_arena_strdup(arena, shown.message);
    rejection->reason = dc_arena_strdup(arena, fault->message);
    rejection->reason_zh = dc_arena_strdup(arena, fault->message_zh);
    table->rejections[table->listed++] = rejection;
}

int
import_column_of(const struct import_table *table, const char *field)
{
    static const struct {
        const char *field;
        const char *column;
    } others[] = {
        {"parent_id", "parent_code"},
        {"manager_id", "manager_code"},
        {"unit_id", "unit_code"},
        {"posts", "post_from"},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        field = strcmp(field, others[i].field) == 0 ? others[i].column : field;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(field, table->columns[i].names[0]) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *
import_date(struct dc_arena *arena, const char *text)
{
    int year, month, day, used = 0;
    size_t length = strlen(text);
    if (length == 8 && strspn(text, "0123456789") == 8) {
        return dc_arena_printf(arena, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
    }
    if (length >= 8 && length <= 10 && strchr("./", text[4]) && isdigit((unsigned char)text[0]) &&
        sscanf(text, "%4d%*1[./]%2d%*1[./]%2d%n", &year, &month, &day, &used) == 3 &&
        (size_t)used == length && year >= 0 && month > 0 && day > 0) {
        return dc_arena_printf(arena, "%04d-%02d-%02d", year, month, day);
    }
    return text;
}

/* --- reading ------------------------------------------------------------------------------- */
static const char *
trimmed(struct dc_arena *arena, const char *field, size_t length)
{
    while (length > 0 && (field[0] == ' ' || field[0] == '\t')) {
        field++;
        length--;
    }
    while (length > 0 && (field[length - 1] == ' ' || field[length - 1] == '\t')) {
        length--;
    }
    return length == 0 ? "" : dc_arena_strndup(arena, field, length);
}

static void
add_row(struct import_table *table, const struct dc_csv_row *row)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 256;
        struct import_row *rows =
            dc_arena_alloc(table->step->arena, capacity * sizeof(struct import_row));
        if (table->count > 0) {
            memcpy(rows, table->rows, table->count * sizeof(*rows));
        }
        table->rows = rows;
        table->capacity = capacity;
    }
    struct import_row *out = &table->rows[table->count++];
    out->line = row->line;
    for (size_t i = 0; i < table->column_count; i++) {
        int at = table->at[i];
        out->cells[i] = at >= 0 && (size_t)at < row->count
                            ? trimmed(table->step->arena, row->fields[at], row->lengths[at])
                            : "";
    }
}

enum dc_code
import_read(struct import_table *table, const ProtobufCBinaryData *csv, struct dc_error *error)
{
    enum { PIECE = 1 << 20 };
    DC_AUTO(dc_csv) struct dc_csv *reader = dc_csv_new(0, NULL);
    bool has_header = false;
    for (size_t at = 0; at <= csv->len; at += PIECE) {
        if (csv->len - at > PIECE) {
            dc_csv_push(reader, csv->data + at, PIECE);
        } else {
            dc_csv_push(reader, csv->len ? csv->data + at : NULL, csv->len - at);
            dc_csv_end(reader);
        }
        for (struct dc_csv_row row; dc_csv_next(reader, &row);) {
            if (!has_header) {
                DC_TRY(dc_csv_map_header(&row, table->columns, table->column_count, table->at, NULL,
                                         NULL, error));
                has_header = true;
                continue;
            }
            table->total++;
            if (row.fault != DC_CSV_GOOD) {
                struct dc_error fault;
                (void)dc_fail_with(&fault, DC_INVALID_ARGUMENT, "", row.reason, row.reason_zh);
                import_reject(table, row.line, -1, "", &fault);
            } else {
                add_row(table, &row);
            }
        }
    }
    if (!has_header) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "csv", "is empty; a header is expected");
    }
    return DC_OK;
}

/* --- the request --------------------------------------------------------------------------- */
DC_HANDLER(org_import, Org__ImportRequest, Org__ImportResponse)
{
    bool units = request->kind == ORG__IMPORT_KIND__IMPORT_KIND_UNITS;
    struct org_tenant tenant;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(SUPERVISOR), error));
    if (!units && request->kind != ORG__IMPORT_KIND__IMPORT_KIND_PEOPLE) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "kind", "must be units or people");
    }
    if (request->csv.len > IMPORT_BYTES_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "csv",
                             "has %zu bytes; at most %d are allowed", request->csv.len,
                             IMPORT_BYTES_MAX);
    }
    struct import_table table = {
        .step = step,
        .columns = units ? import_unit_columns : import_person_columns,
        .column_count = units ? import_unit_column_count : import_person_column_count,
        .rejections = DC_NEW_ARRAY(step->arena, Org__Rejection *, IMPORT_LISTED_MAX),
    };
    DC_TRY(import_read(&table, &request->csv, error));
    DC_TRY(org_store_lock_tenant(step, step->context->tenant_id, &tenant, error));
    DC_TRY((units ? import_units : import_people)(&table, &tenant, !request->try_only, response,
                                                  error));
    response->rows = table.total;
    response->rejections = table.rejections;
    response->n_rejections = table.listed;
    response->rejected = table.rejected;
    response->written = !request->try_only && table.rejected == 0;
    return DC_OK;
}
