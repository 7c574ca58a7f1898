/* main.c - dacheng-bus: reads its configuration, proves that strangers stay out, serves. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/text.h"
#include "edge/config.h"
#include "edge/log.h"
#include "edge/metrics.h"
#include "edge/program.h"
#include "router.h"

enum { LISTEN_MAX = 8 };

static const struct dc_option options[] = {
    {"bus.listen", DC_OPTION_LIST, "tcp://127.0.0.1:7100", 0, 0,
     "where peers connect: tcp://address:port or ipc://path; port 0 takes any"},
    {"bus.key_file", DC_OPTION_SECRET_FILE, NULL, 0, 0,
     "file with the bus's secret key, the same for every instance (dacheng keys init)"},
    {"bus.peers_file", DC_OPTION_TEXT, "peers.yaml", 0, 0,
     "who may connect and what each may do; read again when it changes"},
    {"bus.name", DC_OPTION_TEXT, "", 0, 0,
     "name of this instance in `dacheng top`; empty: host name and process id"},
    {"bus.queue_per_service", DC_OPTION_INT, "2000", 1, 1000000,
     "requests that may wait for a service; more are refused at once"},
    {"bus.queue_per_caller", DC_OPTION_INT, "500", 1, 1000000, "of these, how many of one caller"},
    {"bus.queue_mib", DC_OPTION_INT, "64", 1, 65536, "of these, how many MiB in all per service"},
    {"bus.grace_ms", DC_OPTION_INT, "0", 0, 60000,
     "milliseconds that a request waits for a first replica; 0: refused at once"},
    {"bus.heartbeat_ms", DC_OPTION_INT, "3000", 50, 60000,
     "milliseconds after which a peer says something at least"},
    {"bus.dead_ms", DC_OPTION_INT, "10000", 200, 600000,
     "milliseconds of silence after which a peer is taken for dead"},
    {"bus.drain_ms", DC_OPTION_INT, "5000", 0, 600000,
     "milliseconds that a stopping bus waits for answers under way"},
    {"bus.io_threads", DC_OPTION_INT, "1", 1, 64,
     "threads that encrypt and move bytes, each for some of the peers; more where there are cores"},
    {0},
};
static const struct dc_option *const tables[] = {options, dc_program_options, NULL};
static const struct dc_program program = {
    .name = "dacheng-bus",
    .sentence = "carries requests and events between the programs of Dacheng",
    .signals = "SIGTERM drains and stops, SIGHUP reads the peers file again.\n",
    .tables = tables,
};

static void
router_options_from(const struct dc_config *config, const char *listen[LISTEN_MAX + 1], char *name,
                    size_t name_size, struct router_options *ret_options)
{
    size_t count = dc_config_list_length(config, "bus.listen");
    for (size_t i = 0; i < count && i < LISTEN_MAX; i++) {
        listen[i] = dc_config_list_at(config, "bus.listen", i);
    }
    char host[64] = "bus";
    gethostname(host, sizeof(host) - 1);
    snprintf(name, name_size, "%s-%d", host, (int)getpid());
    if (*dc_config_text(config, "bus.name")) {
        snprintf(name, name_size, "%s", dc_config_text(config, "bus.name"));
    }
    *ret_options = (struct router_options){
        .listen = listen,
        .secret_key = dc_config_text(config, "bus.key_file"),
        .peers_path = dc_config_text(config, "bus.peers_file"),
        .name = name,
        .limits =
            {
                .queue_per_service = (size_t)dc_config_int(config, "bus.queue_per_service"),
                .queue_per_caller = (size_t)dc_config_int(config, "bus.queue_per_caller"),
                .bytes_per_service = (size_t)dc_config_int(config, "bus.queue_mib") << 20,
                .grace_us = dc_config_int(config, "bus.grace_ms") * DC_MILLISECOND,
            },
        .heartbeat_ms = (int)dc_config_int(config, "bus.heartbeat_ms"),
        .dead_ms = (int)dc_config_int(config, "bus.dead_ms"),
        .drain_ms = (int)dc_config_int(config, "bus.drain_ms"),
        .io_threads = (int)dc_config_int(config, "bus.io_threads"),
    };
}

static void
say_up(const struct router *router, uint16_t metrics_port)
{
    char metrics[16], peers[24];
    snprintf(metrics, sizeof(metrics), "%d", metrics_port);
    snprintf(peers, sizeof(peers), "%zu", peers_count(router_peers(router)));
    dc_log(DC_LOG_INFO, "up",
           DC_LOG_FIELDS({"version", DC_VERSION}, {"name", router_name(router)},
                         {"endpoints", router_endpoints(router)}, {"peers", peers},
                         {"metrics_port", metrics}));
}

static enum dc_code
serve(const struct dc_config *config, int signal_fd, struct dc_error *error)
{
    const char *listen[LISTEN_MAX + 1] = {0};
    char name[DC_BUS_INSTANCE_MAX + 1];
    struct router_options router_options;
    router_options_from(config, listen, name, sizeof(name), &router_options);
    dc_ready_set("bus", "starting");
    struct dc_metrics_listener *metrics;
    uint16_t metrics_port;
    DC_TRY(dc_metrics_listen(&metrics, dc_config_text(config, "metrics.address"), &metrics_port,
                             error));
    struct router *router = NULL;
    enum dc_code code = router_open(&router, &router_options, error);
    if (code == DC_OK) {
        dc_ready_set("bus", NULL);
        say_up(router, metrics_port);
        router_run(router, signal_fd);
        dc_ready_set("bus", "stopping");
    }
    router_free(router);
    dc_metrics_listener_free(metrics);
    dc_bus_terminate();
    return code;
}

static enum dc_code
check(const struct dc_config *config, struct dc_error *error)
{
    DC_AUTO(peers) struct peers *peers = NULL;
    char public_key[DC_BUS_KEY_TEXT];
    DC_TRY(peers_load(&peers, dc_config_text(config, "bus.peers_file"), error));
    return dc_bus_public_of(dc_config_text(config, "bus.key_file"), public_key, error);
}

static enum dc_code
run(const struct dc_invocation *invocation, struct dc_error *error)
{
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    DC_TRY(dc_program_configure(&program, invocation, &config, error));
    if (invocation->action == DC_PROGRAM_CHECK_CONFIG) {
        return check(config, error);
    }
    sigset_t signals;
    dc_program_take_signals(&signals); /* the loop reads them from a descriptor */
    int signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signal_fd == -1) {
        return dc_fail(error, DC_INTERNAL, "no descriptor for signals: %s", strerror(errno));
    }
    enum dc_code code = serve(config, signal_fd, error);
    close(signal_fd);
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
    struct dc_error error;
    if (run(&invocation, &error) != DC_OK) {
        fprintf(stderr, "dacheng-bus: %s%s%s\n", error.field, *error.field ? ": " : "",
                error.message);
        return 1;
    }
    return 0;
}
