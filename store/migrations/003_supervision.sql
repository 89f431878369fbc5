-- What a supervisor may do beyond a rep: let one call past the gate, and correct what was recorded.

-- One call past hours, counts and age. For a lead or for a number; used at most once, and only until until_at.
create table permission(
    id <id>,
    lead_id <int> references lead(id),
    e164 text not null default '',
    granted_at <int> not null,
    granted_by text not null,
    login text not null default '',
    why text not null check (why <> ''),
    until_at <int> not null,
    attempt_id <int> references attempt(id),
    check ((lead_id is null) = (e164 <> '')),
    check (until_at > granted_at)
) <strict>;
create index permission_lead on permission(lead_id) where attempt_id is null and lead_id is not null;
create index permission_number on permission(e164) where attempt_id is null and e164 <> '';
