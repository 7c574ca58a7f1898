/* deliveries.c - what waits for a webhook, and what is to become of what was parked. */
#include "handlers.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MOST = 500 };

DC_HANDLER(webhooks_list_deliveries, Webhooks__ListDeliveriesRequest,
           Webhooks__ListDeliveriesResponse)
{
    Webhooks__Webhook *webhook;
    DC_TRY(webhooks_find(step, request->webhook_id, "webhook_id", &webhook, error));
    if (request->limit < 0 || request->limit > LIMIT_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "%d is not in 1..%d (0: %d)",
                             request->limit, LIMIT_MOST, LIMIT_DEFAULT);
    }
    return store_deliveries(step, webhook->id, request->parked_only,
                            request->limit ? request->limit : LIMIT_DEFAULT, &response->deliveries,
                            &response->n_deliveries, error);
}

DC_HANDLER(webhooks_redrive, Webhooks__RedriveRequest, Webhooks__RedriveResponse)
{
    Webhooks__Webhook *webhook;
    dc_step_subject(step, "webhook/%lld", (long long)request->webhook_id);
    DC_TRY(webhooks_find(step, request->webhook_id, "webhook_id", &webhook, error));
    DC_TRY(store_redrive(step, webhook->id, request->key, request->drop, &response->deliveries,
                         error));
    dc_wake_on_commit(step, "deliver");
    return DC_OK;
}
