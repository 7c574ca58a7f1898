/*
 * definition_internal.h - what the files of a definition share: the words, and where things stand
 * in the text while it is being checked.
 */
#ifndef DC_WORKFLOW_DEFINITION_INTERNAL_H
#define DC_WORKFLOW_DEFINITION_INTERNAL_H

#include "definition.h"

/* A word of the YAML text and what it stands for. Tables end with a NULL name. */
struct wf_word {
    const char *name;
    int value;
    const char *zh; /* for the diagram */
};
extern const struct wf_word wf_roles[];
extern const struct wf_word wf_subjects[];
extern const struct wf_word wf_unit_kind_words[];
extern const struct wf_word wf_modes[];
extern const struct wf_word wf_channel_words[];
extern const struct wf_word wf_outcome_kinds[];
extern const struct wf_word wf_gates[];
extern const struct wf_word wf_periods[];
extern const struct wf_word wf_when_offs[];
extern const struct wf_word wf_who_words[]; /* those that stand alone: self, manager, starter */

const struct wf_word *wf_word_find(const struct wf_word *words, const char *name); /* or NULL */
const struct wf_word *wf_word_of(const struct wf_word *words, int value);          /* or NULL */
/* "a, b, c" */
const char *wf_words_list(struct dc_arena *arena, const struct wf_word *words);

/* "1 day", "3 working days"; "1 天", "3 个工作日" */
struct dc_bilingual wf_duration_words(struct dc_arena *arena, struct wf_duration duration);

struct wf_place {
    int64_t line;
    int64_t column;
};
struct wf_stage_places {
    struct wf_place stage;
    struct wf_place code;
    struct wf_place unit_kinds;
    struct wf_place gate;
    struct wf_place condition;
    struct wf_place outcomes;
    struct wf_place who[WF_WHO_MAX];
    struct wf_place reminders[WF_REMINDERS_MAX];
    struct wf_place rungs[WF_RUNGS_MAX];
    struct wf_place outcome[WF_OUTCOMES_MAX];
    struct wf_place to[WF_OUTCOMES_MAX];
    const char *to_text[WF_OUTCOMES_MAX]; /* NULL = not given */
};

/* What shows only when stages are seen together: tracks, where outcomes lead, ways through. Sets
 * tracks and outcome targets. Adds to `problems`. */
void wf_definition_check(struct wf_definition *definition, const struct wf_stage_places *places,
                         struct wf_problems *problems);

#endif
