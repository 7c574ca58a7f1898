/* Files: begun, sent piece by piece, finished or cancelled; and runs as they are read. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "handlers.h"
#include "store.h"

#define FILE_MAX ((int64_t)2 << 30)
enum { PIECE_MAX = 1 << 20, SHA256_BYTES = 32, LIST_MAX = 1000 };

static enum dc_code
check_start(const Ingest__StartUploadRequest *request, struct dc_error *error)
{
    DC_TRY(ingest_check_source(request->source, error));
    size_t characters = dc_utf8_length(request->name, strlen(request->name));
    if (characters < 1 || characters > 200) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "name",
                             "a file name has 1 to 200 characters");
    }
    if (request->size < 1 || request->size > FILE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "size",
                             "a file has 1 to %" PRId64 " bytes", FILE_MAX);
    }
    if (request->sha256.len != 0 && request->sha256.len != SHA256_BYTES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "sha256", "a SHA-256 has 32 bytes");
    }
    return DC_OK;
}

DC_HANDLER(ingest_start_upload, Ingest__StartUploadRequest, Ingest__StartUploadResponse)
{
    dc_step_subject(step, "records");
    DC_TRY(ingest_may_bring(step, error));
    DC_TRY(check_start(request, error));
    int64_t run_id = 0;
    if (request->sha256.len > 0) {
        DC_TRY(store_upload_same(step, request->source, request->size, request->sha256.data,
                                 request->sha256.len, &run_id, error));
    }
    if (run_id == 0) {
        DC_TRY(store_run_add(step, request->source, request->name, true,
                             INGEST__RUN_STATE__RUN_STATE_RECEIVING, request->size, &run_id,
                             error));
        DC_TRY(store_upload_add(step, run_id, request->all_or_nothing, request->sha256.data,
                                request->sha256.len, error));
    }
    DC_TRY(store_run(step, run_id, &response->run, error));
    response->offset = response->run->bytes_received;
    return DC_OK;
}

/* Runs belong to those who started them, and to supervisors. Others learn nothing of them. */
static enum dc_code
load_run(struct dc_step *step, int64_t run_id, Ingest__Run **ret_run, struct dc_error *error)
{
    dc_step_subject(step, "run/%" PRId64, run_id);
    DC_TRY(dc_access_role(step, INGEST_BRINGERS, error));
    DC_TRY(store_run(step, run_id, ret_run, error));
    const Kernel__Context *context = step->context;
    bool own = strcmp((*ret_run)->account, context->account) == 0 &&
               (*ret_run)->person_id == context->person_id;
    if (!own && dc_access_role(step, DC_ROLE(SUPERVISOR), NULL) != DC_OK) {
        return dc_fail_field(error, DC_NOT_FOUND, "run_id", "there is no run %" PRId64, run_id);
    }
    return DC_OK;
}

static enum dc_code
explain_piece(struct dc_step *step, const Ingest__PutPieceRequest *request, struct dc_error *error)
{
    Ingest__Run *run;
    DC_TRY(load_run(step, request->run_id, &run, error));
    if (run->state != INGEST__RUN_STATE__RUN_STATE_RECEIVING) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "run_id",
                             "the run takes no more bytes: it is finished, refused or cancelled");
    }
    if (request->offset == run->bytes_received) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "data",
                             "more bytes than the %" PRId64 " that were announced",
                             run->bytes_total);
    }
    return dc_fail_field(error, DC_FAILED_PRECONDITION, "offset",
                         "send from %" PRId64 " on: so much has been received",
                         run->bytes_received);
}

/* One short transaction of its own: the bytes are durable when it is answered. */
DC_HANDLER(ingest_put_piece, Ingest__PutPieceRequest, Ingest__PutPieceResponse)
{
    DC_TRY(ingest_may_bring(step, error));
    if (request->data.len < 1 || request->data.len > PIECE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "data", "a piece has 1 to %d bytes",
                             PIECE_MAX);
    }
    DC_TRY(dc_step_begin(step, step->context->tenant_id, error));
    bool taken;
    enum dc_code code = store_piece_add(step, request->run_id, request->offset, request->data.data,
                                        request->data.len, &taken, error);
    if (code == DC_OK && !taken) {
        code = explain_piece(step, request, error);
    }
    if (code != DC_OK) {
        dc_step_rollback(step);
        return code;
    }
    dc_wake_on_commit(step, "read_files");
    DC_TRY(dc_step_commit(step, error));
    response->offset = request->offset + (int64_t)request->data.len;
    return DC_OK;
}

DC_HANDLER(ingest_finish_upload, Ingest__FinishUploadRequest, Ingest__FinishUploadResponse)
{
    DC_TRY(ingest_may_bring(step, error));
    Ingest__Run *run;
    DC_TRY(load_run(step, request->run_id, &run, error));
    if (run->state == INGEST__RUN_STATE__RUN_STATE_RECEIVING) {
        if (run->bytes_received != run->bytes_total) {
            return dc_fail_field(error, DC_FAILED_PRECONDITION, "run_id",
                                 "%" PRId64 " bytes of %" PRId64 " have been received",
                                 run->bytes_received, run->bytes_total);
        }
        DC_TRY(store_upload_finish(step, request->run_id, error));
        dc_wake_on_commit(step, "read_files");
        run->state = INGEST__RUN_STATE__RUN_STATE_WORKING;
    }
    response->run = run; /* of a run that is finished already: as it stands */
    return DC_OK;
}

DC_HANDLER(ingest_cancel_upload, Ingest__CancelUploadRequest, Ingest__CancelUploadResponse)
{
    DC_TRY(ingest_may_bring(step, error));
    Ingest__Run *run;
    DC_TRY(load_run(step, request->run_id, &run, error));
    bool done;
    DC_TRY(store_upload_cancel(step, request->run_id, &done, error));
    if (!done && run->state != INGEST__RUN_STATE__RUN_STATE_CANCELLED) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "run_id",
                             "the run cannot be cancelled any more: its rows are written");
    }
    return done ? ingest_tell_run(step, request->run_id, &response->run, error)
                : store_run(step, request->run_id, &response->run, error);
}

DC_HANDLER(ingest_get_run, Ingest__GetRunRequest, Ingest__GetRunResponse)
{
    return load_run(step, request->run_id, &response->run, error);
}

DC_HANDLER(ingest_list_runs, Ingest__ListRunsRequest, Ingest__ListRunsResponse)
{
    dc_step_subject(step, "runs");
    DC_TRY(dc_access_role(step, INGEST_BRINGERS, error));
    int64_t limit = request->limit ? request->limit : 50;
    int64_t before = 0;
    if (limit < 1 || limit > LIST_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIST_MAX);
    }
    if (*request->page && dc_parse_int64(request->page, &before, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page",
                             "give next_page of the answer before, or nothing");
    }
    bool all = dc_access_role(step, DC_ROLE(SUPERVISOR), NULL) == DC_OK;
    DC_TRY(store_runs(step, before, limit, all ? 0 : step->context->person_id, &response->runs,
                      &response->n_runs, error));
    if ((int64_t)response->n_runs == limit) {
        response->next_page =
            dc_arena_printf(step->arena, "%" PRId64, response->runs[limit - 1]->id);
    }
    return DC_OK;
}

DC_HANDLER(ingest_list_rejected, Ingest__ListRejectedRequest, Ingest__ListRejectedResponse)
{
    Ingest__Run *run;
    DC_TRY(load_run(step, request->run_id, &run, error));
    int64_t limit = request->limit ? request->limit : 100;
    if (limit < 1 || limit > LIST_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIST_MAX);
    }
    /* A push counts from 0, so "after 0" means from the beginning there. */
    int64_t after = request->after_line == 0 ? -1 : request->after_line;
    return store_list_rejected(step, request->run_id, after, limit, &response->rows,
                               &response->n_rows, &response->total, error);
}
