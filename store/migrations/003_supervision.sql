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

create index event_skips on event(at) where kind = 'lead.skipped';

-- Registries of numbers that are not to be called, kept apart from our own list (suppression). Every version
-- that was ever used stays named here; the numbers are those of the current one.
create table registry(
    id <id>,
    name text not null check (name <> ''),
    country text not null,
    version text not null default '',
    as_of <int> not null,
    imported_at <int> not null,
    imported_by text not null,
    file text not null,
    sha256 text not null,
    numbers <int> not null default 0,
    current <int> not null default 0
) <strict>;
create unique index registry_current on registry(name) where current = 1;
create table registry_number(
    e164 text not null,
    registry_id <int> not null references registry(id),
    primary key (e164, registry_id)
) <strict>;
create index registry_number_of on registry_number(registry_id);

-- A disposition put right by a supervisor when it was too late for an undo. The attempt keeps what the rep said.
create table correction(
    id <id>,
    attempt_id <int> not null references attempt(id),
    disposition text not null check (disposition <> ''),
    instead_of text not null,
    at <int> not null,
    by text not null,
    login text not null default '',
    why text not null check (why <> '')
) <strict>;
create index correction_attempt on correction(attempt_id, id);
--only sqlite
create trigger correction_keep_update before update on correction
    begin select raise(abort, 'a correction is never changed'); end;
create trigger correction_keep_delete before delete on correction
    begin select raise(abort, 'a correction is never deleted'); end;
--end
--only postgres
create trigger correction_keep before update or delete or truncate on correction
    for each statement execute function refuse('a correction is never changed');
--end
