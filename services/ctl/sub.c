/* sub.c - `dacheng sub`: events as they happen, from any earlier position, without hole or double
 * (edge/follow.h); `dacheng replay`: those that there are. */
#include <stdio.h>
#include <string.h>

#include "edge/event_json.h"
#include "edge/follow.h"
#include "session.h"

enum { WAIT_MS = 1000, REPLAY_WAIT_MS = 20 };

/* False: whoever read us has gone. */
static bool
show(const Kernel__Event *event, bool at_once)
{
    DC_AUTO_TEXT struct dc_text line = DC_TEXT_INIT;
    dc_event_json(event, &line);
    dc_text_add(&line, "\n");
    return fwrite(line.data, 1, line.length, stdout) == line.length &&
           (!at_once || fflush(stdout) == 0);
}

/* Where a command's streams begin: `from` as the flag has it, or (NULL) their end. */
static enum dc_code
seek_all(struct dc_follow *follow, const char *from, struct dc_error *error)
{
    int64_t number = 0, at_us = 0;
    bool numbered =
        from && (strcmp(from, "beginning") == 0 || dc_parse_int64(from, &number, NULL) == DC_OK);
    if (numbered && number < (strcmp(from, "beginning") == 0 ? 0 : 1)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "--from", "numbers begin at 1");
    }
    if (from && !numbered && dc_time_parse(from, 0, &at_us, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "--from",
                             "is \"beginning\", a number, or a time such as 2026-11-23T08:00:00Z");
    }
    for (size_t i = 0; i < dc_follow_count(follow); i++) {
        if (numbered) {
            dc_follow_seek(follow, i, (struct dc_place){.number = number ? number - 1 : 0});
        } else {
            dc_follow_seek_time(follow, i, at_us);
        }
    }
    return DC_OK;
}

/* Patterns of streams that there are: "*.PlanChanged" becomes one for each. */
static enum dc_code
name_streams(struct ctl *ctl, const char ***ret_patterns, struct dc_error *error)
{
    const char **names;
    DC_TRY(ctl_streams(ctl, &names, error));
    size_t count = 0, streams = 0;
    while (names[streams]) {
        streams++;
    }
    const char **patterns = DC_NEW_ARRAY(ctl->arena, const char *, streams *(size_t)ctl->argc + 1);
    for (int p = 0; p < ctl->argc; p++) {
        const char *pattern = ctl->argv[p];
        size_t token = strcspn(pattern, ".");
        const char *first = dc_arena_strndup(ctl->arena, pattern, token);
        bool all = strcmp(first, ">") == 0;
        for (size_t i = 0; i < streams; i++) {
            if (all || strcmp(first, "*") == 0 || strcmp(first, names[i]) == 0) {
                patterns[count++] =
                    dc_arena_printf(ctl->arena, "%s%s", names[i], all ? ".>" : pattern + token);
            }
        }
    }
    if (count == 0) {
        return dc_fail(error, DC_NOT_FOUND, "no running service publishes what matches %s",
                       ctl->argv[0]);
    }
    *ret_patterns = patterns;
    return DC_OK;
}

enum dc_code
ctl_follow(struct ctl *ctl, struct dc_follow **ret_follow, struct dc_error *error)
{
    const char **patterns = NULL;
    int64_t tenant_id = ctl->context ? ctl->context->tenant_id : 0;
    DC_TRY(name_streams(ctl, &patterns, error));
    DC_AUTO(dc_follow) struct dc_follow *follow = NULL;
    DC_TRY(dc_follow_open(&follow, ctl->bus, patterns, tenant_id, error));
    DC_TRY(seek_all(follow, ctl->from, error));
    *ret_follow = DC_TAKE(follow);
    return DC_OK;
}

bool
ctl_patterns_are_good(const struct ctl *ctl)
{
    for (int i = 0; i < ctl->argc; i++) {
        if (!dc_subject_is_valid(ctl->argv[i], true)) {
            fprintf(stderr, "dacheng: \"%s\" is not a pattern such as scoring.> or *.PlanChanged\n",
                    ctl->argv[i]);
            return false;
        }
    }
    return true;
}

/* Shows what comes; `replay`: until the logs' ends, which must be heard of within the time. */
static int
show_all(struct ctl *ctl, bool replay)
{
    struct dc_error error = {0};
    DC_AUTO(dc_follow) struct dc_follow *follow = NULL;
    if (!ctl_patterns_are_good(ctl)) {
        return CTL_USAGE;
    }
    if (ctl_follow(ctl, &follow, &error) != DC_OK) {
        return ctl_failed(&error);
    }
    int64_t moved_at = dc_monotonic();
    for (int64_t shown = 0; ctl->count == 0 || shown < ctl->count;) {
        const Kernel__Event *event;
        if (dc_follow_next(follow, replay ? REPLAY_WAIT_MS : WAIT_MS, &event, &error) != DC_OK) {
            return ctl_failed(&error);
        }
        if ((event && !show(event, !replay)) || (!event && replay && dc_follow_is_level(follow))) {
            break;
        }
        moved_at = event ? dc_monotonic() : moved_at;
        shown += event != NULL;
        if (replay && dc_monotonic() - moved_at > ctl->timeout_ms * DC_MILLISECOND) {
            dc_fail(&error, DC_UNAVAILABLE, "a log has not answered within %lld ms",
                    (long long)ctl->timeout_ms);
            return ctl_failed(&error);
        }
    }
    return fflush(stdout) == 0 ? CTL_DONE : CTL_REFUSED;
}

int
ctl_sub(struct ctl *ctl)
{
    return show_all(ctl, false);
}

int
ctl_replay(struct ctl *ctl)
{
    ctl->from = ctl->from ? ctl->from : "beginning";
    return show_all(ctl, true);
}
