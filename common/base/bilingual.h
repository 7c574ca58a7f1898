/*
 * bilingual.h - a sentence in the two languages of the product, made where it is known: what is
 * wrong with somebody's file or definition, and what is allowed.
 *
 * Both are valid UTF-8. Refusals of requests get their Chinese from a catalogue (words.h); this is
 * for texts that are kept or listed and that people read later, each in his language.
 */
#ifndef DC_BASE_BILINGUAL_H
#define DC_BASE_BILINGUAL_H

#include "base/arena.h"

struct dc_bilingual {
    const char *en;
    const char *zh;
};

/* Of two literals, or of two texts that were made apart because their arguments differ. */
#define DC_BILINGUAL(en_text, zh_text) ((struct dc_bilingual){(en_text), (zh_text)})

/* Both formats take the same arguments, in the same order ("%2$s" may change it). */
struct dc_bilingual dc_bilingual_printf(struct dc_arena *arena, const char *en, const char *zh, ...)
    DC_PRINTF(2, 4) DC_PRINTF(3, 4);

/* A copy in the arena. */
struct dc_bilingual dc_bilingual_copy(struct dc_arena *arena, const char *en, const char *zh);

#endif
