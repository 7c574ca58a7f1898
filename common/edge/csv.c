/* Reads CSV that arrives in pieces: one record at a time out of one stretch of memory. */
#include "edge/csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bilingual.h"
#include "edge/csv_encoding.h"

/*
 * `raw` holds the bytes from the beginning of the next record on. A record is looked at only as a
 * whole: when it is not complete it is looked at again after the next push. So going back after a
 * quote that was never closed is no more than setting an index, and being put down needs no state
 * but the place where the record begins.
 */
struct dc_csv {
    char *raw;
    size_t raw_at; /* the next record begins here */
    size_t raw_end;
    size_t raw_capacity;
    size_t record_max;
    bool ended; /* no more bytes will come */
    bool dead;  /* not readable at all; was told */
    bool begun; /* byte order mark looked at, or taken up at a position */
    bool skipping;
    enum dc_csv_encoding encoding;
    char delimiter; /* 0: not known yet */
    size_t header_fields;
    int64_t offset; /* of raw[raw_at] in the file */
    int64_t line;
    iconv_t gb18030; /* opened when first needed; (iconv_t)-1 before */

    char *text; /* fields of the present row, each ended by a NUL */
    size_t text_capacity;
    char *converted; /* the same after GB18030 */
    size_t converted_capacity;
    const char *fields[DC_CSV_FIELDS_MAX];
    size_t lengths[DC_CSV_FIELDS_MAX];
};

/* What one look at the bytes of a record found. */
struct record {
    size_t size;       /* bytes with the line end, when complete */
    size_t content;    /* without the line end */
    size_t count;      /* fields */
    size_t breaks;     /* line ends inside quotes */
    size_t first_line; /* bytes up to and with the first line end; 0: none seen */
    enum dc_csv_fault fault;
    size_t fault_field;
    size_t fault_at; /* index of the byte */
    struct dc_bilingual reason;
};

enum look { LOOK_COMPLETE, LOOK_MORE };

static void
ensure(char **buffer, size_t *capacity, size_t wanted)
{
    if (wanted <= *capacity) {
        return;
    }
    size_t grown = *capacity ? *capacity : 4096;
    while (grown < wanted) {
        grown += grown / 2;
    }
    *buffer = realloc(*buffer, grown);
    DC_ASSERT(*buffer != NULL);
    *capacity = grown;
}

struct dc_csv *
dc_csv_new(size_t max_record_bytes, const struct dc_csv_position *from)
{
    struct dc_csv *csv = calloc(1, sizeof(*csv));
    DC_ASSERT(csv != NULL);
    csv->record_max = max_record_bytes ? max_record_bytes : DC_CSV_RECORD_MAX;
    csv->line = 1;
    csv->gb18030 = (iconv_t)-1;
    if (from && (from->offset > 0 || from->fields > 0)) {
        csv->begun = true;
        csv->offset = from->offset;
        csv->line = from->line;
        csv->header_fields = (size_t)from->fields;
        csv->encoding = (enum dc_csv_encoding)from->encoding;
        csv->delimiter = from->delimiter;
        csv->skipping = from->skipping;
    }
    return csv;
}

void
dc_csv_free(struct dc_csv *csv)
{
    if (!csv) {
        return;
    }
    if (csv->gb18030 != (iconv_t)-1) {
        iconv_close(csv->gb18030);
    }
    free(csv->raw);
    free(csv->text);
    free(csv->converted);
    free(csv);
}

void
dc_csv_push(struct dc_csv *csv, const void *data, size_t size)
{
    DC_ASSERT(!csv->ended);
    if (csv->dead || size == 0) {
        return;
    }
    if (csv->raw_at > 0) {
        memmove(csv->raw, csv->raw + csv->raw_at, csv->raw_end - csv->raw_at);
        csv->raw_end -= csv->raw_at;
        csv->raw_at = 0;
    }
    ensure(&csv->raw, &csv->raw_capacity, csv->raw_end + size);
    memcpy(csv->raw + csv->raw_end, data, size);
    csv->raw_end += size;
}

void
dc_csv_end(struct dc_csv *csv)
{
    csv->ended = true;
}

bool
dc_csv_header_is_next(const struct dc_csv *csv)
{
    return csv->header_fields == 0;
}

enum dc_csv_encoding
dc_csv_encoding(const struct dc_csv *csv)
{
    return csv->encoding;
}

const char *
dc_csv_encoding_name(enum dc_csv_encoding encoding)
{
    return encoding == DC_CSV_GB18030 ? "GB18030" : "UTF-8";
}

char
dc_csv_delimiter(const struct dc_csv *csv)
{
    return csv->delimiter ? csv->delimiter : ',';
}

void
dc_csv_position(const struct dc_csv *csv, struct dc_csv_position *ret_position)
{
    *ret_position = (struct dc_csv_position){
        .offset = csv->offset,
        .line = csv->line,
        .fields = (int32_t)csv->header_fields,
        .encoding = (int32_t)csv->encoding,
        .delimiter = csv->delimiter,
        .skipping = csv->skipping,
    };
}

static void
advance(struct dc_csv *csv, size_t bytes, size_t lines)
{
    csv->raw_at += bytes;
    csv->offset += (int64_t)bytes;
    csv->line += (int64_t)lines;
}

/* --- looking at one record ------------------------------------------------------------------- */
static void
fault(struct record *record, enum dc_csv_fault what, size_t field, size_t at,
      struct dc_bilingual reason)
{
    record->fault = what;
    record->fault_field = field;
    record->fault_at = at;
    record->reason = reason;
}

static void
end_field(struct dc_csv *csv, struct record *record, size_t begin, size_t *out)
{
    if (record->count < DC_CSV_FIELDS_MAX) {
        csv->fields[record->count] = csv->text + begin;
        csv->lengths[record->count] = *out - begin;
    }
    record->count++;
    csv->text[(*out)++] = '\0';
}

/* Copies a quoted field that begins at `at` (its opening quote). False: it is not closed in these
 * bytes. ret_at becomes the index after the closing quote. */
static bool
take_quoted(struct dc_csv *csv, const char *raw, size_t size, size_t at, struct record *record,
            size_t *out, size_t *ret_at)
{
    size_t from = at + 1;
    for (;;) {
        const char *quote = memchr(raw + from, '"', size - from);
        size_t end = quote ? (size_t)(quote - raw) : size;
        for (const char *scan = raw + from;
             (scan = memchr(scan, '\n', (size_t)(raw + end - scan))) != NULL; scan++) {
            record->breaks++;
            if (record->first_line == 0) {
                record->first_line = (size_t)(scan - raw) + 1;
            }
        }
        if (!quote || record->breaks >= DC_CSV_LINES_MAX) {
            return false;
        }
        memcpy(csv->text + *out, raw + from, end - from);
        *out += end - from;
        if (end + 1 < size && raw[end + 1] == '"') {
            csv->text[(*out)++] = '"';
            from = end + 2;
            continue;
        }
        *ret_at = end + 1;
        return true;
    }
}

/* Copies a bare field up to its delimiter, its line end or a quote that should not be there. */
static size_t
take_bare(struct dc_csv *csv, const char *raw, size_t size, size_t at, size_t *out)
{
    char delimiter = csv->delimiter;
    char *to = csv->text + *out;
    while (at < size && raw[at] != delimiter && raw[at] != '\n' && raw[at] != '"') {
        *to++ = raw[at++];
    }
    *out = (size_t)(to - csv->text);
    return at;
}

/* The record at the beginning of `raw`; fields come to csv->text as bytes of the file. */
static enum look
look_at_record(struct dc_csv *csv, const char *raw, size_t size, struct record *record)
{
    *record = (struct record){.fault_field = SIZE_MAX};
    ensure(&csv->text, &csv->text_capacity, size + DC_CSV_FIELDS_MAX + 16);
    size_t at = 0;
    size_t out = 0;
    for (;;) {
        size_t begin = out;
        size_t field = record->count;
        bool quoted = at < size && raw[at] == '"';
        size_t from = at;
        if (quoted) {
            if (!take_quoted(csv, raw, size, at, record, &out, &at)) {
                bool over = record->breaks >= DC_CSV_LINES_MAX;
                fault(record, DC_CSV_BROKEN_QUOTE, field, from,
                      over ? DC_BILINGUAL("a quoted field goes on over too many lines",
                                          "引号内的字段跨行过多")
                           : DC_BILINGUAL("a quoted field is never closed", "字段的引号没有闭合"));
                return over || csv->ended ? LOOK_COMPLETE : LOOK_MORE;
            }
        } else {
            at = take_bare(csv, raw, size, at, &out);
            if (at < size && raw[at] == '"') {
                fault(record, DC_CSV_BROKEN_QUOTE, field, at,
                      DC_BILINGUAL("a quote inside a field that does not begin with one",
                                   "字段中间出现引号，而字段并非以引号开头"));
                return LOOK_COMPLETE;
            }
        }
        if (at == size) {
            if (!csv->ended) {
                return LOOK_MORE;
            }
            if (!quoted && out > begin && csv->text[out - 1] == '\r') {
                out--;
            }
            end_field(csv, record, begin, &out);
            record->size = size;
            record->content = size;
            break;
        }
        bool carriage = quoted && raw[at] == '\r';
        if (carriage && at + 1 == size && !csv->ended) {
            return LOOK_MORE;
        }
        if (carriage && (at + 1 == size || raw[at + 1] == '\n')) {
            at++;
            if (at == size) {
                end_field(csv, record, begin, &out);
                record->size = record->content = size;
                break;
            }
        }
        if (raw[at] == '\n') {
            if (!quoted && out > begin && csv->text[out - 1] == '\r') {
                out--;
            }
            end_field(csv, record, begin, &out);
            record->size = at + 1;
            record->content = at;
            break;
        }
        if (raw[at] != csv->delimiter) {
            fault(record, DC_CSV_BROKEN_QUOTE, field, at,
                  DC_BILINGUAL("text after a closing quote", "闭合的引号之后还有文字"));
            return LOOK_COMPLETE;
        }
        end_field(csv, record, begin, &out);
        at++;
        if (record->count >= DC_CSV_FIELDS_MAX + 8) {
            /* the text buffer has room for no more terminators: leave the rest of the line */
            fault(record, DC_CSV_TOO_MANY_FIELDS, SIZE_MAX, at,
                  DC_BILINGUAL("too many fields", "字段过多"));
            return LOOK_COMPLETE;
        }
    }
    if (record->count > DC_CSV_FIELDS_MAX) {
        fault(record, DC_CSV_TOO_MANY_FIELDS, SIZE_MAX, 0,
              DC_BILINGUAL("too many fields", "字段过多"));
        record->first_line = record->breaks ? record->first_line : record->size;
    }
    return LOOK_COMPLETE;
}

/* --- bytes into text -----------------------------------------------------------------------------
 */
/* Field by field; false with ret_field when one is not GB18030. */
static bool
convert_gb18030(struct dc_csv *csv, size_t count, size_t *ret_field)
{
    if (csv->gb18030 == (iconv_t)-1) {
        csv->gb18030 = iconv_open("UTF-8", "GB18030");
        DC_ASSERT(csv->gb18030 != (iconv_t)-1);
    }
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        wanted += 2 * csv->lengths[i] + 4;
    }
    ensure(&csv->converted, &csv->converted_capacity, wanted);
    char *to = csv->converted;
    for (size_t i = 0; i < count; i++) {
        if (dc_csv_is_ascii(csv->fields[i], csv->lengths[i])) {
            continue;
        }
        char *begin = to;
        char *from = (char *)csv->fields[i];
        size_t from_left = csv->lengths[i];
        size_t to_left = 2 * csv->lengths[i] + 3;
        iconv(csv->gb18030, NULL, NULL, NULL, NULL);
        if (iconv(csv->gb18030, &from, &from_left, &to, &to_left) == (size_t)-1 ||
            !dc_utf8_is_valid(begin, (size_t)(to - begin))) {
            *ret_field = i;
            return false;
        }
        csv->lengths[i] = (size_t)(to - begin);
        csv->fields[i] = begin;
        *to++ = '\0';
    }
    return true;
}

/* Fields of the row as UTF-8 without NUL, or a fault. */
static void
check_bytes(struct dc_csv *csv, const char *raw, struct record *record)
{
    const char *nul = memchr(raw, '\0', record->content);
    if (nul) {
        fault(record, DC_CSV_NUL, SIZE_MAX, (size_t)(nul - raw),
              DC_BILINGUAL("a NUL byte", "含有 NUL 字节"));
        return;
    }
    if (dc_csv_is_ascii(raw, record->content)) {
        return;
    }
    if (csv->encoding == DC_CSV_UNDECIDED) {
        csv->encoding = dc_csv_guess_encoding(raw, csv->raw_end - csv->raw_at);
    }
    size_t field = 0;
    if (csv->encoding == DC_CSV_GB18030) {
        if (!convert_gb18030(csv, record->count, &field)) {
            fault(record, DC_CSV_BAD_BYTES, field, 0,
                  DC_BILINGUAL("bytes that are not GB18030", "含有不是 GB18030 编码的字节"));
        }
        return;
    }
    for (field = 0; field < record->count; field++) {
        if (!dc_utf8_is_valid(csv->fields[field], csv->lengths[field])) {
            fault(record, DC_CSV_BAD_BYTES, field, 0,
                  DC_BILINGUAL("bytes that are not UTF-8", "含有不是 UTF-8 编码的字节"));
            return;
        }
    }
}

/* --- the beginning of a file --------------------------------------------------------------------
 */
/* Looks at the byte order mark. False: more bytes are needed. */
static bool
begin(struct dc_csv *csv, const struct dc_bilingual **ret_problem)
{
    static const struct dc_bilingual utf16 = {
        "the file is UTF-16; save it as UTF-8 or GB18030",
        "文件是 UTF-16 编码，请另存为 UTF-8 或 GB18030",
    };
    const unsigned char *raw = (const unsigned char *)csv->raw;
    size_t size = csv->raw_end;
    if (size < 4 && !csv->ended) {
        return false;
    }
    csv->begun = true;
    if (size >= 3 && memcmp(raw, "\xEF\xBB\xBF", 3) == 0) {
        csv->encoding = DC_CSV_UTF8;
        advance(csv, 3, 0);
    } else if (size >= 4 && memcmp(raw, "\x84\x31\x95\x33", 4) == 0) {
        csv->encoding = DC_CSV_GB18030;
        advance(csv, 4, 0);
    } else if (size >= 2 && (memcmp(raw, "\xFF\xFE", 2) == 0 || memcmp(raw, "\xFE\xFF", 2) == 0)) {
        *ret_problem = &utf16;
    }
    return true;
}

/* From the first line, outside quotes; the one that is there most often. False: the line is not
 * there as a whole yet. */
static bool
find_delimiter(struct dc_csv *csv)
{
    const char *raw = csv->raw + csv->raw_at;
    size_t size = csv->raw_end - csv->raw_at;
    size_t commas = 0;
    size_t semicolons = 0;
    size_t tabs = 0;
    bool quoted = false;
    size_t at = 0;
    for (; at < size && (quoted || raw[at] != '\n'); at++) {
        quoted ^= raw[at] == '"';
        commas += !quoted && raw[at] == ',';
        semicolons += !quoted && raw[at] == ';';
        tabs += !quoted && raw[at] == '\t';
    }
    if (at == size && !csv->ended && size <= csv->record_max) {
        return false;
    }
    csv->delimiter = tabs > commas && tabs > semicolons ? '\t' : semicolons > commas ? ';' : ',';
    return true;
}

/* --- rows
 * ------------------------------------------------------------------------------------------ */
static void
say(struct dc_csv_row *row, struct dc_bilingual reason)
{
    snprintf(row->reason, sizeof(row->reason), "%s", reason.en);
    snprintf(row->reason_zh, sizeof(row->reason_zh), "%s", reason.zh);
}

static void
tell_fault(const struct record *record, struct dc_csv_row *row)
{
    row->fault = record->fault;
    row->fault_field = record->fault_field;
    row->fault_byte = record->fault_at ? record->fault_at + 1 : 0;
    if (row->fault_byte) {
        snprintf(row->reason, sizeof(row->reason), "%s (byte %zu of the line)", record->reason.en,
                 row->fault_byte);
        snprintf(row->reason_zh, sizeof(row->reason_zh), "%s（行内第 %zu 字节）", record->reason.zh,
                 row->fault_byte);
    } else {
        say(row, record->reason);
    }
}

/* A record whose end cannot be told by its quotes ends with the line that it begins in. False:
 * the end of that line has not come yet. */
static bool
drop_line(struct dc_csv *csv, struct record *record, struct dc_csv_row *row)
{
    const char *raw = csv->raw + csv->raw_at;
    size_t size = csv->raw_end - csv->raw_at;
    const char *end = memchr(raw, '\n', size);
    size_t length = end ? (size_t)(end - raw) + 1 : size;
    if (!end && !csv->ended && length <= csv->record_max) {
        return false;
    }
    if (length > csv->record_max) {
        fault(record, DC_CSV_TOO_LONG, SIZE_MAX, 0,
              DC_BILINGUAL("the line is too long", "这一行过长"));
        csv->skipping = !end;
    }
    row->count = 0;
    tell_fault(record, row);
    if (row->fault == DC_CSV_TOO_LONG) {
        snprintf(row->reason, sizeof(row->reason), "the line is longer than %zu bytes",
                 csv->record_max);
        snprintf(row->reason_zh, sizeof(row->reason_zh), "这一行超过 %zu 字节", csv->record_max);
    }
    advance(csv, length, end ? 1 : 0);
    return true;
}

/* Goes on to the end of a line that is too long. False: it has not come yet. */
static bool
skip_line(struct dc_csv *csv)
{
    const char *raw = csv->raw + csv->raw_at;
    size_t size = csv->raw_end - csv->raw_at;
    const char *end = size ? memchr(raw, '\n', size) : NULL;
    advance(csv, end ? (size_t)(end - raw) + 1 : size, end ? 1 : 0);
    csv->skipping = !end;
    return end != NULL;
}

static void
skip_empty_lines(struct dc_csv *csv)
{
    while (csv->raw_at < csv->raw_end) {
        const char *raw = csv->raw + csv->raw_at;
        size_t size = csv->raw_end - csv->raw_at;
        if (raw[0] == '\n') {
            advance(csv, 1, 1);
        } else if (raw[0] == '\r' && size > 1 && raw[1] == '\n') {
            advance(csv, 2, 1);
        } else if (raw[0] == '\r' && size == 1 && csv->ended) {
            advance(csv, 1, 0);
        } else {
            return;
        }
    }
}

static bool
unreadable(struct dc_csv *csv, const struct dc_bilingual *reason, struct dc_csv_row *row)
{
    csv->dead = true;
    csv->raw_at = csv->raw_end = 0;
    row->count = 0;
    row->fault = row->fault == DC_CSV_GOOD ? DC_CSV_BAD_BYTES : row->fault;
    if (reason) {
        row->fault_field = SIZE_MAX;
        say(row, *reason);
    }
    return true;
}

static void
check_count(struct dc_csv *csv, struct record *record, struct dc_csv_row *row)
{
    if (csv->header_fields == 0) {
        csv->header_fields = record->count;
    } else if (record->count != csv->header_fields && row->fault == DC_CSV_GOOD) {
        row->fault = DC_CSV_FIELD_COUNT;
        snprintf(row->reason, sizeof(row->reason), "%zu fields where the header has %zu",
                 record->count, csv->header_fields);
        snprintf(row->reason_zh, sizeof(row->reason_zh), "有 %zu 个字段，表头有 %zu 个",
                 record->count, csv->header_fields);
    }
}

bool
dc_csv_next(struct dc_csv *csv, struct dc_csv_row *ret_row)
{
    struct dc_csv_row *row = ret_row;
    *row = (struct dc_csv_row){
        .fields = csv->fields, .lengths = csv->lengths, .fault_field = SIZE_MAX};
    const struct dc_bilingual *problem = NULL;
    if (csv->dead || (!csv->begun && !begin(csv, &problem))) {
        return false;
    }
    row->line = csv->line;
    if (problem) {
        return unreadable(csv, problem, row);
    }
    if (csv->skipping && !skip_line(csv)) {
        return false;
    }
    skip_empty_lines(csv);
    if (csv->raw_at == csv->raw_end || (!csv->delimiter && !find_delimiter(csv))) {
        return false;
    }
    row->line = csv->line;
    bool header = csv->header_fields == 0;
    const char *raw = csv->raw + csv->raw_at;
    size_t size = csv->raw_end - csv->raw_at;
    struct record record;
    enum look look = look_at_record(csv, raw, size, &record);
    bool too_long = look == LOOK_MORE ? size > csv->record_max : record.size > csv->record_max;
    if (look == LOOK_MORE && !too_long) {
        return false;
    }
    if (too_long && record.breaks > 0) {
        fault(&record, DC_CSV_BROKEN_QUOTE, SIZE_MAX, 0,
              DC_BILINGUAL("a quoted field is never closed", "字段的引号没有闭合"));
    } else if (too_long) {
        fault(&record, DC_CSV_TOO_LONG, SIZE_MAX, 0,
              DC_BILINGUAL("the line is too long", "这一行过长"));
    }
    if (record.fault != DC_CSV_GOOD) {
        if (!drop_line(csv, &record, row)) {
            return false;
        }
        return header ? unreadable(csv, NULL, row) : true;
    }
    check_bytes(csv, raw, &record);
    row->count = record.count;
    if (record.fault != DC_CSV_GOOD) {
        row->count = 0;
        tell_fault(&record, row);
    }
    if (header && row->fault != DC_CSV_GOOD) {
        return unreadable(csv, NULL, row);
    }
    check_count(csv, &record, row);
    advance(csv, record.size, record.breaks + (record.size > record.content));
    return true;
}
