/*
 * store_projection.c - what others told, stored by version, with the dirty rows that follow.
 */
#include "around.h"
#include "store.h"
#include "store_rows.h"

#include <string.h>

#include "base/assert.h"
#include "rule_read.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

/* Definitions or the tree changed: workers read them anew. */
static enum dc_code
bump_edition(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, STATEMENT(BUMP_EDITION), NULL, error, tenant_of(step));
}

static enum dc_code
mark_everybody(struct dc_step *step, struct dc_param from_day, struct dc_error *error)
{
    return dc_db_run(step->db, STATEMENT(MARK), NULL, error, tenant_of(step), dc_p_bool(true),
                     from_day, dc_p_bool(true), dc_p_null(), dc_p_null());
}

/* Runs a statement that answers one number. */
static enum dc_code
count_of(struct dc_step *step, const struct dc_statement *statement, const struct dc_param *params,
         size_t count, int64_t *ret_number, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run_(step->db, statement, params, count, &rows, error));
    *ret_number = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

static struct dc_bytes
packed(struct dc_arena *arena, const ProtobufCMessage *message)
{
    uint8_t *data = dc_arena_alloc(arena, protobuf_c_message_get_packed_size(message) + 1);
    return (struct dc_bytes){data, protobuf_c_message_pack(message, data)};
}

/* An amount within what the rules can compute with: below 10^18, so that no product of a limit and
 * a target leaves what GMP and the database take as a number. "" is refused. */
static enum dc_code
read_amount(const char *text, const char *field, struct dc_decimal *ret_amount,
            struct dc_error *error)
{
    static const struct dc_decimal limit = {(__int128)1000000000000 * 1000000000000};
    if (dc_decimal_parse(text, ret_amount, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "\"%.60s\" is not an amount", text);
    }
    struct dc_decimal size =
        dc_decimal_sign(*ret_amount) < 0 ? dc_decimal_neg(*ret_amount) : *ret_amount;
    if (dc_decimal_cmp(size, limit) >= 0) {
        return dc_fail_field(error, DC_OUT_OF_RANGE, field, "%.60s is 10^18 or more", text);
    }
    return DC_OK;
}

/* Makes sure that the periods have their rows. `periods` may name one several times in a row. */
static enum dc_code
add_periods(struct dc_step *step, const char *const *periods, size_t count, struct dc_error *error)
{
    const char **names = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    dc_date *first = DC_NEW_ARRAY(step->arena, dc_date, count + 1);
    dc_date *last = DC_NEW_ARRAY(step->arena, dc_date, count + 1);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(periods[i], periods[i - 1]) == 0) {
            continue;
        }
        size_t known = 0;
        while (known < found && strcmp(names[known], periods[i]) != 0) {
            known++;
        }
        if (known == found) {
            struct dc_period period;
            DC_TRY(dc_period_parse(periods[i], &period, error));
            names[found] = periods[i];
            first[found] = period.first;
            last[found++] = period.last;
        }
    }
    return dc_db_run(step->db, STATEMENT(ADD_PERIODS), NULL, error, tenant_of(step),
                     dc_p_texts(names, found), dc_p_dates(first, found), dc_p_dates(last, found));
}

/* --- definitions
 * ----------------------------------------------------------------------------------- */

/* FORMULA_USES of a formula; one that cannot be read uses nothing. */
static unsigned
uses_of(struct dc_step *step, const Goals__Measure *measure)
{
    static const struct formula_grammar grammar = {.result = FORMULA_NUMBER, .field = "formula"};
    const struct formula *formula;
    bool fine =
        measure->formula[0] && !measure->retired &&
        formula_parse(step->arena, measure->formula, &grammar, &formula, NULL, NULL) == DC_OK;
    return fine ? formula_uses(formula) : 0;
}

static const unsigned looking_back =
    FORMULA_USES(FORMULA_PREVIOUS) | FORMULA_USES(FORMULA_LAST_YEAR);

enum dc_code
store_measures(struct dc_step *step, const Goals__MeasuresDefined *event, struct dc_error *error)
{
    size_t count = event->n_measures;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *versions = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    struct dc_bytes *bodies = DC_NEW_ARRAY(step->arena, struct dc_bytes, count + 1);
    bool *formulas = DC_NEW_ARRAY(step->arena, bool, count + 1);
    bool *back = DC_NEW_ARRAY(step->arena, bool, count + 1);
    bool *heads = DC_NEW_ARRAY(step->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__Measure *measure = event->measures[i];
        unsigned uses = uses_of(step, measure);
        formulas[i] = measure->of == GOALS__MEASURE_OF__MEASURE_OF_FORMULA;
        back[i] = uses & looking_back;
        heads[i] = uses & FORMULA_USES(FORMULA_HEADCOUNT);
        ids[i] = measure->id;
        versions[i] = measure->version;
        kinds[i] = measure->kind;
        bodies[i] = packed(step->arena, &measure->base);
    }
    int64_t news = 0;
    struct dc_param params[] = {
        tenant_of(step),           dc_p_int64s(ids, count),         dc_p_int64s(versions, count),
        dc_p_int64s(kinds, count), dc_p_bytes_array(bodies, count), dc_p_bools(back, count),
        dc_p_bools(heads, count),  dc_p_bools(formulas, count)};
    DC_TRY(count_of(step, STATEMENT(STORE_MEASURES), params, 8, &news, error));
    if (news > 0) {
        DC_TRY(bump_edition(step, error));
        DC_TRY(mark_everybody(step, dc_p_null(), error));
    }
    return DC_OK;
}

enum dc_code
store_indicators(struct dc_step *step, const Goals__IndicatorsDefined *event,
                 struct dc_error *error)
{
    size_t count = event->n_indicators;
    enum { ID, VERSION, DIRECTION, DECIMALS, MEASURE, COLUMNS };
    int64_t *columns[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        columns[c] = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    }
    const char **names[3];
    for (int c = 0; c < 3; c++) {
        names[c] = dc_arena_alloc(step->arena, (count + 1) * sizeof(const char *));
    }
    bool *primary = DC_NEW_ARRAY(step->arena, bool, count + 1);
    bool *retired = DC_NEW_ARRAY(step->arena, bool, count + 1);
    bool *additive = DC_NEW_ARRAY(step->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__Indicator *indicator = event->indicators[i];
        columns[ID][i] = indicator->id;
        columns[VERSION][i] = indicator->version;
        columns[DIRECTION][i] = indicator->direction;
        columns[DECIMALS][i] = indicator->decimals;
        columns[MEASURE][i] = indicator->measure_id;
        names[0][i] = indicator->name;
        names[1][i] = indicator->name_en;
        names[2][i] = indicator->unit_of_measure;
        primary[i] = indicator->primary;
        retired[i] = indicator->retired;
        additive[i] = indicator->additive;
    }
    int64_t news = 0;
    struct dc_param params[] = {tenant_of(step),
                                dc_p_int64s(columns[ID], count),
                                dc_p_int64s(columns[VERSION], count),
                                dc_p_texts(names[0], count),
                                dc_p_texts(names[1], count),
                                dc_p_texts(names[2], count),
                                dc_p_int64s(columns[DIRECTION], count),
                                dc_p_int64s(columns[DECIMALS], count),
                                dc_p_int64s(columns[MEASURE], count),
                                dc_p_bools(primary, count),
                                dc_p_bools(retired, count),
                                dc_p_bools(additive, count)};
    DC_TRY(count_of(step, STATEMENT(STORE_INDICATORS), params, 12, &news, error));
    if (news > 0) {
        DC_TRY(bump_edition(step, error));
        DC_TRY(mark_everybody(step, dc_p_null(), error));
    }
    return DC_OK;
}

/* The items of a plan as columns; checked against the bounds of rule.h. A ratio has columns of its
 * own; of every other rule they are empty, and `rules` holds the item's message. */
struct items {
    int64_t *indicators, *lower_better, *decimals;
    struct dc_decimal *weights, *full_marks, *lowers, *caps, *thresholds;
    bool *has_threshold;
    struct dc_bytes *rules; /* data NULL = a ratio */
    bool looks_back;        /* a condition of one of them */
};

static enum dc_code
read_item(struct dc_arena *arena, struct items *items, size_t i, const Goals__PlanItem *item,
          struct dc_error *error)
{
    struct rule rule;
    DC_TRY(rule_read(item, arena, &rule, error));
    items->looks_back |= rule_condition_uses(&rule) & looking_back;
    DC_TRY(read_amount(item->weight, "weight", &items->weights[i], error));
    int weight_sign = dc_decimal_sign(items->weights[i]);
    if (dc_decimal_cmp(items->weights[i], DC_DECIMAL_INT(100)) > 0 ||
        (rule.kind == VETO_RULE ? weight_sign != 0 : weight_sign <= 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.items",
                             "item %zu: 0 < weight <= 100, of a veto 0", i);
    }
    items->indicators[i] = item->indicator_id;
    items->decimals[i] = rule.decimals;
    if (rule.kind != RATIO_RULE) {
        items->rules[i] = packed(arena, &item->base);
        return DC_OK;
    }
    items->lower_better[i] = item->ratio->lower_is_better;
    items->full_marks[i] = rule.ratio.full_marks;
    items->lowers[i] = rule.ratio.lower;
    items->caps[i] = rule.ratio.cap;
    items->has_threshold[i] = rule.ratio.has_threshold;
    items->thresholds[i] = rule.ratio.threshold;
    return DC_OK;
}

static enum dc_code
read_items(struct dc_arena *arena, const Goals__Plan *plan, struct items *ret_items,
           struct dc_error *error)
{
    size_t room = plan->n_items + 1;
    struct items items = {.indicators = DC_NEW_ARRAY(arena, int64_t, room),
                          .lower_better = DC_NEW_ARRAY(arena, int64_t, room),
                          .decimals = DC_NEW_ARRAY(arena, int64_t, room),
                          .weights = DC_NEW_ARRAY(arena, struct dc_decimal, room),
                          .full_marks = DC_NEW_ARRAY(arena, struct dc_decimal, room),
                          .lowers = DC_NEW_ARRAY(arena, struct dc_decimal, room),
                          .caps = DC_NEW_ARRAY(arena, struct dc_decimal, room),
                          .thresholds = DC_NEW_ARRAY(arena, struct dc_decimal, room),
                          .has_threshold = DC_NEW_ARRAY(arena, bool, room),
                          .rules = DC_NEW_ARRAY(arena, struct dc_bytes, room)};
    for (size_t i = 0; i < plan->n_items; i++) {
        DC_TRY(read_item(arena, &items, i, plan->items[i], error));
    }
    *ret_items = items;
    return DC_OK;
}

static enum dc_code
store_plan_version(struct dc_step *step, const Goals__Plan *plan, int64_t *ret_news,
                   struct dc_error *error)
{
    static const Goals__PlanScope everybody = GOALS__PLAN_SCOPE__INIT;
    const Goals__PlanScope *scope = plan->scope ? plan->scope : &everybody;
    size_t count = plan->n_items;
    struct items items;
    dc_date from;
    DC_TRY(dc_date_parse(plan->effective_from, &from, error));
    DC_TRY(read_items(step->arena, plan, &items, error));
    if (plan->total_decimals < 0 || plan->total_decimals > DC_DECIMAL_PLACES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.total_decimals", "0 to 6");
    }
    struct grade_table grades;
    DC_TRY(grade_table_read(plan, step->arena, &grades, error));
    struct dc_bytes body = packed(step->arena, &plan->base);
    struct dc_param params[] = {tenant_of(step),
                                dc_p_int64(plan->id),
                                dc_p_int64(plan->version),
                                dc_p_date(from),
                                dc_p_bool(plan->retired),
                                dc_p_text(scope->position),
                                dc_p_int64(scope->unit_id),
                                dc_p_int64(scope->person_id),
                                dc_p_int64(plan->missing_policy),
                                dc_p_int64(plan->total_decimals),
                                dc_p_text(plan->name),
                                dc_p_bytes(body.data, body.size),
                                dc_p_int64s(items.indicators, count),
                                dc_p_decimals(items.weights, count),
                                dc_p_decimals(items.full_marks, count),
                                dc_p_decimals(items.lowers, count),
                                dc_p_decimals(items.caps, count),
                                dc_p_bools(items.has_threshold, count),
                                dc_p_decimals(items.thresholds, count),
                                dc_p_int64s(items.lower_better, count),
                                dc_p_int64s(items.decimals, count),
                                dc_p_bytes_array(items.rules, count),
                                dc_p_bool(grades.count > 0),
                                dc_p_bool(items.looks_back)};
    return count_of(step, STATEMENT(STORE_PLAN), params, sizeof(params) / sizeof(params[0]),
                    ret_news, error);
}

/* Whom a plan reaches is whom it may have changed; also whom its other versions reach, for a new
 * version may have another scope. */
static enum dc_code
mark_scopes(struct dc_step *step, const Goals__Plan *plan, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_PLAN_SCOPES), &rows, error, tenant_of(step),
                     dc_p_int64(plan->id)));
    size_t count = dc_rows_count(rows), person_count = 0, unit_count = 0;
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    bool everybody = false;
    for (size_t i = 0; i < count; i++) {
        int64_t unit_id = dc_rows_int64(rows, i, 0), person_id = dc_rows_int64(rows, i, 1);
        if (person_id) {
            people[person_count++] = person_id;
        } else if (unit_id) {
            units[unit_count++] = unit_id;
        } else {
            everybody = true;
        }
    }
    dc_date from;
    DC_TRY(dc_date_parse(plan->effective_from, &from, error));
    return dc_db_run(step->db, STATEMENT(MARK), NULL, error, tenant_of(step),
                     dc_p_bool(everybody || unit_count > 0), dc_p_date(from), dc_p_bool(everybody),
                     dc_p_int64s(people, person_count), dc_p_int64s(units, unit_count));
}

enum dc_code
store_plan(struct dc_step *step, const Goals__Plan *plan, struct dc_error *error)
{
    int64_t news = 0;
    DC_TRY(store_plan_version(step, plan, &news, error));
    if (news > 0) {
        DC_TRY(bump_edition(step, error));
        DC_TRY(mark_scopes(step, plan, error));
    }
    return DC_OK;
}

/* --- targets and totals
 * ------------------------------------------------------------------------------ */

enum dc_code
store_targets(struct dc_step *step, const Goals__TargetsAdjusted *event, struct dc_error *error)
{
    size_t count = event->n_targets;
    if (count == 0) {
        return DC_OK;
    }
    enum { KIND, OWNER, INDICATOR, ID, VERSION, PARENT, INTEGERS };
    enum { PERIOD, VALUE, FLOOR, STRETCH, TEXTS };
    int64_t *integers[INTEGERS];
    const char **texts[TEXTS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count);
    }
    for (int c = 0; c < TEXTS; c++) {
        texts[c] = dc_arena_alloc(step->arena, count * sizeof(const char *));
    }
    bool *pinned = DC_NEW_ARRAY(step->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const Goals__Target *target = event->targets[i];
        struct dc_decimal amount;
        DC_TRY(read_amount(target->removed ? "0" : target->value, "value", &amount, error));
        DC_TRY(read_amount(target->floor[0] ? target->floor : "0", "floor", &amount, error));
        DC_TRY(read_amount(target->stretch[0] ? target->stretch : "0", "stretch", &amount, error));
        texts[PERIOD][i] = target->period;
        texts[VALUE][i] = target->removed ? NULL : target->value;
        texts[FLOOR][i] = target->floor;
        texts[STRETCH][i] = target->stretch;
        integers[KIND][i] = target->owner_kind;
        integers[OWNER][i] = target->owner_id;
        integers[INDICATOR][i] = target->indicator_id;
        integers[ID][i] = target->id;
        integers[VERSION][i] = target->version;
        integers[PARENT][i] = target->parent_id;
        pinned[i] = target->pinned;
    }
    DC_TRY(add_periods(step, texts[PERIOD], count, error));
    DC_TRY(dc_db_run(step->db, STATEMENT(ADD_ADJUSTMENT), NULL, error, tenant_of(step),
                     dc_p_int64(event->adjustment_id), dc_p_int64(event->author_person_id),
                     dc_p_text(event->author), dc_p_text(event->reason),
                     dc_p_text(event->effective_on), dc_p_time(event->at_us)));
    int64_t owners = 0;
    struct dc_param params[] = {tenant_of(step),
                                dc_p_texts(texts[PERIOD], count),
                                dc_p_int64s(integers[KIND], count),
                                dc_p_int64s(integers[OWNER], count),
                                dc_p_int64s(integers[INDICATOR], count),
                                dc_p_texts(texts[VALUE], count),
                                dc_p_int64s(integers[ID], count),
                                dc_p_int64s(integers[VERSION], count),
                                dc_p_texts(texts[FLOOR], count),
                                dc_p_texts(texts[STRETCH], count),
                                dc_p_int64s(integers[PARENT], count),
                                dc_p_bools(pinned, count),
                                dc_p_int64(event->adjustment_id)};
    return count_of(step, STATEMENT(STORE_TARGETS), params, sizeof(params) / sizeof(params[0]),
                    &owners, error);
}

/* Periods whose formulas look back at those in which totals changed. */
static enum dc_code
mark_later(struct dc_step *step, const char *const *periods, const int64_t *kinds,
           const int64_t *owners, size_t count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOOKS_BACK), &rows, error, tenant_of(step)));
    if (!dc_rows_bool(rows, 0, 0)) {
        return DC_OK;
    }
    const char **later = DC_NEW_ARRAY(step->arena, const char *, 2 * count);
    int64_t *later_kinds = DC_NEW_ARRAY(step->arena, int64_t, 2 * count);
    int64_t *later_owners = DC_NEW_ARRAY(step->arena, int64_t, 2 * count);
    for (size_t i = 0; i < 2 * count; i++) {
        enum formula_source source = i < count ? FORMULA_PREVIOUS : FORMULA_LAST_YEAR;
        later[i] = around_later(step->arena, periods[i % count], source);
        later_kinds[i] = kinds[i % count];
        later_owners[i] = owners[i % count];
    }
    return dc_db_run(step->db, STATEMENT(MARK_LATER), NULL, error, tenant_of(step),
                     dc_p_texts(later, 2 * count), dc_p_int64s(later_kinds, 2 * count),
                     dc_p_int64s(later_owners, 2 * count));
}

enum dc_code
store_totals(struct dc_step *step, const Ingest__MeasuresChanged *event, struct dc_error *error)
{
    size_t count = event->n_totals;
    if (count == 0) {
        return DC_OK;
    }
    enum { KIND, OWNER, MEASURE, RECORDS, VERSION, INTEGERS };
    int64_t *integers[INTEGERS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count);
    }
    const char **periods = dc_arena_alloc(step->arena, count * sizeof(const char *));
    struct dc_decimal *numerators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    struct dc_decimal *denominators = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    for (size_t i = 0; i < count; i++) {
        const Ingest__Total *total = event->totals[i];
        DC_TRY(read_amount(total->numerator, "numerator", &numerators[i], error));
        DC_TRY(read_amount(total->denominator, "denominator", &denominators[i], error));
        periods[i] = total->period;
        integers[KIND][i] = total->owner_kind;
        integers[OWNER][i] = total->owner_id;
        integers[MEASURE][i] = total->measure_id;
        integers[RECORDS][i] = total->records;
        integers[VERSION][i] = total->version;
    }
    DC_TRY(add_periods(step, periods, count, error));
    int64_t owners = 0;
    struct dc_param params[] = {
        tenant_of(step),
        dc_p_texts(periods, count),
        dc_p_int64s(integers[KIND], count),
        dc_p_int64s(integers[OWNER], count),
        dc_p_int64s(integers[MEASURE], count),
        dc_p_decimals(numerators, count),
        dc_p_decimals(denominators, count),
        dc_p_int64s(integers[RECORDS], count),
        dc_p_int64s(integers[VERSION], count),
    };
    DC_TRY(count_of(step, STATEMENT(STORE_TOTALS), params, sizeof(params) / sizeof(params[0]),
                    &owners, error));
    return owners > 0 ? mark_later(step, periods, integers[KIND], integers[OWNER], count, error)
                      : DC_OK;
}

/* What goals tells of measures that are made of no records goes where ingest's totals go. */
enum dc_code
store_told(struct dc_step *step, const Goals__ActualsTold *event, struct dc_error *error)
{
    size_t count = event->n_actuals;
    Ingest__MeasuresChanged totals = INGEST__MEASURES_CHANGED__INIT;
    totals.totals = DC_NEW_ARRAY(step->arena, Ingest__Total *, count + 1);
    totals.n_totals = count;
    enum { KIND, OWNER, MEASURE, VERSION, INTEGERS };
    int64_t *integers[INTEGERS];
    for (int c = 0; c < INTEGERS; c++) {
        integers[c] = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    }
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, count + 1);
    struct dc_bytes *bodies = DC_NEW_ARRAY(step->arena, struct dc_bytes, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__ActualTold *told = event->actuals[i];
        Ingest__Total *total = DC_NEW_MESSAGE(step->arena, Ingest__Total, ingest__total__init);
        integers[KIND][i] = total->owner_kind = told->owner_kind;
        integers[OWNER][i] = total->owner_id = told->owner_id;
        integers[MEASURE][i] = total->measure_id = told->measure_id;
        integers[VERSION][i] = total->version = told->version;
        periods[i] = total->period = told->period;
        total->numerator = told->numerator;
        total->denominator = told->denominator;
        total->records = told->entries;
        totals.totals[i] = total;
        bodies[i] = packed(step->arena, &told->base);
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(STORE_TOLD), NULL, error, tenant_of(step),
                     dc_p_texts(periods, count), dc_p_int64s(integers[KIND], count),
                     dc_p_int64s(integers[OWNER], count), dc_p_int64s(integers[MEASURE], count),
                     dc_p_int64s(integers[VERSION], count), dc_p_bytes_array(bodies, count)));
    return store_totals(step, &totals, error);
}

/* --- the organisation
 * ---------------------------------------------------------------------------------- */

enum dc_code
store_units(struct dc_step *step, const Org__UnitsChanged *event, struct dc_error *error)
{
    size_t count = event->n_units;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *parents = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *versions = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    dc_date *from = DC_NEW_ARRAY(step->arena, dc_date, count + 1);
    dc_date *to = DC_NEW_ARRAY(step->arena, dc_date, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Org__Unit *unit = event->units[i];
        ids[i] = unit->id;
        parents[i] = unit->parent_id;
        versions[i] = unit->version;
        DC_TRY(dc_date_parse(unit->valid_from, &from[i], error));
        to[i] = INT32_MAX; /* infinity */
        if (unit->valid_to[0]) {
            DC_TRY(dc_date_parse(unit->valid_to, &to[i], error));
        }
    }
    int64_t changed = 0;
    struct dc_param params[] = {
        tenant_of(step),         dc_p_int64s(ids, count), dc_p_int64s(parents, count),
        dc_p_dates(from, count), dc_p_dates(to, count),   dc_p_int64s(versions, count)};
    DC_TRY(count_of(step, STATEMENT(STORE_PLACES), params, 6, &changed, error));
    if (changed > 0) {
        DC_TRY(bump_edition(step, error));
        DC_TRY(mark_everybody(step, dc_p_null(), error));
    }
    return DC_OK;
}

/* Before the posts are stored anew: where the people stood until now has other head counts too. */
enum dc_code
store_people_leave(struct dc_step *step, const Org__PeopleChanged *event, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, event->n_people + 1);
    for (size_t i = 0; i < event->n_people; i++) {
        ids[i] = event->people[i]->id;
    }
    return dc_db_run(step->db, STATEMENT(MARK_POSTS), NULL, error, tenant_of(step),
                     dc_p_int64s(ids, event->n_people));
}

enum dc_code
store_people_moved(struct dc_step *step, const Org__PeopleChanged *event, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, event->n_people + 1);
    for (size_t i = 0; i < event->n_people; i++) {
        ids[i] = event->people[i]->id;
    }
    if (event->n_people == 0) {
        return DC_OK;
    }
    return dc_db_run(step->db, STATEMENT(MARK), NULL, error, tenant_of(step), dc_p_bool(false),
                     dc_p_null(), dc_p_bool(false), dc_p_int64s(ids, event->n_people), dc_p_null());
}
