/*
 * definition.h - what a measure, an indicator and a plan must be. Pure: messages in, a refusal
 * with the path of the field at fault or nothing out.
 *
 * The `known` lists are the tenant's definitions as they stand, by id; the one that is being saved
 * is among them with its old state when it is not new.
 */
#ifndef DC_GOALS_DEFINITION_H
#define DC_GOALS_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"

#include <dacheng/goals/v1/events.pb-c.h>

enum {
    DEFINITION_FILTERS_MAX = 10,
    DEFINITION_VALUES_MAX = 200,
    DEFINITION_ITEMS_MAX = 50,
};

/* All of a tenant's measures, or indicators. */
struct definition_measures {
    Goals__Measure **items;
    size_t count;
};
struct definition_indicators {
    Goals__Indicator **items;
    const bool *has_targets; /* parallel to items */
    size_t count;
};

/* NULL when there is none. */
const Goals__Measure *definition_measure(const struct definition_measures *known, int64_t id);
const Goals__Indicator *definition_indicator(const struct definition_indicators *known, int64_t id);

/* Text of `minimum` to `maximum` characters without control characters. */
enum dc_code definition_check_text(const char *text, const char *field, size_t minimum,
                                   size_t maximum, struct dc_error *error) DC_MUST_CHECK;
/* [a-z0-9_]{1,40} */
enum dc_code definition_check_code(const char *code, const char *field,
                                   struct dc_error *error) DC_MUST_CHECK;
/* A reason of 1..500 characters. */
enum dc_code definition_check_reason(const char *reason, struct dc_error *error) DC_MUST_CHECK;

/* A measure as it is to be saved, beside the others and the indicators that stand on it. */
enum dc_code definition_check_measure(const Goals__Measure *measure,
                                      const struct definition_measures *known,
                                      const struct definition_indicators *indicators,
                                      struct dc_error *error) DC_MUST_CHECK;
enum dc_code definition_check_indicator(const Goals__Indicator *indicator,
                                        const struct definition_indicators *known,
                                        const struct definition_measures *measures,
                                        struct dc_error *error) DC_MUST_CHECK;

/* A plan's items as numbers, parallel to plan->items; all but the weight only of ratios. */
struct definition_items {
    struct dc_decimal weight[DEFINITION_ITEMS_MAX];
    struct dc_decimal full_marks[DEFINITION_ITEMS_MAX];
    struct dc_decimal lower[DEFINITION_ITEMS_MAX];
    struct dc_decimal cap[DEFINITION_ITEMS_MAX];
    struct dc_decimal threshold[DEFINITION_ITEMS_MAX]; /* -1 = none */
};
enum dc_code definition_check_plan(const Goals__Plan *plan,
                                   const struct definition_indicators *indicators,
                                   struct definition_items *ret_items, dc_date *ret_effective_from,
                                   struct dc_error *error) DC_MUST_CHECK;

#endif
