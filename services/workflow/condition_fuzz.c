/* Any bytes as a condition: reading comes back, with a column inside the text; weighing too. */
#include <string.h>

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2 * WF_CONDITION_MAX || memchr(data, 0, size)) {
        return 0;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    const char *text = dc_arena_strndup(arena, (const char *)data, size);
    const struct wf_condition *condition;
    struct wf_condition_problem problem = {.column = -1};
    if (wf_condition_parse(arena, text, &condition, &problem) != DC_OK) {
        DC_ASSERT(problem.column >= 0 && (size_t)problem.column <= size + 1);
        DC_ASSERT(dc_utf8_is_valid(problem.message.en, strlen(problem.message.en)));
        DC_ASSERT(dc_utf8_is_valid(problem.message.zh, strlen(problem.message.zh)));
        return 0;
    }
    /* Without facts only what compares nothing could be known, and there is no such condition. */
    const char *culprit;
    DC_ASSERT(wf_condition_holds(condition, NULL, 0, &culprit) == WF_UNKNOWN && culprit);
    static const char *const values[] = {"0", "21", "sales", ""};
    struct wf_fact facts[WF_CONDITION_FACTS_MAX];
    size_t count = wf_condition_fact_count(condition);
    DC_ASSERT(count >= 1 && count <= WF_CONDITION_FACTS_MAX);
    for (size_t i = 0; i < count; i++) {
        facts[i] = (struct wf_fact){wf_condition_fact(condition, i), values[(size + i) % 4]};
    }
    DC_ASSERT(wf_facts_check(facts, count, NULL) == DC_OK);
    enum wf_truth truth = wf_condition_holds(condition, facts, count, &culprit);
    DC_ASSERT((truth == WF_UNKNOWN) == (culprit != NULL));
    return 0;
}
