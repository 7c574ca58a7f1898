/*
 * bus_internal.h - what the files of the bus client share: bus.c (opening, saying, the loop),
 * bus_inbox.c (what came in), bus_link.c (one connection to one instance), bus_requests.c (what
 * waits for an answer, ours and theirs), bus_seen.c (which events were had already), bus_resolve.c,
 * bus_keys.c.
 */
#ifndef DC_EDGE_BUS_INTERNAL_H
#define DC_EDGE_BUS_INTERNAL_H

#include "base/text.h"
#include "edge/bus.h"
#include "edge/bus_wire.h"

enum {
    DC_BUS_TAG = 0x64634255,
    DC_BUS_ADDRESS_TEXT = 160,
    DC_BUS_ADDRESSES_MAX = 8, /* of one endpoint */
    DC_BUS_ENDPOINTS_MAX = 8,
    DC_BUS_LINKS_MAX = 16, /* instances of the bus */
    DC_BUS_OFFERS_MAX = 8,
    DC_BUS_PENDING_BUCKETS = 1024,
    DC_BUS_BACKLOG_MAX = 4096, /* messages kept for a link whose pipe is full */
};

/* --- bus_keys.c, bus_resolve.c -----------------------------------------------------------------
 */
void *dc_bus_context(void);

struct dc_bus_endpoint;
enum dc_code dc_bus_endpoint_open(struct dc_bus_endpoint **ret_endpoint, const char *text,
                                  struct dc_error *error) DC_MUST_CHECK;
void dc_bus_endpoint_free(struct dc_bus_endpoint *endpoint);
size_t dc_bus_endpoint_addresses(struct dc_bus_endpoint *endpoint,
                                 char ret_addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT]);
/* True when the addresses will never change. */
bool dc_bus_endpoint_is_settled(const struct dc_bus_endpoint *endpoint);
void dc_bus_resolve_stop(void);

/* --- bus_seen.c: events that came already -------------------------------------------------------
 */
struct dc_bus_seen;
struct dc_bus_seen *dc_bus_seen_new(void);
void dc_bus_seen_free(struct dc_bus_seen *seen);
/* Notes the event; false when it was noted before, or is too old to tell. */
bool dc_bus_seen_is_new(struct dc_bus_seen *seen, const Kernel__Event *event);

/* --- bus_link.c: one connection ------------------------------------------------------------------
 */
enum dc_bus_link_state {
    DC_BUS_LINK_DOWN,  /* no connection, or none that was authenticated */
    DC_BUS_LINK_HELLO, /* said HELLO, no WELCOME yet */
    DC_BUS_LINK_WELCOMED,
};

struct dc_bus_parcel { /* waits in a list: received, or to be sent */
    struct dc_bus_parcel *next;
    struct dc_bus_frames frames;
    enum dc_bus_kind kind; /* of a received one */
    uint64_t id;
    struct dc_bus_link *link; /* that it came from, NULL for what was made here */
    unsigned generation;      /* of that link */
    bool has_body;
    struct dc_error failure; /* of a REPLY that was made here: code is not DC_OK */
};

struct dc_bus_parcels {
    struct dc_bus_parcel *first, *last;
    size_t count;
};
void dc_bus_parcels_append(struct dc_bus_parcels *parcels, struct dc_bus_parcel *parcel);
struct dc_bus_parcel *dc_bus_parcels_take(struct dc_bus_parcels *parcels); /* NULL: empty */
void dc_bus_parcels_clear(struct dc_bus_parcels *parcels);
struct dc_bus_parcel *dc_bus_parcel_new(enum dc_bus_kind kind);
void dc_bus_parcel_free(struct dc_bus_parcel *parcel);

struct dc_bus_link {
    char address[DC_BUS_ADDRESS_TEXT];
    void *socket;
    void *monitor;
    int socket_fd, monitor_fd; /* readable when libzmq has something to say about them */
    /* Such a descriptor speaks once: the socket is to be looked at until it is empty, and again
     * after each use, which may have taken the word. */
    bool look, look_monitor;
    enum dc_bus_link_state state;
    bool transport_up; /* authenticated connection, as the monitor says */
    bool was_welcomed; /* once at least */
    bool said_bye, bye_answered;
    bool leaving; /* the instance said that it stops: new requests go to others */
    bool listed;         /* the resolver still names the address */
    unsigned generation; /* grows whenever what was on its way is lost */
    int64_t opened_at, heard_at, sent_at, hello_at;
    int64_t heartbeat_us, dead_us;
    int owed_credit; /* events taken and not given back yet */
    struct dc_bus_parcels backlog;
};

struct dc_bus;
enum dc_code dc_bus_link_open(struct dc_bus_link **ret_link, struct dc_bus *bus,
                              const char *address, struct dc_error *error) DC_MUST_CHECK;
void dc_bus_link_free(struct dc_bus_link *link);
/* Closes the sockets and opens them anew. */
void dc_bus_link_reset(struct dc_bus *bus, struct dc_bus_link *link);
/* Takes `body` (may be NULL) over in every case. False: neither sent nor kept. `keep`: wait in the
 * backlog when the pipe is full. */
bool dc_bus_link_send(struct dc_bus_link *link, const Bus__Envelope *envelope, zmq_msg_t *body,
                      bool keep);
bool dc_bus_link_send_frames(struct dc_bus_link *link, struct dc_bus_frames *frames, bool has_body,
                             bool keep);
/* Reads what is there (bounded); calls dc_bus_link_lost and dc_bus_received. */
void dc_bus_link_read(struct dc_bus *bus, struct dc_bus_link *link);
/* Heartbeats, HELLO, death: what the time asks for. */
void dc_bus_link_tick(struct dc_bus *bus, struct dc_bus_link *link, int64_t now);
/* When the next tick has something to do, as far as is known now. */
int64_t dc_bus_link_due(const struct dc_bus_link *link, int64_t now);

/* --- the client ------------------------------------------------------------------------------- */
struct dc_bus_pending {          /* a request of ours */
    struct dc_bus_pending *next; /* in its bucket */
    uint64_t id;
    struct dc_bus_link *link; /* NULL: not sent yet */
    unsigned tried;           /* bit per link slot */
    int64_t deadline;
    struct dc_bus_frames frames; /* to be sent again */
};

struct dc_bus_inbound { /* a request of theirs that we owe an answer */
    uint64_t handle;
    struct dc_bus_link *link;
    unsigned generation;
    uint64_t bus_id;
};

struct dc_bus {
    unsigned tag;
    char *instance;
    char public_key[DC_BUS_KEY_TEXT], secret_key[DC_BUS_KEY_TEXT], server_key[DC_BUS_KEY_TEXT];
    struct dc_bus_endpoint *endpoints[DC_BUS_ENDPOINTS_MAX];
    size_t endpoint_count;
    struct dc_bus_link *links[DC_BUS_LINKS_MAX]; /* slots, NULL when free */
    size_t turn;                                 /* of the links, for requests */
    int64_t opened_at, polled_at, looked_up_at, expired_at;
    bool was_connected;
    struct dc_error trouble, told_trouble;

    struct {
        char *service;
        int credits;
    } offers[DC_BUS_OFFERS_MAX];
    size_t offer_count;
    bool draining;
    char **patterns; /* NULL-ended; NULL: no subscription */
    int event_credits;

    struct dc_bus_parcels inbox;
    struct dc_bus_parcel *behind; /* in the inbox already, NULL otherwise */
    struct dc_bus_seen *seen;
    struct dc_bus_pending *pending[DC_BUS_PENDING_BUCKETS];
    size_t pending_count;
    struct dc_bus_inbound *inbound;
    size_t inbound_count, inbound_capacity;
    uint64_t last_id;
    uint64_t call_id; /* dc_bus_call waits for this one */
    struct dc_bus_parcel *call_reply;
    int watched_fd;
    struct dc_arena *scratch; /* of one header */
};

/* bus.c: what is said */
void dc_bus_say_ready(struct dc_bus *bus, struct dc_bus_link *link, size_t offer);
void dc_bus_say_subscribe(struct dc_bus *bus, struct dc_bus_link *link);
void dc_bus_give_credit(struct dc_bus_link *link); /* of events that were taken */

/* bus_inbox.c: what is heard. Takes the frames over where it keeps them. */
void dc_bus_received(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Envelope *envelope,
                     struct dc_bus_frames *frames, bool has_body);
void dc_bus_link_lost(struct dc_bus *bus, struct dc_bus_link *link);
void dc_bus_open_reply(const struct dc_bus_parcel *parcel, struct dc_arena *arena,
                       struct dc_bus_message *message);
void dc_bus_trouble_is(struct dc_bus *bus, enum dc_code code, const char *format, ...)
    DC_PRINTF(3, 4);

/* --- bus_requests.c --------------------------------------------------------------------------- */
uint64_t dc_bus_pending_add(struct dc_bus *bus, const struct dc_bus_request *request);
/* Tries the links in turn; answers UNAVAILABLE itself when none is left. */
void dc_bus_pending_route(struct dc_bus *bus, struct dc_bus_pending *pending);
/* A REPLY has come: puts it into the inbox, or tries another instance. Takes the frames over. */
void dc_bus_pending_replied(struct dc_bus *bus, struct dc_bus_link *link, const Bus__Reply *reply,
                            struct dc_bus_frames *frames, bool has_body);
void dc_bus_pending_link_lost(struct dc_bus *bus, struct dc_bus_link *link);
/* Deadlines, and requests that found no bus; returns when to look again (dc_monotonic). */
int64_t dc_bus_pending_tick(struct dc_bus *bus, int64_t now);
void dc_bus_pending_clear(struct dc_bus *bus);

uint64_t dc_bus_inbound_add(struct dc_bus *bus, struct dc_bus_link *link, uint64_t bus_id);
/* False: no such request, or its link is gone. Forgets it. */
bool dc_bus_inbound_take(struct dc_bus *bus, uint64_t handle, struct dc_bus_inbound *ret_inbound);
void dc_bus_inbound_link_lost(struct dc_bus *bus, struct dc_bus_link *link);

#endif
