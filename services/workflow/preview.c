/*
 * preview.c - what a cycle would do, without doing it: tasks and deadlines of every stage, who has
 * nobody above him, whose decider is away. It goes by the very functions that a launch goes by.
 */
#include "handlers.h"

#include <string.h>

enum { PEOPLE_MAX = 200, SUBJECTS = 4000 /* looked at in one go */ };

struct preview {
    struct flow_work *work;
    const struct wf_definition *process;
    const Workflow__PreviewCycleRequest *request;
    Workflow__PreviewCycleResponse *response;
    int64_t alone[PEOPLE_MAX]; /* whose task falls to the starter */
    size_t alone_count;
    int64_t away[PEOPLE_MAX], deputy[PEOPLE_MAX];
    size_t away_count;
};

static bool
is_known(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static void
note(struct preview *preview, const struct flow_task *task, const struct wf_chosen *chosen)
{
    if (chosen->fell_back) {
        preview->response->nobody_above_total++;
        if (preview->alone_count < PEOPLE_MAX &&
            !is_known(preview->alone, preview->alone_count, task->subject_id)) {
            preview->alone[preview->alone_count++] = task->subject_id;
        }
    }
    for (size_t i = 0; i < chosen->count; i++) {
        const struct wf_seat *seat = &chosen->seats[i];
        if (seat->holder_id == seat->owner_id) {
            continue;
        }
        preview->response->absent_total++;
        if (preview->away_count < PEOPLE_MAX &&
            !is_known(preview->away, preview->away_count, seat->owner_id)) {
            preview->away[preview->away_count] = seat->owner_id;
            preview->deputy[preview->away_count++] = seat->holder_id;
        }
    }
}

/* Some subjects of a stage. */
static enum dc_code
look_at(struct preview *preview, int32_t stage, const struct flow_subject *subjects, size_t count,
        struct dc_error *error)
{
    struct dc_arena *arena = preview->work->step->arena;
    struct flow_opening *openings = DC_NEW_ARRAY(arena, struct flow_opening, count + 1);
    struct flow_task *tasks = DC_NEW_ARRAY(arena, struct flow_task, count + 1);
    struct wf_chosen *chosen = DC_NEW_ARRAY(arena, struct wf_chosen, count + 1);
    for (size_t i = 0; i < count; i++) {
        openings[i] = (struct flow_opening){
            .subject_id = subjects[i].subject_id,
            .unit_id = subjects[i].unit_id,
            .starter_id = preview->work->step->context->person_id,
            .subject_kind = preview->process->stages[stage].subject,
            .process = preview->process,
            .stage_index = stage,
        };
    }
    DC_TRY(flow_choose(preview->work, openings, count, tasks, chosen, error));
    for (size_t i = 0; i < count; i++) {
        note(preview, &tasks[i], &chosen[i]);
    }
    return DC_OK;
}

/* The stages of a track have the same subjects. */
static enum dc_code
look_at_track(struct preview *preview, int32_t track, struct dc_error *error)
{
    const struct wf_definition *process = preview->process;
    struct flow_range range = {preview->request->unit_id,
                               &process->stages[wf_track_first(process, track)],
                               preview->work->today};
    struct flow_subject *subjects;
    int64_t after = 0;
    size_t count;
    do {
        DC_TRY(flow_store_list_subjects(preview->work, &range, after, SUBJECTS, &subjects, &count,
                                        error));
        for (size_t i = 0; i < process->stage_count && count > 0; i++) {
            if (process->stages[i].track == track) {
                preview->response->stages[i]->tasks += (int64_t)count;
                DC_TRY(look_at(preview, (int32_t)i, subjects, count, error));
            }
        }
        preview->response->cases += (int64_t)count;
        after = count > 0 ? subjects[count - 1].subject_id : after;
    } while (count == SUBJECTS);
    return DC_OK;
}

static void
fill_stages(struct preview *preview)
{
    struct dc_arena *arena = preview->work->step->arena;
    Workflow__PreviewCycleResponse *response = preview->response;
    response->n_stages = preview->process->stage_count;
    response->stages = DC_NEW_ARRAY(arena, Workflow__PreviewStage *, response->n_stages + 1);
    for (size_t i = 0; i < response->n_stages; i++) {
        const struct wf_stage *stage = &preview->process->stages[i];
        struct wf_due due =
            wf_due_of(arena, &stage->due, preview->work->calendar, preview->work->step->now);
        Workflow__PreviewStage *message =
            DC_NEW_MESSAGE(arena, Workflow__PreviewStage, workflow__preview_stage__init);
        message->stage = (char *)stage->code;
        message->stage_name = (char *)stage->name;
        message->due_at_us = due.at;
        message->due_reason_zh = (char *)due.reason_zh;
        message->due_reason_en = (char *)due.reason_en;
        response->stages[i] = message;
    }
}

/* Units that have nobody are named as units. */
static enum dc_code
fill_people(struct preview *preview, struct dc_error *error)
{
    struct flow_work *work = preview->work;
    struct dc_arena *arena = work->step->arena;
    struct flow_names names;
    Workflow__PreviewCycleResponse *response = preview->response;
    DC_TRY(flow_store_names(work, preview->deputy, preview->away_count, preview->alone,
                            preview->alone_count, &names, error));
    DC_TRY(flow_store_preview_people(work, preview->away, preview->away_count, &response->absent,
                                     &response->n_absent, error));
    for (size_t i = 0; i < response->n_absent; i++) {
        size_t k = 0;
        while (preview->away[k] != response->absent[i]->person_id) {
            k++;
        }
        const char *deputy = flow_name(&names, FLOW_PEOPLE, preview->deputy[k]);
        response->absent[i]->remark_zh = dc_arena_printf(arena, "外出，由%s代办", deputy);
        response->absent[i]->remark_en = dc_arena_printf(arena, "away; %s decides", deputy);
    }
    DC_TRY(flow_store_preview_people(work, preview->alone, preview->alone_count,
                                     &response->nobody_above, &response->n_nobody_above, error));
    for (size_t i = 0; i < response->n_nobody_above; i++) {
        response->nobody_above[i]->remark_zh = (char *)"上级无人，任务由发起人办理";
        response->nobody_above[i]->remark_en = (char *)"nobody above; the starter decides";
    }
    return DC_OK;
}

/* Units without anybody are told as lines without a person. */
static enum dc_code
fill_units(struct preview *preview, struct dc_error *error)
{
    struct dc_arena *arena = preview->work->step->arena;
    Workflow__PreviewCycleResponse *response = preview->response;
    struct flow_names names;
    DC_TRY(flow_store_names(preview->work, NULL, 0, preview->alone, preview->alone_count, &names,
                            error));
    response->n_nobody_above = preview->alone_count;
    response->nobody_above =
        DC_NEW_ARRAY(arena, Workflow__PreviewPerson *, preview->alone_count + 1);
    for (size_t i = 0; i < preview->alone_count; i++) {
        Workflow__PreviewPerson *unit =
            DC_NEW_MESSAGE(arena, Workflow__PreviewPerson, workflow__preview_person__init);
        unit->unit_name = (char *)flow_name(&names, FLOW_UNITS, preview->alone[i]);
        unit->remark_zh = (char *)"该组织无人可办，任务由发起人办理";
        unit->remark_en = (char *)"nobody is found for this unit; the starter decides";
        response->nobody_above[i] = unit;
    }
    return DC_OK;
}

DC_HANDLER(workflow_preview_cycle, Workflow__PreviewCycleRequest, Workflow__PreviewCycleResponse)
{
    struct flow_work work;
    int32_t version;
    struct preview *preview = DC_NEW(step->arena, struct preview);
    dc_step_subject(step, "unit/%lld", (long long)request->unit_id);
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), request->unit_id, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    *preview = (struct preview){.work = &work, .request = request, .response = response};
    DC_TRY(flow_process(&work, request->definition, 0, &preview->process, &version, error));
    fill_stages(preview);
    bool people = false;
    for (int32_t track = 0; track < preview->process->track_count; track++) {
        DC_TRY(look_at_track(preview, track, error));
        people |= preview->process->stages[wf_track_first(preview->process, track)].subject ==
                  WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    }
    DC_TRY(fill_people(preview, error));
    return people ? DC_OK : fill_units(preview, error);
}
