/*
 * metrics.c - the registry of counters, gauges and histograms, and readiness.
 *
 * The registry is a sorted array of pointers behind a mutex that guards declaring and printing
 * only; updates are relaxed atomics on the metric itself.
 */
#include "edge/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum metric_kind { COUNTER, GAUGE, HISTOGRAM };

/* Upper bounds of the buckets, in microseconds, and as Prometheus writes them. */
static const struct {
    int64_t microseconds;
    const char *le;
} buckets[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},
    {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},
    {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"},
    {5000000, "5"},   {10000000, "10"}, {30000000, "30"}, {60000000, "60"},
};
enum { BUCKET_COUNT = sizeof buckets / sizeof buckets[0] };

struct dc_counter {
    atomic_uint_fast64_t value;
};

struct dc_gauge {
    atomic_int_fast64_t value;
};

struct dc_histogram {
    atomic_uint_fast64_t counts[BUCKET_COUNT + 1]; /* the last: beyond every bound */
    atomic_uint_fast64_t sum;                      /* microseconds */
};

struct metric {
    enum metric_kind kind;
    bool seconds; /* kept in microseconds, shown in seconds */
    char *name;
    char *labels;
    char *help;
    union {
        struct dc_counter counter;
        struct dc_gauge gauge;
        struct dc_histogram histogram;
    } u;
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct metric **registry; /* sorted by name, then labels */
static size_t registry_count;

static char *
copy_text(const char *text)
{
    char *copy = strdup(text);
    DC_ASSERT(copy != NULL);
    return copy;
}

static int
order(const struct metric *metric, const char *name, const char *labels)
{
    int names = strcmp(metric->name, name);
    return names ? names : strcmp(metric->labels, labels);
}

/* Index of the first metric that is not before (name, labels). */
static size_t
position_of(const char *name, const char *labels)
{
    size_t low = 0, high = registry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(registry[middle], name, labels) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct metric *
declare(enum metric_kind kind, bool seconds, const char *name, const char *labels, const char *help)
{
    DC_ASSERT(name && *name && labels && help);
    pthread_mutex_lock(&registry_mutex);
    size_t at = position_of(name, labels);
    struct metric *metric = at < registry_count ? registry[at] : NULL;
    if (!metric || order(metric, name, labels) != 0) {
        metric = calloc(1, sizeof *metric);
        struct metric **grown = realloc(registry, (registry_count + 1) * sizeof *grown);
        DC_ASSERT(metric && grown);
        registry = grown;
        memmove(registry + at + 1, registry + at, (registry_count - at) * sizeof *registry);
        registry[at] = metric;
        registry_count++;
        metric->kind = kind;
        metric->seconds = seconds;
        metric->name = copy_text(name);
        metric->labels = copy_text(labels);
        metric->help = copy_text(help);
    }
    DC_ASSERT(metric->kind == kind && metric->seconds == seconds);
    pthread_mutex_unlock(&registry_mutex);
    return metric;
}

struct dc_counter *
dc_counter(const char *name, const char *labels, const char *help)
{
    return &declare(COUNTER, false, name, labels, help)->u.counter;
}

struct dc_counter *
dc_counter_seconds(const char *name, const char *labels, const char *help)
{
    return &declare(COUNTER, true, name, labels, help)->u.counter;
}

struct dc_gauge *
dc_gauge_seconds(const char *name, const char *labels, const char *help)
{
    return &declare(GAUGE, true, name, labels, help)->u.gauge;
}

struct dc_gauge *
dc_gauge(const char *name, const char *labels, const char *help)
{
    return &declare(GAUGE, false, name, labels, help)->u.gauge;
}

struct dc_histogram *
dc_histogram(const char *name, const char *labels, const char *help)
{
    return &declare(HISTOGRAM, true, name, labels, help)->u.histogram;
}

void
dc_counter_add(struct dc_counter *counter, uint64_t n)
{
    DC_ASSERT(counter);
    atomic_fetch_add_explicit(&counter->value, n, memory_order_relaxed);
}

uint64_t
dc_counter_value(const struct dc_counter *counter)
{
    DC_ASSERT(counter);
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

void
dc_gauge_set(struct dc_gauge *gauge, int64_t value)
{
    DC_ASSERT(gauge);
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
}

void
dc_gauge_add(struct dc_gauge *gauge, int64_t delta)
{
    DC_ASSERT(gauge);
    atomic_fetch_add_explicit(&gauge->value, delta, memory_order_relaxed);
}

int64_t
dc_gauge_value(const struct dc_gauge *gauge)
{
    DC_ASSERT(gauge);
    return atomic_load_explicit(&gauge->value, memory_order_relaxed);
}

int64_t
dc_gauge_value_of(const char *name)
{
    DC_ASSERT(name);
    pthread_mutex_lock(&registry_mutex);
    size_t at = position_of(name, "");
    const struct metric *metric = at < registry_count ? registry[at] : NULL;
    bool known = metric && order(metric, name, "") == 0 && metric->kind == GAUGE;
    int64_t value = known ? dc_gauge_value(&metric->u.gauge) : 0;
    pthread_mutex_unlock(&registry_mutex);
    return value;
}

void
dc_histogram_observe(struct dc_histogram *histogram, int64_t microseconds)
{
    DC_ASSERT(histogram);
    if (microseconds < 0) {
        microseconds = 0;
    }
    size_t bucket = 0;
    while (bucket < BUCKET_COUNT && microseconds > buckets[bucket].microseconds) {
        bucket++;
    }
    atomic_fetch_add_explicit(&histogram->counts[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum, (uint64_t)microseconds, memory_order_relaxed);
}

/* --- text format -------------------------------------------------------------------------------
 */

static void
print_help(const struct metric *metric, struct dc_text *text)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    dc_text_printf(text, "# HELP %s ", metric->name);
    for (const char *c = metric->help; *c; c++) {
        if (*c == '\n' || *c == '\\') {
            dc_text_add(text, *c == '\n' ? "\\n" : "\\\\");
        } else {
            dc_text_append(text, c, 1);
        }
    }
    dc_text_printf(text, "\n# TYPE %s %s\n", metric->name, types[metric->kind]);
}

static void
print_series(const struct metric *metric, struct dc_text *text)
{
    dc_text_add(text, metric->name);
    if (*metric->labels) {
        dc_text_printf(text, "{%s}", metric->labels);
    }
}

/* A value as it is, or microseconds as seconds. */
static void
print_value(const struct metric *metric, int64_t value, struct dc_text *text)
{
    if (!metric->seconds) {
        dc_text_printf(text, " %lld\n", (long long)value);
        return;
    }
    dc_text_printf(text, " %s%lld.%06lld\n", value < 0 ? "-" : "", llabs(value) / 1000000,
                   llabs(value) % 1000000);
}

/* Each count is read once and the total is their sum, so that the buckets agree with each other
 * whatever is counted meanwhile. */
static void
print_histogram(const struct metric *metric, struct dc_text *text)
{
    const struct dc_histogram *histogram = &metric->u.histogram;
    const char *comma = *metric->labels ? "," : "";
    uint64_t total = 0;
    for (size_t i = 0; i <= BUCKET_COUNT; i++) {
        total += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        dc_text_printf(text, "%s_bucket{%s%sle=\"%s\"} %llu\n", metric->name, metric->labels, comma,
                       i < BUCKET_COUNT ? buckets[i].le : "+Inf", (unsigned long long)total);
    }
    uint64_t sum = atomic_load_explicit(&histogram->sum, memory_order_relaxed);
    const char *open = *metric->labels ? "{" : "", *close = *metric->labels ? "}" : "";
    dc_text_printf(text, "%s_sum%s%s%s %llu.%06llu\n", metric->name, open, metric->labels, close,
                   (unsigned long long)(sum / 1000000), (unsigned long long)(sum % 1000000));
    dc_text_printf(text, "%s_count%s%s%s %llu\n", metric->name, open, metric->labels, close,
                   (unsigned long long)total);
}

void
dc_metrics_print(struct dc_text *text)
{
    DC_ASSERT(text);
    pthread_mutex_lock(&registry_mutex);
    for (size_t i = 0; i < registry_count; i++) {
        const struct metric *metric = registry[i];
        if (i == 0 || strcmp(registry[i - 1]->name, metric->name) != 0) {
            print_help(metric, text);
        }
        switch (metric->kind) {
        case COUNTER:
            print_series(metric, text);
            print_value(metric, (int64_t)dc_counter_value(&metric->u.counter), text);
            break;
        case GAUGE:
            print_series(metric, text);
            print_value(metric, dc_gauge_value(&metric->u.gauge), text);
            break;
        case HISTOGRAM:
            print_histogram(metric, text);
            break;
        }
    }
    pthread_mutex_unlock(&registry_mutex);
}

/* --- readiness ---------------------------------------------------------------------------------
 */

struct part {
    struct part *next;
    char *name;
    char *reason; /* NULL: ready */
};

static pthread_mutex_t ready_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct part *parts;

void
dc_ready_set(const char *part, const char *reason)
{
    DC_ASSERT(part);
    pthread_mutex_lock(&ready_mutex);
    struct part **at = &parts;
    while (*at && strcmp((*at)->name, part) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = calloc(1, sizeof **at);
        DC_ASSERT(*at);
        (*at)->name = copy_text(part);
    }
    free((*at)->reason);
    (*at)->reason = reason ? copy_text(reason) : NULL;
    pthread_mutex_unlock(&ready_mutex);
}

bool
dc_ready_all(struct dc_text *ret_reasons)
{
    bool ready = true;
    pthread_mutex_lock(&ready_mutex);
    for (const struct part *part = parts; part; part = part->next) {
        if (part->reason) {
            ready = false;
            if (ret_reasons) {
                dc_text_printf(ret_reasons, "%s: %s\n", part->name, part->reason);
            }
        }
    }
    pthread_mutex_unlock(&ready_mutex);
    return ready;
}
