/*
 * trace.h - spans of requests and events, told to an OpenTelemetry collector (OTLP over HTTP, as
 * JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp).
 *
 * Off until dc_trace_start() with a trace.endpoint; then it costs one comparison a request. A span is
 * recorded when the traceparent (https://www.w3.org/TR/trace-context/) that it continues says
 * "sampled"; who begins a trace decides by dc_trace_new(). Spans wait in a bounded queue for a
 * thread that sends them in batches; with the collector away they are dropped and counted
 * (dacheng_trace_dropped_total), and nobody waits.
 */
#ifndef DC_EDGE_TRACE_H
#define DC_EDGE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "edge/config.h"

enum {
    DC_TRACE_TEXT = 56, /* of a traceparent */
    DC_SPAN_TEXT = 96,
    DC_SPAN_ATTRIBUTES = 4,
};

/* As OTLP numbers them. */
enum dc_span_kind { DC_SPAN_SERVER = 2, DC_SPAN_CLIENT, DC_SPAN_PRODUCER, DC_SPAN_CONSUMER };

struct dc_span {
    bool recorded;
    char parent[DC_TRACE_TEXT]; /* what it continues; "" = it begins the trace */
    char own[DC_TRACE_TEXT];    /* what those that it calls continue */
    dc_time began;
    enum dc_span_kind kind;
    char name[DC_SPAN_TEXT];
    struct {
        const char *key; /* lives for ever */
        char value[DC_SPAN_TEXT];
    } attributes[DC_SPAN_ATTRIBUTES];
    size_t attribute_count;
    enum dc_code code;
    dc_time ended;
};

/* trace.endpoint, trace.per_mille: for the tables of programs that make spans. */
extern const struct dc_option dc_trace_options[];

/* Once, before threads; and at the end, when what waits is sent for a moment more. `program` is the
 * service.name, `instance` its service.instance.id. */
enum dc_code dc_trace_start(const struct dc_config *config, const char *program,
                            const char *instance, struct dc_error *error) DC_MUST_CHECK;
void dc_trace_stop(void);

bool dc_trace_is_valid(const char *traceparent);
/* A new trace: sampled, when there is a collector, as often as trace.per_mille says. */
void dc_trace_new(char ret_traceparent[DC_TRACE_TEXT]);

/* A span that continues `traceparent`, when that is sampled; otherwise nothing, and `own` is
 * empty. */
void dc_span_begin(struct dc_span *span, enum dc_span_kind kind, const char *traceparent);
/* The span that begins a trace made by dc_trace_new(): it is `own`. */
void dc_span_root(struct dc_span *span, enum dc_span_kind kind, const char *traceparent);
void dc_span_name(struct dc_span *span, const char *name);
void dc_span_attribute(struct dc_span *span, const char *key, const char *value);
void dc_span_end(struct dc_span *span, enum dc_code code);

#endif
