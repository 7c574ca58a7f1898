/*
 * Reads files that come in, a batch of rows at a time: each batch is one transaction that moves the
 * place in the file and writes the batch, so a crash goes on where the last batch ended, on any
 * replica. In good-rows mode rows are taken while the file still comes in; in all-or-nothing mode
 * the whole file is looked at first, and written only when nothing in it was wrong.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "handlers.h"
#include "intake.h"

enum {
    BATCH_ROWS = 50000,
    BATCH_BYTES = 16 << 20, /* of the file, at most in one batch */
    BATCH_WORTH = 4 << 20,  /* while the file still comes in: wait for so much */
};

struct reader {
    struct dc_step *step;
    struct store_reading *reading;
    struct dc_csv *csv;
    struct batch batch;
    crypto_hash_sha256_state hash;
    int64_t pushed;              /* the csv has the bytes up to here */
    bool end;                    /* all rows of the file have been read */
    struct dc_bilingual refusal; /* why it is not readable at all; en NULL: it is */
};

static void
hash_piece(struct reader *r, struct dc_bytes data, int64_t at)
{
    int64_t done = r->reading->hashed - at;
    if (done >= 0 && done < (int64_t)data.size) {
        crypto_hash_sha256_update(&r->hash, data.data + done, data.size - (size_t)done);
        r->reading->hashed = at + (int64_t)data.size;
    }
}

/* Hands the next piece to the csv. ret_more false: there is none (yet). */
static enum dc_code
push_piece(struct reader *r, bool *ret_more, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct dc_bytes data;
    int64_t at = 0;
    DC_TRY(store_piece(r->step, r->reading->run_id, r->pushed, &rows, &data, &at, error));
    *ret_more = data.data != NULL;
    if (data.data) {
        hash_piece(r, data, at);
        size_t skip = (size_t)(r->pushed - at);
        dc_csv_push(r->csv, data.data + skip, data.size - skip);
        r->pushed = at + (int64_t)data.size;
    } else if (r->reading->finished && r->pushed == r->reading->bytes_received) {
        dc_csv_end(r->csv);
        r->end = true;
    }
    return DC_OK;
}

static enum dc_code
take_header(struct reader *r, const struct dc_csv_row *row, struct dc_error *error)
{
    int at[COLUMN_COUNT];
    DC_AUTO_TEXT struct dc_text unknown = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text zh = DC_TEXT_INIT;
    struct dc_error wrong;
    if (dc_csv_map_header(row, batch_columns, COLUMN_COUNT, at, &unknown, &zh, &wrong) != DC_OK) {
        r->refusal = dc_bilingual_copy(r->step->arena, wrong.message, dc_text_cstr(&zh));
        return DC_OK;
    }
    int64_t *columns = DC_NEW_ARRAY(r->step->arena, int64_t, COLUMN_COUNT);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        columns[i] = at[i];
    }
    r->reading->columns = columns;
    r->reading->column_count = COLUMN_COUNT;
    if (unknown.length > 0) {
        struct dc_bilingual remark =
            dc_bilingual_printf(r->step->arena, "columns that were not used: %.400s",
                                "未使用的列：%.400s", dc_text_cstr(&unknown));
        r->reading->problem = remark;
        return store_run_problem(r->step, r->reading->run_id, remark, error);
    }
    return DC_OK;
}

static void
take_row(struct reader *r, const struct dc_csv_row *row)
{
    const int64_t *columns = r->reading->columns;
    if (row->fault != DC_CSV_GOOD) {
        const char *column = "";
        for (size_t c = 0; c < COLUMN_COUNT && row->fault_field != SIZE_MAX; c++) {
            if (columns[c] == (int64_t)row->fault_field) {
                column = batch_column_name((enum column)c);
            }
        }
        batch_add_fault(&r->batch, row->line, column, "",
                        DC_BILINGUAL(row->reason, row->reason_zh));
        return;
    }
    const char *fields[COLUMN_COUNT];
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        fields[c] = columns[c] >= 0 ? row->fields[columns[c]] : NULL;
    }
    batch_add(&r->batch, row->line, fields);
}

/* Rows until the batch is full, the bytes are used up, or the file is not readable. */
static enum dc_code
read_batch(struct reader *r, struct dc_error *error)
{
    int64_t first = r->reading->position.offset;
    struct dc_csv_row row;
    for (;;) {
        while (r->batch.given < BATCH_ROWS && dc_csv_next(r->csv, &row)) {
            if (r->reading->column_count > 0) {
                take_row(r, &row);
            } else {
                DC_TRY(take_header(r, &row, error));
                if (r->refusal.en) {
                    return DC_OK;
                }
            }
        }
        if (r->batch.given == BATCH_ROWS) {
            r->end = false; /* there may be more rows in what the csv holds */
            break;
        }
        if (r->end || r->pushed - first >= BATCH_BYTES) {
            break;
        }
        bool more;
        DC_TRY(push_piece(r, &more, error));
        if (!more && !r->end) {
            break; /* the rest has not come yet */
        }
    }
    dc_csv_position(r->csv, &r->reading->position);
    return DC_OK;
}

/* --- what becomes of the file -------------------------------------------------------------------
 */
static enum dc_code
refuse(struct reader *r, struct dc_bilingual problem, struct dc_error *error)
{
    Ingest__Run *run;
    DC_TRY(store_run_finish(r->step, r->reading->run_id, INGEST__RUN_STATE__RUN_STATE_REFUSED,
                            problem, error));
    DC_TRY(store_reading_drop(r->step, r->reading->run_id, error));
    return ingest_tell_run(r->step, r->reading->run_id, &run, error);
}

static bool
is_damaged(struct reader *r)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state copy = r->hash;
    crypto_hash_sha256_final(&copy, digest);
    return r->reading->announced.size == sizeof(digest) &&
           r->reading->hashed == r->reading->bytes_received &&
           memcmp(digest, r->reading->announced.data, sizeof(digest)) != 0;
}

/* All rows have been looked at: write them from the beginning, or refuse the file. */
static enum dc_code
end_check(struct reader *r, struct dc_error *error)
{
    if (is_damaged(r)) {
        return refuse(r,
                      DC_BILINGUAL("the bytes are not those of the SHA-256 that was announced",
                                   "文件内容与声明的 SHA-256 不符"),
                      error);
    }
    Ingest__Run *run;
    DC_TRY(store_run(r->step, r->reading->run_id, &run, error));
    if (run->rejected > 0) {
        struct dc_bilingual problem = dc_bilingual_printf(
            r->step->arena,
            "%1$" PRId64 " of %2$" PRId64 " rows are not right, and all were "
            "to be taken or none",
            "%2$" PRId64 " 行中有 %1$" PRId64 " 行不正确，而要求是全部接入或全部不接入",
            run->rejected, run->rows);
        return refuse(r, problem, error);
    }
    DC_TRY(store_run_reset(r->step, r->reading->run_id, error));
    r->reading->pass = STORE_PASS_WRITE;
    r->reading->position = (struct dc_csv_position){.line = 1};
    r->reading->column_count = 0;
    return store_reading_move(r->step, r->reading, error);
}

static enum dc_code
end_write(struct reader *r, struct dc_error *error)
{
    if (!r->reading->all_or_nothing && is_damaged(r)) {
        DC_TRY(store_run_problem(r->step, r->reading->run_id,
                                 DC_BILINGUAL("the bytes are not those of the SHA-256 that was "
                                              "announced; good rows were taken as they came",
                                              "文件内容与声明的 SHA-256 不符；正确的行已接入"),
                                 error));
    }
    r->reading->pass = STORE_PASS_COUNT;
    DC_TRY(store_pieces_drop(r->step, r->reading->run_id, INT64_MAX, error));
    return store_reading_move(r->step, r->reading, error);
}

/* The batch in check mode: only what is wrong is kept; counts are as if all rows were rejected
 * that are, and unchanged that are not, until they are written. */
static enum dc_code
keep_faults(struct reader *r, const char *encoding, struct dc_error *error)
{
    struct batch *batch = &r->batch;
    struct store_counts counts = {.unchanged = batch->given - (int64_t)batch->rejected};
    DC_TRY(store_rejected(r->step, r->reading->run_id, batch->rejections, batch->rejected, error));
    batch->amount_accepted = DC_DECIMAL_ZERO; /* nothing is accepted before all is right */
    return store_run_count(r->step, r->reading->run_id, batch, &counts, false, encoding, error);
}

static enum dc_code
settle_batch(struct reader *r, struct dc_error *error)
{
    struct store_reading *reading = r->reading;
    const char *encoding = dc_csv_encoding_name((enum dc_csv_encoding)reading->position.encoding);
    if (r->batch.given > 0) {
        DC_TRY(intake_resolve(r->step, &r->batch, error));
        DC_TRY(reading->pass == STORE_PASS_CHECK
                   ? keep_faults(r, encoding, error)
                   : intake_write(r->step, reading->source, reading->run_id, &r->batch, encoding,
                                  error));
    }
    reading->hash_state = (struct dc_bytes){(const uint8_t *)&r->hash, sizeof(r->hash)};
    if (r->end) {
        return reading->pass == STORE_PASS_CHECK ? end_check(r, error) : end_write(r, error);
    }
    if (!reading->all_or_nothing) {
        DC_TRY(store_pieces_drop(r->step, reading->run_id, reading->position.offset, error));
    }
    return store_reading_move(r->step, reading, error);
}

static enum dc_code
read_file(struct dc_step *step, struct store_reading *reading, bool *ret_end,
          struct dc_error *error)
{
    struct reader r = {.step = step, .reading = reading, .pushed = reading->position.offset};
    if (reading->hash_state.size == sizeof(r.hash)) {
        memcpy(&r.hash, reading->hash_state.data, sizeof(r.hash));
    } else {
        crypto_hash_sha256_init(&r.hash);
    }
    batch_init(&r.batch, step->arena, BATCH_ROWS, ingest_utc_offset(step));
    DC_AUTO(dc_csv) struct dc_csv *csv = dc_csv_new(0, &reading->position);
    r.csv = csv;
    DC_TRY(read_batch(&r, error));
    *ret_end = r.end;
    if (!r.refusal.en && r.end && reading->column_count == 0) {
        r.refusal = DC_BILINGUAL("the file has no header and no rows", "文件没有表头，也没有数据");
    }
    return r.refusal.en ? refuse(&r, r.refusal, error) : settle_batch(&r, error);
}

/* One batch of one file. */
static enum dc_code
read_some(struct dc_step *step, const struct store_file *file, bool *ret_did,
          struct dc_error *error)
{
    struct store_reading *reading;
    DC_TRY(store_plan_anew(step, error));
    DC_TRY(store_reading_take(step, file->run_id, &reading, error));
    *ret_did = false;
    if (!reading ||
        (!reading->finished && reading->bytes_received - reading->position.offset < BATCH_WORTH)) {
        return DC_OK;
    }
    *ret_did = true;
    bool end;
    DC_TRY(read_file(step, reading, &end, error));
    dc_wake_on_commit(step, "count");
    return store_analyze(step, error);
}

enum dc_code
ingest_read_files(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct store_file *files;
    size_t count;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_files_to_read(step, &files, &count, error));
    DC_TRY(dc_step_commit(step, error));
    *ret_more = false;
    for (size_t i = 0; i < count && !*ret_more && !dc_service_is_stopping(step->service); i++) {
        Kernel__Context context = KERNEL__CONTEXT__INIT;
        context.tenant_id = files[i].tenant_id;
        const Kernel__Context *before = step->context;
        step->context = &context;
        enum dc_code code = dc_step_begin(step, files[i].tenant_id, error);
        if (code == DC_OK) {
            code = read_some(step, &files[i], ret_more, error);
        }
        if (code == DC_OK) {
            code = dc_step_commit(step, error);
        } else {
            dc_step_rollback(step);
        }
        step->context = before;
        DC_TRY(code);
    }
    return DC_OK;
}
