/*
 * sheet.c - all targets of one indicator and period, and what adjusting one would make of them.
 */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* --- the tree -----------------------------------------------------------------------------------
 */

static int
by_owner(const void *a, const void *b)
{
    const struct sheet_target *left = a, *right = b;
    if (left->owner_kind != right->owner_kind) {
        return left->owner_kind < right->owner_kind ? -1 : 1;
    }
    return (left->owner_id > right->owner_id) - (left->owner_id < right->owner_id);
}

struct known {
    int64_t id;
    int32_t at;
};

static int
by_known(const void *a, const void *b)
{
    const struct known *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

static void
find_parents(struct sheet *sheet, struct dc_arena *arena)
{
    struct known *known = DC_NEW_ARRAY(arena, struct known, sheet->count + 1);
    for (size_t i = 0; i < sheet->count; i++) {
        known[i] = (struct known){sheet->targets[i].id, (int32_t)i};
    }
    qsort(known, sheet->count, sizeof(*known), by_known);
    for (size_t i = 0; i < sheet->count; i++) {
        struct known wanted = {.id = sheet->targets[i].parent_id};
        const struct known *found =
            wanted.id ? bsearch(&wanted, known, sheet->count, sizeof(*known), by_known) : NULL;
        sheet->parents[i] = found ? found->at : -1;
    }
}

/* Targets are heard in pieces, so for a moment two may stand below each other: one of them is a root
 * then. */
static void
break_circles(struct sheet *sheet, struct dc_arena *arena)
{
    size_t *walk = DC_NEW_ARRAY(arena, size_t, sheet->count + 1); /* which walk came by; 0 = none */
    for (size_t i = 0; i < sheet->count; i++) {
        for (int32_t at = (int32_t)i; at >= 0 && walk[at] == 0; at = sheet->parents[at]) {
            walk[at] = i + 1;
            int32_t parent = sheet->parents[at];
            if (parent >= 0 && walk[parent] == i + 1) {
                sheet->parents[at] = -1;
            }
        }
    }
}

void
sheet_init(struct sheet *sheet, struct dc_arena *arena, const struct indicator *indicator,
           const struct dc_period *period, struct sheet_target *targets, size_t count)
{
    *sheet = (struct sheet){.indicator = indicator,
                            .period = *period,
                            .targets = targets,
                            .count = count,
                            .parents = DC_NEW_ARRAY(arena, int32_t, count + 1),
                            .first = DC_NEW_ARRAY(arena, size_t, count + 2),
                            .child = DC_NEW_ARRAY(arena, int32_t, count + 1)};
    if (count > 0) {
        qsort(targets, count, sizeof(*targets), by_owner);
    }
    find_parents(sheet, arena);
    break_circles(sheet, arena);
    size_t *next = sheet->first + 1; /* becomes `first`, shifted by one, while filling */
    for (size_t i = 0; i < count; i++) {
        if (sheet->parents[i] >= 0) {
            next[sheet->parents[i]]++;
        }
    }
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        size_t children = next[i];
        next[i] = before;
        before += children;
    }
    for (size_t i = 0; i < count; i++) {
        if (sheet->parents[i] >= 0) {
            sheet->child[next[sheet->parents[i]]++] = (int32_t)i;
        }
    }
}

void
sheet_copy(struct sheet *ret_copy, struct dc_arena *arena, const struct sheet *sheet)
{
    *ret_copy = *sheet;
    ret_copy->targets =
        dc_arena_memdup(arena, sheet->targets, (sheet->count + 1) * sizeof(*sheet->targets));
}

struct sheet_target *
sheet_of_owner(const struct sheet *sheet, int32_t owner_kind, int64_t owner_id)
{
    struct sheet_target wanted = {.owner_kind = owner_kind, .owner_id = owner_id};
    return sheet->count == 0
               ? NULL
               : bsearch(&wanted, sheet->targets, sheet->count, sizeof(wanted), by_owner);
}

/* --- one change ---------------------------------------------------------------------------------
 */

/* The part of the sheet that a change touches: parents before children. */
struct touched {
    struct cascade_node *nodes;
    int32_t *at; /* in the sheet */
    size_t count;
};

static struct cascade_node *
touch(struct touched *touched, const struct sheet *sheet, int32_t at, int64_t parent)
{
    const struct sheet_target *target = &sheet->targets[at];
    struct cascade_node *node = &touched->nodes[touched->count];
    *node = (struct cascade_node){.parent = parent,
                                  .old_value = target->value,
                                  .value = target->value,
                                  .pinned = target->pinned};
    touched->at[touched->count++] = at;
    return node;
}

/* What the children of a target have beside the one that is in the tree. */
static struct dc_decimal
others_below(const struct sheet *sheet, int32_t at, struct dc_decimal inside)
{
    struct dc_decimal sum = dc_decimal_neg(inside);
    for (size_t i = sheet->first[at]; i < sheet->first[at + 1]; i++) {
        sum = dc_decimal_add(sum, sheet->targets[sheet->child[i]].value);
    }
    return sum;
}

/* All parents go up or down by the difference, the root first. */
static enum dc_code
touch_lifted(struct touched *touched, const struct sheet *sheet, int32_t at, int32_t below,
             struct dc_decimal difference, struct dc_error *error)
{
    if (at < 0) {
        return DC_OK;
    }
    DC_TRY(touch_lifted(touched, sheet, sheet->parents[at], at, difference, error));
    int64_t parent = touched->count > 0 ? (int64_t)touched->count - 1 : CASCADE_TOP;
    struct cascade_node *node = touch(touched, sheet, at, parent);
    node->outside = others_below(sheet, at, sheet->targets[below].value);
    node->given = true;
    node->value = dc_decimal_add(node->old_value, difference);
    if (dc_decimal_sign(node->value) < 0 || dc_decimal_cmp(node->value, CASCADE_VALUE_MAX) > 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "lift_parent",
                             "a target above would leave the range from 0 to 1000000000000000");
    }
    return DC_OK;
}

/* The target and everything below it, level by level. */
static void
touch_tree(struct touched *touched, const struct sheet *sheet, int32_t top,
           struct dc_decimal value)
{
    int64_t parent = touched->count > 0 ? (int64_t)touched->count - 1 : CASCADE_TOP;
    size_t next = touched->count;
    struct cascade_node *node = touch(touched, sheet, top, parent);
    node->given = true;
    node->value = value;
    for (; next < touched->count; next++) {
        int32_t at = touched->at[next];
        for (size_t i = sheet->first[at]; i < sheet->first[at + 1]; i++) {
            (void)touch(touched, sheet, sheet->child[i], (int64_t)next);
        }
    }
}

static enum dc_code
read_value(const char *text, const struct indicator *indicator, struct dc_decimal *ret_value,
           struct dc_error *error)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK || dc_decimal_sign(value) < 0 ||
        dc_decimal_cmp(value, CASCADE_VALUE_MAX) > 0 ||
        dc_decimal_cmp(value, dc_decimal_round(value, indicator->decimals)) != 0) {
        return dc_fail_field(
            error, DC_INVALID_ARGUMENT, "value",
            "a value is a number from 0 to 1000000000000000 with at most %d decimals",
            indicator->decimals);
    }
    *ret_value = value;
    return DC_OK;
}

static enum dc_code
check_sums(const struct touched *touched, const struct cascade_sum *sums, bool allowed,
           struct dc_error *error)
{
    for (size_t i = 0; i < touched->count && !allowed; i++) {
        if (sums[i].grown) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "allow_over_assignment",
                                 "what is below a target would come to more than the target; say "
                                 "so if that is meant");
        }
    }
    return DC_OK;
}

static struct segment
figures_of(const struct sheet_target *target)
{
    return (struct segment){.value = target->value,
                            .has_floor = target->has_floor,
                            .has_stretch = target->has_stretch,
                            .floor = target->floor,
                            .stretch = target->stretch};
}

/* The segments of a target that had the figures `before`. */
static enum dc_code
cut_target(const struct sheet *sheet, struct sheet_target *target, const struct segment *before,
           const struct sheet_change *change, struct dc_arena *arena, struct dc_error *error)
{
    struct segment *cut, after = figures_of(target);
    if (!change->cut) {
        target->segment_count = 0;
        return DC_OK;
    }
    cut = DC_NEW_ARRAY(arena, struct segment, SEGMENTS_MAX);
    if (target->segment_count > 0) {
        memcpy(cut, target->segments, target->segment_count * sizeof(*cut));
    }
    target->segments = cut;
    if (!segments_cut(&sheet->period, change->on, before, &after, cut, &target->segment_count)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "policy",
                             "a target would be cut into more than %d segments", SEGMENTS_MAX);
    }
    return DC_OK;
}

/* Floor and stretch go along with the value. */
static enum dc_code
write_back(struct sheet *sheet, const struct touched *touched, const struct sheet_change *change,
           struct dc_arena *arena, struct dc_error *error)
{
    bool higher = !sheet->indicator->lower_is_better;
    int decimals = sheet->indicator->decimals;
    for (size_t i = 0; i < touched->count; i++) {
        struct sheet_target *target = &sheet->targets[touched->at[i]];
        const struct cascade_node *node = &touched->nodes[i];
        if (dc_decimal_cmp(node->old_value, node->value) == 0) {
            continue;
        }
        struct segment before = figures_of(target);
        if (target->has_floor) {
            DC_TRY(cascade_bound(target->floor, node->old_value, node->value, !higher, decimals,
                                 &target->floor, error));
        }
        if (target->has_stretch) {
            DC_TRY(cascade_bound(target->stretch, node->old_value, node->value, higher, decimals,
                                 &target->stretch, error));
        }
        target->value = node->value;
        target->changed = true;
        DC_TRY(cut_target(sheet, target, &before, change, arena, error));
    }
    return DC_OK;
}

enum dc_code
sheet_adjust(struct sheet *sheet, struct sheet_target *target, const struct sheet_change *change,
             struct dc_arena *arena, struct dc_error *error)
{
    const struct indicator *indicator = sheet->indicator;
    int32_t at = (int32_t)(target - sheet->targets), above = sheet->parents[at];
    struct dc_decimal value;
    DC_ASSERT(at >= 0 && (size_t)at < sheet->count);
    if (indicator->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "target_id",
                             "the indicator %s is retired", indicator->name);
    }
    DC_TRY(read_value(change->value, indicator, &value, error));
    if (change->lift_parent && !indicator->additive) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "lift_parent",
                             "targets of %s do not add up to their parent", indicator->name);
    }
    struct touched touched = {.nodes =
                                  DC_NEW_ARRAY(arena, struct cascade_node, sheet->count + 1),
                              .at = DC_NEW_ARRAY(arena, int32_t, sheet->count + 1)};
    if (change->lift_parent) {
        DC_TRY(touch_lifted(&touched, sheet, above, at, dc_decimal_sub(value, target->value),
                            error));
    } else if (indicator->additive && above >= 0) {
        struct cascade_node *node = touch(&touched, sheet, above, CASCADE_TOP);
        node->outside = others_below(sheet, above, target->value);
    }
    touch_tree(&touched, sheet, at, value);
    struct cascade_sum *sums = DC_NEW_ARRAY(arena, struct cascade_sum, touched.count + 1);
    DC_TRY(cascade_resplit(touched.nodes, touched.count, indicator->additive, indicator->decimals,
                           arena, sums, error));
    DC_TRY(check_sums(&touched, sums, change->allow_over_assignment, error));
    return write_back(sheet, &touched, change, arena, error);
}
