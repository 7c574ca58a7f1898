/*
 * sheet.h - all targets of one indicator and period, and what adjusting one of them would make of
 * them: as goals does it, by the same cascade (base/cascade.h). Pure.
 *
 * goals decides on the rows of its own database, here the same is done in memory on what it told;
 * the scenario preview_test.py holds both against each other.
 */
#ifndef SCORING_SHEET_H
#define SCORING_SHEET_H

#include "plan.h"

#include "base/cascade.h"
#include "base/segment.h"

struct sheet_target {
    int64_t id;
    int32_t owner_kind; /* dacheng.goals.v1.OwnerKind */
    int64_t owner_id;
    int64_t parent_id; /* 0 = a root */
    int64_t version;
    bool pinned;
    bool has_floor, has_stretch;
    struct dc_decimal value, floor, stretch;
    bool changed; /* by sheet_adjust */
    const struct segment *segments; /* none: it is not cut */
    size_t segment_count;
};

struct sheet {
    const struct indicator *indicator;
    struct dc_period period;
    struct sheet_target *targets; /* by owner kind and owner: siblings are served in this order */
    size_t count;
    /* Made by sheet_init: */
    int32_t *parents; /* -1: a root */
    size_t *first;    /* children of i: child[first[i]] .. child[first[i + 1] - 1] */
    int32_t *child;
};

/* `targets` in any order; they are sorted, and belong to the sheet from then on. */
void sheet_init(struct sheet *sheet, struct dc_arena *arena, const struct indicator *indicator,
                const struct dc_period *period, struct sheet_target *targets, size_t count);
/* Another sheet that may go another way. */
void sheet_copy(struct sheet *ret_copy, struct dc_arena *arena, const struct sheet *sheet);

/* NULL: the owner has none. */
struct sheet_target *sheet_of_owner(const struct sheet *sheet, int32_t owner_kind,
                                    int64_t owner_id);

struct sheet_change {
    const char *value;
    bool lift_parent;
    bool allow_over_assignment;
    bool cut;   /* policy SEGMENT; else RESTATE */
    dc_date on; /* cut: at this day of the period */
};
/* Changes one target of the sheet and all that follow. The refusals are those of AdjustTarget, in
 * words that tell no figures: INVALID_ARGUMENT at value and lift_parent, FAILED_PRECONDITION at
 * target_id, lift_parent and allow_over_assignment. */
enum dc_code sheet_adjust(struct sheet *sheet, struct sheet_target *target,
                          const struct sheet_change *change, struct dc_arena *arena,
                          struct dc_error *error) DC_MUST_CHECK;

#endif
