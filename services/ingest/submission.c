/* A submission is checked, follows its findings, goes on, and gets versions of late data. */
#include "submission.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"

enum { FINDINGS_TOLD = 50, EVERYTHING = INT32_MAX };

#define CLOSED INGEST__SUBMISSION_STATE__SUBMISSION_STATE_CLOSED

static dc_date
today(const struct dc_step *step)
{
    return dc_date_of(step->now, ingest_utc_offset(step));
}

enum dc_code
submission_period(struct dc_step *step, const char *text, struct dc_period *ret_period,
                  struct dc_error *error)
{
    struct dc_period period;
    if (dc_period_parse(text, &period, NULL) != DC_OK || period.kind != DC_PERIOD_MONTH) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "data is submitted for a month: 2026-11");
    }
    if (period.first > today(step)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "period", "%s has not begun yet", text);
    }
    *ret_period = period;
    return DC_OK;
}

/* --- telling ------------------------------------------------------------------------------------
 */
static enum dc_code
save_and_tell(struct dc_step *step, const struct store_submission *submission,
              struct dc_error *error)
{
    Ingest__SubmissionChecked event = INGEST__SUBMISSION_CHECKED__INIT;
    struct store_findings findings;
    char key[64];
    DC_TRY(store_submission_save(step, submission, error));
    DC_TRY(
        store_submission(step, submission->unit_id, submission->period, &event.submission, error));
    DC_TRY(store_findings(step, submission->id, true, FINDINGS_TOLD, &findings, error));
    event.findings = findings.items;
    event.n_findings = findings.count;
    snprintf(key, sizeof(key), "submission/%" PRId64 "/%s", submission->unit_id,
             submission->period);
    dc_emit(step, step->context->tenant_id, key, &event.base);
    return DC_OK;
}

/* --- late data ----------------------------------------------------------------------------------
 */
/* Records and amount of the whole month. */
static void
count_month(const struct completeness_facts *facts, struct store_submission *submission)
{
    submission->records = 0;
    submission->amount = DC_DECIMAL_ZERO;
    for (size_t i = 0; i < facts->day_count; i++) {
        if (facts->days[i].on >= facts->period.first) {
            submission->records += facts->days[i].records;
            submission->amount = dc_decimal_add(submission->amount, facts->days[i].amount);
        }
    }
}

/* A version when the figures are not those of the last one. */
static enum dc_code
add_version(struct dc_step *step, struct store_submission *submission, const char *cause,
            bool *ret_added, struct dc_error *error)
{
    struct store_version last;
    DC_TRY(store_last_version(step, submission->id, &last, error));
    *ret_added = last.version == 0 || last.records != submission->records ||
                 dc_decimal_cmp(last.amount, submission->amount) != 0;
    if (!*ret_added) {
        return DC_OK;
    }
    struct store_version version = {last.version + 1, submission->records, submission->amount};
    submission->version = version.version;
    return store_add_version(step, submission->id, &version,
                             dc_decimal_sub(version.amount, last.amount), cause, error);
}

/* --- checking -----------------------------------------------------------------------------------
 */
static int
compare_identity(const Ingest__Finding *known, const struct completeness_finding *found)
{
    dc_date on = COMPLETENESS_NO_DAY;
    if (*known->date && dc_date_parse(known->date, &on, NULL) != DC_OK) {
        return 1;
    }
    return known->kind != found->kind || known->unit_id != found->unit_id ||
           known->person_id != found->person_id || on != found->on;
}

/* Still about what it was declared about? */
static bool
is_kept(const struct store_findings *known, size_t i, const struct completeness_finding *found,
        struct dc_decimal least_amount)
{
    struct dc_decimal amount = DC_DECIMAL_ZERO, expected = DC_DECIMAL_ZERO;
    const Ingest__Finding *finding = known->items[i];
    if (*finding->amount && (dc_decimal_parse(finding->amount, &amount, NULL) != DC_OK ||
                             dc_decimal_parse(finding->expected, &expected, NULL) != DC_OK)) {
        return false;
    }
    return completeness_still_holds(found, amount, expected, known->deviations[i], least_amount);
}

/* Known findings that somebody has spoken of, against those found now; few, so each is looked for.
 */
static bool *
keep_declarations(struct dc_step *step, const struct store_findings *known,
                  const struct completeness_finding *found, size_t count,
                  struct dc_decimal least_amount, int64_t *ret_open)
{
    bool *kept = DC_NEW_ARRAY(step->arena, bool, count);
    *ret_open = (int64_t)count;
    for (size_t k = 0; k < known->count; k++) {
        Ingest__FindingState state = known->items[k]->state;
        if (state == INGEST__FINDING_STATE__FINDING_STATE_OPEN) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (compare_identity(known->items[k], &found[i]) == 0) {
                kept[i] = is_kept(known, k, &found[i], least_amount);
                *ret_open -=
                    kept[i] && state == INGEST__FINDING_STATE__FINDING_STATE_ACCEPTED ? 1 : 0;
                break;
            }
        }
    }
    return kept;
}

static enum dc_code
find_again(struct dc_step *step, struct store_submission *submission,
           const struct completeness_facts *facts, const struct completeness_thresholds *thresholds,
           struct dc_error *error)
{
    struct store_findings known;
    struct completeness_finding *found;
    size_t count;
    DC_TRY(completeness_check(facts, thresholds, step->arena, &found, &count, error));
    DC_TRY(store_findings(step, submission->id, false, EVERYTHING, &known, error));
    bool *kept = keep_declarations(step, &known, found, count, thresholds->least_amount,
                                   &submission->findings_open);
    DC_TRY(store_save_findings(step, submission->id, found, kept, count, error));
    return submission_next(submission->state,
                           submission->findings_open > 0 ? SUBMISSION_FOUND_OPEN
                                                         : SUBMISSION_FOUND_CLEAN,
                           &submission->state, error);
}

/* Figures, and findings or a version, of a submission that is locked. Nothing is told yet;
 * ret_changed: a closed one has a new version, or it is not closed. */
static enum dc_code
look(struct dc_step *step, struct store_submission *submission, const char *who, bool *ret_changed,
     struct dc_error *error)
{
    struct dc_period period;
    struct store_thresholds thresholds;
    struct completeness_facts facts;
    const char *runs;
    DC_TRY(dc_period_parse(submission->period, &period, error));
    DC_TRY(
        store_take_touches(step, submission->id, &runs, error)); /* before the figures are read */
    DC_TRY(store_thresholds(step, &thresholds, error));
    DC_TRY(
        store_facts(step, submission->unit_id, &period, today(step), &thresholds, &facts, error));
    count_month(&facts, submission);
    submission->until = today(step) < period.last ? today(step) : period.last;
    if (submission->state == CLOSED) {
        return add_version(step, submission, *runs ? runs : who, ret_changed, error);
    }
    *ret_changed = true;
    return find_again(step, submission, &facts, &thresholds.check, error);
}

enum dc_code
submission_check(struct dc_step *step, int64_t unit_id, const char *period, const char *who,
                 struct dc_error *error)
{
    struct store_submission submission;
    bool changed;
    DC_TRY(store_submission_lock(step, unit_id, period, today(step), &submission, error));
    DC_TRY(look(step, &submission, who, &changed, error));
    return changed ? save_and_tell(step, &submission, error) : DC_OK;
}

/* --- what follows -------------------------------------------------------------------------------
 */
enum dc_code
submission_take(struct dc_step *step, int64_t unit_id, const char *period,
                struct store_submission *ret_submission, struct dc_error *error)
{
    Ingest__Submission *known;
    DC_TRY(store_submission(step, unit_id, period, &known, error));
    if (!known) {
        return dc_fail(error, DC_FAILED_PRECONDITION,
                       "the data of this unit has not been checked for %s yet", period);
    }
    return store_submission_lock(step, unit_id, period, today(step), ret_submission, error);
}

enum dc_code
submission_follow(struct dc_step *step, struct store_submission *submission, struct dc_error *error)
{
    struct store_findings open;
    DC_TRY(store_findings(step, submission->id, true, EVERYTHING, &open, error));
    submission->findings_open = (int64_t)open.count;
    DC_TRY(submission_next(submission->state,
                           open.count > 0 ? SUBMISSION_FOUND_OPEN : SUBMISSION_FOUND_CLEAN,
                           &submission->state, error));
    return save_and_tell(step, submission, error);
}

enum dc_code
submission_close(struct dc_step *step, int64_t unit_id, const char *period, struct dc_error *error)
{
    struct store_submission submission;
    bool changed;
    DC_TRY(store_submission_lock(step, unit_id, period, today(step), &submission, error));
    if (submission.state == CLOSED) {
        return DC_OK; /* told again */
    }
    DC_TRY(look(step, &submission, "", &changed, error));
    DC_TRY(submission_next(submission.state, SUBMISSION_WENT_ON, &submission.state, error));
    submission.closed_at = step->now;
    DC_TRY(add_version(step, &submission, "submitted", &changed, error));
    return save_and_tell(step, &submission, error);
}

enum dc_code
submission_reopen(struct dc_step *step, int64_t unit_id, const char *period, struct dc_error *error)
{
    Ingest__Submission *known;
    struct store_submission submission;
    bool changed;
    DC_TRY(store_submission(step, unit_id, period, &known, error));
    if (!known) {
        return DC_OK;
    }
    DC_TRY(store_submission_lock(step, unit_id, period, today(step), &submission, error));
    if (submission.state != CLOSED) {
        return DC_OK; /* told again */
    }
    DC_TRY(submission_next(submission.state, SUBMISSION_TAKEN_BACK, &submission.state, error));
    submission.closed_at = 0;
    DC_TRY(look(step, &submission, "", &changed, error));
    return save_and_tell(step, &submission, error);
}
