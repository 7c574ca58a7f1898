/*
 * bus_resolve.c - endpoints to addresses. libzmq takes only the first address of a name, and
 * resolves it in its I/O thread; so names are looked up here, by one thread of the process, again
 * and again, and the bus clients pick up what it found.
 */
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "edge/bus_internal.h"

enum { LOOK_AGAIN_SECONDS = 5, LOOK_AGAIN_UNKNOWN_SECONDS = 1, HOST_MAX = 256, PORT_MAX = 16 };

struct dc_bus_endpoint {
    struct dc_bus_endpoint *next; /* in the resolver's list; for names only */
    bool literal;                 /* an address already; needs no resolver */
    char host[HOST_MAX];
    char port[PORT_MAX];
    char addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT];
    size_t count;
    bool in_use; /* false: its owner is gone, the thread frees it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct dc_bus_endpoint *endpoints;
static pthread_t thread;
static bool running, stopping;
static bool asked; /* an endpoint was added since the last round began */

static size_t
look_up(const char *host, const char *port, int flags,
        char addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT])
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return 0;
    }
    size_t count = 0;
    for (struct addrinfo *info = found; info && count < DC_BUS_ADDRESSES_MAX;
         info = info->ai_next) {
        char text[64];
        if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) == 0) {
            snprintf(addresses[count++], DC_BUS_ADDRESS_TEXT,
                     info->ai_family == AF_INET6 ? "tcp://[%s]:%s" : "tcp://%s:%s", text, port);
        }
    }
    freeaddrinfo(found);
    return count;
}

/* Looks up one endpoint with the lock released meanwhile; it stays in the list. */
static void
refresh(struct dc_bus_endpoint *endpoint)
{
    char addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT];
    pthread_mutex_unlock(&lock);
    size_t count = look_up(endpoint->host, endpoint->port, 0, addresses);
    pthread_mutex_lock(&lock);
    if (count) { /* a failed look-up keeps what was known: the name server may be away */
        memcpy(endpoint->addresses, addresses, sizeof(addresses));
        endpoint->count = count;
    }
}

static void
drop_unused(void)
{
    for (struct dc_bus_endpoint **at = &endpoints; *at;) {
        struct dc_bus_endpoint *endpoint = *at;
        if (endpoint->in_use) {
            at = &endpoint->next;
        } else {
            *at = endpoint->next;
            free(endpoint);
        }
    }
}

static void *
resolve(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!stopping) {
        bool unknown = false;
        asked = false;
        for (struct dc_bus_endpoint *e = endpoints; e && !stopping; e = e->next) {
            refresh(e);
            unknown |= e->count == 0;
        }
        drop_unused(); /* only here: the walk above releases the lock */
        if (stopping || asked) {
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += unknown ? LOOK_AGAIN_UNKNOWN_SECONDS : LOOK_AGAIN_SECONDS;
        pthread_cond_timedwait(&changed, &lock, &until);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static enum dc_code
watch(struct dc_bus_endpoint *endpoint, struct dc_error *error)
{
    pthread_mutex_lock(&lock);
    endpoint->in_use = true;
    endpoint->next = endpoints;
    endpoints = endpoint;
    asked = true;
    if (!running) {
        stopping = false;
        running = pthread_create(&thread, NULL, resolve, NULL) == 0;
    }
    bool started = running;
    if (!started) {
        endpoints = endpoint->next;
    }
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return started ? DC_OK : dc_fail(error, DC_RESOURCE_EXHAUSTED, "cannot start a thread");
}

enum dc_code
dc_bus_endpoint_open(struct dc_bus_endpoint **ret_endpoint, const char *text,
                     struct dc_error *error)
{
    DC_AUTO_FREE struct dc_bus_endpoint *endpoint = calloc(1, sizeof(*endpoint));
    DC_ASSERT(endpoint);
    if (dc_text_starts_with(text, "ipc://") && strlen(text) < DC_BUS_ADDRESS_TEXT) {
        endpoint->literal = true;
        endpoint->count = 1;
        snprintf(endpoint->addresses[0], DC_BUS_ADDRESS_TEXT, "%s", text);
        *ret_endpoint = DC_TAKE(endpoint);
        return DC_OK;
    }
    const char *host = dc_text_starts_with(text, "tcp://") ? text + strlen("tcp://") : "";
    const char *colon = strrchr(host, ':');
    int64_t port = 0;
    if (!*host || !colon || colon == host || (size_t)(colon - host) >= HOST_MAX ||
        dc_parse_int64(colon + 1, &port, NULL) != DC_OK || port < 1 || port > 65535) {
        return dc_fail(error, DC_INVALID_ARGUMENT,
                       "\"%.200s\" is not an endpoint: tcp://host:port or ipc://path is expected",
                       text);
    }
    size_t length = (size_t)(colon - host);
    if (host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    }
    memcpy(endpoint->host, host, length);
    snprintf(endpoint->port, PORT_MAX, "%d", (int)port);
    endpoint->count = look_up(endpoint->host, endpoint->port, AI_NUMERICHOST, endpoint->addresses);
    endpoint->literal = endpoint->count > 0;
    if (!endpoint->literal) {
        DC_TRY(watch(endpoint, error));
    }
    *ret_endpoint = DC_TAKE(endpoint);
    return DC_OK;
}

void
dc_bus_endpoint_free(struct dc_bus_endpoint *endpoint)
{
    if (!endpoint) {
        return;
    }
    if (endpoint->literal) {
        free(endpoint);
        return;
    }
    pthread_mutex_lock(&lock);
    endpoint->in_use = false;
    if (!running) {
        drop_unused();
    }
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

size_t
dc_bus_endpoint_addresses(struct dc_bus_endpoint *endpoint,
                          char ret_addresses[DC_BUS_ADDRESSES_MAX][DC_BUS_ADDRESS_TEXT])
{
    if (!endpoint->literal) {
        pthread_mutex_lock(&lock);
    }
    size_t count = endpoint->count;
    memcpy(ret_addresses, endpoint->addresses, sizeof(endpoint->addresses));
    if (!endpoint->literal) {
        pthread_mutex_unlock(&lock);
    }
    return count;
}

bool
dc_bus_endpoint_is_settled(const struct dc_bus_endpoint *endpoint)
{
    return endpoint->literal;
}

void
dc_bus_resolve_stop(void)
{
    pthread_mutex_lock(&lock);
    bool was_running = running;
    stopping = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    if (was_running) {
        pthread_join(thread, NULL);
    }
    pthread_mutex_lock(&lock);
    running = false;
    drop_unused();
    pthread_mutex_unlock(&lock);
}
