/* main.c - dacheng-bus: reads its configuration, proves that strangers stay out, serves. */
#include <errno.h>
#include <getopt.h>
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
#include "router.h"

enum { SETS_MAX = 64, LISTEN_MAX = 8 };

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
    {"bus.heartbeat_ms", DC_OPTION_INT, "1000", 50, 60000,
     "milliseconds after which a peer says something at least"},
    {"bus.dead_ms", DC_OPTION_INT, "10000", 200, 600000,
     "milliseconds of silence after which a peer is taken for dead"},
    {"bus.drain_ms", DC_OPTION_INT, "5000", 0, 600000,
     "milliseconds that a stopping bus waits for answers under way"},
    {"metrics.address", DC_OPTION_TEXT, "127.0.0.1:9100", 0, 0,
     "where /metrics, /healthz and /readyz are answered; port 0 takes any"},
    {"log.level", DC_OPTION_TEXT, "info", 0, 0, "debug, info, warn or error"},
    {"log.format", DC_OPTION_TEXT, "json", 0, 0, "plain or json"},
    {0},
};
static const struct dc_option *const tables[] = {options, NULL};

struct command_line {
    const char *config_path;
    const char *sets[SETS_MAX];
    size_t set_count;
    bool check;
};

static void
print_help(void)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text,
                "dacheng-bus: carries requests and events between the programs of Dacheng.\n\n"
                "usage: dacheng-bus [--config FILE] [--set NAME=VALUE]...\n"
                "       dacheng-bus --check-config | --print-config | --help | --version\n\n"
                "SIGTERM drains and stops, SIGHUP reads the peers file again.\n\noptions:\n");
    dc_config_print_help(tables, &text);
    fputs(dc_text_cstr(&text), stdout);
}

static void
print_sample(void)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_config_print_sample(tables, &text);
    fputs(dc_text_cstr(&text), stdout);
}

/* Returns the exit status when the program is done, -1 to go on. */
static int
read_command_line(int argc, char **argv, struct command_line *ret_line)
{
    static const struct option names[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},
        {"check-config", no_argument, NULL, 'k'},
        {"print-config", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    int choice;
    while ((choice = getopt_long(argc, argv, "c:h", names, NULL)) != -1) {
        switch (choice) {
        case 'c':
            ret_line->config_path = optarg;
            break;
        case 's':
            if (ret_line->set_count < SETS_MAX) {
                ret_line->sets[ret_line->set_count++] = optarg;
            }
            break;
        case 'k':
            ret_line->check = true;
            break;
        case 'p':
            print_sample();
            return 0;
        case 'h':
            print_help();
            return 0;
        case 'v':
            puts("dacheng-bus " DC_VERSION);
            return 0;
        default:
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "dacheng-bus: \"%s\" is not understood; see --help\n", argv[optind]);
        return 2;
    }
    return -1;
}

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
    };
}

/* Signals are read from a descriptor by the loop; blocked before libzmq starts its threads. */
static int
take_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
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
run(const struct command_line *line, struct dc_error *error)
{
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    DC_TRY(dc_config_load(&config, tables, line->config_path, line->sets, line->set_count, error));
    DC_TRY(dc_log_configure("bus", dc_config_text(config, "log.level"),
                            dc_config_text(config, "log.format"), error));
    if (line->check) {
        DC_AUTO(peers) struct peers *peers = NULL;
        DC_TRY(peers_load(&peers, dc_config_text(config, "bus.peers_file"), error));
        char public_key[DC_BUS_KEY_TEXT];
        DC_TRY(dc_bus_public_of(dc_config_text(config, "bus.key_file"), public_key, error));
        return DC_OK;
    }
    int signal_fd = take_signals();
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
    struct command_line line = {0};
    int status = read_command_line(argc, argv, &line);
    if (status >= 0) {
        return status;
    }
    struct dc_error error;
    if (run(&line, &error) != DC_OK) {
        fprintf(stderr, "dacheng-bus: %s%s%s\n", error.field, *error.field ? ": " : "",
                error.message);
        return 1;
    }
    return 0;
}
