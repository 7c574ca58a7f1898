-- Another delegation of the person in these days, and whether the deputy's own, in these days, lead
-- back to him. $1 tenant, $2 person, $3 deputy, $4 from, $5 until.
WITH RECURSIVE chain AS (
    SELECT $3::bigint AS at, 0 AS hops
    UNION
    SELECT d.to_person_id, c.hops + 1
    FROM chain c JOIN delegation d ON d.tenant_id = $1 AND d.person_id = c.at AND NOT d.ended
         AND d.first_day <= $5::date AND d.last_day >= $4::date
    WHERE c.hops < 10 AND c.at <> $2
)
SELECT EXISTS (SELECT FROM delegation d WHERE d.tenant_id = $1 AND d.person_id = $2 AND NOT d.ended
                 AND d.first_day <= $5::date AND d.last_day >= $4::date),
       EXISTS (SELECT FROM chain c WHERE c.at = $2)
