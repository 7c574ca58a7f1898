/* commands.c - see commands.h. */
#include "commands.h"

#include <string.h>

const struct command commands[] = {
    {"ls", "[SERVICE[/METHOD] | services | methods | events [STREAM]]",
     "what there is to call and to hear",
     "Without arguments the services that run, with their replicas. With a service its\n"
     "methods; with a method the fields of its request and its answer. The words services,\n"
     "methods and events list all that this program knows.",
     "dacheng ls\tthe services that run\n"
     "dacheng ls scoring/GetUnit\twhat it wants and what it answers\n"
     "dacheng ls events goals\twhat goals tells",
     "services methods events", 0, 2, CONNECTS_BARE, ctl_ls},
    {"call", "SERVICE/METHOD [JSON|-]", "make a request; prints the answer as JSON",
     "The request is JSON, on standard input for -, {} when left out. kernel/GetLag@goals\n"
     "and goals.log/Read ask a service for what the kernel answers in its name.",
     "dacheng call --as boss scoring/GetUnit '{\"period\":\"2026Q4\"}'\tas a person\n"
     "dacheng call goals.log/Read '{\"partition\":-1,\"from\":\"1\"}'\tthe first events of goals",
     "", 1, 2, CONNECTS_ALWAYS, ctl_call},
    {"sub", "PATTERN...", "print events as they happen, a JSON line each",
     "From now on, or from --from; without hole or double, over every loss. Patterns are\n"
     "names separated by dots, * is one name, > the rest.",
     "dacheng sub 'scoring.>'\twhat is scored from now on\n"
     "dacheng sub --from 2026-11-23T08:00:00Z '*.TargetsAdjusted'\tsince that morning, then live\n"
     "dacheng sub --count 1 goals.PlanChanged\twaits for one",
     "", 1, -1, CONNECTS_ALWAYS, ctl_sub},
    {"replay", "PATTERN...", "print the events that there are, then end",
     "As sub, but from the beginning unless --from says otherwise, and it ends where the\n"
     "logs end.",
     "dacheng replay 'org.>' | jq -r .type | sort | uniq -c\thow many of each type\n"
     "dacheng replay --from 1200 'goals.>'\tfrom that overall number on",
     "", 1, -1, CONNECTS_ALWAYS, ctl_replay},
    {"parked", "list [SERVICE] | retry|drop SERVICE STREAM PARTITION KEY",
     "events that could not be applied",
     "A consumer parks an event that fails, with those that follow it by key. retry puts a\n"
     "key's events back in their order, drop forgets them for good.",
     "dacheng parked list\tof every service\n"
     "dacheng parked retry scoring goals 3 plan/17\tafter the cure",
     "list retry drop", 1, 5, CONNECTS_ALWAYS, ctl_parked},
    {"lag", "", "how far each consumer is behind",
     "A line for each consumer, stream and partition: what it applied, what there is, and\n"
     "how old the oldest event is that it has not applied.",
     "dacheng lag --json | jq 'select(.lag.stopped)'\tconsumers that need an operator", "", 0, 0,
     CONNECTS_ALWAYS, ctl_lag},
    {"top", "", "services, replicas, credits, queues, lag", "Refreshed every second on a terminal.",
     "dacheng top --once --json\tfor a script", "", 0, 0, CONNECTS_ALWAYS, ctl_top},
    {"bench", "call SERVICE/METHOD [JSON] | replay PATTERN...",
     "how fast requests are answered, or logs are read",
     "call makes --count requests (10000), --depth of them at a time (16): requests a second,\n"
     "and how long they took. It is carried out each time: name a method that reads. replay\n"
     "reads logs from --from to their end: events and bytes a second.",
     "dacheng bench call goals.log/Position\ta round trip to a service and its database\n"
     "dacheng bench replay 'scoring.>'\thow long a new subscriber would take",
     "call replay", 2, -1, CONNECTS_ALWAYS, ctl_bench},
    {"peers", "", "who may connect, and who is connected",
     "The peers of the bus's file, with their keys and rights.", "dacheng peers\t", "", 0, 0,
     CONNECTS_ALWAYS, ctl_peers},
    {"health", "[ADDRESS]", "exit 0 when the program at ADDRESS is ready",
     "Asks its /readyz; 127.0.0.1:9100 when no address is given. The containers' health check.",
     "dacheng health 127.0.0.1:9102\tprints why when it is not", "", 0, 1, CONNECTS_NEVER,
     ctl_health},
    {"keys", "init DIR", "key pairs for the bus and every peer of a file",
     "Makes DIR/NAME.key and DIR/NAME.pub for the bus and for each peer that --peers names;\n"
     "keys that exist are kept.",
     "dacheng keys init keys --peers deploy/config/peers.yaml\t", "init", 2, 2, CONNECTS_NEVER,
     ctl_keys},
    {0},
};

const struct flag flags[] = {
    {"from", 'f', "WHERE", "beginning, an overall number, or a time (2026-11-23T08:00:00Z)",
     " sub replay bench "},
    {"count", 'n', "N", "stop after so many", " sub replay bench "},
    {"depth", 'd', "N", "requests at a time (16)", " bench "},
    {"json", 'j', NULL, "for programs: a JSON line each", " ls parked lag top bench peers health "},
    {"once", '1', NULL, "one look, then end", " top "},
    {"as", 'a', "ACCOUNT", "act for this person", " call sub replay bench "},
    {"tenant", 't', "TENANT", "the account's tenant by its code; without --as a tenant's id",
     " call sub replay bench "},
    {"key", 'k', "KEY", "idempotency key (one is made)", " call "},
    {"peers", 'p', "FILE", "the bus's peers file", " keys "},
    {"timeout", 'w', "SECONDS", "how long an answer may take (10)", NULL},
    {"config", 'c', "FILE", "configuration", NULL},
    {"set", 's', "NAME=VALUE", "one option of the configuration", NULL},
    {"help", 'h', NULL, "what a command does", NULL},
    {"version", 'v', NULL, "which one this is", NULL},
    {0},
};

const struct command *
command_called(const char *name)
{
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}

bool
flag_is_of(const struct flag *flag, const struct command *command)
{
    if (!flag->of) {
        return true;
    }
    char name[40];
    snprintf(name, sizeof(name), " %s ", command->name);
    return strstr(flag->of, name) != NULL;
}
