/*
 * calendars.c - the working-day calendar of the tenant. Deadlines that were told stay as they are;
 * others hear of the days of each year that changed.
 */
#include "handlers.h"

#include <string.h>

enum { YEAR_FIRST = 2000, YEAR_LAST = 2100 };

static enum dc_code
check_year(int32_t year, struct dc_error *error)
{
    if (year < YEAR_FIRST || year > YEAR_LAST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "year", "%d to %d", YEAR_FIRST, YEAR_LAST);
    }
    return DC_OK;
}

static enum dc_code
show(struct flow_work *work, int32_t year, Workflow__Calendar **ret_calendar,
     struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct wf_calendar calendar;
    DC_TRY(flow_store_calendar(work, dc_date_from_civil(year, 1, 1),
                               dc_date_from_civil(year, 12, 31), &calendar, error));
    Workflow__Calendar *message =
        DC_NEW_MESSAGE(arena, Workflow__Calendar, workflow__calendar__init);
    message->utc_offset_minutes = calendar.utc_offset_minutes;
    message->end_of_day = dc_arena_alloc(arena, WF_MINUTES_TEXT);
    wf_minutes_format(calendar.end_of_day, message->end_of_day);
    message->n_days = calendar.day_count;
    message->days = DC_NEW_ARRAY(arena, Workflow__CalendarDay *, calendar.day_count + 1);
    for (size_t i = 0; i < calendar.day_count; i++) {
        Workflow__CalendarDay *day =
            DC_NEW_MESSAGE(arena, Workflow__CalendarDay, workflow__calendar_day__init);
        day->date = dc_arena_alloc(arena, DC_DATE_TEXT);
        dc_date_format(calendar.days[i].date, day->date);
        day->working = calendar.days[i].working;
        day->name = (char *)calendar.days[i].name;
        message->days[i] = day;
    }
    *ret_calendar = message;
    return DC_OK;
}

DC_HANDLER(workflow_get_calendar, Workflow__GetCalendarRequest, Workflow__GetCalendarResponse)
{
    struct flow_work work = {.step = step, .tenant_id = step->context->tenant_id};
    DC_TRY(dc_access_role(step, FLOW_READERS | DC_ROLE(EMPLOYEE), error));
    DC_TRY(check_year(request->year, error));
    DC_TRY(show(&work, request->year, &response->calendar, error));
    return flow_store_years(&work, &response->years, &response->n_years, error);
}

enum dc_code
flow_tell_calendar(struct flow_work *work, int32_t year, int64_t version, struct dc_error *error)
{
    Workflow__CalendarChanged event = WORKFLOW__CALENDAR_CHANGED__INIT;
    Workflow__Calendar *calendar;
    DC_TRY(show(work, year, &calendar, error));
    event.year = year;
    event.days = calendar->days;
    event.n_days = calendar->n_days;
    event.version = version;
    dc_emit(work->step, work->tenant_id, "calendar", &event.base);
    return DC_OK;
}

/* Of each year of which there is a day; days in the order of their dates. */
enum dc_code
flow_tell_calendars(struct flow_work *work, const struct wf_day *days, size_t count,
                    int64_t version, struct dc_error *error)
{
    int last = 0;
    for (size_t i = 0; i < count; i++) {
        int year, month, of_month;
        dc_date_to_civil(days[i].date, &year, &month, &of_month);
        if (year != last) {
            DC_TRY(flow_tell_calendar(work, year, version, error));
        }
        last = year;
    }
    return DC_OK;
}

static int
by_date(const void *a, const void *b)
{
    const struct wf_day *x = a, *y = b;
    return (x->date > y->date) - (x->date < y->date);
}

static enum dc_code
read_days(struct dc_arena *arena, const Workflow__SaveCalendarRequest *request,
          struct wf_day **ret_days, struct dc_error *error)
{
    const Workflow__Calendar *calendar = request->calendar;
    struct wf_day *days = DC_NEW_ARRAY(arena, struct wf_day, calendar->n_days + 1);
    char field[DC_ERROR_FIELD_MAX];
    for (size_t i = 0; i < calendar->n_days; i++) {
        const Workflow__CalendarDay *day = calendar->days[i];
        int year = 0, month, of_month;
        snprintf(field, sizeof(field), "calendar.days[%zu].date", i);
        if (dc_date_parse(day->date, &days[i].date, NULL) == DC_OK) {
            dc_date_to_civil(days[i].date, &year, &month, &of_month);
        }
        if (year != request->year) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field, "a date of %d, like %d-10-01",
                                 request->year, request->year);
        }
        if (dc_utf8_length(day->name, strlen(day->name)) > WF_DAY_NAME_MAX) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "its name has at most %d characters", WF_DAY_NAME_MAX);
        }
        days[i].working = day->working;
        days[i].name = day->name;
    }
    qsort(days, calendar->n_days, sizeof(*days), by_date);
    for (size_t i = 1; i < calendar->n_days; i++) {
        if (days[i].date == days[i - 1].date) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "calendar.days",
                                 "a date stands there twice");
        }
    }
    *ret_days = days;
    return DC_OK;
}

DC_HANDLER(workflow_save_calendar, Workflow__SaveCalendarRequest, Workflow__SaveCalendarResponse)
{
    struct flow_work work = {.step = step, .tenant_id = step->context->tenant_id};
    struct wf_day *days = NULL;
    int64_t version;
    int32_t minutes;
    DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(flow_check_reason(request->reason, true, error));
    DC_TRY(check_year(request->year, error));
    if (!request->calendar) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "calendar", "it is needed");
    }
    if (request->calendar->utc_offset_minutes < WF_UTC_OFFSET_MIN ||
        request->calendar->utc_offset_minutes > WF_UTC_OFFSET_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "calendar.utc_offset_minutes", "%d to %d",
                             WF_UTC_OFFSET_MIN, WF_UTC_OFFSET_MAX);
    }
    if (wf_minutes_parse(request->calendar->end_of_day, &minutes, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "calendar.end_of_day",
                             "a time like 18:00, at most 24:00");
    }
    DC_TRY(read_days(step->arena, request, &days, error));
    DC_TRY(flow_store_save_calendar(&work, request->calendar->utc_offset_minutes,
                                    request->calendar->end_of_day, &version, error));
    DC_TRY(flow_store_drop_days(&work, dc_date_from_civil(request->year, 1, 1),
                                dc_date_from_civil(request->year, 12, 31), error));
    DC_TRY(flow_store_save_days(&work, days, request->calendar->n_days, error));
    DC_TRY(flow_tell_calendar(&work, request->year, version, error));
    return show(&work, request->year, &response->calendar, error);
}

DC_HANDLER(workflow_import_calendar, Workflow__ImportCalendarRequest,
           Workflow__ImportCalendarResponse)
{
    struct flow_work work = {.step = step, .tenant_id = step->context->tenant_id};
    struct wf_problems *problems = DC_NEW(step->arena, struct wf_problems);
    const struct wf_day *days = NULL;
    size_t count = 0;
    DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(flow_check_reason(request->reason, true, error));
    problems->arena = step->arena;
    if (wf_calendar_read_csv(step->arena, request->csv.data, request->csv.len, &days, &count,
                             problems, NULL) != DC_OK) {
        response->problems =
            DC_NEW_ARRAY(step->arena, Workflow__DefinitionProblem *, problems->count + 1);
        for (size_t i = 0; i < problems->count; i++) {
            Workflow__DefinitionProblem *item = DC_NEW_MESSAGE(
                step->arena, Workflow__DefinitionProblem, workflow__definition_problem__init);
            item->line = problems->items[i].line;
            item->column = problems->items[i].column;
            item->message = (char *)problems->items[i].message.en;
            item->message_zh = (char *)problems->items[i].message.zh;
            response->problems[response->n_problems++] = item;
        }
        return DC_OK;
    }
    int64_t version;
    response->days = (int32_t)count;
    DC_TRY(flow_store_touch_calendar(&work, &version, error));
    DC_TRY(flow_store_save_days(&work, days, count, error));
    return flow_tell_calendars(&work, days, count, version, error);
}
