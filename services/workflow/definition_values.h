/*
 * definition_values.h - values that stand in several places of a definition. What is wrong is added
 * to the problems; the result is written when it is right (a duration), or as far as it is.
 */
#ifndef DC_WORKFLOW_DEFINITION_VALUES_H
#define DC_WORKFLOW_DEFINITION_VALUES_H

#include "definition_internal.h"
#include "yaml_tree.h"

/* "3 days", "1 working day", "3 天", "3 个工作日", of minimum..maximum; `what` names it. */
void wf_read_duration(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                      int32_t minimum, int32_t maximum, struct wf_duration *ret_duration);
/* self, {role: director}, ...: starts from nobody. */
void wf_read_who(struct wf_yaml *yaml, const yaml_node_t *node, struct wf_who *ret_who);
/* [sms, mail]: added to what is in the set. */
void wf_read_channels(struct wf_yaml *yaml, const yaml_node_t *node, wf_channels *ret_channels);

#endif
