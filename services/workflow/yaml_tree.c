/* yaml_tree.c - YAML texts from outside, bounded, by way of libyaml. */
#include "yaml_tree.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

/* --- places ---------------------------------------------------------------------------- */

static struct wf_place
place_of(const yaml_mark_t *mark)
{
    return (struct wf_place){(int64_t)mark->line + 1, (int64_t)mark->column + 1};
}

struct wf_place
wf_yaml_place(const yaml_node_t *node)
{
    DC_ASSERT(node);
    return place_of(&node->start_mark);
}

static void
wrong_at(struct wf_yaml *yaml, struct wf_place place, struct dc_bilingual message)
{
    wf_problem_add(yaml->problems, place.line, place.column, message);
}

void
wf_yaml_wrong(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual message)
{
    wrong_at(yaml, wf_yaml_place(node), message);
}

void
wf_yaml_wrong_about(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                    struct dc_bilingual message)
{
    wf_yaml_wrong(yaml, node,
                  DC_BILINGUAL(dc_arena_printf(yaml->arena, "%s %s", what.en, message.en),
                               dc_arena_printf(yaml->arena, "%s%s", what.zh, message.zh)));
}

/* --- loading --------------------------------------------------------------------------- */

static void
start_parser(yaml_parser_t *parser, const char *text, size_t length)
{
    DC_ASSERT(yaml_parser_initialize(parser));
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
}

static void
wrong_yaml(struct wf_yaml *yaml, const yaml_parser_t *parser)
{
    const yaml_mark_t *mark = &parser->problem_mark;
    bool placed = mark->line != 0 || mark->column != 0 || mark->index != 0;
    struct wf_place place = placed ? place_of(mark) : (struct wf_place){1, 0};
    wrong_at(yaml, place,
             dc_bilingual_printf(yaml->arena, "this is not valid YAML: %s%s%s",
                                 "不是有效的 YAML：%s%s%s", parser->context ? parser->context : "",
                                 parser->context ? ", " : "",
                                 parser->problem ? parser->problem : "it cannot be read"));
}

/* What libyaml would resolve or carry along, and a definition does without. Nothing when it is
 * good.
 */
static struct dc_bilingual
refused(const yaml_event_t *event, int depth, int documents)
{
    static const struct dc_bilingual none;
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return DC_BILINGUAL("aliases (*name) are not allowed; write the value out",
                            "不允许别名（*name）；请直接写出值");
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    case YAML_DOCUMENT_START_EVENT:
        return documents > 1 ? DC_BILINGUAL("a second document begins here; one is allowed",
                                            "这里开始了第二个文档；只允许一个")
                             : none;
    default:
        return none;
    }
    if (anchor) {
        return DC_BILINGUAL(
            "anchors (&name) are not allowed; write the value out where it is wanted",
            "不允许锚点（&name）；请在需要处直接写出值");
    }
    if (tag) {
        return DC_BILINGUAL("tags (!name) are not allowed; types follow from the keys",
                            "不允许标签（!name）；类型由键决定");
    }
    return depth > WF_DEFINITION_DEPTH_MAX
               ? DC_BILINGUAL("this is nested deeper than any definition",
                              "嵌套层数超过任何流程定义")
               : none;
}

/* Levels that an event goes down. */
static int
step_of(yaml_event_type_t type)
{
    switch (type) {
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return 1;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return -1;
    default:
        return 0;
    }
}

/* Goes through the events before anything is built of them. */
static bool
is_plain(struct wf_yaml *yaml, const char *text, size_t length)
{
    yaml_parser_t parser;
    start_parser(&parser, text, length);
    int depth = 0, documents = 0;
    bool good = true, over = false;
    while (good && !over) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            wrong_yaml(yaml, &parser);
            good = false;
            break;
        }
        depth += step_of(event.type);
        documents += event.type == YAML_DOCUMENT_START_EVENT;
        struct dc_bilingual why = refused(&event, depth, documents);
        if (why.en) {
            wrong_at(yaml, place_of(&event.start_mark), why);
            good = false;
        }
        over = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return good;
}

bool
wf_yaml_load(struct wf_yaml *yaml, const char *text, size_t length)
{
    DC_ASSERT(yaml && yaml->arena && yaml->problems && (text || length == 0));
    if (length > WF_DEFINITION_BYTES_MAX) {
        wf_problem_add(
            yaml->problems, 0, 0,
            dc_bilingual_printf(yaml->arena, "the text has %zu bytes; at most %d are allowed",
                                "文本有 %zu 字节；最多 %d 字节", length, WF_DEFINITION_BYTES_MAX));
        return false;
    }
    if (!dc_utf8_is_valid(text, length)) {
        wf_problem_add(yaml->problems, 0, 0,
                       DC_BILINGUAL("the text is not valid UTF-8 without NUL characters",
                                    "文本不是有效的 UTF-8，或含有 NUL 字符"));
        return false;
    }
    if (!is_plain(yaml, text, length)) {
        return false;
    }
    yaml_parser_t parser;
    start_parser(&parser, text, length);
    bool loaded = yaml_parser_load(&parser, &yaml->document);
    if (!loaded) {
        wrong_yaml(yaml, &parser);
    }
    yaml_parser_delete(&parser);
    return loaded;
}

void
wf_yaml_release(struct wf_yaml *yaml)
{
    yaml_document_delete(&yaml->document);
}

const yaml_node_t *
wf_yaml_root(struct wf_yaml *yaml)
{
    return yaml_document_get_root_node(&yaml->document);
}

/* --- mappings and sequences ------------------------------------------------------------ */

static struct dc_bilingual
kind_of(const yaml_node_t *node)
{
    switch (node->type) {
    case YAML_SEQUENCE_NODE:
        return DC_BILINGUAL("a list", "列表");
    case YAML_MAPPING_NODE:
        return DC_BILINGUAL("a mapping", "键值表");
    default:
        return DC_BILINGUAL("a single value", "单个值");
    }
}

/* It is of another kind than `wanted`; `with`: what would stand in it, or "". */
static void
wrong_kind(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
           struct dc_bilingual wanted, const char *with)
{
    struct dc_bilingual is = kind_of(node);
    wf_yaml_wrong_about(yaml, node, what,
                        DC_BILINGUAL(dc_arena_printf(yaml->arena, "is %s; %s is wanted%s%s", is.en,
                                                     wanted.en, *with ? ", with " : "", with),
                                     dc_arena_printf(yaml->arena, "是%s；应为%s%s%s", is.zh,
                                                     wanted.zh, *with ? "，其中可有 " : "", with)));
}

/* Built only for a problem that is kept: a text may have ten thousand wrong keys. */
static const char *
keys_of(struct wf_yaml *yaml, const struct wf_yaml_field *fields)
{
    if (yaml->problems->count == WF_PROBLEMS_MAX) {
        return "";
    }
    const char *list = fields->key;
    for (fields++; fields->key; fields++) {
        list = dc_arena_printf(yaml->arena, "%s, %s", list, fields->key);
    }
    return list;
}

static const struct wf_yaml_field *
field_of(struct wf_yaml *yaml, const yaml_node_t *key, struct dc_bilingual what,
         const struct wf_yaml_field *fields)
{
    const char *text = wf_yaml_text(yaml, key, DC_BILINGUAL("a key", "键"));
    for (const struct wf_yaml_field *field = fields; text && field->key; field++) {
        if (strcmp(field->key, text) == 0) {
            return field;
        }
    }
    if (text) {
        const char *keys = keys_of(yaml, fields);
        wf_yaml_wrong(yaml, key,
                      DC_BILINGUAL(dc_arena_printf(yaml->arena,
                                                   "there is no key \"%.*s\" in %s; allowed are %s",
                                                   wf_cut(text), text, what.en, keys),
                                   dc_arena_printf(yaml->arena, "%s中没有键“%.*s”；可用的键：%s",
                                                   what.zh, wf_cut(text), text, keys)));
    }
    return NULL;
}

bool
wf_yaml_mapping(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                const struct wf_yaml_field *fields, void *target)
{
    if (node->type != YAML_MAPPING_NODE) {
        wrong_kind(yaml, node, what, DC_BILINGUAL("a mapping", "键值表"), keys_of(yaml, fields));
        return false;
    }
    uint64_t seen = 0; /* bit per field */
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&yaml->document, pair->key);
        const struct wf_yaml_field *field = field_of(yaml, key, what, fields);
        if (!field) {
            continue;
        }
        size_t at = (size_t)(field - fields);
        DC_ASSERT(at < 64);
        if (seen & UINT64_C(1) << at) {
            wf_yaml_wrong(
                yaml, key,
                DC_BILINGUAL(
                    dc_arena_printf(yaml->arena, "%s is given twice in %s", field->key, what.en),
                    dc_arena_printf(yaml->arena, "%s中 %s 出现两次", what.zh, field->key)));
            continue;
        }
        seen |= UINT64_C(1) << at;
        field->read(yaml, yaml_document_get_node(&yaml->document, pair->value), target);
    }
    for (size_t i = 0; fields[i].key; i++) {
        if (fields[i].required && !(seen & UINT64_C(1) << i)) {
            wf_yaml_wrong(
                yaml, node,
                DC_BILINGUAL(
                    dc_arena_printf(yaml->arena, "%s is missing in %s", fields[i].key, what.en),
                    dc_arena_printf(yaml->arena, "%s缺少 %s", what.zh, fields[i].key)));
        }
    }
    return true;
}

size_t
wf_yaml_sequence(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                 size_t minimum, size_t maximum, const yaml_node_t **ret_nodes)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        wrong_kind(yaml, node, what, DC_BILINGUAL("a list", "列表"), "");
        return 0;
    }
    size_t count = 0;
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *element = yaml_document_get_node(&yaml->document, *item);
        if (count == maximum) {
            wf_yaml_wrong(
                yaml, element,
                DC_BILINGUAL(
                    dc_arena_printf(yaml->arena, "there are more %s than the %zu that are allowed",
                                    what.en, maximum),
                    dc_arena_printf(yaml->arena, "%s过多；最多 %zu 个", what.zh, maximum)));
            return count;
        }
        ret_nodes[count++] = element;
    }
    if (count < minimum) {
        wf_yaml_wrong_about(yaml, node, what,
                            dc_bilingual_printf(yaml->arena,
                                                "are missing; at least %zu must stand here",
                                                "缺失；至少要有 %zu 个", minimum));
    }
    return count;
}

/* --- single values --------------------------------------------------------------------- */

/* C0, DEL and C1. */
static bool
has_controls(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0)) {
            return true;
        }
    }
    return false;
}

const char *
wf_yaml_text(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what)
{
    if (node->type != YAML_SCALAR_NODE) {
        wrong_kind(yaml, node, what, DC_BILINGUAL("a single value", "单个值"), "");
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    size_t length = node->data.scalar.length;
    if (!dc_utf8_is_valid(text, length)) {
        wf_yaml_wrong_about(
            yaml, node, what,
            DC_BILINGUAL("has characters that no text has", "含有文本不允许的字符"));
        return NULL;
    }
    return dc_arena_strndup(yaml->arena, text, length);
}

const char *
wf_yaml_name(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
             size_t maximum)
{
    const char *text = wf_yaml_text(yaml, node, what);
    if (!text) {
        return NULL;
    }
    size_t length = dc_utf8_length(text, strlen(text));
    if (length < 1 || length > maximum || has_controls(text) || text[strspn(text, " ")] == '\0') {
        wf_yaml_wrong_about(
            yaml, node, what,
            dc_bilingual_printf(yaml->arena,
                                "has %zu characters; allowed are 1 to %zu, none of them a control "
                                "character, not all of them blank",
                                "有 %zu 个字符；应为 1 到 %zu 个，不含控制字符，不能全为空格",
                                length, maximum));
        return NULL;
    }
    return text;
}

const char *
wf_yaml_code(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what)
{
    const char *text = wf_yaml_text(yaml, node, what);
    if (!text) {
        return NULL;
    }
    size_t length = strlen(text);
    bool good = length >= 1 && length <= WF_CODE_MAX && *text >= 'a' && *text <= 'z' &&
                strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
    if (!good) {
        wf_yaml_wrong_about(
            yaml, node, what,
            dc_bilingual_printf(yaml->arena,
                                "is \"%.*s\"; allowed are 1 to %d of a-z, 0-9 and _, a letter "
                                "first",
                                "为“%.*s”；应为 1 到 %d 个 a-z、0-9 或 _，以字母开头", wf_cut(text),
                                text, WF_CODE_MAX));
        return NULL;
    }
    return text;
}

const struct wf_word *
wf_yaml_word(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
             const struct wf_word *words)
{
    const char *text = wf_yaml_text(yaml, node, what);
    const struct wf_word *word = text ? wf_word_find(words, text) : NULL;
    if (text && !word) {
        wf_yaml_wrong_about(yaml, node, what,
                            dc_bilingual_printf(yaml->arena, "is \"%.*s\"; allowed are %s",
                                                "为“%.*s”；可填 %s", wf_cut(text), text,
                                                wf_words_list(yaml->arena, words)));
    }
    return word;
}

bool
wf_yaml_bool(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
             bool *ret_value)
{
    const char *text = wf_yaml_text(yaml, node, what);
    if (!text) {
        return false;
    }
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        wf_yaml_wrong_about(
            yaml, node, what,
            dc_bilingual_printf(yaml->arena, "is \"%.*s\"; allowed are true and false",
                                "为“%.*s”；可填 true 或 false", wf_cut(text), text));
        return false;
    }
    *ret_value = *text == 't';
    return true;
}

bool
wf_yaml_int(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
            int32_t minimum, int32_t maximum, int32_t *ret_value)
{
    const char *text = wf_yaml_text(yaml, node, what);
    int64_t value;
    if (!text) {
        return false;
    }
    if (dc_parse_int64(text, &value, NULL) != DC_OK || value < minimum || value > maximum) {
        wf_yaml_wrong_about(
            yaml, node, what,
            dc_bilingual_printf(yaml->arena, "is \"%.*s\"; a whole number from %d to %d is wanted",
                                "为“%.*s”；应为 %d 到 %d 的整数", wf_cut(text), text, minimum,
                                maximum));
        return false;
    }
    *ret_value = (int32_t)value;
    return true;
}
