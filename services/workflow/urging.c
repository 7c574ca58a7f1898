/* urging.c - 催办: somebody above presses for open tasks, each once in four hours. */
#include "handlers.h"

#include <string.h>

static enum dc_code
check(const Workflow__UrgeRequest *request, wf_channels *ret_channels, struct dc_error *error)
{
    bool list = request->n_task_ids > 0;
    if (list == (request->cycle_id > 0) || request->n_task_ids > FLOW_TASKS_PER_REQUEST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "task_ids",
                             "either 1 to %d tasks, or a cycle", FLOW_TASKS_PER_REQUEST);
    }
    *ret_channels = WF_CHANNEL(IN_APP);
    for (size_t i = 0; i < request->n_channels; i++) {
        if (request->channels[i] < WORKFLOW__CHANNEL__CHANNEL_IN_APP ||
            request->channels[i] > WORKFLOW__CHANNEL__CHANNEL_ROBOT) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "channels",
                                 "there are IN_APP, MAIL, SMS and ROBOT");
        }
        *ret_channels |= 1u << request->channels[i];
    }
    return DC_OK;
}

static enum dc_code
urge(struct flow_work *work, const int64_t *ids, size_t count, wf_channels channels,
     struct dc_error *error)
{
    struct flow_task *tasks;
    DC_TRY(flow_store_tasks(work, ids, count, &tasks, &count, error));
    struct flow_task **each = DC_NEW_ARRAY(work->step->arena, struct flow_task *, count + 1);
    int64_t person = work->step->context->person_id;
    for (size_t i = 0; i < count; i++) {
        each[i] = &tasks[i];
        wf_task_remind(&tasks[i].rule);
        for (size_t j = 0; j < tasks[i].rule.seat_count; j++) {
            tasks[i].reminders[j] +=
                tasks[i].rule.seats[j].state == WORKFLOW__SEAT_STATE__SEAT_STATE_OPEN;
        }
        flow_line(work, &tasks[i], &(struct flow_line){.what = "urged", .person_id = person});
    }
    DC_TRY(flow_store_mark_urged(work, ids, count, error));
    DC_TRY(flow_store_save(work, tasks, count, false, error));
    struct flow_tell tell = {.told = FLOW_REMINDED, .channels = channels, .by_person_id = person};
    DC_TRY(flow_tell_tasks(work, each, count, &tell, error));
    return flow_store_flush(work, error);
}

DC_HANDLER(workflow_urge, Workflow__UrgeRequest, Workflow__UrgeResponse)
{
    struct flow_work work;
    struct dc_access_reach reach;
    wf_channels channels = 0;
    int64_t *ids, too_soon;
    size_t count;
    dc_step_subject(step, "cycle/%lld", (long long)request->cycle_id);
    DC_TRY(check(request, &channels, error));
    DC_TRY(dc_access_role(step, FLOW_READERS, error));
    dc_access_reach(step, FLOW_READERS, &reach);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    dc_time since = step->now - (dc_time)FLOW_URGE_PAUSE_S * DC_SECOND;
    DC_TRY(flow_store_to_urge(&work, request, &reach, since, &ids, &count, &too_soon, error));
    response->urged = (int64_t)count;
    response->too_soon = too_soon;
    return urge(&work, ids, count, channels, error);
}
