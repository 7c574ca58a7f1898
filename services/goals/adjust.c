/* Changing the value of one target: what AdjustTarget does, and an approved proposal likewise. */
#include "adjust.h"

#include "base/assert.h"
#include "cutting.h"
#include "goals.h"
#include "rights.h"

/* --- what is asked for --------------------------------------------------------------------------
 */

/* Whatever the indicator is: wrong in any case. */
enum dc_code
adjust_check_value(const char *text, struct dc_error *error)
{
    const struct store_indicator finest = {.decimals = DC_DECIMAL_PLACES};
    struct dc_decimal value;
    return act_parse_value(text, "value", &finest, &value, error);
}

enum dc_code
adjust_check_from(Goals__AdjustPolicy policy, const char *effective_on, dc_date *ret_date,
                  struct dc_error *error)
{
    if (policy != GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE &&
        policy != GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "policy",
                             "RESTATE: all of the period counts anew, or SEGMENT: it is cut");
    }
    if (dc_date_parse(effective_on, ret_date, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "a date such as 2026-10-01");
    }
    return DC_OK;
}

static enum dc_code
check_adjust(const Goals__AdjustTargetRequest *request, struct act *act, struct dc_error *error)
{
    DC_TRY(adjust_check_value(request->value, error));
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(adjust_check_from(request->policy, request->effective_on,
                             &act->adjustment.effective_on, error));
    act->adjustment.act = "adjust";
    act->adjustment.reason = request->reason;
    act->adjustment.policy = request->policy;
    act->allow_over_assignment = request->allow_over_assignment;
    return DC_OK;
}

/* --- the tree -----------------------------------------------------------------------------------
 */

/* All parents are raised or lowered by the difference. `approved`: whoever had to has agreed. */
static enum dc_code
append_lifted(struct dc_step *step, struct act *act, int64_t target_id, struct dc_decimal old_value,
              struct dc_decimal difference, bool approved, int64_t *ret_at, struct dc_error *error)
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
        DC_TRY(approved ? DC_OK : rights_change(step, &owner, error));
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

/* The target with everything below it, under its parent or under all its lifted parents. */
static enum dc_code
append_adjusted(struct dc_step *step, struct act *act, const Goals__AdjustTargetRequest *request,
                const struct store_tree *found, bool approved, struct dc_error *error)
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
                             dc_decimal_sub(value, old_value), approved, &parent, error));
    } else if (act->indicator.additive) {
        DC_TRY(
            act_append_parent(step, act, found->targets[0].parent_id, old_value, &parent, error));
    }
    struct store_tree tree;
    DC_TRY(store_target_trees(step, &request->target_id, 1, &tree, error));
    tree.nodes[0].given = true;
    tree.nodes[0].value = value;
    act_append(step, act, &tree, parent);
    return DC_OK;
}

/* --- deciding -----------------------------------------------------------------------------------
 */

static enum dc_code
check_rights(struct dc_step *step, const struct store_place *owner, enum adjust_right right,
             struct dc_error *error)
{
    return right == ADJUST_APPROVED  ? DC_OK
           : right == ADJUST_PROPOSE ? rights_propose(step, owner, error)
                                     : rights_change(step, owner, error);
}

enum dc_code
adjust_check(struct dc_step *step, const Goals__AdjustTargetRequest *request,
             enum adjust_right right, struct act *ret_act, struct store_tree *ret_found,
             struct dc_error *error)
{
    DC_TRY(check_adjust(request, ret_act, error));
    DC_TRY(act_load(step, ret_act, request->target_id, ret_found, error));
    struct store_place owner = {.kind = ret_found->targets[0].owner_kind,
                                .id = ret_found->targets[0].owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    return check_rights(step, &owner, right, error);
}

enum dc_code
adjust_decide(struct dc_step *step, const Goals__AdjustTargetRequest *request,
              enum adjust_right right, struct act *ret_act, struct store_tree *ret_found,
              struct dc_error *error)
{
    DC_TRY(adjust_check(step, request, right, ret_act, ret_found, error));
    DC_TRY(act_lock(step, ret_act, ret_found, error));
    DC_TRY(act_check_version(&ret_found->targets[0], request->expected_version, error));
    DC_TRY(cutting_check(ret_act, error));
    DC_TRY(append_adjusted(step, ret_act, request, ret_found, right == ADJUST_APPROVED, error));
    return act_decide(step, ret_act, false, error);
}
