/*
 * person.c - a person's score, and the periods that there are.
 */
#include "around.h"
#include "lines.h"
#include "pacing.h"
#include "period.h"
#include "store.h"
#include "tell.h"

enum dc_code
period_of_request(struct dc_step *step, const char *text, struct dc_period *ret_period,
                  const char **ret_text, struct dc_error *error)
{
    struct dc_period period = dc_period_containing(DC_PERIOD_QUARTER, scoring_today(step));
    if (text[0] && dc_period_parse(text, &period, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "\"%.40s\" is not a period; allowed are 2026, 2026Q4, 2026-11, and "
                             "nothing for this quarter",
                             text);
    }
    char *name = dc_arena_alloc(step->arena, DC_PERIOD_TEXT);
    dc_period_format(&period, name);
    *ret_period = period;
    *ret_text = name;
    return DC_OK;
}

DC_HANDLER(scoring_get_person, Scoring__GetPersonRequest, Scoring__GetPersonResponse)
{
    int64_t person_id = request->person_id ? request->person_id : step->context->person_id;
    struct dc_period period;
    const char *name;
    dc_step_subject(step, "person/%lld", (long long)person_id);
    DC_TRY(dc_access_person(step, SCORING_READERS, person_id, error));
    DC_TRY(period_of_request(step, request->period, &period, &name, error));

    struct person_view view;
    const struct definitions *definitions;
    DC_TRY(view_person(step, name, person_id, &view, error));
    if (!view.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "person_id", "there is no such person");
    }
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &definitions, error));

    DC_TRY(around_facts(step, definitions, &period, around_uses(definitions), AROUND_PERSON,
                        person_id, &view.facts, error));
    response->person = line_person_of(step->arena, person_id, &view, definitions);
    line_items(step->arena, &view, definitions, &response->items, &response->n_items);
    DC_TRY(pacing_items(step, &period, GOALS__OWNER_KIND__OWNER_KIND_PERSON, person_id, &view.facts,
                        definitions, response->items, response->n_items, error));
    response->total = response->person->total;
    response->total_remark = (char *)line_total_remark(&view);
    response->computed_at_us = view.computed_at;
    response->period = (char *)name;
    response->unit_size = view.unit_size;
    if (person_id == step->context->person_id) {
        dc_step_not_sensitive(step);
    }
    return DC_OK;
}

DC_HANDLER(scoring_list_periods, Scoring__ListPeriodsRequest, Scoring__ListPeriodsResponse)
{
    struct dc_period period;
    const char *current;
    const char **periods;
    DC_TRY(dc_access_role(step, SCORING_READERS, error));
    DC_TRY(period_of_request(step, "", &period, &current, error));
    DC_TRY(view_periods(step, &periods, &response->n_periods, error));
    response->periods = (char **)periods;
    response->current = (char *)current;
    return DC_OK;
}
