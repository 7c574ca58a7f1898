/* Runs and their rejected rows. */
#include <inttypes.h>

#include "ingest_sql.h"
#include "store.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

enum dc_code
store_run_add(struct dc_step *step, const char *source, const char *name, bool is_file,
              Ingest__RunState state, int64_t bytes, int64_t *ret_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RUN_ADD), &rows, error, tenant_of(step), dc_p_text(source),
                     dc_p_text(name), dc_p_bool(is_file), dc_p_int64(state), dc_p_int64(bytes),
                     dc_p_time(step->now), dc_p_text(step->context->account),
                     dc_p_int64(step->context->person_id)));
    *ret_id = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_run_count(struct dc_step *step, int64_t run_id, const struct batch *batch,
                const struct store_counts *counts, bool refused, const char *encoding,
                struct dc_error *error)
{
    int64_t rejected = refused ? batch->given : (int64_t)batch->rejected;
    struct dc_decimal accepted = refused ? DC_DECIMAL_ZERO : batch->amount_accepted;
    return dc_db_run(step->db, SQL(RUN_COUNT), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_int64(batch->given), dc_p_int64(counts->created),
                     dc_p_int64(counts->changed), dc_p_int64(counts->unchanged),
                     dc_p_int64(counts->deleted), dc_p_int64(rejected),
                     dc_p_decimal(batch->amount_in), dc_p_decimal(accepted), dc_p_text(encoding));
}

enum dc_code
store_run_finish(struct dc_step *step, int64_t run_id, Ingest__RunState state,
                 struct dc_bilingual problem, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(RUN_FINISH), NULL, error, tenant_of(step), dc_p_int64(run_id),
                     dc_p_int64(state), dc_p_time(step->now), dc_p_text(problem.en),
                     dc_p_text(problem.zh));
}

static Ingest__Run *
read_run(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Ingest__Run *run = DC_NEW_MESSAGE(arena, Ingest__Run, ingest__run__init);
    run->id = dc_rows_int64(rows, i, 0);
    run->source = dc_arena_strdup(arena, dc_rows_text(rows, i, 1));
    run->name = dc_arena_strdup(arena, dc_rows_text(rows, i, 2));
    run->state = (Ingest__RunState)dc_rows_int64(rows, i, 3);
    run->bytes_total = dc_rows_int64(rows, i, 4);
    run->bytes_received = dc_rows_int64(rows, i, 5);
    run->rows = dc_rows_int64(rows, i, 6);
    run->created = dc_rows_int64(rows, i, 7);
    run->changed = dc_rows_int64(rows, i, 8);
    run->unchanged = dc_rows_int64(rows, i, 9);
    run->deleted = dc_rows_int64(rows, i, 10);
    run->rejected = dc_rows_int64(rows, i, 11);
    run->amount_in = dc_arena_strdup(arena, dc_rows_text(rows, i, 12));
    run->amount_accepted = dc_arena_strdup(arena, dc_rows_text(rows, i, 13));
    run->started_at_us = dc_rows_time(rows, i, 14);
    run->finished_at_us = dc_rows_is_null(rows, i, 15) ? 0 : dc_rows_time(rows, i, 15);
    run->account = dc_arena_strdup(arena, dc_rows_text(rows, i, 16));
    run->person_id = dc_rows_int64(rows, i, 17);
    run->problem = dc_arena_strdup(arena, dc_rows_text(rows, i, 18));
    run->encoding = dc_arena_strdup(arena, dc_rows_text(rows, i, 19));
    run->rows_measured = run->rows - dc_rows_int64(rows, i, 20);
    run->pushed = dc_rows_bool(rows, i, 21);
    run->problem_zh = dc_arena_strdup(arena, dc_rows_text(rows, i, 22));
    return run;
}

enum dc_code
store_run(struct dc_step *step, int64_t run_id, Ingest__Run **ret_run, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RUN_LOAD), &rows, error, tenant_of(step), dc_p_int64(run_id)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "run_id", "there is no run %" PRId64, run_id);
    }
    *ret_run = read_run(step->arena, rows, 0);
    return DC_OK;
}

enum dc_code
store_runs(struct dc_step *step, int64_t before, int64_t limit, int64_t starter,
           Ingest__Run ***ret_runs, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RUN_LIST), &rows, error, tenant_of(step), dc_p_int64(before),
                     dc_p_int64(limit), dc_p_int64(starter)));
    size_t count = dc_rows_count(rows);
    Ingest__Run **runs = DC_NEW_ARRAY(step->arena, Ingest__Run *, count);
    for (size_t i = 0; i < count; i++) {
        runs[i] = read_run(step->arena, rows, i);
    }
    *ret_runs = runs;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_list_rejected(struct dc_step *step, int64_t run_id, int64_t after_line, int64_t limit,
                    Ingest__RejectedRow ***ret_rows, size_t *ret_count, int64_t *ret_total,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *total = NULL;
    DC_TRY(dc_db_run(step->db, SQL(COUNT_REJECTED), &total, error, tenant_of(step),
                     dc_p_int64(run_id)));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_REJECTED), &rows, error, tenant_of(step),
                     dc_p_int64(run_id), dc_p_int64(after_line), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Ingest__RejectedRow **items = DC_NEW_ARRAY(step->arena, Ingest__RejectedRow *, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = DC_NEW_MESSAGE(step->arena, Ingest__RejectedRow, ingest__rejected_row__init);
        items[i]->line = dc_rows_int64(rows, i, 0);
        items[i]->column = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 1));
        items[i]->value = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 2));
        items[i]->reason = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 3));
        items[i]->reason_zh = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 4));
    }
    *ret_rows = items;
    *ret_count = count;
    *ret_total = dc_rows_int64(total, 0, 0);
    return DC_OK;
}
