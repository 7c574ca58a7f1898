/* csv_encoding.h - which encoding the bytes of a file are in: UTF-8 or GB18030. */
#ifndef DC_EDGE_CSV_ENCODING_H
#define DC_EDGE_CSV_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "edge/csv.h"

/* The encoding that the bytes break less often: a file of either may have some damage. Frequent
 * Chinese words in GB18030 are valid UTF-8 of other letters, so counting what is valid would not
 * do. */
enum dc_csv_encoding dc_csv_guess_encoding(const char *data, size_t size);
/* Then it is the same in both. */
bool dc_csv_is_ascii(const char *data, size_t size);

#endif
