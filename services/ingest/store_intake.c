/* What rows are checked against, and the writing of records. */
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

enum dc_code
store_plan_anew(struct dc_step *step, struct dc_error *error)
{
    return dc_db_exec(step->db,
                      "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; "
                      "SET LOCAL enable_seqscan = off",
                      error);
}

enum dc_code
store_analyze(struct dc_step *step, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    return dc_db_run(step->db, SQL(ANALYZE_WHAT_GREW), &rows, error);
}

enum dc_code
store_people(struct dc_step *step, const char *const *codes, size_t count,
             struct store_post **ret_posts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FIND_PEOPLE), &rows, error, tenant_of(step),
                     dc_p_texts(codes, count)));
    size_t n = dc_rows_count(rows);
    struct store_post *posts = DC_NEW_ARRAY(step->arena, struct store_post, n);
    for (size_t i = 0; i < n; i++) {
        const char *code = dc_rows_text(rows, i, 0);
        bool again = i > 0 && strcmp(posts[i - 1].code, code) == 0;
        posts[i] = (struct store_post){
            .code = again ? posts[i - 1].code : dc_arena_strdup(step->arena, code),
            .person_id = dc_rows_int64(rows, i, 1),
            .employed_from = dc_rows_date(rows, i, 2),
            .employed_to = dc_rows_date(rows, i, 3),
            .unit_id = dc_rows_int64(rows, i, 4),
            .from = dc_rows_date(rows, i, 5),
            .to = dc_rows_date(rows, i, 6),
        };
    }
    *ret_posts = posts;
    *ret_count = n;
    return DC_OK;
}

enum dc_code
store_units(struct dc_step *step, const char *const *codes, size_t count, const char ***ret_codes,
            int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FIND_UNITS), &rows, error, tenant_of(step),
                     dc_p_texts(codes, count)));
    size_t n = dc_rows_count(rows);
    const char **found = DC_NEW_ARRAY(step->arena, const char *, n);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, n);
    for (size_t i = 0; i < n; i++) {
        found[i] = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 0));
        ids[i] = dc_rows_int64(rows, i, 1);
    }
    *ret_codes = found;
    *ret_ids = ids;
    *ret_count = n;
    return DC_OK;
}

enum dc_code
store_paths(struct dc_step *step, const int64_t *units, size_t count, struct store_path **ret_paths,
            size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FIND_PATHS), &rows, error, tenant_of(step),
                     dc_p_int64s(units, count)));
    size_t n = dc_rows_count(rows);
    struct store_path *paths = DC_NEW_ARRAY(step->arena, struct store_path, n);
    for (size_t i = 0; i < n; i++) {
        paths[i] = (struct store_path){dc_rows_int64(rows, i, 0), dc_rows_date(rows, i, 1),
                                       dc_rows_int64(rows, i, 2)};
    }
    *ret_paths = paths;
    *ret_count = n;
    return DC_OK;
}

/* Those of `hashes` that are there; the others' ids stay 0. */
static enum dc_code
find_dims(struct dc_step *step, const struct hash128 *hashes, size_t count, int64_t *ids,
          size_t *ret_missing, struct dc_error *error)
{
    struct dc_bytes *keys = DC_NEW_ARRAY(step->arena, struct dc_bytes, count);
    struct lookup lookup;
    lookup_init(&lookup, sizeof(struct hash128));
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        lookup_add(&lookup, &hashes[i], &is_new);
        keys[i] = (struct dc_bytes){hashes[i].bytes, sizeof(hashes[i].bytes)};
        ids[i] = 0;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    enum dc_code code = dc_db_run(step->db, SQL(FIND_DIMS), &rows, error, tenant_of(step),
                                  dc_p_bytes_array(keys, count));
    for (size_t i = 0; code == DC_OK && i < dc_rows_count(rows); i++) {
        struct dc_bytes hash = dc_rows_bytes(rows, i, 0);
        size_t at =
            hash.size == sizeof(struct hash128) ? lookup_find(&lookup, hash.data) : SIZE_MAX;
        if (at != SIZE_MAX) {
            ids[at] = dc_rows_int64(rows, i, 1);
        }
    }
    *ret_missing = 0;
    for (size_t i = 0; i < count; i++) {
        *ret_missing += ids[i] == 0;
    }
    lookup_release(&lookup);
    return code;
}

enum dc_code
store_dims(struct dc_step *step, const struct hash128 *hashes, const char *const *const *dimensions,
           size_t count, int64_t *ret_ids, struct dc_error *error)
{
    size_t missing;
    DC_TRY(find_dims(step, hashes, count, ret_ids, &missing, error));
    if (missing == 0) {
        return DC_OK;
    }
    struct dc_bytes *keys = DC_NEW_ARRAY(step->arena, struct dc_bytes, missing);
    const char **columns[DIMENSION_COUNT];
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++) {
        columns[d] = DC_NEW_ARRAY(step->arena, const char *, missing);
    }
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (ret_ids[i] == 0) {
            keys[n] = (struct dc_bytes){hashes[i].bytes, sizeof(hashes[i].bytes)};
            for (enum dimension d = 0; d < DIMENSION_COUNT; d++) {
                columns[d][n] = dimensions[i][d];
            }
            n++;
        }
    }
    DC_TRY(
        dc_db_run(step->db, SQL(ADD_DIMS), NULL, error, tenant_of(step), dc_p_bytes_array(keys, n),
                  dc_p_texts(columns[0], n), dc_p_texts(columns[1], n), dc_p_texts(columns[2], n),
                  dc_p_texts(columns[3], n), dc_p_texts(columns[4], n), dc_p_texts(columns[5], n),
                  dc_p_texts(columns[6], n), dc_p_texts(columns[7], n), dc_p_texts(columns[8], n)));
    DC_TRY(find_dims(step, hashes, count, ret_ids, &missing, error));
    return missing == 0 ? DC_OK : dc_fail(error, DC_ABORTED, "dimensions vanished while writing");
}

enum dc_code
store_source(struct dc_step *step, const char *name, int64_t *ret_id, struct dc_error *error)
{
    for (int turn = 0; turn < 2; turn++) {
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        DC_TRY(
            dc_db_run(step->db, SQL(FIND_SOURCE), &rows, error, tenant_of(step), dc_p_text(name)));
        if (dc_rows_count(rows) > 0) {
            *ret_id = dc_rows_int64(rows, 0, 0);
            return DC_OK;
        }
        DC_TRY(dc_db_run(step->db, SQL(ADD_SOURCE), NULL, error, tenant_of(step), dc_p_text(name)));
    }
    return dc_fail(error, DC_ABORTED, "the source vanished while writing");
}

/* --- records ------------------------------------------------------------------------------------
 */
/* The rows of a batch column by column, as the statements take them. */
struct columns {
    size_t count;
    const char **keys, **orders, **customers;
    struct dc_decimal *amounts, *collected, *costs, *quantities;
    bool *costs_known, *deleted;
    int64_t *dims, *people, *units, *paths, *lines;
    dc_date *days;
    dc_time *times;
};

static void
make_columns(struct dc_arena *arena, const struct batch *batch, bool with_deleted,
             struct columns *c)
{
    size_t n = batch->count;
    *c = (struct columns){
        .keys = dc_arena_alloc(arena, n * sizeof(char *)),
        .orders = dc_arena_alloc(arena, n * sizeof(char *)),
        .customers = dc_arena_alloc(arena, n * sizeof(char *)),
        .amounts = dc_arena_alloc(arena, n * sizeof(struct dc_decimal)),
        .collected = dc_arena_alloc(arena, n * sizeof(struct dc_decimal)),
        .costs = dc_arena_alloc(arena, n * sizeof(struct dc_decimal)),
        .quantities = dc_arena_alloc(arena, n * sizeof(struct dc_decimal)),
        .costs_known = dc_arena_alloc(arena, n * sizeof(bool)),
        .deleted = dc_arena_alloc(arena, n * sizeof(bool)),
        .dims = dc_arena_alloc(arena, n * sizeof(int64_t)),
        .people = dc_arena_alloc(arena, n * sizeof(int64_t)),
        .units = dc_arena_alloc(arena, n * sizeof(int64_t)),
        .paths = dc_arena_alloc(arena, n * sizeof(int64_t)),
        .lines = dc_arena_alloc(arena, n * sizeof(int64_t)),
        .days = dc_arena_alloc(arena, n * sizeof(dc_date)),
        .times = dc_arena_alloc(arena, n * sizeof(dc_time)),
    };
    for (size_t i = 0; i < n; i++) {
        const struct row *row = &batch->rows[i];
        if (row->deleted && !with_deleted) {
            continue;
        }
        size_t k = c->count++;
        c->keys[k] = row->key;
        c->orders[k] = row->order_no;
        c->customers[k] = row->customer;
        c->amounts[k] = row->amount;
        c->collected[k] = row->collected;
        c->costs[k] = row->cost;
        c->quantities[k] = row->quantity;
        c->costs_known[k] = row->cost_known;
        c->deleted[k] = row->deleted;
        c->dims[k] = row->dims_id;
        c->people[k] = row->person_id;
        c->units[k] = row->unit_id;
        c->paths[k] = row->path_id;
        c->lines[k] = row->line;
        c->days[k] = row->on;
        c->times[k] = row->at;
    }
}

#define COLUMNS(c)                                                                                 \
    dc_p_texts((c)->keys, (c)->count), dc_p_texts((c)->orders, (c)->count),                        \
        dc_p_decimals((c)->amounts, (c)->count), dc_p_decimals((c)->collected, (c)->count),        \
        dc_p_decimals((c)->costs, (c)->count), dc_p_bools((c)->costs_known, (c)->count),           \
        dc_p_decimals((c)->quantities, (c)->count), dc_p_texts((c)->customers, (c)->count),        \
        dc_p_int64s((c)->dims, (c)->count), dc_p_int64s((c)->people, (c)->count),                  \
        dc_p_int64s((c)->units, (c)->count), dc_p_int64s((c)->paths, (c)->count),                  \
        dc_p_dates((c)->days, (c)->count), dc_p_times((c)->times, (c)->count),                     \
        dc_p_int64s((c)->lines, (c)->count)

static enum dc_code
add_person_paths(struct dc_step *step, const struct columns *c, struct dc_error *error)
{
    struct lookup pairs;
    lookup_init(&pairs, 2 * sizeof(int64_t));
    for (size_t i = 0; i < c->count; i++) {
        if (!c->deleted[i]) {
            bool is_new;
            lookup_add(&pairs, (const int64_t[]){c->people[i], c->paths[i]}, &is_new);
        }
    }
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, pairs.count);
    int64_t *paths = DC_NEW_ARRAY(step->arena, int64_t, pairs.count);
    for (size_t i = 0; i < pairs.count; i++) {
        const int64_t *pair = lookup_key(&pairs, i);
        people[i] = pair[0];
        paths[i] = pair[1];
    }
    size_t count = pairs.count;
    lookup_release(&pairs);
    return dc_db_run(step->db, SQL(ADD_PERSON_PATHS), NULL, error, tenant_of(step),
                     dc_p_int64s(people, count), dc_p_int64s(paths, count));
}

enum dc_code
store_records(struct dc_step *step, int64_t source_id, int64_t run_id, const struct batch *batch,
              struct store_counts *ret_counts, struct dc_error *error)
{
    struct store_counts counts = {0};
    struct columns c;
    make_columns(step->arena, batch, false, &c);
    if (c.count > 0) {
        DC_TRY(add_person_paths(step, &c, error));
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        DC_TRY(dc_db_run(step->db, SQL(STORE_NEW), &rows, error, tenant_of(step),
                         dc_p_int64(source_id), dc_p_int64(run_id), dc_p_time(step->now),
                         COLUMNS(&c)));
        counts.created = dc_rows_int64(rows, 0, 0);
    }
    if ((size_t)counts.created < batch->count) {
        make_columns(step->arena, batch, true, &c);
        DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
        DC_TRY(dc_db_run(step->db, SQL(STORE_CHANGED), &rows, error, tenant_of(step),
                         dc_p_int64(source_id), dc_p_int64(run_id), dc_p_time(step->now),
                         COLUMNS(&c), dc_p_bools(c.deleted, c.count)));
        counts.changed = dc_rows_int64(rows, 0, 0);
        counts.deleted = dc_rows_int64(rows, 0, 1);
    }
    counts.unchanged = (int64_t)batch->count - counts.created - counts.changed - counts.deleted +
                       batch->superseded;
    *ret_counts = counts;
    return DC_OK;
}

enum dc_code
store_rejected(struct dc_step *step, int64_t run_id, const struct rejection *rejections,
               size_t count, struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    int64_t *lines = DC_NEW_ARRAY(step->arena, int64_t, count);
    const char **columns = DC_NEW_ARRAY(step->arena, const char *, count);
    const char **values = DC_NEW_ARRAY(step->arena, const char *, count);
    const char **reasons = DC_NEW_ARRAY(step->arena, const char *, count);
    const char **reasons_zh = DC_NEW_ARRAY(step->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        lines[i] = rejections[i].line;
        columns[i] = rejections[i].column;
        values[i] = rejections[i].value;
        reasons[i] = rejections[i].reason.en;
        reasons_zh[i] = rejections[i].reason.zh;
    }
    return dc_db_run(step->db, SQL(ADD_REJECTED), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_int64s(lines, count), dc_p_texts(columns, count),
                     dc_p_texts(values, count), dc_p_texts(reasons, count),
                     dc_p_texts(reasons_zh, count));
}

/* --- decided tasks -------------------------------------------------------------------------------
 */
enum dc_code
store_seat_paths(struct dc_step *step, const int64_t *people, const dc_date *days,
                 const int64_t *units, size_t count, int64_t *ret_paths, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SEAT_PATHS), &rows, error, tenant_of(step),
                     dc_p_int64s(people, count), dc_p_dates(days, count),
                     dc_p_int64s(units, count)));
    DC_ASSERT(dc_rows_count(rows) == count);
    for (size_t i = 0; i < count; i++) {
        ret_paths[i] = dc_rows_int64(rows, i, 0);
    }
    return DC_OK;
}

enum dc_code
store_seats(struct dc_step *step, const int64_t *tasks, const int64_t *seats,
            const struct dc_bytes *bodies, size_t count, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SEATS_SAVE), NULL, error, tenant_of(step),
                     dc_p_int64s(tasks, count), dc_p_int64s(seats, count),
                     dc_p_bytes_array(bodies, count));
}
