-- So that two rounds of one measure start one after the other. $1 tenant, $2 measure.
SELECT measure_id FROM measure WHERE tenant_id = $1 AND measure_id = $2 FOR UPDATE
