/*
 * cells.h - many targets changed by one act, over several indicators and periods: a saved sheet, an
 * import, the division of a target into shorter periods, and the shorter periods that follow when a
 * divided target changes. Everything is decided before anything is written.
 *
 * Sheets (an indicator and a period) are taken longest period first, then by indicator and period:
 * the order in which they are locked, and in which divided targets find what must follow them.
 *
 * Time and tree. A target has a parent in the tree of owners (who), and may be divided into shorter
 * periods of its own owner (when). When divided targets change, each that has no changed divided
 * one above it has its periods divided again; below it the periods' own trees carry the change, as
 * any change of a parent's. So sums over owners are exact in every period, and sums over periods at
 * the owner that was divided; below, cents may be left over in time, and are shown.
 */
#ifndef DC_GOALS_CELLS_H
#define DC_GOALS_CELLS_H

#include "act.h"
#include "base/bilingual.h"

struct cell {
    int32_t row, column;      /* of the caller's table; row -1: not named, it follows */
    struct store_place owner; /* above, name and found are filled in */
    int64_t indicator_id;
    const char *period;
    const char *text; /* the value as it was said; NULL: `value` is it */
    struct dc_decimal value;
    int64_t expected_version; /* 0 = whatever it is, -1 = none there yet */
    Goals__PinChange pin;
    bool done; /* its sheet was decided */
    bool refused;
    size_t sheet; /* which one */
    size_t at;    /* its index in the sheet's tree */
};

struct cells {
    struct cell *items;
    size_t count, capacity;
    size_t asked;      /* those that the caller named come first; sorted, each once */
    size_t *places;    /* of those that follow: index + 1 by hash, 0 = free (cells_put) */
    size_t place_room; /* a power of two, at least twice as many */
    const char *act;   /* sheet, divide, follow */
    const char *reason;
    dc_date effective_on;
    Goals__AdjustPolicy policy;
    bool allow_over_assignment;
    bool keep_others; /* who is not named keeps what he has */
    bool preview;     /* nothing will be written: no locks are taken */
    struct act *sheets;
    size_t sheet_count, sheet_capacity;
    Goals__RefusedCell **refused;
    size_t refused_count, refused_capacity;
};

void cells_add(struct dc_step *step, struct cells *cells, const struct cell *cell);
/* The same for one that follows: it may be there already, and then gets the value. */
void cells_put(struct dc_step *step, struct cells *cells, const struct cell *cell);
/* Sorts what the caller named. INVALID_ARGUMENT at `cells[row]` when one is there twice. */
enum dc_code cells_sort(struct cells *cells, struct dc_error *error) DC_MUST_CHECK;
/* code: a wire name such as "aborted". allowed_from and allowed_to may be "". */
void cells_refuse(struct dc_step *step, struct cells *cells, struct cell *cell, const char *code,
                  struct dc_bilingual text, const char *allowed_from, const char *allowed_to);

/* Owners of all cells must have been found. Fills sheets, or `refused`. */
enum dc_code cells_decide(struct dc_step *step, struct cells *cells,
                          struct dc_error *error) DC_MUST_CHECK;
/* FAILED_PRECONDITION with the first refusal, if there is one: for acts that name no cells. */
enum dc_code cells_fail(const struct cells *cells, struct dc_error *error) DC_MUST_CHECK;
/* Only when nothing was refused. */
enum dc_code cells_write(struct dc_step *step, struct cells *cells,
                         struct dc_error *error) DC_MUST_CHECK;

/* The shorter periods that follow what an act has decided: act->following. FAILED_PRECONDITION when
 * they cannot. */
enum dc_code cells_follow(struct dc_step *step, struct act *act,
                          struct dc_error *error) DC_MUST_CHECK;
/* The period has ended before today. */
bool cells_is_over(struct dc_step *step, const char *period);
/* The division of one target: cells for its open periods, as they are to be. ret_left: what is left
 * over when all are as they are to be. `parts` are those of one target. */
enum dc_code cells_divide(struct dc_step *step, struct cells *cells,
                          const struct store_indicator *indicator, const struct store_place *owner,
                          struct dc_decimal value, const struct store_division_part *parts,
                          size_t count, struct dc_decimal *ret_left,
                          struct dc_error *error) DC_MUST_CHECK;

#endif
