/*
 * cells_tree.h - inside cells.c: the tree of a sheet that some cells change, and what follows in time.
 */
#ifndef DC_GOALS_CELLS_TREE_H
#define DC_GOALS_CELLS_TREE_H

#include "cells.h"

struct cells_tree {
    struct store_tree found;           /* targets of the cells' owners, by owner */
    const struct store_target **known; /* by cell; NULL: it has none yet */
    int64_t *cell_of;                  /* by node of the act's tree: index of the cell; -1: none */
};

/* Finds the targets that the cells (by index) have now. */
enum dc_code cells_tree_load(struct dc_step *step, const struct cells *cells, const struct act *act,
                             const size_t *at, size_t count, struct cells_tree *ret_tree,
                             struct dc_error *error) DC_MUST_CHECK;
/* Fills the act's tree: the cells with their values given, everything below those that have a target
 * (unless others are kept), their parents for the check of sums; targets that are new under that of the
 * unit above, and over those directly below that had no parent. */
enum dc_code cells_tree_build(struct dc_step *step, struct cells *cells, struct act *act,
                              const size_t *at, size_t count, struct cells_tree *tree,
                              struct dc_error *error) DC_MUST_CHECK;

/* NULL: the caller did not name it. */
const struct cell *cells_find(const struct cells *cells, const struct cell *key);
/* Adds cells for the shorter periods of what an act has changed. */
enum dc_code cells_follow_sheet(struct dc_step *step, struct cells *cells, const struct act *act,
                                struct dc_error *error) DC_MUST_CHECK;

#endif
