/* bus.c - the bus client's public functions and its loop; see bus.h, and bus_internal.h for the
 * other files. */
#include "edge/bus.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "edge/bus_internal.h"

enum {
    SLICE_MS = 1000,       /* longest wait between two looks at the clock */
    SLICE_HELLO_MS = 5,    /* while a pipe is being attached */
    SLICE_RESOLVE_MS = 50, /* while a name has no address */
    LOOK_UP_US = DC_SECOND,
    IDLE_GRACE_US = DC_SECOND, /* a thread away for longer than this judges nobody by silence */
};

/* --- opening ---------------------------------------------------------------------------------- */
void
dc_bus_trouble_is(struct dc_bus *bus, enum dc_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    dc_failv(&bus->trouble, code, "", format, arguments);
    va_end(arguments);
}

const struct dc_error *
dc_bus_trouble(struct dc_bus *bus)
{
    if (bus->trouble.code == DC_OK) {
        return NULL;
    }
    bus->told_trouble = bus->trouble;
    bus->trouble.code = DC_OK;
    return &bus->told_trouble;
}

static enum dc_code
take_key(char to[DC_BUS_KEY_TEXT], const char *key, const char *which, struct dc_error *error)
{
    uint8_t raw[32];
    if (!key || strlen(key) != DC_BUS_KEY_TEXT - 1 || !zmq_z85_decode(raw, key)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, which,
                             "is not a CURVE key: 40 characters of Z85 are expected");
    }
    memcpy(to, key, DC_BUS_KEY_TEXT);
    return DC_OK;
}

static enum dc_code
take_endpoints(struct dc_bus *bus, const char *const *endpoints, struct dc_error *error)
{
    for (; *endpoints; endpoints++) {
        if (bus->endpoint_count == DC_BUS_ENDPOINTS_MAX) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "endpoints", "are more than %d",
                                 DC_BUS_ENDPOINTS_MAX);
        }
        DC_TRY(dc_bus_endpoint_open(&bus->endpoints[bus->endpoint_count], *endpoints, error));
        bus->endpoint_count++;
    }
    if (!bus->endpoint_count) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "endpoints", "must name at least one bus");
    }
    return DC_OK;
}

static struct dc_bus_link *
find_link(struct dc_bus *bus, const char *address)
{
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && strcmp(bus->links[i]->address, address) == 0) {
            return bus->links[i];
        }
    }
    return NULL;
}

static void
add_link(struct dc_bus *bus, const char *address)
{
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (!bus->links[i]) {
            struct dc_error error;
            if (dc_bus_link_open(&bus->links[i], bus, address, &error) != DC_OK) {
                dc_bus_trouble_is(bus, error.code, "%s", error.message);
            }
            return;
        }
    }
}

/* What was received over a link that goes away loses its way back. */
static void
drop_link(struct dc_bus *bus, size_t slot)
{
    struct dc_bus_link *link = bus->links[slot];
    dc_bus_link_lost(bus, link);
    for (struct dc_bus_parcel *parcel = bus->inbox.first; parcel; parcel = parcel->next) {
        if (parcel->link == link) {
            parcel->link = NULL;
        }
    }
    dc_bus_link_free(link);
    bus->links[slot] = NULL;
}

/* Makes the links those that the endpoints' names stand for now. A link that still works is kept
 * although its name is gone: the bus may be leaving, and what is under way ends well. */
static void
follow_names(struct dc_bus *bus)
{
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i]) {
            bus->links[i]->listed = false;
        }
    }
    for (size_t e = 0; e < bus->endpoint_count; e++) {
        char addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT];
        size_t count = dc_bus_endpoint_addresses(bus->endpoints[e], addresses);
        for (size_t i = 0; i < count; i++) {
            struct dc_bus_link *link = find_link(bus, addresses[i]);
            if (link) {
                link->listed = true;
            } else {
                add_link(bus, addresses[i]);
            }
        }
    }
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        struct dc_bus_link *link = bus->links[i];
        if (link && !link->listed && link->state != DC_BUS_LINK_WELCOMED) {
            drop_link(bus, i);
        }
    }
}

enum dc_code
dc_bus_open(struct dc_bus **ret_bus, const struct dc_bus_options *options, struct dc_error *error)
{
    DC_AUTO(dc_bus) struct dc_bus *bus = calloc(1, sizeof(*bus));
    DC_ASSERT(bus);
    bus->tag = DC_BUS_TAG;
    bus->watched_fd = -1;
    bus->scratch = dc_arena_new(DC_BUS_HEADER_BUDGET);
    bus->seen = dc_bus_seen_new();
    bus->instance = strndup(options->instance ? options->instance : "", DC_BUS_INSTANCE_MAX);
    DC_ASSERT(bus->instance);
    DC_TRY(take_key(bus->public_key, options->public_key, "public_key", error));
    DC_TRY(take_key(bus->secret_key, options->secret_key, "secret_key", error));
    DC_TRY(take_key(bus->server_key, options->server_key, "server_key", error));
    DC_TRY(take_endpoints(bus, options->endpoints, error));
    bus->opened_at = bus->polled_at = bus->looked_up_at = dc_monotonic();
    follow_names(bus);
    *ret_bus = DC_TAKE(bus);
    return DC_OK;
}

static void
forget_patterns(struct dc_bus *bus)
{
    for (size_t i = 0; bus->patterns && bus->patterns[i]; i++) {
        free(bus->patterns[i]);
    }
    free(bus->patterns);
    bus->patterns = NULL;
}

static void
say_bye(struct dc_bus_link *link, bool leaving)
{
    Bus__Bye bye = BUS__BYE__INIT;
    bye.leaving = leaving;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_BYE;
    envelope.bye = &bye;
    link->said_bye = dc_bus_link_send(link, &envelope, NULL, true);
}

void
dc_bus_free(struct dc_bus *bus)
{
    if (!bus) {
        return;
    }
    DC_ASSERT(bus->tag == DC_BUS_TAG);
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED) {
            say_bye(bus->links[i], true);
        }
        dc_bus_link_free(bus->links[i]);
    }
    for (size_t i = 0; i < bus->endpoint_count; i++) {
        dc_bus_endpoint_free(bus->endpoints[i]);
    }
    for (size_t i = 0; i < bus->offer_count; i++) {
        free(bus->offers[i].service);
    }
    forget_patterns(bus);
    dc_bus_parcels_clear(&bus->inbox);
    dc_bus_parcel_free(bus->call_reply);
    dc_bus_pending_clear(bus);
    free(bus->inbound);
    dc_bus_seen_free(bus->seen);
    dc_arena_free(bus->scratch);
    free(bus->instance);
    explicit_bzero(bus->secret_key, sizeof(bus->secret_key));
    bus->tag = 0;
    free(bus);
}

size_t
dc_bus_connections(const struct dc_bus *bus)
{
    size_t count = 0;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        count += bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED;
    }
    return count;
}

bool
dc_bus_is_connected(const struct dc_bus *bus)
{
    return dc_bus_connections(bus) > 0;
}

/* --- offering and subscribing ----------------------------------------------------------------- */
void
dc_bus_say_ready(struct dc_bus *bus, struct dc_bus_link *link, size_t offer)
{
    Bus__Ready ready = BUS__READY__INIT;
    ready.service = bus->offers[offer].service;
    ready.credits = bus->offers[offer].credits;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_READY;
    envelope.ready = &ready;
    (void)dc_bus_link_send(link, &envelope, NULL, true);
}

void
dc_bus_say_subscribe(struct dc_bus *bus, struct dc_bus_link *link)
{
    Bus__Subscribe subscribe = BUS__SUBSCRIBE__INIT;
    while (bus->patterns && bus->patterns[subscribe.n_patterns]) {
        subscribe.n_patterns++;
    }
    subscribe.patterns = bus->patterns;
    subscribe.credits = bus->event_credits;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_SUBSCRIBE;
    envelope.subscribe = &subscribe;
    link->owed_credit = 0;
    (void)dc_bus_link_send(link, &envelope, NULL, true);
}

void
dc_bus_ready(struct dc_bus *bus, const char *service, int credits)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG && credits > 0 && credits <= DC_BUS_CREDITS_MAX);
    DC_ASSERT(bus->offer_count < DC_BUS_OFFERS_MAX && dc_subject_is_valid(service, false));
    size_t offer = bus->offer_count++;
    bus->offers[offer].service = strdup(service);
    DC_ASSERT(bus->offers[offer].service);
    bus->offers[offer].credits = credits;
    bus->draining = false;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED) {
            dc_bus_say_ready(bus, bus->links[i], offer);
        }
    }
}

void
dc_bus_bye(struct dc_bus *bus)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG);
    bus->draining = true;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED) {
            say_bye(bus->links[i], false);
        }
    }
}

bool
dc_bus_is_drained(const struct dc_bus *bus)
{
    bool drained = bus->draining && bus->inbound_count == 0;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        const struct dc_bus_link *link = bus->links[i];
        if (link && link->state == DC_BUS_LINK_WELCOMED) {
            drained &= link->bye_answered && !link->backlog.count;
        }
    }
    return drained;
}

void
dc_bus_subscribe(struct dc_bus *bus, const char *const *patterns, int credits)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG && credits > 0 && credits <= DC_BUS_EVENT_CREDITS_MAX);
    size_t count = 0;
    while (patterns[count]) {
        count++;
    }
    DC_ASSERT(count <= DC_BUS_PATTERNS_MAX);
    forget_patterns(bus);
    bus->patterns = calloc(count + 1, sizeof(bus->patterns[0]));
    DC_ASSERT(bus->patterns);
    for (size_t i = 0; i < count; i++) {
        bus->patterns[i] = strdup(patterns[i]);
        DC_ASSERT(bus->patterns[i]);
    }
    bus->event_credits = credits;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED) {
            dc_bus_say_subscribe(bus, bus->links[i]);
        }
    }
}

void
dc_bus_publish(struct dc_bus *bus, const char *subject, const Kernel__Event *event,
               const uint8_t *body, size_t body_size)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG && dc_subject_is_valid(subject, false));
    Bus__Publish publish = BUS__PUBLISH__INIT;
    publish.subject = (char *)subject;
    publish.logged = event != NULL;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_PUBLISH;
    envelope.publish = &publish;
    zmq_msg_t packed;
    size_t size = event ? kernel__event__get_packed_size(event) : body_size;
    int failed = zmq_msg_init_size(&packed, size);
    DC_ASSERT(!failed);
    if (event) {
        kernel__event__pack(event, zmq_msg_data(&packed));
    } else if (size) {
        memcpy(zmq_msg_data(&packed), body, size);
    }
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i] && bus->links[i]->state == DC_BUS_LINK_WELCOMED) {
            zmq_msg_t copy;
            zmq_msg_init(&copy);
            zmq_msg_copy(&copy, &packed); /* shares the bytes */
            (void)dc_bus_link_send(bus->links[i], &envelope, &copy, false);
            zmq_msg_close(&copy);
        }
    }
    zmq_msg_close(&packed);
}

/* Gives back the credit of events that were taken. */
void
dc_bus_give_credit(struct dc_bus_link *link)
{
    Bus__Credit credit = BUS__CREDIT__INIT;
    credit.events = link->owed_credit;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    envelope.kind_case = BUS__ENVELOPE__KIND_CREDIT;
    envelope.credit = &credit;
    link->owed_credit = 0;
    (void)dc_bus_link_send(link, &envelope, NULL, true);
}

/* --- the loop --------------------------------------------------------------------------------- */
/* Milliseconds until `due`, at most `slice`. */
static int
until(int64_t due, int64_t now, int slice)
{
    if (due <= now) {
        return 0;
    }
    return due - now < slice * DC_MILLISECOND ? (int)((due - now) / DC_MILLISECOND) + 1 : slice;
}

/* Timers; returns how many milliseconds may pass until the next. */
static int
tick(struct dc_bus *bus)
{
    int64_t now = dc_monotonic();
    int slice = SLICE_MS;
    bool unknown = false;
    for (size_t e = 0; e < bus->endpoint_count; e++) {
        char addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT];
        unknown |= !dc_bus_endpoint_is_settled(bus->endpoints[e]) &&
                   dc_bus_endpoint_addresses(bus->endpoints[e], addresses) == 0;
    }
    if (unknown || now - bus->looked_up_at > LOOK_UP_US || !bus->was_connected) {
        bus->looked_up_at = now;
        follow_names(bus);
    }
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        struct dc_bus_link *link = bus->links[i];
        if (!link) {
            continue;
        }
        dc_bus_link_tick(bus, link, now);
        if (link->state == DC_BUS_LINK_WELCOMED && link->owed_credit) {
            dc_bus_give_credit(link);
        }
        if (link->transport_up && link->state == DC_BUS_LINK_DOWN) {
            slice = SLICE_HELLO_MS;
        }
        slice = until(dc_bus_link_due(link, now), now, slice);
    }
    slice = until(dc_bus_pending_tick(bus, now), now, slice);
    return unknown && slice > SLICE_RESOLVE_MS ? SLICE_RESOLVE_MS : slice;
}

static void
read_all(struct dc_bus *bus)
{
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        if (bus->links[i]) {
            dc_bus_link_read(bus, bus->links[i]);
        }
    }
}

/* A socket was used, or has more than was read: looked at again before anything is waited for. */
static bool
must_look(const struct dc_bus *bus)
{
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        const struct dc_bus_link *link = bus->links[i];
        if (link && link->socket && (link->look || link->look_monitor)) {
            return true;
        }
    }
    return false;
}

/* Waits for sockets (and the watched descriptor); true when the descriptor is readable. This is
 * poll() on libzmq's descriptors and not zmq_poll(), which makes a system call for each socket
 * before and after the wait. */
static bool
wait_for_any(struct dc_bus *bus, int timeout_ms, bool with_fd)
{
    struct pollfd items[2 * DC_BUS_LINKS_MAX + 1];
    struct dc_bus_link *links[DC_BUS_LINKS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
        struct dc_bus_link *link = bus->links[i];
        if (link && link->socket) {
            items[2 * count] = (struct pollfd){link->socket_fd, POLLIN, 0};
            items[2 * count + 1] = (struct pollfd){link->monitor_fd, POLLIN, 0};
            links[count++] = link;
        }
    }
    struct pollfd *watched = &items[2 * count];
    *watched = (struct pollfd){with_fd ? bus->watched_fd : -1, POLLIN, 0};
    if (poll(items, 2 * count + 1, timeout_ms) == -1) {
        return errno == EINTR; /* a signal: let the caller look */
    }
    for (size_t i = 0; i < count; i++) {
        links[i]->look |= items[2 * i].revents != 0;
        links[i]->look_monitor |= items[2 * i + 1].revents != 0;
    }
    return watched->revents != 0;
}

/* A thread that was away for long has not heard, which says nothing about the bus. */
static void
excuse_silence(struct dc_bus *bus, int64_t now)
{
    if (now - bus->polled_at > IDLE_GRACE_US) {
        for (size_t i = 0; i < DC_BUS_LINKS_MAX; i++) {
            if (bus->links[i]) {
                bus->links[i]->heard_at = now;
            }
        }
    }
    bus->polled_at = now;
}

/* Polls until `done` says so, the time is up, or (with_fd) the descriptor is readable. Looks at the
 * sockets once at least, also when nothing is to be waited for. */
static void
poll_until(struct dc_bus *bus, int timeout_ms, bool with_fd, bool (*done)(const struct dc_bus *))
{
    int64_t end = timeout_ms < 0 ? INT64_MAX : dc_monotonic() + timeout_ms * DC_MILLISECOND;
    for (bool looked = false;; looked = true) {
        int64_t now = dc_monotonic();
        read_all(bus);
        excuse_silence(bus, now);
        int slice = tick(bus);
        bool over = done(bus) || now >= end;
        if (over && looked) {
            /* Nobody waits, but the descriptor's owner must not starve behind a full inbox: it is
             * level-triggered and seen by the owner itself. */
            return;
        }
        int64_t left = end == INT64_MAX ? INT64_MAX : (end - now) / DC_MILLISECOND + 1;
        int wait = over || must_look(bus) ? 0 : left < slice ? (int)left : slice;
        if (wait_for_any(bus, wait, with_fd)) {
            read_all(bus);
            return;
        }
    }
}

static bool
inbox_has_something(const struct dc_bus *bus)
{
    return bus->inbox.count > 0;
}

static bool
call_is_answered(const struct dc_bus *bus)
{
    return bus->call_reply != NULL;
}

void
dc_bus_poll(struct dc_bus *bus, int timeout_ms)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG);
    poll_until(bus, timeout_ms, true, inbox_has_something);
}

void
dc_bus_watch_fd(struct dc_bus *bus, int fd)
{
    bus->watched_fd = fd;
}

/* --- requests --------------------------------------------------------------------------------- */
uint64_t
dc_bus_send(struct dc_bus *bus, const struct dc_bus_request *request)
{
    DC_ASSERT(bus->tag == DC_BUS_TAG && request->timeout_ms > 0);
    DC_ASSERT(request->timeout_ms <= DC_BUS_TIMEOUT_MAX_MS);
    return dc_bus_pending_add(bus, request);
}

enum dc_code
dc_bus_call(struct dc_bus *bus, const struct dc_bus_request *request, struct dc_arena *arena,
            const uint8_t **ret_body, size_t *ret_size, struct dc_error *error)
{
    DC_ASSERT(!bus->call_id);
    bus->call_id = bus->last_id + 1;
    uint64_t id = dc_bus_send(bus, request);
    DC_ASSERT(id == bus->call_id);
    while (!bus->call_reply) { /* ends: every request is answered by its deadline */
        poll_until(bus, -1, false, call_is_answered);
    }
    struct dc_bus_parcel *parcel = DC_TAKE(bus->call_reply);
    bus->call_id = 0;
    struct dc_bus_message message = {0};
    dc_bus_open_reply(parcel, arena, &message);
    dc_bus_parcel_free(parcel);
    if (message.code != DC_OK) {
        return dc_fail_with(error, message.code, message.field, message.error_message,
                            message.error_message_zh);
    }
    *ret_body = message.body;
    *ret_size = message.body_size;
    return DC_OK;
}
