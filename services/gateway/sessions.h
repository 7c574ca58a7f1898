/*
 * sessions.h - what org said of a token, kept for a short time, for all threads.
 *
 * Kept are only sessions that may do everything: one that has to change its password first is asked
 * for each time. An entry is dropped at once when an event ends the session or changes its grants;
 * the time to live bounds what a lost event can do. Tokens themselves are not kept, only hashes.
 */
#ifndef GATEWAY_SESSIONS_H
#define GATEWAY_SESSIONS_H

#include <dacheng/org/v1/org.pb-c.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/time.h"

struct sessions;
struct sessions *sessions_new(dc_time time_to_live);
void sessions_free(struct sessions *sessions);
DC_DEFINE_AUTO(sessions)

/* A copy of the context, in `arena`. now: dc_monotonic(). NULL: not known, ask org. */
Kernel__Context *sessions_find(struct sessions *sessions, const char *token, dc_time now,
                               struct dc_arena *arena);

/* Grows whenever something is dropped. An answer of org is only kept when this has not changed
 * since the question was sent: it may be older than the event. */
uint64_t sessions_generation(struct sessions *sessions);
/* wall: dc_now(), against the session's own end. */
void sessions_keep(struct sessions *sessions, const char *token, const Org__ResolveResponse *answer,
                   uint64_t generation, dc_time now, dc_time wall);

void sessions_end(struct sessions *sessions, const char *session_id);
void sessions_forget_token(struct sessions *sessions, const char *token);
void sessions_forget_person(struct sessions *sessions, int64_t tenant_id, int64_t person_id);
void sessions_clear(struct sessions *sessions);
/* Frees what has outlived its time; now and then. */
void sessions_sweep(struct sessions *sessions, dc_time now);
size_t sessions_count(struct sessions *sessions);

#endif
