/* store.c - notices and what others told, in the database. */
#include "store.h"

#include <notify_sql.h>
#include <string.h>

#define SQL(name) (&notify_statements[NOTIFY_##name])

static const char *
keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

/* --- making notices ------------------------------------------------------------------------ */
/* Rows of (id, person, template). */
static void
read_made(struct dc_step *step, const struct dc_rows *rows, const struct notify_made **ret_made,
          size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    struct notify_made *made = DC_NEW_ARRAY(step->arena, struct notify_made, count);
    for (size_t i = 0; i < count; i++) {
        made[i] = (struct notify_made){dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1),
                                       keep(step, rows, i, 2)};
    }
    *ret_made = made;
    *ret_count = count;
}

enum dc_code
notify_store_post(struct dc_step *step, int64_t tenant_id, const struct notify_post *posts,
                  size_t count, const struct notify_made **ret_made, size_t *ret_count,
                  struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *tasks = DC_NEW_ARRAY(arena, int64_t, count);
    const char **causes = DC_NEW_ARRAY(arena, const char *, count);
    const char **templates = DC_NEW_ARRAY(arena, const char *, count);
    const char **params = DC_NEW_ARRAY(arena, const char *, count);
    const char **folds = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        people[i] = posts[i].person_id;
        causes[i] = posts[i].cause;
        templates[i] = posts[i].template_name;
        params[i] = posts[i].params;
        folds[i] = posts[i].fold ? posts[i].fold : "";
        tasks[i] = posts[i].task_id;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_NOTICES), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(step->now), dc_p_int64s(people, count), dc_p_texts(causes, count),
                     dc_p_texts(templates, count), dc_p_texts(params, count),
                     dc_p_texts(folds, count), dc_p_int64s(tasks, count)));
    read_made(step, rows, ret_made, ret_count);
    return DC_OK;
}

enum dc_code
notify_store_post_to_leads(struct dc_step *step, int64_t tenant_id,
                           const struct notify_broadcast *broadcast, const int64_t *units,
                           const char *const *params, size_t count,
                           const struct notify_made **ret_made, size_t *ret_count,
                           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_TO_UNIT_LEADS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(broadcast->cause), dc_p_text(broadcast->template_name),
                     dc_p_time(step->now), dc_p_int64(broadcast->author), dc_p_int64s(units, count),
                     dc_p_texts(params, count)));
    read_made(step, rows, ret_made, ret_count);
    return DC_OK;
}

enum dc_code
notify_store_leads(struct dc_step *step, int64_t tenant_id, const int64_t *units, size_t count,
                   struct notify_lead **ret_leads, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LEADS_OF_UNITS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(units, count)));
    *ret_count = dc_rows_count(rows);
    *ret_leads = DC_NEW_ARRAY(step->arena, struct notify_lead, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_leads)[i] = (struct notify_lead){.place = (size_t)dc_rows_int64(rows, i, 0) - 1,
                                               .person_id = dc_rows_int64(rows, i, 1)};
    }
    return DC_OK;
}

enum dc_code
notify_store_post_to_scope(struct dc_step *step, int64_t tenant_id,
                           const struct notify_broadcast *broadcast, const char *params,
                           const struct notify_scope *scope, dc_date today,
                           const struct notify_made **ret_made, size_t *ret_count,
                           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_TO_SCOPE), &rows, error, dc_p_int64(tenant_id),
                     dc_p_text(broadcast->cause), dc_p_text(broadcast->template_name),
                     dc_p_time(step->now), dc_p_int64(broadcast->author), dc_p_text(params),
                     dc_p_int64(scope->person_id), dc_p_int64(scope->unit_id),
                     dc_p_text(scope->position), dc_p_date(today)));
    read_made(step, rows, ret_made, ret_count);
    return DC_OK;
}

enum dc_code
notify_store_moot(struct dc_step *step, int64_t tenant_id, const int64_t *tasks, size_t task_count,
                  const int64_t *open_tasks, const int64_t *open_holders, size_t open_count,
                  const int64_t **ret_people, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MOOT_NOTICES), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(step->now), dc_p_int64s(tasks, task_count),
                     dc_p_int64s(open_tasks, open_count), dc_p_int64s(open_holders, open_count)));
    size_t count = dc_rows_count(rows);
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        people[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_people = people;
    *ret_count = count;
    return DC_OK;
}

/* --- the inbox ----------------------------------------------------------------------------- */
enum dc_code
notify_store_inbox(struct dc_step *step, const struct notify_inbox_filter *filter,
                   const struct notify_entry **ret_entries, size_t *ret_count,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_INBOX), &rows, error, dc_p_int64(step->context->tenant_id),
                     dc_p_int64(step->context->person_id), dc_p_int64(filter->before_id),
                     dc_p_bool(filter->unread_only), dc_p_int64(filter->limit)));
    size_t count = dc_rows_count(rows);
    struct notify_entry *entries = DC_NEW_ARRAY(step->arena, struct notify_entry, count);
    for (size_t i = 0; i < count; i++) {
        const char **texts = NULL;
        size_t listed = dc_rows_texts(rows, i, 2, step->arena, &texts);
        struct notify_params *params = DC_NEW_ARRAY(step->arena, struct notify_params, listed);
        for (size_t k = 0; k < listed; k++) {
            DC_TRY(notify_params_read(step->arena, texts[k], &params[k], error));
        }
        entries[i] = (struct notify_entry){
            .id = dc_rows_int64(rows, i, 0),
            .template_name = keep(step, rows, i, 1),
            .params = params,
            .params_count = listed,
            .at = dc_rows_time(rows, i, 3),
            .read = dc_rows_bool(rows, i, 4),
            .count = dc_rows_int64(rows, i, 5),
        };
    }
    *ret_entries = entries;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
notify_store_unread(struct dc_step *step, int64_t *ret_unread, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(COUNT_UNREAD), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(step->context->person_id)));
    *ret_unread = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
notify_store_mark_read(struct dc_step *step, bool all, const int64_t *ids, size_t count,
                       struct dc_error *error)
{
    return dc_db_run(step->db, SQL(MARK_READ), NULL, error, dc_p_int64(step->context->tenant_id),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now), dc_p_bool(all),
                     dc_p_int64s(ids, count));
}

/* --- what others told ---------------------------------------------------------------------- */
enum dc_code
notify_store_save_indicators(struct dc_step *step, int64_t tenant_id, const int64_t *ids,
                             const char *const *names, const char *const *names_en,
                             const int64_t *decimals, const int64_t *versions, size_t count,
                             struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_INDICATORS), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64s(ids, count), dc_p_texts(names, count), dc_p_texts(names_en, count),
                     dc_p_int64s(decimals, count), dc_p_int64s(versions, count));
}

enum dc_code
notify_store_indicators(struct dc_step *step, int64_t tenant_id, const int64_t *ids, size_t count,
                        struct notify_indicator **ret_indicators, size_t *ret_count,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_INDICATORS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(ids, count)));
    size_t found = dc_rows_count(rows);
    struct notify_indicator *indicators = DC_NEW_ARRAY(step->arena, struct notify_indicator, found);
    for (size_t i = 0; i < found; i++) {
        indicators[i] = (struct notify_indicator){dc_rows_int64(rows, i, 0), keep(step, rows, i, 1),
                                                  keep(step, rows, i, 2)};
    }
    *ret_indicators = indicators;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
notify_store_save_leads(struct dc_step *step, int64_t tenant_id, int64_t person_id,
                        const int64_t *units, size_t count, struct dc_error *error)
{
    DC_TRY(dc_db_run(step->db, SQL(DELETE_LEADS), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id)));
    return dc_db_run(step->db, SQL(SAVE_LEADS), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id), dc_p_int64s(units, count));
}
