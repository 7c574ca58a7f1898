/* One act of a person on targets: checked, stored with new versions, and told. */
#include "act.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "cells.h"
#include "cutting.h"
#include "goals.h"
#include "rights.h"

enum { BUCKETS = 16, TARGETS_PER_EVENT = 1000 };

enum dc_code
act_parse_value(const char *text, const char *field, const struct store_indicator *indicator,
                struct dc_decimal *ret_value, struct dc_error *error)
{
    struct dc_decimal value;
    if (dc_decimal_parse(text, &value, NULL) != DC_OK || dc_decimal_sign(value) < 0 ||
        dc_decimal_cmp(value, CASCADE_VALUE_MAX) > 0 ||
        dc_decimal_cmp(value, dc_decimal_round(value, indicator->decimals)) != 0) {
        return dc_fail_field(
            error, DC_INVALID_ARGUMENT, field,
            "a value is a number from 0 to 1000000000000000 with at most %d decimals",
            indicator->decimals);
    }
    *ret_value = value;
    return DC_OK;
}

/* --- beginning ----------------------------------------------------------------------------------
 */

enum dc_code
act_check_version(const struct store_target *target, int64_t expected_version,
                  struct dc_error *error)
{
    if (expected_version != 0 && expected_version != target->version) {
        return dc_fail_field(error, DC_ABORTED, "expected_version",
                             "the target has been changed since: version %" PRId64 ", not %" PRId64,
                             target->version, expected_version);
    }
    return DC_OK;
}

enum dc_code
act_load(struct dc_step *step, struct act *act, int64_t target_id, struct store_tree *ret_tree,
         struct dc_error *error)
{
    struct store_tree found;
    DC_TRY(store_find_target(step, target_id, &found, error));
    if (found.count == 0) {
        return rights_missing(step, "target_id", "there is no such target", error);
    }
    act->adjustment.indicator_id = found.targets[0].indicator_id;
    act->adjustment.period = found.targets[0].period;
    DC_TRY(store_find_indicator(step, act->adjustment.indicator_id, &act->indicator, error));
    *ret_tree = found;
    return DC_OK;
}

enum dc_code
act_lock(struct dc_step *step, struct act *act, struct store_tree *tree, struct dc_error *error)
{
    if (act->indicator.retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "target_id",
                             "the indicator %s is retired", act->indicator.name);
    }
    DC_TRY(store_lock_sheet(step, act->adjustment.indicator_id, act->adjustment.period, error));
    return store_find_target(step, tree->targets[0].id, tree, error);
}

enum dc_code
act_check_hand_out(struct dc_step *step, const struct store_target *target, int64_t *ret_self,
                   struct dc_error *error)
{
    if (target->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        DC_TRY(rights_read_owner(step, target->owner_kind, target->owner_id, error));
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "target_id",
                             "it is a person's target; nobody is below");
    }
    return rights_hand_out(step, target->owner_id, ret_self, error);
}

static void
make_room(struct dc_step *step, struct act *act, size_t count)
{
    if (act->tree.count + count <= act->capacity) {
        return;
    }
    act->capacity = 2 * (act->tree.count + count);
    struct store_target *targets = DC_NEW_ARRAY(step->arena, struct store_target, act->capacity);
    struct cascade_node *nodes = DC_NEW_ARRAY(step->arena, struct cascade_node, act->capacity);
    if (act->tree.count > 0) {
        memcpy(targets, act->tree.targets, act->tree.count * sizeof *targets);
        memcpy(nodes, act->tree.nodes, act->tree.count * sizeof *nodes);
    }
    act->tree.targets = targets;
    act->tree.nodes = nodes;
}

size_t
act_append_one(struct dc_step *step, struct act *act, const struct store_target *target,
               const struct cascade_node *node)
{
    make_room(step, act, 1);
    act->tree.targets[act->tree.count] = *target;
    act->tree.nodes[act->tree.count] = *node;
    return act->tree.count++;
}

void
act_append(struct dc_step *step, struct act *act, const struct store_tree *more, int64_t parent)
{
    make_room(step, act, more->count);
    int64_t shift = (int64_t)act->tree.count;
    for (size_t i = 0; i < more->count; i++) {
        struct cascade_node node = more->nodes[i];
        node.parent = node.parent == CASCADE_TOP ? parent : node.parent + shift;
        act->tree.targets[act->tree.count] = more->targets[i];
        act->tree.nodes[act->tree.count++] = node;
    }
}

enum dc_code
act_append_parent(struct dc_step *step, struct act *act, int64_t parent_id,
                  struct dc_decimal old_value, int64_t *ret_at, struct dc_error *error)
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

/* --- over-assignment ----------------------------------------------------------------------------
 */

static enum dc_code
refuse_over_assignment(struct dc_step *step, const struct act *act, size_t at,
                       const struct cascade_sum *sum, size_t nodes, struct dc_error *error)
{
    const struct store_target *target = &act->tree.targets[at];
    struct store_place owner = {.kind = target->owner_kind, .id = target->owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    struct dc_decimal value = act->tree.nodes[at].value;
    int decimals = act->indicator.decimals;
    char whole[DC_DECIMAL_TEXT], children[DC_DECIMAL_TEXT], over[DC_DECIMAL_TEXT];
    const char *name = owner.name[0] ? owner.name : DC_WORDS("this target");
    dc_decimal_format_fixed(sum->new_sum, decimals, children);
    dc_decimal_format_fixed(dc_decimal_sub(sum->new_sum, value), decimals, over);
    dc_decimal_format_fixed(value, decimals, whole);
    if (nodes > 1) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "allow_over_assignment",
                             "what is below %s would come to %s, %s above its %s (and so at %zu "
                             "more targets); say so if that is meant",
                             name, children, over, whole, nodes - 1);
    }
    return dc_fail_field(error, DC_FAILED_PRECONDITION, "allow_over_assignment",
                         "what is below %s would come to %s, %s above its %s; say so if that is "
                         "meant",
                         name, children, over, whole);
}

static enum dc_code
check_sums(struct dc_step *step, const struct act *act, const struct cascade_sum *sums,
           struct dc_error *error)
{
    size_t grown = 0, first = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        if (sums[i].grown && grown++ == 0) {
            first = i;
        }
    }
    if (grown == 0 || act->allow_over_assignment) {
        return DC_OK;
    }
    return refuse_over_assignment(step, act, first, &sums[first], grown, error);
}

/* Keeps at each target whether its over-assignment was meant. */
static enum dc_code
mark_over_assignment(struct dc_step *step, const struct act *act, const struct cascade_sum *sums,
                     struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, act->tree.count + 1);
    bool *allowed = DC_NEW_ARRAY(step->arena, bool, act->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        if (!act->tree.nodes[i].absent && act->tree.targets[i].over_allowed != sums[i].over) {
            ids[count] = act->tree.targets[i].id;
            allowed[count++] = sums[i].over;
        }
    }
    return store_allow_over_assignment(step, ids, allowed, count, error);
}

/* --- changes ------------------------------------------------------------------------------------
 */

static bool
value_changed(const struct cascade_node *node)
{
    return dc_decimal_cmp(node->old_value, node->value) != 0;
}

/* New targets get their ids, and whoever stands below a target in the tree becomes its child. */
static enum dc_code
link_targets(struct dc_step *step, struct store_tree *tree, struct dc_error *error)
{
    size_t fresh = 0;
    for (size_t i = 0; i < tree->count; i++) {
        fresh += tree->nodes[i].fresh;
    }
    const int64_t *ids = NULL;
    DC_TRY(store_new_target_ids(step, fresh, &ids, error));
    for (size_t i = 0; i < tree->count; i++) {
        struct store_target *target = &tree->targets[i];
        if (tree->nodes[i].fresh) {
            target->id = *ids++;
        }
        int64_t parent = tree->nodes[i].parent;
        if (target->id != 0 && parent != CASCADE_TOP && tree->targets[parent].id != 0 &&
            target->parent_id != tree->targets[parent].id) {
            target->parent_id = tree->targets[parent].id;
            target->touched = true;
        }
    }
    return DC_OK;
}

/* Floor and stretch go along with the value. */
static enum dc_code
take_bounds_along(const struct act *act, size_t at, struct dc_error *error)
{
    struct store_target *target = &act->tree.targets[at];
    const struct cascade_node *node = &act->tree.nodes[at];
    bool higher = act->indicator.direction == GOALS__DIRECTION__DIRECTION_HIGHER;
    if (target->bounds_given || node->fresh || !value_changed(node)) {
        return DC_OK;
    }
    if (target->has_floor) {
        DC_TRY(cascade_bound(target->floor, node->old_value, node->value, !higher,
                             act->indicator.decimals, &target->floor, error));
    }
    if (target->has_stretch) {
        DC_TRY(cascade_bound(target->stretch, node->old_value, node->value, higher,
                             act->indicator.decimals, &target->stretch, error));
    }
    return DC_OK;
}

struct changes {
    size_t *added, *changed; /* indices of the tree */
    size_t added_count, changed_count;
};

static enum dc_code
collect_changes(struct dc_step *step, struct act *act, struct changes *ret_changes,
                struct dc_error *error)
{
    struct changes changes = {.added = DC_NEW_ARRAY(step->arena, size_t, act->tree.count + 1),
                              .changed = DC_NEW_ARRAY(step->arena, size_t, act->tree.count + 1)};
    for (size_t i = 0; i < act->tree.count; i++) {
        const struct cascade_node *node = &act->tree.nodes[i];
        struct store_target *target = &act->tree.targets[i];
        if (node->absent) {
            continue;
        }
        struct segment before = {0}; /* of a new target: none in the days before */
        if (!node->fresh) {
            before = cutting_figures(target, node->old_value);
        }
        DC_TRY(take_bounds_along(act, i, error));
        if (node->fresh || value_changed(node) || (target->touched && target->bounds_given)) {
            DC_TRY(cutting_apply(step, act, i, &before, error));
        }
        if (node->fresh) {
            target->version = 1;
            changes.added[changes.added_count++] = i;
        } else if (target->touched || value_changed(node)) {
            target->version++;
            changes.changed[changes.changed_count++] = i;
        }
    }
    *ret_changes = changes;
    return DC_OK;
}

/* --- telling ------------------------------------------------------------------------------------
 */

static char *
value_text(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

static Goals__Target *
make_message(struct dc_step *step, const struct act *act, size_t at)
{
    const struct store_target *target = &act->tree.targets[at];
    const struct cascade_node *node = &act->tree.nodes[at];
    int decimals = act->indicator.decimals;
    Goals__Target *message = DC_NEW_MESSAGE(step->arena, Goals__Target, goals__target__init);
    message->id = target->id;
    message->owner_kind = target->owner_kind;
    message->owner_id = target->owner_id;
    message->indicator_id = act->indicator.id;
    message->period = (char *)act->adjustment.period;
    message->value = value_text(step, node->value, decimals);
    if (target->has_floor) {
        message->floor = value_text(step, target->floor, decimals);
    }
    if (target->has_stretch) {
        message->stretch = value_text(step, target->stretch, decimals);
    }
    message->parent_id = target->parent_id;
    message->pinned = node->pinned;
    message->version = target->version;
    message->segments =
        cutting_message(step->arena, target->segments, target->segment_count, decimals);
    message->n_segments = target->segment_count;
    if (!node->fresh) {
        message->previous_value = value_text(step, node->old_value, decimals);
    }
    return message;
}

static void
tell(struct dc_step *step, const struct act *act, Goals__Target **targets, size_t count,
     int64_t bucket)
{
    char effective_on[DC_DATE_TEXT], key[32];
    dc_date_format(act->adjustment.effective_on, effective_on);
    snprintf(key, sizeof key, "targets/%" PRId64, bucket);
    Goals__TargetsAdjusted event = GOALS__TARGETS_ADJUSTED__INIT;
    event.adjustment_id = act->adjustment.id;
    event.author_person_id = step->context->person_id;
    event.author = (char *)store_author(step);
    event.reason = (char *)act->adjustment.reason;
    event.effective_on = effective_on;
    event.policy = act->adjustment.policy;
    event.period = (char *)act->adjustment.period;
    event.indicator_id = act->indicator.id;
    event.targets = targets;
    event.n_targets = count;
    event.at_us = step->now;
    dc_emit(step, step->context->tenant_id, key, &event.base);
}

/* A target always has the key of its owner's bucket, so its versions keep their order. */
static void
tell_all(struct dc_step *step, const struct act *act, const struct changes *changes)
{
    Goals__Target **targets[BUCKETS] = {0};
    size_t counts[BUCKETS] = {0};
    for (size_t i = 0; i < BUCKETS; i++) {
        targets[i] = DC_NEW_ARRAY(step->arena, Goals__Target *, TARGETS_PER_EVENT);
    }
    size_t total = changes->added_count + changes->changed_count;
    for (size_t i = 0; i < total; i++) {
        size_t at = i < changes->added_count ? changes->added[i]
                                             : changes->changed[i - changes->added_count];
        size_t bucket = (size_t)(act->tree.targets[at].owner_id % BUCKETS);
        targets[bucket][counts[bucket]++] = make_message(step, act, at);
        if (counts[bucket] == TARGETS_PER_EVENT) {
            tell(step, act, targets[bucket], counts[bucket], (int64_t)bucket);
            counts[bucket] = 0;
        }
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        if (counts[i] > 0) {
            tell(step, act, targets[i], counts[i], (int64_t)i);
        }
    }
}

enum dc_code
act_decide(struct dc_step *step, struct act *act, bool filling, struct dc_error *error)
{
    struct store_tree *tree = &act->tree;
    act->sums = DC_NEW_ARRAY(step->arena, struct cascade_sum, tree->count + 1);
    DC_TRY((filling ? cascade_fill
                    : cascade_resplit)(tree->nodes, tree->count, act->indicator.additive,
                                       act->indicator.decimals, step->arena, act->sums, error));
    DC_TRY(check_sums(step, act, act->sums, error));
    return cells_follow(step, act, error);
}

enum dc_code
act_write(struct dc_step *step, struct act *act, struct dc_error *error)
{
    struct store_tree *tree = &act->tree;
    struct changes changes;
    DC_TRY(link_targets(step, tree, error));
    DC_TRY(cutting_load(step, act, error));
    DC_TRY(collect_changes(step, act, &changes, error));
    act->adjustment.changed = (int64_t)(changes.added_count + changes.changed_count);
    act->adjustment.id = 0;
    if (act->adjustment.changed > 0) {
        DC_TRY(store_save_adjustment(step, &act->adjustment, error));
        DC_TRY(store_add_targets(step, &act->adjustment, tree, changes.added, changes.added_count,
                                 error));
        DC_TRY(store_change_targets(step, &act->adjustment, tree, changes.changed,
                                    changes.changed_count, error));
        DC_TRY(cutting_write(step, act, error));
        tell_all(step, act, &changes);
    }
    DC_TRY(mark_over_assignment(step, act, act->sums, error));
    return act->following ? cells_write(step, act->following, error) : DC_OK;
}

enum dc_code
act_finish(struct dc_step *step, struct act *act, bool filling, struct dc_error *error)
{
    DC_TRY(act_decide(step, act, filling, error));
    return act_write(step, act, error);
}
