/*
 * preview.h - what a period's totals would be under some alternatives, beside what they are: one
 * reading of the facts, each person scored by each alternative as it comes, nothing written. Of a
 * person only the totals are kept, and only while he changes.
 */
#ifndef SCORING_PREVIEW_H
#define SCORING_PREVIEW_H

#include "alternative.h"
#include "pass.h"

#include <dacheng/scoring/v1/preview.pb-c.h>

enum {
    PREVIEW_ALTERNATIVES = 4,
    PREVIEW_SIDES = PREVIEW_ALTERNATIVES + 1, /* 0 is the world as it is */
    PREVIEW_BINS = 13,                        /* below 10, then by tens, 120 and more */
    PREVIEW_GRADES = 64,                      /* different codes; those past them are not counted */
};

struct preview_totals {
    int32_t people; /* with a total */
    struct dc_decimal sum;
    int32_t changed, risen, fallen; /* of an alternative */
    struct dc_decimal largest_gain, largest_loss;
    int32_t promoted, demoted;
    int32_t bins[PREVIEW_BINS];
    int32_t grades[PREVIEW_GRADES]; /* people, parallel to preview.grades */
    int32_t graded;
    struct dc_decimal coefficients;
};

struct preview_person {
    int64_t id;
    int64_t unit_id;
    struct dc_decimal totals[PREVIEW_SIDES];
    bool known[PREVIEW_SIDES];
    int8_t places[PREVIEW_SIDES];
    const struct grade_row *grades[PREVIEW_SIDES]; /* NULL = none */
};

/* Of a unit's whole tree, once it is rolled up. */
struct preview_unit {
    int32_t people, changed;
    struct dc_decimal sum;
};

struct preview {
    /* The task: */
    struct dc_step *step;
    struct dc_arena *arena; /* of the preview */
    const char *period;
    struct pace_calendar calendar;
    struct dc_period days;
    dc_date last_day, day;
    int64_t unit_id;
    bool with_tree; /* and what is below the unit */
    size_t by;      /* the side whose changes are listed, from 1 */
    /* What it is computed by: */
    const struct definitions *definitions;
    const struct indicator *primary;
    struct tree tree;
    struct alternative sides[PREVIEW_SIDES];
    size_t side_count;
    bool want_ends;
    /* The work: */
    struct pass posts; /* of the people and their posts alone */
    bool *within;      /* by the tree's numbers: looked at */
    struct preview_unit *units; /* side_count for each unit of the tree */
    /* What came of it: */
    struct preview_totals totals[PREVIEW_SIDES];
    const char *grades[PREVIEW_GRADES]; /* the codes that occur */
    size_t grade_count;
    struct preview_person *people; /* those who change by the side `by` */
    size_t person_count, person_room;
};

/* The tree, the plans in force, and the world as it is; then the alternatives are added. */
enum dc_code preview_init(struct preview *preview, struct dc_error *error) DC_MUST_CHECK;
enum dc_code preview_add(struct preview *preview, Goals__PlanChange *const *plans,
                         size_t plan_count, Goals__TargetChange *const *targets,
                         size_t target_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code preview_run(struct preview *preview, struct dc_error *error) DC_MUST_CHECK;
void preview_release(struct preview *preview);

/* Orders the people of the preview: the largest change first, or the largest gain, or loss. */
void preview_order(struct preview *preview, int order);
/* Does the side's total or grade differ from the world as it is? ret_change: by how much the total does,
 * when both are there. */
bool preview_changed(const struct preview_person *person, size_t side,
                     struct dc_decimal *ret_change);

/* Used while reading: one person's facts; `scratch` is dropped soon after. */
void preview_take(struct preview *preview, int64_t person_id, const struct facts *facts,
                  struct dc_arena *scratch);

/* --- reading (store_preview.c) ------------------------------------------------------------------
 */

/* The tenant's sheet of an indicator in the preview's period. */
enum dc_code preview_load_sheet(struct preview *preview, const struct indicator *indicator,
                                struct sheet **ret_sheet, struct dc_error *error) DC_MUST_CHECK;
/* Those who are looked at, with their posts. */
enum dc_code preview_load_posts(struct preview *preview, struct dc_error *error) DC_MUST_CHECK;
enum dc_code preview_load_facts(struct preview *preview, struct dc_error *error) DC_MUST_CHECK;

struct preview_named {
    const char *name, *code, *unit_name;
};
enum dc_code preview_names(struct preview *preview, const struct preview_person *people,
                           size_t count, struct preview_named *ret_named,
                           struct dc_error *error) DC_MUST_CHECK;
/* The figures of units by each side, side_count for each unit. */
enum dc_code preview_figures(struct preview *preview, const int64_t *unit_ids, size_t count,
                             struct figures *ret_figures, struct dc_error *error) DC_MUST_CHECK;
/* ret_scored_at 0: never. */
enum dc_code preview_state(struct preview *preview, dc_time *ret_scored_at, bool *ret_behind,
                           struct dc_error *error) DC_MUST_CHECK;

#endif
