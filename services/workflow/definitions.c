/* definitions.c - process definitions: checked, saved as a new version, shown. */
#include "handlers.h"

#include <string.h>

static enum dc_code
may_read(struct dc_step *step, struct dc_error *error)
{
    return dc_access_role(step, DC_ROLE(SUPERVISOR) | DC_ROLE(BOSS), error);
}

DC_HANDLER(workflow_list_definitions, Workflow__ListDefinitionsRequest,
           Workflow__ListDefinitionsResponse)
{
    struct flow_work work = {.step = step, .tenant_id = step->context->tenant_id};
    DC_TRY(may_read(step, error));
    return flow_store_definitions(&work, &response->definitions, &response->n_definitions, error);
}

/* The message of a definition, with what is known of its version. */
static Workflow__Definition *
whole(struct dc_arena *arena, const struct wf_definition *process,
      const Workflow__Definition *saved)
{
    Workflow__Definition *message = wf_definition_message(arena, process);
    message->version = saved->version;
    message->yaml = saved->yaml;
    message->author = saved->author;
    message->saved_at_us = saved->saved_at_us;
    message->reason = saved->reason;
    return message;
}

DC_HANDLER(workflow_get_definition, Workflow__GetDefinitionRequest, Workflow__GetDefinitionResponse)
{
    struct flow_work work;
    Workflow__Definition *saved;
    const struct wf_definition *process;
    int32_t version;
    DC_TRY(may_read(step, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    DC_TRY(flow_process(&work, request->code, request->version, &process, &version, error));
    DC_TRY(flow_store_definition(&work, request->code, version, &saved, error));
    response->definition = whole(step->arena, process, saved);
    return flow_store_versions(&work, request->code, &response->versions, &response->n_versions,
                               error);
}

/* --- checking and saving -------------------------------------------------------------------------
 */
static void
fill_problems(struct dc_arena *arena, const struct wf_problems *problems,
              Workflow__DefinitionProblem ***ret_items, size_t *ret_count)
{
    *ret_items = DC_NEW_ARRAY(arena, Workflow__DefinitionProblem *, problems->count + 1);
    for (size_t i = 0; i < problems->count; i++) {
        Workflow__DefinitionProblem *item =
            DC_NEW_MESSAGE(arena, Workflow__DefinitionProblem, workflow__definition_problem__init);
        item->line = problems->items[i].line;
        item->column = problems->items[i].column;
        item->message = (char *)problems->items[i].message.en;
        item->message_zh = (char *)problems->items[i].message.zh;
        (*ret_items)[i] = item;
    }
    *ret_count = problems->count;
}

DC_HANDLER(workflow_check_definition, Workflow__CheckDefinitionRequest,
           Workflow__CheckDefinitionResponse)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT, diagram = DC_TEXT_INIT;
    struct wf_problems *problems = DC_NEW(step->arena, struct wf_problems);
    struct wf_definition *process = NULL;
    DC_TRY(may_read(step, error));
    if ((*request->yaml != '\0') == (request->form != NULL)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "yaml",
                             "either the text or the form, not both");
    }
    if (request->form) {
        wf_definition_write(request->form, &text);
    } else {
        dc_text_add(&text, request->yaml);
    }
    problems->arena = step->arena;
    const char *yaml = dc_arena_strdup(step->arena, dc_text_cstr(&text));
    if (wf_definition_read(step->arena, yaml, strlen(yaml), &process, problems, NULL) == DC_OK) {
        wf_definition_diagram(process, &diagram);
        response->definition = wf_definition_message(step->arena, process);
        response->diagram = dc_arena_strdup(step->arena, dc_text_cstr(&diagram));
    } else {
        response->definition =
            DC_NEW_MESSAGE(step->arena, Workflow__Definition, workflow__definition__init);
    }
    response->definition->yaml = (char *)yaml;
    fill_problems(step->arena, problems, &response->problems, &response->n_problems);
    return DC_OK;
}

DC_HANDLER(workflow_save_definition, Workflow__SaveDefinitionRequest,
           Workflow__SaveDefinitionResponse)
{
    struct flow_work work;
    struct wf_problems *problems = DC_NEW(step->arena, struct wf_problems);
    struct wf_definition *process = NULL;
    Workflow__Definition *saved;
    int32_t version;
    DC_TRY(dc_access_group(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(flow_check_reason(request->reason, true, error));
    DC_TRY(flow_work_begin(&work, step, step->context->tenant_id, error));
    problems->arena = step->arena;
    if (wf_definition_read(step->arena, request->yaml, strlen(request->yaml), &process, problems,
                           NULL) != DC_OK) {
        fill_problems(step->arena, problems, &response->problems, &response->n_problems);
        return DC_OK;
    }
    dc_step_subject(step, "definition/%s", process->code);
    Workflow__Definition *item = wf_definition_message(step->arena, process);
    item->yaml = request->yaml;
    item->reason = request->reason;
    DC_TRY(flow_store_save_definition(&work, item, request->expected_version, &version, error));
    if (version == 0) {
        return dc_fail_field(error, DC_ABORTED, "expected_version",
                             "another version of \"%s\" was saved meanwhile; look at it first",
                             process->code);
    }
    DC_TRY(flow_store_definition(&work, process->code, version, &saved, error));
    response->definition = whole(step->arena, process, saved);
    return DC_OK;
}
