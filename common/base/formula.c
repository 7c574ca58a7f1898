/*
 * formula.c - computes a formula, exactly, and writes it out with its values.
 */
#include "base/formula_internal.h"
#include "base/fraction.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

struct work {
    const struct formula *formula;
    const struct formula_world *world;
};

static bool number(const struct work *work, uint16_t at, mpq_ptr ret_value);
static enum formula_truth truth(const struct work *work, uint16_t at);

static bool
known_ratio(struct dc_ratio ratio, mpq_ptr ret_value)
{
    if (ratio.denominator.units == 0) {
        return false;
    }
    dc_fraction_set(ret_value, ratio);
    return true;
}

static bool
arithmetic(const struct work *work, const struct formula_part *part, mpq_ptr ret_value)
{
    const struct formula_part *parts = work->formula->parts;
    mpq_t right;
    mpq_init(right);
    bool known = number(work, part->first, ret_value) &&
                 number(work, parts[part->first].next, right) &&
                 !(part->op == OP_DIVIDE && mpq_sgn(right) == 0);
    if (known && part->op == OP_ADD) {
        mpq_add(ret_value, ret_value, right);
    } else if (known && part->op == OP_SUBTRACT) {
        mpq_sub(ret_value, ret_value, right);
    } else if (known && part->op == OP_MULTIPLY) {
        mpq_mul(ret_value, ret_value, right);
    } else if (known) {
        mpq_div(ret_value, ret_value, right);
    }
    mpq_clear(right);
    return known;
}

/* min, max: of all, or no data; coalesce: the first one that is known. */
static bool
of_list(const struct work *work, const struct formula_part *part, mpq_ptr ret_value)
{
    const struct formula_part *parts = work->formula->parts;
    bool known = number(work, part->first, ret_value);
    mpq_t other;
    mpq_init(other);
    for (uint16_t at = parts[part->first].next; at; at = parts[at].next) {
        if (part->op == OP_COALESCE ? known : !known) {
            break;
        }
        known = number(work, at, other);
        int sign = known && part->op != OP_COALESCE ? mpq_cmp(other, ret_value) : 0;
        if (known && (part->op == OP_COALESCE || (part->op == OP_MIN ? sign < 0 : sign > 0))) {
            mpq_swap(other, ret_value);
        }
    }
    mpq_clear(other);
    return known;
}

static bool
choice(const struct work *work, const struct formula_part *part, mpq_ptr ret_value)
{
    const struct formula_part *parts = work->formula->parts;
    enum formula_truth holds = truth(work, part->first);
    uint16_t then = parts[part->first].next;
    return holds != FORMULA_UNKNOWN &&
           number(work, holds == FORMULA_TRUE ? then : parts[then].next, ret_value);
}

static bool
number(const struct work *work, uint16_t at, mpq_ptr ret_value)
{
    const struct formula_part *part = &work->formula->parts[at];
    bool known;
    switch (part->op) {
    case OP_NUMBER:
        dc_fraction_set(ret_value, (struct dc_ratio){part->number, DC_DECIMAL_INT(1)});
        return true;
    case OP_INPUT:
        return known_ratio(work->world->value(work->world->context, part->source, part->name),
                           ret_value);
    case OP_NEGATE:
        known = number(work, part->first, ret_value);
        mpq_neg(ret_value, ret_value);
        return known;
    case OP_ABS:
        known = number(work, part->first, ret_value);
        mpq_abs(ret_value, ret_value);
        return known;
    case OP_ROUND:
        known = number(work, part->first, ret_value);
        if (known) {
            dc_fraction_round(ret_value, part->places);
        }
        return known;
    case OP_IF:
        return choice(work, part, ret_value);
    case OP_MIN:
    case OP_MAX:
    case OP_COALESCE:
        return of_list(work, part, ret_value);
    default:
        return arithmetic(work, part, ret_value);
    }
}

static bool
compared(enum formula_op op, int sign)
{
    switch (op) {
    case OP_EQUAL:
        return sign == 0;
    case OP_UNEQUAL:
        return sign != 0;
    case OP_BELOW:
        return sign < 0;
    case OP_AT_MOST:
        return sign <= 0;
    case OP_ABOVE:
        return sign > 0;
    default:
        return sign >= 0;
    }
}

static enum formula_truth
comparison(const struct work *work, const struct formula_part *part)
{
    mpq_t left, right;
    mpq_inits(left, right, NULL);
    enum formula_truth result = FORMULA_UNKNOWN;
    if (number(work, part->first, left) &&
        number(work, work->formula->parts[part->first].next, right)) {
        result = compared(part->op, mpq_cmp(left, right)) ? FORMULA_TRUE : FORMULA_FALSE;
    }
    mpq_clears(left, right, NULL);
    return result;
}

static enum formula_truth
truth(const struct work *work, uint16_t at)
{
    const struct formula_part *part = &work->formula->parts[at];
    enum formula_truth left, right, decides = part->op == OP_AND ? FORMULA_FALSE : FORMULA_TRUE;
    mpq_t value;
    switch (part->op) {
    case OP_NOT:
        left = truth(work, part->first);
        return left == FORMULA_UNKNOWN ? left : left == FORMULA_TRUE ? FORMULA_FALSE : FORMULA_TRUE;
    case OP_AND:
    case OP_OR:
        left = truth(work, part->first);
        if (left == decides) {
            return decides;
        }
        right = truth(work, work->formula->parts[part->first].next);
        return right == decides ? decides : left == FORMULA_UNKNOWN ? left : right;
    case OP_HAS:
        mpq_init(value);
        left = number(work, part->first, value) ? FORMULA_TRUE : FORMULA_FALSE;
        mpq_clear(value);
        return left;
    default:
        return comparison(work, part);
    }
}

struct dc_ratio
formula_number(const struct formula *formula, const struct formula_world *world)
{
    DC_ASSERT(formula->result == FORMULA_NUMBER);
    struct work work = {formula, world};
    struct dc_ratio ratio = {DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    mpq_t value;
    mpq_init(value);
    if (number(&work, formula->top, value)) {
        ratio = dc_fraction_fit(value);
    }
    mpq_clear(value);
    return ratio;
}

enum formula_truth
formula_holds(const struct formula *formula, const struct formula_world *world)
{
    DC_ASSERT(formula->result == FORMULA_CONDITION);
    struct work work = {formula, world};
    return truth(&work, formula->top);
}

const char *
formula_text(const struct formula *formula)
{
    return formula->text;
}

enum formula_result
formula_result(const struct formula *formula)
{
    return formula->result;
}

unsigned
formula_uses(const struct formula *formula)
{
    return formula->uses;
}

size_t
formula_inputs(const struct formula *formula, const struct formula_input **ret_inputs)
{
    *ret_inputs = formula->inputs;
    return formula->input_count;
}

/* --- written out --------------------------------------------------------------------------------
 */

char *
formula_value_text(struct dc_arena *arena, struct dc_ratio ratio)
{
    char text[DC_DECIMAL_TEXT];
    struct dc_decimal value;
    if (ratio.denominator.units == 0 ||
        dc_decimal_mul_div(ratio.numerator, DC_DECIMAL_INT(1), ratio.denominator, DC_DECIMAL_PLACES,
                           &value, NULL) != DC_OK) {
        return NULL;
    }
    return dc_arena_strdup(arena, dc_decimal_format(value, text));
}

/* The parts that are inputs, in the order of the text: a part is added after those within it. */
static const struct formula_part *
input_from(const struct formula *formula, size_t from)
{
    const struct formula_part *first = NULL;
    for (size_t i = 1; i <= formula->part_count; i++) {
        const struct formula_part *part = &formula->parts[i];
        if (part->op == OP_INPUT && part->from >= from && (!first || part->from < first->from)) {
            first = part;
        }
    }
    return first;
}

char *
formula_show(struct dc_arena *arena, const struct formula *formula,
             const struct formula_world *world, const char *no_data)
{
    DC_AUTO_TEXT struct dc_text out = DC_TEXT_INIT;
    size_t at = 0;
    const struct formula_part *part;
    while ((part = input_from(formula, at))) {
        const char *value =
            formula_value_text(arena, world->value(world->context, part->source, part->name));
        bool negative = value && value[0] == '-';
        dc_text_printf(&out, negative ? "%.*s(%s)" : "%.*s%s", (int)(part->from - at),
                       formula->text + at, value ? value : no_data);
        at = part->to;
    }
    dc_text_printf(&out, "%s", formula->text + at);
    return dc_arena_strdup(arena, dc_text_cstr(&out));
}
