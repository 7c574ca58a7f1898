/* words.c - the catalogue is searched, and its formats are filled. */
#include "base/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* --- the catalogue -------------------------------------------------------------------------------
 */
enum { MO_MAGIC = 0x950412de };

struct mo_header {
    uint32_t magic, revision, count, originals, translations; /* offsets from the header */
};
struct mo_text {
    uint32_t length, offset;
};

static const struct mo_text *
texts_at(uint32_t offset)
{
    return (const struct mo_text *)(const void *)(dc_words_zh + offset);
}

const char *
dc_words_find(const char *english)
{
    DC_ASSERT(english);
    if (!dc_words_zh || !*english) {
        return NULL; /* the empty text is the catalogue's own header */
    }
    const struct mo_header *header = (const void *)dc_words_zh;
    DC_ASSERT(header->magic == MO_MAGIC);
    const struct mo_text *originals = texts_at(header->originals);
    for (uint32_t low = 0, high = header->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(english, (const char *)dc_words_zh + originals[middle].offset);
        if (order == 0) {
            return (const char *)dc_words_zh + texts_at(header->translations)[middle].offset;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* --- filling a format ----------------------------------------------------------------------------
 */
enum { ARGUMENTS_MAX = 16, SPEC_MAX = 32 };

/* The arguments, each as the English format writes it. */
struct rendered {
    char text[DC_ERROR_MESSAGE_MAX * 2];
    size_t used;
    const char *argument[ARGUMENTS_MAX];
    size_t count;
};

/* One conversion of a format: `spec` is its text, with the numbers that * stood for. */
struct conversion {
    char spec[SPEC_MAX];
    size_t length;
    int longs;    /* how many l; z and j are two */
    int position; /* of "%2$s": 2; 0 = the next */
    bool quoted;  /* stands between quotation marks */
    char letter;
};

static void
spec_add(struct conversion *conversion, char c)
{
    DC_ASSERT(conversion->length + 1 < SPEC_MAX);
    conversion->spec[conversion->length++] = c;
    conversion->spec[conversion->length] = '\0';
}

static void
spec_add_number(struct conversion *conversion, int number)
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%d", number);
    for (const char *d = digits; *d; d++) {
        spec_add(conversion, *d);
    }
}

/* Reads the conversion at `at`, behind its '%'; the end of it is returned. `arguments` gives the
 * numbers of *, and is NULL for a format whose numbers do not matter. */
static const char *
read_conversion(const char *at, va_list *arguments, struct conversion *ret)
{
    struct conversion conversion = {.spec = "%", .length = 1};
    size_t digits = strspn(at, "0123456789");
    if (digits > 0 && at[digits] == '$') {
        conversion.position = (int)strtol(at, NULL, 10);
        at += digits + 1;
    }
    for (; *at && strchr("-+ #0123456789.*", *at); at++) {
        if (*at == '*' && arguments) {
            spec_add_number(&conversion, va_arg(*arguments, int));
        } else {
            spec_add(&conversion, *at);
        }
    }
    for (; *at && strchr("hlzj", *at); at++) {
        conversion.longs += *at == 'l' ? 1 : *at == 'h' ? 0 : 2;
        spec_add(&conversion, *at);
    }
    DC_ASSERT(*at);
    conversion.letter = *at;
    spec_add(&conversion, *at);
    *ret = conversion;
    return at + 1;
}

static void
render(struct rendered *rendered, const struct conversion *conversion, va_list *arguments)
{
    DC_ASSERT(rendered->count < ARGUMENTS_MAX);
    char *to = rendered->text + rendered->used;
    size_t room = sizeof(rendered->text) - rendered->used;
    const char *spec = conversion->spec;
    int length = 0;
    if (conversion->letter == 's') {
        const char *text = va_arg(*arguments, const char *);
        bool told = strcmp(spec, "%s") == 0 && !conversion->quoted;
        const char *zh = told ? dc_words_find(text) : NULL;
        length = zh ? snprintf(to, room, "%s", zh) : snprintf(to, room, spec, text);
    } else if (strchr("feg", conversion->letter)) {
        length = snprintf(to, room, spec, va_arg(*arguments, double));
    } else if (conversion->letter == 'p') {
        length = snprintf(to, room, spec, va_arg(*arguments, void *));
    } else { /* whole numbers: signed and unsigned ones of a size are passed alike */
        DC_ASSERT(strchr("dicuxXo", conversion->letter));
        length = conversion->longs >= 2   ? snprintf(to, room, spec, va_arg(*arguments, long long))
                 : conversion->longs == 1 ? snprintf(to, room, spec, va_arg(*arguments, long))
                                          : snprintf(to, room, spec, va_arg(*arguments, int));
    }
    rendered->argument[rendered->count++] = to;
    size_t wanted = length < 0 ? 0 : (size_t)length;
    size_t taken = (wanted < room ? wanted : room - 1) + 1;
    rendered->used += taken < room ? taken : room - 1; /* what is left is an empty text */
}

static void
render_all(struct rendered *rendered, const char *format, va_list *arguments)
{
    for (const char *at = format; (at = strchr(at, '%'));) {
        struct conversion conversion;
        bool opened = at > format && at[-1] == '"';
        if (*++at == '%') {
            at++;
            continue;
        }
        at = read_conversion(at, arguments, &conversion);
        conversion.quoted = opened && *at == '"';
        render(rendered, &conversion, arguments);
    }
}

/* The format that passes a text on has no sentence of its own. */
static const char *
sentence_of(const char *format, va_list arguments)
{
    if (strcmp(format, "%s") != 0) {
        return dc_words_find(format);
    }
    va_list own;
    va_copy(own, arguments);
    const char *zh = dc_words_find(va_arg(own, const char *));
    va_end(own);
    return zh ? "%s" : NULL;
}

/* The argument that a conversion of the Chinese format names; "" past the last. */
static const char *
argument_of(const struct rendered *rendered, const struct conversion *conversion, size_t *next)
{
    size_t at = conversion->position > 0 ? (size_t)conversion->position - 1 : (*next)++;
    return at < rendered->count ? rendered->argument[at] : "";
}

static size_t
add(char *buffer, size_t size, size_t length, const char *text, size_t text_length)
{
    size_t room = size - 1 - length;
    size_t taken = text_length < room ? text_length : room;
    memcpy(buffer + length, text, taken);
    return length + taken;
}

size_t
dc_words_formatv(char *buffer, size_t size, const char *format, va_list arguments)
{
    DC_ASSERT(buffer && size > 0 && format);
    struct rendered rendered = {.used = 0};
    const char *zh = sentence_of(format, arguments);
    size_t length = 0, next = 0;
    buffer[0] = '\0';
    if (!zh) {
        return 0;
    }
    va_list own;
    va_copy(own, arguments);
    render_all(&rendered, format, &own);
    va_end(own);
    while (*zh) {
        size_t plain = strcspn(zh, "%");
        length = add(buffer, size, length, zh, plain);
        zh += plain;
        if (*zh && zh[1] == '%') {
            length = add(buffer, size, length, "%", 1);
            zh += 2;
        } else if (*zh) {
            struct conversion conversion;
            zh = read_conversion(zh + 1, NULL, &conversion);
            const char *argument = argument_of(&rendered, &conversion, &next);
            length = add(buffer, size, length, argument, strlen(argument));
        }
    }
    buffer[length] = '\0';
    return length;
}
