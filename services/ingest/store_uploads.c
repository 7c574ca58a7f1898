/* Files as they come in: bytes received, and where their reading stands. */
#include <string.h>

#include "ingest_sql.h"
#include "store.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

enum dc_code
store_upload_add(struct dc_step *step, int64_t run_id, bool all_or_nothing, const uint8_t *sha256,
                 size_t sha256_size, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(UPLOAD_ADD), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_bool(all_or_nothing), dc_p_bytes(sha256, sha256_size),
                     dc_p_time(step->now));
}

enum dc_code
store_upload_same(struct dc_step *step, const char *source, int64_t size, const uint8_t *sha256,
                  size_t sha256_size, int64_t *ret_run_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(UPLOAD_SAME), &rows, error, tenant_of(step), dc_p_text(source),
                     dc_p_int64(size), dc_p_bytes(sha256, sha256_size),
                     dc_p_text(step->context->account)));
    *ret_run_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
store_piece_add(struct dc_step *step, int64_t run_id, int64_t offset, const uint8_t *data,
                size_t size, bool *ret_taken, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PIECE_ADD), &rows, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_int64(offset), dc_p_bytes(data, size), dc_p_time(step->now)));
    *ret_taken = dc_rows_count(rows) > 0;
    return DC_OK;
}

enum dc_code
store_upload_finish(struct dc_step *step, int64_t run_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(UPLOAD_FINISH), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_time(step->now));
}

enum dc_code
store_upload_cancel(struct dc_step *step, int64_t run_id, bool *ret_done, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(UPLOAD_CANCEL), &rows, error, tenant_of(step),
                     dc_p_int64(run_id), dc_p_time(step->now)));
    *ret_done = dc_rows_count(rows) > 0;
    return DC_OK;
}

enum dc_code
store_files_to_read(struct dc_step *step, struct store_file **ret_files, size_t *ret_count,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FILES_TO_READ), &rows, error));
    size_t count = dc_rows_count(rows);
    struct store_file *files = DC_NEW_ARRAY(step->arena, struct store_file, count);
    for (size_t i = 0; i < count; i++) {
        files[i] = (struct store_file){dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1)};
    }
    *ret_files = files;
    *ret_count = count;
    return DC_OK;
}

static struct dc_bytes
copy_bytes(struct dc_arena *arena, struct dc_bytes bytes)
{
    return (struct dc_bytes){bytes.size ? dc_arena_memdup(arena, bytes.data, bytes.size) : NULL,
                             bytes.size};
}

enum dc_code
store_reading_take(struct dc_step *step, int64_t run_id, struct store_reading **ret_reading,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(step->db, SQL(READING_TAKE), &rows, error, tenant_of(step), dc_p_int64(run_id)));
    if (dc_rows_count(rows) == 0) {
        *ret_reading = NULL;
        return DC_OK;
    }
    struct store_reading *r = DC_NEW(step->arena, struct store_reading);
    r->run_id = run_id;
    r->source = dc_arena_strdup(step->arena, dc_rows_text(rows, 0, 0));
    r->name = dc_arena_strdup(step->arena, dc_rows_text(rows, 0, 1));
    r->all_or_nothing = dc_rows_bool(rows, 0, 2);
    r->pass = dc_rows_int64(rows, 0, 3);
    r->position = (struct dc_csv_position){
        .offset = dc_rows_int64(rows, 0, 4),
        .line = dc_rows_int64(rows, 0, 5),
        .fields = (int32_t)dc_rows_int64(rows, 0, 6),
        .encoding = (int32_t)dc_rows_int64(rows, 0, 7),
        .delimiter = dc_rows_text(rows, 0, 8)[0],
        .skipping = dc_rows_bool(rows, 0, 9),
    };
    r->column_count = dc_rows_int64s(rows, 0, 10, step->arena, &r->columns);
    r->hash_state = copy_bytes(step->arena, dc_rows_bytes(rows, 0, 11));
    r->hashed = dc_rows_int64(rows, 0, 12);
    r->bytes_received = dc_rows_int64(rows, 0, 13);
    r->finished = dc_rows_bool(rows, 0, 14);
    r->announced = copy_bytes(step->arena, dc_rows_bytes(rows, 0, 15));
    r->rejected = dc_rows_int64(rows, 0, 16);
    r->problem =
        dc_bilingual_copy(step->arena, dc_rows_text(rows, 0, 17), dc_rows_text(rows, 0, 18));
    *ret_reading = r;
    return DC_OK;
}

enum dc_code
store_reading_move(struct dc_step *step, const struct store_reading *r, struct dc_error *error)
{
    const struct dc_csv_position *at = &r->position;
    char delimiter[2] = {at->delimiter, '\0'};
    return dc_db_run(step->db, SQL(READING_MOVE), NULL, error, tenant_of(step),
                     dc_p_int64(r->run_id), dc_p_int64(r->pass), dc_p_int64(at->offset),
                     dc_p_int64(at->line), dc_p_int64(at->fields), dc_p_int64(at->encoding),
                     dc_p_text(delimiter), dc_p_bool(at->skipping),
                     dc_p_int64s(r->columns, r->column_count),
                     dc_p_bytes(r->hash_state.data, r->hash_state.size), dc_p_int64(r->hashed));
}

enum dc_code
store_reading_drop(struct dc_step *step, int64_t run_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(READING_DROP), NULL, error, tenant_of(step), dc_p_int64(run_id));
}

enum dc_code
store_run_problem(struct dc_step *step, int64_t run_id, struct dc_bilingual problem,
                  struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RUN_PROBLEM), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_text(problem.en), dc_p_text(problem.zh));
}

enum dc_code
store_run_reset(struct dc_step *step, int64_t run_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RUN_RESET), NULL, error, tenant_of(step), dc_p_int64(run_id));
}

enum dc_code
store_piece(struct dc_step *step, int64_t run_id, int64_t offset, struct dc_rows **ret_rows,
            struct dc_bytes *ret_data, int64_t *ret_at, struct dc_error *error)
{
    DC_TRY(dc_db_run(step->db, SQL(PIECE_LOAD), ret_rows, error, tenant_of(step),
                     dc_p_int64(run_id), dc_p_int64(offset)));
    *ret_data = (struct dc_bytes){0};
    if (dc_rows_count(*ret_rows) > 0) {
        *ret_at = dc_rows_int64(*ret_rows, 0, 0);
        *ret_data = dc_rows_bytes(*ret_rows, 0, 1);
    }
    return DC_OK;
}

enum dc_code
store_pieces_drop(struct dc_step *step, int64_t run_id, int64_t offset, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(PIECES_DROP), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_int64(offset));
}
