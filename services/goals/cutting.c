/* What the policy of an act makes of targets' segments. */
#include "cutting.h"

#include "base/assert.h"
#include "base/words.h"

enum dc_code
cutting_check(const struct act *act, struct dc_error *error)
{
    struct dc_period period;
    char first[DC_DATE_TEXT], last[DC_DATE_TEXT];
    bool cut = act->adjustment.policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT;
    DC_TRY(dc_period_parse(act->adjustment.period, &period, error));
    dc_date_format(period.first, first);
    dc_date_format(period.last, last);
    if (cut && !act->indicator.counted) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "policy",
                             "%s is not counted over records, so its period cannot be cut; RESTATE "
                             "is allowed",
                             act->indicator.name);
    }
    if (cut &&
        (act->adjustment.effective_on < period.first || act->adjustment.effective_on > period.last)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "a period is cut at one of its days: %s to %s", first, last);
    }
    if (act->adjustment.effective_on > period.last) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "effective_on",
                             "up to %s, the last day of %s", last, act->adjustment.period);
    }
    return DC_OK;
}

struct segment
cutting_figures(const struct store_target *target, struct dc_decimal value)
{
    return (struct segment){.value = value,
                            .has_floor = target->has_floor,
                            .has_stretch = target->has_stretch,
                            .floor = target->floor,
                            .stretch = target->stretch};
}

static bool
is_changed(const struct act *act, size_t at)
{
    const struct cascade_node *node = &act->tree.nodes[at];
    return !node->absent && !node->fresh &&
           (act->tree.targets[at].touched || dc_decimal_cmp(node->old_value, node->value) != 0);
}

enum dc_code
cutting_load(struct dc_step *step, struct act *act, struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, act->tree.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        if (is_changed(act, i)) {
            ids[count++] = act->tree.targets[i].id;
        }
    }
    struct store_segments found;
    DC_TRY(store_segments(step, ids, count, &found, error));
    for (size_t i = 0; i < act->tree.count && found.count > 0; i++) {
        struct store_target *target = &act->tree.targets[i];
        target->segments = store_segments_of(&found, target->id, &target->segment_count);
        target->was_cut = target->segment_count > 0;
    }
    return DC_OK;
}

enum dc_code
cutting_apply(struct dc_step *step, struct act *act, size_t at, const struct segment *before,
              struct dc_error *error)
{
    struct store_target *target = &act->tree.targets[at];
    if (act->adjustment.policy != GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT) {
        target->segment_count = 0;
        return DC_OK;
    }
    struct dc_period period;
    struct segment *cut = DC_NEW_ARRAY(step->arena, struct segment, SEGMENTS_MAX);
    struct segment after = cutting_figures(target, act->tree.nodes[at].value);
    DC_TRY(dc_period_parse(act->adjustment.period, &period, error));
    for (size_t i = 0; i < target->segment_count; i++) {
        cut[i] = target->segments[i];
    }
    if (!segments_cut(&period, act->adjustment.effective_on, before, &after, cut,
                      &target->segment_count)) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "policy",
                             "a target would be cut into more than %d segments", SEGMENTS_MAX);
    }
    target->segments = cut;
    return DC_OK;
}

enum dc_code
cutting_write(struct dc_step *step, const struct act *act, struct dc_error *error)
{
    size_t *at = DC_NEW_ARRAY(step->arena, size_t, act->tree.count + 1), count = 0;
    for (size_t i = 0; i < act->tree.count; i++) {
        const struct store_target *target = &act->tree.targets[i];
        if (target->was_cut || target->segment_count > 0) {
            at[count++] = i;
        }
    }
    return store_save_segments(step, &act->tree, at, count, error);
}

static char *
amount(struct dc_arena *arena, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(arena, dc_decimal_format_fixed(value, decimals, text));
}

Goals__TargetSegment **
cutting_message(struct dc_arena *arena, const struct segment *segments, size_t count, int decimals)
{
    Goals__TargetSegment **messages = DC_NEW_ARRAY(arena, Goals__TargetSegment *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__TargetSegment *message =
            DC_NEW_MESSAGE(arena, Goals__TargetSegment, goals__target_segment__init);
        message->from = dc_arena_alloc(arena, DC_DATE_TEXT);
        message->to = dc_arena_alloc(arena, DC_DATE_TEXT);
        dc_date_format(segments[i].from, message->from);
        dc_date_format(segments[i].to, message->to);
        message->value = amount(arena, segments[i].value, decimals);
        if (segments[i].has_floor) {
            message->floor = amount(arena, segments[i].floor, decimals);
        }
        if (segments[i].has_stretch) {
            message->stretch = amount(arena, segments[i].stretch, decimals);
        }
        messages[i] = message;
    }
    return messages;
}
