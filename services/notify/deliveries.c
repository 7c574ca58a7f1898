/* deliveries.c - what operations may see and do about messages: no content, no names, no scores. */
#include <string.h>

#include "handlers.h"
#include "service/access.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, IDS_MAX = 1000 };

static enum dc_code
need_operations(struct dc_step *step, struct dc_error *error)
{
    DC_TRY(notify_need_person(step, error));
    return dc_access_group(step, DC_ROLE(OPERATIONS), error);
}

static enum dc_code
check_filter(const Notify__ListDeliveriesRequest *request,
             const struct notify_delivery_filter *filter, struct dc_error *error)
{
    static const char *const states[] = {"",     "gathering", "queued", "sending",
                                         "sent", "failed",    "dropped"};
    bool known = false;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        known |= strcmp(request->state, states[i]) == 0;
    }
    if (!known) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "state",
                             "must be gathering, queued, sending, sent, failed, dropped, or empty "
                             "for all");
    }
    if (filter->limit < 1 || filter->limit > PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "is %d; 1 to %d are allowed",
                             request->limit, PAGE_MAX);
    }
    return DC_OK;
}

DC_HANDLER(notify_list_deliveries, Notify__ListDeliveriesRequest, Notify__ListDeliveriesResponse)
{
    struct notify_delivery_filter filter = {
        .state = request->state,
        .channel = (int32_t)request->channel,
        .before_id = request->before_id,
        .limit = request->limit ? request->limit : PAGE_DEFAULT,
    };
    DC_TRY(need_operations(step, error));
    DC_TRY(check_filter(request, &filter, error));
    return notify_store_list_deliveries(step, &filter, response, error);
}

/* One's own too: what became of the test message. Of another's nothing is told, not even that it
 * is there. */
DC_HANDLER(notify_get_delivery, Notify__GetDeliveryRequest, Notify__GetDeliveryResponse)
{
    int64_t person_id = 0;
    struct dc_error missing;
    DC_TRY(notify_need_person(step, error));
    enum dc_code found = notify_store_delivery(step, request->id, response, &person_id, &missing);
    if (found == DC_OK && person_id == step->context->person_id) {
        return DC_OK;
    }
    DC_TRY(dc_access_group(step, DC_ROLE(OPERATIONS), error));
    return found == DC_OK ? DC_OK
                          : dc_fail_with(error, found, missing.field, missing.message,
                                         missing.message_zh);
}

DC_HANDLER(notify_retry_deliveries, Notify__RetryDeliveriesRequest, Notify__RetryDeliveriesResponse)
{
    DC_TRY(need_operations(step, error));
    if (!request->all && (request->n_ids == 0 || request->n_ids > IDS_MAX)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "ids",
                             "are %zu; 1 to %d are allowed, or all", request->n_ids, IDS_MAX);
    }
    if (request->all && request->n_ids > 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "all", "goes without ids");
    }
    DC_TRY(notify_store_retry(step, request->ids, request->n_ids, request->all,
                              (int32_t)request->channel, &response->queued, error));
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        const struct notify_channel *channel = notify_channel_of(notify_settings_of(step), i);
        if (channel) {
            dc_wake_on_commit(step, channel->name);
        }
    }
    return DC_OK;
}

/* --- the channels -------------------------------------------------------------------------------
 */
static void
fill_breaker(const struct notify_breaker_row *row, Notify__ChannelState *state)
{
    static const Notify__BreakerState states[DC_BREAKER_STATES] = {
        [DC_BREAKER_CLOSED] = NOTIFY__BREAKER_STATE__BREAKER_STATE_CLOSED,
        [DC_BREAKER_OPEN] = NOTIFY__BREAKER_STATE__BREAKER_STATE_OPEN,
        [DC_BREAKER_HALF_OPEN] = NOTIFY__BREAKER_STATE__BREAKER_STATE_HALF_OPEN,
    };
    state->breaker = states[row->breaker.state];
    state->faults = (int32_t)row->breaker.faults;
    state->since_us = row->breaker.since;
    state->until_us = row->breaker.state == DC_BREAKER_CLOSED ? 0 : row->breaker.until;
    state->last_fault = (char *)row->last_fault;
}

DC_HANDLER(notify_list_channels, Notify__ListChannelsRequest, Notify__ListChannelsResponse)
{
    const struct notify_settings *settings = notify_settings_of(step);
    int64_t tenant_id = step->context->tenant_id;
    struct notify_house house;
    struct notify_breaker_row breakers[NOTIFY_CHANNELS];
    Notify__ChannelState *states[NOTIFY_CHANNELS] = {NULL};
    DC_TRY(notify_need_person(step, error));
    DC_TRY(dc_access_group(step, DC_ROLE(OPERATIONS) | DC_ROLE(SYSTEM_ADMIN) | DC_ROLE(SUPERVISOR),
                           error));
    response->channels = DC_NEW_ARRAY(step->arena, Notify__ChannelState *, NOTIFY_CHANNELS);
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        const struct notify_channel *kind = notify_channel_of(settings, i);
        states[i] = DC_NEW_MESSAGE(step->arena, Notify__ChannelState, notify__channel_state__init);
        states[i]->channel = (Notify__Channel)i;
        states[i]->provider = kind ? (char *)kind->provider : (char *)"";
        states[i]->configured = notify_is_available(settings, tenant_id, i);
        response->channels[response->n_channels++] = states[i];
    }
    DC_TRY(notify_store_house(step, tenant_id, settings, &house, error));
    DC_TRY(notify_store_channel_counts(step, notify_day_begin(house.utc_offset_s, step->now),
                                       states, error));
    DC_TRY(notify_store_breakers(step, breakers, error));
    for (int32_t i = NOTIFY__CHANNEL__CHANNEL_MAIL; i < NOTIFY_CHANNELS; i++) {
        fill_breaker(&breakers[i], states[i]);
    }
    return DC_OK;
}
