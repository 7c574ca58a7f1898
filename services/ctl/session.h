/*
 * session.h - what the commands share: flags, configuration, the connection to the bus, one call.
 */
#ifndef DC_CTL_SESSION_H
#define DC_CTL_SESSION_H

#include "base/arena.h"
#include "base/text.h"
#include "edge/bus.h"
#include "edge/config.h"

/* Exit codes of every command. */
enum { CTL_DONE = 0, CTL_REFUSED = 1, CTL_USAGE = 2, CTL_UNREACHABLE = 3 };

struct ctl {
    /* flags */
    const char *as; /* account to act for, or NULL */
    const char
        *tenant;      /* its tenant's code; or with no `as` a tenant's id, to act as a program in */
    const char *key;  /* idempotency key, or NULL: one is made */
    const char *from; /* of sub */
    const char *peers; /* of keys init */
    int64_t count;     /* of sub, replay, bench: stop after so many; 0 = not said */
    int64_t depth;     /* of bench: requests at a time */
    int64_t timeout_ms;
    bool once, json;
    /* what is left of the command line after the command's name */
    int argc;
    char **argv;
    /* opened by ctl_open */
    struct dc_config *config;
    struct dc_bus *bus;
    struct dc_arena *arena;
    Kernel__Context *context; /* NULL: as ourselves */
};

extern const struct dc_option ctl_options[];

/* Connects, and finds the context to act in. Says on standard error what is wrong. Answers an exit
 * code; CTL_DONE = go on. */
int ctl_open(struct ctl *ctl);

/* One request with protobuf messages; the answer lives in the arena. */
enum dc_code ctl_request(struct ctl *ctl, const char *service, const char *method,
                         const ProtobufCMessage *request, const ProtobufCMessageDescriptor *answer,
                         ProtobufCMessage **ret_answer, struct dc_error *error) DC_MUST_CHECK;

/* Says it on standard error; answers the exit code that fits. */
int ctl_failed(const struct dc_error *error);

/* Prints a message as one line of JSON. */
void ctl_print_json(const ProtobufCMessage *message);

/* The commands: each answers an exit code. */
int ctl_call(struct ctl *ctl);
int ctl_sub(struct ctl *ctl);
int ctl_replay(struct ctl *ctl);
int ctl_ls(struct ctl *ctl);
int ctl_bench(struct ctl *ctl);
int ctl_top(struct ctl *ctl);
int ctl_lag(struct ctl *ctl);
int ctl_peers(struct ctl *ctl);
int ctl_parked(struct ctl *ctl);
int ctl_health(struct ctl *ctl);
int ctl_keys(struct ctl *ctl);

struct dc_follow;
/* Follows the streams that the patterns of the command line concern, from --from on. */
enum dc_code ctl_follow(struct ctl *ctl, struct dc_follow **ret_follow,
                        struct dc_error *error) DC_MUST_CHECK;
/* Says on standard error which one is not. */
bool ctl_patterns_are_good(const struct ctl *ctl);

/* The services that keep a log, as the bus knows them now ("goals", …), in the arena; NULL-ended.
 */
enum dc_code ctl_streams(struct ctl *ctl, const char ***ret_names,
                         struct dc_error *error) DC_MUST_CHECK;

#endif
