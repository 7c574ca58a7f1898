/* clock.c - reads how far the clock is turned ahead. */
#include "service/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "edge/log.h"

enum { LONGEST_S = 315360000, TEXT_MAX = 32 };

static enum dc_code
read_seconds(const char *path, int64_t *ret_seconds, struct dc_error *error)
{
    char text[TEXT_MAX] = "";
    FILE *file = fopen(path, "re");
    if (!file) {
        *ret_seconds = 0;
        return errno == ENOENT ? DC_OK
                               : dc_fail_field(error, DC_INVALID_ARGUMENT, "clock.ahead_file",
                                               "%s: %s", path, strerror(errno));
    }
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    int used = 0;
    long long seconds = -1;
    if (sscanf(text, "%9lld %n", &seconds, &used) != 1 || text[used] != '\0' || seconds < 0 ||
        seconds > LONGEST_S) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "clock.ahead_file",
                             "%s must hold whole seconds, 0 to %d", path, LONGEST_S);
    }
    *ret_seconds = seconds;
    return DC_OK;
}

enum dc_code
dc_clock_turn(const char *path, struct dc_error *error)
{
    if (!*path) {
        return DC_OK;
    }
    int64_t seconds = 0;
    DC_TRY(read_seconds(path, &seconds, error));
    dc_now_ahead(seconds * DC_SECOND);
    if (seconds == 0) {
        return DC_OK;
    }
    char text[TEXT_MAX];
    snprintf(text, sizeof(text), "%lld", (long long)seconds);
    dc_log(DC_LOG_WARN, "the clock is turned ahead; this is for tests and rehearsals alone",
           DC_LOG_FIELDS({"ahead_s", text}));
    return DC_OK;
}
