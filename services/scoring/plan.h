/*
 * plan.h - definitions held in memory, and which of them a person is scored by. Pure.
 *
 * The most specific plan wins per indicator: the person's own, then the one of the deepest unit
 * tree that contains his main unit (with a position before without), then one for his position
 * alone, then one for everybody. goals refuses two plans of one scope for the same indicator;
 * should there be a tie all the same, the lower id wins, here as there. The total is rounded as the
 * most specific plan that gives an item says.
 */
#ifndef SCORING_PLAN_H
#define SCORING_PLAN_H

#include "base/formula.h"
#include "grade.h"
#include "rule.h"
#include "tree.h"

struct measure {
    int64_t id;
    bool adds_up;              /* day by day: sums and counts of records, not of different things */
    bool zero_without_records; /* sums and counts; an average or a ratio of nothing is no data */
    const char *code;
    const char *name;
    const struct formula *formula; /* NULL: its values are told */
    unsigned uses;                 /* FORMULA_USES of the formula and those that it stands on */
};

struct indicator {
    int64_t id;
    int64_t measure_id; /* 0 = none */
    bool lower_is_better;
    bool primary;
    bool retired;
    bool additive; /* children's targets add up to the parent's */
    int decimals;
    const char *name;
    const char *name_en;
    const char *unit_of_measure;
};

struct plan_item {
    int64_t indicator_id;
    struct dc_decimal weight; /* percent */
    struct rule rule;
};

struct plan {
    int64_t id;
    int64_t version;
    dc_date effective_from;
    bool retired;
    const char *position; /* "" = any */
    int64_t unit_id;      /* 0 = any */
    int64_t person_id;    /* 0 = any */
    enum rule_missing missing;
    int total_decimals;
    const char *name;
    const struct plan_item *items;
    size_t item_count;
    struct grade_table grades;
};

/* All of a tenant, from one reading. */
struct definitions {
    int64_t edition;
    const struct measure *measures; /* by id */
    size_t measure_count;
    const struct measure **by_code; /* those in use */
    size_t code_count;
    const struct indicator *indicators; /* by id */
    size_t indicator_count;
    const struct plan *plans; /* every version, by id and version */
    size_t plan_count;
    const struct tree_place *places;
    size_t place_count;
};

const struct measure *definitions_measure(const struct definitions *definitions, int64_t id);
const struct measure *definitions_measure_of_code(const struct definitions *definitions,
                                                  const char *code); /* or NULL */
/* Sets by_code, and what the formulas of the measures use. */
void definitions_link(struct definitions *definitions, struct dc_arena *arena);
/* FORMULA_USES of the measure behind an indicator, and of a rule with all that it reads. */
unsigned definitions_indicator_uses(const struct definitions *definitions,
                                    const struct indicator *indicator);
unsigned definitions_rule_uses(const struct definitions *definitions, const struct rule *rule);
const struct indicator *definitions_indicator(const struct definitions *definitions, int64_t id);
const struct indicator *definitions_primary(const struct definitions *definitions); /* or NULL */
/* Is less of the primary indicator better? */
bool definitions_lower_is_better(const struct definitions *definitions);
/* Where a grade stands in the tables that there are, 1 = the best; GRADE_ROWS_MAX + 1: in none. */
int definitions_grade_place(const struct definitions *definitions, const char *code);

const struct plan *definitions_plan(const struct definitions *definitions, int64_t id,
                                    int64_t version);                                /* or NULL */
const struct plan_item *plan_item_of(const struct plan *plan, int64_t indicator_id); /* or NULL */

/* The plan versions in force on a day, most specific first. */
struct plans_in_force {
    const struct plan **plans;
    int32_t *units; /* their place in the tree; -1: no unit, or one that is not in it */
    size_t count;
    bool want_ends; /* one of their rules reads floors and stretches of targets */
    unsigned uses;  /* FORMULA_USES of their items */
};
void plans_in_force(struct plans_in_force *ret_plans, struct dc_arena *arena,
                    const struct definitions *definitions, const struct tree *tree, dc_date day);
bool plans_are_personal(const struct plans_in_force *plans, int64_t person_id);

/* By which items somebody is scored: primary indicator first, then by weight, largest first. */
struct scheme_item {
    const struct indicator *indicator;
    const struct plan *plan;
    const struct plan_item *item;
};
struct scheme {
    int64_t id; /* in the database; 0 = not there yet, or no items */
    struct scheme_item *items;
    size_t count;
    int total_decimals;
    /* Of the plans that give an item, the most specific one that has a grade table; NULL: none. */
    const struct plan *graded_by;
    /* "places,plan@version:indicator,...,=plan@version of the grades"; equal contents are equal
     * schemes */
    const char *content;
};
void scheme_resolve(struct scheme *ret_scheme, struct dc_arena *arena,
                    const struct plans_in_force *plans, const struct definitions *definitions,
                    const struct tree *tree, int64_t person_id, int32_t unit, const char *position);

#endif
