/* store_people.c - people, their posts and who may see them, in the database. */
#include <org_sql.h>
#include <string.h>

#include "base/assert.h"
#include "handlers.h"

/* Columns of load_people: person, then one post (NULL when there is none). */
static void
read_person(struct dc_step *step, const struct dc_rows *rows, size_t row, size_t post_count,
            struct org_person *ret_person)
{
    *ret_person = (struct org_person){
        .id = dc_rows_int64(rows, row, 0),
        .code = org_keep(step, rows, row, 1),
        .name = org_keep(step, rows, row, 2),
        .email = org_keep(step, rows, row, 3),
        .mobile = org_keep(step, rows, row, 4),
        .manager_id = dc_rows_int64(rows, row, 5),
        .employed_from = dc_rows_date(rows, row, 6),
        .employed_to = dc_rows_date(rows, row, 7),
        .language = org_keep(step, rows, row, 8),
        .version = dc_rows_int64(rows, row, 9),
        .posts = DC_NEW_ARRAY(step->arena, struct org_post, post_count),
        .post_count = post_count,
    };
    for (size_t i = 0; i < post_count; i++) {
        ret_person->posts[i] = (struct org_post){
            .unit_id = dc_rows_int64(rows, row + i, 10),
            .position = org_keep(step, rows, row + i, 11),
            .share = dc_rows_decimal(rows, row + i, 12),
            .main = dc_rows_bool(rows, row + i, 13),
            .from = dc_rows_date(rows, row + i, 14),
            .to = dc_rows_date(rows, row + i, 15),
        };
    }
}

enum dc_code
org_store_load_people(struct dc_step *step, const int64_t *ids, size_t count,
                      struct org_person **ret_people, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_PEOPLE), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(ids, count)));
    struct org_person *people = DC_NEW_ARRAY(step->arena, struct org_person, count);
    size_t found = 0;
    for (size_t row = 0; row < dc_rows_count(rows);) {
        int64_t id = dc_rows_int64(rows, row, 0);
        size_t next = row + 1;
        while (next < dc_rows_count(rows) && dc_rows_int64(rows, next, 0) == id) {
            next++;
        }
        bool without_post = dc_rows_is_null(rows, row, 10);
        DC_ASSERT(found < count);
        read_person(step, rows, row, without_post ? 0 : next - row, &people[found++]);
        row = next;
    }
    *ret_people = people;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
org_store_people_of_codes(struct dc_step *step, const char *const *codes, size_t count,
                          struct org_codes *found, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(PEOPLE_OF_CODES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_texts(codes, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        org_codes_add(found, org_keep(step, rows, i, 1), dc_rows_int64(rows, i, 0));
    }
    return DC_OK;
}

enum dc_code
org_store_load_managers(struct dc_step *step, const int64_t **ret_ids, int64_t **ret_managers,
                        size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_MANAGERS), &rows, error,
                     dc_p_int64(step->context->tenant_id)));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *managers = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
        managers[i] = dc_rows_int64(rows, i, 1);
    }
    *ret_ids = ids;
    *ret_managers = managers;
    *ret_count = count;
    return DC_OK;
}

/* --- writing ------------------------------------------------------------------------------- */
static enum dc_code
save_persons(struct dc_step *step, const struct org_person *people, size_t count,
             const int64_t *ids, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    const char **codes = DC_NEW_ARRAY(arena, const char *, count);
    const char **names = DC_NEW_ARRAY(arena, const char *, count);
    const char **emails = DC_NEW_ARRAY(arena, const char *, count);
    const char **mobiles = DC_NEW_ARRAY(arena, const char *, count);
    const char **languages = DC_NEW_ARRAY(arena, const char *, count);
    int64_t *managers = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *versions = DC_NEW_ARRAY(arena, int64_t, count);
    dc_date *from = DC_NEW_ARRAY(arena, dc_date, count);
    dc_date *to = DC_NEW_ARRAY(arena, dc_date, count);
    for (size_t i = 0; i < count; i++) {
        codes[i] = people[i].code;
        names[i] = people[i].name;
        emails[i] = people[i].email;
        mobiles[i] = people[i].mobile;
        languages[i] = people[i].language;
        managers[i] = people[i].manager_id;
        versions[i] = people[i].version;
        from[i] = people[i].employed_from;
        to[i] = people[i].employed_to;
    }
    return dc_db_run(step->db, ORG_SQL(SAVE_PEOPLE), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(ids, count),
                     dc_p_texts(codes, count), dc_p_texts(names, count), dc_p_texts(emails, count),
                     dc_p_texts(mobiles, count), dc_p_int64s(managers, count),
                     dc_p_dates(from, count), dc_p_dates(to, count), dc_p_texts(languages, count),
                     dc_p_int64s(versions, count));
}

static enum dc_code
save_posts(struct dc_step *step, const struct org_person *people, size_t count,
           struct dc_error *error)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < count; i++) {
        total += people[i].post_count;
    }
    struct dc_arena *arena = step->arena;
    int64_t *persons = DC_NEW_ARRAY(arena, int64_t, total);
    int64_t *seqs = DC_NEW_ARRAY(arena, int64_t, total);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, total);
    const char **positions = DC_NEW_ARRAY(arena, const char *, total);
    struct dc_decimal *shares = DC_NEW_ARRAY(arena, struct dc_decimal, total);
    bool *mains = DC_NEW_ARRAY(arena, bool, total);
    dc_date *from = DC_NEW_ARRAY(arena, dc_date, total);
    dc_date *to = DC_NEW_ARRAY(arena, dc_date, total);
    for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < people[i].post_count; p++, at++) {
            const struct org_post *post = &people[i].posts[p];
            persons[at] = people[i].id;
            seqs[at] = (int64_t)p;
            units[at] = post->unit_id;
            positions[at] = post->position;
            shares[at] = post->share;
            mains[at] = post->main;
            from[at] = post->from;
            to[at] = post->to;
        }
    }
    return dc_db_run(step->db, ORG_SQL(SAVE_POSTS), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(persons, total),
                     dc_p_int64s(seqs, total), dc_p_int64s(units, total),
                     dc_p_texts(positions, total), dc_p_decimals(shares, total),
                     dc_p_bools(mains, total), dc_p_dates(from, total), dc_p_dates(to, total));
}

enum dc_code
org_store_save_people(struct dc_step *step, const struct org_person *people, size_t count,
                      struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = people[i].id;
    }
    DC_TRY(save_persons(step, people, count, ids, error));
    DC_TRY(dc_db_run(step->db, ORG_SQL(DELETE_POSTS), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(ids, count)));
    return save_posts(step, people, count, error);
}

/* --- reading within reach ------------------------------------------------------------------ */
enum dc_code
org_store_list_people(struct dc_step *step, const struct dc_access_reach *reach,
                      const struct org_people_filter *filter, const int64_t **ret_ids,
                      size_t *ret_count, int64_t *ret_total, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LIST_PEOPLE), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_date(filter->day),
                     dc_p_bool(reach->all), dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64(filter->unit_id),
                     dc_p_bool(filter->tree), dc_p_text(filter->like), dc_p_text(filter->after),
                     dc_p_int64(filter->limit)));
    size_t count = dc_rows_count(rows), found = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        if (!dc_rows_is_null(rows, i, 1)) { /* past the last page the total stands alone */
            ids[found++] = dc_rows_int64(rows, i, 1);
        }
    }
    *ret_ids = ids;
    *ret_count = found;
    *ret_total = count > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
org_store_reaches_person(struct dc_step *step, const struct dc_access_reach *reach, dc_date day,
                         int64_t person_id, bool *ret_reaches, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(PERSON_REACHED), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_date(day), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64(person_id)));
    *ret_reaches = dc_rows_bool(rows, 0, 0);
    return DC_OK;
}

/* Above every text that begins with `text` in byte order: UTF-8 has no byte 0xF8 to 0xFF, and
 * U+10FFFF is the last character that there is. */
static const char *
above(struct dc_arena *arena, const char *text)
{
    return dc_arena_printf(arena, "%s\xF4\x8F\xBF\xBF", text);
}

enum dc_code
org_store_find_colleagues(struct dc_step *step, dc_date day, const char *search, int64_t unit_id,
                          int64_t most, Org__FindColleaguesResponse *response,
                          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct dc_arena *arena = step->arena;
    char *lower = dc_arena_strdup(arena, search);
    for (char *c = lower; *c; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    DC_TRY(dc_db_run(step->db, ORG_SQL(FIND_COLLEAGUES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_date(day), dc_p_text(search),
                     dc_p_text(above(arena, search)), dc_p_text(lower),
                     dc_p_text(above(arena, lower)), dc_p_int64(unit_id), dc_p_int64(most)));
    size_t count = dc_rows_count(rows);
    response->people = DC_NEW_ARRAY(arena, Org__Colleague *, count);
    for (size_t i = 0; i < count; i++) {
        Org__Colleague *one = DC_NEW_MESSAGE(arena, Org__Colleague, org__colleague__init);
        one->id = dc_rows_int64(rows, i, 0);
        one->code = (char *)org_keep(step, rows, i, 1);
        one->name = (char *)org_keep(step, rows, i, 2);
        one->unit_name = (char *)org_keep(step, rows, i, 3);
        one->position = (char *)org_keep(step, rows, i, 4);
        response->people[response->n_people++] = one;
    }
    return DC_OK;
}

enum dc_code
org_store_find_me(struct dc_step *step, int64_t tenant_id, int64_t person_id, Org__Me *me,
                  int64_t *ret_root_unit_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(FIND_ME), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id), dc_p_time(step->now)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail(error, DC_NOT_FOUND, "there is no such person");
    }
    me->tenant_id = tenant_id;
    me->person_id = person_id;
    me->tenant_name = (char *)org_keep(step, rows, 0, 0);
    me->name = (char *)org_keep(step, rows, 0, 1);
    me->language = (char *)org_keep(step, rows, 0, 2);
    me->account = (char *)org_keep(step, rows, 0, 3);
    me->must_change_password = dc_rows_bool(rows, 0, 4);
    me->main_unit_id = dc_rows_int64(rows, 0, 5);
    me->main_unit_name = (char *)org_keep(step, rows, 0, 6);
    me->position = (char *)org_keep(step, rows, 0, 7);
    *ret_root_unit_id = dc_rows_int64(rows, 0, 8);
    return DC_OK;
}
