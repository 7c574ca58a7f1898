/* deciding.c - a person decides, one task or many at once, each seat that he holds in them. */
#include "handlers.h"

#include <string.h>

enum dc_code
flow_check_reason(const char *reason, bool needed, struct dc_error *error)
{
    if (needed && !*reason) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason", "a reason is needed");
    }
    if (dc_utf8_length(reason, strlen(reason)) > FLOW_REASON_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason", "at most %d characters",
                             FLOW_REASON_MAX);
    }
    return DC_OK;
}

struct decision {
    const char *outcome, *reason;
    int64_t version; /* that the decider has seen; 0 = whichever */
};
/* What became of one task. */
struct decided {
    struct flow_task *task;
    struct wf_decided what;
    int64_t person_id;     /* who decided */
    int64_t for_person_id; /* on whose authority; 0 = his own */
};

/* Whoever has no part in it is not told whether it exists. */
static bool
has_a_seat(const struct flow_task *task, int64_t person)
{
    for (size_t i = 0; i < task->rule.seat_count; i++) {
        const struct wf_seat *seat = &task->rule.seats[i];
        if (seat->owner_id == person || seat->holder_id == person ||
            seat->decided_by_id == person) {
            return true;
        }
    }
    return false;
}

static enum dc_code
find_outcome(const struct flow_task *task, const char *code, const struct wf_outcome **ret_outcome,
             struct dc_error *error)
{
    *ret_outcome = wf_outcome_find(task->stage_rule, code);
    if (*ret_outcome) {
        return DC_OK;
    }
    DC_AUTO_TEXT struct dc_text allowed = DC_TEXT_INIT;
    for (size_t i = 0; i < task->stage_rule->outcome_count; i++) {
        dc_text_printf(&allowed, "%s%s", i ? ", " : "", task->stage_rule->outcomes[i].code);
    }
    return dc_fail_field(error, DC_INVALID_ARGUMENT, "outcome",
                         "\"%s\" is no outcome of stage \"%s\"; there are: %s", code, task->stage,
                         dc_text_cstr(&allowed));
}

static enum dc_code
check_gate(const struct flow_task *task, const struct wf_outcome *outcome,
           const struct flow_gate *gate, struct dc_error *error)
{
    if (gate->open || !wf_gate_holds(task->stage_rule, outcome)) {
        return DC_OK;
    }
    DC_AUTO_TEXT struct dc_text missing = DC_TEXT_INIT, zh = DC_TEXT_INIT;
    for (size_t i = 0; i < gate->missing_count && i < 5; i++) {
        dc_text_printf(&missing, "%s%s", i ? "; " : "", gate->missing_en[i]);
        dc_text_printf(&zh, "%s%s", i ? "；" : "", gate->missing_zh[i]);
    }
    (void)dc_fail_with(error, DC_FAILED_PRECONDITION, "", dc_text_cstr(&missing),
                       dc_text_cstr(&zh));
    if (task->stage_rule->gate == WF_GATE_CORRECTION_STATED) {
        return dc_fail_context(error, "no correction is stated");
    }
    return task->stage_rule->gate == WF_GATE_RATINGS_GIVEN
               ? dc_fail_context(error, "not all ratings are given")
               : dc_fail_context(error, "the data submission is not complete");
}

/* Everything that can be refused, and the decision itself; nothing is written yet. */
static enum dc_code
decide(struct flow_work *work, struct flow_task *task, const struct flow_gate *gate,
       const struct decision *decision, struct decided *ret_decided, struct dc_error *error)
{
    int64_t person = work->step->context->person_id;
    if (!task || !has_a_seat(task, person)) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "you hold no open seat in this task; whoever holds one decides");
    }
    if (!task->stage_rule) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "its stage \"%s\" is no longer in use",
                       task->stage);
    }
    if (task->cycle_state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_CANCELLED) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "its cycle was cancelled");
    }
    if (decision->version > 0 &&
        (decision->version < task->guard_version || decision->version > task->version)) {
        return dc_fail_field(error, DC_ABORTED, "version",
                             "it has changed since you looked at it; look again (version %lld)",
                             (long long)task->version);
    }
    const struct wf_outcome *outcome;
    DC_TRY(find_outcome(task, decision->outcome, &outcome, error));
    DC_TRY(check_gate(task, outcome, gate, error));
    int32_t number = wf_seat_of(&task->rule, person);
    struct wf_decision act = {person,           outcome,         task->stage_rule,
                              decision->reason, work->step->now, task->due_at};
    int64_t owner = number > 0 ? task->rule.seats[number - 1].owner_id : 0;
    struct wf_decided what;
    DC_TRY(wf_task_decide(&task->rule, &act, &what, error));
    *ret_decided = (struct decided){task, what, person, owner == person ? 0 : owner};
    return DC_OK;
}

/* Those whose `seat` is the same are told of together. */
static enum dc_code
tell(struct flow_work *work, const struct decided *decided, size_t count, struct dc_error *error)
{
    struct flow_task **some = DC_NEW_ARRAY(work->step->arena, struct flow_task *, count + 1);
    size_t n = 0;
    for (int32_t seat = 1; seat <= WF_SEATS_MAX; seat++) {
        for (size_t i = n = 0; i < count; i++) {
            if (decided[i].what.seat == seat) {
                some[n++] = decided[i].task;
            }
        }
        struct flow_tell told = {.told = FLOW_DECIDED, .step = seat};
        DC_TRY(flow_tell_tasks(work, some, n, &told, error));
    }
    for (size_t i = n = 0; i < count; i++) {
        if (decided[i].what.opened_seat > 0) {
            some[n++] = decided[i].task;
        }
    }
    struct flow_tell opened = {.told = FLOW_OPENED, .channels = WF_CHANNEL(IN_APP)};
    return flow_tell_tasks(work, some, n, &opened, error);
}

/* Writes what was decided, and what follows. */
static enum dc_code
carry_out(struct flow_work *work, const struct decision *decision, const struct decided *decided,
          size_t count, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct flow_task *saved = DC_NEW_ARRAY(arena, struct flow_task, count + 1);
    struct flow_task **through = DC_NEW_ARRAY(arena, struct flow_task *, count + 1);
    struct flow_task **turned = DC_NEW_ARRAY(arena, struct flow_task *, count + 1);
    struct decided *told = DC_NEW_ARRAY(arena, struct decided, count + 1);
    size_t through_count = 0, turned_count = 0;
    for (size_t i = 0; i < count; i++) {
        saved[i] = *decided[i].task;
        told[i] = decided[i];
        told[i].task = &saved[i];
        flow_line(work, &saved[i],
                  &(struct flow_line){.what = "decided",
                                      .person_id = decided[i].person_id,
                                      .for_person_id = decided[i].for_person_id,
                                      .owner_id = decided[i].for_person_id,
                                      .outcome = decision->outcome,
                                      .reason = decision->reason});
        if (decided[i].what.task) {
            through[through_count++] = &saved[i];
        } else if (decided[i].what.opened_seat > 0) {
            flow_plan_turn(work, &saved[i]);
            turned[turned_count++] = &saved[i];
        }
    }
    DC_TRY(flow_store_save(work, saved, count, true, error));
    DC_TRY(flow_replan(work, turned, turned_count, error));
    for (size_t i = 0; i < count; i++) {
        *decided[i].task = saved[i];
    }
    DC_TRY(tell(work, told, count, error));
    DC_TRY(flow_walk(work, through, through_count, error));
    return flow_store_flush(work, error);
}

/* The task of an id; NULL when it is not there. */
static struct flow_task *
find_task(struct flow_task *tasks, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tasks[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && tasks[low].id == id ? &tasks[low] : NULL;
}

struct loaded {
    struct flow_task *tasks;
    size_t count;
    struct flow_gate *gates; /* in the order of the tasks */
};

static enum dc_code
load(struct flow_work *work, const int64_t *ids, size_t count, struct loaded *ret_loaded,
     struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    DC_TRY(flow_store_lock(work, ids, count, error));
    DC_TRY(flow_store_tasks(work, ids, count, &ret_loaded->tasks, &ret_loaded->count, error));
    struct flow_task **each = DC_NEW_ARRAY(arena, struct flow_task *, ret_loaded->count + 1);
    for (size_t i = 0; i < ret_loaded->count; i++) {
        each[i] = &ret_loaded->tasks[i];
    }
    ret_loaded->gates = DC_NEW_ARRAY(arena, struct flow_gate, ret_loaded->count + 1);
    return flow_gates(work, each, ret_loaded->count, ret_loaded->gates, error);
}

DC_HANDLER(workflow_decide_task, Workflow__DecideTaskRequest, Workflow__DecideTaskResponse)
{
    struct flow_work work;
    struct loaded loaded;
    struct decided decided;
    dc_step_subject(step, "task/%lld", (long long)request->task_id);
    DC_TRY(flow_check_reason(request->reason, false, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(load(&work, &request->task_id, 1, &loaded, error));
    struct decision decision = {request->outcome, request->reason, request->version};
    struct flow_task *task = loaded.count > 0 ? loaded.tasks : NULL;
    DC_TRY(decide(&work, task, loaded.gates, &decision, &decided, error));
    DC_TRY(carry_out(&work, &decision, &decided, 1, error));
    return flow_message(&work, task, &response->task, error);
}

/* Each by the owner of its seat, who has done what it was about, whoever holds it by now. */
enum dc_code
flow_finish_tasks(struct flow_work *work, const int64_t *ids, size_t count, struct dc_error *error)
{
    struct loaded loaded;
    size_t n = 0;
    DC_TRY(load(work, ids, count, &loaded, error));
    struct decided *decided = DC_NEW_ARRAY(work->step->arena, struct decided, loaded.count + 1);
    struct decision decision = {"", "", 0};
    for (size_t i = 0; i < loaded.count; i++) {
        struct flow_task *task = &loaded.tasks[i];
        const struct wf_outcome *outcome =
            task->stage_rule ? wf_outcome_of_kind(task->stage_rule, WF_SUBMIT) : NULL;
        if (!outcome || task->rule.state != WORKFLOW__TASK_STATE__TASK_STATE_OPEN ||
            task->cycle_state == WORKFLOW__CYCLE_STATE__CYCLE_STATE_CANCELLED) {
            continue;
        }
        struct wf_seat *seat = &task->rule.seats[0];
        wf_seat_give(seat, seat->owner_id);
        struct wf_decision act = {seat->owner_id, outcome,         task->stage_rule,
                                  "",             work->step->now, task->due_at};
        decided[n] = (struct decided){.task = task, .person_id = seat->owner_id};
        DC_TRY(wf_task_decide(&task->rule, &act, &decided[n].what, error));
        decision.outcome = outcome->code;
        n++;
    }
    return n > 0 ? carry_out(work, &decision, decided, n, error) : DC_OK;
}

static Workflow__TaskProblem *
problem_of(struct dc_arena *arena, int64_t id, const struct dc_error *refused)
{
    Workflow__TaskProblem *problem =
        DC_NEW_MESSAGE(arena, Workflow__TaskProblem, workflow__task_problem__init);
    problem->task_id = id;
    problem->code = (char *)dc_code_wire_name(refused->code);
    problem->message = dc_arena_strdup(arena, refused->message);
    problem->message_zh = dc_arena_strdup(arena, refused->message_zh);
    return problem;
}

DC_HANDLER(workflow_decide_tasks, Workflow__DecideTasksRequest, Workflow__DecideTasksResponse)
{
    struct flow_work work;
    struct loaded loaded;
    size_t count = request->n_task_ids, n = 0;
    if (count < 1 || count > FLOW_TASKS_PER_REQUEST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "task_ids", "1 to %d tasks",
                             FLOW_TASKS_PER_REQUEST);
    }
    DC_TRY(flow_check_reason(request->reason, false, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(load(&work, request->task_ids, count, &loaded, error));
    struct decision decision = {request->outcome, request->reason, 0};
    struct decided *decided = DC_NEW_ARRAY(step->arena, struct decided, count);
    response->problems = DC_NEW_ARRAY(step->arena, Workflow__TaskProblem *, count);
    for (size_t i = 0; i < count; i++) {
        struct dc_error refused = {0};
        struct flow_task *task = find_task(loaded.tasks, loaded.count, request->task_ids[i]);
        const struct flow_gate *gate = task ? &loaded.gates[task - loaded.tasks] : NULL;
        refused.code = decide(&work, task, gate, &decision, &decided[n], &refused);
        if (refused.code == DC_OK) {
            n++;
        } else {
            response->problems[response->n_problems++] =
                problem_of(step->arena, request->task_ids[i], &refused);
        }
    }
    DC_TRY(carry_out(&work, &decision, decided, n, error));
    struct flow_task **each = DC_NEW_ARRAY(step->arena, struct flow_task *, n + 1);
    for (size_t i = 0; i < n; i++) {
        each[i] = decided[i].task;
    }
    response->n_tasks = n;
    return flow_messages(&work, each, n, &response->tasks, error);
}
