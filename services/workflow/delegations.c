/* delegations.c - 委托: who is away, until when, and who decides meanwhile. */
#include "handlers.h"

#include <string.h>

enum { DAYS_MAX = 366 };

/* For oneself; for another the supervisor over him, or the system administrator. */
static enum dc_code
check_rights(struct dc_step *step, int64_t person_id, struct dc_error *error)
{
    dc_step_subject(step, "person/%lld", (long long)person_id);
    if (person_id == step->context->person_id) {
        return DC_OK;
    }
    return dc_access_person(step, DC_ROLE(SUPERVISOR) | DC_ROLE(SYSTEM_ADMIN), person_id, error);
}

DC_HANDLER(workflow_list_delegations, Workflow__ListDelegationsRequest,
           Workflow__ListDelegationsResponse)
{
    struct flow_work work;
    struct flow_delegation *items;
    int64_t person = request->person_id ? request->person_id : step->context->person_id;
    DC_TRY(check_rights(step, person, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_delegations_of(&work, person, &items, &response->n_delegations, error));
    response->delegations =
        DC_NEW_ARRAY(step->arena, Workflow__Delegation *, response->n_delegations + 1);
    for (size_t i = 0; i < response->n_delegations; i++) {
        response->delegations[i] = items[i].message;
    }
    return DC_OK;
}

static enum dc_code
check_days(struct flow_work *work, struct flow_delegation *delegation, struct dc_error *error)
{
    const Workflow__Delegation *message = delegation->message;
    if (dc_date_parse(message->from, &delegation->first_day, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation.from",
                             "a date like 2026-11-23");
    }
    if (dc_date_parse(message->until, &delegation->last_day, error) != DC_OK ||
        delegation->last_day < delegation->first_day ||
        delegation->last_day - delegation->first_day >= DAYS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation.until",
                             "a date on or after `from`, at most %d days", DAYS_MAX);
    }
    if (delegation->last_day < work->today) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation.until", "it is over already");
    }
    return DC_OK;
}

static enum dc_code
check_people(struct flow_work *work, const struct flow_delegation *delegation,
             struct dc_error *error)
{
    const Workflow__Delegation *message = delegation->message;
    int64_t people[2] = {message->person_id, message->to_person_id}, *employed;
    size_t count;
    bool twice, circle;
    if (message->person_id == message->to_person_id) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation.to_person_id",
                             "it must be another person");
    }
    DC_TRY(flow_store_employed(work, people, 2, &employed, &count, error));
    if (count != 2) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation.to_person_id",
                             "both must be employed today");
    }
    DC_TRY(flow_store_delegation_clash(work, delegation, &twice, &circle, error));
    if (twice) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "delegation.from",
                             "there is a delegation in these days already; end it first");
    }
    if (circle) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "delegation.to_person_id",
                             "the deputy's own delegation leads back in these days");
    }
    return DC_OK;
}

DC_HANDLER(workflow_save_delegation, Workflow__SaveDelegationRequest,
           Workflow__SaveDelegationResponse)
{
    struct flow_work work;
    if (!request->delegation || request->delegation->id != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "delegation",
                             "a new one, without id; what is saved is ended, not changed");
    }
    Workflow__Delegation *message =
        dc_arena_memdup(step->arena, request->delegation, sizeof(*message));
    struct flow_delegation delegation = {.message = message};
    message->person_id = message->person_id ? message->person_id : step->context->person_id;
    message->ended = false;
    DC_TRY(check_rights(step, message->person_id, error));
    DC_TRY(flow_check_reason(message->reason, false, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(check_days(&work, &delegation, error));
    DC_TRY(check_people(&work, &delegation, error));
    DC_TRY(flow_store_save_delegation(&work, &delegation, error));
    if (delegation.first_day <= work.today) {
        delegation.began = true;
        DC_TRY(flow_store_turn_delegation(
            &work, &delegation, wf_calendar_instant(work.calendar, delegation.last_day, 1440),
            error));
        DC_TRY(flow_delegate(&work, &message->person_id, 1, step->context->person_id,
                             message->reason, &response->tasks_moved, &response->tasks_following,
                             error));
    }
    struct flow_names names;
    int64_t people[2] = {message->person_id, message->to_person_id};
    DC_TRY(flow_store_names(&work, people, 2, NULL, 0, &names, error));
    message->person_name = (char *)flow_name(&names, FLOW_PEOPLE, people[0]);
    message->to_person_name = (char *)flow_name(&names, FLOW_PEOPLE, people[1]);
    response->delegation = message;
    return flow_store_flush(&work, error);
}

DC_HANDLER(workflow_end_delegation, Workflow__EndDelegationRequest, Workflow__EndDelegationResponse)
{
    struct flow_work work;
    struct flow_delegation delegation;
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_delegation(&work, request->id, &delegation, error));
    DC_TRY(check_rights(step, delegation.message ? delegation.message->person_id : -1, error));
    if (!delegation.message) {
        return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no such delegation");
    }
    if (!delegation.message->ended) {
        int64_t people[2] = {delegation.message->person_id, delegation.message->to_person_id};
        delegation.message->ended = true;
        DC_TRY(flow_store_turn_delegation(&work, &delegation, 0, error));
        DC_TRY(flow_delegate(&work, people, 2, step->context->person_id,
                             "委托结束 the delegation ended", &response->tasks_back,
                             &response->tasks_following, error));
    }
    response->delegation = delegation.message;
    return flow_store_flush(&work, error);
}
