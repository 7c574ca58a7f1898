/* Many targets changed by one act: their order, their refusals, and each sheet decided and written.
 * cells_tree.c makes the tree of a sheet, cells_follow.c finds what follows in time. */
#include "cells.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cells_tree.h"
#include "goals.h"

/* --- the list -----------------------------------------------------------------------------------
 */

void
cells_add(struct dc_step *step, struct cells *cells, const struct cell *cell)
{
    if (cells->count == cells->capacity) {
        cells->capacity = cells->capacity ? 2 * cells->capacity : 64;
        struct cell *items = DC_NEW_ARRAY(step->arena, struct cell, cells->capacity);
        if (cells->count > 0) {
            memcpy(items, cells->items, cells->count * sizeof *items);
        }
        cells->items = items;
    }
    cells->items[cells->count++] = *cell;
}

static int
compare_int64(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

/* Longer periods first: 2026 before 2026Q4 before 2026-11. */
static int
period_rank(const char *period)
{
    return strchr(period, '-') ? 2 : strchr(period, 'Q') ? 1 : 0;
}

static int
by_sheet(const struct cell *left, const struct cell *right)
{
    int order = period_rank(left->period) - period_rank(right->period);
    order = order ? order : compare_int64(left->indicator_id, right->indicator_id);
    return order ? order : strcmp(left->period, right->period);
}

static int
by_cell(const void *a, const void *b)
{
    const struct cell *left = a, *right = b;
    int order = by_sheet(left, right);
    order = order ? order : (int)left->owner.kind - (int)right->owner.kind;
    return order ? order : compare_int64(left->owner.id, right->owner.id);
}

enum dc_code
cells_sort(struct cells *cells, struct dc_error *error)
{
    cells->asked = cells->count;
    if (cells->count > 0) {
        qsort(cells->items, cells->count, sizeof *cells->items, by_cell);
    }
    for (size_t i = 1; i < cells->count; i++) {
        if (by_cell(&cells->items[i - 1], &cells->items[i]) == 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "cells",
                                 "row %d, column %d and row %d, column %d are the same owner, "
                                 "indicator and period",
                                 cells->items[i - 1].row, cells->items[i - 1].column,
                                 cells->items[i].row, cells->items[i].column);
        }
    }
    return DC_OK;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t
hash_of(const struct cell *cell)
{
    const int64_t numbers[] = {cell->indicator_id, cell->owner.kind, cell->owner.id};
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < sizeof numbers; i++) {
        hash = (hash ^ ((const unsigned char *)numbers)[i]) * 0x100000001b3u;
    }
    for (const char *c = cell->period; *c; c++) {
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    }
    return hash;
}

/* Where the cell's index stands, or is to stand. */
static size_t *
place_of(const struct cells *cells, const struct cell *cell)
{
    size_t at = hash_of(cell) & (cells->place_room - 1);
    while (cells->places[at] && by_cell(&cells->items[cells->places[at] - 1], cell) != 0) {
        at = (at + 1) & (cells->place_room - 1);
    }
    return &cells->places[at];
}

static void
make_room(struct dc_step *step, struct cells *cells)
{
    size_t followers = cells->count - cells->asked;
    if (2 * (followers + 1) <= cells->place_room) {
        return;
    }
    cells->place_room = cells->place_room ? 4 * cells->place_room : 64;
    cells->places = DC_NEW_ARRAY(step->arena, size_t, cells->place_room);
    for (size_t i = cells->asked; i < cells->count; i++) {
        *place_of(cells, &cells->items[i]) = i + 1; /* of two the later: the first one is done */
    }
}

void
cells_put(struct dc_step *step, struct cells *cells, const struct cell *cell)
{
    make_room(step, cells);
    size_t *place = place_of(cells, cell);
    if (*place && !cells->items[*place - 1].done) {
        cells->items[*place - 1].value = cell->value;
    } else {
        cells_add(step, cells, cell);
        *place = cells->count;
    }
}

const struct cell *
cells_find(const struct cells *cells, const struct cell *key)
{
    return cells->asked ? bsearch(key, cells->items, cells->asked, sizeof *cells->items, by_cell)
                        : NULL;
}

void
cells_refuse(struct dc_step *step, struct cells *cells, struct cell *cell, const char *code,
             struct dc_bilingual text, const char *allowed_from, const char *allowed_to)
{
    cell->refused = true;
    if (cells->refused_count == cells->refused_capacity) {
        cells->refused_capacity = cells->refused_capacity ? 2 * cells->refused_capacity : 16;
        Goals__RefusedCell **more =
            DC_NEW_ARRAY(step->arena, Goals__RefusedCell *, cells->refused_capacity);
        if (cells->refused_count > 0) {
            memcpy(more, cells->refused, cells->refused_count * sizeof(*more));
        }
        cells->refused = more;
    }
    Goals__RefusedCell *refused =
        DC_NEW_MESSAGE(step->arena, Goals__RefusedCell, goals__refused_cell__init);
    refused->row = cell->row;
    refused->column = cell->column;
    refused->owner_name = dc_arena_strdup(step->arena, cell->owner.name ? cell->owner.name : "");
    refused->code = dc_arena_strdup(step->arena, code);
    refused->text_en = dc_arena_strdup(step->arena, text.en);
    refused->text_zh = dc_arena_strdup(step->arena, text.zh);
    refused->allowed_from = dc_arena_strdup(step->arena, allowed_from);
    refused->allowed_to = dc_arena_strdup(step->arena, allowed_to);
    cells->refused[cells->refused_count++] = refused;
}

/* --- one sheet: what was asked for --------------------------------------------------------------
 */

/* The cells of the next sheet, by index; 0: all are done. */
static size_t
next_sheet(struct dc_step *step, struct cells *cells, size_t **ret_at)
{
    const struct cell *first = NULL;
    for (size_t i = 0; i < cells->count; i++) {
        if (!cells->items[i].done && (!first || by_sheet(&cells->items[i], first) < 0)) {
            first = &cells->items[i];
        }
    }
    size_t count = 0;
    *ret_at = DC_NEW_ARRAY(step->arena, size_t, cells->count + 1);
    for (size_t i = 0; first && i < cells->count; i++) {
        if (!cells->items[i].done && by_sheet(&cells->items[i], first) == 0) {
            (*ret_at)[count++] = i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        cells->items[(*ret_at)[i]].done = true;
    }
    return count;
}

static struct act *
add_sheet(struct dc_step *step, struct cells *cells, const struct cell *cell)
{
    if (cells->sheet_count == cells->sheet_capacity) {
        cells->sheet_capacity = cells->sheet_capacity ? 2 * cells->sheet_capacity : 16;
        struct act *sheets = DC_NEW_ARRAY(step->arena, struct act, cells->sheet_capacity);
        if (cells->sheet_count > 0) {
            memcpy(sheets, cells->sheets, cells->sheet_count * sizeof *sheets);
        }
        cells->sheets = sheets;
    }
    struct dc_period period;
    bool known = dc_period_parse(cell->period, &period, NULL) == DC_OK;
    DC_ASSERT(known);
    struct act *act = &cells->sheets[cells->sheet_count++];
    *act = (struct act){
        .adjustment = {.act = cells->act,
                       .indicator_id = cell->indicator_id,
                       .period = cell->period,
                       .reason = cells->reason,
                       .policy = cells->policy,
                       /* what follows in a month that is over before begins with that */
                       .effective_on =
                           cells->effective_on > period.last ? period.last : cells->effective_on},
        .allow_over_assignment = cells->allow_over_assignment,
    };
    return act;
}

static void
check_cell(struct dc_step *step, struct cells *cells, struct cell *cell,
           const struct store_indicator *indicator)
{
    struct dc_period period;
    struct dc_error wrong = {0};
    bool known = dc_period_parse(cell->period, &period, NULL) == DC_OK;
    DC_ASSERT(known);
    if (!indicator->found || indicator->retired) {
        cells_refuse(step, cells, cell, indicator->found ? "failed_precondition" : "not_found",
                     indicator->found ? DC_BILINGUAL("the indicator is retired", "指标已停用")
                                      : DC_BILINGUAL("there is no such indicator", "没有该指标"),
                     "", "");
    } else if (cells->policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT &&
               !indicator->counted) {
        cells_refuse(step, cells, cell, "failed_precondition",
                     DC_BILINGUAL("the indicator is not counted over records, so its period cannot "
                                  "be cut",
                                  "该指标不是由业务记录统计的，不能分段"),
                     "", "");
    } else if (cells->policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT &&
               cells->effective_on < period.first) {
        cells_refuse(step, cells, cell, "invalid_argument",
                     dc_bilingual_printf(step->arena, "it would be cut before %s begins",
                                         "分段日期早于%s的第一天", cell->period),
                     "", "");
    } else if (cell->row >= 0 && cells->effective_on > period.last) {
        cells_refuse(step, cells, cell, "invalid_argument",
                     dc_bilingual_printf(step->arena, "it would take effect after %s is over",
                                         "生效日期晚于%s的最后一天", cell->period),
                     "", "");
    } else if (cell->text &&
               act_parse_value(cell->text, "value", indicator, &cell->value, &wrong) != DC_OK) {
        cells_refuse(step, cells, cell, "invalid_argument",
                     dc_bilingual_printf(step->arena,
                                         "not a number from 0 to 1000000000000000 with at most %d "
                                         "decimals",
                                         "应为 0 到 1000000000000000 之间、最多 %d 位小数的数字",
                                         indicator->decimals),
                     "0", "1000000000000000");
    }
}

/* What the cell changes must be what the caller saw. `target` NULL: there is none. */
static void
check_version(struct dc_step *step, struct cells *cells, struct cell *cell,
              const struct store_target *target)
{
    int64_t version = target ? target->version : 0;
    bool same = cell->expected_version == 0 || cell->expected_version == version ||
                (cell->expected_version == -1 && !target);
    if (!same) {
        cells_refuse(
            step, cells, cell, "aborted",
            target ? dc_bilingual_printf(step->arena, "somebody has changed it since: version %lld",
                                         "已被他人修改：现为第 %lld 版", (long long)version)
                   : DC_BILINGUAL("there is no such target any more", "该目标已不存在"),
            "", "");
    }
}

/* --- one sheet: over-assignment -----------------------------------------------------------------
 */

static const char *
value_text(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

/* The cell of a node, by cells_tree. */
static struct cell *
cell_at(struct cells *cells, const int64_t *cell_of, size_t node)
{
    return cell_of[node] < 0 ? NULL : &cells->items[cell_of[node]];
}

static void
refuse_node(struct dc_step *step, struct cells *cells, const struct act *act,
            const int64_t *cell_of, size_t node, const char *name)
{
    const struct cascade_sum *sum = &act->sums[node];
    struct dc_decimal value = act->tree.nodes[node].value;
    int decimals = act->indicator.decimals;
    struct dc_bilingual text = dc_bilingual_printf(
        step->arena, "what is below %s would come to %s, more than its %s; say so if that is meant",
        "「%s」的下级合计将为 %s，超过其目标 %s；如确需超额，请明确允许", name,
        value_text(step, sum->new_sum, decimals), value_text(step, value, decimals));
    bool named = false;
    for (size_t i = 0; i < act->tree.count; i++) {
        struct cell *cell = cell_at(cells, cell_of, i);
        if (act->tree.nodes[i].parent == (int64_t)node && cell && !cell->refused) {
            struct dc_decimal others = dc_decimal_sub(sum->new_sum, act->tree.nodes[i].value);
            struct dc_decimal most = dc_decimal_max(dc_decimal_sub(value, others), DC_DECIMAL_ZERO);
            cells_refuse(step, cells, cell, "failed_precondition", text, "0",
                         value_text(step, most, decimals));
            named = true;
        }
    }
    for (int64_t up = (int64_t)node; !named && up != CASCADE_TOP; up = act->tree.nodes[up].parent) {
        struct cell *cell = cell_at(cells, cell_of, (size_t)up);
        if (cell) {
            if (!cell->refused) {
                cells_refuse(step, cells, cell, "failed_precondition", text,
                             up == (int64_t)node ? value_text(step, sum->new_sum, decimals) : "",
                             "");
            }
            named = true;
        }
    }
}

static enum dc_code
check_over(struct dc_step *step, struct cells *cells, const struct act *act, const int64_t *cell_of,
           struct dc_error *error)
{
    if (cells->allow_over_assignment) {
        return DC_OK;
    }
    struct store_place *places = DC_NEW_ARRAY(step->arena, struct store_place, act->tree.count + 1);
    size_t *nodes = DC_NEW_ARRAY(step->arena, size_t, act->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        if (act->sums[i].grown) {
            places[count] = (struct store_place){.kind = act->tree.targets[i].owner_kind,
                                                 .id = act->tree.targets[i].owner_id};
            nodes[count++] = i;
        }
    }
    if (count > 0) {
        DC_TRY(store_find_places(step, goals_today(step), places, count, error));
    }
    for (size_t i = 0; i < count; i++) {
        refuse_node(step, cells, act, cell_of, nodes[i], places[i].name);
    }
    return DC_OK;
}

enum dc_code
cells_fail(const struct cells *cells, struct dc_error *error)
{
    if (cells->refused_count == 0) {
        return DC_OK;
    }
    const Goals__RefusedCell *first = cells->refused[0];
    return dc_fail_with(error, DC_FAILED_PRECONDITION, "allow_over_assignment", first->text_en,
                        first->text_zh);
}

/* --- deciding -----------------------------------------------------------------------------------
 */

static enum dc_code
decide_sheet(struct dc_step *step, struct cells *cells, const size_t *at, size_t count,
             struct dc_error *error)
{
    struct act *act = add_sheet(step, cells, &cells->items[at[0]]);
    size_t before = cells->refused_count;
    DC_TRY(store_find_indicator(step, act->adjustment.indicator_id, &act->indicator, error));
    for (size_t i = 0; i < count; i++) {
        cells->items[at[i]].sheet = cells->sheet_count - 1;
        check_cell(step, cells, &cells->items[at[i]], &act->indicator);
    }
    if (!act->indicator.found) {
        return DC_OK;
    }
    if (!cells->preview) {
        DC_TRY(store_lock_sheet(step, act->adjustment.indicator_id, act->adjustment.period, error));
    }
    struct cells_tree tree;
    DC_TRY(cells_tree_load(step, cells, act, at, count, &tree, error));
    for (size_t i = 0; i < count; i++) {
        check_version(step, cells, &cells->items[at[i]], tree.known[i]);
    }
    if (cells->refused_count > before) {
        return DC_OK; /* figures that are not to be used */
    }
    DC_TRY(cells_tree_build(step, cells, act, at, count, &tree, error));
    act->sums = DC_NEW_ARRAY(step->arena, struct cascade_sum, act->tree.count + 1);
    DC_TRY(cascade_resplit(act->tree.nodes, act->tree.count, act->indicator.additive,
                           act->indicator.decimals, step->arena, act->sums, error));
    DC_TRY(check_over(step, cells, act, tree.cell_of, error));
    return cells_follow_sheet(step, cells, act, error);
}

enum dc_code
cells_decide(struct dc_step *step, struct cells *cells, struct dc_error *error)
{
    size_t *at, count;
    while ((count = next_sheet(step, cells, &at)) > 0) {
        DC_TRY(decide_sheet(step, cells, at, count, error));
    }
    return DC_OK;
}

enum dc_code
cells_write(struct dc_step *step, struct cells *cells, struct dc_error *error)
{
    DC_ASSERT(cells->refused_count == 0 && !cells->preview);
    for (size_t i = 0; i < cells->sheet_count; i++) {
        DC_TRY(act_write(step, &cells->sheets[i], error));
    }
    return DC_OK;
}
