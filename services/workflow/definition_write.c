/* definition_write.c - the YAML text that says the same as a message, right or wrong. */
#include <string.h>

#include "base/assert.h"
#include "definition_internal.h"

/* --- single values --------------------------------------------------------------------- */

/* The code point at `text`, valid UTF-8; its bytes in *ret_length. */
static uint32_t
point_at(const char *text, size_t *ret_length)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t length = *c < 0x80 ? 1 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;
    uint32_t point = length == 1 ? *c : *c & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        point = point << 6 | (c[i] & 0x3fu);
    }
    *ret_length = length;
    return point;
}

/* What YAML does not take as it is, or takes for the end of a line. */
static bool
must_escape(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0xa0) || point == 0x2028 || point == 0x2029 ||
           point == 0xfeff || (point & 0xfffe) == 0xfffe;
}

static bool
is_word_point(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') || point == '_' ||
           (point >= 0x80 && !must_escape(point));
}

/* Our reader takes every word for its text; other readers of YAML take these for truths and nothing
 * (https://yaml.org/type/bool.html, https://yaml.org/type/null.html). */
static bool
is_taken(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no",  "on",
                                        "off",  "y",     "n",   "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* A plain scalar that means itself in block and in flow context: words of letters and digits with
 * single blanks between them. */
static bool
is_plain(const char *text)
{
    if (is_taken(text)) {
        return false;
    }
    bool blank_before = true;
    while (*text) {
        size_t length;
        uint32_t point = point_at(text, &length);
        bool blank = point == ' ', digit = point >= '0' && point <= '9';
        bool starts_word = blank_before && !blank;
        if ((blank && blank_before) || (digit && starts_word) ||
            (!blank && !digit && !is_word_point(point))) {
            return false;
        }
        blank_before = blank;
        text += length;
    }
    return !blank_before;
}

static void
write_quoted(struct dc_text *yaml, const char *text)
{
    dc_text_add(yaml, "\"");
    while (*text) {
        size_t length;
        uint32_t point = point_at(text, &length);
        if (point == '"' || point == '\\') {
            dc_text_printf(yaml, "\\%c", (char)point);
        } else if (must_escape(point)) {
            dc_text_printf(yaml, point > 0xffff ? "\\U%08X" : "\\u%04X", point);
        } else {
            dc_text_append(yaml, text, length);
        }
        text += length;
    }
    dc_text_add(yaml, "\"");
}

static void
write_value(struct dc_text *yaml, const char *text)
{
    if (is_plain(text)) {
        dc_text_add(yaml, text);
    } else {
        write_quoted(yaml, text);
    }
}

/* "key: value" on a line of its own, unless it is empty. */
static void
write_line(struct dc_text *yaml, const char *indent, const char *key, const char *text)
{
    if (*text) {
        dc_text_printf(yaml, "%s%s: ", indent, key);
        write_value(yaml, text);
        dc_text_add(yaml, "\n");
    }
}

/* The word, or the number when there is none: the reader then says what is allowed. */
static void
write_word(struct dc_text *yaml, const struct wf_word *words, int value)
{
    const struct wf_word *word = wf_word_of(words, value);
    if (word) {
        dc_text_add(yaml, word->name);
    } else {
        dc_text_printf(yaml, "%d", value);
    }
}

/* --- parts of a stage ------------------------------------------------------------------ */

static void
write_duration(struct dc_text *yaml, const Workflow__Duration *duration)
{
    int amount = duration ? duration->amount : 0;
    dc_text_printf(yaml, "%d %sday%s", amount, duration && duration->working_days ? "working " : "",
                   amount == 1 ? "" : "s");
}

static void
write_who(struct dc_text *yaml, const Workflow__Who *who)
{
    const char *subject = who ? who->subject : "";
    if (strcmp(subject, "person") == 0) {
        dc_text_add(yaml, "{person: ");
        write_value(yaml, who->person_code);
    } else if (strcmp(subject, "role") == 0) {
        dc_text_add(yaml, "{role: ");
        write_word(yaml, wf_roles, (int)who->role);
        if (*who->unit_code) {
            dc_text_add(yaml, ", unit: ");
            write_value(yaml, who->unit_code);
        }
    } else {
        write_value(yaml, subject);
        return;
    }
    dc_text_add(yaml, "}");
}

/* ", by: [sms, mail]"; the inbox goes without saying. */
static void
write_channels(struct dc_text *yaml, const Workflow__Channel *channels, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (channels[i] != WORKFLOW__CHANNEL__CHANNEL_IN_APP) {
            dc_text_add(yaml, any ? ", " : ", by: [");
            write_word(yaml, wf_channel_words, (int)channels[i]);
            any = true;
        }
    }
    dc_text_add(yaml, any ? "]" : "");
}

static void
write_due(struct dc_text *yaml, const Workflow__Due *due)
{
    if (!due) {
        return;
    }
    dc_text_add(yaml, "    due: {");
    if (due->day_of_month != 0) {
        dc_text_printf(yaml, "day_of_month: %d", due->day_of_month);
    }
    if (due->after || due->day_of_month == 0) {
        dc_text_printf(yaml, "%safter: ", due->day_of_month != 0 ? ", " : "");
        write_duration(yaml, due->after);
    }
    if (*due->at) {
        dc_text_add(yaml, ", at: ");
        write_quoted(yaml, due->at); /* "18:00" is a number to other readers of YAML */
    }
    if (*due->when_off && strcmp(due->when_off, "after") != 0) {
        dc_text_add(yaml, ", when_off: ");
        write_value(yaml, due->when_off);
    }
    dc_text_add(yaml, "}\n");
}

static void
write_reminders(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    dc_text_add(yaml, stage->n_reminders > 0 ? "    reminders:\n" : "");
    for (size_t i = 0; i < stage->n_reminders; i++) {
        const Workflow__ReminderRule *reminder = stage->reminders[i];
        dc_text_add(yaml, "      - {before: ");
        write_duration(yaml, reminder->before);
        write_channels(yaml, reminder->channels, reminder->n_channels);
        dc_text_add(yaml, "}\n");
    }
}

static void
write_escalation(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    dc_text_add(yaml, stage->n_escalation > 0 ? "    escalation:\n" : "");
    for (size_t i = 0; i < stage->n_escalation; i++) {
        const Workflow__RungRule *rung = stage->escalation[i];
        dc_text_add(yaml, "      - {after: ");
        write_duration(yaml, rung->after);
        if (rung->to) {
            dc_text_add(yaml, ", to: ");
            write_who(yaml, rung->to);
        }
        write_channels(yaml, rung->channels, rung->n_channels);
        dc_text_printf(yaml, ", tell_owner: %s}\n", rung->tell_owner ? "true" : "false");
    }
}

static void
write_outcomes(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    dc_text_add(yaml, stage->n_outcomes > 0 ? "    outcomes:\n" : "");
    for (size_t i = 0; i < stage->n_outcomes; i++) {
        const Workflow__OutcomeRule *outcome = stage->outcomes[i];
        const struct {
            const char *key, *value;
        } fields[] = {{"code", outcome->code},
                      {"name", outcome->name},
                      {"name_en", outcome->name_en},
                      {"kind", outcome->kind},
                      {"to", outcome->to}};
        dc_text_add(yaml, "      - {");
        for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++) {
            bool optional = j == 2 || j == 4; /* name_en, to */
            if (optional && !*fields[j].value) {
                continue;
            }
            dc_text_printf(yaml, "%s%s: ", j > 0 ? ", " : "", fields[j].key);
            write_value(yaml, fields[j].value);
        }
        dc_text_add(yaml, "}\n");
    }
}

static void
write_unit_kinds(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    for (size_t i = 0; i < stage->n_unit_kinds; i++) {
        dc_text_add(yaml, i == 0 ? "    unit_kinds: [" : ", ");
        write_value(yaml, stage->unit_kinds[i]);
    }
    dc_text_add(yaml, stage->n_unit_kinds > 0 ? "]\n" : "");
}

static void
write_all_who(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    for (size_t i = 0; i < stage->n_who; i++) {
        dc_text_add(yaml, i == 0 ? "    who: [" : ", ");
        write_who(yaml, stage->who[i]);
    }
    dc_text_add(yaml, stage->n_who > 0 ? "]\n" : "");
}

static void
write_stage(struct dc_text *yaml, const Workflow__StageRule *stage)
{
    dc_text_add(yaml, "  - code: ");
    write_value(yaml, stage->code);
    dc_text_add(yaml, "\n    name: ");
    write_value(yaml, stage->name);
    dc_text_add(yaml, "\n");
    write_line(yaml, "    ", "name_en", stage->name_en);
    dc_text_add(yaml, "    subject: ");
    write_word(yaml, wf_subjects, (int)stage->subject);
    dc_text_add(yaml, "\n");
    write_unit_kinds(yaml, stage);
    write_all_who(yaml, stage);
    if (stage->mode != WORKFLOW__SEAT_MODE__SEAT_MODE_UNSPECIFIED) {
        dc_text_add(yaml, "    mode: ");
        write_word(yaml, wf_modes, (int)stage->mode);
        dc_text_add(yaml, "\n");
    }
    write_due(yaml, stage->due);
    write_reminders(yaml, stage);
    write_escalation(yaml, stage);
    write_line(yaml, "    ", "gate", stage->gate);
    write_line(yaml, "    ", "condition", stage->condition);
    write_outcomes(yaml, stage);
}

void
wf_definition_write(const Workflow__Definition *message, struct dc_text *text)
{
    DC_ASSERT(message && text);
    write_line(text, "", "code", message->code);
    write_line(text, "", "name", message->name);
    write_line(text, "", "name_en", message->name_en);
    write_line(text, "", "purpose", message->purpose);
    write_line(text, "", "period", message->period);
    dc_text_add(text, message->approval ? "approval: true\n" : "");
    dc_text_add(text, "stages:");
    dc_text_add(text, message->n_stages > 0 ? "\n" : " []\n");
    for (size_t i = 0; i < message->n_stages; i++) {
        write_stage(text, message->stages[i]);
    }
}
