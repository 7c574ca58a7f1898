/*
 * store.h - the only place of scoring that speaks to the database.
 */
#ifndef SCORING_STORE_H
#define SCORING_STORE_H

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/goals/v1/okr_events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#include "pass.h"

/* --- projections (store_projection.c): what others told, stored by version ----------------------
 * Each also leaves the dirty rows that belong to it, and bumps the edition where definitions or
 * the tree changed. */
enum dc_code store_measures(struct dc_step *step, const Goals__MeasuresDefined *event,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_indicators(struct dc_step *step, const Goals__IndicatorsDefined *event,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_plan(struct dc_step *step, const Goals__Plan *plan,
                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_targets(struct dc_step *step, const Goals__TargetsAdjusted *event,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_totals(struct dc_step *step, const Ingest__MeasuresChanged *event,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_working_days(struct dc_step *step, const Workflow__CalendarChanged *event,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_told(struct dc_step *step, const Goals__ActualsTold *event,
                        struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_units(struct dc_step *step, const Org__UnitsChanged *event,
                         struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_people_leave(struct dc_step *step, const Org__PeopleChanged *event,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_people_moved(struct dc_step *step, const Org__PeopleChanged *event,
                                struct dc_error *error) DC_MUST_CHECK;

/* --- definitions (store_definitions.c) ----------------------------------------------------------
 * The newest edition; from `cache` (of one thread) when it is the same there. */
struct store_cache;
struct store_cache *store_cache_new(void);
void store_cache_free(struct store_cache *cache);
enum dc_code store_definitions(struct dc_step *step, struct store_cache *cache, int64_t tenant_id,
                               const struct definitions **ret_definitions,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- a pass (store_pass.c, store_save.c) ---------------------------------------------------------
 */
struct store_work {
    int64_t tenant_id;
    const char *period;
    dc_date first_day;
    dc_date last_day;
    bool begun;
};
/* Spreads "in every period" over the periods. */
enum dc_code store_expand(struct dc_step *step, int64_t *ret_rows, bool *ret_wide,
                          struct dc_error *error) DC_MUST_CHECK;
/* Locks the next period with work. tenant_id 0: there is none. */
enum dc_code store_pick(struct dc_step *step, bool wide, dc_date today, struct store_work *ret_work,
                        struct dc_error *error) DC_MUST_CHECK;
/* Dirty rows of the picked period; then, with the definitions at hand, everybody, people and units
 * of the pass are filled from them. */
struct store_dirty {
    const int64_t *ids;
    size_t count;
    const int64_t *tree_units;
    size_t tree_unit_count;
};
enum dc_code store_load_dirty(struct pass *pass, bool wide, struct store_dirty *ret_dirty,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_add_tree_people(struct pass *pass, const struct store_dirty *dirty,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_remove_dirty(struct pass *pass, const struct store_dirty *dirty,
                                struct dc_error *error) DC_MUST_CHECK;
/* Work for the days that began since the last time; once per tenant and day. */
enum dc_code store_turn_calendar(struct dc_step *step, dc_date today, int64_t *ret_rows,
                                 struct dc_error *error) DC_MUST_CHECK;

enum dc_code store_load_posts(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_load_people(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_load_units(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_load_members(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
/* Columns `first` (codes) and the next (people) of a stored roll-up. */
void store_read_grades(const struct dc_rows *rows, size_t row, int first, struct dc_arena *arena,
                       struct rollup *rollup);
enum dc_code store_save_schemes(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_people(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_units(struct pass *pass, struct dc_error *error) DC_MUST_CHECK;

#endif
