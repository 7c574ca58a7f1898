/* cycles.c - cycles are started, cancelled, and listed. */
#include "handlers.h"

#include <string.h>

enum { CYCLES_DEFAULT = 50, CYCLES_MAX = 200 };

/* --- starting ------------------------------------------------------------------------------------
 */
static enum dc_code
check_period(const struct wf_definition *process, const char *text, struct dc_error *error)
{
    struct dc_period period;
    if (dc_period_parse(text, &period, error) != DC_OK || period.kind != process->period) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period",
                             "\"%s\" runs by the %s, written as %s", process->code,
                             wf_period_name(process->period),
                             process->period == DC_PERIOD_MONTH     ? "2026-11"
                             : process->period == DC_PERIOD_QUARTER ? "2026Q4"
                                                                    : "2026");
    }
    return DC_OK;
}

/* Who gives none calls it by its period and its process. */
static enum dc_code
name_of(const struct dc_step *step, const Workflow__StartCycleRequest *request,
        const struct wf_definition *process, char **ret_name, struct dc_error *error)
{
    if (dc_utf8_length(request->name, strlen(request->name)) > FLOW_NAME_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "name", "at most %d characters",
                             FLOW_NAME_MAX);
    }
    *ret_name = *request->name
                    ? request->name
                    : dc_arena_printf(step->arena, "%s %s", request->period, process->name);
    return DC_OK;
}

DC_HANDLER(workflow_start_cycle, Workflow__StartCycleRequest, Workflow__StartCycleResponse)
{
    struct flow_work work;
    const struct wf_definition *process;
    int32_t version;
    dc_step_subject(step, "unit/%lld", (long long)request->unit_id);
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), request->unit_id, error));
    DC_TRY(flow_check_reason(request->reason, false, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_process(&work, request->definition, 0, &process, &version, error));
    DC_TRY(check_period(process, request->period, error));
    if (process->approval) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "definition",
                             "\"%s\" is an approval; StartApproval starts one", process->code);
    }
    struct flow_range range = {request->unit_id, &process->stages[0], work.today};
    Workflow__Cycle *cycle = DC_NEW_MESSAGE(step->arena, Workflow__Cycle, workflow__cycle__init);
    DC_TRY(flow_store_count_subjects(&work, &range, &cycle->cases_planned, error));
    if (cycle->cases_planned == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "unit_id",
                             "stage \"%s\" finds nobody and no unit below this one",
                             process->stages[0].code);
    }
    DC_TRY(name_of(step, request, process, &cycle->name, error));
    cycle->definition = (char *)process->code;
    cycle->definition_version = version;
    cycle->unit_id = request->unit_id;
    cycle->period = request->period;
    cycle->started_at_us = step->now;
    cycle->author = step->context->account;
    cycle->author_person_id = step->context->person_id;
    cycle->tracks = process->track_count;
    cycle->reason = request->reason;
    DC_TRY(flow_store_save_cycle(&work, cycle, error));
    flow_tell_cycle(&work, cycle);
    dc_wake_on_commit(step, "cycles");
    response->cycle = cycle;
    return DC_OK;
}

/* --- cancelling ----------------------------------------------------------------------------------
 */
/* From now on nobody decides in it; its open tasks are taken back by the task "cycles". */
DC_HANDLER(workflow_cancel_cycle, Workflow__CancelCycleRequest, Workflow__CancelCycleResponse)
{
    struct flow_work work;
    struct flow_cycle cycle;
    dc_step_subject(step, "cycle/%lld", (long long)request->cycle_id);
    DC_TRY(flow_check_reason(request->reason, true, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_cycle(&work, request->cycle_id, FLOW_LOCK, &cycle, error));
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), cycle.message ? cycle.message->unit_id : 0,
                          error));
    if (!cycle.message) {
        return dc_fail_field(error, DC_NOT_FOUND, "cycle_id", "there is no such cycle");
    }
    DC_TRY(wf_cycle_step(&cycle.message->state, WF_CYCLE_CANCEL, error));
    DC_TRY(flow_store_cancel_cycle(&work, &cycle, request->reason, error));
    DC_TRY(flow_store_save_turns(&work, &cycle.message->id, 1, error));
    flow_tell_cycle(&work, cycle.message);
    dc_wake_on_commit(step, "cycles");
    response->cycle = cycle.message;
    return DC_OK;
}

/* --- listing -------------------------------------------------------------------------------------
 */
DC_HANDLER(workflow_list_cycles, Workflow__ListCyclesRequest, Workflow__ListCyclesResponse)
{
    struct flow_work work;
    struct dc_access_reach reach;
    Workflow__ListCyclesRequest wanted = *request;
    if (request->limit < 0 || request->limit > CYCLES_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", CYCLES_MAX);
    }
    wanted.limit = request->limit ? request->limit : CYCLES_DEFAULT;
    DC_TRY(dc_access_role(step, FLOW_READERS, error));
    dc_access_reach(step, FLOW_READERS, &reach);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    return flow_store_list_cycles(&work, &wanted, &reach, &response->cycles, &response->n_cycles,
                                  error);
}
