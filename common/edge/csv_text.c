/* The other half of CSV: columns by name, and writing rows that a spreadsheet opens safely. */
#include "edge/csv.h"

#include <string.h>
#include <strings.h>

/* --- headers ------------------------------------------------------------------------------------
 */
static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool
name_matches(const char *field, size_t length, const char *name)
{
    while (length > 0 && is_blank(field[0])) {
        field++;
        length--;
    }
    while (length > 0 && is_blank(field[length - 1])) {
        length--;
    }
    return strlen(name) == length && strncasecmp(field, name, length) == 0;
}

/* At most `most` bytes, not in the middle of a character. */
static size_t
cut_at(const char *text, size_t length, size_t most)
{
    if (length <= most) {
        return length;
    }
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80) {
        most--;
    }
    return most;
}

static int
find_column(const struct dc_csv_column *columns, size_t count, const char *field, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t n = 0; n < DC_CSV_NAMES_MAX && columns[i].names[n]; n++) {
            if (name_matches(field, length, columns[i].names[n])) {
                return (int)i;
            }
        }
    }
    return -1;
}

static enum dc_code
missing_column(const struct dc_csv_column *columns, size_t count, size_t missing,
               struct dc_text *ret_zh, struct dc_error *error)
{
    DC_AUTO_TEXT struct dc_text allowed = DC_TEXT_INIT;
    for (size_t i = 0; i < count; i++) {
        dc_text_printf(&allowed, "%s%s", i ? ", " : "", columns[i].names[0]);
    }
    const char *other = columns[missing].names[1];
    if (ret_zh) {
        dc_text_printf(ret_zh, "表头缺少列“%s”%s%s%s；可以有的列：%s", columns[missing].names[0],
                       other ? "（或“" : "", other ? other : "", other ? "”）" : "",
                       dc_text_cstr(&allowed));
    }
    if (other) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, columns[missing].names[0],
                             "the header has no column \"%s\" (or \"%s\"); columns may be: %s",
                             columns[missing].names[0], other, dc_text_cstr(&allowed));
    }
    return dc_fail_field(error, DC_INVALID_ARGUMENT, columns[missing].names[0],
                         "the header has no column \"%s\"; columns may be: %s",
                         columns[missing].names[0], dc_text_cstr(&allowed));
}

enum dc_code
dc_csv_map_header(const struct dc_csv_row *header, const struct dc_csv_column *columns,
                  size_t count, int *ret_at, struct dc_text *ret_unknown, struct dc_text *ret_zh,
                  struct dc_error *error)
{
    if (header->fault != DC_CSV_GOOD) {
        if (ret_zh) {
            dc_text_printf(ret_zh, "表头无法读取：%s", header->reason_zh);
        }
        (void)dc_fail_with(error, DC_INVALID_ARGUMENT, "", header->reason, header->reason_zh);
        return dc_fail_context(error, "the header cannot be read");
    }
    int at[DC_CSV_FIELDS_MAX];
    for (size_t i = 0; i < DC_CSV_FIELDS_MAX; i++) {
        at[i] = -1;
    }
    for (size_t i = 0; i < header->count; i++) {
        int column = find_column(columns, count, header->fields[i], header->lengths[i]);
        if (column < 0) {
            if (ret_unknown && header->lengths[i] > 0) {
                dc_text_printf(ret_unknown, "%s%.*s", ret_unknown->length ? ", " : "",
                               (int)cut_at(header->fields[i], header->lengths[i], 60),
                               header->fields[i]);
            }
            continue;
        }
        if (at[column] >= 0) {
            if (ret_zh) {
                dc_text_printf(ret_zh, "表头中列“%s”出现两次（第 %d 和第 %zu 个字段）",
                               columns[column].names[0], at[column] + 1, i + 1);
            }
            return dc_fail_field(error, DC_INVALID_ARGUMENT, columns[column].names[0],
                                 "the header has the column \"%s\" twice (fields %d and %zu)",
                                 columns[column].names[0], at[column] + 1, i + 1);
        }
        at[column] = (int)i;
    }
    for (size_t i = 0; i < count; i++) {
        if (columns[i].required && at[i] < 0) {
            return missing_column(columns, count, i, ret_zh, error);
        }
    }
    memcpy(ret_at, at, count * sizeof(at[0]));
    return DC_OK;
}

/* --- writing
 * --------------------------------------------------------------------------------------- */
/* "-12.50" is a number and stays one; "-1+cmd|..." is not. */
static bool
is_plain_number(const char *field)
{
    const char *at = field + (*field == '-' || *field == '+');
    size_t digits = strspn(at, "0123456789");
    at += digits;
    if (*at == '.') {
        size_t decimals = strspn(at + 1, "0123456789");
        digits += decimals;
        at += 1 + decimals;
    }
    return digits > 0 && *at == '\0';
}

static bool
is_formula(const char *field)
{
    return field[0] != '\0' && strchr("=+-@\t\r", field[0]) != NULL && !is_plain_number(field);
}

void
dc_csv_write_start(struct dc_text *text)
{
    dc_text_add(text, "\xEF\xBB\xBF");
}

void
dc_csv_write_field(struct dc_text *text, const char *field, bool first)
{
    if (!first) {
        dc_text_append(text, ",", 1);
    }
    const char *guard = is_formula(field) ? "'" : "";
    if (!strpbrk(field, ",\"\r\n;\t") && field[0] != ' ') {
        dc_text_add(text, guard);
        dc_text_add(text, field);
        return;
    }
    dc_text_append(text, "\"", 1);
    dc_text_add(text, guard);
    for (const char *quote; (quote = strchr(field, '"')) != NULL; field = quote + 1) {
        dc_text_append(text, field, (size_t)(quote - field));
        dc_text_add(text, "\"\"");
    }
    dc_text_add(text, field);
    dc_text_append(text, "\"", 1);
}

void
dc_csv_write_row_end(struct dc_text *text)
{
    dc_text_add(text, "\r\n");
}

void
dc_csv_write_row(struct dc_text *text, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dc_csv_write_field(text, fields[i], i == 0);
    }
    dc_csv_write_row_end(text);
}
