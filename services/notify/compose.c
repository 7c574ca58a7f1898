/* compose.c - letters and digests. */
#include "compose.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"

enum { LINES_MAX = 20, PARAMS_MAX = 40 };

struct gathered {
    const char *names[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    size_t count;
};

static void
add(struct gathered *all, const char *name, const char *value)
{
    if (all->count < PARAMS_MAX) {
        all->names[all->count] = name;
        all->values[all->count++] = value;
    }
}

static struct gathered
gather(struct dc_arena *arena, const struct notify_occasion *occasion,
       const struct notify_params *params)
{
    struct gathered all = {0};
    add(&all, "name", occasion->name);
    add(&all, "count", dc_arena_printf(arena, "%lld", (long long)occasion->count));
    for (size_t i = 0; params && i < params->count; i++) {
        add(&all, params->names[i], params->values[i]);
    }
    return all;
}

static enum dc_code
render(struct dc_arena *arena, const struct notify_occasion *occasion, const char *name,
       const struct gathered *all, struct notify_text *ret_text, struct dc_error *error)
{
    struct notify_params params = {(const char **)all->names, (const char **)all->values,
                                   all->count};
    return notify_render(arena, name, occasion->language, &params, ret_text, error);
}

static const char *
url_of(struct dc_arena *arena, const struct notify_occasion *occasion, const char *link)
{
    return *occasion->base_url ? dc_arena_printf(arena, "%s%s", occasion->base_url, link) : "";
}

/* What may go where others read it, resolved to the language. */
static struct notify_params
open_params(struct dc_arena *arena, const struct notify_occasion *occasion,
            const char *template_name, const struct gathered *all, const char *brief)
{
    struct notify_params params = {(const char **)all->names, (const char **)all->values,
                                   all->count};
    struct notify_params open = {DC_NEW_ARRAY(arena, const char *, all->count + 1),
                                 DC_NEW_ARRAY(arena, const char *, all->count + 1), 0};
    for (size_t i = 0; i < all->count; i++) {
        if (notify_template_is_open(template_name, all->names[i])) {
            open.names[open.count] = all->names[i];
            open.values[open.count++] = notify_param(&params, all->names[i], occasion->language);
        }
    }
    open.names[open.count] = "text";
    open.values[open.count++] = brief;
    return open;
}

static void
fill_message(struct dc_arena *arena, const struct notify_occasion *occasion,
             const char *template_name, const struct gathered *all, const struct notify_text *text,
             struct notify_message *message)
{
    message->template_name = template_name;
    message->brief = text->sms;
    message->open = open_params(arena, occasion, template_name, all, text->sms);
}

static enum dc_code
compose_letter(struct dc_arena *arena, const struct notify_occasion *occasion,
               const struct notify_told *told, struct notify_message *message,
               struct dc_error *error)
{
    struct gathered all = gather(arena, occasion, &told->params);
    struct notify_text text = {0};
    /* The link is itself made from parameters; then the texts may use it as {url}. */
    DC_TRY(render(arena, occasion, told->template_name, &all, &text, error));
    add(&all, "url", url_of(arena, occasion, text.link));
    DC_TRY(render(arena, occasion, told->template_name, &all, &text, error));
    message->subject = text.subject;
    message->text = occasion->figures && *text.figures
                        ? dc_arena_printf(arena, "%s\n\n%s", text.mail, text.figures)
                        : text.mail;
    fill_message(arena, occasion, told->template_name, &all, &text, message);
    return DC_OK;
}

/* A line for each of the first, with its link below; how many more there are. */
static enum dc_code
write_lines(struct dc_arena *arena, const struct notify_occasion *occasion,
            const struct notify_told *told, size_t told_count, struct dc_text *lines,
            struct dc_error *error)
{
    bool english = strcmp(occasion->language, "en") == 0;
    size_t shown = told_count < LINES_MAX ? told_count : LINES_MAX;
    for (size_t i = 0; i < shown; i++) {
        struct gathered all = gather(arena, occasion, &told[i].params);
        struct notify_text text = {0};
        DC_TRY(render(arena, occasion, told[i].template_name, &all, &text, error));
        dc_text_printf(lines, "%s· %s", i > 0 ? "\n" : "", text.title);
        if (*occasion->base_url) {
            dc_text_printf(lines, "  %s", url_of(arena, occasion, text.link));
        }
    }
    if (occasion->count > (int64_t)shown) {
        long long more = (long long)occasion->count - (long long)shown;
        dc_text_printf(lines, english ? "\n… and %lld more" : "\n…… 另有 %lld 项", more);
    }
    return DC_OK;
}

static bool
all_of_one_template(const struct notify_told *told, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(told[i].template_name, told[0].template_name) != 0) {
            return false;
        }
    }
    return true;
}

static bool
all_are_tasks(const struct notify_told *told, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!dc_text_starts_with(told[i].template_name, "tasks_")) {
            return false;
        }
    }
    return true;
}

/* "12 new tasks: goal confirmation" where all are of one stage; otherwise "12 messages". */
static bool
have_one_stage(const struct notify_told *told, size_t count, const char *language)
{
    const char *first = notify_param(&told[0].params, "stage", language);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(first, notify_param(&told[i].params, "stage", language)) != 0) {
            return false;
        }
    }
    return true;
}

static enum dc_code
compose_digest(struct dc_arena *arena, const struct notify_occasion *occasion,
               const struct notify_told *told, size_t told_count, struct notify_message *message,
               struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text lines = DC_TEXT_INIT;
    struct notify_text own = {0}, text = {0};
    DC_TRY(write_lines(arena, occasion, told, told_count, &lines, error));
    struct gathered all = gather(arena, occasion, NULL);
    add(&all, "url",
        url_of(arena, occasion, all_are_tasks(told, told_count) ? "/tasks" : "/inbox"));
    add(&all, "lines", dc_text_cstr(&lines));
    DC_TRY(render(arena, occasion, NOTIFY_DIGEST, &all, &text, error));
    message->subject = text.many;
    if (all_of_one_template(told, told_count) &&
        have_one_stage(told, told_count, occasion->language)) {
        struct gathered first = gather(arena, occasion, &told[0].params);
        DC_TRY(render(arena, occasion, told[0].template_name, &first, &own, error));
        message->subject = *own.many ? own.many : text.many;
    }
    message->text = text.mail;
    fill_message(arena, occasion, NOTIFY_DIGEST, &all, &text, message);
    return DC_OK;
}

enum dc_code
notify_compose(struct dc_arena *arena, const struct notify_occasion *occasion,
               const struct notify_told *told, size_t told_count, struct notify_message *message,
               struct dc_error *error)
{
    DC_ASSERT(told_count > 0);
    message->language = occasion->language;
    message->name = occasion->name;
    message->at = told[told_count - 1].at;
    return told_count == 1 && occasion->count <= 1
               ? compose_letter(arena, occasion, told, message, error)
               : compose_digest(arena, occasion, told, told_count, message, error);
}
