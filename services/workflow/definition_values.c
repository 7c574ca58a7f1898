/* definition_values.c - durations, persons and channels in the text of a definition. */
#include "definition_values.h"

#include <stdlib.h>
#include <string.h>

/* --- durations ------------------------------------------------------------------------- */

static const struct {
    const char *text;
    bool working_days;
} duration_units[] = {
    {"day", false},        {"days", false},        {"天", false},      {"日", false},
    {"working day", true}, {"working days", true}, {"个工作日", true}, {"工作日", true},
};

static bool
parse_duration(const char *text, struct wf_duration *ret_duration)
{
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 4) {
        return false;
    }
    const char *unit = text + digits + strspn(text + digits, " ");
    for (size_t i = 0; i < sizeof duration_units / sizeof duration_units[0]; i++) {
        if (strcmp(unit, duration_units[i].text) == 0) {
            *ret_duration = (struct wf_duration){atoi(text), duration_units[i].working_days};
            return true;
        }
    }
    return false;
}

void
wf_read_duration(struct wf_yaml *yaml, const yaml_node_t *node, struct dc_bilingual what,
                 int32_t minimum, int32_t maximum, struct wf_duration *ret_duration)
{
    const char *text = wf_yaml_text(yaml, node, what);
    struct wf_duration duration;
    if (!text) {
        return;
    }
    if (!parse_duration(text, &duration) || duration.amount < minimum ||
        duration.amount > maximum) {
        struct dc_bilingual least =
            wf_duration_words(yaml->arena, (struct wf_duration){minimum, false});
        wf_yaml_wrong_about(
            yaml, node, what,
            DC_BILINGUAL(
                dc_arena_printf(yaml->arena,
                                "is \"%.*s\"; allowed are \"%s\" to \"%d days\", or working days",
                                wf_cut(text), text, least.en, maximum),
                dc_arena_printf(yaml->arena, "为“%.*s”；可填“%s”到“%d 天”，也可用工作日",
                                wf_cut(text), text, least.zh, maximum)));
        return;
    }
    *ret_duration = duration;
}

/* --- who ------------------------------------------------------------------------------- */

enum { PLACE_CODE_MAX = 64 /* characters of a person's or unit's code */ };

struct who_reading {
    struct wf_who *who;
    bool person, role;
};

static void
read_who_person(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct who_reading *reading = target;
    reading->person = true;
    const char *code = wf_yaml_name(yaml, value, WF_KEY("person"), PLACE_CODE_MAX);
    reading->who->person_code = code ? code : "";
}

static void
read_who_role(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct who_reading *reading = target;
    reading->role = true;
    const struct wf_word *word = wf_yaml_word(yaml, value, WF_KEY("role"), wf_roles);
    reading->who->role = word ? (Kernel__Role)word->value : KERNEL__ROLE__ROLE_UNSPECIFIED;
}

static void
read_who_unit(struct wf_yaml *yaml, const yaml_node_t *value, void *target)
{
    struct who_reading *reading = target;
    const char *code = wf_yaml_name(yaml, value, WF_KEY("unit"), PLACE_CODE_MAX);
    reading->who->unit_code = code ? code : "";
}

static const struct wf_yaml_field who_fields[] = {
    {"role", false, read_who_role},
    {"unit", false, read_who_unit},
    {"person", false, read_who_person},
    {0},
};

void
wf_read_who(struct wf_yaml *yaml, const yaml_node_t *node, struct wf_who *ret_who)
{
    *ret_who = (struct wf_who){.person_code = "", .unit_code = ""};
    if (node->type == YAML_SCALAR_NODE) {
        const char *text = wf_yaml_text(yaml, node, WF_KEY("who"));
        const struct wf_word *word = text ? wf_word_find(wf_who_words, text) : NULL;
        if (word) {
            ret_who->kind = (enum wf_who_kind)word->value;
        } else if (text) {
            wf_yaml_wrong(
                yaml, node,
                dc_bilingual_printf(yaml->arena,
                                    "\"%.*s\" is nobody; allowed are %s, {role: director}, {role: "
                                    "director, unit: CODE} and {person: CODE}",
                                    "“%.*s”不指任何人；可填 %s、{role: director}、{role: director, "
                                    "unit: CODE} 或 {person: CODE}",
                                    wf_cut(text), text, wf_words_list(yaml->arena, wf_who_words)));
        }
        return;
    }
    struct who_reading reading = {.who = ret_who};
    if (!wf_yaml_mapping(yaml, node, WF_KEY("who"), who_fields, &reading)) {
        return;
    }
    ret_who->kind = reading.person ? WF_WHO_PERSON : WF_WHO_ROLE;
    if (reading.person == reading.role) {
        wf_yaml_wrong(yaml, node,
                      DC_BILINGUAL("who names either a role or a person",
                                   "who 须写 role 或 person 其中之一"));
    } else if (reading.person && *ret_who->unit_code) {
        wf_yaml_wrong(yaml, node,
                      DC_BILINGUAL("unit goes with a role, not with a person",
                                   "unit 与 role 一起使用，不与 person 一起"));
    }
}

/* --- channels -------------------------------------------------------------------------- */

void
wf_read_channels(struct wf_yaml *yaml, const yaml_node_t *value, wf_channels *ret_channels)
{
    const yaml_node_t *nodes[WF_CHANNELS_MAX];
    size_t count =
        wf_yaml_sequence(yaml, value, DC_BILINGUAL("channels", "渠道"), 0, WF_CHANNELS_MAX, nodes);
    wf_channels given = 0;
    for (size_t i = 0; i < count; i++) {
        const struct wf_word *word =
            wf_yaml_word(yaml, nodes[i], DC_BILINGUAL("channel", "渠道"), wf_channel_words);
        if (word && given & 1u << word->value) {
            wf_yaml_wrong(yaml, nodes[i],
                          dc_bilingual_printf(yaml->arena, "%s stands twice in this list",
                                              "列表中 %s 出现两次", word->name));
        }
        given |= word ? 1u << word->value : 0;
    }
    *ret_channels |= given;
}
