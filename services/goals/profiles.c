/* Answers the requests about seasonal profiles: by what weights a year is divided. */
#include <inttypes.h>
#include <string.h>

#include "goals.h"
#include "rights.h"
#include "season.h"

enum { QUARTERS = 4, MONTHS = 12, PROFILE_NAME_MAX = 60 };

DC_HANDLER(goals_list_profiles, Goals__ListProfilesRequest, Goals__ListProfilesResponse)
{
    Goals__SeasonProfile **profiles;
    size_t count;
    DC_TRY(rights_read_definitions(step, error));
    DC_TRY(store_profiles(step, 0, &profiles, &count, error));
    response->profiles = profiles;
    response->n_profiles = count;
    return DC_OK;
}

static enum dc_code
read_weights(const Goals__SeasonProfile *profile, struct dc_decimal weights[MONTHS],
             struct dc_error *error)
{
    bool any = false;
    if (profile->n_weights != QUARTERS && profile->n_weights != MONTHS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "profile.weights",
                             "12 weights of months, or 4 of quarters");
    }
    for (size_t i = 0; i < profile->n_weights; i++) {
        if (dc_decimal_parse(profile->weights[i], &weights[i], NULL) != DC_OK ||
            dc_decimal_sign(weights[i]) < 0 ||
            dc_decimal_cmp(weights[i], CASCADE_VALUE_MAX) > 0) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof field, "profile.weights[%zu]", i);
            return dc_fail_field(error, DC_INVALID_ARGUMENT, field,
                                 "a number from 0 up with at most 6 decimals");
        }
        any = any || dc_decimal_sign(weights[i]) > 0;
    }
    return any ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "profile.weights",
                               "one weight at least must not be 0");
}

DC_HANDLER(goals_save_profile, Goals__SaveProfileRequest, Goals__SaveProfileResponse)
{
    struct dc_decimal weights[MONTHS];
    DC_TRY(rights_define(step, error));
    if (!request->profile) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "profile", "a profile");
    }
    DC_TRY(definition_check_text(request->profile->name, "profile.name", 1, PROFILE_NAME_MAX, error));
    DC_TRY(definition_check_text(request->profile->origin, "profile.origin", 0, 200, error));
    DC_TRY(read_weights(request->profile, weights, error));
    Goals__SeasonProfile *profile =
        dc_arena_memdup(step->arena, request->profile, sizeof *request->profile);
    bool saved;
    DC_TRY(store_save_profile(step, profile, weights, &saved, error));
    if (!saved) {
        return request->profile->id == 0
                   ? dc_fail_field(error, DC_ALREADY_EXISTS, "profile.name",
                                   "there is a profile of this name")
                   : dc_fail_field(error, DC_ABORTED, "profile.version",
                                   "the profile is gone, has been changed since, or another one has "
                                   "the name");
    }
    response->profile = profile;
    return DC_OK;
}

DC_HANDLER(goals_derive_profile, Goals__DeriveProfileRequest, Goals__DeriveProfileResponse)
{
    struct dc_period year, month;
    struct store_actual actuals[MONTHS];
    struct store_indicator indicator;
    char periods[MONTHS][DC_PERIOD_TEXT], text[DC_DECIMAL_TEXT];
    bool any = false;
    DC_TRY(rights_read_owner(step, request->owner_kind, request->owner_id, error));
    if (dc_period_parse(request->year, &year, NULL) != DC_OK || year.kind != DC_PERIOD_YEAR) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "year", "a year: 2025");
    }
    DC_TRY(store_find_indicator(step, request->indicator_id, &indicator, error));
    if (!indicator.found || !indicator.additive) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "indicator_id",
                             "an indicator that adds up");
    }
    month = dc_period_containing(DC_PERIOD_MONTH, year.first);
    for (int i = 0; i < MONTHS; i++, month = dc_period_next(&month)) {
        dc_period_format(&month, periods[i]);
        actuals[i] = (struct store_actual){.owner_kind = request->owner_kind,
                                           .owner_id = request->owner_id,
                                           .period = periods[i]};
    }
    DC_TRY(store_actuals_of(step, request->indicator_id, actuals, MONTHS, error));
    response->weights = DC_NEW_ARRAY(step->arena, char *, MONTHS);
    response->without = DC_NEW_ARRAY(step->arena, char *, MONTHS);
    for (int i = 0; i < MONTHS; i++) {
        bool above = actuals[i].known && dc_decimal_sign(actuals[i].value) > 0;
        any = any || above;
        response->weights[response->n_weights++] = dc_arena_strdup(
            step->arena, above ? dc_decimal_format(actuals[i].value, text) : "0");
        if (!above) {
            response->without[response->n_without++] = dc_arena_strdup(step->arena, periods[i]);
        }
    }
    return any ? DC_OK
               : dc_fail_field(error, DC_FAILED_PRECONDITION, "year",
                               "nothing above 0 was measured in %s", request->year);
}
