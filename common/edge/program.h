/*
 * program.h - what every program of Dacheng has on its command line, before it becomes the bus, the
 * edge or a service: --config, --set, --check-config, --print-config, --help, --version, and for
 * those that own a schema --migrate; the options of its log and its metrics; its signals.
 */
#ifndef DC_EDGE_PROGRAM_H
#define DC_EDGE_PROGRAM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "edge/config.h"
#include "edge/metrics.h"

/* log.level, log.format, metrics.…: to stand in every program's `tables`. */
extern const struct dc_option dc_program_options[];

struct dc_program {
    const char *name;                      /* "dacheng-goals" */
    const char *sentence;                  /* what it does, for --help */
    const char *signals;                   /* what SIGTERM and SIGHUP do, for --help; or "" */
    const struct dc_option *const *tables; /* NULL-ended */
    bool migrates;                         /* knows --migrate */
};

enum dc_program_action {
    DC_PROGRAM_RUN,
    DC_PROGRAM_CHECK_CONFIG,
    DC_PROGRAM_MIGRATE,
    DC_PROGRAM_DONE, /* --help, --version or --print-config was answered; or the usage was wrong */
};

enum { DC_PROGRAM_SETS_MAX = 64 };

/* What the command line said. The texts are argv's. */
struct dc_invocation {
    enum dc_program_action action;
    int status; /* of DC_PROGRAM_DONE: the exit status, 0 or 2 */
    const char *config_path;
    const char *sets[DC_PROGRAM_SETS_MAX];
    size_t set_count;
};

void dc_program_invoked(const struct dc_program *program, int argc, char **argv,
                        struct dc_invocation *ret_invocation);

/* Reads the configuration, and sets up the log by it. INVALID_ARGUMENT as dc_config_load's. */
enum dc_code dc_program_configure(const struct dc_program *program,
                                  const struct dc_invocation *invocation,
                                  struct dc_config **ret_config,
                                  struct dc_error *error) DC_MUST_CHECK;

/* Shows /metrics, /healthz and /readyz where metrics.address says, and tells Prometheus of it by
 * metrics.target_file. */
enum dc_code dc_program_show(const struct dc_program *program, const struct dc_config *config,
                             struct dc_metrics_listener **ret_listener, uint16_t *ret_port,
                             struct dc_error *error) DC_MUST_CHECK;

/* Blocks SIGTERM, SIGINT and SIGHUP in this thread and those that it starts, so that only who
 * waits for `ret_signals` gets them; SIGPIPE is ignored. Before any library starts a thread. */
void dc_program_take_signals(sigset_t *ret_signals);

#endif
