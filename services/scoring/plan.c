/*
 * plan.c - which plan items a person is scored by.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

const struct measure *
definitions_measure(const struct definitions *definitions, int64_t id)
{
    for (size_t i = 0; i < definitions->measure_count; i++) {
        if (definitions->measures[i].id == id) {
            return &definitions->measures[i];
        }
    }
    return NULL;
}

static int
by_code(const void *a, const void *b)
{
    return strcmp((*(const struct measure *const *)a)->code,
                  (*(const struct measure *const *)b)->code);
}

const struct measure *
definitions_measure_of_code(const struct definitions *definitions, const char *code)
{
    const struct measure wanted = {.code = code}, *key = &wanted;
    const struct measure **found =
        definitions->code_count > 0 ? bsearch(&key, definitions->by_code, definitions->code_count,
                                              sizeof(*definitions->by_code), by_code)
                                    : NULL;
    return found ? *found : NULL;
}

static unsigned
uses_of_inputs(const struct definitions *definitions, const struct formula *formula)
{
    const struct formula_input *inputs;
    unsigned uses = formula_uses(formula);
    size_t count = formula_inputs(formula, &inputs);
    for (size_t i = 0; i < count; i++) {
        const struct measure *measure =
            inputs[i].name[0] ? definitions_measure_of_code(definitions, inputs[i].name) : NULL;
        uses |= measure ? measure->uses : 0;
    }
    return uses;
}

/* As deep as formulas stand on formulas, so often what they use is handed on. */
void
definitions_link(struct definitions *definitions, struct dc_arena *arena)
{
    enum { ROUNDS = 8 };
    struct measure *measures = (struct measure *)definitions->measures;
    definitions->by_code =
        dc_arena_alloc(arena, (definitions->measure_count + 1) * sizeof(*definitions->by_code));
    definitions->code_count = 0;
    for (size_t i = 0; i < definitions->measure_count; i++) {
        definitions->by_code[definitions->code_count++] = &measures[i];
    }
    if (definitions->code_count > 0) {
        qsort(definitions->by_code, definitions->code_count, sizeof(*definitions->by_code),
              by_code);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < definitions->measure_count; i++) {
            if (measures[i].formula) {
                measures[i].uses = uses_of_inputs(definitions, measures[i].formula);
            }
        }
    }
}

unsigned
definitions_indicator_uses(const struct definitions *definitions, const struct indicator *indicator)
{
    const struct measure *measure =
        indicator ? definitions_measure(definitions, indicator->measure_id) : NULL;
    return measure ? measure->uses : 0;
}

unsigned
definitions_rule_uses(const struct definitions *definitions, const struct rule *rule)
{
    unsigned uses = 0;
    if (rule->kind == VETO_RULE && rule->veto.condition) {
        return uses_of_inputs(definitions, rule->veto.condition);
    }
    for (size_t i = 0; rule->kind == ADD_DEDUCT_RULE && i < rule->add_deduct.count; i++) {
        const struct rule_add_deduct *add = &rule->add_deduct;
        uses |= add->conditions[i]
                    ? uses_of_inputs(definitions, add->conditions[i])
                    : definitions_indicator_uses(
                          definitions, definitions_indicator(definitions, add->indicator_ids[i]));
    }
    return uses;
}

const struct indicator *
definitions_indicator(const struct definitions *definitions, int64_t id)
{
    for (size_t i = 0; i < definitions->indicator_count; i++) {
        if (definitions->indicators[i].id == id) {
            return &definitions->indicators[i];
        }
    }
    return NULL;
}

const struct indicator *
definitions_primary(const struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->indicator_count; i++) {
        if (definitions->indicators[i].primary && !definitions->indicators[i].retired) {
            return &definitions->indicators[i];
        }
    }
    return NULL;
}

bool
definitions_lower_is_better(const struct definitions *definitions)
{
    const struct indicator *primary = definitions_primary(definitions);
    return primary && primary->lower_is_better;
}

int
definitions_grade_place(const struct definitions *definitions, const char *code)
{
    int place = GRADE_ROWS_MAX + 1;
    for (size_t i = 0; i < definitions->plan_count; i++) {
        int row = grade_find(&definitions->plans[i].grades, code);
        place = row > 0 && row < place ? row : place;
    }
    return place;
}

const struct plan *
definitions_plan(const struct definitions *definitions, int64_t id, int64_t version)
{
    for (size_t i = 0; i < definitions->plan_count; i++) {
        if (definitions->plans[i].id == id && definitions->plans[i].version == version) {
            return &definitions->plans[i];
        }
    }
    return NULL;
}

const struct plan_item *
plan_item_of(const struct plan *plan, int64_t indicator_id)
{
    for (size_t i = 0; i < plan->item_count; i++) {
        if (plan->items[i].indicator_id == indicator_id) {
            return &plan->items[i];
        }
    }
    return NULL;
}

/* --- what is in force, most specific first ------------------------------------------------------
 */

struct ranked {
    const struct plan *plan;
    int32_t unit;
    int64_t specificity;
};

/* Person 3, unit tree 2, position 1, everybody 0; then depth; then with a position. */
static int64_t
specificity_of(const struct plan *plan, const struct tree *tree, int32_t unit)
{
    if (plan->person_id) {
        return (int64_t)3 << 40;
    }
    int64_t with_position = plan->position[0] != '\0';
    if (plan->unit_id) {
        int64_t depth = unit < 0 ? 0 : tree->depths[unit];
        return ((int64_t)2 << 40) + depth * 2 + with_position;
    }
    return with_position << 40;
}

static int
most_specific_first(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->specificity != right->specificity) {
        return left->specificity > right->specificity ? -1 : 1;
    }
    return left->plan->id < right->plan->id ? -1 : 1;
}

void
plans_in_force(struct plans_in_force *ret_plans, struct dc_arena *arena,
               const struct definitions *definitions, const struct tree *tree, dc_date day)
{
    struct ranked *ranked = DC_NEW_ARRAY(arena, struct ranked, definitions->plan_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < definitions->plan_count;) {
        const struct plan *best = NULL;
        int64_t id = definitions->plans[i].id;
        for (; i < definitions->plan_count && definitions->plans[i].id == id; i++) {
            const struct plan *plan = &definitions->plans[i]; /* versions ascend */
            if (plan->effective_from <= day &&
                (!best || plan->effective_from >= best->effective_from)) {
                best = plan;
            }
        }
        if (best && !best->retired) {
            int32_t unit = best->unit_id ? tree_find(tree, best->unit_id) : -1;
            ranked[count++] = (struct ranked){best, unit, specificity_of(best, tree, unit)};
        }
    }
    qsort(ranked, count, sizeof(*ranked), most_specific_first);
    struct plans_in_force result = {
        .plans = dc_arena_alloc(arena, (count + 1) * sizeof(const struct plan *)),
        .units = DC_NEW_ARRAY(arena, int32_t, count + 1),
        .count = count};
    for (size_t i = 0; i < count; i++) {
        result.plans[i] = ranked[i].plan;
        result.units[i] = ranked[i].unit;
        for (size_t j = 0; j < ranked[i].plan->item_count; j++) {
            const struct plan_item *item = &ranked[i].plan->items[j];
            result.want_ends |= rule_wants_ends(&item->rule);
            result.uses |= definitions_rule_uses(definitions, &item->rule) |
                           definitions_indicator_uses(
                               definitions, definitions_indicator(definitions, item->indicator_id));
        }
    }
    *ret_plans = result;
}

bool
plans_are_personal(const struct plans_in_force *plans, int64_t person_id)
{
    /* Personal plans stand first. */
    for (size_t i = 0; i < plans->count && plans->plans[i]->person_id; i++) {
        if (plans->plans[i]->person_id == person_id) {
            return true;
        }
    }
    return false;
}

static bool
applies(const struct plan *plan, int32_t plan_unit, const struct tree *tree, int64_t person_id,
        int32_t unit, const char *position)
{
    if (plan->person_id) {
        return plan->person_id == person_id;
    }
    if (plan->unit_id && (plan_unit < 0 || !tree_is_within(tree, unit, plan_unit))) {
        return false;
    }
    return !plan->position[0] || strcmp(plan->position, position) == 0;
}

static int
primary_then_weight(const void *a, const void *b)
{
    const struct scheme_item *left = a, *right = b;
    if (left->indicator->primary != right->indicator->primary) {
        return left->indicator->primary ? -1 : 1;
    }
    int order = dc_decimal_cmp(right->item->weight, left->item->weight);
    if (order != 0) {
        return order;
    }
    return left->indicator->id < right->indicator->id ? -1 : 1;
}

static bool
has_indicator(const struct scheme *scheme, int64_t indicator_id)
{
    for (size_t i = 0; i < scheme->count; i++) {
        if (scheme->items[i].indicator->id == indicator_id) {
            return true;
        }
    }
    return false;
}

void
scheme_resolve(struct scheme *ret_scheme, struct dc_arena *arena,
               const struct plans_in_force *plans, const struct definitions *definitions,
               const struct tree *tree, int64_t person_id, int32_t unit, const char *position)
{
    struct scheme scheme = {
        .items = DC_NEW_ARRAY(arena, struct scheme_item, definitions->indicator_count + 1)};
    for (size_t i = 0; i < plans->count; i++) {
        const struct plan *plan = plans->plans[i];
        if (!applies(plan, plans->units[i], tree, person_id, unit, position)) {
            continue;
        }
        for (size_t j = 0; j < plan->item_count; j++) {
            const struct indicator *indicator =
                definitions_indicator(definitions, plan->items[j].indicator_id);
            if (!indicator || indicator->retired || has_indicator(&scheme, indicator->id) ||
                scheme.count == RULE_ITEMS_MAX) {
                continue;
            }
            if (scheme.count == 0) {
                scheme.total_decimals = plan->total_decimals;
            }
            if (!scheme.graded_by && plan->grades.count > 0) {
                scheme.graded_by = plan;
            }
            scheme.items[scheme.count++] = (struct scheme_item){indicator, plan, &plan->items[j]};
        }
    }
    qsort(scheme.items, scheme.count, sizeof(*scheme.items), primary_then_weight);
    DC_AUTO_TEXT struct dc_text content = DC_TEXT_INIT;
    dc_text_printf(&content, "%d", scheme.total_decimals);
    for (size_t i = 0; i < scheme.count; i++) {
        const struct scheme_item *item = &scheme.items[i];
        dc_text_printf(&content, ",%lld@%lld:%lld", (long long)item->plan->id,
                       (long long)item->plan->version, (long long)item->indicator->id);
    }
    if (scheme.graded_by) {
        dc_text_printf(&content, ",=%lld@%lld", (long long)scheme.graded_by->id,
                       (long long)scheme.graded_by->version);
    }
    scheme.content = dc_arena_strdup(arena, dc_text_cstr(&content));
    *ret_scheme = scheme;
}
