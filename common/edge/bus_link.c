/*
 * bus_link.c - one connection to one instance of the bus: a DEALER and its monitor.
 *
 * The monitor tells when a connection was authenticated (then HELLO is said) and when it broke
 * (then what was on its way is lost, at once and not after a timeout). libzmq reconnects by
 * itself; a link that gets no WELCOME for a while is closed and opened anew, because libzmq gives
 * up after a refused handshake, and the refusal may end when the bus reloads its peers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/bus_internal.h"

enum {
    HEARTBEAT_US = 1000 * DC_MILLISECOND, /* until WELCOME says otherwise */
    DEAD_US = 5000 * DC_MILLISECOND,
    HELLO_AGAIN_US = 500 * DC_MILLISECOND,
    OPEN_ANEW_US = 5 * DC_SECOND,
    HIGH_WATER = 20000, /* messages in a pipe */
    READ_MAX = 512,     /* messages per look, so that no link starves the others */
    LINGER_MS = 1000,
    UNSETTLED_US = 200 * DC_MILLISECOND, /* how often a link is looked at that does not stand */
    RECONNECT_MS = 50,
    RECONNECT_MAX_MS = 500,
    HANDSHAKE_MS = 3000,
};

/* --- parcels ------------------------------------------------------------------------------------
 */
struct dc_bus_parcel *
dc_bus_parcel_new(enum dc_bus_kind kind)
{
    struct dc_bus_parcel *parcel = calloc(1, sizeof(*parcel));
    DC_ASSERT(parcel);
    dc_bus_frames_init(&parcel->frames);
    parcel->kind = kind;
    return parcel;
}

void
dc_bus_parcel_free(struct dc_bus_parcel *parcel)
{
    if (parcel) {
        dc_bus_frames_release(&parcel->frames);
        free(parcel);
    }
}

void
dc_bus_parcels_append(struct dc_bus_parcels *parcels, struct dc_bus_parcel *parcel)
{
    parcel->next = NULL;
    if (parcels->last) {
        parcels->last->next = parcel;
    } else {
        parcels->first = parcel;
    }
    parcels->last = parcel;
    parcels->count++;
}

struct dc_bus_parcel *
dc_bus_parcels_take(struct dc_bus_parcels *parcels)
{
    struct dc_bus_parcel *parcel = parcels->first;
    if (parcel) {
        parcels->first = parcel->next;
        parcels->last = parcels->first ? parcels->last : NULL;
        parcels->count--;
        parcel->next = NULL;
    }
    return parcel;
}

void
dc_bus_parcels_clear(struct dc_bus_parcels *parcels)
{
    struct dc_bus_parcel *parcel;
    while ((parcel = dc_bus_parcels_take(parcels))) {
        dc_bus_parcel_free(parcel);
    }
}

/* --- opening and closing -------------------------------------------------------------------------
 */
static void
set_int(void *socket, int option, int value)
{
    int failed = zmq_setsockopt(socket, option, &value, sizeof(value));
    DC_ASSERT(!failed);
}

static void
set_text(void *socket, int option, const char *value)
{
    int failed = zmq_setsockopt(socket, option, value, strlen(value) + 1);
    DC_ASSERT(!failed); /* the keys were checked by dc_bus_open */
}

static void
configure(struct dc_bus *bus, void *socket)
{
    set_int(socket, ZMQ_LINGER, LINGER_MS);
    set_int(socket, ZMQ_IMMEDIATE, 1);
    set_int(socket, ZMQ_IPV6, 1);
    set_int(socket, ZMQ_SNDHWM, HIGH_WATER);
    set_int(socket, ZMQ_RCVHWM, HIGH_WATER);
    set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
    set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    int64_t largest = DC_BUS_BODY_MAX;
    int failed = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
    DC_ASSERT(!failed);
    set_text(socket, ZMQ_CURVE_SERVERKEY, bus->server_key);
    set_text(socket, ZMQ_CURVE_PUBLICKEY, bus->public_key);
    set_text(socket, ZMQ_CURVE_SECRETKEY, bus->secret_key);
}

static void
close_sockets(struct dc_bus_link *link)
{
    if (link->socket) {
        zmq_socket_monitor(link->socket, NULL, 0);
    }
    if (link->monitor) {
        set_int(link->monitor, ZMQ_LINGER, 0);
        zmq_close(link->monitor);
    }
    if (link->socket) {
        zmq_close(link->socket);
    }
    link->socket = link->monitor = NULL;
}

static int
get_int(void *socket, int option)
{
    int value = -1;
    size_t size = sizeof(value);
    zmq_getsockopt(socket, option, &value, &size);
    return value;
}

static enum dc_code
open_sockets(struct dc_bus *bus, struct dc_bus_link *link, struct dc_error *error)
{
    static unsigned long counter; /* names the monitors of this process apart */
    char name[64];
    snprintf(name, sizeof(name), "inproc://dacheng-link-%lu",
             __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED));
    link->socket = zmq_socket(dc_bus_context(), ZMQ_DEALER);
    link->monitor = zmq_socket(dc_bus_context(), ZMQ_PAIR);
    if (!link->socket || !link->monitor) {
        close_sockets(link);
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "cannot make a socket: %s",
                       zmq_strerror(errno));
    }
    configure(bus, link->socket);
    int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
    if (zmq_socket_monitor(link->socket, name, events) != 0 ||
        zmq_connect(link->monitor, name) != 0 || zmq_connect(link->socket, link->address) != 0) {
        int failed = errno;
        close_sockets(link);
        return dc_fail(error, DC_UNAVAILABLE, "cannot connect to %s: %s", link->address,
                       zmq_strerror(failed));
    }
    link->socket_fd = get_int(link->socket, ZMQ_FD);
    link->monitor_fd = get_int(link->monitor, ZMQ_FD);
    link->look = link->look_monitor = true;
    link->opened_at = dc_monotonic();
    return DC_OK;
}

enum dc_code
dc_bus_link_open(struct dc_bus_link **ret_link, struct dc_bus *bus, const char *address,
                 struct dc_error *error)
{
    struct dc_bus_link *link = calloc(1, sizeof(*link));
    DC_ASSERT(link);
    snprintf(link->address, sizeof(link->address), "%s", address);
    link->listed = true;
    link->heartbeat_us = HEARTBEAT_US;
    link->dead_us = DEAD_US;
    enum dc_code code = open_sockets(bus, link, error);
    if (code != DC_OK) {
        free(link);
        return code;
    }
    *ret_link = link;
    return DC_OK;
}

void
dc_bus_link_free(struct dc_bus_link *link)
{
    if (link) {
        close_sockets(link);
        dc_bus_parcels_clear(&link->backlog);
        free(link);
    }
}

/* The connection is gone, with all that was on its way. */
static void
lose(struct dc_bus *bus, struct dc_bus_link *link)
{
    bool was_welcomed = link->state == DC_BUS_LINK_WELCOMED;
    link->state = DC_BUS_LINK_DOWN;
    link->owed_credit = 0;
    link->said_bye = link->bye_answered = false;
    dc_bus_parcels_clear(&link->backlog);
    if (was_welcomed) {
        link->generation++;
        dc_bus_link_lost(bus, link);
    }
}

void
dc_bus_link_reset(struct dc_bus *bus, struct dc_bus_link *link)
{
    link->transport_up = false;
    lose(bus, link);
    if (link->socket) {
        set_int(link->socket, ZMQ_LINGER, 0);
    }
    close_sockets(link);
    struct dc_error error;
    if (open_sockets(bus, link, &error) != DC_OK) {
        dc_bus_trouble_is(bus, error.code, "%s", error.message);
        link->opened_at = dc_monotonic(); /* the next tick that finds it due tries again */
    }
}

/* --- sending ---------------------------------------------------------------------------------- */
/* One attempt. 0: sent, frames are empty now; otherwise errno, frames unchanged. */
static int
try_send(struct dc_bus_link *link, struct dc_bus_frames *frames, bool has_body)
{
    link->look = true;
    if (zmq_msg_send(&frames->header, link->socket, ZMQ_DONTWAIT | (has_body ? ZMQ_SNDMORE : 0)) ==
        -1) {
        return errno;
    }
    if (has_body && zmq_msg_send(&frames->body, link->socket, ZMQ_DONTWAIT) == -1) {
        return 0; /* the pipe broke between the frames; the monitor will tell */
    }
    link->sent_at = dc_monotonic();
    return 0;
}

bool
dc_bus_link_send_frames(struct dc_bus_link *link, struct dc_bus_frames *frames, bool has_body,
                        bool keep)
{
    if (!link->socket) {
        return false;
    }
    if (!link->backlog.count && try_send(link, frames, has_body) == 0) {
        return true;
    }
    if (!keep || link->backlog.count >= DC_BUS_BACKLOG_MAX) {
        return false;
    }
    struct dc_bus_parcel *parcel = dc_bus_parcel_new(DC_BUS_NOTICE);
    dc_bus_frames_release(&parcel->frames);
    dc_bus_frames_move(&parcel->frames, frames);
    parcel->has_body = has_body;
    dc_bus_parcels_append(&link->backlog, parcel);
    return true;
}

bool
dc_bus_link_send(struct dc_bus_link *link, const Bus__Envelope *envelope, zmq_msg_t *body,
                 bool keep)
{
    struct dc_bus_frames frames;
    dc_bus_envelope_encode(envelope, &frames.header);
    zmq_msg_init(&frames.body);
    if (body) {
        zmq_msg_move(&frames.body, body);
    }
    bool sent = dc_bus_link_send_frames(link, &frames, body != NULL, keep);
    dc_bus_frames_release(&frames);
    return sent;
}

static void
send_backlog(struct dc_bus_link *link)
{
    while (link->socket && link->backlog.first) {
        struct dc_bus_parcel *parcel = link->backlog.first;
        if (try_send(link, &parcel->frames, parcel->has_body) != 0) {
            return;
        }
        dc_bus_parcel_free(dc_bus_parcels_take(&link->backlog));
    }
}

static void
say_hello(struct dc_bus *bus, struct dc_bus_link *link, int64_t now)
{
    /* Makes libzmq look at its mailbox: the pipe may have been attached a moment ago. */
    (void)get_int(link->socket, ZMQ_EVENTS);
    Bus__Hello hello = BUS__HELLO__INIT;
    hello.protocol = DC_BUS_PROTOCOL;
    hello.instance = bus->instance;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_HELLO;
    envelope.hello = &hello;
    link->hello_at = now;
    if (dc_bus_link_send(link, &envelope, NULL, false)) {
        link->state = DC_BUS_LINK_HELLO;
    }
}

/* --- receiving -------------------------------------------------------------------------------- */
/* One message of the monitor: 16 bits of event, 32 of value; then the address. */
static bool
read_monitor(struct dc_bus_link *link, uint16_t *ret_event, int32_t *ret_value)
{
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    bool got = zmq_msg_recv(&frame, link->monitor, ZMQ_DONTWAIT) != -1 && zmq_msg_size(&frame) == 6;
    if (got) {
        const uint8_t *data = zmq_msg_data(&frame);
        memcpy(ret_event, data, sizeof(*ret_event));
        memcpy(ret_value, data + 2, sizeof(*ret_value));
    }
    while (zmq_msg_more(&frame) && zmq_msg_recv(&frame, link->monitor, ZMQ_DONTWAIT) != -1) {
    }
    zmq_msg_close(&frame);
    return got;
}

/* Reads one message. False: nothing there. ret_frame_count tells of more frames than there may be;
 * they are read and dropped. */
static bool
read_frames(void *socket, struct dc_bus_frames *frames, int *ret_frame_count)
{
    if (zmq_msg_recv(&frames->header, socket, ZMQ_DONTWAIT) == -1) {
        return false;
    }
    int count = 1;
    zmq_msg_t rest;
    zmq_msg_init(&rest);
    bool more = zmq_msg_more(&frames->header);
    while (more) {
        zmq_msg_t *into = ++count == 2 ? &frames->body : &rest;
        if (zmq_msg_recv(into, socket, ZMQ_DONTWAIT) == -1) {
            break;
        }
        more = zmq_msg_more(into);
    }
    zmq_msg_close(&rest);
    *ret_frame_count = count;
    return true;
}

static void
take_message(struct dc_bus *bus, struct dc_bus_link *link, struct dc_bus_frames *frames,
             int frame_count)
{
    Bus__Envelope *envelope;
    struct dc_error error;
    dc_arena_reset(bus->scratch, DC_BUS_HEADER_BUDGET);
    if (dc_bus_envelope_decode(zmq_msg_data(&frames->header), zmq_msg_size(&frames->header),
                               bus->scratch, &envelope, &error) != DC_OK ||
        frame_count != (dc_bus_kind_has_body(envelope->kind_case) ? 2 : 1)) {
        dc_bus_trouble_is(bus, DC_INTERNAL, "%s: the bus sent what is not of this protocol",
                          link->address);
        return;
    }
    dc_bus_received(bus, link, envelope, frames, frame_count == 2);
}

/* At most so many messages; false when there is nothing more. */
static bool
read_messages(struct dc_bus *bus, struct dc_bus_link *link, int most)
{
    for (int i = 0; link->socket && i < most; i++) {
        struct dc_bus_frames frames;
        int frame_count;
        dc_bus_frames_init(&frames);
        bool got = read_frames(link->socket, &frames, &frame_count);
        if (got) {
            link->heard_at = dc_monotonic();
            take_message(bus, link, &frames, frame_count);
        }
        dc_bus_frames_release(&frames);
        if (!got) {
            return false;
        }
    }
    return true;
}

static void
follow_monitor(struct dc_bus *bus, struct dc_bus_link *link)
{
    uint16_t event;
    int32_t value;
    while (link->monitor && read_monitor(link, &event, &value)) {
        switch (event) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
            lose(bus, link); /* another connection: what the old one carried is lost */
            link->transport_up = true;
            link->heard_at = dc_monotonic();
            say_hello(bus, link, link->heard_at);
            break;
        case ZMQ_EVENT_DISCONNECTED:
            read_messages(bus, link, HIGH_WATER); /* what came before it broke still counts */
            link->transport_up = false;
            if (link->state != DC_BUS_LINK_DOWN) {
                dc_bus_trouble_is(bus, DC_UNAVAILABLE, "%s: the connection broke", link->address);
            }
            lose(bus, link);
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            link->transport_up = false;
            dc_bus_trouble_is(bus, DC_UNAUTHENTICATED, "%s: the bus refused our key (ZAP %d)",
                              link->address, (int)value);
            break;
        default:
            link->transport_up = false;
            dc_bus_trouble_is(bus, DC_UNAUTHENTICATED,
                              "%s: the handshake failed: the server key may be another one",
                              link->address);
            break;
        }
    }
}

void
dc_bus_link_read(struct dc_bus *bus, struct dc_bus_link *link)
{
    if (link->look) {
        link->look = read_messages(bus, link, READ_MAX);
    }
    if (link->look_monitor) {
        link->look_monitor = false;
        follow_monitor(bus, link);
    }
}

/* --- time ------------------------------------------------------------------------------------- */
static void
say_ping(struct dc_bus_link *link)
{
    Bus__Ping ping = BUS__PING__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PING;
    envelope.ping = &ping;
    (void)dc_bus_link_send(link, &envelope, NULL, false);
}

void
dc_bus_link_tick(struct dc_bus *bus, struct dc_bus_link *link, int64_t now)
{
    int64_t quiet_since = link->opened_at > link->heard_at ? link->opened_at : link->heard_at;
    bool stale = link->state != DC_BUS_LINK_WELCOMED && now - quiet_since > OPEN_ANEW_US;
    if (!link->socket || stale) {
        if (now - link->opened_at > OPEN_ANEW_US) {
            dc_bus_link_reset(bus, link);
        }
        return;
    }
    send_backlog(link);
    if (link->state == DC_BUS_LINK_WELCOMED) {
        if (now - link->heard_at > link->dead_us) {
            dc_bus_trouble_is(bus, DC_UNAVAILABLE, "%s: the bus is silent", link->address);
            dc_bus_link_reset(bus, link);
        } else if (now - link->sent_at >= link->heartbeat_us) {
            say_ping(link);
        }
    } else if (link->transport_up &&
               (link->state == DC_BUS_LINK_DOWN || now - link->hello_at >= HELLO_AGAIN_US)) {
        say_hello(bus, link, now); /* DOWN: the pipe was not there yet */
    }
}

int64_t
dc_bus_link_due(const struct dc_bus_link *link, int64_t now)
{
    if (!link->socket || link->backlog.count || link->state != DC_BUS_LINK_WELCOMED) {
        return now + UNSETTLED_US;
    }
    int64_t silent = link->heard_at + link->dead_us, ping = link->sent_at + link->heartbeat_us;
    return silent < ping ? silent : ping;
}
