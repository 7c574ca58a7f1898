/*
 * dacheng.h - libdacheng: programs of other teams hear what happens in Dacheng, and ask it.
 *
 *     struct dacheng *dacheng;
 *     struct dacheng_error error;
 *     struct dacheng_options options = {sizeof(options), .endpoints = "tcp://bus:7100",
 *         .key_file = "subscriber.key", .server_key_file = "bus.pub"};
 *     if (dacheng_open(&dacheng, &options, &error) != DACHENG_OK) { ... error.message ... }
 *
 * Units      Times are microseconds since 1970 UTC; waits are milliseconds.
 * Bounds     A request or answer has at most 36 MiB, an event 1 MiB. Following keeps at most some
 *            20 MiB in memory, however far behind it is; every function returns within its time.
 * Ownership  What a function returns through `ret_...` is the caller's, to be freed as said there;
 *            events belong to the subscription and live until its next function is called.
 *            Options and texts are read during the call only. close/unsubscribe/free take NULL.
 * Errors     Functions return DACHENG_OK or a code; results are written only on success, `error`
 *            (may be NULL) only on failure. What may pass by itself is retried inside.
 * Threads    A connection and its subscription belong to one thread at a time. Several threads open
 *            several connections. Threads of the library's own (ZeroMQ's, and one that looks up
 *            names) end with the last connection. It catches no signals, writes nothing to standard
 *            error, and must not be used on both sides of a fork().
 * Alive      The bus takes a subscriber for dead that calls nothing for some seconds. That costs
 *            nothing but time: the next call connects again, and what was missed is read.
 * Versions   Options begin with their size, so that a program built for an older header goes on.
 *
 * What a peer may call and hear stands in the bus's peers file (deploy/config/peers.yaml). To
 * follow the stream "scoring" it needs   hear: ["scoring.>", _log.scoring]   call: [scoring.log]
 */
#ifndef DACHENG_H
#define DACHENG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default) /* the rest of the library is not seen from outside */
#endif

#define DACHENG_VERSION 1 /* of this interface; the number of the shared object */

/* The canonical RPC codes. */
enum dacheng_code {
    DACHENG_OK = 0,
    DACHENG_CANCELLED = 1,
    DACHENG_UNKNOWN = 2,
    DACHENG_INVALID_ARGUMENT = 3,    /* the request, a pattern, a key, an option is not valid */
    DACHENG_DEADLINE_EXCEEDED = 4,   /* nothing came in the time that was given */
    DACHENG_NOT_FOUND = 5,
    DACHENG_ALREADY_EXISTS = 6,
    DACHENG_PERMISSION_DENIED = 7,   /* the peers file, or the service, does not allow it */
    DACHENG_RESOURCE_EXHAUSTED = 8,
    DACHENG_FAILED_PRECONDITION = 9, /* of a stream: restored to an older copy than our position */
    DACHENG_ABORTED = 10,
    DACHENG_OUT_OF_RANGE = 11,       /* of a stream: older than what its log keeps */
    DACHENG_UNIMPLEMENTED = 12,
    DACHENG_INTERNAL = 13,
    DACHENG_UNAVAILABLE = 14,        /* no bus, or nobody there who answers */
    DACHENG_DATA_LOSS = 15,
    DACHENG_UNAUTHENTICATED = 16     /* the bus does not know our key (any more) */
};

struct dacheng_error {
    int code;           /* enum dacheng_code */
    char field[96];     /* of the request or the options, that it is about; or "" */
    char message[768];  /* what, where, and what is allowed; UTF-8 */
};

const char *dacheng_code_name(int code); /* "permission_denied" */

/* --- connection ------------------------------------------------------------------------------- */
struct dacheng;

struct dacheng_options {
    size_t size;                 /* sizeof(struct dacheng_options) */
    const char *endpoints;       /* "tcp://bus1:7100,tcp://bus2:7100": every bus, 1 to 8 */
    const char *key_file;        /* our secret key: one line of 40 characters */
    const char *server_key_file; /* the bus's public key, likewise */
    const char *name;            /* how operators see us, up to 100 bytes; NULL = "libdacheng" */
    int timeout_ms;              /* for the first connection; 0 = 5000 */
};

/* Returns when one bus has let us in. UNAUTHENTICATED: it refused the key. UNAVAILABLE: none was
 * reached in time. After that, connections that break are made again by themselves. */
int dacheng_open(struct dacheng **ret_dacheng, const struct dacheng_options *options,
                 struct dacheng_error *error);
/* Ends its subscription too. */
void dacheng_close(struct dacheng *dacheng);

/* --- requests --------------------------------------------------------------------------------- */
struct dacheng_call_options {
    size_t size;                 /* sizeof(struct dacheng_call_options) */
    int timeout_ms;              /* 1..600000; 0 = 10000 */
    int64_t tenant_id;           /* in which tenant; 0 = in none */
    const char *idempotency_key; /* a command with the same key is carried out once; NULL = none */
};

/* One request in JSON. `method` is "scoring/GetUnit", or in full "dacheng.scoring.v1.
 * ScoringService/GetUnit"; "goals.log/Read" asks a log. `options` may be NULL. The answer is ended
 * by NUL and freed with dacheng_free. UNAVAILABLE and DEADLINE_EXCEEDED may be asked again, a
 * command only with its idempotency key. */
int dacheng_call_json(struct dacheng *dacheng, const char *method, const char *json,
                      const struct dacheng_call_options *options, char **ret_json,
                      struct dacheng_error *error);
/* The same with packed protobuf messages: service "scoring", method in full. */
int dacheng_call(struct dacheng *dacheng, const char *service, const char *method,
                 const void *body, size_t body_size, const struct dacheng_call_options *options,
                 void **ret_body, size_t *ret_size, struct dacheng_error *error);
void dacheng_free(void *memory);

/* --- events ----------------------------------------------------------------------------------- */
struct dacheng_subscription;

enum dacheng_from {
    DACHENG_FROM_END = 0,    /* what happens from now on */
    DACHENG_FROM_NUMBER = 1, /* from `number` on; 1 = from the beginning */
    DACHENG_FROM_TIME = 2    /* from the first event at or after `at_us` */
};

struct dacheng_subscribe_options {
    size_t size;                 /* sizeof(struct dacheng_subscribe_options) */
    const char *const *patterns; /* NULL-ended, 1..64: "scoring.>", "goals.PlanChanged" */
    int64_t tenant_id;           /* of one tenant only; 0 = of all */
    int from;                    /* enum dacheng_from, where no position is known */
    int64_t number;              /* from 1: the overall number in each stream */
    int64_t at_us;
    const char *position_file;   /* keeps the position from run to run; NULL = the caller does */
};

/* An event is delivered at least once, in the order of its stream, without a hole. (stream, epoch,
 * partition, number) is its identity, by which one that comes again is known. */
struct dacheng_event {
    const char *stream;      /* "scoring" */
    const char *type;        /* "ScoresChanged" */
    int64_t epoch;           /* grows when the stream was restored to an older copy */
    int64_t overall;         /* number in the stream, from 1 */
    int32_t partition;       /* 0..15 */
    int64_t number;          /* within the partition, from 1 */
    int64_t tenant_id;
    const char *key;         /* what the order is kept for: "scores/17" */
    int64_t at_us;           /* when it happened */
    const void *body;        /* the packed message dacheng.<stream>.v1.<type> */
    size_t body_size;
    const char *actor;       /* account that caused it, or "" */
    const char *cause;       /* idempotency key or event that led to it, or "" */
    const char *traceparent; /* W3C trace context, or "" */
    const void *origin;      /* the library's own */
};

/* A connection has one subscription at a time. With a position file, streams that stand in it go on
 * there, others begin at `from`. The file is locked (beside it, FILE.lock): FAILED_PRECONDITION
 * while another subscription uses it. */
int dacheng_subscribe(struct dacheng *dacheng, const struct dacheng_subscribe_options *options,
                      struct dacheng_subscription **ret_subscription,
                      struct dacheng_error *error);
void dacheng_unsubscribe(struct dacheng_subscription *subscription);

/*
 * The next event, waited for up to timeout_ms (0: what is at hand). DEADLINE_EXCEEDED: there was
 * none. Losses, falling behind, a bus or service that is away: all mended inside. Other failures
 * are told again every few seconds while they last, other streams go on meanwhile:
 * PERMISSION_DENIED and UNAUTHENTICATED (the peers file), OUT_OF_RANGE (too old: resync, then
 * dacheng_seek), FAILED_PRECONDITION (restored to an older copy than our position: likewise).
 */
int dacheng_next(struct dacheng_subscription *subscription, int timeout_ms,
                 const struct dacheng_event **ret_event, struct dacheng_error *error);
/* The event's body as JSON, freed with dacheng_free; UNIMPLEMENTED when its type is newer than the
 * library (the packed body is there all the same). */
int dacheng_event_json(const struct dacheng_event *event, char **ret_json,
                       struct dacheng_error *error);

/* Up to and with the event that dacheng_next returned last. To be kept together with the event's
 * effects, in their transaction, an event then has its effect exactly once. */
struct dacheng_position {
    int64_t epoch;
    int64_t number; /* overall; 0 = before the first */
};
/* UNAVAILABLE: the stream has not told where it is yet. NOT_FOUND: the stream is not followed. */
int dacheng_position(struct dacheng_subscription *subscription, const char *stream,
                     struct dacheng_position *ret_position, struct dacheng_error *error);
/* Goes on behind a position that was kept, now or at any time. */
int dacheng_seek(struct dacheng_subscription *subscription, const char *stream,
                 const struct dacheng_position *position, struct dacheng_error *error);
/* Writes the position file: whole or not at all, and flushed to the disk. Everything that
 * dacheng_next has returned counts as done. */
int dacheng_save(struct dacheng_subscription *subscription, struct dacheng_error *error);

/* Calls `handle` for each event until it answers other than 0, or something fails that waiting does
 * not mend. ret_answer: what it answered; the event of that answer counts as not done. With a
 * position file the position is saved when nothing is waiting, every second or 256 events in
 * between, and at the end; so after a crash at most as many come again. */
typedef int dacheng_handle(const struct dacheng_event *event, void *context);
int dacheng_run(struct dacheng_subscription *subscription, dacheng_handle *handle, void *context,
                int *ret_answer, struct dacheng_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
