/* shared.c - small steps that several handlers take: who is asking, and telling of changes. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "handlers.h"

enum { EVENT_ITEMS = 1000, EVENT_BYTES = 512 * 1024, PEOPLE_BUCKETS = 16 };

const struct org_shared *
org_shared_of(const struct dc_step *step)
{
    return dc_service_shared(step->service);
}

enum dc_code
org_need_tenant(const struct dc_step *step, struct dc_error *error)
{
    if (step->context->tenant_id <= 0) {
        return dc_fail(error, DC_UNAUTHENTICATED, "please log in");
    }
    return DC_OK;
}

enum dc_code
org_need_person(const struct dc_step *step, struct dc_error *error)
{
    DC_TRY(org_need_tenant(step, error));
    if (step->context->person_id <= 0) {
        return dc_fail(error, DC_UNAUTHENTICATED, "please log in");
    }
    return DC_OK;
}

void
org_reach(struct dc_step *step, struct dc_access_reach *ret_reach)
{
    dc_access_reach(step, ORG_READERS, ret_reach);
    if (ret_reach->self_person_id == 0) {
        ret_reach->self_person_id = step->context->person_id;
    }
}

void
org_context_grants(struct dc_step *step, const struct org_grant *grants, size_t count,
                   Kernel__Grant ***ret_grants, size_t *ret_count)
{
    struct org_grant *effective = DC_NEW_ARRAY(step->arena, struct org_grant, count + 1);
    *ret_count = org_grants_effective(grants, count, effective);
    *ret_grants = org_grants_write(step->arena, effective, *ret_count);
}

enum dc_code
org_check_reason(const char *reason, struct dc_error *error)
{
    return org_check_text(reason, 0, 500, "reason", error);
}

const char *
org_like_pattern(struct dc_arena *arena, const char *search)
{
    if (*search == '\0') {
        return "";
    }
    size_t length = strlen(search), at = 0;
    char *pattern = dc_arena_alloc(arena, 2 * length + 3);
    pattern[at++] = '%';
    for (size_t i = 0; i < length; i++) {
        if (strchr("%_\\", search[i])) {
            pattern[at++] = '\\';
        }
        pattern[at++] = search[i];
    }
    pattern[at++] = '%';
    pattern[at] = '\0';
    return pattern;
}

/* --- telling ------------------------------------------------------------------------------- */
void
org_emit_units(struct dc_step *step, int64_t tenant_id, Org__Unit **units, size_t count,
               const char *reason)
{
    for (size_t at = 0; at < count; at += EVENT_ITEMS) {
        Org__UnitsChanged event = ORG__UNITS_CHANGED__INIT;
        event.units = units + at;
        event.n_units = count - at < EVENT_ITEMS ? count - at : EVENT_ITEMS;
        event.reason = (char *)reason;
        dc_emit(step, tenant_id, "units", &event.base);
    }
}

static void
emit_bucket(struct dc_step *step, int bucket, Org__Person **people, size_t count,
            const char *reason)
{
    Org__PeopleChanged event = ORG__PEOPLE_CHANGED__INIT;
    event.people = people;
    event.n_people = count;
    event.reason = (char *)reason;
    dc_emit(step, step->context->tenant_id, dc_arena_printf(step->arena, "people/%d", bucket),
            &event.base);
}

void
org_emit_people(struct dc_step *step, const struct org_person *people, size_t count,
                const char *reason)
{
    Org__Person **batch = DC_NEW_ARRAY(step->arena, Org__Person *, EVENT_ITEMS);
    for (int bucket = 0; bucket < PEOPLE_BUCKETS; bucket++) {
        size_t filled = 0, bytes = 0;
        for (size_t i = 0; i < count; i++) {
            if (people[i].id % PEOPLE_BUCKETS != bucket) {
                continue;
            }
            batch[filled] = org_person_write(step->arena, &people[i]);
            bytes += org__person__get_packed_size(batch[filled++]);
            if (filled == EVENT_ITEMS || bytes > EVENT_BYTES) {
                emit_bucket(step, bucket, batch, filled, reason);
                filled = bytes = 0;
            }
        }
        if (filled > 0) {
            emit_bucket(step, bucket, batch, filled, reason);
        }
    }
}

void
org_emit_grants(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                const struct org_grant *grants, size_t count, const char *reason)
{
    Org__GrantsChanged event = ORG__GRANTS_CHANGED__INIT;
    event.person_id = person_id;
    event.reason = (char *)reason;
    org_context_grants(step, grants, count, &event.grants, &event.n_grants);
    dc_emit(step, tenant_id, dc_arena_printf(step->arena, "grants/%lld", (long long)person_id),
            &event.base);
}

void
org_emit_ended(struct dc_step *step, int64_t tenant_id, const struct org_ended *ended, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Org__SessionEnded event = ORG__SESSION_ENDED__INIT;
        event.session_id = (char *)ended[i].id;
        event.person_id = ended[i].person_id;
        event.reason = (char *)ended[i].reason;
        dc_emit(step, tenant_id, dc_arena_printf(step->arena, "session/%s", ended[i].id),
                &event.base);
    }
}

Org__Unit *
org_unit_write(struct dc_arena *arena, const struct org_unit *unit, dc_date day)
{
    const struct org_unit_state *state = org_unit_on(unit, day);
    if (!state) {
        return NULL;
    }
    Org__Unit *message = DC_NEW_MESSAGE(arena, Org__Unit, org__unit__init);
    message->id = unit->id;
    message->code = (char *)unit->code;
    message->name = (char *)state->name;
    message->kind = (Org__UnitKind)state->kind;
    message->parent_id = state->parent_id;
    message->valid_from = (char *)org_write_date(arena, state->from);
    message->valid_to = (char *)org_write_date(arena, unit->ends);
    message->version = unit->version;
    return message;
}
