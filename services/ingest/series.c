/* Definitions of series, their filters, and totals of measures out of sums. */
#include "series.h"

#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
by_filter(const void *a, const void *b)
{
    const Goals__Filter *x = *(Goals__Filter *const *)a;
    const Goals__Filter *y = *(Goals__Filter *const *)b;
    int order = strcmp(x->dimension, y->dimension);
    if (order == 0) {
        order = (int)x->exclude - (int)y->exclude;
    }
    for (size_t i = 0; order == 0 && i < x->n_values && i < y->n_values; i++) {
        order = strcmp(x->values[i], y->values[i]);
    }
    return order ? order : (x->n_values > y->n_values) - (x->n_values < y->n_values);
}

static Goals__Filter *
canonical_filter(const Goals__Filter *filter, struct dc_arena *arena)
{
    Goals__Filter *copy = DC_NEW_MESSAGE(arena, Goals__Filter, goals__filter__init);
    copy->dimension = filter->dimension;
    copy->exclude = filter->exclude;
    copy->values = dc_arena_memdup(arena, filter->values, filter->n_values * sizeof(char *));
    qsort(copy->values, filter->n_values, sizeof(char *), by_text);
    for (size_t i = 0; i < filter->n_values; i++) {
        if (copy->n_values == 0 || strcmp(copy->values[copy->n_values - 1], copy->values[i]) != 0) {
            copy->values[copy->n_values++] = copy->values[i];
        }
    }
    return copy;
}

void
series_define(const Goals__Measure *measure, struct dc_arena *arena, uint8_t **ret_data,
              size_t *ret_size, bool *ret_orders)
{
    Goals__Measure definition = GOALS__MEASURE__INIT;
    bool distinct = measure->kind == GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT;
    definition.of = measure->of;
    definition.field = distinct ? measure->field : (char *)"";
    definition.n_filters = measure->n_filters;
    definition.filters = DC_NEW_ARRAY(arena, Goals__Filter *, measure->n_filters);
    for (size_t i = 0; i < measure->n_filters; i++) {
        definition.filters[i] = canonical_filter(measure->filters[i], arena);
    }
    qsort(definition.filters, definition.n_filters, sizeof(Goals__Filter *), by_filter);
    /* Customers nearly always come with repeat customers: one series serves both. */
    *ret_orders = distinct && (measure->repeat_only || strcmp(measure->field, "customer") == 0);
    dc_wire_pack(&definition.base, arena, ret_data, ret_size);
}

enum series_field
series_field(const char *field)
{
    return strcmp(field, "customer") == 0   ? SERIES_CUSTOMER
           : strcmp(field, "product") == 0  ? SERIES_PRODUCT
           : strcmp(field, "order_no") == 0 ? SERIES_ORDER
                                            : SERIES_SUMS;
}

bool
series_matches(const struct series *series, const char *const *dimensions)
{
    const Goals__Measure *definition = series->definition;
    bool tasks = definition->of == GOALS__MEASURE_OF__MEASURE_OF_TASKS;
    if (strcmp(dimensions[DIMENSION_KIND], tasks ? DIMENSION_TASK : "") != 0) {
        return false;
    }
    for (size_t i = 0; i < definition->n_filters; i++) {
        const Goals__Filter *filter = definition->filters[i];
        enum dimension d = batch_dimension(filter->dimension);
        bool found = false;
        for (size_t v = 0; d < DIMENSION_COUNT && v < filter->n_values && !found; v++) {
            found = strcmp(filter->values[v], dimensions[d]) == 0;
        }
        if (found == (bool)filter->exclude) {
            return false;
        }
    }
    return true;
}

/* --- measures -----------------------------------------------------------------------------------
 */
static int
find_series(const struct book *book, const Goals__Measure *measure, struct dc_arena *arena)
{
    uint8_t *wanted;
    size_t wanted_size;
    bool orders;
    series_define(measure, arena, &wanted, &wanted_size, &orders);
    for (size_t i = 0; i < book->series_count; i++) {
        uint8_t *data;
        size_t size;
        dc_wire_pack(&book->series[i].definition->base, arena, &data, &size);
        if (book->series[i].orders == orders && size == wanted_size &&
            memcmp(data, wanted, size) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static const Goals__Measure *
find_measure(const struct book *book, int64_t id)
{
    for (size_t i = 0; i < book->measure_count; i++) {
        if (book->measures[i].body->id == id) {
            return book->measures[i].body;
        }
    }
    return NULL;
}

void
book_link(struct book *book, struct dc_arena *arena)
{
    for (size_t i = 0; i < book->measure_count; i++) {
        struct measure *measure = &book->measures[i];
        bool ratio = measure->body->kind == GOALS__MEASURE_KIND__MEASURE_KIND_RATIO;
        measure->upper_body =
            ratio ? find_measure(book, measure->body->numerator_id) : measure->body;
        measure->lower_body = ratio ? find_measure(book, measure->body->denominator_id) : NULL;
        measure->upper = measure->upper_body ? find_series(book, measure->upper_body, arena) : -1;
        measure->lower = measure->lower_body ? find_series(book, measure->lower_body, arena) : -1;
    }
}

bool
measure_is_ready(const struct book *book, const struct measure *measure)
{
    bool ratio = measure->body->kind == GOALS__MEASURE_KIND__MEASURE_KIND_RATIO;
    return !measure->body->retired && measure->upper >= 0 &&
           book->series[measure->upper].built_to == SERIES_WHOLE &&
           (!ratio ||
            (measure->lower >= 0 && book->series[measure->lower].built_to == SERIES_WHOLE));
}

/* A task keeps on_time where a sale keeps its amount, and so on: task_record.h. */
static struct dc_decimal
sum_of_field(const char *field, const struct sums *sums)
{
    return strcmp(field, "collected_amount") == 0  ? sums->collected
           : strcmp(field, "cost") == 0            ? sums->cost
           : strcmp(field, "quantity") == 0        ? sums->quantity
           : strcmp(field, "before_reminder") == 0 ? sums->collected
           : strcmp(field, "hours") == 0           ? sums->quantity
           : strcmp(field, "tasks") == 0           ? DC_DECIMAL_INT(sums->records)
                                                   : sums->amount;
}

/* What a measure of the additive kinds amounts to; of AVERAGE: its numerator. */
static struct dc_decimal
amount_of(const Goals__Measure *measure, const struct sums *sums)
{
    switch (measure->kind) {
    case GOALS__MEASURE_KIND__MEASURE_KIND_COUNT:
        return DC_DECIMAL_INT(sums->records);
    case GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT:
        return DC_DECIMAL_INT(measure->repeat_only ? sums->repeat_values : sums->distinct_values);
    default:
        return sum_of_field(measure->field, sums);
    }
}

void
measure_total(const struct measure *measure, const struct sums *by_series, struct dc_arena *arena,
              Ingest__Total *total)
{
    DC_ASSERT(measure->upper >= 0);
    const struct sums *upper = &by_series[measure->upper];
    struct dc_decimal numerator = amount_of(measure->upper_body, upper);
    struct dc_decimal denominator = DC_DECIMAL_INT(1);
    total->records = upper->records;
    total->version = upper->version;
    if (measure->body->kind == GOALS__MEASURE_KIND__MEASURE_KIND_AVERAGE) {
        denominator = DC_DECIMAL_INT(upper->records);
    } else if (measure->body->kind == GOALS__MEASURE_KIND__MEASURE_KIND_RATIO) {
        const struct sums *lower = &by_series[measure->lower];
        denominator = amount_of(measure->lower_body, lower);
        total->version = lower->version > total->version ? lower->version : total->version;
    }
    char text[DC_DECIMAL_TEXT];
    total->numerator = dc_arena_strdup(arena, dc_decimal_format(numerator, text));
    total->denominator = dc_arena_strdup(arena, dc_decimal_format(denominator, text));
    total->measure_id = measure->body->id;
    total->measure_version = measure->body->version;
}

/* --- periods ------------------------------------------------------------------------------------
 */
void
span_text(const struct span *span, char ret_text[SPAN_TEXT])
{
    char from[DC_DATE_TEXT], to[DC_DATE_TEXT];
    dc_date_format(span->from, from);
    dc_date_format(span->to, to);
    snprintf(ret_text, SPAN_TEXT, "%s..%s", from, to);
}

void
book_period_text(const struct book *book, int32_t period, char ret_text[SPAN_TEXT])
{
    int year = period / 100;
    int part = period % 100;
    if (period < 0) {
        span_text(&book->spans[span_index(period)], ret_text);
    } else if (part == 0) {
        snprintf(ret_text, SPAN_TEXT, "%04d", year);
    } else if (part > 20) {
        snprintf(ret_text, SPAN_TEXT, "%04dQ%d", year, part - 20);
    } else {
        snprintf(ret_text, SPAN_TEXT, "%04d-%02d", year, part);
    }
}
