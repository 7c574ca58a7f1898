/* definition_read.c - a definition out of its YAML text, field by field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "calendar.h"
#include "definition_internal.h"
#include "definition_values.h"
#include "yaml_tree.h"

struct reading {
    struct wf_definition *definition;
    struct wf_stage_places *places;
};
struct stage_reading {
    struct wf_stage *stage;
    struct wf_stage_places *places;
};
struct outcome_reading {
    struct wf_outcome *outcome;
    struct wf_place *to;
    const char **to_text;
};

/* --- due, reminders, ladder ------------------------------------------------------------ */

static void
read_due_day(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_due_rule *due = target;
    due->day_of_month = 1; /* given, also when wrong */
    (void)wf_yaml_int(yaml, value, WF_KEY("day_of_month"), 1, 31, &due->day_of_month);
}

static void
read_due_after(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_due_rule *due = target;
    /* When it is wrong: given, and long enough for every reminder. */
    due->after = (struct wf_duration){WF_DUE_DAYS_MAX, true};
    wf_read_duration(yaml, value, WF_KEY("after"), 0, WF_DUE_DAYS_MAX, &due->after);
}

static void
read_due_at(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_due_rule *due = target;
    const char *text = wf_yaml_text(yaml, value, WF_KEY("at"));
    if (text && wf_minutes_parse(text, &due->at, NULL) != DC_OK) {
        wf_yaml_wrong(yaml, value,
                      dc_bilingual_printf(yaml->arena,
                                          "at: \"%.*s\" is no time of day; allowed are \"00:01\" "
                                          "to \"24:00\" (midnight at the end of the day)",
                                          "at：“%.*s”不是时刻；可填 \"00:01\" 到 "
                                          "\"24:00\"（当天午夜）",
                                          wf_cut(text), text));
    }
}

static void
read_due_when_off(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_due_rule *due = target;
    const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("when_off"), wf_when_offs);
    due->when_off = word ? (enum wf_when_off)word->value : WF_OFF_AFTER;
}

static const struct wf_yaml_field due_fields[] = {
    {"after", false, read_due_after},
    {"day_of_month", false, read_due_day},
    {"at", false, read_due_at},
    {"when_off", false, read_due_when_off},
    {0},
};

static void
read_due(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_due_rule *due = &((struct stage_reading *)target)->stage->due;
    *due = (struct wf_due_rule){.at = -1, .after.amount = -1};
    if (!wf_yaml_mapping(yaml, value, WF_KEY("due"), due_fields, due)) {
        return;
    }
    if ((due->day_of_month > 0) == (due->after.amount >= 0)) {
        wf_yaml_wrong(yaml, value,
                      DC_BILINGUAL("due has either after or day_of_month",
                                   "due 须有 after 或 day_of_month 其中之一"));
    }
    if (due->after.amount < 0) {
        due->after = (struct wf_duration){0};
    }
}

static void
read_reminder_before(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct wf_reminder *reminder = target;
    wf_read_duration(yaml, value, WF_KEY("before"), 1, WF_REMINDER_DAYS_MAX, &reminder->before);
}

static void
read_reminder_by(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    wf_read_channels(yaml, value, &((struct wf_reminder *)target)->channels);
}

static const struct wf_yaml_field reminder_fields[] = {
    {"before", true, read_reminder_before},
    {"by", false, read_reminder_by},
    {0},
};

static void
read_reminders(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const yaml_node_t *nodes[WF_REMINDERS_MAX];
    size_t count = wf_yaml_sequence(yaml, value, DC_BILINGUAL("reminders", "提醒"), 0,
                                    WF_REMINDERS_MAX, nodes);
    reading->stage->reminders = DC_NEW_ARRAY(yaml->arena, struct wf_reminder, count);
    reading->stage->reminder_count = count;
    for (size_t i = 0; i < count; i++) {
        reading->places->reminders[i] = wf_yaml_place(nodes[i]);
        reading->stage->reminders[i].channels = WF_CHANNEL(IN_APP);
        wf_yaml_mapping(yaml, nodes[i], DC_BILINGUAL("a reminder", "提醒"), reminder_fields,
                        &reading->stage->reminders[i]);
    }
}

static void
read_rung_after(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    wf_read_duration(yaml, value, WF_KEY("after"), 0, WF_RUNG_DAYS_MAX,
                     &((struct wf_rung *)target)->after);
}

static void
read_rung_to(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    wf_read_who(yaml, value, &((struct wf_rung *)target)->to);
}

static void
read_rung_by(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    wf_read_channels(yaml, value, &((struct wf_rung *)target)->channels);
}

static void
read_rung_tell_owner(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    (void)wf_yaml_bool(yaml, value, WF_KEY("tell_owner"), &((struct wf_rung *)target)->tell_owner);
}

static const struct wf_yaml_field rung_fields[] = {
    {"after", true, read_rung_after},
    {"to", true, read_rung_to},
    {"by", false, read_rung_by},
    {"tell_owner", false, read_rung_tell_owner},
    {0},
};

static void
read_escalation(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const yaml_node_t *nodes[WF_RUNGS_MAX];
    size_t count = wf_yaml_sequence(yaml, value, DC_BILINGUAL("rungs of escalation", "升级层级"), 0,
                                    WF_RUNGS_MAX, nodes);
    reading->stage->rungs = DC_NEW_ARRAY(yaml->arena, struct wf_rung, count);
    reading->stage->rung_count = count;
    for (size_t i = 0; i < count; i++) {
        struct wf_rung *rung = &reading->stage->rungs[i];
        reading->places->rungs[i] = wf_yaml_place(nodes[i]);
        *rung = (struct wf_rung){.channels = WF_CHANNEL(IN_APP), .tell_owner = true};
        /* When `to` is missing the problem is told; whom it names then does not matter. */
        rung->to = (struct wf_who){.kind = WF_WHO_STARTER, .person_code = "", .unit_code = ""};
        wf_yaml_mapping(yaml, nodes[i], DC_BILINGUAL("a rung of escalation", "升级层级"),
                        rung_fields, rung);
    }
}

/* --- outcomes -------------------------------------------------------------------------- */

static void
read_outcome_code(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct outcome_reading *reading = target;
    const char *code =
        wf_yaml_code(yaml, value, DC_BILINGUAL("the code of an outcome", "结果的 code "));
    reading->outcome->code = code ? code : "";
}

static void
read_outcome_name(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct outcome_reading *reading = target;
    const char *name = wf_yaml_name(
        yaml, value, DC_BILINGUAL("the name of an outcome", "结果的 name "), WF_NAME_MAX);
    reading->outcome->name = name ? name : "";
}

static void
read_outcome_name_en(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct outcome_reading *reading = target;
    reading->outcome->name_en = wf_yaml_name(yaml, value, WF_KEY("name_en"), WF_NAME_MAX);
}

static void
read_outcome_kind(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct outcome_reading *reading = target;
    const struct wf_word *word = wf_yaml_word(
        yaml, value, DC_BILINGUAL("the kind of an outcome", "结果的 kind "), wf_outcome_kinds);
    reading->outcome->kind = word ? (enum wf_outcome_kind)word->value : WF_APPROVE;
}

static void
read_outcome_to(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct outcome_reading *reading = target;
    *reading->to = wf_yaml_place(value);
    *reading->to_text = wf_yaml_text(yaml, value, WF_KEY("to"));
}

static const struct wf_yaml_field outcome_fields[] = {
    {"code", true, read_outcome_code},        {"name", true, read_outcome_name},
    {"name_en", false, read_outcome_name_en}, {"kind", true, read_outcome_kind},
    {"to", false, read_outcome_to},           {0},
};

static void
read_outcomes(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const yaml_node_t *nodes[WF_OUTCOMES_MAX];
    size_t count =
        wf_yaml_sequence(yaml, value, DC_BILINGUAL("outcomes", "结果"), 1, WF_OUTCOMES_MAX, nodes);
    reading->places->outcomes = wf_yaml_place(value);
    reading->stage->outcomes = DC_NEW_ARRAY(yaml->arena, struct wf_outcome, count);
    reading->stage->outcome_count = count;
    for (size_t i = 0; i < count; i++) {
        struct wf_outcome *outcome = &reading->stage->outcomes[i];
        *outcome = (struct wf_outcome){.code = "", .name = ""};
        reading->places->outcome[i] = reading->places->to[i] = wf_yaml_place(nodes[i]);
        struct outcome_reading inner = {outcome, &reading->places->to[i],
                                        &reading->places->to_text[i]};
        wf_yaml_mapping(yaml, nodes[i], DC_BILINGUAL("an outcome", "结果"), outcome_fields, &inner);
        outcome->name_en = outcome->name_en ? outcome->name_en : outcome->name;
    }
}

/* --- stages ---------------------------------------------------------------------------- */

static void
read_stage_code(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const char *code =
        wf_yaml_code(yaml, value, DC_BILINGUAL("the code of a stage", "环节的 code "));
    reading->stage->code = code ? code : "";
    reading->places->code = wf_yaml_place(value);
    if (code && (strcmp(code, "next") == 0 || strcmp(code, "end") == 0)) {
        wf_yaml_wrong(
            yaml, value,
            dc_bilingual_printf(yaml->arena,
                                "a stage cannot be called \"%s\", which has a meaning in `to`",
                                "环节不能叫“%s”，它在 to 中另有含义", code));
    }
}

static void
read_stage_name(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const char *name =
        wf_yaml_name(yaml, value, DC_BILINGUAL("the name of a stage", "环节的 name "), WF_NAME_MAX);
    reading->stage->name = name ? name : "";
}

static void
read_stage_name_en(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    reading->stage->name_en = wf_yaml_name(yaml, value, WF_KEY("name_en"), WF_NAME_MAX);
}

static void
read_stage_subject(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("subject"), wf_subjects);
    reading->stage->subject = word ? (Workflow__SubjectKind)word->value
                                   : WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED;
}

static void
read_stage_unit_kinds(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const yaml_node_t *nodes[WF_UNIT_KINDS_MAX];
    reading->places->unit_kinds = wf_yaml_place(value);
    size_t count = wf_yaml_sequence(yaml, value, WF_KEY("unit_kinds"), 1, WF_UNIT_KINDS_MAX, nodes);
    for (size_t i = 0; i < count; i++) {
        const struct wf_word *word = wf_yaml_word(
            yaml, nodes[i], DC_BILINGUAL("a kind of unit", "组织类型"), wf_unit_kind_words);
        if (word && reading->stage->unit_kinds & 1u << word->value) {
            wf_yaml_wrong(yaml, nodes[i],
                          dc_bilingual_printf(yaml->arena, "%s stands twice in this list",
                                              "列表中 %s 出现两次", word->name));
        }
        reading->stage->unit_kinds |= word ? 1u << word->value : 0;
    }
}

static void
read_stage_who(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const yaml_node_t *nodes[WF_WHO_MAX] = {value};
    size_t count = 1;
    if (value->type == YAML_SEQUENCE_NODE) {
        count = wf_yaml_sequence(yaml, value, DC_BILINGUAL("persons in who", "who 中的人"), 1,
                                 WF_WHO_MAX, nodes);
    }
    reading->stage->who = DC_NEW_ARRAY(yaml->arena, struct wf_who, count);
    reading->stage->who_count = count;
    for (size_t i = 0; i < count; i++) {
        reading->places->who[i] = wf_yaml_place(nodes[i]);
        wf_read_who(yaml, nodes[i], &reading->stage->who[i]);
    }
}

static void
read_stage_mode(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("mode"), wf_modes);
    reading->stage->mode =
        word ? (Workflow__SeatMode)word->value : WORKFLOW__SEAT_MODE__SEAT_MODE_ONE;
}

static void
read_stage_gate(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    reading->places->gate = wf_yaml_place(value);
    const char *text = wf_yaml_text(yaml, value, WF_KEY("gate"));
    if (text && *text) {
        const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("gate"), wf_gates);
        reading->stage->gate = word ? (enum wf_gate)word->value : WF_GATE_NONE;
    }
}

/* The place inside the scalar, where that can be told. */
static void
wrong_condition(struct wf_yaml *yaml, const yaml_node_t *value,
                const struct wf_condition_problem *problem)
{
    struct wf_place place = wf_yaml_place(value);
    yaml_scalar_style_t style = value->data.scalar.style;
    bool plain = style == YAML_PLAIN_SCALAR_STYLE;
    bool block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    if (problem->column > 0 && !block && value->start_mark.line == value->end_mark.line) {
        place.column += problem->column - 1 + (plain ? 0 : 1);
    }
    wf_problem_add(yaml->problems, place.line, place.column,
                   DC_BILINGUAL(dc_arena_printf(yaml->arena, "condition: %s", problem->message.en),
                                problem->message.zh));
}

static void
read_stage_condition(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct stage_reading *reading = target;
    reading->places->condition = wf_yaml_place(value);
    const char *text = wf_yaml_text(yaml, value, WF_KEY("condition"));
    if (!text || !*text) {
        return;
    }
    struct wf_condition_problem problem;
    reading->stage->condition_text = text;
    if (wf_condition_parse(yaml->arena, text, &reading->stage->condition, &problem) != DC_OK) {
        wrong_condition(yaml, value, &problem);
    }
}

static const struct wf_yaml_field stage_fields[] = {
    {"code", true, read_stage_code},
    {"name", true, read_stage_name},
    {"name_en", false, read_stage_name_en},
    {"subject", true, read_stage_subject},
    {"unit_kinds", false, read_stage_unit_kinds},
    {"who", true, read_stage_who},
    {"mode", false, read_stage_mode},
    {"due", true, read_due},
    {"reminders", false, read_reminders},
    {"escalation", false, read_escalation},
    {"gate", false, read_stage_gate},
    {"condition", false, read_stage_condition},
    {"outcomes", true, read_outcomes},
    {0},
};

static void
read_stages(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct reading *reading = target;
    const yaml_node_t *nodes[WF_STAGES_MAX];
    size_t count =
        wf_yaml_sequence(yaml, value, DC_BILINGUAL("stages", "环节"), 1, WF_STAGES_MAX, nodes);
    reading->definition->stages = DC_NEW_ARRAY(yaml->arena, struct wf_stage, count);
    reading->definition->stage_count = count;
    reading->places = DC_NEW_ARRAY(yaml->arena, struct wf_stage_places, count);
    for (size_t i = 0; i < count; i++) {
        struct wf_stage *stage = &reading->definition->stages[i];
        struct wf_stage_places *places = &reading->places[i];
        *stage = (struct wf_stage){.code = "",
                                   .name = "",
                                   .condition_text = "",
                                   .mode = WORKFLOW__SEAT_MODE__SEAT_MODE_ONE,
                                   .due = {.at = -1}};
        places->stage = places->code = places->outcomes = wf_yaml_place(nodes[i]);
        wf_yaml_mapping(yaml, nodes[i], DC_BILINGUAL("a stage", "环节"), stage_fields,
                        &(struct stage_reading){stage, places});
        stage->name_en = stage->name_en ? stage->name_en : stage->name;
    }
}

/* --- the definition -------------------------------------------------------------------- */

static void
read_code(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    ((struct reading *)target)->definition->code = wf_yaml_code(yaml, value, WF_KEY("code"));
}

static void
read_name(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    ((struct reading *)target)->definition->name =
        wf_yaml_name(yaml, value, WF_KEY("name"), WF_NAME_MAX);
}

static void
read_name_en(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct reading *reading = target;
    reading->definition->name_en = wf_yaml_name(yaml, value, WF_KEY("name_en"), WF_NAME_MAX);
}

static void
read_purpose(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    ((struct reading *)target)->definition->purpose = wf_yaml_code(yaml, value, WF_KEY("purpose"));
}

static void
read_period(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("period"), wf_periods);
    ((struct reading *)target)->definition->period =
        word ? (enum dc_period_kind)word->value : DC_PERIOD_MONTH;
}

static void
read_approval(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct reading *reading = target;
    (void)wf_yaml_bool(yaml, value, WF_KEY("approval"), &reading->definition->approval);
}

/* `stages` is read last of all when it stands last; what needs to know of `approval` comes after.
 */
static const struct wf_yaml_field definition_fields[] = {
    {"code", true, read_code},        {"name", true, read_name},
    {"name_en", false, read_name_en}, {"purpose", false, read_purpose},
    {"period", true, read_period},    {"approval", false, read_approval},
    {"stages", true, read_stages},    {0},
};

static void
read_root(struct wf_yaml *yaml, struct wf_definition *definition)
{
    const yaml_node_t *root = wf_yaml_root(yaml);
    struct reading reading = {.definition = definition};
    if (!root || (root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0)) {
        wf_problem_add(yaml->problems, 1, 0,
                       DC_BILINGUAL("the text is empty; a definition has code, name, period and "
                                    "stages",
                                    "文本为空；流程定义须有 code、name、period 和 stages"));
        return;
    }
    if (!wf_yaml_mapping(yaml, root, DC_BILINGUAL("the definition", "流程定义"), definition_fields,
                         &reading)) {
        return;
    }
    definition->name_en = definition->name_en ? definition->name_en : definition->name;
    definition->purpose = definition->purpose ? definition->purpose : definition->code;
    wf_definition_check(definition, reading.places, yaml->problems);
}

enum dc_code
wf_definition_read(struct dc_arena *arena, const char *yaml, size_t length,
                   struct wf_definition **ret_definition, struct wf_problems *problems,
                   struct dc_error *error)
{
    DC_ASSERT(arena && ret_definition && problems && problems->arena);
    struct wf_definition *definition = DC_NEW(arena, struct wf_definition);
    struct wf_yaml tree = {.arena = arena, .problems = problems};
    if (wf_yaml_load(&tree, yaml, length)) {
        read_root(&tree, definition);
        wf_yaml_release(&tree);
    }
    wf_problems_finish(problems);
    if (problems->count > 0) {
        return wf_problems_refuse(problems, error);
    }
    *ret_definition = definition;
    return DC_OK;
}
