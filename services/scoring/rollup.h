/*
 * rollup.h - ranks, and what a unit's tree comes to. Pure.
 *
 * Equal figures share a rank and the next one is skipped (1, 2, 2, 4). Among equals the lower id
 * stands first in a list, so that a list is always the same.
 */
#ifndef SCORING_ROLLUP_H
#define SCORING_ROLLUP_H

#include "base/arena.h"
#include "base/decimal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLLUP_TOP = 50 }; /* people in a unit's stored list of the best */

/* Something with a place in a ranking; without a figure it has no rank (0). */
struct entry {
    int64_t id;
    bool known;
    struct dc_decimal figure;
    void *owner; /* the caller's */
};

/* Sorts by figure descending, then id; the unknown ones last. Writes rank of entries[i] after
 * sorting to ret_ranks[i]. */
void rank_entries(struct entry *entries, size_t count, int32_t *ret_ranks);

struct ranked_person {
    int64_t id;
    struct dc_decimal total;
};

struct grade_count {
    const char *code;
    int64_t people;
};

/* Of a unit's whole tree. */
struct rollup {
    int32_t people; /* with a total */
    int32_t open_items;
    struct dc_decimal total_sum;
    struct ranked_person *top; /* best first, at most ROLLUP_TOP */
    size_t top_count;
    struct grade_count *grades; /* by code */
    size_t grade_count;
};

/* Adds people of the unit itself, sorted as by rank_entries and all with a total, or the rollup of
 * a child. `top` has room for ROLLUP_TOP. */
void rollup_add_people(struct rollup *rollup, const struct entry *people, size_t count);
void rollup_add_child(struct rollup *rollup, const struct rollup *child, struct dc_arena *arena);
/* People more with a grade; the code outlives the rollup. */
void rollup_add_grade(struct rollup *rollup, const char *code, int64_t people,
                      struct dc_arena *arena);
bool rollup_equal(const struct rollup *a, const struct rollup *b);

#endif
