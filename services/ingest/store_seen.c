/* store_seen.c - how often values occur, for distinct counts: what a batch touches is loaded before
 * its tally is finished, and written after. */
#include <string.h>

#include "ingest_sql.h"
#include "store.h"
#include "store_tally.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

/* Each (series, value) once. Series are database ids here. */
static void
touched_values(struct dc_step *step, const struct tally *tally, struct store_touched *ret)
{
    size_t n = tally->values.count;
    struct store_touched t = {.series = DC_NEW_ARRAY(step->arena, int64_t, n),
                              .values = DC_NEW_ARRAY(step->arena, struct dc_bytes, n),
                              .first_month = INT32_MAX};
    struct {
        int64_t series;
        struct hash128 value;
    } key;
    struct lookup pairs;
    lookup_init(&pairs, sizeof(key));
    for (size_t i = 0; i < n; i++) {
        const struct tally_value *v = lookup_key(&tally->values, i);
        key.series = v->series;
        key.value = v->value;
        bool is_new;
        lookup_add(&pairs, &key, &is_new);
        if (is_new) {
            t.series[t.count] = tally->book->series[v->series].id;
            /* copied: the tally's keys move when it learns of more */
            t.values[t.count++] = (struct dc_bytes){
                dc_arena_memdup(step->arena, v->value.bytes, sizeof(v->value.bytes)),
                sizeof(v->value.bytes)};
        }
        if (v->month < 0) {
            t.spans = true;
            continue;
        }
        int64_t year = v->month / 12 * 12;
        t.first_month = year < t.first_month ? year : t.first_month;
        t.last_month = year + 11 > t.last_month ? year + 11 : t.last_month;
    }
    lookup_release(&pairs);
    *ret = t;
}

/* In the table a span is its id below 0. */
static int64_t
stored_month(const struct book *book, int64_t month)
{
    return month < 0 ? -book->spans[span_index(month)].id : month;
}

static void
read_seen(const struct dc_rows *rows, size_t i, const struct book *book, struct lookup *paths,
          struct tally_value *value, bool add)
{
    int64_t month = dc_rows_int64(rows, i, 2);
    *value = (struct tally_value){
        .month = month < 0 ? span_period(store_span_index(book, -month)) : month,
        .person_id = dc_rows_int64(rows, i, 3)};
    int64_t series_id = dc_rows_int64(rows, i, 0);
    while (book->series[value->series].id != series_id) {
        value->series++;
    }
    memcpy(&value->value, dc_rows_bytes(rows, i, 1).data, sizeof(value->value));
    int64_t path_id = dc_rows_int64(rows, i, 4);
    bool is_new = false;
    value->path =
        (int64_t)(add ? lookup_add(paths, &path_id, &is_new) : lookup_find(paths, &path_id));
    struct dc_bytes detail = dc_rows_bytes(rows, i, 5);
    if (detail.size == sizeof(value->detail)) {
        memcpy(&value->detail, detail.data, sizeof(value->detail));
    }
}

static enum dc_code
load_seen(struct dc_step *step, struct tally *tally, const struct store_touched *touched,
          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SEEN_LOAD), &rows, error, tenant_of(step),
                     dc_p_int64s(touched->series, touched->count),
                     dc_p_bytes_array(touched->values, touched->count),
                     dc_p_int64(touched->first_month), dc_p_int64(touched->last_month),
                     dc_p_bool(touched->spans)));
    struct lookup paths;
    lookup_init(&paths, sizeof(int64_t));
    bool is_new;
    for (size_t i = 0; i < tally->path_count; i++) {
        lookup_add(&paths, &tally->paths[i].id, &is_new);
    }
    size_t n = dc_rows_count(rows);
    struct tally_value *values = dc_arena_alloc(step->arena, (n + 1) * sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        read_seen(rows, i, tally->book, &paths, &values[i], true);
    }
    enum dc_code code = store_fill_paths(step, tally, &paths, error);
    lookup_release(&paths);
    for (size_t i = 0; code == DC_OK && i < n; i++) {
        tally_before(tally, &values[i], dc_rows_int64(rows, i, 6));
    }
    return code;
}

enum dc_code
store_seen_load(struct dc_step *step, struct tally *tally, struct store_touched *ret_touched,
                struct dc_error *error)
{
    *ret_touched = (struct store_touched){0};
    if (tally->values.count == 0) {
        return DC_OK;
    }
    touched_values(step, tally, ret_touched);
    return load_seen(step, tally, ret_touched, error);
}

/* Rows of seen, column by column. */
struct seen_rows {
    int64_t *series, *months, *people, *paths, *changes;
    struct dc_bytes *values, *details;
    size_t count;
};

static struct seen_rows
seen_rows_new(struct dc_arena *arena, size_t most)
{
    return (struct seen_rows){
        .series = DC_NEW_ARRAY(arena, int64_t, most),
        .months = DC_NEW_ARRAY(arena, int64_t, most),
        .people = DC_NEW_ARRAY(arena, int64_t, most),
        .paths = DC_NEW_ARRAY(arena, int64_t, most),
        .changes = DC_NEW_ARRAY(arena, int64_t, most),
        .values = DC_NEW_ARRAY(arena, struct dc_bytes, most),
        .details = DC_NEW_ARRAY(arena, struct dc_bytes, most),
    };
}

static void
add_seen_row(struct seen_rows *rows, const struct tally *tally, size_t number)
{
    const struct tally_value *value = lookup_key(&tally->values, number);
    const struct series *of = &tally->book->series[value->series];
    size_t at = rows->count++;
    rows->series[at] = of->id;
    rows->values[at] = (struct dc_bytes){value->value.bytes, sizeof(value->value.bytes)};
    rows->details[at] =
        (struct dc_bytes){value->detail.bytes, of->orders ? sizeof(value->detail) : 0};
    rows->months[at] = stored_month(tally->book, value->month);
    rows->people[at] = value->person_id;
    rows->paths[at] = tally->paths[value->path].id;
    rows->changes[at] = tally->value_change[number];
}

static enum dc_code
write_seen_rows(struct dc_step *step, const struct dc_statement *statement,
                const struct seen_rows *rows, struct dc_error *error)
{
    return rows->count == 0 ? DC_OK
                            : dc_db_run(step->db, statement, NULL, error, tenant_of(step),
                                        dc_p_int64s(rows->series, rows->count),
                                        dc_p_bytes_array(rows->values, rows->count),
                                        dc_p_int64s(rows->months, rows->count),
                                        dc_p_int64s(rows->people, rows->count),
                                        dc_p_int64s(rows->paths, rows->count),
                                        dc_p_bytes_array(rows->details, rows->count),
                                        dc_p_int64s(rows->changes, rows->count));
}

enum dc_code
store_seen_write(struct dc_step *step, const struct tally *tally,
                 const struct store_touched *touched, struct dc_error *error)
{
    struct seen_rows fresh = seen_rows_new(step->arena, tally->values.count);
    struct seen_rows known = seen_rows_new(step->arena, tally->values.count);
    bool less = false;
    for (size_t i = 0; i < tally->values.count; i++) {
        if (tally->value_change[i] != 0) {
            add_seen_row(tally->value_before[i] == 0 ? &fresh : &known, tally, i);
            less |= tally->value_change[i] < 0;
        }
    }
    DC_TRY(write_seen_rows(step, SQL(SEEN_ADD), &fresh, error));
    DC_TRY(write_seen_rows(step, SQL(SEEN_CHANGE), &known, error));
    return less ? dc_db_run(step->db, SQL(SEEN_DROP), NULL, error, tenant_of(step),
                            dc_p_int64s(touched->series, touched->count),
                            dc_p_bytes_array(touched->values, touched->count))
                : DC_OK;
}
