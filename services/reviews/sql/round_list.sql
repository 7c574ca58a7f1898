-- Rounds that somebody has to do with: he supervises its unit, is rated, manages one who is, or is
-- asked to rate. $1 tenant, $2 person, $3 supervises all, $4 trees that he supervises, $5 units alone.
SELECT o.round_id, o.name, o.form_id, o.form_version, o.form_name, o.form_name_en, o.period, o.unit_id,
       o.measure_id, o.state, o.peers, o.peer_choice, o.subordinates, o.closes_itself, o.author,
       o.author_person_id, o.started_at, o.opened_at, o.closed_at, o.released_at, o.reason, o.version,
       o.computed_to,
       x.supervises, x.rated, x.manages, x.to_give
FROM round o CROSS JOIN LATERAL (SELECT
    $3::boolean OR o.unit_id = ANY ($5::bigint[]) OR EXISTS (
        SELECT FROM org_unit_tree t WHERE t.tenant_id = $1 AND t.ancestor_id = ANY ($4::bigint[])
                                      AND t.unit_id = o.unit_id) AS supervises,
    EXISTS (SELECT FROM subject s WHERE s.tenant_id = $1 AND s.round_id = o.round_id
                                    AND s.person_id = $2) AS rated,
    EXISTS (SELECT FROM subject s WHERE s.tenant_id = $1 AND s.round_id = o.round_id
                                    AND s.manager_id = $2 AND $2 <> 0) AS manages,
    (SELECT count(*) FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = o.round_id
        AND a.rater_id = $2 AND a.state = 2 AND o.state = 2) AS to_give,
    EXISTS (SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = o.round_id
        AND a.rater_id = $2 AND o.state = 2) AS rates) AS x
WHERE o.tenant_id = $1
  AND (x.supervises OR o.state <> 6 AND (x.rated OR x.manages OR x.rates))
ORDER BY o.round_id DESC LIMIT 200
