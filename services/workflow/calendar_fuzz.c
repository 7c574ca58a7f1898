/* Any bytes as a calendar: reading comes back, whole or not at all, and reads the same again. */
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "calendar.h"
#include "edge/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_days(struct dc_text *csv, const struct wf_day *days, size_t count)
{
    dc_text_add(csv, "date,working,name\r\n");
    for (size_t i = 0; i < count; i++) {
        char date[DC_DATE_TEXT];
        dc_date_format(days[i].date, date);
        dc_text_printf(csv, "%s,%s,\"", date, days[i].working ? "true" : "false");
        for (const char *c = days[i].name; *c; c++) {
            dc_text_append(csv, c, 1);
            dc_text_append(csv, "\"", *c == '"');
        }
        dc_text_add(csv, "\"\r\n");
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 50000) {
        return 0;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct wf_problems problems = {.arena = arena};
    struct wf_calendar calendar = WF_CALENDAR_DEFAULT;
    struct dc_error error;
    enum dc_code code = wf_calendar_read_csv(arena, data, size, &calendar.days, &calendar.day_count,
                                             &problems, &error);
    DC_ASSERT((code == DC_OK) == (problems.count == 0));
    if (code != DC_OK) {
        DC_ASSERT(calendar.day_count == 0);
        return 0;
    }
    DC_ASSERT(calendar.day_count > 0);
    for (size_t i = 0; i < calendar.day_count; i++) {
        DC_ASSERT(i == 0 || calendar.days[i - 1].date < calendar.days[i].date);
        DC_ASSERT(wf_is_working_day(&calendar, calendar.days[i].date) == calendar.days[i].working);
    }
    dc_date first = calendar.days[0].date;
    DC_ASSERT(
        wf_working_days_between(&calendar, first, wf_working_days_add(&calendar, first, 30)) == 30);
    DC_AUTO_TEXT struct dc_text csv = DC_TEXT_INIT;
    write_days(&csv, calendar.days, calendar.day_count);
    const struct wf_day *again;
    size_t count;
    DC_ASSERT(wf_calendar_read_csv(arena, csv.data, csv.length, &again, &count, &problems,
                                   &error) == DC_OK);
    DC_ASSERT(count == calendar.day_count);
    for (size_t i = 0; i < count; i++) {
        DC_ASSERT(again[i].date == calendar.days[i].date);
        DC_ASSERT(again[i].working == calendar.days[i].working);
        DC_ASSERT(dc_text_equal(again[i].name, calendar.days[i].name));
    }
    return 0;
}
