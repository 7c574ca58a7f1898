-- What is to be computed of a period, oldest first, up to some number of people and units at once.
-- $1 tenant, $2 period, $3 the wide work, $4 the number.
SELECT dirty_id, everybody, people, units, tree_units
FROM (SELECT *, sum(coalesce(cardinality(people), 0) + coalesce(cardinality(units), 0))
                OVER (ORDER BY dirty_id)
                - coalesce(cardinality(people), 0) - coalesce(cardinality(units), 0) AS before
      FROM dirty WHERE tenant_id = $1 AND period = $2 AND wide = $3) AS d
WHERE before < $4
ORDER BY dirty_id;
