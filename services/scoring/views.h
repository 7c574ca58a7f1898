/*
 * views.h - what requests read (store_read.c). Everything lives in the step's arena.
 */
#ifndef SCORING_VIEWS_H
#define SCORING_VIEWS_H

#include "rollup.h"
#include "score.h"

#include "service/access.h"
#include "service/service.h"

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/goals/v1/okr_events.pb-c.h>

struct person_view {
    bool found;  /* the person is known */
    bool scored; /* has a stored score in the period */
    const char *name, *code;
    int64_t unit_id;
    const char *unit_name;
    const int64_t *indicator_ids, *plan_ids, *plan_versions; /* by item */
    const struct dc_decimal *scores;
    const char *remarks;
    size_t item_count;
    int total_decimals;
    struct maybe total, attainment, actual, target;
    int32_t rank;
    int32_t unit_size;                         /* people ranked in the unit */
    int64_t grade_plan_id, grade_plan_version; /* 0 = no grades */
    const char *grade;                         /* "" = none */
    struct maybe coefficient;
    dc_time computed_at;
    struct facts facts;
};
enum dc_code view_person(struct dc_step *step, const char *period, int64_t person_id,
                         struct person_view *ret_view, struct dc_error *error) DC_MUST_CHECK;

struct unit_view {
    int64_t unit_id, parent_id;
    const char *name, *code;
    struct maybe actual, target, attainment;
    int32_t rank;
    struct rollup rollup; /* `top` as stored */
    dc_time computed_at;  /* 0 = never */
};
/* In the order of the ids; those that are not known are left out. */
enum dc_code view_units(struct dc_step *step, const char *period, const int64_t *ids, size_t count,
                        struct unit_view **ret_views, size_t *ret_count,
                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code view_children(struct dc_step *step, const char *period, int64_t unit_id,
                           const int64_t **ret_ids, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;
/* From the root down to the parent, as far as it is within reach. */
enum dc_code view_path(struct dc_step *step, const char *period, int64_t unit_id,
                       const struct dc_access_reach *reach, const int64_t **ret_ids,
                       size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* NOT_FOUND: no unit at all. */
enum dc_code view_highest(struct dc_step *step, const struct dc_access_reach *reach,
                          int64_t *ret_unit_id, struct dc_error *error) DC_MUST_CHECK;

struct person_line {
    int64_t person_id, unit_id;
    const char *name, *code, *unit_name;
    struct maybe actual, target, attainment, total;
    int total_decimals;
    int32_t rank;      /* in the person's own unit */
    const char *grade; /* "" = none */
    struct maybe coefficient;
};
/* In the order of the ids. */
enum dc_code view_people(struct dc_step *step, const char *period, const int64_t *ids, size_t count,
                         struct person_line **ret_lines, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
struct ranked_id {
    int64_t person_id;
    int32_t rank;
};
enum dc_code view_ranking(struct dc_step *step, const char *period, int64_t unit_id, bool tree,
                          bool ascending, int64_t limit, int64_t offset, struct ranked_id **ret_ids,
                          size_t *ret_count, int32_t *ret_total,
                          struct dc_error *error) DC_MUST_CHECK;

enum dc_code view_unit_facts(struct dc_step *step, const char *period, int64_t unit_id,
                             struct facts *ret_facts, struct dc_error *error) DC_MUST_CHECK;
/* One per month given. */
enum dc_code view_months(struct dc_step *step, int64_t unit_id, const char *const *months,
                         size_t count, struct facts *ret_facts,
                         struct dc_error *error) DC_MUST_CHECK;

struct lineage_view {
    Goals__Measure *measure; /* NULL: not known */
    int64_t total_version, records;
    Goals__Target *target; /* NULL: none */
    const char *author, *reason;
    Goals__ActualTold *told; /* NULL: the actual is made of records, or there is none */
};
enum dc_code view_lineage(struct dc_step *step, const char *period, int owner_kind,
                          int64_t owner_id, int64_t measure_id, int64_t indicator_id,
                          struct lineage_view *ret_view, struct dc_error *error) DC_MUST_CHECK;
enum dc_code view_plan(struct dc_step *step, int64_t plan_id, int64_t version,
                       Goals__Plan **ret_plan, const char **ret_unit_name,
                       struct dc_error *error) DC_MUST_CHECK;
enum dc_code view_periods(struct dc_step *step, const char ***ret_periods, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;

#endif
