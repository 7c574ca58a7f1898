/* Answers the requests that compare targets at two moments, and that list the acts between. */
#include <inttypes.h>
#include <string.h>

#include "goals.h"
#include "rights.h"

enum {
    DIFFERENCES_MAX = 5000,
    DIFFERENCES_DEFAULT = 1000,
    ACTS_MAX = 200,
    ACTS_DEFAULT = 50,
};

static enum dc_code
read_limit(int32_t wanted, int32_t most, int32_t usual, int64_t *ret_limit, struct dc_error *error)
{
    if (wanted < 0 || wanted > most) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d, or 0 for %d", most,
                             usual);
    }
    *ret_limit = wanted ? wanted : usual;
    return DC_OK;
}

static enum dc_code
read_comparison(struct dc_step *step, const Goals__CompareTargetsRequest *request,
                struct store_comparison *ret_wanted, struct dc_error *error)
{
    struct dc_period period;
    struct store_indicator indicator;
    if (dc_period_parse(request->period, &period, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "a year, a quarter or a month: 2026, 2026Q4 or 2026-11");
    }
    if (request->from_us < 0 || request->to_us < 0 ||
        (request->to_us != 0 && request->to_us < request->from_us)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "to_us", "not before from_us");
    }
    DC_TRY(store_find_indicator(step, request->indicator_id, &indicator, error));
    if (!indicator.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "indicator_id", "there is no such indicator");
    }
    *ret_wanted = (struct store_comparison){.day = goals_today(step),
                                            .indicator_id = request->indicator_id,
                                            .decimals = indicator.decimals,
                                            .period = request->period,
                                            .from = request->from_us,
                                            .to = request->to_us ? request->to_us : step->now};
    if (request->page[0] != '\0' &&
        (dc_parse_int64(request->page, &ret_wanted->offset, NULL) != DC_OK ||
         ret_wanted->offset < 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page", "as next_page of an answer");
    }
    return read_limit(request->limit, DIFFERENCES_MAX, DIFFERENCES_DEFAULT, &ret_wanted->limit,
                      error);
}

DC_HANDLER(goals_compare_targets, Goals__CompareTargetsRequest, Goals__CompareTargetsResponse)
{
    struct store_comparison wanted;
    struct dc_access_reach reach;
    rights_reach(step, &reach);
    int64_t unit_id;
    DC_TRY(reading_find_top(step, request->unit_id, &reach, &unit_id, error));
    DC_TRY(read_comparison(step, request, &wanted, error));
    wanted.unit_id = unit_id;
    DC_TRY(store_compare(step, &wanted, &reach, response, error));
    int64_t next = wanted.offset + (int64_t)response->n_differences;
    if (next < response->total) {
        response->next_page = dc_arena_printf(step->arena, "%" PRId64, next);
    }
    return DC_OK;
}

/* Reasons may speak of anybody's target, so they are for those who see everybody. */
DC_HANDLER(goals_list_acts, Goals__ListActsRequest, Goals__ListActsResponse)
{
    int64_t limit = 0;
    Goals__TargetAct **acts;
    size_t count;
    DC_TRY(rights_read_group(step, error));
    DC_TRY(read_limit(request->limit, ACTS_MAX, ACTS_DEFAULT, &limit, error));
    DC_TRY(store_acts(step, request->indicator_id, request->period, request->before, limit, &acts,
                      &count, error));
    response->acts = acts;
    response->n_acts = count;
    return DC_OK;
}
