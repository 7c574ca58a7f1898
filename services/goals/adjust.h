/*
 * adjust.h - changing the value of one target, with everything that follows below and above it: at
 * once by who may, or when a proposal of it was approved.
 */
#ifndef DC_GOALS_ADJUST_H
#define DC_GOALS_ADJUST_H

#include "act.h"

enum adjust_right {
    ADJUST_CALLER,   /* the caller changes it */
    ADJUST_PROPOSE,  /* the caller proposes it */
    ADJUST_APPROVED, /* whoever had to has agreed: no right is asked for */
};

/* A value that would be wrong whatever the indicator is: INVALID_ARGUMENT. */
enum dc_code adjust_check_value(const char *text, struct dc_error *error) DC_MUST_CHECK;

/* From when, and by what policy. */
enum dc_code adjust_check_from(Goals__AdjustPolicy policy, const char *effective_on,
                               dc_date *ret_date, struct dc_error *error) DC_MUST_CHECK;

/* What the request says by itself, that there is the target (ret_found, alone), and the right to it;
 * neither locks nor asks for the version. `ret_act` is zeroed. */
enum dc_code adjust_check(struct dc_step *step, const Goals__AdjustTargetRequest *request,
                          enum adjust_right right, struct act *ret_act,
                          struct store_tree *ret_found, struct dc_error *error) DC_MUST_CHECK;
/* Checks the request and computes what would come of it, under the lock of the sheet; nothing is
 * written until act_write. `ret_act` is zeroed. ret_found: the target alone, as it was. */
enum dc_code adjust_decide(struct dc_step *step, const Goals__AdjustTargetRequest *request,
                           enum adjust_right right, struct act *ret_act,
                           struct store_tree *ret_found, struct dc_error *error) DC_MUST_CHECK;

#endif
