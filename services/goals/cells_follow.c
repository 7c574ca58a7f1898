/* What follows in time: the shorter periods of divided targets. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cells_tree.h"
#include "goals.h"
#include "season.h"

static int
by_id(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Changed divided targets without a changed divided one above them, by index of the act's tree. */
static size_t
find_changed(struct dc_step *step, const struct act *act, const int64_t *divided, size_t count,
             size_t **ret_nodes)
{
    const struct store_tree *tree = &act->tree;
    bool *covered = DC_NEW_ARRAY(step->arena, bool, tree->count + 1);
    size_t found = 0;
    *ret_nodes = DC_NEW_ARRAY(step->arena, size_t, count + 1);
    for (size_t i = 0; i < tree->count; i++) {
        const struct cascade_node *node = &tree->nodes[i];
        covered[i] = node->parent != CASCADE_TOP && covered[node->parent];
        if (!covered[i] && !node->fresh && !node->absent &&
            dc_decimal_cmp(node->old_value, node->value) != 0 &&
            bsearch(&tree->targets[i].id, divided, count, sizeof *divided, by_id)) {
            (*ret_nodes)[found++] = i;
            covered[i] = true;
        }
    }
    return found;
}

bool
cells_is_over(struct dc_step *step, const char *text)
{
    struct dc_period period;
    return dc_period_parse(text, &period, NULL) == DC_OK && period.last < goals_today(step);
}

/* What the caller named himself stays as he said. */
static const struct cell *
find_named(const struct cells *cells, const struct store_indicator *indicator,
           const struct store_place *owner, const char *period)
{
    const struct cell key = {.indicator_id = indicator->id, .period = period, .owner = *owner};
    return cells_find(cells, &key);
}

enum dc_code
cells_divide(struct dc_step *step, struct cells *cells, const struct store_indicator *indicator,
             const struct store_place *owner, struct dc_decimal value,
             const struct store_division_part *parts, size_t count, struct dc_decimal *ret_left,
             struct dc_error *error)
{
    struct season_part shares[SEASON_PERIODS_MAX];
    DC_ASSERT(count <= SEASON_PERIODS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct cell *named = find_named(cells, indicator, owner, parts[i].period);
        struct dc_decimal said;
        bool readable = named && (!named->text || act_parse_value(named->text, "value", indicator,
                                                                  &said, NULL) == DC_OK);
        shares[i] = (struct season_part){
            .weight = parts[i].weight,
            .value = !readable     ? parts[i].value
                     : named->text ? said
                                   : named->value,
            .kept = named ||
                    (parts[i].exists && (parts[i].pinned || cells_is_over(step, parts[i].period))),
        };
    }
    DC_TRY(season_divide(value, shares, count, indicator->additive, indicator->decimals, ret_left,
                         error));
    for (size_t i = 0; i < count; i++) {
        bool same = parts[i].exists && dc_decimal_cmp(parts[i].value, shares[i].value) == 0;
        if (!shares[i].kept && !same) {
            cells_put(step, cells,
                      &(struct cell){.row = -1,
                                     .column = -1,
                                     .owner = *owner,
                                     .indicator_id = indicator->id,
                                     .period = parts[i].period,
                                     .value = shares[i].value});
        }
    }
    return DC_OK;
}

/* The owners of some nodes, with where they stand. */
static enum dc_code
find_owners(struct dc_step *step, const struct act *act, const size_t *nodes, size_t count,
            struct store_place **ret_owners, struct dc_error *error)
{
    *ret_owners = DC_NEW_ARRAY(step->arena, struct store_place, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret_owners)[i].kind = act->tree.targets[nodes[i]].owner_kind;
        (*ret_owners)[i].id = act->tree.targets[nodes[i]].owner_id;
    }
    return store_find_places(step, goals_today(step), *ret_owners, count, error);
}

/* Parts stand in the order of their targets. */
static size_t
first_part(const struct store_division_part *parts, size_t count, int64_t target_id)
{
    size_t low = 0;
    for (size_t high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (parts[middle].target_id < target_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

enum dc_code
cells_follow_sheet(struct dc_step *step, struct cells *cells, const struct act *act,
                   struct dc_error *error)
{
    const int64_t *divided;
    size_t divided_count, *nodes, part_count;
    struct store_division_part *parts;
    struct store_place *owners;
    if (strchr(act->adjustment.period, '-')) {
        return DC_OK; /* nothing is shorter than a month */
    }
    DC_TRY(store_divided(step, act->adjustment.indicator_id, act->adjustment.period, &divided,
                         &divided_count, error));
    size_t count = divided_count ? find_changed(step, act, divided, divided_count, &nodes) : 0;
    if (count == 0) {
        return DC_OK;
    }
    if (act->adjustment.policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "policy",
                             "a target that would change is divided into shorter periods; cut those "
                             "instead, or choose RESTATE");
    }
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = act->tree.targets[nodes[i]].id;
    }
    DC_TRY(store_divisions(step, ids, count, &parts, &part_count, error));
    DC_TRY(find_owners(step, act, nodes, count, &owners, error));
    for (size_t i = 0; i < count; i++) {
        size_t first = first_part(parts, part_count, ids[i]), last = first;
        while (last < part_count && parts[last].target_id == ids[i]) {
            last++;
        }
        struct dc_decimal left;
        DC_TRY(cells_divide(step, cells, &act->indicator, &owners[i],
                            act->tree.nodes[nodes[i]].value, &parts[first], last - first, &left,
                            error));
    }
    return DC_OK;
}

enum dc_code
cells_follow(struct dc_step *step, struct act *act, struct dc_error *error)
{
    struct cells *cells = DC_NEW(step->arena, struct cells);
    *cells = (struct cells){.act = "follow",
                            .reason = act->adjustment.reason,
                            .effective_on = act->adjustment.effective_on,
                            .policy = act->adjustment.policy,
                            .allow_over_assignment = act->allow_over_assignment};
    DC_TRY(cells_follow_sheet(step, cells, act, error));
    DC_TRY(cells_decide(step, cells, error));
    DC_TRY(cells_fail(cells, error));
    act->following = cells->count > 0 ? cells : NULL;
    return DC_OK;
}
