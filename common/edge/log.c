/* log.c - log lines to standard error: each is built aside and leaves in one write(2). */
#include "edge/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/time.h"

enum { VALUE_MAX = 2000, PROGRAM_MAX = 40 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* Written once by dc_log_configure before threads start, read by all afterwards; the level may be
 * changed at any time. */
static struct {
    char program[PROGRAM_MAX];
    enum dc_log_level level;
    bool json;
} settings = {.program = "dacheng", .level = DC_LOG_INFO};

enum dc_code
dc_log_set_level(const char *level, struct dc_error *error)
{
    DC_ASSERT(level);
    size_t which = 0;
    while (which < 4 && strcmp(level_names[which], level) != 0) {
        which++;
    }
    if (which == 4) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "log.level",
                             "\"%s\" is not a log level; allowed are debug, info, warn, error",
                             level);
    }
    __atomic_store_n(&settings.level, (enum dc_log_level)which, __ATOMIC_RELAXED);
    return DC_OK;
}

enum dc_code
dc_log_configure(const char *program, const char *level, const char *format, struct dc_error *error)
{
    DC_ASSERT(program && level && format);
    DC_TRY(dc_log_set_level(level, error));
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "plain") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "log.format",
                             "\"%s\" is not a log format; allowed are json, plain", format);
    }
    snprintf(settings.program, sizeof settings.program, "%s", program);
    settings.json = json;
    return DC_OK;
}

/* Cuts at VALUE_MAX, at the start of a character. */
static size_t
bounded_length(const char *value)
{
    size_t length = strnlen(value, VALUE_MAX + 1);
    if (length <= VALUE_MAX) {
        return length;
    }
    length = VALUE_MAX;
    while (length > 0 && ((unsigned char)value[length] & 0xC0) == 0x80) {
        length--;
    }
    return length;
}

/* Log values quote what came from outside; what is not UTF-8 gets '?' for each high byte. */
static void
add_quoted(struct dc_text *line, const char *value)
{
    size_t length = bounded_length(value);
    if (dc_utf8_is_valid(value, length)) {
        dc_text_add_json_string(line, value, length);
        return;
    }
    char copy[VALUE_MAX];
    for (size_t i = 0; i < length; i++) {
        copy[i] = (unsigned char)value[i] < 0x80 ? value[i] : '?';
    }
    dc_text_add_json_string(line, copy, length);
}

static bool
is_one_word(const char *value)
{
    size_t length = bounded_length(value);
    if (length == 0 || value[length]) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)value[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) {
            return false;
        }
    }
    return dc_utf8_is_valid(value, length);
}

static void
add_json_line(struct dc_text *line, const char *time, const char *level, const char *message,
              const struct dc_log_field *fields, size_t count)
{
    dc_text_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":", time, level);
    add_quoted(line, settings.program);
    dc_text_add(line, ",\"message\":");
    add_quoted(line, message);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].value) {
            dc_text_add(line, ",");
            add_quoted(line, fields[i].key);
            dc_text_add(line, ":");
            add_quoted(line, fields[i].value);
        }
    }
    dc_text_add(line, "}\n");
}

/* The message is written as it is, unless it could break the line. */
static void
add_plain_line(struct dc_text *line, const char *time, const char *level, const char *message,
               const struct dc_log_field *fields, size_t count)
{
    dc_text_printf(line, "%s %-5s %s ", time, level, settings.program);
    size_t length = strlen(message);
    if (length <= VALUE_MAX && dc_utf8_is_valid(message, length) && !strpbrk(message, "\r\n\033")) {
        dc_text_append(line, message, length);
    } else {
        add_quoted(line, message);
    }
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].value) {
            continue;
        }
        dc_text_printf(line, " %s=", fields[i].key);
        if (is_one_word(fields[i].value)) {
            dc_text_add(line, fields[i].value);
        } else {
            add_quoted(line, fields[i].value);
        }
    }
    dc_text_add(line, "\n");
}

void
dc_log_write(enum dc_log_level level, const char *message, const struct dc_log_field *fields,
             size_t count)
{
    DC_ASSERT((unsigned)level < 4 && message && (fields || count == 0));
    if (level < __atomic_load_n(&settings.level, __ATOMIC_RELAXED)) {
        return;
    }
    char time[DC_TIME_TEXT];
    dc_time_format(dc_now(), time);
    DC_AUTO_TEXT struct dc_text line = DC_TEXT_INIT;
    if (settings.json) {
        add_json_line(&line, time, level_names[level], message, fields, count);
    } else {
        add_plain_line(&line, time, level_names[level], message, fields, count);
    }
    /* A broken standard error has nobody left to tell. */
    size_t done = 0;
    while (done < line.length) {
        ssize_t wrote = write(STDERR_FILENO, line.data + done, line.length - done);
        if (wrote < 0 && errno != EINTR) {
            return;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
}

void
dc_log_error(enum dc_log_level level, const char *message, const struct dc_error *error)
{
    DC_ASSERT(message && error);
    dc_log_write(level, message,
                 DC_LOG_FIELDS({"code", dc_code_wire_name(error->code)},
                               {"field", error->field[0] ? error->field : NULL},
                               {"error", error->message}));
}
