/* What a decided move makes of targets. */
#include "moving.h"

#include <inttypes.h>

#include "base/assert.h"
#include "cutting.h"
#include "goals.h"
#include "rights.h"

void
moving_choices(struct dc_step *step, const struct store_move *move)
{
    struct dc_period period;
    Goals__MoveItem *item = move->item;
    bool known = dc_period_parse(item->target->period, &period, NULL) == DC_OK;
    DC_ASSERT(known);
    item->choices = DC_NEW_ARRAY(step->arena, Goals__MoveChoice, 3);
    item->choices[item->n_choices++] = GOALS__MOVE_CHOICE__MOVE_CHOICE_STAY;
    item->choices[item->n_choices++] = GOALS__MOVE_CHOICE__MOVE_CHOICE_GO;
    if (move->additive && move->counted && move->moved_on > period.first &&
        move->moved_on <= period.last) {
        item->choices[item->n_choices++] = GOALS__MOVE_CHOICE__MOVE_CHOICE_SPLIT;
    }
}

/* Both ways up from the target, the nearest first, without what they share. */
struct ways {
    struct store_tree old_way, new_way;
    size_t old_count, new_count;
};

static enum dc_code
find_ways(struct dc_step *step, const struct store_move *move, struct ways *ret,
          struct dc_error *error)
{
    const Goals__Target *target = move->item->target;
    struct store_place place = {.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT,
                                .id = move->item->to_unit_id};
    struct store_tree parent, above;
    DC_TRY(store_targets_above(step, target->id, &ret->old_way, error));
    DC_TRY(store_targets_of(step, target->indicator_id, target->period, &place, 1, &parent, error));
    if (parent.count == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "choice",
                             "%s has no target of this in %s; set one first, or let it stay",
                             move->item->to_unit_name, target->period);
    }
    DC_TRY(store_targets_above(step, parent.targets[0].id, &above, error));
    struct act all = {0};
    act_append(step, &all, &parent, CASCADE_TOP);
    act_append(step, &all, &above, CASCADE_TOP);
    ret->new_way = all.tree;
    ret->old_count = ret->old_way.count;
    ret->new_count = all.tree.count;
    for (size_t i = 0; i < ret->old_way.count; i++) {
        for (size_t j = 0; j < all.tree.count; j++) {
            if (ret->old_way.targets[i].id == all.tree.targets[j].id) {
                ret->old_count = i;
                ret->new_count = j;
                return DC_OK;
            }
        }
    }
    return DC_OK;
}

/* The targets of one way, the highest first, each changed by `difference`. `leaving`: what the lowest
 * one's children lose. ret_at: the lowest one. */
static enum dc_code
append_way(struct dc_step *step, struct act *act, const struct store_tree *way, size_t count,
           struct dc_decimal difference, struct dc_decimal leaving, int64_t *ret_at,
           struct dc_error *error)
{
    *ret_at = CASCADE_TOP;
    for (size_t i = count; i-- > 0;) {
        struct cascade_node node = way->nodes[i];
        struct dc_decimal sum, below = i > 0 ? way->nodes[i - 1].old_value : leaving;
        int64_t children;
        DC_TRY(store_sum_below(step, way->targets[i].id, &children, &sum, error));
        node.parent = *ret_at;
        node.outside = dc_decimal_sub(sum, below);
        node.given = true;
        node.value = dc_decimal_add(node.old_value, difference);
        if (dc_decimal_sign(node.value) < 0 || dc_decimal_cmp(node.value, CASCADE_VALUE_MAX) > 0) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "choice",
                                 "a target above would leave the range from 0 to "
                                 "1000000000000000; adjust it first, or let this one stay");
        }
        *ret_at = (int64_t)act_append_one(step, act, &way->targets[i], &node);
    }
    return DC_OK;
}

static enum dc_code
append_target(struct dc_step *step, struct act *act, const struct store_tree *found, int64_t parent,
              struct dc_error *error)
{
    struct cascade_node node = found->nodes[0];
    int64_t children;
    DC_TRY(store_sum_below(step, found->targets[0].id, &children, &node.outside, error));
    node.parent = parent;
    node.given = node.joining = true;
    act_append_one(step, act, &found->targets[0], &node);
    return DC_OK;
}

/* Everything of which the act changes the value or the place. */
static enum dc_code
check_rights(struct dc_step *step, const struct act *act, struct dc_error *error)
{
    size_t count = act->tree.count;
    struct store_place *owners = DC_NEW_ARRAY(step->arena, struct store_place, count);
    for (size_t i = 0; i < count; i++) {
        owners[i].kind = act->tree.targets[i].owner_kind;
        owners[i].id = act->tree.targets[i].owner_id;
    }
    DC_TRY(store_find_places(step, goals_today(step), owners, count, error));
    for (size_t i = 0; i < count; i++) {
        const struct cascade_node *node = &act->tree.nodes[i];
        if (i + 1 == count || dc_decimal_cmp(node->old_value, node->value) != 0) {
            DC_TRY(rights_change(step, &owners[i], error));
        }
    }
    return DC_OK;
}

/* Their shorter periods would follow, and the moves of those are questions of their own. */
static enum dc_code
check_divided(struct dc_step *step, const struct act *act, struct dc_error *error)
{
    const int64_t *divided;
    size_t count;
    DC_TRY(store_divided(step, act->indicator.id, act->adjustment.period, &divided, &count, error));
    for (size_t i = 0; i < act->tree.count; i++) {
        const struct cascade_node *node = &act->tree.nodes[i];
        for (size_t d = 0; d < count; d++) {
            if (divided[d] == act->tree.targets[i].id &&
                dc_decimal_cmp(node->old_value, node->value) != 0) {
                return dc_fail_field(error, DC_FAILED_PRECONDITION, "choice",
                                     "a target above is divided into shorter periods; decide about "
                                     "those, and adjust it, or let this one stay");
            }
        }
    }
    return DC_OK;
}

static enum dc_code
begin(struct dc_step *step, const struct store_move *move, Goals__MoveChoice choice,
      const char *reason, struct act *act, struct dc_error *error)
{
    const Goals__Target *target = move->item->target;
    struct dc_period period;
    bool split = choice == GOALS__MOVE_CHOICE__MOVE_CHOICE_SPLIT;
    DC_TRY(dc_period_parse(target->period, &period, error));
    *act = (struct act){.adjustment = {.act = "move",
                                       .indicator_id = target->indicator_id,
                                       .period = target->period,
                                       .reason = reason,
                                       .effective_on = move->moved_on,
                                       .policy = split
                                                     ? GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT
                                                     : GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE},
                        .allow_over_assignment = true}; /* every sum stays as it is */
    DC_TRY(store_find_indicator(step, target->indicator_id, &act->indicator, error));
    if (split && (!act->indicator.additive || move->moved_on <= period.first)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "choice",
                             "%s of %s cannot be split at %s", act->indicator.name, target->period,
                             move->item->moved_on);
    }
    if (!split && move->moved_on < period.first) {
        act->adjustment.effective_on = period.first;
    }
    return cutting_check(act, error);
}

enum dc_code
moving_decide(struct dc_step *step, const struct store_move *move, Goals__MoveChoice choice,
              const char *reason, bool lock, struct act *ret_act, struct dc_error *error)
{
    struct store_tree found;
    struct ways ways = {0};
    int64_t parent;
    DC_TRY(begin(step, move, choice, reason, ret_act, error));
    if (lock) {
        DC_TRY(store_lock_sheet(step, ret_act->indicator.id, ret_act->adjustment.period, error));
    }
    DC_TRY(store_find_target(step, move->item->target->id, &found, error));
    if (found.count == 0 || found.targets[0].version != move->item->target->version) {
        return dc_fail_field(error, DC_ABORTED, "decisions",
                             "the target has been changed meanwhile; look again");
    }
    DC_TRY(find_ways(step, move, &ways, error));
    struct dc_decimal value = found.nodes[0].value;
    if (ret_act->indicator.additive) {
        DC_TRY(append_way(step, ret_act, &ways.old_way, ways.old_count, dc_decimal_neg(value),
                          value, &parent, error));
        DC_TRY(append_way(step, ret_act, &ways.new_way, ways.new_count, value, DC_DECIMAL_ZERO,
                          &parent, error));
    }
    if (!ret_act->indicator.additive || ways.new_count == 0) { /* below where both meet */
        struct cascade_node node = ways.new_way.nodes[0];
        int64_t children;
        DC_TRY(store_sum_below(step, ways.new_way.targets[0].id, &children, &node.outside, error));
        if (ret_act->indicator.additive) { /* what leaves one below it comes to it */
            node.outside = dc_decimal_sub(node.outside, value);
        }
        node.given = true;
        parent = (int64_t)act_append_one(step, ret_act, &ways.new_way.targets[0], &node);
    }
    DC_TRY(append_target(step, ret_act, &found, parent, error));
    DC_TRY(check_rights(step, ret_act, error));
    DC_TRY(check_divided(step, ret_act, error));
    return act_decide(step, ret_act, false, error);
}
