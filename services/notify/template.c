/* template.c - the table of templates, reading and filling them. */
#include "template.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"

/* The files hold one raw string each, so that the compiler embeds them and make sees them change.
 */
struct source {
    const char *name;
    const char *language;
    const char *text;
};
static const struct source sources[] = {
    {
        NOTIFY_TARGETS_SET,
        "zh-CN",
#include "templates/targets_set.zh-CN.txt"
    },
    {
        NOTIFY_TARGETS_SET,
        "en",
#include "templates/targets_set.en.txt"
    },
    {
        NOTIFY_TARGETS_ADJUSTED,
        "zh-CN",
#include "templates/targets_adjusted.zh-CN.txt"
    },
    {
        NOTIFY_TARGETS_ADJUSTED,
        "en",
#include "templates/targets_adjusted.en.txt"
    },
    {
        NOTIFY_UNIT_TARGETS_SET,
        "zh-CN",
#include "templates/unit_targets_set.zh-CN.txt"
    },
    {
        NOTIFY_UNIT_TARGETS_SET,
        "en",
#include "templates/unit_targets_set.en.txt"
    },
    {
        NOTIFY_UNIT_TARGETS_ADJUSTED,
        "zh-CN",
#include "templates/unit_targets_adjusted.zh-CN.txt"
    },
    {
        NOTIFY_UNIT_TARGETS_ADJUSTED,
        "en",
#include "templates/unit_targets_adjusted.en.txt"
    },
    {
        NOTIFY_PLAN_SET,
        "zh-CN",
#include "templates/plan_set.zh-CN.txt"
    },
    {
        NOTIFY_PLAN_SET,
        "en",
#include "templates/plan_set.en.txt"
    },
    {
        NOTIFY_WEIGHTS_CHANGED,
        "zh-CN",
#include "templates/weights_changed.zh-CN.txt"
    },
    {
        NOTIFY_WEIGHTS_CHANGED,
        "en",
#include "templates/weights_changed.en.txt"
    },
    {
        NOTIFY_RUN_FINISHED,
        "zh-CN",
#include "templates/run_finished.zh-CN.txt"
    },
    {
        NOTIFY_RUN_FINISHED,
        "en",
#include "templates/run_finished.en.txt"
    },
    {
        NOTIFY_RUN_REFUSED,
        "zh-CN",
#include "templates/run_refused.zh-CN.txt"
    },
    {
        NOTIFY_RUN_REFUSED,
        "en",
#include "templates/run_refused.en.txt"
    },
};
enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

/* Names between blanks. `plain` may go anywhere, `figures` stay in the house. */
static const struct {
    const char *name;
    const char *plain;
    const char *figures;
} declared[] = {
    {NOTIFY_TARGETS_SET, " name url period indicator reason author ", " new "},
    {NOTIFY_TARGETS_ADJUSTED, " name url period indicator reason author ", " old new "},
    {NOTIFY_UNIT_TARGETS_SET, " name url period indicator reason author unit unit_id ", " new "},
    {NOTIFY_UNIT_TARGETS_ADJUSTED, " name url period indicator reason author unit unit_id ",
     " old new "},
    {NOTIFY_PLAN_SET, " name url plan from reason author ", " items "},
    {NOTIFY_WEIGHTS_CHANGED, " name url plan from reason author ", " items "},
    {NOTIFY_RUN_FINISHED, " name url run file source ",
     " rows created changed unchanged rejected "},
    {NOTIFY_RUN_REFUSED, " name url run file source problem ", " rows rejected "},
};

enum part { TITLE, LINK, SUBJECT, TEXT, MAIL, PARTS };
static const char *const part_names[PARTS] = {"title:", "link:", "subject:", "text:", "mail:"};

struct span {
    const char *start; /* NULL: not there */
    size_t length;
};

/* The parts of a file: one line each for the first three, the rest up to the next part's line. */
static void
read_parts(const char *source, struct span parts[PARTS])
{
    int open = -1;
    memset(parts, 0, PARTS * sizeof(*parts));
    for (const char *line = source; *line;) {
        size_t length = strcspn(line, "\n");
        const char *next = line + length + (line[length] == '\n');
        int found = -1;
        for (int p = 0; p < PARTS; p++) {
            found = dc_text_starts_with(line, part_names[p]) && !parts[p].start ? p : found;
        }
        if (found >= TEXT) {
            parts[found].start = next;
            open = found;
        } else if (found >= 0 && open < 0) {
            const char *value = line + strlen(part_names[found]);
            value += strspn(value, " ");
            parts[found] = (struct span){value, (size_t)(line + length - value)};
        } else if (open >= 0) {
            parts[open].length = (size_t)(next - parts[open].start);
        }
        line = next;
    }
}

/* --- placeholders -------------------------------------------------------------------------- */
static bool
is_among(const char *names, const char *name, size_t length)
{
    char wanted[64];
    if (length == 0 || length > sizeof(wanted) - 3) {
        return false;
    }
    snprintf(wanted, sizeof(wanted), " %.*s ", (int)length, name);
    return strstr(names, wanted) != NULL;
}

static enum dc_code
check_part(const char *template_name, enum part part, struct span span, const char *plain,
           const char *figures, struct dc_error *error)
{
    bool leaves = part == SUBJECT || part == MAIL;
    if (!span.start || span.length == 0) {
        return dc_fail(error, DC_INTERNAL, "template %s has no part \"%s\"", template_name,
                       part_names[part]);
    }
    for (size_t i = 0; i < span.length; i++) {
        if (span.start[i] != '{') {
            continue;
        }
        const char *end = memchr(span.start + i, '}', span.length - i);
        size_t length = end ? (size_t)(end - span.start) - i - 1 : 0;
        const char *name = span.start + i + 1;
        if (!is_among(plain, name, length) && (leaves || !is_among(figures, name, length))) {
            return dc_fail(error, DC_INTERNAL,
                           "template %s, part \"%s\": {%.*s} is not allowed there; allowed "
                           "are%s%s",
                           template_name, part_names[part], (int)length, name, plain,
                           leaves ? "" : figures);
        }
    }
    return DC_OK;
}

enum dc_code
notify_template_check(const char *name, const char *source, struct dc_error *error)
{
    for (size_t d = 0; d < sizeof(declared) / sizeof(declared[0]); d++) {
        if (strcmp(declared[d].name, name) != 0) {
            continue;
        }
        struct span parts[PARTS];
        read_parts(source, parts);
        for (int p = 0; p < PARTS; p++) {
            DC_TRY(check_part(name, (enum part)p, parts[p], declared[d].plain, declared[d].figures,
                              error));
        }
        return DC_OK;
    }
    return dc_fail(error, DC_INTERNAL, "there is no template %s", name);
}

enum dc_code
notify_templates_check(struct dc_error *error)
{
    for (size_t d = 0; d < sizeof(declared) / sizeof(declared[0]); d++) {
        int languages = 0;
        for (size_t s = 0; s < SOURCES; s++) {
            if (strcmp(sources[s].name, declared[d].name) == 0) {
                languages++;
                if (notify_template_check(sources[s].name, sources[s].text, error) != DC_OK) {
                    return dc_fail_context(error, "%s", sources[s].language);
                }
            }
        }
        if (languages != 2) {
            return dc_fail(error, DC_INTERNAL, "template %s is not there in zh-CN and en",
                           declared[d].name);
        }
    }
    return DC_OK;
}

/* --- filling ------------------------------------------------------------------------------- */
static const char *
value_of(const struct notify_params *params, const char *name, size_t length, const char *language)
{
    const char *value = "";
    for (size_t i = 0; i < params->count; i++) {
        const char *has = params->names[i];
        if (strncmp(has, name, length) != 0) {
            continue;
        }
        if (has[length] == '\0' && *value == '\0') {
            value = params->values[i];
        } else if (has[length] == '.' && strcmp(has + length + 1, language) == 0 &&
                   *params->values[i]) {
            return params->values[i];
        }
    }
    return value;
}

/* One line stays one line, whatever a parameter holds. */
static const char *
fill(struct dc_arena *arena, struct span span, const struct notify_params *params,
     const char *language, bool one_line)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    for (size_t i = 0; i < span.length;) {
        const char *open = memchr(span.start + i, '{', span.length - i);
        size_t plain = open ? (size_t)(open - span.start) - i : span.length - i;
        dc_text_append(&text, span.start + i, plain);
        i += plain;
        if (open) {
            const char *close = memchr(open, '}', span.length - i);
            DC_ASSERT(close); /* templates were checked */
            dc_text_add(&text, value_of(params, open + 1, (size_t)(close - open) - 1, language));
            i = (size_t)(close - span.start) + 1;
        }
    }
    while (text.length > 0 && text.data[text.length - 1] == '\n') {
        text.length--;
    }
    char *filled = dc_arena_strndup(arena, dc_text_cstr(&text), text.length);
    for (char *c = filled; one_line && *c; c++) {
        *c = (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    return filled;
}

enum dc_code
notify_render(struct dc_arena *arena, const char *name, const char *language,
              const struct notify_params *params, struct notify_text *ret_text,
              struct dc_error *error)
{
    const struct source *found = NULL;
    for (size_t s = 0; s < SOURCES; s++) {
        bool fits = strcmp(sources[s].name, name) == 0;
        if (fits && (!found || strcmp(sources[s].language, language) == 0)) {
            found = &sources[s]; /* zh-CN stands first */
        }
    }
    if (!found) {
        return dc_fail(error, DC_NOT_FOUND, "there is no template \"%s\"", name);
    }
    struct span parts[PARTS];
    read_parts(found->text, parts);
    ret_text->title = fill(arena, parts[TITLE], params, found->language, true);
    ret_text->link = fill(arena, parts[LINK], params, found->language, true);
    ret_text->subject = fill(arena, parts[SUBJECT], params, found->language, true);
    ret_text->text = fill(arena, parts[TEXT], params, found->language, false);
    ret_text->mail = fill(arena, parts[MAIL], params, found->language, false);
    return DC_OK;
}

const char *
notify_amount(struct dc_arena *arena, const char *decimal)
{
    const char *digits = decimal + (*decimal == '-');
    size_t whole = strspn(digits, "0123456789");
    size_t rest = strlen(digits + whole);
    if (whole == 0 || (rest > 0 && (digits[whole] != '.' ||
                                    strspn(digits + whole + 1, "0123456789") != rest - 1))) {
        return dc_arena_strdup(arena, decimal);
    }
    char *text = dc_arena_alloc(arena, strlen(decimal) + whole / 3 + 2), *at = text;
    if (*decimal == '-') {
        *at++ = '-';
    }
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    memcpy(at, digits + whole, rest + 1);
    return text;
}
