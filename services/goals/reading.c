/* Answers the requests that read targets: the tree, an owner's targets, the versions of one. */
#include <inttypes.h>

#include "goals.h"
#include "rights.h"

enum { TREE_LEVELS_MAX = 10, TREE_LEVELS_DEFAULT = 2, TREE_NODES_MAX = 20000 };

static enum dc_code
check_period(const char *period, struct dc_error *error)
{
    struct dc_period parsed;
    if (dc_period_parse(period, &parsed, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, a quarter or a month: 2026, 2026Q4 or 2026-11");
    }
    return DC_OK;
}

enum dc_code
reading_find_top(struct dc_step *step, int64_t wanted, const struct dc_access_reach *reach,
                 int64_t *ret_unit_id, struct dc_error *error)
{
    if (wanted != 0) {
        struct store_place unit = {.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT, .id = wanted};
        DC_TRY(rights_read_owner(step, unit.kind, wanted, error));
        DC_TRY(store_find_places(step, goals_today(step), &unit, 1, error));
        if (!unit.found) {
            return rights_missing(step, "unit_id", "there is no such unit today", error);
        }
        *ret_unit_id = wanted;
        return DC_OK;
    }
    DC_TRY(store_highest_unit(step, goals_today(step), reach, ret_unit_id, error));
    if (*ret_unit_id == 0 && reach->self_person_id == 0) {
        /* Neither a unit nor himself: the refusal that everybody gets. */
        return rights_read_owner(step, GOALS__OWNER_KIND__OWNER_KIND_PERSON,
                                 step->context->person_id, error);
    }
    return DC_OK;
}

DC_HANDLER(goals_get_target_tree, Goals__GetTargetTreeRequest, Goals__GetTargetTreeResponse)
{
    DC_TRY(check_period(request->period, error));
    if (request->levels < 0 || request->levels > TREE_LEVELS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "levels", "1 to %d, or 0 for %d",
                             TREE_LEVELS_MAX, TREE_LEVELS_DEFAULT);
    }
    struct dc_access_reach reach;
    int64_t unit_id;
    struct store_indicator indicator;
    struct store_nodes nodes;
    rights_reach(step, &reach);
    DC_TRY(reading_find_top(step, request->unit_id, &reach, &unit_id, error));
    DC_TRY(store_find_indicator(step, request->indicator_id, &indicator, error));
    if (!indicator.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "indicator_id", "there is no such indicator");
    }
    int levels = request->levels ? request->levels : TREE_LEVELS_DEFAULT;
    DC_TRY(store_tree_nodes(step, goals_today(step), request->indicator_id, request->period,
                            unit_id, levels, &reach, TREE_NODES_MAX + 1, &nodes, error));
    if (nodes.count > TREE_NODES_MAX) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, "levels",
                             "more than %d units and people within %d levels; ask for fewer levels "
                             "or for a lower unit",
                             TREE_NODES_MAX, levels);
    }
    response->nodes = nodes.items;
    response->n_nodes = nodes.count;
    return DC_OK;
}

DC_HANDLER(goals_list_targets, Goals__ListTargetsRequest, Goals__ListTargetsResponse)
{
    if (request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT &&
        request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owner_kind", "UNIT or PERSON");
    }
    if (request->period[0] != '\0') {
        DC_TRY(check_period(request->period, error));
    }
    DC_TRY(rights_read_owner(step, request->owner_kind, request->owner_id, error));
    struct store_nodes nodes;
    DC_TRY(store_owner_nodes(step, goals_today(step), request->owner_kind, request->owner_id,
                             request->period, &nodes, error));
    struct store_place owner = {.kind = request->owner_kind, .id = request->owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    if (nodes.count == 0 && !owner.found) {
        return rights_missing(step, "owner_id", "there is no such owner", error);
    }
    response->targets = nodes.items;
    response->n_targets = nodes.count;
    return DC_OK;
}

DC_HANDLER(goals_list_versions, Goals__ListVersionsRequest, Goals__ListVersionsResponse)
{
    struct store_tree tree;
    DC_TRY(store_find_target(step, request->target_id, &tree, error));
    if (tree.count == 0) {
        return rights_missing(step, "target_id", "there is no such target", error);
    }
    const struct store_target *target = &tree.targets[0];
    DC_TRY(rights_read_owner(step, target->owner_kind, target->owner_id, error));
    struct store_indicator indicator;
    struct store_versions versions;
    DC_TRY(store_find_indicator(step, target->indicator_id, &indicator, error));
    DC_TRY(store_versions(step, request->target_id, indicator.decimals, &versions, error));
    response->versions = versions.items;
    response->n_versions = versions.count;
    return DC_OK;
}
