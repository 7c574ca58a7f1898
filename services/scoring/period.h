/*
 * period.h - the period that a request means.
 */
#ifndef SCORING_PERIOD_H
#define SCORING_PERIOD_H

#include "scoring.h"

/* "" is this quarter. The text lives in the step's arena. */
enum dc_code period_of_request(struct dc_step *step, const char *text, struct dc_period *ret_period,
                               const char **ret_text, struct dc_error *error) DC_MUST_CHECK;

#endif
