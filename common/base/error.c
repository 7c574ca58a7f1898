/* error.c - the table of codes, and filling a caller's error. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"

struct code_facts {
    const char *wire_name;
    int http_status;
    bool retryable;
    const char *sentence;
};

static const struct code_facts facts[DC_CODE_COUNT] = {
#define X(name, number, wire, http, retry, sentence) [number] = {wire, http, retry, sentence},
    DC_ERROR_TABLE(X)
#undef X
};

static const struct code_facts *
facts_of(enum dc_code code)
{
    DC_ASSERT((unsigned)code < DC_CODE_COUNT);
    return &facts[code];
}

const char *
dc_code_wire_name(enum dc_code code)
{
    return facts_of(code)->wire_name;
}

const char *
dc_code_sentence(enum dc_code code)
{
    return facts_of(code)->sentence;
}

int
dc_code_http_status(enum dc_code code)
{
    return facts_of(code)->http_status;
}

bool
dc_code_is_retryable(enum dc_code code)
{
    return facts_of(code)->retryable;
}

enum dc_code
dc_code_from_wire(const char *wire_name)
{
    DC_ASSERT(wire_name);
    for (int code = 0; code < DC_CODE_COUNT; code++) {
        if (strcmp(facts[code].wire_name, wire_name) == 0) {
            return (enum dc_code)code;
        }
    }
    return DC_UNKNOWN;
}

/* Makes `text` (of `length` bytes, in a buffer that may have cut it) end at a whole character, and
 * replaces each byte that cannot stand in UTF-8 by '?': messages quote what came from outside. */
static void
mend_utf8(char *text, size_t length, bool was_cut)
{
    for (size_t i = 0; i < length;) {
        size_t width = 1;
        while (width < 4 && i + width <= length && !dc_utf8_is_valid(text + i, width)) {
            width++;
        }
        if (i + width <= length && dc_utf8_is_valid(text + i, width)) {
            i += width;
        } else if (was_cut && length - i < 4 && ((unsigned char)text[i] & 0xC0) == 0xC0) {
            text[i] = '\0';
            return;
        } else {
            text[i++] = '?';
        }
    }
}

static void
set_text(char *buffer, size_t size, const char *text)
{
    size_t length = strlen(text);
    bool cut = length >= size;
    if (cut) {
        length = size - 1;
    }
    memmove(buffer, text, length);
    buffer[length] = '\0';
    mend_utf8(buffer, length, cut);
}

enum dc_code
dc_failv(struct dc_error *error, enum dc_code code, const char *field, const char *format,
         va_list arguments)
{
    DC_ASSERT(code != DC_OK && (unsigned)code < DC_CODE_COUNT);
    DC_ASSERT(format);
    if (!error) {
        return code;
    }
    /* Formatted aside first: the arguments may point into the error that is being filled. */
    char message[DC_ERROR_MESSAGE_MAX + 4];
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(message, sizeof message, format, again);
    va_end(again);
    if (length < 0) {
        snprintf(message, sizeof message, "%s", dc_code_sentence(code));
    }
    char message_zh[DC_ERROR_MESSAGE_MAX + 4];
    dc_words_formatv(message_zh, sizeof message_zh, format, arguments);
    return dc_fail_with(error, code, field, message, message_zh);
}

enum dc_code
dc_fail_with(struct dc_error *error, enum dc_code code, const char *field, const char *message,
             const char *message_zh)
{
    DC_ASSERT(code != DC_OK && (unsigned)code < DC_CODE_COUNT && message && message_zh);
    if (!error) {
        return code;
    }
    set_text(error->field, sizeof error->field, field ? field : "");
    set_text(error->message, sizeof error->message, message);
    set_text(error->message_zh, sizeof error->message_zh, message_zh);
    error->code = code;
    return code;
}

enum dc_code
dc_fail(struct dc_error *error, enum dc_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    dc_failv(error, code, NULL, format, arguments);
    va_end(arguments);
    return code;
}

enum dc_code
dc_fail_field(struct dc_error *error, enum dc_code code, const char *field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    dc_failv(error, code, field, format, arguments);
    va_end(arguments);
    return code;
}

const char *
dc_error_message(const struct dc_error *error, const char *language)
{
    bool chinese = language && strncmp(language, "zh", 2) == 0;
    return chinese && *error->message_zh ? error->message_zh : error->message;
}

/* "context: " before `text`, in `buffer`. */
static void
put_before(char *buffer, size_t size, const char *context, const char *colon, const char *text)
{
    char whole[DC_ERROR_MESSAGE_MAX * 2 + 8];
    snprintf(whole, sizeof whole, "%s%s%s", context, colon, text);
    set_text(buffer, size, whole);
}

enum dc_code
dc_fail_context(struct dc_error *error, const char *format, ...)
{
    DC_ASSERT(error && error->code != DC_OK);
    char context[DC_ERROR_MESSAGE_MAX] = "", context_zh[DC_ERROR_MESSAGE_MAX] = "";
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(context, sizeof context, format, arguments);
    size_t length_zh = dc_words_formatv(context_zh, sizeof context_zh, format, again);
    va_end(again);
    va_end(arguments);
    if (length < 0) {
        context[0] = '\0';
    }
    if (*error->message_zh) {
        put_before(error->message_zh, sizeof error->message_zh, length_zh ? context_zh : context,
                   "：", error->message_zh);
    }
    put_before(error->message, sizeof error->message, context, ": ", error->message);
    return error->code;
}
