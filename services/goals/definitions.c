/* Answers the requests about measures and indicators, and installs the standard library. */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "goals.h"
#include "library.h"
#include "rights.h"
#include "told.h"

static void
tell_measures(struct dc_step *step, Goals__Measure **measures, size_t count)
{
    Goals__MeasuresDefined event = GOALS__MEASURES_DEFINED__INIT;
    event.measures = measures;
    event.n_measures = count;
    dc_emit(step, step->context->tenant_id, "measures", &event.base);
}

static void
tell_indicators(struct dc_step *step, Goals__Indicator **indicators, size_t count)
{
    Goals__IndicatorsDefined event = GOALS__INDICATORS_DEFINED__INIT;
    event.indicators = indicators;
    event.n_indicators = count;
    dc_emit(step, step->context->tenant_id, "indicators", &event.base);
}

/* Objectives may be older than the measure that they are scored by. */
static enum dc_code
tell_okr(struct dc_step *step, Goals__Measure *const *measures, size_t count,
         struct dc_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (measures[i]->of == GOALS__MEASURE_OF__MEASURE_OF_OKR && !measures[i]->retired) {
            DC_TRY(told_okr_of_everybody(step, error));
        }
    }
    return DC_OK;
}

DC_HANDLER(goals_list_definitions, Goals__ListDefinitionsRequest, Goals__ListDefinitionsResponse)
{
    DC_TRY(rights_read_definitions(step, error));
    struct definition_measures measures;
    struct definition_indicators indicators;
    struct store_plans plans;
    struct dc_access_reach reach;
    rights_reach(step, &reach);
    DC_TRY(store_measures(step, &measures, error));
    DC_TRY(store_indicators(step, &indicators, error));
    DC_TRY(store_plans(step, 0, goals_today(step), &reach, &plans, error));
    response->measures = measures.items;
    response->n_measures = measures.count;
    response->indicators = indicators.items;
    response->n_indicators = indicators.count;
    response->plans = plans.items;
    response->n_plans = plans.count;
    return DC_OK;
}

/* The version that the caller saw must be the one that there is; 0 = whatever it is. */
static enum dc_code
check_version(const char *field, int64_t seen, int64_t now, struct dc_error *error)
{
    if (seen != 0 && seen != now) {
        return dc_fail_field(error, DC_ABORTED, field,
                             "it has been changed since: version %" PRId64 ", not %" PRId64, now,
                             seen);
    }
    return DC_OK;
}

DC_HANDLER(goals_save_measure, Goals__SaveMeasureRequest, Goals__SaveMeasureResponse)
{
    DC_TRY(rights_define(step, error));
    if (!request->measure) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure", "say which measure");
    }
    Goals__Measure *measure = DC_NEW(step->arena, Goals__Measure);
    *measure = *request->measure;
    struct definition_measures measures;
    struct definition_indicators indicators;
    DC_TRY(store_lock_definitions(step, error));
    DC_TRY(store_measures(step, &measures, error));
    DC_TRY(store_indicators(step, &indicators, error));
    if (measure->id != 0) {
        const Goals__Measure *before = definition_measure(&measures, measure->id);
        if (!before) {
            return dc_fail_field(error, DC_NOT_FOUND, "measure.id", "there is no such measure");
        }
        DC_TRY(check_version("measure.version", measure->version, before->version, error));
    }
    DC_TRY(definition_check_measure(measure, &measures, &indicators, error));
    DC_TRY(store_save_measure(step, measure, error));
    tell_measures(step, &measure, 1);
    response->measure = measure;
    return tell_okr(step, &measure, 1, error);
}

/* Makes `indicator` the primary one: returns the one that no longer is, as it is now, or NULL. */
static Goals__Indicator *
former_primary(struct dc_step *step, const struct definition_indicators *indicators, int64_t id)
{
    for (size_t i = 0; i < indicators->count; i++) {
        if (indicators->items[i]->primary && indicators->items[i]->id != id) {
            Goals__Indicator *former = DC_NEW(step->arena, Goals__Indicator);
            *former = *indicators->items[i];
            former->primary = false;
            former->version++;
            return former;
        }
    }
    return NULL;
}

static bool
has_primary(const struct definition_indicators *indicators)
{
    for (size_t i = 0; i < indicators->count; i++) {
        if (indicators->items[i]->primary) {
            return true;
        }
    }
    return false;
}

DC_HANDLER(goals_save_indicator, Goals__SaveIndicatorRequest, Goals__SaveIndicatorResponse)
{
    DC_TRY(rights_define(step, error));
    if (!request->indicator) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "indicator", "say which indicator");
    }
    Goals__Indicator *indicator = DC_NEW(step->arena, Goals__Indicator);
    *indicator = *request->indicator;
    struct definition_measures measures;
    struct definition_indicators indicators;
    DC_TRY(store_lock_definitions(step, error));
    DC_TRY(store_measures(step, &measures, error));
    DC_TRY(store_indicators(step, &indicators, error));
    if (indicator->id != 0) {
        const Goals__Indicator *before = definition_indicator(&indicators, indicator->id);
        if (!before) {
            return dc_fail_field(error, DC_NOT_FOUND, "indicator.id", "there is no such indicator");
        }
        DC_TRY(check_version("indicator.version", indicator->version, before->version, error));
    }
    /* Units are always compared by exactly one: the first indicator is it. */
    indicator->primary = indicator->primary || (!indicator->retired && !has_primary(&indicators));
    DC_TRY(definition_check_indicator(indicator, &indicators, &measures, error));
    Goals__Indicator *told[2] = {indicator, NULL};
    if (indicator->primary) {
        told[1] = former_primary(step, &indicators, indicator->id);
        DC_TRY(store_clear_primary(step, indicator->id, error));
    }
    DC_TRY(store_save_indicator(step, indicator, error));
    tell_indicators(step, told, told[1] ? 2 : 1);
    response->indicator = indicator;
    return DC_OK;
}

/* --- the library --------------------------------------------------------------------------------
 */

static int64_t
measure_by_code(const struct definition_measures *measures, const char *code)
{
    for (size_t i = 0; i < measures->count; i++) {
        if (strcmp(measures->items[i]->code, code) == 0) {
            return measures->items[i]->id;
        }
    }
    return 0;
}

static bool
indicator_is_there(const struct definition_indicators *indicators, const char *code)
{
    for (size_t i = 0; i < indicators->count; i++) {
        if (strcmp(indicators->items[i]->code, code) == 0) {
            return true;
        }
    }
    return false;
}

static Goals__Measure *
make_measure(struct dc_arena *arena, const struct library_measure *row,
             const struct definition_measures *measures)
{
    Goals__Measure *measure = DC_NEW_MESSAGE(arena, Goals__Measure, goals__measure__init);
    measure->code = (char *)row->code;
    measure->name = (char *)row->name;
    measure->kind = row->kind;
    measure->field = (char *)row->field;
    measure->repeat_only = row->repeat_only;
    measure->of = row->of;
    if (row->scale_min) {
        measure->scale_min = (char *)row->scale_min;
        measure->scale_max = (char *)row->scale_max;
    }
    if (row->numerator) {
        measure->numerator_id = measure_by_code(measures, row->numerator);
        measure->denominator_id = measure_by_code(measures, row->denominator);
    }
    if (row->dimension) {
        Goals__Filter *filter = DC_NEW_MESSAGE(arena, Goals__Filter, goals__filter__init);
        filter->dimension = (char *)row->dimension;
        filter->exclude = row->exclude;
        filter->values = (char **)row->values;
        while (row->values[filter->n_values]) {
            filter->n_values++;
        }
        measure->filters = dc_arena_memdup(arena, &filter, sizeof filter);
        measure->n_filters = 1;
    }
    return measure;
}

/* Measures that the tenant does not have yet; the others stay as they are, whatever they say now.
 */
static enum dc_code
install_measures(struct dc_step *step, struct definition_measures *measures,
                 Goals__Measure ***ret_new, size_t *ret_count, struct dc_error *error)
{
    size_t rows = 0, made = 0;
    while (library_measures[rows].code) {
        rows++;
    }
    Goals__Measure **all = DC_NEW_ARRAY(step->arena, Goals__Measure *, measures->count + rows);
    Goals__Measure **fresh = DC_NEW_ARRAY(step->arena, Goals__Measure *, rows);
    if (measures->count > 0) {
        memcpy(all, measures->items, measures->count * sizeof *all);
    }
    measures->items = all;
    for (size_t i = 0; i < rows; i++) {
        if (measure_by_code(measures, library_measures[i].code) != 0) {
            continue;
        }
        Goals__Measure *measure = make_measure(step->arena, &library_measures[i], measures);
        const struct definition_indicators none = {0};
        DC_TRY(definition_check_measure(measure, measures, &none, error));
        DC_TRY(store_save_measure(step, measure, error));
        measures->items[measures->count++] = measure;
        fresh[made++] = measure;
    }
    *ret_new = fresh;
    *ret_count = made;
    return DC_OK;
}

static enum dc_code
install_indicators(struct dc_step *step, const struct definition_measures *measures,
                   const struct definition_indicators *indicators, Goals__Indicator ***ret_new,
                   size_t *ret_count, struct dc_error *error)
{
    size_t rows = 0, made = 0;
    while (library_indicators[rows].code) {
        rows++;
    }
    bool primary_is_there = has_primary(indicators);
    Goals__Indicator **fresh = DC_NEW_ARRAY(step->arena, Goals__Indicator *, rows);
    for (size_t i = 0; i < rows; i++) {
        const struct library_indicator *row = &library_indicators[i];
        if (indicator_is_there(indicators, row->code)) {
            continue;
        }
        Goals__Indicator *x = DC_NEW_MESSAGE(step->arena, Goals__Indicator, goals__indicator__init);
        x->code = (char *)row->code;
        x->name = (char *)row->name;
        x->name_en = (char *)row->name_en;
        x->indicator_class = row->indicator_class;
        x->unit_of_measure = (char *)row->unit_of_measure;
        x->direction = row->direction;
        x->decimals = row->decimals;
        x->measure_id = measure_by_code(measures, row->measure);
        x->additive = row->additive;
        x->primary = row->primary && !primary_is_there;
        DC_TRY(definition_check_indicator(x, indicators, measures, error));
        DC_TRY(store_save_indicator(step, x, error));
        fresh[made++] = x;
    }
    *ret_new = fresh;
    *ret_count = made;
    return DC_OK;
}

DC_HANDLER(goals_install_library, Goals__InstallLibraryRequest, Goals__InstallLibraryResponse)
{
    DC_TRY(rights_define(step, error));
    struct definition_measures measures;
    struct definition_indicators indicators;
    DC_TRY(store_lock_definitions(step, error));
    DC_TRY(store_measures(step, &measures, error));
    DC_TRY(store_indicators(step, &indicators, error));
    DC_TRY(install_measures(step, &measures, &response->measures, &response->n_measures, error));
    DC_TRY(install_indicators(step, &measures, &indicators, &response->indicators,
                              &response->n_indicators, error));
    if (response->n_measures > 0) {
        tell_measures(step, response->measures, response->n_measures);
    }
    if (response->n_indicators > 0) {
        tell_indicators(step, response->indicators, response->n_indicators);
    }
    return tell_okr(step, response->measures, response->n_measures, error);
}
