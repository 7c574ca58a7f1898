/* deliveries.c - what operations may see and do about mail: no content, no names, no scores. */
#include <string.h>

#include "handlers.h"
#include "service/access.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, IDS_MAX = 1000 };

static enum dc_code
need_operations(struct dc_step *step, struct dc_error *error)
{
    if (step->context->tenant_id <= 0) {
        return dc_fail(error, DC_UNAUTHENTICATED, "please log in");
    }
    return dc_access_group(step, DC_ROLE(OPERATIONS), error);
}

DC_HANDLER(notify_list_deliveries, Notify__ListDeliveriesRequest, Notify__ListDeliveriesResponse)
{
    int64_t limit = request->limit ? request->limit : PAGE_DEFAULT;
    DC_TRY(need_operations(step, error));
    if (limit < 1 || limit > PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "is %d; 1 to %d are allowed",
                             request->limit, PAGE_MAX);
    }
    if (*request->state && strcmp(request->state, "queued") != 0 &&
        strcmp(request->state, "sending") != 0 && strcmp(request->state, "sent") != 0 &&
        strcmp(request->state, "failed") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "state",
                             "must be queued, sending, sent, failed, or empty for all");
    }
    return notify_store_list_deliveries(step, request->state, limit, response, error);
}

DC_HANDLER(notify_retry_deliveries, Notify__RetryDeliveriesRequest, Notify__RetryDeliveriesResponse)
{
    DC_TRY(need_operations(step, error));
    if (request->n_ids == 0 || request->n_ids > IDS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "ids", "are %zu; 1 to %d are allowed",
                             request->n_ids, IDS_MAX);
    }
    DC_TRY(notify_store_retry(step, request->ids, request->n_ids, &response->queued, error));
    dc_wake_on_commit(step, "mail");
    return DC_OK;
}
