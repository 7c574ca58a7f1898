/*
 * life.h - the states of a round and of an assignment, and what may follow which. Pure tables; the
 * functions here alone decide.
 */
#ifndef DC_REVIEWS_LIFE_H
#define DC_REVIEWS_LIFE_H

#include "base/error.h"

#include <dacheng/reviews/v1/events.pb-c.h>

enum round_event {
    ROUND_OPEN,
    ROUND_CLOSE,    /* by the supervisor, or by itself */
    ROUND_COMPUTED, /* the last result is there */
    ROUND_RELEASE,
    ROUND_CANCEL,
};
/* FAILED_PRECONDITION with a sentence. A closed round never opens again: two looks at a result would
 * tell the difference between them. */
enum dc_code round_next(Reviews__RoundState state, enum round_event event,
                        Reviews__RoundState *ret_state, struct dc_error *error) DC_MUST_CHECK;
/* Raters are named and approved while this holds. */
bool round_is_going(Reviews__RoundState state);
bool round_has_results(Reviews__RoundState state);

/* As stored; whether somebody has rated is nobody's business but his own. */
enum assignment_state {
    ASSIGNMENT_PROPOSED = 1,
    ASSIGNMENT_ASKED = 2,
    ASSIGNMENT_GIVEN = 3,
    ASSIGNMENT_DECLINED = 4,
    ASSIGNMENT_REFUSED = 5,
    ASSIGNMENT_LAPSED = 6,
};
enum assignment_event {
    ASSIGNMENT_APPROVE,
    ASSIGNMENT_REFUSE,
    ASSIGNMENT_GIVE,    /* again, too: until the round closes */
    ASSIGNMENT_DRAFT,   /* kept, not counted */
    ASSIGNMENT_DECLINE, /* also what was given: it is taken back */
};
enum dc_code assignment_next(enum assignment_state state, enum assignment_event event,
                             enum assignment_state *ret_state,
                             struct dc_error *error) DC_MUST_CHECK;

#endif
