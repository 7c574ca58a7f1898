/* metrics_listener.c - the small HTTP listener: /metrics, /healthz, /readyz, in a thread of its
 * own. */
#include "edge/metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"

enum { CONNECTIONS_MAX = 16, IDLE_SECONDS = 10 };

struct dc_metrics_listener {
    struct MHD_Daemon *daemon;
};

static enum MHD_Result
answer_text(struct MHD_Connection *connection, unsigned status, const char *type,
            const struct dc_text *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        text->length, (void *)(uintptr_t)dc_text_cstr(text), MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    /* One request a connection: nothing that came behind the first is ever read. */
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *data, size_t *size, void **state)
{
    static const char plain[] = "text/plain; charset=utf-8";
    (void)context, (void)version, (void)data, (void)state;
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    if (*size != 0) {
        *size = 0; /* a body is of no interest */
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        dc_text_add(&text, "only GET is answered here\n");
        return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, plain, &text);
    }
    if (strcmp(url, "/metrics") == 0) {
        dc_metrics_of_process();
        dc_metrics_print(&text);
        return answer_text(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                           &text);
    }
    if (strcmp(url, "/healthz") == 0) {
        dc_text_add(&text, "alive\n");
        return answer_text(connection, MHD_HTTP_OK, plain, &text);
    }
    if (strcmp(url, "/readyz") == 0) {
        bool ready = dc_ready_all(&text);
        if (ready) {
            dc_text_add(&text, "ready\n");
        }
        return answer_text(connection, ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, plain,
                           &text);
    }
    dc_text_add(&text, "there are /metrics, /healthz and /readyz\n");
    return answer_text(connection, MHD_HTTP_NOT_FOUND, plain, &text);
}

/* "127.0.0.1:9100", "[::1]:9100". */
static enum dc_code
parse_address(const char *address, struct sockaddr_storage *ret_socket, bool *ret_ipv6,
              struct dc_error *error)
{
    char host[64];
    const char *colon = strrchr(address, ':');
    size_t length = colon ? (size_t)(colon - address) : 0;
    int64_t port;
    if (!colon || length == 0 || length >= sizeof host ||
        dc_parse_int64(colon + 1, &port, NULL) != DC_OK || port < 0 || port > 65535) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.80s\" is not an address to listen on; 127.0.0.1:9100 or [::1]:9100 is",
                       address);
    }
    bool bracketed = address[0] == '[' && address[length - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(length - (bracketed ? 2 : 0)),
             address + (bracketed ? 1 : 0));
    memset(ret_socket, 0, sizeof *ret_socket);
    struct sockaddr_in *four = (struct sockaddr_in *)ret_socket;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_socket;
    if (!bracketed && inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *ret_ipv6 = false;
    } else if (bracketed && inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *ret_ipv6 = true;
    } else {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.80s\" is not a numeric address (127.0.0.1, 0.0.0.0, [::1])", host);
    }
    return DC_OK;
}

enum dc_code
dc_metrics_listen(struct dc_metrics_listener **ret_listener, const char *address,
                  uint16_t *ret_port, struct dc_error *error)
{
    DC_ASSERT(ret_listener && address);
    struct sockaddr_storage socket_address;
    bool ipv6 = false;
    DC_TRY(parse_address(address, &socket_address, &ipv6, error));
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | (ipv6 ? MHD_USE_IPv6 : 0);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, &socket_address,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
    if (!daemon) {
        return dc_fail(error, DC_UNAVAILABLE, "cannot listen on %s: %s", address, strerror(errno));
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    DC_ASSERT(info);
    if (ret_port) {
        *ret_port = info->port;
    }
    *ret_listener = calloc(1, sizeof **ret_listener);
    DC_ASSERT(*ret_listener);
    (*ret_listener)->daemon = daemon;
    return DC_OK;
}

void
dc_metrics_listener_free(struct dc_metrics_listener *listener)
{
    if (listener) {
        MHD_stop_daemon(listener->daemon);
        free(listener);
    }
}
