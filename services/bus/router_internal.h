/* router_internal.h - what router.c (sockets, loop, time) and conversation.c (what is said and
 * answered) share. */
#ifndef DC_BUS_ROUTER_INTERNAL_H
#define DC_BUS_ROUTER_INTERNAL_H

#include "edge/bus_internal.h"
#include "router.h"
#include "zap.h"

struct router {
    struct router_options options; /* listen and texts are the caller's */
    void *socket, *monitor;
    struct zap *zap;
    struct peers *peers;
    struct sessions *sessions;
    struct broker *broker;
    struct fanout *fanout;
    struct dc_arena *scratch;  /* of the header in hand */
    struct dc_arena *again;    /* of a header that waited in a queue */
    const void *asked_payload; /* the request that is being asked, and its header in `scratch` */
    const Bus__Request *asked_request;
    struct dc_text endpoints;
    char reload_failure[DC_ERROR_MESSAGE_MAX];         /* as it was logged last */
    int64_t began_at, ticked_at, gauged_at, looked_at; /* dc_monotonic() */
    int64_t told_at;                                   /* its own health */
    int64_t probe_at;                                  /* 0: none; when to see who is gone */
    int probes;                                        /* still to be made */
    int64_t leave_at;                                  /* 0: not leaving */
    int64_t stay_until; /* leaving, but not before */
    bool any_vanished;
    bool reload;
    bool look; /* the socket was used since it was seen empty: its descriptor may have spoken */
};

/* --- router.c
 * ---------------------------------------------------------------------------------------- */
enum sent { SENT, FULL, GONE };
/* Sends header and body (may be NULL), which stay the caller's; the bytes are shared. GONE marks
 * the session as vanished; router.c ends it when nobody holds it. */
enum sent router_send(struct router *router, struct session *session, zmq_msg_t *header,
                      zmq_msg_t *body);
enum sent router_say(struct router *router, struct session *session, const Bus__Envelope *envelope,
                     zmq_msg_t *body);
/* To a routing id that has no session. */
void router_say_stranger(struct router *router, const void *routing, size_t size,
                         const Bus__Envelope *envelope);
void router_end(struct router *router, struct session *session);

/* --- conversation.c
 * ----------------------------------------------------------------------------------- */
extern const struct broker_effects conversation_broker_effects;
extern const struct fanout_effects conversation_fanout_effects;

struct heard { /* one message as it came */
    const void *routing;
    size_t routing_size;
    const char *key; /* of the connection; NULL: none, which cannot be */
    struct dc_bus_frames frames;
    int frame_count; /* without the routing id; more than 2 were dropped */
};
void conversation_hear(struct router *router, struct heard *heard, int64_t now);
void conversation_error(struct router *router, struct session *session, enum dc_code code,
                        const char *about, const char *what, const char *message);
/* Tells everyone who hears "_health.bus" what this instance says of itself. */
void conversation_tell_health(struct router *router);
/* Permissions have changed: sessions lose what they may no longer have. */
void conversation_review(struct router *router, int64_t now);

#endif
