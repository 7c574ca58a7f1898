/*
 * dispatcher.c - the task of a channel: claims what is due under a lease, sends it over several
 * connections, and writes outcomes in batches. Each channel has a task, so a thread and a claim, of
 * its own: one that is down or slow delays only itself.
 *
 * Should we die between the provider's acceptance and our commit, what was accepted and not yet
 * written goes out again when the lease is over, under the same id: at most SETTLE_AT messages, or
 * those of SETTLE_AFTER_US, and one a connection, of each thread.
 */
#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "edge/metrics.h"
#include "gate.h"

enum { BATCH = 256, SETTLE_AT = 64, SETTLE_AFTER_US = 50000 };

/* What is to be written of one delivery. */
struct result {
    const char *state;
    dc_time due_at;
    const char *answer;
    const char *receipt;
    const char *outcome; /* "" = there was no attempt */
    dc_time tried_at;
    int64_t duration_us;
};

struct batch {
    struct dc_step *step;
    const struct notify_channel *channel;
    struct notify_gate *gate;
    struct notify_lease lease;
    struct notify_house house;
    dc_time began; /* dc_monotonic() of the piece's begin */
    struct notify_delivery *deliveries;
    struct dc_sender_request *requests;
    struct result *results;
    size_t count;
    size_t *finished; /* not written yet */
    size_t finished_count;
    dc_time first_finished; /* dc_monotonic() */
};

static dc_time
now_of(const struct batch *batch)
{
    return batch->step->now + (dc_monotonic() - batch->began);
}

/* A counter run through a mixer (splitmix64): enough for jitter. */
static uint64_t
dice(struct notify_thread *thread)
{
    uint64_t z = thread->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void
finish(struct batch *batch, size_t i, struct result result)
{
    batch->results[i] = result;
    batch->first_finished = batch->finished_count > 0 ? batch->first_finished : dc_monotonic();
    batch->finished[batch->finished_count++] = i;
}

/* --- what becomes of a delivery without an attempt
 * ------------------------------------------------ */
static bool
is_test(const struct notify_delivery *delivery)
{
    return strcmp(delivery->template_name, NOTIFY_TEST) == 0;
}

/* True: it is not sent now, and why. */
static bool
stays(const struct batch *batch, const struct notify_delivery *delivery, struct result *ret_result)
{
    dc_time now = now_of(batch);
    int32_t channel = batch->channel->number;
    *ret_result = (struct result){"dropped", now, "", "", "", now, 0};
    if (delivery->told_count == 0) {
        ret_result->answer = "moot: nothing of it is to be done any more";
        return true;
    }
    if (is_test(delivery)) {
        return false;
    }
    if (!delivery->wanted || !batch->house.channels[channel].on ||
        !notify_is_available(notify_settings_of(batch->step), batch->lease.tenant_id, channel)) {
        ret_result->answer = "not wanted by this channel any more";
        return true;
    }
    struct notify_quiet quiet = notify_quiet_of(&batch->house, &delivery->quiet);
    ret_result->due_at =
        notify_quiet_wait(&quiet, batch->house.utc_offset_s, delivery->deadline, now);
    ret_result->state = "queued";
    ret_result->answer = "quiet hours";
    return ret_result->due_at > now;
}

/* --- attempts
 * --------------------------------------------------------------------------------------- */
static const char *
new_nonce(struct dc_arena *arena)
{
    uint8_t bytes[16];
    char *hex = dc_arena_alloc(arena, 2 * sizeof(bytes) + 1);
    randombytes_buf(bytes, sizeof(bytes));
    dc_hex_encode(bytes, sizeof(bytes), hex);
    return hex;
}

static enum dc_code
prepare(struct batch *batch, size_t i, struct dc_error *error)
{
    struct dc_arena *arena = batch->step->arena;
    const struct notify_settings *settings = notify_settings_of(batch->step);
    const struct notify_delivery *delivery = &batch->deliveries[i];
    int64_t moot = (int64_t)(delivery->listed - delivery->told_count);
    struct notify_occasion occasion = {.name = delivery->name,
                                       .language = delivery->language,
                                       .base_url = settings->base_url,
                                       .figures = batch->house.scores,
                                       .count = delivery->count - moot};
    struct notify_message message = {
        .id = dc_arena_printf(arena, "dacheng.%lld.%lld", (long long)batch->lease.tenant_id,
                              (long long)delivery->id),
        .email = delivery->email,
        .mobile = delivery->mobile,
        .now = now_of(batch),
        .nonce = new_nonce(arena),
    };
    DC_TRY(notify_compose(arena, &occasion, delivery->told, delivery->told_count, &message, error));
    if (batch->channel->is_mail) {
        message.html = notify_html(arena, message.text, settings->base_url, delivery->language);
    }
    return batch->channel->prepare(arena, settings, &message, &batch->requests[i], error);
}

static void
count_attempt(const struct batch *batch, const struct notify_verdict *verdict, int64_t duration_us)
{
    struct dc_arena *arena = batch->step->arena;
    const char *name = batch->channel->name;
    dc_counter_add(dc_counter("dacheng_notify_attempts_total",
                              dc_arena_printf(arena, "channel=\"%s\",outcome=\"%s\"", name,
                                              notify_outcome_name(verdict->outcome)),
                              "Attempts to send a message."),
                   1);
    dc_histogram_observe(dc_histogram("dacheng_notify_attempt_seconds",
                                      dc_arena_printf(arena, "channel=\"%s\"", name),
                                      "How long a provider took for a message."),
                         duration_us);
}

static void
take_verdict(struct batch *batch, size_t i, const struct notify_verdict *verdict,
             int64_t duration_us)
{
    struct dc_arena *arena = batch->step->arena;
    dc_time now = now_of(batch);
    struct notify_next next =
        notify_delivery_next(&notify_settings_of(batch->step)->retry, verdict->outcome,
                             batch->deliveries[i].attempt, now, dice(batch->step->state));
    finish(batch, i,
           (struct result){.state = next.state,
                           .due_at = next.due_at,
                           .answer = dc_arena_strdup(arena, verdict->answer),
                           .receipt = dc_arena_strdup(arena, verdict->receipt),
                           .outcome = notify_outcome_name(verdict->outcome),
                           .tried_at = now - duration_us,
                           .duration_us = duration_us});
    count_attempt(batch, verdict, duration_us);
}

/* Sends it on its way, or settles it without. What cannot be written is for good; an address that
 * is not known may become known. */
static void
start(struct batch *batch, size_t i)
{
    struct notify_thread *thread = batch->step->state;
    struct result result;
    struct dc_error fault;
    if (stays(batch, &batch->deliveries[i], &result)) {
        finish(batch, i, result);
        return;
    }
    enum dc_code code = prepare(batch, i, &fault);
    if (code == DC_OK) {
        notify_sender_start(thread->sender, &batch->requests[i], i);
        return;
    }
    struct notify_verdict verdict = {.outcome =
                                         code == DC_NOT_FOUND ? NOTIFY_LATER : NOTIFY_REFUSED};
    notify_answer_printf(&verdict, "%s", fault.message);
    take_verdict(batch, i, &verdict, 0);
}

/* --- writing
 * ------------------------------------------------------------------------------------------ */
static int
compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Notify__MessageSent *
make_sent(const struct batch *batch, const struct notify_delivery *delivery)
{
    Notify__MessageSent *sent =
        DC_NEW_MESSAGE(batch->step->arena, Notify__MessageSent, notify__message_sent__init);
    sent->delivery_id = delivery->id;
    sent->channel = (Notify__Channel)batch->channel->number;
    sent->person_id = delivery->person_id;
    sent->template_ = (char *)delivery->template_name;
    sent->attempt = (int32_t)delivery->attempt;
    return sent;
}

static void
tell_failed(const struct batch *batch, size_t i)
{
    const struct notify_delivery *delivery = &batch->deliveries[i];
    Notify__MessageFailed event = NOTIFY__MESSAGE_FAILED__INIT;
    event.delivery_id = delivery->id;
    event.channel = (Notify__Channel)batch->channel->number;
    event.person_id = delivery->person_id;
    event.template_ = (char *)delivery->template_name;
    event.answer = (char *)batch->results[i].answer;
    dc_emit(batch->step, batch->lease.tenant_id,
            dc_arena_printf(batch->step->arena, "delivery/%lld", (long long)delivery->id),
            &event.base);
}

/* What was sent is told in one event, what has failed by itself; `ours` in ascending order. */
static void
tell(const struct batch *batch, const int64_t *ours, size_t count)
{
    struct dc_arena *arena = batch->step->arena;
    Notify__MessagesSent event = NOTIFY__MESSAGES_SENT__INIT;
    event.messages = DC_NEW_ARRAY(arena, Notify__MessageSent *, batch->finished_count);
    for (size_t k = 0; k < batch->finished_count; k++) {
        size_t i = batch->finished[k];
        const struct notify_delivery *delivery = &batch->deliveries[i];
        if (!bsearch(&delivery->id, ours, count, sizeof(*ours), compare_ids)) {
            continue;
        }
        if (strcmp(batch->results[i].state, "sent") == 0) {
            event.messages[event.n_messages++] = make_sent(batch, delivery);
        } else if (strcmp(batch->results[i].state, "failed") == 0) {
            tell_failed(batch, i);
        }
    }
    if (event.n_messages > 0) { /* the key's row is locked: it was settled just before */
        dc_emit(
            batch->step, batch->lease.tenant_id,
            dc_arena_printf(arena, "deliveries/%lld", (long long)event.messages[0]->delivery_id),
            &event.base);
    }
}

/* The outcomes of what is finished, column by column. */
static struct notify_settled
collect(const struct batch *batch)
{
    struct dc_arena *arena = batch->step->arena;
    size_t n = batch->finished_count;
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, n), *durations = DC_NEW_ARRAY(arena, int64_t, n);
    const char **states = DC_NEW_ARRAY(arena, const char *, n);
    const char **answers = DC_NEW_ARRAY(arena, const char *, n);
    const char **receipts = DC_NEW_ARRAY(arena, const char *, n);
    const char **outcomes = DC_NEW_ARRAY(arena, const char *, n);
    dc_time *due = DC_NEW_ARRAY(arena, dc_time, n), *tried = DC_NEW_ARRAY(arena, dc_time, n);
    for (size_t k = 0; k < n; k++) {
        const struct result *result = &batch->results[batch->finished[k]];
        ids[k] = batch->deliveries[batch->finished[k]].id;
        states[k] = result->state;
        answers[k] = result->answer;
        receipts[k] = result->receipt;
        outcomes[k] = result->outcome;
        due[k] = result->due_at;
        tried[k] = result->tried_at;
        durations[k] = result->duration_us;
    }
    return (struct notify_settled){ids, states, answers,   receipts, outcomes,
                                   due, tried,  durations, n};
}

static enum dc_code
settle(struct batch *batch, struct dc_error *error)
{
    struct dc_step *step = batch->step;
    const int64_t *ours = NULL;
    size_t count = 0;
    if (batch->finished_count == 0) {
        return DC_OK;
    }
    struct notify_settled settled = collect(batch);
    DC_TRY(dc_step_begin(step, batch->lease.tenant_id, error));
    DC_TRY(notify_store_settle(step, &batch->lease, batch->channel->provider, &settled, &ours,
                               &count, error));
    qsort((int64_t *)ours, count, sizeof(*ours), compare_ids);
    tell(batch, ours, count);
    batch->finished_count = 0;
    return dc_step_commit(step, error);
}

/* What there is no time for within the lease, or because we are told to stop, goes back. */
static enum dc_code
release_from(struct batch *batch, size_t first, struct dc_error *error)
{
    size_t count = batch->count - first;
    int64_t *ids = DC_NEW_ARRAY(batch->step->arena, int64_t, count);
    if (count == 0) {
        return DC_OK;
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = batch->deliveries[first + i].id;
    }
    DC_TRY(dc_step_begin(batch->step, batch->lease.tenant_id, error));
    DC_TRY(notify_store_release(batch->step, &batch->lease, ids, count, now_of(batch), error));
    return dc_step_commit(batch->step, error);
}

/* --- the loop
 * ------------------------------------------------------------------------------------------- */
static bool
may_start(const struct batch *batch)
{
    const struct notify_settings *settings = notify_settings_of(batch->step);
    bool late = now_of(batch) + (settings->timeout_s + 1) * DC_SECOND > batch->lease.ends;
    return !late && !dc_service_is_stopping(batch->step->service) &&
           (batch->gate->trial || batch->gate->row.breaker.state == DC_BREAKER_CLOSED);
}

static bool
is_to_be_written(const struct batch *batch)
{
    return batch->finished_count >= SETTLE_AT ||
           (batch->finished_count > 0 && dc_monotonic() - batch->first_finished >= SETTLE_AFTER_US);
}

static enum dc_code
send_all(struct batch *batch, struct dc_error *error)
{
    enum { WAIT_MS = 50, AT_ONCE = 64 };
    struct notify_thread *thread = batch->step->state;
    const struct notify_settings *settings = notify_settings_of(batch->step);
    struct notify_done done[AT_ONCE];
    size_t next = 0;
    for (bool going = true; going || notify_sender_under_way(thread->sender) > 0;) {
        while (next < batch->count && !notify_sender_is_full(thread->sender) && may_start(batch)) {
            start(batch, next++);
        }
        going = next < batch->count && may_start(batch);
        size_t count = notify_sender_wait(thread->sender, WAIT_MS, done, AT_ONCE);
        for (size_t k = 0; k < count; k++) {
            notify_gate_see(batch->gate, settings, &done[k].verdict, now_of(batch),
                            batch->step->arena);
            take_verdict(batch, done[k].index, &done[k].verdict, done[k].duration_us);
        }
        if (is_to_be_written(batch)) {
            DC_TRY(settle(batch, error));
        }
    }
    DC_TRY(settle(batch, error));
    return release_from(batch, next, error);
}

static enum dc_code
send_batch(struct batch *batch, size_t limit, struct dc_error *error)
{
    struct dc_step *step = batch->step;
    dc_time now = now_of(batch);
    batch->lease.ends = now + notify_settings_of(step)->lease_s * DC_SECOND;
    DC_TRY(dc_step_begin(step, batch->lease.tenant_id, error));
    DC_TRY(notify_store_house(step, batch->lease.tenant_id, notify_settings_of(step), &batch->house,
                              error));
    DC_TRY(notify_store_claim(step, &batch->lease, now, (int64_t)limit, &batch->deliveries,
                              &batch->count, error));
    DC_TRY(dc_step_commit(step, error));
    batch->requests = DC_NEW_ARRAY(step->arena, struct dc_sender_request, batch->count);
    batch->results = DC_NEW_ARRAY(step->arena, struct result, batch->count);
    batch->finished = DC_NEW_ARRAY(step->arena, size_t, batch->count);
    return send_all(batch, error);
}

/* A failure in the middle leaves requests under way: they are given up with their connections. */
static enum dc_code
send_to_tenants(struct dc_step *step, struct notify_gate *gate, const int64_t *tenants,
                size_t count, dc_time began, bool *ret_more, struct dc_error *error)
{
    struct notify_thread *thread = step->state;
    enum dc_code code = DC_OK;
    for (size_t i = 0; i < count && code == DC_OK && gate->seen_count + BATCH <= NOTIFY_GATE_EVENTS;
         i++) {
        struct batch batch = {
            .step = step,
            .channel = gate->channel,
            .gate = gate,
            .lease = {tenants[i], gate->channel->number, thread->holder, 0},
            .began = began,
        };
        size_t limit = gate->trial ? 1 : BATCH;
        if (!may_start(&(struct batch){
                .step = step, .gate = gate, .began = began, .lease = {.ends = INT64_MAX}})) {
            break;
        }
        code = send_batch(&batch, limit, error);
        *ret_more |= batch.count == limit;
        if (gate->trial && batch.count > 0) {
            break; /* tried; what it said is written now */
        }
    }
    if (code != DC_OK) {
        notify_sender_free(thread->sender);
        thread->sender = NULL;
    }
    return code;
}

enum dc_code
notify_task_send(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct notify_thread *thread = step->state;
    const struct notify_settings *settings = notify_settings_of(step);
    const struct notify_channel *channel = notify_channel_named(settings, step->method);
    struct notify_gate *gate = DC_NEW(step->arena, struct notify_gate);
    dc_time began = dc_monotonic();
    const int64_t *tenants = NULL;
    size_t count = 0;
    bool open = false;
    *ret_more = false;
    if (!channel) {
        return DC_OK; /* not set up */
    }
    if (!thread->sender) {
        DC_TRY(notify_sender_new(&thread->sender, channel, settings, error));
    }
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(notify_store_tenants_due(step, channel->number, step->now, &tenants, &count, error));
    if (count > 0) {
        DC_TRY(notify_gate_enter(step, channel, gate, &open, error));
    }
    DC_TRY(dc_step_commit(step, error));
    if (!open) {
        return DC_OK;
    }
    enum dc_code code = send_to_tenants(step, gate, tenants, count, began, ret_more, error);
    if (code != DC_OK) {
        dc_step_rollback(step);
        return code;
    }
    DC_TRY(notify_gate_leave(step, gate, step->now + (dc_monotonic() - began), error));
    *ret_more &= gate->row.breaker.state == DC_BREAKER_CLOSED;
    return DC_OK;
}
