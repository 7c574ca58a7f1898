/*
 * submission.h - what happens to a submission: it is checked, what was found is declared and
 * accepted, it goes on, late data comes. Whoever acts, the row is locked first, and
 * SubmissionChecked is told last.
 */
#ifndef DC_INGEST_SUBMISSION_H
#define DC_INGEST_SUBMISSION_H

#include "store_submissions.h"
#include "submission_life.h"

/* A month that has begun. */
enum dc_code submission_period(struct dc_step *step, const char *text, struct dc_period *ret_period,
                               struct dc_error *error) DC_MUST_CHECK;

/* Takes a submission that was checked. FAILED_PRECONDITION: it was not. */
enum dc_code submission_take(struct dc_step *step, int64_t unit_id, const char *period,
                             struct store_submission *ret_submission,
                             struct dc_error *error) DC_MUST_CHECK;
/* Looks at everything again. What was said of findings that are still there is kept; of a closed
 * one nothing but its figures is looked at: other ones make a new version. `who` is the cause when
 * no run is. */
enum dc_code submission_check(struct dc_step *step, int64_t unit_id, const char *period,
                              const char *who, struct dc_error *error) DC_MUST_CHECK;
/* After findings changed their states: the submission follows them. */
enum dc_code submission_follow(struct dc_step *step, struct store_submission *submission,
                               struct dc_error *error) DC_MUST_CHECK;
/* The process decided that it goes on (checked first if nobody has); that it does not, after all.
 */
enum dc_code submission_close(struct dc_step *step, int64_t unit_id, const char *period,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code submission_reopen(struct dc_step *step, int64_t unit_id, const char *period,
                               struct dc_error *error) DC_MUST_CHECK;

#endif
