/*
 * definition.h - a process definition: what happens after what, who decides, until when, and what
 * happens when nobody does. Pure: YAML text or a form in, a checked structure out, or everything
 * that is wrong with it.
 *
 * The YAML text is the definition. deploy/processes/ has the shipped ones, commented so that they
 * can serve as models. All keys:
 *
 *     code: goal_confirmation      [a-z][a-z0-9_]*, at most 40 characters; as all codes here
 *     name: 目标确认                1..60 characters
 *     name_en: Goal confirmation   as above; left out: the same as name. In stages and outcomes too
 *     purpose: goal_confirmation   code; what other services react to; left out: the same as code
 *     period: month                month, quarter, year; of an approval only what its form
 *                                  offers first
 *     approval: false              true: started by a proposal, with facts; left out: false
 *     stages:                      1..30
 *       - code: confirm
 *         name: 确认目标
 *         subject: unit            cycle, unit, person: what there is a case for
 *         unit_kinds: [department] only and always with unit: company, department, team
 *         who: [{role: director}]  1..10, or one without brackets: self, manager, starter,
 *                                  {person: E0042}, {role: director}, or with unit: FIN (another
 *                                  department). A role is the nearest holder, going up.
 *                                  self and manager only where the subject is a person
 *         mode: one                one, any 或签, all 会签, sequence 依次; left out: one
 *         due: {after: 3 working days, at: "18:00"}
 *                                  after (0..366 days or working days; "3 天", "3 个工作日") or
 *                                  day_of_month (1..31; past the month's end: its last day);
 *                                  at left out: the calendar's end of day; when_off (a day off):
 *                                  before, after (default), keep
 *         reminders:               0..10, before the deadline
 *           - {before: 3 days, by: [sms]}    1..60; channels mail, sms, robot; in_app always
 *         escalation:              0..5, the ladder after the deadline
 *           - {after: 0 days, to: {role: vice_president}, by: [sms], tell_owner: true}
 *                                  0..60; each rung later than the one before; tell_owner left
 *                                  out: true
 *         gate: submission_complete    must be true before approve or submit; left out: none
 *                                  submission_complete: of units; ratings_given: of people, in an
 *                                  approval: the service reviews alone passes it;
 *                                  correction_stated: of people, in an approval: what a result
 *                                  is to be was stated
 *         condition: raise_percent > 20    approvals only: the stage is passed over when false
 *         outcomes:                1..8
 *           - {code: confirm, name: 确认, kind: approve, to: next}
 *                                  kind: approve, submit, skip, return; to: a stage of the same
 *                                  track, next, end; left out: next. return must say where to: a
 *                                  stage, or end (refused). next of a track's last stage is its end
 *
 * Stages that stand next to each other with the same subject and the same unit kinds are a track:
 * a case walks through the stages of one track. Loops are legal as long as every stage can reach
 * the end of its track.
 *
 * Modes all and sequence need exactly one outcome that is approve or submit: it is what all have to
 * choose.
 *
 * Bounds of the text: 64 KiB, 8 levels; no anchors, aliases, tags or second documents.
 */
#ifndef DC_WORKFLOW_DEFINITION_H
#define DC_WORKFLOW_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "condition.h"
#include "problem.h"

#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/workflow.pb-c.h>

enum {
    WF_DEFINITION_BYTES_MAX = 65536,
    WF_DEFINITION_DEPTH_MAX = 8,
    WF_CODE_MAX = 40, /* characters */
    WF_NAME_MAX = 60, /* characters */
    WF_STAGES_MAX = 30,
    WF_WHO_MAX = 10,
    WF_UNIT_KINDS_MAX = 3,
    WF_REMINDERS_MAX = 10,
    WF_RUNGS_MAX = 5,
    WF_OUTCOMES_MAX = 8,
    WF_DUE_DAYS_MAX = 366,
    WF_REMINDER_DAYS_MAX = 60,
    WF_RUNG_DAYS_MAX = 60,
    WF_CHANNELS_MAX = 4,
};

/* A set of channels: bit (1 << Workflow__Channel). IN_APP is in every set of a definition. */
typedef uint32_t wf_channels;
#define WF_CHANNEL(channel) (1u << WORKFLOW__CHANNEL__CHANNEL_##channel)
/* In the order of the enum; returns how many. */
size_t wf_channels_list(wf_channels channels, Workflow__Channel ret_list[WF_CHANNELS_MAX]);

/* A set of unit kinds: bit (1 << Org__UnitKind). */
typedef uint32_t wf_unit_kinds;
/* In the order of the enum (company, department, team); their names in YAML and messages. */
size_t wf_unit_kinds_list(wf_unit_kinds kinds, Org__UnitKind ret_list[WF_UNIT_KINDS_MAX]);
const char *wf_unit_kind_name(Org__UnitKind kind);

enum wf_who_kind { WF_WHO_SELF, WF_WHO_MANAGER, WF_WHO_PERSON, WF_WHO_ROLE, WF_WHO_STARTER };
/* Whom a rule means is found by the store; who sits where is decided in choose.h. */
struct wf_who {
    enum wf_who_kind kind;
    Kernel__Role role;       /* ROLE: the nearest holder over the unit, going up */
    const char *person_code; /* PERSON; "" otherwise */
    const char *unit_code;   /* ROLE: of this unit instead of the subject's; "" otherwise */
};

struct wf_duration {
    int32_t amount;
    bool working_days;
};

enum wf_when_off { WF_OFF_AFTER, WF_OFF_BEFORE, WF_OFF_KEEP };
struct wf_due_rule {
    int32_t day_of_month;     /* 0 = by `after` */
    struct wf_duration after; /* of the opening */
    int32_t at;               /* minute of the day, 1..1440; -1 = the calendar's end of day */
    enum wf_when_off when_off;
};

struct wf_reminder {
    struct wf_duration before;
    wf_channels channels;
};

struct wf_rung {
    struct wf_duration after; /* the deadline */
    struct wf_who to;
    wf_channels channels;
    bool tell_owner;
};

enum wf_outcome_kind { WF_APPROVE, WF_SUBMIT, WF_SKIP, WF_RETURN };
/* Where an outcome leads when not to a stage. */
enum { WF_TO_NEXT = -1, WF_TO_END = -2 };
struct wf_outcome {
    const char *code;
    const char *name;
    const char *name_en;
    enum wf_outcome_kind kind; /* RETURN needs a reason */
    int32_t to;                /* index of a stage of the same track, WF_TO_NEXT or WF_TO_END */
};

enum wf_gate { WF_GATE_NONE, WF_GATE_SUBMISSION_COMPLETE, WF_GATE_RATINGS_GIVEN, WF_GATE_CORRECTION_STATED };

struct wf_stage {
    const char *code;
    const char *name;
    const char *name_en;
    Workflow__SubjectKind subject;
    wf_unit_kinds unit_kinds; /* UNIT; 0 otherwise */
    struct wf_who *who;
    size_t who_count;
    Workflow__SeatMode mode;
    struct wf_due_rule due;
    struct wf_reminder *reminders;
    size_t reminder_count;
    struct wf_rung *rungs;
    size_t rung_count;
    enum wf_gate gate;
    const char *condition_text;           /* "" = none */
    const struct wf_condition *condition; /* NULL = none */
    struct wf_outcome *outcomes;
    size_t outcome_count;
    int32_t track; /* from 0 */
};

struct wf_definition {
    const char *code;
    const char *name;
    const char *name_en;
    const char *purpose;
    enum dc_period_kind period;
    bool approval;
    struct wf_stage *stages; /* in the order of the text; the stages of a track stand together */
    size_t stage_count;
    int32_t track_count;
};

/*
 * Reads and checks. `problems` (with its arena set, otherwise zeroed) gets everything that is
 * wrong, by place. The definition lives in the arena. Errors: INVALID_ARGUMENT when there is any
 * problem; `error` then has the first, as "line:column: message".
 */
enum dc_code wf_definition_read(struct dc_arena *arena, const char *yaml, size_t length,
                                struct wf_definition **ret_definition, struct wf_problems *problems,
                                struct dc_error *error) DC_MUST_CHECK;

/*
 * As a message, without version, yaml, author, saved_at_us and reason; in the arena.
 */
Workflow__Definition *wf_definition_message(struct dc_arena *arena,
                                            const struct wf_definition *definition);
/* One outcome as a message (GetTaskResponse.outcomes). */
Workflow__OutcomeRule *wf_outcome_message(struct dc_arena *arena,
                                          const struct wf_definition *definition,
                                          const struct wf_outcome *outcome);
/*
 * The YAML text that says the same as a message. Any message, also a wrong one: what is wrong is
 * found when the text is read again, with its place in that text. So a form is checked and saved by
 * writing it and reading what was written. Reading what was written of a definition gives an equal
 * one. Texts that are no valid UTF-8 cannot come here (the wire check refuses them).
 */
void wf_definition_write(const Workflow__Definition *message, struct dc_text *text);

bool wf_definition_equal(const struct wf_definition *a, const struct wf_definition *b);

/* A Mermaid flowchart: a box per stage with who and mode, an arrow per outcome, a frame per track.
 * https://mermaid.js.org/syntax/flowchart.html (diagram.c) */
void wf_definition_diagram(const struct wf_definition *definition, struct dc_text *text);

/* --- walking --------------------------------------------------------------------------- */

/* Indices of stages count from 0; WF_TO_END is behind the last. */

/* Index, or -1. */
int32_t wf_stage_find(const struct wf_definition *definition, const char *code);
/* NULL when there is none. */
const struct wf_outcome *wf_outcome_find(const struct wf_stage *stage, const char *code);
int32_t wf_track_first(const struct wf_definition *definition, int32_t track);

/* Where a case goes that would enter at `stage` (an index, or WF_TO_END): the first stage from
 * there on, within the track, that is not passed over; or WF_TO_END. Only a condition that is
 * false passes a stage over: when it is unknown the stage is entered and `ret_culprit` (may be
 * NULL) names the fact at fault, otherwise NULL. */
int32_t wf_stage_enter(const struct wf_definition *definition, int32_t stage,
                       const struct wf_fact *facts, size_t fact_count, const char **ret_culprit);
/* The same for a case that leaves `stage` by `outcome`. */
int32_t wf_stage_after(const struct wf_definition *definition, int32_t stage,
                       const struct wf_outcome *outcome, const struct wf_fact *facts,
                       size_t fact_count, const char **ret_culprit);

/* The facts that the conditions name, each once: what a proposal has to tell. Returns how many;
 * `ret_names` has room for WF_CONDITION_FACTS_MAX. */
size_t wf_definition_facts(const struct wf_definition *definition,
                           const char *ret_names[WF_CONDITION_FACTS_MAX]);

/* Does the gate stand before this outcome? (approve and submit; not return and skip) */
bool wf_gate_holds(const struct wf_stage *stage, const struct wf_outcome *outcome);

/* --- words, as in YAML and in messages ------------------------------------------------- */
const char *wf_role_name(Kernel__Role role);                 /* "vice_president" */
const char *wf_outcome_kind_name(enum wf_outcome_kind kind); /* "approve" */
/* The first outcome of a kind; NULL when there is none. */
const struct wf_outcome *wf_outcome_of_kind(const struct wf_stage *stage,
                                            enum wf_outcome_kind kind);
const char *wf_gate_name(enum wf_gate gate);                 /* "submission_complete", ..., "" */
const char *wf_subject_name(Workflow__SubjectKind subject);  /* "unit" */
const char *wf_mode_name(Workflow__SeatMode mode);           /* "any" */
const char *wf_period_name(enum dc_period_kind period);      /* "month" */

#endif
