-- Adds to how often values occur where they do already. Parameters as in seen_add, $8 the changes.
UPDATE seen AS s SET n = s.n + w.n
FROM unnest($2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[],
            $8::bigint[]) AS w (series_id, value, month, person_id, path_id, detail, n)
WHERE s.tenant_id = $1 AND s.series_id = w.series_id AND s.value = w.value
  AND s.month = w.month AND s.person_id = w.person_id AND s.path_id = w.path_id
  AND s.detail = w.detail
