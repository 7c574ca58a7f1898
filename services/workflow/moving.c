/*
 * moving.c - a running cycle goes over to another version of its definition: a deliberate act, that
 * can be looked at before.
 *
 * What happens to open tasks from then on, by which channels and to whom it goes, and what the
 * outcomes are, follows the new version. Where its deadlines, reminders or ladder are others, the
 * open tasks get them anew (replanning.c).
 */
#include "handlers.h"

#include <string.h>

struct change {
    char **zh, **en, **obstacles_zh, **obstacles;
    size_t count, obstacle_count;
};

static void
add(struct dc_arena *arena, struct change *change, const char *zh, const char *en,
    const char *stage)
{
    change->zh[change->count] = dc_arena_printf(arena, zh, stage);
    change->en[change->count++] = dc_arena_printf(arena, en, stage);
}

/* The text of a stage as YAML would say it: two that say the same are the same. */
static bool
is_same_stage(const Workflow__StageRule *a, const Workflow__StageRule *b)
{
    size_t size = protobuf_c_message_get_packed_size(&a->base);
    if (size != protobuf_c_message_get_packed_size(&b->base)) {
        return false;
    }
    DC_AUTO_FREE uint8_t *left = malloc(size + 1), *right = malloc(size + 1);
    protobuf_c_message_pack(&a->base, left);
    protobuf_c_message_pack(&b->base, right);
    return memcmp(left, right, size) == 0;
}

static void
compare(struct dc_arena *arena, const struct wf_definition *from, const struct wf_definition *to,
        struct change *change)
{
    const Workflow__Definition *old = wf_definition_message(arena, from);
    const Workflow__Definition *new = wf_definition_message(arena, to);
    for (size_t i = 0; i < from->stage_count; i++) {
        int32_t at = wf_stage_find(to, from->stages[i].code);
        if (at < 0) {
            add(arena, change, "取消环节“%s”", "stage \"%s\" is gone", from->stages[i].name);
        } else if (!is_same_stage(old->stages[i], new->stages[at])) {
            add(arena, change, "环节“%s”的规则有变化", "the rules of stage \"%s\" change",
                from->stages[i].name);
        }
    }
    for (size_t i = 0; i < to->stage_count; i++) {
        if (wf_stage_find(from, to->stages[i].code) < 0) {
            add(arena, change, "新增环节“%s”", "stage \"%s\" is new", to->stages[i].name);
        }
    }
    if (change->count == 0) {
        add(arena, change, "规则没有变化%s", "nothing changes%s", "");
    }
}

static void
stand_in_the_way(struct change *change, char *zh, char *en)
{
    change->obstacles_zh[change->obstacle_count] = zh;
    change->obstacles[change->obstacle_count++] = en;
}

/* Where cases stand there must be the same stage, for the same subjects, in the same track. */
static enum dc_code
find_obstacles(struct flow_work *work, const Workflow__Cycle *cycle,
               const struct wf_definition *from, const struct wf_definition *to,
               struct change *change, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    const char **stages;
    int64_t *counts;
    size_t count;
    DC_TRY(flow_store_stages_going(work, cycle->id, &stages, &counts, &count, error));
    for (size_t i = 0; i < count; i++) {
        int32_t old = wf_stage_find(from, stages[i]), new = wf_stage_find(to, stages[i]);
        bool fits = old >= 0 && new >= 0 && to->stages[new].track == cycle->track &&
                    to->stages[new].subject == from->stages[old].subject &&
                    to->stages[new].unit_kinds == from->stages[old].unit_kinds;
        if (!fits) {
            stand_in_the_way(change,
                             dc_arena_printf(arena,
                                             "%lld 个办理单停在环节 %s，新版本同一轨道中没有它",
                                             (long long)counts[i], stages[i]),
                             dc_arena_printf(arena,
                                             "%lld cases stand in stage %s, which the new version "
                                             "does not have in the same track",
                                             (long long)counts[i], stages[i]));
        }
    }
    if (cycle->track >= to->track_count) {
        stand_in_the_way(change, (char *)"新版本的轨道比已经走过的少",
                         (char *)"the new version has fewer tracks than were run already");
    }
    return DC_OK;
}

/* "2026-11-12 18:00" where the tenant is. */
static const char *
minute_of(struct flow_work *work, dc_time at)
{
    char date[DC_DATE_TEXT];
    struct wf_due due = wf_due_at(work->calendar, at);
    dc_date_format(due.date, date);
    return dc_arena_printf(work->step->arena, "%s %02d:%02d", date, due.minute / 60,
                           due.minute % 60);
}

static void
tell_shift(struct flow_work *work, const struct flow_shift *shift, struct change *change)
{
    struct dc_arena *arena = work->step->arena;
    const char *name = shift->stage->name;
    long long earlier = shift->earlier, later = shift->later, same = shift->same;
    if (earlier + later > 0) {
        const char *first = minute_of(work, shift->first_at);
        change->zh[change->count] =
            dc_arena_printf(arena, "环节“%s”：%lld 项未办任务的时限提前，%lld 项延后，最早 %s",
                            name, earlier, later, first);
        change->en[change->count++] = dc_arena_printf(
            arena,
            "stage \"%s\": open tasks are due sooner (%lld) or later (%lld), the first at %s", name,
            earlier, later, first);
    }
    if (same > 0) {
        change->zh[change->count] = dc_arena_printf(
            arena, "环节“%s”：%lld 项未办任务时限不变，提醒和升级按新规则", name, same);
        change->en[change->count++] = dc_arena_printf(
            arena,
            "stage \"%s\": %lld open tasks keep their deadline, with the new reminders and "
            "ladder",
            name, same);
    }
}

static enum dc_code
count_deadlines(struct flow_work *work, const Workflow__Cycle *cycle,
                const struct wf_definition *from, const struct wf_definition *to,
                struct change *change, Workflow__MoveCycleResponse *response,
                struct dc_error *error)
{
    struct flow_shift *shifts;
    size_t count;
    DC_TRY(flow_replan_preview(work, cycle->id, from, to, &shifts, &count, error));
    for (size_t i = 0; i < count; i++) {
        tell_shift(work, &shifts[i], change);
        response->deadlines_earlier += shifts[i].earlier;
        response->deadlines_later += shifts[i].later;
    }
    return DC_OK;
}

/* The cycle follows the new version; its task "cycles" brings the open tasks after it. */
static enum dc_code
go_over(struct flow_work *work, struct flow_cycle *cycle, const struct wf_definition *to,
        int32_t version, struct dc_error *error)
{
    Workflow__Cycle *message = cycle->message;
    bool saved;
    DC_TRY(flow_store_save_replan(work, message->id, message->definition_version, &saved, error));
    if (!saved) {
        return dc_fail(error, DC_FAILED_PRECONDITION,
                       "its tasks are still being brought to version %d; move it again in a moment",
                       message->definition_version);
    }
    message->definition_version = version;
    message->tracks = to->track_count;
    DC_TRY(flow_store_cycle_state(work, cycle, error));
    flow_tell_cycle(work, message);
    dc_wake_on_commit(work->step, "cycles");
    return DC_OK;
}

DC_HANDLER(workflow_move_cycle, Workflow__MoveCycleRequest, Workflow__MoveCycleResponse)
{
    struct flow_work work;
    struct flow_cycle cycle;
    const struct wf_definition *from, *to;
    int32_t version;
    dc_step_subject(step, "cycle/%lld", (long long)request->cycle_id);
    DC_TRY(flow_check_reason(request->reason, !request->preview, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_store_cycle(&work, request->cycle_id, FLOW_LOCK, &cycle, error));
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), cycle.message ? cycle.message->unit_id : 0,
                          error));
    if (!cycle.message) {
        return dc_fail_field(error, DC_NOT_FOUND, "cycle_id", "there is no such cycle");
    }
    Workflow__Cycle *message = cycle.message;
    DC_TRY(wf_cycle_step(&message->state, WF_CYCLE_MOVE, error));
    DC_TRY(flow_process(&work, message->definition, message->definition_version, &from, &version,
                        error));
    DC_TRY(flow_process(&work, message->definition, request->version, &to, &version, error));
    size_t room = from->stage_count + 3 * to->stage_count + 2;
    struct change change = {DC_NEW_ARRAY(step->arena, char *, room),
                            DC_NEW_ARRAY(step->arena, char *, room),
                            DC_NEW_ARRAY(step->arena, char *, room),
                            DC_NEW_ARRAY(step->arena, char *, room),
                            0,
                            0};
    compare(step->arena, from, to, &change);
    DC_TRY(find_obstacles(&work, message, from, to, &change, error));
    DC_TRY(count_deadlines(&work, message, from, to, &change, response, error));
    response->changes_zh = change.zh;
    response->changes_en = change.en;
    response->n_changes_zh = response->n_changes_en = change.count;
    response->obstacles = change.obstacles;
    response->obstacles_zh = change.obstacles_zh;
    response->n_obstacles = response->n_obstacles_zh = change.obstacle_count;
    response->cycle = message;
    if (request->preview) {
        return DC_OK;
    }
    if (change.obstacle_count > 0) {
        return dc_fail_with(error, DC_FAILED_PRECONDITION, "", change.obstacles[0],
                            change.obstacles_zh[0]);
    }
    return go_over(&work, &cycle, to, version, error);
}
