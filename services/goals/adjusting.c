/* Answers the requests that change one target: set and adjust. What is below follows. */
#include <inttypes.h>
#include <string.h>

#include "act.h"
#include "base/assert.h"
#include "goals.h"
#include "rights.h"

/* The parent goes along, so that the sum of its children is checked: those that are not in the
 * tree are its outside. Returns CASCADE_TOP for a root. */
static enum dc_code
append_parent(struct dc_step *step, struct act *act, int64_t parent_id, struct dc_decimal old_value,
              int64_t *ret_at, struct dc_error *error)
{
    *ret_at = CASCADE_TOP;
    if (parent_id == 0) {
        return DC_OK;
    }
    struct store_tree parent;
    int64_t count;
    struct dc_decimal sum;
    DC_TRY(store_find_target(step, parent_id, &parent, error));
    DC_ASSERT(parent.count == 1);
    DC_TRY(store_sum_below(step, parent_id, &count, &sum, error));
    parent.nodes[0].outside = dc_decimal_sub(sum, old_value);
    *ret_at = (int64_t)act_append_one(step, act, &parent.targets[0], &parent.nodes[0]);
    return DC_OK;
}

/* All parents are raised or lowered by the difference. */
static enum dc_code
append_lifted(struct dc_step *step, struct act *act, int64_t target_id, struct dc_decimal old_value,
              struct dc_decimal difference, int64_t *ret_at, struct dc_error *error)
{
    struct store_tree above;
    DC_TRY(store_targets_above(step, target_id, &above, error));
    *ret_at = CASCADE_TOP;
    for (size_t i = above.count; i-- > 0;) { /* the root first */
        struct store_place owner = {.kind = above.targets[i].owner_kind,
                                    .id = above.targets[i].owner_id};
        int64_t count;
        struct dc_decimal sum, below = i > 0 ? above.nodes[i - 1].old_value : old_value;
        DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
        DC_TRY(rights_change(step, &owner, error));
        DC_TRY(store_sum_below(step, above.targets[i].id, &count, &sum, error));
        struct cascade_node *node = &above.nodes[i];
        node->outside = dc_decimal_sub(sum, below);
        node->given = true;
        node->value = dc_decimal_add(node->old_value, difference);
        node->parent = *ret_at;
        if (dc_decimal_sign(node->value) < 0 ||
            dc_decimal_cmp(node->value, CASCADE_VALUE_MAX) > 0) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "lift_parent",
                                 "the target of %s would leave the range from 0 to "
                                 "1000000000000000",
                                 owner.name);
        }
        *ret_at = (int64_t)act_append_one(step, act, &above.targets[i], node);
    }
    return DC_OK;
}

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

/* Whatever the indicator is: wrong in any case. */
static enum dc_code
check_value(const char *text, struct dc_error *error)
{
    const struct store_indicator finest = {.decimals = DC_DECIMAL_PLACES};
    struct dc_decimal value;
    return act_parse_value(text, "value", &finest, &value, error);
}

static enum dc_code
check_adjust(const Goals__AdjustTargetRequest *request, struct act *act, struct dc_error *error)
{
    DC_TRY(check_value(request->value, error));
    DC_TRY(definition_check_reason(request->reason, error));
    if (request->policy != GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "policy",
                             "RESTATE: the whole period is scored by the new figures");
    }
    if (dc_date_parse(request->effective_on, &act->adjustment.effective_on, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "a date such as 2026-10-01");
    }
    act->adjustment.act = "adjust";
    act->adjustment.reason = request->reason;
    act->adjustment.policy = request->policy;
    act->allow_over_assignment = request->allow_over_assignment;
    return DC_OK;
}

/* It cannot begin after what it is about is over. */
static enum dc_code
check_effective_on(const struct act *act, struct dc_error *error)
{
    struct dc_period period;
    DC_TRY(dc_period_parse(act->adjustment.period, &period, error));
    if (act->adjustment.effective_on > period.last) {
        char last[DC_DATE_TEXT];
        dc_date_format(period.last, last);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "up to %s, the last day of %s", last, act->adjustment.period);
    }
    return DC_OK;
}

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

/* The target with everything below it, under its parent or under all its lifted parents. */
static enum dc_code
append_adjusted(struct dc_step *step, struct act *act, const Goals__AdjustTargetRequest *request,
                const struct store_tree *found, struct dc_error *error)
{
    struct dc_decimal value, old_value = found->nodes[0].old_value;
    int64_t parent = CASCADE_TOP;
    DC_TRY(act_parse_value(request->value, "value", &act->indicator, &value, error));
    if (request->lift_parent && !act->indicator.additive) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "lift_parent",
                             "targets of %s do not add up to their parent", act->indicator.name);
    }
    if (request->lift_parent) {
        DC_TRY(append_lifted(step, act, request->target_id, old_value,
                             dc_decimal_sub(value, old_value), &parent, error));
    } else if (act->indicator.additive) {
        DC_TRY(append_parent(step, act, found->targets[0].parent_id, old_value, &parent, error));
    }
    struct store_tree tree;
    DC_TRY(store_target_trees(step, &request->target_id, 1, &tree, error));
    tree.nodes[0].given = true;
    tree.nodes[0].value = value;
    act_append(step, act, &tree, parent);
    return DC_OK;
}

DC_HANDLER(goals_adjust_target, Goals__AdjustTargetRequest, Goals__AdjustTargetResponse)
{
    struct act act = {0};
    struct store_tree found;
    DC_TRY(check_adjust(request, &act, error));
    DC_TRY(act_load(step, &act, request->target_id, &found, error));
    struct store_place owner = {.kind = found.targets[0].owner_kind,
                                .id = found.targets[0].owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    DC_TRY(rights_change(step, &owner, error));
    DC_TRY(act_lock(step, &act, &found, error));
    DC_TRY(act_check_version(&found.targets[0], request->expected_version, error));
    DC_TRY(check_effective_on(&act, error));
    DC_TRY(append_adjusted(step, &act, request, &found, error));
    DC_TRY(act_finish(step, &act, false, error));
    DC_TRY(list_kept(step, &act, response, error));
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
    DC_TRY(check_value(request->value, error));
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
        DC_TRY(append_parent(step, act, found->targets[0].parent_id, found->nodes[0].old_value,
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
        DC_TRY(append_parent(step, act, above.targets[0].id, DC_DECIMAL_ZERO, &parent, error));
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
