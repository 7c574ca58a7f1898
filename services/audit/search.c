/* search.c - reading the record by who, what and when. */
#include <dacheng/audit/v1/audit.pb-c.h>

#include "handlers.h"
#include "service/access.h"
#include "shown.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 500 };

enum dc_code
audit_need_auditor(struct dc_step *step, struct dc_error *error)
{
    return dc_access_group(step, DC_ROLE(AUDITOR), error);
}

static const char *
or_any(const char *text)
{
    return *text ? text : NULL;
}

static Audit__Entry *
shown_entry(struct dc_step *step, const struct audit_entry *entry)
{
    const struct audit_facts *facts = &entry->facts;
    DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
    audit_shown(facts->stream, facts->type, facts->body, &body);
    Audit__Entry *shown = DC_NEW_MESSAGE(step->arena, Audit__Entry, audit__entry__init);
    shown->number = entry->number;
    shown->at_us = facts->at;
    shown->stream = (char *)facts->stream;
    shown->type = (char *)facts->type;
    shown->key = (char *)facts->key;
    shown->account = (char *)facts->account;
    shown->person_id = facts->person_id;
    shown->body_json = dc_arena_strndup(step->arena, dc_text_cstr(&body), body.length);
    shown->address = (char *)facts->address;
    shown->denied = facts->denied;
    shown->hash.data = (uint8_t *)entry->hash.data;
    shown->hash.len = entry->hash.size;
    shown->event_epoch = facts->epoch;
    shown->event_partition = (int32_t)facts->partition;
    shown->event_number = facts->event_number;
    shown->cause = (char *)facts->cause;
    return shown;
}

DC_HANDLER(audit_search_entries, Audit__SearchRequest, Audit__SearchResponse)
{
    DC_TRY(audit_need_auditor(step, error));
    if (request->limit < 0 || request->limit > LIMIT_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit",
                             "limit is %d; allowed are 1 to %d", request->limit, LIMIT_MAX);
    }
    if (request->before_number < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "before_number",
                             "before_number is negative; it is an entry's number, or 0");
    }
    const struct audit_filter filter = {
        .account = or_any(request->account),
        .stream = or_any(request->stream),
        .type = or_any(request->type),
        .key_prefix = or_any(request->key),
        .from = request->from_us,
        .to = request->to_us,
        .denied_only = request->denied_only,
        .below = request->before_number ? request->before_number : INT64_MAX,
        .limit = request->limit ? request->limit : LIMIT_DEFAULT,
    };
    dc_step_subject(step, "audit account=%s type=%s key=%s", request->account, request->type,
                    request->key);
    struct audit_entry *entries;
    size_t count;
    uint8_t hash[AUDIT_HASH_SIZE];
    DC_TRY(audit_search(step, &filter, &entries, &count, error));
    DC_TRY(audit_chain_end(step, &response->last_number, hash, error));
    response->entries = DC_NEW_ARRAY(step->arena, Audit__Entry *, count);
    response->n_entries = count;
    for (size_t i = 0; i < count; i++) {
        response->entries[i] = shown_entry(step, &entries[i]);
    }
    return DC_OK;
}
