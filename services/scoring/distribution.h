/*
 * distribution.h - forced distribution 强制分布: how many of each pool get which grade, and who.
 * Pure, in whole numbers.
 *
 * Of the whole group each grade gets its share by largest remainder; of equal remainders the better
 * grade gets the seat. Each pool gets its own by largest remainder too, with what the pools before
 * it got too much or too little carried to it; what is still off at the end is moved where it
 * departs least from a pool's shares. So pools add up to their people, and together to the group.
 *
 * Within a pool the better total has the better grade. Who stands at a boundary with equal totals
 * is marked: which of them gets the better grade is for people to decide.
 */
#ifndef SCORING_DISTRIBUTION_H
#define SCORING_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "grade.h"
#include "tree.h"

/* All of them: shares are given in hundredths of a percent. */
enum { DISTRIBUTION_WHOLE = 10000 };

/* seats[g] of `people`, by shares[g] that add to DISTRIBUTION_WHOLE. */
void distribution_seats(int64_t people, const int64_t *shares, size_t grades, int64_t *ret_seats);

/* ret_seats[pool * grades + g] of pools with sizes[pool] people. */
void distribution_pools(const int64_t *sizes, size_t pools, const int64_t *shares, size_t grades,
                        int64_t *ret_seats);

struct distribution_person {
    int64_t id;
    struct dc_decimal total;
    int32_t pool;
    int held; /* a veto allows no better grade than this row; 0 = any */
    /* Written: */
    int grade; /* row of the table, from 1 */
    bool tied; /* another one of the pool has the same total and another grade */
};
/* Grades everybody by the seats of his pool; sorts `people` by pool, total descending, id. Where
 * vetoes keep people out of a grade its seats stay empty and the grades below take more. */
void distribution_assign(struct distribution_person *people, size_t count, const int64_t *seats,
                         size_t pools, size_t grades);

/* --- pools --------------------------------------------------------------------------------------
 * A person's pool is the named one that his unit is in, else the unit `level` levels below `root`
 * on the way to his own, or his own where that is higher. A pool of fewer than `minimum` goes
 * together with the pool of the unit above, up to the root: what is too small even there stays a
 * pool. */
struct distribution_named {
    const int32_t *units; /* numbers in the tree; -1 = not there */
    size_t count;
};
/* units[i] is the unit of person i, in or below root. ret_pools[i] is a number from 0 to
 * *ret_count - 1; ret_units[pool] the unit it is named by, or -1 - n of the named pool n. */
void distribution_form_pools(struct dc_arena *arena, const struct tree *tree, int32_t root,
                             int level, int64_t minimum, const struct distribution_named *named,
                             size_t named_count, const int32_t *units, size_t people,
                             int32_t *ret_pools, int32_t **ret_units, size_t *ret_count);

#endif
