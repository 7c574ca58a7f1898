/*
 * explain_rule.c - the sentence above the lines of an item, and whose arithmetic they are.
 */
#include "explain_rule.h"

#include <string.h>

#include "explain_family.h"
#include "explain_told.h"
#include "tell.h"

static const struct {
    const char *code, *zh, *en;
} reasons[] = {
    {"no_target", "没有目标", "no target"},
    {"no_data", "没有数据", "no data"},
    {"no_floor", "没有底线", "no floor"},
};

static void
explain_okr(const struct subject *subject)
{
    explain_okr_rule(subject->out, subject->item, subject->rule, subject->input);
}

static void
unscored_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    size_t at = 0;
    while (at + 1 < sizeof(reasons) / sizeof(reasons[0]) &&
           strcmp(reasons[at].code, subject->item->remark) != 0) {
        at++;
    }
    if (subject->rule->kind == VETO_RULE) {
        out->sentence_zh = dc_arena_printf(out->arena, "一票否决不生效：%s", reasons[at].zh);
        out->sentence_en =
            dc_arena_printf(out->arena, "The veto does not hold: %s", reasons[at].en);
    } else {
        out->sentence_zh =
            dc_arena_printf(out->arena, "不计分：%s，权重由其他指标分摊", reasons[at].zh);
        out->sentence_en = dc_arena_printf(
            out->arena, "Not scored: %s; the others share its weight", reasons[at].en);
    }
    explanation_line(out, dc_arena_printf(out->arena, "无可计分：%s", reasons[at].zh),
                     dc_arena_printf(out->arena, "nothing to score: %s", reasons[at].en));
}

/* What the rule promises: full marks at the target, or where else. */
static void
promise(const struct subject *subject, const char **ret_zh, const char **ret_en)
{
    struct dc_arena *arena = subject->out->arena;
    const struct rule *rule = subject->rule;
    const char *target =
        subject->item->target[0] ? explanation_grouped(arena, subject->item->target) : NULL;
    bool lower = subject->input->lower_is_better;
    struct dc_decimal full = {0};
    *ret_zh = *ret_en = "";
    switch (rule->kind) {
    case RATIO_RULE:
        full = rule->ratio.full_marks;
        break;
    case LINEAR_RULE:
        full = rule->linear.full_marks;
        break;
    case THREE_POINT_RULE:
        full = rule->three_point.full_marks;
        break;
    case BAND_RULE:
        *ret_zh = dc_arena_printf(
            arena, "；%s在 %s 至 %s 之间为 %s", rule->band.of_target ? "完成/目标" : "",
            explain_number(subject, rule->band.lo), explain_number(subject, rule->band.hi),
            explain_number(subject, rule->band.full_marks));
        *ret_en = dc_arena_printf(
            arena, "; %sfrom %s to %s is %s", rule->band.of_target ? "actual/target " : "",
            explain_number(subject, rule->band.lo), explain_number(subject, rule->band.hi),
            explain_number(subject, rule->band.full_marks));
        return;
    case RATING_RULE:
        *ret_zh = dc_arena_printf(arena, "；评价量表 %s 至 %s 折算为 0 至 %s",
                                  explain_number(subject, rule->rating.scale_min),
                                  explain_number(subject, rule->rating.scale_max),
                                  explain_number(subject, rule->rating.full_marks));
        *ret_en = dc_arena_printf(arena, "; a rating from %s to %s counts as 0 to %s",
                                  explain_number(subject, rule->rating.scale_min),
                                  explain_number(subject, rule->rating.scale_max),
                                  explain_number(subject, rule->rating.full_marks));
        return;
    case ACCRUAL_RULE:
        *ret_zh = dc_arena_printf(arena, "；每满 %s 得 %s，最高 %s",
                                  explain_number(subject, rule->accrual.step),
                                  explain_number(subject, rule->accrual.points),
                                  explain_number(subject, rule->accrual.cap));
        *ret_en = dc_arena_printf(arena, "; %s for each full %s, at most %s",
                                  explain_number(subject, rule->accrual.points),
                                  explain_number(subject, rule->accrual.step),
                                  explain_number(subject, rule->accrual.cap));
        return;
    case OKR_RULE:
        *ret_zh = dc_arena_printf(arena, "；%s 即为 %s", explain_number(subject, rule->okr.full_at),
                                  explain_number(subject, rule->okr.full_marks));
        *ret_en = dc_arena_printf(arena, "; %s is %s", explain_number(subject, rule->okr.full_at),
                                  explain_number(subject, rule->okr.full_marks));
        return;
    default:
        return;
    }
    const char *marks = tell_fixed(arena, (struct maybe){true, full}, rule->decimals);
    if (full.units != dc_decimal_round(full, rule->decimals).units) {
        marks = explain_number(subject, full);
    }
    *ret_zh = dc_arena_printf(arena, "；%s %s 即为 %s", lower ? "不超过" : "达到",
                              target ? target : "目标", marks);
    *ret_en = dc_arena_printf(arena, "; %s %s is %s", lower ? "no more than" : "reaching",
                              target ? target : "the target", marks);
}

static void
scored_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    const Scoring__Item *item = subject->item;
    const char *actual = explanation_grouped(out->arena, item->actual);
    const char *target = explanation_grouped(out->arena, item->target);
    const char *zh, *en;
    promise(subject, &zh, &en);
    bool wants_target = subject->rule->kind == RATIO_RULE || rule_wants_ends(subject->rule);
    if (subject->rule->kind == ADD_DEDUCT_RULE) {
        const char *base = explain_points(subject, subject->rule->add_deduct.start);
        out->sentence_zh =
            dc_arena_printf(out->arena, "得分 %s：基础分 %s，逐项加减", item->score, base);
        out->sentence_en = dc_arena_printf(
            out->arena, "Score %s: %s at first, points added and deducted", item->score, base);
        return;
    }
    out->sentence_zh =
        dc_arena_printf(out->arena, "得分 %s：完成 %s", item->score, actual[0] ? actual : "无数据");
    out->sentence_en =
        dc_arena_printf(out->arena, "Score %s: %s", item->score, actual[0] ? actual : "no data");
    if (target[0] || wants_target) {
        out->sentence_zh = dc_arena_printf(out->arena, "%s，目标 %s", out->sentence_zh,
                                           target[0] ? target : "未设定");
        out->sentence_en = dc_arena_printf(out->arena, "%s of %s", out->sentence_en,
                                           target[0] ? target : "no target");
    }
    out->sentence_zh = dc_arena_printf(out->arena, "%s%s", out->sentence_zh, zh);
    out->sentence_en = dc_arena_printf(out->arena, "%s%s", out->sentence_en, en);
}

static void
veto_sentence(const struct subject *subject)
{
    struct explanation *out = subject->out;
    const struct rule_veto *rule = &subject->rule->veto;
    const char *actual = explanation_grouped(out->arena, subject->item->actual);
    const char *done = rule->condition ? formula_text(rule->condition) : actual;
    const char *zh = rule->condition ? "条件" : "完成";
    const char *most =
        rule->holds_total ? explain_number(subject, rule->highest) : rule->highest_grade;
    if (strcmp(subject->item->remark, "vetoed") == 0) {
        out->sentence_zh = dc_arena_printf(out->arena, "一票否决生效：%s %s，%s %s", zh, done,
                                           rule->holds_total ? "总分不超过" : "等级不高于", most);
        out->sentence_en = dc_arena_printf(
            out->arena, "Vetoed: %s; the %s %s", done,
            rule->holds_total ? "total is at most" : "grade is no better than", most);
    } else {
        out->sentence_zh = dc_arena_printf(out->arena, "未触发一票否决：%s %s", zh, done);
        out->sentence_en = dc_arena_printf(out->arena, "Not vetoed: %s", done);
    }
}

void
explain_item(struct explanation *explanation, const Scoring__Item *item, const struct rule *rule,
             const struct rule_input *input, const struct definitions *definitions)
{
    static void (*const families[])(const struct subject *) = {
        [RATIO_RULE] = explain_ratio,
        [LINEAR_RULE] = explain_linear,
        [THREE_POINT_RULE] = explain_three_point,
        [STEPS_RULE] = explain_steps,
        [ADD_DEDUCT_RULE] = explain_add_deduct,
        [ACCRUAL_RULE] = explain_accrual,
        [VETO_RULE] = explain_veto,
        [BAND_RULE] = explain_band,
        [OKR_RULE] = explain_okr,
        [RATING_RULE] = explain_rating,
    };
    struct subject subject = {explanation, item, rule, input, definitions};
    bool veto = strcmp(item->remark, "vetoed") == 0 || strcmp(item->remark, "not_vetoed") == 0;
    if (strcmp(item->remark, "zero_by_policy") == 0) {
        STEP(&subject, "无可计分，按方案计零：0", "nothing to score, zero by policy: 0");
        scored_sentence(&subject);
    } else if (veto) {
        families[rule->kind](&subject);
        veto_sentence(&subject);
    } else if (item->score[0] == '\0') {
        unscored_sentence(&subject);
    } else {
        families[rule->kind](&subject);
        scored_sentence(&subject);
    }
}
