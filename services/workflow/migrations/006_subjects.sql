-- Of whom a track has a case, in one place: of a unit ($2) its own (kind 1), units of some kinds below it
-- (2), or people who were in it on the day of the start and still are (3). Above an id, so that it is
-- read by pieces. Its callers' plans take it in, as if it stood there.
CREATE FUNCTION subjects(the_tenant bigint, the_unit bigint, the_kind bigint, kinds bigint[],
                         the_day date, today date, above bigint)
RETURNS TABLE (subject_id bigint, unit_id bigint) LANGUAGE sql STABLE AS $$
    SELECT u.unit_id, u.unit_id
    FROM org_unit u
    WHERE the_kind = 1 AND u.tenant_id = the_tenant AND u.unit_id = the_unit AND u.unit_id > above
    UNION ALL
    SELECT u.unit_id, u.unit_id
    FROM org_unit u
    JOIN org_unit_tree t ON t.tenant_id = the_tenant AND t.ancestor_id = the_unit
         AND t.unit_id = u.unit_id
    WHERE the_kind = 2 AND u.tenant_id = the_tenant AND u.kind = ANY (kinds) AND u.valid_to > the_day
      AND u.unit_id > above
    UNION ALL
    SELECT p.person_id, o.unit_id
    FROM org_person p
    JOIN org_post o ON o.tenant_id = the_tenant AND o.person_id = p.person_id AND o.main
         AND o.valid_from <= the_day AND o.valid_to > the_day
    JOIN org_unit_tree t ON t.tenant_id = the_tenant AND t.ancestor_id = the_unit
         AND t.unit_id = o.unit_id
    WHERE the_kind = 3 AND p.tenant_id = the_tenant AND p.employed_from <= the_day
      AND p.employed_to > greatest(the_day, today) AND p.person_id > above
$$;
