-- All their tasks were looked at twice. $1 tenant, $2 people.
DELETE FROM hand_over WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
