/* main.c - dacheng: the command line. Reads the flags, finds the command, runs it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

enum { SETS_MAX = 64, FLAGS_MAX = 32 };

static int
wrong(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fprintf(stderr, "; see dacheng help\n");
    return CTL_USAGE;
}

struct given {
    const char *config_path;
    const char *sets[SETS_MAX];
    size_t set_count;
    bool help;
    bool seen[FLAGS_MAX]; /* by row of flags */
};

static bool
read_number(const char *text, int64_t most, int64_t *ret_number)
{
    int64_t number;
    if (dc_parse_int64(text, &number, NULL) != DC_OK || number < 1 || number > most) {
        return false;
    }
    *ret_number = number;
    return true;
}

static int
take_flag(int letter, struct ctl *ctl, struct given *given)
{
    switch (letter) {
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
        given->config_path = optarg;
        break;
    case 'h':
        given->help = true;
        break;
    case 'n':
        if (!read_number(optarg, INT32_MAX, &ctl->count)) {
            return wrong("dacheng: --count %s is not a number from 1", optarg);
        }
        break;
    case 'd':
        if (!read_number(optarg, INT32_MAX, &ctl->depth)) {
            return wrong("dacheng: --depth %s is not a number from 1", optarg);
        }
        break;
    case 'w':
        if (!read_number(optarg, 600, &ctl->timeout_ms)) {
            return wrong("dacheng: --timeout %s is not 1 to 600 seconds", optarg);
        }
        ctl->timeout_ms *= 1000;
        break;
    case 's':
        if (given->set_count == SETS_MAX) {
            return wrong("dacheng: too many --set%s", "");
        }
        given->sets[given->set_count++] = optarg;
        break;
    case 'v':
        printf("dacheng %s\n", DC_VERSION);
        return CTL_DONE;
    default:
        return CTL_USAGE;
    }
    return -1;
}

/* Flags may stand anywhere. Answers -1 to go on, otherwise the exit code. */
static int
read_flags(int argc, char **argv, struct ctl *ctl, struct given *given)
{
    struct option names[FLAGS_MAX] = {0};
    for (size_t i = 0; flags[i].name; i++) {
        names[i] =
            (struct option){flags[i].name, flags[i].argument ? required_argument : no_argument,
                            NULL, flags[i].letter};
    }
    int row = -1;
    for (int letter; (letter = getopt_long(argc, argv, "h", names, &row)) != -1; row = -1) {
        int code = take_flag(letter, ctl, given);
        if (code >= 0) {
            return code;
        }
        if (row >= 0) {
            given->seen[row] = true;
        }
    }
    return -1;
}

/* A flag that the command has no use for is a mistake, not noise. */
static int
check_usage(const struct command *command, const struct ctl *ctl, const struct given *given)
{
    for (size_t i = 0; flags[i].name; i++) {
        if (given->seen[i] && !flag_is_of(&flags[i], command)) {
            fprintf(stderr, "dacheng: %s takes no --%s; see dacheng help %s\n", command->name,
                    flags[i].name, command->name);
            return CTL_USAGE;
        }
    }
    if (ctl->argc < command->least || (command->most >= 0 && ctl->argc > command->most)) {
        fprintf(stderr, "usage: dacheng %s %s\n", command->name, command->arguments);
        return CTL_USAGE;
    }
    return CTL_DONE;
}

static int
run(const struct command *command, struct ctl *ctl, const struct given *given)
{
    struct dc_error error = {0};
    const struct dc_option *tables[] = {ctl_options, NULL};
    bool connects = command->connects == CONNECTS_ALWAYS ||
                    (command->connects == CONNECTS_BARE && ctl->argc == 0);
    if (connects && dc_config_load(&ctl->config, tables, given->config_path, given->sets,
                                   given->set_count, &error) != DC_OK) {
        ctl_failed(&error);
        return CTL_USAGE;
    }
    int code = connects ? ctl_open(ctl) : CTL_DONE;
    if (code == CTL_DONE) {
        code = command->run(ctl);
    }
    dc_bus_free(ctl->bus);
    dc_bus_terminate();
    dc_config_free(ctl->config);
    dc_arena_free(ctl->arena);
    return code;
}

/* help, completion, man: they need nothing but the tables. -1: the name is none of these. */
static int
explain(const char *name, const struct ctl *ctl)
{
    if (strcmp(name, "completion") == 0) {
        return help_completion(ctl->argc == 1 ? ctl->argv[0] : "");
    }
    if (strcmp(name, "man") == 0 && ctl->argc == 0) { /* for make install */
        return help_manual();
    }
    if (strcmp(name, "help") != 0) {
        return -1;
    }
    const struct command *command = ctl->argc ? command_called(ctl->argv[0]) : NULL;
    if (ctl->argc && !command) {
        return wrong("dacheng: there is no command \"%s\"", ctl->argv[0]);
    }
    return command ? help_command(command) : help_all();
}

int
main(int argc, char **argv)
{
    struct ctl ctl = {.timeout_ms = 10000};
    struct given given = {0};
    signal(SIGPIPE, SIG_IGN);
    int code = read_flags(argc, argv, &ctl, &given);
    if (code >= 0) {
        return code;
    }
    if (optind == argc) {
        help_all();
        return given.help ? CTL_DONE : CTL_USAGE;
    }
    const char *name = argv[optind++];
    ctl.argc = argc - optind;
    ctl.argv = argv + optind;
    code = explain(name, &ctl);
    if (code >= 0) {
        return code;
    }
    const struct command *command = command_called(name);
    if (!command) {
        return wrong("dacheng: there is no command \"%s\"", name);
    }
    if (given.help) {
        return help_command(command);
    }
    code = check_usage(command, &ctl, &given);
    return code == CTL_DONE ? run(command, &ctl, &given) : code;
}
