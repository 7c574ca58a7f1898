-- What owners did, one row per total instead of arrays per owner and period: a total that is told anew
-- is one update in place, where the arrays were taken apart, merged and put together again.
-- Programs no longer read or write `actual`. It goes one release later, with follow_actual.
CREATE TABLE total (
    tenant_id   bigint   NOT NULL,
    owner_id    bigint   NOT NULL,
    measure_id  bigint   NOT NULL,
    version     bigint   NOT NULL, -- an older one never wins
    owner_kind  smallint NOT NULL, -- dacheng.goals.v1.OwnerKind
    period      text     NOT NULL COLLATE "C",
    numerator   numeric  NOT NULL,
    denominator numeric  NOT NULL, -- 1 for sums and counts; 0 = no data
    PRIMARY KEY (tenant_id, owner_id, measure_id, owner_kind, period)
) WITH (fillfactor = 70); -- an update stays in its page, and no index is written

ALTER TABLE total ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON total USING (tenant_id = current_setting('dacheng.tenant')::bigint);

-- What a program of the release before hears while an upgrade rolls.
CREATE FUNCTION follow_actual() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO total AS held (tenant_id, owner_id, measure_id, version, owner_kind, period,
                               numerator, denominator)
    SELECT NEW.tenant_id, NEW.owner_id, u.measure_id, u.version, NEW.owner_kind, NEW.period,
           u.numerator, u.denominator
    FROM unnest(NEW.measure_ids, NEW.numerators, NEW.denominators, NEW.versions)
         AS u (measure_id, numerator, denominator, version)
    ON CONFLICT (tenant_id, owner_id, measure_id, owner_kind, period) DO UPDATE
    SET numerator = excluded.numerator, denominator = excluded.denominator,
        version = excluded.version
    WHERE held.version < excluded.version;
    RETURN NULL;
END
$$;

-- Before the rows are copied, so that none is written in between: the trigger's lock waits for writers.
CREATE TRIGGER follow AFTER INSERT OR UPDATE ON actual
    FOR EACH ROW EXECUTE FUNCTION follow_actual();

INSERT INTO total (tenant_id, owner_id, measure_id, version, owner_kind, period, numerator,
                   denominator)
SELECT a.tenant_id, a.owner_id, u.measure_id, u.version, a.owner_kind, a.period, u.numerator,
       u.denominator
FROM actual a, unnest(a.measure_ids, a.numerators, a.denominators, a.versions)
     AS u (measure_id, numerator, denominator, version)
ORDER BY a.tenant_id, a.owner_id, u.measure_id, a.owner_kind, a.period;
