/* webhooks.c - webhooks are saved, listed, removed; their secrets. */
#include <sodium.h>
#include <string.h>

#include "edge/mac.h"
#include "handlers.h"

enum { PATTERNS_MOST = 20, NAME_MOST = 100, URL_MOST = 2000, OLD_SECRET_S = 24 * 3600 };

/* Never what people do with their sessions, what was written to them, or their addresses. */
const char *const webhooks_streams[] = {"goals", "ingest", "reviews", "scoring", "workflow", NULL};

bool
webhooks_may_hear(const char *pattern)
{
    size_t length = strcspn(pattern, ".");
    if (strcmp(pattern, "org.UnitsChanged") == 0) {
        return true;
    }
    if (!dc_subject_is_valid(pattern, true) || pattern[length] == '\0') {
        return false;
    }
    for (size_t i = 0; webhooks_streams[i]; i++) {
        if (strlen(webhooks_streams[i]) == length &&
            strncmp(webhooks_streams[i], pattern, length) == 0) {
            return true;
        }
    }
    return false;
}

/* --- what a webhook must be --------------------------------------------------------------------
 */
static enum dc_code
check_url(const struct webhooks_settings *settings, const char *url, struct dc_error *error)
{
    bool secure = dc_text_starts_with(url, "https://");
    bool plain = settings->allow_http && dc_text_starts_with(url, "http://");
    const char *host = strstr(url, "://");
    if ((!secure && !plain) || strlen(url) > URL_MOST || !host) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.url",
                             "is not an address that begins with https://, up to %d bytes",
                             URL_MOST);
    }
    host += 3;
    size_t length = strcspn(host, "/?#");
    if (length == 0 || memchr(host, '@', length)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.url",
                             "needs a host, and must not hold a user or a password");
    }
    for (const char *c = url; *c; c++) {
        if (*c <= ' ' || *c >= 0x7f) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.url",
                                 "holds a blank or a letter that is not ASCII");
        }
    }
    return DC_OK;
}

static enum dc_code
check(struct dc_step *step, Webhooks__Webhook *webhook, struct dc_error *error)
{
    if (!*webhook->name || dc_utf8_length(webhook->name, strlen(webhook->name)) > NAME_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.name", "has 1 to %d characters",
                             NAME_MOST);
    }
    DC_TRY(check_url(webhooks_settings_of(step), webhook->url, error));
    if (webhook->n_patterns < 1 || webhook->n_patterns > PATTERNS_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.patterns",
                             "are %zu; allowed are 1..%d", webhook->n_patterns, PATTERNS_MOST);
    }
    for (size_t i = 0; i < webhook->n_patterns; i++) {
        if (!webhooks_may_hear(webhook->patterns[i])) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.patterns",
                                 "\"%.80s\" is not of the streams goals, ingest, reviews, scoring "
                                 "or workflow (scoring.>, goals.PlanChanged), nor "
                                 "org.UnitsChanged",
                                 webhook->patterns[i]);
        }
    }
    if (!webhook->mode) {
        webhook->mode = WEBHOOKS__WEBHOOK_MODE__WEBHOOK_MODE_STRUCTURED;
    }
    if (webhook->state == WEBHOOKS__WEBHOOK_STATE__WEBHOOK_STATE_UNSPECIFIED) {
        webhook->state = WEBHOOKS__WEBHOOK_STATE__WEBHOOK_STATE_ACTIVE;
    }
    if (webhook->state > WEBHOOKS__WEBHOOK_STATE__WEBHOOK_STATE_PAUSED) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook.state",
                             "is ACTIVE or PAUSED when it is saved");
    }
    return DC_OK;
}

static struct dc_access_reach
reach_of(struct dc_step *step)
{
    struct dc_access_reach reach;
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &reach);
    return reach;
}

enum dc_code
webhooks_find(struct dc_step *step, int64_t id, const char *field, Webhooks__Webhook **ret_webhook,
              struct dc_error *error)
{
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    struct dc_access_reach reach = reach_of(step);
    Webhooks__Webhook **found;
    size_t count = 0;
    if (id > 0) {
        DC_TRY(store_list(step, step->context->tenant_id, id, &reach, &found, &count, error));
    }
    if (count != 1) {
        return dc_fail_field(error, DC_NOT_FOUND, field, "there is no webhook %lld", (long long)id);
    }
    *ret_webhook = found[0];
    return DC_OK;
}

void
webhooks_tell(struct dc_step *step, Webhooks__Webhook *webhook, bool deleted, bool new_secret,
              const char *reason)
{
    Webhooks__WebhookChanged event = WEBHOOKS__WEBHOOK_CHANGED__INIT;
    event.webhook = webhook;
    event.deleted = deleted;
    event.new_secret = new_secret;
    event.reason = (char *)(uintptr_t)reason;
    dc_emit(step, step->context->tenant_id,
            dc_arena_printf(step->arena, "webhook/%lld", (long long)webhook->id), &event.base);
}

/* In reactions and tasks the tenant is the event's. */
enum dc_code
webhooks_suspend(struct dc_step *step, int64_t tenant_id, const int64_t *ids, size_t count,
                 const char *reason, struct dc_error *error)
{
    const int64_t *stopped;
    size_t stopped_count, found_count;
    Webhooks__Webhook **found;
    DC_TRY(store_suspend(step, tenant_id, ids, count, reason, &stopped, &stopped_count, error));
    for (size_t i = 0; i < stopped_count; i++) {
        DC_TRY(store_list(step, tenant_id, stopped[i], NULL, &found, &found_count, error));
        Webhooks__WebhookChanged event = WEBHOOKS__WEBHOOK_CHANGED__INIT;
        event.webhook = found[0];
        event.reason = (char *)(uintptr_t)reason;
        dc_emit(step, tenant_id,
                dc_arena_printf(step->arena, "webhook/%lld", (long long)stopped[i]), &event.base);
    }
    return DC_OK;
}

/* --- secrets -----------------------------------------------------------------------------------
 */
static char *
new_secret(struct dc_step *step, uint8_t ret_secret[CLOUDEVENT_SECRET_BYTES])
{
    randombytes_buf(ret_secret, CLOUDEVENT_SECRET_BYTES);
    return dc_arena_printf(step->arena, "whsec_%s",
                           dc_base64(step->arena, ret_secret, CLOUDEVENT_SECRET_BYTES));
}

/* --- requests ----------------------------------------------------------------------------------
 */
DC_HANDLER(webhooks_save, Webhooks__SaveWebhookRequest, Webhooks__SaveWebhookResponse)
{
    Webhooks__Webhook *webhook = request->webhook, *saved;
    uint8_t secret[CLOUDEVENT_SECRET_BYTES] = {0};
    char *text = "";
    int64_t id;
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    if (!webhook) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "webhook", "is missing");
    }
    if (step->context->person_id == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "a webhook belongs to a person, whose right it has");
    }
    dc_step_subject(step, "webhook/%lld", (long long)webhook->id);
    if (webhook->id != 0) {
        DC_TRY(webhooks_find(step, webhook->id, "webhook.id", &saved, error));
    } else {
        text = new_secret(step, secret);
    }
    DC_TRY(check(step, webhook, error));
    if (webhook->unit_id == 0) {
        DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    } else {
        DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), webhook->unit_id, error));
    }
    DC_TRY(store_save(step, webhook, secret, &id, error));
    /* A right to one unit alone is none to what is below: then it is not found. */
    DC_TRY(webhooks_find(step, id, "webhook.unit_id", &saved, error));
    webhooks_tell(step, saved, false, webhook->id == 0, request->reason);
    dc_wake_on_commit(step, "deliver");
    response->webhook = saved;
    response->secret = text;
    return DC_OK;
}

DC_HANDLER(webhooks_list, Webhooks__ListWebhooksRequest, Webhooks__ListWebhooksResponse)
{
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    struct dc_access_reach reach = reach_of(step);
    return store_list(step, step->context->tenant_id, 0, &reach, &response->webhooks,
                      &response->n_webhooks, error);
}

DC_HANDLER(webhooks_delete, Webhooks__DeleteWebhookRequest, Webhooks__DeleteWebhookResponse)
{
    Webhooks__Webhook *webhook;
    dc_step_subject(step, "webhook/%lld", (long long)request->id);
    DC_TRY(webhooks_find(step, request->id, "id", &webhook, error));
    DC_TRY(store_remove(step, request->id, error));
    webhooks_tell(step, webhook, true, false, request->reason);
    return DC_OK;
}

DC_HANDLER(webhooks_rotate, Webhooks__RotateSecretRequest, Webhooks__RotateSecretResponse)
{
    Webhooks__Webhook *webhook;
    uint8_t secret[CLOUDEVENT_SECRET_BYTES];
    dc_step_subject(step, "webhook/%lld", (long long)request->id);
    DC_TRY(webhooks_find(step, request->id, "id", &webhook, error));
    response->secret = new_secret(step, secret);
    DC_TRY(store_rotate(step, request->id, secret, step->now + OLD_SECRET_S * (int64_t)DC_SECOND,
                        error));
    webhook->version++;
    webhooks_tell(step, webhook, false, true, request->reason);
    return DC_OK;
}
