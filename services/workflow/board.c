/* board.c - a cycle's board: counts by stage and unit, down to the list of tasks. */
#include "handlers.h"

#include <string.h>

/* The cycle and the units of it that the caller's reach covers, below `unit_id` (0: the cycle's).
 * The same words whether the cycle exists or not. */
struct seen {
    struct flow_cycle cycle;
    int64_t root;
    int64_t *units;
    size_t unit_count;
    bool all; /* the whole cycle */
};

static enum dc_code
see(struct flow_work *work, int64_t cycle_id, int64_t unit_id, struct seen *ret_seen,
    struct dc_error *error)
{
    struct dc_access_reach reach;
    struct seen seen = {0};
    DC_TRY(dc_access_role(work->step, FLOW_READERS, error));
    dc_access_reach(work->step, FLOW_READERS, &reach);
    DC_TRY(flow_store_cycle(work, cycle_id, FLOW_READ, &seen.cycle, error));
    if (!seen.cycle.message && reach.all) {
        return dc_fail_field(error, DC_NOT_FOUND, "cycle_id", "there is no such cycle");
    }
    if (seen.cycle.message) {
        seen.root = unit_id ? unit_id : seen.cycle.message->unit_id;
        DC_TRY(
            flow_store_units_within(work, seen.root, &reach, &seen.units, &seen.unit_count, error));
    }
    if (seen.unit_count == 0) {
        return dc_fail(error, DC_PERMISSION_DENIED,
                       "none of your roles covers this; the security administrator grants roles");
    }
    seen.all = reach.all && seen.root == seen.cycle.message->unit_id;
    *ret_seen = seen;
    return DC_OK;
}

/* In the order of the definition, also those that nobody has come to. */
static enum dc_code
name_stages(struct flow_work *work, const Workflow__Cycle *cycle, Workflow__GetBoardResponse *board,
            struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    const struct wf_definition *process;
    int32_t version;
    DC_TRY(flow_process(work, cycle->definition, cycle->definition_version, &process, &version,
                        error));
    Workflow__StageCount **stages =
        DC_NEW_ARRAY(arena, Workflow__StageCount *, process->stage_count + board->n_stages + 1);
    size_t n = 0;
    for (size_t i = 0; i < process->stage_count; i++) {
        Workflow__StageCount *stage = NULL;
        for (size_t j = 0; j < board->n_stages && !stage; j++) {
            bool same = strcmp(board->stages[j]->stage, process->stages[i].code) == 0;
            stage = same ? board->stages[j] : NULL;
        }
        stage = stage ? stage
                      : DC_NEW_MESSAGE(arena, Workflow__StageCount, workflow__stage_count__init);
        stage->stage = (char *)process->stages[i].code;
        stage->stage_name = (char *)process->stages[i].name;
        stage->stage_name_en = (char *)process->stages[i].name_en;
        stages[n++] = stage;
    }
    for (size_t j = 0; j < board->n_stages; j++) { /* of an earlier version */
        if (wf_stage_find(process, board->stages[j]->stage) < 0) {
            board->stages[j]->stage_name = board->stages[j]->stage_name_en =
                board->stages[j]->stage;
            stages[n++] = board->stages[j];
        }
    }
    board->stages = stages;
    board->n_stages = n;
    return DC_OK;
}

/* The sum of what is shown. */
static void
sum_up(struct dc_arena *arena, Workflow__GetBoardResponse *board)
{
    Workflow__CycleSummary *summary = board->summary;
    summary->done = summary->open = summary->overdue = 0;
    for (size_t i = 0; i < board->n_stages; i++) {
        summary->done += board->stages[i]->done;
        summary->open += board->stages[i]->open;
        summary->overdue += board->stages[i]->overdue;
    }
    int64_t all = summary->done + summary->open;
    int64_t tenths = all > 0 ? summary->done * 1000 / all : 0;
    summary->completion = all == 0 ? (char *)""
                                   : dc_arena_printf(arena, "%lld.%lld", (long long)(tenths / 10),
                                                     (long long)(tenths % 10));
}

DC_HANDLER(workflow_get_board, Workflow__GetBoardRequest, Workflow__GetBoardResponse)
{
    struct flow_work work;
    struct seen seen;
    Workflow__CycleSummary **summaries;
    size_t count;
    dc_step_subject(step, "cycle/%lld", (long long)request->cycle_id);
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(see(&work, request->cycle_id, request->unit_id, &seen, error));
    int64_t id = seen.cycle.message->id;
    DC_TRY(flow_store_summaries(&work, &id, 1, 0, &summaries, &count, error));
    DC_TRY(flow_store_board(&work, id, seen.cycle.message->unit_id, seen.root, seen.all,
                            seen.units, seen.unit_count, response, error));
    DC_TRY(name_stages(&work, seen.cycle.message, response, error));
    response->summary = summaries[0];
    sum_up(step->arena, response);
    return DC_OK;
}

static enum dc_code
check_page(const Workflow__ListTasksRequest *request, struct flow_page *page,
           struct dc_error *error)
{
    const char *state = request->state;
    if (*state && strcmp(state, "open") != 0 && strcmp(state, "overdue") != 0 &&
        strcmp(state, "decided") != 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "state",
                             "there are \"\", open, overdue and decided");
    }
    if (request->limit < 0 || request->limit > FLOW_PAGE_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", FLOW_PAGE_MAX);
    }
    page->after = 0;
    if (*request->page && dc_parse_int64(request->page, &page->after, error) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "page", "next_page of the page before");
    }
    page->most = request->limit ? request->limit : FLOW_PAGE_DEFAULT;
    page->stage = request->stage;
    page->state = state;
    return DC_OK;
}

DC_HANDLER(workflow_list_tasks, Workflow__ListTasksRequest, Workflow__ListTasksResponse)
{
    struct flow_work work;
    struct seen seen;
    struct flow_page page = {.cycle_id = request->cycle_id};
    struct flow_task *tasks;
    int64_t *ids;
    size_t count;
    dc_step_subject(step, "cycle/%lld", (long long)request->cycle_id);
    DC_TRY(check_page(request, &page, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(see(&work, request->cycle_id, request->unit_id, &seen, error));
    page.units = seen.all ? NULL : seen.units;
    page.unit_count = seen.all ? 0 : seen.unit_count;
    DC_TRY(flow_store_page(&work, &page, &ids, &count, &response->total, error));
    bool more = count == (size_t)page.most;
    DC_TRY(flow_store_tasks(&work, ids, count, &tasks, &count, error));
    struct flow_task **each = DC_NEW_ARRAY(step->arena, struct flow_task *, count + 1);
    for (size_t i = 0; i < count; i++) {
        each[i] = &tasks[i];
    }
    response->n_tasks = count;
    if (more) {
        response->next_page = dc_arena_printf(step->arena, "%lld", (long long)tasks[count - 1].id);
    }
    return flow_messages(&work, each, count, &response->tasks, error);
}
