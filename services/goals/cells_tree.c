/* The tree of a sheet that some cells change. */
#include "cells_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "goals.h"

/* --- what is there ------------------------------------------------------------------------------
 */

static const struct store_target *
find_owner(const struct store_tree *tree, Goals__OwnerKind kind, int64_t id)
{
    size_t low = 0, high = tree->count; /* by kind and owner, as store_targets_of answers */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct store_target *target = &tree->targets[middle];
        if (target->owner_kind == kind && target->owner_id == id) {
            return target;
        }
        bool before = target->owner_kind < kind ||
                      (target->owner_kind == kind && target->owner_id < id);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return NULL;
}

enum dc_code
cells_tree_load(struct dc_step *step, const struct cells *cells, const struct act *act,
                const size_t *at, size_t count, struct cells_tree *ret_tree, struct dc_error *error)
{
    struct store_place *owners = DC_NEW_ARRAY(step->arena, struct store_place, count + 1);
    *ret_tree = (struct cells_tree){
        .known = DC_NEW_ARRAY(step->arena, const struct store_target *, count + 1)};
    for (size_t i = 0; i < count; i++) {
        owners[i] = cells->items[at[i]].owner;
    }
    DC_TRY(store_targets_of(step, act->adjustment.indicator_id, act->adjustment.period, owners,
                            count, &ret_tree->found, error));
    for (size_t i = 0; i < count; i++) {
        ret_tree->known[i] = find_owner(&ret_tree->found, owners[i].kind, owners[i].id);
    }
    return DC_OK;
}

/* --- gathering ----------------------------------------------------------------------------------
 */

/* Nodes before they are in order. Of `nodes`, outside is what all children have, and parents are not
 * known; `above` of the targets is the unit directly above where that matters. */
struct heap {
    struct store_target *targets;
    struct cascade_node *nodes;
    int64_t *cell_of;
    size_t count;
};

static void
push(struct heap *heap, const struct store_target *target, const struct cascade_node *node,
     int64_t cell)
{
    heap->targets[heap->count] = *target;
    heap->nodes[heap->count] = *node;
    heap->nodes[heap->count].parent = CASCADE_TOP;
    heap->cell_of[heap->count++] = cell;
}

static size_t
find_in_heap(const struct heap *heap, size_t count, Goals__OwnerKind kind, int64_t id)
{
    const struct store_tree sorted = {.targets = heap->targets, .count = count};
    const struct store_target *found = find_owner(&sorted, kind, id);
    return found ? (size_t)(found - heap->targets) : SIZE_MAX;
}

/* Ids of what the cells have, and of the targets of the units above those that have nothing. */
static enum dc_code
load_existing(struct dc_step *step, const struct cells *cells, const struct act *act,
              const size_t *at, size_t count, const struct cells_tree *tree,
              struct store_tree *ret_existing, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, 2 * count + 1);
    struct store_place *units = DC_NEW_ARRAY(step->arena, struct store_place, count + 1);
    size_t known = 0, unit_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &cells->items[at[i]];
        if (tree->known[i]) {
            ids[known++] = tree->known[i]->id;
        } else if (cell->owner.above != 0) {
            units[unit_count++] = (struct store_place){
                .kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT, .id = cell->owner.above};
        }
    }
    struct store_tree above = {0};
    if (unit_count > 0) {
        DC_TRY(store_targets_of(step, act->adjustment.indicator_id, act->adjustment.period, units,
                                unit_count, &above, error));
    }
    int64_t *alone = DC_NEW_ARRAY(step->arena, int64_t, known + above.count + 1);
    size_t alone_count = 0;
    for (size_t i = 0; i < above.count; i++) {
        alone[alone_count++] = above.targets[i].id;
    }
    for (size_t i = 0; cells->keep_others && i < known; i++) {
        alone[alone_count++] = ids[i];
    }
    return store_sheet_tree(step, ids, cells->keep_others ? 0 : known, alone, alone_count,
                            ret_existing, error);
}

/* Targets directly below the units that get a new target, if they have no parent. */
static enum dc_code
load_orphans(struct dc_step *step, const struct cells *cells, const struct act *act,
             const size_t *at, size_t count, const struct cells_tree *tree,
             struct store_tree *ret_orphans, struct dc_error *error)
{
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    size_t unit_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct store_place *owner = &cells->items[at[i]].owner;
        if (!tree->known[i] && owner->kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
            units[unit_count++] = owner->id;
        }
    }
    *ret_orphans = (struct store_tree){0};
    return unit_count == 0
               ? DC_OK
               : store_orphans_below(step, goals_today(step), act->adjustment.indicator_id,
                                     act->adjustment.period, units, unit_count, ret_orphans, error);
}

/* The value of a cell goes into its node. */
static void
give(struct heap *heap, size_t node, const struct cell *cell, size_t index)
{
    bool pinned = heap->nodes[node].pinned;
    heap->cell_of[node] = (int64_t)index;
    heap->nodes[node].given = true;
    heap->nodes[node].value = cell->value;
    heap->nodes[node].pinned = cell->pin == GOALS__PIN_CHANGE__PIN_CHANGE_PIN ||
                               (pinned && cell->pin != GOALS__PIN_CHANGE__PIN_CHANGE_UNPIN);
    heap->targets[node].touched = heap->targets[node].id != 0 && heap->nodes[node].pinned != pinned;
}

/* --- linking ------------------------------------------------------------------------------------
 */

struct entry {
    int64_t key;
    size_t at;
};

static int
by_key(const void *a, const void *b)
{
    int64_t left = ((const struct entry *)a)->key, right = ((const struct entry *)b)->key;
    return (left > right) - (left < right);
}

static int64_t
find_entry(const struct entry *entries, size_t count, int64_t key)
{
    const struct entry wanted = {.key = key};
    const struct entry *found =
        key == 0 ? NULL : bsearch(&wanted, entries, count, sizeof *entries, by_key);
    return found ? (int64_t)found->at : CASCADE_TOP;
}

/* Parents by target; of what hangs nowhere yet by the unit above, and then it joins. */
static void
link_heap(struct dc_step *step, struct heap *heap)
{
    struct entry *targets = DC_NEW_ARRAY(step->arena, struct entry, heap->count + 1);
    struct entry *units = DC_NEW_ARRAY(step->arena, struct entry, heap->count + 1);
    size_t target_count = 0, unit_count = 0;
    for (size_t i = 0; i < heap->count; i++) {
        if (heap->targets[i].id != 0) {
            targets[target_count++] = (struct entry){heap->targets[i].id, i};
        }
        if (heap->targets[i].owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
            units[unit_count++] = (struct entry){heap->targets[i].owner_id, i};
        }
    }
    qsort(targets, target_count, sizeof *targets, by_key);
    qsort(units, unit_count, sizeof *units, by_key);
    for (size_t i = 0; i < heap->count; i++) {
        struct store_target *target = &heap->targets[i];
        struct cascade_node *node = &heap->nodes[i];
        if (target->parent_id != 0) {
            node->parent = find_entry(targets, target_count, target->parent_id);
            if (node->parent != CASCADE_TOP) {
                struct dc_decimal *outside = &heap->nodes[node->parent].outside;
                *outside = dc_decimal_sub(*outside, node->old_value);
            }
            continue;
        }
        int64_t above = find_entry(units, unit_count, target->above);
        if (above != CASCADE_TOP && (node->fresh || heap->nodes[above].fresh)) {
            node->parent = above;
            node->joining = !node->fresh;
        }
    }
}

/* The place of a node: how deep it is, then by owner. */
struct place {
    int depth;
    Goals__OwnerKind kind;
    int64_t owner;
    size_t at;
};

static int
by_place(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = left->depth - right->depth;
    order = order ? order : (int)left->kind - (int)right->kind;
    return order ? order : (left->owner > right->owner) - (left->owner < right->owner);
}

/* Parents before children, into the act's tree. */
static void
put_in_order(struct dc_step *step, const struct heap *heap, struct act *act,
             struct cells_tree *tree)
{
    struct place *places = DC_NEW_ARRAY(step->arena, struct place, heap->count + 1);
    int64_t *position = DC_NEW_ARRAY(step->arena, int64_t, heap->count + 1);
    for (size_t i = 0; i < heap->count; i++) {
        places[i] = (struct place){
            .kind = heap->targets[i].owner_kind, .owner = heap->targets[i].owner_id, .at = i};
        for (int64_t up = heap->nodes[i].parent; up != CASCADE_TOP; up = heap->nodes[up].parent) {
            places[i].depth++;
            DC_ASSERT(places[i].depth <= (int)heap->count); /* a tree has no circle */
        }
    }
    qsort(places, heap->count, sizeof *places, by_place);
    tree->cell_of = DC_NEW_ARRAY(step->arena, int64_t, heap->count + 1);
    for (size_t i = 0; i < heap->count; i++) {
        size_t from = places[i].at;
        struct cascade_node node = heap->nodes[from];
        node.parent = node.parent == CASCADE_TOP ? CASCADE_TOP : position[node.parent];
        position[from] = (int64_t)act_append_one(step, act, &heap->targets[from], &node);
        tree->cell_of[i] = heap->cell_of[from];
    }
}

enum dc_code
cells_tree_build(struct dc_step *step, struct cells *cells, struct act *act, const size_t *at,
                 size_t count, struct cells_tree *tree, struct dc_error *error)
{
    struct store_tree existing, orphans;
    DC_TRY(load_existing(step, cells, act, at, count, tree, &existing, error));
    DC_TRY(load_orphans(step, cells, act, at, count, tree, &orphans, error));
    size_t most = existing.count + orphans.count + count + 1;
    struct heap heap = {.targets = DC_NEW_ARRAY(step->arena, struct store_target, most),
                        .nodes = DC_NEW_ARRAY(step->arena, struct cascade_node, most),
                        .cell_of = DC_NEW_ARRAY(step->arena, int64_t, most)};
    for (size_t i = 0; i < existing.count; i++) {
        push(&heap, &existing.targets[i], &existing.nodes[i], -1);
    }
    for (size_t i = 0; i < orphans.count; i++) {
        const struct store_target *orphan = &orphans.targets[i];
        size_t there = find_in_heap(&heap, existing.count, orphan->owner_kind, orphan->owner_id);
        if (there == SIZE_MAX) {
            push(&heap, orphan, &orphans.nodes[i], -1);
        } else {
            heap.targets[there].above = orphan->above;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &cells->items[at[i]];
        size_t node = find_in_heap(&heap, existing.count, cell->owner.kind, cell->owner.id);
        if (!tree->known[i]) {
            node = heap.count;
            push(&heap,
                 &(struct store_target){.owner_kind = cell->owner.kind,
                                        .owner_id = cell->owner.id,
                                        .above = cell->owner.above},
                 &(struct cascade_node){.fresh = true}, -1);
        }
        DC_ASSERT(node != SIZE_MAX);
        give(&heap, node, cell, at[i]);
    }
    link_heap(step, &heap);
    for (size_t i = 0; cells->keep_others && i < heap.count; i++) {
        heap.nodes[i].value = heap.nodes[i].given ? heap.nodes[i].value : heap.nodes[i].old_value;
        heap.nodes[i].given = true;
    }
    put_in_order(step, &heap, act, tree);
    for (size_t i = 0; i < act->tree.count; i++) {
        if (tree->cell_of[i] >= 0) {
            cells->items[tree->cell_of[i]].at = i;
        }
    }
    return DC_OK;
}
