/* One list of arguments, printed twice. */
#include "base/bilingual.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"

static const char *vprint(struct dc_arena *arena, const char *format, va_list arguments)
    DC_PRINTF(2, 0);

static const char *
vprint(struct dc_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    DC_ASSERT(length >= 0);
    char *text = dc_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

struct dc_bilingual
dc_bilingual_printf(struct dc_arena *arena, const char *en, const char *zh, ...)
{
    struct dc_bilingual sentence;
    va_list arguments;
    va_start(arguments, zh);
    sentence.en = vprint(arena, en, arguments);
    va_end(arguments);
    va_start(arguments, zh);
    sentence.zh = vprint(arena, zh, arguments);
    va_end(arguments);
    return sentence;
}

struct dc_bilingual
dc_bilingual_copy(struct dc_arena *arena, const char *en, const char *zh)
{
    return DC_BILINGUAL(dc_arena_strdup(arena, en), dc_arena_strdup(arena, zh));
}
