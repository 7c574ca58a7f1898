-- Working days as workflow told them: of each year that was told the days that are not as their weekday
-- says. Of a year that was never told Monday to Friday are working days.
CREATE TABLE working_year (
    tenant_id bigint  NOT NULL,
    year      integer NOT NULL,
    version   bigint  NOT NULL,
    PRIMARY KEY (tenant_id, year)
);
CREATE TABLE working_day (
    tenant_id bigint  NOT NULL,
    day       date    NOT NULL,
    working   boolean NOT NULL,
    PRIMARY KEY (tenant_id, day)
);
ALTER TABLE working_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE working_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON working_year USING (tenant_id = current_setting('dacheng.tenant')::bigint);
CREATE POLICY tenant ON working_day USING (tenant_id = current_setting('dacheng.tenant')::bigint);
