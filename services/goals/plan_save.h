/*
 * plan_save.h - how a version of a plan comes to be: what SavePlan and ChangeWeights do, and a draft
 * that is carried out.
 */
#ifndef DC_GOALS_PLAN_SAVE_H
#define DC_GOALS_PLAN_SAVE_H

#include "store.h"

/* The version of a plan in force on a day; NULL when there is none. */
enum dc_code plan_on(struct dc_step *step, int64_t plan_id, dc_date day, Goals__Plan **ret_plan,
                     struct dc_error *error) DC_MUST_CHECK;
/* A copy as it would be saved, under the lock of the definitions. Errors: NOT_FOUND, ABORTED when
 * given->version is neither 0 nor the newest, ALREADY_EXISTS for the code. */
enum dc_code plan_prepare(struct dc_step *step, const Goals__Plan *given, const char *reason,
                          Goals__Plan **ret_plan, struct dc_error *error) DC_MUST_CHECK;
/* Likewise the version in force on the request's day, with the weights changed. */
enum dc_code plan_prepare_weights(struct dc_step *step, const Goals__ChangeWeightsRequest *request,
                                  Goals__Plan **ret_plan, struct dc_error *error) DC_MUST_CHECK;
/* Everything that a version must be, beside the indicators, the organisation and other plans. */
enum dc_code plan_check(struct dc_step *step, const Goals__Plan *plan,
                        struct definition_items *ret_items, dc_date *ret_effective_from,
                        struct dc_error *error) DC_MUST_CHECK;
/* Checks, stores and tells a prepared version. */
enum dc_code plan_save(struct dc_step *step, Goals__Plan *plan,
                       struct dc_error *error) DC_MUST_CHECK;

#endif
