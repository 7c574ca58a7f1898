/*
 * delivering.c - the task: claims what is due under a lease, sends it over several connections, and
 * writes what came of each as soon as it is known, so that a receiver that is slow keeps nobody but
 * itself waiting. Should we die between a receiver's answer and our commit, the delivery is sent
 * again when the lease is over, under the same id.
 */
#include <sodium.h>
#include <string.h>

#include "edge/metrics.h"
#include "handlers.h"
#include "judge.h"

enum { FLIGHTS_MAX = 64, STARTS_MOST = 1000, WAIT_MS = 50, LEASE_SPARE_S = 10 };

struct flight {
    struct store_claimed *claimed; /* NULL: free */
    struct dc_sender_request request;
};

struct landed {
    size_t flight;
    enum judge_outcome outcome;
    char answer[JUDGE_ANSWER_MAX];
};

struct work {
    struct dc_step *step;
    const struct webhooks_settings *settings;
    struct webhooks_thread *thread;
    struct flight flights[FLIGHTS_MAX];
    struct landed landed[FLIGHTS_MAX];
    size_t landed_count, started;
};

/* --- sending ---------------------------------------------------------------------------------- */
static bool
may_connect(void *context, const struct sockaddr *address)
{
    const struct webhooks_settings *settings = context;
    if (address_is_in(address, settings->denied, settings->denied_count)) {
        return false;
    }
    return address_is_outside(address) ||
           address_is_in(address, settings->allowed, settings->allowed_count);
}

static enum dc_code
need_sender(struct work *work, struct dc_error *error)
{
    const struct webhooks_settings *settings = work->settings;
    const struct dc_sender_options options = {
        .name = "webhooks",
        .connections = (size_t)settings->connections,
        .timeout_s = settings->timeout_s,
        .ca_file = settings->ca_file,
        .https_only = !settings->allow_http,
        .may_connect = may_connect,
        .context = (void *)(uintptr_t)settings,
    };
    return work->thread->sender ? DC_OK : dc_sender_new(&work->thread->sender, &options, error);
}

static void
start(struct work *work, struct store_claimed *claimed)
{
    size_t i = 0;
    while (work->flights[i].claimed) {
        i++;
    }
    struct flight *flight = &work->flights[i];
    flight->claimed = claimed;
    cloudevent_request(work->step->arena, claimed->event, &claimed->receiver, dc_now(),
                       &flight->request);
    dc_sender_start(work->thread->sender, &flight->request, i);
    work->started++;
}

/* --- claiming --------------------------------------------------------------------------------- */
static bool
is_of(const struct store_claimed *claimed, size_t count, int64_t webhook_id)
{
    for (size_t i = 0; i < count; i++) {
        if (claimed[i].webhook_id == webhook_id) {
            return true;
        }
    }
    return false;
}

/* What may be sent for a tenant now: as much as a receiver takes at a time, of one whose breaker is
 * open a single one after its pause. */
static enum dc_code
claim_of_tenant(struct work *work, int64_t tenant_id, int64_t room,
                struct store_claimed **ret_claimed, size_t *ret_count, struct dc_error *error)
{
    const struct webhooks_settings *settings = work->settings;
    struct dc_arena *arena = work->step->arena;
    dc_time now = dc_now();
    int64_t lease_s = settings->timeout_s + LEASE_SPARE_S;
    struct store_breaker *breakers;
    size_t count, able = 0;
    DC_TRY(store_breakers(work->step, tenant_id, now, &breakers, &count, error));
    int64_t *webhooks = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *most = DC_NEW_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (dc_breaker_may_try(&breakers[i].breaker, now)) {
            bool closed = breakers[i].breaker.state == DC_BREAKER_CLOSED;
            webhooks[able] = breakers[i].webhook_id;
            most[able++] = closed ? settings->per_receiver : 1;
        }
    }
    DC_TRY(store_claim(work->step, tenant_id, now, now + lease_s * DC_SECOND, work->thread->holder,
                       webhooks, most, able, room, ret_claimed, ret_count, error));
    for (size_t i = 0; i < count; i++) {
        struct store_breaker next = breakers[i];
        if (next.breaker.state != DC_BREAKER_CLOSED &&
            is_of(*ret_claimed, *ret_count, next.webhook_id)) {
            next.breaker =
                dc_breaker_next(&settings->breaker, &next.breaker, DC_BREAKER_TRIAL, now, lease_s);
            DC_TRY(store_set_breaker(work->step, tenant_id, &next, error));
        }
    }
    return DC_OK;
}

/* Claims for every tenant in turn as long as there is room, and sends. */
static enum dc_code
claim(struct work *work, struct dc_error *error)
{
    const int64_t *tenants;
    size_t tenant_count;
    DC_TRY(dc_step_begin(work->step, 0, error));
    DC_TRY(store_tenants_due(work->step, dc_now(), &tenants, &tenant_count, error));
    dc_step_rollback(work->step);
    for (size_t t = 0; t < tenant_count; t++) {
        struct store_claimed *claimed;
        size_t count = 0;
        int64_t room =
            work->settings->connections - (int64_t)dc_sender_under_way(work->thread->sender);
        if (room <= 0) {
            return DC_OK;
        }
        DC_TRY(dc_step_begin(work->step, tenants[t], error));
        DC_TRY(claim_of_tenant(work, tenants[t], room, &claimed, &count, error));
        DC_TRY(dc_step_commit(work->step, error));
        for (size_t i = 0; i < count; i++) {
            start(work, &claimed[i]);
        }
    }
    return DC_OK;
}

/* --- what came of it ---------------------------------------------------------------------------
 */
static void
take(void *context, const struct dc_sender_reply *reply)
{
    struct work *work = context;
    struct landed *landed = &work->landed[work->landed_count++];
    landed->flight = reply->index;
    landed->outcome = judge(reply, landed->answer);
    dc_counter_add(dc_counter("dacheng_webhooks_attempts_total",
                              landed->outcome == JUDGE_ACCEPTED ? "outcome=\"accepted\""
                                                                : "outcome=\"failed\"",
                              "Attempts to deliver an event."),
                   1);
    dc_histogram_observe(
        dc_histogram("dacheng_webhooks_attempt_seconds", "", "How long a receiver took."),
        reply->duration_us);
}

static void
tell_parked(struct work *work, const struct store_claimed *claimed, const char *answer)
{
    struct dc_arena *arena = work->step->arena;
    const Kernel__Event *event = claimed->event;
    Webhooks__Delivery delivery = WEBHOOKS__DELIVERY__INIT;
    Webhooks__DeliveryParked parked = WEBHOOKS__DELIVERY_PARKED__INIT;
    delivery.id = claimed->id;
    delivery.event_id = (char *)(uintptr_t)cloudevent_id(arena, event->stream, event->epoch,
                                                         event->partition, event->number);
    delivery.type = dc_arena_printf(arena, "%s.%s", event->stream, event->type);
    delivery.key = event->key;
    delivery.at_us = event->at_us;
    delivery.attempts = (int32_t)claimed->attempt;
    delivery.parked = true;
    delivery.answer = (char *)(uintptr_t)answer;
    parked.webhook_id = claimed->webhook_id;
    parked.delivery = &delivery;
    dc_emit(work->step, claimed->tenant_id,
            dc_arena_printf(arena, "webhook/%lld", (long long)claimed->webhook_id), &parked.base);
}

static enum dc_code
write_outcome(struct work *work, const struct store_claimed *claimed, const struct landed *landed,
              struct dc_error *error)
{
    const struct webhooks_settings *settings = work->settings;
    const char *holder = work->thread->holder;
    dc_time now = dc_now();
    if (landed->outcome == JUDGE_ACCEPTED) {
        return store_delivered(work->step, claimed, holder, landed->answer, now, error);
    }
    if (landed->outcome == JUDGE_GONE) {
        return webhooks_suspend(work->step, claimed->tenant_id, &claimed->webhook_id, 1,
                                "the receiver answered 410 Gone: it wants no more", error);
    }
    uint64_t random;
    randombytes_buf(&random, sizeof(random));
    bool parked = landed->outcome == JUDGE_FORBIDDEN ||
                  (landed->outcome != JUDGE_THROTTLED && claimed->attempt >= settings->attempts);
    dc_time due = now + dc_backoff(settings->first_delay_s, settings->longest_delay_s,
                                   claimed->attempt, random);
    if (parked) {
        tell_parked(work, claimed, landed->answer);
    }
    return store_put_off(work->step, claimed, holder, landed->answer, now, due, parked, error);
}

static enum dc_code
settle_one(struct work *work, const struct landed *landed, struct dc_error *error)
{
    const struct store_claimed *claimed = work->flights[landed->flight].claimed;
    struct store_breaker breaker;
    bool found;
    DC_TRY(dc_step_begin(work->step, claimed->tenant_id, error));
    DC_TRY(store_breaker(work->step, claimed->tenant_id, claimed->webhook_id, &breaker, &found,
                         error));
    if (found) {
        DC_TRY(write_outcome(work, claimed, landed, error));
        struct dc_breaker next = dc_breaker_next(&work->settings->breaker, &breaker.breaker,
                                                 judge_breaker_event(landed->outcome), dc_now(), 0);
        if (memcmp(&next, &breaker.breaker, sizeof(next)) != 0) {
            breaker.breaker = next;
            DC_TRY(store_set_breaker(work->step, claimed->tenant_id, &breaker, error));
        }
    }
    return dc_step_commit(work->step, error);
}

static enum dc_code
settle(struct work *work, struct dc_error *error)
{
    enum dc_code code = DC_OK;
    for (size_t i = 0; i < work->landed_count; i++) {
        if (code == DC_OK) {
            code = settle_one(work, &work->landed[i], error);
        }
        work->flights[work->landed[i].flight].claimed = NULL;
    }
    work->landed_count = 0;
    return code;
}

enum dc_code
webhooks_deliver(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct work *work = DC_NEW(step->arena, struct work);
    work->step = step;
    work->settings = webhooks_settings_of(step);
    work->thread = step->state;
    DC_TRY(need_sender(work, error));
    enum dc_code code = DC_OK;
    do {
        if (work->started < STARTS_MOST && !dc_service_is_stopping(step->service)) {
            code = claim(work, error);
        }
        if (code == DC_OK) {
            dc_sender_wait(work->thread->sender, WAIT_MS, FLIGHTS_MAX, take, work);
            code = settle(work, error);
        }
    } while (code == DC_OK && dc_sender_under_way(work->thread->sender) > 0);
    *ret_more = code == DC_OK && work->started > 0;
    if (code != DC_OK) { /* what is under way is given up, and sent again after its lease */
        dc_step_rollback(step);
        dc_sender_free(work->thread->sender);
        work->thread->sender = NULL;
    }
    return code;
}
