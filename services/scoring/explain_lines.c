/*
 * explain_lines.c - lines of two languages, and the numbers in them.
 */
#include "explain_family.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tell.h"

void
explanation_line(struct explanation *explanation, const char *zh, const char *en)
{
    enum { STEPS_MOST = 600 }; /* some per item, and the total */
    if (explanation->count == STEPS_MOST) {
        return;
    }
    if (!explanation->zh) {
        explanation->zh = dc_arena_alloc(explanation->arena, STEPS_MOST * sizeof(char *));
        explanation->en = dc_arena_alloc(explanation->arena, STEPS_MOST * sizeof(char *));
    }
    explanation->zh[explanation->count] = dc_arena_strdup(explanation->arena, zh);
    explanation->en[explanation->count++] = dc_arena_strdup(explanation->arena, en);
}

void
explanation_step(struct explanation *explanation, const char *zh, const char *en, ...)
{
    char chinese[1000], english[1000];
    va_list arguments, again;
    va_start(arguments, en);
    va_copy(again, arguments);
    vsnprintf(chinese, sizeof(chinese), zh, arguments);
    vsnprintf(english, sizeof(english), en, again);
    va_end(again);
    va_end(arguments);
    explanation_line(explanation, chinese, english);
}

const char *
explanation_grouped(struct dc_arena *arena, const char *amount)
{
    const char *digits = amount[0] == '-' ? amount + 1 : amount;
    size_t whole = strcspn(digits, ".");
    char *text = dc_arena_alloc(arena, strlen(amount) + whole / 3 + 2);
    char *at = text;
    if (digits != amount) {
        *at++ = '-';
    }
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    strcpy(at, digits + whole);
    return text;
}

const char *
explain_number(const struct subject *subject, struct dc_decimal value)
{
    return tell_amount(subject->out->arena, (struct maybe){true, value});
}

const char *
explain_term(const struct subject *subject, struct dc_decimal value)
{
    const char *text = explain_number(subject, value);
    return dc_decimal_sign(value) < 0 ? dc_arena_printf(subject->out->arena, "(%s)", text) : text;
}

const char *
explain_equals(const struct subject *subject, const struct exact *value)
{
    bool ends = !value->more && value->whole % DC_DECIMAL_ONE_UNITS == 0;
    return dc_arena_printf(subject->out->arena, "%s %s", ends ? "=" : "≈",
                           explain_number(subject, exact_round(value, DC_DECIMAL_PLACES)));
}

const char *
explain_points(const struct subject *subject, int128 points)
{
    return explain_number(subject, exact_round_points(points, DC_DECIMAL_PLACES));
}

const char *
explain_x_number(const struct subject *subject, const struct exact_x *x)
{
    struct exact value = exact_of_x(x);
    return explain_number(subject, exact_round(&value, DC_DECIMAL_PLACES));
}

void
explain_bounds(const struct subject *subject, int128 lowest, int128 highest)
{
    if (strcmp(subject->item->remark, "capped") == 0) {
        STEP(subject, "最高 %s：%s", "at most %s: %s", explain_points(subject, highest),
             subject->item->score);
    } else if (strcmp(subject->item->remark, "at_lowest") == 0) {
        STEP(subject, "最低 %s：%s", "at least %s: %s", explain_points(subject, lowest),
             subject->item->score);
    }
}

struct exact_x
explain_x(const struct subject *subject, bool of_target)
{
    struct exact_x x = rule_x(subject->input, of_target);
    if (of_target) {
        struct exact share = exact_of_x(&x);
        FIGURES(subject, "%s / %s %s", subject->item->actual, subject->item->target,
                explain_equals(subject, &share));
    }
    return x;
}
