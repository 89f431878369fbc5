-- Since when a machine's housekeeping settles what a dead desk left of a recording: two at once would pack one file.
alter table recording add column settling_at <int>;
