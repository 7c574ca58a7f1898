/*
 * derive.h - the value of a measure for an owner: a total as it was told, or what a formula makes
 * of others; and whether a condition of a rule holds. Pure.
 *
 * A formula is computed from the owner's own totals, a unit's too, whenever somebody asks for it:
 * nothing of it is stored, so a formula that changes needs no counting anew.
 */
#ifndef SCORING_DERIVE_H
#define SCORING_DERIVE_H

#include "score.h"

/* Formulas stand on formulas at most so deep; goals refuses deeper ones. */
enum { DERIVE_DEPTH_MAX = 8 };

/* Where the numbers of a formula come from. */
struct derivation {
    const struct facts *facts;
    const struct definitions *definitions;
    const struct rule_input *item; /* of conditions: actual() and target(); else NULL */
    int depth;
};
struct formula_world derive_world(struct derivation *derivation);

struct dc_ratio derive_measure(const struct facts *facts, const struct definitions *definitions,
                               const struct measure *measure);
enum formula_truth derive_condition(const struct facts *facts,
                                    const struct definitions *definitions,
                                    const struct rule_input *item, const struct formula *condition);

#endif
