// Typed clients of everything that the console speaks to.
import { createClient } from '@connectrpc/connect'
import { AuditService } from '@gen/audit/v1/audit_pb'
import { LiveService } from '@gen/gateway/v1/live_pb'
import { DraftService } from '@gen/goals/v1/draft_pb'
import { GoalService } from '@gen/goals/v1/goals_pb'
import { SheetService } from '@gen/goals/v1/sheet_pb'
import { OkrService } from '@gen/goals/v1/okr_pb'
import { IngestService } from '@gen/ingest/v1/ingest_pb'
import { SubmissionService } from '@gen/ingest/v1/submission_pb'
import { NotifyService } from '@gen/notify/v1/notify_pb'
import { OrgService, SessionService } from '@gen/org/v1/org_pb'
import { ReviewService } from '@gen/reviews/v1/reviews_pb'
import { ResultService } from '@gen/scoring/v1/results_pb'
import { ScoringService } from '@gen/scoring/v1/scoring_pb'
import { WorkflowService } from '@gen/workflow/v1/workflow_pb'
import { transport } from './transport'

export const sessionClient = createClient(SessionService, transport)
export const orgClient = createClient(OrgService, transport)
export const goalClient = createClient(GoalService, transport)
export const sheetClient = createClient(SheetService, transport)
export const okrClient = createClient(OkrService, transport)
export const draftClient = createClient(DraftService, transport)
export const ingestClient = createClient(IngestService, transport)
export const scoringClient = createClient(ScoringService, transport)
export const resultClient = createClient(ResultService, transport)
export const notifyClient = createClient(NotifyService, transport)
export const auditClient = createClient(AuditService, transport)
export const liveClient = createClient(LiveService, transport)
export const workflowClient = createClient(WorkflowService, transport)
export const reviewClient = createClient(ReviewService, transport)
export const submissionClient = createClient(SubmissionService, transport)
