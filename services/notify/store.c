/* store.c - notices and what others told, in the database. */
#include "store.h"

#include <notify_sql.h>
#include <string.h>

#include "base/assert.h"

#define SQL(name) (&notify_statements[NOTIFY_##name])
enum { EVENT_PEOPLE = 1000 };

static const char *
keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

/* --- making notices ------------------------------------------------------------------------ */
/* Rows of (notice id, person) that were made: their mail, and the event that tells of them. */
static enum dc_code
after_post(struct dc_step *step, const struct notify_cause *cause, const struct dc_rows *made,
           struct dc_error *error)
{
    size_t count = dc_rows_count(made);
    if (count == 0) {
        return DC_OK;
    }
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(made, i, 0);
        people[i] = dc_rows_int64(made, i, 1);
    }
    if (cause->mail) {
        DC_TRY(dc_db_run(step->db, SQL(QUEUE_DELIVERIES), NULL, error, dc_p_int64(cause->tenant_id),
                         dc_p_text(cause->template_name), dc_p_time(step->now),
                         dc_p_int64s(ids, count), dc_p_int64s(people, count)));
        dc_wake_on_commit(step, "mail");
    }
    for (size_t at = 0; at < count; at += EVENT_PEOPLE) {
        Notify__NoticesPosted event = NOTIFY__NOTICES_POSTED__INIT;
        event.person_ids = people + at;
        event.n_person_ids = count - at < EVENT_PEOPLE ? count - at : EVENT_PEOPLE;
        event.template_ = (char *)cause->template_name;
        dc_emit(step, cause->tenant_id,
                dc_arena_printf(step->arena, "person/%lld", (long long)people[at]), &event.base);
    }
    return DC_OK;
}

enum dc_code
notify_store_post(struct dc_step *step, const struct notify_cause *cause, const int64_t *people,
                  const char *const *params, size_t count, struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_NOTICES), &rows, error, dc_p_int64(cause->tenant_id),
                     dc_p_text(cause->cause), dc_p_text(cause->template_name), dc_p_time(step->now),
                     dc_p_int64s(people, count), dc_p_texts(params, count)));
    return after_post(step, cause, rows, error);
}

enum dc_code
notify_store_post_to_leads(struct dc_step *step, const struct notify_cause *cause, int64_t author,
                           const int64_t *units, const char *const *params, size_t count,
                           struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_TO_UNIT_LEADS), &rows, error, dc_p_int64(cause->tenant_id),
                     dc_p_text(cause->cause), dc_p_text(cause->template_name), dc_p_time(step->now),
                     dc_p_int64(author), dc_p_int64s(units, count), dc_p_texts(params, count)));
    return after_post(step, cause, rows, error);
}

enum dc_code
notify_store_post_to_scope(struct dc_step *step, const struct notify_cause *cause, int64_t author,
                           const char *params, const struct notify_scope *scope, dc_date today,
                           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(POST_TO_SCOPE), &rows, error, dc_p_int64(cause->tenant_id),
                     dc_p_text(cause->cause), dc_p_text(cause->template_name), dc_p_time(step->now),
                     dc_p_int64(author), dc_p_text(params), dc_p_int64(scope->person_id),
                     dc_p_int64(scope->unit_id), dc_p_text(scope->position), dc_p_date(today)));
    return after_post(step, cause, rows, error);
}

/* --- the inbox ----------------------------------------------------------------------------- */
enum dc_code
notify_store_inbox(struct dc_step *step, const struct notify_inbox_filter *filter,
                   const char *language, Notify__ListInboxResponse *response,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_INBOX), &rows, error, dc_p_int64(step->context->tenant_id),
                     dc_p_int64(step->context->person_id), dc_p_int64(filter->before_id),
                     dc_p_bool(filter->unread_only), dc_p_int64(filter->limit)));
    size_t count = dc_rows_count(rows);
    response->notices = DC_NEW_ARRAY(step->arena, Notify__Notice *, count);
    for (size_t i = 0; i < count; i++) {
        struct notify_params params = {0};
        struct notify_text text = {0};
        Notify__Notice *notice = DC_NEW_MESSAGE(step->arena, Notify__Notice, notify__notice__init);
        DC_TRY(notify_params_read(step->arena, dc_rows_text(rows, i, 2), &params, error));
        DC_TRY(
            notify_render(step->arena, dc_rows_text(rows, i, 1), language, &params, &text, error));
        notice->id = dc_rows_int64(rows, i, 0);
        notice->template_ = (char *)keep(step, rows, i, 1);
        notice->title = (char *)text.title;
        notice->text = (char *)text.text;
        notice->link = (char *)text.link;
        notice->at_us = dc_rows_time(rows, i, 3);
        notice->read = dc_rows_bool(rows, i, 4);
        response->notices[response->n_notices++] = notice;
    }
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

enum dc_code
notify_store_preferences(struct dc_step *step, Notify__Preferences *preferences,
                         struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_PREFERENCES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(step->context->person_id)));
    preferences->mail = dc_rows_bool(rows, 0, 0);
    preferences->language = (char *)keep(step, rows, 0, 1);
    return DC_OK;
}

enum dc_code
notify_store_save_preferences(struct dc_step *step, const Notify__Preferences *preferences,
                              struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_PREFERENCES), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(step->context->person_id),
                     dc_p_bool(preferences->mail), dc_p_text(preferences->language));
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
