/* org_projection.c - keeps the projection of the organisation from org's events, which carry the
 * whole new state of what changed. */
#include <dacheng/org/v1/events.pb-c.h>

#include "base/assert.h"
#include "service/access.h"
#include "service/service_internal.h"

static enum dc_code
date_of(const char *text, dc_date open, const char *field, dc_date *ret_date,
        struct dc_error *error)
{
    if (!*text) {
        *ret_date = open;
        return DC_OK;
    }
    enum dc_code code = dc_date_parse(text, ret_date, error);
    return code == DC_OK ? DC_OK : dc_fail_context(error, "%s", field);
}

enum dc_code
dc_access_on_units_changed(struct dc_step *step, const struct dc_delivery *delivery,
                           struct dc_error *error)
{
    const Org__UnitsChanged *changed = (const Org__UnitsChanged *)delivery->body;
    size_t n = changed->n_units;
    struct dc_arena *arena = step->arena;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, n), *parents = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, n), *versions = DC_NEW_ARRAY(arena, int64_t, n);
    const char **codes = DC_NEW_ARRAY(arena, const char *, n);
    const char **names = DC_NEW_ARRAY(arena, const char *, n);
    dc_date *from = DC_NEW_ARRAY(arena, dc_date, n), *to = DC_NEW_ARRAY(arena, dc_date, n);
    for (size_t i = 0; i < n; i++) {
        const Org__Unit *unit = changed->units[i];
        ids[i] = unit->id;
        parents[i] = unit->parent_id;
        kinds[i] = unit->kind;
        codes[i] = unit->code;
        names[i] = unit->name;
        versions[i] = unit->version;
        DC_TRY(date_of(unit->valid_from, INT32_MIN, "valid_from", &from[i], error));
        DC_TRY(date_of(unit->valid_to, INT32_MAX, "valid_to", &to[i], error));
    }
    struct dc_param tenant = dc_p_int64(delivery->event->tenant_id);
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_ORG_UNITS_STORE], NULL, error, tenant,
                     dc_p_int64s(ids, n), dc_p_int64s(parents, n), dc_p_int64s(kinds, n),
                     dc_p_texts(codes, n), dc_p_texts(names, n), dc_p_dates(from, n),
                     dc_p_dates(to, n), dc_p_int64s(versions, n)));
    return dc_db_run(step->db, &kernel_statements[KERNEL_ORG_TREE_REBUILD], NULL, error, tenant);
}

/* The people of one event, column by column. */
struct people {
    size_t n, posts;
    int64_t *ids, *managers, *versions;
    const char **codes, **names, **emails, **mobiles, **languages;
    dc_date *from, *to;
};

static enum dc_code
take_people(struct dc_arena *arena, const Org__PeopleChanged *changed, struct people *ret_people,
            struct dc_error *error)
{
    size_t n = changed->n_people;
    struct people people = {
        .n = n,
        .ids = DC_NEW_ARRAY(arena, int64_t, n),
        .managers = DC_NEW_ARRAY(arena, int64_t, n),
        .versions = DC_NEW_ARRAY(arena, int64_t, n),
        .codes = DC_NEW_ARRAY(arena, const char *, n),
        .names = DC_NEW_ARRAY(arena, const char *, n),
        .emails = DC_NEW_ARRAY(arena, const char *, n),
        .mobiles = DC_NEW_ARRAY(arena, const char *, n),
        .languages = DC_NEW_ARRAY(arena, const char *, n),
        .from = DC_NEW_ARRAY(arena, dc_date, n),
        .to = DC_NEW_ARRAY(arena, dc_date, n),
    };
    for (size_t i = 0; i < n; i++) {
        const Org__Person *person = changed->people[i];
        people.ids[i] = person->id;
        people.managers[i] = person->manager_id;
        people.versions[i] = person->version;
        people.codes[i] = person->code;
        people.names[i] = person->name;
        people.emails[i] = person->email;
        people.mobiles[i] = person->mobile;
        people.languages[i] = person->language;
        people.posts += person->n_posts;
        DC_TRY(date_of(person->employed_from, INT32_MIN, "employed_from", &people.from[i], error));
        DC_TRY(date_of(person->employed_to, INT32_MAX, "employed_to", &people.to[i], error));
    }
    *ret_people = people;
    return DC_OK;
}

/* Only of people whose version counts; their posts are replaced as a whole. */
static enum dc_code
store_posts(struct dc_step *step, const Org__PeopleChanged *changed, size_t n, int64_t tenant_id,
            const int64_t *accepted, size_t accepted_count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, n), *ordinals = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, n);
    const char **positions = DC_NEW_ARRAY(arena, const char *, n);
    struct dc_decimal *shares = DC_NEW_ARRAY(arena, struct dc_decimal, n);
    bool *mains = DC_NEW_ARRAY(arena, bool, n);
    dc_date *from = DC_NEW_ARRAY(arena, dc_date, n), *to = DC_NEW_ARRAY(arena, dc_date, n);
    size_t k = 0;
    for (size_t i = 0; i < changed->n_people; i++) {
        const Org__Person *person = changed->people[i];
        for (size_t j = 0; j < person->n_posts; j++, k++) {
            const Org__Post *post = person->posts[j];
            people[k] = person->id;
            ordinals[k] = (int64_t)j + 1;
            units[k] = post->unit_id;
            positions[k] = post->position;
            mains[k] = post->main;
            shares[k] = DC_DECIMAL_INT(1);
            if (*post->share) {
                DC_TRY(dc_decimal_parse(post->share, &shares[k], error));
            }
            DC_TRY(date_of(post->valid_from, INT32_MIN, "valid_from", &from[k], error));
            DC_TRY(date_of(post->valid_to, INT32_MAX, "valid_to", &to[k], error));
        }
    }
    struct dc_param tenant = dc_p_int64(tenant_id);
    struct dc_param whom = dc_p_int64s(accepted, accepted_count);
    DC_TRY(
        dc_db_run(step->db, &kernel_statements[KERNEL_ORG_POSTS_DROP], NULL, error, tenant, whom));
    return dc_db_run(step->db, &kernel_statements[KERNEL_ORG_POSTS_STORE], NULL, error, tenant,
                     whom, dc_p_int64s(people, n), dc_p_int64s(ordinals, n), dc_p_int64s(units, n),
                     dc_p_texts(positions, n), dc_p_decimals(shares, n), dc_p_bools(mains, n),
                     dc_p_dates(from, n), dc_p_dates(to, n));
}

enum dc_code
dc_access_on_people_changed(struct dc_step *step, const struct dc_delivery *delivery,
                            struct dc_error *error)
{
    const Org__PeopleChanged *changed = (const Org__PeopleChanged *)delivery->body;
    struct people p;
    DC_TRY(take_people(step->arena, changed, &p, error));
    int64_t tenant_id = delivery->event->tenant_id;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_ORG_PEOPLE_STORE], &rows, error,
                     dc_p_int64(tenant_id), dc_p_int64s(p.ids, p.n), dc_p_texts(p.codes, p.n),
                     dc_p_texts(p.names, p.n), dc_p_texts(p.emails, p.n),
                     dc_p_texts(p.mobiles, p.n), dc_p_texts(p.languages, p.n),
                     dc_p_int64s(p.managers, p.n), dc_p_dates(p.from, p.n), dc_p_dates(p.to, p.n),
                     dc_p_int64s(p.versions, p.n)));
    size_t accepted_count = dc_rows_count(rows);
    int64_t *accepted = DC_NEW_ARRAY(step->arena, int64_t, accepted_count);
    for (size_t i = 0; i < accepted_count; i++) {
        accepted[i] = dc_rows_int64(rows, i, 0);
    }
    return store_posts(step, changed, p.posts, tenant_id, accepted, accepted_count, error);
}
