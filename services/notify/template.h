/*
 * template.h - the texts of messages, in each language, with checked placeholders. Pure.
 *
 * A template is a file per language in templates/ (embedded at build):
 *     title: {period} targets changed        also its line in a digest
 *     many: {count} targets changed          of several in one; where they may be folded
 *     link: /me?period={period}
 *     subject: Your targets for {period} were adjusted
 *     text:
 *     ... what the inbox shows ...
 *     mail:
 *     ... what the mail says ...
 *     figures:
 *     ... added to the mail, where the tenant allows figures in messages ...
 *     sms:
 *     ... what a robot says, and {text} of an SMS ...
 * {name} stands for a parameter of the notice. Which there are, and how far each may go, is
 * declared in template.c: `open` ones anywhere (a chat's robot is read by everybody), `plain` ones
 * to the recipient's mail, `figures` only to his inbox and, by the part of that name, to mail of a
 * tenant that allows it. A file with another placeholder, or without a part, does not pass
 * notify_templates_check, and the service does not start.
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
#define NOTIFY_CHECK_IN_DUE "check_in_due"
#define NOTIFY_CHECK_IN_MANAGER "check_in_manager"
#define NOTIFY_PROPOSAL_SETTLED "proposal_settled"
#define NOTIFY_RUN_FINISHED "run_finished"
#define NOTIFY_RUN_REFUSED "run_refused"
#define NOTIFY_TASKS_OPENED "tasks_opened"
#define NOTIFY_TASKS_REMINDED "tasks_reminded"
#define NOTIFY_TASKS_URGED "tasks_urged"
#define NOTIFY_TASKS_ESCALATED "tasks_escalated"
#define NOTIFY_TASKS_ESCALATED_OWNER "tasks_escalated_owner"
#define NOTIFY_TASKS_HANDED_OVER "tasks_handed_over"
#define NOTIFY_TASKS_RESCHEDULED "tasks_rescheduled"
#define NOTIFY_CYCLE_CLOSED "cycle_closed"
#define NOTIFY_APPROVAL_CLOSED "approval_closed"
#define NOTIFY_TEST "test"
#define NOTIFY_DIGEST "digest" /* of notices with different templates */

/* Parameters: names and values; a value under "name.en" goes before "name" in English. */
struct notify_params {
    const char **names;
    const char **values;
    size_t count;
};

struct notify_text {
    const char *title;
    const char *many; /* "" where the template has none */
    const char *link;
    const char *subject;
    const char *text;
    const char *mail;
    const char *figures; /* "" where the template has none */
    const char *sms;
};

/* Every template in every language: parts there, placeholders declared. INTERNAL. */
enum dc_code notify_templates_check(struct dc_error *error) DC_MUST_CHECK;
/* One file's text against the placeholders declared for `name`. */
enum dc_code notify_template_check(const char *name, const char *source,
                                   struct dc_error *error) DC_MUST_CHECK;
/* May this parameter of the template go to where others read it? "*": what every template has. */
bool notify_template_is_open(const char *name, const char *parameter);
const char *notify_template_open_names(const char *name); /* between blanks; "" = no template */

/* In the language given (others: zh-CN). A parameter that is missing is left empty. NOT_FOUND for
 * an unknown template. */
enum dc_code notify_render(struct dc_arena *arena, const char *name, const char *language,
                           const struct notify_params *params, struct notify_text *ret_text,
                           struct dc_error *error);
/* A parameter's value in a language; "" where there is none. */
const char *notify_param(const struct notify_params *params, const char *name,
                         const char *language);

/* "25000000.00" as "25,000,000.00"; what is no number stays. */
const char *notify_amount(struct dc_arena *arena, const char *decimal);

/* A flat JSON object of texts, written and read. */
const char *notify_params_write(struct dc_arena *arena, const struct notify_params *params);
enum dc_code notify_params_read(struct dc_arena *arena, const char *json,
                                struct notify_params *ret_params,
                                struct dc_error *error) DC_MUST_CHECK;

#endif
