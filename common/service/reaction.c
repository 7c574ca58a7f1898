/*
 * reaction.c - applies a partition's events: the whole batch in one transaction with its position.
 *
 * When the batch fails in a way that may pass (a lost connection, a deadlock), it is repeated after
 * a pause. When it fails otherwise, what stands before the failing event is applied, and that event
 * is tried alone, with growing pauses, until it is parked with its key.
 */
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "edge/wire_check.h"
#include "service/consumer_internal.h"

enum { PAUSE_FIRST_MS = 100, PAUSE_MOST_MS = 10000, PASSING_ATTEMPTS_MOST = 20 };

void
dc_part_step(struct dc_part *part, struct dc_step *step, const Kernel__Event *event)
{
    struct dc_thread *thread = part->consumer->thread;
    dc_step_init(step, thread, event->type, dc_now());
    /* What a reaction tells was caused by the event's actor, in the event's trace. */
    Kernel__Context *context =
        DC_NEW_MESSAGE(thread->arena, Kernel__Context, kernel__context__init);
    context->tenant_id = event->tenant_id;
    context->traceparent = event->traceparent;
    step->context = context;
    step->method = event->type;
    step->cause =
        dc_arena_printf(thread->arena, "%s/%lld/%d/%lld", event->stream, (long long)event->epoch,
                        event->partition, (long long)event->number);
}

static enum dc_code
react(struct dc_part *part, struct dc_step *step, const Kernel__Event *event,
      struct dc_error *error)
{
    const struct dc_reaction *reactions = part->consumer->thread->service->spec->reactions;
    for (const struct dc_reaction *reaction = reactions; reaction->stream; reaction++) {
        bool any = strcmp(reaction->type, "*") == 0;
        if (strcmp(reaction->stream, event->stream) != 0 ||
            (!any && strcmp(reaction->type, event->type) != 0)) {
            continue;
        }
        struct dc_delivery delivery = {.event = event};
        if (!any) {
            ProtobufCMessage *body;
            DC_TRY(dc_wire_unpack(reaction->descriptor, event->body.data, event->body.len,
                                  step->arena, &body, error));
            delivery.body = body;
        }
        DC_TRY(dc_db_set_tenant(step->db, event->tenant_id, error));
        DC_TRY(reaction->fn(step, &delivery, error));
    }
    return DC_OK;
}

enum dc_code
dc_part_react(struct dc_part *part, struct dc_step *step, const Kernel__Event *event,
              struct dc_error *error)
{
    struct dc_span span;
    dc_span_begin(&span, DC_SPAN_CONSUMER, event->traceparent);
    if (!span.recorded) {
        return react(part, step, event, error);
    }
    dc_span_name(&span, dc_arena_printf(step->arena, "%s.%s", event->stream, event->type));
    dc_span_attribute(&span, "messaging.message.id", step->cause);
    Kernel__Context *own = DC_NEW(step->arena, Kernel__Context);
    *own = *step->context;
    own->traceparent = dc_arena_strdup(step->arena, span.own);
    step->context = own;
    enum dc_code code = react(part, step, event, error);
    dc_span_end(&span, code);
    return code;
}

/* `count` events from `heard` on, and the position behind them, in one transaction. ret_failed says
 * which event failed; NULL: none of them alone (the beginning, the end of the batch, the commit).
 */
static enum dc_code
apply_range(struct dc_part *part, const struct dc_heard *heard, size_t count,
            const struct dc_heard **ret_failed, struct dc_error *error)
{
    struct dc_thread *thread = part->consumer->thread;
    *ret_failed = NULL;
    struct dc_step step;
    dc_part_step(part, &step, heard->event);
    int64_t began = dc_monotonic();
    DC_TRY(dc_db_begin(thread->db, heard->event->tenant_id, DC_REACTION_TIMEOUT_MS, error));
    struct dc_parked_keys parked = {0};
    if (part->has_parked) {
        DC_TRY(dc_parking_load(part, &parked, error));
    }
    const Kernel__Event *last = NULL;
    for (size_t i = 0; i < count; i++, heard = heard->next) {
        last = heard->event;
        *ret_failed = heard;
        if (parked.count > 0 && dc_parking_has(&parked, last->key)) {
            DC_TRY(dc_parking_park(part, last, "behind an earlier event of its key", 0, error));
            continue;
        }
        const struct dc_step before = step;
        dc_part_step(part, &step, last);
        step.outbox = before.outbox; /* events of the whole batch are told together */
        step.batch = before.batch;
        DC_TRY(dc_part_react(part, &step, last, error));
    }
    *ret_failed = NULL;
    if (thread->service->spec->batch_end) {
        DC_TRY(thread->service->spec->batch_end(&step, error));
    }
    DC_TRY(dc_part_move(part, last->number, last->at_us, &step, error));
    dc_step_committed(&step);
    dc_part_moved(part, last->number, last->at_us);
    dc_counter_add(part->applied, count);
    dc_histogram_observe(part->age, dc_now() - last->at_us);
    dc_histogram_observe(part->consumer->batch_seconds, dc_monotonic() - began);
    part->has_parked = parked.count > 0;
    return DC_OK;
}

/* Like apply_range, and leaves no transaction behind. */
static enum dc_code
apply_clean(struct dc_part *part, const struct dc_heard *heard, size_t count,
            const struct dc_heard **ret_failed, struct dc_error *error)
{
    enum dc_code code = apply_range(part, heard, count, ret_failed, error);
    if (code != DC_OK) {
        dc_db_rollback(part->consumer->thread->db);
        dc_counter_add(part->failed, 1);
        error->code = code;
    }
    return code;
}

static void
pause_part(struct dc_part *part)
{
    int64_t ms = PAUSE_FIRST_MS;
    for (int i = 1; i < part->attempts && ms < PAUSE_MOST_MS; i++) {
        ms *= 4;
    }
    ms = ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS;
    part->not_before =
        dc_monotonic() + dc_thread_jitter(part->consumer->thread, (int)ms) * DC_MILLISECOND;
}

static void
say(const struct dc_part *part, int level, const char *what, const Kernel__Event *event,
    const struct dc_error *error)
{
    char where[160], attempts[16];
    snprintf(where, sizeof(where), "%s/%d/%lld", part->stream, part->partition,
             (long long)(event ? event->number : part->number + 1));
    snprintf(attempts, sizeof(attempts), "%d", part->attempts);
    dc_log((enum dc_log_level)level, what,
           DC_LOG_FIELDS({"event", where}, {"type", event ? event->type : NULL},
                         {"key", event ? event->key : NULL}, {"attempts", attempts},
                         {"code", dc_code_wire_name(error->code)}, {"reason", error->message},
                         {"trace", event ? event->traceparent : NULL}));
}

/* Puts the event aside and goes past it. */
static void
park_alone(struct dc_part *part, const Kernel__Event *event, const struct dc_error *why)
{
    struct dc_thread *thread = part->consumer->thread;
    struct dc_step step;
    dc_part_step(part, &step, event);
    struct dc_error error;
    enum dc_code code = dc_db_begin(thread->db, 0, DC_REACTION_TIMEOUT_MS, &error);
    if (code == DC_OK) {
        code = dc_parking_park(part, event, why->message, part->attempts, &error);
    }
    if (code == DC_OK) {
        code = dc_part_move(part, event->number, event->at_us, &step, &error);
    }
    if (code != DC_OK) {
        dc_db_rollback(thread->db);
        error.code = code;
        say(part, DC_LOG_ERROR, "an event could not be parked", event, &error);
        pause_part(part);
        return;
    }
    say(part, DC_LOG_ERROR, "an event is parked with its key", event, why);
    dc_part_moved(part, event->number, event->at_us);
    part->has_parked = true;
}

/* A failure that may pass by itself. Being unavailable may last; the others not for ever. */
static bool
may_pass(const struct dc_part *part, enum dc_code code)
{
    return code == DC_UNAVAILABLE ||
           (dc_code_is_retryable(code) && part->attempts < PASSING_ATTEMPTS_MOST);
}

/* One event, tried alone. True when it is done with: applied or parked. */
static bool
apply_alone(struct dc_part *part, const struct dc_heard *heard)
{
    const struct dc_heard *failed;
    struct dc_error error;
    enum dc_code code = apply_clean(part, heard, 1, &failed, &error);
    if (code == DC_OK) {
        return true;
    }
    if (part->failing != heard->event->number) {
        part->failing = heard->event->number;
        part->attempts = 0;
    }
    part->attempts++;
    int most = (int)dc_config_int(part->consumer->thread->service->config, "consumer.attempts");
    if (dc_db_is_broken(part->consumer->thread->db) || may_pass(part, code) ||
        part->attempts < most) {
        say(part, DC_LOG_WARN, "an event could not be applied; trying again", heard->event, &error);
        pause_part(part);
        return false;
    }
    park_alone(part, heard->event, &error);
    return part->number >= heard->event->number;
}

static void
pause_batch(struct dc_part *part, const struct dc_error *error)
{
    part->attempts++;
    say(part, DC_LOG_WARN, "events could not be applied; trying again", NULL, error);
    pause_part(part);
    /* A position that somebody else moved is to be read anew; so is a lock that we lost. */
    if (error->code == DC_ABORTED) {
        part->consumer->shared_at = 0;
    }
}

void
dc_part_apply(struct dc_part *part)
{
    const struct dc_heard *first = part->first, *failed;
    size_t most =
        (size_t)dc_config_int(part->consumer->thread->service->config, "consumer.read_events");
    size_t count = part->heard < most ? part->heard : most;
    struct dc_error error;
    if (part->failing == first->event->number) { /* it failed alone before: alone again */
        (void)apply_alone(part, first);
        return;
    }
    enum dc_code code = apply_clean(part, first, count, &failed, &error);
    if (code == DC_OK || dc_db_is_broken(part->consumer->thread->db)) {
        return; /* a lost connection is told by the thread, and every position is loaded anew */
    }
    if (may_pass(part, code)) {
        pause_batch(part, &error);
        return;
    }
    size_t before = 0;
    for (const struct dc_heard *heard = first; failed && heard != failed; heard = heard->next) {
        before++;
    }
    const struct dc_heard *ignored;
    if (failed && before > 0 && apply_clean(part, first, before, &ignored, &error) != DC_OK) {
        pause_batch(part, &error);
        return;
    }
    if (failed) {
        (void)apply_alone(part, failed);
        return;
    }
    /* The end of the batch failed, not one event: find out which by applying each alone. */
    for (size_t i = 0; i < count && apply_alone(part, first); i++) {
        first = first->next;
    }
}
