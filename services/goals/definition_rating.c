/* definition_rating.c - measures of ratings, and the plans that score by them. */
#include "definition_rating.h"

#include <stdio.h>
#include <string.h>

bool
definition_is_rating(const Goals__Measure *measure)
{
    return measure->of == GOALS__MEASURE_OF__MEASURE_OF_RATING;
}

static bool
is_same(const char *a, const char *b)
{
    struct dc_decimal x, y;
    return dc_decimal_parse(a, &x, NULL) == DC_OK && dc_decimal_parse(b, &y, NULL) == DC_OK &&
           dc_decimal_cmp(x, y) == 0;
}

static enum dc_code
check_average(const Goals__Measure *measure, struct dc_error *error)
{
    if (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.kind",
                             "ratings have an AVERAGE");
    }
    if (measure->field[0] != '\0' || measure->numerator_id != 0 || measure->denominator_id != 0 ||
        measure->repeat_only || measure->n_filters > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.field",
                             "a measure of ratings has a scale, and neither field, filters nor "
                             "parts");
    }
    return DC_OK;
}

enum dc_code
definition_check_scale(const Goals__Measure *measure, const struct definition_measures *known,
                       struct dc_error *error)
{
    struct dc_decimal low, high;
    if (!definition_is_rating(measure)) {
        return measure->scale_min[0] == '\0' && measure->scale_max[0] == '\0'
                   ? DC_OK
                   : dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.scale_min",
                                   "ratings alone have a scale");
    }
    DC_TRY(check_average(measure, error));
    if (dc_decimal_parse(measure->scale_min, &low, NULL) != DC_OK ||
        dc_decimal_parse(measure->scale_max, &high, NULL) != DC_OK ||
        dc_decimal_cmp(low, high) >= 0 || dc_decimal_cmp(low, DC_DECIMAL_INT(-1000000)) < 0 ||
        dc_decimal_cmp(high, DC_DECIMAL_INT(1000000)) > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.scale_max",
                             "a scale of two numbers up to 1000000, the second above the first");
    }
    const Goals__Measure *before = measure->id ? definition_measure(known, measure->id) : NULL;
    if (before && (!is_same(before->scale_min, measure->scale_min) ||
                   !is_same(before->scale_max, measure->scale_max))) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure.scale_min",
                             "a scale does not change; define another measure");
    }
    return DC_OK;
}

enum dc_code
definition_check_ratings(const Goals__Plan *plan, const struct definition_indicators *indicators,
                         const struct definition_measures *measures, struct dc_error *error)
{
    for (size_t i = 0; i < plan->n_items; i++) {
        const Goals__RatingRule *rule = plan->items[i]->rating;
        const Goals__Indicator *indicator =
            definition_indicator(indicators, plan->items[i]->indicator_id);
        const Goals__Measure *measure =
            indicator ? definition_measure(measures, indicator->measure_id) : NULL;
        char field[60];
        snprintf(field, sizeof field, "plan.items[%zu].rating", i);
        if (rule && (!measure || !definition_is_rating(measure))) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "this rule is for indicators made of ratings");
        }
        if (rule && (!is_same(rule->scale_min, measure->scale_min) ||
                     !is_same(rule->scale_max, measure->scale_max))) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "the scale of %s is %s to %s", indicator->code,
                                 measure->scale_min, measure->scale_max);
        }
    }
    return DC_OK;
}
