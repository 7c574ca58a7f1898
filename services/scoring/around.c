/*
 * around.c - earlier periods by name, and finding what was read of them. Pure.
 */
#include "around.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct facts nothing;

const struct facts *
around_earlier(const struct around *around, enum formula_source source, int kind, int64_t owner_id)
{
    int which = source == FORMULA_LAST_YEAR;
    size_t low = 0, high = around->earlier_count[which];
    const struct around_row *rows = around->earlier[which];
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct around_row *row = &rows[middle];
        if (row->kind < kind || (row->kind == kind && row->owner_id < owner_id)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < around->earlier_count[which] && rows[low].kind == kind &&
                 rows[low].owner_id == owner_id;
    return found ? &rows[low].facts : around->read[which] ? &nothing : NULL;
}

int64_t
around_heads(const struct around *around, int64_t unit_id)
{
    size_t low = 0, high = around->unit_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (around->unit_ids[middle] < unit_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < around->unit_count && around->unit_ids[low] == unit_id ? around->heads[low] : 0;
}

/* `by` periods on, or years. */
static const char *
moved(struct dc_arena *arena, const char *period, bool year, int by)
{
    int y = atoi(period), part = 0, parts = 1;
    bool quarter = period[4] == 'Q';
    if (period[4] != '\0') {
        part = atoi(period + 5) - 1;
        parts = quarter ? 4 : 12;
    }
    int at = y * parts + part + by * (year ? parts : 1);
    if (parts == 1) {
        return dc_arena_printf(arena, "%04d", at);
    }
    return dc_arena_printf(arena, quarter ? "%04dQ%d" : "%04d-%02d", at / parts, at % parts + 1);
}

const char *
around_period(struct dc_arena *arena, const char *period, enum formula_source source)
{
    return moved(arena, period, source == FORMULA_LAST_YEAR, -1);
}

const char *
around_later(struct dc_arena *arena, const char *period, enum formula_source source)
{
    return moved(arena, period, source == FORMULA_LAST_YEAR, 1);
}
