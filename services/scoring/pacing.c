/*
 * pacing.c - the pace of items that are shown, and who is behind.
 */
#include "pacing.h"

#include "period.h"
#include "store.h"
#include "tell.h"

enum { LIMIT_MAX = 200, LIMIT_USUAL = 50 };

static const char *const forecast_codes[] = {
    [PACE_FORECAST] = "", [PACE_OVER] = "over", [PACE_TOO_LITTLE] = "too_little_data"};

static char *
amount(struct dc_arena *arena, struct maybe value)
{
    return (char *)tell_amount(arena, value);
}

static char *
date_text(struct dc_arena *arena, dc_date day)
{
    char *text = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(day, text);
    return text;
}

static Scoring__Pace *
line_pace(struct dc_arena *arena, const struct pace *pace)
{
    Scoring__Pace *line = DC_NEW_MESSAGE(arena, Scoring__Pace, scoring__pace__init);
    bool foreseen = pace->state == PACE_FORECAST;
    line->day = date_text(arena, pace->day);
    line->days_elapsed = (int32_t)pace->days_elapsed;
    line->days = (int32_t)pace->days;
    line->expected_share = (char *)tell_fixed(arena, (struct maybe){true, pace->share_percent}, 2);
    line->expected = amount(arena, pace->expected);
    line->ahead = amount(arena, pace->ahead);
    line->rate = amount(arena, pace->rate);
    line->rate_needed = amount(arena, pace->rate_needed);
    line->forecast = amount(arena, (struct maybe){foreseen, pace->forecast});
    line->forecast_low = amount(arena, (struct maybe){foreseen, pace->low});
    line->forecast_high = amount(arena, (struct maybe){foreseen, pace->high});
    line->forecast_state = (char *)forecast_codes[pace->state];
    line->months = pace->months;
    return line;
}

/* The measure of an indicator when it adds up day by day. */
static const struct measure *
measure_of(const struct definitions *definitions, const struct indicator *indicator)
{
    const struct measure *measure =
        indicator ? definitions_measure(definitions, indicator->measure_id) : NULL;
    return measure && measure->adds_up ? measure : NULL;
}

static void
fill_months(struct pace_input *input, const struct measure *measure, const struct facts *months)
{
    for (int i = 0; i < PACE_MONTHS; i++) {
        input->months[i] = (struct maybe){0};
        for (size_t j = 0; j < months[i].measure_count; j++) {
            if (months[i].measure_ids[j] == measure->id) {
                input->months[i] = (struct maybe){true, months[i].numerators[j]};
            }
        }
    }
}

/* The thirteen months up to the one of the day. */
static enum dc_code
load_months(struct dc_step *step, dc_date day, int32_t owner_kind, int64_t owner_id,
            struct facts *ret_months, struct dc_error *error)
{
    const char *names[PACE_MONTHS];
    for (int i = 0; i < PACE_MONTHS; i++) {
        int year, month, of_month;
        dc_date_to_civil(pace_month(day, PACE_MONTHS - 1 - i), &year, &month, &of_month);
        names[i] = dc_arena_printf(step->arena, "%04d-%02d", year, month);
    }
    return pace_load_months(step, owner_kind, owner_id, names, PACE_MONTHS, ret_months, error);
}

enum dc_code
pacing_items(struct dc_step *step, const struct dc_period *period, int32_t owner_kind,
             int64_t owner_id, const struct facts *facts, const struct definitions *definitions,
             Scoring__Item **items, size_t count, struct dc_error *error)
{
    dc_date today = scoring_today(step);
    struct facts months[PACE_MONTHS];
    struct pace_calendar calendar;
    struct pace_input input = {.calendar = &calendar,
                               .first_day = period->first,
                               .last_day = period->last,
                               .day = today};
    DC_TRY(load_months(step, today, owner_kind, owner_id, months, error));
    dc_date from = pace_month(today, PACE_MONTHS - 1);
    DC_TRY(pace_load_calendar(step, from < period->first ? from : period->first,
                              today > period->last ? today : period->last, &calendar, error));
    for (size_t i = 0; i < count; i++) {
        const struct indicator *indicator =
            definitions_indicator(definitions, items[i]->indicator_id);
        const struct measure *measure = measure_of(definitions, indicator);
        struct pace pace;
        if (!measure) {
            continue;
        }
        struct rule_input known = facts_input(facts, definitions, indicator);
        input.lower_is_better = indicator->lower_is_better;
        input.decimals = indicator->decimals > 2 ? indicator->decimals : 2;
        input.actual = facts_actual(&known);
        input.target = (struct maybe){known.has_target, known.target};
        fill_months(&input, measure, months);
        pace_compute(&pace, &input);
        items[i]->pace = line_pace(step->arena, &pace);
    }
    return DC_OK;
}

/* --- who is behind ------------------------------------------------------------------------------
 */

static Scoring__BehindRow *
line_behind(struct dc_arena *arena, const struct behind_line *line, int64_t days_left)
{
    Scoring__BehindRow *row = DC_NEW_MESSAGE(arena, Scoring__BehindRow, scoring__behind_row__init);
    struct dc_decimal to_go = dc_decimal_sub(line->target.value, line->actual.value);
    struct maybe needed = {0};
    needed.known = days_left > 0 && dc_decimal_sign(to_go) > 0 &&
                   dc_decimal_mul_div(to_go, DC_DECIMAL_INT(1), DC_DECIMAL_INT(days_left), 2,
                                      &needed.value, NULL) == DC_OK;
    row->person_id = line->person_id;
    row->name = (char *)line->name;
    row->code = (char *)line->code;
    row->unit_id = line->unit_id;
    row->unit_name = (char *)line->unit_name;
    row->actual = amount(arena, line->actual);
    row->target = amount(arena, line->target);
    row->attainment = (char *)tell_fixed(arena, line->attainment, 2);
    row->behind = amount(
        arena, (struct maybe){line->behind.known, dc_decimal_round(line->behind.value, 2)});
    row->rate_needed = amount(arena, needed);
    return row;
}

static enum dc_code
check_page(const Scoring__ListBehindRequest *request, struct dc_error *error)
{
    if (request->limit < 0 || request->limit > LIMIT_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d, not %d", LIMIT_MAX,
                             request->limit);
    }
    if (request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "offset", "0 or more, not %d",
                             request->offset);
    }
    return DC_OK;
}

DC_HANDLER(scoring_list_behind, Scoring__ListBehindRequest, Scoring__ListBehindResponse)
{
    struct dc_period period;
    struct dc_access_reach reach;
    struct behind_page page = {.limit = request->limit ? request->limit : LIMIT_USUAL,
                               .offset = request->offset};
    const struct definitions *definitions;
    struct pace_calendar calendar;
    struct pace pace;
    DC_TRY(check_page(request, error));
    DC_TRY(scoring_allowed_unit(step, SCORING_READERS, request->unit_id, &reach, &page.unit_id,
                                &page.tree, error));
    DC_TRY(period_of_request(step, request->period, &period, &page.period, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));
    const struct indicator *primary = definitions_primary(definitions);
    DC_TRY(pace_load_calendar(step, period.first, period.last, &calendar, error));
    struct pace_input input = {.calendar = &calendar,
                               .first_day = period.first,
                               .last_day = period.last,
                               .day = scoring_today(step)};
    pace_compute(&pace, &input);
    response->expected_share =
        (char *)tell_fixed(step->arena, (struct maybe){true, pace.share_percent}, 2);
    response->day = date_text(step->arena, pace.day);
    if (!measure_of(definitions, primary)) {
        return DC_OK; /* what does not add up has no pace */
    }
    struct behind_line *lines;
    size_t count;
    page.share = pace.share;
    page.lower_is_better = primary->lower_is_better;
    DC_TRY(pace_load_behind(step, &page, &lines, &count, &response->total, &response->with_target,
                            error));
    response->people = DC_NEW_ARRAY(step->arena, Scoring__BehindRow *, count + 1);
    for (size_t i = 0; i < count; i++) {
        response->people[i] = line_behind(step->arena, &lines[i], pace.days - pace.days_elapsed);
    }
    response->n_people = count;
    return DC_OK;
}
