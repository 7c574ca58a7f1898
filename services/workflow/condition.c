/* condition.c - reading and weighing conditions. */
#include "condition.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "base/text.h"

enum comparing { EQUAL, UNEQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };
enum operand_kind { FACT, NUMBER, TEXT };
struct operand {
    enum operand_kind kind;
    const char *text; /* name of a FACT, content of a TEXT */
    struct dc_decimal number;
};

enum node_kind { COMPARISON, AND, OR, NOT };
struct node {
    enum node_kind kind;
    const struct node *left; /* AND, OR, NOT */
    const struct node *right;
    enum comparing comparing; /* COMPARISON */
    struct operand a, b;
};

struct wf_condition {
    const struct node *root;
    const char *facts[WF_CONDITION_FACTS_MAX];
    size_t fact_count;
};

/* --- tokens ---------------------------------------------------------------------------- */

enum token_kind {
    END,
    NAME,
    NUMBER_TOKEN,
    TEXT_TOKEN,
    OPERATOR,
    OPEN,
    CLOSE,
    AND_TOKEN,
    OR_TOKEN,
    NOT_TOKEN,
    WRONG
};
struct token {
    enum token_kind kind;
    const char *start;
    size_t length;
    enum comparing comparing;
};

struct parser {
    struct dc_arena *arena;
    const char *text;
    const char *at; /* behind `token` */
    struct token token;
    struct wf_condition *condition;
    int depth;
    struct wf_condition_problem problem;
};

static const struct {
    const char *text;
    enum token_kind kind;
    enum comparing comparing;
} signs[] = {
    /* Longer ones first. */
    {"==", OPERATOR, EQUAL},
    {"!=", OPERATOR, UNEQUAL},
    {"<>", OPERATOR, UNEQUAL},
    {"<=", OPERATOR, LESS_EQUAL},
    {">=", OPERATOR, GREATER_EQUAL},
    {"=", OPERATOR, EQUAL},
    {"<", OPERATOR, LESS},
    {">", OPERATOR, GREATER},
    {"≠", OPERATOR, UNEQUAL},
    {"≤", OPERATOR, LESS_EQUAL},
    {"≥", OPERATOR, GREATER_EQUAL},
    {"(", OPEN, EQUAL},
    {")", CLOSE, EQUAL},
    {"（", OPEN, EQUAL},
    {"）", CLOSE, EQUAL},
    {"且", AND_TOKEN, EQUAL},
    {"或", OR_TOKEN, EQUAL},
    {"非", NOT_TOKEN, EQUAL},
};

static const char digits[] = "0123456789";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

static size_t
number_length(const char *text)
{
    size_t length = *text == '-';
    size_t whole = strspn(text + length, digits);
    if (whole == 0) {
        return 0;
    }
    length += whole;
    if (text[length] == '.') {
        length += 1 + strspn(text + length + 1, digits);
    }
    return length;
}

static struct token
word_at(const char *text)
{
    struct token token = {.kind = NAME, .start = text, .length = strspn(text, letters)};
    static const struct {
        const char *text;
        enum token_kind kind;
    } words[] = {{"and", AND_TOKEN}, {"or", OR_TOKEN}, {"not", NOT_TOKEN}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].text) == token.length &&
            strncmp(words[i].text, text, token.length) == 0) {
            token.kind = words[i].kind;
        }
    }
    return token;
}

static struct token
token_at(const char *text)
{
    if (*text == '\0') {
        return (struct token){.kind = END, .start = text};
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (dc_text_starts_with(text, signs[i].text)) {
            return (struct token){signs[i].kind, text, strlen(signs[i].text), signs[i].comparing};
        }
    }
    if (*text >= 'a' && *text <= 'z') {
        return word_at(text);
    }
    if (*text == '"' || *text == '\'') {
        const char *end = strchr(text + 1, *text);
        return (struct token){.kind = end ? TEXT_TOKEN : WRONG,
                              .start = text,
                              .length = end ? (size_t)(end - text) + 1 : 1};
    }
    size_t length = number_length(text);
    return (struct token){
        .kind = length ? NUMBER_TOKEN : WRONG, .start = text, .length = length ? length : 1};
}

static void
advance(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
    parser->token = token_at(parser->at);
    parser->at += parser->token.length;
}

static enum dc_code
refuse(struct parser *parser, const char *at, struct dc_bilingual what)
{
    int column = (int)dc_utf8_length(parser->text, (size_t)(at - parser->text)) + 1;
    parser->problem.column = column;
    parser->problem.message = DC_BILINGUAL(
        dc_arena_printf(parser->arena, "column %d of the condition: %s", column, what.en),
        dc_arena_printf(parser->arena, "条件第 %d 列：%s", column, what.zh));
    return DC_INVALID_ARGUMENT;
}

/* The token as messages quote it: valid, and short. */
static struct dc_bilingual
quoted(struct dc_arena *arena, const struct token *token)
{
    if (token->kind == END) {
        return DC_BILINGUAL("its end", "结尾");
    }
    /* A character as a whole, not a byte of it. */
    size_t length = token->length;
    while (token->kind == WRONG && ((unsigned char)token->start[length] & 0xc0) == 0x80) {
        length++;
    }
    const char *text = dc_arena_strndup(arena, token->start, length < 40 ? length : 40);
    return dc_utf8_is_valid(text, strlen(text)) ? dc_bilingual_printf(arena, "\"%s\"", "“%s”", text)
                                                : DC_BILINGUAL("a long text", "一段长文本");
}

static enum dc_code
expected(struct parser *parser, struct dc_bilingual wanted)
{
    const struct token *token = &parser->token;
    if (token->kind == WRONG && (*token->start == '"' || *token->start == '\'')) {
        return refuse(parser, token->start,
                      DC_BILINGUAL("a text that begins here has no closing quote",
                                   "从这里开始的文本没有闭合的引号"));
    }
    struct dc_bilingual found = quoted(parser->arena, token);
    return refuse(
        parser, token->start,
        DC_BILINGUAL(
            dc_arena_printf(parser->arena, "%s is wanted, and here is %s", wanted.en, found.en),
            dc_arena_printf(parser->arena, "应为%s，这里却是%s", wanted.zh, found.zh)));
}

/* --- grammar --------------------------------------------------------------------------- */

static enum dc_code
note_fact(struct parser *parser, const char *name, const char *at)
{
    struct wf_condition *condition = parser->condition;
    for (size_t i = 0; i < condition->fact_count; i++) {
        if (strcmp(condition->facts[i], name) == 0) {
            return DC_OK;
        }
    }
    if (condition->fact_count == WF_CONDITION_FACTS_MAX) {
        return refuse(parser, at,
                      DC_BILINGUAL("it names more than 30 facts", "引用的数值超过 30 个"));
    }
    condition->facts[condition->fact_count++] = name;
    return DC_OK;
}

static enum dc_code
read_operand(struct parser *parser, struct operand *ret_operand)
{
    struct token token = parser->token;
    struct operand operand = {0};
    if (token.kind == NAME) {
        if (token.length > WF_FACT_NAME_MAX) {
            return refuse(parser, token.start,
                          DC_BILINGUAL("a name has at most 40 characters", "名称最多 40 个字符"));
        }
        operand.kind = FACT;
        operand.text = dc_arena_strndup(parser->arena, token.start, token.length);
        DC_TRY(note_fact(parser, operand.text, token.start));
    } else if (token.kind == NUMBER_TOKEN) {
        operand.kind = NUMBER;
        const char *text = dc_arena_strndup(parser->arena, token.start, token.length);
        if (dc_decimal_parse(text, &operand.number, NULL) != DC_OK) {
            return refuse(
                parser, token.start,
                DC_BILINGUAL("a number has at most 24 digits before the point and 6 after it",
                             "数字整数最多 24 位，小数最多 6 位"));
        }
    } else if (token.kind == TEXT_TOKEN) {
        operand.kind = TEXT;
        operand.text = dc_arena_strndup(parser->arena, token.start + 1, token.length - 2);
    } else {
        return expected(parser,
                        DC_BILINGUAL("a fact, a number or a \"text\"", "数值名、数字或 \"文本\""));
    }
    advance(parser);
    *ret_operand = operand;
    return DC_OK;
}

static enum dc_code
read_comparison(struct parser *parser, const struct node **ret_node)
{
    struct node *node = DC_NEW(parser->arena, struct node);
    node->kind = COMPARISON;
    const char *start = parser->token.start;
    DC_TRY(read_operand(parser, &node->a));
    if (parser->token.kind != OPERATOR) {
        return expected(parser,
                        DC_BILINGUAL("a comparison (= != < <= > >=)", "比较符（= != < <= > >=）"));
    }
    const char *sign = parser->token.start;
    node->comparing = parser->token.comparing;
    advance(parser);
    DC_TRY(read_operand(parser, &node->b));
    if (node->a.kind != FACT && node->b.kind != FACT) {
        return refuse(parser, start,
                      DC_BILINGUAL("it compares no fact, so it would always be the same",
                                   "没有引用任何数值，结果永远相同"));
    }
    bool text = node->a.kind == TEXT || node->b.kind == TEXT;
    if (text && node->comparing != EQUAL && node->comparing != UNEQUAL) {
        return refuse(
            parser, sign,
            DC_BILINGUAL("a text can only be compared by = and !=", "文本只能用 = 和 != 比较"));
    }
    *ret_node = node;
    return DC_OK;
}

static enum dc_code read_or(struct parser *parser, const struct node **ret_node);

static enum dc_code
read_not(struct parser *parser, const struct node **ret_node)
{
    const char *start = parser->token.start;
    bool opening = parser->token.kind == OPEN;
    if (!opening && parser->token.kind != NOT_TOKEN) {
        return read_comparison(parser, ret_node);
    }
    if (++parser->depth > WF_CONDITION_DEPTH) {
        return refuse(parser, start,
                      DC_BILINGUAL("at most 16 parentheses and \"not\" stand inside each other",
                                   "括号与 not 最多嵌套 16 层"));
    }
    advance(parser);
    if (opening) {
        DC_TRY(read_or(parser, ret_node));
        if (parser->token.kind != CLOSE) {
            return expected(parser, DC_BILINGUAL("\")\", \"and\" or \"or\"", "“)”、and 或 or"));
        }
        advance(parser);
    } else {
        struct node *node = DC_NEW(parser->arena, struct node);
        node->kind = NOT;
        DC_TRY(read_not(parser, &node->left));
        *ret_node = node;
    }
    parser->depth--;
    return DC_OK;
}

static enum dc_code
read_chain(struct parser *parser, enum node_kind kind, enum token_kind link,
           enum dc_code (*read)(struct parser *, const struct node **),
           const struct node **ret_node)
{
    const struct node *left;
    DC_TRY(read(parser, &left));
    while (parser->token.kind == link) {
        advance(parser);
        struct node *node = DC_NEW(parser->arena, struct node);
        *node = (struct node){.kind = kind, .left = left};
        DC_TRY(read(parser, &node->right));
        left = node;
    }
    *ret_node = left;
    return DC_OK;
}

static enum dc_code
read_and(struct parser *parser, const struct node **ret_node)
{
    return read_chain(parser, AND, AND_TOKEN, read_not, ret_node);
}

static enum dc_code
read_or(struct parser *parser, const struct node **ret_node)
{
    return read_chain(parser, OR, OR_TOKEN, read_and, ret_node);
}

static bool
is_clean(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (((unsigned char)*c < 0x20 && !strchr("\t\r\n", *c)) || *c == 0x7f) {
            return false;
        }
    }
    return dc_utf8_is_valid(text, strlen(text));
}

static enum dc_code
read_all(struct parser *parser)
{
    if (strlen(parser->text) > WF_CONDITION_MAX) {
        parser->problem.message =
            dc_bilingual_printf(parser->arena, "a condition has at most %d bytes",
                                "条件最多 %d 字节", WF_CONDITION_MAX);
        return DC_INVALID_ARGUMENT;
    }
    if (!is_clean(parser->text)) {
        parser->problem.message =
            DC_BILINGUAL("a condition is valid UTF-8 without control characters",
                         "条件须为有效的 UTF-8，不含控制字符");
        return DC_INVALID_ARGUMENT;
    }
    advance(parser);
    DC_TRY(read_or(parser, &parser->condition->root));
    return parser->token.kind == END
               ? DC_OK
               : expected(parser, DC_BILINGUAL("\"and\", \"or\" or the end", "and、or 或结尾"));
}

enum dc_code
wf_condition_parse(struct dc_arena *arena, const char *text,
                   const struct wf_condition **ret_condition,
                   struct wf_condition_problem *ret_problem)
{
    DC_ASSERT(arena && text && ret_condition);
    struct parser parser = {
        .arena = arena,
        .text = text,
        .at = text,
        .condition = DC_NEW(arena, struct wf_condition),
    };
    enum dc_code code = read_all(&parser);
    if (code != DC_OK) {
        if (ret_problem) {
            *ret_problem = parser.problem;
        }
        return code;
    }
    *ret_condition = parser.condition;
    return DC_OK;
}

size_t
wf_condition_fact_count(const struct wf_condition *condition)
{
    DC_ASSERT(condition);
    return condition->fact_count;
}

const char *
wf_condition_fact(const struct wf_condition *condition, size_t index)
{
    DC_ASSERT(condition && index < condition->fact_count);
    return condition->facts[index];
}

/* --- weighing -------------------------------------------------------------------------- */

struct weighing {
    const struct wf_fact *facts;
    size_t count;
    const char *culprit;
};

static enum wf_truth
truth(bool value)
{
    return value ? WF_TRUE : WF_FALSE;
}

static enum wf_truth
unknown(struct weighing *weighing, const char *name)
{
    if (!weighing->culprit) {
        weighing->culprit = name;
    }
    return WF_UNKNOWN;
}

/* NULL when the fact is missing. */
static const char *
text_of(const struct weighing *weighing, const struct operand *operand)
{
    if (operand->kind == TEXT) {
        return operand->text;
    }
    for (size_t i = 0; i < weighing->count; i++) {
        if (strcmp(weighing->facts[i].name, operand->text) == 0) {
            return weighing->facts[i].value;
        }
    }
    return NULL;
}

static bool
number_of(const struct weighing *weighing, const struct operand *operand,
          struct dc_decimal *ret_number)
{
    if (operand->kind == NUMBER) {
        *ret_number = operand->number;
        return true;
    }
    const char *text = text_of(weighing, operand);
    return text && dc_decimal_parse(text, ret_number, NULL) == DC_OK;
}

static bool
order_fits(enum comparing comparing, int order)
{
    switch (comparing) {
    case EQUAL:
        return order == 0;
    case UNEQUAL:
        return order != 0;
    case LESS:
        return order < 0;
    case LESS_EQUAL:
        return order <= 0;
    case GREATER:
        return order > 0;
    case GREATER_EQUAL:
        return order >= 0;
    }
    DC_ASSERT(!"an comparing");
    return false;
}

static enum wf_truth
weigh_comparison(struct weighing *weighing, const struct node *node)
{
    const struct operand *sides[] = {&node->a, &node->b};
    struct dc_decimal numbers[2];
    bool known[2], numeric[2];
    for (int i = 0; i < 2; i++) {
        numeric[i] = sides[i]->kind != TEXT && number_of(weighing, sides[i], &numbers[i]);
        known[i] = numeric[i] || text_of(weighing, sides[i]) != NULL;
        if (!known[i]) {
            return unknown(weighing, sides[i]->text);
        }
    }
    if (numeric[0] && numeric[1]) {
        return truth(order_fits(node->comparing, dc_decimal_cmp(numbers[0], numbers[1])));
    }
    bool as_numbers = node->a.kind == NUMBER || node->b.kind == NUMBER ||
                      (node->comparing != EQUAL && node->comparing != UNEQUAL);
    if (as_numbers) {
        return unknown(weighing, sides[numeric[0] ? 1 : 0]->text);
    }
    bool equal = strcmp(text_of(weighing, sides[0]), text_of(weighing, sides[1])) == 0;
    return truth(equal == (node->comparing == EQUAL));
}

/* As deep as the longest chain of a text of WF_CONDITION_MAX bytes: below 200. */
static enum wf_truth
weigh(struct weighing *weighing, const struct node *node)
{
    if (node->kind == COMPARISON) {
        return weigh_comparison(weighing, node);
    }
    enum wf_truth left = weigh(weighing, node->left);
    if (node->kind == NOT) {
        return left == WF_UNKNOWN ? left : truth(left == WF_FALSE);
    }
    enum wf_truth decisive = node->kind == AND ? WF_FALSE : WF_TRUE;
    if (left == decisive) {
        return left;
    }
    enum wf_truth right = weigh(weighing, node->right);
    return right == decisive || left != WF_UNKNOWN ? right : left;
}

enum wf_truth
wf_condition_holds(const struct wf_condition *condition, const struct wf_fact *facts,
                   size_t fact_count, const char **ret_culprit)
{
    DC_ASSERT(condition && (facts || fact_count == 0));
    struct weighing weighing = {.facts = facts, .count = fact_count};
    enum wf_truth result = weigh(&weighing, condition->root);
    if (ret_culprit) {
        *ret_culprit = result == WF_UNKNOWN ? weighing.culprit : NULL;
    }
    return result;
}

/* --- facts ----------------------------------------------------------------------------- */

static bool
is_fact_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= WF_FACT_NAME_MAX && *name >= 'a' && *name <= 'z' &&
           strspn(name, letters) == length && word_at(name).kind == NAME;
}

enum dc_code
wf_facts_check(const struct wf_fact *facts, size_t fact_count, struct dc_error *error)
{
    DC_ASSERT(facts || fact_count == 0);
    if (fact_count > WF_CONDITION_FACTS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "facts",
                             "%zu facts are told; at most %d are allowed", fact_count,
                             WF_CONDITION_FACTS_MAX);
    }
    char field[DC_ERROR_FIELD_MAX];
    for (size_t i = 0; i < fact_count; i++) {
        const char *value = facts[i].value;
        if (!is_fact_name(facts[i].name)) {
            snprintf(field, sizeof field, "facts[%zu].name", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "a fact's name is [a-z][a-z0-9_]*, at most %d characters, and not "
                                 "and, or, not",
                                 WF_FACT_NAME_MAX);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(facts[i].name, facts[j].name) == 0) {
                snprintf(field, sizeof field, "facts[%zu].name", i);
                return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                     "%s is told twice; each fact is told once", facts[i].name);
            }
        }
        bool good = is_clean(value) && dc_utf8_length(value, strlen(value)) <= WF_FACT_VALUE_MAX;
        if (!good || strpbrk(value, "\t\r\n")) {
            snprintf(field, sizeof field, "facts[%zu].value", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "a fact's value has at most %d characters and no control "
                                 "characters",
                                 WF_FACT_VALUE_MAX);
        }
    }
    return DC_OK;
}
