/* Answers the requests about the sheet: the tree over several columns, and many cells saved at once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "adjust.h"
#include "cells.h"
#include "goals.h"
#include "rights.h"

enum {
    COLUMNS_MAX = 24,
    LEVELS_MAX = 64,
    ROWS_MAX = 10000,
    CELLS_MAX = 20000,
    SHEETS_MAX = 64,
    FOLLOWING_MAX = 1000, /* that are listed */
};

/* --- reading ------------------------------------------------------------------------------------
 */

static enum dc_code
read_columns(struct dc_step *step, const Goals__GetSheetRequest *request,
             struct store_indicator **ret_indicators, struct dc_error *error)
{
    if (request->n_columns == 0 || request->n_columns > COLUMNS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "columns", "1 to %d", COLUMNS_MAX);
    }
    *ret_indicators = DC_NEW_ARRAY(step->arena, struct store_indicator, request->n_columns);
    for (size_t i = 0; i < request->n_columns; i++) {
        char field[DC_ERROR_FIELD_MAX];
        struct dc_period period;
        const Goals__SheetColumn *column = request->columns[i];
        snprintf(field, sizeof field, "columns[%zu].period", i);
        if (dc_period_parse(column->period, &period, NULL) != DC_OK) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "a year, a quarter or a month: 2026, 2026Q4 or 2026-11");
        }
        for (size_t j = 0; j < i; j++) {
            if (request->columns[j]->indicator_id == column->indicator_id &&
                strcmp(request->columns[j]->period, column->period) == 0) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "stands there twice");
            }
        }
        DC_TRY(store_find_indicator(step, column->indicator_id, &(*ret_indicators)[i], error));
        if (!(*ret_indicators)[i].found) {
            snprintf(field, sizeof field, "columns[%zu].indicator_id", i);
            return dc_fail_field(error, DC_NOT_FOUND, field, "there is no such indicator");
        }
    }
    return DC_OK;
}

/* Whose targets the caller may change. */
static enum dc_code
mark_changeable(struct dc_step *step, struct store_sheet *sheet, struct dc_error *error)
{
    struct store_place *places = DC_NEW_ARRAY(step->arena, struct store_place, sheet->count + 1);
    bool *may = DC_NEW_ARRAY(step->arena, bool, sheet->count + 1);
    for (size_t i = 0; i < sheet->count; i++) {
        places[i] = (struct store_place){.kind = sheet->items[i]->owner_kind,
                                         .id = sheet->items[i]->owner_id,
                                         .above = sheet->aboves[i],
                                         .found = true};
    }
    DC_TRY(rights_changeable(step, places, sheet->count, may, error));
    for (size_t i = 0; i < sheet->count; i++) {
        sheet->items[i]->changeable = may[i];
    }
    return DC_OK;
}

struct child {
    int64_t above; /* of a row whose unit above is not in the sheet: 0 */
    size_t at;
};

static int
by_above(const void *a, const void *b)
{
    const struct child *left = a, *right = b;
    int order = (left->above > right->above) - (left->above < right->above);
    return order ? order : (left->at > right->at) - (left->at < right->at);
}

static size_t
first_child(const struct child *children, size_t count, int64_t above)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        low = children[middle].above < above ? middle + 1 : low;
        high = children[middle].above < above ? high : middle;
    }
    return low;
}

static int
by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Each unit, then what is below it: rows come in the order of depth. */
static void
put_in_tree_order(struct dc_step *step, struct store_sheet *sheet)
{
    size_t count = sheet->count, units = 0, depth = 0, next = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    struct child *children = DC_NEW_ARRAY(step->arena, struct child, count + 1);
    size_t *stack = DC_NEW_ARRAY(step->arena, size_t, count + 1);
    int64_t *under = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    Goals__SheetRow **ordered = DC_NEW_ARRAY(step->arena, Goals__SheetRow *, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (sheet->items[i]->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
            ids[units++] = sheet->items[i]->owner_id;
        }
    }
    qsort(ids, units, sizeof *ids, by_number);
    for (size_t i = 0; i < count; i++) {
        bool inside = units && bsearch(&sheet->aboves[i], ids, units, sizeof *ids, by_number);
        children[i] = (struct child){inside ? sheet->aboves[i] : 0, i};
    }
    qsort(children, count, sizeof *children, by_above);
    stack[0] = first_child(children, count, 0);
    under[0] = 0;
    for (bool more = count > 0; more;) {
        if (stack[depth] < count && children[stack[depth]].above == under[depth]) {
            Goals__SheetRow *row = sheet->items[children[stack[depth]++].at];
            ordered[next++] = row;
            if (row->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
                depth++;
                under[depth] = row->owner_id;
                stack[depth] = first_child(children, count, row->owner_id);
            }
        } else if (depth-- == 0) {
            more = false;
        }
    }
    sheet->items = ordered;
    sheet->count = next;
}

DC_HANDLER(goals_get_sheet, Goals__GetSheetRequest, Goals__GetSheetResponse)
{
    struct store_indicator *indicators = NULL;
    struct dc_access_reach reach;
    struct store_sheet sheet;
    if (request->levels < 0 || request->levels > LEVELS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "levels", "1 to %d, or 0 for all",
                             LEVELS_MAX);
    }
    rights_reach(step, &reach);
    DC_TRY(reading_find_top(step, request->unit_id, &reach, &response->unit_id, error));
    DC_TRY(read_columns(step, request, &indicators, error));
    DC_TRY(store_sheet_rows(step, goals_today(step), response->unit_id,
                            request->levels ? request->levels : LEVELS_MAX, &reach, ROWS_MAX + 1,
                            &sheet, error));
    if (sheet.count > ROWS_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "levels",
                             "more than %d units and people; ask for fewer levels or for a lower "
                             "unit",
                             ROWS_MAX);
    }
    DC_TRY(mark_changeable(step, &sheet, error));
    DC_TRY(store_sheet_cells(step, &sheet, request->columns, indicators, request->n_columns, error));
    put_in_tree_order(step, &sheet);
    response->rows = sheet.items;
    response->n_rows = sheet.count;
    return DC_OK;
}

/* --- saving: what is asked for ------------------------------------------------------------------
 */

static enum dc_code
check_save(const Goals__SaveCellsRequest *request, struct cells *cells, struct dc_error *error)
{
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(adjust_check_from(request->policy, request->effective_on, &cells->effective_on, error));
    if (request->n_cells == 0 || request->n_cells > CELLS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "cells", "1 to %d", CELLS_MAX);
    }
    for (size_t i = 0; i < request->n_cells; i++) {
        Goals__OwnerKind kind = request->cells[i]->owner_kind;
        if (request->cells[i]->row < 0 || request->cells[i]->column < 0 ||
            (kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT &&
             kind != GOALS__OWNER_KIND__OWNER_KIND_PERSON)) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof field, "cells[%zu]", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "owner_kind is UNIT or PERSON; row and column count from 0");
        }
    }
    cells->act = "sheet";
    cells->reason = request->reason;
    cells->policy = request->policy;
    cells->allow_over_assignment = request->allow_over_assignment;
    cells->keep_others = request->keep_others;
    return DC_OK;
}

/* Owners by id or code, and where they stand. */
static enum dc_code
find_owners(struct dc_step *step, const Goals__SaveCellsRequest *request,
            struct store_place *owners, struct dc_error *error)
{
    size_t count = request->n_cells;
    const char **codes = DC_NEW_ARRAY(step->arena, const char *, count + 1);
    bool by_code = false;
    for (size_t i = 0; i < count; i++) {
        const Goals__CellChange *cell = request->cells[i];
        owners[i] = (struct store_place){.kind = cell->owner_kind, .id = cell->owner_id};
        codes[i] = cell->owner_id == 0 ? cell->owner_code : "";
        by_code = by_code || cell->owner_id == 0;
    }
    if (by_code) {
        DC_TRY(store_find_codes(step, owners, codes, count, error));
    }
    return store_find_places(step, goals_today(step), owners, count, error);
}

static int64_t
find_indicator(const struct definition_indicators *indicators, const Goals__CellChange *cell)
{
    for (size_t i = 0; cell->indicator_id == 0 && i < indicators->count; i++) {
        if (strcmp(indicators->items[i]->code, cell->indicator_code) == 0) {
            return indicators->items[i]->id;
        }
    }
    return cell->indicator_id;
}

/* A cell that can be decided, or one more that is refused. */
static void
take_cell(struct dc_step *step, struct cells *cells, const Goals__CellChange *change,
          const struct store_place *owner, int64_t indicator_id, bool may)
{
    struct dc_period period;
    struct cell cell = {.row = change->row,
                        .column = change->column,
                        .owner = *owner,
                        .indicator_id = indicator_id,
                        .period = change->period,
                        .text = change->value,
                        .expected_version = change->expected_version,
                        .pin = change->pin};
    if (!may) {
        cell.owner.name = "";
        cells_refuse(step, cells, &cell, "permission_denied",
                     DC_BILINGUAL("you may not change this owner's target",
                                  "您无权修改该组织或员工的目标"),
                     "", "");
    } else if (!owner->found) {
        cells_refuse(step, cells, &cell, "not_found",
                     DC_BILINGUAL("there is no such unit or person today",
                                  "没有该组织或员工（按当前组织架构）"),
                     "", "");
    } else if (dc_period_parse(change->period, &period, NULL) != DC_OK) {
        cells_refuse(step, cells, &cell, "invalid_argument",
                     DC_BILINGUAL("a period is 2026, 2026Q4 or 2026-11",
                                  "期间应写作 2026、2026Q4 或 2026-11"),
                     "", "");
    } else {
        cells_add(step, cells, &cell);
    }
}

/* Whoever may change none of them is refused as everywhere, and that is on record. */
static enum dc_code
take_cells(struct dc_step *step, const Goals__SaveCellsRequest *request, struct cells *cells,
           struct dc_error *error)
{
    size_t count = request->n_cells, allowed = 0, sheets = 1;
    struct store_place *owners = DC_NEW_ARRAY(step->arena, struct store_place, count);
    bool *may = DC_NEW_ARRAY(step->arena, bool, count);
    struct definition_indicators indicators;
    DC_TRY(find_owners(step, request, owners, error));
    DC_TRY(rights_changeable(step, owners, count, may, error));
    for (size_t i = 0; i < count; i++) {
        allowed += may[i];
    }
    if (allowed == 0) {
        return rights_change(step, &owners[0], error);
    }
    DC_TRY(store_indicators(step, &indicators, error));
    for (size_t i = 0; i < count; i++) {
        take_cell(step, cells, request->cells[i], &owners[i],
                  find_indicator(&indicators, request->cells[i]), may[i]);
    }
    DC_TRY(cells_sort(cells, error));
    for (size_t i = 1; i < cells->count; i++) {
        sheets += strcmp(cells->items[i - 1].period, cells->items[i].period) != 0 ||
                  cells->items[i - 1].indicator_id != cells->items[i].indicator_id;
    }
    return sheets <= SHEETS_MAX
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "cells",
                               "at most %d different indicators and periods at once", SHEETS_MAX);
}

/* --- saving: the answer -------------------------------------------------------------------------
 */

static char *
keep_value(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

static Goals__CellDifference *
make_difference(struct dc_step *step, const struct act *act, size_t at, const struct cell *cell)
{
    const struct store_target *target = &act->tree.targets[at];
    const struct cascade_node *node = &act->tree.nodes[at];
    Goals__CellDifference *difference =
        DC_NEW_MESSAGE(step->arena, Goals__CellDifference, goals__cell_difference__init);
    difference->row = cell ? cell->row : -1;
    difference->column = cell ? cell->column : -1;
    difference->owner_kind = target->owner_kind;
    difference->owner_id = target->owner_id;
    difference->owner_name = (char *)(cell ? cell->owner.name : "");
    difference->indicator_id = act->indicator.id;
    difference->period = (char *)act->adjustment.period;
    if (!node->fresh) {
        difference->old_value = keep_value(step, node->old_value, act->indicator.decimals);
    }
    difference->new_value = keep_value(step, node->value, act->indicator.decimals);
    return difference;
}

/* Names of those that were not named, in one go. */
static enum dc_code
name_following(struct dc_step *step, Goals__CellDifference **differences, size_t count,
               struct dc_error *error)
{
    struct store_place *places = DC_NEW_ARRAY(step->arena, struct store_place, count + 1);
    for (size_t i = 0; i < count; i++) {
        places[i].kind = differences[i]->owner_kind;
        places[i].id = differences[i]->owner_id;
    }
    DC_TRY(store_find_places(step, goals_today(step), places, count, error));
    for (size_t i = 0; i < count; i++) {
        differences[i]->owner_name = (char *)places[i].name;
    }
    return DC_OK;
}

/* The cell that the caller named, of each node of each sheet; NULL: none. */
static const struct cell ***
index_named(struct dc_step *step, const struct cells *cells)
{
    const struct cell ***named =
        DC_NEW_ARRAY(step->arena, const struct cell **, cells->sheet_count + 1);
    for (size_t s = 0; s < cells->sheet_count; s++) {
        named[s] = DC_NEW_ARRAY(step->arena, const struct cell *, cells->sheets[s].tree.count + 1);
    }
    for (size_t i = 0; i < cells->asked; i++) {
        named[cells->items[i].sheet][cells->items[i].at] = &cells->items[i];
    }
    return named;
}

static enum dc_code
list_differences(struct dc_step *step, const struct cells *cells,
                 Goals__SaveCellsResponse *response, struct dc_error *error)
{
    const struct cell ***named = index_named(step, cells);
    Goals__CellDifference **list =
        DC_NEW_ARRAY(step->arena, Goals__CellDifference *, cells->asked + FOLLOWING_MAX + 1);
    Goals__CellDifference **following =
        DC_NEW_ARRAY(step->arena, Goals__CellDifference *, FOLLOWING_MAX);
    size_t count = 0, following_count = 0;
    for (size_t s = 0; s < cells->sheet_count; s++) {
        const struct act *act = &cells->sheets[s];
        for (size_t i = 0; i < act->tree.count; i++) {
            const struct cascade_node *node = &act->tree.nodes[i];
            if (!node->fresh && dc_decimal_cmp(node->old_value, node->value) == 0) {
                continue;
            }
            response->changed++;
            if (named[s][i]) {
                list[count++] = make_difference(step, act, i, named[s][i]);
            } else if (response->following++ < FOLLOWING_MAX) {
                following[following_count++] = make_difference(step, act, i, NULL);
            }
        }
    }
    DC_TRY(name_following(step, following, following_count, error));
    memcpy(&list[count], following, following_count * sizeof(*following));
    response->differences = list;
    response->n_differences = count + following_count;
    return DC_OK;
}

static void
list_acts(struct dc_step *step, const struct cells *cells, Goals__SaveCellsResponse *response)
{
    response->acts = DC_NEW_ARRAY(step->arena, Goals__SheetAct *, cells->sheet_count + 1);
    for (size_t s = 0; s < cells->sheet_count; s++) {
        Goals__SheetAct *act = DC_NEW_MESSAGE(step->arena, Goals__SheetAct, goals__sheet_act__init);
        act->indicator_id = cells->sheets[s].indicator.id;
        act->period = (char *)cells->sheets[s].adjustment.period;
        act->adjustment_id = cells->sheets[s].adjustment.id;
        act->changed = cells->sheets[s].adjustment.changed;
        response->acts[response->n_acts++] = act;
    }
}

static enum dc_code
save_cells(struct dc_step *step, const Goals__SaveCellsRequest *request, bool preview,
           Goals__SaveCellsResponse *response, struct dc_error *error)
{
    struct cells cells = {.preview = preview};
    DC_TRY(check_save(request, &cells, error));
    DC_TRY(take_cells(step, request, &cells, error));
    DC_TRY(cells_decide(step, &cells, error));
    response->refused = cells.refused;
    response->n_refused = cells.refused_count;
    if (cells.refused_count > 0) {
        return DC_OK;
    }
    DC_TRY(list_differences(step, &cells, response, error));
    if (!preview) {
        DC_TRY(cells_write(step, &cells, error));
        response->saved = true;
    }
    list_acts(step, &cells, response);
    return DC_OK;
}

DC_HANDLER(goals_save_cells, Goals__SaveCellsRequest, Goals__SaveCellsResponse)
{
    return save_cells(step, request, false, response, error);
}

DC_HANDLER(goals_preview_cells, Goals__SaveCellsRequest, Goals__SaveCellsResponse)
{
    return save_cells(step, request, true, response, error);
}
