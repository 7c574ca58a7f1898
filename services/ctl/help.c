/* help.c - help, completion and the manual page, out of the tables of commands.c. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char exits[] = "0 done, 1 refused or failed, 2 wrong usage, 3 cannot be reached";

static void
print_flag(const struct flag *flag)
{
    char text[64];
    snprintf(text, sizeof(text), "--%s%s%s", flag->name, flag->argument ? " " : "",
             flag->argument ? flag->argument : "");
    printf("  %-20s %s\n", text, flag->sentence);
}

int
help_all(void)
{
    printf("dacheng: the command line of Dacheng.\n\nusage: dacheng COMMAND [FLAGS] ...\n\n");
    for (const struct command *command = commands; command->name; command++) {
        printf("  %-8s %s\n", command->name, command->sentence);
    }
    printf("  %-8s %s\n", "help", "what a command does: dacheng help sub");
    printf("  %-8s %s\n", "completion", "bash or zsh: source <(dacheng completion bash)");
    printf("\nflags of all commands:\n");
    for (const struct flag *flag = flags; flag->name; flag++) {
        if (!flag->of) {
            print_flag(flag);
        }
    }
    printf("\nexit codes: %s\n\noptions (also as DACHENG_BUS_ENDPOINTS and so on):\n", exits);
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    const struct dc_option *tables[] = {ctl_options, NULL};
    dc_config_print_help(tables, &text);
    fputs(dc_text_cstr(&text), stdout);
    return CTL_DONE;
}

/* Calls for each line of the examples; `meaning` may be "". */
static void
each_example(const struct command *command,
             void (*print)(const char *line, int length, const char *meaning, int width))
{
    for (const char *line = command->examples; *line;) {
        int length = (int)strcspn(line, "\t");
        const char *meaning = line + length + 1;
        int width = (int)strcspn(meaning, "\n");
        print(line, length, meaning, width);
        line = meaning + width + (meaning[width] == '\n');
    }
}

static void
print_example(const char *line, int length, const char *meaning, int width)
{
    printf("  %.*s\n", length, line);
    if (width) {
        printf("      %.*s\n", width, meaning);
    }
}

int
help_command(const struct command *command)
{
    printf("usage: dacheng %s%s%s\n\n%s.\n\n%s\n\nflags:\n", command->name,
           *command->arguments ? " " : "", command->arguments, command->sentence, command->help);
    for (const struct flag *flag = flags; flag->name; flag++) {
        if (flag_is_of(flag, command)) {
            print_flag(flag);
        }
    }
    printf("\nexamples:\n");
    each_example(command, print_example);
    return CTL_DONE;
}

/* --- the manual page, mdoc(7) -------------------------------------------------------------------
 */
/* Text as mdoc has it: no line begins with a dot or an apostrophe, no backslash is one of roff's,
 * and each sentence begins a line. */
static void
print_roff(const char *text, size_t length)
{
    bool fresh = true;
    for (size_t i = 0; i < length; i++) {
        if (fresh && (text[i] == '.' || text[i] == '\'')) {
            fputs("\\&", stdout);
        }
        if (text[i] == '\\') {
            fputs("\\e", stdout);
            continue;
        }
        bool ends = i + 2 < length && (text[i] == '.' || text[i] == ':') &&
                    (text[i + 1] == ' ' || text[i + 1] == '\n') && text[i] == '.';
        fresh = text[i] == '\n' || ends;
        putchar(text[i]);
        if (ends) {
            putchar('\n');
            i++;
        }
    }
    putchar('\n');
}

static void
print_roff_text(const char *text)
{
    print_roff(text, strlen(text));
}

static void
print_manual_example(const char *line, int length, const char *meaning, int width)
{
    printf(".It Li \"");
    for (int i = 0; i < length; i++) {
        fputs(line[i] == '"' ? "\\(dq" : (char[]){line[i], '\0'}, stdout);
    }
    printf("\"\n");
    if (width) {
        print_roff(meaning, (size_t)width);
    }
}

static void
print_manual_flag(const struct flag *flag)
{
    printf(".It Fl Fl %s%s%s\n", flag->name, flag->argument ? " Ar " : "",
           flag->argument ? flag->argument : "");
    print_roff_text(flag->sentence);
}

static void
print_manual_command(const struct command *command)
{
    printf(".It Ic %s Ar \"%s\"\n", command->name, command->arguments);
    print_roff_text(command->sentence);
    printf(".Pp\n");
    print_roff_text(command->help);
    printf(".Bl -tag -width Ds\n");
    for (const struct flag *flag = flags; flag->name; flag++) {
        if (flag->of && flag_is_of(flag, command)) {
            print_manual_flag(flag);
        }
    }
    each_example(command, print_manual_example);
    printf(".El\n");
}

int
help_manual(void)
{
    printf(".Dd November 26, 2026\n.Dt DACHENG 1\n.Os\n.Sh NAME\n.Nm dacheng\n"
           ".Nd the command line of Dacheng\n.Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar flags\n"
           ".Op Ar argument ...\n.Sh DESCRIPTION\nSpeaks to a running deployment over its bus, as "
           "the peer whose key it is given.\nFlags may stand anywhere.\nThe commands are:\n"
           ".Bl -tag -width Ds\n");
    for (const struct command *command = commands; command->name; command++) {
        print_manual_command(command);
    }
    printf(".It Ic help Op Ar command\nwhat a command does\n.It Ic completion Ar bash | zsh\n"
           "prints a script for the shell\n.El\n.Pp\nFlags of all commands:\n"
           ".Bl -tag -width Ds\n");
    for (const struct flag *flag = flags; flag->name; flag++) {
        if (!flag->of) {
            print_manual_flag(flag);
        }
    }
    printf(".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
    for (const struct dc_option *option = ctl_options; option->name; option++) {
        char name[64] = "DACHENG_";
        size_t length = strlen(name);
        for (const char *c = option->name; *c && length < sizeof(name) - 1; c++) {
            name[length++] = *c == '.' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
        }
        printf(".It Ev %s\n", name);
        print_roff_text(option->sentence);
    }
    printf(".El\n.Sh EXIT STATUS\n%s\n.Sh SEE ALSO\n.Xr dacheng 3\n", exits);
    return CTL_DONE;
}

/* --- completion --------------------------------------------------------------------------------
 */
static void
print_case(const struct command *command)
{
    printf("        %s) words=\"%s", command->name, command->words);
    for (const struct flag *flag = flags; flag->name; flag++) {
        if (flag_is_of(flag, command)) {
            printf(" --%s", flag->name);
        }
    }
    printf("\" ;;\n");
}

static const char bash_end[] =
    "    esac\n"
    "    case $command:$previous in\n"
    "        *:--config|*:--peers|keys:init) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
    "        *:--from) words=beginning ;;\n"
    "        ls:ls|call:call|bench:call)\n"
    "            words=\"$words $(dacheng ls methods | sed 's/ .*//')\" ;;\n"
    "        sub:*|replay:*|bench:replay|ls:events)\n"
    "            words=\"$words $(dacheng ls events)\" ;;\n"
    "        parked:list|parked:retry|parked:drop)\n"
    "            words=\"$words $(dacheng ls services)\" ;;\n"
    "        completion:completion) words='bash zsh' ;;\n"
    "        help:help) words=$commands ;;\n"
    "    esac\n"
    "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
    "}\n"
    "complete -F _dacheng dacheng\n";

static void
print_bash(void)
{
    printf("_dacheng() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= "
           "i words\n"
           "    local commands=\"");
    for (const struct command *command = commands; command->name; command++) {
        printf("%s ", command->name);
    }
    printf("help completion\"\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac\n"
           "    done\n"
           "    words=$commands\n"
           "    case $command in\n");
    for (const struct command *command = commands; command->name; command++) {
        print_case(command);
    }
    fputs(bash_end, stdout);
}

int
help_completion(const char *shell)
{
    bool zsh = strcmp(shell, "zsh") == 0;
    if (!zsh && strcmp(shell, "bash") != 0) {
        fprintf(stderr, "usage: dacheng completion bash|zsh\n");
        return CTL_USAGE;
    }
    if (zsh) { /* zsh runs scripts of bash's */
        printf("autoload -U +X bashcompinit && bashcompinit\n");
    }
    print_bash();
    return CTL_DONE;
}
