/*
 * formula_parse.c - reads a formula by recursive descent; the first thing wrong ends it.
 */
#include "base/formula_internal.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"

/* --- tokens -------------------------------------------------------------------------------------
 */

enum token { T_END, T_NUMBER, T_NAME, T_SIGN };

/* Longer ones first. */
static const struct {
    const char *text;
    const char *means;
} signs[] = {
    {"<=", "<="}, {">=", ">="}, {"<>", "!="}, {"!=", "!="}, {"==", "="}, {"≤", "<="},
    {"≥", ">="},  {"≠", "!="},  {"×", "*"},   {"÷", "/"},   {"（", "("}, {"）", ")"},
    {"，", ","},  {"<", "<"},   {">", ">"},   {"=", "="},   {"+", "+"},  {"-", "-"},
    {"*", "*"},   {"/", "/"},   {"(", "("},   {")", ")"},   {",", ","},
};

struct parser {
    struct dc_arena *arena;
    const struct formula_grammar *grammar;
    struct formula *formula;
    struct formula_place place; /* of what is wrong */
    struct dc_error *error;
    enum token token;
    const char *sign;      /* T_SIGN: what it means */
    size_t from, to, last; /* the token's bytes; where the one before ended */
    int depth;
    size_t name_count;
};

static size_t
characters(const struct parser *p, size_t from, size_t to)
{
    return dc_utf8_length(p->formula->text + from, to - from);
}

static size_t
put_place(struct parser *p, size_t from, size_t to)
{
    p->place = (struct formula_place){characters(p, 0, from) + 1, characters(p, from, to)};
    return p->place.column;
}

static const char *
token_text(const struct parser *p)
{
    return dc_arena_strndup(p->arena, p->formula->text + p->from, p->to - p->from);
}

/* The token is not what may stand there. */
static enum dc_code
expected(struct parser *p, const char *allowed)
{
    size_t column = put_place(p, p->from, p->to);
    if (p->token == T_END) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: the formula ends where %s is expected", column, allowed);
    }
    return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                         "column %zu: \"%s\" stands where %s is expected", column, token_text(p),
                         allowed);
}

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
character_size(const char *at)
{
    size_t size = 1;
    while ((at[size] & 0xc0) == 0x80) {
        size++;
    }
    return size;
}

static enum dc_code
next(struct parser *p)
{
    const char *text = p->formula->text;
    size_t at = p->last = p->to;
    at += strspn(text + at, " \t\r\n");
    p->from = p->to = at;
    if (text[at] == '\0') {
        p->token = T_END;
        return DC_OK;
    }
    if (is_name_byte(text[at]) && !is_digit(text[at])) {
        p->token = T_NAME;
        while (is_name_byte(text[p->to])) {
            p->to++;
        }
        return DC_OK;
    }
    if (is_digit(text[at])) {
        p->token = T_NUMBER;
        while (is_name_byte(text[p->to]) || text[p->to] == '.') {
            p->to++;
        }
        return DC_OK;
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        size_t length = strlen(signs[i].text);
        if (strncmp(text + at, signs[i].text, length) == 0) {
            p->token = T_SIGN;
            p->sign = signs[i].means;
            p->to = at + length;
            return DC_OK;
        }
    }
    p->to = at + character_size(text + at);
    p->token = T_SIGN;
    return expected(p, DC_WORDS("a number, a measure's code, a function or an operator"));
}

static bool
at_sign(const struct parser *p, const char *sign)
{
    return p->token == T_SIGN && strcmp(p->sign, sign) == 0;
}

static bool
at_word(const struct parser *p, const char *word)
{
    size_t length = strlen(word);
    return p->token == T_NAME && p->to - p->from == length &&
           strncmp(p->formula->text + p->from, word, length) == 0;
}

static enum dc_code
take_sign(struct parser *p, const char *sign, const char *allowed)
{
    return at_sign(p, sign) ? next(p) : expected(p, allowed);
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* What was read: a part, of which kind, from where to where. */
struct piece {
    uint16_t part;
    enum formula_result kind;
    size_t from, to;
};

static enum dc_code
add_part(struct parser *p, enum formula_op op, size_t from, uint16_t *ret_part)
{
    if (p->formula->part_count == FORMULA_PARTS_MAX) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: a formula has at most %d parts",
                             put_place(p, from, p->to), FORMULA_PARTS_MAX);
    }
    uint16_t part = (uint16_t)++p->formula->part_count;
    p->formula->parts[part] = (struct formula_part){.op = op, .name = ""};
    *ret_part = part;
    return DC_OK;
}

static enum dc_code
want(struct parser *p, const struct piece *piece, enum formula_result kind)
{
    if (piece->kind == kind) {
        return DC_OK;
    }
    size_t column = put_place(p, piece->from, piece->to);
    return kind == FORMULA_NUMBER
               ? dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                               "column %zu: a condition stands where a number is expected; "
                               "if(condition, 1, 0) makes a number of it",
                               column)
               : dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                               "column %zu: a number stands where a condition is expected, such "
                               "as x > 0",
                               column);
}

static enum dc_code
join(struct parser *p, enum formula_op op, enum formula_result kind, const struct piece *right,
     struct piece *left)
{
    uint16_t part;
    DC_TRY(add_part(p, op, left->from, &part));
    p->formula->parts[part].first = left->part;
    p->formula->parts[left->part].next = right->part;
    *left = (struct piece){part, kind, left->from, right->to};
    return DC_OK;
}

static enum dc_code deeper(struct parser *p);
static enum dc_code read_condition(struct parser *p, struct piece *ret);
static enum dc_code read_sign(struct parser *p, struct piece *ret);

static enum dc_code
deeper(struct parser *p)
{
    if (++p->depth > FORMULA_DEPTH_MAX) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: at most %d parentheses, functions and signs inside each "
                             "other",
                             put_place(p, p->from, p->to), FORMULA_DEPTH_MAX);
    }
    return DC_OK;
}

/* --- numbers, names, functions ------------------------------------------------------------------
 */

static enum dc_code
read_number(struct parser *p, struct piece *ret)
{
    const char *text = token_text(p);
    size_t whole = strspn(text, "0123456789");
    size_t behind = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    size_t length = whole + (text[whole] == '.' ? behind + 1 : 0);
    if (text[length] != '\0' || whole > 12 || behind > 6 || (text[whole] == '.' && behind == 0)) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: \"%.40s\" is not a number: up to 12 digits before and up "
                             "to 6 after the point",
                             put_place(p, p->from, p->to), text);
    }
    *ret = (struct piece){.kind = FORMULA_NUMBER, .from = p->from, .to = p->to};
    DC_TRY(add_part(p, OP_NUMBER, p->from, &ret->part));
    DC_TRY(dc_decimal_parse(text, &p->formula->parts[ret->part].number, p->error));
    return next(p);
}

static enum dc_code
note_input(struct parser *p, enum formula_source source, const char *name)
{
    struct formula *f = p->formula;
    bool named = false;
    f->uses |= FORMULA_USES(source);
    for (size_t i = 0; i < f->input_count; i++) {
        named |= strcmp(f->inputs[i].name, name) == 0;
        if (f->inputs[i].source == source && strcmp(f->inputs[i].name, name) == 0) {
            return DC_OK;
        }
    }
    p->name_count += !named && name[0];
    if (p->name_count > FORMULA_NAMES_MAX) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: a formula is of at most %d measures", p->place.column,
                             FORMULA_NAMES_MAX);
    }
    f->inputs[f->input_count++] = (struct formula_input){source, name};
    return DC_OK;
}

static enum dc_code
add_input(struct parser *p, enum formula_source source, const char *name, size_t from, size_t to,
          struct piece *ret)
{
    *ret = (struct piece){.kind = FORMULA_NUMBER, .from = from, .to = to};
    put_place(p, from, to);
    DC_TRY(note_input(p, source, name));
    DC_TRY(add_part(p, OP_INPUT, from, &ret->part));
    struct formula_part *part = &p->formula->parts[ret->part];
    part->source = source;
    part->name = name;
    part->from = from;
    part->to = to;
    return DC_OK;
}

/* The token is the code of a measure; goes on behind it. */
static enum dc_code
take_measure(struct parser *p, const char **ret_name)
{
    if (p->token != T_NAME) {
        return expected(p, DC_WORDS("a measure's code"));
    }
    const char *name = token_text(p);
    const struct formula_grammar *grammar = p->grammar;
    if (strlen(name) > FORMULA_NAME_MAX ||
        (grammar->knows && !grammar->knows(grammar->context, name))) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, grammar->field,
                             "column %zu: there is no measure \"%.60s\" in use",
                             put_place(p, p->from, p->to), name);
    }
    *ret_name = name;
    return next(p);
}

enum arguments { NONE, CODE, ONE, PLACES, LIST, CHOICE };
static const struct function {
    const char *name;
    enum arguments arguments;
    enum formula_op op;
    enum formula_source source;
} functions[] = {
    {"if", CHOICE, OP_IF, 0},
    {"min", LIST, OP_MIN, 0},
    {"max", LIST, OP_MAX, 0},
    {"abs", ONE, OP_ABS, 0},
    {"round", PLACES, OP_ROUND, 0},
    {"coalesce", LIST, OP_COALESCE, 0},
    {"has", ONE, OP_HAS, 0},
    {"headcount", NONE, OP_INPUT, FORMULA_HEADCOUNT},
    {"previous", CODE, OP_INPUT, FORMULA_PREVIOUS},
    {"last_year", CODE, OP_INPUT, FORMULA_LAST_YEAR},
    {"actual", NONE, OP_INPUT, FORMULA_ACTUAL},
    {"target", NONE, OP_INPUT, FORMULA_TARGET},
};

const char *
formula_source_name(enum formula_source source)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (functions[i].op == OP_INPUT && functions[i].source == source) {
            return functions[i].name;
        }
    }
    return "";
}

/* Behind "(": what the function is given, up to the closing parenthesis. */
static enum dc_code
read_places(struct parser *p, uint16_t part)
{
    static const char *const places = DC_WORDS("a number of places, 0 to 6,");
    DC_TRY(take_sign(p, ",", DC_WORDS("a comma and a number of places, 0 to 6,")));
    char digit = p->formula->text[p->from];
    if (p->token != T_NUMBER || p->to - p->from != 1 || digit > '6') {
        return expected(p, places);
    }
    p->formula->parts[part].places = digit - '0';
    return next(p);
}

static enum dc_code
read_list(struct parser *p, uint16_t part, size_t least, size_t most, bool choice)
{
    struct piece piece;
    uint16_t last = 0;
    for (size_t i = 0; i < most; i++) {
        if (i > 0 && i >= least && at_sign(p, ")")) {
            break;
        }
        if (i > 0) {
            DC_TRY(take_sign(p, ",",
                             i < least ? DC_WORDS("a comma and one part more")
                                       : DC_WORDS("a comma or a closing parenthesis")));
        }
        DC_TRY(read_condition(p, &piece));
        DC_TRY(want(p, &piece, choice && i == 0 ? FORMULA_CONDITION : FORMULA_NUMBER));
        if (last) {
            p->formula->parts[last].next = piece.part;
        } else {
            p->formula->parts[part].first = piece.part;
        }
        last = piece.part;
    }
    return DC_OK;
}

static enum dc_code
read_arguments(struct parser *p, const struct function *function, size_t from, struct piece *ret)
{
    const char *name = "";
    if (function->op == OP_INPUT) {
        if (function->arguments == CODE) {
            DC_TRY(take_measure(p, &name));
        }
        size_t to = p->to;
        DC_TRY(take_sign(p, ")", DC_WORDS("a closing parenthesis")));
        return add_input(p, function->source, name, from, to, ret);
    }
    uint16_t part;
    DC_TRY(add_part(p, function->op, from, &part));
    bool one = function->arguments == ONE || function->arguments == PLACES;
    size_t least = one ? 1 : function->arguments == CHOICE ? 3 : 2;
    DC_TRY(read_list(p, part, least, function->arguments == LIST ? FORMULA_LIST_MAX : least,
                     function->arguments == CHOICE));
    if (function->arguments == PLACES) {
        DC_TRY(read_places(p, part));
    }
    *ret = (struct piece){part, function->op == OP_HAS ? FORMULA_CONDITION : FORMULA_NUMBER, from,
                          p->to};
    return take_sign(p, ")", DC_WORDS("a closing parenthesis"));
}

static enum dc_code
read_function(struct parser *p, const struct function *function, size_t from, struct piece *ret)
{
    bool rule = function->source == FORMULA_ACTUAL || function->source == FORMULA_TARGET;
    if (rule && function->op == OP_INPUT && !p->grammar->in_rule) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "column %zu: %s() is known only in the rules of a plan",
                             put_place(p, from, p->last), function->name);
    }
    DC_TRY(deeper(p));
    DC_TRY(next(p));
    DC_TRY(read_arguments(p, function, from, ret));
    p->depth--;
    return DC_OK;
}

/* A name: of a function where "(" follows, of a measure otherwise. */
static enum dc_code
read_name(struct parser *p, struct piece *ret)
{
    size_t from = p->from, to = p->to, behind = to + strspn(p->formula->text + to, " \t\r\n");
    const char *name = token_text(p);
    bool call = p->formula->text[behind] == '(' ||
                strncmp(p->formula->text + behind, "（", strlen("（")) == 0;
    if (!call) {
        DC_TRY(take_measure(p, &name));
        return add_input(p, FORMULA_MEASURE, name, from, to, ret);
    }
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (strcmp(functions[i].name, name) == 0) {
            DC_TRY(next(p));
            return read_function(p, &functions[i], from, ret);
        }
    }
    return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                         "column %zu: there is no function \"%.60s\"; there are if, min, max, abs, "
                         "round, coalesce, has, headcount, previous and last_year",
                         put_place(p, from, to), name);
}

static enum dc_code
read_primary(struct parser *p, struct piece *ret)
{
    static const char *const allowed =
        DC_WORDS("a number, a measure's code, a function or an opening parenthesis");
    bool word = at_word(p, "and") || at_word(p, "or") || at_word(p, "not");
    if (p->token == T_NUMBER) {
        return read_number(p, ret);
    }
    if (p->token == T_NAME && !word) {
        return read_name(p, ret);
    }
    if (!at_sign(p, "(")) {
        return expected(p, allowed);
    }
    size_t from = p->from;
    DC_TRY(deeper(p));
    DC_TRY(next(p));
    DC_TRY(read_condition(p, ret));
    size_t to = p->to;
    DC_TRY(take_sign(p, ")", DC_WORDS("an operator or a closing parenthesis")));
    ret->from = from;
    ret->to = to;
    p->depth--;
    return DC_OK;
}

/* --- operators ----------------------------------------------------------------------------------
 */

/* "-" or "not" before something. */
static enum dc_code
read_before(struct parser *p, enum formula_op op, enum formula_result kind,
            enum dc_code (*read)(struct parser *p, struct piece *ret), struct piece *ret)
{
    size_t from = p->from;
    struct piece piece;
    uint16_t part;
    DC_TRY(deeper(p));
    DC_TRY(next(p));
    DC_TRY(read(p, &piece));
    DC_TRY(want(p, &piece, kind));
    DC_TRY(add_part(p, op, from, &part));
    p->formula->parts[part].first = piece.part;
    *ret = (struct piece){part, kind, from, piece.to};
    p->depth--;
    return DC_OK;
}

static enum dc_code
read_sign(struct parser *p, struct piece *ret)
{
    return at_sign(p, "-") ? read_before(p, OP_NEGATE, FORMULA_NUMBER, read_sign, ret)
                           : read_primary(p, ret);
}

struct infix {
    const char *sign; /* or word */
    enum formula_op op;
};

static const struct infix *
operator_at(const struct parser *p, const struct infix *operators)
{
    for (; operators->sign; operators++) {
        if (at_sign(p, operators->sign) || at_word(p, operators->sign)) {
            return operators;
        }
    }
    return NULL;
}

/* a op b op c, from the left. */
static enum dc_code
read_chain(struct parser *p, const struct infix *operators, enum formula_result kind,
           enum dc_code (*read)(struct parser *p, struct piece *ret), struct piece *ret)
{
    struct piece right;
    const struct infix *operator;
    DC_TRY(read(p, ret));
    while ((operator= operator_at(p, operators))) {
        DC_TRY(want(p, ret, kind));
        DC_TRY(next(p));
        DC_TRY(read(p, &right));
        DC_TRY(want(p, &right, kind));
        DC_TRY(join(p, operator->op, kind, &right, ret));
    }
    return DC_OK;
}

static enum dc_code
read_product(struct parser *p, struct piece *ret)
{
    static const struct infix operators[] = {{"*", OP_MULTIPLY}, {"/", OP_DIVIDE}, {0}};
    return read_chain(p, operators, FORMULA_NUMBER, read_sign, ret);
}

static enum dc_code
read_sum(struct parser *p, struct piece *ret)
{
    static const struct infix operators[] = {{"+", OP_ADD}, {"-", OP_SUBTRACT}, {0}};
    return read_chain(p, operators, FORMULA_NUMBER, read_product, ret);
}

static enum dc_code
read_comparison(struct parser *p, struct piece *ret)
{
    static const struct infix operators[] = {{"=", OP_EQUAL},
                                             {"!=", OP_UNEQUAL},
                                             {"<", OP_BELOW},
                                             {"<=", OP_AT_MOST},
                                             {">", OP_ABOVE},
                                             {">=", OP_AT_LEAST},
                                             {0}};
    struct piece right;
    DC_TRY(read_sum(p, ret));
    const struct infix *operator= operator_at(p, operators);
    if (!operator) {
        return DC_OK;
    }
    DC_TRY(want(p, ret, FORMULA_NUMBER));
    DC_TRY(next(p));
    DC_TRY(read_sum(p, &right));
    DC_TRY(want(p, &right, FORMULA_NUMBER));
    DC_TRY(join(p, operator->op, FORMULA_CONDITION, &right, ret));
    return operator_at(p, operators) ? expected(p, DC_WORDS("and, or, or a closing parenthesis"))
                                     : DC_OK;
}

static enum dc_code
read_not(struct parser *p, struct piece *ret)
{
    return at_word(p, "not") ? read_before(p, OP_NOT, FORMULA_CONDITION, read_not, ret)
                             : read_comparison(p, ret);
}

static enum dc_code
read_and(struct parser *p, struct piece *ret)
{
    static const struct infix operators[] = {{"and", OP_AND}, {0}};
    return read_chain(p, operators, FORMULA_CONDITION, read_not, ret);
}

static enum dc_code
read_condition(struct parser *p, struct piece *ret)
{
    static const struct infix operators[] = {{"or", OP_OR}, {0}};
    return read_chain(p, operators, FORMULA_CONDITION, read_and, ret);
}

/* --- the whole ----------------------------------------------------------------------------------
 */

static enum dc_code
read_all(struct parser *p)
{
    struct piece top;
    const char *text = p->formula->text;
    size_t length = strlen(text);
    if (!dc_utf8_is_valid(text, length) || dc_utf8_length(text, length) > FORMULA_TEXT_MAX) {
        return dc_fail_field(p->error, DC_INVALID_ARGUMENT, p->grammar->field,
                             "a formula is a text of at most %d characters", FORMULA_TEXT_MAX);
    }
    DC_TRY(next(p));
    DC_TRY(read_condition(p, &top));
    if (p->token != T_END) {
        return expected(p, DC_WORDS("an operator or the end"));
    }
    DC_TRY(want(p, &top, p->grammar->result));
    p->formula->top = top.part;
    return DC_OK;
}

enum dc_code
formula_parse(struct dc_arena *arena, const char *text, const struct formula_grammar *grammar,
              const struct formula **ret_formula, struct formula_place *ret_place,
              struct dc_error *error)
{
    DC_ASSERT(arena && text && grammar && grammar->field);
    struct formula *formula = DC_NEW(arena, struct formula);
    formula->text = dc_arena_strdup(arena, text);
    formula->result = grammar->result;
    struct parser p = {.arena = arena, .grammar = grammar, .formula = formula, .error = error};
    enum dc_code code = read_all(&p);
    if (code == DC_OK) {
        *ret_formula = formula;
    } else if (ret_place) {
        *ret_place = p.place;
    }
    return code;
}
