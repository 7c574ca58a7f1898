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

dc_handler goals_get_target_tree;
dc_handler goals_list_targets;
dc_handler goals_list_versions;

dc_handler goals_set_target;
dc_handler goals_adjust_target;
dc_handler goals_split_target;
dc_handler goals_cascade_target;

dc_handler goals_propose_adjustment;
dc_handler goals_list_proposals;
dc_handler goals_get_proposal;
dc_handler goals_withdraw_proposal;

dc_handler goals_save_draft;
dc_handler goals_list_drafts;
dc_handler goals_get_draft;
dc_handler goals_discard_draft;
dc_handler goals_carry_out_draft;

/* Approvals of proposals that have ended. */
dc_reaction_fn goals_on_cases_ended;

#endif
