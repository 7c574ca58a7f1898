/* status.c - the service "bus": what this instance can say about itself, for `dacheng top`. */
#include <string.h>

#include "base/time.h"
#include "edge/wire_check.h"
#include "router.h"

#include <dacheng/bus/v1/bus.pb-c.h>

static void
add_services(const struct broker *broker, struct dc_arena *arena, Bus__StatusResponse *status)
{
    size_t count = broker_service_count(broker);
    status->services = DC_NEW_ARRAY(arena, Bus__ServiceStatus *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct broker_service_facts facts;
        broker_service_at(broker, i, &facts);
        Bus__ServiceStatus *s =
            DC_NEW_MESSAGE(arena, Bus__ServiceStatus, bus__service_status__init);
        s->service = (char *)facts.service;
        s->replicas = facts.replicas;
        s->credits_free = facts.credits_free;
        s->queued = (int32_t)facts.queued;
        s->queued_bytes = (int64_t)facts.queued_bytes;
        s->requests = (int64_t)facts.requests;
        s->refused = (int64_t)facts.refused;
        status->services[status->n_services++] = s;
    }
}

static void
add_replicas(const struct broker *broker, const struct sessions *sessions, struct dc_arena *arena,
             Bus__StatusResponse *status)
{
    size_t count = 0;
    for (size_t s = 0; s < broker_service_count(broker); s++) {
        count += broker_replica_count(broker, s);
    }
    status->replicas = DC_NEW_ARRAY(arena, Bus__ReplicaStatus *, count + 1);
    for (size_t s = 0; s < broker_service_count(broker); s++) {
        for (size_t i = 0; i < broker_replica_count(broker, s); i++) {
            struct broker_replica_facts facts;
            broker_replica_at(broker, s, i, &facts);
            const struct session *session = sessions_by_id(sessions, facts.session);
            Bus__ReplicaStatus *r =
                DC_NEW_MESSAGE(arena, Bus__ReplicaStatus, bus__replica_status__init);
            r->service = (char *)facts.service;
            r->peer = session ? session->peer->name : "";
            r->instance = session ? (char *)session->instance : "";
            r->credits = facts.credits;
            r->credits_free = facts.credits_free;
            r->answered = (int64_t)facts.answered;
            status->replicas[status->n_replicas++] = r;
        }
    }
}

static void
add_subscribers(const struct fanout *fanout, const struct sessions *sessions,
                struct dc_arena *arena, Bus__StatusResponse *status)
{
    size_t count = fanout_count(fanout);
    status->subscribers = DC_NEW_ARRAY(arena, Bus__SubscriberStatus *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct fanout_facts facts;
        fanout_at(fanout, i, &facts);
        const struct session *session = sessions_by_id(sessions, facts.session);
        Bus__SubscriberStatus *s =
            DC_NEW_MESSAGE(arena, Bus__SubscriberStatus, bus__subscriber_status__init);
        s->peer = session ? session->peer->name : "";
        s->instance = session ? (char *)session->instance : "";
        s->patterns = (char **)facts.patterns;
        s->n_patterns = facts.pattern_count;
        s->credits_free = facts.credits > INT32_MAX ? INT32_MAX : (int32_t)facts.credits;
        s->sent = (int64_t)facts.sent;
        s->dropped = (int64_t)facts.dropped;
        s->behind = facts.behind;
        status->subscribers[status->n_subscribers++] = s;
    }
}

static void
add_sessions(const struct broker *broker, const struct sessions *sessions, int64_t now,
             struct dc_arena *arena, Bus__StatusResponse *status)
{
    size_t count = sessions_count(sessions);
    status->sessions = DC_NEW_ARRAY(arena, Bus__SessionStatus *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct session *session = sessions_at(sessions, i);
        Bus__SessionStatus *s =
            DC_NEW_MESSAGE(arena, Bus__SessionStatus, bus__session_status__init);
        s->peer = session->peer->name;
        s->instance = (char *)session->instance;
        s->connected_ms = (now - session->began_at) / DC_MILLISECOND;
        s->silent_ms = (now - session->heard_at) / DC_MILLISECOND;
        s->waiting = broker_waiting_of(broker, session->id);
        status->sessions[status->n_sessions++] = s;
    }
}

static ProtobufCMessage *
get_status(const struct router *router, struct dc_arena *arena)
{
    Bus__StatusResponse *status =
        DC_NEW_MESSAGE(arena, Bus__StatusResponse, bus__status_response__init);
    int64_t now = dc_monotonic();
    struct fanout_totals totals = fanout_totals(router_fanout(router));
    status->bus = (char *)router_name(router);
    status->version = DC_VERSION;
    status->uptime_ms = (now - router_began_at(router)) / DC_MILLISECOND;
    status->published = (int64_t)totals.published;
    status->delivered = (int64_t)totals.delivered;
    status->dropped = (int64_t)totals.dropped;
    add_services(router_broker(router), arena, status);
    add_replicas(router_broker(router), router_sessions(router), arena, status);
    add_subscribers(router_fanout(router), router_sessions(router), arena, status);
    add_sessions(router_broker(router), router_sessions(router), now, arena, status);
    return &status->base;
}

static int
sessions_of(const struct sessions *sessions, const struct peer *peer)
{
    int count = 0;
    for (size_t i = 0; i < sessions_count(sessions); i++) {
        count += sessions_at(sessions, i)->peer == peer;
    }
    return count;
}

static ProtobufCMessage *
list_peers(const struct router *router, struct dc_arena *arena)
{
    const struct peers *peers = router_peers(router);
    Bus__PeersResponse *response =
        DC_NEW_MESSAGE(arena, Bus__PeersResponse, bus__peers_response__init);
    response->peers = DC_NEW_ARRAY(arena, Bus__Peer *, peers_count(peers) + 1);
    for (size_t i = 0; i < peers_count(peers); i++) {
        const struct peer *peer = peers_at(peers, i);
        Bus__Peer *p = DC_NEW_MESSAGE(arena, Bus__Peer, bus__peer__init);
        p->name = peer->name;
        p->public_key = (char *)peer->key;
        p->call = peer->call.patterns;
        p->n_call = peer->call.count;
        p->offer = peer->offer.patterns;
        p->n_offer = peer->offer.count;
        p->publish = peer->publish.patterns;
        p->n_publish = peer->publish.count;
        p->hear = peer->hear.patterns;
        p->n_hear = peer->hear.count;
        p->speaks_for_people = peer->speaks_for_people;
        p->admin = peer->admin;
        p->sessions = sessions_of(router_sessions(router), peer);
        response->peers[response->n_peers++] = p;
    }
    return &response->base;
}

enum dc_code
status_answer(const struct router *router, const char *method, const uint8_t *body, size_t size,
              struct dc_arena *arena, uint8_t **ret_body, size_t *ret_size, struct dc_error *error)
{
    ProtobufCMessage *answer;
    if (strcmp(method, "dacheng.bus.v1.BusService/GetStatus") == 0) {
        DC_TRY(dc_wire_check(&bus__status_request__descriptor, body, size, error));
        answer = get_status(router, arena);
    } else if (strcmp(method, "dacheng.bus.v1.BusService/ListPeers") == 0) {
        DC_TRY(dc_wire_check(&bus__peers_request__descriptor, body, size, error));
        answer = list_peers(router, arena);
    } else {
        return dc_fail(error, DC_UNIMPLEMENTED, "the bus answers GetStatus and ListPeers");
    }
    dc_wire_pack(answer, arena, ret_body, ret_size);
    return DC_OK;
}
