/*
 * main.c - scoring: scores, roll-ups, rankings, and where they come from.
 */
#include "scoring.h"
#include "store.h"

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/reviews/v1/events.pb-c.h>
#include <dacheng/scoring/v1/formula.pb-c.h>
#include <dacheng/scoring/v1/objections.pb-c.h>
#include <dacheng/scoring/v1/results.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <kernel_sql.h>
#include <scoring_sql.h>

static const struct dc_option options[] = {
    {"time.utc_offset_minutes", DC_OPTION_INT, "480", -720, 840,
     "minutes that the tenants' clocks are ahead of UTC; decides which day today is"},
    {0},
};

#define OBJECTIONS &scoring__objection_service__descriptor

static const struct dc_method methods[] = {
    {&scoring__scoring_service__descriptor, "GetPerson", DC_QUERY, scoring_get_person, true, false},
    {&scoring__scoring_service__descriptor, "GetUnit", DC_QUERY, scoring_get_unit, false, false},
    {&scoring__scoring_service__descriptor, "ListRanking", DC_QUERY, scoring_list_ranking, false,
     false},
    {&scoring__scoring_service__descriptor, "Explain", DC_QUERY, scoring_explain, true, false},
    {&scoring__scoring_service__descriptor, "ExplainPerson", DC_QUERY, scoring_explain_person, true,
     false},
    {&scoring__scoring_service__descriptor, "ListPeriods", DC_QUERY, scoring_list_periods, false,
     false},
    {&scoring__formula_service__descriptor, "TryFormula", DC_QUERY, scoring_try_formula, true,
     false},
    {&scoring__pace_service__descriptor, "ListBehind", DC_QUERY, scoring_list_behind, false, false},
    {&scoring__preview_service__descriptor, "Preview", DC_QUERY, scoring_preview, false, false},
    {&scoring__result_service__descriptor, "OpenCalibration", DC_COMMAND, scoring_open_calibration,
     false, false},
    {&scoring__result_service__descriptor, "ListCalibrations", DC_QUERY, scoring_list_calibrations,
     false, false},
    {&scoring__result_service__descriptor, "GetCalibration", DC_QUERY, scoring_get_calibration,
     true, false},
    {&scoring__result_service__descriptor, "MoveGrade", DC_COMMAND, scoring_move_grade, false,
     false},
    {&scoring__result_service__descriptor, "UndoMove", DC_COMMAND, scoring_undo_move, false, false},
    {&scoring__result_service__descriptor, "CloseCalibration", DC_COMMAND,
     scoring_close_calibration, false, false},
    {&scoring__result_service__descriptor, "Publish", DC_COMMAND, scoring_publish, false, false},
    {&scoring__result_service__descriptor, "ListPublications", DC_QUERY, scoring_list_publications,
     false, false},
    {&scoring__result_service__descriptor, "GetResult", DC_QUERY, scoring_get_result, true, false},
    {&scoring__result_service__descriptor, "ReadPayroll", DC_QUERY, scoring_read_payroll, true,
     false},
    {&scoring__result_service__descriptor, "ListLateChanges", DC_QUERY, scoring_list_late_changes,
     true, false},
    {OBJECTIONS, "RaiseObjection", DC_COMMAND, scoring_raise_objection, false, false},
    {OBJECTIONS, "WithdrawObjection", DC_COMMAND, scoring_withdraw_objection, false, false},
    {OBJECTIONS, "TryCorrection", DC_QUERY, scoring_try_correction, true, false},
    {OBJECTIONS, "StateCorrection", DC_COMMAND, scoring_state_correction, false, false},
    {OBJECTIONS, "GetObjection", DC_QUERY, scoring_get_objection, true, false},
    {OBJECTIONS, "ListObjections", DC_QUERY, scoring_list_objections, true, false},
    {0},
};

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, scoring_on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, scoring_on_people_changed},
    {"goals", "MeasuresDefined", &goals__measures_defined__descriptor, scoring_on_measures_defined},
    {"goals", "IndicatorsDefined", &goals__indicators_defined__descriptor,
     scoring_on_indicators_defined},
    {"goals", "PlanChanged", &goals__plan_changed__descriptor, scoring_on_plan_changed},
    {"goals", "TargetsAdjusted", &goals__targets_adjusted__descriptor, scoring_on_targets_adjusted},
    {"workflow", "CalendarChanged", &workflow__calendar_changed__descriptor,
     scoring_on_calendar_changed},
    {"workflow", "CasesEnded", &workflow__cases_ended__descriptor, scoring_on_cases_ended},
    {"goals", "ActualsTold", &goals__actuals_told__descriptor, scoring_on_actuals_told},
    {"ingest", "MeasuresChanged", &ingest__measures_changed__descriptor,
     scoring_on_measures_changed},
    {"reviews", "RatingsClosed", &reviews__ratings_closed__descriptor, scoring_on_ratings_closed},
    {0},
};

static const struct dc_task tasks[] = {
    {"score", 2000, scoring_score},
    {"rescore", 3000, scoring_rescore},
    {"turn_day", 60000, scoring_turn_day},
    {0},
};

static void *
thread_state_new(struct dc_service *service)
{
    (void)service;
    return store_cache_new();
}

static void
thread_state_free(void *state)
{
    store_cache_free(state);
}

int
main(int argc, char **argv)
{
    static const struct dc_statement *const statements[] = {scoring_statements, NULL};
    static const struct dc_service_spec spec = {
        .name = "scoring",
        .sentence = "scores, roll-ups, rankings, and where they come from",
        .options = options,
        .statements = statements,
        .migrations = scoring_migrations,
        .methods = methods,
        .reactions = reactions,
        .tasks = tasks,
        .publishes = true,
        .thread_state_new = thread_state_new,
        .thread_state_free = thread_state_free,
    };
    return dc_service_main(argc, argv, &spec);
}
