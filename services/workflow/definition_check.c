/* definition_check.c - what shows only when the stages of a definition are seen together. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "definition_internal.h"

struct checking {
    struct wf_definition *definition;
    const struct wf_stage_places *places;
    struct wf_problems *problems;
    bool targets_known; /* every outcome leads somewhere, so ways can be followed */
};

#define PERSON WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_PERSON
#define UNIT WORKFLOW__SUBJECT_KIND__SUBJECT_KIND_UNIT

static void
wrong(struct checking *checking, struct wf_place place, struct dc_bilingual message)
{
    wf_problem_add(checking->problems, place.line, place.column, message);
}

static bool
advances(const struct wf_outcome *outcome)
{
    return outcome->kind == WF_APPROVE || outcome->kind == WF_SUBMIT;
}

/* --- one stage ------------------------------------------------------------------------- */

static void
check_subject(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    const struct wf_stage_places *places = &checking->places[at];
    if (stage->subject == UNIT && stage->unit_kinds == 0 && places->unit_kinds.line == 0) {
        wrong(
            checking, places->stage,
            DC_BILINGUAL("unit_kinds is missing in a stage whose subject is unit; allowed are "
                         "company, department, team",
                         "subject 为 unit 的环节缺少 unit_kinds；可填 company、department、team"));
    }
    if (stage->subject != UNIT && places->unit_kinds.line != 0) {
        wrong(checking, places->unit_kinds,
              DC_BILINGUAL("unit_kinds goes with subject: unit only",
                           "unit_kinds 只能与 subject: unit 一起使用"));
    }
}

static void
check_who(struct checking *checking, const struct wf_stage *stage, const struct wf_who *who,
          struct wf_place place)
{
    bool of_person = who->kind == WF_WHO_SELF || who->kind == WF_WHO_MANAGER;
    if (of_person && stage->subject != PERSON) {
        wrong(checking, place,
              dc_bilingual_printf(
                  checking->problems->arena,
                  "%s is somebody only where the subject is a person; for units name a role, such "
                  "as {role: director}",
                  "只有 subject 为 person 时 %s 才指向某个人；对组织请写角色，如 {role: director}",
                  wf_word_of(wf_who_words, (int)who->kind)->name));
    }
}

static bool
is_same_who(const struct wf_who *a, const struct wf_who *b)
{
    return a->kind == b->kind && a->role == b->role &&
           strcmp(a->person_code, b->person_code) == 0 && strcmp(a->unit_code, b->unit_code) == 0;
}

static void
check_all_who(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    for (size_t i = 0; i < stage->who_count; i++) {
        check_who(checking, stage, &stage->who[i], checking->places[at].who[i]);
        for (size_t j = 0; j < i; j++) {
            if (is_same_who(&stage->who[i], &stage->who[j])) {
                wrong(checking, checking->places[at].who[i],
                      DC_BILINGUAL("this one stands in who already", "who 中已有此人"));
                break;
            }
        }
    }
    for (size_t i = 0; i < stage->rung_count; i++) {
        check_who(checking, stage, &stage->rungs[i].to, checking->places[at].rungs[i]);
    }
}

/* For sure longer: a working day takes at least a day. */
static bool
is_longer(struct wf_duration a, struct wf_duration b)
{
    return a.amount > b.amount && (a.working_days || !b.working_days);
}

static struct dc_bilingual
too_early_reminder(struct dc_arena *arena, struct wf_duration before, struct wf_duration due)
{
    struct dc_bilingual early = wf_duration_words(arena, before);
    struct dc_bilingual after = wf_duration_words(arena, due);
    return DC_BILINGUAL(
        dc_arena_printf(arena,
                        "a reminder %s before the deadline would come before the stage opens: it "
                        "is due %s after that",
                        early.en, after.en),
        dc_arena_printf(arena, "截止前 %s的提醒会早于环节开始：环节开始后 %s截止", early.zh,
                        after.zh));
}

static void
check_reminders(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    for (size_t i = 0; i < stage->reminder_count; i++) {
        struct wf_duration before = stage->reminders[i].before;
        struct wf_place place = checking->places[at].reminders[i];
        if (stage->due.day_of_month == 0 && is_longer(before, stage->due.after)) {
            wrong(checking, place,
                  too_early_reminder(checking->problems->arena, before, stage->due.after));
        }
        for (size_t j = 0; j < i; j++) {
            struct wf_duration other = stage->reminders[j].before;
            if (other.amount == before.amount && other.working_days == before.working_days) {
                wrong(checking, place,
                      DC_BILINGUAL(
                          "there is a reminder at that time already; give it the channels of both",
                          "该时间已有提醒；请把两者的渠道合在一起"));
                break;
            }
        }
    }
}

/* In fifths of a day, a working day as 7/5 of a day: what five of them take in an ordinary week. */
static int32_t
fifths(struct wf_duration duration)
{
    return duration.amount * (duration.working_days ? 7 : 5);
}

static struct dc_bilingual
backward_rung(struct dc_arena *arena, struct wf_duration now, struct wf_duration before)
{
    struct dc_bilingual this = wf_duration_words(arena, now);
    struct dc_bilingual last = wf_duration_words(arena, before);
    return DC_BILINGUAL(
        dc_arena_printf(arena,
                        "the ladder goes backwards: this rung comes %s after the deadline, the "
                        "one before it %s; each comes later than the one before",
                        this.en, last.en),
        dc_arena_printf(arena, "升级次序颠倒：这一级在截止后 %s，上一级在 %s；每一级须晚于上一级",
                        this.zh, last.zh));
}

static void
check_ladder(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    for (size_t i = 1; i < stage->rung_count; i++) {
        struct wf_duration now = stage->rungs[i].after, before = stage->rungs[i - 1].after;
        if (fifths(now) <= fifths(before)) {
            wrong(checking, checking->places[at].rungs[i],
                  backward_rung(checking->problems->arena, now, before));
        }
        if (is_same_who(&stage->rungs[i].to, &stage->rungs[i - 1].to)) {
            wrong(checking, checking->places[at].rungs[i],
                  DC_BILINGUAL(
                      "this rung leads to the same as the one before it; a rung leads further up",
                      "这一级升级与上一级指向同一人；每一级应指向更高一级"));
        }
    }
}

static void
check_gate_and_condition(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    const struct wf_stage_places *places = &checking->places[at];
    if (stage->gate == WF_GATE_SUBMISSION_COMPLETE && stage->subject == PERSON) {
        wrong(
            checking, places->gate,
            DC_BILINGUAL("submission_complete is about the data of a unit; the subject is a person",
                         "submission_complete 针对组织的数据，而此环节的 subject 是 person"));
    }
    if (stage->gate == WF_GATE_RATINGS_GIVEN &&
        (stage->subject != PERSON || !checking->definition->approval)) {
        wrong(checking, places->gate,
              DC_BILINGUAL("ratings_given is about the ratings that a person was asked for: the "
                           "subject is a person, of a definition with approval: true",
                           "ratings_given 针对评价人应提交的评价：subject 为 person，且流程为 "
                           "approval: true"));
    }
    if (stage->gate == WF_GATE_CORRECTION_STATED &&
        (stage->subject != PERSON || !checking->definition->approval)) {
        wrong(checking, places->gate,
              DC_BILINGUAL("correction_stated is about an objection of a person: the subject is a "
                           "person, of a definition with approval: true",
                           "correction_stated 针对员工的申诉：subject 为 person，且流程为 "
                           "approval: true"));
    }
    bool way_on = false;
    for (size_t i = 0; i < stage->outcome_count; i++) {
        way_on = way_on || advances(&stage->outcomes[i]);
    }
    if (stage->gate != WF_GATE_NONE && !way_on && stage->outcome_count > 0) {
        wrong(checking, places->gate,
              DC_BILINGUAL("a gate stands before approve and submit, and this stage has neither",
                           "gate 用于 approve 和 submit 之前，而此环节两者都没有"));
    }
    if (*stage->condition_text && !checking->definition->approval) {
        wrong(checking, places->condition,
              DC_BILINGUAL("a condition weighs the facts of a proposal; only a definition with "
                           "approval: true has any",
                           "condition 判断的是申请中的数值；只有 approval: true 的流程才有"));
    }
}

static void
check_outcomes(struct checking *checking, size_t at)
{
    const struct wf_stage *stage = &checking->definition->stages[at];
    const struct wf_stage_places *places = &checking->places[at];
    size_t ways_on = 0;
    for (size_t i = 0; i < stage->outcome_count; i++) {
        ways_on += advances(&stage->outcomes[i]);
        for (size_t j = 0; j < i; j++) {
            if (*stage->outcomes[i].code &&
                strcmp(stage->outcomes[i].code, stage->outcomes[j].code) == 0) {
                wrong(checking, places->outcome[i],
                      dc_bilingual_printf(
                          checking->problems->arena,
                          "the outcome %s stands in this stage already; each code stands once",
                          "此环节已有结果 %s；每个 code 只能出现一次", stage->outcomes[i].code));
                break;
            }
        }
    }
    bool together = stage->mode == WORKFLOW__SEAT_MODE__SEAT_MODE_ALL ||
                    stage->mode == WORKFLOW__SEAT_MODE__SEAT_MODE_SEQUENCE;
    if (together && stage->outcome_count > 0 && ways_on != 1) {
        wrong(checking, places->outcomes,
              dc_bilingual_printf(checking->problems->arena,
                                  "with mode %s exactly one outcome is approve or submit: the one "
                                  "that all have to choose; here are %zu",
                                  "mode 为 %s 时，approve 或 submit "
                                  "的结果须恰好一个，即所有人都要选择的那个；这里有 %zu 个",
                                  wf_mode_name(stage->mode), ways_on));
    }
}

/* --- all stages ------------------------------------------------------------------------ */

static void
set_tracks(struct wf_definition *definition)
{
    int32_t track = 0;
    for (size_t i = 0; i < definition->stage_count; i++) {
        struct wf_stage *stage = &definition->stages[i];
        const struct wf_stage *before = i > 0 ? stage - 1 : stage;
        track += stage->subject != before->subject || stage->unit_kinds != before->unit_kinds;
        stage->track = track;
    }
    definition->track_count = definition->stage_count > 0 ? track + 1 : 0;
}

static void
check_codes(struct checking *checking)
{
    const struct wf_definition *definition = checking->definition;
    for (size_t i = 0; i < definition->stage_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const char *code = definition->stages[i].code;
            if (*code && strcmp(code, definition->stages[j].code) == 0) {
                wrong(checking, checking->places[i].code,
                      dc_bilingual_printf(
                          checking->problems->arena,
                          "the stage %1$s stands in line %2$lld already; each code stands once",
                          "第 %2$lld 行已有环节 %1$s；每个 code 只能出现一次", code,
                          (long long)checking->places[j].code.line));
                break;
            }
        }
    }
}

static const char *
stages_of_track(struct checking *checking, int32_t track)
{
    const char *list = "";
    for (size_t i = 0; i < checking->definition->stage_count; i++) {
        const struct wf_stage *stage = &checking->definition->stages[i];
        if (stage->track == track && *stage->code) {
            list = dc_arena_printf(checking->problems->arena, "%s%s%s", list, *list ? ", " : "",
                                   stage->code);
        }
    }
    return list;
}

static bool
find_target(struct checking *checking, const struct wf_stage *stage, const char *text,
            struct wf_place place, int32_t *ret_to)
{
    if (strcmp(text, "next") == 0 || strcmp(text, "end") == 0) {
        *ret_to = *text == 'n' ? WF_TO_NEXT : WF_TO_END;
        return true;
    }
    int32_t to = wf_stage_find(checking->definition, text);
    if (to < 0) {
        wrong(checking, place,
              dc_bilingual_printf(checking->problems->arena,
                                  "there is no stage \"%.*s\"; allowed are %s, next, end",
                                  "没有环节“%.*s”；可填 %s, next, end", wf_cut(text), text,
                                  stages_of_track(checking, stage->track)));
        return false;
    }
    if (checking->definition->stages[to].track != stage->track) {
        wrong(checking, place,
              dc_bilingual_printf(checking->problems->arena,
                                  "the stage %s is for other subjects than this one (another "
                                  "track), so a case cannot go there; allowed are %s, next, end",
                                  "环节 %s 的对象与此环节不同，不能流转过去；可填 %s, next, end",
                                  text, stages_of_track(checking, stage->track)));
        return false;
    }
    *ret_to = to;
    return true;
}

static void
set_targets(struct checking *checking, size_t at)
{
    struct wf_stage *stage = &checking->definition->stages[at];
    const struct wf_stage_places *places = &checking->places[at];
    for (size_t i = 0; i < stage->outcome_count; i++) {
        struct wf_outcome *outcome = &stage->outcomes[i];
        const char *text = places->to_text[i];
        outcome->to = WF_TO_NEXT;
        bool found = !text || find_target(checking, stage, text, places->to[i], &outcome->to);
        checking->targets_known = checking->targets_known && found;
        if (found && outcome->kind == WF_RETURN && outcome->to == WF_TO_NEXT) {
            wrong(checking, places->to[i],
                  dc_bilingual_printf(checking->problems->arena,
                                      "a return says where to; allowed are %s, or end (refused)",
                                      "return 须说明退回到哪里；可填 %s，或 end（不予通过）",
                                      stages_of_track(checking, stage->track)));
        }
    }
}

/* --- ways through ---------------------------------------------------------------------- */

/* Index of the stage that an outcome leads to; WF_TO_END at the end of the track. */
static int32_t
target_of(const struct wf_definition *definition, size_t at, const struct wf_outcome *outcome)
{
    if (outcome->to != WF_TO_NEXT) {
        return outcome->to;
    }
    size_t next = at + 1;
    bool within = next < definition->stage_count &&
                  definition->stages[next].track == definition->stages[at].track;
    return within ? (int32_t)next : WF_TO_END;
}

/* A stage is reached as the first of its track, by an outcome, or when the one before it, reached,
 * is passed over. */
static void
check_reachable(struct checking *checking)
{
    const struct wf_definition *definition = checking->definition;
    bool reached[WF_STAGES_MAX] = {0};
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < definition->stage_count; i++) {
            const struct wf_stage *stage = &definition->stages[i];
            if (!reached[i] && (i == 0 || definition->stages[i - 1].track != stage->track)) {
                reached[i] = more = true;
            }
            if (!reached[i]) {
                continue;
            }
            int32_t next = target_of(definition, i, &(struct wf_outcome){.to = WF_TO_NEXT});
            if (stage->condition && next >= 0 && !reached[next]) {
                reached[next] = more = true;
            }
            for (size_t j = 0; j < stage->outcome_count; j++) {
                int32_t to = target_of(definition, i, &stage->outcomes[j]);
                if (to >= 0 && !reached[to]) {
                    reached[to] = more = true;
                }
            }
        }
    }
    for (size_t i = 0; i < definition->stage_count; i++) {
        if (!reached[i]) {
            wrong(checking, checking->places[i].stage,
                  dc_bilingual_printf(checking->problems->arena,
                                      "the stage %s is never reached: no outcome leads to it",
                                      "环节 %s 永远到不了：没有结果通向它",
                                      definition->stages[i].code));
        }
    }
}

/* The way from `at` along first outcomes until it meets itself: "a -> b -> a". Marks its stages. */
static const char *
circle_from(struct checking *checking, size_t at, bool told[WF_STAGES_MAX])
{
    const struct wf_definition *definition = checking->definition;
    bool seen[WF_STAGES_MAX] = {0};
    const char *way = definition->stages[at].code;
    while (!seen[at]) {
        seen[at] = told[at] = true;
        at = (size_t)target_of(definition, at, &definition->stages[at].outcomes[0]);
        way = dc_arena_printf(checking->problems->arena, "%s -> %s", way,
                              definition->stages[at].code);
    }
    return way;
}

/* Every stage must be able to end its track by outcomes alone; that a condition passes one over is
 * not counted on. */
static void
check_exits(struct checking *checking)
{
    const struct wf_definition *definition = checking->definition;
    bool ends[WF_STAGES_MAX] = {0}, told[WF_STAGES_MAX] = {0};
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < definition->stage_count; i++) {
            const struct wf_stage *stage = &definition->stages[i];
            for (size_t j = 0; j < stage->outcome_count && !ends[i]; j++) {
                int32_t to = target_of(definition, i, &stage->outcomes[j]);
                ends[i] = to == WF_TO_END || ends[to];
                more = more || ends[i];
            }
        }
    }
    for (size_t i = 0; i < definition->stage_count; i++) {
        const struct wf_stage *stage = &definition->stages[i];
        if (ends[i] || told[i]) {
            continue;
        }
        bool alone = true;
        for (size_t j = 0; j < stage->outcome_count; j++) {
            alone = alone && target_of(definition, i, &stage->outcomes[j]) == (int32_t)i;
        }
        if (alone) {
            wrong(checking, checking->places[i].outcomes,
                  dc_bilingual_printf(
                      checking->problems->arena,
                      "the stage %s is a dead end: every outcome leads back to itself",
                      "环节 %s 没有出口：每个结果都回到它自己", stage->code));
        } else {
            wrong(checking, checking->places[i].outcomes,
                  dc_bilingual_printf(
                      checking->problems->arena,
                      "a loop without an exit: %s; at least one outcome must lead on to the end",
                      "循环没有出口：%s；至少要有一个结果最终通向结束",
                      circle_from(checking, i, told)));
        }
    }
}

void
wf_definition_check(struct wf_definition *definition, const struct wf_stage_places *places,
                    struct wf_problems *problems)
{
    struct checking checking = {definition, places, problems, .targets_known = true};
    set_tracks(definition);
    check_codes(&checking);
    for (size_t i = 0; i < definition->stage_count; i++) {
        check_subject(&checking, i);
        check_all_who(&checking, i);
        check_reminders(&checking, i);
        check_ladder(&checking, i);
        check_gate_and_condition(&checking, i);
        check_outcomes(&checking, i);
        set_targets(&checking, i);
        checking.targets_known = checking.targets_known && definition->stages[i].outcome_count > 0;
    }
    if (definition->approval && definition->track_count > 1) {
        wrong(&checking, places[wf_track_first(definition, 1)].stage,
              DC_BILINGUAL("an approval is about one subject: all its stages have the same subject "
                           "and unit_kinds",
                           "审批只针对一个对象：所有环节的 subject 和 unit_kinds 必须相同"));
    }
    if (checking.targets_known) {
        check_reachable(&checking);
        check_exits(&checking);
    }
}
