/*
 * sample_test.h - random definitions, all of them right, for tests.
 */
#ifndef DC_WORKFLOW_SAMPLE_TEST_H
#define DC_WORKFLOW_SAMPLE_TEST_H

#include <string.h>

#include "definition.h"
#include "tests/lib/harness.h"

static inline int32_t
wf_sample_below(struct dc_test_random *random, uint64_t bound)
{
    return (int32_t)dc_test_random_below(random, bound);
}

static inline const char *
wf_sample_name(struct dc_arena *arena, struct dc_test_random *random)
{
    static const char *const pieces[] = {"目标", "确认", "Review", " ",  "3", ":",  "#", "\"",
                                         "'",    "-",    "{",      "，", "é", "\\", "a", "📈"};
    const char *name = "名";
    for (int i = wf_sample_below(random, 8); i > 0; i--) {
        const char *piece = pieces[wf_sample_below(random, sizeof pieces / sizeof pieces[0])];
        name = wf_sample_below(random, 2) ? dc_arena_printf(arena, "%s%s", name, piece)
                                          : dc_arena_printf(arena, "%s%s", piece, name);
    }
    return name;
}

static inline struct wf_who
wf_sample_who(struct dc_arena *arena, struct dc_test_random *random, bool of_person, int number)
{
    static const Kernel__Role roles[] = {KERNEL__ROLE__ROLE_TEAM_LEAD, KERNEL__ROLE__ROLE_DIRECTOR,
                                         KERNEL__ROLE__ROLE_VICE_PRESIDENT, KERNEL__ROLE__ROLE_BOSS,
                                         KERNEL__ROLE__ROLE_SUPERVISOR};
    struct wf_who who = {.person_code = "", .unit_code = ""};
    int kind = wf_sample_below(random, of_person ? 5 : 3);
    if (kind == 0) { /* always another one */
        who.kind = WF_WHO_PERSON;
        who.person_code = dc_arena_printf(arena, "E %d", number);
    } else if (kind == 1) {
        who.kind = WF_WHO_ROLE;
        who.role = roles[wf_sample_below(random, 5)];
        who.unit_code = dc_arena_printf(arena, "部门-%d", number);
    } else {
        who.kind = kind == 2 ? WF_WHO_STARTER : kind == 3 ? WF_WHO_SELF : WF_WHO_MANAGER;
    }
    return who;
}

static inline bool
wf_sample_same_who(const struct wf_who *a, const struct wf_who *b)
{
    return a->kind == b->kind && strcmp(a->person_code, b->person_code) == 0 &&
           strcmp(a->unit_code, b->unit_code) == 0;
}

static inline void
wf_sample_people(struct dc_arena *arena, struct dc_test_random *random, struct wf_stage *stage)
{
    bool of_person = stage->subject == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    stage->who = DC_NEW_ARRAY(arena, struct wf_who, WF_WHO_MAX);
    for (int wanted = 1 + wf_sample_below(random, WF_WHO_MAX), i = 0; i < wanted; i++) {
        struct wf_who who = wf_sample_who(arena, random, of_person, i);
        bool there = false;
        for (size_t j = 0; j < stage->who_count; j++) {
            there = there || wf_sample_same_who(&who, &stage->who[j]);
        }
        if (!there) {
            stage->who[stage->who_count++] = who;
        }
    }
    stage->rungs = DC_NEW_ARRAY(arena, struct wf_rung, WF_RUNGS_MAX);
    bool working = wf_sample_below(random, 2);
    int32_t after = wf_sample_below(random, 3);
    for (int i = wf_sample_below(random, WF_RUNGS_MAX + 1); i > 0; i--) {
        struct wf_who to = wf_sample_who(arena, random, of_person, i);
        size_t count = stage->rung_count;
        if (count > 0 && wf_sample_same_who(&to, &stage->rungs[count - 1].to)) {
            continue;
        }
        stage->rungs[stage->rung_count++] = (struct wf_rung){
            .after = {after, working},
            .to = to,
            .channels = WF_CHANNEL(IN_APP) | (wf_channels)wf_sample_below(random, 8) << 2,
            .tell_owner = wf_sample_below(random, 2)};
        after += 1 + wf_sample_below(random, 5);
    }
}

static inline void
wf_sample_times(struct dc_arena *arena, struct dc_test_random *random, struct wf_stage *stage)
{
    bool by_day = wf_sample_below(random, 3) == 0;
    stage->due = (struct wf_due_rule){
        .day_of_month = by_day ? 1 + wf_sample_below(random, 31) : 0,
        .after = {by_day ? 0 : wf_sample_below(random, WF_DUE_DAYS_MAX + 1),
                  !by_day && wf_sample_below(random, 2)},
        .at = wf_sample_below(random, 2) ? -1 : 1 + wf_sample_below(random, 1440),
        .when_off = (enum wf_when_off)wf_sample_below(random, 3)};
    stage->reminders = DC_NEW_ARRAY(arena, struct wf_reminder, WF_REMINDERS_MAX);
    int32_t before = 0;
    for (int i = wf_sample_below(random, WF_REMINDERS_MAX + 1); i > 0; i--) {
        before += 1 + wf_sample_below(random, 5);
        if (!by_day && before > stage->due.after.amount) {
            break;
        }
        stage->reminders[stage->reminder_count++] = (struct wf_reminder){
            .before = {before, stage->due.after.working_days && wf_sample_below(random, 2)},
            .channels = WF_CHANNEL(IN_APP) | (wf_channels)wf_sample_below(random, 8) << 2};
    }
}

/* The last stage of each track ends it, the others lead on: so there is a way through; what else
 * there is leads anywhere within the track. */
static inline void
wf_sample_outcomes(struct dc_arena *arena, struct dc_test_random *random,
                   struct wf_definition *definition, size_t first, size_t last, size_t at)
{
    struct wf_stage *stage = &definition->stages[at];
    stage->outcomes = DC_NEW_ARRAY(arena, struct wf_outcome, WF_OUTCOMES_MAX);
    bool together = stage->mode >= WORKFLOW__SEAT_MODE__SEAT_MODE_ALL;
    for (int count = 1 + wf_sample_below(random, WF_OUTCOMES_MAX), i = 0; i < count; i++) {
        enum wf_outcome_kind kind =
            i == 0 ? (enum wf_outcome_kind)wf_sample_below(random, 2)
                   : (enum wf_outcome_kind)(together ? 2 + wf_sample_below(random, 2)
                                                     : wf_sample_below(random, 4));
        int32_t anywhere =
            wf_sample_below(random, 3) == 0
                ? WF_TO_END
                : (int32_t)first + wf_sample_below(random, (uint64_t)(last - first + 1));
        bool on = i == 0 || (kind != WF_RETURN && wf_sample_below(random, 3) == 0);
        stage->outcomes[stage->outcome_count++] =
            (struct wf_outcome){.code = dc_arena_printf(arena, "o%d", i),
                                .name = wf_sample_name(arena, random),
                                .name_en = wf_sample_name(arena, random),
                                .kind = kind,
                                .to = on ? WF_TO_NEXT : anywhere};
    }
}

static inline void
wf_sample_stage(struct dc_arena *arena, struct dc_test_random *random,
                struct wf_definition *definition, size_t at)
{
    struct wf_stage *stage = &definition->stages[at];
    bool same = at > 0 && (definition->approval || wf_sample_below(random, 3) > 0);
    stage->subject =
        same ? stage[-1].subject : (Workflow__SubjectKind)(1 + wf_sample_below(random, 3));
    bool unit = stage->subject == WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    stage->unit_kinds = !unit  ? 0
                        : same ? stage[-1].unit_kinds
                               : (wf_unit_kinds)(1 + wf_sample_below(random, 7)) << 2;
    bool on =
        at > 0 && stage->subject == stage[-1].subject && stage->unit_kinds == stage[-1].unit_kinds;
    stage->track = at == 0 ? 0 : stage[-1].track + !on;
    stage->code = dc_arena_printf(arena, "stage_%zu", at);
    stage->name = wf_sample_name(arena, random);
    stage->name_en = wf_sample_name(arena, random);
    stage->mode = (Workflow__SeatMode)(1 + wf_sample_below(random, 4));
    bool gated = stage->subject != WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON;
    stage->gate =
        gated && wf_sample_below(random, 3) == 0 ? WF_GATE_SUBMISSION_COMPLETE : WF_GATE_NONE;
    stage->condition_text = "";
    if (definition->approval && wf_sample_below(random, 2)) {
        stage->condition_text =
            dc_arena_printf(arena, "raise_percent > %d or (kind = \"甲\" and not n%zu <= 3.5)",
                            wf_sample_below(random, 100), at);
        if (wf_condition_parse(arena, stage->condition_text, &stage->condition, NULL) != DC_OK) {
            dc_test_die("the sample's condition is wrong");
        }
    }
    wf_sample_people(arena, random, stage);
    wf_sample_times(arena, random, stage);
}

static inline struct wf_definition *
wf_sample_definition(struct dc_arena *arena, struct dc_test_random *random)
{
    struct wf_definition *definition = DC_NEW(arena, struct wf_definition);
    definition->code = "sample";
    definition->name = wf_sample_name(arena, random);
    definition->name_en = wf_sample_name(arena, random);
    definition->purpose = wf_sample_below(random, 2) ? "sample" : "another";
    definition->period = (enum dc_period_kind)wf_sample_below(random, 3);
    definition->approval = wf_sample_below(random, 3) == 0;
    definition->stage_count = 1 + (size_t)wf_sample_below(random, 12);
    definition->stages = DC_NEW_ARRAY(arena, struct wf_stage, definition->stage_count);
    for (size_t i = 0; i < definition->stage_count; i++) {
        wf_sample_stage(arena, random, definition, i);
    }
    size_t first = 0;
    for (size_t i = 0; i < definition->stage_count; i++) {
        first = i > 0 && definition->stages[i].track != definition->stages[i - 1].track ? i : first;
        size_t last = i;
        while (last + 1 < definition->stage_count &&
               definition->stages[last + 1].track == definition->stages[i].track) {
            last++;
        }
        wf_sample_outcomes(arena, random, definition, first, last, i);
    }
    definition->track_count = definition->stages[definition->stage_count - 1].track + 1;
    return definition;
}

#endif
