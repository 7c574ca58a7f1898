/* words.c - the words of a definition: one table each, for reading, writing and showing. */
#include <string.h>

#include "base/assert.h"
#include "base/words.h"
#include "definition_internal.h"

/* clang-format off */
/* Those of kernel.v1.Role who decide about performance; administrators and programs do not. */
const struct wf_word wf_roles[] = {
    {"team_lead", KERNEL__ROLE__ROLE_TEAM_LEAD, "团队主管"},
    {"director", KERNEL__ROLE__ROLE_DIRECTOR, "业务总监"},
    {"vice_president", KERNEL__ROLE__ROLE_VICE_PRESIDENT, "分管副总"},
    {"boss", KERNEL__ROLE__ROLE_BOSS, "老板"},
    {"supervisor", KERNEL__ROLE__ROLE_SUPERVISOR, "绩效主管"},
    {0},
};
const struct wf_word wf_subjects[] = {
    {DC_WORDS("cycle"), WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_CYCLE, "整个周期"},
    {DC_WORDS("unit"), WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT, "组织"},
    {DC_WORDS("person"), WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON, "员工"},
    {0},
};
const struct wf_word wf_unit_kind_words[] = {
    {"company", ORG__UNIT_KIND__UNIT_KIND_COMPANY, "公司"},
    {"department", ORG__UNIT_KIND__UNIT_KIND_DEPARTMENT, "部门"},
    {"team", ORG__UNIT_KIND__UNIT_KIND_TEAM, "团队"},
    {0},
};
const struct wf_word wf_modes[] = {
    {"one", WORKFLOW__SEAT_MODE__SEAT_MODE_ONE, "一人"},
    {"any", WORKFLOW__SEAT_MODE__SEAT_MODE_ANY, "或签"},
    {"all", WORKFLOW__SEAT_MODE__SEAT_MODE_ALL, "会签"},
    {"sequence", WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE, "依次"},
    {0},
};
const struct wf_word wf_channel_words[] = {
    {"in_app", WORKFLOW__CHANNEL__CHANNEL_IN_APP, "站内"},
    {"mail", WORKFLOW__CHANNEL__CHANNEL_MAIL, "邮件"},
    {"sms", WORKFLOW__CHANNEL__CHANNEL_SMS, "短信"},
    {"robot", WORKFLOW__CHANNEL__CHANNEL_ROBOT, "群机器人"},
    {0},
};
const struct wf_word wf_outcome_kinds[] = {
    {"approve", WF_APPROVE, "同意"},
    {"submit", WF_SUBMIT, "提交"},
    {"skip", WF_SKIP, "跳过"},
    {"return", WF_RETURN, "退回"},
    {0},
};
const struct wf_word wf_gates[] = {
    {"submission_complete", WF_GATE_SUBMISSION_COMPLETE, "数据齐全"},
    {"ratings_given", WF_GATE_RATINGS_GIVEN, "评价已提交"},
    {"correction_stated", WF_GATE_CORRECTION_STATED, "更正已提出"},
    {0},
};
const struct wf_word wf_periods[] = {
    {DC_WORDS("month"), DC_PERIOD_MONTH, "月度"},
    {DC_WORDS("quarter"), DC_PERIOD_QUARTER, "季度"},
    {DC_WORDS("year"), DC_PERIOD_YEAR, "年度"},
    {0},
};
const struct wf_word wf_when_offs[] = {
    {"after", WF_OFF_AFTER, "顺延"},
    {"before", WF_OFF_BEFORE, "提前"},
    {"keep", WF_OFF_KEEP, "不变"},
    {0},
};
const struct wf_word wf_who_words[] = {
    {"self", WF_WHO_SELF, "本人"},
    {"manager", WF_WHO_MANAGER, "直接上级"},
    {"starter", WF_WHO_STARTER, "发起人"},
    {0},
};
/* clang-format on */

const struct wf_word *
wf_word_find(const struct wf_word *words, const char *name)
{
    for (; words->name; words++) {
        if (strcmp(words->name, name) == 0) {
            return words;
        }
    }
    return NULL;
}

const struct wf_word *
wf_word_of(const struct wf_word *words, int value)
{
    for (; words->name; words++) {
        if (words->value == value) {
            return words;
        }
    }
    return NULL;
}

const char *
wf_words_list(struct dc_arena *arena, const struct wf_word *words)
{
    const char *list = words->name;
    for (words++; words->name; words++) {
        list = dc_arena_printf(arena, "%s, %s", list, words->name);
    }
    return list;
}

static const char *
name_of(const struct wf_word *words, int value)
{
    const struct wf_word *word = wf_word_of(words, value);
    return word ? word->name : "";
}

const char *
wf_role_name(Kernel__Role role)
{
    return name_of(wf_roles, (int)role);
}

const char *
wf_outcome_kind_name(enum wf_outcome_kind kind)
{
    return name_of(wf_outcome_kinds, (int)kind);
}

const char *
wf_gate_name(enum wf_gate gate)
{
    return name_of(wf_gates, (int)gate);
}

const char *
wf_subject_name(Workflow__SubjectKind subject)
{
    return name_of(wf_subjects, (int)subject);
}

const char *
wf_mode_name(Workflow__SeatMode mode)
{
    return name_of(wf_modes, (int)mode);
}

const char *
wf_period_name(enum dc_period_kind period)
{
    return name_of(wf_periods, (int)period);
}

const char *
wf_unit_kind_name(Org__UnitKind kind)
{
    return name_of(wf_unit_kind_words, (int)kind);
}

size_t
wf_unit_kinds_list(wf_unit_kinds kinds, Org__UnitKind ret_list[WF_UNIT_KINDS_MAX])
{
    size_t count = 0;
    for (const struct wf_word *word = wf_unit_kind_words; word->name; word++) {
        if (kinds & 1u << word->value) {
            ret_list[count++] = (Org__UnitKind)word->value;
        }
    }
    return count;
}

size_t
wf_channels_list(wf_channels channels, Workflow__Channel ret_list[WF_CHANNELS_MAX])
{
    size_t count = 0;
    for (const struct wf_word *word = wf_channel_words; word->name; word++) {
        if (channels & 1u << word->value) {
            ret_list[count++] = (Workflow__Channel)word->value;
        }
    }
    return count;
}

struct dc_bilingual
wf_duration_words(struct dc_arena *arena, struct wf_duration duration)
{
    bool working = duration.working_days;
    return DC_BILINGUAL(
        dc_arena_printf(arena, "%d %sday%s", duration.amount, working ? "working " : "",
                        duration.amount == 1 ? "" : "s"),
        dc_arena_printf(arena, "%d %s", duration.amount, working ? "个工作日" : "天"));
}
