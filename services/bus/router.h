/*
 * router.h - the bus itself: one ROUTER, what it hears and what it says. Requests are decided by
 * broker.c, events by fanout.c, permissions by peers.c; here are the sockets, the sessions and the
 * loop, all in one thread.
 */
#ifndef DC_BUS_ROUTER_H
#define DC_BUS_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "broker.h"
#include "fanout.h"
#include "peers.h"
#include "sessions.h"

struct router_options {
    const char *const *listen; /* "tcp://0.0.0.0:7100", "ipc://..."; NULL-ended */
    const char *secret_key;
    const char *peers_path;
    const char *name; /* of this instance, for people */
    struct broker_limits limits;
    int heartbeat_ms, dead_ms, drain_ms;
    int io_threads; /* that encrypt and move bytes */
};

struct router;

/* Reads the peers, starts ZAP, proves that strangers are refused, then opens the port. */
enum dc_code router_open(struct router **ret_router, const struct router_options *options,
                         struct dc_error *error) DC_MUST_CHECK;
void router_free(struct router *router);
DC_DEFINE_AUTO(router)
/* The endpoints as they are really bound, separated by spaces. */
const char *router_endpoints(const struct router *router);

/* Serves until SIGTERM or SIGINT comes over `signal_fd` (a signalfd), then drains. SIGHUP reloads
 * the peers file, as does a change of it. */
void router_run(struct router *router, int signal_fd);

/* For status.c and gauges.c. */
const struct broker *router_broker(const struct router *router);
const struct fanout *router_fanout(const struct router *router);
const struct sessions *router_sessions(const struct router *router);
const struct peers *router_peers(const struct router *router);
const char *router_name(const struct router *router);
int64_t router_began_at(const struct router *router);
uint64_t router_strangers(const struct router *router); /* connections refused */

/* --- status.c: the service "bus"
 * ------------------------------------------------------------------- */
/* Answers a request to BusService; `ret_body` in the arena. */
enum dc_code status_answer(const struct router *router, const char *method, const uint8_t *body,
                           size_t size, struct dc_arena *arena, uint8_t **ret_body,
                           size_t *ret_size, struct dc_error *error) DC_MUST_CHECK;

/* --- gauges.c: metrics
 * ------------------------------------------------------------------------------ */
void gauges_update(const struct router *router);
enum gauges_count {
    GAUGES_MALFORMED,   /* messages that are not of the protocol */
    GAUGES_DENIED,      /* said or asked without permission */
    GAUGES_ANSWER_LOST, /* an answer found no room in the caller's pipe */
    GAUGES_SESSION_DEAD,
    GAUGES_RELOADED,
    GAUGES_COUNTS
};
void gauges_count(enum gauges_count what);

#endif
