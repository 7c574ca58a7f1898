-- Whose token is it? $1 hash of the token, $2 now
SELECT tenant_id, session_id, person_id, account, language, expires_at, must_change, seen_at,
       bearer, roles, scopes, units
FROM resolve_session($1, $2)
