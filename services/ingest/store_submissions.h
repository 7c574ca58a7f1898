/*
 * store_submissions.h - the tables of data submission, and the figures that its check looks at.
 * As in store.h: functions take the step whose transaction they run in, results live in its arena.
 */
#ifndef DC_INGEST_STORE_SUBMISSIONS_H
#define DC_INGEST_STORE_SUBMISSIONS_H

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/submission.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#include "completeness.h"
#include "service/access.h"
#include "service/service.h"
#include "store.h"

/* --- store_submissions.c: submissions, their findings and versions
 * --------------------------------
 */
/* The row of a submission that is being worked on. */
struct store_submission {
    int64_t id;
    int64_t unit_id;
    const char *period;
    Ingest__SubmissionState state; /* UNSPECIFIED: made by this transaction */
    int64_t records;
    struct dc_decimal amount;
    int64_t findings_open;
    dc_time closed_at; /* 0: not */
    int64_t version;
    dc_date until;
};
/* Nobody else touches it until the commit. One that is new keeps counting out meanwhile. */
enum dc_code store_submission_lock(struct dc_step *step, int64_t unit_id, const char *period,
                                   dc_date today, struct store_submission *ret_submission,
                                   struct dc_error *error) DC_MUST_CHECK;
/* checked_at becomes the step's now. */
enum dc_code store_submission_save(struct dc_step *step, const struct store_submission *submission,
                                   struct dc_error *error) DC_MUST_CHECK;
/* NULL: there is none. */
enum dc_code store_submission(struct dc_step *step, int64_t unit_id, const char *period,
                              Ingest__Submission **ret_submission,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_submissions(struct dc_step *step, const char *period, int64_t unit_id,
                               const struct dc_access_reach *reach, int64_t limit,
                               Ingest__Submission ***ret_submissions, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;

struct store_version {
    int64_t version; /* 0: none yet */
    int64_t records;
    struct dc_decimal amount;
};
enum dc_code store_last_version(struct dc_step *step, int64_t submission_id,
                                struct store_version *ret_version,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_add_version(struct dc_step *step, int64_t submission_id,
                               const struct store_version *version, struct dc_decimal delta,
                               const char *cause, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_versions(struct dc_step *step, int64_t submission_id,
                            Ingest__SubmissionVersion ***ret_versions, size_t *ret_count,
                            struct dc_error *error) DC_MUST_CHECK;

struct store_findings {
    Ingest__Finding **items;
    struct dc_decimal *deviations; /* of jumps, from when they were declared */
    size_t count;
};
/* only_open: those that nobody has accepted. */
enum dc_code store_findings(struct dc_step *step, int64_t submission_id, bool only_open,
                            int64_t limit, struct store_findings *ret_findings,
                            struct dc_error *error) DC_MUST_CHECK;
/* Takes the place of all findings; kept[i]: what was said of it before stays. */
enum dc_code store_save_findings(struct dc_step *step, int64_t submission_id,
                                 const struct completeness_finding *findings, const bool *kept,
                                 size_t count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_declare(struct dc_step *step, int64_t submission_id, const int64_t *ids,
                           size_t count, const char *reason, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_accept(struct dc_step *step, int64_t submission_id, const int64_t *ids,
                          size_t count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_refuse(struct dc_step *step, int64_t submission_id, const int64_t *ids,
                          size_t count, const char *reason, struct dc_error *error) DC_MUST_CHECK;

/* Submissions where these entries came or went are to be looked at again. */
enum dc_code store_touch(struct dc_step *step, const struct store_entries *entries,
                         struct dc_error *error) DC_MUST_CHECK;
/* All that are not closed, of a year or (0) of any. */
enum dc_code store_touch_all(struct dc_step *step, int64_t year,
                             struct dc_error *error) DC_MUST_CHECK;
/* Takes what touched a submission; the runs by name, "" when it was none. */
enum dc_code store_take_touches(struct dc_step *step, int64_t submission_id, const char **ret_runs,
                                struct dc_error *error) DC_MUST_CHECK;
struct store_touched {
    int64_t unit_id;
    const char *period;
};
/* Locks them; those that somebody holds come another time. */
enum dc_code store_touched(struct dc_step *step, int64_t limit, struct store_touched **ret_items,
                           size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_tenants_to_check(struct dc_step *step, const int64_t **ret_ids,
                                    size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

/* --- store_completeness.c: what the check looks at
 * -------------------------------------------------
 */
struct store_thresholds {
    struct completeness_thresholds check;
    const char *const *positions; /* none: whoever has a target in the period */
    size_t position_count;
};
/* Those that are set, or the usual ones. */
enum dc_code store_thresholds(struct dc_step *step, struct store_thresholds *ret_thresholds,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_thresholds(struct dc_step *step, const struct store_thresholds *thresholds,
                                   struct dc_error *error) DC_MUST_CHECK;
/* Everything of a unit and a month, as of `today`. */
enum dc_code store_facts(struct dc_step *step, int64_t unit_id, const struct dc_period *period,
                         dc_date today, const struct store_thresholds *thresholds,
                         struct completeness_facts *ret_facts,
                         struct dc_error *error) DC_MUST_CHECK;
/* NULL: there is no such unit. */
enum dc_code store_unit_name(struct dc_step *step, int64_t unit_id, const char **ret_name,
                             struct dc_error *error) DC_MUST_CHECK;
/* Keeps a year's exceptions unless newer ones are there. */
enum dc_code store_calendar(struct dc_step *step, const Workflow__CalendarChanged *calendar,
                            bool *ret_kept, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_targets(struct dc_step *step, const Goals__TargetsAdjusted *adjusted,
                           struct dc_error *error) DC_MUST_CHECK;

#endif
