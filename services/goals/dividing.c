/* Answers the request that divides a target into shorter periods of its owner. */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "cells.h"
#include "goals.h"
#include "rights.h"
#include "season.h"

enum { TREE_MAX = 20000, MONTHS = 12 };

struct division {
    const Goals__DivideTargetRequest *request;
    struct act act; /* of the divided target: indicator and period */
    struct store_target target;
    struct dc_decimal value;
    struct store_place owner;
    const char *periods[SEASON_PERIODS_MAX];
    struct dc_decimal weights[SEASON_PERIODS_MAX];
    size_t count;
    struct store_division_part *parts;
    struct cells cells;
    struct dc_decimal left;
};

/* --- what is asked for --------------------------------------------------------------------------
 */

static enum dc_code
load_weights(struct dc_step *step, int64_t profile_id, struct dc_decimal ret_year[MONTHS],
             size_t *ret_count, struct dc_error *error)
{
    Goals__SeasonProfile **profiles;
    size_t count;
    *ret_count = MONTHS;
    for (int i = 0; i < MONTHS; i++) {
        ret_year[i] = DC_DECIMAL_INT(1);
    }
    if (profile_id == 0) {
        return DC_OK;
    }
    DC_TRY(store_profiles(step, profile_id, &profiles, &count, error));
    if (count == 0 || profiles[0]->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "profile_id",
                             count ? "the profile is retired" : "there is no such profile");
    }
    *ret_count = profiles[0]->n_weights;
    for (size_t i = 0; i < *ret_count; i++) {
        DC_TRY(dc_decimal_parse(profiles[0]->weights[i], &ret_year[i], error));
    }
    return DC_OK;
}

/* The shorter periods, with their weights. */
static enum dc_code
find_periods(struct dc_step *step, struct division *division, struct dc_error *error)
{
    const Goals__DivideTargetRequest *request = division->request;
    struct dc_period whole, part;
    struct dc_decimal year[MONTHS];
    size_t year_count;
    DC_TRY(dc_period_parse(division->act.adjustment.period, &whole, error));
    bool quarters = request->by == GOALS__DIVIDE_BY__DIVIDE_BY_QUARTERS;
    if ((!quarters && request->by != GOALS__DIVIDE_BY__DIVIDE_BY_MONTHS) ||
        whole.kind == DC_PERIOD_MONTH || (quarters && whole.kind != DC_PERIOD_YEAR)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "by",
                             "MONTHS of a year or a quarter, QUARTERS of a year; a month is not "
                             "divided");
    }
    DC_TRY(load_weights(step, request->profile_id, year, &year_count, error));
    part = dc_period_containing(quarters ? DC_PERIOD_QUARTER : DC_PERIOD_MONTH, whole.first);
    for (; part.first < whole.last; part = dc_period_next(&part)) {
        char text[DC_PERIOD_TEXT];
        dc_period_format(&part, text);
        division->periods[division->count++] = dc_arena_strdup(step->arena, text);
    }
    const char *text = division->act.adjustment.period;
    int first = whole.kind == DC_PERIOD_YEAR ? 0 : (text[strlen(text) - 1] - '1') * 3;
    return season_weights(year, year_count, first, whole.kind == DC_PERIOD_YEAR ? MONTHS : 3,
                          quarters ? 3 : 1, division->weights, error);
}

static enum dc_code
begin(struct dc_step *step, struct division *division, bool preview, struct dc_error *error)
{
    const Goals__DivideTargetRequest *request = division->request;
    struct store_tree found;
    DC_TRY(definition_check_reason(request->reason, error));
    DC_TRY(act_load(step, &division->act, request->target_id, &found, error));
    division->owner = (struct store_place){.kind = found.targets[0].owner_kind,
                                           .id = found.targets[0].owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &division->owner, 1, error));
    DC_TRY(rights_change(step, &division->owner, error));
    DC_TRY(preview ? DC_OK : act_lock(step, &division->act, &found, error));
    DC_TRY(act_check_version(&found.targets[0], request->expected_version, error));
    division->target = found.targets[0];
    division->value = found.nodes[0].old_value;
    DC_TRY(find_periods(step, division, error));
    division->cells = (struct cells){.act = "divide",
                                     .reason = request->reason,
                                     .effective_on = goals_today(step),
                                     .policy = GOALS__ADJUST_POLICY__ADJUST_POLICY_RESTATE,
                                     .allow_over_assignment = request->allow_over_assignment,
                                     .keep_others = request->whole_tree,
                                     .preview = preview};
    return store_period_parts(step, request->target_id, division->periods, division->weights,
                              division->count, &division->parts, error);
}

/* --- everybody below ----------------------------------------------------------------------------
 */

/* Values of everybody below for one period: in proportion to what they have of the divided target. Whose
 * target of the period is pinned keeps that. nodes[0] is the divided one. */
static enum dc_code
share_period(struct dc_step *step, const struct division *division, const struct store_tree *tree,
             const struct store_place *owners, const struct cell *top, struct cascade_node *nodes,
             struct dc_error *error)
{
    struct store_tree there;
    struct cascade_sum *sums = DC_NEW_ARRAY(step->arena, struct cascade_sum, tree->count);
    DC_TRY(store_targets_of(step, division->act.indicator.id, top->period, owners, tree->count,
                            &there, error));
    for (size_t i = 0; i < tree->count; i++) {
        nodes[i] = tree->nodes[i];
        nodes[i].pinned = false;
        /* Of nothing nothing can be a proportion. */
        const struct cascade_node *above = i > 0 ? &nodes[nodes[i].parent] : NULL;
        if (above && division->act.indicator.additive && dc_decimal_sign(above->old_value) == 0) {
            nodes[i].given = true;
            nodes[i].old_value = nodes[i].value = DC_DECIMAL_ZERO;
        } else if (above && !division->act.indicator.additive) {
            nodes[i].given = true; /* his own, every month */
        }
        for (size_t t = 0; t < there.count; t++) {
            if (there.nodes[t].pinned && there.targets[t].owner_kind == owners[i].kind &&
                there.targets[t].owner_id == owners[i].id) {
                nodes[i].given = true;
                nodes[i].value = there.nodes[t].old_value;
            }
        }
    }
    nodes[0].given = true;
    nodes[0].value = top->value;
    return cascade_resplit(nodes, tree->count, division->act.indicator.additive,
                           division->act.indicator.decimals, step->arena, sums, error);
}

static enum dc_code
add_tree(struct dc_step *step, struct division *division, struct dc_error *error)
{
    struct store_tree tree;
    size_t open = division->cells.count;
    DC_TRY(store_target_trees(step, &division->request->target_id, 1, &tree, error));
    if (tree.count * open > TREE_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "whole_tree",
                             "%zu targets in %zu periods are more than %d at once; divide this one "
                             "alone, and the trees of those below it one by one",
                             tree.count, open, TREE_MAX);
    }
    struct store_place *owners = DC_NEW_ARRAY(step->arena, struct store_place, tree.count);
    struct cascade_node *nodes = DC_NEW_ARRAY(step->arena, struct cascade_node, tree.count);
    for (size_t i = 0; i < tree.count; i++) {
        owners[i] = (struct store_place){.kind = tree.targets[i].owner_kind,
                                         .id = tree.targets[i].owner_id};
    }
    DC_TRY(store_find_places(step, goals_today(step), owners, tree.count, error));
    for (size_t c = 0; c < open; c++) {
        struct cell top = division->cells.items[c];
        DC_TRY(share_period(step, division, &tree, owners, &top, nodes, error));
        for (size_t i = 1; i < tree.count; i++) {
            struct cell cell = top;
            cell.owner = owners[i];
            cell.value = nodes[i].value;
            cells_add(step, &division->cells, &cell);
        }
    }
    return DC_OK;
}

/* --- deciding and answering ---------------------------------------------------------------------
 */

static enum dc_code
decide(struct dc_step *step, struct division *division, struct dc_error *error)
{
    DC_TRY(cells_divide(step, &division->cells, &division->act.indicator, &division->owner,
                        division->value, division->parts, division->count, &division->left, error));
    if (dc_decimal_sign(division->left) < 0 && !division->request->allow_over_assignment) {
        char over[DC_DECIMAL_TEXT];
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "allow_over_assignment",
                             "periods that are over or pinned come to %s more than the target; say so "
                             "if that is meant",
                             dc_decimal_format_fixed(dc_decimal_neg(division->left),
                                                     division->act.indicator.decimals, over));
    }
    if (division->request->whole_tree && division->cells.count > 0) {
        DC_TRY(add_tree(step, division, error));
    }
    DC_TRY(cells_decide(step, &division->cells, error));
    return cells_fail(&division->cells, error);
}

static char *
keep_value(struct dc_step *step, const struct division *division, struct dc_decimal value)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(
                                            value, division->act.indicator.decimals, text));
}

static struct dc_decimal
value_after(const struct division *division, const struct store_division_part *part)
{
    for (size_t c = 0; c < division->cells.count; c++) {
        const struct cell *cell = &division->cells.items[c];
        if (cell->owner.kind == division->owner.kind && cell->owner.id == division->owner.id &&
            strcmp(cell->period, part->period) == 0) {
            return cell->value;
        }
    }
    return part->value;
}

static void
answer(struct dc_step *step, const struct division *division, Goals__DivideTargetResponse *response)
{
    response->parts = DC_NEW_ARRAY(step->arena, Goals__PeriodPart *, division->count + 1);
    for (size_t i = 0; i < division->count; i++) {
        const struct store_division_part *part = &division->parts[i];
        Goals__PeriodPart *message =
            DC_NEW_MESSAGE(step->arena, Goals__PeriodPart, goals__period_part__init);
        char text[DC_DECIMAL_TEXT];
        message->period = (char *)part->period;
        message->weight = dc_arena_strdup(step->arena, dc_decimal_format(part->weight, text));
        if (part->exists) {
            message->old_value = keep_value(step, division, part->value);
            message->remark = cells_is_over(step, part->period)
                                  ? GOALS__PERIOD_REMARK__PERIOD_REMARK_CLOSED
                              : part->pinned ? GOALS__PERIOD_REMARK__PERIOD_REMARK_PINNED
                                             : GOALS__PERIOD_REMARK__PERIOD_REMARK_UNSPECIFIED;
        }
        message->new_value = keep_value(step, division, value_after(division, part));
        response->parts[response->n_parts++] = message;
    }
    response->left_over = keep_value(step, division, division->left);
    for (size_t s = 0; s < division->cells.sheet_count; s++) {
        const struct store_tree *tree = &division->cells.sheets[s].tree;
        for (size_t i = 0; i < tree->count; i++) {
            response->changed += tree->nodes[i].fresh || dc_decimal_cmp(tree->nodes[i].old_value,
                                                                        tree->nodes[i].value) != 0;
        }
    }
}

DC_HANDLER(goals_preview_division, Goals__DivideTargetRequest, Goals__DivideTargetResponse)
{
    struct division division = {.request = request};
    DC_TRY(begin(step, &division, true, error));
    DC_TRY(decide(step, &division, error));
    answer(step, &division, response);
    return DC_OK;
}

DC_HANDLER(goals_divide_target, Goals__DivideTargetRequest, Goals__DivideTargetResponse)
{
    struct division division = {.request = request};
    DC_TRY(begin(step, &division, false, error));
    DC_TRY(decide(step, &division, error));
    DC_TRY(store_save_division(step, request->target_id, request->profile_id, division.periods,
                               division.weights, division.count, error));
    DC_TRY(cells_write(step, &division.cells, error));
    answer(step, &division, response);
    return DC_OK;
}
