/*
 * submission_life.h - the states of a submission and of its findings, and what leads from one to
 * another. Pure; the tables in the .c file are all there is.
 */
#ifndef DC_INGEST_SUBMISSION_LIFE_H
#define DC_INGEST_SUBMISSION_LIFE_H

#include <dacheng/ingest/v1/submission.pb-c.h>

#include "base/error.h"

enum submission_event {
    SUBMISSION_FOUND_OPEN,  /* a check or an act left findings that nobody has accepted */
    SUBMISSION_FOUND_CLEAN, /* it left none */
    SUBMISSION_WENT_ON,     /* the process decided that it goes on */
    SUBMISSION_TAKEN_BACK,  /* that decision was withdrawn */
};
/* 0 (UNSPECIFIED) is a submission that has not been checked yet. FAILED_PRECONDITION, with a
 * sentence, where the table has no such row. */
enum dc_code submission_next(Ingest__SubmissionState from, enum submission_event event,
                             Ingest__SubmissionState *ret_to, struct dc_error *error) DC_MUST_CHECK;

enum finding_event { FINDING_DECLARED, FINDING_ACCEPTED, FINDING_REFUSED };
enum dc_code finding_next(Ingest__FindingState from, enum finding_event event,
                          Ingest__FindingState *ret_to, struct dc_error *error) DC_MUST_CHECK;

#endif
