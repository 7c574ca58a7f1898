-- Who stands in for people who are away, to the end of the chain; those who are there are left out.
-- $1 tenant, $2 people, $3 today.
WITH RECURSIVE chain AS (
    SELECT u AS person_id, u AS at, 0 AS hops FROM unnest($2::bigint[]) u
    UNION ALL
    SELECT c.person_id, d.to_person_id, c.hops + 1
    FROM chain c
    JOIN delegation d ON d.tenant_id = $1 AND d.person_id = c.at AND NOT d.ended
         AND d.first_day <= $3::date AND d.last_day >= $3::date
    JOIN org_person p ON p.tenant_id = $1 AND p.person_id = d.to_person_id
         AND p.employed_from <= $3::date AND p.employed_to > $3::date
    WHERE c.hops < 8 -- circles are refused when a delegation is saved; this only bounds the damage
)
SELECT DISTINCT ON (person_id) person_id, at FROM chain
WHERE hops > 0
ORDER BY person_id, hops DESC
