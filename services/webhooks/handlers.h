/* handlers.h - what webhooks answers, hears and does by itself. */
#ifndef DC_WEBHOOKS_HANDLERS_H
#define DC_WEBHOOKS_HANDLERS_H

#include <dacheng/webhooks/v1/webhooks.pb-c.h>

#include "address.h"
#include "store.h"

enum { WEBHOOKS_NETS_MAX = 64 };

struct webhooks_settings {
    bool allow_http;
    struct address_net allowed[WEBHOOKS_NETS_MAX], denied[WEBHOOKS_NETS_MAX];
    size_t allowed_count, denied_count;
    int64_t attempts, first_delay_s, longest_delay_s, timeout_s, connections, per_receiver;
    const char *ca_file;
    struct dc_breaker_rule breaker;
};

struct webhooks_thread {
    struct dc_sender *sender; /* made when it is needed */
    char holder[33];
};

extern const struct dc_service_spec webhooks_spec;
extern const struct dc_option webhooks_options[];
enum dc_code webhooks_settings_read(const struct dc_config *config,
                                    struct webhooks_settings *ret_settings,
                                    struct dc_error *error) DC_MUST_CHECK;
static inline const struct webhooks_settings *
webhooks_settings_of(struct dc_step *step)
{
    return dc_service_shared(step->service);
}

/* webhooks.c */
dc_handler webhooks_save;
dc_handler webhooks_list;
dc_handler webhooks_delete;
dc_handler webhooks_rotate;
/* deliveries.c */
dc_handler webhooks_list_deliveries;
dc_handler webhooks_redrive;
/* hearing.c */
dc_reaction_fn webhooks_on_event;
dc_reaction_fn webhooks_on_grants_changed;
enum dc_code webhooks_batch_end(struct dc_step *step, struct dc_error *error) DC_MUST_CHECK;
/* delivering.c */
enum dc_code webhooks_deliver(struct dc_step *step, bool *ret_more,
                              struct dc_error *error) DC_MUST_CHECK;

/* webhooks.c: the webhook, if the caller may see it; NOT_FOUND otherwise. */
enum dc_code webhooks_find(struct dc_step *step, int64_t id, const char *field,
                           Webhooks__Webhook **ret_webhook, struct dc_error *error) DC_MUST_CHECK;
/* Tells that it is another now. */
void webhooks_tell(struct dc_step *step, Webhooks__Webhook *webhook, bool deleted, bool new_secret,
                   const char *reason);
/* Stops webhooks, forgets what waits for them, and tells. */
enum dc_code webhooks_suspend(struct dc_step *step, int64_t tenant_id, const int64_t *ids,
                              size_t count, const char *reason,
                              struct dc_error *error) DC_MUST_CHECK;

/* May a webhook hear this? A pattern of one of the streams below; org's units, and none of its
 * people. */
bool webhooks_may_hear(const char *pattern);
extern const char *const webhooks_streams[]; /* NULL-ended */

#endif
