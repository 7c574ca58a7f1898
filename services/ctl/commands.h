/*
 * commands.h - the commands and flags as tables, from which parsing, help, completion and the
 * manual page are made.
 */
#ifndef DC_CTL_COMMANDS_H
#define DC_CTL_COMMANDS_H

#include "session.h"

enum command_connects { CONNECTS_ALWAYS, CONNECTS_BARE /* without arguments */, CONNECTS_NEVER };

struct command {
    const char *name;
    const char *arguments; /* "" = none */
    const char *sentence;
    const char *help;     /* what it prints and for what; lines of at most 78 characters */
    const char *examples; /* a line each: the command line, a tab, what it does */
    const char *words;    /* what completion offers as first argument, or "" */
    int least, most;      /* arguments; most -1 = any number */
    enum command_connects connects;
    int (*run)(struct ctl *ctl);
};
extern const struct command commands[];                 /* ended by a name of NULL */
const struct command *command_called(const char *name); /* NULL: there is none */

struct flag {
    const char *name;
    int letter;           /* what getopt_long answers */
    const char *argument; /* NULL = none */
    const char *sentence;
    const char *of; /* names of commands, a blank before and behind each; NULL = of all */
};
extern const struct flag flags[]; /* ended by a name of NULL */
bool flag_is_of(const struct flag *flag, const struct command *command);

/* help.c: each prints to standard output and answers an exit code. */
int help_all(void);
int help_command(const struct command *command);
int help_manual(void);
int help_completion(const char *shell); /* bash, zsh */

#endif
