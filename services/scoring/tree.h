/*
 * tree.h - the tree of units as it stood on a day. Pure.
 *
 * Units are numbered 0..count-1 by ascending id; these numbers are used within one pass only.
 */
#ifndef SCORING_TREE_H
#define SCORING_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"

/* Where a unit stands from a day on. */
struct tree_place {
    int64_t unit_id;
    int64_t parent_id; /* 0 = a root */
    dc_date from_day;
    bool closed;
    dc_date closed_on; /* first day on which it is no more */
};

struct tree {
    size_t count;
    const int64_t *ids;
    const int32_t *parents;  /* -1: a root */
    const int32_t *depths;   /* of a root 0 */
    const int32_t *by_depth; /* all units, parents before their children */
};

/* `places` by unit id, then from_day. A unit whose parent is closed or unknown stands as a root; so
 * does one unit of a circle, which only damaged data has. */
void tree_build(struct tree *ret_tree, struct dc_arena *arena, const struct tree_place *places,
                size_t count, dc_date day);
/* -1: not in the tree. */
int32_t tree_find(const struct tree *tree, int64_t unit_id);
/* Is `unit` the unit `above` or below it? */
bool tree_is_within(const struct tree *tree, int32_t unit, int32_t above);

#endif
