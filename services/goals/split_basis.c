/* What a split by actuals goes by, and the request that shows it beforehand. */
#include "split_basis.h"

#include <inttypes.h>
#include <string.h>

#include "act.h"
#include "goals.h"
#include "rights.h"

enum { NAMED_MAX = 5 };

enum dc_code
split_basis_period(const char *wanted, const char *period, char ret_period[DC_PERIOD_TEXT],
                   struct dc_error *error)
{
    struct dc_period target, basis;
    DC_TRY(dc_period_parse(period, &target, error));
    if (wanted[0] == '\0') {
        basis = dc_period_containing(target.kind, target.first - 1);
    } else if (dc_period_parse(wanted, &basis, NULL) != DC_OK || basis.first >= target.first) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "actuals_period",
                             "a year, a quarter or a month that begins before %s", period);
    }
    dc_period_format(&basis, ret_period);
    return DC_OK;
}

static Goals__BasisRemark
remark_on(const struct store_actual *actual)
{
    if (!actual->known) {
        return GOALS__BASIS_REMARK__BASIS_REMARK_NO_DATA;
    }
    int sign = dc_decimal_sign(actual->value);
    return sign > 0   ? GOALS__BASIS_REMARK__BASIS_REMARK_UNSPECIFIED
           : sign < 0 ? GOALS__BASIS_REMARK__BASIS_REMARK_NEGATIVE
                      : GOALS__BASIS_REMARK__BASIS_REMARK_ZERO;
}

static bool
has_proportion(const struct store_actual *actual)
{
    return remark_on(actual) == GOALS__BASIS_REMARK__BASIS_REMARK_UNSPECIFIED;
}

/* "A1 (no data), 张三 (-3.5)" */
static enum dc_code
refuse_without(struct dc_step *step, const char *period, const struct split_owner *owners,
               const struct store_actual *actuals, size_t count, struct dc_error *error)
{
    struct store_place places[NAMED_MAX];
    const struct store_actual *named[NAMED_MAX];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (owners[i].given && !has_proportion(&actuals[i])) {
            if (found < NAMED_MAX) {
                places[found] = (struct store_place){.kind = owners[i].kind, .id = owners[i].id};
                named[found] = &actuals[i];
            }
            found++;
        }
    }
    size_t shown = found < NAMED_MAX ? found : NAMED_MAX;
    DC_TRY(store_find_places(step, goals_today(step), places, shown, error));
    DC_AUTO_TEXT struct dc_text names = DC_TEXT_INIT;
    for (size_t i = 0; i < shown; i++) {
        char value[DC_DECIMAL_TEXT];
        dc_text_printf(&names, "%s%s (%s)", i > 0 ? ", " : "", places[i].name,
                       named[i]->known ? dc_decimal_format(named[i]->value, value) : "no data");
    }
    if (found > shown) {
        dc_text_printf(&names, " and %zu more", found - shown);
    }
    return dc_fail_field(error, DC_FAILED_PRECONDITION, "without_actuals",
                         "without an actual above 0 in %s: %s; say what they get: ZERO, LEAVE or "
                         "MEAN",
                         period, dc_text_cstr(&names));
}

/* Their mean, at six decimals; false: there is nobody. */
static enum dc_code
mean_of(const struct split_owner *owners, const struct store_actual *actuals, size_t count,
        struct dc_decimal *ret_mean, bool *ret_complete, struct dc_error *error)
{
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    int64_t with = 0, given = 0;
    for (size_t i = 0; i < count; i++) {
        given += owners[i].given;
        if (owners[i].given && has_proportion(&actuals[i])) {
            sum = dc_decimal_add(sum, actuals[i].value);
            with++;
        }
    }
    *ret_complete = with == given;
    *ret_mean = sum;
    return with == 0 ? DC_OK
                     : dc_decimal_mul_div(sum, DC_DECIMAL_INT(1), DC_DECIMAL_INT(with),
                                          DC_DECIMAL_PLACES, ret_mean, error);
}

static struct store_actual *
ask_for(struct dc_step *step, const struct split_owner *owners, size_t count, const char *period)
{
    struct store_actual *actuals = DC_NEW_ARRAY(step->arena, struct store_actual, count + 1);
    for (size_t i = 0; i < count; i++) {
        actuals[i] = (struct store_actual){
            .owner_kind = owners[i].kind, .owner_id = owners[i].id, .period = period};
    }
    return actuals;
}

enum dc_code
split_basis_weigh(struct dc_step *step, int64_t indicator_id, const char *period,
                  Goals__WithoutActuals without, struct split_owner *owners, size_t count,
                  struct dc_error *error)
{
    struct store_actual *actuals = ask_for(step, owners, count, period);
    struct dc_decimal mean;
    bool complete;
    DC_TRY(store_actuals_of(step, indicator_id, actuals, count, error));
    DC_TRY(mean_of(owners, actuals, count, &mean, &complete, error));
    if (dc_decimal_sign(mean) == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "actuals_period",
                             "nobody who gets a part has an actual above 0 in %s; another period, "
                             "or another method",
                             period);
    }
    if (!complete && (without < GOALS__WITHOUT_ACTUALS__WITHOUT_ACTUALS_ZERO ||
                      without > GOALS__WITHOUT_ACTUALS__WITHOUT_ACTUALS_MEAN)) {
        return refuse_without(step, period, owners, actuals, count, error);
    }
    for (size_t i = 0; i < count; i++) {
        if (has_proportion(&actuals[i])) {
            owners[i].weight = actuals[i].value;
            continue;
        }
        owners[i].given = owners[i].given && without != GOALS__WITHOUT_ACTUALS__WITHOUT_ACTUALS_LEAVE;
        owners[i].weight =
            without == GOALS__WITHOUT_ACTUALS__WITHOUT_ACTUALS_MEAN ? mean : DC_DECIMAL_ZERO;
    }
    return DC_OK;
}

/* --- beforehand ---------------------------------------------------------------------------------
 */

static enum dc_code
answer_basis(struct dc_step *step, const Goals__TargetNode *node, const struct store_actual *actual,
             int decimals, struct dc_decimal sum, Goals__SplitBasis **ret_basis,
             struct dc_error *error)
{
    Goals__SplitBasis *basis =
        DC_NEW_MESSAGE(step->arena, Goals__SplitBasis, goals__split_basis__init);
    char text[DC_DECIMAL_TEXT];
    basis->owner_kind = node->target->owner_kind;
    basis->owner_id = node->target->owner_id;
    basis->owner_name = node->owner_name;
    basis->remark = remark_on(actual);
    if (actual->known) {
        basis->actual = dc_arena_strdup(
            step->arena,
            dc_decimal_format_fixed(dc_decimal_round(actual->value, decimals), decimals, text));
    }
    if (has_proportion(actual)) {
        struct dc_decimal percent;
        DC_TRY(dc_decimal_mul_div(actual->value, DC_DECIMAL_INT(100), sum, 2, &percent, error));
        basis->share = dc_arena_strdup(step->arena, dc_decimal_format_fixed(percent, 2, text));
    }
    *ret_basis = basis;
    return DC_OK;
}

DC_HANDLER(goals_get_split_basis, Goals__GetSplitBasisRequest, Goals__GetSplitBasisResponse)
{
    struct act act = {0};
    struct store_tree found;
    struct store_nodes nodes;
    struct dc_access_reach everything = {.all = true}; /* of the unit: it may be handed out */
    int64_t self;
    char period[DC_PERIOD_TEXT];
    DC_TRY(act_load(step, &act, request->target_id, &found, error));
    DC_TRY(act_check_hand_out(step, &found.targets[0], &self, error));
    DC_TRY(split_basis_period(request->actuals_period, act.adjustment.period, period, error));
    DC_TRY(store_tree_nodes(step, goals_today(step), act.indicator.id, act.adjustment.period,
                            found.targets[0].owner_id, 1, &everything, INT32_MAX, &nodes, error));
    size_t count = nodes.count > 0 ? nodes.count - 1 : 0; /* the unit itself comes first */
    struct split_owner *owners = DC_NEW_ARRAY(step->arena, struct split_owner, count + 1);
    for (size_t i = 0; i < count; i++) {
        owners[i].kind = nodes.items[i + 1]->target->owner_kind;
        owners[i].id = nodes.items[i + 1]->target->owner_id;
    }
    struct store_actual *actuals = ask_for(step, owners, count, period);
    struct dc_decimal sum = DC_DECIMAL_ZERO;
    DC_TRY(store_actuals_of(step, act.indicator.id, actuals, count, error));
    for (size_t i = 0; i < count; i++) {
        sum = has_proportion(&actuals[i]) ? dc_decimal_add(sum, actuals[i].value) : sum;
    }
    response->basis = DC_NEW_ARRAY(step->arena, Goals__SplitBasis *, count + 1);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(answer_basis(step, nodes.items[i + 1], &actuals[i], act.indicator.decimals, sum,
                            &response->basis[response->n_basis++], error));
    }
    response->actuals_period = dc_arena_strdup(step->arena, period);
    return DC_OK;
}
