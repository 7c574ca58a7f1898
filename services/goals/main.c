/* goals: indicators, measures, plans, and targets with their cascade. */
#include "goals.h"

#include "goals_sql.h"
#include "service/access.h"

#include <dacheng/goals/v1/draft.pb-c.h>
#include <dacheng/goals/v1/goals.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

static const struct dc_statement *const statements[] = {goals_statements, NULL};

#define METHOD(name_, kind_, handler_)                                                             \
    {                                                                                              \
        .service = &goals__goal_service__descriptor, .name = name_, .kind = kind_,                 \
        .handler = handler_                                                                        \
    }

#define DRAFT_METHOD(name_, kind_, handler_)                                                       \
    {                                                                                              \
        .service = &goals__draft_service__descriptor, .name = name_, .kind = kind_,                \
        .handler = handler_                                                                        \
    }

static const struct dc_method methods[] = {
    METHOD("ListDefinitions", DC_QUERY, goals_list_definitions),
    METHOD("SaveMeasure", DC_COMMAND, goals_save_measure),
    METHOD("SaveIndicator", DC_COMMAND, goals_save_indicator),
    METHOD("InstallLibrary", DC_COMMAND, goals_install_library),
    METHOD("SavePlan", DC_COMMAND, goals_save_plan),
    METHOD("ChangeWeights", DC_COMMAND, goals_change_weights),
    METHOD("ListPlanVersions", DC_QUERY, goals_list_plan_versions),
    METHOD("GetTargetTree", DC_QUERY, goals_get_target_tree),
    METHOD("ListTargets", DC_QUERY, goals_list_targets),
    METHOD("SetTarget", DC_COMMAND, goals_set_target),
    METHOD("SplitTarget", DC_COMMAND, goals_split_target),
    METHOD("CascadeTarget", DC_COMMAND, goals_cascade_target),
    METHOD("AdjustTarget", DC_COMMAND, goals_adjust_target),
    METHOD("ListVersions", DC_QUERY, goals_list_versions),
    METHOD("ProposeAdjustment", DC_COMMAND, goals_propose_adjustment),
    METHOD("ListProposals", DC_QUERY, goals_list_proposals),
    METHOD("GetProposal", DC_QUERY, goals_get_proposal),
    METHOD("WithdrawProposal", DC_COMMAND, goals_withdraw_proposal),
    DRAFT_METHOD("SaveDraft", DC_COMMAND, goals_save_draft),
    DRAFT_METHOD("ListDrafts", DC_QUERY, goals_list_drafts),
    DRAFT_METHOD("GetDraft", DC_QUERY, goals_get_draft),
    DRAFT_METHOD("DiscardDraft", DC_COMMAND, goals_discard_draft),
    DRAFT_METHOD("CarryOutDraft", DC_COMMAND, goals_carry_out_draft),
    {0},
};

static const struct dc_reaction reactions[] = {
    DC_ACCESS_REACTIONS,
    {"workflow", "CasesEnded", &workflow__cases_ended__descriptor, goals_on_cases_ended},
    {0},
};

int
main(int argc, char **argv)
{
    static const struct dc_service_spec spec = {
        .name = "goals",
        .sentence = "keeps indicators, plans and targets, and takes targets down their trees",
        .statements = statements,
        .migrations = goals_migrations,
        .methods = methods,
        .reactions = reactions,
        .publishes = true,
    };
    return dc_service_main(argc, argv, &spec);
}
