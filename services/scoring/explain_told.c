/*
 * explain_told.c - objectives, key results, check-ins and entered values written out.
 */
#include "explain_told.h"

#include <string.h>

#include "base/text.h"
#include "scoring.h"
#include "tell.h"

enum { SHOWN = 6 }; /* places of a score that is written out */

/* "2026-11-20 张三"; "" of nothing. */
static const char *
by_whom(struct dc_arena *arena, dc_time at, const char *who)
{
    char day[DC_DATE_TEXT];
    if (at == 0) {
        return "";
    }
    dc_date_format(dc_date_of(at, DC_ACCESS_UTC_OFFSET), day);
    return dc_arena_printf(arena, "%s %s", day, who);
}

/* --- key results --------------------------------------------------------------------------------
 */

/* "0 → 承诺 30 → 目标 50 → 挑战 60". */
static const char *
zones(struct dc_arena *arena, const Goals__KeyResult *kr, bool zh)
{
    DC_AUTO_TEXT struct dc_text line = DC_TEXT_INIT;
    bool stretch = kr->stretch[0] != '\0';
    dc_text_printf(&line, zh ? "起点 %s = 0" : "start %s = 0",
                   explanation_grouped(arena, kr->start));
    if (kr->commit[0]) {
        dc_text_printf(&line, zh ? "，承诺 %s = %s" : ", commit %s = %s",
                       explanation_grouped(arena, kr->commit), kr->commit_score);
    }
    dc_text_printf(&line, zh ? "，目标 %s = %s" : ", target %s = %s",
                   explanation_grouped(arena, kr->target), stretch ? kr->target_score : "1");
    if (stretch) {
        dc_text_printf(&line, zh ? "，挑战 %s = 1" : ", stretch %s = 1",
                       explanation_grouped(arena, kr->stretch));
    }
    return dc_arena_strdup(arena, dc_text_cstr(&line));
}

/* Where the key result stands on its way. */
static void
standing(struct dc_arena *arena, const Goals__KeyResult *kr, const char **ret_zh,
         const char **ret_en)
{
    const char *value = kr->value[0] ? kr->value : "0";
    switch (kr->kind) {
    case GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_METRIC:
        value = explanation_grouped(arena, kr->value[0] ? kr->value : kr->start);
        *ret_zh = dc_arena_printf(arena, "现值 %s（%s）", value, zones(arena, kr, true));
        *ret_en = dc_arena_printf(arena, "now %s (%s)", value, zones(arena, kr, false));
        break;
    case GOALS__KEY_RESULT_KIND__KEY_RESULT_KIND_MILESTONES:
        *ret_zh = dc_arena_printf(arena, "已达成 %s / %zu 个里程碑", value, kr->n_milestones);
        *ret_en = dc_arena_printf(arena, "%s of %zu milestones reached", value, kr->n_milestones);
        break;
    default:
        *ret_zh = strcmp(value, "0") == 0 ? "未完成" : "已完成";
        *ret_en = strcmp(value, "0") == 0 ? "not done" : "done";
    }
}

/* By which measure the value flows in: "由度量“回款率”按记录自动取数：95,000 / 100,000". */
static void
feeding(struct dc_arena *arena, const Goals__KeyResult *kr, const char **ret_zh,
        const char **ret_en)
{
    if (strcmp(kr->denominator, "0") == 0) {
        *ret_zh = dc_arena_printf(arena, "由度量“%s”按记录自动取数，尚无数据", kr->measure_name);
        *ret_en = dc_arena_printf(arena, "from the records of measure \"%s\", no data yet",
                                  kr->measure_name);
        return;
    }
    const char *figures = explanation_grouped(arena, kr->numerator);
    if (strcmp(kr->denominator, "1") != 0) {
        figures = dc_arena_printf(arena, "%s / %s", figures,
                                  explanation_grouped(arena, kr->denominator));
    }
    *ret_zh = dc_arena_printf(arena, "由度量“%s”按记录自动取数：%s", kr->measure_name, figures);
    *ret_en = dc_arena_printf(arena, "from the records of measure \"%s\": %s", kr->measure_name,
                              figures);
}

static void
explain_key_result(struct explanation *out, const Goals__KeyResult *kr)
{
    const char *zh, *en;
    const char *who = by_whom(out->arena, kr->checked_in_at_us, kr->checked_in_by);
    standing(out->arena, kr, &zh, &en);
    const char *line_zh =
        dc_arena_printf(out->arena, "　关键结果“%s”：%s → %s%s%s%s", kr->title, zh, kr->score,
                        who[0] ? "；" : "；尚未填报", who, who[0] ? " 填报" : "");
    const char *line_en =
        dc_arena_printf(out->arena, "  key result \"%s\": %s -> %s; %s%s", kr->title, en, kr->score,
                        who[0] ? "checked in " : "no check-in yet", who);
    if (kr->measure_id != 0) {
        const char *source_zh, *source_en;
        feeding(out->arena, kr, &source_zh, &source_en);
        line_zh = dc_arena_printf(out->arena, "　关键结果“%s”：%s → %s；%s", kr->title, zh,
                                  kr->score, source_zh);
        line_en = dc_arena_printf(out->arena, "  key result \"%s\": %s -> %s; %s", kr->title, en,
                                  kr->score, source_en);
    }
    explanation_line(out, line_zh, line_en);
}

Goals__KeyResult **
explain_fed(struct dc_arena *arena, const Goals__ActualTold *told, size_t *ret_count)
{
    size_t most = 1, count = 0;
    for (size_t i = 0; told->okr && i < told->okr->n_objectives; i++) {
        most += told->okr->objectives[i]->n_key_results;
    }
    Goals__KeyResult **fed = dc_arena_alloc(arena, most * sizeof(Goals__KeyResult *));
    for (size_t i = 0; told->okr && i < told->okr->n_objectives; i++) {
        const Goals__Objective *o = told->okr->objectives[i];
        for (size_t k = 0; k < o->n_key_results; k++) {
            if (o->key_results[k]->measure_id != 0) {
                fed[count++] = o->key_results[k];
            }
        }
    }
    *ret_count = count;
    return fed;
}

/* --- means --------------------------------------------------------------------------------------
 */

/* "(0.5 × 60 + 1 × 40) / 100", of texts that are rounded for showing. */
struct mean {
    struct dc_text top;
    struct dc_decimal weights;
    size_t count;
};

static void
mean_add(struct mean *mean, const char *score, const char *weight)
{
    struct dc_decimal value;
    if (dc_decimal_parse(weight, &value, NULL) == DC_OK) {
        mean->weights = dc_decimal_add(mean->weights, value);
    }
    dc_text_printf(&mean->top, "%s%s × %s", mean->count > 0 ? " + " : "", score, weight);
    mean->count++;
}

static const char *
mean_end(struct mean *mean, struct dc_arena *arena)
{
    char weights[DC_DECIMAL_TEXT];
    const char *line = dc_arena_printf(arena, "(%s) / %s", dc_text_cstr(&mean->top),
                                       dc_decimal_format(mean->weights, weights));
    dc_text_release(&mean->top);
    return line;
}

static void
explain_objective(struct explanation *out, const Goals__Objective *o)
{
    struct mean mean = {.top = DC_TEXT_INIT};
    for (size_t i = 0; i < o->n_key_results; i++) {
        explain_key_result(out, o->key_results[i]);
        mean_add(&mean, o->key_results[i]->score, o->key_results[i]->weight);
    }
    const char *figures = mean_end(&mean, out->arena);
    explanation_line(
        out, dc_arena_printf(out->arena, "目标“%s”：%s = %s", o->title, figures, o->score),
        dc_arena_printf(out->arena, "objective \"%s\": %s = %s", o->title, figures, o->score));
}

static void
explain_okr(struct explanation *out, const Goals__OkrDetail *okr)
{
    struct mean mean = {.top = DC_TEXT_INIT};
    for (size_t i = 0; i < okr->n_objectives; i++) {
        explain_objective(out, okr->objectives[i]);
        mean_add(&mean, okr->objectives[i]->score, okr->objectives[i]->weight);
    }
    const char *figures = mean_end(&mean, out->arena);
    if (okr->n_objectives > 1) {
        explanation_line(out, dc_arena_printf(out->arena, "OKR 达成度：%s", figures),
                         dc_arena_printf(out->arena, "OKR: %s", figures));
    }
}

void
explain_told(struct explanation *explanation, const Goals__ActualTold *told)
{
    if (told->okr) {
        explain_okr(explanation, told->okr);
    } else if (told->hand) {
        const Goals__HandDetail *hand = told->hand;
        struct dc_arena *arena = explanation->arena;
        const char *who = hand->author_name[0] ? hand->author_name : hand->author;
        const char *value = hand->value[0] ? explanation_grouped(arena, hand->value) : NULL;
        const char *by = by_whom(arena, hand->at_us, who);
        explanation_line(
            explanation,
            dc_arena_printf(arena, "%s%s：%s%s%s", value ? "手工录入 " : "已撤回",
                            value ? value : "", by, hand->note[0] ? "，依据：" : "", hand->note),
            dc_arena_printf(arena, "%s%s: %s%s%s", value ? "entered by hand " : "taken back",
                            value ? value : "", by, hand->note[0] ? ", evidence: " : "",
                            hand->note));
    }
}

/* --- the rule -----------------------------------------------------------------------------------
 */

void
explain_okr_rule(struct explanation *explanation, const Scoring__Item *item,
                 const struct rule *rule, const struct rule_input *input)
{
    struct dc_arena *arena = explanation->arena;
    struct quotient x = {
        .form = QUOTIENT_STRAIGHT, .actual = input->actual, .target = rule->okr.full_at};
    struct dc_decimal share;
    const char *full = tell_amount(arena, (struct maybe){true, rule->okr.full_marks});
    const char *at = tell_amount(arena, (struct maybe){true, rule->okr.full_at});
    const char *cap = tell_amount(arena, (struct maybe){true, rule->okr.cap});
    bool whole = dc_decimal_cmp(rule->okr.full_at, DC_DECIMAL_INT(1)) == 0;
    if (!quotient_scale(&x, DC_DECIMAL_INT(1), SHOWN, &share)) {
        return;
    }
    const char *shown = tell_amount(arena, (struct maybe){true, share});
    if (!whole) {
        explanation_step(explanation, "%s / %s = %s（达到 %s 得满分）",
                         "%s / %s = %s (%s earns full marks)", item->actual, at, shown, at);
    }
    if (strcmp(item->remark, "capped") == 0) {
        explanation_step(explanation, "最高 %s：%s × %s = %s", "at most %s: %s × %s = %s", cap,
                         full, cap, item->score);
    } else if (strcmp(item->remark, "at_lowest") == 0) {
        explanation_step(explanation, "最低 0：%s", "at least 0: %s", item->score);
    } else {
        explanation_step(explanation, "%s × %s = %s", "%s × %s = %s", full, shown, item->score);
    }
}
