/* The sheet: places of a tree with their targets in several columns, and whose may be changed. */
#include "store.h"

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

/* --- places -------------------------------------------------------------------------------------
 */

/* The columns of places, as arrays. */
struct columns {
    int64_t *kinds, *ids, *aboves, *numbers;
};

static struct columns
make_columns(struct dc_step *step, const struct store_place *places, size_t count)
{
    struct columns c = {
        .kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1),
        .ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1),
        .aboves = DC_NEW_ARRAY(step->arena, int64_t, count + 1),
        .numbers = DC_NEW_ARRAY(step->arena, int64_t, count + 1),
    };
    for (size_t i = 0; i < count; i++) {
        c.kinds[i] = places[i].kind;
        c.ids[i] = places[i].id;
        c.aboves[i] = places[i].above;
        c.numbers[i] = (int64_t)i;
    }
    return c;
}

enum dc_code
store_find_codes(struct dc_step *step, struct store_place *places, const char *const *codes,
                 size_t count, struct dc_error *error)
{
    struct columns c = make_columns(step, places, count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OWNERS_BY_CODE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(c.kinds, count), dc_p_texts(codes, count),
                     dc_p_int64s(c.numbers, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        places[dc_rows_int64(rows, i, 0)].id = dc_rows_int64(rows, i, 1);
    }
    return DC_OK;
}

enum dc_code
store_changeable(struct dc_step *step, const struct store_place *places, size_t count,
                 const struct dc_access_reach *supervised, const struct dc_access_reach *headed,
                 bool *ret_may, struct dc_error *error)
{
    struct columns c = make_columns(step, places, count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHANGEABLE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(c.kinds, count), dc_p_int64s(c.ids, count),
                     dc_p_int64s(c.aboves, count), dc_p_int64s(c.numbers, count),
                     dc_p_int64s(supervised->tree_units, supervised->tree_unit_count),
                     dc_p_int64s(supervised->units, supervised->unit_count),
                     dc_p_int64s(headed->tree_units, headed->tree_unit_count),
                     dc_p_int64s(headed->units, headed->unit_count), dc_p_bool(headed->all),
                     dc_p_int64(step->context->person_id)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        ret_may[dc_rows_int64(rows, i, 0)] = true;
    }
    return DC_OK;
}

/* --- rows and cells -----------------------------------------------------------------------------
 */

enum dc_code
store_sheet_rows(struct dc_step *step, dc_date day, int64_t unit_id, int levels,
                 const struct dc_access_reach *reach, size_t limit, struct store_sheet *ret_sheet,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SHEET_ROWS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_date(day), dc_p_int64(unit_id), dc_p_int64(levels), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64((int64_t)limit)));
    struct store_sheet sheet = {.count = dc_rows_count(rows)};
    sheet.items = DC_NEW_ARRAY(step->arena, Goals__SheetRow *, sheet.count + 1);
    sheet.aboves = DC_NEW_ARRAY(step->arena, int64_t, sheet.count + 1);
    for (size_t i = 0; i < sheet.count; i++) {
        Goals__SheetRow *row = DC_NEW_MESSAGE(step->arena, Goals__SheetRow, goals__sheet_row__init);
        row->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 0);
        row->owner_id = dc_rows_int64(rows, i, 1);
        row->name = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 2));
        row->code = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 3));
        row->depth = (int32_t)dc_rows_int64(rows, i, 4);
        row->above_id = sheet.aboves[i] = dc_rows_int64(rows, i, 5);
        sheet.items[i] = row;
    }
    *ret_sheet = sheet;
    return DC_OK;
}

static char *
keep_value(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

static void
read_cell(struct dc_step *step, const struct dc_rows *rows, size_t row,
          const struct store_indicator *indicator, Goals__SheetCell *cell)
{
    struct dc_decimal value = dc_rows_decimal(rows, row, 3);
    cell->target_id = dc_rows_int64(rows, row, 2);
    cell->value = keep_value(step, value, indicator->decimals);
    cell->version = dc_rows_int64(rows, row, 4);
    cell->pinned = dc_rows_bool(rows, row, 5);
    if (indicator->additive && dc_rows_int64(rows, row, 6) > 0) {
        struct dc_decimal sum = dc_rows_decimal(rows, row, 7);
        cell->children_sum = keep_value(step, sum, indicator->decimals);
        cell->left_over = keep_value(step, dc_decimal_sub(value, sum), indicator->decimals);
    }
    if (indicator->additive && !dc_rows_is_null(rows, row, 8)) {
        cell->periods_left = keep_value(
            step, dc_decimal_sub(value, dc_rows_decimal(rows, row, 8)), indicator->decimals);
    }
}

/* Every row gets one cell for each column, empty until a target is found. */
static void
make_cells(struct dc_step *step, struct store_sheet *sheet, size_t column_count)
{
    for (size_t i = 0; i < sheet->count; i++) {
        Goals__SheetRow *row = sheet->items[i];
        row->n_cells = column_count;
        row->cells = DC_NEW_ARRAY(step->arena, Goals__SheetCell *, column_count + 1);
        for (size_t c = 0; c < column_count; c++) {
            row->cells[c] =
                DC_NEW_MESSAGE(step->arena, Goals__SheetCell, goals__sheet_cell__init);
        }
    }
}

enum dc_code
store_sheet_cells(struct dc_step *step, struct store_sheet *sheet,
                  Goals__SheetColumn *const *columns, const struct store_indicator *indicators,
                  size_t column_count, struct dc_error *error)
{
    struct store_place *places = DC_NEW_ARRAY(step->arena, struct store_place, sheet->count + 1);
    for (size_t i = 0; i < sheet->count; i++) {
        places[i].kind = sheet->items[i]->owner_kind;
        places[i].id = sheet->items[i]->owner_id;
    }
    struct columns owners = make_columns(step, places, sheet->count);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, column_count + 1);
    int64_t *numbers = DC_NEW_ARRAY(step->arena, int64_t, column_count + 1);
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, column_count + 1);
    for (size_t c = 0; c < column_count; c++) {
        ids[c] = columns[c]->indicator_id;
        periods[c] = columns[c]->period;
        numbers[c] = (int64_t)c;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SHEET_CELLS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(ids, column_count), dc_p_texts(periods, column_count),
                     dc_p_int64s(numbers, column_count), dc_p_int64s(owners.kinds, sheet->count),
                     dc_p_int64s(owners.ids, sheet->count),
                     dc_p_int64s(owners.numbers, sheet->count)));
    make_cells(step, sheet, column_count);
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        size_t column = (size_t)dc_rows_int64(rows, i, 1);
        read_cell(step, rows, i, &indicators[column],
                  sheet->items[dc_rows_int64(rows, i, 0)]->cells[column]);
    }
    return DC_OK;
}
