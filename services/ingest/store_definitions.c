/* Measures with their series, paths of units, room for history. */
#include "edge/wire_check.h"
#include "ingest_sql.h"
#include "store.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

static enum dc_code
add_series(struct dc_step *step, const Goals__Measure *measure, struct dc_error *error)
{
    uint8_t *definition;
    size_t size;
    bool orders;
    series_define(measure, step->arena, &definition, &size, &orders);
    return dc_db_run(step->db, SQL(SERIES_ADD), NULL, error, tenant_of(step),
                     dc_p_bytes(definition, size), dc_p_bool(orders));
}

enum dc_code
store_measure(struct dc_step *step, const Goals__Measure *measure, struct dc_error *error)
{
    uint8_t *body;
    size_t size;
    dc_wire_pack(&measure->base, step->arena, &body, &size);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MEASURE_STORE), &rows, error, tenant_of(step),
                     dc_p_int64(measure->id), dc_p_int64(measure->version),
                     dc_p_bytes(body, size)));
    bool ratio = measure->kind == GOALS__MEASURE_KIND__MEASURE_KIND_RATIO;
    return dc_rows_count(rows) == 0 || ratio || measure->retired ? DC_OK
                                                                 : add_series(step, measure, error);
}

enum dc_code
store_refresh_paths(struct dc_step *step, dc_date today, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(REFRESH_PATHS), NULL, error, tenant_of(step), dc_p_date(today));
}

enum dc_code
store_make_history_room(struct dc_step *step, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    return dc_db_run(step->db, SQL(MAKE_HISTORY_ROOM), &rows, error);
}
