/*
 * derive.c - measures that are formulas, and conditions, from what is known of an owner.
 */
#include "derive.h"

#include "around.h"

static const struct dc_ratio no_data;

static struct dc_ratio
whole(int64_t count)
{
    return (struct dc_ratio){DC_DECIMAL_INT(count), DC_DECIMAL_INT(1)};
}

static struct dc_ratio
measure_at(const struct derivation *from, const struct measure *measure)
{
    const struct facts *facts = from->facts;
    for (size_t i = 0; i < facts->measure_count; i++) {
        if (facts->measure_ids[i] == measure->id) {
            return (struct dc_ratio){facts->numerators[i], facts->denominators[i]};
        }
    }
    if (measure->formula && from->depth < DERIVE_DEPTH_MAX) {
        struct derivation inner = {
            .facts = facts, .definitions = from->definitions, .depth = from->depth + 1};
        struct formula_world world = derive_world(&inner);
        return formula_number(measure->formula, &world);
    }
    return measure->zero_without_records ? whole(0) : no_data;
}

/* Of another period: its totals alone are known. */
static struct dc_ratio
earlier(const struct derivation *from, enum formula_source source, const struct measure *measure)
{
    const struct facts *facts = from->facts;
    const struct facts *then =
        facts->around ? around_earlier(facts->around, source, facts->owner_kind, facts->owner_id)
                      : NULL;
    struct derivation inner = *from;
    inner.facts = then;
    return then ? measure_at(&inner, measure) : no_data;
}

static struct dc_ratio
headcount(const struct facts *facts)
{
    if (facts->owner_kind == AROUND_PERSON) {
        return whole(1);
    }
    return facts->around && facts->around->unit_count > 0 && facts->owner_kind == AROUND_UNIT
               ? whole(around_heads(facts->around, facts->owner_id))
               : no_data;
}

static struct dc_ratio
value_of(void *context, enum formula_source source, const char *name)
{
    const struct derivation *from = context;
    const struct measure *measure;
    switch (source) {
    case FORMULA_HEADCOUNT:
        return headcount(from->facts);
    case FORMULA_ACTUAL:
        return from->item ? from->item->actual : no_data;
    case FORMULA_TARGET:
        return from->item && from->item->has_target
                   ? (struct dc_ratio){from->item->target, DC_DECIMAL_INT(1)}
                   : no_data;
    default:
        measure = definitions_measure_of_code(from->definitions, name);
        return !measure                    ? no_data
               : source == FORMULA_MEASURE ? measure_at(from, measure)
                                           : earlier(from, source, measure);
    }
}

struct formula_world
derive_world(struct derivation *derivation)
{
    return (struct formula_world){value_of, derivation};
}

struct dc_ratio
derive_measure(const struct facts *facts, const struct definitions *definitions,
               const struct measure *measure)
{
    struct derivation from = {.facts = facts, .definitions = definitions};
    return measure_at(&from, measure);
}

enum formula_truth
derive_condition(const struct facts *facts, const struct definitions *definitions,
                 const struct rule_input *item, const struct formula *condition)
{
    struct derivation from = {.facts = facts, .definitions = definitions, .item = item};
    struct formula_world world = derive_world(&from);
    return formula_holds(condition, &world);
}
