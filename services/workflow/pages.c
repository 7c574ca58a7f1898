/* pages.c - a person's own tasks, and one task with everything that a decision needs. */
#include "handlers.h"

#include <stdio.h>
#include <string.h>

enum dc_code
flow_may_see(struct flow_work *work, const struct flow_task *task, bool *ret_mine,
             struct dc_error *error)
{
    struct dc_step *step = work->step;
    *ret_mine = false;
    if (step->context->person_id != 0) {
        DC_TRY(
            flow_store_had_a_part(work, task->case_id, step->context->person_id, ret_mine, error));
    }
    if (*ret_mine) {
        return DC_OK;
    }
    return task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON
               ? dc_access_person(step, FLOW_READERS, task->subject_id, error)
               : dc_access_unit(step, FLOW_READERS, task->unit_id, error);
}

enum dc_code
flow_load_task(struct flow_work *work, int64_t id, bool lock, struct flow_task **ret_task,
               struct dc_error *error)
{
    size_t count;
    bool mine;
    if (lock) {
        DC_TRY(flow_store_lock(work, &id, 1, error));
    }
    DC_TRY(flow_store_tasks(work, &id, 1, ret_task, &count, error));
    if (count == 0) {
        DC_TRY(dc_access_group(work->step, FLOW_READERS, error));
        return dc_fail_field(error, DC_NOT_FOUND, "task_id", "there is no such task");
    }
    DC_TRY(flow_may_see(work, *ret_task, &mine, error));
    if (mine) {
        dc_step_not_sensitive(work->step);
    }
    if (!(*ret_task)->stage_rule && lock) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "its stage \"%s\" is no longer in use",
                       (*ret_task)->stage);
    }
    return DC_OK;
}

/* --- my tasks ------------------------------------------------------------------------------------
 */
static enum dc_code
check_list(const Workflow__ListMyTasksRequest *request, struct flow_mark *ret_from,
           int64_t *ret_most, struct dc_error *error)
{
    long long at, id;
    int used = 0;
    if (request->limit < 0 || request->limit > FLOW_PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", FLOW_PAGE_MAX);
    }
    *ret_most = request->limit ? request->limit : FLOW_PAGE_DEFAULT;
    *ret_from = request->decided ? (struct flow_mark){INT64_MAX, INT64_MAX}
                                 : (struct flow_mark){INT64_MIN, 0};
    if (!*request->page) {
        return DC_OK;
    }
    if (sscanf(request->page, "%19lld.%19lld%n", &at, &id, &used) != 2 || request->page[used]) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page", "next_page of the page before");
    }
    *ret_from = (struct flow_mark){at, id};
    return DC_OK;
}

DC_HANDLER(workflow_list_my_tasks, Workflow__ListMyTasksRequest, Workflow__ListMyTasksResponse)
{
    struct flow_work work;
    struct flow_mark from, *marks;
    struct flow_task *tasks;
    int64_t most = 0, person = step->context->person_id;
    size_t count, found;
    DC_TRY(check_list(request, &from, &most, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_mine(&work, person, request->decided, from, most, &marks, &count, error));
    DC_TRY(flow_store_count_mine(&work, person, &response->open, &response->overdue, error));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = marks[i].task_id;
    }
    DC_TRY(flow_store_tasks(&work, ids, count, &tasks, &found, error));
    struct flow_task **each = DC_NEW_ARRAY(step->arena, struct flow_task *, count + 1);
    for (size_t i = 0; i < count; i++) { /* in the order of the marks */
        for (size_t k = 0; k < found; k++) {
            if (tasks[k].id == marks[i].task_id) {
                each[response->n_tasks++] = &tasks[k];
            }
        }
    }
    if (count == (size_t)most) {
        response->next_page =
            dc_arena_printf(step->arena, "%lld.%lld", (long long)marks[count - 1].at,
                            (long long)marks[count - 1].task_id);
    }
    return flow_messages(&work, each, response->n_tasks, &response->tasks, error);
}

/* --- one task ------------------------------------------------------------------------------------
 */
static void
fill_outcomes(struct dc_arena *arena, const struct flow_task *task, int64_t person,
              Workflow__GetTaskResponse *response)
{
    response->my_seat = wf_seat_of(&task->rule, person);
    if (response->my_seat == 0 || !task->stage_rule ||
        task->rule.state != WORKFLOW__TASK_STATE__TASK_STATE_OPEN) {
        response->my_seat = 0;
        return;
    }
    const Workflow__Definition *rules = wf_definition_message(arena, task->process);
    response->outcomes = rules->stages[task->stage_index]->outcomes;
    response->n_outcomes = rules->stages[task->stage_index]->n_outcomes;
}

static enum dc_code
fill_gate(struct flow_work *work, struct flow_task *task, Workflow__GetTaskResponse *response,
          struct dc_error *error)
{
    struct flow_gate gate;
    if (!task->stage_rule || task->stage_rule->gate == WF_GATE_NONE) {
        return DC_OK;
    }
    DC_TRY(flow_gates(work, &task, 1, &gate, error));
    response->gate =
        DC_NEW_MESSAGE(work->step->arena, Workflow__GateState, workflow__gate_state__init);
    response->gate->gate = (char *)wf_gate_name(task->stage_rule->gate);
    response->gate->open = gate.open;
    response->gate->missing_zh = (char **)gate.missing_zh;
    response->gate->missing_en = (char **)gate.missing_en;
    response->gate->n_missing_zh = response->gate->n_missing_en = gate.missing_count;
    return DC_OK;
}

Workflow__Fact **
flow_fact_messages(struct dc_arena *arena, const struct wf_fact *facts, size_t count)
{
    Workflow__Fact **messages = DC_NEW_ARRAY(arena, Workflow__Fact *, count + 1);
    for (size_t i = 0; i < count; i++) {
        messages[i] = DC_NEW_MESSAGE(arena, Workflow__Fact, workflow__fact__init);
        messages[i]->name = (char *)facts[i].name;
        messages[i]->value = (char *)facts[i].value;
    }
    return messages;
}

static enum dc_code
fill_history(struct flow_work *work, const struct flow_task *task,
             Workflow__GetTaskResponse *response, struct dc_error *error)
{
    DC_TRY(
        flow_store_history(work, task->case_id, &response->history, &response->n_history, error));
    for (size_t i = 0; i < response->n_history; i++) {
        Workflow__HistoryLine *line = response->history[i];
        int32_t stage = wf_stage_find(task->process, line->stage);
        line->stage_name = stage < 0 ? line->stage : (char *)task->process->stages[stage].name;
        line->stage_name_en =
            stage < 0 ? line->stage : (char *)task->process->stages[stage].name_en;
        const struct wf_outcome *outcome =
            stage < 0 || !*line->outcome
                ? NULL
                : wf_outcome_find(&task->process->stages[stage], line->outcome);
        if (outcome) {
            line->outcome_name = (char *)outcome->name;
            line->outcome_name_en = (char *)outcome->name_en;
            line->outcome_kind = (char *)wf_outcome_kind_name(outcome->kind);
        }
    }
    return DC_OK;
}

/* Tried without writing: the same rule that the withdrawal goes by. */
static enum dc_code
fill_may(struct flow_work *work, const struct flow_task *task, Workflow__GetTaskResponse *response,
         struct dc_error *error)
{
    const Workflow__TaskState open = WORKFLOW__TASK_STATE__TASK_STATE_OPEN;
    int64_t person = work->step->context->person_id, *ids;
    struct dc_access_reach reach;
    struct flow_task *followers;
    size_t count;
    bool acted_on = task->case_state != WF_CASE_OPEN && *task->reference, mine = false;
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        mine |= person != 0 && task->rule.seats[i].decided_by_id == person;
    }
    DC_TRY(flow_store_followers(work, task->id, &ids, &count, error));
    DC_TRY(flow_store_tasks(work, ids, count, &followers, &count, error));
    for (size_t i = 0; i < count; i++) {
        acted_on |= followers[i].rule.state != open;
        for (size_t j = 0; j < followers[i].rule.seat_count; j++) {
            acted_on |= followers[i].rule.seats[j].state == WORKFLOW__SEAT_STATE__SEAT_STATE_DONE;
        }
    }
    acted_on |= task->cycle_state != WORKFLOW__CYCLE_STATE__CYCLE_STATE_RUNNING &&
                task->cycle_state != WORKFLOW__CYCLE_STATE__CYCLE_STATE_LAUNCHING;
    response->may_withdraw =
        mine && !acted_on &&
        (task->rule.state == open || task->rule.state == WORKFLOW__TASK_STATE__TASK_STATE_DECIDED);
    dc_access_reach(work->step, FLOW_READERS, &reach);
    bool above = reach.all;
    if (!above && reach.tree_unit_count + reach.unit_count > 0) {
        int64_t *units;
        DC_TRY(flow_store_units_within(work, task->unit_id, &reach, &units, &count, error));
        for (size_t i = 0; i < count; i++) {
            above |= units[i] == task->unit_id;
        }
    }
    dc_time since = work->step->now - (dc_time)FLOW_URGE_PAUSE_S * DC_SECOND;
    response->may_urge = above && task->rule.state == open && response->my_seat == 0 &&
                         (task->urged_at == 0 || task->urged_at <= since);
    return DC_OK;
}

DC_HANDLER(workflow_get_task, Workflow__GetTaskRequest, Workflow__GetTaskResponse)
{
    struct flow_work work;
    struct flow_task *task;
    dc_step_subject(step, "task/%lld", (long long)request->task_id);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_load_task(&work, request->task_id, false, &task, error));
    DC_TRY(flow_message(&work, task, &response->task, error));
    fill_outcomes(step->arena, task, step->context->person_id, response);
    DC_TRY(fill_gate(&work, task, response, error));
    response->facts = flow_fact_messages(step->arena, task->facts, task->fact_count);
    response->n_facts = task->fact_count;
    DC_TRY(fill_history(&work, task, response, error));
    DC_TRY(fill_may(&work, task, response, error));
    response->link = (char *)task->link;
    return DC_OK;
}
