/* Checks rows and makes them records. */
#include "batch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/text.h"

const struct dc_csv_column batch_columns[COLUMN_COUNT] = {
    [COLUMN_SOURCE_KEY] = {{"source_key", "来源键"}, true},
    [COLUMN_ORDER_NO] = {{"order_no", "订单号"}, false},
    [COLUMN_AMOUNT] = {{"amount", "金额"}, true},
    [COLUMN_COLLECTED] = {{"collected_amount", "回款金额"}, false},
    [COLUMN_COST] = {{"cost", "成本"}, false},
    [COLUMN_QUANTITY] = {{"quantity", "数量"}, false},
    [COLUMN_CUSTOMER] = {{"customer", "客户"}, false},
    [COLUMN_CUSTOMER_TYPE] = {{"customer_type", "客户类型"}, false},
    [COLUMN_PRODUCT] = {{"product", "产品"}, false},
    [COLUMN_PRODUCT_CATEGORY] = {{"product_category", "产品类别"}, false},
    [COLUMN_CAMPAIGN] = {{"campaign", "活动"}, false},
    [COLUMN_CHANNEL] = {{"channel", "渠道"}, false},
    [COLUMN_REGION] = {{"region", "区域"}, false},
    [COLUMN_PERSON] = {{"person_code", "员工编号"}, true},
    [COLUMN_UNIT] = {{"unit_code", "组织编码"}, false},
    [COLUMN_OCCURRED] = {{"occurred_at", "日期"}, true},
    [COLUMN_DELETED] = {{"deleted", "删除"}, false},
};

static const struct {
    const char *name;
    enum column column; /* of sales */
} dimensions[DIMENSION_COUNT] = {
    [DIMENSION_PRODUCT] = {"product", COLUMN_PRODUCT},
    [DIMENSION_PRODUCT_CATEGORY] = {"product_category", COLUMN_PRODUCT_CATEGORY},
    [DIMENSION_CAMPAIGN] = {"campaign", COLUMN_CAMPAIGN},
    [DIMENSION_CUSTOMER_TYPE] = {"customer_type", COLUMN_CUSTOMER_TYPE},
    [DIMENSION_CHANNEL] = {"channel", COLUMN_CHANNEL},
    [DIMENSION_REGION] = {"region", COLUMN_REGION},
    [DIMENSION_STAGE] = {"stage", COLUMN_COUNT},
    [DIMENSION_DEFINITION] = {"definition", COLUMN_COUNT},
    [DIMENSION_KIND] = {"", COLUMN_COUNT}, /* no filter names it */
};

/* Most characters of a text column. */
static const size_t longest[COLUMN_COUNT] = {
    [COLUMN_SOURCE_KEY] = 100,
    [COLUMN_ORDER_NO] = 100,
    [COLUMN_CUSTOMER] = 200,
    [COLUMN_PRODUCT] = 100,
    [COLUMN_PRODUCT_CATEGORY] = 100,
    [COLUMN_CAMPAIGN] = 100,
    [COLUMN_CHANNEL] = 100,
    [COLUMN_CUSTOMER_TYPE] = 100,
    [COLUMN_REGION] = 100,
    [COLUMN_PERSON] = 40,
    [COLUMN_UNIT] = 40,
};

/* What a number column may hold: places, and digits before the point. */
static const struct {
    int places;
    int digits;
    struct dc_bilingual allowed;
} numbers[COLUMN_COUNT] = {
    [COLUMN_AMOUNT] = {2,
                       15,
                       {"not an amount; allowed is a number such as -1234.50, with at most 2 "
                        "decimals and 15 digits before the point",
                        "不是金额；应为数字，如 -1234.50，小数最多 2 位，整数最多 15 位"}},
    [COLUMN_COLLECTED] = {2,
                          15,
                          {"not an amount; allowed is a number such as 1234.50, with at most "
                           "2 decimals and 15 digits before the point",
                           "不是金额；应为数字，如 1234.50，小数最多 2 位，整数最多 15 位"}},
    [COLUMN_COST] = {2,
                     15,
                     {"not an amount; allowed is a number such as 1234.50, with at most 2 "
                      "decimals and 15 digits before the point, or nothing",
                      "不是金额；应为数字，如 1234.50，小数最多 2 位，整数最多 15 位，也可留空"}},
    [COLUMN_QUANTITY] = {6,
                         12,
                         {"not a quantity; allowed is a number with at most 6 decimals and "
                          "12 digits before the point",
                          "不是数量；应为数字，小数最多 6 位，整数最多 12 位"}},
};

enum { VALUE_MAX = 200 }; /* characters of a value that a rejection shows */

const char *
batch_column_name(enum column column)
{
    return batch_columns[column].names[0];
}

enum dimension
batch_dimension(const char *name)
{
    enum dimension d = 0;
    while (d < DIMENSION_COUNT && strcmp(dimensions[d].name, name) != 0) {
        d++;
    }
    return d;
}

enum column
batch_dimension_column(enum dimension dimension)
{
    return dimensions[dimension].column;
}

void
batch_init(struct batch *batch, struct dc_arena *arena, size_t capacity, int32_t utc_offset)
{
    *batch = (struct batch){
        .arena = arena,
        .utc_offset = utc_offset,
        .rows = dc_arena_alloc(arena, capacity * sizeof(struct row)),
        .rejections = dc_arena_alloc(arena, capacity * sizeof(struct rejection)),
        .capacity = capacity,
    };
}

/* A value as it is shown: at most VALUE_MAX characters, valid UTF-8. */
static const char *
shown(struct dc_arena *arena, const char *value)
{
    size_t bytes = 0;
    for (size_t characters = 0; value[bytes]; bytes++) {
        if (((unsigned char)value[bytes] & 0xC0) != 0x80 && characters++ == VALUE_MAX) {
            break;
        }
    }
    return dc_arena_strndup(arena, value, bytes);
}

static void
reject(struct batch *batch, int64_t line, const char *column, const char *value,
       struct dc_bilingual reason)
{
    DC_ASSERT(batch->rejected < batch->capacity);
    batch->rejections[batch->rejected++] =
        (struct rejection){line, column, shown(batch->arena, value ? value : ""), reason};
}

void
batch_add_fault(struct batch *batch, int64_t line, const char *column, const char *value,
                struct dc_bilingual reason)
{
    batch->given++;
    reject(batch, line, column, value, dc_bilingual_copy(batch->arena, reason.en, reason.zh));
}

/* Whether a text is allowed in its column, and why not. */
static bool
is_good_text(struct batch *batch, enum column column, const char *text,
             struct dc_bilingual *ret_problem)
{
    size_t bytes = strlen(text);
    if (bytes > longest[column] && dc_utf8_length(text, bytes) > longest[column]) {
        *ret_problem = dc_bilingual_printf(batch->arena, "too long; allowed are %zu characters",
                                           "过长；最多 %zu 个字符", longest[column]);
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        if ((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') {
            *ret_problem = DC_BILINGUAL("a control character; allowed is printable text",
                                        "含有控制字符；应为可见文字");
            return false;
        }
    }
    return true;
}

static const char *
given(const char *const *fields, enum column column)
{
    return fields[column] ? fields[column] : "";
}

static bool
take_text(struct batch *batch, int64_t line, const char *const *fields, enum column column,
          const char **ret_text)
{
    const char *text = given(fields, column);
    if (*text == '\0') {
        *ret_text = "";
        return true;
    }
    struct dc_bilingual problem;
    if (!is_good_text(batch, column, text, &problem)) {
        reject(batch, line, batch_column_name(column), text, problem);
        return false;
    }
    *ret_text = dc_arena_strdup(batch->arena, text);
    return true;
}

/* Digits, at most one point, at most `places` decimals and `digits` before the point; much quicker
 * than the general parser for what nearly every row holds. */
static bool
parse_number(const char *text, int places, int digits, struct dc_decimal *ret_value)
{
    const char *at = text + (*text == '-');
    int64_t whole = 0;
    int before = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        whole = whole * 10 + (*at - '0');
        before += before > 0 || *at != '0';
        if (before > digits) {
            return false;
        }
    }
    if (at == text + (*text == '-')) {
        return false;
    }
    int64_t fraction = 0;
    int after = 0;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            if (after == places && *at != '0') {
                return false;
            }
            if (after < places) {
                fraction = fraction * 10 + (*at - '0');
                after++;
            }
        }
        if (at[-1] == '.') {
            return false;
        }
    }
    if (*at != '\0') {
        return false;
    }
    for (; after < DC_DECIMAL_PLACES; after++) {
        fraction *= 10;
    }
    __int128 units = (__int128)whole * DC_DECIMAL_ONE_UNITS + fraction;
    ret_value->units = *text == '-' ? -units : units;
    return true;
}

static bool
take_number(struct batch *batch, int64_t line, const char *const *fields, enum column column,
            struct dc_decimal fallback, struct dc_decimal *ret_value)
{
    const char *text = given(fields, column);
    if (*text == '\0') {
        *ret_value = fallback;
        return true;
    }
    if (!parse_number(text, numbers[column].places, numbers[column].digits, ret_value)) {
        reject(batch, line, batch_column_name(column), text, numbers[column].allowed);
        return false;
    }
    return true;
}

static bool
take_deleted(struct batch *batch, int64_t line, const char *const *fields, bool *ret_deleted)
{
    static const char *const yes[] = {"true", "1", "yes", "y", "是"};
    static const char *const no[] = {"", "false", "0", "no", "n", "否"};
    const char *text = given(fields, COLUMN_DELETED);
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcasecmp(text, yes[i]) == 0) {
            *ret_deleted = true;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (strcasecmp(text, no[i]) == 0) {
            *ret_deleted = false;
            return true;
        }
    }
    reject(batch, line, batch_column_name(COLUMN_DELETED), text,
           DC_BILINGUAL("neither yes nor no; allowed are true, false, 1, 0, 是, 否",
                        "不是是或否；可填 true、false、1、0、是、否"));
    return false;
}

static bool
take_time(struct batch *batch, int64_t line, const char *const *fields, struct row *row)
{
    const char *text = given(fields, COLUMN_OCCURRED);
    static const struct dc_bilingual allowed = {
        "not a date; allowed are 2026-11-23, 2026/11/23, 2026-11-23 08:30:00 and "
        "2026-11-23T08:30:00+08:00, from 1900 on",
        "不是日期；可填 2026-11-23、2026/11/23、2026-11-23 08:30:00 或 "
        "2026-11-23T08:30:00+08:00，自 1900 年起",
    };
    char plain[40];
    size_t length = strlen(text);
    if (length >= sizeof(plain) || length < 8) {
        reject(batch, line, batch_column_name(COLUMN_OCCURRED), text, allowed);
        return false;
    }
    memcpy(plain, text, length + 1);
    for (char *slash = plain; (slash = strchr(slash, '/')) != NULL;) {
        *slash = '-';
    }
    struct dc_error error;
    if (length == 10 && dc_date_parse(plain, &row->on, &error) == DC_OK) {
        row->at = dc_time_of_date(row->on, batch->utc_offset);
        return true;
    }
    if (dc_time_parse(plain, batch->utc_offset, &row->at, &error) != DC_OK) {
        reject(batch, line, batch_column_name(COLUMN_OCCURRED), text, allowed);
        return false;
    }
    row->on = dc_date_of(row->at, batch->utc_offset);
    return true;
}

static bool
take_required(struct batch *batch, int64_t line, const char *const *fields, enum column column)
{
    if (*given(fields, column) != '\0') {
        return true;
    }
    reject(batch, line, batch_column_name(column), "",
           DC_BILINGUAL("empty; a value is required", "为空；此列必填"));
    return false;
}

/* Everything that a record, as opposed to a deletion, must and may have. */
static bool
take_content(struct batch *batch, int64_t line, const char *const *fields, struct row *row)
{
    row->cost_known = *given(fields, COLUMN_COST) != '\0';
    if (!take_text(batch, line, fields, COLUMN_ORDER_NO, &row->order_no) ||
        !take_number(batch, line, fields, COLUMN_COLLECTED, DC_DECIMAL_ZERO, &row->collected) ||
        !take_number(batch, line, fields, COLUMN_COST, DC_DECIMAL_ZERO, &row->cost) ||
        !take_number(batch, line, fields, COLUMN_QUANTITY, DC_DECIMAL_INT(1), &row->quantity) ||
        !take_text(batch, line, fields, COLUMN_CUSTOMER, &row->customer)) {
        return false;
    }
    for (enum dimension d = 0; d < DIMENSION_SALES; d++) {
        if (!take_text(batch, line, fields, dimensions[d].column, &row->dimensions[d])) {
            return false;
        }
    }
    if (strcmp(row->order_no, row->key) == 0) {
        row->order_no = "";
    }
    return take_required(batch, line, fields, COLUMN_PERSON) &&
           take_text(batch, line, fields, COLUMN_PERSON, &row->person_code) &&
           take_text(batch, line, fields, COLUMN_UNIT, &row->unit_code) &&
           take_required(batch, line, fields, COLUMN_OCCURRED) &&
           take_time(batch, line, fields, row);
}

void
batch_add(struct batch *batch, int64_t line, const char *const *fields)
{
    DC_ASSERT(batch->count + batch->rejected < batch->capacity);
    batch->given++;
    struct row row = {.line = line,
                      .order_no = "",
                      .customer = "",
                      .person_code = "",
                      .unit_code = "",
                      .quantity = DC_DECIMAL_INT(1)};
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++) {
        row.dimensions[d] = "";
    }
    /* The amount first: what a rejected row was worth is part of the reconciliation. */
    struct dc_decimal amount = DC_DECIMAL_ZERO;
    bool readable = *given(fields, COLUMN_AMOUNT) != '\0' &&
                    parse_number(given(fields, COLUMN_AMOUNT), numbers[COLUMN_AMOUNT].places,
                                 numbers[COLUMN_AMOUNT].digits, &amount);
    if (readable) {
        batch->amount_in = dc_decimal_add(batch->amount_in, amount);
        row.amount = amount;
    }
    if (!take_required(batch, line, fields, COLUMN_SOURCE_KEY) ||
        !take_text(batch, line, fields, COLUMN_SOURCE_KEY, &row.key) ||
        !take_deleted(batch, line, fields, &row.deleted)) {
        return;
    }
    if (!row.deleted &&
        (!take_required(batch, line, fields, COLUMN_AMOUNT) ||
         !take_number(batch, line, fields, COLUMN_AMOUNT, DC_DECIMAL_ZERO, &row.amount) ||
         !take_content(batch, line, fields, &row))) {
        return;
    }
    batch->rows[batch->count++] = row;
}

void
batch_reject(struct batch *batch, size_t i, enum column column, const char *value,
             struct dc_bilingual reason)
{
    reject(batch, batch->rows[i].line, batch_column_name(column), value, reason);
    batch->rows[i].key = NULL;
}

static int
by_key_then_order(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

void
batch_settle(struct batch *batch)
{
    size_t kept = 0;
    batch->amount_accepted = DC_DECIMAL_ZERO;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->rows[i].key) {
            batch->amount_accepted = dc_decimal_add(batch->amount_accepted, batch->rows[i].amount);
            batch->rows[kept++] = batch->rows[i];
        }
    }
    qsort(batch->rows, kept, sizeof(struct row), by_key_then_order);
    batch->count = 0;
    for (size_t i = 0; i < kept; i++) {
        if (i + 1 < kept && strcmp(batch->rows[i].key, batch->rows[i + 1].key) == 0) {
            batch->superseded++;
        } else {
            batch->rows[batch->count++] = batch->rows[i];
        }
    }
}
