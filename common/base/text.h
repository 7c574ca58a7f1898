/*
 * text.h - building text, and checks of text that came from outside.
 *
 * `struct dc_text` grows as needed, is always NUL-terminated, and belongs to whoever declared it:
 *     struct dc_text line = DC_TEXT_INIT;   ...   dc_text_release(&line);
 */
#ifndef DC_BASE_TEXT_H
#define DC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct dc_text {
    char *data; /* never NULL after the first append; NUL-terminated */
    size_t length;
    size_t capacity;
};

#define DC_TEXT_INIT                                                                               \
    (struct dc_text)                                                                               \
    {                                                                                              \
        0                                                                                          \
    }
#define DC_AUTO_TEXT __attribute__((cleanup(dc_text_release)))

void dc_text_release(struct dc_text *text);
void dc_text_clear(struct dc_text *text); /* length 0, keeps the memory */
void dc_text_append(struct dc_text *text, const char *data, size_t length);
void dc_text_add(struct dc_text *text, const char *string);
void dc_text_printf(struct dc_text *text, const char *format, ...) DC_PRINTF(2, 3);
/* A JSON string literal with its quotes; `data` must be valid UTF-8. */
void dc_text_add_json_string(struct dc_text *text, const char *data, size_t length);
const char *dc_text_cstr(const struct dc_text *text); /* "" when empty */

/* Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) and no NUL byte. */
bool dc_utf8_is_valid(const char *data, size_t length);
/* Characters (code points) in valid UTF-8. */
size_t dc_utf8_length(const char *data, size_t length);

bool dc_text_equal(const char *a, const char *b); /* NULL equals NULL only */
bool dc_text_starts_with(const char *text, const char *prefix);

/* Strict: the whole text, base 10, no spaces, no '+'. */
enum dc_code dc_parse_int64(const char *text, int64_t *ret_value, struct dc_error *error)
    DC_MUST_CHECK;

/* Matches dot-separated subjects: '*' one token, '>' one or more tokens at the end
 * ("goals.>" matches "goals.TargetsAdjusted"). */
bool dc_subject_matches(const char *pattern, const char *subject);
/* A pattern or subject is 1..200 bytes of [A-Za-z0-9_-], '.', and for patterns '*' and '>'. */
bool dc_subject_is_valid(const char *subject, bool pattern);

void dc_hex_encode(const uint8_t *data, size_t size, char *ret_hex /* 2*size+1 bytes */);

#endif
