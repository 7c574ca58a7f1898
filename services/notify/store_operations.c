/* store_operations.c - what operations see and do, breakers, and forgetting, in the database. */
#include <notify_sql.h>

#include "store.h"

#define SQL(name) (&notify_statements[NOTIFY_##name])

static char *
keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

static Notify__Delivery *
read_delivery(struct dc_step *step, const struct dc_rows *rows, size_t i)
{
    Notify__Delivery *delivery =
        DC_NEW_MESSAGE(step->arena, Notify__Delivery, notify__delivery__init);
    delivery->id = dc_rows_int64(rows, i, 0);
    delivery->channel = (Notify__Channel)dc_rows_int64(rows, i, 1);
    delivery->template_ = keep(step, rows, i, 2);
    delivery->attempts = (int32_t)dc_rows_int64(rows, i, 3);
    delivery->last_answer = keep(step, rows, i, 4);
    delivery->at_us = dc_rows_time(rows, i, 5);
    delivery->state = keep(step, rows, i, 6);
    delivery->notices = (int32_t)dc_rows_int64(rows, i, 7);
    delivery->due_at_us = dc_rows_time(rows, i, 8);
    delivery->sent_at_us = dc_rows_time(rows, i, 9);
    delivery->receipt = keep(step, rows, i, 10);
    return delivery;
}

enum dc_code
notify_store_list_deliveries(struct dc_step *step, const struct notify_delivery_filter *filter,
                             Notify__ListDeliveriesResponse *response, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_DELIVERIES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_text(filter->state),
                     dc_p_int64(filter->limit), dc_p_int64(filter->channel),
                     dc_p_int64(filter->before_id)));
    size_t count = dc_rows_count(rows);
    response->deliveries = DC_NEW_ARRAY(step->arena, Notify__Delivery *, count);
    response->n_deliveries = count;
    response->total = count > 0 ? dc_rows_int64(rows, 0, 11) : 0;
    for (size_t i = 0; i < count; i++) {
        response->deliveries[i] = read_delivery(step, rows, i);
    }
    return DC_OK;
}

static enum dc_code
load_attempts(struct dc_step *step, int64_t id, Notify__GetDeliveryResponse *response,
              struct dc_error *error)
{
    enum { ATTEMPTS_MAX = 100 };
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_ATTEMPTS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(id),
                     dc_p_int64(ATTEMPTS_MAX)));
    response->n_attempts = dc_rows_count(rows);
    response->attempts = DC_NEW_ARRAY(step->arena, Notify__Attempt *, response->n_attempts);
    for (size_t i = 0; i < response->n_attempts; i++) {
        Notify__Attempt *attempt =
            DC_NEW_MESSAGE(step->arena, Notify__Attempt, notify__attempt__init);
        attempt->number = (int32_t)dc_rows_int64(rows, i, 0);
        attempt->at_us = dc_rows_time(rows, i, 1);
        attempt->duration_us = dc_rows_int64(rows, i, 2);
        attempt->outcome = keep(step, rows, i, 3);
        attempt->answer = keep(step, rows, i, 4);
        attempt->provider = keep(step, rows, i, 5);
        response->attempts[i] = attempt;
    }
    return DC_OK;
}

enum dc_code
notify_store_delivery(struct dc_step *step, int64_t id, Notify__GetDeliveryResponse *response,
                      int64_t *ret_person_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_DELIVERY), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(id)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no delivery %lld", (long long)id);
    }
    response->delivery = read_delivery(step, rows, 0);
    *ret_person_id = dc_rows_int64(rows, 0, 11);
    return load_attempts(step, id, response, error);
}

enum dc_code
notify_store_retry(struct dc_step *step, const int64_t *ids, size_t count, bool all,
                   int32_t channel, int64_t *ret_queued, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RETRY_DELIVERIES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(ids, count),
                     dc_p_time(step->now), dc_p_bool(all), dc_p_int64(channel)));
    *ret_queued = dc_rows_affected(rows);
    return DC_OK;
}

enum dc_code
notify_store_channel_counts(struct dc_step *step, dc_time day_began,
                            Notify__ChannelState *states[NOTIFY_CHANNELS], struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHANNEL_COUNTS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_time(step->now),
                     dc_p_time(day_began)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        int64_t channel = dc_rows_int64(rows, i, 0);
        Notify__ChannelState *state =
            channel > 0 && channel < NOTIFY_CHANNELS ? states[channel] : NULL;
        if (state) {
            state->waiting = dc_rows_int64(rows, i, 1);
            state->oldest_waiting_us = dc_rows_time(rows, i, 2);
            state->sent_today = dc_rows_int64(rows, i, 3);
            state->failed = dc_rows_int64(rows, i, 4);
        }
    }
    return DC_OK;
}

/* --- breakers ------------------------------------------------------------------------------- */
static struct notify_breaker_row
read_breaker(struct dc_step *step, const struct dc_rows *rows, size_t i)
{
    return (struct notify_breaker_row){
        .breaker = {.state = dc_breaker_named(dc_rows_text(rows, i, 1)),
                    .faults = dc_rows_int64(rows, i, 2),
                    .openings = dc_rows_int64(rows, i, 3),
                    .since = dc_rows_time(rows, i, 4),
                    .until = dc_rows_time(rows, i, 5)},
        .last_fault = keep(step, rows, i, 6),
    };
}

enum dc_code
notify_store_breakers(struct dc_step *step, struct notify_breaker_row ret_rows[NOTIFY_CHANNELS],
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_set_tenant(step->db, 0, error));
    DC_TRY(dc_db_run(step->db, SQL(LOAD_BREAKERS), &rows, error));
    for (int i = 0; i < NOTIFY_CHANNELS; i++) {
        ret_rows[i] = (struct notify_breaker_row){.last_fault = ""};
    }
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        int64_t channel = dc_rows_int64(rows, i, 0);
        if (channel > 0 && channel < NOTIFY_CHANNELS) {
            ret_rows[channel] = read_breaker(step, rows, i);
        }
    }
    return DC_OK;
}

enum dc_code
notify_store_lock_breaker(struct dc_step *step, int32_t channel, struct notify_breaker_row *ret_row,
                          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_set_tenant(step->db, 0, error));
    DC_TRY(dc_db_run(step->db, SQL(LOCK_BREAKER), &rows, error, dc_p_int64(channel),
                     dc_p_time(step->now)));
    *ret_row = read_breaker(step, rows, 0);
    return DC_OK;
}

enum dc_code
notify_store_save_breaker(struct dc_step *step, int32_t channel,
                          const struct notify_breaker_row *row, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SAVE_BREAKER), NULL, error, dc_p_int64(channel),
                     dc_p_text(dc_breaker_name(row->breaker.state)),
                     dc_p_int64(row->breaker.faults), dc_p_int64(row->breaker.openings),
                     dc_p_time(row->breaker.since), dc_p_time(row->breaker.until),
                     dc_p_text(row->last_fault));
}

/* --- forgetting ----------------------------------------------------------------------------- */
enum dc_code
notify_store_tenants_with_old(struct dc_step *step, dc_time before, const int64_t **ret_ids,
                              size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TENANTS_WITH_OLD), &rows, error, dc_p_time(before)));
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
notify_store_forget(struct dc_step *step, int64_t tenant_id, dc_time before, int64_t limit,
                    int64_t *ret_forgotten, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *deliveries = NULL, *notices = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FORGET_DELIVERIES), &deliveries, error, dc_p_int64(tenant_id),
                     dc_p_time(before), dc_p_int64(limit)));
    DC_TRY(dc_db_run(step->db, SQL(FORGET_NOTICES), &notices, error, dc_p_int64(tenant_id),
                     dc_p_time(before), dc_p_int64(limit)));
    *ret_forgotten = (int64_t)dc_rows_count(deliveries) + dc_rows_affected(notices);
    return DC_OK;
}
