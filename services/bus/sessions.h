/*
 * sessions.h - the conversations of this instance: who is behind which routing id of the ROUTER.
 *
 * A session begins with HELLO and is bound to the key that said it; it has a number that is never
 * used again. A connection that says HELLO again gets a new session.
 */
#ifndef DC_BUS_SESSIONS_H
#define DC_BUS_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "edge/bus.h"
#include "edge/bus_wire.h"
#include "peers.h"

enum { ROUTING_MAX = 255 };

struct session {
    struct session *next_by_routing, *next_by_id;
    uint64_t id;
    uint8_t routing[ROUTING_MAX];
    uint8_t routing_size;
    char key[DC_BUS_KEY_TEXT];
    const struct peer *peer; /* of the peers file as it is now */
    char instance[DC_BUS_INSTANCE_MAX + 1];
    int64_t began_at, heard_at, sent_at; /* dc_monotonic() */
    bool offers;                         /* said READY */
    bool vanished;                       /* its connection is gone; to be ended */
    size_t position;                     /* in the list */
};

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);
DC_DEFINE_AUTO(sessions)

struct session *sessions_begin(struct sessions *sessions, const void *routing, size_t size,
                               const char *key, int64_t now);
void sessions_end(struct sessions *sessions, struct session *session);
struct session *sessions_by_routing(const struct sessions *sessions, const void *routing,
                                    size_t size); /* NULL: none */
struct session *sessions_by_id(const struct sessions *sessions, uint64_t id);
size_t sessions_count(const struct sessions *sessions);
struct session *sessions_at(const struct sessions *sessions, size_t position);

#endif
