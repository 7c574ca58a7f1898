/*
 * Counting: what pushes and files noted becomes totals, and totals become events. One transaction
 * takes all that is waiting (up to a bound), so a total that everybody adds to, such as the
 * company's, is written once for many records, and pushes never wait for each other.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "handlers.h"
#include "store.h"
#include "store_submissions.h"

enum {
    VERSIONS_AT_ONCE = 100000, /* versions of records in one transaction */
    BUILD_AT_ONCE = 50000,     /* records, when a new series or span is built */
    TELL_AT_ONCE = 2000,       /* owners and periods that one transaction tells */
    TOTALS_IN_EVENT = 1000,
    SPAN_WAIT_US = 1000000,    /* for more owners of the same days, before a span is begun */
    BUCKETS = 4, /* by owner: so many scoring replicas share the work, at so many events a count */
};

/* --- telling ------------------------------------------------------------------------------------
 */
struct teller {
    struct dc_step *step;
    int64_t run_id;
    struct {
        Ingest__Total *totals[TOTALS_IN_EVENT];
        Ingest__SegmentTotal *segments[TOTALS_IN_EVENT];
        size_t count, segment_count;
    } buckets[BUCKETS];
};

static void
flush(struct teller *t, size_t bucket)
{
    Ingest__MeasuresChanged changed = INGEST__MEASURES_CHANGED__INIT;
    changed.totals = t->buckets[bucket].totals;
    changed.n_totals = t->buckets[bucket].count;
    changed.segment_totals = t->buckets[bucket].segments;
    changed.n_segment_totals = t->buckets[bucket].segment_count;
    changed.run_id = t->run_id;
    char key[24];
    snprintf(key, sizeof(key), "totals/%zu", bucket);
    dc_emit(t->step, t->step->context->tenant_id, key, &changed.base);
    t->buckets[bucket].count = t->buckets[bucket].segment_count = 0;
}

static void
tell(struct teller *t, Ingest__Total *total)
{
    size_t bucket = (size_t)(total->owner_id % BUCKETS);
    t->buckets[bucket].totals[t->buckets[bucket].count++] = total;
    if (t->buckets[bucket].count == TOTALS_IN_EVENT) {
        flush(t, bucket);
    }
}

static void
tell_segment(struct teller *t, const struct span *span, Ingest__Total *total)
{
    size_t bucket = (size_t)(total->owner_id % BUCKETS);
    Ingest__SegmentTotal *segment =
        DC_NEW_MESSAGE(t->step->arena, Ingest__SegmentTotal, ingest__segment_total__init);
    segment->total = total;
    segment->from = dc_arena_alloc(t->step->arena, DC_DATE_TEXT);
    segment->to = dc_arena_alloc(t->step->arena, DC_DATE_TEXT);
    dc_date_format(span->from, segment->from);
    dc_date_format(span->to, segment->to);
    t->buckets[bucket].segments[t->buckets[bucket].segment_count++] = segment;
    if (t->buckets[bucket].segment_count == TOTALS_IN_EVENT) {
        flush(t, bucket);
    }
}

static bool
changed_by(const struct measure *measure, const struct sums *sums, int64_t version)
{
    return sums[measure->upper].version == version ||
           (measure->lower >= 0 && sums[measure->lower].version == version);
}

/* Tells the measures of these owners: those that `version` changed, or all (0). */
static enum dc_code
tell_owners(struct dc_step *step, const struct book *book, const struct store_owners *owners,
            int64_t version, int64_t run_id, struct dc_error *error)
{
    if (owners->count == 0) {
        return DC_OK;
    }
    struct sums *sums;
    DC_TRY(store_totals(step, book, owners, &sums, error));
    struct teller *teller = DC_NEW(step->arena, struct teller);
    teller->step = step;
    teller->run_id = run_id;
    for (size_t i = 0; i < owners->count; i++) {
        const struct sums *of = sums + i * book->series_count;
        const struct span *span = owners->items[i].period < 0
                                      ? &book->spans[span_index(owners->items[i].period)]
                                      : NULL;
        if (span && !span->whole) {
            continue; /* all its owners are told when it is */
        }
        char period[SPAN_TEXT];
        book_period_text(book, owners->items[i].period, period);
        char *period_text = dc_arena_strdup(step->arena, period);
        for (size_t m = 0; m < book->measure_count; m++) {
            const struct measure *measure = &book->measures[m];
            if (!measure->told || !measure_is_ready(book, measure) ||
                (version != 0 && !changed_by(measure, of, version))) {
                continue;
            }
            Ingest__Total *total = DC_NEW_MESSAGE(step->arena, Ingest__Total, ingest__total__init);
            measure_total(measure, of, step->arena, total);
            total->owner_kind = (Goals__OwnerKind)owners->items[i].kind;
            total->owner_id = owners->items[i].id;
            if (span) {
                tell_segment(teller, span, total);
            } else {
                total->period = period_text;
                tell(teller, total);
            }
        }
    }
    for (size_t b = 0; b < BUCKETS; b++) {
        if (teller->buckets[b].count + teller->buckets[b].segment_count > 0) {
            flush(teller, b);
        }
    }
    return DC_OK;
}

/* The owners of a tally's changes, each once. */
static struct store_owners
owners_of(struct dc_arena *arena, const struct tally *tally)
{
    struct lookup lookup;
    lookup_init(&lookup, sizeof(struct tally_owner));
    for (size_t i = 0; i < tally->change_count; i++) {
        bool is_new;
        lookup_add(&lookup, &tally->changes[i].owner, &is_new);
    }
    struct store_owners owners = {.count = lookup.count};
    owners.items = dc_arena_alloc(arena, (lookup.count + 1) * sizeof(struct tally_owner));
    if (lookup.count > 0) {
        memcpy(owners.items, lookup.keys, lookup.count * sizeof(struct tally_owner));
    }
    lookup_release(&lookup);
    return owners;
}

/* Few are told at once; many are kept to be told once, however often they change meanwhile. */
static enum dc_code
tell_changes(struct dc_step *step, const struct book *book, const struct tally *tally,
             int64_t version, int64_t run_id, struct dc_error *error)
{
    struct store_owners owners = owners_of(step->arena, tally);
    return owners.count <= TELL_AT_ONCE ? tell_owners(step, book, &owners, version, run_id, error)
                                        : store_untold_add(step, book, &owners, error);
}

/* --- the pieces of work --------------------------------------------------------------------------
 */
static enum dc_code
count_entries(struct dc_step *step, const struct book *book, const struct store_entries *entries,
              struct tally_scope only, bool told, struct dc_error *error)
{
    struct tally tally;
    int64_t version;
    tally_init(&tally, book);
    enum dc_code code = store_tally(step, &tally, entries, only, error);
    if (code == DC_OK) {
        code = store_changes(step, &tally, &version, error);
    }
    if (code == DC_OK && told) {
        code = tell_changes(step, book, &tally, version, entries->run_id, error);
    }
    tally_release(&tally);
    return code;
}

static enum dc_code
count_pending(struct dc_step *step, const struct book *book, bool *ret_more, struct dc_error *error)
{
    struct store_entries entries;
    DC_TRY(store_take_pending(step, VERSIONS_AT_ONCE, &entries, error));
    *ret_more = entries.versions >= VERSIONS_AT_ONCE;
    if (entries.count == 0) {
        return DC_OK;
    }
    DC_TRY(store_touch(step, &entries, error));
    return count_entries(step, book, &entries, TALLY_ALL, true, error);
}

/* A piece of the oldest series that is not whole. */
static enum dc_code
build_series(struct dc_step *step, const struct book *book, bool *ret_did, struct dc_error *error)
{
    size_t s = 0;
    while (s < book->series_count && book->series[s].built_to == SERIES_WHOLE) {
        s++;
    }
    *ret_did = s < book->series_count;
    if (!*ret_did) {
        return DC_OK;
    }
    struct store_entries entries;
    int64_t last;
    bool end;
    DC_TRY(store_counted_records(step, book->series[s].built_to, BUILD_AT_ONCE, &entries, &last,
                                 &end, error));
    if (entries.count > 0) {
        DC_TRY(count_entries(step, book, &entries, (struct tally_scope){(int)s, -1}, false,
                             error));
    }
    return store_series_built(step, book->series[s].id, end ? SERIES_WHOLE : last, error);
}

/* A piece of the oldest span that is not whole. */
static enum dc_code
build_span(struct dc_step *step, struct book *book, bool *ret_did, struct dc_error *error)
{
    size_t s = 0;
    while (s < book->span_count &&
           (book->spans[s].whole || book->spans[s].touched_at > step->now - SPAN_WAIT_US)) {
        s++;
    }
    *ret_did = s < book->span_count;
    if (!*ret_did) {
        return DC_OK;
    }
    struct span moved = book->spans[s];
    struct store_entries entries;
    DC_TRY(store_span_records(step, &moved, BUILD_AT_ONCE, &entries, error));
    if (entries.count > 0) {
        DC_TRY(count_entries(step, book, &entries, (struct tally_scope){-1, (int)s}, false, error));
    }
    return store_span_built(step, &moved, error);
}

/* Measures whose series have become whole. */
static enum dc_code
announce_measures(struct dc_step *step, const struct book *book, bool *ret_did,
                  struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, book->measure_count);
    size_t count = 0;
    for (size_t m = 0; m < book->measure_count; m++) {
        const struct measure *measure = &book->measures[m];
        if (!measure->told && (measure->body->retired || measure_is_ready(book, measure))) {
            ids[count++] = measure->body->id;
        }
    }
    *ret_did = count > 0;
    return count > 0 ? store_untold_all(step, ids, count, error) : DC_OK;
}

static enum dc_code
tell_untold(struct dc_step *step, const struct book *book, bool *ret_more, struct dc_error *error)
{
    struct store_owners owners;
    DC_TRY(store_untold_take(step, book, TELL_AT_ONCE, &owners, error));
    *ret_more = owners.count == TELL_AT_ONCE;
    return tell_owners(step, book, &owners, 0, 0, error);
}

static enum dc_code
finish_runs(struct dc_step *step, struct dc_error *error)
{
    const int64_t *ids;
    size_t count;
    DC_TRY(store_finish_runs(step, &ids, &count, error));
    for (size_t i = 0; i < count; i++) {
        Ingest__Run *run;
        DC_TRY(ingest_tell_run(step, ids[i], &run, error));
    }
    return DC_OK;
}

/* What is most urgent, in one transaction: new records, then new series and spans, then telling. */
static enum dc_code
count_tenant(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct book book;
    DC_TRY(store_plan_anew(step, error));
    DC_TRY(store_lock_counting(step, error));
    DC_TRY(store_book(step, &book, error));
    DC_TRY(count_pending(step, &book, ret_more, error));
    if (!*ret_more) {
        DC_TRY(build_series(step, &book, ret_more, error));
    }
    if (!*ret_more) {
        DC_TRY(build_span(step, &book, ret_more, error));
    }
    if (!*ret_more) {
        DC_TRY(announce_measures(step, &book, ret_more, error));
    }
    if (!*ret_more) {
        DC_TRY(tell_untold(step, &book, ret_more, error));
    }
    if (!*ret_more) {
        DC_TRY(finish_runs(step, error));
    }
    return store_analyze(step, error);
}

enum dc_code
ingest_count(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants;
    size_t count;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_tenants_to_count(step, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more = false;
    return dc_step_each_tenant(step, tenants, count, count_tenant, ret_more, error);
}

enum dc_code
ingest_tidy(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    *ret_more = false;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_make_history_room(step, error));
    return dc_step_commit(step, error);
}
