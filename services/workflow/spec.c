/* spec.c - the table of workflow: cycles that chase by themselves. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/ingest/v1/submission.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/reviews/v1/events.pb-c.h>
#include <dacheng/scoring/v1/objections_events.pb-c.h>
#include <workflow_sql.h>

#include "handlers.h"
#include "service/access.h"

static const struct dc_option options[] = {
    {"shipped.dir", DC_OPTION_TEXT, "deploy", 0, 0,
     "folder with processes/*.yaml and calendars/*.csv, which a new tenant starts with; empty = "
     "nothing"},
    {NULL},
};

static enum dc_code
start(struct dc_service *service, struct dc_error *error)
{
    const char *folder = dc_config_text(dc_service_config(service), "shipped.dir");
    struct flow_shipped *shipped = NULL;
    if (*folder) {
        DC_TRY(flow_shipped_read(folder, &shipped, error));
    }
    dc_service_set_shared(service, shipped);
    return DC_OK;
}

static void
stop(struct dc_service *service)
{
    flow_shipped_free(dc_service_shared(service));
    dc_service_set_shared(service, NULL);
}

static void *
thread_state_new(struct dc_service *service __attribute__((unused)))
{
    return flow_cache_new();
}

static void
thread_state_free(void *state)
{
    flow_cache_free(state);
}

#define WORKFLOW &workflow__workflow_service__descriptor

static const struct dc_method methods[] = {
    {WORKFLOW, "ListDefinitions", DC_QUERY, workflow_list_definitions},
    {WORKFLOW, "GetDefinition", DC_QUERY, workflow_get_definition},
    {WORKFLOW, "CheckDefinition", DC_QUERY, workflow_check_definition},
    {WORKFLOW, "SaveDefinition", DC_COMMAND, workflow_save_definition},
    {WORKFLOW, "GetCalendar", DC_QUERY, workflow_get_calendar},
    {WORKFLOW, "SaveCalendar", DC_COMMAND, workflow_save_calendar},
    {WORKFLOW, "ImportCalendar", DC_COMMAND, workflow_import_calendar},
    {WORKFLOW, "PreviewCycle", DC_QUERY, workflow_preview_cycle},
    {WORKFLOW, "StartCycle", DC_COMMAND, workflow_start_cycle},
    {WORKFLOW, "CancelCycle", DC_COMMAND, workflow_cancel_cycle},
    {WORKFLOW, "MoveCycle", DC_COMMAND, workflow_move_cycle},
    {WORKFLOW, "ListCycles", DC_QUERY, workflow_list_cycles},
    {WORKFLOW, "GetBoard", DC_QUERY, workflow_get_board},
    {WORKFLOW, "ListTasks", DC_QUERY, workflow_list_tasks},
    {WORKFLOW, "ListMyTasks", DC_QUERY, workflow_list_my_tasks},
    {WORKFLOW, "GetTask", DC_QUERY, workflow_get_task, .sensitive = true},
    {WORKFLOW, "DecideTask", DC_COMMAND, workflow_decide_task},
    {WORKFLOW, "DecideTasks", DC_COMMAND, workflow_decide_tasks},
    {WORKFLOW, "TransferTask", DC_COMMAND, workflow_transfer_task},
    {WORKFLOW, "WithdrawDecision", DC_COMMAND, workflow_withdraw_decision},
    {WORKFLOW, "Urge", DC_COMMAND, workflow_urge},
    {WORKFLOW, "ListDelegations", DC_QUERY, workflow_list_delegations},
    {WORKFLOW, "SaveDelegation", DC_COMMAND, workflow_save_delegation},
    {WORKFLOW, "EndDelegation", DC_COMMAND, workflow_end_delegation},
    {WORKFLOW, "StartApproval", DC_COMMAND, workflow_start_approval},
    {WORKFLOW, "GetLedger", DC_QUERY, workflow_get_ledger, .sensitive = true},
    {0},
};

static const struct dc_reaction reactions[] = {
    {"org", "UnitsChanged", &org__units_changed__descriptor, workflow_on_units_changed},
    {"org", "PeopleChanged", &org__people_changed__descriptor, workflow_on_people_changed},
    {"org", "GrantsChanged", &org__grants_changed__descriptor, workflow_on_grants_changed},
    {"goals", "AdjustmentProposed", &goals__adjustment_proposed__descriptor,
     workflow_on_adjustment_proposed},
    {"goals", "ProposalSettled", &goals__proposal_settled__descriptor,
     workflow_on_proposal_settled},
    {"ingest", "SubmissionChecked", &ingest__submission_checked__descriptor,
     workflow_on_submission_checked},
    {"scoring", "ObjectionRaised", &scoring__objection_raised__descriptor,
     workflow_on_objection_raised},
    {"scoring", "CorrectionStated", &scoring__correction_stated__descriptor,
     workflow_on_correction_stated},
    {"scoring", "ObjectionSettled", &scoring__objection_settled__descriptor,
     workflow_on_objection_settled},
    {"reviews", "RatersAsked", &reviews__raters_asked__descriptor, workflow_on_raters_asked},
    {"reviews", "RatersFinished", &reviews__raters_finished__descriptor,
     workflow_on_raters_finished},
    {"reviews", "RoundChanged", &reviews__round_changed__descriptor, workflow_on_round_changed},
    {0},
};

static const struct dc_task tasks[] = {
    {"timers", 1000, workflow_task_timers},
    {"cycles", 2000, workflow_task_cycles},
    {"people", 5000, workflow_task_people},
    {0},
};

static const struct dc_watch watches[] = {
    {"dacheng_workflow_timers_due", false, "Timers that are due and not fired, to 10,001.",
     &workflow_statements[WORKFLOW_WATCH_TIMERS_DUE]},
    {"dacheng_workflow_timers_late_seconds", true, "Since when the oldest of them is due.",
     &workflow_statements[WORKFLOW_WATCH_TIMERS_LATE]},
    {0},
};

static const struct dc_statement *const statements[] = {workflow_statements, NULL};
const struct dc_service_spec workflow_spec = {
    .name = "workflow",
    .sentence = "cycles that chase by themselves: tasks, deadlines, escalation, approvals",
    .options = options,
    .statements = statements,
    .migrations = workflow_migrations,
    .methods = methods,
    .reactions = reactions,
    .tasks = tasks,
    .watches = watches,
    .publishes = true,
    .start = start,
    .stop = stop,
    .thread_state_new = thread_state_new,
    .thread_state_free = thread_state_free,
};
