/* The tables of a round's and an assignment's life. */
#include "life.h"

#include <stddef.h>

#define R(name) REVIEWS__ROUND_STATE__ROUND_STATE_##name
#define A(name) ASSIGNMENT_##name

static const struct {
    Reviews__RoundState from;
    enum round_event event;
    Reviews__RoundState to;
} rounds[] = {
    {R(PREPARING), ROUND_OPEN, R(OPEN)},
    {R(PREPARING), ROUND_CANCEL, R(CANCELLED)},
    {R(OPEN), ROUND_CLOSE, R(CLOSING)},
    {R(OPEN), ROUND_CANCEL, R(CANCELLED)},
    {R(CLOSING), ROUND_COMPUTED, R(CLOSED)},
    {R(CLOSED), ROUND_RELEASE, R(RELEASED)},
};

static const struct {
    enum assignment_state from;
    enum assignment_event event;
    enum assignment_state to;
} assignments[] = {
    {A(PROPOSED), ASSIGNMENT_APPROVE, A(ASKED)},   {A(PROPOSED), ASSIGNMENT_REFUSE, A(REFUSED)},
    {A(ASKED), ASSIGNMENT_REFUSE, A(REFUSED)},     {A(ASKED), ASSIGNMENT_DRAFT, A(ASKED)},
    {A(ASKED), ASSIGNMENT_GIVE, A(GIVEN)},         {A(ASKED), ASSIGNMENT_DECLINE, A(DECLINED)},
    {A(GIVEN), ASSIGNMENT_GIVE, A(GIVEN)},         {A(GIVEN), ASSIGNMENT_DECLINE, A(DECLINED)},
    {A(REFUSED), ASSIGNMENT_APPROVE, A(ASKED)},
};

static const char *const round_words[] = {"",
                                          "is being prepared",
                                          "is open",
                                          "is being closed",
                                          "is closed",
                                          "is released",
                                          "was cancelled"};
static const char *const event_words[] = {
    "opened", "closed; it has to be open", "closed", "released; it has to be closed, and not yet "
                                                     "released",
    "cancelled; what was computed stays"};

enum dc_code
round_next(Reviews__RoundState state, enum round_event event, Reviews__RoundState *ret_state,
           struct dc_error *error)
{
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        if (rounds[i].from == state && rounds[i].event == event) {
            *ret_state = rounds[i].to;
            return DC_OK;
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION, "the round %s and cannot be %s",
                   round_words[state], event_words[event]);
}

bool
round_is_going(Reviews__RoundState state)
{
    return state == R(PREPARING) || state == R(OPEN);
}

bool
round_has_results(Reviews__RoundState state)
{
    return state == R(CLOSED) || state == R(RELEASED);
}

enum dc_code
assignment_next(enum assignment_state state, enum assignment_event event,
                enum assignment_state *ret_state, struct dc_error *error)
{
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++) {
        if (assignments[i].from == state && assignments[i].event == event) {
            *ret_state = assignments[i].to;
            return DC_OK;
        }
    }
    return event == ASSIGNMENT_APPROVE || event == ASSIGNMENT_REFUSE
               ? dc_fail(error, DC_FAILED_PRECONDITION,
                         "this rater cannot be approved or refused any more")
           : state == A(GIVEN)
               ? dc_fail(error, DC_FAILED_PRECONDITION,
                         "it is given already; submit it again to change it")
               : dc_fail(error, DC_FAILED_PRECONDITION, "you are not asked for this rating any more");
}
