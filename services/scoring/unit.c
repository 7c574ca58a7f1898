/*
 * unit.c - a unit's dashboard and its ranking.
 */
#include "around.h"
#include "lines.h"
#include "pacing.h"
#include "period.h"
#include "store.h"
#include "tell.h"

enum { RANKING_MOST = 500, MONTHS = 12 };

enum dc_code
scoring_allowed_unit(struct dc_step *step, unsigned roles, int64_t asked,
                     struct dc_access_reach *ret_reach, int64_t *ret_unit_id, bool *ret_tree,
                     struct dc_error *error)
{
    struct dc_access_reach reach;
    int64_t unit_id = asked;
    dc_access_reach(step, roles, &reach);
    if (unit_id == 0 && !reach.all && reach.tree_unit_count + reach.unit_count == 0) {
        return dc_fail_field(error, DC_PERMISSION_DENIED, "unit_id",
                             "your roles reach no unit; a person reads himself by GetPerson");
    }
    if (unit_id == 0) {
        DC_TRY(view_highest(step, &reach, &unit_id, error));
    }
    dc_step_subject(step, "unit/%lld", (long long)unit_id);
    DC_TRY(dc_access_unit(step, roles, unit_id, error));
    bool alone = false;
    for (size_t i = 0; i < reach.unit_count; i++) {
        alone |= reach.units[i] == unit_id;
    }
    if (alone && !reach.all) {
        /* Reached as one unit; as part of a tree too? */
        const int64_t *path;
        size_t count;
        struct dc_access_reach trees = {.tree_units = reach.tree_units,
                                        .tree_unit_count = reach.tree_unit_count};
        DC_TRY(view_path(step, "", unit_id, &trees, &path, &count, error));
        alone = count == 0;
        for (size_t i = 0; i < reach.tree_unit_count; i++) {
            alone &= reach.tree_units[i] != unit_id;
        }
    }
    *ret_reach = reach;
    *ret_unit_id = unit_id;
    *ret_tree = reach.all || !alone;
    return DC_OK;
}

/* --- people --------------------------------------------------------------------------------------
 */

/* Rows of a page of the ranking, in order. */
static enum dc_code
ranked_rows(struct dc_step *step, const char *period, const struct ranked_id *ranked, size_t count,
            bool lower_is_better, Scoring__PersonRow ***ret_rows, size_t *ret_count,
            struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = ranked[i].person_id;
    }
    struct person_line *lines;
    size_t found, next = 0;
    DC_TRY(view_people(step, period, ids, count, &lines, &found, error));
    Scoring__PersonRow **rows =
        dc_arena_alloc(step->arena, (found + 1) * sizeof(Scoring__PersonRow *));
    for (size_t i = 0; i < count && next < found; i++) {
        if (lines[next].person_id == ranked[i].person_id) {
            rows[next] = line_person(step->arena, &lines[next], ranked[i].rank, lower_is_better);
            next++;
        }
    }
    *ret_rows = rows;
    *ret_count = next;
    return DC_OK;
}

/* A page out of the stored list of the best. */
static size_t
page_of_top(struct dc_arena *arena, const struct rollup *rollup, size_t limit, size_t offset,
            struct ranked_id **ret_ids)
{
    struct ranked_id *ids = DC_NEW_ARRAY(arena, struct ranked_id, limit + 1);
    size_t count = 0;
    int32_t rank = 0;
    for (size_t i = 0; i < rollup->top_count && i < offset + limit; i++) {
        bool equal = i > 0 && rollup->top[i].total.units == rollup->top[i - 1].total.units;
        rank = equal ? rank : (int32_t)i + 1;
        if (i >= offset) {
            ids[count++] = (struct ranked_id){rollup->top[i].id, rank};
        }
    }
    *ret_ids = ids;
    return count;
}

static enum dc_code
ranking(struct dc_step *step, const char *period, const struct unit_view *unit, bool tree,
        bool ascending, size_t limit, size_t offset, struct ranked_id **ret_ids, size_t *ret_count,
        int32_t *ret_total, struct dc_error *error)
{
    bool listed = offset + limit <= ROLLUP_TOP || unit->rollup.people <= ROLLUP_TOP;
    if (tree && !ascending && listed) {
        *ret_count = page_of_top(step->arena, &unit->rollup, limit, offset, ret_ids);
        *ret_total = unit->rollup.people;
        return DC_OK;
    }
    return view_ranking(step, period, unit->unit_id, tree, ascending, (int64_t)limit,
                        (int64_t)offset, ret_ids, ret_count, ret_total, error);
}

static enum dc_code
load_unit(struct dc_step *step, const char *period, int64_t unit_id, struct unit_view **ret_unit,
          struct dc_error *error)
{
    size_t count;
    DC_TRY(view_units(step, period, &unit_id, 1, ret_unit, &count, error));
    return count == 1 ? DC_OK
                      : dc_fail_field(error, DC_NOT_FOUND, "unit_id", "there is no such unit");
}

DC_HANDLER(scoring_list_ranking, Scoring__ListRankingRequest, Scoring__ListRankingResponse)
{
    struct dc_period period;
    const char *name;
    struct dc_access_reach reach;
    int64_t unit_id;
    bool tree;
    int32_t limit = request->limit ? request->limit : 50;
    if (limit < 1 || limit > RANKING_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d, not %d", RANKING_MOST,
                             limit);
    }
    if (request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "offset", "0 or more, not %d",
                             request->offset);
    }
    DC_TRY(scoring_allowed_unit(step, SCORING_READERS, request->unit_id, &reach, &unit_id, &tree,
                                error));
    DC_TRY(period_of_request(step, request->period, &period, &name, error));

    struct unit_view *unit;
    struct ranked_id *ranked;
    size_t count;
    const struct definitions *definitions;
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    DC_TRY(load_unit(step, name, unit_id, &unit, error));
    DC_TRY(ranking(step, name, unit, tree, request->ascending, (size_t)limit,
                   (size_t)request->offset, &ranked, &count, &response->total, error));
    if (tree) {
        response->total = unit->rollup.people; /* also past the last page */
    }
    return ranked_rows(step, name, ranked, count, definitions_lower_is_better(definitions),
                       &response->people, &response->n_people, error);
}

/* --- the dashboard
 * --------------------------------------------------------------------------------- */

/* What the indicators shown of a unit read. People are counted only for those with a target. */
static unsigned
uses_of_unit(const struct facts *facts, const struct definitions *definitions)
{
    unsigned uses = 0;
    for (size_t i = 0; i < definitions->indicator_count; i++) {
        const struct indicator *indicator = &definitions->indicators[i];
        unsigned of = definitions_indicator_uses(definitions, indicator);
        bool has_target = false;
        for (size_t j = 0; j < facts->target_count; j++) {
            has_target |= facts->indicator_ids[j] == indicator->id && facts->targets[j].units > 0;
        }
        if (!indicator->retired && !has_target && !indicator->primary) {
            of &= ~FORMULA_USES(FORMULA_HEADCOUNT);
        }
        uses |= indicator->retired ? 0 : of;
    }
    return uses;
}

static enum dc_code
unit_items(struct dc_step *step, const struct dc_period *span, const char *period, int64_t unit_id,
           const struct definitions *definitions, Scoring__GetUnitResponse *response,
           struct dc_error *error)
{
    struct facts facts;
    DC_TRY(view_unit_facts(step, period, unit_id, &facts, error));
    DC_TRY(around_facts(step, definitions, span, uses_of_unit(&facts, definitions), AROUND_UNIT,
                        unit_id, &facts, error));
    response->items =
        dc_arena_alloc(step->arena, (definitions->indicator_count + 1) * sizeof(Scoring__Item *));
    for (int primary = 1; primary >= 0; primary--) {
        for (size_t i = 0; i < definitions->indicator_count; i++) {
            const struct indicator *indicator = &definitions->indicators[i];
            struct rule_input input = facts_input(&facts, definitions, indicator);
            const struct measure *measure = definitions_measure(definitions, indicator->measure_id);
            bool worth = input.has_target || indicator->primary ||
                         (measure && measure->formula && input.actual.denominator.units != 0);
            for (size_t j = 0; j < facts.measure_count; j++) {
                worth |= facts.measure_ids[j] == indicator->measure_id;
            }
            if (indicator->retired || !worth || indicator->primary != (bool)primary) {
                continue;
            }
            Scoring__Item *item = DC_NEW_MESSAGE(step->arena, Scoring__Item, scoring__item__init);
            line_figures(item, step->arena, indicator, &input, NULL);
            response->items[response->n_items++] = item;
        }
    }
    return pacing_items(step, span, GOALS__OWNER_KIND__OWNER_KIND_UNIT, unit_id, &facts,
                        definitions, response->items, response->n_items, error);
}

static int
by_rank_then_name(const void *a, const void *b)
{
    const Scoring__UnitRow *left = *(Scoring__UnitRow *const *)a;
    const Scoring__UnitRow *right = *(Scoring__UnitRow *const *)b;
    if ((left->rank == 0) != (right->rank == 0)) {
        return left->rank == 0 ? 1 : -1;
    }
    if (left->rank != right->rank) {
        return left->rank - right->rank;
    }
    return left->unit_id < right->unit_id ? -1 : 1;
}

static enum dc_code
unit_children(struct dc_step *step, const char *period, const struct unit_view *unit,
              const struct definitions *definitions, Scoring__GetUnitResponse *response,
              struct dc_error *error)
{
    const int64_t *ids;
    size_t count;
    struct unit_view *children;
    DC_TRY(view_children(step, period, unit->unit_id, &ids, &count, error));
    DC_TRY(view_units(step, period, ids, count, &children, &count, error));
    response->children = dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__UnitRow *));
    for (size_t i = 0; i < count; i++) {
        response->children[i] = line_unit(step->arena, &children[i], unit->actual, definitions);
    }
    response->n_children = count;
    qsort(response->children, count, sizeof(*response->children), by_rank_then_name);
    return DC_OK;
}

/* From the root within reach down; each one's share is of the one above it that may be seen. */
static enum dc_code
unit_path(struct dc_step *step, const char *period, const struct unit_view *unit,
          const struct dc_access_reach *reach, const struct definitions *definitions,
          Scoring__GetUnitResponse *response, struct dc_error *error)
{
    const int64_t *ids;
    size_t count;
    struct unit_view *above;
    DC_TRY(view_path(step, period, unit->unit_id, reach, &ids, &count, error));
    DC_TRY(view_units(step, period, ids, count, &above, &count, error));
    response->path = dc_arena_alloc(step->arena, (count + 1) * sizeof(Scoring__UnitRow *));
    struct maybe whole = {0};
    for (size_t i = 0; i < count; i++) {
        response->path[i] = line_unit(step->arena, &above[i], whole, definitions);
        whole = above[i].actual;
    }
    response->n_path = count;
    bool sees_parent = count > 0 && above[count - 1].unit_id == unit->parent_id;
    response->unit =
        line_unit(step->arena, unit, sees_parent ? whole : (struct maybe){0}, definitions);
    return DC_OK;
}

static enum dc_code
unit_months(struct dc_step *step, const struct dc_period *period, int64_t unit_id,
            const struct definitions *definitions, Scoring__GetUnitResponse *response,
            struct dc_error *error)
{
    const struct indicator *primary = definitions_primary(definitions);
    if (!primary) {
        return DC_OK;
    }
    int year, month, day;
    const char *names[MONTHS];
    struct facts facts[MONTHS];
    dc_date_to_civil(period->first, &year, &month, &day);
    for (int i = 0; i < MONTHS; i++) {
        names[i] = dc_arena_printf(step->arena, "%04d-%02d", year, i + 1);
    }
    DC_TRY(view_months(step, unit_id, names, MONTHS, facts, error));
    response->months = dc_arena_alloc(step->arena, MONTHS * sizeof(Scoring__MonthPoint *));
    for (int i = 0; i < MONTHS; i++) {
        struct rule_input input = facts_input(&facts[i], definitions, primary);
        bool told = facts[i].measure_count > 0; /* months to come have no actual, not zero */
        struct maybe target = {input.has_target, input.target};
        Scoring__MonthPoint *point =
            DC_NEW_MESSAGE(step->arena, Scoring__MonthPoint, scoring__month_point__init);
        point->period = (char *)names[i];
        point->actual =
            (char *)tell_amount(step->arena, told ? facts_actual(&input) : (struct maybe){0});
        point->target = (char *)tell_amount(step->arena, target);
        response->months[response->n_months++] = point;
    }
    return DC_OK;
}

DC_HANDLER(scoring_get_unit, Scoring__GetUnitRequest, Scoring__GetUnitResponse)
{
    struct dc_period period;
    const char *name;
    struct dc_access_reach reach;
    int64_t unit_id;
    bool tree;
    DC_TRY(scoring_allowed_unit(step, SCORING_READERS, request->unit_id, &reach, &unit_id, &tree,
                                error));
    DC_TRY(period_of_request(step, request->period, &period, &name, error));

    struct unit_view *unit;
    const struct definitions *definitions;
    DC_TRY(load_unit(step, name, unit_id, &unit, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    bool lower = definitions_lower_is_better(definitions);
    DC_TRY(unit_items(step, &period, name, unit_id, definitions, response, error));
    if (tree) {
        DC_TRY(unit_children(step, name, unit, definitions, response, error));
    }
    struct ranked_id *ranked;
    size_t count;
    DC_TRY(ranking(step, name, unit, tree, false, ROLLUP_TOP, 0, &ranked, &count,
                   &response->people_total, error));
    DC_TRY(ranked_rows(step, name, ranked, count, lower, &response->people, &response->n_people,
                       error));
    DC_TRY(unit_path(step, name, unit, &reach, definitions, response, error));
    DC_TRY(unit_months(step, &period, unit_id, definitions, response, error));
    response->period = (char *)name;
    response->computed_at_us = unit->computed_at;
    return DC_OK;
}
