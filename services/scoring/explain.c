/*
 * explain.c - lineage 溯源: a number opened into rule, plan, measure, target, and the arithmetic.
 */
#include "lines.h"
#include "period.h"
#include "store.h"
#include "tell.h"

#include <string.h>

/* What is being explained. */
struct question {
    struct dc_step *step;
    Goals__OwnerKind owner_kind;
    int64_t owner_id;
    const char *period;
    const struct definitions *definitions;
    Scoring__ExplainResponse *response;
};

static void add_step(struct question *question, const char *format, ...) DC_PRINTF(2, 3);

static void
add_step(struct question *question, const char *format, ...)
{
    enum { STEPS_MOST = 520 }; /* two per item and the total */
    Scoring__ExplainResponse *response = question->response;
    char line[400];
    if (response->n_steps == STEPS_MOST) {
        return;
    }
    if (!response->steps) {
        response->steps = dc_arena_alloc(question->step->arena, STEPS_MOST * sizeof(char *));
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    response->steps[response->n_steps++] = dc_arena_strdup(question->step->arena, line);
}

/* A plain number for reading: canonical, in the arena. */
static const char *
number(struct question *question, struct dc_decimal value)
{
    return tell_amount(question->step->arena, (struct maybe){true, value});
}

/* 400000 -> "400,000". */
static const char *
grouped(struct dc_arena *arena, const char *amount)
{
    const char *digits = amount[0] == '-' ? amount + 1 : amount;
    size_t whole = strcspn(digits, ".");
    char *text = dc_arena_alloc(arena, strlen(amount) + whole / 3 + 2);
    char *at = text;
    if (digits != amount) {
        *at++ = '-';
    }
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    strcpy(at, digits + whole);
    return text;
}

/* --- one item
 * -------------------------------------------------------------------------------------- */

/* The actual, and the quotient of actual and target, as far as there are any. */
static void
explain_quotient(struct question *question, const Scoring__Item *item,
                 const struct rule_input *input, enum quotient_form form)
{
    if (input->actual.denominator.units != DC_DECIMAL_ONE_UNITS &&
        input->actual.denominator.units != 0) {
        add_step(question, "%s / %s = %s", number(question, input->actual.numerator),
                 number(question, input->actual.denominator), item->actual);
    }
    struct quotient x = {.form = input->lower_is_better ? form : QUOTIENT_STRAIGHT,
                         .actual = input->actual,
                         .target = input->target};
    bool countable = input->has_target && input->actual.denominator.units != 0 &&
                     (x.form != QUOTIENT_INVERSE || dc_decimal_sign(input->actual.numerator) > 0);
    struct dc_decimal quotient;
    if (!countable || !quotient_scale(&x, DC_DECIMAL_INT(1), DC_DECIMAL_PLACES, &quotient)) {
        return;
    }
    const char *shown = number(question, quotient);
    switch (x.form) {
    case QUOTIENT_STRAIGHT:
        add_step(question, "%s / %s = %s", item->actual, item->target, shown);
        break;
    case QUOTIENT_DIFFERENCE:
        add_step(question, "2 - %s / %s = %s", item->actual, item->target, shown);
        break;
    case QUOTIENT_INVERSE:
        add_step(question, "%s / %s = %s", item->target, item->actual, shown);
        break;
    }
}

/* What the rule made of the quotient. */
static void
explain_rule(struct question *question, const Scoring__Item *item, const struct rule_ratio *rule,
             const struct rule_input *input)
{
    const char *full = number(question, rule->full_marks);
    if (strcmp(item->remark, "below_threshold") == 0) {
        add_step(question, "below %s: 0", number(question, rule->threshold));
    } else if (strcmp(item->remark, "capped") == 0) {
        add_step(question, "at most %s: %s × %s = %s", number(question, rule->cap), full,
                 number(question, rule->cap), item->score);
    } else if (strcmp(item->remark, "zero_by_policy") == 0) {
        add_step(question, "nothing to score, zero by policy: 0");
    } else if (item->score[0] == '\0') {
        add_step(question, "nothing to score (%s): left out, the others share the weight",
                 item->remark);
    } else {
        struct quotient x = {.form =
                                 input->lower_is_better ? rule->lower_better : QUOTIENT_STRAIGHT,
                             .actual = input->actual,
                             .target = input->target};
        struct dc_decimal shown = rule->lower;
        if (quotient_cmp(&x, rule->lower) < 0) {
            add_step(question, "at least %s", number(question, rule->lower));
        } else if (!quotient_scale(&x, DC_DECIMAL_INT(1), DC_DECIMAL_PLACES, &shown)) {
            return;
        }
        add_step(question, "%s × %s = %s", full, number(question, shown), item->score);
    }
}

static void
item_sentences(struct question *question, const Scoring__Item *item, const struct rule_ratio *rule)
{
    struct dc_arena *arena = question->step->arena;
    Scoring__ExplainResponse *response = question->response;
    const char *actual = grouped(arena, item->actual), *target = grouped(arena, item->target);
    bool lower = item->direction == GOALS__DIRECTION__DIRECTION_LOWER;
    if (!rule) {
        response->sentence_zh = dc_arena_printf(
            arena, "完成率 %s%%：完成 %s，目标 %s", item->attainment[0] ? item->attainment : "–",
            actual[0] ? actual : "无数据", target[0] ? target : "未设定");
        response->sentence_en = dc_arena_printf(
            arena, "Attainment %s %%: %s of %s", item->attainment[0] ? item->attainment : "–",
            actual[0] ? actual : "no data", target[0] ? target : "no target");
    } else if (item->score[0] == '\0') {
        bool no_target = strcmp(item->remark, "no_target") == 0;
        response->sentence_zh = dc_arena_printf(arena, "不计分：%s，权重由其他指标分摊",
                                                no_target ? "没有目标" : "没有数据");
        response->sentence_en =
            dc_arena_printf(arena, "Not scored: %s; the others share its weight",
                            no_target ? "no target" : "no data");
    } else {
        const char *full =
            tell_fixed(arena, (struct maybe){true, rule->full_marks}, rule->decimals);
        response->sentence_zh =
            dc_arena_printf(arena, "得分 %s：完成 %s，目标 %s；%s %s 即为 %s", item->score,
                            actual[0] ? actual : "无数据", target[0] ? target : "未设定",
                            lower ? "不超过" : "达到", target[0] ? target : "目标", full);
        response->sentence_en = dc_arena_printf(
            arena, "Score %s: %s of %s; %s %s is %s", item->score, actual[0] ? actual : "no data",
            target[0] ? target : "no target", lower ? "no more than" : "reaching",
            target[0] ? target : "the target", full);
    }
}

/* Whom the plan is for, since when, by whom. */
static const char *
plan_reason(struct dc_arena *arena, const Goals__Plan *plan, const char *unit_name)
{
    const Goals__PlanScope *scope = plan->scope;
    const char *position = scope && scope->position[0] ? scope->position : NULL;
    const char *whom;
    if (scope && scope->person_id) {
        whom = "the person";
    } else if (scope && scope->unit_id) {
        whom = position ? dc_arena_printf(arena, "unit tree %s, position %s", unit_name, position)
                        : dc_arena_printf(arena, "unit tree %s", unit_name);
    } else {
        whom = position ? dc_arena_printf(arena, "position %s", position) : "everybody";
    }
    char day[DC_DATE_TEXT];
    dc_date_format(dc_date_of(plan->changed_at_us, 0), day);
    return dc_arena_printf(arena, "%s, from %s, set %s by %s%s%s", whom, plan->effective_from, day,
                           plan->author, plan->reason[0] ? ": " : "", plan->reason);
}

static enum dc_code
explain_plan(struct question *question, const struct plan *plan, int64_t indicator_id,
             struct dc_error *error)
{
    Scoring__ExplainResponse *response = question->response;
    const char *unit_name;
    DC_TRY(view_plan(question->step, plan->id, plan->version, &response->plan, &unit_name, error));
    for (size_t i = 0; response->plan && i < response->plan->n_items; i++) {
        if (response->plan->items[i]->indicator_id == indicator_id) {
            response->plan_item = response->plan->items[i];
        }
    }
    if (response->plan) {
        response->plan_reason =
            (char *)plan_reason(question->step->arena, response->plan, unit_name);
    }
    return DC_OK;
}

static enum dc_code
explain_sources(struct question *question, const struct indicator *indicator,
                struct dc_error *error)
{
    Scoring__ExplainResponse *response = question->response;
    struct lineage_view lineage;
    DC_TRY(view_lineage(question->step, question->period, (int)question->owner_kind,
                        question->owner_id, indicator->measure_id, indicator->id, &lineage, error));
    response->measure = lineage.measure;
    response->total_version = lineage.total_version;
    response->records = lineage.records;
    response->target = lineage.target;
    response->target_author = (char *)lineage.author;
    response->target_reason = (char *)lineage.reason;
    return DC_OK;
}

/* --- a person
 * -------------------------------------------------------------------------------------- */

static void
explain_total(struct question *question, const struct person_view *view)
{
    Scoring__ExplainResponse *response = question->response;
    struct dc_arena *arena = question->step->arena;
    DC_AUTO_TEXT struct dc_text sum = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text weights = DC_TEXT_INIT;
    for (size_t i = 0; i < response->n_items; i++) {
        const Scoring__Item *item = response->items[i];
        if (item->score[0]) {
            dc_text_printf(&sum, "%s%s × %s", sum.length ? " + " : "", item->score, item->weight);
            dc_text_printf(&weights, "%s%s", weights.length ? " + " : "", item->weight);
        }
    }
    const char *total = tell_fixed(arena, view->total, view->total_decimals);
    if (view->total.known) {
        add_step(question, "(%s) / (%s) = %s", dc_text_cstr(&sum), dc_text_cstr(&weights), total);
        response->sentence_zh =
            dc_arena_printf(arena, "总分 %s：%zu 项指标按权重加权平均", total, response->n_items);
        response->sentence_en = dc_arena_printf(
            arena, "Total %s: the mean of %zu items by their weights", total, response->n_items);
    } else {
        response->sentence_zh = (char *)"没有总分：没有可以计分的指标";
        response->sentence_en = (char *)"No total: there is nothing to score";
    }
    Scoring__Item *item = DC_NEW_MESSAGE(arena, Scoring__Item, scoring__item__init);
    item->indicator_name = (char *)"总分";
    item->indicator_name_en = (char *)"Total";
    item->score = (char *)total;
    response->item = item;
}

static enum dc_code
explain_person(struct question *question, int64_t indicator_id, struct dc_error *error)
{
    struct person_view view;
    Scoring__Item **items;
    size_t count;
    DC_TRY(view_person(question->step, question->period, question->owner_id, &view, error));
    if (!view.found) {
        return dc_fail_field(error, DC_NOT_FOUND, "owner_id", "there is no such person");
    }
    line_items(question->step->arena, &view, question->definitions, &items, &count);
    if (indicator_id == 0) {
        question->response->items = items;
        question->response->n_items = count;
        explain_total(question, &view);
        return DC_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i]->indicator_id != indicator_id) {
            continue;
        }
        const struct indicator *indicator =
            definitions_indicator(question->definitions, indicator_id);
        const struct plan *plan =
            definitions_plan(question->definitions, items[i]->plan_id, items[i]->plan_version);
        const struct rule_ratio *rule = &plan_item_of(plan, indicator_id)->rule;
        struct rule_input input = facts_input(&view.facts, question->definitions, indicator);
        question->response->item = items[i];
        explain_quotient(question, items[i], &input, rule->lower_better);
        explain_rule(question, items[i], rule, &input);
        item_sentences(question, items[i], rule);
        DC_TRY(explain_plan(question, plan, indicator_id, error));
        return explain_sources(question, indicator, error);
    }
    return dc_fail_field(error, DC_NOT_FOUND, "indicator_id",
                         "the person is not scored by this indicator in %s", question->period);
}

/* --- a unit
 * ------------------------------------------------------------------------------------------ */

static enum dc_code
explain_unit(struct question *question, int64_t indicator_id, struct dc_error *error)
{
    const struct indicator *indicator =
        indicator_id ? definitions_indicator(question->definitions, indicator_id)
                     : definitions_primary(question->definitions);
    if (!indicator) {
        return dc_fail_field(error, DC_NOT_FOUND, "indicator_id", "there is no such indicator");
    }
    struct facts facts;
    DC_TRY(view_unit_facts(question->step, question->period, question->owner_id, &facts, error));
    struct rule_input input = facts_input(&facts, question->definitions, indicator);
    Scoring__Item *item = DC_NEW_MESSAGE(question->step->arena, Scoring__Item, scoring__item__init);
    line_figures(item, question->step->arena, indicator, &input, NULL);
    question->response->item = item;
    explain_quotient(question, item, &input, QUOTIENT_DIFFERENCE);
    item_sentences(question, item, NULL);
    return explain_sources(question, indicator, error);
}

DC_HANDLER(scoring_explain, Scoring__ExplainRequest, Scoring__ExplainResponse)
{
    struct dc_period period;
    struct question question = {.step = step,
                                .owner_kind = request->owner_kind,
                                .owner_id = request->owner_id,
                                .response = response};
    bool person = request->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    if (!person && request->owner_kind != GOALS__OWNER_KIND__OWNER_KIND_UNIT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "owner_kind",
                             "OWNER_KIND_UNIT or OWNER_KIND_PERSON");
    }
    if (person && question.owner_id == 0) {
        question.owner_id = step->context->person_id;
    }
    dc_step_subject(step, "%s/%lld", person ? "person" : "unit", (long long)question.owner_id);
    DC_TRY(person ? dc_access_person(step, SCORING_READERS, question.owner_id, error)
                  : dc_access_unit(step, SCORING_READERS, question.owner_id, error));
    DC_TRY(period_of_request(step, request->period, &period, &question.period, error));
    DC_TRY(store_definitions(step, step->state, step->context->tenant_id, &question.definitions,
                             error));
    if (!person || question.owner_id == step->context->person_id) {
        dc_step_not_sensitive(step);
    }
    return person ? explain_person(&question, request->indicator_id, error)
                  : explain_unit(&question, request->indicator_id, error);
}
