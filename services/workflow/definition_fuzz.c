/* Any bytes as a definition: reading comes back; what is read can be written, and reads the same.
 */
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 100000) {
        return 0;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct wf_problems problems = {.arena = arena};
    struct wf_definition *definition = NULL, *again = NULL;
    struct dc_error error;
    enum dc_code code =
        wf_definition_read(arena, (const char *)data, size, &definition, &problems, &error);
    DC_ASSERT((code == DC_OK) == (problems.count == 0));
    for (size_t i = 0; i < problems.count; i++) {
        const struct wf_problem *problem = &problems.items[i];
        const char *en = problem->message.en, *zh = problem->message.zh;
        DC_ASSERT(problem->line >= 0 && problem->column >= 0 && *en && *zh);
        DC_ASSERT(dc_utf8_is_valid(en, strlen(en)) && dc_utf8_is_valid(zh, strlen(zh)));
    }
    if (code != DC_OK) {
        DC_ASSERT(definition == NULL);
        return 0;
    }
    DC_AUTO_TEXT struct dc_text yaml = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text diagram = DC_TEXT_INIT;
    wf_definition_diagram(definition, &diagram);
    wf_definition_write(wf_definition_message(arena, definition), &yaml);
    if (yaml.length <= WF_DEFINITION_BYTES_MAX) {
        DC_ASSERT(wf_definition_read(arena, yaml.data, yaml.length, &again, &problems, &error) ==
                  DC_OK);
        DC_ASSERT(wf_definition_equal(definition, again));
    }
    return 0;
}
