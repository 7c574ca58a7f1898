/*
 * goals.h - the requests that goals answers, and the events that it reacts to.
 */
#ifndef DC_GOALS_GOALS_H
#define DC_GOALS_GOALS_H

#include "service/service.h"

/* The day that it is now for the tenant. */
dc_date goals_today(struct dc_step *step);

dc_handler goals_list_definitions;
dc_handler goals_save_measure;
dc_handler goals_save_indicator;
dc_handler goals_install_library;

dc_handler goals_save_plan;
dc_handler goals_change_weights;
dc_handler goals_list_plan_versions;

dc_handler goals_get_sheet;
dc_handler goals_preview_cells;
dc_handler goals_save_cells;
dc_handler goals_export_sheet;
dc_handler goals_preview_import;
dc_handler goals_import_sheet;
dc_handler goals_compare_targets;
dc_handler goals_list_acts;
dc_handler goals_list_profiles;
dc_handler goals_save_profile;
dc_handler goals_derive_profile;
dc_handler goals_preview_division;
dc_handler goals_divide_target;

/* The unit that was asked for, or (0) the highest within reach; ret 0: only the caller himself. */
struct dc_access_reach;
enum dc_code reading_find_top(struct dc_step *step, int64_t wanted,
                              const struct dc_access_reach *reach, int64_t *ret_unit_id,
                              struct dc_error *error) DC_MUST_CHECK;
dc_handler goals_get_target_tree;
dc_handler goals_list_targets;
dc_handler goals_list_versions;

dc_handler goals_set_target;
dc_handler goals_adjust_target;
dc_handler goals_split_target;
dc_handler goals_cascade_target;
dc_handler goals_get_split_basis;

dc_handler goals_propose_adjustment;
dc_handler goals_list_proposals;
dc_handler goals_get_proposal;
dc_handler goals_withdraw_proposal;

/* Totals of measures are gathered, and stored when the batch ends. */
dc_reaction_fn goals_on_measures_changed;
enum dc_code goals_store_heard(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
dc_handler goals_get_okr_settings;
dc_handler goals_save_okr_settings;
dc_handler goals_list_objectives;
dc_handler goals_get_objective;
dc_handler goals_save_objective;
dc_handler goals_confirm_objectives;
dc_handler goals_cancel_objective;
dc_handler goals_check_in;

dc_handler goals_list_hand_values;
dc_handler goals_enter_values;
dc_handler goals_list_hand_history;
dc_handler goals_save_draft;
dc_handler goals_list_drafts;
dc_handler goals_get_draft;
dc_handler goals_discard_draft;
dc_handler goals_carry_out_draft;

dc_handler goals_list_moves;
dc_handler goals_preview_moves;
dc_handler goals_decide_moves;
dc_handler goals_save_move_settings;

/* Task: reminds of check-ins that are due. */
enum dc_code goals_check_ins(struct dc_step *step, bool *ret_more,
                             struct dc_error *error) DC_MUST_CHECK;

/* Approvals of proposals that have ended. */
dc_reaction_fn goals_on_cases_ended;

#endif
