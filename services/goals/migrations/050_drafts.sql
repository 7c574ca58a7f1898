-- Changes of plans and targets that are kept under a name, to be tried before they are made real.
CREATE SEQUENCE draft_ids;

CREATE TABLE draft (
    tenant_id        bigint      NOT NULL,
    draft_id         bigint      NOT NULL,
    version          bigint      NOT NULL,
    state            smallint    NOT NULL, -- dacheng.goals.v1.DraftState
    name             text        NOT NULL,
    period           text        NOT NULL,
    reason           text        NOT NULL,
    body             bytea       NOT NULL, -- dacheng.goals.v1.Draft: plans and targets alone
    author           text        NOT NULL,
    author_person_id bigint      NOT NULL,
    changed_at       timestamptz NOT NULL,
    carried_out_at   timestamptz,
    adjustment_ids   bigint[]    NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, draft_id)
);
CREATE INDEX draft_author ON draft (tenant_id, author, draft_id);

ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON draft USING (tenant_id = current_setting('dacheng.tenant')::bigint);
