/* answer.c - what is common to the answers of providers that speak HTTP, and the table of channels.
 */
#include <curl/curl.h>
#include <dacheng/notify/v1/notify.pb-c.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "channel.h"

const struct notify_channel *const notify_channels[] = {
    &notify_channel_mail,
    &notify_channel_aliyun,
    &notify_channel_tencent,
    &notify_channel_dingtalk,
    &notify_channel_wecom,
    &notify_channel_feishu,
    NULL,
};

const struct notify_channel *
notify_channel_of(const struct notify_settings *settings, int32_t number)
{
    for (size_t i = 0; notify_channels[i]; i++) {
        if (notify_channels[i]->number == number && notify_channels[i]->is_configured(settings)) {
            return notify_channels[i];
        }
    }
    return NULL;
}

const struct notify_channel *
notify_channel_named(const struct notify_settings *settings, const char *name)
{
    for (size_t i = 0; notify_channels[i]; i++) {
        if (strcmp(notify_channels[i]->name, name) == 0 &&
            notify_channels[i]->is_configured(settings)) {
            return notify_channels[i];
        }
    }
    return NULL;
}

void
notify_add_header(struct dc_arena *arena, struct dc_sender_request *request, const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    DC_ASSERT(length > 0 && length < (int)sizeof(line));
    DC_ASSERT(request->header_count < DC_SENDER_HEADERS_MAX);
    request->headers[request->header_count++] = dc_arena_strdup(arena, line);
}

void
notify_one_line(const char *text, char *ret_line, size_t room)
{
    size_t length = strnlen(text, room - 1);
    if (!dc_utf8_is_valid(text, strlen(text))) {
        for (size_t i = 0; i < length; i++) { /* not text: what is ASCII of it */
            ret_line[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
        }
        ret_line[length] = '\0';
        return;
    }
    while (length > 0 && text[length] && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        ret_line[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
    }
    ret_line[length] = '\0';
}

void
notify_answer_printf(struct notify_verdict *verdict, const char *format, ...)
{
    char line[2 * NOTIFY_ANSWER_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    for (size_t end = strlen(line); end > 0 && !dc_utf8_is_valid(line, end); end--) {
        line[end - 1] = '\0'; /* cut within a character */
    }
    notify_one_line(line, verdict->answer, sizeof(verdict->answer));
}

bool
notify_judge_transport(const struct dc_sender_reply *reply, struct notify_verdict *ret_verdict)
{
    if (reply->error != CURLE_OK) {
        ret_verdict->outcome = NOTIFY_FAULT;
        notify_answer_printf(ret_verdict, "%s",
                             *reply->problem ? reply->problem
                                             : curl_easy_strerror((CURLcode)reply->error));
        return true;
    }
    if (reply->status == 429) {
        ret_verdict->outcome = NOTIFY_THROTTLED;
        notify_answer_printf(ret_verdict, "HTTP 429");
        return true;
    }
    if (reply->status >= 500 || reply->status < 200 ||
        (reply->status >= 300 && reply->status < 400)) {
        ret_verdict->outcome = NOTIFY_FAULT;
        notify_answer_printf(ret_verdict, "HTTP %ld", reply->status);
        return true;
    }
    return false;
}

enum notify_outcome
notify_meaning_of(const struct notify_meaning *meanings, const char *code,
                  enum notify_outcome otherwise)
{
    for (size_t i = 0; meanings[i].code; i++) {
        size_t length = strlen(meanings[i].code);
        bool prefix = meanings[i].code[length - 1] == '*';
        if (prefix ? strncmp(meanings[i].code, code, length - 1) == 0
                   : strcmp(meanings[i].code, code) == 0) {
            return meanings[i].outcome;
        }
    }
    return otherwise;
}
