/* Totals as they stand, what is still to be told of them, and runs that are done with. */
#include <string.h>

#include "base/assert.h"
#include "ingest_sql.h"
#include "store.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

struct owner_columns {
    int64_t *kinds, *ids;
    const char **periods;
};

static struct owner_columns
columns_of(struct dc_arena *arena, const struct book *book, const struct store_owners *owners)
{
    struct owner_columns c = {.kinds = DC_NEW_ARRAY(arena, int64_t, owners->count),
                              .ids = DC_NEW_ARRAY(arena, int64_t, owners->count),
                              .periods = DC_NEW_ARRAY(arena, const char *, owners->count)};
    for (size_t i = 0; i < owners->count; i++) {
        char text[SPAN_TEXT];
        book_period_text(book, owners->items[i].period, text);
        c.kinds[i] = owners->items[i].kind;
        c.ids[i] = owners->items[i].id;
        c.periods[i] = dc_arena_strdup(arena, text);
    }
    return c;
}

enum dc_code
store_untold_add(struct dc_step *step, const struct book *book, const struct store_owners *owners,
                 struct dc_error *error)
{
    struct owner_columns c = columns_of(step->arena, book, owners);
    return dc_db_run(step->db, SQL(UNTOLD_ADD), NULL, error, tenant_of(step),
                     dc_p_int64s(c.kinds, owners->count), dc_p_int64s(c.ids, owners->count),
                     dc_p_texts(c.periods, owners->count));
}

/* "2026-11", "2026Q4", "2026" as tally.h numbers them. */
static int32_t
period_number(const char *text)
{
    int32_t number = 0;
    for (int i = 0; i < 4; i++) {
        number = number * 10 + (text[i] - '0');
    }
    number *= 100;
    if (text[4] == 'Q') {
        number += 20 + (text[5] - '0');
    } else if (text[4] == '-') {
        number += (text[5] - '0') * 10 + (text[6] - '0');
    }
    return number;
}

int32_t
store_period_number(const char *period)
{
    return period_number(period);
}

enum dc_code
store_untold_take(struct dc_step *step, const struct book *book, int64_t limit,
                  struct store_owners *ret, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(UNTOLD_TAKE), &rows, error, tenant_of(step), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    struct tally_owner *items = DC_NEW_ARRAY(step->arena, struct tally_owner, count);
    for (size_t i = 0; i < count; i++) {
        size_t span = store_span_index(book, dc_rows_int64(rows, i, 3));
        items[i] = (struct tally_owner){.kind = (int32_t)dc_rows_int64(rows, i, 0),
                                        .id = dc_rows_int64(rows, i, 1),
                                        .period = span < book->span_count
                                                      ? span_period(span)
                                                      : period_number(dc_rows_text(rows, i, 2))};
    }
    *ret = (struct store_owners){items, count};
    return DC_OK;
}

enum dc_code
store_untold_all(struct dc_step *step, const int64_t *measure_ids, size_t count,
                 struct dc_error *error)
{
    return dc_db_run(step->db, SQL(UNTOLD_ALL), NULL, error, tenant_of(step),
                     dc_p_int64s(measure_ids, count));
}

enum dc_code
store_totals(struct dc_step *step, const struct book *book, const struct store_owners *owners,
             struct sums **ret_sums, struct dc_error *error)
{
    struct owner_columns c = columns_of(step->arena, book, owners);
    struct sums *sums =
        DC_NEW_ARRAY(step->arena, struct sums, owners->count * book->series_count + 1);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TOTALS_LOAD), &rows, error, tenant_of(step),
                     dc_p_int64s(c.kinds, owners->count), dc_p_int64s(c.ids, owners->count),
                     dc_p_texts(c.periods, owners->count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        size_t at = (size_t)dc_rows_int64(rows, i, 0) - 1;
        int64_t series_id = dc_rows_int64(rows, i, 1);
        size_t s = 0;
        while (s < book->series_count && book->series[s].id != series_id) {
            s++;
        }
        if (s == book->series_count) {
            continue; /* made a moment ago; it is told when it is whole */
        }
        sums[at * book->series_count + s] = (struct sums){
            .records = dc_rows_int64(rows, i, 2),
            .amount = dc_rows_decimal(rows, i, 3),
            .collected = dc_rows_decimal(rows, i, 4),
            .cost = dc_rows_decimal(rows, i, 5),
            .quantity = dc_rows_decimal(rows, i, 6),
            .distinct_values = dc_rows_int64(rows, i, 7),
            .repeat_values = dc_rows_int64(rows, i, 8),
            .version = dc_rows_int64(rows, i, 9),
        };
    }
    *ret_sums = sums;
    return DC_OK;
}

enum dc_code
store_finish_runs(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(step->db, SQL(FINISH_RUNS), &rows, error, tenant_of(step), dc_p_time(step->now)));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}
