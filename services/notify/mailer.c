/* mailer.c - the task that mails: claims what is due under a lease, sends one by one, and writes
 * each outcome at once. Should we die between the server's acceptance and our commit, the mail
 * goes out again when the lease is over, under the same Message-ID. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "handlers.h"
#include "message.h"

enum { BATCH = 20 };

static dc_time
now_of(const struct dc_step *step, dc_time began)
{
    return step->now + (dc_monotonic() - began);
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

static enum dc_code
compose(struct dc_step *step, int64_t tenant_id, const struct notify_delivery *delivery,
        struct dc_text *message, struct dc_error *error)
{
    const struct notify_shared *shared = notify_shared_of(step);
    struct notify_gather gather = {0};
    struct notify_text text = {0};
    notify_gather_add(&gather, "name", delivery->name);
    for (size_t i = 0; i < delivery->params.count && i < NOTIFY_PARAMS_MAX - 2; i++) {
        notify_gather_add(&gather, delivery->params.names[i], delivery->params.values[i]);
    }
    struct notify_params params = {gather.names, gather.values, gather.count};
    /* The link is itself made from parameters; then the mail may use it as {url}. */
    DC_TRY(notify_render(step->arena, delivery->template_name, delivery->language, &params, &text,
                         error));
    notify_gather_add(
        &gather, "url",
        *shared->base_url ? dc_arena_printf(step->arena, "%s%s", shared->base_url, text.link) : "");
    params.count = gather.count;
    DC_TRY(notify_render(step->arena, delivery->template_name, delivery->language, &params, &text,
                         error));
    struct notify_mail mail = {
        .from_name = shared->from_name,
        .from_address = shared->from_address,
        .to_name = delivery->name,
        .to_address = delivery->address,
        .subject = text.subject,
        .text = text.mail,
        .message_id = dc_arena_printf(step->arena, "dacheng.%lld.%lld@%s", (long long)tenant_id,
                                      (long long)delivery->id, shared->domain),
        .at = delivery->at,
    };
    notify_mail_write(&mail, message);
    return DC_OK;
}

static enum notify_outcome
attempt(struct dc_step *step, int64_t tenant_id, const struct notify_delivery *delivery,
        char answer[NOTIFY_ANSWER_MAX])
{
    struct notify_thread *thread = step->state;
    const struct notify_shared *shared = notify_shared_of(step);
    struct dc_error fault;
    DC_AUTO_TEXT struct dc_text message = DC_TEXT_INIT;
    if (*delivery->address == '\0') {
        snprintf(answer, NOTIFY_ANSWER_MAX, "no mail address is known");
        return NOTIFY_REFUSED_FOR_NOW;
    }
    if (!notify_address_is_valid(delivery->address)) {
        snprintf(answer, NOTIFY_ANSWER_MAX, "the mail address is not valid");
        return NOTIFY_REFUSED;
    }
    if (compose(step, tenant_id, delivery, &message, &fault) != DC_OK ||
        (!thread->smtp && notify_smtp_new(&thread->smtp, &shared->smtp, &fault) != DC_OK)) {
        snprintf(answer, NOTIFY_ANSWER_MAX, "%.*s", NOTIFY_ANSWER_MAX - 1, fault.message);
        return NOTIFY_REFUSED_FOR_NOW;
    }
    return notify_smtp_send(thread->smtp, shared->from_address, delivery->address, message.data,
                            message.length, answer);
}

static void
tell(struct dc_step *step, int64_t tenant_id, const struct notify_delivery *delivery,
     const char *state, const char *answer)
{
    const char *key = dc_arena_printf(step->arena, "delivery/%lld", (long long)delivery->id);
    if (strcmp(state, "sent") == 0) {
        Notify__MessageSent event = NOTIFY__MESSAGE_SENT__INIT;
        event.delivery_id = delivery->id;
        event.channel = NOTIFY__CHANNEL__CHANNEL_MAIL;
        event.person_id = delivery->person_id;
        event.template_ = (char *)delivery->template_name;
        event.attempt = (int32_t)delivery->attempt;
        dc_emit(step, tenant_id, key, &event.base);
    } else if (strcmp(state, "failed") == 0) {
        Notify__MessageFailed event = NOTIFY__MESSAGE_FAILED__INIT;
        event.delivery_id = delivery->id;
        event.channel = NOTIFY__CHANNEL__CHANNEL_MAIL;
        event.person_id = delivery->person_id;
        event.template_ = (char *)delivery->template_name;
        event.answer = (char *)answer;
        dc_emit(step, tenant_id, key, &event.base);
    }
}

static enum dc_code
send_one(struct dc_step *step, int64_t tenant_id, const struct notify_delivery *delivery,
         dc_time began, struct dc_error *error)
{
    struct notify_thread *thread = step->state;
    char answer[NOTIFY_ANSWER_MAX];
    bool ours = false;
    enum notify_outcome outcome = attempt(step, tenant_id, delivery, answer);
    struct notify_next next =
        notify_delivery_next(&notify_shared_of(step)->retry, outcome, delivery->attempt,
                             now_of(step, began), dice(thread));
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(notify_store_settle(step, tenant_id, delivery->id, thread->holder, next.state,
                               next.due_at, answer, &ours, error));
    if (ours) {
        tell(step, tenant_id, delivery, next.state, answer);
    }
    return dc_step_commit(step, error);
}

/* What there is no time for within the lease, or because we are told to stop, goes back. */
static enum dc_code
release_rest(struct dc_step *step, int64_t tenant_id, const struct notify_delivery *rest,
             size_t count, struct dc_error *error)
{
    const struct notify_thread *thread = step->state;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rest[i].id;
    }
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(notify_store_release(step, tenant_id, ids, count, thread->holder, error));
    return dc_step_commit(step, error);
}

static enum dc_code
send_batch(struct dc_step *step, int64_t tenant_id, dc_time began, bool *ret_more,
           struct dc_error *error)
{
    const struct notify_shared *shared = notify_shared_of(step);
    const struct notify_thread *thread = step->state;
    struct notify_delivery *deliveries = NULL;
    size_t count = 0;
    dc_time lease_ends = now_of(step, began) + shared->lease_s * DC_SECOND;
    DC_TRY(dc_step_begin(step, tenant_id, error));
    DC_TRY(notify_store_claim(step, tenant_id, thread->holder, lease_ends, BATCH, &deliveries,
                              &count, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more |= count == BATCH;
    for (size_t i = 0; i < count; i++) {
        bool late = now_of(step, began) + (shared->smtp.timeout_s + 1) * DC_SECOND > lease_ends;
        if (late || dc_service_is_stopping(step->service)) {
            *ret_more |= late;
            return release_rest(step, tenant_id, deliveries + i, count - i, error);
        }
        DC_TRY(send_one(step, tenant_id, &deliveries[i], began, error));
    }
    return DC_OK;
}

enum dc_code
notify_task_mail(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    dc_time began = dc_monotonic();
    const int64_t *tenants = NULL;
    size_t count = 0;
    *ret_more = false;
    if (!notify_shared_of(step)->mail) {
        return DC_OK;
    }
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(notify_store_tenants_due(step, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    for (size_t i = 0; i < count && !dc_service_is_stopping(step->service); i++) {
        DC_TRY(send_batch(step, tenants[i], began, ret_more, error));
    }
    return DC_OK;
}

enum dc_code
notify_task_forget(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    enum { PIECE = 5000 };
    dc_time before = step->now - (dc_time)notify_shared_of(step)->keep_days * 86400 * DC_SECOND;
    const int64_t *tenants = NULL;
    size_t count = 0;
    *ret_more = false;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(notify_store_tenants_with_old(step, before, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    for (size_t i = 0; i < count && !dc_service_is_stopping(step->service); i++) {
        int64_t forgotten = 0;
        DC_TRY(dc_step_begin(step, tenants[i], error));
        DC_TRY(notify_store_forget(step, tenants[i], before, PIECE, &forgotten, error));
        DC_TRY(dc_step_commit(step, error));
        *ret_more |= forgotten >= PIECE;
    }
    return DC_OK;
}
