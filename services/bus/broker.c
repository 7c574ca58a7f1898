/* broker.c - see broker.h. */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/time.h"
#include "base/words.h"

enum { BUCKETS = 4096, FULL_PAUSE_US = 20 * DC_MILLISECOND };

/* A request is in one list at a time: its service's queue, or the table of those in hand. */
struct request {
    struct broker_request facts;
    struct request *next; /* in the queue, or in its bucket */
    struct service *service;
    int64_t came_at;
    uint64_t holder; /* session of the replica, once handed over */
};

struct replica {
    uint64_t session;
    int credits, in_hand;
    bool leaving;
    int64_t full_until; /* its pipe had no room: not before */
    uint64_t turn;      /* when it was last served, to take turns among equals */
    uint64_t answered;
};

struct service {
    char *name;
    struct replica *replicas;
    size_t replica_count;
    struct request *first, *last;
    size_t queued, queued_bytes;
    uint64_t requests, refused;
};

struct caller { /* sessions that have requests without answer */
    struct caller *next;
    uint64_t session;
    size_t queued, waiting;
};

struct broker {
    struct broker_limits limits;
    struct broker_effects effects;
    void *context;
    struct service **services;
    size_t service_count;
    struct request *in_hand[BUCKETS];
    size_t in_hand_count;
    struct caller *callers[BUCKETS];
    uint64_t last_id, turn;
    bool closed;
};

struct broker *
broker_new(const struct broker_limits *limits, const struct broker_effects *effects, void *context)
{
    struct broker *broker = calloc(1, sizeof(*broker));
    DC_ASSERT(broker);
    broker->limits = *limits;
    broker->effects = *effects;
    broker->context = context;
    return broker;
}

/* --- callers ---------------------------------------------------------------------------------- */
static struct caller **
find_caller(const struct broker *broker, uint64_t session)
{
    struct caller **at = (struct caller **)&broker->callers[session % BUCKETS];
    while (*at && (*at)->session != session) {
        at = &(*at)->next;
    }
    return at;
}

static struct caller *
caller_of(struct broker *broker, uint64_t session)
{
    struct caller **at = find_caller(broker, session);
    if (!*at) {
        *at = calloc(1, sizeof(struct caller));
        DC_ASSERT(*at);
        (*at)->session = session;
    }
    return *at;
}

static void
caller_is_answered(struct broker *broker, uint64_t session)
{
    struct caller **at = find_caller(broker, session);
    struct caller *caller = *at;
    if (caller && --caller->waiting == 0) {
        *at = caller->next;
        free(caller);
    }
}

int
broker_waiting_of(const struct broker *broker, uint64_t session)
{
    const struct caller *caller = *find_caller(broker, session);
    return caller ? (int)caller->waiting : 0;
}

/* --- requests --------------------------------------------------------------------------------- */
static void
free_payload(struct broker *broker, struct request *request)
{
    if (request->facts.payload) {
        broker->effects.payload_free(request->facts.payload);
        request->facts.payload = NULL;
    }
}

static void
free_request(struct broker *broker, struct request *request)
{
    free_payload(broker, request);
    free(request);
}

/* Answers and forgets a request that is in no list any more. A caller that is gone is 0. */
static void
answer(struct broker *broker, struct request *request, const struct broker_answer *what)
{
    if (request->facts.caller) {
        broker->effects.answer(broker->context, &request->facts, what);
        caller_is_answered(broker, request->facts.caller);
    }
    free_request(broker, request);
}

static void
refuse(struct broker *broker, struct request *request, enum dc_code code, const char *message)
{
    if (request->service) {
        request->service->refused++;
    }
    answer(broker, request,
           &(struct broker_answer){
               .code = code, .field = "", .message = message, .handed_over = request->holder != 0});
}

static void
enqueue(struct broker *broker, struct service *service, struct request *request)
{
    request->next = NULL;
    if (service->last) {
        service->last->next = request;
    } else {
        service->first = request;
    }
    service->last = request;
    service->queued++;
    service->queued_bytes += request->facts.size;
    caller_of(broker, request->facts.caller)->queued++;
}

static struct request *
dequeue(struct broker *broker, struct service *service)
{
    struct request *request = service->first;
    service->first = request->next;
    service->last = service->first ? service->last : NULL;
    service->queued--;
    service->queued_bytes -= request->facts.size;
    struct caller *caller = *find_caller(broker, request->facts.caller);
    if (caller) {
        caller->queued--;
    }
    request->next = NULL;
    return request;
}

static struct request **
find_in_hand(struct broker *broker, uint64_t id)
{
    struct request **at = &broker->in_hand[id % BUCKETS];
    while (*at && (*at)->facts.id != id) {
        at = &(*at)->next;
    }
    return at;
}

static struct request *
take_in_hand(struct broker *broker, struct request **at)
{
    struct request *request = *at;
    *at = request->next;
    request->next = NULL;
    broker->in_hand_count--;
    return request;
}

/* --- services and replicas -------------------------------------------------------------------- */
static struct service *
find_service(const struct broker *broker, const char *name)
{
    for (size_t i = 0; i < broker->service_count; i++) {
        if (strcmp(broker->services[i]->name, name) == 0) {
            return broker->services[i];
        }
    }
    return NULL;
}

static struct replica *
find_replica(const struct service *service, uint64_t session)
{
    for (size_t i = 0; i < service->replica_count; i++) {
        if (service->replicas[i].session == session) {
            return &service->replicas[i];
        }
    }
    return NULL;
}

static size_t
present_replicas(const struct service *service)
{
    size_t count = 0;
    for (size_t i = 0; i < service->replica_count; i++) {
        count += !service->replicas[i].leaving;
    }
    return count;
}

static int
free_credits(const struct replica *replica)
{
    return replica->leaving ? 0 : replica->credits - replica->in_hand;
}

/* The most free credit; among equals whoever was served longest ago. NULL: none has any. */
static struct replica *
best_replica(struct service *service, int64_t now)
{
    struct replica *best = NULL;
    for (size_t i = 0; i < service->replica_count; i++) {
        struct replica *replica = &service->replicas[i];
        int credits = free_credits(replica);
        if (credits <= 0 || now < replica->full_until) {
            continue;
        }
        if (!best || credits > free_credits(best) ||
            (credits == free_credits(best) && replica->turn < best->turn)) {
            best = replica;
        }
    }
    return best;
}

/* --- dispatching ------------------------------------------------------------------------------ */
/* Tries to hand the request over. False: no replica can take it now. */
static bool
hand_over(struct broker *broker, struct service *service, struct request *request, int64_t now)
{
    struct replica *replica;
    while ((replica = best_replica(service, now))) {
        replica->turn = ++broker->turn;
        if (broker->effects.hand_over(broker->context, replica->session, &request->facts, now) ==
            BROKER_SENT) {
            replica->in_hand++;
            request->holder = replica->session;
            free_payload(broker, request);
            struct request **bucket = &broker->in_hand[request->facts.id % BUCKETS];
            request->next = *bucket;
            *bucket = request;
            broker->in_hand_count++;
            return true;
        }
        replica->full_until = now + FULL_PAUSE_US; /* or gone: the router will tell */
    }
    return false;
}

/* Puts back at the head what was just taken from there. */
static void
put_back(struct broker *broker, struct service *service, struct request *request)
{
    request->next = service->first;
    service->first = request;
    service->last = service->last ? service->last : request;
    service->queued++;
    service->queued_bytes += request->facts.size;
    caller_of(broker, request->facts.caller)->queued++;
}

/* Serves the queue as far as credits go; overdue requests are dropped at the head. */
static void
serve(struct broker *broker, struct service *service, int64_t now)
{
    while (service->first) {
        struct request *head = service->first;
        bool nobody = present_replicas(service) == 0;
        if (nobody && !broker->closed && now - head->came_at < broker->limits.grace_us &&
            now < head->facts.deadline) {
            return;
        }
        dequeue(broker, service);
        if (now >= head->facts.deadline) {
            refuse(broker, head, DC_DEADLINE_EXCEEDED, "it waited in the queue until its deadline");
        } else if (nobody) {
            refuse(broker, head, DC_UNAVAILABLE, "no replica of the service is there");
        } else if (!hand_over(broker, service, head, now)) {
            put_back(broker, service, head);
            return;
        }
    }
}

static const char *
why_not_queue(const struct broker *broker, const struct service *service,
              const struct request *request)
{
    const struct caller *caller = *find_caller(broker, request->facts.caller);
    if (service->queued >= broker->limits.queue_per_service) {
        return DC_WORDS("the queue of the service is full");
    }
    if (service->queued &&
        service->queued_bytes + request->facts.size > broker->limits.bytes_per_service) {
        return DC_WORDS("the queue of the service is full (bytes)");
    }
    if (caller && caller->queued >= broker->limits.queue_per_caller) {
        return DC_WORDS("too many requests of this caller wait already");
    }
    return NULL;
}

void
broker_ask(struct broker *broker, struct broker_request facts, int64_t now)
{
    struct request *request = calloc(1, sizeof(*request));
    DC_ASSERT(request && facts.caller && facts.service);
    request->facts = facts;
    request->facts.id = ++broker->last_id;
    request->came_at = now;
    request->service = find_service(broker, facts.service);
    caller_of(broker, facts.caller)->waiting++;
    struct service *service = request->service;
    if (broker->closed) {
        refuse(broker, request, DC_UNAVAILABLE, "this instance of the bus is leaving");
        return;
    }
    if (!service) {
        refuse(broker, request, DC_UNAVAILABLE, "no replica of the service is there");
        return;
    }
    request->facts.service = service->name; /* lives as long as the broker */
    service->requests++;
    if (!service->first && hand_over(broker, service, request, now)) {
        return;
    }
    const char *why_not = why_not_queue(broker, service, request);
    if (why_not) {
        refuse(broker, request, DC_RESOURCE_EXHAUSTED, why_not);
        return;
    }
    enqueue(broker, service, request);
    serve(broker, service, now); /* also refuses it at once when there is nobody */
}

bool
broker_reply(struct broker *broker, uint64_t session, uint64_t id,
             const struct broker_answer *reply, int64_t now)
{
    struct request **at = find_in_hand(broker, id);
    if (!*at || (*at)->holder != session) {
        return false;
    }
    struct request *request = take_in_hand(broker, at);
    struct service *service = request->service;
    struct replica *replica = find_replica(service, session);
    if (replica) {
        replica->in_hand--;
        replica->answered++;
    }
    struct broker_answer what = *reply;
    what.handed_over = true;
    answer(broker, request, &what);
    serve(broker, service, now);
    return true;
}

/* --- coming and going ------------------------------------------------------------------------- */
enum dc_code
broker_ready(struct broker *broker, uint64_t session, const char *name, int credits, int64_t now,
             struct dc_error *error)
{
    struct service *service = find_service(broker, name);
    if (!service) {
        if (broker->service_count == BROKER_SERVICES_MAX) {
            return dc_fail(error, DC_RESOURCE_EXHAUSTED, "%d services are known already",
                           BROKER_SERVICES_MAX);
        }
        broker->services =
            realloc(broker->services, (broker->service_count + 1) * sizeof(broker->services[0]));
        service = calloc(1, sizeof(*service));
        DC_ASSERT(broker->services && service);
        service->name = strdup(name);
        DC_ASSERT(service->name);
        broker->services[broker->service_count++] = service;
    }
    struct replica *replica = find_replica(service, session);
    if (!replica) {
        service->replicas =
            realloc(service->replicas, (service->replica_count + 1) * sizeof(service->replicas[0]));
        DC_ASSERT(service->replicas);
        replica = &service->replicas[service->replica_count++];
        *replica = (struct replica){.session = session};
    }
    replica->credits = credits;
    replica->leaving = false;
    serve(broker, service, now);
    return DC_OK;
}

void
broker_bye(struct broker *broker, uint64_t session, int64_t now)
{
    for (size_t i = 0; i < broker->service_count; i++) {
        struct replica *replica = find_replica(broker->services[i], session);
        if (replica) {
            replica->leaving = true;
            serve(broker, broker->services[i], now);
        }
    }
}

/* The requests of a session: those that wait are dropped, those in hand lose their caller. */
static void
forget_caller(struct broker *broker, uint64_t session)
{
    struct caller **at = find_caller(broker, session);
    if (!*at) {
        return;
    }
    struct caller *caller = *at;
    *at = caller->next;
    free(caller);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct request *request = broker->in_hand[i]; request; request = request->next) {
            if (request->facts.caller == session) {
                request->facts.caller = 0;
            }
        }
    }
    for (size_t i = 0; i < broker->service_count; i++) {
        struct service *service = broker->services[i];
        struct request **link = &service->first;
        service->last = NULL;
        while (*link) {
            struct request *request = *link;
            if (request->facts.caller == session) {
                *link = request->next;
                service->queued--;
                service->queued_bytes -= request->facts.size;
                free_request(broker, request);
            } else {
                service->last = request;
                link = &request->next;
            }
        }
    }
}

static void
forget_replica(struct broker *broker, uint64_t session)
{
    for (size_t i = 0; i < broker->service_count; i++) {
        struct service *service = broker->services[i];
        struct replica *replica = find_replica(service, session);
        if (replica) {
            *replica = service->replicas[--service->replica_count];
        }
    }
    for (size_t i = 0; broker->in_hand_count && i < BUCKETS; i++) {
        for (struct request **at = &broker->in_hand[i]; *at;) {
            if ((*at)->holder == session) {
                refuse(broker, take_in_hand(broker, at), DC_UNAVAILABLE,
                       "the replica vanished; whether the request was carried out is not known");
            } else {
                at = &(*at)->next;
            }
        }
    }
}

void
broker_gone(struct broker *broker, uint64_t session, int64_t now)
{
    forget_caller(broker, session);
    forget_replica(broker, session);
    broker_tick(broker, now); /* queues may have nobody to wait for now */
}

void
broker_tick(struct broker *broker, int64_t now)
{
    for (size_t i = 0; i < broker->service_count; i++) {
        if (broker->services[i]->first) {
            serve(broker, broker->services[i], now);
        }
    }
}

bool
broker_has_waiting(const struct broker *broker)
{
    for (size_t i = 0; i < broker->service_count; i++) {
        if (broker->services[i]->first) {
            return true;
        }
    }
    return false;
}

void
broker_close(struct broker *broker, int64_t now)
{
    broker->closed = true;
    for (size_t i = 0; i < broker->service_count; i++) {
        struct service *service = broker->services[i];
        while (service->first) {
            refuse(broker, dequeue(broker, service), DC_UNAVAILABLE,
                   "this instance of the bus is leaving");
        }
    }
    (void)now;
}

void
broker_free(struct broker *broker)
{
    if (!broker) {
        return;
    }
    for (size_t i = 0; i < broker->service_count; i++) {
        struct service *service = broker->services[i];
        while (service->first) {
            free_request(broker, dequeue(broker, service));
        }
        free(service->replicas);
        free(service->name);
        free(service);
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        while (broker->in_hand[i]) {
            free_request(broker, take_in_hand(broker, &broker->in_hand[i]));
        }
        while (broker->callers[i]) {
            struct caller *caller = broker->callers[i];
            broker->callers[i] = caller->next;
            free(caller);
        }
    }
    free(broker->services);
    free(broker);
}

/* --- facts ------------------------------------------------------------------------------------ */
int64_t
broker_busy_until(const struct broker *broker, uint64_t session)
{
    int64_t until = 0;
    for (size_t i = 0; broker->in_hand_count && i < BUCKETS; i++) {
        for (const struct request *r = broker->in_hand[i]; r; r = r->next) {
            if (r->holder == session && r->facts.deadline > until) {
                until = r->facts.deadline;
            }
        }
    }
    return until;
}

size_t
broker_in_hand(const struct broker *broker)
{
    return broker->in_hand_count;
}

size_t
broker_service_count(const struct broker *broker)
{
    return broker->service_count;
}

void
broker_service_at(const struct broker *broker, size_t index, struct broker_service_facts *ret_facts)
{
    const struct service *service = broker->services[index];
    int credits = 0;
    for (size_t i = 0; i < service->replica_count; i++) {
        int mine = free_credits(&service->replicas[i]);
        credits += mine > 0 ? mine : 0;
    }
    *ret_facts = (struct broker_service_facts){
        .service = service->name,
        .replicas = (int)present_replicas(service),
        .credits_free = credits,
        .queued = service->queued,
        .queued_bytes = service->queued_bytes,
        .requests = service->requests,
        .refused = service->refused,
    };
}

size_t
broker_replica_count(const struct broker *broker, size_t service)
{
    return broker->services[service]->replica_count;
}

void
broker_replica_at(const struct broker *broker, size_t service, size_t index,
                  struct broker_replica_facts *ret_facts)
{
    const struct replica *replica = &broker->services[service]->replicas[index];
    int credits = free_credits(replica);
    *ret_facts = (struct broker_replica_facts){
        .session = replica->session,
        .service = broker->services[service]->name,
        .credits = replica->credits,
        .credits_free = credits > 0 ? credits : 0,
        .answered = replica->answered,
    };
}
