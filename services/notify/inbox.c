/* inbox.c - one's own notices and wishes. Nobody reads another's. */
#include <string.h>

#include "handlers.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, IDS_MAX = 1000 };

static enum dc_code
need_person(const struct dc_step *step, struct dc_error *error)
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
    Notify__Preferences preferences = NOTIFY__PREFERENCES__INIT;
    DC_TRY(notify_store_preferences(step, &preferences, error));
    *ret_language = preferences.language;
    return DC_OK;
}

DC_HANDLER(notify_list_inbox, Notify__ListInboxRequest, Notify__ListInboxResponse)
{
    const char *language = "";
    struct notify_inbox_filter filter = {
        .before_id = request->before_id,
        .unread_only = request->unread_only,
        .limit = request->limit ? request->limit : PAGE_DEFAULT,
    };
    DC_TRY(need_person(step, error));
    if (filter.limit < 1 || filter.limit > PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "is %d; 1 to %d are allowed",
                             request->limit, PAGE_MAX);
    }
    DC_TRY(language_of(step, &language, error));
    DC_TRY(notify_store_inbox(step, &filter, language, response, error));
    return notify_store_unread(step, &response->unread, error);
}

DC_HANDLER(notify_mark_read, Notify__MarkReadRequest, Notify__MarkReadResponse)
{
    DC_TRY(need_person(step, error));
    if (request->n_ids > IDS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "ids", "are %zu; at most %d are allowed",
                             request->n_ids, IDS_MAX);
    }
    DC_TRY(notify_store_mark_read(step, request->all, request->ids, request->n_ids, error));
    return notify_store_unread(step, &response->unread, error);
}

static enum dc_code
fill_preferences(struct dc_step *step, Notify__Preferences **ret_preferences,
                 struct dc_error *error)
{
    Notify__Preferences *preferences =
        DC_NEW_MESSAGE(step->arena, Notify__Preferences, notify__preferences__init);
    DC_TRY(notify_store_preferences(step, preferences, error));
    *ret_preferences = preferences;
    return DC_OK;
}

DC_HANDLER(notify_get_preferences, Notify__GetPreferencesRequest, Notify__GetPreferencesResponse)
{
    DC_TRY(need_person(step, error));
    return fill_preferences(step, &response->preferences, error);
}

DC_HANDLER(notify_set_preferences, Notify__SetPreferencesRequest, Notify__SetPreferencesResponse)
{
    const Notify__Preferences *wanted = request->preferences;
    DC_TRY(need_person(step, error));
    if (!wanted) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "preferences", "are missing");
    }
    if (*wanted->language && strcmp(wanted->language, "zh-CN") != 0 &&
        strcmp(wanted->language, "en") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "preferences.language",
                             "must be zh-CN, en, or empty for the one that org has");
    }
    DC_TRY(notify_store_save_preferences(step, wanted, error));
    return fill_preferences(step, &response->preferences, error);
}
