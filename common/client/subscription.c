/* subscription.c - the library's events; see dacheng.h. */
#include "client.h"

#include <stdlib.h>

#include "base/assert.h"
#include "edge/event_json.h"

enum {
    SUBSCRIPTION_TAG = 0x64635375,
    SAVE_EVENTS = 256,
    SAVE_US = DC_SECOND,
    RUN_MS = 500,
};

struct dacheng_subscription {
    unsigned tag;
    struct dacheng *dacheng;
    struct dc_follow *follow;
    struct position_file *file; /* NULL: the caller keeps the position */
    struct dacheng_event event;
};

static enum dc_code
seek_start(struct dacheng_subscription *subscription,
           const struct dacheng_subscribe_options *options, struct dc_error *error)
{
    struct dc_follow *follow = subscription->follow;
    if (options->from < DACHENG_FROM_END || options->from > DACHENG_FROM_TIME) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "from", "%d is none of DACHENG_FROM_...",
                             options->from);
    }
    if (options->from == DACHENG_FROM_NUMBER && options->number < 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "number", "numbers begin at 1");
    }
    if (options->from == DACHENG_FROM_TIME && options->at_us < 1) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "at_us", "is not after 1970");
    }
    for (size_t i = 0; i < dc_follow_count(follow); i++) {
        struct dc_place place = {.number = options->number - 1};
        bool kept = subscription->file &&
                    position_file_find(subscription->file, dc_follow_stream(follow, i), &place);
        if (kept || options->from == DACHENG_FROM_NUMBER) {
            dc_follow_seek(follow, i, place);
        } else {
            dc_follow_seek_time(follow, i, options->from == DACHENG_FROM_TIME ? options->at_us : 0);
        }
    }
    return DC_OK;
}

int
dacheng_subscribe(struct dacheng *dacheng, const struct dacheng_subscribe_options *given,
                  struct dacheng_subscription **ret_subscription, struct dacheng_error *ret_error)
{
    DC_ASSERT(dacheng->tag == CLIENT_TAG);
    const struct dacheng_subscribe_options options =
        CLIENT_OPTIONS(struct dacheng_subscribe_options, given);
    struct dc_error error = {0};
    if (dacheng->subscription) {
        dc_fail(&error, DC_FAILED_PRECONDITION,
                "this connection has a subscription; open another one");
        return client_fail(ret_error, &error);
    }
    if (!options.patterns) {
        dc_fail_field(&error, DC_INVALID_ARGUMENT, "patterns", "is missing");
        return client_fail(ret_error, &error);
    }
    struct dacheng_subscription *subscription = calloc(1, sizeof(*subscription));
    DC_ASSERT(subscription);
    subscription->tag = SUBSCRIPTION_TAG;
    subscription->dacheng = dacheng;
    if ((options.position_file &&
         position_file_open(&subscription->file, options.position_file, &error) != DC_OK) ||
        dc_follow_open(&subscription->follow, dacheng->bus, options.patterns, options.tenant_id,
                       &error) != DC_OK ||
        seek_start(subscription, &options, &error) != DC_OK) {
        dacheng_unsubscribe(subscription);
        return client_fail(ret_error, &error);
    }
    dacheng->subscription = subscription;
    *ret_subscription = subscription;
    return DACHENG_OK;
}

void
dacheng_unsubscribe(struct dacheng_subscription *subscription)
{
    if (!subscription) {
        return;
    }
    DC_ASSERT(subscription->tag == SUBSCRIPTION_TAG);
    if (subscription->dacheng->subscription == subscription) {
        subscription->dacheng->subscription = NULL;
    }
    dc_follow_free(subscription->follow);
    position_file_free(subscription->file);
    subscription->tag = 0;
    free(subscription);
}

/* --- events ----------------------------------------------------------------------------------- */
static void
show(struct dacheng_subscription *subscription, const Kernel__Event *event)
{
    subscription->event = (struct dacheng_event){
        .stream = event->stream,
        .type = event->type,
        .epoch = event->epoch,
        .overall = event->overall,
        .partition = event->partition,
        .number = event->number,
        .tenant_id = event->tenant_id,
        .key = event->key,
        .at_us = event->at_us,
        .body = event->body.data,
        .body_size = event->body.len,
        .actor = event->actor_account,
        .cause = event->cause,
        .traceparent = event->traceparent,
        .origin = event,
    };
}

int
dacheng_next(struct dacheng_subscription *subscription, int timeout_ms,
             const struct dacheng_event **ret_event, struct dacheng_error *ret_error)
{
    DC_ASSERT(subscription->tag == SUBSCRIPTION_TAG);
    struct dc_error error = {0};
    const Kernel__Event *event;
    if (dc_follow_next(subscription->follow, timeout_ms > 0 ? timeout_ms : 0, &event, &error) !=
        DC_OK) {
        return client_fail(ret_error, &error);
    }
    if (!event) {
        dc_fail(&error, DC_DEADLINE_EXCEEDED, "no event within %d ms", timeout_ms);
        return client_fail(ret_error, &error);
    }
    show(subscription, event);
    *ret_event = &subscription->event;
    return DACHENG_OK;
}

int
dacheng_event_json(const struct dacheng_event *event, char **ret_json,
                   struct dacheng_error *ret_error)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    if (!dc_event_body_json(event->origin, &text)) {
        struct dc_error error = {0};
        dc_fail(&error, DC_UNIMPLEMENTED, "%s.%s is not known to this version of the library",
                event->stream, event->type);
        return client_fail(ret_error, &error);
    }
    *ret_json = strdup(dc_text_cstr(&text));
    DC_ASSERT(*ret_json);
    return DACHENG_OK;
}

/* --- positions -------------------------------------------------------------------------------- */
static enum dc_code
find_stream(const struct dacheng_subscription *subscription, const char *stream, size_t *ret_index,
            struct dc_error *error)
{
    for (size_t i = 0; i < dc_follow_count(subscription->follow); i++) {
        if (strcmp(dc_follow_stream(subscription->follow, i), stream) == 0) {
            *ret_index = i;
            return DC_OK;
        }
    }
    return dc_fail_field(error, DC_NOT_FOUND, "stream", "\"%.80s\" is not followed", stream);
}

int
dacheng_position(struct dacheng_subscription *subscription, const char *stream,
                 struct dacheng_position *ret_position, struct dacheng_error *ret_error)
{
    struct dc_error error = {0};
    struct dc_place place;
    size_t index;
    if (find_stream(subscription, stream, &index, &error) != DC_OK) {
        return client_fail(ret_error, &error);
    }
    if (!dc_follow_place(subscription->follow, index, &place)) {
        dc_fail_field(&error, DC_UNAVAILABLE, "stream", "%s has not told where it is yet", stream);
        return client_fail(ret_error, &error);
    }
    *ret_position = (struct dacheng_position){place.epoch, place.number};
    return DACHENG_OK;
}

int
dacheng_seek(struct dacheng_subscription *subscription, const char *stream,
             const struct dacheng_position *position, struct dacheng_error *ret_error)
{
    struct dc_error error = {0};
    size_t index;
    if (find_stream(subscription, stream, &index, &error) != DC_OK) {
        return client_fail(ret_error, &error);
    }
    if (position->number < 0 || position->epoch < 0) {
        dc_fail_field(&error, DC_INVALID_ARGUMENT, "position", "is below 0");
        return client_fail(ret_error, &error);
    }
    dc_follow_seek(subscription->follow, index,
                   (struct dc_place){position->epoch, position->number});
    return DACHENG_OK;
}

int
dacheng_save(struct dacheng_subscription *subscription, struct dacheng_error *ret_error)
{
    struct dc_error error = {0};
    if (!subscription->file) {
        dc_fail_field(&error, DC_FAILED_PRECONDITION, "position_file", "there is none");
        return client_fail(ret_error, &error);
    }
    return position_file_save(subscription->file, subscription->follow, &error) == DC_OK
               ? DACHENG_OK
               : client_fail(ret_error, &error);
}

/* The event that was handed out last is to come again. */
static void
take_back(struct dacheng_subscription *subscription, const struct dacheng_event *event)
{
    struct dacheng_position before = {event->epoch, event->overall - 1};
    size_t index;
    struct dc_place place;
    if (find_stream(subscription, event->stream, &index, NULL) == DC_OK &&
        dc_follow_place(subscription->follow, index, &place)) {
        dc_follow_seek(subscription->follow, index, (struct dc_place){place.epoch, before.number});
    }
}

int
dacheng_run(struct dacheng_subscription *subscription, dacheng_handle *handle, void *context,
            int *ret_answer, struct dacheng_error *ret_error)
{
    int unsaved = 0, answer = 0, code = DACHENG_OK;
    int64_t saved_at = dc_monotonic();
    while (answer == 0 && code == DACHENG_OK) {
        const struct dacheng_event *event;
        bool now = unsaved && subscription->file;
        code = dacheng_next(subscription, now ? 0 : RUN_MS, &event, ret_error);
        bool quiet = code == DACHENG_DEADLINE_EXCEEDED;
        if (code == DACHENG_OK) {
            answer = handle(event, context);
            unsaved++;
        }
        if (answer != 0) {
            take_back(subscription, event);
        }
        code = quiet ? DACHENG_OK : code;
        if (now && (quiet || answer || code || unsaved >= SAVE_EVENTS ||
                    dc_monotonic() - saved_at > SAVE_US)) {
            int saved = dacheng_save(subscription, code ? NULL : ret_error);
            code = code ? code : saved;
            saved_at = dc_monotonic();
            unsaved = 0;
        }
    }
    if (code == DACHENG_OK) {
        *ret_answer = answer;
    }
    return code;
}
