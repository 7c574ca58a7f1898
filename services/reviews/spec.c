/* What reviews is made of: what it answers, hears and does by itself. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <reviews_sql.h>

#include "handlers.h"

#define METHOD(name, kind, handler)                                                                \
    {                                                                                              \
        &reviews__review_service__descriptor, name, kind, handler, false, false                    \
    }
#define SENSITIVE(name, handler)                                                                   \
    {                                                                                              \
        &reviews__review_service__descriptor, name, DC_QUERY, handler, true, false                 \
    }

static const struct dc_method methods[] = {
    METHOD("ListForms", DC_QUERY, reviews_list_forms),
    METHOD("SaveForm", DC_COMMAND, reviews_save_form),
    METHOD("StartRound", DC_COMMAND, reviews_start_round),
    METHOD("OpenRound", DC_COMMAND, reviews_open_round),
    METHOD("CloseRound", DC_COMMAND, reviews_close_round),
    METHOD("ReleaseRound", DC_COMMAND, reviews_release_round),
    METHOD("CancelRound", DC_COMMAND, reviews_cancel_round),
    METHOD("ListRounds", DC_QUERY, reviews_list_rounds),
    METHOD("GetProgress", DC_QUERY, reviews_get_progress),
    METHOD("ListSubjects", DC_QUERY, reviews_list_subjects),
    METHOD("GetRaters", DC_QUERY, reviews_get_raters),
    METHOD("NameRaters", DC_COMMAND, reviews_name_raters),
    METHOD("DecideRaters", DC_COMMAND, reviews_decide_raters),
    METHOD("ListMyRatings", DC_QUERY, reviews_list_my_ratings),
    METHOD("GetMyRating", DC_QUERY, reviews_get_my_rating),
    /* No idempotency row: it would keep a hash of the answers beside the rater. */
    METHOD("SaveRating", DC_FREE, reviews_save_rating),
    METHOD("DeclineRating", DC_COMMAND, reviews_decline_rating),
    SENSITIVE("GetResult", reviews_get_result),
    SENSITIVE("ListResults", reviews_list_results),
    {0},
};

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, reviews_on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, dc_access_on_people_changed},
    {"goals", "MeasuresDefined", &goals__measures_defined__descriptor, reviews_on_measures_defined},
    {"workflow", "CasesEnded", &workflow__cases_ended__descriptor, reviews_on_cases_ended},
    {0},
};

static const struct dc_task tasks[] = {
    {"close", 1000, reviews_close},
    {"people", 5000, reviews_people},
    {0},
};

static const struct dc_statement *const statements[] = {reviews_statements, NULL};

const struct dc_service_spec reviews_spec = {
    .name = "reviews",
    .sentence = "360, manager and self ratings, told without telling who answered what",
    .statements = statements,
    .migrations = reviews_migrations,
    .methods = methods,
    .reactions = reactions,
    .tasks = tasks,
    .publishes = true,
};
