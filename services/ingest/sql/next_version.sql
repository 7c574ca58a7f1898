-- Grows with every change of totals; asked for while the tenant's counting is locked, so that the
-- versions of a tenant grow in the order of their commits.
SELECT nextval('count_version')
