/* The table of a proposal's life, how much it raises, and what it is called. */
#include "proposal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"

#define S(name) GOALS__PROPOSAL_STATE__PROPOSAL_STATE_##name

static const char reference_prefix[] = "goals/proposal/";

static const struct {
    Goals__ProposalState from;
    enum proposal_event event;
    Goals__ProposalState to;
} transitions[] = {
    {S(OPEN), PROPOSAL_DONE, S(CARRIED_OUT)},
    {S(OPEN), PROPOSAL_NOT_DONE, S(FAILED)},
    {S(OPEN), PROPOSAL_REFUSED, S(REJECTED)},
    {S(OPEN), PROPOSAL_TAKEN_BACK, S(WITHDRAWN)},
};

enum dc_code
proposal_next(Goals__ProposalState from, enum proposal_event event, Goals__ProposalState *ret_to,
              struct dc_error *error)
{
    for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++) {
        if (transitions[i].from == from && transitions[i].event == event) {
            *ret_to = transitions[i].to;
            return DC_OK;
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION, "the proposal is %s already",
                   from == S(CARRIED_OUT) ? DC_WORDS("carried out")
                   : from == S(REJECTED)  ? DC_WORDS("rejected")
                   : from == S(WITHDRAWN) ? DC_WORDS("withdrawn")
                                          : DC_WORDS("settled"));
}

enum dc_code
proposal_raise(struct dc_decimal old_value, struct dc_decimal new_value,
               struct dc_decimal *ret_percent, struct dc_error *error)
{
    if (dc_decimal_sign(old_value) == 0) {
        *ret_percent = DC_DECIMAL_INT(dc_decimal_sign(new_value) == 0 ? 0 : 100);
        return DC_OK;
    }
    return dc_decimal_mul_div(dc_decimal_sub(new_value, old_value), DC_DECIMAL_INT(100), old_value,
                              2, ret_percent, error);
}

void
proposal_reference(int64_t id, char ret_text[PROPOSAL_REFERENCE])
{
    snprintf(ret_text, PROPOSAL_REFERENCE, "%s%" PRId64, reference_prefix, id);
}

int64_t
proposal_of_reference(const char *reference)
{
    int64_t id;
    return dc_text_starts_with(reference, reference_prefix) &&
                   dc_parse_int64(reference + strlen(reference_prefix), &id, NULL) == DC_OK &&
                   id > 0
               ? id
               : 0;
}
