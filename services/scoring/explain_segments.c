/*
 * explain_segments.c - a target whose period is cut, written out.
 */
#include "explain_segments.h"

#include <inttypes.h>

#include "base/assert.h"
#include "base/segment.h"
#include "explain_family.h"
#include "tell.h"

static const char *
amount(struct dc_arena *arena, struct dc_decimal value)
{
    return explanation_grouped(arena, tell_amount(arena, (struct maybe){true, value}));
}

static int64_t
all_days(const struct facts_segment *segments, size_t count)
{
    int64_t days = 0;
    for (size_t i = 0; i < count; i++) {
        days += segments[i].days;
    }
    return days;
}

/* value * days / all days, for reading; ret_ends: that is all of it. */
static struct dc_decimal
share_of(struct dc_decimal value, int64_t days, int64_t all, bool *ret_ends)
{
    int128 units = value.units * days;
    *ret_ends = units % all == 0;
    return (struct dc_decimal){(units + all / 2) / all};
}

void
explain_cut_target(struct explanation *explanation, const struct facts *facts,
                   const struct indicator *indicator)
{
    size_t count;
    const struct facts_segment *segments = facts_segments(facts, indicator->id, &count);
    int64_t days = all_days(segments, count);
    struct dc_arena *arena = explanation->arena;
    if (count == 0 || days == 0) {
        return;
    }
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    for (size_t i = 0; i < count; i++) {
        dc_text_printf(&sum, "%s%s × %" PRId64, i > 0 ? " + " : "",
                       amount(arena, segments[i].target), segments[i].days);
    }
    struct rule_input input = {0};
    int128 total = 0;
    for (size_t i = 0; i < count; i++) {
        total += segments[i].target.units * segments[i].days;
    }
    input.target.units = (total + days / 2) / days;
    explanation_step(explanation, "目标按工作日分段：(%s) / %" PRId64 " %s %s",
                     "target by working days: (%s) / %" PRId64 " %s %s", dc_text_cstr(&sum), days,
                     total % days == 0 ? "=" : "≈", amount(arena, input.target));
}

/* What the segment asks for, and what was done in it, as an item of its own. */
static struct rule_input
segment_input(const struct facts_segment *segment, int64_t days, const struct indicator *indicator)
{
    bool ends;
    int64_t own = indicator->additive ? segment->days : 1, all = indicator->additive ? days : 1;
    struct rule_input input = {.lower_is_better = indicator->lower_is_better,
                               .has_target = segment->target.units > 0,
                               .target = share_of(segment->target, own, all, &ends),
                               .has_floor = segment->floor.units >= 0,
                               .has_stretch = segment->stretch.units >= 0,
                               .actual = segment->actual};
    if (input.has_floor) {
        input.floor = share_of(segment->floor, own, all, &ends);
    }
    if (input.has_stretch) {
        input.stretch = share_of(segment->stretch, own, all, &ends);
    }
    return input;
}

static void
explain_head(struct explanation *out, size_t number, const struct facts_segment *segment,
             int64_t days, const struct indicator *indicator)
{
    char from[DC_DATE_TEXT], to[DC_DATE_TEXT];
    dc_date_format(segment->from, from);
    dc_date_format(segment->to, to);
    explanation_step(out, "第 %zu 段：%s 至 %s，%" PRId64 " 个工作日（全期 %" PRId64 " 个）",
                     "segment %zu: %s to %s, %" PRId64 " working days of %" PRId64, number, from, to,
                     segment->days, days);
    if (indicator->additive && segment->target.units > 0) {
        bool ends;
        struct dc_decimal share = share_of(segment->target, segment->days, days, &ends);
        explanation_step(out, "本段目标：%s × %" PRId64 " / %" PRId64 " %s %s",
                         "its target: %s × %" PRId64 " / %" PRId64 " %s %s",
                         amount(out->arena, segment->target), segment->days, days,
                         ends ? "=" : "≈", amount(out->arena, share));
    }
}

/* The family's own lines, about the segment alone. */
static void
explain_one(struct explanation *out, const Scoring__Item *item, const struct rule *rule,
            const struct rule_score *score, const struct rule_input *input,
            const struct definitions *definitions)
{
    struct dc_arena *arena = out->arena;
    Scoring__Item part = *item;
    part.actual = (char *)tell_amount(arena, facts_actual(input));
    part.target = (char *)tell_amount(arena, (struct maybe){input->has_target, input->target});
    part.score = (char *)tell_fixed(arena, (struct maybe){score->scored, score->score},
                                    rule->decimals);
    part.remark = (char *)rule_remark_code(rule_remark_letter(score->remark));
    explain_item(out, &part, rule, input, definitions);
    if (score->scored) {
        explanation_step(out, "本段得分：%s", "score of the segment: %s", part.score);
    }
}

static void
explain_mean(struct explanation *out, const Scoring__Item *item, const struct rule *rule,
             const struct rule_segment *segments, const struct rule_score *scores, size_t count)
{
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    int64_t days = 0;
    for (size_t i = 0; i < count; i++) {
        if (scores[i].scored) {
            dc_text_printf(&sum, "%s%s × %" PRId64, sum.length ? " + " : "",
                           tell_fixed(out->arena, (struct maybe){true, scores[i].score},
                                      rule->decimals),
                           segments[i].days);
            days += segments[i].days;
        }
    }
    explanation_step(out, "各段得分按工作日加权：(%s) / %" PRId64 " = %s（以未舍入的各段得分计算）",
                     "the mean by working days: (%s) / %" PRId64
                     " = %s (of the scores before they are rounded)",
                     dc_text_cstr(&sum), days, item->score);
}

void
explain_segments(struct explanation *explanation, const Scoring__Item *item,
                 const struct plan_item *plan_item, enum rule_missing missing,
                 const struct facts *facts, const struct indicator *indicator,
                 const struct definitions *definitions)
{
    const struct rule *rule = &plan_item->rule;
    struct rule_segment segments[SEGMENTS_MAX];
    struct rule_score scores[SEGMENTS_MAX];
    size_t count, all, at = 0;
    bool cut = facts_rule_segments(facts, indicator, rule, segments, &count);
    DC_ASSERT(cut && count > 0);
    const struct facts_segment *told = facts_segments(facts, indicator->id, &all);
    int64_t days = all_days(told, all);
    (void)rule_score_segments(rule, missing, segments, count, scores);
    for (size_t i = 0; i < all; i++) {
        if (told[i].days > 0) {
            struct rule_input input = segment_input(&told[i], days, indicator);
            explain_head(explanation, i + 1, &told[i], days, indicator);
            explain_one(explanation, item, rule, &scores[at++], &input, definitions);
        }
    }
    explain_mean(explanation, item, rule, segments, scores, count);
    struct dc_arena *arena = explanation->arena;
    explanation->sentence_zh = dc_arena_printf(
        arena, "得分 %s：目标在期间内调整，分 %zu 段计分，再按工作日加权平均", item->score, count);
    explanation->sentence_en =
        dc_arena_printf(arena,
                        "Score %s: the target changed within the period; %zu segments are scored "
                        "and weighted by their working days",
                        item->score, count);
}
