/*
 * csv.h - tables as text: a reader of CSV bytes that arrive in pieces, and a writer for exports.
 *
 * The reader takes bytes of any origin, in pieces of any size, and gives rows. What is wrong with
 * one row (a broken quote, bytes that are not of the encoding, a NUL, a field count other than the
 * header's, a record that is too long) is said with that row's line and field, and the next row is
 * read as if nothing had been: a quote that is never closed costs the one line that it stands in.
 * Memory is bounded by max_record_bytes and the largest piece.
 *
 * Recognised: UTF-8 and GB18030, by a byte order mark, else by the first bytes that are not ASCII
 * (valid UTF-8 or not); the delimiter (comma, semicolon, tab) from the header; lines that end
 * with LF, CR LF or CR LF mixed with LF. Fields come out as NUL-terminated UTF-8 in every case.
 * Empty lines are skipped. The first record is the header.
 *
 *     dc_csv_push(csv, piece, size);             // any number of times; then dc_csv_end(csv)
 *     while (dc_csv_next(csv, &row)) { ... }     // after each push: the rows that are complete
 *
 * A reader can be put down at the end of any row and taken up later, by another process, from a
 * `struct dc_csv_position` and the file's bytes from position.offset on.
 *
 * Why not libcsv: in its lenient mode broken quotes pass silently, in its strict mode the first
 * one ends the file; it bounds neither field nor record, and cannot be put down and taken up.
 * Measured on 1,000,000 rows of 115 bytes with quotes and Chinese text: libcsv 3.0.3 with callbacks
 * that only count 0.20 s, this reader with rows, encodings and checks 0.19 s.
 */
#ifndef DC_EDGE_CSV_H
#define DC_EDGE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

enum {
    DC_CSV_RECORD_MAX = 1 << 20, /* default bound of one record, bytes in the file */
    DC_CSV_FIELDS_MAX = 256,     /* more fields than this in a record is a fault */
    DC_CSV_LINES_MAX = 64,       /* lines that one quoted record may span */
};

enum dc_csv_encoding { DC_CSV_UNDECIDED /* only ASCII so far */, DC_CSV_UTF8, DC_CSV_GB18030 };

enum dc_csv_fault {
    DC_CSV_GOOD,
    DC_CSV_BROKEN_QUOTE, /* a quote inside a bare field, text after a closing quote, never closed */
    DC_CSV_BAD_BYTES,    /* not of the encoding */
    DC_CSV_NUL,
    DC_CSV_TOO_LONG,
    DC_CSV_TOO_MANY_FIELDS, /* more than DC_CSV_FIELDS_MAX */
    DC_CSV_FIELD_COUNT,     /* other than the header's */
};

struct dc_csv_row {
    int64_t line;              /* in the file, from 1: where the record begins */
    size_t count;              /* fields; 0 when the fault made them unreadable */
    const char *const *fields; /* until the next call; UTF-8, NUL-terminated */
    const size_t *lengths;
    enum dc_csv_fault fault;
    size_t fault_field;  /* index of the field at fault; SIZE_MAX: the row as a whole */
    size_t fault_byte;   /* position in the record, from 1; 0: not one place */
    char reason[160];    /* a sentence when fault is not GOOD, "" otherwise */
    char reason_zh[160]; /* the same in Chinese */
};

/* Where a reader stands, after the header: what it takes to go on. Plain data, to be stored. */
struct dc_csv_position {
    int64_t offset; /* bytes of the file that are done with */
    int64_t line;   /* of the byte at offset */
    int32_t fields; /* of the header; 0: the header is not read yet */
    int32_t encoding;
    char delimiter;
    bool skipping; /* inside a record that is too long, and was told as such */
};

struct dc_csv;

/* max_record_bytes 0: DC_CSV_RECORD_MAX. `from` NULL: the beginning of a file. */
struct dc_csv *dc_csv_new(size_t max_record_bytes, const struct dc_csv_position *from);
void dc_csv_free(struct dc_csv *csv);
DC_DEFINE_AUTO(dc_csv)

/* Hands over the next bytes; they are copied. Read all rows before the next push: what was not
 * read stays in memory. */
void dc_csv_push(struct dc_csv *csv, const void *data, size_t size);
/* No more bytes will come: a last line without its end becomes a row. */
void dc_csv_end(struct dc_csv *csv);

/*
 * The next record; false: more bytes are needed, or it was the last. The first is the header (ask
 * dc_csv_header_is_next before): later rows with another number of fields are at fault.
 * A file that is UTF-16 or UTF-32, or whose header is at fault, is not readable at all: the row
 * that comes first has the fault, and there are no others.
 */
bool dc_csv_next(struct dc_csv *csv, struct dc_csv_row *ret_row);
bool dc_csv_header_is_next(const struct dc_csv *csv);
void dc_csv_position(const struct dc_csv *csv, struct dc_csv_position *ret_position);

enum dc_csv_encoding dc_csv_encoding(const struct dc_csv *csv);
const char *dc_csv_encoding_name(enum dc_csv_encoding encoding); /* "UTF-8", "GB18030" */
char dc_csv_delimiter(const struct dc_csv *csv);

/*
 * Headers by name. A table of columns, each with the names it may go by; compared without regard
 * to ASCII case and surrounding blanks. ret_at[i] becomes the index of columns[i] in the header,
 * or -1. INVALID_ARGUMENT: the row is at fault, a required column is missing, one is there twice;
 * the sentence names the missing and what is allowed; ret_zh, when not NULL, gets it in Chinese.
 * Columns that nobody asked for are listed in ret_unknown ("a, b"), when not NULL.
 */
enum { DC_CSV_NAMES_MAX = 6 };
struct dc_csv_column {
    const char *names[DC_CSV_NAMES_MAX]; /* the first is the one in messages; NULL-filled */
    bool required;
};
enum dc_code dc_csv_map_header(const struct dc_csv_row *header, const struct dc_csv_column *columns,
                               size_t count, int *ret_at, struct dc_text *ret_unknown,
                               struct dc_text *ret_zh, struct dc_error *error) DC_MUST_CHECK;

/*
 * Writing. Fields are quoted where they must be, separated by commas, rows end with CR LF (RFC
 * 4180). A field that a spreadsheet would take for a formula (it begins with = + - @ tab or CR,
 * and is not a plain number) gets an apostrophe in front. dc_csv_write_start writes the UTF-8 byte
 * order mark by which spreadsheet programs tell UTF-8.
 */
void dc_csv_write_start(struct dc_text *text);
void dc_csv_write_row(struct dc_text *text, const char *const *fields, size_t count);
void dc_csv_write_field(struct dc_text *text, const char *field, bool first);
void dc_csv_write_row_end(struct dc_text *text);

#endif
