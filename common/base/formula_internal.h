/*
 * formula_internal.h - what reading a formula and computing it share.
 */
#ifndef DC_BASE_FORMULA_INTERNAL_H
#define DC_BASE_FORMULA_INTERNAL_H

#include <stdint.h>

#include "base/formula.h"

enum formula_op {
    OP_NUMBER,
    OP_INPUT,
    OP_NEGATE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_BELOW,
    OP_AT_MOST,
    OP_ABOVE,
    OP_AT_LEAST,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_IF,
    OP_MIN,
    OP_MAX,
    OP_ABS,
    OP_ROUND,
    OP_COALESCE,
    OP_HAS,
};

struct formula_part {
    enum formula_op op;
    struct dc_decimal number;
    enum formula_source source;
    const char *name;
    int places;      /* OP_ROUND */
    uint16_t first;  /* its parts, 0 = none; part 0 is not used */
    uint16_t next;   /* beside it in the list that it stands in */
    size_t from, to; /* OP_INPUT: bytes of the text */
};

struct formula {
    const char *text;
    enum formula_result result;
    unsigned uses;
    uint16_t top;
    size_t part_count;
    struct formula_part parts[FORMULA_PARTS_MAX + 1];
    size_t input_count;
    struct formula_input inputs[FORMULA_PARTS_MAX];
};

#endif
