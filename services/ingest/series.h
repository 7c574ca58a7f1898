/*
 * series.h - what is counted, and how a measure's total is made of it. Pure.
 *
 * A series is a set of filters with, for distinct values, a field. All sums over the same filters
 * are one series, so "sold" and "collected" share it, and a new measure over known filters needs
 * no counting at all. Sales and decided tasks never share one.
 */
#ifndef DC_INGEST_SERIES_H
#define DC_INGEST_SERIES_H

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "batch.h"
#include "span.h"

#define SERIES_WHOLE INT64_MAX

enum series_field { SERIES_SUMS, SERIES_CUSTOMER, SERIES_PRODUCT, SERIES_ORDER };

struct series {
    int64_t id;
    const Goals__Measure *definition; /* field and filters alone */
    enum series_field field;
    bool orders;      /* remembers in which orders a value occurs */
    int64_t built_to; /* records up to this id are in it */
};

/* The definition of the series that a measure of kind SUM, COUNT, DISTINCT or AVERAGE stands on,
 * packed in canonical form (filters and values sorted, without doubles). */
void series_define(const Goals__Measure *measure, struct dc_arena *arena, uint8_t **ret_data,
                   size_t *ret_size, bool *ret_orders);
enum series_field series_field(const char *field);
bool series_matches(const struct series *series, const char *const *dimensions);

/* A total of a series for one owner and period. */
struct sums {
    int64_t records;
    struct dc_decimal amount, collected, cost, quantity;
    int64_t distinct_values, repeat_values;
    int64_t version;
};

/* A measure with the series that it stands on (indices; -1 = none). */
struct measure {
    const Goals__Measure *body;
    bool told;
    int upper; /* its own series; of a RATIO: its numerator's */
    int lower; /* RATIO: its denominator's */
    const Goals__Measure *upper_body;
    const Goals__Measure *lower_body;
};

/* Everything that a tenant counts. */
struct book {
    struct series *series;
    size_t series_count;
    struct measure *measures;
    size_t measure_count;
    struct span *spans;
    size_t span_count;
};
/* A period as text; below 0: a span's days (only then the book is looked at). */
void book_period_text(const struct book *book, int32_t period, char ret_text[SPAN_TEXT]);
/* Finds each measure's series; measures whose series are missing get -1. */
void book_link(struct book *book, struct dc_arena *arena);
/* All its series are whole, and it is in use. */
bool measure_is_ready(const struct book *book, const struct measure *measure);
/* `by_series[i]`: the sums of book->series[i] for one owner and period (zeros: none). Fills
 * numerator, denominator, records, version, measure_id and measure_version. */
void measure_total(const struct measure *measure, const struct sums *by_series,
                   struct dc_arena *arena, Ingest__Total *total);

#endif
