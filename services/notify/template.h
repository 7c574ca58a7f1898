/*
 * template.h - the texts of notices, in each language, with checked placeholders. Pure.
 *
 * A template is a file per language in templates/ (embedded at build):
 *     title: {period} targets changed
 *     link: /me?period={period}
 *     subject: Your targets for {period} were adjusted
 *     text:
 *     ... what the inbox shows ...
 *     mail:
 *     ... what the mail says ...
 * {name} stands for a parameter of the notice. Which there are is declared in template.c; a file
 * with another one, or without a part, does not pass notify_templates_check, and the service does
 * not start. Mail leaves the house: its parts may use only the parameters that are no figures.
 */
#ifndef DC_NOTIFY_TEMPLATE_H
#define DC_NOTIFY_TEMPLATE_H

#include "base/arena.h"
#include "base/error.h"

#define NOTIFY_TARGETS_SET "targets_set"
#define NOTIFY_TARGETS_ADJUSTED "targets_adjusted"
#define NOTIFY_UNIT_TARGETS_SET "unit_targets_set"
#define NOTIFY_UNIT_TARGETS_ADJUSTED "unit_targets_adjusted"
#define NOTIFY_PLAN_SET "plan_set"
#define NOTIFY_WEIGHTS_CHANGED "weights_changed"
#define NOTIFY_RUN_FINISHED "run_finished"
#define NOTIFY_RUN_REFUSED "run_refused"

/* Parameters: names and values; a value under "name.en" goes before "name" in English. */
struct notify_params {
    const char **names;
    const char **values;
    size_t count;
};

struct notify_text {
    const char *title;
    const char *link;
    const char *subject;
    const char *text;
    const char *mail;
};

/* Every template in every language: parts there, placeholders declared. INTERNAL. */
enum dc_code notify_templates_check(struct dc_error *error) DC_MUST_CHECK;
/* One file's text against the placeholders declared for `name`. */
enum dc_code notify_template_check(const char *name, const char *source,
                                   struct dc_error *error) DC_MUST_CHECK;

/* In the language given (others: zh-CN). A parameter that is missing is left empty. NOT_FOUND for
 * an unknown template. */
enum dc_code notify_render(struct dc_arena *arena, const char *name, const char *language,
                           const struct notify_params *params, struct notify_text *ret_text,
                           struct dc_error *error) DC_MUST_CHECK;

/* "25000000.00" as "25,000,000.00"; what is no number stays. */
const char *notify_amount(struct dc_arena *arena, const char *decimal);

#endif
