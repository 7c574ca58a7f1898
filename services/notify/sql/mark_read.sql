-- An entry stands for all that are folded into it. $1 tenant, $2 person, $3 now, $4 all, $5 ids
UPDATE notice n SET read_at = $3
WHERE n.tenant_id = $1 AND n.person_id = $2 AND n.read_at IS NULL
  AND ($4 OR n.id = ANY ($5::bigint[])
       OR (n.fold <> '' AND n.fold IN (
           SELECT m.fold FROM notice m
           WHERE m.tenant_id = $1 AND m.person_id = $2 AND m.id = ANY ($5::bigint[])
             AND m.read_at IS NULL)))
