-- A proposal as it is shown.
-- $1 tenant, $2 proposal
SELECT p.proposal_id, p.target_id, p.owner_kind, p.owner_id, coalesce(u.name, e.name, ''),
       p.unit_id, coalesce(w.name, ''), p.indicator_id, i.name, i.unit_of_measure, p.period,
       p.old_value, p.new_value, p.raise_percent, p.reason, p.effective_on, p.policy,
       p.lift_parent, p.allow_over_assignment, p.state, p.problem_zh, p.problem_en, p.author,
       p.author_person_id, coalesce(a.name, ''), p.proposed_at, p.settled_at, p.decided_by,
       coalesce(d.name, ''), p.decision_reason, p.adjustment_id, p.version, i.decimals
FROM proposal p
JOIN indicator i ON i.tenant_id = $1 AND i.indicator_id = p.indicator_id
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = p.owner_id AND p.owner_kind = 1
LEFT JOIN org_person e ON e.tenant_id = $1 AND e.person_id = p.owner_id AND p.owner_kind = 2
LEFT JOIN org_unit w ON w.tenant_id = $1 AND w.unit_id = p.unit_id
LEFT JOIN org_person a ON a.tenant_id = $1 AND a.person_id = p.author_person_id
LEFT JOIN org_person d ON d.tenant_id = $1 AND d.person_id = p.decided_by
WHERE p.tenant_id = $1 AND p.proposal_id = $2
