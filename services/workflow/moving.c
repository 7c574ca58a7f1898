/*
 * moving.c - a running cycle goes over to another version of its definition: a deliberate act, that
 * can be looked at before.
 *
 * Open tasks keep their deadlines and the times of their reminders and rungs; by which channels and
 * to whom these go, and what the outcomes are, follows the new version from then on. A reminder or
 * rung that the new version does not have is left out.
 */
#include "handlers.h"

#include <string.h>

struct change {
    char **zh, **en, **obstacles;
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
            change->obstacles[change->obstacle_count++] = dc_arena_printf(
                arena,
                "%lld 个办理单停在环节 %s，新版本同一轨道中没有它 (%lld cases stand in stage %s, "
                "which the new version does not have in the same track)",
                (long long)counts[i], stages[i], (long long)counts[i], stages[i]);
        }
    }
    if (cycle->track >= to->track_count) {
        change->obstacles[change->obstacle_count++] =
            (char *)"新版本的轨道更少 (the new version has fewer tracks than were run already)";
    }
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
    size_t room = from->stage_count + to->stage_count + 2;
    struct change change = {DC_NEW_ARRAY(step->arena, char *, room),
                            DC_NEW_ARRAY(step->arena, char *, room),
                            DC_NEW_ARRAY(step->arena, char *, room), 0, 0};
    compare(step->arena, from, to, &change);
    DC_TRY(find_obstacles(&work, message, from, to, &change, error));
    response->changes_zh = change.zh;
    response->changes_en = change.en;
    response->n_changes_zh = response->n_changes_en = change.count;
    response->obstacles = change.obstacles;
    response->n_obstacles = change.obstacle_count;
    response->cycle = message;
    if (request->preview) {
        return DC_OK;
    }
    if (change.obstacle_count > 0) {
        return dc_fail(error, DC_FAILED_PRECONDITION, "%s", change.obstacles[0]);
    }
    message->definition_version = version;
    message->tracks = to->track_count;
    DC_TRY(flow_store_cycle_state(&work, &cycle, error));
    flow_tell_cycle(&work, message);
    return DC_OK;
}
