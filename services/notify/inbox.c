/* inbox.c - one's own notices. Nobody reads another's. */
#include <string.h>

#include "base/text.h"
#include "handlers.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, IDS_MAX = 1000 };

enum dc_code
notify_need_person(const struct dc_step *step, struct dc_error *error)
{
    if (step->context->tenant_id <= 0 || step->context->person_id <= 0) {
        return dc_fail(error, DC_UNAUTHENTICATED, "please log in");
    }
    return DC_OK;
}

/* The language of the page that asks; of the person's wish where the caller says none. */
static enum dc_code
language_of(struct dc_step *step, const char **ret_language, struct dc_error *error)
{
    if (*step->context->language) {
        *ret_language = step->context->language;
        return DC_OK;
    }
    struct notify_person person;
    DC_TRY(notify_store_person(step, step->context->tenant_id, step->context->person_id, &person,
                               error));
    *ret_language = person.language;
    return DC_OK;
}

static enum dc_code
render(struct dc_step *step, const struct notify_entry *entry, const struct notify_params *own,
       const char *language, struct notify_text *ret_text, struct dc_error *error)
{
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "count",
                      dc_arena_printf(step->arena, "%lld", (long long)entry->count));
    for (size_t i = 0; i < own->count && gather.count < NOTIFY_PARAMS_MAX; i++) {
        notify_gather_add(&gather, own->names[i], own->values[i]);
    }
    struct notify_params params = {gather.names, gather.values, gather.count};
    return notify_render(step->arena, entry->template_name, language, &params, ret_text, error);
}

/* Several in one: how many of what, and a line for each of the first. */
static enum dc_code
fill_folded(struct dc_step *step, const struct notify_entry *entry, const char *language,
            Notify__Notice *notice, struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text lines = DC_TEXT_INIT;
    struct notify_text text = {0};
    for (size_t i = 0; i < entry->params_count; i++) {
        DC_TRY(render(step, entry, &entry->params[i], language, &text, error));
        dc_text_printf(&lines, "%s%s", i > 0 ? "\n" : "", text.title);
    }
    dc_text_add(&lines, entry->count > (int64_t)entry->params_count ? "\n…" : "");
    notice->title = (char *)(*text.many ? text.many : text.title);
    notice->text = dc_arena_strndup(step->arena, dc_text_cstr(&lines), lines.length);
    notice->link =
        dc_text_starts_with(entry->template_name, "tasks_") ? (char *)"/tasks" : (char *)text.link;
    return DC_OK;
}

static enum dc_code
make_notice(struct dc_step *step, const struct notify_entry *entry, const char *language,
            Notify__Notice **ret_notice, struct dc_error *error)
{
    Notify__Notice *notice = DC_NEW_MESSAGE(step->arena, Notify__Notice, notify__notice__init);
    struct notify_text text = {0};
    notice->id = entry->id;
    notice->template_ = (char *)entry->template_name;
    notice->at_us = entry->at;
    notice->read = entry->read;
    notice->count = (int32_t)entry->count;
    *ret_notice = notice;
    if (entry->count > 1) {
        return fill_folded(step, entry, language, notice, error);
    }
    DC_TRY(render(step, entry, &entry->params[0], language, &text, error));
    notice->title = (char *)text.title;
    notice->text = (char *)text.text;
    notice->link = (char *)text.link;
    return DC_OK;
}

DC_HANDLER(notify_list_inbox, Notify__ListInboxRequest, Notify__ListInboxResponse)
{
    const char *language = "";
    const struct notify_entry *entries = NULL;
    size_t count = 0;
    struct notify_inbox_filter filter = {
        .before_id = request->before_id,
        .unread_only = request->unread_only,
        .limit = request->limit ? request->limit : PAGE_DEFAULT,
    };
    DC_TRY(notify_need_person(step, error));
    if (filter.limit < 1 || filter.limit > PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "is %d; 1 to %d are allowed",
                             request->limit, PAGE_MAX);
    }
    DC_TRY(language_of(step, &language, error));
    DC_TRY(notify_store_inbox(step, &filter, &entries, &count, error));
    response->notices = DC_NEW_ARRAY(step->arena, Notify__Notice *, count);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(make_notice(step, &entries[i], language, &response->notices[i], error));
    }
    response->n_notices = count;
    return notify_store_unread(step, &response->unread, error);
}

DC_HANDLER(notify_mark_read, Notify__MarkReadRequest, Notify__MarkReadResponse)
{
    DC_TRY(notify_need_person(step, error));
    if (request->n_ids > IDS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "ids", "are %zu; at most %d are allowed",
                             request->n_ids, IDS_MAX);
    }
    DC_TRY(notify_store_mark_read(step, request->all, request->ids, request->n_ids, error));
    return notify_store_unread(step, &response->unread, error);
}
