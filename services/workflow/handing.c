/* handing.c - transfer: a holder gives his seats to another person. */
#include "handlers.h"

DC_HANDLER(workflow_transfer_task, Workflow__TransferTaskRequest, Workflow__TransferTaskResponse)
{
    struct flow_work work;
    struct flow_task *task;
    const char *name;
    int64_t unit_id;
    bool found;
    uint32_t moved = 0;
    dc_step_subject(step, "task/%lld", (long long)request->task_id);
    DC_TRY(flow_check_reason(request->reason, true, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_load_task(&work, request->task_id, true, &task, error));
    DC_TRY(flow_store_place(&work, request->to_person_id, &found, &name, &unit_id, error));
    if (!found) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "to_person_id",
                             "it must be somebody who is employed today");
    }
    DC_TRY(wf_task_transfer(&task->rule, step->context->person_id, request->to_person_id,
                            request->reason, &moved, error));
    DC_TRY(flow_delegations(&work, error));
    wf_task_delegate(&task->rule, &work.delegations, work.today, NULL);
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        if (moved & 1u << i) {
            flow_line(&work, task,
                      &(struct flow_line){.what = "transferred",
                                          .person_id = step->context->person_id,
                                          .for_person_id = request->to_person_id,
                                          .owner_id = task->rule.seats[i].owner_id,
                                          .reason = request->reason});
        }
    }
    struct flow_tell tell = {.told = FLOW_HANDED_OVER,
                             .reason = request->reason,
                             .by_person_id = step->context->person_id};
    DC_TRY(flow_store_save(&work, task, 1, true, error));
    DC_TRY(flow_tell_tasks(&work, &task, 1, &tell, error));
    DC_TRY(flow_store_flush(&work, error));
    return flow_message(&work, task, &response->task, error);
}
