/* Answers the requests about plans: saving versions, changing weights, reading both. */
#include <inttypes.h>
#include <string.h>

#include "base/words.h"
#include "definition_formula.h"
#include "definition_rating.h"
#include "goals.h"
#include "plan_save.h"
#include "rights.h"
#include "weights.h"

static const struct dc_access_reach EVERYTHING = {.all = true};

enum dc_code
plan_on(struct dc_step *step, int64_t plan_id, dc_date day, Goals__Plan **ret_plan,
        struct dc_error *error)
{
    int64_t version;
    struct store_plans plans;
    DC_TRY(store_plan_on(step, plan_id, day, &version, error));
    DC_TRY(store_plans(step, plan_id, day, &EVERYTHING, &plans, error));
    *ret_plan = NULL;
    for (size_t i = 0; i < plans.count; i++) {
        if (plans.items[i]->version == version) {
            *ret_plan = plans.items[i];
        }
    }
    return DC_OK;
}

static enum dc_code
check_known(struct dc_step *step, int64_t plan_id, const char *field, int64_t expected_version,
            struct dc_error *error)
{
    int64_t version;
    DC_TRY(store_lock_plan(step, plan_id, &version, error));
    if (version == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, field, "there is no such plan");
    }
    if (expected_version != 0 && expected_version != version) {
        return dc_fail_field(error, DC_ABORTED, "expected_version",
                             "the plan has been changed since: version %" PRId64 ", not %" PRId64,
                             version, expected_version);
    }
    return DC_OK;
}

/* Units and people that a scope names must be there. */
static enum dc_code
check_scope(struct dc_step *step, const Goals__PlanScope *scope, struct dc_error *error)
{
    struct store_place place = {.kind = scope->person_id ? GOALS__OWNER_KIND__OWNER_KIND_PERSON
                                                         : GOALS__OWNER_KIND__OWNER_KIND_UNIT,
                                .id = scope->person_id ? scope->person_id : scope->unit_id};
    if (place.id == 0) {
        return DC_OK;
    }
    DC_TRY(store_find_places(step, goals_today(step), &place, 1, error));
    if (!place.found) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT,
                             scope->person_id ? "plan.scope.person_id" : "plan.scope.unit_id",
                             scope->person_id ? DC_WORDS("there is no such person today")
                                              : DC_WORDS("there is no such unit today"));
    }
    return DC_OK;
}

enum dc_code
plan_check(struct dc_step *step, const Goals__Plan *plan, struct definition_items *ret_items,
           dc_date *ret_effective_from, struct dc_error *error)
{
    struct definition_indicators indicators;
    struct definition_measures measures;
    DC_TRY(store_indicators(step, &indicators, error));
    DC_TRY(store_measures(step, &measures, error));
    DC_TRY(definition_check_plan(plan, &indicators, ret_items, ret_effective_from, error));
    DC_TRY(definition_check_ratings(plan, &indicators, &measures, error));
    DC_TRY(definition_check_conditions(plan, &measures, error));
    if (!plan->retired) {
        DC_TRY(check_scope(step, plan->scope, error));
        DC_TRY(store_check_rivals(step, plan, *ret_effective_from, error));
    }
    return DC_OK;
}

enum dc_code
plan_save(struct dc_step *step, Goals__Plan *plan, struct dc_error *error)
{
    struct definition_items items;
    dc_date effective_from;
    Goals__Plan *previous = NULL;
    DC_TRY(plan_check(step, plan, &items, &effective_from, error));
    if (plan->id != 0) {
        DC_TRY(plan_on(step, plan->id, effective_from, &previous, error));
    }
    DC_TRY(store_save_plan(step, plan, &items, effective_from, error));
    Goals__PlanChanged event = GOALS__PLAN_CHANGED__INIT;
    event.plan = plan;
    event.previous = previous;
    char key[32];
    snprintf(key, sizeof key, "plan/%" PRId64, plan->id);
    dc_emit(step, step->context->tenant_id, key, &event.base);
    return DC_OK;
}

/* Numbers and weights as they are kept, so that the event and every later reading say the same. */
static void
tidy_items(struct dc_arena *arena, Goals__Plan *plan)
{
    for (size_t i = 0; i < plan->n_items; i++) {
        struct dc_decimal weight;
        char text[DC_DECIMAL_TEXT];
        if (dc_decimal_parse(plan->items[i]->weight, &weight, NULL) == DC_OK &&
            dc_decimal_cmp(weight, dc_decimal_round(weight, WEIGHT_DECIMALS)) == 0) {
            plan->items[i]->weight =
                dc_arena_strdup(arena, dc_decimal_format_fixed(weight, WEIGHT_DECIMALS, text));
        }
    }
}

/* A copy whose items may be changed. */
static Goals__Plan *
copy_plan(struct dc_arena *arena, const Goals__Plan *plan)
{
    Goals__Plan *copy = dc_arena_memdup(arena, plan, sizeof *plan);
    copy->items = DC_NEW_ARRAY(arena, Goals__PlanItem *, plan->n_items + 1);
    for (size_t i = 0; i < plan->n_items; i++) {
        copy->items[i] = dc_arena_memdup(arena, plan->items[i], sizeof *plan->items[i]);
    }
    if (!copy->scope) {
        copy->scope = DC_NEW_MESSAGE(arena, Goals__PlanScope, goals__plan_scope__init);
    }
    return copy;
}

enum dc_code
plan_prepare(struct dc_step *step, const Goals__Plan *given, const char *reason,
             Goals__Plan **ret_plan, struct dc_error *error)
{
    Goals__Plan *plan = copy_plan(step->arena, given);
    plan->reason = (char *)reason;
    tidy_items(step->arena, plan);
    DC_TRY(store_lock_definitions(step, error));
    if (plan->id != 0) {
        DC_TRY(check_known(step, plan->id, "plan.id", plan->version, error));
    }
    int64_t owner;
    DC_TRY(store_plan_by_code(step, plan->code, &owner, error));
    if (owner != 0 && owner != plan->id) {
        return dc_fail_field(error, DC_ALREADY_EXISTS, "plan.code", "another plan has the code %s",
                             plan->code);
    }
    *ret_plan = plan;
    return DC_OK;
}

DC_HANDLER(goals_save_plan, Goals__SavePlanRequest, Goals__SavePlanResponse)
{
    DC_TRY(rights_define(step, error));
    if (!request->plan) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan", "say which plan");
    }
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(plan_prepare(step, request->plan, request->reason, &response->plan, error));
    return plan_save(step, response->plan, error);
}

/* Puts the wanted weights beside the plan's items. */
static enum dc_code
read_changes(const Goals__ChangeWeightsRequest *request, const Goals__Plan *plan, bool *changed,
             struct dc_decimal *wanted, struct dc_error *error)
{
    if (request->n_changes < 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "changes", "one at least");
    }
    for (size_t i = 0; i < request->n_changes; i++) {
        const Goals__WeightChange *change = request->changes[i];
        char field[DC_ERROR_FIELD_MAX];
        snprintf(field, sizeof field, "changes[%zu].indicator_id", i);
        size_t at = 0;
        while (at < plan->n_items && plan->items[at]->indicator_id != change->indicator_id) {
            at++;
        }
        if (at == plan->n_items) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "the plan does not hold this indicator on that day");
        }
        if (changed[at]) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "stands there twice");
        }
        snprintf(field, sizeof field, "changes[%zu].weight", i);
        DC_TRY(weight_parse(change->weight, field, &wanted[at], error));
        changed[at] = true;
    }
    /* A veto has no weight to share in what the others leave. */
    for (size_t i = 0; i < plan->n_items; i++) {
        if (plan->items[i]->veto && changed[i]) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "changes",
                                 "a veto has no score of its own, so its weight stays 0.00");
        }
        if (plan->items[i]->veto) {
            wanted[i] = DC_DECIMAL_ZERO;
            changed[i] = true;
        }
    }
    return DC_OK;
}

static enum dc_code
change_weights(struct dc_arena *arena, const Goals__ChangeWeightsRequest *request,
               Goals__Plan *plan, struct dc_error *error)
{
    bool changed[DEFINITION_ITEMS_MAX] = {false};
    struct dc_decimal old[DEFINITION_ITEMS_MAX], wanted[DEFINITION_ITEMS_MAX],
        weights[DEFINITION_ITEMS_MAX];
    DC_TRY(read_changes(request, plan, changed, wanted, error));
    for (size_t i = 0; i < plan->n_items; i++) {
        DC_TRY(dc_decimal_parse(plan->items[i]->weight, &old[i], error));
    }
    DC_TRY(weights_change(old, changed, wanted, plan->n_items, weights, error));
    for (size_t i = 0; i < plan->n_items; i++) {
        char text[DC_DECIMAL_TEXT];
        plan->items[i]->weight =
            dc_arena_strdup(arena, dc_decimal_format_fixed(weights[i], WEIGHT_DECIMALS, text));
    }
    return DC_OK;
}

enum dc_code
plan_prepare_weights(struct dc_step *step, const Goals__ChangeWeightsRequest *request,
                     Goals__Plan **ret_plan, struct dc_error *error)
{
    dc_date effective_from;
    if (dc_date_parse(request->effective_from, &effective_from, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_from",
                             "a date such as 2026-10-01");
    }
    DC_TRY(store_lock_definitions(step, error));
    DC_TRY(check_known(step, request->plan_id, "plan_id", request->expected_version, error));
    Goals__Plan *before;
    DC_TRY(plan_on(step, request->plan_id, effective_from, &before, error));
    if (!before || before->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "effective_from",
                             before ? DC_WORDS("the plan is retired by then")
                                    : DC_WORDS("the plan has no version in force on that day"));
    }
    Goals__Plan *plan = copy_plan(step->arena, before);
    plan->effective_from = request->effective_from;
    plan->reason = request->reason;
    DC_TRY(change_weights(step->arena, request, plan, error));
    *ret_plan = plan;
    return DC_OK;
}

DC_HANDLER(goals_change_weights, Goals__ChangeWeightsRequest, Goals__ChangeWeightsResponse)
{
    dc_date effective_from;
    DC_TRY(rights_define(step, error));
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(plan_prepare_weights(step, request, &response->plan, error));
    DC_TRY(plan_save(step, response->plan, error));
    DC_TRY(dc_date_parse(request->effective_from, &effective_from, error));
    return store_plan_reach(step, request->plan_id, effective_from, &response->people, error);
}

DC_HANDLER(goals_list_plan_versions, Goals__ListPlanVersionsRequest,
           Goals__ListPlanVersionsResponse)
{
    DC_TRY(rights_read_definitions(step, error));
    struct dc_access_reach reach;
    struct store_plans plans;
    rights_reach(step, &reach);
    DC_TRY(store_plans(step, request->plan_id ? request->plan_id : -1, goals_today(step), &reach,
                       &plans, error));
    if (plans.count == 0) {
        return rights_missing(step, "plan_id", "there is no such plan", error);
    }
    response->versions = plans.items;
    response->n_versions = plans.count;
    return DC_OK;
}
