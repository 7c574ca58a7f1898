/* Records as they are shown: with file and line, who brought them and when. */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "edge/wire_check.h"
#include "ingest_sql.h"
#include "store.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

static char *
text(struct dc_arena *arena, const struct dc_rows *rows, size_t i, int column)
{
    return dc_arena_strdup(arena, dc_rows_text(rows, i, column));
}

/* A seat of a task instead of a sale: its own facts, and none of the numbers that are measured. */
static enum dc_code
read_task(struct dc_arena *arena, const struct dc_rows *rows, size_t i,
          Ingest__StoredRecord *stored, struct dc_error *error)
{
    ProtobufCMessage *message;
    struct dc_bytes body = dc_rows_bytes(rows, i, 31);
    Ingest__SalesRecord *r = stored->record;
    DC_TRY(dc_wire_unpack(&ingest__task_record__descriptor, body.data, body.size, arena, &message,
                          error));
    stored->task = (Ingest__TaskRecord *)message;
    stored->source = "workflow";
    r->order_no = r->amount = r->collected_amount = r->cost = r->quantity = "";
    return DC_OK;
}

static enum dc_code
read_record(struct dc_arena *arena, const struct dc_rows *rows, size_t i,
            Ingest__StoredRecord **ret_record, struct dc_error *error)
{
    Ingest__SalesRecord *r = DC_NEW_MESSAGE(arena, Ingest__SalesRecord, ingest__sales_record__init);
    Ingest__StoredRecord *s =
        DC_NEW_MESSAGE(arena, Ingest__StoredRecord, ingest__stored_record__init);
    char time[DC_TIME_TEXT], day[DC_DATE_TEXT];
    s->record = r;
    s->source = text(arena, rows, i, 0);
    r->source_key = text(arena, rows, i, 1);
    r->order_no = text(arena, rows, i, 2);
    r->amount = text(arena, rows, i, 3);
    r->collected_amount = text(arena, rows, i, 4);
    r->cost = text(arena, rows, i, 5);
    r->quantity = text(arena, rows, i, 6);
    r->customer = text(arena, rows, i, 7);
    r->customer_type = text(arena, rows, i, 8);
    r->product = text(arena, rows, i, 9);
    r->product_category = text(arena, rows, i, 10);
    r->campaign = text(arena, rows, i, 11);
    r->channel = text(arena, rows, i, 12);
    r->region = text(arena, rows, i, 13);
    r->person_code = text(arena, rows, i, 14);
    r->unit_code = text(arena, rows, i, 15);
    dc_time_format(dc_rows_time(rows, i, 16), time);
    r->occurred_at = dc_arena_strdup(arena, time);
    r->deleted = dc_rows_bool(rows, i, 17);
    s->id = dc_rows_int64(rows, i, 18);
    s->version = dc_rows_int64(rows, i, 19);
    s->run_id = dc_rows_int64(rows, i, 20);
    s->run_name = text(arena, rows, i, 21);
    s->line = dc_rows_bool(rows, i, 30) ? dc_rows_int64(rows, i, 22) : 0;
    s->stored_at_us = dc_rows_time(rows, i, 23);
    s->account = text(arena, rows, i, 24);
    s->person_id = dc_rows_int64(rows, i, 25);
    s->person_name = text(arena, rows, i, 26);
    s->unit_id = dc_rows_int64(rows, i, 27);
    s->unit_name = text(arena, rows, i, 28);
    dc_date_format(dc_rows_date(rows, i, 29), day);
    s->occurred_on = dc_arena_strdup(arena, day);
    *ret_record = s;
    return dc_rows_is_null(rows, i, 31) ? DC_OK : read_task(arena, rows, i, s, error);
}

static void
filter_columns(struct dc_arena *arena, const struct series *series, struct dc_param ret[4])
{
    const Goals__Measure *definition = series ? series->definition : NULL;
    size_t n = definition ? definition->n_filters : 0;
    const char **dimensions = DC_NEW_ARRAY(arena, const char *, n);
    const char **values = DC_NEW_ARRAY(arena, const char *, n);
    bool *excludes = DC_NEW_ARRAY(arena, bool, n);
    for (size_t i = 0; i < n; i++) {
        const Goals__Filter *filter = definition->filters[i];
        DC_AUTO_TEXT struct dc_text joined = DC_TEXT_INIT;
        for (size_t v = 0; v < filter->n_values; v++) {
            dc_text_printf(&joined, "%s%s", v ? "\x1f" : "", filter->values[v]);
        }
        dimensions[i] = filter->dimension;
        excludes[i] = filter->exclude;
        values[i] = dc_arena_strdup(arena, dc_text_cstr(&joined));
    }
    ret[0] = dc_p_texts(dimensions, n);
    ret[1] = dc_p_bools(excludes, n);
    ret[2] = dc_p_texts(values, n);
    ret[3] = dc_p_text(series ? series->definition->field : "");
}

enum dc_code
store_list_records(struct dc_step *step, const struct store_wanted *wanted,
                   Ingest__StoredRecord ***ret_records, dc_date *ret_last_day, size_t *ret_count,
                   struct dc_error *error)
{
    bool unit = wanted->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_UNIT;
    struct dc_param filters[4];
    filter_columns(step->arena, wanted->series, filters);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, SQL(LIST_RECORDS), &rows, error, tenant_of(step),
        dc_p_int64(unit ? wanted->owner_id : 0), dc_p_int64(unit ? 0 : wanted->owner_id),
        dc_p_date(wanted->first), dc_p_date(wanted->last), dc_p_int64(wanted->limit),
        dc_p_date(wanted->before_on), dc_p_int64(wanted->before_id), filters[0], filters[1],
        filters[2], filters[3], dc_p_int64(wanted->series ? wanted->series->definition->of : 0)));
    size_t count = dc_rows_count(rows);
    Ingest__StoredRecord **records = DC_NEW_ARRAY(step->arena, Ingest__StoredRecord *, count);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(read_record(step->arena, rows, i, &records[i], error));
        *ret_last_day = dc_rows_date(rows, i, 29);
    }
    *ret_records = records;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_record_versions(struct dc_step *step, int64_t record_id, Ingest__StoredRecord ***ret_versions,
                      size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RECORD_VERSIONS), &rows, error, tenant_of(step),
                     dc_p_int64(record_id)));
    size_t count = dc_rows_count(rows);
    Ingest__StoredRecord **versions = DC_NEW_ARRAY(step->arena, Ingest__StoredRecord *, count);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(read_record(step->arena, rows, i, &versions[i], error));
    }
    *ret_versions = versions;
    *ret_count = count;
    return DC_OK;
}
