/*
 * results.h - what calibration and publication keep (store_calibration.c, store_publication.c).
 * Everything lives in the step's arena.
 */
#ifndef SCORING_RESULTS_H
#define SCORING_RESULTS_H

#include "distribution.h"
#include "scoring.h"
#include "views.h"

#include <dacheng/scoring/v1/results.pb-c.h>
#include <dacheng/scoring/v1/results_events.pb-c.h>

/* Who reads sessions and publications; the same without the boss moves grades. */
#define RESULTS_READERS                                                                            \
    (DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT) | DC_ROLE(BOSS) | DC_ROLE(SUPERVISOR))

/* The caller, as he is kept with what he did. */
const char *results_author(const struct dc_step *step);
/* A reason of 1 to 500 characters without control characters. */
enum dc_code results_check_reason(const char *reason, struct dc_error *error) DC_MUST_CHECK;
/* 0 = usual; 1 to most. */
enum dc_code results_limit(int32_t asked, int32_t usual, int32_t most, int64_t *ret_limit,
                           struct dc_error *error) DC_MUST_CHECK;

/* A period as it stands: the tree of its day, and the units in and below one of it. */
struct results_tree {
    const char *period;
    const struct definitions *definitions;
    struct tree tree;
    int32_t root;
    const int64_t *units;
    size_t unit_count;
};
/* Checks that the caller is a supervisor of the unit, and holds the period until the commit. */
enum dc_code results_hold(struct dc_step *step, const char *period, int64_t unit_id,
                          struct results_tree *ret_tree, struct dc_error *error) DC_MUST_CHECK;

/* --- calibration --------------------------------------------------------------------------------
 */
struct candidate {
    int64_t person_id, unit_id, scheme_id;
    struct dc_decimal total;
    int grade;
    const char *remarks;
    int places;
    int64_t plan_id, plan_version;
};
enum dc_code store_candidates(struct dc_step *step, const struct results_tree *tree,
                              struct candidate **ret_candidates, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
struct scheme_items {
    int64_t scheme_id;
    const int64_t *indicator_ids, *plan_ids, *plan_versions;
    size_t count;
};
enum dc_code store_scheme_items(struct dc_step *step, const int64_t *ids, size_t count,
                                struct scheme_items **ret_items, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_rivals(struct dc_step *step, const char *period, const int64_t *people,
                          size_t count, int64_t *ret_calibrated, int64_t *ret_published,
                          struct dc_error *error) DC_MUST_CHECK;

struct session_pool {
    const char *name;
    int64_t plan_id, plan_version, people;
    const int64_t *shares, *seats; /* NULL: no distribution */
    size_t grades;
};
struct session_person {
    const struct candidate *candidate;
    int64_t pool; /* from 1 */
    int suggested, held;
    bool tied;
};
enum dc_code store_add_session(struct dc_step *step, const struct results_tree *tree,
                               int64_t unit_id, const char *reason,
                               const struct session_pool *pools, size_t pool_count,
                               const struct session_person *people, size_t count, int64_t *ret_id,
                               struct dc_error *error) DC_MUST_CHECK;

/* id 0: all of the period ("" = all periods). */
enum dc_code store_sessions(struct dc_step *step, int64_t id, const char *period,
                            const struct dc_access_reach *reach, int64_t limit,
                            Scoring__Calibration ***ret_sessions, size_t *ret_count,
                            struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_session_pools(struct dc_step *step, int64_t id,
                                 const struct dc_access_reach *reach,
                                 Scoring__CalibrationPool ***ret_pools, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_session_people(struct dc_step *step, int64_t id,
                                  const struct dc_access_reach *reach, int64_t pool, int64_t limit,
                                  int64_t offset, Scoring__CalibrationPerson ***ret_people,
                                  size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_session_changed(struct dc_step *step, int64_t id,
                                   const struct dc_access_reach *reach, int32_t *ret_people,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Of some people, or (move_id) one. */
enum dc_code store_moves(struct dc_step *step, int64_t id, const int64_t *people, size_t count,
                         int64_t move_id, Scoring__CalibrationMove ***ret_moves, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
/* 0: there is no such session. */
enum dc_code store_lock_session(struct dc_step *step, int64_t id, int *ret_state,
                                struct dc_error *error) DC_MUST_CHECK;
struct calibrated {
    bool found;
    int grade, suggested, held;
    const char **grades;
    size_t grade_count;
    int64_t last_move;
};
enum dc_code store_calibrated(struct dc_step *step, int64_t id, int64_t person_id,
                              struct calibrated *ret_person, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_move(struct dc_step *step, int64_t id, int64_t person_id, int grade,
                        const char *before, const char *after, const char *reason, int64_t undoes,
                        int64_t *ret_move, struct dc_error *error) DC_MUST_CHECK;
/* Names of pools whose grades are not as many as their seats. */
enum dc_code store_departures(struct dc_step *step, int64_t id, const char ***ret_names,
                              size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_close_session(struct dc_step *step, int64_t id, int state, const char *reason,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- publication --------------------------------------------------------------------------------
 */
struct publication_obstacles {
    int64_t calibrating, changed, uncomputed;
};
enum dc_code store_publication_obstacles(struct dc_step *step, const struct results_tree *tree,
                                         struct publication_obstacles *ret_obstacles,
                                         struct dc_error *error) DC_MUST_CHECK;
struct publication_work {
    int64_t unit_id;
    const char *reason;
    dc_date objections_until;
    int64_t taken, there, carried; /* written */
};
enum dc_code store_publish(struct dc_step *step, const struct results_tree *tree,
                           struct publication_work *work, int64_t *ret_id,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_publications(struct dc_step *step, int64_t id, const char *period,
                                const struct dc_access_reach *reach, int64_t limit,
                                Scoring__Publication ***ret_publications, size_t *ret_count,
                                struct dc_error *error) DC_MUST_CHECK;
/* By bucket of people (id modulo 16). */
enum dc_code store_summaries(struct dc_step *step, int64_t publication_id,
                             Scoring__ResultSummary ***ret_summaries, size_t *ret_count,
                             struct dc_error *error) DC_MUST_CHECK;
/* *ret_result NULL: there is none. */
enum dc_code store_result(struct dc_step *step, const char *period, int64_t person_id,
                          int64_t version, const struct definitions *definitions,
                          Scoring__PublishedResult **ret_result, int64_t *ret_latest,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_result_periods(struct dc_step *step, int64_t person_id,
                                  const char ***ret_periods, size_t *ret_count,
                                  struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_payroll(struct dc_step *step, const char *period, int64_t after, int64_t limit,
                           const struct dc_access_reach *reach, Scoring__PayrollRow ***ret_rows,
                           size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_late_changes(struct dc_step *step, const char *period,
                                const struct dc_access_reach *reach, int64_t limit,
                                Scoring__LateChange ***ret_changes, size_t *ret_count,
                                int32_t *ret_total, struct dc_error *error) DC_MUST_CHECK;

#endif
