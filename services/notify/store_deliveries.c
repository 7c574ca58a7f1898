/* store_deliveries.c - deliveries by mail, in the database. */
#include <notify_sql.h>
#include <string.h>

#include "base/assert.h"
#include "store.h"

#define SQL(name) (&notify_statements[NOTIFY_##name])

static const char *
keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

enum dc_code
notify_store_list_deliveries(struct dc_step *step, const char *state, int64_t limit,
                             Notify__ListDeliveriesResponse *response, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_DELIVERIES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_text(state), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    response->deliveries = DC_NEW_ARRAY(step->arena, Notify__Delivery *, count);
    response->n_deliveries = count;
    response->total = count > 0 ? dc_rows_int64(rows, 0, 6) : 0;
    for (size_t i = 0; i < count; i++) {
        Notify__Delivery *delivery =
            DC_NEW_MESSAGE(step->arena, Notify__Delivery, notify__delivery__init);
        delivery->id = dc_rows_int64(rows, i, 0);
        delivery->channel = NOTIFY__CHANNEL__CHANNEL_MAIL;
        delivery->template_ = (char *)keep(step, rows, i, 1);
        delivery->attempts = (int32_t)dc_rows_int64(rows, i, 2);
        delivery->last_answer = (char *)keep(step, rows, i, 3);
        delivery->at_us = dc_rows_time(rows, i, 4);
        delivery->state = (char *)keep(step, rows, i, 5);
        response->deliveries[i] = delivery;
    }
    return DC_OK;
}

enum dc_code
notify_store_retry(struct dc_step *step, const int64_t *ids, size_t count, int64_t *ret_queued,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RETRY_DELIVERIES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(ids, count),
                     dc_p_time(step->now)));
    *ret_queued = dc_rows_affected(rows);
    return DC_OK;
}

static enum dc_code
read_ids(struct dc_step *step, const struct dc_statement *statement, dc_time time,
         const int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement, &rows, error, dc_p_time(time)));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
notify_store_tenants_due(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                         struct dc_error *error)
{
    return read_ids(step, SQL(TENANTS_DUE), step->now, ret_ids, ret_count, error);
}

enum dc_code
notify_store_tenants_with_old(struct dc_step *step, dc_time before, const int64_t **ret_ids,
                              size_t *ret_count, struct dc_error *error)
{
    return read_ids(step, SQL(TENANTS_WITH_OLD), before, ret_ids, ret_count, error);
}

enum dc_code
notify_store_claim(struct dc_step *step, int64_t tenant_id, const char *holder, dc_time lease_ends,
                   int64_t limit, struct notify_delivery **ret_deliveries, size_t *ret_count,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CLAIM_DELIVERIES), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(step->now), dc_p_time(lease_ends), dc_p_text(holder),
                     dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    struct notify_delivery *deliveries = DC_NEW_ARRAY(step->arena, struct notify_delivery, count);
    for (size_t i = 0; i < count; i++) {
        deliveries[i] = (struct notify_delivery){
            .id = dc_rows_int64(rows, i, 0),
            .person_id = dc_rows_int64(rows, i, 1),
            .template_name = keep(step, rows, i, 2),
            .attempt = dc_rows_int64(rows, i, 3),
            .at = dc_rows_time(rows, i, 5),
            .name = keep(step, rows, i, 6),
            .address = keep(step, rows, i, 7),
            .language = keep(step, rows, i, 8),
        };
        DC_TRY(notify_params_read(step->arena, dc_rows_text(rows, i, 4), &deliveries[i].params,
                                  error));
    }
    *ret_deliveries = deliveries;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
notify_store_settle(struct dc_step *step, int64_t tenant_id, int64_t id, const char *holder,
                    const char *state, dc_time due_at, const char *answer, bool *ret_ours,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SETTLE_DELIVERY), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(id), dc_p_text(holder), dc_p_text(state), dc_p_time(due_at),
                     dc_p_text(answer)));
    *ret_ours = dc_rows_affected(rows) == 1;
    return DC_OK;
}

enum dc_code
notify_store_release(struct dc_step *step, int64_t tenant_id, const int64_t *ids, size_t count,
                     const char *holder, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RELEASE_DELIVERY), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64s(ids, count), dc_p_text(holder), dc_p_time(step->now));
}

enum dc_code
notify_store_forget(struct dc_step *step, int64_t tenant_id, dc_time before, int64_t limit,
                    int64_t *ret_forgotten, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *deliveries = NULL, *notices = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FORGET_DELIVERIES), &deliveries, error, dc_p_int64(tenant_id),
                     dc_p_time(before), dc_p_int64(limit)));
    DC_TRY(dc_db_run(step->db, SQL(FORGET_NOTICES), &notices, error, dc_p_int64(tenant_id),
                     dc_p_time(before), dc_p_int64(limit)));
    *ret_forgotten = dc_rows_affected(deliveries) + dc_rows_affected(notices);
    return DC_OK;
}
