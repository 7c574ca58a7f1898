/*
 * objection.c - the life of an objection.
 */
#include "objection.h"

#include "base/words.h"

#include <string.h>

#define OPEN SCORING__OBJECTION_STATE__OBJECTION_STATE_OPEN
#define UPHELD SCORING__OBJECTION_STATE__OBJECTION_STATE_UPHELD
#define CORRECTED SCORING__OBJECTION_STATE__OBJECTION_STATE_CORRECTED
#define WITHDRAWN SCORING__OBJECTION_STATE__OBJECTION_STATE_WITHDRAWN

static const struct {
    Scoring__ObjectionState from;
    enum objection_act act;
    Scoring__ObjectionState to;
    const char *sentence;
} transitions[] = {
    {OPEN, OBJECTION_STATE_CORRECTION, OPEN, "a correction is stated"},
    {OPEN, OBJECTION_WITHDRAW, WITHDRAWN, "withdrawn by the person"},
    {OPEN, OBJECTION_UPHOLD, UPHELD, "decided: the result stays"},
    {OPEN, OBJECTION_CORRECT, CORRECTED, "decided: the next version of the result"},
};
enum { TRANSITIONS = sizeof(transitions) / sizeof(transitions[0]) };

static const struct {
    Scoring__ObjectionState state;
    const char *name;
} names[] = {
    {OPEN, DC_WORDS("open")},
    {UPHELD, DC_WORDS("decided: the result stays")},
    {CORRECTED, DC_WORDS("decided: the result was corrected")},
    {WITHDRAWN, DC_WORDS("withdrawn")},
};

static const char *
name_of(Scoring__ObjectionState state)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].state == state) {
            return names[i].name;
        }
    }
    return "";
}

enum dc_code
objection_step(Scoring__ObjectionState *state, enum objection_act act, struct dc_error *error)
{
    for (size_t i = 0; i < TRANSITIONS; i++) {
        if (transitions[i].from == *state && transitions[i].act == act) {
            *state = transitions[i].to;
            return DC_OK;
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION, "the objection is settled already: %s",
                   name_of(*state));
}

bool
objection_is_open(Scoring__ObjectionState state)
{
    return state == OPEN;
}

enum dc_code
objection_check_day(dc_date today, dc_date last, struct dc_error *error)
{
    char day[DC_DATE_TEXT];
    if (today <= last) {
        return DC_OK;
    }
    dc_date_format(last, day);
    return dc_fail_field(error, DC_FAILED_PRECONDITION, "period",
                         "the last day to object to this result was %s", day);
}

enum objection_act
objection_act_of(const char *outcome_kind, bool stated)
{
    bool agreed = strcmp(outcome_kind, "approve") == 0 || strcmp(outcome_kind, "submit") == 0;
    return agreed && stated ? OBJECTION_CORRECT : OBJECTION_UPHOLD;
}

static const char *
diagram_name(Scoring__ObjectionState state)
{
    static const char *const words[] = {
        [OPEN] = "open", [UPHELD] = "upheld", [CORRECTED] = "corrected", [WITHDRAWN] = "withdrawn"};
    return words[state];
}

void
objection_write_diagram(struct dc_text *text)
{
    dc_text_printf(text, "stateDiagram-v2\n    [*] --> open: raised, the line is frozen\n");
    for (size_t i = 0; i < TRANSITIONS; i++) {
        dc_text_printf(text, "    %s --> %s: %s\n", diagram_name(transitions[i].from),
                       diagram_name(transitions[i].to), transitions[i].sentence);
    }
}
