/* causes_plan.c - from a changed plan to notices for everybody whom it reaches. */
#include <dacheng/goals/v1/events.pb-c.h>
#include <string.h>

#include "base/text.h"
#include "handlers.h"

static const Goals__PlanItem *
find_item(const Goals__Plan *plan, int64_t indicator_id)
{
    for (size_t i = 0; plan && i < plan->n_items; i++) {
        if (plan->items[i]->indicator_id == indicator_id) {
            return plan->items[i];
        }
    }
    return NULL;
}

static bool
same_rule(struct dc_arena *arena, const Goals__PlanItem *a, const Goals__PlanItem *b)
{
    if (!a->ratio || !b->ratio) {
        return !a->ratio && !b->ratio;
    }
    size_t size = goals__ratio_rule__get_packed_size(a->ratio);
    if (size != goals__ratio_rule__get_packed_size(b->ratio)) {
        return false;
    }
    uint8_t *x = dc_arena_alloc(arena, size), *y = dc_arena_alloc(arena, size);
    goals__ratio_rule__pack(a->ratio, x);
    goals__ratio_rule__pack(b->ratio, y);
    return memcmp(x, y, size) == 0;
}

static const char *
name_of(const struct notify_indicator *indicators, size_t count, int64_t id, bool english)
{
    for (size_t i = 0; i < count; i++) {
        if (indicators[i].id == id) {
            return english && *indicators[i].name_en ? indicators[i].name_en : indicators[i].name;
        }
    }
    return "?";
}

/* One line an indicator: what it weighs, or how that changed. */
static const char *
describe_items(struct dc_arena *arena, const Goals__PlanChanged *event,
               const struct notify_indicator *indicators, size_t count, bool english)
{
    DC_AUTO_TEXT struct dc_text lines = DC_TEXT_INIT;
    for (size_t i = 0; i < event->plan->n_items; i++) {
        const Goals__PlanItem *now = event->plan->items[i];
        const Goals__PlanItem *before = find_item(event->previous, now->indicator_id);
        const char *name = name_of(indicators, count, now->indicator_id, english);
        const char *separator = lines.length > 0 ? "\n" : "";
        if (!before) {
            dc_text_printf(&lines, "%s%s%s %s%%", separator, event->previous ? "+ " : "", name,
                           now->weight);
        } else if (strcmp(before->weight, now->weight) != 0) {
            dc_text_printf(&lines, "%s%s %s%% → %s%%", separator, name, before->weight,
                           now->weight);
        } else if (!same_rule(arena, before, now)) {
            dc_text_printf(&lines, "%s%s%s", separator, name,
                           english ? ": scoring rule changed" : "：计分规则调整");
        }
    }
    for (size_t i = 0; event->previous && i < event->previous->n_items; i++) {
        const Goals__PlanItem *before = event->previous->items[i];
        if (!find_item(event->plan, before->indicator_id)) {
            dc_text_printf(&lines, "%s− %s %s%%", lines.length > 0 ? "\n" : "",
                           name_of(indicators, count, before->indicator_id, english),
                           before->weight);
        }
    }
    return dc_arena_strndup(arena, dc_text_cstr(&lines), lines.length);
}

static enum dc_code
load_names(struct dc_step *step, int64_t tenant_id, const Goals__PlanChanged *event,
           struct notify_indicator **ret_indicators, size_t *ret_count, struct dc_error *error)
{
    size_t before = event->previous ? event->previous->n_items : 0, count = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, event->plan->n_items + before);
    for (size_t i = 0; i < event->plan->n_items; i++) {
        ids[count++] = event->plan->items[i]->indicator_id;
    }
    for (size_t i = 0; i < before; i++) {
        ids[count++] = event->previous->items[i]->indicator_id;
    }
    return notify_store_indicators(step, tenant_id, ids, count, ret_indicators, ret_count, error);
}

enum dc_code
notify_on_plan_changed(struct dc_step *step, const struct dc_delivery *delivery,
                       struct dc_error *error)
{
    const Goals__PlanChanged *event = (const Goals__PlanChanged *)delivery->body;
    const Goals__Plan *plan = event->plan;
    struct notify_indicator *indicators = NULL;
    size_t count = 0;
    if (!plan || plan->retired || notify_is_stale(step, delivery)) {
        return DC_OK;
    }
    DC_TRY(load_names(step, delivery->event->tenant_id, event, &indicators, &count, error));
    const char *items = describe_items(step->arena, event, indicators, count, false);
    if (*items == '\0') {
        return DC_OK; /* a name or a remark changed: nobody needs to be told */
    }
    struct notify_gather gather = {0};
    notify_gather_add(&gather, "plan", plan->name);
    notify_gather_add(&gather, "from", plan->effective_from);
    notify_gather_add(&gather, "reason", plan->reason);
    notify_gather_add(&gather, "author", plan->author);
    notify_gather_add(&gather, "items", items);
    notify_gather_add(&gather, "items.en",
                      describe_items(step->arena, event, indicators, count, true));
    int64_t tenant_id = delivery->event->tenant_id;
    struct notify_broadcast broadcast = {
        .cause = dc_arena_printf(step->arena, "plan/%lld/%lld", (long long)plan->id,
                                 (long long)plan->version),
        .template_name = event->previous ? NOTIFY_WEIGHTS_CHANGED : NOTIFY_PLAN_SET,
        .author = plan->author_person_id,
    };
    struct notify_scope scope = {
        .person_id = plan->scope ? plan->scope->person_id : 0,
        .unit_id = plan->scope ? plan->scope->unit_id : 0,
        .position = plan->scope ? plan->scope->position : "",
    };
    struct notify_way way = {.channels = NOTIFY_CHANNEL_BIT(MAIL)};
    const struct notify_made *made = NULL;
    DC_TRY(notify_store_post_to_scope(step, tenant_id, &broadcast,
                                      notify_gather_json(step->arena, &gather), &scope,
                                      notify_today(step), &made, &count, error));
    return notify_send_made(step, tenant_id, &way, made, count, error);
}
