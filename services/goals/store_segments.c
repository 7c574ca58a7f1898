/* The segments of targets whose period is cut. */
#include "store.h"

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

static struct segment
read_segment(const struct dc_rows *rows, size_t row)
{
    struct segment segment = {.from = dc_rows_date(rows, row, 1),
                              .to = dc_rows_date(rows, row, 2),
                              .value = dc_rows_decimal(rows, row, 3),
                              .has_floor = !dc_rows_is_null(rows, row, 4),
                              .has_stretch = !dc_rows_is_null(rows, row, 5)};
    if (segment.has_floor) {
        segment.floor = dc_rows_decimal(rows, row, 4);
    }
    if (segment.has_stretch) {
        segment.stretch = dc_rows_decimal(rows, row, 5);
    }
    return segment;
}

enum dc_code
store_segments(struct dc_step *step, const int64_t *target_ids, size_t count,
               struct store_segments *ret_segments, struct dc_error *error)
{
    *ret_segments = (struct store_segments){0};
    if (count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGET_SEGMENTS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(target_ids, count)));
    struct store_segments found = {.count = dc_rows_count(rows)};
    found.target_ids = DC_NEW_ARRAY(step->arena, int64_t, found.count + 1);
    found.items = DC_NEW_ARRAY(step->arena, struct segment, found.count + 1);
    for (size_t i = 0; i < found.count; i++) {
        found.target_ids[i] = dc_rows_int64(rows, i, 0);
        found.items[i] = read_segment(rows, i);
    }
    *ret_segments = found;
    return DC_OK;
}

const struct segment *
store_segments_of(const struct store_segments *segments, int64_t target_id, size_t *ret_count)
{
    size_t low = 0;
    for (size_t high = segments->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (segments->target_ids[middle] < target_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < segments->count && segments->target_ids[end] == target_id) {
        end++;
    }
    *ret_count = end - low;
    return segments->items + low;
}

enum dc_code
store_save_segments(struct dc_step *step, const struct store_tree *tree, const size_t *at,
                    size_t count, struct dc_error *error)
{
    size_t total = 0, filled = 0;
    for (size_t i = 0; i < count; i++) {
        total += tree->targets[at[i]].segment_count;
    }
    struct dc_arena *arena = step->arena;
    int64_t *cut = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, total + 1);
    dc_date *from = DC_NEW_ARRAY(arena, dc_date, total + 1);
    dc_date *to = DC_NEW_ARRAY(arena, dc_date, total + 1);
    struct dc_decimal *values = DC_NEW_ARRAY(arena, struct dc_decimal, total + 1);
    struct dc_decimal *floors = DC_NEW_ARRAY(arena, struct dc_decimal, total + 1);
    struct dc_decimal *stretches = DC_NEW_ARRAY(arena, struct dc_decimal, total + 1);
    const struct dc_decimal none = DC_DECIMAL_INT(-1);
    for (size_t i = 0; i < count; i++) {
        const struct store_target *target = &tree->targets[at[i]];
        cut[i] = target->id;
        for (size_t s = 0; s < target->segment_count; s++, filled++) {
            const struct segment *segment = &target->segments[s];
            ids[filled] = target->id;
            from[filled] = segment->from;
            to[filled] = segment->to;
            values[filled] = segment->value;
            floors[filled] = segment->has_floor ? segment->floor : none;
            stretches[filled] = segment->has_stretch ? segment->stretch : none;
        }
    }
    if (count > 0) {
        DC_TRY(dc_db_run(step->db, SQL(DROP_SEGMENTS), NULL, error, dc_p_int64(tenant_of(step)),
                         dc_p_int64s(cut, count)));
    }
    return total == 0
               ? DC_OK
               : dc_db_run(step->db, SQL(ADD_SEGMENTS), NULL, error, dc_p_int64(tenant_of(step)),
                           dc_p_int64s(ids, total), dc_p_dates(from, total), dc_p_dates(to, total),
                           dc_p_decimals(values, total), dc_p_decimals(floors, total),
                           dc_p_decimals(stretches, total));
}
