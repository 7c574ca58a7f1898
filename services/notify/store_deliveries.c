/* store_deliveries.c - deliveries on their way, in the database. */
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

static void
read_ids(struct dc_step *step, const struct dc_rows *rows, const int64_t **ret_ids,
         size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
}

enum dc_code
notify_store_gather(struct dc_step *step, int64_t tenant_id,
                    const struct notify_gathering *gathering, struct dc_error *error)
{
    size_t n = gathering->count;
    return dc_db_run(step->db, SQL(GATHER_DELIVERIES), NULL, error, dc_p_int64(tenant_id),
                     dc_p_time(step->now), dc_p_int64s(gathering->notices, n),
                     dc_p_int64s(gathering->people, n), dc_p_int64s(gathering->channels, n),
                     dc_p_texts(gathering->templates, n), dc_p_times(gathering->due, n),
                     dc_p_times(gathering->deadlines, n));
}

enum dc_code
notify_store_queue_test(struct dc_step *step, int32_t channel, int64_t notice_id, dc_time since,
                        int64_t limit, int64_t *ret_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(QUEUE_TEST), &rows, error, dc_p_int64(step->context->tenant_id),
                     dc_p_int64(step->context->person_id), dc_p_int64(channel),
                     dc_p_int64(notice_id), dc_p_time(step->now), dc_p_time(since),
                     dc_p_int64(limit)));
    *ret_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
notify_store_tenants_due(struct dc_step *step, int32_t channel, dc_time now,
                         const int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(step->db, SQL(TENANTS_DUE), &rows, error, dc_p_int64(channel), dc_p_time(now)));
    read_ids(step, rows, ret_ids, ret_count);
    return DC_OK;
}

/* --- claims --------------------------------------------------------------------------------- */
static struct notify_delivery
read_delivery(struct dc_step *step, const struct dc_rows *rows, size_t i)
{
    return (struct notify_delivery){
        .id = dc_rows_int64(rows, i, 0),
        .person_id = dc_rows_int64(rows, i, 1),
        .template_name = keep(step, rows, i, 2),
        .attempt = dc_rows_int64(rows, i, 3),
        .count = dc_rows_int64(rows, i, 4),
        .name = keep(step, rows, i, 6),
        .email = keep(step, rows, i, 7),
        .mobile = keep(step, rows, i, 8),
        .language = keep(step, rows, i, 9),
        .quiet = {dc_rows_bool(rows, i, 10), (int32_t)dc_rows_int64(rows, i, 11),
                  (int32_t)dc_rows_int64(rows, i, 12)},
        .wanted = dc_rows_bool(rows, i, 13),
        .deadline = dc_rows_time(rows, i, 14),
    };
}

/* Pairs of delivery and notice, flat, in the order of the deliveries. */
struct pairs {
    int64_t *deliveries;
    int64_t *notices;
    size_t count;
};

static struct pairs
flatten(struct dc_step *step, const struct dc_rows *rows, struct notify_delivery *deliveries,
        size_t count)
{
    const int64_t **lists = DC_NEW_ARRAY(step->arena, const int64_t *, count);
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        deliveries[i].listed = dc_rows_int64s(rows, i, 5, step->arena, &lists[i]);
        total += deliveries[i].listed;
    }
    struct pairs pairs = {DC_NEW_ARRAY(step->arena, int64_t, total),
                          DC_NEW_ARRAY(step->arena, int64_t, total), 0};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < deliveries[i].listed; k++) {
            pairs.deliveries[pairs.count] = deliveries[i].id;
            pairs.notices[pairs.count++] = lists[i][k];
        }
    }
    return pairs;
}

/* Both are in the order of the deliveries. */
static enum dc_code
load_told(struct dc_step *step, int64_t tenant_id, const struct pairs *pairs,
          struct notify_delivery *deliveries, size_t count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_TOLD), &rows, error, dc_p_int64(tenant_id),
                     dc_p_int64s(pairs->deliveries, pairs->count),
                     dc_p_int64s(pairs->notices, pairs->count)));
    size_t row = 0, rows_count = dc_rows_count(rows);
    for (size_t i = 0; i < count; i++) {
        struct notify_delivery *delivery = &deliveries[i];
        delivery->told = DC_NEW_ARRAY(step->arena, struct notify_told, delivery->listed);
        for (; row < rows_count && dc_rows_int64(rows, row, 0) == delivery->id; row++) {
            struct notify_told *told = &delivery->told[delivery->told_count++];
            told->template_name = keep(step, rows, row, 1);
            told->at = dc_rows_time(rows, row, 3);
            DC_TRY(
                notify_params_read(step->arena, dc_rows_text(rows, row, 2), &told->params, error));
        }
    }
    DC_ASSERT(row == rows_count);
    return DC_OK;
}

enum dc_code
notify_store_claim(struct dc_step *step, const struct notify_lease *lease, dc_time now,
                   int64_t limit, struct notify_delivery **ret_deliveries, size_t *ret_count,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CLAIM_DELIVERIES), &rows, error, dc_p_int64(lease->tenant_id),
                     dc_p_time(now), dc_p_time(lease->ends), dc_p_text(lease->holder),
                     dc_p_int64(limit), dc_p_int64(lease->channel)));
    size_t count = dc_rows_count(rows);
    struct notify_delivery *deliveries = DC_NEW_ARRAY(step->arena, struct notify_delivery, count);
    for (size_t i = 0; i < count; i++) {
        deliveries[i] = read_delivery(step, rows, i);
    }
    struct pairs pairs = flatten(step, rows, deliveries, count);
    if (count > 0) {
        DC_TRY(load_told(step, lease->tenant_id, &pairs, deliveries, count, error));
    }
    *ret_deliveries = deliveries;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
notify_store_settle(struct dc_step *step, const struct notify_lease *lease, const char *provider,
                    const struct notify_settled *settled, const int64_t **ret_ids,
                    size_t *ret_count, struct dc_error *error)
{
    size_t n = settled->count;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SETTLE_DELIVERIES), &rows, error, dc_p_int64(lease->tenant_id),
                     dc_p_text(lease->holder), dc_p_int64s(settled->ids, n),
                     dc_p_texts(settled->states, n), dc_p_times(settled->due, n),
                     dc_p_texts(settled->answers, n), dc_p_texts(settled->receipts, n),
                     dc_p_texts(settled->outcomes, n), dc_p_times(settled->tried, n),
                     dc_p_int64s(settled->durations, n), dc_p_text(provider)));
    read_ids(step, rows, ret_ids, ret_count);
    return DC_OK;
}

enum dc_code
notify_store_release(struct dc_step *step, const struct notify_lease *lease, const int64_t *ids,
                     size_t count, dc_time now, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RELEASE_DELIVERIES), NULL, error, dc_p_int64(lease->tenant_id),
                     dc_p_int64s(ids, count), dc_p_text(lease->holder), dc_p_time(now));
}
