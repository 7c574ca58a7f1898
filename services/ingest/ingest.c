/* What ingest is made of: what it answers, hears and does by itself. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/ingest.pb-c.h>
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
    {0},
};

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, ingest_on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, dc_access_on_people_changed},
    {"goals", "MeasuresDefined", &goals__measures_defined__descriptor, ingest_on_measures_defined},
    {0},
};

static const struct dc_task tasks[] = {
    {"read_files", 1000, ingest_read_files},
    {"count", 500, ingest_count},
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
