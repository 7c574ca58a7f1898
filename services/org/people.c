/* people.c - people and their posts: listing within reach, reading one, changing. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "handlers.h"

enum {
    PEOPLE_MAX = 1000,
    PAGE_DEFAULT = 50,
    PAGE_MAX = 500,
    SEARCH_MAX = 100,
    PROBLEMS_MAX = 1000
};

static const unsigned writers = DC_ROLE(SYSTEM_ADMIN);

/* --- reading ------------------------------------------------------------------------------- */
static enum dc_code
read_filter(struct dc_step *step, const Org__ListPeopleRequest *request,
            struct org_people_filter *ret_filter, struct dc_error *error)
{
    struct org_tenant tenant;
    DC_TRY(org_store_load_tenant(step, step->context->tenant_id, &tenant, error));
    struct org_people_filter filter = {
        .unit_id = request->unit_id,
        .tree = request->tree,
        .like = org_like_pattern(step->arena, request->search),
        .after = request->page,
        .limit = request->limit ? request->limit : PAGE_DEFAULT,
    };
    if (filter.limit < 1 || filter.limit > PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "is %d; 1 to %d are allowed",
                             request->limit, PAGE_MAX);
    }
    if (dc_utf8_length(request->search, strlen(request->search)) > SEARCH_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "search", "has more than %d characters",
                             SEARCH_MAX);
    }
    DC_TRY(org_read_date(request->as_of, tenant.today, "as_of", &filter.day, error));
    *ret_filter = filter;
    return DC_OK;
}

DC_HANDLER(org_list_people, Org__ListPeopleRequest, Org__ListPeopleResponse)
{
    struct org_people_filter filter = {0};
    struct dc_access_reach reach;
    const int64_t *ids = NULL;
    size_t count = 0, loaded = 0;
    struct org_person *people = NULL;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(read_filter(step, request, &filter, error));
    org_reach(step, &reach);
    DC_TRY(org_store_list_people(step, &reach, &filter, &ids, &count, &response->total, error));
    DC_TRY(org_store_load_people(step, ids, count, &people, &loaded, error));
    response->people = DC_NEW_ARRAY(step->arena, Org__Person *, loaded);
    for (size_t i = 0; i < loaded; i++) {
        response->people[response->n_people++] = org_person_write(step->arena, &people[i]);
    }
    if (count == (size_t)filter.limit) {
        response->next_page = (char *)people[loaded - 1].code;
    }
    return DC_OK;
}

DC_HANDLER(org_get_person, Org__GetPersonRequest, Org__GetPersonResponse)
{
    struct org_tenant tenant;
    struct dc_access_reach reach;
    struct org_person *people = NULL;
    struct org_grant *grants = NULL;
    size_t loaded = 0, count = 0;
    bool reaches;
    const char *account;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(org_store_load_tenant(step, step->context->tenant_id, &tenant, error));
    org_reach(step, &reach);
    DC_TRY(
        org_store_reaches_person(step, &reach, tenant.today, request->person_id, &reaches, error));
    if (!reaches) {
        dc_step_subject(step, "person/%lld", (long long)request->person_id);
        return dc_fail_field(error, DC_PERMISSION_DENIED, "person_id",
                             "there is no such person within your reach");
    }
    DC_TRY(org_store_load_people(step, &request->person_id, 1, &people, &loaded, error));
    DC_ASSERT(loaded == 1);
    response->person = org_person_write(step->arena, &people[0]);
    /* What somebody may do is for himself and for those who administer it. */
    bool own = step->context->person_id == request->person_id;
    if (own ||
        dc_access_role(step, DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(SECURITY_ADMIN) | DC_ROLE(AUDITOR),
                       NULL) == DC_OK) {
        DC_TRY(org_store_load_grants(step, tenant.id, request->person_id, &grants, &count, error));
        org_context_grants(step, grants, count, &response->grants, &response->n_grants);
        DC_TRY(org_store_account_of(step, tenant.id, request->person_id, &account, error));
        response->account = (char *)account;
    }
    return DC_OK;
}

/* --- judging a set ------------------------------------------------------------------------- */
/* A problem goes into the list when there is one; otherwise it is the error. */
static enum dc_code
report(struct org_problems *problems, const struct org_person *person, const struct dc_error *said,
       struct dc_error *error)
{
    if (problems) {
        org_problems_add_said(problems, person->id, said);
        return DC_OK;
    }
    *error = *said;
    return dc_fail_context(error, "person %s", person->code);
}

static enum dc_code
judge_units(struct dc_step *step, const struct org_person *people, size_t count,
            struct org_problems *problems, struct dc_error *error)
{
    size_t posts = 0, at = 0, span_count = 0;
    for (size_t i = 0; i < count; i++) {
        posts += people[i].post_count;
    }
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, posts);
    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < people[i].post_count; p++) {
            units[at++] = people[i].posts[p].unit_id;
        }
    }
    struct org_span *spans = NULL;
    DC_TRY(org_store_spans(step, units, posts, &spans, &span_count, error));
    for (size_t i = 0; i < count; i++) {
        struct dc_error fault;
        if (org_person_check_units(&people[i], spans, span_count, &fault) != DC_OK) {
            DC_TRY(report(problems, &people[i], &fault, error));
        }
    }
    return DC_OK;
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Everybody's manager as it will be: what is stored, overlaid by the set. */
struct managers {
    int64_t *ids;
    int64_t *of;
    size_t count;
};

static enum dc_code
overlay_managers(struct dc_step *step, const struct org_person *people, size_t count,
                 struct managers *ret, struct dc_error *error)
{
    const int64_t *ids = NULL;
    int64_t *of = NULL;
    size_t stored = 0;
    DC_TRY(org_store_load_managers(step, &ids, &of, &stored, error));
    struct managers all = {DC_NEW_ARRAY(step->arena, int64_t, stored + count),
                           DC_NEW_ARRAY(step->arena, int64_t, stored + count), stored};
    if (stored > 0) {
        memcpy(all.ids, ids, stored * sizeof(*ids));
        memcpy(all.of, of, stored * sizeof(*of));
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t *at = bsearch(&people[i].id, all.ids, stored, sizeof(*ids), compare_ids);
        /* New people have ids above all others, in ascending order. */
        size_t place = at ? (size_t)(at - all.ids) : all.count++;
        DC_ASSERT(at || place == 0 || all.ids[place - 1] < people[i].id);
        all.ids[place] = people[i].id;
        all.of[place] = people[i].manager_id;
    }
    *ret = all;
    return DC_OK;
}

static enum dc_code
judge_managers(struct dc_step *step, const struct org_person *people, size_t count,
               struct org_problems *problems, struct dc_error *error)
{
    struct managers all = {0};
    struct org_problems found = {.arena = step->arena};
    DC_TRY(overlay_managers(step, people, count, &all, error));
    org_check_managers(all.ids, all.of, all.count, &found);
    for (size_t i = 0; i < found.count && i < PROBLEMS_MAX; i++) {
        /* A circle may close at somebody who is not in the set: then the first of the set is to
         * blame, for it was none before. */
        const struct org_person *blamed = &people[0];
        for (size_t p = 0; p < count; p++) {
            blamed = people[p].id == found.items[i].id ? &people[p] : blamed;
        }
        DC_TRY(report(problems, blamed, &found.items[i].said, error));
    }
    return DC_OK;
}

enum dc_code
org_people_put(struct dc_step *step, struct org_person *people, size_t count,
               struct org_problems *problems, bool write, struct dc_error *error)
{
    DC_TRY(judge_units(step, people, count, problems, error));
    DC_TRY(judge_managers(step, people, count, problems, error));
    if (!write || (problems && problems->count > 0)) {
        return DC_OK;
    }
    for (size_t i = 0; i < count; i++) {
        people[i].version++;
    }
    return org_store_save_people(step, people, count, error);
}

/* --- saving -------------------------------------------------------------------------------- */
static enum dc_code
of_person(struct dc_error *error, size_t index)
{
    char field[DC_ERROR_FIELD_MAX];
    int length = snprintf(field, sizeof(field), "people[%zu].%s", index, error->field);
    if (length > 0 && (size_t)length < sizeof(field)) {
        memcpy(error->field, field, (size_t)length + 1);
    }
    return error->code;
}

/* The stored people of the request, by id; their versions are what ours are checked against. */
static enum dc_code
match_stored(struct dc_step *step, const Org__SavePeopleRequest *request, struct org_person *people,
             struct dc_error *error)
{
    size_t count = request->n_people, known = 0, stored_count = 0, made = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        if (people[i].id != 0) {
            ids[known++] = people[i].id;
        }
    }
    qsort(ids, known, sizeof(*ids), compare_ids);
    for (size_t i = 1; i < known; i++) {
        if (ids[i] == ids[i - 1]) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "people",
                                 "the person %lld is there twice", (long long)ids[i]);
        }
    }
    struct org_person *stored = NULL;
    DC_TRY(org_store_load_people(step, ids, known, &stored, &stored_count, error));
    int64_t *new_ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    DC_TRY(org_store_person_ids(step, count - known, new_ids, error));
    for (size_t i = 0; i < count; i++) {
        const struct org_person *found = NULL;
        for (size_t s = 0; people[i].id != 0 && s < stored_count; s++) {
            found = stored[s].id == people[i].id ? &stored[s] : found;
        }
        if (people[i].id != 0 && !found) {
            dc_fail_field(error, DC_NOT_FOUND, "id", "there is no such person");
            return of_person(error, i);
        }
        if (found && people[i].version != 0 && people[i].version != found->version) {
            dc_fail_field(error, DC_ABORTED, "version",
                          "the person was changed meanwhile (it is at version %lld)",
                          (long long)found->version);
            return of_person(error, i);
        }
        people[i].version = found ? found->version : 0;
        people[i].id = found ? found->id : new_ids[made++];
    }
    return DC_OK;
}

static enum dc_code
check_codes(struct dc_step *step, const struct org_person *people, size_t count,
            struct dc_error *error)
{
    const char **codes = DC_NEW_ARRAY(step->arena, const char *, count);
    struct org_codes *here = org_codes_new(step->arena), *stored = org_codes_new(step->arena);
    for (size_t i = 0; i < count; i++) {
        codes[i] = people[i].code;
    }
    DC_TRY(org_store_people_of_codes(step, codes, count, stored, error));
    for (size_t i = 0; i < count; i++) {
        int64_t other;
        if (!org_codes_add(here, codes[i], people[i].id) ||
            (org_codes_find(stored, codes[i], &other) && other != people[i].id)) {
            dc_fail_field(error, DC_ALREADY_EXISTS, "code", "another person has the code \"%s\"",
                          codes[i]);
            return of_person(error, i);
        }
    }
    return DC_OK;
}

DC_HANDLER(org_save_people, Org__SavePeopleRequest, Org__SavePeopleResponse)
{
    struct org_tenant tenant;
    size_t count = request->n_people;
    DC_TRY(org_need_tenant(step, error));
    DC_TRY(dc_access_group(step, writers, error));
    DC_TRY(org_check_reason(request->reason, error));
    if (count == 0 || count > PEOPLE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "people", "are %zu; 1 to %d are allowed",
                             count, PEOPLE_MAX);
    }
    struct org_person *people = DC_NEW_ARRAY(step->arena, struct org_person, count);
    for (size_t i = 0; i < count; i++) {
        if (org_person_read(step->arena, request->people[i], &people[i], error) != DC_OK) {
            return of_person(error, i);
        }
    }
    DC_TRY(org_store_lock_tenant(step, step->context->tenant_id, &tenant, error));
    DC_TRY(match_stored(step, request, people, error));
    DC_TRY(check_codes(step, people, count, error));
    DC_TRY(org_people_put(step, people, count, NULL, true, error));
    org_emit_people(step, people, count, request->reason);
    response->people = DC_NEW_ARRAY(step->arena, Org__Person *, count);
    response->n_people = count;
    for (size_t i = 0; i < count; i++) {
        response->people[i] = org_person_write(step->arena, &people[i]);
    }
    return DC_OK;
}
