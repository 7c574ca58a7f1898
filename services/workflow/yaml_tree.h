/*
 * yaml_tree.h - a bounded YAML text as a tree of nodes, and the reading of mappings by tables of
 * fields. What is wrong goes into a list of problems with its place, and reading goes on.
 */
#ifndef DC_WORKFLOW_YAML_TREE_H
#define DC_WORKFLOW_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "base/arena.h"
#include "definition_internal.h"

struct wf_yaml {
    struct dc_arena *arena;
    struct wf_problems *problems;
    yaml_document_t document;
};

/* Checks the bounds and forms of WF_DEFINITION (no anchors, aliases, tags, second document; valid
 * UTF-8), then loads. false: not readable as YAML, and the problem says why; nothing to release. */
bool wf_yaml_load(struct wf_yaml *yaml, const char *text, size_t length);
void wf_yaml_release(struct wf_yaml *yaml);
const yaml_node_t *wf_yaml_root(struct wf_yaml *yaml); /* NULL when the text is empty */

struct wf_place wf_yaml_place(const yaml_node_t *node);
void wf_yaml_wrong(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual message);
/* The same of something that has a name: "mode" "is wrong". */
void wf_yaml_wrong_about(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                         struct dc_bilingual message);
/* What a key stands for, called by the key in both languages (" mode "). */
#define WF_KEY(key) DC_BILINGUAL(key, key " ")

/* A field of a mapping. `read` is told the value; it adds problems itself. */
struct wf_yaml_field {
    const char *key;
    bool required;
    void (*read)(struct wf_yaml *yaml, const yaml_node_t *value, void *target);
};
/* Fields end with a NULL key. Unknown, doubled and missing keys are problems. `what` names the
 * mapping in messages ("a stage", "环节"). false when the node is no mapping. */
bool wf_yaml_mapping(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                     const struct wf_yaml_field *fields, void *target);

/* The elements of a sequence, at most `maximum` (more are a problem), at least `minimum`. A node
 * that is no sequence is a problem, 0 elements. `what` names them ("stages"). */
size_t wf_yaml_sequence(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                        size_t minimum, size_t maximum, const yaml_node_t **ret_nodes);

/* The text of a scalar in the arena; NULL (and a problem) when it is no scalar. */
const char *wf_yaml_text(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what);
/* 1..maximum characters, none of them a control character; NULL and a problem otherwise. */
const char *wf_yaml_name(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                         size_t maximum);
/* [a-z][a-z0-9_]*; NULL and a problem otherwise. */
const char *wf_yaml_code(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what);
/* One of the words; NULL and a problem that lists them otherwise. */
const struct wf_word *wf_yaml_word(struct wf_yaml *yaml, const yaml_node_t *node,
                                   struct dc_bilingual what, const struct wf_word *words);
bool wf_yaml_bool(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                  bool *ret_value);
/* false and a problem when it is no whole number of minimum..maximum. */
bool wf_yaml_int(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                 int32_t minimum, int32_t maximum, int32_t *ret_value);

#endif
