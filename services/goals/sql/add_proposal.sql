-- Keeps a proposal; no row when one of the target is open already. $1 tenant, $2 target, $3 owner's
-- kind, $4 owner, $5 unit, $6 indicator, $7 period, $8 old value, $9 new value, $10 raise in percent,
-- $11 reason, $12 effective on, $13 policy, $14 lift parent, $15 allow over-assignment, $16 author,
-- $17 author's person, $18 at
INSERT INTO proposal (tenant_id, proposal_id, target_id, owner_kind, owner_id, unit_id,
                      indicator_id, period, old_value, new_value, raise_percent, reason,
                      effective_on, policy, lift_parent, allow_over_assignment, state, author,
                      author_person_id, proposed_at)
VALUES ($1, nextval('proposal_ids'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
        1, $16, $17, $18)
ON CONFLICT (tenant_id, target_id) WHERE state = 1 DO NOTHING
RETURNING proposal_id
