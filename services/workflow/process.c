/* process.c - the calendar and the definitions that a transaction goes by. */
#include "process.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

struct entry {
    int64_t tenant_id;
    int32_t version;
    struct dc_arena *arena;
    const struct wf_definition *process;
};
struct flow_cache {
    struct entry entries[FLOW_CACHE_MAX];
    size_t count;
};

struct flow_cache *
flow_cache_new(void)
{
    struct flow_cache *cache = calloc(1, sizeof(*cache));
    DC_ASSERT(cache);
    return cache;
}

static void
forget(struct flow_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++) {
        dc_arena_free(cache->entries[i].arena);
    }
    cache->count = 0;
}

void
flow_cache_free(struct flow_cache *cache)
{
    if (cache) {
        forget(cache);
        free(cache);
    }
}

enum dc_code
flow_work_begin(struct flow_work *ret_work, struct dc_step *step, int64_t tenant_id,
                struct dc_error *error)
{
    struct flow_cache *cache = step->state;
    struct flow_work work = {.step = step, .tenant_id = tenant_id};
    struct wf_calendar *calendar = DC_NEW(step->arena, struct wf_calendar);
    dc_date day = dc_date_of(step->now, 0);
    if (cache && cache->count == FLOW_CACHE_MAX) {
        forget(cache);
    }
    DC_TRY(flow_store_calendar(&work, day - 400, day + 731, calendar, error));
    work.calendar = calendar;
    work.today = wf_calendar_date(calendar, step->now);
    *ret_work = work;
    return DC_OK;
}

enum dc_code
flow_each_tenant(struct dc_step *step, flow_tenants_fn *list, dc_tenant_fn *fn, bool *ret_more,
                 struct dc_error *error)
{
    int64_t *tenants;
    size_t count;
    DC_TRY(dc_step_begin(step, 0, error));
    enum dc_code code = list(step, &tenants, &count, error);
    dc_step_rollback(step);
    return code == DC_OK ? dc_step_each_tenant(step, tenants, count, fn, ret_more, error) : code;
}

static const struct wf_definition *
known(const struct flow_cache *cache, int64_t tenant_id, const char *code, int32_t version)
{
    for (size_t i = 0; cache && i < cache->count; i++) {
        const struct entry *entry = &cache->entries[i];
        if (entry->tenant_id == tenant_id && entry->version == version &&
            strcmp(entry->process->code, code) == 0) {
            return entry->process;
        }
    }
    return NULL;
}

/* Reads it into an arena that the cache keeps; without room there, into the step's own. */
static enum dc_code
read_process(struct flow_work *work, const Workflow__Definition *saved,
             const struct wf_definition **ret_process, struct dc_error *error)
{
    struct flow_cache *cache = work->step->state;
    bool kept = cache && cache->count < FLOW_CACHE_MAX;
    struct dc_arena *arena = kept ? dc_arena_new(0) : work->step->arena;
    struct wf_problems *problems = DC_NEW(work->step->arena, struct wf_problems);
    struct wf_definition *process = NULL;
    problems->arena = work->step->arena;
    enum dc_code code =
        wf_definition_read(arena, saved->yaml, strlen(saved->yaml), &process, problems, error);
    if (code != DC_OK) {
        if (kept) {
            dc_arena_free(arena);
        }
        return dc_fail(error, DC_INTERNAL, "definition %s, version %d, which is saved, is wrong",
                       saved->code, saved->version);
    }
    if (kept) {
        cache->entries[cache->count++] =
            (struct entry){work->tenant_id, saved->version, arena, process};
    }
    *ret_process = process;
    return DC_OK;
}

enum dc_code
flow_process(struct flow_work *work, const char *code, int32_t version,
             const struct wf_definition **ret_process, int32_t *ret_version, struct dc_error *error)
{
    const struct wf_definition *found =
        version > 0 ? known(work->step->state, work->tenant_id, code, version) : NULL;
    if (found) {
        *ret_process = found;
        *ret_version = version;
        return DC_OK;
    }
    Workflow__Definition *saved;
    DC_TRY(flow_store_definition(work, code, version, &saved, error));
    if (!saved) {
        return dc_fail_field(error, DC_NOT_FOUND, "definition",
                             "there is no definition \"%s\"; ListDefinitions names them", code);
    }
    *ret_version = saved->version;
    found = known(work->step->state, work->tenant_id, code, saved->version);
    if (found) {
        *ret_process = found;
        return DC_OK;
    }
    return read_process(work, saved, ret_process, error);
}

enum dc_code
flow_processes(struct flow_work *work, struct flow_task *tasks, size_t count,
               struct dc_error *error)
{
    const struct flow_task *last = NULL; /* tasks of a batch mostly follow the same one */
    for (size_t i = 0; i < count; i++) {
        struct flow_task *task = &tasks[i];
        if (last && last->cycle_id == task->cycle_id) {
            task->process = last->process;
        } else {
            int32_t version;
            DC_TRY(flow_process(work, task->definition, task->definition_version, &task->process,
                                &version, error));
        }
        last = task;
        task->stage_index = wf_stage_find(task->process, task->stage);
        if (task->stage_index < 0) {
            /* An old task of a cycle that was moved to a version without its stage. */
            task->stage_rule = NULL;
            continue;
        }
        task->stage_rule = &task->process->stages[task->stage_index];
    }
    return DC_OK;
}

void
flow_task_bar(struct flow_task *task)
{
    bool person = task->subject_kind == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    task->rule.barred_id = person ? task->subject_id : 0;
    task->rule.barred_too_id = task->approval ? task->starter_id : 0;
}
