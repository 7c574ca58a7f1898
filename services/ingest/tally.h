/*
 * tally.h - counts versions of records into changes of totals. Pure: no database, no clock.
 *
 *     tally_init(&tally, book);
 *     tally_add(&tally, +1, &entry, dims, path) ...     each version that came, each that went
 *     (the store says how often the touched values occurred before: tally_before)
 *     tally_finish(&tally);
 *     tally.changes[i], tally.touched[i]                to be added to totals and to seen
 *
 * Memory grows with the number of different (series, person, path, month) and values, which the
 * caller bounds by the number of entries of one batch.
 */
#ifndef DC_INGEST_TALLY_H
#define DC_INGEST_TALLY_H

#include "lookup.h"
#include "series.h"

/* A period as a number: year * 100, + 1..12 month, + 21..24 quarter, + 0 year; a span's is below 0
 * (span.h). */
struct tally_owner {
    int64_t id;
    int32_t kind; /* goals.v1.OwnerKind */
    int32_t period;
};

/* A unit with everything above it. */
struct tally_path {
    int64_t id;
    const int64_t *units;
    size_t count;
};

struct tally_entry {
    int64_t record_id;
    int64_t person_id;
    size_t path; /* index of tally_add_path */
    size_t dims; /* index of tally_add_dims */
    dc_date on;
    struct dc_decimal amount, collected, cost, quantity;
    const char *customer;
    const char *order;
};

/* How often a value occurs at one place. A key without padding. */
struct tally_value {
    int64_t series; /* index in the book */
    struct hash128 value;
    int64_t month; /* year * 12 + month - 1; of a span its period */
    int64_t person_id;
    int64_t path; /* index */
    struct hash128 detail;
};

struct tally_change {
    int32_t series; /* index in the book */
    struct tally_owner owner;
    struct sums sums; /* to be added; version is not used */
};

struct tally {
    const struct book *book;
    struct tally_path *paths;
    size_t path_count, path_capacity;
    const char *const **dimensions; /* by index */
    uint8_t *matches;               /* dims x series */
    size_t dims_count, dims_capacity, match_capacity;

    struct lookup span_owners; /* (span, owner): who is counted in it */
    int64_t *slots;            /* of one entry: its month and spans */
    size_t slot_capacity;

    struct lookup places; /* (series, person, path, month) -> place_sums */
    struct sums *place_sums;
    size_t place_capacity;

    struct lookup values;  /* struct tally_value */
    int64_t *value_change; /* what this batch adds */
    int64_t *value_before;
    size_t change_capacity, before_capacity;

    struct lookup owners; /* (series, owner) -> changes */
    struct tally_change *changes;
    size_t change_count, changes_capacity;
};

void tally_init(struct tally *tally, const struct book *book);
void tally_release(struct tally *tally);
/* The memory stays the caller's and must live as long as the tally. */
size_t tally_add_path(struct tally *tally, int64_t id, const int64_t *units, size_t count);
size_t tally_add_dims(struct tally *tally, const char *const *dimensions);
/* `span`: index in the book. Before the entries that it concerns. */
void tally_add_span_owner(struct tally *tally, size_t span, int kind, int64_t id);
/* What to count into: -1 = all that the record is in (its id is not above built_to; span_counts). */
struct tally_scope {
    int series; /* index of the only one */
    int span;   /* likewise; then into no month */
};
#define TALLY_ALL ((struct tally_scope){-1, -1})
/* sign: +1 or -1. */
void tally_add(struct tally *tally, int sign, const struct tally_entry *entry,
               struct tally_scope only);
/* An occurrence that the store knows of a value that was touched. */
void tally_before(struct tally *tally, const struct tally_value *value, int64_t n);
/* Makes changes; may be called once. */
void tally_finish(struct tally *tally);

#endif
