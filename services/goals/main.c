/* goals: indicators, measures, plans, and targets with their cascade. */
#include "goals.h"

#include "goals_sql.h"
#include "service/access.h"

#include <dacheng/goals/v1/draft.pb-c.h>
#include <dacheng/goals/v1/goals.pb-c.h>
#include <dacheng/goals/v1/move.pb-c.h>
#include <dacheng/goals/v1/sheet.pb-c.h>
#include <dacheng/ingest/v1/events.pb-c.h>
#include <dacheng/goals/v1/okr.pb-c.h>
#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

static const struct dc_statement *const statements[] = {goals_statements, NULL};

#define METHOD_OF(service_, name_, kind_, handler_)                                                             \
    {                                                                                              \
        .service = &goals__##service_##__descriptor, .name = name_, .kind = kind_,                 \
        .handler = handler_                                                                        \
    }

#define METHOD(name, kind, handler) METHOD_OF(goal_service, name, kind, handler)
#define SHEET(name, kind, handler) METHOD_OF(sheet_service, name, kind, handler)
#define OKR_METHOD(name_, kind_, handler_)                                                         \
    {                                                                                              \
        .service = &goals__okr_service__descriptor, .name = name_, .kind = kind_,                  \
        .handler = handler_                                                                        \
    }

#define DRAFT_METHOD(name_, kind_, handler_)                                                       \
    {                                                                                              \
        .service = &goals__draft_service__descriptor, .name = name_, .kind = kind_,                \
        .handler = handler_                                                                        \
    }

#define MOVE_METHOD(name, kind, handler) METHOD_OF(move_service, name, kind, handler)

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
    METHOD("GetSplitBasis", DC_QUERY, goals_get_split_basis),
    METHOD("CascadeTarget", DC_COMMAND, goals_cascade_target),
    METHOD("AdjustTarget", DC_COMMAND, goals_adjust_target),
    SHEET("GetSheet", DC_QUERY, goals_get_sheet),
    SHEET("PreviewCells", DC_QUERY, goals_preview_cells),
    SHEET("SaveCells", DC_COMMAND, goals_save_cells),
    {.service = &goals__sheet_service__descriptor,
     .name = "ExportSheet",
     .kind = DC_QUERY,
     .handler = goals_export_sheet,
     .sensitive = true},
    SHEET("PreviewImport", DC_QUERY, goals_preview_import),
    SHEET("ImportSheet", DC_COMMAND, goals_import_sheet),
    SHEET("CompareTargets", DC_QUERY, goals_compare_targets),
    SHEET("ListActs", DC_QUERY, goals_list_acts),
    SHEET("ListProfiles", DC_QUERY, goals_list_profiles),
    SHEET("SaveProfile", DC_COMMAND, goals_save_profile),
    SHEET("DeriveProfile", DC_QUERY, goals_derive_profile),
    SHEET("PreviewDivision", DC_QUERY, goals_preview_division),
    SHEET("DivideTarget", DC_COMMAND, goals_divide_target),
    METHOD("ListVersions", DC_QUERY, goals_list_versions),
    METHOD("ProposeAdjustment", DC_COMMAND, goals_propose_adjustment),
    METHOD("ListProposals", DC_QUERY, goals_list_proposals),
    METHOD("GetProposal", DC_QUERY, goals_get_proposal),
    METHOD("WithdrawProposal", DC_COMMAND, goals_withdraw_proposal),
    OKR_METHOD("GetOkrSettings", DC_QUERY, goals_get_okr_settings),
    OKR_METHOD("SaveOkrSettings", DC_COMMAND, goals_save_okr_settings),
    OKR_METHOD("ListObjectives", DC_QUERY, goals_list_objectives),
    OKR_METHOD("GetObjective", DC_QUERY, goals_get_objective),
    OKR_METHOD("SaveObjective", DC_COMMAND, goals_save_objective),
    OKR_METHOD("ConfirmObjectives", DC_COMMAND, goals_confirm_objectives),
    OKR_METHOD("CancelObjective", DC_COMMAND, goals_cancel_objective),
    OKR_METHOD("CheckIn", DC_COMMAND, goals_check_in),
    OKR_METHOD("ListHandValues", DC_QUERY, goals_list_hand_values),
    OKR_METHOD("EnterValues", DC_COMMAND, goals_enter_values),
    OKR_METHOD("ListHandHistory", DC_QUERY, goals_list_hand_history),
    DRAFT_METHOD("SaveDraft", DC_COMMAND, goals_save_draft),
    DRAFT_METHOD("ListDrafts", DC_QUERY, goals_list_drafts),
    DRAFT_METHOD("GetDraft", DC_QUERY, goals_get_draft),
    DRAFT_METHOD("DiscardDraft", DC_COMMAND, goals_discard_draft),
    DRAFT_METHOD("CarryOutDraft", DC_COMMAND, goals_carry_out_draft),
    MOVE_METHOD("ListMoves", DC_QUERY, goals_list_moves),
    MOVE_METHOD("PreviewMoves", DC_QUERY, goals_preview_moves),
    MOVE_METHOD("DecideMoves", DC_COMMAND, goals_decide_moves),
    MOVE_METHOD("SaveMoveSettings", DC_COMMAND, goals_save_move_settings),
    {0},
};

static const struct dc_reaction reactions[] = {
    DC_ACCESS_REACTIONS,
    {"ingest", "MeasuresChanged", &ingest__measures_changed__descriptor, goals_on_measures_changed},
    {"workflow", "CasesEnded", &workflow__cases_ended__descriptor, goals_on_cases_ended},
    {0},
};

static const struct dc_task tasks[] = {
    {"check_ins", 5000, goals_check_ins},
    {0},
};

int
main(int argc, char **argv)
{
    static const struct dc_service_spec spec = {
        .name = "goals",
        .sentence =
            "keeps indicators, plans, targets and objectives, and takes targets down their trees",
        .statements = statements,
        .migrations = goals_migrations,
        .methods = methods,
        .reactions = reactions,
        .batch_end = goals_store_heard,
        .tasks = tasks,
        .publishes = true,
    };
    return dc_service_main(argc, argv, &spec);
}
