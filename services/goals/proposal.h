/*
 * proposal.h - the life of a proposal, and what it is called: pure.
 */
#ifndef DC_GOALS_PROPOSAL_H
#define DC_GOALS_PROPOSAL_H

#include <dacheng/goals/v1/events.pb-c.h>

#include "base/decimal.h"
#include "base/error.h"

enum proposal_event {
    PROPOSAL_DONE,      /* approved, and the target has the new value */
    PROPOSAL_NOT_DONE,  /* approved, but it could not be carried out */
    PROPOSAL_REFUSED,   /* the approval ended in any other way */
    PROPOSAL_TAKEN_BACK /* by its author, or by who may change the target */
};
/* FAILED_PRECONDITION, with a sentence, when the proposal is settled already. */
enum dc_code proposal_next(Goals__ProposalState from, enum proposal_event event,
                           Goals__ProposalState *ret_to, struct dc_error *error) DC_MUST_CHECK;

/* (new - old) / old in percent, two decimals, half-up; from 0 to more 100.00. */
enum dc_code proposal_raise(struct dc_decimal old_value, struct dc_decimal new_value,
                            struct dc_decimal *ret_percent, struct dc_error *error) DC_MUST_CHECK;

/* The name that an approval carries: "goals/proposal/17". */
enum { PROPOSAL_REFERENCE = 40 };
void proposal_reference(int64_t id, char ret_text[PROPOSAL_REFERENCE]);
/* 0: it names no proposal. */
int64_t proposal_of_reference(const char *reference);

#endif
