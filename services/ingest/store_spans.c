/* store_spans.c - segments of periods: who is counted in which days, and how they are built back over
 * the stored records. */
#include <string.h>

#include "ingest_sql.h"
#include "store.h"
#include "store_tally.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

/* One piece looks at so many days, so that what is left of a long span is not sorted each time. */
enum { WINDOW_DAYS = 31 };

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

enum dc_code
store_spans(struct dc_step *step, struct book *book, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_SPANS), &rows, error, tenant_of(step)));
    book->span_count = dc_rows_count(rows);
    book->spans = DC_NEW_ARRAY(step->arena, struct span, book->span_count + 1);
    for (size_t i = 0; i < book->span_count; i++) {
        book->spans[i] = (struct span){.id = dc_rows_int64(rows, i, 0),
                                       .from = dc_rows_date(rows, i, 1),
                                       .to = dc_rows_date(rows, i, 2),
                                       .built_on = dc_rows_date(rows, i, 3),
                                       .built_id = dc_rows_int64(rows, i, 4),
                                       .whole = dc_rows_bool(rows, i, 5),
                                       .touched_at = dc_rows_time(rows, i, 6)};
    }
    return DC_OK;
}

size_t
store_span_index(const struct book *book, int64_t span_id)
{
    size_t low = 0, high = book->span_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (book->spans[middle].id < span_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < book->span_count && book->spans[low].id == span_id ? low : book->span_count;
}

/* --- who is counted -----------------------------------------------------------------------------
 */

enum dc_code
store_add_spans(struct dc_step *step, const Goals__TargetsAdjusted *adjusted, bool *ret_any,
                struct dc_error *error)
{
    size_t most = 0, count = 0;
    for (size_t i = 0; i < adjusted->n_targets; i++) {
        most += adjusted->targets[i]->n_segments;
    }
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, most + 1);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, most + 1);
    dc_date *from = DC_NEW_ARRAY(step->arena, dc_date, most + 1);
    dc_date *to = DC_NEW_ARRAY(step->arena, dc_date, most + 1);
    for (size_t i = 0; i < adjusted->n_targets; i++) {
        const Goals__Target *target = adjusted->targets[i];
        for (size_t s = 0; s < target->n_segments && !target->removed; s++) {
            DC_TRY(dc_date_parse(target->segments[s]->from, &from[count], error));
            DC_TRY(dc_date_parse(target->segments[s]->to, &to[count], error));
            kinds[count] = target->owner_kind;
            ids[count++] = target->owner_id;
        }
    }
    *ret_any = count > 0;
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(store_lock_counting(step, error));
    return dc_db_run(step->db, SQL(SPANS_ADD), NULL, error, tenant_of(step),
                     dc_p_int64s(kinds, count), dc_p_int64s(ids, count), dc_p_dates(from, count),
                     dc_p_dates(to, count), dc_p_time(step->now));
}

/* People and units of the entries' places, each once. */
static void
places_of(const struct tally *tally, const struct store_entries *entries, struct lookup *owners)
{
    struct {
        int64_t kind, id;
    } owner;
    bool is_new;
    owner.kind = GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    for (size_t i = 0; i < entries->count; i++) {
        owner.id = entries->items[i].entry.person_id;
        lookup_add(owners, &owner, &is_new);
    }
    owner.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    for (size_t p = 0; p < tally->path_count; p++) {
        for (size_t u = 0; u < tally->paths[p].count; u++) {
            owner.id = tally->paths[p].units[u];
            lookup_add(owners, &owner, &is_new);
        }
    }
}

enum dc_code
store_fill_spans(struct dc_step *step, struct tally *tally, const struct store_entries *entries,
                 struct dc_error *error)
{
    if (tally->book->span_count == 0 || entries->count == 0) {
        return DC_OK;
    }
    struct lookup owners;
    lookup_init(&owners, 2 * sizeof(int64_t));
    places_of(tally, entries, &owners);
    size_t count = owners.count;
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        const int64_t *owner = lookup_key(&owners, i);
        kinds[i] = owner[0];
        ids[i] = owner[1];
    }
    lookup_release(&owners);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SPAN_OWNERS), &rows, error, tenant_of(step),
                     dc_p_int64s(kinds, count), dc_p_int64s(ids, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        tally_add_span_owner(tally, store_span_index(tally->book, dc_rows_int64(rows, i, 2)),
                             (int)dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1));
    }
    return DC_OK;
}

/* --- building -----------------------------------------------------------------------------------
 */

/* Is it behind the place where `from` is built, up to where `to` is? */
static bool
is_between(const struct span *from, const struct span *to, const struct tally_entry *entry)
{
    return entry->on >= from->from && !span_counts(from, entry->on, entry->record_id) &&
           span_counts(to, entry->on, entry->record_id);
}

enum dc_code
store_span_records(struct dc_step *step, struct span *span, int64_t limit,
                   struct store_entries *ret, struct dc_error *error)
{
    struct span moved = *span;
    dc_date last = span->built_on + WINDOW_DAYS < span->to ? span->built_on + WINDOW_DAYS : span->to;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SPAN_RECORDS), &rows, error, tenant_of(step),
                     dc_p_int64(span->id), dc_p_date(span->built_on), dc_p_int64(span->built_id),
                     dc_p_date(last), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows), placed = 0;
    for (size_t i = count; i-- > 0 && dc_rows_bool(rows, i, 15);) {
        placed++;
    }
    if ((int64_t)placed == limit) {
        moved.built_on = dc_rows_date(rows, count - 1, 8);
        moved.built_id = dc_rows_int64(rows, count - 1, 0);
    } else {
        moved.built_on = last;
        moved.built_id = SPAN_WHOLE;
        moved.whole = last == span->to;
    }
    struct store_entries entries;
    DC_TRY(store_read_versions(step, rows, false, &entries, error));
    size_t kept = 0;
    for (size_t i = 0; i < entries.count; i++) {
        if (is_between(span, &moved, &entries.items[i].entry)) {
            entries.items[kept++] = entries.items[i];
        }
    }
    entries.count = kept;
    *span = moved;
    *ret = entries;
    return DC_OK;
}

enum dc_code
store_span_built(struct dc_step *step, const struct span *span, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SPAN_BUILT), NULL, error, tenant_of(step),
                     dc_p_int64(span->id), dc_p_date(span->built_on), dc_p_int64(span->built_id),
                     dc_p_bool(span->whole));
}
