/*
 * log.h - log lines to standard error, one line each, JSON or plain.
 *
 * Thread-safe: a line is one write(2). A line has time, level, program, a message, and fields.
 * Fields are pairs of key and text; values are escaped, never cut in the middle of a character.
 *     dc_log(DC_LOG_INFO, "record accepted", DC_LOG_FIELDS({"run", run_id}, {"rows", rows}));
 */
#ifndef DC_EDGE_LOG_H
#define DC_EDGE_LOG_H

#include <stddef.h>

#include "base/error.h"

enum dc_log_level { DC_LOG_DEBUG, DC_LOG_INFO, DC_LOG_WARN, DC_LOG_ERROR };

struct dc_log_field {
    const char *key;
    const char *value; /* NULL: the field is left out */
};

/* Once, before threads start. format "json" or "plain"; level "debug" .. "error". */
enum dc_code dc_log_configure(const char *program, const char *level, const char *format,
                              struct dc_error *error) DC_MUST_CHECK;
/* At any time, from any thread. */
enum dc_code dc_log_set_level(const char *level, struct dc_error *error) DC_MUST_CHECK;
void dc_log_write(enum dc_log_level level, const char *message, const struct dc_log_field *fields,
                  size_t count);

#define DC_LOG_FIELDS(...)                                                                         \
    (const struct dc_log_field[]){__VA_ARGS__},                                                    \
        (sizeof((const struct dc_log_field[]){__VA_ARGS__}) / sizeof(struct dc_log_field))
#define dc_log(level, message, ...) dc_log_write((level), (message), __VA_ARGS__)
#define DC_LOG_NO_FIELDS NULL, 0
/* A failure with its code, field and message. */
void dc_log_error(enum dc_log_level level, const char *message, const struct dc_error *error);

#endif
