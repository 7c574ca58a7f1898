/* main.c - dacheng: the command line. Finds the command in a table and runs it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

enum { SETS_MAX = 64 };

struct command {
    const char *name;
    const char *arguments;
    const char *sentence;
    int (*run)(struct ctl *ctl);
    bool connects;
};

static const struct command commands[] = {
    {"call", "SERVICE/METHOD [JSON|-]", "make a request; prints the answer as JSON", ctl_call,
     true},
    {"sub", "PATTERN...", "print events as they happen; --from beginning|NUMBER|TIME, --count N",
     ctl_sub, true},
    {"top", "", "services, replicas, credits, queues, lag; --once, --json", ctl_top, true},
    {"lag", "", "how far each consumer is behind; --json", ctl_lag, true},
    {"parked", "list|retry|drop SERVICE [STREAM PARTITION KEY]", "events that could not be applied",
     ctl_parked, true},
    {"peers", "", "who may connect, and who is connected", ctl_peers, true},
    {"health", "[ADDRESS]", "exit 0 when the program at ADDRESS (127.0.0.1:9100) is ready",
     ctl_health, false},
    {"keys", "init DIR --peers FILE", "key pairs for the bus and every peer of the file", ctl_keys,
     false},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
print_help(void)
{
    printf("dacheng: the command line of Dacheng.\n\nusage: dacheng [FLAGS] COMMAND ...\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("  %-8s %-28s %s\n", commands[i].name, commands[i].arguments, commands[i].sentence);
    }
    printf("\nflags:\n"
           "  --as ACCOUNT       act for this person\n"
           "  --tenant CODE      the account's tenant; without --as the id of a tenant to act in\n"
           "  --key KEY          idempotency key (one is made)\n"
           "  --timeout SECONDS  how long an answer may take (10)\n"
           "  --config FILE      configuration; --set NAME=VALUE sets one option\n"
           "  --help, --version\n\n"
           "exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 cannot be reached\n\n"
           "options (also as DACHENG_BUS_ENDPOINTS and so on):\n");
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    const struct dc_option *tables[] = {ctl_options, NULL};
    dc_config_print_help(tables, &text);
    fputs(dc_text_cstr(&text), stdout);
}

static int
wrong(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fprintf(stderr, "; see dacheng --help\n");
    return CTL_USAGE;
}

struct flags {
    const char *config_path;
    const char *sets[SETS_MAX];
    size_t set_count;
};

static bool
read_seconds(const char *text, int64_t *ret_ms)
{
    int64_t seconds;
    if (dc_parse_int64(text, &seconds, NULL) != DC_OK || seconds < 1 || seconds > 600) {
        return false;
    }
    *ret_ms = seconds * 1000;
    return true;
}

/* Flags may stand anywhere. Answers -1 to go on, otherwise the exit code. */
static int
read_flags(int argc, char **argv, struct ctl *ctl, struct flags *flags)
{
    static const struct option names[] = {
        {"as", required_argument, NULL, 'a'},      {"tenant", required_argument, NULL, 't'},
        {"key", required_argument, NULL, 'k'},     {"from", required_argument, NULL, 'f'},
        {"peers", required_argument, NULL, 'p'},   {"count", required_argument, NULL, 'n'},
        {"timeout", required_argument, NULL, 'w'}, {"once", no_argument, NULL, '1'},
        {"json", no_argument, NULL, 'j'},          {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, 's'},     {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},       {0},
    };
    for (int flag; (flag = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
        switch (flag) {
        case 'a':
            ctl->as = optarg;
            break;
        case 't':
            ctl->tenant = optarg;
            break;
        case 'k':
            ctl->key = optarg;
            break;
        case 'f':
            ctl->from = optarg;
            break;
        case 'p':
            ctl->peers = optarg;
            break;
        case '1':
            ctl->once = true;
            break;
        case 'j':
            ctl->json = true;
            break;
        case 'c':
            flags->config_path = optarg;
            break;
        case 'n':
            if (dc_parse_int64(optarg, &ctl->count, NULL) != DC_OK || ctl->count < 1) {
                return wrong("dacheng: --count %s is not a number from 1", optarg);
            }
            break;
        case 'w':
            if (!read_seconds(optarg, &ctl->timeout_ms)) {
                return wrong("dacheng: --timeout %s is not 1 to 600 seconds", optarg);
            }
            break;
        case 's':
            if (flags->set_count == SETS_MAX) {
                return wrong("dacheng: too many --set%s", "");
            }
            flags->sets[flags->set_count++] = optarg;
            break;
        case 'h':
            print_help();
            return CTL_DONE;
        case 'v':
            printf("dacheng %s\n", DC_VERSION);
            return CTL_DONE;
        default:
            return CTL_USAGE;
        }
    }
    return -1;
}

static int
run(const struct command *command, struct ctl *ctl, const struct flags *flags)
{
    struct dc_error error = {0};
    const struct dc_option *tables[] = {ctl_options, NULL};
    if (command->connects && dc_config_load(&ctl->config, tables, flags->config_path, flags->sets,
                                            flags->set_count, &error) != DC_OK) {
        ctl_failed(&error);
        return CTL_USAGE;
    }
    int code = command->connects ? ctl_open(ctl) : CTL_DONE;
    if (code == CTL_DONE) {
        code = command->run(ctl);
    }
    dc_bus_free(ctl->bus);
    dc_bus_terminate();
    dc_config_free(ctl->config);
    dc_arena_free(ctl->arena);
    return code;
}

int
main(int argc, char **argv)
{
    struct ctl ctl = {.timeout_ms = 10000};
    struct flags flags = {0};
    signal(SIGPIPE, SIG_IGN);
    int code = read_flags(argc, argv, &ctl, &flags);
    if (code >= 0) {
        return code;
    }
    if (optind == argc) {
        print_help();
        return CTL_USAGE;
    }
    const char *name = argv[optind++];
    ctl.argc = argc - optind;
    ctl.argv = argv + optind;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return run(&commands[i], &ctl, &flags);
        }
    }
    return wrong("dacheng: there is no command \"%s\"", name);
}
