/*
 * pacing.h - the pace of items that are shown, and what it is read from.
 */
#ifndef SCORING_PACING_H
#define SCORING_PACING_H

#include "pace.h"
#include "scoring.h"

/* Adds their pace to the items whose measure adds up day by day. */
enum dc_code pacing_items(struct dc_step *step, const struct dc_period *period, int32_t owner_kind,
                          int64_t owner_id, const struct facts *facts,
                          const struct definitions *definitions, Scoring__Item **items,
                          size_t count, struct dc_error *error) DC_MUST_CHECK;

/* --- reading (store_pace.c) ---------------------------------------------------------------------
 */

enum dc_code pace_load_calendar_of(struct dc_step *step, int64_t tenant_id, dc_date first,
                                   dc_date last, struct pace_calendar *ret_calendar,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Of the caller's tenant. */
enum dc_code pace_load_calendar(struct dc_step *step, dc_date first, dc_date last,
                                struct pace_calendar *ret_calendar,
                                struct dc_error *error) DC_MUST_CHECK;
/* One per month given; nothing is known of those that were never told. */
enum dc_code pace_load_months(struct dc_step *step, int32_t owner_kind, int64_t owner_id,
                              const char *const *months, size_t count, struct facts *ret_facts,
                              struct dc_error *error) DC_MUST_CHECK;

struct behind_page {
    const char *period;
    int64_t unit_id;
    bool tree, lower_is_better;
    struct dc_ratio share;
    int64_t limit, offset;
};
struct behind_line {
    int64_t person_id, unit_id;
    const char *name, *code, *unit_name;
    struct maybe actual, target, attainment, behind;
};
enum dc_code pace_load_behind(struct dc_step *step, const struct behind_page *page,
                              struct behind_line **ret_lines, size_t *ret_count, int32_t *ret_total,
                              int32_t *ret_measured, struct dc_error *error) DC_MUST_CHECK;

#endif
