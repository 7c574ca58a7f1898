/*
 * formulas.c - the request that tries a formula before it is saved.
 */
#include "around.h"
#include "explain_formula.h"
#include "lines.h"
#include "period.h"
#include "store.h"
#include "views.h"

#include <dacheng/scoring/v1/formula.pb-c.h>

#define TRYING (DC_ROLE(SUPERVISOR) | DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD))

enum { OWNERS_MOST = 20 };

static bool
is_in_use(void *context, const char *name)
{
    return definitions_measure_of_code(context, name) != NULL;
}

/* A formula that cannot be read is an answer, not a failure of the request. */
static const struct formula *
read_formula(struct dc_step *step, const Scoring__TryFormulaRequest *request,
             const struct definitions *definitions, Scoring__TryFormulaResponse *response)
{
    const struct formula_grammar grammar = {.result = request->condition ? FORMULA_CONDITION
                                                                         : FORMULA_NUMBER,
                                            .in_rule = request->condition,
                                            .knows = is_in_use,
                                            .context = (void *)definitions,
                                            .field = "formula"};
    const struct formula *formula = NULL;
    struct formula_place place = {0};
    struct dc_error problem = {0};
    if (formula_parse(step->arena, request->formula, &grammar, &formula, &place, &problem) !=
        DC_OK) {
        Scoring__FormulaProblem *told =
            DC_NEW_MESSAGE(step->arena, Scoring__FormulaProblem, scoring__formula_problem__init);
        told->column = (int32_t)place.column;
        told->length = (int32_t)place.length;
        told->text_en = dc_arena_strdup(step->arena, problem.message);
        told->text_zh = dc_arena_strdup(step->arena, dc_error_message(&problem, "zh-CN"));
        response->problem = told;
        return NULL;
    }
    return formula;
}

static enum dc_code
check_owners(struct dc_step *step, const Scoring__TryFormulaRequest *request,
             struct dc_error *error)
{
    if (request->n_owners > OWNERS_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owners", "at most %d owners",
                             OWNERS_MOST);
    }
    for (size_t i = 0; i < request->n_owners; i++) {
        const Scoring__FormulaOwner *owner = request->owners[i];
        bool person = owner->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
        if (!person && owner->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "owners",
                                 "OWNER_KIND_UNIT or OWNER_KIND_PERSON");
        }
        dc_step_subject(step, "%s/%lld", person ? "person" : "unit", (long long)owner->owner_id);
        DC_TRY(person ? dc_access_person(step, TRYING, owner->owner_id, error)
                      : dc_access_unit(step, TRYING, owner->owner_id, error));
    }
    return DC_OK;
}

/* What is known of the owner, and his name. */
static enum dc_code
load_owner(struct dc_step *step, const char *period, Scoring__FormulaTrial *trial,
           struct facts *ret_facts, struct dc_error *error)
{
    if (trial->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
        struct person_view view;
        DC_TRY(view_person(step, period, trial->owner_id, &view, error));
        trial->name = (char *)(view.found ? view.name : "");
        *ret_facts = view.facts;
        return DC_OK;
    }
    struct unit_view *units;
    size_t count;
    DC_TRY(view_units(step, period, &trial->owner_id, 1, &units, &count, error));
    trial->name = (char *)(count > 0 ? units[0].name : "");
    return view_unit_facts(step, period, trial->owner_id, ret_facts, error);
}

static void
put_value(const struct formula *formula, const struct formula_telling *telling,
          Scoring__FormulaTrial *trial)
{
    struct derivation from = {
        .facts = telling->facts, .definitions = telling->definitions, .item = telling->item};
    struct formula_world world = derive_world(&from);
    const char *value;
    if (formula_result(formula) == FORMULA_CONDITION) {
        static const char *const truths[] = {"false", "true", ""};
        value = truths[formula_holds(formula, &world)];
    } else {
        value = formula_value_text(telling->step->arena, formula_number(formula, &world));
    }
    trial->value = (char *)(value ? value : "");
}

static enum dc_code
try_owner(struct dc_step *step, const Scoring__TryFormulaRequest *request,
          const struct definitions *definitions, const struct dc_period *span, const char *period,
          const struct formula *formula, Scoring__FormulaTrial *trial, struct dc_error *error)
{
    struct facts facts;
    struct formula_telling telling;
    struct explanation out = {.arena = step->arena};
    struct rule_input item = {0};
    unsigned uses = around_uses(definitions) | formula_uses(formula);
    const struct indicator *indicator = definitions_indicator(definitions, request->indicator_id);
    DC_TRY(load_owner(step, period, trial, &facts, error));
    DC_TRY(around_facts(step, definitions, span, uses, (int)trial->owner_kind, trial->owner_id,
                        &facts, error));
    if (request->condition && indicator) {
        item = facts_input(&facts, definitions, indicator);
    }
    formula_telling_init(&telling, step, &out, &facts, definitions, period);
    telling.item = &item;
    tell_formula(&telling, "", request->formula, formula);
    put_value(formula, &telling, trial);
    DC_TRY(formula_telling_finish(&telling, error));
    trial->steps_zh = out.zh;
    trial->steps_en = out.en;
    trial->n_steps_zh = trial->n_steps_en = out.count;
    trial->inputs = telling.inputs;
    trial->n_inputs = telling.input_count;
    return DC_OK;
}

DC_HANDLER(scoring_try_formula, Scoring__TryFormulaRequest, Scoring__TryFormulaResponse)
{
    struct dc_period span;
    const char *period;
    const struct definitions *definitions;
    DC_TRY(dc_access_role(step, TRYING, error));
    DC_TRY(check_owners(step, request, error));
    DC_TRY(period_of_request(step, request->period, &span, &period, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    if (request->n_owners == 0) {
        dc_step_not_sensitive(step);
    }
    response->period = (char *)period;
    const struct formula *formula = read_formula(step, request, definitions, response);
    if (!formula) {
        return DC_OK;
    }
    response->trials = DC_NEW_ARRAY(step->arena, Scoring__FormulaTrial *, request->n_owners + 1);
    for (size_t i = 0; i < request->n_owners; i++) {
        Scoring__FormulaTrial *trial =
            DC_NEW_MESSAGE(step->arena, Scoring__FormulaTrial, scoring__formula_trial__init);
        trial->owner_kind = request->owners[i]->owner_kind;
        trial->owner_id = request->owners[i]->owner_id;
        DC_TRY(try_owner(step, request, definitions, &span, period, formula, trial, error));
        response->trials[response->n_trials++] = trial;
    }
    return DC_OK;
}
