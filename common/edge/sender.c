/* sender.c - one easy handle for each connection, in one multi handle that keeps them open. */
#include "edge/sender.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"

/* A connection's place: the request that it serves, and what came back so far. */
struct lane {
    CURL *curl;
    const struct dc_sender *sender;
    bool busy, refused;
    size_t index;
    dc_time began;
    const char *upload; /* what is left of a mail */
    size_t upload_left;
    struct curl_slist *list; /* headers, or the recipient */
    char problem[CURL_ERROR_SIZE];
    char *body; /* DC_SENDER_BODY_MAX + 1 bytes */
    size_t body_size;
};

struct dc_sender {
    bool mail;
    bool (*may_connect)(void *context, const struct sockaddr *address);
    void *context;
    CURLM *multi;
    struct lane *lanes;
    size_t lane_count;
    size_t busy;
};

static size_t
give(char *buffer, size_t size, size_t count, void *context)
{
    struct lane *lane = context;
    size_t room = size * count;
    size_t bytes = lane->upload_left < room ? lane->upload_left : room;
    memcpy(buffer, lane->upload, bytes);
    lane->upload += bytes;
    lane->upload_left -= bytes;
    return bytes;
}

/* SMTP: reply lines come as "header" data; the last one is the answer. The farewell after a refusal
 * (221) is no answer to the message. */
static size_t
hear_reply(char *buffer, size_t size, size_t count, void *context)
{
    struct lane *lane = context;
    size_t length = size * count;
    if (length >= 3 && strncmp(buffer, "221", 3) == 0) {
        return length;
    }
    lane->body_size = length < DC_SENDER_BODY_MAX ? length : DC_SENDER_BODY_MAX;
    memcpy(lane->body, buffer, lane->body_size);
    while (lane->body_size > 0 && (unsigned char)lane->body[lane->body_size - 1] <= 0x20) {
        lane->body_size--;
    }
    return length;
}

/* HTTP: what is longer than an answer can be is not kept. */
static size_t
hear_body(char *buffer, size_t size, size_t count, void *context)
{
    struct lane *lane = context;
    size_t length = size * count, room = DC_SENDER_BODY_MAX - lane->body_size;
    size_t kept = length < room ? length : room;
    memcpy(lane->body + lane->body_size, buffer, kept);
    lane->body_size += kept;
    return length;
}

/* The address is the one that is connected to: a name that resolves to another one later, or to
 * several, does not get around it. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct lane *lane = context;
    (void)purpose;
    if (!lane->sender->may_connect(lane->sender->context, &address->addr)) {
        lane->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode
set_up_mail(struct lane *lane, const struct dc_sender_options *options)
{
    CURL *curl = lane->curl;
    CURLcode code = CURLE_OK;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, lane);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, lane);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     options->starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (*options->user) {
        code = curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
    }
    if (code == CURLE_OK && *options->user) {
        code = curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password);
    }
    return code;
}

static CURLcode
set_up_http(struct lane *lane, const struct dc_sender_options *options)
{
    CURL *curl = lane->curl;
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, lane);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                            options->https_only ? "https" : "http,https");
}

static enum dc_code
set_up_lane(struct dc_sender *sender, struct lane *lane, const struct dc_sender_options *options,
            struct dc_error *error)
{
    lane->sender = sender;
    lane->curl = curl_easy_init();
    lane->body = malloc(DC_SENDER_BODY_MAX + 1);
    if (!lane->curl || !lane->body) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory for a connection");
    }
    long timeout = (long)options->timeout_s;
    curl_easy_setopt(lane->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(lane->curl, CURLOPT_ERRORBUFFER, lane->problem);
    curl_easy_setopt(lane->curl, CURLOPT_PRIVATE, lane);
    curl_easy_setopt(lane->curl, CURLOPT_TIMEOUT, timeout);
    curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);
    curl_easy_setopt(lane->curl, CURLOPT_CONNECTTIMEOUT, timeout < 10 ? timeout : 10L);
    if (sender->may_connect) { /* a proxy would connect for us, to any address */
        curl_easy_setopt(lane->curl, CURLOPT_PROXY, "");
        curl_easy_setopt(lane->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(lane->curl, CURLOPT_OPENSOCKETDATA, lane);
    }
    CURLcode code = options->mail ? set_up_mail(lane, options) : set_up_http(lane, options);
    if (code == CURLE_OK && *options->ca_file) {
        code = curl_easy_setopt(lane->curl, CURLOPT_CAINFO, options->ca_file);
    }
    if (code != CURLE_OK) {
        return dc_fail(error, DC_INVALID_ARGUMENT, "%s cannot be set up: %s", options->name,
                       curl_easy_strerror(code));
    }
    return DC_OK;
}

enum dc_code
dc_sender_new(struct dc_sender **ret_sender, const struct dc_sender_options *options,
              struct dc_error *error)
{
    DC_AUTO(dc_sender) struct dc_sender *sender = calloc(1, sizeof(*sender));
    if (!sender || !(sender->multi = curl_multi_init()) ||
        !(sender->lanes = calloc(options->connections, sizeof(*sender->lanes)))) {
        return dc_fail(error, DC_RESOURCE_EXHAUSTED, "no memory for connections");
    }
    sender->mail = options->mail;
    sender->may_connect = options->may_connect;
    sender->context = options->context;
    while (sender->lane_count < options->connections) {
        struct lane *lane = &sender->lanes[sender->lane_count++];
        DC_TRY(set_up_lane(sender, lane, options, error));
    }
    curl_multi_setopt(sender->multi, CURLMOPT_MAXCONNECTS, (long)options->connections);
    *ret_sender = DC_TAKE(sender);
    return DC_OK;
}

/* In the middle of a mail libcurl would end its data there, and the server would take the part for
 * the whole: an empty mail, or half of one. Without recipients it hangs up. */
static void
give_up(struct dc_sender *sender, struct lane *lane)
{
    if (sender->mail) {
        curl_easy_setopt(lane->curl, CURLOPT_MAIL_RCPT, NULL);
    }
    curl_multi_remove_handle(sender->multi, lane->curl);
}

void
dc_sender_free(struct dc_sender *sender)
{
    if (!sender) {
        return;
    }
    for (size_t i = 0; i < sender->lane_count; i++) {
        struct lane *lane = &sender->lanes[i];
        if (lane->busy) {
            give_up(sender, lane);
        }
        curl_easy_cleanup(lane->curl);
        curl_slist_free_all(lane->list);
        free(lane->body);
    }
    if (sender->multi) {
        curl_multi_cleanup(sender->multi);
    }
    free(sender->lanes);
    free(sender);
}

bool
dc_sender_is_full(const struct dc_sender *sender)
{
    return sender->busy == sender->lane_count;
}

size_t
dc_sender_under_way(const struct dc_sender *sender)
{
    return sender->busy;
}

static void
load_mail(struct lane *lane, const struct dc_sender_request *request)
{
    lane->upload = request->body;
    lane->upload_left = request->body_size;
    lane->list = curl_slist_append(NULL, request->mail_to);
    DC_ASSERT(lane->list);
    curl_easy_setopt(lane->curl, CURLOPT_MAIL_FROM, request->mail_from);
    curl_easy_setopt(lane->curl, CURLOPT_MAIL_RCPT, lane->list);
    curl_easy_setopt(lane->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
}

static void
load_http(struct lane *lane, const struct dc_sender_request *request)
{
    bool typed = false;
    for (size_t i = 0; i < request->header_count; i++) {
        typed |= strncasecmp(request->headers[i], "content-type:", 13) == 0;
        lane->list = curl_slist_append(lane->list, request->headers[i]);
        DC_ASSERT(lane->list);
    }
    lane->list = curl_slist_append(lane->list, "Expect:");
    if (!typed) { /* libcurl would call it a form */
        lane->list = curl_slist_append(lane->list, "Content-Type:");
    }
    curl_easy_setopt(lane->curl, CURLOPT_HTTPHEADER, lane->list);
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
}

void
dc_sender_start(struct dc_sender *sender, const struct dc_sender_request *request, size_t index)
{
    struct lane *lane = sender->lanes;
    DC_ASSERT(!dc_sender_is_full(sender));
    while (lane->busy) {
        lane++;
    }
    lane->busy = true;
    lane->refused = false;
    lane->index = index;
    lane->began = dc_monotonic();
    lane->problem[0] = '\0';
    lane->body_size = 0;
    curl_easy_setopt(lane->curl, CURLOPT_URL, request->url);
    if (sender->mail) {
        load_mail(lane, request);
    } else {
        load_http(lane, request);
    }
    DC_ASSERT(curl_multi_add_handle(sender->multi, lane->curl) == CURLM_OK);
    sender->busy++;
}

/* libcurl keeps a connection whose answer to the data did not come in time: it would ask the next
 * mail into it, and wait for the answer to its QUIT when it closes it. Shut down, it is found dead.
 */
static void
leave_connection(struct lane *lane)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(lane->curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD) {
        shutdown(socket, SHUT_RDWR);
    }
}

static void
finish(struct dc_sender *sender, struct lane *lane, CURLcode code, dc_sender_take *take,
       void *context)
{
    long status = 0;
    curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &status);
    lane->body[lane->body_size] = '\0';
    take(context, &(struct dc_sender_reply){.index = lane->index,
                                            .error = (int)code,
                                            .status = status,
                                            .body = lane->body,
                                            .body_size = lane->body_size,
                                            .problem = lane->problem,
                                            .refused = lane->refused && code != CURLE_OK,
                                            .duration_us = dc_monotonic() - lane->began});
    if (code != CURLE_OK && sender->mail) {
        leave_connection(lane);
    }
    curl_multi_remove_handle(sender->multi, lane->curl);
    curl_easy_setopt(lane->curl, sender->mail ? CURLOPT_MAIL_RCPT : CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(lane->list);
    lane->list = NULL;
    lane->busy = false;
    sender->busy--;
}

size_t
dc_sender_wait(struct dc_sender *sender, int64_t timeout_ms, size_t most, dc_sender_take *take,
               void *context)
{
    int64_t deadline = dc_monotonic() + timeout_ms * DC_MILLISECOND;
    size_t count = 0;
    for (;;) {
        int running = 0, left = 0;
        DC_ASSERT(curl_multi_perform(sender->multi, &running) == CURLM_OK);
        for (CURLMsg *message;
             count < most && (message = curl_multi_info_read(sender->multi, &left)); count++) {
            struct lane *lane = NULL;
            CURLcode code = message->data.result; /* the message does not live on */
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
            finish(sender, lane, code, take, context);
        }
        int64_t rest = (deadline - dc_monotonic()) / DC_MILLISECOND;
        if (count > 0 || sender->busy == 0 || rest <= 0) {
            return count;
        }
        curl_multi_poll(sender->multi, NULL, 0, (int)rest, NULL);
    }
}
