/* When objectives are looked at for reminders, and whom their owners report to. */
#include "goals.h"
#include "goals_sql.h"
#include "store_okr.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum dc_code
store_check_in_tenants(struct dc_step *step, int64_t **ret_tenants, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHECK_IN_TENANTS), &rows, error, dc_p_time(step->now)));
    *ret_count = dc_rows_count(rows);
    *ret_tenants = DC_NEW_ARRAY(step->arena, int64_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_tenants)[i] = dc_rows_int64(rows, i, 0);
    }
    return DC_OK;
}

enum dc_code
store_check_in_look(struct dc_step *step, int64_t limit, struct store_check_in **ret_rows,
                    size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHECK_IN_LOOK), &rows, error, tenant_of(step),
                     dc_p_time(step->now), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    *ret_rows = DC_NEW_ARRAY(step->arena, struct store_check_in, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret_rows)[i] = (struct store_check_in){
            .objective_id = dc_rows_int64(rows, i, 0),
            .told = {.owner = dc_rows_date(rows, i, 1), .manager = dc_rows_date(rows, i, 2)}};
    }
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_check_in_next(struct dc_step *step, const struct store_check_in *checked, size_t count,
                    struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    bool *over = DC_NEW_ARRAY(step->arena, bool, count);
    dc_time *times = DC_NEW_ARRAY(step->arena, dc_time, count);
    dc_date *owners = DC_NEW_ARRAY(step->arena, dc_date, count);
    dc_date *managers = DC_NEW_ARRAY(step->arena, dc_date, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = checked[i].objective_id;
        over[i] = checked[i].over;
        times[i] = checked[i].look_at;
        owners[i] = checked[i].told.owner;
        managers[i] = checked[i].told.manager;
    }
    return dc_db_run(step->db, SQL(CHECK_IN_NEXT), NULL, error, tenant_of(step),
                     dc_p_int64s(ids, count), dc_p_bools(over, count), dc_p_times(times, count),
                     dc_p_dates(owners, count), dc_p_dates(managers, count));
}

enum dc_code
store_check_in_plan(struct dc_step *step, int64_t objective_id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(CHECK_IN_PLAN), NULL, error, tenant_of(step),
                     dc_p_int64(objective_id), dc_p_time(step->now));
}

enum dc_code
store_check_in_plan_all(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(CHECK_IN_PLAN_ALL), NULL, error, tenant_of(step),
                     dc_p_time(step->now));
}

enum dc_code
store_check_in_managers(struct dc_step *step, const struct store_objectives *objectives,
                        int64_t **ret_managers, struct dc_error *error)
{
    size_t people = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, objectives->count + 1);
    int64_t *managers = DC_NEW_ARRAY(step->arena, int64_t, objectives->count + 1);
    for (size_t i = 0; i < objectives->count; i++) {
        if (objectives->items[i].owner.kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
            ids[people++] = objectives->items[i].owner.id;
        }
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CHECK_IN_MANAGERS), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, people), dc_p_date(goals_today(step))));
    for (size_t i = 0; i < objectives->count; i++) {
        const struct store_place *owner = &objectives->items[i].owner;
        size_t low = 0, high = dc_rows_count(rows);
        while (low < high) { /* by person */
            size_t middle = low + (high - low) / 2;
            if (dc_rows_int64(rows, middle, 0) < owner->id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        bool found = owner->kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON &&
                     low < dc_rows_count(rows) && dc_rows_int64(rows, low, 0) == owner->id;
        managers[i] = found ? dc_rows_int64(rows, low, 1) : 0;
    }
    *ret_managers = managers;
    return DC_OK;
}
