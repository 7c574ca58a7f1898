-- Seasonal profiles, and which targets are divided into shorter periods of their own owner.
CREATE SEQUENCE season_profile_ids;

CREATE TABLE season_profile (
    tenant_id  bigint      NOT NULL,
    profile_id bigint      NOT NULL,
    version    bigint      NOT NULL,
    name       text        NOT NULL,
    weights    numeric[]   NOT NULL CHECK (cardinality(weights) IN (4, 12)), -- of a year's quarters or months
    origin     text        NOT NULL, -- what it was derived from; '' = said by a person
    author     text        NOT NULL,
    changed_at timestamptz NOT NULL,
    retired    boolean     NOT NULL,
    PRIMARY KEY (tenant_id, profile_id),
    UNIQUE (tenant_id, name)
);

-- The target of a year or a quarter whose owner's shorter periods follow it. The weights are a copy, so
-- that a profile that is changed later changes no target by itself.
CREATE TABLE target_division (
    tenant_id    bigint    NOT NULL,
    target_id    bigint    NOT NULL,
    indicator_id bigint    NOT NULL, -- of the target
    period       text      NOT NULL,
    profile_id   bigint    NOT NULL, -- 0 = even
    periods      text[]    NOT NULL,
    weights      numeric[] NOT NULL, -- parallel
    PRIMARY KEY (tenant_id, target_id),
    CHECK (cardinality(periods) = cardinality(weights))
);
CREATE INDEX target_division_sheet ON target_division (tenant_id, indicator_id, period);

-- Acts besides those of 002.
ALTER TABLE adjustment
    DROP CONSTRAINT adjustment_act_check,
    ADD CONSTRAINT adjustment_act_check
        CHECK (act IN ('set', 'split', 'cascade', 'adjust', 'sheet', 'divide', 'follow'));

ALTER TABLE season_profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE target_division ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON season_profile USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON target_division USING (tenant_id = current_setting('dacheng.tenant')::bigint);
