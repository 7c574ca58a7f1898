/* definition_message.c - a definition as the message that forms work with. */
#include <string.h>

#include "base/assert.h"
#include "calendar.h"
#include "definition_internal.h"

static char *
copy(struct dc_arena *arena, const char *text)
{
    return dc_arena_strdup(arena, text);
}

static Workflow__Duration *
duration_message(struct dc_arena *arena, struct wf_duration duration)
{
    Workflow__Duration *message =
        DC_NEW_MESSAGE(arena, Workflow__Duration, workflow__duration__init);
    message->amount = duration.amount;
    message->working_days = duration.working_days;
    return message;
}

static Workflow__Who *
who_message(struct dc_arena *arena, const struct wf_who *who)
{
    Workflow__Who *message = DC_NEW_MESSAGE(arena, Workflow__Who, workflow__who__init);
    const struct wf_word *word = wf_word_of(wf_who_words, (int)who->kind);
    message->subject = copy(arena, word                       ? word->name
                                   : who->kind == WF_WHO_ROLE ? "role"
                                                              : "person");
    message->person_code = copy(arena, who->person_code);
    message->role = who->role;
    message->unit_code = copy(arena, who->unit_code);
    return message;
}

static void
channels_message(struct dc_arena *arena, wf_channels channels, size_t *ret_count,
                 Workflow__Channel **ret_list)
{
    *ret_list = DC_NEW_ARRAY(arena, Workflow__Channel, WF_CHANNELS_MAX);
    *ret_count = wf_channels_list(channels, *ret_list);
}

static Workflow__Due *
due_message(struct dc_arena *arena, const struct wf_due_rule *due)
{
    Workflow__Due *message = DC_NEW_MESSAGE(arena, Workflow__Due, workflow__due__init);
    message->day_of_month = due->day_of_month;
    message->after = due->day_of_month == 0 ? duration_message(arena, due->after) : NULL;
    char at[WF_MINUTES_TEXT] = "";
    if (due->at >= 0) {
        wf_minutes_format(due->at, at);
    }
    message->at = copy(arena, at);
    message->when_off = copy(arena, wf_word_of(wf_when_offs, (int)due->when_off)->name);
    return message;
}

static Workflow__ReminderRule *
reminder_message(struct dc_arena *arena, const struct wf_reminder *reminder)
{
    Workflow__ReminderRule *message =
        DC_NEW_MESSAGE(arena, Workflow__ReminderRule, workflow__reminder_rule__init);
    message->before = duration_message(arena, reminder->before);
    channels_message(arena, reminder->channels, &message->n_channels, &message->channels);
    return message;
}

static Workflow__RungRule *
rung_message(struct dc_arena *arena, const struct wf_rung *rung)
{
    Workflow__RungRule *message =
        DC_NEW_MESSAGE(arena, Workflow__RungRule, workflow__rung_rule__init);
    message->after = duration_message(arena, rung->after);
    message->to = who_message(arena, &rung->to);
    channels_message(arena, rung->channels, &message->n_channels, &message->channels);
    message->tell_owner = rung->tell_owner;
    return message;
}

Workflow__OutcomeRule *
wf_outcome_message(struct dc_arena *arena, const struct wf_definition *definition,
                   const struct wf_outcome *outcome)
{
    DC_ASSERT(arena && definition && outcome);
    Workflow__OutcomeRule *message =
        DC_NEW_MESSAGE(arena, Workflow__OutcomeRule, workflow__outcome_rule__init);
    message->code = copy(arena, outcome->code);
    message->name = copy(arena, outcome->name);
    message->name_en = copy(arena, outcome->name_en);
    message->kind = copy(arena, wf_outcome_kind_name(outcome->kind));
    message->to = copy(arena, outcome->to == WF_TO_NEXT  ? "next"
                              : outcome->to == WF_TO_END ? "end"
                                                         : definition->stages[outcome->to].code);
    return message;
}

static void
stage_lists(struct dc_arena *arena, const struct wf_definition *definition,
            const struct wf_stage *stage, Workflow__StageRule *message)
{
    Org__UnitKind kinds[WF_UNIT_KINDS_MAX];
    message->n_unit_kinds = wf_unit_kinds_list(stage->unit_kinds, kinds);
    message->unit_kinds = DC_NEW_ARRAY(arena, char *, message->n_unit_kinds);
    for (size_t i = 0; i < message->n_unit_kinds; i++) {
        message->unit_kinds[i] = copy(arena, wf_unit_kind_name(kinds[i]));
    }
    message->n_who = stage->who_count;
    message->who = DC_NEW_ARRAY(arena, Workflow__Who *, stage->who_count);
    for (size_t i = 0; i < stage->who_count; i++) {
        message->who[i] = who_message(arena, &stage->who[i]);
    }
    message->n_reminders = stage->reminder_count;
    message->reminders = DC_NEW_ARRAY(arena, Workflow__ReminderRule *, stage->reminder_count);
    for (size_t i = 0; i < stage->reminder_count; i++) {
        message->reminders[i] = reminder_message(arena, &stage->reminders[i]);
    }
    message->n_escalation = stage->rung_count;
    message->escalation = DC_NEW_ARRAY(arena, Workflow__RungRule *, stage->rung_count);
    for (size_t i = 0; i < stage->rung_count; i++) {
        message->escalation[i] = rung_message(arena, &stage->rungs[i]);
    }
    message->n_outcomes = stage->outcome_count;
    message->outcomes = DC_NEW_ARRAY(arena, Workflow__OutcomeRule *, stage->outcome_count);
    for (size_t i = 0; i < stage->outcome_count; i++) {
        message->outcomes[i] = wf_outcome_message(arena, definition, &stage->outcomes[i]);
    }
}

static Workflow__StageRule *
stage_message(struct dc_arena *arena, const struct wf_definition *definition,
              const struct wf_stage *stage)
{
    Workflow__StageRule *message =
        DC_NEW_MESSAGE(arena, Workflow__StageRule, workflow__stage_rule__init);
    message->code = copy(arena, stage->code);
    message->name = copy(arena, stage->name);
    message->name_en = copy(arena, stage->name_en);
    message->subject = stage->subject;
    message->mode = stage->mode;
    message->due = due_message(arena, &stage->due);
    message->gate = copy(arena, wf_gate_name(stage->gate));
    message->condition = copy(arena, stage->condition_text);
    stage_lists(arena, definition, stage, message);
    return message;
}

Workflow__Definition *
wf_definition_message(struct dc_arena *arena, const struct wf_definition *definition)
{
    DC_ASSERT(arena && definition);
    Workflow__Definition *message =
        DC_NEW_MESSAGE(arena, Workflow__Definition, workflow__definition__init);
    message->code = copy(arena, definition->code);
    message->name = copy(arena, definition->name);
    message->name_en = copy(arena, definition->name_en);
    message->purpose = copy(arena, definition->purpose);
    message->period = copy(arena, wf_period_name(definition->period));
    message->approval = definition->approval;
    message->n_stages = definition->stage_count;
    message->stages = DC_NEW_ARRAY(arena, Workflow__StageRule *, definition->stage_count);
    for (size_t i = 0; i < definition->stage_count; i++) {
        message->stages[i] = stage_message(arena, definition, &definition->stages[i]);
    }
    return message;
}
