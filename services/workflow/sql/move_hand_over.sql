-- $1 tenant, $2 people, $3 their tasks up to this one were looked at.
UPDATE hand_over SET after_id = $3 WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
