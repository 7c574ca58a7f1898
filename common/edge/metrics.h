/*
 * metrics.h - counters, gauges and histograms, and the small HTTP listener that shows them.
 *
 * The registry is one per process. Metrics are declared once (at start or lazily), are never
 * removed, and are updated with atomics from any thread. Text format: Prometheus 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Names: dacheng_<noun>_<unit>,
 * counters end in _total,
 * durations are in _seconds.
 *
 * The listener answers GET /metrics, /healthz (the process lives) and /readyz (it can work: 200
 * "ready", or 503 with one line per reason). It listens on loopback unless told otherwise.
 */
#ifndef DC_EDGE_METRICS_H
#define DC_EDGE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct dc_counter; /* grows; uint64 */
struct dc_gauge;   /* int64 */
struct dc_histogram;

/* `labels` is the inside of the braces, e.g. "method=\"AdjustTargets\"", or "". Asking twice for
 * the same name and labels gives the same metric. Unlike in other modules these never fail. */
struct dc_counter *dc_counter(const char *name, const char *labels, const char *help);
struct dc_gauge *dc_gauge(const char *name, const char *labels, const char *help);
/* Set and added to in microseconds, shown in seconds: their names end in _seconds (_total). */
struct dc_counter *dc_counter_seconds(const char *name, const char *labels, const char *help);
struct dc_gauge *dc_gauge_seconds(const char *name, const char *labels, const char *help);
/* Buckets for durations in seconds, 0.5 ms to 60 s. */
struct dc_histogram *dc_histogram(const char *name, const char *labels, const char *help);

void dc_counter_add(struct dc_counter *counter, uint64_t n);
uint64_t dc_counter_value(const struct dc_counter *counter);
void dc_gauge_set(struct dc_gauge *gauge, int64_t value);
void dc_gauge_add(struct dc_gauge *gauge, int64_t delta);
int64_t dc_gauge_value(const struct dc_gauge *gauge);
/* Of the gauge without labels that has this name; 0 when nobody declared it. */
int64_t dc_gauge_value_of(const char *name);
void dc_histogram_observe(struct dc_histogram *histogram, int64_t microseconds);

void dc_metrics_print(struct dc_text *text);
/* Brings the figures of the process itself up to date (memory, processor time, descriptors), and
 * the version; the listener does so before it shows them. */
void dc_metrics_of_process(void);

/* Readiness: each part of a program that can be not ready names itself. reason NULL = ready. */
void dc_ready_set(const char *part, const char *reason);
bool dc_ready_all(struct dc_text *ret_reasons /* or NULL */);

/* address: "127.0.0.1:9100", "0.0.0.0:0" (port 0: any; the real one is written to ret_port). */
struct dc_metrics_listener;
enum dc_code dc_metrics_listen(struct dc_metrics_listener **ret_listener, const char *address,
                               uint16_t *ret_port, struct dc_error *error) DC_MUST_CHECK;
void dc_metrics_listener_free(struct dc_metrics_listener *listener);

#endif
