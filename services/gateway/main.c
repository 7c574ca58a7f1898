/* main.c - gateway: the HTTP edge. Connect protocol, live pages, uploads, and the console's files.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "edge/config.h"
#include "edge/log.h"
#include "edge/metrics.h"
#include "edge/program.h"
#include "gateway.h"

enum { EVENTS_MAX = 64, BACKLOG = 1024 };

static const struct dc_option options[] = {
    {"http.address", DC_OPTION_TEXT, "127.0.0.1:8080", 0, 0,
     "where to listen; port 0: any free one. Off loopback only behind a proxy that ends TLS"},
    {"http.address_file", DC_OPTION_TEXT, "", 0, 0,
     "file to write the real address to; with port 0, what it names is tried first"},
    {"http.behind_tls", DC_OPTION_BOOL, "false", 0, 0,
     "a proxy of ours ends TLS and sets X-Forwarded-For: cookies are Secure, origins https"},
    {"http.threads", DC_OPTION_INT, "2", 1, 64, "threads, each with its own loop"},
    {"http.connections_max", DC_OPTION_INT, "8000", 1, 1000000, "connections per thread"},
    {"http.body_max_kib", DC_OPTION_INT, "12288", 1, 1048576, "largest request, KiB"},
    {"http.upload_max_mib", DC_OPTION_INT, "64", 1, 4096,
     "largest PUT of an upload, MiB; a file may come in many"},
    {"http.bodies_max_mib", DC_OPTION_INT, "256", 1, 65536,
     "memory for all requests that are being read, MiB"},
    {"http.timeout_ms", DC_OPTION_INT, "30000", 1, GUARD_TIMEOUT_MAX_MS,
     "for requests without Connect-Timeout-Ms, milliseconds"},
    {"live.pages_max", DC_OPTION_INT, "10000", 0, 1000000, "live pages per thread"},
    {"live.events", DC_OPTION_LIST, "org.>,goals.>,ingest.>,reviews.>,scoring.>,workflow.>,notify.>,webhooks.>", 0, 0,
     "events that live pages can hear"},
    {"session.cache_ms", DC_OPTION_INT, "15000", 0, 600000,
     "how long org's word on a session is good when no event ends it, milliseconds"},
    {"console.dir", DC_OPTION_TEXT, "", 0, 0, "the console's files; empty: none are served"},
    {"bus.endpoints", DC_OPTION_LIST, NULL, 0, 0, "every instance of the bus: tcp://host:port"},
    {"bus.key_file", DC_OPTION_SECRET_FILE, NULL, 0, 0, "file with our secret CURVE key"},
    {"bus.server_key_file", DC_OPTION_SECRET_FILE, NULL, 0, 0, "file with the bus's public key"},
    {0},
};
static const struct dc_option *const tables[] = {options, dc_program_options, NULL};
static const struct dc_program program = {
    .name = "dacheng-gateway",
    .sentence = "the HTTP edge: API, live pages, uploads, console",
    .signals = "SIGTERM answers what was asked, and stops.\n",
    .tables = tables,
};

/* --- listening ---------------------------------------------------------------------------------
 */

/* "127.0.0.1:8080" or "[::1]:8080": numbers only, so that nothing is asked at start. */
static enum dc_code
listen_on(const char *address, int *ret_fd, struct dc_error *error)
{
    char host[128];
    const char *colon = strrchr(address, ':');
    bool bracketed = address[0] == '[';
    size_t length = colon ? (size_t)(colon - address) : 0;
    if (!colon || length <= (bracketed ? 2u : 0u) || length >= sizeof host ||
        (bracketed && address[length - 1] != ']')) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "http.address",
                             "\"%s\" is no address; 127.0.0.1:8080 or [::1]:8080 is", address);
    }
    snprintf(host, sizeof host, "%.*s", (int)(length - (bracketed ? 2 : 0)),
             address + (bracketed ? 1 : 0));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "http.address",
                             "\"%s\" is no numeric address and port", address);
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
    int problem = errno;
    freeaddrinfo(found);
    if (!good) {
        if (fd >= 0) {
            close(fd);
        }
        return dc_fail_field(error, DC_UNAVAILABLE, "http.address", "cannot listen on %s: %s",
                             address, strerror(problem));
    }
    *ret_fd = fd;
    return DC_OK;
}

/* With port 0 the port of the last start is taken again when it is free: after a crash browsers
 * find us where we were. The address file remembers it. */
static enum dc_code
listen_again_on(const char *address, const char *file_name, int *ret_fd, struct dc_error *error)
{
    char before[80] = "";
    const char *colon = strrchr(address, ':');
    if (*file_name && colon && strcmp(colon, ":0") == 0) {
        DC_AUTO_FCLOSE FILE *file = fopen(file_name, "re");
        size_t host = (size_t)(colon - address) + 1;
        if (file && fgets(before, sizeof before, file) && strncmp(before, address, host) == 0) {
            before[strcspn(before, "\n")] = '\0';
            if (listen_on(before, ret_fd, NULL) == DC_OK) {
                return DC_OK;
            }
        }
    }
    return listen_on(address, ret_fd, error);
}

static void
real_address(int fd, char *text, size_t room)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";
    DC_ASSERT(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
        inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        snprintf(text, room, "[%s]:%u", host, ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
        inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        snprintf(text, room, "%s:%u", host, ntohs(four->sin_port));
    }
}

/* Appears whole: whoever waits for the file can read it at once. */
static enum dc_code
write_address(const char *path, const char *address, struct dc_error *error)
{
    if (!*path) {
        return DC_OK;
    }
    DC_AUTO_TEXT struct dc_text other = DC_TEXT_INIT;
    dc_text_printf(&other, "%s.new", path);
    FILE *file = fopen(other.data, "we");
    bool good = file && fprintf(file, "%s\n", address) > 0;
    good = file && fclose(file) == 0 && good;
    if (!good || rename(other.data, path) != 0) {
        return dc_fail_field(error, DC_UNAVAILABLE, "http.address_file", "%s cannot be written: %s",
                             path, strerror(errno));
    }
    return DC_OK;
}

/* Every connection takes a descriptor. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* --- serving -----------------------------------------------------------------------------------
 */

struct names {
    const char *endpoints[EVENTS_MAX + 1];
    const char *events[EVENTS_MAX + 1];
    char public_key[DC_BUS_KEY_TEXT];
    char instance[40];
};

static void
take_list(const struct dc_config *config, const char *name, const char *list[EVENTS_MAX + 1])
{
    size_t count = dc_config_list_length(config, name);
    for (size_t i = 0; i < count && i < EVENTS_MAX; i++) {
        list[i] = dc_config_list_at(config, name, i);
    }
}

static enum dc_code
set_up(struct gateway *gateway, const struct dc_config *config, struct names *names,
       struct dc_error *error)
{
    take_list(config, "bus.endpoints", names->endpoints);
    take_list(config, "live.events", names->events);
    DC_TRY(dc_bus_public_of(dc_config_text(config, "bus.key_file"), names->public_key, error));
    uint32_t unique = 0;
    DC_ASSERT(getrandom(&unique, sizeof unique, 0) == (ssize_t)sizeof unique);
    snprintf(names->instance, sizeof names->instance, "gateway-%08x", unique);
    gateway->bus = (struct dc_bus_options){
        .endpoints = names->endpoints,
        .public_key = names->public_key,
        .secret_key = dc_config_text(config, "bus.key_file"),
        .server_key = dc_config_text(config, "bus.server_key_file"),
        .instance = names->instance,
    };
    gateway->events = names->events;
    gateway->behind_tls = dc_config_bool(config, "http.behind_tls");
    gateway->cookie_name = gateway->behind_tls ? "__Host-dacheng_session" : "dacheng_session";
    gateway->connections_max = (size_t)dc_config_int(config, "http.connections_max");
    gateway->streams_max = (size_t)dc_config_int(config, "live.pages_max");
    gateway->body_max = (size_t)dc_config_int(config, "http.body_max_kib") << 10;
    gateway->upload_max = (size_t)dc_config_int(config, "http.upload_max_mib") << 20;
    gateway->bodies_max = (size_t)dc_config_int(config, "http.bodies_max_mib") << 20;
    gateway->timeout_ms = dc_config_int(config, "http.timeout_ms");
    const char *console = dc_config_text(config, "console.dir");
    if (*console && access(console, R_OK | X_OK) != 0) {
        /* The API is worth having without its pages. */
        dc_log(DC_LOG_WARN, "the console is not there; only the API is served",
               DC_LOG_FIELDS({"console.dir", console}, {"error", strerror(errno)}));
        console = "";
    }
    DC_TRY(files_load(&gateway->files, console, error));
    gateway->routes = routes_new();
    gateway->sessions = sessions_new(dc_config_int(config, "session.cache_ms") * DC_MILLISECOND);
    return listen_again_on(dc_config_text(config, "http.address"),
                           dc_config_text(config, "http.address_file"), &gateway->listen_fd, error);
}

static void
take_down(struct gateway *gateway)
{
    if (gateway->listen_fd >= 0) {
        close(gateway->listen_fd);
    }
    sessions_free(gateway->sessions);
    routes_free(gateway->routes);
    files_free(gateway->files);
    dc_bus_terminate();
}

static void
say_up(const struct gateway *gateway, const char *address, uint16_t metrics_port)
{
    char metrics[16], files[24];
    snprintf(metrics, sizeof metrics, "%u", metrics_port);
    snprintf(files, sizeof files, "%zu", files_count(gateway->files));
    dc_log(DC_LOG_INFO, "up",
           DC_LOG_FIELDS({"version", DC_VERSION}, {"address", address}, {"console_files", files},
                         {"metrics_port", metrics}, {"http", MHD_get_version()}));
}

/* Until SIGTERM or SIGINT; there is nothing to read again on SIGHUP. */
static void
wait_for_end(const sigset_t *signals)
{
    int number;
    do {
        if (sigwait(signals, &number) != 0) {
            return;
        }
    } while (number == SIGHUP);
}

static enum dc_code
serve(struct gateway *gateway, const struct dc_config *config, const sigset_t *signals,
      struct dc_error *error)
{
    uint16_t metrics_port;
    char address[80];
    struct front *fronts;
    size_t count = (size_t)dc_config_int(config, "http.threads");
    dc_ready_set("http", "starting");
    struct dc_metrics_listener *metrics;
    DC_TRY(dc_metrics_listen(&metrics, dc_config_text(config, "metrics.address"), &metrics_port,
                             error));
    enum dc_code code = fronts_start(gateway, &fronts, count, error);
    if (code == DC_OK) {
        real_address(gateway->listen_fd, address, sizeof address);
        code = write_address(dc_config_text(config, "http.address_file"), address, error);
        if (code == DC_OK) {
            dc_ready_set("http", NULL);
            say_up(gateway, address, metrics_port);
            wait_for_end(signals);
        }
        dc_ready_set("http", "stopping");
        atomic_store(&gateway->stopping, true);
        fronts_join(fronts, count);
    }
    dc_metrics_listener_free(metrics);
    return code;
}

static enum dc_code
run(const struct dc_invocation *invocation, struct dc_error *error)
{
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    DC_TRY(dc_program_configure(&program, invocation, &config, error));
    if (invocation->action == DC_PROGRAM_CHECK_CONFIG) {
        return DC_OK;
    }
    sigset_t signals;
    dc_program_take_signals(&signals); /* for wait_for_end() */
    raise_descriptor_limit();
    struct names names = {0};
    struct gateway gateway = {.listen_fd = -1};
    enum dc_code code = set_up(&gateway, config, &names, error);
    if (code == DC_OK) {
        code = serve(&gateway, config, &signals, error);
    }
    take_down(&gateway);
    return code;
}

int
main(int argc, char **argv)
{
    struct dc_invocation invocation;
    dc_program_invoked(&program, argc, argv, &invocation);
    if (invocation.action == DC_PROGRAM_DONE) {
        return invocation.status;
    }
    DC_ASSERT(sodium_init() >= 0);
    struct dc_error error;
    if (run(&invocation, &error) != DC_OK) {
        fprintf(stderr, "dacheng-gateway: %s%s%s\n", error.field, *error.field ? ": " : "",
                error.message);
        return 1;
    }
    return 0;
}
