/*
 * ctl.h - the command line `dacheng`: what its commands share.
 *
 * A command is a function over its own arguments; main.c reads the options that stand before it.
 * Results go to standard output, everything else to standard error. Exit status: 0 done, 1 refused
 * or failed, 2 not understood, 75 not to be had just now (worth another try).
 */
#ifndef DC_CTL_H
#define DC_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "edge/bus.h"
#include "edge/config.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_AGAIN = 75 };

struct ctl {
    struct dc_config *config;
    struct dc_arena *arena; /* of the whole run */
    int64_t timeout_ms;     /* of a request, and of connecting */
};

/* Prints the failure; returns the exit status for it. */
int ctl_fail(const char *command, const struct dc_error *error);

/* --- link.c: the way to the bus
 * --------------------------------------------------------------------- */
/* Connects, waits until an instance welcomes us, or says why none does. `only`: this endpoint
 * instead of those of the configuration; or NULL. */
enum dc_code link_open(struct dc_bus **ret_bus, const struct ctl *ctl, const char *only,
                       struct dc_error *error) DC_MUST_CHECK;
/* A typed request, as ourselves. */
enum dc_code link_call(const struct ctl *ctl, struct dc_bus *bus, const char *service,
                       const char *method, const ProtobufCMessage *request,
                       const ProtobufCMessageDescriptor *answer, ProtobufCMessage **ret_answer,
                       struct dc_error *error) DC_MUST_CHECK;
/* 32 hexadecimal digits, for an idempotency key. */
void link_random_key(char ret_key[33]);

/* --- names.c: short names of methods
 * ------------------------------------------------------------------ */
struct names_method {
    char bus_service[128]; /* "goals", "goals.log" */
    char full[256];        /* "dacheng.goals.v1.GoalService/AdjustTargets" */
    const ProtobufCMethodDescriptor *method;
};
/* "goals/AdjustTargets", "goals.GoalService/AdjustTargets", the full name, and what every service
 * answers: "goals/GetLag", "goals.log/Read". NOT_FOUND names what there is. */
enum dc_code names_resolve(const char *text, struct names_method *ret_method,
                           struct dc_error *error) DC_MUST_CHECK;

/* --- table.c: columns of text
 * ------------------------------------------------------------------------- */
struct table {
    const char *const *heads; /* NULL-ended; a head that begins with '>' is set to the right */
    struct dc_text cells;     /* NUL-ended one after the other */
    size_t count;
};
void table_cell(struct table *table, const char *format, ...) DC_PRINTF(2, 3);
void table_print(const struct table *table, struct dc_text *text);
void table_release(struct table *table);

/* --- commands: arguments begin behind the command's name
 * ------------------------------------------------ */
int command_call(struct ctl *ctl, int argc, char **argv);
int command_sub(struct ctl *ctl, int argc, char **argv);
int command_top(struct ctl *ctl, int argc, char **argv);
int command_lag(struct ctl *ctl, int argc, char **argv);
int command_parked(struct ctl *ctl, int argc, char **argv);
int command_peers(struct ctl *ctl, int argc, char **argv);
int command_keys(struct ctl *ctl, int argc, char **argv);
int command_health(struct ctl *ctl, int argc, char **argv);

/* A message as JSON on standard output; indented when that is a terminal. */
void print_message(const ProtobufCMessage *message);
void print_json(const char *json);

#endif
