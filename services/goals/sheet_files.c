/* Answers the requests that write the sheet to a file, and that take one back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "adjust.h"
#include "base/words.h"
#include "goals.h"
#include "rights.h"
#include "sheet.h"
#include "table.h"

enum {
    KIND,
    CODE,
    NAME,
    TEXTS, /* columns that say whose row it is */
    COLUMNS_MAX = 24,
    LEVELS_ALL = 64,
    PLACES_MAX = 1000000,
    CELLS_MAX = 100000,
};

/* Words for the head and the kind: the first is what export writes. */
static const char *const head_words[TEXTS][2] = {
    [KIND] = {"类型", "kind"}, [CODE] = {"编码", "code"}, [NAME] = {"名称", "name"}};
static const char *const kind_words[][2] = {
    [GOALS__OWNER_KIND__OWNER_KIND_UNIT] = {"组织", "unit"},
    [GOALS__OWNER_KIND__OWNER_KIND_PERSON] = {"员工", "person"}};

/* --- export -------------------------------------------------------------------------------------
 */

static enum dc_code
column_heads(struct dc_step *step, const Goals__ExportSheetRequest *request, const char **heads,
             struct dc_error *error)
{
    struct definition_indicators indicators;
    DC_TRY(store_indicators(step, &indicators, error));
    for (size_t c = 0; c < request->n_columns; c++) {
        const Goals__SheetColumn *column = request->columns[c];
        for (size_t i = 0; i < indicators.count; i++) {
            const Goals__Indicator *indicator = indicators.items[i];
            if (indicator->id == column->indicator_id) {
                heads[c] = dc_arena_printf(step->arena, "%s [%s] %s", indicator->name,
                                           indicator->code, column->period);
            }
        }
    }
    return DC_OK;
}

DC_HANDLER(goals_export_sheet, Goals__ExportSheetRequest, Goals__ExportSheetResponse)
{
    Goals__GetSheetRequest wanted = GOALS__GET_SHEET_REQUEST__INIT;
    Goals__GetSheetResponse sheet = GOALS__GET_SHEET_RESPONSE__INIT;
    static const struct {
        enum table_format format;
        const char *ending, *type;
    } formats[] = {
        [GOALS__FILE_FORMAT__FILE_FORMAT_XLSX] =
            {TABLE_XLSX, "xlsx",
             "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        [GOALS__FILE_FORMAT__FILE_FORMAT_CSV] = {TABLE_CSV, "csv", "text/csv; charset=utf-8"},
        [GOALS__FILE_FORMAT__FILE_FORMAT_CSV_GB18030] = {TABLE_CSV_GB18030, "csv",
                                                         "text/csv; charset=gb18030"},
    };
    if (request->format < GOALS__FILE_FORMAT__FILE_FORMAT_XLSX ||
        request->format > GOALS__FILE_FORMAT__FILE_FORMAT_CSV_GB18030) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "format", "XLSX, CSV or CSV_GB18030");
    }
    wanted.columns = request->columns;
    wanted.n_columns = request->n_columns;
    wanted.unit_id = request->unit_id;
    wanted.levels = request->levels;
    DC_TRY(sheet_read(step, &wanted, &sheet, error));
    size_t columns = TEXTS + request->n_columns;
    const char *const **rows = DC_NEW_ARRAY(step->arena, const char *const *, sheet.n_rows + 1);
    const char **head = DC_NEW_ARRAY(step->arena, const char *, columns);
    for (int i = 0; i < TEXTS; i++) {
        head[i] = head_words[i][0];
    }
    DC_TRY(column_heads(step, request, &head[TEXTS], error));
    rows[0] = head;
    for (size_t r = 0; r < sheet.n_rows; r++) {
        const Goals__SheetRow *row = sheet.rows[r];
        const char **fields = DC_NEW_ARRAY(step->arena, const char *, columns);
        fields[KIND] = kind_words[row->owner_kind][0];
        fields[CODE] = row->code;
        fields[NAME] = row->name;
        for (size_t c = 0; c < row->n_cells; c++) {
            fields[TEXTS + c] = row->cells[c]->value;
        }
        rows[r + 1] = fields;
    }
    const void *data;
    DC_TRY(table_write(formats[request->format].format, rows, sheet.n_rows + 1, columns,
                       step->arena, &data, &response->content.len, error));
    response->content.data = (uint8_t *)data;
    response->rows = (int64_t)sheet.n_rows;
    response->content_type = (char *)formats[request->format].type;
    response->file_name =
        dc_arena_printf(step->arena, "targets-%s.%s", request->columns[0]->period,
                        formats[request->format].ending);
    dc_step_subject(step, "unit/%" PRId64, sheet.unit_id);
    return DC_OK;
}

/* --- import: what the file says -----------------------------------------------------------------
 */

/* A column of figures. */
struct figure {
    size_t at; /* in the file, from 0 */
    Goals__SheetColumn column;
    struct store_indicator indicator;
};

struct import {
    struct table table;
    size_t texts[TEXTS]; /* where they stand; SIZE_MAX: nowhere */
    struct figure figures[COLUMNS_MAX];
    Goals__SheetColumn *columns[COLUMNS_MAX];
    struct store_indicator indicators[COLUMNS_MAX];
    size_t figure_count;
    struct cells cells;
    int64_t unchanged;
};

static int
word_of(const char *text, const char *const words[2])
{
    return strcasecmp(text, words[0]) == 0 || strcasecmp(text, words[1]) == 0;
}

static enum dc_code
read_figure(struct dc_step *step, struct import *import, size_t at, const char *head,
            const struct definition_indicators *indicators, struct dc_error *error)
{
    const char *code, *period;
    struct dc_period parsed;
    struct figure *figure = &import->figures[import->figure_count];
    if (!table_parse_head(head, step->arena, &code, &period)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "content",
                             "column %zu \"%s\": a column is 类型, 编码, 名称, or ends with "
                             "\"[indicator's code] period\"",
                             at + 1, head);
    }
    if (import->figure_count == COLUMNS_MAX || dc_period_parse(period, &parsed, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "content",
                             import->figure_count == COLUMNS_MAX
                                 ? DC_WORDS("column %zu \"%s\": more than 24 columns of figures")
                                 : DC_WORDS("column %zu \"%s\": a period is 2026, 2026Q4 or "
                                            "2026-11"),
                             at + 1, head);
    }
    *figure = (struct figure){.at = at, .column = GOALS__SHEET_COLUMN__INIT};
    for (size_t i = 0; i < indicators->count; i++) {
        if (strcmp(indicators->items[i]->code, code) == 0) {
            figure->column.indicator_id = indicators->items[i]->id;
        }
    }
    if (figure->column.indicator_id == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "content",
                             "column %zu \"%s\": there is no indicator with the code %s", at + 1,
                             head, code);
    }
    figure->column.period = (char *)period;
    for (size_t i = 0; i < import->figure_count; i++) {
        if (import->figures[i].column.indicator_id == figure->column.indicator_id &&
            strcmp(import->figures[i].column.period, period) == 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "content",
                                 "columns %zu and %zu are the same indicator and period",
                                 import->figures[i].at + 1, at + 1);
        }
    }
    import->columns[import->figure_count] = &figure->column;
    DC_TRY(store_find_indicator(step, figure->column.indicator_id,
                                &import->indicators[import->figure_count], error));
    import->figure_count++;
    return DC_OK;
}

static enum dc_code
read_head(struct dc_step *step, struct import *import, struct dc_error *error)
{
    const struct table_row *head = &import->table.rows[0];
    struct definition_indicators indicators;
    DC_TRY(store_indicators(step, &indicators, error));
    for (int i = 0; i < TEXTS; i++) {
        import->texts[i] = SIZE_MAX;
    }
    for (size_t at = 0; at < head->count; at++) {
        bool text = head->fields[at][0] == '\0';
        for (int i = 0; i < TEXTS && !text; i++) {
            if (word_of(head->fields[at], head_words[i])) {
                import->texts[i] = at;
                text = true;
            }
        }
        DC_TRY(text ? DC_OK : read_figure(step, import, at, head->fields[at], &indicators, error));
    }
    if (import->texts[KIND] == SIZE_MAX || import->texts[CODE] == SIZE_MAX ||
        import->figure_count == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "content",
                             "the first row must have the columns 类型 (kind) and 编码 (code), and one "
                             "of figures such as \"销售额 [sales_amount] 2026Q4\" at least");
    }
    return DC_OK;
}

/* --- import: whose rows -------------------------------------------------------------------------
 */

static const char *
field_of(const struct table_row *row, size_t at)
{
    return at < row->count ? row->fields[at] : "";
}

static void
refuse_row(struct dc_step *step, struct import *import, const struct table_row *row, size_t column,
           const char *code, const char *name, struct dc_bilingual text)
{
    struct cell cell = {
        .row = (int32_t)row->line, .column = (int32_t)column, .owner = {.name = name}};
    cells_refuse(step, &import->cells, &cell, code, text, "", "");
}

static int
by_code(const void *a, const void *b)
{
    const Goals__SheetRow *left = *(Goals__SheetRow *const *)a, *right = *(Goals__SheetRow *const *)b;
    int order = (int)left->owner_kind - (int)right->owner_kind;
    return order ? order : strcmp(left->code, right->code);
}

/* The owners that the file names, as far as the caller sees them: the sheet, parallel to `lines`. */
static enum dc_code
match_rows(struct dc_step *step, struct import *import, struct store_sheet *ret_sheet,
           const struct table_row ***ret_lines, struct dc_error *error)
{
    struct dc_access_reach reach;
    struct store_sheet all;
    int64_t unit_id;
    rights_reach(step, &reach);
    DC_TRY(reading_find_top(step, 0, &reach, &unit_id, error));
    DC_TRY(store_sheet_rows(step, goals_today(step), unit_id, LEVELS_ALL, &reach, PLACES_MAX, &all,
                            error));
    qsort(all.items, all.count, sizeof(*all.items), by_code);
    size_t count = import->table.count;
    *ret_sheet = (struct store_sheet){.items = DC_NEW_ARRAY(step->arena, Goals__SheetRow *, count),
                                      .aboves = DC_NEW_ARRAY(step->arena, int64_t, count)};
    *ret_lines = DC_NEW_ARRAY(step->arena, const struct table_row *, count);
    for (size_t i = 1; i < count; i++) {
        const struct table_row *row = &import->table.rows[i];
        const char *kind = field_of(row, import->texts[KIND]);
        Goals__SheetRow wanted = GOALS__SHEET_ROW__INIT, *key = &wanted;
        if (row->fault.en) {
            refuse_row(step, import, row, row->fault_column, "invalid_argument", "", row->fault);
            continue;
        }
        for (int k = GOALS__OWNER_KIND__OWNER_KIND_UNIT; k <= GOALS__OWNER_KIND__OWNER_KIND_PERSON;
             k++) {
            wanted.owner_kind = word_of(kind, kind_words[k]) ? (Goals__OwnerKind)k
                                                             : wanted.owner_kind;
        }
        wanted.code = (char *)field_of(row, import->texts[CODE]);
        Goals__SheetRow **found =
            wanted.owner_kind == 0
                ? NULL
                : bsearch(&key, all.items, all.count, sizeof(*all.items), by_code);
        if (wanted.owner_kind == 0) {
            refuse_row(step, import, row, import->texts[KIND] + 1, "invalid_argument", "",
                       DC_BILINGUAL("a kind is 组织 (unit) or 员工 (person)",
                                    "类型应为「组织」或「员工」"));
        } else if (!found) {
            refuse_row(step, import, row, import->texts[CODE] + 1, "not_found", "",
                       dc_bilingual_printf(step->arena, "nobody within reach has the code %s",
                                           "您的数据范围内没有编码为「%s」的组织或员工", wanted.code));
        } else {
            ret_sheet->items[ret_sheet->count] = *found;
            ret_sheet->aboves[ret_sheet->count] = (*found)->above_id;
            (*ret_lines)[ret_sheet->count++] = row;
        }
    }
    return DC_OK;
}

/* "12,000.5" as spreadsheets show it. */
static const char *
without_commas(struct dc_arena *arena, const char *text)
{
    char *plain = dc_arena_strdup(arena, text), *to = plain;
    for (const char *from = text; *from; from++) {
        if (*from != ',') {
            *to++ = *from;
        }
    }
    *to = '\0';
    return plain;
}

static bool
says_the_same(const char *text, const char *present)
{
    struct dc_decimal said, there;
    return present[0] != '\0' && dc_decimal_parse(text, &said, NULL) == DC_OK &&
           dc_decimal_parse(present, &there, NULL) == DC_OK && dc_decimal_cmp(said, there) == 0;
}

static void
take_row(struct dc_step *step, struct import *import, const struct table_row *line,
         const Goals__SheetRow *row)
{
    for (size_t f = 0; f < import->figure_count; f++) {
        const struct figure *figure = &import->figures[f];
        const Goals__SheetCell *present = row->cells[f];
        const char *text = without_commas(step->arena, field_of(line, figure->at));
        if (text[0] == '\0') {
            continue;
        }
        bool same = says_the_same(text, present->value);
        import->unchanged += same;
        if (same && (import->cells.keep_others || !row->changeable)) {
            continue; /* where others follow, what the file says is said */
        }
        if (!row->changeable) {
            refuse_row(step, import, line, figure->at + 1, "permission_denied", row->name,
                       DC_BILINGUAL("you may not change this owner's target",
                                    "您无权修改该组织或员工的目标"));
            continue;
        }
        cells_add(step, &import->cells,
                  &(struct cell){.row = (int32_t)line->line,
                                 .column = (int32_t)figure->at + 1,
                                 .owner = {.kind = row->owner_kind,
                                           .id = row->owner_id,
                                           .above = row->above_id,
                                           .name = row->name,
                                           .found = true},
                                 .indicator_id = figure->column.indicator_id,
                                 .period = figure->column.period,
                                 .text = text,
                                 .expected_version = present->target_id ? present->version : -1});
    }
}

/* --- import -------------------------------------------------------------------------------------
 */

static enum dc_code
take_file(struct dc_step *step, const Goals__ImportSheetRequest *request, struct import *import,
          struct dc_error *error)
{
    struct store_sheet sheet;
    const struct table_row **lines;
    DC_TRY(table_read(request->content.data, request->content.len, step->arena, &import->table,
                      error));
    DC_TRY(read_head(step, import, error));
    DC_TRY(match_rows(step, import, &sheet, &lines, error));
    DC_TRY(sheet_mark_changeable(step, &sheet, error));
    DC_TRY(store_sheet_cells(step, &sheet, import->columns, import->indicators,
                             import->figure_count, error));
    for (size_t i = 0; i < sheet.count; i++) {
        take_row(step, import, lines[i], sheet.items[i]);
    }
    if (import->cells.count > CELLS_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "content", "more than %d changed cells",
                             CELLS_MAX);
    }
    return cells_sort(&import->cells, error);
}

static enum dc_code
import_sheet(struct dc_step *step, const Goals__ImportSheetRequest *request, bool preview,
             Goals__ImportSheetResponse *response, struct dc_error *error)
{
    struct import *import = DC_NEW(step->arena, struct import);
    import->cells = (struct cells){.act = "sheet",
                                   .reason = request->reason,
                                   .policy = request->policy,
                                   .allow_over_assignment = request->allow_over_assignment,
                                   .keep_others = request->keep_others,
                                   .preview = preview};
    DC_TRY(preview ? DC_OK : definition_check_reason(request->reason, error));
    DC_TRY(adjust_check_from(request->policy, request->effective_on, &import->cells.effective_on,
                             error));
    DC_TRY(take_file(step, request, import, error));
    Goals__SaveCellsResponse *result =
        DC_NEW_MESSAGE(step->arena, Goals__SaveCellsResponse, goals__save_cells_response__init);
    DC_TRY(sheet_finish(step, &import->cells, result, error));
    response->result = result;
    response->rows = (int64_t)import->table.count - 1;
    response->unchanged = import->unchanged;
    return DC_OK;
}

DC_HANDLER(goals_preview_import, Goals__ImportSheetRequest, Goals__ImportSheetResponse)
{
    return import_sheet(step, request, true, response, error);
}

DC_HANDLER(goals_import_sheet, Goals__ImportSheetRequest, Goals__ImportSheetResponse)
{
    return import_sheet(step, request, false, response, error);
}
