/* CSV bytes of any kind: the same rows come out whatever the pieces, and after taking up anew. */
#include "edge/csv.h"

#include <string.h>

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORD_MAX = 512 };

/* A sum over everything that a row says; the encoding may be told by more or fewer bytes, so a
 * file that mixes encodings is compared only when it is ASCII or has a mark. */
static uint64_t
fold(uint64_t sum, const struct dc_csv_row *row)
{
    sum = sum * 1099511628211u + (uint64_t)row->line * 31 + (uint64_t)row->fault;
    for (size_t i = 0; i < row->count; i++) {
        DC_ASSERT(strlen(row->fields[i]) == row->lengths[i]);
        DC_ASSERT(dc_utf8_is_valid(row->fields[i], row->lengths[i]));
        for (const char *at = row->fields[i]; *at; at++) {
            sum = sum * 1099511628211u + (unsigned char)*at;
        }
        sum = sum * 1099511628211u + 7;
    }
    return sum;
}

static uint64_t
read_all(const uint8_t *data, size_t size, size_t piece)
{
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(RECORD_MAX, NULL);
    uint64_t sum = 0;
    struct dc_csv_row row;
    int64_t last = 0;
    for (size_t at = 0; at < size; at += piece) {
        dc_csv_push(csv, data + at, size - at < piece ? size - at : piece);
        while (dc_csv_next(csv, &row)) {
            DC_ASSERT(row.line > last);
            last = row.line;
            sum = fold(sum, &row);
        }
    }
    dc_csv_end(csv);
    while (dc_csv_next(csv, &row)) {
        sum = fold(sum, &row);
    }
    return sum;
}

static uint64_t
read_resumed(const uint8_t *data, size_t size)
{
    struct dc_csv_position position = {.line = 1};
    uint64_t sum = 0;
    for (;;) {
        DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(RECORD_MAX, &position);
        dc_csv_push(csv, data + position.offset, size - (size_t)position.offset);
        dc_csv_end(csv);
        struct dc_csv_row row;
        if (!dc_csv_next(csv, &row)) {
            return sum;
        }
        sum = fold(sum, &row);
        struct dc_csv_position before = position;
        dc_csv_position(csv, &position);
        if (position.offset <= before.offset || position.fields == 0) {
            return sum; /* not readable at all */
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000) {
        return 0;
    }
    uint64_t whole = read_all(data, size, size ? size : 1);
    uint64_t pieces = read_all(data, size, 1 + size % 97);
    bool plain = true;
    for (size_t i = 0; i < size; i++) {
        plain = plain && data[i] < 0x80;
    }
    if (plain || (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)) {
        DC_ASSERT(whole == pieces);
        DC_ASSERT(read_resumed(data, size) == whole);
    }
    return 0;
}
