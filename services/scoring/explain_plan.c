/*
 * explain_plan.c - why a weight and a rule are those of this plan: whom it is for, who set it,
 * when, why.
 */
#include "explain_plan.h"

/* Whom the plan is for, the most specific first. */
static struct plan_sentences
whom(struct dc_arena *arena, const struct plan_why *words)
{
    const Goals__PlanScope *scope = words->plan->scope;
    const char *position = scope ? scope->position : "";
    if (scope && scope->person_id) {
        return (struct plan_sentences){(char *)"只适用于本人", (char *)"for this person alone"};
    }
    if (scope && scope->unit_id) {
        return (struct plan_sentences){
            dc_arena_printf(arena, "适用于组织“%s”及其下级%s%s%s", words->unit_name,
                            position[0] ? "的岗位“" : "", position, position[0] ? "”" : ""),
            dc_arena_printf(arena, "for unit tree %s%s%s", words->unit_name,
                            position[0] ? ", position " : "", position)};
    }
    if (position[0]) {
        return (struct plan_sentences){dc_arena_printf(arena, "适用于岗位“%s”", position),
                                       dc_arena_printf(arena, "for position %s", position)};
    }
    return (struct plan_sentences){(char *)"适用于全体人员", (char *)"for everybody"};
}

struct plan_sentences
explain_plan(struct dc_arena *arena, const struct plan_why *words)
{
    const Goals__Plan *plan = words->plan;
    const char *author = words->author_name[0] ? words->author_name : plan->author;
    struct plan_sentences scope = whom(arena, words);
    char day[DC_DATE_TEXT];
    dc_date_format(dc_date_of(plan->changed_at_us, words->utc_offset_seconds), day);
    const char *reason = plan->reason;
    bool weighs = words->item && !words->item->veto;
    const char *weight = weighs ? words->item->weight : "";
    const char *what_zh = !words->item ? "等级" : weighs ? "权重 " : "一票否决";
    const char *what_en = !words->item ? "Grade" : weighs ? "Weight " : "Veto";
    return (struct plan_sentences){
        dc_arena_printf(arena, "%s%s%s来自方案“%s”（第 %lld 版，%s），%s %s 设定，自 %s 起生效%s%s",
                        what_zh, weight, weighs ? "% " : "", plan->name, (long long)plan->version,
                        scope.zh, author, day, plan->effective_from, reason[0] ? "；原因：" : "",
                        reason),
        dc_arena_printf(
            arena, "%s%s%s from plan %s (version %lld, %s), set %s by %s, in force from %s%s%s",
            what_en, weight, weighs ? " %" : "", plan->name, (long long)plan->version, scope.en,
            day, author, plan->effective_from, reason[0] ? ": " : "", reason)};
}
