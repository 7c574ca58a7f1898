/*
 * follow.h - follows streams of events whole: live as the bus pushes them, from any earlier place
 * by reading the publishers' logs, without hole or double, in the order of the streams.
 *
 * Each stream is heard whole (and filtered here), so that the overall numbers of what comes are
 * dense: a number that is the next one is taken, an older one was had already, and a later one
 * means a loss, which is read from the log. So are the losses that only a heartbeat, a BEHIND or a
 * new connection tells of. Services that do not answer for a while are asked again, for ever.
 *
 * A `struct dc_follow` belongs to the thread of its bus connection, and takes all that comes over
 * it: beside it only dc_bus_call may be used there. Where it is in each stream is the caller's to
 * keep (dc_follow_place, dc_follow_seek); nothing here is durable. Memory is bounded: an answer of
 * each log (4 MiB), and FOLLOW_LIVE_BYTES of events that came while one was read.
 *
 * The peer must be allowed to hear "<stream>.>" and "_log.<stream>", and to call "<stream>.log".
 */
#ifndef DC_EDGE_FOLLOW_H
#define DC_EDGE_FOLLOW_H

#include "edge/bus.h"

struct dc_follow;

/* Subscribes. Patterns ("scoring.>", "goals.PlanChanged") begin with the name of a stream, 1 to 64
 * of at most 31 streams; copied, as is nothing else of `bus`, which must outlive it. tenant_id 0:
 * every tenant's events. Streams begin at their end unless told otherwise before the first
 * dc_follow_next. */
enum dc_code dc_follow_open(struct dc_follow **ret_follow, struct dc_bus *bus,
                            const char *const *patterns /* NULL-ended */, int64_t tenant_id,
                            struct dc_error *error) DC_MUST_CHECK;
/* Ends the subscription, not the connection. */
void dc_follow_free(struct dc_follow *follow);
DC_DEFINE_AUTO(dc_follow)

size_t dc_follow_count(const struct dc_follow *follow);
const char *dc_follow_stream(const struct dc_follow *follow, size_t index); /* its name */

/* A place in a stream: everything up to `number` (overall) is done. Epoch 0: whatever it is. */
struct dc_place {
    int64_t epoch;
    int64_t number;
};
/* Goes on behind `place`. Now, or at any time: what was at hand of the stream is dropped. */
void dc_follow_seek(struct dc_follow *follow, size_t index, struct dc_place place);
/* Begins with the first event at or after the instant; at_us 0 = the end of the stream. */
void dc_follow_seek_time(struct dc_follow *follow, size_t index, int64_t at_us);
/* Up to what dc_follow_next handed out last, and what it passed over since. False: not known yet
 * (it begins at the end, or at a time, and the log has not said where that is). */
bool dc_follow_place(const struct dc_follow *follow, size_t index, struct dc_place *ret_place);

/*
 * The next event, waited for up to timeout_ms (0: what is at hand); it lives until the next call.
 * NULL: there was none in that time. Failures that waiting does not mend are told, and the stream
 * they are of rests for some seconds before it is tried again; the others go on:
 *   PERMISSION_DENIED, UNAUTHENTICATED   what the peers file does not allow (any more)
 *   OUT_OF_RANGE                         the place is older than what the log keeps
 *   FAILED_PRECONDITION                  the stream was restored to an older copy than the place
 * The message names the stream. For the last two, dc_follow_seek goes on elsewhere.
 */
enum dc_code dc_follow_next(struct dc_follow *follow, int timeout_ms,
                            const Kernel__Event **ret_event, struct dc_error *error) DC_MUST_CHECK;
/* Nothing is known to be left that was not handed out. */
bool dc_follow_is_level(const struct dc_follow *follow);

#endif
