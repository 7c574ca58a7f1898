/* Targets and their versions as they are kept. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

/* --- reading trees ------------------------------------------------------------------------------
 */

/* A key and where it stands in the tree, to find parents by binary search. */
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
    const struct entry *found = bsearch(&wanted, entries, count, sizeof *entries, by_key);
    return found ? (int64_t)found->at : CASCADE_TOP;
}

/* Columns 0..11, as every query for targets answers them. */
static void
read_target(const struct dc_rows *rows, size_t row, struct store_target *target,
            struct cascade_node *node)
{
    *target = (struct store_target){
        .id = dc_rows_int64(rows, row, 0),
        .owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, row, 1),
        .owner_id = dc_rows_int64(rows, row, 2),
        .indicator_id = dc_rows_int64(rows, row, 3),
        .parent_id = dc_rows_int64(rows, row, 5),
        .version = dc_rows_int64(rows, row, 6),
        .over_allowed = dc_rows_bool(rows, row, 8),
        .has_floor = !dc_rows_is_null(rows, row, 10),
        .has_stretch = !dc_rows_is_null(rows, row, 11),
    };
    snprintf(target->period, sizeof target->period, "%s", dc_rows_text(rows, row, 4));
    if (target->has_floor) {
        target->floor = dc_rows_decimal(rows, row, 10);
    }
    if (target->has_stretch) {
        target->stretch = dc_rows_decimal(rows, row, 11);
    }
    struct dc_decimal value = dc_rows_decimal(rows, row, 9);
    *node = (struct cascade_node){
        .parent = CASCADE_TOP,
        .people = target->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON,
        .old_value = value,
        .value = value,
        .pinned = dc_rows_bool(rows, row, 7),
        .absent = target->id == 0,
    };
}

static struct store_tree
read_targets(struct dc_arena *arena, const struct dc_rows *rows)
{
    struct store_tree tree = {.count = dc_rows_count(rows)};
    tree.targets = DC_NEW_ARRAY(arena, struct store_target, tree.count + 1);
    tree.nodes = DC_NEW_ARRAY(arena, struct cascade_node, tree.count + 1);
    for (size_t i = 0; i < tree.count; i++) {
        read_target(rows, i, &tree.targets[i], &tree.nodes[i]);
    }
    return tree;
}

/* Finds the parent of each target behind the first `tops` among those that stand before it. */
static void
link_by_target(struct dc_arena *arena, struct store_tree *tree, size_t tops)
{
    struct entry *entries = DC_NEW_ARRAY(arena, struct entry, tree->count + 1);
    for (size_t i = 0; i < tree->count; i++) {
        entries[i] = (struct entry){.key = tree->targets[i].id, .at = i};
    }
    qsort(entries, tree->count, sizeof *entries, by_key);
    for (size_t i = tops; i < tree->count; i++) {
        tree->nodes[i].parent = find_entry(entries, tree->count, tree->targets[i].parent_id);
        DC_ASSERT(tree->nodes[i].parent < (int64_t)i);
    }
}

/* Finds the unit above each place among those that stand before it. */
static void
link_by_place(struct dc_arena *arena, struct store_tree *tree)
{
    struct entry *units = DC_NEW_ARRAY(arena, struct entry, tree->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->targets[i].owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
            units[count++] = (struct entry){.key = tree->targets[i].owner_id, .at = i};
        }
    }
    qsort(units, count, sizeof *units, by_key);
    for (size_t i = 1; i < tree->count; i++) { /* the first one is the top */
        int64_t parent = find_entry(units, count, tree->targets[i].above);
        tree->nodes[i].parent = parent < (int64_t)i ? parent : CASCADE_TOP;
    }
    for (size_t i = tree->count; i-- > 1;) {
        if (tree->nodes[i].parent != CASCADE_TOP) {
            tree->nodes[tree->nodes[i].parent].people += tree->nodes[i].people;
        }
    }
}

enum dc_code
store_find_target(struct dc_step *step, int64_t target_id, struct store_tree *ret_tree,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FIND_TARGET), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(target_id)));
    *ret_tree = read_targets(step->arena, rows);
    return DC_OK;
}

enum dc_code
store_targets_of(struct dc_step *step, int64_t indicator_id, const char *period,
                 const struct store_place *owners, size_t count, struct store_tree *ret_tree,
                 struct dc_error *error)
{
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = owners[i].kind;
        ids[i] = owners[i].id;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGETS_OF_OWNERS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(indicator_id), dc_p_text(period), dc_p_int64s(kinds, count),
                     dc_p_int64s(ids, count)));
    *ret_tree = read_targets(step->arena, rows);
    return DC_OK;
}

enum dc_code
store_targets_below(struct dc_step *step, int64_t target_id, struct store_tree *ret_tree,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGETS_BELOW), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(target_id)));
    *ret_tree = read_targets(step->arena, rows);
    return DC_OK;
}

enum dc_code
store_targets_above(struct dc_step *step, int64_t target_id, struct store_tree *ret_tree,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGETS_ABOVE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(target_id)));
    *ret_tree = read_targets(step->arena, rows);
    return DC_OK;
}

enum dc_code
store_target_trees(struct dc_step *step, const int64_t *target_ids, size_t count,
                   struct store_tree *ret_tree, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGET_TREES), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(target_ids, count)));
    struct store_tree tree = read_targets(step->arena, rows);
    size_t named = 0;
    while (named < tree.count && dc_rows_bool(rows, named, 12)) {
        named++;
    }
    link_by_target(step->arena, &tree, named);
    *ret_tree = tree;
    return DC_OK;
}

enum dc_code
store_places_below(struct dc_step *step, dc_date day, int64_t unit_id, int64_t indicator_id,
                   const char *period, int levels, struct store_tree *ret_tree,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLACES_BELOW), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(unit_id), dc_p_int64(indicator_id), dc_p_text(period),
                     dc_p_date(day), dc_p_int64(levels)));
    struct store_tree tree = read_targets(step->arena, rows);
    for (size_t i = 0; i < tree.count; i++) {
        tree.targets[i].above = dc_rows_int64(rows, i, 12);
        tree.nodes[i].outside = dc_rows_decimal(rows, i, 13);
    }
    link_by_place(step->arena, &tree);
    for (size_t i = 1; i < tree.count; i++) {
        /* What was counted as outside and is in the tree is not outside. */
        int64_t parent = tree.nodes[i].parent;
        if (parent != CASCADE_TOP && tree.targets[i].parent_id != 0 &&
            tree.targets[i].parent_id == tree.targets[parent].id) {
            tree.nodes[parent].outside =
                dc_decimal_sub(tree.nodes[parent].outside, tree.nodes[i].old_value);
        }
    }
    *ret_tree = tree;
    return DC_OK;
}

enum dc_code
store_sheet_tree(struct dc_step *step, const int64_t *roots, size_t root_count,
                 const int64_t *alone, size_t alone_count, struct store_tree *ret_tree,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SHEET_TREE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(roots, root_count), dc_p_int64s(alone, alone_count)));
    *ret_tree = read_targets(step->arena, rows);
    for (size_t i = 0; i < ret_tree->count; i++) {
        ret_tree->nodes[i].outside = dc_rows_decimal(rows, i, 12);
    }
    return DC_OK;
}

enum dc_code
store_orphans_below(struct dc_step *step, dc_date day, int64_t indicator_id, const char *period,
                    const int64_t *unit_ids, size_t count, struct store_tree *ret_tree,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ORPHANS_BELOW), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(unit_ids, count), dc_p_int64(indicator_id), dc_p_text(period),
                     dc_p_date(day)));
    *ret_tree = read_targets(step->arena, rows);
    for (size_t i = 0; i < ret_tree->count; i++) {
        ret_tree->targets[i].above = dc_rows_int64(rows, i, 12);
    }
    return DC_OK;
}

enum dc_code
store_sum_below(struct dc_step *step, int64_t target_id, int64_t *ret_count,
                struct dc_decimal *ret_sum, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUM_BELOW), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(target_id)));
    *ret_count = dc_rows_int64(rows, 0, 0);
    *ret_sum = dc_rows_decimal(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_versions(struct dc_step *step, int64_t target_id, int decimals,
               struct store_versions *ret_versions, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGET_VERSIONS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(target_id)));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__TargetVersion **items = DC_NEW_ARRAY(arena, Goals__TargetVersion *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__TargetVersion *v =
            DC_NEW_MESSAGE(arena, Goals__TargetVersion, goals__target_version__init);
        char text[DC_DECIMAL_TEXT];
        v->version = dc_rows_int64(rows, i, 0);
        v->value = dc_arena_strdup(
            arena, dc_decimal_format_fixed(dc_rows_decimal(rows, i, 1), decimals, text));
        v->author = dc_arena_strdup(arena, dc_rows_text(rows, i, 2));
        v->reason = dc_arena_strdup(arena, dc_rows_text(rows, i, 3));
        v->effective_on = dc_arena_alloc(arena, DC_DATE_TEXT);
        dc_date_format(dc_rows_date(rows, i, 4), v->effective_on);
        v->at_us = dc_rows_time(rows, i, 5);
        v->adjustment_id = dc_rows_int64(rows, i, 6);
        v->policy = (Goals__AdjustPolicy)dc_rows_int64(rows, i, 7);
        items[i] = v;
    }
    *ret_versions = (struct store_versions){.items = items, .count = count};
    return DC_OK;
}

/* --- writing ------------------------------------------------------------------------------------
 */

enum dc_code
store_lock_sheet(struct dc_step *step, int64_t indicator_id, const char *period,
                 struct dc_error *error)
{
    return dc_db_run(step->db, SQL(LOCK_SHEET), NULL, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(indicator_id), dc_p_text(period));
}

enum dc_code
store_new_target_ids(struct dc_step *step, size_t count, const int64_t **ret_ids,
                     struct dc_error *error)
{
    if (count == 0) {
        *ret_ids = NULL;
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGET_IDS), &rows, error, dc_p_int64((int64_t)count)));
    size_t made = dc_rows_int64s(rows, 0, 0, step->arena, ret_ids);
    DC_ASSERT(made == count);
    return DC_OK;
}

enum dc_code
store_save_adjustment(struct dc_step *step, struct store_adjustment *adjustment,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SAVE_ADJUSTMENT), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_text(adjustment->act), dc_p_int64(adjustment->indicator_id),
                     dc_p_text(adjustment->period), dc_p_text(store_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_text(adjustment->reason),
                     dc_p_date(adjustment->effective_on), dc_p_int64(adjustment->policy),
                     dc_p_time(step->now), dc_p_int64(adjustment->changed)));
    adjustment->id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

/* The columns of targets that are being written, as arrays. */
struct columns {
    int64_t *ids, *kinds, *owners, *parents, *versions;
    bool *pinned;
    struct dc_decimal *values, *floors, *stretches; /* -1: no floor, no stretch */
    size_t bounds; /* how many of these to write: none where no target has one, and unnest gives NULL */
};

static struct columns
make_columns(struct dc_arena *arena, const struct store_tree *tree, const size_t *at, size_t count)
{
    struct columns c = {
        .ids = DC_NEW_ARRAY(arena, int64_t, count + 1),
        .kinds = DC_NEW_ARRAY(arena, int64_t, count + 1),
        .owners = DC_NEW_ARRAY(arena, int64_t, count + 1),
        .parents = DC_NEW_ARRAY(arena, int64_t, count + 1),
        .versions = DC_NEW_ARRAY(arena, int64_t, count + 1),
        .pinned = DC_NEW_ARRAY(arena, bool, count + 1),
        .values = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1),
        .floors = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1),
        .stretches = DC_NEW_ARRAY(arena, struct dc_decimal, count + 1),
    };
    const struct dc_decimal none = DC_DECIMAL_INT(-1);
    for (size_t i = 0; i < count; i++) {
        const struct store_target *target = &tree->targets[at[i]];
        c.ids[i] = target->id;
        c.kinds[i] = target->owner_kind;
        c.owners[i] = target->owner_id;
        c.parents[i] = target->parent_id;
        c.versions[i] = target->version;
        c.pinned[i] = tree->nodes[at[i]].pinned;
        c.values[i] = tree->nodes[at[i]].value;
        c.floors[i] = target->has_floor ? target->floor : none;
        c.stretches[i] = target->has_stretch ? target->stretch : none;
        c.bounds = target->has_floor || target->has_stretch ? count : c.bounds;
    }
    return c;
}

enum dc_code
store_add_targets(struct dc_step *step, const struct store_adjustment *adjustment,
                  const struct store_tree *tree, const size_t *at, size_t count,
                  struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    struct columns c = make_columns(step->arena, tree, at, count);
    return dc_db_run(step->db, SQL(ADD_TARGETS), NULL, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(adjustment->id), dc_p_int64(adjustment->indicator_id),
                     dc_p_text(adjustment->period), dc_p_int64s(c.ids, count),
                     dc_p_int64s(c.kinds, count), dc_p_int64s(c.owners, count),
                     dc_p_int64s(c.parents, count), dc_p_bools(c.pinned, count),
                     dc_p_decimals(c.values, count), dc_p_decimals(c.floors, c.bounds),
                     dc_p_decimals(c.stretches, c.bounds));
}

enum dc_code
store_change_targets(struct dc_step *step, const struct store_adjustment *adjustment,
                     const struct store_tree *tree, const size_t *at, size_t count,
                     struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    struct columns c = make_columns(step->arena, tree, at, count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHANGE_TARGETS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(adjustment->id), dc_p_int64s(c.ids, count),
                     dc_p_int64s(c.versions, count), dc_p_int64s(c.parents, count),
                     dc_p_bools(c.pinned, count), dc_p_decimals(c.values, count),
                     dc_p_decimals(c.floors, c.bounds),
                     dc_p_decimals(c.stretches, c.bounds)));
    DC_ASSERT(dc_rows_affected(rows) == (int64_t)count);
    return DC_OK;
}

enum dc_code
store_allow_over_assignment(struct dc_step *step, const int64_t *target_ids, const bool *allowed,
                            size_t count, struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    return dc_db_run(step->db, SQL(ALLOW_OVER_ASSIGNMENT), NULL, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(target_ids, count), dc_p_bools(allowed, count));
}
