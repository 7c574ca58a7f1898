/* Any bytes as a formula: reading comes back, with a column inside the text; computing too. */
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/formula.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct dc_ratio
some_value(void *context, enum formula_source source, const char *name)
{
    size_t pick = *(size_t *)context + strlen(name) + source;
    struct dc_ratio third = {DC_DECIMAL_INT(-1), DC_DECIMAL_INT(3)};
    struct dc_ratio large = {DC_DECIMAL_INT(999999999999), DC_DECIMAL_INT(1)};
    struct dc_ratio nothing = {DC_DECIMAL_ZERO, DC_DECIMAL_ZERO};
    return pick % 3 == 0 ? third : pick % 3 == 1 ? large : nothing;
}

static void
compute(struct dc_arena *arena, const struct formula *formula, enum formula_result result)
{
    for (size_t pick = 0; pick < 3; pick++) {
        struct formula_world world = {some_value, &pick};
        if (result == FORMULA_NUMBER) {
            struct dc_ratio value = formula_number(formula, &world);
            DC_ASSERT(value.denominator.units >= 0);
        } else {
            DC_ASSERT(formula_holds(formula, &world) <= FORMULA_UNKNOWN);
        }
        const char *shown = formula_show(arena, formula, &world, "no data");
        DC_ASSERT(dc_utf8_is_valid(shown, strlen(shown)));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 5 * FORMULA_TEXT_MAX || memchr(data, 0, size)) {
        return 0;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *text = dc_arena_strndup(arena, (const char *)data, size);
    for (int result = FORMULA_NUMBER; result <= FORMULA_CONDITION; result++) {
        struct formula_grammar grammar = {
            .result = (enum formula_result)result, .in_rule = true, .field = "formula"};
        struct formula_place place = {.column = size + 2};
        struct dc_error error;
        const struct formula *formula;
        if (formula_parse(arena, text, &grammar, &formula, &place, &error) == DC_OK) {
            compute(arena, formula, grammar.result);
        } else {
            DC_ASSERT(place.column <= size + 1 && place.length <= size);
            DC_ASSERT(dc_utf8_is_valid(error.message, strlen(error.message)));
        }
    }
    return 0;
}
