/* What ingest is made of: what it answers, hears and does by itself. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>
#include <ingest_sql.h>

#include "handlers.h"

static const struct dc_option options[] = {
    {"time.utc_offset_minutes", DC_OPTION_INT, "480", -720, 840,
     "minutes that the tenants' clocks are ahead of UTC; decides on which day a record falls"},
    {0},
};

#define METHOD(name, kind, handler)                                                                \
    {                                                                                              \
        &ingest__ingest_service__descriptor, name, kind, handler, false, false                     \
    }

#define SUBMISSION(name, kind, handler)                                                            \
    {                                                                                              \
        &ingest__submission_service__descriptor, name, kind, handler, false, false                 \
    }

static const struct dc_method methods[] = {
    METHOD("PushRecords", DC_COMMAND, ingest_push_records),
    METHOD("StartUpload", DC_COMMAND, ingest_start_upload),
    METHOD("PutPiece", DC_FREE, ingest_put_piece),
    METHOD("FinishUpload", DC_COMMAND, ingest_finish_upload),
    METHOD("CancelUpload", DC_COMMAND, ingest_cancel_upload),
    METHOD("GetRun", DC_QUERY, ingest_get_run),
    METHOD("ListRuns", DC_QUERY, ingest_list_runs),
    METHOD("ListRejected", DC_QUERY, ingest_list_rejected),
    METHOD("ListRecords", DC_QUERY, ingest_list_records),
    METHOD("GetRecord", DC_QUERY, ingest_get_record),
    SUBMISSION("GetSubmission", DC_QUERY, ingest_get_submission),
    SUBMISSION("ListSubmissions", DC_QUERY, ingest_list_submissions),
    SUBMISSION("CheckSubmission", DC_COMMAND, ingest_check_submission),
    SUBMISSION("DeclareHoles", DC_COMMAND, ingest_declare_holes),
    SUBMISSION("AcceptHoles", DC_COMMAND, ingest_accept_holes),
    SUBMISSION("GetThresholds", DC_QUERY, ingest_get_thresholds),
    SUBMISSION("SetThresholds", DC_COMMAND, ingest_set_thresholds),
    {0},
};

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, ingest_on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, dc_access_on_people_changed},
    {"goals", "MeasuresDefined", &goals__measures_defined__descriptor, ingest_on_measures_defined},
    {"goals", "TargetsAdjusted", &goals__targets_adjusted__descriptor, ingest_on_targets_adjusted},
    {"workflow", "CalendarChanged", &workflow__calendar_changed__descriptor,
     ingest_on_calendar_changed},
    {"workflow", "TasksDecided", &workflow__tasks_decided__descriptor, ingest_on_tasks_decided},
    {"workflow", "TasksCancelled", &workflow__tasks_cancelled__descriptor,
     ingest_on_tasks_cancelled},
    {"workflow", "CasesEnded", &workflow__cases_ended__descriptor, ingest_on_cases_ended},
    {0},
};

static const struct dc_task tasks[] = {
    {"read_files", 3000, ingest_read_files},
    {"count", 2000, ingest_count},
    {"submissions", 2000, ingest_check_submissions},
    {"tidy", 3600000, ingest_tidy},
    {0},
};

static const struct dc_statement *const statements[] = {ingest_statements, NULL};

const struct dc_service_spec ingest_spec = {
    .name = "ingest",
    .sentence = "sales records in, totals of measures out",
    .options = options,
    .statements = statements,
    .migrations = ingest_migrations,
    .methods = methods,
    .reactions = reactions,
    .tasks = tasks,
    .publishes = true,
};
