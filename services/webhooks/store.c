/* store.c - see store.h: webhooks, and what is kept for them. */
#include "store_internal.h"

static enum dc_code
ids_of(struct dc_step *step, const struct dc_rows *rows, const int64_t **ret_ids, size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}

/* --- webhooks --------------------------------------------------------------------------------- */
enum dc_code
store_save(struct dc_step *step, const Webhooks__Webhook *webhook,
           const uint8_t secret[CLOUDEVENT_SECRET_BYTES], int64_t *ret_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, webhook->n_unit_kinds + 1);
    for (size_t i = 0; i < webhook->n_unit_kinds; i++) {
        kinds[i] = webhook->unit_kinds[i];
    }
    bool new = webhook->id == 0;
    /* $11: the secret of a new one, the id of another; $12: its version */
    const struct dc_param params[] = {
        dc_p_int64(step->context->tenant_id),
        dc_p_text(webhook->name),
        dc_p_text(webhook->url),
        dc_p_texts((const char *const *)webhook->patterns, webhook->n_patterns),
        dc_p_int64(webhook->unit_id),
        dc_p_int64s(kinds, webhook->n_unit_kinds),
        dc_p_int64(webhook->mode),
        dc_p_int64(webhook->state),
        dc_p_int64(step->context->person_id),
        dc_p_text(step->context->account),
        new ? dc_p_bytes(secret, CLOUDEVENT_SECRET_BYTES) : dc_p_int64(webhook->id),
        dc_p_int64(webhook->version),
    };
    DC_TRY(dc_db_run_(step->db, SQL(new ? WEBHOOKS_SAVE_NEW : WEBHOOKS_SAVE), params, new ? 11 : 12,
                      &rows, error));
    if (dc_rows_count(rows) != 1) {
        return dc_fail_field(error, DC_ABORTED, "webhook.version",
                             "somebody changed it since; read it again");
    }
    *ret_id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

static Webhooks__Webhook *
webhook_of(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    struct dc_arena *arena = step->arena;
    Webhooks__Webhook *webhook = DC_NEW_MESSAGE(arena, Webhooks__Webhook, webhooks__webhook__init);
    const int64_t *kinds;
    const char **patterns;
    webhook->id = dc_rows_int64(rows, row, 0);
    webhook->name = dc_arena_strdup(arena, dc_rows_text(rows, row, 1));
    webhook->url = dc_arena_strdup(arena, dc_rows_text(rows, row, 2));
    webhook->n_patterns = dc_rows_texts(rows, row, 3, arena, &patterns);
    webhook->patterns = (char **)patterns;
    webhook->unit_id = dc_rows_int64(rows, row, 4);
    webhook->n_unit_kinds = dc_rows_int64s(rows, row, 5, arena, &kinds);
    webhook->unit_kinds = DC_NEW_ARRAY(arena, Org__UnitKind, webhook->n_unit_kinds + 1);
    for (size_t i = 0; i < webhook->n_unit_kinds; i++) {
        webhook->unit_kinds[i] = (Org__UnitKind)kinds[i];
    }
    webhook->mode = (Webhooks__WebhookMode)dc_rows_int64(rows, row, 6);
    webhook->state = (Webhooks__WebhookState)dc_rows_int64(rows, row, 7);
    webhook->version = dc_rows_int64(rows, row, 8);
    webhook->owner = dc_arena_strdup(arena, dc_rows_text(rows, row, 9));
    webhook->reason = dc_arena_strdup(arena, dc_rows_text(rows, row, 10));
    webhook->breaker = dc_arena_strdup(arena, dc_rows_text(rows, row, 11));
    webhook->delivered = dc_rows_int64(rows, row, 12);
    webhook->waiting = dc_rows_int64(rows, row, 13);
    webhook->parked = dc_rows_int64(rows, row, 14);
    webhook->last_answer = dc_arena_strdup(arena, dc_rows_text(rows, row, 15));
    webhook->last_at_us = dc_rows_is_null(rows, row, 16) ? 0 : dc_rows_time(rows, row, 16);
    return webhook;
}

enum dc_code
store_list(struct dc_step *step, int64_t tenant_id, int64_t id, const struct dc_access_reach *reach,
           Webhooks__Webhook ***ret_webhooks, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, SQL(WEBHOOKS_LIST), &rows, error, dc_p_int64(tenant_id), dc_p_int64(id),
        dc_p_bool(!reach || reach->all),
        dc_p_int64s(reach ? reach->tree_units : NULL, reach ? reach->tree_unit_count : 0)));
    *ret_count = dc_rows_count(rows);
    *ret_webhooks = DC_NEW_ARRAY(step->arena, Webhooks__Webhook *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_webhooks)[i] = webhook_of(step, rows, i);
    }
    return DC_OK;
}

enum dc_code
store_remove(struct dc_step *step, int64_t id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(WEBHOOKS_REMOVE), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(id));
}

enum dc_code
store_rotate(struct dc_step *step, int64_t id, const uint8_t secret[CLOUDEVENT_SECRET_BYTES],
             dc_time old_until, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(WEBHOOKS_ROTATE), NULL, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64(id),
                     dc_p_bytes(secret, CLOUDEVENT_SECRET_BYTES), dc_p_time(old_until));
}

enum dc_code
store_suspend(struct dc_step *step, int64_t tenant_id, const int64_t *ids, size_t count,
              const char *reason, const int64_t **ret_ids, size_t *ret_count,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_SUSPEND), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(ids, count), dc_p_text(reason)));
    return ids_of(step, rows, ret_ids, ret_count);
}

enum dc_code
store_without_right(struct dc_step *step, int64_t tenant_id, int64_t person_id, bool whole,
                    const int64_t *units, size_t unit_count, const int64_t **ret_ids,
                    size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_WITHOUT_RIGHT), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64(person_id), dc_p_bool(whole), dc_p_int64s(units, unit_count)));
    return ids_of(step, rows, ret_ids, ret_count);
}

/* --- events that are kept ----------------------------------------------------------------------
 */
static struct prune_ids
reach_of(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    struct prune_ids ids;
    ids.count = dc_rows_int64s(rows, row, column, step->arena, &ids.items);
    return ids;
}

enum dc_code
store_hearers(struct dc_step *step, int64_t tenant_id, const struct prune_named *named,
              struct store_hearer **ret_hearers, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(WEBHOOKS_ACTIVE), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(named->units, named->unit_count),
                     dc_p_int64s(named->people, named->person_count),
                     dc_p_date(dc_date_of(step->now, DC_ACCESS_UTC_OFFSET))));
    *ret_count = dc_rows_count(rows);
    *ret_hearers = DC_NEW_ARRAY(step->arena, struct store_hearer, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        struct store_hearer *hearer = &(*ret_hearers)[i];
        hearer->id = dc_rows_int64(rows, i, 0);
        hearer->pattern_count = dc_rows_texts(rows, i, 1, step->arena, &hearer->patterns);
        hearer->all = dc_rows_bool(rows, i, 2);
        hearer->reach.units = reach_of(step, rows, i, 3);
        hearer->reach.people = reach_of(step, rows, i, 4);
    }
    return DC_OK;
}

enum dc_code
store_keep(struct dc_step *step, int64_t tenant_id, const struct store_kept *kept, size_t count,
           struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *webhooks = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *epochs = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *partitions = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *numbers = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *overalls = DC_NEW_ARRAY(arena, int64_t, count);
    const char **streams = DC_NEW_ARRAY(arena, const char *, count);
    const char **types = DC_NEW_ARRAY(arena, const char *, count);
    const char **keys = DC_NEW_ARRAY(arena, const char *, count);
    dc_time *times = DC_NEW_ARRAY(arena, dc_time, count);
    struct dc_bytes *bodies = DC_NEW_ARRAY(arena, struct dc_bytes, count);
    for (size_t i = 0; i < count; i++) {
        const Kernel__Event *event = kept[i].event;
        webhooks[i] = kept[i].webhook_id;
        epochs[i] = event->epoch;
        partitions[i] = event->partition;
        numbers[i] = event->number;
        overalls[i] = event->overall;
        streams[i] = event->stream;
        types[i] = event->type;
        keys[i] = event->key;
        times[i] = event->at_us;
        bodies[i] = kept[i].body;
    }
    return dc_db_run(step->db, SQL(WEBHOOKS_KEEP), NULL, error, dc_p_int64(tenant_id),
                     dc_p_time(step->now), dc_p_int64s(webhooks, count), dc_p_texts(streams, count),
                     dc_p_texts(types, count), dc_p_texts(keys, count), dc_p_int64s(epochs, count),
                     dc_p_int64s(partitions, count), dc_p_int64s(numbers, count),
                     dc_p_int64s(overalls, count), dc_p_times(times, count),
                     dc_p_bytes_array(bodies, count));
}
