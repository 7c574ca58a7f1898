/* trace.c - spans, and the thread that sends them. */
#include "edge/trace.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/metrics.h"

enum {
    QUEUE_SPANS = 2048,
    BATCH_SPANS = 512,
    WAIT_MS = 500,
    SEND_TIMEOUT_MS = 3000,
    AWAY_MS = 5000, /* a collector that did not answer is left alone for so long */
    TRACE_ID_AT = 3,
    TRACE_ID_SIZE = 32,
    SPAN_ID_AT = 36,
    SPAN_ID_SIZE = 16,
    FLAGS_AT = 53,
};

const struct dc_option dc_trace_options[] = {
    {"trace.endpoint", DC_OPTION_TEXT, "", 0, 0,
     "Where spans are posted as OTLP/HTTP JSON, e.g. http://collector:4318/v1/traces; empty: "
     "nowhere"},
    {"trace.per_mille", DC_OPTION_INT, "10", 0, 1000,
     "Of 1,000 requests that come without a traceparent, how many are traced; one that comes with "
     "it is traced when it says so"},
    {NULL, DC_OPTION_TEXT, NULL, 0, 0, NULL},
};

static struct {
    bool on; /* written before threads start */
    char *endpoint, *program, *instance;
    uint32_t per_mille;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wake;
    bool stopping;
    struct dc_span *queue;
    size_t first, count;
    struct dc_counter *sent, *dropped;
} tracer = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* --- traceparent ---------------------------------------------------------------------------------
 */
bool
dc_trace_is_valid(const char *text)
{
    static const char form[] = "00-tttttttttttttttttttttttttttttttt-pppppppppppppppp-ff";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool fixed = form[i] == '-' || i < 2;
        bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (fixed ? text[i] != form[i] : !hex) {
            return false;
        }
    }
    /* All zeros identify nothing. */
    return text[sizeof form - 1] == '\0' && strspn(text + TRACE_ID_AT, "0") < TRACE_ID_SIZE &&
           strspn(text + SPAN_ID_AT, "0") < SPAN_ID_SIZE;
}

static bool
is_sampled(const char *traceparent)
{
    return dc_trace_is_valid(traceparent) && strchr("13579bdf", traceparent[FLAGS_AT + 1]);
}

static void
random_hex(char *text, size_t digits)
{
    uint8_t bytes[TRACE_ID_SIZE / 2];
    char hex[TRACE_ID_SIZE + 1];
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
    memcpy(text, hex, digits);
}

void
dc_trace_new(char ret_traceparent[DC_TRACE_TEXT])
{
    bool sampled = tracer.on && randombytes_uniform(1000) < tracer.per_mille;
    memcpy(ret_traceparent, "00-", TRACE_ID_AT);
    random_hex(ret_traceparent + TRACE_ID_AT, TRACE_ID_SIZE);
    ret_traceparent[SPAN_ID_AT - 1] = '-';
    random_hex(ret_traceparent + SPAN_ID_AT, SPAN_ID_SIZE);
    memcpy(ret_traceparent + FLAGS_AT - 1, sampled ? "-01" : "-00", 4);
}

/* --- spans ---------------------------------------------------------------------------------------
 */
void
dc_span_begin(struct dc_span *span, enum dc_span_kind kind, const char *traceparent)
{
    span->recorded = tracer.on && is_sampled(traceparent);
    span->own[0] = '\0';
    if (!span->recorded) {
        return;
    }
    *span = (struct dc_span){.recorded = true, .kind = kind, .began = dc_now()};
    memcpy(span->parent, traceparent, DC_TRACE_TEXT);
    memcpy(span->own, traceparent, DC_TRACE_TEXT);
    random_hex(span->own + SPAN_ID_AT, SPAN_ID_SIZE);
}

void
dc_span_root(struct dc_span *span, enum dc_span_kind kind, const char *traceparent)
{
    dc_span_begin(span, kind, traceparent);
    if (span->recorded) {
        memcpy(span->own, traceparent, DC_TRACE_TEXT);
        span->parent[0] = '\0';
    }
}

void
dc_span_name(struct dc_span *span, const char *name)
{
    if (span->recorded) {
        snprintf(span->name, sizeof(span->name), "%s", name);
    }
}

void
dc_span_attribute(struct dc_span *span, const char *key, const char *value)
{
    if (span->recorded && *value) {
        DC_ASSERT(span->attribute_count < DC_SPAN_ATTRIBUTES);
        size_t at = span->attribute_count++;
        span->attributes[at].key = key;
        snprintf(span->attributes[at].value, sizeof(span->attributes[at].value), "%s", value);
    }
}

void
dc_span_end(struct dc_span *span, enum dc_code code)
{
    if (!span->recorded) {
        return;
    }
    span->recorded = false;
    span->code = code;
    span->ended = dc_now();
    pthread_mutex_lock(&tracer.mutex);
    bool room = tracer.count < QUEUE_SPANS;
    if (room) {
        tracer.queue[(tracer.first + tracer.count++) % QUEUE_SPANS] = *span;
    }
    bool enough = tracer.count == BATCH_SPANS;
    pthread_mutex_unlock(&tracer.mutex);
    if (!room) {
        dc_counter_add(tracer.dropped, 1);
    } else if (enough) {
        pthread_cond_signal(&tracer.wake);
    }
}

/* --- OTLP ----------------------------------------------------------------------------------------
 */
static void
add_text(struct dc_text *text, const char *value)
{
    size_t length = strlen(value);
    while (!dc_utf8_is_valid(value, length)) {
        length--; /* cut in the middle of a character */
    }
    dc_text_add_json_string(text, value, length);
}

static void
add_attribute(struct dc_text *text, const char *key, const char *value)
{
    dc_text_printf(text, "{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
    add_text(text, value);
    dc_text_add(text, "}}");
}

static void
add_span(struct dc_text *text, const struct dc_span *span)
{
    dc_text_printf(text, "{\"traceId\":\"%.32s\",\"spanId\":\"%.16s\",\"parentSpanId\":\"%.16s\"",
                   span->own + TRACE_ID_AT, span->own + SPAN_ID_AT,
                   *span->parent ? span->parent + SPAN_ID_AT : "");
    dc_text_add(text, ",\"name\":");
    add_text(text, span->name);
    dc_text_printf(text,
                   ",\"kind\":%d,\"startTimeUnixNano\":\"%lld000\",\"endTimeUnixNano\":\"%lld000\""
                   ",\"attributes\":[",
                   (int)span->kind, (long long)span->began, (long long)span->ended);
    for (size_t i = 0; i < span->attribute_count; i++) {
        add_attribute(text, span->attributes[i].key, span->attributes[i].value);
        dc_text_add(text, ",");
    }
    add_attribute(text, "rpc.response.status_code", dc_code_wire_name(span->code));
    bool ours = span->code == DC_INTERNAL || span->code == DC_UNKNOWN ||
                span->code == DC_UNAVAILABLE || span->code == DC_DATA_LOSS;
    dc_text_printf(text, "],\"status\":{%s}}", ours ? "\"code\":2" : "");
}

static void
add_batch(struct dc_text *text, const struct dc_span *spans, size_t count)
{
    dc_text_add(text, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
    add_attribute(text, "service.name", tracer.program);
    dc_text_add(text, ",");
    add_attribute(text, "service.instance.id", tracer.instance);
    dc_text_add(text, ",");
    add_attribute(text, "service.version", DC_VERSION);
    dc_text_add(text, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"dacheng\"},\"spans\":[");
    for (size_t i = 0; i < count; i++) {
        dc_text_add(text, i > 0 ? "," : "");
        add_span(text, &spans[i]);
    }
    dc_text_add(text, "]}]}]}");
}

/* --- sending -------------------------------------------------------------------------------------
 */
static size_t
ignore(char *data, size_t size, size_t count, void *context)
{
    (void)data, (void)context;
    return size * count;
}

static bool
post(CURL *curl, const struct dc_text *body)
{
    long status = 0;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body->length);
    return curl_easy_perform(curl) == CURLE_OK &&
           curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
           status / 100 == 2;
}

/* Waits for spans, or for the end; moves up to BATCH_SPANS of them into `batch`. */
static size_t
take_batch(struct dc_span *batch, bool *ret_stopping)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&tracer.mutex);
    if (tracer.count < BATCH_SPANS && !tracer.stopping) {
        pthread_cond_timedwait(&tracer.wake, &tracer.mutex, &until);
    }
    size_t count = tracer.count < BATCH_SPANS ? tracer.count : BATCH_SPANS;
    for (size_t i = 0; i < count; i++) {
        batch[i] = tracer.queue[(tracer.first + i) % QUEUE_SPANS];
    }
    tracer.first = (tracer.first + count) % QUEUE_SPANS;
    tracer.count -= count;
    *ret_stopping = tracer.stopping;
    pthread_mutex_unlock(&tracer.mutex);
    return count;
}

static void *
send_spans(void *argument)
{
    (void)argument;
    struct dc_span *batch = calloc(BATCH_SPANS, sizeof(*batch));
    CURL *curl = curl_easy_init();
    DC_ASSERT(batch && curl);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, tracer.endpoint);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)SEND_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    int64_t not_before = 0;
    bool stopping = false, away = false;
    while (!stopping) {
        size_t count = take_batch(batch, &stopping);
        if (count == 0) {
            continue;
        }
        DC_AUTO_TEXT struct dc_text body = DC_TEXT_INIT;
        add_batch(&body, batch, count);
        bool sent = dc_monotonic() >= not_before && post(curl, &body);
        dc_counter_add(sent ? tracer.sent : tracer.dropped, count);
        if (!sent && dc_monotonic() >= not_before) {
            not_before = dc_monotonic() + AWAY_MS * DC_MILLISECOND;
        }
        if (sent == away) {
            away = !sent;
            dc_log(away ? DC_LOG_WARN : DC_LOG_INFO,
                   away ? "the collector of traces does not answer; spans are dropped"
                        : "the collector of traces answers again",
                   DC_LOG_FIELDS({"endpoint", tracer.endpoint}));
        }
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(batch);
    return NULL;
}

static char *
copy(const char *text)
{
    char *copied = strdup(text);
    DC_ASSERT(copied);
    return copied;
}

enum dc_code
dc_trace_start(const struct dc_config *config, const char *program, const char *instance,
               struct dc_error *error)
{
    const char *endpoint = dc_config_text(config, "trace.endpoint");
    DC_ASSERT(sodium_init() >= 0);
    if (!*endpoint) {
        return DC_OK;
    }
    if (strncmp(endpoint, "http://", 7) != 0 && strncmp(endpoint, "https://", 8) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "trace.endpoint",
                             "\"%.80s\" is not an address of a collector; "
                             "http://collector:4318/v1/traces is",
                             endpoint);
    }
    DC_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    tracer.endpoint = copy(endpoint);
    tracer.program = copy(program);
    tracer.instance = copy(instance);
    tracer.per_mille = (uint32_t)dc_config_int(config, "trace.per_mille");
    tracer.queue = calloc(QUEUE_SPANS, sizeof(*tracer.queue));
    DC_ASSERT(tracer.queue);
    tracer.sent = dc_counter("dacheng_trace_sent_total", "", "Spans that the collector took.");
    tracer.dropped = dc_counter("dacheng_trace_dropped_total", "",
                                "Spans dropped because the collector did not take them.");
    tracer.stopping = false;
    DC_ASSERT(pthread_create(&tracer.thread, NULL, send_spans, NULL) == 0);
    tracer.on = true;
    return DC_OK;
}

void
dc_trace_stop(void)
{
    if (!tracer.on) {
        return;
    }
    pthread_mutex_lock(&tracer.mutex);
    tracer.stopping = true;
    pthread_cond_signal(&tracer.wake);
    pthread_mutex_unlock(&tracer.mutex);
    pthread_join(tracer.thread, NULL);
    tracer.on = false;
    free(tracer.queue);
    free(tracer.endpoint);
    free(tracer.program);
    free(tracer.instance);
    tracer.first = tracer.count = 0;
    curl_global_cleanup();
}
