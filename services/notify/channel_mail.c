/* channel_mail.c - mail by SMTP: the message as bytes, and what the server's replies mean. */
#include <curl/curl.h>
#include <dacheng/notify/v1/notify.pb-c.h>
#include <string.h>

#include "base/text.h"
#include "channel.h"
#include "message.h"

static bool
is_configured(const struct notify_settings *settings)
{
    return *settings->smtp.url != '\0';
}

static enum dc_code
check(const struct notify_settings *settings, struct dc_error *error)
{
    const struct notify_smtp_settings *own = &settings->smtp;
    bool smtps = dc_text_starts_with(own->url, "smtps://");
    if (!notify_address_is_valid(own->from_address)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.from", "is not a mail address");
    }
    if (!smtps && !dc_text_starts_with(own->url, "smtp://")) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.url",
                             "must begin with smtp:// or smtps://");
    }
    if (strcmp(own->tls, "none") != 0 && strcmp(own->tls, "starttls") != 0 &&
        strcmp(own->tls, "tls") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.tls",
                             "must be none, starttls or tls");
    }
    if (smtps != (strcmp(own->tls, "tls") == 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.tls",
                             "tls goes with smtps://, none and starttls with smtp://");
    }
    return DC_OK;
}

static enum dc_code
prepare(struct dc_arena *arena, const struct notify_settings *settings,
        const struct notify_message *message, struct dc_sender_request *ret_request,
        struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    if (*message->email == '\0') {
        return dc_fail(error, DC_NOT_FOUND, "no mail address is known");
    }
    if (!notify_address_is_valid(message->email)) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "the mail address is not valid");
    }
    struct notify_mail mail = {
        .from_name = settings->smtp.from_name,
        .from_address = settings->smtp.from_address,
        .to_name = message->name,
        .to_address = message->email,
        .subject = message->subject,
        .text = message->text,
        .html = message->html,
        .message_id = dc_arena_printf(arena, "%s@%s", message->id, settings->smtp.domain),
        .at = message->at,
    };
    notify_mail_write(&mail, &text);
    *ret_request = (struct dc_sender_request){
        .url = settings->smtp.url,
        .body = dc_arena_strndup(arena, dc_text_cstr(&text), text.length),
        .body_size = text.length,
        .mail_from = dc_arena_printf(arena, "<%s>", settings->smtp.from_address),
        .mail_to = dc_arena_printf(arena, "<%s>", message->email),
    };
    return DC_OK;
}

/* By the server's reply code. 421 and 530..539 are about the service and our log-in, not about
 * the message. */
static enum notify_outcome
outcome_of_reply(long reply)
{
    if (reply >= 200 && reply < 400) {
        return NOTIFY_ACCEPTED;
    }
    if (reply == 421 || (reply >= 530 && reply < 540)) {
        return NOTIFY_FAULT;
    }
    return reply >= 500 && reply < 600 ? NOTIFY_REFUSED : NOTIFY_LATER;
}

/* Only a reply to what we sent of this message says something about the message; a broken
 * connection, TLS or log-in does not, whatever the last reply was. */
static void
judge(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    switch (reply->error) {
    case CURLE_OK:
        ret_verdict->outcome = NOTIFY_ACCEPTED;
        break;
    case CURLE_SEND_ERROR:         /* the server's answer to MAIL FROM or DATA was a refusal */
    case CURLE_RECV_ERROR:         /* the same in older releases */
    case CURLE_WEIRD_SERVER_REPLY: /* to the end of the data */
        ret_verdict->outcome =
            reply->status >= 400 ? outcome_of_reply(reply->status) : NOTIFY_FAULT;
        break;
    default:
        ret_verdict->outcome = NOTIFY_FAULT;
    }
    bool said = reply->error == CURLE_OK || reply->status >= 400;
    notify_answer_printf(ret_verdict, "%s",
                         said              ? reply->body
                         : *reply->problem ? reply->problem
                                           : curl_easy_strerror((CURLcode)reply->error));
}

const struct notify_channel notify_channel_mail = {
    .number = NOTIFY__CHANNEL__CHANNEL_MAIL,
    .name = "mail",
    .provider = "smtp",
    .is_mail = true,
    .is_configured = is_configured,
    .check = check,
    .prepare = prepare,
    .judge = judge,
};
