/* Answers the requests that hand a target out: split among those directly below, cascade to all. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "base/assert.h"
#include "base/words.h"
#include "goals.h"
#include "rights.h"
#include "split_basis.h"

enum { PARTS_MAX = 2000, LEVELS_ALL = 64 };

/* One that gets a part of the target. */
struct share {
    struct store_target target; /* id 0: none yet */
    struct cascade_node node;   /* value: the part */
    struct dc_decimal weight;
    bool given; /* gets a part */
};

struct split {
    struct act act;
    const Goals__SplitTargetRequest *request;
    struct store_target target;
    struct cascade_node node;
    struct store_tree places; /* the unit, those directly below, and those below these */
    struct share *shares;     /* parallel to the children of places' first */
    size_t *share_place;      /* index in places of each share */
    size_t share_count;
    int64_t self; /* whose target the caller may not touch; 0: none */
};

/* --- what is asked for --------------------------------------------------------------------------
 */

static enum dc_code
check_split(struct dc_step *step, const Goals__SplitTargetRequest *request, struct act *act,
            struct dc_error *error)
{
    DC_TRY(definition_check_reason(request->reason, error));
    bool actuals = request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_ACTUALS;
    bool everybody = actuals || request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_EVEN;
    if (!everybody && request->method != GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE &&
        request->method != GOALS__SPLIT_METHOD__SPLIT_METHOD_SHARE) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "method", "VALUE, SHARE, EVEN or ACTUALS");
    }
    if (request->n_parts > PARTS_MAX || (request->n_parts == 0 && !everybody)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "parts",
                             "1 to %d; none only with EVEN and ACTUALS, for everybody directly "
                             "below",
                             PARTS_MAX);
    }
    if (!actuals && (request->actuals_period[0] != '\0' || request->without_actuals != 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "actuals_period", "only with ACTUALS");
    }
    act->adjustment.act = "split";
    act->adjustment.reason = request->reason;
    act->adjustment.effective_on = goals_today(step);
    act->adjustment.policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE;
    act->allow_over_assignment = request->allow_over_assignment;
    return DC_OK;
}

/* Those directly below the unit, from the places. */
static void
find_shares(struct dc_step *step, struct split *split)
{
    split->shares = DC_NEW_ARRAY(step->arena, struct share, split->places.count + 1);
    split->share_place = DC_NEW_ARRAY(step->arena, size_t, split->places.count + 1);
    for (size_t i = 1; i < split->places.count; i++) {
        if (split->places.nodes[i].parent == 0) {
            split->share_place[split->share_count] = i;
            split->shares[split->share_count++] =
                (struct share){.target = split->places.targets[i], .node = split->places.nodes[i]};
        }
    }
}

static int
by_owner(const void *a, const void *b)
{
    const struct store_target *left = &((const struct share *)a)->target;
    const struct store_target *right = &((const struct share *)b)->target;
    if (left->owner_kind != right->owner_kind) {
        return left->owner_kind < right->owner_kind ? -1 : 1;
    }
    return (left->owner_id > right->owner_id) - (left->owner_id < right->owner_id);
}

static enum dc_code
read_share(const Goals__SplitPart *part, size_t at, struct dc_decimal *ret_share,
           struct dc_error *error)
{
    struct dc_decimal share;
    if (dc_decimal_parse(part->share, &share, NULL) != DC_OK || dc_decimal_sign(share) < 0 ||
        dc_decimal_cmp(share, CASCADE_VALUE_MAX) > 0) {
        char field[DC_ERROR_FIELD_MAX];
        snprintf(field, sizeof field, "parts[%zu].share", at);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a number from 0 up with at most 6 decimals");
    }
    *ret_share = share;
    return DC_OK;
}

/* Finds the owner of a part among those below (which stand in the order of owners), and reads
 * what it is to get. */
static enum dc_code
read_part(struct split *split, size_t at, struct dc_error *error)
{
    const Goals__SplitPart *part = split->request->parts[at];
    const struct share wanted = {
        .target = {.owner_kind = part->owner_kind, .owner_id = part->owner_id}};
    struct share *share =
        bsearch(&wanted, split->shares, split->share_count, sizeof *split->shares, by_owner);
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "parts[%zu].owner_id", at);
    if (!share) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "it is not directly below the target's owner");
    }
    if (share->given) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "stands there twice");
    }
    if (split->self != 0 && part->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON &&
        part->owner_id == split->self) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, field,
                             "nobody sets his own target; leave it out");
    }
    share->given = true;
    share->weight = DC_DECIMAL_INT(1);
    share->target.touched = share->target.id != 0 && share->node.pinned != part->pinned;
    share->node.pinned = part->pinned;
    if (split->request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_SHARE) {
        return read_share(part, at, &share->weight, error);
    }
    if (split->request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE) {
        snprintf(field, sizeof field, "parts[%zu].value", at);
        return act_parse_value(part->value, field, &split->act.indicator, &share->node.value,
                               error);
    }
    return DC_OK;
}

/* EVEN and ACTUALS with no parts: everybody whose target is not pinned, except the caller's own. */
static void
take_everybody(struct split *split)
{
    for (size_t i = 0; i < split->share_count; i++) {
        struct share *share = &split->shares[i];
        bool self = split->self != 0 && share->target.owner_id == split->self &&
                    share->target.owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        share->given = !self && !share->node.pinned;
        share->weight = DC_DECIMAL_INT(1);
    }
}

/* ACTUALS: weights are what was done in an earlier period; some may get no part by that. */
static enum dc_code
weigh_by_actuals(struct dc_step *step, struct split *split, struct dc_error *error)
{
    const Goals__SplitTargetRequest *request = split->request;
    char period[DC_PERIOD_TEXT];
    DC_TRY(split_basis_period(request->actuals_period, split->act.adjustment.period, period, error));
    struct split_owner *owners =
        DC_NEW_ARRAY(step->arena, struct split_owner, split->share_count + 1);
    for (size_t i = 0; i < split->share_count; i++) {
        owners[i] = (struct split_owner){.kind = split->shares[i].target.owner_kind,
                                         .id = split->shares[i].target.owner_id,
                                         .given = split->shares[i].given};
    }
    DC_TRY(split_basis_weigh(step, split->act.indicator.id, period, request->without_actuals,
                             owners, split->share_count, error));
    for (size_t i = 0; i < split->share_count; i++) {
        split->shares[i].given = owners[i].given;
        split->shares[i].weight = owners[i].weight;
    }
    return DC_OK;
}

/* What those have who get no part. */
static struct dc_decimal
sum_kept(const struct split *split)
{
    struct dc_decimal kept = DC_DECIMAL_ZERO;
    for (size_t i = 0; i < split->share_count; i++) {
        const struct share *share = &split->shares[i];
        if (!share->given && !share->node.absent) {
            kept = dc_decimal_add(kept, share->node.old_value);
        }
    }
    return kept;
}

/* --- handing out --------------------------------------------------------------------------------
 */

/* The amount that SHARE, EVEN and ACTUALS hand out: as given, or the target's value less what those left
 * out of "everybody" have. */
static enum dc_code
find_amount(const struct split *split, struct dc_decimal *ret_amount, struct dc_error *error)
{
    if (split->request->distribute[0] != '\0') {
        return act_parse_value(split->request->distribute, "distribute", &split->act.indicator,
                               ret_amount, error);
    }
    struct dc_decimal amount = split->node.old_value;
    if (split->request->n_parts == 0 && split->act.indicator.additive) {
        amount = dc_decimal_max(dc_decimal_sub(amount, sum_kept(split)), DC_DECIMAL_ZERO);
    }
    *ret_amount = amount;
    return DC_OK;
}

static enum dc_code
hand_out(struct dc_step *step, struct split *split, struct dc_decimal amount,
         struct dc_error *error)
{
    struct dc_decimal *weights = DC_NEW_ARRAY(step->arena, struct dc_decimal, split->share_count);
    struct dc_decimal *parts = DC_NEW_ARRAY(step->arena, struct dc_decimal, split->share_count);
    size_t count = 0, next = 0;
    bool any = false;
    for (size_t i = 0; i < split->share_count; i++) {
        if (split->shares[i].given) {
            weights[count++] = split->shares[i].weight;
            any = any || dc_decimal_sign(split->shares[i].weight) > 0;
        }
    }
    if (!any) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "parts",
                             count ? DC_WORDS("all shares are 0; one at least must not be")
                                   : DC_WORDS("there is nobody below to hand it out to"));
    }
    if (split->act.indicator.additive) {
        DC_TRY(
            dc_decimal_split(amount, weights, count, split->act.indicator.decimals, parts, error));
    }
    for (size_t i = 0; i < split->share_count; i++) {
        if (split->shares[i].given) {
            split->shares[i].node.value = split->act.indicator.additive ? parts[next++] : amount;
        }
    }
    return DC_OK;
}

static enum dc_code
decide_parts(struct dc_step *step, struct split *split, struct dc_error *error)
{
    const Goals__SplitTargetRequest *request = split->request;
    struct dc_decimal amount;
    bool actuals = request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_ACTUALS;
    if ((actuals || request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_SHARE) &&
        !split->act.indicator.additive) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "method",
                             "targets of %s do not add up; VALUE or EVEN",
                             split->act.indicator.name);
    }
    for (size_t i = 0; i < request->n_parts; i++) {
        DC_TRY(read_part(split, i, error));
    }
    if (request->n_parts == 0) {
        take_everybody(split);
    }
    if (actuals) {
        DC_TRY(weigh_by_actuals(step, split, error));
    }
    if (request->method == GOALS__SPLIT_METHOD__SPLIT_METHOD_VALUE) {
        return DC_OK;
    }
    DC_TRY(find_amount(split, &amount, error));
    return hand_out(step, split, amount, error);
}

/* --- the tree of the act ------------------------------------------------------------------------
 */

/* A new target under the split one; orphans directly below its owner become its children. */
static void
append_fresh(struct dc_step *step, struct split *split, const struct share *share, size_t place)
{
    struct cascade_node node = share->node;
    node.parent = 0;
    node.fresh = node.given = true;
    node.absent = false;
    int64_t at = (int64_t)act_append_one(step, &split->act, &share->target, &node);
    for (size_t i = 1; i < split->places.count; i++) {
        const struct store_target *orphan = &split->places.targets[i];
        if (split->places.nodes[i].parent == (int64_t)place && orphan->id != 0 &&
            orphan->parent_id == 0) {
            struct cascade_node child = split->places.nodes[i];
            child.parent = at;
            child.joining = true;
            act_append_one(step, &split->act, orphan, &child);
        }
    }
}

/* Targets that were there, with what is below them; their values are given now. */
static enum dc_code
append_known(struct dc_step *step, struct split *split, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, split->share_count + 1);
    size_t count = 0, next = 0;
    for (size_t i = 0; i < split->share_count; i++) {
        if (split->shares[i].given && !split->shares[i].node.absent) {
            ids[count++] = split->shares[i].target.id;
        }
    }
    if (count == 0) {
        return DC_OK;
    }
    struct store_tree trees;
    DC_TRY(store_target_trees(step, ids, count, &trees, error));
    /* The named ones come first, in the order of owners, as the shares are. One may stand below
     * another one (its owner has moved): then it is no longer. */
    for (size_t i = 0; i < split->share_count; i++) {
        const struct share *share = &split->shares[i];
        if (!share->given || share->node.absent) {
            continue;
        }
        DC_ASSERT(next < trees.count && trees.targets[next].id == share->target.id);
        trees.targets[next].touched = share->target.touched;
        trees.nodes[next].pinned = share->node.pinned;
        trees.nodes[next].value = share->node.value;
        trees.nodes[next].given = true;
        trees.nodes[next].joining = trees.targets[next].parent_id != split->target.id;
        trees.nodes[next].parent = CASCADE_TOP;
        next++;
    }
    act_append(step, &split->act, &trees, 0);
    return DC_OK;
}

/* The target first; children that get no part are its outside. */
static enum dc_code
append_all(struct dc_step *step, struct split *split, struct dc_error *error)
{
    int64_t children;
    struct dc_decimal sum;
    DC_TRY(store_sum_below(step, split->target.id, &children, &sum, error));
    for (size_t i = 0; i < split->share_count; i++) {
        const struct share *share = &split->shares[i];
        if (share->given && !share->node.absent && share->target.parent_id == split->target.id) {
            sum = dc_decimal_sub(sum, share->node.old_value);
        }
    }
    split->node.outside = sum;
    act_append_one(step, &split->act, &split->target, &split->node);
    for (size_t i = 0; i < split->share_count; i++) {
        if (split->shares[i].given && split->shares[i].node.absent) {
            append_fresh(step, split, &split->shares[i], split->share_place[i]);
        }
    }
    return append_known(step, split, error);
}

static enum dc_code
answer_children(struct dc_step *step, const struct split *split,
                Goals__SplitTargetResponse *response, struct dc_error *error)
{
    struct store_tree children;
    struct store_nodes nodes;
    DC_TRY(store_targets_below(step, split->target.id, &children, error));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, children.count + 1);
    ids[0] = split->target.id;
    for (size_t i = 0; i < children.count; i++) {
        ids[i + 1] = children.targets[i].id;
    }
    DC_TRY(store_target_nodes(step, goals_today(step), ids, children.count + 1, &nodes, error));
    response->nodes = nodes.items;
    response->n_nodes = nodes.count;
    return DC_OK;
}

DC_HANDLER(goals_split_target, Goals__SplitTargetRequest, Goals__SplitTargetResponse)
{
    struct split split = {.request = request};
    struct store_tree found;
    DC_TRY(check_split(step, request, &split.act, error));
    DC_TRY(act_load(step, &split.act, request->target_id, &found, error));
    DC_TRY(act_check_hand_out(step, &found.targets[0], &split.self, error));
    DC_TRY(act_lock(step, &split.act, &found, error));
    split.target = found.targets[0];
    split.node = found.nodes[0];
    DC_TRY(act_check_version(&split.target, request->expected_version, error));
    DC_TRY(store_places_below(step, goals_today(step), split.target.owner_id,
                              split.act.indicator.id, split.act.adjustment.period, 2, &split.places,
                              error));
    find_shares(step, &split);
    DC_TRY(decide_parts(step, &split, error));
    DC_TRY(append_all(step, &split, error));
    DC_TRY(act_finish(step, &split.act, false, error));
    response->adjustment_id = split.act.adjustment.id;
    response->changed = split.act.adjustment.changed;
    return answer_children(step, &split, response, error);
}

/* --- cascade ------------------------------------------------------------------------------------
 */

/* The places of the tree that take part: not those whose target hangs elsewhere, nor the caller's
 * own, nor what is below one that does not. Targets that hang nowhere join. */
static void
append_places(struct dc_step *step, struct act *act, struct store_tree *places, int64_t self)
{
    int64_t *index = DC_NEW_ARRAY(step->arena, int64_t, places->count + 1);
    for (size_t i = 0; i < places->count; i++) {
        struct store_target *target = &places->targets[i];
        struct cascade_node node = places->nodes[i];
        int64_t above = i == 0 ? CASCADE_TOP : node.parent;
        index[i] = CASCADE_TOP;
        if (i > 0) {
            if (above == CASCADE_TOP || index[above] == CASCADE_TOP) {
                continue;
            }
            int64_t parent_id = places->targets[above].id;
            bool elsewhere = target->parent_id != 0 && target->parent_id != parent_id;
            bool own = self != 0 && target->owner_id == self &&
                       target->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
            if (elsewhere || own) {
                if (own && !elsewhere && !node.absent && target->parent_id != 0) {
                    struct dc_decimal *outside = &act->tree.nodes[index[above]].outside;
                    *outside = dc_decimal_add(*outside, node.old_value);
                }
                continue;
            }
            node.parent = index[above];
            node.joining = !node.absent && target->parent_id == 0;
        }
        index[i] = (int64_t)act_append_one(step, act, target, &node);
    }
}

DC_HANDLER(goals_cascade_target, Goals__CascadeTargetRequest, Goals__CascadeTargetResponse)
{
    struct act act = {.adjustment = {.act = "cascade",
                                     .reason = request->reason,
                                     .policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE}};
    struct store_tree found, places;
    int64_t self;
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(act_load(step, &act, request->target_id, &found, error));
    act.adjustment.effective_on = goals_today(step);
    DC_TRY(act_check_hand_out(step, &found.targets[0], &self, error));
    DC_TRY(act_lock(step, &act, &found, error));
    DC_TRY(act_check_version(&found.targets[0], request->expected_version, error));
    DC_TRY(store_places_below(step, goals_today(step), found.targets[0].owner_id, act.indicator.id,
                              act.adjustment.period, LEVELS_ALL, &places, error));
    if (places.count < 2) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "target_id",
                             "nobody is below its owner today");
    }
    append_places(step, &act, &places, self);
    DC_TRY(act_finish(step, &act, true, error));
    response->adjustment_id = act.adjustment.id;
    response->changed = act.adjustment.changed;
    return DC_OK;
}
