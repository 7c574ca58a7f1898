/*
 * scoring.h - what the files of this service share: handlers, reactions, tasks, and which day it
 * is.
 */
#ifndef SCORING_SCORING_H
#define SCORING_SCORING_H

#include "service/access.h"
#include "service/service.h"

#include <dacheng/scoring/v1/pace.pb-c.h>
#include <dacheng/scoring/v1/preview.pb-c.h>
#include <dacheng/scoring/v1/scoring.pb-c.h>

/* Who reads results, within his scope; the others (three administrators, operations, integrators)
 * read none. */
#define SCORING_READERS                                                                            \
    (DC_ROLE(EMPLOYEE) | DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT) |        \
     DC_ROLE(BOSS) | DC_ROLE(SUPERVISOR))

/* Today where the tenants live: option time.utc_offset_minutes. */
dc_date scoring_today(const struct dc_step *step);
int32_t scoring_utc_offset(const struct dc_step *step); /* seconds */

/* The unit that is meant (0: the highest within reach), which the caller may read by one of the
 * roles; tree false: that unit alone, not what is below, a grant on one unit without those below
 * (unit.c). */
enum dc_code scoring_allowed_unit(struct dc_step *step, unsigned roles, int64_t asked,
                                  struct dc_access_reach *ret_reach, int64_t *ret_unit_id,
                                  bool *ret_tree, struct dc_error *error) DC_MUST_CHECK;

/* Reactions (reactions.c). */
dc_reaction_fn scoring_on_measures_defined;
dc_reaction_fn scoring_on_indicators_defined;
dc_reaction_fn scoring_on_plan_changed;
dc_reaction_fn scoring_on_targets_adjusted;
dc_reaction_fn scoring_on_measures_changed;
dc_reaction_fn scoring_on_calendar_changed;
dc_reaction_fn scoring_on_actuals_told;
dc_reaction_fn scoring_on_ratings_closed;
dc_reaction_fn scoring_on_units_changed;
dc_reaction_fn scoring_on_people_changed;
dc_reaction_fn scoring_on_cases_ended; /* settling.c */

/* Tasks (worker.c). */
enum dc_code scoring_score(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code scoring_rescore(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code scoring_turn_day(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* Requests. */
dc_handler scoring_get_person;   /* person.c */
dc_handler scoring_get_unit;     /* unit.c */
dc_handler scoring_list_ranking; /* ranking.c */
dc_handler scoring_explain;      /* explain.c */
dc_handler scoring_explain_person;
dc_handler scoring_list_periods;      /* person.c */
dc_handler scoring_preview;           /* previewing.c */
dc_handler scoring_open_calibration;  /* calibration_open.c */
dc_handler scoring_list_calibrations; /* calibrating.c */
dc_handler scoring_get_calibration;
dc_handler scoring_move_grade;
dc_handler scoring_undo_move;
dc_handler scoring_close_calibration;
dc_handler scoring_publish; /* publishing.c */
dc_handler scoring_list_publications;
dc_handler scoring_get_result;
dc_handler scoring_read_payroll;
dc_handler scoring_list_late_changes;
dc_handler scoring_try_formula;     /* formulas.c */
dc_handler scoring_list_behind;     /* pacing.c */
dc_handler scoring_raise_objection; /* objecting.c */
dc_handler scoring_withdraw_objection;
dc_handler scoring_try_correction;
dc_handler scoring_state_correction;
dc_handler scoring_get_objection;
dc_handler scoring_list_objections;

#endif
