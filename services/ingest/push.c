/* Records that are pushed: one transaction each, counted right after. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "intake.h"

enum { PUSH_MAX = 5000 };

enum dc_code
ingest_may_bring(struct dc_step *step, struct dc_error *error)
{
    DC_TRY(dc_access_role(step, INGEST_BRINGERS, error));
    const Kernel__Context *context = step->context;
    bool wide = context->n_grants == 0; /* a program; people without grants were refused above */
    for (size_t i = 0; i < context->n_grants; i++) {
        const Kernel__Grant *grant = context->grants[i];
        bool scope = grant->scope == KERNEL__SCOPE__SCOPE_GROUP ||
                     grant->scope == KERNEL__SCOPE__SCOPE_COMPANY;
        wide |= scope && grant->role < 32 && (INGEST_BRINGERS & (1u << grant->role)) != 0;
    }
    return wide ? DC_OK
                : dc_fail(error, DC_PERMISSION_DENIED,
                          "bringing records needs the role of supervisor or integrator for the "
                          "group or a company");
}

enum dc_code
ingest_check_source(const char *source, struct dc_error *error)
{
    size_t length = strlen(source);
    if (length < 1 || length > 40 ||
        strspn(source, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "source",
                             "a source is 1 to 40 of a-z, 0-9, _ and -");
    }
    return DC_OK;
}

int32_t
ingest_utc_offset(const struct dc_step *step)
{
    return (int32_t)dc_config_int(dc_service_config(step->service), "time.utc_offset_minutes") * 60;
}

static void
add_record(struct batch *batch, int64_t index, const Ingest__SalesRecord *record)
{
    const char *fields[COLUMN_COUNT] = {
        [COLUMN_SOURCE_KEY] = record->source_key,
        [COLUMN_ORDER_NO] = record->order_no,
        [COLUMN_AMOUNT] = record->amount,
        [COLUMN_COLLECTED] = record->collected_amount,
        [COLUMN_COST] = record->cost,
        [COLUMN_QUANTITY] = record->quantity,
        [COLUMN_CUSTOMER] = record->customer,
        [COLUMN_CUSTOMER_TYPE] = record->customer_type,
        [COLUMN_PRODUCT] = record->product,
        [COLUMN_PRODUCT_CATEGORY] = record->product_category,
        [COLUMN_CAMPAIGN] = record->campaign,
        [COLUMN_CHANNEL] = record->channel,
        [COLUMN_REGION] = record->region,
        [COLUMN_PERSON] = record->person_code,
        [COLUMN_UNIT] = record->unit_code,
        [COLUMN_OCCURRED] = record->occurred_at,
        [COLUMN_DELETED] = record->deleted ? "true" : "",
    };
    batch_add(batch, index, fields);
}

static void
answer_rejected(struct dc_arena *arena, const struct batch *batch,
                Ingest__PushRecordsResponse *response)
{
    response->n_rejected = batch->rejected;
    response->rejected = DC_NEW_ARRAY(arena, Ingest__RejectedRow *, batch->rejected);
    for (size_t i = 0; i < batch->rejected; i++) {
        Ingest__RejectedRow *row =
            DC_NEW_MESSAGE(arena, Ingest__RejectedRow, ingest__rejected_row__init);
        row->line = batch->rejections[i].line;
        row->column = (char *)batch->rejections[i].column;
        row->value = (char *)batch->rejections[i].value;
        row->reason = (char *)batch->rejections[i].reason.en;
        row->reason_zh = (char *)batch->rejections[i].reason.zh;
        response->rejected[i] = row;
    }
}

enum dc_code
ingest_tell_run(struct dc_step *step, int64_t run_id, Ingest__Run **ret_run, struct dc_error *error)
{
    Ingest__RunFinished finished = INGEST__RUN_FINISHED__INIT;
    DC_TRY(store_run(step, run_id, &finished.run, error));
    char key[40];
    snprintf(key, sizeof(key), "run/%" PRId64, run_id);
    dc_emit(step, step->context->tenant_id, key, &finished.base);
    *ret_run = finished.run;
    return DC_OK;
}

static enum dc_code
refuse(struct dc_step *step, int64_t run_id, const struct batch *batch, struct dc_error *error)
{
    static const struct store_counts nothing;
    DC_TRY(store_rejected(step, run_id, batch->rejections, batch->rejected, error));
    DC_TRY(store_run_count(step, run_id, batch, &nothing, true, "", error));
    return store_run_finish(step, run_id, INGEST__RUN_STATE__RUN_STATE_REFUSED,
                            DC_BILINGUAL("some records are not right, and all were to be taken or "
                                         "none",
                                         "有记录不正确，而要求是全部接入或全部不接入"),
                            error);
}

DC_HANDLER(ingest_push_records, Ingest__PushRecordsRequest, Ingest__PushRecordsResponse)
{
    dc_step_subject(step, "records");
    DC_TRY(ingest_may_bring(step, error));
    DC_TRY(ingest_check_source(request->source, error));
    if (request->n_records < 1 || request->n_records > PUSH_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "records",
                             "a push has 1 to %d records; this one has %zu", PUSH_MAX,
                             request->n_records);
    }
    struct batch batch;
    batch_init(&batch, step->arena, request->n_records, ingest_utc_offset(step));
    for (size_t i = 0; i < request->n_records; i++) {
        add_record(&batch, (int64_t)i, request->records[i]);
    }
    int64_t run_id;
    DC_TRY(intake_resolve(step, &batch, error));
    DC_TRY(store_run_add(step, request->source, "push", false, INGEST__RUN_STATE__RUN_STATE_WORKING,
                         0, &run_id, error));
    if (batch.rejected > 0 && !request->good_rows) {
        DC_TRY(refuse(step, run_id, &batch, error));
    } else {
        DC_TRY(intake_write(step, request->source, run_id, &batch, "", error));
        DC_TRY(store_run_finish(step, run_id, INGEST__RUN_STATE__RUN_STATE_DONE,
                                DC_BILINGUAL("", ""), error));
        dc_wake_on_commit(step, "count");
    }
    answer_rejected(step->arena, &batch, response);
    return ingest_tell_run(step, run_id, &response->run, error);
}
