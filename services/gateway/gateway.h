/*
 * gateway.h - what the parts of the edge share.
 *
 *   guard.c     request heads, by pure functions        routes.c    the methods open to outside
 *   envelope.c  frames and errors of Connect            sessions.c  what org said of tokens
 *   answer.c    making answers, headers                 files.c     the console's files
 *   front.c     one thread: HTTP and bus in one loop    request.c   one request, from head to
 * answer upload.c    PUT /upload                             caller.c    who asks: token to context
 *   live.c      live pages                              touch.c     which ids an event concerns
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/bus.h"
#include "edge/trace.h"
#include "files.h"
#include "guard.h"
#include "routes.h"
#include "sessions.h"

struct gateway {
    struct routes *routes;
    struct health *health;
    struct files *files;
    struct sessions *sessions;
    struct dc_bus_options bus;
    const char *const *events; /* patterns that are subscribed to; NULL-ended */
    int listen_fd;
    bool behind_tls;         /* a proxy of ours ends TLS and names the browser's address */
    const char *cookie_name; /* "__Host-dacheng_session" behind TLS, "dacheng_session" else */
    size_t connections_max;  /* per thread */
    size_t streams_max;      /* live pages, per thread */
    size_t body_max;         /* bytes of one request */
    size_t upload_max;       /* bytes of one PUT */
    size_t bodies_max;       /* bytes of all requests that are being read */
    int64_t timeout_ms;      /* of a request that names none */
    atomic_size_t bodies;
    atomic_bool stopping;
};

/* --- one thread (front.c) -----------------------------------------------------------------------
 */

struct front;
struct stream;

/* An answer to a request that was sent over the bus. The reply lives until the function returns. */
typedef void call_fn(struct front *front, void *context, const struct dc_bus_message *reply);

struct call {
    struct call *next;
    uint64_t id;
    call_fn *fn; /* NULL: nobody wants the answer any more */
    void *context;
};

enum { FRONT_CALL_BUCKETS = 1024 };

struct front {
    struct gateway *gateway;
    pthread_t thread;
    int number;
    struct MHD_Daemon *daemon;
    struct dc_bus *bus;
    bool was_connected;
    struct dc_gauge *bus_connections; /* for /metrics */
    struct dc_arena *arena;           /* of one message from the bus */
    struct call *calls[FRONT_CALL_BUCKETS];
    size_t call_count;
    size_t requests; /* suspended ones */
    /* live.c */
    struct stream *streams, *last_stream;
    size_t stream_count;
    size_t queries;   /* of live pages, on their way */
    dc_time live_due; /* dc_monotonic(): nothing is to be done before */
};

/* Starts `count` threads; they end when gateway->stopping is set, after draining. */
enum dc_code fronts_start(struct gateway *gateway, struct front **ret_fronts, size_t count,
                          struct dc_error *error) DC_MUST_CHECK;
void fronts_join(struct front *fronts, size_t count);

/* Sends; fn is called with the answer, always, exactly once, unless forgotten. Returns the id. */
uint64_t front_call(struct front *front, const struct dc_bus_request *request, call_fn *fn,
                    void *context);
void front_forget(struct front *front, uint64_t id);

/* --- who asks (caller.c) ------------------------------------------------------------------------
 */

/* A caller as the head of the request names him. */
struct caller {
    bool has_token;
    bool by_cookie;
    char token[GUARD_TOKEN_MAX + 1];
    char address[GUARD_ADDRESS_TEXT];
    char trace[DC_TRACE_TEXT];
    bool begins_trace;    /* none came with the request */
    const char *language; /* NULL: as org says */
};
void caller_read(struct caller *caller, const struct gateway *gateway,
                 struct MHD_Connection *connection);
/* Adds what the edge knows: address, trace, language. */
void caller_complete(const struct caller *caller, Kernel__Context *context);
/* Somebody who did not log in yet. */
Kernel__Context *caller_nobody(const struct caller *caller, struct dc_arena *arena);

/* Asks org what the token is worth. fn gets DC_OK with a context in the front's arena, or the
 * failure; must_change: only SessionService may be called. */
typedef void caller_fn(struct front *front, void *context, Kernel__Context *who, bool must_change,
                       const struct dc_error *error);
uint64_t caller_resolve(struct front *front, const struct caller *caller, int64_t timeout_ms,
                        caller_fn *fn, void *context);

/* --- one request (request.c, upload.c) ----------------------------------------------------------
 */

enum request_phase {
    REQUEST_READING,   /* the body comes in */
    REQUEST_WORKING,   /* suspended until the bus answers */
    REQUEST_ANSWERED,  /* `response` is to be queued */
    REQUEST_STREAMING, /* a live page took it over */
};

struct request {
    struct front *front;
    struct MHD_Connection *connection;
    enum request_phase phase;
    const struct route *route; /* NULL: an upload */
    enum guard_body kind;
    struct caller caller;
    struct dc_span span;
    char key[GUARD_KEY_MAX + 1];
    int64_t timeout_ms;
    dc_time started; /* dc_monotonic() when the body was there */
    struct dc_text body;
    size_t charged; /* of gateway->bodies */
    bool too_large;
    struct dc_arena *arena;
    Kernel__Context *context;
    unsigned status;
    struct MHD_Response *response;
    uint64_t call; /* 0: none on its way */
    caller_fn *resolved;
    /* uploads */
    int64_t run_id;
    int64_t offset; /* of body.data[0] within the file */
    size_t received;
    bool ending; /* the request is whole; what is left is the last piece */
};

/* FAILED_PRECONDITION: a one-time password is to be changed before anything else. */
enum dc_code request_refuse_must_change(struct dc_error *error);
/* operations.c: the deployment's health, once it is known who asks. */
caller_fn operations_answer;

/* The access handler of libmicrohttpd, and its end of a request. */
enum MHD_Result request_handle(void *front, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **state);
void request_completed(void *front, struct MHD_Connection *connection, void **state,
                       enum MHD_RequestTerminationCode code);

/* Steps that request.c and upload.c share. */
bool request_keep_body(struct request *request, const char *data, size_t size, size_t most);
void request_drop_body(struct request *request);
void request_suspend(struct request *request);
void request_resume(struct request *request);
/* Set the answer; the connection is resumed by the caller when it is suspended. The text's memory
 * is taken over. */
void request_answer(struct request *request, struct dc_text *text, const char *content_type);
void request_answer_error(struct request *request, const struct dc_error *error);
/* Keeps the session's token with the browser; "" takes it away. To an answer that is set. */
void request_add_cookie(const struct request *request, const char *token);
/* Finds the context, from memory or from org; then `next` is called, at once or later. */
void request_resolve(struct request *request, caller_fn *next);
/* Calls the service that its route names, and answers (request_call.c). */
void request_call(struct request *request);

/* PUT /upload/<run>?offset=N. Called for each piece of data, and with size 0 at the end. */
void upload_data(struct request *request, const char *data, size_t *size);
void upload_end(struct request *request);

/* --- live pages (live.c) ------------------------------------------------------------------------
 */

/* Opens the stream for a request whose body is there; queues the answer. */
enum MHD_Result live_open(struct request *request);
/* An event came. */
void live_event(struct front *front, const Kernel__Event *event, const char *subject);
/* Events may have been missed: everything is asked for again. */
void live_missed(struct front *front);
/* What is due; returns the milliseconds until something will be. */
int live_run(struct front *front, dc_time now, int most_ms);
/* Ends every stream, so that browsers open it elsewhere. */
void live_end_all(struct front *front);
/* What a person may see changed. */
void live_person_changed(struct front *front, int64_t tenant_id, int64_t person_id);
/* A session ended. */
void live_session_ended(struct front *front, const char *session_id);

/* --- touch.c ------------------------------------------------------------------------------------
 */

/* Ids of units and people that an event's body names, sorted; count 0: it concerns everybody. */
size_t touch_ids(const Kernel__Event *event, struct dc_arena *arena, const int64_t **ret_ids);
bool touch_any(const int64_t *sorted, size_t count, const int64_t *wanted, size_t wanted_count);

#endif
