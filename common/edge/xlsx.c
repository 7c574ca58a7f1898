/* Reading workbooks: a ZIP archive of XML parts, by libzip and expat, within bounds. */
#include "edge/xlsx.h"

#include <ctype.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/text.h"
#include "base/words.h"

enum { PIECE = 64 * 1024, DEPTH_MAX = 64, SHEET_PATH_MAX = 200, DIGITS = 15 };

bool
dc_xlsx_is_one(const void *data, size_t size)
{
    return size >= 4 && memcmp(data, "PK\003\004", 4) == 0;
}

/* --- numbers ------------------------------------------------------------------------------------
 */

bool
dc_xlsx_number(const char *text, char ret_text[DC_XLSX_NUMBER_TEXT])
{
    char *end;
    if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text)) {
        return false;
    }
    double value = strtod(text, &end);
    if (*end != '\0' || value > 1e300 || value < -1e300) {
        return false;
    }
    /* Fifteen digits, then written out: %e says how many places these are. */
    char digits[40];
    snprintf(digits, sizeof digits, "%.*e", DIGITS - 1, value);
    int exponent = (int)strtol(strchr(digits, 'e') + 1, NULL, 10);
    int places = DIGITS - 1 - exponent;
    snprintf(ret_text, DC_XLSX_NUMBER_TEXT, "%.*f", places < 0 ? 0 : places > 20 ? 20 : places,
             strtod(digits, NULL));
    if (strchr(ret_text, '.')) {
        size_t length = strlen(ret_text);
        while (ret_text[length - 1] == '0') {
            ret_text[--length] = '\0';
        }
        if (ret_text[length - 1] == '.') {
            ret_text[--length] = '\0';
        }
    }
    if (strcmp(ret_text, "-0") == 0) {
        memmove(ret_text, ret_text + 1, 2);
    }
    return true;
}

/* --- a reading ----------------------------------------------------------------------------------
 */

struct reading {
    zip_t *zip;
    int64_t unpacked; /* bytes so far */
    struct dc_arena *arena;
    dc_xlsx_row_fn *row;
    void *context;
    struct dc_error *error;
    enum dc_code code; /* what ended it */
    XML_Parser parser; /* the part being read */
    int depth;
    /* the workbook */
    char sheet_id[SHEET_PATH_MAX], sheet_path[SHEET_PATH_MAX];
    /* shared strings */
    const char **strings;
    size_t string_count, string_capacity;
    bool in_item, in_text, in_phonetic;
    struct dc_text text; /* of the item or cell being read */
    /* the sheet */
    bool in_data, in_cell, in_row;
    char cell_type;    /* n, s (shared), t (text in place), b, e */
    size_t cell_at;    /* column */
    int64_t line;
    struct dc_text fields; /* of the row: NUL-terminated one after another */
    size_t starts[DC_XLSX_COLUMNS_MAX];
    size_t field_count;
};

static void
stop(struct reading *r, enum dc_code code, const char *sentence)
{
    if (r->code == DC_OK) {
        r->code = dc_fail_field(r->error, code, "content", "%s", sentence);
    }
    if (r->parser) {
        XML_StopParser(r->parser, XML_FALSE);
    }
}

/* The name without its namespace's prefix. */
static const char *
local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *
attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(local(attributes[0]), name) == 0) {
            return attributes[1];
        }
    }
    return NULL;
}

static void XMLCALL
on_doctype(void *data, const char *name, const char *system, const char *public_id, int internal)
{
    (void)name, (void)system, (void)public_id, (void)internal;
    stop(data, DC_INVALID_ARGUMENT, DC_WORDS("a workbook's parts have no document type declaration"));
}

static bool
enter(struct reading *r)
{
    if (++r->depth > DEPTH_MAX) {
        stop(r, DC_INVALID_ARGUMENT, DC_WORDS("a part of the workbook is nested too deeply"));
        return false;
    }
    return true;
}

struct part {
    XML_StartElementHandler start;
    XML_EndElementHandler end;
    XML_CharacterDataHandler text;
};

static void
parse_file(struct reading *r, zip_file_t *file)
{
    for (;;) {
        void *piece = XML_GetBuffer(r->parser, PIECE);
        zip_int64_t size = piece ? zip_fread(file, piece, PIECE) : -1;
        if (size < 0) {
            stop(r, DC_INVALID_ARGUMENT, DC_WORDS("a part of the workbook cannot be unpacked"));
            return;
        }
        r->unpacked += size;
        if (r->unpacked > DC_XLSX_UNPACKED_MAX) {
            stop(r, DC_OUT_OF_RANGE, DC_WORDS("the workbook unpacks to more than 64 MiB"));
            return;
        }
        if (XML_ParseBuffer(r->parser, (int)size, size == 0) == XML_STATUS_ERROR) {
            stop(r, DC_INVALID_ARGUMENT, DC_WORDS("a part of the workbook is no well-formed XML"));
            return;
        }
        if (size == 0) {
            return;
        }
    }
}

/* false: there is no such part. */
static bool
read_part(struct reading *r, const char *path, const struct part *part)
{
    zip_file_t *file = r->code == DC_OK ? zip_fopen(r->zip, path, 0) : NULL;
    if (!file) {
        return false;
    }
    r->parser = XML_ParserCreate(NULL);
    r->depth = 0;
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, part->start, part->end);
    XML_SetCharacterDataHandler(r->parser, part->text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    parse_file(r, file);
    XML_ParserFree(r->parser);
    r->parser = NULL;
    zip_fclose(file);
    return true;
}

static void XMLCALL
leave(void *data, const char *name)
{
    (void)name;
    ((struct reading *)data)->depth--;
}

/* --- which part is the first sheet --------------------------------------------------------------
 */

static void XMLCALL
workbook_start(void *data, const char *name, const char **attributes)
{
    struct reading *r = data;
    if (enter(r) && strcmp(local(name), "sheet") == 0 && r->sheet_id[0] == '\0') {
        const char *id = attribute(attributes, "id");
        snprintf(r->sheet_id, sizeof r->sheet_id, "%s", id ? id : "");
    }
}

static void XMLCALL
relations_start(void *data, const char *name, const char **attributes)
{
    struct reading *r = data;
    if (!enter(r) || strcmp(local(name), "Relationship") != 0) {
        return;
    }
    const char *id = attribute(attributes, "Id"), *target = attribute(attributes, "Target");
    if (id && target && strcmp(id, r->sheet_id) == 0) {
        snprintf(r->sheet_path, sizeof r->sheet_path, "%s%s", target[0] == '/' ? "" : "xl/",
                 target + (target[0] == '/'));
    }
}

/* --- shared strings -----------------------------------------------------------------------------
 */

static void XMLCALL
strings_start(void *data, const char *name, const char **attributes)
{
    struct reading *r = data;
    (void)attributes;
    if (!enter(r)) {
        return;
    }
    if (strcmp(local(name), "si") == 0) {
        r->in_item = true;
        dc_text_clear(&r->text);
    }
    r->in_phonetic = r->in_phonetic || strcmp(local(name), "rPh") == 0;
    r->in_text = r->in_item && !r->in_phonetic && strcmp(local(name), "t") == 0;
}

static void XMLCALL
strings_end(void *data, const char *name)
{
    struct reading *r = data;
    r->depth--;
    r->in_text = false;
    r->in_phonetic = r->in_phonetic && strcmp(local(name), "rPh") != 0;
    if (strcmp(local(name), "si") != 0 || !r->in_item) {
        return;
    }
    r->in_item = false;
    if (r->string_count == r->string_capacity) {
        r->string_capacity = r->string_capacity ? 2 * r->string_capacity : 256;
        const char **more = DC_NEW_ARRAY(r->arena, const char *, r->string_capacity);
        if (r->string_count > 0) {
            memcpy(more, r->strings, r->string_count * sizeof *more);
        }
        r->strings = more;
    }
    r->strings[r->string_count++] = dc_arena_strdup(r->arena, dc_text_cstr(&r->text));
}

static void XMLCALL
take_text(void *data, const char *text, int length)
{
    struct reading *r = data;
    if (!r->in_text) {
        return;
    }
    if (r->text.length + (size_t)length > DC_XLSX_CELL_MAX) {
        stop(r, DC_OUT_OF_RANGE, DC_WORDS("a cell has more than 32767 bytes of text"));
        return;
    }
    dc_text_append(&r->text, text, (size_t)length);
}

/* --- the sheet ----------------------------------------------------------------------------------
 */

/* "AB12" is column 27; SIZE_MAX: it is none. */
static size_t
column_of(const char *reference)
{
    size_t column = 0;
    const char *at = reference;
    for (; isupper((unsigned char)*at) && at - reference < 4; at++) {
        column = column * 26 + (size_t)(*at - 'A' + 1);
    }
    return at == reference ? SIZE_MAX : column - 1;
}

static void
begin_cell(struct reading *r, const char **attributes)
{
    const char *type = attribute(attributes, "t"), *reference = attribute(attributes, "r");
    size_t at = reference ? column_of(reference) : r->field_count;
    if (at == SIZE_MAX || at < r->field_count) {
        stop(r, DC_INVALID_ARGUMENT, DC_WORDS("a cell of the sheet is out of its place"));
        return;
    }
    if (at >= DC_XLSX_COLUMNS_MAX) {
        stop(r, DC_OUT_OF_RANGE, DC_WORDS("the sheet has more than 256 columns"));
        return;
    }
    r->cell_at = at;
    r->cell_type = !type || strcmp(type, "n") == 0 ? 'n'
                   : strcmp(type, "s") == 0        ? 's'
                   : strcmp(type, "b") == 0        ? 'b'
                   : strcmp(type, "e") == 0        ? 'e'
                                                   : 't';
    r->in_cell = true;
    dc_text_clear(&r->text);
}

static void XMLCALL
sheet_start(void *data, const char *name, const char **attributes)
{
    struct reading *r = data;
    const char *what = local(name);
    if (!enter(r)) {
        return;
    }
    r->in_data = r->in_data || strcmp(what, "sheetData") == 0;
    if (!r->in_data) {
        return;
    }
    if (strcmp(what, "row") == 0) {
        const char *number = attribute(attributes, "r");
        int64_t line = number ? atoll(number) : r->line + 1;
        if (line <= r->line || line > 1 << 20) {
            stop(r, DC_INVALID_ARGUMENT, DC_WORDS("a row of the sheet is out of its place"));
            return;
        }
        if (line > DC_XLSX_ROWS_MAX) {
            stop(r, DC_OUT_OF_RANGE, DC_WORDS("the sheet has more than 200000 rows"));
            return;
        }
        r->line = line;
        r->in_row = true;
        r->field_count = 0;
        dc_text_clear(&r->fields);
    } else if (r->in_row && strcmp(what, "c") == 0) {
        begin_cell(r, attributes);
    } else if (r->in_cell) {
        r->in_phonetic = r->in_phonetic || strcmp(what, "rPh") == 0;
        r->in_text = !r->in_phonetic && (strcmp(what, "v") == 0 || strcmp(what, "t") == 0);
    }
}

/* What a cell says. */
static const char *
cell_text(struct reading *r, char number[DC_XLSX_NUMBER_TEXT])
{
    const char *text = dc_text_cstr(&r->text);
    if (r->cell_type == 's') {
        int64_t at;
        bool known = dc_parse_int64(text, &at, NULL) == DC_OK && at >= 0 &&
                     (size_t)at < r->string_count;
        return known ? r->strings[at] : "";
    }
    if (r->cell_type == 'b') {
        return strcmp(text, "1") == 0 ? "TRUE" : "FALSE";
    }
    return r->cell_type == 'n' && dc_xlsx_number(text, number) ? number : text;
}

static void
put_field(struct reading *r, const char *text)
{
    r->starts[r->field_count++] = r->fields.length;
    dc_text_append(&r->fields, text, strlen(text) + 1);
}

static void
end_row(struct reading *r)
{
    const char *fields[DC_XLSX_COLUMNS_MAX];
    for (size_t i = 0; i < r->field_count; i++) {
        fields[i] = dc_text_cstr(&r->fields) + r->starts[i];
    }
    const struct dc_xlsx_row row = {.line = r->line, .count = r->field_count, .fields = fields};
    enum dc_code code = r->field_count > 0 ? r->row(r->context, &row, r->error) : DC_OK;
    if (code != DC_OK) {
        r->code = code;
        XML_StopParser(r->parser, XML_FALSE);
    }
}

static void XMLCALL
sheet_end(void *data, const char *name)
{
    struct reading *r = data;
    const char *what = local(name);
    r->depth--;
    r->in_text = false;
    if (r->code != DC_OK) {
        return;
    }
    r->in_phonetic = r->in_phonetic && strcmp(what, "rPh") != 0;
    if (r->in_cell && strcmp(what, "c") == 0) {
        char number[DC_XLSX_NUMBER_TEXT];
        while (r->field_count < r->cell_at) {
            put_field(r, "");
        }
        put_field(r, cell_text(r, number));
        r->in_cell = false;
    } else if (r->in_row && !r->in_cell && strcmp(what, "row") == 0) {
        end_row(r);
        r->in_row = false;
    } else if (strcmp(what, "sheetData") == 0) {
        r->in_data = false;
    }
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static void
read_workbook(struct reading *r)
{
    static const struct part workbook = {workbook_start, leave, NULL},
                             relations = {relations_start, leave, NULL},
                             strings = {strings_start, strings_end, take_text},
                             sheet = {sheet_start, sheet_end, take_text};
    bool whole = read_part(r, "xl/workbook.xml", &workbook) &&
                 read_part(r, "xl/_rels/workbook.xml.rels", &relations);
    if (r->code == DC_OK && (!whole || r->sheet_path[0] == '\0')) {
        stop(r, DC_INVALID_ARGUMENT, DC_WORDS("it is no workbook: an .xlsx file is wanted"));
    }
    read_part(r, "xl/sharedStrings.xml", &strings); /* not every workbook has them */
    if (r->code == DC_OK && !read_part(r, r->sheet_path, &sheet)) {
        stop(r, DC_INVALID_ARGUMENT, DC_WORDS("the workbook's first sheet is missing"));
    }
}

enum dc_code
dc_xlsx_read(const void *data, size_t size, dc_xlsx_row_fn *row, void *context,
             struct dc_error *error)
{
    struct reading r = {.arena = dc_arena_new(0),
                        .row = row,
                        .context = context,
                        .error = error,
                        .code = DC_OK,
                        .text = DC_TEXT_INIT,
                        .fields = DC_TEXT_INIT};
    zip_source_t *source = zip_source_buffer_create(data, size, 0, NULL);
    r.zip = source ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (r.zip) {
        read_workbook(&r);
        zip_discard(r.zip);
    } else {
        zip_source_free(source);
        stop(&r, DC_INVALID_ARGUMENT, DC_WORDS("it is no workbook: an .xlsx file is wanted"));
    }
    dc_text_release(&r.text);
    dc_text_release(&r.fields);
    dc_arena_free(r.arena);
    return r.code;
}
