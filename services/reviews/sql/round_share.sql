-- It stays as it is until the commit; raters share it. $1 tenant, $2 round.
SELECT o.round_id, o.name, o.form_id, o.form_version, o.form_name, o.form_name_en, o.period, o.unit_id,
       o.measure_id, o.state, o.peers, o.peer_choice, o.subordinates, o.closes_itself, o.author,
       o.author_person_id, o.started_at, o.opened_at, o.closed_at, o.released_at, o.reason, o.version,
       o.computed_to
FROM round o WHERE o.tenant_id = $1 AND o.round_id = $2 FOR SHARE
