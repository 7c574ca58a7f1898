-- Finding colleagues by how a name or an employee number begins, among 100,000 people. Under
-- row-level security only leakproof operators reach an index: ranges of the byte order are, LIKE is
-- not.
CREATE INDEX person_by_name ON person (tenant_id, (name COLLATE "C"));
CREATE INDEX person_by_code ON person (tenant_id, (lower(code) COLLATE "C"));
