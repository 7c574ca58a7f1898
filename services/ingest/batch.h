/*
 * batch.h - rows as they were given, made into records or into rejections with a reason.
 *
 * Pure: no database, no clock. A batch is bounded by its capacity and lives in an arena.
 */
#ifndef DC_INGEST_BATCH_H
#define DC_INGEST_BATCH_H

#include "base/arena.h"
#include "base/bilingual.h"
#include "base/decimal.h"
#include "base/time.h"
#include "edge/csv.h"

/* The columns of a file and the fields of a pushed record. */
enum column {
    COLUMN_SOURCE_KEY,
    COLUMN_ORDER_NO,
    COLUMN_AMOUNT,
    COLUMN_COLLECTED,
    COLUMN_COST,
    COLUMN_QUANTITY,
    COLUMN_CUSTOMER,
    COLUMN_CUSTOMER_TYPE,
    COLUMN_PRODUCT,
    COLUMN_PRODUCT_CATEGORY,
    COLUMN_CAMPAIGN,
    COLUMN_CHANNEL,
    COLUMN_REGION,
    COLUMN_PERSON,
    COLUMN_UNIT,
    COLUMN_OCCURRED,
    COLUMN_DELETED,
    COLUMN_COUNT
};
extern const struct dc_csv_column batch_columns[COLUMN_COUNT];
const char *batch_column_name(enum column column);

enum dimension {
    DIMENSION_PRODUCT,
    DIMENSION_PRODUCT_CATEGORY,
    DIMENSION_CAMPAIGN,
    DIMENSION_CUSTOMER_TYPE,
    DIMENSION_CHANNEL,
    DIMENSION_REGION,
    DIMENSION_SALES, /* how many a sale has */
    DIMENSION_STAGE = DIMENSION_SALES,
    DIMENSION_DEFINITION,
    DIMENSION_KIND, /* "" a sale, DIMENSION_TASK a seat of a task that was decided */
    DIMENSION_COUNT
};
#define DIMENSION_TASK "task"
/* "product" ...; DIMENSION_COUNT for an unknown name. */
enum dimension batch_dimension(const char *name);
enum column batch_dimension_column(enum dimension dimension);

struct row {
    int64_t line;
    const char *key;
    const char *order_no; /* "" = the key */
    struct dc_decimal amount, collected, cost, quantity;
    bool cost_known;
    bool deleted; /* then only line and key count */
    const char *customer;
    const char *dimensions[DIMENSION_COUNT];
    const char *person_code;
    const char *unit_code; /* "": the person's main unit */
    dc_time at;
    dc_date on;
    /* found in the organisation and the store */
    int64_t person_id, unit_id /* 0: not said */, path_id, dims_id;
};

struct rejection {
    int64_t line;
    const char *column;
    const char *value;
    struct dc_bilingual reason;
};

struct batch {
    struct dc_arena *arena;
    int32_t utc_offset; /* seconds east of UTC, for dates without an offset */
    struct row *rows;
    size_t count, capacity;
    struct rejection *rejections;
    size_t rejected;
    int64_t given;      /* rows that came in */
    int64_t superseded; /* of them replaced by a later row of the same key in this batch */
    struct dc_decimal amount_in;
    struct dc_decimal amount_accepted; /* by batch_settle */
};

void batch_init(struct batch *batch, struct dc_arena *arena, size_t capacity, int32_t utc_offset);
/* fields[column]: NULL or "" = not given. Texts are copied. */
void batch_add(struct batch *batch, int64_t line, const char *const *fields);
/* A row that could not even be read. */
void batch_add_fault(struct batch *batch, int64_t line, const char *column, const char *value,
                     struct dc_bilingual reason);
/* Turns rows[i] into a rejection afterwards; call batch_settle when done. */
void batch_reject(struct batch *batch, size_t i, enum column column, const char *value,
                  struct dc_bilingual reason);
/* Leaves out what was rejected afterwards, then of each key all but the last row, and orders the
 * rest by key (so that writers lock in one order). */
void batch_settle(struct batch *batch);

#endif
