/* The tables of a submission's and a finding's life. */
#include "submission_life.h"

#include <stddef.h>

#include "base/words.h"

#define S(name) INGEST__SUBMISSION_STATE__SUBMISSION_STATE_##name
#define F(name) INGEST__FINDING_STATE__FINDING_STATE_##name

static const struct {
    Ingest__SubmissionState from;
    enum submission_event event;
    Ingest__SubmissionState to;
} submissions[] = {
    {S(UNSPECIFIED), SUBMISSION_FOUND_OPEN, S(FAILED)},
    {S(UNSPECIFIED), SUBMISSION_FOUND_CLEAN, S(PASSED)},
    {S(FAILED), SUBMISSION_FOUND_OPEN, S(FAILED)},
    {S(FAILED), SUBMISSION_FOUND_CLEAN, S(PASSED)},
    {S(FAILED), SUBMISSION_WENT_ON, S(CLOSED)}, /* a finding came up while it was decided */
    {S(PASSED), SUBMISSION_FOUND_OPEN, S(FAILED)},
    {S(PASSED), SUBMISSION_FOUND_CLEAN, S(PASSED)},
    {S(PASSED), SUBMISSION_WENT_ON, S(CLOSED)},
    {S(CLOSED), SUBMISSION_WENT_ON, S(CLOSED)},    /* told again */
    {S(CLOSED), SUBMISSION_TAKEN_BACK, S(FAILED)}, /* until the check that follows */
};

static const struct {
    Ingest__FindingState from;
    enum finding_event event;
    Ingest__FindingState to;
} findings[] = {
    {F(OPEN), FINDING_DECLARED, F(DECLARED)},
    {F(DECLARED), FINDING_DECLARED, F(DECLARED)}, /* with another reason */
    {F(DECLARED), FINDING_ACCEPTED, F(ACCEPTED)},
    {F(DECLARED), FINDING_REFUSED, F(OPEN)},
    {F(ACCEPTED), FINDING_REFUSED, F(OPEN)}, /* thought better of it */
};

enum dc_code
submission_next(Ingest__SubmissionState from, enum submission_event event,
                Ingest__SubmissionState *ret_to, struct dc_error *error)
{
    for (size_t i = 0; i < sizeof(submissions) / sizeof(*submissions); i++) {
        if (submissions[i].from == from && submissions[i].event == event) {
            *ret_to = submissions[i].to;
            return DC_OK;
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION,
                   from == S(CLOSED)
                       ? DC_WORDS("the submission is closed; later data makes a new version")
                       : DC_WORDS("the submission is not closed"));
}

enum dc_code
finding_next(Ingest__FindingState from, enum finding_event event, Ingest__FindingState *ret_to,
             struct dc_error *error)
{
    for (size_t i = 0; i < sizeof(findings) / sizeof(*findings); i++) {
        if (findings[i].from == from && findings[i].event == event) {
            *ret_to = findings[i].to;
            return DC_OK;
        }
    }
    return dc_fail_field(error, DC_FAILED_PRECONDITION, "finding_ids",
                         from == F(OPEN) ? DC_WORDS("nobody has declared this finding yet; the "
                                                    "unit's director gives the reason first")
                         : from == F(ACCEPTED) ? DC_WORDS("this finding is accepted already")
                                               : DC_WORDS("not in the present state"));
}
