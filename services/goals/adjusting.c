/* Answers the requests that change one target: set and adjust. What is below follows. */
#include <inttypes.h>
#include <string.h>

#include "adjust.h"
#include "base/assert.h"
#include "cells.h"
#include "goals.h"
#include "rights.h"

static enum dc_code
answer_node(struct dc_step *step, int64_t target_id, Goals__TargetNode **ret_node,
            struct dc_error *error)
{
    struct store_nodes nodes;
    DC_TRY(store_target_nodes(step, goals_today(step), &target_id, 1, &nodes, error));
    DC_ASSERT(nodes.count == 1);
    *ret_node = nodes.items[0];
    return DC_OK;
}

/* --- adjust -------------------------------------------------------------------------------------
 */

/* Pinned targets that kept their value although their parent's changed. */
static enum dc_code
list_kept(struct dc_step *step, const struct act *act, Goals__AdjustTargetResponse *response,
          struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, act->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        const struct cascade_node *node = &act->tree.nodes[i];
        if (node->parent == CASCADE_TOP || !node->pinned || node->given) {
            continue;
        }
        const struct cascade_node *parent = &act->tree.nodes[node->parent];
        if (dc_decimal_cmp(parent->old_value, parent->value) != 0) {
            ids[count++] = act->tree.targets[i].id;
        }
    }
    if (count == 0) {
        return DC_OK;
    }
    struct store_nodes nodes;
    DC_TRY(store_target_nodes(step, goals_today(step), ids, count, &nodes, error));
    response->kept = nodes.items;
    response->n_kept = nodes.count;
    return DC_OK;
}

static char *
period_value(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

/* The shorter periods of a divided target: those that followed, and those that stay. */
static enum dc_code
list_periods(struct dc_step *step, const struct act *act, const struct store_target *target,
             Goals__AdjustTargetResponse *response, struct dc_error *error)
{
    struct store_division_part *parts;
    size_t count;
    if (!act->following) {
        return DC_OK;
    }
    DC_TRY(store_divisions(step, &target->id, 1, &parts, &count, error));
    response->periods = DC_NEW_ARRAY(step->arena, Goals__FollowingPeriod *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__FollowingPeriod *period =
            DC_NEW_MESSAGE(step->arena, Goals__FollowingPeriod, goals__following_period__init);
        period->period = (char *)parts[i].period;
        period->new_value = parts[i].exists
                                ? period_value(step, parts[i].value, act->indicator.decimals)
                                : period->new_value;
        period->old_value = period->new_value;
        for (size_t c = 0; c < act->following->count; c++) {
            const struct cell *cell = &act->following->items[c];
            if (cell->owner.kind == target->owner_kind && cell->owner.id == target->owner_id &&
                strcmp(cell->period, parts[i].period) == 0) {
                const struct cascade_node *node =
                    &act->following->sheets[cell->sheet].tree.nodes[cell->at];
                period->old_value =
                    node->fresh ? (char *)protobuf_c_empty_string
                                : period_value(step, node->old_value, act->indicator.decimals);
            }
        }
        response->periods[response->n_periods++] = period;
    }
    return DC_OK;
}

DC_HANDLER(goals_adjust_target, Goals__AdjustTargetRequest, Goals__AdjustTargetResponse)
{
    struct act act = {0};
    struct store_tree found;
    DC_TRY(adjust_decide(step, request, ADJUST_CALLER, &act, &found, error));
    DC_TRY(act_write(step, &act, error));
    DC_TRY(list_kept(step, &act, response, error));
    DC_TRY(list_periods(step, &act, &found.targets[0], response, error));
    response->adjustment_id = act.adjustment.id;
    response->changed = act.adjustment.changed;
    return answer_node(step, request->target_id, &response->node, error);
}

/* --- set ----------------------------------------------------------------------------------------
 */

static enum dc_code
check_set(struct dc_step *step, const Goals__SetTargetRequest *request, struct act *act,
          struct dc_error *error)
{
    struct dc_period period;
    DC_TRY(adjust_check_value(request->value, error));
    DC_TRY(definition_check_reason(request->reason, error));
    if (request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT &&
        request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owner_kind", "UNIT or PERSON");
    }
    if (dc_period_parse(request->period, &period, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, a quarter or a month: 2026, 2026Q4 or 2026-11");
    }
    act->adjustment = (struct store_adjustment){
        .act = "set",
        .indicator_id = request->indicator_id,
        .period = request->period,
        .reason = request->reason,
        .effective_on = goals_today(step),
        .policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE,
    };
    act->allow_over_assignment = request->allow_over_assignment;
    return DC_OK;
}

/* Value, floor and stretch as asked for; floor and stretch on their sides of the value. */
static enum dc_code
read_set(const Goals__SetTargetRequest *request, const struct store_indicator *indicator,
         struct store_target *target, struct cascade_node *node, struct dc_error *error)
{
    bool higher = indicator->direction == GOALS__DIRECTION__DIRECTION_HIGHER;
    bool floor = request->floor[0] != '\0', stretch = request->stretch[0] != '\0';
    struct dc_decimal low = DC_DECIMAL_ZERO, high = DC_DECIMAL_ZERO;
    DC_TRY(act_parse_value(request->value, "value", indicator, &node->value, error));
    if (floor) {
        DC_TRY(act_parse_value(request->floor, "floor", indicator, &low, error));
        if (dc_decimal_cmp(low, node->value) * (higher ? 1 : -1) > 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "floor",
                                 higher ? "not above the value" : "not below the value");
        }
    }
    if (stretch) {
        DC_TRY(act_parse_value(request->stretch, "stretch", indicator, &high, error));
        if (dc_decimal_cmp(high, node->value) * (higher ? 1 : -1) < 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "stretch",
                                 higher ? "not below the value" : "not above the value");
        }
    }
    bool same = target->has_floor == floor && target->has_stretch == stretch &&
                (!floor || dc_decimal_cmp(target->floor, low) == 0) &&
                (!stretch || dc_decimal_cmp(target->stretch, high) == 0) &&
                node->pinned == request->pinned;
    target->touched = target->touched || !same;
    target->bounds_given = true;
    target->has_floor = floor;
    target->has_stretch = stretch;
    target->floor = low;
    target->stretch = high;
    node->pinned = request->pinned;
    node->given = true;
    return DC_OK;
}

/* A target that is there: as in adjust. */
static enum dc_code
append_known(struct dc_step *step, struct act *act, const Goals__SetTargetRequest *request,
             const struct store_tree *found, size_t *ret_at, struct dc_error *error)
{
    int64_t parent = CASCADE_TOP;
    struct store_tree tree;
    DC_TRY(act_check_version(&found->targets[0], request->expected_version, error));
    if (act->indicator.additive) {
        DC_TRY(act_append_parent(step, act, found->targets[0].parent_id, found->nodes[0].old_value,
                                 &parent, error));
    }
    DC_TRY(store_target_trees(step, &found->targets[0].id, 1, &tree, error));
    DC_TRY(read_set(request, &act->indicator, &tree.targets[0], &tree.nodes[0], error));
    *ret_at = act->tree.count;
    act_append(step, act, &tree, parent);
    return DC_OK;
}

/* A new target: under the one of the unit above, over the orphans directly below. */
static enum dc_code
append_new(struct dc_step *step, struct act *act, const Goals__SetTargetRequest *request,
           const struct store_place *owner, size_t *ret_at, struct dc_error *error)
{
    if (request->expected_version != 0) {
        return dc_fail_field(error, DC_ABORTED, "expected_version", "there is no such target yet");
    }
    struct store_place unit = {.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT, .id = owner->above};
    struct store_tree above = {0};
    if (owner->above != 0) {
        DC_TRY(store_targets_of(step, act->indicator.id, request->period, &unit, 1, &above, error));
    }
    int64_t parent = CASCADE_TOP;
    if (above.count > 0) {
        DC_TRY(act_append_parent(step, act, above.targets[0].id, DC_DECIMAL_ZERO, &parent, error));
    }
    struct store_target target = {.owner_kind = owner->kind, .owner_id = owner->id};
    struct cascade_node node = {.parent = parent, .fresh = true};
    DC_TRY(read_set(request, &act->indicator, &target, &node, error));
    *ret_at = act_append_one(step, act, &target, &node);
    if (owner->kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        return DC_OK;
    }
    struct store_tree below;
    DC_TRY(store_places_below(step, goals_today(step), owner->id, act->indicator.id,
                              request->period, 1, &below, error));
    for (size_t i = 1; i < below.count; i++) {
        if (!below.nodes[i].absent && below.targets[i].parent_id == 0) {
            below.nodes[i].parent = (int64_t)*ret_at;
            below.nodes[i].joining = true;
            act_append_one(step, act, &below.targets[i], &below.nodes[i]);
        }
    }
    return DC_OK;
}

DC_HANDLER(goals_set_target, Goals__SetTargetRequest, Goals__SetTargetResponse)
{
    struct act act = {0};
    struct store_place owner = {.kind = request->owner_kind, .id = request->owner_id};
    struct store_tree found;
    size_t at = 0;
    DC_TRY(check_set(step, request, &act, error));
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    DC_TRY(rights_change(step, &owner, error));
    if (!owner.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "owner_id", "there is no such owner today");
    }
    DC_TRY(store_find_indicator(step, request->indicator_id, &act.indicator, error));
    if (!act.indicator.found || act.indicator.retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator_id",
                             act.indicator.found ? "the indicator is retired"
                                                 : "there is no such indicator");
    }
    DC_TRY(store_lock_sheet(step, request->indicator_id, request->period, error));
    DC_TRY(
        store_targets_of(step, request->indicator_id, request->period, &owner, 1, &found, error));
    DC_TRY(found.count > 0 ? append_known(step, &act, request, &found, &at, error)
                           : append_new(step, &act, request, &owner, &at, error));
    DC_TRY(act_finish(step, &act, false, error));
    response->adjustment_id = act.adjustment.id;
    response->changed = act.adjustment.changed;
    return answer_node(step, act.tree.targets[at].id, &response->node, error);
}
