/*
 * ledger.c - the delay ledger 拖延账: what lay how long, with whom. Every seat counts for its
 * owner, whose right it was, whoever decided in the end; so the rows of people, of stages and of
 * units add up to the same.
 */
#include "handlers.h"

#include <string.h>

enum { CYCLES_MAX = 12, ROWS_DEFAULT = 100, ROWS_MAX = 1000 };

static enum dc_code
check(const Workflow__GetLedgerRequest *request, Workflow__GetLedgerRequest *ret_request,
      struct dc_error *error)
{
    *ret_request = *request;
    if (request->n_cycle_ids > CYCLES_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "cycle_ids", "1 to %d cycles", CYCLES_MAX);
    }
    if (*request->by && strcmp(request->by, "person") != 0 && strcmp(request->by, "stage") != 0 &&
        strcmp(request->by, "unit") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "by", "there are person, stage and unit");
    }
    if (request->limit < 0 || request->limit > ROWS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", ROWS_MAX);
    }
    ret_request->limit = request->limit ? request->limit : ROWS_DEFAULT;
    return DC_OK;
}

/* Stages are named by the definition of the cycle. */
static enum dc_code
name_stages(struct flow_work *work, Workflow__GetLedgerResponse *response, struct dc_error *error)
{
    for (size_t i = 0; i < response->n_rows; i++) {
        Workflow__LedgerRow *row = response->rows[i];
        for (size_t j = 0; j < response->n_cycles; j++) {
            const Workflow__Cycle *cycle = response->cycles[j]->cycle;
            const struct wf_definition *process;
            int32_t version;
            if (cycle->id != row->cycle_id) {
                continue;
            }
            DC_TRY(flow_process(work, cycle->definition, cycle->definition_version, &process,
                                &version, error));
            int32_t stage = wf_stage_find(process, row->code);
            row->name = stage < 0 ? row->code : (char *)process->stages[stage].name;
            row->name_en = stage < 0 ? row->code : (char *)process->stages[stage].name_en;
        }
    }
    return DC_OK;
}

DC_HANDLER(workflow_get_ledger, Workflow__GetLedgerRequest, Workflow__GetLedgerResponse)
{
    struct flow_work work;
    struct dc_access_reach reach;
    Workflow__GetLedgerRequest wanted;
    int64_t newest;
    dc_step_subject(step, "ledger/%lld",
                    request->n_cycle_ids ? (long long)request->cycle_ids[0] : 0);
    DC_TRY(check(request, &wanted, error));
    DC_TRY(dc_access_role(step, FLOW_READERS, error));
    if (wanted.unit_id > 0) {
        DC_TRY(dc_access_unit(step, FLOW_READERS, wanted.unit_id, error));
    }
    dc_access_reach(step, FLOW_READERS, &reach);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    if (wanted.n_cycle_ids == 0) {
        DC_TRY(flow_store_newest_cycle(&work, wanted.unit_id, &newest, error));
        wanted.cycle_ids = &newest;
        wanted.n_cycle_ids = newest > 0;
    }
    DC_TRY(flow_store_ledger(&work, &wanted, wanted.cycle_ids, wanted.n_cycle_ids, &reach,
                             &response->rows, &response->n_rows, error));
    Workflow__ListCyclesRequest list = WORKFLOW__LIST_CYCLES_REQUEST__INIT;
    Workflow__CycleSummary **all;
    size_t count;
    list.limit = 1000;
    DC_TRY(flow_store_list_cycles(&work, &list, &reach, &all, &count, error));
    response->cycles = DC_NEW_ARRAY(step->arena, Workflow__CycleSummary *, count + 1);
    for (size_t i = 0; i < count; i++) { /* only those that are within reach */
        for (size_t j = 0; j < wanted.n_cycle_ids; j++) {
            if (all[i]->cycle->id == wanted.cycle_ids[j]) {
                response->cycles[response->n_cycles++] = all[i];
            }
        }
    }
    return strcmp(wanted.by, "stage") == 0 ? name_stages(&work, response, error) : DC_OK;
}
