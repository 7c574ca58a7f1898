/* store_deliveries.c - what waits to be sent, and the breakers of whom it is for. */
#include <string.h>

#include "store_internal.h"

enum dc_code
store_tenants_due(struct dc_step *step, dc_time now, const int64_t **ret_tenants, size_t *ret_count,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_TENANTS_DUE), &rows, error, dc_p_time(now)));
    *ret_count = dc_rows_count(rows);
    int64_t *tenants = DC_NEW_ARRAY(step->arena, int64_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        tenants[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_tenants = tenants;
    return DC_OK;
}

/* --- breakers --------------------------------------------------------------------------------- */
static struct store_breaker
breaker_of(const struct dc_rows *rows, size_t row)
{
    return (struct store_breaker){.webhook_id = dc_rows_int64(rows, row, 0),
                                  .breaker = {.state = dc_breaker_named(dc_rows_text(rows, row, 1)),
                                              .faults = dc_rows_int64(rows, row, 2),
                                              .openings = dc_rows_int64(rows, row, 3),
                                              .since = dc_rows_time(rows, row, 4),
                                              .until = dc_rows_time(rows, row, 5)}};
}

enum dc_code
store_breakers(struct dc_step *step, int64_t tenant_id, dc_time now,
               struct store_breaker **ret_breakers, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_BREAKERS), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(now)));
    *ret_count = dc_rows_count(rows);
    *ret_breakers = DC_NEW_ARRAY(step->arena, struct store_breaker, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_breakers)[i] = breaker_of(rows, i);
    }
    return DC_OK;
}

enum dc_code
store_breaker(struct dc_step *step, int64_t tenant_id, int64_t webhook_id,
              struct store_breaker *ret_breaker, bool *ret_found, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_BREAKER), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(webhook_id)));
    *ret_found = dc_rows_count(rows) == 1;
    if (*ret_found) {
        *ret_breaker = breaker_of(rows, 0);
    }
    return DC_OK;
}

enum dc_code
store_set_breaker(struct dc_step *step, int64_t tenant_id, const struct store_breaker *breaker,
                  struct dc_error *error)
{
    const struct dc_breaker *state = &breaker->breaker;
    return dc_db_run(step->db, SQL(WEBHOOKS_SET_BREAKER), NULL, error, dc_p_int64(tenant_id),
                     dc_p_int64(breaker->webhook_id), dc_p_text(dc_breaker_name(state->state)),
                     dc_p_int64(state->faults), dc_p_int64(state->openings),
                     dc_p_time(state->since), dc_p_time(state->until));
}

/* --- deliveries ------------------------------------------------------------------------------- */
static struct dc_bytes
bytes_of(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    struct dc_bytes bytes = dc_rows_bytes(rows, row, column);
    return bytes.data
               ? (struct dc_bytes){dc_arena_memdup(arena, bytes.data, bytes.size), bytes.size}
               : bytes;
}

static Kernel__Event *
event_of(struct dc_arena *arena, int64_t tenant_id, const struct dc_rows *rows, size_t row)
{
    Kernel__Event *event = DC_NEW_MESSAGE(arena, Kernel__Event, kernel__event__init);
    struct dc_bytes body = bytes_of(arena, rows, row, 10);
    event->tenant_id = tenant_id;
    event->stream = dc_arena_strdup(arena, dc_rows_text(rows, row, 2));
    event->type = dc_arena_strdup(arena, dc_rows_text(rows, row, 3));
    event->key = dc_arena_strdup(arena, dc_rows_text(rows, row, 4));
    event->epoch = dc_rows_int64(rows, row, 5);
    event->partition = (int32_t)dc_rows_int64(rows, row, 6);
    event->number = dc_rows_int64(rows, row, 7);
    event->overall = dc_rows_int64(rows, row, 8);
    event->at_us = dc_rows_time(rows, row, 9);
    event->body = (ProtobufCBinaryData){body.size, (uint8_t *)(uintptr_t)body.data};
    return event;
}

enum dc_code
store_claim(struct dc_step *step, int64_t tenant_id, dc_time now, dc_time lease, const char *holder,
            const int64_t *webhooks, const int64_t *most, size_t count, int64_t room,
            struct store_claimed **ret_claimed, size_t *ret_count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_CLAIM), &rows, error, dc_p_int64(tenant_id),
                     dc_p_time(now), dc_p_time(lease), dc_p_text(holder),
                     dc_p_int64s(webhooks, count), dc_p_int64s(most, count), dc_p_int64(room)));
    *ret_count = dc_rows_count(rows);
    *ret_claimed = DC_NEW_ARRAY(arena, struct store_claimed, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_claimed)[i] = (struct store_claimed){
            .tenant_id = tenant_id,
            .webhook_id = dc_rows_int64(rows, i, 0),
            .id = dc_rows_int64(rows, i, 1),
            .attempt = dc_rows_int64(rows, i, 11),
            .event = event_of(arena, tenant_id, rows, i),
            .receiver = {.url = dc_arena_strdup(arena, dc_rows_text(rows, i, 12)),
                         .binary = dc_rows_int64(rows, i, 13) ==
                                   WEBHOOKS__WEBHOOK_MODE__WEBHOOK_MODE_BINARY,
                         .secret = bytes_of(arena, rows, i, 14),
                         .old_secret = bytes_of(arena, rows, i, 15)},
        };
    }
    return DC_OK;
}

enum dc_code
store_delivered(struct dc_step *step, const struct store_claimed *claimed, const char *holder,
                const char *answer, dc_time now, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(WEBHOOKS_DELIVERED), NULL, error, dc_p_int64(claimed->tenant_id),
                     dc_p_int64(claimed->webhook_id), dc_p_int64(claimed->id), dc_p_text(holder),
                     dc_p_text(answer), dc_p_time(now));
}

enum dc_code
store_put_off(struct dc_step *step, const struct store_claimed *claimed, const char *holder,
              const char *answer, dc_time now, dc_time due, bool parked, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(WEBHOOKS_PUT_OFF), NULL, error, dc_p_int64(claimed->tenant_id),
                     dc_p_int64(claimed->webhook_id), dc_p_int64(claimed->id), dc_p_text(holder),
                     dc_p_text(answer), dc_p_time(now), dc_p_time(due), dc_p_bool(parked));
}

enum dc_code
store_deliveries(struct dc_step *step, int64_t webhook_id, bool parked_only, int64_t limit,
                 Webhooks__Delivery ***ret_deliveries, size_t *ret_count, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_DELIVERIES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(webhook_id),
                     dc_p_bool(parked_only), dc_p_int64(limit)));
    *ret_count = dc_rows_count(rows);
    *ret_deliveries = DC_NEW_ARRAY(arena, Webhooks__Delivery *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Webhooks__Delivery *delivery =
            DC_NEW_MESSAGE(arena, Webhooks__Delivery, webhooks__delivery__init);
        delivery->id = dc_rows_int64(rows, i, 0);
        delivery->event_id = (char *)(uintptr_t)cloudevent_id(
            arena, dc_rows_text(rows, i, 1), dc_rows_int64(rows, i, 4), dc_rows_int64(rows, i, 5),
            dc_rows_int64(rows, i, 6));
        delivery->type =
            dc_arena_printf(arena, "%s.%s", dc_rows_text(rows, i, 1), dc_rows_text(rows, i, 2));
        delivery->key = dc_arena_strdup(arena, dc_rows_text(rows, i, 3));
        delivery->at_us = dc_rows_time(rows, i, 7);
        delivery->attempts = (int32_t)dc_rows_int64(rows, i, 8);
        delivery->due_at_us = dc_rows_time(rows, i, 9);
        delivery->parked = dc_rows_bool(rows, i, 10);
        delivery->answer = dc_arena_strdup(arena, dc_rows_text(rows, i, 11));
        (*ret_deliveries)[i] = delivery;
    }
    return DC_OK;
}

enum dc_code
store_redrive(struct dc_step *step, int64_t webhook_id, const char *key, bool drop,
              int64_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    const struct dc_param params[] = {dc_p_int64(step->context->tenant_id), dc_p_int64(webhook_id),
                                      dc_p_text(key), dc_p_time(step->now)};
    DC_TRY(dc_db_run_(step->db, SQL(drop ? WEBHOOKS_DROP : WEBHOOKS_REDRIVE), params, drop ? 3 : 4,
                      &rows, error));
    *ret_count = dc_rows_affected(rows);
    return DC_OK;
}
