/* store_count.c - what counting reads and writes: notes, versions of records, dimensions, paths,
 * totals. How often values occur is in store_seen.c. */
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"
#include "ingest_sql.h"
#include "store.h"
#include "store_tally.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

enum dc_code
store_tenants_to_count(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TENANTS_TO_COUNT), &rows, error));
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
store_lock_counting(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(LOCK_COUNTING), NULL, error, tenant_of(step));
}

/* --- the book -----------------------------------------------------------------------------------
 */
static enum dc_code
unpack_measure(struct dc_step *step, struct dc_bytes body, const Goals__Measure **ret_measure,
               struct dc_error *error)
{
    ProtobufCMessage *message;
    DC_TRY(dc_wire_unpack(&goals__measure__descriptor, body.data, body.size, step->arena, &message,
                          error));
    *ret_measure = (const Goals__Measure *)message;
    return DC_OK;
}

enum dc_code
store_book(struct dc_step *step, struct book *ret_book, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *series = NULL;
    DC_AUTO(dc_rows) struct dc_rows *measures = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_SERIES), &series, error, tenant_of(step)));
    DC_TRY(dc_db_run(step->db, SQL(LIST_MEASURES), &measures, error, tenant_of(step)));
    struct book book = {.series_count = dc_rows_count(series),
                        .measure_count = dc_rows_count(measures)};
    book.series = DC_NEW_ARRAY(step->arena, struct series, book.series_count);
    book.measures = DC_NEW_ARRAY(step->arena, struct measure, book.measure_count);
    for (size_t i = 0; i < book.series_count; i++) {
        struct series *s = &book.series[i];
        s->id = dc_rows_int64(series, i, 0);
        DC_TRY(unpack_measure(step, dc_rows_bytes(series, i, 1), &s->definition, error));
        s->field = series_field(s->definition->field);
        s->orders = dc_rows_bool(series, i, 2);
        s->built_to = dc_rows_int64(series, i, 3);
    }
    for (size_t i = 0; i < book.measure_count; i++) {
        DC_TRY(unpack_measure(step, dc_rows_bytes(measures, i, 0), &book.measures[i].body, error));
        book.measures[i].told = dc_rows_bool(measures, i, 1);
    }
    book_link(&book, step->arena);
    DC_TRY(store_spans(step, &book, error));
    *ret_book = book;
    return DC_OK;
}

/* --- versions of records ------------------------------------------------------------------------
 */
/* Versions that are not in record any more. */
struct wanted {
    int64_t *ids, *versions, *signs, *runs;
    size_t count;
};

static void
want(struct wanted *wanted, int64_t id, int64_t version, int64_t sign, int64_t run)
{
    wanted->ids[wanted->count] = id;
    wanted->versions[wanted->count] = version;
    wanted->runs[wanted->count] = run;
    wanted->signs[wanted->count++] = sign;
}

/* Columns from person_id on. */
static void
read_entry(struct dc_arena *arena, const struct dc_rows *rows, size_t i, int column, int sign,
           int64_t record_id, int64_t run_id, struct store_entry *e)
{
    const char *customer = dc_rows_text(rows, i, column + 8);
    *e = (struct store_entry){
        .sign = sign,
        .run_id = run_id,
        .path_id = dc_rows_int64(rows, i, column + 1),
        .dims_id = dc_rows_int64(rows, i, column + 2),
        .entry = {.record_id = record_id,
                  .person_id = dc_rows_int64(rows, i, column),
                  .on = dc_rows_date(rows, i, column + 3),
                  .amount = dc_rows_decimal(rows, i, column + 4),
                  .collected = dc_rows_decimal(rows, i, column + 5),
                  .cost = dc_rows_decimal(rows, i, column + 6),
                  .quantity = dc_rows_decimal(rows, i, column + 7),
                  .customer = *customer ? dc_arena_strdup(arena, customer) : "",
                  .order = dc_arena_strdup(arena, dc_rows_text(rows, i, column + 9))},
    };
}

static enum dc_code
read_history(struct dc_step *step, const struct wanted *wanted, struct store_entries *entries,
             struct dc_error *error)
{
    if (wanted->count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, SQL(OLD_VERSIONS), &rows, error, tenant_of(step),
        dc_p_int64s(wanted->ids, wanted->count), dc_p_int64s(wanted->versions, wanted->count),
        dc_p_int64s(wanted->signs, wanted->count), dc_p_int64s(wanted->runs, wanted->count)));
    if (dc_rows_count(rows) != wanted->count) {
        return dc_fail(error, DC_DATA_LOSS, "%zu of %zu earlier versions of records are missing",
                       wanted->count - dc_rows_count(rows), wanted->count);
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (!dc_rows_bool(rows, i, 2)) {
            read_entry(step->arena, rows, i, 4, (int)dc_rows_int64(rows, i, 0),
                       dc_rows_int64(rows, i, 1), dc_rows_int64(rows, i, 3),
                       &entries->items[entries->count++]);
        }
    }
    return DC_OK;
}

/* Rows are (record, wanted version, run, present version, deleted, person ...). `both`: the version
 * before goes as the wanted one comes. */
enum dc_code
store_read_versions(struct dc_step *step, const struct dc_rows *rows, bool both,
                    struct store_entries *ret, struct dc_error *error)
{
    size_t n = dc_rows_count(rows);
    struct store_entries entries = {.versions = (int64_t)n};
    entries.items = dc_arena_alloc(step->arena, 2 * n * sizeof(struct store_entry) + 1);
    struct wanted wanted = {.ids = DC_NEW_ARRAY(step->arena, int64_t, 2 * n),
                            .versions = DC_NEW_ARRAY(step->arena, int64_t, 2 * n),
                            .signs = DC_NEW_ARRAY(step->arena, int64_t, 2 * n),
                            .runs = DC_NEW_ARRAY(step->arena, int64_t, 2 * n)};
    for (size_t i = 0; i < n; i++) {
        int64_t id = dc_rows_int64(rows, i, 0);
        int64_t version = dc_rows_int64(rows, i, 1);
        int64_t run_id = entries.run_id = dc_rows_int64(rows, i, 2);
        if (version == 0) {
            continue; /* not counted yet at all */
        }
        if (dc_rows_int64(rows, i, 3) != version) {
            want(&wanted, id, version, +1, run_id);
        } else if (!dc_rows_bool(rows, i, 4)) {
            read_entry(step->arena, rows, i, 5, +1, id, run_id, &entries.items[entries.count++]);
        }
        if (both && version > 1) {
            want(&wanted, id, version - 1, -1, run_id);
        }
    }
    DC_TRY(read_history(step, &wanted, &entries, error));
    *ret = entries;
    return DC_OK;
}

enum dc_code
store_take_pending(struct dc_step *step, int64_t most, struct store_entries *ret,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TAKE_PENDING), &rows, error, tenant_of(step), dc_p_int64(most)));
    return store_read_versions(step, rows, true, ret, error);
}

enum dc_code
store_counted_records(struct dc_step *step, int64_t after, int64_t limit, struct store_entries *ret,
                      int64_t *ret_last, bool *ret_end, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(COUNTED_RECORDS), &rows, error, tenant_of(step),
                     dc_p_int64(after), dc_p_int64(limit)));
    size_t n = dc_rows_count(rows);
    DC_TRY(store_read_versions(step, rows, false, ret, error));
    *ret_last = n > 0 ? dc_rows_int64(rows, n - 1, 0) : after;
    *ret_end = (int64_t)n < limit;
    return DC_OK;
}

/* --- into the tally -----------------------------------------------------------------------------
 */
enum dc_code
store_fill_paths(struct dc_step *step, struct tally *tally, const struct lookup *ids,
                 struct dc_error *error)
{
    size_t known = tally->path_count;
    size_t count = ids->count - known;
    if (count == 0) {
        return DC_OK;
    }
    const int64_t *wanted = (const int64_t *)ids->keys + known;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_PATHS), &rows, error, tenant_of(step),
                     dc_p_int64s(wanted, count)));
    if (dc_rows_count(rows) != count) {
        return dc_fail(error, DC_DATA_LOSS, "paths of units are missing");
    }
    const int64_t **units = DC_NEW_ARRAY(step->arena, const int64_t *, count);
    size_t *lengths = DC_NEW_ARRAY(step->arena, size_t, count);
    for (size_t i = 0; i < count; i++) {
        int64_t id = dc_rows_int64(rows, i, 0);
        size_t at = lookup_find(ids, &id) - known;
        lengths[at] = dc_rows_int64s(rows, i, 1, step->arena, &units[at]);
    }
    for (size_t i = 0; i < count; i++) {
        tally_add_path(tally, wanted[i], units[i], lengths[i]);
    }
    return DC_OK;
}

static enum dc_code
fill_dims(struct dc_step *step, struct tally *tally, const struct lookup *ids,
          struct dc_error *error)
{
    size_t count = ids->count;
    if (count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_DIMS), &rows, error, tenant_of(step),
                     dc_p_int64s((const int64_t *)ids->keys, count)));
    if (dc_rows_count(rows) != count) {
        return dc_fail(error, DC_DATA_LOSS, "dimensions of records are missing");
    }
    const char ***texts = DC_NEW_ARRAY(step->arena, const char **, count);
    for (size_t i = 0; i < count; i++) {
        int64_t id = dc_rows_int64(rows, i, 0);
        const char **row = DC_NEW_ARRAY(step->arena, const char *, DIMENSION_COUNT);
        for (enum dimension d = 0; d < DIMENSION_COUNT; d++) {
            row[d] = dc_arena_strdup(step->arena, dc_rows_text(rows, i, (int)d + 1));
        }
        texts[lookup_find(ids, &id)] = row;
    }
    for (size_t i = 0; i < count; i++) {
        tally_add_dims(tally, texts[i]);
    }
    return DC_OK;
}

enum dc_code
store_tally(struct dc_step *step, struct tally *tally, const struct store_entries *entries,
            struct tally_scope only, struct dc_error *error)
{
    struct lookup paths;
    struct lookup dims;
    lookup_init(&paths, sizeof(int64_t));
    lookup_init(&dims, sizeof(int64_t));
    bool is_new;
    for (size_t i = 0; i < entries->count; i++) {
        lookup_add(&paths, &entries->items[i].path_id, &is_new);
        lookup_add(&dims, &entries->items[i].dims_id, &is_new);
    }
    enum dc_code code = store_fill_paths(step, tally, &paths, error);
    if (code == DC_OK) {
        code = fill_dims(step, tally, &dims, error);
    }
    if (code == DC_OK) {
        code = store_fill_spans(step, tally, entries, error);
    }
    for (size_t i = 0; code == DC_OK && i < entries->count; i++) {
        struct store_entry *e = &entries->items[i];
        e->entry.path = lookup_find(&paths, &e->path_id);
        e->entry.dims = lookup_find(&dims, &e->dims_id);
        tally_add(tally, e->sign, &e->entry, only);
    }
    lookup_release(&paths);
    lookup_release(&dims);
    return code;
}

/* --- totals
 * ---------------------------------------------------------------------------------------- */
static const char *
period_text(struct dc_arena *arena, const struct book *book, int32_t period)
{
    char text[SPAN_TEXT];
    book_period_text(book, period, text);
    return dc_arena_strdup(arena, text);
}

static enum dc_code
write_totals(struct dc_step *step, const struct tally *tally, int64_t version,
             struct dc_error *error)
{
    size_t n = tally->change_count;
    struct dc_arena *arena = step->arena;
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, n), *ids = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *series = DC_NEW_ARRAY(arena, int64_t, n), *records = DC_NEW_ARRAY(arena, int64_t, n);
    int64_t *distinct = DC_NEW_ARRAY(arena, int64_t, n), *repeat = DC_NEW_ARRAY(arena, int64_t, n);
    const char **periods = DC_NEW_ARRAY(arena, const char *, n);
    struct dc_decimal *amounts = DC_NEW_ARRAY(arena, struct dc_decimal, n);
    struct dc_decimal *collected = DC_NEW_ARRAY(arena, struct dc_decimal, n);
    struct dc_decimal *costs = DC_NEW_ARRAY(arena, struct dc_decimal, n);
    struct dc_decimal *quantities = DC_NEW_ARRAY(arena, struct dc_decimal, n);
    for (size_t i = 0; i < n; i++) {
        const struct tally_change *change = &tally->changes[i];
        kinds[i] = change->owner.kind;
        ids[i] = change->owner.id;
        periods[i] = period_text(arena, tally->book, change->owner.period);
        series[i] = tally->book->series[change->series].id;
        records[i] = change->sums.records;
        amounts[i] = change->sums.amount;
        collected[i] = change->sums.collected;
        costs[i] = change->sums.cost;
        quantities[i] = change->sums.quantity;
        distinct[i] = change->sums.distinct_values;
        repeat[i] = change->sums.repeat_values;
    }
    return dc_db_run(step->db, SQL(TOTALS_ADD), NULL, error, tenant_of(step), dc_p_int64s(kinds, n),
                     dc_p_int64s(ids, n), dc_p_texts(periods, n), dc_p_int64s(series, n),
                     dc_p_int64s(records, n), dc_p_decimals(amounts, n),
                     dc_p_decimals(collected, n), dc_p_decimals(costs, n),
                     dc_p_decimals(quantities, n), dc_p_int64s(distinct, n), dc_p_int64s(repeat, n),
                     dc_p_int64(version));
}

enum dc_code
store_changes(struct dc_step *step, struct tally *tally, int64_t *ret_version,
              struct dc_error *error)
{
    struct store_touched touched;
    DC_TRY(store_seen_load(step, tally, &touched, error));
    tally_finish(tally);
    DC_TRY(store_seen_write(step, tally, &touched, error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(NEXT_VERSION), &rows, error));
    *ret_version = dc_rows_int64(rows, 0, 0);
    return tally->change_count > 0 ? write_totals(step, tally, *ret_version, error) : DC_OK;
}

enum dc_code
store_series_built(struct dc_step *step, int64_t series_id, int64_t built_to,
                   struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SERIES_BUILT), NULL, error, tenant_of(step),
                     dc_p_int64(series_id), dc_p_int64(built_to));
}
