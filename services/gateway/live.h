/*
 * live.h - what live.c (when a query is to be run) and live_stream.c (what a browser asked for and
 * what is sent to it) share.
 */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include <dacheng/gateway/v1/live.pb-c.h>

#include "gateway.h"

enum {
    LIVE_WATCHES_MAX = 20,
    LIVE_ID_MAX = 40,
    LIVE_EVENTS_MAX = 16,
    LIVE_OWNERS_MAX = 1000,
    LIVE_GAP_US = 250 * DC_MILLISECOND, /* between two runs of a query */
    LIVE_ALIVE_US = 15 * DC_SECOND,
    LIVE_REFRESH_US = 60 * DC_SECOND, /* a query is run so often at least: events can be lost */
    LIVE_RETRY_US = 500 * DC_MILLISECOND,
    LIVE_RETRIES = 6,          /* until a failure that may pass is shown */
    LIVE_QUERIES_MAX = 96,     /* on their way at once, per thread */
    LIVE_UNSENT_MAX = 1 << 20, /* bytes; a slower reader gets fewer answers, always the newest */
};

struct watch {
    struct stream *stream;
    const char *id;
    const struct route *route;
    const uint8_t *request;
    size_t request_size;
    char **events;
    size_t event_count;
    int64_t *owners;
    size_t owner_count;
    bool dirty;
    dc_time due;       /* dc_monotonic(): when a dirty one may run */
    dc_time started;   /* the last run */
    uint64_t call;     /* 0: not running */
    int64_t caused_at; /* newest event since the last run, microseconds since 1970 */
    int64_t running_caused_at;
    int failures;
    bool answered;
    uint8_t hash[16]; /* of the answer sent last */
};

/* Outlives the stream when the answer does not come in time. */
struct live_ticket {
    struct stream *stream; /* NULL: it is gone */
};

struct stream {
    struct stream *next, *previous;
    struct front *front;
    struct MHD_Connection *connection;
    struct dc_arena *arena; /* what the browser asked for */
    bool json;
    struct caller caller;
    int64_t tenant_id; /* 0: not known yet */
    int64_t person_id;
    char session_id[80];
    struct watch *watches;
    size_t watch_count;
    struct live_ticket *resolving;
    dc_time resolve_after;
    dc_time sent_at;
    struct dc_text out;
    size_t out_sent;
    bool suspended;
    bool ended;
};

/* Reads what the browser asked for. */
enum dc_code live_stream_new(struct stream **ret_stream, struct request *request,
                             struct dc_error *error) DC_MUST_CHECK;
void live_stream_free(struct stream *stream);
/* Queues the answer that reads from the stream, and frees it in the end. */
enum MHD_Result live_stream_start(struct stream *stream);
void live_stream_send(struct stream *stream, const Gateway__WatchResponse *response, dc_time now);
/* Behind all others of its thread, for taking turns. */
void live_stream_to_back(struct stream *stream);
/* error NULL: ends well. */
void live_stream_end(struct stream *stream, const struct dc_error *error);

#endif
