/* Answers the requests about proposals, and carries out or rejects them when their approval ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adjust.h"
#include "base/assert.h"
#include "base/text.h"
#include "goals.h"
#include "proposal.h"
#include "rights.h"

#include <dacheng/workflow/v1/events.pb-c.h>

enum { LIMIT_MAX = 200, LIMIT_USUAL = 50, REASON_MAX = 500 };

/* --- telling ------------------------------------------------------------------------------------
 */

static const char *
key_of(struct dc_step *step, int64_t id)
{
    return dc_arena_printf(step->arena, "proposal/%" PRId64, id);
}

/* Writes what became of it, and tells it. The row is locked. */
static enum dc_code
settle(struct dc_step *step, int64_t id, const struct store_settlement *settlement,
       Goals__Proposal **ret_proposal, struct dc_error *error)
{
    Goals__ProposalSettled event = GOALS__PROPOSAL_SETTLED__INIT;
    DC_TRY(store_settle_proposal(step, id, settlement, error));
    DC_TRY(store_proposal(step, id, &event.proposal, error));
    dc_emit(step, step->context->tenant_id, key_of(step, id), &event.base);
    *ret_proposal = event.proposal;
    return DC_OK;
}

/* --- proposing ----------------------------------------------------------------------------------
 */

static void
as_adjustment(const Goals__ProposeAdjustmentRequest *request, Goals__AdjustTargetRequest *ret)
{
    goals__adjust_target_request__init(ret);
    ret->target_id = request->target_id;
    ret->value = request->value;
    ret->reason = request->reason;
    ret->effective_on = request->effective_on;
    ret->policy = request->policy;
    ret->expected_version = request->expected_version;
    ret->lift_parent = request->lift_parent;
    ret->allow_over_assignment = request->allow_over_assignment;
}

/* What is kept of a request that would be carried out as it is. */
static enum dc_code
describe(struct dc_step *step, const Goals__ProposeAdjustmentRequest *request,
         const struct act *act, const struct store_tree *found, struct store_proposal *ret,
         struct dc_error *error)
{
    const struct store_target *target = &found->targets[0];
    struct store_place owner = {.kind = target->owner_kind, .id = target->owner_id};
    struct store_proposal p = {.target = target,
                               .old_value = found->nodes[0].old_value,
                               .reason = request->reason,
                               .effective_on = act->adjustment.effective_on,
                               .policy = request->policy,
                               .lift_parent = request->lift_parent,
                               .allow_over_assignment = request->allow_over_assignment};
    DC_TRY(act_parse_value(request->value, "value", &act->indicator, &p.new_value, error));
    if (dc_decimal_cmp(p.old_value, p.new_value) == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "value",
                             "another value than the target has");
    }
    DC_TRY(proposal_raise(p.old_value, p.new_value, &p.raise_percent, error));
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    bool unit = owner.kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    p.unit_id = unit ? owner.id : owner.above;
    *ret = p;
    return DC_OK;
}

DC_HANDLER(goals_propose_adjustment, Goals__ProposeAdjustmentRequest,
           Goals__ProposeAdjustmentResponse)
{
    Goals__AdjustTargetRequest adjustment;
    Goals__AdjustmentProposed event = GOALS__ADJUSTMENT_PROPOSED__INIT;
    struct act act = {0};
    struct store_tree found;
    struct store_proposal proposal;
    int64_t id;
    as_adjustment(request, &adjustment);
    DC_TRY(adjust_decide(step, &adjustment, ADJUST_PROPOSE, &act, &found, error));
    DC_TRY(describe(step, request, &act, &found, &proposal, error));
    DC_TRY(store_add_proposal(step, &proposal, &id, error));
    if (id == 0) {
        return dc_fail_field(error, DC_ALREADY_EXISTS, "target_id",
                             "another proposal of this target waits for its approval; it can be "
                             "withdrawn");
    }
    DC_TRY(store_proposal(step, id, &event.proposal, error));
    dc_emit(step, step->context->tenant_id, key_of(step, id), &event.base);
    response->proposal = event.proposal;
    return DC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

DC_HANDLER(goals_list_proposals, Goals__ListProposalsRequest, Goals__ListProposalsResponse)
{
    struct dc_access_reach reach;
    struct store_proposals_wanted wanted = {.state = request->state,
                                            .target_id = request->target_id,
                                            .before = INT64_MAX,
                                            .limit = request->limit ? request->limit : LIMIT_USUAL};
    DC_TRY(rights_read_definitions(step, error));
    if (request->limit < 0 || request->limit > LIMIT_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIMIT_MAX);
    }
    if (request->page[0] != '\0' && dc_parse_int64(request->page, &wanted.before, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page",
                             "give next_page of the answer before, or nothing");
    }
    rights_reach(step, &reach);
    DC_TRY(store_proposals(step, &wanted, goals_today(step), &reach, &response->proposals,
                           &response->n_proposals, error));
    if ((int64_t)response->n_proposals == wanted.limit) {
        response->next_page = dc_arena_printf(step->arena, "%" PRId64,
                                              response->proposals[response->n_proposals - 1]->id);
    }
    return DC_OK;
}

static bool
is_author(const struct dc_step *step, const Goals__Proposal *proposal)
{
    return proposal->author_person_id != 0 &&
           proposal->author_person_id == step->context->person_id;
}

DC_HANDLER(goals_get_proposal, Goals__GetProposalRequest, Goals__GetProposalResponse)
{
    Goals__Proposal *proposal;
    DC_TRY(store_proposal(step, request->id, &proposal, error));
    if (!proposal) {
        return rights_missing(step, "id", "there is no such proposal", error);
    }
    if (!is_author(step, proposal)) {
        DC_TRY(rights_read_owner(step, proposal->owner_kind, proposal->owner_id, error));
    }
    response->proposal = proposal;
    return DC_OK;
}

/* --- withdrawing --------------------------------------------------------------------------------
 */

DC_HANDLER(goals_withdraw_proposal, Goals__WithdrawProposalRequest, Goals__WithdrawProposalResponse)
{
    struct store_settlement settlement = {.decided_by = step->context->person_id,
                                          .reason = request->reason,
                                          .problem_zh = "",
                                          .problem_en = ""};
    Goals__Proposal *proposal;
    Goals__ProposalState state;
    DC_TRY(store_proposal(step, request->id, &proposal, error));
    if (!proposal) {
        return rights_missing(step, "id", "there is no such proposal", error);
    }
    if (!is_author(step, proposal)) {
        struct store_place owner = {.kind = proposal->owner_kind, .id = proposal->owner_id};
        DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
        DC_TRY(rights_change(step, &owner, error));
    }
    DC_TRY(definition_check_text(request->reason, "reason", 0, REASON_MAX, error));
    DC_TRY(store_lock_proposal(step, request->id, &state, error));
    DC_TRY(proposal_next(state, PROPOSAL_TAKEN_BACK, &settlement.state, error));
    return settle(step, request->id, &settlement, &response->proposal, error);
}

/* --- the approval has ended ---------------------------------------------------------------------
 */

/* Approved, and yet not to be done: the target is gone, or not what was approved any more. */
static enum dc_code
find_obstacle(struct dc_step *step, const Goals__Proposal *proposal,
              struct store_settlement *settlement, bool *ret_free, struct dc_error *error)
{
    struct store_tree found;
    struct dc_decimal old_value;
    DC_TRY(store_lock_sheet(step, proposal->indicator_id, proposal->period, error));
    DC_TRY(store_find_target(step, proposal->target_id, &found, error));
    DC_TRY(dc_decimal_parse(proposal->old_value, &old_value, error));
    *ret_free = false;
    if (found.count == 0) {
        settlement->problem_zh = "目标已不存在，调整未执行";
        settlement->problem_en = "the target is not there any more; it was not adjusted";
    } else if (dc_decimal_cmp(found.nodes[0].old_value, old_value) != 0) {
        char value[DC_DECIMAL_TEXT];
        dc_decimal_format(found.nodes[0].old_value, value);
        settlement->problem_zh = dc_arena_printf(
            step->arena, "审批期间目标已由 %s 变为 %s，调整未执行，请按现值重新提出",
            proposal->old_value, value);
        settlement->problem_en = dc_arena_printf(
            step->arena,
            "the target went from %s to %s while this was being approved; it was not adjusted, "
            "propose it anew from the present value",
            proposal->old_value, value);
    } else {
        *ret_free = true;
    }
    return DC_OK;
}

/* A refusal of the rules is told; anything else is to be tried again. */
static bool
is_refusal(enum dc_code code)
{
    return code == DC_FAILED_PRECONDITION || code == DC_INVALID_ARGUMENT ||
           code == DC_OUT_OF_RANGE || code == DC_NOT_FOUND;
}

/* As AdjustTarget does it, in the name of who proposed it. */
static enum dc_code
carry_out(struct dc_step *step, const Goals__Proposal *proposal, const char *approver,
          struct store_settlement *settlement, bool *ret_done, struct dc_error *error)
{
    Goals__AdjustTargetRequest request = GOALS__ADJUST_TARGET_REQUEST__INIT;
    struct act act = {0};
    struct store_tree found;
    struct dc_error refusal = {0};
    request.target_id = proposal->target_id;
    request.value = proposal->new_value;
    request.reason = proposal->reason;
    request.effective_on = proposal->effective_on;
    request.policy = proposal->policy;
    request.lift_parent = proposal->lift_parent;
    request.allow_over_assignment = proposal->allow_over_assignment;
    enum dc_code code = adjust_decide(step, &request, ADJUST_APPROVED, &act, &found, &refusal);
    *ret_done = code == DC_OK;
    if (is_refusal(code)) { /* nothing is written by then */
        settlement->problem_zh =
            dc_arena_printf(step->arena, "已批准，但未能执行：%s",
                            *refusal.message_zh ? refusal.message_zh : refusal.message);
        settlement->problem_en =
            dc_arena_printf(step->arena, "approved, but not carried out: %s", refusal.message);
        return DC_OK;
    }
    if (code != DC_OK) {
        return dc_fail_with(error, code, refusal.field, refusal.message, refusal.message_zh);
    }
    act.adjustment.reason = dc_arena_printf(step->arena, "%s（%s批准，提案 %" PRId64 "）",
                                            proposal->reason, approver, proposal->id);
    DC_TRY(act_write(step, &act, error));
    settlement->adjustment_id = act.adjustment.id;
    return DC_OK;
}

static enum dc_code
approve(struct dc_step *step, const Goals__Proposal *proposal, struct store_settlement *settlement,
        struct dc_error *error)
{
    bool is_free, done = false;
    const char *approver;
    DC_TRY(find_obstacle(step, proposal, settlement, &is_free, error));
    if (is_free) {
        DC_TRY(store_person_name(step, settlement->decided_by, &approver, error));
        Kernel__Context author = *step->context;
        const Kernel__Context *before = step->context;
        author.person_id = proposal->author_person_id;
        author.account = proposal->author;
        step->context = &author;
        enum dc_code code = carry_out(step, proposal, approver, settlement, &done, error);
        step->context = before;
        DC_TRY(code);
    }
    return proposal_next(proposal->state, done ? PROPOSAL_DONE : PROPOSAL_NOT_DONE,
                         &settlement->state, error);
}

static enum dc_code
end_case(struct dc_step *step, const Workflow__Case *ended, struct dc_error *error)
{
    int64_t id = proposal_of_reference(ended->reference);
    struct store_settlement settlement = {.decided_by = ended->decided_by_id,
                                          .reason = ended->reason,
                                          .problem_zh = "",
                                          .problem_en = ""};
    Goals__Proposal *proposal;
    Goals__ProposalState state = 0;
    if (id != 0) {
        DC_TRY(store_lock_proposal(step, id, &state, error));
    }
    if (state != GOALS__PROPOSAL_STATE__PROPOSAL_STATE_OPEN) {
        return DC_OK; /* not ours, told again, or withdrawn meanwhile */
    }
    DC_TRY(store_proposal(step, id, &proposal, error));
    DC_ASSERT(proposal != NULL);
    bool approved = strcmp(ended->outcome_kind, "approve") == 0 ||
                    (ended->outcome_kind[0] == '\0' && strcmp(ended->outcome, "approve") == 0);
    DC_TRY(approved ? approve(step, proposal, &settlement, error)
                    : proposal_next(state, PROPOSAL_REFUSED, &settlement.state, error));
    return settle(step, id, &settlement, &proposal, error);
}

enum dc_code
goals_on_cases_ended(struct dc_step *step, const struct dc_delivery *delivery,
                     struct dc_error *error)
{
    const Workflow__CasesEnded *ended = (const Workflow__CasesEnded *)delivery->body;
    Kernel__Context context = *step->context;
    const Kernel__Context *before = step->context;
    context.tenant_id = delivery->event->tenant_id;
    step->context = &context;
    enum dc_code code = DC_OK;
    for (size_t i = 0; code == DC_OK && i < ended->n_cases; i++) {
        code = end_case(step, ended->cases[i], error);
    }
    step->context = before;
    return code;
}
