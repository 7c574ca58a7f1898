/*
 * formula.h - formulas over named numbers: a small, exact, bounded language. Pure.
 *
 *     condition  = and { "or" and }
 *     and        = not { "and" not }
 *     not        = "not" not | comparison
 *     comparison = sum [ ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") sum ]
 *     sum        = product { ("+" | "-") product }
 *     product    = sign { ("*" | "/") sign }
 *     sign       = "-" sign | primary
 *     primary    = number | name | function | "(" condition ")"
 *     number     = digits [ "." digits ], up to 12 before and 6 after the point
 *     name       = [a-z0-9_]+ with a letter or "_" first: the code of a measure
 *     function   = if(condition, a, b) | min(a, b, ...) | max(a, b, ...) | abs(a) | round(a,
 * places) | coalesce(a, b, ...) | has(a) | headcount() | previous(name) | last_year(name) |
 * actual() | target()
 *
 * × ÷ ≤ ≥ ≠ and the full-width （ ） ， are taken for * / <= >= != ( ) and ,. Every part is either
 * a number or a condition; which one is known when the formula is read, and the other one is
 * refused.
 *
 * Numbers are fractions, exact to the end. A number may be missing ("no data"): what is computed
 * from it is no data too, and so is x / 0. coalesce gives its first known part, has(x) tells
 * whether there is one. A comparison with no data is unknown: `unknown or true` is true, `unknown
 * and false` is false, `not unknown` is unknown, and if(unknown, a, b) is no data. The result is
 * brought into a `struct dc_ratio` (base/fraction.h).
 *
 * Columns count characters, from 1.
 */
#ifndef DC_BASE_FORMULA_H
#define DC_BASE_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"

enum {
    FORMULA_TEXT_MAX = 1000, /* characters */
    FORMULA_PARTS_MAX = 300, /* numbers, names, operators and functions */
    FORMULA_DEPTH_MAX = 24,  /* parentheses, functions and signs inside each other */
    FORMULA_NAMES_MAX = 20,  /* different names */
    FORMULA_NAME_MAX = 40,   /* bytes */
    FORMULA_LIST_MAX = 8,    /* parts of min, max and coalesce */
};

enum formula_result { FORMULA_NUMBER, FORMULA_CONDITION };

/* What a formula asks for: a measure in the period, in the one before, in the same one a year ago;
 * how many people there are; and in a rule of a plan the actual and the target of its item. */
enum formula_source {
    FORMULA_MEASURE,
    FORMULA_PREVIOUS,
    FORMULA_LAST_YEAR,
    FORMULA_HEADCOUNT,
    FORMULA_ACTUAL,
    FORMULA_TARGET,
    FORMULA_SOURCES
};
#define FORMULA_USES(source) (1u << (source))

struct formula;

/* How a formula is to be read. */
struct formula_grammar {
    enum formula_result result;
    bool in_rule; /* actual() and target() are known */
    /* Is there a measure of this code? NULL: any name is one. */
    bool (*knows)(void *context, const char *name);
    void *context;
    const char *field; /* of the refusal */
};
struct formula_place {
    size_t column; /* 0 = the formula as a whole */
    size_t length; /* characters */
};
/* The formula and a copy of the text live in the arena. Errors: INVALID_ARGUMENT, with the column
 * in the sentence and in `ret_place` (may be NULL; written on failure). */
enum dc_code formula_parse(struct dc_arena *arena, const char *text,
                           const struct formula_grammar *grammar,
                           const struct formula **ret_formula, struct formula_place *ret_place,
                           struct dc_error *error) DC_MUST_CHECK;

const char *formula_text(const struct formula *formula); /* as it was read */
enum formula_result formula_result(const struct formula *formula);
unsigned formula_uses(const struct formula *formula); /* FORMULA_USES of what it asks for */
/* What it asks for, in the order of the text, each once; name "" of headcount, actual, target. */
struct formula_input {
    enum formula_source source;
    const char *name;
};
size_t formula_inputs(const struct formula *formula, const struct formula_input **ret_inputs);
/* The name of a source as it is written: "previous" and the like; "" of a measure. */
const char *formula_source_name(enum formula_source source);

/* Where its numbers come from; a denominator of 0 is no data. */
struct formula_world {
    struct dc_ratio (*value)(void *context, enum formula_source source, const char *name);
    void *context;
};
struct dc_ratio formula_number(const struct formula *formula, const struct formula_world *world);
enum formula_truth { FORMULA_FALSE, FORMULA_TRUE, FORMULA_UNKNOWN };
enum formula_truth formula_holds(const struct formula *formula, const struct formula_world *world);

/* The formula with its values put in; `no_data` stands for what is missing. */
char *formula_show(struct dc_arena *arena, const struct formula *formula,
                   const struct formula_world *world, const char *no_data);
/* A value as text: a fraction rounded to six places; NULL = no data. */
char *formula_value_text(struct dc_arena *arena, struct dc_ratio value);

#endif
