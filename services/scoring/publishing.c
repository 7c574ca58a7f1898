/*
 * publishing.c - publishing results 发布, and reading what was published: by the person, by those
 * above him, by the payroll system.
 */
#include "period.h"
#include "results.h"
#include "store.h"

#include "base/assert.h"

enum {
    OBJECTION_DAYS_MOST = 60,
    LIST_USUAL = 50,
    LIST_MOST = 200,
    PAYROLL_USUAL = 1000,
    PAYROLL_MOST = 5000,
    LATE_USUAL = 200,
    LATE_MOST = 1000,
    TELL_AT_MOST = 1000,
    TELL_BUCKETS = 16,
};

static const struct dc_access_reach EVERYTHING = {.all = true};

/* --- publishing ---------------------------------------------------------------------------------
 */

static enum dc_code
check_ready(struct dc_step *step, const struct results_tree *tree, bool accept_changed,
            struct dc_error *error)
{
    struct publication_obstacles obstacles;
    DC_TRY(store_publication_obstacles(step, tree, &obstacles, error));
    if (obstacles.calibrating > 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "%lld of the people stand in an open calibration session; close it "
                             "first",
                             (long long)obstacles.calibrating);
    }
    if (obstacles.uncomputed > 0) {
        return dc_fail_field(error, DC_UNAVAILABLE, "period",
                             "%s is being computed at the moment; try again soon", tree->period);
    }
    if (obstacles.changed > 0 && !accept_changed) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "accept_changed",
                             "the totals of %lld people changed after they were calibrated; say "
                             "so if their grades are to stay",
                             (long long)obstacles.changed);
    }
    return DC_OK;
}

/* One event a bucket of people, of at most so many. */
static enum dc_code
tell_publication(struct dc_step *step, Scoring__Publication *publication, struct dc_error *error)
{
    Scoring__ResultSummary **all;
    size_t count;
    DC_TRY(store_summaries(step, publication->id, &all, &count, error));
    for (size_t start = 0, end; start < count; start = end) {
        int64_t bucket = all[start]->person_id % TELL_BUCKETS;
        for (end = start; end < count && end - start < TELL_AT_MOST &&
                          all[end]->person_id % TELL_BUCKETS == bucket;
             end++) {
        }
        Scoring__ResultPublished event = SCORING__RESULT_PUBLISHED__INIT;
        char key[64];
        snprintf(key, sizeof(key), "results/%s/%lld", publication->period, (long long)bucket);
        event.publication = publication;
        event.people = &all[start];
        event.n_people = end - start;
        dc_emit(step, step->context->tenant_id, key, &event.base);
    }
    return DC_OK;
}

DC_HANDLER(scoring_publish, Scoring__PublishRequest, Scoring__PublishResponse)
{
    struct results_tree tree;
    struct publication_work work = {.unit_id = request->unit_id, .reason = request->reason};
    Scoring__Publication **publications;
    size_t count;
    int64_t id = 0;
    DC_TRY(results_hold(step, request->period, request->unit_id, &tree, error));
    DC_TRY(results_check_reason(request->reason, error));
    if (request->objection_days < 0 || request->objection_days > OBJECTION_DAYS_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "objection_days", "0 to %d, not %d",
                             OBJECTION_DAYS_MOST, request->objection_days);
    }
    DC_TRY(check_ready(step, &tree, request->accept_changed, error));
    work.objections_until = scoring_today(step) + request->objection_days;
    DC_TRY(store_publish(step, &tree, &work, &id, error));
    if (work.there == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "nobody here has a total in %s", tree.period);
    }
    if (work.taken == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "everybody here is published for %s already", tree.period);
    }
    DC_TRY(store_publications(step, id, "", &EVERYTHING, 1, &publications, &count, error));
    DC_ASSERT(count == 1);
    response->publication = publications[0];
    response->left_out = (int32_t)(work.there - work.taken);
    response->carried = (int32_t)work.carried;
    return tell_publication(step, publications[0], error);
}

/* --- reading ------------------------------------------------------------------------------------
 */

DC_HANDLER(scoring_list_publications, Scoring__ListPublicationsRequest,
           Scoring__ListPublicationsResponse)
{
    struct dc_access_reach reach;
    int64_t limit;
    DC_TRY(dc_access_role(step, RESULTS_READERS, error));
    DC_TRY(results_limit(request->limit, LIST_USUAL, LIST_MOST, &limit, error));
    dc_access_reach(step, RESULTS_READERS, &reach);
    return store_publications(step, 0, request->period, &reach, limit, &response->publications,
                              &response->n_publications, error);
}

DC_HANDLER(scoring_get_result, Scoring__GetResultRequest, Scoring__GetResultResponse)
{
    int64_t person_id = request->person_id ? request->person_id : step->context->person_id;
    struct dc_period period;
    const char *name;
    const struct definitions *definitions;
    const char **periods;
    dc_step_subject(step, "person/%lld", (long long)person_id);
    DC_TRY(dc_access_person(step, SCORING_READERS, person_id, error));
    DC_TRY(period_of_request(step, request->period, &period, &name, error));
    if (request->version < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "version", "0 (the latest) or above");
    }
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    DC_TRY(store_result(step, name, person_id, request->version, definitions, &response->result,
                        &response->latest_version, error));
    DC_TRY(store_result_periods(step, person_id, &periods, &response->n_periods, error));
    response->periods = (char **)periods;
    if (person_id == step->context->person_id) {
        dc_step_not_sensitive(step);
    }
    return DC_OK;
}

DC_HANDLER(scoring_read_payroll, Scoring__ReadPayrollRequest, Scoring__ReadPayrollResponse)
{
    struct dc_access_reach reach;
    int64_t limit;
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(results_limit(request->limit, PAYROLL_USUAL, PAYROLL_MOST, &limit, error));
    if (request->after < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "after",
                             "0, or `next` of the answer before");
    }
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &reach);
    DC_TRY(store_payroll(step, request->period, request->after, limit, &reach, &response->rows,
                         &response->n_rows, error));
    response->more = (int64_t)response->n_rows == limit;
    response->next =
        response->n_rows > 0 ? response->rows[response->n_rows - 1]->position : request->after;
    return DC_OK;
}

DC_HANDLER(scoring_list_late_changes, Scoring__ListLateChangesRequest,
           Scoring__ListLateChangesResponse)
{
    struct dc_access_reach reach;
    int64_t limit;
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(results_limit(request->limit, LATE_USUAL, LATE_MOST, &limit, error));
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &reach);
    return store_late_changes(step, request->period, &reach, limit, &response->changes,
                              &response->n_changes, &response->total, error);
}
