/* gauges.c - the bus's metrics. Labels are names from the peers file and services that were
 * offered, never what a peer calls its instance: metrics are not removed. */
#include <stdio.h>
#include <string.h>

#include "edge/metrics.h"
#include "router.h"

static struct dc_counter *
counter_of(enum gauges_count what)
{
    static const struct {
        const char *name, *help;
    } rows[GAUGES_COUNTS] = {
        [GAUGES_MALFORMED] = {"dacheng_bus_malformed_total", "messages not of the protocol"},
        [GAUGES_DENIED] = {"dacheng_bus_denied_total", "said or asked without permission"},
        [GAUGES_ANSWER_LOST] = {"dacheng_bus_answers_lost_total",
                                "answers that found no room in the caller's pipe"},
        [GAUGES_SESSION_DEAD] = {"dacheng_bus_sessions_dead_total",
                                 "sessions ended because the peer was silent"},
        [GAUGES_RELOADED] = {"dacheng_bus_peers_reloaded_total", "changes of the peers file"},
    };
    return dc_counter(rows[what].name, "", rows[what].help);
}

void
gauges_count(enum gauges_count what)
{
    dc_counter_add(counter_of(what), 1);
}

static void
gauge(const char *name, const char *label, const char *of, const char *help, int64_t value)
{
    char labels[320] = "";
    if (label) {
        snprintf(labels, sizeof(labels), "%s=\"%.256s\"", label, of);
    }
    dc_gauge_set(dc_gauge(name, labels, help), value);
}

/* A counter that is kept elsewhere. */
static void
total(const char *name, const char *label, const char *of, const char *help, uint64_t value)
{
    char labels[320] = "";
    if (label) {
        snprintf(labels, sizeof(labels), "%s=\"%.256s\"", label, of);
    }
    struct dc_counter *counter = dc_counter(name, labels, help);
    uint64_t before = dc_counter_value(counter);
    if (value > before) {
        dc_counter_add(counter, value - before);
    }
}

static void
update_services(const struct broker *broker)
{
    for (size_t i = 0; i < broker_service_count(broker); i++) {
        struct broker_service_facts f;
        broker_service_at(broker, i, &f);
        gauge("dacheng_bus_replicas", "service", f.service, "replicas ready", f.replicas);
        gauge("dacheng_bus_credits_free", "service", f.service,
              "requests that could be handed over at once", f.credits_free);
        gauge("dacheng_bus_queue", "service", f.service, "requests waiting", (int64_t)f.queued);
        gauge("dacheng_bus_queue_bytes", "service", f.service, "their size",
              (int64_t)f.queued_bytes);
        total("dacheng_bus_requests_total", "service", f.service, "requests accepted", f.requests);
        total("dacheng_bus_refused_total", "service", f.service,
              "unavailable, queue full or overdue", f.refused);
    }
}

/* Sums over the sessions of one peer. */
static void
update_peer(const struct router *router, const struct peer *peer)
{
    const struct sessions *sessions = router_sessions(router);
    int64_t connected = 0, behind = 0;
    for (size_t i = 0; i < sessions_count(sessions); i++) {
        connected += sessions_at(sessions, i)->peer == peer;
    }
    for (size_t i = 0; i < fanout_count(router_fanout(router)); i++) {
        struct fanout_facts facts;
        fanout_at(router_fanout(router), i, &facts);
        const struct session *session = sessions_by_id(sessions, facts.session);
        behind += session && session->peer == peer && facts.behind;
    }
    gauge("dacheng_bus_sessions", "peer", peer->name, "connections", connected);
    gauge("dacheng_bus_subscribers_behind", "peer", peer->name,
          "subscribers that lost events for want of credit", behind);
}

void
gauges_update(const struct router *router)
{
    for (int what = 0; what < GAUGES_COUNTS; what++) {
        (void)counter_of((enum gauges_count)what); /* shown from the start: 0 is an answer */
    }
    update_services(router_broker(router));
    for (size_t i = 0; i < peers_count(router_peers(router)); i++) {
        update_peer(router, peers_at(router_peers(router), i));
    }
    struct fanout_totals totals = fanout_totals(router_fanout(router));
    total("dacheng_bus_published_total", NULL, NULL, "events and notices published",
          totals.published);
    total("dacheng_bus_delivered_total", NULL, NULL, "of these, sent to subscribers",
          totals.delivered);
    total("dacheng_bus_dropped_total", NULL, NULL, "of these, not sent for want of credit or room",
          totals.dropped);
    total("dacheng_bus_strangers_total", NULL, NULL, "connections refused for their key",
          router_strangers(router));
    gauge("dacheng_bus_in_hand", NULL, NULL, "requests handed over and not answered",
          (int64_t)broker_in_hand(router_broker(router)));
}
