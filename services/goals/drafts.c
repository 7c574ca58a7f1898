/* Answers the requests about drafts: keeping changes of plans and targets, and making all of a draft
 * real in one act. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adjust.h"
#include "cutting.h"
#include "base/text.h"
#include "goals.h"
#include "plan_save.h"
#include "rights.h"

enum { NAME_LENGTH_MAX = 80, PLANS_MAX = 20, TARGETS_MAX = 100, LIMIT_MAX = 200, LIMIT_USUAL = 50 };

/* --- places of refusals -------------------------------------------------------------------------
 */

/* A refusal of one change: "value" becomes "draft.targets[2].value". */
static enum dc_code
at_change(enum dc_code code, const char *list, size_t index, struct dc_error *error)
{
    if (code != DC_OK) {
        char field[DC_ERROR_FIELD_MAX];
        const char *inner = error->field;
        bool weights = strncmp(inner, "changes", 7) == 0; /* as ChangeWeights calls them */
        snprintf(field, sizeof field, "draft.%.8s[%u]%s%s%.40s", list, (unsigned)index, *inner ? "." : "",
                 weights ? "weights" : "", weights ? inner + 7 : inner);
        snprintf(error->field, sizeof error->field, "%s", field);
    }
    return code;
}

/* --- saving -------------------------------------------------------------------------------------
 */

static enum dc_code
check_draft(const Goals__Draft *draft, struct dc_error *error)
{
    struct dc_period period;
    if (!draft) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "draft", "say which draft");
    }
    DC_TRY(definition_check_text(draft->name, "draft.name", 1, NAME_LENGTH_MAX, error));
    DC_TRY(definition_check_text(draft->reason, "draft.reason", 1, 500, error));
    if (dc_period_parse(draft->period, &period, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "draft.period",
                             "a year, a quarter or a month: 2026, 2026Q4 or 2026-11");
    }
    if (draft->n_plans > PLANS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "draft.plans", "at most %d", PLANS_MAX);
    }
    if (draft->n_targets > TARGETS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "draft.targets", "at most %d",
                             TARGETS_MAX);
    }
    for (size_t i = 0; i < draft->n_plans; i++) {
        for (size_t j = 0; j < i; j++) {
            if (draft->plans[i]->plan && draft->plans[j]->plan &&
                draft->plans[i]->plan->id == draft->plans[j]->plan->id) {
                return at_change(dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.id",
                                               "stands there twice"),
                                 "plans", i, error);
            }
        }
    }
    return DC_OK;
}

/* The plan as it would be saved, whole, and the one that it replaces. */
static enum dc_code
complete_plan(struct dc_step *step, const Goals__Draft *draft, const Goals__PlanChange *given,
              Goals__PlanChange *change, struct dc_error *error)
{
    struct definition_items items;
    dc_date effective_from;
    int64_t version;
    DC_TRY(rights_define(step, error));
    if (!given->plan || given->plan->id == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.id",
                             "a draft changes plans that there are");
    }
    if (given->n_weights > 0) {
        Goals__ChangeWeightsRequest request = GOALS__CHANGE_WEIGHTS_REQUEST__INIT;
        request.plan_id = given->plan->id;
        request.effective_from = given->plan->effective_from;
        request.expected_version = given->plan->version;
        request.reason = draft->reason;
        request.changes = given->weights;
        request.n_changes = given->n_weights;
        DC_TRY(plan_prepare_weights(step, &request, &change->plan, error));
    } else {
        DC_TRY(plan_prepare(step, given->plan, draft->reason, &change->plan, error));
    }
    DC_TRY(store_lock_plan(step, change->plan->id, &version, error));
    change->plan->version = version;
    DC_TRY(plan_check(step, change->plan, &items, &effective_from, error));
    return plan_on(step, change->plan->id, effective_from, &change->before, error);
}

/* As AdjustTarget takes it. */
static void
as_adjustment(const Goals__Draft *draft, const Goals__TargetChange *change, const char *day,
              Goals__AdjustTargetRequest *ret)
{
    goals__adjust_target_request__init(ret);
    ret->target_id = change->target_id;
    ret->value = change->value;
    ret->reason = draft->reason;
    bool cut = change->policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT;
    ret->effective_on = cut ? change->effective_on : (char *)day;
    ret->policy = change->policy ? change->policy : GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    ret->lift_parent = change->lift_parent;
    ret->allow_over_assignment = change->allow_over_assignment;
}

/* Today, or the period's last day when it is over. */
static const char *
day_of_change(struct dc_step *step, const Goals__Draft *draft)
{
    struct dc_period period;
    dc_date day = goals_today(step);
    if (dc_period_parse(draft->period, &period, NULL) == DC_OK && period.last < day) {
        day = period.last;
    }
    char *text = dc_arena_alloc(step->arena, DC_DATE_TEXT);
    dc_date_format(day, text);
    return text;
}

static enum dc_code
complete_target(struct dc_step *step, const Goals__Draft *draft, const Goals__TargetChange *given,
                Goals__TargetChange *change, struct dc_error *error)
{
    Goals__AdjustTargetRequest request;
    struct act act = {0};
    struct store_tree found;
    struct dc_decimal value;
    char text[DC_DECIMAL_TEXT];
    as_adjustment(draft, given, day_of_change(step, draft), &request);
    DC_TRY(adjust_check(step, &request, ADJUST_PROPOSE, &act, &found, error));
    const struct store_target *target = &found.targets[0];
    DC_TRY(act_check_version(target, given->expected_version, error));
    DC_TRY(act_parse_value(given->value, "value", &act.indicator, &value, error));
    DC_TRY(cutting_check(&act, error));
    if (strcmp(target->period, draft->period) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "target_id",
                             "the target is of %s, the draft of %s", target->period, draft->period);
    }
    struct store_place owner = {.kind = target->owner_kind, .id = target->owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    change->value = dc_arena_strdup(
        step->arena, dc_decimal_format_fixed(value, act.indicator.decimals, text));
    change->expected_version = target->version;
    change->owner_kind = owner.kind;
    change->owner_id = owner.id;
    change->owner_name = (char *)owner.name;
    change->indicator_id = act.indicator.id;
    change->indicator_name = (char *)act.indicator.name;
    change->old_value = dc_arena_strdup(
        step->arena,
        dc_decimal_format_fixed(found.nodes[0].old_value, act.indicator.decimals, text));
    return DC_OK;
}

static enum dc_code
complete(struct dc_step *step, Goals__Draft *draft, struct dc_error *error)
{
    Goals__PlanChange **plans = DC_NEW_ARRAY(step->arena, Goals__PlanChange *, draft->n_plans + 1);
    Goals__TargetChange **targets =
        DC_NEW_ARRAY(step->arena, Goals__TargetChange *, draft->n_targets + 1);
    for (size_t i = 0; i < draft->n_plans; i++) {
        plans[i] = DC_NEW_MESSAGE(step->arena, Goals__PlanChange, goals__plan_change__init);
        DC_TRY(at_change(complete_plan(step, draft, draft->plans[i], plans[i], error), "plans", i,
                         error));
    }
    for (size_t i = 0; i < draft->n_targets; i++) {
        targets[i] = dc_arena_memdup(step->arena, draft->targets[i], sizeof **targets);
        DC_TRY(at_change(complete_target(step, draft, draft->targets[i], targets[i], error),
                         "targets", i, error));
    }
    draft->plans = plans;
    draft->targets = targets;
    return DC_OK;
}

/* The draft is there, open, the caller's own, and as he saw it. */
static enum dc_code
check_own(struct dc_step *step, int64_t id, const char *field, int64_t expected_version,
          struct dc_error *error)
{
    struct store_draft_row row;
    DC_TRY(store_lock_draft(step, id, &row, error));
    if (!row.found) {
        return rights_missing(step, field, "there is no such draft", error);
    }
    if (strcmp(row.author, store_author(step)) != 0) {
        dc_step_subject(step, "draft/%" PRId64, id);
        return dc_fail_field(error, DC_PERMISSION_DENIED, field,
                             "only its author changes a draft; take it over as one of your own");
    }
    if (row.state != GOALS__DRAFT_STATE__DRAFT_STATE_OPEN) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, field,
                             "the draft has been carried out already");
    }
    if (expected_version != 0 && expected_version != row.version) {
        return dc_fail_field(error, DC_ABORTED, "expected_version",
                             "the draft has been changed since: version %" PRId64 ", not %" PRId64,
                             row.version, expected_version);
    }
    return DC_OK;
}

/* As a reader sees it. */
static enum dc_code
answer_draft(struct dc_step *step, int64_t id, Goals__Draft **ret_draft, struct dc_error *error)
{
    Goals__Draft **drafts;
    size_t count;
    DC_TRY(store_drafts(step, id, INT64_MAX, NULL, 1, &drafts, &count, error));
    *ret_draft = count > 0 ? drafts[0] : NULL;
    return DC_OK;
}

DC_HANDLER(goals_save_draft, Goals__SaveDraftRequest, Goals__SaveDraftResponse)
{
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(check_draft(request->draft, error));
    Goals__Draft draft = *request->draft;
    if (draft.id != 0) {
        DC_TRY(check_own(step, draft.id, "draft.id", draft.version, error));
    }
    DC_TRY(complete(step, &draft, error));
    DC_TRY(store_save_draft(step, &draft, error));
    return answer_draft(step, draft.id, &response->draft, error);
}

/* --- reading ------------------------------------------------------------------------------------
 */

DC_HANDLER(goals_list_drafts, Goals__ListDraftsRequest, Goals__ListDraftsResponse)
{
    int64_t before = INT64_MAX, limit = request->limit ? request->limit : LIMIT_USUAL;
    DC_TRY(rights_read_definitions(step, error));
    if (request->limit < 0 || request->limit > LIMIT_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIMIT_MAX);
    }
    if (request->page[0] != '\0' && dc_parse_int64(request->page, &before, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page",
                             "give next_page of the answer before, or nothing");
    }
    bool all = rights_define(step, NULL) == DC_OK;
    DC_TRY(store_drafts(step, 0, before, all ? NULL : store_author(step), limit, &response->drafts,
                        &response->n_drafts, error));
    if ((int64_t)response->n_drafts == limit) {
        response->next_page =
            dc_arena_printf(step->arena, "%" PRId64, response->drafts[limit - 1]->id);
    }
    return DC_OK;
}

DC_HANDLER(goals_get_draft, Goals__GetDraftRequest, Goals__GetDraftResponse)
{
    Goals__Draft *draft;
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(answer_draft(step, request->id, &draft, error));
    if (!draft) {
        return rights_missing(step, "id", "there is no such draft", error);
    }
    if (strcmp(draft->author, store_author(step)) != 0) {
        dc_step_subject(step, "draft/%" PRId64, draft->id);
        DC_TRY(rights_define(step, error));
    }
    response->draft = draft;
    return DC_OK;
}

DC_HANDLER(goals_discard_draft, Goals__DiscardDraftRequest, Goals__DiscardDraftResponse)
{
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(check_own(step, request->id, "id", 0, error));
    return store_discard_draft(step, request->id, error);
}

/* --- making it real -----------------------------------------------------------------------------
 */

static enum dc_code
save_plans(struct dc_step *step, const Goals__Draft *draft, Goals__CarryOutDraftResponse *response,
           struct dc_error *error)
{
    response->plans = DC_NEW_ARRAY(step->arena, Goals__Plan *, draft->n_plans + 1);
    for (size_t i = 0; i < draft->n_plans; i++) {
        Goals__Plan **plan = &response->plans[response->n_plans];
        DC_TRY(rights_define(step, error));
        DC_TRY(at_change(plan_prepare(step, draft->plans[i]->plan, draft->reason, plan, error),
                         "plans", i, error));
        DC_TRY(at_change(plan_save(step, *plan, error), "plans", i, error));
        response->n_plans++;
    }
    return DC_OK;
}

static int
ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Takes the sheets of all targets, in one order for everybody, and sees that no target has been
 * changed since. From here on the changes see each other's work, so versions are asked for once. */
static enum dc_code
lock_targets(struct dc_step *step, const Goals__Draft *draft, struct dc_error *error)
{
    int64_t *indicators = DC_NEW_ARRAY(step->arena, int64_t, draft->n_targets + 1);
    for (size_t i = 0; i < draft->n_targets; i++) {
        indicators[i] = draft->targets[i]->indicator_id;
    }
    qsort(indicators, draft->n_targets, sizeof *indicators, ascending);
    for (size_t i = 0; i < draft->n_targets; i++) {
        if (i == 0 || indicators[i] != indicators[i - 1]) {
            DC_TRY(store_lock_sheet(step, indicators[i], draft->period, error));
        }
    }
    for (size_t i = 0; i < draft->n_targets; i++) {
        struct store_tree found;
        DC_TRY(store_find_target(step, draft->targets[i]->target_id, &found, error));
        enum dc_code code =
            found.count == 0
                ? dc_fail_field(error, DC_ABORTED, "target_id", "the target is not there any more")
                : act_check_version(&found.targets[0], draft->targets[i]->expected_version, error);
        DC_TRY(at_change(code, "targets", i, error));
    }
    return DC_OK;
}

static enum dc_code
adjust_targets(struct dc_step *step, const Goals__Draft *draft,
               Goals__CarryOutDraftResponse *response, int64_t *ret_adjustments, size_t *ret_count,
               struct dc_error *error)
{
    const char *day = day_of_change(step, draft);
    *ret_count = 0;
    for (size_t i = 0; i < draft->n_targets; i++) {
        Goals__AdjustTargetRequest request;
        struct act act = {0};
        struct store_tree found;
        as_adjustment(draft, draft->targets[i], day, &request);
        DC_TRY(at_change(adjust_decide(step, &request, ADJUST_CALLER, &act, &found, error),
                         "targets", i, error));
        DC_TRY(act_write(step, &act, error));
        response->changed_targets += act.adjustment.changed;
        if (act.adjustment.id != 0) {
            ret_adjustments[(*ret_count)++] = act.adjustment.id;
        }
    }
    return DC_OK;
}

DC_HANDLER(goals_carry_out_draft, Goals__CarryOutDraftRequest, Goals__CarryOutDraftResponse)
{
    Goals__Draft *draft;
    size_t count;
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(check_own(step, request->id, "id", request->expected_version, error));
    DC_TRY(answer_draft(step, request->id, &draft, error));
    if (draft->n_plans + draft->n_targets == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "id", "the draft changes nothing");
    }
    int64_t *adjustments = DC_NEW_ARRAY(step->arena, int64_t, draft->n_targets + 1);
    DC_TRY(save_plans(step, draft, response, error));
    DC_TRY(lock_targets(step, draft, error));
    DC_TRY(adjust_targets(step, draft, response, adjustments, &count, error));
    DC_TRY(store_settle_draft(step, request->id, adjustments, count, error));
    return answer_draft(step, request->id, &response->draft, error);
}
