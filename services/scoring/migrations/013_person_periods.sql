-- The published periods of a person, which his page asks for, without reading everybody's results.
CREATE INDEX published_person_by_person ON published_person (tenant_id, person_id, period);
