/*
 * approvals.c - an approval: a cycle of one case, started by a proposal, with the facts that its
 * conditions name.
 */
#include "handlers.h"

#include <string.h>

#include <dacheng/goals/v1/events.pb-c.h>

static struct flow_opening
opening_of(const struct flow_proposal *proposal, const Workflow__Cycle *cycle,
           const struct wf_definition *process, int64_t case_id, int32_t stage)
{
    return (struct flow_opening){
        .case_id = case_id,
        .cycle_id = cycle->id,
        .subject_id = proposal->subject.subject_id,
        .unit_id = proposal->subject.unit_id,
        .starter_id = cycle->author_person_id,
        .subject_kind = proposal->subject_kind,
        .cycle_name = cycle->name,
        .definition = cycle->definition,
        .period = cycle->period,
        .definition_version = cycle->definition_version,
        .process = process,
        .stage_index = stage,
    };
}

/* It runs from the start; a launch of one case needs no task. */
static enum dc_code
save_cycle(struct flow_work *work, const struct flow_proposal *proposal,
           const struct wf_definition *process, int32_t version, struct flow_cycle *ret_cycle,
           struct dc_error *error)
{
    Workflow__Cycle *cycle =
        DC_NEW_MESSAGE(work->step->arena, Workflow__Cycle, workflow__cycle__init);
    cycle->name = (char *)proposal->title;
    cycle->definition = (char *)process->code;
    cycle->definition_version = version;
    cycle->unit_id = proposal->subject.unit_id;
    cycle->period = (char *)proposal->period;
    cycle->started_at_us = work->step->now;
    cycle->author = (char *)proposal->author;
    cycle->author_person_id = proposal->author_person_id;
    cycle->tracks = process->track_count;
    cycle->cases_planned = 1;
    cycle->reason = (char *)proposal->reason;
    cycle->approval = true;
    DC_TRY(flow_store_save_cycle(work, cycle, error));
    cycle->cases_opened = 1;
    *ret_cycle = (struct flow_cycle){cycle, proposal->subject.subject_id};
    DC_TRY(wf_cycle_step(&cycle->state, WF_CYCLE_OPENED, error));
    DC_TRY(flow_store_cycle_state(work, ret_cycle, error));
    flow_tell_cycle(work, cycle);
    return DC_OK;
}

/* What a condition names has to be told, if only as "" where it is not known. */
static enum dc_code
check_facts(struct flow_work *work, const struct flow_proposal *proposal,
            const struct wf_definition *process, struct dc_error *error)
{
    const char *wanted[WF_CONDITION_FACTS_MAX], *missing = "";
    size_t count = wf_definition_facts(process, wanted);
    for (size_t i = 0; i < count; i++) {
        bool told = false;
        for (size_t j = 0; j < proposal->fact_count; j++) {
            told |= strcmp(proposal->facts[j].name, wanted[i]) == 0;
        }
        if (!told) {
            missing = dc_arena_printf(work->step->arena, "%s%s%s", missing, *missing ? ", " : "",
                                      wanted[i]);
        }
    }
    return *missing == '\0' ? DC_OK
                            : dc_fail_field(error, DC_INVALID_ARGUMENT, "facts",
                                            "the conditions of \"%s\" name facts that are not "
                                            "told: %s",
                                            process->code, missing);
}

enum dc_code
flow_start_approval(struct flow_work *work, const struct flow_proposal *proposal,
                    struct flow_cycle *ret_cycle, int64_t *ret_case_id, struct dc_error *error)
{
    const struct wf_definition *process;
    int32_t version;
    DC_TRY(flow_process(work, proposal->definition, 0, &process, &version, error));
    if (!process->approval || process->track_count != 1) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "definition",
                             "\"%s\" is no approval of one track", process->code);
    }
    if (process->stages[0].subject != proposal->subject_kind) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "subject_kind", "\"%s\" is for a %s",
                             process->code, wf_subject_name(process->stages[0].subject));
    }
    DC_TRY(check_facts(work, proposal, process, error));
    DC_TRY(save_cycle(work, proposal, process, version, ret_cycle, error));
    DC_TRY(flow_store_save_case(work, ret_cycle->message->id, &proposal->subject,
                                proposal->subject_kind, proposal->reference, proposal->link,
                                proposal->facts, proposal->fact_count, ret_case_id, error));
    int32_t stage = wf_stage_enter(process, 0, proposal->facts, proposal->fact_count, NULL);
    if (stage == WF_TO_END) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "facts",
                             "every stage of \"%s\" is passed over by these facts", process->code);
    }
    struct flow_opening opening =
        opening_of(proposal, ret_cycle->message, process, *ret_case_id, stage);
    struct flow_move move = {*ret_case_id, process->stages[stage].code, WF_CASE_OPEN, "", 0, ""};
    DC_TRY(flow_store_move_cases(work, &move, 1, error));
    DC_TRY(flow_open(work, &opening, 1, error));
    return flow_store_flush(work, error);
}

/* --- started by a person -------------------------------------------------------------------------
 */
static enum dc_code
check_subject(struct flow_work *work, const Workflow__StartApprovalRequest *request,
              struct flow_proposal *proposal, struct dc_error *error)
{
    const unsigned roles = DC_ROLE(SUPERVISOR) | DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD) |
                           DC_ROLE(VICE_PRESIDENT) | DC_ROLE(BOSS);
    const char *name;
    int32_t kind;
    bool found;
    proposal->subject = (struct flow_subject){0, request->subject_id, request->subject_id};
    if (request->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON) {
        DC_TRY(dc_access_person(work->step, roles, request->subject_id, error));
        DC_TRY(flow_store_place(work, request->subject_id, &found, &name,
                                &proposal->subject.unit_id, error));
    } else {
        DC_TRY(dc_access_unit(work->step, roles, request->subject_id, error));
        DC_TRY(flow_store_unit(work, request->subject_id, &found, &name, &kind, error));
    }
    return found ? DC_OK
                 : dc_fail_field(error, DC_NOT_FOUND, "subject_id",
                                 "there is no such unit, or person who is employed today");
}

static enum dc_code
read_request(struct flow_work *work, const Workflow__StartApprovalRequest *request,
             struct flow_proposal *ret_proposal, struct dc_error *error)
{
    struct wf_fact *facts = DC_NEW_ARRAY(work->step->arena, struct wf_fact, request->n_facts + 1);
    for (size_t i = 0; i < request->n_facts; i++) {
        facts[i] = (struct wf_fact){request->facts[i]->name, request->facts[i]->value};
    }
    DC_TRY(wf_facts_check(facts, request->n_facts, error));
    DC_TRY(flow_check_reason(request->reason, false, error));
    size_t length = dc_utf8_length(request->title, strlen(request->title));
    struct dc_period period;
    if (length < 1 || length > FLOW_NAME_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "title", "1 to %d characters",
                             FLOW_NAME_MAX);
    }
    if (dc_period_parse(request->period, &period, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a period like 2026-11, 2026Q4 or 2026");
    }
    if (strlen(request->reference) > 200 || strlen(request->link) > 500) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reference",
                             "at most 200 bytes, and 500 for the link");
    }
    *ret_proposal = (struct flow_proposal){
        .definition = request->definition,
        .subject_kind = request->subject_kind,
        .period = request->period,
        .title = request->title,
        .reference = request->reference,
        .link = request->link,
        .reason = request->reason,
        .facts = facts,
        .fact_count = request->n_facts,
        .author = work->step->context->account,
        .author_person_id = work->step->context->person_id,
    };
    return DC_OK;
}

DC_HANDLER(workflow_start_approval, Workflow__StartApprovalRequest, Workflow__StartApprovalResponse)
{
    struct flow_work work;
    struct flow_cycle cycle;
    struct flow_proposal proposal;
    int64_t other_case, other_cycle;
    dc_step_subject(step, "%s/%lld",
                    request->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON ? "person"
                                                                                         : "unit",
                    (long long)request->subject_id);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(read_request(&work, request, &proposal, error));
    DC_TRY(check_subject(&work, request, &proposal, error));
    DC_TRY(flow_store_case_of(&work, request->reference, &other_case, &other_cycle, error));
    if (other_case > 0) {
        return dc_fail_field(error, DC_ALREADY_EXISTS, "reference",
                             "an approval of \"%s\" was started already", request->reference);
    }
    DC_TRY(flow_start_approval(&work, &proposal, &cycle, &response->case_id, error));
    response->cycle = cycle.message;
    return DC_OK;
}

/* --- started by what goals proposes --------------------------------------------------------------
 */
static const char *
reference_of(struct dc_arena *arena, const Goals__Proposal *proposal)
{
    return dc_arena_printf(arena, "goals/proposal/%lld", (long long)proposal->id);
}

const char *
flow_cut(struct dc_arena *arena, const char *text, size_t most)
{
    size_t at = 0, characters = 0;
    for (; text[at]; at++) {
        bool first = ((unsigned char)text[at] & 0xC0) != 0x80;
        if (first && characters++ == most) {
            break;
        }
    }
    return dc_arena_strndup(arena, text, at);
}

static size_t
facts_of(struct dc_arena *arena, const Goals__Proposal *proposal, struct wf_fact *facts)
{
    const struct wf_fact told[] = {
        {"owner_name", proposal->owner_name},       {"indicator_name", proposal->indicator_name},
        {"old_value", proposal->old_value},         {"new_value", proposal->new_value},
        {"raise_percent", proposal->raise_percent}, {"unit_of_measure", proposal->unit_of_measure},
        {"effective_on", proposal->effective_on},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
        if (told[i].value && *told[i].value) {
            facts[count++] =
                (struct wf_fact){told[i].name, flow_cut(arena, told[i].value, WF_FACT_VALUE_MAX)};
        }
    }
    return count;
}

/* A proposal is taken up once, however often it is heard. Without a definition of this purpose, or
 * with one whose conditions name what goals does not tell, it is parked, until a supervisor has
 * saved another one. */
enum dc_code
workflow_on_adjustment_proposed(struct dc_step *step, const struct dc_delivery *delivery,
                                struct dc_error *error)
{
    const Goals__Proposal *told = ((const Goals__AdjustmentProposed *)delivery->body)->proposal;
    struct dc_arena *arena = step->arena;
    struct flow_work work;
    struct flow_cycle cycle;
    struct wf_fact facts[WF_CONDITION_FACTS_MAX];
    int64_t unit_id = told ? told->unit_id : 0, case_id, cycle_id;
    const char *code;
    if (!told) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "proposal", "it is told whole");
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    DC_TRY(flow_store_case_of(&work, reference_of(arena, told), &case_id, &cycle_id, error));
    if (case_id > 0) {
        return DC_OK;
    }
    DC_TRY(flow_code_of_purpose(&work, "target_change", &code, error));
    if (unit_id == 0) {
        DC_TRY(flow_store_root(&work, &unit_id, error));
    }
    struct flow_proposal proposal = {
        .definition = code,
        .subject_kind = WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT,
        .subject = {0, unit_id, unit_id},
        .period = told->period,
        .title = flow_cut(arena,
                     dc_arena_printf(arena, "%s %s %s 目标调整", told->owner_name, told->period,
                                     told->indicator_name),
                     FLOW_NAME_MAX),
        .reference = reference_of(arena, told),
        .link = told->link,
        .reason = flow_cut(arena, told->reason, FLOW_REASON_MAX),
        .facts = facts,
        .fact_count = facts_of(arena, told, facts),
        .author = told->author,
        .author_person_id = told->author_person_id,
    };
    return flow_start_approval(&work, &proposal, &cycle, &case_id, error);
}

enum dc_code
flow_cancel_approval(struct flow_work *work, const char *reference, const char *reason,
                     struct dc_error *error)
{
    struct flow_cycle cycle;
    int64_t case_id, cycle_id;
    DC_TRY(flow_store_case_of(work, reference, &case_id, &cycle_id, error));
    if (case_id == 0) {
        return DC_OK;
    }
    DC_TRY(flow_store_cycle(work, cycle_id, FLOW_LOCK, &cycle, error));
    if (wf_cycle_step(&cycle.message->state, WF_CYCLE_CANCEL, NULL) != DC_OK) {
        return DC_OK; /* it has ended already */
    }
    DC_TRY(flow_store_cancel_cycle(work, &cycle, reason, error));
    DC_TRY(flow_store_save_turns(work, &cycle_id, 1, error));
    flow_tell_cycle(work, cycle.message);
    dc_wake_on_commit(work->step, "cycles");
    return DC_OK;
}

/* Withdrawn by its author: nobody need decide on it any more. */
enum dc_code
workflow_on_proposal_settled(struct dc_step *step, const struct dc_delivery *delivery,
                             struct dc_error *error)
{
    const Goals__Proposal *told = ((const Goals__ProposalSettled *)delivery->body)->proposal;
    struct flow_work work;
    if (!told || told->state != GOALS__PROPOSAL_STATE__PROPOSAL_STATE_WITHDRAWN) {
        return DC_OK;
    }
    DC_TRY(flow_work_begin(&work, step, delivery->event->tenant_id, error));
    return flow_cancel_approval(&work, reference_of(step->arena, told),
                                "提议人撤回 withdrawn by its author", error);
}
