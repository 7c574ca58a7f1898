/*
 * tree.c - the tree of units as it stood on a day.
 */
#include "tree.h"

#include "base/assert.h"

/* The place in force on the day among those of one unit; NULL when it is closed or has none. */
static const struct tree_place *
place_on(const struct tree_place *places, size_t count, dc_date day)
{
    const struct tree_place *found = NULL;
    for (size_t i = 0; i < count && places[i].from_day <= day; i++) {
        found = &places[i];
    }
    return found && found->closed && found->closed_on <= day ? NULL : found;
}

/* Depths from the roots down. What is not reached from a root is a circle: its first unit becomes
 * a root, and the rest follows. */
static void
set_depths(struct tree *tree, int32_t *parents, int32_t *depths, int32_t *order,
           struct dc_arena *arena)
{
    int32_t count = (int32_t)tree->count;
    int32_t *path = DC_NEW_ARRAY(arena, int32_t, tree->count + 1);
    int32_t deepest = 0;
    for (int32_t unit = 0; unit < count; unit++) {
        depths[unit] = -1;
    }
    for (int32_t unit = 0; unit < count; unit++) {
        int32_t length = 0, at = unit;
        while (at >= 0 && depths[at] == -1) {
            depths[at] = -2; /* on the path just now */
            path[length++] = at;
            at = parents[at];
        }
        if (at >= 0 && depths[at] == -2) {
            parents[path[length - 1]] = -1;
            at = -1;
        }
        int32_t depth = at < 0 ? -1 : depths[at];
        while (length > 0) {
            depths[path[--length]] = ++depth;
        }
        deepest = depth > deepest ? depth : deepest;
    }
    /* Counting sort by depth. */
    int32_t *start = DC_NEW_ARRAY(arena, int32_t, (size_t)deepest + 2);
    for (int32_t unit = 0; unit < count; unit++) {
        start[depths[unit] + 1]++;
    }
    for (int32_t depth = 1; depth <= deepest; depth++) {
        start[depth] += start[depth - 1];
    }
    for (int32_t unit = 0; unit < count; unit++) {
        order[start[depths[unit]]++] = unit;
    }
}

void
tree_build(struct tree *ret_tree, struct dc_arena *arena, const struct tree_place *places,
           size_t count, dc_date day)
{
    DC_ASSERT(ret_tree && (places || count == 0));
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    const struct tree_place **on_day =
        dc_arena_alloc(arena, (count + 1) * sizeof(const struct tree_place *));
    size_t units = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && places[end].unit_id == places[i].unit_id) {
            end++;
        }
        const struct tree_place *place = place_on(&places[i], end - i, day);
        if (place) {
            ids[units] = place->unit_id;
            on_day[units++] = place;
        }
        i = end;
    }
    struct tree tree = {.count = units, .ids = ids};
    int32_t *parents = DC_NEW_ARRAY(arena, int32_t, units + 1);
    int32_t *depths = DC_NEW_ARRAY(arena, int32_t, units + 1);
    int32_t *order = DC_NEW_ARRAY(arena, int32_t, units + 1);
    for (size_t i = 0; i < units; i++) {
        parents[i] = tree_find(&tree, on_day[i]->parent_id);
    }
    set_depths(&tree, parents, depths, order, arena);
    tree.parents = parents;
    tree.depths = depths;
    tree.by_depth = order;
    *ret_tree = tree;
}

int32_t
tree_find(const struct tree *tree, int64_t unit_id)
{
    size_t low = 0, high = tree->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tree->ids[middle] < unit_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < tree->count && tree->ids[low] == unit_id ? (int32_t)low : -1;
}

bool
tree_is_within(const struct tree *tree, int32_t unit, int32_t above)
{
    while (unit >= 0 && unit != above) {
        unit = tree->parents[unit];
    }
    return unit >= 0;
}
