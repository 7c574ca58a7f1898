/*
 * calibration_tell.h - the event of a session or a move.
 */
#ifndef SCORING_CALIBRATION_TELL_H
#define SCORING_CALIBRATION_TELL_H

#include "results.h"

/* Reads the session as it is now and tells it, with the move if there was one. */
enum dc_code calibration_tell(struct dc_step *step, int64_t id, Scoring__CalibrationMove *move,
                              Scoring__Calibration **ret_calibration,
                              struct dc_error *error) DC_MUST_CHECK;

#endif
