/* sender.c - a channel's requests by edge/sender.h, and what their answers mean. */
#include "sender.h"

#include <dacheng/notify/v1/notify.pb-c.h>
#include <stdlib.h>
#include <string.h>

struct notify_sender {
    const struct notify_channel *channel;
    struct dc_sender *sender;
};

enum dc_code
notify_sender_new(struct notify_sender **ret_sender, const struct notify_channel *channel,
                  const struct notify_settings *settings, struct dc_error *error)
{
    DC_AUTO(notify_sender) struct notify_sender *sender = calloc(1, sizeof(*sender));
    if (!sender) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory for connections");
    }
    /* A robot takes some twenty messages a minute: one after the other. */
    bool robot = channel->number >= NOTIFY__CHANNEL__CHANNEL_DINGTALK;
    const struct dc_sender_options options = {
        .name = channel->name,
        .connections = robot ? 1 : (size_t)settings->connections,
        .timeout_s = settings->timeout_s,
        .ca_file = channel->is_mail ? settings->smtp.ca_file : settings->http_ca_file,
        .mail = channel->is_mail,
        .user = settings->smtp.user,
        .password = settings->smtp.password,
        .starttls = channel->is_mail && strcmp(settings->smtp.tls, "starttls") == 0,
    };
    sender->channel = channel;
    DC_TRY(dc_sender_new(&sender->sender, &options, error));
    *ret_sender = DC_TAKE(sender);
    return DC_OK;
}

void
notify_sender_free(struct notify_sender *sender)
{
    if (sender) {
        dc_sender_free(sender->sender);
    }
    free(sender);
}

bool
notify_sender_is_full(const struct notify_sender *sender)
{
    return dc_sender_is_full(sender->sender);
}

size_t
notify_sender_under_way(const struct notify_sender *sender)
{
    return dc_sender_under_way(sender->sender);
}

void
notify_sender_start(struct notify_sender *sender, const struct dc_sender_request *request,
                    size_t index)
{
    dc_sender_start(sender->sender, request, index);
}

struct taking {
    const struct notify_channel *channel;
    struct notify_done *next;
};

static void
take(void *context, const struct dc_sender_reply *reply)
{
    struct taking *taking = context;
    struct notify_done *done = taking->next++;
    *done = (struct notify_done){.index = reply->index, .duration_us = reply->duration_us};
    taking->channel->judge(reply, &done->verdict);
}

size_t
notify_sender_wait(struct notify_sender *sender, int64_t timeout_ms, struct notify_done *ret_done,
                   size_t room)
{
    struct taking taking = {sender->channel, ret_done};
    return dc_sender_wait(sender->sender, timeout_ms, room, take, &taking);
}
