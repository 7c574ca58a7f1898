/*
 * score.c - the score of one person in one period, and the figures of a unit.
 */
#include "score.h"

#include "base/assert.h"

struct rule_input
facts_input(const struct facts *facts, const struct definitions *definitions,
            const struct indicator *indicator)
{
    struct rule_input input = {.lower_is_better = indicator->lower_is_better};
    for (size_t i = 0; i < facts->target_count; i++) {
        if (facts->indicator_ids[i] == indicator->id) {
            input.target = facts->targets[i];
            input.has_target = input.target.units > 0;
            if (facts->floors) {
                input.floor = facts->floors[i];
                input.stretch = facts->stretches[i];
                input.has_floor = input.floor.units >= 0;
                input.has_stretch = input.stretch.units >= 0;
            }
            break;
        }
    }
    for (size_t i = 0; i < facts->measure_count; i++) {
        if (facts->measure_ids[i] == indicator->measure_id) {
            input.actual = (struct dc_ratio){facts->numerators[i], facts->denominators[i]};
            return input;
        }
    }
    const struct measure *measure = definitions_measure(definitions, indicator->measure_id);
    if (measure && measure->zero_without_records) {
        input.actual = (struct dc_ratio){DC_DECIMAL_ZERO, DC_DECIMAL_INT(1)};
    }
    return input;
}

struct rule_input
facts_rule_input(const struct facts *facts, const struct definitions *definitions,
                 const struct indicator *indicator, const struct rule *rule, struct dc_arena *arena)
{
    struct rule_input input = facts_input(facts, definitions, indicator);
    if (rule->kind != ADD_DEDUCT_RULE) {
        return input;
    }
    const struct rule_add_deduct *add = &rule->add_deduct;
    struct dc_ratio *counts = DC_NEW_ARRAY(arena, struct dc_ratio, add->count);
    for (size_t i = 0; i < add->count; i++) {
        const struct indicator *counted =
            add->indicator_ids[i] ? definitions_indicator(definitions, add->indicator_ids[i])
                                  : indicator;
        if (counted) {
            counts[i] = facts_input(facts, definitions, counted).actual;
        }
    }
    input.counts = counts;
    return input;
}

struct maybe
facts_actual(const struct rule_input *input)
{
    struct maybe actual = {0};
    if (input->actual.denominator.units == DC_DECIMAL_ONE_UNITS) {
        return (struct maybe){true, input->actual.numerator};
    }
    actual.known =
        input->actual.denominator.units != 0 &&
        dc_decimal_mul_div(input->actual.numerator, DC_DECIMAL_INT(1), input->actual.denominator,
                           DC_DECIMAL_PLACES, &actual.value, NULL) == DC_OK;
    return actual;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, over whole words. */
static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x100000001b3u;
    return hash ^ (hash >> 32);
}

static uint64_t
mix_decimal(uint64_t hash, struct dc_decimal value)
{
    return mix(mix(hash, (uint64_t)value.units), (uint64_t)(value.units >> 64));
}

static uint64_t
mix_input(uint64_t hash, const struct indicator *indicator, const struct rule_input *input)
{
    hash = mix(hash, (uint64_t)indicator->id * 4 + input->has_target * 2u + input->lower_is_better);
    hash = mix_decimal(hash, input->actual.numerator);
    hash = mix_decimal(hash, input->actual.denominator);
    return input->has_target ? mix_decimal(hash, input->target) : hash;
}

/* What only some rules read. */
static uint64_t
mix_rule_input(uint64_t hash, const struct rule *rule, const struct rule_input *input)
{
    if (rule_wants_ends(rule)) {
        hash = mix_decimal(hash, input->has_floor ? input->floor : DC_DECIMAL_INT(-1));
        hash = mix_decimal(hash, input->has_stretch ? input->stretch : DC_DECIMAL_INT(-1));
    }
    for (size_t i = 0; rule->kind == ADD_DEDUCT_RULE && i < rule->add_deduct.count; i++) {
        hash = mix_decimal(hash, input->counts[i].numerator);
        hash = mix_decimal(hash, input->counts[i].denominator);
    }
    return hash;
}

static const uint64_t hash_start = 0xcbf29ce484222325u;

static struct maybe
target_of(const struct rule_input *input)
{
    return (struct maybe){input->has_target, input->target};
}

int
score_held(const struct scheme *scheme, const struct rule_score *items, int grade)
{
    for (size_t i = 0; grade && i < scheme->count; i++) {
        const struct rule *rule = &scheme->items[i].item->rule;
        if (items[i].remark == RULE_VETOED && rule->veto.highest_grade[0]) {
            grade = grade_held(&scheme->graded_by->grades, grade, rule->veto.highest_grade);
        }
    }
    return grade;
}

void
score_finish(const struct scheme *scheme, const struct rule_score *items, struct maybe *ret_total,
             int *ret_grade)
{
    struct dc_decimal weights[RULE_ITEMS_MAX] = {{0}};
    struct maybe total = {0}, most = {0}; /* what a veto leaves of the total */
    DC_ASSERT(scheme->count <= RULE_ITEMS_MAX);
    for (size_t i = 0; i < scheme->count; i++) {
        const struct rule *rule = &scheme->items[i].item->rule;
        if (items[i].remark == RULE_VETOED && rule->veto.holds_total) {
            most.value =
                most.known ? dc_decimal_min(most.value, rule->veto.highest) : rule->veto.highest;
            most.known = true;
        }
        weights[i] = scheme->items[i].item->weight;
    }
    total.known = rule_total(items, weights, scheme->count, scheme->total_decimals, &total.value);
    if (most.known && total.known) {
        total.value = rule_veto_total(total.value, most.value, scheme->total_decimals);
    }
    bool graded = scheme->graded_by && total.known;
    *ret_grade =
        graded ? score_held(scheme, items, grade_of(&scheme->graded_by->grades, total.value)) : 0;
    *ret_total = total;
}

void
score_person(struct score *ret_score, struct dc_arena *arena, const struct scheme *scheme,
             const struct facts *facts, const struct definitions *definitions,
             const struct indicator *primary)
{
    struct score score = {.scheme = scheme,
                          .items = DC_NEW_ARRAY(arena, struct rule_score, scheme->count + 1)};
    uint64_t hash = hash_start;
    enum quotient_form form = QUOTIENT_DIFFERENCE;
    for (size_t i = 0; i < scheme->count; i++) {
        const struct scheme_item *item = &scheme->items[i];
        const struct rule *rule = &item->item->rule;
        struct rule_input input =
            facts_rule_input(facts, definitions, item->indicator, rule, arena);
        score.items[i] = rule_score_item(rule, item->plan->missing, &input);
        score.open_items += rule_is_open(&input);
        hash = mix_rule_input(mix_input(hash, item->indicator, &input), rule, &input);
        if (item->indicator == primary) {
            form = rule_lower_better(rule);
        }
    }
    score_finish(scheme, score.items, &score.total, &score.grade);
    if (primary) {
        struct rule_input input = facts_input(facts, definitions, primary);
        score.actual = facts_actual(&input);
        score.target = target_of(&input);
        score.attainment.known = rule_attainment(form, &input, &score.attainment.value);
        hash = mix_input(hash, primary, &input);
    }
    score.inputs = (int64_t)hash;
    *ret_score = score;
}

void
figures_of_unit(struct figures *ret_figures, const struct facts *facts,
                const struct definitions *definitions, const struct indicator *primary)
{
    struct figures figures = {0};
    uint64_t hash = hash_start;
    for (size_t i = 0; i < definitions->indicator_count; i++) {
        const struct indicator *indicator = &definitions->indicators[i];
        if (indicator->retired) {
            continue;
        }
        struct rule_input input = facts_input(facts, definitions, indicator);
        hash = mix_input(hash, indicator, &input);
        if (indicator == primary) {
            figures.actual = facts_actual(&input);
            figures.target = target_of(&input);
            figures.attainment.known =
                rule_attainment(QUOTIENT_DIFFERENCE, &input, &figures.attainment.value);
        }
    }
    figures.inputs = (int64_t)hash;
    *ret_figures = figures;
}
