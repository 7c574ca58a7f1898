/* config_pages.c - the pages that the rows of configuration yield: sample file and --help. */
#include "edge/config.h"

#include <string.h>

#include "base/assert.h"

static const char *const type_words[] = {
    [DC_OPTION_TEXT] = "text",
    [DC_OPTION_INT] = "whole number",
    [DC_OPTION_BOOL] = "true or false",
    [DC_OPTION_LIST] = "list",
    [DC_OPTION_SECRET_FILE] = "path of a file that holds it",
};

static void
add_default(const struct dc_option *row, struct dc_text *text)
{
    switch (row->type) {
    case DC_OPTION_INT:
    case DC_OPTION_BOOL:
        dc_text_add(text, row->default_value);
        return;
    case DC_OPTION_TEXT:
    case DC_OPTION_SECRET_FILE:
        dc_text_add_json_string(text, row->default_value, strlen(row->default_value));
        return;
    case DC_OPTION_LIST:
        break;
    }
    dc_text_add(text, "[");
    for (const char *start = row->default_value; *start;) {
        size_t length = strcspn(start, ",");
        dc_text_add(text, start == row->default_value ? "" : ", ");
        dc_text_add_json_string(text, start, length);
        start += length + (start[length] == ',');
    }
    dc_text_add(text, "]");
}

static void
add_bounds(const struct dc_option *row, struct dc_text *text)
{
    if (row->type == DC_OPTION_INT && (row->minimum || row->maximum)) {
        dc_text_printf(text, " (%lld to %lld)", (long long)row->minimum, (long long)row->maximum);
    }
}

/* True when no earlier row goes through the same first `length` bytes of the name. */
static bool
is_first(const struct dc_option *const *tables, const struct dc_option *row, size_t length)
{
    for (size_t t = 0; tables[t]; t++) {
        for (const struct dc_option *other = tables[t]; other->name; other++) {
            if (other == row) {
                return true;
            }
            if (strncmp(other->name, row->name, length) == 0 && other->name[length] == '.') {
                return false;
            }
        }
    }
    return true;
}

/* The options whose names begin with the first `length` bytes of `prefix`, indented by `depth`. */
static void
add_section(const struct dc_option *const *tables, const char *prefix, size_t length, int depth,
            struct dc_text *text)
{
    for (size_t t = 0; tables[t]; t++) {
        for (const struct dc_option *row = tables[t]; row->name; row++) {
            if (strncmp(row->name, prefix, length) != 0) {
                continue;
            }
            const char *rest = row->name + length;
            size_t width = strcspn(rest, ".");
            if (rest[width] == '.') {
                if (is_first(tables, row, length + width)) {
                    dc_text_printf(text, "%*s%.*s:\n", depth * 2, "", (int)width, rest);
                    add_section(tables, row->name, length + width + 1, depth + 1, text);
                }
                continue;
            }
            dc_text_printf(text, "%*s# %s", depth * 2, "", row->sentence);
            add_bounds(row, text);
            dc_text_printf(text, "\n%*s", depth * 2, "");
            if (row->default_value) {
                dc_text_printf(text, "%s: ", rest);
                add_default(row, text);
                dc_text_add(text, "\n");
            } else {
                dc_text_printf(text, "# %s: must be given\n", rest);
            }
        }
    }
}

void
dc_config_print_sample(const struct dc_option *const *tables, struct dc_text *text)
{
    DC_ASSERT(tables && text);
    add_section(tables, "", 0, 0, text);
}

void
dc_config_print_help(const struct dc_option *const *tables, struct dc_text *text)
{
    DC_ASSERT(tables && text);
    for (size_t t = 0; tables[t]; t++) {
        for (const struct dc_option *row = tables[t]; row->name; row++) {
            dc_text_printf(text, "  %-28s %s", row->name, row->sentence);
            add_bounds(row, text);
            dc_text_printf(text, "; %s, ", type_words[row->type]);
            if (row->default_value) {
                dc_text_add(text, "default ");
                add_default(row, text);
            } else {
                dc_text_add(text, "must be given");
            }
            dc_text_add(text, "\n");
        }
    }
}
