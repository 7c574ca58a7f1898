/*
 * words.h - sentences in Chinese, by their English text: how a refusal speaks to its reader.
 *
 * The English sentences stand in the sources, as printf formats; `words.zh.po` of common/ and of
 * each service holds the Chinese ones, in the format of GNU gettext. The build makes one catalogue
 * of the two (msgcat, msgfmt) and links it into the program as `dc_words_zh`. A program without
 * one, and a sentence that is not in it, have no Chinese: the reader sees the English sentence.
 *
 * Not gettext() itself: it speaks the language of the process, by a locale that has to be
 * installed, and here each reader has his own.
 */
#ifndef DC_BASE_WORDS_H
#define DC_BASE_WORDS_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

/* Marks a text for the catalogue: an argument of a refusal ("%s is empty"), and each of several
 * sentences of which one is chosen. No parentheses: the text of an array has none. */
#define DC_WORDS(text) text

/* The catalogue of this program: the bytes of a .mo file
 * (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html). */
extern const unsigned char dc_words_zh[] __attribute__((weak));

/* The Chinese of `english`; NULL when there is none. Lives as long as the program. */
const char *dc_words_find(const char *english);

/*
 * Writes `format` with its arguments in Chinese into `buffer`, ended by NUL, cut where it is full
 * (not at a character's boundary). Arguments of %s that have a Chinese text are told in it; not
 * those between quotation marks, nor of "%.60s", which quote what came from outside. The Chinese
 * format names arguments in their order, or as "%2$s"; how each is written, the English one says.
 * Returns the length, 0 when there is no Chinese sentence.
 */
size_t dc_words_formatv(char *buffer, size_t size, const char *format, va_list arguments)
    DC_PRINTF(3, 0);

#endif
