/* template.c - the table of templates, reading and filling them. */
#include "template.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "template_internal.h"

/* Names between blanks. `open` may go anywhere, `plain` to the recipient alone, `figures` stay in
 * the house. */
#define EVERY " name url count "
#define TASK EVERY "stage due period "
#define TASK_IN " task subject cycle due_reason owner holder reason by "
static const struct {
    const char *name;
    const char *open;
    const char *plain;
    const char *figures;
} declared[] = {
    {NOTIFY_TARGETS_SET, EVERY "period ", " indicator reason author ", " new "},
    {NOTIFY_TARGETS_ADJUSTED, EVERY "period ", " indicator reason author ", " old new "},
    {NOTIFY_UNIT_TARGETS_SET, EVERY "period ", " indicator reason author unit unit_id ", " new "},
    {NOTIFY_UNIT_TARGETS_ADJUSTED, EVERY "period ", " indicator reason author unit unit_id ",
     " old new "},
    {NOTIFY_PLAN_SET, EVERY, " plan from reason author ", " items "},
    {NOTIFY_WEIGHTS_CHANGED, EVERY, " plan from reason author ", " items "},
    {NOTIFY_PROPOSAL_SETTLED, EVERY "period ", " proposal indicator owner outcome decision ",
     " old new problem "},
    {NOTIFY_CHECK_IN_DUE, EVERY "period due ", " objective_id objective owner since ", ""},
    {NOTIFY_CHECK_IN_MANAGER, EVERY "period due ", " objective_id objective owner since ", ""},
    {NOTIFY_RUN_FINISHED, EVERY, " run file source ", " rows created changed unchanged rejected "},
    {NOTIFY_RUN_REFUSED, EVERY, " run file source problem ", " rows rejected "},
    {NOTIFY_TASKS_OPENED, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_REMINDED, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_URGED, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_ESCALATED, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_ESCALATED_OWNER, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_HANDED_OVER, TASK, TASK_IN, ""},
    {NOTIFY_TASKS_RESCHEDULED, TASK, TASK_IN, ""},
    {NOTIFY_CYCLE_CLOSED, EVERY "period ", " cycle cycle_id ", ""},
    {NOTIFY_APPROVAL_CLOSED, EVERY "period ", " cycle cycle_id ", ""},
    {NOTIFY_TEST, EVERY, "", ""},
    {NOTIFY_DIGEST, EVERY, " lines ", ""},
};
enum { DECLARED = sizeof(declared) / sizeof(declared[0]) };

enum part { TITLE, MANY, LINK, SUBJECT, TEXT, MAIL, FIGURES, SMS, PARTS };
static const struct {
    const char *name;
    enum { TO_ALL, TO_RECIPIENT, IN_HOUSE } reach; /* how far what stands in it goes */
    bool optional;
} part_table[PARTS] = {
    [TITLE] = {"title:", TO_RECIPIENT, false}, [MANY] = {"many:", TO_RECIPIENT, true},
    [LINK] = {"link:", TO_RECIPIENT, false},   [SUBJECT] = {"subject:", TO_RECIPIENT, false},
    [TEXT] = {"text:", IN_HOUSE, false},       [MAIL] = {"mail:", TO_RECIPIENT, false},
    [FIGURES] = {"figures:", IN_HOUSE, true},  [SMS] = {"sms:", TO_ALL, false},
};

struct span {
    const char *start; /* NULL: not there */
    size_t length;
};

/* The parts of a file: one line each for those before TEXT, the rest up to the next part's line. */
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
            found = dc_text_starts_with(line, part_table[p].name) && !parts[p].start ? p : found;
        }
        if (found >= TEXT) {
            parts[found].start = next;
            open = found;
        } else if (found >= 0 && open < 0) {
            const char *value = line + strlen(part_table[found].name);
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
    if (length == 0 || length > sizeof(wanted) - 3 || memchr(name, ' ', length)) {
        return false;
    }
    snprintf(wanted, sizeof(wanted), " %.*s ", (int)length, name);
    return strstr(names, wanted) != NULL;
}

static enum dc_code
check_part(size_t template, enum part part, struct span span, struct dc_error *error)
{
    const char *open = declared[template].open;
    const char *plain = part_table[part].reach >= TO_RECIPIENT ? declared[template].plain : "";
    const char *figures = part_table[part].reach == IN_HOUSE ? declared[template].figures : "";
    if (!span.start || span.length == 0) {
        return part_table[part].optional
                   ? DC_OK
                   : dc_fail(error, DC_INTERNAL, "template %s has no part \"%s\"",
                             declared[template].name, part_table[part].name);
    }
    for (size_t i = 0; i < span.length; i++) {
        if (span.start[i] != '{') {
            continue;
        }
        const char *end = memchr(span.start + i, '}', span.length - i);
        size_t length = end ? (size_t)(end - span.start) - i - 1 : 0;
        const char *name = span.start + i + 1;
        if (!is_among(open, name, length) && !is_among(plain, name, length) &&
            !is_among(figures, name, length)) {
            return dc_fail(error, DC_INTERNAL,
                           "template %s, part \"%s\": {%.*s} is not allowed there; allowed "
                           "are%s%s%s",
                           declared[template].name, part_table[part].name, (int)length, name, open,
                           plain, figures);
        }
    }
    return DC_OK;
}

enum dc_code
notify_template_check(const char *name, const char *source, struct dc_error *error)
{
    for (size_t d = 0; d < DECLARED; d++) {
        if (strcmp(declared[d].name, name) != 0) {
            continue;
        }
        struct span parts[PARTS];
        read_parts(source, parts);
        for (int p = 0; p < PARTS; p++) {
            DC_TRY(check_part(d, (enum part)p, parts[p], error));
        }
        return DC_OK;
    }
    return dc_fail(error, DC_INTERNAL, "there is no template %s", name);
}

enum dc_code
notify_templates_check(struct dc_error *error)
{
    for (size_t d = 0; d < DECLARED; d++) {
        int languages = 0;
        for (const struct notify_template_file *file = notify_template_files; file->name; file++) {
            if (strcmp(file->name, declared[d].name) == 0) {
                languages++;
                if (notify_template_check(file->name, file->text, error) != DC_OK) {
                    return dc_fail_context(error, "%s", file->language);
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

const char *
notify_template_open_names(const char *name)
{
    for (size_t d = 0; d < DECLARED; d++) {
        if (strcmp(declared[d].name, name) == 0) {
            return declared[d].open;
        }
    }
    return strcmp(name, "*") == 0 ? EVERY : "";
}

/* {text} is the template's part `sms`. */
bool
notify_template_is_open(const char *name, const char *parameter)
{
    const char *open = notify_template_open_names(name);
    return *open &&
           (is_among(open, parameter, strlen(parameter)) || strcmp(parameter, "text") == 0);
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

const char *
notify_param(const struct notify_params *params, const char *name, const char *language)
{
    return value_of(params, name, strlen(name), language);
}

enum dc_code
notify_render(struct dc_arena *arena, const char *name, const char *language,
              const struct notify_params *params, struct notify_text *ret_text,
              struct dc_error *error)
{
    const struct notify_template_file *found = NULL;
    for (const struct notify_template_file *file = notify_template_files; file->name; file++) {
        bool fits = strcmp(file->name, name) == 0;
        if (fits && (!found || strcmp(file->language, language) == 0)) {
            found = file; /* zh-CN stands first */
        }
    }
    if (!found) {
        return dc_fail(error, DC_NOT_FOUND, "there is no template \"%s\"", name);
    }
    struct span parts[PARTS];
    const char *filled[PARTS];
    read_parts(found->text, parts);
    for (int p = 0; p < PARTS; p++) {
        bool one_line = p < TEXT || p == SMS;
        filled[p] = parts[p].start ? fill(arena, parts[p], params, found->language, one_line) : "";
    }
    *ret_text = (struct notify_text){
        .title = filled[TITLE],
        .many = filled[MANY],
        .link = filled[LINK],
        .subject = filled[SUBJECT],
        .text = filled[TEXT],
        .mail = filled[MAIL],
        .figures = filled[FIGURES],
        .sms = filled[SMS],
    };
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
