/*
 * explain_formula.h - formulas written out with their values, and what they were given.
 */
#ifndef SCORING_EXPLAIN_FORMULA_H
#define SCORING_EXPLAIN_FORMULA_H

#include "derive.h"
#include "explain_rule.h"

#include "service/service.h"

/* Formulas of one owner and period; what they were given is gathered, each once. */
struct formula_telling {
    struct dc_step *step;
    struct explanation *out;
    const struct facts *facts;
    const struct definitions *definitions;
    const struct rule_input *item; /* of conditions, else NULL */
    const char *period;
    char **formulas;
    size_t formula_count;
    Scoring__FormulaInput **inputs;
    size_t input_count;
};
void formula_telling_init(struct formula_telling *telling, struct dc_step *step,
                          struct explanation *out, const struct facts *facts,
                          const struct definitions *definitions, const char *period);
/* "gross_margin = (a - b) / a = (500 - 300) / 500 = 0.4", then the formulas that it stands on.
 * `name` in both languages; "" = none. */
void tell_formula(struct formula_telling *telling, const char *name, const char *text,
                  const struct formula *formula);
/* The same of a measure (nothing, when it is not a formula) and of the conditions of a rule. */
void tell_measure(struct formula_telling *telling, int64_t measure_id);
void tell_conditions(struct formula_telling *telling, const struct rule *rule);
/* Their measures as goals told them, and how many records each has. */
enum dc_code formula_telling_finish(struct formula_telling *telling,
                                    struct dc_error *error) DC_MUST_CHECK;

#endif
