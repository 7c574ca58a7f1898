/*
 * consumer_internal.h - one consumer thread: what it knows of each partition of each stream that
 * the service hears. Shared by consumer.c (sharing and the loop), reader.c (hearing and reading),
 * reaction.c (applying), parking.c (what could not be applied).
 */
#ifndef DC_SERVICE_CONSUMER_INTERNAL_H
#define DC_SERVICE_CONSUMER_INTERNAL_H

#include "service/service_internal.h"

struct dc_heard { /* an event of the current round, in the thread's arena */
    struct dc_heard *next;
    const Kernel__Event *event;
};

struct dc_part {
    struct dc_consumer *consumer;
    const char *stream;
    int partition;
    bool mine;          /* we hold its advisory lock */
    bool stopped;       /* cannot go on without an operator: ahead of the log, or older than it */
    int64_t epoch;      /* of the position */
    int64_t number;     /* applied up to here */
    int64_t last;       /* known to exist */
    int64_t next_epoch; /* of the events at hand; differs from `epoch` when a new one was entered */
    bool doubtful;      /* a heartbeat does not fit: only the log can say whether we do */
    int64_t behind_since;              /* wall clock; 0: not behind */
    uint64_t request;                  /* reading under way; 0: none */
    int64_t asked_epoch, asked_number; /* where the position stood when it was asked */
    int64_t not_before;                /* dc_monotonic(): backing off until then */
    int64_t failing;                   /* number of the event that fails, 0: none */
    int attempts;    /* of that event, or of the batch when its failure is retryable */
    bool has_parked; /* keys of this partition are parked: decide event by event */
    struct dc_heard *first, **end; /* heard in this round, in order, continuing `number` */
    size_t heard;
    struct dc_lag *lag; /* the shared copy of what others may ask */
    struct dc_gauge *lag_events, *lag_seconds, *stopped_gauge;
    struct dc_counter *applied, *failed;
    struct dc_histogram *age; /* of events when they are applied */
};

struct dc_heard_stream {
    const char *name;
    uint64_t position_request;
    bool wants_position; /* events may have been missed: ask where the log ends */
    struct dc_part parts[DC_PARTITIONS];
};

struct dc_consumer {
    struct dc_thread *thread;
    struct dc_heard_stream *streams;
    size_t stream_count;
    int64_t member;      /* our number in the group; 0: not joined */
    char group_name[80]; /* of the advisory locks that mark living members */
    int64_t session;        /* of the thread's, in which the locks are held */
    char group_subject[80]; /* a member came or went */
    bool unshared;          /* something that is ours is still somebody else's */
    int64_t shared_at, redriven_at, reported_at;
    int reads_under_way;
    struct dc_gauge *parked;
    struct dc_histogram *batch_seconds;
};

/* --- reader.c: hearing and reading -------------------------------------------------------------
 */
void dc_reader_subscribe(struct dc_consumer *consumer);
/* Takes what came from the bus into the partitions' lists; bounded by a round's budget. */
void dc_reader_take(struct dc_consumer *consumer);
/* Asks the logs for what is missing. */
void dc_reader_ask(struct dc_consumer *consumer);
/* Something is still missing: look again soon. */
bool dc_reader_waits(const struct dc_consumer *consumer);

/* --- reaction.c: applying ----------------------------------------------------------------------
 */
/* Applies the part's events of this round, in one transaction when all goes well. */
void dc_part_apply(struct dc_part *part);
/* One event's reactions, inside a transaction. */
enum dc_code dc_part_react(struct dc_part *part, struct dc_step *step, const Kernel__Event *event,
                           struct dc_error *error) DC_MUST_CHECK;
/* A step of the consumer, for an event or a batch. */
void dc_part_step(struct dc_part *part, struct dc_step *step, const Kernel__Event *event);

/* --- parking.c ----------------------------------------------------------------------------------
 */
/* The partition's parked keys, with its position held until the end of the transaction. */
struct dc_parked_keys {
    const char **keys;
    size_t count;
};
enum dc_code dc_parking_load(struct dc_part *part, struct dc_parked_keys *ret_keys,
                             struct dc_error *error) DC_MUST_CHECK;
bool dc_parking_has(const struct dc_parked_keys *keys, const char *key);
/* Inside a transaction. */
enum dc_code dc_parking_park(struct dc_part *part, const Kernel__Event *event, const char *reason,
                             int attempts, struct dc_error *error) DC_MUST_CHECK;
/* Tries again what an operator asked for, and counts what is parked. */
enum dc_code dc_parking_redrive(struct dc_consumer *consumer, struct dc_error *error) DC_MUST_CHECK;

/* --- consumer.c ---------------------------------------------------------------------------------
 */
struct dc_heard_stream *dc_consumer_stream(struct dc_consumer *consumer, const char *name);
/* Writes the step's events, moves the position by compare-and-set, and commits. */
enum dc_code dc_part_move(struct dc_part *part, int64_t number, dc_time event_at,
                          struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
void dc_part_moved(struct dc_part *part, int64_t number, dc_time event_at);
/* The position in the database is not what we think: take it from there. */
void dc_part_disown(struct dc_part *part);
void dc_part_stop(struct dc_part *part, const char *reason);
void dc_part_go_on(struct dc_part *part);

#endif
