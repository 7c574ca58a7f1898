/* diagram.c - a definition as a Mermaid flowchart. */
#include <string.h>

#include "base/assert.h"
#include "definition_internal.h"

/* Names come from people; in a label only text may be left of them.
 * https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters */
static void
add_label(struct dc_text *text, const char *name)
{
    for (; *name; name++) {
        if (strchr("\"<>&#;`\\[]{}()|", *name)) {
            dc_text_printf(text, "#%d;", *name);
        } else {
            dc_text_append(text, name, 1);
        }
    }
}

static void
add_who(struct dc_text *text, const struct wf_who *who)
{
    const struct wf_word *word = wf_word_of(wf_who_words, (int)who->kind);
    if (who->kind == WF_WHO_PERSON) {
        add_label(text, who->person_code);
    } else if (who->kind == WF_WHO_ROLE) {
        dc_text_add(text, wf_word_of(wf_roles, (int)who->role)->zh);
        if (*who->unit_code) {
            dc_text_add(text, " @ ");
            add_label(text, who->unit_code);
        }
    } else {
        dc_text_add(text, word->zh);
    }
}

static void
add_stage(struct dc_text *text, const struct wf_stage *stage, size_t at)
{
    dc_text_printf(text, "    s%zu[\"", at);
    add_label(text, stage->name);
    dc_text_add(text, "<br/>");
    for (size_t i = 0; i < stage->who_count; i++) {
        dc_text_add(text, i > 0 ? "、" : "");
        add_who(text, &stage->who[i]);
    }
    if (stage->mode != WORKFLOW__SEAT_MODE__SEAT_MODE_ONE) {
        dc_text_printf(text, " · %s", wf_word_of(wf_modes, (int)stage->mode)->zh);
    }
    if (stage->gate != WF_GATE_NONE) {
        dc_text_printf(text, "<br/>%s", wf_word_of(wf_gates, (int)stage->gate)->zh);
    }
    if (*stage->condition_text) {
        dc_text_add(text, "<br/>");
        add_label(text, stage->condition_text);
    }
    dc_text_add(text, "\"]\n");
}

static void
add_arrow(struct dc_text *text, const struct wf_definition *definition, size_t at,
          const struct wf_outcome *outcome)
{
    const struct wf_stage *stage = &definition->stages[at];
    int32_t to = outcome->to;
    bool more = at + 1 < definition->stage_count && stage[1].track == stage->track;
    if (to == WF_TO_NEXT) {
        to = more ? (int32_t)at + 1 : WF_TO_END;
    }
    dc_text_printf(text, "    s%zu %s|\"", at, outcome->kind == WF_RETURN ? "-.->" : "-->");
    add_label(text, outcome->name);
    if (to == WF_TO_END) {
        dc_text_printf(text, "\"| e%d([\"结束\"])\n", stage->track);
    } else {
        dc_text_printf(text, "\"| s%d\n", to);
    }
}

static void
open_track(struct dc_text *text, const struct wf_stage *stage)
{
    dc_text_printf(text, "  subgraph t%d[\"%s", stage->track,
                   wf_word_of(wf_subjects, (int)stage->subject)->zh);
    Org__UnitKind kinds[WF_UNIT_KINDS_MAX];
    size_t count = wf_unit_kinds_list(stage->unit_kinds, kinds);
    for (size_t i = 0; i < count; i++) {
        dc_text_printf(text, "%s%s", i > 0 ? "、" : "：",
                       wf_word_of(wf_unit_kind_words, (int)kinds[i])->zh);
    }
    dc_text_add(text, "\"]\n");
}

void
wf_definition_diagram(const struct wf_definition *definition, struct dc_text *text)
{
    DC_ASSERT(definition && text);
    dc_text_add(text, "flowchart TD\n");
    for (size_t i = 0; i < definition->stage_count; i++) {
        const struct wf_stage *stage = &definition->stages[i];
        bool first = i == 0 || stage[-1].track != stage->track;
        if (first) {
            dc_text_add(text, i > 0 ? "  end\n" : "");
            open_track(text, stage);
        }
        add_stage(text, stage, i);
        for (size_t j = 0; j < stage->outcome_count; j++) {
            add_arrow(text, definition, i, &stage->outcomes[j]);
        }
        bool more = i + 1 < definition->stage_count && stage[1].track == stage->track;
        if (stage->condition && more) {
            dc_text_printf(text, "    s%zu -->|\"条件不成立\"| s%zu\n", i, i + 1);
        } else if (stage->condition) {
            dc_text_printf(text, "    s%zu -->|\"条件不成立\"| e%d([\"结束\"])\n", i, stage->track);
        }
    }
    dc_text_add(text, "  end\n");
    for (int32_t track = 1; track < definition->track_count; track++) {
        dc_text_printf(text, "  t%d ==> t%d\n", track - 1, track);
    }
}
