/*
 * condition.h - conditions on the facts of an approval: `raise_percent > 20`. Pure.
 *
 *     condition  = and { ("or" | "或") and }
 *     and        = not { ("and" | "且") not }
 *     not        = ("not" | "非") not | "(" condition ")" | comparison
 *     comparison = operand ("=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "≠" | "≤" | "≥")
 *                  operand
 *     operand    = name | number | "text" | 'text'
 *     name       = [a-z][a-z0-9_]*, at most 40 characters; a fact
 *
 * Numbers are exact decimals (base/decimal.h): "20" equals "20.0". Texts are compared by = and !=
 * only, byte by byte. Two facts are compared as numbers when both are, otherwise as texts.
 *
 * A fact that is missing, or is no number where one is wanted, makes its comparison unknown,
 * neither true nor false: `unknown or true` is true, `unknown and false` is false, `not unknown` is
 * unknown. The caller of an unknown condition must take the careful way (wf_stage_enter: the stage
 * is not passed over, so that nobody escapes an approval by leaving a figure out), and has the
 * name of the fact to say why.
 */
#ifndef DC_WORKFLOW_CONDITION_H
#define DC_WORKFLOW_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bilingual.h"
#include "base/error.h"

enum {
    WF_CONDITION_MAX = 500,      /* bytes */
    WF_CONDITION_DEPTH = 16,     /* parentheses and "not" inside each other */
    WF_CONDITION_FACTS_MAX = 30, /* different names */
    WF_FACT_NAME_MAX = 40,
    WF_FACT_VALUE_MAX = 200, /* characters; see wf_fact_check */
};

struct wf_condition;

struct wf_fact {
    const char *name;
    const char *value;
};

enum wf_truth { WF_FALSE, WF_TRUE, WF_UNKNOWN };

/* What is wrong with a condition. */
struct wf_condition_problem {
    int32_t column; /* where, from 1, in characters; 0 = as a whole */
    struct dc_bilingual message;
};

/* The condition lives in the arena, as the texts of `ret_problem` do (may be NULL; written on
 * failure); `text` is copied. Errors: INVALID_ARGUMENT. */
enum dc_code wf_condition_parse(struct dc_arena *arena, const char *text,
                                const struct wf_condition **ret_condition,
                                struct wf_condition_problem *ret_problem) DC_MUST_CHECK;

/* The facts that it names, each once, in the order of their first use. */
size_t wf_condition_fact_count(const struct wf_condition *condition);
const char *wf_condition_fact(const struct wf_condition *condition, size_t index);

/* `ret_culprit` (may be NULL): when unknown, the first fact that is missing or no number; else
 * NULL. */
enum wf_truth wf_condition_holds(const struct wf_condition *condition, const struct wf_fact *facts,
                                 size_t fact_count, const char **ret_culprit);

/* A list of facts as it comes from outside: names as above and each once, values of at most
 * WF_FACT_VALUE_MAX characters without control characters, at most WF_CONDITION_FACTS_MAX.
 * INVALID_ARGUMENT, with the field ("facts[3].name"). */
enum dc_code wf_facts_check(const struct wf_fact *facts, size_t fact_count,
                            struct dc_error *error) DC_MUST_CHECK;

#endif
