/* store_definitions.c - definitions and the calendar, in the database. */
#include "store_internal.h"

static Workflow__Definition *
read_head(struct flow_work *work, const struct dc_rows *rows, size_t i)
{
    Workflow__Definition *item =
        DC_NEW_MESSAGE(work->step->arena, Workflow__Definition, workflow__definition__init);
    item->code = keep(work, rows, i, 0);
    item->version = (int32_t)dc_rows_int64(rows, i, 1);
    item->name = keep(work, rows, i, 2);
    item->name_en = keep(work, rows, i, 3);
    item->purpose = keep(work, rows, i, 4);
    item->period = keep(work, rows, i, 5);
    item->approval = dc_rows_bool(rows, i, 6);
    item->author = keep(work, rows, i, 7);
    item->saved_at_us = dc_rows_time(rows, i, 8);
    item->reason = keep(work, rows, i, 9);
    return item;
}

static void
read_heads(struct flow_work *work, const struct dc_rows *rows, Workflow__Definition ***ret_items,
           size_t *ret_count)
{
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(work->step->arena, Workflow__Definition *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_items)[i] = read_head(work, rows, i);
    }
}

enum dc_code
flow_store_definitions(struct flow_work *work, Workflow__Definition ***ret_items, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LIST_DEFINITIONS), &rows, error, TENANT));
    read_heads(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_versions(struct flow_work *work, const char *code, Workflow__Definition ***ret_items,
                    size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(work->step->db, SQL(DEFINITION_VERSIONS), &rows, error, TENANT, dc_p_text(code)));
    read_heads(work, rows, ret_items, ret_count);
    return DC_OK;
}

enum dc_code
flow_store_definition(struct flow_work *work, const char *code, int32_t version,
                      Workflow__Definition **ret_item, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LOAD_DEFINITION), &rows, error, TENANT, dc_p_text(code),
                     dc_p_int64(version)));
    *ret_item = NULL;
    if (dc_rows_count(rows) > 0) {
        *ret_item = read_head(work, rows, 0);
        (*ret_item)->yaml = keep(work, rows, 0, 10);
    }
    return DC_OK;
}

enum dc_code
flow_store_code_of_purpose(struct flow_work *work, const char *purpose, const char **ret_code,
                           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(DEFINITION_OF_PURPOSE), &rows, error, TENANT,
                     dc_p_text(purpose)));
    *ret_code = dc_rows_count(rows) > 0 ? keep(work, rows, 0, 0) : "";
    return DC_OK;
}

enum dc_code
flow_store_save_definition(struct flow_work *work, const Workflow__Definition *item,
                           int32_t expected, int32_t *ret_version, struct dc_error *error)
{
    const Kernel__Context *by = work->step->context;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_DEFINITION), &rows, error, TENANT,
                     dc_p_text(item->code), dc_p_int64(expected), dc_p_text(item->name),
                     dc_p_text(item->name_en), dc_p_text(item->purpose), dc_p_text(item->period),
                     dc_p_bool(item->approval), dc_p_text(item->yaml), dc_p_text(by->account),
                     dc_p_int64(by->person_id), dc_p_time(work->step->now),
                     dc_p_text(item->reason)));
    *ret_version = dc_rows_count(rows) > 0 ? (int32_t)dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

/* --- what is shipped, for a tenant that is heard of for the first time ---------------------------
 */
enum dc_code
flow_store_install(struct flow_work *work, const struct wf_definition *const *items,
                   const char *const *yaml, size_t count, const struct wf_day *days,
                   size_t day_count, bool *ret_calendar, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    const char **codes = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **names = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **names_en = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **purposes = DC_NEW_ARRAY(arena, const char *, count + 1);
    const char **periods = DC_NEW_ARRAY(arena, const char *, count + 1);
    bool *approvals = DC_NEW_ARRAY(arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        codes[i] = items[i]->code;
        names[i] = items[i]->name;
        names_en[i] = items[i]->name_en;
        purposes[i] = items[i]->purpose;
        periods[i] = wf_period_name(items[i]->period);
        approvals[i] = items[i]->approval;
    }
    DC_TRY(dc_db_run(work->step->db, SQL(INSTALL_DEFINITIONS), NULL, error, TENANT,
                     dc_p_texts(codes, count), dc_p_texts(names, count),
                     dc_p_texts(names_en, count), dc_p_texts(purposes, count),
                     dc_p_texts(periods, count), dc_p_bools(approvals, count),
                     dc_p_texts(yaml, count), dc_p_time(work->step->now)));
    char end_of_day[WF_MINUTES_TEXT];
    wf_minutes_format(WF_CALENDAR_DEFAULT.end_of_day, end_of_day);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(INSTALL_CALENDAR), &rows, error, TENANT,
                     dc_p_int64(WF_CALENDAR_DEFAULT.utc_offset_minutes), dc_p_text(end_of_day)));
    *ret_calendar = dc_rows_count(rows) > 0;
    return *ret_calendar ? flow_store_save_days(work, days, day_count, error) : DC_OK;
}

/* --- the calendar --------------------------------------------------------------------------------
 */
enum dc_code
flow_store_calendar(struct flow_work *work, dc_date from, dc_date to,
                    struct wf_calendar *ret_calendar, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *head = NULL, *rows = NULL;
    struct wf_calendar calendar = WF_CALENDAR_DEFAULT;
    DC_TRY(dc_db_run(work->step->db, SQL(LOAD_CALENDAR), &head, error, TENANT));
    if (dc_rows_count(head) > 0) {
        calendar.utc_offset_minutes = (int32_t)dc_rows_int64(head, 0, 0);
        DC_TRY(wf_minutes_parse(dc_rows_text(head, 0, 1), &calendar.end_of_day, error));
    }
    DC_TRY(dc_db_run(work->step->db, SQL(LOAD_CALENDAR_DAYS), &rows, error, TENANT, dc_p_date(from),
                     dc_p_date(to)));
    calendar.day_count = dc_rows_count(rows);
    struct wf_day *days = DC_NEW_ARRAY(work->step->arena, struct wf_day, calendar.day_count + 1);
    for (size_t i = 0; i < calendar.day_count; i++) {
        days[i] = (struct wf_day){dc_rows_date(rows, i, 0), dc_rows_bool(rows, i, 1),
                                  keep(work, rows, i, 2)};
    }
    calendar.days = days;
    *ret_calendar = calendar;
    return DC_OK;
}

enum dc_code
flow_store_years(struct flow_work *work, int32_t **ret_years, size_t *ret_count,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(CALENDAR_YEARS), &rows, error, TENANT));
    *ret_count = dc_rows_count(rows);
    *ret_years = DC_NEW_ARRAY(work->step->arena, int32_t, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        (*ret_years)[i] = (int32_t)dc_rows_int64(rows, i, 0);
    }
    return DC_OK;
}

enum dc_code
flow_store_save_calendar(struct flow_work *work, int32_t utc_offset_minutes, const char *end_of_day,
                         int64_t *ret_version, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(SAVE_CALENDAR), &rows, error, TENANT,
                     dc_p_int64(utc_offset_minutes), dc_p_text(end_of_day)));
    *ret_version = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_touch_calendar(struct flow_work *work, int64_t *ret_version, struct dc_error *error)
{
    char end_of_day[WF_MINUTES_TEXT];
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    wf_minutes_format(WF_CALENDAR_DEFAULT.end_of_day, end_of_day);
    DC_TRY(dc_db_run(work->step->db, SQL(TOUCH_CALENDAR), &rows, error, TENANT,
                     dc_p_int64(WF_CALENDAR_DEFAULT.utc_offset_minutes), dc_p_text(end_of_day)));
    *ret_version = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
flow_store_drop_days(struct flow_work *work, dc_date from, dc_date to, struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(DROP_CALENDAR_DAYS), NULL, error, TENANT, dc_p_date(from),
                     dc_p_date(to));
}

enum dc_code
flow_store_save_days(struct flow_work *work, const struct wf_day *days, size_t count,
                     struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    dc_date *dates = DC_NEW_ARRAY(arena, dc_date, count + 1);
    bool *working = DC_NEW_ARRAY(arena, bool, count + 1);
    const char **names = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        dates[i] = days[i].date;
        working[i] = days[i].working;
        names[i] = days[i].name;
    }
    return dc_db_run(work->step->db, SQL(SAVE_CALENDAR_DAYS), NULL, error, TENANT,
                     dc_p_dates(dates, count), dc_p_bools(working, count),
                     dc_p_texts(names, count));
}
