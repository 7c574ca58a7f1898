/*
 * score.c - the score of one person in one period, and the figures of a unit.
 */
#include "score.h"

#include "base/assert.h"
#include "base/segment.h"

/* --- segments -----------------------------------------------------------------------------------
 */

const struct facts_segment *
facts_segments(const struct facts *facts, int64_t indicator_id, size_t *ret_count)
{
    size_t first = 0;
    while (first < facts->segment_count && facts->segments[first].indicator_id != indicator_id) {
        first++;
    }
    size_t end = first;
    while (end < facts->segment_count && facts->segments[end].indicator_id == indicator_id) {
        end++;
    }
    *ret_count = end - first;
    return facts->segments + first;
}

static int64_t
days_of(const struct facts_segment *segments, size_t count)
{
    int64_t days = 0;
    for (size_t i = 0; i < count; i++) {
        days += segments[i].days;
    }
    return days;
}

/* Sum of T * days / all days, half-up at six places. */
static struct dc_decimal
mean_target(const struct facts_segment *segments, size_t count)
{
    __int128 sum = 0, days = days_of(segments, count);
    for (size_t i = 0; i < count; i++) {
        sum += segments[i].target.units * segments[i].days;
    }
    return (struct dc_decimal){days > 0 ? (sum + days / 2) / days : 0};
}

bool
facts_rule_segments(const struct facts *facts, const struct indicator *indicator,
                    const struct rule *rule, struct rule_segment *ret_segments,
                    size_t *ret_count)
{
    size_t count;
    const struct facts_segment *segments = facts_segments(facts, indicator->id, &count);
    int64_t days = days_of(segments, count);
    *ret_count = 0;
    if (days == 0 || !rule_wants_target(rule)) {
        return false;
    }
    DC_ASSERT(count <= SEGMENTS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct facts_segment *s = &segments[i];
        if (!s->told) {
            return false;
        }
        if (s->days == 0) {
            continue;
        }
        struct rule_input input = {.lower_is_better = indicator->lower_is_better,
                                   .has_target = s->target.units > 0,
                                   .target = s->target,
                                   .has_floor = s->floor.units >= 0,
                                   .floor = s->floor,
                                   .has_stretch = s->stretch.units >= 0,
                                   .stretch = s->stretch,
                                   .actual = s->actual};
        if (indicator->additive) {
            input.actual.numerator.units *= days;
            input.actual.denominator.units *= s->days;
        }
        ret_segments[(*ret_count)++] = (struct rule_segment){input, s->days};
    }
    return true;
}

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
    size_t cut;
    const struct facts_segment *segments = facts_segments(facts, indicator->id, &cut);
    if (cut > 0 && input.has_target) {
        input.target = mean_target(segments, cut);
        input.has_target = input.target.units > 0;
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

static uint64_t
mix_segments(uint64_t hash, const struct facts *facts)
{
    for (size_t i = 0; i < facts->segment_count; i++) {
        const struct facts_segment *s = &facts->segments[i];
        hash = mix(mix(hash, (uint64_t)s->indicator_id), (uint64_t)s->days * 2 + s->told);
        hash = mix_decimal(mix_decimal(mix_decimal(hash, s->target), s->floor), s->stretch);
        hash = mix_decimal(mix_decimal(hash, s->actual.numerator), s->actual.denominator);
    }
    return hash;
}

static const uint64_t hash_start = 0xcbf29ce484222325u;

static struct maybe
target_of(const struct rule_input *input)
{
    return (struct maybe){input->has_target, input->target};
}

/* The row of the table that a total has while the vetoes among the items hold it. */
static int
grade_of_person(const struct scheme *scheme, const struct rule_score *items, struct maybe total)
{
    if (!scheme->graded_by || !total.known) {
        return 0;
    }
    const struct grade_table *table = &scheme->graded_by->grades;
    int grade = grade_of(table, total.value);
    for (size_t i = 0; i < scheme->count; i++) {
        const struct rule *rule = &scheme->items[i].item->rule;
        if (items[i].remark == RULE_VETOED && rule->veto.highest_grade[0]) {
            grade = grade_held(table, grade, rule->veto.highest_grade);
        }
    }
    return grade;
}

void
score_person(struct score *ret_score, struct dc_arena *arena, const struct scheme *scheme,
             const struct facts *facts, const struct definitions *definitions,
             const struct indicator *primary)
{
    struct score score = {.scheme = scheme,
                          .items = DC_NEW_ARRAY(arena, struct rule_score, scheme->count + 1)};
    struct dc_decimal weights[RULE_ITEMS_MAX];
    DC_ASSERT(scheme->count <= RULE_ITEMS_MAX);
    uint64_t hash = hash_start;
    enum quotient_form form = QUOTIENT_DIFFERENCE;
    struct maybe most = {0}; /* what a veto leaves of the total */
    for (size_t i = 0; i < scheme->count; i++) {
        const struct scheme_item *item = &scheme->items[i];
        const struct rule *rule = &item->item->rule;
        struct rule_input input =
            facts_rule_input(facts, definitions, item->indicator, rule, arena);
        struct rule_segment segments[SEGMENTS_MAX];
        size_t segment_count;
        score.items[i] =
            facts_rule_segments(facts, item->indicator, rule, segments, &segment_count)
                ? rule_score_segments(rule, item->plan->missing, segments, segment_count, NULL)
                : rule_score_item(rule, item->plan->missing, &input);
        if (score.items[i].remark == RULE_VETOED && rule->veto.holds_total) {
            most.value =
                most.known ? dc_decimal_min(most.value, rule->veto.highest) : rule->veto.highest;
            most.known = true;
        }
        score.open_items += rule_is_open(&input);
        weights[i] = item->item->weight;
        hash = mix_rule_input(mix_input(hash, item->indicator, &input), rule, &input);
        if (item->indicator == primary) {
            form = rule_lower_better(rule);
        }
    }
    score.total.known =
        rule_total(score.items, weights, scheme->count, scheme->total_decimals, &score.total.value);
    if (most.known && score.total.known) {
        score.total.value = rule_veto_total(score.total.value, most.value, scheme->total_decimals);
    }
    score.grade = grade_of_person(scheme, score.items, score.total);
    if (primary) {
        struct rule_input input = facts_input(facts, definitions, primary);
        score.actual = facts_actual(&input);
        score.target = target_of(&input);
        score.attainment.known = rule_attainment(form, &input, &score.attainment.value);
        hash = mix_input(hash, primary, &input);
    }
    score.inputs = (int64_t)mix_segments(hash, facts);
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
    figures.inputs = (int64_t)mix_segments(hash, facts);
    *ret_figures = figures;
}
