/*
 * explain_formula.c - the arithmetic of formulas, in Chinese and in English.
 */
#include "explain_formula.h"

#include <string.h>

#include "around.h"
#include "views.h"

enum { FORMULAS_MOST = 64, INPUTS_MOST = 200 };

void
formula_telling_init(struct formula_telling *telling, struct dc_step *step, struct explanation *out,
                     const struct facts *facts, const struct definitions *definitions,
                     const char *period)
{
    *telling = (struct formula_telling){
        .step = step,
        .out = out,
        .facts = facts,
        .definitions = definitions,
        .period = period,
        .formulas = DC_NEW_ARRAY(step->arena, char *, FORMULAS_MOST),
        .inputs = DC_NEW_ARRAY(step->arena, Scoring__FormulaInput *, INPUTS_MOST)};
}

static const char *
written(struct dc_arena *arena, const struct formula_input *input)
{
    const char *source = formula_source_name(input->source);
    return source[0] ? dc_arena_printf(arena, "%s(%s)", source, input->name) : input->name;
}

static const char *
period_of(const struct formula_telling *telling, enum formula_source source)
{
    bool earlier = source == FORMULA_PREVIOUS || source == FORMULA_LAST_YEAR;
    return earlier ? around_period(telling->step->arena, telling->period, source) : telling->period;
}

static bool
is_told(const struct formula_telling *telling, const char *source)
{
    for (size_t i = 0; i < telling->input_count; i++) {
        if (strcmp(telling->inputs[i]->source, source) == 0) {
            return true;
        }
    }
    return telling->input_count == INPUTS_MOST;
}

/* What a formula was given; a measure of this period that is a formula itself is told too. */
static void
tell_inputs(struct formula_telling *telling, const struct formula *formula,
            const struct formula_world *world)
{
    struct dc_arena *arena = telling->step->arena;
    const struct formula_input *inputs;
    size_t count = formula_inputs(formula, &inputs);
    for (size_t i = 0; i < count; i++) {
        const char *source = written(arena, &inputs[i]);
        if (is_told(telling, source)) {
            continue;
        }
        Scoring__FormulaInput *input =
            DC_NEW_MESSAGE(arena, Scoring__FormulaInput, scoring__formula_input__init);
        const char *value = formula_value_text(
            arena, world->value(world->context, inputs[i].source, inputs[i].name));
        input->source = (char *)source;
        input->period = (char *)period_of(telling, inputs[i].source);
        input->value = (char *)(value ? value : "");
        telling->inputs[telling->input_count++] = input;
        const struct measure *measure =
            definitions_measure_of_code(telling->definitions, inputs[i].name);
        if (measure && inputs[i].source == FORMULA_MEASURE) {
            tell_measure(telling, measure->id);
        }
    }
}

static void
tell_arithmetic(struct formula_telling *telling, const char *name, const char *text,
                const char *shown_zh, const char *shown_en, const char *zh, const char *en)
{
    struct dc_arena *arena = telling->step->arena;
    const char *named = name[0] ? dc_arena_printf(arena, "%s = ", name) : "";
    const char *zh_middle =
        strcmp(shown_zh, text) == 0 ? "" : dc_arena_printf(arena, " = %s", shown_zh);
    const char *en_middle =
        strcmp(shown_en, text) == 0 ? "" : dc_arena_printf(arena, " = %s", shown_en);
    explanation_line(telling->out, dc_arena_printf(arena, "%s%s%s %s", named, text, zh_middle, zh),
                     dc_arena_printf(arena, "%s%s%s %s", named, text, en_middle, en));
}

void
tell_formula(struct formula_telling *telling, const char *name, const char *text,
             const struct formula *formula)
{
    struct dc_arena *arena = telling->step->arena;
    if (telling->formula_count == FORMULAS_MOST) {
        return;
    }
    telling->formulas[telling->formula_count++] = (char *)text;
    struct derivation from = {
        .facts = telling->facts, .definitions = telling->definitions, .item = telling->item};
    struct formula_world world = derive_world(&from);
    const char *zh = formula_show(arena, formula, &world, "无数据");
    const char *en = formula_show(arena, formula, &world, "no data");
    if (formula_result(formula) == FORMULA_CONDITION) {
        static const char *const truths_zh[] = {"：不成立", "：成立", "：缺数据，无从判断"};
        static const char *const truths_en[] = {"does not hold", "holds",
                                                "cannot be told for want of data"};
        enum formula_truth truth = formula_holds(formula, &world);
        tell_arithmetic(telling, name, text, zh, en, truths_zh[truth], truths_en[truth]);
    } else {
        struct dc_ratio value = formula_number(formula, &world);
        const char *result = formula_value_text(arena, value);
        bool ends = value.denominator.units == DC_DECIMAL_ONE_UNITS;
        const char *sign = ends || !result ? "=" : "≈";
        tell_arithmetic(telling, name, text, zh, en,
                        dc_arena_printf(arena, "%s %s", sign, result ? result : "无数据"),
                        dc_arena_printf(arena, "%s %s", sign, result ? result : "no data"));
    }
    tell_inputs(telling, formula, &world);
}

void
tell_measure(struct formula_telling *telling, int64_t measure_id)
{
    const struct measure *measure = definitions_measure(telling->definitions, measure_id);
    if (measure && measure->formula) {
        tell_formula(telling, measure->name, formula_text(measure->formula), measure->formula);
    }
}

void
tell_conditions(struct formula_telling *telling, const struct rule *rule)
{
    if (rule->kind == VETO_RULE && rule->veto.condition) {
        tell_formula(telling, "", formula_text(rule->veto.condition), rule->veto.condition);
    }
    for (size_t i = 0; rule->kind == ADD_DEDUCT_RULE && i < rule->add_deduct.count; i++) {
        const struct formula *condition = rule->add_deduct.conditions[i];
        const struct indicator *counted =
            condition
                ? NULL
                : definitions_indicator(telling->definitions, rule->add_deduct.indicator_ids[i]);
        if (condition) {
            tell_formula(telling, "", formula_text(condition), condition);
        } else if (counted) {
            tell_measure(telling, counted->measure_id);
        }
    }
}

/* Of one period: the inputs of it that are measures. */
static enum dc_code
look_up(struct formula_telling *telling, const char *period, struct dc_error *error)
{
    struct dc_arena *arena = telling->step->arena;
    int64_t *measures = DC_NEW_ARRAY(arena, int64_t, telling->input_count + 1);
    int64_t *nothing = DC_NEW_ARRAY(arena, int64_t, telling->input_count + 1);
    Scoring__FormulaInput **found =
        DC_NEW_ARRAY(arena, Scoring__FormulaInput *, telling->input_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < telling->input_count; i++) {
        Scoring__FormulaInput *input = telling->inputs[i];
        const char *open = strchr(input->source, '(');
        const char *code =
            open ? dc_arena_strndup(arena, open + 1, strlen(open) - 2) : input->source;
        const struct measure *measure = definitions_measure_of_code(telling->definitions, code);
        if (measure && strcmp(input->period, period) == 0) {
            found[count] = input;
            measures[count++] = measure->id;
        }
    }
    struct lineage_view *views;
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(view_lineages(telling->step, period, telling->facts->owner_kind,
                         telling->facts->owner_id, measures, nothing, count, &views, error));
    for (size_t i = 0; i < count; i++) {
        found[i]->measure = views[i].measure;
        found[i]->records = views[i].records;
    }
    return DC_OK;
}

enum dc_code
formula_telling_finish(struct formula_telling *telling, struct dc_error *error)
{
    if (telling->input_count == 0) {
        return DC_OK;
    }
    DC_TRY(look_up(telling, telling->period, error));
    DC_TRY(look_up(telling, period_of(telling, FORMULA_PREVIOUS), error));
    const char *last_year = period_of(telling, FORMULA_LAST_YEAR);
    bool same = strcmp(last_year, period_of(telling, FORMULA_PREVIOUS)) == 0;
    return same ? DC_OK : look_up(telling, last_year, error);
}
