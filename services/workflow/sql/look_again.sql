-- All their tasks were looked at; a second time they are not before $3. $1 tenant, $2 people.
UPDATE hand_over SET after_id = 0, second_look = true, not_before = $3::timestamptz
WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
