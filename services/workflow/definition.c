/* definition.c - finding one's way in a definition. */
#include "definition.h"

#include <string.h>

#include "base/assert.h"

int32_t
wf_stage_find(const struct wf_definition *definition, const char *code)
{
    DC_ASSERT(definition && code);
    for (size_t i = 0; i < definition->stage_count; i++) {
        if (strcmp(definition->stages[i].code, code) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

const struct wf_outcome *
wf_outcome_find(const struct wf_stage *stage, const char *code)
{
    DC_ASSERT(stage && code);
    for (size_t i = 0; i < stage->outcome_count; i++) {
        if (strcmp(stage->outcomes[i].code, code) == 0) {
            return &stage->outcomes[i];
        }
    }
    return NULL;
}

int32_t
wf_track_first(const struct wf_definition *definition, int32_t track)
{
    DC_ASSERT(definition && track >= 0 && track < definition->track_count);
    for (size_t i = 0; i < definition->stage_count; i++) {
        if (definition->stages[i].track == track) {
            return (int32_t)i;
        }
    }
    DC_ASSERT(!"a track has stages");
    return -1;
}

int32_t
wf_stage_enter(const struct wf_definition *definition, int32_t stage, const struct wf_fact *facts,
               size_t fact_count, const char **ret_culprit)
{
    DC_ASSERT(definition && (stage == WF_TO_END || stage >= 0));
    const char *culprit = NULL;
    int32_t track = stage >= 0 ? definition->stages[stage].track : -1;
    while (stage >= 0) {
        const struct wf_condition *condition = definition->stages[stage].condition;
        if (!condition || wf_condition_holds(condition, facts, fact_count, &culprit) != WF_FALSE) {
            break;
        }
        stage++;
        bool within =
            (size_t)stage < definition->stage_count && definition->stages[stage].track == track;
        stage = within ? stage : WF_TO_END;
    }
    if (ret_culprit) {
        *ret_culprit = culprit;
    }
    return stage;
}

int32_t
wf_stage_after(const struct wf_definition *definition, int32_t stage,
               const struct wf_outcome *outcome, const struct wf_fact *facts, size_t fact_count,
               const char **ret_culprit)
{
    DC_ASSERT(definition && outcome && stage >= 0 && (size_t)stage < definition->stage_count);
    int32_t to = outcome->to;
    if (to == WF_TO_NEXT) {
        size_t next = (size_t)stage + 1;
        bool within = next < definition->stage_count &&
                      definition->stages[next].track == definition->stages[stage].track;
        to = within ? (int32_t)next : WF_TO_END;
    }
    return wf_stage_enter(definition, to, facts, fact_count, ret_culprit);
}

static bool
is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

size_t
wf_definition_facts(const struct wf_definition *definition,
                    const char *ret_names[WF_CONDITION_FACTS_MAX])
{
    DC_ASSERT(definition && ret_names);
    size_t count = 0;
    for (size_t i = 0; i < definition->stage_count; i++) {
        const struct wf_condition *condition = definition->stages[i].condition;
        size_t facts = condition ? wf_condition_fact_count(condition) : 0;
        for (size_t j = 0; j < facts && count < WF_CONDITION_FACTS_MAX; j++) {
            const char *name = wf_condition_fact(condition, j);
            if (!is_listed(ret_names, count, name)) {
                ret_names[count++] = name;
            }
        }
    }
    return count;
}

const struct wf_outcome *
wf_outcome_of_kind(const struct wf_stage *stage, enum wf_outcome_kind kind)
{
    for (size_t i = 0; i < stage->outcome_count; i++) {
        if (stage->outcomes[i].kind == kind) {
            return &stage->outcomes[i];
        }
    }
    return NULL;
}

bool
wf_gate_holds(const struct wf_stage *stage, const struct wf_outcome *outcome)
{
    DC_ASSERT(stage && outcome);
    return stage->gate != WF_GATE_NONE &&
           (outcome->kind == WF_APPROVE || outcome->kind == WF_SUBMIT);
}

/* --- equality -------------------------------------------------------------------------- */

static bool
same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool
same_duration(struct wf_duration a, struct wf_duration b)
{
    return a.amount == b.amount && a.working_days == b.working_days;
}

static bool
same_who(const struct wf_who *a, const struct wf_who *b)
{
    return a->kind == b->kind && a->role == b->role && same_text(a->person_code, b->person_code) &&
           same_text(a->unit_code, b->unit_code);
}

static bool
same_due(const struct wf_due_rule *a, const struct wf_due_rule *b)
{
    return a->day_of_month == b->day_of_month && same_duration(a->after, b->after) &&
           a->at == b->at && a->when_off == b->when_off;
}

static bool
same_lists(const struct wf_stage *a, const struct wf_stage *b)
{
    if (a->who_count != b->who_count || a->reminder_count != b->reminder_count ||
        a->rung_count != b->rung_count || a->outcome_count != b->outcome_count) {
        return false;
    }
    bool same = true;
    for (size_t i = 0; i < a->who_count; i++) {
        same = same && same_who(&a->who[i], &b->who[i]);
    }
    for (size_t i = 0; i < a->reminder_count; i++) {
        same = same && same_duration(a->reminders[i].before, b->reminders[i].before) &&
               a->reminders[i].channels == b->reminders[i].channels;
    }
    for (size_t i = 0; i < a->rung_count; i++) {
        const struct wf_rung *left = &a->rungs[i], *right = &b->rungs[i];
        same = same && same_duration(left->after, right->after) &&
               same_who(&left->to, &right->to) && left->channels == right->channels &&
               left->tell_owner == right->tell_owner;
    }
    for (size_t i = 0; i < a->outcome_count; i++) {
        const struct wf_outcome *left = &a->outcomes[i], *right = &b->outcomes[i];
        same = same && same_text(left->code, right->code) && same_text(left->name, right->name) &&
               same_text(left->name_en, right->name_en) && left->kind == right->kind &&
               left->to == right->to;
    }
    return same;
}

static bool
same_stage(const struct wf_stage *a, const struct wf_stage *b)
{
    return same_text(a->code, b->code) && same_text(a->name, b->name) &&
           same_text(a->name_en, b->name_en) && a->subject == b->subject &&
           a->unit_kinds == b->unit_kinds && a->mode == b->mode && a->track == b->track &&
           a->gate == b->gate && same_text(a->condition_text, b->condition_text) &&
           same_due(&a->due, &b->due) && same_lists(a, b);
}

bool
wf_definition_equal(const struct wf_definition *a, const struct wf_definition *b)
{
    DC_ASSERT(a && b);
    bool same = same_text(a->code, b->code) && same_text(a->name, b->name) &&
                same_text(a->name_en, b->name_en) && same_text(a->purpose, b->purpose) &&
                a->period == b->period && a->approval == b->approval &&
                a->stage_count == b->stage_count && a->track_count == b->track_count;
    for (size_t i = 0; same && i < a->stage_count; i++) {
        same = same_stage(&a->stages[i], &b->stages[i]);
    }
    return same;
}
