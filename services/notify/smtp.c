/* smtp.c - SMTP by libcurl: one easy handle, whose connection lives on between mails. */
#include "smtp.h"

#include <curl/curl.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

struct notify_smtp {
    CURL *curl;
    char error[CURL_ERROR_SIZE];
    char reply[NOTIFY_ANSWER_MAX]; /* the last line the server said */
    bool broken;                   /* the last mail's connection may still wait for its answer */
};

struct upload {
    const char *data;
    size_t left;
};

static size_t
give(char *buffer, size_t size, size_t count, void *context)
{
    struct upload *upload = context;
    size_t room = size * count;
    size_t bytes = upload->left < room ? upload->left : room;
    memcpy(buffer, upload->data, bytes);
    upload->data += bytes;
    upload->left -= bytes;
    return bytes;
}

/* Reply lines come as "header" data; controls and what is not ASCII are taken out. The farewell
 * after a refusal (221) is no answer to the message. */
static size_t
hear(char *buffer, size_t size, size_t count, void *context)
{
    struct notify_smtp *smtp = context;
    size_t length = size * count, kept = 0;
    if (length >= 3 && strncmp(buffer, "221", 3) == 0) {
        return length;
    }
    for (size_t i = 0; i < length && kept < sizeof(smtp->reply) - 1; i++) {
        if (buffer[i] >= 0x20 && buffer[i] < 0x7f) {
            smtp->reply[kept++] = buffer[i];
        }
    }
    smtp->reply[kept] = '\0';
    return length;
}

static long
tls_level(const char *tls)
{
    return strcmp(tls, "starttls") == 0 ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE;
}

static enum dc_code
check_options(const struct notify_smtp_options *options, struct dc_error *error)
{
    bool smtps = dc_text_starts_with(options->url, "smtps://");
    if (!smtps && !dc_text_starts_with(options->url, "smtp://")) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.url",
                             "must begin with smtp:// or smtps://");
    }
    if (strcmp(options->tls, "none") != 0 && strcmp(options->tls, "starttls") != 0 &&
        strcmp(options->tls, "tls") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.tls",
                             "must be none, starttls or tls");
    }
    if (smtps != (strcmp(options->tls, "tls") == 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "smtp.tls",
                             "tls goes with smtps://, none and starttls with smtp://");
    }
    return DC_OK;
}

enum dc_code
notify_smtp_new(struct notify_smtp **ret_smtp, const struct notify_smtp_options *options,
                struct dc_error *error)
{
    DC_TRY(check_options(options, error));
    DC_AUTO(notify_smtp) struct notify_smtp *smtp = calloc(1, sizeof(*smtp));
    if (!smtp || !(smtp->curl = curl_easy_init())) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory for a mail connection");
    }
    CURL *curl = smtp->curl;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->error);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)options->timeout_s);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     (long)(options->timeout_s < 10 ? options->timeout_s : 10));
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_level(options->tls));
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, options->url);
    if (code == CURLE_OK && *options->user) {
        code = curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
    }
    if (code == CURLE_OK && *options->user) {
        code = curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password);
    }
    if (code == CURLE_OK && *options->ca_file) {
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    }
    if (code != CURLE_OK) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "mail cannot be set up: %s",
                       curl_easy_strerror(code));
    }
    *ret_smtp = DC_TAKE(smtp);
    return DC_OK;
}

void
notify_smtp_free(struct notify_smtp *smtp)
{
    if (smtp) {
        if (smtp->curl) {
            curl_easy_cleanup(smtp->curl);
        }
        free(smtp);
    }
}

/* Only a reply to what we sent of this message says something about the message; a broken
 * connection, TLS or log-in does not, whatever the last reply was. */
static enum notify_outcome
judge(CURLcode code, long reply)
{
    switch (code) {
    case CURLE_OK:
        return NOTIFY_ACCEPTED;
    case CURLE_SEND_ERROR:         /* the server's answer to MAIL FROM or DATA was a refusal */
    case CURLE_RECV_ERROR:         /* the same in older releases */
    case CURLE_WEIRD_SERVER_REPLY: /* to the end of the data */
        return reply >= 400 ? notify_outcome_of_reply(reply) : NOTIFY_REFUSED_FOR_NOW;
    default:
        return NOTIFY_REFUSED_FOR_NOW;
    }
}

enum notify_outcome
notify_smtp_send(struct notify_smtp *smtp, const char *from, const char *to, const char *message,
                 size_t size, char ret_answer[NOTIFY_ANSWER_MAX])
{
    struct upload upload = {message, size};
    char sender[300], recipient[300];
    snprintf(sender, sizeof(sender), "<%s>", from);
    snprintf(recipient, sizeof(recipient), "<%s>", to);
    struct curl_slist *recipients = curl_slist_append(NULL, recipient);
    if (!recipients) {
        snprintf(ret_answer, NOTIFY_ANSWER_MAX, "no memory");
        return NOTIFY_REFUSED_FOR_NOW;
    }
    smtp->error[0] = smtp->reply[0] = '\0';
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, sender);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(smtp->curl, CURLOPT_READDATA, &upload);
    curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
    /* libcurl keeps a connection whose mail timed out, and would ask the next one into it. */
    curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, smtp->broken ? 1L : 0L);
    CURLcode code = curl_easy_perform(smtp->curl);
    smtp->broken = code != CURLE_OK;
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    long reply = 0;
    curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply);
    enum notify_outcome outcome = judge(code, reply);
    snprintf(ret_answer, NOTIFY_ANSWER_MAX, "%.*s", NOTIFY_ANSWER_MAX - 1,
             code != CURLE_OK && reply < 400
                 ? (*smtp->error ? smtp->error : curl_easy_strerror(code))
                 : smtp->reply);
    return outcome;
}
