/* Answers the requests about submissions, and looks again at those that new records touched. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "handlers.h"
#include "submission.h"

enum {
    CHECKERS = DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD) | DC_ROLE(SUPERVISOR),
    DECLARERS = DC_ROLE(DIRECTOR),
    NEXT_LEVEL = DC_ROLE(VICE_PRESIDENT) | DC_ROLE(SUPERVISOR) | DC_ROLE(BOSS),
    READERS = CHECKERS | NEXT_LEVEL,
    FINDINGS_SHOWN = 1000, /* findings_open of the submission says how many there are */
    FINDINGS_AT_ONCE = 1000,
    SUBMISSIONS_SHOWN = 5000,
    TOUCHED_AT_ONCE = 10,
    REASON_MAX = 500,
    POSITIONS_MAX = 200,
    POSITION_LENGTH_MAX = 100,
};

/* The caller may, it is a month that has begun, and the unit is there. */
static enum dc_code
check_place(struct dc_step *step, unsigned roles, int64_t unit_id, const char *period,
            struct dc_error *error)
{
    struct dc_period month;
    const char *name;
    dc_step_subject(step, "unit/%" PRId64, unit_id);
    DC_TRY(dc_access_unit(step, roles, unit_id, error));
    DC_TRY(submission_period(step, period, &month, error));
    DC_TRY(store_unit_name(step, unit_id, &name, error));
    if (!name) {
        return dc_fail_field(error, DC_NOT_FOUND, "unit_id", "there is no unit %" PRId64, unit_id);
    }
    return DC_OK;
}

static enum dc_code
check_reason(const char *reason, struct dc_error *error)
{
    size_t length = dc_utf8_length(reason, strlen(reason));
    if (length < 1 || length > REASON_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason", "1 to %d characters",
                             REASON_MAX);
    }
    return DC_OK;
}

/* What every request about one submission answers. */
static enum dc_code
answer(struct dc_step *step, int64_t unit_id, const char *period,
       Ingest__Submission **ret_submission, Ingest__Finding ***ret_findings, size_t *ret_count,
       struct dc_error *error)
{
    struct store_findings findings;
    DC_TRY(store_submission(step, unit_id, period, ret_submission, error));
    if (!*ret_submission) {
        return dc_fail(error, DC_NOT_FOUND, "the data of this unit has not been checked for %s yet",
                       period);
    }
    DC_TRY(store_findings(step, (*ret_submission)->id, false, FINDINGS_SHOWN, &findings, error));
    *ret_findings = findings.items;
    *ret_count = findings.count;
    return DC_OK;
}

/* --- reading and checking ------------------------------------------------------------------------
 */
DC_HANDLER(ingest_get_submission, Ingest__GetSubmissionRequest, Ingest__GetSubmissionResponse)
{
    DC_TRY(check_place(step, READERS, request->unit_id, request->period, error));
    DC_TRY(answer(step, request->unit_id, request->period, &response->submission,
                  &response->findings, &response->n_findings, error));
    return store_versions(step, response->submission->id, &response->versions,
                          &response->n_versions, error);
}

DC_HANDLER(ingest_list_submissions, Ingest__ListSubmissionsRequest, Ingest__ListSubmissionsResponse)
{
    struct dc_access_reach reach;
    struct dc_period month;
    dc_step_subject(step, "submissions");
    DC_TRY(dc_access_role(step, READERS, error));
    DC_TRY(submission_period(step, request->period, &month, error));
    if (request->unit_id != 0) {
        DC_TRY(dc_access_unit(step, READERS, request->unit_id, error));
    }
    dc_access_reach(step, READERS, &reach);
    return store_submissions(step, request->period, request->unit_id, &reach, SUBMISSIONS_SHOWN,
                             &response->submissions, &response->n_submissions, error);
}

DC_HANDLER(ingest_check_submission, Ingest__CheckSubmissionRequest, Ingest__CheckSubmissionResponse)
{
    DC_TRY(check_place(step, CHECKERS, request->unit_id, request->period, error));
    const char *who = dc_arena_printf(step->arena, "checked by %s", step->context->account);
    DC_TRY(submission_check(step, request->unit_id, request->period, who, error));
    return answer(step, request->unit_id, request->period, &response->submission,
                  &response->findings, &response->n_findings, error);
}

/* --- declaring and accepting
 * ----------------------------------------------------------------------
 */
static int
by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Those that are asked for, each once; every one is of this submission and may go that way. */
static enum dc_code
pick_findings(struct dc_step *step, int64_t submission_id, const int64_t *ids, size_t count,
              enum finding_event event, Ingest__Finding ***ret_findings, int64_t **ret_ids,
              size_t *ret_count, struct dc_error *error)
{
    struct store_findings known;
    if (count < 1 || count > FINDINGS_AT_ONCE) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "finding_ids", "1 to %d findings",
                             FINDINGS_AT_ONCE);
    }
    DC_TRY(store_findings(step, submission_id, false, INT32_MAX, &known, error));
    int64_t *wanted = dc_arena_memdup(step->arena, ids, count * sizeof(int64_t));
    Ingest__Finding **findings = DC_NEW_ARRAY(step->arena, Ingest__Finding *, count);
    qsort(wanted, count, sizeof(int64_t), by_id);
    size_t found = 0, different = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || wanted[i] != wanted[i - 1]) {
            wanted[different++] = wanted[i];
        }
    }
    for (size_t i = 0; i < known.count; i++) {
        Ingest__FindingState to;
        if (bsearch(&known.items[i]->id, wanted, different, sizeof(int64_t), by_id)) {
            DC_TRY(finding_next(known.items[i]->state, event, &to, error));
            findings[found++] = known.items[i];
        }
    }
    if (found < different) {
        return dc_fail_field(error, DC_NOT_FOUND, "finding_ids",
                             "%zu of them are not findings of this submission (any more); look at "
                             "it again",
                             different - found);
    }
    *ret_findings = findings;
    *ret_ids = wanted;
    *ret_count = different;
    return DC_OK;
}

/* What is declared stands on somebody's name. */
static enum dc_code
check_person(struct dc_step *step, struct dc_error *error)
{
    return step->context->person_id != 0
               ? DC_OK
               : dc_fail(error, DC_PERMISSION_DENIED, "only a person can answer for this");
}

static enum dc_code
check_not_closed(const struct store_submission *submission, struct dc_error *error)
{
    Ingest__SubmissionState to;
    return submission_next(submission->state, SUBMISSION_FOUND_OPEN, &to, error);
}

DC_HANDLER(ingest_declare_holes, Ingest__DeclareHolesRequest, Ingest__DeclareHolesResponse)
{
    struct store_submission submission;
    Ingest__Finding **findings;
    int64_t *ids;
    size_t count;
    DC_TRY(check_place(step, DECLARERS, request->unit_id, request->period, error));
    DC_TRY(check_person(step, error));
    DC_TRY(check_reason(request->reason, error));
    DC_TRY(submission_take(step, request->unit_id, request->period, &submission, error));
    DC_TRY(check_not_closed(&submission, error));
    DC_TRY(pick_findings(step, submission.id, request->finding_ids, request->n_finding_ids,
                         FINDING_DECLARED, &findings, &ids, &count, error));
    DC_TRY(store_declare(step, submission.id, ids, count, request->reason, error));
    DC_TRY(submission_follow(step, &submission, error));
    return answer(step, request->unit_id, request->period, &response->submission,
                  &response->findings, &response->n_findings, error);
}

static enum dc_code
check_not_own(struct dc_step *step, Ingest__Finding **findings, size_t count,
              struct dc_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (findings[i]->declared_by_id == step->context->person_id) {
            (void)dc_fail_with(error, DC_PERMISSION_DENIED, "finding_ids", findings[i]->sentence_en,
                               findings[i]->sentence_zh);
            return dc_fail_context(error,
                                   "you declared this yourself; somebody else must accept it");
        }
    }
    return DC_OK;
}

DC_HANDLER(ingest_accept_holes, Ingest__AcceptHolesRequest, Ingest__AcceptHolesResponse)
{
    struct store_submission submission;
    Ingest__Finding **findings;
    int64_t *ids;
    size_t count;
    DC_TRY(check_place(step, NEXT_LEVEL, request->unit_id, request->period, error));
    DC_TRY(check_person(step, error));
    if (request->refuse) {
        DC_TRY(check_reason(request->reason, error));
    }
    DC_TRY(submission_take(step, request->unit_id, request->period, &submission, error));
    DC_TRY(check_not_closed(&submission, error));
    DC_TRY(pick_findings(step, submission.id, request->finding_ids, request->n_finding_ids,
                         request->refuse ? FINDING_REFUSED : FINDING_ACCEPTED, &findings, &ids,
                         &count, error));
    DC_TRY(check_not_own(step, findings, count, error));
    DC_TRY(request->refuse ? store_refuse(step, submission.id, ids, count, request->reason, error)
                           : store_accept(step, submission.id, ids, count, error));
    DC_TRY(submission_follow(step, &submission, error));
    return answer(step, request->unit_id, request->period, &response->submission,
                  &response->findings, &response->n_findings, error);
}

/* --- thresholds ---------------------------------------------------------------------------------
 */
static Ingest__Thresholds *
thresholds_message(struct dc_arena *arena, const struct store_thresholds *thresholds)
{
    Ingest__Thresholds *t = DC_NEW_MESSAGE(arena, Ingest__Thresholds, ingest__thresholds__init);
    char text[DC_DECIMAL_TEXT];
    t->day_factor = dc_arena_strdup(arena, dc_decimal_format(thresholds->check.day_factor, text));
    t->period_factor =
        dc_arena_strdup(arena, dc_decimal_format(thresholds->check.period_factor, text));
    t->least_amount =
        dc_arena_strdup(arena, dc_decimal_format_fixed(thresholds->check.least_amount, 2, text));
    t->every_day = thresholds->check.every_day;
    t->every_person = thresholds->check.every_person;
    t->positions = (char **)thresholds->positions;
    t->n_positions = thresholds->position_count;
    return t;
}

static enum dc_code
read_thresholds(const Ingest__Thresholds *given, struct store_thresholds *ret_thresholds,
                struct dc_error *error)
{
    struct store_thresholds t = {.positions = (const char *const *)given->positions,
                                 .position_count = given->n_positions};
    DC_TRY(completeness_parse_factor(given->day_factor, "thresholds.day_factor",
                                     &t.check.day_factor, error));
    DC_TRY(completeness_parse_factor(given->period_factor, "thresholds.period_factor",
                                     &t.check.period_factor, error));
    DC_TRY(completeness_parse_least(given->least_amount, "thresholds.least_amount",
                                    &t.check.least_amount, error));
    t.check.every_day = given->every_day;
    t.check.every_person = given->every_person;
    if (given->n_positions > POSITIONS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "thresholds.positions",
                             "at most %d positions", POSITIONS_MAX);
    }
    for (size_t i = 0; i < given->n_positions; i++) {
        size_t length = strlen(given->positions[i]);
        if (length < 1 || length > POSITION_LENGTH_MAX) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "thresholds.positions",
                                 "the code of a position has 1 to %d characters",
                                 POSITION_LENGTH_MAX);
        }
    }
    *ret_thresholds = t;
    return DC_OK;
}

DC_HANDLER(ingest_get_thresholds, Ingest__GetThresholdsRequest, Ingest__GetThresholdsResponse)
{
    struct store_thresholds thresholds;
    dc_step_subject(step, "thresholds");
    DC_TRY(dc_access_role(step, READERS, error));
    DC_TRY(store_thresholds(step, &thresholds, error));
    response->thresholds = thresholds_message(step->arena, &thresholds);
    return DC_OK;
}

DC_HANDLER(ingest_set_thresholds, Ingest__SetThresholdsRequest, Ingest__SetThresholdsResponse)
{
    struct store_thresholds thresholds;
    dc_step_subject(step, "thresholds");
    DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    if (!request->thresholds) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "thresholds", "what counts as a jump");
    }
    DC_TRY(read_thresholds(request->thresholds, &thresholds, error));
    DC_TRY(store_save_thresholds(step, &thresholds, error));
    DC_TRY(store_touch_all(step, 0, error));
    dc_wake_on_commit(step, "submissions");
    response->thresholds = thresholds_message(step->arena, &thresholds);
    return DC_OK;
}

/* --- by itself
 * ------------------------------------------------------------------------------------
 */
static enum dc_code
check_touched(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct store_touched *items;
    size_t count;
    DC_TRY(store_plan_anew(step, error));
    DC_TRY(store_touched(step, TOUCHED_AT_ONCE, &items, &count, error));
    for (size_t i = 0; i < count; i++) {
        DC_TRY(submission_check(step, items[i].unit_id, items[i].period, "", error));
    }
    *ret_more = count == TOUCHED_AT_ONCE;
    return DC_OK;
}

enum dc_code
ingest_check_submissions(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants;
    size_t count;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_tenants_to_check(step, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more = false;
    return dc_step_each_tenant(step, tenants, count, check_touched, ret_more, error);
}
