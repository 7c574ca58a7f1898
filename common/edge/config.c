/*
 * config.c - configuration as a table of rows: loading (config_pages.c has the pages made of them).
 *
 * Every source sets values through set_value(), which checks them against their row at once, so an
 * error can say where the value stands. Secret files are read last, when their path is settled.
 */
#include "edge/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/assert.h"
#include "base/words.h"

enum { NAME_MAX_BYTES = 128, SECRET_MAX_BYTES = 65536, WHERE_MAX = 320 };

struct value {
    const struct dc_option *row;
    bool given;
    char *text; /* TEXT; SECRET_FILE: the path until read, then the content */
    int64_t number;
    bool truth;
    char **items;
    size_t item_count;
    char *where; /* where a SECRET_FILE's path stands, for the error */
};

struct dc_config {
    struct value *values;
    size_t count;
};

static const char *const type_names[] = {
    [DC_OPTION_TEXT] = DC_WORDS("text"),        [DC_OPTION_INT] = DC_WORDS("whole number"),
    [DC_OPTION_BOOL] = DC_WORDS("bool"),        [DC_OPTION_LIST] = DC_WORDS("list"),
    [DC_OPTION_SECRET_FILE] = DC_WORDS("file"),
};

static char *
copy_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    DC_ASSERT(copy != NULL);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static void
clear_items(struct value *value)
{
    for (size_t i = 0; i < value->item_count; i++) {
        free(value->items[i]);
    }
    free(value->items);
    value->items = NULL;
    value->item_count = 0;
}

static void
add_item(struct value *value, const char *text, size_t length)
{
    char **items = realloc(value->items, (value->item_count + 1) * sizeof *items);
    DC_ASSERT(items != NULL);
    value->items = items;
    value->items[value->item_count++] = copy_text(text, length);
}

void
dc_config_free(struct dc_config *config)
{
    if (!config) {
        return;
    }
    for (size_t i = 0; i < config->count; i++) {
        struct value *value = &config->values[i];
        if (value->row->type == DC_OPTION_SECRET_FILE && value->text) {
            explicit_bzero(value->text, strlen(value->text));
        }
        free(value->text);
        free(value->where);
        clear_items(value);
    }
    free(config->values);
    free(config);
}

/* --- names -------------------------------------------------------------------------------------
 */

static struct value *
find(const struct dc_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->values[i].row->name, name) == 0) {
            return &config->values[i];
        }
    }
    return NULL;
}

static bool
is_section(const struct dc_config *config, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < config->count; i++) {
        const char *other = config->values[i].row->name;
        if (strncmp(other, name, length) == 0 && other[length] == '.') {
            return true;
        }
    }
    return length == 0;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance, by one row of the table; names are at most NAME_MAX_BYTES long. */
static size_t
distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_BYTES + 1];
    size_t width = strnlen(b, NAME_MAX_BYTES);
    for (size_t j = 0; j <= width; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t cost = smaller(diagonal + (a[i] != b[j]), smaller(row[j], row[j + 1]) + 1);
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    return row[width];
}

/* The nearest names, at most three, each no further than `limit` edits; none: whatever is allowed,
 * and false. */
static bool
nearest_names(const struct dc_config *config, const char *name, struct dc_text *text)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < config->count; i++) {
        best = smaller(best, distance(name, config->values[i].row->name));
    }
    size_t limit = strlen(name) / 2 + 1;
    size_t named = 0;
    if (best <= limit) {
        for (size_t i = 0; i < config->count && named < 3; i++) {
            if (distance(name, config->values[i].row->name) <= best + 1) {
                dc_text_printf(text, "%s%s", named++ ? ", " : "", config->values[i].row->name);
            }
        }
        return true;
    }
    for (size_t i = 0; i < config->count && named < 24; i++) {
        dc_text_printf(text, "%s%s", named++ ? ", " : "", config->values[i].row->name);
    }
    return false;
}

static enum dc_code
unknown_name(const struct dc_config *config, const char *where, const char *name,
             struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text names = DC_TEXT_INIT;
    char cut[NAME_MAX_BYTES];
    snprintf(cut, sizeof cut, "%s", name);
    bool near = nearest_names(config, cut, &names);
    return dc_fail_field(error, DC_INVALID_ARGUMENT, name,
                         near ? DC_WORDS("%s: there is no option \"%s\"; near it are: %s")
                              : DC_WORDS("%s: there is no option \"%s\"; allowed are: %s"),
                         where, cut, dc_text_cstr(&names));
}

/* --- values ------------------------------------------------------------------------------------
 */

static enum dc_code
set_int(struct value *value, const char *text, const char *where, struct dc_error *error)
{
    const struct dc_option *row = value->row;
    int64_t number;
    if (dc_parse_int64(text, &number, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, row->name,
                             "%s: %s is \"%s\"; a whole number is wanted", where, row->name, text);
    }
    bool bounded = row->minimum != 0 || row->maximum != 0;
    if (bounded && (number < row->minimum || number > row->maximum)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, row->name,
                             "%s: %s is %lld; allowed are %lld to %lld", where, row->name,
                             (long long)number, (long long)row->minimum, (long long)row->maximum);
    }
    value->number = number;
    return DC_OK;
}

static void
set_list(struct value *value, const char *text)
{
    clear_items(value);
    for (const char *start = text; *start;) {
        size_t length = strcspn(start, ",");
        const char *next = start + length + (start[length] == ',');
        while (length && (*start == ' ' || *start == '\t')) {
            start++;
            length--;
        }
        while (length && (start[length - 1] == ' ' || start[length - 1] == '\t')) {
            length--;
        }
        if (length) {
            add_item(value, start, length);
        }
        start = next;
    }
}

static enum dc_code
set_value(struct value *value, const char *text, const char *where, struct dc_error *error)
{
    if (!dc_utf8_is_valid(text, strlen(text))) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, value->row->name,
                             "%s: the value is not valid UTF-8", where);
    }
    switch (value->row->type) {
    case DC_OPTION_TEXT:
    case DC_OPTION_SECRET_FILE:
        free(value->text);
        free(value->where);
        value->text = copy_text(text, strlen(text));
        value->where = copy_text(where, strlen(where));
        break;
    case DC_OPTION_INT:
        DC_TRY(set_int(value, text, where, error));
        break;
    case DC_OPTION_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, value->row->name,
                                 "%s: %s is \"%s\"; allowed are true and false", where,
                                 value->row->name, text);
        }
        value->truth = text[0] == 't';
        break;
    case DC_OPTION_LIST:
        set_list(value, text);
        break;
    }
    value->given = true;
    return DC_OK;
}

/* --- the file ----------------------------------------------------------------------------------
 */

struct reading {
    struct dc_config *config;
    yaml_document_t *document;
    const char *path;
    struct dc_error *error;
    bool *seen; /* by index of value: set by this file already */
};

static void
where_of(const struct reading *reading, const yaml_node_t *node, char where[WHERE_MAX])
{
    snprintf(where, WHERE_MAX, "%s:%zu:%zu", reading->path, node->start_mark.line + 1,
             node->start_mark.column + 1);
}

static enum dc_code
read_scalar(const struct reading *reading, const yaml_node_t *node, struct value *value)
{
    char where[WHERE_MAX];
    where_of(reading, node, where);
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length) {
        return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, value->row->name,
                             "%s: the value holds a NUL character", where);
    }
    bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && (strcmp(text, "~") == 0 || strcmp(text, "null") == 0)) {
        text = "";
    }
    return set_value(value, text, where, reading->error);
}

static enum dc_code
read_sequence(const struct reading *reading, const yaml_node_t *node, struct value *value)
{
    clear_items(value);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *element = yaml_document_get_node(reading->document, *item);
        char where[WHERE_MAX];
        where_of(reading, element, where);
        if (element->type != YAML_SCALAR_NODE) {
            return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, value->row->name,
                                 "%s: an element of the list %s is not a text", where,
                                 value->row->name);
        }
        const char *text = (const char *)element->data.scalar.value;
        if (strlen(text) != element->data.scalar.length) {
            return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, value->row->name,
                                 "%s: the value holds a NUL character", where);
        }
        add_item(value, text, strlen(text));
    }
    value->given = true;
    return DC_OK;
}

static enum dc_code
read_leaf(const struct reading *reading, const yaml_node_t *key, const yaml_node_t *node,
          struct value *value)
{
    char where[WHERE_MAX];
    bool *seen = &reading->seen[value - reading->config->values];
    if (*seen) {
        where_of(reading, key, where);
        return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, value->row->name,
                             "%s: %s is given twice", where, value->row->name);
    }
    *seen = true;
    if (node->type == YAML_SCALAR_NODE) {
        return read_scalar(reading, node, value);
    }
    if (node->type == YAML_SEQUENCE_NODE && value->row->type == DC_OPTION_LIST) {
        return read_sequence(reading, node, value);
    }
    where_of(reading, node, where);
    return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, value->row->name,
                         "%s: %s is a %s; a %s is wanted", where, value->row->name,
                         node->type == YAML_SEQUENCE_NODE ? DC_WORDS("list") : DC_WORDS("mapping"),
                         type_names[value->row->type]);
}

/* Goes down only where a row's name goes, so anchors that nest cannot make it go deep. */
static enum dc_code
read_mapping(const struct reading *reading, const yaml_node_t *mapping, const char *prefix)
{
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(reading->document, pair->key);
        const yaml_node_t *node = yaml_document_get_node(reading->document, pair->value);
        char where[WHERE_MAX], name[NAME_MAX_BYTES];
        where_of(reading, key, where);
        if (key->type != YAML_SCALAR_NODE) {
            return dc_fail(reading->error, DC_INVALID_ARGUMENT, "%s: a key is not a text", where);
        }
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "",
                 (const char *)key->data.scalar.value);
        struct value *value = find(reading->config, name);
        if (value) {
            DC_TRY(read_leaf(reading, key, node, value));
        } else if (!is_section(reading->config, name)) {
            return unknown_name(reading->config, where, name, reading->error);
        } else if (node->type == YAML_MAPPING_NODE) {
            DC_TRY(read_mapping(reading, node, name));
        } else if (node->type != YAML_SCALAR_NODE || node->data.scalar.length != 0) {
            where_of(reading, node, where);
            return dc_fail_field(reading->error, DC_INVALID_ARGUMENT, name,
                                 "%s: %s is a section; options below it are wanted", where, name);
        }
    }
    return DC_OK;
}

static enum dc_code
read_document(struct dc_config *config, yaml_document_t *document, const char *path,
              struct dc_error *error)
{
    yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0)) {
        return DC_OK; /* an empty file */
    }
    if (root->type != YAML_MAPPING_NODE) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "%s:%zu:%zu: the file must be a mapping of options", path,
                       root->start_mark.line + 1, root->start_mark.column + 1);
    }
    DC_AUTO_FREE bool *seen = calloc(config->count + 1, sizeof *seen);
    DC_ASSERT(seen != NULL);
    struct reading reading = {config, document, path, error, seen};
    return read_mapping(&reading, root, "");
}

static enum dc_code
read_file(struct dc_config *config, const char *path, struct dc_error *error)
{
    DC_AUTO_FCLOSE FILE *file = fopen(path, "rbe");
    if (!file) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "%s cannot be read: %s", path, strerror(errno));
    }
    yaml_parser_t parser;
    DC_ASSERT(yaml_parser_initialize(&parser));
    yaml_parser_set_input_file(&parser, file);
    yaml_document_t document;
    enum dc_code code;
    if (!yaml_parser_load(&parser, &document)) {
        code = dc_fail(error, DC_INVALID_ARGUMENT, "%s:%zu:%zu: %s", path,
                       parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                       parser.problem ? parser.problem : DC_WORDS("not valid YAML"));
    } else {
        code = read_document(config, &document, path, error);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return code;
}

/* --- the other sources -------------------------------------------------------------------------
 */

/* "bus.endpoints" -> "DACHENG_BUS_ENDPOINTS". */
static void
environment_name(const char *name, char ret_name[NAME_MAX_BYTES + 16])
{
    int length = snprintf(ret_name, NAME_MAX_BYTES + 16, "DACHENG_%s", name);
    for (int i = 0; i < length && i < NAME_MAX_BYTES + 15; i++) {
        char c = ret_name[i];
        ret_name[i] = c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
}

/* An empty variable counts as not set: compose files pass those on for what nobody set. */
static enum dc_code
read_environment(struct dc_config *config, struct dc_error *error)
{
    for (size_t i = 0; i < config->count; i++) {
        char name[NAME_MAX_BYTES + 16], where[NAME_MAX_BYTES + 48];
        environment_name(config->values[i].row->name, name);
        const char *text = getenv(name);
        if (text && *text) {
            snprintf(where, sizeof where, "environment variable %s", name);
            DC_TRY(set_value(&config->values[i], text, where, error));
        }
    }
    return DC_OK;
}

static enum dc_code
read_sets(struct dc_config *config, const char *const *sets, size_t count, struct dc_error *error)
{
    for (size_t i = 0; i < count; i++) {
        char name[NAME_MAX_BYTES], where[NAME_MAX_BYTES + 16];
        size_t length = strcspn(sets[i], "=");
        if (sets[i][length] != '=' || length == 0 || length >= sizeof name) {
            return dc_fail(error, DC_INVALID_ARGUMENT, "--set %.80s: name=value is wanted",
                           sets[i]);
        }
        memcpy(name, sets[i], length);
        name[length] = '\0';
        snprintf(where, sizeof where, "--set %s", name);
        struct value *value = find(config, name);
        if (!value) {
            return unknown_name(config, where, name, error);
        }
        DC_TRY(set_value(value, sets[i] + length + 1, where, error));
    }
    return DC_OK;
}

/* "" as path: no secret. */
static enum dc_code
read_secret(struct value *value, struct dc_error *error)
{
    if (!*value->text) {
        return DC_OK;
    }
    DC_AUTO_FCLOSE FILE *file = fopen(value->text, "rbe");
    if (!file) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, value->row->name,
                             "%s: the file %s of %s cannot be read: %s", value->where, value->text,
                             value->row->name, strerror(errno));
    }
    DC_AUTO_FREE char *content = malloc(SECRET_MAX_BYTES + 1);
    DC_ASSERT(content != NULL);
    size_t size = fread(content, 1, SECRET_MAX_BYTES + 1, file);
    if (ferror(file) || size > SECRET_MAX_BYTES || memchr(content, '\0', size)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, value->row->name,
                             "%s: the file %s of %s is not a secret of at most %d bytes of text",
                             value->where, value->text, value->row->name, SECRET_MAX_BYTES);
    }
    if (size && content[size - 1] == '\n') {
        size--;
    }
    if (size && content[size - 1] == '\r') {
        size--;
    }
    free(value->text);
    value->text = copy_text(content, size);
    explicit_bzero(content, size);
    return DC_OK;
}

/* --- loading -----------------------------------------------------------------------------------
 */

static struct dc_config *
new_config(const struct dc_option *const *tables)
{
    struct dc_config *config = calloc(1, sizeof *config);
    DC_ASSERT(config != NULL);
    for (size_t t = 0; tables[t]; t++) {
        for (const struct dc_option *row = tables[t]; row->name; row++) {
            config->count++;
        }
    }
    config->values = calloc(config->count + 1, sizeof *config->values);
    DC_ASSERT(config->values != NULL);
    size_t i = 0;
    for (size_t t = 0; tables[t]; t++) {
        for (const struct dc_option *row = tables[t]; row->name; row++) {
            DC_ASSERT(strlen(row->name) < NAME_MAX_BYTES && row->sentence);
            config->values[i++].row = row;
        }
    }
    return config;
}

static enum dc_code
load(struct dc_config *config, const char *path, const char *const *sets, size_t set_count,
     struct dc_error *error)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct dc_option *row = config->values[i].row;
        DC_ASSERT(find(config, row->name) == &config->values[i]); /* names stand once */
        if (row->default_value) {
            enum dc_code code =
                set_value(&config->values[i], row->default_value, DC_WORDS("default"), error);
            DC_ASSERT(code == DC_OK);
        }
    }
    if (path) {
        DC_TRY(read_file(config, path, error));
    }
    DC_TRY(read_environment(config, error));
    DC_TRY(read_sets(config, sets, set_count, error));
    for (size_t i = 0; i < config->count; i++) {
        struct value *value = &config->values[i];
        if (!value->given) {
            char name[NAME_MAX_BYTES + 16];
            environment_name(value->row->name, name);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, value->row->name,
                                 "%s%sthe option %s (%s) must be given, in the file, as %s, or by "
                                 "--set",
                                 path ? path : "", path ? ": " : "", value->row->name,
                                 value->row->sentence, name);
        }
        if (value->row->type == DC_OPTION_SECRET_FILE) {
            DC_TRY(read_secret(value, error));
        }
    }
    return DC_OK;
}

enum dc_code
dc_config_load(struct dc_config **ret_config, const struct dc_option *const *tables,
               const char *path, const char *const *sets, size_t set_count, struct dc_error *error)
{
    DC_ASSERT(ret_config && tables && (sets || set_count == 0));
    DC_AUTO(dc_config) struct dc_config *config = new_config(tables);
    DC_TRY(load(config, path, sets, set_count, error));
    *ret_config = DC_TAKE(config);
    return DC_OK;
}

/* --- reading values ----------------------------------------------------------------------------
 */

static const struct value *
value_of(const struct dc_config *config, const char *name, enum dc_option_type type)
{
    DC_ASSERT(config && name);
    const struct value *value = find(config, name);
    DC_ASSERT(value && value->row->type == type);
    return value;
}

const char *
dc_config_text(const struct dc_config *config, const char *name)
{
    DC_ASSERT(config && name);
    const struct value *value = find(config, name);
    DC_ASSERT(value &&
              (value->row->type == DC_OPTION_TEXT || value->row->type == DC_OPTION_SECRET_FILE));
    return value->text;
}

int64_t
dc_config_int(const struct dc_config *config, const char *name)
{
    return value_of(config, name, DC_OPTION_INT)->number;
}

bool
dc_config_bool(const struct dc_config *config, const char *name)
{
    return value_of(config, name, DC_OPTION_BOOL)->truth;
}

size_t
dc_config_list_length(const struct dc_config *config, const char *name)
{
    return value_of(config, name, DC_OPTION_LIST)->item_count;
}

const char *
dc_config_list_at(const struct dc_config *config, const char *name, size_t index)
{
    const struct value *value = value_of(config, name, DC_OPTION_LIST);
    DC_ASSERT(index < value->item_count);
    return value->items[index];
}
