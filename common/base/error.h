/*
 * error.h - the failures of Dacheng, one table for all of them.
 *
 * Three failures, three ways:
 *   a bug                   DC_ASSERT, always on, ends the process (base/assert.h)
 *   a refusal               a code and a sentence for the peer, in `struct dc_error`
 *   an environment failure  a code for the log; the loop that hit it retries
 *
 * Every function that can fail returns `enum dc_code`, must be checked, and takes the
 * caller-owned `struct dc_error *error` as its last parameter. `error` is written only on
 * failure, and may be NULL where the caller needs the code alone. Results are written only
 * on success, through parameters called `ret_...`.
 *
 * The codes are the canonical RPC codes, so that they travel unchanged over the bus, and over
 * HTTP by the Connect protocol (https://connectrpc.com/docs/protocol#error-codes).
 * Library code does not log: the dispatcher logs each failure once.
 */
#ifndef DC_BASE_ERROR_H
#define DC_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*      name                 number  wire name              HTTP  retry  sentence for a person */
#define DC_ERROR_TABLE(X)                                                                          \
    X(OK,                     0,  "ok",                  200, false, "done")                       \
    X(CANCELLED,              1,  "canceled",            499, false, "the caller gave up")         \
    X(UNKNOWN,                2,  "unknown",             500, false, "an unknown failure")         \
    X(INVALID_ARGUMENT,       3,  "invalid_argument",    400, false, "the request is not valid")   \
    X(DEADLINE_EXCEEDED,      4,  "deadline_exceeded",   504, true,  "it took too long")           \
    X(NOT_FOUND,              5,  "not_found",           404, false, "there is no such thing")     \
    X(ALREADY_EXISTS,         6,  "already_exists",      409, false, "it exists already")          \
    X(PERMISSION_DENIED,      7,  "permission_denied",   403, false, "you may not do this")        \
    X(RESOURCE_EXHAUSTED,     8,  "resource_exhausted",  429, true,  "a limit is reached")         \
    X(FAILED_PRECONDITION,    9,  "failed_precondition", 400, false, "not in the present state")   \
    X(ABORTED,                10, "aborted",             409, true,  "another change came between")\
    X(OUT_OF_RANGE,           11, "out_of_range",        400, false, "past the end of the range")  \
    X(UNIMPLEMENTED,          12, "unimplemented",       501, false, "there is no such method")    \
    X(INTERNAL,               13, "internal",            500, false, "a failure inside")           \
    X(UNAVAILABLE,            14, "unavailable",         503, true,  "not to be had just now")     \
    X(DATA_LOSS,              15, "data_loss",           500, false, "data is damaged")            \
    X(UNAUTHENTICATED,        16, "unauthenticated",     401, false, "please log in")

enum dc_code {
#define X(name, number, wire, http, retry, sentence) DC_##name = number,
    DC_ERROR_TABLE(X)
#undef X
    DC_CODE_COUNT
};

#define DC_MUST_CHECK __attribute__((warn_unused_result))
#define DC_PRINTF(format_at, arguments_at) __attribute__((format(printf, format_at, arguments_at)))

enum { DC_ERROR_FIELD_MAX = 96, DC_ERROR_MESSAGE_MAX = 768 };

struct dc_error {
    enum dc_code code;
    char field[DC_ERROR_FIELD_MAX];     /* path of the offending field ("items[3].weight"), or "" */
    char message[DC_ERROR_MESSAGE_MAX]; /* what, where, and what is allowed; valid UTF-8 */
    char message_zh[DC_ERROR_MESSAGE_MAX]; /* the same in Chinese; "" = there is none (words.h) */
};

/* Facts of a code. dc_code_from_wire answers DC_UNKNOWN for a name that is not in the table. */
const char *dc_code_wire_name(enum dc_code code);
const char *dc_code_sentence(enum dc_code code);
int dc_code_http_status(enum dc_code code);
bool dc_code_is_retryable(enum dc_code code);
enum dc_code dc_code_from_wire(const char *wire_name);

/*
 * Fills `error` (when not NULL) and returns `code`, so that `return dc_fail(...)` reads as one
 * act. Too long messages are cut at a UTF-8 boundary. The field form names the field at fault. The
 * Chinese message is made from the catalogue, where it has the format.
 */
enum dc_code dc_fail(struct dc_error *error, enum dc_code code, const char *format, ...)
    DC_PRINTF(3, 4);
enum dc_code dc_fail_field(struct dc_error *error, enum dc_code code, const char *field,
                           const char *format, ...) DC_PRINTF(4, 5);
enum dc_code dc_failv(struct dc_error *error, enum dc_code code, const char *field,
                      const char *format, va_list arguments) DC_PRINTF(4, 0);

/* Passes on what somebody else said; the messages may be those of `error` itself. */
enum dc_code dc_fail_with(struct dc_error *error, enum dc_code code, const char *field,
                          const char *message, const char *message_zh);

/* The message for a reader of that language: "zh-CN" or another one, NULL = not known. */
const char *dc_error_message(const struct dc_error *error, const char *language);

/* Puts "context: " before the message that is there already; returns error->code. */
enum dc_code dc_fail_context(struct dc_error *error, const char *format, ...) DC_PRINTF(2, 3);

/* Returns from the calling function when `expression` fails. */
#define DC_TRY(expression)                                                                         \
    do {                                                                                           \
        enum dc_code dc_try_code_ = (expression);                                                  \
        if (dc_try_code_ != DC_OK) {                                                               \
            return dc_try_code_;                                                                   \
        }                                                                                          \
    } while (0)

#endif
