/*
 * calibration.h - who may move whom to which grade 校准, and what is suggested. Pure.
 */
#ifndef SCORING_CALIBRATION_H
#define SCORING_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* How many rows of the table away from the suggested grade somebody may go. */
enum { CALIBRATION_STEPS_DIRECTOR = 1, CALIBRATION_STEPS_VICE_PRESIDENT = 2 };
enum { CALIBRATION_ANY_STEPS = 1000, CALIBRATION_NO_STEPS = 0 };

struct calibration_move {
    bool open;                               /* the session */
    bool himself;                            /* the caller is the person */
    int steps;                               /* the caller's limit */
    int grade;                               /* now: a row of the table, from 1 */
    int suggested, held;                     /* held 0: no veto */
    int wanted;                              /* 0: no grade of the table */
    const char *expected, *code, *held_code; /* expected "": whatever it is */
};
/* PERMISSION_DENIED, FAILED_PRECONDITION, ABORTED or INVALID_ARGUMENT with a sentence. */
enum dc_code calibration_check_move(const struct calibration_move *move,
                                    struct dc_error *error) DC_MUST_CHECK;

#endif
