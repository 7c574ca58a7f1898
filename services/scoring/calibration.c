/*
 * calibration.c - who may move whom to which grade.
 */
#include "calibration.h"

#include <stdlib.h>
#include <string.h>

enum dc_code
calibration_check_move(const struct calibration_move *move, struct dc_error *error)
{
    if (!move->open) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "calibration_id",
                             "the session is closed; its grades stay as they are");
    }
    if (move->himself) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id", "nobody calibrates himself");
    }
    if (move->steps == CALIBRATION_NO_STEPS) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id",
                             "a director, vice president or supervisor moves people within his "
                             "scope");
    }
    if (move->wanted == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "grade",
                             "not a grade of the person's table");
    }
    if (move->expected[0] && strcmp(move->expected, move->code) != 0) {
        return dc_fail_field(error, DC_ABORTED, "expected_grade",
                             "somebody moved the person meanwhile: to %s", move->code);
    }
    if (move->wanted == move->grade) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "grade",
                             "the person has the grade %s already", move->code);
    }
    if (move->held > move->wanted) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "grade",
                             "a veto allows no better grade than %s", move->held_code);
    }
    if (abs(move->wanted - move->suggested) > move->steps) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "grade",
                             "you may go %d grades from the suggested one; the supervisor may go "
                             "further",
                             move->steps);
    }
    return DC_OK;
}
