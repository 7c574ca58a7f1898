/*
 * router.c - the sockets and the loop. How the ROUTER is set up follows facts measured on libzmq
 * 4.3.4: MANDATORY, so that a full or vanished pipe is seen and not silently skipped; finite
 * LINGER; bounded frames and handshakes; the key read from the header frame, because the first
 * frame may have lost its metadata; heartbeats of our own.
 *
 * ROUTER does not tell that a connection is gone. Its monitor does, without saying whose; so each
 * session is then sent a PING, and the one whose pipe is no more is ended.
 */
#include "router.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/assert.h"
#include "edge/log.h"
#include "router_internal.h"

enum {
    MESSAGES_PER_LOOK = 1000,
    TICK_US = 50 * DC_MILLISECOND,       /* while something waits for its time */
    IDLE_TICK_US = 500 * DC_MILLISECOND, /* signs of life alone */
    GAUGES_US = DC_SECOND,
    LOOK_AT_FILE_US = DC_SECOND,
    PROBE_SOON_US = 5 * DC_MILLISECOND, /* the monitor is told before the pipe ends */
    PROBES = 3,
    HIGH_WATER = 10000, /* messages in a peer's pipe */
    LINGER_MS = 500,
    STAY_US = 300 * DC_MILLISECOND,
    HANDSHAKE_MS = 3000,
    FRAMES_MAX = 2, /* header and body */
    BACKLOG = 512,
};

/* --- sending ---------------------------------------------------------------------------------- */
static enum sent
send_routing(struct router *router, const void *routing, size_t size)
{
    router->look = true;
    if (zmq_send(router->socket, routing, size, ZMQ_SNDMORE | ZMQ_DONTWAIT) != -1) {
        return SENT;
    }
    return errno == EAGAIN ? FULL : GONE;
}

static void
send_copy(struct router *router, zmq_msg_t *frame, int flags)
{
    zmq_msg_t copy;
    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, frame);
    if (zmq_msg_send(&copy, router->socket, ZMQ_DONTWAIT | flags) == -1) {
        zmq_msg_close(&copy); /* the pipe ended in between; the next message tells */
    }
}

enum sent
router_send(struct router *router, struct session *session, zmq_msg_t *header, zmq_msg_t *body)
{
    if (session->vanished) {
        return GONE;
    }
    enum sent sent = send_routing(router, session->routing, session->routing_size);
    if (sent == GONE) {
        session->vanished = router->any_vanished = true;
    }
    if (sent == SENT) {
        send_copy(router, header, body ? ZMQ_SNDMORE : 0);
        if (body) {
            send_copy(router, body, 0);
        }
        session->sent_at = dc_monotonic();
    }
    return sent;
}

enum sent
router_say(struct router *router, struct session *session, const Bus__Envelope *envelope,
           zmq_msg_t *body)
{
    zmq_msg_t header;
    dc_bus_envelope_encode(envelope, &header);
    enum sent sent = router_send(router, session, &header, body);
    zmq_msg_close(&header);
    return sent;
}

void
router_say_stranger(struct router *router, const void *routing, size_t size,
                    const Bus__Envelope *envelope)
{
    if (send_routing(router, routing, size) == SENT) {
        zmq_msg_t header;
        dc_bus_envelope_encode(envelope, &header);
        send_copy(router, &header, 0);
        zmq_msg_close(&header);
    }
}

/* --- sessions ends ---------------------------------------------------------------------------- */
void
router_end(struct router *router, struct session *session)
{
    uint64_t id = session->id;
    fanout_gone(router->fanout, id);
    session->vanished = true; /* nothing more is sent to it */
    broker_gone(router->broker, id, dc_monotonic());
    sessions_end(router->sessions, session);
}

/* Ending one session answers others, whose connections may turn out to be gone as well. */
static void
end_vanished(struct router *router)
{
    while (router->any_vanished) {
        router->any_vanished = false;
        for (size_t i = 0; i < sessions_count(router->sessions);) {
            struct session *session = sessions_at(router->sessions, i);
            if (session->vanished) {
                router_end(router, session); /* another one takes its place in the list */
            } else {
                i++;
            }
        }
    }
}

static void
ping(struct router *router, struct session *session)
{
    Bus__Ping message = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &message;
    router_say(router, session, &envelope, NULL);
}

/* A peer that works on a request may be silent until the request's deadline and a little longer;
 * any other is taken for dead when it has said nothing for dead_ms. */
static void
judge(struct router *router, struct session *session, int64_t now)
{
    int64_t dead_us = (int64_t)router->options.dead_ms * DC_MILLISECOND;
    if (now - session->heard_at > dead_us &&
        now > broker_busy_until(router->broker, session->id) + dead_us) {
        gauges_count(GAUGES_SESSION_DEAD);
        session->vanished = router->any_vanished = true;
    } else if (now - session->sent_at >= (int64_t)router->options.heartbeat_ms * DC_MILLISECOND) {
        ping(router, session);
    }
}

/* --- peers ------------------------------------------------------------------------------------ */
static bool
is_known(void *context, const char *key)
{
    return peers_find(((struct router *)context)->peers, key) != NULL;
}

static void
reload(struct router *router)
{
    struct peers *peers;
    struct dc_error error;
    if (peers_load(&peers, router->options.peers_path, &error) != DC_OK) {
        if (strcmp(router->reload_failure, error.message) != 0) { /* not every second anew */
            dc_log_error(DC_LOG_ERROR, "the peers file was not taken over; the old one stands",
                         &error);
            snprintf(router->reload_failure, sizeof(router->reload_failure), "%s", error.message);
        }
        return;
    }
    struct peers *old = router->peers;
    router->peers = peers;
    router->reload_failure[0] = '\0';
    conversation_review(router, dc_monotonic());
    end_vanished(router);
    peers_free(old);
    gauges_count(GAUGES_RELOADED);
    char count[24];
    snprintf(count, sizeof(count), "%zu", peers_count(peers));
    dc_log(DC_LOG_INFO, "peers file taken over", DC_LOG_FIELDS({"peers", count}));
}

/* --- receiving -------------------------------------------------------------------------------- */
/* Reads one message. False: there is none. What has too many frames is read to its end. */
static bool
read_message(struct router *router, zmq_msg_t *routing, struct heard *heard)
{
    if (zmq_msg_recv(routing, router->socket, ZMQ_DONTWAIT) == -1) {
        return false;
    }
    zmq_msg_t beyond;
    zmq_msg_init(&beyond);
    bool more = zmq_msg_more(routing);
    while (more) {
        heard->frame_count++;
        zmq_msg_t *into = heard->frame_count == 1   ? &heard->frames.header
                          : heard->frame_count == 2 ? &heard->frames.body
                                                    : &beyond;
        if (zmq_msg_recv(into, router->socket, ZMQ_DONTWAIT) == -1) {
            break;
        }
        more = zmq_msg_more(into);
    }
    zmq_msg_close(&beyond);
    heard->routing = zmq_msg_data(routing);
    heard->routing_size = zmq_msg_size(routing);
    return true;
}

static bool
hear_one(struct router *router)
{
    struct heard heard = {0};
    zmq_msg_t routing;
    zmq_msg_init(&routing);
    dc_bus_frames_init(&heard.frames);
    bool got = read_message(router, &routing, &heard);
    if (got && heard.frame_count > 0) {
        heard.key = zmq_msg_gets(&heard.frames.header, "User-Id");
        dc_arena_reset(router->scratch, DC_BUS_HEADER_BUDGET);
        conversation_hear(router, &heard, dc_monotonic());
        if (router->any_vanished) {
            end_vanished(router);
        }
    }
    dc_bus_frames_release(&heard.frames);
    zmq_msg_close(&routing);
    return got;
}

static void
follow_monitor(struct router *router)
{
    uint16_t event[3];
    while (zmq_recv(router->monitor, event, sizeof(event), ZMQ_DONTWAIT) != -1) {
        char address[256];
        zmq_recv(router->monitor, address, sizeof(address), ZMQ_DONTWAIT);
        router->probes = PROBES;
        router->probe_at = dc_monotonic() + PROBE_SOON_US;
    }
}

/* --- time ------------------------------------------------------------------------------------- */
static void
probe(struct router *router, int64_t now)
{
    router->probes--;
    router->probe_at = router->probes ? now + (PROBES - router->probes) * 4 * PROBE_SOON_US : 0;
    for (size_t i = 0; i < sessions_count(router->sessions); i++) {
        ping(router, sessions_at(router->sessions, i));
    }
    end_vanished(router);
}

static int64_t
tick_us(const struct router *router)
{
    if (router->leave_at || broker_has_waiting(router->broker) || fanout_owes(router->fanout)) {
        return TICK_US;
    }
    int64_t half_beat = (int64_t)router->options.heartbeat_ms * DC_MILLISECOND / 2;
    return half_beat < IDLE_TICK_US ? half_beat : IDLE_TICK_US;
}

static void
tick(struct router *router, int64_t now)
{
    if (router->probe_at && now >= router->probe_at) {
        probe(router, now);
    }
    if (now - router->ticked_at >= tick_us(router)) {
        router->ticked_at = now;
        for (size_t i = 0; i < sessions_count(router->sessions); i++) {
            judge(router, sessions_at(router->sessions, i), now);
        }
        end_vanished(router);
        broker_tick(router->broker, now);
        fanout_tick(router->fanout);
        end_vanished(router);
    }
    if (now - router->gauged_at >= GAUGES_US) {
        router->gauged_at = now;
        gauges_update(router);
    }
    if (router->reload || now - router->looked_at >= LOOK_AT_FILE_US) {
        router->looked_at = now;
        if (router->reload || *router->reload_failure || peers_have_changed(router->peers)) {
            router->reload = false;
            reload(router);
        }
    }
}

/* --- the loop --------------------------------------------------------------------------------- */
static void
say_leaving(struct router *router)
{
    Bus__Bye bye = BUS__BYE__INIT;
    bye.leaving = true;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_BYE;
    envelope.bye = &bye;
    for (size_t i = 0; i < sessions_count(router->sessions); i++) {
        router_say(router, sessions_at(router->sessions, i), &envelope, NULL);
    }
    end_vanished(router);
}

static void
take_signals(struct router *router, int signal_fd)
{
    struct signalfd_siginfo info;
    while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP) {
            router->reload = true;
        } else if (!router->leave_at) {
            int64_t now = dc_monotonic();
            router->leave_at = now + (int64_t)router->options.drain_ms * DC_MILLISECOND;
            router->stay_until = now + STAY_US;
            broker_close(router->broker, now);
            say_leaving(router);
            dc_log(DC_LOG_INFO, "leaving: waiting for answers under way", DC_LOG_NO_FIELDS);
        }
    }
}

/* The bus stays a moment longer than it has work: requests that are on their way are still heard
 * and refused, so that their callers try another instance, and the last answers reach the wire. */
static bool
has_left(struct router *router)
{
    int64_t now = dc_monotonic();
    if (router->leave_at && broker_in_hand(router->broker) > 0) {
        router->stay_until = now + STAY_US;
    }
    return router->leave_at && (now >= router->stay_until || now >= router->leave_at);
}

/* Empties the socket, up to so many messages. */
static void
hear_all(struct router *router)
{
    int heard = 0;
    while (heard < MESSAGES_PER_LOOK && hear_one(router)) {
        heard++;
    }
    router->look = heard == MESSAGES_PER_LOOK;
}

static int
descriptor_of(void *socket)
{
    int fd = -1;
    size_t size = sizeof(fd);
    zmq_getsockopt(socket, ZMQ_FD, &fd, &size);
    return fd;
}

/* poll() on libzmq's descriptors, and not zmq_poll(), which makes a system call for each socket
 * before and after the wait. Such a descriptor speaks once, so what it stands for is read until it
 * is empty, and read again after it was used. */
void
router_run(struct router *router, int signal_fd)
{
    enum { SOCKET, ZAP, MONITOR, SIGNAL, WATCHED };
    struct pollfd watched[WATCHED] = {
        [SOCKET] = {descriptor_of(router->socket), POLLIN, 0},
        [ZAP] = {descriptor_of(zap_socket(router->zap)), POLLIN, 0},
        [MONITOR] = {descriptor_of(router->monitor), POLLIN, 0},
        [SIGNAL] = {signal_fd, POLLIN, 0},
    };
    router->look = true;
    zap_serve(router->zap);
    follow_monitor(router);
    while (!has_left(router)) {
        int wait = router->probe_at ? 5 : (int)(tick_us(router) / DC_MILLISECOND);
        if (poll(watched, WATCHED, router->look ? 0 : wait) == -1) {
            continue; /* a signal */
        }
        if (watched[ZAP].revents) {
            zap_serve(router->zap);
        }
        if (watched[MONITOR].revents) {
            follow_monitor(router);
        }
        if (watched[SOCKET].revents || router->look) {
            hear_all(router);
        }
        if (watched[SIGNAL].revents) {
            take_signals(router, signal_fd);
        }
        tick(router, dc_monotonic());
    }
}

/* --- opening ---------------------------------------------------------------------------------- */
static enum dc_code
set_int(void *socket, int option, int value, struct dc_error *error)
{
    if (zmq_setsockopt(socket, option, &value, sizeof(value)) != 0) {
        return dc_fail(error, DC_INTERNAL, "cannot set socket option %d: %s", option,
                       zmq_strerror(errno));
    }
    return DC_OK;
}

static enum dc_code
configure(struct router *router, struct dc_error *error)
{
    void *socket = router->socket;
    static const struct {
        int option, value;
    } rows[] = {
        {ZMQ_LINGER, LINGER_MS},  {ZMQ_ROUTER_MANDATORY, 1},         {ZMQ_SNDHWM, HIGH_WATER},
        {ZMQ_RCVHWM, HIGH_WATER}, {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS}, {ZMQ_CURVE_SERVER, 1},
        {ZMQ_BACKLOG, BACKLOG},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        DC_TRY(set_int(socket, rows[i].option, rows[i].value, error));
    }
    int64_t largest = DC_BUS_BODY_MAX;
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, router->options.secret_key,
                       strlen(router->options.secret_key) + 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) != 0) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "cannot set up the socket: %s",
                       zmq_strerror(errno));
    }
    return DC_OK;
}

static enum dc_code
open_port(struct router *router, struct dc_error *error)
{
    router->socket = zmq_socket(dc_bus_context(), ZMQ_ROUTER);
    router->monitor = zmq_socket(dc_bus_context(), ZMQ_PAIR);
    if (!router->socket || !router->monitor) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "cannot make a socket: %s",
                       zmq_strerror(errno));
    }
    DC_TRY(configure(router, error));
    if (zmq_socket_monitor(router->socket, "inproc://router-monitor", ZMQ_EVENT_DISCONNECTED) !=
            0 ||
        zmq_connect(router->monitor, "inproc://router-monitor") != 0) {
        return dc_fail(error, DC_INTERNAL, "cannot watch the socket: %s", zmq_strerror(errno));
    }
    for (const char *const *listen = router->options.listen; *listen; listen++) {
        bool ipv6 = strchr(*listen, '[') || strchr(*listen, '*');
        DC_TRY(set_int(router->socket, ZMQ_IPV6, ipv6, error));
        if (zmq_bind(router->socket, *listen) != 0) {
            return dc_fail(error, DC_UNAVAILABLE, "cannot listen on %s: %s", *listen,
                           zmq_strerror(errno));
        }
        char endpoint[256];
        size_t size = sizeof(endpoint);
        zmq_getsockopt(router->socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
        dc_text_printf(&router->endpoints, "%s%s", router->endpoints.length ? " " : "", endpoint);
    }
    return DC_OK;
}

enum dc_code
router_open(struct router **ret_router, const struct router_options *options,
            struct dc_error *error)
{
    DC_AUTO(router) struct router *router = calloc(1, sizeof(*router));
    DC_ASSERT(router);
    router->options = *options;
    router->began_at = router->ticked_at = router->looked_at = dc_monotonic();
    router->scratch = dc_arena_new(DC_BUS_HEADER_BUDGET);
    router->again = dc_arena_new(DC_BUS_HEADER_BUDGET);
    router->sessions = sessions_new();
    router->broker = broker_new(&options->limits, &conversation_broker_effects, router);
    router->fanout = fanout_new(&conversation_fanout_effects, router);
    DC_TRY(peers_load(&router->peers, options->peers_path, error));
    zmq_ctx_set(dc_bus_context(), ZMQ_IO_THREADS, options->io_threads); /* before any socket */
    DC_TRY(zap_open(&router->zap, is_known, router, error));
    DC_TRY(zap_self_test(router->zap, options->secret_key, error));
    DC_TRY(open_port(router, error));
    *ret_router = DC_TAKE(router);
    return DC_OK;
}

void
router_free(struct router *router)
{
    if (!router) {
        return;
    }
    if (router->socket) {
        zmq_socket_monitor(router->socket, NULL, 0);
        zmq_close(router->socket);
    }
    if (router->monitor) {
        int none = 0;
        zmq_setsockopt(router->monitor, ZMQ_LINGER, &none, sizeof(none));
        zmq_close(router->monitor);
    }
    zap_free(router->zap);
    broker_free(router->broker);
    fanout_free(router->fanout);
    sessions_free(router->sessions);
    peers_free(router->peers);
    dc_arena_free(router->scratch);
    dc_arena_free(router->again);
    dc_text_release(&router->endpoints);
    free(router);
}

/* --- facts ------------------------------------------------------------------------------------ */
const char *
router_endpoints(const struct router *router)
{
    return dc_text_cstr(&router->endpoints);
}

const struct broker *
router_broker(const struct router *router)
{
    return router->broker;
}

const struct fanout *
router_fanout(const struct router *router)
{
    return router->fanout;
}

const struct sessions *
router_sessions(const struct router *router)
{
    return router->sessions;
}

const struct peers *
router_peers(const struct router *router)
{
    return router->peers;
}

const char *
router_name(const struct router *router)
{
    return router->options.name;
}

int64_t
router_began_at(const struct router *router)
{
    return router->began_at;
}

uint64_t
router_strangers(const struct router *router)
{
    return zap_refused(router->zap);
}
