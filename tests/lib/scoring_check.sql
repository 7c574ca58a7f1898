-- Computes every score and roll-up of a tenant from the projections, by SQL alone and without the
-- service's own code or schemes, and answers what differs from what is stored; NULL = nothing.
-- :tenant and :today are put in by the test.
WITH RECURSIVE period_ AS (
    SELECT period, last_day, least(last_day, :today) AS day
    FROM scoring.period WHERE tenant_id = :tenant
), post_ AS (
    SELECT DISTINCT ON (p.period, o.person_id) p.period, o.person_id, o.unit_id, o.position
    FROM period_ p JOIN scoring.org_post o
      ON o.tenant_id = :tenant AND o.valid_from <= p.day AND o.valid_to > p.day
    ORDER BY p.period, o.person_id, o.main DESC, o.valid_from, o.unit_id
), node_ AS (
    SELECT period, unit_id, parent_id FROM (
        SELECT DISTINCT ON (p.period, l.unit_id) p.period, p.day, l.*
        FROM period_ p JOIN scoring.place l ON l.tenant_id = :tenant AND l.from_day <= p.day
        ORDER BY p.period, l.unit_id, l.from_day DESC) x
    WHERE closed_on IS NULL OR closed_on > day
), above_ (period, unit_id, ancestor_id, distance) AS (
    SELECT period, unit_id, unit_id, 0 FROM node_
    UNION ALL
    SELECT a.period, a.unit_id, p.unit_id, a.distance + 1
    FROM above_ a
    JOIN node_ n ON n.period = a.period AND n.unit_id = a.ancestor_id
    JOIN node_ p ON p.period = a.period AND p.unit_id = n.parent_id
), depth_ AS (
    SELECT period, unit_id, max(distance) AS depth FROM above_ GROUP BY period, unit_id
), plan_ AS (
    SELECT * FROM (
        SELECT DISTINCT ON (p.period, v.plan_id) p.period, v.*
        FROM period_ p JOIN scoring.plan_version v
          ON v.tenant_id = :tenant AND v.effective_from <= p.last_day
        ORDER BY p.period, v.plan_id, v.effective_from DESC, v.version DESC) x
    WHERE NOT retired
), known_ AS (
    SELECT period, owner_kind, owner_id FROM scoring.actual WHERE tenant_id = :tenant
    UNION
    SELECT period, owner_kind, owner_id FROM scoring.target WHERE tenant_id = :tenant
), candidate_ AS (
    SELECT k.period, k.owner_id AS person_id, i.indicator_id, v.plan_id, i.weight, i.full_marks,
           i.lower, i.cap, i.threshold, i.lower_is_better, i.decimals, v.missing_policy,
           v.total_decimals,
           CASE WHEN v.person_id <> 0 THEN 1000000
                WHEN v.unit_id <> 0 THEN 2 * d.depth + 2 + (v.position <> '')::int
                ELSE (v.position <> '')::int END AS specificity
    FROM known_ k
    JOIN plan_ v ON v.period = k.period
    JOIN scoring.plan_item i ON i.tenant_id = :tenant AND i.plan_id = v.plan_id
                            AND i.version = v.version
    JOIN scoring.indicator n ON n.tenant_id = :tenant AND n.indicator_id = i.indicator_id
                            AND NOT n.retired
    LEFT JOIN post_ o ON o.period = k.period AND o.person_id = k.owner_id
    LEFT JOIN depth_ d ON d.period = k.period AND d.unit_id = v.unit_id
    WHERE k.owner_kind = 2
      AND CASE WHEN v.person_id <> 0 THEN v.person_id = k.owner_id
               ELSE (v.position = '' OR v.position = o.position)
                    AND (v.unit_id = 0 OR EXISTS (
                        SELECT FROM above_ a WHERE a.period = k.period AND a.unit_id = o.unit_id
                                               AND a.ancestor_id = v.unit_id)) END
), chosen_ AS (
    SELECT DISTINCT ON (period, person_id, indicator_id) *
    FROM candidate_ ORDER BY period, person_id, indicator_id, specificity DESC, plan_id
), places_ AS (
    SELECT DISTINCT ON (period, person_id) period, person_id, total_decimals
    FROM chosen_ ORDER BY period, person_id, specificity DESC, plan_id
), actual_ AS (
    SELECT a.period, a.owner_kind, a.owner_id, u.measure_id, u.n, u.d
    FROM scoring.actual a, unnest(a.measure_ids, a.numerators, a.denominators) AS u (measure_id, n, d)
    WHERE a.tenant_id = :tenant
), target_ AS (
    SELECT t.period, t.owner_kind, t.owner_id, u.indicator_id, u.v
    FROM scoring.target t, unnest(t.indicator_ids, t."values") AS u (indicator_id, v)
    WHERE t.tenant_id = :tenant
), figure_ AS (
    SELECT k.period, k.owner_kind, k.owner_id, i.indicator_id, i.direction = 2 AS lower_better,
           i.is_primary, coalesce(a.n, CASE WHEN m.kind IN (1, 2, 3) THEN 0 END) AS n,
           nullif(coalesce(a.d, CASE WHEN m.kind IN (1, 2, 3) THEN 1 END), 0) AS d,
           nullif(t.v, 0) AS t
    FROM (SELECT * FROM known_
          UNION SELECT period, 1, unit_id FROM node_) k
    CROSS JOIN (SELECT * FROM scoring.indicator WHERE tenant_id = :tenant AND NOT retired) i
    LEFT JOIN scoring.measure m ON m.tenant_id = :tenant AND m.measure_id = i.measure_id
    LEFT JOIN actual_ a ON a.period = k.period AND a.owner_kind = k.owner_kind
                       AND a.owner_id = k.owner_id AND a.measure_id = i.measure_id
    LEFT JOIN target_ t ON t.period = k.period AND t.owner_kind = k.owner_kind
                       AND t.owner_id = k.owner_id AND t.indicator_id = i.indicator_id
), quotient_ AS (
    SELECT c.*, f.n, f.d, f.t, f.lower_better,
           CASE WHEN f.t IS NULL OR f.d IS NULL THEN NULL
                WHEN NOT f.lower_better THEN f.n::numeric(60, 30) / (f.d * f.t)
                WHEN c.lower_is_better = 2 AND f.n / f.d <= 0 THEN 'Infinity'
                WHEN c.lower_is_better = 2 THEN (f.d * f.t)::numeric(60, 30) / f.n
                ELSE 2 - f.n::numeric(60, 30) / (f.d * f.t) END AS x
    FROM chosen_ c
    JOIN figure_ f ON f.period = c.period AND f.owner_kind = 2 AND f.owner_id = c.person_id
                  AND f.indicator_id = c.indicator_id
), item_ AS (
    SELECT *, CASE WHEN x IS NULL THEN CASE WHEN missing_policy = 2 THEN 0 END
                   WHEN x < threshold THEN 0
                   ELSE round(full_marks * least(cap, greatest(lower, x)), decimals) END AS score,
           x IS NOT NULL AND CASE WHEN lower_better THEN n / d > t ELSE n / d < t END AS open
    FROM quotient_
), person_ AS (
    SELECT k.period, k.owner_id AS person_id, coalesce(o.unit_id, 0) AS unit_id,
           round(sum(i.score * i.weight) / nullif(sum(i.weight) FILTER (WHERE i.score IS NOT NULL),
                                                  0), max(p.total_decimals)) AS total,
           count(*) FILTER (WHERE i.open) AS open_items,
           CASE WHEN bool_or(g.d IS NOT NULL) THEN max(round(g.n / g.d, 6)) END AS actual,
           max(g.t) AS target,
           coalesce(array_agg(i.score ORDER BY i.indicator_id)
                        FILTER (WHERE i.indicator_id IS NOT NULL), '{}') AS scores
    FROM known_ k
    LEFT JOIN item_ i ON i.period = k.period AND i.person_id = k.owner_id
    LEFT JOIN places_ p ON p.period = k.period AND p.person_id = k.owner_id
    LEFT JOIN post_ o ON o.period = k.period AND o.person_id = k.owner_id
    LEFT JOIN figure_ g ON g.period = k.period AND g.owner_kind = 2 AND g.owner_id = k.owner_id
                       AND g.is_primary
    WHERE k.owner_kind = 2
    GROUP BY k.period, k.owner_id, o.unit_id
), ranked_ AS (
    SELECT p.*, CASE WHEN total IS NOT NULL AND EXISTS (
                    SELECT FROM node_ n WHERE n.period = p.period AND n.unit_id = p.unit_id)
                THEN rank() OVER (PARTITION BY period, unit_id
                                  ORDER BY total DESC NULLS LAST) ELSE 0 END AS rank
    FROM person_ p
), unit_ AS (
    SELECT n.period, n.unit_id, n.parent_id, n.parent_seen, f.n / f.d AS actual, f.t AS target,
           CASE WHEN f.lower_better THEN round(100 * (2 - f.n::numeric(60, 30) / (f.d * f.t)), 2)
                ELSE round(100 * f.n::numeric(60, 30) / (f.d * f.t), 2) END AS attainment
    FROM (SELECT a.period, a.unit_id,
                 coalesce((SELECT p.unit_id FROM node_ p
                           WHERE p.period = a.period AND p.unit_id = a.parent_id), 0) AS parent_id,
                 true AS parent_seen
          FROM node_ a) n
    LEFT JOIN figure_ f ON f.period = n.period AND f.owner_kind = 1 AND f.owner_id = n.unit_id
                       AND f.is_primary
), rollup_ AS (
    SELECT u.*, CASE WHEN attainment IS NULL THEN 0
                     ELSE rank() OVER (PARTITION BY u.period, u.parent_id
                                       ORDER BY attainment DESC NULLS LAST) END AS rank,
           (SELECT count(r.total) FROM above_ a JOIN ranked_ r USING (period, unit_id)
            WHERE a.period = u.period AND a.ancestor_id = u.unit_id) AS people,
           (SELECT coalesce(sum(r.total), 0) FROM above_ a JOIN ranked_ r USING (period, unit_id)
            WHERE a.period = u.period AND a.ancestor_id = u.unit_id) AS total_sum,
           (SELECT coalesce(sum(r.open_items), 0) FROM above_ a
            JOIN ranked_ r USING (period, unit_id)
            WHERE a.period = u.period AND a.ancestor_id = u.unit_id) AS open_items,
           (SELECT coalesce(array_agg(b.person_id ORDER BY b.total DESC, b.person_id), '{}')
            FROM (SELECT r.person_id, r.total FROM above_ a JOIN ranked_ r USING (period, unit_id)
                  WHERE a.period = u.period AND a.ancestor_id = u.unit_id AND r.total IS NOT NULL
                  ORDER BY r.total DESC, r.person_id LIMIT 50) b) AS top,
           /* of the grades as they are stored with the people */
           (SELECT coalesce(array_agg(g.code || '=' || g.people ORDER BY g.code COLLATE "C"), '{}')
            FROM (SELECT c.grade_codes[s.grade] AS code, count(*) AS people
                  FROM above_ a JOIN scoring.score s USING (period, unit_id)
                  JOIN scoring.scheme c USING (tenant_id, scheme_id)
                  WHERE s.tenant_id = :tenant AND s.grade > 0 AND a.period = u.period
                    AND a.ancestor_id = u.unit_id
                  GROUP BY 1) g) AS grades
    FROM unit_ u
), stored_ AS (
    SELECT s.*, ARRAY(SELECT x.score
                      FROM unnest(c.indicator_ids, s.scores) AS x (indicator_id, score)
                      ORDER BY x.indicator_id) AS by_indicator
    FROM scoring.score s LEFT JOIN scoring.scheme c USING (tenant_id, scheme_id)
    WHERE s.tenant_id = :tenant
), difference_ AS (
    SELECT concat_ws(' ', 'person', coalesce(r.period, s.period), coalesce(r.person_id, s.person_id),
                     'unit', r.unit_id, s.unit_id, 'total', r.total, '/', s.total, 'rank', r.rank,
                     '/', s.rank, 'open', r.open_items, '/', s.open_items, 'actual', r.actual, '/',
                     s.actual, 'target', r.target, '/', s.target, 'scores', r.scores, '/',
                     s.by_indicator) AS what
    FROM ranked_ r FULL JOIN stored_ s ON s.period = r.period AND s.person_id = r.person_id
    WHERE (r.unit_id, r.total, r.rank, r.open_items, r.actual, r.target, r.scores)
          IS DISTINCT FROM
          (s.unit_id, s.total, s.rank, s.open_items, s.actual, s.target, s.by_indicator)
    UNION ALL
    SELECT concat_ws(' ', 'unit', coalesce(r.period, s.period), coalesce(r.unit_id, s.unit_id),
                     'parent', r.parent_id, s.parent_id, 'actual', r.actual, '/', s.actual,
                     'target', r.target, '/', s.target, 'rank', r.rank, '/', s.rank, 'people',
                     r.people, '/', s.people, 'sum', r.total_sum, '/', s.total_sum, 'open',
                     r.open_items, '/', s.open_items, 'top', r.top, '/', s.top_people)
    FROM rollup_ r
    FULL JOIN (SELECT * FROM scoring.unit_score WHERE tenant_id = :tenant) s
      ON s.period = r.period AND s.unit_id = r.unit_id
    WHERE (r.parent_id, r.actual, r.target, r.attainment, r.rank, r.people, r.total_sum,
           r.open_items, r.top, r.grades)
          IS DISTINCT FROM
          (s.parent_id, s.actual, s.target, s.attainment, s.rank, s.people, s.total_sum,
           s.open_items, s.top_people,
           ARRAY(SELECT code || '=' || people
                 FROM unnest(s.grade_codes, s.grade_people) AS g (code, people)))
)
SELECT string_agg(what, chr(10) ORDER BY what) FROM (SELECT what FROM difference_ LIMIT 10) d
