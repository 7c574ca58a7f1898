/*
 * calibration_open.c - opening a session: who is in it, the pools, and the suggested grades.
 */
#include "calibration.h"
#include "calibration_tell.h"
#include "results.h"

#include "base/assert.h"

#include <string.h>

struct opening {
    struct dc_step *step;
    const struct results_tree *tree;
    struct candidate *candidates; /* by plan and version */
    size_t count;
    struct scheme_items *schemes; /* of those that a veto holds */
    size_t scheme_count;
    struct session_person *people;
    struct session_pool *pools;
    size_t pool_count;
    int32_t tied;
};

/* --- vetoes -------------------------------------------------------------------------------------
 */

static enum dc_code
load_held_schemes(struct opening *opening, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(opening->step->arena, int64_t, opening->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < opening->count; i++) {
        if (strchr(opening->candidates[i].remarks, rule_remark_letter(RULE_VETOED))) {
            ids[count++] = opening->candidates[i].scheme_id;
        }
    }
    return store_scheme_items(opening->step, ids, count, &opening->schemes, &opening->scheme_count,
                              error);
}

/* The best grade that the vetoes allow; 0 = any. */
static int
held_grade(const struct opening *opening, const struct candidate *candidate,
           const struct grade_table *table)
{
    const struct definitions *definitions = opening->tree->definitions;
    int held = 0;
    for (size_t s = 0; s < opening->scheme_count; s++) {
        const struct scheme_items *scheme = &opening->schemes[s];
        for (size_t i = 0; scheme->scheme_id == candidate->scheme_id && i < scheme->count; i++) {
            const struct plan *plan =
                definitions_plan(definitions, scheme->plan_ids[i], scheme->plan_versions[i]);
            const struct plan_item *item =
                plan ? plan_item_of(plan, scheme->indicator_ids[i]) : NULL;
            if (item && candidate->remarks[i] == rule_remark_letter(RULE_VETOED) &&
                item->rule.veto.highest_grade[0]) {
                int limit = grade_held(table, 1, item->rule.veto.highest_grade);
                held = limit > held ? limit : held;
            }
        }
    }
    return held;
}

/* --- one table's people -------------------------------------------------------------------------
 */

static void
read_shares(const Goals__DistributionRule *rule, int64_t *shares)
{
    for (size_t g = 0; g < rule->n_shares; g++) {
        struct dc_decimal share;
        DC_ASSERT(dc_decimal_parse(rule->shares[g]->share, &share, NULL) == DC_OK);
        shares[g] = (int64_t)(share.units * 100 / DC_DECIMAL_ONE_UNITS);
    }
}

/* Names of pools, one query for all: named ones by the plan, the others by their units. */
static enum dc_code
name_pools(struct opening *opening, const Goals__DistributionRule *rule, const int32_t *pool_units,
           size_t count, const char **names, struct dc_error *error)
{
    struct unit_view *views;
    size_t found, next = 0;
    int64_t *ids = DC_NEW_ARRAY(opening->step->arena, int64_t, count + 1);
    for (size_t p = 0; p < count; p++) {
        ids[p] = pool_units[p] < 0 ? 0 : opening->tree->tree.ids[pool_units[p]];
    }
    DC_TRY(view_units(opening->step, opening->tree->period, ids, count, &views, &found, error));
    for (size_t p = 0; p < count; p++) {
        bool known = next < found && views[next].unit_id == ids[p];
        names[p] = pool_units[p] < 0 ? rule->pools[-1 - pool_units[p]]->name
                   : known           ? views[next].name
                                     : "";
        next += known;
    }
    return DC_OK;
}

/* Numbers of the pools in the tree, or of named ones. */
static size_t
form_pools(struct opening *opening, const Goals__DistributionRule *rule, const int32_t *units,
           size_t people, int32_t *ret_pools, int32_t **ret_units)
{
    struct dc_arena *arena = opening->step->arena;
    const struct tree *tree = &opening->tree->tree;
    size_t named_count = rule ? rule->n_pools : 0, pools;
    struct distribution_named *named =
        DC_NEW_ARRAY(arena, struct distribution_named, named_count + 1);
    for (size_t n = 0; n < named_count; n++) {
        size_t count = rule->pools[n]->n_unit_ids;
        int32_t *of = DC_NEW_ARRAY(arena, int32_t, count + 1);
        for (size_t i = 0; i < count; i++) {
            of[i] = tree_find(tree, rule->pools[n]->unit_ids[i]);
        }
        named[n] = (struct distribution_named){of, count};
    }
    distribution_form_pools(arena, tree, opening->tree->root, rule ? rule->pool_level : 0,
                            rule ? rule->min_pool : 1, named, named_count, units, people, ret_pools,
                            ret_units, &pools);
    return pools;
}

/* Adds the pools of one plan's people, from `start`; returns their seats or NULL. */
static enum dc_code
add_pools(struct opening *opening, const Goals__Plan *plan, size_t grades, const int32_t *pools,
          const int32_t *pool_units, size_t pool_count, size_t people, int64_t **ret_seats,
          struct dc_error *error)
{
    struct dc_arena *arena = opening->step->arena;
    const Goals__DistributionRule *rule = plan->distribution;
    int64_t *sizes = DC_NEW_ARRAY(arena, int64_t, pool_count + 1);
    int64_t *shares = DC_NEW_ARRAY(arena, int64_t, grades + 1);
    int64_t *seats = DC_NEW_ARRAY(arena, int64_t, pool_count * grades + 1);
    for (size_t i = 0; i < people; i++) {
        sizes[pools[i]]++;
    }
    if (rule) {
        read_shares(rule, shares);
        distribution_pools(sizes, pool_count, shares, grades, seats);
    }
    const char **names = dc_arena_alloc(arena, (pool_count + 1) * sizeof(const char *));
    DC_TRY(name_pools(opening, rule, pool_units, pool_count, names, error));
    for (size_t p = 0; p < pool_count; p++) {
        opening->pools[opening->pool_count++] =
            (struct session_pool){.name = names[p],
                                  .plan_id = plan->id,
                                  .plan_version = plan->version,
                                  .people = sizes[p],
                                  .shares = rule ? shares : NULL,
                                  .seats = rule ? &seats[p * grades] : NULL,
                                  .grades = grades};
    }
    *ret_seats = rule ? seats : NULL;
    return DC_OK;
}

/* What the distribution suggests; without one it is what the table says. */
static void
suggest(struct opening *opening, size_t start, size_t people, const int64_t *seats, size_t pools,
        size_t grades, size_t first_pool)
{
    struct distribution_person *list =
        DC_NEW_ARRAY(opening->step->arena, struct distribution_person, people + 1);
    for (size_t i = 0; i < people; i++) {
        const struct session_person *person = &opening->people[start + i];
        list[i] = (struct distribution_person){.id = (int64_t)(start + i),
                                               .total = person->candidate->total,
                                               .pool = (int32_t)person->pool,
                                               .held = person->held};
    }
    /* Candidates of one plan come by id, so their places are as good for breaking ties. */
    if (seats) {
        distribution_assign(list, people, seats, pools, grades);
    }
    for (size_t i = 0; i < people; i++) {
        struct session_person *person = &opening->people[list[i].id];
        person->suggested = seats ? list[i].grade : person->candidate->grade;
        person->tied = list[i].tied;
        person->pool += (int64_t)first_pool + 1;
        opening->tied += person->tied;
    }
}

/* Candidates start .. start + people - 1, who are graded by one version of one plan. */
static enum dc_code
open_table(struct opening *opening, size_t start, size_t people, struct dc_error *error)
{
    struct dc_arena *arena = opening->step->arena;
    const struct candidate *first = &opening->candidates[start];
    const struct plan *known =
        definitions_plan(opening->tree->definitions, first->plan_id, first->plan_version);
    struct plan_view *view;
    DC_TRY(view_plans(opening->step, &first->plan_id, &first->plan_version, 1, &view, error));
    const Goals__Plan *plan = view->plan;
    DC_ASSERT(known && plan);
    int32_t *units = DC_NEW_ARRAY(arena, int32_t, people + 1);
    int32_t *pools = DC_NEW_ARRAY(arena, int32_t, people + 1), *pool_units;
    for (size_t i = 0; i < people; i++) {
        units[i] = tree_find(&opening->tree->tree, opening->candidates[start + i].unit_id);
    }
    size_t pool_count = form_pools(opening, plan->distribution, units, people, pools, &pool_units);
    size_t first_pool = opening->pool_count;
    int64_t *seats;
    DC_TRY(add_pools(opening, plan, known->grades.count, pools, pool_units, pool_count, people,
                     &seats, error));
    for (size_t i = 0; i < people; i++) {
        const struct candidate *candidate = &opening->candidates[start + i];
        opening->people[start + i] =
            (struct session_person){.candidate = candidate,
                                    .pool = pools[i],
                                    .held = held_grade(opening, candidate, &known->grades)};
    }
    suggest(opening, start, people, seats, pool_count, known->grades.count, first_pool);
    return DC_OK;
}

static enum dc_code
prepare(struct opening *opening, struct dc_error *error)
{
    struct dc_arena *arena = opening->step->arena;
    opening->people = DC_NEW_ARRAY(arena, struct session_person, opening->count + 1);
    /* No more pools than people. */
    opening->pools = DC_NEW_ARRAY(arena, struct session_pool, opening->count + 1);
    DC_TRY(load_held_schemes(opening, error));
    for (size_t start = 0, end; start < opening->count; start = end) {
        const struct candidate *first = &opening->candidates[start];
        for (end = start;
             end < opening->count && opening->candidates[end].plan_id == first->plan_id &&
             opening->candidates[end].plan_version == first->plan_version;
             end++) {
        }
        DC_TRY(open_table(opening, start, end - start, error));
    }
    return DC_OK;
}

static enum dc_code
check_free(struct opening *opening, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(opening->step->arena, int64_t, opening->count + 1);
    int64_t calibrated, published;
    if (opening->count == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "nobody here has a grade in %s: the plans need a grade table and the "
                             "people a total",
                             opening->tree->period);
    }
    for (size_t i = 0; i < opening->count; i++) {
        ids[i] = opening->candidates[i].person_id;
    }
    DC_TRY(store_rivals(opening->step, opening->tree->period, ids, opening->count, &calibrated,
                        &published, error));
    if (calibrated > 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "%lld of the people stand in another open session of %s",
                             (long long)calibrated, opening->tree->period);
    }
    if (published > 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "the results of %lld of the people are published for %s",
                             (long long)published, opening->tree->period);
    }
    return DC_OK;
}

DC_HANDLER(scoring_open_calibration, Scoring__OpenCalibrationRequest,
           Scoring__OpenCalibrationResponse)
{
    struct results_tree tree;
    struct opening opening = {.step = step, .tree = &tree};
    int64_t id;
    DC_TRY(results_hold(step, request->period, request->unit_id, &tree, error));
    DC_TRY(results_check_reason(request->reason, error));
    DC_TRY(store_candidates(step, &tree, &opening.candidates, &opening.count, error));
    DC_TRY(check_free(&opening, error));
    DC_TRY(prepare(&opening, error));
    DC_TRY(store_add_session(step, &tree, request->unit_id, request->reason, opening.pools,
                             opening.pool_count, opening.people, opening.count, &id, error));
    DC_TRY(calibration_tell(step, id, NULL, &response->calibration, error));
    response->tied = opening.tied;
    return DC_OK;
}
