/* What a measure, an indicator and a plan must be. */
#include "definition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"
#include "definition_formula.h"
#include "definition_grade.h"
#include "definition_rating.h"
#include "definition_rule.h"
#include "weights.h"

/* By what a measure is made of: sales, tasks. */
enum { MADE_OF = 2 };
static const char *const dimensions[MADE_OF][7] = {
    {"product", "product_category", "campaign", "customer_type", "channel", "region", NULL},
    {"stage", "definition", NULL}};
static const char *const amounts[MADE_OF][5] = {
    {"amount", "collected_amount", "quantity", "cost", NULL},
    {"tasks", "on_time", "before_reminder", "hours", NULL}};
static const char *const allowed_dimensions[MADE_OF] = {
    DC_WORDS("product, product_category, campaign, customer_type, channel or region"),
    DC_WORDS("stage or definition")};
static const char *const allowed_amounts[MADE_OF] = {
    DC_WORDS("a sum or an average is of amount, collected_amount, quantity or cost"),
    DC_WORDS("a sum or an average over tasks is of tasks, on_time, before_reminder or hours")};
static const char *const identities[] = {"customer", "product", "order_no", NULL};
static const char *const nothing[] = {"", NULL};

static bool
is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++) {
        if (strcmp(text, *list) == 0) {
            return true;
        }
    }
    return false;
}

const Goals__Measure *
definition_measure(const struct definition_measures *known, int64_t id)
{
    for (size_t i = 0; i < known->count; i++) {
        if (known->items[i]->id == id) {
            return known->items[i];
        }
    }
    return NULL;
}

const Goals__Indicator *
definition_indicator(const struct definition_indicators *known, int64_t id)
{
    for (size_t i = 0; i < known->count; i++) {
        if (known->items[i]->id == id) {
            return known->items[i];
        }
    }
    return NULL;
}

/* --- texts --------------------------------------------------------------------------------------
 */

enum dc_code
definition_check_text(const char *text, const char *field, size_t minimum, size_t maximum,
                      struct dc_error *error)
{
    size_t length = strlen(text);
    bool valid = dc_utf8_is_valid(text, length);
    for (const char *c = text; valid && *c; c++) {
        valid = (unsigned char)*c >= 0x20 && *c != 0x7f;
    }
    size_t characters = valid ? dc_utf8_length(text, length) : 0;
    if (!valid || characters < minimum || characters > maximum) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "%zu to %zu characters, without control characters", minimum, maximum);
    }
    return DC_OK;
}

enum dc_code
definition_check_code(const char *code, const char *field, struct dc_error *error)
{
    size_t length = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (length < 1 || length > 40 || code[length] != '\0') {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "1 to 40 characters of a-z, 0-9 and _");
    }
    return DC_OK;
}

enum dc_code
definition_check_reason(const char *reason, struct dc_error *error)
{
    if (definition_check_text(reason, "reason", 1, 500, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason",
                             "say why: 1 to 500 characters, without control characters");
    }
    return DC_OK;
}

/* --- measures -----------------------------------------------------------------------------------
 */

/* OKR and HAND are made of no records: their values are told by goals itself. */
static bool
is_told(const Goals__Measure *measure)
{
    return measure->of == GOALS__MEASURE_OF__MEASURE_OF_OKR ||
           measure->of == GOALS__MEASURE_OF__MEASURE_OF_HAND;
}

static enum dc_code
check_told(const Goals__Measure *measure, struct dc_error *error)
{
    if (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE || measure->field[0] ||
        measure->repeat_only || measure->n_filters > 0) {
        return dc_fail_field(
            error, DC_INVALID_ARGUMENT, "measure.kind",
            "a measure of OKR or of values entered by hand is an AVERAGE without a "
            "field and without filters");
    }
    return DC_OK;
}

enum { ENTERERS_MAX = 50 };

static enum dc_code
check_enterers(const Goals__Measure *measure, struct dc_error *error)
{
    bool hand = measure->of == GOALS__MEASURE_OF__MEASURE_OF_HAND;
    if (!hand && (measure->n_enterer_ids > 0 || measure->heads_enter)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.enterer_ids",
                             "only values of a measure of HAND are entered by somebody");
    }
    if (measure->n_enterer_ids > ENTERERS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.enterer_ids", "at most %d people",
                             ENTERERS_MAX);
    }
    for (size_t i = 0; i < measure->n_enterer_ids; i++) {
        bool twice = measure->enterer_ids[i] <= 0;
        for (size_t j = 0; j < i; j++) {
            twice |= measure->enterer_ids[i] == measure->enterer_ids[j];
        }
        if (twice) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.enterer_ids",
                                 "each person once");
        }
    }
    return DC_OK;
}

static enum dc_code
check_field(const Goals__Measure *measure, struct dc_error *error)
{
    DC_TRY(check_enterers(measure, error));
    if (definition_is_formula(measure)) {
        return DC_OK; /* definition_formula.c */
    }
    if (is_told(measure)) {
        return check_told(measure, error);
    }
    switch (measure->kind) {
    case GOALS__MEASURE_KIND__MEASURE_KIND_SUM:
    case GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE:
        if (!is_one_of(measure->field, amounts[measure->of])) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.field", "%s",
                                 allowed_amounts[measure->of]);
        }
        break;
    case GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT:
        if (measure->of == GOALS__MEASURE_OF__MEASURE_OF_TASKS) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.kind",
                                 "over tasks: SUM, COUNT, AVERAGE or RATIO");
        }
        if (!is_one_of(measure->field, identities)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.field",
                                 "a number of different values is of customer, product or "
                                 "order_no");
        }
        break;
    case GOALS__MEASURE_KIND__MEASURE_KIND_COUNT:
    case GOALS__MEASURE_KIND__MEASURE_KIND_RATIO:
        if (!is_one_of(measure->field, nothing)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.field",
                                 "a count or a ratio has no field");
        }
        break;
    default:
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.kind",
                             "SUM, COUNT, DISTINCT, AVERAGE or RATIO");
    }
    if (measure->repeat_only && (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT ||
                                 strcmp(measure->field, "order_no") == 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.repeat_only",
                             "only a number of different customers or products can be of those in "
                             "several orders");
    }
    if (measure->first_only && (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT ||
                                strcmp(measure->field, "customer") != 0 || measure->repeat_only)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.first_only",
                             "only a number of different customers can be of those whose first "
                             "record is of the period, and then not of repeat customers");
    }
    return DC_OK;
}

static enum dc_code
check_filter(const Goals__Filter *filter, size_t at, Goals__MeasureOf of, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    if (!is_one_of(filter->dimension, dimensions[of])) {
        snprintf(field, sizeof field, "measure.filters[%zu].dimension", at);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "%s", allowed_dimensions[of]);
    }
    snprintf(field, sizeof field, "measure.filters[%zu].values", at);
    if (filter->n_values < 1 || filter->n_values > DEFINITION_VALUES_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "1 to %d values",
                             DEFINITION_VALUES_MAX);
    }
    for (size_t i = 0; i < filter->n_values; i++) {
        snprintf(field, sizeof field, "measure.filters[%zu].values[%zu]", at, i);
        DC_TRY(definition_check_text(filter->values[i], field, 0, 200, error));
        for (size_t j = 0; j < i; j++) {
            if (strcmp(filter->values[i], filter->values[j]) == 0) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "stands there twice");
            }
        }
    }
    return DC_OK;
}

static bool
can_be_in_ratio(const Goals__Measure *measure)
{
    return measure->kind == GOALS__MEASURE_KIND__MEASURE_KIND_SUM ||
           measure->kind == GOALS__MEASURE_KIND__MEASURE_KIND_COUNT ||
           measure->kind == GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT;
}

static enum dc_code
check_part_of_ratio(const Goals__Measure *ratio, int64_t id, const char *field,
                    const struct definition_measures *known, struct dc_error *error)
{
    const Goals__Measure *part = definition_measure(known, id);
    if (!part || part->id == ratio->id || !can_be_in_ratio(part)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a ratio is of two other measures that are sums, counts or numbers of "
                             "different values");
    }
    if (part->of != ratio->of) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "both measures of a ratio, and the ratio, are made of sales or of "
                             "tasks alike");
    }
    if (part->retired && !ratio->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, field, "%s is retired", part->code);
    }
    return DC_OK;
}

static enum dc_code
check_ratio(const Goals__Measure *measure, const struct definition_measures *known,
            struct dc_error *error)
{
    if (measure->kind != GOALS__MEASURE_KIND__MEASURE_KIND_RATIO) {
        if (measure->numerator_id != 0 || measure->denominator_id != 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT,
                                 measure->numerator_id ? "measure.numerator_id"
                                                       : "measure.denominator_id",
                                 "only a ratio has one");
        }
        return DC_OK;
    }
    if (measure->n_filters > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.filters",
                             "a ratio has the filters of its two measures, none of its own");
    }
    DC_TRY(
        check_part_of_ratio(measure, measure->numerator_id, "measure.numerator_id", known, error));
    return check_part_of_ratio(measure, measure->denominator_id, "measure.denominator_id", known,
                               error);
}

/* What a measure is made of, it stays. */
static enum dc_code
check_of(const Goals__Measure *measure, const struct definition_measures *known,
         struct dc_error *error)
{
    if (measure->of != GOALS__MEASURE_OF__MEASURE_OF_SALES &&
        measure->of != GOALS__MEASURE_OF__MEASURE_OF_TASKS && !is_told(measure) &&
        !definition_is_rating(measure) && !definition_is_formula(measure)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.of",
                             "SALES, TASKS, OKR, RATING, HAND or FORMULA");
    }
    const Goals__Measure *before = measure->id ? definition_measure(known, measure->id) : NULL;
    if (before && before->of != measure->of) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure.of",
                             "what a measure is made of does not change; define another one");
    }
    for (size_t i = 0; measure->of == GOALS__MEASURE_OF__MEASURE_OF_OKR && i < known->count; i++) {
        const Goals__Measure *other = known->items[i];
        if (other->of == measure->of && other->id != measure->id && !other->retired &&
            !measure->retired) {
            return dc_fail_field(error, DC_ALREADY_EXISTS, "measure.of",
                                 "%s is the measure of OKR; one is enough", other->code);
        }
    }
    return DC_OK;
}

/* What stands on the measure must still be able to. */
static enum dc_code
check_dependants(const Goals__Measure *measure, const struct definition_measures *known,
                 const struct definition_indicators *indicators, struct dc_error *error)
{
    for (size_t i = 0; i < known->count; i++) {
        const Goals__Measure *other = known->items[i];
        bool uses = measure->id != 0 && !other->retired && other->id != measure->id &&
                    (other->numerator_id == measure->id || other->denominator_id == measure->id);
        if (uses && measure->retired) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure.retired",
                                 "the measure %s is made of it", other->code);
        }
        if (uses && !can_be_in_ratio(measure)) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure.kind",
                                 "the ratio %s is made of it, so it must be a sum, a count or a "
                                 "number of different values",
                                 other->code);
        }
    }
    for (size_t i = 0; measure->retired && i < indicators->count; i++) {
        const Goals__Indicator *indicator = indicators->items[i];
        if (!indicator->retired && measure->id != 0 && indicator->measure_id == measure->id) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "measure.retired",
                                 "the indicator %s stands on it", indicator->code);
        }
    }
    return DC_OK;
}

enum dc_code
definition_check_measure(const Goals__Measure *measure, const struct definition_measures *known,
                         const struct definition_indicators *indicators, struct dc_error *error)
{
    DC_TRY(definition_check_code(measure->code, "measure.code", error));
    DC_TRY(definition_check_text(measure->name, "measure.name", 1, 100, error));
    DC_TRY(check_of(measure, known, error));
    DC_TRY(definition_check_scale(measure, known, error));
    if (!definition_is_rating(measure)) {
        DC_TRY(check_field(measure, error));
    }
    if (measure->n_filters > DEFINITION_FILTERS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "measure.filters", "at most %d filters",
                             DEFINITION_FILTERS_MAX);
    }
    for (size_t i = 0; !definition_is_formula(measure) && i < measure->n_filters; i++) {
        DC_TRY(check_filter(measure->filters[i], i, measure->of, error));
    }
    DC_TRY(check_ratio(measure, known, error));
    DC_TRY(definition_check_formula(measure, known, error));
    for (size_t i = 0; i < known->count; i++) {
        if (known->items[i]->id != measure->id &&
            strcmp(known->items[i]->code, measure->code) == 0) {
            return dc_fail_field(error, DC_ALREADY_EXISTS, "measure.code",
                                 "another measure has the code %s", measure->code);
        }
    }
    return check_dependants(measure, known, indicators, error);
}

/* --- indicators ---------------------------------------------------------------------------------
 */

static enum dc_code
check_indicator_fields(const Goals__Indicator *indicator, struct dc_error *error)
{
    DC_TRY(definition_check_code(indicator->code, "indicator.code", error));
    DC_TRY(definition_check_text(indicator->name, "indicator.name", 1, 100, error));
    DC_TRY(definition_check_text(indicator->name_en, "indicator.name_en", 0, 100, error));
    DC_TRY(definition_check_text(indicator->unit_of_measure, "indicator.unit_of_measure", 0, 20,
                                 error));
    if (indicator->indicator_class < GOALS__INDICATOR_CLASS__INDICATOR_CLASS_SALES ||
        indicator->indicator_class > GOALS__INDICATOR_CLASS__INDICATOR_CLASS_PROCESS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "indicator.indicator_class",
                             "SALES, CUSTOMER, TEAM, COLLECTION or PROCESS");
    }
    if (indicator->direction != GOALS__DIRECTION__DIRECTION_HIGHER &&
        indicator->direction != GOALS__DIRECTION__DIRECTION_LOWER) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "indicator.direction",
                             "HIGHER or LOWER: which one is better");
    }
    if (indicator->decimals < 0 || indicator->decimals > DC_DECIMAL_PLACES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "indicator.decimals", "0 to %d",
                             DC_DECIMAL_PLACES);
    }
    return DC_OK;
}

/* What may no longer change once the indicator has targets, and the rules of the primary one. */
static enum dc_code
check_indicator_change(const Goals__Indicator *indicator, const Goals__Indicator *before,
                       bool has_targets, struct dc_error *error)
{
    if (before && has_targets && indicator->decimals != before->decimals) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.decimals",
                             "there are targets with %d decimals already", before->decimals);
    }
    if (before && has_targets && indicator->additive != before->additive) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.additive",
                             "there are targets already that were split as they were");
    }
    if (before && has_targets && indicator->direction != before->direction) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.direction",
                             "there are targets already");
    }
    if (before && before->primary && !indicator->primary) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.primary",
                             "units are compared by it; make another indicator the primary one");
    }
    if (indicator->primary && indicator->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.retired",
                             "units are compared by it; make another indicator the primary one");
    }
    return DC_OK;
}

enum dc_code
definition_check_indicator(const Goals__Indicator *indicator,
                           const struct definition_indicators *known,
                           const struct definition_measures *measures, struct dc_error *error)
{
    DC_TRY(check_indicator_fields(indicator, error));
    const Goals__Measure *measure = definition_measure(measures, indicator->measure_id);
    if (!measure) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "indicator.measure_id",
                             "there is no measure %" PRId64, indicator->measure_id);
    }
    if (measure->retired && !indicator->retired) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator.measure_id",
                             "the measure %s is retired", measure->code);
    }
    for (size_t i = 0; i < known->count; i++) {
        const Goals__Indicator *other = known->items[i];
        if (other->id == indicator->id) {
            DC_TRY(check_indicator_change(indicator, other, known->has_targets[i], error));
        } else if (strcmp(other->code, indicator->code) == 0) {
            return dc_fail_field(error, DC_ALREADY_EXISTS, "indicator.code",
                                 "another indicator has the code %s", indicator->code);
        }
    }
    return check_indicator_change(indicator, NULL, false, error);
}

/* --- plans --------------------------------------------------------------------------------------
 */

static enum dc_code
refuse_item(size_t item, const char *name, const char *sentence, struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "plan.items[%zu].%s", item, name);
    return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "%s", sentence);
}

/* A percentage; a veto has none, for it has no score. */
static enum dc_code
check_weight(const Goals__PlanItem *item, size_t at, struct dc_decimal *ret_weight,
             struct dc_error *error)
{
    char field[DC_ERROR_FIELD_MAX];
    snprintf(field, sizeof field, "plan.items[%zu].weight", at);
    if (!item->veto) {
        return weight_parse(item->weight, field, ret_weight, error);
    }
    if (dc_decimal_parse(item->weight, ret_weight, NULL) != DC_OK ||
        dc_decimal_sign(*ret_weight) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                             "a veto has no score of its own, so its weight is 0.00");
    }
    return DC_OK;
}

static enum dc_code
check_items(const Goals__Plan *plan, const struct definition_indicators *indicators,
            struct definition_items *items, struct dc_error *error)
{
    if (plan->n_items < 1 || plan->n_items > DEFINITION_ITEMS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.items", "1 to %d items",
                             DEFINITION_ITEMS_MAX);
    }
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    for (size_t i = 0; i < plan->n_items; i++) {
        const Goals__PlanItem *item = plan->items[i];
        const Goals__Indicator *indicator = definition_indicator(indicators, item->indicator_id);
        if (!indicator || (indicator->retired && !plan->retired)) {
            return refuse_item(i, "indicator_id",
                               indicator ? DC_WORDS("this indicator is retired")
                                         : DC_WORDS("there is no such indicator"),
                               error);
        }
        for (size_t j = 0; j < i; j++) {
            if (plan->items[j]->indicator_id == item->indicator_id) {
                return refuse_item(i, "indicator_id", "stands in the plan twice", error);
            }
        }
        DC_TRY(check_weight(item, i, &items->weight[i], error));
        sum = dc_decimal_add(sum, items->weight[i]);
        DC_TRY(definition_check_rule(item, i, indicator, indicators, items, error));
    }
    if (dc_decimal_cmp(sum, WEIGHTS_TOTAL) != 0) {
        char text[DC_DECIMAL_TEXT];
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.items",
                             "the weights add up to %s; they must add up to 100.00",
                             dc_decimal_format_fixed(sum, WEIGHT_DECIMALS, text));
    }
    return DC_OK;
}

enum dc_code
definition_check_plan(const Goals__Plan *plan, const struct definition_indicators *indicators,
                      struct definition_items *ret_items, dc_date *ret_effective_from,
                      struct dc_error *error)
{
    DC_TRY(definition_check_code(plan->code, "plan.code", error));
    DC_TRY(definition_check_text(plan->name, "plan.name", 1, 100, error));
    if (plan->missing_policy != GOALS__MISSING_POLICY__MISSING_POLICY_DROP &&
        plan->missing_policy != GOALS__MISSING_POLICY__MISSING_POLICY_ZERO) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.missing_policy",
                             "DROP (renormalise by the weights present) or ZERO: there is no "
                             "silent default");
    }
    if (plan->total_decimals < 0 || plan->total_decimals > DC_DECIMAL_PLACES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.total_decimals", "0 to %d",
                             DC_DECIMAL_PLACES);
    }
    if (plan->scope) {
        DC_TRY(definition_check_text(plan->scope->position, "plan.scope.position", 0, 40, error));
        if (plan->scope->person_id != 0 &&
            (plan->scope->unit_id != 0 || plan->scope->position[0] != '\0')) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.scope",
                                 "a person, or a position and a unit tree; not both");
        }
        if (plan->scope->person_id < 0 || plan->scope->unit_id < 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.scope", "ids are above 0");
        }
    }
    dc_date effective_from;
    if (dc_date_parse(plan->effective_from, &effective_from, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.effective_from",
                             "a date such as 2026-10-01");
    }
    struct definition_items items = {0};
    DC_TRY(check_items(plan, indicators, &items, error));
    DC_TRY(definition_check_grades(plan, error));
    *ret_items = items;
    *ret_effective_from = effective_from;
    return DC_OK;
}
