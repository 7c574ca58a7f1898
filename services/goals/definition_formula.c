/* What formulas of measures and conditions of rules must be. */
#include "definition_formula.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/formula.h"

bool
definition_is_formula(const Goals__Measure *measure)
{
    return measure->of == GOALS__MEASURE_OF__MEASURE_OF_FORMULA;
}

static const Goals__Measure *
measure_of_code(const struct definition_measures *known, const char *code)
{
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->items[i]->code, code) == 0) {
            return known->items[i];
        }
    }
    return NULL;
}

static bool
is_in_use(void *context, const char *name)
{
    const Goals__Measure *measure = measure_of_code(context, name);
    return measure && !measure->retired;
}

/* --- formulas of measures -----------------------------------------------------------------------
 */

/* A walk from a formula down to what it stands on. */
struct walk {
    struct dc_arena *arena;
    const struct definition_measures *known;
    const Goals__Measure *saved; /* as it is to be, whatever `known` says */
    struct dc_error *error;
    const char *path[DEFINITION_FORMULA_DEPTH + 1];
};

static const struct formula *
formula_of(struct dc_arena *arena, const char *text, enum formula_result result)
{
    const struct formula_grammar grammar = {.result = result, .in_rule = true, .field = "formula"};
    const struct formula *formula = NULL;
    return formula_parse(arena, text, &grammar, &formula, NULL, NULL) == DC_OK ? formula : NULL;
}

static const char *
written(struct walk *walk, size_t depth, const char *last)
{
    const char *text = walk->path[0];
    for (size_t i = 1; i < depth; i++) {
        text = dc_arena_printf(walk->arena, "%s → %s", text, walk->path[i]);
    }
    return dc_arena_printf(walk->arena, "%s → %s", text, last);
}

static enum dc_code
descend(struct walk *walk, const Goals__Measure *measure, size_t depth, unsigned *ret_uses)
{
    if (!definition_is_formula(measure)) {
        return DC_OK;
    }
    if (depth > DEFINITION_FORMULA_DEPTH) {
        return dc_fail_field(walk->error, DC_INVALID_ARGUMENT, "measure.formula",
                             "%s: formulas stand on formulas at most %d deep",
                             written(walk, depth - 1, measure->code), DEFINITION_FORMULA_DEPTH);
    }
    const struct formula *formula = formula_of(walk->arena, measure->formula, FORMULA_NUMBER);
    const struct formula_input *inputs;
    size_t count = formula ? formula_inputs(formula, &inputs) : 0;
    *ret_uses |= formula ? formula_uses(formula) : 0;
    walk->path[depth - 1] = measure->code;
    for (size_t i = 0; i < count; i++) {
        unsigned below = 0;
        bool circle = strcmp(inputs[i].name, walk->saved->code) == 0;
        const Goals__Measure *part = measure_of_code(walk->known, inputs[i].name);
        if (circle) {
            return dc_fail_field(walk->error, DC_INVALID_ARGUMENT, "measure.formula",
                                 "it would stand on itself: %s",
                                 written(walk, depth, inputs[i].name));
        }
        if (part) {
            DC_TRY(descend(walk, part, depth + 1, &below));
        }
        bool earlier =
            inputs[i].source == FORMULA_PREVIOUS || inputs[i].source == FORMULA_LAST_YEAR;
        if (earlier && (below & ~FORMULA_USES(FORMULA_MEASURE))) {
            return dc_fail_field(walk->error, DC_INVALID_ARGUMENT, "measure.formula",
                                 "%s(%s): of an earlier period only totals are kept, and %s itself "
                                 "reads earlier periods or headcount()",
                                 formula_source_name(inputs[i].source), inputs[i].name,
                                 inputs[i].name);
        }
        *ret_uses |= below;
    }
    return DC_OK;
}

enum dc_code
definition_check_formula(const Goals__Measure *measure, const struct definition_measures *known,
                         struct dc_error *error)
{
    if (!definition_is_formula(measure)) {
        return measure->formula[0] == '\0'
                   ? DC_OK
                   : dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.formula",
                                   "only a measure of FORMULA has one");
    }
    if (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE || measure->field[0] ||
        measure->repeat_only || measure->first_only || measure->n_filters > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.kind",
                             "a measure of FORMULA is an AVERAGE without a field and without "
                             "filters");
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const struct formula_grammar grammar = {.result = FORMULA_NUMBER,
                                            .knows = is_in_use,
                                            .context = (void *)known,
                                            .field = "measure.formula"};
    struct walk walk = {.arena = arena, .known = known, .saved = measure, .error = error};
    unsigned uses = 0;
    /* The circle is said before the code that is not there yet. */
    DC_TRY(descend(&walk, measure, 1, &uses));
    const struct formula *formula;
    return formula_parse(arena, measure->formula, &grammar, &formula, NULL, error);
}

/* --- conditions of rules ------------------------------------------------------------------------
 */

static enum dc_code
check_condition(struct dc_arena *arena, const char *text, const char *field,
                const struct definition_measures *measures, struct dc_error *error)
{
    const struct formula_grammar grammar = {.result = FORMULA_CONDITION,
                                            .in_rule = true,
                                            .knows = is_in_use,
                                            .context = (void *)measures,
                                            .field = field};
    const struct formula *formula;
    return text[0] ? formula_parse(arena, text, &grammar, &formula, NULL, error) : DC_OK;
}

enum dc_code
definition_check_conditions(const Goals__Plan *plan, const struct definition_measures *measures,
                            struct dc_error *error)
{
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    char field[DC_ERROR_FIELD_MAX];
    for (size_t i = 0; !plan->retired && i < plan->n_items; i++) {
        const Goals__PlanItem *item = plan->items[i];
        if (item->veto) {
            snprintf(field, sizeof field, "plan.items[%zu].veto.condition", i);
            DC_TRY(check_condition(arena, item->veto->condition, field, measures, error));
        }
        for (size_t j = 0; item->add_deduct && j < item->add_deduct->n_terms; j++) {
            snprintf(field, sizeof field, "plan.items[%zu].add_deduct.terms[%zu].condition", i, j);
            DC_TRY(check_condition(arena, item->add_deduct->terms[j]->condition, field, measures,
                                   error));
        }
    }
    return DC_OK;
}

/* --- what stands on a measure -------------------------------------------------------------------
 */

static bool
names(struct dc_arena *arena, const char *text, enum formula_result result, const char *code)
{
    const struct formula *formula = text[0] ? formula_of(arena, text, result) : NULL;
    const struct formula_input *inputs;
    size_t count = formula ? formula_inputs(formula, &inputs) : 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(inputs[i].name, code) == 0) {
            return true;
        }
    }
    return false;
}

static bool
plan_names(struct dc_arena *arena, const Goals__Plan *plan, const char *code)
{
    for (size_t i = 0; !plan->retired && i < plan->n_items; i++) {
        const Goals__PlanItem *item = plan->items[i];
        if (item->veto && names(arena, item->veto->condition, FORMULA_CONDITION, code)) {
            return true;
        }
        for (size_t j = 0; item->add_deduct && j < item->add_deduct->n_terms; j++) {
            if (names(arena, item->add_deduct->terms[j]->condition, FORMULA_CONDITION, code)) {
                return true;
            }
        }
    }
    return false;
}

enum dc_code
definition_check_named(const Goals__Measure *measure, const struct definition_measures *known,
                       Goals__Plan *const *plans, size_t plan_count, struct dc_error *error)
{
    const Goals__Measure *before = measure->id ? definition_measure(known, measure->id) : NULL;
    bool renamed = before && strcmp(before->code, measure->code) != 0;
    if (!before || (!renamed && !(measure->retired && !before->retired))) {
        return DC_OK;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *field = renamed ? "measure.code" : "measure.retired";
    for (size_t i = 0; i < known->count; i++) {
        const Goals__Measure *other = known->items[i];
        if (other->id != measure->id && !other->retired && definition_is_formula(other) &&
            names(arena, other->formula, FORMULA_NUMBER, before->code)) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, field, "the formula of %s names it",
                                 other->code);
        }
    }
    for (size_t i = 0; i < plan_count; i++) {
        if (plan_names(arena, plans[i], before->code)) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, field,
                                 "a condition of the plan %s names it", plans[i]->code);
        }
    }
    return DC_OK;
}
