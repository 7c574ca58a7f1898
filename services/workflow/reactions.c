/*
 * reactions.c - what workflow hears: the organisation, to find who decides; checks of submissions,
 * for the gate. Reading a log again comes to the same state.
 */
#include "handlers.h"

#include <string.h>

#include <dacheng/ingest/v1/submission.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>

/* A tenant that is heard of for the first time gets what is shipped. */
enum dc_code
workflow_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                          struct dc_error *error)
{
    const Org__UnitsChanged *event = (const Org__UnitsChanged *)delivery->body;
    const struct flow_shipped *shipped = dc_service_shared(step->service);
    struct flow_work work = {.step = step, .tenant_id = delivery->event->tenant_id};
    bool root = false;
    DC_TRY(dc_access_on_units_changed(step, delivery, error));
    for (size_t i = 0; i < event->n_units; i++) {
        root |= event->units[i]->parent_id == 0;
    }
    return root && shipped ? flow_shipped_install(&work, shipped, error) : DC_OK;
}

/* Who leaves is looked at on the day; whoever was changed, now. */
enum dc_code
workflow_on_people_changed(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Org__PeopleChanged *event = (const Org__PeopleChanged *)delivery->body;
    struct flow_work work = {.step = step, .tenant_id = delivery->event->tenant_id};
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, event->n_people + 1);
    dc_time *when = DC_NEW_ARRAY(step->arena, dc_time, event->n_people + 1);
    DC_TRY(dc_access_on_people_changed(step, delivery, error));
    for (size_t i = 0; i < event->n_people; i++) {
        dc_date last;
        people[i] = event->people[i]->id;
        when[i] = step->now;
        if (*event->people[i]->employed_to) {
            DC_TRY(dc_date_parse(event->people[i]->employed_to, &last, error));
            dc_time gone = dc_time_of_date(last, DC_ACCESS_UTC_OFFSET);
            when[i] = gone > step->now ? gone : step->now;
        }
    }
    dc_wake_on_commit(step, "people");
    return flow_store_save_moved(&work, people, when, event->n_people, error);
}

enum dc_code
workflow_on_grants_changed(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Org__GrantsChanged *event = (const Org__GrantsChanged *)delivery->body;
    struct flow_work work = {.step = step, .tenant_id = delivery->event->tenant_id};
    size_t count = event->n_grants;
    int64_t *roles = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *scopes = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        roles[i] = event->grants[i]->role;
        scopes[i] = event->grants[i]->scope;
        units[i] = event->grants[i]->unit_id;
    }
    DC_TRY(flow_store_save_grants(&work, event->person_id, roles, scopes, units, count, error));
    dc_wake_on_commit(step, "people");
    return flow_store_save_moved(&work, &event->person_id, &step->now, 1, error);
}

enum dc_code
workflow_on_submission_checked(struct dc_step *step, const struct dc_delivery *delivery,
                               struct dc_error *error)
{
    const Ingest__SubmissionChecked *event = (const Ingest__SubmissionChecked *)delivery->body;
    struct flow_work work = {.step = step, .tenant_id = delivery->event->tenant_id};
    const Ingest__Submission *told = event->submission;
    if (!told) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "submission", "it is told whole");
    }
    struct flow_submission submission = {
        .unit_id = told->unit_id,
        .period = told->period,
        .state = told->state,
        .findings = told->findings_open,
        .missing_zh = DC_NEW_ARRAY(step->arena, const char *, event->n_findings + 1),
        .missing_en = DC_NEW_ARRAY(step->arena, const char *, event->n_findings + 1),
        .missing_count = event->n_findings,
    };
    for (size_t i = 0; i < event->n_findings; i++) {
        submission.missing_zh[i] = event->findings[i]->sentence_zh;
        submission.missing_en[i] = event->findings[i]->sentence_en;
    }
    return flow_store_save_submission(&work, &submission, told->checked_at_us, error);
}
