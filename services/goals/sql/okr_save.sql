-- Writes a version of an objective, new (id 0) or known; answers its id and version.
-- $1 tenant, $2 id or 0, $3 owner's kind, $4 owner, $5 period, $6 state, $7 body, $8 author, $9 author's
-- person, $10 reason, $11 at
WITH head AS (
    INSERT INTO objective (tenant_id, objective_id, owner_kind, owner_id, period, state, version)
    VALUES ($1, CASE WHEN $2 = 0 THEN nextval('objective_ids') ELSE $2 END, $3, $4, $5, $6, 1)
    ON CONFLICT (tenant_id, objective_id) DO UPDATE SET
        version = objective.version + 1, state = excluded.state
    RETURNING objective_id, version
), saved AS (
    INSERT INTO objective_version (tenant_id, objective_id, version, state, body, author,
                                   author_person_id, reason, changed_at)
    SELECT $1, objective_id, version, $6, $7, $8, $9, $10, $11 FROM head
)
SELECT objective_id, version FROM head
