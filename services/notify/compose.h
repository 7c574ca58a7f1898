/*
 * compose.h - one message out of what a delivery tells of: the notice's own words, or a digest
 * with a line for each. Pure.
 */
#ifndef DC_NOTIFY_COMPOSE_H
#define DC_NOTIFY_COMPOSE_H

#include "channel.h"
#include "template.h"

struct notify_told {
    const char *template_name;
    struct notify_params params;
    dc_time at;
};
struct notify_occasion {
    const char *name; /* of the person */
    const char *language;
    const char *base_url; /* of the console; "" = no links */
    bool figures;         /* the tenant allows them in mail */
    int64_t count;        /* how many there are; at least as many as are told */
};

/* Writes template_name, subject, text, brief, open and at of the message. `told`: 1 or more. */
enum dc_code notify_compose(struct dc_arena *arena, const struct notify_occasion *occasion,
                            const struct notify_told *told, size_t told_count,
                            struct notify_message *message, struct dc_error *error) DC_MUST_CHECK;
/* The text as HTML: paragraphs, and addresses that begin with base_url as links; one that stands
 * alone on its line becomes a button. */
const char *notify_html(struct dc_arena *arena, const char *text, const char *base_url,
                        const char *language);

#endif
