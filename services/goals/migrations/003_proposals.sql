-- Changes of targets that somebody proposed, and what became of them.
CREATE SEQUENCE proposal_ids;

CREATE TABLE proposal (
    tenant_id             bigint         NOT NULL,
    proposal_id           bigint         NOT NULL,
    target_id             bigint         NOT NULL,
    owner_kind            smallint       NOT NULL, -- dacheng.goals.v1.OwnerKind
    owner_id              bigint         NOT NULL,
    unit_id               bigint         NOT NULL, -- of the owner when it was proposed; 0 = none
    indicator_id          bigint         NOT NULL,
    period                text           NOT NULL,
    old_value             numeric(24, 6) NOT NULL,
    new_value             numeric(24, 6) NOT NULL,
    raise_percent         numeric(26, 2) NOT NULL,
    reason                text           NOT NULL,
    effective_on          date           NOT NULL,
    policy                smallint       NOT NULL, -- dacheng.goals.v1.AdjustPolicy
    lift_parent           boolean        NOT NULL,
    allow_over_assignment boolean        NOT NULL,
    state                 smallint       NOT NULL, -- dacheng.goals.v1.ProposalState
    problem_zh            text           NOT NULL DEFAULT '',
    problem_en            text           NOT NULL DEFAULT '',
    author                text           NOT NULL,
    author_person_id      bigint         NOT NULL,
    proposed_at           timestamptz    NOT NULL,
    settled_at            timestamptz,
    decided_by            bigint         NOT NULL DEFAULT 0,
    decision_reason       text           NOT NULL DEFAULT '',
    adjustment_id         bigint         NOT NULL DEFAULT 0,
    version               bigint         NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, proposal_id)
);
-- One proposal of a target at a time waits for its approval.
CREATE UNIQUE INDEX proposal_open ON proposal (tenant_id, target_id) WHERE state = 1;
CREATE INDEX proposal_target ON proposal (tenant_id, target_id, proposal_id);

ALTER TABLE proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON proposal USING (tenant_id = current_setting('dacheng.tenant')::bigint);
