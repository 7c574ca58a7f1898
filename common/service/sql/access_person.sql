-- Do the caller's roots cover a person, by a post that he holds on a day? $1 tenant, $2 person,
-- $3 roots of trees, $4 single units, $5 the day.
SELECT EXISTS (
    SELECT FROM org_post p
    WHERE p.tenant_id = $1 AND p.person_id = $2
      AND p.valid_from <= $5::date AND p.valid_to > $5::date
      AND (p.unit_id = ANY ($4::bigint[]) OR EXISTS (
           SELECT FROM org_unit_tree t
           WHERE t.tenant_id = $1 AND t.unit_id = p.unit_id
             AND t.ancestor_id = ANY ($3::bigint[]))))
