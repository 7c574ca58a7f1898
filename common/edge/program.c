/* program.c - the command line and the signals that every program shares. */
#include "edge/program.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"

enum { EXIT_USAGE = 2 };

const struct dc_option dc_program_options[] = {
    {"log.level", DC_OPTION_TEXT, "info", 0, 0, "debug, info, warn or error"},
    {"log.format", DC_OPTION_TEXT, "json", 0, 0, "json or plain"},
    {"metrics.address", DC_OPTION_TEXT, "127.0.0.1:9100", 0, 0,
     "Where /metrics, /healthz and /readyz are answered (port 0: any free one)"},
    {"metrics.target_file", DC_OPTION_TEXT, "", 0, 0,
     "File in which Prometheus (file_sd) finds where that is; written at start"},
    {NULL, DC_OPTION_TEXT, NULL, 0, 0, NULL},
};

static void
print_help(const struct dc_program *program)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_printf(&text,
                   "%s: %s\n\n"
                   "  --config FILE      read the configuration from FILE\n"
                   "  --set NAME=VALUE   set one option; wins over file and environment\n"
                   "  --check-config     check the configuration and end\n"
                   "  --print-config     print a configuration file with every option\n"
                   "%s"
                   "  --help, --version\n%s%s\nOptions:\n",
                   program->name, program->sentence,
                   program->migrates
                       ? "  --migrate          bring the schema to the newest version and end\n"
                       : "",
                   *program->signals ? "\n" : "", program->signals);
    dc_config_print_help(program->tables, &text);
    fputs(dc_text_cstr(&text), stdout);
}

static void
print_sample(const struct dc_program *program)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_config_print_sample(program->tables, &text);
    fputs(dc_text_cstr(&text), stdout);
}

static void
done(struct dc_invocation *invocation, int status)
{
    invocation->action = DC_PROGRAM_DONE;
    invocation->status = status;
}

/* One flag as getopt_long named it. */
static void
take_flag(const struct dc_program *program, int flag, struct dc_invocation *invocation)
{
    switch (flag) {
    case 'c':
        invocation->config_path = optarg;
        break;
    case 's':
        if (invocation->set_count == DC_PROGRAM_SETS_MAX) {
            fprintf(stderr, "%s: at most %d times --set\n", program->name, DC_PROGRAM_SETS_MAX);
            done(invocation, EXIT_USAGE);
            return;
        }
        invocation->sets[invocation->set_count++] = optarg;
        break;
    case 'k':
        invocation->action = DC_PROGRAM_CHECK_CONFIG;
        break;
    case 'm':
        invocation->action = DC_PROGRAM_MIGRATE;
        break;
    case 'p':
        print_sample(program);
        done(invocation, 0);
        break;
    case 'h':
        print_help(program);
        done(invocation, 0);
        break;
    case 'v':
        printf("%s %s\n", program->name, DC_VERSION);
        done(invocation, 0);
        break;
    default: /* getopt_long has said what is wrong */
        done(invocation, EXIT_USAGE);
        break;
    }
}

void
dc_program_invoked(const struct dc_program *program, int argc, char **argv,
                   struct dc_invocation *ret_invocation)
{
    static const struct option flags[] = {
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"check-config", no_argument, NULL, 'k'}, {"print-config", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},         {"version", no_argument, NULL, 'v'},
        {"migrate", no_argument, NULL, 'm'},      {NULL, 0, NULL, 0},
    };
    DC_ASSERT(program->name && program->sentence && program->signals && program->tables);
    *ret_invocation = (struct dc_invocation){.action = DC_PROGRAM_RUN};
    int flag;
    while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
        if (flag == 'm' && !program->migrates) {
            fprintf(stderr, "%s: has no schema to migrate\n", program->name);
            flag = '?';
        }
        take_flag(program, flag, ret_invocation);
        if (ret_invocation->action == DC_PROGRAM_DONE) {
            return;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: \"%s\" is not understood; see --help\n", program->name, argv[optind]);
        done(ret_invocation, EXIT_USAGE);
    }
}

enum dc_code
dc_program_configure(const struct dc_program *program, const struct dc_invocation *invocation,
                     struct dc_config **ret_config, struct dc_error *error)
{
    DC_AUTO(dc_config) struct dc_config *config = NULL;
    DC_TRY(dc_config_load(&config, program->tables, invocation->config_path, invocation->sets,
                          invocation->set_count, error));
    DC_TRY(dc_log_configure(program->name, dc_config_text(config, "log.level"),
                            dc_config_text(config, "log.format"), error));
    *ret_config = DC_TAKE(config);
    return DC_OK;
}

/* The list of one target that Prometheus' file_sd reads; it stays when the program stops, so that a
 * stopped one is seen to be down. */
static enum dc_code
write_target(const char *path, const char *service, const char *address, uint16_t port,
             struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text other = DC_TEXT_INIT;
    dc_text_printf(&other, "%s.new", path);
    FILE *file = fopen(dc_text_cstr(&other), "we");
    bool good =
        file &&
        fprintf(file, "[{\"targets\": [\"%.*s:%u\"], \"labels\": {\"program\": \"%s\"}}]\n",
                (int)(strrchr(address, ':') - address), address, (unsigned)port, service) > 0;
    good = file && fclose(file) == 0 && good;
    if (!good || rename(dc_text_cstr(&other), path) != 0) {
        return dc_fail_field(error, DC_UNAVAILABLE, "metrics.target_file",
                             "%s cannot be written: %s", path, strerror(errno));
    }
    return DC_OK;
}

enum dc_code
dc_program_show(const struct dc_program *program, const struct dc_config *config,
                struct dc_metrics_listener **ret_listener, uint16_t *ret_port,
                struct dc_error *error)
{
    static const char prefix[] = "dacheng-";
    const char *address = dc_config_text(config, "metrics.address");
    const char *path = dc_config_text(config, "metrics.target_file");
    const char *service = program->name;
    service += strncmp(service, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    struct dc_metrics_listener *listener;
    DC_TRY(dc_metrics_listen(&listener, address, ret_port, error));
    if (*path) {
        enum dc_code code = write_target(path, service, address, *ret_port, error);
        if (code != DC_OK) {
            dc_metrics_listener_free(listener);
            return code;
        }
    }
    *ret_listener = listener;
    return DC_OK;
}

void
dc_program_take_signals(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGTERM);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}
